//! What a run says: the JSON that later runs are compared with, and tables for people.

use super::case::Case;
use super::machine::Machine;
use super::measure::{Contestant, Measured, quantile};
use super::part::Part;
use super::{fastest, goals, limits};
use serde::Serialize;
use std::fmt::Write as _;

/// The JSON. Its fields and the names in it stay the same for ever.
#[derive(Serialize)]
pub struct Report {
    pub case: String,
    pub machine: Machine,
    /// The row that ratios are to.
    pub baseline: String,
    pub rows: Vec<Row>,
}

/// One measured thing. Without times, `note` says why.
#[derive(Clone, Serialize)]
pub struct Row {
    /// `numpy`, or `call-one/c-api` where a case has parts.
    pub name: String,
    pub python: Option<String>,
    pub median_s: Option<f64>,
    pub low_s: Option<f64>,
    pub high_s: Option<f64>,
    pub ratio: Option<f64>,
    pub runs: usize,
    pub note: String,
    /// For tables.
    #[serde(skip)]
    pub title: String,
    #[serde(skip)]
    pub part: String,
    #[serde(skip)]
    pub rival: String,
}

impl Report {
    pub fn new(
        case: &Case,
        machine: Machine,
        contestants: &[Contestant],
        measured: &[Measured],
    ) -> Report {
        let mut rows: Vec<Row> =
            measured.iter().map(|one| row(case, &contestants[one.contestant], one)).collect();
        let had =
            |name: &&String| rows.iter().any(|row| row.rival == **name && row.median_s.is_some());
        let baseline = case.baseline.iter().find(had).cloned().unwrap_or_default();
        let norms: Vec<Row> = rows.iter().filter(|row| row.rival == baseline).cloned().collect();
        let norms: Vec<&Row> = norms.iter().collect();
        for row in &mut rows {
            let norm = norm(&norms, row.python.as_deref(), &row.part);
            let norm = norm.and_then(|norm| norm.median_s);
            row.ratio = row.median_s.zip(norm).map(|(median, norm)| median / norm);
        }
        Report { case: case.name.clone(), machine, baseline, rows }
    }

    /// The Pythons of the rows, in the order of the rows.
    pub fn pythons(&self) -> Vec<Option<&str>> {
        let mut pythons = Vec::new();
        for row in &self.rows {
            if !pythons.contains(&row.python.as_deref()) {
                pythons.push(row.python.as_deref());
            }
        }
        pythons
    }
}

/// The baseline of `part` on `python`: measured there if it was.
fn norm<'a>(norms: &[&'a Row], python: Option<&str>, part: &str) -> Option<&'a Row> {
    let of_part =
        || norms.iter().copied().filter(|norm| norm.part == part && norm.median_s.is_some());
    of_part().find(|norm| norm.python.as_deref() == python).or_else(|| of_part().next())
}

fn row(case: &Case, contestant: &Contestant, measured: &Measured) -> Row {
    let mut sorted = measured.seconds.clone().unwrap_or_default();
    sorted.sort_by(f64::total_cmp);
    let at = |part| (!sorted.is_empty()).then(|| quantile(&sorted, part));
    Row {
        name: case.measured_name(&measured.part, &contestant.row),
        python: contestant.python.clone(),
        median_s: at(0.5),
        low_s: at(0.25),
        high_s: at(0.75),
        ratio: None,
        runs: sorted.len(),
        note: match &measured.seconds {
            Ok(_) => contestant.note.clone(),
            Err(reason) => reason.clone(),
        },
        title: contestant.title.clone(),
        part: measured.part.clone(),
        rival: contestant.row.clone(),
    }
}

/// A table of text: the first column and the last (notes) to the left, numbers to the right.
pub struct Table {
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Aligned by spaces, for a terminal.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let width = self.width(column);
                let pad = " ".repeat(width - cell.chars().count());
                let (before, after) =
                    if self.is_left(column) { ("", pad.as_str()) } else { (pad.as_str(), "") };
                write!(line, "{before}{cell}{after}  ").expect("a string takes everything");
            }
            text += line.trim_end();
            text.push('\n');
        }
        text
    }

    pub fn markdown(&self) -> String {
        let rule: Vec<String> = (0..self.head.len())
            .map(|column| if self.is_left(column) { ":--".into() } else { "--:".into() })
            .collect();
        let mut text = String::new();
        for row in [&self.head, &rule].into_iter().chain(&self.rows) {
            let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
            writeln!(text, "| {} |", cells.join(" | ")).expect("a string takes everything");
        }
        text
    }

    fn remove(&mut self, column: usize) {
        for row in std::iter::once(&mut self.head).chain(&mut self.rows) {
            row.remove(column);
        }
    }

    fn is_left(&self, column: usize) -> bool {
        column == 0 || self.head[column] == "note"
    }

    fn width(&self, column: usize) -> usize {
        let cells = std::iter::once(&self.head).chain(&self.rows).map(|row| &row[column]);
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    }
}

/// The tables of a report, each with its title. A case without parts has one with all rows; one
/// with parts has one for each Python, then those that compare with what the machine can do and
/// with the fastest rival.
pub fn tables(case: &Case, report: &Report) -> Vec<(String, Table)> {
    if case.parts.is_empty() {
        return vec![(case.title.clone(), whole_table(report, report.rows.iter()))];
    }
    let mut tables = Vec::new();
    for python in report.pythons().into_iter().filter(|_| !case.is_together) {
        let title = format!("{}: {}", case.title, python.unwrap_or("native"));
        let is_shown = |row: &Row| row.python.as_deref() == python;
        tables.extend(parts_table(case, report, python, is_shown).map(|table| (title, table)));
    }
    for section in sections(case).into_iter().filter(|_| case.is_together) {
        let is_shown =
            |row: &Row| case.part(&row.part).is_some_and(|part| part.section.as_deref() == section);
        let title = section.unwrap_or(&case.title).to_owned();
        tables.extend(parts_table(case, report, None, is_shown).map(|table| (title, table)));
    }
    tables.extend(goals::tables(case, report));
    tables.extend(limits::tables(case, report));
    tables.extend(fastest::behind(case, report));
    tables
}

/// The sections of the parts, in their order.
fn sections(case: &Case) -> Vec<Option<&str>> {
    let mut sections = Vec::new();
    for part in &case.parts {
        if !sections.contains(&part.section.as_deref()) {
            sections.push(part.section.as_deref());
        }
    }
    sections
}

/// One line for each row: time, ratio, spread; the reasons of the rows without are cut short.
pub fn whole_table<'a>(report: &Report, rows: impl Iterator<Item = &'a Row>) -> Table {
    const REASON: usize = 60;
    let head = ["", "Python", "time", &format!("× {}", report.baseline), "quartiles", "note"];
    let lines = rows.map(|row| {
        vec![
            row.title.clone(),
            row.python.clone().unwrap_or_default(),
            row.median_s.map_or_else(missing, duration),
            row.ratio.map_or_else(missing, ratio),
            spread(row).unwrap_or_default(),
            cut(&row.note, REASON),
        ]
    });
    let mut table = Table { head: head.map(String::from).into(), rows: lines.collect() };
    // Columns that say nothing.
    let mut pythons: Vec<String> = table.rows.iter().map(|row| row[1].clone()).collect();
    pythons.dedup();
    if table.rows.iter().all(|row| row[5].is_empty()) {
        table.remove(5);
    }
    if pythons.len() < 2 {
        table.remove(1);
    }
    table
}

/// The text, or its beginning.
pub fn cut(text: &str, longest: usize) -> String {
    if text.chars().count() <= longest {
        return text.into();
    }
    text.chars().take(longest - 1).chain(['…']).collect()
}

/// A line for each part of the rows that are shown: the baseline's time, everybody's ratio to it,
/// and in a case that has an own row its ratio to the fastest of the others on this Python. None if
/// nothing there is to be compared.
fn parts_table(
    case: &Case,
    report: &Report,
    python: Option<&str>,
    is_shown: impl Fn(&Row) -> bool,
) -> Option<Table> {
    let is_compared = |row: &Row| case.part(&row.part).is_some_and(|part| part.only.is_none());
    let rows: Vec<&Row> =
        report.rows.iter().filter(|row| is_shown(row) && is_compared(row)).collect();
    let is_there = |part: &&Part| rows.iter().any(|row| row.part == part.name);
    let parts = || case.parts.iter().filter(is_there);
    let mut rivals: Vec<&str> = Vec::new();
    for row in &rows {
        if row.rival != report.baseline && !rivals.contains(&row.rival.as_str()) {
            rivals.push(&row.rival);
        }
    }
    let mut head = vec![String::new(), report.baseline.clone()];
    head.extend(rivals.iter().map(|rival| rival.to_string()));
    head.extend(case.ours.iter().map(|ours| format!("{ours} / fastest")));
    let lines = parts().map(|part| {
        let find = |rival: &str| {
            rows.iter().find(|row| row.part == part.name && row.rival == rival).copied()
        };
        // As for the ratios: on this Python, or where the baseline was measured.
        let norms = report.rows.iter().filter(|row| row.rival == report.baseline);
        let norms: Vec<&Row> = norms.filter(|row| row.part == part.name).collect();
        let norm = norm(&norms, python, &part.name).and_then(|row| row.median_s);
        let mut line = vec![part.title.clone(), norm.map_or_else(missing, duration)];
        line.extend(
            rivals
                .iter()
                .map(|rival| find(rival).and_then(|row| row.ratio).map_or_else(missing, ratio)),
        );
        line.extend(case.ours.iter().map(|ours| {
            let duel = fastest::duel(ours, report, python, part);
            duel.map_or_else(missing, |duel| duel.cell())
        }));
        line
    });
    let table = Table { head, rows: lines.collect() };
    (!rows.is_empty()).then_some(table)
}

/// What the rows that were not measured have to say: each reason once, with all it is true of.
pub fn absences(report: &Report) -> Vec<String> {
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for row in report.rows.iter().filter(|row| row.median_s.is_none()) {
        let key = format!("{}: {}", row.rival, in_short(&row.note));
        let python = row.python.iter().cloned();
        match reasons.iter_mut().find(|(reason, _)| *reason == key) {
            Some((_, pythons)) => pythons
                .extend(python.filter(|python| !pythons.contains(python)).collect::<Vec<_>>()),
            None => reasons.push((key, python.collect())),
        }
    }
    let lines = reasons.into_iter().map(|(reason, pythons)| {
        let on =
            if pythons.is_empty() { String::new() } else { format!(" [{}]", pythons.join(", ")) };
        reason + &on
    });
    lines.collect()
}

/// The beginning of a reason, with the names of files without where they are on this machine: compilers say
/// much.
fn in_short(reason: &str) -> String {
    const LONGEST: usize = 140;
    let bare = |word: &str| match word.trim_start_matches(['\'', '"', '(']).starts_with('/') {
        true => word.rsplit('/').next().unwrap_or_default().to_owned(),
        false => word.to_owned(),
    };
    let words: Vec<String> = reason.split_whitespace().map(bare).collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

pub fn missing() -> String {
    "–".into()
}

/// The spread of the quartiles around the median, in per cent.
fn spread(row: &Row) -> Option<String> {
    let median = row.median_s?;
    let part = |value: f64| 100.0 * (value / median - 1.0);
    Some(format!("{:+.1} {:+.1} %", part(row.low_s?), part(row.high_s?)))
}

/// Three digits and a unit.
pub fn duration(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "µs")];
    let unit = units.into_iter().find(|(size, _)| seconds >= *size);
    let (size, name) = unit.unwrap_or((1e-9, "ns"));
    format!("{} {name}", digits(seconds / size))
}

pub fn ratio(ratio: f64) -> String {
    digits(ratio)
}

/// A number with three digits, or all before the point.
pub fn digits(number: f64) -> String {
    let after = match number {
        number if number < 0.9995 => 3,
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.after$}")
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// A row as the runner makes it, before ratios.
    pub fn measured(part: &str, rival: &str, python: Option<&str>, seconds: Option<f64>) -> Row {
        Row {
            name: format!("{part}/{rival}"),
            python: python.map(String::from),
            median_s: seconds,
            low_s: seconds,
            high_s: seconds,
            ratio: None,
            runs: 1,
            note: String::new(),
            title: rival.into(),
            part: part.into(),
            rival: rival.into(),
        }
    }

    /// A report of these rows beside `numpy`.
    pub fn report(rows: Vec<Row>) -> Report {
        let machine = Machine {
            cpu: String::new(),
            cores: 1,
            memory_gib: 1.0,
            os: String::new(),
            kernel: String::new(),
            load: 0.0,
            tools: BTreeMap::new(),
            pythons: BTreeMap::new(),
        };
        Report { case: "arrays".into(), machine, baseline: "numpy".into(), rows }
    }

    #[test]
    fn reasons_are_short_and_say_nothing_of_the_machine() {
        let long = format!("no module in '/lib/python/math.so' {}", "x".repeat(200));
        let short = in_short(&long);
        assert!(short.starts_with("no module in math.so' x") && short.ends_with("x…"), "{short}");
        assert_eq!(in_short("it is not installed"), "it is not installed");
    }

    #[test]
    fn a_table_of_parts_ends_with_ours_beside_the_fastest() {
        let mut case = Case::load("arrays").unwrap();
        case.narrow(false, Some(&["pair-4".into(), "triad-one-1e6".into()])).unwrap();
        let mut report = report(vec![
            measured("pair-4", "numpy", Some("c"), Some(2e-6)),
            measured("pair-4", "pommel", Some("c"), Some(1e-6)),
            measured("triad-one-1e6", "machine", None, Some(1e-3)),
        ]);
        report.rows[1].ratio = Some(0.5);
        let table = parts_table(&case, &report, Some("c"), |row| row.python.is_some()).unwrap();
        assert_eq!(table.head, ["", "numpy", "pommel", "pommel / fastest"]);
        assert_eq!(table.rows, [["a + b, n = 4", "2.00 µs", "0.500", "0.500 numpy"]]);
        // What only the machine has is no comparison.
        assert!(parts_table(&case, &report, None, |row| row.python.is_none()).is_none());
    }

    #[test]
    fn a_row_is_compared_with_the_baseline_on_its_own_python() {
        let norms = [("a", 2.0), ("b", 4.0)]
            .map(|(python, seconds)| measured("p", "c", Some(python), Some(seconds)));
        let norms: Vec<&Row> = norms.iter().collect();
        let norm_of = |python| norm(&norms, python, "p").and_then(|row| row.median_s);
        assert_eq!(norm_of(Some("b")), Some(4.0));
        // Where the baseline was not measured, the first one serves.
        assert_eq!(norm_of(Some("z")), Some(2.0));
        assert_eq!(norm_of(None), Some(2.0));
    }

    #[test]
    fn the_json_has_the_promised_fields_and_no_others() {
        let row = serde_json::to_value(measured("p", "x", None, None)).unwrap();
        let mut names: Vec<&String> = row.as_object().unwrap().keys().collect();
        names.sort();
        let promised = ["high_s", "low_s", "median_s", "name", "note", "python", "ratio", "runs"];
        assert_eq!(names, promised);
        assert!(row["median_s"].is_null() && row["python"].is_null());
    }

    #[test]
    fn numbers_have_three_digits() {
        let shown = [0.1234, 0.99951, 1.0, 9.99, 12.34, 123.4, 1234.0].map(digits);
        assert_eq!(shown, ["0.123", "1.00", "1.00", "9.99", "12.3", "123", "1234"]);
        let shown = [2.5, 0.0123, 4.5e-5, 3.1e-8].map(duration);
        assert_eq!(shown, ["2.50 s", "12.3 ms", "45.0 µs", "31.0 ns"]);
    }

    #[test]
    fn tables_line_up() {
        let cells = |row: [&str; 3]| row.map(String::from).to_vec();
        let table = Table {
            head: cells(["", "time", "note"]),
            rows: vec![cells(["one", "1 ms", ""]), cells(["three", "12 ms", "a|b"])],
        };
        assert_eq!(table.text(), "        time  note\none     1 ms\nthree  12 ms  a|b\n");
        let lines: Vec<String> = table.markdown().lines().map(String::from).collect();
        assert_eq!(lines[1], "| :-- | --: | :-- |");
        assert_eq!(lines[3], "| three | 12 ms | a\\|b |");
    }
}

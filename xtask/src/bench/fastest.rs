//! The row that a case calls ours beside the fastest of its rivals, part by part: who looks for
//! what is slow sees it at once.

use super::case::Case;
use super::part::Part;
use super::report::{Report, Row, Table, duration, ratio};

/// Ours and the fastest rival at a part.
pub struct Duel<'a> {
    pub part: &'a Part,
    pub ours: &'a Row,
    pub rival: &'a Row,
    /// Our time over the rival's.
    pub ratio: f64,
}

impl Duel<'_> {
    /// `0.620 numba`
    pub fn cell(&self) -> String {
        format!("{} {}", ratio(self.ratio), self.rival.rival)
    }
}

/// The duel at `part` on `python`; where nobody else was measured there, with the rivals of the
/// other interpreters.
pub fn duel<'a>(
    ours: &str,
    report: &'a Report,
    python: Option<&str>,
    part: &'a Part,
) -> Option<Duel<'a>> {
    let of_part =
        || report.rows.iter().filter(|row| row.part == part.name && row.median_s.is_some());
    let our_row = of_part().find(|row| row.rival == ours && row.python.as_deref() == python)?;
    let rivals = || of_part().filter(|row| row.rival != ours);
    let fastest = |rows: &mut dyn Iterator<Item = &'a Row>| {
        rows.min_by(|a, b| a.median_s.partial_cmp(&b.median_s).expect("times are numbers"))
    };
    let beside = fastest(&mut rivals().filter(|row| row.python.as_deref() == python));
    let rival = beside.or_else(|| fastest(&mut rivals()))?;
    let ratio = our_row.median_s? / rival.median_s?;
    Some(Duel { part, ours: our_row, rival, ratio })
}

/// All duels on an interpreter.
fn duels<'a>(case: &'a Case, report: &'a Report, python: Option<&str>) -> Vec<Duel<'a>> {
    let Some(ours) = &case.ours else { return Vec::new() };
    case.parts.iter().filter_map(|part| duel(ours, report, python, part)).collect()
}

/// A line for each interpreter that says how many duels are won.
pub fn summary(case: &Case, report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    for python in report.pythons() {
        let duels = duels(case, report, python);
        let Some(first) = duels.first() else { continue };
        let won = duels.iter().filter(|duel| duel.ratio <= 1.0).count();
        lines.push(format!(
            "{} on {}: at most the fastest rival's time in {won} of {} parts, {} of it in the \
             geometric mean",
            first.ours.title,
            python.unwrap_or("no Python"),
            duels.len(),
            ratio(geometric_mean(&duels))
        ));
    }
    lines
}

fn geometric_mean(duels: &[Duel]) -> f64 {
    let logarithms: f64 = duels.iter().map(|duel| duel.ratio.ln()).sum();
    (logarithms / duels.len() as f64).exp()
}

/// The duels that are lost, the worst first, for each interpreter that has any.
pub fn behind(case: &Case, report: &Report) -> Vec<(String, Table)> {
    let mut tables = Vec::new();
    for python in report.pythons() {
        let mut lost = duels(case, report, python);
        lost.retain(|duel| duel.ratio > 1.0);
        lost.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
        let Some(first) = lost.first() else { continue };
        let python = python.unwrap_or("no Python");
        let title = format!("Where {} on {python} is behind the fastest rival", first.ours.title);
        tables.push((title, lost_table(&lost)));
    }
    tables
}

fn lost_table(lost: &[Duel]) -> Table {
    let head = ["", &lost[0].ours.rival, "fastest", "its time", "ratio"];
    let time = |row: &Row| row.median_s.map(duration).unwrap_or_default();
    let rows = lost.iter().map(|duel| {
        vec![
            duel.part.title.clone(),
            time(duel.ours),
            duel.rival.rival.clone(),
            time(duel.rival),
            ratio(duel.ratio),
        ]
    });
    Table { head: head.map(String::from).into(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::{measured, report};
    use super::*;

    fn case() -> Case {
        let mut case = Case::load("arrays").unwrap();
        case.narrow(false, Some(&["pair-4".into(), "pair-1e4".into()])).unwrap();
        case
    }

    /// Nanoseconds by part, row and Python.
    fn example() -> Report {
        let row = |part, rival, python, seconds| measured(part, rival, Some(python), Some(seconds));
        report(vec![
            row("pair-4", "numpy", "c", 4.0),
            row("pair-4", "pommel", "c", 1.0),
            row("pair-4", "pommel", "pypy", 8.0),
            row("pair-1e4", "numpy", "c", 5.0),
            row("pair-1e4", "jax", "c", 2.0),
            row("pair-1e4", "pommel", "c", 8.0),
            measured("pair-1e4", "torch", Some("c"), None),
        ])
    }

    #[test]
    fn ours_is_beside_the_fastest_there_or_anywhere() {
        let (case, report) = (case(), example());
        let cell = |python, part| {
            let part = case.part(part).unwrap();
            duel("pommel", &report, Some(python), part).map(|duel| duel.cell())
        };
        assert_eq!(cell("c", "pair-4").unwrap(), "0.250 numpy");
        assert_eq!(cell("c", "pair-1e4").unwrap(), "4.00 jax");
        assert_eq!(cell("pypy", "pair-4").unwrap(), "2.00 numpy");
        assert_eq!(cell("pypy", "pair-1e4"), None);
    }

    #[test]
    fn duels_are_counted_and_lost_ones_listed() {
        let (case, report) = (case(), example());
        let lines = summary(&case, &report);
        assert!(lines[0].contains("1 of 2 parts, 1.00 of it"), "{}", lines[0]);
        assert!(lines[1].contains("pypy") && lines[1].contains("0 of 1 parts"), "{}", lines[1]);
        let lost = behind(&case, &report);
        assert_eq!(lost.len(), 2);
        assert_eq!(lost[0].1.rows, [["a + b, n = 1e4", "8.00 s", "jax", "2.00 s", "4.00"]]);
    }
}

//! What the machine can do, as a row of the same run measured it, and what share of it the others
//! reach: of the bandwidth of memory, or of the peak of its arithmetic.

use super::case::Case;
use super::part::Part;
use super::report::{Report, Row, Table, digits, duration, missing};

/// The machine's table, and one of shares for each interpreter that has any.
pub fn tables(case: &Case, report: &Report) -> Vec<(String, Table)> {
    let Some(machine) = machine_table(case, report) else { return Vec::new() };
    let mut tables = vec![("What the machine can do".to_owned(), machine)];
    for python in report.pythons() {
        if let Some(table) = shares(case, report, python) {
            let python = python.unwrap_or("no Python");
            tables.push((format!("Shares of what the machine can do: {python}"), table));
        }
    }
    tables
}

/// Bytes or operations in a second, in thousands of millions.
fn rate(part: &Part, row: &Row) -> Option<f64> {
    Some(part.amount()? / row.median_s? / 1e9)
}

fn machine_table(case: &Case, report: &Report) -> Option<Table> {
    let mut rows = Vec::new();
    for part in case.parts.iter().filter(|part| part.only.is_some()) {
        for row in report.rows.iter().filter(|row| row.part == part.name) {
            if let Some((rate, median)) = rate(part, row).zip(row.median_s) {
                let rate = format!("{} {}", digits(rate), part.unit());
                rows.push(vec![part.title.clone(), duration(median), rate]);
            }
        }
    }
    let head = ["", "time", "rate"].map(String::from).into();
    (!rows.is_empty()).then_some(Table { head, rows })
}

/// The most that the machine did where `part` is limited.
fn limit(case: &Case, report: &Report, part: &Part) -> Option<f64> {
    let rates = report.rows.iter().filter_map(|row| {
        let other = case.part(&row.part).filter(|other| part.is_limited_by(other))?;
        rate(other, row)
    });
    rates.reduce(f64::max)
}

/// A line for each part that has a limit: the limit, and everybody's share.
fn shares(case: &Case, report: &Report, python: Option<&str>) -> Option<Table> {
    let mut rivals: Vec<&str> = Vec::new();
    let mut lines = Vec::new();
    for part in &case.parts {
        let Some(limit) = limit(case, report, part) else { continue };
        let rows: Vec<&Row> = report
            .rows
            .iter()
            .filter(|row| row.part == part.name && row.python.as_deref() == python)
            .collect();
        for row in &rows {
            if !rivals.contains(&row.rival.as_str()) {
                rivals.push(&row.rival);
            }
        }
        lines.push((part, limit, rows));
    }
    if rivals.is_empty() {
        return None;
    }
    let mut head = vec![String::new(), "limit".into()];
    head.extend(rivals.iter().map(|rival| rival.to_string()));
    let rows = lines.into_iter().map(|(part, limit, rows)| {
        let mut line = vec![part.title.clone(), format!("{} {}", digits(limit), part.unit())];
        line.extend(rivals.iter().map(|rival| {
            let row = rows.iter().find(|row| row.rival == *rival);
            let share = row.and_then(|row| rate(part, row)).map(|rate| rate / limit);
            share.map_or_else(missing, |share| format!("{:.0} %", 100.0 * share))
        }));
        line
    });
    Some(Table { head, rows: rows.collect() })
}

#[cfg(test)]
mod tests {
    use super::super::part::tests::parts;
    use super::super::report::tests::{measured, report};
    use super::*;

    const PARTS: &str = r#"
        [[part]]
        name = "pair"
        title = "a + b"
        sizes = ["1e6"]
        work = { limit = "memory", streams = 3 }
        [[part]]
        name = "triad"
        title = "triad"
        sizes = ["1e6"]
        only = "machine"
        work = { limit = "memory", streams = 3 }
        [[part]]
        name = "triad-past"
        title = "triad past the caches"
        sizes = ["1e6"]
        only = "machine"
        work = { limit = "memory", streams = 3 }
    "#;

    #[test]
    fn shares_are_of_the_best_that_the_machine_did() {
        let mut case = Case::load("arrays").unwrap();
        case.parts = parts(PARTS);
        let report = report(vec![
            measured("pair-1e6", "numpy", Some("c"), Some(4e-3)),
            measured("pair-1e6", "pommel", Some("c"), Some(2.5e-3)),
            measured("pair-1e6", "torch", Some("c"), None),
            measured("triad-1e6", "machine", None, Some(3e-3)),
            measured("triad-past-1e6", "machine", None, Some(2e-3)),
        ]);
        let tables = tables(&case, &report);
        assert_eq!(tables.len(), 2);
        let (machine, shares) = (&tables[0].1, &tables[1].1);
        assert_eq!(machine.rows[0], ["triad, n = 1e6", "3.00 ms", "8.00 GB/s"]);
        assert_eq!(shares.head, ["", "limit", "numpy", "pommel", "torch"]);
        assert_eq!(shares.rows, [["a + b, n = 1e6", "12.0 GB/s", "50 %", "80 %", "–"]]);
    }

    #[test]
    fn without_a_machine_there_are_no_shares() {
        let mut case = Case::load("arrays").unwrap();
        case.parts = parts(PARTS);
        let report = report(vec![measured("pair-1e6", "numpy", Some("c"), Some(4e-3))]);
        assert!(tables(&case, &report).is_empty());
    }
}

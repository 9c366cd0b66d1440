//! What a case wants to be reached: a row's time as a multiple of another row's, or in seconds, at
//! certain parts. A run says how many parts reach it, and which one is the farthest from it.

use super::case::Case;
use super::part::Part;
use super::report::{Report, Row, Table, duration, ratio};
use serde::Deserialize;

/// What `[[goal]]` may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    title: String,
    /// Whose goal it is.
    pub row: String,
    /// Parts, families or sections.
    pub parts: Vec<String>,
    /// The row whose time is 1; without one, times are in seconds.
    pub beside: Option<String>,
    at_most: f64,
    /// Whether the geometric mean has to reach it and not every part.
    #[serde(default)]
    is_mean: bool,
    /// The share of the parts that has to reach it.
    #[serde(default = "all")]
    share: f64,
}

fn all() -> f64 {
    1.0
}

impl Goal {
    /// Whether somebody who says `name` means this part.
    pub fn is_of(&self, name: &str, part: &Part) -> bool {
        part.is_meant(name) || part.section.as_deref() == Some(name)
    }

    fn is_about(&self, part: &Part) -> bool {
        self.parts.iter().any(|name| self.is_of(name, part))
    }

    /// The time at a part, in the goal's measure: none where the other row has no time, and without
    /// an end where ours has none.
    fn found(&self, report: &Report, part: &Part) -> Option<f64> {
        let time = |name: &str| {
            let is_it = |row: &&Row| row.part == part.name && row.rival == name;
            report.rows.iter().find(is_it).map(|row| row.median_s)
        };
        let norm = match &self.beside {
            Some(name) => time(name)??,
            None => 1.0,
        };
        Some(time(&self.row)?.map_or(f64::INFINITY, |seconds| seconds / norm))
    }

    fn standing<'a>(&'a self, case: &'a Case, report: &Report) -> Option<Standing<'a>> {
        let parts = case.parts.iter().filter(|part| self.is_about(part));
        let mut found: Vec<(&Part, f64)> =
            parts.filter_map(|part| Some((part, self.found(report, part)?))).collect();
        // The farthest from the goal first.
        found.sort_by(|a, b| b.1.total_cmp(&a.1));
        (!found.is_empty()).then_some(Standing { goal: self, found })
    }

    fn shown(&self, value: f64) -> String {
        match () {
            () if value.is_infinite() => "none".into(),
            () if self.beside.is_some() => ratio(value),
            () => duration(value),
        }
    }
}

/// Where a goal's row stands.
struct Standing<'a> {
    goal: &'a Goal,
    found: Vec<(&'a Part, f64)>,
}

impl Standing<'_> {
    /// Of the parts that have a time.
    fn mean(&self) -> f64 {
        let times: Vec<f64> =
            self.found.iter().map(|(_, value)| *value).filter(|value| value.is_finite()).collect();
        (times.iter().map(|value| value.ln()).sum::<f64>() / times.len() as f64).exp()
    }

    /// How many parts are within the goal. Without a limit those are that have a time.
    fn within(&self) -> usize {
        let is_within = |value: f64| value.is_finite() && value <= self.goal.at_most;
        self.found.iter().filter(|(_, value)| is_within(*value)).count()
    }

    fn is_reached(&self) -> bool {
        if self.goal.is_mean {
            return self.mean() <= self.goal.at_most;
        }
        self.within() as f64 >= self.goal.share * self.found.len() as f64
    }

    fn cells(&self) -> Vec<String> {
        let (worst, value) = self.found[0];
        let limit = match (self.goal.at_most.is_infinite(), &self.goal.beside) {
            (true, _) => "the same result".into(),
            (_, Some(beside)) => format!("{} × {beside}", ratio(self.goal.at_most)),
            (_, None) => self.goal.shown(self.goal.at_most),
        };
        vec![
            self.goal.title.clone(),
            limit,
            if self.is_reached() { "yes".into() } else { "NO".into() },
            format!("{} of {}", self.within(), self.found.len()),
            self.goal.shown(self.mean()),
            format!("{} {}", self.goal.shown(value), worst.name),
        ]
    }
}

/// All goals of the case that anything was measured for.
pub fn tables(case: &Case, report: &Report) -> Vec<(String, Table)> {
    let standings = case.goals.iter().filter_map(|goal| goal.standing(case, report));
    let rows: Vec<Vec<String>> = standings.map(|standing| standing.cells()).collect();
    let head = ["", "at most", "reached", "parts", "geometric mean", "farthest"];
    let goals = Table { head: head.map(String::from).into(), rows };
    let mut tables = Vec::new();
    if !goals.rows.is_empty() {
        tables.push(("What is to be reached".into(), goals));
        tables.push(("How many parts each row has".into(), counts(case, report)));
    }
    tables
}

/// For every section and row: how many parts it was asked for, and what became of them.
fn counts(case: &Case, report: &Report) -> Table {
    let mut lines: Vec<(String, [usize; 3])> = Vec::new();
    for row in &report.rows {
        let section = case.part(&row.part).and_then(|part| part.section.clone());
        let name = format!("{}: {}", section.unwrap_or_default(), row.rival);
        let index = lines.iter().position(|(line, _)| *line == name).unwrap_or_else(|| {
            lines.push((name, [0; 3]));
            lines.len() - 1
        });
        let column = match row.median_s {
            Some(_) => 0,
            None if row.note.starts_with("WRONG RESULT") => 1,
            None => 2,
        };
        lines[index].1[column] += 1;
    }
    let head = ["", "measured", "wrong result", "not to be had"];
    let rows = lines
        .into_iter()
        .map(|(name, counts)| [vec![name], counts.map(|count| count.to_string()).into()].concat());
    Table { head: head.map(String::from).into(), rows: rows.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::part::tests::parts;
    use super::super::report::tests::{measured, report};
    use super::*;

    #[derive(Deserialize)]
    struct File {
        goal: Vec<Goal>,
    }

    const GOALS: &str = "
        [[goal]]
        title = 'as fast as c'
        row = 'ours'
        parts = ['Programs']
        beside = 'c'
        at_most = 1.5
        [[goal]]
        title = 'as fast as c in the mean'
        row = 'ours'
        parts = ['loop', 'tree']
        beside = 'c'
        at_most = 1.5
        is_mean = true
        [[goal]]
        title = 'soon'
        row = 'ours'
        parts = ['import']
        at_most = 0.04
        [[goal]]
        title = 'right'
        row = 'ours'
        parts = ['loop', 'tree', 'import']
        beside = 'python'
        at_most = inf
        share = 0.5
    ";

    fn case() -> Case {
        let part = |name, section| format!("[[part]]\nname = '{name}'\ntitle = ''\n{section}\n");
        let section = "section = 'Programs'";
        let text = [part("loop", section), part("tree", section), part("import", "")].concat();
        let mut case = Case::load("arrays").unwrap();
        case.parts = parts(&text);
        case.goals = toml::from_str::<File>(GOALS).unwrap().goal;
        case
    }

    #[test]
    fn goals_are_reached_or_not() {
        let row = |part, rival, seconds| measured(part, rival, Some("p"), seconds);
        let report = report(vec![
            row("loop", "ours", Some(2.0)),
            row("loop", "python", Some(20.0)),
            row("loop", "c", Some(1.0)),
            row("tree", "ours", Some(1.0)),
            row("tree", "c", Some(1.0)),
            row("import", "ours", None),
            row("import", "python", Some(0.01)),
        ]);
        let tables = tables(&case(), &report);
        let cells: Vec<String> = tables[0].1.rows.iter().map(|row| row[2..].join(", ")).collect();
        assert_eq!(cells[0], "NO, 1 of 2, 1.41, 2.00 loop");
        assert_eq!(cells[1], "yes, 1 of 2, 1.41, 2.00 loop");
        assert!(cells[2].starts_with("NO, 0 of 1") && cells[2].ends_with("none import"));
        assert_eq!(cells[3], "yes, 1 of 2, 0.100, none import");
        let ours = &tables[1].1.rows[0];
        assert_eq!(ours[..], ["Programs: ours", "2", "0", "0"]);
    }
}

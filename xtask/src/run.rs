//! The main job: `cargo xtask run`. PicoNumpy's sleds, every rival in one run, the table, the JSON
//! and the pictures. Everything measured is the case `sleds` of the runner; here is only what a
//! visitor sees of it.

mod bars;
mod slope;
mod svg;

use crate::bench::case::Case;
use crate::bench::measure::Contestant;
use crate::bench::report::{Report, Row, Table, absences, ratio, whole_table};
use crate::bench::{self, Options, Outcome, publish};
use crate::paths;
use anyhow::{Result, bail};
use bars::Block;
use std::fmt::Write as _;
use std::path::Path;

/// Numbers in a state, and states in the ride of a sled: what the rivals' results are made of.
const FIELDS: usize = 4;
const STATES: usize = 201;

/// `cargo xtask run [--quick] [--only ROW,...] [--python NAME] [--publish]`
pub fn main(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let case = Case::load("sleds")?;
    let outcome = bench::run(&case, &options)?;
    let blocks = blocks(&outcome);
    let text = describe(&case, &outcome, &blocks);
    println!("{}", text.terminal);

    let folder = paths::build("run");
    std::fs::create_dir_all(&folder)?;
    bench::write_json(
        &outcome.report,
        options.json.as_ref().unwrap_or(&folder.join("sleds.json")),
    )?;
    std::fs::write(folder.join("sleds.md"), &text.markdown)?;
    let bars = bars::draw(&outcome.report, "PicoNumpy's sleds", &blocks);
    std::fs::write(folder.join("sleds-bars.svg"), bars)?;
    if let Some(rides) = rides(&outcome.contestants) {
        std::fs::write(folder.join("sleds-trajectories.svg"), slope::draw(&rides))?;
    }
    println!("table and pictures: {}", folder.display());
    if options.publish {
        publish(&case.name, &text.markdown, &folder)?;
    }
    complain_of_wrong_results(&outcome)
}

/// Puts the table and the pictures where the README shows them.
fn publish(case: &str, markdown: &str, folder: &Path) -> Result<()> {
    publish::publish(case, markdown)?;
    for picture in ["sleds-bars.svg", "sleds-trajectories.svg"] {
        std::fs::copy(folder.join(picture), paths::root().join("docs/images").join(picture))?;
    }
    Ok(())
}

/// The rows by interpreter: native ones and those of the main Python, then each PyPy.
fn blocks(outcome: &Outcome) -> Vec<Block<'_>> {
    let main = outcome.main.as_ref().map(|python| python.name.as_str());
    let mut blocks = Vec::new();
    for python in outcome.report.pythons() {
        let is_shown = python.is_none_or(|name| Some(name) == main || name.starts_with("pypy"));
        if is_shown {
            let rows = rows_of(&outcome.report, python).collect();
            blocks.push((heading(outcome, python), rows));
        }
    }
    // The order in which the table is read, whatever order the rows came in.
    blocks.sort_by_key(|(_, rows): &Block| {
        match rows.first().and_then(|row| row.python.as_deref()) {
            None => 0,
            python if python == main => 1,
            Some(_) => 2,
        }
    });
    blocks
}

fn heading(outcome: &Outcome, python: Option<&str>) -> String {
    let Some(name) = python else { return "Native code".into() };
    let version = outcome.report.machine.pythons.get(name);
    let implementation = if name.starts_with("pypy") { "PyPy" } else { "CPython" };
    version.map_or_else(|| name.into(), |version| format!("{implementation} {version}"))
}

fn rows_of<'a>(report: &'a Report, python: Option<&'a str>) -> impl Iterator<Item = &'a Row> {
    report.rows.iter().filter(move |row| row.python.as_deref() == python)
}

/// The same text for a terminal and as Markdown.
struct Text {
    terminal: String,
    markdown: String,
}

impl Text {
    fn heading(&mut self, heading: &str) {
        write!(self.terminal, "{heading}\n\n").expect("a string takes everything");
        write!(self.markdown, "### {heading}\n\n").expect("a string takes everything");
    }

    fn table(&mut self, table: &Table) {
        self.terminal += &(table.text() + "\n");
        self.markdown += &(table.markdown() + "\n");
    }

    fn line(&mut self, line: &str) {
        writeln!(self.terminal, "{line}").expect("a string takes everything");
        write!(self.markdown, "{line}\n\n").expect("a string takes everything");
    }
}

fn describe(case: &Case, outcome: &Outcome, blocks: &[Block]) -> Text {
    let report = &outcome.report;
    let mut text = Text { terminal: "\n".into(), markdown: String::new() };
    text.heading(&case.title);
    for (heading, rows) in blocks {
        let mut table = whole_table(report, rows.iter().copied());
        table.head[0] = heading.clone();
        text.table(&table);
    }
    text.heading("One binary on every Python, beside the C API version built for each");
    text.table(&every_python(report));
    for line in verdict(outcome) {
        text.line(&line);
    }
    for absence in absences(report) {
        text.line(&format!("could not be had: {absence}"));
    }
    text.line(&format!("measured on {}", report.machine.summary()));
    text
}

/// The same shared object everywhere, and the rival that is built anew for each Python.
fn every_python(report: &Report) -> Table {
    let head = ["", "C API", "Pommel, one binary", "ratio"];
    let find = |python: &str, rival: &str| {
        let row = rows_of(report, Some(python)).find(|row| row.rival == rival);
        row.and_then(|row| row.median_s)
    };
    let time = |seconds: Option<f64>| seconds.map_or("–".into(), bench::report::duration);
    let pythons = report.pythons().into_iter().flatten();
    let mut lines: Vec<Vec<String>> = pythons
        .map(|python| {
            let (theirs, ours) = (find(python, "c-api"), find(python, "pommel-universal"));
            let quotient = ours.zip(theirs).map(|(ours, theirs)| ratio(ours / theirs));
            vec![python.into(), time(theirs), time(ours), quotient.unwrap_or("–".into())]
        })
        .collect();
    // By version, not by the order of the alphabet.
    lines.sort_by_key(|line| {
        let (implementation, version) = line[0].split_once('-').unwrap_or((&line[0], ""));
        let number = |text: &str| text.trim_end_matches('t').parse::<u32>().unwrap_or_default();
        (implementation.to_owned(), version.split('.').map(number).collect::<Vec<_>>())
    });
    Table { head: head.map(String::from).into(), rows: lines }
}

/// What the run set out to show: ours against the C API version on the main Python.
fn verdict(outcome: &Outcome) -> Vec<String> {
    let Some(main) = &outcome.main else { return vec!["no CPython at hand".into()] };
    let find = |rival: &str| {
        let row = rows_of(&outcome.report, Some(&main.name)).find(|row| row.rival == rival)?;
        row.median_s
    };
    let Some(theirs) = find("c-api") else { return Vec::new() };
    let against = |rival: &str, title: &str| {
        find(rival).map(|ours| {
            format!("{title} takes {} times as long as the C API version.", ratio(ours / theirs))
        })
    };
    let ours = [
        ("pommel-universal", "Our class in the one binary"),
        ("pommel-direct", "Our class built directly"),
    ];
    ours.into_iter().filter_map(|(rival, title)| against(rival, title)).collect()
}

/// The trajectories of whoever computed them first; they are the same.
fn rides(contestants: &[Contestant]) -> Option<Vec<Vec<slope::State>>> {
    let numbers = contestants.iter().find_map(|one| one.result.as_ref())?;
    let states: Vec<slope::State> = numbers
        .chunks_exact(FIELDS)
        .map(|state| [state[0], state[1], state[2], state[3]])
        .collect();
    Some(states.chunks_exact(STATES).map(<[slope::State]>::to_vec).collect())
}

fn complain_of_wrong_results(outcome: &Outcome) -> Result<()> {
    let compared = outcome.contestants.iter().filter(|one| one.result.is_some()).count();
    let wrong: Vec<String> =
        outcome.contestants.iter().filter(|one| one.is_wrong).map(Contestant::describe).collect();
    if !wrong.is_empty() {
        bail!("these computed other trajectories: {}", wrong.join(", "));
    }
    if compared > 0 {
        println!("all {compared} implementations computed the same trajectories");
    }
    Ok(())
}

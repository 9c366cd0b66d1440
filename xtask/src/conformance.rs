//! `cargo xtask conformance`: upstream's own test suite, unchanged, against our package.
//!
//! Upstream's documentation and this suite are the specification of HPy; here is how much of it
//! we keep, counted by interpreter and by mode.

mod expected;
mod outcome;
mod suite;

use crate::pythons::{self, Python};
use anyhow::{Context, Result, bail};
use outcome::{MODES, Outcomes, Tally};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// The interpreter that is always wanted, the oldest one; the newest at hand comes besides. Those between them
/// are had with `--python`.
const WANTED: &[&str] = &["cpython-3.9"];

#[derive(Default)]
struct Options {
    /// Where the counts are written as JSON.
    json: Option<PathBuf>,
    /// Other interpreters than the usual.
    pythons: Vec<String>,
    /// A part of the suite: an expression of pytest's `-k`.
    filter: Option<String>,
}

#[derive(Serialize)]
struct Report {
    pythons: Vec<Outcomes>,
    missing: Vec<&'static str>,
}

/// `cargo xtask conformance [--json PATH] [--python NAME]... [-k EXPRESSION]`
pub fn main(args: &[String]) -> Result<()> {
    let options = Options::read(args)?;
    let (found, _) = pythons::provide();
    let chosen = options.choose(&found);
    let first = chosen.first().context("none of the Pythons for this suite is at hand")?;
    let suite = suite::fetch(first)?;
    let loader = suite::build_loader()?;
    let mut report = Report { pythons: Vec::new(), missing: Vec::new() };
    if options.pythons.is_empty() {
        let is_missing = |name: &&&str| !chosen.iter().any(|python| python.name == ***name);
        report.missing = WANTED.iter().filter(is_missing).copied().collect();
    }
    for python in &chosen {
        println!("== {} ({})", python.name, python.version);
        let outcomes = suite::run(python, &suite, &loader, options.filter.as_deref());
        report.pythons.push(outcomes.with_context(|| python.name.clone())?);
    }
    print_report(&report);
    if let Some(path) = &options.json {
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    verdict(&report)
}

/// Builds the package `hpy` and puts it into a folder of its own.
pub fn stage_package(interpreter: &Path, folder: &Path) -> Result<()> {
    suite::stage_package(interpreter, &suite::build_loader()?, folder)
}

impl Options {
    fn read(args: &[String]) -> Result<Options> {
        let mut options = Options::default();
        let mut args = args.iter();
        while let Some(option) = args.next() {
            let value = args.next().with_context(|| format!("{option} needs a value"))?;
            match option.as_str() {
                "--json" => options.json = Some(value.into()),
                "--python" => options.pythons.push(value.clone()),
                "-k" => options.filter = Some(value.clone()),
                _ => bail!(
                    "usage: cargo xtask conformance [--json PATH] [--python NAME]... [-k EXPRESSION]"
                ),
            }
        }
        Ok(options)
    }

    /// The interpreters to run on.
    fn choose(&self, found: &[Python]) -> Vec<Python> {
        let is_wanted = |python: &&Python| {
            if self.pythons.is_empty() {
                WANTED.contains(&python.name.as_str())
            } else {
                self.pythons.contains(&python.name)
            }
        };
        let mut chosen: Vec<Python> = found.iter().filter(is_wanted).cloned().collect();
        let ordinary = found.iter().filter(|p| p.implementation == "cpython" && !p.free_threaded);
        if let Some(newest) = ordinary.max_by_key(|python| python.language)
            && self.pythons.is_empty()
            && !chosen.iter().any(|python| python.name == newest.name)
        {
            chosen.push(newest.clone());
        }
        chosen
    }
}

fn print_report(report: &Report) {
    print!("\n{:<14} {:>6}", "passed", "all");
    MODES.iter().for_each(|mode| print!(" {mode:>13}"));
    println!();
    for python in &report.pythons {
        let all = python.modes.values().map(|tally| tally.passed).sum::<u32>();
        print!("{:<14} {all:>6}", python.python);
        for mode in MODES {
            let tally = python.modes.get(mode).copied().unwrap_or_default();
            print!(" {:>13}", cell(tally));
        }
        println!();
    }
    for python in &report.pythons {
        for test in &python.failures {
            println!("FAILED on {}: {test}", python.python);
        }
        for test in &python.surprises {
            println!("PASSED against expectation on {}: {test}", python.python);
        }
    }
    for name in &report.missing {
        println!("MISSING: {name}");
    }
}

/// `298`, or `296 2F 1S 1X`: failed, skipped, failed as expected.
fn cell(tally: Tally) -> String {
    let others = [(tally.failed, 'F'), (tally.skipped, 'S'), (tally.expected, 'X')];
    let others = others.iter().filter(|(count, _)| *count > 0);
    others.fold(tally.passed.to_string(), |text, (count, what)| format!("{text} {count}{what}"))
}

fn verdict(report: &Report) -> Result<()> {
    let failed: usize = report.pythons.iter().map(|p| p.failures.len()).sum();
    let surprising: usize = report.pythons.iter().map(|p| p.surprises.len()).sum();
    let passed = report.pythons.iter().flat_map(|p| p.modes.values()).any(|t| t.passed > 0);
    if failed + surprising > 0 || !passed {
        bail!("{failed} tests failed, {surprising} passed that are expected to fail");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_shows_what_is_not_zero() {
        let all = Tally { passed: 3, failed: 0, skipped: 0, expected: 0 };
        assert_eq!(cell(all), "3");
        assert_eq!(cell(Tally { failed: 1, expected: 2, ..all }), "3 1F 2X");
    }

    #[test]
    fn a_report_without_passes_is_no_success() {
        let report = Report { pythons: Vec::new(), missing: Vec::new() };
        assert!(verdict(&report).is_err());
    }
}

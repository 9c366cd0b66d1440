//! `cargo xtask test [FILTER]`: everything that can be tested on this machine, and a table of what
//! ran. FILTER is a part of a row's name: `rust`, `miri`, `sanitizers`, `pypy`, `direct`.
//!
//! The extensions are built and packed once. Every interpreter gets the same wheel, byte for byte,
//! and runs the tests of `tests/` in processes of its own, several interpreters at a time, and Miri
//! beside them.

mod counts;
mod parts;
mod python;
pub mod sanitizers;

use crate::pythons::{self, Python};
use crate::{paths, process};
use anyhow::{Result, bail};
use counts::Counts;
use parts::{Heard, Part};
use std::process::Command;
use std::time::{Duration, Instant};

/// One row of the closing table.
struct Row {
    name: String,
    version: String,
    counts: Counts,
    seconds: f64,
    note: String,
}

impl Row {
    /// The row of a part that has ended. An error inside is a failure of that part.
    fn of(
        name: &str,
        version: &str,
        start: Instant,
        mut counts: Counts,
        result: Result<String>,
    ) -> Row {
        let note = result.unwrap_or_else(|error| {
            counts.failed += 1;
            format!("FAILED: {}", error.to_string().lines().next().unwrap_or_default())
        });
        let seconds = start.elapsed().as_secs_f64();
        Row { name: name.into(), version: version.into(), counts, seconds, note }
    }
}

/// The rows so far, and which are wanted at all.
struct Report {
    filter: String,
    rows: Vec<Row>,
}

pub fn main(args: &[String]) -> Result<()> {
    let filter = match args {
        [] => String::new(),
        [filter] if !filter.starts_with('-') => filter.clone(),
        _ => bail!("usage: cargo xtask test [FILTER]"),
    };
    let mut report = Report { filter, rows: Vec::new() };
    let rustc = process::output(Command::new("rustc").arg("--version"))?;
    let (pythons, missing) = pythons::provide();
    report.add("rust", rustc.trim(), |counts| test_rust(&pythons, counts));
    report.add("sanitizers", "address, undefined", |counts| sanitizers::test(&pythons, counts));
    // Miri keeps one processor busy for minutes: the interpreters are tested on the others meanwhile.
    let miri = Part { name: "miri".into(), version: "nightly".into(), test: Box::new(test_miri) };
    python::test_all(&pythons, &missing, vec![miri], &mut report);
    report.close()
}

/// Unit, integration and documentation tests of every crate. Those of a host run `pythons`.
fn test_rust(pythons: &[Python], counts: &mut Counts) -> Result<String> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .env("POMMEL_PYTHONS", std::env::join_paths(pythons.iter().map(|p| &p.executable))?)
        .current_dir(paths::root());
    let limit = Duration::from_secs(30 * 60);
    let status = process::watch(&mut cargo, limit, |line| counts.read_cargo(line))?;
    counts.expect(status)
}

/// The crates whose tests enter no interpreter, under Miri: undefined behaviour fails them.
const MIRI_PACKAGES: &[&str] = &["hpy-abi", "hpy-mock"];

/// Tests of the safe API that take Miri through its unsafe code: arguments, fields, borrows of both
/// kinds. Each takes it up to a minute, so that all of them would take too long.
const MIRI_SAFE_API: &[&str] =
    &["arguments_find_their_parameters", "fields_keep_objects", "operators_try_both_sides"];

/// Tests of the engine of arrays that take Miri through its unsafe code around elements: shares in memory,
/// threads that help, and the short ways of small arrays. Its loops take Miri too long, and the pool of
/// `rayon` breaks the rules of borrowing that Miri tries out.
const MIRI_ENGINE: &[&str] = &["raw::share", "raw::team", "raw::reserve", "kernels::few"];

fn test_miri(heard: &mut Heard) -> Result<String> {
    // Where it is not there it may be had.
    let version = Command::new("cargo").args(["+nightly", "miri", "--version"]).output();
    if !version.is_ok_and(|output| output.status.success()) {
        let mut add = Command::new("rustup");
        add.args(["component", "add", "--toolchain", "nightly", "miri", "rust-src"]);
        let _ = process::output(&mut add);
    }
    let mut setup = Command::new("cargo");
    setup.args(["+nightly", "miri", "setup"]).current_dir(paths::root());
    if let Err(error) = process::output(&mut setup) {
        heard.counts.skipped += 1;
        let reason = error.to_string().lines().last().unwrap_or_default().to_owned();
        return Ok(format!("SKIPPED: no Miri on this machine ({reason})"));
    }
    let mut packages = miri("--tests");
    for package in MIRI_PACKAGES {
        packages.args(["--package", package]);
    }
    let mut safe_api = miri("--no-default-features");
    safe_api.args(["--package", "pommel", "--test", "mock", "--"]).args(MIRI_SAFE_API);
    let mut engine = miri("--lib");
    engine.args(["--package", "pommel-array", "--"]).args(MIRI_ENGINE);
    let limit = Duration::from_secs(30 * 60);
    for mut command in [packages, safe_api, engine] {
        heard.cargo(&mut command, limit)?;
    }
    Ok(String::new())
}

/// A run of tests under Miri.
fn miri(what: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["+nightly", "miri", "test", "--no-fail-fast", what]);
    // Golden files are read, and a hundred times slower a few cases must do.
    cargo.env("PROPTEST_CASES", "4");
    // Descriptions of modules and classes are leaked on purpose: hosts keep pointers into them.
    cargo.env("MIRIFLAGS", "-Zmiri-disable-isolation -Zmiri-ignore-leaks");
    cargo.current_dir(paths::root());
    cargo
}

impl Report {
    /// Runs one part. If it fails, the others still run.
    fn add(&mut self, name: &str, version: &str, test: impl FnOnce(&mut Counts) -> Result<String>) {
        if self.wants(name) {
            self.add_always(name, version, test);
        }
    }

    fn wants(&self, name: &str) -> bool {
        name.contains(&self.filter)
    }

    /// The same for what others need, whatever the filter says.
    fn add_always(
        &mut self,
        name: &str,
        version: &str,
        test: impl FnOnce(&mut Counts) -> Result<String>,
    ) {
        println!("\n=== {name} ({version})");
        let start = Instant::now();
        let mut counts = Counts::default();
        let result = test(&mut counts);
        if let Err(error) = &result {
            println!("{error:#}");
        }
        self.rows.push(Row::of(name, version, start, counts, result));
    }

    /// Runs those of `parts` that are wanted, several at a time.
    fn add_together(&mut self, mut parts: Vec<Part>) {
        parts.retain(|part| self.wants(&part.name));
        parts::run(parts, |row, said| {
            print!("\n=== {} ({})\n{said}", row.name, row.version);
            self.rows.push(row);
        });
    }

    /// A part that this machine cannot run: said now, and again in the table.
    fn miss(&mut self, name: &str, reason: &str) {
        if self.wants(name) {
            println!("\nMISSING: {name}, {reason}");
            self.rows.push(Row {
                name: name.into(),
                version: "-".into(),
                counts: Counts { skipped: 1, ..Counts::default() },
                seconds: 0.0,
                note: format!("MISSING: {reason}"),
            });
        }
    }

    fn close(&self) -> Result<()> {
        println!(
            "\n{:<24} {:<44} {:>6} {:>6} {:>7} {:>7}  note",
            "part", "version", "passed", "failed", "skipped", "seconds"
        );
        let mut total = Counts::default();
        for Row { name, version, counts, seconds, note } in &self.rows {
            let Counts { passed, failed, skipped } = counts;
            println!(
                "{name:<26} {version:<44} {passed:>6} {failed:>6} {skipped:>7} {seconds:>7.1}  {note}"
            );
            total += *counts;
        }
        let Counts { passed, failed, skipped } = total;
        println!("\n{passed} passed, {failed} failed, {skipped} skipped");
        if failed > 0 {
            bail!("{failed} tests failed");
        }
        if passed == 0 {
            bail!(
                "no test ran: {:?} is no part of a row's name, or nothing was at hand",
                self.filter
            );
        }
        Ok(())
    }
}

//! The C sources that extensions compile in, under AddressSanitizer and
//! UndefinedBehaviorSanitizer: on the host in memory with random bytes, and in CPython as part of
//! the extensions that test the headers.

use super::counts::Counts;
use crate::pythons::Python;
use crate::{paths, process};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The CPython that is preferred: any would do, and one is enough.
const PYTHON: &str = "cpython-3.11";

pub fn test(pythons: &[Python], counts: &mut Counts) -> Result<String> {
    let Ok(library) = library() else {
        counts.skipped += 1;
        return Ok("SKIPPED: the C compiler has no AddressSanitizer of GCC's".into());
    };
    let mut fuzz = cargo_test("hpy-fuzz");
    fuzz.args(["--features", "sanitizers"]);
    run(&mut fuzz, counts)?;
    let preferred = pythons.iter().find(|python| python.name == PYTHON);
    let any = || pythons.iter().find(|python| python.implementation == "cpython");
    let Some(python) = preferred.or_else(any) else {
        counts.skipped += 1;
        return Ok("SKIPPED: no CPython for extensions in C".into());
    };
    let mut extensions = cargo_test("hpy-cpython-static");
    // Those that run something; what is compiled only is the same without sanitizers.
    extensions.args(["--test", "c", "--", "work"]);
    extensions.env("POMMEL_SANITIZERS", library).env("POMMEL_PYTHONS", &python.executable);
    run(&mut extensions, counts)?;
    Ok(format!("in memory, and in {}", python.name))
}

/// AddressSanitizer's library, which GCC knows the place of.
pub fn library() -> Result<PathBuf> {
    let libraries = ["libasan.so", "libubsan.so"].map(|name| {
        let argument = format!("-print-file-name={name}");
        let path = PathBuf::from(process::output(Command::new("cc").arg(argument))?.trim());
        // What it does not know is printed as it was asked.
        path.is_absolute().then_some(path).with_context(|| format!("cc has no {name}"))
    });
    let [asan, ubsan] = libraries;
    ubsan.and(asan)
}

fn cargo_test(package: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--package", package]).current_dir(paths::root());
    cargo
}

fn run(command: &mut Command, counts: &mut Counts) -> Result<()> {
    let limit = Duration::from_secs(10 * 60);
    let status = process::watch(command, limit, |line| counts.read_cargo(line))?;
    counts.expect(status).map(drop)
}

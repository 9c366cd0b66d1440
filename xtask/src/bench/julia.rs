//! Julia, the norm that PicoNumpy's table is divided by: the one on the PATH, or the last that
//! Debian packaged (1.5.3, in the suite bullseye), unpacked with the libraries it was linked
//! against into a folder of its own. The machine's own apt is asked for its mirror and otherwise
//! left alone.

use crate::debian::Suite;
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const SUITE: &str = "bullseye";

/// Packages whose place the machine's own libraries take: an older program runs on a newer C
/// library, never the other way round.
const NOT_WANTED: &[&str] =
    &["libc6", "libcrypt1", "libgcc-s1", "libstdc++6", "gcc-", "debconf", "cdebconf", "dpkg"];

/// Debian puts Julia's private libraries in the second folder.
const LIBRARIES: &[&str] =
    &["usr/lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu/julia", "lib/x86_64-linux-gnu"];

/// A program that starts Julia; fetches one if need be.
pub fn ensure() -> Result<PathBuf> {
    if process::is_on_path("julia") {
        return Ok("julia".into());
    }
    let folder = paths::build("julia");
    let start = folder.join("start-julia");
    if start.exists() {
        return Ok(start);
    }
    if std::env::var("POMMEL_NO_FETCH").is_ok_and(|value| value == "1") {
        bail!("no julia on the PATH, and POMMEL_NO_FETCH forbids fetching one");
    }
    eprintln!("fetching Julia from Debian's {SUITE} (once)");
    fetch(&folder).context("no julia on the PATH, and none could be fetched")?;
    write_start(&folder, &start)?;
    Ok(start)
}

fn fetch(folder: &Path) -> Result<()> {
    let suite = Suite::open(SUITE)?;
    let packages = closure(&suite)?;
    suite.unpack(&packages, folder)
}

/// Everything that Julia depends on, and itself, each in the suite's own version.
fn closure(suite: &Suite) -> Result<Vec<String>> {
    // As if nothing were installed here: what the machine has leads to other dependencies.
    let status = suite.scratch.join("status");
    std::fs::write(&status, "")?;
    let mut command = suite.apt("apt-cache");
    command.arg("-o").arg(format!("Dir::State::status={}", status.display()));
    command.args(["depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts"]);
    command.args(["--no-breaks", "--no-replaces", "--no-enhances", "julia"]);
    let listed = process::output(&mut command)?;
    // A package stands at the start of a line, its dependencies below it, indented.
    let is_package = |line: &&str| line.starts_with(|first: char| first.is_ascii_lowercase());
    let is_wanted = |name: &&str| {
        !name.contains(':') && !NOT_WANTED.iter().any(|start| name.starts_with(start))
    };
    let packages = listed.lines().filter(is_package).filter(is_wanted);
    Ok(packages.map(|name| format!("{name}/{SUITE}")).collect())
}

/// A program that starts Julia with its own libraries.
fn write_start(folder: &Path, start: &Path) -> Result<()> {
    let libraries: Vec<String> =
        LIBRARIES.iter().map(|library| folder.join(library).display().to_string()).collect();
    let script = format!(
        "#!/bin/sh\nLD_LIBRARY_PATH={} exec {} \"$@\"\n",
        libraries.join(":"),
        folder.join("usr/bin/julia").display()
    );
    std::fs::write(start, script)?;
    std::fs::set_permissions(start, PermissionsExt::from_mode(0o755))?;
    process::output(Command::new(start).arg("--version")).map(drop)
}

//! Julia, the norm that PicoNumpy's table is divided by: the one on the PATH, or the last that
//! Debian packaged (1.5.3, in the suite bullseye), unpacked with the libraries it was linked
//! against into a folder of its own.

use crate::pythons::debian::Suite;
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

const SUITE: &str = "bullseye";

/// Packages that a newer system's own serve: an older program runs on a newer C library.
const OWN: &[&str] = &["libc6", "libcrypt1", "libgcc-s1", "libstdc++6", "gcc-", "perl", "debconf"];

/// A program that starts Julia; fetches one if need be.
pub fn ensure() -> Result<PathBuf> {
    if process::is_on_path("julia") {
        return Ok("julia".into());
    }
    let folder = paths::build("julia");
    let program = folder.join("usr/bin/julia");
    let start = folder.join("julia.sh");
    if !start.exists() {
        if std::env::var("POMMEL_NO_FETCH").is_ok_and(|value| value == "1") {
            bail!("no julia on the PATH, and POMMEL_NO_FETCH forbids fetching one");
        }
        eprintln!("fetching Julia from Debian's {SUITE}");
        fetch(&folder).context("no julia on the PATH, and none could be fetched")?;
        write_start(&start, &folder, &program)?;
    }
    Ok(start)
}

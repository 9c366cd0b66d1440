//! The browser that pages are tested in: one that the machine has, or Debian's, unpacked into
//! `build/browser` together with the libraries that the machine lacks.
//!
//! Variables: `POMMEL_BROWSER` (a program; this and no other is used), `POMMEL_NO_FETCH=1` (use
//! what is at hand).

use crate::debian::Suite;
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What browsers that speak the DevTools protocol are called.
const NAMES: &[&str] = &[
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

const PACKAGE: &str = "chromium-headless-shell";

/// What starts it, under `build/`.
const FETCHED: &str = "browser/start";

/// Starts what was unpacked beside it. Where the machine has no fonts, those that came along serve.
const START: &str = r#"#!/bin/sh
folder=$(dirname "$(readlink -f "$0")")
libraries=$folder/usr/lib/x86_64-linux-gnu
export LD_LIBRARY_PATH="$libraries:$libraries/pulseaudio"
[ -d /etc/fonts ] || export FONTCONFIG_PATH="$folder/etc/fonts" XDG_DATA_HOME="$folder/usr/share"
exec "$folder/usr/lib/chromium/chromium-headless-shell" "$@"
"#;

/// `cargo xtask browser`
pub fn main(_: &[String]) -> Result<()> {
    provide()?;
    println!("{}", at_hand().context("none is at hand")?.display());
    Ok(())
}

/// The browser at hand.
pub fn at_hand() -> Option<PathBuf> {
    let given = std::env::var_os("POMMEL_BROWSER").map(PathBuf::from);
    let on_path = || NAMES.iter().find(|name| process::is_on_path(name)).map(PathBuf::from);
    let fetched = || Some(paths::build(FETCHED)).filter(|start| start.exists());
    given.or_else(on_path).or_else(fetched)
}

/// Fetches a browser if none is at hand.
pub fn provide() -> Result<()> {
    if at_hand().is_some() {
        return Ok(());
    }
    if std::env::var("POMMEL_NO_FETCH").is_ok_and(|value| value == "1") {
        bail!("POMMEL_NO_FETCH forbids fetching it");
    }
    fetch(&paths::build(FETCHED))
}

fn fetch(start: &Path) -> Result<()> {
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
        bail!("only known how to fetch for Linux on x86-64: put Chromium on the PATH");
    }
    let folder = start.parent().context("the browser has no folder")?;
    println!("a browser: fetching into {}", folder.display());
    let suite = Suite::open(&codename()?)?;
    // What installing it would bring.
    let listed = process::output(suite.apt("apt-get").args([
        "install",
        "--simulate",
        "--no-install-recommends",
        PACKAGE,
    ]))?;
    let packages: Vec<_> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("Inst ")?.split(' ').next())
        .map(String::from)
        .collect();
    suite.unpack(&packages, folder)?;
    std::fs::write(start, START)?;
    std::fs::set_permissions(start, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// The suite that the machine itself runs.
fn codename() -> Result<String> {
    let about = std::fs::read_to_string("/etc/os-release")?;
    let name = about.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    name.map(|name| name.trim_matches('"').to_owned()).context("/etc/os-release names no suite")
}

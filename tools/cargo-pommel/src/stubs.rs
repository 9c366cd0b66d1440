//! `cargo pommel stubs`: the type stub, which the extension knows of itself, written beside the
//! package's sources for editors and type checkers. A wheel holds it without asking.

use crate::backend::Backend;
use crate::interpreter;
use crate::options::Options;
use crate::progress::say;
use anyhow::{Result, bail};
use serde::Deserialize;
use std::path::PathBuf;

/// How it is used.
pub const USAGE: &str = "[--out DIR] [--python PROGRAM] [--project DIR]";

#[derive(Deserialize)]
struct Made {
    stubs: Vec<PathBuf>,
}

/// The command.
pub fn main(args: &[String]) -> Result<()> {
    let mut options = Options::new(args, USAGE);
    let given = options.value("--python")?;
    let project = PathBuf::from(options.value("--project")?.unwrap_or("."));
    let out = options.value("--out")?.map_or_else(|| project.clone(), PathBuf::from);
    options.finish()?;
    let python = interpreter::for_building(given, &project)?;
    let backend = Backend::unpack()?;
    let mut command = backend.command(&python.executable, "stubs", &project);
    let made: Made =
        backend.run(command.args(["--zig", "no", "--profile", "dev", "--out"]).arg(&out))?;
    if made.stubs.is_empty() {
        bail!(
            "no stub was written: the package has one that was written by hand, or the extension \
             is not made with pommel"
        );
    }
    made.stubs.iter().for_each(|stub| say("Wrote", stub.display()));
    Ok(())
}

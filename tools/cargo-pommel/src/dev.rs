//! `cargo pommel dev`: builds the extension into its package in the source tree, and installs the
//! project, editable, into the current environment. Python code needs no further build; after a
//! change of the Rust code the same command builds again.

use crate::backend::{Backend, Project};
use crate::interpreter::{self, Python};
use crate::options::Options;
use crate::progress::say;
use crate::{pip, process};
use anyhow::Result;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How it is used.
pub const USAGE: &str = "[--release] [--python PROGRAM] [--project DIR]";

/// The command.
pub fn main(args: &[String]) -> Result<()> {
    let mut options = Options::new(args, USAGE);
    let profile = if options.flag("--release") { "release" } else { "dev" };
    let given = options.value("--python")?;
    let project = PathBuf::from(options.value("--project")?.unwrap_or("."));
    options.finish()?;
    let python = interpreter::of_environment(given, &project)?;
    let backend = Backend::unpack()?;
    let described = backend.describe(&python, &project)?;
    let Project { name, version, module, .. } = &described;
    say("Building", format!("{name} {version} ({profile})"));
    let mut command = backend.command(&python.executable, "develop", &project);
    let place: Place = backend.run(command.args(["--zig", "no", "--profile", profile]))?;
    if !is_installed(&python, &described, &place.folder)? {
        install(&backend, &python, &project, profile)?;
    }
    let environment = environment(&python);
    say("Installed", format!("{name} {version} in {}, editable", environment.display()));
    let package = module.split('.').next().unwrap_or(module);
    say("Try", format!("{} -c 'import {package}'", python.executable.display()));
    Ok(())
}

/// Where an editable installation imports the extension from.
#[derive(Deserialize)]
struct Place {
    folder: PathBuf,
}

fn environment(python: &Python) -> &Path {
    python.executable.ancestors().nth(2).unwrap_or(&python.executable)
}

/// Whether the environment has this version already, in this place.
fn is_installed(python: &Python, project: &Project, place: &Path) -> Result<bool> {
    const QUESTION: &str = "\
import sys
from importlib.metadata import PackageNotFoundError, version
name, wanted, place = sys.argv[1:]
try:
    print(version(name) == wanted and place in sys.path)
except PackageNotFoundError:
    print(False)
";
    let mut command = Command::new(&python.executable);
    command.args(["-I", "-c", QUESTION, &project.name, &project.version]).arg(place);
    Ok(process::output(&mut command)?.trim() == "True")
}

fn install(backend: &Backend, python: &Python, project: &Path, profile: &str) -> Result<()> {
    #[derive(Deserialize)]
    struct Made {
        wheel: PathBuf,
    }
    let out = std::env::temp_dir().join(format!("cargo-pommel-{}", std::process::id()));
    let mut command = backend.command(&python.executable, "editable", project);
    let made: Made =
        backend.run(command.args(["--zig", "no", "--profile", profile, "--out"]).arg(&out))?;
    let wheel = made.wheel.display().to_string();
    let arguments = ["install", "--force-reinstall", &wheel];
    let installed = pip::run(python, &python.executable, &arguments);
    std::fs::remove_dir_all(&out)?;
    installed
}

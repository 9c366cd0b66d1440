//! `cargo pommel build`: the one wheel, and the proof that it works: it is installed into an empty
//! folder and imported by each Python at hand.

use crate::backend::{Backend, Project};
use crate::interpreter::{self, Python};
use crate::options::Options;
use crate::progress::say;
use crate::{pip, process};
use anyhow::{Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How it is used.
pub const USAGE: &str =
    "[--out DIR] [--zig | --no-zig] [--no-check] [--python PROGRAM] [--project DIR]";

/// What the back end made.
#[derive(Deserialize)]
struct Made {
    wheel: PathBuf,
}

/// The command.
pub fn main(args: &[String]) -> Result<()> {
    let mut options = Options::new(args, USAGE);
    let zig = match (options.flag("--zig"), options.flag("--no-zig")) {
        (true, _) => "yes",
        (false, true) => "no",
        (false, false) => "auto",
    };
    let check = !options.flag("--no-check");
    let given = options.value("--python")?;
    let project = PathBuf::from(options.value("--project")?.unwrap_or("."));
    let out = options.value("--out")?.map_or_else(|| project.join("dist"), PathBuf::from);
    options.finish()?;

    let python = interpreter::for_building(given, &project)?;
    let backend = Backend::unpack()?;
    let described = backend.describe(&python, &project)?;
    say("Building", format!("{} {} (release)", described.name, described.version));
    let mut command = backend.command(&python.executable, "wheel", &project);
    let made: Made = backend.run(command.args(["--zig", zig, "--out"]).arg(&out))?;
    let size = std::fs::metadata(&made.wheel)?.len() / 1024;
    say("Packed", format!("{} ({size} KiB)", made.wheel.display()));
    explain_tag(&made.wheel, &python);
    if check { try_everywhere(&made.wheel, &described) } else { Ok(()) }
}

/// A wheel for new machines only says why.
fn explain_tag(wheel: &Path, python: &Python) {
    let name = wheel.file_name().unwrap_or_default().to_string_lossy();
    let glibc = name.split("manylinux_2_").nth(1).and_then(|rest| rest.split('_').next());
    let glibc = glibc.and_then(|version| version.parse::<u32>().ok());
    if let Some(glibc) = glibc.filter(|version| *version > OLDEST_GLIBC) {
        say("Note", format!("the wheel needs glibc 2.{glibc} or later, as this machine has"));
        let program = python.executable.display();
        say("", format!("`{program} -m pip install ziglang` makes it one for machines since 2014"));
    }
}

/// What a wheel that is linked with zig asks for.
const OLDEST_GLIBC: u32 = 17;

/// Installs and imports the wheel on every Python at hand.
fn try_everywhere(wheel: &Path, project: &Project) -> Result<()> {
    let mut failures = 0;
    let pythons = interpreter::discover(&[]);
    for python in &pythons {
        match try_on(python, wheel, project) {
            Ok(()) => say("Checked", format!("{} ({})", python.name, python.version)),
            Err(error) => {
                failures += 1;
                say("FAILED", format!("{}: {error:#}", python.name));
            }
        }
    }
    match failures {
        0 => {
            say("Finished", format!("one wheel, {} Pythons at hand", pythons.len()));
            Ok(())
        }
        _ => bail!("the wheel does not work on {failures} of {} Pythons", pythons.len()),
    }
}

fn try_on(python: &Python, wheel: &Path, project: &Project) -> Result<()> {
    let name = format!("cargo-pommel-{}-{}", std::process::id(), python.name);
    let folder = std::env::temp_dir().join(name);
    let (target, file) = (folder.display().to_string(), wheel.display().to_string());
    let mut arguments = vec!["install", "--target", &target, &file];
    if project.dependencies.is_empty() {
        arguments.extend(["--no-deps", "--no-index"]);
    }
    let tried = pip::run(python, &python.executable, &arguments).and_then(|()| {
        let program = "import importlib, sys; sys.path.insert(0, sys.argv[1]); \
                       importlib.import_module(sys.argv[2])";
        let mut command = Command::new(&python.executable);
        process::output(command.args(["-I", "-B", "-c", program, &target, &project.module]))
    });
    std::fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Ok(()),
        _ => Err(error),
    })?;
    tried.map(drop)
}

//! Installing with pip, whether or not the environment has it.

use crate::interpreter::Python;
use crate::process;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// `pip` with `arguments` for the environment of `interpreter`, which `python` belongs to. An
/// environment needs no pip of its own, which saves seconds when it is made; and an interpreter
/// from Debian's packages has no ensurepip to put one there.
pub fn run(python: &Python, interpreter: &Path, arguments: &[&str]) -> Result<()> {
    let mut command = Command::new(interpreter);
    match &python.pip_wheel {
        _ if python.has_pip && python.executable == interpreter => {
            command.args(["-m", "pip"]);
        }
        // A wheel is a zip file: Python runs the package inside.
        Some(wheel) => {
            command.arg(wheel.join("pip"));
        }
        None if python.has_pip => {
            command = Command::new(&python.executable);
            command.args(["-m", "pip", "--python"]).arg(interpreter);
        }
        None => {
            command = Command::new("uv");
            command.args(["pip", arguments[0], "--quiet", "--python"]).arg(interpreter);
            return finish(command.args(&arguments[1..]), python);
        }
    }
    command.args(["--quiet", "--disable-pip-version-check"]).args(arguments);
    finish(&mut command, python)
}

fn finish(command: &mut Command, python: &Python) -> Result<()> {
    process::output(command).map(drop).with_context(|| format!("{}: pip failed", python.name))
}

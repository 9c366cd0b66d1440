//! Running other programs: every failure names the command that failed.

use anyhow::{Context, Result, bail};
use std::process::{Command, Stdio};

/// Runs `command` and returns what it printed; a failure shows the end of what it said.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{}: {command:?}\n{}", output.status, end_of(&String::from_utf8_lossy(&said)));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The same for a program that tells the author on the standard error what it does, and what went
/// wrong: nothing is added to that.
pub fn talking(command: &mut Command) -> Result<Option<String>> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    match output.status.success() {
        true => Ok(Some(String::from_utf8(output.stdout)?)),
        false => Ok(None),
    }
}

/// A failed build may have said thousands of lines.
const SHOWN_LINES: usize = 30;

fn end_of(said: &str) -> String {
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(SHOWN_LINES)..].join("\n")
}

/// Is there a program of this name on the PATH?
pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

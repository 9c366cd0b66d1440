//! Running other programs: every failure names the command that failed.

use anyhow::{Context, Result, bail};
pub use cargo_pommel::process::{is_on_path, output};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// Runs `command` for at most `limit`, showing each line that it prints to its standard output and
/// handing it to `read`.
pub fn watch(
    command: &mut Command,
    limit: Duration,
    mut read: impl FnMut(&str),
) -> Result<ExitStatus> {
    let deadline = Instant::now() + limit;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let output = BufReader::new(child.stdout.take().context("the output is a pipe")?);
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in output.split(b'\n').map_while(|line| line.ok()) {
            // Nobody listens any more once the limit is reached.
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                println!("{line}");
                read(&line);
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait()?),
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                bail!("not finished after {} s: {command:?}", limit.as_secs());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watching_reads_every_line() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; printf two; exit 3"]);
        let limit = Duration::from_secs(60);
        let status = watch(&mut command, limit, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!((status.code(), lines), (Some(3), vec!["one".into(), "two".into()]));
    }

    #[test]
    fn watching_ends_at_the_limit() {
        let mut command = Command::new("sleep");
        let error = watch(command.arg("60"), Duration::from_millis(50), |_| ()).unwrap_err();
        assert!(error.to_string().contains("not finished after"), "{error}");
    }
}

//! Running other programs: every failure names the command that failed.

use anyhow::{Context, Result, bail};
pub use cargo_pommel::process::{is_on_path, output};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// Runs `command` for at most `limit`, showing each line that it prints to its standard output and
/// handing it to `read`.
pub fn watch(
    command: &mut Command,
    limit: Duration,
    mut read: impl FnMut(&str),
) -> Result<ExitStatus> {
    follow(command, limit, |line| {
        println!("{line}");
        read(line);
    })
}

/// The same without showing anything: `read` is handed the lines of the standard error as well.
pub fn overhear(
    command: &mut Command,
    limit: Duration,
    read: impl FnMut(&str),
) -> Result<ExitStatus> {
    follow(command.stderr(Stdio::piped()), limit, read)
}

fn follow(
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
    let (sender, lines) = channel();
    if let Some(errors) = child.stderr.take() {
        send_lines(errors, sender.clone());
    }
    send_lines(child.stdout.take().context("the output is a pipe")?, sender);
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => read(&line),
            Err(RecvTimeoutError::Disconnected) => return Ok(child.wait()?),
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                bail!("not finished after {} s: {command:?}", limit.as_secs());
            }
        }
    }
}

/// Sends what comes out of a pipe as long as it is open.
fn send_lines(pipe: impl Read + Send + 'static, sender: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).split(b'\n').map_while(|line| line.ok()) {
            // Nobody listens any more once the limit is reached.
            let _ = sender.send(String::from_utf8_lossy(&line).into_owned());
        }
    });
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
    fn overhearing_reads_both_outputs() {
        let mut lines = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2"]);
        let limit = Duration::from_secs(60);
        let status = overhear(&mut command, limit, |line| lines.push(line.to_owned())).unwrap();
        lines.sort();
        assert_eq!((status.code(), lines), (Some(0), vec!["one".into(), "two".into()]));
    }

    #[test]
    fn watching_ends_at_the_limit() {
        let mut command = Command::new("sleep");
        let error = watch(command.arg("60"), Duration::from_millis(50), |_| ()).unwrap_err();
        assert!(error.to_string().contains("not finished after"), "{error}");
    }
}

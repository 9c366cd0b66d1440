//! A rival at work: a process that answers requests, one line each (`benches/protocol.py` describes
//! them). One that hangs, dies or talks nonsense is an error with a reason, never the end of the
//! run.

use anyhow::{Context, Result, anyhow, bail};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A request that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(100);

/// A running worker; dropping it ends the process.
pub struct Worker {
    process: Child,
    requests: ChildStdin,
    answers: Receiver<String>,
    /// How long an answer is waited for.
    patience: Duration,
    /// Answers that nobody waits for any more; they come before the next one.
    owed: usize,
    /// What it wrote to standard error.
    log: PathBuf,
}

impl Worker {
    pub fn start(mut command: Command, log: &Path) -> Result<Worker> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let requests = process.stdin.take().context("no pipe to the worker")?;
        let output = process.stdout.take().context("no pipe from the worker")?;
        let (sender, answers) = channel();
        // The thread ends with the worker's output.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Worker { process, requests, answers, patience: PATIENCE, owed: 0, log: log.into() })
    }

    /// How long `runs` runs of a part take, in seconds.
    pub fn time(&mut self, part: &str, runs: u64) -> Result<f64> {
        let answer = self.ask(&format!("time {part} {runs}"))?;
        answer.trim().parse().with_context(|| format!("the worker answered {answer:?}"))
    }

    /// The numbers that a part computes.
    pub fn result(&mut self, part: &str) -> Result<Vec<f64>> {
        let answer = self.ask(&format!("result {part}"))?;
        let numbers = answer.split_whitespace().map(str::parse);
        numbers.collect::<Result<_, _>>().context("the worker's result is not numbers")
    }

    fn ask(&mut self, request: &str) -> Result<String> {
        // A worker that has died is noticed when no answer comes.
        let _ = writeln!(self.requests, "{request}").and_then(|()| self.requests.flush());
        let answer = loop {
            match self.answers.recv_timeout(self.patience) {
                Ok(_) if self.owed > 0 => self.owed -= 1,
                Ok(answer) => break answer,
                Err(RecvTimeoutError::Timeout) => {
                    self.owed += 1;
                    bail!("no answer in {} seconds to {request:?}", self.patience.as_secs())
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.obituary()),
            }
        };
        match answer.split_once(' ').unwrap_or((&answer, "")) {
            ("ok", rest) => Ok(rest.into()),
            ("err", reason) => bail!("{reason}"),
            _ => bail!("the worker answered {answer:?}"),
        }
    }

    /// Why the worker is gone.
    fn obituary(&mut self) -> anyhow::Error {
        let status = self.process.wait().map(|status| status.to_string()).unwrap_or_default();
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        match log.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(last) => anyhow!("the worker ended ({status}): {}", last.trim()),
            None => anyhow!("the worker ended ({status})"),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Worker {
        let name = format!("pommel-worker-{}-{}.log", std::process::id(), script.len());
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Worker::start(command, &std::env::temp_dir().join(name)).unwrap()
    }

    #[test]
    fn answers_and_failures() {
        let mut worker =
            shell("read a; echo ok 0.5; read a; echo err no such part; read a; echo 7");
        assert_eq!(worker.time("all", 3).unwrap(), 0.5);
        assert_eq!(worker.time("all", 3).unwrap_err().to_string(), "no such part");
        assert!(worker.time("all", 3).unwrap_err().to_string().contains("answered \"7\""));
    }

    #[test]
    fn a_dead_worker_says_why() {
        let mut worker = shell("echo first >&2; echo last words >&2; exit 3");
        let reason = worker.result("all").unwrap_err().to_string();
        assert!(reason.contains("last words") && reason.contains('3'), "{reason}");
    }

    #[test]
    fn an_answer_that_comes_too_late_is_nobodys() {
        let mut worker = shell("read a; read b; echo ok 1; echo ok 2; read c; echo ok 3");
        worker.patience = Duration::from_millis(50);
        assert!(worker.time("first", 1).unwrap_err().to_string().contains("no answer"));
        // A busy machine is no failure of the rest.
        worker.patience = PATIENCE;
        assert_eq!(worker.time("second", 1).unwrap(), 2.0);
        assert_eq!(worker.time("third", 1).unwrap(), 3.0);
    }
}

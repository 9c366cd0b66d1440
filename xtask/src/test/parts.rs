//! Parts of the tests that run beside each other: what each prints is kept, and shown as a whole.

use super::Row;
use super::counts::Counts;
use anyhow::Result;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// More at a time would take memory that a machine of many processors need not have.
const MOST_AT_A_TIME: usize = 4;

/// Runs a part; gives the note of its row.
pub type Test<'a> = Box<dyn FnOnce(&mut Heard) -> Result<String> + Send + 'a>;

/// One part that has not run yet.
pub struct Part<'a> {
    pub name: String,
    pub version: String,
    pub test: Test<'a>,
}

/// What a part has printed so far, and what the test runner in it has counted.
#[derive(Default)]
pub struct Heard {
    said: String,
    pub counts: Counts,
}

impl Heard {
    /// Runs pytest for at most `limit`, and expects that it tested something.
    pub fn pytest(&mut self, command: &mut Command, limit: Duration) -> Result<()> {
        let status = crate::process::overhear(command, limit, |line| {
            self.say(line);
            self.counts.read_pytest(line);
        })?;
        self.counts.expect(status).map(drop)
    }

    /// Runs `cargo test` for at most `limit`, and expects that it tested something.
    pub fn cargo(&mut self, command: &mut Command, limit: Duration) -> Result<()> {
        let status = crate::process::overhear(command, limit, |line| {
            self.say(line);
            self.counts.read_cargo(line);
        })?;
        self.counts.expect(status).map(drop)
    }

    fn say(&mut self, line: &str) {
        self.said.push_str(line);
        self.said.push('\n');
    }
}

/// Runs `parts`, as many at a time as there are processors. A line says when one starts; when it
/// has ended, and all before it, `show` gets its row and what it printed.
pub fn run(parts: Vec<Part>, mut show: impl FnMut(Row, String)) {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let waiting = Mutex::new(parts.into_iter().enumerate());
    let (sender, ended) = channel();
    std::thread::scope(|scope| {
        for _ in 0..processors.min(MOST_AT_A_TIME) {
            let (waiting, sender) = (&waiting, sender.clone());
            scope.spawn(move || {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some((index, part)) = next() {
                    println!("--- {} starts", part.name);
                    // Somebody listens until every sender is gone.
                    let _ = sender.send((index, run_one(part)));
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut shown = 0;
        for (index, outcome) in ended {
            early.insert(index, outcome);
            while let Some((row, said)) = early.remove(&shown) {
                show(row, said);
                shown += 1;
            }
        }
    });
}

fn run_one(part: Part) -> (Row, String) {
    let start = Instant::now();
    let mut heard = Heard::default();
    let result = (part.test)(&mut heard);
    if let Err(error) = &result {
        heard.say(&format!("{error:#}"));
    }
    (Row::of(&part.name, &part.version, start, heard.counts, result), heard.said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::bail;

    fn part<'a>(name: &str, program: &'a str) -> Part<'a> {
        let test = move |heard: &mut Heard| {
            heard.pytest(Command::new("sh").args(["-c", program]), Duration::from_secs(60))?;
            Ok(format!("ran {program}"))
        };
        Part { name: name.into(), version: "1".into(), test: Box::new(test) }
    }

    #[test]
    fn parts_are_shown_whole_and_in_their_order() {
        let slow = "sleep 0.2; echo first; echo '= 2 passed in 0.20s ='";
        let broken = Part { test: Box::new(|_| bail!("no such thing")), ..part("c", "") };
        let parts = vec![part("a", slow), part("b", "echo 1 passed in 0.01s"), broken];
        let mut shown = Vec::new();
        run(parts, |row, said| {
            shown.push((row.name, row.counts.passed, row.counts.failed, row.note, said));
        });
        let first = "first\n= 2 passed in 0.20s =\n";
        let row = |name: &str, passed, failed, note: &str, said: &str| {
            (name.to_owned(), passed, failed, note.to_owned(), said.to_owned())
        };
        let expected = [
            row("a", 2, 0, &format!("ran {slow}"), first),
            row("b", 1, 0, "ran echo 1 passed in 0.01s", "1 passed in 0.01s\n"),
            row("c", 0, 1, "FAILED: no such thing", "no such thing\n"),
        ];
        assert_eq!(shown, expected);
    }
}

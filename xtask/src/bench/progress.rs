//! Progress on standard error: what is being done and about how long it will still take. On a
//! terminal the line is rewritten; in a log one is added every few seconds.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

pub struct Progress {
    begin: Instant,
    shown: Option<Instant>,
    done: usize,
    all: usize,
    is_terminal: bool,
}

impl Progress {
    pub fn new(all: usize) -> Progress {
        let is_terminal = std::io::stderr().is_terminal();
        Progress { begin: Instant::now(), shown: None, done: 0, all, is_terminal }
    }

    /// So many steps more are done.
    pub fn advance(&mut self, steps: usize, what: &str) {
        self.done += steps;
        let pause =
            if self.is_terminal { Duration::from_millis(100) } else { Duration::from_secs(5) };
        if self.shown.is_some_and(|shown| shown.elapsed() < pause) {
            return;
        }
        self.shown = Some(Instant::now());
        let spent = self.begin.elapsed().as_secs_f64();
        let left = spent / self.done as f64 * (self.all - self.done) as f64;
        let line = format!("measuring {what}; about {left:.0} s left");
        if self.is_terminal {
            eprint!("\r\x1b[K{line}");
            // Only a display.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{line}");
        }
    }

    pub fn finish(&self) {
        if self.is_terminal {
            eprint!("\r\x1b[K");
        }
        eprintln!("measured in {:.0} s", self.begin.elapsed().as_secs_f64());
    }
}

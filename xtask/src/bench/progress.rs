//! Progress on standard error: what is being done and about how long it will still take. On a
//! terminal the line is rewritten; in a log one is added every few seconds.

use super::pace::about;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

pub struct Progress {
    begin: Instant,
    shown: Option<Instant>,
    done: f64,
    all: f64,
    is_terminal: bool,
}

impl Progress {
    /// Of work that is thought to take so many seconds.
    pub fn new(all: f64) -> Progress {
        let is_terminal = std::io::stderr().is_terminal();
        Progress { begin: Instant::now(), shown: None, done: 0.0, all, is_terminal }
    }

    /// What was thought to take so many seconds is done.
    pub fn advance(&mut self, seconds: f64, what: &str) {
        self.done += seconds;
        let pause =
            if self.is_terminal { Duration::from_millis(100) } else { Duration::from_secs(5) };
        if self.shown.is_some_and(|shown| shown.elapsed() < pause) {
            return;
        }
        self.shown = Some(Instant::now());
        let left = left(self.begin.elapsed().as_secs_f64(), self.done, self.all);
        let line = format!("measuring {what}; about {} left", about(left));
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

/// The time that is left when `done` of `all` has taken `spent`.
fn left(spent: f64, done: f64, all: f64) -> f64 {
    if done > 0.0 { (spent / done * (all - done)).max(0.0) } else { all }
}

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn what_is_left_goes_by_what_was_spent() {
        assert_eq!(left(3.0, 1.0, 4.0), 9.0);
        assert_eq!(left(0.1, 0.0, 4.0), 4.0);
        assert_eq!(left(3.0, 4.5, 4.0), 0.0);
    }
}

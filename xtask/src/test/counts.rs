//! How many tests passed, read from what the test runners print.

use anyhow::{Result, bail};
use std::ops::AddAssign;
use std::process::ExitStatus;

/// A test that was expected to fail, and did, passed; one that is left out is skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counts {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl Counts {
    /// Adds what a line of `cargo test` says, once for each test program:
    /// `test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out`.
    pub fn read_cargo(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let tallies = result.split_once(". ").map_or("", |(_, tallies)| tallies);
        self.read_tallies(tallies.split(';'));
    }

    /// Adds what the last line of `pytest` says: `== 1 failed, 3 passed, 1 xfailed in 0.12s ==`.
    pub fn read_pytest(&mut self, line: &str) {
        let line = line.trim_matches(['=', ' ']);
        let Some((tallies, time)) = line.rsplit_once(" in ") else { return };
        let digits = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
        if digits(tallies) && digits(time) {
            self.read_tallies(tallies.split(','));
        }
    }

    fn read_tallies<'a>(&mut self, tallies: impl Iterator<Item = &'a str>) {
        for tally in tallies {
            let mut words = tally.split_whitespace();
            let number = words.next().and_then(|number| number.parse().ok()).unwrap_or(0);
            match words.next() {
                Some("passed" | "xfailed") => self.passed += number,
                Some("failed" | "error" | "errors" | "xpassed") => self.failed += number,
                Some("skipped" | "ignored") => self.skipped += number,
                _ => {}
            }
        }
    }

    /// Checks the runner's own verdict against the counts: one that died counted nothing.
    pub fn expect(&self, status: ExitStatus) -> Result<String> {
        if !status.success() && self.failed == 0 {
            bail!("the test runner ended with {status}");
        }
        if status.success() && self.passed == 0 {
            bail!("no test ran");
        }
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_lines() {
        let mut counts = Counts::default();
        for line in [
            "running 4 tests",
            "test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 9 filtered out",
            "test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; done",
        ] {
            counts.read_cargo(line);
        }
        assert_eq!(counts, Counts { passed: 5, failed: 1, skipped: 2 });
    }

    #[test]
    fn pytest_lines() {
        let mut counts = Counts::default();
        for line in [
            "collected 7 items in 2 files",
            "=== 1 failed, 3 passed, 2 skipped, 4 deselected, 1 xfailed, 2 errors in 0.12s ===",
            "2 passed in 61.00s (0:01:01)",
        ] {
            counts.read_pytest(line);
        }
        assert_eq!(counts, Counts { passed: 6, failed: 3, skipped: 2 });
    }
}

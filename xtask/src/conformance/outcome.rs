//! What became of the suite's tests, by mode.

use super::expected;
use crate::pythons::Python;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// The modes of the suite, in the order of the report. A test that has none, such as those of the
/// build tools, is counted under the last.
pub const MODES: [&str; 8] =
    ["cpython", "universal", "hybrid", "debug", "hybrid+debug", "trace", "hybrid+trace", "other"];

#[derive(Deserialize)]
struct Line {
    test: String,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Passed,
    Failed,
    Skipped,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Tally {
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
    /// Failed, and listed with a reason.
    pub expected: u32,
}

/// The suite on one interpreter.
#[derive(Default, Serialize)]
pub struct Outcomes {
    pub python: String,
    pub version: String,
    pub modes: BTreeMap<String, Tally>,
    /// The tests that failed and are not expected to.
    pub failures: Vec<String>,
    /// The tests that are expected to fail, and passed.
    pub surprises: Vec<String>,
}

impl Outcomes {
    /// Reads the file that the plug-in wrote.
    pub fn read(python: &Python, file: &Path) -> Result<Outcomes> {
        let lines = std::fs::read_to_string(file)
            .with_context(|| format!("the suite ended without {}", file.display()))?;
        let mut outcomes = Outcomes {
            python: python.name.clone(),
            version: python.version.clone(),
            ..Outcomes::default()
        };
        for line in lines.lines() {
            let Line { test, outcome } = serde_json::from_str(line)?;
            outcomes.add(test, outcome, |test| expected::reason(python, test).is_some());
        }
        Ok(outcomes)
    }

    fn add(&mut self, test: String, outcome: Outcome, expected: impl Fn(&str) -> bool) {
        let tally = self.modes.entry(mode(&test).to_owned()).or_default();
        match outcome {
            Outcome::Failed if expected(&test) => tally.expected += 1,
            Outcome::Failed => {
                tally.failed += 1;
                self.failures.push(test);
            }
            Outcome::Passed => {
                tally.passed += 1;
                if expected(&test) {
                    self.surprises.push(test);
                }
            }
            Outcome::Skipped => tally.skipped += 1,
        }
    }
}

/// The mode in a test's name: `test/test_call.py::TestCall::test_x[hybrid+debug]`.
fn mode(test: &str) -> &'static str {
    let parameters = test.rsplit_once('[').map_or("", |(_, rest)| rest.trim_end_matches(']'));
    let found = parameters.split('-').find_map(|part| MODES.iter().find(|mode| **mode == part));
    found.copied().unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_stands_in_brackets() {
        assert_eq!(mode("test/test_a.py::T::test_x[universal]"), "universal");
        assert_eq!(mode("test/test_a.py::T::test_x[hybrid+debug-1]"), "hybrid+debug");
        assert_eq!(mode("test/test_a.py::test_universal"), "other");
    }

    #[test]
    fn what_is_expected_and_what_is_not() {
        let mut outcomes = Outcomes::default();
        let expected = |test: &str| test.contains("listed");
        for (test, outcome) in [
            ("a[debug]", Outcome::Passed),
            ("b[debug]", Outcome::Failed),
            ("listed_1[debug]", Outcome::Failed),
            ("listed_2[debug]", Outcome::Passed),
            ("c[debug]", Outcome::Skipped),
        ] {
            outcomes.add(test.into(), outcome, expected);
        }
        let tally = Tally { passed: 2, failed: 1, skipped: 1, expected: 1 };
        assert_eq!(outcomes.modes["debug"], tally);
        assert_eq!(outcomes.failures, ["b[debug]"]);
        assert_eq!(outcomes.surprises, ["listed_2[debug]"]);
    }
}

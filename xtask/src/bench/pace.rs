//! How long a run takes: how often everything is measured, and an estimate that is said before the
//! run begins. What single runs took on this machine the last time is kept for it under `build/`.

use super::case::Case;
use super::measure::Measured;
use super::part::Part;
use super::report::Report;
use crate::paths;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The times of a case, as a run of this kind uses them.
pub struct Pace {
    pub rounds: usize,
    /// As many are measured however long they take.
    pub least_rounds: usize,
    pub round_seconds: f64,
    pub longest_seconds: f64,
    warmup_seconds: f64,
    warmup_seconds_pypy: f64,
}

/// A run that takes more rounds than this misses most of them.
const LONG_RUN: f64 = 8.0;

/// What an element is thought to take where nothing is known: a few operations in memory.
const SECONDS_PER_ELEMENT: f64 = 5e-9;

/// What a part is thought to take before it is warm where nothing is known: operands are made, and
/// compilers compile.
const FIRST_SECONDS: f64 = 0.1;

impl Pace {
    pub fn of(case: &Case, is_quick: bool) -> Pace {
        let share = if is_quick { case.quick_share } else { 1.0 };
        Pace {
            rounds: if is_quick { case.quick_rounds } else { case.rounds },
            least_rounds: case.quick_rounds,
            round_seconds: share * case.round_seconds,
            longest_seconds: share * case.longest_seconds,
            warmup_seconds: share * case.warmup_seconds,
            warmup_seconds_pypy: share * case.warmup_seconds_pypy,
        }
    }

    pub fn warmup_seconds(&self, is_pypy: bool) -> f64 {
        if is_pypy { self.warmup_seconds_pypy } else { self.warmup_seconds }
    }

    /// What a row takes for a part that takes so long before it is warm, and for a single run.
    fn seconds(&self, known: Known, is_pypy: bool) -> f64 {
        let turns = self.rounds.div_ceil(every(known.single / self.round_seconds));
        let turn = self.round_seconds.max(known.single);
        known.first + self.warmup_seconds(is_pypy).max(known.single) + turn * turns as f64
    }
}

/// A row whose single run takes so many rounds takes part in one round of so many: it would hold up
/// all the others.
pub fn every(rounds_per_run: f64) -> usize {
    if rounds_per_run > LONG_RUN { LONG_RUN as usize / 2 } else { 1 }
}

/// What is known of a part and a row from earlier, in seconds.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Known {
    /// The result that is compared, and the first run.
    first: f64,
    single: f64,
}

/// All that is known, by what was measured.
#[derive(Default)]
pub struct Past {
    known: BTreeMap<String, Known>,
}

impl Past {
    /// What was kept; nothing is known before the first run.
    pub fn of(case: &Case) -> Past {
        let text = std::fs::read_to_string(Past::file(case)).unwrap_or_default();
        Past { known: serde_json::from_str(&text).unwrap_or_default() }
    }

    fn file(case: &Case) -> PathBuf {
        paths::build("bench").join(&case.name).join("seconds.json")
    }

    fn key(name: &str, python: Option<&str>) -> String {
        format!("{name} {}", python.unwrap_or("native"))
    }

    /// Keeps what a run found, in the order of the report's rows; that it cannot be kept makes the
    /// next estimate worse and no more.
    pub fn keep(mut self, case: &Case, report: &Report, measured: &[Measured]) {
        for (row, one) in report.rows.iter().zip(measured) {
            if let Some(single) = row.median_s {
                let key = Past::key(&row.name, row.python.as_deref());
                self.known.insert(key, Known { first: one.first_seconds, single });
            }
        }
        if let Ok(text) = serde_json::to_string_pretty(&self.known) {
            let _ = std::fs::write(Past::file(case), text);
        }
    }

    /// How long a row will be at a part.
    pub fn seconds(
        &self,
        case: &Case,
        pace: &Pace,
        part: &str,
        (row, python): (&str, Option<&str>),
    ) -> f64 {
        let known = self.known.get(&Past::key(&case.measured_name(part, row), python));
        let single = SECONDS_PER_ELEMENT * case.part(part).map_or(0.0, Part::elements);
        let first = FIRST_SECONDS + 2.0 * single;
        pace.seconds(
            known.copied().unwrap_or(Known { first, single }),
            python.is_some_and(|name| name.starts_with("pypy")),
        )
    }
}

/// `50 s`, `12 min`.
pub fn about(seconds: f64) -> String {
    if seconds < 100.0 {
        format!("{:.0} s", seconds.max(1.0))
    } else {
        format!("{:.0} min", seconds / 60.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        rounds: 10,
        least_rounds: 3,
        round_seconds: 0.02,
        longest_seconds: 100.0,
        warmup_seconds: 0.05,
        warmup_seconds_pypy: 0.5,
    };

    fn is_near(found: f64, expected: f64) -> bool {
        (found - expected).abs() < 1e-9
    }

    const fn known(first: f64, single: f64) -> Known {
        Known { first, single }
    }

    #[test]
    fn short_runs_take_rounds_and_long_ones_a_few() {
        assert!(is_near(PACE.seconds(known(0.0, 0.0), false), 0.25));
        assert!(is_near(PACE.seconds(known(3.0, 0.0), true), 3.7));
        // Fifty rounds long: in every fourth of ten, which is three times.
        assert!(is_near(PACE.seconds(known(2.0, 1.0), false), 2.0 + 1.0 + 3.0));
        assert_eq!([every(0.1), every(8.0), every(9.0)], [1, 1, 4]);
    }

    #[test]
    fn a_quick_run_takes_its_share() {
        let case = Case::load("arrays").unwrap();
        let (whole, quick) = (Pace::of(&case, false), Pace::of(&case, true));
        assert!(is_near(quick.round_seconds, case.quick_share * whole.round_seconds));
        assert_eq!((whole.rounds, quick.rounds), (case.rounds, case.quick_rounds));
    }

    #[test]
    fn what_is_known_counts_and_else_the_number_of_elements() {
        let case = Case::load("arrays").unwrap();
        let mut past = Past::default();
        let seconds = |past: &Past, part| past.seconds(&case, &PACE, part, ("numpy", Some("x")));
        assert!(is_near(seconds(&past, "pair-1e7"), PACE.seconds(known(0.2, 0.05), false)));
        past.known.insert("pair-1e7/numpy x".into(), known(3.0, 0.4));
        assert!(is_near(seconds(&past, "pair-1e7"), PACE.seconds(known(3.0, 0.4), false)));
    }

    #[test]
    fn times_are_said_in_words() {
        assert_eq!([0.2, 42.4, 99.0, 150.0].map(about), ["1 s", "42 s", "99 s", "2 min"]);
    }
}

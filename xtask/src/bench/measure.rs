//! The measuring itself. The rows of a part are measured in turn, round after round, so that a
//! noisy moment of the machine hits all of them alike; each round starts with another row. A row is
//! described by the median of its rounds and by their quartiles.

use super::case::Case;
use super::progress::Progress;
use super::worker::Worker;
use anyhow::Result;
use std::time::Instant;

/// A rival on one interpreter, ready to run or with the reason why not.
pub struct Contestant {
    /// The name of its row in the case.
    pub row: String,
    pub title: String,
    /// The interpreter, for rows that have one.
    pub python: Option<String>,
    /// The parts it has, if not all.
    pub parts: Option<Vec<String>>,
    pub worker: Result<Worker, String>,
    /// What the table says beside the numbers.
    pub note: String,
    /// What it computed, if the case compares results.
    pub result: Option<Vec<f64>>,
    /// Its result is not the reference's.
    pub is_wrong: bool,
}

impl Contestant {
    pub fn is_on_pypy(&self) -> bool {
        self.python.as_ref().is_some_and(|name| name.starts_with("pypy"))
    }

    fn has(&self, part: &str) -> bool {
        self.parts.as_ref().is_none_or(|parts| parts.iter().any(|name| name == part))
    }

    /// `numpy on cpython-3.11`.
    pub fn describe(&self) -> String {
        match &self.python {
            Some(python) => format!("{} on {python}", self.row),
            None => self.row.clone(),
        }
    }
}

/// What was measured of a part with a contestant: seconds per run, one for each round.
pub struct Measured {
    pub part: String,
    pub contestant: usize,
    pub seconds: Result<Vec<f64>, String>,
}

/// Measures every part with every contestant.
pub fn measure(case: &Case, contestants: &mut [Contestant], rounds: usize) -> Vec<Measured> {
    let parts = case.part_names();
    let mut progress = Progress::new(parts.len() * (rounds + CALIBRATION_ROUNDS));
    let mut measured = Vec::new();
    for part in parts {
        let mut entries: Vec<Entry> = Vec::new();
        for (index, contestant) in contestants.iter_mut().enumerate() {
            if contestant.has(part) {
                let runs = calibrate(case, part, contestant);
                entries
                    .push(Entry { contestant: index, plan: runs.map(|runs| (runs, Vec::new())) });
            }
        }
        progress.advance(CALIBRATION_ROUNDS, &format!("{part}: warmed up"));
        for round in 0..rounds {
            for turn in 0..entries.len() {
                let index = (turn + round) % entries.len();
                entries[index].take_turn(part, contestants);
            }
            progress.advance(1, &format!("{part}: round {} of {rounds}", round + 1));
        }
        measured.extend(entries.into_iter().map(|entry| Measured {
            part: part.into(),
            contestant: entry.contestant,
            seconds: entry.plan.map(|(_, seconds)| seconds),
        }));
    }
    progress.finish();
    measured
}

/// A contestant in the rounds of a part.
struct Entry {
    contestant: usize,
    /// How many runs fill a round, and the seconds per run so far.
    plan: Result<(u64, Vec<f64>), String>,
}

impl Entry {
    fn take_turn(&mut self, part: &str, contestants: &mut [Contestant]) {
        let Ok(worker) = &mut contestants[self.contestant].worker else { return };
        let Ok((runs, seconds)) = &mut self.plan else { return };
        match worker.time(part, *runs) {
            Ok(taken) => seconds.push(taken / *runs as f64),
            Err(error) => self.plan = Err(format!("{error:#}")),
        }
    }
}

/// Warming up and calibrating takes about as long as so many rounds.
const CALIBRATION_ROUNDS: usize = 6;

/// Runs a part until it is warm; finds how many runs fill a round.
fn calibrate(case: &Case, part: &str, contestant: &mut Contestant) -> Result<u64, String> {
    let warmup =
        if contestant.is_on_pypy() { case.warmup_seconds_pypy } else { case.warmup_seconds };
    let worker = contestant.worker.as_mut().map_err(|reason| reason.clone())?;
    let begin = Instant::now();
    let mut runs = 1;
    loop {
        let seconds = worker.time(part, runs).map_err(|error| format!("{error:#}"))?;
        let is_warm = begin.elapsed().as_secs_f64() >= warmup;
        if seconds >= case.round_seconds / 4.0 && is_warm {
            return Ok(((runs as f64 * case.round_seconds / seconds).round() as u64).max(1));
        }
        if seconds < case.round_seconds {
            runs *= 2;
        }
    }
}

/// The value below which the share `part` of `sorted` lies, interpolated.
pub fn quantile(sorted: &[f64], part: f64) -> f64 {
    let position = part * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let above = position.ceil() as usize;
    sorted[below] + (sorted[above] - sorted[below]) * (position - below as f64)
}

/// The largest difference between two results, relative to the larger of 1 and the element, or why
/// they cannot be compared.
pub fn difference(expected: &[f64], found: &[f64]) -> Result<f64, String> {
    if expected.len() != found.len() {
        return Err(format!("{} numbers instead of {}", found.len(), expected.len()));
    }
    let differences = expected.iter().zip(found).map(|(a, b)| (a - b).abs() / a.abs().max(1.0));
    // A NaN is no agreement.
    Ok(differences.fold(0.0, |worst, each| if each <= worst { worst } else { each }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles() {
        let sorted = [1.0, 2.0, 3.0, 4.0, 10.0];
        assert_eq!([0.25, 0.5, 0.75].map(|part| quantile(&sorted, part)), [2.0, 3.0, 4.0]);
        assert_eq!(quantile(&[1.0, 2.0], 0.5), 1.5);
        assert_eq!(quantile(&[7.0], 0.25), 7.0);
    }

    #[test]
    fn results_are_compared() {
        assert_eq!(difference(&[1.0, 200.0], &[1.0, 100.0]), Ok(0.5));
        assert_eq!(difference(&[0.0, 0.5], &[0.25, 0.5]), Ok(0.25));
        assert!(difference(&[1.0], &[f64::NAN]).unwrap().is_nan());
        assert!(difference(&[1.0], &[1.0, 2.0]).is_err());
    }
}

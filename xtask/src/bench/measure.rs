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
    let longest = case.longest_seconds / parts.len() as f64;
    for part in parts {
        let begin = Instant::now();
        let mut entries: Vec<Entry> = Vec::new();
        for (index, contestant) in contestants.iter_mut().enumerate() {
            if contestant.has(part) {
                let runs = calibrate(case, part, contestant);
                entries.push(Entry { contestant: index, plan: runs.map(Plan::new) });
            }
        }
        progress.advance(CALIBRATION_ROUNDS, &format!("{part}: warmed up"));
        for round in 0..rounds {
            for turn in 0..entries.len() {
                let index = (turn + round) % entries.len();
                entries[index].take_turn(part, round, contestants);
            }
            progress.advance(1, &format!("{part}: round {} of {rounds}", round + 1));
            // A busy machine makes rounds longer; a visitor will not wait for ever.
            if begin.elapsed().as_secs_f64() > longest && round + 1 >= case.quick_rounds {
                progress.advance(rounds - round - 1, &format!("{part}: cut short"));
                break;
            }
        }
        measured.extend(entries.into_iter().map(|entry| Measured {
            part: part.into(),
            contestant: entry.contestant,
            seconds: entry.plan.map(|plan| plan.seconds),
        }));
    }
    progress.finish();
    measured
}

/// A contestant in the rounds of a part.
struct Entry {
    contestant: usize,
    plan: Result<Plan, String>,
}

struct Plan {
    /// How many runs fill a round.
    runs: u64,
    /// It takes part in one round of so many: a single run that takes as long as many rounds would
    /// hold up all the others.
    every: usize,
    /// Seconds per run so far.
    seconds: Vec<f64>,
}

impl Plan {
    /// Of a part whose single run takes so many rounds.
    fn new(rounds_per_run: f64) -> Plan {
        let runs = (1.0 / rounds_per_run).round().max(1.0) as u64;
        let every = if rounds_per_run > LONG_RUN { LONG_RUN as usize / 2 } else { 1 };
        Plan { runs, every, seconds: Vec::new() }
    }
}

const LONG_RUN: f64 = 8.0;

impl Entry {
    fn take_turn(&mut self, part: &str, round: usize, contestants: &mut [Contestant]) {
        let Ok(worker) = &mut contestants[self.contestant].worker else { return };
        let Ok(plan) = &mut self.plan else { return };
        if !round.is_multiple_of(plan.every) {
            return;
        }
        match worker.time(part, plan.runs) {
            Ok(taken) => plan.seconds.push(taken / plan.runs as f64),
            Err(error) => self.plan = Err(format!("{error:#}")),
        }
    }
}

/// Warming up and calibrating takes about as long as so many rounds.
const CALIBRATION_ROUNDS: usize = 6;

/// Runs a part until it is warm; finds how many rounds a run takes.
fn calibrate(case: &Case, part: &str, contestant: &mut Contestant) -> Result<f64, String> {
    let warmup =
        if contestant.is_on_pypy() { case.warmup_seconds_pypy } else { case.warmup_seconds };
    let worker = contestant.worker.as_mut().map_err(|reason| reason.clone())?;
    let begin = Instant::now();
    let mut runs = 1;
    loop {
        let seconds = worker.time(part, runs).map_err(|error| format!("{error:#}"))?;
        let is_warm = begin.elapsed().as_secs_f64() >= warmup;
        if seconds >= case.round_seconds / 4.0 && is_warm {
            return Ok(seconds / runs as f64 / case.round_seconds);
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
    fn short_runs_fill_a_round_and_long_ones_miss_some() {
        let plan = |rounds_per_run| {
            let plan = Plan::new(rounds_per_run);
            (plan.runs, plan.every)
        };
        assert_eq!(plan(0.01), (100, 1));
        assert_eq!(plan(3.0), (1, 1));
        assert_eq!(plan(20.0), (1, 4));
    }

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

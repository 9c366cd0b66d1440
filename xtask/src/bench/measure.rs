//! The measuring itself. The rows of a part are measured in turn, round after round, so that a
//! noisy moment of the machine hits all of them alike; each round starts with another row. A row is
//! described by the median of its rounds and by their quartiles.

use super::case::Case;
use super::pace::{Pace, Past, about, every};
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
    /// The names of the parts it has.
    pub parts: Vec<String>,
    pub worker: Result<Worker, String>,
    /// What the table says beside the numbers.
    pub note: String,
    /// How far its results may differ, where the case's tolerance is not its own.
    pub tolerance: Option<f64>,
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
        self.parts.iter().any(|name| name == part)
    }

    /// About how long it will be at a part.
    fn seconds(&self, case: &Case, pace: &Pace, past: &Past, part: &str) -> f64 {
        if self.worker.is_err() || !self.has(part) {
            return 0.0;
        }
        past.seconds(case, pace, part, (&self.row, self.python.as_deref()))
    }

    /// What it computes, or why there is nothing.
    fn compute(&mut self, part: &str) -> Result<Vec<f64>, String> {
        let worker = self.worker.as_mut().map_err(|reason| reason.clone())?;
        worker.result(part).map_err(|error| format!("{error:#}"))
    }

    /// How long so many runs of a part take, in seconds, or why there are none.
    fn time(&mut self, part: &str, runs: u64) -> Result<f64, String> {
        let worker = self.worker.as_mut().map_err(|reason| reason.clone())?;
        worker.time(part, runs).map_err(|error| format!("{error:#}"))
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
    /// How long it took before the part could be warmed up.
    pub first_seconds: f64,
}

/// Measures every part with every contestant.
pub fn measure(
    case: &Case,
    contestants: &mut [Contestant],
    pace: &Pace,
    past: &Past,
) -> Vec<Measured> {
    let parts = case.part_names();
    let weights: Vec<f64> = parts
        .iter()
        .map(|part| contestants.iter().map(|one| one.seconds(case, pace, past, part)).sum())
        .collect();
    let all: f64 = weights.iter().sum();
    eprintln!("measuring takes about {}", about(all.min(pace.longest_seconds)));
    let mut progress = Progress::new(all);
    let mut measured = Vec::new();
    for (part, weight) in parts.into_iter().zip(weights) {
        let longest = pace.longest_seconds * weight / all;
        let share = Share { part, weight, longest };
        let entries = share.measure(case, contestants, pace, &mut progress);
        measured.extend(entries.into_iter().map(|entry| Measured {
            part: part.into(),
            contestant: entry.contestant,
            seconds: entry.plan.map(|plan| plan.seconds),
            first_seconds: entry.first_seconds,
        }));
    }
    progress.finish();
    measured
}

/// A part, with what is thought to be its time and the longest that it may take.
struct Share<'a> {
    part: &'a str,
    weight: f64,
    longest: f64,
}

impl Share<'_> {
    fn measure(
        &self,
        case: &Case,
        contestants: &mut [Contestant],
        pace: &Pace,
        progress: &mut Progress,
    ) -> Vec<Entry> {
        let part = self.part;
        let begin = Instant::now();
        let with_part = (0..contestants.len()).filter(|index| contestants[*index].has(part));
        let mut entries: Vec<Entry> = with_part.map(Entry::new).collect();
        compare(case, part, contestants, &mut entries);
        for entry in &mut entries {
            entry.warm_up(part, contestants, pace);
        }
        let step = self.weight / (pace.rounds + CALIBRATION_ROUNDS) as f64;
        progress.advance(step * CALIBRATION_ROUNDS as f64, &format!("{part}: warmed up"));
        for round in 0..pace.rounds {
            for turn in 0..entries.len() {
                let index = (turn + round) % entries.len();
                entries[index].take_turn(part, round, contestants);
            }
            progress.advance(step, &format!("{part}: round {} of {}", round + 1, pace.rounds));
            // A busy machine makes rounds longer; a visitor will not wait for ever.
            if begin.elapsed().as_secs_f64() > self.longest && round + 1 >= pace.least_rounds {
                let left = (pace.rounds - round - 1) as f64;
                progress.advance(step * left, &format!("{part}: cut short"));
                break;
            }
        }
        entries
    }
}

/// In a case with parts, rows whose result of this part is not the reference's are not measured.
fn compare(case: &Case, part: &str, contestants: &mut [Contestant], entries: &mut [Entry]) {
    let described = case.part(part);
    let Some(check) = &case.check else { return };
    // A part of one row only has nobody to agree with.
    if described.is_none_or(|part| part.only.is_some()) {
        return;
    }
    let results: Vec<Result<Vec<f64>, String>> = entries
        .iter_mut()
        .map(|entry| {
            let begin = Instant::now();
            let result = contestants[entry.contestant].compute(part);
            entry.first_seconds += begin.elapsed().as_secs_f64();
            result
        })
        .collect();
    let reference =
        entries.iter().position(|entry| contestants[entry.contestant].row == check.reference);
    let expected = reference.and_then(|index| results[index].clone().ok());
    for (entry, result) in entries.iter_mut().zip(results) {
        let verdict = result.and_then(|found| match &expected {
            Some(expected) => {
                let own = contestants[entry.contestant].tolerance;
                agreement(expected, &found, own.unwrap_or(check.tolerance_of(described)))
            }
            None => Ok(()),
        });
        if let Err(why) = verdict {
            eprintln!("{part}: {}: {why}", contestants[entry.contestant].describe());
            entry.plan = Err(why);
        }
    }
}

/// Whether two results differ by no more than `tolerance`; if not, what is to be said of it.
pub fn agreement(expected: &[f64], found: &[f64], tolerance: f64) -> Result<(), String> {
    match difference(expected, found) {
        Ok(worst) if worst <= tolerance => Ok(()),
        Ok(worst) => Err(format!("WRONG RESULT: differs by {worst:.1e}")),
        Err(why) => Err(format!("WRONG RESULT: {why}")),
    }
}

/// A contestant in the rounds of a part.
struct Entry {
    contestant: usize,
    plan: Result<Plan, String>,
    first_seconds: f64,
}

#[derive(Default)]
struct Plan {
    /// How many runs fill a round.
    runs: u64,
    /// It takes part in one round of so many.
    every: usize,
    /// Seconds per run so far.
    seconds: Vec<f64>,
}

impl Plan {
    /// Of a part whose single run takes so many rounds.
    fn new(rounds_per_run: f64) -> Plan {
        let runs = (1.0 / rounds_per_run).round().max(1.0) as u64;
        Plan { runs, every: every(rounds_per_run), seconds: Vec::new() }
    }
}

impl Entry {
    fn new(contestant: usize) -> Entry {
        Entry { contestant, plan: Ok(Plan::default()), first_seconds: 0.0 }
    }

    /// Finds out how often it runs in a round, unless it is known to be wrong.
    fn warm_up(&mut self, part: &str, contestants: &mut [Contestant], pace: &Pace) {
        if self.plan.is_err() {
            return;
        }
        let contestant = &mut contestants[self.contestant];
        let begin = Instant::now();
        // The first run may compile something, or make the operands.
        let first = contestant.time(part, 1);
        self.first_seconds += begin.elapsed().as_secs_f64();
        self.plan = first.and_then(|_| calibrate(pace, part, contestant)).map(Plan::new);
    }

    fn take_turn(&mut self, part: &str, round: usize, contestants: &mut [Contestant]) {
        let Ok(plan) = &mut self.plan else { return };
        if !round.is_multiple_of(plan.every) {
            return;
        }
        match contestants[self.contestant].time(part, plan.runs) {
            Ok(taken) => plan.seconds.push(taken / plan.runs as f64),
            Err(why) => self.plan = Err(why),
        }
    }
}

/// Warming up and calibrating takes about as long as so many rounds.
const CALIBRATION_ROUNDS: usize = 6;

/// Runs a part until it is warm; finds how many rounds a run takes.
fn calibrate(pace: &Pace, part: &str, contestant: &mut Contestant) -> Result<f64, String> {
    let warmup = pace.warmup_seconds(contestant.is_on_pypy());
    let begin = Instant::now();
    let mut runs = 1;
    loop {
        let seconds = contestant.time(part, runs)?;
        let is_warm = begin.elapsed().as_secs_f64() >= warmup;
        if seconds >= pace.round_seconds / 4.0 && is_warm {
            return Ok(seconds / runs as f64 / pace.round_seconds);
        }
        if seconds < pace.round_seconds {
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

    #[test]
    fn results_agree_up_to_a_tolerance() {
        assert_eq!(agreement(&[1.0], &[1.0 + 1e-10], 1e-9), Ok(()));
        assert_eq!(agreement(&[1.0], &[1.5], 1e-9), Err("WRONG RESULT: differs by 5.0e-1".into()));
        assert!(agreement(&[1.0], &[f64::NAN], 1e-9).is_err());
        assert!(agreement(&[1.0], &[], 1e-9).is_err());
    }

    /// A worker that answers to `result` with a number, to `time` with a tenth of a second.
    fn contestant(row: &str, number: &str) -> Contestant {
        let script = format!(
            "while read verb rest; do if [ $verb = result ]; then echo ok {number}; \
             else echo ok 0.1; fi; done"
        );
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &script]);
        let name = format!("pommel-measure-{}-{row}.log", std::process::id());
        let worker = Worker::start(command, &std::env::temp_dir().join(name)).unwrap();
        Contestant {
            row: row.into(),
            title: row.into(),
            python: None,
            parts: vec!["pair-4".into()],
            worker: Ok(worker),
            note: String::new(),
            tolerance: None,
            result: None,
            is_wrong: false,
        }
    }

    #[test]
    fn who_computes_something_else_is_not_measured() {
        let mut case = Case::load("arrays").unwrap();
        case.narrow(false, Some(&["pair-4".into()])).unwrap();
        let mut contestants =
            [contestant("numpy", "3 4"), contestant("right", "3 4"), contestant("wrong", "3 5")];
        let pace = Pace::of(&case, true);
        let measured = measure(&case, &mut contestants, &pace, &Past::default());
        let is_measured: Vec<bool> = measured.iter().map(|one| one.seconds.is_ok()).collect();
        assert_eq!(is_measured, [true, true, false]);
        assert_eq!(measured[1].seconds.as_ref().unwrap()[0], 0.1);
        assert!(measured[2].seconds.as_ref().unwrap_err().starts_with("WRONG RESULT"));
    }
}

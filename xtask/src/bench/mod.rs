//! The runner of all benchmarks: `cargo xtask bench CASE`. A case is data (`case`); its rivals are
//! built (`build`), started as workers that stay (`worker`), measured in turn (`measure`) and
//! reported on (`report`). What cannot be had becomes a row that says why: nothing here ends a run
//! but a mistake in the case itself.

mod build;
pub mod case;
mod fastest;
mod goals;
mod julia;
mod limits;
mod machine;
pub mod measure;
mod pace;
mod part;
mod progress;
pub mod publish;
pub mod report;
mod worker;

use crate::pythons::{self, Python};
use crate::{paths, venv};
use anyhow::{Context, Result, bail};
use build::Site;
use case::{Build, Case, PommelAbi, Row, Run};
use machine::Machine;
use measure::{Contestant, agreement, measure};
use pace::{Pace, Past, about};
use report::{Report, absences, cut, tables};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use worker::Worker;

/// What a run may be told.
#[derive(Default)]
pub struct Options {
    /// Fewer rounds.
    pub quick: bool,
    /// Only these rows.
    pub only: Option<Vec<String>>,
    /// These rows too, which are left out otherwise.
    pub with: Vec<String>,
    /// Only these parts, or parts of these families.
    pub parts: Option<Vec<String>>,
    /// The interpreter that all rivals meet on, instead of the case's choice.
    pub main: Option<String>,
    /// Where the JSON goes.
    pub json: Option<PathBuf>,
    /// Whether the documentation shall show this run.
    pub publish: bool,
}

/// What a run found.
pub struct Outcome {
    pub report: Report,
    pub contestants: Vec<Contestant>,
    /// The interpreter that all rivals met on.
    pub main: Option<Python>,
}

const USAGE: &str = "cargo xtask bench CASE [--quick] [--json PATH] [--only ROW,...] [--with ROW,...] \
     [--parts PART,...] [--python NAME] [--publish]";

/// `cargo xtask bench [CASE ...]`
pub fn main(args: &[String]) -> Result<()> {
    let Some((name, rest)) = args.split_first().filter(|(name, _)| !name.starts_with('-')) else {
        println!("{USAGE}\n");
        for name in case::names()? {
            println!("  {name:<10} {}", Case::load(&name)?.title);
        }
        return Ok(());
    };
    let options = Options::parse(rest)?;
    let mut case = Case::load(name)?;
    case.narrow(options.quick, options.parts.as_deref())?;
    let outcome = run(&case, &options)?;
    let mut markdown = String::new();
    for (title, table) in tables(&case, &outcome.report) {
        println!("{title}\n{}", table.text());
        markdown += &format!("{title}:\n\n{}\n", table.markdown());
    }
    let mut closing: Vec<String> = fastest::summary(&case, &outcome.report).into_iter().collect();
    let absences = absences(&outcome.report);
    closing.extend(absences.into_iter().map(|row| format!("not measured: {row}")));
    closing.push(format!("measured on {}", outcome.report.machine.summary()));
    for line in closing {
        println!("{line}");
        markdown += &format!("{line}\n\n");
    }
    if options.publish {
        publish::publish(&case.name, &markdown)?;
    }
    if let Some(path) = &options.json {
        write_json(&outcome.report, path)?;
    }
    Ok(())
}

impl Options {
    pub fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options::default();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut value = || args.next().with_context(|| format!("{arg} needs a value"));
            let names = |list: &str| list.split(',').map(String::from).collect::<Vec<_>>();
            match arg.as_str() {
                "--quick" => options.quick = true,
                "--publish" => options.publish = true,
                "--json" => options.json = Some(value()?.into()),
                "--only" => options.only = Some(names(value()?)),
                "--with" => options.with = names(value()?),
                "--parts" => options.parts = Some(names(value()?)),
                "--python" => options.main = Some(value()?.clone()),
                _ => bail!("unknown argument {arg}; usage: {USAGE}"),
            }
        }
        Ok(options)
    }
}

/// Sets up, measures and reports on a case.
pub fn run(case: &Case, options: &Options) -> Result<Outcome> {
    let load = machine::load();
    let found = pythons::discover();
    let main = choose_main(case, &found, options)?.cloned();
    let julia = case.rows.iter().any(|row| row.run == Run::Julia).then(julia::ensure);
    let julia = julia.map(|julia| julia.map_err(|error| reason(&error)));
    let setup =
        Setup { case, found: &found, main: main.as_ref(), julia, shared: RefCell::default() };
    let plan = setup.plan(options)?;
    let (pace, past) = (Pace::of(case, options.quick), Past::of(case));
    let seconds: f64 = plan.iter().map(|place| setup.seconds(place, &pace, &past)).sum();
    eprintln!(
        "{}: {} parts, {} rows: about {} of measuring, after the set-up; what has to be fetched \
         or built for the first time takes minutes more",
        case.name,
        case.part_names().len(),
        plan.len(),
        about(seconds.min(pace.longest_seconds))
    );
    let mut contestants = Vec::new();
    for (index, place) in plan.iter().enumerate() {
        eprint!("[{}/{}] ", index + 1, plan.len());
        contestants.push(setup.contestant(place));
    }
    compare_results(case, &mut contestants);
    let measured = measure(case, &mut contestants, &pace, &past);
    let used = found
        .iter()
        .filter(|python| contestants.iter().any(|one| one.python.as_ref() == Some(&python.name)));
    let machine = Machine::describe(used, setup.julia_program(), load);
    let report = Report::new(case, machine, &contestants, &measured);
    past.keep(case, &report, &measured);
    Ok(Outcome { report, contestants, main })
}

pub fn write_json(report: &Report, path: &Path) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(report)? + "\n";
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn choose_main<'a>(
    case: &Case,
    found: &'a [Python],
    options: &Options,
) -> Result<Option<&'a Python>> {
    let by_name = |name: &String| found.iter().find(|python| python.name == *name);
    match &options.main {
        Some(name) => {
            let names: Vec<&str> = found.iter().map(|python| python.name.as_str()).collect();
            let python = by_name(name);
            python.map(Some).with_context(|| format!("no {name} among {}", names.join(", ")))
        }
        None => Ok(case.main.iter().find_map(by_name)),
    }
}

/// Asks everybody for the results; who disagrees with the reference has it in the note.
fn compare_results(case: &Case, contestants: &mut [Contestant]) {
    // Parts are compared one by one, when they are measured.
    let Some(check) = case.check.as_ref().filter(|_| case.parts.is_empty()) else { return };
    eprintln!("comparing results");
    let part = case.part_names()[0];
    for contestant in contestants.iter_mut() {
        let Ok(worker) = &mut contestant.worker else { continue };
        match worker.result(part) {
            Ok(result) => contestant.result = Some(result),
            Err(error) => contestant.worker = Err(reason(&error)),
        }
    }
    let reference = contestants.iter().find(|one| one.row == check.reference);
    let expected = reference.or(contestants.first()).and_then(|one| one.result.clone());
    let Some(expected) = expected else { return };
    for contestant in contestants {
        let Some(result) = &contestant.result else { continue };
        let Err(complaint) =
            agreement(&expected, result, contestant.tolerance.unwrap_or(check.tolerance))
        else {
            continue;
        };
        eprintln!("{}: {complaint}", contestant.describe());
        contestant.note = complaint;
        contestant.is_wrong = true;
    }
}

/// A row on a Python or on none, or the reason why it is not measured.
struct Place<'a> {
    row: &'a Row,
    python: Option<&'a Python>,
    refusal: Option<String>,
}

/// Makes contestants of rows.
struct Setup<'a> {
    case: &'a Case,
    found: &'a [Python],
    main: Option<&'a Python>,
    /// A program that starts Julia, where the case has a use for it.
    julia: Option<Result<PathBuf, String>>,
    /// What was built that serves several Pythons.
    shared: RefCell<BTreeMap<String, Result<PathBuf, String>>>,
}

impl Setup<'_> {
    fn julia_program(&self) -> Option<&Path> {
        self.julia.as_ref()?.as_deref().ok()
    }

    /// All that is to be measured. What is left out is there too, with the reason.
    fn plan<'a>(&'a self, options: &Options) -> Result<Vec<Place<'a>>> {
        let mut plan = Vec::new();
        for row in &self.case.rows {
            let is_asked_for = |names: &[String]| names.contains(&row.name);
            if options.only.as_ref().is_some_and(|only| !is_asked_for(only)) {
                continue;
            }
            let is_wanted = options.only.is_some() || is_asked_for(&options.with);
            if options.quick && row.is_slow_to_build && !is_wanted {
                eprintln!("left out of a quick run, since its build takes minutes: {}", row.name);
                continue;
            }
            match &row.left_out {
                Some(why) if !is_wanted => {
                    let why = format!("LEFT OUT: {why} (--with {} measures it)", row.name);
                    let python = self.main.filter(|_| row.run == Run::Python);
                    plan.push(Place { row, python, refusal: Some(why) });
                }
                _ => plan.extend(self.places(row)),
            }
        }
        if plan.is_empty() {
            bail!("no row of {} has one of the names given to --only", self.case.name);
        }
        Ok(plan)
    }

    /// The names of the parts that a row has.
    fn parts(&self, row: &Row) -> Vec<String> {
        if self.case.parts.is_empty() {
            return self.case.part_names().into_iter().map(String::from).collect();
        }
        let parts = self.case.parts.iter().filter(|part| row.has(part));
        parts.map(|part| part.name.clone()).collect()
    }

    /// About how long a place will be measured.
    fn seconds(&self, place: &Place, pace: &Pace, past: &Past) -> f64 {
        if place.refusal.is_some() {
            return 0.0;
        }
        let who = (place.row.name.as_str(), place.python.map(|python| python.name.as_str()));
        self.parts(place.row).iter().map(|part| past.seconds(self.case, pace, part, who)).sum()
    }

    /// Where `row` is measured: on every Python it asks for, or natively.
    fn places<'a>(&'a self, row: &'a Row) -> Vec<Place<'a>> {
        if row.run != Run::Python {
            return vec![Place { row, python: None, refusal: None }];
        }
        let pythons = row.select(self.found, self.main);
        if pythons.is_empty() {
            let why = format!("no such Python at hand: {}", row.pythons.join(", "));
            return vec![Place { row, python: None, refusal: Some(why) }];
        }
        let places =
            pythons.into_iter().map(|python| Place { row, python: Some(python), refusal: None });
        places.collect()
    }

    fn contestant(&self, place: &Place) -> Contestant {
        let (row, python) = (place.row, place.python);
        let on = python.map(|python| format!(" on {}", python.name)).unwrap_or_default();
        eprintln!("setting up {}{on}", row.name);
        let started = match &place.refusal {
            None => self.start(row, python).map_err(|error| reason(&error)),
            Some(why) => Err(why.clone()),
        };
        if let Err(why) = &started {
            eprintln!("  cannot be had: {why}");
        }
        Contestant {
            row: row.name.clone(),
            title: row.title.clone(),
            python: python.map(|python| python.name.clone()),
            parts: self.parts(row),
            worker: started,
            note: row.note.clone(),
            tolerance: row.tolerance,
            result: None,
            is_wrong: false,
        }
    }

    fn start(&self, row: &Row, python: Option<&Python>) -> Result<Worker> {
        let packages: Vec<&str> = row.packages.iter().map(String::as_str).collect();
        let name = format!("bench-{}", row.name);
        let interpreter = match python {
            Some(python) if packages.is_empty() => python.executable.clone(),
            Some(python) => venv::ensure(python, &name, &packages)?,
            None => PathBuf::new(),
        };
        let site = Site { case: self.case, row, python, interpreter: &interpreter };
        let built = row.build.as_ref().map(|build| self.build(&site, build)).transpose()?;
        let mut command = match row.run {
            Run::Python => Command::new(&interpreter),
            Run::Program => Command::new(built.clone().context("the row builds no program")?),
            Run::Julia => match &self.julia {
                Some(Ok(program)) => Command::new(program),
                Some(Err(why)) => bail!("{why}"),
                None => bail!("no julia was looked for"),
            },
        };
        command.args(&row.worker).current_dir(self.case.folder());
        command.env("PYTHONPATH", self.python_path(built.as_deref())?);
        // The workers' folders stay as they are.
        command.env("PYTHONDONTWRITEBYTECODE", "1");
        // What a rival compiles it may keep for the next run.
        command.env("BENCH_FOLDER", site.folder());
        // A choice of kernels that is made here for old builds of OpenBLAS slows new ones.
        command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
        let log = site.folder().join("worker.log");
        std::fs::create_dir_all(site.folder())?;
        Worker::start(command, &log)
    }

    /// Builds once what serves every Python: the one binary, or the reason why there is none.
    fn build(&self, site: &Site, build: &Build) -> Result<PathBuf> {
        let Build::Pommel { package, abi: PommelAbi::Universal } = build else {
            return build::build(site, build);
        };
        let mut shared = self.shared.borrow_mut();
        let built = shared
            .entry(package.clone())
            .or_insert_with(|| build::build(site, build).map_err(|error| reason(&error)));
        built.clone().map_err(anyhow::Error::msg)
    }

    /// What was built, the protocol, the rivals that need no building.
    fn python_path(&self, built: Option<&Path>) -> Result<OsString> {
        let folder = self.case.folder();
        let mut folders: Vec<PathBuf> = built.map(PathBuf::from).into_iter().collect();
        folders.extend([paths::root().join("benches"), folder.join("rivals")]);
        Ok(std::env::join_paths(folders)?)
    }
}

/// An error in one line: what failed, and the line of a tool's output that says why.
fn reason(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    let telling = text.lines().find(|line| {
        let line = line.trim_start().to_lowercase();
        line.starts_with("error") || line.contains(" error: ")
    });
    cut(telling.or(text.lines().next()).unwrap_or_default().trim(), 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let args = ["--quick", "--only", "c,rust", "--json", "out.json"].map(String::from);
        let options = Options::parse(&args).unwrap();
        assert!(options.quick && options.main.is_none());
        assert_eq!(options.only.unwrap(), ["c", "rust"]);
        assert_eq!(options.json.unwrap(), Path::new("out.json"));
        let args = ["--with", "torch", "--parts", "add,sort-1e6"].map(String::from);
        let options = Options::parse(&args).unwrap();
        assert_eq!(options.with, ["torch"]);
        assert_eq!(options.parts.unwrap(), ["add", "sort-1e6"]);
        assert!(Options::parse(&["--json".into()]).is_err());
        assert!(Options::parse(&["--fast".into()]).is_err());
    }

    #[test]
    fn a_reason_is_the_telling_line() {
        let said = "exit status: 1: pip install x\nWARNING: old\nERROR: No matching distribution\n";
        assert_eq!(reason(&anyhow::anyhow!(said)), "ERROR: No matching distribution");
        assert_eq!(reason(&anyhow::anyhow!("one\ntwo")), "one");
        assert_eq!(reason(&anyhow::anyhow!("x".repeat(500))).chars().count(), 200);
    }
}

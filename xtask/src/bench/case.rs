//! Cases as data: what `benches/cases/NAME.toml` may say. A case measures the same work done by
//! several rivals; a new case is a file there and, where needed, a worker beside its rivals under
//! `benches/NAME/`.

use super::goals::Goal;
use super::part::{self, Part};
use crate::paths;
use crate::pythons::Python;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::PathBuf;

/// A benchmark.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    pub title: String,
    /// Ratios are to the first of these rows that could be had.
    pub baseline: Vec<String>,
    /// The interpreters that all rivals may meet on, the most preferred first.
    pub main: Vec<String>,
    /// How often every row is measured, one after the other.
    pub rounds: usize,
    /// As many are measured however long they take.
    pub quick_rounds: usize,
    /// When all parts have taken so long, the rounds left are given up.
    pub longest_seconds: f64,
    /// How long a row is measured in one round.
    pub round_seconds: f64,
    /// How long a row runs before it is measured.
    pub warmup_seconds: f64,
    /// The same where a compiler has to notice first what is hot.
    pub warmup_seconds_pypy: f64,
    /// What a quick run takes of these times.
    #[serde(default = "all")]
    pub quick_share: f64,
    /// The sizes that a quick run measures, if not all.
    #[serde(default)]
    pub quick_sizes: Vec<String>,
    /// The row that is compared with the fastest of the others, part by part.
    pub ours: Option<String>,
    /// Whether the rows of all interpreters, and of none, stand in one table.
    #[serde(default)]
    pub is_together: bool,
    /// What our row has to reach.
    #[serde(default, rename = "goal")]
    pub goals: Vec<Goal>,
    /// The rows must have the same results.
    pub check: Option<Check>,
    /// What is measured one by one; a case without parts is measured as a whole.
    #[serde(default, rename = "part", deserialize_with = "part::members")]
    pub parts: Vec<Part>,
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
}

fn all() -> f64 {
    1.0
}

/// How results are compared: element by element with those of a row, relative to the larger of 1
/// and the element.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub reference: String,
    pub tolerance: f64,
    /// For parts in float32.
    pub tolerance_float32: Option<f64>,
}

/// A rival; with several Pythons, a row of the table for each.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Stays the same for ever: later tables are compared with earlier ones by it.
    pub name: String,
    pub title: String,
    #[serde(default)]
    pub run: Run,
    /// `main`, `*`, or the start of names (`pypy-*`).
    #[serde(default)]
    pub pythons: Vec<String>,
    /// What pip installs into the row's virtual environment.
    #[serde(default)]
    pub packages: Vec<String>,
    /// The arguments that start the worker, in the folder of the case.
    #[serde(default)]
    pub worker: Vec<String>,
    /// The parts and families of parts that this rival has, if not all.
    pub parts: Option<Vec<String>>,
    pub build: Option<Build>,
    /// How far its results may differ, where that is more than what the case allows.
    pub tolerance: Option<f64>,
    /// Left out of quick runs: its build takes minutes.
    #[serde(default)]
    pub is_slow_to_build: bool,
    /// Why it is measured only for those who ask for it.
    pub left_out: Option<String>,
    #[serde(default)]
    pub note: String,
}

/// Who runs the worker.
#[derive(Clone, Copy, Default, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum Run {
    #[default]
    Python,
    Julia,
    /// The program that was built is the worker.
    Program,
}

/// What must be built first.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Build {
    CProgram {
        sources: Vec<String>,
        /// Options of the compiler besides those that all get.
        #[serde(default)]
        flags: Vec<String>,
    },
    RustProgram {
        source: String,
    },
    /// Against the C API.
    CExtension {
        module: String,
        sources: Vec<String>,
    },
    /// Against upstream's HPy, which the row's packages bring.
    HpyExtension {
        module: String,
        sources: Vec<String>,
        abi: HpyAbi,
    },
    /// The same sources against our own `hpy.h`; for the universal ABI with the host inside.
    PommelC {
        module: String,
        sources: Vec<String>,
        abi: HpyAbi,
    },
    Cython {
        module: String,
        source: String,
    },
    /// `before` stands before the source; `exports` are Pythran's.
    Pythran {
        module: String,
        source: String,
        before: String,
        exports: Vec<String>,
    },
    /// A crate of this workspace, as it is shipped.
    Pommel {
        package: String,
        abi: PommelAbi,
    },
    /// A crate with a workspace of its own, so that its dependencies stay out of ours.
    Cargo {
        module: String,
        manifest: String,
        features: Vec<String>,
    },
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum HpyAbi {
    Universal,
    Cpython,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum PommelAbi {
    Universal,
    Direct,
}

impl Case {
    pub fn load(name: &str) -> Result<Case> {
        let path = folder().join(format!("{name}.toml"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            bail!("there is no case {name:?}; there are: {}", names()?.join(", "));
        };
        let case: Case = toml::from_str(&text).with_context(|| path.display().to_string())?;
        Ok(Case { name: name.into(), ..case })
    }

    /// Where the rivals and the worker lie.
    pub fn folder(&self) -> PathBuf {
        paths::root().join("benches").join(&self.name)
    }

    /// The names of the parts as the workers know them.
    pub fn part_names(&self) -> Vec<&str> {
        if self.parts.is_empty() {
            vec!["all"]
        } else {
            self.parts.iter().map(|part| part.name.as_str()).collect()
        }
    }

    /// Leaves the parts of a quick run, or those that are meant by one of `names`.
    pub fn narrow(&mut self, is_quick: bool, names: Option<&[String]>) -> Result<()> {
        for name in names.unwrap_or_default() {
            if !self.parts.iter().any(|part| part.is_meant(name)) {
                bail!("{} has no part {name:?}", self.name);
            }
        }
        let sizes = std::mem::take(&mut self.quick_sizes);
        // Who names parts gets them, quick or not.
        self.parts.retain(|part| match names {
            Some(names) => names.iter().any(|name| part.is_meant(name)),
            None => !is_quick || part.is_quick(&sizes),
        });
        Ok(())
    }

    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.iter().find(|part| part.name == name)
    }

    /// The name of what a row measures of a part.
    pub fn measured_name(&self, part: &str, row: &str) -> String {
        if self.parts.is_empty() { row.into() } else { format!("{part}/{row}") }
    }
}

impl Check {
    /// How far results of `part` may differ.
    pub fn tolerance_of(&self, part: Option<&Part>) -> f64 {
        let is_single = part.is_some_and(|part| part.dtype.as_deref() == Some("float32"));
        self.tolerance_float32.filter(|_| is_single).unwrap_or(self.tolerance)
    }
}

impl Row {
    /// Whether this rival has the part.
    pub fn has(&self, part: &Part) -> bool {
        part.only.as_ref().is_none_or(|only| *only == self.name)
            && self.parts.as_ref().is_none_or(|names| names.iter().any(|name| part.is_meant(name)))
    }

    /// The interpreters among `found` that this row is measured on.
    pub fn select<'a>(&self, found: &'a [Python], main: Option<&'a Python>) -> Vec<&'a Python> {
        let is_wanted = |python: &&Python| {
            self.pythons.iter().any(|selector| match selector.strip_suffix('*') {
                Some(start) => python.name.starts_with(start),
                None if selector == "main" => main.is_some_and(|main| main.name == python.name),
                None => *selector == python.name,
            })
        };
        found.iter().filter(is_wanted).collect()
    }
}

fn folder() -> PathBuf {
    paths::root().join("benches/cases")
}

/// The cases there are.
pub fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_case_loads_and_names_what_it_uses() {
        for name in names().unwrap() {
            let case = Case::load(&name).unwrap();
            let is_row = |name: &String| case.rows.iter().any(|row| row.name == *name);
            assert!(case.baseline.iter().all(is_row), "{name}: the baseline is no row");
            assert!(case.check.iter().all(|check| is_row(&check.reference)), "{name}");
            assert!(case.ours.iter().all(is_row), "{name}: ours is no row");
            for goal in &case.goals {
                assert!(goal.beside.iter().all(is_row), "{name}: a goal beside no row");
                let is_there = |name: &String| case.parts.iter().any(|part| goal.is_of(name, part));
                assert!(goal.parts.iter().all(is_there), "{name}: a goal of no part");
            }
            let mut parts = case.part_names();
            parts.sort();
            assert!(parts.windows(2).all(|pair| pair[0] != pair[1]), "{name}: a part twice");
            for part in &case.parts {
                assert!(part.only.iter().all(is_row), "{}: only in no row", part.name);
                let sized = part.size.iter().all(|size| size.parse::<f64>().is_ok());
                assert!(sized, "{}: the size is no number", part.name);
            }
            for row in &case.rows {
                let same = case.rows.iter().filter(|other| other.name == row.name).count();
                assert_eq!(same, 1, "{name}: the row {} is there twice", row.name);
                for name in row.parts.iter().flatten() {
                    let is_there = case.parts.iter().any(|part| part.is_meant(name));
                    assert!(is_there, "{name}: no such part, says {}", row.name);
                }
                assert_eq!(row.run == Run::Python, !row.pythons.is_empty(), "{name}: {}", row.name);
            }
        }
    }

    #[test]
    fn a_run_can_be_narrowed() {
        let mut case = Case::load("arrays").unwrap();
        let all = case.parts.len();
        case.narrow(false, None).unwrap();
        assert_eq!(case.parts.len(), all);
        case.narrow(true, Some(&["sort".into(), "pair-1e7".into()])).unwrap();
        assert!(case.parts.iter().all(|part| part.family == "sort" || part.name == "pair-1e7"));
        assert!(case.part("pair-1e7").is_some() && case.part("add-4").is_none());
        assert!(case.narrow(false, Some(&["add".into()])).is_err());
    }
}

//! Cases as data: what `benches/cases/NAME.toml` may say. A case measures the same work done by
//! several rivals; a new case is a file there and, where needed, a worker beside its rivals under
//! `benches/NAME/`.

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
    /// The rows must have the same results.
    pub check: Option<Check>,
    /// What is measured one by one; a case without parts is measured as a whole.
    #[serde(default, rename = "part")]
    pub parts: Vec<Part>,
    #[serde(rename = "row")]
    pub rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub name: String,
    pub title: String,
}

/// How results are compared: element by element with those of a row, relative to the larger of 1
/// and the element.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    pub reference: String,
    pub tolerance: f64,
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
    /// The parts that this rival has, if not all.
    pub parts: Option<Vec<String>>,
    pub build: Option<Build>,
    /// Left out of quick runs: its build takes minutes.
    #[serde(default)]
    pub is_slow_to_build: bool,
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

    /// The name of what a row measures of a part.
    pub fn measured_name(&self, part: &str, row: &str) -> String {
        if self.parts.is_empty() { row.into() } else { format!("{part}/{row}") }
    }
}

impl Row {
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
            for row in &case.rows {
                let same = case.rows.iter().filter(|other| other.name == row.name).count();
                assert_eq!(same, 1, "{name}: the row {} is there twice", row.name);
                let parts = row.parts.iter().flatten();
                assert!(parts.into_iter().all(|part| case.part_names().contains(&part.as_str())));
                assert_eq!(row.run == Run::Python, !row.pythons.is_empty(), "{name}: {}", row.name);
            }
        }
    }
}

//! The Pythons that everything is tested on: which are wanted, which are at hand, and how to get
//! the rest. What cannot be had is said loudly and never fails by itself: the list of what ran is
//! part of every test report.
//!
//! Variables: `POMMEL_PYTHONS` (programs separated by `:`; these and no others are used),
//! `POMMEL_PYTHONS_DIR` (a folder of unpacked interpreters that several checkouts share; new ones
//! go there too), `POMMEL_NO_FETCH=1` (use what is at hand).

mod source;

use crate::paths;
use anyhow::Result;
pub use cargo_pommel::interpreter::Python;
use cargo_pommel::interpreter::{self, shared_folder};
use source::Source;
use std::collections::BTreeMap;

/// A Python to test on, and where it comes from if the machine lacks it.
struct Wanted {
    name: &'static str,
    source: Source,
}

/// PyPy is wanted by series, since its suites move; the version found is reported.
const WANTED: &[Wanted] = &[
    Wanted { name: "cpython-3.9", source: Source::Elsewhere },
    Wanted { name: "cpython-3.10", source: Source::Elsewhere },
    Wanted { name: "cpython-3.11", source: Source::Elsewhere },
    Wanted { name: "cpython-3.12", source: Source::Elsewhere },
    Wanted { name: "cpython-3.13", source: Source::CPython { suite: "trixie", version: "3.13" } },
    Wanted {
        name: "cpython-3.13t",
        source: Source::FreeThreaded { suite: "forky", version: "3.13" },
    },
    Wanted { name: "cpython-3.14", source: Source::CPython { suite: "sid", version: "3.14" } },
    Wanted { name: "cpython-3.15", source: Source::CPython { suite: "sid", version: "3.15" } },
    // Has HPy built in.
    Wanted { name: "pypy-7.3", source: Source::PyPy { suite: "trixie" } },
    // Has no HPy: its C API serves.
    Wanted { name: "pypy-8", source: Source::PyPy { suite: "sid" } },
];

impl Wanted {
    fn is(&self, python: &Python) -> bool {
        python.name == self.name
            || python.implementation == "pypy"
                && python.name.starts_with(&format!("{}.", self.name))
    }
}

/// A wanted Python that is not at hand.
#[derive(Clone, Debug)]
pub struct Missing {
    pub name: &'static str,
    pub reason: String,
}

/// `cargo xtask pythons [--list]`
pub fn main(args: &[String]) -> Result<()> {
    let (found, missing) = if args.iter().any(|arg| arg == "--list") {
        let found = discover();
        let missing = missing(&found, |_| "not looked for: --list".into());
        (found, missing)
    } else {
        provide()
    };
    for python in &found {
        println!("{:<14} {:<26} {}", python.name, python.version, python.executable.display());
    }
    for missing in &missing {
        println!("MISSING: {}, {}", missing.name, missing.reason);
    }
    Ok(())
}

/// The Pythons at hand after fetching what was missing, and what is missing still.
pub fn provide() -> (Vec<Python>, Vec<Missing>) {
    let found = discover();
    if std::env::var_os("POMMEL_PYTHONS").is_some() {
        let missing = missing(&found, |_| "POMMEL_PYTHONS leaves it out".into());
        return (found, missing);
    }
    if std::env::var("POMMEL_NO_FETCH").is_ok_and(|value| value == "1") {
        let missing = missing(&found, |_| "POMMEL_NO_FETCH forbids fetching it".into());
        return (found, missing);
    }
    let mut reasons = BTreeMap::new();
    for wanted in lacking(&found) {
        let folder = shared_folder().unwrap_or_else(|| paths::build("pythons")).join(wanted.name);
        println!("{}: fetching into {}", wanted.name, folder.display());
        if let Err(error) = source::fetch(&wanted.source, &folder) {
            println!("{}: {error:#}", wanted.name);
            reasons.insert(wanted.name, format!("{error:#}"));
        }
    }
    let found = discover();
    let missing = missing(&found, |wanted| match reasons.get(wanted.name) {
        Some(reason) => reason.lines().next().unwrap_or_default().to_owned(),
        None => format!("{} holds another version now", wanted.source),
    });
    (found, missing)
}

/// Every supported interpreter at hand, one of each kind, in the order of their names.
pub fn discover() -> Vec<Python> {
    interpreter::discover(&[paths::build("pythons")])
}

fn lacking(found: &[Python]) -> impl Iterator<Item = &'static Wanted> {
    WANTED.iter().filter(|wanted| !found.iter().any(|python| wanted.is(python)))
}

fn missing(found: &[Python], reason: impl Fn(&Wanted) -> String) -> Vec<Missing> {
    lacking(found).map(|wanted| Missing { name: wanted.name, reason: reason(wanted) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn python(name: &str, implementation: &str) -> Python {
        Python {
            name: name.into(),
            executable: "/nowhere".into(),
            version: String::new(),
            implementation: implementation.into(),
            free_threaded: false,
            language: (3, 11),
            extension_suffix: String::new(),
            pip_wheel: None,
            has_pip: false,
        }
    }

    #[test]
    fn what_is_not_at_hand_is_missing() {
        let found = [python("cpython-3.9", "cpython"), python("pypy-7.3.19", "pypy")];
        let names: Vec<_> = lacking(&found).map(|wanted| wanted.name).collect();
        assert_eq!(names.len(), WANTED.len() - 2);
        assert!(!names.contains(&"cpython-3.9") && !names.contains(&"pypy-7.3"));
        assert!(names.contains(&"cpython-3.13") && names.contains(&"cpython-3.13t"));
    }
}

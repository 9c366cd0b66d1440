//! The Pythons that everything is tested on: which are wanted, which are at hand, and how to get
//! the rest. What cannot be had is said loudly and never fails by itself: the list of what ran is
//! part of every test report.
//!
//! Variables: `POMMEL_PYTHONS` (programs separated by `:`; these and no others are used),
//! `POMMEL_PYTHONS_DIR` (a folder of unpacked interpreters that several checkouts share; new ones
//! go there too), `POMMEL_NO_FETCH=1` (use what is at hand).

mod source;

use crate::{paths, process};
use anyhow::{Context, Result};
use serde::Deserialize;
use source::Source;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

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

const OLDEST: (u32, u32) = (3, 9);

/// An interpreter at hand.
#[derive(Clone, Debug)]
pub struct Python {
    /// Names the build: `cpython-3.11`, `cpython-3.13t`, `pypy-7.3.19`, `pypy-8.0`.
    pub name: String,
    pub executable: PathBuf,
    /// The full version of the implementation, and of the language where that differs.
    pub version: String,
    /// `cpython` or `pypy`.
    pub implementation: String,
    pub free_threaded: bool,
    /// The version of the language.
    pub language: (u32, u32),
    /// What its own extensions end in: `.cpython-311-x86_64-linux-gnu.so`.
    pub extension_suffix: String,
    /// The wheel of pip that came with it.
    pub pip_wheel: Option<PathBuf>,
}

impl Python {
    /// `3.11`, `3.13t`: how a direct build is told its target.
    pub fn abi(&self) -> String {
        let threads = if self.free_threaded { "t" } else { "" };
        format!("{}.{}{threads}", self.language.0, self.language.1)
    }

    fn satisfies(&self, wanted: &Wanted) -> bool {
        self.name == wanted.name
            || self.implementation == "pypy" && self.name.starts_with(&format!("{}.", wanted.name))
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
    let mut found: Vec<Python> = Vec::new();
    for executable in candidates() {
        let Ok(python) = query(&executable) else { continue };
        if python.language >= OLDEST && !found.iter().any(|other| other.name == python.name) {
            found.push(python);
        }
    }
    found.sort_by_key(|python| {
        (python.implementation.clone(), python.language, python.free_threaded, python.name.clone())
    });
    found
}

fn lacking(found: &[Python]) -> impl Iterator<Item = &'static Wanted> {
    WANTED.iter().filter(|wanted| !found.iter().any(|python| python.satisfies(wanted)))
}

fn missing(found: &[Python], reason: impl Fn(&Wanted) -> String) -> Vec<Missing> {
    lacking(found).map(|wanted| Missing { name: wanted.name, reason: reason(wanted) }).collect()
}

fn shared_folder() -> Option<PathBuf> {
    std::env::var_os("POMMEL_PYTHONS_DIR").map(PathBuf::from)
}

/// Programs that may be interpreters, the preferred ones first.
fn candidates() -> Vec<PathBuf> {
    if let Some(list) = std::env::var_os("POMMEL_PYTHONS") {
        return std::env::split_paths(&list).collect();
    }
    let mut folders = Vec::new();
    let unpacked =
        [Some(paths::build("pythons")), shared_folder(), Some("/opt/pommel-pythons".into())];
    for folder in unpacked.into_iter().flatten() {
        for interpreter in entries(&folder) {
            folders.extend([interpreter.join("usr/bin"), interpreter.join("bin")]);
        }
    }
    if let Some(home) = std::env::home_dir() {
        let versions = entries(&home.join(".pyenv/versions"));
        folders.extend(versions.into_iter().map(|version| version.join("bin")));
    }
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let programs = folders.iter().flat_map(|folder| entries(folder));
    programs.filter(|program| is_interpreter_name(program)).collect()
}

/// `python3`, `python3.13t`, `pypy3`, `pypy3.11`, and not `python3-config`.
fn is_interpreter_name(program: &Path) -> bool {
    let name = program.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let version = name.strip_prefix("python3").or_else(|| name.strip_prefix("pypy3"));
    version.is_some_and(|version| {
        let minor = version.strip_prefix('.').map(|minor| minor.trim_end_matches('t'));
        version.is_empty()
            || minor.is_some_and(|minor| {
                !minor.is_empty() && minor.bytes().all(|byte| byte.is_ascii_digit())
            })
    })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// What an interpreter says of itself.
#[derive(Deserialize)]
struct Answer {
    executable: PathBuf,
    implementation: String,
    language: (u32, u32, u32),
    pypy: Option<(u32, u32, u32)>,
    free_threaded: bool,
    extension_suffix: String,
    pip_wheel: Option<PathBuf>,
}

const QUESTION: &str = r#"
import glob, importlib.util, json, os, sys, sysconfig
ensurepip = importlib.util.find_spec("ensurepip")
folders = [os.path.join(sys.prefix, "share", "python-wheels")]
if ensurepip:
    folders.append(os.path.join(os.path.dirname(ensurepip.origin), "_bundled"))
wheels = [wheel for folder in folders for wheel in glob.glob(os.path.join(folder, "pip-*.whl"))]
pypy = getattr(sys, "pypy_version_info", None)
print(json.dumps({
    "executable": sys.executable,
    "implementation": sys.implementation.name,
    "language": sys.version_info[:3],
    "pypy": pypy and pypy[:3],
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "extension_suffix": sysconfig.get_config_var("EXT_SUFFIX"),
    "pip_wheel": wheels[0] if wheels else None,
}))
"#;

fn query(executable: &Path) -> Result<Python> {
    let printed = process::output(Command::new(executable).args(["-I", "-c", QUESTION]))?;
    let answer: Answer = serde_json::from_str(&printed)
        .with_context(|| format!("{} is no Python 3", executable.display()))?;
    let (major, minor, patch) = answer.language;
    let language = format!("{major}.{minor}.{patch}");
    let (name, version) = match answer.pypy {
        // Within 7.3 the layout of the built-in HPy changes from one release to the next.
        Some((7, b, c)) => (format!("pypy-7.{b}.{c}"), format!("7.{b}.{c} (Python {language})")),
        Some((a, b, c)) => (format!("pypy-{a}.{b}"), format!("{a}.{b}.{c} (Python {language})")),
        None => {
            let threads = if answer.free_threaded { "t" } else { "" };
            (format!("{}-{major}.{minor}{threads}", answer.implementation), language)
        }
    };
    Ok(Python {
        name,
        executable: answer.executable,
        version,
        implementation: answer.implementation,
        free_threaded: answer.free_threaded,
        language: (major, minor),
        extension_suffix: answer.extension_suffix,
        pip_wheel: answer.pip_wheel,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpreter_names() {
        for name in ["python3", "python3.9", "python3.13t", "pypy3", "pypy3.11"] {
            assert!(is_interpreter_name(Path::new(name)), "{name}");
        }
        for name in
            ["python", "python2.7", "python3-config", "python3.11-config", "python3.", "pip3"]
        {
            assert!(!is_interpreter_name(Path::new(name)), "{name}");
        }
    }

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

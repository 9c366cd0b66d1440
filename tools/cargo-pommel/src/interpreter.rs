//! The interpreters of a machine: which there are, and what each says of itself.
//!
//! Variables: `POMMEL_PYTHONS` (programs separated by `:`; these and no others are used),
//! `POMMEL_PYTHONS_DIR` (a folder of unpacked interpreters).

use crate::process;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest version of the language that extensions run on.
const OLDEST: (u32, u32) = (3, 9);

/// An interpreter at hand.
#[derive(Clone, Debug)]
pub struct Python {
    /// Names the build: `cpython-3.11`, `cpython-3.13t`, `pypy-7.3.19`, `pypy-8.0`.
    pub name: String,
    /// The program.
    pub executable: PathBuf,
    /// The full version of the implementation, and of the language where that differs.
    pub version: String,
    /// `cpython` or `pypy`.
    pub implementation: String,
    /// Whether it runs without the GIL.
    pub free_threaded: bool,
    /// The version of the language.
    pub language: (u32, u32),
    /// What its own extensions end in: `.cpython-311-x86_64-linux-gnu.so`.
    pub extension_suffix: String,
    /// The wheel of pip that came with it.
    pub pip_wheel: Option<PathBuf>,
    /// Whether pip is installed.
    pub has_pip: bool,
}

impl Python {
    /// `3.11`, `3.13t`: how a direct build is told its target.
    pub fn abi(&self) -> String {
        let threads = if self.free_threaded { "t" } else { "" };
        format!("{}.{}{threads}", self.language.0, self.language.1)
    }
}

/// Every supported interpreter at hand, one of each kind, in the order of their names. `folders`
/// hold unpacked ones, and come first.
pub fn discover(folders: &[PathBuf]) -> Vec<Python> {
    let mut found: Vec<Python> = Vec::new();
    for executable in candidates(folders) {
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

/// A folder of unpacked interpreters that several checkouts share.
pub fn shared_folder() -> Option<PathBuf> {
    std::env::var_os("POMMEL_PYTHONS_DIR").map(PathBuf::from)
}

/// The interpreter of the current environment: that of `given`, or of the active virtual
/// environment, or of `.venv` in the project.
pub fn of_environment(given: Option<&str>, project: &Path) -> Result<Python> {
    if let Some(given) = given {
        return query(Path::new(given));
    }
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"].into_iter().filter_map(std::env::var_os);
    let environments = active.map(PathBuf::from).chain([project.join(".venv")]);
    let mut interpreters = environments.map(|environment| environment.join("bin/python"));
    let Some(interpreter) = interpreters.find(|interpreter| interpreter.is_file()) else {
        bail!(
            "no virtual environment is active\n  \
             make one:  python3 -m venv .venv && . .venv/bin/activate\n  \
             or say which Python to install into:  --python PROGRAM"
        );
    };
    query(&interpreter)
}

/// The interpreter that runs the build: that of the current environment, or the newest CPython at
/// hand.
pub fn for_building(given: Option<&str>, project: &Path) -> Result<Python> {
    match (of_environment(given, project), given) {
        (Ok(python), _) => Ok(python),
        (Err(error), Some(_)) => Err(error),
        (Err(_), None) => discover(&[])
            .into_iter()
            .rfind(|python| python.implementation == "cpython")
            .context("no Python at hand; install one of 3.9 or later"),
    }
}

/// Programs that may be interpreters, the preferred ones first.
fn candidates(unpacked: &[PathBuf]) -> Vec<PathBuf> {
    if let Some(list) = std::env::var_os("POMMEL_PYTHONS") {
        return std::env::split_paths(&list).collect();
    }
    let mut folders = Vec::new();
    let known = [shared_folder(), Some("/opt/pommel-pythons".into())];
    for folder in unpacked.iter().cloned().chain(known.into_iter().flatten()) {
        for interpreter in entries(&folder) {
            folders.extend([interpreter.join("usr/bin"), interpreter.join("bin")]);
        }
    }
    if let Some(home) = std::env::home_dir() {
        for managed in [".pyenv/versions", ".local/share/uv/python"] {
            let versions = entries(&home.join(managed));
            folders.extend(versions.into_iter().map(|version| version.join("bin")));
        }
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
    has_pip: bool,
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
    "has_pip": importlib.util.find_spec("pip") is not None,
}))
"#;

/// What an interpreter says of itself; an error if the program is none.
pub fn query(executable: &Path) -> Result<Python> {
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
        has_pip: answer.has_pip,
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
}

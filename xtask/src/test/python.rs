//! The part of the tests that runs in Python: one row for each interpreter and build.

use super::Report;
use super::counts::Counts;
use crate::dist::{Kind, Packed};
use crate::pythons::{Missing, Python};
use crate::workspace::{Package, Workspace};
use crate::{conformance, dist, paths, process, venv};
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The interpreters that the direct build is tested on: each costs a release build. One with and
/// one without the GIL.
const DIRECT: &[&str] = &["cpython-3.11", "cpython-3.13t"];

/// Where the extensions are tested in debug and trace mode as well: what the modes do hardly depends
/// on the interpreter, and upstream's suite runs in them on several. Without the GIL there is more
/// that debug mode must withstand.
const MODES: &[(&str, &str)] =
    &[("cpython-3.11", "debug"), ("cpython-3.11", "trace"), ("cpython-3.13t", "debug")];

/// Packages that are tested as the profile `quick` builds them: the engine of arrays takes minutes
/// to optimise as a whole, and with the checks of that profile a test finds more. Its numbers are
/// the same. They have no direct build: what that changes lies in the safe API, which the others
/// test.
const QUICK: &[&str] = &["pommel-python"];

/// Where tests compare the package `pommel` with NumPy, and with which one. What is compared are
/// numbers, which do not depend on the interpreter.
const NUMPY: (&str, &str) = ("cpython-3.13", "numpy==2.5.*");

/// Libraries of NumPy's users that are given arrays of the package.
const AROUND_NUMPY: [&str; 3] = ["dask[array]", "pandas", "scipy"];

/// What is built once and given to every interpreter.
struct Extensions {
    /// By package, in the order of the workspace.
    packed: Vec<(String, Packed)>,
    /// The hashes of the shared objects, by their paths in the wheels.
    hashes: BTreeMap<PathBuf, String>,
}

/// Adds the rows of every interpreter at hand, and one for each that is missing.
pub fn test_all(pythons: &[Python], missing: &[Missing], report: &mut Report) {
    let universal: Vec<_> =
        pythons.iter().map(|python| (python, row(python, "universal"))).collect();
    let direct: Vec<_> = pythons
        .iter()
        .filter(|python| DIRECT.contains(&python.name.as_str()))
        .map(|python| (python, row(python, "direct")))
        .collect();
    let modes: Vec<_> = pythons
        .iter()
        .flat_map(|python| {
            MODES.iter().filter(|(name, _)| *name == python.name).map(move |m| (python, m.1))
        })
        .map(|(python, mode)| (python, row(python, mode), mode))
        .collect();
    let numpy: Vec<_> = pythons
        .iter()
        .filter(|python| NUMPY.0 == python.name)
        .map(|python| (python, row(python, "beside numpy")))
        .collect();
    let modes_wanted = modes.iter().any(|(_, name, _)| report.wants(name));
    let mut others = universal.iter().chain(&direct).chain(&numpy);
    if modes_wanted || others.any(|(_, name)| report.wants(name)) {
        let mut extensions = None;
        report.add_always("extensions", "release", |_| {
            extensions = Some(Extensions::build()?);
            Ok(String::new())
        });
        if let Some(extensions) = &extensions {
            for (python, name) in &universal {
                let test = |counts: &mut Counts| test_universal(python, extensions, counts);
                report.add(name, &python.version, test);
            }
            for (python, name) in &numpy {
                let test = |counts: &mut Counts| test_beside_numpy(python, extensions, counts);
                report.add(name, &python.version, test);
            }
            for (python, name) in &direct {
                let test = |counts: &mut Counts| test_direct(python, extensions, counts);
                report.add(name, &python.version, test);
            }
            for (python, name, mode) in &modes {
                let test = |counts: &mut Counts| test_mode(python, mode, extensions, counts);
                report.add(name, &python.version, test);
            }
        }
    }
    for Missing { name, reason } in missing {
        report.miss(name, reason);
    }
}

fn row(python: &Python, build: &str) -> String {
    format!("{} {build}", python.name)
}

impl Extensions {
    /// Builds and packs every extension of the workspace.
    fn build() -> Result<Extensions> {
        let workspace = Workspace::read()?;
        // The loader of universal binaries is a shared object as well, and no extension.
        let is_extension = |package: &&Package| {
            package.extension_module().is_ok() && !package.folder().starts_with("hosts")
        };
        let mut extensions = Extensions { packed: Vec::new(), hashes: BTreeMap::new() };
        for Package { name, .. } in workspace.packages.iter().filter(is_extension) {
            let is_quick = QUICK.contains(&name.as_str());
            let kind = if is_quick { Kind::Quick } else { Kind::Universal };
            let packed = dist::build_wheel(name, kind)?;
            println!("{}", packed.wheel.display());
            let hash = sha256(&packed.folder.join(&packed.extension))?;
            extensions.hashes.insert(packed.extension.clone(), hash);
            extensions.packed.push((name.clone(), packed));
        }
        Ok(extensions)
    }
}

fn test_universal(python: &Python, extensions: &Extensions, counts: &mut Counts) -> Result<String> {
    let interpreter = test_environment(python)?;
    let folder = paths::build("installed").join(&python.name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let mut arguments = vec!["--no-index".into(), "--no-deps".into(), "--target".into()];
    arguments.push(folder.display().to_string());
    let wheels = extensions.packed.iter().map(|(_, packed)| packed.wheel.display().to_string());
    arguments.extend(wheels);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    venv::install(python, &interpreter, &arguments)?;

    let mut hashes = Vec::new();
    for (name, built) in &extensions.hashes {
        let installed = sha256(&folder.join(name))?;
        let name = name.display();
        ensure!(installed == *built, "{name} is not the file that was built");
        hashes.push(format!("{name} {}", &installed[..12]));
    }
    let folders = std::slice::from_ref(&folder);
    pytest(python, &interpreter, "universal", folders, counts)?;
    Ok(format!("sha256: {}", hashes.join(", ")))
}

/// What compares the package `pommel` with NumPy, and nothing else.
fn test_beside_numpy(
    python: &Python,
    extensions: &Extensions,
    counts: &mut Counts,
) -> Result<String> {
    let tools = ["pytest", "hypothesis", "--only-binary=:all:", NUMPY.1];
    let packages = [&tools[..], &AROUND_NUMPY].concat();
    let interpreter = venv::ensure(python, "numpy", &packages)?;
    let folders: Vec<_> =
        extensions.packed.iter().map(|(_, packed)| packed.folder.clone()).collect();
    pytest(python, &interpreter, "numpy", &folders, counts)?;
    Ok(NUMPY.1.into())
}

fn test_direct(python: &Python, extensions: &Extensions, counts: &mut Counts) -> Result<String> {
    let interpreter = test_environment(python)?;
    let mut folders = Vec::new();
    for (package, packed) in &extensions.packed {
        if QUICK.contains(&package.as_str()) {
            // For the documentation, whose examples use it.
            folders.push(packed.folder.clone());
            continue;
        }
        let extension = dist::build_extension(package, Some(python))?;
        folders.push(extension.parent().context("it lies in a folder")?.to_owned());
    }
    pytest(python, &interpreter, "direct", &folders, counts)?;
    Ok(String::new())
}

/// The same files in a mode of the package `hpy`.
fn test_mode(
    python: &Python,
    mode: &str,
    extensions: &Extensions,
    counts: &mut Counts,
) -> Result<String> {
    let interpreter = test_environment(python)?;
    let package = paths::build("package-hpy");
    conformance::stage_package(&interpreter, &package)?;
    let mut folders = vec![package];
    folders.extend(extensions.packed.iter().map(|(_, packed)| packed.folder.clone()));
    pytest(python, &interpreter, mode, &folders, counts)?;
    Ok(String::new())
}

fn test_environment(python: &Python) -> Result<PathBuf> {
    venv::ensure(python, "test", &["pytest", "threadpoolctl"])
}

/// Runs `tests/` on the extensions in `folders`.
fn pytest(
    python: &Python,
    interpreter: &Path,
    build: &str,
    folders: &[PathBuf],
    counts: &mut Counts,
) -> Result<()> {
    let tests = if build == "numpy" { "tests/pommel/beside_numpy" } else { "tests" };
    let mut command = Command::new(interpreter);
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", tests])
        .arg("--continue-on-collection-errors")
        .env("POMMEL_EXT_DIR", std::env::join_paths(folders)?)
        .env("POMMEL_EXT_BUILD", build)
        .current_dir(paths::root());
    match build {
        // Each test that leaks a handle fails.
        "debug" => command.env("PYTHONPATH", std::env::join_paths(folders)?).args([
            "-p",
            "hpy.debug.pytest",
            "--hpy-debug",
        ]),
        "trace" => command.env("HPY", build),
        "direct" => command.arg("--ignore=tests/pommel"),
        _ => &mut command,
    };
    let limit = Duration::from_secs(10 * 60);
    let status = process::watch(&mut command, limit, |line| counts.read_pytest(line))?;
    if counts.failed == 0 && !status.success() {
        bail!("{}: the test process ended with {status}", python.name);
    }
    counts.expect(status)?;
    Ok(())
}

fn sha256(file: &Path) -> Result<String> {
    let contents =
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let bytes = Sha256::digest(contents);
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

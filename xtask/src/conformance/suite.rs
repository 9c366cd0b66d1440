//! Upstream's suite: where it comes from, and how it meets our package.
//!
//! The suite is taken unchanged from the source distribution of HPy. For each interpreter a folder
//! is made in which `hpy/` is ours and `test/` is the suite's; the suite installs that folder
//! where a test needs an installed package. The package's own tests, of what upstream has not, run
//! with it and are counted as `other`.

use super::outcome::Outcomes;
use crate::pythons::Python;
use crate::workspace::Workspace;
use crate::{dist, paths, process, venv};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const VERSION: &str = "0.9.0";
const SHA256: &str = "4545310f3a7f9ac249c0f19a80a9b05f46565afb62b7e9225b79493b7b6c70cc";

/// What the suite imports, and the tools that it builds extensions with.
const PACKAGES: &[&str] =
    &["pytest", "pytest-xdist", "pytest-timeout", "filelock", "py", "setuptools", "wheel"];

/// Nothing in the suite takes a minute; one that hangs must not hold the rest up.
const TEST_LIMIT: &str = "300";

/// Where our own tests of the package lie beside the suite's.
const OURS: &str = "test_ours";

const PLUGIN: &str = include_str!("outcomes.py");

/// The folder of the unpacked source distribution.
pub fn fetch(python: &Python) -> Result<PathBuf> {
    let folder = paths::build("conformance");
    let archive = folder.join(format!("hpy-{VERSION}.tar.gz"));
    if !archive.exists() {
        println!("fetching the source distribution of hpy {VERSION}");
        std::fs::create_dir_all(&folder)?;
        let mut pip = Command::new(&python.executable);
        match &python.pip_wheel {
            Some(wheel) => pip.arg(wheel.join("pip")),
            None => pip.args(["-m", "pip"]),
        };
        pip.args(["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest"]);
        process::output(pip.arg(&folder).arg(format!("hpy=={VERSION}")))?;
    }
    let contents = std::fs::read(&archive)?;
    let sha256: String = Sha256::digest(contents).iter().map(|b| format!("{b:02x}")).collect();
    ensure!(
        sha256 == SHA256,
        "{} has the SHA-256 {sha256}, and not {SHA256}: delete it and try again",
        archive.display()
    );
    let unpacked = folder.join(format!("hpy-{VERSION}"));
    if !unpacked.exists() {
        process::output(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder))?;
    }
    Ok(unpacked)
}

/// Builds `hpy.universal`, for every interpreter at once.
pub fn build_loader() -> Result<PathBuf> {
    let workspace = Workspace::read()?;
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--package", "hpy-universal"]).current_dir(paths::root());
    ensure!(cargo.status()?.success(), "hpy-universal does not build");
    Ok(workspace.target_directory.join("release/libuniversal.so"))
}

/// Runs the suite on one interpreter; `filter` is pytest's `-k`.
pub fn run(python: &Python, suite: &Path, loader: &Path, filter: Option<&str>) -> Result<Outcomes> {
    let interpreter = venv::ensure(python, "conformance", PACKAGES)?;
    let folder = paths::build("conformance").join(&python.name);
    stage(python, &interpreter, suite, loader, &folder)?;
    // Not in the folder of the package: setuptools would read its `pyproject.toml`.
    let work = folder.join("work");
    std::fs::create_dir_all(&work)?;
    let outcomes = folder.join("outcomes.jsonl");
    let workers = std::thread::available_parallelism().map_or(1, usize::from).to_string();
    let mut pytest = Command::new(&interpreter);
    pytest
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "pommel_outcomes"])
        .args(["-n", &workers, "--timeout", TEST_LIMIT, "--tb", "short", "--rootdir"])
        .arg(&folder)
        .args([folder.join("test"), folder.join(OURS)])
        .args(filter.iter().flat_map(|filter| ["-k", filter]))
        .env("PYTHONPATH", &folder)
        .env("C_INCLUDE_PATH", headers(python))
        .env("POMMEL_OUTCOMES", &outcomes)
        .current_dir(&work);
    // The counts are the plug-in's; a run that ends early leaves no file.
    process::watch(&mut pytest, Duration::from_secs(60 * 60), |_| ())?;
    Outcomes::read(python, &outcomes)
}

/// Puts our package, the suite and the plug-in into a folder, and compiles the helper sources once
/// for all tests.
fn stage(
    python: &Python,
    interpreter: &Path,
    suite: &Path,
    loader: &Path,
    folder: &Path,
) -> Result<()> {
    stage_package(interpreter, loader, folder)?;
    process::output(Command::new("cp").arg("-r").arg(suite.join("test")).arg(folder))?;
    let ours = paths::root().join("python/hpy/tests");
    process::output(Command::new("cp").arg("-r").arg(ours).arg(folder.join(OURS)))?;
    let port = paths::root().join("examples/port-from-c-api");
    process::output(Command::new("cp").arg("-r").arg(port).arg(folder))?;
    std::fs::write(folder.join("pommel_outcomes.py"), PLUGIN)?;
    let mut libraries = Command::new(interpreter);
    libraries
        .args(["-m", "hpy.devel.static_libs"])
        .env("C_INCLUDE_PATH", headers(python))
        .current_dir(folder);
    process::output(&mut libraries).map(drop).context("the C sources do not compile")
}

/// Puts our package into a folder of its own.
pub fn stage_package(interpreter: &Path, loader: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let back_end = paths::root().join("python/hpy/_build.py");
    let mut build = Command::new(interpreter);
    build.arg(back_end).arg(folder).env("POMMEL_HPY_UNIVERSAL", loader);
    process::output(build.env("POMMEL_HPY_HOST", dist::build_static_host()?))?;
    Ok(())
}

/// The folder of headers that an interpreter was unpacked with. In Debian's packages, `pyconfig.h`
/// includes a file by its path from there, where the compiler only looks if it is the system's.
fn headers(python: &Python) -> PathBuf {
    let prefix = python.executable.ancestors().nth(2).unwrap_or(Path::new("/usr"));
    prefix.join("include")
}

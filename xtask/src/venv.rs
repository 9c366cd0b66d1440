//! Virtual environments for tests and benchmarks, one per interpreter and purpose, kept as long as
//! the list of packages stays the same.

use crate::pythons::Python;
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use cargo_pommel::pip;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Held while an environment is made: several parts of the tests may want the same one at a time.
static MAKING: Mutex<()> = Mutex::new(());

/// The virtual environment `name` of `python` with `packages` (pip's requirements) installed.
/// Returns its interpreter; the environment's folder is two levels up.
pub fn ensure(python: &Python, name: &str, packages: &[&str]) -> Result<PathBuf> {
    let _making = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = paths::build("venvs").join(format!("{}-{name}", python.name));
    let interpreter = folder.join("bin/python");
    let stamp = folder.join("packages.txt");
    // A moved or updated interpreter makes another environment.
    let identity = format!("{} {}\n", python.executable.display(), python.version);
    let wanted = identity + &packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(interpreter);
    }
    create(python, &folder)?;
    if !packages.is_empty() {
        install(python, &interpreter, packages)?;
    }
    std::fs::write(stamp, wanted)?;
    Ok(interpreter)
}

/// Installs `packages` (requirements, wheels, options) into the environment of `interpreter`.
pub fn install(python: &Python, interpreter: &Path, packages: &[&str]) -> Result<()> {
    let arguments = [&["install"], packages].concat();
    pip::run(python, interpreter, &arguments)
        .with_context(|| format!("{}: cannot install {}", python.name, packages.join(" ")))
}

fn create(python: &Python, folder: &Path) -> Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    process::output(
        Command::new(&python.executable).args(["-m", "venv", "--without-pip"]).arg(folder),
    )
    .with_context(|| format!("{}: cannot make a virtual environment", python.name))?;
    if python.free_threaded {
        link_library_of_free_threaded(python, folder)?;
    }
    Ok(())
}

/// Debian's patch of `site` looks for `lib/python3.13` where pip, rightly, installs into
/// `lib/python3.13t`.
fn link_library_of_free_threaded(python: &Python, folder: &Path) -> Result<()> {
    let real = format!("python{}", python.abi());
    let link = folder.join("lib").join(real.trim_end_matches('t'));
    if !folder.join("lib").join(&real).exists() {
        bail!("{}: the environment has no lib/{real}", python.name);
    }
    if !link.exists() {
        std::os::unix::fs::symlink(real, link)?;
    }
    Ok(())
}

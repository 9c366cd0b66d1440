//! Building extensions and packing them into wheels: one shared object for every interpreter, one
//! wheel for every pip.

mod elf;
mod wheel;
mod zig;

use crate::paths;
use crate::pythons::Python;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Serves the interpreters that do not look for a bare `.so`; see the file itself.
const STUB: &str = include_str!("../../python/pommel-build/pommel_build/import_stub.py");

/// What lies in the folder that the stub needs.
const TAG_FOLDER_README: &str = "PyPy 7.3 loads only extensions with .hpy0 in their path: the \
    module reaches its shared object, one folder up, through here.\n";

/// `cargo xtask dist PACKAGE [--zig]`
pub fn main(args: &[String]) -> Result<()> {
    let (options, packages): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with("--"));
    let zig = options.iter().any(|option| *option == "--zig");
    let ([package], true) = (&packages[..], options.len() == usize::from(zig)) else {
        bail!("usage: cargo xtask dist PACKAGE [--zig]");
    };
    let (_, wheel) = build_wheel(package, if zig { Kind::Zig } else { Kind::Universal })?;
    println!("{}", wheel.display());
    Ok(())
}

/// Builds and packs the extension `package`; returns its shared object and its wheel.
pub fn build_wheel(package: &str, kind: Kind) -> Result<(PathBuf, PathBuf)> {
    let workspace = Workspace::read()?;
    let package = workspace.package(package)?;
    let extension = build(&workspace, package, kind)?;
    let wheel = wheel::pack(package, &extension)?;
    Ok((extension, wheel))
}

/// Builds the extension `package` for release and returns its shared object, alone in a folder
/// that can go on `sys.path`: the universal one, or the one that is built against the C API of
/// `direct_for`.
pub fn build_extension(package: &str, direct_for: Option<&Python>) -> Result<PathBuf> {
    let workspace = Workspace::read()?;
    let package = workspace.package(package)?;
    build(&workspace, package, direct_for.map_or(Kind::Universal, Kind::Direct))
}

/// How a shared object is built.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    /// Runs on every interpreter.
    Universal,
    /// The same, linked against an old C library for old machines.
    Zig,
    /// Runs on one, without the function table.
    Direct(&'a Python),
}

fn build(workspace: &Workspace, package: &Package, kind: Kind) -> Result<PathBuf> {
    let module = package.extension_module()?;
    let mut cargo = Command::new("cargo");
    // With the other crate types of the library in the same build, cargo leaves out LTO.
    cargo.args(["rustc", "--release", "--lib", "--crate-type", "cdylib"]);
    cargo.args(["--package", &package.name]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    let name = &package.name;
    // A target folder for each kind, so that switching between them rebuilds nothing.
    let (folder, target, suffix) = match kind {
        Kind::Universal => (name.clone(), None, ".so"),
        Kind::Zig => {
            zig::link_with(&mut cargo)?;
            (format!("{name}-zig"), Some("zig".into()), ".so")
        }
        Kind::Direct(python) => {
            let build = format!("direct-{}", python.abi());
            cargo.args(["--features", "pommel/direct"]).env("POMMEL_DIRECT_PYTHON", python.abi());
            (format!("{name}-{build}"), Some(build), python.extension_suffix.as_str())
        }
    };
    if let Some(target) = target {
        cargo.arg("--target-dir").arg(workspace.target_directory.join(target));
    }
    let built = compile(&mut cargo, module)?;
    let folder = paths::build("ext").join(folder);
    std::fs::create_dir_all(&folder)?;
    let extension = folder.join(format!("{module}{suffix}"));
    replace(&extension, &std::fs::read(&built)?)?;
    if !matches!(kind, Kind::Direct(_)) {
        for (path, contents) in companions(module) {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().expect("it lies in the folder"))?;
            replace(&path, contents.as_bytes())?;
        }
    }
    Ok(extension)
}

/// What stands beside a universal shared object, in a wheel too.
fn companions(module: &str) -> [(String, &'static str); 2] {
    [(format!("{module}.py"), STUB), (format!("{module}.hpy0/README.txt"), TAG_FOLDER_README)]
}

/// The part of cargo's messages that says what was made.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

fn compile(cargo: &mut Command, module: &str) -> Result<PathBuf> {
    let output = cargo.current_dir(paths::root()).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        bail!("{}: {cargo:?}", output.status);
    }
    let file = OsString::from(format!("lib{module}.so"));
    for line in output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let message: Message = serde_json::from_slice(line)?;
        let made = message.filenames.into_iter().find(|path| path.file_name() == Some(&file));
        if let Some(made) = made {
            return Ok(made);
        }
    }
    bail!("cargo made no {}", file.display());
}

/// Writes a file by putting a new one in its place: a process may have the old one mapped.
fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    if std::fs::read(path).is_ok_and(|old| old == contents) {
        return Ok(());
    }
    let new = path.with_extension("new");
    std::fs::write(&new, contents)
        .and_then(|()| std::fs::rename(&new, path))
        .with_context(|| format!("cannot write {}", path.display()))
}

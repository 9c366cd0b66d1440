//! Building the extensions of the workspace, and packing them into wheels, with the same back end
//! that authors' projects are built with: see `python/pommel_build` and `tools/cargo-pommel`.

use crate::pythons::{self, Python};
use crate::workspace::Workspace;
use crate::{paths, process, venv};
use anyhow::{Context, Result, bail};
use cargo_pommel::backend::Backend;
use serde::Deserialize;
use std::path::PathBuf;
use std::process::Command;

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

/// What the back end made: one of the two.
#[derive(Deserialize)]
struct Made {
    extension: Option<PathBuf>,
    wheel: Option<PathBuf>,
}

/// Builds and packs the extension `package`; returns its shared object and its wheel.
pub fn build_wheel(package: &str, kind: Kind) -> Result<(PathBuf, PathBuf)> {
    let extension = build(package, kind)?;
    let out = paths::build("dist").display().to_string();
    let made = run("wheel", package, kind, &["--out", &out])?;
    Ok((extension, made.wheel.context("the back end made no wheel")?))
}

/// Builds the extension `package` for release and returns its shared object, alone in a folder
/// that can go on `sys.path`: the universal one, or the one that is built against the C API of
/// `direct_for`.
pub fn build_extension(package: &str, direct_for: Option<&Python>) -> Result<PathBuf> {
    build(package, direct_for.map_or(Kind::Universal, Kind::Direct))
}

fn build(package: &str, kind: Kind) -> Result<PathBuf> {
    let (folder, suffix) = match kind {
        Kind::Universal => (package.to_owned(), None),
        Kind::Zig => (format!("{package}-zig"), None),
        Kind::Direct(python) => {
            (format!("{package}-direct-{}", python.abi()), Some(&python.extension_suffix))
        }
    };
    let out = paths::build("ext").join(folder).display().to_string();
    let mut arguments = vec!["--out", &out];
    if let Some(suffix) = suffix {
        arguments.extend(["--suffix", suffix]);
    }
    let made = run("extension", package, kind, &arguments)?;
    made.extension.context("the back end made no extension")
}

/// Runs a command of the back end on a package of the workspace.
fn run(name: &str, package: &str, kind: Kind, arguments: &[&str]) -> Result<Made> {
    let workspace = Workspace::read()?;
    let folder = paths::root().join(workspace.package(package)?.folder());
    let python = pythons::discover().into_iter().rfind(|python| python.implementation == "cpython");
    let python = python.context("extensions are packed by a CPython, and none is at hand")?;
    let interpreter = match kind {
        Kind::Zig => venv::ensure(&python, "zig", &["ziglang"])?,
        _ => python.executable.clone(),
    };
    let backend = Backend::unpack()?;
    let mut command = backend.command(&interpreter, name, &folder);
    command.args(arguments).args(["--zig", if matches!(kind, Kind::Zig) { "yes" } else { "no" }]);
    if let Kind::Direct(python) = kind {
        let target = workspace.target_directory.join(format!("direct-{}", python.abi()));
        command.args(["--features", "pommel/direct", "--target-dir"]).arg(target);
        command.env("POMMEL_DIRECT_PYTHON", python.abi());
    }
    backend.run(&mut command)
}

/// Builds the host as a static library for extensions in C.
pub fn build_static_host() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--package", "hpy-cpython-static"]);
    process::output(cargo.current_dir(paths::root()))?;
    Ok(Workspace::read()?.target_directory.join("release/libhpy_cpython_static.a"))
}

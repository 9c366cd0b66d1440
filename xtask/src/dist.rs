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
    let packed = build_wheel(package, if zig { Kind::Zig } else { Kind::Universal })?;
    println!("{}", packed.wheel.display());
    Ok(())
}

/// `cargo xtask dev [--release]`
pub fn develop(args: &[String]) -> Result<()> {
    let kind = match args {
        [] => Kind::Quick,
        [option] if option == "--release" => Kind::Universal,
        _ => bail!("usage: cargo xtask dev [--release]"),
    };
    run("develop", "pommel-python", kind, &[])?;
    println!("PYTHONPATH={} python3", paths::root().join("python").display());
    Ok(())
}

/// How a shared object is built.
#[derive(Clone, Copy)]
pub enum Kind<'a> {
    /// Runs on every interpreter.
    Universal,
    /// The same in the profile `quick`: built in a fraction of the time, and with more checks.
    Quick,
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

/// An extension that is built and packed.
pub struct Packed {
    /// The folder that can go on `sys.path`.
    pub folder: PathBuf,
    /// The shared object in it, relative to the folder; it lies in the same place in the wheel.
    pub extension: PathBuf,
    pub wheel: PathBuf,
}

/// Builds and packs the extension `package`.
pub fn build_wheel(package: &str, kind: Kind) -> Result<Packed> {
    let folder = folder(package, kind);
    let extension = build(package, kind)?.strip_prefix(&folder)?.to_owned();
    let out = match kind {
        // Not where what is shipped lies.
        Kind::Quick => paths::build("dist/quick"),
        _ => paths::build("dist"),
    };
    let made = run("wheel", package, kind, &["--out", &out.display().to_string()])?;
    Ok(Packed { folder, extension, wheel: made.wheel.context("the back end made no wheel")? })
}

/// Builds the extension `package` for release, the universal one or the one that is built against
/// the C API of `direct_for`, and returns the folder that can go on `sys.path`.
pub fn build_folder(package: &str, direct_for: Option<&Python>) -> Result<PathBuf> {
    let kind = direct_for.map_or(Kind::Universal, Kind::Direct);
    build(package, kind)?;
    Ok(folder(package, kind))
}

/// Where an extension is built.
fn folder(package: &str, kind: Kind) -> PathBuf {
    paths::build("ext").join(match kind {
        Kind::Universal => package.to_owned(),
        Kind::Quick => format!("{package}-quick"),
        Kind::Zig => format!("{package}-zig"),
        Kind::Direct(python) => format!("{package}-direct-{}", python.abi()),
    })
}

fn build(package: &str, kind: Kind) -> Result<PathBuf> {
    let folder = folder(package, kind);
    // A file that the package lost must not live on in the copy.
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let out = folder.display().to_string();
    let mut arguments = vec!["--out", &out];
    if let Kind::Direct(python) = kind {
        arguments.extend(["--suffix", &python.extension_suffix]);
    }
    let made = run("extension", package, kind, &arguments)?;
    made.extension.context("the back end made no extension")
}

/// Runs a command of the back end on a package of the workspace.
fn run(name: &str, package: &str, kind: Kind, arguments: &[&str]) -> Result<Made> {
    let workspace = Workspace::read()?;
    let folder = paths::root().join(workspace.package(package)?.folder());
    let backend = Backend::unpack()?;
    let mut command = backend.command(&interpreter(kind)?, name, &folder);
    command.args(arguments).args(["--zig", if matches!(kind, Kind::Zig) { "yes" } else { "no" }]);
    if matches!(kind, Kind::Quick) {
        command.args(["--profile", "quick"]);
    }
    if let Kind::Direct(python) = kind {
        let target = workspace.target_directory.join(format!("direct-{}", python.abi()));
        command.args(["--features", "pommel/direct", "--target-dir"]).arg(target);
        command.env("POMMEL_DIRECT_PYTHON", python.abi());
    }
    backend.run(&mut command)
}

/// The Python that packs.
fn interpreter(kind: Kind) -> Result<PathBuf> {
    if matches!(kind, Kind::Quick) {
        // Looking at every Python takes seconds; what is packed here is not shipped, so that any
        // will do that reads TOML.
        let mut asked = Command::new("python3");
        if process::output(asked.args(["-c", "import tomllib"])).is_ok() {
            return Ok("python3".into());
        }
    }
    let python = pythons::discover().into_iter().rfind(|python| python.implementation == "cpython");
    let python = python.context("extensions are packed by a CPython, and none is at hand")?;
    match kind {
        Kind::Zig => venv::ensure(&python, "zig", &["ziglang"]),
        _ => Ok(python.executable),
    }
}

/// Builds the host as a static library for extensions in C.
pub fn build_static_host() -> Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--package", "hpy-cpython-static"]);
    process::output(cargo.current_dir(paths::root()))?;
    Ok(Workspace::read()?.target_directory.join("release/libhpy_cpython_static.a"))
}

//! Where Pythons come from that a machine lacks: packages of newer Debian suites, or their sources.

use crate::debian::{Suite, install, need_tool, put, use_own_loader};
use crate::process;
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a Python comes from.
pub enum Source {
    /// No Debian suite that is still served has it.
    Elsewhere,
    /// Packages of a suite.
    CPython { suite: &'static str, version: &'static str },
    /// Packages of a suite.
    PyPy { suite: &'static str },
    /// The source package of a suite, built here: Debian ships no free-threaded build.
    FreeThreaded { suite: &'static str, version: &'static str },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Source::Elsewhere => write!(f, "no Debian suite"),
            Source::CPython { suite, .. }
            | Source::PyPy { suite }
            | Source::FreeThreaded { suite, .. } => write!(f, "Debian's {suite}"),
        }
    }
}

/// Puts the Python of `source` into `folder`, which takes its place whole or not at all.
pub fn fetch(source: &Source, folder: &Path) -> Result<()> {
    if cfg!(not(all(target_os = "linux", target_arch = "x86_64"))) {
        bail!("only known how to fetch for Linux on x86-64: install it by hand");
    }
    match *source {
        Source::Elsewhere => bail!("not in a Debian suite: install it with pyenv"),
        Source::CPython { suite, version } => fetch_cpython(suite, version, folder),
        Source::PyPy { suite } => fetch_pypy(suite, folder),
        Source::FreeThreaded { suite, version } => build_free_threaded(suite, version, folder),
    }
}

/// Libraries that both interpreters load, beside the ones that their versions name.
const LIBRARIES: &[&str] = &[
    "libc6",
    "libffi8",
    "libexpat1",
    "libbz2-1.0",
    "zlib1g",
    "libtinfo6",
    "libncursesw6",
    "libgcc-s1",
    "libsqlite3-0",
    "liblzma5",
    "python3-pip-whl",
];

fn fetch_cpython(suite: &str, version: &str, folder: &Path) -> Result<()> {
    need_tool("patchelf", &["patchelf"])?;
    let suite = Suite::open(suite)?;
    // The library's name carries the version of OpenSSL's interface.
    let ssl = suite.dependency(&format!("libpython{version}-minimal"), "libssl")?;
    let mut packages = vec![ssl];
    for pattern in ["python#", "python#-minimal", "python#-dev"] {
        packages.push(pattern.replace('#', version));
    }
    for part in ["", "-minimal", "-stdlib", "-dev"] {
        packages.push(format!("libpython{version}{part}"));
    }
    packages.extend(["libzstd1", "libuuid1", "libreadline8t64"].map(String::from));
    packages.extend(LIBRARIES.iter().copied().map(String::from));
    suite.unpack(&packages, folder)?;
    use_own_loader(folder, &folder.join(format!("usr/bin/python{version}")))
}

fn fetch_pypy(suite: &str, folder: &Path) -> Result<()> {
    need_tool("patchelf", &["patchelf"])?;
    let packages = ["pypy3", "pypy3-lib", "pypy3-dev", "libssl3t64", "python3-setuptools-whl"];
    let packages = packages.iter().chain(LIBRARIES).copied().map(String::from);
    Suite::open(suite)?.unpack(&packages.collect::<Vec<_>>(), folder)?;
    let program = folder.join("usr/bin/pypy3").canonicalize()?;
    use_own_loader(folder, &program)
}

fn build_free_threaded(suite: &str, version: &str, folder: &Path) -> Result<()> {
    let libraries = ["zlib1g-dev", "libffi-dev", "libssl-dev", "libsqlite3-dev"];
    need_tool("dpkg-source", &["gcc", "make", "dpkg-dev", "patch"])?;
    if let Err(error) = install(&libraries) {
        println!("the standard library will lack parts: {error:#}");
    }
    let suite = Suite::open(suite)?;
    let scratch = &suite.scratch;
    let source = format!("python{version}");
    process::output(
        suite.apt("apt-get").args(["source", "--download-only", &source]).current_dir(scratch),
    )?;
    let description = only_file(scratch, ".dsc")?;
    process::output(
        Command::new("dpkg-source")
            .args(["--no-check", "-x"])
            .arg(description)
            .arg("source")
            .current_dir(scratch),
    )?;
    let build = scratch.join("build");
    std::fs::create_dir(&build)?;
    println!("building {source} without the GIL takes ten minutes or so");
    process::output(
        Command::new("../source/configure")
            .arg(format!("--prefix={}", folder.display()))
            // Debian's sources refuse ensurepip; its wheel of pip is installed all the same.
            .args(["--disable-gil", "--disable-test-modules", "--with-ensurepip=no"])
            .current_dir(&build),
    )?;
    let jobs = std::thread::available_parallelism()?;
    process::output(Command::new("make").arg(format!("-j{jobs}")).current_dir(&build))?;
    let staged = scratch.join("staged");
    process::output(
        Command::new("make")
            .arg("install")
            .arg(format!("DESTDIR={}", staged.display()))
            .current_dir(&build),
    )?;
    let installed = staged.join(folder.strip_prefix("/").context("the folder's path is relative")?);
    put(&installed, folder)
}

fn only_file(folder: &Path, ending: &str) -> Result<PathBuf> {
    let mut files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    files
        .find(|path| path.to_string_lossy().ends_with(ending))
        .with_context(|| format!("{} holds no *{ending}", folder.display()))
}

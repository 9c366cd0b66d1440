//! Interpreters from other Debian suites, unpacked into a folder of their own together with the C
//! library they were linked against. The machine's own apt is asked for its mirror and otherwise
//! left alone: lists and packages of the other suite lie in a scratch folder.

use crate::{paths, process};
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
    suite.unpack(&packages, folder)?;
    use_own_loader(folder, &folder.join(format!("usr/bin/python{version}")))
}

fn fetch_pypy(suite: &str, folder: &Path) -> Result<()> {
    need_tool("patchelf", &["patchelf"])?;
    let packages = ["pypy3", "pypy3-lib", "pypy3-dev", "libssl3t64", "python3-setuptools-whl"];
    Suite::open(suite)?.unpack(&packages.map(String::from), folder)?;
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
            .args(["--disable-gil", "--disable-test-modules"])
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

/// Another suite's packages, opened without touching the system's lists. Its scratch folder goes
/// away with it.
struct Suite {
    scratch: PathBuf,
}

impl Drop for Suite {
    fn drop(&mut self) {
        // Nothing depends on it being gone, and the next run starts by removing it.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl Suite {
    fn open(suite: &str) -> Result<Suite> {
        if !process::is_on_path("apt-get") {
            bail!("this machine has no apt: install it by hand");
        }
        let mirror = mirror()?;
        let scratch = paths::build("pythons-scratch").join(std::process::id().to_string());
        let opened = Suite { scratch };
        if opened.scratch.exists() {
            std::fs::remove_dir_all(&opened.scratch)?;
        }
        for folder in ["lists/partial", "cache/archives/partial"] {
            std::fs::create_dir_all(opened.scratch.join(folder))?;
        }
        // The keys of a newer suite may be unknown here; nothing of it is installed.
        let entry = format!("[trusted=yes] {mirror} {suite} main");
        let sources = format!("deb {entry}\ndeb-src {entry}\n");
        std::fs::write(opened.scratch.join("sources.list"), sources)?;
        process::output(opened.apt("apt-get").arg("update"))?;
        Ok(opened)
    }

    fn apt(&self, program: &str) -> Command {
        let scratch = self.scratch.display();
        let mut command = Command::new(program);
        command.arg("-qq");
        for option in [
            format!("Dir::Etc::sourcelist={scratch}/sources.list"),
            "Dir::Etc::sourceparts=-".into(),
            format!("Dir::State::Lists={scratch}/lists"),
            format!("Dir::Cache={scratch}/cache"),
            "APT::Sandbox::User=root".into(),
            "Acquire::Languages=none".into(),
        ] {
            command.arg("-o").arg(option);
        }
        command
    }

    /// The first dependency of `package` whose name starts with `prefix`.
    fn dependency(&self, package: &str, prefix: &str) -> Result<String> {
        let listed = process::output(self.apt("apt-cache").args(["depends", package]))?;
        let names = listed.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
        let found = names.into_iter().find(|name| name.starts_with(prefix)).map(String::from);
        found.with_context(|| format!("{package} depends on no {prefix}"))
    }

    fn unpack(&self, packages: &[String], folder: &Path) -> Result<()> {
        let unpacked = self.scratch.join("unpacked");
        std::fs::create_dir(&unpacked)?;
        process::output(
            self.apt("apt-get")
                .arg("download")
                .args(LIBRARIES)
                .args(packages)
                .current_dir(&self.scratch),
        )?;
        for entry in std::fs::read_dir(&self.scratch)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "deb") {
                process::output(Command::new("dpkg").arg("-x").arg(&path).arg(&unpacked))?;
            }
        }
        put(&unpacked, folder)
    }
}

/// The mirror that the machine's own apt uses.
fn mirror() -> Result<String> {
    if let Ok(mirror) = std::env::var("DEBIAN_MIRROR") {
        return Ok(mirror);
    }
    let listed = process::output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(REPO_URI)",
        "Created-By: Packages",
    ]))?;
    let mirror = listed.lines().find(|line| line.trim_end_matches('/').ends_with("/debian"));
    mirror.map(String::from).context("apt's sources name no Debian mirror: set DEBIAN_MIRROR")
}

/// Makes `program` start with the C library that was unpacked beside it.
fn use_own_loader(folder: &Path, program: &Path) -> Result<()> {
    let loaders = ["usr/lib64/ld-linux-x86-64.so.2", "lib64/ld-linux-x86-64.so.2"];
    let loader = loaders.map(|loader| folder.join(loader)).into_iter().find(|path| path.exists());
    let loader = loader.context("the unpacked packages hold no dynamic loader")?;
    let folder = folder.display();
    process::output(
        Command::new("patchelf")
            .arg("--set-interpreter")
            .arg(loader)
            .arg("--force-rpath")
            .arg("--set-rpath")
            .arg(format!("{folder}/usr/lib/x86_64-linux-gnu:{folder}/lib/x86_64-linux-gnu"))
            .arg(program),
    )?;
    Ok(())
}

/// Installs `packages` if `tool` is not there.
fn need_tool(tool: &str, packages: &[&str]) -> Result<()> {
    if process::is_on_path(tool) { Ok(()) } else { install(packages) }
}

fn install(packages: &[&str]) -> Result<()> {
    let installed =
        |package: &&str| process::output(Command::new("dpkg").args(["-s", package])).is_ok();
    if packages.iter().all(installed) {
        return Ok(());
    }
    let wanted = packages.join(" ");
    if process::output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!("needs packages that only root can install: apt-get install {wanted}");
    }
    println!("installing {wanted}");
    process::output(Command::new("apt-get").args(["-qq", "update"]))?;
    process::output(Command::new("apt-get").args(["-qq", "install", "-y"]).args(packages))?;
    Ok(())
}

/// Moves a finished tree to where it belongs, across file systems too.
fn put(made: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder.parent().context("the folder has no parent")?)?;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    process::output(Command::new("mv").arg(made).arg(folder)).map(drop)
}

fn only_file(folder: &Path, ending: &str) -> Result<PathBuf> {
    let mut files = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path());
    files
        .find(|path| path.to_string_lossy().ends_with(ending))
        .with_context(|| format!("{} holds no *{ending}", folder.display()))
}

//! The part of the tests that runs in Python: one row for each interpreter and build.

use super::Report;
use super::parts::{Heard, Part};
use crate::dist::{Kind, Packed};
use crate::pythons::{Missing, Python};
use crate::workspace::{Package, Workspace};
use crate::{browser, conformance, dist, paths, venv};
use anyhow::{Context, Result, ensure};
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

/// The one of them that runs the compiler's thousands of tests, too: a handle that it leaks is leaked
/// there as everywhere, and trace mode only counts calls.
const MODE_OF_COMPILER: (&str, &str) = MODES[0];
const COMPILER: &str = "tests/pommel/jit";

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

/// Clusters of dask. Where it cannot be had its tests are left out, and the row says so.
const DISTRIBUTED: &str = "distributed";

/// Reads the stubs of the package and programs that use it. What it says does not depend on the
/// interpreter either, so that it runs where NumPy is.
const TYPE_CHECKER: &str = "mypy==2.*";

/// What an interpreter is tested with.
#[derive(Clone, Copy, PartialEq)]
enum Build {
    Universal,
    BesideNumpy,
    Direct,
    Mode(&'static str),
}

impl Build {
    fn name(self) -> &'static str {
        match self {
            Build::Universal => "universal",
            Build::BesideNumpy => "beside numpy",
            Build::Direct => "direct",
            Build::Mode(mode) => mode,
        }
    }

    fn is_tested_on(self, python: &Python) -> bool {
        let name = python.name.as_str();
        match self {
            Build::Universal => true,
            Build::BesideNumpy => NUMPY.0 == name,
            Build::Direct => DIRECT.contains(&name),
            Build::Mode(mode) => MODES.contains(&(name, mode)),
        }
    }
}

const BUILDS: &[Build] = &[
    Build::Universal,
    Build::BesideNumpy,
    Build::Direct,
    Build::Mode("debug"),
    Build::Mode("trace"),
];

/// One row of the table.
#[derive(Clone, Copy)]
struct Subject<'a> {
    python: &'a Python,
    build: Build,
}

/// What is built before anything is tested, so that no build disturbs a test.
struct Extensions {
    /// What every interpreter is given, by package, in the order of the workspace.
    packed: Vec<(String, Packed)>,
    /// The hashes of the shared objects, by their paths in the wheels.
    hashes: BTreeMap<PathBuf, String>,
    /// The folders of the direct builds, by interpreter.
    direct: BTreeMap<String, Vec<PathBuf>>,
    /// The package `hpy` for the modes, if one is tested.
    package: Option<PathBuf>,
}

/// Adds the rows of every interpreter at hand, and one for each that is missing. What is in `beside`
/// runs with them, and begins first.
pub fn test_all(pythons: &[Python], missing: &[Missing], beside: Vec<Part>, report: &mut Report) {
    let on_every_python =
        |build: &Build| pythons.iter().map(|python| Subject { python, build: *build }).collect();
    let mut subjects: Vec<Subject> = BUILDS.iter().flat_map::<Vec<_>, _>(on_every_python).collect();
    subjects.retain(|s| s.build.is_tested_on(s.python) && report.wants(&s.name()));
    let mut extensions = None;
    if !subjects.is_empty() {
        report.add_always("extensions", "release", |_| {
            extensions = Some(Extensions::build(&subjects)?);
            Ok(String::new())
        });
    }
    let mut parts: Vec<Part> = beside;
    if let Some(extensions) = &extensions {
        parts.extend(subjects.iter().map(|subject| subject.part(extensions)));
    }
    report.add_together(parts);
    for Missing { name, reason } in missing {
        report.miss(name, reason);
    }
}

impl<'a> Subject<'a> {
    fn name(&self) -> String {
        format!("{} {}", self.python.name, self.build.name())
    }

    fn part(&self, extensions: &'a Extensions) -> Part<'a> {
        let Subject { python, build } = *self;
        let test = move |heard: &mut Heard| match build {
            Build::Universal => test_universal(python, extensions, heard),
            Build::BesideNumpy => test_beside_numpy(python, extensions, heard),
            Build::Direct => test_direct(python, extensions, heard),
            Build::Mode(mode) => test_mode(python, mode, extensions, heard),
        };
        Part { name: self.name(), version: python.version.clone(), test: Box::new(test) }
    }
}

impl Extensions {
    /// Builds and packs every extension of the workspace, and what `subjects` need besides.
    fn build(subjects: &[Subject]) -> Result<Extensions> {
        let workspace = Workspace::read()?;
        // The loader of universal binaries is a shared object as well, and no extension.
        let is_extension = |package: &&Package| {
            package.extension_module().is_ok() && !package.folder().starts_with("hosts")
        };
        let (mut packed, mut hashes) = (Vec::new(), BTreeMap::new());
        for Package { name, .. } in workspace.packages.iter().filter(is_extension) {
            let is_quick = QUICK.contains(&name.as_str());
            let kind = if is_quick { Kind::Quick } else { Kind::Universal };
            let made = dist::build_wheel(name, kind)?;
            println!("{}", made.wheel.display());
            hashes.insert(made.extension.clone(), sha256(&made.folder.join(&made.extension))?);
            packed.push((name.clone(), made));
        }
        let direct = subjects.iter().filter(|s| s.build == Build::Direct).map(|s| s.python);
        let direct = build_direct(direct, &packed)?;
        let with_a_mode = subjects.iter().find(|s| matches!(s.build, Build::Mode(_)));
        let package = with_a_mode.map(|s| stage_package(s.python)).transpose()?;
        Ok(Extensions { packed, hashes, direct, package })
    }

    /// The folders of what every interpreter is given.
    fn folders(&self) -> impl Iterator<Item = PathBuf> {
        self.packed.iter().map(|(_, packed)| packed.folder.clone())
    }
}

/// Builds `packed` for each of `pythons` alone. These have target folders of their own, and most of
/// a build is the work of one thread, so that they are built at the same time.
fn build_direct<'a>(
    pythons: impl Iterator<Item = &'a Python>,
    packed: &[(String, Packed)],
) -> Result<BTreeMap<String, Vec<PathBuf>>> {
    std::thread::scope(|scope| {
        let build =
            |python: &'a Python| (python, scope.spawn(move || direct_folders(python, packed)));
        let builds: Vec<_> = pythons.map(build).collect();
        let built = builds.into_iter().map(|(python, build)| {
            let folders = build.join().expect("what fails in a build is an error");
            Ok((python.name.clone(), folders.with_context(|| python.name.clone())?))
        });
        built.collect()
    })
}

fn direct_folders(python: &Python, packed: &[(String, Packed)]) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for (package, packed) in packed {
        if QUICK.contains(&package.as_str()) {
            // For the documentation, whose examples use it.
            folders.push(packed.folder.clone());
        } else {
            folders.push(dist::build_folder(package, Some(python))?);
        }
    }
    Ok(folders)
}

/// Puts the package `hpy`, which is the same for every interpreter, into a folder of its own.
fn stage_package(python: &Python) -> Result<PathBuf> {
    let folder = paths::build("package-hpy");
    conformance::stage_package(&test_environment(python)?, &folder)?;
    Ok(folder)
}

fn test_universal(python: &Python, extensions: &Extensions, heard: &mut Heard) -> Result<String> {
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
    pytest(&interpreter, "universal", &[folder], &[], heard)?;
    Ok(format!("sha256: {}", hashes.join(", ")))
}

/// What compares the package `pommel` with NumPy, what needs a type checker, and nothing else.
fn test_beside_numpy(
    python: &Python,
    extensions: &Extensions,
    heard: &mut Heard,
) -> Result<String> {
    let tools = ["pytest", "hypothesis", "--only-binary=:all:", NUMPY.1, TYPE_CHECKER];
    let packages = [&tools[..], &AROUND_NUMPY].concat();
    let with_clusters = [&packages[..], &[DISTRIBUTED]].concat();
    let mut note = format!("{}, {TYPE_CHECKER}", NUMPY.1);
    let interpreter = match venv::ensure(python, "numpy", &with_clusters) {
        Ok(interpreter) => interpreter,
        Err(error) => {
            heard.counts.skipped += 1;
            let reason = error.root_cause().to_string();
            let reason = reason.lines().last().unwrap_or_default();
            note += &format!(", SKIPPED: tests of clusters, no {DISTRIBUTED} ({reason})");
            venv::ensure(python, "numpy", &packages)?
        }
    };
    if let Err(error) = browser::provide() {
        heard.counts.skipped += 1;
        note += &format!(", SKIPPED: tests of pages, no browser ({error})");
    }
    let folders: Vec<_> = extensions.folders().collect();
    pytest(&interpreter, "numpy", &folders, &[], heard)?;
    Ok(note)
}

fn test_direct(python: &Python, extensions: &Extensions, heard: &mut Heard) -> Result<String> {
    let interpreter = test_environment(python)?;
    pytest(&interpreter, "direct", &extensions.direct[&python.name], &["tests/pommel"], heard)?;
    Ok(String::new())
}

/// The same files in a mode of the package `hpy`.
fn test_mode(
    python: &Python,
    mode: &'static str,
    extensions: &Extensions,
    heard: &mut Heard,
) -> Result<String> {
    let interpreter = test_environment(python)?;
    let folders: Vec<_> = extensions.package.iter().cloned().chain(extensions.folders()).collect();
    let is_compilers = (python.name.as_str(), mode) == MODE_OF_COMPILER;
    let left_out: &[&str] = if is_compilers { &[] } else { &[COMPILER] };
    pytest(&interpreter, mode, &folders, left_out, heard)?;
    Ok(String::new())
}

fn test_environment(python: &Python) -> Result<PathBuf> {
    venv::ensure(python, "test", &["pytest", "threadpoolctl"])
}

/// Runs `tests/`, but for what is in `left_out`, on the extensions in `folders`.
fn pytest(
    interpreter: &Path,
    build: &str,
    folders: &[PathBuf],
    left_out: &[&str],
    heard: &mut Heard,
) -> Result<()> {
    let tests: &[&str] = match build {
        "numpy" => &[
            "tests/pommel/beside_numpy",
            "tests/pommel/test_types.py",
            "tests/pommel/test_pages_in_browser.py",
        ],
        _ => &["tests"],
    };
    let mut command = Command::new(interpreter);
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
        .args(tests)
        .args(left_out.iter().map(|folder| format!("--ignore={folder}")))
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
        // What pages look like does not depend on the interpreter.
        "numpy" => command.envs(browser::at_hand().map(|program| ("POMMEL_BROWSER", program))),
        _ => &mut command,
    };
    // Beside others, on a machine that may have other things to do as well.
    heard.pytest(&mut command, Duration::from_secs(20 * 60))
}

fn sha256(file: &Path) -> Result<String> {
    let contents =
        std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let bytes = Sha256::digest(contents);
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

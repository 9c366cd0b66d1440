//! What an author does, from an empty folder to the wheel, with the tool as it is: makes a project,
//! builds it, imports it, checks its types, packs it and installs it with pip.

use cargo_pommel::backend::Backend;
use cargo_pommel::interpreter::{self, Python};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The repository, which new projects depend on: nothing is published for these tests.
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// A folder for one test.
fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The newest CPython that can make a complete virtual environment.
fn python() -> Python {
    let complete = |python: &Python| {
        python.implementation == "cpython"
            && !python.free_threaded
            && python.has_pip
            && python.pip_wheel.is_some()
            && python.language >= (3, 11)
    };
    interpreter::discover(&[]).into_iter().rfind(complete).expect("CPython 3.11 or later with pip")
}

/// A virtual environment with these packages; its interpreter.
fn environment(folder: &Path, packages: &[&str]) -> PathBuf {
    succeed(Command::new(python().executable).args(["-m", "venv"]).arg(folder));
    let interpreter = folder.join("bin/python");
    succeed(pip(&interpreter).args(packages));
    interpreter
}

fn pip(interpreter: &Path) -> Command {
    let mut command = outside(Command::new(interpreter));
    command.args(["-m", "pip", "--quiet", "--disable-pip-version-check", "install"]);
    command
}

/// A program that is run as an author runs it, and not as a part of this test. All projects share
/// what is compiled.
fn outside(mut command: Command) -> Command {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("target");
    for variable in ["CARGO", "CARGO_MANIFEST_DIR", "VIRTUAL_ENV", "CONDA_PREFIX"] {
        command.env_remove(variable);
    }
    command.env("CARGO_TARGET_DIR", target);
    command
}

/// `cargo pommel`, in a folder.
fn tool(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = outside(Command::new(env!("CARGO_BIN_EXE_cargo-pommel")));
    command.arg("pommel").args(arguments).current_dir(folder);
    command
}

/// Runs a program that must succeed; what it said.
#[track_caller]
fn succeed(command: &mut Command) -> String {
    let (success, said) = said(command.output().unwrap());
    assert!(success, "{command:?}\n{said}");
    said
}

/// Runs a program that must fail; what it said.
#[track_caller]
fn fail(command: &mut Command) -> String {
    let (success, said) = said(command.output().unwrap());
    assert!(!success, "{command:?}\n{said}");
    said
}

fn said(output: Output) -> (bool, String) {
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

/// A new project in a scratch folder.
fn project(test: &str) -> PathBuf {
    let folder = scratch(test);
    succeed(&mut tool(&folder, &["new", "fast-stats", "--pommel-path", REPOSITORY]));
    folder.join("fast-stats")
}

#[test]
fn a_new_project_builds_imports_and_passes_its_tests() {
    let project = project("new");
    let python = environment(&project.join(".venv"), &["pytest", "mypy"]);
    let first = succeed(&mut tool(&project, &["dev"]));
    assert!(first.contains("Installed fast-stats 0.1.0"), "{first}");
    succeed(Command::new(&python).args(["-m", "pytest", "-q"]).current_dir(&project));
    succeed(outside(Command::new("cargo")).args(["test", "-q"]).current_dir(&project));
    types_are_checked(&project, &python);
    every_feature_can_be_declared(&project, &python);

    // A change of the Rust code is there after the next build, without a new installation.
    let source = project.join("src/lib.rs");
    let text = std::fs::read_to_string(&source).unwrap();
    std::fs::write(&source, text.replace("<Running: {}", "<Changed: {}")).unwrap();
    succeed(&mut tool(&project, &["dev"]));
    let program = "import fast_stats; print(fast_stats.Running())";
    let printed = succeed(Command::new(&python).args(["-c", program]));
    assert_eq!(printed.trim(), "<Changed: 0 numbers>");
}

/// The stub of the extension that has one of everything is a correct one.
fn every_feature_can_be_declared(folder: &Path, python: &Path) {
    let sink = Path::new(REPOSITORY).join("tests/kitchen-sink").display().to_string();
    let said = succeed(&mut tool(folder, &["stubs", "--project", &sink, "--out", "sink"]));
    assert!(said.contains("sink/kitchen_sink-stubs/__init__.pyi"), "{said}");
    let mut command = Command::new(python);
    command.args(["-m", "mypy", "--strict", "sink/kitchen_sink-stubs/__init__.pyi"]);
    succeed(command.current_dir(folder));
}

/// The stub lets right programs pass and finds the mistakes of others.
fn types_are_checked(project: &Path, python: &Path) {
    let program = project.join("program.py");
    let right = "\
from fast_stats import Running, mean

running: Running = Running()
running.push(1)
number: float = mean([1, 2.5]) + running.mean
length: int = len(running)
";
    let wrong = "\
text: str = mean([1])
running.push('1')
running.mean = 2.0
Running(1)
running.median
";
    std::fs::write(&program, right).unwrap();
    let check = || {
        let mut command = Command::new(python);
        command.args(["-m", "mypy", "--strict", "program.py"]).current_dir(project);
        command
    };
    succeed(&mut check());
    std::fs::write(&program, [right, wrong].concat()).unwrap();
    let said = fail(&mut check());
    let first = right.lines().count() + 1;
    for line in first..first + wrong.lines().count() {
        assert!(said.contains(&format!("program.py:{line}: error")), "line {line}:\n{said}");
    }
    // The stub and the extension agree on what there is and how it is called.
    succeed(Command::new(python).args(["-m", "mypy.stubtest", "fast_stats"]).current_dir(project));
}

#[test]
fn one_wheel_serves_every_python() {
    let project = project("wheel");
    let said = succeed(&mut tool(&project, &["build"]));
    for python in interpreter::discover(&[]) {
        assert!(said.contains(&format!("Checked {}", python.name)), "{}\n{said}", python.name);
    }
    let wheels: Vec<_> = std::fs::read_dir(project.join("dist")).unwrap().collect();
    let [Ok(wheel)] = wheels.as_slice() else { panic!("{wheels:?}") };
    let name = wheel.file_name().into_string().unwrap();
    assert!(name.starts_with("fast_stats-0.1.0-py3-none-manylinux_2_"), "{name}");
}

#[test]
fn the_same_sources_give_the_same_wheel() {
    // The back end builds itself: no compiler is in between.
    let folder = Path::new(REPOSITORY).join("python/pommel_build");
    let (out, backend) = (scratch("same"), Backend::unpack().unwrap());
    let wheels = [1, 2].map(|number| {
        let mut command = backend.command(&python().executable, "wheel", &folder);
        let said = succeed(command.arg("--out").arg(out.join(number.to_string())));
        assert!(said.contains("pommel_build-0.1.0-py3-none-any.whl"), "{said}");
        let name = format!("{number}/pommel_build-0.1.0-py3-none-any.whl");
        std::fs::read(out.join(name)).unwrap()
    });
    assert!(wheels[0] == wheels[1]);
}

#[test]
fn an_extension_in_c_is_one_binary_too() {
    let folder = scratch("c");
    succeed(&mut tool(&folder, &["new", "c-stats", "--c", "--pommel-path", REPOSITORY]));
    let project = folder.join("c-stats");
    let python = environment(&project.join(".venv"), &["pytest"]);
    succeed(&mut tool(&project, &["dev"]));
    let test = || {
        let mut command = Command::new(&python);
        command.args(["-m", "pytest", "-q"]).current_dir(&project);
        command
    };
    succeed(&mut test());
    let said = succeed(&mut tool(&project, &["build"]));
    for python in interpreter::discover(&[]) {
        assert!(said.contains(&format!("Checked {}", python.name)), "{}\n{said}", python.name);
    }
    succeed(pip(&python).args(["--no-cache-dir", "--force-reinstall"]).arg(&project));
    succeed(&mut test());
}

/// The distributions that an author in C gets from a registry, as wheels in a folder.
fn distributions(interpreter: &Path, folder: &Path) -> String {
    let wheels = folder.join("wheels").display().to_string();
    // Where the repository itself builds for release: other tests need the same libraries.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    for package in ["hpy", "pommel_build"] {
        let mut pip = outside(Command::new(interpreter));
        pip.args(["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", &wheels]);
        pip.arg(Path::new(REPOSITORY).join("python").join(package)).env("CARGO_TARGET_DIR", target);
        succeed(&mut pip);
    }
    wheels
}

#[test]
fn a_project_in_c_needs_neither_a_checkout_nor_rust() {
    let folder = scratch("c-alone");
    let said = succeed(&mut tool(&folder, &["new", "c-stats", "--c"]));
    assert!(said.contains("pip install pytest pommel-hpy"), "{said}");
    let project = folder.join("c-stats");
    let python = environment(&project.join(".venv"), &["pytest"]);
    let wheels = distributions(&python, &folder);
    let registry = ["--no-index", "--find-links", &wheels];

    // A build that called cargo would fail.
    let mut build = outside(Command::new(&python));
    build.args(["-m", "pip", "wheel", "--quiet", "--no-cache-dir", "--wheel-dir", "dist"]);
    build.args(registry).arg(".").env("CARGO", "/none").current_dir(&project);
    succeed(&mut build);
    let mut made =
        std::fs::read_dir(project.join("dist")).unwrap().map(|made| made.unwrap().path());
    let (wheel, others) = (made.next().unwrap(), made.count());
    let name = wheel.file_name().unwrap().to_string_lossy();
    assert!(name.starts_with("c_stats-0.1.0-py3-none-manylinux_2_") && others == 0, "{name}");
    let unpacked = folder.join("unpacked");
    succeed(Command::new(&python).args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked));
    for other in interpreter::discover(&[]) {
        let mut import = Command::new(&other.executable);
        import.args(["-c", "import c_stats; print(c_stats.mean([1, 2]))"]);
        assert_eq!(succeed(import.env("PYTHONPATH", &unpacked)).trim(), "1.5", "{}", other.name);
    }

    // With the tool it is the same, once the environment has the package.
    let said = fail(tool(&project, &["dev"]).env("CARGO", "/none"));
    assert!(said.contains("pip install pommel-hpy"), "{said}");
    succeed(pip(&python).args(registry).arg("pommel-hpy"));
    succeed(tool(&project, &["dev"]).env("CARGO", "/none"));
    succeed(
        Command::new(&python).args(["-m", "pytest", "-q", "--hpy-debug"]).current_dir(&project),
    );
    the_name_of_upstream_is_refused(&python);
}

/// Two distributions with the package `hpy` have replaced files of each other.
fn the_name_of_upstream_is_refused(python: &Path) {
    let program = "import hpy; print(hpy.__file__)";
    let file = succeed(Command::new(python).args(["-c", program]));
    let site = Path::new(file.trim()).ancestors().nth(2).unwrap();
    std::fs::create_dir(site.join("hpy-0.9.0.dist-info")).unwrap();
    let said = fail(Command::new(python).args(["-c", "import hpy.universal"]));
    assert!(said.contains("pip uninstall hpy pommel-hpy"), "{said}");
}

#[test]
fn pip_and_build_make_it_without_the_tool() {
    let project = project("pip");
    let python = environment(&project.join(".venv"), &["build"]);
    let import = |program: &str| {
        let program = format!("import fast_stats; assert fast_stats.mean([1, 3]) == 2; {program}");
        succeed(Command::new(&python).args(["-c", &program]).current_dir("/"))
    };
    // pip keeps what it builds from a folder whose name has a dash.
    succeed(pip(&python).args(["--no-cache-dir", "--editable"]).arg(&project));
    let file = import("print(fast_stats.__file__)");
    assert!(file.contains("fast-stats/python/fast_stats"), "{file}");
    succeed(pip(&python).args(["--no-cache-dir", "--force-reinstall"]).arg(&project));
    let file = import("print(fast_stats.__file__)");
    assert!(file.contains("site-packages/fast_stats"), "{file}");

    // The wheel that comes of the source distribution holds the same.
    let mut build = outside(Command::new(&python));
    succeed(build.args(["-m", "build", "--outdir", "out"]).current_dir(&project));
    let mut made = std::fs::read_dir(project.join("out")).unwrap().map(|made| made.unwrap().path());
    let wheel = made.find(|path| path.extension().is_some_and(|e| e == "whl")).unwrap();
    let listed = succeed(Command::new(&python).args(["-m", "zipfile", "-l"]).arg(wheel));
    for part in ["__init__.py", "_fast_stats.so", "_fast_stats.py", "_fast_stats.pyi", "py.typed"] {
        assert!(listed.contains(&format!("fast_stats/{part}")), "{part}\n{listed}");
    }
}

#[test]
fn mistakes_are_explained() {
    let folder = scratch("mistakes");
    let error = |folder: &Path, arguments: &[&str]| fail(&mut tool(folder, arguments));
    assert!(error(&folder, &["new", "Fast"]).contains("cannot be the name of a package"));
    assert!(error(&folder, &["dev"]).contains("make one:  python3 -m venv .venv"));
    assert!(error(&folder, &["build"]).contains("`cargo pommel new NAME` makes a project"));
    assert!(error(&folder, &["bulid"]).contains("there is no command \"bulid\""));

    let project = project("mistakes");
    assert!(error(&folder, &["new", "fast-stats"]).contains("holds a project already"));
    let path = project.join("pyproject.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let build = |text: String| {
        std::fs::write(&path, text).unwrap();
        error(&project, &["stubs"])
    };
    let said = build(text.replace("# zig = true", "zag = true"));
    assert!(said.contains("[tool.pommel] has no key 'zag'"), "{said}");
    let said = build(text.replace("\"fast_stats._fast_stats\"", "\"fast_stats.native\""));
    assert!(said.contains("defines no module 'native', but '_fast_stats'"), "{said}");
    let said = build(text.replace("\"fast_stats._fast_stats\"", "\"slow._fast_stats\""));
    assert!(said.contains("there is no package"), "{said}");
}

//! Builds the smoke extension and lets real interpreters import it.
//!
//! The environment variable `POMMEL_PYTHONS` lists them, separated by colons; without it, the
//! `python3` of the path is used. Each runs the script with the layout that the host chooses, and
//! then once more with the stable ABI only, where that is possible.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The shared object, built by the cargo that runs this test, into the same target directory.
fn extension() -> PathBuf {
    let test = std::env::current_exe().expect("a path of this test");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/TEST");
    let target = profile.parent().expect("a target directory");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "hpy-cpython", "--example", "smoke"]);
    cargo.arg("--target-dir").arg(target);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    assert!(cargo.status().expect("cargo runs").success(), "the extension does not build");
    let name = format!("{}smoke{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let built = profile.join("examples").join(name);
    assert!(built.exists(), "{} is missing", built.display());
    built
}

/// What an expression gives in an interpreter.
fn ask(python: &str, expression: &str) -> String {
    let code = format!("import sys; print({expression})");
    let done = Command::new(python).args(["-c", &code]).output();
    let done = done.unwrap_or_else(|e| panic!("{python} does not run: {e}"));
    String::from_utf8_lossy(&done.stdout).trim().to_owned()
}

#[test]
fn every_interpreter_passes_the_script() {
    let extension = extension();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smoke/smoke.py");
    let pythons = std::env::var("POMMEL_PYTHONS").unwrap_or_else(|_| "python3".to_owned());
    let mut failed = Vec::new();
    for python in pythons.split(':').filter(|p| !p.is_empty()) {
        let stable = "sys.version_info >= (3, 10) and sys.implementation.name == 'cpython'";
        let stable = ask(python, stable) == "True";
        for layout in ["", "stable"].iter().filter(|l| l.is_empty() || stable) {
            let run = Command::new(python)
                .args([script.as_os_str(), extension.as_os_str(), "--quick".as_ref()])
                .env("POMMEL_HOST_LAYOUT", layout)
                .env("PYTHONFAULTHANDLER", "1")
                // PyPy would take room for new objects by the size of the processor's cache, which
                // can be more than a leak.
                .env("PYPY_GC_NURSERY", "4M")
                .output()
                .unwrap_or_else(|e| panic!("{python} does not run: {e}"));
            let (out, err) =
                (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
            let how = if layout.is_empty() { "its own layout" } else { "the stable ABI only" };
            // Not `println!`, which the test runner keeps to itself: what ran must be seen.
            writeln!(std::io::stderr(), "{python} with {how}: {}", out.trim()).expect("stderr");
            if !run.status.success() {
                failed.push(format!("{python} with {how}: {}\n{out}{err}", run.status));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

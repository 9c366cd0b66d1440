//! Linking against an old C library. A shared object asks for the newest symbol versions of the
//! machine it was linked on; zig, which PyPI has as the package `ziglang`, brings the symbol lists
//! of every glibc and so links for machines of 2014 anywhere.

use super::replace;
use crate::{paths, pythons, venv};
use anyhow::{Context, Result};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

/// The oldest glibc that Rust's standard library supports.
const TARGET: &str = "x86_64-linux-gnu.2.17";

/// Makes `cargo` link with zig for `TARGET`.
pub fn link_with(cargo: &mut Command) -> Result<()> {
    let python = pythons::discover().into_iter().rfind(|python| python.implementation == "cpython");
    let python = python.context("zig comes from PyPI, and no CPython is at hand")?;
    let interpreter = venv::ensure(&python, "zig", &["ziglang"])?;
    let linker = paths::build("zig-cc");
    let python = interpreter.display();
    let script = format!("#!/bin/sh\nexec '{python}' -m ziglang cc -target {TARGET} \"$@\"\n");
    replace(&linker, script.as_bytes())?;
    std::fs::set_permissions(&linker, std::fs::Permissions::from_mode(0o755))?;
    cargo.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER", linker);
    Ok(())
}

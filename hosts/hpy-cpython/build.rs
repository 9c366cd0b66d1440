//! Chooses the one layout of the direct build.
//!
//! With the feature `direct`, the environment variable POMMEL_DIRECT_PYTHON names the Python to
//! build for, as `3.11` or `3.13t` (free-threaded); without the feature nothing is to be done.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-check-cfg=cfg(direct_layout, values(\"gil39\", \"gil312\", \"free313\"))"
    );
    if std::env::var_os("CARGO_FEATURE_DIRECT").is_none() {
        return;
    }
    println!("cargo::rerun-if-env-changed=POMMEL_DIRECT_PYTHON");
    let python = std::env::var("POMMEL_DIRECT_PYTHON").unwrap_or_default();
    match layout(&python) {
        Some(layout) => {
            println!("cargo::rustc-cfg=direct_layout=\"{layout}\"");
            println!("cargo::rustc-env=POMMEL_DIRECT_PYTHON={python}");
        }
        None => println!(
            "cargo::error=the feature `direct` needs POMMEL_DIRECT_PYTHON set to the Python to \
             build for, 3.9 to 3.15, or 3.13t to 3.15t for a free-threaded one; it is {python:?}"
        ),
    }
}

/// The layout of a version.
fn layout(python: &str) -> Option<&'static str> {
    let (version, free_threaded) = match python.strip_suffix('t') {
        Some(version) => (version, true),
        None => (python, false),
    };
    let minor: u32 = version.strip_prefix("3.")?.parse().ok()?;
    match (minor, free_threaded) {
        (9..=11, false) => Some("gil39"),
        (12..=15, false) => Some("gil312"),
        (13..=15, true) => Some("free313"),
        _ => None,
    }
}

//! The laws on `Cargo.toml`: who may depend on whom, and where versions are written.

use super::{Offence, Tree};
use crate::paths;
use crate::workspace::{Dependency, Package};
use anyhow::{Context, Result};
use toml::{Table, Value};

/// The door between the sides: the only dependencies from above the line to below it. They must be
/// optional, so that an extension can be built without a host.
const DOOR: &[(&str, &str)] = &[("pommel", "hpy-cpython")];

/// Tests above the line may run on the host that is no interpreter.
const TEST_HOST: &str = "hpy-mock";

/// Engines that must be usable without Python.
const ENGINES: &[&str] = &["pommel-array", "pommel-jit"];

pub fn dependencies_point_to_the_line(tree: &Tree) -> Result<Vec<Offence>> {
    let packages = &tree.workspace.packages;
    let side_of = |name: &str| {
        let package = packages.iter().find(|package| package.name == name)?;
        Some(side(package))
    };
    let mut offences = Vec::new();
    for package in packages {
        for dependency in &package.dependencies {
            let target = side_of(&dependency.name);
            if let Some(what) = forbidden(package, dependency, target.as_deref()) {
                let place = package.folder().join("Cargo.toml").display().to_string();
                offences.push(Offence::new(place, what));
            }
        }
    }
    Ok(offences)
}

/// `abi`, `hosts`, `portable`, `examples` ...: the folder says which side a crate is on.
fn side(package: &Package) -> String {
    let first = package.folder().components().next();
    first.map(|first| first.as_os_str().to_string_lossy().into_owned()).unwrap_or_default()
}

/// What is wrong with this dependency on a crate of the side `target` (none: on somebody else's).
fn forbidden(package: &Package, dependency: &Dependency, target: Option<&str>) -> Option<String> {
    let (name, other) = (package.name.as_str(), dependency.name.as_str());
    let is_for_tests = dependency.kind.as_deref() == Some("dev");
    let is_the_door = DOOR.contains(&(name, other)) && dependency.optional;
    let is_wrong = match (side(package).as_str(), target) {
        ("xtask", _) => false,
        ("abi", _) => !is_for_tests,
        ("hosts", Some("portable" | "examples")) => true,
        ("hosts", _) => false,
        (_, Some("hosts")) => {
            let is_test_host = is_for_tests && other == TEST_HOST;
            !is_the_door && !is_test_host
        }
        _ => ENGINES.contains(&name) && other == "pommel",
    };
    is_wrong.then(|| format!("{name} must not depend on {other}"))
}

pub fn versions_and_lints_are_in_the_root(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for package in &tree.workspace.packages {
        let path = package.folder().join("Cargo.toml");
        let text = std::fs::read_to_string(paths::root().join(&path))?;
        let manifest: Table =
            text.parse().with_context(|| format!("{} is no manifest", path.display()))?;
        let found = in_members(&manifest);
        offences.extend(found.into_iter().map(|what| Offence::new(path.to_string_lossy(), what)));
    }
    Ok(offences)
}

/// What a member's manifest says that only the root may say.
fn in_members(manifest: &Table) -> Vec<String> {
    let mut found = Vec::new();
    let inherits = |value: Option<&Value>| {
        value.and_then(|value| value.get("workspace")).and_then(Value::as_bool) == Some(true)
    };
    if !inherits(manifest.get("lints")) {
        found.push("no `[lints] workspace = true`".into());
    }
    let package = manifest.get("package").and_then(Value::as_table);
    for key in ["version", "edition", "rust-version", "license"] {
        if !inherits(package.and_then(|package| package.get(key))) {
            found.push(format!("no `{key}.workspace = true`"));
        }
    }
    for (name, dependency) in dependencies(manifest) {
        let has_version = dependency.is_str() || dependency.get("version").is_some();
        let has_source = inherits(Some(dependency)) || dependency.get("path").is_some();
        if has_version || !has_source {
            found.push(format!("the version of {name} belongs into the root"));
        }
    }
    found
}

/// The entries of every table of dependencies, those of targets too.
fn dependencies(manifest: &Table) -> Vec<(&String, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let tables = tables.chain([manifest]);
    let kinds = tables.flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"].map(|kind| table.get(kind))
    });
    kinds.flatten().filter_map(Value::as_table).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str) -> Package {
        Package {
            name: name.into(),
            manifest_path: paths::root().join(folder).join("Cargo.toml"),
            dependencies: Vec::new(),
            targets: Vec::new(),
        }
    }

    fn dependency(name: &str, kind: Option<&str>, optional: bool) -> Dependency {
        Dependency { name: name.into(), kind: kind.map(String::from), optional }
    }

    #[test]
    fn the_line_is_crossed_only_through_the_door() {
        let pommel = package("pommel", "portable/pommel");
        let json = package("pommel-json", "portable/pommel-json");
        let door = dependency("hpy-cpython", None, true);
        let wide = dependency("hpy-cpython", None, false);
        let mock = dependency("hpy-mock", Some("dev"), false);
        assert!(forbidden(&pommel, &door, Some("hosts")).is_none());
        assert!(forbidden(&pommel, &wide, Some("hosts")).is_some());
        assert!(forbidden(&json, &door, Some("hosts")).is_some());
        assert!(forbidden(&json, &mock, Some("hosts")).is_none());
    }

    #[test]
    fn below_the_line_nothing_looks_up() {
        let abi = package("hpy-abi", "abi/hpy-abi");
        let host = package("hpy-cpython", "hosts/hpy-cpython");
        assert!(forbidden(&abi, &dependency("libc", None, false), None).is_some());
        assert!(forbidden(&abi, &dependency("insta", Some("dev"), false), None).is_none());
        assert!(forbidden(&host, &dependency("libc", None, false), None).is_none());
        assert!(forbidden(&host, &dependency("hpy-abi", None, false), Some("abi")).is_none());
        assert!(forbidden(&host, &dependency("pommel", None, false), Some("portable")).is_some());
    }

    #[test]
    fn engines_know_no_python() {
        let engine = package("pommel-jit", "portable/pommel-jit");
        assert!(forbidden(&engine, &dependency("pommel", None, false), Some("portable")).is_some());
    }

    const HEAD: &str = "[package]\nversion.workspace = true\nedition.workspace = true\n\
        rust-version.workspace = true\nlicense.workspace = true\n[lints]\nworkspace = true\n";

    #[test]
    fn members_name_no_versions() {
        let good = format!("{HEAD}[dependencies]\na.workspace = true\nb = {{ path = \"../b\" }}\n");
        assert_eq!(in_members(&good.parse().unwrap()), Vec::<String>::new());
        for bad in [
            "[dependencies]\na = \"1\"",
            "[dev-dependencies]\na = { version = \"1\", path = \"../a\" }",
            "[target.'cfg(unix)'.dependencies]\na = { git = \"x\" }",
        ] {
            let found = in_members(&format!("{HEAD}{bad}").parse().unwrap());
            assert_eq!(found, ["the version of a belongs into the root"]);
        }
        assert_eq!(in_members(&"[package]".parse().unwrap()).len(), 5);
    }
}

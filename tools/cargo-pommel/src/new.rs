//! `cargo pommel new NAME`: a project that builds, imports and passes its own tests.

use crate::options::Options;
use crate::progress::say;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// How it is used.
pub const USAGE: &str = "NAME [--c] [--path DIR] [--pommel-path REPOSITORY]";

/// The files of a project: where each goes, and its text, both with names in braces.
type Template = &'static [(&'static str, &'static str)];

macro_rules! template {
    ($language:literal: $($path:literal $file:literal,)*) => {
        &[$(($path, include_str!(concat!("new/template/", $language, "/", $file)))),*]
    };
}

const RUST: Template = template! {
    "rust":
    "Cargo.toml" "Cargo.toml",
    "pyproject.toml" "pyproject.toml",
    "README.md" "README.md",
    ".gitignore" "gitignore",
    ".github/workflows/ci.yml" "ci.yml",
    "src/lib.rs" "lib.rs",
    "python/{module}/__init__.py" "__init__.py",
    "tests/test_{module}.py" "test.py",
};

const C: Template = template! {
    "c":
    "pyproject.toml" "pyproject.toml",
    "README.md" "README.md",
    ".gitignore" "gitignore",
    ".github/workflows/ci.yml" "ci.yml",
    "src/{module}.c" "extension.c",
    "python/{module}/__init__.py" "__init__.py",
    "python/{module}/_{module}.pyi" "stub.pyi",
    "tests/test_{module}.py" "test.py",
};

/// The command.
pub fn main(args: &[String]) -> Result<()> {
    let mut options = Options::new(args, USAGE);
    let (template, tools) = if options.flag("--c") { (C, "pytest{kit}") } else { (RUST, "pytest") };
    let pommel = options.value("--pommel-path")?.map(PathBuf::from);
    let folder = options.value("--path")?.map(PathBuf::from);
    let name = options.one("the name of the project")?;
    let folder = folder.unwrap_or_else(|| PathBuf::from(name));
    let names = Names::new(name, pommel.as_deref())?;
    if folder.join("Cargo.toml").exists() || folder.join("pyproject.toml").exists() {
        bail!("{} holds a project already; choose another --path", folder.display());
    }
    for (path, text) in template {
        let path = folder.join(names.fill(path));
        let parent = path.parent().context("every file lies in the project")?;
        std::fs::create_dir_all(parent)?;
        std::fs::write(&path, names.fill(text))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    say("Created", format!("{name} in {}", folder.display()));
    say("Next", format!("cd {}", folder.display()));
    let tools = names.fill(tools);
    say("", format!("python3 -m venv .venv && . .venv/bin/activate && pip install {tools}"));
    say("", "cargo pommel dev && pytest");
    Ok(())
}

/// What stands in the places of the template.
struct Names {
    places: [(&'static str, String); 8],
}

impl Names {
    fn new(name: &str, pommel: Option<&Path>) -> Result<Names> {
        let module = module_name(name)?;
        let version = env!("CARGO_PKG_VERSION");
        let [mut library, mut mock] = [format!("{version:?}"), format!("{version:?}")];
        let mut backend = "pommel-build".to_owned();
        let mut backend_c = "\"pommel-build\", \"pommel-hpy\"".to_owned();
        let mut kit = " pommel-hpy";
        let mut repository = String::new();
        if let Some(root) = pommel {
            let root = root
                .canonicalize()
                .with_context(|| format!("--pommel-path: there is no {}", root.display()))?;
            let path = |folder: &str| format!("{{ path = {:?} }}", root.join(folder));
            [library, mock] = [path("portable/pommel"), path("hosts/hpy-mock")];
            backend = format!("pommel-build @ file://{}/python/pommel_build", root.display());
            backend_c = format!("{backend:?}");
            kit = "";
            repository =
                format!("# The headers and the host come from here.\nrepository = {root:?}\n");
        }
        Ok(Names {
            places: [
                ("{name}", name.to_owned()),
                ("{module}", module),
                ("{pommel}", library),
                ("{mock}", mock),
                ("{backend}", backend),
                ("{backend_c}", backend_c),
                ("{kit}", kit.to_owned()),
                ("{repository}", repository),
            ],
        })
    }

    fn fill(&self, text: &str) -> String {
        let fill = |text: String, (place, name): &(&str, String)| text.replace(place, name);
        self.places.iter().fold(text.to_owned(), fill)
    }
}

/// The name of the Python package.
fn module_name(name: &str) -> Result<String> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !starts_well || !name.chars().all(is_plain) || name.ends_with(['-', '_']) {
        bail!(
            "{name:?} cannot be the name of a package: it starts with a letter and holds small \
             letters, digits, - and _"
        );
    }
    Ok(name.replace('-', "_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_python() {
        assert_eq!(module_name("fast-stats2").unwrap(), "fast_stats2");
        for bad in ["", "2fast", "Fast", "a b", "a.b", "a-", "_a", "ä"] {
            assert!(module_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn every_place_is_filled() {
        let names = Names::new("fast-stats", None).unwrap();
        for (path, text) in RUST.iter().chain(C) {
            let filled = names.fill(path) + &names.fill(text);
            for (place, _) in &names.places {
                assert!(!filled.contains(place), "{path}: {place}");
            }
        }
    }
}

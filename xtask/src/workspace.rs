//! What cargo knows of the workspace: its packages, their targets and dependencies.

use crate::{paths, process};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

#[derive(Deserialize)]
pub struct Workspace {
    pub packages: Vec<Package>,
    pub target_directory: PathBuf,
}

#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: PathBuf,
    pub dependencies: Vec<Dependency>,
    pub targets: Vec<Target>,
}

#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// `None`, `dev` or `build`.
    pub kind: Option<String>,
    pub optional: bool,
}

#[derive(Deserialize)]
pub struct Target {
    pub name: String,
    /// `lib`, `cdylib`, `example` ...: what it is for, and for a library how it is linked.
    pub kind: Vec<String>,
}

impl Workspace {
    pub fn read() -> Result<Workspace> {
        let printed = process::output(
            Command::new("cargo")
                .args(["metadata", "--format-version", "1", "--no-deps"])
                .current_dir(paths::root()),
        )?;
        Ok(serde_json::from_str(&printed)?)
    }

    pub fn package(&self, name: &str) -> Result<&Package> {
        let found = self.packages.iter().find(|package| package.name == name);
        found.with_context(|| format!("the workspace has no package {name:?}"))
    }
}

impl Package {
    /// Its folder, relative to the workspace's root.
    pub fn folder(&self) -> &Path {
        let folder = self.manifest_path.parent().expect("a manifest lies in a folder");
        folder.strip_prefix(paths::root()).unwrap_or(folder)
    }

    /// The name of its shared object, which is the name of the Python module.
    pub fn extension_module(&self) -> Result<&str> {
        let is_shared = |target: &&Target| target.kind.iter().any(|kind| kind == "cdylib");
        let target = self.targets.iter().find(is_shared);
        let target = target.with_context(|| format!("{} is no extension (cdylib)", self.name))?;
        Ok(&target.name)
    }
}

//! Packages of other Debian suites, unpacked into a folder of their own together with the C library
//! they were linked against. The machine's own apt is asked for its mirror and otherwise left alone:
//! lists and packages of the other suite lie in a scratch folder.

use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Another suite's packages, opened without touching the system's lists. Its scratch folder goes
/// away with it.
pub struct Suite {
    pub scratch: PathBuf,
}

impl Drop for Suite {
    fn drop(&mut self) {
        // Nothing depends on it being gone, and the next run starts by removing it.
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

impl Suite {
    pub fn open(suite: &str) -> Result<Suite> {
        if !process::is_on_path("apt-get") {
            bail!("this machine has no apt: install it by hand");
        }
        let mirror = mirror()?;
        let scratch = paths::build(format!("{suite}-{}", std::process::id()));
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

    pub fn apt(&self, program: &str) -> Command {
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
    pub fn dependency(&self, package: &str, prefix: &str) -> Result<String> {
        let listed = process::output(self.apt("apt-cache").args(["depends", package]))?;
        let names = listed.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
        let found = names.into_iter().find(|name| name.starts_with(prefix)).map(String::from);
        found.with_context(|| format!("{package} depends on no {prefix}"))
    }

    pub fn unpack(&self, packages: &[String], folder: &Path) -> Result<()> {
        let unpacked = self.scratch.join("unpacked");
        std::fs::create_dir(&unpacked)?;
        process::output(
            self.apt("apt-get").arg("download").args(packages).current_dir(&self.scratch),
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
pub fn use_own_loader(folder: &Path, program: &Path) -> Result<()> {
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
pub fn need_tool(tool: &str, packages: &[&str]) -> Result<()> {
    if process::is_on_path(tool) { Ok(()) } else { install(packages) }
}

pub fn install(packages: &[&str]) -> Result<()> {
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
    let mut install = Command::new("apt-get");
    install.args(["-qq", "install", "-y"]).args(packages).env("DEBIAN_FRONTEND", "noninteractive");
    process::output(&mut install)?;
    Ok(())
}

/// Moves a finished tree to where it belongs, across file systems too.
pub fn put(made: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder.parent().context("the folder has no parent")?)?;
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    process::output(Command::new("mv").arg(made).arg(folder)).map(drop)
}

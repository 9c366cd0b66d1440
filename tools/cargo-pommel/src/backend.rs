//! The build back end, which is written in Python because pip runs it: the tool brings a copy and
//! runs it as another process, so that both build the same.

use crate::interpreter::Python;
use crate::process;
use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The files of the package `pommel_build`.
macro_rules! files {
    ($($name:literal)*) => {
        &[$((
            $name,
            include_str!(concat!("../../../python/pommel_build/pommel_build/", $name)),
        )),*]
    };
}
const FILES: &[(&str, &str)] = files! {
    "__init__.py" "__main__.py" "archive.py" "c.py" "content.py" "elf.py" "failure.py" "import_stub.py"
    "project.py" "rust.py"
};

/// The back end, unpacked.
pub struct Backend {
    folder: PathBuf,
}

impl Backend {
    /// Unpacks it; it is there until the value is dropped.
    pub fn unpack() -> Result<Backend> {
        // Several may be unpacked at a time, in one process as well.
        static UNPACKED: AtomicU32 = AtomicU32::new(0);
        let (version, process) = (env!("CARGO_PKG_VERSION"), std::process::id());
        let number = UNPACKED.fetch_add(1, Ordering::Relaxed);
        let name = format!("pommel-build-{version}-{process}-{number}");
        let folder = std::env::temp_dir().join(name);
        let package = folder.join("pommel_build");
        std::fs::create_dir_all(&package)
            .with_context(|| format!("cannot make {}", package.display()))?;
        for (name, text) in FILES {
            std::fs::write(package.join(name), text)?;
        }
        Ok(Backend { folder })
    }

    /// The command `name` of the back end on a project, run by `python`.
    pub fn command(&self, python: &Path, name: &str, project: &Path) -> Command {
        let mut command = Command::new(python);
        // -P would be the way to leave the current folder out, but 3.9 does not know it.
        let run = "import runpy, sys; sys.path[:1] = [sys.argv.pop(1)]; \
                   runpy.run_module('pommel_build', run_name='__main__')";
        command.args(["-B", "-c", run]).arg(&self.folder);
        command.arg(name).arg("--project").arg(project);
        command
    }

    /// Runs such a command, whose last line says what was made.
    pub fn run<T: DeserializeOwned>(&self, command: &mut Command) -> Result<T> {
        let Some(printed) = process::talking(command)? else {
            bail!("the build failed, as it says above");
        };
        let line = printed.lines().last().unwrap_or_default();
        serde_json::from_str(line).with_context(|| format!("the back end said {line:?}"))
    }

    /// What the project is.
    pub fn describe(&self, python: &Python, project: &Path) -> Result<Project> {
        self.run(&mut self.command(&python.executable, "describe", project))
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        // What cannot be removed lies among temporary files.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a project says of itself.
#[derive(Debug, serde::Deserialize)]
pub struct Project {
    /// The name of the distribution.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The dotted name of the extension module.
    pub module: String,
    /// The distributions that it needs.
    pub dependencies: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_back_end_is_brought_along() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../python/pommel_build/pommel_build");
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut there: Vec<String> = files.map(|name| name.into_string().unwrap()).collect();
        there.retain(|name| name.ends_with(".py"));
        there.sort();
        let mut here: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        here.sort();
        assert_eq!(here, there);
    }
}

//! What a measurement was made on: without it a number means nothing later.

use crate::process;
use crate::pythons::Python;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

#[derive(Serialize)]
pub struct Machine {
    pub cpu: String,
    pub cores: usize,
    pub memory_gib: f64,
    pub os: String,
    pub kernel: String,
    /// How many processes wanted to run when the measuring began.
    pub load: f64,
    /// `rustc`, `cc` and `julia`, as they name themselves.
    pub tools: BTreeMap<String, String>,
    /// The version behind each name in the rows.
    pub pythons: BTreeMap<String, String>,
}

impl Machine {
    pub fn describe<'a>(
        pythons: impl Iterator<Item = &'a Python>,
        julia: Option<&Path>,
        load: f64,
    ) -> Machine {
        let mut tools = BTreeMap::new();
        let programs = [("rustc", Some(Path::new("rustc"))), ("cc", Some(Path::new("cc")))];
        for (name, program) in programs.into_iter().chain([("julia", julia)]) {
            if let Some(version) = program.and_then(version) {
                tools.insert(name.into(), version);
            }
        }
        let pythons = pythons.map(|python| (python.name.clone(), python.version.clone()));
        Machine {
            cpu: field("/proc/cpuinfo", "model name", ':').unwrap_or_else(unknown),
            cores: std::thread::available_parallelism().map_or(1, |cores| cores.get()),
            memory_gib: memory_gib().unwrap_or_default(),
            os: field("/etc/os-release", "PRETTY_NAME", '=')
                .unwrap_or_else(|| std::env::consts::OS.into()),
            kernel: process::output(Command::new("uname").args(["-s", "-r", "-m"]))
                .map_or_else(|_| unknown(), |printed| printed.trim().into()),
            load,
            tools,
            pythons: pythons.collect(),
        }
    }

    /// Others are at work here too: the numbers mean little.
    pub fn is_busy(&self) -> bool {
        self.load > 0.5 * self.cores as f64
    }

    /// One line for tables.
    pub fn summary(&self) -> String {
        let mut facts = vec![
            self.cpu.clone(),
            format!("{} cores", self.cores),
            format!("{:.0} GiB", self.memory_gib),
            self.os.clone(),
        ];
        facts.extend(self.tools.values().cloned());
        if self.is_busy() {
            facts.push(format!("BUSY (load {} when it began): the numbers mean little", self.load));
        }
        facts.join(", ")
    }
}

/// The load of the last minute.
pub fn load() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

fn unknown() -> String {
    "unknown".into()
}

/// The first line that a program prints about its version.
fn version(program: &Path) -> Option<String> {
    let printed = process::output(Command::new(program).arg("--version")).ok()?;
    printed.lines().next().map(String::from)
}

/// The value of the first line `NAME SEPARATOR VALUE` of a file.
fn field(path: &str, name: &str, separator: char) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    let (_, value) = line.split_once(separator)?;
    Some(value.trim().trim_matches('"').into())
}

fn memory_gib() -> Option<f64> {
    let value = field("/proc/meminfo", "MemTotal", ':')?;
    let kib: f64 = value.strip_suffix("kB")?.trim().parse().ok()?;
    Some((kib / 1024.0 / 1024.0 * 10.0).round() / 10.0)
}

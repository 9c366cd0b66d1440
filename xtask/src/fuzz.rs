//! `cargo xtask fuzz [TARGET] [--seconds N] [--replay FILE]`: the targets of `hpy-fuzz` and of
//! `pommel-fuzz` under libFuzzer, with sanitizers. Without a target each of the two runs for so many
//! seconds, and chooses a target for every input.
//!
//! The C code of `hpy-fuzz` has GCC's sanitizers. The Rust code of `pommel-fuzz` has
//! AddressSanitizer if there is a nightly toolchain, which alone can switch it on.
//!
//! What is worth keeping of the inputs stays in `build/fuzz/corpus/`; an input that breaks
//! something is written to `build/fuzz/findings/`, and `--replay` runs it again and shows the call
//! that it stands for.

use crate::test::sanitizers;
use crate::{paths, process};
use anyhow::{Context, Result, bail, ensure};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A crate with targets.
struct Fuzzer {
    package: &'static str,
    binary: &'static str,
    /// What the names of its variables begin with.
    variables: &'static str,
    targets: &'static [&'static str],
    /// Longer inputs make no larger cases.
    longest: u32,
    build: fn(&mut Command) -> Result<()>,
}

const FUZZERS: &[Fuzzer] = &[
    Fuzzer {
        package: "hpy-fuzz",
        binary: "libfuzzer",
        variables: "HPY_FUZZ",
        targets: &["parse", "keywords", "build_value", "format"],
        longest: 200,
        build: with_c_sanitizers,
    },
    Fuzzer {
        package: "pommel-fuzz",
        binary: "array-libfuzzer",
        variables: "POMMEL_FUZZ",
        targets: &["npy", "npz", "index", "foreign"],
        longest: 400,
        build: with_coverage,
    },
];

const USAGE: &str = "usage: cargo xtask fuzz [TARGET] [--seconds N] [--replay FILE]";

struct Options {
    target: Option<String>,
    seconds: u64,
    replay: Option<PathBuf>,
}

impl Options {
    fn parse(args: &[String]) -> Result<Options> {
        let mut options = Options { target: None, seconds: 60, replay: None };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--seconds" => options.seconds = args.next().context(USAGE)?.parse()?,
                "--replay" => options.replay = Some(args.next().context(USAGE)?.into()),
                target if !target.starts_with('-') && options.target.is_none() => {
                    options.target = Some(target.into());
                }
                _ => bail!(USAGE),
            }
        }
        Ok(options)
    }

    /// Those that are to run.
    fn fuzzers(&self) -> Result<Vec<&'static Fuzzer>> {
        let Some(target) = &self.target else {
            // An input is of one of them, which only its target says.
            ensure!(self.replay.is_none(), "which target is that for? {USAGE}");
            return Ok(FUZZERS.iter().collect());
        };
        let has = |fuzzer: &&Fuzzer| fuzzer.targets.contains(&target.as_str());
        let names =
            || FUZZERS.iter().flat_map(|fuzzer| fuzzer.targets).copied().collect::<Vec<_>>();
        let found = FUZZERS.iter().find(has);
        found
            .map(|one| vec![one])
            .with_context(|| format!("no target {target:?}: there are {}", names().join(", ")))
    }
}

pub fn main(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    for fuzzer in options.fuzzers()? {
        run(fuzzer, &options)?;
    }
    Ok(())
}

fn run(fuzzer: &Fuzzer, options: &Options) -> Result<()> {
    let Fuzzer { package, variables, longest, .. } = fuzzer;
    let mut command = Command::new(build(fuzzer)?);
    if let Some(target) = &options.target {
        command.env(format!("{variables}_TARGET"), target);
    }
    let folder = paths::build("fuzz");
    let findings = folder.join("findings");
    match &options.replay {
        Some(file) => {
            command.arg(file).env(format!("{variables}_SHOW"), "1");
        }
        None => {
            let corpus = folder.join("corpus").join(options.target.as_deref().unwrap_or(package));
            std::fs::create_dir_all(&corpus)?;
            std::fs::create_dir_all(&findings)?;
            command.arg(corpus).arg(format!("-max_total_time={}", options.seconds));
            command.arg(format!("-artifact_prefix={}/", findings.display()));
            command.arg(format!("-max_len={longest}"));
        }
    }
    let status = command.stdin(Stdio::null()).status().context("cannot start the fuzzer")?;
    if !status.success() {
        bail!("the fuzzer ended with {status}; what it found is in {}", findings.display());
    }
    Ok(())
}

/// Builds a fuzzer, and says where it is.
fn build(fuzzer: &Fuzzer) -> Result<PathBuf> {
    let target = paths::build("fuzz").join("target");
    let mut cargo = Command::new("cargo");
    (fuzzer.build)(&mut cargo)?;
    cargo.args(["--package", fuzzer.package, "--bin", fuzzer.binary, "--target", TRIPLE]);
    cargo.arg("--target-dir").arg(&target);
    process::output(cargo.current_dir(paths::root()))?;
    let built = |profile| target.join(TRIPLE).join(profile).join(fuzzer.binary);
    ["release", "quick"].map(built).into_iter().find(|file| file.exists()).context("no fuzzer")
}

/// What is built for. That it is said keeps flags away from build scripts.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// The build script has the compiler add what is needed.
fn with_c_sanitizers(cargo: &mut Command) -> Result<()> {
    sanitizers::library().context("the fuzzer needs GCC with its sanitizers")?;
    cargo.args(["build", "--release", "--features", "libfuzzer,sanitizers"]);
    Ok(())
}

/// Coverage for libFuzzer: a counter for each edge, where they are, and what is compared.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The compiler of Rust adds it to all code; nothing is optimised that takes minutes.
fn with_coverage(cargo: &mut Command) -> Result<()> {
    let mut flags = COVERAGE.join(" ");
    let nightly = process::output(Command::new("rustc").args(["+nightly", "--version"])).is_ok();
    if nightly {
        cargo.arg("+nightly");
        flags += " -Zsanitizer=address";
    } else {
        println!("SKIPPED: AddressSanitizer, which takes a nightly toolchain");
    }
    cargo.args(["build", "--profile", "quick", "--features", "libfuzzer"]);
    cargo.env("RUSTFLAGS", flags).env("CARGO_PROFILE_QUICK_OPT_LEVEL", "1");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let args: Vec<String> = line.split_whitespace().map(String::from).collect();
        Options::parse(&args)
    }

    #[test]
    fn a_target_belongs_to_a_crate() {
        let packages = |line: &str| -> Result<Vec<&str>> {
            Ok(parse(line)?.fuzzers()?.iter().map(|fuzzer| fuzzer.package).collect())
        };
        assert_eq!(packages("parse").unwrap(), ["hpy-fuzz"]);
        assert_eq!(packages("index --seconds 9").unwrap(), ["pommel-fuzz"]);
        assert_eq!(packages("").unwrap(), ["hpy-fuzz", "pommel-fuzz"]);
        assert!(packages("nonsense").unwrap_err().to_string().contains("npz"));
        assert!(packages("--replay file").is_err());
    }

    #[test]
    fn options_come_in_any_order() {
        let options = parse("--seconds 5 parse").unwrap();
        assert_eq!((options.target.as_deref(), options.seconds), (Some("parse"), 5));
        assert_eq!(parse("--replay a").unwrap().replay, Some("a".into()));
        for wrong in ["--seconds", "a b", "--nonsense", "--seconds x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

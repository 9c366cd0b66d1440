//! `cargo xtask fuzz [TARGET] [--seconds N] [--replay FILE]`: the targets of `hpy-fuzz` under
//! libFuzzer, with sanitizers. Without a target it chooses one for every input.
//!
//! What is worth keeping of the inputs stays in `build/fuzz/corpus/`; an input that breaks
//! something is written to `build/fuzz/findings/`, and `--replay` runs it again and shows the call
//! that it stands for.

use crate::test::sanitizers;
use crate::{paths, process};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::{Command, Stdio};

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
}

pub fn main(args: &[String]) -> Result<()> {
    let options = Options::parse(args)?;
    let mut fuzzer = Command::new(build()?);
    if let Some(target) = &options.target {
        fuzzer.env("HPY_FUZZ_TARGET", target);
    }
    let folder = paths::build("fuzz");
    let findings = folder.join("findings");
    match &options.replay {
        Some(file) => {
            fuzzer.arg(file).env("HPY_FUZZ_SHOW", "1");
        }
        None => {
            let corpus = folder.join("corpus").join(options.target.as_deref().unwrap_or("all"));
            std::fs::create_dir_all(&corpus)?;
            std::fs::create_dir_all(&findings)?;
            fuzzer.arg(corpus).arg(format!("-max_total_time={}", options.seconds));
            fuzzer.arg(format!("-artifact_prefix={}/", findings.display()));
            // Longer ones make no larger calls.
            fuzzer.arg("-max_len=200");
        }
    }
    let status = fuzzer.stdin(Stdio::null()).status().context("cannot start the fuzzer")?;
    if !status.success() {
        bail!("the fuzzer ended with {status}; what it found is in {}", findings.display());
    }
    Ok(())
}

/// Builds the fuzzer, and says where it is.
fn build() -> Result<PathBuf> {
    sanitizers::library().context("the fuzzer needs GCC with its sanitizers")?;
    let target = paths::build("fuzz").join("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--package", "hpy-fuzz", "--bin", "libfuzzer"]);
    cargo.args(["--features", "libfuzzer,sanitizers", "--target-dir"]).arg(&target);
    process::output(cargo.current_dir(paths::root()))?;
    Ok(target.join("release/libfuzzer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        let args: Vec<String> = line.split_whitespace().map(String::from).collect();
        Options::parse(&args)
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

//! The one door to everything that is done with this repository: `cargo xtask COMMAND`.
//! What a developer types and what CI runs are the same words.
#![forbid(unsafe_code)]

mod bench;
mod browser;
mod codegen;
mod conformance;
mod debian;
mod dist;
mod fuzz;
mod paths;
mod process;
mod pythons;
mod run;
mod test;
mod tidy;
mod venv;
mod workspace;

use anyhow::{Context, Result};
use std::process::ExitCode;

/// One row of the table below.
struct Command {
    name: &'static str,
    summary: &'static str,
    main: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        summary: "PicoNumpy's sleds, beside every rival: the table and the pictures [--quick]",
        main: run::main,
    },
    Command {
        name: "test",
        summary: "run every test that this machine can run [FILTER]",
        main: test::main,
    },
    Command {
        name: "bench",
        summary: "measure a case beside its rivals: CASE [--quick] [--json PATH]",
        main: bench::main,
    },
    Command {
        name: "dist",
        summary: "pack an extension into the one wheel for every Python: PACKAGE [--zig]",
        main: dist::main,
    },
    Command {
        name: "dev",
        summary: "build the package pommel in the source tree, quickly: PYTHONPATH=python [--release]",
        main: dist::develop,
    },
    Command {
        name: "codegen",
        summary: "print the generated files anew, or see whether they are stale [--check]",
        main: codegen::main,
    },
    Command {
        name: "conformance",
        summary: "run upstream's test suite against the package hpy [--json PATH]",
        main: conformance::main,
    },
    Command {
        name: "fuzz",
        summary: "fuzz the C code of extensions and the engine of arrays [TARGET] [--seconds N]",
        main: fuzz::main,
    },
    Command { name: "tidy", summary: "check the laws of the house", main: tidy::main },
    Command {
        name: "pythons",
        summary: "list the Pythons at hand and fetch the missing ones [--list]",
        main: pythons::main,
    },
    Command {
        name: "browser",
        summary: "say which browser pages are tested in, and fetch one if none is at hand",
        main: browser::main,
    },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let (name, rest) = match args {
        [] => ("help", args),
        [name, rest @ ..] => (name.as_str(), rest),
    };
    if matches!(name, "help" | "-h" | "--help") {
        print_help();
        return Ok(());
    }
    let command = COMMANDS.iter().find(|command| command.name == name);
    (command.with_context(|| format!("no command {name:?}: cargo xtask lists them"))?.main)(rest)
}

fn print_help() {
    println!("cargo xtask COMMAND [ARGUMENT...]\n");
    for command in COMMANDS {
        println!("  {:<11} {}", command.name, command.summary);
    }
}

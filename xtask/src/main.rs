//! The one door to everything that is done with this repository: `cargo xtask COMMAND`.
//! What a developer types and what CI runs are the same words.

mod bench;
mod debian;
mod dist;
mod paths;
mod process;
mod pythons;
mod test;
mod venv;
mod workspace;

use anyhow::{Result, bail};

/// One row of the table below.
struct Command {
    name: &'static str,
    summary: &'static str,
    main: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
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
        name: "pythons",
        summary: "list the Pythons at hand and fetch the missing ones [--list]",
        main: pythons::main,
    },
];

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print_help();
        return Ok(());
    }
    match COMMANDS.iter().find(|command| command.name == name) {
        Some(command) => (command.main)(rest),
        None => {
            print_help();
            bail!("there is no command {name:?}");
        }
    }
}

fn print_help() {
    println!("cargo xtask COMMAND [ARGUMENT...]\n");
    for command in COMMANDS {
        println!("  {:<9} {}", command.name, command.summary);
    }
}

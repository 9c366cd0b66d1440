//! `cargo pommel COMMAND`: see the library.
#![forbid(unsafe_code)]

use anyhow::{Context, Result};
use cargo_pommel::{build, dev, new, stubs};
use std::process::ExitCode;

/// One row of the table below.
struct Command {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    main: fn(&[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "new",
        usage: new::USAGE,
        summary: "make a project that builds, imports and passes its own tests",
        main: new::main,
    },
    Command {
        name: "dev",
        usage: dev::USAGE,
        summary: "build the extension and install it, editable, into the current environment",
        main: dev::main,
    },
    Command {
        name: "build",
        usage: build::USAGE,
        summary: "make the one wheel for every Python, and try it on each that is at hand",
        main: build::main,
    },
    Command {
        name: "stubs",
        usage: stubs::USAGE,
        summary: "write the type stub of the extension beside its package",
        main: stubs::main,
    },
];

fn main() -> ExitCode {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    // Cargo passes the name of its subcommand.
    if args.first().is_some_and(|first| first == "pommel") {
        args.remove(0);
    }
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let help = |arg: &String| matches!(arg.as_str(), "help" | "-h" | "--help");
    let Some((name, rest)) = args.split_first().filter(|(name, _)| !help(name)) else {
        print_help();
        return Ok(());
    };
    if matches!(name.as_str(), "-V" | "--version") {
        println!("cargo-pommel {}", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let command = COMMANDS.iter().find(|command| command.name == name);
    let command = command
        .with_context(|| format!("there is no command {name:?}; `cargo pommel` lists them"))?;
    if rest.iter().any(help) {
        println!("usage: cargo pommel {} {}\n\n{}", command.name, command.usage, command.summary);
        return Ok(());
    }
    (command.main)(rest)
}

fn print_help() {
    println!("cargo pommel COMMAND [ARGUMENT...]\n");
    for Command { name, usage, summary, .. } in COMMANDS {
        println!("  {name} {usage}\n      {summary}");
    }
    println!("\nEach takes --project DIR where the project is not the current folder.");
}

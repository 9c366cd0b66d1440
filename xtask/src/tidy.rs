//! `cargo xtask tidy`: the laws of the house, as checks. Each law is one row of [`LAWS`]; a line
//! that breaks one is an error which quotes it.

mod manifests;
mod names;
mod rust;
mod skips;

use crate::codegen;
use crate::paths;
use crate::process;
use crate::workspace::Workspace;
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// A rule, in the words that an error quotes, and the check that finds what breaks it.
struct Law {
    text: &'static str,
    check: fn(&Tree) -> Result<Vec<Offence>>,
}

const LAWS: &[Law] = &[
    Law {
        text: "abi/ depends on nothing. portable/ and everything built on it never depend on \
               hosts/, but for the one door: the shared object that is shipped joins the two \
               sides. hosts/ never depend on portable/. pommel-array and pommel-jit do not know \
               Python.",
        check: manifests::dependencies_point_to_the_line,
    },
    Law {
        text: "Every version and every lint is in the root: a member says `workspace = true`.",
        check: manifests::versions_and_lints_are_in_the_root,
    },
    Law {
        text: "Unsafe has an address: none in pommel-macros, pommel-jit, pommel-json, pommel-lp, \
               the examples and the door; in pommel-array only under kernels/ and raw/.",
        check: rust::unsafe_has_an_address,
    },
    Law { text: "A function fits a screen: 70 lines.", check: rust::functions_fit_a_screen },
    Law {
        text: "A module opens with what it is for: `//!`.",
        check: rust::modules_say_what_they_are_for,
    },
    Law {
        text: "There is no utils, common, helpers or core: a helper lives where it is used.",
        check: names::no_drawer_for_everything,
    },
    Law {
        text: "The project speaks only of what it is: no unfinished code, no path of one machine, \
               no address of a registry.",
        check: names::no_forbidden_words,
    },
    Law {
        text: "No test is skipped silently: nothing is ignored or skipped, and an expected failure \
               is strict and has a reason.",
        check: skips::none_is_skipped,
    },
    Law {
        text: "Generated files are committed, and fresh: cargo xtask codegen.",
        check: generated_files_are_fresh,
    },
    Law {
        text: "ARCHITECTURE.md has an entry for every crate, and CHANGELOG.md for every release.",
        check: the_map_is_complete,
    },
];

/// Something that breaks a law.
struct Offence {
    /// `path` or `path:line`.
    place: String,
    what: String,
}

impl Offence {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Offence {
        Offence { place: place.into(), what: what.into() }
    }
}

/// All that the laws look at, read once.
struct Tree {
    workspace: Workspace,
    files: Vec<File>,
}

/// A text file that is tracked, or would be if it were added.
struct File {
    /// Relative to the root, with `/`.
    path: String,
    text: String,
}

pub fn main(args: &[String]) -> Result<()> {
    if !args.is_empty() {
        bail!("usage: cargo xtask tidy");
    }
    let tree = Tree::read()?;
    let mut offences = 0;
    for law in LAWS {
        let found = (law.check)(&tree)?;
        if !found.is_empty() {
            println!("law: {}", law.text);
        }
        for Offence { place, what } in &found {
            println!("  {place}: {what}");
        }
        offences += found.len();
    }
    println!(
        "tidy: {} laws, {} files, {} expected failures, {offences} offences",
        LAWS.len(),
        tree.files.len(),
        skips::expected_failures(&tree)
    );
    if offences > 0 {
        bail!("the tree breaks a law");
    }
    Ok(())
}

impl Tree {
    fn read() -> Result<Tree> {
        let listed = process::output(
            Command::new("git")
                .args(["ls-files", "--cached", "--others", "--exclude-standard"])
                .current_dir(paths::root()),
        )?;
        let mut files = Vec::new();
        for path in listed.lines() {
            // A file that is deleted but still in the index, or is no text, has no law.
            if let Ok(text) = std::fs::read_to_string(paths::root().join(path)) {
                files.push(File { path: path.to_owned(), text });
            }
        }
        Ok(Tree { workspace: Workspace::read()?, files })
    }

    fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    fn text(&self, path: &str) -> &str {
        self.files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
    }
}

fn generated_files_are_fresh(_: &Tree) -> Result<Vec<Offence>> {
    let stale: Vec<PathBuf> = codegen::stale()?;
    let offence =
        |path: PathBuf| Offence::new(path.display().to_string(), "not what codegen makes");
    Ok(stale.into_iter().map(offence).collect())
}

fn the_map_is_complete(tree: &Tree) -> Result<Vec<Offence>> {
    let map = tree.text("ARCHITECTURE.md");
    let mut offences = Vec::new();
    for package in &tree.workspace.packages {
        if !map.contains(&format!("`{}`", package.name)) {
            offences.push(Offence::new("ARCHITECTURE.md", format!("no `{}`", package.name)));
        }
    }
    if tree.text("CHANGELOG.md").is_empty() {
        offences.push(Offence::new("CHANGELOG.md", "not there"));
    }
    Ok(offences)
}

#[cfg(test)]
mod offending {
    use super::*;

    /// What the law finds in a tree of these files: the places.
    fn places(check: fn(&Tree) -> Result<Vec<Offence>>, files: &[(&str, &str)]) -> Vec<String> {
        let workspace = Workspace { packages: Vec::new(), target_directory: PathBuf::new() };
        let file = |&(path, text): &(&str, &str)| File { path: path.into(), text: text.into() };
        let tree = Tree { workspace, files: files.iter().map(file).collect() };
        check(&tree).unwrap().into_iter().map(|offence| offence.place).collect()
    }

    #[test]
    fn unsafe_code_outside_its_address() {
        let files = [
            ("xtask/src/main.rs", "//! The door.\n"),
            ("portable/pommel-jit/src/lib.rs", "//! A compiler.\n#![forbid(unsafe_code)]\n"),
            ("examples/x/src/lib.rs", "//! No unsafe here.\n\nunsafe fn f() {}\n"),
            ("portable/pommel-array/src/kernels/add.rs", "//! Fast.\nunsafe fn f() {}\n"),
            ("hosts/hpy-mock/src/lib.rs", "//! A host.\nunsafe fn f() {}\n"),
        ];
        let expected = ["xtask/src/main.rs", "examples/x/src/lib.rs:3"];
        assert_eq!(places(rust::unsafe_has_an_address, &files), expected);
    }

    #[test]
    fn long_functions_and_silent_modules() {
        let body = "    step();\n".repeat(69);
        let fits = format!("//! Steps.\nfn fits() {{\n{}}}\n", &body[..body.len() - 12]);
        let long = format!("fn long() {{\n{body}}}\n");
        let files = [("a.rs", fits.as_str()), ("b.rs", long.as_str())];
        assert_eq!(places(rust::functions_fit_a_screen, &files), ["b.rs:1"]);
        assert_eq!(places(rust::modules_say_what_they_are_for, &files), ["b.rs"]);
    }

    #[test]
    fn words_names_and_skips() {
        let files = [
            ("docs/a.md", concat!("one\n", "TO", "DO: two\n")),
            ("src/utils.rs", "//! Things.\n"),
            ("tests/test_a.py", "import pytest\n\n@pytest.mark.xfail\ndef test(): ...\n"),
        ];
        assert_eq!(places(names::no_forbidden_words, &files), ["docs/a.md:2"]);
        assert_eq!(places(names::no_drawer_for_everything, &files), ["src/utils.rs"]);
        assert_eq!(places(skips::none_is_skipped, &files), ["tests/test_a.py:3"]);
    }
}

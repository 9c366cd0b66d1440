//! The laws on words: what modules are called, and what is not said in this tree.

use super::{Offence, Tree};
use anyhow::Result;
use std::path::Path;

const DRAWERS: &[&str] = &["util", "utils", "common", "helper", "helpers", "core", "misc"];

pub fn no_drawer_for_everything(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for file in &tree.files {
        let path = Path::new(&file.path);
        let is_source = path.extension().is_some_and(|kind| kind == "rs" || kind == "py");
        let path = path.with_extension("");
        let names = path.iter().map(|name| name.to_string_lossy());
        if let Some(name) = names.into_iter().find(|name| is_source && is_drawer(name)) {
            offences.push(Offence::new(&file.path, format!("{name} says nothing")));
        }
    }
    for package in tree.workspace.packages.iter().filter(|package| is_drawer(&package.name)) {
        offences.push(Offence::new(&package.name, "a crate's name that says nothing"));
    }
    Ok(offences)
}

/// `utils`, and `pommel-utils` too.
fn is_drawer(name: &str) -> bool {
    name.split(['-', '_']).any(|word| DRAWERS.contains(&word))
}

/// What must not stand in a file. The list itself may, and so may what cargo writes.
const FORBIDDEN_WORDS: &[&str] = &[
    // Unfinished code.
    "TODO",
    "todo!(",
    "unimplemented!(",
    "dbg!(",
    // Paths of one machine.
    "/home/",
    "/root/",
    "/work/",
    "/Users/",
    // Addresses of registries: what is fetched comes through their clients.
    "crates.io",
    "pypi.org",
    "pythonhosted.org",
    "deb.debian.org",
    "npmjs.org",
];

const MAY_SAY_THEM: &[&str] = &["xtask/src/tidy/names.rs", "Cargo.lock"];

fn may_say_them(path: &str) -> bool {
    MAY_SAY_THEM.iter().any(|ending| path.ends_with(ending))
}

pub fn no_forbidden_words(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for file in tree.files.iter().filter(|file| !may_say_them(&file.path)) {
        for (number, line) in file.text.lines().enumerate() {
            if let Some(word) = FORBIDDEN_WORDS.iter().find(|word| line.contains(**word)) {
                let place = format!("{}:{}", file.path, number + 1);
                offences.push(Offence::new(place, format!("says {word:?}")));
            }
        }
    }
    Ok(offences)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawers_are_found_in_compound_names() {
        assert!(is_drawer("utils") && is_drawer("pommel-core") && is_drawer("test_helpers"));
        assert!(!is_drawer("pommel") && !is_drawer("score") && !is_drawer("commonmark"));
    }
}

//! Plain code as text: for every Markdown file of `plain_code/`, the snippets of Python in it and what
//! they become. With `POMMEL_BLESS` in the environment the files are written anew.

use pommel_jit::syntax::Module;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// The files, in order.
fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plain_code");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    files
}

/// The plain code of the function `f` of a snippet, or why there is none.
fn lowered(source: &str) -> String {
    let first = source.lines().position(|line| line.trim_start().starts_with("def f("));
    let line = first.expect("a snippet has a function f") as u32 + 1;
    let decorators = source.lines().take(line as usize - 1).collect::<Vec<_>>();
    let above = decorators.iter().rev().take_while(|line| line.trim_start().starts_with('@'));
    let line = line - above.count() as u32;
    match Module::parse(source).and_then(|module| module.function("f", line)) {
        Ok(code) => code.to_string(),
        Err(unsupported) => {
            let span = unsupported.span;
            let place = &source[span.start as usize..span.end as usize];
            format!("unsupported: {}: {}\n", unsupported.reason, place.lines().next().unwrap_or(""))
        }
    }
}

/// A file with the plain code behind every snippet.
fn rewritten(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("```python\n") {
        let (snippet, behind) = behind.split_once("```\n").expect("a snippet has an end");
        let old = behind.strip_prefix("\n```text\n").and_then(|old| old.split_once("```\n"));
        rest = old.map_or(behind, |(_, behind)| behind);
        write!(out, "{before}```python\n{snippet}```\n\n```text\n{}```\n", lowered(snippet))
            .expect("a string takes all");
    }
    out + rest
}

#[test]
fn snippets_become_the_plain_code_behind_them() {
    let files = files();
    assert!(!files.is_empty());
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a text");
        let expected = rewritten(&text);
        if std::env::var_os("POMMEL_BLESS").is_some() {
            std::fs::write(&path, expected).expect("the file can be written");
        } else {
            assert!(text == expected, "{} is not up to date:\n{expected}", path.display());
        }
    }
}

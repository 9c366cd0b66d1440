//! The laws on Rust sources. They read the text, not a syntax tree: comments and literals are
//! blanked out first, and what is left is simple enough.

use super::{File, Offence, Tree};
use anyhow::Result;

const LONGEST_FUNCTION: usize = 70;

/// Functions that may be longer: path, name, reason.
const LONG_FUNCTIONS: &[(&str, &str, &str)] = &[];

/// Crates whose root must forbid unsafe code to the compiler. What a macro of theirs writes into
/// another crate is not theirs.
const SAFE_CRATES: &[&str] = &[
    "portable/pommel-macros",
    "portable/pommel-jit",
    "portable/pommel-json",
    "portable/pommel-lp",
    "tools/cargo-pommel",
    "xtask",
];

/// Folders where the word is not written. The compiler cannot check these: macros expand to unsafe
/// code there, or some modules are exempt.
const SAFE_FOLDERS: &[&str] = &["examples/", "portable/pommel-array/", "portable/pommel-python/"];

const EXEMPT_MODULES: &[&str] = &[
    "portable/pommel-array/src/kernels/",
    "portable/pommel-array/src/raw/",
    "portable/pommel-python/src/exchange/",
    "portable/pommel-python/src/jit/",
];

pub fn unsafe_has_an_address(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    let starts_with_any =
        |path: &str, folders: &[&str]| folders.iter().any(|folder| path.starts_with(folder));
    for File { path, text } in tree.rust_files() {
        let is_root = SAFE_CRATES.iter().any(|folder| {
            *path == format!("{folder}/src/lib.rs") || *path == format!("{folder}/src/main.rs")
        });
        if is_root && !text.contains("#![forbid(unsafe_code)]") {
            offences.push(Offence::new(path, "no `#![forbid(unsafe_code)]`"));
        }
        if !starts_with_any(path, SAFE_FOLDERS) || starts_with_any(path, EXEMPT_MODULES) {
            continue;
        }
        for (number, line) in code_of(text).lines().enumerate() {
            if words(line).any(|word| word == "unsafe") {
                offences.push(Offence::new(format!("{path}:{}", number + 1), "unsafe"));
            }
        }
    }
    Ok(offences)
}

pub fn functions_fit_a_screen(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for File { path, text } in tree.rust_files() {
        for Function { name, line, lines } in functions(&code_of(text)) {
            let is_excused = |row: &(&str, &str, &str)| (row.0, row.1) == (path, &name);
            if lines > LONGEST_FUNCTION && !LONG_FUNCTIONS.iter().any(is_excused) {
                offences
                    .push(Offence::new(format!("{path}:{line}"), format!("{name}: {lines} lines")));
            }
        }
    }
    Ok(offences)
}

/// What is no module: programs that are input to a test of the compiler's messages, and examples
/// that a page shows and explains.
const FIXTURES: &[&str] = &["/tests/ui/", "docs/reference/context/"];

fn is_fixture(path: &str) -> bool {
    FIXTURES.iter().any(|folder| path.contains(folder))
}

pub fn modules_say_what_they_are_for(tree: &Tree) -> Result<Vec<Offence>> {
    let modules = tree.rust_files().filter(|file| !is_fixture(&file.path));
    let silent = modules.filter(|file| !file.text.starts_with("//!"));
    Ok(silent.map(|file| Offence::new(&file.path, "does not open with `//!`")).collect())
}

struct Function {
    name: String,
    line: usize,
    lines: usize,
}

/// The functions in `code` that have a body; nested ones too.
fn functions(code: &str) -> Vec<Function> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("fn ") {
        let is_word = !code[..start].ends_with(is_word_character);
        let rest = &code[start + 3..];
        let name: String = rest.chars().take_while(|c| is_word_character(*c)).collect();
        let Some(body) = start_of_body(rest).filter(|_| is_word && !name.is_empty()) else {
            continue;
        };
        let end = body + end_of_block(&rest[body..]);
        found.push(Function {
            name,
            line: code[..start].matches('\n').count() + 1,
            lines: rest[..end].matches('\n').count() + 1,
        });
    }
    found
}

/// Where the braces open after a function's signature, if it has a body.
fn start_of_body(signature: &str) -> Option<usize> {
    let mut depth = 0;
    for (index, character) in signature.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '{' if depth == 0 => return Some(index),
            ';' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Where the brace closes that `code` opens with.
fn end_of_block(code: &str) -> usize {
    let mut depth = 0;
    for (index, character) in code.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    code.len()
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character| !is_word_character(character))
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// `text` with comments and the contents of literals blanked out; lines stay where they are.
pub fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let blank = length_of_blank(rest, code.ends_with(is_word_character));
        if blank == 0 {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            code.extend(rest[..blank].chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            rest = &rest[blank..];
        }
    }
    code
}

/// How long the comment or literal is that `rest` starts with; 0 if it starts with code.
/// `in_word` says that what comes before belongs to the same word.
fn length_of_blank(rest: &str, in_word: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return length_of_block_comment(rest);
    }
    if rest.starts_with('\'') {
        return length_of_character(rest);
    }
    let prefix = if in_word { "" } else { literal_prefix(rest) };
    let opening = rest[prefix.len()..].trim_start_matches('#');
    let hashes = rest.len() - prefix.len() - opening.len();
    if !opening.starts_with('"') || (hashes > 0 && !prefix.contains('r')) {
        return 0;
    }
    let start = prefix.len() + hashes + 1;
    if prefix.contains('r') {
        let end = format!("\"{}", "#".repeat(hashes));
        return rest[start..].find(&end).map_or(rest.len(), |found| start + found + end.len());
    }
    start + length_until_quote(&rest[start..], '"')
}

fn literal_prefix(rest: &str) -> &str {
    let prefixes = ["br", "cr", "r", "b", "c"];
    let prefix = prefixes.iter().find(|prefix| {
        let after = rest.strip_prefix(**prefix).map(|after| after.trim_start_matches('#'));
        after.is_some_and(|after| after.starts_with('"'))
    });
    prefix.copied().unwrap_or_default()
}

fn length_of_block_comment(rest: &str) -> usize {
    let mut depth = 0;
    let mut index = 0;
    while index < rest.len() {
        let here = &rest.as_bytes()[index..];
        if here.starts_with(b"/*") {
            depth += 1;
            index += 2;
        } else if here.starts_with(b"*/") {
            depth -= 1;
            index += 2;
            if depth == 0 {
                return index;
            }
        } else {
            index += 1;
        }
    }
    rest.len()
}

/// A character literal, unless the quote starts a lifetime.
fn length_of_character(rest: &str) -> usize {
    let mut after = rest[1..].chars();
    match (after.next(), after.next()) {
        (Some('\\'), _) => 1 + length_until_quote(&rest[1..], '\''),
        (Some(inner), Some('\'')) => 2 + inner.len_utf8(),
        _ => 0,
    }
}

/// The length up to and with the closing quote.
fn length_until_quote(inner: &str, quote: char) -> usize {
    let mut characters = inner.char_indices();
    while let Some((index, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == quote {
            return index + 1;
        }
    }
    inner.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blank() {
        for (text, expected) in [
            ("a // unsafe\nb", "a          \nb"),
            ("a /* x /* y */ z */ b", "a                   b"),
            (r#"f("a\"b{", x)"#, r#"f(       , x)"#),
            ("r#\"{\"}\"#;", "        ;"),
            ("('{', '\\'', b'x')", "(   ,     , b   )"),
            ("<'a>(x: &'a str)", "<'a>(x: &'a str)"),
            ("bar\"{\"", "bar   "),
        ] {
            assert_eq!(code_of(text), expected, "{text}");
        }
    }

    #[test]
    fn functions_are_measured() {
        let code = "fn a() {}\nimpl X {\n    fn b(&self) -> u8 {\n        1\n    }\n}\n\
                    fn d() -> [u8; 2] {\n}\ntrait T { fn c(&self); }\ntype F = fn (u8);\n";
        let found: Vec<_> =
            functions(code).into_iter().map(|f| (f.name, f.line, f.lines)).collect();
        let expected = [("a".to_owned(), 1, 1), ("b".to_owned(), 3, 3), ("d".to_owned(), 7, 2)];
        assert_eq!(found, expected);
    }
}

//! The law on tests: none is skipped silently.

use super::rust::code_of;
use super::{File, Offence, Tree};
use anyhow::Result;

pub fn none_is_skipped(tree: &Tree) -> Result<Vec<Offence>> {
    let mut offences = Vec::new();
    for file in &tree.files {
        let found = match file.path.rsplit_once('.') {
            Some((_, "rs")) => skipped_in_rust(&file.text),
            Some((_, "py")) => skipped_in_python(&file.text),
            _ => continue,
        };
        let place = |line: usize| format!("{}:{line}", file.path);
        offences.extend(found.into_iter().map(|(line, what)| Offence::new(place(line), what)));
    }
    Ok(offences)
}

/// How many tests are expected to fail.
pub fn expected_failures(tree: &Tree) -> usize {
    let python = tree.files.iter().filter(|file| file.path.ends_with(".py"));
    python.map(|File { text, .. }| calls_of(text, XFAIL).count()).sum()
}

const XFAIL: &str = "mark.xfail";

fn skipped_in_rust(text: &str) -> Vec<(usize, String)> {
    let attributes = code_of(text);
    let mut found = Vec::new();
    for (number, (code, line)) in attributes.lines().zip(text.lines()).enumerate() {
        if code.contains("#[ignore") {
            found.push((
                number + 1,
                "an ignored test: assert what happens today, with a FIXME".into(),
            ));
        }
        let comment = line.trim_start();
        if comment.starts_with("//") && comment.contains("```ignore") {
            found.push((number + 1, "an example that is not compiled".into()));
        }
    }
    found
}

fn skipped_in_python(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in ["pytest.skip(", "mark.skip", "importorskip(", "pytest.xfail("] {
            if line.contains(word) {
                found.push((number + 1, format!("{word}: mark it `only` or `xfail`")));
            }
        }
    }
    for (line, call) in calls_of(text, XFAIL) {
        if !(call.contains("strict=True") && call.contains("reason=")) {
            found.push((line, "an expected failure that is not strict or has no reason".into()));
        }
    }
    found
}

/// The line and the arguments of every call of `name`; one that is not called has no arguments.
fn calls_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    text.match_indices(name).map(move |(start, _)| {
        let line = text[..start].lines().count();
        let rest = &text[start + name.len()..];
        (line, if rest.starts_with('(') { &rest[..end_of_group(rest)] } else { "" })
    })
}

/// Where the parenthesis closes that `text` opens with.
fn end_of_group(text: &str) -> usize {
    let mut depth = 0;
    for (index, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_failures_are_strict_and_say_why() {
        let good = "@pytest.mark.xfail(\n    strict=True, reason=\"a bug (known)\"\n)";
        assert_eq!(skipped_in_python(good).len(), 0);
        for bad in ["@pytest.mark.xfail", "@pytest.mark.xfail(reason='x')", "pytest.skip('x')"] {
            assert_eq!(skipped_in_python(bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn ignored_tests_are_found() {
        assert_eq!(skipped_in_rust("#[test]\n#[ignore = \"slow\"]\nfn f() {}")[0].0, 2);
        assert_eq!(skipped_in_rust("/// ```ignore\n/// f()\n/// ```").len(), 1);
        assert_eq!(skipped_in_rust("let text = \"#[ignore]\";").len(), 0);
    }
}

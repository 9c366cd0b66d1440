//! Parts of files that are built and tested, shown in a page: between the lines of a fence behind
//! `<!-- PATH [TAG] -->` stands what is between the comments `[TAG]` and `[end]` of that file, or,
//! without a tag, the file. The rest of the page is written by hand.

use crate::paths;
use anyhow::{Context, Result, ensure};

/// `docs/how-to/from-the-c-api.md`, with its snippets as the files have them now.
pub fn porting_guide() -> String {
    page("docs/how-to/from-the-c-api.md")
}

/// `docs/how-to/c-extension.md`
pub fn c_extension() -> String {
    page("docs/how-to/c-extension.md")
}

fn page(path: &str) -> String {
    let page = std::fs::read_to_string(paths::root().join(path)).expect("the page is committed");
    filled(&page, read).unwrap_or_else(|error| panic!("{path}: {error:#}"))
}

/// A file; a template of `cargo pommel new` as it is for `cargo pommel new c-stats --c`.
fn read(path: &str) -> Result<String> {
    let mut text = std::fs::read_to_string(paths::root().join(path))?;
    if path.contains("/template/") {
        for (place, name) in [
            ("{name}", "c-stats"),
            ("{module}", "c_stats"),
            ("{backend_c}", "\"pommel-build\", \"pommel-hpy\""),
            ("{repository}", ""),
        ] {
            text = text.replace(place, name);
        }
    }
    Ok(text)
}

/// The page with its snippets replaced.
fn filled(page: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let mut text = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text += line;
        text.push('\n');
        let Some(wanted) = line.strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"))
        else {
            continue;
        };
        let fence = lines.by_ref().find(|line| !line.is_empty()).unwrap_or_default();
        ensure!(fence.starts_with("```"), "{wanted}: no fence follows");
        let snippet = snippet(wanted, &read).with_context(|| wanted.to_owned())?;
        text += &format!("\n{fence}\n{snippet}```\n");
        let end = lines.by_ref().find(|line| *line == "```");
        ensure!(end.is_some(), "{wanted}: the fence does not end");
    }
    Ok(text)
}

/// What `PATH [TAG]` names, moved to the left.
fn snippet(wanted: &str, read: impl Fn(&str) -> Result<String>) -> Result<String> {
    let Some((path, tag)) = wanted.split_once(' ') else { return read(wanted) };
    let file = read(path)?;
    let is_tag = |line: &&str, tag: &str| {
        let comment = line.trim().trim_start_matches("/* ").trim_start_matches("// ");
        comment.trim_end_matches(" */") == tag
    };
    let mut lines = file.lines().skip_while(|line| !is_tag(line, tag));
    lines.next().with_context(|| format!("there is no {tag}"))?;
    let lines: Vec<_> = lines.take_while(|line| !is_tag(line, "[end]")).collect();
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.is_empty()).map(indent).min().unwrap_or(0);
    Ok(lines.iter().map(|line| line.get(common..).unwrap_or_default().to_owned() + "\n").collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(_: &str) -> Result<String> {
        Ok("a\n    // [b]\n    c\n\n      d\n    // [end]\ne\n".to_owned())
    }

    #[test]
    fn snippets_are_replaced_and_the_rest_stays() {
        let page = "# Title\n\n<!-- x.rs [b] -->\n\n```rs\nold\n```\n\nText.\n";
        let new = "# Title\n\n<!-- x.rs [b] -->\n\n```rs\nc\n\n  d\n```\n\nText.\n";
        assert_eq!(filled(page, file).unwrap(), new);
        assert_eq!(filled(new, file).unwrap(), new);
    }

    #[test]
    fn what_is_not_there_is_an_error() {
        for page in ["<!-- x.rs [c] -->\n```\n```\n", "<!-- x.rs [b] -->\nText\n"] {
            assert!(filled(page, file).is_err());
        }
    }
}

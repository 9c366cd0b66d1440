//! `--publish`: a result goes where the documentation shows it, between the lines
//! `<!-- bench:CASE -->` and `<!-- /bench -->` of the README and the pages under `docs/`.

use crate::paths;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

const END: &str = "<!-- /bench -->";

/// Writes `markdown` into every page that shows this case.
pub fn publish(case: &str, markdown: &str) -> Result<()> {
    let begin = format!("<!-- bench:{case} -->\n");
    let mut pages = vec![paths::root().join("README.md")];
    collect_pages(&paths::root().join("docs"), &mut pages)?;
    let mut published = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page)?;
        if let Some(new) = replaced(&text, &begin, markdown) {
            std::fs::write(&page, new)
                .with_context(|| format!("cannot write {}", page.display()))?;
            println!("published in {}", page.display());
            published += 1;
        }
    }
    ensure!(published > 0, "no page has the line {}", begin.trim_end());
    Ok(())
}

fn collect_pages(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect_pages(&path, pages)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    Ok(())
}

/// The text with the part between the two lines replaced; `None` if it has no such part.
fn replaced(text: &str, begin: &str, markdown: &str) -> Option<String> {
    let (before, rest) = text.split_once(begin)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{begin}{}\n{END}{after}", markdown.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn only_the_part_between_the_lines_is_replaced() {
        let page = "a\n<!-- bench:x -->\nold\n<!-- /bench -->\nb\n";
        let new = replaced(page, "<!-- bench:x -->\n", "| t |\n\n").unwrap();
        assert_eq!(new, "a\n<!-- bench:x -->\n| t |\n<!-- /bench -->\nb\n");
        assert_eq!(replaced(page, "<!-- bench:y -->\n", "t"), None);
    }
}

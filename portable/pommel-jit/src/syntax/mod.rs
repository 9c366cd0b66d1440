//! From source to plain code.
//!
//! The text of a whole module, a cell or a snippet is parsed once ([`Module::parse`]); functions are then
//! found by their names and lines, as code objects say them, and made plain code of
//! ([`Module::function`]). What plain code cannot say is [`Unsupported`], with a reason.

mod find;
mod lower;
mod scope;

use crate::code::{Code, Span, Unsupported};
use ruff_python_ast::{ModModule, Stmt};
use ruff_text_size::TextRange;
use scope::Scopes;
use std::sync::Arc;

/// How deeply statements and expressions may be nested. Whoever writes more nests by a program.
const DEEPEST: u32 = 120;

/// What goes in front of a snippet that is indented.
const INDENTED: &str = "if True:\n";

/// A place in a text as Python counts: lines from 1, columns in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// The line of the beginning.
    pub line: u32,
    /// The column of the beginning.
    pub column: u32,
    /// The line of the end.
    pub end_line: u32,
    /// The column of the end.
    pub end_column: u32,
}

/// Where the lines of a text begin.
#[derive(Clone, Debug)]
pub struct Lines {
    starts: Vec<u32>,
}

impl Lines {
    /// Finds the lines of a text.
    pub fn of(text: &str) -> Lines {
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        Lines { starts: core::iter::once(0).chain(ends.map(|(at, _)| at as u32 + 1)).collect() }
    }

    /// The line of a byte, and its column there.
    pub fn place(&self, offset: u32) -> (u32, u32) {
        let line = self.starts.partition_point(|&start| start <= offset);
        (line as u32, offset - self.starts[line - 1])
    }

    /// Where a span stands.
    pub fn position(&self, span: Span) -> Position {
        let (line, column) = self.place(span.start);
        let (end_line, end_column) = self.place(span.end.max(span.start));
        Position { line, column, end_line, end_column }
    }
}

/// What becomes of annotations of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Annotations {
    /// They are computed with the definition.
    Evaluated,
    /// They are computed when somebody asks, as since Python 3.14.
    Deferred,
    /// They are texts: `from __future__ import annotations`.
    Text,
}

/// What differs from one version of Python to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What becomes of annotations of functions.
    pub annotations: Annotations,
    /// Whether `!r` in an f-string is done before what is behind the colon is computed, as since Python
    /// 3.13.
    pub converts_first: bool,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect { annotations: Annotations::Evaluated, converts_first: true }
    }
}

/// A text that was parsed.
#[derive(Debug)]
pub struct Module {
    /// What was parsed: the source, and before it what makes an indented snippet whole.
    text: String,
    /// How much stands before it.
    before: u32,
    tree: ModModule,
    scopes: Scopes,
    lines: Lines,
    dialect: Dialect,
}

impl Module {
    /// Parses the text of a module, a cell or a snippet. The lines of a snippet may be indented, as those
    /// of a method are. Line ends are `\n`, as Python's text files give them.
    ///
    /// # Errors
    /// What is not Python.
    pub fn parse(source: &str) -> Result<Module, Unsupported> {
        Module::parse_with(source, Dialect::default())
    }

    /// The same as a version of Python understands it.
    ///
    /// # Errors
    /// What is not Python.
    pub fn parse_with(source: &str, mut dialect: Dialect) -> Result<Module, Unsupported> {
        if u32::try_from(source.len()).map_or(true, |length| length > u32::MAX / 2) {
            let reason = "the source is too long".into();
            return Err(Unsupported { reason, span: Span::default() });
        }
        let first = source.lines().map(|line| line.split('#').next().unwrap_or(line));
        let first = first.into_iter().find(|line| !line.trim().is_empty());
        let is_indented = first.is_some_and(|line| line.starts_with([' ', '\t']));
        let before = if is_indented { INDENTED } else { "" };
        let text = format!("{before}{source}");
        let before = before.len() as u32;
        let parsed = ruff_python_parser::parse_module(&text).map_err(|error| Unsupported {
            reason: format!("the source cannot be parsed: {}", error.error),
            span: shifted(error.location, before),
        })?;
        let tree = parsed.into_syntax();
        if are_texts(&tree.body) {
            dialect.annotations = Annotations::Text;
        }
        let scopes = Scopes::of(&tree.body, dialect.annotations == Annotations::Evaluated);
        Ok(Module { text, before, tree, scopes, lines: Lines::of(source), dialect })
    }

    /// The plain code of the function of a name that begins at a line, as `co_name` and `co_firstlineno`
    /// of its code object say: that line is the one of its first decorator, if it has any. A lambda is
    /// called `<lambda>`.
    ///
    /// A snippet does not show the functions around it. Whoever gives one compares [`Code::free`] with
    /// `co_freevars`: names that are free are global here.
    ///
    /// # Errors
    /// If there is none or more than one, or if plain code cannot say what it does.
    pub fn function(&self, name: &str, line: u32) -> Result<Arc<Code>, Unsupported> {
        self.function_around(name, line, None)
    }

    /// The same of several of the same name on a line: the one that has a place within its body. If none is
    /// given, there must not be several.
    ///
    /// # Errors
    /// As for [`Module::function`].
    pub fn function_around(
        &self,
        name: &str,
        line: u32,
        place: Option<Position>,
    ) -> Result<Arc<Code>, Unsupported> {
        let mut found = find::functions(self, name, line);
        if let (Some(place), 2..) = (place, found.len()) {
            found.retain(|function| self.is_around(function.body(), place));
            // A lambda within another one is the smaller one of both.
            found.sort_by_key(|function| function.body().len());
            found.truncate(1);
        }
        let at = found.first().map(|found| self.span(found.range())).unwrap_or_default();
        match found[..] {
            [] => Err(Unsupported {
                reason: format!("the source has no {name} at line {line}"),
                span: Span::default(),
            }),
            [function] => {
                let code = lower::function(self, function)?;
                if self.before > 0 && has_private_names(&code) {
                    let reason = "a private name in a snippet without its class".into();
                    return Err(Unsupported { reason, span: at });
                }
                Ok(code)
            }
            _ => Err(Unsupported {
                reason: format!("more than one {name} begins at line {line}"),
                span: at,
            }),
        }
    }

    /// Whether a place is within a range.
    fn is_around(&self, range: TextRange, place: Position) -> bool {
        let around = self.lines.position(self.span(range));
        (around.line, around.column) <= (place.line, place.column)
            && (place.end_line, place.end_column) <= (around.end_line, around.end_column)
    }

    /// Where the lines of the source begin.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Where something stands in the source.
    fn span(&self, range: TextRange) -> Span {
        shifted(range, self.before)
    }

    /// What stands somewhere.
    fn slice(&self, range: TextRange) -> &str {
        &self.text[range]
    }

    /// The line of something.
    fn line(&self, range: TextRange) -> u32 {
        self.lines.place(self.span(range).start).0
    }
}

/// Whether a module makes texts of annotations.
fn are_texts(body: &[Stmt]) -> bool {
    body.iter().any(|statement| match statement {
        Stmt::ImportFrom(import) => {
            import.module.as_ref().is_some_and(|module| module.as_str() == "__future__")
                && import.names.iter().any(|name| name.name.as_str() == "annotations")
        }
        _ => false,
    })
}

/// Whether there are names that the class around the function would change.
fn has_private_names(code: &Code) -> bool {
    let mut names = code.names.iter().chain(&code.locals);
    names.any(|name| scope::is_private(name))
        || code.nested.iter().any(|code| has_private_names(code))
}

fn shifted(range: TextRange, before: u32) -> Span {
    let [start, end] = [range.start(), range.end()].map(|at| u32::from(at).saturating_sub(before));
    Span { start, end }
}

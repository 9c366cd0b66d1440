//! Texts that were parsed, and the plain code of the functions in them.
//!
//! Many functions stand in one text, so texts are kept by what they say, as long as a function needs
//! them. A text is parsed when the first of its functions is asked for.

use pommel_jit::code::{Code, Span, Unsupported};
use pommel_jit::syntax::{Annotations, Dialect, Module, Position};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// The name and the line of a function, and a place in it.
type Key = (Box<str>, u32, Option<Position>);

/// The plain code of a function, or why there is none.
type Found = Result<Arc<Code>, Unsupported>;

/// A text of Python.
pub(crate) struct Source {
    text: Box<str>,
    parsed: OnceLock<Result<Module, Unsupported>>,
    /// Functions that were asked for, by their names and lines.
    functions: Mutex<HashMap<Key, Found>>,
}

/// The texts that functions need now, by their hashes.
static TEXTS: Mutex<Option<HashMap<u64, Weak<Source>>>> = Mutex::new(None);

/// What this version of Python differs in, once it was asked.
static DIALECT: OnceLock<Dialect> = OnceLock::new();

/// Says which version of Python this is.
pub(super) fn runs_on(version: (u32, u32)) {
    let is_deferred = version >= (3, 14);
    let annotations = if is_deferred { Annotations::Deferred } else { Annotations::Evaluated };
    let _ = DIALECT.set(Dialect { annotations, converts_first: version >= (3, 13) });
}

impl Source {
    /// A text, which is kept once.
    pub(crate) fn of(text: &str) -> Arc<Source> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let mut texts = TEXTS.lock().unwrap_or_else(PoisonError::into_inner);
        let texts = texts.get_or_insert_default();
        let known = texts.get(&hasher.finish()).and_then(Weak::upgrade);
        if let Some(source) = known.filter(|source| *source.text == *text) {
            return source;
        }
        texts.retain(|_, source| source.strong_count() > 0);
        let (parsed, functions) = (OnceLock::new(), Mutex::new(HashMap::new()));
        let source = Arc::new(Source { text: text.into(), parsed, functions });
        texts.insert(hasher.finish(), Arc::downgrade(&source));
        source
    }

    /// The plain code of the function of a name that begins at a line, with a place in its body if there may
    /// be several.
    pub(crate) fn function(
        &self,
        name: &str,
        line: u32,
        place: Option<Position>,
    ) -> Result<Arc<Code>, Unsupported> {
        let mut functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (name.into(), line, place);
        let made = functions.entry(key).or_insert_with(|| match self.module() {
            Ok(module) => module.function_around(name, line, place),
            Err(error) => Err(error.clone()),
        });
        made.clone()
    }

    /// The text, parsed.
    fn module(&self) -> &Result<Module, Unsupported> {
        self.parsed.get_or_init(|| match self.text.is_empty() {
            true => Err(Unsupported {
                reason: "its source was not found".into(),
                span: Span::default(),
            }),
            false => Module::parse_with(&self.text, *DIALECT.get_or_init(Dialect::default)),
        })
    }

    /// The text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A line, counted from 1.
    pub(crate) fn line(&self, number: u32) -> String {
        self.text.lines().nth((number as usize).saturating_sub(1)).unwrap_or_default().into()
    }

    /// Where something stands, as Python counts. The first line if the text is none of Python.
    pub(crate) fn position(&self, span: Span) -> Position {
        match self.module() {
            Ok(module) => module.lines().position(span),
            Err(_) => pommel_jit::syntax::Lines::of(&self.text).position(span),
        }
    }
}

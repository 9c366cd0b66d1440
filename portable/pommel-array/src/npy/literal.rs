//! Python literals, as the header of a `.npy` file has them: dictionaries, tuples, lists, strings,
//! integers, `True`, `False` and `None`. Nothing is evaluated.
//!
//! A parser of bytes, because what stands in a header is ASCII but for the names of fields; a byte
//! above is taken as a letter of a string.

use super::error::{Error, Result};

/// Values that are inside each other, at most: what is deeper is no header.
const DEEPEST: usize = 32;

/// A literal and where it begins, in bytes from the start of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    pub at: usize,
    pub value: Value,
}

/// What a literal says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Dict(Vec<(Literal, Literal)>),
    Tuple(Vec<Literal>),
    List(Vec<Literal>),
    Text(String),
    Integer(i128),
    Bool(bool),
    None,
}

impl Value {
    /// What it is, for a message.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Dict(_) => "a dictionary",
            Value::Tuple(_) => "a tuple",
            Value::List(_) => "a list",
            Value::Text(_) => "a string",
            Value::Integer(_) => "an integer",
            Value::Bool(_) => "a truth value",
            Value::None => "None",
        }
    }
}

/// Parses the whole of a text, which begins at a place of a file.
pub fn parse(text: &[u8], at: usize) -> Result<Literal> {
    let mut parser = Parser { text, next: 0, start: at };
    let literal = parser.literal(0)?;
    parser.skip_spaces();
    match parser.peek() {
        None => Ok(literal),
        Some(_) => Err(parser.error("the end of the header")),
    }
}

struct Parser<'a> {
    text: &'a [u8],
    next: usize,
    start: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.next).copied()
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.next += 1;
        }
    }

    /// The error that something else was to come here.
    fn error(&self, wanted: &str) -> Error {
        let found = match self.peek() {
            None => "it ends".to_owned(),
            Some(byte) => format!("there is '{}'", byte.escape_ascii()),
        };
        Error::Header { at: self.start + self.next, what: format!("{found}, not {wanted}") }
    }

    /// Goes past a byte if it is the next one.
    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.next += usize::from(found);
        found
    }

    fn literal(&mut self, depth: usize) -> Result<Literal> {
        self.skip_spaces();
        let at = self.start + self.next;
        if depth > DEEPEST {
            let what = format!("values are inside each other more than {DEEPEST} times");
            return Err(Error::Header { at, what });
        }
        let value = match self.peek() {
            Some(b'{') => self.dict(depth)?,
            Some(b'(') => self.parenthesis(depth)?,
            Some(b'[') => {
                self.next += 1;
                Value::List(self.items(b']', depth)?.0)
            }
            Some(b'\'' | b'"') => Value::Text(self.text()?),
            Some(b'0'..=b'9' | b'-' | b'+') => Value::Integer(self.integer()?),
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            _ => return Err(self.error("a value")),
        };
        Ok(Literal { at, value })
    }

    /// Values up to a closing bracket, and whether a comma ended the last one.
    fn items(&mut self, end: u8, depth: usize) -> Result<(Vec<Literal>, bool)> {
        let (mut items, mut comma) = (Vec::new(), false);
        loop {
            self.skip_spaces();
            if self.accept(end) {
                return Ok((items, comma));
            }
            if !items.is_empty() && !comma {
                return Err(self.error(&format!("',' or '{}'", char::from(end))));
            }
            items.push(self.literal(depth + 1)?);
            self.skip_spaces();
            comma = self.accept(b',');
        }
    }

    /// A tuple, or a value in parentheses.
    fn parenthesis(&mut self, depth: usize) -> Result<Value> {
        self.next += 1;
        let (mut items, comma) = self.items(b')', depth)?;
        if items.len() == 1 && !comma {
            return Ok(items.remove(0).value);
        }
        Ok(Value::Tuple(items))
    }

    fn dict(&mut self, depth: usize) -> Result<Value> {
        self.next += 1;
        let (mut pairs, mut comma) = (Vec::new(), true);
        loop {
            self.skip_spaces();
            if self.accept(b'}') {
                return Ok(Value::Dict(pairs));
            }
            if !comma {
                return Err(self.error("',' or '}'"));
            }
            let key = self.literal(depth + 1)?;
            self.skip_spaces();
            if !self.accept(b':') {
                return Err(self.error("':' after a key"));
            }
            pairs.push((key, self.literal(depth + 1)?));
            self.skip_spaces();
            comma = self.accept(b',');
        }
    }

    /// A string between quotes, which must have the quotes, backslashes and ends of lines of its text
    /// escaped; no other escape occurs in a header.
    fn text(&mut self) -> Result<String> {
        let quote = self.peek();
        self.next += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                None | Some(b'\n') => return Err(self.error("the end of the string")),
                byte if byte == quote => break,
                Some(b'\\') => {
                    self.next += 1;
                    match self.peek() {
                        Some(byte @ (b'\\' | b'\'' | b'"')) => bytes.push(byte),
                        _ => return Err(self.error("'\\' or a quote after '\\'")),
                    }
                }
                Some(byte) => bytes.push(byte),
            }
            self.next += 1;
        }
        self.next += 1;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn integer(&mut self) -> Result<i128> {
        let start = self.next;
        if matches!(self.peek(), Some(b'-' | b'+')) {
            self.next += 1;
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.next += 1;
        }
        let digits = str::from_utf8(&self.text[start..self.next]).unwrap_or_default();
        let integer = digits.parse().map_err(|_| Error::Header {
            at: self.start + start,
            what: format!("{digits:?} is no integer of at most 127 bits"),
        })?;
        // Python 2 wrote long integers so.
        self.accept(b'L');
        Ok(integer)
    }

    fn word(&mut self) -> Result<Value> {
        let start = self.next;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            self.next += 1;
        }
        let word = &self.text[start..self.next];
        // Python 2 wrote strings with a letter before the quotes.
        if matches!(word, b"u" | b"b") && matches!(self.peek(), Some(b'\'' | b'"')) {
            return Ok(Value::Text(self.text()?));
        }
        match word {
            b"True" => Ok(Value::Bool(true)),
            b"False" => Ok(Value::Bool(false)),
            b"None" => Ok(Value::None),
            _ => {
                self.next = start;
                Err(self.error("a value"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, parse};

    fn value(text: &str) -> Value {
        parse(text.as_bytes(), 0).expect(text).value
    }

    fn error(text: &str) -> String {
        parse(text.as_bytes(), 10).expect_err(text).to_string()
    }

    #[test]
    fn values_are_pythons() {
        assert_eq!(value(" 'a\\'\"\\\\' "), Value::Text("a'\"\\".into()));
        assert_eq!(value("u\"x\""), Value::Text("x".into()));
        assert_eq!(value("-12L"), Value::Integer(-12));
        assert_eq!(value("((True))"), Value::Bool(true));
        assert_eq!(value("()"), Value::Tuple(vec![]));
        let Value::Tuple(items) = value("(1,)") else { panic!() };
        assert_eq!(items.len(), 1);
        let Value::List(items) = value("[1, (2, 3), 'x', None,]") else { panic!() };
        assert_eq!((items.len(), items[1].at), (4, 4));
        let Value::Dict(pairs) = value("{'a': 1, 'b': {}}") else { panic!() };
        assert_eq!(pairs[1].1.value, Value::Dict(vec![]));
    }

    #[test]
    fn mistakes_have_a_place() {
        assert!(error("{'a' 1}").ends_with("at byte 15: there is '1', not ':' after a key"));
        assert!(error("(1, 2").ends_with("at byte 15: it ends, not ',' or ')'"));
        assert!(error("1 2").ends_with("at byte 12: there is '2', not the end of the header"));
        assert!(error("__import__").ends_with("at byte 10: there is '_', not a value"));
        assert!(error("nan").ends_with("at byte 10: there is 'n', not a value"));
        assert!(error("'a\\n'").contains("after '\\'"));
        assert!(error("(,)").contains("not a value"));
        assert!(error("-").contains("no integer"));
        assert!(error(&"9".repeat(60)).contains("no integer"));
        assert!(error(&"[".repeat(100_000)).contains("inside each other"));
    }
}

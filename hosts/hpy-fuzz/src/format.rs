//! `HPyUnicode_FromFormat`, and the model of formats for text.

use crate::input::Input;
use crate::shim::{Values, check_object, failure, hpy_fuzz_format};
use crate::value::{Value, call};
use hpy_abi::{Chars, HPy, HPyContext, Len};
use hpy_mock::Interpreter;
use std::ffi::CString;
use std::ptr::null;

/// What is passed for one conversion.
#[derive(Debug)]
enum Item {
    /// Of a narrow number the upper bits are anything.
    Whole(i64),
    /// With a NUL, unless the format says how much is read; `None` is a null pointer.
    Text(Option<Box<[u8]>>),
    /// `None` is a null handle.
    Object(Option<Value>),
}

/// A call of `HPyUnicode_FromFormat`.
#[derive(Debug)]
struct Case {
    format: String,
    items: Vec<Item>,
    /// The text, or the type of the exception.
    expected: Result<String, &'static str>,
    failure: usize,
}

/// Numbers for width and precision; no computer has memory for the last ones.
const SIZES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "12",
    "40",
    "300",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
];

fn write_conversion(input: &mut Input, format: &mut String) {
    format.push('%');
    let letter =
        input.pick(&["d", "i", "u", "x", "ld", "lu", "lli", "llu", "zd", "zu", "p", "s", "U"]);
    let letter =
        if input.once_in(3) { input.pick(&["c", "V", "S", "R", "A", "%"]) } else { letter };
    if !matches!(letter, "c" | "p" | "%") || input.once_in(16) {
        let size = |input: &mut Input| {
            let known = if input.once_in(16) { SIZES } else { &SIZES[..SIZES.len() - 3] };
            input.pick(known)
        };
        if input.once_in(if letter.ends_with(['d', 'i', 'u', 'x']) { 3 } else { 32 }) {
            format.push('0');
        }
        if input.once_in(3) {
            format.push_str(size(input).trim_start_matches('0'));
        }
        if input.once_in(3) {
            format.push('.');
            format.push_str(size(input));
        }
    }
    format.push_str(letter);
}

impl Case {
    fn any(input: &mut Input) -> Case {
        let failure = failure(input);
        let mut format = String::new();
        for _ in 0..input.below(5) {
            match input.below(3) {
                0 => format.push_str(input.pick(&["a", " ", "bc", "d", "l", "\n"])),
                _ => write_conversion(input, &mut format),
            }
        }
        // A point in a number that is too large would make one that is not, but fills the memory.
        if input.once_in(8) && !format.contains("92233") {
            let places: Vec<_> = format.char_indices().map(|(i, _)| i).collect();
            let place = if places.is_empty() { 0 } else { input.pick(&places) };
            format.insert_str(place, input.pick(&["%", "l", "z", ".", "0", "q", "é", "%%", "h"]));
        }
        let mut model = Model { input, items: Vec::new(), text: String::new(), is_utf8: true };
        let written = model.write(&format);
        let Model { items, text, .. } = model;
        Case { format, items, expected: written.map(|()| text), failure }
    }

    fn values(&self, ctx: *mut HPyContext) -> (Values, Vec<HPy>) {
        let (mut values, mut handles) = (Values::default(), Vec::new());
        for item in &self.items {
            values.push_whole(match item {
                Item::Whole(x) => *x,
                Item::Text(text) => {
                    text.as_ref().map_or(null(), |text| text.as_ptr()).addr() as i64
                }
                Item::Object(value) => {
                    handles.push(value.as_ref().map_or(HPy::NULL, |value| value.object(ctx)));
                    handles[handles.len() - 1].0 as i64
                }
            });
        }
        (values, handles)
    }

    fn check(&self) {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        let (values, handles) = self.values(ctx);
        let fmt = CString::new(self.format.as_str()).expect("it has no NUL");
        interpreter.fail_at(self.failure);
        // SAFETY: every conversion has a value of its type, up to the one that cannot be read.
        let result = unsafe { hpy_fuzz_format(ctx, fmt.as_ptr(), &raw const values) };
        let expected = self.expected.clone().map_err(|ty| vec![ty]);
        check_object(&interpreter, result, &expected, self.failure > 0, |h| text(ctx, h));
        handles.into_iter().for_each(|h| call!(ctx.ctx_Close(h)));
        interpreter.finish();
    }
}

/// The contents of a `str`.
fn text(ctx: *mut HPyContext, h: HPy) -> String {
    let mut size = Len(0);
    let bytes: Chars = Chars(call!(ctx.ctx_Unicode_AsUTF8AndSize(h, &raw mut size)).0);
    // SAFETY: the text is as long as the host says, and the `str` is open.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.0.cast(), size.0 as usize) };
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// The rules of formats: writes the text, and chooses the values on the way.
struct Model<'a, 'b> {
    input: &'a mut Input<'b>,
    items: Vec<Item>,
    text: String,
    /// Whether all bytes together are UTF-8, which is asked at the end.
    is_utf8: bool,
}

/// What stands between `%` and the letter.
struct Flags {
    zeros: bool,
    width: Option<u64>,
    precision: Option<u64>,
}

/// More characters than fit into memory.
const TOO_MANY: u64 = 1 << 32;

impl Model<'_, '_> {
    fn write(&mut self, format: &str) -> Result<(), &'static str> {
        let mut rest = format;
        while let Some((literal, conversion)) = rest.split_once('%') {
            self.write_literal(literal)?;
            rest = match conversion.strip_prefix('%') {
                Some(rest) => {
                    self.text.push('%');
                    rest
                }
                None => self.write_conversion(conversion)?,
            };
        }
        self.write_literal(rest)?;
        if self.is_utf8 { Ok(()) } else { Err("UnicodeDecodeError") }
    }

    fn write_literal(&mut self, literal: &str) -> Result<(), &'static str> {
        self.text.push_str(literal);
        if literal.is_ascii() { Ok(()) } else { Err("ValueError") }
    }

    /// Gives what stands behind the conversion.
    fn write_conversion<'f>(&mut self, conversion: &'f str) -> Result<&'f str, &'static str> {
        let zeros = conversion.starts_with('0');
        let (width, rest) = number(&conversion[usize::from(zeros)..])?;
        let (precision, rest) = match rest.strip_prefix('.') {
            Some(rest) => number(rest)?,
            None => (None, rest),
        };
        let flags = Flags { zeros, width, precision };
        for (size, bits) in [("ll", 64), ("l", 64), ("z", 64), ("", 32)] {
            if let Some(rest) = rest.strip_prefix(size)
                && let Some(letter) = rest.chars().next().filter(|c| "diu".contains(*c))
            {
                self.write_number(&flags, letter, bits)?;
                return Ok(&rest[1..]);
            }
        }
        let letter = rest.chars().next().ok_or("SystemError")?;
        match letter {
            _ if zeros && "sUVSRApc".contains(letter) => return Err("SystemError"),
            'c' | 'p' if width.is_some() || precision.is_some() => return Err("SystemError"),
            'x' => self.write_number(&flags, 'x', 32)?,
            'c' => self.write_character()?,
            'p' => {
                let address = self.input.bits() as i64;
                self.items.push(Item::Whole(address));
                self.text.push_str(&format!("{address:#x}"));
            }
            's' => self.write_c_string(&flags)?,
            'V' if self.input.once_in(2) => {
                self.items.push(Item::Object(None));
                self.write_c_string(&flags)?;
            }
            'U' | 'V' | 'S' | 'R' | 'A' => self.write_object(&flags, letter)?,
            _ => return Err("SystemError"),
        }
        Ok(&rest[letter.len_utf8()..])
    }

    fn write_number(&mut self, flags: &Flags, letter: char, bits: u32) -> Result<(), &'static str> {
        let x = self.input.integer() as i64;
        self.items.push(Item::Whole(x));
        let written = match (letter, bits) {
            ('x', _) => format!("{:x}", x as u32),
            ('u', 32) => (x as u32).to_string(),
            ('u', _) => (x as u64).to_string(),
            (_, 32) => (x as i32).to_string(),
            _ => x.to_string(),
        };
        let (sign, digits) = match written.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", written.as_str()),
        };
        let mut wanted = flags.precision.unwrap_or(0);
        if flags.zeros {
            wanted = wanted.max(flags.width.unwrap_or(0).saturating_sub(sign.len() as u64));
        }
        if wanted > TOO_MANY {
            return Err("MemoryError");
        }
        let digits = format!("{sign}{digits:0>width$}", width = wanted as usize);
        self.write_padded(flags, &digits)
    }

    fn write_padded(&mut self, flags: &Flags, text: &str) -> Result<(), &'static str> {
        let width = flags.width.unwrap_or(0);
        if width > TOO_MANY {
            return Err("MemoryError");
        }
        self.text.push_str(&format!("{text:>width$}", width = width as usize));
        Ok(())
    }

    fn write_character(&mut self) -> Result<(), &'static str> {
        let x = match self.input.below(4) {
            0 => i64::from(self.input.byte()),
            1 => self.input.pick(&[0xD800, 0xFFFF, 0x10000, 0x10FFFF, 0x110000, -1, 0x7FF, 0x800]),
            2 => (self.input.bits() % 0x110000) as i64,
            _ => self.input.integer() as i64,
        };
        let above = i64::from(self.input.byte()) << 32;
        self.items.push(Item::Whole(above | i64::from(x as u32)));
        match char::from_u32(x as u32) {
            Some(c) => {
                self.text.push(c);
                Ok(())
            }
            None if x as u32 > 0x10FFFF => Err("OverflowError"),
            // A half of a pair is no UTF-8.
            None => {
                self.is_utf8 = false;
                Ok(())
            }
        }
    }

    fn write_c_string(&mut self, flags: &Flags) -> Result<(), &'static str> {
        if self.input.once_in(16) {
            self.items.push(Item::Text(None));
            return Err("SystemError");
        }
        let text = self.input.text(false);
        let mut stored = text.clone().into_bytes();
        if flags.precision.is_none_or(|limit| limit as usize > text.len()) {
            stored.push(0);
        }
        self.items.push(Item::Text(Some(stored.into())));
        let bytes = flags.precision.map_or(text.len(), |limit| text.len().min(limit as usize));
        match text.get(..bytes) {
            Some(text) => self.write_padded(flags, text),
            None => {
                self.is_utf8 = false;
                self.write_padded(flags, "")
            }
        }
    }

    fn write_object(&mut self, flags: &Flags, letter: char) -> Result<(), &'static str> {
        // For %V a null handle means another value.
        let is_null = letter != 'V' && self.input.once_in(16);
        let is_text = matches!(letter, 'U' | 'V') && !self.input.once_in(8);
        let value = match is_text {
            true => Value::Str(self.input.text(true)),
            false => Value::any(self.input),
        };
        self.items.push(Item::Object((!is_null).then(|| value.clone())));
        if is_null {
            return Err("SystemError");
        }
        if letter == 'V' {
            self.items.push(Item::Text(None));
        }
        let text = match (&value, letter) {
            (Value::Str(text), 'U' | 'V' | 'S') => text.clone(),
            (_, 'U' | 'V') => return Err("TypeError"),
            (_, 'A') => ascii(&value.repr()),
            _ => value.repr(),
        };
        let limit = flags.precision.map_or(usize::MAX, |limit| limit as usize);
        let text: String = text.chars().take(limit).collect();
        self.write_padded(flags, &text)
    }
}

/// A number, if there is one, and what is behind it.
fn number(text: &str) -> Result<(Option<u64>, &str), &'static str> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    if digits.is_empty() {
        return Ok((None, rest));
    }
    match digits.parse::<isize>() {
        Ok(x) => Ok((Some(x as u64), rest)),
        Err(_) => Err("ValueError"),
    }
}

/// What is not ASCII as escapes.
fn ascii(text: &str) -> String {
    let escape = |c: char| match u32::from(c) {
        0..0x80 => c.to_string(),
        x @ 0x80..0x100 => format!("\\x{x:02x}"),
        x @ 0x100..0x10000 => format!("\\u{x:04x}"),
        x => format!("\\U{x:08x}"),
    };
    text.chars().map(escape).collect()
}

pub fn fuzz(input: &mut Input) {
    let case = Case::any(input);
    crate::run(&case, || case.check());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(format: &str, item: Item, expected: Result<&str, &'static str>) {
        let expected = expected.map(String::from);
        Case { format: format.into(), items: vec![item], expected, failure: 0 }.check();
    }

    #[test]
    fn a_precision_beyond_all_memory_is_an_error() {
        for format in ["%.9223372036854775807d", "%0.9223372036854775807d", "%9223372036854775807d"]
        {
            check(format, Item::Whole(-1), Err("MemoryError"));
        }
        check("%.9223372036854775808d", Item::Whole(-1), Err("ValueError"));
    }

    #[test]
    fn a_text_is_read_no_further_than_its_precision() {
        let text = |bytes: &[u8]| Item::Text(Some(bytes.into()));
        check("%.2s", text(b"ab"), Ok("ab"));
        check("%.2s", text(b"a\0"), Ok("a"));
        check("%.0s", text(b""), Ok(""));
        check("%3.1s|", text(b"a"), Ok("  a|"));
    }

    #[test]
    fn zeros_stand_behind_the_sign() {
        check("%05d", Item::Whole(-42), Ok("-0042"));
        check("%06.3d", Item::Whole(-42), Ok("-00042"));
        check("%6.3d", Item::Whole(-42), Ok("  -042"));
    }
}

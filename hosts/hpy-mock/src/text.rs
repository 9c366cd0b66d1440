//! Text: `repr` and `str` of every kind, strings and bytes, and their encodings.

use crate::call::slots::{self, Key};
use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use hpy_abi::*;
use std::ffi::{CStr, c_char};
use std::rc::Rc;

impl State {
    /// `repr(object)`
    pub fn repr(&self, object: &Obj) -> Res<String> {
        match self.text_of(object, &slots::tp_repr, "__repr__") {
            Some(text) => text,
            None => self.builtin_repr(object, &|item| self.repr(item)),
        }
    }

    /// `str(object)`
    pub fn str_of(&self, object: &Obj) -> Res<String> {
        if let Some(text) = self.text_of(object, &slots::tp_str, "__str__") {
            return text;
        }
        match &object.kind {
            Kind::Str(text) => Ok(text.str().to_string()),
            Kind::Exception(args) => match args.as_slice() {
                [] => Ok(String::new()),
                [key] if self.is_instance(object, &self.named("KeyError")) => self.repr(key),
                [message] => self.str_of(message),
                _ => self.repr(&self.tuple(args.clone())),
            },
            _ => self.repr(object),
        }
    }

    fn text_of(&self, object: &Obj, key: &Key<func::REPRFUNC>, name: &str) -> Option<Res<String>> {
        let result = match self.operate(object, key, name, &[])? {
            Ok(result) => result,
            Err(exception) => return Some(Err(exception)),
        };
        Some(match &result.kind {
            Kind::Str(text) => Ok(text.str().to_string()),
            _ => {
                let got = self.class_name(&result);
                raise!(self, TypeError, "{name} returned non-string (type {got})")
            }
        })
    }

    /// A text for people that calls nothing of the extension.
    pub fn describe(&self, object: &Obj) -> String {
        self.builtin_repr(object, &|item| Ok(self.describe(item))).unwrap_or_else(|_| "?".into())
    }

    /// The string, if it is one.
    pub fn describe_text(&self, object: &Obj) -> String {
        match &object.kind {
            Kind::Str(text) => text.str().to_string(),
            _ => self.describe(object),
        }
    }

    fn builtin_repr(&self, object: &Obj, repr: &dyn Fn(&Obj) -> Res<String>) -> Res<String> {
        let join = |items: &[Obj]| -> Res<String> {
            Ok(items.iter().map(repr).collect::<Res<Vec<_>>>()?.join(", "))
        };
        let address = Rc::as_ptr(object).addr();
        Ok(match &object.kind {
            Kind::Int(_) if self.is_instance(object, &self.named("bool")) => {
                if Rc::ptr_eq(object, &self.named("True")) { "True" } else { "False" }.into()
            }
            Kind::Int(x) => x.to_string(),
            Kind::Float(x) => float_repr(*x),
            Kind::Str(text) => quoted(text.str()),
            Kind::Bytes(text) => format!("b'{}'", text.bytes().escape_ascii()),
            Kind::Tuple(items) if items.len() == 1 => format!("({},)", repr(&items[0])?),
            Kind::Tuple(items) => format!("({})", join(items)?),
            Kind::List(items) => format!("[{}]", join(&items.borrow().clone())?),
            Kind::Dict(_) => {
                let items = self.dict_entries(object).into_iter();
                let items = items.map(|(k, v)| Ok(format!("{}: {}", repr(&k)?, repr(&v)?)));
                format!("{{{}}}", items.collect::<Res<Vec<_>>>()?.join(", "))
            }
            Kind::Slice(parts) => format!("slice({})", join(parts)?),
            Kind::Range([start, stop, 1]) => format!("range({start}, {stop})"),
            Kind::Range([start, stop, step]) => format!("range({start}, {stop}, {step})"),
            Kind::Type(data) => format!("<class '{}'>", data.full_name()),
            Kind::Module => {
                let name = object.attributes.as_ref().and_then(|a| a.get("__name__"));
                format!("<module {}>", name.map_or("?".into(), |name| self.describe(&name)))
            }
            Kind::Exception(args) => {
                let class = self.class_of(object);
                format!("{}({})", class.ty().expect("a type").name(), join(args)?)
            }
            Kind::Function(f) if f.module.is_some() => format!("<built-in function {}>", f.name),
            Kind::Function(f) => format!("<method '{}'>", self.function_name(f)),
            Kind::Native(name, _) => format!("<built-in function {name}>"),
            Kind::Method(receiver, f) => {
                format!("<bound method {} of {}>", self.describe(f), self.describe(receiver))
            }
            Kind::Plain if Rc::ptr_eq(object, &self.named("None")) => "None".into(),
            Kind::Plain if Rc::ptr_eq(object, &self.named("NotImplemented")) => {
                "NotImplemented".into()
            }
            Kind::Plain if Rc::ptr_eq(object, &self.named("Ellipsis")) => "Ellipsis".into(),
            _ => format!("<{} object at {address:#x}>", self.class_name(object)),
        })
    }

    /// Decodes bytes, strictly.
    pub fn decode(&self, encoding: &str, bytes: &[u8]) -> Res<String> {
        let fail = |at: usize, reason: &str| {
            let byte = bytes[at];
            raise!(
                self,
                UnicodeDecodeError,
                "'{encoding}' codec can't decode byte {byte:#04x} in position {at}: {reason}"
            )
        };
        match encoding {
            "utf-8" => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_string()),
                Err(error) => fail(error.valid_up_to(), "invalid utf-8"),
            },
            "ascii" => match bytes.iter().position(|byte| !byte.is_ascii()) {
                Some(at) => fail(at, "ordinal not in range(128)"),
                None => Ok(bytes.iter().copied().map(char::from).collect()),
            },
            "latin-1" => Ok(bytes.iter().copied().map(char::from).collect()),
            _ => raise!(self, LookupError, "unknown encoding: {encoding}"),
        }
    }

    fn encode(&self, object: &Obj, encoding: &str, limit: u32) -> Res<Obj> {
        let text = self.as_text(object)?.str();
        let Some(at) = text.chars().position(|c| c as u32 >= limit) else {
            let bytes = match encoding {
                "utf-8" => text.as_bytes().to_vec(),
                _ => text.chars().map(|c| c as u8).collect(),
            };
            return Ok(self.bytes(bytes));
        };
        let c = text.chars().nth(at).expect("found there") as u32;
        raise!(
            self,
            UnicodeEncodeError,
            "'{encoding}' codec can't encode character '\\u{c:04x}' in position {at}: \
             ordinal not in range({limit})"
        )
    }

    fn as_text<'a>(&self, object: &'a Obj) -> Res<&'a Text> {
        match &object.kind {
            Kind::Str(text) => Ok(text),
            _ => raise!(self, TypeError, "bad argument type for built-in operation"),
        }
    }

    fn as_bytes<'a>(&self, object: &'a Obj) -> Res<&'a Text> {
        match &object.kind {
            Kind::Bytes(text) => Ok(text),
            _ => {
                let class = self.class_name(object);
                raise!(self, TypeError, "expected bytes, {class} found")
            }
        }
    }

    /// `bytes(object)`
    pub fn to_bytes(&self, object: &Obj) -> Res<Obj> {
        if let Kind::Bytes(text) = &object.kind {
            return Ok(self.bytes(text.bytes()));
        }
        if let Some(method) = self.special(object, "__bytes__") {
            return self.call(&method, &[], &[]);
        }
        if matches!(object.kind, Kind::Str(_) | Kind::Int(_)) {
            let class = self.class_name(object);
            return raise!(self, TypeError, "cannot convert '{class}' object to bytes");
        }
        let bytes = self.collect(object)?.into_iter().map(|item| {
            u8::try_from(self.index(&item)?)
                .map_err(|_| self.error("ValueError", "bytes must be in range(0, 256)"))
        });
        Ok(self.bytes(bytes.collect::<Res<Vec<u8>>>()?))
    }

    fn strict(&self, errors: Option<String>) -> Res<()> {
        match errors {
            Some(name) if name != "strict" => {
                Err(self.fault(format!("the mock has no error handler '{name}'")))
            }
            _ => Ok(()),
        }
    }

    /// The bytes of a C array.
    fn slice(&self, data: Chars, size: Len) -> Res<&[u8]> {
        if data.0.is_null() || size.0 < 0 {
            return raise!(self, ValueError, "null char * or negative size passed");
        }
        // SAFETY: by the ABI the array has the length that was passed with it.
        Ok(unsafe { std::slice::from_raw_parts(data.0.cast(), size.0 as usize) })
    }
}

/// The shortest digits that read back as the same number, in Python's notation.
fn float_repr(x: f64) -> String {
    let text = format!("{x:?}");
    match text.as_str() {
        "NaN" => "nan".into(),
        _ if x != 0.0 && x.is_finite() && !(1e-4..1e16).contains(&x.abs()) => {
            let text = format!("{x:e}");
            let (digits, exponent) = text.split_once('e').expect("asked for an exponent");
            let exponent: i32 = exponent.parse().expect("made by format");
            format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
        }
        _ => text,
    }
}

/// A string between quotes.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut result = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => result.push_str("\\n"),
            '\t' => result.push_str("\\t"),
            '\r' => result.push_str("\\r"),
            '\\' => result.push_str("\\\\"),
            c if c == quote => result.extend(['\\', c]),
            c if c.is_control() => result.push_str(&format!("\\x{:02x}", c as u32)),
            c => result.push(c),
        }
    }
    result.push(quote);
    result
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Repr(&self, object: Obj) -> Res<Obj> {
        Ok(self.str(&self.repr(&object)?))
    }
    pub(crate) fn ctx_Str(&self, object: Obj) -> Res<Obj> {
        match &object.class {
            Some(class) if Rc::ptr_eq(class, &self.named("str")) => Ok(object),
            _ => Ok(self.str(&self.str_of(&object)?)),
        }
    }
    pub(crate) fn ctx_ASCII(&self, object: Obj) -> Res<Obj> {
        let escape = |c: char| match c as u32 {
            0..0x80 => c.to_string(),
            0x80..0x100 => format!("\\x{:02x}", c as u32),
            0x100..0x10000 => format!("\\u{:04x}", c as u32),
            _ => format!("\\U{:08x}", c as u32),
        };
        Ok(self.str(&self.repr(&object)?.chars().map(escape).collect::<String>()))
    }
    pub(crate) fn ctx_Bytes(&self, object: Obj) -> Res<Obj> {
        match &object.class {
            Some(class) if Rc::ptr_eq(class, &self.named("bytes")) => Ok(object),
            _ => self.to_bytes(&object),
        }
    }
    pub(crate) fn ctx_Bytes_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::Bytes(_))
    }
    pub(crate) fn ctx_Bytes_Size(&self, object: Obj) -> Res<isize> {
        Ok(self.as_bytes(&object)?.bytes().len() as isize)
    }
    pub(crate) fn ctx_Bytes_GET_SIZE(&self, object: Obj) -> isize {
        match &object.kind {
            Kind::Bytes(text) => text.bytes().len() as isize,
            _ => {
                self.fault("ctx_Bytes_GET_SIZE was called with an object that is no bytes".into());
                -1
            }
        }
    }
    pub(crate) fn ctx_Bytes_AsString(&self, object: Obj) -> Res<*const c_char> {
        Ok(self.as_bytes(&object)?.as_ptr())
    }
    pub(crate) fn ctx_Bytes_AS_STRING(&self, object: Obj) -> *const c_char {
        match &object.kind {
            Kind::Bytes(text) => text.as_ptr(),
            _ => {
                self.fault("ctx_Bytes_AS_STRING was called with an object that is no bytes".into());
                std::ptr::null()
            }
        }
    }
    pub(crate) fn ctx_Bytes_FromString(&self, bytes: Utf8) -> Res<Obj> {
        // SAFETY: by the ABI the string is NUL-terminated.
        Ok(self.bytes(unsafe { CStr::from_ptr(bytes.0) }.to_bytes()))
    }
    pub(crate) fn ctx_Bytes_FromStringAndSize(&self, bytes: Chars, size: Len) -> Res<Obj> {
        Ok(self.bytes(self.slice(bytes, size)?))
    }
    pub(crate) fn ctx_Unicode_Check(&self, object: Obj) -> bool {
        matches!(object.kind, Kind::Str(_))
    }
    pub(crate) fn ctx_Unicode_FromString(&self, text: String) -> Res<Obj> {
        Ok(self.str(&text))
    }
    pub(crate) fn ctx_Unicode_AsASCIIString(&self, object: Obj) -> Res<Obj> {
        self.encode(&object, "ascii", 128)
    }
    pub(crate) fn ctx_Unicode_AsLatin1String(&self, object: Obj) -> Res<Obj> {
        self.encode(&object, "latin-1", 256)
    }
    pub(crate) fn ctx_Unicode_AsUTF8String(&self, object: Obj) -> Res<Obj> {
        self.encode(&object, "utf-8", u32::MAX)
    }
    pub(crate) fn ctx_Unicode_EncodeFSDefault(&self, object: Obj) -> Res<Obj> {
        self.encode(&object, "utf-8", u32::MAX)
    }
    pub(crate) fn ctx_Unicode_AsUTF8AndSize(
        &self,
        object: Obj,
        size: *mut Len,
    ) -> Res<*const c_char> {
        let text = self.as_text(&object)?;
        // SAFETY: by the ABI `size` is null or writable.
        if let Some(size) = unsafe { size.as_mut() } {
            *size = Len(text.bytes().len() as isize);
        }
        Ok(text.as_ptr())
    }
    pub(crate) fn ctx_Unicode_FromWideChar(&self, wide: WideChars, size: Len) -> Res<Obj> {
        // SAFETY: by the ABI the array has this length, or ends with a zero if it is -1.
        let at = |i: usize| unsafe { *wide.0.add(i) } as u32;
        let chars: Option<String> = match usize::try_from(size.0) {
            Ok(size) => (0..size).map(|i| char::from_u32(at(i))).collect(),
            Err(_) => (0..).map(at).take_while(|c| *c != 0).map(char::from_u32).collect(),
        };
        match chars {
            Some(text) => Ok(self.str(&text)),
            None => raise!(self, ValueError, "character is not in range [U+0000; U+10ffff]"),
        }
    }
    pub(crate) fn ctx_Unicode_DecodeFSDefault(&self, text: String) -> Res<Obj> {
        Ok(self.str(&text))
    }
    pub(crate) fn ctx_Unicode_DecodeFSDefaultAndSize(&self, text: Chars, size: Len) -> Res<Obj> {
        Ok(self.str(&self.decode("utf-8", self.slice(text, size)?)?))
    }
    pub(crate) fn ctx_Unicode_DecodeASCII(
        &self,
        text: Chars,
        size: Len,
        errors: Option<String>,
    ) -> Res<Obj> {
        self.strict(errors)?;
        Ok(self.str(&self.decode("ascii", self.slice(text, size)?)?))
    }
    pub(crate) fn ctx_Unicode_DecodeLatin1(
        &self,
        text: Chars,
        size: Len,
        errors: Option<String>,
    ) -> Res<Obj> {
        self.strict(errors)?;
        Ok(self.str(&self.decode("latin-1", self.slice(text, size)?)?))
    }
    pub(crate) fn ctx_Unicode_FromEncodedObject(
        &self,
        object: Obj,
        encoding: Option<String>,
        errors: Option<String>,
    ) -> Res<Obj> {
        self.strict(errors)?;
        let encoding = encoding.unwrap_or_else(|| "utf-8".into());
        Ok(self.str(&self.decode(&encoding, self.as_bytes(&object)?.bytes())?))
    }
    pub(crate) fn ctx_Unicode_ReadChar(&self, object: Obj, index: Len) -> Res<u32> {
        let text = self.as_text(&object)?.str();
        let c = usize::try_from(index.0).ok().and_then(|i| text.chars().nth(i));
        c.map(u32::from).ok_or_else(|| self.error("IndexError", "string index out of range"))
    }
    pub(crate) fn ctx_Unicode_Substring(&self, object: Obj, start: Len, end: Len) -> Res<Obj> {
        let text = self.as_text(&object)?.str();
        let (Ok(start), Ok(end)) = (usize::try_from(start.0), usize::try_from(end.0)) else {
            return raise!(self, IndexError, "string index out of range");
        };
        let part: String = text.chars().take(end).skip(start).collect();
        Ok(self.str(&part))
    }
}

//! `HPyArg_Parse`, and the model of formats for arguments.

use crate::input::Input;
use crate::shim::{Raised, VARIABLES, c_string, failure, hpy_fuzz_parse};
use crate::value::{Value, call};
use hpy_abi::{HPy, HPyContext, HPyTracker};
use hpy_mock::Interpreter;
use std::ffi::{CStr, c_char, c_void};

const UNITS: &str = "ObBhHiIlLkKnfdps";

/// Once in a while what is no unit at all stands in a format.
const NOISE: &str = "|$ zZ(y#%*1~";

/// A format: its units, and what stands behind them.
#[derive(Clone, Debug)]
pub struct Format {
    pub units: String,
    /// Empty, or the name of the function behind `:`, or the message behind `;`.
    pub tail: String,
}

impl Format {
    /// A format that is valid most of the time.
    pub fn any(input: &mut Input) -> Format {
        let mut units = String::new();
        for _ in 0..input.below(8) {
            units.push(match input.below(24) {
                0 => '|',
                1 => '$',
                2 => input.letter(NOISE),
                _ => input.letter(UNITS),
            });
        }
        let tail = input.pick(&["", ":f", ":a.b", ":", ";the author's words", ";", ":f:g;h"]);
        let mut tail = tail.to_owned();
        if !tail.is_empty() && input.once_in(32) {
            tail.push_str(&"long".repeat(200));
        }
        Format { units, tail }
    }

    /// What the format makes of a message. Of long ones only the type is known.
    pub fn raised(&self, ty: &'static str, message: &str) -> Raised {
        let message = match self.tail.split_at_checked(1) {
            _ if self.tail.len() > 100 => None,
            Some((":", name)) => Some(format!("{name}() {message}")),
            Some((_, words)) => Some(words.to_owned()),
            None => Some(format!("function {message}")),
        };
        Raised { ty, message }
    }
}

/// What a variable must hold afterwards.
#[derive(Clone, Debug)]
pub enum Out {
    /// A number, as its bytes.
    Number(Vec<u8>),
    Text(String),
    Object,
}

/// One unit of a format after the other, with what `|` and `$` before it say.
pub struct Units<'a> {
    rest: std::str::Chars<'a>,
    /// Whether `$` has a meaning.
    keywords: bool,
    pub optional: bool,
    pub keyword_only: bool,
}

impl<'a> Units<'a> {
    pub fn new(format: &'a Format, keywords: bool) -> Units<'a> {
        let rest = format.units.chars();
        Units { rest, keywords, optional: false, keyword_only: false }
    }
}

impl Iterator for Units<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.rest.next()? {
                '|' => self.optional = true,
                '$' if self.keywords => (self.optional, self.keyword_only) = (true, true),
                unit => return Some(unit),
            }
        }
    }
}

/// The conversion of an argument; `None` for one that is optional and not given.
pub fn convert(format: &Format, unit: char, arg: Option<&Value>) -> Result<Option<Out>, Raised> {
    if !UNITS.contains(unit) {
        return Err(format.raised("SystemError", "unknown arg format code"));
    }
    let Some(arg) = arg else { return Ok(None) };
    let integer = || arg.integer().ok_or(Raised::by_host("TypeError"));
    let number = || arg.number().ok_or(Raised::by_host("TypeError"));
    let too_large = |_| Raised::by_host("OverflowError");
    let bounded = |kind: &str, min: i64, max: i64| {
        let x = i64::try_from(integer()?).map_err(too_large)?;
        let message = match x {
            _ if x < min => format!("{kind} is less than minimum"),
            _ if x > max => format!("{kind} is greater than maximum"),
            _ => return Ok(x),
        };
        Err(format.raised("OverflowError", &message))
    };
    let signed = || i64::try_from(integer()?).map_err(too_large);
    Ok(Some(Out::Number(match unit {
        'b' => vec![bounded("unsigned byte integer", 0, 255)? as u8],
        'h' => {
            let (min, max) = (i16::MIN.into(), i16::MAX.into());
            (bounded("signed short integer", min, max)? as i16).to_ne_bytes().into()
        }
        'i' => {
            let (min, max) = (i32::MIN.into(), i32::MAX.into());
            (bounded("signed integer", min, max)? as i32).to_ne_bytes().into()
        }
        'l' | 'L' | 'n' => signed()?.to_ne_bytes().into(),
        'B' => (integer()? as u8).to_ne_bytes().into(),
        'H' => (integer()? as u16).to_ne_bytes().into(),
        'I' => (integer()? as u32).to_ne_bytes().into(),
        'k' | 'K' => (integer()? as u64).to_ne_bytes().into(),
        'f' => (number()? as f32).to_ne_bytes().into(),
        'd' => number()?.to_ne_bytes().into(),
        'p' => i32::from(arg.truth()).to_ne_bytes().into(),
        's' => return text(format, arg).map(|text| Some(Out::Text(text))),
        _ => return Ok(Some(Out::Object)),
    })))
}

fn text(format: &Format, arg: &Value) -> Result<String, Raised> {
    match arg {
        Value::Str(text) if text.contains('\0') => {
            Err(format.raised("ValueError", "embedded null character"))
        }
        Value::Str(text) => Ok(text.clone()),
        _ => Err(format.raised("TypeError", "a str is required")),
    }
}

/// An argument that mostly fits a unit; `None` is a null handle.
pub fn argument(input: &mut Input, unit: char) -> Option<Value> {
    if input.once_in(16) {
        return if input.once_in(4) { None } else { Some(Value::any(input)) };
    }
    Some(match unit {
        'f' | 'd' => Value::Float(input.float()),
        's' => Value::Str(input.text(true)),
        'O' | 'p' => Value::any(input),
        'b' => Value::Int(input.byte().into()),
        _ if input.once_in(2) => Value::Int(input.integer()),
        _ => Value::Int(input.byte().into()),
    })
}

/// A C variable with bytes around it that must never change.
#[repr(align(16))]
#[derive(Clone, Copy)]
pub struct Variable([u8; 16]);

const UNTOUCHED: Variable = Variable([0xA5; 16]);

impl Variable {
    fn word(&self) -> isize {
        isize::from_ne_bytes(self.0[..8].try_into().expect("eight bytes"))
    }
}

/// The variables of one call.
pub struct Variables {
    slots: [Variable; VARIABLES],
}

impl Variables {
    pub fn new() -> Variables {
        Variables { slots: [UNTOUCHED; VARIABLES] }
    }

    pub fn pointers(&mut self) -> [*mut c_void; VARIABLES] {
        let first = self.slots.as_mut_ptr();
        // SAFETY: each is inside the array.
        std::array::from_fn(|i| unsafe { first.add(i) }.cast())
    }

    /// Checks every variable. `object` compares a handle with the argument of a unit; it is not
    /// asked after a failure, when handles are closed.
    pub fn check(&self, expected: &[Option<Out>], failed: bool, object: impl Fn(usize, HPy)) {
        for (i, slot) in self.slots.iter().enumerate() {
            let size = match expected.get(i).and_then(Option::as_ref) {
                None => 0,
                Some(Out::Number(bytes)) => {
                    assert_eq!(slot.0[..bytes.len()], bytes[..], "variable {i}");
                    bytes.len()
                }
                Some(Out::Text(text)) => {
                    let pointer = slot.word() as *const c_char;
                    // SAFETY: the text lives as long as its `str`, which is still open.
                    let read = unsafe { CStr::from_ptr(pointer) };
                    assert_eq!(read.to_str().ok(), Some(text.as_str()), "variable {i}");
                    size_of::<*const c_char>()
                }
                Some(Out::Object) => {
                    if !failed {
                        object(i, HPy(slot.word()));
                    }
                    size_of::<HPy>()
                }
            };
            assert_eq!(slot.0[size..], UNTOUCHED.0[size..], "variable {i} is too wide");
        }
    }
}

/// What the model says of a call: the variables, and the exception that ended it.
#[derive(Debug)]
pub struct Expected {
    pub variables: Vec<Option<Out>>,
    pub raised: Option<Raised>,
}

impl Expected {
    /// Compares a result with the model; `failed` tells whether the variables are those of a
    /// failed call. Nothing can be said of them if a failure was injected.
    pub fn check(&self, done: i32, error: Option<&str>, injected: bool) -> bool {
        assert!(matches!((done, error), (1, None) | (0, Some(_))), "{done}, {error:?}");
        match (error, &self.raised) {
            (None, Some(raised)) => panic!("{raised:?} was expected"),
            (Some(error), None) => assert!(injected, "{error}"),
            (Some(error), Some(raised)) => {
                assert!(injected || raised.is(error), "{error} instead of {raised:?}");
            }
            (None, None) => {}
        }
        error.is_none() || !injected
    }
}

fn model(format: &Format, args: &[Option<Value>]) -> Expected {
    let mut variables = Vec::new();
    let mut units = Units::new(format, false);
    while let Some(unit) = units.next() {
        let arg = args.get(variables.len()).and_then(Option::as_ref);
        let converted = if arg.is_none() && !units.optional {
            Err(format.raised("TypeError", "required positional argument missing"))
        } else {
            convert(format, unit, arg)
        };
        match converted {
            Ok(out) => variables.push(out),
            Err(raised) => return Expected { variables, raised: Some(raised) },
        }
    }
    let message = "mismatched args (too many arguments for fmt)";
    let raised = (args.len() > variables.len()).then(|| format.raised("TypeError", message));
    Expected { variables, raised }
}

/// A call of `HPyArg_Parse`.
#[derive(Debug)]
struct Case {
    format: Format,
    args: Vec<Option<Value>>,
    tracker: bool,
    failure: usize,
}

impl Case {
    fn any(input: &mut Input) -> Case {
        let format = Format::any(input);
        let failure = failure(input);
        let tracker = input.once_in(4);
        let mut args: Vec<_> =
            Units::new(&format, false).map(|unit| argument(input, unit)).collect();
        match input.below(16) {
            0 => args.push(Some(Value::None)),
            1 | 2 => args.truncate(args.len() / 2),
            _ => {}
        }
        Case { format, args, tracker, failure }
    }

    fn check(&self) {
        let interpreter = Interpreter::new();
        let ctx = interpreter.context();
        let handles: Vec<HPy> = self
            .args
            .iter()
            .map(|arg| arg.as_ref().map_or(HPy::NULL, |arg| arg.object(ctx)))
            .collect();
        let fmt = c_string(&(self.format.units.clone() + &self.format.tail));
        let mut variables = Variables::new();
        let mut tracker = HPyTracker(0);
        let ht = if self.tracker { &raw mut tracker } else { std::ptr::null_mut() };
        interpreter.fail_at(self.failure);
        let out = variables.pointers();
        // SAFETY: there are as many variables as the shim passes on, each large enough for any
        // unit, and no format has more units.
        let done = unsafe {
            hpy_fuzz_parse(ctx, ht, handles.as_ptr(), handles.len(), fmt.as_ptr(), out.as_ptr())
        };
        interpreter.fail_at(0);
        let error = interpreter.take_error();
        let expected = model(&self.format, &self.args);
        if expected.check(done, error.as_deref(), self.failure > 0) {
            // An object is the argument's own handle.
            variables.check(&expected.variables, done == 0, |i, h| assert_eq!(h, handles[i]));
        }
        if self.tracker && done == 1 {
            call!(ctx.ctx_Tracker_Close(tracker));
        }
        handles.into_iter().for_each(|h| call!(ctx.ctx_Close(h)));
        interpreter.finish();
    }
}

pub fn fuzz(input: &mut Input) {
    let case = Case::any(input);
    crate::run(&case, || case.check());
}

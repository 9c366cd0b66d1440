//! The C functions under test, and what every call of them must keep to.

use crate::input::Input;
use crate::value::call;
use hpy_abi::{HPy, HPyContext, HPyTracker};
use hpy_mock::Interpreter;
use std::ffi::{CString, c_char, c_int, c_void};

/// How many variables the shim passes to a parser.
pub const VARIABLES: usize = 12;

/// Arguments of a variadic function by the class of their type.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Values {
    whole: [i64; Values::WHOLE],
    real: [f64; Values::REAL],
    stack: [i64; Values::STACK],
    /// How many are in use. C does not look behind the arrays.
    used: [usize; 3],
}

impl Values {
    const WHOLE: usize = 4;
    const REAL: usize = 8;
    const STACK: usize = 24;
    /// So many there may be whatever they are.
    pub const MOST: usize = Values::STACK;

    /// Adds a whole number, pointer or handle. Of a narrow one, the upper bits may be anything.
    pub fn push_whole(&mut self, x: i64) {
        if self.used[0] < Values::WHOLE {
            self.whole[self.used[0]] = x;
            self.used[0] += 1;
        } else {
            self.push_on_stack(x);
        }
    }

    pub fn push_real(&mut self, x: f64) {
        if self.used[1] < Values::REAL {
            self.real[self.used[1]] = x;
            self.used[1] += 1;
        } else {
            self.push_on_stack(x.to_bits() as i64);
        }
    }

    fn push_on_stack(&mut self, x: i64) {
        self.stack[self.used[2]] = x;
        self.used[2] += 1;
    }
}

unsafe extern "C" {
    pub fn hpy_fuzz_parse(
        ctx: *mut HPyContext,
        tracker: *mut HPyTracker,
        args: *const HPy,
        nargs: usize,
        fmt: *const c_char,
        out: *const *mut c_void,
    ) -> c_int;
    pub fn hpy_fuzz_parse_keywords(
        ctx: *mut HPyContext,
        tracker: *mut HPyTracker,
        args: *const HPy,
        nargs: usize,
        kwnames: HPy,
        fmt: *const c_char,
        keywords: *const *const c_char,
        out: *const *mut c_void,
    ) -> c_int;
    pub fn hpy_fuzz_parse_keywords_dict(
        ctx: *mut HPyContext,
        tracker: *mut HPyTracker,
        args: *const HPy,
        nargs: usize,
        kw: HPy,
        fmt: *const c_char,
        keywords: *const *const c_char,
        out: *const *mut c_void,
    ) -> c_int;
    pub fn hpy_fuzz_build_value(
        ctx: *mut HPyContext,
        fmt: *const c_char,
        values: *const Values,
    ) -> HPy;
    pub fn hpy_fuzz_format(ctx: *mut HPyContext, fmt: *const c_char, values: *const Values) -> HPy;
}

/// A failure to be injected, once in eight times: the n-th call of the context that can fail.
pub fn failure(input: &mut Input) -> usize {
    if input.once_in(8) { 1 + input.below(24) } else { 0 }
}

/// An exception that a model expects: its type, and the message if the C code makes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Raised {
    pub ty: &'static str,
    pub message: Option<String>,
}

impl Raised {
    /// One whose message the host makes.
    pub fn by_host(ty: &'static str) -> Raised {
        Raised { ty, message: None }
    }

    /// Whether the exception that is set, as its type and message, is this one.
    pub fn is(&self, error: &str) -> bool {
        match &self.message {
            Some(message) if message.is_empty() => error == self.ty,
            Some(message) => error == format!("{}: {message}", self.ty),
            None => error.split(':').next() == Some(self.ty),
        }
    }
}

/// Checks a function that gives an object: what is `shown` of it, or the exception.
pub fn check_object(
    interpreter: &Interpreter,
    result: HPy,
    expected: &Result<String, Vec<&'static str>>,
    injected: bool,
    shown: impl Fn(HPy) -> String,
) {
    interpreter.fail_at(0);
    let error = interpreter.take_error();
    assert_eq!(result.is_null(), error.is_some(), "{error:?}");
    let ctx = interpreter.context();
    match (&error, expected) {
        (None, Ok(repr)) => assert_eq!(&shown(result), repr),
        (None, Err(types)) => {
            panic!("{} instead of {}", interpreter.repr(result), types.join(" or "));
        }
        // What failed was replaced by something that says the same.
        (Some(_), _) if injected => {}
        (Some(error), Ok(repr)) => panic!("{error} instead of {repr}"),
        (Some(error), Err(types)) => {
            let ty = error.split(':').next().unwrap_or_default();
            assert!(types.contains(&ty), "{error} instead of {}", types.join(" or "));
        }
    }
    call!(ctx.ctx_Close(result));
}

/// A text for C, up to its first NUL.
pub fn c_string(text: &str) -> CString {
    let text = text.split('\0').next().unwrap_or_default();
    CString::new(text).expect("no NUL is left")
}

//! Errors: Python exceptions on their way through Rust.
//!
//! An [`Error`] is one word, a value like any other: several may exist at once, they may be dropped
//! in any order, and Python may be called while one is held.
//! Laws:
//! 1. When a member of the context fails, the exception is taken out of the interpreter at once and
//!    travels as a handle ([`State::Taken`]). It is set again when the error reaches Python.
//! 2. A host that cannot hand an exception out keeps it, one at a time: PyPy's own HPy where its
//!    stack is full, and unknown hosts, on which modules are tested but refuse to be imported. The
//!    error then holds a ticket ([`State::Kept`]); a later exception makes the ticket worthless, and
//!    only the holder of the valid one clears the exception or lets it through.
//! 3. An error that Rust made is a type and a message until it reaches Python, so that code without
//!    a context can make one.

use crate::raw::{self, attach, calls};
use crate::{Ctx, Object, Type};
use core::cell::Cell;
use core::fmt;
use core::marker::PhantomData;
use hpy_abi::{HPy, HPyContext, Utf8, index};
use std::ffi::{CStr, CString};

/// What fallible code of an extension returns.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A Python exception.
///
/// It cannot be sent to another thread, because it may refer to Python objects. Work that runs
/// detached reports its failures in a type of its own.
#[must_use = "an error that is dropped is an exception that nobody hears of"]
pub struct Error(Option<Box<State>>, PhantomData<*mut ()>);

/// Where the exception is; see the laws above.
enum State {
    /// A type and a message, not raised yet.
    Made { kind: Exception, message: String },
    /// An exception instance, which belongs to the error.
    Taken(HPy),
    /// In the interpreter, if the ticket is still valid.
    Kept(Ticket),
}

/// Says which of the exceptions that a host kept an error means.
#[derive(PartialEq, Eq)]
struct Ticket(u64);

impl Ticket {
    /// Makes all tickets of this thread worthless but the new one.
    fn new() -> Ticket {
        LATEST.set(LATEST.get() + 1);
        Ticket(LATEST.get())
    }

    fn is_valid(&self) -> bool {
        self.0 == LATEST.get()
    }
}

thread_local! {
    /// The number of the valid ticket.
    static LATEST: Cell<u64> = const { Cell::new(0) };
}

/// A built-in exception type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Exception {
    index: usize,
    name: &'static str,
}

/// Names and constructors of the exception types that extensions raise.
macro_rules! exceptions {
    ($($name:ident $constructor:ident $member:ident;)*) => {
        /// The built-in exception types, for [`Error::new`] and [`Error::is`].
        #[allow(non_upper_case_globals)]
        pub mod exception {
            use super::{Exception, index};
            $(
                #[doc = concat!("The exception type `", stringify!($name), "`.")]
                pub const $name: Exception =
                    Exception { index: index::$member, name: stringify!($name) };
            )*
        }
        impl Error {
            $(
                #[doc = concat!("A `", stringify!($name), "` with a message.")]
                #[cold]
                pub fn $constructor(message: impl Into<String>) -> Error {
                    Error::new(exception::$name, message)
                }
            )*
        }
    };
}
exceptions! {
    ArithmeticError arithmetic_error h_ArithmeticError;
    AssertionError assertion_error h_AssertionError;
    AttributeError attribute_error h_AttributeError;
    BufferError buffer_error h_BufferError;
    EOFError eof_error h_EOFError;
    FileNotFoundError file_not_found_error h_FileNotFoundError;
    FloatingPointError floating_point_error h_FloatingPointError;
    ImportError import_error h_ImportError;
    IndexError index_error h_IndexError;
    KeyError key_error h_KeyError;
    KeyboardInterrupt keyboard_interrupt h_KeyboardInterrupt;
    LookupError lookup_error h_LookupError;
    MemoryError memory_error h_MemoryError;
    NameError name_error h_NameError;
    NotImplementedError not_implemented_error h_NotImplementedError;
    OSError os_error h_OSError;
    OverflowError overflow_error h_OverflowError;
    RecursionError recursion_error h_RecursionError;
    ReferenceError reference_error h_ReferenceError;
    RuntimeError runtime_error h_RuntimeError;
    StopIteration stop_iteration h_StopIteration;
    SystemError system_error h_SystemError;
    TimeoutError timeout_error h_TimeoutError;
    TypeError type_error h_TypeError;
    UnicodeError unicode_error h_UnicodeError;
    ValueError value_error h_ValueError;
    ZeroDivisionError zero_division_error h_ZeroDivisionError;
}

impl Exception {
    /// The handle of the type, which the context keeps open.
    fn raw(self, ctx: *mut HPyContext) -> HPy {
        // SAFETY: the index is that of a handle of the table; see `exceptions!`.
        unsafe { calls::handle_at(ctx, self.index) }
    }

    /// The type as an object.
    pub fn type_object<'c>(self, ctx: Ctx<'c>) -> Type<'c> {
        // SAFETY: the context keeps the handle open for ever, and it is a type.
        unsafe { raw::borrowed(ctx, self.raw(ctx.as_raw())).to_owned_handle().assume() }
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Error {
    /// An exception of a built-in type.
    #[cold]
    pub fn new(kind: Exception, message: impl Into<String>) -> Error {
        Error::from_state(State::Made { kind, message: message.into() })
    }

    fn from_state(state: State) -> Error {
        Error(Some(Box::new(state)), PhantomData)
    }

    /// The exception that a member of the context has just set.
    #[cold]
    pub(crate) fn pending() -> Error {
        // SAFETY: the context of the host that has set the exception, in the same thread.
        match unsafe { raw::exceptions::take(attach::context()) } {
            Some(value) => Error::from_state(State::Taken(value)),
            None if attach::is_ours() => {
                Error::system_error("a function of the host failed without an exception")
            }
            None => Error::from_state(State::Kept(Ticket::new())),
        }
    }

    /// An exception of any type, such as one of the extension's own: `raise type_(value)`.
    #[cold]
    pub fn raise(type_: &Type<'_>, value: impl crate::IntoPython) -> Error {
        let ctx = type_.ctx();
        match value.into_python(ctx) {
            Ok(value) => {
                // SAFETY: two open handles.
                unsafe { calls::ctx_Err_SetObject(ctx.as_raw(), type_.as_raw(), value.as_raw()) }
                Error::pending()
            }
            Err(error) => error,
        }
    }

    /// An exception of a type that a Python module defines, such as one of the extension's package:
    /// `raise module.class(message)`. What importing the module raises comes in its place.
    #[cold]
    pub fn of_class(module: &CStr, class: &CStr, message: impl Into<String>) -> Error {
        // SAFETY: an error is made during a call from the host at hand, in its thread.
        let ctx = unsafe { Ctx::from_raw(attach::context()) };
        let found = ctx.import(module).and_then(|module| module.get_attr(class));
        match found.as_ref().map(|class| class.cast::<Type<'_>>()) {
            Ok(Ok(class)) => Error::raise(class, message.into()),
            Ok(Err(error)) => error,
            Err(_) => found.err().unwrap_or_else(Error::pending),
        }
    }

    /// Raises an exception object; a `TypeError` if it is none.
    #[cold]
    pub fn from_value(value: &Object<'_>) -> Error {
        let ctx = value.ctx();
        // SAFETY: open handles, the second to a type.
        let is_exception = unsafe {
            let base = calls::h_BaseException(ctx.as_raw());
            calls::ctx_TypeCheck(ctx.as_raw(), value.as_raw(), base).0 != 0
        };
        if !is_exception {
            let type_name = value.type_name();
            return Error::type_error(format!(
                "exceptions must derive from BaseException, not {type_name}"
            ));
        }
        Error::from_state(State::Taken(raw::give_up(value.to_owned_handle())))
    }

    /// `raise self from cause`.
    #[cold]
    pub fn caused_by(self, ctx: Ctx<'_>, cause: Error) -> Error {
        if matches!(self.0.as_deref(), Some(State::Kept(_))) {
            return self;
        }
        let Ok(cause) = cause.into_instance(ctx) else { return self };
        let raised = match self.into_instance(ctx) {
            Ok(raised) => raised,
            Err(error) => return error,
        };
        match raised.set_attr(c"__cause__", &cause) {
            Ok(()) => Error::from_value(&raised),
            Err(error) => error,
        }
    }

    /// The exception as an object; `None` where the host cannot hand it out, which all that we know
    /// can.
    pub fn into_value(self, ctx: Ctx<'_>) -> Option<Object<'_>> {
        self.into_instance(ctx).ok()
    }

    /// The exception instance, or the error that the host keeps: this one, or the one that was
    /// raised when the instance should have been made.
    fn into_instance(mut self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        let Some(State::Made { kind, message }) = self.0.as_deref_mut() else {
            return self.into_instance_as_it_is(ctx);
        };
        let made = kind.type_object(ctx).call((core::mem::take(message),));
        made.or_else(|error| error.into_instance_as_it_is(ctx))
    }

    /// The exception instance, if it has been raised already and the host hands it out.
    fn into_instance_as_it_is(mut self, ctx: Ctx<'_>) -> Result<Object<'_>> {
        match self.0.take_if(|state| matches!(**state, State::Taken(_))).as_deref() {
            // SAFETY: an open handle, which belonged to the error.
            Some(State::Taken(value)) => unsafe { raw::new_handle(ctx, *value) },
            _ => Err(self),
        }
    }

    /// Whether the exception is of this type or a subtype.
    pub fn is(&self, ctx: Ctx<'_>, kind: Exception) -> bool {
        // SAFETY: the context keeps the handle open for ever.
        let kind = unsafe { raw::borrowed(ctx, kind.raw(ctx.as_raw())) };
        self.matches(&kind)
    }

    /// The same for any exception type, such as one of the extension's own.
    pub fn is_instance_of(&self, type_: &Type<'_>) -> bool {
        self.matches(type_)
    }

    fn matches(&self, type_: &Object<'_>) -> bool {
        let (ctx, type_) = (type_.ctx().as_raw(), type_.as_raw());
        // SAFETY: open handles to types and to an exception.
        unsafe {
            match self.0.as_deref() {
                None => false,
                Some(State::Made { kind, .. }) => {
                    calls::ctx_Type_IsSubtype(ctx, kind.raw(ctx), type_).0 != 0
                }
                Some(State::Taken(value)) => calls::ctx_TypeCheck(ctx, *value, type_).0 != 0,
                Some(State::Kept(ticket)) => {
                    ticket.is_valid() && calls::ctx_Err_ExceptionMatches(ctx, type_).0 != 0
                }
            }
        }
    }

    /// Puts words before the message of an error that Rust made.
    pub(crate) fn prefixed(mut self, prefix: impl FnOnce() -> String) -> Error {
        if let Some(State::Made { message, .. }) = self.0.as_deref_mut() {
            message.insert_str(0, &prefix());
        }
        self
    }

    /// The same message under another type, if Rust made it of exactly the first type.
    pub(crate) fn replaced(mut self, from: Exception, to: Exception) -> Error {
        match self.0.as_deref_mut() {
            Some(State::Made { kind, .. }) if *kind == from => *kind = to,
            _ => {}
        }
        self
    }

    /// Whether Rust made it, of exactly this type: no Python code was involved.
    pub(crate) fn was_made(&self, wanted: Exception) -> bool {
        matches!(self.0.as_deref(), Some(State::Made { kind, .. }) if *kind == wanted)
    }

    /// Makes it the exception that is set, and gives the error up.
    #[cold]
    pub(crate) fn set(mut self, ctx: *mut HPyContext) {
        let Some(state) = self.0.take() else { return };
        match *state {
            State::Made { kind, message } => set_string(ctx, kind, &message),
            // SAFETY: an open handle to an exception, which belonged to the error.
            State::Taken(value) => unsafe {
                raw::exceptions::set(ctx, value);
                calls::ctx_Close(ctx, value);
            },
            State::Kept(ticket) if ticket.is_valid() => {}
            State::Kept(_) => set_string(
                ctx,
                exception::RuntimeError,
                "an exception was lost: this interpreter keeps one at a time, and a later one took \
                 its place",
            ),
        }
    }

    /// The type and message of an exception that was taken, for people.
    fn describe(value: HPy) -> String {
        // SAFETY: an error exists only during a call from the host at hand, and its handle is open.
        let value = unsafe { raw::borrowed(Ctx::from_raw(attach::context()), value) };
        let type_name = value.type_name();
        match value.to_text() {
            Ok(text) if text.is_empty() => type_name,
            Ok(text) => format!("{type_name}: {text}"),
            Err(_) => type_name,
        }
    }
}

fn set_string(ctx: *mut HPyContext, kind: Exception, message: &str) {
    // A short message, the usual case, takes no memory on its way.
    let mut small = [0; 128];
    let long;
    let message = match small.get_mut(..message.len()) {
        Some(start) if message.len() < 128 && !message.contains('\0') => {
            start.copy_from_slice(message.as_bytes());
            small.as_ptr().cast()
        }
        _ => {
            long = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
            long.as_ptr()
        }
    };
    // SAFETY: a handle of the context and a C string.
    unsafe { calls::ctx_Err_SetString(ctx, kind.raw(ctx), Utf8(message)) }
}

impl Drop for Error {
    fn drop(&mut self) {
        let ctx = attach::context();
        // SAFETY: the error was made during a call from this host, which is still going on: only a
        // call can have failed, and an error cannot leave its thread.
        unsafe {
            match self.0.as_deref() {
                Some(State::Taken(value)) => calls::ctx_Close(ctx, *value),
                Some(State::Kept(ticket)) if ticket.is_valid() => calls::ctx_Err_Clear(ctx),
                _ => {}
            }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({self})")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_deref() {
            Some(State::Made { kind, message }) => write!(f, "{}: {message}", kind.name),
            Some(State::Taken(value)) => f.write_str(&Error::describe(*value)),
            _ => f.write_str("a Python exception"),
        }
    }
}

impl std::error::Error for Error {}

/// Rust errors that have an obvious counterpart in Python, so that `?` works on them.
macro_rules! from_rust {
    ($($ty:ty => $constructor:ident;)*) => {$(
        impl From<$ty> for Error {
            #[cold]
            fn from(error: $ty) -> Error {
                Error::$constructor(error.to_string())
            }
        }
    )*};
}
from_rust! {
    core::num::ParseIntError => value_error;
    core::num::ParseFloatError => value_error;
    core::num::TryFromIntError => overflow_error;
    core::str::Utf8Error => value_error;
    std::string::FromUtf8Error => value_error;
    std::collections::TryReserveError => memory_error;
    core::fmt::Error => runtime_error;
    std::io::Error => os_error;
}

//! Errors: Python exceptions on their way through Rust.
//!
//! An [`Error`] is one word. Either the exception is already set in the interpreter (a member of
//! the context failed), or it is a type and a message that become an exception when the error
//! reaches Python, so that code without a context can make one.
//! Dropping an error that is set in the interpreter clears it there: an error that Rust code
//! handled leaves no trace.

use crate::raw::{self, attach, calls};
use crate::{Ctx, Object, Type};
use core::fmt;
use core::marker::PhantomData;
use hpy_abi::{HPy, HPyContext, Utf8, index};
use std::ffi::CString;

/// What fallible code of an extension returns.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// A Python exception.
///
/// It cannot be sent to another thread, because the exception may be set in this one. Work that
/// runs detached reports its failures in a type of its own.
#[must_use = "an error that is dropped clears the exception"]
pub struct Error(Option<Box<Raise>>, PhantomData<*mut ()>);

/// An exception that is not raised yet.
struct Raise {
    kind: Exception,
    message: String,
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
        Error(Some(Box::new(Raise { kind, message: message.into() })), PhantomData)
    }

    /// The exception that is set in the interpreter.
    #[inline(always)]
    pub(crate) fn pending() -> Error {
        Error(None, PhantomData)
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

    /// Raises an exception object.
    #[cold]
    pub fn from_value(value: &Object<'_>) -> Error {
        let ctx = value.ctx();
        // SAFETY: an open handle, and for our hosts an extension that takes one.
        unsafe {
            match attach::extensions() {
                Some(extensions) => (extensions.err_restore)(ctx.as_raw(), value.as_raw()),
                None => {
                    let type_ = value.type_();
                    calls::ctx_Err_SetObject(ctx.as_raw(), type_.as_raw(), value.as_raw());
                }
            }
        }
        Error::pending()
    }

    /// `raise self from cause`.
    ///
    /// On a host that cannot hand out the exception that is set (PyPy's own), a cause that comes
    /// from Python code is left out.
    #[cold]
    pub fn caused_by(self, ctx: Ctx<'_>, cause: Error) -> Error {
        let Some(cause) = cause.into_value(ctx) else { return self };
        let raised = match &self.0 {
            Some(raise) => raise.kind.type_object(ctx).call((raise.message.as_str(),)),
            None => match self.into_value(ctx) {
                Some(value) => Ok(value),
                None => return Error::runtime_error("an exception with a cause was lost"),
            },
        };
        let with_cause = raised.and_then(|e| e.set_attr(c"__cause__", &cause).map(|()| e));
        with_cause.map_or_else(|error| error, |value| Error::from_value(&value))
    }

    /// The exception as an object; `None` where the host cannot hand it out (PyPy's own).
    pub fn into_value(self, ctx: Ctx<'_>) -> Option<Object<'_>> {
        let extensions = attach::extensions();
        if extensions.is_none() && self.0.is_some() {
            let raise = self.0.as_ref()?;
            return raise.kind.type_object(ctx).call((raise.message.as_str(),)).ok();
        }
        let extensions = extensions?;
        self.set(ctx.as_raw());
        // SAFETY: a live context; the result is a new handle or null.
        unsafe { raw::new_handle(ctx, (extensions.err_fetch)(ctx.as_raw())).ok() }
    }

    /// Whether the exception is of this type or a subtype.
    pub fn is(&self, ctx: Ctx<'_>, kind: Exception) -> bool {
        match &self.0 {
            Some(raise) if raise.kind == kind => true,
            // SAFETY: handles of the context are open for ever.
            Some(raise) => unsafe {
                let (sub, sup) = (raise.kind.raw(ctx.as_raw()), kind.raw(ctx.as_raw()));
                calls::ctx_Type_IsSubtype(ctx.as_raw(), sub, sup).0 != 0
            },
            // SAFETY: as above; an exception is set.
            None => unsafe {
                calls::ctx_Err_ExceptionMatches(ctx.as_raw(), kind.raw(ctx.as_raw())).0 != 0
            },
        }
    }

    /// Puts words before the message of an error that is not set in the interpreter yet.
    pub(crate) fn prefixed(mut self, prefix: impl FnOnce() -> String) -> Error {
        if let Some(raise) = &mut self.0 {
            raise.message.insert_str(0, &prefix());
        }
        self
    }

    /// Whether the exception is set in the interpreter already.
    pub(crate) fn is_pending(&self) -> bool {
        self.0.is_none()
    }

    /// Makes it the exception that is set, and gives the error up.
    #[cold]
    pub(crate) fn set(mut self, ctx: *mut HPyContext) {
        let raise = self.0.take();
        core::mem::forget(self);
        let Some(raise) = raise else { return };
        let message = CString::new(raise.message.replace('\0', "\\0")).unwrap_or_default();
        // SAFETY: a handle of the context and a C string.
        unsafe { calls::ctx_Err_SetString(ctx, raise.kind.raw(ctx), Utf8(message.as_ptr())) }
    }
}

impl Drop for Error {
    fn drop(&mut self) {
        let ctx = attach::context();
        if self.0.is_none() && !ctx.is_null() {
            // SAFETY: the error was made during a call from this host, which is still going on:
            // an error does not outlive the call, because only a call can have failed.
            unsafe { calls::ctx_Err_Clear(ctx) }
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(raise) => write!(f, "{}({:?})", raise.kind.name, raise.message),
            None => f.write_str("Error(the exception that is set in the interpreter)"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(raise) => write!(f, "{}: {}", raise.kind.name, raise.message),
            None => f.write_str("a Python exception"),
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

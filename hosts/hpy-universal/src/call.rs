//! Calling the context, and binding arguments to names.

use core::ffi::{CStr, c_char};
use hpy_abi::*;
use std::ffi::CString;

/// A context of which the caller has promised that it is alive, for the duration of a call.
#[derive(Clone, Copy)]
pub(crate) struct Ctx(pub *mut HPyContext);

/// An exception is set.
#[derive(Debug)]
pub(crate) struct Raised;

/// Calls a member: `call!(ctx, ctx_Add, a, b)`.
macro_rules! call {
    ($ctx:expr, $name:ident $(, $arg:expr)*) => {{
        let ctx = $ctx.0;
        // SAFETY: whoever made the `Ctx` promised that the context is alive and the thread attached;
        // the handles and pointers of this crate are open and lead to what the member's type says.
        unsafe { ((*ctx).$name)(ctx $(, $arg)*) }
    }};
}
/// A handle of the context.
macro_rules! constant {
    ($ctx:expr, $name:ident) => {{
        let ctx = $ctx.0;
        // SAFETY: as for `call!`.
        unsafe { (*ctx).$name }
    }};
}
pub(crate) use {call, constant};

/// A handle that is closed at the end.
pub(crate) struct Owned(Ctx, HPy);

impl Drop for Owned {
    fn drop(&mut self) {
        call!(self.0, ctx_Close, self.1);
    }
}

impl Owned {
    /// Takes a new handle; null means that an exception is set.
    pub(crate) fn new(ctx: Ctx, h: HPy) -> Result<Owned, Raised> {
        if h.is_null() { Err(Raised) } else { Ok(Owned(ctx, h)) }
    }

    /// The handle, which stays open as long as this lives.
    pub(crate) fn get(&self) -> HPy {
        self.1
    }

    /// Gives the handle up to the caller.
    pub(crate) fn into_raw(self) -> HPy {
        core::mem::ManuallyDrop::new(self).1
    }
}

impl Ctx {
    /// Raises an exception; `note` is shown under the message where the interpreter does that, and
    /// is kept out of the message itself, which programs compare.
    pub(crate) fn raise(self, exception: HPy, message: &str, note: Option<&str>) -> Raised {
        let text = c_string(message);
        call!(self, ctx_Err_SetString, exception, Utf8(text.as_ptr()));
        if let Some(note) = note {
            // An exception without its note is still the exception.
            let _ = self.raise_noted(exception, &text, note);
        }
        Raised
    }

    fn raise_noted(self, exception: HPy, text: &CStr, note: &str) -> Result<(), Raised> {
        call!(self, ctx_Err_Clear);
        let value = self.str(text).and_then(|message| {
            let args = [message.get()];
            let args = Handles(args.as_ptr());
            Owned::new(self, call!(self, ctx_Call, exception, args, 1, HPy::NULL))
        });
        let noted = value.and_then(|value| {
            let note = self.str(&c_string(note))?;
            let items = [note.get()];
            let tuple = call!(self, ctx_Tuple_FromArray, Handles(items.as_ptr()), Len(1));
            let tuple = Owned::new(self, tuple)?;
            let notes = [tuple.get()];
            let list = constant!(self, h_ListType);
            let notes = call!(self, ctx_Call, list, Handles(notes.as_ptr()), 1, HPy::NULL);
            let notes = Owned::new(self, notes)?;
            let name = Utf8(c"__notes__".as_ptr());
            call!(self, ctx_SetAttr_s, value.get(), name, notes.get());
            Ok(value)
        });
        call!(self, ctx_Err_Clear);
        match noted {
            Ok(value) => call!(self, ctx_Err_SetObject, exception, value.get()),
            Err(Raised) => call!(self, ctx_Err_SetString, exception, Utf8(text.as_ptr())),
        }
        Ok(())
    }

    /// Makes a `str`.
    pub(crate) fn str(self, text: &CStr) -> Result<Owned, Raised> {
        Owned::new(self, call!(self, ctx_Unicode_FromString, Utf8(text.as_ptr())))
    }

    /// The text of a `str`.
    pub(crate) fn text(self, h: HPy) -> Result<String, Raised> {
        let mut size = Len(0);
        let utf8 = call!(self, ctx_Unicode_AsUTF8AndSize, h, &raw mut size);
        if utf8.0.is_null() {
            return Err(Raised);
        }
        // SAFETY: the object holds `size` bytes of UTF-8.
        let bytes = unsafe { core::slice::from_raw_parts(utf8.0.cast::<u8>(), size.0 as usize) };
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    /// A path as the operating system has it.
    pub(crate) fn path(self, h: HPy) -> Result<CString, Raised> {
        let bytes = Owned::new(self, call!(self, ctx_Unicode_EncodeFSDefault, h))?;
        let start: *const c_char = call!(self, ctx_Bytes_AsString, bytes.get()).0;
        if start.is_null() {
            return Err(Raised);
        }
        // SAFETY: the contents of a `bytes` end with a NUL; the copy is made while it is open.
        Ok(unsafe { CStr::from_ptr(start) }.to_owned())
    }
}

/// A C string; everything from a NUL on is left out.
pub(crate) fn c_string(text: &str) -> CString {
    let text = text.split('\0').next().unwrap_or("");
    CString::new(text).unwrap_or_default()
}

/// Binds the arguments of a call to parameters; a parameter that is not given is null.
///
/// The handles are borrowed from the call.
pub(crate) fn bind<const N: usize>(
    ctx: Ctx,
    function: &str,
    names: [&str; N],
    required: usize,
    args: &[HPy],
    kwnames: HPy,
) -> Result<[HPy; N], Raised> {
    let error = |message: String| {
        ctx.raise(constant!(ctx, h_TypeError), &format!("{function}() {message}"), None)
    };
    let keywords = if kwnames.is_null() { 0 } else { call!(ctx, ctx_Length, kwnames).0 as usize };
    let positional = args.len() - keywords;
    if positional > N {
        return Err(error(format!("takes at most {N} arguments ({positional} given)")));
    }
    let mut bound = [HPy::NULL; N];
    bound[..positional].copy_from_slice(&args[..positional]);
    for (i, value) in args[positional..].iter().enumerate() {
        let key = Owned::new(ctx, call!(ctx, ctx_GetItem_i, kwnames, Len(i as isize)))?;
        let key = ctx.text(key.get())?;
        let Some(place) = names.iter().position(|name| *name == key) else {
            return Err(error(format!("got an unexpected keyword argument '{key}'")));
        };
        if !bound[place].is_null() {
            return Err(error(format!("got multiple values for argument '{key}'")));
        }
        bound[place] = *value;
    }
    match (0..required).find(|place| bound[*place].is_null()) {
        Some(missing) => Err(error(format!("missing required argument '{}'", names[missing]))),
        None => Ok(bound),
    }
}

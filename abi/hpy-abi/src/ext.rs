//! What our own hosts offer beyond upstream's ABI 0, and how an extension finds out.
//!
//! A context whose `name` is [`HOST_NAME`] belongs to one of our hosts, and its `_private` points
//! to an [`Extensions`]; nothing else is known about the `_private` of a context.
//! An extension asks [`extensions`] once and keeps a path without them for every other host.
//! New members go to the end of the struct, and new offsets into the room of [`Inline`], so that a
//! host serves every extension that is not newer than itself; `size` tells.

use crate::{HPy, HPyContext, Handles, Len, Utf8};
use core::ffi::CStr;

/// The name by which our hosts announce an [`Extensions`] behind `_private`.
pub const HOST_NAME: &CStr = c"HPy Universal ABI (Pommel host, 1)";

/// Facts about a host, or-ed together in [`Extensions::flags`].
pub mod flags {
    /// A handle *is* the interpreter's own object reference, in every bit: a trampoline may hand
    /// on what it was given, an open handle stays valid from one call to the next, and a stored
    /// `HPyGlobal` has the bits of a handle that is open as long as it stays stored.
    pub const PLAIN_HANDLES: u32 = 1;
    /// Several threads may run extension code at once.
    pub const FREE_THREADED: u32 = 2;
    /// Slots whose origin in [`crate::for_each_slot!`] is `ours` are filled.
    pub const OUR_SLOTS: u32 = 4;
    /// Docstrings may start with a signature line in the manner of CPython's own C functions
    /// (`name(x, y=1)`, `--`, empty line), which becomes `__text_signature__`.
    pub const TEXT_SIGNATURES: u32 = 8;
    /// A slot is only called with an instance of its class, as a method is everywhere.
    pub const CHECKED_SLOTS: u32 = 16;
}

/// What one of our hosts offers beyond the context.
#[repr(C)]
pub struct Extensions {
    /// Bytes of this struct that the host has filled.
    pub size: u32,
    /// See [`flags`].
    pub flags: u32,
    /// Takes the exception that is set, as an instance with its traceback, and clears it; null
    /// if none is set.
    pub err_fetch: unsafe extern "C" fn(ctx: *mut HPyContext) -> HPy,
    /// Raises an exception instance again, traceback and cause included; the handle stays the
    /// caller's.
    pub err_restore: unsafe extern "C" fn(ctx: *mut HPyContext, exception: HPy),
    /// Where things lie in an object, for reading them without a call.
    pub inline: Inline,
    /// Copies the leading items of a list or tuple that are exactly `float`s, at most `capacity`
    /// of them, and gives their number; 0 for any other object. Runs no Python code and cannot
    /// fail: the caller reads what is left in the ordinary way.
    pub read_floats: unsafe extern "C" fn(
        ctx: *mut HPyContext,
        sequence: HPy,
        items: *mut f64,
        capacity: usize,
    ) -> usize,
    /// The quickest way to make instances of exactly this class of the extension, if there is one
    /// beside `ctx_New`: a function that takes the type and leaves the native struct as it is,
    /// to be written before anything else happens.
    pub allocator: unsafe extern "C" fn(ctx: *mut HPyContext, type_: HPy) -> Option<Allocate>,
    /// The interned `str` of a name, which is the one that calls pass for a keyword as a rule; a
    /// new handle, or null with an exception set. `None` where handles are not plain.
    pub intern: Option<unsafe extern "C" fn(ctx: *mut HPyContext, utf8: Utf8) -> HPy>,
    /// Makes a list of handles, which then belong to the list; null with an exception set, and
    /// then they are still the caller's. `None` where a builder does as well.
    pub list_of: Option<unsafe extern "C" fn(ctx: *mut HPyContext, items: Handles, n: Len) -> HPy>,
    /// `dict[key] if key in dict`: a new handle, or null, without an exception if the key is not
    /// there. `None` where the context has nothing quicker.
    pub dict_get: Option<unsafe extern "C" fn(ctx: *mut HPyContext, dict: HPy, key: HPy) -> HPy>,
}

/// Makes an instance of a type whose native struct is not cleared; null with an exception set.
pub type Allocate = unsafe extern "C" fn(type_: HPy) -> HPy;

/// Where things lie in an object, in bytes from the address that a plain handle is; 0 where the
/// host does not say.
///
/// It is data, not code: an extension that knows how to read at an offset stays portable, and a
/// host for an interpreter that it does not know leaves the offsets out.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct Inline {
    /// The type of an object, as a plain handle.
    pub type_offset: u32,
    /// The native struct of an instance of a class of the shape `object`.
    pub struct_offset: u32,
    /// The double in an object whose type is exactly `float`.
    pub float_offset: u32,
    /// The word before the digits of an object whose type is exactly `int`.
    pub int_offset: u32,
    /// What that word says, one of [`ints`].
    pub ints: u32,
    /// How references to an object are counted, one of [`counts`].
    pub counts: u32,
    /// The number of items of a list or tuple, one word.
    pub length_offset: u32,
    /// The pointer to the items of an object whose type is exactly `list`, which may be null while
    /// there are none. They may be read while Python may be used and no Python code runs.
    pub list_offset: u32,
    /// The first item of a tuple.
    pub tuple_offset: u32,
    /// Zeros, for what comes later.
    pub room: [u32; 7],
}

/// How an `int` is stored. A digit has 30 bits and stands in the 32 bits behind the word.
pub mod ints {
    /// Not for extensions to know.
    pub const UNKNOWN: u32 = 0;
    /// The word is the number of digits, negative for a negative number.
    pub const SIGNED_SIZE: u32 = 1;
    /// The word has the number of digits above bit 3, and 1 minus the sign in the lowest two bits.
    pub const TAGGED: u32 = 2;
}

/// How references are counted, at the address that a plain handle is. An extension may count up,
/// and count down from 2 or more; the last reference is the host's to give up.
pub mod counts {
    /// Not for extensions to know.
    pub const UNKNOWN: u32 = 0;
    /// A 64-bit word, while Python may be used.
    pub const WORD: u32 = 1;
    /// A signed 32-bit half word, while Python may be used; an object whose count is negative is
    /// not counted.
    pub const IMMORTAL_HALF: u32 = 2;
}

/// The extensions of the host that made this context, if it is one of ours and knows all of them.
///
/// # Safety
/// `ctx` points to a context whose `name` is a NUL-terminated string.
pub unsafe fn extensions(ctx: *const HPyContext) -> Option<&'static Extensions> {
    // SAFETY: the caller vouches for the pointer and the string; `_private` of a context with
    // our name points to an `Extensions` that is never freed.
    unsafe {
        let ours = CStr::from_ptr((*ctx).name) == HOST_NAME;
        let extensions = ours.then(|| (*ctx)._private.cast::<Extensions>())?;
        let size = (*extensions).size as usize;
        (size >= size_of::<Extensions>()).then(|| &*extensions)
    }
}

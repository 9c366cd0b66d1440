//! What our own hosts offer beyond upstream's ABI 0, and how an extension finds out.
//!
//! A context whose `name` ends in [`MARK`] belongs to one of our hosts, or to a debug or trace mode
//! that wraps one, and its `_private` points to an [`Extensions`]; nothing else is known about the
//! `_private` of a context.
//! An extension asks [`extensions`] once and keeps a path without them for every other host.
//! New members go to the end of the struct, and new offsets into the room of [`Inline`], so that a
//! host serves every extension that is not newer than itself; `size` tells.
//!
//! [`for_each_extension!`](crate::for_each_extension) lists the members; the C struct in
//! `abi/include/hpy/extension_members.h` and `docs/reference/extensions.md` are printed from it.

use crate::{CType, HPy, HPy_buffer, HPyContext, Handles, Len, Status, Utf8};
use core::ffi::CStr;

/// How the name of a context ends that has an [`Extensions`] behind `_private`.
pub const MARK: &CStr = c"(Pommel host, 1)";

/// The name of the contexts of our hosts. Modes that wrap one have names of their own.
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
    /// A builder that is not 0 is the list or tuple itself, as a plain handle, and its places are
    /// null until they are set.
    pub const PLAIN_BUILDERS: u32 = 32;
}

/// Calls `$callback!` with one row per member of [`Extensions`], in order.
///
/// A row is `name: data () -> Type, "doc";` for a fact, `name: fn(arguments) -> Result, "doc";` for
/// a function that every host of ours has, and `name: maybe(arguments) -> Result, "doc";` for one
/// that may be missing. Functions take the context before their arguments, and their types mean
/// what they mean in [`crate::for_each_member!`], so that debug and trace mode can wrap them alike.
#[macro_export]
macro_rules! for_each_extension {
    ($callback:path) => {
        $callback! {
            size: data () -> u32, "Bytes of this struct that the host has filled.";
            flags: data () -> u32, "Facts about the host, or-ed together.";
            err_fetch: fn () -> HPy, "Takes the exception that is set, as an instance with its traceback, and clears it; null if none is set.";
            err_restore: fn (exception: HPy) -> (), "Raises an exception instance again, traceback and cause included; the handle stays the caller's.";
            inline: data () -> Inline, "Where things lie in an object, for reading them without a call.";
            read_floats: fn (sequence: HPy, items: *mut f64, capacity: usize) -> usize, "Copies the leading items of a list or tuple that are exactly `float`s, at most `capacity` of them, and gives their number; 0 for any other object. Runs no Python code and cannot fail: the caller reads what is left in the ordinary way.";
            allocator: fn (type_: HPy) -> Option<Allocate>, "The quickest way to make instances of exactly this class of the extension, if there is one beside `ctx_New`: a function that takes the type and leaves the native struct as it is, to be written before anything else happens.";
            intern: maybe (utf8: Utf8) -> HPy, "The interned `str` of a name, which is the one that calls pass for a keyword as a rule; a new handle, or null with an exception set. Missing where handles are not plain.";
            list_of: maybe (items: Handles, n: Len) -> HPy, "Makes a list of handles, which then belong to the list; null with an exception set, and then they are still the caller's. Missing where a builder does as well.";
            dict_get: maybe (dict: HPy, key: HPy) -> HPy, "`dict[key] if key in dict`: a new handle, or null, without an exception if the key is not there. Missing where the context has nothing quicker.";
            get_buffer: maybe (object: HPy, view: *mut HPy_buffer, flags: i32) -> Status, "Fills a view of the memory of an object, which stays where it is until `release_buffer`; the flags are those of Python's buffer protocol. The struct may be moved, and its `internal` is the host's. Nothing is written on failure.";
            release_buffer: maybe (view: *mut HPy_buffer) -> (), "Ends a view that `get_buffer` filled, and clears its `obj` and `internal`; a view whose `internal` is null is left alone.";
            small_ints: data () -> *const HPy, "Handles of the `int`s from `SMALL_INT_MIN` to `SMALL_INT_MAX`, which stay open for good; null where handles are not plain.";
            watch: maybe (object: HPy, words: *mut *const u64) -> usize, "Finds words in memory that differ from what they are once a dict has other items, a module other attributes, a cell another content, or a function another code object or other defaults, or a class or one that it is derived from other attributes, or a class instances with attributes of other names than all before: writes their addresses, at most `WATCHED_WORDS`, and gives their number; 0 for an object that cannot be watched. They may be read as long as the object is alive. They may differ without such a change. Those of a class are of use until they differ; then the class has to be watched anew.";
            attribute_place: maybe (of: HPy, name: HPy, place: *mut i64) -> usize, "Finds where the instances of exactly this class, which is one of `type`, have an attribute: `name` is its name, or the descriptor of a slot. Gives 1 and writes `PLACE_WORDS` words: one of `places`, where to check that it is so, the place, and where there is a word that is 0 as long as the attribute may be written in place (or 0, if it always may). A name without a place is the name of no attribute of an instance that passes the check, as long as a watch on the class has not noticed other names. 0 if it is not known. A value that is null is missing.";
            bind_directly: maybe (of: HPy) -> usize, "Makes `instance.method(...)` a call of `method` with the instance in front, without its `__get__`, where `method` is an instance of this class, which a class statement derived from one of the extension's and which has its `__get__` and its `__call__`. That `__get__` binds as that of functions does. To be said before there are instances. Gives 1 if it is so from now on, else 0.";
            redirect: maybe (function: HPy, target: HPy) -> usize, "Lets calls of a function in Python go to another callable with the same arguments, as long as the function has the code object and the defaults that it has now; a null target ends that. The function stays what it is in every other respect. The host keeps the target until it ends, which the caller sees to before the function goes. Gives 1, or 0 if the interpreter does not ask functions how they are called: it may call them without asking, too.";
            attach_thread: maybe () -> usize, "Lets the calling thread use Python, whatever it did so far; may be called by any thread, without a right to anything else of the context. Gives what `detach_thread` wants: 0 if it could use Python already, 1 if it is one of Python's that had left it, 2 if Python did not know it.";
            detach_thread: maybe (before: usize) -> (), "Ends what `attach_thread` began: such pairs are nested. An exception that is set stays set, but for a thread that Python did not know and forgets again.";
            observe: maybe (observer: HPy) -> usize, "Tells an object of the functions in Python that begin to run, where the interpreter has no monitoring that does so; a null observer ends that. It calls `observer.started(code, function, globals, first)` before a code object runs that was not told of; `function` is None where the interpreter does not say which it is, and `first` is its first local variable or None. The answer None is for good, a number is after how many more calls it is told again, and any other object is called in place of this one call, with its arguments if they are all positional and no more than the function names, and it is told again. It also calls `observer.sampled()` every few milliseconds before a call, and `observer.traced()` before `sys.settrace` and `sys.setprofile` do their work. Calls are only told of until so many were made as the last answer of `sampled` says, or a thousand since there was a new one. Gives 1, or 0 if the interpreter does not let us.";
        }
    };
}

macro_rules! field_type {
    (data () -> $ty:ty) => { $ty };
    (fn ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        unsafe extern "C" fn(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret
    };
    (maybe ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        Option<unsafe extern "C" fn(ctx: *mut HPyContext $(, $arg: $ty)*) -> $ret>
    };
}

macro_rules! define_extensions {
    ($($name:ident: $kind:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $doc:literal;)*) => {
        /// What one of our hosts offers beyond the context. Decisions about what belongs here are
        /// in `docs/decisions/0011-extensions-of-the-abi.md`.
        #[repr(C)]
        pub struct Extensions {
            $(#[doc = $doc] pub $name: field_type!($kind ($($arg: $ty),*) -> $ret),)*
        }
    };
}
for_each_extension!(define_extensions);

macro_rules! c_types {
    ($($ty:ty = $c:literal;)*) => {$(
        impl CType for $ty { const C: &'static str = $c; }
    )*};
}
c_types! {
    *const HPy = "const HPy *";
    Inline = "HPyX_Inline";
    Option<Allocate> = "HPyX_Allocate";
    *mut f64 = "double *";
    *mut i64 = "int64_t *";
    *mut *const u64 = "const uint64_t **";
    *mut HPy_buffer = "HPy_buffer *";
}

/// So many words [`Extensions::watch`] finds at most.
pub const WATCHED_WORDS: usize = 4;

/// So many words [`Extensions::attribute_place`] writes.
pub const PLACE_WORDS: usize = 4;

/// How instances of a class have an attribute. All distances are in bytes from the address of the instance,
/// and a place holds the address of an object. There is no such attribute if it is [`places::NOWHERE`].
pub mod places {
    /// At the place, always.
    pub const MEMBER: i64 = 1;
    /// At the place, if the byte where to check is not 0.
    pub const INSIDE: i64 = 2;
    /// The word where to check is an address, if its lowest bit is set: the place is that far behind it.
    pub const BEHIND_TAGGED: i64 = 3;
    /// The word where to check is an address, if it is not 0 and its lowest bit is not set: the place is that
    /// far behind it.
    pub const BEHIND: i64 = 4;
    /// No place.
    pub const NOWHERE: i64 = -1;
}

/// Makes an instance of a type whose native struct is not cleared; null with an exception set.
pub type Allocate = unsafe extern "C" fn(type_: HPy) -> HPy;

/// Calls `$callback!` with one row per fact of [`Inline`], in order: `name: "doc";`.
#[macro_export]
macro_rules! for_each_inline_fact {
    ($callback:path) => {
        $callback! {
            type_offset: "The type of an object, as a plain handle.";
            struct_offset: "The native struct of an instance of a class of the shape `object`.";
            float_offset: "The double in an object whose type is exactly `float`.";
            int_offset: "The word before the digits of an object whose type is exactly `int`.";
            ints: "What that word says: how an `int` is stored.";
            counts: "How references to an object are counted.";
            length_offset: "The number of items of a list or tuple, one word.";
            list_offset: "The pointer to the items of an object whose type is exactly `list`, which may be null while there are none. They may be read while Python may be used and no Python code runs.";
            tuple_offset: "The first item of a tuple.";
            text_state_offset: "32 bits of an object whose type is exactly `str`, which say how it is stored.";
            text_ascii: "Those of them that are set if, and only if, its characters are ASCII and lie in the object itself.";
            text_offset: "The first of such characters, one byte each; behind the last one stands a NUL, and their number is the word at `length_offset`.";
            random_offset: "The state of an object of class `_random.Random` or derived from it: 32 bits that say which of the 624 words of 32 bits behind them is used next. It may be read and stepped while Python may be used and no Python code runs.";
        }
    };
}

macro_rules! define_inline {
    ($($name:ident: $doc:literal;)*) => {
        /// Where things lie in an object, in bytes from the address that a plain handle is; 0 where
        /// the host does not say. `ints` is one of [`ints`], `counts` one of [`counts`].
        ///
        /// It is data, not code: an extension that knows how to read at an offset stays portable,
        /// and a host for an interpreter that it does not know leaves the offsets out.
        #[repr(C)]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct Inline {
            $(#[doc = $doc] pub $name: u32,)*
            /// Zeros, for what comes later.
            pub room: [u32; INLINE_ROOM],
        }
    };
}
for_each_inline_fact!(define_inline);

/// How many facts may be added to [`Inline`] without moving what follows it.
pub const INLINE_ROOM: usize = 3;

/// The least `int` of [`Extensions::small_ints`].
pub const SMALL_INT_MIN: i64 = -5;
/// The greatest one.
pub const SMALL_INT_MAX: i64 = 256;

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
        let ours = CStr::from_ptr((*ctx).name).to_bytes().ends_with(MARK.to_bytes());
        let extensions = ours.then(|| (*ctx)._private.cast::<Extensions>())?;
        let size = (*extensions).size as usize;
        (size >= size_of::<Extensions>()).then(|| &*extensions)
    }
}

//! What this binary knows about the host it runs on.
//!
//! A shared object runs on one host for its whole life, so these facts are statics: set when the
//! host hands over a context, before anything else of the extension runs, and read by every call.

use core::cell::UnsafeCell;
use hpy_abi::ext::{counts, ints};
use hpy_abi::{HPy, HPyContext, ext, index};

/// The facts. Plain words, not atomics, so that the compiler reads each of them once per call of
/// the extension and not once per question.
#[derive(Clone, Copy)]
struct Host {
    context: *mut HPyContext,
    /// Null for a host that is not ours.
    extensions: *const ext::Extensions,
    flags: u32,
    pypy73: bool,
    /// See [`keeps_structs`].
    keeps_structs: bool,
    inline: ext::Inline,
    /// Null where there are none to be had without a call.
    small_ints: *const HPy,
}

/// Where they are kept.
struct HostCell(UnsafeCell<Host>);
// SAFETY: written by `attach` before any other code of the extension runs, under the import lock,
// and afterwards only if something changed, which happens on the hosts of tests alone.
unsafe impl Sync for HostCell {}

static HOST: HostCell = HostCell(UnsafeCell::new(Host {
    context: core::ptr::null_mut(),
    extensions: core::ptr::null(),
    flags: 0,
    pypy73: false,
    keeps_structs: false,
    inline: NOTHING,
    small_ints: core::ptr::null(),
}));

/// What is known of the inside of objects where the host says nothing.
const NOTHING: ext::Inline = ext::Inline {
    type_offset: 0,
    struct_offset: 0,
    float_offset: 0,
    int_offset: 0,
    ints: ints::UNKNOWN,
    counts: counts::UNKNOWN,
    length_offset: 0,
    list_offset: 0,
    tuple_offset: 0,
    text_state_offset: 0,
    text_ascii: 0,
    text_offset: 0,
    random_offset: 0,
    room: [0; ext::INLINE_ROOM],
};

/// The facts as they are now.
#[inline(always)]
fn host() -> Host {
    // SAFETY: nobody writes while extension code runs; see `HostCell`.
    unsafe { *HOST.0.get() }
}

/// What a direct build knows of its host from the start: flags, and where things lie in an object.
#[cfg(feature = "direct")]
const BUILT_FOR: Option<(u32, ext::Inline)> =
    Some((hpy_cpython::direct::FLAGS, consistent(hpy_cpython::direct::INLINE)));
#[cfg(not(feature = "direct"))]
const BUILT_FOR: Option<(u32, ext::Inline)> = None;

/// Where things lie in an object.
#[inline(always)]
fn inline() -> ext::Inline {
    BUILT_FOR.map_or_else(|| host().inline, |(_, inline)| inline)
}

/// Learns about the host behind a context.
///
/// # Safety
/// `ctx` is a live context of a host that will not go away while the binary is in use, and no other
/// thread runs code of the extension, unless this host is attached already.
pub unsafe fn attach(ctx: *mut HPyContext) {
    // SAFETY: a context has a name, and one of our hosts has its extensions.
    let extensions = unsafe { ext::extensions(ctx) };
    let flags = extensions.map_or(0, |e| e.flags);
    let plain = flags & ext::flags::PLAIN_HANDLES != 0;
    let inline = extensions.filter(|_| plain).map(|e| consistent(e.inline)).unwrap_or_default();
    let found = Host {
        context: ctx,
        extensions: extensions.map_or(core::ptr::null(), core::ptr::from_ref),
        flags,
        // SAFETY: as above. (Miri's addresses have no order, and it runs on no PyPy.)
        pypy73: extensions.is_none() && !cfg!(miri) && unsafe { has_pypy73_layout(ctx) },
        keeps_structs: extensions.is_some(),
        inline,
        small_ints: extensions.map_or(core::ptr::null(), |e| e.small_ints),
    };
    let known = host();
    if known.context != ctx || known.extensions != found.extensions {
        // SAFETY: the caller's promise.
        unsafe { *HOST.0.get() = found }
    }
}

/// What is known of the inside of numbers is of no use without the place of an object's type: with
/// this, one question answers for both.
const fn consistent(mut inline: ext::Inline) -> ext::Inline {
    if inline.type_offset == 0 {
        inline.float_offset = 0;
    }
    if inline.type_offset == 0 || inline.length_offset == 0 {
        inline.text_ascii = 0;
    }
    if inline.type_offset == 0 || inline.int_offset == 0 {
        inline.ints = ints::UNKNOWN;
    }
    inline
}

/// Whether the context has the layout of PyPy 7.3.18 to 7.3.23.
///
/// Where upstream has the function `ctx_Capsule_New`, those releases have the handle `h_DictType`.
/// Handles are small numbers or, in debug mode, addresses of small pieces of memory, so that what
/// stands there is closer to another handle than to another function.
unsafe fn has_pypy73_layout(ctx: *mut HPyContext) -> bool {
    // SAFETY: the members exist in every ABI 0 host and are each one word of initialised memory,
    // whatever it means.
    unsafe {
        let word = |index| ctx.byte_add(hpy_abi::offset(index)).cast::<usize>().read();
        let found: usize = word(hpy_abi::PYPY73_FIRST_MOVED);
        let (handle, function) = (word(index::h_None), word(index::ctx_Dup));
        found.abs_diff(handle) < found.abs_diff(function)
    }
}

/// The context of trampolines and destructors, which are called without one.
#[inline(always)]
pub fn context() -> *mut HPyContext {
    host().context
}

/// What our own hosts offer beyond the context.
pub fn extensions() -> Option<&'static ext::Extensions> {
    // SAFETY: null, or what the host that is attached gave, which lives as long as the host.
    unsafe { host().extensions.as_ref() }
}

/// Whether the host is one of ours, which keep more promises than the ABI asks for.
#[inline(always)]
pub fn is_ours() -> bool {
    cfg!(feature = "direct") || !host().extensions.is_null()
}

/// Whether an object that has a class always has the struct of that class, which its constructor
/// made, and ends with its destructor. Taken for granted of our hosts, until [`distrust`].
#[inline(always)]
pub fn keeps_structs() -> bool {
    host().keeps_structs
}

/// From now on nothing is taken for granted of the struct of an object: the interpreter behind the
/// host has handed out one without a struct.
///
/// # Safety
/// No class was made yet, and no other thread runs code of the extension.
pub unsafe fn distrust() {
    // SAFETY: the caller's promise.
    let host = unsafe { &mut *HOST.0.get() };
    (host.keeps_structs, host.inline.struct_offset) = (false, 0);
}

/// Whether the context has PyPy 7.3's own layout.
#[inline(always)]
pub fn is_pypy73() -> bool {
    !cfg!(feature = "direct") && host().pypy73
}

/// Whether a handle is the interpreter's own reference; see [`ext::flags::PLAIN_HANDLES`].
#[inline(always)]
pub fn plain_handles() -> bool {
    cfg!(feature = "direct") || has(ext::flags::PLAIN_HANDLES)
}

/// Whether several threads may run extension code at once.
#[inline(always)]
pub fn free_threaded() -> bool {
    has(ext::flags::FREE_THREADED)
}

/// Whether the host has all of these [`ext::flags`].
#[inline(always)]
pub fn has(flags: u32) -> bool {
    let known = BUILT_FOR.map_or_else(|| host().flags, |(known, _)| known);
    known & flags == flags
}

/// Reads from an object at an offset that the host gave.
///
/// # Safety
/// `object` is an open handle that is the interpreter's own reference, and a `T` lies at the offset.
#[inline(always)]
unsafe fn read<T: Copy>(object: HPy, offset: u32) -> T {
    // SAFETY: the caller's promise.
    unsafe { (object.0 as *const u8).add(offset as usize).cast::<T>().read() }
}

/// The type of an object, as a plain handle, if it can be read without a call.
///
/// # Safety
/// `object` is an open handle.
#[inline(always)]
pub unsafe fn type_of(object: HPy) -> Option<HPy> {
    let offset = inline().type_offset;
    // SAFETY: the caller's promise; every object has a type.
    (offset != 0).then(|| unsafe { read(object, offset) })
}

/// The native struct of an instance, if it can be reached without a call.
///
/// # Safety
/// `object` is an open handle to an instance of a class of the shape `object`.
#[inline(always)]
pub unsafe fn struct_of(object: HPy) -> Option<*mut core::ffi::c_void> {
    let offset = inline().struct_offset;
    // SAFETY: the struct lies inside the object.
    (offset != 0).then(|| unsafe { (object.0 as *mut u8).add(offset as usize).cast() })
}

/// The value of a `float`, if it is exactly one and can be read without a call.
///
/// # Safety
/// `ctx` is live and `object` an open handle.
#[inline(always)]
pub unsafe fn exact_float(ctx: *mut HPyContext, object: HPy) -> Option<f64> {
    let inline = inline();
    if inline.float_offset == 0 {
        return None;
    }
    // SAFETY: the caller's promise; the value of an exact `float` lies where the host says, and it
    // has said where the type lies as well.
    unsafe {
        let type_: HPy = read(object, inline.type_offset);
        (type_ == super::calls::h_FloatType(ctx)).then(|| read(object, inline.float_offset))
    }
}

/// The value of an `int` of one digit, if it is exactly one and can be read without a call.
///
/// # Safety
/// `ctx` is live and `object` an open handle.
#[inline(always)]
pub unsafe fn exact_small_int(ctx: *mut HPyContext, object: HPy) -> Option<i64> {
    let inline = inline();
    if inline.ints == ints::UNKNOWN {
        return None;
    }
    // SAFETY: the caller's promise; an exact `int` has the word and, behind it, room for a digit;
    // the host has said where the type lies as well.
    unsafe {
        let type_: HPy = read(object, inline.type_offset);
        if type_ != super::calls::h_LongType(ctx) {
            return None;
        }
        let word: isize = read(object, inline.int_offset);
        let digit: u32 = read(object, inline.int_offset + size_of::<isize>() as u32);
        if inline.ints == ints::SIGNED_SIZE {
            (-1..=1).contains(&word).then(|| word as i64 * i64::from(digit))
        } else {
            (word < 2 << 3).then(|| (1 - (word & 3) as i64) * i64::from(digit))
        }
    }
}

/// The characters of a `str`, if it is exactly one and they are ASCII and can be read without a call.
///
/// # Safety
/// `ctx` is live and `object` a handle that stays open for `'a`.
#[inline(always)]
pub unsafe fn exact_ascii<'a>(ctx: *mut HPyContext, object: HPy) -> Option<&'a str> {
    // A direct build does not know it from the start.
    let inline = host().inline;
    if inline.text_ascii == 0 {
        return None;
    }
    // SAFETY: the caller's promise; where the bits say so, so many ASCII characters lie where the
    // host says, and a text does not change.
    unsafe {
        let type_: HPy = read(object, inline.type_offset);
        if type_ != super::calls::h_UnicodeType(ctx) {
            return None;
        }
        let state: u32 = read(object, inline.text_state_offset);
        (state & inline.text_ascii == inline.text_ascii).then(|| {
            let start = (object.0 as *const u8).add(inline.text_offset as usize);
            let len = read(object, inline.length_offset);
            core::str::from_utf8_unchecked(core::slice::from_raw_parts(start, len))
        })
    }
}

/// An `int` that exists already, as a new handle, if there is one and that takes no call.
///
/// # Safety
/// Python may be used.
#[inline(always)]
pub unsafe fn small_int(value: i64) -> Option<HPy> {
    let table = host().small_ints;
    if table.is_null() || !(ext::SMALL_INT_MIN..=ext::SMALL_INT_MAX).contains(&value) {
        return None;
    }
    // SAFETY: the table has a handle that is open for good for each value in the range.
    unsafe {
        let object = *table.add((value - ext::SMALL_INT_MIN) as usize);
        count_up(object).then_some(object)
    }
}

/// The items of a tuple, if they can be read without a call.
///
/// # Safety
/// `tuple` is a handle to a tuple that stays open for `'a`.
#[inline(always)]
pub unsafe fn tuple_items<'a>(tuple: HPy) -> Option<&'a [HPy]> {
    // A direct build does not know it from the start.
    let offset = host().inline.tuple_offset;
    // SAFETY: so many items lie where the host says, and a tuple does not change.
    (offset != 0).then(|| unsafe {
        let start = (tuple.0 as *const u8).add(offset as usize);
        core::slice::from_raw_parts(start.cast(), read(tuple, inline().length_offset))
    })
}

/// Whether an object is a list whose items can be read without a call; see [`list_item`].
///
/// # Safety
/// `ctx` is live and `object` an open handle.
#[inline(always)]
pub unsafe fn is_readable_list(ctx: *mut HPyContext, object: HPy) -> bool {
    // SAFETY: the caller's promise.
    inline().list_offset != 0 && unsafe { type_of(object) == Some(super::calls::h_ListType(ctx)) }
}

/// An item of such a list as it is now, as a handle that the list will close; `None` behind the last.
///
/// # Safety
/// `list` is an open handle to an object for which [`is_readable_list`] was true.
#[inline(always)]
pub unsafe fn list_item(list: HPy, index: usize) -> Option<HPy> {
    // SAFETY: the length and the pointer lie where the host says, nobody else changes the list
    // meanwhile, and the items lie behind the pointer.
    unsafe {
        let len: usize = read(list, inline().length_offset);
        let items: *const HPy = read(list, inline().list_offset);
        (index < len).then(|| items.add(index).read())
    }
}

/// The items of such a list, which may change their places; `None` if they cannot be read without a call.
///
/// # Safety
/// `ctx` is live and `list` an open handle. While the items are looked at, nobody else looks at the list or
/// changes it, and no Python code runs. Afterwards each of them is there as often as before.
#[inline]
pub unsafe fn list_items<'a>(ctx: *mut HPyContext, list: HPy) -> Option<&'a mut [HPy]> {
    // SAFETY: as in `list_item`; the caller promises that nobody else looks.
    unsafe {
        if !is_readable_list(ctx, list) {
            return None;
        }
        let len: usize = read(list, inline().length_offset);
        let items: *mut HPy = read(list, inline().list_offset);
        if len == 0 || items.is_null() {
            return Some(&mut []);
        }
        Some(core::slice::from_raw_parts_mut(items, len))
    }
}

/// Makes a second reference without a call; false if the host has to do it.
///
/// # Safety
/// `object` is an open handle, and Python may be used.
#[inline(always)]
pub unsafe fn count_up(object: HPy) -> bool {
    // SAFETY: the count lies where the host says, and nobody else changes it meanwhile.
    unsafe {
        match inline().counts {
            counts::WORD => {
                *(object.0 as *mut isize) += 1;
                true
            }
            counts::IMMORTAL_HALF => {
                let count = object.0 as *mut i32;
                if *count >= 0 {
                    *count = (*count).wrapping_add(1);
                }
                true
            }
            _ => false,
        }
    }
}

/// Gives up a reference that is not the last without a call; false if the host has to do it.
///
/// # Safety
/// `object` is an open handle that is not used again, and Python may be used.
#[inline(always)]
pub unsafe fn count_down(object: HPy) -> bool {
    // SAFETY: the count lies where the host says, and nobody else changes it meanwhile.
    unsafe {
        match inline().counts {
            counts::WORD => {
                let count = object.0 as *mut isize;
                let more = *count > 1;
                if more {
                    *count -= 1;
                }
                more
            }
            counts::IMMORTAL_HALF => {
                let count = object.0 as *mut i32;
                let found = *count;
                if found > 1 {
                    *count = found - 1;
                }
                !(0..=1).contains(&found)
            }
            _ => false,
        }
    }
}

//! What this binary knows about the host it runs on.
//!
//! A shared object runs on one host for its whole life, so these facts are statics: set when the
//! host hands over a context, before anything else of the extension runs, and read by every call.

use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicUsize, Ordering::Relaxed};
use hpy_abi::{HPy, HPyContext, ext, index};

static CONTEXT: AtomicPtr<HPyContext> = AtomicPtr::new(core::ptr::null_mut());
static EXTENSIONS: AtomicPtr<ext::Extensions> = AtomicPtr::new(core::ptr::null_mut());
static FLAGS: AtomicU32 = AtomicU32::new(0);
static TYPE_OFFSET: AtomicUsize = AtomicUsize::new(0);
static STRUCT_OFFSET: AtomicUsize = AtomicUsize::new(0);
static FLOAT_OFFSET: AtomicUsize = AtomicUsize::new(0);
static PYPY73: AtomicBool = AtomicBool::new(false);

/// Learns about the host behind a context.
///
/// # Safety
/// `ctx` is a live context of a host that will not go away while the binary is in use.
pub unsafe fn attach(ctx: *mut HPyContext) {
    // SAFETY: a context has a name, and one of our hosts has its extensions.
    let extensions = unsafe { ext::extensions(ctx) };
    let flags = extensions.map_or(0, |e| e.flags);
    EXTENSIONS.store(
        extensions.map_or(core::ptr::null_mut(), |e| (e as *const ext::Extensions).cast_mut()),
        Relaxed,
    );
    FLAGS.store(flags, Relaxed);
    let plain = flags & ext::flags::PLAIN_HANDLES != 0;
    let inline = extensions.filter(|_| plain).map(|e| e.inline).unwrap_or_default();
    TYPE_OFFSET.store(inline.type_offset as usize, Relaxed);
    STRUCT_OFFSET.store(inline.struct_offset as usize, Relaxed);
    FLOAT_OFFSET.store(inline.float_offset as usize, Relaxed);
    // SAFETY: as above.
    PYPY73.store(extensions.is_none() && unsafe { has_pypy73_layout(ctx) }, Relaxed);
    CONTEXT.store(ctx, Relaxed);
}

/// Whether the context has the layout of PyPy 7.3.18 to 7.3.23.
///
/// The name says "PyPy"; and where upstream has the function `ctx_Capsule_New`, those releases have
/// the handle `h_DictType`. Handles are small numbers or, in debug mode, addresses of small pieces of
/// memory, so that what stands there is closer to another handle than to another function.
unsafe fn has_pypy73_layout(ctx: *mut HPyContext) -> bool {
    // SAFETY: `name` is a C string; the members exist in every ABI 0 host and are each one word of
    // initialised memory, whatever it means.
    unsafe {
        let word = |index| ctx.byte_add(hpy_abi::offset(index)).cast::<usize>().read();
        let found: usize = word(hpy_abi::PYPY73_FIRST_MOVED);
        let (handle, function) = (word(index::h_None), word(index::ctx_Dup));
        let name = core::ffi::CStr::from_ptr((*ctx).name).to_bytes();
        name.windows(4).any(|part| part == b"PyPy")
            && found.abs_diff(handle) < found.abs_diff(function)
    }
}

/// The context of trampolines and destructors, which are called without one.
#[inline(always)]
pub fn context() -> *mut HPyContext {
    CONTEXT.load(Relaxed)
}

/// What our own hosts offer beyond the context.
pub fn extensions() -> Option<&'static ext::Extensions> {
    // SAFETY: either null or what `ext::extensions` gave, which is never freed.
    unsafe { EXTENSIONS.load(Relaxed).as_ref() }
}

/// Whether the host is one of ours, which keep more promises than the ABI asks for.
#[inline(always)]
pub fn is_ours() -> bool {
    cfg!(feature = "direct") || !EXTENSIONS.load(Relaxed).is_null()
}

/// Whether the context has PyPy 7.3's own layout.
#[inline(always)]
pub fn is_pypy73() -> bool {
    !cfg!(feature = "direct") && PYPY73.load(Relaxed)
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
    FLAGS.load(Relaxed) & flags == flags
}

/// Reads from an object at an offset that the host gave; `None` if it gave none. A direct build
/// has no use for it: there the host's own reading is inlined.
///
/// # Safety
/// `object` is an open handle, and a `T` lies at the offset.
#[inline(always)]
unsafe fn read<T: Copy>(object: HPy, offset: &AtomicUsize) -> Option<T> {
    let offset = if cfg!(feature = "direct") { 0 } else { offset.load(Relaxed) };
    // SAFETY: the host has plain handles, or the offset would be 0; the rest is the caller's
    // promise.
    (offset != 0).then(|| unsafe { (object.0 as *const u8).add(offset).cast::<T>().read() })
}

/// The type of an object, as a plain handle, if it can be read without a call.
///
/// # Safety
/// `object` is an open handle.
#[inline(always)]
pub unsafe fn type_of(object: HPy) -> Option<HPy> {
    // SAFETY: the caller's promise; every object has a type.
    unsafe { read(object, &TYPE_OFFSET) }
}

/// The native struct of an instance, if it can be reached without a call.
///
/// # Safety
/// `object` is an open handle to an instance of a class of the shape `object`.
#[inline(always)]
pub unsafe fn struct_of(object: HPy) -> Option<*mut core::ffi::c_void> {
    let offset = if cfg!(feature = "direct") { 0 } else { STRUCT_OFFSET.load(Relaxed) };
    // SAFETY: the struct lies inside the object.
    (offset != 0).then(|| unsafe { (object.0 as *mut u8).add(offset).cast() })
}

/// The value of a `float`, if it is exactly one and can be read without a call.
///
/// # Safety
/// `ctx` is live and `object` an open handle.
#[inline(always)]
pub unsafe fn exact_float(ctx: *mut HPyContext, object: HPy) -> Option<f64> {
    // SAFETY: the caller's promise; the value of an exact `float` lies where the host says.
    unsafe {
        let is_float = type_of(object)? == super::calls::h_FloatType(ctx);
        if is_float { read(object, &FLOAT_OFFSET) } else { None }
    }
}

//! What this binary knows about the host it runs on.
//!
//! A shared object runs on one host for its whole life, so these facts are statics: set when the
//! host hands over a context, before anything else of the extension runs, and read by every call.

use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering::Relaxed};
use hpy_abi::{HPyContext, ext};

static CONTEXT: AtomicPtr<HPyContext> = AtomicPtr::new(core::ptr::null_mut());
static EXTENSIONS: AtomicPtr<ext::Extensions> = AtomicPtr::new(core::ptr::null_mut());
static FLAGS: AtomicU32 = AtomicU32::new(0);
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
    // SAFETY: as above.
    PYPY73.store(extensions.is_none() && unsafe { has_pypy73_layout(ctx) }, Relaxed);
    CONTEXT.store(ctx, Relaxed);
}

/// Whether the context has the layout of PyPy 7.3.18 to 7.3.23.
///
/// The name says "PyPy"; and where upstream has the function `ctx_Capsule_New`, those releases have
/// the handle `h_DictType`. PyPy's handles are small numbers, a function's address is not.
unsafe fn has_pypy73_layout(ctx: *mut HPyContext) -> bool {
    const HANDLES_END: usize = 1 << 16;
    // SAFETY: `name` is a C string; the member at this index exists in every ABI 0 host and is one
    // word of initialised memory, whatever it means.
    unsafe {
        let name = core::ffi::CStr::from_ptr((*ctx).name).to_bytes();
        let word =
            ctx.byte_add(hpy_abi::offset(hpy_abi::PYPY73_FIRST_MOVED)).cast::<usize>().read();
        name.windows(4).any(|part| part == b"PyPy") && word < HANDLES_END
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

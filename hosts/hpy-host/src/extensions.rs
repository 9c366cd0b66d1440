//! What our hosts offer beyond the context, handed on by a mode.
//!
//! A mode offers it if the context that it wraps does. What reads memory in place of calling, or
//! is only a quicker way to something, is left out: it would pass a mode by.

use hpy_abi::ext::{self, Allocate, Extensions, Inline};
use hpy_abi::*;
use std::ffi::CStr;
use std::marker::PhantomData;

/// The name of a debug context that offers extensions.
pub(crate) const DEBUG_NAME: &CStr = c"HPy Debug Mode ABI (Pommel host, 1)";
/// The name of a trace context that offers extensions.
pub(crate) const TRACE_NAME: &CStr = c"HPy Trace Mode ABI (Pommel host, 1)";

/// How a mode turns handles into those of the wrapped context and back.
pub(crate) trait Handing {
    /// The mode behind one of its contexts, in use from now on.
    ///
    /// # Safety
    /// `context` is one of the mode's.
    unsafe fn begin(context: *mut HPyContext) -> Self;
    /// The context that is wrapped.
    fn inner(&self) -> *mut HPyContext;
    /// What a handle of the mode stands for.
    fn lower(&self, h: HPy) -> HPy;
    /// A handle of the mode for a new one of the wrapped context.
    fn raise(&self, h: HPy) -> HPy;
    /// Closes a handle of the mode and leaves what it stands for open.
    fn forget(&self, h: HPy);
    /// Whether a call of a member that can fail is to do so; the exception is set then.
    fn fails(&self, _member: &'static str) -> bool {
        false
    }
    /// Ends the use.
    fn end(self);
}

/// The members of the table that a mode has; those that may be missing are, unless `Offered` has
/// one of its own.
struct Offered<M>(PhantomData<M>);

macro_rules! missing_member {
    (data $name:ident () -> $ret:ty) => {};
    (fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {};
    (maybe $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        const $name: Option<unsafe extern "C" fn(*mut HPyContext $(, $ty)*) -> $ret> = None;
    };
}

macro_rules! member {
    ($M:ident, $wrapped:ident, data $name:ident) => {
        fact::$name($wrapped)
    };
    ($M:ident, $wrapped:ident, fn $name:ident) => {
        $name::<$M>
    };
    ($M:ident, $wrapped:ident, maybe $name:ident) => {
        $wrapped.and_then(|wrapped| wrapped.$name).and(Offered::<$M>::$name)
    };
}

macro_rules! derive {
    ($($name:ident: $kind:ident ($($arg:ident: $ty:ty),*) -> $ret:ty, $doc:literal;)*) => {
        #[allow(non_upper_case_globals, dead_code, reason = "`Offered` has some of its own")]
        trait Missing {
            $(missing_member!($kind $name ($($arg: $ty),*) -> $ret);)*
        }
        impl<M> Missing for Offered<M> {}

        /// The extensions of a mode that wraps `inner`.
        ///
        /// # Safety
        /// `inner` is a context of this thread.
        pub(crate) unsafe fn extensions_of<M: Handing>(inner: *mut HPyContext) -> Extensions {
            // SAFETY: the caller's promise.
            let wrapped = unsafe { ext::extensions(inner) };
            Extensions { $($name: member!(M, wrapped, $kind $name),)* }
        }
    };
}
for_each_extension!(derive);

#[allow(non_upper_case_globals)]
impl<M: Handing> Offered<M> {
    const get_buffer: Option<
        unsafe extern "C" fn(*mut HPyContext, HPy, *mut HPy_buffer, i32) -> Status,
    > = Some(get_buffer::<M>);
    const release_buffer: Option<unsafe extern "C" fn(*mut HPyContext, *mut HPy_buffer)> =
        Some(release_buffer::<M>);
}

/// The members that are no functions.
mod fact {
    use super::*;

    pub fn size(_: Option<&Extensions>) -> u32 {
        size_of::<Extensions>() as u32
    }

    pub fn flags(wrapped: Option<&Extensions>) -> u32 {
        let plain = ext::flags::PLAIN_HANDLES | ext::flags::PLAIN_BUILDERS;
        wrapped.map_or(0, |wrapped| wrapped.flags) & !plain
    }

    pub fn inline(_: Option<&Extensions>) -> Inline {
        Inline::default()
    }

    pub fn small_ints(_: Option<&Extensions>) -> *const HPy {
        std::ptr::null()
    }
}

/// The extensions of the wrapped context.
///
/// # Safety
/// Called through the extensions of a mode, which are announced only if there are some.
unsafe fn wrapped(inner: *mut HPyContext) -> &'static Extensions {
    // SAFETY: a context has a name.
    match unsafe { ext::extensions(inner) } {
        Some(extensions) => extensions,
        // SAFETY: called on a thread that may use the context.
        None => unsafe { crate::fatal(inner, "the wrapped context has no extensions") },
    }
}

unsafe extern "C" fn err_fetch<M: Handing>(ctx: *mut HPyContext) -> HPy {
    // SAFETY: called through the context of a mode that announced it.
    unsafe {
        let mode = M::begin(ctx);
        let inner = mode.inner();
        let exception = mode.raise((wrapped(inner).err_fetch)(inner));
        mode.end();
        exception
    }
}

unsafe extern "C" fn err_restore<M: Handing>(ctx: *mut HPyContext, exception: HPy) {
    // SAFETY: called through the context of a mode that announced it.
    unsafe {
        let mode = M::begin(ctx);
        let inner = mode.inner();
        (wrapped(inner).err_restore)(inner, mode.lower(exception));
        mode.end();
    }
}

unsafe extern "C" fn read_floats<M: Handing>(
    ctx: *mut HPyContext,
    sequence: HPy,
    items: *mut f64,
    capacity: usize,
) -> usize {
    // SAFETY: called through the context of a mode that announced it.
    unsafe {
        let mode = M::begin(ctx);
        let inner = mode.inner();
        let n = (wrapped(inner).read_floats)(inner, mode.lower(sequence), items, capacity);
        mode.end();
        n
    }
}

/// Instances are made with `ctx_New`, which a mode sees.
unsafe extern "C" fn allocator<M: Handing>(_: *mut HPyContext, _: HPy) -> Option<Allocate> {
    None
}

unsafe extern "C" fn get_buffer<M: Handing>(
    ctx: *mut HPyContext,
    object: HPy,
    view: *mut HPy_buffer,
    flags: i32,
) -> Status {
    // SAFETY: called through the context of a mode that announced it, which it does where the
    // wrapped context has it; a view that was filled may be read.
    unsafe {
        let mode = M::begin(ctx);
        let inner = mode.inner();
        let object = mode.lower(object);
        let status = match wrapped(inner).get_buffer {
            Some(get_buffer) if !mode.fails("get_buffer") => get_buffer(inner, object, view, flags),
            _ => Status::ERR,
        };
        if status == Status::OK {
            (*view).obj = mode.raise((*view).obj);
        }
        mode.end();
        status
    }
}

unsafe extern "C" fn release_buffer<M: Handing>(ctx: *mut HPyContext, view: *mut HPy_buffer) {
    // SAFETY: as above; the view is one that was filled, or has no object.
    unsafe {
        let mode = M::begin(ctx);
        let inner = mode.inner();
        let exporter = (*view).obj;
        if let Some(release_buffer) = wrapped(inner).release_buffer {
            (*view).obj = mode.lower(exporter);
            mode.forget(exporter);
            release_buffer(inner, view);
        }
        mode.end();
    }
}

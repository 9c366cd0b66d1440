//! The host: the context and how it is filled.
//!
//! A handle *is* the reference: `HPy` has the bits of a `PyObject *`, so that turning one into the
//! other costs nothing, arrays of handles are arrays of references, and the null handle is the
//! null pointer.
//! The functions of the context are the methods of [`Host`], one file per section of the table
//! under `section/`; each has exactly the name and type of its row, and [`fill`] puts them into
//! the context by name, so that nothing here lists the members.

use crate::capi::*;
use crate::layout::Layout;
use core::cell::UnsafeCell;
use core::ffi::c_void;
use core::marker::PhantomData;
use core::mem::MaybeUninit;
use hpy_abi::ext::{
    Extensions, HOST_NAME, INLINE_ROOM, Inline, SMALL_INT_MAX, SMALL_INT_MIN, counts, flags,
};
use hpy_abi::*;

/// The context functions for one layout.
pub(crate) struct Host<L>(PhantomData<L>);

/// Writes context functions: `fn ctx_Name(ctx, argument: Type) -> Result { body }`.
///
/// The bodies are unsafe code under the contract of the ABI, which is stated once, here.
macro_rules! members {
    ($($(#[$attr:meta])* fn $name:ident($ctx:ident $(, $arg:ident: $ty:ty)* $(,)?) $(-> $ret:ty)?
       { $($body:tt)* })*) => {
        impl<L: $crate::layout::Layout> $crate::host::Host<L> {$(
            $(#[$attr])*
            #[doc = concat!("The member `", stringify!($name), "` of the context.")]
            ///
            /// # Safety
            /// The contract of the ABI: the context is the host's, the thread is attached to the
            /// interpreter, handles are open (or null where the member allows it), and pointers
            /// lead to what the member's type says.
            #[inline]
            pub unsafe extern "C" fn $name(
                $ctx: *mut hpy_abi::HPyContext $(, $arg: $ty)*
            ) $(-> $ret)? {
                let _ = $ctx;
                // SAFETY: under the contract above, each argument is what the C API function that
                // the body hands it to expects.
                #[allow(unused_unsafe)]
                unsafe { $($body)* }
            }
        )*}
    };
}
pub(crate) use members;

/// The reference that a handle is.
#[inline(always)]
pub(crate) fn obj(h: HPy) -> Obj {
    h.0 as Obj
}

/// The handle that a reference is.
#[inline(always)]
pub(crate) fn handle(o: Obj) -> HPy {
    HPy(o as isize)
}

/// `Py_XINCREF`
///
/// # Safety
/// `o` is null or an object.
#[inline(always)]
pub(crate) unsafe fn xincref<L: Layout>(o: Obj) {
    if !o.is_null() {
        // SAFETY: the caller's promise.
        unsafe { L::incref(o) }
    }
}

/// `Py_XDECREF`
///
/// # Safety
/// `o` is null or an object of which the caller gives a reference up.
#[inline(always)]
pub(crate) unsafe fn xdecref<L: Layout>(o: Obj) {
    if !o.is_null() {
        // SAFETY: the caller's promise.
        unsafe { L::decref(o) }
    }
}

/// Memory that is written once, before anybody reads it.
struct Once<T>(UnsafeCell<MaybeUninit<T>>);
// SAFETY: `module::attach` writes under a lock before it hands out the pointer, and afterwards the
// contents are only read.
unsafe impl<T> Sync for Once<T> {}

static CONTEXT: Once<HPyContext> = Once(UnsafeCell::new(MaybeUninit::uninit()));
static EXTENSIONS: Once<Extensions> = Once(UnsafeCell::new(MaybeUninit::uninit()));

/// The context of this shared object; filled by [`fill`].
pub(crate) fn context() -> *mut HPyContext {
    CONTEXT.0.get().cast()
}

/// The object behind a handle member: `h_None`, `h_TypeError`, `h_LongType`, ...
///
/// The C API's names follow from the members': an exception is a variable `PyExc_TypeError`, a
/// type is a struct `PyLong_Type`, a constant is a struct `_Py_NoneStruct`.
///
/// # Safety
/// The C API is loaded and the thread attached to the interpreter.
unsafe fn constant(linker: Linker, member: &str) -> Option<Obj> {
    let name = member.strip_prefix("h_")?;
    match name {
        "None" | "True" | "False" | "NotImplemented" => {
            linker.find_joined(["_Py_", name, "Struct"]).map(|p| p.cast())
        }
        "Ellipsis" => linker.find("_Py_EllipsisObject").map(|p| p.cast()),
        "Builtins" => {
            // SAFETY: the dictionary is borrowed; the context keeps it for ever.
            let builtins = unsafe { PyEval_GetBuiltins() };
            // SAFETY: null or an object.
            unsafe { Py_IncRef(builtins) };
            (!builtins.is_null()).then_some(builtins)
        }
        _ => match name.strip_suffix("Type") {
            Some(stem) => linker.find_joined(["Py", stem, "_Type"]).map(|p| p.cast()),
            // SAFETY: the symbol is a variable that holds the exception type.
            None => linker.find_joined(["PyExc_", name, ""]).map(|p| unsafe { *p.cast::<Obj>() }),
        },
    }
}

/// Writes one member into the context.
macro_rules! fill_member {
    ($L:ident, $ctx:ident, $linker:ident, handle $name:ident) => {
        match constant($linker, stringify!($name)) {
            Some(o) if !o.is_null() => (&raw mut (*$ctx).$name).write(handle(o)),
            _ => return Err(stringify!($name)),
        }
    };
    ($L:ident, $ctx:ident, $linker:ident, fn $name:ident) => {
        (&raw mut (*$ctx).$name).write(Host::<$L>::$name)
    };
}

macro_rules! define_fill {
    ($($index:literal $name:ident: $kind:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?,
       since $minor:literal, $doc:literal;)*) => {
        /// Fills a context for one layout; the error is a member that could not be had.
        ///
        /// # Safety
        /// The C API is loaded, the thread attached, and `ctx` can be written.
        unsafe fn fill_members<L: Layout>(
            ctx: *mut HPyContext,
            linker: Linker,
        ) -> Result<(), &'static str> {
            // SAFETY: each write stays inside the struct; the rest is the caller's promise.
            unsafe {
                $(fill_member!(L, ctx, linker, $kind $name);)*
            }
            Ok(())
        }
    };
}
for_each_member!(define_fill);

/// Where things lie in an object of a layout.
pub(crate) const fn inline<L: Layout>() -> Inline {
    let header = L::HEADER as u32;
    Inline {
        type_offset: header.saturating_sub(8),
        struct_offset: header.next_multiple_of(16),
        float_offset: header,
        int_offset: header,
        ints: L::INTS,
        counts: L::COUNTS,
        length_offset: header,
        list_offset: if L::SHARED_LISTS { header + 8 } else { 0 },
        // Not the same in all versions of a layout: see `fill`.
        tuple_offset: 0,
        text_state_offset: if L::TEXT_OFFSET == 0 { 0 } else { header + 16 },
        text_ascii: if L::TEXT_OFFSET == 0 { 0 } else { crate::layout::TEXT_ASCII },
        text_offset: L::TEXT_OFFSET,
        random_offset: if L::SHARED_LISTS { header } else { 0 },
        room: [0; INLINE_ROOM],
    }
}

/// The flags that follow from a layout alone.
pub(crate) const fn fixed_flags<L: Layout>() -> u32 {
    let slots = if L::CHECKED_SLOTS { flags::CHECKED_SLOTS } else { 0 };
    flags::PLAIN_HANDLES | flags::OUR_SLOTS | flags::PLAIN_BUILDERS | slots
}

/// The `int`s that nearly every program has, which extensions then need not ask for.
type SmallInts = [HPy; (SMALL_INT_MAX - SMALL_INT_MIN + 1) as usize];

static SMALL_INTS: Once<SmallInts> = Once(UnsafeCell::new(MaybeUninit::uninit()));

/// Fills [`SMALL_INTS`], if extensions may count references themselves: else it is of no use.
///
/// # Safety
/// As for [`fill`].
unsafe fn small_ints<L: Layout>() -> *const HPy {
    if L::COUNTS == counts::UNKNOWN {
        return core::ptr::null();
    }
    let table: *mut HPy = SMALL_INTS.0.get().cast();
    for (i, value) in (SMALL_INT_MIN..=SMALL_INT_MAX).enumerate() {
        // SAFETY: the caller's promise; the table has a place for each value.
        unsafe {
            let object = PyLong_FromLongLong(value);
            if object.is_null() {
                PyErr_Clear();
                return core::ptr::null();
            }
            table.add(i).write(handle(object));
        }
    }
    table
}

/// Fills the context and the extensions for one layout.
///
/// # Safety
/// The C API is loaded, the thread attached, the layout describes this interpreter, and nobody
/// reads the context yet.
pub(crate) unsafe fn fill<L: Layout>(linker: Linker) -> Result<(), &'static str> {
    let ctx = context();
    let threads = if api()._Py_MergeZeroLocalRefcount.is_some() { flags::FREE_THREADED } else { 0 };
    // PyPy 7 shows no docstring at all if it starts with a signature.
    // SAFETY: the API is loaded.
    let old_pypy = unsafe { version_text() }.contains("[PyPy 7.");
    let signatures = if old_pypy { 0 } else { flags::TEXT_SIGNATURES };
    let extensions = Extensions {
        size: size_of::<Extensions>() as u32,
        flags: fixed_flags::<L>() | signatures | threads,
        err_fetch: crate::section::errors::err_fetch::<L>,
        err_restore: crate::section::errors::err_restore::<L>,
        inline: Inline { tuple_offset: L::tuple_offset() as u32, ..inline::<L>() },
        read_floats: crate::section::float::read_floats::<L>,
        allocator: crate::types::instance::allocator::<L>,
        intern: Some(crate::section::unicode::intern),
        list_of: Some(crate::section::list::list_of::<L>),
        dict_get: Some(crate::section::dict::dict_get::<L>),
        get_buffer: Some(crate::section::buffer::get_buffer),
        release_buffer: Some(crate::section::buffer::release_buffer),
        // SAFETY: the caller's promise.
        small_ints: unsafe { small_ints::<L>() },
        watch: Some(crate::section::watch::watch::<L>),
        attribute_place: Some(crate::section::attribute::attribute_place::<L>),
        bind_directly: Some(crate::section::binding::bind_directly::<L>),
        redirect: Some(crate::section::redirect::redirect::<L>),
        attach_thread: crate::section::threads::attaching().map(|both| both.0),
        detach_thread: crate::section::threads::attaching().map(|both| both.1),
        observe: Some(crate::section::observe::observe::<L>),
    };
    // SAFETY: the caller promises that nobody else looks; every field is written.
    unsafe {
        EXTENSIONS.0.get().cast::<Extensions>().write(extensions);
        (&raw mut (*ctx).name).write(HOST_NAME.as_ptr());
        (&raw mut (*ctx)._private).write(EXTENSIONS.0.get().cast::<c_void>());
        (&raw mut (*ctx).abi_version).write(ABI_VERSION as i32);
        fill_members::<L>(ctx, linker)
    }
}

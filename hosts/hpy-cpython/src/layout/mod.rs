//! What is known about the insides of objects, one type per family of interpreters.
//!
//! Every context function is written once, generic over a [`Layout`].
//! Where the layout knows how the interpreter stores a thing, the function reads it in place, as
//! the interpreter's own macros do; where it does not, the layout says so ([`None`], or a function
//! of the stable ABI) and the function takes the documented way.
//! Which layout is used is decided once per process, by [`detect`], from the version, the build and
//! a probe that checks the promises on real objects: a layout whose probe fails gives way to
//! [`Stable`].
//!
//! | layout      | interpreters                                  | header   |
//! |-------------|-----------------------------------------------|----------|
//! | [`Gil39`]   | CPython 3.9 to 3.11                           | 16 bytes |
//! | [`Gil312`]  | CPython 3.12 to 3.15 with the GIL             | 16 bytes |
//! | [`Free313`] | CPython 3.13 to 3.15 without the GIL          | 32 bytes |
//! | [`Cpyext`]  | PyPy 7.3 and 8.0 through its C API            | 24 bytes |
//! | [`Stable`]  | anything else that offers the stable ABI      | asked    |
//!
//! The numbers are offsets in the structs of the public headers of these versions.

mod cpyext;
mod free313;
mod gil312;
mod gil39;
mod stable;

pub(crate) use cpyext::Cpyext;
pub(crate) use free313::Free313;
pub(crate) use gil39::Gil39;
pub(crate) use gil312::Gil312;
pub(crate) use stable::Stable;

use crate::capi::*;
use core::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use hpy_abi::BuiltinShape;
use std::sync::OnceLock;

/// Flag bits of a type (`Py_TPFLAGS_*`).
pub(crate) mod flag {
    use core::ffi::c_ulong;
    pub(crate) const HEAPTYPE: c_ulong = 1 << 9;
    pub(crate) const HAVE_VECTORCALL: c_ulong = 1 << 11;
    pub(crate) const HAVE_GC: c_ulong = 1 << 14;
    pub(crate) const LONG: c_ulong = 1 << 24;
    pub(crate) const LIST: c_ulong = 1 << 25;
    pub(crate) const TUPLE: c_ulong = 1 << 26;
    pub(crate) const BYTES: c_ulong = 1 << 27;
    pub(crate) const UNICODE: c_ulong = 1 << 28;
    pub(crate) const DICT: c_ulong = 1 << 29;
    pub(crate) const TYPE: c_ulong = 1 << 31;
}

/// A field of the type object: its offset behind a header of 16 bytes.
#[derive(Clone, Copy)]
#[repr(usize)]
pub(crate) enum TypeField {
    Name = 24,
    BasicSize = 32,
    Dealloc = 48,
    VectorcallOffset = 56,
    Call = 128,
    Flags = 168,
    Traverse = 184,
    Clear = 192,
    Methods = 232,
    GetSet = 248,
    Base = 256,
    DescrGet = 272,
    DictOffset = 288,
    Alloc = 304,
    New = 312,
    Free = 320,
    VersionTag = 384,
    Finalize = 392,
}

/// How one family of interpreters stores objects.
///
/// # Safety
/// The functions are called with live objects of the type that each of them names, on a thread
/// that is attached to the interpreter.
pub(crate) trait Layout: Sized + 'static {
    /// Whether several threads may run Python code at once.
    const FREE_THREADED: bool = false;
    /// Whether `tp_dealloc` has to run `tp_finalize`.
    const FINALIZE_IN_DEALLOC: bool = true;
    /// Whether the interpreter checks the receiver before it calls a slot of a class.
    const CHECKED_SLOTS: bool = true;
    /// How an `int` is stored, for extensions that read it in place: one of `hpy_abi::ext::ints`.
    const INTS: u32 = hpy_abi::ext::ints::UNKNOWN;
    /// How references are counted, for extensions that count in place: one of
    /// `hpy_abi::ext::counts`.
    const COUNTS: u32 = hpy_abi::ext::counts::UNKNOWN;
    /// Where the characters of a `str` start that is ASCII and one piece of memory; 0 if that cannot
    /// be told. The word that tells lies 16 bytes behind the header, see [`TEXT_ASCII`].
    const TEXT_OFFSET: u32 = 0;
    /// Whether a type object is CPython's own, with its fields and flags in their places.
    const OWN_TYPES: bool = true;
    /// Bytes of `PyObject`.
    const HEADER: usize;
    /// Where a dict has a word that is another one after each change; `None` if it has none.
    const DICT_VERSION: Option<usize> = None;
    /// Where a function may have its code object, its defaults and those of its keywords, behind the
    /// header.
    const FUNCTION_WORDS: &'static [[usize; 3]] = &[];
    /// Where a class made when the program runs may have the table of names that its instances share; none
    /// where classes are not looked into. Which it is, and whether it is so, is tried.
    const CLASS_KEYS: &'static [usize] = &[];
    /// Whether the version of a class stays what it was where it is not valid any more, so that its flags
    /// have to be looked at as well.
    const STALE_VERSIONS: bool = false;

    /// Whether the interpreter is CPython before 3.12, which has no monitoring.
    const IS_OLD: bool = false;

    /// Where the native struct of a class of the shape `object` starts.
    #[inline(always)]
    fn head() -> usize {
        align16(Self::HEADER)
    }

    /// Counts one more reference; not null.
    unsafe fn incref(o: Obj);

    /// Counts one reference less; not null.
    unsafe fn decref(o: Obj);

    /// The type of an object, borrowed.
    #[inline(always)]
    unsafe fn type_of(o: Obj) -> Obj {
        // SAFETY: the type is the last word of the header.
        unsafe { read(o, Self::HEADER - 8) }
    }

    /// The value of an exact `float`; `None` for anything else.
    #[inline(always)]
    unsafe fn exact_float(o: Obj) -> Option<f64> {
        // SAFETY: the value follows the header of a `float`.
        unsafe {
            if Self::type_of(o) == api().PyFloat_Type { Some(read(o, Self::HEADER)) } else { None }
        }
    }

    /// The value of an exact `int` of one digit; `None` for anything else.
    #[inline(always)]
    unsafe fn exact_small_int(_: Obj) -> Option<i64> {
        None
    }

    /// The number of words of 4 bytes (digits) behind the fixed part of an `int`, or of items behind
    /// that of a `tuple`.
    unsafe fn item_count(o: Obj) -> usize;

    /// Where the items of a tuple start; 0 if they cannot be reached directly.
    #[inline(always)]
    fn tuple_offset() -> usize {
        // They follow the fixed part of a tuple, whose size `measure` has found.
        sizes::TUPLE.get()
    }

    /// The items of a tuple (or a subclass); null if they cannot be reached directly.
    #[inline(always)]
    unsafe fn tuple_items(o: Obj) -> *mut Obj {
        // SAFETY: the items lie inside the tuple.
        unsafe { o.byte_add(Self::tuple_offset()).cast() }
    }

    /// The items of a list (or a subclass) that no other thread can change now; null if they
    /// cannot be reached directly.
    #[inline(always)]
    unsafe fn list_items(o: Obj) -> *mut Obj {
        // SAFETY: a list stores the pointer to its items behind its size.
        unsafe { read(o, Self::HEADER + 8) }
    }

    /// Whether a list that others can reach may be read through [`Layout::list_items`], and what was
    /// borrowed from it, or from a dict, is safe until Python code runs.
    const SHARED_LISTS: bool = true;

    /// The length of a list or tuple; -1 if it cannot be read directly.
    #[inline(always)]
    unsafe fn var_size(o: Obj) -> isize {
        // SAFETY: lists and tuples store their length behind the header.
        unsafe { read(o, Self::HEADER) }
    }

    /// A field of a type object, as a word.
    #[inline(always)]
    unsafe fn type_field(t: Obj, field: TypeField) -> usize {
        // SAFETY: the order of these fields has not changed since CPython 3.8.
        unsafe { read(t, Self::HEADER - 16 + field as usize) }
    }

    /// Whether a type is one of the built-in types named by a flag bit, or a subclass of it.
    #[inline(always)]
    unsafe fn is_subclass(t: Obj, bit: c_ulong, builtin: Obj) -> bool {
        // SAFETY: the caller gives a type.
        unsafe { t == builtin || Self::type_flags(t) & bit != 0 }
    }

    /// `tp_flags`
    #[inline(always)]
    unsafe fn type_flags(t: Obj) -> c_ulong {
        // SAFETY: the caller gives a type.
        unsafe { Self::type_field(t, TypeField::Flags) as c_ulong }
    }

    /// `tp_base`, null for `object`.
    #[inline(always)]
    unsafe fn type_base(t: Obj) -> Obj {
        // SAFETY: the caller gives a type.
        unsafe { Self::type_field(t, TypeField::Base) as Obj }
    }

    /// `tp_basicsize`
    #[inline(always)]
    unsafe fn basic_size(t: Obj) -> usize {
        // SAFETY: the caller gives a type.
        unsafe { Self::type_field(t, TypeField::BasicSize) }
    }

    /// `tp_alloc(t, 0)`: a zeroed instance that the garbage collector knows.
    #[inline(always)]
    unsafe fn alloc(t: Obj) -> Obj {
        // SAFETY: every type that is ready has this function.
        unsafe {
            let alloc: AllocFunc = core::mem::transmute(Self::type_field(t, TypeField::Alloc));
            alloc(t, 0)
        }
    }

    /// `PyObject_Vectorcall`, which every interpreter since 3.11 exports.
    #[inline(always)]
    unsafe fn vectorcall(o: Obj, args: *const Obj, nargs: usize, kwnames: Obj) -> Obj {
        match api().PyObject_Vectorcall {
            // SAFETY: the caller gives the arguments that the function wants.
            Some(call) => unsafe { call(o, args, nargs, kwnames) },
            // SAFETY: as above.
            None => unsafe { crate::section::call::by_dict::<Self>(o, args, nargs, kwnames) },
        }
    }

    /// Whether an object is a type.
    #[inline(always)]
    unsafe fn is_type(o: Obj) -> bool {
        // SAFETY: the caller gives an object.
        unsafe { Self::is_subclass(Self::type_of(o), flag::TYPE, api().PyType_Type) }
    }
}

/// The bits `compact` and `ascii` in the state of a `str`.
pub(crate) const TEXT_ASCII: u32 = 0b110_0000;

/// Reads a value inside an object.
///
/// # Safety
/// The object has an initialised `T` at this offset.
#[inline(always)]
pub(crate) unsafe fn read<T: Copy>(o: Obj, offset: usize) -> T {
    // SAFETY: the caller's promise.
    unsafe { o.byte_add(offset).cast::<T>().read() }
}

/// The next multiple of 16, so that any native struct is aligned.
#[inline(always)]
pub(crate) const fn align16(n: usize) -> usize {
    (n + 15) & !15
}

/// Sizes that differ between versions of one layout, measured once by [`measure`].
pub(crate) mod sizes {
    use super::{AtomicUsize, Relaxed};

    /// A size in bytes.
    pub(crate) struct Size(AtomicUsize);

    impl Size {
        /// The measured value.
        #[inline(always)]
        pub(crate) fn get(&self) -> usize {
            self.0.load(Relaxed)
        }
        pub(super) fn set(&self, bytes: usize) {
            self.0.store(bytes, Relaxed);
        }
    }

    macro_rules! sizes {
        ($($(#[$attr:meta])* $name:ident),*) => {
            $($(#[$attr])* pub(crate) static $name: Size = Size(AtomicUsize::new(0));)*
        };
    }
    sizes!(
        /// `PyObject`; for `Stable` only.
        OBJECT,
        /// A type object.
        TYPE,
        /// An `int` without its digits.
        LONG,
        /// A `float`.
        FLOAT,
        /// A `str`.
        UNICODE,
        /// A `tuple` without its items.
        TUPLE,
        /// A `list`.
        LIST,
        /// A `dict`.
        DICT,
        /// A digit of an `int`; for `Stable` only.
        DIGIT,
        /// Not a size: the bits in a digit of an `int`; for `Stable` only.
        DIGIT_BITS
    );
}

/// Bytes of the C struct that a shape's built-in type has, without a variable part.
pub(crate) fn base_size<L: Layout>(shape: BuiltinShape) -> Option<usize> {
    Some(match shape {
        BuiltinShape::LEGACY => 0,
        BuiltinShape::OBJECT => L::head(),
        BuiltinShape::TYPE => sizes::TYPE.get(),
        BuiltinShape::LONG => sizes::LONG.get(),
        BuiltinShape::FLOAT => sizes::FLOAT.get(),
        BuiltinShape::UNICODE => sizes::UNICODE.get(),
        BuiltinShape::TUPLE => sizes::TUPLE.get(),
        BuiltinShape::LIST => sizes::LIST.get(),
        BuiltinShape::DICT => sizes::DICT.get(),
        _ => return None,
    })
}

/// Whether instances of a shape have digits or items between the fixed part and the native struct.
pub(crate) fn has_items(shape: BuiltinShape) -> bool {
    matches!(shape, BuiltinShape::LONG | BuiltinShape::TUPLE)
}

/// The native struct of an instance.
///
/// The digits of an `int` and the items of a `tuple` lie behind the fixed part of the object, and
/// their number differs from instance to instance, so that a struct of ours starts behind them.
///
/// # Safety
/// `o` is an instance of a class of ours with this shape.
#[inline(always)]
pub(crate) unsafe fn payload<L: Layout>(o: Obj, shape: BuiltinShape) -> *mut c_void {
    // SAFETY: the class was made with room for its struct at this place, see `types::basic_size`.
    unsafe {
        let items = match shape {
            BuiltinShape::OBJECT => return o.byte_add(L::head()).cast(),
            BuiltinShape::LONG => 4 * L::item_count(o),
            BuiltinShape::TUPLE => 8 * L::item_count(o),
            _ => 0,
        };
        o.byte_add(align16(base_size::<L>(shape).unwrap_or(0) + items)).cast()
    }
}

/// The layouts, as a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Gil39,
    Gil312,
    Free313,
    Cpyext,
    Stable,
}

/// Calls a generic function with the layout that a [`Kind`] stands for.
macro_rules! with_layout {
    ($kind:expr, $function:ident($($arg:expr),*)) => {
        match $kind {
            $crate::layout::Kind::Gil39 => $function::<$crate::layout::Gil39>($($arg),*),
            $crate::layout::Kind::Gil312 => $function::<$crate::layout::Gil312>($($arg),*),
            $crate::layout::Kind::Free313 => $function::<$crate::layout::Free313>($($arg),*),
            $crate::layout::Kind::Cpyext => $function::<$crate::layout::Cpyext>($($arg),*),
            $crate::layout::Kind::Stable => $function::<$crate::layout::Stable>($($arg),*),
        }
    };
}
pub(crate) use with_layout;

/// The language version at the start of `Py_GetVersion()`.
pub(crate) fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Which CPython before 3.12 this is: the second number of its version, or 0 for any other interpreter.
pub(crate) fn old_version<L: Layout>() -> u32 {
    static VERSION: OnceLock<u32> = OnceLock::new();
    if !L::IS_OLD {
        return 0;
    }
    *VERSION.get_or_init(|| {
        // SAFETY: there is a layout, so that the API is loaded.
        let text = unsafe { version_text() };
        parse_version(&text).map_or(0, |(_, minor)| minor)
    })
}

/// The layout that documentation promises for a version and a build.
pub(crate) fn expected(version: (u32, u32), pypy: bool, free_threaded: bool) -> Option<Kind> {
    match version {
        (3, 9..) if pypy => Some(Kind::Cpyext),
        (3, 13..=15) if free_threaded => Some(Kind::Free313),
        (3, 9..=11) => Some(Kind::Gil39),
        (3, 12..=15) if !free_threaded => Some(Kind::Gil312),
        (3, 16..) => Some(Kind::Stable),
        _ => None,
    }
}

/// Chooses the layout for this process and measures it; `None` if the interpreter is too old.
///
/// The environment variable `POMMEL_HOST_LAYOUT=stable` asks for the stable ABI only, which tests
/// use to run that path on every interpreter.
///
/// # Safety
/// The C API is loaded and the thread attached to the interpreter.
pub(crate) unsafe fn detect(linker: Linker) -> Option<Kind> {
    // SAFETY: the caller's promise.
    unsafe {
        let version = parse_version(&version_text())?;
        let free_threaded = api()._Py_MergeZeroLocalRefcount.is_some();
        let expected = expected(version, linker == Linker::PyPy, free_threaded)?;
        let stable_only = std::env::var_os("POMMEL_HOST_LAYOUT").is_some_and(|v| v == "stable");
        if !stable_only && expected != Kind::Stable && with_layout!(expected, probe()) {
            return Some(expected);
        }
        measure::<Stable>();
        stable::measure_digits();
        // Before 3.10, `PyType_GetSlot` did not work for the built-in types.
        (version >= (3, 10) && sizes::OBJECT.get() != 0).then_some(Kind::Stable)
    }
}

/// Checks a layout's promises on objects whose insides are known, and measures its sizes.
///
/// # Safety
/// The C API is loaded and the thread attached to the interpreter.
unsafe fn probe<L: Layout>() -> bool {
    // SAFETY: these reads stay inside the smallest type object and the objects made here.
    unsafe {
        let a = api();
        let types = [a.PyFloat_Type, a.PyLong_Type, a.PyTuple_Type, a.PyList_Type];
        if types.iter().any(|&t| L::type_of(t) != a.PyType_Type) {
            return false;
        }
        if types.iter().any(|&t| L::type_base(t) != a.PyBaseObject_Type) {
            return false;
        }
        measure::<L>();
        // More than the 15 bits that a digit has in some builds.
        let number = 0x12345;
        let one = PyLong_FromLong(number);
        let float = PyFloat_FromDouble(1.5);
        let tuple = PyTuple_New(1);
        if one.is_null() || float.is_null() || tuple.is_null() {
            PyErr_Clear();
            return false;
        }
        Py_IncRef(one);
        PyTuple_SetItem(tuple, 0, one);
        let items = L::tuple_items(tuple);
        let zero = PyLong_FromLong(0);
        let reads_ints = !zero.is_null() && L::exact_small_int(zero).is_some();
        let holds = reads_ints == L::exact_small_int(one).is_some()
            && L::exact_float(float).is_none_or(|v| v == 1.5)
            && L::exact_small_int(one).is_none_or(|v| v == number)
            && (items.is_null() || (*items == one && L::var_size(tuple) == 1));
        [zero, one, float, tuple].iter().for_each(|o| Py_DecRef(*o));
        holds && (L::TEXT_OFFSET == 0 || probe_text::<L>())
    }
}

/// Checks what a layout says of the inside of a `str`.
///
/// # Safety
/// The C API is loaded and the thread attached to the interpreter.
unsafe fn probe_text<L: Layout>() -> bool {
    // SAFETY: the reads stay inside the strings made here, which have at least six characters.
    unsafe {
        let bits = |text: &CStr| {
            let o = PyUnicode_FromString(text.as_ptr());
            (!o.is_null()).then(|| {
                let state: u32 = read(o, L::HEADER + 16);
                let shown: [u8; 6] = read(o, L::TEXT_OFFSET as usize);
                Py_DecRef(o);
                (state & TEXT_ASCII, &shown == b"Pommel")
            })
        };
        let found = (bits(c"Pommel"), bits(c"P\u{f6}mmel"), bits(c"Pommel\u{2192}"));
        PyErr_Clear();
        match found {
            (Some((ascii, true)), Some((latin, _)), Some((wide, _))) => {
                ascii == TEXT_ASCII && latin != TEXT_ASCII && wide != TEXT_ASCII
            }
            _ => false,
        }
    }
}

/// Reads the sizes of the built-in types from their type objects.
///
/// # Safety
/// The layout describes this interpreter.
unsafe fn measure<L: Layout>() {
    let a = api();
    let types = [
        (&sizes::OBJECT, a.PyBaseObject_Type),
        (&sizes::TYPE, a.PyType_Type),
        (&sizes::LONG, a.PyLong_Type),
        (&sizes::FLOAT, a.PyFloat_Type),
        (&sizes::UNICODE, a.PyUnicode_Type),
        (&sizes::TUPLE, a.PyTuple_Type),
        (&sizes::LIST, a.PyList_Type),
        (&sizes::DICT, a.PyDict_Type),
    ];
    for (size, t) in types {
        // SAFETY: these are type objects.
        size.set(unsafe { L::basic_size(t) });
    }
}

/// The bits of `tp_name` behind its last dot, for a type that is not a heap type.
///
/// # Safety
/// `name` is a NUL-terminated string.
pub(crate) unsafe fn last_component(name: *const c_char) -> *const c_char {
    // SAFETY: the caller's promise.
    unsafe {
        let dot = libc::strrchr(name, c_int::from(b'.'));
        if dot.is_null() { name } else { dot.add(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_the_text() {
        assert_eq!(parse_version("3.11.7 (main, May  9 2026) [GCC 12.2.0]"), Some((3, 11)));
        assert_eq!(parse_version("3.15.0a1+ experimental free-threading build"), Some((3, 15)));
        assert_eq!(parse_version("three"), None);
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn each_interpreter_has_its_layout() {
        assert_eq!(expected((3, 8), false, false), None);
        assert_eq!(expected((3, 9), false, false), Some(Kind::Gil39));
        assert_eq!(expected((3, 12), false, false), Some(Kind::Gil312));
        assert_eq!(expected((3, 13), false, true), Some(Kind::Free313));
        assert_eq!(expected((3, 16), false, true), Some(Kind::Stable));
        assert_eq!(expected((3, 16), false, false), Some(Kind::Stable));
        assert_eq!(expected((3, 11), true, false), Some(Kind::Cpyext));
        assert_eq!(expected((2, 7), false, false), None);
    }

    #[test]
    fn structs_start_at_multiples_of_16() {
        assert_eq!(
            [Gil39::head(), Gil312::head(), Free313::head(), Cpyext::head()],
            [16, 16, 32, 32]
        );
        assert_eq!((align16(0), align16(1), align16(16), align16(17)), (0, 16, 16, 32));
    }
}

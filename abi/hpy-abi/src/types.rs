//! The C types of the ABI.
//!
//! Two kinds live here.
//! First the *one-field types*: a C `int` can be a flag that cannot fail, a flag that can, or a
//! status, and a C function prototype does not say which.
//! Here each meaning is a type of its own with the layout of the C type it stands for, so that the
//! tables stay tables, and a trait on the type ([`CType`]) tells every consumer how to treat it.
//! Second the *structs* that an extension fills in to describe itself ([`HPyDef`], [`HPyType_Spec`],
//! [`HPyModuleDef`]), laid out as C lays them out.
//!
//! Layouts are checked three ways: by the constant assertions at the end of this file, by the
//! golden file `tests/golden/structs.txt`, and by a C compiler in `tests/layout.rs`.

use core::ffi::{c_char, c_int, c_long, c_ulong, c_void};

/// How a type of the tables is spelled in C, and what kind of thing it is.
pub trait CType {
    /// The C spelling, as `hpy.h` prints it.
    const C: &'static str;
    /// What a generic wrapper (debug mode, trace mode, a mock) must do with such a value.
    const MEANING: Meaning = Meaning::Plain;
}

/// What a value of a table type means to a wrapper that knows nothing else about the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A number, a pointer or nothing: passed on as it is.
    Plain,
    /// A handle: borrowed when it is an argument, new (and null on error) when it is a result.
    Handle,
    /// A C array of borrowed handles whose length is the next argument.
    Handles,
    /// A place into which a new handle is written.
    HandleOut,
    /// 0 on success, -1 with an exception set.
    Status,
    /// 0 or 1, cannot fail.
    Flag,
    /// 0 or 1, or -1 with an exception set.
    FlagOrErr,
    /// A length, index or hash; -1 with an exception set when it is a result.
    Size,
    /// A NUL-terminated UTF-8 string.
    Utf8,
    /// Bytes whose length travels beside them.
    Chars,
}

macro_rules! one_field {
    ($($(#[$attr:meta])* $name:ident($field:ty) = $c:literal, $meaning:ident;)*) => {$(
        $(#[$attr])*
        #[repr(transparent)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name(pub $field);
        impl CType for $name {
            const C: &'static str = $c;
            const MEANING: Meaning = Meaning::$meaning;
        }
    )*};
}

one_field! {
    /// An opaque reference to a Python object. Zero is the null handle; no other bit pattern has a
    /// meaning outside the host that made it.
    HPy(isize) = "HPy", Handle;
    /// A reference stored inside a native struct, kept alive by its owner and visited by the
    /// garbage collector.
    HPyField(isize) = "HPyField", Plain;
    /// A reference stored in a C global variable.
    HPyGlobal(isize) = "HPyGlobal", Plain;
    /// A list under construction.
    HPyListBuilder(isize) = "HPyListBuilder", Plain;
    /// A tuple under construction.
    HPyTupleBuilder(isize) = "HPyTupleBuilder", Plain;
    /// A set of handles that are closed together.
    HPyTracker(isize) = "HPyTracker", Plain;
    /// What [`ctx_LeavePythonExecution`](crate::HPyContext) hands out and its counterpart takes back.
    HPyThreadState(isize) = "HPyThreadState", Plain;
    /// 0 on success; -1 with an exception set.
    Status(c_int) = "int", Status;
    /// 0 or 1; cannot fail.
    Flag(c_int) = "int", Flag;
    /// 0 or 1; -1 with an exception set.
    FlagOrErr(c_int) = "int", FlagOrErr;
    /// A size, length or index as an argument or an error-free result.
    Len(isize) = "HPy_ssize_t", Plain;
    /// A length as a result; -1 with an exception set.
    LenOrErr(isize) = "HPy_ssize_t", Size;
    /// A hash; -1 with an exception set.
    Hash(isize) = "HPy_hash_t", Size;
    /// NUL-terminated UTF-8, borrowed; null on error when it is a result.
    Utf8(*const c_char) = "const char *", Utf8;
    /// Bytes, borrowed, whose length is another argument.
    Chars(*const c_char) = "const char *", Chars;
    /// Wide characters, borrowed, whose length is another argument.
    WideChars(*const WChar) = "const wchar_t *", Plain;
    /// One Unicode code point.
    Ucs4(u32) = "HPy_UCS4", Plain;
    /// The operator of a rich comparison, one of the associated constants.
    CmpOp(c_int) = "int", Plain;
    /// How a source string is parsed.
    SourceKind(c_int) = "HPy_SourceKind", Plain;
    /// Which part of a capsule is read or written.
    CapsuleKey(c_int) = "_HPyCapsule_key", Plain;
    /// The built-in type whose C struct precedes the native struct of a class.
    BuiltinShape(c_int) = "HPyType_BuiltinShape", Plain;
    /// The calling convention of a function that Python calls; see [`crate::for_each_signature!`].
    Signature(c_int) = "HPyFunc_Signature", Plain;
    /// A borrowed C array of handles whose length is the next argument.
    Handles(*const HPy) = "const HPy *", Handles;
    /// Where a new handle is written.
    HandleOut(*mut HPy) = "HPy *", HandleOut;
}

/// The C library's wide character: 32 bits on Linux and macOS.
#[cfg(not(windows))]
pub type WChar = i32;
/// The C library's wide character: 16 bits on Windows.
#[cfg(windows)]
pub type WChar = u16;

/// A pointer to a function whose type depends on a [`Signature`] beside it.
pub type HPyCFunction = Option<unsafe extern "C" fn()>;
/// Called by a traversal for each field of an object: `visit(field, arg)`.
pub type HPyFunc_visitproc = unsafe extern "C" fn(*mut HPyField, *mut c_void) -> c_int;
/// Releases what a capsule points to: `destroy(name, pointer, context)`.
pub type HPyFunc_Capsule_Destructor = unsafe extern "C" fn(*const c_char, *mut c_void, *mut c_void);

/// An object of an interpreter that has a C API. Never looked into on this side of the line.
#[repr(C)]
pub struct cpy_PyObject {
    _opaque: [u8; 0],
}

macro_rules! plain {
    ($($ty:ty = $c:literal;)*) => {$(
        impl CType for $ty { const C: &'static str = $c; }
    )*};
}
plain! {
    () = "void";
    bool = "bool";
    f64 = "double";
    i32 = "int32_t";
    u32 = "uint32_t";
    i64 = "int64_t";
    u64 = "uint64_t";
    usize = "size_t";
    HPyCFunction = "HPyCFunction";
    *mut c_void = "void *";
    *mut *mut c_void = "void **";
    *mut Len = "HPy_ssize_t *";
    *mut HPyField = "HPyField *";
    *mut HPyGlobal = "HPyGlobal *";
    *mut cpy_PyObject = "cpy_PyObject *";
    *mut HPyType_Spec = "HPyType_Spec *";
    *mut HPyType_SpecParam = "HPyType_SpecParam *";
    *mut HPyCapsule_Destructor = "HPyCapsule_Destructor *";
    *mut HPyCallFunction = "HPyCallFunction *";
}

impl HPy {
    /// No object: "not given" as an argument, "an exception is set" as a result.
    pub const NULL: HPy = HPy(0);
    /// Whether this is the null handle.
    #[inline(always)]
    pub const fn is_null(self) -> bool {
        self.0 == 0
    }
}
impl HPyField {
    /// A field that holds nothing.
    pub const NULL: HPyField = HPyField(0);
}
impl HPyGlobal {
    /// A global that holds nothing.
    pub const NULL: HPyGlobal = HPyGlobal(0);
}
impl Status {
    /// Success.
    pub const OK: Status = Status(0);
    /// An exception is set.
    pub const ERR: Status = Status(-1);
}
impl Flag {
    /// From a truth value.
    #[inline(always)]
    pub const fn new(value: bool) -> Flag {
        Flag(value as c_int)
    }
}
impl FlagOrErr {
    /// An exception is set.
    pub const ERR: FlagOrErr = FlagOrErr(-1);
    /// From a truth value.
    #[inline(always)]
    pub const fn new(value: bool) -> FlagOrErr {
        FlagOrErr(value as c_int)
    }
}

/// Names for the values of a one-field type that stands for a C enumeration.
macro_rules! constants {
    ($($ty:ident { $($(#[$attr:meta])* $name:ident = $value:literal,)* })*) => {$(
        #[allow(missing_docs)]
        impl $ty {
            $($(#[$attr])* pub const $name: $ty = $ty($value);)*
            /// Every constant of this type, by name.
            pub const ALL: &'static [(&'static str, $ty)] = &[$((stringify!($name), $ty($value)),)*];
        }
    )*};
}
constants! {
    CmpOp { LT = 0, LE = 1, EQ = 2, NE = 3, GT = 4, GE = 5, }
    SourceKind { EXPR = 0, FILE = 1, SINGLE = 2, }
    CapsuleKey { POINTER = 0, NAME = 1, CONTEXT = 2, DESTRUCTOR = 3, }
    BuiltinShape {
        LEGACY = -1, OBJECT = 0, TYPE = 1, LONG = 2, FLOAT = 3,
        UNICODE = 4, TUPLE = 5, LIST = 6, DICT = 7,
    }
    MemberType {
        SHORT = 0, INT = 1, LONG = 2, FLOAT = 3, DOUBLE = 4, STRING = 5, OBJECT = 6, CHAR = 7,
        BYTE = 8, UBYTE = 9, USHORT = 10, UINT = 11, ULONG = 12, STRING_INPLACE = 13, BOOL = 14,
        OBJECT_EX = 16, LONGLONG = 17, ULONGLONG = 18, HPYSSIZET = 19, NONE = 20,
    }
    DefKind { SLOT = 1, METH = 2, MEMBER = 3, GETSET = 4, }
    ParamKind { END = 0, BASE = 1, BASES_TUPLE = 2, METACLASS = 3, }
}

one_field! {
    /// The C type of a struct member that is exposed to Python.
    MemberType(c_int) = "HPyMember_FieldType", Plain;
    /// Which arm of an [`HPyDef`] is in use.
    DefKind(c_int) = "HPyDef_Kind", Plain;
    /// What an [`HPyType_SpecParam`] gives.
    ParamKind(c_int) = "HPyType_SpecParam_Kind", Plain;
}

/// Flags of [`HPyType_Spec::flags`].
pub mod tpflags {
    use core::ffi::c_ulong;
    /// What every class has: a heap type with a version tag.
    pub const DEFAULT: c_ulong = (1 << 9) | (1 << 18);
    /// Python code may subclass it.
    pub const BASETYPE: c_ulong = 1 << 10;
    /// Instances are called by the vectorcall protocol.
    pub const HAVE_VECTORCALL: c_ulong = 1 << 11;
    /// Instances take part in cyclic garbage collection.
    pub const HAVE_GC: c_ulong = 1 << 14;
}

/// Fills a slot of a type or module.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPySlot {
    /// The slot's number; see [`crate::for_each_slot!`].
    pub slot: c_int,
    /// The implementation, which takes a context and handles.
    pub imp: HPyCFunction,
    /// The same function as CPython calls it.
    pub cpy_trampoline: HPyCFunction,
}

/// A method or function.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyMeth {
    /// Name, UTF-8.
    pub name: *const c_char,
    /// The implementation, which takes a context and handles.
    pub imp: HPyCFunction,
    /// The same function as CPython calls it.
    pub cpy_trampoline: HPyCFunction,
    /// Its calling convention.
    pub signature: Signature,
    /// Docstring, UTF-8, or null.
    pub doc: *const c_char,
}

/// A member of the native struct that Python reads and writes without a call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyMember {
    /// Name, UTF-8.
    pub name: *const c_char,
    /// Its C type.
    pub type_: MemberType,
    /// Bytes from the start of the native struct.
    pub offset: isize,
    /// Whether Python may not assign it.
    pub readonly: c_int,
    /// Docstring, UTF-8, or null.
    pub doc: *const c_char,
}

/// A property.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyGetSet {
    /// Name, UTF-8.
    pub name: *const c_char,
    /// The getter, which takes a context and handles.
    pub getter_impl: HPyCFunction,
    /// The setter, or null for a read-only property.
    pub setter_impl: HPyCFunction,
    /// The getter as CPython calls it.
    pub getter_cpy_trampoline: HPyCFunction,
    /// The setter as CPython calls it.
    pub setter_cpy_trampoline: HPyCFunction,
    /// Docstring, UTF-8, or null.
    pub doc: *const c_char,
    /// Handed to both functions.
    pub closure: *mut c_void,
}

/// The four arms of an [`HPyDef`].
#[repr(C)]
#[derive(Clone, Copy)]
pub union HPyDefBody {
    /// For [`DefKind::SLOT`].
    pub slot: HPySlot,
    /// For [`DefKind::METH`].
    pub meth: HPyMeth,
    /// For [`DefKind::MEMBER`].
    pub member: HPyMember,
    /// For [`DefKind::GETSET`].
    pub getset: HPyGetSet,
}

/// One thing that a type or module defines.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyDef {
    /// Which arm of `body` holds it.
    pub kind: DefKind,
    /// The definition (an anonymous union in C).
    pub body: HPyDefBody,
}

/// The description of a type.
#[repr(C)]
pub struct HPyType_Spec {
    /// Dotted name, UTF-8.
    pub name: *const c_char,
    /// Bytes of the native struct; 0 inherits the base's.
    pub basicsize: c_int,
    /// Not supported: 0.
    pub itemsize: c_int,
    /// See [`tpflags`].
    pub flags: c_ulong,
    /// The built-in type whose struct precedes ours.
    pub builtin_shape: BuiltinShape,
    /// C-API slots (hybrid ABI only), or null.
    pub legacy_slots: *mut c_void,
    /// Null-terminated array of definitions, or null.
    pub defines: *mut *mut HPyDef,
    /// Docstring, UTF-8, or null.
    pub doc: *const c_char,
}

/// One more fact about a type under construction; an array of them ends with [`ParamKind::END`].
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyType_SpecParam {
    /// What `object` is.
    pub kind: ParamKind,
    /// A base, a tuple of bases or a metaclass.
    pub object: HPy,
}

/// The description of a module.
#[repr(C)]
pub struct HPyModuleDef {
    /// Docstring, UTF-8, or null.
    pub doc: *const c_char,
    /// Bytes of module state; 0 for none.
    pub size: isize,
    /// C-API methods (hybrid ABI only), or null.
    pub legacy_methods: *mut c_void,
    /// Null-terminated array of definitions, or null.
    pub defines: *mut *mut HPyDef,
    /// Null-terminated array of the module's globals, or null.
    pub globals: *mut *mut HPyGlobal,
}

/// How a capsule releases its pointer.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyCapsule_Destructor {
    /// The destructor as CPython calls it.
    pub cpy_trampoline: HPyCFunction,
    /// The destructor.
    pub imp: Option<HPyFunc_Capsule_Destructor>,
}

/// The function that is called when an instance of a type with the call protocol is called.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPyCallFunction {
    /// The function as CPython calls it (vectorcall).
    pub cpy_trampoline: HPyCFunction,
    /// The function, with [`Signature::KEYWORDS`].
    pub imp: HPyCFunction,
}

/// A view of an object's memory, as the buffer protocol describes it.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct HPy_buffer {
    /// The first element.
    pub buf: *mut c_void,
    /// The exporter, owned by the view.
    pub obj: HPy,
    /// Bytes in all.
    pub len: isize,
    /// Bytes of one element.
    pub itemsize: isize,
    /// Whether the consumer must not write.
    pub readonly: c_int,
    /// Number of dimensions.
    pub ndim: c_int,
    /// Format in the manner of Python's `struct` module, or null for bytes.
    pub format: *mut c_char,
    /// `ndim` extents in elements, or null.
    pub shape: *mut isize,
    /// `ndim` strides in bytes, or null.
    pub strides: *mut isize,
    /// `ndim` sub-offsets, or null.
    pub suboffsets: *mut isize,
    /// The exporter's own.
    pub internal: *mut c_void,
}

// SAFETY: the pointers in a definition lead to constants of the extension (names, docstrings,
// functions) that nobody writes to, so that any thread may read them.
unsafe impl Sync for HPyDef {}

// The description structs, and a C `long` as wide as the tables assume, as the System V x86-64 and
// AArch64 ABIs lay them out. `tests/layout.rs` asks a C compiler the same question.
#[cfg(all(target_pointer_width = "64", not(windows)))]
const _: () = {
    assert!(size_of::<c_long>() == 8);
    assert!(size_of::<HPyDef>() == 64 && core::mem::offset_of!(HPyDef, body) == 8);
    assert!(size_of::<HPySlot>() == 24 && size_of::<HPyMeth>() == 40);
    assert!(size_of::<HPyMember>() == 40 && size_of::<HPyGetSet>() == 56);
    assert!(size_of::<HPyType_Spec>() == 56 && size_of::<HPyType_SpecParam>() == 16);
    assert!(size_of::<HPyModuleDef>() == 40 && size_of::<HPy_buffer>() == 80);
    assert!(size_of::<HPyCapsule_Destructor>() == 16 && size_of::<HPyCallFunction>() == 16);
};

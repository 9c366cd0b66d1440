//! The part of the C API that this host uses: one table, filled at run time.
//!
//! There is no Python.h at build time and no libpython to link with: whoever loads the extension
//! already has the C API in its process, and [`load`] asks the dynamic linker for each symbol once.
//! After that a call is an indirect call through a static, as it would be through a linkage table.
//!
//! PyPy spells every symbol with another prefix: `PyLong_FromLong` is `PyPyLong_FromLong`, and
//! `_Py_Dealloc` is `_PyPy_Dealloc`.
//! A row that is `required` must be there on every interpreter; an `optional` row is an `Option`,
//! and its user keeps another way.

use core::cell::UnsafeCell;
use core::ffi::{CStr, c_char, c_int, c_long, c_longlong, c_ulong, c_ulonglong, c_void};
use core::ptr::null;
use hpy_abi::{WChar, cpy_PyObject};
use std::ffi::CString;
use std::sync::OnceLock;

/// A reference of the C API.
pub(crate) type Obj = *mut cpy_PyObject;
/// A C string.
pub(crate) type Str = *const c_char;
/// `vectorcallfunc`
pub(crate) type Vectorcall = unsafe extern "C" fn(Obj, *const Obj, usize, Obj) -> Obj;
/// `_PyFrameEvalFunction`
pub(crate) type EvalFrame = unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> Obj;
/// `newfunc`
pub(crate) type NewFunc = unsafe extern "C" fn(Obj, Obj, Obj) -> Obj;
/// `allocfunc`
pub(crate) type AllocFunc = unsafe extern "C" fn(Obj, isize) -> Obj;
/// `freefunc`
pub(crate) type FreeFunc = unsafe extern "C" fn(*mut c_void);
/// `destructor`
pub(crate) type Destructor = unsafe extern "C" fn(Obj);
/// `inquiry`
pub(crate) type Inquiry = unsafe extern "C" fn(Obj) -> c_int;
/// `visitproc`
pub(crate) type VisitProc = unsafe extern "C" fn(Obj, *mut c_void) -> c_int;
/// `traverseproc`
pub(crate) type TraverseProc = unsafe extern "C" fn(Obj, VisitProc, *mut c_void) -> c_int;

/// `PyMethodDef`
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PyMethodDef {
    pub name: Str,
    pub meth: *const c_void,
    pub flags: c_int,
    pub doc: Str,
}

/// `PyMemberDef`
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PyMemberDef {
    pub name: Str,
    pub type_: c_int,
    pub offset: isize,
    pub flags: c_int,
    pub doc: Str,
}

/// `PyGetSetDef`
#[repr(C)]
#[derive(Clone, Copy)]
pub(crate) struct PyGetSetDef {
    pub name: Str,
    pub get: *const c_void,
    pub set: *const c_void,
    pub doc: Str,
    pub closure: *mut c_void,
}

impl PyMethodDef {
    /// The end of an array.
    pub(crate) const END: PyMethodDef =
        PyMethodDef { name: null(), meth: null(), flags: 0, doc: null() };
}
impl PyMemberDef {
    /// The end of an array.
    pub(crate) const END: PyMemberDef =
        PyMemberDef { name: null(), type_: 0, offset: 0, flags: 0, doc: null() };
}
impl PyGetSetDef {
    /// The end of an array.
    pub(crate) const END: PyGetSetDef = PyGetSetDef {
        name: null(),
        get: null(),
        set: null(),
        doc: null(),
        closure: core::ptr::null_mut(),
    };
}

/// `PyType_Slot` and `PyModuleDef_Slot`, which have the same layout.
#[repr(C)]
pub(crate) struct PySlot {
    pub slot: c_int,
    pub value: *mut c_void,
}

/// `PyType_Spec`
#[repr(C)]
pub(crate) struct PyTypeSpec {
    pub name: Str,
    pub basicsize: c_int,
    pub itemsize: c_int,
    pub flags: u32,
    pub slots: *mut PySlot,
}

/// Calls `$callback!` with the rows `required|optional fn name(arguments) -> result;` and
/// `required static name;`.
macro_rules! for_each_symbol {
    ($callback:ident) => {
        $callback! {
            required static PyBaseObject_Type;
            required static PyBytes_Type;
            required static PyDict_Type;
            required static PyFloat_Type;
            required static PyList_Type;
            required static PyLong_Type;
            required static PyModule_Type;
            required static PyTuple_Type;
            required static PyType_Type;
            required static PyUnicode_Type;
            required static _Py_FalseStruct;
            required static _Py_NoneStruct;
            required static _Py_TrueStruct;

            required fn Py_GetVersion() -> Str;
            required fn Py_IncRef(o: Obj) -> ();
            required fn Py_DecRef(o: Obj) -> ();
            required fn _Py_Dealloc(o: Obj) -> ();
            required fn Py_FatalError(message: Str) -> ();
            optional fn Py_CompileString(source: Str, file: Str, start: c_int) -> Obj;
            optional fn Py_CompileStringFlags(source: Str, file: Str, start: c_int, flags: *mut c_void) -> Obj;
            optional fn _PyObject_Dump(o: Obj) -> ();
            optional fn _Py_MergeZeroLocalRefcount(o: Obj) -> ();
            optional fn _PyCode_GetExtra(code: Obj, index: isize, extra: *mut *mut c_void) -> c_int;
            optional fn _PyCode_SetExtra(code: Obj, index: isize, extra: *mut c_void) -> c_int;
            optional fn _PyEval_EvalFrameDefault(thread: *mut c_void, frame: *mut c_void, throws: c_int) -> Obj;
            optional fn _PyEval_RequestCodeExtraIndex(free: *mut c_void) -> isize;
            optional fn _PyInterpreterState_GetEvalFrameFunc(interpreter: *mut c_void) -> Option<EvalFrame>;
            optional fn _PyInterpreterState_SetEvalFrameFunc(interpreter: *mut c_void, eval: EvalFrame) -> ();

            required fn PyBuffer_Release(view: *mut c_void) -> ();
            required fn PyBytes_AsString(o: Obj) -> Str;
            required fn PyBytes_FromString(s: Str) -> Obj;
            required fn PyBytes_FromStringAndSize(s: Str, n: isize) -> Obj;
            required fn PyBytes_Size(o: Obj) -> isize;
            optional fn PyCFunction_GetFlags(o: Obj) -> c_int;
            required fn PyCallable_Check(o: Obj) -> c_int;
            required fn PyCapsule_GetContext(o: Obj) -> *mut c_void;
            required fn PyCapsule_GetName(o: Obj) -> Str;
            required fn PyCapsule_GetPointer(o: Obj, name: Str) -> *mut c_void;
            required fn PyCapsule_IsValid(o: Obj, name: Str) -> c_int;
            required fn PyCapsule_New(p: *mut c_void, name: Str, destructor: Option<Destructor>) -> Obj;
            required fn PyCapsule_SetContext(o: Obj, context: *mut c_void) -> c_int;
            required fn PyCapsule_SetDestructor(o: Obj, destructor: Option<Destructor>) -> c_int;
            required fn PyCapsule_SetName(o: Obj, name: Str) -> c_int;
            required fn PyCapsule_SetPointer(o: Obj, p: *mut c_void) -> c_int;
            required fn PyContextVar_Get(var: Obj, default: Obj, value: *mut Obj) -> c_int;
            required fn PyContextVar_New(name: Str, default: Obj) -> Obj;
            required fn PyContextVar_Set(var: Obj, value: Obj) -> Obj;
            optional fn PyCriticalSection_Begin(c: *mut c_void, o: Obj) -> ();
            optional fn PyCriticalSection_End(c: *mut c_void) -> ();
            optional fn PyCell_Get(o: Obj) -> Obj;
            optional fn PyDict_AddWatcher(callback: *const c_void) -> c_int;
            required fn PyDict_Copy(o: Obj) -> Obj;
            optional fn PyDict_GetItemRef(o: Obj, key: Obj, v: *mut Obj) -> c_int;
            required fn PyDict_GetItemWithError(o: Obj, key: Obj) -> Obj;
            required fn PyDict_Keys(o: Obj) -> Obj;
            required fn PyDict_New() -> Obj;
            required fn PyDict_SetItem(o: Obj, key: Obj, v: Obj) -> c_int;
            optional fn PyDict_Watch(watcher: c_int, o: Obj) -> c_int;
            required fn PyErr_Clear() -> ();
            required fn PyErr_ExceptionMatches(o: Obj) -> c_int;
            required fn PyErr_Fetch(t: *mut Obj, v: *mut Obj, tb: *mut Obj) -> ();
            optional fn PyErr_GetRaisedException() -> Obj;
            required fn PyErr_NewException(name: Str, base: Obj, dict: Obj) -> Obj;
            required fn PyErr_NewExceptionWithDoc(name: Str, doc: Str, base: Obj, dict: Obj) -> Obj;
            required fn PyErr_NoMemory() -> Obj;
            required fn PyErr_NormalizeException(t: *mut Obj, v: *mut Obj, tb: *mut Obj) -> ();
            required fn PyErr_Occurred() -> Obj;
            required fn PyErr_Restore(t: Obj, v: Obj, tb: Obj) -> ();
            required fn PyErr_SetFromErrnoWithFilename(t: Obj, file: Str) -> Obj;
            required fn PyErr_SetFromErrnoWithFilenameObjects(t: Obj, file1: Obj, file2: Obj) -> Obj;
            required fn PyErr_SetObject(t: Obj, v: Obj) -> ();
            optional fn PyErr_SetRaisedException(o: Obj) -> ();
            required fn PyErr_SetString(t: Obj, s: Str) -> ();
            required fn PyErr_WarnEx(t: Obj, s: Str, level: isize) -> c_int;
            required fn PyErr_WriteUnraisable(o: Obj) -> ();
            required fn PyEval_EvalCode(code: Obj, globals: Obj, locals: Obj) -> Obj;
            required fn PyEval_GetBuiltins() -> Obj;
            required fn PyEval_RestoreThread(state: *mut c_void) -> ();
            required fn PyEval_SaveThread() -> *mut c_void;
            required fn PyException_GetTraceback(o: Obj) -> Obj;
            required fn PyException_SetTraceback(o: Obj, tb: Obj) -> c_int;
            required fn PyFloat_AsDouble(o: Obj) -> f64;
            required fn PyFloat_FromDouble(v: f64) -> Obj;
            optional fn PyGILState_Ensure() -> c_int;
            optional fn PyGILState_GetThisThreadState() -> *mut c_void;
            optional fn PyGILState_Release(before: c_int) -> ();
            required fn PyImport_ImportModule(name: Str) -> Obj;
            required fn PyIter_Check(o: Obj) -> c_int;
            required fn PyIter_Next(o: Obj) -> Obj;
            required fn PyList_Append(o: Obj, item: Obj) -> c_int;
            required fn PyList_Insert(o: Obj, i: isize, item: Obj) -> c_int;
            optional fn PyFunction_GetCode(o: Obj) -> Obj;
            optional fn PyFunction_GetDefaults(o: Obj) -> Obj;
            optional fn PyFunction_GetKwDefaults(o: Obj) -> Obj;
            optional fn PyFunction_SetVectorcall(o: Obj, call: Vectorcall) -> ();
            optional fn PyInterpreterState_Get() -> *mut c_void;
            optional fn PyInterpreterState_GetID(interpreter: *mut c_void) -> i64;
            required fn PyList_New(n: isize) -> Obj;
            required fn PyList_SetItem(o: Obj, i: isize, item: Obj) -> c_int;
            required fn PyLong_AsDouble(o: Obj) -> f64;
            required fn PyLong_AsLongLong(o: Obj) -> c_longlong;
            required fn PyLong_AsSize_t(o: Obj) -> usize;
            required fn PyLong_AsSsize_t(o: Obj) -> isize;
            required fn PyLong_AsUnsignedLongLong(o: Obj) -> c_ulonglong;
            required fn PyLong_AsUnsignedLongLongMask(o: Obj) -> c_ulonglong;
            required fn PyLong_AsUnsignedLongMask(o: Obj) -> c_ulong;
            required fn PyLong_AsVoidPtr(o: Obj) -> *mut c_void;
            required fn PyLong_FromLong(v: c_long) -> Obj;
            required fn PyLong_FromLongLong(v: c_longlong) -> Obj;
            required fn PyLong_FromSize_t(v: usize) -> Obj;
            required fn PyLong_FromSsize_t(v: isize) -> Obj;
            required fn PyLong_FromUnsignedLongLong(v: c_ulonglong) -> Obj;
            required fn PyMember_GetOne(p: Str, member: *mut PyMemberDef) -> Obj;
            required fn PyMember_SetOne(p: *mut c_char, member: *mut PyMemberDef, v: Obj) -> c_int;
            required fn PyModuleDef_Init(def: *mut c_void) -> Obj;
            optional fn PyInterpreterState_Main() -> *mut c_void;
            optional fn PyModule_ExecDef(module: Obj, def: *mut c_void) -> c_int;
            optional fn PyModule_GetDict(module: Obj) -> Obj;
            optional fn PyModule_FromDefAndSpec2(def: *mut c_void, spec: Obj, version: c_int) -> Obj;
            required fn PyNumber_Absolute(o: Obj) -> Obj;
            required fn PyNumber_Add(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_And(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Check(o: Obj) -> c_int;
            required fn PyNumber_Divmod(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Float(o: Obj) -> Obj;
            required fn PyNumber_FloorDivide(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceAdd(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceAnd(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceFloorDivide(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceLshift(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceMatrixMultiply(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceMultiply(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceOr(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlacePower(a: Obj, b: Obj, c: Obj) -> Obj;
            required fn PyNumber_InPlaceRemainder(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceRshift(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceSubtract(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceTrueDivide(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_InPlaceXor(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Index(o: Obj) -> Obj;
            required fn PyNumber_Invert(o: Obj) -> Obj;
            required fn PyNumber_Long(o: Obj) -> Obj;
            required fn PyNumber_Lshift(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_MatrixMultiply(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Multiply(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Negative(o: Obj) -> Obj;
            required fn PyNumber_Or(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Positive(o: Obj) -> Obj;
            required fn PyNumber_Power(a: Obj, b: Obj, c: Obj) -> Obj;
            required fn PyNumber_Remainder(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Rshift(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Subtract(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_TrueDivide(a: Obj, b: Obj) -> Obj;
            required fn PyNumber_Xor(a: Obj, b: Obj) -> Obj;
            required fn PyObject_ASCII(o: Obj) -> Obj;
            required fn PyObject_Bytes(o: Obj) -> Obj;
            required fn PyObject_Call(o: Obj, args: Obj, kw: Obj) -> Obj;
            required fn PyObject_CallFinalizerFromDealloc(o: Obj) -> c_int;
            required fn PyObject_CallObject(o: Obj, args: Obj) -> Obj;
            required fn PyObject_DelItem(o: Obj, key: Obj) -> c_int;
            optional fn PyObject_GC_Track(o: *mut c_void) -> ();
            optional fn PyObject_GC_UnTrack(o: *mut c_void) -> ();
            required fn PyObject_GetAttr(o: Obj, name: Obj) -> Obj;
            required fn PyObject_GetAttrString(o: Obj, name: Str) -> Obj;
            required fn PyObject_GetItem(o: Obj, key: Obj) -> Obj;
            required fn PyObject_GetBuffer(o: Obj, view: *mut c_void, flags: c_int) -> c_int;
            required fn PyObject_GetIter(o: Obj) -> Obj;
            required fn PyObject_HasAttr(o: Obj, name: Obj) -> c_int;
            required fn PyObject_HasAttrString(o: Obj, name: Str) -> c_int;
            required fn PyObject_Hash(o: Obj) -> isize;
            required fn PyObject_IsTrue(o: Obj) -> c_int;
            required fn PyObject_Repr(o: Obj) -> Obj;
            required fn PyObject_RichCompare(a: Obj, b: Obj, op: c_int) -> Obj;
            required fn PyObject_RichCompareBool(a: Obj, b: Obj, op: c_int) -> c_int;
            required fn PyObject_SetAttr(o: Obj, name: Obj, v: Obj) -> c_int;
            required fn PyObject_SetAttrString(o: Obj, name: Str, v: Obj) -> c_int;
            required fn PyObject_SetItem(o: Obj, key: Obj, v: Obj) -> c_int;
            required fn PyObject_Size(o: Obj) -> isize;
            required fn PyObject_Str(o: Obj) -> Obj;
            required fn PyObject_Type(o: Obj) -> Obj;
            optional fn PyObject_Vectorcall(o: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj;
            required fn PyObject_VectorcallDict(o: Obj, args: *const Obj, nargsf: usize, kw: Obj) -> Obj;
            required fn PyObject_VectorcallMethod(name: Obj, args: *const Obj, nargsf: usize, kwnames: Obj) -> Obj;
            required fn PySequence_Contains(o: Obj, v: Obj) -> c_int;
            required fn PySequence_DelSlice(o: Obj, i: isize, j: isize) -> c_int;
            required fn PySequence_GetSlice(o: Obj, i: isize, j: isize) -> Obj;
            required fn PySequence_SetSlice(o: Obj, i: isize, j: isize, v: Obj) -> c_int;
            required fn PySlice_New(start: Obj, stop: Obj, step: Obj) -> Obj;
            required fn PySlice_Unpack(o: Obj, start: *mut isize, stop: *mut isize, step: *mut isize) -> c_int;
            required fn PyTuple_GetItem(o: Obj, i: isize) -> Obj;
            required fn PyTuple_New(n: isize) -> Obj;
            required fn PyTuple_SetItem(o: Obj, i: isize, item: Obj) -> c_int;
            required fn PyTuple_Size(o: Obj) -> isize;
            optional fn PyType_FromMetaclass(meta: Obj, module: Obj, spec: *mut PyTypeSpec, bases: Obj) -> Obj;
            required fn PyType_FromSpecWithBases(spec: *mut PyTypeSpec, bases: Obj) -> Obj;
            optional fn PyType_GetFlags(t: Obj) -> c_ulong;
            optional fn PyType_GetName(t: Obj) -> Obj;
            required fn PyType_GetSlot(t: Obj, slot: c_int) -> *mut c_void;
            required fn PyType_IsSubtype(a: Obj, b: Obj) -> c_int;
            required fn PyUnicode_AsASCIIString(o: Obj) -> Obj;
            required fn PyUnicode_AsLatin1String(o: Obj) -> Obj;
            required fn PyUnicode_AsUTF8AndSize(o: Obj, size: *mut isize) -> Str;
            required fn PyUnicode_AsUTF8String(o: Obj) -> Obj;
            required fn PyUnicode_DecodeASCII(s: Str, n: isize, errors: Str) -> Obj;
            required fn PyUnicode_DecodeFSDefault(s: Str) -> Obj;
            required fn PyUnicode_DecodeFSDefaultAndSize(s: Str, n: isize) -> Obj;
            required fn PyUnicode_DecodeLatin1(s: Str, n: isize, errors: Str) -> Obj;
            required fn PyUnicode_EncodeFSDefault(o: Obj) -> Obj;
            required fn PyUnicode_FromEncodedObject(o: Obj, encoding: Str, errors: Str) -> Obj;
            required fn PyUnicode_FromString(s: Str) -> Obj;
            required fn PyUnicode_FromWideChar(s: *const WChar, n: isize) -> Obj;
            required fn PyUnicode_InternFromString(s: Str) -> Obj;
            required fn PyUnicode_ReadChar(o: Obj, i: isize) -> u32;
            required fn PyUnicode_Substring(o: Obj, i: isize, j: isize) -> Obj;
            optional fn PyVectorcall_Call(o: Obj, args: Obj, kw: Obj) -> Obj;
            optional fn PyVectorcall_Function(o: Obj) -> Option<Vectorcall>;
            required fn _PyObject_New(t: Obj) -> Obj;
        }
    };
}

/// The type of the field that holds a symbol.
macro_rules! field_type {
    (required static) => { Obj };
    (required fn ($($ty:ty),*) -> $ret:ty) => { unsafe extern "C" fn($($ty),*) -> $ret };
    (optional fn ($($ty:ty),*) -> $ret:ty) => { Option<unsafe extern "C" fn($($ty),*) -> $ret> };
}

/// What the field holds before [`load`].
macro_rules! initial_value {
    (required static) => { core::ptr::null_mut() };
    (required fn ($($ty:ty),*) -> $ret:ty) => {
        // SAFETY: function pointers have one representation; a call before `load` would reach
        // `unset`, which ignores its arguments and does not return.
        unsafe {
            core::mem::transmute::<extern "C" fn() -> !, unsafe extern "C" fn($($ty),*) -> $ret>(unset)
        }
    };
    (optional fn ($($ty:ty),*) -> $ret:ty) => { None };
}

/// A plain function that calls through the table, for a function that is always there.
macro_rules! define_caller {
    (required static $name:ident) => {};
    (optional fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {};
    (required fn $name:ident ($($arg:ident: $ty:ty),*) -> $ret:ty) => {
        /// The C API's function of this name.
        ///
        /// # Safety
        /// [`load`] has succeeded, the thread is attached to the interpreter, and the arguments
        /// are what the function's documentation asks for.
        #[inline(always)]
        pub(crate) unsafe fn $name($($arg: $ty),*) -> $ret {
            // SAFETY: the caller vouches for the table and the arguments.
            unsafe { (api().$name)($($arg),*) }
        }
    };
}

/// Reads one symbol into its field.
macro_rules! load_field {
    ($api:ident, $linker:ident, required $kind:ident $name:ident) => {
        match $linker.find(stringify!($name)) {
            // SAFETY: the symbol of this name has the type that the table says; both sides are one
            // pointer wide.
            Some(p) => unsafe { (&raw mut (*$api).$name).cast::<*mut c_void>().write(p) },
            None => return Err(stringify!($name)),
        }
    };
    ($api:ident, $linker:ident, optional fn $name:ident) => {
        if let Some(p) = $linker.find(stringify!($name)) {
            // SAFETY: as above; an `Option` of a function pointer has the pointer's layout.
            unsafe { (&raw mut (*$api).$name).cast::<*mut c_void>().write(p) }
        }
    };
}

macro_rules! define_api {
    ($($need:ident $kind:ident $name:ident $(($($arg:ident: $ty:ty),*) -> $ret:ty)?;)*) => {
        /// One pointer per symbol of the table.
        #[allow(non_snake_case)]
        pub(crate) struct Api {
            $(pub $name: field_type!($need $kind $(($($ty),*) -> $ret)?),)*
        }

        impl Api {
            pub(super) const UNSET: Api = Api {
                $($name: initial_value!($need $kind $(($($ty),*) -> $ret)?),)*
            };
        }

        $(define_caller!($need $kind $name $(($($arg: $ty),*) -> $ret)?);)*

        /// Fills the table; the error is the first required symbol that is missing.
        ///
        /// # Safety
        /// `api` can be written and nobody else reads or writes it meanwhile.
        unsafe fn fill(api: *mut Api, linker: &Linker) -> Result<(), &'static str> {
            $(load_field!(api, linker, $need $kind $name);)*
            Ok(())
        }
    };
}

/// Clippy's lint on snake case would ask for other names than the C API's.
#[allow(non_snake_case)]
mod table {
    use super::*;
    for_each_symbol!(define_api);

    /// Runs [`fill`] on the one table of this shared object.
    pub(super) fn fill_static(linker: &Linker) -> Result<(), &'static str> {
        // SAFETY: `load` calls this once, and no caller of a C API function has started before
        // `load` returned.
        unsafe { fill(API.0.get(), linker) }
    }
}
pub(crate) use table::*;

extern "C" fn unset() -> ! {
    eprintln!("fatal: the C API was used before it was loaded");
    std::process::abort()
}

/// The table's home: written once by [`load`], only read afterwards.
struct ApiCell(UnsafeCell<Api>);
// SAFETY: see `load`: a `OnceLock` orders the one write before every read.
unsafe impl Sync for ApiCell {}
static API: ApiCell = ApiCell(UnsafeCell::new(Api::UNSET));

/// The loaded table.
#[inline(always)]
pub(crate) fn api() -> &'static Api {
    // SAFETY: nobody writes the table after `load`, and before it nobody calls this.
    unsafe { &*API.0.get() }
}

/// How this process spells the C API's symbols.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Linker {
    /// As documented.
    CPython,
    /// With PyPy's prefix.
    PyPy,
}

impl Linker {
    /// The spelling of the interpreter in this process, or `None` if there is no C API.
    fn detect() -> Option<Linker> {
        [Linker::CPython, Linker::PyPy].into_iter().find(|l| l.find("PyLong_FromLong").is_some())
    }

    /// The address of a symbol.
    pub(crate) fn find(self, name: &str) -> Option<*mut c_void> {
        self.find_joined([name, "", ""])
    }

    /// The address of a symbol whose name is given in parts, the first of which has the prefix.
    /// Several hundred are looked up at the first import, which therefore takes no memory for names.
    pub(crate) fn find_joined(self, [first, second, third]: [&str; 3]) -> Option<*mut c_void> {
        let (prefix, first) = match self {
            Linker::CPython => ("", first),
            Linker::PyPy => match first.strip_prefix("_Py") {
                Some(rest) => ("_PyPy", rest),
                None => ("PyPy", first.strip_prefix("Py")?),
            },
        };
        let mut name = [0u8; 128];
        let mut end = 0;
        for part in [prefix, first, second, third] {
            // A byte for the NUL is left.
            let room = name.len() - 1;
            name[..room].get_mut(end..end + part.len())?.copy_from_slice(part.as_bytes());
            end += part.len();
        }
        // SAFETY: a NUL-terminated name and the handle for "everything this process has".
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr().cast()) };
        (!found.is_null()).then_some(found)
    }
}

/// Fills the table on the first call; every call gives the same answer.
/// The error names what is missing.
pub(crate) fn load() -> Result<Linker, &'static str> {
    static LOADED: OnceLock<Result<Linker, &'static str>> = OnceLock::new();
    *LOADED.get_or_init(|| {
        let linker = Linker::detect().ok_or("PyLong_FromLong")?;
        table::fill_static(&linker)?;
        Ok(linker)
    })
}

/// Raises `ImportError`, also when the table could not be loaded.
pub(crate) fn raise_import_error(message: &str) {
    let text = CString::new(message).unwrap_or_default();
    let linker = Linker::detect();
    let set_string = linker.and_then(|l| l.find("PyErr_SetString"));
    let import_error = linker.and_then(|l| l.find("PyExc_ImportError"));
    match (set_string, import_error) {
        // SAFETY: both symbols have the documented types, and an import runs on a thread that is
        // attached to the interpreter.
        (Some(f), Some(e)) => unsafe {
            let f = core::mem::transmute::<*mut c_void, unsafe extern "C" fn(Obj, Str)>(f);
            f(*e.cast::<Obj>(), text.as_ptr())
        },
        _ => eprintln!("{message}"),
    }
}

/// Raises an exception of a type that the C API exports as `PyExc_...`.
///
/// # Safety
/// [`load`] has succeeded and the thread is attached to the interpreter.
#[cold]
pub(crate) unsafe fn raise(exception: &str, message: &str) {
    let linker = load().unwrap_or(Linker::CPython);
    let text = CString::new(message).unwrap_or_default();
    if let Some(e) = linker.find(exception) {
        // SAFETY: `PyExc_...` is a variable that holds the type; the caller vouches for the rest.
        unsafe { PyErr_SetString(*e.cast::<Obj>(), text.as_ptr()) }
    }
}

/// Whether an exception of a type that the C API exports as `PyExc_...` is set.
///
/// # Safety
/// [`load`] has succeeded and the thread is attached to the interpreter.
#[cold]
pub(crate) unsafe fn raised(exception: &str) -> bool {
    let linker = load().unwrap_or(Linker::CPython);
    // SAFETY: `PyExc_...` is a variable that holds the type; the caller vouches for the rest.
    linker.find(exception).is_some_and(|e| unsafe {
        !PyErr_Occurred().is_null() && PyErr_ExceptionMatches(*e.cast::<Obj>()) != 0
    })
}

/// The interpreter's version and kind, as one line.
///
/// # Safety
/// [`load`] has succeeded.
pub(crate) unsafe fn version_text() -> String {
    // SAFETY: `Py_GetVersion` needs no thread state and gives a static string.
    unsafe { CStr::from_ptr(Py_GetVersion()) }.to_string_lossy().replace('\n', " ")
}

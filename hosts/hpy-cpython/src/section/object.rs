//! Any object: handles, attributes, items, comparison, conversion to text.

use crate::capi::*;
use crate::host::{Host, handle, members, obj, xdecref, xincref};
use crate::layout::Layout;
use hpy_abi::*;

members! {
    fn ctx_Dup(ctx, h: HPy) -> HPy {
        xincref::<L>(obj(h));
        h
    }
    fn ctx_Close(ctx, h: HPy) { xdecref::<L>(obj(h)) }
    fn ctx_FromPyObject(ctx, object: *mut cpy_PyObject) -> HPy {
        xincref::<L>(object);
        handle(object)
    }
    fn ctx_AsPyObject(ctx, h: HPy) -> *mut cpy_PyObject {
        xincref::<L>(obj(h));
        obj(h)
    }
    fn ctx_Is(ctx, object: HPy, other: HPy) -> Flag { Flag::new(object == other) }
    fn ctx_IsTrue(ctx, h: HPy) -> FlagOrErr {
        let a = api();
        if obj(h) == a._Py_TrueStruct {
            return FlagOrErr(1);
        }
        if obj(h) == a._Py_FalseStruct {
            return FlagOrErr(0);
        }
        FlagOrErr(PyObject_IsTrue(obj(h)))
    }
    fn ctx_Type(ctx, object: HPy) -> HPy {
        let t = L::type_of(obj(object));
        L::incref(t);
        handle(t)
    }
    fn ctx_TypeCheck(ctx, object: HPy, type_: HPy) -> Flag {
        let t = L::type_of(obj(object));
        Flag::new(t == obj(type_) || PyType_IsSubtype(t, obj(type_)) != 0)
    }

    fn ctx_GetAttr(ctx, object: HPy, name: HPy) -> HPy {
        handle(PyObject_GetAttr(obj(object), obj(name)))
    }
    fn ctx_GetAttr_s(ctx, object: HPy, utf8_name: Utf8) -> HPy {
        handle(PyObject_GetAttrString(obj(object), utf8_name.0))
    }
    fn ctx_HasAttr(ctx, object: HPy, name: HPy) -> Flag {
        Flag(PyObject_HasAttr(obj(object), obj(name)))
    }
    fn ctx_HasAttr_s(ctx, object: HPy, utf8_name: Utf8) -> Flag {
        Flag(PyObject_HasAttrString(obj(object), utf8_name.0))
    }
    fn ctx_SetAttr(ctx, object: HPy, name: HPy, value: HPy) -> Status {
        Status(PyObject_SetAttr(obj(object), obj(name), obj(value)))
    }
    fn ctx_SetAttr_s(ctx, object: HPy, utf8_name: Utf8, value: HPy) -> Status {
        Status(PyObject_SetAttrString(obj(object), utf8_name.0, obj(value)))
    }

    fn ctx_Length(ctx, h: HPy) -> LenOrErr {
        match direct_items::<L>(obj(h)) {
            Some((_, len)) => LenOrErr(len),
            None => LenOrErr(PyObject_Size(obj(h))),
        }
    }
    fn ctx_GetItem(ctx, object: HPy, key: HPy) -> HPy {
        if L::SHARED_LISTS && L::type_of(obj(object)) == api().PyDict_Type {
            let value = super::dict::value::<L>(obj(object), obj(key));
            if value.is_null() && PyErr_Occurred().is_null() {
                raise_missing(obj((*ctx).h_KeyError), obj(key));
            }
            return handle(value);
        }
        handle(PyObject_GetItem(obj(object), obj(key)))
    }
    fn ctx_GetItem_i(ctx, object: HPy, idx: Len) -> HPy {
        if let Some((items, len)) = direct_items::<L>(obj(object)) {
            let i = if idx.0 < 0 { idx.0.wrapping_add(len) } else { idx.0 };
            if (0..len).contains(&i) {
                let item = *items.offset(i);
                L::incref(item);
                return handle(item);
            }
        }
        with_key::<L, _>(PyLong_FromSsize_t(idx.0), HPy::NULL, |key| {
            handle(PyObject_GetItem(obj(object), key))
        })
    }
    fn ctx_GetItem_s(ctx, object: HPy, utf8_key: Utf8) -> HPy {
        with_key::<L, _>(PyUnicode_FromString(utf8_key.0), HPy::NULL, |key| {
            handle(PyObject_GetItem(obj(object), key))
        })
    }
    fn ctx_Contains(ctx, container: HPy, key: HPy) -> FlagOrErr {
        FlagOrErr(PySequence_Contains(obj(container), obj(key)))
    }
    fn ctx_SetItem(ctx, object: HPy, key: HPy, value: HPy) -> Status {
        if L::type_of(obj(object)) == api().PyDict_Type {
            return Status(PyDict_SetItem(obj(object), obj(key), obj(value)));
        }
        Status(PyObject_SetItem(obj(object), obj(key), obj(value)))
    }
    fn ctx_SetItem_i(ctx, object: HPy, idx: Len, value: HPy) -> Status {
        with_key::<L, _>(PyLong_FromSsize_t(idx.0), Status::ERR, |key| {
            Host::<L>::ctx_SetItem(ctx, object, handle(key), value)
        })
    }
    fn ctx_SetItem_s(ctx, object: HPy, utf8_key: Utf8, value: HPy) -> Status {
        with_key::<L, _>(PyUnicode_FromString(utf8_key.0), Status::ERR, |key| {
            Host::<L>::ctx_SetItem(ctx, object, handle(key), value)
        })
    }
    fn ctx_DelItem(ctx, object: HPy, key: HPy) -> Status {
        Status(PyObject_DelItem(obj(object), obj(key)))
    }
    fn ctx_DelItem_i(ctx, object: HPy, idx: Len) -> Status {
        with_key::<L, _>(PyLong_FromSsize_t(idx.0), Status::ERR, |key| {
            Host::<L>::ctx_DelItem(ctx, object, handle(key))
        })
    }
    fn ctx_DelItem_s(ctx, object: HPy, utf8_key: Utf8) -> Status {
        with_key::<L, _>(PyUnicode_FromString(utf8_key.0), Status::ERR, |key| {
            Host::<L>::ctx_DelItem(ctx, object, handle(key))
        })
    }

    fn ctx_Repr(ctx, object: HPy) -> HPy { handle(PyObject_Repr(obj(object))) }
    fn ctx_Str(ctx, object: HPy) -> HPy { handle(PyObject_Str(obj(object))) }
    fn ctx_ASCII(ctx, object: HPy) -> HPy { handle(PyObject_ASCII(obj(object))) }
    fn ctx_Bytes(ctx, object: HPy) -> HPy { handle(PyObject_Bytes(obj(object))) }
    fn ctx_RichCompare(ctx, v: HPy, w: HPy, op: CmpOp) -> HPy {
        handle(PyObject_RichCompare(obj(v), obj(w), op.0))
    }
    fn ctx_RichCompareBool(ctx, v: HPy, w: HPy, op: CmpOp) -> FlagOrErr {
        FlagOrErr(PyObject_RichCompareBool(obj(v), obj(w), op.0))
    }
    fn ctx_Hash(ctx, object: HPy) -> Hash { Hash(PyObject_Hash(obj(object))) }
    fn ctx_Dump(ctx, h: HPy) {
        match api()._PyObject_Dump {
            Some(dump) => dump(obj(h)),
            None => dump_text::<L>(obj(h)),
        }
    }
}

/// The items and the length of an exact list or tuple, where they may be read in place.
///
/// # Safety
/// `o` is an object, and the thread is attached to the interpreter.
#[inline(always)]
pub(crate) unsafe fn direct_items<L: Layout>(o: Obj) -> Option<(*mut Obj, isize)> {
    // SAFETY: the type is checked before the layout is asked.
    unsafe {
        let t = L::type_of(o);
        let items = if L::SHARED_LISTS && t == api().PyList_Type {
            L::list_items(o)
        } else if t == api().PyTuple_Type {
            L::tuple_items(o)
        } else {
            return None;
        };
        let len = L::var_size(o);
        // An empty list has no items to point to; one that cannot be read in place has none either.
        (len == 0 || len > 0 && !items.is_null()).then_some((items, len))
    }
}

/// Runs an operation with a key that was made for it; a key that could not be made is an error.
///
/// # Safety
/// `key` is null or a reference that the caller gives up.
#[inline(always)]
unsafe fn with_key<L: Layout, T>(key: Obj, error: T, operation: impl FnOnce(Obj) -> T) -> T {
    if key.is_null() {
        return error;
    }
    let result = operation(key);
    // SAFETY: the caller's promise.
    unsafe { L::decref(key) };
    result
}

/// Address, type and text of an object on standard error, for an interpreter that exports no dump.
///
/// # Safety
/// `o` is null or an object, and the thread is attached to the interpreter.
#[cold]
unsafe fn dump_text<L: Layout>(o: Obj) {
    if o.is_null() {
        return eprintln!("<null handle>");
    }
    // SAFETY: documented functions on new references; an exception that was set is put back.
    unsafe {
        let mut saved = [core::ptr::null_mut(); 3];
        let [t, v, tb] = &mut saved;
        PyErr_Fetch(t, v, tb);
        for (what, text) in [("type", PyObject_Repr(L::type_of(o))), ("repr", PyObject_Repr(o))] {
            let utf8 = if text.is_null() {
                core::ptr::null()
            } else {
                PyUnicode_AsUTF8AndSize(text, core::ptr::null_mut())
            };
            if !utf8.is_null() {
                eprintln!("object {what}: {}", core::ffi::CStr::from_ptr(utf8).to_string_lossy());
            }
            xdecref::<L>(text);
        }
        eprintln!("object address: {o:p}");
        PyErr_Clear();
        PyErr_Restore(saved[0], saved[1], saved[2]);
    }
}

/// `raise KeyError(key)`, in a tuple of its own: a key that is a tuple would be taken for several
/// arguments.
///
/// # Safety
/// The thread is attached to the interpreter; the others are objects.
#[cold]
unsafe fn raise_missing(key_error: Obj, key: Obj) {
    // SAFETY: the caller's promise; `PyTuple_SetItem` takes the reference.
    unsafe {
        let arguments = PyTuple_New(1);
        if !arguments.is_null() {
            Py_IncRef(key);
            PyTuple_SetItem(arguments, 0, key);
            PyErr_SetObject(key_error, arguments);
            Py_DecRef(arguments);
        }
    }
}

//! Calls.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::{Layout, flag};
use hpy_abi::*;

members! {
    fn ctx_Callable_Check(ctx, h: HPy) -> Flag { Flag(PyCallable_Check(obj(h))) }
    fn ctx_Call(ctx, callable: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy {
        handle(L::vectorcall(obj(callable), args.0.cast(), nargs, obj(kwnames)))
    }
    fn ctx_CallMethod(ctx, name: HPy, args: Handles, nargs: usize, kwnames: HPy) -> HPy {
        handle(PyObject_VectorcallMethod(obj(name), args.0.cast(), nargs, obj(kwnames)))
    }
    fn ctx_CallTupleDict(ctx, callable: HPy, args: HPy, kw: HPy) -> HPy {
        let a = api();
        if !args.is_null() && !L::is_subclass(L::type_of(obj(args)), flag::TUPLE, a.PyTuple_Type) {
            raise("PyExc_TypeError", "HPy_CallTupleDict requires args to be a tuple or null handle");
            return HPy::NULL;
        }
        if !kw.is_null() && !L::is_subclass(L::type_of(obj(kw)), flag::DICT, a.PyDict_Type) {
            raise("PyExc_TypeError", "HPy_CallTupleDict requires kw to be a dict or null handle");
            return HPy::NULL;
        }
        if kw.is_null() {
            return handle(PyObject_CallObject(obj(callable), obj(args)));
        }
        if !args.is_null() {
            return handle(PyObject_Call(obj(callable), obj(args), obj(kw)));
        }
        let empty = PyTuple_New(0);
        if empty.is_null() {
            return HPy::NULL;
        }
        let result = PyObject_Call(obj(callable), empty, obj(kw));
        L::decref(empty);
        handle(result)
    }
}

/// A call by the vectorcall convention of an object that has only the older one.
///
/// # Safety
/// As `PyObject_Vectorcall`.
#[cold]
pub(crate) unsafe fn by_dict<L: Layout>(
    o: Obj,
    args: *const Obj,
    nargs: usize,
    kwnames: Obj,
) -> Obj {
    // SAFETY: the values for the names follow the positional arguments.
    unsafe {
        if kwnames.is_null() {
            return PyObject_VectorcallDict(o, args, nargs, core::ptr::null_mut());
        }
        let kw = PyDict_New();
        if kw.is_null() {
            return kw;
        }
        for i in 0..PyTuple_Size(kwnames) {
            let value = *args.add(nargs).offset(i);
            if PyDict_SetItem(kw, PyTuple_GetItem(kwnames, i), value) < 0 {
                L::decref(kw);
                return core::ptr::null_mut();
            }
        }
        let result = PyObject_VectorcallDict(o, args, nargs, kw);
        L::decref(kw);
        result
    }
}

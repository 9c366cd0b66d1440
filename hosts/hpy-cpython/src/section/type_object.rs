//! Types and their instances; the work is done in [`crate::types`].

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::{Layout, TypeField, flag, last_component};
use crate::types::{creation, facts, instance};
use core::ffi::c_void;
use core::ptr::null;
use hpy_abi::*;

members! {
    fn ctx_Type_FromSpec(
        ctx, spec: *mut HPyType_Spec, params: *mut HPyType_SpecParam
    ) -> HPy {
        creation::from_spec::<L>(spec, params).map_or(HPy::NULL, handle)
    }
    fn ctx_New(ctx, h_type: HPy, data: *mut *mut c_void) -> HPy {
        match instance::new::<L>(obj(h_type)) {
            Some((o, native)) => {
                data.write(native);
                handle(o)
            }
            None => HPy::NULL,
        }
    }
    fn ctx_Type_GenericNew(ctx, type_: HPy, args: Handles, nargs: Len, kw: HPy) -> HPy {
        let _ = (args, nargs, kw);
        handle(instance::generic_new::<L>(obj(type_)))
    }
    fn ctx_Type_IsSubtype(ctx, sub: HPy, type_: HPy) -> Flag {
        Flag(PyType_IsSubtype(obj(sub), obj(type_)))
    }
    fn ctx_Type_GetBuiltinShape(ctx, h_type: HPy) -> BuiltinShape {
        if !L::is_type(obj(h_type)) {
            raise("PyExc_TypeError", "arg must be a type");
            return BuiltinShape(-2);
        }
        facts::owner::<L>(obj(h_type)).map_or(BuiltinShape::LEGACY, |f| f.shape)
    }
    fn ctx_Type_GetName(ctx, type_: HPy) -> Utf8 { Utf8(name::<L>(obj(type_))) }
    fn ctx_SetCallFunction(ctx, h: HPy, function: *mut HPyCallFunction) -> Status {
        let Some(f) = (*function).cpy_trampoline else {
            raise("PyExc_ValueError", "a call function needs its trampoline");
            return Status::ERR;
        };
        let call = core::mem::transmute::<unsafe extern "C" fn(), Vectorcall>(f);
        if instance::set_call::<L>(obj(h), call) {
            return Status::OK;
        }
        raise("PyExc_TypeError", "this type does not implement the HPy call protocol");
        Status::ERR
    }
}

/// The name of a type; null with an exception set on failure.
///
/// # Safety
/// `t` is a type; the thread is attached to the interpreter.
unsafe fn name<L: Layout>(t: Obj) -> Str {
    // SAFETY: the caller's promise.
    unsafe {
        let full = L::type_field(t, TypeField::Name) as Str;
        if L::type_flags(t) & flag::HEAPTYPE == 0 && !full.is_null() {
            return last_component(full);
        }
        let name = match api().PyType_GetName {
            Some(get) => get(t),
            None => PyObject_GetAttrString(t, c"__name__".as_ptr()),
        };
        if name.is_null() {
            return null();
        }
        let utf8 = PyUnicode_AsUTF8AndSize(name, core::ptr::null_mut());
        // A heap type keeps its name, and with it the text. Another one may have made the name for
        // us, and no type that is not a heap type ever ends: neither does its name.
        if L::type_flags(t) & flag::HEAPTYPE != 0 {
            L::decref(name);
        }
        utf8
    }
}

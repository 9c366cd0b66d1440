//! `int`: making and reading C integers.

use crate::capi::*;
use crate::host::{Host, handle, members, obj};
use core::ffi::c_void;
use hpy_abi::*;

members! {
    fn ctx_Long_FromInt32_t(ctx, value: i32) -> HPy { handle(PyLong_FromLong(value.into())) }
    fn ctx_Long_FromUInt32_t(ctx, value: u32) -> HPy { handle(PyLong_FromLongLong(value.into())) }
    fn ctx_Long_FromInt64_t(ctx, v: i64) -> HPy { handle(PyLong_FromLongLong(v)) }
    fn ctx_Long_FromUInt64_t(ctx, v: u64) -> HPy { handle(PyLong_FromUnsignedLongLong(v)) }
    fn ctx_Long_FromSize_t(ctx, value: usize) -> HPy { handle(PyLong_FromSize_t(value)) }
    fn ctx_Long_FromSsize_t(ctx, value: Len) -> HPy { handle(PyLong_FromSsize_t(value.0)) }

    fn ctx_Long_AsInt32_t(ctx, h: HPy) -> i32 {
        let value = Host::<L>::ctx_Long_AsInt64_t(ctx, h);
        i32::try_from(value).unwrap_or_else(|_| {
            overflow("int32_t");
            -1
        })
    }
    fn ctx_Long_AsUInt32_t(ctx, h: HPy) -> u32 {
        let value = match L::exact_small_int(obj(h)) {
            Some(value) if value >= 0 => return value as u32,
            _ => PyLong_AsUnsignedLong(obj(h)),
        };
        u32::try_from(value).unwrap_or_else(|_| {
            if PyErr_Occurred().is_null() {
                overflow("uint32_t");
            }
            u32::MAX
        })
    }
    fn ctx_Long_AsUInt32_tMask(ctx, h: HPy) -> u32 {
        match L::exact_small_int(obj(h)) {
            Some(value) => value as u32,
            None => PyLong_AsUnsignedLongMask(obj(h)) as u32,
        }
    }
    fn ctx_Long_AsInt64_t(ctx, h: HPy) -> i64 {
        match L::exact_small_int(obj(h)) {
            Some(value) => value,
            None => PyLong_AsLongLong(obj(h)),
        }
    }
    fn ctx_Long_AsUInt64_t(ctx, h: HPy) -> u64 {
        match L::exact_small_int(obj(h)) {
            Some(value) if value >= 0 => value as u64,
            _ => PyLong_AsUnsignedLongLong(obj(h)),
        }
    }
    fn ctx_Long_AsUInt64_tMask(ctx, h: HPy) -> u64 {
        match L::exact_small_int(obj(h)) {
            Some(value) => value as u64,
            None => PyLong_AsUnsignedLongLongMask(obj(h)),
        }
    }
    fn ctx_Long_AsSize_t(ctx, h: HPy) -> usize {
        match L::exact_small_int(obj(h)) {
            Some(value) if value >= 0 => value as usize,
            _ => PyLong_AsSize_t(obj(h)),
        }
    }
    fn ctx_Long_AsSsize_t(ctx, h: HPy) -> LenOrErr {
        match L::exact_small_int(obj(h)) {
            Some(value) => LenOrErr(value as isize),
            None => LenOrErr(PyLong_AsSsize_t(obj(h))),
        }
    }
    fn ctx_Long_AsVoidPtr(ctx, h: HPy) -> *mut c_void { PyLong_AsVoidPtr(obj(h)) }
    fn ctx_Long_AsDouble(ctx, h: HPy) -> f64 {
        match L::exact_small_int(obj(h)) {
            Some(value) => value as f64,
            None => PyLong_AsDouble(obj(h)),
        }
    }
    fn ctx_Bool_FromBool(ctx, v: bool) -> HPy {
        let o = if v { api()._Py_TrueStruct } else { api()._Py_FalseStruct };
        L::incref(o);
        handle(o)
    }
}

/// Says that a value does not fit.
///
/// # Safety
/// The thread is attached to the interpreter.
#[cold]
unsafe fn overflow(c_type: &str) {
    // SAFETY: the caller's promise.
    unsafe {
        raise("PyExc_OverflowError", &format!("Python int too large to convert to C {c_type}"))
    }
}

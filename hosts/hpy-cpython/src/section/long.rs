//! `int`: making and reading C integers.

use crate::capi::*;
use crate::host::{Host, handle, members, obj};
use crate::layout::{Layout, flag};
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
        let value = Host::<L>::ctx_Long_AsUInt64_t(ctx, h);
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
            _ => strict::<L, _>(obj(h), PyLong_AsUnsignedLongLong, u64::MAX),
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
            _ => strict::<L, _>(obj(h), PyLong_AsSize_t, usize::MAX),
        }
    }
    fn ctx_Long_AsSsize_t(ctx, h: HPy) -> LenOrErr {
        match L::exact_small_int(obj(h)) {
            Some(value) => LenOrErr(value as isize),
            None => LenOrErr(strict::<L, _>(obj(h), PyLong_AsSsize_t, -1)),
        }
    }
    fn ctx_Long_AsVoidPtr(ctx, h: HPy) -> *mut c_void {
        strict::<L, _>(obj(h), PyLong_AsVoidPtr, core::ptr::null_mut())
    }
    fn ctx_Long_AsDouble(ctx, h: HPy) -> f64 {
        match L::exact_small_int(obj(h)) {
            Some(value) => value as f64,
            None => strict::<L, _>(obj(h), PyLong_AsDouble, -1.0),
        }
    }
    fn ctx_Bool_FromBool(ctx, v: bool) -> HPy {
        let o = if v { api()._Py_TrueStruct } else { api()._Py_FalseStruct };
        L::incref(o);
        handle(o)
    }
}

/// Reads a number from an `int` and nothing else, with `OverflowError` for a value that does not
/// fit.
///
/// So does CPython; PyPy also takes what can be converted, and says `ValueError` of a negative
/// number.
///
/// # Safety
/// `o` is an object; `read` gives `error` with an exception set on failure.
unsafe fn strict<L: Layout, T: PartialEq>(o: Obj, read: unsafe fn(Obj) -> T, error: T) -> T {
    // SAFETY: the caller's promise.
    unsafe {
        if !L::is_subclass(L::type_of(o), flag::LONG, api().PyLong_Type) {
            raise("PyExc_TypeError", "an integer is required");
            return error;
        }
        let value = read(o);
        if value == error && raised("PyExc_ValueError") {
            PyErr_Clear();
            raise("PyExc_OverflowError", "Python int does not fit the C type");
        }
        value
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

//! `float`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use hpy_abi::*;

members! {
    fn ctx_Float_FromDouble(ctx, v: f64) -> HPy { handle(PyFloat_FromDouble(v)) }
    fn ctx_Float_AsDouble(ctx, h: HPy) -> f64 {
        if let Some(value) = L::exact_float(obj(h)) {
            return value;
        }
        match L::exact_small_int(obj(h)) {
            Some(value) => value as f64,
            None => PyFloat_AsDouble(obj(h)),
        }
    }
}

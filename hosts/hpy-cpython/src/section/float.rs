//! `float`.

use crate::capi::*;
use crate::host::{handle, members, obj};
use crate::layout::Layout;
use crate::section::object::direct_items;
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

/// See [`hpy_abi::ext::Extensions::read_floats`].
///
/// # Safety
/// The contract of the ABI; `items` has room for `capacity` doubles.
pub(crate) unsafe extern "C" fn read_floats<L: Layout>(
    _ctx: *mut HPyContext,
    sequence: HPy,
    items: *mut f64,
    capacity: usize,
) -> usize {
    // SAFETY: only exact lists and tuples are read, and as far as they go; no Python code runs in
    // between, and a list that another thread could change is not read in place.
    unsafe {
        let Some((source, len)) = direct_items::<L>(obj(sequence)) else { return 0 };
        let limit = (len as usize).min(capacity);
        for i in 0..limit {
            match L::exact_float(*source.add(i)) {
                Some(value) => items.add(i).write(value),
                None => return i,
            }
        }
        limit
    }
}

//! Fields: references inside native structs.
//!
//! A field holds the reference itself. Like the rest of the struct it lies in, it has to be kept
//! from being read and written by two threads at once by whoever owns the struct.

use crate::capi::*;
use crate::host::{handle, members, obj, xdecref, xincref};
use hpy_abi::*;

members! {
    fn ctx_Field_Store(ctx, target_object: HPy, target_field: *mut HPyField, h: HPy) {
        let _ = target_object;
        xincref::<L>(obj(h));
        // The old value goes last: its end may run code that reads the field.
        let old = target_field.replace(HPyField(h.0));
        xdecref::<L>(old.0 as Obj);
    }
    fn ctx_Field_Load(ctx, source_object: HPy, source_field: HPyField) -> HPy {
        let _ = source_object;
        L::incref(source_field.0 as Obj);
        handle(source_field.0 as Obj)
    }
}

//! Globals: references in C variables.
//!
//! Storing exchanges the reference atomically, so that two threads that store at once lose none.

use crate::capi::*;
use crate::host::{handle, members, obj, xdecref, xincref};
use core::sync::atomic::{AtomicIsize, Ordering::AcqRel};
use hpy_abi::*;

members! {
    fn ctx_Global_Store(ctx, global: *mut HPyGlobal, h: HPy) {
        xincref::<L>(obj(h));
        let old = AtomicIsize::from_ptr(global.cast()).swap(h.0, AcqRel);
        xdecref::<L>(old as Obj);
    }
    fn ctx_Global_Load(ctx, global: HPyGlobal) -> HPy {
        L::incref(global.0 as Obj);
        handle(global.0 as Obj)
    }
}

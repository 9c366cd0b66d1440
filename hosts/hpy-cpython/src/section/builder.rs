//! Builders: the list or tuple itself, filled before anybody else can see it.
//!
//! A builder that could not get memory is null; the others do nothing with it and
//! `ctx_..._Build` raises the `MemoryError`.
//! Putting a second item at an index releases the first.

use crate::capi::*;
use crate::host::{handle, members, obj, xdecref};
use crate::layout::Layout;
use hpy_abi::*;

members! {
    fn ctx_ListBuilder_New(ctx, size: Len) -> HPyListBuilder {
        HPyListBuilder(delay_error(super::list::new(size.0)))
    }
    fn ctx_ListBuilder_Set(ctx, builder: HPyListBuilder, index: Len, h_item: HPy) {
        let list = builder.0 as Obj;
        if !list.is_null() {
            put::<L>(L::list_items(list), index.0, obj(h_item), |i, o| PyList_SetItem(list, i, o));
        }
    }
    fn ctx_ListBuilder_Build(ctx, builder: HPyListBuilder) -> HPy { finish(builder.0) }
    fn ctx_ListBuilder_Cancel(ctx, builder: HPyListBuilder) { xdecref::<L>(builder.0 as Obj) }

    fn ctx_TupleBuilder_New(ctx, size: Len) -> HPyTupleBuilder {
        HPyTupleBuilder(delay_error(PyTuple_New(size.0)))
    }
    fn ctx_TupleBuilder_Set(ctx, builder: HPyTupleBuilder, index: Len, h_item: HPy) {
        let tuple = builder.0 as Obj;
        if !tuple.is_null() {
            put::<L>(L::tuple_items(tuple), index.0, obj(h_item), |i, o| {
                PyTuple_SetItem(tuple, i, o)
            });
        }
    }
    fn ctx_TupleBuilder_Build(ctx, builder: HPyTupleBuilder) -> HPy { finish(builder.0) }
    fn ctx_TupleBuilder_Cancel(ctx, builder: HPyTupleBuilder) { xdecref::<L>(builder.0 as Obj) }
}

/// A builder from a new object; a `MemoryError` waits for the end.
///
/// # Safety
/// The thread is attached to the interpreter.
#[inline(always)]
unsafe fn delay_error(o: Obj) -> isize {
    if o.is_null() {
        // SAFETY: the caller's promise.
        unsafe { PyErr_Clear() }
    }
    o as isize
}

/// Stores a new reference to an item, directly or through the function that steals it.
///
/// # Safety
/// `items` is null or has room at `index`; `item` is an object.
#[inline(always)]
unsafe fn put<L: Layout>(
    items: *mut Obj,
    index: isize,
    item: Obj,
    set: impl FnOnce(isize, Obj) -> core::ffi::c_int,
) {
    // SAFETY: the caller's promise; the old item is released after it was replaced.
    unsafe {
        L::incref(item);
        if items.is_null() {
            set(index, item);
        } else {
            xdecref::<L>(items.offset(index).replace(item));
        }
    }
}

/// The finished object.
///
/// # Safety
/// The thread is attached to the interpreter.
#[inline(always)]
unsafe fn finish(builder: isize) -> HPy {
    if builder == 0 {
        // SAFETY: the caller's promise.
        unsafe { PyErr_NoMemory() };
    }
    handle(builder as Obj)
}

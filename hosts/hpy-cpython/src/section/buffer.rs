//! Memory of other objects: the consumer's side of the buffer protocol.
//!
//! An exporter may let the view point into itself (the length of one dimension is its only shape),
//! and PyPy's `Py_buffer` has room for shape and strides behind the fields that all have. So the
//! view that the interpreter fills stays at one place in memory of ours until it is released, and
//! the extension gets a copy of the fields, which it may move.

use crate::capi::*;
use crate::host::obj;
use core::ffi::c_void;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use hpy_abi::{HPy, HPy_buffer, HPyContext, Status};

/// Words behind the common fields; PyPy has a word of flags and two arrays of 64 at most.
const ROOM: usize = 144;

/// `Py_buffer`, as large as on any interpreter.
#[repr(C)]
struct View {
    /// On CPython these are all fields, and a handle is the reference that it stands for.
    fields: HPy_buffer,
    room: [usize; ROOM],
}

/// See [`hpy_abi::ext::Extensions::get_buffer`].
///
/// # Safety
/// The contract of the ABI; `view` may be written.
pub(crate) unsafe extern "C" fn get_buffer(
    _ctx: *mut HPyContext,
    object: HPy,
    view: *mut HPy_buffer,
    flags: i32,
) -> Status {
    let filled = Box::into_raw(Box::<MaybeUninit<View>>::new_zeroed()).cast::<View>();
    // SAFETY: an open handle and memory for a view of any interpreter, zeroed, whose common fields
    // the interpreter has written where it says so. The box is freed here or in `release_buffer`.
    unsafe {
        if PyObject_GetBuffer(obj(object), filled.cast::<c_void>(), flags) != 0 {
            drop(Box::from_raw(filled.cast::<MaybeUninit<View>>()));
            return Status::ERR;
        }
        view.write(HPy_buffer { internal: filled.cast(), ..(*filled).fields });
    }
    Status::OK
}

/// See [`hpy_abi::ext::Extensions::release_buffer`].
///
/// # Safety
/// The contract of the ABI; `view` was filled by [`get_buffer`], or its `internal` is null.
pub(crate) unsafe extern "C" fn release_buffer(_ctx: *mut HPyContext, view: *mut HPy_buffer) {
    // SAFETY: the caller's promise: `internal` is the box that `get_buffer` made, and is cleared so
    // that it is released once.
    unsafe {
        let filled = core::mem::replace(&mut (*view).internal, null_mut());
        if filled.is_null() {
            return;
        }
        (*view).obj = HPy::NULL;
        PyBuffer_Release(filled);
        drop(Box::from_raw(filled.cast::<MaybeUninit<View>>()));
    }
}

//! Capsules.

use crate::capi::*;
use crate::host::{handle, members, obj};
use core::ffi::{c_int, c_void};
use hpy_abi::*;

members! {
    fn ctx_Capsule_New(
        ctx, pointer: *mut c_void, utf8_name: Utf8, destructor: *mut HPyCapsule_Destructor
    ) -> HPy {
        match trampoline(destructor) {
            Ok(destructor) => handle(PyCapsule_New(pointer, utf8_name.0, destructor)),
            Err(()) => HPy::NULL,
        }
    }
    fn ctx_Capsule_Get(ctx, capsule: HPy, key: CapsuleKey, utf8_name: Utf8) -> *mut c_void {
        match key {
            CapsuleKey::POINTER => PyCapsule_GetPointer(obj(capsule), utf8_name.0),
            CapsuleKey::NAME => PyCapsule_GetName(obj(capsule)).cast_mut().cast(),
            CapsuleKey::CONTEXT => PyCapsule_GetContext(obj(capsule)),
            _ => {
                raise("PyExc_ValueError", "this part of a capsule cannot be read");
                core::ptr::null_mut()
            }
        }
    }
    fn ctx_Capsule_IsValid(ctx, capsule: HPy, utf8_name: Utf8) -> Flag {
        Flag(PyCapsule_IsValid(obj(capsule), utf8_name.0))
    }
    fn ctx_Capsule_Set(ctx, capsule: HPy, key: CapsuleKey, value: *mut c_void) -> Status {
        let capsule = obj(capsule);
        let status: c_int = match key {
            CapsuleKey::POINTER => PyCapsule_SetPointer(capsule, value),
            CapsuleKey::NAME => PyCapsule_SetName(capsule, value.cast()),
            CapsuleKey::CONTEXT => PyCapsule_SetContext(capsule, value),
            CapsuleKey::DESTRUCTOR => match trampoline(value.cast()) {
                Ok(destructor) => PyCapsule_SetDestructor(capsule, destructor),
                Err(()) => -1,
            },
            _ => {
                raise("PyExc_ValueError", "a capsule has no such part");
                -1
            }
        };
        Status(status)
    }
}

/// The destructor as the C API calls it; an incomplete one is a `ValueError`.
///
/// # Safety
/// The pointer is null or leads to a destructor; the thread is attached to the interpreter.
unsafe fn trampoline(destructor: *mut HPyCapsule_Destructor) -> Result<Option<Destructor>, ()> {
    // SAFETY: the caller's promise; a trampoline of the extension has this type.
    unsafe {
        match destructor.as_ref() {
            None => Ok(None),
            Some(&HPyCapsule_Destructor { cpy_trampoline: Some(f), imp: Some(_) }) => {
                Ok(Some(core::mem::transmute::<unsafe extern "C" fn(), Destructor>(f)))
            }
            Some(_) => {
                raise("PyExc_ValueError", "a capsule's destructor needs both of its functions");
                Err(())
            }
        }
    }
}

//! Capsules: pointers of an extension as objects.

use crate::errors::raise;
use crate::object::*;
use crate::state::State;
use hpy_abi::*;
use std::cell::Cell;
use std::ffi::{c_char, c_void};

/// A pointer of an extension.
pub(crate) struct Capsule {
    pub pointer: Cell<*mut c_void>,
    pub name: Cell<*const c_char>,
    pub context: Cell<*mut c_void>,
    pub destructor: Cell<Option<HPyFunc_Capsule_Destructor>>,
}

impl Drop for Capsule {
    fn drop(&mut self) {
        if let Some(destroy) = self.destructor.get() {
            // SAFETY: the capsule's owner gave a destructor for exactly these three.
            unsafe { destroy(self.name.get(), self.pointer.get(), self.context.get()) };
        }
    }
}

#[allow(non_snake_case)]
impl State {
    pub(crate) fn ctx_Capsule_New(
        &self,
        pointer: *mut c_void,
        name: Utf8,
        destructor: *mut HPyCapsule_Destructor,
    ) -> Res<Obj> {
        if pointer.is_null() {
            return raise!(self, ValueError, "HPyCapsule_New called with null pointer");
        }
        // SAFETY: by the ABI the destructor is null or valid.
        let destructor = unsafe { destructor.as_ref() }.and_then(|d| d.imp);
        let capsule = Capsule {
            pointer: pointer.into(),
            name: name.0.into(),
            context: Cell::new(std::ptr::null_mut()),
            destructor: destructor.into(),
        };
        Ok(self.instance("PyCapsule", Kind::Capsule(capsule)))
    }
    pub(crate) fn ctx_Capsule_IsValid(&self, object: Obj, name: Utf8) -> bool {
        let Kind::Capsule(capsule) = &object.kind else { return false };
        // SAFETY: by the ABI both names are null or strings that live long enough.
        unsafe { text(capsule.name.get()) == text(name.0) }
    }
    pub(crate) fn ctx_Capsule_Get(
        &self,
        object: Obj,
        key: CapsuleKey,
        name: Utf8,
    ) -> Res<*mut c_void> {
        let Kind::Capsule(capsule) = &object.kind else {
            return raise!(self, ValueError, "called with an object that is not a capsule");
        };
        match key {
            CapsuleKey::POINTER if self.ctx_Capsule_IsValid(object.clone(), name) => {
                Ok(capsule.pointer.get())
            }
            CapsuleKey::POINTER => {
                raise!(self, ValueError, "HPyCapsule_GetPointer called with incorrect name")
            }
            CapsuleKey::NAME => Ok(capsule.name.get().cast_mut().cast()),
            CapsuleKey::CONTEXT => Ok(capsule.context.get()),
            _ => raise!(self, ValueError, "invalid key of a capsule: {}", key.0),
        }
    }
    pub(crate) fn ctx_Capsule_Set(
        &self,
        object: Obj,
        key: CapsuleKey,
        value: *mut c_void,
    ) -> Res<()> {
        let Kind::Capsule(capsule) = &object.kind else {
            return raise!(self, ValueError, "called with an object that is not a capsule");
        };
        match key {
            CapsuleKey::POINTER if value.is_null() => {
                return raise!(self, ValueError, "a capsule's pointer must not be null");
            }
            CapsuleKey::POINTER => capsule.pointer.set(value),
            CapsuleKey::NAME => capsule.name.set(value.cast::<c_char>()),
            CapsuleKey::CONTEXT => capsule.context.set(value),
            // SAFETY: by the ABI the value is null or a valid struct.
            CapsuleKey::DESTRUCTOR => unsafe {
                capsule
                    .destructor
                    .set(value.cast::<HPyCapsule_Destructor>().as_ref().and_then(|d| d.imp));
            },
            CapsuleKey(key) => return raise!(self, ValueError, "invalid key of a capsule: {key}"),
        }
        Ok(())
    }
}

//! What the extension's functions are called.
//!
//! A function is known by its address. Definitions say which method or slot it is; for others
//! there is the symbol, if the extension still has its symbols.

use super::{Functions, Tracer};
use crate::debug::function_name;
use hpy_abi::*;
use std::ffi::{CStr, c_char};

impl Functions {
    /// The name of the function at an address that was called.
    pub(super) fn name(&self, address: usize) -> String {
        self.names.get(&address).cloned().unwrap_or_else(|| function_name(address))
    }
}

impl Tracer {
    /// Learns the names of a type's functions.
    ///
    /// # Safety
    /// `spec` is null or obeys the ABI.
    pub(super) unsafe fn name_type(&self, spec: *const HPyType_Spec) {
        // SAFETY: the caller's promise.
        if let Some(spec) = unsafe { spec.as_ref() } {
            let name = text(spec.name);
            // SAFETY: the caller's promise.
            unsafe { self.name_all(&name, spec.defines) };
        }
    }

    /// Learns the names of a module's functions.
    ///
    /// # Safety
    /// `def` is null or obeys the ABI.
    pub unsafe fn name_module(&self, name: &str, def: *const HPyModuleDef) {
        // SAFETY: the caller's promise.
        if let Some(def) = unsafe { def.as_ref() } {
            // SAFETY: the caller's promise.
            unsafe { self.name_all(name, def.defines) };
        }
    }

    /// # Safety
    /// `defines` is null, or an array of definitions that ends with null.
    unsafe fn name_all(&self, owner: &str, defines: *const *mut HPyDef) {
        let mut next = defines;
        let mut functions = self.functions();
        // SAFETY: the caller's promise; the kind says which arm is in use.
        unsafe {
            while let Some(def) = next.as_ref().and_then(|def| def.as_ref()) {
                let mut learn = |function: HPyCFunction, name: String| {
                    if let Some(function) = function {
                        functions.names.insert(function as usize, format!("{owner}.{name}"));
                    }
                };
                match def.kind {
                    DefKind::METH => learn(def.body.meth.imp, text(def.body.meth.name)),
                    DefKind::SLOT => learn(def.body.slot.imp, slot_name(def.body.slot.slot)),
                    DefKind::GETSET => {
                        let property = def.body.getset;
                        learn(property.getter_impl, text(property.name));
                        learn(property.setter_impl, format!("{} (set)", text(property.name)));
                    }
                    _ => {}
                }
                next = next.add(1);
            }
        }
    }
}

fn slot_name(number: i32) -> String {
    let slot = SLOTS.iter().find(|slot| slot.number == number);
    slot.map_or_else(|| format!("slot {number}"), |slot| slot.name.to_string())
}

/// A string of a definition.
fn text(start: *const c_char) -> String {
    if start.is_null() {
        return String::new();
    }
    // SAFETY: by the ABI the strings of definitions are NUL-terminated.
    unsafe { CStr::from_ptr(start) }.to_string_lossy().into_owned()
}

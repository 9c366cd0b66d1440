//! The part of the operations that is written in Python: `pommel._compiled`.

use pommel::prelude::*;
use std::cell::OnceCell;
use std::ffi::CStr;

/// The module, imported when something of it is needed first.
pub(super) struct InPython<'c> {
    ctx: Ctx<'c>,
    module: OnceCell<Object<'c>>,
}

impl<'c> InPython<'c> {
    pub(super) fn new(ctx: Ctx<'c>) -> InPython<'c> {
        InPython { ctx, module: OnceCell::new() }
    }

    /// Something of the module.
    pub(super) fn get(&self, name: &CStr) -> Result<Object<'c>> {
        let module = match self.module.get() {
            Some(module) => module,
            None => {
                let found = self.ctx.import(c"pommel._compiled")?.to_owned_handle();
                self.module.get_or_init(|| found)
            }
        };
        module.get_attr(name)
    }

    /// A function of the module `operator`.
    pub(super) fn operator(&self, name: &CStr) -> Result<Object<'c>> {
        self.get(c"operator")?.get_attr(name)
    }

    /// An exception that a function of the module makes; what it raises instead.
    pub(super) fn error(&self, name: &CStr, arguments: &[&Object<'c>]) -> Error {
        match self.get(name).and_then(|make| make.call(arguments)) {
            Ok(exception) => Error::from_value(&exception),
            Err(error) => error,
        }
    }
}

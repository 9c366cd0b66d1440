//! `hpy.universal`: the loader for universal binaries that bring no host along, and the one place
//! that has the contexts of debug and trace mode.
//!
//! An extension built with Pommel needs nothing of this to be imported: its host travels inside.
//! Two kinds of imports come here: binaries that were compiled against the headers of HPy 0.9,
//! through `load`, which the stub files beside them call, and any extension for which the
//! environment variable `HPY` asks for another context than its host's own, through
//! `contexts`.
//!
//! It stands on the raw ABI, since hosts may not know the safe API; what it needs of the
//! interpreter beyond the context is [`hpy_cpython::make_module`].
//!
//! * `load` — from a path to a module: versions, symbols, errors.
//! * `contexts` — the context of each mode.
//! * `gil` — switching the GIL on for binaries that count on it.
//! * `call` — calling the context, and arguments with names.
//! * `define` — definitions of modules and types.
//! * `functions`, `debug`, `trace` — what Python sees.
#![allow(non_snake_case)]

mod call;
mod contexts;
mod debug;
mod define;
mod functions;
mod gil;
mod load;
mod trace;

use hpy_abi::{HPyContext, cpy_PyObject};
use hpy_cpython::{ModuleEntry, module_init_plain};

static ENTRY: ModuleEntry = ModuleEntry {
    name: c"universal",
    def: functions::definition,
    set_context: HPyInitGlobalContext_universal,
    uses_gil: false,
};

unsafe extern "C" fn HPyInitGlobalContext_universal(ctx: *mut HPyContext) {
    contexts::set_plain(ctx);
}

/// What CPython looks for.
///
/// # Safety
/// Called by the import machinery, on a thread that is attached to the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_universal() -> *mut cpy_PyObject {
    // SAFETY: the caller's promise; the entry's functions follow the ABI.
    unsafe { module_init_plain(&ENTRY) }
}

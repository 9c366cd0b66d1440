//! Switching the GIL on, on a Python that runs without it.
//!
//! CPython does so itself when it imports a module that does not say that it can do without; but
//! the modules of universal binaries are not made by its import. Nothing that it exports switches
//! the GIL on, so that what is left is to import such a module: one of ours, from this very file,
//! that is there for nothing else. CPython's warning names it, and therefore it is named after the
//! binary; `PYTHON_GIL=0` keeps the GIL off here as everywhere.

use crate::call::{Ctx, Owned, Raised, c_string, call, constant};
use crate::define::module_def;
use core::ffi::CStr;
use hpy_abi::*;
use hpy_cpython::{ModuleEntry, module_init_plain};
use std::sync::OnceLock;

/// The name of the module, as the last part of a longer one.
const NAME: &CStr = c"_needs_gil";

static ENTRY: ModuleEntry =
    ModuleEntry { name: NAME, def: definition, set_context: ignore_context, uses_gil: true };

unsafe extern "C" fn ignore_context(_: *mut HPyContext) {}

unsafe extern "C" fn definition() -> *mut HPyModuleDef {
    static DEFINITION: OnceLock<usize> = OnceLock::new();
    let doc = c"Makes CPython switch the GIL on.";
    let address = *DEFINITION.get_or_init(|| module_def(doc, []) as usize);
    address as *mut HPyModuleDef
}

/// What CPython looks for.
///
/// # Safety
/// Called by the import machinery, on a thread that is attached to the interpreter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit__needs_gil() -> *mut cpy_PyObject {
    // SAFETY: the caller's promise; the entry's functions follow the ABI.
    unsafe { module_init_plain(&ENTRY) }
}

/// Switches the GIL on, unless it is on already, for the sake of a module.
pub(crate) fn switch_on(ctx: Ctx, module: &str) -> Result<(), Raised> {
    if is_on(ctx)? {
        return Ok(());
    }
    let this = import(ctx, c"hpy.universal")?;
    let file = attribute(ctx, &this, c"__file__")?;
    let name = ctx.str(&c_string(&format!("{module}.{}", NAME.to_string_lossy())))?;
    let machinery = import(ctx, c"importlib.machinery")?;
    let make_spec = attribute(ctx, &machinery, c"ModuleSpec")?;
    let args = [name.get(), constant!(ctx, h_None)];
    let args = Handles(args.as_ptr());
    let spec = Owned::new(ctx, call!(ctx, ctx_Call, make_spec.get(), args, 2, HPy::NULL))?;
    let origin = Utf8(c"origin".as_ptr());
    if call!(ctx, ctx_SetAttr_s, spec.get(), origin, file.get()) != Status::OK {
        return Err(Raised);
    }
    let create = attribute(ctx, &import(ctx, c"_imp")?, c"create_dynamic")?;
    let args = [spec.get()];
    let args = Handles(args.as_ptr());
    Owned::new(ctx, call!(ctx, ctx_Call, create.get(), args, 1, HPy::NULL)).map(drop)
}

/// Whether threads wait for one another in any case.
fn is_on(ctx: Ctx) -> Result<bool, Raised> {
    let sys = import(ctx, c"sys")?;
    let name = c"_is_gil_enabled";
    if call!(ctx, ctx_HasAttr_s, sys.get(), Utf8(name.as_ptr())) == Flag(0) {
        return Ok(true);
    }
    let ask = attribute(ctx, &sys, name)?;
    let none = Handles(core::ptr::null());
    let answer = Owned::new(ctx, call!(ctx, ctx_Call, ask.get(), none, 0, HPy::NULL))?;
    Ok(call!(ctx, ctx_IsTrue, answer.get()) == FlagOrErr(1))
}

fn import(ctx: Ctx, module: &CStr) -> Result<Owned, Raised> {
    Owned::new(ctx, call!(ctx, ctx_Import_ImportModule, Utf8(module.as_ptr())))
}

fn attribute(ctx: Ctx, object: &Owned, name: &CStr) -> Result<Owned, Raised> {
    Owned::new(ctx, call!(ctx, ctx_GetAttr_s, object.get(), Utf8(name.as_ptr())))
}

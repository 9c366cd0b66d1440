//! Testing an extension without Python.
//!
//! A test runs the extension on a host in memory, such as that of the crate `hpy-mock`:
//!
//! ```
//! #[pommel::module]
//! mod arithmetic {
//!     use pommel::prelude::*;
//!
//!     #[function]
//!     fn twice(x: i64) -> i64 {
//!         2 * x
//!     }
//! }
//!
//! pommel::testing::run!(hpy_mock::Interpreter::new(), arithmetic, |module| {
//!     assert_eq!(module.call_method(c"twice", (21,))?.extract::<i64>()?, 42);
//!     Ok(())
//! });
//! ```

use crate::raw::{self, attach};
use crate::rt::{ModuleSpec, module_def};
use crate::{Ctx, Error, Module, Object, Result};
use core::cell::Cell;
use hpy_abi::{HPy, HPyContext, HPyModuleDef};
use std::sync::OnceLock;

/// Imports a module of the extension into a fresh interpreter, runs a closure with it and checks
/// what is left behind: `run!(hpy_mock::Interpreter::new(), module, |module| { ...; Ok(()) })`.
///
/// It panics if the closure gives an error, with the exception's type and message, and if a handle
/// leaked or anything was misused.
#[doc(inline)]
pub use crate::__run_test as run;

#[doc(hidden)]
#[macro_export]
macro_rules! __run_test {
    ($interpreter:expr, $($module:ident)::+, $test:expr $(,)?) => {{
        use $($module)::+ as __module;
        let interpreter = $interpreter;
        // SAFETY: the interpreter lives until `finish`, it has its own turn among the threads of
        // the test, and the description of a module obeys the ABI and is never freed.
        unsafe {
            $crate::testing::run_on(
                interpreter.context(),
                &__module::__POMMEL_MODULE,
                |name, def| interpreter.load(name, def),
                $test,
            );
        }
        interpreter.finish();
    }};
}

/// [`run!`] for a host of any kind. An error of the closure is left as the exception that is set.
///
/// # Safety
/// As for [`import`], and the host outlives the call.
pub unsafe fn run_on(
    ctx: *mut HPyContext,
    module: &'static ModuleSpec,
    load: impl FnOnce(&str, *mut HPyModuleDef) -> HPy,
    test: impl for<'a, 'c> FnOnce(&'a Module<'c>) -> Result<()>,
) {
    // SAFETY: the caller's promise.
    let module = unsafe { import(ctx, module, load) };
    if let Err(error) = module.and_then(|module| test(&module)) {
        error.set(ctx);
    }
}

/// Imports a module of the extension. `load` gets its name and its description, and makes the
/// module in the manner of the host.
///
/// # Safety
/// As for [`enter`]; and `load` gives what [`take`] takes.
pub unsafe fn import<'c>(
    ctx: *mut HPyContext,
    module: &'static ModuleSpec,
    load: impl FnOnce(&str, *mut HPyModuleDef) -> HPy,
) -> Result<Module<'c>> {
    // SAFETY: the caller's promise.
    let entered = unsafe { enter(ctx) };
    let name = module.name.to_str()?;
    let raw = load(name, description(module));
    // SAFETY: the caller's promise; what was loaded is a module.
    unsafe { take(entered, raw).map(|object| object.assume()) }
}

/// The C structs of a module for the host at hand: a shared object meets one host and keeps them,
/// a test may meet several.
fn description(module: &'static ModuleSpec) -> *mut HPyModuleDef {
    let &ModuleSpec { name, doc, functions, classes, init, exec, .. } = module;
    let def = Box::leak(Box::new(OnceLock::new()));
    module_def(Box::leak(Box::new(ModuleSpec { name, doc, functions, classes, init, exec, def })))
}

/// Lets the extension in this binary run on the host behind `ctx`.
///
/// # Safety
/// `ctx` is live for `'c`, and no other thread of the process uses the extension meanwhile.
pub unsafe fn enter<'c>(ctx: *mut HPyContext) -> Ctx<'c> {
    UNDER_TEST.set(ctx);
    // SAFETY: the caller's promise.
    unsafe {
        attach::attach(ctx);
        Ctx::from_raw(ctx)
    }
}

thread_local! {
    /// The context of the test that this thread runs.
    static UNDER_TEST: Cell<*mut HPyContext> = const { Cell::new(core::ptr::null_mut()) };
}

/// Whether the host is one that a test has chosen. It may be of a kind that a module refuses to be
/// imported into, which notices misuse.
pub(crate) fn is_under_test(ctx: Ctx<'_>) -> bool {
    UNDER_TEST.get() == ctx.as_raw()
}

/// Takes a handle that the host gave, such as that of a function to call back.
///
/// # Safety
/// `raw` is null with an exception set, or a new handle.
pub unsafe fn take<'c>(ctx: Ctx<'c>, raw: HPy) -> Result<Object<'c>> {
    // SAFETY: the caller's promise.
    unsafe { raw::new_handle(ctx, raw) }
}

/// Sets the exception as a function does that returns the error, so that the host can be asked
/// for its type and message.
pub fn raise(ctx: Ctx<'_>, error: Error) {
    error.set(ctx.as_raw());
}

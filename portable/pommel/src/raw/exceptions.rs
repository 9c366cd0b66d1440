//! Taking the exception that is set out of the interpreter, and setting it again.
//!
//! Our hosts have a function for each. PyPy's own HPy has neither, but Python code can catch and
//! raise: there two Python functions do it, one of which calls a native function that does nothing
//! but fail, with the exception that is set already. Any other host keeps its exceptions, so that
//! nothing else may be called while one is on its way, and a module refuses to be imported there;
//! but for a test on a host that watches over that.

use super::{attach, calls, is_handle};
use crate::rt::trampolines::NOARGS;
use crate::rt::{Docs, Method};
use crate::{Error, Module, Result};
use core::cell::UnsafeCell;
use core::ffi::CStr;
use hpy_abi::{HPy, HPyContext, HPyGlobal, Handles};

/// Takes the exception that is set, as an instance with its traceback; `None` if the host keeps it
/// or, on our hosts, if there is none.
///
/// # Safety
/// `ctx` is live and an exception is set.
pub unsafe fn take(ctx: *mut HPyContext) -> Option<HPy> {
    // SAFETY: the caller's promise.
    let value = unsafe {
        match attach::extensions() {
            Some(extensions) => (extensions.err_fetch)(ctx),
            None => call(ctx, &TAKE, &[])?,
        }
    };
    is_handle(value).then_some(value)
}

/// Sets an exception. The handle stays the caller's.
///
/// # Safety
/// `ctx` is live and `exception` an open handle to an exception.
pub unsafe fn set(ctx: *mut HPyContext, exception: HPy) {
    // SAFETY: the caller's promise; a call of `throw` fails and gives nothing to close.
    unsafe {
        if let Some(extensions) = attach::extensions() {
            (extensions.err_restore)(ctx, exception);
        } else if call(ctx, &THROW, &[exception]).is_none() {
            let type_ = calls::ctx_Type(ctx, exception);
            calls::ctx_Err_SetObject(ctx, type_, exception);
            calls::ctx_Close(ctx, type_);
        }
    }
}

/// A Python function that lives as long as the process.
pub struct Function(UnsafeCell<HPyGlobal>);
// SAFETY: only touched through members of the context, which are thread-safe.
unsafe impl Sync for Function {}

static TAKE: Function = Function(UnsafeCell::new(HPyGlobal::NULL));
static THROW: Function = Function(UnsafeCell::new(HPyGlobal::NULL));

/// What the description of a module lists, where the functions are needed.
pub fn globals() -> impl Iterator<Item = *mut HPyGlobal> {
    [&TAKE, &THROW].into_iter().filter(|_| attach::is_pypy73()).map(|function| function.0.get())
}

/// The native function of a module that fails with the exception that is set, where it is needed.
/// It has a name that no Python source can spell, and [`install`] takes it out of the module.
pub fn rethrow() -> Option<Method> {
    struct Rethrow;
    impl NOARGS for Rethrow {
        unsafe extern "C" fn imp(_ctx: *mut HPyContext, _module: HPy) -> HPy {
            HPy::NULL
        }
    }
    let docs = Docs { plain: c"", with_signature: c"" };
    attach::is_pypy73().then(|| Method::noargs::<Rethrow>(RETHROW, docs, None))
}

const RETHROW: &CStr = c" rethrow";

/// Makes the Python functions, where they are needed, when the first module is made. An error on a
/// host that keeps its exceptions.
pub fn install(module: &Module<'_>) -> Result<()> {
    const SOURCE: &CStr = c"
def take():
    try:
        rethrow()
    except BaseException as error:
        return error.with_traceback(error.__traceback__.tb_next)

def throw(error):
    raise error
";
    let ctx = module.ctx();
    if attach::is_ours() || crate::testing::is_under_test(ctx) {
        return Ok(());
    }
    if !attach::is_pypy73() {
        return Err(Error::import_error(
            "this interpreter has an HPy of its own that cannot hand exceptions out; the extension \
             runs on CPython and PyPy, and HPy is part of it: import it as an ordinary extension",
        ));
    }
    let names = ctx.dict()?;
    names.set_item("rethrow", module.get_attr(RETHROW)?)?;
    module.del_attr(RETHROW)?;
    ctx.exec(SOURCE, &names)?;
    for (name, function) in [("take", &TAKE), ("throw", &THROW)] {
        let found = names.get_item(name)?;
        // SAFETY: a global that the description of the module lists, and an open handle.
        unsafe { calls::ctx_Global_Store(ctx.as_raw(), function.0.get(), found.as_raw()) }
    }
    Ok(())
}

/// Calls one of the functions; `None` if it is not there.
///
/// # Safety
/// `ctx` is live and `args` are open handles.
unsafe fn call(ctx: *mut HPyContext, function: &Function, args: &[HPy]) -> Option<HPy> {
    // SAFETY: the caller's promise; the global was registered with its module.
    unsafe {
        let global = *function.0.get();
        if global == HPyGlobal::NULL {
            return None;
        }
        let function = calls::ctx_Global_Load(ctx, global);
        if !is_handle(function) {
            return None;
        }
        let result = calls::ctx_Call(ctx, function, Handles(args.as_ptr()), args.len(), HPy::NULL);
        calls::ctx_Close(ctx, function);
        Some(result)
    }
}

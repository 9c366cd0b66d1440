//! A host with trampolines for the mock: its references are its handles.

#![allow(dead_code, unused_macros)]

use hpy_abi::*;
use hpy_host::debug::{self, Debugger};
use hpy_mock::Interpreter;
use std::ffi::{CStr, c_void};
use std::mem::transmute;
use std::process::Command;
use std::ptr::{null_mut, without_provenance_mut};

/// Calls a member of a context.
macro_rules! call {
    ($ctx:expr, $member:ident $(, $arg:expr)*) => {{
        let ctx: *mut HPyContext = $ctx;
        #[allow(unused_unsafe)]
        // SAFETY: the context lives as long as its interpreter; what tests get wrong on purpose
        // is what debug mode checks.
        let result = unsafe { ((*ctx).$member)(ctx $(, $arg)*) };
        result
    }};
}

/// Reads a constant of a context.
macro_rules! constant {
    ($ctx:expr, $member:ident) => {{
        let ctx: *mut HPyContext = $ctx;
        #[allow(unused_unsafe)]
        // SAFETY: the context lives as long as its interpreter.
        let handle = unsafe { (*ctx).$member };
        handle
    }};
}

/// A function of an extension, of a signature.
macro_rules! imp {
    ($f:expr => $ty:ident) => {{
        let f: func::$ty = $f;
        // SAFETY: all function pointers have one layout; the signature beside it undoes this.
        Some(unsafe { std::mem::transmute::<func::$ty, unsafe extern "C" fn()>(f) })
    }};
}

/// An interpreter whose context calls trampolines.
pub struct Host {
    pub interpreter: Interpreter,
    context: *mut HPyContext,
}

impl Host {
    pub fn new() -> Host {
        Host::around(Interpreter::new())
    }

    pub fn around(interpreter: Interpreter) -> Host {
        // SAFETY: the mock finds its state through `_private`, which the copy has as well; the
        // original outlives it.
        let mut context = unsafe { interpreter.context().read() };
        context.ctx_CallRealFunctionFromTrampoline = call_real;
        Host { interpreter, context: Box::into_raw(Box::new(context)) }
    }

    /// The context below any mode.
    pub fn plain(&self) -> *mut HPyContext {
        self.context
    }

    pub fn debug(&self) -> *mut HPyContext {
        // SAFETY: the context is complete and lives until `finish`.
        unsafe { debug::wrap(self.context) }
    }

    pub fn debugger(&self) -> &'static Debugger {
        // SAFETY: as above.
        unsafe { debug::debugger(self.context) }
    }

    /// Ends the interpreter, which complains about everything that is still open.
    pub fn finish(self) {
        // SAFETY: nobody uses the contexts any more.
        unsafe {
            debug::release(self.context);
            hpy_host::trace::release(self.context);
            drop(Box::from_raw(self.context));
        }
        self.interpreter.finish();
    }

    /// What is set as exception, as type and message.
    pub fn take_error(&self) -> Option<String> {
        self.interpreter.take_error()
    }
}

pub fn reference(h: HPy) -> CpyRef {
    without_provenance_mut(h.0 as usize)
}

fn handle(r: CpyRef) -> HPy {
    HPy(r.addr() as isize)
}

/// What a host over a C API does for a trampoline.
unsafe extern "C" fn call_real(
    ctx: *mut HPyContext,
    sig: Signature,
    function: HPyCFunction,
    args: *mut c_void,
) {
    let function = function.expect("a function");
    // SAFETY: the function and the struct are those of the signature.
    unsafe {
        match sig {
            Signature::NOARGS => {
                let (f, a) = (
                    transmute::<unsafe extern "C" fn(), func::NOARGS>(function),
                    args.cast::<args::NOARGS>(),
                );
                (*a).result = reference(f(ctx, handle((*a).self_)));
            }
            Signature::O => {
                let (f, a) = (
                    transmute::<unsafe extern "C" fn(), func::O>(function),
                    args.cast::<args::O>(),
                );
                (*a).result = reference(f(ctx, handle((*a).self_), handle((*a).arg)));
            }
            Signature::KEYWORDS => {
                let f = transmute::<unsafe extern "C" fn(), func::KEYWORDS>(function);
                let a = args.cast::<args::KEYWORDS>();
                let items = Handles((*a).args.cast());
                let (this, names) = (handle((*a).self_), handle((*a).kwnames));
                (*a).result = reference(f(ctx, this, items, (*a).nargsf, names));
            }
            Signature::ITERNEXTFUNC => {
                let f = transmute::<unsafe extern "C" fn(), func::ITERNEXTFUNC>(function);
                let a = args.cast::<args::ITERNEXTFUNC>();
                (*a).result = reference(f(ctx, handle((*a).arg0)));
            }
            Signature::LENFUNC => {
                let f = transmute::<unsafe extern "C" fn(), func::LENFUNC>(function);
                let a = args.cast::<args::LENFUNC>();
                (*a).result = f(ctx, handle((*a).arg0));
            }
            Signature::GETBUFFERPROC => {
                let f = transmute::<unsafe extern "C" fn(), func::GETBUFFERPROC>(function);
                let a = args.cast::<args::GETBUFFERPROC>();
                (*a).result = f(ctx, handle((*a).self_), (*a).view.cast(), (*a).flags);
            }
            Signature::RELEASEBUFFERPROC => {
                let f = transmute::<unsafe extern "C" fn(), func::RELEASEBUFFERPROC>(function);
                let a = args.cast::<args::RELEASEBUFFERPROC>();
                f(ctx, handle((*a).self_), (*a).view.cast());
            }
            other => panic!("no test calls {other:?}"),
        }
    }
}

/// Python calls `function(self, arg)`; handles are the plain context's, the result is new.
pub fn call_o(ctx: *mut HPyContext, function: func::O, self_: HPy, arg: HPy) -> HPy {
    let mut a = args::O { self_: reference(self_), arg: reference(arg), result: null_mut() };
    let args = (&raw mut a).cast();
    call!(ctx, ctx_CallRealFunctionFromTrampoline, Signature::O, imp!(function => O), args);
    handle(a.result)
}

/// Python calls `function(self)`; likewise.
pub fn call_noargs(ctx: *mut HPyContext, function: func::NOARGS, self_: HPy) -> HPy {
    let mut a = args::NOARGS { self_: reference(self_), result: null_mut() };
    let (sig, args) = (Signature::NOARGS, (&raw mut a).cast());
    call!(ctx, ctx_CallRealFunctionFromTrampoline, sig, imp!(function => NOARGS), args);
    handle(a.result)
}

pub fn text(literal: &'static CStr) -> Utf8 {
    Utf8(literal.as_ptr())
}

pub fn close(ctx: *mut HPyContext, handles: impl IntoIterator<Item = HPy>) {
    handles.into_iter().for_each(|h| call!(ctx, ctx_Close, h));
}

/// Runs a test of this file again in a process of its own, where it is expected to end badly;
/// gives what it said.
pub fn dies(test: &str) -> String {
    let program = std::env::current_exe().expect("a test has a path");
    let output = Command::new(program)
        .args(["--exact", test, "--nocapture"])
        .env("HPY_HOST_DIE", "1")
        .output()
        .expect("the test runs again");
    assert!(!output.status.success(), "it came to a good end");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Whether this is the process in which the test is expected to end badly.
pub fn is_doomed() -> bool {
    std::env::var_os("HPY_HOST_DIE").is_some()
}

//! The extension's functions: called with our handles and a context of their own.
//!
//! Arguments of the host's are *lent*: their handles are open while the function runs, and closing
//! them is not the function's business. What it returns is handed over to the host. Between the
//! two it must have kept to the rule that there is a result or an exception, and not both.

use super::pool::Owner;
use super::stack::text;
use super::thread::{Lent, give_back, lend};
use super::value::{Array, Count};
use super::{Debugger, Misuse};
use crate::trampoline::{adapter, define_adapter_of, pending};
use hpy_abi::*;
use std::ffi::{c_char, c_int, c_void};
use std::mem::transmute;

/// One call of a function of the extension.
struct Run {
    debugger: &'static Debugger,
    function: unsafe extern "C" fn(),
    context: *mut HPyContext,
}

impl Run {
    /// Takes up what the trampoline left.
    ///
    /// # Safety
    /// In an adapter that `ctx_CallRealFunctionFromTrampoline` of a debug context asked for.
    #[inline(always)]
    unsafe fn take() -> Run {
        let pending = pending();
        // SAFETY: `member` put the debugger there.
        let debugger = unsafe { &*pending.mode.cast::<Debugger>() };
        let Some(function) = pending.function else {
            // SAFETY: the host called us on a thread that may use it.
            unsafe { crate::fatal(debugger.inner, "a trampoline has no function to call") }
        };
        Run { debugger, function, context: debugger.next_context() }
    }

    #[inline(always)]
    fn start(&self) -> Lent {
        lend(self.context)
    }
}

/// An argument that an adapter was given. `Rest` are those behind it, as they were given.
trait Lift<Rest>: Sized {
    type Lifted: Lifted<Self>;
    /// # Safety
    /// The argument is the host's, as the signature says.
    unsafe fn lift(self, run: &Run, rest: Rest) -> Self::Lifted;
}

/// An argument as the extension's function gets it.
trait Lifted<T> {
    fn value(&self) -> T;
    /// The argument as it was given.
    fn given(&self) -> T;
    /// Takes back what was lent.
    #[inline(always)]
    fn finish(&self, _: &Run) {}
}

/// A value that is its own.
struct Plain<T>(T);
impl<T: Copy> Lifted<T> for Plain<T> {
    #[inline(always)]
    fn value(&self) -> T {
        self.0
    }
    #[inline(always)]
    fn given(&self) -> T {
        self.0
    }
}

macro_rules! plain {
    ($($ty:ty),*) => {$(
        impl<Rest> Lift<Rest> for $ty {
            type Lifted = Plain<$ty>;
            #[inline(always)]
            unsafe fn lift(self, _: &Run, _: Rest) -> Plain<$ty> {
                Plain(self)
            }
        }
    )*};
}
plain!(usize, isize, c_int, Len, CmpOp, *mut c_void, *mut c_char);

/// A handle that is lent.
struct LentHandle {
    ours: HPy,
    given: HPy,
}

impl<Rest> Lift<Rest> for HPy {
    type Lifted = LentHandle;
    #[inline(always)]
    unsafe fn lift(self, run: &Run, _: Rest) -> LentHandle {
        LentHandle { ours: run.debugger.open(self, Owner::Caller), given: self }
    }
}

impl Lifted<HPy> for LentHandle {
    #[inline(always)]
    fn value(&self) -> HPy {
        self.ours
    }
    #[inline(always)]
    fn given(&self) -> HPy {
        self.given
    }
    #[inline(always)]
    fn finish(&self, run: &Run) {
        run.debugger.close_handle(self.ours);
    }
}

/// Handles that are lent.
struct LentHandles {
    ours: Array,
    n: usize,
    given: Handles,
}

impl<Rest: Count> Lift<Rest> for Handles {
    type Lifted = LentHandles;
    #[inline(always)]
    unsafe fn lift(self, run: &Run, rest: Rest) -> LentHandles {
        // SAFETY: the host's array has the length that its arguments say.
        unsafe {
            let n = rest.count(run.debugger.inner).unwrap_or(0);
            let ours = Array::map(self, n, |h| run.debugger.open(h, Owner::Caller));
            LentHandles { ours, n, given: self }
        }
    }
}

impl Lifted<Handles> for LentHandles {
    #[inline(always)]
    fn value(&self) -> Handles {
        Handles(self.ours.start())
    }
    #[inline(always)]
    fn given(&self) -> Handles {
        self.given
    }
    #[inline(always)]
    fn finish(&self, run: &Run) {
        for i in 0..self.n {
            // SAFETY: the array has that length. The extension may have written to it.
            run.debugger.close_handle(unsafe { *self.ours.start().add(i) });
        }
    }
}

/// The buffer that a function fills in: the exporter in it is the function's to give.
///
/// The one that a function releases is lent its exporter by an adapter of its own.
impl<Rest> Lift<Rest> for *mut HPy_buffer {
    type Lifted = Plain<*mut HPy_buffer>;
    #[inline(always)]
    unsafe fn lift(self, _: &Run, _: Rest) -> Plain<*mut HPy_buffer> {
        Plain(self)
    }
}

/// The result of a function of the extension.
trait Settle: Sized {
    /// Checks it and hands it to the host.
    ///
    /// # Safety
    /// The function has just returned it.
    unsafe fn settle(self, run: &Run, signature: &'static str) -> Self;
}

impl Settle for () {
    #[inline(always)]
    unsafe fn settle(self, _: &Run, _: &'static str) {}
}

impl Settle for HPy {
    #[inline(always)]
    unsafe fn settle(self, run: &Run, signature: &'static str) -> HPy {
        let ended = signature.len() == "ITERNEXTFUNC".len() && signature == "ITERNEXTFUNC";
        // SAFETY: the caller's promise.
        unsafe {
            if self.is_null() {
                run.check(true, ended, signature);
                return self;
            }
            let result = run.debugger.hand_over(self);
            if run.check(false, false, signature) {
                return result;
            }
            ((*run.debugger.inner).ctx_Close)(run.debugger.inner, result);
            HPy::NULL
        }
    }
}

macro_rules! numbers {
    ($($ty:ident $may_lack:literal)*) => {$(
        impl Settle for $ty {
            #[inline(always)]
            unsafe fn settle(self, run: &Run, signature: &'static str) -> $ty {
                // SAFETY: the caller's promise.
                let right = unsafe { run.check(self.0 == -1, $may_lack, signature) };
                if right { self } else { $ty(-1) }
            }
        }
    )*};
}
// `__hash__` may well give -1 without an error; hosts make another number of it.
numbers!(Status false FlagOrErr false LenOrErr false Hash true);

impl Run {
    /// Whether there is an exception exactly if there is no result, which some functions
    /// `may_lack` without one; else raises `SystemError`.
    ///
    /// # Safety
    /// On the thread of the call, after it.
    #[inline(always)]
    unsafe fn check(&self, failed: bool, may_lack: bool, signature: &'static str) -> bool {
        let inner = self.debugger.inner;
        // SAFETY: the caller's promise.
        let raised = unsafe { ((*inner).ctx_Err_Occurred)(inner) } == Flag(1);
        if raised == failed || (may_lack && !raised) {
            return true;
        }
        // SAFETY: the caller's promise.
        unsafe { self.complain(raised, signature) };
        false
    }

    /// # Safety
    /// As for [`Run::check`].
    #[cold]
    unsafe fn complain(&self, raised: bool, signature: &'static str) {
        let inner = self.debugger.inner;
        let name = function_name(self.function as usize);
        // SAFETY: the caller's promise; every handle is closed where it was opened.
        unsafe {
            let c = &*inner;
            let what = if raised {
                let cause = take_exception(inner).map_or(String::new(), |text| format!(": {text}"));
                format!("returned a result with an exception set{cause}")
            } else {
                "returned an error without setting an exception".to_string()
            };
            let message = format!("{name} ({signature}) {what}");
            let message = std::ffi::CString::new(message).unwrap_or_default();
            (c.ctx_Err_SetString)(inner, c.h_SystemError, Utf8(message.as_ptr()));
        }
    }
}

/// Takes the exception that is set; gives its text if the host hands exceptions out.
///
/// # Safety
/// `inner` is a context of this thread.
unsafe fn take_exception(inner: *mut HPyContext) -> Option<String> {
    // SAFETY: the caller's promise.
    unsafe {
        let c = &*inner;
        let Some(extensions) = ext::extensions(inner) else {
            (c.ctx_Err_Clear)(inner);
            return None;
        };
        let exception = (extensions.err_fetch)(inner);
        let repr = (c.ctx_Repr)(inner, exception);
        let found = text(inner, repr);
        (c.ctx_Err_Clear)(inner);
        [exception, repr]
            .into_iter()
            .filter(|h| !h.is_null())
            .for_each(|h| (c.ctx_Close)(inner, h));
        found
    }
}

/// What a function is called in the extension's code, or where it lies.
pub(crate) fn function_name(address: usize) -> String {
    let mut found = None;
    // Miri knows no symbols of addresses that it did not come through.
    if !cfg!(miri) {
        // The lookup reads tables of symbols, and nothing at the address.
        backtrace::resolve(std::ptr::without_provenance_mut(address), |symbol| {
            found = found.take().or_else(|| symbol.name().map(|name| format!("{name:#}")));
        });
    }
    found.unwrap_or_else(|| format!("the function at {address:#x}"))
}

impl Debugger {
    /// Takes the handle that a function returned; gives what it stands for to the host.
    ///
    /// # Safety
    /// On the thread of the call, after it.
    #[inline]
    unsafe fn hand_over(&self, h: HPy) -> HPy {
        let inner = self.unwrap_handle(h);
        match self.handles.close(h, |owner| owner == Owner::Extension) {
            Some(Owner::Extension) => return inner,
            Some(Owner::Context) => self.misuse(Misuse::Constant, h),
            Some(Owner::Caller) => self.misuse(Misuse::Argument, h),
            None => {}
        }
        // The function had nothing to give; the host needs something that it may close.
        // SAFETY: the caller's promise; misuse was reported, and it was decided to go on.
        unsafe { ((*self.inner).ctx_Dup)(self.inner, inner) }
    }
}

/// Lifts arguments from the last to the first, so that each knows those behind it.
macro_rules! lift {
    ($run:ident) => {};
    ($run:ident $head:ident $($tail:ident)*) => {
        lift!($run $($tail)*);
        let $head = Lift::lift($head, &$run, ($($tail.given(),)*));
    };
}

macro_rules! derived_adapter {
    ($name:ident $doc:literal $ret:ty, ctx: $ctx:ty $(, $arg:ident: $ty:ty)*) => {
        #[doc = $doc]
        ///
        /// # Safety
        /// Called by the host, as `Run::take` says.
        unsafe extern "C" fn $name(_: $ctx $(, $arg: $ty)*) -> $ret {
            // SAFETY: the function has the type of the signature; the rest is the caller's
            // promise.
            unsafe {
                let run = Run::take();
                let function: func::$name = transmute(run.function);
                lift!(run $($arg)*);
                let lent = run.start();
                let result = function(run.context $(, Lifted::<$ty>::value(&$arg))*);
                give_back(lent);
                // Arguments are still open, so that one that is returned is known for what it is.
                let result = Settle::settle(result, &run, stringify!($name));
                $(Lifted::<$ty>::finish(&$arg, &run);)*
                result
            }
        }
    };
    // A function without a context has nothing that debug mode could watch.
    ($($other:tt)*) => {};
}

macro_rules! derive {
    ($($number:literal $name:ident: fn($($arg:ident: $ty:ty),*) -> $ret:ty,
       args { $($field:ident: $field_ty:ty),* }, $doc:literal;)*) => {
        /// What the types of each row say.
        trait Derived {
            $(derived_adapter!($name $doc $ret, $($arg: $ty),*);)*
        }
    };
}
for_each_signature!(derive);

/// What the host calls in place of the extension's functions.
struct Adapters;
impl Derived for Adapters {}
for_each_signature!(define_adapter_of);

impl Adapters {
    /// The function's exporter becomes the host's.
    ///
    /// # Safety
    /// Called by the host, as `Run::take` says.
    unsafe extern "C" fn GETBUFFERPROC(
        ctx: *mut HPyContext,
        self_: HPy,
        view: *mut HPy_buffer,
        flags: c_int,
    ) -> Status {
        // SAFETY: the caller's promise; a function that succeeded has filled the buffer.
        unsafe {
            let debugger = Run::take().debugger;
            let status = <Adapters as Derived>::GETBUFFERPROC(ctx, self_, view, flags);
            // Whatever is not negative is success to the host.
            if status.0 >= 0 && !(*view).obj.is_null() {
                (*view).obj = debugger.hand_over((*view).obj);
            }
            status
        }
    }

    /// The exporter is lent to the function.
    ///
    /// # Safety
    /// Called by the host, as `Run::take` says.
    unsafe extern "C" fn RELEASEBUFFERPROC(
        ctx: *mut HPyContext,
        self_: HPy,
        view: *mut HPy_buffer,
    ) {
        // SAFETY: the caller's promise; the buffer is the one that the function filled.
        unsafe {
            let debugger = Run::take().debugger;
            let exporter = (*view).obj;
            let lent = debugger.open(exporter, Owner::Caller);
            (*view).obj = lent;
            <Adapters as Derived>::RELEASEBUFFERPROC(ctx, self_, view);
            debugger.close_handle(lent);
            (*view).obj = exporter;
        }
    }
}

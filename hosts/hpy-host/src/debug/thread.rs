//! Which context a thread may use at this moment.
//!
//! A debug context is good for one call of an extension's function, on the thread of the call, and
//! only while nothing else runs: an extension that keeps a context, hands it to another thread, or
//! uses it after it has let Python go, gets away with it on some interpreters and not on others.
//! So a thread remembers the one context that its extension code may use. There is none while the
//! wrapped context works; whatever it calls back into is given another one.
//!
//! The first context of a debugger is the one that the extension was given for good. It serves
//! trampolines, and functions that get no context, such as destructors: it may be used unless
//! Python was left.

use super::Debugger;
use super::report;
use super::stack::Stack;
use crate::extensions::Handing;
use hpy_abi::{HPy, HPyContext};
use std::cell::Cell;
use std::ptr::null_mut;

/// What a thread remembers.
#[derive(Clone, Copy)]
struct Now {
    /// The context that may be used.
    context: *mut HPyContext,
    /// The context through which Python was left, until it is entered again.
    left: *mut HPyContext,
    /// The context that may be used again from then on.
    resumes: *mut HPyContext,
}

impl Now {
    const fn using(context: *mut HPyContext) -> Now {
        Now { context, left: null_mut(), resumes: null_mut() }
    }
}

thread_local! {
    static NOW: Cell<Now> = const { Cell::new(Now::using(null_mut())) };
}

/// One use of a context by an extension.
pub(super) struct Use {
    now: *const Cell<Now>,
    context: *mut HPyContext,
    pub debugger: &'static Debugger,
}

impl Use {
    /// Begins a use: until [`Use::end`] the thread has no context that it may use.
    ///
    /// # Safety
    /// `context` is one of a debugger's, or was.
    #[inline(always)]
    pub unsafe fn begin(context: *mut HPyContext) -> Use {
        let now: *const Cell<Now> = NOW.with(|now| &raw const *now);
        // SAFETY: the private pointer of a debugger's context leads to it; the thread's own cell
        // lives as long as the thread.
        unsafe {
            let debugger = debugger_of(context);
            if (*now).get().context != context {
                check_first(debugger, context, (*now).get());
            }
            let used = Use { now, context: (*now).get().context, debugger };
            used.set(null_mut());
            used
        }
    }

    #[inline(always)]
    fn set(&self, context: *mut HPyContext) {
        // SAFETY: the thread's own cell; a use does not leave its thread.
        let now = unsafe { &*self.now };
        now.set(Now { context, ..now.get() });
    }

    /// Ends the use.
    #[inline(always)]
    pub fn end(&self) {
        self.set(self.context);
    }
}

impl Handing for Use {
    unsafe fn begin(context: *mut HPyContext) -> Use {
        // SAFETY: the caller's promise.
        unsafe { Use::begin(context) }
    }

    fn inner(&self) -> *mut HPyContext {
        self.debugger.inner()
    }

    fn lower(&self, h: HPy) -> HPy {
        self.debugger.unwrap_handle(h)
    }

    fn raise(&self, h: HPy) -> HPy {
        self.debugger.open_handle(h)
    }

    fn forget(&self, h: HPy) {
        self.debugger.close_handle(h);
    }

    fn fails(&self, member: &'static str) -> bool {
        self.debugger.fails(member)
    }

    fn end(self) {
        Use::end(&self);
    }
}

/// The debugger of a context.
///
/// # Safety
/// `context` is one of a debugger's.
#[inline(always)]
pub(super) unsafe fn debugger_of(context: *mut HPyContext) -> &'static Debugger {
    // SAFETY: the caller's promise.
    unsafe { &*(*context)._private.cast::<Debugger>() }
}

/// Lets the debugger's first context be used; any other is wrong.
#[cold]
fn check_first(debugger: &Debugger, context: *mut HPyContext, now: Now) {
    if !now.left.is_null() {
        refuse(context, "Python was left with HPy_LeavePythonExecution and not entered again");
    }
    if context != debugger.context() {
        refuse(context, "a context is only good for the call that it was given to, on that thread");
    }
}

/// Ends the process: there is no context that could raise anything.
#[cold]
fn refuse(context: *mut HPyContext, reason: &str) -> ! {
    // SAFETY: the context is one of a debugger's; nothing else is asked of the thread.
    let stack = unsafe { Stack::capture(context, null_mut(), 16) };
    report::say(format_args!("Error: Wrong HPy Context!\n{reason}\n{stack}"));
    std::process::abort()
}

/// Notes that the thread has left Python through `context`, in a use that has not ended.
pub(super) fn leave(used: &Use, context: *mut HPyContext) {
    NOW.set(Now { context: null_mut(), left: context, resumes: used.context });
}

/// Enters Python again through `context`, which must be the one that the thread has left by.
pub(super) fn reenter(context: *mut HPyContext, enter: impl FnOnce()) {
    let now = NOW.get();
    if now.left != context {
        refuse(context, "HPy_ReenterPythonExecution needs the context of HPy_LeavePythonExecution");
    }
    enter();
    NOW.set(Now::using(now.resumes));
}

/// Lends a context to a function of an extension; the result goes to [`give_back`].
#[inline(always)]
pub(super) fn lend(context: *mut HPyContext) -> Lent {
    Lent(NOW.replace(Now::using(context)))
}

/// What a thread remembered before a function was called.
pub(super) struct Lent(Now);

/// Ends what [`lend`] began.
#[inline(always)]
pub(super) fn give_back(lent: Lent) {
    let left = NOW.replace(lent.0).left;
    if !left.is_null() {
        refuse(left, "a function returned without entering Python again");
    }
}

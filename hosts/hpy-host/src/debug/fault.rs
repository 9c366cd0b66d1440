//! What is said when memory that came with a handle is used wrongly.
//!
//! The system stops such a use at the very instruction (`memory`), as a segmentation fault, which
//! tells nobody more than that. A handler of the signal says whose memory it was, if anybody wants
//! to hear it. It then steps
//! back and lets the instruction fault again, before whoever would have got the signal without
//! debug mode: the interpreter's `faulthandler`, or the system, which ends the process.
//!
//! There are two handlers. The first runs where any handler should, on a stack for signals, as the
//! other one may be full; that has no room for looking up names. It only finds out whether the
//! memory is ours, and lets the instruction fault again before the second, on the stack that the
//! instruction is on.

use super::stack::Stack;
use super::{DEBUGGERS, Debugger, FRAMES, report};
use libc::{c_int, c_void, sigaction, siginfo_t};
use std::mem::zeroed;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// Who had the signal before.
static PREVIOUS: OnceLock<sigaction> = OnceLock::new();

/// Watches for faults from now on.
pub(super) fn watch() {
    PREVIOUS.get_or_init(|| {
        // SAFETY: a struct of numbers and pointers, which may be null.
        let mut previous: sigaction = unsafe { zeroed() };
        // SAFETY: the call only writes to the struct.
        if unsafe { libc::sigaction(libc::SIGSEGV, null(), &raw mut previous) } == 0 {
            install(sort_out, libc::SA_ONSTACK);
        }
        previous
    });
}

type Handler = unsafe extern "C" fn(c_int, *mut siginfo_t, *mut c_void);

fn install(handler: Handler, flags: c_int) {
    // SAFETY: as in `watch`; the handler has the type that its flag says.
    unsafe {
        let mut ours: sigaction = zeroed();
        ours.sa_sigaction = handler as *const () as usize;
        ours.sa_flags = flags | libc::SA_SIGINFO;
        libc::sigaction(libc::SIGSEGV, &raw const ours, null_mut());
    }
}

/// Leaves the signal to who had it before.
fn step_back() {
    let previous = PREVIOUS.get().map_or(null(), std::ptr::from_ref);
    // SAFETY: the struct is what the system has filled in; null changes nothing.
    unsafe { libc::sigaction(libc::SIGSEGV, previous, null_mut()) };
}

/// # Safety
/// Called for the signal, by the system or by another handler.
unsafe extern "C" fn sort_out(_: c_int, info: *mut siginfo_t, _: *mut c_void) {
    // SAFETY: the caller's promise.
    match unsafe { whose(info) } {
        Some((debugger, _)) if is_wanted(debugger) => install(explain, 0),
        _ => step_back(),
    }
}

/// Whether anybody wants to hear of it: somebody who records where handles are made, or who has a
/// handler for the signal, such as `faulthandler`. A process that has asked for nothing ends without
/// a word, as with upstream's debug mode.
fn is_wanted(debugger: &Debugger) -> bool {
    let is_handled = |previous: &sigaction| previous.sa_sigaction != libc::SIG_DFL;
    debugger.stack_trace_limit() > 0 || PREVIOUS.get().is_some_and(is_handled)
}

/// # Safety
/// Called for the signal, by the system or by another handler.
unsafe extern "C" fn explain(_: c_int, info: *mut siginfo_t, _: *mut c_void) {
    // A fault in here would be none of ours.
    step_back();
    // SAFETY: the caller's promise.
    if let Some((debugger, id)) = unsafe { whose(info) } {
        tell(debugger, id, &Stack::of_fault(explain as *const () as usize, FRAMES));
    }
}

/// The handle that the memory came with.
///
/// # Safety
/// The struct is one that the system has filled.
unsafe fn whose(info: *mut siginfo_t) -> Option<(&'static Debugger, isize)> {
    // SAFETY: the caller's promise; there is an address if the code says so.
    let address = unsafe { ((*info).si_code == SEGV_ACCERR).then(|| (*info).si_addr().addr())? };
    DEBUGGERS.find(|debugger| {
        let index = debugger.handles.slot_of_memory(address)?;
        Some((debugger, super::id_of(index)))
    })
}

/// The page is there, and forbids it.
const SEGV_ACCERR: c_int = 2;

fn tell(debugger: &Debugger, id: isize, used: &Stack) {
    let Some(info) = debugger.handle_info(id) else { return };
    let how = match info.is_closed {
        true => {
            "Invalid usage of already closed handle: memory that came with it, of a text or bytes, \
             is used after the handle was closed"
        }
        false => {
            "Invalid usage of a handle: memory that came with it, of a text or bytes, may only be \
             read"
        }
    };
    report::say(format_args!("{how}.\n{}It is used here:\n{used}", info.made_here()));
}

//! How deep compiled functions call each other. The interpreter does not count frames of machine code, so
//! that they are counted here, against its own limit and the stack that is left.

use core::cell::Cell;
use pommel::prelude::*;

/// Depths up to this are within any limit.
const SHALLOW: u32 = 40;
/// So much of the stack is left to what is called last.
const SPARE: usize = 256 << 10;
/// The stack that a thread is taken to have where nobody says how large it is.
#[cfg(not(target_os = "linux"))]
const USUAL: usize = 512 << 10;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The interpreter's own limit, as it was when it was asked last; 0 if it has to be asked.
    static LIMIT: Cell<u32> = const { Cell::new(0) };
    /// The lowest address of this thread's stack, once it was asked for.
    static END: Cell<usize> = const { Cell::new(0) };
}

/// Calls of compiled functions that are under way, on this thread: how many.
pub(crate) struct Entered(*const Cell<u32>, u32);

impl Drop for Entered {
    fn drop(&mut self) {
        // SAFETY: the count of this thread, which is there as long as the thread.
        let depth = unsafe { &*self.0 };
        depth.set(depth.get() - self.1);
    }
}

/// Begins a call.
///
/// # Errors
/// `RecursionError` if calls are too deep.
pub(crate) fn enter(ctx: Ctx<'_>) -> Result<Entered> {
    // Whoever calls through objects may have set another limit.
    LIMIT.set(0);
    enter_many(ctx, 1)
}

/// Begins calls within each other, the last of which is made by machine code.
///
/// # Errors
/// `RecursionError` if calls are too deep.
pub(crate) fn enter_many(ctx: Ctx<'_>, calls: u32) -> Result<Entered> {
    let (entered, depth) = DEPTH.with(|count| {
        count.set(count.get() + calls);
        (Entered(count, calls), count.get())
    });
    if depth > SHALLOW {
        if LIMIT.get() == 0 {
            let limit = ctx.import(c"sys")?.call_method(c"getrecursionlimit", ())?;
            LIMIT.set(limit.extract::<u32>()?);
        }
        if depth > LIMIT.get() || is_nearly_full() {
            let message = "maximum recursion depth exceeded";
            return Err(Error::new(exception::RecursionError, message));
        }
    }
    Ok(entered)
}

/// How many more calls machine code may make within each other before it has to ask.
pub(crate) fn allowance() -> u32 {
    let depth = DEPTH.get();
    if depth < SHALLOW { SHALLOW - depth } else { LIMIT.get().saturating_sub(depth).min(SHALLOW) }
}

/// Whether little is left of the stack.
fn is_nearly_full() -> bool {
    let mark = core::hint::black_box(0u8);
    let here = core::ptr::from_ref(&mark).addr();
    if END.get() == 0 {
        END.set(end_of_stack(here));
    }
    here.saturating_sub(END.get()) < SPARE
}

#[cfg(target_os = "linux")]
fn end_of_stack(_: usize) -> usize {
    let mut attributes = core::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut start, mut size) = (core::ptr::null_mut(), 0);
    // SAFETY: the C library fills the attributes of this thread in, if it says so, and they are destroyed
    // once.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 1;
        }
        libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    start.addr().max(1)
}

#[cfg(not(target_os = "linux"))]
fn end_of_stack(here: usize) -> usize {
    here.saturating_sub(USUAL).max(1)
}

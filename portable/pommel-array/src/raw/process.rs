//! Which process this is: a fork copies memory, but no threads.

use core::sync::atomic::{AtomicU32, Ordering};

static FORKS: AtomicU32 = AtomicU32::new(0);

/// A number that is another in each process that comes of a fork. To ask the system costs more than a
/// short computation.
#[cfg(all(unix, not(miri)))]
pub(crate) fn number() -> u32 {
    use std::sync::Once;
    static REGISTERED: Once = Once::new();
    extern "C" fn count() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: the function only adds to a number, and is there as long as the process: what a program
    // has loaded of this crate is not unloaded.
    REGISTERED.call_once(|| unsafe {
        libc::pthread_atfork(None, None, Some(count));
    });
    FORKS.load(Ordering::Relaxed)
}

/// There are no forks, or none that is seen.
#[cfg(not(all(unix, not(miri))))]
pub(crate) fn number() -> u32 {
    FORKS.load(Ordering::Relaxed)
}

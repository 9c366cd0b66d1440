//! One wrapper for each wrapped context, found by its address.

use hpy_abi::HPyContext;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The wrappers of one mode.
pub(crate) struct Registry<W: 'static>(Mutex<Vec<Entry<W>>>);

/// A wrapper and the address of what it wraps.
struct Entry<W>(usize, *mut W);

// SAFETY: a wrapper belongs to no thread.
unsafe impl<W: Send + Sync> Send for Entry<W> {}

impl<W: Send + Sync> Registry<W> {
    pub const fn new() -> Registry<W> {
        Registry(Mutex::new(Vec::new()))
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry<W>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The wrapper of a context. One that is made when it is first asked for is completed where it
    /// will stay, before anybody else can find it.
    pub fn get_or_make(
        &self,
        inner: *mut HPyContext,
        make: impl FnOnce() -> W,
        complete: impl FnOnce(&'static W),
    ) -> &'static W {
        let find = |all: &[Entry<W>]| all.iter().find(|e| e.0 == inner.addr()).map(|e| e.1);
        let found = find(&self.lock());
        let wrapper = found.unwrap_or_else(|| {
            // Made without the lock, as that calls into the interpreter. A thread that was slower
            // leaves a wrapper that nobody uses.
            let made = Box::into_raw(Box::new(make()));
            // SAFETY: just made, and freed only by `free`.
            complete(unsafe { &*made });
            let mut all = self.lock();
            find(&all).unwrap_or_else(|| {
                all.push(Entry(inner.addr(), made));
                made
            })
        });
        // SAFETY: wrappers live until `free`, whose caller promises that nobody uses them.
        unsafe { &*wrapper }
    }

    /// The first answer that a wrapper gives. Does not wait for the lock, as it is asked in the
    /// middle of anything; the caller is one of those who use the wrapper, so that it stays.
    #[cfg(all(unix, not(miri)))]
    pub fn find<R>(&self, ask: impl Fn(&'static W) -> Option<R>) -> Option<R> {
        let all = self.0.try_lock().ok()?;
        // SAFETY: wrappers live until `free`, whose caller promises that nobody uses them.
        all.iter().find_map(|entry| ask(unsafe { &*entry.1 }))
    }

    /// Frees the wrapper of a context, if there is one.
    ///
    /// # Safety
    /// Nobody uses it any more.
    pub unsafe fn free(&self, inner: *mut HPyContext, finish: impl FnOnce(&W)) {
        let mut all = self.lock();
        let Some(place) = all.iter().position(|e| e.0 == inner.addr()) else { return };
        let Entry(_, wrapper) = all.swap_remove(place);
        drop(all);
        // SAFETY: `get_or_make` made it from a box; the caller's promise.
        unsafe {
            finish(&*wrapper);
            drop(Box::from_raw(wrapper));
        }
    }
}

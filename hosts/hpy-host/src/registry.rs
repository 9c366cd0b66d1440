//! One wrapper for each wrapped context, found by its address.

use hpy_abi::HPyContext;
use std::sync::{Mutex, PoisonError};

/// The wrappers of one mode.
pub(crate) struct Registry<W: 'static>(Mutex<Vec<(usize, &'static W)>>);

impl<W> Registry<W> {
    pub const fn new() -> Registry<W> {
        Registry(Mutex::new(Vec::new()))
    }

    /// The wrapper of a context, which is made when it is first asked for.
    pub fn get_or_make(&self, inner: *mut HPyContext, make: impl FnOnce() -> Box<W>) -> &'static W {
        if let Some(found) = self.get(inner) {
            return found;
        }
        // Made without the lock, as it calls into the interpreter. A thread that was slower
        // leaves a wrapper that nobody uses.
        let made = Box::leak(make());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, earlier)) = all.iter().find(|(key, _)| *key == inner.addr()) {
            return earlier;
        }
        all.push((inner.addr(), made));
        made
    }

    /// The wrapper of a context, if there is one.
    pub fn get(&self, inner: *mut HPyContext) -> Option<&'static W> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(key, _)| *key == inner.addr()).map(|(_, wrapper)| *wrapper)
    }

    /// Forgets the wrapper of a context; gives it to the caller, who may free it.
    pub fn take(&self, inner: *mut HPyContext) -> Option<&'static W> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = all.iter().position(|(key, _)| *key == inner.addr())?;
        Some(all.swap_remove(place).1)
    }
}

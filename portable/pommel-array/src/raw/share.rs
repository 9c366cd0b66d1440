//! Shares in data, and what becomes of a little data when the last share is gone.
//!
//! A program on small arrays makes and drops data all the time. Data whose memory lies inside it waits
//! on its thread for the next array of few elements: to make it, to count its shares down and to free it
//! would cost more than the elements do.

use crate::raw::data::Data;
use crate::raw::memory::Memory;
use core::cell::Cell;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use core::sync::atomic::{Ordering, fence};
use std::sync::Arc;

/// How many a thread keeps: as many as an expression has results at once.
const KEPT: usize = 16;

/// A share in a value that is built where it stays, and nowhere before: a large one would be copied.
#[inline(always)]
pub(crate) fn built<T>(value: impl FnOnce() -> T) -> Arc<T> {
    let room = Arc::<T>::new_uninit();
    // SAFETY: room for a value that nobody else has, and which is written here.
    unsafe {
        Arc::as_ptr(&room).cast_mut().cast::<T>().write(value());
        room.assume_init()
    }
}

/// Data of this thread that waits. Nobody else has a share in it.
struct Waiting {
    count: Cell<usize>,
    /// So many are from [`Arc::into_raw`].
    data: [Cell<*const Data>; KEPT],
}

std::thread_local!(static WAITING: Waiting = const {
    Waiting { count: Cell::new(0), data: [const { Cell::new(core::ptr::null()) }; KEPT] }
});

/// Lets a thread have what it needs for itself as long as there is memory: the C library ends the process
/// if a thread asks for it later and there is none.
pub(crate) fn prepare_thread() {
    let _ = WAITING.try_with(|waiting| waiting.count.get());
}

/// Data as an array has it.
pub struct Share(ManuallyDrop<Arc<Data>>);

impl Share {
    /// A little memory, whose bytes are not initialised.
    #[inline(always)]
    pub(super) fn little(len: usize) -> Share {
        match WAITING.try_with(Waiting::take) {
            Ok(Some(data)) => {
                // SAFETY: it waited, so that it has a little memory and nobody else has a share.
                unsafe { (*Arc::as_ptr(&data).cast_mut()).set_little(len) };
                Share::from(data)
            }
            _ => Share::fresh(len),
        }
    }

    #[inline(never)]
    fn fresh(len: usize) -> Share {
        Data::ready(Memory::inline(len))
    }

    /// What is shared.
    #[inline(always)]
    pub fn arc(&self) -> &Arc<Data> {
        &self.0
    }
}

impl Waiting {
    #[inline(always)]
    fn take(&self) -> Option<Arc<Data>> {
        let last = self.count.get().checked_sub(1)?;
        self.count.set(last);
        // SAFETY: `put` had it from `into_raw`, and it is no longer counted.
        self.data.get(last).map(|place| unsafe { Arc::from_raw(place.get()) })
    }

    /// Keeps data, unless there is enough.
    #[inline(always)]
    fn put(&self, data: Arc<Data>) {
        let count = self.count.get();
        match self.data.get(count) {
            Some(place) => {
                place.set(Arc::into_raw(data));
                self.count.set(count + 1);
            }
            None => release(data),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        while let Some(data) = self.take() {
            drop(data);
        }
    }
}

/// Whether data can be used again by whoever has this share.
///
/// Where there is no other share nobody can get one: weak references are made to pending data only,
/// which has no memory inside.
#[inline(always)]
fn is_reusable(data: &Arc<Data>) -> bool {
    if Arc::strong_count(data) != 1 {
        return false;
    }
    // What the others did is over: they have given up their shares.
    fence(Ordering::Acquire);
    data.is_little_and_free()
}

impl Drop for Share {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: nobody looks at it again.
        let data = unsafe { ManuallyDrop::take(&mut self.0) };
        if is_reusable(&data) {
            let _ = WAITING.try_with(|waiting| waiting.put(data));
        } else {
            release(data);
        }
    }
}

/// Out of the way of what is short.
#[inline(never)]
fn release(data: Arc<Data>) {
    drop(data);
}

impl Clone for Share {
    #[inline]
    fn clone(&self) -> Share {
        Share(self.0.clone())
    }
}

impl From<Arc<Data>> for Share {
    #[inline(always)]
    fn from(data: Arc<Data>) -> Share {
        Share(ManuallyDrop::new(data))
    }
}

impl Deref for Share {
    type Target = Arc<Data>;
    #[inline(always)]
    fn deref(&self) -> &Arc<Data> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::array::Array;
    use crate::dtype::DType;
    use crate::elementwise::{Operand, apply};
    use crate::function::Function;

    fn few(n: usize, value: f64) -> Array {
        let fill = |room: &mut [f64]| {
            room.fill(value);
            true
        };
        Array::of_few_floats(n, fill).unwrap()
    }

    fn waiting() -> usize {
        WAITING.with(|waiting| waiting.count.get())
    }

    #[test]
    fn a_little_data_waits_for_its_next_use() {
        let first = few(4, 1.0);
        let place = Arc::as_ptr(first.data());
        drop(first);
        assert_eq!(waiting(), 1);
        let second = few(3, 2.0);
        assert_eq!((Arc::as_ptr(second.data()), waiting()), (place, 0));
        assert_eq!(second.data().memory().unwrap().len(), 24);
        assert_eq!(second.to_vec::<f64>().unwrap(), [2.0; 3]);
    }

    #[test]
    fn what_others_have_or_may_write_does_not_wait() {
        let (shared, exported, large) = (few(4, 1.0), few(4, 1.0), few(16, 1.0));
        let other = shared.clone();
        exported.data().export_forever().unwrap();
        drop((shared, exported, large));
        assert_eq!(waiting(), 0);
        let _next = few(4, 2.0);
        assert_eq!(other.to_vec::<f64>().unwrap(), [1.0; 4]);
        drop(other);
        assert_eq!(waiting(), 1);
    }

    #[test]
    fn what_is_read_later_does_not_wait() {
        let (large, little) = (Array::zeros(DType::Float64, &[4096]).unwrap(), few(1, 3.0));
        let sum = apply(Function::Add, &[Operand::Array(&large), Operand::Array(&little)]).unwrap();
        assert!(!sum.data().is_ready());
        drop(little);
        assert_eq!(waiting(), 0);
        let _next = few(1, 5.0);
        assert_eq!(sum.to_vec::<f64>().unwrap(), [3.0; 4096]);
    }

    #[test]
    fn a_thread_keeps_so_many_and_its_own() {
        let arrays: Vec<Array> = (0..KEPT + 5).map(|_| few(4, 1.0)).collect();
        std::thread::spawn(move || {
            drop(arrays);
            assert_eq!(waiting(), KEPT);
        })
        .join()
        .unwrap();
        assert_eq!(waiting(), 0);
    }
}

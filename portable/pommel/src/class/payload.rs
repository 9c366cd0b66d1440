//! The native struct of an instance: the author's struct, and a word that says how it is borrowed.
//!
//! Laws:
//! 1. The word is 0 until the struct is there. No Python code runs between the making of the object
//!    and the writing of the struct, so that only the destructor and the collector ever see a 0.
//! 2. A class none of whose methods takes `&mut self` is *frozen*: nothing is counted, a reference
//!    is free.
//! 3. Otherwise a shared borrow counts up from 1, an exclusive borrow is negative, and a borrow that
//!    does not fit raises `RuntimeError`, where several threads run at once after a while. Python
//!    code that runs during a method can only get to the object through another borrow, so that
//!    `&mut self` is never aliased.
//! 4. The word is an atomic, but read and written without a locked instruction where the
//!    interpreter runs one thread at a time. A guard cannot leave its thread, so that the word only
//!    changes while Python may be used.
//! 5. A stretch of code is *closed* if nothing in it can get at Python: a method that has only its
//!    struct, numbers and other structs. While one thread runs at a time nobody can ask for a second
//!    borrow in such a stretch, so that it looks at the word and leaves it alone.

use super::{Class, Instance, Methods, Visitor};
use crate::raw::attach;
use crate::{Ctx, Error, Result};
use core::mem::MaybeUninit;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicIsize, Ordering};
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::{Duration, Instant};

/// The native struct of an instance.
#[repr(C)]
pub struct Payload<T> {
    borrows: AtomicIsize,
    value: UnsafeCell<MaybeUninit<T>>,
}

/// The word of a payload without a struct.
const EMPTY: isize = 0;
/// The word of a payload that nobody borrows.
const FREE: isize = 1;
/// The word of a payload that is borrowed exclusively, where one thread runs at a time. Where
/// several do, it is the negative of the borrower's [`thread_number`].
const EXCLUSIVE: isize = -1;
/// How long a thread waits for what others borrow, where several threads run at once. What takes
/// longer is no short method in between, or the thread waits for itself.
const PATIENCE: Duration = Duration::from_secs(1);

impl<T: Methods> Payload<T> {
    /// Hosts align a native struct to 16 bytes.
    const ALIGNED: () =
        assert!(align_of::<T>() <= 16, "a class cannot be aligned to more than 16 bytes");

    /// The payload of a new instance.
    #[inline(always)]
    pub(super) const fn new(value: T) -> Payload<T> {
        let () = Payload::<T>::ALIGNED;
        Payload { borrows: AtomicIsize::new(FREE), value: UnsafeCell::new(MaybeUninit::new(value)) }
    }

    /// Shows the fields of the struct to the collector.
    ///
    /// Not while it is borrowed exclusively: a thread that has let others run Python may be in the
    /// middle of a change. What the fields refer to then counts as referred to from outside, so that
    /// nothing is collected too early.
    pub(super) fn traverse(&self, visitor: &mut Visitor) {
        if self.borrows.load(Ordering::Relaxed) >= FREE {
            // SAFETY: the struct is there, and no exclusive borrow exists; none can begin while the
            // collector runs, because the word only changes while Python may be used.
            unsafe { (*self.value.get()).assume_init_ref() }.traverse(visitor);
        }
    }

    /// Borrows the struct.
    #[inline(always)]
    pub(super) fn share(&self, ctx: Ctx<'_>) -> Result<Ref<'_, T>> {
        if T::MUTABLE {
            self.change(ctx, |word| (word >= FREE).then_some(word + 1))?;
        }
        Ok(Ref { payload: self, counted: true })
    }

    /// Borrows the struct for a stretch that is closed (law 5).
    #[inline(always)]
    pub(super) fn share_closed(&self, ctx: Ctx<'_>) -> Result<Ref<'_, T>> {
        if attach::free_threaded() {
            return self.share(ctx);
        }
        if T::MUTABLE {
            let word = self.borrows.load(Ordering::Relaxed);
            if word < FREE {
                return Err(borrow_error::<T>(word));
            }
        }
        Ok(Ref { payload: self, counted: false })
    }

    /// Borrows the struct exclusively for a stretch that is closed (law 5).
    #[inline(always)]
    pub(super) fn exclude_closed(&self, ctx: Ctx<'_>) -> Result<RefMut<'_, T>> {
        if attach::free_threaded() {
            return self.exclude(ctx);
        }
        let word = self.borrows.load(Ordering::Relaxed);
        if word != FREE {
            return Err(borrow_error::<T>(word));
        }
        Ok(RefMut { payload: self, counted: false })
    }

    /// Borrows the struct exclusively.
    #[inline(always)]
    pub(super) fn exclude(&self, ctx: Ctx<'_>) -> Result<RefMut<'_, T>> {
        let exclusive = if attach::free_threaded() { -thread_number() } else { EXCLUSIVE };
        self.change(ctx, |word| (word == FREE).then_some(exclusive))?;
        Ok(RefMut { payload: self, counted: true })
    }

    /// Changes the word if `next` allows it.
    #[inline(always)]
    fn change(&self, ctx: Ctx<'_>, next: impl Fn(isize) -> Option<isize>) -> Result<()> {
        if attach::free_threaded() {
            return match self.try_change(&next) {
                Ok(_) => Ok(()),
                Err(word) => self.change_later(ctx, word, next),
            };
        }
        let word = self.borrows.load(Ordering::Relaxed);
        match next(word) {
            Some(next) => {
                self.borrows.store(next, Ordering::Relaxed);
                Ok(())
            }
            None => Err(borrow_error::<T>(word)),
        }
    }

    /// Changes the word, or gives the one that does not allow it.
    #[inline(never)]
    fn try_change(&self, next: impl Fn(isize) -> Option<isize>) -> Result<isize, isize> {
        self.borrows.fetch_update(Ordering::AcqRel, Ordering::Relaxed, next)
    }

    /// Another thread borrows the struct: it may be done in a moment. Meanwhile Python goes on
    /// without this thread, so that the other one can be.
    #[cold]
    fn change_later(
        &self,
        ctx: Ctx<'_>,
        mut word: isize,
        next: impl Fn(isize) -> Option<isize>,
    ) -> Result<()> {
        let start = Instant::now();
        let mut pause = Duration::ZERO;
        while word != EMPTY && word != -thread_number() && start.elapsed() < PATIENCE {
            ctx.detach(|| thread::sleep(pause));
            pause = Duration::from_millis(1).min(pause * 2 + Duration::from_micros(1));
            match self.try_change(&next) {
                Ok(_) => return Ok(()),
                Err(found) => word = found,
            }
        }
        Err(borrow_error::<T>(word))
    }

    /// Ends a borrow.
    #[inline(always)]
    fn release(&self, next: impl Fn(isize) -> isize) {
        if attach::free_threaded() {
            self.release_shared(next);
        } else {
            self.borrows.store(next(self.borrows.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
    }

    /// The same where other threads may look at the word.
    #[inline(never)]
    fn release_shared(&self, next: impl Fn(isize) -> isize) {
        let (release, relaxed) = (Ordering::Release, Ordering::Relaxed);
        let _ = self.borrows.fetch_update(release, relaxed, |word| Some(next(word)));
    }
}

/// A positive number that no other running thread has.
fn thread_number() -> isize {
    thread_local! {
        /// Its address is the number.
        static PLACE: u8 = const { 0 };
    }
    PLACE.with(|place| place as *const u8 as isize)
}

#[cold]
fn borrow_error<T: Class>(word: isize) -> Error {
    let name = T::NAME.to_string_lossy();
    Error::runtime_error(match word {
        EMPTY => format!("this '{name}' was never initialised"),
        isize::MIN..EMPTY => format!(
            "this '{name}' is being changed by a method that is still running; \
             use it again when that method has returned"
        ),
        _ => format!(
            "this '{name}' cannot be changed while another of its methods is running \
             or a buffer of it is exported"
        ),
    })
}

impl<'a, T: Methods> Ref<'a, T> {
    /// A borrow that was forgotten, to end it.
    pub(crate) fn resume(instance: &'a Instance<'_, T>) -> Result<Ref<'a, T>> {
        Ok(Ref { payload: instance.payload()?, counted: true })
    }
}

impl<'a, T: Methods> RefMut<'a, T> {
    /// A borrow that was forgotten, to end it.
    pub(crate) fn resume(instance: &'a Instance<'_, T>) -> Result<RefMut<'a, T>> {
        Ok(RefMut { payload: instance.payload()?, counted: true })
    }
}

/// A shared borrow of the struct of an instance.
pub struct Ref<'a, T: Methods> {
    payload: &'a Payload<T>,
    /// Whether the word says so.
    counted: bool,
}

impl<T: Methods> Deref for Ref<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the struct is there (law 1), and no exclusive borrow exists (law 3).
        unsafe { (*self.payload.value.get()).assume_init_ref() }
    }
}

impl<T: Methods> Drop for Ref<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if T::MUTABLE && self.counted {
            self.payload.release(|word| word - 1);
        }
    }
}

/// An exclusive borrow of the struct of an instance.
pub struct RefMut<'a, T: Methods> {
    payload: &'a Payload<T>,
    /// Whether the word says so.
    counted: bool,
}

impl<T: Methods> Deref for RefMut<'_, T> {
    type Target = T;
    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: the struct is there, and this is its only borrow.
        unsafe { (*self.payload.value.get()).assume_init_ref() }
    }
}

impl<T: Methods> DerefMut for RefMut<'_, T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the struct is there, and this is its only borrow.
        unsafe { (*self.payload.value.get()).assume_init_mut() }
    }
}

impl<T: Methods> Drop for RefMut<'_, T> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.counted {
            self.payload.release(|_| FREE);
        }
    }
}

/// Drops the struct of an instance that is gone, if there is one. The function that hosts call must
/// not unwind, and nobody is there to be told: the message of a panic on standard error is all that
/// remains of it.
///
/// # Safety
/// `payload` is a `Payload<T>` that nobody else will look at again.
#[inline]
pub(super) unsafe fn drop_payload<T: Class>(payload: *mut core::ffi::c_void) {
    // SAFETY: the caller's promise.
    let payload = unsafe { &mut *payload.cast::<Payload<T>>() };
    if *payload.borrows.get_mut() != EMPTY {
        // SAFETY: the struct is there, and nobody will look at it again.
        let drop = || unsafe { payload.value.get_mut().assume_init_drop() };
        let _ = catch_unwind(AssertUnwindSafe(drop));
    }
}

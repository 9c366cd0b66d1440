//! Helpers for short work: the thread that has it begins at once, and who is awake joins in.
//!
//! A pool whose caller waits for its workers costs the time of waking them, some ten microseconds,
//! before anything is done. Here the caller takes ranges as helpers do, from one counter, and waits in
//! the end only for those who have taken one. Helpers look for the next work for a moment before they
//! sleep, so that a program of many short computations wakes them once.
//!
//! To wake a helper takes longer than a *short* call, which therefore wakes nobody, unless another was a
//! moment ago: so a program of short computations has help, and one that computes now and then pays
//! nothing for help that comes too late.
//!
//! One *call* is open at a time. Its state is a word: whether it is open, and how many helpers are in
//! it. A helper enters by counting itself while the word says that the call is open, and only then
//! reads what there is to do; the caller closes the call and waits for the count to be zero before it
//! goes on. So nobody reads a call that is gone, however late a helper is.

use crate::raw::share::prepare_thread;
use core::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::cell::UnsafeCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

/// How long a helper looks for work before it sleeps.
const PATIENCE: Duration = Duration::from_micros(100);

/// Short calls that follow each other in this time wake the helpers: the next one will have their help.
const SUCCESSION: Duration = Duration::from_micros(20);

/// The bit of the state that says that the call is open; the others count helpers.
const OPEN: u64 = 1 << 63;

/// What is to be done with a number.
type Task<'a> = dyn Fn(usize) + Sync + 'a;

/// From where numbers are taken; one of them in the word that counts.
#[derive(Clone, Copy)]
#[repr(u64)]
enum From {
    First = 1,
    Last = 1 << 32,
}

/// A call: a task for each number below a count.
struct Call {
    task: *const Task<'static>,
    count: usize,
}

/// What the caller and the helpers share.
struct Shared {
    state: AtomicU64,
    call: UnsafeCell<Option<Call>>,
    /// How many numbers have been taken: by the caller, from the first one on, and in the upper half by
    /// helpers, from the last one on. So the next call of the kind finds its memory in the caches where
    /// this one leaves it.
    taken: AtomicU64,
    /// Whether a helper's task has panicked.
    failed: AtomicBool,
    helpers: usize,
    /// How many helpers sleep.
    asleep: AtomicUsize,
    /// When the last short call found all helpers asleep, in nanoseconds since the team was made.
    lonely: AtomicU64,
    made: Instant,
    /// Whether the helpers are to end.
    over: AtomicBool,
    lock: Mutex<()>,
    bell: Condvar,
}

// SAFETY: the call is written while the state says that nobody is in it, and read while it says that
// somebody is; its task may be called from any thread.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

/// Threads that help one caller at a time.
pub(crate) struct Team {
    shared: Arc<Shared>,
    /// Who has it is the caller.
    busy: Mutex<()>,
}

impl Team {
    /// A team of so many besides the caller. Fewer where the system has no more threads.
    pub(crate) fn new(helpers: usize) -> Team {
        let shared = Arc::new(Shared {
            helpers,
            state: AtomicU64::new(0),
            call: UnsafeCell::new(None),
            taken: AtomicU64::new(0),
            failed: AtomicBool::new(false),
            asleep: AtomicUsize::new(0),
            lonely: AtomicU64::new(0),
            made: Instant::now(),
            over: AtomicBool::new(false),
            lock: Mutex::new(()),
            bell: Condvar::new(),
        });
        let (starting, nobody_starts) = mpsc::channel::<()>();
        for _ in 0..helpers {
            let (shared, starting) = (Arc::clone(&shared), starting.clone());
            let named = thread::Builder::new().name("pommel".into());
            let work = move || {
                prepare_thread();
                drop(starting);
                shared.help();
            };
            if named.spawn(work).is_err() {
                break;
            }
        }
        // Until all have what they need, nobody may take the memory that is left.
        drop(starting);
        let _ = nobody_starts.recv();
        Team { shared, busy: Mutex::new(()) }
    }

    /// Does the task for every number below a count, on as many threads as come in time; in a short call
    /// nobody is waited for. While another caller has the team, on this one alone.
    ///
    /// # Panics
    /// If the task does, when all who are in it are done.
    pub(crate) fn run(&self, count: usize, task: &Task<'_>, is_short: bool) {
        let Ok(_busy) = self.busy.try_lock() else { return (0..count).for_each(task) };
        if is_short && self.shared.is_asleep() && !self.shared.follows_closely() {
            return (0..count).for_each(task);
        }
        self.shared.open(count, task);
        // Also if it panics here, nobody may be in the call when it is gone.
        let own =
            catch_unwind(AssertUnwindSafe(|| self.shared.take_turns(count, task, From::First)));
        self.shared.close();
        if let Err(panic) = own {
            resume_unwind(panic);
        }
        assert!(!self.shared.failed.swap(false, Ordering::Relaxed), "a computation has panicked");
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        self.shared.wake();
    }
}

impl Shared {
    fn open(&self, count: usize, task: &Task<'_>) {
        // SAFETY: the caller waits in `close` until nobody is in the call, so that the task is used only
        // as long as it lives.
        let task = unsafe { core::mem::transmute::<*const Task<'_>, *const Task<'static>>(task) };
        // SAFETY: the call is closed and nobody is in it.
        unsafe { *self.call.get() = Some(Call { task, count }) };
        self.taken.store(0, Ordering::Relaxed);
        self.state.store(OPEN, Ordering::SeqCst);
        if self.asleep.load(Ordering::SeqCst) > 0 {
            self.wake();
        }
    }

    /// Whether no helper is awake.
    fn is_asleep(&self) -> bool {
        self.asleep.load(Ordering::Relaxed) >= self.helpers
    }

    /// Whether a short call that nobody helped was a moment ago. This call is one from now on.
    fn follows_closely(&self) -> bool {
        let now = self.made.elapsed().as_nanos() as u64;
        let last = self.lonely.swap(now, Ordering::Relaxed);
        now - last.min(now) < SUCCESSION.as_nanos() as u64
    }

    fn wake(&self) {
        // With the lock nobody is between his last look and his sleep.
        drop(self.lock.lock().unwrap_or_else(PoisonError::into_inner));
        self.bell.notify_all();
    }

    /// Does the task with numbers that nobody has taken, as long as there are any.
    fn take_turns(&self, count: usize, task: &Task<'_>, from: From) {
        while let Some(number) = self.take(count, from) {
            task(number);
        }
    }

    fn take(&self, count: usize, from: From) -> Option<usize> {
        let taken = self.taken.fetch_add(from as u64, Ordering::Relaxed);
        let (first, last) = ((taken as u32) as usize, (taken >> 32) as usize);
        (first + last < count).then(|| match from {
            From::First => first,
            From::Last => count - 1 - last,
        })
    }

    /// Whether all numbers have been taken.
    fn is_taken(&self, count: usize) -> bool {
        let taken = self.taken.load(Ordering::Relaxed);
        (taken as u32) as usize + (taken >> 32) as usize >= count
    }

    /// Ends the call when all who are in it are done.
    fn close(&self) {
        self.state.fetch_and(!OPEN, Ordering::SeqCst);
        let mut turns = 0u32;
        while self.state.load(Ordering::Acquire) != 0 {
            turns += 1;
            if turns < 1000 { core::hint::spin_loop() } else { thread::yield_now() }
        }
    }

    /// What a helper does all its life.
    fn help(&self) {
        let mut since = Instant::now();
        let mut looks = 0u32;
        while !self.over.load(Ordering::Relaxed) {
            if self.enter() {
                (since, looks) = (Instant::now(), 0);
                continue;
            }
            looks += 1;
            match looks % 64 {
                0 if since.elapsed() > PATIENCE => {
                    self.sleep();
                    (since, looks) = (Instant::now(), 0);
                }
                // Others may want the processor.
                0 => thread::yield_now(),
                _ => core::hint::spin_loop(),
            }
        }
    }

    /// Takes part in the call that is open, if there is one with something to do.
    fn enter(&self) -> bool {
        let enter = |state| (state & OPEN != 0).then(|| state + 1);
        if self.state.load(Ordering::Relaxed) & OPEN == 0
            || self.state.fetch_update(Ordering::SeqCst, Ordering::Relaxed, enter).is_err()
        {
            return false;
        }
        // SAFETY: the call is open, and stays as it is until this helper has left it.
        let call = unsafe { (*self.call.get()).as_ref() };
        let mut any = false;
        if let Some(call) = call
            && !self.is_taken(call.count)
        {
            any = true;
            // SAFETY: as above, of the task too.
            let task = unsafe { &*call.task };
            let done =
                catch_unwind(AssertUnwindSafe(|| self.take_turns(call.count, task, From::Last)));
            self.failed.fetch_or(done.is_err(), Ordering::Relaxed);
        }
        self.state.fetch_sub(1, Ordering::Release);
        any
    }

    fn sleep(&self) {
        let mut guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.asleep.fetch_add(1, Ordering::SeqCst);
        while self.state.load(Ordering::SeqCst) & OPEN == 0 && !self.over.load(Ordering::SeqCst) {
            guard = self.bell.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
        self.asleep.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::sync::atomic::AtomicU8;

    fn each_once(team: &Team, count: usize) {
        let visits: Vec<_> = (0..count).map(|_| AtomicU8::new(0)).collect();
        let visit = |number: usize| {
            visits[number].fetch_add(1, Ordering::Relaxed);
        };
        team.run(count, &visit, count.is_multiple_of(2));
        assert!(visits.into_iter().all(|visit| visit.into_inner() == 1), "{count}");
    }

    #[test]
    fn every_number_has_its_turn_once_also_after_a_sleep() {
        let team = Team::new(3);
        for round in 0..200 {
            each_once(&team, round % 37);
            if round % 50 == 0 {
                thread::sleep(4 * PATIENCE);
            }
        }
    }

    #[test]
    fn callers_from_many_threads_and_from_within() {
        let team = Team::new(2);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..100).for_each(|round| each_once(&team, round)));
            }
        });
        team.run(8, &|_| each_once(&team, 5), false);
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_goes_on() {
        let team = Team::new(2);
        for bad in [0, 7, 19] {
            let run = || {
                team.run(20, &|number| assert!(number != bad, "the bad number"), false);
            };
            assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
            each_once(&team, 20);
        }
    }
}

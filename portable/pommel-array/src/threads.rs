//! Work on several threads, and how many they are.
//!
//! Ranges of elements go to a team of threads, divisions and joins to a pool of `rayon`. Both are made
//! when they are first needed, and anew when another number of threads is asked for and in a process
//! that was forked, in which the threads of the parent are gone.

mod number;

use crate::error::Result;
use crate::raw::memory::check_room;
use crate::raw::process;
use crate::raw::share::prepare_thread;
use crate::raw::team::Team;
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex};

pub use number::{Count, MOST, Source, VARIABLE, count, num_threads, set_num_threads};

/// A pool, and the process and the number of threads that it was made for.
struct Pool {
    process: u32,
    number: usize,
    threads: ManuallyDrop<Arc<rayon::ThreadPool>>,
}

/// The threads of this process.
static POOL: Mutex<Option<Pool>> = Mutex::new(None);

/// A thread's stack, which is this large unless `RUST_MIN_STACK` says otherwise, and what the C library
/// and others need for it.
const THREAD: usize = 3 << 20;

/// Whether memory has room for so many new threads: the C library ends the process if one that has its
/// stack finds no memory for little things.
fn have_room(threads: usize) -> Option<()> {
    check_room(threads.saturating_mul(THREAD)).ok()
}

/// So many threads; `None` where the system has no more.
fn pool(number: usize) -> Option<Arc<rayon::ThreadPool>> {
    let mut pool = POOL.lock().ok()?;
    let process = process::number();
    if let Some(there) = pool.as_ref()
        && (there.process, there.number) == (process, number)
    {
        return Some(Arc::clone(&there.threads));
    }
    have_room(number)?;
    let builder = rayon::ThreadPoolBuilder::new().num_threads(number);
    let made = Arc::new(builder.start_handler(|_| prepare_thread()).build().ok()?);
    // Until all have started, and have what they need for it, nobody may take the memory that is left.
    made.broadcast(|_| ());
    let threads = ManuallyDrop::new(Arc::clone(&made));
    if let Some(old) = pool.replace(Pool { process, number, threads })
        && old.process == process
    {
        // Its threads end when the last who uses them is done. Those of a parent process are not
        // here: there is nobody to tell.
        drop(ManuallyDrop::into_inner(old.threads));
    }
    Some(made)
}

/// The helpers for short work, and the process and the number of threads that they were made for.
struct Helpers {
    process: u32,
    number: usize,
    team: ManuallyDrop<Arc<Team>>,
}

static HELPERS: Mutex<Option<Helpers>> = Mutex::new(None);

/// The helpers for so many threads; `None` where the system has no more.
fn helpers(number: usize) -> Option<Arc<Team>> {
    let mut helpers = HELPERS.lock().ok()?;
    let process = process::number();
    if let Some(there) = helpers.as_ref()
        && (there.process, there.number) == (process, number)
    {
        return Some(Arc::clone(&there.team));
    }
    have_room(number - 1)?;
    let made = Arc::new(Team::new(number - 1));
    let team = ManuallyDrop::new(Arc::clone(&made));
    if let Some(old) = helpers.replace(Helpers { process, number, team })
        && old.process == process
    {
        // As for the pool.
        drop(ManuallyDrop::into_inner(old.team));
    }
    Some(made)
}

/// Calls a function on a thread of the pool, where what `rayon` shares is shared among the pool's.
///
/// # Panics
/// As [`for_each_range`].
pub(crate) fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match pool(number_of_threads()) {
        Some(pool) => pool.install(work),
        None => {
            share_with_nobody();
            work()
        }
    }
}

/// Makes this thread a pool of its own, for good, unless it is in one: else `rayon` would look for a pool
/// of all programs, and find that there are no threads for that one either.
fn share_with_nobody() {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread();
    if let Ok(pool) = alone.build() {
        core::mem::forget(pool);
    }
}

/// Calls a function on each thread of the pool, unless all threads of this pool have been called so
/// before: for what each needs once.
///
/// # Errors
/// The function's.
///
/// # Panics
/// As [`for_each_range`].
pub(crate) fn on_each_once(work: impl Fn() -> Result<()> + Sync) -> Result<()> {
    static CALLED: AtomicUsize = AtomicUsize::new(0);
    let Some(pool) = pool(number_of_threads()) else { return Ok(()) };
    let this = Arc::as_ptr(&pool).addr();
    if CALLED.load(Ordering::Relaxed) != this {
        pool.broadcast(|_| work()).into_iter().collect::<Result<()>>()?;
        CALLED.store(this, Ordering::Relaxed);
    }
    Ok(())
}

/// How many threads work.
///
/// # Panics
/// As [`for_each_range`].
pub(crate) fn number_of_threads() -> usize {
    num_threads().unwrap_or_else(|error| panic!("{error}"))
}

/// Calls a function with ranges that cover `0..size`, on as many threads as are worth it. A grain of
/// elements is worth waking a thread, a part of it one that is awake.
///
/// # Panics
/// If `POMMEL_NUM_THREADS` is none and nobody asked for [`count`], which says so as an error.
pub(crate) fn for_each_range(size: usize, grain: usize, work: impl Fn(Range<usize>) + Sync) {
    split(size, grain, 64, work);
}

/// The same for blocks of elements, of which a range has any number.
pub(crate) fn for_each_block(blocks: usize, grain: usize, work: impl Fn(Range<usize>) + Sync) {
    split(blocks, grain, 1, work);
}

/// This part of a grain is worth a thread that is awake.
pub(crate) const AWAKE: usize = 2;

/// Calls a function with ranges whose lengths are multiples of a number, but for the last.
fn split(size: usize, grain: usize, multiple: usize, work: impl Fn(Range<usize>) + Sync) {
    let least = (grain / AWAKE).max(1);
    if size <= least {
        return work(0..size);
    }
    let threads = number_of_threads();
    if threads == 1 {
        return work(0..size);
    }
    let Some(team) = helpers(threads) else { return work(0..size) };
    // A few ranges a thread even out what the threads are delayed by.
    let ranges = size.div_ceil(least).min(threads * 4);
    let length = size.div_ceil(ranges).next_multiple_of(multiple);
    let task = |i: usize| work(i * length..size.min((i + 1) * length));
    team.run(size.div_ceil(length), &task, size <= grain);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU8;

    #[test]
    fn another_number_makes_another_pool() {
        for number in [2, 3, 1] {
            let made = pool(number).unwrap();
            assert_eq!(made.current_num_threads(), number);
            assert!(Arc::ptr_eq(&made, &pool(number).unwrap()));
            assert_eq!(made.install(rayon::current_num_threads), number);
        }
    }

    #[test]
    fn a_thread_without_others_is_its_own_pool() {
        std::thread::spawn(|| {
            for _ in 0..2 {
                share_with_nobody();
                assert_eq!(rayon::current_num_threads(), 1);
                let here = std::thread::current().id();
                let (a, b) = rayon::join(std::thread::current, std::thread::current);
                assert_eq!((a.id(), b.id()), (here, here));
            }
            let pool = pool(2).unwrap();
            assert_eq!(pool.install(rayon::current_num_threads), 2);
        })
        .join()
        .unwrap();
    }

    #[test]
    fn ranges_cover_everything_once() {
        for size in [0, 1, 63, 1000, 100_003] {
            let visits: Vec<_> = (0..size).map(|_| AtomicU8::new(0)).collect();
            for_each_range(size, 64, |range| {
                for visit in &visits[range] {
                    visit.fetch_add(1, Ordering::Relaxed);
                }
            });
            assert!(visits.into_iter().all(|visit| visit.into_inner() == 1), "{size}");
        }
    }
}

//! Work on several threads.
//!
//! The pool is made when it is first needed, and anew in a process that was forked, in which the
//! threads of the parent are gone.

use core::ops::Range;
use rayon::prelude::*;
use std::sync::Mutex;

/// The threads of this process.
static POOL: Mutex<Option<(u32, &'static rayon::ThreadPool)>> = Mutex::new(None);

/// How many threads work at most.
pub fn count() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn pool() -> Option<&'static rayon::ThreadPool> {
    let mut pool = POOL.lock().ok()?;
    let process = std::process::id();
    if let Some((owner, pool)) = *pool
        && owner == process
    {
        return Some(pool);
    }
    let made = rayon::ThreadPoolBuilder::new().num_threads(count()).build().ok()?;
    // A pool is as old as its process: it is made once or, after forks, a few times.
    let made: &'static rayon::ThreadPool = Box::leak(Box::new(made));
    *pool = Some((process, made));
    Some(made)
}

/// Calls a function on a thread of the pool, where what `rayon` shares is shared among the pool's.
pub(crate) fn install<R: Send>(work: impl FnOnce() -> R + Send) -> R {
    match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

/// Calls a function with ranges that cover `0..size`, of `grain` elements but for the last, on as many
/// threads as are worth it.
pub(crate) fn for_each_range(size: usize, grain: usize, work: impl Fn(Range<usize>) + Sync) {
    if size <= grain || count() == 1 {
        return work(0..size);
    }
    let Some(pool) = pool() else { return work(0..size) };
    // A few ranges a thread even out what the threads are delayed by.
    let ranges = size.div_ceil(grain).min(count() * 4);
    let length = size.div_ceil(ranges).next_multiple_of(64);
    pool.install(|| {
        (0..size.div_ceil(length)).into_par_iter().for_each(|i| {
            work(i * length..size.min((i + 1) * length));
        });
    });
}

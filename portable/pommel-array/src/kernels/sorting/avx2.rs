//! Quicksort and quickselect with AVX2, after M. Blacher and others, Vectorized and
//! performance-portable quicksort (2022).
//!
//! A part of the keys goes through vectors that a table puts into order: keys below a pivot, then the
//! others. A vector is stored whole at both ends, behind what is below and in front of what is not, and
//! the next ones overwrite what is there too much. The keys below stay where they came from, the others
//! go to spare memory, so that nothing has to be read ahead of what is written; the parts of either
//! change places as they are parted further. What fits into registers is sorted by a network.
//!
//! Where keys equal one that is known to be below none of them, the pivot's equals are taken out. Where
//! pivots are bad too often, somebody else sorts.

use super::PARALLEL_FROM;
use super::lanes::Lanes;
use super::network::{self, ROWS};
use super::quick::Plain;
use crate::kernels::isa::Isa;
use crate::raw::memory::Memory;
use crate::threads;

/// From so many keys on parts are worth a thread.
const GRAIN: usize = 1 << 14;
/// From so many keys on a sample is worth its sorting.
const SAMPLED_FROM: usize = 1 << 11;

/// Keys, a part of all.
struct Part<T> {
    /// Where they end up.
    home: *mut T,
    /// As much memory.
    spare: *mut T,
    /// Whether they are there.
    is_away: bool,
    n: usize,
    /// What none is below, if such a key is known.
    bound: Option<T>,
    /// How many bad pivots are left.
    patience: u32,
    /// From how many keys on two threads go on.
    split_from: usize,
}

// SAFETY: the keys and the spare memory are this part's alone.
unsafe impl<T: Send> Send for Part<T> {}

impl<T: Plain> Part<T> {
    fn new(keys: &mut [T], spare: *mut T, threads: bool) -> Part<T> {
        let n = keys.len();
        let split_from = if threads { GRAIN } else { usize::MAX };
        let (home, patience) = (keys.as_mut_ptr(), n.max(1).ilog2());
        Part { home, spare, is_away: false, n, bound: None, patience, split_from }
    }

    /// Where the keys are, and the other place.
    fn places(&self) -> (*mut T, *mut T) {
        if self.is_away { (self.spare, self.home) } else { (self.home, self.spare) }
    }

    /// The keys from one on.
    ///
    /// # Safety
    /// There are more.
    unsafe fn behind(&self, n: usize) -> Part<T> {
        // SAFETY: the caller's.
        let (home, spare) = unsafe { (self.home.add(n), self.spare.add(n)) };
        Part { home, spare, n: self.n - n, ..*self }
    }

    /// The keys at home.
    ///
    /// # Safety
    /// No other reference to them is used at the same time.
    unsafe fn at_home(&mut self) -> &mut [T] {
        // SAFETY: the keys and the memory are this part's, and do not overlap.
        unsafe {
            if self.is_away {
                core::ptr::copy_nonoverlapping(self.spare, self.home, self.n);
                self.is_away = false;
            }
            core::slice::from_raw_parts_mut(self.home, self.n)
        }
    }
}

/// Memory for as many keys as are not sorted by a network, if the machine has AVX2 and the memory.
fn spare<T>(keys: &[T], lanes: usize) -> Option<Memory> {
    let bytes = if keys.len() > ROWS * lanes { size_of_val(keys) } else { 0 };
    (Isa::best() >= Isa::Avx2).then(|| Memory::uninit(bytes).ok()).flatten()
}

/// Sorts keys, none of which is a NaN, on several threads if they are many. Gives whether it could.
pub(super) fn sort<V: Lanes>(keys: &mut [V::Lane]) -> bool {
    let Some(spare) = spare(keys, V::LANES) else { return false };
    let threads = keys.len() >= PARALLEL_FROM && threads::number_of_threads() > 1;
    let part = Part::new(keys, spare.start().cast(), threads);
    // SAFETY: the machine has AVX2, and there is memory for as many keys.
    let sort = || unsafe { sort_part::<V>(part) };
    if threads {
        threads::install(sort);
    } else {
        sort();
    }
    true
}

/// # Safety
/// The machine has AVX2 and POPCNT, and no key is a NaN. What is to be split is sorted by a thread of a
/// pool.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn sort_part<V: Lanes>(mut part: Part<V::Lane>) {
    while part.n > ROWS * V::LANES {
        if part.patience == 0 {
            // SAFETY: nobody else has the keys.
            return V::Lane::sort_plainly(unsafe { part.at_home() });
        }
        let (from, other) = part.places();
        // SAFETY: the caller's: there are so many keys at both places.
        let (pivot, equals) = unsafe { pivot::<V>(from, part.n, part.n / 2, part.bound) };
        // SAFETY: as above.
        let left = unsafe { divide::<V>(from, other, part.n, pivot, equals) };
        // SAFETY: there are at most so many keys.
        let mut right = unsafe { part.behind(left) };
        (right.is_away, right.bound) = (!part.is_away, Some(pivot));
        part.n = left;
        if equals {
            // SAFETY: nobody else has the keys, which are sorted.
            unsafe { part.at_home() };
            part = right;
            continue;
        }
        let is_bad = left.min(right.n) < (left + right.n) / 8;
        right.patience -= u32::from(is_bad);
        part.patience = right.patience;
        if left + right.n >= part.split_from {
            rayon::join(
                // SAFETY: the caller's, of both parts.
                || unsafe { sort_part::<V>(part) },
                // SAFETY: as above.
                || unsafe { sort_part::<V>(right) },
            );
            return;
        }
        // SAFETY: as above.
        unsafe { sort_part::<V>(part) };
        part = right;
    }
    // SAFETY: the caller's.
    unsafe { network::sort::<V>(part.places().0, part.home, part.n) };
}

/// Moves keys, none of which is a NaN, so that the one at an index is the one that sorting would put
/// there, none in front of it is higher, and none behind it is lower. Gives whether it could.
pub(super) fn select<V: Lanes>(keys: &mut [V::Lane], kth: usize) -> bool {
    assert!(kth < keys.len());
    let Some(spare) = spare(keys, V::LANES) else { return false };
    // SAFETY: the machine has AVX2, there is memory for as many keys, and such an index.
    unsafe { select_part::<V>(Part::new(keys, spare.start().cast(), false), kth) };
    true
}

/// # Safety
/// As [`sort_part`]; the keys are at home, and there is such an index.
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
unsafe fn select_part<V: Lanes>(mut part: Part<V::Lane>, mut kth: usize) {
    while part.n > ROWS * V::LANES {
        if part.patience == 0 {
            // SAFETY: nobody else has the keys.
            return V::Lane::select_plainly(unsafe { part.at_home() }, kth);
        }
        let (from, other) = part.places();
        // SAFETY: the caller's: there are so many keys at both places.
        let (pivot, equals) = unsafe { pivot::<V>(from, part.n, kth, part.bound) };
        // SAFETY: as above.
        let left = unsafe { divide::<V>(from, other, part.n, pivot, equals) };
        // SAFETY: there are at most so many keys; nobody else has them.
        let mut right = unsafe { part.behind(left) };
        (right.is_away, right.bound) = (true, Some(pivot));
        // SAFETY: as above.
        unsafe { right.at_home() };
        let n = part.n;
        if kth >= left {
            (part, kth) = (right, kth - left);
        } else if equals {
            return;
        } else {
            part.n = left;
        }
        part.patience -= u32::from(part.n > n / 8 * 7);
    }
    // SAFETY: the caller's.
    unsafe { network::sort::<V>(part.home, part.home, part.n) };
}

/// A key that about so many are below, and whether it is known that none is.
///
/// # Safety
/// There are so many keys, more than [`ROWS`] vectors, and as [`Lanes`].
#[inline(always)]
unsafe fn pivot<V: Lanes>(
    keys: *const V::Lane,
    n: usize,
    wanted: usize,
    bound: Option<V::Lane>,
) -> (V::Lane, bool) {
    // SAFETY: the caller's.
    let pivot = unsafe {
        if n < SAMPLED_FROM { median::<V>(keys, n) } else { sampled::<V>(keys, n, wanted) }
    };
    (pivot, bound.is_some_and(|bound| pivot <= bound))
}

/// A key not far from the median: that of medians of three.
///
/// # Safety
/// As [`pivot`].
#[inline(always)]
unsafe fn median<V: Lanes>(keys: *const V::Lane, n: usize) -> V::Lane {
    let mut medians = [V::MAX; 8];
    // SAFETY: a vector fits in a quarter of the keys; there is room for one.
    unsafe {
        let at = |quarter: usize| keys.add(n / 4 * quarter);
        let (low, high) = V::load(at(1)).min_max(V::load(at(3)));
        let (_, low) = low.min_max(V::load(at(2)));
        let (median, _) = low.min_max(high);
        median.store(medians.as_mut_ptr());
    }
    let lower = |a: V::Lane, b: V::Lane| if a < b { a } else { b };
    let higher = |a: V::Lane, b: V::Lane| if a < b { b } else { a };
    let [a, b, c, d, ..] = medians;
    higher(lower(a, b), lower(c, d))
}

/// The key of a place among sorted ones, as a sample has it.
///
/// # Safety
/// As [`pivot`].
#[inline(always)]
unsafe fn sampled<V: Lanes>(keys: *const V::Lane, n: usize, wanted: usize) -> V::Lane {
    const COUNT: usize = 64;
    let mut sample = [V::MAX; COUNT];
    let step = n / COUNT;
    // Not always the first of each step: keys may repeat themselves.
    let shift = (n as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize % step;
    for (i, key) in sample.iter_mut().enumerate() {
        // SAFETY: it is one of the keys.
        *key = unsafe { *keys.add(i * step + shift) };
    }
    let start = sample.as_mut_ptr();
    // SAFETY: the caller's.
    unsafe { network::sort::<V>(start, start, COUNT) };
    sample[(wanted as u64 * COUNT as u64 / n as u64) as usize]
}

/// Moves the keys below a pivot (or, with equals, those not above it) to the front of where they are,
/// and the others to the back of another place. Gives how many are in front.
///
/// # Safety
/// There are so many keys, at both places; as [`Lanes`].
#[inline(always)]
unsafe fn divide<V: Lanes>(
    from: *mut V::Lane,
    other: *mut V::Lane,
    n: usize,
    pivot: V::Lane,
    equals: bool,
) -> usize {
    // SAFETY: the caller's.
    unsafe {
        if equals {
            divide_by::<V, true>(from, other, n, pivot)
        } else {
            divide_by::<V, false>(from, other, n, pivot)
        }
    }
}

/// # Safety
/// As [`divide`].
#[inline(always)]
unsafe fn divide_by<V: Lanes, const EQUALS: bool>(
    from: *mut V::Lane,
    other: *mut V::Lane,
    n: usize,
    pivot: V::Lane,
) -> usize {
    // SAFETY: the caller's. In front there is room as far as was read. At the back there is room for
    // all that is left and, in front of that, for what went to the front.
    unsafe {
        let mut ends = Ends { front: from, back: other.add(n) };
        let pivots = V::splat(pivot);
        let (mut at, vectors) = (0, n / V::LANES);
        while at + 4 <= vectors {
            let start = from.add(at * V::LANES);
            let (a, b) = (V::load(start), V::load(start.add(V::LANES)));
            let (c, d) = (V::load(start.add(2 * V::LANES)), V::load(start.add(3 * V::LANES)));
            ends.put::<V, EQUALS>(a, pivots);
            ends.put::<V, EQUALS>(b, pivots);
            ends.put::<V, EQUALS>(c, pivots);
            ends.put::<V, EQUALS>(d, pivots);
            at += 4;
        }
        while at < vectors {
            ends.put::<V, EQUALS>(V::load(from.add(at * V::LANES)), pivots);
            at += 1;
        }
        for i in vectors * V::LANES..n {
            let key = *from.add(i);
            let is_front = if EQUALS { key <= pivot } else { key < pivot };
            *ends.front = key;
            *ends.back.sub(1) = key;
            ends.front = ends.front.add(usize::from(is_front));
            ends.back = ends.back.sub(usize::from(!is_front));
        }
        ends.front.offset_from_unsigned(from)
    }
}

/// Where keys go.
struct Ends<T> {
    /// Behind what is below the pivot.
    front: *mut T,
    /// In front of what is not.
    back: *mut T,
}

impl<T> Ends<T> {
    /// Stores a vector at both ends.
    ///
    /// # Safety
    /// There is room for it at either, and as [`Lanes`].
    #[inline(always)]
    unsafe fn put<V: Lanes<Lane = T>, const EQUALS: bool>(&mut self, keys: V, pivots: V) {
        // SAFETY: the caller's.
        unsafe {
            let all = (1 << V::LANES) - 1;
            let set = if EQUALS { all ^ pivots.below(keys) } else { keys.below(pivots) };
            let parted = keys.parted(set);
            parted.store(self.front);
            parted.store(self.back.sub(V::LANES));
            let count = set.count_ones() as usize;
            self.front = self.front.add(count);
            self.back = self.back.sub(V::LANES - count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::sorting::lanes::I32;

    #[test]
    fn bad_pivots_are_given_up() {
        if Isa::best() < Isa::Avx2 {
            return;
        }
        for is_away in [false, true] {
            let mut keys: Vec<i32> = (0..1000).map(|i| i * 7919 % 1000).collect();
            let mut spare = keys.clone();
            let mut part = Part::new(&mut keys, spare.as_mut_ptr(), false);
            (part.patience, part.is_away) = (0, is_away);
            // SAFETY: the machine has AVX2, and there is memory for as many keys.
            unsafe { sort_part::<I32>(part) };
            assert!(keys.into_iter().eq(0..1000));
        }
    }

    #[test]
    fn a_pivot_that_nothing_is_below_takes_its_equals_out() {
        if Isa::best() < Isa::Avx2 {
            return;
        }
        for equals in [false, true] {
            let mut keys: Vec<i32> = (0..203).map(|i| i % 5).collect();
            let mut spare = vec![-1; 203];
            let (from, other) = (keys.as_mut_ptr(), spare.as_mut_ptr());
            // SAFETY: as above.
            let left = unsafe { divide_for_test(from, other, 203, 2, equals) };
            let is_left = |key: i32| if equals { key <= 2 } else { key < 2 };
            assert_eq!(left, (0..203).filter(|i| is_left(i % 5)).count());
            assert!(keys[..left].iter().all(|&key| is_left(key)));
            assert!(spare[left..].iter().all(|&key| !is_left(key) && key < 5));
        }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
    unsafe fn divide_for_test(
        from: *mut i32,
        other: *mut i32,
        n: usize,
        pivot: i32,
        equals: bool,
    ) -> usize {
        // SAFETY: the caller's.
        unsafe { divide::<I32>(from, other, n, pivot, equals) }
    }
}

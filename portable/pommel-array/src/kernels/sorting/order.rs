//! Orders of indices, by numbers made of a key and an index.
//!
//! Where a number has no room for all bits of a key, or a key is more than a number, its highest bits
//! are sorted first, and then what is alike in those.

use super::quick::{self, NORMALS};

/// Bits of a number for a key and an index.
const BITS: u32 = NORMALS.ilog2();

/// Where keys are.
pub(super) struct Span {
    low: i64,
    /// How many of their last bits are the same in all.
    common: u32,
    /// The highest number of a key.
    pub(super) width: u64,
}

impl Span {
    pub(super) fn of(keys: impl Iterator<Item = i64> + Clone) -> Span {
        let (mut low, mut high, mut differing) = (i64::MAX, i64::MIN, 0);
        let one = keys.clone().next().unwrap_or(0);
        for key in keys {
            (low, high) = (low.min(key), high.max(key));
            differing |= key ^ one;
        }
        let (low, common) = (low.min(high), differing.trailing_zeros() % i64::BITS);
        Span { low, common, width: high.wrapping_sub(low) as u64 >> common }
    }

    /// How far a key is from the lowest.
    #[inline(always)]
    pub(super) fn number(&self, key: i64) -> u64 {
        key.wrapping_sub(self.low) as u64 >> self.common
    }

    /// The key of a number.
    #[inline(always)]
    pub(super) fn key(&self, number: u64) -> i64 {
        self.low.wrapping_add((number << self.common) as i64)
    }
}

/// How many bits numbers up to one have.
fn bits(highest: u64) -> u32 {
    u64::BITS - highest.leading_zeros()
}

/// Numbers, which are not above the highest, with their indices: as many of the highest bits as there is
/// room for. Gives how many bits an index has, and whether all bits of the numbers are there.
fn pairs(number: impl Fn(usize) -> u64, highest: u64, out: &mut [i64]) -> (u32, bool) {
    let narrow = bits(out.len() as u64);
    let dropped = (bits(highest) + narrow).saturating_sub(BITS);
    for (i, pair) in out.iter_mut().enumerate() {
        *pair = quick::normal(number(i) >> dropped << narrow | i as u64);
    }
    (narrow, dropped == 0)
}

/// The index in a pair.
fn index(pair: i64, narrow: u32) -> i64 {
    pair & ((1 << narrow) - 1)
}

/// The stable order of numbers that are not above the highest, and have few bits.
pub(super) fn by_number(number: impl Fn(usize) -> u64, highest: u64, out: &mut [i64]) {
    sort_by(&number, highest, true, &number, out);
}

/// The stable order of keys, whose heads have the same order as long as they differ.
pub(super) fn sort<K: Ord>(head: impl Fn(usize) -> i64, key: impl Fn(usize) -> K, out: &mut [i64]) {
    let span = Span::of((0..out.len()).map(&head));
    let is_all = size_of::<K>() <= size_of::<i64>();
    sort_by(|i| span.number(head(i)), span.width, is_all, key, out);
}

fn sort_by<K: Ord>(
    number: impl Fn(usize) -> u64,
    highest: u64,
    is_all: bool,
    key: impl Fn(usize) -> K,
    out: &mut [i64],
) {
    let (narrow, is_whole) = pairs(number, highest, out);
    quick::sort_normals(out);
    if !(is_all && is_whole) {
        for alike in out.chunk_by_mut(|a, b| a >> narrow == b >> narrow) {
            if alike.len() > 1 {
                alike.sort_unstable_by_key(|&pair| (key(index(pair, narrow) as usize), pair));
            }
        }
    }
    out.iter_mut().for_each(|pair| *pair = index(*pair, narrow));
}

/// The indices of keys as [`super::Quick::select`] moves the keys; of heads as in [`sort`].
pub(super) fn part<K: Ord>(
    head: impl Fn(usize) -> i64,
    key: impl Fn(usize) -> K,
    out: &mut [i64],
    kth: usize,
) {
    let span = Span::of((0..out.len()).map(&head));
    let (narrow, is_whole) = pairs(|i| span.number(head(i)), span.width, out);
    quick::select_normals(out, kth);
    if !is_whole || size_of::<K>() > size_of::<i64>() {
        // What is alike may be on both sides.
        let wanted = out[kth] >> narrow;
        let places = || (0..out.len()).filter(|&i| out[i] >> narrow == wanted);
        let mut alike: Vec<i64> = places().map(|i| out[i]).collect();
        alike.sort_unstable_by_key(|&pair| (key(index(pair, narrow) as usize), pair));
        let places: Vec<usize> = places().collect();
        places.into_iter().zip(alike).for_each(|(i, pair)| out[i] = pair);
    }
    out.iter_mut().for_each(|pair| *pair = index(*pair, narrow));
}

//! Sorting, on keys: unsigned integers in the order of the elements, so that comparisons are single
//! instructions, and digits of keys can be counted.
//!
//! Few different keys are counted, integers of 32 bits are sorted digit by digit from the last
//! (a radix sort), others by the standard library's sort, on several threads if they are many. A stable
//! order of indices comes from sorting pairs of a key and an index, of which no two are equal; none of
//! it depends on the number of threads.

use crate::dtype::Element;
use crate::threads;
use half::f16;
use num_complex::Complex;
use rayon::prelude::*;

/// From so many keys on counting digits beats comparing.
const RADIX_FROM: usize = 1 << 11;
/// Bits of a digit.
const DIGIT: u32 = 11;
/// From so many keys on several threads sort.
const PARALLEL_FROM: usize = 1 << 16;

/// A key, in whose order elements are sorted.
pub(crate) trait Key: Copy + Ord + Send + Sync {
    /// Sorts keys.
    fn sort(keys: &mut Vec<Self>);
    /// The indices of keys in their order; equal ones in that of the indices.
    fn order(keys: &[Self]) -> Vec<i64>;
}

/// An element with a place in an order.
pub(crate) trait Sortable: Element {
    /// What it is sorted by.
    type Key: Key;
    /// Its key: equal for equal elements, and the highest if it is not a number, in either direction.
    fn key(self, descending: bool) -> Self::Key;
    /// An element of a key; of zeros the positive one.
    fn back(key: Self::Key, descending: bool) -> Self;
    /// Whether it is a negative zero, which its key does not tell from a positive one.
    fn is_negative_zero(self) -> bool {
        false
    }
    /// Whether it is not a number.
    fn is_nan(self) -> bool {
        false
    }
}

macro_rules! integers {
    ($($ty:ident $key:ident;)*) => {$(
        impl Sortable for $ty {
            type Key = $key;
            #[inline(always)]
            fn key(self, descending: bool) -> $key {
                let key = self.wrapping_sub($ty::MIN) as $key;
                if descending { !key } else { key }
            }
            #[inline(always)]
            fn back(key: $key, descending: bool) -> $ty {
                let key = if descending { !key } else { key };
                (key as $ty).wrapping_add($ty::MIN)
            }
        }
    )*};
}
integers!(i8 u8; i16 u16; i32 u32; i64 u64; u8 u8; u16 u16; u32 u32; u64 u64;);

macro_rules! floats {
    ($($ty:ident $key:ident;)*) => {$(
        impl Sortable for $ty {
            type Key = $key;
            #[inline(always)]
            fn key(self, descending: bool) -> $key {
                const TOP: $key = 1 << ($key::BITS - 1);
                let bits = self.to_bits();
                let bits = if bits == TOP { 0 } else { bits };
                // Negative numbers grow as their bits shrink.
                let key = if bits & TOP == 0 { bits | TOP } else { !bits };
                let key = if descending { !key } else { key };
                if self.is_nan() { $key::MAX } else { key }
            }
            #[inline(always)]
            fn back(key: $key, descending: bool) -> $ty {
                const TOP: $key = 1 << ($key::BITS - 1);
                if key == $key::MAX {
                    return $ty::NAN;
                }
                let key = if descending { !key } else { key };
                $ty::from_bits(if key & TOP == 0 { !key } else { key & !TOP })
            }
            #[inline(always)]
            fn is_negative_zero(self) -> bool {
                self.to_bits() == 1 << ($key::BITS - 1)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $ty::is_nan(self)
            }
        }
    )*};
}
floats!(f16 u16; f32 u32; f64 u64;);

/// NumPy's order of complex numbers: by real, then by imaginary part; behind those the ones whose
/// imaginary part is not a number, then those whose real part is none, then those with neither.
macro_rules! complex {
    ($($ty:ident;)*) => {$(
        impl Sortable for Complex<$ty> {
            type Key = [u64; 3];
            fn key(self, descending: bool) -> [u64; 3] {
                let class = u64::from(self.re.is_nan()) * 2 + u64::from(self.im.is_nan());
                [class, self.re.key(descending).into(), self.im.key(descending).into()]
            }
            fn back([_, re, im]: [u64; 3], descending: bool) -> Complex<$ty> {
                let part = |key: u64| <$ty as Sortable>::back(key as _, descending);
                Complex::new(part(re), part(im))
            }
            fn is_negative_zero(self) -> bool {
                self.re.is_negative_zero() || self.im.is_negative_zero()
            }
            fn is_nan(self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }
        }
    )*};
}
complex!(f32; f64;);

macro_rules! small_keys {
    ($($ty:ident)*) => {$(
        impl Key for $ty {
            fn sort(keys: &mut Vec<$ty>) {
                if keys.len() < 1 << ($ty::BITS - 2) {
                    return keys.sort_unstable();
                }
                let mut counts = vec![0usize; 1 << $ty::BITS];
                keys.iter().for_each(|&key| counts[key as usize] += 1);
                let mut rest = &mut keys[..];
                for (key, &count) in counts.iter().enumerate() {
                    let (part, behind) = rest.split_at_mut(count);
                    part.fill(key as $ty);
                    rest = behind;
                }
            }
            fn order(keys: &[$ty]) -> Vec<i64> {
                order_wide(keys.len(), |i| keys[i].into(), <$ty>::MAX.into())
            }
        }
    )*};
}
small_keys!(u8 u16);

impl Key for u32 {
    fn sort(keys: &mut Vec<u32>) {
        if keys.len() < RADIX_FROM {
            return keys.sort_unstable();
        }
        radix(keys, 0, 32, |key| u64::from(*key));
    }
    fn order(keys: &[u32]) -> Vec<i64> {
        order_wide(keys.len(), |i| keys[i].into(), u32::MAX.into())
    }
}

impl Key for u64 {
    fn sort(keys: &mut Vec<u64>) {
        let (low, high) = bounds(keys);
        if keys.len() >= RADIX_FROM && high - low <= u64::from(u32::MAX) {
            let mut near: Vec<u32> = keys.iter().map(|&key| (key - low) as u32).collect();
            radix(&mut near, 0, bits(high - low), |key| u64::from(*key));
            keys.iter_mut().zip(near).for_each(|(key, near)| *key = low + u64::from(near));
            return;
        }
        sort_unstable(keys);
    }
    fn order(keys: &[u64]) -> Vec<i64> {
        let (low, high) = bounds(keys);
        order_wide(keys.len(), |i| keys[i] - low, high - low)
    }
}

impl Key for [u64; 3] {
    fn sort(keys: &mut Vec<[u64; 3]>) {
        sort_unstable(keys);
    }
    fn order(keys: &[[u64; 3]]) -> Vec<i64> {
        let mut pairs: Vec<_> = keys.iter().enumerate().map(|(i, &key)| (key, i)).collect();
        sort_unstable(&mut pairs);
        pairs.into_iter().map(|(_, i)| i as i64).collect()
    }
}

/// The lowest and the highest key.
fn bounds(keys: &[u64]) -> (u64, u64) {
    let low = keys.iter().fold(u64::MAX, |low, &key| low.min(key));
    let high = keys.iter().fold(0, |high, &key| high.max(key));
    (low.min(high), high)
}

/// How many bits numbers up to one have.
fn bits(highest: u64) -> u32 {
    u64::BITS - highest.leading_zeros()
}

/// Sorts what has no equals, or whose equals are the same.
fn sort_unstable<T: Ord + Send>(keys: &mut [T]) {
    if keys.len() < PARALLEL_FROM {
        keys.sort_unstable();
    } else {
        threads::install(|| keys.par_sort_unstable());
    }
}

/// The stable order of keys that are not above the highest.
fn order_wide(n: usize, key: impl Fn(usize) -> u64, highest: u64) -> Vec<i64> {
    let (wide, narrow) = (bits(highest), bits(n as u64));
    if wide + narrow <= u64::BITS {
        // A key and its index in one number.
        let mut pairs: Vec<u64> = (0..n).map(|i| key(i) << narrow | i as u64).collect();
        if n >= RADIX_FROM && wide <= u32::BITS {
            radix(&mut pairs, narrow, narrow + wide, |pair| *pair);
        } else {
            sort_unstable(&mut pairs);
        }
        let mask = (1u64 << narrow) - 1;
        return pairs.into_iter().map(|pair| (pair & mask) as i64).collect();
    }
    // The high bits of the key and the index in one number; then what is alike in those bits.
    let dropped = wide + narrow - u64::BITS;
    let mut pairs: Vec<u64> = (0..n).map(|i| key(i) >> dropped << narrow | i as u64).collect();
    if n >= RADIX_FROM {
        radix(&mut pairs, narrow, u64::BITS, |pair| *pair);
    } else {
        sort_unstable(&mut pairs);
    }
    let mask = (1u64 << narrow) - 1;
    for alike in pairs.chunk_by_mut(|a, b| a >> narrow == b >> narrow) {
        if alike.len() > 1 {
            alike.sort_unstable_by_key(|pair| (key((pair & mask) as usize), *pair));
        }
    }
    pairs.into_iter().map(|pair| (pair & mask) as i64).collect()
}

/// Sorts by some bits of a number that each has; those with equal bits stay in their order.
fn radix<T: Copy + Default>(items: &mut Vec<T>, from: u32, to: u32, number: impl Fn(&T) -> u64) {
    const SIZE: usize = 1 << DIGIT;
    let digit = |item: &T, shift: u32| (number(item) >> shift) as usize & (SIZE - 1);
    let mut other = vec![T::default(); items.len()];
    let mut shift = from;
    while shift < to {
        let mut ends = [0usize; SIZE];
        items.iter().for_each(|item| ends[digit(item, shift)] += 1);
        // All alike in this digit: nothing to move.
        if !ends.contains(&items.len()) {
            let mut sum = 0;
            for end in &mut ends {
                (sum, *end) = (sum + *end, sum);
            }
            for item in items.iter() {
                let end = &mut ends[digit(item, shift)];
                other[*end] = *item;
                *end += 1;
            }
            core::mem::swap(items, &mut other);
        }
        shift += DIGIT;
    }
}

/// Evaluates `$body` with `$ty` standing for the type of elements; those of `bool` have been made
/// numbers.
macro_rules! with_sortable {
    ($dtype:expr, $ty:ident => $body:expr) => {{
        use $crate::dtype::DType;
        macro_rules! arm {
            ($found:ty) => {{
                type $ty = $found;
                $body
            }};
        }
        match $dtype {
            DType::Bool => unreachable!("truth values have been made numbers"),
            DType::Int8 => arm!(i8),
            DType::Int16 => arm!(i16),
            DType::Int32 => arm!(i32),
            DType::Int64 => arm!(i64),
            DType::UInt8 => arm!(u8),
            DType::UInt16 => arm!(u16),
            DType::UInt32 => arm!(u32),
            DType::UInt64 => arm!(u64),
            DType::Float16 => arm!(half::f16),
            DType::Float32 => arm!(f32),
            DType::Float64 => arm!(f64),
            DType::Complex64 => arm!(num_complex::Complex<f32>),
            DType::Complex128 => arm!(num_complex::Complex<f64>),
        }
    }};
}
pub(crate) use with_sortable;

/// Sorts a line of elements into another.
pub(crate) fn sort_line<T: Sortable>(line: &[T], out: &mut [T], descending: bool) {
    let mut keys: Vec<T::Key> = line.iter().map(|x| x.key(descending)).collect();
    Key::sort(&mut keys);
    for (out, key) in out.iter_mut().zip(keys) {
        *out = T::back(key, descending);
    }
    if line.iter().any(|x| x.is_negative_zero()) {
        // Zeros as they were, in their order.
        let mut order = T::Key::order(&line.iter().map(|x| x.key(descending)).collect::<Vec<_>>());
        for (out, i) in out.iter_mut().zip(order.drain(..)) {
            *out = line[i as usize];
        }
    }
}

/// The indices of a line of elements in their order.
pub(crate) fn order_line<T: Sortable>(line: &[T], descending: bool) -> Vec<i64> {
    T::Key::order(&line.iter().map(|x| x.key(descending)).collect::<Vec<_>>())
}

/// How many searches go on at once, so that each waits for memory while others do.
const SEARCHES: usize = 16;

/// For each value, how many of the sorted elements are below it, or not above it.
pub(crate) fn search<T: Below>(sorted: &[T], values: &[T], right: bool, out: &mut [i64]) {
    for (values, out) in values.chunks(SEARCHES).zip(out.chunks_mut(SEARCHES)) {
        let mut starts = [0usize; SEARCHES];
        let mut left = sorted.len();
        while left > 0 {
            let half = left.div_ceil(2);
            for (start, &value) in starts.iter_mut().zip(values) {
                let element = sorted[*start + half - 1];
                let behind = if right { !value.below(element) } else { element.below(value) };
                // Without a branch, which would be foreseen wrongly every other time.
                *start += usize::from(behind).wrapping_neg() & half;
            }
            left -= half;
        }
        for (out, start) in out.iter_mut().zip(starts) {
            *out = start as i64;
        }
    }
}

/// What can be compared without a key.
pub(crate) trait Below: Copy {
    /// Whether it comes before another.
    fn below(self, other: Self) -> bool;
}

macro_rules! below {
    ($($ty:ty)*) => {$(
        impl Below for $ty {
            #[inline(always)]
            fn below(self, other: $ty) -> bool {
                // Numbers come before what is none.
                (self < other) | (!Sortable::is_nan(self) & Sortable::is_nan(other))
            }
        }
    )*};
}
below!(i8 i16 i32 i64 u8 u16 u32 u64 f16 f32 f64);

impl Below for Complex<f32> {
    fn below(self, other: Self) -> bool {
        self.key(false) < other.key(false)
    }
}
impl Below for Complex<f64> {
    fn below(self, other: Self) -> bool {
        self.key(false) < other.key(false)
    }
}

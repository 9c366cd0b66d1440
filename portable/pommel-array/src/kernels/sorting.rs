//! Sorting, on keys: integers in the order of the elements, or numbers themselves.
//!
//! Keys of 32 and 64 bits are sorted by vector instructions ([`avx2`]) or else by digits and by the
//! standard library's sort; those of 8 and 16 bits are counted if they are many. A stable order of
//! indices comes from sorting numbers made of a key and an index, of which no two are equal. None of it
//! depends on the number of threads.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod lanes;
#[cfg(target_arch = "x86_64")]
mod network;
mod order;
mod quick;

use crate::dtype::Element;
use crate::threads;
use core::cmp::Ordering;
use core::ops::Range;
use half::f16;
use num_complex::Complex;
use quick::Quick;
use rayon::prelude::*;

/// From so many keys on counting digits beats comparing.
const RADIX_FROM: usize = 1 << 11;
/// Bits of a digit.
const DIGIT: u32 = 11;
/// From so many keys on several threads sort.
const PARALLEL_FROM: usize = 1 << 16;
/// From so many integers on it is worth to look how far apart they are.
const LOOK_FROM: usize = 1 << 6;

/// A key, in whose order elements are sorted.
pub(crate) trait Key: Copy + Ord + Send + Sync {
    /// The indices of keys in their order; equal ones in that of the indices.
    fn order(key: impl Fn(usize) -> Self, out: &mut [i64]);
    /// Moves indices so that the key of the one at a place is the one that sorting would put there, none
    /// in front of it is higher, and none behind it is lower.
    fn part_order(key: impl Fn(usize) -> Self, out: &mut [i64], kth: usize);
}

/// A key that is one integer.
trait Scalar: Key {
    /// Sorts keys.
    fn sort(keys: &mut [Self]);
    /// Moves keys as [`Quick::select`] does.
    fn select(keys: &mut [Self], kth: usize);
}

/// An element with a place in an order.
pub(crate) trait Sortable: Element {
    /// What it is sorted by.
    type Key: Key;
    /// Its key: equal for equal elements, and the highest if it is not a number, in either direction.
    fn key(self, descending: bool) -> Self::Key;
    /// Sorts a line of elements into another. Equal ones stay in their order.
    fn sort(line: &[Self], out: &mut [Self], descending: bool);
    /// Moves the elements of a line into another as [`Quick::select`] does.
    fn part(line: &[Self], out: &mut [Self], kth: usize);
    /// Whether it is a negative zero, which its key does not tell from a positive one.
    fn is_negative_zero(self) -> bool {
        false
    }
    /// Whether it is not a number.
    fn is_nan(self) -> bool {
        false
    }
}

/// An element that is as large as its key, and the same but for what is not a number.
trait Keyed: Sortable<Key: Scalar> {
    /// Its key, which is lower for a negative zero than for a positive one.
    fn exact_key(self, descending: bool) -> Self::Key;
    /// The element of an exact key.
    fn back(key: Self::Key, descending: bool) -> Self;
}

/// Makes keys of a line in the memory for results, calls a function with them, and makes elements of
/// them again.
fn on_keys<T: Keyed>(
    line: &[T],
    out: &mut [T],
    descending: bool,
    work: impl FnOnce(&mut [T::Key]),
) {
    const { assert!(size_of::<T>() == size_of::<T::Key>()) };
    const { assert!(align_of::<T>() == align_of::<T::Key>()) };
    let (n, start) = (out.len(), out.as_mut_ptr());
    // SAFETY: elements and keys are integers or floats of one size and alignment, of which all bits
    // mean one. Nobody uses the elements until they are elements again.
    unsafe {
        let keys = core::slice::from_raw_parts_mut(start.cast::<T::Key>(), n);
        keys.iter_mut().zip(line).for_each(|(key, x)| *key = x.exact_key(descending));
        work(keys);
        for i in 0..n {
            let key = start.add(i).cast::<T::Key>().read();
            start.add(i).write(T::back(key, descending));
        }
    }
}

fn sort_keys<T: Keyed>(line: &[T], out: &mut [T], descending: bool) {
    on_keys(line, out, descending, Scalar::sort);
}

fn select_keys<T: Keyed>(line: &[T], out: &mut [T], kth: usize) {
    on_keys(line, out, false, |keys| Scalar::select(keys, kth));
}

macro_rules! integers {
    ($($ty:ident $key:ident;)*) => {$(
        impl Sortable for $ty {
            type Key = $key;
            #[inline(always)]
            fn key(self, descending: bool) -> $key {
                let key = self.wrapping_sub($ty::MIN) as $key ^ $key::MIN;
                if descending { !key } else { key }
            }
            fn sort(line: &[$ty], out: &mut [$ty], descending: bool) {
                sort_keys(line, out, descending);
            }
            fn part(line: &[$ty], out: &mut [$ty], kth: usize) {
                select_keys(line, out, kth);
            }
        }
        impl Keyed for $ty {
            #[inline(always)]
            fn exact_key(self, descending: bool) -> $key {
                self.key(descending)
            }
            #[inline(always)]
            fn back(key: $key, descending: bool) -> $ty {
                let key = if descending { !key } else { key } ^ $key::MIN;
                (key as $ty).wrapping_add($ty::MIN)
            }
        }
    )*};
}
integers!(i8 i8; i16 i16; i32 i32; i64 i64; u8 i8; u16 i16; u32 i32; u64 i64;);

macro_rules! floats {
    ($($ty:ident $key:ident $sort:ident $part:ident;)*) => {$(
        impl Sortable for $ty {
            type Key = $key;
            #[inline(always)]
            fn key(self, descending: bool) -> $key {
                (if self.is_negative_zero() { <$ty>::from_bits(0) } else { self }).exact_key(descending)
            }
            fn sort(line: &[$ty], out: &mut [$ty], descending: bool) {
                $sort(line, out, descending);
                restore_zeros(line, out, <$ty>::from_bits(0).key(descending), descending);
            }
            fn part(line: &[$ty], out: &mut [$ty], kth: usize) {
                $part(line, out, kth);
            }
            #[inline(always)]
            fn is_negative_zero(self) -> bool {
                self.to_bits() as $key == $key::MIN
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $ty::is_nan(self)
            }
        }
        impl Keyed for $ty {
            #[inline(always)]
            fn exact_key(self, descending: bool) -> $key {
                let bits = self.to_bits() as $key;
                // Negative numbers grow as their bits shrink.
                let key = bits ^ (bits >> ($key::BITS - 1) & $key::MAX);
                let key = if descending { !key } else { key };
                if self.is_nan() { $key::MAX } else { key }
            }
            #[inline(always)]
            fn back(key: $key, descending: bool) -> $ty {
                let bits = if descending { !key } else { key };
                let bits = bits ^ (bits >> ($key::BITS - 1) & $key::MAX);
                if key == $key::MAX { $ty::NAN } else { $ty::from_bits(bits as _) }
            }
        }
    )*};
}
floats! {
    f16 i16 sort_keys select_keys;
    f32 i32 sort_keys select_keys;
    f64 i64 sort_numbers select_numbers;
}

/// Puts zeros, whose key is given, into sorted elements as they were, if some are negative.
fn restore_zeros<T: Sortable>(line: &[T], out: &mut [T], zero: T::Key, descending: bool) {
    // Without an early end, which would keep it from being vector code.
    if !line.iter().fold(false, |any, x| any | x.is_negative_zero()) {
        return;
    }
    let start = out.partition_point(|x| x.key(descending) < zero);
    let zeros = line.iter().filter(|x| x.key(descending) == zero);
    out[start..].iter_mut().zip(zeros).for_each(|(out, zero)| *out = *zero);
}

/// Whether numbers of the smallest size are not taken for zero, which a library that was compiled for
/// speed may have asked the processor for.
fn subnormals_count() -> bool {
    core::hint::black_box(f64::from_bits(1)) > 0.0
}

/// The floats of a line, which are keys themselves, negated to descend; behind them what is not a number.
/// Gives how many are numbers.
fn copy_numbers(line: &[f64], out: &mut [f64], descending: bool) -> usize {
    let sign = u64::from(descending) << 63;
    let signed = |x: f64| f64::from_bits(x.to_bits() ^ sign);
    let mut all = true;
    for (out, &x) in out.iter_mut().zip(line) {
        *out = signed(x);
        all &= !x.is_nan();
    }
    if all {
        return line.len();
    }
    let mut n = 0;
    for &x in line {
        out[n] = signed(x);
        n += usize::from(!x.is_nan());
    }
    out[n..].fill(f64::NAN);
    n
}

fn sort_numbers(line: &[f64], out: &mut [f64], descending: bool) {
    if !subnormals_count() {
        return sort_keys(line, out, descending);
    }
    let n = copy_numbers(line, out, descending);
    Quick::sort(&mut out[..n]);
    if descending {
        out[..n].iter_mut().for_each(|x| *x = -*x);
    }
}

fn select_numbers(line: &[f64], out: &mut [f64], kth: usize) {
    if !subnormals_count() {
        return select_keys(line, out, kth);
    }
    let n = copy_numbers(line, out, false);
    if kth < n {
        Quick::select(&mut out[..n], kth);
    }
}

/// NumPy's order of complex numbers: by real, then by imaginary part; behind those the ones whose
/// imaginary part is not a number, then those whose real part is none, then those with neither.
macro_rules! complex {
    ($($ty:ident;)*) => {$(
        impl Sortable for Complex<$ty> {
            type Key = [i64; 3];
            #[inline(always)]
            fn key(self, descending: bool) -> [i64; 3] {
                let class = i64::from(self.re.is_nan()) * 2 + i64::from(self.im.is_nan());
                [class, self.re.key(descending).into(), self.im.key(descending).into()]
            }
            fn sort(line: &[Self], out: &mut [Self], descending: bool) {
                let mut order = vec![0; line.len()];
                order_line(line, &mut order, descending);
                out.iter_mut().zip(order).for_each(|(out, i)| *out = line[i as usize]);
            }
            fn part(line: &[Self], out: &mut [Self], kth: usize) {
                let mut order = vec![0; line.len()];
                part_order_line(line, &mut order, kth);
                out.iter_mut().zip(order).for_each(|(out, i)| *out = line[i as usize]);
            }
            fn is_nan(self) -> bool {
                self.re.is_nan() || self.im.is_nan()
            }
        }
    )*};
}
complex!(f32; f64;);

macro_rules! small_keys {
    ($($ty:ident $unsigned:ident)*) => {$(
        impl Scalar for $ty {
            fn sort(keys: &mut [$ty]) {
                if keys.len() < 1 << ($ty::BITS - 2) {
                    return on_wide(keys, Quick::sort);
                }
                let mut counts = vec![0usize; 1 << $ty::BITS];
                keys.iter().for_each(|&key| counts[(key ^ $ty::MIN) as $unsigned as usize] += 1);
                let mut rest = keys;
                for (key, &count) in ($ty::MIN..=$ty::MAX).zip(&counts) {
                    let (part, behind) = rest.split_at_mut(count);
                    part.fill(key);
                    rest = behind;
                }
            }
            fn select(keys: &mut [$ty], kth: usize) {
                on_wide(keys, |wide| Quick::select(wide, kth));
            }
        }
        impl Key for $ty {
            fn order(key: impl Fn(usize) -> $ty, out: &mut [i64]) {
                let place = |i: usize| (key(i) ^ $ty::MIN) as $unsigned;
                if out.len() < 1 << ($ty::BITS - 2) {
                    return order::by_number(|i| place(i).into(), $unsigned::MAX.into(), out);
                }
                let mut ends = vec![0usize; 1 << $ty::BITS];
                (0..out.len()).for_each(|i| ends[place(i) as usize] += 1);
                sums_before(&mut ends);
                for i in 0..out.len() {
                    let end = &mut ends[place(i) as usize];
                    out[*end] = i as i64;
                    *end += 1;
                }
            }
            fn part_order(key: impl Fn(usize) -> $ty, out: &mut [i64], _: usize) {
                Self::order(key, out);
            }
        }
    )*};
}
small_keys!(i8 u8 i16 u16);

/// Calls a function with keys made wider.
fn on_wide<T: Copy + Into<i32> + TryFrom<i32>>(keys: &mut [T], work: impl FnOnce(&mut [i32])) {
    let mut wide: Vec<i32> = keys.iter().map(|&key| key.into()).collect();
    work(&mut wide);
    for (key, wide) in keys.iter_mut().zip(wide) {
        *key = T::try_from(wide).unwrap_or_else(|_| unreachable!("it was as narrow"));
    }
}

impl Scalar for i32 {
    fn sort(keys: &mut [i32]) {
        Quick::sort(keys);
    }
    fn select(keys: &mut [i32], kth: usize) {
        Quick::select(keys, kth);
    }
}

impl Key for i32 {
    fn order(key: impl Fn(usize) -> i32, out: &mut [i64]) {
        order::by_number(|i| u64::from((key(i) ^ i32::MIN) as u32), u32::MAX.into(), out);
    }
    fn part_order(key: impl Fn(usize) -> i32, out: &mut [i64], kth: usize) {
        order::part(|i| key(i).into(), &key, out, kth);
    }
}

impl Scalar for i64 {
    fn sort(keys: &mut [i64]) {
        if keys.len() < LOOK_FROM {
            return Quick::sort(keys);
        }
        let span = order::Span::of(keys.iter().copied());
        if span.width <= u32::MAX.into() {
            let near = |&key: &i64| span.number(key) as u32 as i32 ^ i32::MIN;
            let mut near: Vec<i32> = keys.iter().map(near).collect();
            Quick::sort(&mut near);
            let far = |near: i32| span.key(u64::from((near ^ i32::MIN) as u32));
            keys.iter_mut().zip(near).for_each(|(key, near)| *key = far(near));
        } else if span.width < quick::NORMALS {
            // Floats have a minimum and a maximum as instructions.
            keys.iter_mut().for_each(|key| *key = quick::normal(span.number(*key)));
            quick::sort_normals(keys);
            keys.iter_mut().for_each(|key| *key = span.key(quick::number(*key)));
        } else {
            Quick::sort(keys);
        }
    }
    fn select(keys: &mut [i64], kth: usize) {
        Quick::select(keys, kth);
    }
}

impl Key for i64 {
    fn order(key: impl Fn(usize) -> i64, out: &mut [i64]) {
        order::sort(&key, &key, out);
    }
    fn part_order(key: impl Fn(usize) -> i64, out: &mut [i64], kth: usize) {
        order::part(&key, &key, out, kth);
    }
}

/// What of a complex number's key is sorted first.
fn head([class, re, _]: [i64; 3]) -> i64 {
    if class == 0 { re } else { i64::MAX }
}

impl Key for [i64; 3] {
    fn order(key: impl Fn(usize) -> [i64; 3], out: &mut [i64]) {
        order::sort(|i| head(key(i)), &key, out);
    }
    fn part_order(key: impl Fn(usize) -> [i64; 3], out: &mut [i64], kth: usize) {
        order::part(|i| head(key(i)), &key, out, kth);
    }
}

/// Sorts what has no equals, or whose equals are the same.
fn sort_unstable_by<T: Send>(keys: &mut [T], compare: fn(&T, &T) -> Ordering) {
    if keys.len() < PARALLEL_FROM {
        keys.sort_unstable_by(compare);
    } else {
        threads::install(|| keys.par_sort_unstable_by(compare));
    }
}

/// Replaces numbers by the sums of those before.
fn sums_before(numbers: &mut [usize]) {
    let mut sum = 0;
    for number in numbers {
        (sum, *number) = (sum + *number, sum);
    }
}

/// Sorts by some bits of a number that each has; those with equal bits stay in their order.
fn radix<T: Copy>(items: &mut [T], bits: Range<u32>, number: impl Fn(&T) -> u64) {
    const SIZE: usize = 1 << DIGIT;
    let digit = |item: &T, shift: u32| (number(item) >> shift) as usize & (SIZE - 1);
    let mut copy = items.to_vec();
    let (mut from, mut to, mut is_away) = (items, &mut copy[..], false);
    for shift in bits.step_by(DIGIT as usize) {
        let mut ends = [0usize; SIZE];
        from.iter().for_each(|item| ends[digit(item, shift)] += 1);
        // All alike in this digit: nothing to move.
        if ends.contains(&from.len()) {
            continue;
        }
        sums_before(&mut ends);
        for item in from.iter() {
            let end = &mut ends[digit(item, shift)];
            to[*end] = *item;
            *end += 1;
        }
        (from, to, is_away) = (to, from, !is_away);
    }
    if is_away {
        to.copy_from_slice(from);
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

/// The indices of a line of elements in their order.
pub(crate) fn order_line<T: Sortable>(line: &[T], out: &mut [i64], descending: bool) {
    assert_eq!(line.len(), out.len());
    T::Key::order(|i| line[i].key(descending), out);
}

/// The indices of a line of elements, moved as [`Quick::select`] moves the elements.
pub(crate) fn part_order_line<T: Sortable>(line: &[T], out: &mut [i64], kth: usize) {
    assert_eq!(line.len(), out.len());
    T::Key::part_order(|i| line[i].key(false), out, kth);
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

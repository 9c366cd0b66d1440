//! Keys that processors compare: sorted by vector instructions where the machine has them.

use super::{RADIX_FROM, radix, sort_unstable_by};

/// A key that is compared by one instruction.
pub(super) trait Plain: Copy + PartialOrd + Send + Sync {
    /// Sorts keys without vector instructions.
    fn sort_plainly(keys: &mut [Self]);
    /// Moves keys as [`select`](Quick::select) does, without vector instructions.
    fn select_plainly(keys: &mut [Self], kth: usize);
}

/// A key that vectors are sorted by.
pub(super) trait Quick: Plain {
    /// Sorts keys, on several threads if they are many.
    fn sort(keys: &mut [Self]);
    /// Moves keys so that the one at an index is the one that sorting would put there, none in front
    /// of it is higher, and none behind it is lower.
    fn select(keys: &mut [Self], kth: usize);
}

impl Plain for i32 {
    fn sort_plainly(keys: &mut [i32]) {
        if keys.len() < RADIX_FROM {
            keys.sort_unstable();
        } else {
            radix(keys, 0..i32::BITS, |&key| u64::from((key ^ i32::MIN) as u32));
        }
    }
    fn select_plainly(keys: &mut [i32], kth: usize) {
        keys.select_nth_unstable(kth);
    }
}

impl Plain for i64 {
    fn sort_plainly(keys: &mut [i64]) {
        sort_unstable_by(keys, i64::cmp);
    }
    fn select_plainly(keys: &mut [i64], kth: usize) {
        keys.select_nth_unstable(kth);
    }
}

/// None is a NaN.
impl Plain for f64 {
    fn sort_plainly(keys: &mut [f64]) {
        sort_unstable_by(keys, f64::total_cmp);
    }
    fn select_plainly(keys: &mut [f64], kth: usize) {
        keys.select_nth_unstable_by(kth, f64::total_cmp);
    }
}

macro_rules! quick {
    ($($ty:ident $lanes:ident)*) => {$(
        impl Quick for $ty {
            fn sort(keys: &mut [$ty]) {
                if keys.is_sorted() {
                    return;
                }
                #[cfg(target_arch = "x86_64")]
                if super::avx2::sort::<super::lanes::$lanes>(keys) {
                    return;
                }
                Self::sort_plainly(keys);
            }
            fn select(keys: &mut [$ty], kth: usize) {
                #[cfg(target_arch = "x86_64")]
                if super::avx2::select::<super::lanes::$lanes>(keys, kth) {
                    return;
                }
                Self::select_plainly(keys, kth);
            }
        }
    )*};
}
quick!(i32 I32 i64 I64 f64 F64);

/// How many integers there are that [`normal`] takes.
pub(super) const NORMALS: u64 = 1 << 61;
/// The bits of 2.0, from which on floats have the order of their bits.
const TWO: i64 = 1 << 62;

/// An integer as the bits of a float that is neither subnormal nor infinite, in the order of the integers.
#[inline(always)]
pub(super) fn normal(number: u64) -> i64 {
    number as i64 | TWO
}

/// The integer of [`normal`].
#[inline(always)]
pub(super) fn number(normal: i64) -> u64 {
    (normal ^ TWO) as u64
}

/// As the floats that they are.
fn floats(normals: &mut [i64]) -> &mut [f64] {
    // SAFETY: floats have the size and the alignment, and all bits are one.
    unsafe { core::slice::from_raw_parts_mut(normals.as_mut_ptr().cast(), normals.len()) }
}

/// Sorts what [`normal`] gave.
pub(super) fn sort_normals(normals: &mut [i64]) {
    debug_assert!(normals.iter().all(|&x| number(x) < NORMALS));
    Quick::sort(floats(normals));
}

/// Moves what [`normal`] gave as [`Quick::select`] does.
pub(super) fn select_normals(normals: &mut [i64], kth: usize) {
    debug_assert!(normals.iter().all(|&x| number(x) < NORMALS));
    Quick::select(floats(normals), kth);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers below a thousand in all kinds of order.
    fn patterns(n: usize) -> Vec<Vec<u32>> {
        let mut state = n as u32 + 1;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 22
        };
        let (n, mut patterns) = (n as u32, Vec::new());
        patterns.push((0..n).map(|_| random()).collect());
        patterns.push((0..n).map(|_| random() % 3).collect());
        patterns.push((0..n).collect());
        patterns.push((0..n).rev().collect());
        patterns.push((0..n).map(|i| i.min(n - i)).collect());
        patterns.push((0..n).map(|i| i % 16).collect());
        patterns.push((0..n).map(|i| if i % 7 == 0 { random() } else { 500 }).collect());
        patterns.push(vec![7; n as usize]);
        patterns
    }

    /// Whether keys are sorted, and selected at a few places, as the standard library sorts them.
    fn check<T: Quick + core::fmt::Debug>(n: usize, key: impl Fn(u32) -> T) {
        for pattern in patterns(n) {
            let keys: Vec<T> = pattern.into_iter().map(&key).collect();
            let (mut sorted, mut expected) = (keys.clone(), keys.clone());
            T::sort(&mut sorted);
            expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
            assert_eq!(sorted, expected, "{keys:?}");
            for kth in [0, n / 3, n.saturating_sub(1)].into_iter().filter(|&kth| kth < n) {
                let mut parted = keys.clone();
                T::select(&mut parted, kth);
                let middle = parted[kth];
                assert_eq!(middle, expected[kth], "{kth} {keys:?}");
                assert!(parted[..kth].iter().all(|&x| x <= middle), "{kth} {keys:?}");
                assert!(parted[kth..].iter().all(|&x| x >= middle), "{kth} {keys:?}");
                T::sort(&mut parted);
                assert_eq!(parted, expected, "{kth} {keys:?}");
            }
        }
    }

    #[test]
    fn keys_of_every_kind_and_number_are_sorted() {
        for n in (0..140).chain((140..300).step_by(11)).chain([1000, 3001]) {
            check(n, |x| (x as i32 - 300) << 20);
            check(n, |x| (i64::from(x) - 300) << 53);
            check(n, |x| if x == 900 { f64::INFINITY } else { (f64::from(x) - 300.0) / 7.0 });
        }
    }

    #[test]
    fn several_threads_sort_as_one_does() {
        for mut keys in patterns(70_000).into_iter().take(2) {
            let mut sorted: Vec<i32> = keys.iter().map(|&x| x as i32).collect();
            Quick::sort(&mut sorted);
            keys.sort_unstable();
            assert!(sorted.into_iter().eq(keys.into_iter().map(|x| x as i32)));
        }
    }

    #[test]
    fn zeros_of_both_signs_are_kept() {
        let mut keys: Vec<f64> = (0..64).map(|i| if i % 3 == 0 { -0.0 } else { 0.0 }).collect();
        keys.push(-1.0);
        Quick::sort(&mut keys);
        assert_eq!(keys.iter().filter(|x| x.to_bits() == 1 << 63).count(), 22);
    }

    #[test]
    fn normals_have_the_order_of_integers() {
        let numbers = [0, 1, 1 << 51, 1 << 52, NORMALS - 1];
        let mut normals = numbers.map(normal);
        normals.reverse();
        sort_normals(&mut normals);
        assert_eq!(normals.map(number), numbers);
    }
}

//! Vectors of keys as AVX2 has them: what sorting asks of them, and how it is done.

use core::arch::x86_64::*;

/// A vector of keys.
///
/// # Safety
/// Of all functions: the machine has AVX2 and POPCNT, and they are inlined where both are enabled.
pub(super) trait Lanes: Copy {
    /// A key.
    type Lane: super::quick::Plain;
    /// How many a vector has.
    const LANES: usize;
    /// No key is above it.
    const MAX: Self::Lane;

    /// All keys alike.
    ///
    /// # Safety
    /// As the trait says.
    unsafe fn splat(key: Self::Lane) -> Self;
    /// # Safety
    /// So many keys can be read.
    unsafe fn load(from: *const Self::Lane) -> Self;
    /// Keys from one on; the highest in place of those that there are not.
    ///
    /// # Safety
    /// `n` keys can be read from the start.
    unsafe fn load_some(start: *const Self::Lane, at: usize, n: usize) -> Self;
    /// # Safety
    /// So many keys can be written.
    unsafe fn store(self, to: *mut Self::Lane);
    /// Keys from one on, but for those that there are not.
    ///
    /// # Safety
    /// `n` keys can be written from the start.
    unsafe fn store_some(self, start: *mut Self::Lane, at: usize, n: usize);
    /// The lower and the higher of each two keys; those that compare equal are both kept.
    ///
    /// # Safety
    /// As the trait says.
    unsafe fn min_max(self, other: Self) -> (Self, Self);
    /// The set of lanes in which keys are below others'.
    ///
    /// # Safety
    /// As the trait says.
    unsafe fn below(self, other: Self) -> usize;
    /// The keys of a set of lanes, and behind them the others.
    ///
    /// # Safety
    /// As the trait says, and the set has no other lanes than there are.
    unsafe fn parted(self, set: usize) -> Self;
    /// The last key first.
    ///
    /// # Safety
    /// As the trait says.
    unsafe fn reversed(self) -> Self;
    /// Makes the rows of a square its columns.
    ///
    /// # Safety
    /// As the trait says, and there are as many vectors as lanes.
    unsafe fn transpose(square: &mut [Self]);
    /// Sorts the keys of each of two vectors, both of which are bitonic.
    ///
    /// # Safety
    /// As the trait says.
    unsafe fn sort_bitonic(self, other: Self) -> (Self, Self);
}

/// Which of four indices from one on are below a number.
#[inline(always)]
unsafe fn four_below(at: usize, n: usize) -> __m256i {
    let at = at as i64;
    // SAFETY: the caller has AVX2.
    unsafe {
        let indices = _mm256_setr_epi64x(at, at + 1, at + 2, at + 3);
        _mm256_cmpgt_epi64(_mm256_set1_epi64x(n as i64), indices)
    }
}

/// Which of eight indices from one on, which are small, are below a number.
#[inline(always)]
unsafe fn eight_below(at: usize, n: usize) -> __m256i {
    // SAFETY: the caller has AVX2.
    unsafe {
        let steps = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        let indices = _mm256_add_epi32(_mm256_set1_epi32(at as i32), steps);
        _mm256_cmpgt_epi32(_mm256_set1_epi32(n as i32), indices)
    }
}

/// For each set of lanes, which are of `SIZE` words: the words of those in it, and behind them those of
/// the others.
const fn orders<const SIZE: usize, const SETS: usize>() -> [[u8; 8]; SETS] {
    let mut table = [[0; 8]; SETS];
    let mut set = 0;
    while set < SETS {
        let (mut front, mut back) = (0, set.count_ones() as usize * SIZE);
        let mut word = 0;
        while word < 8 {
            let place = if set >> (word / SIZE) & 1 == 1 { &mut front } else { &mut back };
            table[set][*place] = word as u8;
            *place += 1;
            word += 1;
        }
        set += 1;
    }
    table
}

/// The orders of four lanes, each of two words, ready to be used.
static FOUR: [[i32; 8]; 16] = {
    let orders: [_; 16] = orders::<2, 16>();
    let mut table = [[0; 8]; 16];
    let mut at = 0;
    while at < 16 * 8 {
        table[at / 8][at % 8] = orders[at / 8][at % 8] as i32;
        at += 1;
    }
    table
};
/// The orders of eight lanes, which as words would fill a quarter of the first cache.
static EIGHT: [[u8; 8]; 256] = orders::<1, 256>();

/// A vector of four keys of 64 bits; the functions give its `__m256d` and make it of one.
macro_rules! four {
    (
        $(#[$doc:meta])* $name:ident($vector:ident) of $lane:ident, $max:expr;
        $double:expr, $back:expr, $splat:expr;
        |$a:ident, $b:ident| $min_max:expr, $below:expr
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(super) struct $name($vector);

        impl $name {
            #[inline(always)]
            unsafe fn double(self) -> __m256d {
                // SAFETY: the caller has AVX2.
                #[allow(unused_unsafe, reason = "a cast, or nothing")]
                unsafe { $double(self.0) }
            }
            #[inline(always)]
            unsafe fn of(double: __m256d) -> Self {
                // SAFETY: as above.
                #[allow(unused_unsafe, reason = "a cast, or nothing")]
                unsafe { Self($back(double)) }
            }
        }

        impl Lanes for $name {
            type Lane = $lane;
            const LANES: usize = 4;
            const MAX: $lane = $max;

            #[inline(always)]
            unsafe fn splat(key: $lane) -> Self {
                // SAFETY: the caller has AVX2.
                unsafe { Self($splat(key)) }
            }
            #[inline(always)]
            unsafe fn load(from: *const $lane) -> Self {
                // SAFETY: the caller's.
                unsafe { Self::of(_mm256_loadu_pd(from.cast())) }
            }
            #[inline(always)]
            unsafe fn load_some(start: *const $lane, at: usize, n: usize) -> Self {
                // SAFETY: the caller's; what the mask leaves out is not read.
                unsafe {
                    let mask = four_below(at, n);
                    let some = _mm256_maskload_pd(start.wrapping_add(at).cast(), mask);
                    let rest = Self::splat(Self::MAX).double();
                    Self::of(_mm256_blendv_pd(rest, some, _mm256_castsi256_pd(mask)))
                }
            }
            #[inline(always)]
            unsafe fn store(self, to: *mut $lane) {
                // SAFETY: the caller's.
                unsafe { _mm256_storeu_pd(to.cast(), self.double()) }
            }
            #[inline(always)]
            unsafe fn store_some(self, start: *mut $lane, at: usize, n: usize) {
                let to = start.wrapping_add(at).cast();
                // SAFETY: the caller's; what the mask leaves out is not written.
                unsafe { _mm256_maskstore_pd(to, four_below(at, n), self.double()) }
            }
            #[inline(always)]
            unsafe fn min_max(self, other: Self) -> (Self, Self) {
                let ($a, $b) = (self.0, other.0);
                // SAFETY: the caller has AVX2.
                let (low, high) = unsafe { $min_max };
                (Self(low), Self(high))
            }
            #[inline(always)]
            unsafe fn below(self, other: Self) -> usize {
                let ($a, $b) = (self.0, other.0);
                // SAFETY: the caller has AVX2.
                unsafe { _mm256_movemask_pd($below) as u32 as usize }
            }
            #[inline(always)]
            unsafe fn parted(self, set: usize) -> Self {
                // SAFETY: the caller has AVX2, and the set is one of the table.
                unsafe {
                    let order = _mm256_loadu_si256(FOUR.get_unchecked(set).as_ptr().cast());
                    let words = _mm256_castpd_si256(self.double());
                    let parted = _mm256_permutevar8x32_epi32(words, order);
                    Self::of(_mm256_castsi256_pd(parted))
                }
            }
            #[inline(always)]
            unsafe fn reversed(self) -> Self {
                // SAFETY: the caller has AVX2.
                unsafe { Self::of(_mm256_permute4x64_pd::<0b00_01_10_11>(self.double())) }
            }
            #[inline(always)]
            unsafe fn transpose(square: &mut [Self]) {
                let [a, b, c, d] = square else { unreachable!("four vectors of four lanes") };
                // SAFETY: the caller has AVX2.
                unsafe {
                    let (e, f) = unpacked(a.double(), b.double());
                    let (g, h) = unpacked(c.double(), d.double());
                    let ((p, r), (q, s)) = (halves(e, g), halves(f, h));
                    (*a, *b, *c, *d) = (Self::of(p), Self::of(q), Self::of(r), Self::of(s));
                }
            }
            #[inline(always)]
            unsafe fn sort_bitonic(self, other: Self) -> (Self, Self) {
                // SAFETY: the caller has AVX2.
                unsafe {
                    // Keys that are two apart, of both vectors at once; then neighbours.
                    let (a, b) = halves(self.double(), other.double());
                    let (a, b) = Self::of(a).min_max(Self::of(b));
                    let (a, b) = unpacked(a.double(), b.double());
                    let (a, b) = Self::of(a).min_max(Self::of(b));
                    let (a, b) = unpacked(a.double(), b.double());
                    let (a, b) = halves(a, b);
                    (Self::of(a), Self::of(b))
                }
            }
        }
    };
}

/// The even and the odd lanes of two vectors, alternately.
#[inline(always)]
unsafe fn unpacked(a: __m256d, b: __m256d) -> (__m256d, __m256d) {
    // SAFETY: the caller has AVX2.
    unsafe { (_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)) }
}

/// The first halves of two vectors, and their second halves.
#[inline(always)]
unsafe fn halves(a: __m256d, b: __m256d) -> (__m256d, __m256d) {
    // SAFETY: the caller has AVX2.
    unsafe { (_mm256_permute2f128_pd::<0x20>(a, b), _mm256_permute2f128_pd::<0x31>(a, b)) }
}

four! {
    /// Numbers, none of which is a NaN.
    F64(__m256d) of f64, f64::INFINITY;
    core::convert::identity, core::convert::identity, _mm256_set1_pd;
    // Of equal ones the minimum is the second operand.
    |a, b| (_mm256_min_pd(a, b), _mm256_max_pd(b, a)), _mm256_cmp_pd::<_CMP_LT_OQ>(a, b)
}

four! {
    I64(__m256i) of i64, i64::MAX;
    _mm256_castsi256_pd, _mm256_castpd_si256, _mm256_set1_epi64x;
    |a, b| {
        let above = _mm256_cmpgt_epi64(a, b);
        (_mm256_blendv_epi8(a, b, above), _mm256_blendv_epi8(b, a, above))
    }, _mm256_castsi256_pd(_mm256_cmpgt_epi64(b, a))
}

#[derive(Clone, Copy)]
pub(super) struct I32(__m256i);

impl Lanes for I32 {
    type Lane = i32;
    const LANES: usize = 8;
    const MAX: i32 = i32::MAX;

    #[inline(always)]
    unsafe fn splat(key: i32) -> Self {
        // SAFETY: the caller has AVX2.
        unsafe { Self(_mm256_set1_epi32(key)) }
    }
    #[inline(always)]
    unsafe fn load(from: *const i32) -> Self {
        // SAFETY: the caller's.
        unsafe { Self(_mm256_loadu_si256(from.cast())) }
    }
    #[inline(always)]
    unsafe fn load_some(start: *const i32, at: usize, n: usize) -> Self {
        // SAFETY: the caller's; what the mask leaves out is not read.
        unsafe {
            let mask = eight_below(at, n);
            let some = _mm256_maskload_epi32(start.wrapping_add(at), mask);
            Self(_mm256_blendv_epi8(Self::splat(Self::MAX).0, some, mask))
        }
    }
    #[inline(always)]
    unsafe fn store(self, to: *mut i32) {
        // SAFETY: the caller's.
        unsafe { _mm256_storeu_si256(to.cast(), self.0) }
    }
    #[inline(always)]
    unsafe fn store_some(self, start: *mut i32, at: usize, n: usize) {
        let to = start.wrapping_add(at);
        // SAFETY: the caller's; what the mask leaves out is not written.
        unsafe { _mm256_maskstore_epi32(to, eight_below(at, n), self.0) }
    }
    #[inline(always)]
    unsafe fn min_max(self, other: Self) -> (Self, Self) {
        // SAFETY: the caller has AVX2.
        unsafe {
            (Self(_mm256_min_epi32(self.0, other.0)), Self(_mm256_max_epi32(self.0, other.0)))
        }
    }
    #[inline(always)]
    unsafe fn below(self, other: Self) -> usize {
        // SAFETY: the caller has AVX2.
        unsafe {
            let below = _mm256_cmpgt_epi32(other.0, self.0);
            _mm256_movemask_ps(_mm256_castsi256_ps(below)) as u32 as usize
        }
    }
    #[inline(always)]
    unsafe fn parted(self, set: usize) -> Self {
        // SAFETY: the caller has AVX2, and the set is one of the table.
        unsafe {
            let order = _mm_loadl_epi64(EIGHT.get_unchecked(set).as_ptr().cast());
            Self(_mm256_permutevar8x32_epi32(self.0, _mm256_cvtepu8_epi32(order)))
        }
    }
    #[inline(always)]
    unsafe fn reversed(self) -> Self {
        // SAFETY: the caller has AVX2.
        unsafe {
            Self(_mm256_permutevar8x32_epi32(self.0, _mm256_setr_epi32(7, 6, 5, 4, 3, 2, 1, 0)))
        }
    }
    #[inline(always)]
    unsafe fn transpose(square: &mut [Self]) {
        let [a, b, c, d, e, f, g, h] = square else { unreachable!("eight vectors of eight lanes") };
        // SAFETY: the caller has AVX2.
        unsafe {
            // Of each half: four columns of four rows, from the first four rows and from the last.
            let [p, q, r, s] = columns_of_four(a.0, b.0, c.0, d.0);
            let [t, u, v, w] = columns_of_four(e.0, f.0, g.0, h.0);
            (a.0, e.0) = swapped(p, t);
            (b.0, f.0) = swapped(q, u);
            (c.0, g.0) = swapped(r, v);
            (d.0, h.0) = swapped(s, w);
        }
    }
    #[inline(always)]
    unsafe fn sort_bitonic(self, other: Self) -> (Self, Self) {
        // SAFETY: the caller has AVX2.
        unsafe {
            // Keys that are four apart, of both vectors at once; then two; then neighbours.
            let (a, b) = swapped(self.0, other.0);
            let (a, b) = Self(a).min_max(Self(b));
            let pair = (_mm256_unpacklo_epi64(a.0, b.0), _mm256_unpackhi_epi64(a.0, b.0));
            let (a, b) = Self(pair.0).min_max(Self(pair.1));
            let (a, b) = (_mm256_castsi256_ps(a.0), _mm256_castsi256_ps(b.0));
            let even = _mm256_castps_si256(_mm256_shuffle_ps::<0b10_00_10_00>(a, b));
            let odd = _mm256_castps_si256(_mm256_shuffle_ps::<0b11_01_11_01>(a, b));
            let (a, b) = Self(even).min_max(Self(odd));
            let pair = (_mm256_unpacklo_epi32(a.0, b.0), _mm256_unpackhi_epi32(a.0, b.0));
            let (a, b) =
                (_mm256_unpacklo_epi64(pair.0, pair.1), _mm256_unpackhi_epi64(pair.0, pair.1));
            let (a, b) = swapped(a, b);
            (Self(a), Self(b))
        }
    }
}

/// The first halves of two vectors, and their second halves.
#[inline(always)]
unsafe fn swapped(a: __m256i, b: __m256i) -> (__m256i, __m256i) {
    // SAFETY: the caller has AVX2.
    unsafe { (_mm256_permute2x128_si256::<0x20>(a, b), _mm256_permute2x128_si256::<0x31>(a, b)) }
}

/// Transposes the squares of four words in both halves.
#[inline(always)]
unsafe fn columns_of_four(a: __m256i, b: __m256i, c: __m256i, d: __m256i) -> [__m256i; 4] {
    // SAFETY: the caller has AVX2.
    unsafe {
        let (e, f) = (_mm256_unpacklo_epi32(a, b), _mm256_unpackhi_epi32(a, b));
        let (g, h) = (_mm256_unpacklo_epi32(c, d), _mm256_unpackhi_epi32(c, d));
        [
            _mm256_unpacklo_epi64(e, g),
            _mm256_unpackhi_epi64(e, g),
            _mm256_unpacklo_epi64(f, h),
            _mm256_unpackhi_epi64(f, h),
        ]
    }
}

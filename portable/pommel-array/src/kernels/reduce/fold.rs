//! Folds: many elements become one, along a row or down the columns.

use crate::dtype::DType;
use crate::kernels::fused::Merge;
use crate::kernels::isa::versions;
use crate::kernels::lane::{Lane, Truth, with_lane};
use crate::kernels::scalar;
use core::marker::PhantomData;
use half::f16;
use num_complex::Complex;

/// Elements of a row that a kernel folds at once, at most: a count of them fits every integer.
pub(crate) const BLOCK: usize = 8192;
/// Rows that a kernel folds into one at once, at most.
pub(crate) const ROWS: usize = 256;

/// Folds each of `rows` rows of `n` elements, whose first ones are `step` bytes apart.
///
/// # Safety
/// The rows lie without gaps, aligned, `n` is at most [`BLOCK`], there is memory for `rows` results,
/// and the machine has the instruction set of the version.
pub(crate) type Rows =
    unsafe fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut u8);

/// Folds `rows` rows of `n` elements, whose first ones are `step` bytes apart, into one row; `fresh`
/// if nothing is there yet.
///
/// # Safety
/// The rows lie without gaps, aligned, `rows` is at most [`ROWS`], there are `n` values at `out`, or
/// memory for them, and the machine has the instruction set of the version.
pub(crate) type Columns =
    unsafe fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut u8, fresh: bool);

/// Folds `n` elements of a row, which are its elements from `at` on, into a state; and the state into
/// a result, unless `out` is null. The result is that of [`Rows`], to the bit, if the row has
/// at least [`LANES`] elements.
///
/// # Safety
/// The elements lie without gaps, aligned, the state has room for [`STATE`] and is that of the elements
/// before, there is memory for a result, and the machine has the instruction set of the version.
pub(crate) type Piece =
    unsafe fn(input: *const u8, n: usize, at: usize, state: *mut u128, out: *mut u8);

/// The most parts that a loop keeps.
pub(crate) const LANES: usize = 64;
/// Words that the parts of a loop fill at most.
pub(crate) const STATE: usize = 16;

/// The kernels of a reduction of elements of one type.
#[derive(Clone, Copy)]
pub(crate) struct Folder {
    pub input: DType,
    /// The type of what comes together.
    pub output: DType,
    pub rows: [Rows; 3],
    pub columns: [Columns; 3],
    pub piece: [Piece; 3],
    /// What machine code does instead of [`Piece`], if it can.
    pub merge: Option<Merge>,
}

/// What comes together of elements.
pub(super) trait Fold {
    /// An element.
    type In: Lane;
    /// What a loop keeps in a register.
    type Part: Copy;
    /// What it is in memory.
    type Out: Lane;
    /// What it is in machine code.
    const MERGE: Option<Merge> = None;
    /// What changes nothing. Of floating-point sums that is -0.
    fn start() -> Self::Part;
    fn step(part: Self::Part, x: Self::In) -> Self::Part;
    fn merge(a: Self::Part, b: Self::Part) -> Self::Part;
    fn put(part: Self::Part) -> Self::Out;
    fn take(out: Self::Out) -> Self::Part;
}

/// How many parts a loop keeps: as many as fill eight registers of 32 bytes.
pub(super) const fn lanes<P>() -> usize {
    let lanes = 256 / size_of::<P>();
    if lanes < 16 {
        16
    } else if lanes > 64 {
        64
    } else {
        lanes
    }
}

/// Folds what becomes of elements with `L` parts, which come together as a tree.
#[inline(always)]
fn wide<F: Fold, const L: usize>(x: &[F::In], of: impl Fn(F::In) -> F::In) -> F::Part {
    let mut parts = [F::start(); L];
    let mut chunks = x.chunks_exact(L);
    for chunk in &mut chunks {
        for j in 0..L {
            parts[j] = F::step(parts[j], of(chunk[j]));
        }
    }
    for (part, &x) in parts.iter_mut().zip(chunks.remainder()) {
        *part = F::step(*part, of(x));
    }
    together::<F, L>(parts)
}

/// Makes one of the parts.
#[inline(always)]
fn together<F: Fold, const L: usize>(mut parts: [F::Part; L]) -> F::Part {
    let mut n = L / 2;
    while n > 0 {
        for j in 0..n {
            parts[j] = F::merge(parts[j], parts[j + n]);
        }
        n /= 2;
    }
    parts[0]
}

/// [`Piece`].
#[inline(always)]
unsafe fn fold_piece<F: Fold, const L: usize>(
    input: *const u8,
    n: usize,
    at: usize,
    state: *mut u128,
    out: *mut u8,
) {
    const { assert!(size_of::<[F::Part; L]>() <= 16 * STATE && L <= LANES) };
    let state = state.cast::<[F::Part; L]>();
    // SAFETY: the caller's elements, and the parts of those before, of which there are none at first.
    let (x, mut parts) = unsafe {
        (
            core::slice::from_raw_parts(input.cast::<F::In>(), n),
            if at == 0 { [F::start(); L] } else { state.read() },
        )
    };
    let (lead, rest) = x.split_at((at.next_multiple_of(L) - at).min(n));
    for (part, &x) in parts[at % L..].iter_mut().zip(lead) {
        *part = F::step(*part, x);
    }
    let mut chunks = rest.chunks_exact(L);
    for chunk in &mut chunks {
        for j in 0..L {
            parts[j] = F::step(parts[j], chunk[j]);
        }
    }
    for (part, &x) in parts.iter_mut().zip(chunks.remainder()) {
        *part = F::step(*part, x);
    }
    // SAFETY: the caller's room.
    unsafe {
        if out.is_null() {
            state.write(parts);
        } else {
            out.cast::<F::Out>().write(F::put(together::<F, L>(parts)));
        }
    }
}

/// Folds what becomes of the elements of a row.
#[inline(always)]
pub(super) fn row<F: Fold, const L: usize>(x: &[F::In], of: impl Fn(F::In) -> F::In) -> F::Part {
    if x.len() >= L {
        return wide::<F, L>(x, of);
    }
    if x.len() >= 16 {
        return wide::<F, 8>(x, of);
    }
    x.iter().fold(F::start(), |part, &x| F::step(part, of(x)))
}

/// Folds rows of a length that the compiler knows, so that several of them fill a register.
#[inline(always)]
fn short_rows<F: Fold, const N: usize>(x: &[F::In], out: &mut [core::mem::MaybeUninit<F::Out>]) {
    for (x, out) in x.chunks_exact(N).zip(out) {
        let part = x[..N].iter().fold(F::start(), |part, &x| F::step(part, x));
        out.write(F::put(part));
    }
}

/// [`Rows`].
#[inline(always)]
unsafe fn fold_rows<F: Fold, const L: usize>(
    input: *const u8,
    step: isize,
    rows: usize,
    n: usize,
    out: *mut u8,
) {
    let out = out.cast::<core::mem::MaybeUninit<F::Out>>();
    if n <= 8 && step == (n * size_of::<F::In>()) as isize {
        // SAFETY: the caller's: rows one behind the other, and memory for a result of each.
        let (x, out) = unsafe {
            (
                core::slice::from_raw_parts(input.cast::<F::In>(), rows * n),
                core::slice::from_raw_parts_mut(out, rows),
            )
        };
        match n {
            1 => return short_rows::<F, 1>(x, out),
            2 => return short_rows::<F, 2>(x, out),
            3 => return short_rows::<F, 3>(x, out),
            4 => return short_rows::<F, 4>(x, out),
            8 => return short_rows::<F, 8>(x, out),
            _ => {}
        }
    }
    for r in 0..rows {
        // SAFETY: the caller's row, and the place of its result.
        unsafe {
            let start = input.offset(r as isize * step).cast::<F::In>();
            let part = row::<F, L>(core::slice::from_raw_parts(start, n), |x| x);
            (*out.add(r)).write(F::put(part));
        }
    }
}

/// [`Columns`].
#[inline(always)]
unsafe fn fold_columns<F: Fold>(
    input: *const u8,
    step: isize,
    rows: usize,
    n: usize,
    out: *mut u8,
    fresh: bool,
) {
    let out = out.cast::<F::Out>();
    if fresh {
        for j in 0..n {
            // SAFETY: the caller's memory for `n` values.
            unsafe { out.add(j).write(F::put(F::start())) };
        }
    }
    // SAFETY: the caller's values, which are there now.
    let out = unsafe { core::slice::from_raw_parts_mut(out, n) };
    let row = |r: usize| {
        // SAFETY: one of the caller's rows.
        unsafe { core::slice::from_raw_parts(input.offset(r as isize * step).cast::<F::In>(), n) }
    };
    let fours = rows / 4 * 4;
    for r in (0..fours).step_by(4) {
        let rows = row(r).iter().zip(row(r + 1)).zip(row(r + 2)).zip(row(r + 3));
        for (out, (((&a, &b), &c), &d)) in out.iter_mut().zip(rows) {
            let part = F::step(F::step(F::take(*out), a), b);
            *out = F::put(F::step(F::step(part, c), d));
        }
    }
    for r in fours..rows {
        for (out, &x) in out.iter_mut().zip(row(r)) {
            *out = F::put(F::step(F::take(*out), x));
        }
    }
}

/// The sum, as numbers of another type.
pub(super) struct Sum<T>(PhantomData<T>);
/// The product.
pub(super) struct Prod<T>(PhantomData<T>);
/// The smallest one.
pub(super) struct Min<T>(PhantomData<T>);
/// The largest one.
pub(super) struct Max<T>(PhantomData<T>);
/// Whether all are true.
pub(super) struct All<T>(PhantomData<T>);
/// Whether one is true.
pub(super) struct Any<T>(PhantomData<T>);
/// How many are true.
pub(super) struct Count<T>(PhantomData<T>);

/// Sums and products: element, sum, zero, one, how an element becomes a part, how two are added, and
/// multiplied.
macro_rules! arithmetic {
    ($($ty:ty => $out:ty, $zero:expr, $one:expr, |$x:ident| $up:expr,
        |$a:ident, $b:ident| $add:expr, $multiply:expr;)*) => {$(
        arithmetic!(@fold Sum, $ty, $out, $zero, |$x| $up, |$a, $b| $add);
        arithmetic!(@fold Prod, $ty, $out, $one, |$x| $up, |$a, $b| $multiply);
    )*};
    (@fold $fold:ident, $ty:ty, $out:ty, $start:expr, |$x:ident| $up:expr,
        |$a:ident, $b:ident| $merge:expr) => {
        impl Fold for $fold<$ty> {
            type In = $ty;
            type Part = $out;
            type Out = $out;
            const MERGE: Option<Merge> = Merge::$fold.of(<$ty as Lane>::DTYPE);
            #[inline(always)]
            fn start() -> $out { $start }
            #[inline(always)]
            fn step(part: $out, $x: $ty) -> $out {
                Self::merge(part, $up)
            }
            #[inline(always)]
            fn merge($a: $out, $b: $out) -> $out { $merge }
            #[inline(always)]
            fn put(part: $out) -> $out { part }
            #[inline(always)]
            fn take(out: $out) -> $out { out }
        }
    };
}
arithmetic! {
    Truth => i64, 0, 1, |x| x.up() as i64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    i8 => i64, 0, 1, |x| x as i64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    i16 => i64, 0, 1, |x| x as i64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    i32 => i64, 0, 1, |x| x as i64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    i64 => i64, 0, 1, |x| x, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    u8 => u64, 0, 1, |x| x as u64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    u16 => u64, 0, 1, |x| x as u64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    u32 => u64, 0, 1, |x| x as u64, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    u64 => u64, 0, 1, |x| x, |a, b| a.wrapping_add(b), a.wrapping_mul(b);
    f16 => f32, -0.0, 1.0, |x| x.to_f32(), |a, b| a + b, a * b;
    f32 => f32, -0.0, 1.0, |x| x, |a, b| a + b, a * b;
    f64 => f64, -0.0, 1.0, |x| x, |a, b| a + b, a * b;
    Complex<f32> => Complex<f32>, Complex::new(-0.0, -0.0), Complex::new(1.0, 0.0), |x| x,
        |a, b| a + b, scalar::complex_product(a, b);
    Complex<f64> => Complex<f64>, Complex::new(-0.0, -0.0), Complex::new(1.0, 0.0), |x| x,
        |a, b| a + b, scalar::complex_product(a, b);
}

/// Extremes: element, part, the highest and the lowest, and whether the first stays against the
/// second, as the smallest and as the largest. What is not a number stays, and replaces.
macro_rules! extremes {
    ($($ty:ty, $part:ty, $high:expr, $low:expr,
        |$a:ident, $b:ident| $smaller:expr, $larger:expr;)*) => {$(
        extremes!(@fold Min, $ty, $part, $high, |$a, $b| $smaller);
        extremes!(@fold Max, $ty, $part, $low, |$a, $b| $larger);
    )*};
    (@fold $fold:ident, $ty:ty, $part:ty, $start:expr, |$a:ident, $b:ident| $stays:expr) => {
        impl Fold for $fold<$ty> {
            type In = $ty;
            type Part = $part;
            type Out = $ty;
            #[inline(always)]
            fn start() -> $part { $start }
            #[inline(always)]
            fn step(part: $part, x: $ty) -> $part {
                Self::merge(part, x.up())
            }
            #[inline(always)]
            fn merge($a: $part, $b: $part) -> $part {
                if $stays { $a } else { $b }
            }
            #[inline(always)]
            fn put(part: $part) -> $ty { <$ty as Lane>::down(part) }
            #[inline(always)]
            fn take(out: $ty) -> $part { out.up() }
        }
    };
}
extremes! {
    Truth, bool, true, false, |a, b| !a & b, a & !b;
    i8, i8, i8::MAX, i8::MIN, |a, b| a < b, a > b;
    i16, i16, i16::MAX, i16::MIN, |a, b| a < b, a > b;
    i32, i32, i32::MAX, i32::MIN, |a, b| a < b, a > b;
    i64, i64, i64::MAX, i64::MIN, |a, b| a < b, a > b;
    u8, u8, u8::MAX, u8::MIN, |a, b| a < b, a > b;
    u16, u16, u16::MAX, u16::MIN, |a, b| a < b, a > b;
    u32, u32, u32::MAX, u32::MIN, |a, b| a < b, a > b;
    u64, u64, u64::MAX, u64::MIN, |a, b| a < b, a > b;
    f16, f32, f32::INFINITY, f32::NEG_INFINITY, |a, b| (a < b) | a.is_nan(), (a > b) | a.is_nan();
    f32, f32, f32::INFINITY, f32::NEG_INFINITY, |a, b| (a < b) | a.is_nan(), (a > b) | a.is_nan();
    f64, f64, f64::INFINITY, f64::NEG_INFINITY, |a, b| (a < b) | a.is_nan(), (a > b) | a.is_nan();
    Complex<f32>, Complex<f32>, Complex::new(f32::INFINITY, f32::INFINITY),
        Complex::new(f32::NEG_INFINITY, f32::NEG_INFINITY),
        |a, b| scalar::complex_is_nan(a) || scalar::complex_less(a, b) && !scalar::complex_is_nan(b),
        scalar::complex_is_nan(a) || scalar::complex_less(b, a) && !scalar::complex_is_nan(b);
    Complex<f64>, Complex<f64>, Complex::new(f64::INFINITY, f64::INFINITY),
        Complex::new(f64::NEG_INFINITY, f64::NEG_INFINITY),
        |a, b| scalar::complex_is_nan(a) || scalar::complex_less(a, b) && !scalar::complex_is_nan(b),
        scalar::complex_is_nan(a) || scalar::complex_less(b, a) && !scalar::complex_is_nan(b);
}

/// Truths: element, an integer of its size, an integer that counts them, and whether one is true.
macro_rules! truths {
    ($($ty:ty, $part:ty, $count:ty, |$x:ident| $truth:expr;)*) => {$(
        truths!(@fold Any, $ty, $part, Truth, 0, |$x| $truth, |a, b| a | b,
            |part| Truth((part != 0) as u8), |out| out.up() as $part);
        truths!(@fold All, $ty, $part, Truth, 1, |$x| $truth, |a, b| a & b,
            |part| Truth((part != 0) as u8), |out| out.up() as $part);
        truths!(@fold Count, $ty, $count, i64, 0, |$x| $truth, |a, b| a + b,
            |part| part as i64, |out| out as $count);
    )*};
    (@fold $fold:ident, $ty:ty, $part:ty, $out:ty, $start:expr, |$x:ident| $truth:expr,
        |$a:ident, $b:ident| $merge:expr, |$p:ident| $put:expr, |$o:ident| $take:expr) => {
        impl Fold for $fold<$ty> {
            type In = $ty;
            type Part = $part;
            type Out = $out;
            #[inline(always)]
            fn start() -> $part { $start }
            #[inline(always)]
            fn step(part: $part, $x: $ty) -> $part {
                Self::merge(part, $truth as $part)
            }
            #[inline(always)]
            fn merge($a: $part, $b: $part) -> $part { $merge }
            #[inline(always)]
            fn put($p: $part) -> $out { $put }
            #[inline(always)]
            fn take($o: $out) -> $part { $take }
        }
    };
}
truths! {
    Truth, u8, u16, |x| x.up();
    i8, u8, u16, |x| x != 0;
    i16, u16, u16, |x| x != 0;
    i32, u32, u32, |x| x != 0;
    i64, u64, u64, |x| x != 0;
    u8, u8, u16, |x| x != 0;
    u16, u16, u16, |x| x != 0;
    u32, u32, u32, |x| x != 0;
    u64, u64, u64, |x| x != 0;
    f16, u16, u16, |x| x.to_bits() & 0x7fff != 0;
    f32, u32, u32, |x| x != 0.0;
    f64, u64, u64, |x| x != 0.0;
    Complex<f32>, u32, u32, |x| scalar::complex_is_true(x);
    Complex<f64>, u64, u64, |x| scalar::complex_is_true(x);
}

/// The kernels of a fold, whose types are known.
macro_rules! folder {
    ($fold:ty) => {
        Folder {
            merge: <$fold as Fold>::MERGE,
            input: <<$fold as Fold>::In as Lane>::DTYPE,
            output: <<$fold as Fold>::Out as Lane>::DTYPE,
            // SAFETY (of the bodies): the contracts of `Rows`, `Columns` and `Piece`.
            rows: versions!(
                fn(input: *const u8, step: isize, rows: usize, n: usize, out: *mut u8) {
                    // SAFETY: as above.
                    unsafe {
                        fold_rows::<$fold, { lanes::<<$fold as Fold>::Part>() }>(
                            input, step, rows, n, out,
                        )
                    }
                }
            ),
            columns: versions!(
                fn(
                    input: *const u8,
                    step: isize,
                    rows: usize,
                    n: usize,
                    out: *mut u8,
                    fresh: bool,
                ) {
                    // SAFETY: as above.
                    unsafe { fold_columns::<$fold>(input, step, rows, n, out, fresh) }
                }
            ),
            piece: versions!(
                fn(input: *const u8, n: usize, at: usize, state: *mut u128, out: *mut u8) {
                    // SAFETY: as above.
                    unsafe {
                        fold_piece::<$fold, { lanes::<<$fold as Fold>::Part>() }>(
                            input, n, at, state, out,
                        )
                    }
                }
            ),
        }
    };
}

/// A function that gives the kernels of each fold by element type.
macro_rules! folders {
    ($($name:ident $fold:ident;)*) => {$(
        pub(crate) fn $name(dtype: DType) -> Folder {
            with_lane!(dtype, T => folder!($fold<T>))
        }
    )*};
}
folders! {
    sum Sum;
    prod Prod;
    min Min;
    max Max;
    all All;
    any Any;
    count Count;
}

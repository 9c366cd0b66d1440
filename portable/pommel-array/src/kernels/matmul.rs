//! Products of matrices, wherever their elements lie: own loops for tiny ones, for integers, for pairs of
//! vectors and, on processors with AVX2, for large real ones; `faer` for the others.

#[cfg(target_arch = "x86_64")]
mod packed;

use crate::array::Array;
use crate::dtype::{DType, Kind};
use crate::error::Result;
use crate::kernels::isa::{Isa, versions};
use crate::kernels::walk::Walk;
use crate::layout::{Dims, Layout, Order};
use crate::raw::memory::{Memory, check_room};
use crate::threads;
use core::num::NonZeroUsize;
#[cfg(target_arch = "x86_64")]
use core::ops::Range;
use core::ops::{Add, Mul};
use faer::{Accum, MatMut, MatRef, Par};
use num_complex::Complex;
use num_traits::Zero;
use rayon::prelude::*;

/// From so many multiplications on a product is shared among threads.
const SHARED_FROM: usize = 1 << 21;
/// Matrices of at most so many columns, and as many rows, are multiplied by the shortest loop.
const TINY: usize = 8;

/// The matrix of one factor: its first element, its extents, and the steps in elements.
#[derive(Clone, Copy)]
struct Factor<T> {
    start: *const T,
    rows: usize,
    cols: usize,
    row_step: isize,
    col_step: isize,
}

impl<T: Copy> Factor<T> {
    /// # Safety
    /// The matrix has the element.
    #[inline(always)]
    unsafe fn at(&self, row: usize, col: usize) -> T {
        let place = row as isize * self.row_step + col as isize * self.col_step;
        // SAFETY: the caller's.
        unsafe { self.start.offset(place).read() }
    }

    /// A part of the matrix.
    ///
    /// # Safety
    /// The matrix has the part.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    unsafe fn part(&self, rows: Range<usize>, cols: Range<usize>) -> Factor<T> {
        let place = rows.start as isize * self.row_step + cols.start as isize * self.col_step;
        // SAFETY: the caller's.
        let start = unsafe { self.start.offset(place) };
        Factor { start, rows: rows.len(), cols: cols.len(), ..*self }
    }

    /// The matrix with rows and columns exchanged.
    #[cfg(target_arch = "x86_64")]
    fn turned(&self) -> Factor<T> {
        Factor {
            rows: self.cols,
            cols: self.rows,
            row_step: self.col_step,
            col_step: self.row_step,
            ..*self
        }
    }
}

/// A product that shares its work among threads, or for whose copies there is no memory.
type Shared<T> = unsafe fn(*mut T, Factor<T>, Factor<T>) -> Result<()>;

/// An element type whose matrices can be multiplied.
trait Factors: Copy + Send + Sync + 'static {
    /// Writes the product of two matrices without gaps in C order.
    ///
    /// # Safety
    /// All elements of the factors can be read, the second has as many rows as the first has
    /// columns, and all elements of the product can be written, to where no factor lies.
    unsafe fn product(out: *mut Self, a: Factor<Self>, b: Factor<Self>, par: Par);

    /// A function that does the same and shares its work among threads itself, if there is one that is
    /// best for factors of such extents.
    fn shared(_rows: usize, _depth: usize, _cols: usize) -> Option<Shared<Self>> {
        None
    }
}

/// A product whose rows stay in registers.
///
/// # Safety
/// As [`Factors::product`], and the second factor has `N` columns.
#[inline(always)]
unsafe fn tiny<T, const N: usize>(out: *mut T, a: Factor<T>, b: Factor<T>)
where
    T: Copy + Zero + Add<Output = T> + Mul<Output = T>,
{
    for i in 0..a.rows {
        let mut row = [T::zero(); N];
        for p in 0..a.cols {
            // SAFETY: the loops stay within the matrices.
            let x = unsafe { a.at(i, p) };
            for (j, sum) in row.iter_mut().enumerate() {
                // SAFETY: as above.
                *sum = *sum + x * unsafe { b.at(p, j) };
            }
        }
        // SAFETY: the product has `N` columns.
        unsafe { out.add(i * N).cast::<[T; N]>().write(row) };
    }
}

/// Calls [`tiny`] for the number of columns.
///
/// # Safety
/// As [`Factors::product`], and the second factor has at most [`TINY`] columns.
unsafe fn product_of_tiny<T>(out: *mut T, a: Factor<T>, b: Factor<T>)
where
    T: Copy + Zero + Add<Output = T> + Mul<Output = T>,
{
    // SAFETY: the caller's.
    unsafe {
        match b.cols {
            0 => {}
            1 => tiny::<T, 1>(out, a, b),
            2 => tiny::<T, 2>(out, a, b),
            3 => tiny::<T, 3>(out, a, b),
            4 => tiny::<T, 4>(out, a, b),
            5 => tiny::<T, 5>(out, a, b),
            6 => tiny::<T, 6>(out, a, b),
            7 => tiny::<T, 7>(out, a, b),
            _ => tiny::<T, 8>(out, a, b),
        }
    }
}

/// The scalar product of two vectors without gaps.
type Dot<T> = unsafe fn(a: *const T, b: *const T, n: usize, out: *mut T);

macro_rules! floating {
    ($($ty:ty $(, $vector:ident of $lanes:literal)?;)*) => {$(
        impl Factors for $ty {
            $(
                #[cfg(target_arch = "x86_64")]
                fn shared(rows: usize, depth: usize, cols: usize) -> Option<Shared<$ty>> {
                    use core::arch::x86_64::$vector;
                    let product: Shared<$ty> = packed::product::<$vector, $lanes>;
                    packed::is_best(rows, depth, cols).then_some(product)
                }
            )?
            unsafe fn product(out: *mut $ty, a: Factor<$ty>, b: Factor<$ty>, par: Par) {
                if a.rows <= TINY && b.cols <= TINY && a.cols <= 2 * TINY {
                    // SAFETY: the caller's.
                    return unsafe { product_of_tiny(out, a, b) };
                }
                let vectors = a.rows == 1 && b.cols == 1 && a.col_step == 1 && b.row_step == 1;
                if vectors {
                    let dot: [Dot<$ty>; 3] = versions!(
                        fn(a: *const $ty, b: *const $ty, n: usize, out: *mut $ty) {
                            // SAFETY: the contract of `dot`.
                            unsafe { out.write(dot(a, b, n)) }
                        }
                    );
                    // SAFETY: the caller's; `best` is an instruction set of this machine.
                    return unsafe { dot[Isa::best() as usize](a.start, b.start, a.cols, out) };
                }
                // SAFETY: the caller's. `faer` writes every element of the product before it reads
                // it, as it is told to replace what is there.
                unsafe {
                    let (m, n, k) = (a.rows, b.cols, a.cols);
                    let out = MatMut::from_raw_parts_mut(out, m, n, n as isize, 1);
                    let a = MatRef::from_raw_parts(a.start, m, k, a.row_step, a.col_step);
                    let b = MatRef::from_raw_parts(b.start, k, n, b.row_step, b.col_step);
                    faer::linalg::matmul::matmul(out, Accum::Replace, a, b, num_traits::one(), par);
                }
            }
        }
    )*};
}
floating! {
    f32, __m256 of 24;
    f64, __m256d of 12;
    Complex<f32>;
    Complex<f64>;
}

/// A scalar product with as many sums side by side as fill the registers.
///
/// # Safety
/// Both addresses have `n` elements.
#[inline(always)]
unsafe fn dot<T: Copy + Zero + Add<Output = T> + Mul<Output = T>>(
    a: *const T,
    b: *const T,
    n: usize,
) -> T {
    const LANES: usize = 32;
    // SAFETY: the caller's.
    let (a, b) = unsafe { (core::slice::from_raw_parts(a, n), core::slice::from_raw_parts(b, n)) };
    let mut sums = [T::zero(); LANES];
    let (heads, tail) = (a.chunks_exact(LANES), a.chunks_exact(LANES).remainder());
    for (x, y) in heads.zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] = sums[lane] + x[lane] * y[lane];
        }
    }
    for (lane, x) in tail.iter().enumerate() {
        sums[lane] = sums[lane] + *x * b[n - tail.len() + lane];
    }
    let mut width = LANES;
    while width > 1 {
        width /= 2;
        for lane in 0..width {
            sums[lane] = sums[lane] + sums[lane + width];
        }
    }
    sums[0]
}

macro_rules! looped {
    ($($ty:ty, |$x:ident, $y:ident| $times:expr, |$a:ident, $b:ident| $plus:expr;)*) => {$(
        impl Factors for $ty {
            unsafe fn product(out: *mut $ty, a: Factor<$ty>, b: Factor<$ty>, _: Par) {
                let kernel = versions!(
                    fn(out: *mut $ty, a: Factor<$ty>, b: Factor<$ty>) {
                        // SAFETY: the contract of `blocked`.
                        unsafe { blocked(out, a, b, |$x, $y| $times, |$a, $b| $plus) }
                    }
                );
                // SAFETY: the caller's; `best` is an instruction set of this machine.
                unsafe { kernel[Isa::best() as usize](out, a, b) }
            }
        }
    )*};
}
looped! {
    i8, |x, y| x.wrapping_mul(y), |a, b| a.wrapping_add(b);
    i16, |x, y| x.wrapping_mul(y), |a, b| a.wrapping_add(b);
    i32, |x, y| x.wrapping_mul(y), |a, b| a.wrapping_add(b);
    i64, |x, y| x.wrapping_mul(y), |a, b| a.wrapping_add(b);
    // Signs make no difference to the low bits of sums and products, so that only truth values, which
    // are bytes, need `u8`: there it is whether one pair is true.
    u8, |x, y| (x != 0) as u8 & (y != 0) as u8, |a, b| a | b;
}

/// Columns of a block of the second factor.
const WIDE: usize = 256;
/// Rows of a block of the second factor: with its columns it fits the second cache.
const DEEP: usize = 64;

/// A product by blocks of the second factor, four of whose rows are added at a time.
///
/// # Safety
/// As [`Factors::product`].
#[inline(always)]
unsafe fn blocked<T: Copy + Default>(
    out: *mut T,
    a: Factor<T>,
    b: Factor<T>,
    times: impl Fn(T, T) -> T,
    plus: impl Fn(T, T) -> T,
) {
    let mut block = [[T::default(); WIDE]; DEEP];
    let (rows, cols, depth) = (a.rows, b.cols, a.cols);
    for i in 0..rows * cols {
        // SAFETY: within the product.
        unsafe { out.add(i).write(T::default()) };
    }
    for left in (0..cols).step_by(WIDE) {
        let wide = WIDE.min(cols - left);
        for top in (0..depth).step_by(DEEP) {
            let deep = DEEP.min(depth - top);
            for (p, row) in block[..deep].iter_mut().enumerate() {
                for (j, place) in row[..wide].iter_mut().enumerate() {
                    // SAFETY: within the second factor.
                    *place = unsafe { b.at(top + p, left + j) };
                }
            }
            // What is left of a group of four is multiplied by zero.
            block[deep..deep.next_multiple_of(4)].fill([T::default(); WIDE]);
            for i in 0..rows {
                // SAFETY: a piece of a row of the product, which has been written.
                let sums =
                    unsafe { core::slice::from_raw_parts_mut(out.add(i * cols + left), wide) };
                for (group, four) in block[..deep.next_multiple_of(4)].chunks_exact(4).enumerate() {
                    let x: [T; 4] = core::array::from_fn(|q| {
                        let p = group * 4 + q;
                        // SAFETY: within the first factor.
                        if p < deep { unsafe { a.at(i, top + p) } } else { T::default() }
                    });
                    for (j, sum) in sums.iter_mut().enumerate() {
                        let first = plus(times(x[0], four[0][j]), times(x[1], four[1][j]));
                        let second = plus(times(x[2], four[2][j]), times(x[3], four[3][j]));
                        *sum = plus(*sum, plus(first, second));
                    }
                }
            }
        }
    }
}

/// Products of matrices of one size: where the first of each kind is, and how its elements lie.
struct Job<T> {
    out: *mut T,
    a: Factor<T>,
    b: Factor<T>,
}
// SAFETY: threads only read the factors, and each writes products of its own.
unsafe impl<T: Factors> Sync for Job<T> {}

impl<T: Factors> Job<T> {
    /// The product and the factors at places, in bytes from the first.
    ///
    /// # Safety
    /// There are matrices at these places.
    unsafe fn at(&self, places: [isize; 3]) -> (*mut T, Factor<T>, Factor<T>) {
        // SAFETY: the caller's.
        unsafe {
            let a = Factor { start: self.a.start.byte_offset(places[1]), ..self.a };
            let b = Factor { start: self.b.start.byte_offset(places[2]), ..self.b };
            (self.out.byte_offset(places[0]), a, b)
        }
    }

    /// Computes the product at places.
    ///
    /// # Safety
    /// [`Factors::product`] may be called for the matrices at these places.
    unsafe fn run(&self, places: [isize; 3], par: Par) {
        // SAFETY: the caller's.
        unsafe {
            let (out, a, b) = self.at(places);
            T::product(out, a, b, par);
        }
    }
}

/// Whether `faer` can step through a matrix, and the steps in elements.
fn steps(layout: &Layout) -> Option<[isize; 2]> {
    let size = layout.item_size() as isize;
    let (shape, strides) = (layout.shape(), layout.strides());
    let first = shape.len() - 2;
    let mut steps = [0; 2];
    for (step, axis) in steps.iter_mut().zip(first..) {
        // An axis of one element is not stepped along, so that any step will do.
        let stride = if shape[axis] > 1 { strides[axis] } else { size };
        if stride <= 0 || stride % size != 0 {
            return None;
        }
        *step = stride / size;
    }
    Some(steps)
}

/// The array itself if its matrices can be stepped through, else a copy.
fn steppable(array: &Array) -> Result<(Array, [isize; 2])> {
    if let Some(steps) = steps(&array.layout) {
        return Ok((array.clone(), steps));
    }
    let copy = array.copied(Order::C)?;
    let steps = steps(&copy.layout).unwrap_or([1, 1]);
    Ok((copy, steps))
}

/// Bytes of the copies that `faer` keeps on each thread that multiplies, and makes without asking: twice
/// the last-level cache, here of a large one.
const COPIES: usize = 80 << 20;
/// Rows and columns of a matrix that is large enough to be copied.
const COPIED: usize = 64;

/// Lets `faer` make the copies of this thread, unless it has.
///
/// # Errors
/// There is no memory for them.
pub(crate) fn make_copies() -> Result<()> {
    std::thread_local!(static MADE: core::cell::Cell<bool> = const { core::cell::Cell::new(false) });
    if !MADE.get() {
        check_room(COPIES)?;
        let factor = faer::Mat::<f64>::zeros(COPIED, COPIED);
        let mut product = faer::Mat::zeros(COPIED, COPIED);
        let (to, a) = (product.as_mut(), factor.as_ref());
        faer::linalg::matmul::matmul(to, Accum::Replace, a, a, 1.0, Par::Seq);
        MADE.set(true);
    }
    Ok(())
}

/// The same on all threads of the pool, which share a computation.
///
/// # Errors
/// There is no memory for them.
pub(crate) fn make_copies_of_all() -> Result<()> {
    threads::on_each_once(make_copies)
}

/// How so many multiplications are shared.
pub(crate) fn parallelism(multiplications: usize) -> Par {
    match NonZeroUsize::new(threads::number_of_threads()) {
        Some(count) if count.get() > 1 && multiplications >= SHARED_FROM => Par::Rayon(count),
        _ => Par::Seq,
    }
}

/// The products of the matrices in the last two axes of two arrays of one type.
///
/// The other axes have the same extents, and the second's matrices have as many rows as the first's
/// have columns.
pub(crate) fn product(a: &Array, b: &Array) -> Result<Array> {
    assert_eq!(a.dtype, b.dtype, "factors of one type");
    match a.dtype {
        DType::Bool => products::<u8>(a, b),
        DType::Int8 | DType::UInt8 => products::<i8>(a, b),
        DType::Int16 | DType::UInt16 => products::<i16>(a, b),
        DType::Int32 | DType::UInt32 => products::<i32>(a, b),
        DType::Int64 | DType::UInt64 => products::<i64>(a, b),
        DType::Float32 => products::<f32>(a, b),
        DType::Float64 => products::<f64>(a, b),
        DType::Complex64 => products::<Complex<f32>>(a, b),
        DType::Complex128 => products::<Complex<f64>>(a, b),
        DType::Float16 => {
            // Summed in `float32` and rounded once.
            use crate::dtype::Casting::Unsafe;
            let wide = |array: &Array| array.cast(DType::Float32, Unsafe);
            products::<f32>(&wide(a)?, &wide(b)?)?.cast(DType::Float16, Unsafe)
        }
    }
}

fn products<T: Factors>(a: &Array, b: &Array) -> Result<Array> {
    let ((a, a_steps), (b, b_steps)) = (steppable(a)?, steppable(b)?);
    let batch = a.ndim() - 2;
    let mut shape = Dims::from_slice(a.shape());
    shape[batch + 1] = b.shape()[batch + 1];
    assert!(b.shape()[..batch] == shape[..batch] && b.shape()[batch] == a.shape()[batch + 1]);
    let layout = Layout::contiguous(&shape, a.dtype.size(), Order::C)?;
    let memory = Memory::uninit(layout.size() * a.dtype.size())?;
    let factor = |array: &Array, [row_step, col_step]: [isize; 2]| -> Result<Factor<T>> {
        let shape = &array.shape()[batch..];
        let (rows, cols) = (shape[0] as usize, shape[1] as usize);
        Ok(Factor { start: array.address()?.cast(), rows, cols, row_step, col_step })
    };
    let (left, right) = (factor(&a, a_steps)?, factor(&b, b_steps)?);
    let job = Job { out: memory.start().cast::<T>(), a: left, b: right };
    let work = left.rows * left.cols * right.cols;
    let count = shape[..batch].iter().product::<isize>() as usize;
    if layout.is_empty() {
        return Ok(Array::over(memory, a.dtype, layout));
    }
    let strides = [&layout, &a.layout, &b.layout].map(|layout| &layout.strides()[..batch]);
    let walk = Walk::new(&shape[..batch], &strides);
    if let Some(product) = T::shared(left.rows, left.cols, right.cols) {
        for places in places(&walk) {
            // SAFETY: the layouts lie within their memories, aligned, and the product's is fresh; the
            // walk goes to the matrices of each layout.
            unsafe {
                let (out, a, b) = job.at(places);
                product(out, a, b)?;
            }
        }
        return Ok(Array::over(memory, a.dtype, layout));
    }
    // Of other types nothing is copied.
    let copies = a.dtype.kind() >= Kind::Float;
    if count == 1 {
        let run = |par| -> Result<()> {
            if copies {
                make_copies()?;
            }
            // SAFETY: as above.
            unsafe { job.run([0; 3], par) };
            Ok(())
        };
        match parallelism(work) {
            Par::Seq => run(Par::Seq),
            par => {
                if copies {
                    make_copies_of_all()?;
                }
                threads::install(|| run(par))
            }
        }?;
        return Ok(Array::over(memory, a.dtype, layout));
    }
    if copies {
        make_copies().and_then(|()| make_copies_of_all())?;
    }
    // SAFETY: as above.
    each(&walk, count * work >= SHARED_FROM, |places| unsafe { job.run(places, Par::Seq) });
    Ok(Array::over(memory, a.dtype, layout))
}

/// The places of a walk.
fn places(walk: &Walk) -> Vec<[isize; 3]> {
    let (n, steps) = walk.inner();
    let mut places = Vec::new();
    walk.for_each_run(|first| {
        let place = |i| core::array::from_fn(|layout| first[layout] + i as isize * steps[layout]);
        places.extend((0..n).map(place));
    });
    places
}

/// Calls a function with the places of a walk, on several threads if that is worth it.
fn each(walk: &Walk, shared: bool, visit: impl Fn([isize; 3]) + Sync) {
    if shared && threads::number_of_threads() > 1 {
        let places = places(walk);
        threads::install(|| places.par_iter().with_min_len(4).for_each(|&places| visit(places)));
        return;
    }
    let (n, steps) = walk.inner();
    walk.for_each_run(|first| {
        let place = |i| core::array::from_fn(|layout| first[layout] + i as isize * steps[layout]);
        (0..n).for_each(|i| visit(place(i)));
    });
}

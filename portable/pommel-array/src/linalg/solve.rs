//! Determinants, inverses and systems of equations, by the decomposition into triangles (LU with row
//! exchanges, and Cholesky's).

use super::batch::{Field, Flaw, Task, check_numbers, map, with_field, with_stack};
use super::product::{check_square, decomposable};
use super::triangles::{self, LARGE};
use super::view::check_matrix;
use crate::array::Array;
use crate::dtype::Casting;
use crate::error::{Error, Result};
use crate::layout::{Dims, broadcast_shapes};
use faer::linalg::cholesky::llt::factor as llt;
use faer::linalg::lu::partial_pivoting as lu;
use faer::perm::PermRef;
use faer::{Mat, MatMut, MatRef, Par};
use num_traits::{Float, One, Zero};

/// What is left of a function that computes nothing here.
const NONE: &[isize] = &[0];

/// The triangles of a matrix, one above the other, and the order of its rows.
struct Triangles<T> {
    both: Mat<T>,
    forward: Vec<usize>,
    backward: Vec<usize>,
    /// Whether an odd number of rows has been exchanged.
    odd: bool,
}

impl<T: Field> Triangles<T> {
    fn new(matrix: MatRef<'_, T>, par: Par) -> core::result::Result<Triangles<T>, Flaw> {
        let n = matrix.nrows();
        check_numbers::<T>(n * n + 2 * n)?;
        let (mut forward, mut backward) = (vec![0; n], vec![0; n]);
        let mut both = matrix.to_owned();
        let exchanges = triangles::factor(both.as_mut(), &mut forward, &mut backward, par)?;
        Ok(Triangles { both, forward, backward, odd: exchanges % 2 == 1 })
    }

    fn order(&self) -> PermRef<'_, usize> {
        PermRef::new_checked(&self.forward, &self.backward, self.forward.len())
    }

    /// The first column without a pivot, if there is one.
    fn singular(&self) -> Option<usize> {
        (0..self.forward.len()).find(|&i| self.both[(i, i)] == T::zero())
    }

    fn check(&self) -> core::result::Result<(), Flaw> {
        self.singular().map_or(Ok(()), |column| Err(Flaw::Singular(column)))
    }

    fn pivots(&self) -> impl Iterator<Item = T> {
        (0..self.forward.len()).map(|i| self.both[(i, i)])
    }
}

/// The determinants of square matrices, shape `(...)`. That of a matrix without elements is 1.
///
/// # Errors
/// The matrices are not square, the type is `float16`, or there is not enough memory.
pub fn det(array: &Array) -> Result<Array> {
    check_square("det", array)?;
    let array = decomposable("det", array)?;
    with_field!(array.dtype(), T => map("det", &array, [&[], NONE, NONE], |task: Task<'_, T>, room| {
        let (out, _, _): (&mut [T], &mut [u8], &mut [u8]) = room;
        // The transposed matrix has the same determinant and lies as the algorithm likes it.
        let triangles = Triangles::new(task.matrix.transpose(), task.par)?;
        let zero = <T as num_traits::Zero>::zero();
        let one = <T as num_traits::One>::one();
        out[0] = match triangles.singular() {
            Some(_) => zero,
            None => {
                let product = triangles.pivots().fold(one, |product, pivot| product * pivot);
                if triangles.odd { -product } else { product }
            }
        };
        Ok(())
    })).map(|[det, ..]| det)
}

/// The determinants of square matrices as sign and natural logarithm of the absolute value, which does
/// not overflow. The sign of a singular matrix is 0, and the logarithm minus infinity.
///
/// # Errors
/// As [`det`].
pub fn slogdet(array: &Array) -> Result<(Array, Array)> {
    check_square("slogdet", array)?;
    let array = decomposable("slogdet", array)?;
    with_field!(array.dtype(), T => map("slogdet", &array, [&[], &[], NONE], |task, room| {
        signed_logarithm::<T>(task, room)
    }))
    .map(|[sign, logarithm, _]| (sign, logarithm))
}

fn signed_logarithm<T: Field>(
    task: Task<'_, T>,
    (sign, logarithm, _): (&mut [T], &mut [T::Real], &mut [u8]),
) -> core::result::Result<(), Flaw> {
    let triangles = Triangles::new(task.matrix.transpose(), task.par)?;
    if triangles.singular().is_some() {
        sign[0] = T::zero();
        logarithm[0] = <T::Real as Float>::neg_infinity();
        return Ok(());
    }
    let mut product = T::one();
    let mut sum = <T::Real as num_traits::Zero>::zero();
    for pivot in triangles.pivots() {
        let size = faer::traits::math_utils::abs(&pivot);
        product *= pivot / T::of(size);
        sum += Float::ln(size);
    }
    sign[0] = if triangles.odd { T::zero() - product } else { product };
    logarithm[0] = sum;
    Ok(())
}

/// The inverses of square matrices.
///
/// # Errors
/// The matrices are not square, one of them is singular, the type is `float16`, or there is not enough
/// memory.
pub fn inv(array: &Array) -> Result<Array> {
    check_square("inv", array)?;
    let array = decomposable("inv", array)?;
    let tail = &array.shape()[array.ndim() - 2..];
    with_field!(array.dtype(), T => map("inv", &array, [tail, NONE, NONE], |task: Task<'_, T>, room| {
        let (out, _, _): (&mut [T], &mut [u8], &mut [u8]) = room;
        inv_one(task, out)
    }))
    .map(|[inverse, ..]| inverse)
}

fn inv_one<T: Field>(task: Task<'_, T>, out: &mut [T]) -> core::result::Result<(), Flaw> {
    let n = task.matrix.nrows();
    // The transposed matrix's inverse is the inverse's transposed one: both lie in columns.
    let triangles = Triangles::new(task.matrix.transpose(), task.par)?;
    triangles.check()?;
    let mut out = MatMut::from_column_major_slice_mut(out, n, n);
    let both = triangles.both.as_ref();
    if n >= LARGE {
        out.fill(<T as Zero>::zero());
        out.as_mut().diagonal_mut().fill(<T as One>::one());
        return triangles::solve(both, triangles.order(), out, task.par);
    }
    with_stack(lu::inverse::inverse_scratch::<usize, T>(n, Par::Seq), |stack| {
        lu::inverse::inverse(out, both, both, triangles.order(), Par::Seq, stack);
    })
}

/// The solutions `x` of `a @ x == b` for square matrices of shape `(..., M, M)`.
///
/// `b` is one vector of shape `(M,)`, or matrices of shape `(..., M, K)`; the leading axes are stretched to
/// each other.
///
/// # Errors
/// The matrices are not square, one of them is singular, the shapes do not fit, a type is `float16`, or
/// there is not enough memory.
pub fn solve(a: &Array, b: &Array) -> Result<Array> {
    check_square("solve", a)?;
    let vector = b.ndim() == 1;
    let columns = if vector { b.with_layout(b.layout().with_axis(1)) } else { b.clone() };
    check_matrix("solve", &columns)?;
    let (m, n) = (a.ndim() - 2, columns.ndim() - 2);
    if columns.shape()[n] != a.shape()[m] {
        return Err(Error::Contraction {
            function: "solve",
            a: Dims::from_slice(a.shape()),
            b: Dims::from_slice(b.shape()),
            axes: "the rows of both".to_owned(),
        });
    }
    let dtype = decomposable("solve", a)?.dtype().promote(decomposable("solve", b)?.dtype());
    let batch = broadcast_shapes([&a.shape()[..m], &columns.shape()[..n]])?;
    let stretched = |array: &Array, own: usize| {
        let shape: Dims = batch.iter().chain(&array.shape()[own..]).copied().collect();
        array.cast(dtype, Casting::Unsafe)?.broadcast_to(&shape)
    };
    let (matrices, rights) = (stretched(a, m)?, stretched(&columns, n)?);
    let tail = Dims::from_slice(&columns.shape()[n..]);
    let solutions = with_field!(dtype, T => rights.with_slice(|rights: &[T]| {
        map("solve", &matrices, [&tail, NONE, NONE], |task: Task<'_, T>, room| {
            let (out, _, _): (&mut [T], &mut [u8], &mut [u8]) = room;
            let length = out.len();
            out.copy_from_slice(&rights[task.index * length..(task.index + 1) * length]);
            solve_one(task, out)
        })
    }))?;
    let [solutions, ..] = solutions?;
    if vector {
        let last = solutions.ndim() - 1;
        return Ok(solutions.with_layout(solutions.layout().without_axis(last)?));
    }
    Ok(solutions)
}

/// Replaces the right sides, which lie in rows, by the solutions.
fn solve_one<T: Field>(task: Task<'_, T>, out: &mut [T]) -> core::result::Result<(), Flaw> {
    let n = task.matrix.nrows();
    let triangles = Triangles::new(task.matrix, task.par)?;
    triangles.check()?;
    let cols = out.len().checked_div(n).unwrap_or(0);
    let out = MatMut::from_row_major_slice_mut(out, n, cols);
    let both = triangles.both.as_ref();
    triangles::solve(both, triangles.order(), out, task.par)
}

/// Cholesky's decomposition of positive definite matrices: lower triangles `l` with
/// `l @ l.conj().mT == a`, or upper ones `u` with `u.conj().mT @ u == a`.
///
/// Only the triangle of the wanted kind is read.
///
/// # Errors
/// The matrices are not square, one of them is not positive definite, the type is `float16`, or there is
/// not enough memory.
pub fn cholesky(array: &Array, upper: bool) -> Result<Array> {
    check_square("cholesky", array)?;
    let array = decomposable("cholesky", array)?;
    let tail = &array.shape()[array.ndim() - 2..];
    with_field!(array.dtype(), T => {
        map("cholesky", &array, [tail, NONE, NONE], |task: Task<'_, T>, room| {
            let (out, _, _): (&mut [T], &mut [u8], &mut [u8]) = room;
            cholesky_one(task, out, upper)
        })
    })
    .map(|[triangle, ..]| triangle)
}

fn cholesky_one<T: Field>(
    task: Task<'_, T>,
    out: &mut [T],
    upper: bool,
) -> core::result::Result<(), Flaw> {
    let n = task.matrix.nrows();
    if n == 0 {
        return Ok(());
    }
    check_numbers::<T>(n * n)?;
    let mut lower = Mat::<T>::zeros(n, n);
    if upper {
        lower.copy_from_triangular_lower(task.matrix.adjoint());
    } else {
        lower.copy_from_triangular_lower(task.matrix);
    }
    let room = llt::cholesky_in_place_scratch::<T>(n, task.par, Default::default());
    with_stack(room, |stack| {
        let none = Default::default();
        llt::cholesky_in_place(lower.as_mut(), none, task.par, stack, Default::default())
    })?
    .map_err(|_| Flaw::NotPositiveDefinite)?;
    // `faer` may leave what is not a number to its caller.
    if (0..n).any(|i| faer::traits::math_utils::is_nan(&lower[(i, i)])) {
        return Err(Flaw::NotPositiveDefinite);
    }
    let mut out = MatMut::from_row_major_slice_mut(out, n, n);
    if upper {
        out.copy_from_triangular_upper(lower.adjoint());
    } else {
        out.copy_from_triangular_lower(&lower);
    }
    Ok(())
}

//! Decompositions into orthogonal matrices: QR, singular values, eigenvalues.

use super::batch::{
    Field, Flaw, Part, Room, Task, balanced, check_numbers, map, with_field, with_stack,
};
use super::product::{check_square, decomposable};
use super::triangles::{LARGE, for_each_piece};
use super::view::check_matrix;
use crate::array::Array;
use crate::dtype::Element;
use crate::error::Result;
use faer::diag::Diag;
use faer::linalg::evd::{self, ComputeEigenvectors};
use faer::linalg::householder;
use faer::linalg::qr::no_pivoting::factor as qr_factor;
use faer::linalg::svd::{self as svd_factor, ComputeSvdVectors};
use faer::{Conj, Mat, MatMut, MatRef, Par};
use num_complex::Complex;
use num_traits::{Float, One, Zero};

/// What is left of a function that computes nothing here.
const NONE: &[isize] = &[0];

/// What [`qr`] computes of matrices with `M` rows and `N` columns; `K` is the smaller number.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum QrMode {
    /// `q` of shape `(..., M, K)` and `r` of shape `(..., K, N)`.
    Reduced,
    /// `q` of shape `(..., M, M)` and `r` of shape `(..., M, N)`.
    Complete,
    /// `r` of shape `(..., K, N)` alone; `q` has no columns.
    R,
}

/// Matrices as products of one with orthonormal columns and an upper triangle.
///
/// # Errors
/// The array has fewer than two axes, the type is `float16`, or there is not enough memory.
pub fn qr(array: &Array, mode: QrMode) -> Result<(Array, Array)> {
    check_matrix("qr", array)?;
    let array = decomposable("qr", array)?;
    let (m, n) = (array.shape()[array.ndim() - 2], array.shape()[array.ndim() - 1]);
    let (wide, high) = match mode {
        QrMode::Reduced => (m.min(n), m.min(n)),
        QrMode::Complete => (m, m),
        QrMode::R => (0, m.min(n)),
    };
    with_field!(array.dtype(), T => map("qr", &array, [&[m, wide], &[high, n], NONE], |task, room| {
        qr_one::<T>(task, room, wide as usize)
    }))
    .map(|[q, r, _]| (q, r))
}

fn qr_one<T: Field>(
    task: Task<'_, T>,
    (q, r, _): (&mut [T], &mut [T], &mut [u8]),
    wide: usize,
) -> core::result::Result<(), Flaw> {
    let (m, n) = task.matrix.shape();
    let size = m.min(n);
    let mut unit = MatMut::from_row_major_slice_mut(q, m, wide);
    for i in 0..wide {
        unit[(i, i)] = <T as One>::one();
    }
    if size == 0 {
        return Ok(());
    }
    let block = qr_factor::recommended_block_size::<T>(m, n);
    check_numbers::<T>(m * n + block * size + m * wide)?;
    let mut basis = task.matrix.to_owned();
    let mut coefficients = Mat::<T>::zeros(block, size);
    reflect(basis.as_mut(), coefficients.as_mut(), task.par)?;
    let high = r.len() / n;
    MatMut::from_row_major_slice_mut(r, high, n)
        .get_mut(..size, ..)
        .copy_from_triangular_upper(basis.get(..size, ..));
    if wide == 0 {
        return Ok(());
    }
    let mut columns = Mat::<T>::identity(m, wide);
    let unfold =
        |columns: MatMut<'_, T>, par| {
            let room = householder::apply_block_householder_sequence_on_the_left_in_place_scratch::<
                T,
            >(m, block, columns.ncols());
            with_stack(room, |stack| {
                householder::apply_block_householder_sequence_on_the_left_in_place_with_conj(
                    basis.get(.., ..size),
                    coefficients.as_ref(),
                    Conj::No,
                    columns,
                    par,
                    stack,
                );
            })
        };
    if size < LARGE {
        unfold(columns.as_mut(), task.par)?;
    } else {
        for_each_piece(columns.as_mut(), task.par, |_, piece| unfold(piece, Par::Seq))?;
    }
    unit.copy_from(&columns);
    Ok(())
}

/// Replaces a matrix by its upper triangle and, below, the reflections that lead to it: `faer`'s algorithm
/// for narrow panels of large matrices, and pieces of the columns to the right of each.
fn reflect<T: Field>(
    mut basis: MatMut<'_, T>,
    mut coefficients: MatMut<'_, T>,
    par: Par,
) -> core::result::Result<(), Flaw> {
    let ((m, n), (block, size)) = (basis.shape(), coefficients.shape());
    let (width, inner) = if size < LARGE { (size, par) } else { (block, Par::Seq) };
    for start in (0..size).step_by(width) {
        let width = width.min(size - start);
        let rest = basis.as_mut().submatrix_mut(start, start, m - start, n - start);
        let (mut panel, right) = rest.split_at_col_mut(width);
        let mut coefficients = coefficients.as_mut().subcols_mut(start, width);
        let none = Default::default();
        let room = qr_factor::qr_in_place_scratch::<T>(m - start, width, block, inner, none);
        with_stack(room, |stack| {
            let (panel, coefficients) = (panel.as_mut(), coefficients.as_mut());
            qr_factor::qr_in_place(panel, coefficients, inner, stack, Default::default());
        })?;
        for_each_piece(right, par, |_, piece| {
            reflect_piece(panel.as_ref(), coefficients.as_ref(), piece)
        })?;
    }
    Ok(())
}

/// Applies the reflections of a panel to a piece to the right of it.
fn reflect_piece<T: Field>(
    panel: MatRef<'_, T>,
    coefficients: MatRef<'_, T>,
    piece: MatMut<'_, T>,
) -> core::result::Result<(), Flaw> {
    let (rows, block, cols) = (panel.nrows(), coefficients.nrows(), piece.ncols());
    let room = householder::apply_block_householder_sequence_transpose_on_the_left_in_place_scratch::<
        T,
    >(rows, block, cols);
    with_stack(room, |stack| {
        householder::apply_block_householder_sequence_transpose_on_the_left_in_place_with_conj(
            panel,
            coefficients,
            Conj::Yes,
            piece,
            Par::Seq,
            stack,
        );
    })
}

/// Matrices as products `u @ diag(s) @ vh`: singular values `s`, the largest first, between matrices with
/// orthonormal columns and rows.
///
/// Of `M` rows and `N` columns, `K` the smaller number, `u` has the shape `(..., M, M)` and `vh`
/// `(..., N, N)` if they are to be full, else `(..., M, K)` and `(..., K, N)`.
///
/// # Errors
/// The array has fewer than two axes, an element is not finite, the type is `float16`, or there is not
/// enough memory.
pub fn svd(array: &Array, full_matrices: bool) -> Result<(Array, Array, Array)> {
    check_matrix("svd", array)?;
    let array = decomposable("svd", array)?;
    let (m, n) = (array.shape()[array.ndim() - 2], array.shape()[array.ndim() - 1]);
    let size = m.min(n);
    let (wide, high) = if full_matrices { (m, n) } else { (size, size) };
    with_field!(array.dtype(), T => {
        map("svd", &array, [&[m, wide], &[size], &[high, n]], |task: Task<'_, T>, room| {
            svd_one(task, room, true)
        })
    })
    .map(|[u, s, vh]| (u, s, vh))
}

/// The singular values of matrices, the largest first.
///
/// # Errors
/// As [`svd`].
pub fn svdvals(array: &Array) -> Result<Array> {
    check_matrix("svdvals", array)?;
    let array = decomposable("svdvals", array)?;
    let size = array.shape()[array.ndim() - 2].min(array.shape()[array.ndim() - 1]);
    with_field!(array.dtype(), T => {
        map("svdvals", &array, [NONE, &[size], NONE], |task: Task<'_, T>, room| {
            svd_one(task, room, false)
        })
    })
    .map(|[_, s, _]| s)
}

fn svd_one<T: Field>(
    task: Task<'_, T>,
    (u, s, vh): (&mut [T], &mut [T::Real], &mut [T]),
    vectors: bool,
) -> core::result::Result<(), Flaw> {
    let (m, n) = task.matrix.shape();
    let size = m.min(n);
    if size == 0 {
        let (wide, high) =
            (u.len().checked_div(m).unwrap_or(0), vh.len().checked_div(n).unwrap_or(0));
        (0..m.min(wide)).for_each(|i| u[i * (wide + 1)] = <T as One>::one());
        (0..n.min(high)).for_each(|i| vh[i * (n + 1)] = <T as One>::one());
        return Ok(());
    }
    let (wide, high) = if vectors { (u.len() / m, vh.len() / n) } else { (0, 0) };
    check_numbers::<T>(m * wide + n * high + m * n)?;
    let (mut left, mut right) = (Mat::<T>::zeros(m, wide), Mat::<T>::zeros(n, high));
    let mut values = Diag::<T>::zeros(size);
    let compute = match vectors {
        false => ComputeSvdVectors::No,
        true if wide == m && high == n => ComputeSvdVectors::Full,
        true => ComputeSvdVectors::Thin,
    };
    let balanced = balanced(task.matrix);
    let matrix = balanced.as_ref().map_or(task.matrix, |(matrix, _)| matrix.as_ref());
    let room = svd_factor::svd_scratch::<T>(m, n, compute, compute, task.par, Default::default());
    with_stack(room, |stack| {
        svd_factor::svd(
            matrix,
            values.as_mut(),
            vectors.then(|| left.as_mut()),
            vectors.then(|| right.as_mut()),
            task.par,
            stack,
            Default::default(),
        )
    })?
    .map_err(|_| Flaw::NoConvergence)?;
    store(s, &values, balanced.map(|(_, back)| back));
    if vectors {
        MatMut::from_row_major_slice_mut(u, m, wide).copy_from(&left);
        MatMut::from_row_major_slice_mut(vh, high, n).copy_from(right.adjoint());
    }
    finite(s)
}

/// Stores the values that were found, of a matrix that was balanced.
fn store<T: Field>(out: &mut [T::Real], values: &Diag<T>, back: Option<T::Real>) {
    for (value, found) in out.iter_mut().zip(values.column_vector().iter()) {
        let found: T::Real = faer::traits::math_utils::real(found);
        *value = back.map_or(found, |back| found * back);
    }
}

/// A flaw if a result is not finite: then no iteration has converged.
fn finite<R: Part>(values: &[R]) -> core::result::Result<(), Flaw> {
    let all = values.iter().all(|&value| Float::is_finite(value));
    if all { Ok(()) } else { Err(Flaw::NoConvergence) }
}

/// The eigenvalues of symmetric (or Hermitian) matrices, the smallest first, and orthonormal
/// eigenvectors, one a column. Only the upper or the lower triangle is read.
///
/// # Errors
/// The matrices are not square, an element is not finite, the type is `float16`, or there is not enough
/// memory.
pub fn eigh(array: &Array, upper: bool) -> Result<(Array, Array)> {
    check_square("eigh", array)?;
    let array = decomposable("eigh", array)?;
    let n = array.shape()[array.ndim() - 1];
    with_field!(array.dtype(), T => {
        map("eigh", &array, [&[n], &[n, n], NONE], |task: Task<'_, T>, room| {
            eigh_one(task, room, upper, true)
        })
    })
    .map(|[values, vectors, _]| (values, vectors))
}

/// The eigenvalues of symmetric (or Hermitian) matrices, the smallest first.
///
/// # Errors
/// As [`eigh`].
pub fn eigvalsh(array: &Array, upper: bool) -> Result<Array> {
    check_square("eigvalsh", array)?;
    let array = decomposable("eigvalsh", array)?;
    let n = array.shape()[array.ndim() - 1];
    with_field!(array.dtype(), T => {
        map("eigvalsh", &array, [&[n], NONE, NONE], |task: Task<'_, T>, room| {
            eigh_one(task, room, upper, false)
        })
    })
    .map(|[values, ..]| values)
}

fn eigh_one<T: Field>(
    task: Task<'_, T>,
    (out, vectors, _): (&mut [T::Real], &mut [T], &mut [u8]),
    upper: bool,
    wanted: bool,
) -> core::result::Result<(), Flaw> {
    let n = task.matrix.nrows();
    if n == 0 {
        return Ok(());
    }
    check_numbers::<T>(n * n * 3)?;
    let mut lower = Mat::<T>::zeros(n, n);
    if upper {
        lower.copy_from_triangular_lower(task.matrix.adjoint());
    } else {
        lower.copy_from_triangular_lower(task.matrix);
    }
    let balanced = balanced(lower.as_ref());
    let matrix = balanced.as_ref().map_or(lower.as_ref(), |(matrix, _)| matrix.as_ref());
    let mut values = Diag::<T>::zeros(n);
    let mut columns = if wanted { Mat::<T>::zeros(n, n) } else { Mat::new() };
    let compute = if wanted { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No };
    let room = evd::self_adjoint_evd_scratch::<T>(n, compute, task.par, Default::default());
    with_stack(room, |stack| {
        evd::self_adjoint_evd(
            matrix,
            values.as_mut(),
            wanted.then(|| columns.as_mut()),
            task.par,
            stack,
            Default::default(),
        )
    })?
    .map_err(|_| Flaw::NoConvergence)?;
    store(out, &values, balanced.map(|(_, back)| back));
    if wanted {
        MatMut::from_row_major_slice_mut(vectors, n, n).copy_from(&columns);
    }
    finite(out)
}

/// Eigenvalues and, if they are wanted, eigenvectors, one a column.
type Eigen<R> = (Vec<Complex<R>>, Option<Mat<Complex<R>>>);

/// A field whose matrices have eigenvalues, which are complex.
trait Spectrum: Field {
    fn eigen(
        matrix: MatRef<'_, Self>,
        vectors: bool,
        par: Par,
    ) -> core::result::Result<Eigen<Self::Real>, Flaw>;
}

fn wanted(vectors: bool) -> ComputeEigenvectors {
    if vectors { ComputeEigenvectors::Yes } else { ComputeEigenvectors::No }
}

macro_rules! spectra {
    ($($part:ident)*) => {$(
        impl Spectrum for $part {
            fn eigen(
                matrix: MatRef<'_, $part>,
                vectors: bool,
                par: Par,
            ) -> core::result::Result<Eigen<$part>, Flaw> {
                real_eigen(matrix, vectors, par)
            }
        }
        impl Spectrum for Complex<$part> {
            fn eigen(
                matrix: MatRef<'_, Self>,
                vectors: bool,
                par: Par,
            ) -> core::result::Result<Eigen<$part>, Flaw> {
                complex_eigen(matrix, vectors, par)
            }
        }
    )*};
}
spectra!(f32 f64);

fn real_eigen<R: Part>(
    matrix: MatRef<'_, R>,
    vectors: bool,
    par: Par,
) -> core::result::Result<Eigen<R>, Flaw> {
    let n = matrix.nrows();
    check_numbers::<R>(n * n * if vectors { 3 } else { 0 })?;
    let (mut re, mut im) = (Diag::<R>::zeros(n), Diag::<R>::zeros(n));
    let mut packed = if vectors { Mat::<R>::zeros(n, n) } else { Mat::new() };
    let no = ComputeEigenvectors::No;
    let room = evd::evd_scratch::<R>(n, no, wanted(vectors), par, Default::default());
    with_stack(room, |stack| {
        let right = vectors.then(|| packed.as_mut());
        let (re, im) = (re.as_mut(), im.as_mut());
        evd::evd_real(matrix, re, im, None, right, par, stack, Default::default())
    })?
    .map_err(|_| Flaw::NoConvergence)?;
    let values = (0..n).map(|i| Complex::new(re[i], im[i])).collect();
    // Of a pair of conjugate values, whose vectors are conjugate as well, the first column has the real
    // parts and the second the imaginary ones; the first value is the one above the real axis.
    let unpacked = |i: usize, j: usize| {
        if Float::abs(im[j]) == Zero::zero() {
            Complex::new(packed[(i, j)], Zero::zero())
        } else if im[j] > Zero::zero() {
            Complex::new(packed[(i, j)], packed[(i, j + 1)])
        } else {
            Complex::new(packed[(i, j - 1)], Zero::zero())
                - Complex::new(Zero::zero(), packed[(i, j)])
        }
    };
    Ok((values, vectors.then(|| Mat::from_fn(n, n, unpacked))))
}

fn complex_eigen<R: Part>(
    matrix: MatRef<'_, Complex<R>>,
    vectors: bool,
    par: Par,
) -> core::result::Result<Eigen<R>, Flaw> {
    let n = matrix.nrows();
    check_numbers::<Complex<R>>(n * n * usize::from(vectors))?;
    let mut values = Diag::<Complex<R>>::zeros(n);
    let mut columns = if vectors { Mat::<Complex<R>>::zeros(n, n) } else { Mat::new() };
    let no = ComputeEigenvectors::No;
    let room = evd::evd_scratch::<Complex<R>>(n, no, wanted(vectors), par, Default::default());
    with_stack(room, |stack| {
        let right = vectors.then(|| columns.as_mut());
        evd::evd_cplx(matrix, values.as_mut(), None, right, par, stack, Default::default())
    })?
    .map_err(|_| Flaw::NoConvergence)?;
    Ok((values.column_vector().iter().copied().collect(), vectors.then_some(columns)))
}

/// The eigenvalues of square matrices and eigenvectors of length one, one a column; both complex, in no
/// particular order. The largest element of each vector is real, as LAPACK has it.
///
/// # Errors
/// The matrices are not square, an element is not finite, the type is `float16`, or there is not enough
/// memory.
pub fn eig(array: &Array) -> Result<(Array, Array)> {
    spectrum("eig", array, true)
}

/// The eigenvalues of square matrices, complex, in no particular order.
///
/// # Errors
/// As [`eig`].
pub fn eigvals(array: &Array) -> Result<Array> {
    spectrum("eigvals", array, false).map(|(values, _)| values)
}

fn spectrum(function: &'static str, array: &Array, vectors: bool) -> Result<(Array, Array)> {
    check_square(function, array)?;
    let array = decomposable(function, array)?;
    let n = array.shape()[array.ndim() - 1];
    let square = [n, n];
    let tail: &[isize] = if vectors { &square } else { NONE };
    with_field!(array.dtype(), T => {
        map(function, &array, [&[n], tail, NONE], |task: Task<'_, T>, room| {
            eigen_one(task, room, vectors)
        })
    })
    .map(|[values, vectors, _]| (values, vectors))
}

fn eigen_one<T: Spectrum>(
    task: Task<'_, T>,
    (values, vectors, _): Room<'_, Complex<T::Real>, Complex<T::Real>, u8>,
    wanted: bool,
) -> core::result::Result<(), Flaw>
where
    Complex<T::Real>: Element,
{
    let n = task.matrix.nrows();
    if n == 0 {
        return Ok(());
    }
    let (found, columns) = T::eigen(task.matrix, wanted, task.par)?;
    values.copy_from_slice(&found);
    if let Some(columns) = columns {
        for j in 0..n {
            let column = (0..n).map(|i| columns[(i, j)]);
            let length =
                Float::sqrt(column.clone().fold(T::Real::zero(), |sum, x| sum + x.norm_sqr()));
            let largest = column.clone().fold(Complex::zero(), |best: Complex<T::Real>, x| {
                if x.norm_sqr() > best.norm_sqr() { x } else { best }
            });
            let turn = largest.conj().unscale(largest.norm()).unscale(length);
            let turn = if largest.im == Zero::zero() {
                Complex::new(T::Real::one() / length, Zero::zero())
            } else {
                turn
            };
            column.enumerate().for_each(|(i, x)| vectors[i * n + j] = x * turn);
        }
    }
    let flat = |value: &Complex<T::Real>| [value.re, value.im];
    finite(&values.iter().flat_map(flat).collect::<Vec<_>>())
}

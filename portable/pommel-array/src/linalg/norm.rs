//! Norms, and what follows from singular values: rank, pseudoinverse, least squares.

use super::factor::{svd, svdvals};
use super::fault::Fault;
use super::product::{conjugate, decomposable, matmul};
use super::view::{check_matrix, matrix_transpose};
use crate::array::Array;
use crate::dtype::{Casting, DType};
use crate::elementwise::{Operand, apply};
use crate::error::{Error, Result};
use crate::function::Function;
use crate::layout::{Dims, normal_axes};
use num_traits::Float;

/// The length of vectors along axes (all of them as one vector if none are named).
///
/// `ord` is 2 for Euclid's norm, 1 for the sum of absolute values, an infinity for the largest or, if it
/// is negative, the smallest of them, 0 for the number of elements that are not zero, and `p` for the p-th
/// root of the sum of p-th powers. The result is real; axes that were reduced stay with one element if
/// `keepdims`.
///
/// # Errors
/// An axis does not exist or is named twice; there is no element and the norm is an infinite one below
/// zero; the type is `float16`; or there is not enough memory.
pub fn vector_norm(
    array: &Array,
    axes: Option<&[isize]>,
    keepdims: bool,
    ord: f64,
) -> Result<Array> {
    let array = decomposable("vector_norm", array)?;
    let reduced = match axes {
        Some(axes) => normal_axes(axes, array.ndim())?,
        None => (0..array.ndim()).collect(),
    };
    let kept = (0..array.ndim()).filter(|axis| !reduced.contains(axis));
    let order: Dims =
        kept.clone().chain(reduced.iter().copied()).map(|axis| axis as isize).collect();
    let shape: Dims = kept.map(|axis| array.shape()[axis]).collect();
    let length: isize = reduced.iter().map(|&axis| array.shape()[axis]).product();
    if length == 0 && ord == f64::NEG_INFINITY {
        let shape = Dims::from_slice(array.shape());
        return Err(Fault::Empty { function: "vector_norm", shape }.into());
    }
    let sizes = apply(Function::Abs, &[Operand::Array(&array)])?.permuted(&order)?;
    let norms = if sizes.dtype() == DType::Float32 {
        norms_of::<f32>(&sizes, &shape, length as usize, ord)?
    } else {
        norms_of::<f64>(&sizes, &shape, length as usize, ord)?
    };
    if !keepdims {
        return Ok(norms);
    }
    let extent = |axis: usize| if reduced.contains(&axis) { 1 } else { array.shape()[axis] };
    norms.reshaped(&(0..array.ndim()).map(extent).collect::<Dims>())
}

/// The norms of rows of absolute values, summed in `float64`.
fn norms_of<R: crate::dtype::Element + Float>(
    sizes: &Array,
    shape: &[isize],
    length: usize,
    ord: f64,
) -> Result<Array> {
    let wide = |x: R| x.to_f64().unwrap_or(f64::NAN);
    sizes.with_slice(|sizes: &[R]| {
        Array::build(shape, |norms: &mut [R]| {
            for (i, norm) in norms.iter_mut().enumerate() {
                let row = &sizes[i * length..(i + 1) * length];
                let value = norm_of(row, ord, wide);
                *norm = R::from(value).unwrap_or(R::nan());
            }
        })
    })?
}

fn norm_of<R: Copy>(row: &[R], ord: f64, wide: impl Fn(R) -> f64 + Copy) -> f64 {
    if ord == f64::INFINITY {
        let larger = |a: f64, b: f64| if a > b || a.is_nan() { a } else { b };
        row.iter().map(|&x| wide(x)).fold(0.0, larger)
    } else if ord == f64::NEG_INFINITY {
        let smaller = |a: f64, b: f64| if a < b || a.is_nan() { a } else { b };
        row.iter().map(|&x| wide(x)).fold(f64::INFINITY, smaller)
    } else if ord == 0.0 {
        row.iter().filter(|&&x| wide(x) != 0.0).count() as f64
    } else if ord == 1.0 {
        sum(row, wide)
    } else if ord == 2.0 {
        sum(row, |x| wide(x) * wide(x)).sqrt()
    } else {
        sum(row, |x| wide(x).powf(ord)).powf(1.0 / ord)
    }
}

/// A sum whose error does not grow with its length: halves are summed by themselves.
fn sum<R: Copy>(row: &[R], term: impl Fn(R) -> f64 + Copy) -> f64 {
    if row.len() > 1024 {
        let (left, right) = row.split_at(row.len() / 2);
        return sum(left, term) + sum(right, term);
    }
    let mut sums = [0.0; 8];
    for piece in row.chunks(8) {
        for (sum, &x) in sums.iter_mut().zip(piece) {
            *sum += term(x);
        }
    }
    sums.iter().sum()
}

/// The norms of matrices.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatrixOrd {
    /// The root of the sum of the squares of all elements.
    Frobenius,
    /// The sum of the singular values.
    Nuclear,
    /// 1: the largest sum of absolute values in a column; 2: the largest singular value; infinity: the
    /// largest sum in a row. The same numbers below zero: the smallest instead of the largest.
    Number(f64),
}

/// The norms of matrices, real.
///
/// # Errors
/// The array has fewer than two axes; the number is none that names a norm; there is no element to choose
/// from; an element is not finite (nuclear norm and those of singular values); the type is `float16`; or
/// there is not enough memory.
pub fn matrix_norm(array: &Array, keepdims: bool, ord: MatrixOrd) -> Result<Array> {
    check_matrix("matrix_norm", array)?;
    let array = decomposable("matrix_norm", array)?;
    let norms = match ord {
        MatrixOrd::Frobenius => vector_norm(&array, Some(&[-2, -1]), false, 2.0)?,
        MatrixOrd::Nuclear => vector_norm(&svdvals(&array)?, Some(&[-1]), false, 1.0)?,
        MatrixOrd::Number(ord) => {
            let end = if ord < 0.0 { f64::NEG_INFINITY } else { f64::INFINITY };
            let values = match ord.abs() {
                1.0 => vector_norm(&array, Some(&[-2]), false, 1.0)?,
                2.0 => svdvals(&array)?,
                f64::INFINITY => vector_norm(&array, Some(&[-1]), false, 1.0)?,
                _ => {
                    return Err(Error::Argument {
                        name: "ord",
                        value: format!("{ord}"),
                        wanted: "'fro', 'nuc', 1, -1, 2, -2, inf or -inf",
                    });
                }
            };
            vector_norm(&values, Some(&[-1]), false, end)?
        }
    };
    if !keepdims {
        return Ok(norms);
    }
    let split = array.ndim() - 2;
    let shape: Dims = array.shape()[..split].iter().copied().chain([1, 1]).collect();
    norms.reshaped(&shape)
}

/// From which size on a singular value counts: a share of the largest, for each matrix.
fn thresholds(singular: &Array, extents: &[isize], rtol: Option<&Array>) -> Result<Array> {
    let largest = vector_norm(singular, Some(&[-1]), true, f64::INFINITY)?;
    let share = match rtol {
        Some(share) => {
            let share = share.cast(DType::Float64, Casting::Unsafe)?;
            let axis = share.ndim();
            share.with_layout(share.layout().with_axis(axis))
        }
        None => {
            let epsilon = match singular.dtype() {
                DType::Float32 => f64::from(f32::EPSILON),
                _ => f64::EPSILON,
            };
            let longest = extents.iter().copied().max().unwrap_or(0);
            Array::scalar(longest as f64 * epsilon)?
        }
    };
    let share = share.cast(singular.dtype(), Casting::Unsafe)?;
    apply(Function::Multiply, &[(&largest).into(), (&share).into()])
}

/// The number of singular values above `rtol` times the largest, as `int64`. Without `rtol` it is the
/// larger extent times the distance from 1 to the next number.
///
/// # Errors
/// The array has fewer than two axes, `rtol` does not fit the leading axes, an element is not finite, the
/// type is `float16`, or there is not enough memory.
pub fn matrix_rank(array: &Array, rtol: Option<&Array>) -> Result<Array> {
    check_matrix("matrix_rank", array)?;
    let singular = svdvals(array)?;
    let end = array.ndim();
    let least = thresholds(&singular, &array.shape()[end - 2..], rtol)?;
    let counted = apply(Function::Greater, &[(&singular).into(), (&least).into()])?;
    let (&length, shape) = counted.shape().split_last().expect("singular values have an axis");
    let length = length as usize;
    counted.with_slice(|counted: &[bool]| {
        Array::build(shape, |ranks: &mut [i64]| {
            for (i, rank) in ranks.iter_mut().enumerate() {
                let row = &counted[i * length..(i + 1) * length];
                *rank = row.iter().filter(|&&counts| counts).count() as i64;
            }
        })
    })?
}

/// The pseudoinverses of matrices, by Moore and Penrose: of shape `(..., M, N)` those of `(..., N, M)`.
/// Singular values up to `rtol` times the largest are taken for zero; without `rtol` as in
/// [`matrix_rank`].
///
/// # Errors
/// As [`matrix_rank`].
pub fn pinv(array: &Array, rtol: Option<&Array>) -> Result<Array> {
    check_matrix("pinv", array)?;
    let (u, singular, vh) = svd(array, false)?;
    let end = array.ndim();
    let least = thresholds(&singular, &array.shape()[end - 2..], rtol)?;
    let inverse = inverses(&singular, &least)?.cast(u.dtype(), Casting::Unsafe)?;
    // The columns of v, each divided by its singular value, times the conjugate rows of u.
    let row = inverse.with_layout(inverse.layout().with_axis(inverse.ndim() - 1));
    let v = matrix_transpose(&conjugate(&vh)?)?;
    let scaled = apply(Function::Multiply, &[(&v).into(), (&row).into()])?;
    matmul(&scaled, &matrix_transpose(&conjugate(&u)?)?)
}

/// One divided by each number above its threshold, and 0 for the others.
fn inverses(numbers: &Array, least: &Array) -> Result<Array> {
    let counted = apply(Function::Greater, &[numbers.into(), least.into()])?;
    let one = crate::scalar::Scalar::Float(1.0).into();
    let safe = crate::elementwise::choose(&counted, numbers.into(), one)?;
    let inverse = apply(Function::Reciprocal, &[(&safe).into()])?;
    let zero = crate::scalar::Scalar::Float(0.0).into();
    crate::elementwise::choose(&counted, (&inverse).into(), zero)
}

/// The `x` that make `a @ x - b` shortest; of several the shortest.
///
/// `a` is a matrix of shape `(M, N)` and `b` a vector `(M,)` or a matrix `(M, K)`. Gives `x`, the squares
/// of the lengths of `a @ x - b` (none unless the rank is `N` and `M` is larger), the rank, and the
/// singular values. Without `rcond` it is the larger extent times the distance from 1 to the next number.
///
/// # Errors
/// The arrays have other numbers of axes, the rows differ, an element is not finite, a type is `float16`,
/// or there is not enough memory.
pub fn lstsq(a: &Array, b: &Array, rcond: Option<f64>) -> Result<(Array, Array, Array, Array)> {
    check_matrix("lstsq", a)?;
    if a.ndim() != 2 || b.ndim() == 0 || b.ndim() > 2 || a.shape()[0] != b.shape()[0] {
        return Err(Error::Contraction {
            function: "lstsq",
            a: Dims::from_slice(a.shape()),
            b: Dims::from_slice(b.shape()),
            axes: "one matrix and a vector or a matrix: their rows".to_owned(),
        });
    }
    let (a, b) = (decomposable("lstsq", a)?, decomposable("lstsq", b)?);
    let dtype = a.dtype().promote(b.dtype());
    let (a, b) = (a.cast(dtype, Casting::Unsafe)?, b.cast(dtype, Casting::Unsafe)?);
    let vector = b.ndim() == 1;
    let rights = if vector { b.with_layout(b.layout().with_axis(1)) } else { b };
    let share = rcond.map(Array::scalar).transpose()?;
    let (u, singular, vh) = svd(&a, false)?;
    let least = thresholds(&singular, a.shape(), share.as_ref())?;
    let counted = apply(Function::Greater, &[(&singular).into(), (&least).into()])?;
    let rank = counted.with_slice(|c: &[bool]| c.iter().filter(|&&c| c).count())?;
    let inverse = inverses(&singular, &least)?.cast(dtype, Casting::Unsafe)?;
    let inverse = inverse.with_layout(inverse.layout().with_axis(1));
    let turned = matmul(&matrix_transpose(&conjugate(&u)?)?, &rights)?;
    let scaled = apply(Function::Multiply, &[(&turned).into(), (&inverse).into()])?;
    let solution = matmul(&matrix_transpose(&conjugate(&vh)?)?, &scaled)?;
    let full = rank as isize == a.shape()[1] && a.shape()[0] > a.shape()[1];
    let residuals = if full {
        let product = matmul(&a, &solution)?;
        let rest = apply(Function::Subtract, &[(&product).into(), (&rights).into()])?;
        let lengths = vector_norm(&rest, Some(&[0]), false, 2.0)?;
        apply(Function::Square, &[(&lengths).into()])?
    } else {
        Array::zeros(dtype.real(), &[0])?
    };
    let solution = if vector { solution.reshaped(&[-1])? } else { solution };
    Ok((solution, residuals, Array::scalar(rank as i64)?, singular))
}

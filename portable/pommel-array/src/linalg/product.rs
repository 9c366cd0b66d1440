//! Products of matrices and vectors.

use super::fault::Fault;
use super::view::check_matrix;
use crate::array::Array;
use crate::dtype::{Casting, DType, Kind};
use crate::elementwise::{Operand, apply};
use crate::error::{Error, Result};
use crate::function::Function;
use crate::index::Index;
use crate::kernels::matmul;
use crate::layout::{Dims, broadcast_shapes, normal_axes, normal_axis};
use crate::manipulation::moveaxis;

/// Two arrays of the type in which theirs meet.
fn met(a: &Array, b: &Array) -> Result<(Array, Array)> {
    if a.dtype() == b.dtype() {
        return Ok((a.clone(), b.clone()));
    }
    let dtype = a.dtype().promote(b.dtype());
    Ok((a.cast(dtype, Casting::Unsafe)?, b.cast(dtype, Casting::Unsafe)?))
}

/// The product of two matrices, or of stacks of them.
///
/// Shapes `(..., M, K)` and `(..., K, N)` give `(..., M, N)`, the leading axes stretched to each other. A
/// vector `(K,)` stands for a row on the left and for a column on the right, and that axis is not in the
/// result. The types meet; integers wrap around, and a sum of truth values is whether one is true.
///
/// # Errors
/// An array has no axes, the extents `K` differ, the leading axes do not fit, or there is not enough
/// memory.
pub fn matmul(a: &Array, b: &Array) -> Result<Array> {
    for factor in [a, b] {
        if factor.ndim() == 0 {
            return Err(Error::Argument {
                name: if core::ptr::eq(factor, a) { "x1" } else { "x2" },
                value: "an array without dimensions".to_owned(),
                wanted: "an array of at least one dimension (a number is multiplied with *)",
            });
        }
    }
    let (a, b) = met(a, b)?;
    let (row, column) = (a.ndim() == 1, b.ndim() == 1);
    let left = if row { a.with_layout(a.layout().with_axis(0)) } else { a.clone() };
    let right = if column { b.with_layout(b.layout().with_axis(1)) } else { b.clone() };
    let (m, n) = (left.ndim() - 2, right.ndim() - 2);
    if left.shape()[m + 1] != right.shape()[n] {
        return Err(Error::Contraction {
            function: "matmul",
            a: Dims::from_slice(a.shape()),
            b: Dims::from_slice(b.shape()),
            axes:
                "the last axis of the first and the last but one of the second (the only one of a \
                   vector)"
                    .to_owned(),
        });
    }
    let product = stacks(left, right)?;
    let end = product.ndim();
    match (row, column) {
        (false, false) => Ok(product),
        (true, false) => Ok(product.with_layout(product.layout().without_axis(end - 2)?)),
        (false, true) => Ok(product.with_layout(product.layout().without_axis(end - 1)?)),
        (true, true) => product.reshaped(&[]),
    }
}

/// The products of stacks of matrices whose inner extents are equal.
fn stacks(a: Array, b: Array) -> Result<Array> {
    let (m, n) = (a.ndim() - 2, b.ndim() - 2);
    if m == 0 && n == 0 {
        return matmul::product(&a, &b);
    }
    if n == 0 && a.layout().is_contiguous(crate::layout::Order::C) && !a.layout().is_empty() {
        // Matrices on top of each other are one matrix.
        let inner = a.shape()[m + 1];
        let product = matmul::product(&a.reshaped(&[-1, inner])?, &b)?;
        let mut shape = Dims::from_slice(a.shape());
        shape[m + 1] = b.shape()[1];
        return product.reshaped(&shape);
    }
    let batch = broadcast_shapes([&a.shape()[..m], &b.shape()[..n]])?;
    let stretched = |array: &Array, own: usize| {
        let shape: Dims = batch.iter().chain(&array.shape()[own..]).copied().collect();
        array.broadcast_to(&shape)
    };
    matmul::product(&stretched(&a, m)?, &stretched(&b, n)?)
}

/// The scalar products along an axis: the sums of products with the first's conjugate.
///
/// The arrays are stretched to each other; the axis is counted in each of them and has the same extent.
///
/// # Errors
/// The axis does not exist, its extents differ, the other axes do not fit, or there is not enough
/// memory.
pub fn vecdot(a: &Array, b: &Array, axis: isize) -> Result<Array> {
    let (a_axis, b_axis) = (normal_axis(axis, a.ndim())?, normal_axis(axis, b.ndim())?);
    if a.shape()[a_axis] != b.shape()[b_axis] {
        return Err(Error::Contraction {
            function: "vecdot",
            a: Dims::from_slice(a.shape()),
            b: Dims::from_slice(b.shape()),
            axes: format!("axis {axis} of both"),
        });
    }
    let (a, b) = met(&moveaxis(a, &[axis], &[-1])?, &moveaxis(b, &[axis], &[-1])?)?;
    let a = conjugate(&a)?;
    let row = a.with_layout(a.layout().with_axis(a.ndim() - 1));
    let column = b.with_layout(b.layout().with_axis(b.ndim()));
    let product = stacks(row, column)?;
    let end = product.ndim();
    product.reshaped(&product.shape()[..end - 2])
}

/// The array with the signs of imaginary parts reversed.
pub(crate) fn conjugate(array: &Array) -> Result<Array> {
    if array.dtype().is_complex() {
        apply(Function::Conj, &[array.into()])
    } else {
        Ok(array.clone())
    }
}

/// The axes along which [`tensordot`] sums.
#[derive(Clone, Debug, PartialEq)]
pub enum Axes {
    /// The last of the first array and the first of the second, so many.
    Count(usize),
    /// Those of each array, in pairs.
    Pairs(Vec<isize>, Vec<isize>),
}

/// The sums of products along pairs of axes; what is left of the first array's shape is followed by what
/// is left of the second's.
///
/// # Errors
/// An axis does not exist or is named twice, the extents of a pair differ, or there is not enough memory.
pub fn tensordot(a: &Array, b: &Array, axes: &Axes) -> Result<Array> {
    let (left, right) = match axes {
        Axes::Count(count) => {
            let least = a.ndim().min(b.ndim());
            if *count > least {
                return Err(Error::Argument {
                    name: "axes",
                    value: count.to_string(),
                    wanted: "at most the number of axes that both arrays have",
                });
            }
            ((a.ndim() - count..a.ndim()).collect(), (0..*count).collect())
        }
        Axes::Pairs(x, y) if x.len() != y.len() => {
            return Err(Error::Argument {
                name: "axes",
                value: format!("{} and {} axes", x.len(), y.len()),
                wanted: "as many axes of the first array as of the second",
            });
        }
        Axes::Pairs(x, y) => (normal_axes(x, a.ndim())?, normal_axes(y, b.ndim())?),
    };
    for (&i, &j) in left.iter().zip(&right) {
        if a.shape()[i] != b.shape()[j] {
            return Err(Error::Contraction {
                function: "tensordot",
                a: Dims::from_slice(a.shape()),
                b: Dims::from_slice(b.shape()),
                axes: format!("axis {i} of the first and axis {j} of the second"),
            });
        }
    }
    let free = |array: &Array, bound: &[usize]| -> Vec<usize> {
        (0..array.ndim()).filter(|axis| !bound.contains(axis)).collect()
    };
    let (rows, cols) = (free(a, &left), free(b, &right));
    let size = |array: &Array, axes: &[usize]| -> isize {
        axes.iter().map(|&axis| array.shape()[axis]).product()
    };
    let (m, k, n) = (size(a, &rows), size(a, &left), size(b, &cols));
    let ordered = |array: &Array, first: &[usize], last: &[usize]| {
        let axes: Dims = first.iter().chain(last).map(|&axis| axis as isize).collect();
        array.permuted(&axes)
    };
    let shape: Dims = rows
        .iter()
        .map(|&axis| a.shape()[axis])
        .chain(cols.iter().map(|&axis| b.shape()[axis]))
        .collect();
    let left = ordered(a, &rows, &left)?.reshaped(&[m, k])?;
    let right = ordered(b, &right, &cols)?.reshaped(&[k, n])?;
    matmul(&left, &right)?.reshaped(&shape)
}

/// The products of each element of a vector with each of another: shape `(M, N)`. Other arrays are taken
/// as vectors of their elements in C order, as in NumPy.
///
/// # Errors
/// There is not enough memory.
pub fn outer(a: &Array, b: &Array) -> Result<Array> {
    let column = a.reshaped(&[a.size() as isize, 1])?;
    let row = b.reshaped(&[1, b.size() as isize])?;
    apply(Function::Multiply, &[Operand::Array(&column), Operand::Array(&row)])
}

/// The vectors at right angles to both of two vectors of three elements along an axis; the other axes are
/// stretched to each other.
///
/// # Errors
/// The axis does not exist or has not three elements in both arrays, the shapes do not fit, the type is
/// `bool`, or there is not enough memory.
pub fn cross(a: &Array, b: &Array, axis: isize) -> Result<Array> {
    let (a_axis, b_axis) = (normal_axis(axis, a.ndim())?, normal_axis(axis, b.ndim())?);
    for (array, at) in [(a, a_axis), (b, b_axis)] {
        if array.shape()[at] != 3 {
            return Err(Error::Argument {
                name: "axis",
                value: format!("{axis}, along which an array has {} elements", array.shape()[at]),
                wanted: "an axis of three elements in both arrays",
            });
        }
    }
    let (a, b) = met(&moveaxis(a, &[axis], &[-1])?, &moveaxis(b, &[axis], &[-1])?)?;
    let shape = broadcast_shapes([a.shape(), b.shape()])?;
    let result = Array::zeros(a.dtype(), &shape)?;
    let part = |array: &Array, i: isize| array.select(&[Index::Ellipsis, Index::At(i)]);
    for i in 0..3 {
        let (next, last) = ((i + 1) % 3, (i + 2) % 3);
        let times = |x: isize, y: isize| {
            apply(Function::Multiply, &[(&part(&a, x)?).into(), (&part(&b, y)?).into()])
        };
        let (plus, minus) = (times(next, last)?, times(last, next)?);
        let difference = apply(Function::Subtract, &[(&plus).into(), (&minus).into()])?;
        part(&result, i)?.assign(&difference, Casting::Unsafe)?;
    }
    // The axis is where it is in the array with more axes.
    let place = if axis < 0 { normal_axis(axis, shape.len())? } else { axis as usize };
    moveaxis(&result, &[-1], &[place as isize])
}

/// The Kronecker product: every element of the first array, replaced by its product with the whole second
/// one. The shorter shape is filled with axes of one element in front.
///
/// # Errors
/// There is not enough memory.
pub fn kron(a: &Array, b: &Array) -> Result<Array> {
    let ndim = a.ndim().max(b.ndim());
    let padded = |array: &Array| -> Dims {
        let ones = core::iter::repeat_n(1, ndim - array.ndim());
        ones.chain(array.shape().iter().copied()).collect()
    };
    let (outer, inner) = (padded(a), padded(b));
    let spread: Dims = outer.iter().flat_map(|&extent| [extent, 1]).collect();
    let nested: Dims = inner.iter().flat_map(|&extent| [1, extent]).collect();
    let (left, right) = (a.reshaped(&spread)?, b.reshaped(&nested)?);
    let product = apply(Function::Multiply, &[(&left).into(), (&right).into()])?;
    let shape: Dims = outer.iter().zip(&inner).map(|(&x, &y)| x * y).collect();
    product.reshaped(&shape)
}

/// Square matrices to an integer power; to a negative one, their inverses to its absolute value.
///
/// # Errors
/// The matrices are not square; the power is negative and a matrix is singular; or there is not enough
/// memory.
pub fn matrix_power(array: &Array, power: i64) -> Result<Array> {
    check_square("matrix_power", array)?;
    let mut base = if power < 0 { super::inv(array)? } else { array.clone() };
    let mut rest = power.unsigned_abs();
    let mut result: Option<Array> = None;
    while rest > 0 {
        if rest & 1 == 1 {
            result = Some(match result {
                Some(sofar) => matmul(&sofar, &base)?,
                None => base.clone(),
            });
        }
        rest >>= 1;
        if rest > 0 {
            base = matmul(&base, &base)?;
        }
    }
    match result {
        Some(result) if power == 1 => result.copied_as_it_lies(),
        Some(result) => Ok(result),
        None => identities(array.dtype(), array.shape()),
    }
}

/// Matrices with ones on the diagonal and zeros elsewhere.
fn identities(dtype: DType, shape: &[isize]) -> Result<Array> {
    let result = Array::zeros(dtype, shape)?;
    let one = Array::from_slice(&[1u8], &[])?;
    for i in 0..shape[shape.len() - 1] {
        let place = result.select(&[Index::Ellipsis, Index::At(i), Index::At(i)])?;
        place.assign(&one, Casting::Unsafe)?;
    }
    Ok(result)
}

/// Refuses arrays whose last two axes are not square matrices.
pub(super) fn check_square(function: &'static str, array: &Array) -> Result<()> {
    check_matrix(function, array)?;
    let end = array.ndim();
    if array.shape()[end - 1] != array.shape()[end - 2] {
        let shape = Dims::from_slice(array.shape());
        return Err(Fault::NotSquare { function, shape }.into());
    }
    Ok(())
}

/// The array as elements that can be decomposed: integers and truth values as `float64`.
pub(super) fn decomposable(function: &'static str, array: &Array) -> Result<Array> {
    match (array.dtype().kind(), array.dtype()) {
        (_, DType::Float16) => Err(Error::Unsupported {
            function,
            dtype: DType::Float16,
            wanted: "float32, float64, complex64, complex128, and integers as float64",
        }),
        (Kind::Float | Kind::Complex, _) => Ok(array.clone()),
        _ => array.cast(DType::Float64, Casting::Unsafe),
    }
}

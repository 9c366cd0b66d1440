//! Linear algebra. What is not in the main namespace is what `pommel.linalg` is made of.

use super::argument::{Arrays, In, axes, delivered, fits, made, out, plain, tuple};
use crate::array::{Computed, NdArray};
use crate::dtype::DType;
use crate::error::raised;
use crate::value::Shape;
use pommel::prelude::*;
use pommel_array::linalg::{self, Axes, MatrixOrd, QrMode};
use pommel_array::{Array, Casting};

/// The product of matrices, stacks of them, or vectors.
///
/// >>> import pommel as pm
/// >>> pm.matmul([[1, 2], [3, 4]], [[1, 0], [1, 1]])
/// array([[3, 2],
///        [7, 4]])
/// >>> pm.matmul([[1, 2], [3, 4]], [1, 1])
/// array([3, 7])
#[function(signature = (x1, x2, /, out = None))]
pub fn matmul<'c>(ctx: Ctx<'c>, x1: In, x2: In, out: Option<Object<'c>>) -> Result<Computed<'c>> {
    delivered(ctx, made(linalg::matmul(&x1.0, &x2.0))?, out)
}

/// The dot product of vectors along an axis; the first is conjugated.
///
/// >>> import pommel as pm
/// >>> pm.vecdot([[1, 2], [3, 4]], [10, 1])
/// array([12, 34])
/// >>> pm.vecdot([1j, 2], [1j, 2])
/// array(5.+0.j)
#[function(signature = (x1, x2, /, *, axis = -1))]
pub fn vecdot(x1: In, x2: In, axis: isize) -> Result<NdArray> {
    made(linalg::vecdot(&x1.0, &x2.0, axis))
}

/// NumPy's dot: the product with a number, of vectors, of matrices, or of the last axis of the first
/// with the second to last of the second.
///
/// >>> import pommel as pm
/// >>> pm.dot([1, 2, 3], [4, 5, 6])
/// array(32)
/// >>> pm.dot([[1, 2], [3, 4]], [1, 1])
/// array([3, 7])
#[function(signature = (a, b, out = None))]
pub fn dot<'c>(ctx: Ctx<'c>, a: In, b: In, out: Option<Object<'c>>) -> Result<Computed<'c>> {
    delivered(ctx, dotted(ctx, a.0, b.0)?, out)
}

fn dotted(ctx: Ctx<'_>, a: Array, b: Array) -> Result<NdArray> {
    if a.ndim() == 0 || b.ndim() == 0 {
        let product =
            pommel_array::apply(pommel_array::Function::Multiply, &[(&a).into(), (&b).into()]);
        return crate::array::computed(ctx, "dot", product);
    }
    if a.ndim() <= 2 && b.ndim() <= 2 {
        return made(linalg::matmul(&a, &b));
    }
    let (left, right) = (a.ndim() as isize - 1, (b.ndim() as isize - 2).max(0));
    made(linalg::tensordot(&a, &b, &Axes::Pairs(vec![left], vec![right])))
}

/// The sums of products along pairs of axes: so many, or two sequences of axes.
///
/// >>> import pommel as pm
/// >>> pm.tensordot([[1, 2], [3, 4]], [[1, 0], [1, 1]], axes=1)
/// array([[3, 2],
///        [7, 4]])
/// >>> pm.tensordot([[1, 2], [3, 4]], [[1, 0], [1, 1]])
/// array(8)
#[function(signature = (x1, x2, /, axes = None))]
pub fn tensordot(x1: In, x2: In, axes: Option<Object<'_>>) -> Result<NdArray> {
    let axes = match axes {
        None => Axes::Count(2),
        Some(axes) if axes.cast::<Int>().is_ok() => {
            let count = axes.extract::<isize>()?;
            let count = usize::try_from(count).map_err(|_| {
                Error::value_error(format!("argument 'axes' must not be negative, not {count}"))
            })?;
            Axes::Count(count)
        }
        Some(axes) => {
            let (first, second): (Object<'_>, Object<'_>) =
                (axes.get_index(0)?, axes.get_index(1)?);
            Axes::Pairs(Shape::from_python(&first)?.0, Shape::from_python(&second)?.0)
        }
    };
    made(linalg::tensordot(&x1.0, &x2.0, &axes))
}

/// The sum of products that subscripts such as 'ij,jk->ik' describe. The order of the products is chosen
/// whatever `optimize` says.
///
/// >>> import pommel as pm
/// >>> pm.einsum("ij,jk->ik", [[1, 2], [3, 4]], [[1, 0], [1, 1]])
/// array([[3, 2],
///        [7, 4]])
/// >>> pm.einsum("ii", [[1, 2], [3, 4]])
/// array(5)
#[function(signature = (subscripts, /, *operands, out = None, optimize = None))]
pub fn einsum<'c>(
    ctx: Ctx<'c>,
    subscripts: String,
    operands: Args<'_, 'c>,
    out: Option<Object<'c>>,
    optimize: Option<Object<'c>>,
) -> Result<Computed<'c>> {
    let _ = optimize;
    let arrays: Vec<Array> =
        operands.iter().map(|array| In::from_python(&array).map(|a| a.0)).collect::<Result<_>>()?;
    let arrays: Vec<&Array> = arrays.iter().collect();
    delivered(ctx, made(linalg::einsum(&subscripts, &arrays))?, out)
}

/// The products of all pairs of elements.
///
/// >>> import pommel as pm
/// >>> pm.outer([1, 2], [1, 10, 100])
/// array([[  1,  10, 100],
///        [  2,  20, 200]])
#[function(signature = (x1, x2, /))]
pub fn outer(x1: In, x2: In) -> Result<NdArray> {
    let flat = |x: &Array| x.reshaped(&[-1]).map_err(raised);
    out(linalg::outer(&flat(&x1.0)?, &flat(&x2.0)?))
}

/// The cross product of vectors of three elements along an axis.
///
/// >>> import pommel as pm
/// >>> pm.cross([1, 0, 0], [0, 1, 0])
/// array([0, 0, 1])
#[function(signature = (x1, x2, /, *, axis = -1))]
pub fn cross(x1: In, x2: In, axis: isize) -> Result<NdArray> {
    out(linalg::cross(&x1.0, &x2.0, axis))
}

/// The Kronecker product.
///
/// >>> import pommel as pm
/// >>> pm.kron([1, 10], [1, 2, 3])
/// array([ 1,  2,  3, 10, 20, 30])
#[function(signature = (a, b))]
pub fn kron(a: In, b: In) -> Result<NdArray> {
    out(linalg::kron(&a.0, &b.0))
}

/// The sums of diagonals of two axes.
///
/// >>> import pommel as pm
/// >>> pm.trace([[1, 2], [3, 4]])
/// array(5)
/// >>> pm.trace([[1, 2], [3, 4]], offset=1)
/// array(2)
#[function(signature = (a, offset = 0, axis1 = 0, axis2 = 1, dtype = None))]
pub fn trace(
    a: In,
    offset: isize,
    axis1: isize,
    axis2: isize,
    dtype: Option<DType>,
) -> Result<NdArray> {
    made(linalg::trace(&a.0, offset, axis1, axis2, plain(dtype)))
}

/// Matrices multiplied with themselves; of a negative power, their inverses.
///
/// >>> import pommel as pm
/// >>> pm.linalg.matrix_power([[1, 1], [0, 1]], 5)
/// array([[1, 5],
///        [0, 1]])
#[function(signature = (x, n, /))]
pub fn matrix_power(x: In, n: i64) -> Result<NdArray> {
    out(linalg::matrix_power(&x.0, n))
}

/// The determinants of matrices.
///
/// >>> import pommel as pm
/// >>> pm.linalg.det([[2.0, 1.0], [0.0, 3.0]])
/// array(6.)
#[function(signature = (x, /))]
pub fn det(x: In) -> Result<NdArray> {
    made(linalg::det(&x.0))
}

/// The signs of the determinants, and the logarithms of their absolute values: a tuple.
#[function(signature = (x, /))]
pub fn slogdet<'c>(ctx: Ctx<'c>, x: In) -> Result<Arrays<'c>> {
    tuple(ctx, linalg::slogdet(&x.0).map(|(sign, log)| vec![sign, log]))
}

/// The inverses of matrices.
///
/// >>> import pommel as pm
/// >>> pm.linalg.inv([[2.0, 0.0], [0.0, 4.0]])
/// array([[0.5 , 0.  ],
///        [0.  , 0.25]])
#[function(signature = (x, /))]
pub fn inv(x: In) -> Result<NdArray> {
    out(linalg::inv(&x.0))
}

/// What has to be multiplied with matrices to give the second.
///
/// >>> import pommel as pm
/// >>> pm.linalg.solve([[2.0, 0.0], [1.0, 4.0]], [2.0, 9.0])
/// array([1., 2.])
#[function(signature = (x1, x2, /))]
pub fn solve(x1: In, x2: In) -> Result<NdArray> {
    out(linalg::solve(&x1.0, &x2.0))
}

/// The triangles whose products with their conjugate transposes matrices are.
///
/// >>> import pommel as pm
/// >>> pm.linalg.cholesky([[4.0, 2.0], [2.0, 10.0]])
/// array([[2., 0.],
///        [1., 3.]])
#[function(signature = (x, /, *, upper = false))]
pub fn cholesky(x: In, upper: bool) -> Result<NdArray> {
    out(linalg::cholesky(&x.0, upper))
}

/// Matrices as products of one with orthonormal columns and an upper triangle: 'reduced', 'complete',
/// or 'r' for the triangle alone.
#[function(signature = (x, /, *, mode = "reduced".into()))]
pub fn qr<'c>(ctx: Ctx<'c>, x: In, mode: String) -> Result<Arrays<'c>> {
    let wanted = match mode.as_str() {
        "reduced" => QrMode::Reduced,
        "complete" => QrMode::Complete,
        "r" => QrMode::R,
        _ => {
            return Err(Error::value_error(format!(
                "argument 'mode' must be 'reduced', 'complete' or 'r', not '{mode}'"
            )));
        }
    };
    tuple(ctx, linalg::qr(&x.0, wanted).map(|(q, r)| vec![q, r]))
}

/// Singular value decompositions: a tuple of u, the singular values, and the conjugate transpose of v.
#[function(signature = (x, /, *, full_matrices = true))]
pub fn svd<'c>(ctx: Ctx<'c>, x: In, full_matrices: bool) -> Result<Arrays<'c>> {
    tuple(ctx, linalg::svd(&x.0, full_matrices).map(|(u, s, vh)| vec![u, s, vh]))
}

/// The singular values, in descending order.
///
/// >>> import pommel as pm
/// >>> pm.linalg.svdvals([[0.0, 2.0], [3.0, 0.0]])
/// array([3., 2.])
#[function(signature = (x, /))]
pub fn svdvals(x: In) -> Result<NdArray> {
    out(linalg::svdvals(&x.0))
}

/// The eigenvalues, in ascending order, and eigenvectors of symmetric or Hermitian matrices.
#[function(signature = (x, /, *, upper = false))]
pub fn eigh<'c>(ctx: Ctx<'c>, x: In, upper: bool) -> Result<Arrays<'c>> {
    tuple(ctx, linalg::eigh(&x.0, upper).map(|(values, vectors)| vec![values, vectors]))
}

/// The eigenvalues of symmetric or Hermitian matrices, in ascending order.
#[function(signature = (x, /, *, upper = false))]
pub fn eigvalsh(x: In, upper: bool) -> Result<NdArray> {
    out(linalg::eigvalsh(&x.0, upper))
}

/// The eigenvalues and eigenvectors of matrices, complex.
#[function(signature = (x, /))]
pub fn eig<'c>(ctx: Ctx<'c>, x: In) -> Result<Arrays<'c>> {
    tuple(ctx, linalg::eig(&x.0).map(|(values, vectors)| vec![values, vectors]))
}

/// The eigenvalues of matrices, complex.
///
/// >>> import pommel as pm
/// >>> pm.linalg.eigvals([[1.0, -2.0], [2.0, 1.0]])
/// array([1.+2.j, 1.-2.j])
#[function(signature = (x, /))]
pub fn eigvals(x: In) -> Result<NdArray> {
    out(linalg::eigvals(&x.0))
}

/// The norms of vectors along axes, or of all elements.
///
/// >>> import pommel as pm
/// >>> pm.linalg.vector_norm([[3.0, 4.0], [0.0, 2.0]], axis=1)
/// array([5., 2.])
/// >>> pm.linalg.vector_norm([3.0, -4.0], ord=1)
/// array(7.)
#[function(signature = (x, /, *, axis = None, keepdims = false, ord = 2.0))]
pub fn vector_norm(x: In, axis: Option<Shape>, keepdims: bool, ord: f64) -> Result<NdArray> {
    made(linalg::vector_norm(&x.0, axes(&axis), keepdims, ord))
}

/// The norms of matrices: 'fro', 'nuc', 1, 2, infinity, or those numbers below zero.
///
/// >>> import pommel as pm
/// >>> pm.linalg.matrix_norm([[3.0, 0.0], [0.0, 4.0]])
/// array(5.)
/// >>> pm.linalg.matrix_norm([[3.0, 0.0], [0.0, 4.0]], ord=2)
/// array(4.)
#[function(signature = (x, /, *, keepdims = false, ord = None))]
pub fn matrix_norm(x: In, keepdims: bool, ord: Option<Object<'_>>) -> Result<NdArray> {
    let ord = match ord {
        None => MatrixOrd::Frobenius,
        Some(ord) => match ord.extract::<String>() {
            Ok(name) if name == "fro" => MatrixOrd::Frobenius,
            Ok(name) if name == "nuc" => MatrixOrd::Nuclear,
            Ok(name) => {
                return Err(Error::value_error(format!(
                    "argument 'ord' must be 'fro', 'nuc', 1, 2, inf, -1, -2 or -inf, not '{name}'"
                )));
            }
            Err(error) => {
                drop(error);
                MatrixOrd::Number(ord.extract()?)
            }
        },
    };
    made(linalg::matrix_norm(&x.0, keepdims, ord))
}

/// The ranks of matrices: how many singular values are above a part of the largest one.
#[function(signature = (x, /, *, rtol = None))]
pub fn matrix_rank(x: In, rtol: Option<In>) -> Result<NdArray> {
    made(linalg::matrix_rank(&x.0, rtol.map(|rtol| rtol.0).as_ref()))
}

/// The pseudo-inverses of matrices.
#[function(signature = (x, /, *, rtol = None))]
pub fn pinv(x: In, rtol: Option<In>) -> Result<NdArray> {
    out(linalg::pinv(&x.0, rtol.map(|rtol| rtol.0).as_ref()))
}

/// The solution with the smallest squares: a tuple of it, the residuals, the rank and the singular
/// values.
///
/// >>> import pommel as pm
/// >>> a = [[0.0, 1.0], [1.0, 1.0], [2.0, 1.0]]
/// >>> x, residuals, rank, s = pm.linalg.lstsq(a, [1.0, 3.0, 5.0])
/// >>> x
/// array([2., 1.])
/// >>> int(rank)
/// 2
#[function(signature = (a, b, rcond = None))]
pub fn lstsq<'c>(ctx: Ctx<'c>, a: In, b: In, rcond: Option<f64>) -> Result<Arrays<'c>> {
    tuple(ctx, linalg::lstsq(&a.0, &b.0, rcond).map(|(x, r, rank, s)| vec![x, r, rank, s]))
}

/// The product of matrices, for the operator.
pub(crate) fn product(
    left: &Array,
    right: &Array,
    target: Option<&Array>,
) -> Result<Option<NdArray>> {
    let product = linalg::matmul(left, right).map_err(raised)?;
    match target {
        Some(target) => {
            fits(&product, target)?;
            target.assign(&product, Casting::SameKind).map_err(raised)?;
            Ok(None)
        }
        None => Ok(Some(NdArray::made(product))),
    }
}

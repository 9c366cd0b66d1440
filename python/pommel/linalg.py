"""Linear algebra: the extension ``linalg`` of the array API standard, and NumPy's names beside it."""

from collections import namedtuple

from ._native import (
    cholesky,
    cross,
    det,
    eigvals,
    eigvalsh,
    inv,
    kron,
    lstsq,
    matmul,
    matrix_norm,
    matrix_power,
    matrix_rank,
    matrix_transpose,
    outer,
    pinv,
    solve,
    svdvals,
    tensordot,
    vecdot,
    vector_norm,
)
from . import _native

EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
QRResult = namedtuple("QRResult", "Q R")
SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")
SVDResult = namedtuple("SVDResult", "U S Vh")

#: What matrices that cannot be inverted or decomposed raise.
LinAlgError = ValueError


def eig(x, /):
    """The eigenvalues and eigenvectors of matrices, complex: a named tuple."""
    return EigResult(*_native.eig(x))


def eigh(x, /, *, upper=False):
    """The eigenvalues, in ascending order, and eigenvectors of symmetric or Hermitian matrices."""
    return EighResult(*_native.eigh(x, upper=upper))


def qr(x, /, mode="reduced"):
    """Matrices as products of one with orthonormal columns and an upper triangle.

    >>> import pommel as pm
    >>> q, r = pm.linalg.qr(pm.eye(3))
    >>> r.shape
    (3, 3)
    """
    q, r = _native.qr(x, mode=mode)
    return r if mode == "r" else QRResult(q, r)


def slogdet(x, /):
    """The signs of the determinants and the logarithms of their absolute values: a named tuple."""
    return SlogdetResult(*_native.slogdet(x))


def svd(x, /, full_matrices=True):
    """Singular value decompositions: a named tuple of U, S and Vh."""
    return SVDResult(*_native.svd(x, full_matrices=full_matrices))


def diagonal(x, /, *, offset=0):
    """The diagonals of matrices: a view."""
    return _native.diagonal(x, offset, -2, -1)


def trace(x, /, *, offset=0, dtype=None):
    """The sums of the diagonals of matrices."""
    return _native.trace(x, offset, -2, -1, dtype)


def norm(x, ord=None, axis=None, keepdims=False):
    """NumPy's norm: of a vector, of matrices over a pair of axes, or of all elements.

    >>> import pommel as pm
    >>> float(pm.linalg.norm(pm.array([3.0, 4.0])))
    5.0
    """
    x = _native.asarray(x)
    if ord is None and axis is None:
        flat = vector_norm(_native.ravel(x))
        return flat.reshape((1,) * x.ndim) if keepdims else flat
    if axis is None:
        axis = tuple(range(x.ndim))
    axes = (axis,) if isinstance(axis, int) else tuple(axis)
    if len(axes) == 1:
        return vector_norm(x, axis=axes, keepdims=keepdims, ord=2.0 if ord is None else ord)
    if len(axes) != 2:
        raise ValueError("argument 'axis' must name one or two axes, not {}".format(len(axes)))
    moved = _native.moveaxis(x, axes, (-2, -1))
    result = matrix_norm(moved, ord="fro" if ord is None else ord)
    return _native.expand_dims(result, tuple(a % x.ndim for a in axes)) if keepdims else result


def multi_dot(arrays):
    """The product of several matrices, in the order that needs the fewest operations of two."""
    arrays = [_native.asarray(array) for array in arrays]
    if len(arrays) < 2:
        raise ValueError("argument 'arrays' must hold two arrays or more, not {}".format(len(arrays)))
    while len(arrays) > 1:
        inner = [a.shape[-1] if a.ndim > 1 else a.shape[0] for a in arrays[:-1]]
        at = inner.index(max(inner))
        arrays[at:at + 2] = [matmul(arrays[at], arrays[at + 1])]
    return arrays[0]


__all__ = sorted(name for name in dir() if not name.startswith("_") and name != "namedtuple")

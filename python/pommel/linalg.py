"""Linear algebra: the extension ``linalg`` of the array API standard, and NumPy's names beside it."""

from __future__ import annotations

from collections import namedtuple

from ._native import (
    cholesky,
    cross,
    det,
    eigvals,
    inv,
    kron,
    lstsq,
    matmul,
    matrix_norm,
    matrix_power,
    matrix_transpose,
    outer,
    solve,
    svdvals,
    tensordot,
    vecdot,
    vector_norm,
)
from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Axis, DTypeLike, Iterable, Sequence, ndarray

if TYPE_CHECKING:
    from typing import Literal, NamedTuple, overload

    class EigResult(NamedTuple):
        eigenvalues: ndarray
        eigenvectors: ndarray

    class EighResult(NamedTuple):
        eigenvalues: ndarray
        eigenvectors: ndarray

    class QRResult(NamedTuple):
        Q: ndarray
        R: ndarray

    class SlogdetResult(NamedTuple):
        sign: ndarray
        logabsdet: ndarray

    class SVDResult(NamedTuple):
        U: ndarray
        S: ndarray
        Vh: ndarray

else:
    EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
    EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
    QRResult = namedtuple("QRResult", "Q R")
    SlogdetResult = namedtuple("SlogdetResult", "sign logabsdet")
    SVDResult = namedtuple("SVDResult", "U S Vh")

    def overload(function):
        """Leaves the types of a function to checkers, and the function to its last definition."""
        return function


class LinAlgError(ValueError):
    """What matrices that cannot be inverted or decomposed raise.

    >>> import pommel as pm
    >>> pm.linalg.inv(pm.zeros((2, 2)))
    Traceback (most recent call last):
        ...
    pommel.linalg.LinAlgError: inv: matrix of (2, 2) is singular (column 0 depends on those before it): \
pinv and lstsq take such matrices
    """


def eig(x: ArrayLike, /) -> EigResult:
    """The eigenvalues and eigenvectors of matrices, complex: a named tuple.

    >>> import pommel as pm
    >>> values, vectors = pm.linalg.eig([[1.0, -2.0], [2.0, 1.0]])
    >>> values
    array([1.+2.j, 1.-2.j])
    >>> vectors.shape
    (2, 2)
    """
    return EigResult(*_native.eig(x))


def _upper(uplo: str | None, upper: bool) -> bool:
    """Whether the upper triangle is read, which NumPy calls 'U'."""
    if uplo is None:
        return upper
    if not isinstance(uplo, str) or uplo.upper() not in ("L", "U"):
        raise ValueError("argument 'UPLO' must be 'L' or 'U', not {!r}".format(uplo))
    return uplo.upper() == "U"


def eigh(x: ArrayLike, /, UPLO: str | None = None, *, upper: bool = False) -> EighResult:
    """The eigenvalues, in ascending order, and eigenvectors of symmetric or Hermitian matrices, of
    which one triangle is read: the lower one ('L'), or with ``upper``, in NumPy's word 'U', the upper
    one.

    >>> import pommel as pm
    >>> pm.linalg.eigh([[0.0, 1.0], [1.0, 0.0]]).eigenvalues
    array([-1.,  1.])
    """
    return EighResult(*_native.eigh(x, upper=_upper(UPLO, upper)))


def eigvalsh(x: ArrayLike, /, UPLO: str | None = None, *, upper: bool = False) -> ndarray:
    """The eigenvalues of symmetric or Hermitian matrices, as by :func:`eigh`.

    >>> import pommel as pm
    >>> pm.linalg.eigvalsh([[0.0, 1.0], [1.0, 0.0]])
    array([-1.,  1.])
    """
    return _native.eigvalsh(x, upper=_upper(UPLO, upper))


def matrix_rank(x: ArrayLike, /, tol: ArrayLike | None = None, hermitian: bool = False, *,
                rtol: ArrayLike | None = None) -> ndarray:
    """The number of singular values that are not next to nothing: above ``tol``, or above ``rtol``
    times the largest one.

    >>> import pommel as pm
    >>> int(pm.linalg.matrix_rank(pm.ones((3, 3))))
    1
    """
    if tol is None:
        return _native.matrix_rank(x, rtol=rtol)
    if rtol is not None:
        raise ValueError("arguments 'tol' and 'rtol' exclude each other: leave one of them out")
    # The singular values of a matrix that equals its conjugate transpose are no others.
    above = _native.asarray(tol)[..., None]
    return _native.count_nonzero(svdvals(x) > above, axis=-1)


def pinv(x: ArrayLike, /, rcond: ArrayLike | None = None, hermitian: bool = False, *,
         rtol: ArrayLike | None = None) -> ndarray:
    """The pseudo-inverses of matrices; singular values below ``rtol``, in NumPy's older word
    ``rcond``, times the largest one count as zeros.

    >>> import pommel as pm
    >>> pm.linalg.pinv(pm.array([[2.0, 0.0], [0.0, 0.0]]))
    array([[0.5, 0. ],
           [0. , 0. ]])
    """
    if rcond is not None and rtol is not None:
        raise ValueError("arguments 'rcond' and 'rtol' exclude each other: leave one of them out")
    return _native.pinv(x, rtol=rtol if rcond is None else rcond)


def qr(x: ArrayLike, /, mode: str = "reduced") -> Any:
    """Matrices as products of one with orthonormal columns and an upper triangle.

    >>> import pommel as pm
    >>> q, r = pm.linalg.qr(pm.eye(3))
    >>> r.shape
    (3, 3)
    """
    q, r = _native.qr(x, mode=mode)
    return r if mode == "r" else QRResult(q, r)


def slogdet(x: ArrayLike, /) -> SlogdetResult:
    """The signs of the determinants and the logarithms of their absolute values: a named tuple.

    >>> import pommel as pm
    >>> sign, logabsdet = pm.linalg.slogdet([[0.0, 1.0], [1.0, 0.0]])
    >>> float(sign), float(logabsdet)
    (-1.0, 0.0)
    """
    return SlogdetResult(*_native.slogdet(x))


@overload
def svd(x: ArrayLike, /, full_matrices: bool = True, compute_uv: Literal[True] = True,
        hermitian: bool = False) -> SVDResult: ...


@overload
def svd(x: ArrayLike, /, full_matrices: bool = True, *, compute_uv: Literal[False],
        hermitian: bool = False) -> ndarray: ...


def svd(x: ArrayLike, /, full_matrices: bool = True, compute_uv: bool = True,
        hermitian: bool = False) -> SVDResult | ndarray:
    """Singular value decompositions: a named tuple of U, S and Vh, or without ``compute_uv`` S alone.

    ``hermitian`` is there for NumPy's sake: nothing is computed otherwise.

    >>> import pommel as pm
    >>> u, s, vh = pm.linalg.svd([[0.0, 2.0], [3.0, 0.0], [0.0, 0.0]], full_matrices=False)
    >>> s
    array([3., 2.])
    >>> u.shape, vh.shape
    ((3, 2), (2, 2))
    """
    if not compute_uv:
        return svdvals(x)
    return SVDResult(*_native.svd(x, full_matrices=full_matrices))


def diagonal(x: ArrayLike, /, *, offset: int = 0) -> ndarray:
    """The diagonals of matrices: a view.

    >>> import pommel as pm
    >>> pm.linalg.diagonal([[1, 2], [3, 4]])
    array([1, 4])
    """
    return _native.diagonal(x, offset, -2, -1)


def trace(x: ArrayLike, /, *, offset: int = 0, dtype: DTypeLike = None) -> ndarray:
    """The sums of the diagonals of matrices.

    >>> import pommel as pm
    >>> pm.linalg.trace([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])
    array([ 5, 13])
    """
    return _native.trace(x, offset, -2, -1, dtype)


def norm(x: ArrayLike, ord: float | str | None = None, axis: Axis = None,
         keepdims: bool = False) -> ndarray:
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
        order: Any = 2.0 if ord is None else ord
        return vector_norm(x, axis=axes, keepdims=keepdims, ord=order)
    if len(axes) != 2:
        raise ValueError("argument 'axis' must name one or two axes, not {}".format(len(axes)))
    moved = _native.moveaxis(x, axes, (-2, -1))
    result = matrix_norm(moved, ord="fro" if ord is None else ord)
    return _native.expand_dims(result, tuple(a % x.ndim for a in axes)) if keepdims else result


def multi_dot(arrays: Iterable[ArrayLike]) -> ndarray:
    """The product of several matrices, in the order that needs the fewest operations of two.

    >>> import pommel as pm
    >>> pm.linalg.multi_dot([pm.ones((2, 3)), pm.ones((3, 4)), pm.ones(4)])
    array([12., 12.])
    """
    arrays = [_native.asarray(array) for array in arrays]
    if len(arrays) < 2:
        raise ValueError(
            "argument 'arrays' must hold two arrays or more, not {}".format(len(arrays)))
    while len(arrays) > 1:
        inner = [a.shape[-1] if a.ndim > 1 else a.shape[0] for a in arrays[:-1]]
        at = inner.index(max(inner))
        arrays[at:at + 2] = [matmul(arrays[at], arrays[at + 1])]
    return arrays[0]


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for extent in shape:
        size *= extent
    return size


def tensorinv(a: ArrayLike, ind: int = 2) -> ndarray:
    """The inverse of an array for :func:`tensordot` over its first `ind` axes.

    Raises LinAlgError if the first axes have not as many elements as the others.

    >>> import pommel as pm
    >>> pm.linalg.tensorinv(pm.eye(6).reshape((2, 3, 6)), ind=2).shape
    (6, 2, 3)
    """
    a = _native.asarray(a)
    if ind <= 0:
        raise ValueError("argument 'ind' must be 1 or more, not {}".format(ind))
    first, others = a.shape[:ind], a.shape[ind:]
    if _size(first) != _size(others):
        raise LinAlgError(
            "argument 'a' must have as many elements on its first {} axes as on the others, not "
            "the shape {}".format(ind, a.shape))
    return inv(a.reshape((_size(first), _size(others)))).reshape(others + first)


def tensorsolve(a: ArrayLike, b: ArrayLike, axes: Sequence[int] | None = None) -> ndarray:
    """What has to be multiplied with an array by :func:`tensordot` to give another.

    `axes` names axes of `a` that go to its end first. Raises LinAlgError if those of `b` have not
    as many elements as the others.

    >>> import pommel as pm
    >>> pm.linalg.tensorsolve(pm.eye(6).reshape((2, 3, 6)), pm.ones((2, 3))).shape
    (6,)
    """
    a, b = _native.asarray(a), _native.asarray(b)
    if axes is not None:
        a = _native.moveaxis(a, tuple(axes), tuple(range(a.ndim - len(axes), a.ndim)))
    left = a.shape[b.ndim:]
    if _size(left) != b.size or a.size != b.size * b.size:
        raise LinAlgError(
            "argument 'a' must have as many elements on its axes behind those of 'b' as 'b', not "
            "the shape {} with {}".format(a.shape, b.shape))
    return solve(a.reshape((b.size, b.size)), _native.ravel(b)).reshape(left)


def _inverses(x: ndarray) -> tuple[ndarray, ndarray]:
    """The inverses of matrices, zeros where there is none, and where that is."""
    try:
        return inv(x), _native.zeros(x.shape[:-2], _native.bool)
    except LinAlgError:
        if x.ndim == 2:
            return x * 0.0, _native.asarray(True)
    inverses, singular = zip(*map(_inverses, x))
    return _native.stack(inverses), _native.stack(singular)


def cond(x: ArrayLike, p: float | str | None = None) -> ndarray:
    """The condition numbers of matrices: how much larger relative errors can get in solutions.

    `p` is the norm, 2 unless given: None, 2 and -2 by singular values, and else those of
    :func:`matrix_norm`. Matrices without an inverse have an infinite one, and those with elements
    that are not finite NaN.

    >>> import pommel as pm
    >>> float(pm.linalg.cond(pm.array([[2.0, 0.0], [0.0, 8.0]])))
    4.0
    """
    from ._errstate import errstate

    x = _native.asarray(x)
    if x.size == 0:
        raise LinAlgError("argument 'x' must have elements, not the shape {}".format(x.shape))
    spoiled = ~_native.all(_native.isfinite(x), axis=(-2, -1))
    x = _native.where(spoiled[..., None, None], 0, x)
    with errstate(all="ignore"):
        if p in (None, 2, -2):
            s = svdvals(x)
            first, last = s[..., 0], s[..., -1]
            result = _native.asarray(last / first if p == -2 else first / last)
        else:
            inverses, singular = _inverses(x)
            result = matrix_norm(x, ord=p) * matrix_norm(inverses, ord=p)
            result = _native.where(singular, float("inf"), result)
    # 0 / 0: zeros have no inverse either.
    result = _native.where(_native.isnan(result), float("inf"), result)
    return _native.where(spoiled, float("nan"), result)[()]


__all__ = [
    "EigResult", "EighResult", "LinAlgError", "QRResult", "SVDResult", "SlogdetResult", "cholesky",
    "cond", "cross", "det", "diagonal", "eig", "eigh", "eigvals", "eigvalsh", "inv", "kron",
    "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank", "matrix_transpose",
    "multi_dot", "norm", "outer", "pinv", "qr", "slogdet", "solve", "svd", "svdvals", "tensordot",
    "tensorinv", "tensorsolve", "trace", "vecdot", "vector_norm",
]

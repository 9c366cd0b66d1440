"""Whether arrays are close or equal, and what kind of numbers they hold."""

from __future__ import annotations

from numbers import Number

from . import _native
from ._errstate import errstate
from ._native import asarray, isinf, isnan, where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ndarray


def isclose(a: ArrayLike, b: ArrayLike, rtol: ArrayLike = 1e-5, atol: ArrayLike = 1e-8,
            equal_nan: bool = False) -> ndarray:
    """Whether elements differ by no more than ``atol + rtol * abs(b)``.

    Infinities are close to themselves alone, and NaN to NaN with `equal_nan`.

    >>> import pommel as pm
    >>> pm.isclose([1.0, pm.inf, pm.nan], [1.000001, pm.inf, pm.nan])
    array([ True,  True, False])
    """
    a, b = asarray(a), asarray(b)
    if b.dtype.kind not in "fc":
        # So that differences and the least integer's absolute value can be told.
        b = b.astype(_native.float64)
    with errstate(invalid="ignore", over="ignore"):
        near = _native.abs(a - b) <= atol + rtol * _native.abs(b)
    result = (near & _native.isfinite(b)) | (a == b)
    return result | (isnan(a) & isnan(b)) if equal_nan else result


def allclose(a: ArrayLike, b: ArrayLike, rtol: ArrayLike = 1e-5, atol: ArrayLike = 1e-8,
             equal_nan: bool = False) -> bool:
    """Whether all elements are close as :func:`isclose` tells.

    >>> import pommel as pm
    >>> pm.allclose([1.0, 2.0], [1.0, 2.00001])
    True
    """
    return bool(_native.all(isclose(a, b, rtol, atol, equal_nan)))


def _arrays(a: Any, b: Any) -> tuple[ndarray, ndarray] | None:
    """Both as arrays; None if one cannot be one."""
    try:
        return asarray(a), asarray(b)
    except (TypeError, ValueError):
        return None


def array_equal(a1: ArrayLike, a2: ArrayLike, equal_nan: bool = False) -> bool:
    """Whether arrays have the same shape and equal elements; NaN is equal to NaN with `equal_nan`.

    False for what is no array.

    >>> import pommel as pm
    >>> pm.array_equal([1, 2], [1.0, 2.0])
    True
    >>> pm.array_equal([1, 2], [[1, 2]])
    False
    """
    both = _arrays(a1, a2)
    if both is None or both[0].shape != both[1].shape:
        return False
    a, b = both
    same = a == b
    if equal_nan and a.dtype.kind in "fc" and b.dtype.kind in "fc":
        same = same | (isnan(a) & isnan(b))
    return bool(_native.all(same))


def array_equiv(a1: ArrayLike, a2: ArrayLike) -> bool:
    """Whether arrays have equal elements where one is repeated to the shape of the other.

    >>> import pommel as pm
    >>> pm.array_equiv([1, 2], [[1, 2], [1, 2]])
    True
    """
    both = _arrays(a1, a2)
    if both is None:
        return False
    try:
        _native.broadcast_shapes(both[0].shape, both[1].shape)
    except ValueError:
        return False
    return bool(_native.all(both[0] == both[1]))


def nan_to_num(x: ArrayLike, copy: bool = True, nan: ArrayLike = 0.0, posinf: ArrayLike = None,
               neginf: ArrayLike = None) -> ndarray:
    """The array with numbers in place of NaN and infinities: 0, and the largest and the least
    finite number, or what is given.

    Without `copy` an array of floating-point or complex numbers is written and returned.

    >>> import pommel as pm
    >>> pm.nan_to_num([1.0, pm.nan, -pm.inf], neginf=-9)
    array([ 1.,  0., -9.])
    """
    from ._types import finfo

    if copy:
        x = _native.array(x, copy=True)
    elif not isinstance(x, _native.ndarray):
        x = asarray(x)
    if x.dtype.kind not in "fc":
        return x
    limits = finfo(x.dtype)
    posinf = limits.max if posinf is None else posinf
    neginf = limits.min if neginf is None else neginf
    for part in (x.real, x.imag) if x.dtype.kind == "c" else (x,):
        infinite = isinf(part)
        part[...] = where(isnan(part), nan, where(infinite & (part > 0), posinf,
                                                  where(infinite, neginf, part)))
    return x


def _infinite(name: str, x: ArrayLike) -> tuple[ndarray, ndarray]:
    x = asarray(x)
    if x.dtype.kind == "c":
        raise TypeError(
            "argument 'x' of {} must hold real numbers, which have a sign, not {}".format(
                name, x.dtype.name))
    return x, isinf(x)


def isposinf(x: ArrayLike) -> ndarray:
    """Whether elements are positive infinity. Raises TypeError for complex numbers.

    >>> import pommel as pm
    >>> pm.isposinf([pm.inf, -pm.inf, 1.0])
    array([ True, False, False])
    """
    x, infinite = _infinite("isposinf", x)
    return infinite & (x > 0)


def isneginf(x: ArrayLike) -> ndarray:
    """Whether elements are negative infinity. Raises TypeError for complex numbers.

    >>> import pommel as pm
    >>> pm.isneginf([pm.inf, -pm.inf, 1.0])
    array([False,  True, False])
    """
    x, infinite = _infinite("isneginf", x)
    return infinite & (x < 0)


def isreal(x: ArrayLike) -> ndarray:
    """Whether elements have no imaginary part other than zero.

    >>> import pommel as pm
    >>> pm.isreal([1 + 1j, 1])
    array([False,  True])
    """
    return _native.imag(asarray(x)) == 0


def iscomplex(x: ArrayLike) -> ndarray:
    """Whether elements have an imaginary part other than zero.

    >>> import pommel as pm
    >>> pm.iscomplex([1 + 1j, 1])
    array([ True, False])
    """
    return _native.imag(asarray(x)) != 0


def iscomplexobj(x: ArrayLike) -> bool:
    """Whether the elements are of a complex type, or the number is.

    >>> import pommel as pm
    >>> pm.iscomplexobj([1, 1j]), pm.iscomplexobj(pm.zeros(2))
    (True, False)
    """
    return asarray(x).dtype.kind == "c"


def isrealobj(x: ArrayLike) -> bool:
    """Whether the elements are not of a complex type.

    >>> import pommel as pm
    >>> pm.isrealobj([1, 1j]), pm.isrealobj(pm.zeros(2))
    (False, True)
    """
    return not iscomplexobj(x)


def isscalar(element: Any) -> bool:
    """Whether an object is a number, also one that came out of an array, a text or bytes, and not an
    array that can be written.

    >>> import pommel as pm
    >>> pm.isscalar(3.0), pm.isscalar("3"), pm.isscalar(pm.ones(3).sum()), pm.isscalar(pm.array(3.0))
    (True, True, True, False)
    """
    from ._types import generic

    return isinstance(element, (Number, str, bytes, memoryview, generic))


def real_if_close(a: ArrayLike, tol: float = 100) -> ndarray:
    """The real parts if all imaginary parts are close to zero, else the array.

    Close is below `tol` times the distance from 1 to the next number of the type; below `tol`
    itself if that is 1 or less.

    >>> import pommel as pm
    >>> pm.real_if_close([1 + 1e-15j, 2])
    array([1., 2.])
    """
    from ._types import finfo

    a = asarray(a)
    if a.dtype.kind != "c":
        return a
    bound = finfo(a.dtype).eps * tol if tol > 1 else tol
    return a.real if _native.all(_native.abs(a.imag) < bound) else a

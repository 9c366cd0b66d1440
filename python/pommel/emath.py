"""Functions that give complex numbers where real ones have no result: ``pommel.emath``."""

from __future__ import annotations

from . import _native
from ._native import asarray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ndarray

__all__ = ["arccos", "arcsin", "arctanh", "log", "log10", "log2", "logn", "power", "sqrt"]


def _wide(x: Any, bad: Any) -> ndarray:
    """Complex numbers if some of the real ones are bad."""
    if x.dtype.kind == "c" or not _native.any(bad(x)):
        return x
    return x.astype(_native.result_type(x.dtype, _native.complex64))


def _negative(x: ndarray) -> ndarray:
    return x < 0


def _far(x: ndarray) -> ndarray:
    return _native.abs(x) > 1


def sqrt(x: ArrayLike) -> ndarray:
    """The square root; of negative numbers an imaginary one.

    >>> import pommel as pm
    >>> pm.emath.sqrt([-4.0, 9.0])
    array([0.+2.j, 3.+0.j])
    """
    return _native.sqrt(_wide(asarray(x), _negative))


def log(x: ArrayLike) -> ndarray:
    """The natural logarithm; of negative numbers a complex one."""
    return _native.log(_wide(asarray(x), _negative))


def log2(x: ArrayLike) -> ndarray:
    """The logarithm to the base 2; of negative numbers a complex one."""
    return _native.log2(_wide(asarray(x), _negative))


def log10(x: ArrayLike) -> ndarray:
    """The logarithm to the base 10; of negative numbers a complex one."""
    return _native.log10(_wide(asarray(x), _negative))


def logn(n: ArrayLike, x: ArrayLike) -> ndarray:
    """The logarithm of `x` to the base `n`; of negative numbers a complex one."""
    return log(x) / log(n)


def power(x: ArrayLike, p: ArrayLike) -> ndarray:
    """Powers; of negative numbers complex ones, of integers with negative exponents real ones."""
    base, exponent = _wide(asarray(x), _negative), asarray(p)
    if exponent.dtype.kind == "i" and _native.any(exponent < 0):
        exponent = exponent.astype(_native.float64)
    return _native.pow(base, exponent)


def arccos(x: ArrayLike) -> ndarray:
    """The angle whose cosine it is; complex for numbers beyond 1."""
    return _native.acos(_wide(asarray(x), _far))


def arcsin(x: ArrayLike) -> ndarray:
    """The angle whose sine it is; complex for numbers beyond 1."""
    return _native.asin(_wide(asarray(x), _far))


def arctanh(x: ArrayLike) -> ndarray:
    """The number whose hyperbolic tangent it is; complex for numbers beyond 1."""
    return _native.atanh(_wide(asarray(x), _far))

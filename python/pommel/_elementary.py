"""Element-wise functions made of those that are compiled: angles, parts of numbers."""

from __future__ import annotations

from math import log, pi

from . import _native
from ._errstate import errstate
from ._native import asarray, where
from ._ufuncs import elementwise, elementwise_two

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import ArrayLike, ndarray

#: The floating-point type for integers of so many bytes; float64 for larger ones.
_FLOATS = {1: _native.float16, 2: _native.float32}


def _real(name: str, x: ArrayLike) -> ndarray:
    """An array of floating-point numbers, as wide as integers need."""
    x = asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("argument 'x' of {} must hold real numbers, not {}: take its parts".format(
            name, x.dtype.name))
    if x.dtype.kind == "f":
        return x
    return x.astype(_FLOATS.get(x.dtype.itemsize, _native.float64))


@elementwise
def radians(x: ArrayLike) -> ndarray:
    """Degrees as radians. Integers give floating-point numbers; TypeError for complex numbers.

    >>> import pommel as pm
    >>> pm.radians([0.0, 180.0])
    array([0.        , 3.14159265])
    """
    return _real("radians", x) * (pi / 180)


@elementwise
def degrees(x: ArrayLike) -> ndarray:
    """Radians as degrees. Integers give floating-point numbers; TypeError for complex numbers.

    >>> import pommel as pm
    >>> pm.degrees([0.0, pm.pi])
    array([  0., 180.])
    """
    return _real("degrees", x) * (180 / pi)


deg2rad = radians
rad2deg = degrees


def angle(z: ArrayLike, deg: bool = False) -> ndarray:
    """The angles of complex numbers from -pi to pi, or in degrees; real numbers have 0 or pi.

    >>> import pommel as pm
    >>> pm.angle([1, 1j, -1], deg=True)
    array([  0.,  90., 180.])
    """
    z = asarray(z)
    result = _native.atan2(z.imag, z.real) if z.dtype.kind == "c" else _native.atan2(0, z)
    return result * (180 / pi) if deg else result


@elementwise
def fix(x: ArrayLike) -> ndarray:
    """Numbers rounded towards zero; integers as they are.

    >>> import pommel as pm
    >>> pm.fix([1.7, -1.7])
    array([ 1., -1.])
    """
    return _native.trunc(x)


@elementwise_two
def modf(x: ArrayLike) -> tuple[ndarray, ndarray]:
    """The parts of numbers behind the point and before it, both with the sign of the number.

    >>> import pommel as pm
    >>> pm.modf([1.5, -2.25])
    (array([ 0.5 , -0.25]), array([ 1., -2.]))
    """
    x = _real("modf", x)
    whole = _native.trunc(x)
    with errstate(invalid="ignore"):
        part = where(_native.isinf(x), 0, x - whole)
    return _native.copysign(part, x), whole


#: Bits of float64: those of the significand, and what is added to exponents.
_DIGITS, _BIAS = 52, 1023


def _bits(x: ndarray) -> ndarray:
    """The bits of float64 numbers as integers of the same shape."""
    x = _native.array(x, copy=True)
    return _native.frombuffer(x, dtype=_native.int64).reshape(x.shape)


def _numbers(bits: ndarray) -> ndarray:
    """The float64 numbers that bits stand for."""
    bits = _native.array(bits, copy=True)
    return _native.frombuffer(bits, dtype=_native.float64).reshape(bits.shape)


def _split(x: ndarray) -> tuple[ndarray, ndarray]:
    """float64 numbers as one of 0.5 to below 1 times a power of two: both factors' parts."""
    tiny = _native.abs(x) < 2.0 ** (2 - _BIAS)
    # The others have no exponent of their own.
    bits = _bits(where(tiny, x * 2.0 ** 54, x))
    exponent = ((bits >> _DIGITS) & 0x7FF) - (_BIAS - 1) - where(tiny, 54, 0)
    significand = _numbers((bits & ~(0x7FF << _DIGITS)) | ((_BIAS - 1) << _DIGITS))
    whole = _native.isfinite(x) & (x != 0)
    return where(whole, significand, x), where(whole, exponent, 0)


@elementwise_two
def frexp(x: ArrayLike) -> tuple[ndarray, ndarray]:
    """Numbers as significands of 0.5 to below 1 and exponents of two, which are of int32.

    Zeros, infinities and NaN are their own significands, and have the exponent 0.

    >>> import pommel as pm
    >>> pm.frexp([8.0, 0.75])
    (array([0.5 , 0.75]), array([4, 0], dtype=int32))
    """
    x = _real("frexp", x)
    significand, exponent = _split(x.astype(_native.float64))
    return significand.astype(x.dtype), exponent.astype(_native.int32)


@elementwise
def ldexp(x1: ArrayLike, x2: ArrayLike) -> ndarray:
    """Numbers times two to the power of integers: the inverse of :func:`frexp`, rounded once.

    >>> import pommel as pm
    >>> pm.ldexp([0.5, 0.75], [4, 0])
    array([8.  , 0.75])
    """
    x, power = _real("ldexp", x1), asarray(x2)
    if power.dtype.kind not in "biu":
        raise TypeError(
            "argument 'x2' of ldexp must hold integers, not {}".format(power.dtype.name))
    significand, exponent = _split(x.astype(_native.float64))
    # Powers beyond these give zero and infinity as these do.
    exponent = exponent + _native.clip(power, -5000, 5000).astype(_native.int64)
    least = 1 - _BIAS - _DIGITS
    near = _native.clip(exponent, least, _BIAS)
    normal = near > -_BIAS
    factor = _numbers(where(normal, (near + _BIAS) << _DIGITS,
                            _native.bitwise_left_shift(1, where(normal, 0, near - least))))
    # The first product is exact: what is left of the exponent is small.
    rest = _native.exp2(_native.clip(exponent - near, -3, 3).astype(_native.float64))
    return (significand * rest * factor).astype(x.dtype)


@elementwise
def logaddexp2(x1: ArrayLike, x2: ArrayLike) -> ndarray:
    """The binary logarithms of sums of numbers whose binary logarithms are given.

    >>> import pommel as pm
    >>> pm.logaddexp2([1.0, 3.0], [1.0, 3.0])
    array([2., 4.])
    """
    x1, x2 = _operand(x1), _operand(x2)
    dtype = _native.result_type(x1, x2)
    a, b = (_real("logaddexp2", asarray(x, dtype=dtype)) for x in (x1, x2))
    with errstate(invalid="ignore"):
        apart = _native.abs(a - b)
    sums = _native.maximum(a, b) + _native.log1p(_native.exp2(-apart)) * (1 / log(2))
    # Infinities that are equal have no distance.
    return where(a == b, a + 1, sums)[()]


def _operand(x: ArrayLike) -> ndarray | bool | int | float | complex:
    """A number as it is, so that it leaves an array's element type alone; others as arrays."""
    return x if type(x) in (bool, int, float, complex) else asarray(x)


@elementwise
def float_power(x1: ArrayLike, x2: ArrayLike) -> ndarray:
    """Powers in float64 or complex128, also of integers with negative exponents.

    >>> import pommel as pm
    >>> pm.float_power([1, 2, 4], -1)
    array([1.  , 0.5 , 0.25])
    """
    x1, x2 = asarray(x1), asarray(x2)
    dtype = _native.complex128 if "c" in (x1.dtype.kind, x2.dtype.kind) else _native.float64
    return _native.pow(x1.astype(dtype), x2.astype(dtype))


@elementwise_two
def divmod(x1: ArrayLike, x2: ArrayLike) -> tuple[ndarray, ndarray]:
    """Quotients rounded down, and remainders: ``(x1 // x2, x1 % x2)``.

    >>> import pommel as pm
    >>> pm.divmod([7, -7], 3)
    (array([ 2, -3]), array([1, 2]))
    """
    return _native.floor_divide(x1, x2), _native.remainder(x1, x2)


@elementwise
def spacing(x: ArrayLike) -> ndarray:
    """The distances from numbers to the next ones of their type, away from zero; with their sign.

    NaN for infinities; the largest finite number is as far from the next one as if there were one.

    >>> import pommel as pm
    >>> pm.spacing([1.0, 4.0])
    array([2.22044605e-16, 8.88178420e-16])
    """
    from ._types import finfo

    x = _real("spacing", x)
    limits = finfo(x.dtype)
    _, exponent = _split(x.astype(_native.float64))
    # Below the normal numbers all are as far apart as the least of those.
    exponent = where(x == 0, limits.minexp, _native.maximum(exponent - 1, limits.minexp))
    apart = ldexp(where(x < 0, -1.0, 1.0), exponent - limits.nmant).astype(x.dtype)
    return where(_native.isfinite(x), apart, float("nan"))

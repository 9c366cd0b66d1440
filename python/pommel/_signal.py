"""Samples of functions: convolution, interpolation, differences, windows."""

from __future__ import annotations

from math import factorial, pi

from . import _native
from ._errstate import errstate
from ._native import asarray, where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ndarray


def _line(name: str, x: ArrayLike) -> ndarray:
    """An array of one axis that has elements."""
    x = _native.atleast_1d(asarray(x))
    if x.ndim > 1:
        raise ValueError("argument '{}' must have one axis, not {}".format(name, x.ndim))
    if x.size == 0:
        raise ValueError("argument '{}' must have elements".format(name))
    return x


def _slid(long: ndarray, short: ndarray, mode: str) -> ndarray:
    """The sums of products of a line with a shorter one that slides along it."""
    n = short.size
    margins = {"full": (n - 1, n - 1), "same": (n // 2, n - n // 2 - 1), "valid": (0, 0)}
    if mode not in margins:
        raise ValueError(
            "argument 'mode' must be 'full', 'same' or 'valid', not {!r}".format(mode))
    before, behind = margins[mode]
    dtype = _native.result_type(long.dtype, short.dtype)
    if dtype.kind == "b":
        return _slid(long.astype(_native.int64), short.astype(_native.int64), mode) > 0
    long, short = long.astype(dtype), short.astype(dtype)
    if dtype.kind not in "fc" or _native.all(_native.isfinite(short)):
        padded = _native.concat([
            _native.zeros(before, dtype), long, _native.zeros(behind, dtype)])
        # A product with a view: the windows are not copied.
        windows = _native.sliding_window_view(padded, n)
        return _native.matmul(windows, short)
    # What is outside of the line counts as nothing, and zero times infinity is not that.
    total = _native.zeros(long.size + 2 * (n - 1), dtype)
    for at, weight in enumerate(_native.split(short, n)):
        total[n - 1 - at:n - 1 - at + long.size] += long * weight
    return total[n - 1 - before:n - 1 - before + long.size + before + behind - n + 1]


def convolve(a: ArrayLike, v: ArrayLike, mode: str = "full") -> ndarray:
    """The convolution of two lines, such as the coefficients of a product of polynomials.

    `mode` says how far they overlap: 'full' somewhere, 'valid' all of the shorter one, 'same' for
    a result as long as the longer one. Raises ValueError for lines without elements.

    >>> import pommel as pm
    >>> pm.convolve([1, 2, 3], [0.0, 1.0, 0.5])
    array([0. , 1. , 2.5, 4. , 1.5])
    """
    a, v = _line("a", a), _line("v", v)
    if v.size > a.size:
        a, v = v, a
    return _slid(a, v[::-1], mode)


def correlate(a: ArrayLike, v: ArrayLike, mode: str = "valid") -> ndarray:
    """The sums of products of a line with the conjugate of another that is shifted along it.

    `mode` as for :func:`convolve`.

    >>> import pommel as pm
    >>> pm.correlate([1, 2, 3], [0.0, 1.0, 0.5], mode="same")
    array([2. , 3.5, 3. ])
    """
    a, v = _line("a", a), _line("v", v)
    if v.dtype.kind == "c":
        v = _native.conj(v)
    if v.size > a.size:
        return _slid(v, a, mode)[::-1]
    return _slid(a, v, mode)


def interp(x: ArrayLike, xp: ArrayLike, fp: ArrayLike, left: complex | None = None,
           right: complex | None = None, period: float | None = None) -> ndarray:
    """Values between those of a function that is known at the ascending points `xp`, by lines.

    Before and behind the points it is `left` and `right`, or the first and the last value; with a
    `period`, points may be in any order and the function goes on periodically. The result is of
    float64 or complex128.

    >>> import pommel as pm
    >>> pm.interp([0.0, 1.5, 9.0], [1, 2, 3], [10.0, 20.0, 0.0])
    array([10., 15.,  0.])
    """
    x, xp, fp = asarray(x), asarray(xp), asarray(fp)
    if xp.ndim != 1 or fp.ndim != 1 or xp.size != fp.size or not xp.size:
        raise ValueError(
            "arguments 'xp' and 'fp' must have one axis, the same length and elements, not the "
            "shapes {} and {}".format(xp.shape, fp.shape))
    x, xp = x.astype(_native.float64), xp.astype(_native.float64)
    if period is not None:
        if period == 0:
            raise ValueError("argument 'period' must not be zero")
        period, left, right = abs(period), None, None
        x, xp = x % period, xp % period
        order = _native.argsort(xp)
        xp, fp = xp[order], fp[order]
        xp = _native.concat([xp[-1:] - period, xp, xp[:1] + period])
        fp = _native.concat([fp[-1:], fp, fp[:1]])
    if fp.dtype.kind != "c":
        return _interpolated(x, xp, fp.astype(_native.float64), left, right)[()]
    # Each part by itself, since infinity in one would spoil the other in a product.
    result = _native.empty(x.shape, _native.complex128)
    for name in ("real", "imag"):
        ends = [end if end is None else getattr(complex(end), name) for end in (left, right)]
        getattr(result, name)[...] = _interpolated(
            x, xp, getattr(fp, name).astype(_native.float64), *ends)
    return result


def _interpolated(x: ndarray, xp: ndarray, fp: ndarray, left: complex | None,
                  right: complex | None) -> ndarray:
    """The same of arrays of float64, whose points ascend."""
    last = xp.size - 1
    at = _native.maximum(_native.searchsorted(xp, x, side="right") - 1, 0)
    to = _native.minimum(at + 1, last)
    low, high = _native.take(fp, at), _native.take(fp, to)
    begin, end = _native.take(xp, at), _native.take(xp, to)
    with errstate(all="ignore"):
        slope = (high - low) / (end - begin)
        value = slope * (x - begin) + low
        # From the other end, where infinity has spoiled it.
        value = where(_native.isnan(value), slope * (x - end) + high, value)
    value = where(_native.isnan(value) & (low == high) | (x == begin) | (at == last), low, value)
    value = where(x < xp[:1], fp[:1] if left is None else left, value)
    value = where(x > xp[-1:], fp[-1:] if right is None else right, value)
    return where(_native.isnan(x), x, value).reshape(x.shape)


def _distances(f: ndarray, axes: list[int], varargs: tuple) -> list[Any]:
    """For each axis a number, or an array of the distances of neighbours."""
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError(
            "gradient() takes no spacing, one, or one for each of the {} axes, not {}".format(
                len(axes), len(varargs)))
    if len(varargs) != len(axes):
        if varargs and asarray(varargs[0]).ndim:
            raise TypeError(
                "gradient() takes positions for each of the {} axes, not one array".format(
                    len(axes)))
        varargs = (varargs or (1.0,)) * len(axes)
    result = []
    for axis, given in zip(axes, varargs):
        points = asarray(given)
        if points.ndim == 0:
            result.append(points.item())
            continue
        if points.shape != (f.shape[axis],):
            raise ValueError(
                "argument 'varargs' must hold numbers, or positions as many as the axis {} has "
                "elements, not an array of the shape {}".format(axis, points.shape))
        if points.dtype.kind in "biu":
            points = points.astype(_native.float64)
        steps = _native.diff(points)
        # Those that are all the same need not be distinguished.
        result.append(steps[0] if _native.all(steps == steps[:1]) else steps)
    return result


def _slope(f: ndarray, h: Any, edge_order: int) -> ndarray:
    """The derivative along the last axis, of second order inside.

    B. Fornberg, "Generation of finite difference formulas on arbitrarily spaced grids",
    Mathematics of Computation 51 (1988).
    """
    if isinstance(h, _native.ndarray):
        before, behind = h[:-1], h[1:]
        both = before + behind
        inside = (-(behind / (before * both)) * f[..., :-2]
                  + (behind - before) / (before * behind) * f[..., 1:-1]
                  + before / (behind * both) * f[..., 2:])
        first, second, third, fourth = h[:1], h[1:2], h[-2:-1], h[-1:]
    else:
        inside = (f[..., 2:] - f[..., :-2]) / (2.0 * h)
        first = second = third = fourth = h
    if edge_order == 1:
        start = (f[..., 1:2] - f[..., :1]) / first
        end = (f[..., -1:] - f[..., -2:-1]) / fourth
    else:
        start = (-(2 * first + second) / (first * (first + second)) * f[..., :1]
                 + (first + second) / (first * second) * f[..., 1:2]
                 - first / (second * (first + second)) * f[..., 2:3])
        end = (fourth / (third * (third + fourth)) * f[..., -3:-2]
               - (third + fourth) / (third * fourth) * f[..., -2:-1]
               + (2 * fourth + third) / (fourth * (third + fourth)) * f[..., -1:])
    return _native.concat([start, inside, end], axis=-1)


def gradient(f: ArrayLike, *varargs: ArrayLike, axis: int | tuple[int, ...] | None = None,
             edge_order: int = 1) -> ndarray | tuple[ndarray, ...]:
    """The derivatives of a function on a grid: an array, or a tuple for several axes.

    `varargs` holds the spacing: a number for all axes, or for each axis a number or the positions
    of its points. Inside differences are central; at the edges they are one-sided of `edge_order`
    1 or 2. Integers give float64.

    Raises ValueError if an axis has no more than `edge_order` elements.

    >>> import pommel as pm
    >>> pm.gradient([1.0, 2.0, 4.0, 7.0])
    array([1. , 1.5, 2.5, 3. ])
    """
    from ._statistics import axes_of

    f = asarray(f)
    if f.dtype.kind not in "fc":
        f = f.astype(_native.float64)
    axes = axes_of(f, axis)
    distances = _distances(f, axes, varargs)
    if edge_order not in (1, 2):
        raise ValueError("argument 'edge_order' must be 1 or 2, not {!r}".format(edge_order))
    results = []
    for one, h in zip(axes, distances):
        if f.shape[one] <= edge_order:
            raise ValueError(
                "argument 'f' must have {} elements or more along axis {}, not {}: fewer have no "
                "gradient".format(edge_order + 1, one, f.shape[one]))
        slope = _slope(_native.moveaxis(f, one, -1), h, edge_order).astype(f.dtype)
        results.append(_native.moveaxis(slope, -1, one))
    return results[0] if len(results) == 1 else tuple(results)


def trapezoid(y: ArrayLike, x: ArrayLike = None, dx: float = 1.0, axis: int = -1) -> ndarray:
    """The integral along an axis by the trapezoidal rule, over the points `x`, or `dx` apart.

    >>> import pommel as pm
    >>> pm.trapezoid([1.0, 2.0, 3.0], x=[0, 2, 6])
    array(13.)
    """
    y = _native.moveaxis(asarray(y), axis, -1)
    if x is None:
        steps: Any = dx
    else:
        x = asarray(x)
        steps = _native.diff(x) if x.ndim == 1 else _native.diff(_native.moveaxis(x, axis, -1))
    return _native.sum(steps * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


def unwrap(p: ArrayLike, discont: float | None = None, axis: int = -1, *,
           period: float = 2 * pi) -> ndarray:
    """Phases without jumps: where neighbours differ by more than `discont`, and half a period,
    whole periods are added.

    >>> import pommel as pm
    >>> pm.unwrap([0, 3, 5, 1, 2], period=6)
    array([0, 3, 5, 7, 8])
    """
    p = _native.moveaxis(asarray(p), axis, -1)
    step = _native.diff(p)
    discont = period / 2 if discont is None else discont
    dtype = _native.result_type(step, period)
    if dtype.kind in "iu":
        high, ambiguous = period // 2, period % 2 == 0
    else:
        high, ambiguous = period / 2, True
    nearest = (step + high) % period - high
    if ambiguous:
        # Half a period up stays half a period up.
        nearest = where((nearest == -high) & (step > 0), high, nearest)
    change = where(_native.abs(step) < discont, 0, nearest - step)
    up = _native.concat([p[..., :1], p[..., 1:] + _native.cumsum(change, axis=-1)], axis=-1)
    return _native.moveaxis(up.astype(dtype), -1, axis)


def ediff1d(ary: ArrayLike, to_end: ArrayLike = None, to_begin: ArrayLike = None) -> ndarray:
    """The differences of neighbours in C order, with what is given before and behind.

    >>> import pommel as pm
    >>> pm.ediff1d([1, 2, 4], to_begin=0, to_end=[9, 9])
    array([0, 1, 2, 9, 9])
    """
    ary = _native.ravel(asarray(ary))
    parts = [_native.diff(ary)]
    for name, given, at in (("to_begin", to_begin, 0), ("to_end", to_end, len(parts) + 1)):
        if given is None:
            continue
        given = _native.ravel(asarray(given))
        if not _native.can_cast(given.dtype, ary.dtype, "same_kind"):
            raise TypeError(
                "argument '{}' must be of the kind of {}, not {}: convert one of them".format(
                    name, ary.dtype.name, given.dtype.name))
        parts.insert(at, given.astype(ary.dtype))
    return _native.concat(parts)


def sinc(x: ArrayLike) -> ndarray:
    """``sin(pi x) / (pi x)``, and 1 at 0.

    >>> import pommel as pm
    >>> pm.sinc([0.0, 0.5])
    array([1.        , 0.63661977])
    """
    x = asarray(x)
    x = (x if x.dtype.kind in "fc" else x.astype(_native.float64)) * pi
    zero = x == 0
    x = where(zero, 1, x)
    return where(zero, 1, _native.sin(x) / x)


#: From here on the sum of inverse powers has the digits of float64 with no more terms than these,
#: and up to here the sum of powers.
_BORDER = 22.0
_POWERS = [1 / factorial(k) ** 2 for k in range(38)]
_INVERSES = [1.0]
for _k in range(1, 23):
    _INVERSES.append(_INVERSES[-1] * (2 * _k - 1) ** 2 / (8 * _k))


def _horner(coefficients: list[float], x: ndarray) -> ndarray:
    """A polynomial whose coefficients begin with that of the lowest power."""
    value = _native.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        value = value * x + coefficient
    return value


def i0(x: ArrayLike) -> ndarray:
    """The modified Bessel function of the first kind and of order 0.

    Raises TypeError for complex numbers. M. Abramowitz and I. Stegun, Handbook of Mathematical
    Functions, 9.6.12 and 9.7.1.

    >>> import pommel as pm
    >>> pm.i0([0.0, 1.0])
    array([1.        , 1.26606588])
    """
    x = asarray(x)
    if x.dtype.kind == "c":
        raise TypeError("argument 'x' of i0 must hold real numbers, not {}".format(x.dtype.name))
    size = _native.abs(x.astype(_native.float64))
    near, far = _native.minimum(size, _BORDER), _native.maximum(size, _BORDER)
    small = _horner(_POWERS, near * near / 4)
    # In two halves, since the exponential alone is too large where the function is not.
    half = _native.exp(far / 2)
    large = half * (_horner(_INVERSES, 1 / far) / _native.sqrt(2 * pi * far)) * half
    result = where(size <= _BORDER, small, large)
    return result.astype(x.dtype) if x.dtype.kind == "f" else result


def _window(M: float) -> tuple[ndarray, float]:
    """The points of a window, from its beginning below zero to its end, and that end."""
    if M < 1:
        return _native.zeros(0), M - 1
    return _native.arange(1 - M, M, 2, dtype=_native.float64), M - 1


def _cosines(M: float, *weights: float) -> ndarray:
    """A window that is a sum of cosines with weights."""
    if M == 1:
        return _native.ones(1)
    n, end = _window(M)
    window = _native.full_like(n, weights[0])
    for k, weight in enumerate(weights[1:], 1):
        window = window + weight * _native.cos(k * pi * n / end)
    return window


def bartlett(M: float) -> ndarray:
    """The triangular window of Bartlett of `M` points, which is zero at its ends.

    >>> import pommel as pm
    >>> pm.bartlett(5)
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    if M == 1:
        return _native.ones(1)
    n, end = _window(M)
    return 1 - _native.abs(n) / end


def blackman(M: float) -> ndarray:
    """The window of Blackman of `M` points: three terms of cosines.

    >>> import pommel as pm
    >>> [abs(round(value, 2)) for value in pm.blackman(5).tolist()]
    [0.0, 0.34, 1.0, 0.34, 0.0]
    """
    return _cosines(M, 0.42, 0.5, 0.08)


def hamming(M: float) -> ndarray:
    """The window of Hamming of `M` points: a cosine raised so that side lobes cancel.

    >>> import pommel as pm
    >>> pm.hamming(5)
    array([0.08, 0.54, 1.  , 0.54, 0.08])
    """
    return _cosines(M, 0.54, 0.46)


def hanning(M: float) -> ndarray:
    """The window of von Hann of `M` points: a raised cosine, zero at its ends.

    >>> import pommel as pm
    >>> pm.hanning(5)
    array([0. , 0.5, 1. , 0.5, 0. ])
    """
    return _cosines(M, 0.5, 0.5)


def kaiser(M: float, beta: float) -> ndarray:
    """The window of Kaiser of `M` points: `beta` makes it narrower.

    >>> import pommel as pm
    >>> pm.kaiser(3, 0.0)
    array([1., 1., 1.])
    """
    if M == 1:
        return _native.ones(1)
    n, end = 2 * _native.arange(max(M, 0), dtype=_native.float64), M - 1
    return i0(beta * _native.sqrt(1 - (n / end - 1) ** 2)) / i0(beta)

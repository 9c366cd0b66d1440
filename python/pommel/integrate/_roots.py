"""Zeros of functions of one number."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: How a search ends; for `NAN`, the place is where it was.
CONVERGED, EXHAUSTED, SAME_SIGNS, NAN, GOES_ON = 0, 1, 2, 3, 4


def brent_between(f: Any, args: Any, a: float, b: float, fa: float, fb: float, xtol: float, rtol: float,
                  most: int) -> Any:
    """A zero between two places whose values ``fa`` and ``fb`` have different signs, by Brent's method (1973): the best
    of bisection, the secant and inverse quadratic interpolation. How many calls there were, with those two, iterations,
    and how it ended."""
    # The zero is between b, the best place, and c.
    c, fc, step, last = a, fa, b - a, b - a
    for count in range(most):
        if (fb < 0.0) == (fc < 0.0):
            c, fc, step, last = a, fa, b - a, b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        least = (xtol + rtol * abs(b)) / 2.0
        middle = (c - b) / 2.0
        if fb == 0.0 or abs(middle) < least:
            return b, count + 2, count + 1, CONVERGED
        before, previous, last, step = last, step, middle, middle
        if abs(before) > least and abs(fb) < abs(fa):
            ratio = fb / fa
            if a == c:
                p, q = 2.0 * middle * ratio, 1.0 - ratio
            else:
                q, r = fa / fc, fb / fc
                p = ratio * (2.0 * middle * q * (q - r) - (b - a) * (r - 1.0))
                q = (q - 1.0) * (r - 1.0) * (ratio - 1.0)
            if p > 0.0:
                q = -q
            p = abs(p)
            if 2.0 * p < min(3.0 * middle * q - abs(least * q), abs(before * q)):
                last, step = previous, p / q
        a, fa = b, fb
        b += step if abs(step) > least else least if middle > 0.0 else -least
        fb = float(f(b, *args))
        if fb != fb:
            return b, count + 3, count + 1, NAN
    return b, most + 2, most, EXHAUSTED


def zero(function: Callable[[float], float], a: float, b: float, xtol: float, rtol: float, fa: float,
         fb: float) -> float:
    """A zero between two places, where the function may be zero, too."""
    if fa == 0.0:
        return a
    if fb == 0.0:
        return b
    return brent_between(function, (), a, b, fa, fb, xtol, rtol, 200)[0]  # type: ignore[no-any-return]

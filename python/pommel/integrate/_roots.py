"""Zeros of functions of one number."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


def zero(function: Callable[[float], float], a: float, b: float, xtol: float, rtol: float, fa: float,
         fb: float) -> float:
    """A zero between two places of different signs by Brent's method (1973): the best of bisection, the secant and
    inverse quadratic interpolation."""
    if fa == 0.0:
        return a
    if fb == 0.0:
        return b
    c, fc, step, last = a, fa, b - a, b - a
    for _ in range(200):
        if (fb < 0.0) == (fc < 0.0):
            c, fc, step, last = a, fa, b - a, b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        least = (xtol + rtol * abs(b)) / 2
        middle = (c - b) / 2
        if fb == 0.0 or abs(middle) < least:
            break
        if abs(last) > least and abs(fb) < abs(fa):
            ratio = fb / fa
            if a == c:
                p, q = 2 * middle * ratio, 1.0 - ratio
            else:
                q, r = fa / fc, fb / fc
                p = ratio * (2 * middle * q * (q - r) - (b - a) * (r - 1.0))
                q = (q - 1.0) * (r - 1.0) * (ratio - 1.0)
            if p > 0:
                q = -q
            p = abs(p)
            if 2 * p < min(3 * middle * q - abs(least * q), abs(last * q)):
                last, step = step, p / q
            else:
                last = step = middle
        else:
            last = step = middle
        a, fa = b, fb
        b += step if abs(step) > least else least if middle > 0 else -least
        fb = function(b)
    return b

"""Zeros between two places where a function has different signs: Brent's method (Algorithms for Minimization
without Derivatives, 1973), bisection, and Ridders' method (1979).

Each gives the zero, how many calls and iterations there were, and how it ended. The compiler makes one function of
the loop and the callback.
"""

from __future__ import annotations

from math import copysign, sqrt

from ..integrate._roots import CONVERGED, EXHAUSTED, GOES_ON, NAN, SAME_SIGNS, brent_between

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def ends(f: Any, args: Any, a: float, b: float) -> Any:
    """The values at both ends; a place, how many calls there were, and whether it ends there."""
    fa = float(f(a, *args))
    if fa != fa:
        return fa, fa, a, 1, NAN
    fb = float(f(b, *args))
    if fb != fb:
        return fa, fb, b, 2, NAN
    if fa == 0.0:
        return fa, fb, a, 2, CONVERGED
    if fb == 0.0:
        return fa, fb, b, 2, CONVERGED
    return fa, fb, b, 2, SAME_SIGNS if (fa < 0.0) == (fb < 0.0) else GOES_ON


def brent(f: Any, args: Any, a: float, b: float, xtol: float, rtol: float, most: int) -> Any:
    """The best of bisection, the secant and inverse quadratic interpolation."""
    fa, fb, place, calls, state = ends(f, args, a, b)
    if state != GOES_ON:
        return place, calls, 0, state
    return brent_between(f, args, a, b, fa, fb, xtol, rtol, most)


def bisection(f: Any, args: Any, a: float, b: float, xtol: float, rtol: float, most: int) -> Any:
    """Halves, again and again."""
    fa, fb, place, calls, state = ends(f, args, a, b)
    if state != GOES_ON:
        return place, calls, 0, state
    width = b - a
    for count in range(most):
        width *= 0.5
        middle = a + width
        f_middle = float(f(middle, *args))
        if f_middle != f_middle:
            return middle, count + 3, count + 1, NAN
        if (f_middle < 0.0) == (fa < 0.0):
            a = middle
        if f_middle == 0.0 or abs(width) < xtol + rtol * abs(middle):
            return middle, count + 3, count + 1, CONVERGED
    return a, most + 2, most, EXHAUSTED


def ridders(f: Any, args: Any, a: float, b: float, xtol: float, rtol: float, most: int) -> Any:
    """False position after the middle has made an exponential of the function."""
    fa, fb, place, calls, state = ends(f, args, a, b)
    if state != GOES_ON:
        return place, calls, 0, state
    tolerance = xtol + rtol * min(abs(a), abs(b))
    for count in range(most):
        half = 0.5 * (b - a)
        middle = a + half
        fm = float(f(middle, *args))
        if fm == 0.0:
            return middle, 2 * count + 3, count + 1, CONVERGED
        if fm != fm:
            return middle, 2 * count + 3, count + 1, NAN
        step = half * fm / sqrt(fm * fm - fa * fb)
        if fb < fa:
            step = -step
        new = middle - copysign(min(abs(step), abs(half) - 0.5 * tolerance), step)
        fn = float(f(new, *args))
        if fn != fn:
            return new, 2 * count + 4, count + 1, NAN
        if (fn < 0.0) != (fm < 0.0):
            a, fa, b, fb = new, fn, middle, fm
        elif (fn < 0.0) != (fa < 0.0):
            b, fb = new, fn
        else:
            a, fa = new, fn
        tolerance = xtol + rtol * abs(new)
        if fn == 0.0 or abs(b - a) < tolerance:
            return new, 2 * count + 4, count + 1, CONVERGED
    return a, 2 * most + 2, most, EXHAUSTED

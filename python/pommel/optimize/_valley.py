"""Minima of functions of one number: Brent's method (Algorithms for Minimization without Derivatives, 1973, chapter 5),
the golden section, and how three places are found with the lowest in the middle."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

GOLDEN = 0.3819660112501051


def brent(f: Any, args: Any, a: float, b: float, x: float, fx: float, relative: float, absolute: float,
          most: int) -> Any:
    """The best of parabolas and the golden section, from a place within an interval on: the place, the value, how many
    iterations there were, and whether they were enough."""
    second, third, f_second, f_third = x, x, fx, fx
    step = before = 0.0
    for count in range(most + 1):
        middle = 0.5 * (a + b)
        least = relative * abs(x) + absolute
        if abs(x - middle) <= 2.0 * least - 0.5 * (b - a):
            return x, fx, count, True
        if count == most:
            break
        is_golden = True
        if abs(before) > least:
            r = (x - second) * (fx - f_third)
            q = (x - third) * (fx - f_second)
            p = (x - third) * q - (x - second) * r
            q = 2.0 * (q - r)
            if q > 0.0:
                p = -p
            q = abs(q)
            if abs(p) < abs(0.5 * q * before) and q * (a - x) < p < q * (b - x):
                before, step = step, p / q
                new = x + step
                if new - a < 2.0 * least or b - new < 2.0 * least:
                    step = least if middle >= x else -least
                is_golden = False
        if is_golden:
            before = a - x if x >= middle else b - x
            step = GOLDEN * before
        new = x + step if abs(step) >= least else x + least if step >= 0.0 else x - least
        f_new = float(f(new, *args))
        if f_new <= fx:
            if new >= x:
                a = x
            else:
                b = x
            third, f_third, second, f_second, x, fx = second, f_second, x, fx, new, f_new
        else:
            if new < x:
                a = new
            else:
                b = new
            if f_new <= f_second or second == x:
                third, f_third, second, f_second = second, f_second, new, f_new
            elif f_new <= f_third or third == x or third == second:
                third, f_third = new, f_new
    return x, fx, most, False


def golden(f: Any, args: Any, a: float, b: float, c: float, tolerance: float, most: int) -> Any:
    """The golden section of an interval with a place within it."""
    low, high = min(a, c), max(a, c)
    if abs(high - b) > abs(b - low):
        left, right = b, b + GOLDEN * (high - b)
    else:
        left, right = b - GOLDEN * (b - low), b
    f_left, f_right = float(f(left, *args)), float(f(right, *args))
    count = 0
    while count < most and abs(high - low) > tolerance * (abs(left) + abs(right)):
        count += 1
        if f_right < f_left:
            low, left, f_left = left, right, f_right
            right = (1.0 - GOLDEN) * left + GOLDEN * high
            f_right = float(f(right, *args))
        else:
            high, right, f_right = right, left, f_left
            left = (1.0 - GOLDEN) * right + GOLDEN * low
            f_left = float(f(left, *args))
    is_enough = abs(high - low) <= tolerance * (abs(left) + abs(right))
    if f_left < f_right:
        return left, f_left, count, is_enough
    return right, f_right, count, is_enough


def bracket(f: Any, args: Any, a: float, b: float) -> Any:
    """Three places, the lowest in the middle: downhill from two of them by parabolas and ever larger steps. Places,
    values, and how many calls there were; calls are negative where no such places were found."""
    fa, fb = float(f(a, *args)), float(f(b, *args))
    if fa < fb:
        a, b, fa, fb = b, a, fb, fa
    c = b + 1.618034 * (b - a)
    fc = float(f(c, *args))
    calls = 3
    for _ in range(1000):
        if not fc < fb:
            return a, b, c, fa, fb, fc, calls
        p, q = (b - a) * (fb - fc), (b - c) * (fb - fa)
        scale = q - p
        if abs(scale) < 1e-21:
            scale = 1e-21
        new = b - ((b - c) * q - (b - a) * p) / (2.0 * scale)
        limit = b + 110.0 * (c - b)
        is_far = False
        if (new - c) * (b - new) > 0.0:
            f_new = float(f(new, *args))
            calls += 1
            if f_new < fc:
                return b, new, c, fb, f_new, fc, calls
            if f_new > fb:
                return a, b, new, fa, fb, f_new, calls
            is_far = True
        elif (new - limit) * (limit - c) >= 0.0:
            new = limit
            f_new = float(f(new, *args))
            calls += 1
        elif (new - limit) * (c - new) > 0.0:
            f_new = float(f(new, *args))
            calls += 1
            if f_new < fc:
                b, c, fb, fc = c, new, fc, f_new
                is_far = True
        else:
            is_far = True
        if is_far:
            new = c + 1.618034 * (c - b)
            f_new = float(f(new, *args))
            calls += 1
        a, b, c, fa, fb, fc = b, c, new, fb, fc, f_new
    return a, b, c, fa, fb, fc, -calls

"""Line searches for steps that satisfy Wolfe's conditions.

The first is of Moré and Thuente, Line search algorithms with guaranteed sufficient decrease (1994); what comes when
it fails is of Nocedal and Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6.
"""

from __future__ import annotations

from math import inf, sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable


def moved(best: float, f_best: float, d_best: float, other: float, f_other: float, d_other: float, step: float,
          f: float, d: float, is_between: bool, least: float, most: float) -> Any:
    """The next trial of Moré and Thuente, after one with the value ``f`` and the slope ``d``: the ends of the interval
    of uncertainty, the trial, and whether a minimum is known to be between the ends."""
    opposite = d < 0.0 < d_best or d_best < 0.0 < d
    if f > f_best:
        # A minimum is between: of the cubic, or halfway to that of the parabola, whichever is closer to the best.
        theta, gamma = cubic(best, f_best, d_best, step, f, d)
        if step < best:
            gamma = -gamma
        part = quotient((gamma - d_best) + theta, ((gamma - d_best) + gamma) + d)
        new = best + part * (step - best)
        part = quotient(d_best, (f_best - f) / (step - best) + d_best) / 2.0
        parabola = best + part * (step - best)
        if abs(new - best) > abs(parabola - best):
            new = new + (parabola - new) / 2.0
        is_between = True
    elif opposite:
        # Between as well: of the cubic or the secant, whichever is farther.
        theta, gamma = cubic(best, f_best, d_best, step, f, d)
        if step > best:
            gamma = -gamma
        part = quotient((gamma - d) + theta, ((gamma - d) + gamma) + d_best)
        new = step + part * (best - step)
        secant = step + quotient(d, d - d_best) * (best - step)
        if abs(new - step) <= abs(secant - step):
            new = secant
        is_between = True
    elif abs(d) < abs(d_best):
        # The slope is less steep: as far as the cubic goes that way, but not too close to the other end.
        theta, gamma = cubic(best, f_best, d_best, step, f, d)
        if step > best:
            gamma = -gamma
        part = quotient((gamma - d) + theta, (gamma + (d_best - d)) + gamma)
        if part < 0.0 and gamma != 0.0:
            new = step + part * (best - step)
        else:
            new = most if step > best else least
        secant = step + quotient(d, d - d_best) * (best - step)
        if is_between:
            if abs(new - step) >= abs(secant - step):
                new = secant
            bound = step + 0.66 * (other - step)
            new = min(bound, new) if step > best else max(bound, new)
        else:
            if abs(new - step) <= abs(secant - step):
                new = secant
            new = max(least, min(most, new))
    elif is_between:
        theta, gamma = cubic(other, f_other, d_other, step, f, d)
        if step > other:
            gamma = -gamma
        part = quotient((gamma - d) + theta, ((gamma - d) + gamma) + d_other)
        new = step + part * (other - step)
    else:
        new = most if step > best else least
    if f > f_best:
        other, f_other, d_other = step, f, d
    else:
        if opposite:
            other, f_other, d_other = best, f_best, d_best
        best, f_best, d_best = step, f, d
    return best, f_best, d_best, other, f_other, d_other, new, is_between


def cubic(a: float, fa: float, da: float, b: float, fb: float, db: float) -> Any:
    """What the minimum of the cubic between two places is computed from."""
    theta = 3.0 * (fa - fb) / (b - a) + da + db
    size = max(abs(theta), abs(da), abs(db))
    if not 0.0 < size < 1e300:
        return theta, 0.0
    return theta, size * sqrt(max(0.0, (theta / size) * (theta / size) - (da / size) * (db / size)))


def quotient(a: float, b: float) -> float:
    return a / b if b != 0.0 else 0.0


def first_step(f: float, before: float, slope: float) -> float:
    """As far as the function is likely to go down as much as the last time."""
    step = min(1.0, 1.01 * 2.0 * (f - before) / slope) if slope != 0.0 else 1.0
    return step if step >= 0.0 else 1.0


def wolfe(value: Callable[[float], float], slope_at: Callable[[float], float], f: float, slope: float, before: float,
          c1: float, c2: float) -> float | None:
    """A step along a line that satisfies the strong conditions, by algorithms 3.5 and 3.6; None if there is none."""
    old, f_old, d_old = 0.0, f, slope
    step = first_step(f, before, slope)
    f_step = value(step)
    for count in range(10):
        if step == 0.0 or not step < 1e100:
            return None
        if f_step > f + c1 * step * slope or count and f_step >= f_old:
            return _zoom(value, slope_at, f, slope, c1, c2, old, f_old, d_old, step, f_step)
        d_step = slope_at(step)
        if abs(d_step) <= -c2 * slope:
            return step
        if d_step >= 0.0:
            return _zoom(value, slope_at, f, slope, c1, c2, step, f_step, d_step, old, f_old)
        old, f_old, d_old, step = step, f_step, d_step, 2.0 * step
        f_step = value(step)
    return step


def _zoom(value: Any, slope_at: Any, f: float, slope: float, c1: float, c2: float, low: float, f_low: float,
          d_low: float, high: float, f_high: float) -> float | None:
    """Algorithm 3.6: a step between ``low``, which is the best one, and ``high``."""
    third, f_third = 0.0, f
    for count in range(11):
        width = high - low
        step = _interpolated(low, f_low, d_low, high, f_high, third, f_third, count > 0)
        f_step = value(step)
        if f_step > f + c1 * step * slope or f_step >= f_low:
            third, f_third, high, f_high = high, f_high, step, f_step
            continue
        d_step = slope_at(step)
        if abs(d_step) <= -c2 * slope:
            return step
        if d_step * width >= 0.0:
            third, f_third, high, f_high = high, f_high, low, f_low
        else:
            third, f_third = low, f_low
        low, f_low, d_low = step, f_step, d_step
    return None


def _interpolated(low: float, f_low: float, d_low: float, high: float, f_high: float, third: float, f_third: float,
                  has_third: bool) -> float:
    """The minimum of the cubic through three places, or of the parabola through two, if well within, or the middle."""
    width = high - low
    begin, end = min(low, high), max(low, high)
    try:
        if has_third:
            b, c = width, third - low
            u, v = f_high - f_low - d_low * b, f_third - f_low - d_low * c
            scale = (b * c) ** 2 * (b - c)
            p, q = (c * c * u - b * b * v) / scale, (b * b * b * v - c * c * c * u) / scale
            step = low + (-q + sqrt(q * q - 3.0 * p * d_low)) / (3.0 * p)
            if begin + 0.2 * width <= step <= end - 0.2 * width and abs(step) < inf:
                return step
        step = low - d_low / (2.0 * (f_high - f_low - d_low * width) / (width * width))
        if begin + 0.1 * width <= step <= end - 0.1 * width and abs(step) < inf:
            return step
    except (ArithmeticError, ValueError):
        pass
    return low + 0.5 * width

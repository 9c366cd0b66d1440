"""Zeros from one or two starts: the secant, Newton's and Halley's methods.

Each loop gives the last place and the one before, how many calls and iterations there were, and how it ended.
"""

from __future__ import annotations

from functools import lru_cache

from ._running import function_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: How a search ends: `FLAT` where the derivative, or the difference of two values, is zero.
CONVERGED, EXHAUSTED, FLAT = 0, 1, 2

_SECANT = """def loop(f, args, x, other, tol, rtol, most):
    p, q = x, other
    fp, fq = number(f(p, *args)), number(f(q, *args))
    calls = 2
    if abs(fq) < abs(fp):
        p, q, fp, fq = q, p, fq, fp
    for count in range(most):
        if fq == fp:
            return q, p, calls, count + 1, 2
        if abs(fq) > abs(fp):
            ratio = fp / fq
            new = (p - ratio * q) / (1.0 - ratio)
        else:
            ratio = fq / fp
            new = (q - ratio * p) / (1.0 - ratio)
        if abs(new - q) <= tol + rtol * abs(q):
            return new, q, calls, count + 1, 0
        p, fp, q = q, fq, new
        fq = number(f(q, *args))
        calls += 1
    return q, p, calls, most, 1
"""

# With the derivatives that there are.
_NEWTON = """def loop({names}, args, x, tol, rtol, most):
    calls = 0
    for count in range(most):
{value}
        calls += 1
        if value == 0.0:
            return x, x, calls, count, 0
{slope}
        if slope == 0.0:
            return x, x, calls, count + 1, 2
        step = value / slope
{bend}
        new = x - step
        if abs(new - x) <= tol + rtol * abs(x):
            return new, x, calls, count + 1, 0
        x = new
    return x, x, calls, most, 1
"""

_HALLEY = """        change = step * bend / slope / 2.0
        if abs(change) < 1.0:
            step /= 1.0 - change
"""


def _newton_text(derivatives: int, is_one: bool) -> str:
    """Newton's method or, with two derivatives, Halley's; with a function for each, or one for all."""
    names, of = ["f", "df", "ddf"][:1 if is_one else derivatives + 1], ["value", "slope", "bend"][:derivatives + 1]
    lines = ["        {} = number({}(x, *args))\n        calls += 1".format(name, function)
             for name, function in zip(of, names)] + [""]
    lines[0] = lines[0].replace("\n        calls += 1", "")
    if is_one:
        lines = ["        {} = f(x, *args)".format(", ".join(of)), "", ""]
        lines[0] += "".join("\n        {0} = number({0})".format(name) for name in of)
    if derivatives == 2:
        lines[2] += "\n" + _HALLEY
    return _NEWTON.format(names=", ".join(names), value=lines[0], slope=lines[1], bend=lines[2])


@lru_cache(maxsize=None)
def loop_of(derivatives: int, is_one: bool, number: Any) -> Any:
    """The loop for so many derivatives, for floats or complex numbers."""
    text = _newton_text(derivatives, is_one) if derivatives else _SECANT
    return function_of(text, ("secant", "newton", "halley")[derivatives], "loop", {"number": number})

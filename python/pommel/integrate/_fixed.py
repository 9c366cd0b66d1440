"""Steps of a fixed size: ``euler``, ``midpoint``, ``heun``, ``rk4``."""

from __future__ import annotations

from ._ivp import _MORE, Problem
from ._spelled import MOST, Loop, identity, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

# As `_explicit`, without a look at the error.
_HEAD = """def loop(fun, args, y, times, out, begin, end):
    {y[i]} = y
    for place in range(begin, end):
        t = float(times[place])
        step = float(times[place + 1]) - t
"""

_STAGE = """        {{k{j}[i]}} = fun(t{at}, array({{{of}}}), *args)
        k{j}[i] = number(k{j}[i])
"""

_TAIL = """        y[i] = y[i] + step * ({sum})
        out[place + 1, i] = y[i]
    return {{y[i]}}
"""

#: Rows of weights for each stage but the first, and for the new state; at which part of the step the stages are.
_METHODS: dict[str, Any] = {
    "euler": (((1.0,),), ()),
    "midpoint": (((0.5,), (0.0, 1.0)), (0.5,)),
    "heun": (((1.0,), (0.5, 0.5)), (1.0,)),
    "rk4": (((0.5,), (0.0, 0.5), (0.0, 0.0, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)), (0.5, 0.5, 1.0)),
}


def _sum(row: Sequence[float]) -> str:
    return " + ".join("{!r} * k{}[i]".format(weight, j) for j, weight in enumerate(row) if weight)


def _text(method: str) -> str:
    rows, places = _METHODS[method]
    parts = [_HEAD, _STAGE.format(j=0, at="", of="y[i]")]
    for j, (row, place) in enumerate(zip(rows, places), 1):
        parts.append(_STAGE.format(j=j, at=" + {!r} * step".format(place), of="y[i] + step * ({})".format(_sum(row))))
    parts.append(_TAIL.format(sum=_sum(rows[-1])))
    return "".join(parts)


def _solved(method: str, fun: Any, y0: Any, t: Any, args: Any) -> Any:
    """The states at all times, a row for each."""
    values = t.tolist() if hasattr(t, "tolist") else [float(value) for value in t]
    if not values:
        raise ValueError("argument 't' must have elements")
    problem = Problem(fun, (values[0], values[-1]), y0, args, {}, False)
    xp, n = problem.xp, problem.n if 0 < problem.n <= MOST else None
    names = names_of(xp, problem.kind, n)
    loop = Loop(_text(method), method, n, names, (identity(problem.fun), problem.kind, xp.__name__),
                (problem.fun, problem.args, problem.t0, problem.y0))
    out = xp.zeros((len(values), problem.n), dtype=problem.kind)
    out[0] = problem.array(problem.y0)
    whole = problem.array if n is None else tuple
    times, y, begin, last, before = xp.asarray(values, dtype=float), problem.y0, 0, len(values) - 1, loop.seconds
    while begin < last:
        still = (loop.seconds - before) * (last - begin) / begin if begin else 0.0
        is_quick = loop.is_compiled or n is None or still > loop.cost
        end = last if is_quick else min(last, begin + _MORE)
        y = loop.run(still, (problem.fun, problem.args, whole(y), times, out, begin, end))
        begin = end
    return out


def euler(fun: Callable[..., Any], y0: Any, t: Any, args: Any = ()) -> Any:
    """The states at the times ``t`` of dy/dt = fun(t, y), a row for each, by Euler's method, which is of order 1.

    >>> from pommel.integrate import euler
    >>> euler(lambda t, y: [y[0]], [1.0], [0.0, 0.5, 1.0]).tolist()
    [[1.0], [1.5], [2.25]]
    """
    return _solved("euler", fun, y0, t, args)


def midpoint(fun: Callable[..., Any], y0: Any, t: Any, args: Any = ()) -> Any:
    """As :func:`euler`, by the midpoint method, which is of order 2.

    >>> from pommel.integrate import midpoint
    >>> midpoint(lambda t, y: [y[0]], [1.0], [0.0, 1.0]).tolist()
    [[1.0], [2.5]]
    """
    return _solved("midpoint", fun, y0, t, args)


def heun(fun: Callable[..., Any], y0: Any, t: Any, args: Any = ()) -> Any:
    """As :func:`euler`, by Heun's method, which is of order 2.

    >>> from pommel.integrate import heun
    >>> heun(lambda t, y: [y[0]], [1.0], [0.0, 1.0]).tolist()
    [[1.0], [2.5]]
    """
    return _solved("heun", fun, y0, t, args)


def rk4(fun: Callable[..., Any], y0: Any, t: Any, args: Any = ()) -> Any:
    """As :func:`euler`, by the classical method of Runge and Kutta, which is of order 4.

    >>> from pommel.integrate import rk4
    >>> round(float(rk4(lambda t, y: [y[0]], [1.0], [0.0, 0.5, 1.0])[-1, 0]), 6)
    2.717346
    """
    return _solved("rk4", fun, y0, t, args)

"""Steps of a fixed size: ``euler``, ``midpoint``, ``heun``, ``rk4``."""

from __future__ import annotations

from math import nan
from time import perf_counter
from warnings import warn

from ._ivp import _MESSAGES, _MORE, Problem
from ._odeint import ODEintWarning
from ._progress import leave, watch_of
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

_NEW = """        y[i] = y[i] + step * ({sum})
"""

_TAIL = """        out[place + 1, i] = y[i]
    return {y[i]}
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


def _step(method: str) -> str:
    """What is done in each step."""
    rows, places = _METHODS[method]
    parts = [_STAGE.format(j=0, at="", of="y[i]")]
    for j, (row, place) in enumerate(zip(rows, places), 1):
        parts.append(_STAGE.format(j=j, at=" + {!r} * step".format(place), of="y[i] + step * ({})".format(_sum(row))))
    parts.append(_NEW.format(sum=_sum(rows[-1])))
    return "".join(parts)


def _text(method: str) -> str:
    return _HEAD + _step(method) + _TAIL


def stages(method: str) -> int:
    """How often the callback is called in each step."""
    return len(_METHODS[method][0])


def step_text(method: str) -> str:
    """A function that does one step."""
    body = "".join(line[4:] for line in _step(method).splitlines(True))
    return "def one_step(fun, args, y, t, step):\n    {y[i]} = y\n" + body + "    return {y[i]}\n"


class _Steps:
    """The steps of a method through given times, whose states go to the rows of ``out``."""

    def __init__(self, method: str, problem: Problem, values: list[float]) -> None:
        self.problem, self.last = problem, len(values) - 1
        xp, n = problem.xp, problem.n if 0 < problem.n <= MOST else None
        names = names_of(xp, problem.kind, n)
        self.loop = Loop(_text(method), method, n, names, (identity(problem.fun), problem.kind, xp.__name__),
                         (problem.fun, problem.args, problem.t0, problem.y0))
        self.times, self.out = xp.asarray(values, dtype=float), xp.full((len(values), problem.n), nan, problem.kind)
        self.out[0] = problem.array(problem.y0)
        self.whole, self.is_spelled = problem.array if n is None else tuple, n is not None
        self.done, self.y, self.before = 0, problem.y0, self.loop.seconds

    def advance(self, most: int) -> None:
        loop, begin, last = self.loop, self.done, self.last
        still = (loop.seconds - self.before) * (last - begin) / begin if begin else 0.0
        is_quick = loop.is_compiled or not self.is_spelled or still > loop.cost
        end = min(last, begin + most, last if is_quick else begin + _MORE)
        self.y = loop.run(still, (self.problem.fun, self.problem.args, self.whole(self.y), self.times, self.out,
                                  begin, end))
        self.done = end

    def rows(self) -> Any:
        """What is there after an interrupt: the last row may not have been written in full."""
        rest = self.out[self.done + 1:]
        written = int((rest == rest).all(axis=1).sum()) if len(rest) else 0
        return self.out[:self.done + 1 + max(0, written - 1)]


def _solved(method: str, fun: Any, y0: Any, t: Any, args: Any, progress: Any) -> Any:
    """The states at all times, a row for each."""
    begun = perf_counter()
    values = t.tolist() if hasattr(t, "tolist") else [float(value) for value in t]
    if not values:
        raise ValueError("argument 't' must have elements")
    problem = Problem(fun, (values[0], values[-1]), y0, args, {}, False)
    steps = _Steps(method, problem, values)
    watch = watch_of(progress, method, problem.t0, problem.t_end, begun)
    calls = stages(method)

    def reached() -> tuple[float, int, int]:
        done = len(rows) - 1
        return values[done], done, done * calls

    rows = steps.out[:1]
    try:
        most = steps.last if watch is None else watch.at_first(problem.nfev)
        while steps.done < steps.last and not (watch is not None and watch.is_stopped):
            steps.advance(most)
            rows = steps.out[:steps.done + 1]
            if watch is not None and steps.done < steps.last:
                most = watch.look(*reached())
        if watch is not None:
            watch.end(*reached(), "interrupted" if steps.done < steps.last else "finished")
    except KeyboardInterrupt as interrupt:
        rows = steps.rows()
        if watch is None:
            leave(interrupt, rows, values[len(rows) - 1])
            raise
        watch.end(*reached(), "interrupted")
    finally:
        if watch is not None:
            watch.close()
    if len(rows) < len(values):
        warn(_MESSAGES[-2].format(values[len(rows) - 1]), ODEintWarning, stacklevel=3)
    return rows


def euler(fun: Callable[..., Any], y0: Any, t: Any, args: Any = (), progress: Any = None) -> Any:
    """The states at the times ``t`` of dy/dt = fun(t, y), a row for each, by Euler's method, which is of order 1.

    ``progress`` is as in ``solve_ivp``; an interrupt leaves the rows up to it.

    >>> from pommel.integrate import euler
    >>> euler(lambda t, y: [y[0]], [1.0], [0.0, 0.5, 1.0]).tolist()
    [[1.0], [1.5], [2.25]]
    """
    return _solved("euler", fun, y0, t, args, progress)


def midpoint(fun: Callable[..., Any], y0: Any, t: Any, args: Any = (), progress: Any = None) -> Any:
    """As :func:`euler`, by the midpoint method, which is of order 2.

    >>> from pommel.integrate import midpoint
    >>> midpoint(lambda t, y: [y[0]], [1.0], [0.0, 1.0]).tolist()
    [[1.0], [2.5]]
    """
    return _solved("midpoint", fun, y0, t, args, progress)


def heun(fun: Callable[..., Any], y0: Any, t: Any, args: Any = (), progress: Any = None) -> Any:
    """As :func:`euler`, by Heun's method, which is of order 2.

    >>> from pommel.integrate import heun
    >>> heun(lambda t, y: [y[0]], [1.0], [0.0, 1.0]).tolist()
    [[1.0], [2.5]]
    """
    return _solved("heun", fun, y0, t, args, progress)


def rk4(fun: Callable[..., Any], y0: Any, t: Any, args: Any = (), progress: Any = None) -> Any:
    """As :func:`euler`, by the classical method of Runge and Kutta, which is of order 4.

    >>> from pommel.integrate import rk4
    >>> round(float(rk4(lambda t, y: [y[0]], [1.0], [0.0, 0.5, 1.0])[-1, 0]), 6)
    2.717346
    """
    return _solved("rk4", fun, y0, t, args, progress)

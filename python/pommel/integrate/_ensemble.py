"""Many initial states or parameters at once: ``solve_ensemble``."""

from __future__ import annotations

from functools import lru_cache
from math import inf, isfinite, nan

from .. import _native
from . import _fixed
from ._ivp import OdeResult, library, solve_ivp
from ._spelled import MOST, function_of, spelled
from ._tapes import Follower, Items, Refused, Tape, Value, is_still

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

#: Methods of a fixed step.
_FIXED: dict[str, Callable[..., Any]] = {
    "EULER": _fixed.euler, "MIDPOINT": _fixed.midpoint, "HEUN": _fixed.heun, "RK4": _fixed.rk4,
}

#: So many operations on members are done between two looks for an interrupt: some hundredths of a second.
_LEG = 3e8

#: Tapes that are kept, with what they were made of.
_KEPT = 32
_tapes: dict[tuple[Any, ...], tuple[Any, str]] = {}


def solve_ensemble(fun: Callable[..., Any], t_span: Any, y0: Any, method: str = "RK45", *, steps: int | None = None,
                   t_eval: Any = None, args: Any = (), exact: bool = True, **options: Any) -> OdeResult:
    """Solves dy/dt = fun(t, y, *args) for many initial states or parameters: the members of an ensemble.

    ``y0`` has a row for each member, or is one state for all. Arrays and lists in ``args`` have a number for each
    member; everything else is the same for all. ``t_eval`` are the times at which states are wanted, and both ends
    of ``t_span`` unless they are given.

    With the methods ``RK4``, ``Heun``, ``midpoint`` and ``Euler``, ``steps`` steps of equal size go from each of
    these times to the next, for many members at once and on several threads, where what ``fun`` does allows that.
    Other methods are those of ``solve_ivp`` and take its ``options``; members are solved one after the other.

    States are those that members have when they are solved by themselves, to the last bit. With ``exact=False``
    functions such as ``sin`` come from vector math, which is at most one unit in the last place away from the true
    value and much faster.

    The result has times ``t``, states ``y`` of shape (members, components, times), ``status`` for each member as
    ``solve_ivp`` has it, ``success`` (of all), and ``reason``: why members were solved one after the other, or None.

    >>> from pommel.integrate import solve_ensemble
    >>> def decay(t, y, rate):
    ...     return [-rate * y[0]]
    >>> solution = solve_ensemble(decay, (0, 1), [1.0], "RK4", steps=100, args=([0.0, 1.0, 2.0],))
    >>> [round(float(y), 6) for y in solution.y[:, 0, -1]]
    [1.0, 0.367879, 0.135335]
    """
    task = _Task(fun, t_span, y0, t_eval, args)
    fixed = _FIXED.get(method.upper()) if isinstance(method, str) else None
    if fixed is None:
        if steps is not None:
            raise TypeError("argument 'steps' is for methods of a fixed step")
        return task.adaptive(method, options)
    if options:
        raise TypeError("method '{}' has no option '{}'".format(method, sorted(options)[0]))
    if not isinstance(steps, int) or steps < 1:
        raise ValueError("argument 'steps' must be a positive integer, not {!r}".format(steps))
    return task.fixed(fixed, steps, bool(exact))


class _Task:
    """What is to be solved."""

    def __init__(self, fun: Any, t_span: Any, y0: Any, t_eval: Any, args: Any) -> None:
        if not callable(fun):
            raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
        self.fun, self.xp = fun, library(y0)
        self.t_span = t0, t_end = tuple(map(float, t_span))
        times = [t0, t_end] if t_eval is None else [float(t) for t in t_eval]
        sign = -1.0 if t_end < t0 else 1.0
        if any((b - a) * sign <= 0.0 for a, b in zip(times, times[1:])) and t0 != t_end:
            raise ValueError("argument 't_eval' must be sorted in the direction of 't_span'")
        if not times or not all(min(t0, t_end) <= t <= max(t0, t_end) for t in times):
            raise ValueError("argument 't_eval' must have times within 't_span'")
        self.times = times
        self.columns = [_column(value) for value in (args if isinstance(args, tuple) else (args,))]
        self.args = args if isinstance(args, tuple) else (args,)
        self._states(y0)

    def _states(self, y0: Any) -> None:
        y0 = self.xp.asarray(y0)
        lengths = {len(column) for column in self.columns if column is not None}
        if y0.ndim == 2:
            lengths.add(y0.shape[0])
        elif y0.ndim != 1:
            raise ValueError("argument 'y0' must have one or two axes, not {}".format(y0.ndim))
        if len(lengths) > 1:
            raise ValueError("arguments 'y0' and 'args' are for different numbers of members: {}".format(
                ", ".join(map(str, sorted(lengths)))))
        self.members = lengths.pop() if lengths else 1
        if y0.dtype.kind not in "biufc":
            raise ValueError("argument 'y0' must have numbers, not {}".format(y0.dtype))
        self.kind: Any = complex if y0.dtype.kind == "c" else float
        self.n = y0.shape[-1]
        #: A row for each member.
        self.states = self.xp.zeros((self.members, self.n), dtype=self.kind)
        self.states[:] = y0
        if not bool(self.xp.isfinite(self.states).all()):
            raise ValueError("argument 'y0' must have finite numbers")

    def args_of(self, member: int) -> tuple[Any, ...]:
        return tuple(arg if column is None else float(column[member]) for arg, column in zip(self.args, self.columns))

    def result(self, y: Any, status: Any, reason: str | None) -> OdeResult:
        return OdeResult(t=self.xp.asarray(self.times, dtype=float), y=y, status=self.xp.asarray(status, dtype=int),
                         success=all(value >= 0 for value in status), reason=reason)

    def empty(self) -> Any:
        return self.xp.zeros((self.members, self.n, len(self.times)), dtype=self.kind)

    def adaptive(self, method: Any, options: dict[str, Any]) -> OdeResult:
        """By ``solve_ivp``, one after the other."""
        y, status = self.empty(), []
        for member, row in enumerate(self.states.tolist()):
            solution = solve_ivp(self.fun, self.t_span, row, method, t_eval=self.times, args=self.args_of(member),
                                 **options)
            reached = solution.y.shape[1]
            y[member, :, :reached] = solution.y
            if reached < len(self.times):
                y[member, :, reached:] = nan
            status.append(solution.status)
        return self.result(y, status, "methods that choose their steps")

    def fixed(self, solve: Callable[..., Any], steps: int, is_exact: bool) -> OdeResult:
        """By a method of a fixed step."""
        grid = _grid(self.times, steps) if self.times[0] == self.t_span[0] else None
        if grid is None:
            raise ValueError("argument 't_eval' must begin where 't_span' does")
        reason, alone = None, list(range(self.members))
        y = self.empty()
        try:
            tape = self._tape(solve.__name__, is_exact)
            y, troubled = self._together(tape, is_exact, grid, steps)
            alone = troubled.nonzero()[0].tolist()
        except Refused as refused:
            reason = str(refused)
        for member in alone:
            y[member] = solve(self.fun, self.states[member], grid, self.args_of(member))[::steps].T
        return self.result(y, [0] * self.members, reason)

    def _tape(self, method: str, is_exact: bool) -> str:
        if not self.members or len(self.times) < 2:
            raise Refused("nothing to do")
        if self.kind is complex:
            raise Refused("complex numbers")
        if not 0 < self.n <= (MOST if is_exact else 100):
            raise Refused("states of {} components".format(self.n))
        shared = tuple(None if column is not None else _token(arg) for arg, column in zip(self.args, self.columns))
        key = self.fun, self.xp, method, self.n, is_exact, shared, tuple(column is None for column in self.columns)
        try:
            found = _tapes.get(key)
        except TypeError:
            # Functions and arguments that are not hashable are looked at again.
            return self._made(method, is_exact)[1]
        if found is None or not is_still(found[0]):
            found = _tapes[key] = self._made(method, is_exact)
            if found[0] is None:
                _tapes.pop(key, None)
            elif len(_tapes) > _KEPT:
                _tapes.pop(next(iter(_tapes)), None)
        return found[1]

    def _made(self, method: str, is_exact: bool) -> tuple[Any, str]:
        """The tape of a step, and the names that it depends on unless it depends on more."""
        tape = Tape()
        state = Items([Value(tape.add("state", i)) for i in range(self.n)], True, None)
        places = iter(range(self.members * len(self.columns)))
        args = tuple(arg if column is None else Value(tape.add("parameter", next(places)))
                     for arg, column in zip(self.args, self.columns))
        follower = Follower(tape, is_exact)
        step = _step(method, self.n, self.xp)
        time, size = Value(tape.add("time")), Value(tape.add("step"))
        new = follower.inner(step, [self.fun, args, state, time, size], {})
        tape.lines.append("return " + " ".join(str(follower.place(value)) for value in new.values))
        return follower.seen if follower.is_lasting else None, "\n".join(tape.lines)

    def _together(self, tape: str, is_exact: bool, grid: list[float], steps: int) -> tuple[Any, Any]:
        """All members at once: their states, and which are to be solved by themselves."""
        import pommel

        columns = [pommel.asarray(column, dtype=float) for column in self.columns if column is not None]
        parameters = pommel.stack(columns, axis=1) if columns else pommel.zeros((self.members, 0))
        states = pommel.asarray(self.states)
        y, troubled = self.empty(), pommel.zeros(self.members, dtype=bool)
        y[:, :, 0] = self.states
        most = max(1, int(_LEG / (tape.count("\n") * self.members)))
        begin, end = 0, len(grid) - 1
        while begin < end:
            # Whole numbers of steps between times, or parts of one.
            left = steps - begin % steps
            leg = min(left, most) if left < steps or most < steps else min(most // steps * steps, end - begin)
            every = min(leg, steps)
            made, is_troubled = _native.steps_of_many(tape, is_exact, pommel.array(grid[begin:begin + leg + 1]), every,
                                                      states, parameters)
            begin += leg
            states = made[:, :, -1]
            if begin % steps == 0:
                last = begin // steps + 1
                y[:, :, last - leg // every:last] = self.xp.asarray(made)
            troubled = troubled | is_troubled
        return y, troubled


def _column(value: Any) -> Any:
    """The numbers of members, or None for what is the same for all."""
    if not isinstance(value, list) and not getattr(value, "ndim", 0):
        return None
    column = library(value).asarray(value)
    if column.ndim != 1 or column.dtype.kind not in "biuf":
        raise ValueError("argument 'args' must have one number for each member in its lists and arrays; "
                         "a tuple is the same for all")
    return column


def _token(value: Any) -> Any:
    """What makes an argument differ from others that are equal to it."""
    if isinstance(value, tuple):
        return tuple(map(_token, value))
    if type(value) in (int, float, bool):
        return type(value), repr(value)
    return value


def _grid(times: Sequence[float], steps: int) -> list[float]:
    """Times with steps of equal sizes from each to the next."""
    grid = [times[0]]
    for begin, end in zip(times, times[1:]):
        grid += [begin + (end - begin) * (j / steps) for j in range(1, steps)]
        grid.append(end)
    return grid


@lru_cache(maxsize=64)
def _step(method: str, n: int, xp: Any) -> Any:
    """The function of one step."""
    return function_of(spelled(_fixed.step_text(method), n), method, "one_step", {"array": xp.array, "number": float})

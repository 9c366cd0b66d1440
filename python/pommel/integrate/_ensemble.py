"""Many initial states or parameters at once: ``solve_ensemble``."""

from __future__ import annotations

from functools import lru_cache
from math import nan
from time import perf_counter

from .. import _native
from . import _fixed, _lanes
from ._ivp import OdeResult, Problem, library, solve_ivp
from ._progress import leave, watch_of
from ._spelled import MOST, function_of, spelled
from ._tapes import Follower, Items, Refused, Tape, Value, is_still

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from ._progress import Watch

#: Methods of a fixed step.
_FIXED: dict[str, Callable[..., Any]] = {
    "EULER": _fixed.euler, "MIDPOINT": _fixed.midpoint, "HEUN": _fixed.heun, "RK4": _fixed.rk4,
}

#: So many operations on members are done between two looks for an interrupt: some hundredths of a second.
_LEG = 3e8

#: Fewer members are quicker one after the other if they choose their steps.
_FEW = 4

#: How members end, in the message of a result.
_ENDS = {0: "reached the end", 1: "ended at an event", -1: "failed: their steps became too small",
         -2: "were interrupted"}
_ALL = "All members reached the end of the integration interval."

#: Tapes that are kept, with what they were made of.
_KEPT = 32
_tapes: dict[tuple[Any, ...], tuple[Any, str]] = {}


def solve_ensemble(fun: Callable[..., Any], t_span: Any, y0: Any, method: str = "RK45", *, steps: int | None = None,
                   t_eval: Any = None, args: Any = (), exact: bool = True, progress: Any = None,
                   **options: Any) -> OdeResult:
    """Solves dy/dt = fun(t, y, *args) for many initial states or parameters: the members of an ensemble.

    ``y0`` has a row for each member, or is one state for all. Arrays and lists in ``args`` have a number for each
    member; everything else is the same for all. ``t_eval`` are the times at which states are wanted, and both ends
    of ``t_span`` unless they are given.

    With the methods ``RK4``, ``Heun``, ``midpoint`` and ``Euler``, ``steps`` steps of equal size go from each of
    these times to the next. Other methods are those of ``solve_ivp`` and take its ``options``; each member has its
    own steps. Many members are solved at once, and on several threads, where what ``fun`` does allows that; with
    ``Radau``, ``BDF`` and ``LSODA``, and with ``events``, they are solved one after the other.

    States are those that members have when they are solved by themselves, to the last bit. With ``exact=False``
    functions such as ``sin`` come from vector math, which is at most one unit in the last place away from the true
    value and much faster.

    ``progress`` is as in ``solve_ivp``, where the time is the mean of those that members have reached. An interrupt
    leaves what was computed so far, as it does there.

    The result has times ``t``, states ``y`` of shape (members, components, times), which are nan where a member did
    not come, ``status`` and ``nfev`` of each member as ``solve_ivp`` has them, ``success`` (of all), ``message``, and
    ``reason``: why members were solved one after the other, or None. With ``events`` there are ``t_events`` and
    ``y_events``, lists of what ``solve_ivp`` has for each member.

    >>> from pommel.integrate import solve_ensemble
    >>> def decay(t, y, rate):
    ...     return [-rate * y[0]]
    >>> solution = solve_ensemble(decay, (0, 1), [1.0], "RK4", steps=100, args=([0.0, 1.0, 2.0],))
    >>> [round(float(y), 6) for y in solution.y[:, 0, -1]]
    [1.0, 0.367879, 0.135335]
    """
    begun = perf_counter()
    task = _Task(fun, t_span, y0, t_eval, args, bool(exact))
    if getattr(method, "__module__", "").startswith("scipy.integrate."):
        # SciPy's own classes stand for its methods, as in `solve_ivp`.
        method = method.__name__  # type: ignore[attr-defined]
    name = method.upper() if isinstance(method, str) else ""
    if name not in _FIXED:
        if steps is not None:
            raise TypeError("argument 'steps' is for methods of a fixed step ({}), not for {!r}".format(
                "RK4, Heun, midpoint, Euler", method))
    elif options:
        raise TypeError("method '{}' has no option '{}'".format(method, sorted(options)[0]))
    elif not isinstance(steps, int) or steps < 1:
        raise ValueError("argument 'steps' must be a positive integer, not {!r}".format(steps))
    task.watch = watch_of(progress, str(method), task.t_span[0], task.t_span[1], begun)
    try:
        if name in _FIXED:
            task.fixed(name, steps or 1)
        else:
            task.adaptive(method, options)
    except KeyboardInterrupt as interrupt:
        if task.watch is None:
            leave(interrupt, task.result(), task.t)
            raise
    except _Stopped:
        pass
    finally:
        if task.watch is not None:
            task.watch.close()
    return task.result()


class _Stopped(Exception):
    """Who was told of the progress does not want it to go on."""


class _Task:
    """What is to be solved, and what is known of it."""

    watch: Watch | None = None
    reason: str | None = None

    def __init__(self, fun: Any, t_span: Any, y0: Any, t_eval: Any, args: Any, is_exact: bool) -> None:
        if not callable(fun):
            raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
        self.fun, self.xp, self.is_exact = fun, library(y0), is_exact
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
        self.y = self.xp.full((self.members, self.n, len(times)), nan, dtype=self.kind)
        self.status, self.nfev = [-2] * self.members, [0] * self.members
        #: Of members that were solved with a look for events: when and where they were.
        self.events: dict[int, tuple[Any, Any]] = {}
        self.t = t0

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

    # What is known.

    def look(self, fraction: float, steps: int) -> None:
        """Tells how far it is: a part of all, and steps of all members."""
        t0, t_end = self.t_span
        self.t = t0 + (t_end - t0) * fraction
        if self.watch is not None:
            self.watch.look(self.t, steps, sum(self.nfev))
            if self.watch.is_stopped:
                raise _Stopped

    def result(self) -> OdeResult:
        counts = [(text, sum(status == code for status in self.status)) for code, text in _ENDS.items()]
        success = all(status >= 0 for status in self.status)
        message = _ALL if not any(self.status) else "Of {} members {}.".format(
            self.members, ", ".join("{} {}".format(count, text) for text, count in counts if count))
        found = OdeResult(t=self.xp.asarray(self.times, dtype=float), y=self.y,
                          status=self.xp.asarray(self.status, dtype=int), nfev=self.xp.asarray(self.nfev, dtype=int),
                          success=success, message=message, reason=self.reason)
        if self.events:
            found["t_events"], found["y_events"] = ([self.events.get(member, (None, None))[i]
                                                     for member in range(self.members)] for i in (0, 1))
        if self.watch is not None:
            is_stopped = -2 in self.status
            self.watch.end(self.t if is_stopped else self.t_span[1], self.watch.progress.steps, sum(self.nfev),
                           "interrupted" if is_stopped else "finished" if success else "failed")
        return found

    # Methods that choose their steps.

    def adaptive(self, method: Any, options: dict[str, Any]) -> None:
        """In lanes where that can be done, the rest by ``solve_ivp``."""
        alone: Any = range(self.members)
        try:
            alone = self._in_lanes(method, options)
        except Refused as refused:
            self.reason = str(refused)
        rows = self.states.tolist()
        for done, member in enumerate(alone):
            solution = solve_ivp(self.fun, self.t_span, rows[member], method, t_eval=self.times,
                                 args=self.args_of(member), **options)
            self.y[member, :, :solution.y.shape[1]] = solution.y
            self.status[member], self.nfev[member] = solution.status, solution.nfev
            if solution.t_events is not None:
                self.events[member] = solution.t_events, solution.y_events
            self.look((self.members - len(alone) + done + 1) / self.members, self.watch_steps + 1)

    @property
    def watch_steps(self) -> int:
        """How many steps were told of."""
        return self.watch.progress.steps if self.watch is not None else 0

    def _in_lanes(self, name: Any, options: dict[str, Any]) -> list[int]:
        """Each member with steps of its own, many at once; gives those that are to be solved by themselves."""
        method = _lanes.method_of(name)
        if method is None:
            raise Refused("implicit methods")
        other = sorted(set(options) - {"rtol", "atol", "first_step", "max_step"})
        if other:
            raise Refused("the option '{}'".format(other[0]))
        if self.members < _FEW or self.t_span[0] == self.t_span[1]:
            raise Refused("few members" if self.members < _FEW else "nothing to do")
        self._check()
        # Only what was followed is called less often than by each member, and never more often.
        problem = Problem(lambda t, y, *args: [0.0] * self.n, self.t_span, self.states[0], (), options, False)
        key = _lanes.key_of(problem, method)
        first, tape = (
            self._tape((*key, make.__name__), lambda *given: make(given[0], problem, method, *given[1:]))
            for make in (_lanes.first_tape, _lanes.try_tape))
        return self._courses(problem, method, tape, self._first(problem, first))

    def _courses(self, problem: Problem, method: Any, tape: str, rows: Any) -> list[int]:
        """Steps of all members from what their rows say; gives those that are to be solved by themselves."""
        import pommel

        # Times begin where members do, which says in which direction they go.
        before = [] if self.times[0] == problem.t0 else [problem.t0]
        parameters, times = self._parameters(), pommel.array([*before, *self.times, problem.t_end])
        most = max(4, int(_LEG / (64 * tape.count("\n"))))
        is_running, is_first = True, True
        while is_running:
            rows, made = _native.courses_of_many(tape, self.is_exact, times, most, rows, parameters)
            made = self.xp.asarray(made)[:, :, len(before):]
            self.y = made if is_first else self.xp.where(made == made, made, self.y)
            status, tries, steps = (rows[:, i] for i in (_lanes.STATUS, _lanes.TRIES, _lanes.STEPS))
            calls = tries * len(method.a) + steps * len(method.more) + (1 + (problem.first_step is None))
            self.nfev = [int(count) for count in calls.tolist()]
            self.status = [0 if one > 0 else -2 for one in status.tolist()]
            is_running, is_first = bool((status == 0.0).any()), False
            time = float(pommel.where(status < 0.0, problem.t0, rows[:, _lanes.HEAD]).mean())
            self.look((time - problem.t0) / (problem.t_end - problem.t0), int(steps.sum()))
        troubled: list[int] = (status < 0.0).nonzero()[0].tolist()
        for member in troubled:
            self.y[member] = nan
        return troubled

    def _first(self, problem: Problem, tape: str) -> Any:
        """The rows of members at the beginning."""
        import pommel

        n, begin = self.n, _lanes.HEAD + _lanes.BEFORE
        states = pommel.zeros((self.members, 2 * n + 1))
        states[:, :n] = pommel.asarray(self.states)
        made, troubled = _native.steps_of_many(tape, self.is_exact, pommel.array([0.0, 1.0]), 1, states,
                                               self._parameters())
        rows = pommel.zeros((self.members, begin + 2 * n))
        rows[:, _lanes.STATUS] = -1.0 * troubled
        rows[:, _lanes.HEAD] = problem.t0
        rows[:, _lanes.HEAD + 1] = made[:, 2 * n, 0]
        rows[:, begin:] = made[:, :2 * n, 0]
        return rows

    # Methods of a fixed step.

    def fixed(self, name: str, steps: int) -> None:
        """In blocks where that can be done, the rest one after the other."""
        solve = _FIXED[name]
        grid = _grid(self.times, steps) if self.times[0] == self.t_span[0] else None
        if grid is None:
            raise ValueError("argument 't_eval' must begin where 't_span' does: at {!r}, not at {!r}".format(
                self.t_span[0], self.times[0]))
        self.y[:, :, 0] = self.states
        alone: Any = range(self.members)
        calls = _fixed.stages(solve.__name__)
        try:
            if not self.members or len(self.times) < 2:
                raise Refused("nothing to do")
            self._check()
            tape = self._tape((name,), lambda *given: self._step(solve.__name__, *given))
            alone = self._together(tape, grid, steps, calls)
        except Refused as refused:
            self.reason = str(refused)
        for done, member in enumerate(alone):
            self.y[member] = solve(self.fun, self.states[member], grid, self.args_of(member))[::steps].T
            self.status[member], self.nfev[member] = 0, calls * (len(grid) - 1)
            self.look((self.members - len(alone) + done + 1) / self.members, self.watch_steps + len(grid) - 1)

    def _step(self, method: str, follower: Follower, fun: Any, args: tuple[Any, ...]) -> list[int]:
        """The tape of one step."""
        tape = follower.tape
        state = Items([Value(tape.add("state", i)) for i in range(self.n)], True, None)
        time, size = Value(tape.add("time")), Value(tape.add("step"))
        new = follower.inner(_step(method, self.n, self.xp), [fun, args, state, time, size], {})
        return [follower.place(value) for value in new.values]

    def _together(self, tape: str, grid: list[float], steps: int, calls: int) -> list[int]:
        """All members at once; gives those that are to be solved by themselves."""
        import pommel

        states, parameters = pommel.asarray(self.states), self._parameters()
        troubled = pommel.zeros(self.members, dtype=bool)
        most = max(1, int(_LEG / (tape.count("\n") * self.members)))
        begin, end = 0, len(grid) - 1
        alone: list[int] = []
        while begin < end:
            # Whole numbers of steps between times, or parts of one.
            left = steps - begin % steps
            leg = min(left, most) if left < steps or most < steps else min(most // steps * steps, end - begin)
            every = min(leg, steps)
            made, is_troubled = _native.steps_of_many(tape, self.is_exact, pommel.array(grid[begin:begin + leg + 1]),
                                                      every, states, parameters)
            begin += leg
            states = made[:, :, -1]
            troubled = troubled | is_troubled
            alone = troubled.nonzero()[0].tolist()
            if begin % steps == 0:
                last = begin // steps + 1
                self.y[:, :, last - leg // every:last] = self.xp.asarray(made)
                for member in alone:
                    self.y[member, :, 1:] = nan
            self.nfev = [begin * calls] * self.members
            self.look(begin / end * (1.0 - len(alone) / self.members), begin * self.members)
        self.status = [0] * self.members
        for member in alone:
            self.status[member] = -2
        return alone

    # Tapes.

    def _check(self) -> None:
        if self.kind is complex:
            raise Refused("complex numbers")
        if not 0 < self.n <= (MOST if self.is_exact else 100):
            raise Refused("states of {} components".format(self.n))

    def _parameters(self) -> Any:
        import pommel

        columns = [pommel.asarray(column, dtype=float) for column in self.columns if column is not None]
        return pommel.stack(columns, axis=1) if columns else pommel.zeros((self.members, 0))

    def _tape(self, kind: tuple[Any, ...], make: Callable[..., list[int]]) -> str:
        shared = tuple(None if column is not None else _token(arg) for arg, column in zip(self.args, self.columns))
        key = (self.fun, self.xp, kind, self.n, self.is_exact, shared, tuple(column is None for column in self.columns))
        try:
            found = _tapes.get(key)
        except TypeError:
            # Functions and arguments that are not hashable are looked at again.
            return self._made(make)[1]
        if found is None or not is_still(found[0]):
            found = _tapes[key] = self._made(make)
            if found[0] is None:
                _tapes.pop(key, None)
            elif len(_tapes) > _KEPT:
                _tapes.pop(next(iter(_tapes)), None)
        return found[1]

    def _made(self, make: Callable[..., list[int]]) -> tuple[Any, str]:
        """A tape, and the names that it depends on unless it depends on more."""
        try:
            return self._followed(make, self.fun)
        except Refused as error:
            if self.n != 1:
                raise
            refused = error
        try:
            return self._followed(make, _in_a_list(self.fun))
        except Refused:
            raise refused from None

    def _followed(self, make: Callable[..., list[int]], fun: Any) -> tuple[Any, str]:
        tape = Tape()
        places = iter(range(len(self.columns)))
        args = tuple(arg if column is None else Value(tape.add("parameter", next(places)))
                     for arg, column in zip(self.args, self.columns))
        follower = Follower(tape, self.is_exact)
        results = make(follower, fun, args)
        tape.lines.append(" ".join(map(str, ["return", *results])))
        return follower.seen if follower.is_lasting else None, "\n".join(tape.lines)


def _in_a_list(fun: Any) -> Any:
    """A function that gives one number, as one that gives a list."""

    def listed(t: float, y: Any, *args: Any) -> Any:
        return [fun(t, y, *args)]

    return listed


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

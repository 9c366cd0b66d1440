"""Initial value problems: ``solve_ivp``, its arguments and its result."""

from __future__ import annotations

import sys
from copy import copy
from functools import partial
from math import inf, nan, sqrt
from time import perf_counter
from warnings import warn

from .. import _native
from . import _explicit
from ._alone import alone_of
from ._progress import leave, watch_of
from ._spelled import MOST, Loop, identity, names_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from ._progress import Watch

_EPSILON = 2.220446049250313e-16

_MESSAGES = {
    0: "The solver successfully reached the end of the integration interval.",
    1: "A termination event occurred.",
    -1: "Required step size is less than spacing between numbers.",
    -2: "The solver was interrupted at t = {:.6g}.",
}
_STATES = {0: "finished", 1: "finished", -1: "failed", -2: "interrupted"}


def library(*values: Any) -> Any:
    """Whose arrays callbacks and results are: NumPy's in a program that has imported it, else pommel's."""
    numpy = sys.modules.get("numpy")
    if numpy is not None and hasattr(numpy, "ndarray"):
        return numpy
    import pommel

    return pommel


class OdeResult(dict):  # type: ignore[type-arg]
    """What a solver gives: a dict whose entries are attributes, too.

    ``t`` are points in time, ``y`` the states there, one column for each; ``sol`` is the solution as a function
    if it was asked for; ``t_events`` and ``y_events`` say where events were; ``nfev``, ``njev`` and ``nlu`` count
    evaluations, Jacobians and factorisations; ``status``, ``success`` and ``message`` say how it ended.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    __setattr__ = dict.__setitem__  # type: ignore[assignment]
    __delattr__ = dict.__delitem__  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        width = max(map(len, self), default=0) + 1
        return "\n".join("{}: {!r}".format(name.rjust(width), value) for name, value in self.items())


class OdeSolution:
    """A solution as a function of time: polynomials between the steps of a solver.

    ``solution(t)`` is the state at a time, or the states at many, one column for each.
    """

    def __init__(self, xp: Any, ts: Any, ys: Any, qs: Any, between: Callable[..., Any]) -> None:
        self.ts = ts
        self.t_min, self.t_max = min(float(ts[0]), float(ts[-1])), max(float(ts[0]), float(ts[-1]))
        self.n_segments = len(ts) - 1
        self._xp, self._ys, self._qs, self._between = xp, ys, qs, between
        self._sign = -1.0 if ts[-1] < ts[0] else 1.0
        self._rising = ts * self._sign

    def __call__(self, t: Any) -> Any:
        xp = self._xp
        t = xp.asarray(t, dtype=float)
        if t.ndim > 1:
            raise ValueError("argument 't' must be a number or have one axis, not {}".format(t.ndim))
        states = self.states(t.reshape(-1))
        return states[0] if t.ndim == 0 else states.T

    def states(self, t: Any) -> Any:
        """A row for each time."""
        xp = self._xp
        if not self.n_segments:
            return xp.ones((len(t), 1)) * self._ys[0]
        place = xp.searchsorted(self._rising, t * self._sign) - 1
        place = xp.minimum(xp.maximum(place, 0), self.n_segments - 1)
        begin, end = xp.take(self.ts, place), xp.take(self.ts, place + 1)
        x = ((t - begin) / (end - begin)).reshape(-1, 1)
        if self._between is alternating and self._ys.shape[1] >= _WIDE:
            return self._wide(place.tolist(), x)
        q = xp.take(self._qs, place, axis=0)
        return xp.take(self._ys, place, axis=0) + self._between(x, q)


    def _wide(self, places: list[int], x: Any) -> Any:
        """The same for large states, one step after the other."""
        xp, qs = self._xp, self._qs
        weights = xp.zeros((len(places), qs.shape[1]), dtype=qs.dtype)
        total: Any = 1.0
        for j in range(qs.shape[1]):
            total = total * (1.0 - x if j % 2 else x)
            weights[:, j] = total[:, 0]
        states = xp.zeros((len(places), qs.shape[2]), dtype=qs.dtype)
        begin = 0
        for end in range(1, len(places) + 1):
            if end == len(places) or places[end] != places[begin]:
                states[begin:end] = xp.dot(weights[begin:end], qs[places[begin]])
                states[begin:end] += self._ys[places[begin]]
                begin = end
        return states


#: States of so many components are large.
_WIDE = 256


def alternating(x: Any, q: Any) -> Any:
    """x * (q0 + (1 - x) * (q1 + x * (q2 + ...))) for rows of states."""
    total, factors = 0.0, (x, 1.0 - x)
    for j in reversed(range(q.shape[1])):
        total = (total + q[:, j]) * factors[j % 2]
    return total


def alternating_at(x: float, q: list[Any]) -> list[Any]:
    """The same at one time, for lists."""
    total: list[Any] = [0.0] * len(q[0])
    for j in reversed(range(len(q))):
        factor = 1.0 - x if j % 2 else x
        total = [(sum_ + value) * factor for sum_, value in zip(total, q[j])]
    return total


def _alternating_arrays(x: float, q: Any) -> Any:
    """The same at one time, for arrays."""
    total, factor = 0.0, 1.0
    for j in range(len(q)):
        factor *= 1.0 - x if j % 2 else x
        total = total + factor * q[j]
    return total


class Problem:
    """What is to be solved: the arguments of ``solve_ivp``, looked at and in one form."""

    def __init__(self, fun: Any, t_span: Any, y0: Any, args: Any, options: dict[str, Any],
                 is_vectorized: bool) -> None:
        if not callable(fun):
            raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
        self.t0, self.t_end = map(float, t_span)
        self.direction = -1.0 if self.t_end < self.t0 else 1.0
        self.xp = library(y0)
        y0 = self.xp.asarray(y0)
        if y0.ndim != 1:
            raise ValueError("argument 'y0' must have one axis, not {}".format(y0.ndim))
        if y0.dtype.kind not in "biufc":
            raise ValueError("argument 'y0' must have numbers, not {}".format(y0.dtype))
        self.kind: Any = complex if y0.dtype.kind == "c" else float
        self.n = len(y0)
        self.y0 = self.row(y0)
        if not self.is_finite(self.y0):
            raise ValueError("argument 'y0' must have finite numbers")
        self.args = _arguments(args)
        self._options(**options)
        self._evaluations = [0]
        self.fun = self._flat(fun, is_vectorized)

    def _options(self, max_step: float = inf, first_step: Any = None, rtol: Any = 1e-3, atol: Any = 1e-6,
                 jac: Any = None, jac_sparsity: Any = None, lband: Any = None, uband: Any = None,
                 min_step: float = 0.0) -> None:
        # What is known of zeros in the Jacobian only saves evaluations.
        self.jac = jac
        if max_step <= 0:
            raise ValueError("argument 'max_step' must be positive, not {!r}".format(max_step))
        if first_step is not None and not 0 < first_step <= abs(self.t_end - self.t0):
            raise ValueError("argument 'first_step' must be positive and within the interval, not {!r}".format(
                first_step))
        self.max_step = float(max_step)
        self.first_step = None if first_step is None else float(first_step)
        rtol, atol = self._numbers("rtol", rtol), self._numbers("atol", atol)
        if any(value < 0 for value in atol):
            raise ValueError("argument 'atol' must not be negative")
        least = 100 * _EPSILON
        if any(value < least for value in rtol):
            warn("argument 'rtol' is too small: it is set to {}".format(least), stacklevel=4)
            rtol = [max(value, least) for value in rtol]
        self.rtol = self.per_component(rtol)
        # No scale is zero.
        self.atol = self.per_component([max(value, 1e-300) for value in atol])

    def _numbers(self, name: str, value: Any) -> list[float]:
        values = self.xp.asarray(value, dtype=float).reshape(-1).tolist()
        if len(values) not in (1, self.n):
            raise ValueError("argument '{}' must be a number or have {} of them, not {}".format(
                name, self.n, len(values)))
        return values  # type: ignore[no-any-return]

    def per_component(self, values: list[float]) -> Any:
        """Numbers for all components, of one or as many."""
        return values * self.n if len(values) == 1 else values

    def row(self, values: Any) -> Any:
        """A state, or something like it, of an array: a list."""
        return [self.kind(value) for value in values.tolist()]

    def is_finite(self, values: Any) -> bool:
        return all(abs(value) < inf for value in values)

    def plus(self, a: Any, b: Any) -> Any:
        return [x + y for x, y in zip(a, b)]

    def _flat(self, fun: Any, is_vectorized: bool) -> Any:
        """The callback in a form that gives just ``n`` numbers, and what it gives at the start."""
        array = self.array
        if is_vectorized:
            given = fun

            def fun(t: float, y: Any, *args: Any) -> Any:
                return given(t, y.reshape(-1, 1), *args).reshape(-1)

        first = fun(self.t0, array(self.y0), *self.args)
        self.nfev += 1
        shape = getattr(first, "shape", None)
        if shape is None and not isinstance(first, (list, tuple)) or shape == ():
            inner_number = fun

            def fun(t: float, y: Any, *args: Any) -> Any:
                return [inner_number(t, y, *args)]

            first = [first]
        elif shape is not None and len(shape) != 1 or shape is None and any(
                not isinstance(value, (int, float, complex)) for value in first):
            inner_array, asarray, kind = fun, self.xp.asarray, self.kind

            def fun(t: float, y: Any, *args: Any) -> Any:
                return asarray(inner_array(t, y, *args), dtype=kind).reshape(-1)

            first = self.xp.asarray(first, dtype=kind).reshape(-1)
        self.f0 = self.given(first)
        if len(self.f0) != self.n:
            raise ValueError("argument 'fun' must give {} numbers, as many as the state has, not {}".format(
                self.n, len(self.f0)))
        return fun

    @property
    def nfev(self) -> int:
        """How often the callback was called, for this problem and those that go on from it."""
        return self._evaluations[0]

    @nfev.setter
    def nfev(self, count: int) -> None:
        self._evaluations[0] = count

    def going_on(self, t: float, y: list[Any], h: float) -> Problem:
        """The rest of the problem from some time on."""
        rest = copy(self)
        rest.t0, rest.y0, rest.first_step = t, y, h
        rest.f0 = self.at(t, y)
        return rest

    def array(self, values: Any) -> Any:
        return self.xp.array(values, dtype=self.kind)

    def given(self, values: Any) -> Any:
        """What the callback gives, as a list."""
        return [self.kind(value) for value in values]

    def at(self, t: float, y: Any) -> Any:
        """The derivative."""
        self.nfev += 1
        return self.given(self.fun(t, self.array(y), *self.args))

    def moved(self, y: Any, h: float, f: Any) -> Any:
        return [a + h * b for a, b in zip(y, f)]

    def sizes(self, y: Any) -> Any:
        """What errors are compared with at a state."""
        return [a + abs(value) * r for a, value, r in zip(self.atol, y, self.rtol)]

    def norm(self, values: Any, scale: Any) -> float:
        total = 0.0
        # Sums of floats by `sum` are others from CPython 3.12 on.
        for value, by in zip(values, scale):
            total += abs(value / by) ** 2
        return sqrt(total / self.n) if values else 0.0

    def size_of_first_step(self, order: int) -> float:
        """Hairer, Norsett and Wanner, II.4."""
        length = abs(self.t_end - self.t0)
        if self.first_step is not None or length == 0.0 or not self.n:
            return self.first_step or length
        scale = self.sizes(self.y0)
        d0, d1 = self.norm(self.y0, scale), self.norm(self.f0, scale)
        h0 = 1e-6 if d0 < 1e-5 or d1 < 1e-5 else 0.01 * d0 / d1
        h0 = min(h0, length)
        h = h0 * self.direction
        f1 = self.at(self.t0 + h, self.moved(self.y0, h, self.f0))
        d2 = self.norm(self.moved(f1, -1.0, self.f0), scale) / h0
        if d1 <= 1e-15 and d2 <= 1e-15:
            h1 = max(1e-6, h0 * 1e-3)
        else:
            h1 = (0.01 / max(d1, d2)) ** (1 / (order + 1))
        return min(100 * h0, h1, length, self.max_step)


class LargeProblem(Problem):
    """A problem whose states stay arrays. Tolerances that are the same for all components stay numbers."""

    def per_component(self, values: list[float]) -> Any:
        return values[0] if len(values) == 1 else self.xp.array(values)

    def row(self, values: Any) -> Any:
        return self.array(values)

    def is_finite(self, values: Any) -> bool:
        return bool(self.xp.isfinite(values).all())

    def plus(self, a: Any, b: Any) -> Any:
        return a + b

    def given(self, values: Any) -> Any:
        return self.array(values)

    def moved(self, y: Any, h: float, f: Any) -> Any:
        return y + h * f

    def sizes(self, y: Any) -> Any:
        return self.atol + abs(y) * self.rtol

    def norm(self, values: Any, scale: Any) -> float:
        parts = abs(values) / scale
        return sqrt(float(parts @ parts) / self.n)


def _arguments(args: Any) -> tuple[Any, ...]:
    if args is None:
        return ()
    try:
        return tuple(args)
    except TypeError:
        raise TypeError("argument 'args' must be a tuple, as (argument,), not {!r}".format(args)) from None


class Event:
    """A function of time and state, whose zeros are looked for."""

    def __init__(self, function: Any) -> None:
        self.function = function
        self.direction = getattr(function, "direction", 0)
        terminal = getattr(function, "terminal", None)
        #: How often it happens before it ends the solution.
        self.most = inf if not terminal else 1 if terminal is True else int(terminal)
        if self.most < 1:
            raise ValueError("the attribute 'terminal' of an event must be a bool or a positive number")
        self.times: list[float] = []
        self.states: list[Any] = []

    def happens(self, before: float, after: float) -> bool:
        rises, falls = before <= 0.0 <= after, before >= 0.0 >= after
        return rises and self.direction >= 0 or falls and self.direction <= 0


class Steps:
    """The steps of a solver, in arrays that it fills one after the other."""

    def __init__(self, problem: Problem, columns: int, is_dense: bool) -> None:
        self.xp, self.kind, self.n = problem.xp, problem.kind, problem.n
        self.columns, self.is_dense = columns, is_dense
        #: For how many steps there is what is between them, if not for all.
        self.rows_between: int | None = None
        self.chunks: list[tuple[Any, ...]] = []
        self.count = 0

    def room(self, count: int) -> tuple[Any, ...]:
        zeros = self.xp.zeros
        rows = (count if self.rows_between is None else self.rows_between) if self.is_dense else 0
        return (self.xp.full(count, nan), zeros((count, self.n), dtype=self.kind),
                zeros((rows, self.columns, self.n), dtype=self.kind))

    def add_interrupted(self, chunk: tuple[Any, ...]) -> int:
        """Adds what was written before an interrupt, but for the last step, which may not have been written in
        full; how many steps these are."""
        times = chunk[0]
        count = max(0, int((times == times).sum()) - 1)
        self.add(chunk, count)
        return count

    def cut(self, count: int) -> None:
        """Leaves so many steps."""
        while self.count > count:
            last = self.chunks.pop()
            kept = max(0, len(last[0]) - (self.count - count))
            self.count -= len(last[0])
            # These were added in their final form.
            Steps.add(self, last, kept)

    def add(self, chunk: tuple[Any, ...], count: int) -> None:
        if count:
            self.chunks.append(tuple(part[:count] for part in chunk))
            self.count += count

    def joined(self, part: int, first: Any = None) -> Any:
        parts = [chunk[part] for chunk in self.chunks]
        parts = parts if first is None else [first, *parts]
        return parts[0] if len(parts) == 1 else self.xp.concatenate(parts)


#: Steps at once: the very first, as they are, and at most.
_FIRST, _MORE, _MOST = 16, 256, 8192
#: States of many components come so many numbers at once, but not fewer steps than these.
_FEWEST, _NUMBERS = 16, 1 << 18

#: After so few steps, which are smaller than those to come, these are taken to need just a part of the time.
_FEW, _PART = 64, 0.25


def _as_it_is(values: Any) -> Any:
    return values


class ExplicitSolver:
    """Steps of an explicit Runge-Kutta method."""

    between, between_at = staticmethod(alternating), staticmethod(alternating_at)
    njev = nlu = 0

    def __init__(self, problem: Problem, method: Any, events: list[Event], is_dense: bool,
                 only_at_events: bool = False) -> None:
        self.problem, self.method, self.only_at_events = problem, method, only_at_events
        if isinstance(problem, LargeProblem):
            self.between_at = _alternating_arrays
        self.functions = tuple(event.function for event in events)
        self.steps = Steps(problem, method.columns, is_dense)
        self.t, self.y, self.f = problem.t0, problem.y0, problem.f0
        self.h = problem.size_of_first_step(method.order)
        self.g = self.old_g = [float(function(self.t, problem.array(self.y), *problem.args))
                               for function in self.functions]
        self._loop(is_dense)

    def _loop(self, is_dense: bool) -> None:
        problem, xp = self.problem, self.problem.xp
        n = problem.n if 0 < problem.n <= MOST else None
        names = names_of(xp, problem.kind, n)
        # Steps of large states cost less without what is between them.
        only_at_events = self.only_at_events and isinstance(problem, LargeProblem)
        text = self.method.text(len(self.functions), is_dense, only_at_events)
        key = (identity(problem.fun), *map(identity, self.functions), problem.kind, xp.__name__)
        self.loop = Loop(text, self.method.name, n, names, key,
                         (problem.fun, problem.args, self.t, self.y))
        self.whole = tuple if n is not None else _as_it_is if isinstance(problem, LargeProblem) else problem.array
        # Room that is not used costs time, too, where states are large.
        self.steps.rows_between = 1 if only_at_events else None
        numbers = max(1, problem.n * (1 + (self.method.columns if is_dense and not only_at_events else 0)))
        self.most = _MOST if n is not None else max(_FEWEST, min(_MOST, _NUMBERS // numbers))
        self.before = self.loop.seconds
        #: Spelled out, callbacks are compiled with the loop.
        self.alone = alone_of(problem.fun, 2 + len(problem.args)) if n is None else None

    def advance(self) -> tuple[int, bool]:
        """Does some steps: whether the end is reached (1) or cannot be (-1), and whether something happened."""
        problem, steps, whole = self.problem, self.steps, self.whole
        done, seconds = abs(self.t - problem.t0), self.loop.seconds - self.before
        # The steps still to come are as those so far.
        still = seconds * abs(problem.t_end - self.t) / done if done else 0.0
        if steps.count < _FEW:
            still *= _PART
        is_slow = not self.loop.is_compiled and still < self.loop.cost
        at_once = _FIRST if not steps.count else _FEW if steps.count < _FEW else _MORE
        size = at_once if is_slow else 2 * max(_MORE, steps.count)
        chunk = steps.room(min(size, self.most))
        fun = problem.fun if self.alone is None else self.alone.of(problem.fun)
        arguments = (fun, problem.args, self.functions, self.t, whole(self.y), whole(self.f), self.g, self.h,
                     problem.direction, problem.t_end, whole(problem.rtol), whole(problem.atol), problem.max_step,
                     *chunk)
        try:
            status, hit, count, tries, self.t, self.y, self.f, self.old_g, self.g, self.h = self.loop.run(
                still, arguments)
        except KeyboardInterrupt:
            problem.nfev += steps.add_interrupted(chunk) * len(self.method.a)
            raise
        if self.alone is not None:
            self.alone.took(self.loop.seconds - self.before - seconds)
        steps.add(chunk, count)
        between = 0 if not steps.is_dense else count if steps.rows_between is None else int(hit)
        problem.nfev += tries * len(self.method.a) + between * len(self.method.more)
        return status, hit


_METHODS: dict[str, Any] = {name: (ExplicitSolver, method) for name, method in _explicit.METHODS.items()}
#: Those that come in when they are first asked for.
_IMPLICIT = {"Radau": "radau", "BDF": "bdf", "LSODA": "Switching"}

#: What all methods take, and what some do.
_OPTIONS: dict[str, Any] = {
    **dict.fromkeys(("max_step", "first_step", "rtol", "atol")),
    "jac": _IMPLICIT,
    "jac_sparsity": ("Radau", "BDF"),
    **dict.fromkeys(("lband", "uband", "min_step"), ("LSODA",)),
}


def solve_ivp(fun: Callable[..., Any], t_span: Sequence[float], y0: Any, method: str = "RK45", t_eval: Any = None,
              dense_output: bool = False, events: Any = None, vectorized: bool = False, args: Any = None,
              progress: Any = None, **options: Any) -> OdeResult:
    """Solves dy/dt = fun(t, y) from ``t_span[0]`` with the state ``y0`` to ``t_span[1]``.

    ``method`` is RK45, RK23 or DOP853, or for stiff problems Radau, BDF or LSODA, which changes between methods by
    itself. The solution is given at the times ``t_eval``, or at all steps, and with ``dense_output`` as a function,
    too. ``events`` are functions of ``t`` and ``y`` whose zeros are looked for; their attributes ``direction`` and
    ``terminal`` say in which direction, and whether the solution ends there. ``args`` are passed to all functions.
    Other options: ``first_step``, ``max_step``, ``rtol`` and ``atol`` (numbers, or one for each component), ``jac``.

    ``progress=True`` shows how far it is; a function is told so. An interrupt (Ctrl-C) ends the solution then, with
    the status -2 and what was computed so far. Without ``progress`` it is a KeyboardInterrupt, whose attribute
    ``result`` has that.

    The solver is compiled together with ``fun`` when there is much to do.

    >>> from pommel.integrate import solve_ivp
    >>> solution = solve_ivp(lambda t, y: [-0.5 * y[0]], (0, 10), [2.0], rtol=1e-8)
    >>> solution.status, round(float(solution.y[0, -1]), 6)
    (0, 0.013476)
    """
    begun = perf_counter()
    if getattr(method, "__module__", "").startswith("scipy.integrate."):
        # SciPy's own classes stand for its methods there.
        method = method.__name__  # type: ignore[attr-defined]
    solver_of, tableau = _method(method)
    kind = Problem if tableau is None or _is_small(y0) else LargeProblem
    problem = kind(fun, t_span, y0, args, _known(options, method), vectorized)
    if t_eval is not None:
        t_eval = _times(problem, t_eval)
    happenings = [Event(event) for event in ([events] if callable(events) else events or ())]
    is_dense = bool(dense_output or t_eval is not None or happenings)
    watch = watch_of(progress, method, problem.t0, problem.t_end, begun)
    if happenings and not dense_output and t_eval is None:
        solver_of = partial(solver_of, only_at_events=True) if tableau is not None else solver_of
    run = _Run(solver_of(problem, tableau, happenings, is_dense), happenings, watch)
    try:
        run.to_end()
    except KeyboardInterrupt as interrupt:
        run.interrupted()
        if watch is None:
            leave(interrupt, _result(run, t_eval, dense_output), run.t)
            raise
    finally:
        if watch is not None:
            watch.close()
    return _result(run, t_eval, dense_output)


class _Run:
    """A solver on its way to the end: what its status is, and where it ended if that was at an event."""

    def __init__(self, solver: Any, events: list[Event], watch: Watch | None) -> None:
        self.solver, self.events, self.watch = solver, events, watch
        self.status = 0
        self.end: tuple[float, list[Any]] | None = None
        self.is_done = solver.problem.t_end == solver.problem.t0
        #: Steps in which events were looked for.
        self.looked = 0

    @property
    def t(self) -> float:
        """Where it is."""
        steps = self.solver.steps
        return self.end[0] if self.end is not None else float(steps.chunks[-1][0][-1]) if steps.count else (
            self.solver.problem.t0)

    def to_end(self) -> None:
        problem, solver, watch = self.solver.problem, self.solver, self.watch
        most = solver.most
        if watch is not None:
            solver.most = min(most, watch.at_first(problem.nfev))
        while not self.is_done:
            status, hit = solver.advance()
            if hit:
                self.end = _happened(solver, self.events)
            self.looked = solver.steps.count
            self.status = -1 if status < 0 else 0 if self.end is None else 1
            self.is_done = bool(status) or self.end is not None
            if watch is not None and not self.is_done:
                solver.most = min(most, watch.look(self.t, self.looked, problem.nfev))
                if watch.is_stopped:
                    self.status = -2
                    break
        if watch is not None:
            watch.end(self.t, self.looked, problem.nfev, _STATES[self.status])

    def interrupted(self) -> None:
        """Leaves what is complete: if events were not looked for in some steps, the last of these may have one."""
        if self.is_done or self.end is not None:
            self.status = self.status or (0 if self.end is None else 1)
            return
        steps = self.solver.steps
        if self.events:
            steps.cut(max(self.looked, steps.count - 1))
            sign, t = self.solver.problem.direction, self.t
            for event in self.events:
                kept = sum(1 for time in event.times if time * sign <= t * sign)
                del event.times[kept:], event.states[kept:]
        self.status = -2
        if self.watch is not None:
            self.watch.end(self.t, steps.count, self.solver.problem.nfev, _STATES[-2])


def _method(method: Any) -> Any:
    if method not in _METHODS and method in _IMPLICIT:
        from . import _implicit

        _METHODS.update((name, (getattr(_implicit, kind), None)) for name, kind in _IMPLICIT.items())
    found = _METHODS.get(method) if isinstance(method, str) else None
    if found is None:
        raise ValueError("argument 'method' must be one of {}, not {!r}".format(
            ", ".join([*_explicit.METHODS, *_IMPLICIT]), method))
    return found


def _known(options: dict[str, Any], method: str) -> dict[str, Any]:
    """The options that there are. As with SciPy, those of other methods are worth a warning."""
    for name in options:
        if name not in _OPTIONS:
            raise TypeError("solve_ivp() got an unexpected keyword argument {!r}: there are {}".format(
                name, ", ".join(_OPTIONS)))
    idle = [name for name in options if _OPTIONS[name] is not None and method not in _OPTIONS[name]]
    if idle:
        warn("{} {} without effect for the method {}".format(
            ", ".join(map(repr, idle)), "is" if len(idle) == 1 else "are", method), stacklevel=3)
    return options


def _is_small(y0: Any) -> bool:
    """Whether a state is one of few numbers, or is no state."""
    try:
        return 0 < len(y0) <= MOST
    except TypeError:
        return True


def _times(problem: Problem, t_eval: Any) -> Any:
    times = problem.xp.asarray(t_eval, dtype=float)
    if times.ndim != 1:
        raise ValueError("argument 't_eval' must have one axis, not {}".format(times.ndim))
    low, high = sorted((problem.t0, problem.t_end))
    if times.size and not (float(times.min()) >= low and float(times.max()) <= high):
        raise ValueError("argument 't_eval' must be within 't_span'")
    if times.size > 1 and not float(((times[1:] - times[:-1]) * problem.direction).min()) > 0:
        raise ValueError("argument 't_eval' must be in the order of 't_span'")
    return times


def _happened(solver: Any, events: list[Event]) -> tuple[float, list[Any]] | None:
    """Looks for the zeros of events in the last step; the end of the solution if one of them is that."""
    from ._roots import zero

    problem, steps = solver.problem, solver.steps
    t, y, q = steps.chunks[-1]
    before = len(t) - 2
    if before >= 0:
        begin, state = float(t[before]), problem.row(y[before])
    elif len(steps.chunks) > 1:
        begin, state = float(steps.chunks[-2][0][-1]), problem.row(steps.chunks[-2][1][-1])
    else:
        begin, state = problem.t0, problem.y0
    size, q = float(t[-1]) - begin, [problem.row(row) for row in q[-1]] if isinstance(problem.y0, list) else q[-1]

    def at(time: float) -> list[Any]:
        return problem.plus(state, solver.between_at((time - begin) / size, q))

    found = []
    for event, old, new in zip(events, solver.old_g, solver.g):
        if event.happens(old, new):
            function = event.function
            root = zero(lambda time: float(function(time, problem.array(at(time)), *problem.args)),
                        begin, begin + size, 4 * _EPSILON, 4 * _EPSILON, old, new)
            found.append((root * problem.direction, root, event))
    for _, root, event in sorted(found, key=lambda item: item[0]):
        event.times.append(root)
        event.states.append(at(root))
        if len(event.times) >= event.most:
            return root, event.states[-1]
    return None


def _result(run: _Run, t_eval: Any, is_wanted: bool) -> OdeResult:
    solver, events, end, status = run.solver, run.events, run.end, run.status
    problem, steps, xp = solver.problem, solver.steps, solver.problem.xp
    ts = steps.joined(0, xp.array([problem.t0]))
    ys = steps.joined(1, problem.array(problem.y0).reshape(1, -1))
    solution = None
    if steps.is_dense and (is_wanted or t_eval is not None):
        qs = steps.joined(2) if steps.count else xp.zeros((0, 1, problem.n))
        solution = OdeSolution(xp, ts, ys, qs, solver.between)
    if t_eval is not None:
        last = float(ts[-1]) if end is None else end[0]
        kept = int(((t_eval - last) * problem.direction <= 0).sum())
        ts = t_eval[:kept]
        ys = solution.states(ts) if kept else ys[:0]  # type: ignore[union-attr]
    elif end is not None:
        ts, ys = xp.concatenate([ts[:-1], xp.array([end[0]])]), xp.concatenate(
            [ys[:-1], problem.array(end[1]).reshape(1, -1)])
    elif problem.t_end == problem.t0:
        # The beginning and the end, as with SciPy.
        ts, ys = xp.concatenate([ts, ts]), xp.concatenate([ys, ys])
    times = states = None
    if events:
        times = [xp.asarray(event.times, dtype=float) for event in events]
        states = [xp.asarray(event.states, dtype=problem.kind) for event in events]
    return OdeResult(t=ts, y=ys.T, sol=solution if is_wanted else None, t_events=times, y_events=states,
                     nfev=problem.nfev, njev=solver.njev, nlu=solver.nlu, status=status,
                     message=_MESSAGES[status].format(run.t), success=status >= 0)

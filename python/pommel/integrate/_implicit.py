"""Implicit methods, for stiff problems: BDF, the numerical differentiation formulas of Shampine and Reichelt
(The MATLAB ODE Suite, 1997) in steps of a quasi-constant size; Radau, the method of order 5 of Hairer and Wanner
(Solving Ordinary Differential Equations II, 1996, IV.8); and LSODA, which goes from an explicit method to BDF where
a problem is stiff, and back (Petzold 1983 does so with Adams' methods).
"""

from __future__ import annotations

from functools import lru_cache, partial
from math import inf, sqrt

from . import _explicit, _stiff
from ._ivp import Event, ExplicitSolver, Problem, Steps, library
from ._linear import Differences, Singular, factored, invert, invert_both, solved
from ._spelled import MOST, Loop, function_of, identity, names_of, spelled
from ._vectors import Lists, vectors_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_EPSILON = 2.220446049250313e-16

#: Steps that are done before others look.
_AT_ONCE = 64

#: A loop is compiled when so many times what it took so far would pay.
_AGAIN = 1
#: How much longer than explicit ones they take to compile, by line.
_TIMES = 2.5
#: Steps at once of one that is compiled, at first.
_MORE = 256


def newton_tolerance(problem: Problem) -> float:
    """How near Newton's method has to come to what a step gives, in parts of the error that it may have."""
    rtol = min(problem.rtol, default=1e-3)
    return max(10 * _EPSILON / rtol, min(0.03, sqrt(rtol)))


class Jacobians:
    """The Jacobian of a problem: given, or by differences. ``source`` says where it comes from, for loops that are
    texts, and ``jac`` is what these call."""

    def __init__(self, problem: Problem, vectors: Any) -> None:
        self.problem, self.vectors = problem, vectors
        self.differences = Differences(vectors)
        self.count = 0
        jac = problem.jac
        self.source = "differences" if jac is None else "given" if callable(jac) else "constant"
        self.jac = jac if callable(jac) else None

    def __call__(self, t: float, y: Any, f: Any) -> Any:
        problem, jac = self.problem, self.problem.jac
        if jac is None:
            self.count += 1
            evaluations = problem.nfev
            found = self.differences(lambda moved: self.vectors.at(t, moved), y, f)
            # Those for differences are not counted.
            problem.nfev = evaluations
            return found
        if callable(jac):
            self.count += 1
            jac = jac(t, problem.array(y), *problem.args)
        return self.vectors.rows(matrix_of(jac, problem.n, problem.kind, problem.xp))


def matrix_of(jac: Any, n: int, kind: Any, xp: Any) -> Any:
    """What is given as a Jacobian, as an array."""
    jac = jac.toarray() if hasattr(jac, "toarray") else jac
    rows = xp.asarray(jac, dtype=kind)
    if rows.shape != (n, n):
        raise ValueError("argument 'jac' must give {0} times {0} numbers, not the shape {1}".format(n, rows.shape))
    return rows


def _fill(values: list[float], jac: Any, t: float, y: Any, args: Any) -> None:
    """Writes what a function gives as a Jacobian into a list, row after row."""
    values[:] = matrix_of(jac(t, y, *args), len(y), float, library()).reshape(-1).tolist()


class ImplicitSolver:
    """What BDF and Radau have in common: Jacobians, events, and where steps go."""

    name, columns = "", 0
    most = _AT_ONCE

    def __init__(self, problem: Problem, method: Any, events: list[Event], is_dense: bool) -> None:
        self.problem = problem
        self.vectors = vectors = vectors_of(problem)
        self.functions = tuple(event.function for event in events)
        self.steps = Steps(problem, self.columns, is_dense)
        self.t, self.y, self.f = problem.t0, vectors.vector(problem.y0), vectors.vector(problem.f0)
        self.nlu = 0
        self.g = self.old_g = self._events()
        self.jacobians = Jacobians(problem, vectors)
        self.jacobian = self._jacobian(self.t, self.y, self.f)
        self.newton_tolerance = newton_tolerance(problem)
        self._start()

    def _start(self) -> None:
        raise NotImplementedError

    def _step(self) -> Any:
        """Does a step: columns for what is between its ends, or None if there is no such step."""
        raise NotImplementedError

    def _events(self) -> list[float]:
        problem = self.problem
        return [float(function(self.t, problem.array(self.y), *problem.args)) for function in self.functions]

    def _jacobian(self, t: float, y: Any, f: Any) -> Any:
        return self.jacobians(t, y, f)

    @property
    def njev(self) -> int:
        return self.jacobians.count

    def _divider(self, diagonal: Any, factor: Any) -> Any:
        self.nlu += 1
        return self.vectors.divider(self.jacobian, diagonal, factor)

    def advance(self) -> tuple[int, bool]:
        rows: list[tuple[float, Any, Any]] = []
        status, hit = 0, False
        try:
            while len(rows) < self.most and not status and not hit:
                between = self._step()
                if between is None:
                    status = -1
                    break
                rows.append((self.t, self.y, between))
                status = 1 if self.t == self.problem.t_end else 0
                if self.functions:
                    self.old_g, self.g = self.g, self._events()
                    hit = any(a <= 0.0 <= b or a >= 0.0 >= b for a, b in zip(self.old_g, self.g))
        except KeyboardInterrupt:
            self._add(rows)
            raise
        self._add(rows)
        return status, hit

    def _add(self, rows: list[tuple[float, Any, Any]]) -> None:
        problem, steps = self.problem, self.steps
        if not rows:
            return
        xp, kind = problem.xp, problem.kind
        ts, ys, qs = map(list, zip(*rows))
        is_list = isinstance(ys[0], list)
        states = xp.asarray(ys, dtype=kind) if is_list else xp.stack(ys)
        if not steps.is_dense:
            between = xp.zeros((0, self.columns, problem.n))
        else:
            between = xp.asarray(qs, dtype=kind) if is_list else xp.stack([xp.stack(q) for q in qs])
        steps.add((xp.asarray(ts), states, between), len(ts))

    def _least(self) -> float:
        return max(10 * _EPSILON * abs(self.t), 1e-320)


_KAPPA = (0.0, -0.1850, -1 / 9, -0.0823, -0.0415, 0.0)
_GAMMA = (0.0, 1.0, 1.5, 11 / 6, 25 / 12, 137 / 60)
_ALPHA = tuple((1 - kappa) * gamma for kappa, gamma in zip(_KAPPA, _GAMMA))
_ERRORS = tuple(kappa * gamma + 1 / (order + 1) for order, (kappa, gamma) in enumerate(zip(_KAPPA, _GAMMA)))
_HIGHEST, _ITERATIONS = 5, 4


def _to_size(order: int, factor: float) -> list[list[float]]:
    """What makes of differences at the places 0, -1, ... those at 0, -factor, ..."""
    rows = [[1.0] * (order + 1)]
    for i in range(1, order + 1):
        rows.append([0.0, *(before * (i - 1 - factor * j) / i for j, before in enumerate(rows[-1][1:], 1))])
    return rows


class Bdf(ImplicitSolver):
    """Steps of the numerical differentiation formulas of orders 1 to 5, with backward differences of the states."""

    name, columns = "BDF", 5

    def _start(self) -> None:
        self.h = self.problem.size_of_first_step(1)
        step = self.h * self.problem.direction
        zeros = self.vectors.zeros()
        first = self.vectors.mixed((step,), (self.f,))
        self.d = [self.y, first, *(zeros for _ in range(_HIGHEST + 1))]
        self.order, self.equal, self.divide = 1, 0, None

    def _resize(self, factor: float) -> None:
        order = self.order
        rows, units = _to_size(order, factor), _to_size(order, 1.0)
        mixed = [[sum(rows[i][k] * units[k][j] for k in range(order + 1)) for j in range(order + 1)]
                 for i in range(order + 1)]
        self.d[:order + 1] = [self.vectors.mixed(weights, self.d[:order + 1]) for weights in zip(*mixed)]
        self.h *= factor
        self.equal, self.divide = 0, None

    def _step(self) -> Any:
        problem = self.problem
        least = self._least()
        if self.h > problem.max_step:
            self._resize(problem.max_step / self.h)
        elif self.h < least:
            self._resize(least / self.h)
        is_new = problem.jac is not None and not callable(problem.jac)
        while True:
            if not self.h >= least:
                return None
            t_new = self.t + self.h * problem.direction
            if problem.direction * (t_new - problem.t_end) > 0:
                t_new = problem.t_end
                self._resize(abs(t_new - self.t) / self.h)
                self.h = abs(t_new - self.t)
            step = t_new - self.t
            guess = self.vectors.mixed((1.0,) * (self.order + 1), self.d[:self.order + 1])
            found, is_new = self._corrected(t_new, step, guess, is_new)
            if found is None:
                self._resize(0.5)
                continue
            y, d, rounds = found
            safety = 0.9 * (2 * _ITERATIONS + 1) / (2 * _ITERATIONS + rounds)
            scale = self.vectors.scale(y)
            error = abs(_ERRORS[self.order]) * self.vectors.norm(d, scale)
            if error <= 1.0:
                break
            divide = self.divide
            self._resize(max(0.2, safety * error ** (-1 / (self.order + 1))))
            # It converged: the matrix will do.
            self.divide = divide
        return self._accepted(t_new, y, d, scale, error, safety)

    def _corrected(self, t: float, step: float, guess: Any, is_new: bool) -> Any:
        """The state that the formula gives, with how far it is from the guess and in how many rounds it was found;
        and whether the Jacobian is one of this step."""
        order, vectors = self.order, self.vectors
        c = step / _ALPHA[order]
        psi = vectors.mixed([gamma / _ALPHA[order] for gamma in _GAMMA[1:order + 1]], self.d[1:order + 1])
        scale = vectors.scale(guess)
        while True:
            try:
                if self.divide is None:
                    self.divide = self._divider(1.0, c)
                found = self._newton(t, guess, c, psi, scale)
            except (Singular, OverflowError, ZeroDivisionError):
                found = None
            if found is not None or is_new:
                return found, is_new
            evaluations = self.problem.nfev
            f = vectors.at(t, guess)
            self.problem.nfev = evaluations
            self.jacobian = self._jacobian(t, guess, f)
            self.divide, is_new = None, True

    def _newton(self, t: float, guess: Any, c: float, psi: Any, scale: Any) -> Any:
        vectors, y = self.vectors, guess
        d, before = vectors.zeros(), None
        for k in range(_ITERATIONS):
            right = vectors.mixed((c, -1.0, -1.0), (vectors.at(t, y), psi, d))
            if not vectors.is_finite(right):
                return None
            change = self.divide(right)  # type: ignore[misc]
            size = vectors.norm(change, scale)
            rate = None if before is None else size / before
            if rate is not None and (
                    rate >= 1 or rate ** (_ITERATIONS - k) / (1 - rate) * size > self.newton_tolerance):
                return None
            y, d = vectors.plus(y, change), vectors.plus(d, change)
            if size == 0 or rate is not None and rate / (1 - rate) * size < self.newton_tolerance:
                return y, d, k + 1
            before = size
        return None

    def _accepted(self, t: float, y: Any, d: Any, scale: Any, error: float, safety: float) -> Any:
        vectors, order = self.vectors, self.order
        self.equal += 1
        self.t, self.y = t, y
        self.d[order + 2] = vectors.mixed((1.0, -1.0), (d, self.d[order + 1]))
        self.d[order + 1] = d
        for i in reversed(range(order + 1)):
            self.d[i] = vectors.plus(self.d[i], self.d[i + 1])
        zeros = vectors.zeros()
        between = [self.d[i] if i <= order else zeros for i in range(1, _HIGHEST + 1)]
        if self.equal > order:
            below = abs(_ERRORS[order - 1]) * vectors.norm(self.d[order], scale) if order > 1 else inf
            above = abs(_ERRORS[order + 1]) * vectors.norm(self.d[order + 2], scale) if order < _HIGHEST else inf
            factors = [norm ** (-1 / (order + i)) if norm else inf
                       for i, norm in enumerate((below, error, above))]
            best = max(range(3), key=lambda i: factors[i])
            self.order += best - 1
            self._resize(min(10.0, safety * factors[best]))
        return between

    @staticmethod
    def between(x: Any, q: Any) -> Any:
        total, product = 0.0, x
        for j in range(5):
            total = total + q[:, j] * product
            product = product * (x + j) / (j + 2) if j else product * (x - 1.0) / 2.0
        return total

    @staticmethod
    def between_at(x: float, q: list[Any]) -> list[Any]:
        weights, product = [], x
        for j in range(5):
            weights.append(product)
            product = product * (x + j) / (j + 2) if j else product * (x - 1.0) / 2.0
        return [sum(weight * value for weight, value in zip(weights, values)) for values in zip(*q)]


_MOST_ROUNDS = 6


class Radau(ImplicitSolver):
    """Steps of the Radau IIA method of order 5."""

    name, columns = "Radau", 3

    def _start(self) -> None:
        if self.problem.kind is complex:
            raise ValueError("argument 'method' must not be 'Radau' for complex states: 'BDF' has them")
        self.h = self.problem.size_of_first_step(3)
        self.before: tuple[float, float] | None = None
        self.dividers: Any = None
        self.is_new = True
        self.last: tuple[Any, ...] | None = None

    def _step(self) -> Any:
        problem = self.problem
        least = self._least()
        h, before = self.h, self.before
        if not least <= h <= problem.max_step:
            h, before, self.dividers = min(max(h, least), problem.max_step), None, None
        is_rejected = False
        while True:
            if not h >= least:
                return None
            t_new = self.t + h * problem.direction
            if problem.direction * (t_new - problem.t_end) > 0:
                t_new = problem.t_end
                # Another size is another matrix.
                self.dividers = self.dividers if abs(t_new - self.t) == h else None
            step = t_new - self.t
            h = abs(step)
            found = self._stages(step)
            if found is None:
                h, self.dividers = h * 0.5, None
                continue
            z, rounds, rate = found
            y = self.vectors.plus(self.y, z[2])
            error, size = self._error(step, z, y, is_rejected)
            safety = 0.9 * (2 * _MOST_ROUNDS + 1) / (2 * _MOST_ROUNDS + rounds)
            factor = self._factor(h, size, before)
            if size <= 1.0:
                break
            h *= max(0.2, safety * factor)
            self.dividers, is_rejected = None, True
        return self._accepted(t_new, y, z, h, size, min(10.0, safety * factor), rounds, rate)

    def _factor(self, h: float, error: float, before: tuple[float, float] | None) -> float:
        """Gustafsson's control of the size, which looks at the step before, too."""
        if error == 0.0:
            return inf
        multiplier = 1.0
        if before is not None and before[1] > 0.0:
            multiplier = h / before[0] * (before[1] / error) ** 0.25
        return min(1.0, multiplier) * error ** -0.25

    def _times(self, matrix: Any, rows: Any) -> list[Any]:
        return [self.vectors.mixed(weights, rows) for weights in matrix]

    def _accepted(self, t: float, y: Any, z: list[Any], h: float, error: float, factor: float, rounds: int,
                  rate: float | None) -> Any:
        problem = self.problem
        q = self._times(tuple(zip(*_stiff.POLYNOMIAL)), z)
        renews = callable(problem.jac) or problem.jac is None
        renews = renews and rounds > 2 and rate is not None and rate > 1e-3
        if not renews and factor < 1.2:
            factor = 1.0
        else:
            self.dividers = None
        begin = self.t
        self.before, self.h = (h, error), h * factor
        self.t, self.y = t, y
        self.f = self.vectors.at(t, y)
        self.is_new = False
        if renews:
            self.jacobian, self.is_new = self._jacobian(t, y, self.f), True
        self.last = begin, t - begin, q
        return q

    def _stages(self, step: float) -> Any:
        """The three stages by Newton's method."""
        problem = self.problem
        while True:
            try:
                if self.dividers is None:
                    self.dividers = (self._divider(_stiff.MU_REAL / step, 1.0),
                                     self._divider(_stiff.MU_COMPLEX / step, 1.0))
                found = self._newton(step, self._guess(step))
            except (Singular, OverflowError, ZeroDivisionError):
                found = None
            is_constant = problem.jac is not None and not callable(problem.jac)
            if found is not None or self.is_new or is_constant:
                return found
            self.jacobian, self.is_new = self._jacobian(self.t, self.y, self.f), True
            self.dividers = None

    def _guess(self, step: float) -> list[Any]:
        """Where the polynomial of the last step goes."""
        if self.last is None:
            return [self.vectors.zeros() for _ in range(3)]
        begin, size, q = self.last
        places = [(self.t + place * step - begin) / size for place in _stiff.PLACES]
        return self._times([(x - 1.0, x * x - 1.0, x * x * x - 1.0) for x in places], q)

    def _newton(self, step: float, z: list[Any]) -> Any:
        vectors, y = self.vectors, self.y
        scale = vectors.scale(y)
        w = self._times(_stiff.THERE, z)
        real, other = _stiff.MU_REAL / step, _stiff.MU_COMPLEX / step
        before = rate = None
        for k in range(_MOST_ROUNDS):
            f = [vectors.at(self.t + step * place, vectors.plus(y, row)) for place, row in zip(_stiff.PLACES, z)]
            if not all(map(vectors.is_finite, f)):
                return None
            f = self._times(_stiff.THERE, f)
            first = self.dividers[0](vectors.mixed((1.0, -real), (f[0], w[0])))
            second = self.dividers[1](vectors.mixed(
                (1.0, -other), (vectors.complexes(f[1], f[2]), vectors.complexes(w[1], w[2]))))
            changes = [first, *vectors.parts(second)]
            size = sqrt(sum(vectors.norm(row, scale) ** 2 for row in changes) / 3)
            if before is not None:
                rate = size / before
                if rate >= 1 or rate ** (_MOST_ROUNDS - k) / (1 - rate) * size > self.newton_tolerance:
                    return None
            w = [vectors.plus(row, change) for row, change in zip(w, changes)]
            z = self._times(_stiff.BACK, w)
            if size == 0 or rate is not None and rate / (1 - rate) * size < self.newton_tolerance:
                return z, k + 1, rate
            before = size
        return None

    def _error(self, step: float, z: list[Any], y: Any, is_rejected: bool) -> tuple[Any, float]:
        vectors = self.vectors
        mixed = vectors.mixed([weight / step for weight in _stiff.ERROR], z)
        error = self.dividers[0](vectors.plus(self.f, mixed))
        scale = vectors.scale(self.y, y)
        size = vectors.norm(error, scale)
        if is_rejected and size > 1.0:
            moved = vectors.at(self.t, vectors.plus(self.y, error))
            error = self.dividers[0](vectors.plus(moved, mixed))
            size = vectors.norm(error, scale)
        return error, size

    @staticmethod
    def between(x: Any, q: Any) -> Any:
        return x * (q[:, 0] + x * (q[:, 1] + x * q[:, 2]))

    @staticmethod
    def between_at(x: float, q: list[Any]) -> list[Any]:
        return [x * (a + x * (b + x * c)) for a, b, c in zip(*q)]


class LoopSolver:
    """Steps of an implicit method for a small state, by a loop that is a text and is compiled where there is much
    to do. ``carried`` is what one call of the loop leaves for the next. What texts call with matrices is a
    `partial`, which nobody looks into."""

    most = 8192
    method: Any = None
    #: What texts take from outside.
    tables: dict[str, Any] = {}

    def __init__(self, problem: Problem, method: Any, events: list[Event], is_dense: bool) -> None:
        self.problem = problem
        self.functions = tuple(event.function for event in events)
        self.steps = Steps(problem, self.method.columns, is_dense)
        self.t, self.y = problem.t0, problem.y0
        self.g = self.old_g = [float(function(self.t, problem.array(self.y), *problem.args))
                               for function in self.functions]
        self.jacobians = Jacobians(problem, Lists(problem))
        self.matrix = [value for row in self.jacobians(self.t, self.y, problem.f0) for value in row]
        self.nlu = 0
        self.newton_tolerance = newton_tolerance(problem)
        self.carried = self._begun()
        self._loop(is_dense)

    def _begun(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def _loop(self, is_dense: bool) -> None:
        problem, jac = self.problem, self.jacobians.jac
        names = names_of(problem.xp, problem.kind, problem.n)
        names.update(self.tables, smaller=min, inf=inf, fill=partial(_fill), invert=partial(invert),
                     invert_both=partial(invert_both))
        text = self.method.text(problem.n, len(self.functions), is_dense, self.jacobians.source)
        key = (*map(identity, (problem.fun, jac, *self.functions)), problem.kind, problem.xp.__name__)
        self.loop = Loop(text, self.method.name, problem.n, names, key, (problem.fun, problem.args, self.t, self.y))
        self.loop.cost *= _TIMES
        self.before = self.loop.seconds

    @property
    def njev(self) -> int:
        return self.jacobians.count

    @property
    def h(self) -> float:
        """The size of the next step."""
        return self.carried[0]

    def advance(self) -> tuple[int, bool]:
        problem, steps = self.problem, self.steps
        done, seconds = abs(self.t - problem.t0), self.loop.seconds - self.before
        # Steps may become larger and larger, so that what is still to come says little.
        still = min(seconds * abs(problem.t_end - self.t) / done, _AGAIN * seconds) if done else 0.0
        is_slow = not self.loop.is_compiled and still < self.loop.cost
        size = _AT_ONCE if is_slow else 2 * max(_MORE, steps.count)
        chunk = steps.room(min(size, self.most))
        arguments = (problem.fun, problem.args, self.functions, self.jacobians.jac, self.t, self.g, *self.carried,
                     problem.direction, problem.t_end, tuple(problem.rtol), tuple(problem.atol), problem.max_step,
                     self.newton_tolerance, *chunk)
        try:
            status, hit, count, self.t, self.old_g, self.g, counts, carried = self.loop.run(still, arguments)
        except KeyboardInterrupt:
            problem.nfev += steps.add_interrupted(chunk)
            raise
        self.carried = _tuples(carried)
        steps.add(chunk, count)
        if count:
            self.y = chunk[1][count - 1].tolist()
        problem.nfev += counts[0]
        self.jacobians.count += counts[1]
        self.nlu += counts[2]
        return status, hit


def _tuples(values: Any) -> Any:
    """Lists within as tuples, but for those of numbers, so that the loop gets what it got before: Python and what
    is compiled may differ in that."""
    return tuple(
        tuple(map(tuple, value)) if isinstance(value, (list, tuple)) and value and isinstance(value[0], (list, tuple))
        else list(value) if isinstance(value, tuple) else value for value in values)


class SmallBdf(LoopSolver):
    """The same steps as those of `Bdf`."""

    between, between_at = staticmethod(Bdf.between), staticmethod(Bdf.between_at)
    method = _stiff.BDF
    tables = {"alphas": _ALPHA, "errors": (*map(abs, _ERRORS), 0.0)}

    def _begun(self) -> tuple[Any, ...]:
        problem = self.problem
        h = min(max(problem.size_of_first_step(1), 10 * _EPSILON * abs(self.t), 1e-320), problem.max_step)
        zeros = (0.0,) * problem.n
        first = tuple(h * problem.direction * value for value in problem.f0)
        return (h, (tuple(self.y), first, *(zeros,) * 5), 1.0, 1, 0, self.matrix, [0.0] * problem.n ** 2,
                self.jacobians.differences.factors, False)


class SmallRadau(LoopSolver):
    """The same steps as those of `Radau`."""

    between, between_at = staticmethod(Radau.between), staticmethod(Radau.between_at)
    method = _stiff.RADAU

    def _begun(self) -> tuple[Any, ...]:
        problem = self.problem
        n = problem.n
        zeros = (0.0,) * n
        return (problem.size_of_first_step(3), (tuple(self.y), tuple(problem.f0), zeros, zeros, zeros), 0.0, 0.0, 0.0,
                self.matrix, [0.0] * n ** 2, [0.0] * n ** 2, [0.0] * n ** 2, self.jacobians.differences.factors,
                False, True, False)


def radau(problem: Problem, method: Any, events: list[Event], is_dense: bool) -> Any:
    return (SmallRadau if is_small(problem) else Radau)(problem, method, events, is_dense)


def bdf(problem: Problem, method: Any, events: list[Event], is_dense: bool) -> Any:
    return (SmallBdf if is_small(problem) else Bdf)(problem, method, events, is_dense)


def is_small(problem: Problem) -> bool:
    return 0 < problem.n <= MOST and problem.kind is float


@lru_cache(maxsize=None)
def _powers(between: Any, columns: int) -> list[list[float]]:
    """What makes of the columns of a solver those of a polynomial x * (p0 + x * (p1 + ...)): its values at some
    places are solved for."""
    places = [(k + 1) / _COLUMNS for k in range(_COLUMNS)]
    factors = factored([[place ** (k + 1) for k in range(_COLUMNS)] for place in places])
    units = [[[float(i == j)] for i in range(columns)] for j in range(columns)]
    made = [solved(factors, [between(place, unit)[0] for place in places]) for unit in units]
    return [list(row) for row in zip(*made)]


#: Steps of the explicit method until somebody looks whether the problem is stiff: at first, and later.
_FEW, _MANY = 32, 1024

#: The highest power that there is between steps.
_COLUMNS = 7

#: Sizes of steps times the largest rate of a problem: from here on an explicit method is held back by stability
#: alone; and up to there it is not.
_STIFF, _CALM = 2.5, 0.5


@lru_cache(maxsize=16)
def _rate_of(n: int, xp: Any) -> Any:
    return function_of(spelled(_stiff.RATE, n), "rate", "rate", names_of(xp, float, n))


class _PolynomialSteps(Steps):
    """Steps of several methods, with polynomials of one form between them."""

    #: What makes powers of the columns of the method at work; nothing as long as there was only one.
    to_powers: Any = None

    def add(self, chunk: tuple[Any, ...], count: int) -> None:
        if self.is_dense and count and self.to_powers is not None:
            chunk = (*chunk[:2], self.xp.matmul(self.to_powers, chunk[2][:count]))
        super().add(chunk, count)

    def become_powers(self, to_powers: Any) -> None:
        """Gives the steps of the first method the form that those of several have."""
        if self.is_dense:
            self.chunks = [(*chunk[:2], self.xp.matmul(to_powers, chunk[2])) for chunk in self.chunks]


def power_series(x: Any, q: Any) -> Any:
    """x * (q0 + x * (q1 + ...)) for rows of states."""
    total = 0.0
    for j in reversed(range(_COLUMNS)):
        total = (total + q[:, j]) * x
    return total


def power_series_at(x: float, q: list[Any]) -> list[Any]:
    """The same at one time, for lists."""
    total: list[Any] = [0.0] * len(q[0])
    for row in reversed(q):
        total = [(a + b) * x for a, b in zip(total, row)]
    return total


class Switching:
    """An explicit method where a problem is not stiff, and BDF where it is."""

    most = _MANY

    def __init__(self, problem: Problem, method: Any, events: list[Event], is_dense: bool) -> None:
        self.problem, self.events = problem, events
        self.steps = _PolynomialSteps(problem, _COLUMNS, is_dense)
        self.njev = self.nlu = 0
        self.method = _explicit.DOP853 if min(problem.rtol, default=1.0) <= 1e-5 else _explicit.RK45
        self.between: Any = ExplicitSolver.between
        self.between_at: Any = ExplicitSolver.between_at
        self._go_on(problem, False)

    def _go_on(self, problem: Problem, is_stiff: bool) -> None:
        if is_stiff:
            self.solver: Any = bdf(problem, None, self.events, self.steps.is_dense)
        else:
            self.solver = ExplicitSolver(problem, self.method, self.events, self.steps.is_dense)
        self.is_stiff = is_stiff
        self.leg = _AT_ONCE if is_stiff else _FEW
        steps, solver = self.steps, self.solver
        self.form = solver.between_at, solver.steps.columns
        if self.between is power_series:
            steps.to_powers = problem.xp.asarray(_powers(*self.form))
        if isinstance(solver, ImplicitSolver):
            solver.steps = steps
        else:
            # The loop writes as many columns as its method has.
            room = solver.steps.room
            solver.steps = steps
            steps.room = room  # type: ignore[method-assign]
        self._start_leg()

    def advance(self) -> tuple[int, bool]:
        solver, steps = self.solver, self.steps
        solver.most = max(1, min(self.most, self.leg_end - steps.count))
        if self.is_stiff:
            counts = solver.njev, solver.nlu
            status, hit = solver.advance()
            self.njev += solver.njev - counts[0]
            self.nlu += solver.nlu - counts[1]
        else:
            try:
                # A step that is too large for the method may go anywhere before it is refused.
                with self.problem.xp.errstate(over="ignore", invalid="ignore"):
                    status, hit = solver.advance()
            except (ArithmeticError, ValueError, RuntimeWarning):
                count, t, y, h = self.begin
                steps.cut(count)
                self._change(t, y, h, True)
                return 0, False
        self.g, self.old_g = solver.g, solver.old_g
        if hit:
            self._remember()
        elif not status and steps.count >= self.leg_end:
            self._look(self.is_stiff)
        return status, hit

    def _start_leg(self) -> None:
        """Somebody looks after so many steps: what these do does not depend on how many are done at once."""
        self.leg_end = self.steps.count + self.leg
        self._remember()

    def _remember(self) -> None:
        """This is where the other method begins if this one fails."""
        solver = self.solver
        self.begin = self.steps.count, solver.t, solver.y, solver.h

    def _look(self, is_stiff: bool) -> None:
        """Takes the other method where that is the better one."""
        solver = self.solver
        rate = solver.h * self._rate(solver.t, list(solver.y))
        if is_stiff and rate < _CALM or not is_stiff and rate > _STIFF:
            self._change(solver.t, solver.y, solver.h, not is_stiff)
        else:
            self.leg = self.leg if is_stiff else min(2 * self.leg, _MANY)
            self._start_leg()

    def _change(self, t: float, y: Any, h: float, is_stiff: bool) -> None:
        if self.between is not power_series:
            self.steps.become_powers(self.problem.xp.asarray(_powers(*self.form)))
            self.between, self.between_at = power_series, power_series_at
        kind = self.problem.kind
        self._go_on(self.problem.going_on(t, [kind(value) for value in y], h), is_stiff)
        self.njev += self.solver.njev
        self.nlu += self.solver.nlu

    def _rate(self, t: float, y: list[Any]) -> float:
        """About how large the largest eigenvalue of the Jacobian is: what a small difference grows by."""
        problem = self.problem
        if is_small(problem):
            problem.nfev += 7
            return _rate_of(problem.n, problem.xp)(problem.fun, problem.args, t, y)
        f = problem.at(t, y)
        change = [1.0 + 0.1 * i for i in range(problem.n)]
        rate = 0.0
        for _ in range(6):
            length = sqrt(sum(abs(value) ** 2 for value in change))
            if not 0.0 < length < inf:
                break
            size = sqrt(_EPSILON) * max(1e-5, sqrt(sum(abs(value) ** 2 for value in y))) / length
            moved = problem.at(t, [a + size * b for a, b in zip(y, change)])
            new = [(b - a) / size for a, b in zip(f, moved)]
            rate = sqrt(sum(abs(value) ** 2 for value in new)) / length
            change = new
        return rate if rate < inf else 0.0

"""Least squares: ``least_squares`` and ``curve_fit``."""

from __future__ import annotations

from functools import partial
from math import inf, isfinite, sqrt
from time import perf_counter
from types import FunctionType
from warnings import warn

from .._compile import jit
from ..integrate._alone import alone_of
from . import _levenberg, _straight
from ._levenberg import EPSILON, levenberg, proposed
from ._results import OptimizeResult, OptimizeWarning
from ._running import Runner, cost_of, library, runner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_MESSAGES = {
    -1: "The residuals or their derivatives are not finite.",
    0: "The maximum number of function evaluations is exceeded.",
    1: "`gtol` termination condition is satisfied.",
    2: "`ftol` termination condition is satisfied.",
    3: "`xtol` termination condition is satisfied.",
    4: "Both `ftol` and `xtol` termination conditions are satisfied.",
}

_ROOT = EPSILON ** 0.5


class Residuals:
    """A problem of least squares: residuals, their derivatives, and how they are computed."""

    def __init__(self, fun: Any, jac: Any, args: tuple[Any, ...], kwargs: dict[str, Any], x0: Any) -> None:
        if not callable(fun):
            raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
        if not callable(jac) and jac is not None and jac != "2-point":
            raise ValueError("`jac` must be '2-point' or a function, not {!r}".format(jac))
        self.xp = library()
        x0 = self.xp.asarray(x0)
        if x0.dtype.kind == "c":
            raise ValueError("`x0` must be real.")
        if x0.ndim > 1:
            raise ValueError("`x0` must have at most 1 dimension.")
        self.x0 = [float(value) for value in x0.reshape(-1).tolist()]
        self.n = len(self.x0)
        self.fun = partial(fun, **kwargs) if kwargs else fun
        self.jac = jac if callable(jac) else None
        if kwargs and self.jac is not None:
            self.jac = partial(self.jac, **kwargs)
        self.args = args
        first = self.fun(self.array(self.x0), *args)
        is_list = isinstance(first, (list, tuple)) and all(isinstance(value, (float, int)) for value in first)
        self.is_listed = is_list or len(getattr(first, "shape", ())) == 1
        self.r0 = self.flat(first)
        self.m = len(self.r0)
        self.is_small = _straight.is_small(self.n, self.m)
        #: With many residuals it is compiled by itself.
        self.call = self.fun if self.is_small else alone_of(self.fun, 1 + len(args)).timed(self.fun)
        if self.m < self.n:
            raise ValueError("Method 'lm' doesn't work when the number of residuals is less than the number of "
                             "variables.")
        if not all(map(isfinite, self.r0.tolist())):
            raise ValueError("Residuals are not finite in the initial point.")

    def array(self, values: Any) -> Any:
        return self.xp.array(values, dtype=float)

    def flat(self, values: Any) -> Any:
        values = self.xp.asarray(values, dtype=float)
        if values.ndim > 1:
            raise ValueError("`fun` must return at most 1-d array_like.")
        return values.reshape(-1)

    def derivatives(self, x: Any) -> Any:
        """The Jacobian, as an array of rows."""
        rows = self.xp.asarray(self.jac(self.array(x), *self.args), dtype=float)  # type: ignore[misc]
        if rows.ndim < 2:
            rows = rows.reshape(1, -1)
        if rows.shape != (self.m, self.n):
            raise ValueError("The return value of `jac` has wrong shape: expected {}, actual {}.".format(
                (self.m, self.n), tuple(rows.shape)))
        return rows

    def solved(self, *options: Any) -> Any:
        """What `levenberg` gives."""
        if self.is_small:
            found = self._few(*options)
            if found[2] != _straight.FLAT:
                return (*found, None, None)
        return _many(self, *options)

    def _few(self, *options: Any) -> Any:
        fun, xp, n, m = self.fun, self.xp, self.n, self.m
        if self.jac is not None:
            self.derivatives(self.x0)
        if not self.is_listed:
            # It gives one number, or something else that is no vector.
            given, flat = fun, self.flat

            def fun(x: Any, *args: Any) -> Any:
                return flat(given(x, *args)).tolist()

        loop, lines = _straight.loop_of(xp, n, m, self.jac is not None)
        runner = runner_of(("least_squares", n, m, xp.__name__), (fun, self.jac), lambda: Runner(
            loop, 2, n, xp.array, lines))
        return runner.call(fun, self.jac, self.args, self.x0, self.r0.tolist(), *options)

    def at(self, *x: float) -> Any:
        """The residuals, as an array; the function may be compiled by itself."""
        return self.flat(self.call(self.array(x), *self.args))


#: Vectors of so many numbers are long.
_LONG = 4096


def _product(a: Any, b: Any) -> float:
    """The scalar product. That of long vectors would wake the library's threads, which take longer than a sum."""
    return float(a.dot(b) if len(a) < _LONG else (a * b).sum())


def _squares(r: Any) -> float:
    return _product(r, r)


def _triangle_by_library(rows: Any, r: Any, room: Any) -> Any:
    """As `triangle`, in the order that columns are in, unless one of them depends on the others, or nearly so."""
    xp, n = library(), len(rows)
    # What the library's function takes is as much as a few columns do.
    if n < 5 or len(r) >= _LONG:
        return _triangle_by_columns(rows, r, room)
    whole = xp.empty((len(r), n + 1))
    whole[:, :n] = rows.T
    whole[:, n] = r
    upper = xp.linalg.qr(whole, mode="r").tolist()[:n]
    ends = [abs(row[j]) for j, row in enumerate(upper)]
    if len(ends) < n or not min(ends) > _ROOT * max(ends):
        return _triangle_by_columns(rows, r, room)
    values = [row.pop() for row in upper]
    norms = [sqrt(sum([row[j] * row[j] for row in upper[:j + 1]])) for j in range(n)]
    return upper, values, list(range(n)), norms


def _triangle_by_columns(rows: Any, r: Any, room: Any) -> Any:
    """The same by the modified method of Gram and Schmidt, in which the residuals are one more column, so that it
    is as exact (Björck 1967). Columns are rows here."""
    xp, n = library(), len(rows)
    room[:n] = rows
    room[n] = r
    rows, r = room[:n], room[n]
    left: Any = [_squares(row) for row in rows]
    norms, order = [sqrt(value) for value in left], list(range(n))
    upper, values = [[0.0] * n for _ in range(n)], [0.0] * n
    for j in range(n):
        best = max(range(j, n), key=left.__getitem__)
        if best != j:
            rows[j], rows[best] = rows[best], xp.array(rows[j])
            for exchanged in (order, left, *upper[:j]):
                exchanged[j], exchanged[best] = exchanged[best], exchanged[j]
        column = rows[j]
        size = sqrt(_squares(column))
        upper[j][j] = size
        if size == 0.0:
            continue
        column /= size
        values[j] = share = _product(column, r)
        r -= share * column
        for k in range(j + 1, n):
            row = rows[k]
            upper[j][k] = share = _product(column, row)
            row -= share * column
            left[k] = _squares(row)
    return upper, values, order, norms


#: At least so many lines has a solver for many residuals.
_MANY_LINES = 100

#: For problems with many residuals: how long solving them took as they are, and the compiled solver, by the number of
#: components and whether there are derivatives.
_solvers: dict[tuple[int, bool], list[Any]] = {}


def _many(problem: Any, *options: Any) -> Any:
    """With many residuals the library's arrays are quicker until the solver is compiled. The callbacks are not compiled
    into it, so that it serves all of them."""
    if problem.n > _straight.MOST:
        return _by_library(problem, proposed, *options)
    if problem.m >= _LONG:
        return _by_library(problem, _proposer(problem.n), *options)
    solver = _solvers.setdefault((problem.n, problem.jac is not None), [0.0, None])
    if solver[1] is None:
        begin = perf_counter()
        try:
            # Making a function of a text takes a millisecond, too.
            propose = _proposer(problem.n) if solver[0] > cost_of(0) else proposed
            return _by_library(problem, propose, *options)
        finally:
            solver[0] += perf_counter() - begin
            if solver[0] > cost_of(_MANY_LINES):
                loop, lines = _straight.many_of(problem.n, problem.jac is not None)
                # Lines within loops take longer.
                if solver[0] > cost_of(2 * lines):
                    solver[1] = jit(loop)
    xp, at = problem.xp, problem.at
    f, g, v, rows = xp.array(problem.r0), xp.zeros(problem.m), xp.zeros(problem.m), xp.zeros((problem.n, problem.m))
    targets = [g, *rows]

    def fill(place: int, *x: float) -> None:
        targets[place][:] = at(*x)

    def fill_rows(*x: float) -> None:
        rows[:] = problem.derivatives(x).T

    x, _, ended, calls, jacobians, triangle = solver[1](
        partial(fill), partial(fill_rows), problem.x0, f, g, v, rows, *options)
    if ended == _straight.FLAT:
        return _by_library(problem, proposed, *options)
    return x, f, ended, calls, jacobians, triangle, range(problem.n)


def _proposer(n: int) -> Any:
    """What proposes steps, in straight lines."""
    straight = _straight.proposed_of(n)

    def propose(rows: Any, values: Any, order: Any, scale: Any, x: Any, size: float, radius: float,
                weight: float) -> Any:
        found = straight(rows, values, [scale[j] for j in order], size, radius, weight)
        if found is None:
            return proposed(rows, values, order, scale, x, size, radius, weight)
        step, *rest = found
        new = x[:]
        for j, change in zip(order, step):
            new[j] -= change
        return (new, *rest)

    return propose


def _by_library(problem: Any, propose: Any, *options: Any) -> Any:
    """Solves with the library's arrays."""
    xp, jac = problem.xp, problem.derivatives
    at = problem.at

    # Large arrays that come and go would be new memory each time.
    room, slopes = xp.empty((problem.n + 1, problem.m)), xp.empty((0 if problem.jac else problem.n, problem.m))

    def values(_: Any, args: Any, x: Any) -> Any:
        return at(*x)

    def triangle(rows: Any, r: Any) -> Any:
        return _triangle_by_library(rows, r, room)

    def columns(_: Any, has_jac: Any, args: Any, values: Any, x: Any, r: Any, eps: float, floor: float) -> Any:
        return jac(x).T if has_jac else differences_of_arrays(xp, at, x, r, eps, floor, slopes)

    def norm(r: Any) -> float:
        return sqrt(_squares(r))

    return levenberg(None, problem.jac, (), values, columns, triangle, propose, norm,
                     problem.x0, problem.r0, *options)


def differences_of_arrays(xp: Any, fun: Any, x: Any, r: Any, eps: float, floor: float, room: Any = None) -> Any:
    """The derivatives of residuals, a row for each component. Steps are relative to components, or to ``floor``, and
    away from zero then."""
    rows, steps = xp.empty((len(x), len(r))) if room is None else room, []
    for j, value in enumerate(x):
        beside = x[:]
        step = eps * max(floor, abs(value)) or eps
        beside[j] = value + (-step if floor and value < 0.0 else step)
        rows[j] = fun(*beside)
        steps.append([beside[j] - value if floor else step])
    rows -= r
    rows /= xp.array(steps)
    return rows


def _tolerances(**given: Any) -> list[float]:
    values = [0.0 if value is None else float(value) for value in given.values()]
    if any(value < EPSILON for value in values):
        raise ValueError("All tolerances must be higher than machine epsilon ({:.2e}) for method 'lm'.".format(EPSILON))
    return values


def _has_bounds(bounds: Any) -> bool:
    if hasattr(bounds, "lb"):
        bounds = bounds.lb, bounds.ub
    low, high = ([side] if isinstance(side, (int, float)) else list(side) for side in bounds)
    return any(value != -inf for value in low) or any(value != inf for value in high)


def least_squares(fun: Callable[..., Any], x0: Any, jac: Any = "2-point", bounds: Any = (-inf, inf), method: str = "lm",
                  ftol: float = 1e-8, xtol: float = 1e-8, gtol: float = 1e-8, x_scale: Any = None, loss: Any = "linear",
                  f_scale: float = 1.0, diff_step: Any = None, tr_solver: Any = None, tr_options: Any = None,
                  jac_sparsity: Any = None, max_nfev: int | None = None, verbose: int = 0, args: Any = (),
                  kwargs: Any = None) -> OptimizeResult:
    """Looks for a minimum of the sum of the squares of what ``fun(x, *args)`` gives, from ``x0`` on, by the method of
    Levenberg and Marquardt. The Jacobian ``jac`` has a row for each residual; by default it is found by differences.

    >>> from pommel.optimize import least_squares
    >>> found = least_squares(lambda x: [10 * (x[1] - x[0] ** 2), 1 - x[0]], [-1.2, 1.0])
    >>> found.success, [round(float(value), 6) for value in found.x]
    (True, [1.0, 1.0])
    """
    if method != "lm":
        raise ValueError("`method` must be 'lm', not {!r}: leave it out".format(method))
    if _has_bounds(bounds):
        raise ValueError("Method 'lm' doesn't support bounds: express a variable by one without, as x = exp(t)")
    if loss != "linear":
        raise ValueError("method='lm' supports only 'linear' loss function.")
    if x_scale is not None and not (isinstance(x_scale, str) and x_scale == "jac"):
        raise ValueError("`x_scale` must be 'jac', not {!r}: divide the variables in 'fun'".format(x_scale))
    tolerances = _tolerances(ftol=ftol, xtol=xtol, gtol=gtol)
    problem = Residuals(fun, jac, args if isinstance(args, tuple) else (args,), kwargs or {}, x0)
    if max_nfev is None:
        max_nfev = 100 * problem.n if problem.jac else 100 * problem.n * (problem.n + 1)
    elif max_nfev <= 0:
        raise ValueError("`max_nfev` must be None or positive integer.")
    step = _ROOT if diff_step is None else float(diff_step)
    x, r, ended, calls, jacobians, _, _ = problem.solved(*tolerances, 100.0, max_nfev, 0, step, 1.0)
    return _result(problem, x, r, ended, calls, jacobians, step)


def _result(problem: Residuals, x: Any, r: Any, ended: int, calls: int, jacobians: int, step: float) -> OptimizeResult:
    xp, r = problem.xp, problem.array(r)
    if problem.jac is not None:
        rows = problem.derivatives(x)
    else:
        rows = differences_of_arrays(xp, problem.at, x, r, step, 1.0).T
    slopes = r @ rows
    return OptimizeResult(
        message=_MESSAGES[ended], success=ended > 0, status=ended, fun=r, x=problem.array(x), cost=0.5 * _squares(r),
        jac=rows, grad=slopes, optimality=float(abs(slopes).max()), active_mask=xp.zeros(problem.n, dtype=int),
        nfev=calls, njev=jacobians if problem.jac is not None else None)


class Fit:
    """A problem of least squares: a function of data and parameters beside what was measured."""

    def __init__(self, f: Any, xdata: Any, ydata: Any, p0: Any, sigma: Any, jac: Any, check_finite: bool) -> None:
        if not callable(f):
            raise TypeError("argument 'f' must be a function, not {!r}".format(f))
        xp = self.xp = library()
        self.f = f
        self.x0 = [1.0] * _parameters(f) if p0 is None else xp.asarray(p0, dtype=float).reshape(-1).tolist()
        self.n = len(self.x0)
        self.y = xp.asarray(ydata, dtype=float)
        is_data = isinstance(xdata, (list, tuple)) or hasattr(xdata, "dtype")
        self.x = xp.asarray(xdata, dtype=float) if is_data else xdata
        if not self.y.size:
            raise ValueError("`ydata` must not be empty!")
        for values in (self.y, self.x):
            if check_finite and hasattr(values, "dtype") and not bool(xp.isfinite(values).all()):
                raise ValueError("array must not contain infs or NaNs")
        self.m, self.kind = int(self.y.size), type(self.y)
        if self.n > self.m:
            raise TypeError("The number of func parameters={} must not exceed the number of data points={}".format(
                self.n, self.m))
        self.weights = self.whitening = None
        if sigma is not None:
            self._weigh(xp.asarray(sigma, dtype=float))
        self.jac = jac
        self.r0 = self.at(*self.x0)

    def _weigh(self, sigma: Any) -> None:
        if sigma.size == 1 or sigma.shape == (self.m,):
            self.weights = 1.0 / sigma.reshape(-1)
        elif sigma.shape == (self.m, self.m):
            try:
                self.whitening = self.xp.linalg.inv(self.xp.linalg.cholesky(sigma))
            except self.xp.linalg.LinAlgError:
                raise ValueError("`sigma` must be positive definite.") from None
        else:
            raise ValueError("`sigma` has incorrect shape.")

    def array(self, values: Any) -> Any:
        return self.xp.array(values, dtype=float)

    def at(self, *x: float) -> Any:
        """The residuals."""
        r = self.f(self.x, *x) - self.y
        if self.weights is not None:
            r = r * self.weights
        elif self.whitening is not None:
            r = self.whitening @ r
        if type(r) is self.kind and r.ndim == 1:
            return r
        return self.xp.asarray(r, dtype=float).reshape(-1)

    def derivatives(self, x: Any) -> Any:
        rows = self.xp.asarray(self.jac(self.x, *x), dtype=float)
        if rows.shape != (self.m, self.n):
            raise ValueError("The return value of `jac` has wrong shape: expected {}, actual {}.".format(
                (self.m, self.n), tuple(rows.shape)))
        if self.weights is not None:
            return rows * self.weights.reshape(-1, 1)
        return rows if self.whitening is None else self.whitening @ rows


def _parameters(f: Any) -> int:
    """How many parameters a model has, beside the data."""
    from inspect import CO_VARARGS, Parameter, signature

    if type(f) is FunctionType and not f.__code__.co_flags & CO_VARARGS and f.__code__.co_argcount > 1:
        return f.__code__.co_argcount - 1

    parameters = list(signature(f).parameters.values())
    kinds = Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD
    if any(parameter.kind is Parameter.VAR_POSITIONAL for parameter in parameters):
        count = 0
    else:
        count = sum(parameter.kind in kinds for parameter in parameters) - 1
    if count < 1:
        raise ValueError("Unable to determine number of fit parameters.")
    return count


def _covariance(rows: Any, order: Any, n: int) -> Any:
    """The inverse of the product of the transposed triangle and the triangle, in the order of the parameters."""
    inverse = [[0.0] * n for _ in range(n)]
    least = EPSILON * n * max((abs(rows[j][j]) for j in range(n)), default=0.0)
    if len(rows) < n or not all(abs(rows[j][j]) > least for j in range(n)):
        return [[inf] * n for _ in range(n)], False
    columns = [_levenberg.back(rows, [1.0 if i == j else 0.0 for i in range(n)], n) for j in range(n)]
    for i in range(n):
        for j in range(n):
            inverse[order[i]][order[j]] = sum(column[i] * column[j] for column in columns)
    return inverse, True


#: The number of an ending, as MINPACK has it, and what it says.
_ENDS = {
    _levenberg.FTOL: (1, "Both actual and predicted relative reductions in the sum of squares\n  are at most "
                         "{ftol:f}"),
    _levenberg.XTOL: (2, "The relative error between two consecutive iterates is at most {xtol:f}"),
    _levenberg.BOTH: (3, "Both actual and predicted relative reductions in the sum of squares\n  are at most {ftol:f} "
                         "and the relative error between two consecutive iterates is at \n  most {xtol:f}"),
    _levenberg.GTOL: (4, "The cosine of the angle between func(x) and any column of the\n  Jacobian is at most "
                         "{gtol:f} in absolute value"),
    _levenberg.CALLS: (5, "Number of calls to function has reached maxfev = {maxfev}."),
    _levenberg.INFINITE: (0, "The residuals or their derivatives are not finite."),
}


def curve_fit(f: Callable[..., Any], xdata: Any, ydata: Any, p0: Any = None, sigma: Any = None,
              absolute_sigma: bool = False, check_finite: bool = True, bounds: Any = (-inf, inf),
              method: str | None = None, jac: Any = None, *, full_output: bool = False, ftol: float = 1.49012e-8,
              xtol: float = 1.49012e-8, gtol: float = 0.0, maxfev: int = 0, epsfcn: float | None = None,
              factor: float = 100.0, nan_policy: str | None = None) -> Any:
    """Fits ``f(xdata, *parameters)`` to ``ydata`` by least squares: the parameters, and their covariances.

    ``sigma`` are standard deviations of ``ydata``, or their covariances; they are relative unless ``absolute_sigma``
    is true. ``jac(xdata, *parameters)`` gives the derivatives, a column for each parameter.

    >>> import pommel as pm
    >>> from pommel.optimize import curve_fit
    >>> x = pm.linspace(0.0, 1.0, 11)
    >>> found, covariances = curve_fit(lambda x, a, b: a * x + b, x, 3.0 * x + 2.0)
    >>> [round(float(value), 6) for value in found]
    [3.0, 2.0]
    """
    if method not in (None, "lm"):
        raise ValueError("`method` must be 'lm', not {!r}: leave it out".format(method))
    if nan_policy not in (None, "raise"):
        raise ValueError("`nan_policy` must be None or 'raise', not {!r}: leave out the points that are not "
                         "numbers".format(nan_policy))
    if _has_bounds(bounds):
        raise ValueError("Method 'lm' doesn't support bounds: express a parameter by one without, as a = exp(t)")
    fit = Fit(f, xdata, ydata, p0, sigma, jac if callable(jac) else None, check_finite)
    limit = maxfev or (200 * (fit.n + 1) if fit.jac is None else 100 * (fit.n + 1))
    step = max(EPSILON if epsfcn is None else epsfcn, EPSILON) ** 0.5
    cost = fit.n if fit.jac is None else 0
    x, r, ended, calls, jacobians, rows, order = _many(fit, ftol, xtol, gtol, factor, limit, cost, step, 0.0)
    number, text = _ENDS[ended]
    message = text.format(ftol=ftol, xtol=xtol, gtol=gtol, maxfev=limit)
    if not 1 <= number <= 4:
        raise RuntimeError("Optimal parameters not found: " + message)
    covariances, is_known = _covariance(rows, order, fit.n)
    if is_known and not absolute_sigma:
        is_known = fit.m > fit.n
        share = _squares(r) / (fit.m - fit.n) if is_known else inf
        covariances = [[value * share if is_known else inf for value in row] for row in covariances]
    if not is_known:
        warn("Covariance of the parameters could not be estimated", OptimizeWarning, stacklevel=2)
    if not full_output:
        return fit.array(x), fit.array(covariances)
    details = {"nfev": calls, "fvec": fit.array(r)}
    if fit.jac is not None:
        details["njev"] = jacobians
    return fit.array(x), fit.array(covariances), details, message, number

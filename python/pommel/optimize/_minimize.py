"""Minima of functions of several numbers: ``minimize``."""

from __future__ import annotations

import sys
from math import inf, isnan
from warnings import warn

from ..integrate._alone import alone_of
from ._results import OptimizeResult, OptimizeWarning
from ._running import Runner, library, runner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_MESSAGES = {
    0: "Optimization terminated successfully.",
    "calls": "Maximum number of function evaluations has been exceeded.",
    "rounds": "Maximum number of iterations has been exceeded.",
    "precision": "Desired error not necessarily achieved due to precision loss.",
    "nan": "NaN result encountered.",
    99: "`callback` raised `StopIteration`.",
}

#: Iterations at once: as they are, and compiled.
ROUNDS, MORE = 32, 1 << 20


class Objective:
    """A function that is to be as small as can be, of an array of numbers."""

    def __init__(self, fun: Any, x0: Any, args: Any) -> None:
        if not callable(fun):
            raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
        self.args = args if isinstance(args, tuple) else (args,)
        self.xp = library()
        x0 = self.xp.asarray(x0)
        if x0.ndim > 1:
            raise ValueError("'x0' must only have one dimension.")
        if x0.dtype.kind not in "biuf":
            raise ValueError("argument 'x0' must have real numbers, not {}".format(x0.dtype))
        self.x0 = [float(value) for value in x0.reshape(-1).tolist()]
        self.n = len(self.x0)
        if not self.n:
            raise ValueError("argument 'x0' must have elements")
        self.fun = self.given = fun
        self.nfev = 0

    def array(self, values: Any) -> Any:
        return self.xp.array(values, dtype=float)

    def at(self, x: list[float]) -> float:
        """The value; where the function gives something else than a number, it is made one from now on."""
        self.nfev += 1
        value = self.fun(self.array(x), *self.args)
        if not isinstance(value, (float, int)):
            value = _number(value)
            self.fun = _numeric(self.given)
        return float(value)


def _number(value: Any) -> float:
    try:
        return float(value.item() if hasattr(value, "item") else value)
    except (TypeError, ValueError):
        raise ValueError("The user-provided objective function must return a scalar value.") from None


def _numeric(fun: Any) -> Any:
    def number(x: Any, *args: Any) -> float:
        return _number(fun(x, *args))

    return number


class Watcher:
    """A callback that is told about each iteration, and may end it all by StopIteration."""

    def __init__(self, callback: Any, objective: Objective) -> None:
        self.callback, self.objective = callback, objective
        code = getattr(callback, "__code__", None)
        self.takes_result = code is not None and code.co_varnames[:code.co_argcount + code.co_kwonlyargcount] == (
            "intermediate_result",)

    def stops(self, x: list[float], fun: float) -> bool:
        array = self.objective.array(x)
        try:
            if self.takes_result:
                self.callback(intermediate_result=OptimizeResult(x=array, fun=fun))
            else:
                self.callback(array)
        except StopIteration:
            return True
        return False


def options_of(known: dict[str, Any], given: Any) -> dict[str, Any]:
    """Options, with a warning about others than there are."""
    options = {**known, **(given or {})}
    unknown = [name for name in options if name not in known]
    if unknown:
        warn("Unknown solver options: {}".format(", ".join(unknown)), OptimizeWarning, stacklevel=4)
    return options


def show(result: OptimizeResult) -> None:
    """What the option ``disp`` asks for."""
    lines = [result.message, "         Current function value: {:f}".format(result.fun)]
    for name, title in (("nit", "Iterations"), ("nfev", "Function evaluations"), ("njev", "Gradient evaluations")):
        if name in result:
            lines.append("         {}: {}".format(title, result[name]))
    print("\n".join(lines))


def _nelder_mead(objective: Objective, callback: Any, options: dict[str, Any]) -> OptimizeResult:
    from . import _simplex

    n = objective.n
    options = options_of({"maxiter": None, "maxfev": None, "disp": False, "return_all": False,
                          "initial_simplex": None, "xatol": 1e-4, "fatol": 1e-4, "adaptive": False}, options)
    most, most_calls = options["maxiter"], options["maxfev"]
    if most is None and most_calls is None:
        most = most_calls = 200 * n
    most, most_calls = (sys.maxsize if limit is None or limit == inf else int(limit) for limit in (most, most_calls))
    chi, psi, sigma = (1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n) if options["adaptive"] else (2.0, 0.5, 0.5)
    s, f = _first(objective, options["initial_simplex"], most_calls)
    keeps, watcher = options["return_all"], callback and Watcher(callback, objective)
    path = [objective.array(s[0])]
    done, status = 1, _simplex.ON
    loop, lines = _simplex.loop_of(objective.xp, n)
    whole = objective.array if n > _simplex.MOST else list
    runner = runner_of(("Nelder-Mead", n, objective.xp.__name__), (objective.fun,), lambda: Runner(
        loop, 1, n if lines else None, objective.xp.array, lines))
    fun = objective.fun
    if not lines:
        runner.call = loop
        fun = alone_of(fun, 1 + len(objective.args)).timed(fun)
    while objective.nfev < most_calls and done < most:
        rounds = 1 if watcher or keeps else min(most - done, MORE if runner.is_compiled else ROUNDS)
        status, count, calls, s, f = runner.call(
            fun, objective.args, whole(s), f, float(options["xatol"]), float(options["fatol"]), 1.0,
            float(chi), float(psi), rounds, most_calls - objective.nfev)
        done += count
        objective.nfev = most_calls - calls
        s = s.tolist() if n > _simplex.MOST else s
        if status == _simplex.SHRINKS:
            s, f, is_whole = _shrunk(objective, s, f, sigma, most_calls)
            status = _simplex.ON if is_whole else _simplex.CALLS
        if keeps and count:
            path.append(objective.array(s[0]))
        if count and watcher and watcher.stops(s[0], f[0]):
            status = 99
        if status != _simplex.ON:
            break
    ended: Any = "calls" if objective.nfev >= most_calls else "rounds" if done >= most else 0
    ended = 99 if status == 99 else ended
    result = OptimizeResult(
        message=_MESSAGES[ended], success=ended == 0, status={"calls": 1, "rounds": 2}.get(ended, ended), fun=f[0],
        x=objective.array(s[0]), nit=done, nfev=objective.nfev,
        final_simplex=(objective.array(s), objective.array(f)))
    if keeps:
        result["allvecs"] = path
    return result


def _first(objective: Objective, given: Any, most_calls: int) -> Any:
    """The first simplex, the best vertex first, and the values there."""
    from ._simplex import first_simplex

    if given is None:
        s = first_simplex(objective.x0)
    else:
        s = objective.xp.asarray(given, dtype=float).tolist()
        if len(s) != objective.n + 1 or any(len(vertex) != objective.n for vertex in s):
            raise ValueError("`initial_simplex` should be an array of shape (N+1,N): N is {}".format(objective.n))
    f = [objective.at(vertex) if objective.nfev < most_calls else inf for vertex in s]
    return _sorted(s, f)


def _sorted(s: Any, f: Any) -> Any:
    # What is not a number is last.
    order = sorted(range(len(f)), key=lambda k: (isnan(f[k]), f[k]))
    return [s[k] for k in order], [f[k] for k in order]


def _shrunk(objective: Objective, s: Any, f: Any, sigma: float, most_calls: int) -> Any:
    """All vertices moved to the best one, and whether there were calls enough."""
    best, s, f = s[0], [list(vertex) for vertex in s], list(f)
    for k in range(1, len(f)):
        s[k] = [a + sigma * (b - a) for a, b in zip(best, s[k])]
        if objective.nfev >= most_calls:
            return *_sorted(s, f), False
        f[k] = objective.at(s[k])
    return *_sorted(s, f), True


_METHODS: dict[str, Any] = {"nelder-mead": _nelder_mead}


def _is_bounded(bounds: Any) -> bool:
    """Whether there are bounds, in one of the two forms that SciPy has: pairs, or an object with two sides."""
    if bounds is None:
        return False
    pairs = [bounds.lb, bounds.ub] if hasattr(bounds, "lb") else bounds
    sides = [side for pair in pairs for side in (pair if hasattr(pair, "__iter__") else [pair])]
    return any(side is not None and abs(side) < inf for side in sides)


def minimize(fun: Callable[..., Any], x0: Any, args: Any = (), method: str | None = None, jac: Any = None,
             hess: Any = None, hessp: Any = None, bounds: Any = None, constraints: Any = (), tol: float | None = None,
             callback: Any = None, options: Any = None) -> OptimizeResult:
    """Looks for a minimum of ``fun(x, *args)``, where ``x`` is an array, from ``x0`` on.

    ``method`` is BFGS, which takes the gradient ``jac`` (or ``True`` if ``fun`` gives it with the value, or
    differences where there is none), or Nelder-Mead, which needs none. ``tol`` is for the tolerances in ``options``.

    >>> from pommel.optimize import minimize
    >>> found = minimize(lambda x: (x[0] - 1) ** 2 + (x[1] + 2) ** 2, [0.0, 0.0])
    >>> found.success, [round(float(value), 4) for value in found.x]
    (True, [1.0, -2.0])
    """
    from ._bfgs import bfgs

    _METHODS["bfgs"] = bfgs
    name = "bfgs" if method is None else method.lower() if isinstance(method, str) else method
    if name not in _METHODS:
        raise ValueError("Unknown solver {}: argument 'method' must be 'Nelder-Mead' or 'BFGS', not {!r}".format(
            method, method))
    if _is_bounded(bounds):
        raise ValueError("argument 'bounds' must be None, not {!r}: express a variable by one without bounds, as "
                         "x = exp(t), or use scipy.optimize.minimize".format(bounds))
    if constraints:
        raise ValueError("argument 'constraints' must be empty, not {!r}: use scipy.optimize.minimize".format(
            constraints))
    if hess is not None or hessp is not None:
        warn("Method {} does not use Hessian information (hess).".format(method or "BFGS"), RuntimeWarning,
             stacklevel=2)
    objective, options = Objective(fun, x0, args), dict(options or {})
    if name == "nelder-mead":
        if jac:
            warn("Method Nelder-Mead does not use gradient information (jac).", RuntimeWarning, stacklevel=2)
        if tol is not None:
            options.setdefault("xatol", tol)
            options.setdefault("fatol", tol)
        result: OptimizeResult = _nelder_mead(objective, callback, options)
    else:
        if tol is not None:
            options.setdefault("gtol", tol)
        result = bfgs(objective, jac, callback, options)
    if options.get("disp"):
        show(result)
    return result

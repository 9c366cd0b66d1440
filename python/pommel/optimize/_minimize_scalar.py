"""Minima of functions of one number: ``minimize_scalar``."""

from __future__ import annotations

import sys
from math import isfinite

from . import _valley
from ._minimize import options_of
from ._results import OptimizeResult
from ._running import Runner, runner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

_METHODS = ("brent", "golden", "bounded")


def _run(loop: Any, fun: Any, *arguments: Any) -> Any:
    return runner_of(loop.__name__ + " minimum", (fun,), lambda: Runner(loop, 1)).call(fun, *arguments)


def _three(fun: Any, args: tuple[Any, ...], bracket: Any) -> Any:
    """Three places with the lowest in the middle, their values, and how many calls there were."""
    if bracket is None or len(bracket) == 2:
        a, b = (0.0, 1.0) if bracket is None else map(float, bracket)
        found = _run(_valley.bracket, fun, args, a, b)
        a, b, c, fa, fb, fc, calls = found
        if calls < 0 or not (fb < fa and fb <= fc or fb <= fa and fb < fc) or not all(map(isfinite, (a, b, c))):
            raise RuntimeError("The algorithm terminated without finding a valid bracket. Consider trying different "
                               "initial points.")
        return found
    if len(bracket) != 3:
        raise ValueError("Bracketing interval must be length 2 or 3 sequence.")
    a, b, c = map(float, bracket)
    if a > c:
        a, c = c, a
    if not a < b < c:
        raise ValueError("Bracketing values (xa, xb, xc) do not fulfill this requirement: (xa < xb) and (xb < xc)")
    fa, fb, fc = (float(fun(x, *args)) for x in (a, b, c))
    if not (fb < fa and fb < fc):
        raise ValueError("Bracketing values (xa, xb, xc) do not fulfill this requirement: (f(xb) < f(xa)) and "
                         "(f(xb) < f(xc))")
    return a, b, c, fa, fb, fc, 3


def _unbounded(name: str, fun: Any, args: tuple[Any, ...], bracket: Any, options: dict[str, Any]) -> OptimizeResult:
    options = options_of({"xtol": 1.48e-8 if name == "brent" else 2.220446049250313e-16 ** 0.5, "disp": 0,
                          "maxiter": 500 if name == "brent" else 5000}, options)
    tolerance, most = float(options["xtol"]), int(options["maxiter"])
    if tolerance < 0.0:
        raise ValueError("tolerance should be >= 0 but {!r}".format(tolerance))
    a, b, c, _, fb, _, calls = _three(fun, args, bracket)
    if name == "brent":
        x, value, count, is_enough = _run(
            _valley.brent, fun, args, min(a, c), max(a, c), b, fb, tolerance, 1e-11, most)
        calls += count
    else:
        x, value, count, is_enough = _run(_valley.golden, fun, args, a, b, c, tolerance, most)
        calls += count + 2
    message = ("Optimization terminated successfully;\nThe returned value satisfies the termination criteria\n"
               "(using xtol = {} )".format(tolerance) if is_enough else "\nMaximum number of iterations exceeded")
    return OptimizeResult(message=message, success=is_enough, fun=value, x=x, nit=count, nfev=calls)


def _bounded(fun: Any, args: tuple[Any, ...], bounds: Any, options: dict[str, Any]) -> OptimizeResult:
    options = options_of({"xatol": 1e-5, "maxiter": 500, "disp": 0}, options)
    if bounds is None:
        raise ValueError("The `bounds` parameter is mandatory for method `bounded`.")
    if len(bounds) != 2:
        raise ValueError("bounds must have two elements.")
    a, b = map(float, bounds)
    if a > b:
        raise ValueError("The lower bound exceeds the upper bound.")
    if not isfinite(a) or not isfinite(b):
        raise ValueError("Optimization bounds must be finite scalars.")
    begin = a + _valley.GOLDEN * (b - a)
    most = max(int(options["maxiter"]), 1) - 1
    x, value, count, is_enough = _run(_valley.brent, fun, args, a, b, begin, float(fun(begin, *args)),
                                      2.220446049250313e-16 ** 0.5, float(options["xatol"]) / 3.0, most)
    message = "Solution found." if is_enough else "Maximum number of function calls reached."
    return OptimizeResult(message=message, success=is_enough, status=0 if is_enough else 1, fun=value, x=x,
                          nit=count + 1, nfev=count + 1)


def minimize_scalar(fun: Callable[..., float], bracket: Sequence[float] | None = None,
                    bounds: Sequence[float] | None = None, args: Any = (), method: str | None = None,
                    tol: float | None = None, options: Any = None) -> OptimizeResult:
    """A minimum of ``fun(x, *args)``, where ``x`` is a number.

    ``method`` is brent, golden, or bounded, which looks within ``bounds``. The others begin with two places, or with
    three of which that in the middle is the lowest: ``bracket``.

    >>> from pommel.optimize import minimize_scalar
    >>> round(minimize_scalar(lambda x: (x - 2) ** 2).x, 6)
    2.0
    """
    name = ("brent" if bounds is None else "bounded") if method is None else str(method).lower()
    if name not in _METHODS:
        raise ValueError("Unknown solver {}: there are {}".format(method, ", ".join(_METHODS)))
    if bounds is not None and name != "bounded":
        raise ValueError("Use of `bounds` is incompatible with 'method={}'.".format(method))
    if not callable(fun):
        raise TypeError("argument 'fun' must be a function, not {!r}".format(fun))
    args, options = args if isinstance(args, tuple) else (args,), dict(options or {})
    if tol is not None:
        options.setdefault("xatol" if name == "bounded" else "xtol", tol)
    result = _bounded(fun, args, bounds, options) if name == "bounded" else _unbounded(
        name, fun, args, bracket, options)
    if options.get("disp"):
        print(result.message, file=sys.stdout)
    return result

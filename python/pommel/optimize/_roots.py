"""Zeros of functions of one number: ``brentq``, ``bisect``, ``ridder``, ``newton``, ``root_scalar``."""

from __future__ import annotations

from warnings import warn

from ..integrate._roots import NAN, SAME_SIGNS
from . import _brackets, _newton
from ._results import RootResults
from ._running import Runner, runner_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

_XTOL, _RTOL = 2e-12, 4 * 2.220446049250313e-16

_BRACKETS: dict[str, Any] = {"brentq": _brackets.brent, "bisect": _brackets.bisection, "ridder": _brackets.ridders}


def _between(method: str, f: Any, a: float, b: float, args: Any, xtol: float, rtol: float, maxiter: int,
             full_output: bool, disp: bool) -> Any:
    if not isinstance(args, tuple):
        args = (args,)
    if xtol <= 0.0:
        raise ValueError("xtol too small ({:g} <= 0)".format(xtol))
    if rtol < _RTOL:
        raise ValueError("rtol too small ({:g} < {:g})".format(rtol, _RTOL))
    if maxiter < 0:
        raise ValueError("maxiter must be >= 0")
    if not callable(f):
        raise TypeError("argument 'f' must be a function, not {!r}".format(f))
    runner = runner_of(method, (f,), lambda: Runner(_BRACKETS[method], 1))
    root, calls, iterations, state = runner.call(
        f, args, float(a), float(b), float(xtol), float(rtol), maxiter)
    if state:
        if state == SAME_SIGNS:
            raise ValueError("f(a) and f(b) must have different signs")
        if state == NAN:
            raise ValueError("The function value at x={} is NaN; solver cannot continue.".format(root))
        if disp:
            raise RuntimeError("Failed to converge after {} iterations.".format(iterations))
    return (root, _about(method, root, calls, iterations, state)) if full_output else root


def _about(method: str, root: Any, calls: int, iterations: int, state: int) -> RootResults:
    return RootResults(converged=not state, flag="convergence error" if state else "converged", function_calls=calls,
                       iterations=iterations, root=root, method=method)


def brentq(f: Callable[..., float], a: float, b: float, args: Any = (), xtol: float = _XTOL, rtol: float = _RTOL,
           maxiter: int = 100, full_output: bool = False, disp: bool = True) -> Any:
    """A zero of ``f`` between ``a`` and ``b``, where it has different signs, by Brent's method (1973).

    With ``full_output`` what is known about it comes second. Where it is not found in ``maxiter`` iterations, that
    is an error, unless ``disp`` is false.

    >>> from pommel.optimize import brentq
    >>> round(brentq(lambda x: x * x - 2, 0, 2), 10)
    1.4142135624
    """
    return _between("brentq", f, a, b, args, xtol, rtol, maxiter, full_output, disp)


def bisect(f: Callable[..., float], a: float, b: float, args: Any = (), xtol: float = _XTOL, rtol: float = _RTOL,
           maxiter: int = 100, full_output: bool = False, disp: bool = True) -> Any:
    """As :func:`brentq`, by bisection.

    >>> from pommel.optimize import bisect
    >>> round(bisect(lambda x: x * x - 2, 0, 2), 10)
    1.4142135624
    """
    return _between("bisect", f, a, b, args, xtol, rtol, maxiter, full_output, disp)


def ridder(f: Callable[..., float], a: float, b: float, args: Any = (), xtol: float = _XTOL, rtol: float = _RTOL,
           maxiter: int = 100, full_output: bool = False, disp: bool = True) -> Any:
    """As :func:`brentq`, by Ridders' method (1979).

    >>> from pommel.optimize import ridder
    >>> round(ridder(lambda x: x * x - 2, 0, 2), 10)
    1.4142135624
    """
    return _between("ridder", f, a, b, args, xtol, rtol, maxiter, full_output, disp)


_NAMES = ("secant", "newton", "halley")


def _from_start(functions: tuple[Any, ...], derivatives: int, x: Any, args: tuple[Any, ...], others: tuple[Any, ...],
                tol: float, rtol: float, most: int) -> Any:
    """Where it ends, where it was before, calls, iterations, and how it ended."""
    is_one = len(functions) <= derivatives
    number: Any = complex if isinstance(x, complex) else float
    runner = runner_of((derivatives, is_one, number), functions, lambda: Runner(
        _newton.loop_of(derivatives, is_one, number), len(functions)))
    return runner.call(*functions, args, x, *others, tol, rtol, most)


def _start(name: str, value: Any) -> Any:
    """A number to start at."""
    if isinstance(value, complex):
        return complex(value)
    if getattr(value, "shape", ()) != () or isinstance(value, (list, tuple)):
        raise TypeError("argument '{}' must be a number, not {!r}: look for one zero at a time".format(name, value))
    return complex(value) if getattr(getattr(value, "dtype", None), "kind", "") == "c" else float(value)


def _second(x: Any, x1: Any) -> Any:
    if x1 is None:
        # On the side away from zero.
        moved = x * (1.0 + 1e-4)
        return moved + (1e-4 if moved.real >= 0 else -1e-4)
    other = _start("x1", x1)
    if other == x:
        raise ValueError("x1 and x0 must be different")
    return type(x)(other) if not isinstance(other, complex) else other


def newton(func: Callable[..., Any], x0: Any, fprime: Any = None, args: Any = (), tol: float = 1.48e-8,
           maxiter: int = 50, fprime2: Any = None, x1: Any = None, rtol: float = 0.0, full_output: bool = False,
           disp: bool = True) -> Any:
    """A zero of ``func`` near ``x0``: by Newton's method with the derivative ``fprime``, by Halley's with
    ``fprime2`` as well, and without them by the secant's.

    >>> from pommel.optimize import newton
    >>> round(newton(lambda x: x ** 3 - 1, 1.5), 8)
    1.0
    >>> round(newton(lambda x: x ** 3 - 1, 1.5, lambda x: 3 * x * x), 8)
    1.0
    """
    if tol <= 0.0:
        raise ValueError("tol too small ({:g} <= 0)".format(tol))
    if maxiter < 1:
        raise ValueError("maxiter must be greater than 0")
    if not callable(func):
        raise TypeError("argument 'func' must be a function, not {!r}".format(func))
    if not isinstance(args, tuple):
        args = (args,)
    x = _start("x0", x0)
    others: tuple[Any, ...] = ()
    functions: tuple[Any, ...] = (func, fprime, fprime2)
    if fprime is None:
        kind, others = 0, (_second(x, x1),)
        if isinstance(others[0], complex):
            x = complex(x)
    else:
        kind = 1 if fprime2 is None else 2
    root, before, calls, iterations, state = _from_start(
        functions[:kind + 1], kind, x, args, others, float(tol), float(rtol), maxiter)
    if state:
        root = _failed(kind, root, before, iterations, state, disp)
    return (root, _about(_NAMES[kind], root, calls, iterations, state)) if full_output else root


def _failed(kind: int, root: Any, before: Any, iterations: int, state: int, disp: bool) -> Any:
    """What is given nevertheless, where that is not an error."""
    message = ""
    if state == _newton.FLAT:
        message = "Derivative was zero. " if kind else "Tolerance of {} reached. ".format(root - before)
    if disp:
        raise RuntimeError("{}Failed to converge after {} iterations, value is {}.".format(
            message, iterations, root))
    if message:
        warn(message.strip(), RuntimeWarning, stacklevel=3)
    return (root + before) / 2.0 if message and not kind else root


#: What methods need, and what they cannot do without.
_METHODS = ("brentq", "bisect", "ridder", "newton", "secant", "halley")


def root_scalar(f: Callable[..., Any], args: Any = (), method: str | None = None,
                bracket: Sequence[float] | None = None, fprime: Any = None, fprime2: Any = None, x0: Any = None,
                x1: Any = None, xtol: float | None = None, rtol: float | None = None, maxiter: int | None = None,
                options: Any = None) -> RootResults:
    """A zero of ``f`` by one of the methods brentq, bisect, ridder, newton, secant and halley, or by that which suits
    what is given: a ``bracket``, starts ``x0`` and ``x1``, derivatives ``fprime`` and ``fprime2``, which are true where
    ``f`` itself gives them, too.

    >>> from pommel.optimize import root_scalar
    >>> found = root_scalar(lambda x: x ** 3 - 1, bracket=[0, 3])
    >>> found.converged, round(found.root, 8)
    (True, 1.0)
    """
    if not isinstance(args, tuple):
        args = (args,)
    given = {"xtol": xtol, "rtol": rtol, "maxiter": maxiter, **(options or {})}
    given = {name: value for name, value in given.items() if value is not None}
    if not method:
        method = _suitable(bracket, x0, x1, fprime, fprime2)
    name = method.lower()
    if name not in _METHODS:
        raise ValueError("Unknown solver {}: there are {}".format(method, ", ".join(_METHODS)))
    if name in _BRACKETS:
        if bracket is None:
            raise ValueError("Bracket needed for {}".format(method))
        a, b = bracket[:2]
        found: RootResults = _between(name, f, a, b, args, given.get("xtol", _XTOL), given.get("rtol", _RTOL),
                                      given.get("maxiter", 100), True, False)[1]
        return found
    if x0 is None:
        raise ValueError("x0 must not be None for {}".format(method))
    return _near(name, f, args, fprime, fprime2, _start("x0", x0), x1, float(given.get("xtol", 1.48e-8)),
                 float(given.get("rtol", 0.0)), given.get("maxiter", 50))


def _suitable(bracket: Any, x0: Any, x1: Any, fprime: Any, fprime2: Any) -> str:
    """The method for what is given."""
    if bracket is not None:
        return "brentq"
    if x0 is None:
        raise ValueError("Unable to select a solver as neither bracket nor starting point provided.")
    if fprime:
        return "halley" if fprime2 else "newton"
    return "newton" if x1 is None else "secant"


def _near(name: str, f: Any, args: tuple[Any, ...], fprime: Any, fprime2: Any, x: Any, x1: Any, tol: float,
          rtol: float, most: int) -> RootResults:
    kind = _NAMES.index(name)
    others: tuple[Any, ...] = ()
    functions: tuple[Any, ...] = (f, fprime, fprime2)[:kind + 1]
    if kind == 0:
        others = (_second(x, x1),)
    elif kind == 1 and not fprime:
        functions = f, _slope_of(f)
    elif not fprime or kind == 2 and not fprime2:
        raise ValueError("{} must be specified for halley".format("fprime2" if fprime else "fprime"))
    elif kind == 1 and not callable(fprime) or kind == 2 and not callable(fprime2):
        functions = (f,)
    if len(functions) == 3 and not callable(fprime):
        raise TypeError("argument 'fprime' must be a function where 'fprime2' is one")
    root, before, calls, iterations, state = _from_start(functions, kind, x, args, others, tol, rtol, most)
    if state == _newton.FLAT:
        root = _failed(kind, root, before, iterations, state, False)
    return _about(name, root, calls, iterations, state)


def _slope_of(f: Any) -> Any:
    """The derivative, by differences."""
    def slope(x: Any, *args: Any) -> Any:
        step = 1.4901161193847656e-08 * max(1.0, abs(x))
        if x.real < 0.0:
            step = -step
        moved = x + step
        return (f(moved, *args) - f(x, *args)) / (moved - x)

    return slope

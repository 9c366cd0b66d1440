"""Integrals of functions: ``quad``, ``dblquad``, ``tplquad``."""

from __future__ import annotations

from functools import partial
from math import inf, isinf, nan
from time import perf_counter
from types import FunctionType
from warnings import warn

from .._compile import jit
from . import _panels
from ._alone import probe_of
from ._panels import adaptive, panel
from ._spelled import identity, is_native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence


class IntegrationWarning(UserWarning):
    """An integral may be other than what was found."""


_MESSAGES = {
    _panels.LIMIT: "the integral is not found to the wanted precision in so many intervals: see argument 'limit'",
    _panels.ROUNDOFF: "errors of rounding keep the integral from the wanted precision",
    _panels.EXTRAPOLATION: "the extrapolation does not come to the wanted precision: errors of rounding",
    _panels.SINGULAR: "the function behaves badly at some place: divide the interval there",
    _panels.DIVERGENT: "the integral is probably divergent, or comes to its value slowly",
    _panels.BAD: "the integral is probably divergent, or comes to its value slowly",
}

#: Panels, and all the rest, are compiled when they took longer than this as they are, in seconds: compiling them
#: takes about as long.
_PANEL_WORTH, _ALL_WORTH = 0.005, 0.1

#: Compiling the parts of a panel takes so long.
_PARTS_WORTH = 0.03

#: Functions for panels, by where they go.
_panel_of: dict[str, Any] = {}

#: The same by parts, and how long panels took that were not, for integrands that are not native.
_parts_of: dict[str, Any] = {}
_by_plain_panels: dict[str, float] = {}

#: So many integrands are known at once.
_KEPT = 64

_integrators: dict[Any, Any] = {}


class _Integrator:
    """What is done with an integrand: as it is at first, and compiled when there is much to do."""

    def __init__(self, how: str) -> None:
        self.how = how
        if how not in _panel_of:
            _panel_of[how] = panel(how)
        self.plain, self.evaluations = _panel_of[how]
        self.panel, self.is_compiled, self.seconds = self.plain, False, 0.0
        self.adaptive, self.is_all_compiled, self.all_seconds = adaptive, False, 0.0
        #: Whether nothing of the integrand is left to objects, if that is known.
        self.is_native: bool | None = None

    def first(self, *arguments: Any) -> Any:
        """The first panel."""
        if self.is_compiled:
            return self.panel(*arguments)
        if self.seconds + self.all_seconds > _PANEL_WORTH:
            if self.is_native is None:
                return self._probing(*arguments)
            if not self.is_native:
                self._divide()
                return self.panel(*arguments)
            self.panel, self.is_compiled = jit(self.plain), True
            return self.panel(*arguments)
        begin = perf_counter()
        result = self.panel(*arguments)
        self.seconds += perf_counter() - begin
        return result

    def _probing(self, f: Any, args: Any, *arguments: Any) -> Any:
        """The first panel, by way of the compiler, which tells what it leaves to objects."""
        self.is_native = False
        probe = probe_of(1 + len(args))
        result = self.plain(partial(probe, f), args, *arguments)
        self.is_native = is_native(probe)
        return result

    def _divide(self) -> None:
        """From now on integrands that are not native are called from a panel by parts, once many have been."""
        _by_plain_panels[self.how] = _by_plain_panels.get(self.how, 0.0) + self.seconds
        self.seconds = 0.0
        if _by_plain_panels[self.how] > _PARTS_WORTH:
            if self.how not in _parts_of:
                _parts_of[self.how] = _panels.panel_by_parts(self.how)
            self.panel, self.is_compiled = _parts_of[self.how], True

    def rest(self, *arguments: Any) -> Any:
        """All other panels."""
        if self.is_all_compiled:
            return self.adaptive(self.plain, *arguments)
        if self.is_native and self.all_seconds > _ALL_WORTH:
            self.adaptive, self.is_all_compiled = jit(adaptive), True
            return self.adaptive(self.plain, *arguments)
        if not self.is_compiled and self.all_seconds > _PANEL_WORTH:
            if self.is_native:
                self.panel, self.is_compiled = jit(self.plain), True
            elif self.is_native is False:
                self._divide()
        begin = perf_counter()
        result = adaptive(self.panel, *arguments)
        self.all_seconds += perf_counter() - begin
        return result


def _integrator(f: Any, how: str) -> _Integrator:
    # Other callables may have no hash.
    is_function = type(f) is FunctionType
    found = _integrators.get((f, how)) if is_function else None
    if found is None:
        key = identity(f), how
        found = _integrators.get(key)
        if found is None:
            found = _Integrator(how)
        while len(_integrators) >= _KEPT:
            del _integrators[next(iter(_integrators))]
        _integrators[key] = found
        if is_function:
            _integrators[f, how] = found
    return found


def _integral(f: Any, args: Any, a: float, b: float, epsabs: float, epsrel: float, limit: int) -> Any:
    """Result, error, how it ended, how many evaluations and intervals."""
    how, bound, sign = "", 0.0, 1.0
    if b - a == inf:
        if a == -inf and b == inf:
            how = " of all"
        else:
            how = " to infinity"
            bound, sign = (b, -1.0) if a == -inf else (a, 1.0)
        a, b = 0.0, 1.0
    integrator = _integrator(f, how)
    result, error, size, spread = integrator.first(f, args, a, b, bound, sign)
    bearable, state, count = max(epsabs, epsrel * abs(result)), 0, 1
    if error <= bearable and error != spread or error == 0.0 or error != error:
        pass
    elif error > bearable and error <= 100.0 * _panels.EPSILON * size:
        state = _panels.ROUNDOFF
    elif limit == 1:
        state = _panels.LIMIT if error > bearable else 0
    else:
        result, error, state, count = integrator.rest(f, args, a, b, bound, sign, epsabs, epsrel, limit,
                                                         result, error, size)
    return result, error, state, integrator.evaluations * (2 * count - 1), count


def quad(func: Callable[..., float], a: float, b: float, args: Any = (), full_output: int = 0,
         epsabs: float = 1.49e-8, epsrel: float = 1.49e-8, limit: int = 50,
         points: Sequence[float] | None = None, weight: Any = None, wvar: Any = None, wopts: Any = None,
         maxp1: int = 50, limlst: int = 50, complex_func: bool = False) -> Any:
    """The integral of a function from ``a`` to ``b``, which may be infinite, and an estimate of its error.

    With ``full_output`` a dict comes third, with how many evaluations (``neval``) and intervals (``last``) there
    were, and a message where something is wrong, which is a warning otherwise. ``points`` are places where the
    function is not smooth. With ``complex_func`` the function may give complex numbers: the real and the imaginary
    parts are integrals of their own. There are no weights; what belongs to them is there for SciPy's order.

    >>> from math import exp, inf
    >>> from pommel.integrate import quad
    >>> value, error = quad(lambda x: exp(-x * x), -inf, inf)
    >>> round(value, 12)
    1.772453850906
    """
    if weight is not None:
        raise ValueError("argument 'weight' must be left out, not {!r}: let the function have the factor".format(
            weight))
    if not isinstance(args, tuple):
        args = (args,)
    if complex_func:
        return _complex(func, a, b, args, full_output, epsabs, epsrel, limit, points)
    a, b = float(a), float(b)
    if epsabs <= 0.0 and epsrel < 50.0 * _panels.EPSILON:
        raise ValueError("arguments 'epsabs' and 'epsrel' ask for more than there can be")
    if limit < 1:
        raise ValueError("argument 'limit' must be positive, not {!r}".format(limit))
    if a == b or a != a or b != b:
        found = (0.0 if a == b else nan), 0.0 if a == b else nan, 0, 0, 0
    elif points is not None:
        found = _between_points(func, args, a, b, epsabs, epsrel, limit, points)
    elif b < a:
        found = _integral(func, args, b, a, epsabs, epsrel, limit)
        found = (-found[0], *found[1:])
    else:
        found = _integral(func, args, a, b, epsabs, epsrel, limit)
    result, error, state, evaluations, intervals = found
    if full_output:
        details = {"neval": evaluations, "last": intervals}
        return (result, error, details) if not state else (result, error, details, _MESSAGES[state])
    if state:
        warn(_MESSAGES[state], IntegrationWarning, stacklevel=2)
    return result, error


def _complex(func: Any, a: float, b: float, args: Any, full_output: int, *options: Any) -> Any:
    """The integrals of both parts."""

    def real(x: float, *args: Any) -> float:
        return complex(func(x, *args)).real

    def imaginary(x: float, *args: Any) -> float:
        return complex(func(x, *args)).imag

    parts = [quad(part, a, b, args, full_output, *options) for part in (real, imaginary)]
    value, error = (complex(*numbers) for numbers in list(zip(*parts))[:2])
    return (value, error, {"real": parts[0][2:], "imag": parts[1][2:]}) if full_output else (value, error)


def _between_points(f: Any, args: Any, a: float, b: float, epsabs: float, epsrel: float, limit: int,
                    points: Any) -> Any:
    if isinf(a) or isinf(b):
        raise ValueError("argument 'points' needs an interval that ends")
    sign = -1.0 if b < a else 1.0
    low, high = min(a, b), max(a, b)
    places = [low, *sorted({float(point) for point in points if low < point < high}), high]
    parts = [_integral(f, args, begin, end, epsabs / (len(places) - 1), epsrel, limit)
             for begin, end in zip(places, places[1:])]
    return (sign * sum(part[0] for part in parts), sum(part[1] for part in parts), max(part[2] for part in parts),
            sum(part[3] for part in parts), sum(part[4] for part in parts))


def _limit(of: Any) -> Any:
    """A border as a function."""
    return of if callable(of) else lambda *outer: float(of)


def dblquad(func: Callable[..., float], a: float, b: float, gfun: Any, hfun: Any, args: Any = (),
            epsabs: float = 1.49e-8, epsrel: float = 1.49e-8) -> tuple[float, float]:
    """The integral of ``func(y, x)`` for x from ``a`` to ``b`` and y from ``gfun(x)`` to ``hfun(x)``.

    >>> from pommel.integrate import dblquad
    >>> round(dblquad(lambda y, x: x * y, 0, 1, 0, lambda x: x)[0], 12)
    0.125
    """
    low, high = _limit(gfun), _limit(hfun)
    errors = [0.0]

    def inner(x: float) -> float:
        value, error = quad(func, low(x), high(x), (x, *args), 0, epsabs, epsrel)
        errors[0] = max(errors[0], error)
        return value

    value, error = quad(inner, a, b, (), 0, epsabs, epsrel)
    return value, max(error, errors[0])


def tplquad(func: Callable[..., float], a: float, b: float, gfun: Any, hfun: Any, qfun: Any, rfun: Any,
            args: Any = (), epsabs: float = 1.49e-8, epsrel: float = 1.49e-8) -> tuple[float, float]:
    """The integral of ``func(z, y, x)`` for x from ``a`` to ``b``, y from ``gfun(x)`` to ``hfun(x)`` and z from
    ``qfun(x, y)`` to ``rfun(x, y)``.

    >>> from pommel.integrate import tplquad
    >>> round(tplquad(lambda z, y, x: x * y * z, 0, 1, 0, 1, 0, 1)[0], 12)
    0.125
    """
    low, high = _limit(qfun), _limit(rfun)
    errors = [0.0]

    def inner(y: float, x: float) -> float:
        value, error = quad(func, low(x, y), high(x, y), (y, x, *args), 0, epsabs, epsrel)
        errors[0] = max(errors[0], error)
        return value

    value, error = dblquad(inner, a, b, gfun, hfun, (), epsabs, epsrel)
    return value, max(error, errors[0])

"""``odeint``, in the manner of those who had Fortran's LSODA."""

from __future__ import annotations

from math import inf
from types import FunctionType
from warnings import warn

from ._ivp import library, solve_ivp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: What LSODA takes for a tolerance if none is given.
_TOLERANCE = 1.49012e-8


class ODEintWarning(Warning):
    """The solution ends before the last time."""


def odeint(func: Callable[..., Any], y0: Any, t: Any, args: Any = (), Dfun: Any = None, col_deriv: bool = False,
           full_output: bool = False, ml: Any = None, mu: Any = None, rtol: Any = None, atol: Any = None,
           tcrit: Any = None, h0: float = 0.0, hmax: float = 0.0, hmin: float = 0.0, ixpr: int = 0, mxstep: int = 0,
           mxhnil: int = 0, mxordn: int = 12, mxords: int = 5, printmessg: int = 0, tfirst: bool = False,
           progress: Any = None) -> Any:
    """The states at the times ``t``, a row for each, of dy/dt = func(y, t), or func(t, y) with ``tfirst``.

    The method is that of ``solve_ivp(method="LSODA")``. ``Dfun`` is the Jacobian, its transpose with
    ``col_deriv``; ``tcrit`` are times that no step goes over. The other names that LSODA has (``ml``, ``mu``,
    ``hmin``, ``ixpr``, ``mxstep``, ``mxhnil``, ``mxordn``, ``mxords``, ``printmessg``) are accepted, and mean
    nothing here. With ``full_output`` a dict comes second, with how many evaluations (``nfe``) there were.
    ``progress`` is as in ``solve_ivp``; an interrupt leaves the states at the times before it.

    >>> from math import exp
    >>> from pommel.integrate import odeint
    >>> states = odeint(lambda y, t: [-y[0]], [1.0], [0.0, 1.0, 2.0])
    >>> abs(float(states[2, 0]) - exp(-2)) < 1e-7
    True
    """
    if not isinstance(args, tuple):
        args = (args,)
    fun = func if tfirst else _time_first(func)
    jac = None
    if Dfun is not None:
        inner = Dfun if tfirst else _time_first(Dfun)
        jac = (lambda *given: _transposed(inner(*given))) if col_deriv else inner
    shape = getattr(y0, "shape", None)
    if shape == () or isinstance(y0, (int, float)):
        y0 = [y0]
    xp = library(y0)
    times = given = xp.asarray(t, dtype=float).reshape(-1)
    if not given.size:
        return xp.zeros((0, len(y0)))
    options = {"jac": jac, "first_step": h0 or None, "max_step": hmax or inf, "args": args, "progress": progress,
               "rtol": _TOLERANCE if rtol is None else rtol, "atol": _TOLERANCE if atol is None else atol}
    if bool((given[1:] == given[:-1]).any()):
        # Times may come twice.
        times = xp.asarray(list(dict.fromkeys(given.tolist())))
    try:
        states, solution = _solved(fun, times, y0, tcrit, options)
    except KeyboardInterrupt as interrupt:
        if hasattr(interrupt, "result"):
            interrupt.result = interrupt.result.y.T
        raise
    if not solution.success:
        warn(solution.message, ODEintWarning, stacklevel=2)
    elif times.size < given.size:
        place = {time: k for k, time in enumerate(times.tolist())}
        states = xp.take(states, xp.asarray([place[time] for time in given.tolist()]), axis=0)
    if not full_output:
        return states
    message = "Integration successful." if solution.success else solution.message
    return states, {"nfe": solution.nfev, "nje": solution.njev, "message": message}


def _critical(tcrit: Any, first: float, last: float) -> list[float]:
    """The times within an interval that no step goes over, and its end."""
    low, high = min(first, last), max(first, last)
    return sorted((float(time) for time in tcrit if low < time < high), reverse=last < first) + [last]


def _solved(fun: Any, times: Any, y0: Any, tcrit: Any, options: Any) -> tuple[Any, Any]:
    """The states at the times, and the last solution with all that was counted, from one end of an interval to the
    next."""
    first, last = float(times[0]), float(times[-1])
    if tcrit is None:
        solution = solve_ivp(fun, (first, last), y0, "LSODA", t_eval=times, **options)
        return solution.y.T, solution
    ends, times = _critical(tcrit, first, last), times.tolist()
    sign, begin, states = -1.0 if times[-1] < times[0] else 1.0, times[0], []
    nfev = njev = 0
    for end in ends:
        within = [t for t in times if begin * sign <= t * sign < end * sign]
        solution = solve_ivp(fun, (begin, end), y0, "LSODA", t_eval=[*within, end], **options)
        nfev, njev = nfev + solution.nfev, njev + solution.njev
        if not solution.success or end == ends[-1]:
            states.append(solution.y.T)
            break
        states.append(solution.y.T[:-1])
        begin, y0 = end, solution.y[:, -1]
    solution.update(nfev=nfev, njev=njev)
    return library(y0).concatenate(states), solution


#: Callbacks with their arguments in the other order, so that what was compiled for one is found again.
_turned: dict[Any, Any] = {}


def _time_first(func: Any) -> Any:
    found = _turned.get(func) if isinstance(func, FunctionType) else None
    if found is None:

        def found(t: float, y: Any, *args: Any) -> Any:
            return func(y, t, *args)

        if len(_turned) >= 64:
            _turned.clear()
        if isinstance(func, FunctionType):
            _turned[func] = found
    return found


def _transposed(rows: Any) -> Any:
    return rows.T if hasattr(rows, "T") else [list(column) for column in zip(*rows)]

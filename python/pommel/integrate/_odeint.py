"""``odeint``, in the manner of those who had Fortran's LSODA."""

from __future__ import annotations

from math import inf
from types import FunctionType
from warnings import warn

from ._ivp import solve_ivp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: What LSODA takes for a tolerance if none is given.
_TOLERANCE = 1.49012e-8


class ODEintWarning(Warning):
    """The solution ends before the last time."""


def odeint(func: Callable[..., Any], y0: Any, t: Any, args: Any = (), Dfun: Any = None, col_deriv: bool = False,
           full_output: bool = False, rtol: Any = None, atol: Any = None, h0: float = 0.0, hmax: float = 0.0,
           tfirst: bool = False, progress: Any = None) -> Any:
    """The states at the times ``t``, a row for each, of dy/dt = func(y, t), or func(t, y) with ``tfirst``.

    The method is that of ``solve_ivp(method="LSODA")``. ``Dfun`` is the Jacobian, its transpose with
    ``col_deriv``. With ``full_output`` a dict comes second, with how many evaluations (``nfe``) there were.
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
    times = t.tolist() if hasattr(t, "tolist") else list(t)
    shape = getattr(y0, "shape", None)
    if shape == () or isinstance(y0, (int, float)):
        y0 = [y0]
    try:
        solution = solve_ivp(
            fun, (times[0], times[-1]), y0, "LSODA", t_eval=times, args=args, jac=jac, first_step=h0 or None,
            max_step=hmax or inf, rtol=_TOLERANCE if rtol is None else rtol,
            atol=_TOLERANCE if atol is None else atol, progress=progress)
    except KeyboardInterrupt as interrupt:
        if hasattr(interrupt, "result"):
            interrupt.result = interrupt.result.y.T
        raise
    states = solution.y.T
    if not solution.success:
        warn(solution.message, ODEintWarning, stacklevel=2)
    if not full_output:
        return states
    return states, {"nfe": solution.nfev, "nje": solution.njev, "message": solution.message}


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

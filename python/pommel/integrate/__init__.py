"""Integrals and ordinary differential equations: ``pommel.integrate``.

Functions with the names and arguments that SciPy's have. What calls a plain Python function again and again is
compiled together with it.
"""

from __future__ import annotations

from ._ensemble import solve_ensemble
from ._fixed import euler, heun, midpoint, rk4
from ._ivp import OdeResult, OdeSolution, solve_ivp
from ._odeint import ODEintWarning, odeint
from ._quad import IntegrationWarning, dblquad, quad, tplquad

__all__ = ["IntegrationWarning", "ODEintWarning", "OdeResult", "OdeSolution", "dblquad", "euler", "heun", "midpoint",
           "odeint", "quad", "rk4", "solve_ensemble", "solve_ivp", "tplquad"]

"""Roots, minima and fits: ``pommel.optimize``.

Functions with the names and arguments that SciPy's have. What calls a plain Python function again and again is
compiled together with it.
"""

from __future__ import annotations

from ._least_squares import curve_fit, least_squares
from ._minimize import minimize
from ._minimize_scalar import minimize_scalar
from ._results import OptimizeResult, OptimizeWarning, RootResults
from ._roots import bisect, brentq, newton, ridder, root_scalar

__all__ = ["OptimizeResult", "OptimizeWarning", "RootResults", "bisect", "brentq", "curve_fit", "least_squares",
           "minimize", "minimize_scalar", "newton", "ridder", "root_scalar"]

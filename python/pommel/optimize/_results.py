"""What solvers give: results whose entries are attributes, too, and the warnings that come with them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class OptimizeResult(dict):  # type: ignore[type-arg]
    """What a solver gives: a dict whose entries are attributes, too.

    ``x`` is the solution and ``fun`` the function there; ``success``, ``status`` and ``message`` say how it ended;
    ``nfev``, ``njev`` and ``nit`` count evaluations, gradients and iterations.
    """

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    __setattr__ = dict.__setitem__  # type: ignore[assignment]
    __delattr__ = dict.__delitem__  # type: ignore[assignment]

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]

    def __repr__(self) -> str:
        width = max(map(len, self), default=0) + 1
        return "\n".join("{}: {!r}".format(name.rjust(width), value) for name, value in self.items())


class RootResults(OptimizeResult):
    """What was found about a root: ``root``, ``iterations``, ``function_calls``, ``converged``, ``flag``,
    ``method``."""


class OptimizeWarning(UserWarning):
    """Something about a solution is not as it was asked for."""

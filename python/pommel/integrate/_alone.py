"""Callbacks that no solver is compiled with: by themselves they may be quicker compiled than as they are."""

from __future__ import annotations

from functools import lru_cache, partial
from math import inf
from time import perf_counter
from types import FunctionType, MethodType

from .._compile import JitFunction, jit
from ._spelled import function_of, identity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: What solvers take as they are before callbacks are compiled, in seconds: about as long as compiling one.
_WORTH = 0.03

#: So often each form is timed, and so much less it must take compiled. Both give the same to the last bit.
_TRIES, _SHARE = 6, 0.9

#: Callbacks that are known at once.
_KEPT = 64

_known: dict[Any, Alone] = {}


@lru_cache(maxsize=None)
def _text(count: int) -> str:
    names = ", ".join("a%d" % k for k in range(count))
    return "def call(fun, {0}):\n    return fun({0})\n".format(names)


def probe_of(count: int) -> Any:
    """A compiled function that calls another one, with so many arguments."""
    return jit(function_of(_text(count), "callback", "call", {}))


class Alone:
    """A callback, or others with the same code, which has ``count`` arguments."""

    def __init__(self, count: int) -> None:
        self.count, self.seconds, self.tries = count, 0.0, 0
        self.best = [inf, inf]
        self.compiled: Any = None
        #: Whether it is compiled; unknown yet if None.
        self.is_compiled: bool | None = None

    def of(self, fun: Callable[..., Any]) -> Any:
        """What is called for a callback from now on."""
        if self.is_compiled is None:
            return fun if self.compiled is None else partial(self._tried, fun)
        return partial(self.compiled, fun) if self.is_compiled else fun

    def timed(self, fun: Callable[..., Any]) -> Any:
        """What is called for a callback by a solver that does not tell what it took."""
        return partial(self._timed, fun) if self.is_compiled is None else self.of(fun)

    def _timed(self, fun: Any, *arguments: Any) -> Any:
        if self.is_compiled is not None or self.compiled is not None:
            return self.of(fun)(*arguments)
        begin = perf_counter()
        result = fun(*arguments)
        self.took(perf_counter() - begin)
        return result

    def took(self, seconds: float) -> None:
        """Is told what a solver took."""
        self.seconds += seconds
        if self.seconds > _WORTH and self.compiled is None and self.is_compiled is None:
            self.compiled = probe_of(self.count)
            if not isinstance(self.compiled, JitFunction):
                self.is_compiled = False

    def _tried(self, fun: Any, *arguments: Any) -> Any:
        """A call in one form or the other, until it is known which is quicker."""
        if self.is_compiled is not None:
            return self.of(fun)(*arguments)
        form = self.tries & 1
        self.tries += 1
        begin = perf_counter()
        result = self.compiled(fun, *arguments) if form else fun(*arguments)
        self.best[form] = min(self.best[form], perf_counter() - begin)
        if self.tries >= 2 * _TRIES:
            self.is_compiled = self.best[1] < _SHARE * self.best[0]
        return result


class _Opaque(Alone):
    """A callable that is no function of Python."""

    def of(self, fun: Callable[..., Any]) -> Any:
        return fun

    timed = of

    def took(self, seconds: float) -> None:
        pass


_OPAQUE = _Opaque(0)


def alone_of(fun: Any, count: int) -> Alone:
    """What is known of a callback with so many arguments: those that come again bring it with them."""
    if not isinstance(fun, (FunctionType, MethodType)):
        return _OPAQUE
    key = identity(fun), count
    found = _known.get(key)
    if found is None:
        while len(_known) >= _KEPT:
            del _known[next(iter(_known))]
        found = _known[key] = Alone(count)
    return found

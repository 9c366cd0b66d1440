"""Loops of solvers: as they are at first, and compiled with their callbacks when there is much to do.

Texts are written for one component, as those of `pommel.integrate`. Here there are matrices and sums, too: a line
with ``[i]`` is spelled out for each component, one with ``[i][j]`` for each pair; within a line ``{x[k]}`` is a
list of all components, ``sum{x[k] * y[k]}`` a sum and ``max{x[k]}`` the largest, and
``all{x[k] > 0.0}`` says whether it is so for each.
"""

from __future__ import annotations

import re
from functools import lru_cache
from time import perf_counter
from types import FunctionType

from .._compile import jit
from ..integrate._ivp import library
from ..integrate._spelled import function_of, identity, is_native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

__all__ = ["Runner", "cost_of", "function_of", "library", "runner_of", "spelled"]

#: Compiling takes about so long for each line, and for a loop of few, in seconds.
_LINE, _LEAST = 3e-4, 5e-3

#: Runners that are kept, each with what was compiled for it.
_KEPT = 64

_runners: dict[Any, Runner] = {}

#: The same by the functions themselves, which is quicker where they are called in a loop.
_short: dict[Any, Runner] = {}

_ALL = re.compile(r"(sum|max|all|)\{([^{}]*)\}")


def spelled(text: str, n: int) -> str:
    """A text for ``n`` components."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = _ALL.sub(lambda found: _together(found[1], [found[2].replace("[k]", "_%d" % k) for k in range(n)]),
                        line)
        rows = [line.replace("[i]", "_%d" % i) for i in range(n)] if "[i]" in line else [line]
        lines += [row.replace("[j]", "_%d" % j) for row in rows for j in range(n)] if "[j]" in line else rows
    return "\n".join(lines)


def _together(how: str, terms: list[str]) -> str:
    if how == "sum":
        return "({})".format(" + ".join(terms))
    if how == "all":
        return "({})".format(" and ".join(terms))
    if how == "max":
        return "max({})".format(", ".join(terms)) if len(terms) > 1 else terms[0]
    return "[{}]".format(", ".join(terms))


@lru_cache(maxsize=None)
def _probe_text(n: int | None) -> str:
    """A function that calls a callback as loops do."""
    names = "x" if n is None else ", ".join("x_%d" % i for i in range(n))
    return "def probe(fun, args, {0}):\n    return fun({1}, *args)\n".format(
        names, names if n is None else "array([{}])".format(names))


class _Probe:
    """A callback that is called by way of the compiler, which tells whether it is native."""

    def __init__(self, fun: Any, n: int | None, array: Any) -> None:
        self.fun, self.n = fun, n
        self.probe = jit(function_of(_probe_text(n), "probe", "probe", {"array": array}))

    def __call__(self, x: Any, *args: Any) -> Any:
        return self.probe(self.fun, args, *((x,) if self.n is None else x.tolist()))


def cost_of(lines: int) -> float:
    """How long compiling takes, about."""
    return _LEAST + _LINE * lines


class Runner:
    """A loop with some callbacks, called by the attribute ``call``: the callbacks come first. One call of it in
    between calls the callbacks by way of the compiler, which tells whether to compile it all."""

    def __init__(self, plain: Any, callbacks: int, n: int | None = None, array: Any = None, lines: int = 0) -> None:
        self.plain, self.callbacks, self.n, self.array = plain, callbacks, n, array
        self.cost, self.seconds, self.is_compiled = cost_of(lines), 0.0, False
        self.call: Callable[..., Any] = self._as_it_is

    def _as_it_is(self, *arguments: Any) -> Any:
        if self.seconds > self.cost:
            return self._probing(*arguments)
        begin = perf_counter()
        try:
            return self.plain(*arguments)
        finally:
            self.seconds += perf_counter() - begin

    def _probing(self, *arguments: Any) -> Any:
        # Whatever the callbacks raise, nothing is compiled then.
        self.call = self.plain
        if type(self.plain) is not FunctionType:
            return self.plain(*arguments)
        probes = [fun and _Probe(fun, self.n, self.array) for fun in arguments[:self.callbacks]]
        result = self.plain(*probes, *arguments[self.callbacks:])
        if all(probe is None or is_native(probe.probe) for probe in probes):
            self.call, self.is_compiled = jit(self.plain), True
        return result


def runner_of(key: Any, callbacks: tuple[Any, ...], make: Callable[[], Runner]) -> Runner:
    """The runner of a solver for some callbacks: those that come again bring theirs with them."""
    short = None
    # Other callables may have no hash, or one of their own.
    if all([callback is None or type(callback) is FunctionType for callback in callbacks]):
        short = key, callbacks
        if short in _short:
            return _short[short]
    name = (key, *map(identity, callbacks))
    found = _runners.get(name)
    if found is None:
        found = make()
        _keep(_runners, name, found)
    if short:
        _keep(_short, short, found)
    return found


def _keep(runners: dict[Any, Runner], name: Any, runner: Runner) -> None:
    while len(runners) >= _KEPT:
        del runners[next(iter(runners))]
    runners[name] = runner

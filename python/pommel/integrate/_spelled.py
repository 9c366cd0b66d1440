"""Loops of solvers as texts: with a local variable for each component of a small state, or with whole arrays.

A solver is written once, for one component ``[i]``. Spelled out for a state of three, a line that has ``[i]`` in
it is three lines with ``y_0``, ``y_1`` and ``y_2``, and ``{y[i] + h * k[i]}`` is a list of three. This is what the
compiler makes a native loop of, together with the callback, in the least time; as it stands it takes Python a
tenth of the time that arrays of so few elements would take. For large states the same lines are about arrays:
``[i]`` is left out.
"""

from __future__ import annotations

import builtins
import linecache
import re
from collections import OrderedDict
from functools import lru_cache
from importlib import import_module
from math import sqrt
from time import perf_counter
from types import FunctionType, MethodType
from zlib import crc32

from .._compile import JitFunction, jit
from ._ready import READY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: States of at most so many components are spelled out.
MOST = 12

#: Compiled loops that are kept, each with the functions that it calls.
_KEPT = 64

_compiled: OrderedDict[tuple[Any, ...], Any] = OrderedDict()

_LIST = re.compile(r"\{([^{}]*)\}")
#: Derivatives, such with weights, and sums of these.
_ROW = re.compile(r"\bk(\d+)\[i\]")
_TERM = re.compile(r"(-?[\d.e+-]+) \* k(\d+)\[i\]")
_SUM = re.compile(r"{0}(?: \+ {0})*".format(r"-?[\d.e+-]+ \* k\d+\[i\]"))
#: What errors are compared with, and errors as parts of it.
_SCALE = "atol[i] + larger(abs(y[i]), abs(new[i])) * rtol[i]"
_SHARE = re.compile(r"abs\((dot\(W\d+, K\d+\))\) / scale\[i\]")
#: Steps along such sums.
_MOVED = re.compile(r"y\[i\] \+ step \* \((dot\(W\d+, K\d+\))\)")
#: Lists of what is computed: arrays that nobody else has.
_FRESH = re.compile(r"array\(\{([^{}]* [^{}]*)\}\)")
#: Lines that make numbers Python's.
_NUMBERS = re.compile(r" *k\d+\[i\] = number\(k\d+\[i\]\)\n")


def spelled(text: str, n: int) -> str:
    """A text for a state of ``n`` components."""
    lines: list[str] = []
    for line in text.split("\n"):
        line = _LIST.sub(lambda match: "[" + ", ".join(_of(match[1], i) for i in range(n)) + "]", line)
        lines += [_of(line, i) for i in range(n)] if "[i]" in line else [line]
    return "\n".join(lines).replace("(n)", str(n))


def _of(text: str, i: int) -> str:
    return text.replace("[i]", "_{}".format(i)).replace(", i]", ", {}]".format(i)).replace("(i)", str(i))


def whole(text: str) -> str:
    """A text for a state that is an array. Derivatives are rows of one, so that sums of them are products."""
    weights: list[str] = []

    def product(found: re.Match[str]) -> str:
        terms = [(float(weight), int(row)) for weight, row in _TERM.findall(found[0])]
        row = [0.0] * (terms[-1][1] + 1)
        for weight, at in terms:
            row[at] = weight
        weights.append("W{} = vector({!r})\n".format(len(weights), row))
        return "dot(W{}, K{})".format(len(weights) - 1, len(row))

    text = _MOVED.sub(r"moved(y, step, \1)", _SUM.sub(product, _NUMBERS.sub("", text)))
    text = _FRESH.sub(r"(\1)", text)
    text = text.replace("total(error[i] * error[i])", "float(dot(error, error))")
    text = text.replace(_SCALE, "scale_of(y, new, rtol, atol)")
    text = _SHARE.sub(r"share(\1, scale)", text)
    rows = max((int(row) for row in _ROW.findall(text)), default=0) + 1
    text = _ROW.sub(r"K[\1]", _LIST.sub(r"(\1)", text)).replace("[i]", "").replace(", i]", "]")
    begin = text.index(":\n") + 2
    views = "".join("    K{0} = K[:{0}]\n".format(row) for row in range(1, rows + 1) if "K{})".format(row) in text)
    text = "".join([*weights, text[:begin], "    K = zeros(({}, len(y)))\n".format(rows), views, text[begin:]])
    return text.replace("(n)", "max(len(y), 1)")


@lru_cache(maxsize=None)
def _code(text: str, name: str, n: int | None) -> Any:
    """The code object of a text that is spelled out: of a module, or of the function if that comes with the
    package, where Python has compiled it before."""
    if n is None:
        return _compiled_text(whole(text), name)
    ready = READY.get((crc32(text.encode()), n))
    if ready is not None:
        return import_module("pommel.integrate._ready." + ready).loop.__code__
    return _compiled_text(spelled(text, n), name)


@lru_cache(maxsize=None)
def _lines(text: str, n: int | None) -> float:
    """About how many lines a text has when it is spelled out."""
    return text.count("\n") + (n or 0) * text.count("[i]") / 2


def _compiled_text(text: str, name: str) -> Any:
    file = "<pommel.integrate: {}, {:x}>".format(name, hash(text) & 0xFFFFFFFF)
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    return compile(text, file, "exec")


def function_of(text: str, title: str, name: str, names: dict[str, Any]) -> Any:
    """A function of a text, whose lines tracebacks and the compiler find."""
    names = dict(names, __name__=__name__)
    exec(_compiled_text(text, title), names)
    return names[name]


#: Compiling takes about so long for each line that is spelled out and for the callback, in seconds, and longer where
#: there are more components than so many; the worth of a loop is what it would take as it is.
_LINE, _MANY = 5e-5, 8

#: What loops took as they are, all calls together.
_spent: dict[tuple[Any, ...], float] = {}

#: Whether callbacks are native, all of them.
_natives: dict[tuple[Any, ...], bool] = {}


# What says whether a callback is worth a compiled loop around it.
_PROBE = """def loop(fun, args, t, y):
    {y[i]} = y
    {k[i]} = fun(t, array({y[i]}), *args)
    k[i] = number(k[i])
    return {k[i]}
"""


class Loop:
    """The function ``loop`` of a text, called as it is at first and compiled when there is much to do. ``example``
    is a call of the callback: the callback, its other arguments, time and state."""

    def __init__(self, text: str, name: str, n: int | None, names: dict[str, Any], key: tuple[Any, ...],
                 example: tuple[Any, ...]) -> None:
        self.code, self.names, self.is_spelled = _code(text, name, n), names, n is not None
        self.n, self.example = n, example
        # The same functions come again, and bring what was compiled for them with them.
        self.key = (id(self.code), *key)
        self.cost = _LINE * _lines(text, n) * (1 + (n or 0) / _MANY)
        self.function: Any = None
        #: What was read of the callback for this is there as long as this is.
        self.probe: Any = None

    def _made(self) -> Any:
        names = dict(self.names, __name__=__name__, __builtins__=builtins.__dict__)
        if self.code.co_name == "loop":
            return FunctionType(self.code, names)
        exec(self.code, names)
        return names["loop"]

    def run(self, still: float, arguments: tuple[Any, ...]) -> Any:
        """Calls it, where ``still`` is how long what comes will take as it is."""
        compiled = self._compiled(still)
        if compiled is not None:
            return compiled(*arguments)
        if self.function is None:
            self.function = self._made()
        begin = perf_counter()
        result = self.function(*arguments)
        if len(_spent) > _KEPT:
            _spent.clear()
        _spent[self.key] = _spent.get(self.key, 0.0) + perf_counter() - begin
        return result

    @property
    def seconds(self) -> float:
        """What it took as it is."""
        return _spent.get(self.key, 0.0)

    @property
    def is_compiled(self) -> bool:
        return self.key in _compiled

    def _compiled(self, still: float) -> Any:
        """The compiled function where that is worth it. That of arrays stays as it is."""
        found = _compiled.get(self.key)
        if found is not None:
            _compiled.move_to_end(self.key)
        elif self.is_spelled and still + self.seconds > self.cost and self._is_native():
            found = _compiled[self.key] = jit(self._made())
            while len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
        return found

    def _is_native(self) -> bool:
        key = (_PROBE, *self.key[1:])
        found = _natives.get(key)
        if found is None:
            if len(_natives) > _KEPT:
                _natives.clear()
            fun, args, t, y = self.example
            self.probe = probe = jit(function_of(spelled(_PROBE, self.n or 0), "probe", "loop", self.names))
            try:
                if isinstance(probe, JitFunction):
                    probe(fun, args, t, tuple(y))
            except ArithmeticError:
                pass
            _natives[key] = found = is_native(probe)
        return found


def is_native(probe: Any) -> bool:
    """Whether nothing of what a compiled function called is left to objects: all that is in a loop many times over,
    takes long to compile, and is no quicker then."""
    return isinstance(probe, JitFunction) and probe._is_native()


def names_of(xp: Any, kind: Any, n: int | None) -> dict[str, Any]:
    """What texts take from outside: that are spelled out, or of whole arrays."""
    if n is not None:
        return {"array": xp.array, "number": kind, "larger": max, "sqrt": sqrt, "total": float}
    def scale_of(y: Any, new: Any, rtol: Any, atol: Any) -> Any:
        scale = xp.maximum(abs(y), abs(new))
        scale *= rtol
        scale += atol
        return scale

    return {"array": xp.array, "sqrt": sqrt, "moved": _moved, "scale_of": scale_of, "dot": xp.dot,
            "share": _share_of_complexes if kind is complex else _share,
            "zeros": lambda shape: xp.zeros(shape, dtype=kind), "vector": xp.asarray}


# What is called `total` is nobody else's array.


def _share(total: Any, scale: Any) -> Any:
    total /= scale
    return total


def _share_of_complexes(total: Any, scale: Any) -> Any:
    return abs(total) / scale


def _moved(y: Any, h: float, total: Any) -> Any:
    total *= h
    total += y
    return total


def identity(function: Any) -> Any:
    """What a function is known by: a lambda that is made anew has the same code, and calls the same functions. What
    is compiled looks again at the functions that it is called with, so that others may come to be known so."""
    if isinstance(function, MethodType):
        return id(function.__self__), identity(function.__func__)
    if not isinstance(function, FunctionType):
        return id(function)
    if not function.__closure__:
        return id(function.__code__)
    try:
        inner = [cell.cell_contents for cell in function.__closure__]
    except ValueError:
        return id(function.__code__)
    # A function may be in its own closure.
    return (id(function.__code__), *(id(value.__code__) for value in inner if isinstance(value, FunctionType)))

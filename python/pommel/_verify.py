"""``pommel.jit(verify=True)``: every call is made twice, compiled and by Python, and compared.

Python works on copies of the arguments, the compiled function on the arguments themselves. The states of the
generators of random numbers are put back between. What a call does to anything else (files, global names, what
closures share) is done twice, which nobody can prevent.
"""

from __future__ import annotations

import copy
import reprlib
import struct
import sys
import threading
import traceback
import types

from ._compile import JitFunction
from .exceptions import VerificationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

#: Modules whose generators of random numbers have a state, and what reads and writes it.
_RANDOM = (("random", "getstate", "setstate"), ("numpy.random", "get_state", "set_state"),
           ("pommel.random", "get_state", "set_state"))

#: What is compared by value alone.
_VALUES = (bool, int, str, bytes, range, slice, type(None), type(NotImplemented), type(...))

#: What is the same object in a copy.
_SAME = (type, types.BuiltinFunctionType, types.ModuleType)

#: How deep calls can go depends on who makes them.
_OF_DEPTH = (RecursionError, MemoryError)

#: Errors whose texts are not compared: what PyPy says of a division by zero depends on what it has an integer in.
_IN_OTHER_WORDS: tuple[type[BaseException], ...] = _OF_DEPTH
if sys.implementation.name == "pypy":
    _IN_OTHER_WORDS += (ZeroDivisionError,)

_repr = reprlib.Repr()
_repr.maxother = _repr.maxstring = 200


class _State(threading.local):
    """Which of the two calls this thread is in, if in one."""

    calls: Callable[..., Any] | None = None


_state = _State()


class VerifiedFunction(JitFunction):
    """A compiled function whose calls are compared with Python's."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        if _state.calls is not None:
            # Only the outermost call is made twice: those within it are made as it is.
            return _state.calls(self)(*args, **kwargs)
        return _verified(self, args, kwargs)


def _of_python(function: Any) -> Any:
    return function.__wrapped__


def _compiled(function: Any) -> Any:
    return super(VerifiedFunction, function).__call__


class _Outcome:
    """What a call did: it returned a result, or raised an exception, in these lines of these functions."""

    def __init__(self, which: Callable[..., Any], function: Any, args: Any, kwargs: Any) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self.lines: list[tuple[str, int]] = []
        _state.calls = which
        try:
            self.result = which(function)(*args, **kwargs)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.error = error
            self.lines = [(frame.name, frame.lineno or 0) for frame in traceback.extract_tb(error.__traceback__)
                          if frame.filename != __file__ and not frame.name.endswith("comp>")]
        finally:
            _state.calls = None

    def __repr__(self) -> str:
        if self.error is None:
            return "returns {}".format(_repr.repr(self.result))
        text = "raises {}({})".format(type(self.error).__name__, _repr.repr(str(self.error)))
        return text + "".join(" in {}, line {}".format(*line) for line in self.lines[-1:])


def _verified(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        copies = copy.deepcopy((args, kwargs))
    except Exception as error:
        raise TypeError("a call of {} cannot be verified: its arguments {} cannot be copied ({})".format(
            function.__qualname__, _repr.repr(args), error)) from error
    before = _random_states()
    expected = _Outcome(_of_python, function, *copies)
    after = _random_states()
    for name, (_, write) in before.items():
        write(before[name][0])
    found = _Outcome(_compiled, function, args, kwargs)
    difference = next(_differences(expected, found, copies, (args, kwargs)), None)
    if difference is None:
        states = _random_states()
        difference = next((path for name in after if name in states
                           for path in _compare(after[name][0], states[name][0], "the state of " + name, {})), None)
    if difference is not None:
        message = "compiled, {} does something else than Python\n  {}\n  Python {!r}\n  compiled, it {!r}"
        raise VerificationError(message.format(function.__qualname__, difference, expected, found)) from found.error
    if found.error is not None:
        try:
            raise found.error.with_traceback(_without_own(found.error.__traceback__))
        finally:
            # A traceback leads to this frame, which is not to lead back.
            del expected, found
    return found.result


def _without_own(trace: Any) -> Any:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _random_states() -> dict[str, tuple[Any, Callable[[Any], None]]]:
    """The states of generators of random numbers, and what puts them back."""
    found = {}
    for name, read, write in _RANDOM:
        module = sys.modules.get(name)
        if hasattr(module, read):
            found[name] = getattr(module, read)(), getattr(module, write)
    return found


def _differences(expected: _Outcome, found: _Outcome, copies: Any, own: Any) -> Iterator[str]:
    """Where two calls differ, in words."""
    if (expected.error is None) is not (found.error is None):
        yield "one of them raises an exception"
        return
    seen: dict[int, tuple[Any, Any]] = {}
    if expected.error is None:
        yield from _compare(expected.result, found.result, "the result", seen)
    else:
        yield from _compare(expected.error, found.error, "the exception", seen)
        if not isinstance(expected.error, _OF_DEPTH) and expected.lines != found.lines:
            yield "the lines of the traceback: Python has {}, compiled code {}".format(expected.lines, found.lines)
    if not isinstance(expected.error, _OF_DEPTH):
        for at, pair in enumerate(zip(copies[0], own[0])):
            yield from _compare(*pair, "argument {}".format(at), seen)
        for name in copies[1]:
            yield from _compare(copies[1][name], own[1][name], "argument {!r}".format(name), seen)


def _compare(expected: Any, found: Any, path: str, seen: dict[int, tuple[Any, Any]]) -> Iterator[str]:
    """Where two objects differ. `seen` are pairs of objects that are one, by the first one's address."""
    if expected is found:
        return
    kind = type(expected)
    if kind is not type(found):
        yield "{}: {} and {}".format(path, _with_class(expected), _with_class(found))
        return
    if kind is float or kind is complex:
        if _bits(expected) != _bits(found):
            yield "{}: {!r} and {!r}".format(path, expected, found)
        return
    if kind in _VALUES or isinstance(expected, _SAME):
        if isinstance(expected, _SAME) or expected != found:
            yield "{}: {} and {}".format(path, _repr.repr(expected), _repr.repr(found))
        return
    if kind is not tuple:
        if id(expected) in seen:
            if seen[id(expected)][1] is not found:
                yield "{}: not the object that it was before".format(path)
            return
        seen[id(expected)] = expected, found
    parts, others = list(_parts(expected)), list(_parts(found))
    if len(parts) != len(others):
        yield "{}: {} and {}".format(path, _repr.repr(expected), _repr.repr(found))
        return
    for (name, part), (other_name, other) in zip(parts, others):
        if name != other_name:
            yield "{}: {} and {}".format(path, _repr.repr(expected), _repr.repr(found))
            return
        yield from _compare(part, other, path + name, seen)


def _with_class(value: Any) -> str:
    return "{} ({})".format(_repr.repr(value), type(value).__name__)


def _bits(number: Any) -> Any:
    """A number to the bit; all that are not a number are alike."""
    if type(number) is complex:
        return _bits(number.real), _bits(number.imag)
    return "nan" if number != number else struct.pack("d", number)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object consists of, with what leads there."""
    if isinstance(value, BaseException):
        yield ".__class__", type(value)
        if isinstance(value, _IN_OTHER_WORDS):
            return
        yield " as text", str(value)
        yield ".__cause__", value.__cause__
        yield ".__context__", value.__context__
        yield ".args", value.args
    elif isinstance(value, types.FunctionType):
        yield ".__qualname__", value.__qualname__
        yield ".__defaults__", value.__defaults__
        yield ".__closure__", value.__closure__
    elif isinstance(value, types.CellType):
        yield from (("", content) for content in _content(value))
    elif all(hasattr(value, name) for name in ("dtype", "shape", "tolist")):
        yield ".dtype", str(value.dtype)
        yield ".shape", tuple(value.shape)
        yield "", value.tolist()
    elif isinstance(value, (set, frozenset)):
        # Others than values have a place that depends on their address.
        simple = sorted((item for item in value if type(item) in _VALUES), key=lambda item: (str(type(item)), repr(item)))
        yield " in order", simple
        yield ", how many", len(value)
    elif isinstance(value, dict):
        yield from ((" key {}".format(at), key) for at, key in enumerate(value))
        yield from (("[{}]".format(_repr.repr(key)), item) for key, item in value.items())
    elif isinstance(value, (list, tuple)):
        yield from (("[{}]".format(at), item) for at, item in enumerate(value))
    elif not hasattr(value, "__dict__"):
        yield from _parts_of_others(value)
    if hasattr(value, "__dict__") and not isinstance(value, (BaseException, types.FunctionType)):
        yield from ((".{}".format(name), part) for name, part in vars(value).items())


def _content(cell: types.CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def _parts_of_others(value: Any) -> Iterator[tuple[str, Any]]:
    """The parts of what has no attributes in a dict: as far as a copy would be made of them."""
    if hasattr(value, "__next__"):
        return
    try:
        reduced = value.__reduce_ex__(4)
    except Exception:
        return
    if isinstance(reduced, tuple):
        for at, part in enumerate(reduced[1:]):
            is_iterator = hasattr(part, "__next__")
            yield " part {}".format(at), list(part) if is_iterator else part

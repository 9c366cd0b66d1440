"""``f.lowlevel()``: compiled functions as functions in C, for SciPy's fast callbacks.

See ``docs/how-to/scipy-callbacks.md``, and ``portable/pommel-python/src/jit/lowlevel.rs`` for what is behind it.
"""

from __future__ import annotations

import inspect
import struct
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

_ONE = "double (double)"
_SEVERAL = "double (int, double *)"
_WINDOW = "int (double *, intptr_t, double *, void *)"
_LINES = "int (double *, intptr_t, double *, intptr_t, void *)"
_COORDINATES = "int (intptr_t *, double *, int, int, void *)"

#: The signatures by the functions of SciPy that take them; nothing for those that take several.
_USERS = {"quad": None, "dblquad": None, "tplquad": None, "nquad": None, "generic_filter": _WINDOW,
          "generic_filter1d": _LINES, "geometric_transform": _COORDINATES}

#: All signatures: how many arguments the function in Python has, or nothing if that is left open.
_SIGNATURES: dict[str, int | None] = {
    _ONE: 1, "double (double, void *)": 1, _SEVERAL: None, "double (int, double *, void *)": None,
    _WINDOW: 1, _LINES: 2, _COORDINATES: 1,
}


#: Those that are given the user's data, by those that are not.
_WITH_DATA = {_ONE: "double (double, void *)", _SEVERAL: "double (int, double *, void *)"}

#: How further arguments are told to machine code.
_LETTERS = {float: "d", int: "q", bool: "?"}


def lowlevel(function: Any, signature: str | None, ndim: int, args: tuple[Any, ...] = ()) -> Any:
    """What :meth:`pommel._compile.JitFunction.lowlevel` gives."""
    if not isinstance(args, tuple):
        raise TypeError("argument 'args' must be a tuple of further arguments, not {!r}".format(args))
    words = data(args)
    if words is None:
        raise TypeError("argument 'args': C can give floats, bools and integers of 64 bits, and these are others: "
                        "{!r}".format(args))
    least, most = _arguments(function)
    signature = _signature(function, signature, least - len(args))
    if args:
        signature = _WITH_DATA.get(signature, signature)
    wanted = _SIGNATURES[_spelled(signature)]
    if wanted is not None and not least <= wanted + len(args) <= most:
        raise TypeError("argument 'signature': {!r} calls the function with {}, and {} takes {}: {}".format(
            signature, _counted(wanted + len(args)), function.__qualname__, _range(least, most),
            _remedy(_spelled(signature))))
    if isinstance(ndim, bool) or not isinstance(ndim, int) or not 1 <= ndim <= 32:
        raise ValueError("argument 'ndim' must be the number of axes of the output, from 1 to 32, not {!r}".format(
            ndim))
    count = ndim if _spelled(signature) == _COORDINATES else wanted or max(least - len(args), 1)
    capsule, reason = made(function, signature, count, words[0])
    if reason is not None and function._strict:
        raise TypeError("the function {} is strict, and as {!r} it would be called by way of Python: {}".format(
            function.__qualname__, signature, reason))
    scipy = sys.modules.get("scipy")
    if scipy is not None:
        return scipy.LowLevelCallable(capsule, words[1])
    if args:
        raise TypeError("argument 'args' is for a scipy.LowLevelCallable: import scipy before")
    return capsule


def made(function: Any, signature: str, count: int, letters: str) -> tuple[Any, str | None]:
    """The capsule of a function that C calls with ``count`` arguments, behind which there are further ones, and why
    it is called by way of Python, if it is."""
    from ._compile import JitFunction, explain

    reason = explain(function).reason
    if reason is not None:
        raise TypeError("the function {} cannot be compiled, and so is no function in C: {}; pass the function "
                        "itself".format(function.__qualname__, reason))
    # Others do more in a call than the function itself.
    other = None if type(function) is JitFunction else "with verify each call is made twice"
    by_array = _of_lines if _spelled(signature) == _LINES else _of_window
    found: tuple[Any, str | None] = function._lowlevel(signature, count, letters, by_array, other)
    return found


def data(args: tuple[Any, ...]) -> tuple[str, Any] | None:
    """Further arguments: a letter for each, and the user's data of a ``LowLevelCallable``. Nothing if they are not
    numbers that machine code has."""
    if not args:
        return "", None
    letters = "".join([_LETTERS.get(type(number), "") for number in args])
    if len(letters) != len(args):
        return None
    import ctypes

    try:
        words = struct.pack("=" + letters.replace("?", "q"), *args)
    except struct.error:
        return None
    return letters, ctypes.cast(ctypes.create_string_buffer(words, len(words)), ctypes.c_void_p)


def _spelled(signature: str) -> str:
    """A signature with SciPy's oldest name for a type."""
    return signature.replace("npy_intp", "intptr_t")


def _signature(function: Any, signature: str | None, least: int) -> str:
    if signature is None or signature in _USERS:
        found = None if signature is None else _USERS[signature]
        return found or (_ONE if least <= 1 else _SEVERAL)
    if not isinstance(signature, str):
        raise TypeError("argument 'signature' must be a string, not {!r}: a signature in C, or the name of the "
                        "function of SciPy".format(signature))
    if _spelled(signature) not in _SIGNATURES:
        known = ", ".join(map(repr, [*_USERS, *_SIGNATURES]))
        raise ValueError("argument 'signature': {!r} is no signature that SciPy takes; take one of {}".format(
            signature, known))
    return signature


def _arguments(function: Any) -> tuple[int, float]:
    """How many positional arguments a function takes, at least and at most."""
    least, most = 0, 0.0
    for parameter in inspect.signature(function.__wrapped__).parameters.values():
        is_required = parameter.default is parameter.empty
        if parameter.kind is parameter.VAR_POSITIONAL:
            most = float("inf")
        elif parameter.kind is parameter.KEYWORD_ONLY and is_required:
            raise TypeError("the function {} needs {!r} by keyword, which C cannot give: make it positional, or give "
                            "it a default".format(function.__qualname__, parameter.name))
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            least, most = least + is_required, most + 1
    if not most:
        raise TypeError("the function {} takes no arguments, and C gives it some: give it a parameter".format(
            function.__qualname__))
    return least, most


def _counted(count: float) -> str:
    return "1 argument" if count == 1 else "{} arguments".format(count)


def _range(least: int, most: float) -> str:
    if most == float("inf"):
        return "{} or more".format(least)
    return "{}".format(least) if least == most else "{} to {:g}".format(least, most)


def _remedy(signature: str) -> str:
    if signature in (_ONE, "double (double, void *)"):
        return "leave the signature out, or give the others defaults"
    return {_WINDOW: "it gets an array with the window", _LINES: "it gets the line and the array to write to",
            _COORDINATES: "it gets a tuple of coordinates"}[signature]


def _array(data: bytes) -> Any:
    """An array of a copy, as SciPy makes one for a function in Python: of NumPy if the program has imported it."""
    library: Any = sys.modules.get("numpy")
    if library is None:
        import pommel as library
    return library.frombuffer(bytearray(data))


def _of_window(function: Callable[..., Any], data: bytes, *args: Any) -> Any:
    return function(_array(data), *args)


def _of_lines(function: Callable[..., Any], line: bytes, room: bytes, *args: Any) -> list[float]:
    output = _array(room)
    function(_array(line), output, *args)
    written: list[float] = output.tolist()
    return written

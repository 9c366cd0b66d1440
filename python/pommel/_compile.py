"""``pommel.jit``, which compiles ordinary functions, and ``pommel.explain``, which says what became of one."""

from __future__ import annotations

from types import FunctionType

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: What POMMEL_JIT may say: functions are compiled where that pays; always; never; or, for those who work on
#: the compiler, what it read is done instruction by instruction, without machine code.
_MODES = ("on", "always", "off", "plain")


class JitFunction(_native.JitFunction):
    """A compiled function. It is called as the function that it was made of, which is ``__wrapped__``."""

    def __repr__(self) -> str:
        return "<pommel.jit function {} of module {}>".format(self.__qualname__, self.__module__)

    def __reduce__(self) -> str:
        # By name, as functions are: a copy is the function itself.
        return self.__qualname__

    #: Whether what is left to Python is an error.
    _strict = False

    def lowlevel(self, signature: str | None = None, *, ndim: int = 2, args: tuple[Any, ...] = ()) -> Any:
        """The function as one in C, for SciPy's fast callbacks: a ``scipy.LowLevelCallable`` if the program has
        imported SciPy, else the capsule that one is made of.

        ``signature`` is one in C, or the name of the function of SciPy that is to call it. Without it floats
        are given and one is wanted, as ``quad`` and ``nquad`` do. ``ndim`` is for ``geometric_transform``: how
        many coordinates there are for the most part. ``args`` are further arguments, which are numbers; then
        SciPy has to be there.

        :func:`explain` says whether it needs Python. For a function that was made with ``strict`` it is an error
        if it does.
        """
        from ._lowlevel import lowlevel

        return lowlevel(self, signature, ndim, args)


# Functions become methods without a call, too.
JitFunction._bind_directly()


def jit(function: Any = None, *, strict: bool = False, fastmath: bool = False, nogil: bool | None = None,
        verify: bool = False) -> Any:
    """Makes an ordinary function fast, with exactly Python's meaning: ``@pommel.jit``.

    The function is compiled when it is called, for the types that it is called with. What cannot be
    compiled runs as it is, unless ``strict`` makes that an error.

    With ``fastmath`` floats may be other ones in their last bits, in this function and what it calls: sines,
    cosines, exponentials and logarithms within two units in the last place, ``x ** 2`` a product, a product
    and a sum rounded once. Exceptions stay what they are.

    Loops that touch no objects let other threads run Python meanwhile; with ``nogil=False`` they do not.

    With ``verify`` the function itself is called as well, with copies of the arguments, before each call; where
    the results, the exceptions or what became of the arguments differ, that is a ``VerificationError``.

    The environment variable ``POMMEL_JIT=off`` gives functions back unchanged, and so does PyPy 7.3, which
    compiles functions itself.

    >>> import pommel as pm
    >>> @pm.jit
    ... def norm(x, y):
    ...     return (x * x + y * y) ** 0.5
    >>> norm(3.0, 4.0)
    5.0
    """
    if function is None:
        def decorate(function: Any) -> Any:
            return jit(function, strict=strict, fastmath=fastmath, nogil=nogil, verify=verify)
        return decorate
    if fastmath and verify:
        raise ValueError("verify compares floats to the last bit, which fastmath gives up: leave out one of them")
    if isinstance(function, (staticmethod, classmethod)):
        inner = jit(function.__func__, strict=strict, fastmath=fastmath, nogil=nogil, verify=verify)
        return type(function)(inner)
    mode = _mode()
    if isinstance(function, JitFunction):
        function = function.__wrapped__
    if not isinstance(function, FunctionType):
        raise TypeError("argument 'function' must be a function that is written in Python, not {!r}".format(
            function))
    if mode == "off" or not _native.host()[0]:
        # Calls through PyPy's own HPy cost much, and PyPy compiles functions itself.
        return function
    made = _new(verify)
    made._prepare(function, _source(function), mode, bool(fastmath), _detaches(nogil))
    return _compiled_function(made, function, strict)


def _new(verify: bool) -> JitFunction:
    if not verify:
        return JitFunction()
    from ._verify import VerifiedFunction

    return VerifiedFunction()


def _detaches(nogil: bool | None) -> bool:
    """Whether loops without objects let others run Python: there may be no lock that they have to give up."""
    import sys

    has_gil: Any = getattr(sys, "_is_gil_enabled", None)
    return nogil is not False and (has_gil is None or has_gil())


def _mode() -> str:
    """What POMMEL_JIT says."""
    from os import environ

    mode = environ.get("POMMEL_JIT", "") or "on"
    if mode not in _MODES:
        raise ValueError('POMMEL_JIT is "{}": set it to on, off or always, or unset it'.format(mode))
    return mode


def _compiled_function(made: JitFunction, function: FunctionType, strict: bool) -> JitFunction:
    vars(made).update(vars(function))
    made.__wrapped__ = function  # type: ignore[attr-defined]
    made.__name__ = function.__name__  # type: ignore[attr-defined]
    made.__qualname__ = function.__qualname__
    made.__module__ = function.__module__
    made.__doc__ = function.__doc__
    if strict:
        reason = explain(made).reason
        if reason is not None:
            raise TypeError("the function {} cannot be compiled: {}".format(function.__qualname__, reason))
        made._strict = True
    return made


def _source(function: FunctionType) -> str:
    """The text of the module, the cell or the snippet that a function stands in; empty if there is none."""
    import linecache

    file = function.__code__.co_filename
    if not file.startswith("<"):
        linecache.checkcache(file)
    return "".join(linecache.getlines(file, function.__globals__))


class Note:
    """Something that compiled code leaves to Python: ``what`` it is, on which ``line`` of which ``function``."""

    def __init__(self, what: str, function: str, place: tuple[int, int, int, int], text: str) -> None:
        self.what, self.function, self.line = what, function, place[0]
        _, column, end_line, end_column = place
        self._marks = _marked(text, 1, column, 1 + end_line - self.line, end_column)

    def __repr__(self) -> str:
        head = "line {}, in {}: {}".format(self.line, self.function, self.what)
        return "\n".join([head, *self._marks])


#: So many notes of a specialisation are shown.
_SHOWN = 12


class Specialisation:
    """What a function was compiled to for ``arguments`` of some types: ``typed``, its typed form, and
    ``machine``, its machine code, as texts; ``notes`` say what in it is done on objects by Python."""

    def __init__(self, arguments: str, typed: str, machine: str, notes: list[Any]) -> None:
        self.arguments, self.typed, self.machine = arguments, typed, machine
        self.notes = [Note(*note) for note in notes]

    def __repr__(self) -> str:
        return "for ({})".format(self.arguments)

    def _lines(self) -> list[str]:
        if not self.notes:
            return ["  compiled {!r}, all of it".format(self)]
        lines = ["  compiled {!r}, but for".format(self)]
        for note in self.notes[:_SHOWN]:
            lines += ["    " + line for line in repr(note).split("\n")]
        if len(self.notes) > _SHOWN:
            lines.append("    and {} more places: see notes".format(len(self.notes) - _SHOWN))
        return lines


class Explanation:
    """What became of a function: ``reason`` says why it is not compiled, and is ``None`` if it can be.

    ``specialisations`` are what it was compiled to; ``refused`` says why it was not for the last arguments
    for which it was not. ``seconds`` were spent on compiling so far. ``callables`` are the signatures of functions
    in C that it was made of, each with why that is called by way of Python, or ``None`` if it is native.
    """

    def __init__(self, compiled: Any) -> None:
        function, found = compiled.__wrapped__, compiled._unsupported()
        made, self.refused = compiled._compiled()
        self.seconds: float = compiled._seconds()
        self.specialisations = [Specialisation(*texts) for texts in made]
        self.callables: list[tuple[str, str | None]] = compiled._callables()
        self.function: FunctionType = function
        self.reason: str | None = None
        self.line: int | None = None
        self._marks: list[str] = []
        if found is None:
            return
        self.reason, line, column, end_line, end_column = found
        if line:
            self.line = line
            self._marks = _marked(_source(function), line, column, end_line, end_column)

    def __str__(self) -> str:
        name = self.function.__qualname__
        if self.reason is None:
            lines = ["{} can be compiled".format(name)]
            for made in self.specialisations:
                lines += made._lines()
            if self.refused is not None:
                lines.append("  not for the last other arguments: {}".format(self.refused))
            for signature, reason in self.callables:
                how = "native" if reason is None else "by way of Python: {}".format(reason)
                lines.append("  called from C as {}, {}".format(signature, how))
            return "\n".join(lines)
        if self.line is None:
            return "{} is not compiled: {}".format(name, self.reason)
        head = '  File "{}", line {}, in {}'.format(self.function.__code__.co_filename, self.line,
                                                   self.function.__name__)
        return "\n".join(["{} is not compiled: {}".format(name, self.reason), head, *self._marks])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        """The function with its lines coloured, for notebooks."""
        from ._pages import html_of

        return html_of(self)


def _marked(source: str, line: int, column: int, end_line: int, end_column: int) -> list[str]:
    """A line of a source and below it marks under a part; columns are counted in bytes."""
    lines = source.split("\n")
    if line > len(lines):
        return []
    data = lines[line - 1].encode()
    if end_line != line:
        end_column = len(data)
    start = len(data[:column].decode(errors="replace"))
    marked = len(data[column:end_column].decode(errors="replace").rstrip())
    text = data.decode()
    bare = text.lstrip()
    indent = len(text) - len(bare)
    return ["    " + bare, "    " + " " * (start - indent) + "^" * max(marked, 1)]


def explain(function: Callable[..., Any]) -> Explanation:
    """Says what became of a function of :func:`jit`: whether it can be compiled, and what is in the way.

    >>> import pommel as pm
    >>> @pm.jit
    ... def double(x):
    ...     return x + x
    >>> pm.explain(double)
    double can be compiled
    """
    function = getattr(function, "__func__", function)
    if not isinstance(function, JitFunction):
        raise TypeError("argument 'function' must be what pommel.jit gave, not {!r}".format(function))
    return Explanation(function)

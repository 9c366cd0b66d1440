"""SciPy's functions that call a function again and again, with the function compiled as one in C.

``quad``, ``dblquad``, ``tplquad``, ``nquad``, ``generic_filter``, ``generic_filter1d`` and ``geometric_transform``
take what those of SciPy take, and give what those give. Where a function cannot be one in C, SciPy gets it as it is.
See ``docs/how-to/scipy-callbacks.md``.
"""

from __future__ import annotations

from math import inf, prod
from time import perf_counter
from types import FunctionType

from numpy import shape as _shape_of
from numpy import size as _size_of
from scipy import LowLevelCallable, integrate, ndimage

from ._auto import _is_lively
from ._compile import JitFunction, explain, jit
from ._lowlevel import _COORDINATES, _LINES, _ONE, _SEVERAL, _WINDOW, _WITH_DATA, data, made

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

__all__ = ["dblquad", "generic_filter", "generic_filter1d", "geometric_transform", "nquad", "quad", "tplquad"]

#: A plain function is compiled once its calls took so many seconds, which is what compiling takes,
_WORTH = 0.005
#: or before it is called so often.
_MANY = 5000

#: So many callbacks are known at once.
_KEPT = 64

_callbacks: dict[Any, _Callback] = {}

_quad = integrate.quad


class _Callback:
    """What SciPy is given for a function: the function as it is at first, and one in C once that pays."""

    def __init__(self, function: Any, signature: str, count: int, letters: str) -> None:
        self.given: Any = function
        self.function: Any = function
        self.signature, self.count, self.letters = signature, count, letters
        #: The code that it has now: another one is another callback.
        self.code = function.__code__ if type(function) is FunctionType else None
        self.seconds = 0.0
        #: What to make a function in C of; nothing as long as there is none.
        self.capsule: Any = None
        self.is_decided = False
        if self.code is None or _is_lively(self.code):
            self.decide()

    def decide(self) -> None:
        """Compiles the function, and finds out whether it can be called without Python."""
        self.is_decided = True
        compiled: Any = jit(self.function) if type(self.function) is FunctionType else self.function
        if not isinstance(compiled, JitFunction) or explain(compiled).reason is not None:
            return
        self.function = compiled
        try:
            capsule, reason = made(compiled, self.signature, self.count, self.letters)
        except (TypeError, RuntimeError):
            # It gives no numbers, or there are no functions in C here.
            return
        if reason is None:
            self.capsule = LowLevelCallable(capsule)
            if self.signature == _ONE and self.code is not None:
                _ready[self.given] = self.code, self.capsule
        elif self.function._strict:
            raise TypeError("the function {} is strict, and as {!r} it would be called by way of Python: {}".format(
                self.function.__qualname__, self.signature, reason))

    def is_old(self) -> bool:
        """Whether the function has other code now."""
        return self.code is not None and self.code is not self.given.__code__

    def bound(self, words: Any) -> Any:
        """The function in C with further arguments."""
        return self.capsule if words is None else LowLevelCallable(self.capsule.function, words)


def _callback(function: Any, signature: str, count: int, letters: str = "") -> _Callback | None:
    """What is known of a function that is called with ``count`` numbers, or other arguments of a signature, and
    further ones. Nothing for what SciPy has to call itself."""
    if not isinstance(function, (FunctionType, JitFunction)):
        return None
    key = function, signature, count, letters
    found = _callbacks.get(key)
    if found is None or found.is_old():
        found = _Callback(function, _WITH_DATA.get(signature, signature) if letters else signature, count, letters)
        _callbacks.pop(key, None)
        while len(_callbacks) >= _KEPT:
            oldest = _callbacks.pop(list(_callbacks)[0], None)
            _ready.pop(oldest and oldest.given, None)
        _callbacks[key] = found
    return found


def _own(error: SystemError) -> BaseException:
    """The function's exception, which the interpreter found when SciPy came back from C."""
    cause = error.__cause__
    return error if cause is None or "with an exception set" not in str(error) else cause


def _run(function: Any, signature: str, count: int, args: tuple[Any, ...], many: float,
         call: Callable[[Any, tuple[Any, ...]], Any]) -> Any:
    """Calls SciPy with what there is for a function, and the arguments that SciPy is to give it."""
    words = data(args)
    callback = None if words is None else _callback(function, signature, count, words[0])
    if words is None or callback is None:
        return call(function, args)
    if not callback.is_decided and (many > _MANY or callback.seconds > _WORTH):
        callback.decide()
    if callback.capsule is None:
        begin = perf_counter()
        result = call(callback.function, args)
        callback.seconds += perf_counter() - begin
        return result
    try:
        return call(callback.bound(words[1]), ())
    except SystemError as caught:
        error = _own(caught)
    raise error


#: The functions in C of integrands that are called with one float, each with the code that it was made of.
_ready: dict[Any, tuple[Any, Any]] = {}

_NO_ARGS: tuple[Any, ...] = ()


def quad(func: Any, a: float, b: float, args: Any = _NO_ARGS, *more: Any, **options: Any) -> Any:
    """``scipy.integrate.quad``: the integral of a function from ``a`` to ``b``.

    >>> from math import exp
    >>> from pommel.scipy import quad
    >>> value, error = quad(lambda x: exp(-x * x), 0, 1)
    >>> round(value, 12)
    0.746824132812
    """
    if args is _NO_ARGS and not options and type(func) is FunctionType and not more:
        # The shortest way: all the rest takes as long as a cheap integral.
        ready = _ready.get(func)
        if ready is not None and ready[0] is func.__code__:
            try:
                return _quad(ready[1], a, b)
            except SystemError as caught:
                error = _own(caught)
            raise error
    if not isinstance(args, tuple):
        args = (args,)
    # SciPy calls the function itself where it turns it round, or takes it apart.
    if len(more) > 5 or options.get("complex_func") or "weight" in options and -inf in (a, b):
        return _quad(func, a, b, args, *more, **options)
    return _run(func, _ONE, 1, args, 0, lambda f, args: _quad(f, a, b, args, *more, **options))


def dblquad(func: Any, a: float, b: float, gfun: Any, hfun: Any, args: Any = (), *more: Any, **options: Any) -> Any:
    """``scipy.integrate.dblquad``: the integral of ``func(y, x)`` for x from ``a`` to ``b`` and y from ``gfun(x)`` to
    ``hfun(x)``.

    >>> from pommel.scipy import dblquad
    >>> round(dblquad(lambda y, x: x * y, 0, 1, 0, lambda x: x)[0], 12)
    0.125
    """
    return _run(func, _SEVERAL, 2, tuple(args), inf,
                lambda f, args: integrate.dblquad(f, a, b, gfun, hfun, args, *more, **options))


def tplquad(func: Any, a: float, b: float, gfun: Any, hfun: Any, qfun: Any, rfun: Any, args: Any = (), *more: Any,
            **options: Any) -> Any:
    """``scipy.integrate.tplquad``: the integral of ``func(z, y, x)`` for x from ``a`` to ``b``, y from ``gfun(x)`` to
    ``hfun(x)`` and z from ``qfun(x, y)`` to ``rfun(x, y)``."""
    return _run(func, _SEVERAL, 3, tuple(args), inf,
                lambda f, args: integrate.tplquad(f, a, b, gfun, hfun, qfun, rfun, args, *more, **options))


def nquad(func: Any, ranges: Any, args: Any = None, opts: Any = None, *more: Any, **options: Any) -> Any:
    """``scipy.integrate.nquad``: the integral of ``func(x0, x1, ...)`` over several ranges."""
    ranges, given = list(ranges), () if args is None else tuple(args)
    opts = list(opts) if isinstance(opts, (list, tuple)) else opts
    # With weights SciPy may call the function itself.
    if any(callable(each) or each and "weight" in each for each in (opts if isinstance(opts, list) else [opts])):
        return integrate.nquad(func, ranges, args, opts, *more, **options)
    if given and any(map(callable, ranges)):
        # These are given the further arguments, too, and so SciPy has to have them, as floats.
        if not all(type(number) is float for number in given):
            return integrate.nquad(func, ranges, args, opts, *more, **options)
        return _run(func, _SEVERAL, len(ranges) + len(given), (), inf,
                    lambda f, _: integrate.nquad(f, ranges, given, opts, *more, **options))
    return _run(func, _SEVERAL, len(ranges), given, inf,
                lambda f, args: integrate.nquad(f, ranges, args, opts, *more, **options))


def _filter(signature: str, function: Any, count: int, many: float, is_long: bool, arguments: Any, keywords: Any,
            call: Callable[..., Any]) -> Any:
    """Calls a function of ``scipy.ndimage`` with what there is for a function. ``call`` takes that, and what SciPy is
    to give it."""
    given = {"extra_arguments": arguments} if arguments else {}
    given.update({"extra_keywords": keywords} if keywords else {})
    takes = 2 if signature == _LINES else 1
    extra = _positional(function, takes, arguments, keywords)
    # Further arguments may be given by position.
    if extra is None or is_long:
        return call(function, given)
    return _run(function, signature, count, extra, many,
                lambda f, _: call(f, {} if isinstance(f, LowLevelCallable) else given))


def _positional(function: Any, takes: int, arguments: Any, keywords: Any) -> tuple[Any, ...] | None:
    """Further arguments as positional ones; nothing if they are no such."""
    extra = tuple(arguments)
    if not keywords:
        return extra
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    if code is None:
        return None
    names = code.co_varnames[takes + len(extra):code.co_argcount][:len(keywords)]
    if set(names) != set(keywords) or takes + len(extra) < code.co_posonlyargcount:
        return None
    return (*extra, *[keywords[name] for name in names])


def generic_filter(input: Any, function: Any, *more: Any, extra_arguments: Sequence[Any] = (),
                   extra_keywords: Any = None, **options: Any) -> Any:
    """``scipy.ndimage.generic_filter``: what a function gives for the window around each element."""
    return _filter(_WINDOW, function, 1, _size_of(input), len(more) > 6, extra_arguments, extra_keywords,
                   lambda f, given: ndimage.generic_filter(input, f, *more, **given, **options))


def generic_filter1d(input: Any, function: Any, filter_size: int, *more: Any, extra_arguments: Sequence[Any] = (),
                     extra_keywords: Any = None, **options: Any) -> Any:
    """``scipy.ndimage.generic_filter1d``: what a function writes for each line along an axis."""
    return _filter(_LINES, function, 2, _size_of(input), len(more) > 5, extra_arguments, extra_keywords,
                   lambda f, given: ndimage.generic_filter1d(input, f, filter_size, *more, **given, **options))


def geometric_transform(input: Any, mapping: Any, output_shape: Any = None, *more: Any,
                        extra_arguments: Sequence[Any] = (), extra_keywords: Any = None, **options: Any) -> Any:
    """``scipy.ndimage.geometric_transform``: the elements of an array at the places that a function gives."""
    shape = _shape_of(input) if output_shape is None else tuple(output_shape)
    return _filter(_COORDINATES, mapping, len(shape), prod(shape), len(more) > 5, extra_arguments, extra_keywords,
                   lambda f, given: ndimage.geometric_transform(input, f, shape, *more, **given, **options))

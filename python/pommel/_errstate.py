"""What happens after errors of arithmetic: ``errstate``, ``seterr``, ``geterr``, ``seterrcall``."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar

    Function = TypeVar("Function", bound=Callable[..., Any])
    Handler = Callable[[str, int], Any]

_KINDS = ("divide", "over", "under", "invalid")
_handler: Handler | None = None


def geterr() -> dict[str, str]:
    """What is done after each kind of error, as a dict.

    >>> import pommel as pm
    >>> pm.geterr()["divide"]
    'warn'
    """
    return dict(zip(_KINDS, _native.get_modes()))


def seterr(all: str | None = None, divide: str | None = None, over: str | None = None,
           under: str | None = None, invalid: str | None = None) -> dict[str, str]:
    """Sets what is done after each kind of error in this thread; returns what was done until now.

    Each is 'ignore', 'warn', 'raise' (``FloatingPointError``) or 'call' (the function of
    ``seterrcall``).

    >>> import pommel as pm
    >>> before = pm.seterr(divide="ignore")
    >>> pm.array([1.0]) / 0
    array([inf])
    >>> _ = pm.seterr(**before)
    """
    before = geterr()
    given = (divide, over, under, invalid)
    _native.set_modes([
        next(mode for mode in (mode, all, before[kind]) if mode is not None)
        for kind, mode in zip(_KINDS, given)
    ])
    return before


def seterrcall(function: Handler | None) -> Handler | None:
    """Sets the function that 'call' calls with the text and the flag of an error; returns the last.

    >>> import pommel as pm
    >>> before = pm.seterrcall(lambda text, flag: print(text))
    >>> with pm.errstate(divide="call"):
    ...     print(pm.array([1.0]) / 0)
    divide by zero
    [inf]
    >>> _ = pm.seterrcall(before)
    """
    global _handler
    if function is not None and not callable(function):
        raise ValueError("argument 'function' must be callable or None, not {!r}".format(function))
    before, _handler = _handler, function
    return before


def _called(text: str, flag: int) -> None:
    if _handler is None:
        raise NameError("errors are to be handled by a function, and seterrcall() was given none")
    _handler(text, flag)


class errstate:
    """A context in which other things happen after errors of arithmetic; also a decorator.

    >>> import pommel as pm
    >>> with pm.errstate(divide="ignore"):
    ...     print(pm.array([1.0]) / 0)
    [inf]
    """

    def __init__(self, *, call: Handler | None = None, all: str | None = None,
                 divide: str | None = None, over: str | None = None, under: str | None = None,
                 invalid: str | None = None) -> None:
        self._wanted = dict(all=all, divide=divide, over=over, under=under, invalid=invalid)
        self._call = call

    def __enter__(self) -> None:
        self._before = seterr(**self._wanted)
        if self._call is not None:
            self._before_call = seterrcall(self._call)

    def __exit__(self, *exception: Any) -> None:
        seterr(**self._before)
        if self._call is not None:
            seterrcall(self._before_call)

    def __call__(self, function: Function) -> Function:
        from functools import wraps

        @wraps(function)
        def within(*args: Any, **kwargs: Any) -> Any:
            with type(self)(call=self._call, **self._wanted):
                return function(*args, **kwargs)

        return within  # type: ignore[return-value]

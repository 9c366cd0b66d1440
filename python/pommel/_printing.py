"""The text of arrays with options of its own: ``array2string``, ``printoptions`` and others."""

from __future__ import annotations

from contextlib import contextmanager

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator


@contextmanager
def printoptions(**options: Any) -> Iterator[dict[str, Any]]:
    """A context in which ``set_printoptions`` has set options; those before come back at its end.

    >>> import pommel as pm
    >>> with pm.printoptions(precision=2):
    ...     print(pm.array([2.0 / 3.0]))
    [0.67]
    """
    before = _native.get_printoptions()
    _native.set_printoptions(**options)
    try:
        yield _native.get_printoptions()
    finally:
        _native.set_printoptions(**before)


def array2string(a: Any, max_line_width: int | None = None, precision: int | None = None,
                 suppress_small: bool | None = None, separator: str = " ", prefix: str = "", *,
                 threshold: int | None = None, edgeitems: int | None = None,
                 sign: str | None = None, floatmode: str | None = None, suffix: str = "") -> str:
    """The elements of an array in brackets; what is not given is as ``set_printoptions`` says.

    ``separator`` stands between elements. Lines are indented by the length of ``prefix``, and
    leave that of ``suffix`` free.

    >>> import pommel as pm
    >>> pm.array2string(pm.array([1.0, 0.25]), separator=", ", floatmode="fixed", precision=3)
    '[1.000, 0.250]'
    """
    with printoptions(linewidth=max_line_width, precision=precision, suppress=suppress_small,
                      threshold=threshold, edgeitems=edgeitems, sign=sign, floatmode=floatmode):
        return _native._elements_text(_native.asarray(a), separator, len(prefix), len(suffix))


def array_repr(arr: Any, max_line_width: int | None = None, precision: int | None = None,
               suppress_small: bool | None = None) -> str:
    """The text that makes the array again, as ``repr`` gives it, with options of its own.

    >>> import pommel as pm
    >>> pm.array_repr(pm.array([0.125]), precision=2)
    'array([0.12])'
    """
    with printoptions(linewidth=max_line_width, precision=precision, suppress=suppress_small):
        return repr(_native.asarray(arr))


def array_str(a: Any, max_line_width: int | None = None, precision: int | None = None,
              suppress_small: bool | None = None) -> str:
    """The text of the array, as ``str`` gives it, with options of its own.

    >>> import pommel as pm
    >>> pm.array_str(pm.array([0.125]), precision=2)
    '[0.12]'
    """
    with printoptions(linewidth=max_line_width, precision=precision, suppress=suppress_small):
        return str(_native.asarray(a))

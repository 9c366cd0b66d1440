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


def base_repr(number: int, base: int = 2, padding: int = 0) -> str:
    """An integer in the digits of a base from 2 to 36, with so many zeros in front.

    >>> import pommel as pm
    >>> pm.base_repr(-255, 16)
    '-FF'
    """
    from operator import index

    number, base = index(number), index(base)
    if not 2 <= base <= 36:
        raise ValueError("argument 'base' must be from 2 to 36, not {}".format(base))
    rest, digits = abs(number), ""
    while rest:
        rest, digit = divmod(rest, base)
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[digit] + digits
    if not digits:
        # The one zero is among those in front.
        digits, padding = "0", max(padding - 1, 0)
    return "-" * (number < 0) + "0" * padding + digits


def binary_repr(num: int, width: int | None = None) -> str:
    """An integer in binary digits, with zeros in front of them; with a width, a negative one is its
    two's complement.

    >>> import pommel as pm
    >>> pm.binary_repr(-3), pm.binary_repr(-3, 4)
    ('-11', '1101')
    """
    from operator import index

    num = index(num)
    if width is None:
        return "{:b}".format(num)
    if num < 0:
        needed = (-num - 1).bit_length() + 1
        digits = "{:b}".format(num & (1 << max(needed, width)) - 1)
    else:
        digits = "{:b}".format(num)
    if len(digits) > width:
        raise ValueError("argument 'width' must be {} or more for {}, not {}".format(
            len(digits), num, width))
    return digits.rjust(width, "0")

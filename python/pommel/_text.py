"""Arrays from text and as text: ``loadtxt``, ``savetxt``, ``genfromtxt`` and ``fromstring``."""

from __future__ import annotations

import os
from itertools import islice

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

    from ._native import ndarray

#: Modules of the standard library that open compressed files, by the endings of their names.
_COMPRESSED = {".gz": "gzip", ".bz2": "bz2", ".xz": "lzma", ".lzma": "lzma"}


def _open(path: Any, mode: str, encoding: str | None) -> Any:
    """A text file, which may be compressed."""
    path = os.fspath(path)
    module = _COMPRESSED.get(os.path.splitext(path)[1])
    opener = __import__(module).open if module else open
    return opener(path, mode + "t", encoding=encoding)


def _lines(source: Any, encoding: str | None) -> Iterator[str]:
    """The lines of a path, a file, or an iterable of lines, which may be bytes."""
    if isinstance(source, (str, os.PathLike)):
        with _open(source, "r", encoding) as opened:
            yield from opened
        return
    for line in source:
        yield line.decode(encoding or "latin1") if isinstance(line, bytes) else line


def _truth(text: str) -> bool:
    return {"True": True, "False": False}[text] if text in ("True", "False") else bool(int(text))


def _complex(text: str) -> complex:
    return complex(text.replace(" ", "").replace("+-", "-"))


#: What makes an element of a text, by the kind of the type.
_PARSERS: dict[str, Callable[[str], Any]] = {
    "b": _truth, "i": int, "u": int, "f": float, "c": _complex,
}


class _Table:
    """How the lines of a text are taken apart."""

    def __init__(self, comments: Any, delimiter: str | None, usecols: Any) -> None:
        if comments is None:
            comments = ()
        elif isinstance(comments, (str, bytes)):
            comments = (comments,)
        self.comments = [c.decode("latin1") if isinstance(c, bytes) else c for c in comments]
        self.delimiter = delimiter.decode("latin1") if isinstance(delimiter, bytes) else delimiter
        if usecols is not None and not hasattr(usecols, "__iter__"):
            usecols = (usecols,)
        self.usecols = usecols if usecols is None else [use.__index__() for use in usecols]

    def fields(self, line: str) -> list[str]:
        """The fields of a line; none of an empty one or a comment."""
        for comment in self.comments:
            line = line.partition(comment)[0]
        line = line.strip("\r\n")
        if not line.strip():
            return []
        if self.delimiter is None:
            return line.split()
        return [field.strip() for field in line.split(self.delimiter)]

    def columns(self, fields: list[str], row: int) -> list[tuple[int, str]]:
        """The wanted fields with the numbers of their columns."""
        if self.usecols is None:
            return list(enumerate(fields))
        wanted = []
        for use in self.usecols:
            if not -len(fields) <= use < len(fields):
                raise ValueError("argument 'usecols' asks for column {}, and row {} has {}".format(
                    use, row, len(fields)))
            wanted.append((use % len(fields), fields[use]))
        return wanted


def _converter(converters: Any, column: int, count: int, default: Any) -> Any:
    """What makes an element of the fields of a column."""
    if converters is None:
        return default
    if callable(converters):
        return converters
    return converters.get(column, converters.get(column - count, default))


def _shaped(rows: list[list[Any]], dtype: Any, unpack: bool | None, ndmin: int) -> ndarray:
    """Rows as an array without axes of one element, down to a number of dimensions."""
    if ndmin not in (0, 1, 2):
        raise ValueError("argument 'ndmin' must be 0, 1 or 2, not {!r}".format(ndmin))
    array = _native.array(rows, dtype=dtype)
    if array.size and array.ndim > ndmin:
        array = _native.squeeze(array)
    if array.ndim < ndmin:
        array = _native.atleast_1d(array) if ndmin == 1 else _native.atleast_2d(array).T
    return array.T if unpack else array


def _warn_of_nothing(name: str) -> None:
    from warnings import warn

    warn("{}: the input has no data".format(name), UserWarning, stacklevel=3)


def loadtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: str | None = None,
            converters: Any = None, skiprows: int = 0, usecols: Any = None, unpack: bool = False,
            ndmin: int = 0, encoding: str | None = None, max_rows: int | None = None) -> ndarray:
    """An array of the numbers in a text, a row for each line, all of which have as many fields.

    ``fname`` is a path (also of a file compressed by gzip, bz2 or lzma), a file, or an iterable of
    lines. Fields are between ``delimiter``, or white space; what follows one of ``comments`` and
    empty lines are left out. ``converters`` make numbers of fields: a function, or a dict of
    functions by columns. ``skiprows`` lines are left out in front, ``max_rows`` read at most, and
    of each the columns ``usecols``. With ``unpack`` the columns come first. Axes of one element
    are left out, down to ``ndmin`` dimensions.

    >>> import pommel as pm
    >>> pm.loadtxt(["1 2  # first", "3 4"])
    array([[1., 2.],
           [3., 4.]])
    """
    dtype = _native.dtype(dtype)
    table = _Table(comments, delimiter, usecols)
    parser = _PARSERS[dtype.kind]
    rows: list[list[Any]] = []
    width = None
    for line in islice(_lines(fname, encoding), skiprows, None):
        if max_rows is not None and len(rows) >= max_rows:
            break
        fields = table.fields(line)
        if not fields:
            continue
        if width not in (None, len(fields)) and table.usecols is None:
            raise ValueError("row {} has {} columns, and those before have {}: pass usecols to "
                             "take those that all have".format(len(rows), len(fields), width))
        width = len(fields)
        row = []
        for column, field in table.columns(fields, len(rows)):
            try:
                row.append(_converter(converters, column, width, parser)(field))
            except ValueError as error:
                raise ValueError("field {!r} in row {}, column {}, cannot become {}: pass "
                                 "converters, or use genfromtxt".format(
                                     field, len(rows), column, dtype)) from error
        rows.append(row)
    if not rows:
        _warn_of_nothing("loadtxt")
    return _shaped(rows, dtype, unpack, ndmin)


def genfromtxt(fname: Any, dtype: Any = float, comments: Any = "#", delimiter: str | None = None,
               skip_header: int = 0, skip_footer: int = 0, converters: Any = None,
               missing_values: Any = None, filling_values: Any = None, usecols: Any = None,
               unpack: bool | None = None, max_rows: int | None = None,
               encoding: str | None = None, *, ndmin: int = 0) -> ndarray:
    """As ``loadtxt`` of a text in which numbers are missing: fields that are empty, no numbers, or
    among the texts ``missing_values``.

    ``filling_values`` stands for them, a number or a dict of numbers by columns; without it that
    is NaN, -1 for integers and False for truth values. ``skip_header`` and ``skip_footer`` lines
    are left out at the ends. There are no columns with names and types of their own.

    >>> import pommel as pm
    >>> pm.genfromtxt(["1,,3", "4,x,6"], delimiter=",", filling_values=0)
    array([[1., 0., 3.],
           [4., 0., 6.]])
    """
    dtype = _native.dtype(dtype)
    table = _Table(comments, delimiter, usecols)
    if missing_values is None or isinstance(missing_values, str):
        missing_values = (missing_values or "").split(",")
    missing = {"", *missing_values}
    default = {"b": False, "i": -1, "u": -1, "f": _NAN, "c": complex(_NAN)}[dtype.kind]

    def number(column: int, field: str, width: int) -> Any:
        convert = _converter(converters, column, width, None)
        if convert is not None:
            return convert(field)
        if field not in missing:
            try:
                return _PARSERS[dtype.kind](field)
            except ValueError:
                pass
        if isinstance(filling_values, dict):
            return filling_values.get(column, default)
        return default if filling_values is None else filling_values

    lines = list(_lines(fname, encoding))[skip_header:]
    split = [fields for fields in map(table.fields, lines) if fields]
    split = split[:len(split) - skip_footer][:max_rows]
    widths = {len(fields) for fields in split}
    if len(widths) > 1 and table.usecols is None:
        raise ValueError("all rows must have as many columns, not {}: pass usecols to take those "
                         "that all have".format(" and ".join(map(str, sorted(widths)))))
    if not split:
        _warn_of_nothing("genfromtxt")
    rows = [[number(column, field, len(fields)) for column, field in table.columns(fields, i)]
            for i, fields in enumerate(split)]
    return _shaped(rows, dtype, unpack, ndmin)


_NAN = float("nan")


def _row_format(fmt: Any, delimiter: str, columns: int, is_complex: bool) -> str:
    """What formats a row."""
    if isinstance(fmt, (list, tuple)):
        if len(fmt) != columns:
            raise ValueError("argument 'fmt' must have {} formats, one for each column, not "
                             "{}".format(
                columns, len(fmt)))
        return delimiter.join(fmt)
    count = fmt.count("%")
    if count == 1:
        return delimiter.join([" ({0}+{0}j)".format(fmt) if is_complex else fmt] * columns)
    if count != columns * (2 if is_complex else 1):
        raise ValueError("argument 'fmt' must have one format or {}, not {!r}".format(
            columns, fmt))
    return fmt


def savetxt(fname: Any, X: Any, fmt: Any = "%.18e", delimiter: str = " ", newline: str = "\n",
            header: str = "", footer: str = "", comments: str = "# ",
            encoding: str | None = None) -> None:
    """Writes an array of one or two dimensions as text, a line for each row, or each element.

    ``fname`` is a path (compressed if its name ends in .gz, .bz2 or .xz) or a file. ``fmt``
    formats a number, all of a row, or is a sequence with one for each column. ``header`` and
    ``footer`` are lines of text, with ``comments`` in front.

    >>> import sys
    >>> import pommel as pm
    >>> pm.savetxt(sys.stdout, pm.array([[1, 2], [3, 4]]), fmt="%d", delimiter=",", header="a,b")
    # a,b
    1,2
    3,4
    """
    array = _native.asarray(X)
    if array.ndim not in (1, 2):
        raise ValueError("argument 'X' must have one or two dimensions, not {}".format(array.ndim))
    if array.ndim == 1:
        array = array.reshape(-1, 1)
    is_complex = array.dtype.kind == "c"
    row_format = _row_format(fmt, delimiter, array.shape[1], is_complex)

    def lines() -> Iterator[str]:
        if header:
            yield comments + header.replace("\n", "\n" + comments)
        for row in array.tolist():
            if is_complex:
                row = [part for number in row for part in (number.real, number.imag)]
            try:
                line = row_format % tuple(row)
            except TypeError as error:
                raise TypeError("argument 'fmt' must format numbers of {}, not {!r}".format(
                    array.dtype, fmt)) from error
            yield line.replace("+-", "-") if is_complex else line
        if footer:
            yield comments + footer.replace("\n", "\n" + comments)

    text = "".join([line + newline for line in lines()])
    if hasattr(fname, "write"):
        try:
            fname.write(text)
        except TypeError:
            # A file of bytes.
            fname.write(text.encode(encoding or "latin1"))
        return
    with _open(fname, "w", encoding or "latin1") as opened:
        opened.write(text)


def fromstring(string: str, dtype: Any = float, count: int = -1, *, sep: str) -> ndarray:
    """An array of one dimension of the numbers in a text with a separator between them.

    ``count`` says how many are read, or all if it is negative. White space around numbers does not
    count. For bytes of elements there is ``frombuffer``.

    >>> import pommel as pm
    >>> pm.fromstring("1, 2, 3", dtype=int, sep=",")
    array([1, 2, 3])
    """
    dtype = _native.dtype(dtype)
    if not sep:
        raise ValueError("argument 'sep' must not be empty: use frombuffer for bytes")
    text = string.decode("latin1") if isinstance(string, bytes) else string
    fields = text.split(sep.strip() or None)
    # A separator may stand at the end.
    if fields and not fields[-1].strip():
        fields.pop()
    if count >= 0:
        if len(fields) < count:
            raise ValueError("argument 'string' has {} numbers, and 'count' asks for {}".format(
                len(fields), count))
        fields = fields[:count]
    try:
        numbers = [_PARSERS[dtype.kind](field.strip()) for field in fields]
    except ValueError as error:
        raise ValueError("argument 'string' must be numbers of {} between {!r}: {}".format(
            dtype, sep, error)) from error
    return _native.array(numbers, dtype=dtype)

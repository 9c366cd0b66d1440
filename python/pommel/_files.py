"""Arrays in files: ``load``, ``save``, ``savez``, ``savez_compressed``, ``memmap``, ``fromfile``;
and ``fromiter``."""

from __future__ import annotations

import os

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, DTypeLike, File, Iterable, Iterator, dtype, ndarray

_MAGIC = b"\x93NUMPY"


def fromiter(iter: Iterable[Any], dtype: DTypeLike, count: int = -1) -> ndarray:
    """An array of the items of an iterable, ``count`` of them, or all if it is negative.

    >>> import pommel as pm
    >>> pm.fromiter((x * x for x in range(4)), pm.int64)
    array([0, 1, 4, 9])
    """
    if count < 0:
        items = list(iter)
    else:
        from itertools import islice

        items = list(islice(iter, count))
        if len(items) < count:
            raise ValueError("argument 'iter' has {} items, and 'count' asks for {}".format(
                len(items), count))
    return _native.array(items, dtype=dtype)


def _opened(file: Any, mode: str) -> tuple[Any, bool]:
    """A file and whether it is ours to close."""
    if hasattr(file, "read" if "r" in mode else "write"):
        return file, False
    return open(os.fspath(file), mode), True


def _bytes(data: bytes) -> ndarray:
    """An array of bytes that may be written."""
    return _native.frombuffer(bytearray(data), _native.uint8)


def load(file: File, mmap_mode: str | None = None, allow_pickle: bool = False) -> Any:
    """The array in a ``.npy`` file, or the arrays in a ``.npz`` file by their names.

    ``file`` is a path or a binary file. With ``mmap_mode``, 'r', 'r+' or 'c', the array is the file
    itself (``memmap``). ``allow_pickle`` is there for NumPy's sake: files of objects, which would be
    unpickled, are refused in any case, since there are no arrays of them.

    >>> import io
    >>> import pommel as pm
    >>> file = io.BytesIO()
    >>> pm.save(file, pm.arange(3))
    >>> _ = file.seek(0)
    >>> pm.load(file)
    array([0, 1, 2])
    """
    opened, ours = _opened(file, "rb")
    try:
        start = opened.read(len(_MAGIC))
        if start[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
            return NpzFile(_bytes(start + opened.read()))
        if start != _MAGIC:
            raise ValueError(
                "argument 'file' is no .npy or .npz file: it starts with {!r}".format(start))
        header = start + _header(opened)
        dtype, swapped, shape, order = _native._npy_parse(_bytes(header))
        if mmap_mode is not None:
            if swapped or not ours:
                raise ValueError("argument 'mmap_mode' must be None for {}".format(
                    "the other order of bytes" if swapped else "an open file"))
            path: Any = file
            return memmap(path, dtype, mmap_mode, len(header), shape, order)
        array = _filled(opened, dtype, shape, order)
    finally:
        if ours:
            opened.close()
    return _native._byteswapped(array) if swapped else array


def _header(opened: Any) -> bytes:
    """The rest of a header: version, length, and as many bytes."""
    version = opened.read(2)
    length = opened.read(2 if version[:1] == b"\x01" else 4)
    text = opened.read(int.from_bytes(length, "little"))
    return version + length + text


def _filled(opened: Any, dtype: dtype, shape: tuple[int, ...], order: str) -> ndarray:
    """An array of what comes next in a file."""
    count = 1
    for extent in shape:
        count *= extent
    needed = count * dtype.itemsize
    memory = bytearray(needed)
    if hasattr(opened, "readinto"):
        view, found = memoryview(memory), 0
        while found < needed:
            more = opened.readinto(view[found:])
            if not more:
                break
            found += more
    else:
        data = opened.read(needed)
        found = len(data)
        memory[:found] = data
    if found < needed:
        raise ValueError("the file ends before its data do: {} bytes of {}".format(found, needed))
    array = _native.frombuffer(memory, dtype, count)
    if order == "F":
        return array.reshape(shape[::-1]).T
    return array.reshape(shape)


def fromfile(file: File, dtype: DTypeLike = "float64", count: int = -1, sep: str = "",
             offset: int = 0) -> ndarray:
    """An array of one dimension of what is in a file, without a header: bytes of elements as
    ``tofile`` writes them, or, with a separator, their text.

    ``file`` is a path or a binary file, ``offset`` a number of bytes to leave out (not of text),
    and ``count`` one of elements, or all if it is negative.

    >>> import io
    >>> import pommel as pm
    >>> pm.fromfile(io.BytesIO(bytes([1, 2, 3])), dtype=pm.uint8, offset=1)
    array([2, 3], dtype=uint8)
    >>> pm.fromfile(io.BytesIO(b"1, 2.5"), sep=",")
    array([1. , 2.5])
    """
    dtype = _native.dtype(dtype)
    opened, ours = _opened(file, "rb")
    try:
        if sep:
            from ._text import fromstring

            if offset:
                raise TypeError("argument 'offset' must be 0 with a separator, not "
                                "{}".format(offset))
            return fromstring(opened.read().decode(), dtype, count, sep=sep)
        if offset:
            opened.seek(offset, 1)
        data = opened.read() if count < 0 else opened.read(count * dtype.itemsize)
    finally:
        if ours:
            opened.close()
    # As in NumPy a file that ends early gives what it has.
    found = len(data) // dtype.itemsize
    return _native.frombuffer(bytearray(data), dtype, found)


def tofile(array: ndarray, fid: File, sep: str, format: str) -> None:
    """The method ``tofile``."""
    if sep:
        data = sep.join([format % item for item in array.flatten().tolist()]).encode()
    else:
        data = array.tobytes()
    opened, ours = _opened(fid, "wb")
    try:
        opened.write(data)
    finally:
        if ours:
            opened.close()


class NpzFile:
    """The arrays of a ``.npz`` file, each of which is read when it is asked for: a mapping."""

    def __init__(self, file: ndarray) -> None:
        self._file: Any = file
        self.files = _native._npz_names(file)

    def __getitem__(self, name: str) -> ndarray:
        if name not in self.files:
            raise KeyError("{!r} is no array of the file, which has {}".format(
                name, ", ".join(map(repr, self.files)) or "none"))
        return _native._npz_get(self._file, name)

    def __contains__(self, name: object) -> bool:
        return name in self.files

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __enter__(self) -> NpzFile:
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def keys(self) -> list[str]:
        """The names of the arrays."""
        return list(self.files)

    def values(self) -> list[ndarray]:
        """The arrays, read one after the other."""
        return [self[name] for name in self.files]

    def items(self) -> list[tuple[str, ndarray]]:
        """Pairs of a name and its array."""
        return [(name, self[name]) for name in self.files]

    def get(self, name: str, default: Any = None) -> Any:
        """The array of a name, or `default` if there is none."""
        return self[name] if name in self.files else default

    def close(self) -> None:
        """Lets the file go; arrays that were read stay."""
        self._file, self.files = None, []

    def __repr__(self) -> str:
        return "NpzFile with {}".format(", ".join(self.files) or "no arrays")


def _with_suffix(file: Any, suffix: str) -> Any:
    if hasattr(file, "write"):
        return file
    path = os.fspath(file)
    return path if path.endswith(suffix) else path + suffix


def save(file: File, arr: ArrayLike, allow_pickle: bool = False) -> None:
    """Writes an array to a ``.npy`` file: a path, which gets that ending, or a binary file. Nothing is
    pickled, whatever ``allow_pickle`` says.

    >>> import io
    >>> import pommel as pm
    >>> file = io.BytesIO()
    >>> pm.save(file, [1, 2])
    >>> _ = file.seek(0)
    >>> pm.load(file)
    array([1, 2])
    """
    array = _native.asarray(arr)
    order = "F" if array._lies_in("F") and not array._lies_in("C") else "C"
    header = _native._npy_header(array.dtype, list(array.shape), order)
    flat = array.T if order == "F" else array
    if not flat._lies_in("C"):
        flat = flat.copy()
    opened, ours = _opened(_with_suffix(file, ".npy"), "wb")
    try:
        opened.write(header)
        if flat.nbytes:
            opened.write(memoryview(flat.reshape(-1)).cast("B") if flat.dtype.kind != "c" else
                         flat.tobytes())
    finally:
        if ours:
            opened.close()


def _savez(file: File, args: Any, kwds: Any, compress: bool) -> None:
    named = {"arr_{}".format(i): array for i, array in enumerate(args)}
    for name in kwds:
        if name in named:
            raise ValueError("argument {!r} has the name of an array that was given without one".format(
                name))
    named.update(kwds)
    arrays = [_native.asarray(array) for array in named.values()]
    packed = _native._npz_pack(list(named), arrays, compress)
    opened, ours = _opened(_with_suffix(file, ".npz"), "wb")
    try:
        opened.write(packed)
    finally:
        if ours:
            opened.close()


def savez(file: File, /, *args: ArrayLike, **kwds: ArrayLike) -> None:
    """Writes arrays to a ``.npz`` file, by their names or as 'arr_0', 'arr_1' and so on.

    >>> import io
    >>> import pommel as pm
    >>> file = io.BytesIO()
    >>> pm.savez(file, [1, 2], b=[3.5])
    >>> _ = file.seek(0)
    >>> arrays = pm.load(file)
    >>> arrays["arr_0"], arrays["b"]
    (array([1, 2]), array([3.5]))
    """
    _savez(file, args, kwds, False)


def savez_compressed(file: File, /, *args: ArrayLike, **kwds: ArrayLike) -> None:
    """Writes arrays to a compressed ``.npz`` file, named as by ``savez``.

    >>> import io
    >>> import pommel as pm
    >>> file = io.BytesIO()
    >>> pm.savez_compressed(file, zeros=pm.zeros(1000))
    >>> len(file.getvalue()) < 1000
    True
    """
    _savez(file, args, kwds, True)


_ACCESS = {"r": "ACCESS_READ", "c": "ACCESS_COPY", "r+": "ACCESS_WRITE", "w+": "ACCESS_WRITE"}


def memmap(filename: str | os.PathLike[str], dtype: DTypeLike = "uint8", mode: str = "r+",
           offset: int = 0, shape: int | tuple[int, ...] | None = None,
           order: str = "C") -> ndarray:
    """An array that is a part of a file: what is written to one is in the other.

    ``mode`` is 'r' (read-only), 'r+', 'c' (writes stay in memory) or 'w+' (a new file, of ``shape``).
    Without ``shape`` the array is one-dimensional and ends with the file.

    >>> import tempfile
    >>> import pommel as pm
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     x = pm.memmap(file.name, dtype=pm.uint8, mode="w+", shape=3)
    ...     x[0] = 7
    ...     print(list(file.read()))
    [7, 0, 0]
    """
    import mmap

    if mode not in _ACCESS:
        raise ValueError("argument 'mode' must be 'r', 'r+', 'c' or 'w+', not {!r}".format(mode))
    dtype = _native.dtype(dtype)
    if isinstance(shape, int):
        shape = (shape,)
    count = -1
    if shape is not None:
        count = 1
        for extent in shape:
            count *= extent
    elif mode == "w+":
        raise ValueError("argument 'shape' must be given where 'mode' is 'w+'")
    with open(os.fspath(filename), {"w+": "w+b", "r+": "r+b"}.get(mode, "rb")) as opened:
        size = opened.seek(0, 2)
        end = size if count < 0 else offset + count * dtype.itemsize
        if end > size:
            if mode not in ("w+", "r+"):
                raise ValueError("argument 'shape' asks for {} bytes, and the file has {}".format(
                    end, size))
            opened.truncate(end)
        # The system maps whole pages.
        skipped = offset % mmap.ALLOCATIONGRANULARITY
        begin = offset - skipped
        mapped = mmap.mmap(opened.fileno(), end - begin, access=getattr(mmap, _ACCESS[mode]),
                           offset=begin)
    array = _native.frombuffer(mapped, dtype, count, skipped)
    if shape is None:
        return array
    return array.reshape(shape[::-1]).T if order == "F" else array.reshape(shape)

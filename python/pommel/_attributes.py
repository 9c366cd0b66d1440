"""Attributes of arrays that are objects of their own: ``flags`` and ``flat``."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from ._native import ndarray


class Flags:
    """How the elements of an array lie: a mapping of 'C_CONTIGUOUS', 'F_CONTIGUOUS', 'OWNDATA',
    'WRITEABLE', 'ALIGNED' and 'WRITEBACKIFCOPY' to truth values, which are also attributes in small
    letters. 'WRITEABLE' can be set, as by the array's method ``setflags``."""

    __slots__ = ("c_contiguous", "f_contiguous", "owndata", "writeable", "aligned",
                 "writebackifcopy", "_array")
    _NAMES = __slots__[:-1]

    #: NumPy's short names.
    _SHORT = {"C": "C_CONTIGUOUS", "F": "F_CONTIGUOUS", "CONTIGUOUS": "C_CONTIGUOUS",
              "FORTRAN": "F_CONTIGUOUS", "O": "OWNDATA", "W": "WRITEABLE", "A": "ALIGNED",
              "X": "WRITEBACKIFCOPY"}

    c_contiguous: bool
    f_contiguous: bool
    owndata: bool
    writeable: bool
    aligned: bool
    writebackifcopy: bool
    _array: ndarray

    def __init__(self, array: ndarray) -> None:
        for name, value in (
            ("c_contiguous", array._lies_in("C")),
            ("f_contiguous", array._lies_in("F")),
            ("owndata", array.base is None),
            ("writeable", not array._readonly),
            ("aligned", True),
            ("writebackifcopy", False),
            ("_array", array),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "writeable":
            raise AttributeError("the flag {!r} cannot be set, only 'writeable': make a copy in "
                                 "another order with copy(order=...)".format(name))
        self._array.setflags(write=bool(value))
        object.__setattr__(self, name, bool(value))

    @property
    def contiguous(self) -> bool:
        """In C order without gaps."""
        return self.c_contiguous

    @property
    def fortran(self) -> bool:
        """In Fortran's order without gaps."""
        return self.f_contiguous

    @property
    def forc(self) -> bool:
        """In one of the orders without gaps."""
        return self.c_contiguous or self.f_contiguous

    @property
    def fnc(self) -> bool:
        """In Fortran's order without gaps, and not in C order."""
        return self.f_contiguous and not self.c_contiguous

    def __getitem__(self, name: str) -> bool:
        return getattr(self, self._slot(name))

    def __setitem__(self, name: str, value: bool) -> None:
        setattr(self, self._slot(name), value)

    def _slot(self, name: str) -> str:
        full = self._SHORT.get(name, name)
        if not isinstance(full, str) or full.lower() not in self._NAMES:
            raise KeyError("{!r} is no flag: there are {}".format(
                name, ", ".join(slot.upper() for slot in self._NAMES)))
        return full.lower()

    def __repr__(self) -> str:
        return "\n".join("  {} : {}".format(slot.upper(), getattr(self, slot))
                         for slot in self._NAMES)


class flatiter:
    """The elements of an array in C order: an iterator, and a sequence that writes to the array.

    >>> import pommel as pm
    >>> a = pm.arange(6).reshape(2, 3).T
    >>> a.flat[1], list(a.flat)
    (3, [0, 3, 1, 4, 2, 5])
    >>> a.flat[::2] = 9
    >>> a
    array([[9, 3],
           [9, 4],
           [9, 5]])
    """

    def __init__(self, base: ndarray) -> None:
        #: The array.
        self.base = base
        #: The number of the next element.
        self.index = 0

    @property
    def coords(self) -> tuple[int, ...]:
        """The indices of the next element."""
        return self._place(self.index)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        if self.index >= self.base.size:
            raise StopIteration
        self.index += 1
        return self[self.index - 1]

    def __len__(self) -> int:
        return self.base.size

    def __getitem__(self, key: Any) -> Any:
        if hasattr(key, "__index__") and not getattr(key, "ndim", 0):
            return self.base[self._place(key)]
        found = self.base.reshape(-1)[key]
        return found.copy() if isinstance(found, _native.ndarray) else found

    def _place(self, index: Any) -> tuple[int, ...]:
        """The indices of an element."""
        size, number = self.base.size, index.__index__()
        if not -size <= number < size:
            raise IndexError("index {} is out of bounds: the array has {} elements".format(
                number, size))
        number %= size
        place = []
        for extent in reversed(self.base.shape):
            number, index = divmod(number, extent)
            place.append(index)
        return tuple(reversed(place))

    def __setitem__(self, key: Any, value: Any) -> None:
        from ._placing import put

        values = _native.ravel(value)
        places = _native.ravel(_native.arange(self.base.size)[key])
        if places.size and not values.size:
            raise ValueError("there must be a value or more to be put in {} "
                             "places".format(places.size))
        put(self.base, places, values)

    def copy(self) -> ndarray:
        """The elements, in one dimension."""
        return self.base.flatten()

    def __array__(self, dtype: Any = None, *, copy: Any = None) -> Any:
        return self.copy().__array__(dtype, copy=copy)


def flags(array: ndarray) -> Flags:
    """The attribute ``flags``."""
    return Flags(array)


def flat(array: ndarray) -> flatiter:
    """The attribute ``flat``."""
    return flatiter(array)


class CTypes:
    """The memory of an array for ``ctypes``: ``data`` is its address, and the array itself is what a
    C function takes for a pointer."""

    def __init__(self, array: ndarray) -> None:
        self._array = array

    @property
    def data(self) -> int:
        """The address of the first element."""
        return self._array.__array_interface__["data"][0]

    @property
    def _as_parameter_(self) -> Any:
        from ctypes import c_void_p

        return self.data_as(c_void_p)

    def data_as(self, obj: Any) -> Any:
        """The address as a pointer type of ctypes; the pointer keeps the array."""
        from ctypes import c_void_p, cast

        pointer = cast(c_void_p(self.data), obj)
        pointer._arr = self._array
        return pointer

    @property
    def shape(self) -> Any:
        """The extents as an array of ctypes."""
        return self.shape_as(_size_type())

    @property
    def strides(self) -> Any:
        """The steps in bytes as an array of ctypes."""
        return self.strides_as(_size_type())

    def shape_as(self, obj: Any) -> Any:
        """The extents as an array of a type of ctypes."""
        return (obj * self._array.ndim)(*self._array.shape)

    def strides_as(self, obj: Any) -> Any:
        """The steps in bytes as an array of a type of ctypes."""
        return (obj * self._array.ndim)(*self._array.strides)


def _size_type() -> Any:
    from ctypes import c_ssize_t

    return c_ssize_t


def ctypes(array: ndarray) -> CTypes:
    """The attribute ``ctypes``."""
    return CTypes(array)

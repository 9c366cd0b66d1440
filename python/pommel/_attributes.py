"""Attributes of arrays that are objects of their own: ``flags`` and ``flat``."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from ._native import ndarray


class Flags:
    """How the elements of an array lie: a mapping of 'C_CONTIGUOUS', 'F_CONTIGUOUS', 'WRITEABLE'
    and 'ALIGNED' to truth values, which are also attributes in small letters."""

    __slots__ = ("c_contiguous", "f_contiguous", "writeable", "aligned")

    #: NumPy's short names.
    _SHORT = {"C": "C_CONTIGUOUS", "F": "F_CONTIGUOUS", "CONTIGUOUS": "C_CONTIGUOUS",
              "FORTRAN": "F_CONTIGUOUS", "W": "WRITEABLE", "A": "ALIGNED"}

    c_contiguous: bool
    f_contiguous: bool
    writeable: bool
    aligned: bool

    def __init__(self, array: ndarray) -> None:
        for name, value in (
            ("c_contiguous", array._lies_in("C")),
            ("f_contiguous", array._lies_in("F")),
            ("writeable", not array._readonly),
            ("aligned", True),
        ):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("flags cannot be set, not {!r} either: make a copy, or a read-only "
                             "view with broadcast_to(a, a.shape)".format(name))

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
        full = self._SHORT.get(name, name)
        if not isinstance(full, str) or full.lower() not in self.__slots__:
            raise KeyError("{!r} is no flag: there are {}".format(
                name, ", ".join(slot.upper() for slot in self.__slots__)))
        return getattr(self, full.lower())

    def __repr__(self) -> str:
        return "\n".join("  {} : {}".format(slot.upper(), getattr(self, slot))
                         for slot in self.__slots__)


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

"""Facts about element types: ``finfo``, ``iinfo``, ``isdtype``, ``issubdtype``, ``promote_types``,
NumPy's other names of types, and what the namespace offers."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, DTypeLike, NoReturn, dtype, ndarray

_FLOATS = {
    # name: bits, digits of the significand in base 2 with the hidden one, largest exponent
    "float16": (16, 11, 16),
    "float32": (32, 24, 128),
    "float64": (64, 53, 1024),
}

_KINDS = {
    "bool": "b",
    "signed integer": "i",
    "unsigned integer": "u",
    "integral": "iu",
    "real floating": "f",
    "complex floating": "c",
    "numeric": "iufc",
}


def _dtype(type: Any) -> dtype:
    """The element type of a type or of an array."""
    return type.dtype if isinstance(type, _native.ndarray) else _native.dtype(type)


class finfo:
    """The limits of a floating-point type; of a complex type, those of its parts.

    >>> import pommel as pm
    >>> pm.finfo(pm.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type: DTypeLike | ndarray) -> None:
        dtype = _dtype(type)
        name = {"complex64": "float32", "complex128": "float64"}.get(dtype.name, dtype.name)
        if name not in _FLOATS:
            raise TypeError("{} is no floating-point type: use iinfo".format(dtype.name))
        self.bits, digits, exponent = _FLOATS[name]
        self.dtype = _native.dtype(name)
        self.eps = 2.0 ** (1 - digits)
        self.epsneg = 2.0 ** -digits
        self.max = (2.0 - self.eps) * 2.0 ** (exponent - 1)
        self.min = -self.max
        self.smallest_normal = self.tiny = 2.0 ** (2 - exponent)
        self.smallest_subnormal = self.tiny * self.eps
        self.precision = int((digits - 1) * 0.30102999566398120)
        self.resolution = 10.0 ** -self.precision
        self.nmant, self.maxexp, self.minexp = digits - 1, exponent, 2 - exponent

    def __repr__(self) -> str:
        return "finfo(min={0.min}, max={0.max}, eps={0.eps}, dtype={0.dtype})".format(self)


class iinfo:
    """The limits of an integer type.

    >>> import pommel as pm
    >>> pm.iinfo(pm.int8).max
    127
    """

    def __init__(self, type: DTypeLike | ndarray) -> None:
        self.dtype = dtype = _dtype(type)
        if dtype.kind not in "iu":
            raise TypeError("{} is no integer type: use finfo".format(dtype.name))
        self.bits = dtype.itemsize * 8
        signed = dtype.kind == "i"
        self.min = -(1 << (self.bits - 1)) if signed else 0
        self.max = (1 << (self.bits - signed)) - 1

    def __repr__(self) -> str:
        return "iinfo(min={0.min}, max={0.max}, dtype={0.dtype})".format(self)


def isdtype(dtype: DTypeLike, kind: DTypeLike | tuple[DTypeLike, ...]) -> bool:
    """Whether an element type is of a kind: a type, the name of a kind such as 'real floating', or
    a tuple of them.

    >>> import pommel as pm
    >>> pm.isdtype(pm.int8, "integral")
    True
    """
    if isinstance(kind, tuple):
        return any(isdtype(dtype, one) for one in kind)
    dtype = _native.dtype(dtype)
    if isinstance(kind, str):
        if kind not in _KINDS:
            raise ValueError("argument 'kind' must be a type or one of {}, not {!r}".format(
                ", ".join(map(repr, _KINDS)), kind))
        return dtype.kind in _KINDS[kind]
    return dtype == _native.dtype(kind)


class _Kind(type):
    """What kinds of element types have: numbers of such types are their instances."""

    _letters: str

    def __instancecheck__(cls, instance: Any) -> bool:
        if isinstance(instance, _native.ndarray):
            # Arrays without axes that nobody can change are what NumPy has scalars for.
            return not instance.ndim and instance._readonly and instance.dtype.kind in cls._letters
        return _PYTHONS.get(type(instance), "-") in cls._letters

    def __subclasscheck__(cls, subclass: Any) -> bool:
        if isinstance(subclass, _Kind):
            return type.__subclasscheck__(cls, subclass)
        try:
            return _native.dtype(subclass).kind in cls._letters
        except TypeError:
            return False


#: The letters of the kinds of Python's numbers, as which elements are given.
_PYTHONS = {bool: "b", int: "i", float: "f", complex: "c"}


class generic(metaclass=_Kind):
    """The kind of all element types. Numbers that come out of arrays are instances of the kinds, and
    types belong to them: ``isinstance(a.sum(), pm.floating)``, ``issubdtype(a.dtype, pm.floating)``.
    """

    #: The letters of the kinds of types that belong to it.
    _letters = "biufc"

    def __new__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("{} is a kind of element types and has no instances: use a type such as "
                        "float64".format(cls.__name__))


class number(generic):
    """The kind of all types of numbers."""

    _letters = "iufc"


class integer(number):
    """The kind of integers."""

    _letters = "iu"


class signedinteger(integer):
    """The kind of integers with a sign."""

    _letters = "i"


class unsignedinteger(integer):
    """The kind of integers without a sign."""

    _letters = "u"


class inexact(number):
    """The kind of floating-point and complex numbers."""

    _letters = "fc"


class floating(inexact):
    """The kind of floating-point numbers."""

    _letters = "f"


class complexfloating(inexact):
    """The kind of complex numbers."""

    _letters = "c"


def issubdtype(arg1: DTypeLike, arg2: DTypeLike) -> bool:
    """Whether a type, or a kind of types such as ``floating``, is another or belongs to it.

    >>> import pommel as pm
    >>> pm.issubdtype(pm.float32, pm.floating)
    True
    >>> pm.issubdtype("int8", pm.int16)
    False
    """
    if isinstance(arg1, _Kind):
        # No kind belongs to a type.
        return isinstance(arg2, _Kind) and issubclass(arg1, arg2)
    dtype = _native.dtype(arg1)
    if isinstance(arg2, _Kind):
        return dtype.kind in arg2._letters
    return dtype == _native.dtype(arg2)


def promote_types(type1: DTypeLike, type2: DTypeLike) -> dtype:
    """The smallest type to which both types can be converted without loss.

    >>> import pommel as pm
    >>> pm.promote_types("int8", "uint8")
    dtype('int16')
    """
    return _native.result_type(_native.dtype(type1), _native.dtype(type2))


def min_scalar_type(a: ArrayLike) -> dtype:
    """The smallest type of its kind that holds a number; of an array with dimensions its own type.

    >>> import pommel as pm
    >>> pm.min_scalar_type(255), pm.min_scalar_type(-1)
    (dtype('uint8'), dtype('int8'))
    """
    array = _native.asarray(a)
    if array.ndim:
        return array.dtype
    value, kind = array.item(), array.dtype.kind
    if kind == "b":
        return array.dtype
    if kind in "iu":
        kinds = "int" if value < 0 else "uint"
        limits = (iinfo(kinds + bits) for bits in ("8", "16", "32", "64"))
        return next(limit.dtype for limit in limits if limit.min <= value <= limit.max)
    parts = [value.real, value.imag]
    # NaN and infinity are in all of them; only the range counts, not the digits.
    finite = [abs(part) for part in parts if part - part == 0]
    names = ("float16", "float32", "float64") if kind == "f" else ("complex64", "complex128")
    for name in names:
        if all(part < _LARGEST[name] for part in finite):
            break
    return _native.dtype(name)


#: What the parts of a number must stay below, as in NumPy.
_LARGEST = {"float16": 65000.0, "float32": 3.4e38, "float64": float("inf"),
            "complex64": 3.4e38, "complex128": float("inf")}


def common_type(*arrays: ArrayLike) -> dtype:
    """The type of floating-point or complex numbers in which the elements of arrays meet.

    Integers are ``float64`` there.

    >>> import pommel as pm
    >>> pm.common_type(pm.zeros(2, pm.float32), pm.arange(3))
    dtype('float64')
    """
    types = []
    for array in arrays:
        dtype = _native.asarray(array).dtype
        if dtype.kind == "b":
            raise TypeError("argument 'arrays' must be numbers, not truth values")
        types.append(_native.float64 if dtype.kind in "iu" else dtype)
    return _native.result_type(_native.float16, *types)


#: NumPy's other names of types, as on Linux.
bool_ = _native.dtype("bool")
byte, short, intc = map(_native.dtype, ("int8", "int16", "int32"))
int_ = intp = long = longlong = _native.dtype("int64")
ubyte, ushort, uintc = map(_native.dtype, ("uint8", "uint16", "uint32"))
uint = uintp = ulong = ulonglong = _native.dtype("uint64")
half, single, double = map(_native.dtype, ("float16", "float32", "float64"))
csingle, cdouble = map(_native.dtype, ("complex64", "complex128"))

#: Truth values are Python's.
True_, False_ = True, False


class __array_namespace_info__:
    """What the namespace offers, as the array API standard asks."""

    def capabilities(self) -> dict[str, Any]:
        """What arrays can do that not all libraries offer."""
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self) -> str:
        """The device of arrays: "cpu"."""
        return "cpu"

    def devices(self) -> tuple[str, ...]:
        """All devices: "cpu" alone."""
        return ("cpu",)

    def default_dtypes(self, *, device: str | None = None) -> dict[str, dtype]:
        """The element types of arrays that are made without one, by their kinds."""
        _check_device(device)
        return {
            "real floating": _native.float64,
            "complex floating": _native.complex128,
            "integral": _native.int64,
            "indexing": _native.int64,
        }

    def dtypes(self, *, device: str | None = None,
               kind: DTypeLike | tuple[DTypeLike, ...] = None) -> dict[str, dtype]:
        """The element types by their names, all or those of a kind (see ``isdtype``)."""
        _check_device(device)
        names = ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 "
                 "complex128").split()
        types = {name: _native.dtype(name) for name in names}
        if kind is None:
            return types
        return {name: dtype for name, dtype in types.items() if isdtype(dtype, kind)}


def _check_device(device: str | None) -> None:
    if device not in (None, "cpu"):
        raise ValueError(
            "argument 'device' must be 'cpu', the only device there is, not {!r}".format(device))

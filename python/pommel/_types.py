"""Facts about element types: ``finfo``, ``iinfo``, ``isdtype``, and what the namespace offers."""

from . import _native

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


def _dtype(type):
    """The element type of a type or of an array."""
    return type.dtype if isinstance(type, _native.ndarray) else _native.dtype(type)


class finfo:
    """The limits of a floating-point type; of a complex type, those of its parts.

    >>> import pommel as pm
    >>> pm.finfo(pm.float32).eps
    1.1920928955078125e-07
    """

    def __init__(self, type):
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

    def __repr__(self):
        return "finfo(min={0.min}, max={0.max}, eps={0.eps}, dtype={0.dtype})".format(self)


class iinfo:
    """The limits of an integer type.

    >>> import pommel as pm
    >>> pm.iinfo(pm.int8).max
    127
    """

    def __init__(self, type):
        self.dtype = dtype = _dtype(type)
        if dtype.kind not in "iu":
            raise TypeError("{} is no integer type: use finfo".format(dtype.name))
        self.bits = dtype.itemsize * 8
        signed = dtype.kind == "i"
        self.min = -(1 << (self.bits - 1)) if signed else 0
        self.max = (1 << (self.bits - signed)) - 1

    def __repr__(self):
        return "iinfo(min={0.min}, max={0.max}, dtype={0.dtype})".format(self)


def isdtype(dtype, kind):
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


class __array_namespace_info__:
    """What the namespace offers, as the array API standard asks."""

    def capabilities(self):
        return {"boolean indexing": True, "data-dependent shapes": True, "max dimensions": 64}

    def default_device(self):
        return "cpu"

    def devices(self):
        return ("cpu",)

    def default_dtypes(self, *, device=None):
        _check_device(device)
        return {
            "real floating": _native.float64,
            "complex floating": _native.complex128,
            "integral": _native.int64,
            "indexing": _native.int64,
        }

    def dtypes(self, *, device=None, kind=None):
        _check_device(device)
        names = ("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 "
                 "complex128").split()
        types = {name: _native.dtype(name) for name in names}
        if kind is None:
            return types
        return {name: dtype for name, dtype in types.items() if isdtype(dtype, kind)}


def _check_device(device):
    if device not in (None, "cpu"):
        raise ValueError(
            "argument 'device' must be 'cpu', the only device there is, not {!r}".format(device))

"""Arrays in NumPy's hands: its conversion, its ufuncs and its functions on arrays of this package.

NumPy calls what is here, so it is there to be imported.
"""

import numpy as np

import pommel

from . import _native

_ndarray = _native.ndarray
_ufunc = _native.ufunc
#: What arrays of this package are combined with. Others get a turn first.
_FRIENDS = (_ndarray, np.ndarray, np.generic, int, float, complex, list, tuple, type(None))
#: Element types that both have.
_NAMES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 "
    "complex128".split())
#: Where functions of NumPy have a counterpart of their name.
_HOMES = {"numpy": "", "numpy.linalg": "linalg", "numpy.fft": "fft"}


def to_numpy(array):
    """NumPy's array over the memory of an array."""
    return np.asarray(memoryview(array))


def array(this, dtype, copy):
    """The method ``__array__``."""
    view = to_numpy(this)
    if dtype is not None and np.dtype(dtype) != view.dtype:
        if copy is False:
            raise ValueError("argument 'copy' is False and another dtype needs a copy: pass None")
        return view.astype(dtype)
    return view.copy() if copy else view


def _given(value):
    """The same with arrays of NumPy over the memory of ours, also in lists, tuples and dicts."""
    kind = type(value)
    if kind is _ndarray:
        return to_numpy(value)
    if kind is _native.dtype:
        return np.dtype(value.name)
    if kind in (list, tuple):
        return kind([_given(item) for item in value])
    if kind is dict:
        return {key: _given(item) for key, item in value.items()}
    return value


def _taken(value):
    """The same with arrays of ours over the memory of NumPy's, where they have such elements."""
    if isinstance(value, (np.ndarray, np.generic)):
        return _native.asarray(value) if value.dtype.name in _NAMES else value
    if isinstance(value, tuple):
        items = [_taken(item) for item in value]
        # A named tuple takes its items one by one.
        return type(value)(*items) if hasattr(value, "_fields") else type(value)(items)
    if type(value) is list:
        return [_taken(item) for item in value]
    return value


#: Ufuncs of NumPy that have been met, with ours of the same name, or None.
_OURS: "dict[object, object]" = {}


def _ours(ufunc):
    if ufunc not in _OURS:
        name = ufunc.__name__
        ours = getattr(pommel, name, None) if getattr(np, name, None) is ufunc else None
        _OURS[ufunc] = ours if isinstance(ours, _ufunc) else None
    return _OURS[ufunc]


def _is_friend(value):
    return isinstance(value, _FRIENDS) or not hasattr(type(value), "__array_ufunc__")


def array_ufunc(ufunc, method, inputs, kwargs):
    """The method ``__array_ufunc__``."""
    kwargs = kwargs or {}
    outs = kwargs.get("out") or ()
    if not all(map(_is_friend, inputs + outs)):
        return NotImplemented
    if method == "__call__" and kwargs.keys() <= {"out"} and len(outs) <= 1:
        ours = _ours(ufunc)
        if ours is not None and all(type(out) is _ndarray for out in outs):
            try:
                return ours(*inputs, out=outs[0] if outs else None)
            except TypeError:
                # Elements that are not numbers of ours, or a mix for which NumPy has an answer.
                pass
    if outs:
        kwargs = dict(kwargs, out=tuple(map(_given, outs)))
    if "where" in kwargs:
        kwargs = dict(kwargs, where=_given(kwargs["where"]))
    result = getattr(ufunc, method)(*map(_given, inputs), **kwargs)
    if not outs:
        return _taken(result)
    return outs[0] if len(outs) == 1 else outs


def _counterpart(func):
    home = _HOMES.get(getattr(func, "__module__", None))
    if home is None:
        return None
    space = getattr(pommel, home, None) if home else pommel
    return getattr(space, func.__name__, None)


def array_function(func, types, args, kwargs):
    """The method ``__array_function__``."""
    if not all(issubclass(kind, (_ndarray, np.ndarray)) for kind in types):
        return NotImplemented
    ours = _counterpart(func)
    if ours is not None and type(kwargs.get("out")) in (_ndarray, type(None)):
        try:
            return ours(*args, **kwargs)
        except TypeError:
            # Arguments that only NumPy's function has.
            pass
    result = func(*_given(tuple(args)), **_given(dict(kwargs)))
    out = kwargs.get("out")
    return _taken(result) if out is None else out

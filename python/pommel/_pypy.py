"""What PyPy's compiler sees of arrays: elements, and small arrays without the native part.

A call of the native part costs a microsecond or more on PyPy, and nothing compiles through it. So
the class of arrays gets methods in Python here, which serve some kinds of arrays themselves and
hand everything else on:

* A *light* array has two axes, one or none and a few elements of float64, int64, bool or float32,
  row by row in a list. It is an object of the native class without a native struct. As soon as
  anything is asked of it that is not done here, it gets a *twin*, a native array with its elements,
  which stands for it from then on.
* A *part* of a light array is a view of neighbouring elements, perhaps in another shape, and has a
  twin when that has one.
* An array whose elements are read or written one by one is *opened*: its memory is reached by a
  typed pointer. To be written it is exported, until the native part is asked for anything: what
  reads it is not put off meanwhile.

The kinds are in ``_pypy_arrays.py``, operations on small arrays in ``_pypy_small.py``, and what
these compute with in ``_pypy_kernels.py``; ``docs/decisions/0017-pypy-face.md`` says why.
"""
# The class of arrays gets attributes that its stub does not have:
# mypy: ignore-errors

import os

from __pypy__ import builtinify, hidden_applevel

from . import _native, _pypy_small
from ._pypy_arrays import (DTYPES, PATIENCE, PATIENCE_IN_WRITING, SIGNATURES, body, elements_of,
                           is_light, light, named, native_array, ndarray, open_, open_for_writing,
                           own, part, place, plain, point, weigh, whole, wrapped)
from ._pypy_kernels import BOOL, SINGLE
from ._pypy_small import number_as

#: Properties that are not about memory.
_DESCRIPTION = frozenset("dtype shape strides ndim size itemsize nbytes device _readonly".split())
#: What is known of a light array, and by the number of its elements.
_KNOWN = {
    "dtype": lambda array, count: DTYPES[array._type],
    "ndim": lambda array, count: array._dims,
    "shape": lambda array, count: (
        (count,) if array._dims == 1 else (count // array._columns, array._columns) if array._dims else ()),
    "size": lambda array, count: count,
}


def _property(name, native):
    get = native.__get__
    receiver = body if name in _DESCRIPTION else whole

    @hidden_applevel
    def value(self):
        return get(receiver(self), ndarray)

    if name in _KNOWN:
        value = _known_property(_KNOWN[name], value, "_known_" + name)
    @hidden_applevel
    def assign(self, new):
        native.__set__(whole(self), plain(new))

    value.__name__ = name
    return property(value, assign, doc=native.__doc__)


def _known_property(known, ask, memo):
    """A property that never changes, and that is known of light arrays."""
    setattr(ndarray, memo, None)

    @hidden_applevel
    def value(self):
        elements = self._list
        if elements is not None:
            return known(self, len(elements))
        if self._base is not None:
            return known(self, self._count)
        found = getattr(self, memo)
        if found is None:
            found = ask(self)
            setattr(self, memo, found)
        return found

    return value


# Elements.


@hidden_applevel
def __getitem__(self, key):
    elements = self._list
    if elements is not None:
        if type(key) is int:
            if -len(elements) <= key < len(elements) and self._dims == 1:
                return _element(elements[key], self._type)
        elif type(key) is slice and self._dims == 1:
            found = _part(self, key, len(elements))
            if found is not None:
                return found
        elif type(key) is ndarray and self._dims == 1:
            found = _chosen(self, elements, key)
            if found is not None:
                return found
        if self._dims == 2:
            found = _of_rows(self, elements, 0, len(elements), key)
            if found is not None:
                return found
    else:
        where = place(self, key)
        if where is not None:
            try:
                return _element(self._start[where], self._type)
            except ValueError:
                # A byte that is neither true nor false.
                pass
        elif self._base is not None and self._twin is None:
            found = _of_part(self, key)
            if found is not None:
                return found
    return _read(self, key)


def _element(value, type):
    """An element as it is read: Python has no number for one of float32."""
    return point(value, type) if type == SINGLE else value


def _place_in_part(view, elements, key):
    """Where an element of a view is among those of its light array; None where there is none."""
    if elements is None or type(key) is not int:
        return None
    count = view._count
    if key < 0:
        key += count
    return view._from + key if 0 <= key < count else None


def _of_rows(array, elements, start, count, key):
    """A row or an element of an array of two axes, whose elements begin at a place of a list, or
    None."""
    columns = array._columns
    if type(key) is tuple and len(key) == 2:
        i, j = key
        if type(j) is not int or not -columns <= j < columns:
            return None
    else:
        i, j = key, None
    rows = count // columns
    if type(i) is not int or not -rows <= i < rows:
        return None
    first = (i if i >= 0 else i + rows) * columns
    if j is None:
        return part(array, first, columns)
    return _element(elements[start + first + (j if j >= 0 else j + columns)], array._type)


def _of_part(view, key):
    elements = view._base._list
    if view._dims == 2:
        return None if elements is None else _of_rows(view, elements, view._from, view._count, key)
    if type(key) is slice:
        return _part(view, key, view._count)
    where = _place_in_part(view, elements, key)
    return None if where is None else _element(elements[where], view._type)


def _bounds(key, count):
    """Where the neighbours begin and end that a slice takes, if these are some."""
    start, stop, step = key.start, key.stop, key.step
    if step is not None and (type(step) is not int or step != 1):
        return None
    if start is None:
        start = 0
    elif type(start) is not int:
        return None
    elif start < 0:
        start = max(start + count, 0)
    if stop is None or type(stop) is int and stop > count:
        stop = count
    elif type(stop) is not int:
        return None
    elif stop < 0:
        stop += count
    return (start, stop) if start < stop else None


def _part(array, key, count):
    bounds = _bounds(key, count)
    return None if bounds is None else part(array, bounds[0], bounds[1] - bounds[0])


def _chosen(array, elements, key):
    """The elements where truth values are true, if there are some."""
    truths = elements_of(key)
    if truths is None or key._type != BOOL or len(truths) != len(elements) or key._dims != 1:
        return None
    found = [elements[i] for i in range(len(elements)) if truths[i]]
    return light(found, array._type) if found else None


@hidden_applevel
def __setitem__(self, key, value):
    if self._written is not None:
        # Others cannot be written through a pointer, or are light.
        number, where = _number(value, self._written), place(self, key)
        if number is not None and where is not None:
            try:
                self._start[where] = number
                return
            except OverflowError:
                pass
    elif _put(self, key, value):
        return
    _write(self, key, value)


def _number(value, kind):
    """A number as an element of an opened array; None if it is not quite the same there."""
    if type(value) is kind:
        return value
    if kind is float and type(value) is int and -(2**53) <= value <= 2**53:
        return float(value)
    return None


def _put(array, key, value):
    """Writes to a light array, or to a part of one; False if the native part has to write."""
    elements, start, owner = array._list, 0, array
    if elements is not None:
        count = len(elements)
    elif array._base is not None and array._twin is None:
        owner, start, count = array._base, array._from, array._count
        elements = owner._list
        if elements is None:
            return False
    else:
        return False
    if array._dims != 1:
        return False
    if type(key) is int:
        number = number_as(value, array._type)
        if number is None or not -count <= key < count:
            return False
        elements[start + key if key >= 0 else start + key + count] = number
    elif type(key) is slice:
        bounds = _bounds(key, count)
        values = None if bounds is None else _values(value, array._type, bounds[1] - bounds[0])
        if values is None:
            return False
        elements[start + bounds[0]:start + bounds[1]] = values
    else:
        return False
    # Whoever made a twin meanwhile took the list away, and may have read it before.
    return owner._list is elements


def _values(value, type_, count):
    """What is written to so many elements of a type, if that is as simple as that."""
    if type(value) is ndarray:
        values = elements_of(value)
        if values is None or value._type != type_:
            return None
        if not value._dims:
            return [values[0] for _ in range(count)]
        return values if len(values) == count and value._dims == 1 else None
    number = number_as(value, type_)
    # Not times the count: PyPy makes zeros of -0.0 then.
    return None if number is None else [number for _ in range(count)]


def _is_element(key):
    if type(key) is tuple and len(key) == 2:
        return type(key[0]) is int and type(key[1]) is int
    return type(key) is int


@hidden_applevel
def _read(array, key):
    if _is_element(key):
        array._reads += 1
        if array._reads == PATIENCE:
            open_(array)
    found = own["__getitem__"](whole(array), plain(key))
    if type(key) is ndarray and type(found) is ndarray:
        weigh(found)
    return found


@hidden_applevel
def _write(array, key, value):
    writes = array._writes + 1
    own["__setitem__"](whole(array), plain(key), plain(value))
    if _is_element(key):
        array._writes = writes
        if writes == PATIENCE_IN_WRITING:
            open_for_writing(array)


@hidden_applevel
def __len__(self):
    elements = self._list
    if elements is not None and self._dims == 1:
        return len(elements)
    shape = self.shape
    return shape[0] if shape else own["__len__"](whole(self))


@hidden_applevel
def __iter__(self):
    if not is_light(self):
        # It is asked for its elements one by one.
        open_(self)
        if self._axes != 1:
            return own["__iter__"](whole(self))
    elif self.ndim != 1:
        return own["__iter__"](whole(self))
    return _each(self, len(self))


@hidden_applevel
def _each(array, count):
    for i in range(count):
        yield array[i]


# The face.


#: Methods and functions whose results mostly have the memory of an array that was there before.
_VIEWS = frozenset("""
    __getitem__ asarray atleast_1d atleast_2d atleast_3d broadcast_to conj conjugate diagonal expand_dims
    flip fliplr flipud from_dlpack frombuffer imag matrix_transpose moveaxis permute_dims ravel real
    reshape rot90 sliding_window_view squeeze swapaxes to_device transpose view
""".split())


def _face(name, native):
    make = _pypy_small.FUNCTIONS.get(name)
    return make(native) if make else wrapped(native, views=name in _VIEWS)


def _put_on():
    """Gives the class of arrays and the functions of the native part this face."""
    methods = {function.__name__: function
               for function in (__getitem__, __setitem__, __len__, __iter__)}
    methods.update(_pypy_small.methods())
    for name, native in own.items():
        if hasattr(type(native), "__set__"):
            if name not in ("__dict__", "__weakref__"):
                setattr(ndarray, name, _property(name, native))
        elif callable(native) and name != "__new__":
            method = methods.get(name) or wrapped(native, views=name in _VIEWS)
            setattr(ndarray, name, named(method, name, "ndarray.", native))
    _pypy_small.give_rules()
    _native.ufunc.__call__ = _pypy_small.ufunc_call(_native.ufunc.__call__)
    _native.ufunc._in_turn = wrapped(_native.ufunc._in_turn)
    for name in ("__call__", "__instancecheck__"):
        setattr(_native.dtype, name, wrapped(getattr(_native.dtype, name)))
    for name, native in list(vars(_native).items()):
        if type(native) is type(native_array):
            setattr(_native, name, builtinify(named(_face(name, native), name, "", native)))


def _passed_on(native):
    @hidden_applevel
    def call(*args, **kwargs):
        return native(*args, **kwargs)

    return call


def _sign(owner, home):
    """Gives the native functions of the module, or those of a class, their signatures where PyPy's
    own HPy shows none: functions in Python stand for them, through which PyPy compiles."""
    for name, native in list(vars(owner).items()):
        if type(native) in _NATIVE and home + name in SIGNATURES:
            function = named(_passed_on(native), name, home, native)
            setattr(owner, name, function if home else builtinify(function))
        elif isinstance(native, type) and not home:
            _sign(native, name + ".")


#: The types of native functions and methods.
_NATIVE = (type(native_array), type(own["copy"]))

# Here elements are numbers; where they are to be arrays, all is native.
if os.environ.get("POMMEL_ELEMENTS") != "arrays":
    _put_on()
if SIGNATURES:
    _sign(_native, "")

"""What PyPy's compiler sees of arrays: elements, and small arrays without the native part.

A call of the native part costs a microsecond or more on PyPy, and nothing compiles through it. So
the class of arrays gets methods in Python here, which serve two kinds of arrays themselves and
hand everything else on:

* A *light* array has one axis and a few elements of float64, in a list. It is an object of the
  native class without a native struct. As soon as anything is asked of it that is not done here,
  it gets a *twin*, a native array with its elements, which stands for it from then on.
* An array whose elements are read or written one by one is *opened*: its memory is reached by a
  typed pointer. To be written it is exported, until the native part is asked for anything: what
  reads it is not put off meanwhile.

``docs/decisions/0017-pypy-face.md`` says why.
"""
# The class of arrays gets attributes that its stub does not have:
# mypy: ignore-errors

import os
from _thread import RLock, get_ident

from _cffi_backend import cast, new_pointer_type, new_primitive_type, unpack
from __pypy__ import add_memory_pressure, builtinify, hidden_applevel, strategy

from . import _native

ndarray = _native.ndarray
#: The native methods, under their names.
_own = dict(vars(ndarray))
_nbytes = ndarray.nbytes.__get__
_native_array = _native.array
_broadcast_to = _native.broadcast_to
_float64 = _native.float64
_new = object.__new__

#: Light arrays have so many elements at most: from there on the native part is faster.
LIGHTEST = 256
#: Loops over so many elements are written out, which the compiler turns into straight code.
UNROLLED = 16
#: So many elements are read by the native part before an array is opened.
PATIENCE = 4
#: So many are written by it, before the array is opened for that.
PATIENCE_IN_WRITING = 64

#: Deeper than any array is nested.
DEEPEST = 64

#: The elements of a light array; None for others.
ndarray._list = None
#: The native array that stands for an array without a native struct.
ndarray._twin = None
#: The number of axes of an opened array, one or two; 0 for others.
ndarray._axes = 0
#: The type of numbers that may be written to an opened array, and the export that allows it.
ndarray._written = ndarray._export = None
#: How often an element was read or written, and all elements were used, by the native part.
ndarray._reads = ndarray._writes = ndarray._uses = 0

#: The type of a number of Python by the name of the type of elements, and C's name of that.
_KINDS = {"float64": (float, "double"), "int64": (int, "int64_t"), "bool": (bool, "_Bool")}
_pointers = {}
#: Threads that want to know of underflow, which no operation here finds.
_watching = set()
#: Held while an array becomes another kind.
_lock = RLock()
#: Stands for a twin that is being made.
_BEING_MADE = object()


# Light and native.


def _light(elements):
    """A light array, which takes over a list of floats."""
    array = _new(ndarray)
    array._list = elements
    return array


def _whole(array):
    """The native array that an array is or that stands for it, for more than its description."""
    if array._written is not None:
        _close(array)
    return _body(array)


def _body(array):
    """The same without taking the right to write back."""
    if array._list is None:
        twin = array._twin
        if twin is None:
            return array
        if twin is not _BEING_MADE:
            return twin
    return _make_twin(array)


def _make_twin(array):
    # Others may write to the list until it is gone, and look afterwards whether it was. So it goes
    # first, and its elements are read then.
    with _lock:
        elements = array._list
        if elements is not None:
            array._twin = _BEING_MADE
            array._list = None
            try:
                array._twin = _native_array(elements)
            except BaseException:
                array._list = elements
                raise
        return array._twin


def _holds_light(items, depth=0):
    """Whether there are arrays in a list or tuple that the native part does not know."""
    if type(items) is list and strategy(items) != "ObjectListStrategy":
        return False
    if depth > DEEPEST:
        # What the native part says of it.
        raise ValueError("lists are nested more than {} deep".format(DEEPEST))
    for item in items:
        if type(item) is ndarray:
            if item._list is not None or item._twin is not None:
                return True
        elif isinstance(item, (list, tuple)) and _holds_light(item, depth + 1):
            return True
    return False


def _plain(value, depth=0):
    """The same with native arrays, also in lists and tuples."""
    if type(value) is ndarray:
        return _whole(value)
    if isinstance(value, (list, tuple)) and _holds_light(value, depth):
        items = [_plain(item, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def _given_back(result, given):
    """The array among those given whose twin is the result."""
    for value in given:
        if type(value) is ndarray and value._twin is result:
            return value
        if type(value) is tuple and value:
            found = _given_back(result, value)
            if found is not result:
                return found
    return result


def _wrapped(native):
    """A function or method of the native part, for all arrays."""

    @hidden_applevel
    def call(*args, **kwargs):
        plain = [_plain(value) for value in args]
        if kwargs:
            named = {name: _plain(value) for name, value in kwargs.items()}
            result = native(*plain, **named)
            args += tuple(kwargs.values())
        else:
            result = native(*plain)
        if type(result) is ndarray:
            return _given_back(result, args)
        return result

    return call


#: Bytes of an array that the garbage collector hears of.
_HEAVY = 1 << 14


def _weighed(result):
    """A result with memory of its own. The collector, which sees a small object, hears how large it is:
    else it would let go of it long after its memory could have been used again."""
    if type(result) is ndarray and result._list is None:
        weight = _nbytes(_body(result))
        if weight > _HEAVY:
            add_memory_pressure(weight)
    return result


def _weighing(function):
    @hidden_applevel
    def call(*args, **kwargs):
        return _weighed(function(*args, **kwargs))

    return call


def _named(function, name, home, native):
    """A function with the names, the text and the signature of the native one."""
    function.__name__ = name
    function.__qualname__ = home + name
    function.__module__ = _native.__name__
    function.__doc__ = native.__doc__
    function.__wrapped__ = native
    return function


#: Properties that are not about memory.
_DESCRIPTION = frozenset("dtype shape strides ndim size itemsize nbytes device _readonly".split())
#: What is known of a light array without a twin.
_KNOWN = {
    "dtype": lambda elements: _float64,
    "ndim": lambda elements: 1,
    "shape": lambda elements: (len(elements),),
    "size": len,
}


def _wrapped_property(name, native):
    get = native.__get__
    known = _KNOWN.get(name)
    receiver = _body if name in _DESCRIPTION else _whole

    @hidden_applevel
    def value(self):
        elements = self._list
        if known is not None and elements is not None:
            return known(elements)
        return get(receiver(self), ndarray)

    value.__name__ = name
    return property(value, doc=native.__doc__)


# Opened.


def _open(array):
    """Reaches the memory of an array of Python's numbers along one or two axes by a pointer."""
    if array._axes:
        return
    whole = _body(array)
    shape, itemsize = whole.shape, whole.itemsize
    kind = _KINDS.get(whole.dtype.name)
    if kind is None or len(shape) not in (1, 2) or 0 in shape:
        return
    # Asked of a view that cannot be written: what reads the array can still be put off.
    interface = _broadcast_to(whole, shape).__array_interface__
    steps = [stride // itemsize for stride in interface["strides"]]
    if [step * itemsize for step in steps] != list(interface["strides"]):
        return
    array._kind, c_name = kind
    array._start = cast(_pointer_to(c_name), interface["data"][0])
    array._count, array._step = shape[0], steps[0]
    if len(shape) == 2:
        array._columns, array._across = shape[1], steps[1]
    # Others may look at any time: this comes last.
    array._axes = len(shape)


def _pointer_to(c_name):
    if c_name not in _pointers:
        _pointers[c_name] = new_pointer_type(new_primitive_type(c_name))
    return _pointers[c_name]


def _open_for_writing(array):
    with _lock:
        _open(array)
        whole = _body(array)
        if array._axes and not whole._readonly:
            # What reads the array has been computed after this, and nothing new is put off. A view
            # is exported: objects of PyPy's C API that refer to themselves are never freed.
            array._export = memoryview(_own["__getitem__"](whole, Ellipsis))
            array._written = array._kind


def _close(array):
    """Takes the right to write back: the native part may put off what reads the array."""
    with _lock:
        array._written = None
        array._writes = 0
        export, array._export = array._export, None
        if export is not None:
            export.release()


def _place(array, key):
    """Where the pointer to an opened array finds the element of an index, or None."""
    if type(key) is int:
        if array._axes == 1:
            count = array._count
            if key < 0:
                key += count
            if 0 <= key < count:
                return key * array._step
    elif type(key) is tuple and array._axes == 2 and len(key) == 2:
        i, j = key
        if type(i) is int and type(j) is int:
            count, columns = array._count, array._columns
            if i < 0:
                i += count
            if j < 0:
                j += columns
            if 0 <= i < count and 0 <= j < columns:
                return i * array._step + j * array._across
    return None


def _elements(array):
    """The elements of an array that could be a light one, as a list; else None."""
    if array._axes:
        if array._axes == 1 and array._kind is float and array._step == 1:
            return unpack(array._start, array._count) if array._count <= LIGHTEST else None
        return None
    uses = array._uses
    if uses <= PATIENCE:
        array._uses = uses + 1
        if uses == PATIENCE:
            # Large ones stay as they are: nothing may be computed before its time.
            if array.size <= LIGHTEST:
                _open(array)
    return None


def _number(value, kind):
    """A number as an element of an opened array; None if it is not quite the same there."""
    if type(value) is kind:
        return value
    if kind is float and type(value) is int and -(2**53) <= value <= 2**53:
        return float(value)
    return None


# Elements.


@hidden_applevel
def __getitem__(self, key):
    elements = self._list
    if elements is not None:
        if type(key) is int and -len(elements) <= key < len(elements):
            return elements[key]
    else:
        place = _place(self, key)
        if place is not None:
            try:
                return self._start[place]
            except ValueError:
                # A byte that is neither true nor false.
                pass
    return _read(self, key)


@hidden_applevel
def __setitem__(self, key, value):
    elements = self._list
    if elements is not None:
        number = _number(value, float)
        if type(key) is int and number is not None and -len(elements) <= key < len(elements):
            elements[key] = number
            if self._list is elements:
                return
    elif self._written is not None:
        number, place = _number(value, self._written), _place(self, key)
        if number is not None and place is not None:
            try:
                self._start[place] = number
                return
            except OverflowError:
                pass
    _write(self, key, value)


def _is_element(key):
    if type(key) is tuple and len(key) == 2:
        return type(key[0]) is int and type(key[1]) is int
    return type(key) is int


@hidden_applevel
def _read(array, key):
    if _is_element(key):
        array._reads += 1
        if array._reads == PATIENCE:
            _open(array)
    return _own["__getitem__"](_whole(array), _plain(key))


@hidden_applevel
def _write(array, key, value):
    writes = array._writes + 1
    _own["__setitem__"](_whole(array), _plain(key), _plain(value))
    if _is_element(key):
        array._writes = writes
        if writes == PATIENCE_IN_WRITING:
            _open_for_writing(array)


@hidden_applevel
def __len__(self):
    elements = self._list
    if elements is not None:
        return len(elements)
    return self._count if self._axes else _own["__len__"](_whole(self))


@hidden_applevel
def __iter__(self):
    if self._list is None:
        # It is asked for its elements one by one.
        _open(self)
        if self._axes != 1:
            return _own["__iter__"](_whole(self))
    return _each(self, len(self))


@hidden_applevel
def _each(array, count):
    for i in range(count):
        yield array[i]


@hidden_applevel
def tolist(self):
    elements = self._list
    return elements[:] if elements is not None else _own["tolist"](_whole(self))


@hidden_applevel
def copy(self, *args, **kwargs):
    elements = self._list
    if elements is not None and not args and not kwargs:
        return _light(elements[:])
    return _own["copy"](_whole(self), *args, **kwargs)


# Arithmetic.


def _kernels(term, checked=True):
    """Functions of the elements of two arrays, or of one and a number, by how many there are.

    Each gives a list, or None if a result is not finite: then somebody may have to be warned.
    """
    made = [None] * (UNROLLED + 1)

    def kernel(count):
        at = count if count <= UNROLLED else 0
        found = made[at]
        if found is None:
            found = made[at] = _compiled(term, at, checked)
        return found

    return kernel


def _compiled(term, count, checked):
    """The function for so many elements; for any number if that is 0."""
    lines = ["def kernel(x, y):"]
    if count:
        names = ["r{}".format(i) for i in range(count)]
        lines += ["    {} = {}".format(name, term.replace("[i]", "[{}]".format(i)))
                  for i, name in enumerate(names)]
        # The difference is 0 where it is finite, else NaN.
        finite = " + ".join("({0} - {0})".format(name) for name in names)
        result = "[{}]".format(", ".join(names))
    else:
        lines += ["    result, finite = [0.0] * len(x), 0.0",
                  "    for i in range(len(x)):",
                  "        r = {}".format(term),
                  "        result[i] = r",
                  "        finite += r - r"]
        finite, result = "finite", "result"
    lines.append("    return {}{}".format(
        result, " if {} == 0.0 else None".format(finite) if checked else ""))
    scope = {}
    exec("\n".join(lines), scope)
    return scope["kernel"]


def _computing(arrays, numbers):
    """A function of a light array, or a native one like it, and anything: the list of results, or
    None where the native part has to compute."""

    def compute(array, other):
        x = array._list
        if x is None:
            x = _elements(array)
        if x is None or _watching:
            return None
        if type(other) is ndarray:
            y = other._list
            if y is None:
                y = _elements(other)
            if y is None or len(x) != len(y):
                return None
            kernel = arrays(len(x))
        else:
            y = _number(other, float)
            if y is None:
                return None
            kernel = numbers(len(x))
        try:
            return kernel(x, y)
        except ZeroDivisionError:
            return None

    return compute


def _operator(native, compute):
    @hidden_applevel
    def method(self, other):
        result = compute(self, other)
        if result is None:
            return _weighed(native(_whole(self), _plain(other)))
        return _light(result)

    return method


def _in_place(native, compute):
    @hidden_applevel
    def method(self, other):
        elements = self._list
        if elements is not None:
            result = compute(self, other)
            if result is not None:
                elements[:] = result
                if self._list is not elements:
                    _own["__setitem__"](_whole(self), slice(None), _native_array(result))
                return self
        native(_whole(self), _plain(other))
        return self

    return method


def _unary(native, term):
    kernel = _kernels(term, checked=False)

    @hidden_applevel
    def method(self):
        elements = self._list
        if elements is None:
            return _weighed(native(_whole(self)))
        return _light(kernel(len(elements))(elements, None))

    return method


def _power(native):
    square = _kernels("x[i] * x[i]")

    @hidden_applevel
    def method(self, other, *modulus):
        elements = self._list
        if elements is not None and type(other) is int and other == 2 and not modulus:
            result = None if _watching else square(len(elements))(elements, None)
            if result is not None:
                return _light(result)
        return native(_whole(self), _plain(other), *modulus)

    return method


# The face.


def _array(native):
    @hidden_applevel
    def array(*args, **kwargs):
        if len(args) == 1 and not kwargs:
            given = args[0]
            if type(given) is list or type(given) is tuple:
                elements = list(given) if len(given) <= LIGHTEST else []
                if strategy(elements) == "FloatListStrategy":
                    return _light(elements)
        return other(*args, **kwargs)

    other = _of_sequences(native)
    return array


def _of_sequences(native):
    call = _wrapped(native)

    @hidden_applevel
    def of_sequences(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except TypeError:
            # A sequence of another type, in which arrays are that the native part does not know.
            if not args or not hasattr(args[0], "__getitem__") or not hasattr(args[0], "__len__"):
                raise
            items = list(args[0])
            if not _holds_light(items):
                raise
            return call(items, *args[1:], **kwargs)

    return of_sequences


def _filled(value):
    """The making of a function that makes arrays of one number."""

    def making(native):
        @hidden_applevel
        def filled(*args, **kwargs):
            if len(args) == 1 and not kwargs and type(args[0]) is int and 0 < args[0] <= LIGHTEST:
                return _light([value] * args[0])
            return other(*args, **kwargs)

        other = _wrapped(native)
        return filled

    return making


def _eval(native):
    @hidden_applevel
    def eval(*arrays):
        native(*[_plain(array) for array in arrays if getattr(array, "_list", None) is None])
        return arrays[0] if len(arrays) == 1 else arrays

    return eval


def _set_modes(native):
    @hidden_applevel
    def set_modes(modes):
        native(modes)
        (_watching.discard if modes[2] == "ignore" else _watching.add)(get_ident())

    return set_modes


def _methods():
    """The methods that are written here, by their names."""
    methods = {function.__name__: function
               for function in (__getitem__, __setitem__, __len__, __iter__, tolist, copy)}
    for name, sign in (("add", "+"), ("sub", "-"), ("mul", "*"), ("truediv", "/")):
        plain, reflected = (
            _computing(_kernels(arrays.format(sign)), _kernels(numbers.format(sign)))
            for arrays, numbers in (("x[i] {} y[i]", "x[i] {} y"), ("y[i] {} x[i]", "y {} x[i]")))
        for prefix, make, compute in (
                ("", _operator, plain), ("r", _operator, reflected), ("i", _in_place, plain)):
            method = "__{}{}__".format(prefix, name)
            methods[method] = make(_own[method], compute)
    for method, term in (("__neg__", "-x[i]"), ("__pos__", "x[i]"), ("__abs__", "abs(x[i])"),
                         ("__copy__", "x[i]")):
        methods[method] = _unary(_own[method], term)
    methods["__pow__"] = _power(_own["__pow__"])
    return methods


def _put_on():
    """Gives the class of arrays and the functions of the native part this face."""
    methods = _methods()
    for name, native in _own.items():
        if hasattr(type(native), "__set__"):
            if name not in ("__dict__", "__weakref__"):
                setattr(ndarray, name, _wrapped_property(name, native))
        elif callable(native) and name != "__new__":
            method = methods.get(name) or _wrapped(native)
            setattr(ndarray, name, _named(method, name, "ndarray.", native))
    _native.ufunc.__call__ = _weighing(_wrapped(_native.ufunc.__call__))
    special = {"array": _array, "asarray": _of_sequences, "eval": _eval, "ones": _filled(1.0),
               "set_modes": _set_modes, "zeros": _filled(0.0)}
    for name, native in list(vars(_native).items()):
        if type(native) is type(_native_array):
            function = special.get(name, _wrapped)(native)
            setattr(_native, name, builtinify(_named(function, name, "", native)))


# Here elements are numbers; where they are to be arrays, all is native.
if os.environ.get("POMMEL_ELEMENTS") != "arrays":
    _put_on()

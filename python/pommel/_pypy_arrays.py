"""The kinds of arrays that there are on PyPy: light ones, views of them, opened and native ones.

``_pypy.py`` says what they are; ``docs/decisions/0017-pypy-face.md``, why.
"""
# The class of arrays gets attributes that its stub does not have:
# mypy: ignore-errors

from _thread import RLock

from _cffi_backend import cast, new_pointer_type, new_primitive_type, unpack
from __pypy__ import add_memory_pressure, hidden_applevel, strategy

from . import _native
from ._pypy_kernels import BOOL, FLOAT, INT, SINGLE

ndarray = _native.ndarray
#: The signatures of native functions and methods, where PyPy does not show them itself.
SIGNATURES = getattr(_native, "__pommel_signatures__", {})
#: The native methods, under their names.
own = dict(vars(ndarray))
_nbytes = ndarray.nbytes.__get__
native_array = _native.array
_broadcast_to = _native.broadcast_to
#: The types of elements by their numbers.
DTYPES = (_native.float64, _native.int64, _native.bool, _native.float32)
_new = object.__new__

#: Light arrays have so many elements at most: from there on the native part is faster.
LIGHTEST = 256
#: So many elements are read by the native part before an array is opened.
PATIENCE = 4
#: So many are written by it, before the array is opened for that.
PATIENCE_IN_WRITING = 64

#: Deeper than any array is nested.
DEEPEST = 64

#: The elements of a light array; None for others.
ndarray._list = None
#: The number of the type of elements, the number of axes and, where these are two, of columns, of a
#: light array, or one like it.
ndarray._type, ndarray._dims, ndarray._columns = FLOAT, 1, 1
#: The light array that an array is a part of, from where on.
ndarray._base, ndarray._from = None, 0
#: The native array that stands for an array without a native struct.
ndarray._twin = None
#: The number of axes of an opened array, one or two; 0 for others.
ndarray._axes = 0
#: The type of numbers that may be written to an opened array, and the export that allows it.
ndarray._written = ndarray._export = None
#: Whether the collector has heard of a part of the memory of an array.
ndarray._put_off = False
#: How often an element was read or written, and all elements were used, by the native part.
ndarray._reads = ndarray._writes = ndarray._uses = 0

#: By the name of the type of elements: the type of a number of Python, C's name and our number.
_KINDS = {"float64": (float, "double", FLOAT), "int64": (int, "int64_t", INT),
          "bool": (bool, "_Bool", BOOL), "float32": (float, "float", SINGLE)}
_pointers = {}
#: Held while an array becomes another kind.
_lock = RLock()
#: Stands for a twin that is being made.
_BEING_MADE = object()


# Light and native.


def light(elements, type=FLOAT):
    """A light array, which takes over a list of numbers."""
    array = _new(ndarray)
    array._list = elements
    if type != FLOAT:
        array._type = type
    return array


def point(element, type=FLOAT):
    """A light array of no axes: a number, which nobody writes."""
    array = light([element], type)
    array._dims = 0
    return array


def shaped(array, like):
    """A light array of one axis, which gets the shape of another one."""
    dims = like._dims
    if dims != 1:
        array._dims = dims
        if dims == 2:
            array._columns = like._columns
    return array


def same_shape(one, other):
    """Whether two arrays of as many elements have one shape."""
    return one._dims == other._dims and (one._dims != 2 or one._columns == other._columns)


def part(base, start, count, columns=0):
    """A view of a light array, or of a view of one; with two axes if it has columns."""
    view = _new(ndarray)
    if columns:
        view._dims, view._columns = 2, columns
    if base._type != FLOAT:
        view._type = base._type
    view._from = base._from + start
    view._count = count
    view._base = base if base._base is None else base._base
    return view


def whole(array):
    """The native array that an array is or that stands for it, for more than its description."""
    if array._written is not None:
        close(array)
    return body(array)


def body(array):
    """The same without taking the right to write back."""
    if array._list is None:
        twin = array._twin
        if twin is None:
            if array._base is None:
                return array
        elif twin is not _BEING_MADE:
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
                array._twin = _native_of(array, elements)
            except BaseException:
                array._list = elements
                raise
        elif array._twin is None:
            start = array._from
            row = whole(array._base)
            if array._base._dims != 1:
                # Places are those of the list: of the elements in a row, which are a view here.
                row = own["reshape"](row, -1)
            array._twin = _in_rows(array, own["__getitem__"](row, slice(start, start + array._count)))
        return array._twin


def _native_of(array, elements):
    """A native array of the elements of a light one."""
    if array._dims:
        return _in_rows(array, native_array(elements, DTYPES[array._type]))
    return DTYPES[array._type](elements[0])


def _in_rows(array, twin):
    return own["reshape"](twin, -1, array._columns) if array._dims == 2 else twin


def is_light(array):
    """Whether the native part does not know an array."""
    return array._list is not None or array._twin is not None or array._base is not None


def holds_light(items, depth=0):
    """Whether there are arrays in a list or tuple that the native part does not know."""
    if type(items) is list and strategy(items) != "ObjectListStrategy":
        return False
    if depth > DEEPEST:
        # What the native part says of it.
        raise ValueError("lists are nested more than {} deep".format(DEEPEST))
    for item in items:
        if type(item) is ndarray:
            if is_light(item):
                return True
        elif isinstance(item, (list, tuple)) and holds_light(item, depth + 1):
            return True
    return False


def plain(value, depth=0):
    """The same with native arrays, also in lists and tuples."""
    if type(value) is ndarray:
        return whole(value)
    if isinstance(value, (list, tuple)) and holds_light(value, depth):
        items = [plain(item, depth + 1) for item in value]
        return items if isinstance(value, list) else tuple(items)
    return value


def given_back(result, given):
    """The array among those given whose twin is the result."""
    for value in given:
        if type(value) is ndarray and value._twin is result:
            return value
        if type(value) is tuple and value:
            found = given_back(result, value)
            if found is not result:
                return found
    return result


def wrapped(native, views=False):
    """A function or method of the native part, for all arrays; ``views`` if what it gives has no
    memory of its own."""

    @hidden_applevel
    def call(*args, **kwargs):
        given = [plain(value) for value in args]
        if kwargs:
            named = {name: plain(value) for name, value in kwargs.items()}
            result = native(*given, **named)
            args += tuple(kwargs.values())
        else:
            result = native(*given)
        if type(result) is ndarray:
            back = given_back(result, args)
            if not views and back is result and not any(value is result for value in args):
                weigh(result)
            return back
        return result

    return call


#: Bytes of an array that the garbage collector hears of.
_HEAVY = 1 << 14
#: The collector hears of this part of it: with more, collections take longer than they save.
_HEARD = 2
#: Results that are put off are mostly computed on the way to something else, without memory of
#: their own: of those it hears of a part of that, and of the rest when somebody looks.
_PUT_OFF = 4


def weigh(array, parts=1, of=1):
    """Tells the collector, which sees a small object, how large the memory of a native array is, or
    how large some parts of it are: else it would let go of it long after it could have been used
    again."""
    weight = _nbytes(array)
    if weight > _HEAVY:
        add_memory_pressure(weight * parts // (of * _HEARD))


def put_off(result):
    """A result of the native part that may be computed later."""
    if type(result) is ndarray and not is_light(result):
        result._put_off = True
        weigh(result, 1, _PUT_OFF)
    return result


def computed(array):
    """Tells the collector that an array is computed now."""
    if array._put_off:
        array._put_off = False
        weigh(array, _PUT_OFF - 1, _PUT_OFF)


def named(function, name, home, native):
    """A function with the names, the text and the signature of the native one."""
    function.__name__ = name
    function.__qualname__ = home + name
    function.__module__ = _native.__name__
    function.__doc__ = native.__doc__
    function.__text_signature__ = (
        getattr(native, "__text_signature__", None) or SIGNATURES.get(home + name))
    return function


# Opened.


def open_(array):
    """Reaches the memory of an array of Python's numbers along one or two axes by a pointer."""
    if array._axes:
        return
    whole = body(array)
    shape, itemsize = whole.shape, whole.itemsize
    kind = _KINDS.get(whole.dtype.name)
    if kind is None or len(shape) not in (1, 2) or 0 in shape:
        return
    # Asked of a view that cannot be written: what reads the array can still be put off.
    interface = _broadcast_to(whole, shape).__array_interface__
    steps = [stride // itemsize for stride in interface["strides"]]
    if [step * itemsize for step in steps] != list(interface["strides"]):
        return
    array._kind, c_name, array._type = kind
    array._start = cast(_pointer_to(c_name), interface["data"][0])
    array._rows, array._step = shape[0], steps[0]
    if len(shape) == 2:
        array._columns, array._across = shape[1], steps[1]
    # Others may look at any time: this comes last.
    array._dims = array._axes = len(shape)


def _pointer_to(c_name):
    if c_name not in _pointers:
        _pointers[c_name] = new_pointer_type(new_primitive_type(c_name))
    return _pointers[c_name]


def open_for_writing(array):
    with _lock:
        open_(array)
        whole = body(array)
        if array._axes and array._type != SINGLE and not whole._readonly:
            # What reads the array has been computed after this, and nothing new is put off. A view
            # is exported: objects of PyPy's C API that refer to themselves are never freed.
            array._export = memoryview(own["__getitem__"](whole, Ellipsis))
            array._written = array._kind


def close(array):
    """Takes the right to write back: the native part may put off what reads the array."""
    with _lock:
        array._written = None
        array._writes = 0
        export, array._export = array._export, None
        if export is not None:
            export.release()


def place(array, key):
    """Where the pointer to an opened array finds the element of an index, or None."""
    if type(key) is int:
        if array._axes == 1:
            rows = array._rows
            if key < 0:
                key += rows
            if 0 <= key < rows:
                return key * array._step
    elif type(key) is tuple and array._axes == 2 and len(key) == 2:
        i, j = key
        if type(i) is int and type(j) is int:
            rows, columns = array._rows, array._columns
            if i < 0:
                i += rows
            if j < 0:
                j += columns
            if 0 <= i < rows and 0 <= j < columns:
                return i * array._step + j * array._across
    return None


def elements_of(array):
    """The elements of an array that is a light one or could be, as a list; else None."""
    elements = array._list
    if elements is not None:
        return elements
    if array._twin is None and array._base is not None:
        elements, start = array._base._list, array._from
        return None if elements is None else elements[start:start + array._count]
    if array._axes:
        count, step = array._rows, array._step
        if array._axes == 2:
            # Rows without gaps, one behind the other.
            step = array._across if step == array._columns else 0
            count *= array._columns
        if step != 1 or count > LIGHTEST:
            return None
        try:
            return unpack(array._start, count)
        except ValueError:
            # A byte that is neither true nor false.
            return None
    uses = array._uses
    if uses <= PATIENCE:
        array._uses = uses + 1
        if uses == PATIENCE:
            # Large ones stay as they are: nothing may be computed before its time.
            if array.size <= LIGHTEST:
                open_(array)
    return None


def store(array, elements):
    """Writes all elements of an array, if that goes without the native part; else False."""
    light_one, start, count = array, 0, len(elements)
    mine = array._list
    if mine is None:
        if array._twin is not None or array._base is None:
            return _store_opened(array, elements)
        light_one, start = array._base, array._from
        mine = light_one._list
        if mine is None:
            return False
    mine[start:start + count] = elements
    # Whoever took the list away may have read it before.
    return light_one._list is mine


def _store_opened(array, elements):
    if array._written is None or array._axes != 1 or array._rows != len(elements):
        return False
    pointer, step = array._start, array._step
    for i in range(len(elements)):
        pointer[i * step] = elements[i]
    return True

"""Operations on small arrays on PyPy, without the native part.

What is made here computes a light array, or gives None where the native part has to compute: where
arrays are of other shapes or types, a result is not finite, or somebody watches for underflow.
"""
# mypy: ignore-errors

from _thread import get_ident

from __pypy__ import hidden_applevel, strategy

from . import _native
from ._pypy_arrays import (DTYPES, LIGHTEST, computed, elements_of, holds_light, is_light, light,
                           ndarray, own, part, plain, point, put_off, same_shape, shaped, store, whole, wrapped)
from ._pypy_kernels import (BOOL, CHOICE, CONVERSIONS, EXACT, EXACT_SINGLE, FLOAT, INT, LONGEST, NUMBERS,
                            ONE, REDUCTIONS, SINGLE, TWO, matrix_product, product, single)

#: Threads that want to know of underflow, which no operation here finds.
_watching = set()


# Operands.


def number_as(value, type_):
    """A number as an element of a type; None if it is not quite the same there."""
    kind = type(value)
    if type_ == FLOAT:
        if kind is float:
            return value
        if kind is int and -EXACT <= value <= EXACT:
            return float(value)
    elif type_ == INT:
        if kind is int and -LONGEST <= value <= LONGEST:
            return value
    elif type_ == BOOL:
        if kind is bool:
            return value
    elif kind is float or (kind is int and -EXACT_SINGLE <= value <= EXACT_SINGLE):
        number = single(value)
        # What is too large for float32 is an infinity there.
        return number if number - number == 0.0 or value - value != 0.0 else None
    return None


def _beside(value, type_):
    """The type that a number takes beside elements of a type."""
    kind = type(value)
    if kind is float:
        return SINGLE if type_ == SINGLE else FLOAT
    if kind is int:
        return INT if type_ == BOOL else type_
    return BOOL if kind is bool and type_ == BOOL else -1


def _combined(rules, a, b, truths=None):
    """The light array of two operands, at least one of which is an array, by the rules of an
    operation; or None. The truth values are a list for each element."""
    x_dims = y_dims = 0
    x = y = None
    x_type = y_type = -1
    if type(a) is ndarray:
        x = elements_of(a)
        if x is None:
            return None
        x_type, x_dims = a._type, a._dims
    if type(b) is ndarray:
        y = elements_of(b)
        if y is None:
            return None
        y_type, y_dims = b._type, b._dims
    if x is None:
        x_type = _beside(a, y_type)
        number = number_as(a, x_type)
        if number is None:
            return None
        x = [number]
    elif y is None:
        y_type = _beside(b, x_type)
        number = number_as(b, y_type)
        if number is None:
            return None
        y = [number]
    rule = rules[4 * x_type + y_type]
    if rule is None or _watching:
        return None
    shape = a if x_dims else b
    if x_dims == y_dims:
        if len(x) != len(y) or x_dims == 2 and a._columns != b._columns:
            return None
        count, kernel = len(x), rule.arrays
    elif not y_dims:
        count, kernel, y = len(x), rule.number, y[0]
    elif not x_dims:
        count, kernel, x = len(y), rule.reflected, x[0]
    else:
        return None
    if truths is None:
        result = _computed(kernel(count), x, y)
    elif len(truths) != count or shape._dims != 1:
        return None
    else:
        result = kernel(count)(x, y, truths)
    if result is None:
        return None
    made = light(result, rule.type)
    return shaped(made, shape) if x_dims or y_dims else _pointed(made)


def _pointed(array):
    array._dims = 0
    return array


def _computed(kernel, *operands):
    try:
        return kernel(*operands)
    except (ZeroDivisionError, OverflowError, ValueError):
        return None


def _changed(rules, array):
    """The light array of a function of one array, or None."""
    x = elements_of(array)
    rule = rules[array._type]
    if x is None or rule is None or _watching:
        return None
    result = _computed(rule[1](len(x)), x)
    if result is None:
        return None
    return shaped(light(result, rule[0]), array)


def _reduced(rules, array):
    x = elements_of(array)
    rule = rules[array._type]
    if x is None or rule is None or array._dims != 1 or _watching:
        return None
    result = rule[1](x)
    return None if result is None else point(result, rule[0])


def _factors(a, b):
    """The elements of two small arrays of one type with axes, or None for both."""
    if type(a) is ndarray and type(b) is ndarray and not _watching:
        x, y = elements_of(a), elements_of(b)
        if x is not None and y is not None and a._type == b._type and a._dims and b._dims:
            return x, y
    return None, None


def _scalar_product(a, b):
    """The scalar product of two small vectors, or None."""
    x, y = _factors(a, b)
    if x is None or a._dims != 1 or b._dims != 1 or len(x) != len(y):
        return None
    result = product(a._type, x, y)
    return None if result is None else point(result, a._type)


def _multiplied(a, b):
    """The product of two small vectors or matrices, or None."""
    x, y = _factors(a, b)
    if x is None:
        return None
    if a._dims == 1 and b._dims == 1:
        return _scalar_product(a, b)
    # A vector is a row on the left and a column on the right, which the result then lacks.
    inner = a._columns if a._dims == 2 else len(x)
    columns = b._columns if b._dims == 2 else 1
    if inner * columns != len(y):
        return None
    result = matrix_product(a._type, x, y, inner, columns)
    if result is None:
        return None
    made = light(result, a._type)
    return shaped(made, b) if a._dims == 2 and b._dims == 2 else made


# Methods.


def _operator(native, rules):
    @hidden_applevel
    def method(self, other):
        result = _combined(rules, self, other)
        return put_off(native(whole(self), plain(other))) if result is None else result

    return method


def _reflected(native, rules):
    @hidden_applevel
    def method(self, other):
        result = _combined(rules, other, self)
        return put_off(native(whole(self), plain(other))) if result is None else result

    return method


def _fits(result, array):
    """Whether a light result has the type and the shape of an array that is light or like that."""
    elements = elements_of(array)
    return (elements is not None and result._type == array._type
            and len(result._list) == len(elements) and same_shape(result, array))


def _in_place(native, rules):
    @hidden_applevel
    def method(self, other):
        # Others are written by the native part.
        if self._list is not None or self._base is not None or self._written is not None:
            result = _combined(rules, self, other)
            if result is not None and not self._dims:
                # A number stays what it is for whoever else has it.
                return result
            if result is not None and _fits(result, self):
                if not store(self, result._list):
                    own["__setitem__"](whole(self), Ellipsis, whole(result))
                return self
        mine = whole(self)
        result = native(mine, plain(other))
        return self if result is mine else result

    return method


def _unary(native, rules):
    @hidden_applevel
    def method(self):
        result = _changed(rules, self)
        return put_off(native(whole(self))) if result is None else result

    return method


def _power(native):
    square = ONE["square"]

    @hidden_applevel
    def method(self, other, *modulus):
        if type(other) is int and other == 2 and not modulus:
            result = _changed(square, self)
            if result is not None:
                return result
        return put_off(native(whole(self), plain(other), *modulus))

    return method


def _reduction(native, rules):
    call = wrapped(native)

    @hidden_applevel
    def reduction(*args, **kwargs):
        if len(args) == 1 and not kwargs and type(args[0]) is ndarray:
            result = _reduced(rules, args[0])
            if result is not None:
                return result
        return call(*args, **kwargs)

    return reduction


def _dot(native, multiplied=_multiplied):
    call = wrapped(native)

    @hidden_applevel
    def dot(*args, **kwargs):
        if len(args) == 2 and not kwargs:
            result = multiplied(args[0], args[1])
            if result is not None:
                return result
        return call(*args, **kwargs)

    return dot


def _where(native):
    call = wrapped(native, views=True)

    @hidden_applevel
    def where(*args, **kwargs):
        if len(args) == 3 and not kwargs:
            condition, a, b = args
            if type(condition) is ndarray and (type(a) is ndarray or type(b) is ndarray):
                truths = elements_of(condition)
                if truths is not None and condition._type == BOOL and condition._dims == 1:
                    result = _combined(CHOICE, a, b, truths)
                    if result is not None:
                        return result
        return put_off(call(*args, **kwargs))

    return where


# Numbers of points.


def _conversion(native, convert, types):
    """The conversion of an array of no axes to a number."""

    @hidden_applevel
    def method(self):
        elements = self._list
        if elements is not None and not self._dims and self._type in types:
            value = elements[0]
            if self._type == INT or value - value == 0:
                return convert(value)
        return native(whole(self))

    return method


def _item(native):
    call = wrapped(native)

    @hidden_applevel
    def item(self, *args):
        elements = self._list
        if elements is not None and len(elements) == 1 and not args:
            return elements[0]
        return call(self, *args)

    return item


@hidden_applevel
def tolist(self):
    elements = self._list
    if elements is None or self._type == SINGLE:
        return own["tolist"](whole(self))
    if self._dims == 2:
        columns = self._columns
        return [elements[i:i + columns] for i in range(0, len(elements), columns)]
    return elements[:] if self._dims else elements[0]


def _copy(native):
    @hidden_applevel
    def copy(self, *args, **kwargs):
        # A copy of a number can be written, as no light array without axes can.
        elements = None if args or kwargs else elements_of(self)
        if elements is None or not self._dims:
            return native(whole(self), *args, **kwargs)
        return shaped(light(elements[:], self._type), self)

    return copy


# Other types, ranges, and arrays joined.


def _astype(native):
    call = wrapped(native)

    @hidden_applevel
    def astype(*args, **kwargs):
        if len(args) == 2 and not kwargs and type(args[0]) is ndarray:
            type_ = _type_of(args[1])
            result = None if type_ < 0 else _changed(CONVERSIONS[type_], args[0])
            if result is not None:
                return result
        return call(*args, **kwargs)

    return astype


def _clipped(array, low, high):
    """The elements moved between two numbers, one of which may be None; or None."""
    if elements_of(array) is None or array._type == BOOL or low is None and high is None:
        return None
    for bound in (low, high):
        if bound is not None and type(bound) is not float and type(bound) is not int:
            return None
    result = array if low is None else _combined(TWO["maximum"], array, low)
    if result is None or high is None:
        return result
    return _combined(TWO["minimum"], result, high)


def _clip(native):
    call = wrapped(native)

    @hidden_applevel
    def clip(*args, **kwargs):
        if len(args) == 3 and not kwargs and type(args[0]) is ndarray:
            result = _clipped(args[0], args[1], args[2])
            if result is not None:
                return result
        return call(*args, **kwargs)

    return clip


def _joined(arrays):
    """The elements of arrays of one type, one array behind the other, as a light one; or None."""
    found, type_ = [], -1
    for array in arrays:
        elements = elements_of(array) if type(array) is ndarray else None
        if elements is None or array._dims != 1 or type_ not in (-1, array._type):
            return None
        type_ = array._type
        found += elements
    return light(found, type_) if 0 < len(found) <= LIGHTEST else None


def _concat(native):
    call = _of_sequences(native)

    @hidden_applevel
    def concat(*args, **kwargs):
        if len(args) == 1 and (type(args[0]) is list or type(args[0]) is tuple):
            axis = kwargs.get("axis", 0)
            if type(axis) is int and axis == 0 and len(kwargs) <= 1 and "dtype" not in kwargs:
                result = _joined(args[0])
                if result is not None:
                    return result
        return call(*args, **kwargs)

    return concat


def _columns_of(shape, count):
    """The number of columns of so many elements under a shape, 0 for one axis; None where that is not
    simple or wrong."""
    if type(shape) is int:
        shape = (shape,)
    if type(shape) is not tuple or not 1 <= len(shape) <= 2:
        return None
    rows = shape[0]
    if type(rows) is not int or type(shape[-1]) is not int:
        return None
    if len(shape) == 1:
        return 0 if rows == count or rows == -1 else None
    columns = shape[1]
    if rows == -1 and columns > 0:
        rows = count // columns
    elif columns == -1 and rows > 0:
        columns = count // rows
    return columns if rows > 0 and columns > 0 and rows * columns == count else None


def _reshape(native, extents=2):
    """``extents`` are as many as may be given one by one."""
    call = wrapped(native, views=True)

    @hidden_applevel
    def reshape(*args, **kwargs):
        if 2 <= len(args) <= extents and not kwargs and type(args[0]) is ndarray:
            count = _light_elements(args[0])
            if count and args[0]._dims:
                columns = _columns_of(args[1] if len(args) == 2 else args[1:], count)
                if columns is not None:
                    return part(args[0], 0, count, columns)
        return call(*args, **kwargs)

    return reshape


def _light_elements(array):
    """How many elements a light array, or a part of one, has; 0 for others."""
    elements = array._list
    if elements is not None:
        return len(elements)
    if array._twin is None and array._base is not None and array._base._list is not None:
        return array._count
    return 0


# Functions that make arrays.


#: What a type of elements is called, too.
_NAMES = {"float64": FLOAT, "int64": INT, "bool": BOOL, "float32": SINGLE}
_FLOAT64, _INT64, _BOOL, _FLOAT32 = DTYPES


def _type_of(dtype):
    """The number of a type of elements; -1 for those that light arrays have not."""
    # One after the other: a loop in here would end the compiled code.
    if dtype is _FLOAT64 or dtype is float:
        return FLOAT
    if dtype is _INT64 or dtype is int:
        return INT
    if dtype is _BOOL or dtype is bool:
        return BOOL
    if dtype is _FLOAT32:
        return SINGLE
    return _NAMES.get(dtype, -1) if type(dtype) is str else -1


def _numbers(given):
    """A list of the elements of a list or tuple of numbers, and their type; else None and -1."""
    if 0 < len(given) <= LIGHTEST:
        elements = list(given)
        name = strategy(elements)
        if name == "FloatListStrategy":
            return elements, FLOAT
        if name == "IntegerListStrategy":
            return elements, INT
        if name == "IntOrFloatListStrategy":
            elements = [number_as(value, FLOAT) for value in elements]
            if None not in elements:
                return elements, FLOAT
    return None, -1


def _numbers_as(given, dtype):
    """A light array of a list or tuple of numbers, of a type; or None."""
    elements, type_ = _numbers(given)
    wanted = _type_of(dtype)
    if elements is None or wanted == -1:
        return None
    if wanted != type_:
        elements = [number_as(value, wanted) for value in elements]
        if None in elements:
            return None
    return light(elements, wanted)


def _array(native, shared=False):
    """The making of arrays of others; ``shared`` if an array stays what it is."""

    @hidden_applevel
    def array(*args, **kwargs):
        result = None
        if args:
            given = args[0]
            kind = type(given)
            if kind is list or kind is tuple:
                if len(args) == 1 and not kwargs:
                    elements, type_ = _numbers(given)
                    result = None if elements is None else light(elements, type_)
                elif len(args) == 2 and not kwargs:
                    result = _numbers_as(given, args[1])
                elif len(args) == 1 and len(kwargs) == 1 and "dtype" in kwargs:
                    result = _numbers_as(given, kwargs["dtype"])
            elif len(args) == 1 and not kwargs:
                if kind is ndarray and shared and (not is_light(given) or given._dims):
                    result = given
        return other(*args, **kwargs) if result is None else result

    other = _of_sequences(native)
    return array


def _of_sequences(native):
    call = wrapped(native)

    @hidden_applevel
    def function(*args, **kwargs):
        try:
            return call(*args, **kwargs)
        except TypeError:
            # A sequence of another type, in which arrays are that the native part does not know.
            if not args or not hasattr(args[0], "__getitem__") or not hasattr(args[0], "__len__"):
                raise
            items = list(args[0])
            if not holds_light(items):
                raise
            return call(items, *args[1:], **kwargs)

    return function


def _filled(value):
    """The making of a function that makes arrays of one number."""

    def making(native):
        call = wrapped(native)

        @hidden_applevel
        def filled(*args, **kwargs):
            if args and type(args[0]) is int and 0 < args[0] <= LIGHTEST:
                if len(args) == 1 and not kwargs:
                    return light([value] * args[0])
                type_ = -1
                if len(args) == 2 and not kwargs:
                    type_ = _type_of(args[1])
                elif len(args) == 1 and len(kwargs) == 1 and "dtype" in kwargs:
                    type_ = _type_of(kwargs["dtype"])
                if type_ >= 0:
                    return light([NUMBERS[type_](value)] * args[0], type_)
            return call(*args, **kwargs)

        return filled

    return making


def _like(value):
    def making(native):
        call = wrapped(native)

        @hidden_applevel
        def like(*args, **kwargs):
            if len(args) == 1 and not kwargs and type(args[0]) is ndarray:
                elements = args[0]._list
                if elements is not None and args[0]._dims:
                    found = [NUMBERS[args[0]._type](value)] * len(elements)
                    return shaped(light(found, args[0]._type), args[0])
            return call(*args, **kwargs)

        return like

    return making


def _arange(native):
    call = wrapped(native)

    @hidden_applevel
    def arange(*args, **kwargs):
        if len(args) == 1 and not kwargs:
            stop = args[0]
            if type(stop) is int:
                if 0 < stop <= LIGHTEST:
                    return light([i for i in range(stop)], INT)
            elif type(stop) is float and 0.0 < stop <= LIGHTEST:
                count = int(stop)
                return light([float(i) for i in range(count if count == stop else count + 1)])
        return call(*args, **kwargs)

    return arange


def _eval(native):
    @hidden_applevel
    def eval(*arrays):
        native(*[plain(array) for array in arrays if getattr(array, "_list", None) is None])
        for array in arrays:
            if type(array) is ndarray:
                computed(array)
        return arrays[0] if len(arrays) == 1 else arrays

    return eval


def _set_modes(native):
    @hidden_applevel
    def set_modes(modes):
        native(modes)
        (_watching.discard if modes[2] == "ignore" else _watching.add)(get_ident())

    return set_modes


# Element-wise functions.


#: The rules of an element-wise function of one array, or of two.
_native.ufunc._of_one = _native.ufunc._of_two = None


def ufunc_call(native):
    call = wrapped(native, views=True)

    @hidden_applevel
    def __call__(self, *args, **kwargs):
        if not kwargs or len(kwargs) == 1 and "out" in kwargs:
            result = None
            if len(args) == 1:
                if self._of_one is not None and type(args[0]) is ndarray:
                    result = _changed(self._of_one, args[0])
            elif len(args) == 2 and self._of_two is not None:
                if type(args[0]) is ndarray or type(args[1]) is ndarray:
                    result = _combined(self._of_two, args[0], args[1])
            if result is not None:
                if not kwargs:
                    return result
                out = kwargs["out"]
                if type(out) is ndarray and out._dims and _fits(result, out) and store(out, result._list):
                    return out
        result = call(self, *args, **kwargs)
        return result if "out" in kwargs else put_off(result)

    return __call__


def give_rules():
    """Gives the element-wise functions their rules."""
    for value in vars(_native).values():
        if type(value) is _native.ufunc:
            name = value.__name__
            if name in ONE and value.nin == 1:
                value._of_one = ONE[name]
            elif name in TWO and value.nin == 2:
                value._of_two = TWO[name]


# All of them.


def methods():
    """The methods that are written here, by their names."""
    found = {"tolist": tolist, "copy": _copy(own["copy"]), "item": _item(own["item"]),
             "dot": _dot(own["dot"]), "__matmul__": _dot(own["__matmul__"]),
             "__pow__": _power(own["__pow__"]), "astype": _astype(own["astype"]),
             "clip": _clip(own["clip"]), "reshape": _reshape(own["reshape"], 3),
             "__copy__": _unary(own["__copy__"], ONE["positive"])}
    for name, function in (("add", "add"), ("sub", "subtract"), ("mul", "multiply"),
                           ("truediv", "divide"), ("floordiv", "floor_divide"),
                           ("mod", "remainder"), ("and", "bitwise_and"), ("or", "bitwise_or"),
                           ("xor", "bitwise_xor")):
        for prefix, make in (("", _operator), ("r", _reflected), ("i", _in_place)):
            method = "__{}{}__".format(prefix, name)
            found[method] = make(own[method], TWO[function])
    for name, function in (("lt", "less"), ("le", "less_equal"), ("eq", "equal"),
                           ("ne", "not_equal"), ("gt", "greater"), ("ge", "greater_equal")):
        method = "__{}__".format(name)
        found[method] = _operator(own[method], TWO[function])
    for name, function in (("neg", "negative"), ("pos", "positive"), ("abs", "abs"),
                           ("invert", "bitwise_invert")):
        method = "__{}__".format(name)
        found[method] = _unary(own[method], ONE[function])
    for name, rules in REDUCTIONS.items():
        found[name] = _reduction(own[name], rules)
    for name, convert, types in (
            ("__float__", float, (FLOAT, INT, SINGLE)), ("__int__", int, (FLOAT, INT, SINGLE)),
            ("__bool__", bool, (FLOAT, INT, BOOL, SINGLE)), ("__index__", int, (INT,))):
        found[name] = _conversion(own[name], convert, types)
    return found


#: What makes functions of the native part into those of the face, by their names.
FUNCTIONS = {
    "arange": _arange, "array": _array, "asarray": lambda native: _array(native, shared=True),
    "astype": _astype, "clip": _clip, "concat": _concat, "dot": _dot, "empty": _filled(0.0),
    "empty_like": _like(0), "eval": _eval, "matmul": _dot, "ones": _filled(1.0),
    "ones_like": _like(1), "reshape": _reshape, "set_modes": _set_modes,
    "vecdot": lambda native: _dot(native, _scalar_product), "where": _where,
    "zeros": _filled(0.0), "zeros_like": _like(0),
}
FUNCTIONS.update(
    (name, lambda native, rules=rules: _reduction(native, rules))
    for name, rules in REDUCTIONS.items())

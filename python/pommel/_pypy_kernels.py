"""What small arrays are computed with on PyPy: functions of lists of elements, made for a term.

A kernel is written for a number of elements, as straight code up to ``UNROLLED`` of them, and for
types. It gives None where the native part has to compute: there may be something to warn of, or a
result that is no element.
"""
# mypy: ignore-errors

from math import ceil, copysign, floor, nan, sqrt

from _cffi_backend import (cast, new_array_type, new_function_type, new_pointer_type,
                           new_primitive_type, newp)

from . import _native

#: Types of elements, by their numbers: of float64, int64, bool and float32.
FLOAT, INT, BOOL, SINGLE = range(4)
#: The types of numbers of Python that elements are, by the numbers of types.
NUMBERS = (float, int, bool, float)
#: Loops over so many elements are written out, which the compiler turns into straight code.
UNROLLED = 16
#: Sums of more elements are made of several.
IN_A_ROW = 15
#: Integers beyond have no exact float64, and no exact float32.
EXACT, EXACT_SINGLE = 2**53, 2**24
#: Integers beyond are left to the native part: their sums and products may wrap around.
LONGEST = 2**62


def common(one, other):
    """The type of elements of two types."""
    if one == other or other == BOOL:
        return one
    return other if one == BOOL else FLOAT


def converted(element, type, wanted):
    """An expression of an element as one of another type."""
    if type == wanted or type == SINGLE:
        return element
    return ("int({})" if wanted == INT else "float({})").format(element)


_DOUBLE, _WORD = new_primitive_type("double"), new_primitive_type("intptr_t")


# Numbers of float32.


#: Memory through which numbers are rounded, that nobody uses just now.
_roomy = []
_SINGLES = new_array_type(new_pointer_type(new_primitive_type("float")), UNROLLED)


def _singles():
    """Memory for a few numbers of float32, which is the caller's until it goes back to the roomy."""
    try:
        return _roomy.pop()
    except IndexError:
        return newp(_SINGLES)


def single(value):
    """The nearest number of float32; an infinity beyond the largest."""
    memory = _singles()
    memory[0] = value
    value = memory[0]
    _roomy.append(memory)
    return value


# Functions of numbers that the engine has.


def _entry_point(name, result, *parameters):
    function = new_function_type(parameters, result, False)
    return cast(function, _native.__pommel_typed__[name][1])


OF_NUMBERS_AT = _entry_point("of_numbers_at", _WORD, _WORD, _WORD, _WORD, _WORD)
OF_NUMBERS = _entry_point("of_numbers", _DOUBLE, _WORD, _DOUBLE, _DOUBLE)
#: The numbers of the functions of one number and of two, by their names.
OF_ONE, OF_TWO = ({name: number for number, name in enumerate(names)}
                  for names in _native.number_functions())
#: Elements that the memory below has room for; the results come behind them.
ROOM = 256
_MEMORY = new_array_type(new_pointer_type(_DOUBLE), 2 * ROOM)
#: Memory for numbers that nobody uses just now, each with its address.
_free = []


def _memory():
    """Memory that is the caller's until it goes back to the free."""
    try:
        return _free.pop()
    except IndexError:
        memory = newp(_MEMORY)
        return memory, int(cast(_WORD, memory))



# Kernels.


def kernels(parameters, term, type, checked=True, along="x"):
    """The function that gives a kernel by the number of elements.

    The kernel gives the list of what ``term`` is for each index ``i``. ``along`` is one of the
    parameters that are lists.
    """
    made = [None] * (UNROLLED + 1)

    def kernel(count):
        at = count if count <= UNROLLED else 0
        found = made[at]
        if found is None:
            found = made[at] = _compiled(parameters, term, type, checked, along, at)
        return found

    return kernel


def _compiled(parameters, term, type, checked, along, count):
    """The kernel for so many elements; for any number if that is 0."""
    lines = _row(term, type, checked, count) if count else _loop(term, type, checked, along)
    return _function(["def kernel({}):".format(parameters)] + lines)


def _row(term, type, checked, count):
    names = ["r{}".format(i) for i in range(count)]
    lines = ["    {} = {}".format(name, term.replace("[i]", "[{}]".format(i)))
             for i, name in enumerate(names)]
    if type == SINGLE:
        lines.append("    memory = _singles()")
        lines += ["    memory[{}] = {}".format(i, name) for i, name in enumerate(names)]
        lines += ["    {} = memory[{}]".format(name, i) for i, name in enumerate(names)]
        lines.append("    _roomy.append(memory)")
    if checked:
        return lines + [_checked(names, type)]
    return lines + ["    return [{}]".format(", ".join(names))]


def _checked(names, type):
    """The line that gives the results if they are elements."""
    fits = _finite(" + ".join(names))
    if type == INT:
        fits = " and ".join("{} <= {} <= {}".format(-LONGEST, name, LONGEST) for name in names)
    return "    return [{}] if {} else None".format(", ".join(names), fits)


def _finite(total):
    """Whether numbers are finite, by their sum; one that is too large counts as another."""
    return "({}) * 0.0 == 0.0".format(total)


def _loop(term, type, checked, along):
    # As long as it gets to be from the beginning: that is faster than to grow.
    lines = ["    result, total = [{!r}] * len({}), 0.0".format(NUMBERS[type](0), along)]
    if type == SINGLE:
        lines.append("    memory = _singles()")
    lines += ["    for i in range(len({})):".format(along), "        r = " + term]
    if type == SINGLE:
        lines += ["        memory[0] = r", "        r = memory[0]"]
    lines.append("        result[i] = r")
    if type == INT and checked:
        lines += ["        if not {} <= r <= {}:".format(-LONGEST, LONGEST), "            return None"]
    elif checked:
        lines.append("        total += r")
    if type == SINGLE:
        lines.append("    _roomy.append(memory)")
    return lines + ["    return result if {} else None".format(_finite("total"))]


def _function(lines):
    found = {}
    # The names are this module's: those of another dict the compiler would look up each time.
    exec("\n".join(lines), globals(), found)
    return found["kernel"]


class Rule:
    """How elements of two types are combined: the type of the results, and kernels for two arrays,
    for an array and a number, and for a number and an array. Kernels of choices have the truth
    values as a third argument."""

    def __init__(self, type, term, of_types, as_type, checked=True, third=""):
        self.type = type
        one, other = of_types

        def form(x, y, along):
            whole = term.replace("X", converted(x, one, as_type)).replace(
                "Y", converted(y, other, as_type))
            return kernels("x, y" + third, whole, type, checked, along)

        self.arrays = form("x[i]", "y[i]", "x")
        self.number = form("x[i]", "y", "x")
        self.reflected = form("x", "y[i]", "y")


def rules(terms, result=None, checked=True, third=""):
    """The rules of an operation for each pair of types. ``terms`` gives the term by the common
    type; of types without one the native part knows. ``result`` is the type of all results."""
    found = []
    for one in range(4):
        for other in range(4):
            as_type = common(one, other)
            term = terms.get(as_type)
            if isinstance(term, tuple):
                as_type, term = term
            found.append(term and Rule(
                as_type if result is None else result, term, (one, other), as_type,
                checked and as_type != BOOL and result != BOOL, third))
    return found


def _numbers(term):
    """The same term for all numbers."""
    return {FLOAT: term, INT: term, SINGLE: term}


def _arithmetic(term, of_truths=None):
    return rules({FLOAT: term, INT: term, SINGLE: term, BOOL: of_truths})


def _comparison(sign):
    return rules(dict.fromkeys(range(4), "X {} Y".format(sign)), BOOL)


def _bits(sign):
    return rules(dict.fromkeys((INT, BOOL), "X {} Y".format(sign)), checked=False)


def _extreme(sign, of_truths):
    floating = "X if X {} Y or X != X else Y".format(sign)
    return rules({FLOAT: floating, SINGLE: floating, INT: "X if X {} Y else Y".format(sign),
                  BOOL: "X {} Y".format(of_truths)}, checked=False)


def _engine_of_two(name):
    term = "OF_NUMBERS({}, X, Y)".format(OF_TWO[name])
    return rules({FLOAT: term, INT: (FLOAT, term)})


#: The rules of operations on two arrays, by their names among the element-wise functions.
TWO = {
    "add": _arithmetic("X + Y", "X or Y"),
    "subtract": _arithmetic("X - Y"),
    "multiply": _arithmetic("X * Y", "X and Y"),
    "divide": rules({FLOAT: "X / Y", SINGLE: "X / Y", INT: (FLOAT, "X / Y"),
                     BOOL: (FLOAT, "X / Y")}),
    # By an infinity the native part divides; the difference of a finite number and itself is 0.
    "floor_divide": rules({FLOAT: "X // Y - (Y - Y)", INT: "X // Y"}),
    "remainder": rules({FLOAT: "X % Y - (Y - Y)", INT: "X % Y"}),
    "less": _comparison("<"), "less_equal": _comparison("<="), "equal": _comparison("=="),
    "greater": _comparison(">"), "greater_equal": _comparison(">="),
    "not_equal": _comparison("!="),
    "bitwise_and": _bits("&"), "bitwise_or": _bits("|"), "bitwise_xor": _bits("^"),
    "logical_and": rules({BOOL: "X and Y"}), "logical_or": rules({BOOL: "X or Y"}),
    "maximum": _extreme(">", "|"), "minimum": _extreme("<", "&"),
    "hypot": _engine_of_two("hypot"), "atan2": _engine_of_two("atan2"),
    "logaddexp": _engine_of_two("logaddexp"),
}
#: The rules of the choice among two arrays.
CHOICE = rules(dict.fromkeys(range(4), "X if m[i] else Y"), checked=False, third=", m")


def unary(terms, result=None, checked=True):
    """By the type of elements the type of results and the kernels of a function of one array."""
    found = []
    for type in range(4):
        term = terms.get(type)
        as_type = type
        if isinstance(term, tuple):
            as_type, term = term
        wanted = as_type if result is None else result
        found.append(term and (wanted, kernels(
            "x", term.replace("X", converted("x[i]", type, as_type)), wanted,
            checked and wanted != BOOL)))
    return found


def _floating(term, checked=True):
    """Of integers it is what it is of float64."""
    return unary({FLOAT: term, SINGLE: term, INT: (FLOAT, term)}, checked=checked)


def _engine(name):
    """A function that the engine computes of all elements in one call."""
    return [(FLOAT, _engine_kernels(OF_ONE[name], type)) for type in (FLOAT, INT)] + [None, None]


def _engine_kernels(number, type):
    made = [None] * (UNROLLED + 1)

    def kernel(count):
        at = count if count <= UNROLLED else 0
        found = made[at]
        if found is None:
            found = made[at] = _engine_kernel(number, converted("x[i]", type, FLOAT), at)
        return found

    return kernel


def _engine_kernel(number, element, count):
    """The kernel for so many elements; for any number if that is 0."""
    call = "    OF_NUMBERS_AT({}, address, address + {}, {{}})".format(number, 8 * ROOM)
    lines = ["def kernel(x):", "    taken = _memory()", "    memory, address = taken"]
    if count:
        names = ["r{}".format(i) for i in range(count)]
        lines += ["    memory[{}] = {}".format(i, element.replace("[i]", "[{}]".format(i)))
                  for i in range(count)]
        lines.append(call.format(count))
        lines += ["    {} = memory[{}]".format(name, ROOM + i) for i, name in enumerate(names)]
        result = "[{}]".format(", ".join(names))
        total = " + ".join(names)
    else:
        lines += ["    for i in range(len(x)):", "        memory[i] = " + element,
                  call.format("len(x)"),
                  "    result, total = [0.0] * len(x), 0.0",
                  "    for i in range(len(x)):",
                  "        r = memory[{} + i]".format(ROOM),
                  "        result[i] = r",
                  "        total += r"]
        result, total = "result", "total"
    lines += ["    _free.append(taken)",
              "    return {} if {} else None".format(result, _finite(total))]
    return _function(lines)


def _rounded(name):
    term = "(copysign(float({0}(X)), X) if -{1}.0 < X < {1}.0 else X)".format(name, EXACT)
    return unary({FLOAT: term, SINGLE: term, INT: "X", BOOL: "X"}, checked=False)


#: Functions of one array, by their names.
ONE = {
    "positive": unary(_numbers("X"), checked=False),
    "negative": unary(_numbers("-X")),
    "abs": unary({FLOAT: "abs(X)", INT: "abs(X)", SINGLE: "abs(X)", BOOL: "X"}),
    "square": unary(_numbers("X * X")),
    "sqrt": _floating("sqrt(X)"),
    "reciprocal": unary({FLOAT: "1.0 / X", SINGLE: "1.0 / X"}),
    "floor": _rounded("floor"), "ceil": _rounded("ceil"),
    "isnan": unary({FLOAT: "X != X", SINGLE: "X != X"}, BOOL),
    "isfinite": unary({FLOAT: "X - X == 0.0", SINGLE: "X - X == 0.0"}, BOOL),
    "isinf": unary({FLOAT: "X == X and X - X != 0.0", SINGLE: "X == X and X - X != 0.0"}, BOOL),
    "logical_not": unary(dict.fromkeys(range(4), "not X"), BOOL),
    "bitwise_invert": unary({INT: "~X", BOOL: "not X"}, checked=False),
}
ONE.update({name: _engine(name) for name in OF_ONE})
#: Conversions of elements, by the type that they get.
CONVERSIONS = [
    unary({FLOAT: "X", INT: "float(X)", BOOL: "float(X)", SINGLE: "X"}, FLOAT, checked=False),
    unary({FLOAT: "int(X)", INT: "X", BOOL: "int(X)", SINGLE: "int(X)"}, INT),
    unary({FLOAT: "X != 0.0", INT: "X != 0", BOOL: "X", SINGLE: "X != 0.0"}, BOOL),
    # An integer without an exact float64 would be rounded twice; what is no number is left out.
    unary({FLOAT: "X", INT: "(float(X) if -{0} <= X <= {0} else nan)".format(EXACT),
           BOOL: "float(X)", SINGLE: "X"}, SINGLE),
]


# Reductions.


def _folded(start, step, longest, finite, rounded=False):
    """Kernels of ``r = start``, and ``r = step`` for each further element, by their number; None
    for more than so many. ``rounded`` to float32 are those whose elements are."""
    made = [None] * (longest + 1)

    def fold(x):
        count = len(x)
        if count > longest:
            return None
        found = made[count]
        if found is None:
            lines = ["def kernel(x):", "    r = " + start]
            if rounded:
                lines.append("    memory = _singles()")
            for i in range(1, count):
                lines.append("    r = " + step.replace("[i]", "[{}]".format(i)).replace(
                    ", i)", ", {})".format(i)))
                if rounded:
                    lines += ["    memory[0] = r", "    r = memory[0]"]
            if rounded:
                lines.append("    _roomy.append(memory)")
            found = made[count] = _function(lines + ["    return r"])
        r = found(x)
        return r if not finite or r - r == 0.0 else None

    return fold


def _sum_of_floats(x):
    count = len(x)
    if count <= IN_A_ROW:
        return _row_of_floats(x)
    # As the native part adds: so many sums side by side.
    width = 32 if count >= 32 else 8
    sums = x[:width]
    for i in range(width, count):
        sums[i % width] += x[i]
    while width > 1:
        width //= 2
        for i in range(width):
            sums[i] += sums[i + width]
    r = sums[0]
    return r if r - r == 0.0 else None


_row_of_floats = _folded("x[0]", "r + x[i]", IN_A_ROW, True)
_row_of_singles = _folded("x[0]", "r + x[i]", IN_A_ROW, True, rounded=True)


def _of_integers(start, step):
    fold = _folded(start, step, UNROLLED, False)

    def kernel(x):
        r = fold(x)
        return r if r is not None and -LONGEST <= r <= LONGEST else None

    return kernel


def _mean(x):
    total = _sum_of_floats(x)
    return None if total is None else total / len(x)


def _mean_of_singles(x):
    total = _row_of_singles(x)
    return None if total is None else single(total / len(x))


_distances = kernels("x, y", "(x[i] - y) * (x[i] - y)", FLOAT)
_distances_of_singles = kernels("x, y", "x[i] - y", SINGLE)
_squares_of_singles = kernels("x", "x[i] * x[i]", SINGLE)


def _variance(x):
    """The mean square of the distance from the mean."""
    center = _mean(x)
    squares = None if center is None else _distances(len(x))(x, center)
    return None if squares is None else _mean(squares)


def _variance_of_singles(x):
    center = _mean_of_singles(x)
    distances = None if center is None else _distances_of_singles(len(x))(x, center)
    squares = None if distances is None else _squares_of_singles(len(x))(distances)
    return None if squares is None else _mean_of_singles(squares)


def _root(variance, rounded=False):
    def deviation(x):
        found = variance(x)
        if found is None:
            return None
        return single(sqrt(found)) if rounded else sqrt(found)

    return deviation


def _of_numbers(reduce):
    """A reduction of floats, for integers and truth values."""
    return lambda x: reduce([float(value) for value in x])


def _extreme_of_floats(sign):
    return _folded("x[0]", "r if r {} x[i] or r != r else x[i]".format(sign), IN_A_ROW, False)


def _extreme_of_integers(sign):
    return _folded("x[0]", "r if r {} x[i] else x[i]".format(sign), UNROLLED, False)


def _truth(start, join):
    return _folded(start, "r {} {}".format(join, start.replace("[0]", "[i]")), UNROLLED, False)


def _reduction(**by_type):
    """By the type of elements the type of the result, and the function of the list."""
    return [by_type.get(name) for name in ("floats", "integers", "truths", "singles")]


#: Reductions of all elements to one, by their names.
REDUCTIONS = {
    "sum": _reduction(
        floats=(FLOAT, _sum_of_floats), integers=(INT, _of_integers("x[0]", "r + x[i]")),
        truths=(INT, _of_integers("int(x[0])", "r + int(x[i])")), singles=(SINGLE, _row_of_singles)),
    "prod": _reduction(
        floats=(FLOAT, _folded("x[0]", "r * x[i]", IN_A_ROW, True)),
        integers=(INT, _of_integers("x[0]", "r * x[i]"))),
    "mean": _reduction(
        floats=(FLOAT, _mean), integers=(FLOAT, _of_numbers(_mean)),
        truths=(FLOAT, _of_numbers(_mean)), singles=(SINGLE, _mean_of_singles)),
    "var": _reduction(
        floats=(FLOAT, _variance), integers=(FLOAT, _of_numbers(_variance)),
        truths=(FLOAT, _of_numbers(_variance)), singles=(SINGLE, _variance_of_singles)),
    "std": _reduction(
        floats=(FLOAT, _root(_variance)), integers=(FLOAT, _of_numbers(_root(_variance))),
        truths=(FLOAT, _of_numbers(_root(_variance))),
        singles=(SINGLE, _root(_variance_of_singles, rounded=True))),
    "min": _reduction(
        floats=(FLOAT, _extreme_of_floats("<")), singles=(SINGLE, _extreme_of_floats("<")),
        integers=(INT, _extreme_of_integers("<"))),
    "max": _reduction(
        floats=(FLOAT, _extreme_of_floats(">")), singles=(SINGLE, _extreme_of_floats(">")),
        integers=(INT, _extreme_of_integers(">"))),
    "any": _reduction(
        floats=(BOOL, _truth("(x[0] != 0.0)", "or")), integers=(BOOL, _truth("(x[0] != 0)", "or")),
        truths=(BOOL, _truth("x[0]", "or"))),
    "all": _reduction(
        floats=(BOOL, _truth("(x[0] != 0.0)", "and")),
        integers=(BOOL, _truth("(x[0] != 0)", "and")), truths=(BOOL, _truth("x[0]", "and"))),
}


def _place(sign):
    """Where the first of the extreme elements is; not of what is no number."""
    kernel = _folded("(x[0], 0)", "r if r[0] {} x[i] else (x[i], i)".format(sign), IN_A_ROW, False)

    def place(x):
        for value in x:
            if value != value:
                return None
        r = kernel(x)
        return None if r is None else r[1]

    return place


REDUCTIONS["argmax"] = [(INT, _place(">=")), (INT, _place(">=")), None, (INT, _place(">="))]
REDUCTIONS["argmin"] = [(INT, _place("<=")), (INT, _place("<=")), None, (INT, _place("<="))]


def _products(start, step):
    """The sums of products of two lists, from zero, by their number."""
    made = [None] * (UNROLLED + 1)

    def product(x, y):
        count = len(x)
        if count > UNROLLED:
            return None
        found = made[count]
        if found is None:
            lines = ["def kernel(x, y):", "    r = " + start]
            lines += ["    r = " + step.replace("[i]", "[{}]".format(i)) for i in range(count)]
            found = made[count] = _function(lines + ["    return r"])
        return found(x, y)

    return product


_product_of_floats = _products("0.0", "r + x[i] * y[i]")
_product_of_integers = _products("0", "r + x[i] * y[i]")


def product(type, x, y):
    """The scalar product of two lists of one type, or None."""
    if type == FLOAT:
        r = _product_of_floats(x, y)
        return r if r is not None and r - r == 0.0 else None
    if type == INT:
        r = _product_of_integers(x, y)
        return r if r is not None and -LONGEST <= r <= LONGEST else None
    return None


#: Products of more rows and columns, and of longer rows, are added in another order.
_TINY, _LONG = 8, 16
_matrix_products = {}


def matrix_product(type, x, y, inner, columns):
    """The elements of the product of two matrices of one type, in rows; ``inner`` is the number of
    columns of the first. None where the native part computes."""
    rows = len(x) // inner
    if type not in (FLOAT, INT) or rows > _TINY or columns > _TINY or inner > _LONG:
        return None
    shape = type, rows, inner, columns
    found = _matrix_products.get(shape)
    if found is None:
        found = _matrix_products[shape] = _matrix_kernel(*shape)
    return found(x, y)


def _matrix_kernel(type, rows, inner, columns):
    zero = repr(NUMBERS[type](0))
    names, lines = [], ["def kernel(x, y):"]
    for i in range(rows):
        for j in range(columns):
            terms = ["x[{}] * y[{}]".format(i * inner + p, p * columns + j) for p in range(inner)]
            names.append("r{}".format(len(names)))
            lines.append("    {} = {}".format(names[-1], " + ".join([zero] + terms)))
    return _function(lines + [_checked(names, type)])

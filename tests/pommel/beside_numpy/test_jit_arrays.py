"""Compiled functions that compute with whole arrays, of NumPy and of pommel, beside the same functions as they
are: results to the bit with their layouts, warnings, errors and lines, and what became of the arguments."""

import copy
import linecache
import os
import random
import struct
import traceback
import warnings

import numpy as np
import pytest

import pommel as pm

pytestmark = [pytest.mark.only("compiles")]

TYPES = ("bool", "int8", "int32", "int64", "uint8", "uint64", "float32", "float64")


def described(value):
    """A value with the classes of all that is in it, to the bit."""
    kind = type(value)
    if kind is np.ndarray and value.dtype.hasobject:
        return kind.__name__, repr(value)
    if kind in (np.ndarray, pm.ndarray):
        bits = np.asarray(value).tobytes() if value.size else b""
        nans = np.asarray(value)
        if nans.dtype.kind == "f":
            bits = np.where(np.isnan(nans), np.nan, nans).tobytes()
        return kind.__module__, str(value.dtype), value.shape, tuple(value.strides), bits
    if isinstance(value, np.generic):
        return kind.__name__, "nan" if value != value else value.tobytes()
    if kind is float:
        return "float", "nan" if value != value else struct.pack(">d", value)
    if isinstance(value, (tuple, list)):
        return (kind.__name__, *map(described, value))
    return kind.__name__, repr(value)


def outcome(function, arguments):
    """What a call with copies of the arguments does. Views of one array stay such."""
    arguments = copy.deepcopy(arguments)
    arguments = tuple(argument() if callable(argument) else argument for argument in arguments)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = described(function(*arguments))
        except Exception as error:
            trace = traceback.extract_tb(error.__traceback__.tb_next)
            result = type(error).__name__, str(error), [line.lineno for line in trace]
    said = [(warning.category.__name__, str(warning.message)) for warning in caught]
    return result, said, described(arguments)


def same(function, calls, monkeypatch, mode="always"):
    monkeypatch.setenv("POMMEL_JIT", mode)
    fast = pm.jit(function)
    for _ in range(2):
        for arguments in calls:
            assert outcome(fast, arguments) == outcome(function, arguments), arguments
    return fast


def loops(fast):
    """Whether a specialisation has a loop that makes an array."""
    return any("ilt" in made.typed and "store." in made.typed for made in pm.explain(fast).specialisations)


BY_CHANCE = random.Random(int(os.environ.get("POMMEL_JIT_SEED", "7")))
LIBRARIES = [np, pm]


def row(library, *items, dtype="float64"):
    return library.array(items, dtype=dtype)


def scaled(a, x, b):
    return a * x + b


def length(x, y):
    return np.sqrt(x * x + y * y)


def length_of_ours(x, y):
    return pm.sqrt(x * x + pm.square(y))


def stencil(u):
    return 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])


def written(u):
    u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
    return u


def shifted(x):
    x[1:] = x[:-1] * 2 + 1
    x[:-1] = x[1:] * 2 - x[:-1]
    return x


def in_place(x, v, dt):
    x += dt * v * 2
    v -= x * dt + v
    return x, v


def choices(x, y):
    return np.where(x > y, x * 2, y + 1) - np.where((x < 1) & (y > 0), 0.5, x)


def reused(x, y):
    t = x * y + 1
    u = t * t - t
    return u, t, u is t


def several_lines(x, y):
    return (x * 2
            / y
            + x)


def steps(x, n):
    for _ in range(n):
        x = x + 0.5 * (1 - x) * x
    return x


def shared(x, y, flag):
    z = x * 2 + y if flag else y
    return z * 3 + x


def truths(x, y):
    return (x > 0) & (y > 0) | ~(x > y), -x * 2, abs(x - y) + 1


FLOATS = [1.5, -2.0, 0.25, 3.0, 1e10, -0.0]


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
@pytest.mark.parametrize("size", [0, 1, 3, 4, 5, 8, 17, 100])
def test_floats(library, size, monkeypatch):
    x = library.array([FLOATS[i % 6] + i for i in range(size)], dtype="float64")
    y = library.array([FLOATS[i % 5] - i for i in range(size)], dtype="float64")
    fast = same(scaled, [(x, 2.5, 1.0), (x, 3, y), (x, y, y), (x[::-1], 2.0, y), (x[::2], 0.5, y[::2])], monkeypatch)
    assert loops(fast)
    assert loops(same(length if library is np else length_of_ours, [(x, y)], monkeypatch))
    same(reused, [(x, y)], monkeypatch)
    same(steps, [(x, 3), (x, 0)], monkeypatch)
    same(shared, [(x, y, True), (x, y, False)], monkeypatch)
    same(truths, [(x, y)], monkeypatch)
    if library is np:
        same(choices, [(x, y), (x, y[::-1])], monkeypatch)


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
def test_types(library, monkeypatch):
    arrays = [library.array([0, 1, 1, 0, 1], dtype=name) for name in TYPES]
    arrays += [library.array([3, 100, 7, 1, 120], dtype=name) for name in TYPES[1:]]
    for a in arrays:
        numbers = [True, 3, -1, 2.5, 2**40, 2**70, 1e300]
        if library is np:
            numbers += [np.float32(1.5), np.float64(2), np.int8(3), np.bool_(True)]
        calls = [(a, number, other) for number in numbers for other in (1, 0.5)]
        same(scaled, calls[:12], monkeypatch)
        same(scaled, calls[12:], monkeypatch)
    for a in arrays:
        same(scaled, [(a, b, 1) for b in arrays], monkeypatch)
        same(truths, [(a, b) for b in arrays[:8]], monkeypatch)


def squares(x):
    return x ** 2 + 1, x ** 2.0 - x, (x + 1) ** 2 * 0.5


def halves(x):
    return x / 2 / 3 + x // 2 - x % 3


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
@pytest.mark.parametrize("function", [squares, halves])
def test_other_operators(library, function, monkeypatch):
    for name in ("int64", "float32", "float64", "int32", "uint8"):
        same(function, [(library.array([0, 1, 5, 77, 100, 2**7 - 1], dtype=name),)], monkeypatch)


def test_integers_wrap_around(monkeypatch):
    large = row(np, 2**62, -2**63, 2**63 - 1, 3, 1, dtype="int64")
    same(scaled, [(large, 3, 5), (large, large, large), (large, 2**62, -1)], monkeypatch)
    same(truths, [(large, large)], monkeypatch)


def grids(library):
    u = library.array([[((i * 7 + j * 3) % 11) / 3 for j in range(9)] for i in range(7)])
    return u


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
@pytest.mark.parametrize("function", [stencil, written])
def test_grids(library, function, monkeypatch):
    u = grids(library)
    # Views are taken of the copy.
    views = [lambda u: u, lambda u: u.T, lambda u: u[::-1], lambda u: u[:, ::-1], lambda u: u[::2, ::2],
             lambda u: u[:2, :2], lambda u: u[:0, :], lambda u: u[3]]
    monkeypatch.setenv("POMMEL_JIT", "always")
    fast = pm.jit(function)
    for view in views * 2:
        results = []
        for one in (fast, function):
            own = copy.deepcopy(u)
            results.append((outcome(one, (lambda: view(own),)), described(own)))  # noqa: B023
        assert results[0] == results[1]


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
def test_broadcasting(library, monkeypatch):
    u = grids(library)
    calls = [(u, u[0], 1.0), (u[0], u, u), (u, u[:, :1], 2), (u[:1], u[:, :1], u), (u, u[0, 0], 1), (u, u[:2], 1),
             (u[0], u[:, 0], 1), (u, 2.0, u[1]), (u.reshape(7, 3, 3), u[0].reshape(3, 3), u[0][:3])]
    for _ in range(2):
        for call in calls:
            same(scaled, [call], monkeypatch)
        same(scaled, calls, monkeypatch)


def apart(x, y):
    return (x[:, None] - y[None, :]) * 2, x[:, None] * y + x[None], (x[None, :, None] + 1) * y[:, None]


def stretched_in_place(x, y):
    x[:, None] += y * 2 + 1
    return x


def grid_of(u, x, y):
    u += x[:, None] * 2 + y
    u[1:, None] = u[:-1, None] * 2
    v = u * 3 - y[None]
    return v, u[:, 1:] * x[:, None] - 1


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
def test_new_axes(library, monkeypatch):
    for rows, columns in [(3, 5), (5, 3), (1, 4), (4, 1), (0, 3), (3, 0), (9, 9)]:
        x = library.array([i * 1.5 for i in range(rows)], dtype="float64")
        y = library.array([i - 2.5 for i in range(columns)], dtype="float64")
        if rows == columns or library is np:
            same(apart, [(x, y)], monkeypatch)
        same(stretched_in_place, [(x, y)], monkeypatch)
        same(grid_of, [(library.zeros((rows, columns)), x, y)], monkeypatch)


def rows(u, x):
    u[1:] = x * 2 + 1
    u[:, 1:] = x[1:]
    u[0] = x
    u[:, 0] = u[:, 1]
    u[:1, ::-1] = u[-1:] - x
    u[:, None] = u[:, None] * 2 + 1
    return u


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int32", "uint64"])
def test_rows_are_put(library, dtype, monkeypatch):
    for lengths in [(3, 5), (1, 2), (0, 3), (4, 4)]:
        x = library.array(list(range(lengths[1])), dtype=dtype)
        same(rows, [(library.ones(lengths, dtype=dtype), x), (library.ones(lengths, dtype=dtype), x[:2])], monkeypatch)


@pytest.mark.parametrize("size", [3, 100, 600, 5000, 20000])
def test_few_and_many(size, monkeypatch):
    x = np.arange(size) / 7
    same(single, [(x, x[::-1])], monkeypatch)
    same(in_place, [(x, x + 1, 0.5)], monkeypatch)
    same(truths, [(x, x[::-1])], monkeypatch)


def single(x, y):
    a = x + y
    a -= y * 2
    return a * a, x < y, -x, a


@pytest.mark.parametrize("library", LIBRARIES, ids=["numpy", "pommel"])
def test_aliasing(library, monkeypatch):
    x = library.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    same(shifted, [(x,), (x[:1],), (x[:0],), (x[:2],)], monkeypatch)
    own = copy.deepcopy
    for cut in [(lambda a: (a, a)), (lambda a: (a[1:], a[:-1])), (lambda a: (a[:-1], a[1:])),
                (lambda a: (a, a[::-1])), (lambda a: (a[::2], a[:6]))]:
        monkeypatch.setenv("POMMEL_JIT", "always")
        fast = pm.jit(in_place)
        results = []
        for function in (fast, in_place, fast):
            a = own(x)
            v, w = cut(a)
            results.append((outcome(lambda f=function, v=v, w=w: f(v, w, 0.5), ()), described(a)))
        assert results[0] == results[1] == results[2]


SPECIAL = [float("inf"), float("-inf"), float("nan"), 0.0, -0.0, 1e308, 5e-324, 1.0, -1.5, 3.0]


@pytest.mark.parametrize("function", [scaled, length, several_lines, choices, truths, squares])
def test_warnings(function, monkeypatch):
    # Those without functions of NumPy are for our arrays as well.
    for library in LIBRARIES[:1 if function in (length, choices) else 2]:
        warned(library, function, monkeypatch)


def warned(library, function, monkeypatch):
    count = function.__code__.co_argcount
    calls = []
    for start in range(10):
        for more in (1, 3, 9):
            arrays = [library.array([SPECIAL[(start + i * more * (k + 1)) % 10] for i in range(7)]) for k in range(count)]
            calls.append(tuple(arrays))
    same(function, calls, monkeypatch)


def handled(x, y):
    seen = []
    try:
        t = x * 1e300
        u = (t
             + 1) / (y *
                     2)
        seen.append(u)
    except FloatingPointError as error:
        seen.append(str(error))
    t = x * 1e300
    u = t + y
    return seen, (u - x) / y // 2


@pytest.mark.parametrize("function", [scaled, several_lines, handled, choices, squares])
def test_errors_that_are_asked_for(function, monkeypatch):
    arguments = function.__code__.co_argcount
    calls = [(row(np, 1.0, 2.0), row(np, 1.0, 2.0), 1.0), (row(np, 1.0, 1e200), row(np, 1.0, 1e200), 1.0),
             (row(np, 1.0, 3.0), row(np, 1.0, 0.0), 1.0), (row(np, 1e200, 1), row(np, 0.0, 1), 0.0)]
    for kind in ("over", "divide", "invalid", "all"):
        with np.errstate(**{kind: "raise"}):
            same(function, [call[:arguments] for call in calls] * 12, monkeypatch)


class Watched:
    """Operators that change an array on the way."""

    def __init__(self, array):
        self.array = array

    def __mul__(self, other):
        self.array[0] += 1
        return other * 2

    def __radd__(self, other):
        self.array[1] += 1
        return other


def beside_others(x, watched, f):
    a = x * 2 + watched * x
    b = (x + 1) * 3 + watched
    c = (x + 1) * 3 + f(x)
    return a, b, c


def test_code_in_between(monkeypatch):
    def change(x):
        x[2] = x[2] + 10
        return x

    monkeypatch.setenv("POMMEL_JIT", "always")
    fast = pm.jit(beside_others)
    for _ in range(2):
        results = []
        for function in (fast, beside_others):
            x = row(np, 1, 2, 3, 4)
            results.append(outcome(lambda f=function, x=x: f(x, Watched(x), change), ()))
        assert results[0] == results[1]


class Meters(np.ndarray):
    pass


def test_subclasses_are_left_to_themselves(monkeypatch):
    x = np.arange(5.0).view(Meters)
    monkeypatch.setenv("POMMEL_JIT", "always")
    fast = pm.jit(scaled)
    for array in (x, np.ma.array(np.arange(5.0), mask=[0, 1, 0, 0, 1]), np.arange(5.0), x):
        assert type(fast(array, 2, 1)) is type(scaled(array, 2, 1))


def replaced(x):
    return np.sqrt(x * 2 + 1)


def test_replaced_functions(monkeypatch):
    x = np.arange(4.0)
    monkeypatch.setenv("POMMEL_JIT", "always")
    fast = pm.jit(replaced)
    assert outcome(fast, (x,)) == outcome(replaced, (x,))
    monkeypatch.setattr(np, "sqrt", lambda x: x - 1)
    assert outcome(fast, (x,)) == outcome(replaced, (x,))
    assert outcome(pm.jit(replaced), (x,)) == outcome(replaced, (x,))


OPERATORS = ["+", "-", "*", "/", "<", ">=", "==", "&", "|", "//", "**"]


def expression(depth, names):
    """An expression of arrays by chance."""
    kind = BY_CHANCE.random()
    if depth == 0 or kind < 0.15:
        return BY_CHANCE.choice(names)
    inner = lambda: expression(depth - 1, names)  # noqa: E731
    if kind < 0.7:
        operator = BY_CHANCE.choice(OPERATORS[:4] * 4 + OPERATORS)
        right = "2" if operator == "**" else inner()
        return "({} {} {})".format(inner(), operator, right)
    if kind < 0.78:
        return "(-{})".format(inner())
    if kind < 0.9:
        return "m.{}({})".format(BY_CHANCE.choice(["sqrt", "absolute", "square"]), inner())
    return "m.where({} > {}, {}, {})".format(inner(), inner(), inner(), inner())


def function_by_chance(number):
    names = ["a", "b", "c", "s", "1", "0.5", "a[1:-1]", "b[1:-1]", "a[::-1]", "c[:]", "u", "u[0]"]
    lines = ["def f(a, b, c, u, s):"]
    known = list(names)
    for i in range(BY_CHANCE.randrange(1, 4)):
        lines.append("    t{} = {}".format(i, expression(BY_CHANCE.randrange(1, 5), known)))
        known.append("t{}".format(i))
        if BY_CHANCE.random() < 0.4:
            lines.append("    a[1:] = a[:-1] * {}".format(BY_CHANCE.choice(known[3:6])))
        if BY_CHANCE.random() < 0.3:
            lines.append("    b += {}".format(BY_CHANCE.choice(known)))
    lines.append("    return " + ", ".join(known[len(names):] + [expression(3, known)]))
    source = "\n".join(lines) + "\n"
    file = "<arrays by chance {}>".format(number)
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    return source, file


@pytest.mark.parametrize("number", range(int(os.environ.get("POMMEL_JIT_PROGRAMS", "40"))))
def test_by_chance(number, monkeypatch):
    library = LIBRARIES[number % 2]
    source, file = function_by_chance(number)
    namespace = {"m": library, "__name__": "generated"}
    exec(compile(source, file, "exec"), namespace)
    calls = []
    for _ in range(2):
        size = BY_CHANCE.choice([3, 6, 9])
        types = [BY_CHANCE.choice(["float64"] * 3 + ["int64", "float32"]) for _ in range(4)]
        for _ in range(2):
            a, b, c = (library.array([BY_CHANCE.randrange(-4, 9) for _ in range(size)], dtype=t) for t in types[:3])
            u = library.array([[BY_CHANCE.randrange(-4, 9) / 2 for _ in range(size)] for _ in range(3)]).astype(types[3])
            calls.append((a, b, c, u, BY_CHANCE.choice([2, 1.5, True])))
    try:
        same(namespace["f"], calls, monkeypatch)
    except AssertionError as error:
        raise AssertionError(source + str(error)[:4000]) from None

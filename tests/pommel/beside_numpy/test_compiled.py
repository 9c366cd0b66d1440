"""Compiled functions of NumPy's arrays and scalars do what they do as they are: with the same classes, bits,
warnings, errors and lines."""

import array
import copy
import math
import struct
import traceback
import warnings

import numpy as np
import pytest

import pommel as pm

TYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")
CASES = []


def given(*calls):
    """Says what a function is called with."""
    def note(function):
        CASES.append((function, calls))
        return function
    return note


def row(*items, dtype="float64"):
    return np.array(items, dtype=dtype)


def grid(rows, columns, dtype="float64"):
    return (np.arange(rows * columns) % 7).astype(dtype).reshape(rows, columns)


def every_type(*items):
    """An array of these for each type."""
    return tuple((np.array(items).astype(name),) for name in TYPES)


def described(value):
    """A value with the classes of all that is in it, to the bit."""
    kind = type(value)
    if isinstance(value, np.ndarray) and (kind is not np.ndarray or value.dtype.hasobject):
        return kind.__name__, repr(value)
    if kind is np.ndarray:
        return kind.__name__, value.dtype.str, value.shape, value.strides, value.flags.writeable, \
            [described(item) for item in value.ravel()]
    if isinstance(value, np.generic):
        return kind.__name__, "nan" if value != value else value.tobytes().hex()
    if kind is float:
        return "float", "nan" if value != value else struct.pack(">d", value).hex()
    if isinstance(value, (tuple, list)):
        return (kind.__name__, *map(described, value))
    return kind.__name__, repr(value)


def outcome(function, arguments):
    """What a call with copies of the arguments does."""
    arguments = copy.deepcopy(arguments)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = described(function(*arguments))
        except Exception as error:
            trace = traceback.extract_tb(error.__traceback__.tb_next)
            result = type(error).__name__, str(error), [line.lineno for line in trace]
    said = [(warning.category.__name__, str(warning.message)) for warning in caught]
    return result, said, described(arguments)


@given(*every_type(0, 1, 2, 3), *every_type(), (grid(4, 4)[1],), (grid(4, 4)[:, 1],), (row(1, 2, 3)[::-1],),
       (row(float("inf"), 1, float("-inf")),), (row(1e308, 1e308),), ([1.5, 2],), (np.float64(1),))
def sum_of_elements(a):
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return total


@given(*every_type(0, 1, 2, 3), *every_type(), (grid(3, 4)[:, 1],), (row(120, 7, dtype="int8"),))
def sum_of_items(a):
    total = 0
    for x in a:
        total += x
    return total


@given(*[(np.array([1, 0, 3]).astype(t), np.array([2, 3, 0]).astype(u), i) for t in TYPES for u in TYPES
         for i in (0, 1, 2)])
def beside_each_other(a, b, i):
    x, y = a[i], b[i]
    return x + y, x * y, x < y, x == y, x >= y, x != y, y


@given(*[(np.array([7, 0, 3]).astype(t), np.array([2, 3, 5]).astype(t), i) for t in TYPES if t != "bool"
         for i in (0, 1, 2)], (row(-128, dtype="int8"), row(-1, dtype="int8"), 0),
       (row(-7, 7), row(2, -2), 0), (row(-7, 7), row(2, -2), 1), (row(1), row(0), 0), (row(0), row(0), 0),
       (row(-2**63, dtype="int64"), row(-1, dtype="int64"), 0), (row(1e300), row(1e-300), 0))
def quotients(a, b, i):
    x, y = a[i], b[i]
    return x - y, x / y, x // y, x % y


@given(*[(np.array([1, 0, 3]).astype(t), n) for t in TYPES
         for n in (2, 0, -1, 300, 2**40, 2**70, 1.5, 1e300, True, None, "x")])
def beside_numbers_of_python(a, n):
    made = []
    for x in a:
        try:
            made.append((x + n, n * x))
        except (TypeError, OverflowError) as error:
            made.append(str(error))
        made.append(x == n)
    return made


@given(*[(np.array([1, 0, 3]).astype(t),) for t in TYPES], (row(-128, dtype="int8"),), (row(-0.0, float("nan")),))
def of_one(a):
    made = []
    for x in a:
        made.append((abs(x), float(x), bool(x), not x, x is None, isinstance(x, float), isinstance(x, int)))
        try:
            made.append((-x, +x, int(x)))
        except (TypeError, ValueError) as error:
            made.append(str(error))
    return made


@given(*[(np.array([5, 1, 7]).astype(t), np.array([1, 2, 3]).astype(t)) for t in TYPES if t[0] in "iub"])
def bits_of_integers(a, b):
    x, y, z = a[0], b[1], a[2]
    return x & y, x | z, x ^ y, ~x, x & 1


@given((row(5, -3, dtype="int64"), 2), (row(5, 200, dtype="uint8"), 2), (row(1, 2, dtype="int32"), 40),
       (row(1, -1, dtype="int16"), -1))
def shifted(a, n):
    return a[0] >> n, a[1] << n, a[1] >> n


@given((row(0.5, 2, 9),), (row(0.5, 2, 9, dtype="float32"),), (row(1, 2, 4, dtype="int16"),), (row(-1),))
def functions_of_math(a):
    return [(math.sin(x), math.sqrt(x), math.exp(x), math.floor(x), math.isnan(x), int(x), round(float(x))) for x in a]


@given((row(1, 2, 3), 0), (row(1), -1), (row(1), 1), (row(1), -2), (row(1), 1.0), (row(), 0), (row(1, 2), np.int64(1)),
       (row(1, 2), np.uint8(1)), (row(1, 2), True), (row(1, 2), np.bool_(True)), (grid(2, 3), 1), (grid(2, 3), (1, 2)),
       (grid(2, 3), (1, 3)), (grid(2, 3), (2, 0)), (grid(2, 3), (0, 0, 0)), (row(1, 2), (1,)), (row(1, 2), None),
       (row(1, 2), slice(None, None, -1)), (row(1, 2, 3), [0, 2]), (np.array(5.0), 0), (np.array(5.0), ()))
def element(a, i):
    return a[i]


@given(*[(np.zeros(2, dtype=t), v) for t in TYPES
         for v in (1, -1, 300, 2**40, 2**70, 1.9, 1e300, float("nan"), True, np.float64(2.5), np.int8(-3),
                   np.uint64(2**63), np.bool_(True), None, "x", 3 + 0j)])
def store(a, value):
    a[0] = value
    a[-1] = value
    return a


def read_only(a):
    a.setflags(write=False)
    return a


@given((row(1, 2), 5), (row(1, 2), 0))
def store_out_of_bounds(a, i):
    a[i] = 3.0
    a[2 - i] = 4.0
    return a


def test_arrays_that_are_only_read():
    def change(a):
        total = a[0]
        a[1] = 2.0
        return total

    for array_ in (read_only(row(1, 2)), np.broadcast_to(np.array([1.0]), 3)):
        with pytest.raises(ValueError) as plain:
            change(array_)
        with pytest.raises(ValueError) as fast:
            pm.jit(change)(array_)
        assert str(plain.value) == str(fast.value)


@given((row(1, 2, 3),), (row(250, 3, dtype="uint8"),), (row(2**62, dtype="int64"),), (row(1, 2, dtype="float32"),),
       (row(1, dtype="int32"),))
def augmented_elements(a):
    for i in range(a.shape[0]):
        a[i] += i + 1
        a[i] *= 2
    return a


@given((grid(3, 4),), (np.asfortranarray(grid(3, 4)),), (grid(6, 8)[::2, ::-2],), (np.zeros((0, 3)),), (np.ones(3),),
       (grid(3, 4, "int32"),), (grid(3, 4, "uint8").T,), (np.zeros((2, 2, 2)),))
def two_dimensions(a):
    total = 0
    rows, columns = a.shape
    for i in range(rows):
        for j in range(columns):
            total += a[i, j] * (i - j)
    return total, a.ndim, a.size, len(a)


@given((grid(3, 4),), (grid(6, 8)[::2, ::-2],), (np.zeros((0, 3)),), (np.ones(3),), (np.zeros((2, 2, 2)),))
def rows_of(a):
    total = 0.0
    last = None
    for line in a:
        for x in line:
            total = total + x
        last = line
    return total, last, last is a


@given((grid(5, 6),), (grid(9, 9)[::2, ::3],), (grid(2, 2),), (grid(1, 1),))
def parts(a):
    b = a[1:-1, 1:]
    c = a[::-1]
    d = a[-1]
    if len(b) and len(b[0]):
        b[0, 0] = 100
        d[0] = -1
    return b, c, d, c[0], b.shape, a[:, 0], a[1:], a[:-1, ::2], a[0, ::-1], c.size


@given((grid(5, 6), 1, 3, 2), (grid(5, 6), -2, None, -1), (grid(5, 6), 100, -100, -1), (grid(5, 6), None, 100, 1),
       (grid(5, 6), 4, 1, 1), (grid(5, 6), -100, 2, 3), (grid(5, 6), np.int64(1), 3, 1), (grid(5, 6), 1.0, 3, 1))
def slices(a, i, j, k):
    return a[i:j], a[i:j:2], a[i:j:-1], a[1, i:j], a[i:j:k]


@given((grid(4, 5), grid(4, 5) + 1), (grid(2, 2), grid(3, 2)), (grid(4, 5, "int32"), grid(4, 5, "float32")))
def whole_arrays(a, b):
    c = a + b
    c[0, 0] = 5
    total = 0
    for i in range(len(c)):
        total += c[i, 1]
    return c, c[1:] * 2, a.sum(), np.sum(b), total, (a @ b.T)[0]


@given((4,), (0,), (-1,))
def made_by_numpy(n):
    a = np.zeros(n)
    b = np.zeros((n, 2), dtype=np.int32)
    c = np.arange(n)
    d = np.empty_like(a)
    for i in range(n):
        a[i] = i * 0.5
        b[i, 1] = i
        c[i] += 1
        d[i] = a[i] - 1
    return a, b, c, d


@given((row(1, 2, 3), 2.0), (row(1, 2), np.float64(2)), (row(1, 2, dtype="int64"), 2), (row(0, 1), 1e308))
def small_arrays(a, k):
    b = np.array([a[0], a[1], 3.0, 4])
    c = b * k + b / 2 - 1
    c[1] = 7
    d = c
    d[0] = c[1] + 0.5
    return c, d is c, c[0], len(b), b + np.array([1.0, 2.0, 3.0, 4.0]), -c


@given((row(1, 2, 3),))
def small_arrays_beside_others(a):
    b = np.array([1.0, 2.0, 3.0])
    c = b + a
    b[0] = 10.0
    return b, c, b is c, [b, b], np.array([1, 2]), np.array([1.0, True])


@given((1.5, 2.0, 3.25), (1.0, 0.5, 4.0), (1, 2.5, 3), (0.0, -0.0, 1e300))
def items_of_small_arrays(a, b, c):
    y = np.array([a, b, c])
    seen, total = [], 0.0
    for place, item in enumerate(y):
        seen.append(item)
        total = total * 0.5 + item
        if place < 2:
            y[place + 1] = item * 2.0
    return seen, total, [-item for item in y], [p * q for p, q in zip(y, np.array([c, b, a]))], y


@given((1.5, 2.0, 3.25), (1, 2.5, 3))
def copies_of_small_arrays(a, b, c):
    y = np.array([a, b, c])
    z, same = np.array(y), np.asarray(y)
    z[0], same[1] = 9.0, 7.0
    return y, z, same is y, z is y, np.asarray((a, 1)), np.asarray([a, b]) * 2, np.array(pm.array([a, b, c])), \
        pm.array(y).tolist(), np.asarray(a), np.asarray(y[1:])


@given((1.5, 2.0, 0.0), (1.0, 2.5, 3.0))
def items_of_small_arrays_and_an_exit(a, b, c):
    n, seen = 3, []
    for item in np.array([a, b, c]):
        n *= 10 ** 9
        seen.append(1.0 / float(item))
    return n, seen


@given((row(3, 1, 2),), (row(3, 1, 2, dtype="int32"),), (row(float("nan"), 1),), (row(),))
def largest(a):
    best = -1
    for x in a:
        if x > best:
            best = x
    return best


@given((row(0, 1, 5, 5, 2, dtype="int64"), 6), (row(0, 9, dtype="int64"), 6), (row(0, -1, dtype="int8"), 3))
def histogram(a, n):
    counts = np.zeros(n, dtype=np.int64)
    for x in a:
        counts[x] += 1
    return counts


@given((row(1, 2, 3),), (row(1, 2, 3, dtype="int16"),))
def prefix_sums(a):
    b = a.copy()
    for i in range(1, len(b)):
        b[i] = b[i] + b[i - 1]
    return b, b is a


@given((row(1, 2, 3),))
def aliased(a):
    b = a[1:]
    c = a[::-1]
    b[0] = 10
    c[0] = 20
    total = a[1] + a[2] + b[1]
    a += 1
    return a, b, c, total


def resize(a):
    a.resize(40, refcheck=False)
    a[10:] = 7


@given((row(1, 2, 3),))
def moved_by_a_call(a):
    total = 0.0
    for i in range(30):
        if i == 3:
            resize(a)
        total += a[i]
    return total


class Mine(np.ndarray):
    """A subclass."""

    def __getitem__(self, key):
        if key == 2:
            raise IndexError
        return 42


@given((row(1, 2).view(Mine), 0), (row(1, 2).astype(">f8"), 1), (np.ma.array([1.0, 2.0], mask=[True, False]), 0),
       (np.array(["a", "b"]), 0), (np.array([1, "x", None], dtype=object), 2), (np.array([1 + 2j]), 0),
       (np.array([1.5], dtype="float16"), 0), (np.array([(1, 2.0)], dtype="i4,f8"), 0),
       (np.array(["2020-01-01"], dtype="datetime64[D]"), 0), (np.frombuffer(b"\x02\x00", dtype=bool), 0))
def left_to_objects(a, i):
    x = a[i]
    return x, [y for y in a], len(a), a.shape


@given((np.float64(1.5), np.float64(2)), (np.int32(7), 2), (np.float32(0.1), 0.1), (np.uint64(2**63 + 1), 1),
       (np.bool_(True), np.bool_(False)), (1.5, np.float64(0)), (np.int8(100), np.int8(100)),
       (np.int64(2**62), np.int64(2**62)), (np.uint8(1), np.uint8(2)), (np.float32(3e38), np.float32(3e38)))
def scalars(x, y):
    total = 0
    for _ in range(3):
        total = total + x * y
    return total, x - y if not isinstance(x, np.bool_) else x, x / y if y else y, x < y


BY_CHANCE = np.random.default_rng(5)


@given(*[(BY_CHANCE.normal(size=30) * 10.0 ** BY_CHANCE.integers(-8, 8, 30),
          BY_CHANCE.normal(size=30) * 10.0 ** BY_CHANCE.integers(-8, 8, 30)) for _ in range(20)])
def floats_by_chance(a, b):
    made = []
    for i in range(len(a)):
        x, y = a[i], b[i]
        made.append((x % y, x // y, abs(x) ** (y * 1e-6), x ** 2, x ** 3, x * x * y - y, x / y))
    return made


@given(*[(BY_CHANCE.integers(0, 100, 20).astype(t), BY_CHANCE.integers(1, 50, 20).astype(u))
         for t in TYPES for u in TYPES])
def numbers_by_chance(a, b):
    made = []
    for i in range(len(a)):
        x, y = a[i], b[i]
        made.append((x + y, x < y))
        if not isinstance(x, np.bool_) and not isinstance(y, np.bool_):
            made.append((x * 2 + y, x / y, x // y, x % y, abs(x), x + 1.5, 0.1 * x, y == x))
    return made


@given((np.int64(3), np.int64(1)), (np.uint8(3), 1), (np.bool_(True), 1), (np.float64(2), 1))
def ranges(n, start):
    return [i for i in range(start, n)], list(range(n))


@given((array.array("d", [1, 2]), np.float32(0.1)), (array.array("h", [1, 2]), np.int64(5)),
       (array.array("h", [1, 2]), np.int64(70000)), (array.array("h", [1, 2]), np.bool_(True)))
def scalars_in_arrays_of_python(a, x):
    a[0] = x
    return a, a[0] + a[1]


@pytest.mark.parametrize("mode", ["on", "plain"])
@pytest.mark.parametrize("function, calls", CASES, ids=[case[0].__name__ for case in CASES])
def test_does_the_same(function, calls, mode, monkeypatch):
    monkeypatch.setenv("POMMEL_JIT", mode)
    fast = pm.jit(function)
    for _ in range(2):
        for arguments in calls:
            assert outcome(fast, arguments) == outcome(function, arguments), arguments


@pytest.mark.parametrize("function, calls", CASES, ids=[case[0].__name__ for case in CASES])
def test_each_call_alone(function, calls):
    for arguments in calls:
        assert outcome(pm.jit(function), arguments) == outcome(function, arguments), arguments

"""What PyPy computes of small arrays without the native part, beside the native part: to the bit,
with the same types, shapes, warnings and errors. On other Pythons both are native.
"""

import itertools
import math
import random
import warnings

import pytest

import pommel as pm

#: A number of each kind, and what is hard of it.
FLOATS = [0.0, -0.0, 1.5, -2.25, 3.0, 1e308, -1e-308, 5e-324, math.inf, -math.inf, math.nan, 2.0**53, 0.1,
          1e-200, 709.9, 710.5]
INTEGERS = [0, 1, -1, 2, 7, -13, 2**31, 2**53 + 1, -2**53 - 1, 2**62, 2**63 - 1, -2**63, 3037000500]
SINGLES = [0.0, -0.0, 1.5, -2.25, 3.0, 3e38, 1e-45, math.inf, math.nan, 16777217.0, 0.1, -1e-38]
TRUTHS = [True, False]
NUMBERS = [0, 1, -3, 2**24 + 1, 2**53 + 1, 2**62 + 1, 2**63, 0.1, -0.0, 2.5, 1e300, 1e-50, math.inf,
           math.nan, True, False, 3j]


def light(values, dtype):
    if dtype == "bool":
        return pm.array([float(value) for value in values]) != 0.0
    if dtype == "float32":
        return small_singles(values)
    return pm.array([(float if dtype == "float64" else int)(value) for value in values])


def small_singles(values):
    """Through elements, which are small arrays themselves where arrays of float32 are."""
    array = pm.array([float(value) for value in values], dtype="float32")
    return pm.where(pm.array([1.0] * len(values)) > 0.0, array, array)


def native(array):
    """A copy in the native part, which does not hear of the array itself."""
    copy = array.copy()
    memoryview(copy).release()
    return copy


def bits(result):
    if isinstance(result, pm.ndarray):
        kind = str(result.dtype)
        # What a NaN has for a sign is nobody's.
        values = [repr(value) for value in native(result).reshape(-1).tolist()]
        return kind, result.shape, values
    if isinstance(result, (list, tuple)):
        return type(result).__name__, [bits(part) for part in result]
    return type(result).__name__, repr(result)


def outcome(compute, *operands):
    """What a function gives, or how it fails, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = bits(compute(*operands))
        except Exception as error:
            found = type(error).__name__, str(error)
    return found, sorted((one.category.__name__, str(one.message)) for one in caught)


def same(compute, *operands):
    """Small and native arrays go the same way."""
    beside = [native(one) if isinstance(one, pm.ndarray) else one for one in operands]
    expected = outcome(compute, *beside)
    assert outcome(compute, *operands) == expected, (operands, expected)


def arrays(count, seed=0, tame=False):
    """A small array of each type."""
    rng = random.Random(seed)

    def chosen(values):
        if tame or count > 4:
            values = [value for value in values if abs(value) < 1e4]
        return [rng.choice(values) for _ in range(count)]

    return [light(chosen(values), dtype) for values, dtype in (
        (FLOATS, "float64"), (INTEGERS, "int64"), (TRUTHS, "bool"), (SINGLES, "float32"))]


BINARY = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b,
    "/": lambda a, b: a / b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "&": lambda a, b: a & b, "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b, "**": lambda a, b: a**b, "//": lambda a, b: a // b,
    "%": lambda a, b: a % b, "@": lambda a, b: a @ b,
}
FUNCTIONS_OF_TWO = ["add", "subtract", "multiply", "divide", "less", "equal", "maximum", "minimum",
                    "hypot", "atan2", "logaddexp", "logical_and", "logical_or", "bitwise_and", "pow",
                    "dot", "vecdot", "greater_equal", "not_equal", "fmax", "copysign"]
BINARY.update((name, getattr(pm, name)) for name in FUNCTIONS_OF_TWO)


@pytest.mark.parametrize("name", BINARY)
def test_operations_on_two_arrays(name):
    compute = BINARY[name]
    for count, seed in ((1, 0), (2, 1), (4, 2), (4, 3), (4, 4), (15, 5), (17, 6), (40, 7)):
        few, others = arrays(count, seed), arrays(count, seed + 10)
        for a, b in itertools.product(few, others):
            same(compute, a, b)
        points = [array.sum() for array in arrays(3, seed, tame=True)]
        for a, b in itertools.product(few, points):
            same(compute, a, b)
            same(compute, b, a)
        for a, number in itertools.product(few, NUMBERS):
            same(compute, a, number)
            same(compute, number, a)
        for a, b in itertools.product(points, points):
            same(compute, a, b)
    for a, b in itertools.product(arrays(3), arrays(4)):
        same(compute, a, b)


IN_PLACE = ["__iadd__", "__isub__", "__imul__", "__itruediv__", "__iand__", "__ior__", "__ixor__"]


@pytest.mark.parametrize("name", IN_PLACE)
def test_operators_in_place(name):
    def compute(a, b):
        a, b = a.copy(), b.copy() if isinstance(b, pm.ndarray) else b
        if isinstance(b, pm.ndarray):
            view = a[:]
        getattr(a, name)(b)
        return [a, view] if isinstance(b, pm.ndarray) else a

    def of_part(a, b):
        a = a.copy()
        getattr(a[1:3], name)(b)
        return a

    for seed in range(4):
        few = arrays(4, seed)
        for a, b in itertools.product(few, arrays(4, seed + 20) + [x.max() for x in few]):
            same(compute, a, b)
        for a, number in itertools.product(few, NUMBERS):
            same(compute, a, number)
            same(of_part, a, number)


FUNCTIONS = ["sqrt", "abs", "negative", "positive", "square", "reciprocal", "floor", "ceil", "trunc",
             "rint", "isnan", "isfinite", "isinf", "logical_not", "bitwise_invert", "sign", "signbit",
             "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin",
             "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt", "fabs",
             "sum", "prod", "min", "max", "mean", "any", "all", "std", "var", "argmax", "argmin",
             "cumulative_sum", "zeros_like", "ones_like", "copy", "array", "asarray"]
UNARY = {name: getattr(pm, name) for name in FUNCTIONS}
UNARY.update({
    "-": lambda a: -a, "+": lambda a: +a, "~": lambda a: ~a, "__abs__": abs, "bool": bool,
    "float": float, "int": int, "index": lambda a: a.__index__(), "list": list, "len": len,
    "tolist": lambda a: a.tolist(), "item": lambda a: a.item(), "repr": repr, "complex": complex,
    "square": lambda a: a**2, "iter": lambda a: [x for x in a], "round": round,
    "shape": lambda a: (a.shape, a.ndim, a.size, str(a.dtype), a.itemsize, a.strides),
    "[1:3]": lambda a: a[1:3], "[-3:]": lambda a: a[-3:], "[:9]": lambda a: a[:9],
    "[::-1]": lambda a: a[::-1], "[2:1]": lambda a: a[2:1], "[0]": lambda a: a[0], "[-1]": lambda a: a[-1],
    "[9]": lambda a: a[9], "[()]": lambda a: a[()], "[...]": lambda a: a[...],
    "[True]": lambda a: a[True], "[1:][1:]": lambda a: a[1:][1:], "[1:][0]": lambda a: a[1:][0],
    "[1:][9]": lambda a: a[1:][9], "[-9:-1]": lambda a: a[-9:-1], "[None]": lambda a: a[None],
    "[10**30:]": lambda a: a[10**30:], "[:-10**30]": lambda a: a[:-10**30], "[1:3].sum": lambda a: a[1:3].sum(),
})
UNARY.update({"astype " + dtype: lambda a, dtype=dtype: a.astype(dtype)
              for dtype in ("float64", "int64", "bool", "float32", "int32", "complex128")})
UNARY.update({
    "astype float": lambda a: a.astype(float), "astype pm.int64": lambda a: a.astype(pm.int64),
    "astype copy": lambda a: [a.astype(a.dtype, copy=False), pm.astype(a, "float64", copy=True)],
    "concat": lambda a: pm.concat([a, a[:1], a]), "concatenate": lambda a: pm.concatenate((a, a)),
    "concat axis": lambda a: pm.concat((a, a), axis=None),
    "concat types": lambda a: pm.concat([a, pm.ones(2)]), "concat none": lambda a: pm.concat([a[:0], a]),
    "concat dtype": lambda a: pm.concat([a, a], dtype="float64"),
    "clip one": lambda a: [pm.clip(a, 1), a.clip(None, 1.5), pm.clip(a, 0, max=1)],
    "clip": lambda a: [pm.clip(a, -1, 2), a.clip(-0.5, 1.1), a.clip(0.5, 2), a.clip(3, -3), a.clip(0, math.nan)],
})
UNARY.update({"." + name: lambda a, name=name: getattr(a, name)()
              for name in ("sum", "prod", "min", "max", "mean", "any", "all", "std", "var", "copy")})


@pytest.mark.parametrize("name", UNARY)
def test_functions_of_one_array(name):
    compute = UNARY[name]
    for count in (1, 2, 4, 4, 4, 4, 8, 15, 16, 17, 31, 32, 33, 100, 256):
        for seed in range(3):
            few = arrays(count, 100 * seed + count)
            for a in few + [x.max() for x in few] + [x[:] for x in few]:
                same(compute, a)


def test_sums_are_added_in_the_native_order():
    rng = random.Random(1)
    for count in range(1, 257):
        values = [rng.uniform(-1, 1) * 10.0**rng.randint(-9, 9) for _ in range(count)]
        a, b = pm.array(values), pm.array(values[::-1])
        for compute in (pm.sum, pm.mean, pm.prod, pm.max, pm.min, lambda a: a @ b, lambda a: a.dot(a)):
            same(compute, a)


def test_choices():
    for count in (1, 4, 20):
        for seed in range(3):
            condition = arrays(count, seed)[2]
            for a, b in itertools.product(arrays(count, seed), arrays(count, seed + 5)):
                same(pm.where, condition, a, b)
                same(pm.where, condition, a, b.max())
            for a, number in itertools.product(arrays(count, seed), NUMBERS):
                same(pm.where, condition, a, number)
                same(pm.where, condition, number, a)
                same(pm.where, condition.any(), number, a)
                same(pm.where, a, number, number)


def test_functions_that_write():
    for a, b in itertools.product(arrays(4), arrays(4, 1)):
        for out in arrays(4, 2) + arrays(3, 2):
            same(lambda a, b, out: [pm.add(a, b, out=out) is out, out], a, b, out)
            same(lambda a, b, out: [pm.maximum(a, b, out) is out, out], a, b, out)
        same(lambda a, b: [pm.sqrt(a, out=b), b], a, b)


SHAPES = [(2, 2), (4, 1), (1, 4), (2, -1), (-1, 4), 4, -1, (4,), (-1,), (3, -1), (2, 3), (0, -1),
          (-1, -1), (2, 2, 1), (-2, 2), [2, 2], 2.0, (True, 4)]
#: What is computed of arrays of two axes.
OF_MATRICES = {
    "rows": lambda m: [m[0], m[-1], m[1], len(m)], "no row": lambda m: m[9], "no element": lambda m: m[0, 9],
    "elements": lambda m: [m[0, 0], m[-1, -1], m[0, -1]], "element": lambda m: m[0][0],
    "slices": lambda m: [m[:1], m[:, 0], m[..., 0], m[0, :], m[None]], "iter": lambda m: [row for row in m],
    "tolist": lambda m: m.tolist(), "repr": repr, "bool": bool, "float": float,
    "shape": lambda m: (m.shape, m.ndim, m.size, str(m.dtype), m.nbytes),
    "copy": lambda m: [m.copy(), m.T, m.copy().shape], "like": lambda m: [pm.zeros_like(m), pm.ones_like(m)],
    "number": lambda m: [m + 1, 2 * m, m / 2, m < 1, m // 2], "itself": lambda m: [m + m, m * m, m == m],
    "turned": lambda m: m + m.T, "vector": lambda m: m + m[0], "point": lambda m: m * m.max(),
    "functions": lambda m: [pm.abs(m), pm.exp(m), m**2], "negative": lambda m: -m,
    "reductions": lambda m: [m.sum(), m.sum(axis=0), m.max(), m.mean(), m.std(), m.argmax(), m.any()],
    "max of rows": lambda m: m[0].max(), "astype": lambda m: [m.astype("float32"), m.astype(bool)],
    "clip": lambda m: m.clip(0, 1), "mask": lambda m: m[m > 0], "where": lambda m: pm.where(m > 0, m, m),
    "concat": lambda m: pm.concat([m, m]), "item": lambda m: m[:1, :1].item(),
    "again": lambda m: [m.reshape(-1), m.reshape(1, -1), m.reshape(-1)[1:3], m.ravel()],
    "in order": lambda m: [m.reshape(-1, order="F"), pm.reshape(m, -1, order="C")],
    "array": lambda m: [pm.array(m), pm.asarray(m)],
}


@pytest.mark.parametrize("name", OF_MATRICES)
def test_arrays_of_two_axes(name):
    compute = OF_MATRICES[name]
    for seed in range(3):
        for a in arrays(4, seed, tame=True):
            shapes = [a.reshape(2, 2), a.reshape((1, 4)), a[1:3].reshape(2, 1), a.reshape(4, 1)]
            # Some that are no views.
            for m in shapes + [m.copy() for m in shapes]:
                same(compute, m)


def test_other_shapes():
    for a in arrays(4) + arrays(4)[:1] + [arrays(1)[0].max()]:
        for shape in SHAPES:
            same(lambda a: pm.reshape(a, shape), a)
            same(lambda a: a.reshape(shape), a)
            same(lambda a: a[:].reshape(shape), a)
            if isinstance(shape, tuple):
                same(lambda a: a.reshape(*shape), a)


def test_other_shapes_are_views():
    for touch in (lambda *arrays: None, lambda a, m, row: memoryview(a).release(),
                  lambda a, m, row: memoryview(m).release(), lambda a, m, row: memoryview(row).release()):
        a = pm.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
        m = a[:4].reshape(2, 2)
        row = m[1]
        touch(a, m, row)
        a[2] = 0.5
        assert m[1, 0] == row[0] == 0.5
        row[1] = 7.0
        assert a[3] == m[1, 1] == 7.0
        touch(a, m, row)
        m += 1.0
        m[0, 0] = -1.0
        m[1] = m[0]
        assert a.tolist() == [-1.0, 3.0, -1.0, 3.0, 5.0, 6.0] and row.tolist() == [-1.0, 3.0]
        # So often that it is opened.
        assert [m[i, 1] for i in (0, 1) * 9] == [3.0, 3.0] * 9
        assert m.shape == (2, 2) and m.reshape(-1).tolist() == a[:4].tolist()
        # Of an array without axes.
        total = pm.array(a.sum())
        m = total.reshape(1, 1)
        touch(m, total, m)
        m[0, 0] = 8.0
        assert total == 8.0 and m.tolist() == [[8.0]]
        # Of an array with a list of its own.
        m = pm.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).reshape(3, 2) + 0.0
        row, flat = m[1], m.reshape(-1)[1:4]
        touch(m, row, flat)
        m[1, 0] = 9.0
        assert row.tolist() == [9.0, 4.0] and flat.tolist() == [2.0, 9.0, 4.0]
        flat[2] = 8.0
        touch(flat, row, m)
        assert m.tolist() == [[1.0, 2.0], [9.0, 8.0], [5.0, 6.0]] and row[1] == 8.0


def test_products_of_matrices():
    rng = random.Random(3)
    shapes = [(2, 2), (4, 1), (1, 4), (3, 5), (8, 8), (9, 2), (2, 9), (2, 16), (2, 17), (1, 1)]
    matrices = []
    for rows, columns in shapes:
        floats = [rng.uniform(-1, 1) * 10.0**rng.randint(-9, 9) for _ in range(rows * columns)]
        integers = [int(x) for x in floats]
        matrices += [pm.array(floats).reshape(rows, columns), pm.array(integers).reshape(rows, columns),
                     pm.array(floats[:columns]), pm.array(floats).reshape(columns, rows)]
    matrices += [pm.array(values, dtype=dtype).reshape(2, 2) for values, dtype in (
        ([math.inf, 1.0, -0.0, math.nan], "float64"), ([2**61, 3, -2**62, 1], "int64"),
        ([0.1, 3e38, 1.0, 2.0], "float32"), ([1, 0, 1, 1], "bool"))]
    for a, b in itertools.product(matrices, matrices):
        same(lambda a, b: a @ b, a, b)
    for a, b in zip(matrices, matrices[3:]):
        same(pm.matmul, a, b)
        same(pm.dot, a, b)
        same(pm.vecdot, a, b)
        same(lambda a, b: a.dot(b), a, b)


def test_opened_arrays_go_the_same_way():
    for values in arrays(4, tame=True):
        for shape in (4, (2, 2), (4, 1)):
            m = native(values).reshape(shape)
            others = [m + 0, m.T + 0, m]
            for _ in range(8):
                # From some time on they are read through a pointer.
                for x in (m, m.T, m[::-1]):
                    assert bits(x == x) == bits(native(x) == native(x))
                    assert bits([e for e in x.reshape(-1)]) == bits([e for e in native(x).reshape(-1)])
                assert [bits(one) for one in (m + 0, m.T + 0, m)] == [bits(one) for one in others]


#: Steps of programs: with an array, another one, two indices and a number.
STEPS = {
    "slice": lambda a, b, i, j, n: a[i:j], "row": lambda a, b, i, j, n: a[i],
    "element": lambda a, b, i, j, n: a[i, j], "like": lambda a, b, i, j, n: pm.ones_like(a),
    "rows": lambda a, b, i, j, n: a.reshape(-1, n), "flat": lambda a, b, i, j, n: pm.reshape(a, -1),
    "turned": lambda a, b, i, j, n: a.T, "copy": lambda a, b, i, j, n: a.copy(),
    "+": lambda a, b, i, j, n: a + b, "*": lambda a, b, i, j, n: a * n,
    "//": lambda a, b, i, j, n: a // n, "@": lambda a, b, i, j, n: a @ b,
    "in place": lambda a, b, i, j, n: a.__iadd__(b), "write": lambda a, b, i, j, n: a.__setitem__(i, n),
    "write many": lambda a, b, i, j, n: a.__setitem__(slice(i, j), n),
    "type": lambda a, b, i, j, n: a.astype(["int64", "float32", "bool"][n - 1]),
    "clip": lambda a, b, i, j, n: a.clip(-1, n), "concat": lambda a, b, i, j, n: pm.concat([a, b]),
    "where": lambda a, b, i, j, n: pm.where(a > 0, a, b), "std": lambda a, b, i, j, n: a.std(),
    "sums": lambda a, b, i, j, n: a.sum(axis=0), "all": lambda a, b, i, j, n: [x for x in a][:1] and a.tolist(),
}


def attempt(step, *operands):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return step(*operands)
        except Exception as error:
            return type(error).__name__, str(error)


@pytest.mark.parametrize("seed", range(0, 400, 40))
def test_random_programs(seed):
    for seed in range(seed, seed + 40):
        rng = random.Random(seed)
        values = [rng.randint(-3, 3) for _ in range(rng.choice([4, 6, 12, 30]))]
        small = [light(values, rng.choice(["float64", "int64", "float32", "bool"]))]
        beside = [native(small[0])]
        for _ in range(12):
            one, other = rng.randrange(len(small)), rng.randrange(len(small))
            name, numbers = rng.choice(list(STEPS)), (rng.randint(-3, 3), rng.randint(0, 5), rng.randint(1, 3))
            if rng.random() < 0.05:
                memoryview(small[one]).release()
            found = attempt(STEPS[name], small[one], small[other], *numbers)
            expected = attempt(STEPS[name], beside[one], beside[other], *numbers)
            assert bits(found) == bits(expected), (seed, name, numbers)
            # Elements of float32 are views in the native part.
            if isinstance(found, pm.ndarray) and found.ndim and name != "in place":
                small.append(found)
                beside.append(expected)
            assert [bits(a) for a in small] == [bits(a) for a in beside], (seed, name, numbers)


def test_slices_are_views():
    for make in (lambda: pm.array([1.0, 2.0, 3.0, 4.0, 5.0]), lambda: pm.arange(5),
                 lambda: pm.array([1.0, 0.0, 3.0, 0.0, 5.0]) > 0.0):
        for touch in (lambda *arrays: None, lambda a, b, c: memoryview(a).release(),
                      lambda a, b, c: memoryview(b).release(),
                      lambda a, b, c: memoryview(c).release()):
            a = make()
            b = a[1:4]
            c = b[1:]
            touch(a, b, c)
            a[2] = 0
            assert b[1] == 0 and c[0] == 0
            c[0] = 1
            assert a[2] == 1 and b[1] == 1
            touch(a, b, c)
            b[:2] = c
            assert [bool(x) for x in a] == [bool(a[0]), True, bool(a[3]), bool(a[3]), bool(a[4])]
            c[:] = 0
            touch(a, b, c)
            assert a[2:4].tolist() == [0, 0] == b.tolist()[1:]
            assert (len(a), len(b), len(c)) == (5, 3, 2) and b.shape == (3,)
            if a.dtype != pm.bool:
                b += 1
                c *= 2
                assert c.tolist() == [2, 2] == a[2:4].tolist() == b[1:].tolist()


def test_writes_of_slices():
    for values in arrays(5, tame=True):
        for key in (slice(None), slice(1, 3), slice(-2, None), slice(3, 3), slice(None, None, 2), 2, -1, 7,
                    slice(0, 99), Ellipsis):
            for value in NUMBERS + arrays(2, 1) + arrays(1, 2) + [x.max() for x in arrays(3)]:
                def write(a, value):
                    a = a.copy()
                    a[key] = value
                    return a

                same(write, values, value)
    for _ in range(3000):
        # Long enough to be compiled.
        a = pm.array([1.0, 2.0, 3.0, 4.0])
        a[1:3] = -0.0
        assert [math.copysign(1.0, x) for x in a] == [1, -1, -1, 1]
    a = pm.array([1.0, 2.0, 3.0, 4.0])
    a[1:] = a[:-1]
    assert a.tolist() == [1, 1, 2, 3]


def test_what_is_watched_for():
    tiny = [1e-200, 1.0, 1.0]
    for compute in (lambda a: a * a, lambda a: pm.square(a), lambda a: pm.exp(-1 / a), lambda a: a**2,
                    lambda a: a.prod()):
        for modes in ({"under": "raise"}, {"under": "warn"}, {"all": "raise"}, {"all": "ignore"}):
            with pm.errstate(**modes):
                same(compute, pm.array(tiny))
                same(compute, pm.array([0.0, 1.0, 1e200]))

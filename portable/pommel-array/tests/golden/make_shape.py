"""What NumPy answers about sequences, and about arrays put into other shapes.

    python make_shape.py creation > creation.txt
    python make_shape.py manipulation > manipulation.txt

A row is: the function, its arguments, and the result as `dtype shape values` or `error`, between
semicolons. Numbers are written as Python writes them, so that they are read back exactly.
"""

import itertools
import random
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
RANDOM = random.Random(4)


def text(value):
    if value is None:
        return "-"
    if isinstance(value, (tuple, list)):
        return ",".join(map(text, value))
    return repr(value) if not isinstance(value, str) else value


def result(call):
    try:
        array = np.asarray(call())
    except Exception:
        return "error"
    values = ",".join(repr(value) for value in array.ravel().tolist())
    return f"{array.dtype} {text(array.shape)} {values}"


def row(name, arguments, call):
    found = result(call)
    # Many requests cannot be met, and some results are long: some of them are enough.
    rare = 0.2 if found == "error" else 0.1 if len(found) > 400 else 0.6
    if RANDOM.random() < rare:
        print(";".join([name, *map(text, arguments), found]))


def creation():
    dtypes = [None, "bool", "int8", "uint8", "int32", "int64", "uint64"]
    dtypes += ["float16", "float32", "float64", "complex64"]
    ints = [(0, 5, 1), (5, 0, -1), (5, 0, -2), (0, 7, 3), (3, 3, 1), (3, 2, 1), (0, 300, 7)]
    ints += [(-5, 6, 4), (-128, 128, 1), (2**62, 2**62 + 5, 2), (0, 1, 0), (0, 1, 5), (-3, -9, -1)]
    floats = [(0, 1, 0.1), (0.5, 3, 1), (1.0, 0.0, -0.25), (0, 5.5, 2), (0.1, 0.4, 0.1), (1, 1.3, 0.1)]
    floats += [(0, -0.5, -1.0), (1e17, 1e17 + 100, 7.5), (0.0, 1e-300, 1e300), (0.0, 3.0, float("inf"))]
    floats += [(float("nan"), 1.0, 1.0), (0.0, float("inf"), 1.0), (0.0, 1.0, 0.0), (-3.7, 4.2, 0.9)]
    floats += [(0.0, -1e-320, 1e300), (True, 6, 2), (0, 2, True)]
    for _ in range(60):
        step = RANDOM.uniform(-2, 2)
        start = RANDOM.uniform(-9, 9)
        floats.append((start, start + step * RANDOM.uniform(-1, 40), step))
    for start, stop, step in ints + floats:
        for dtype in dtypes if RANDOM.random() < 0.6 else dtypes[:1]:
            row("arange", [start, stop, step, dtype],
                lambda: np.arange(start, stop, step, dtype=dtype))
    cases = [(0, 1, 5), (0, 1, 0), (0, 1, 1), (0, 1, 2), (1, 1, 4), (3, -3, 7), (0, 10, 4), (-2, 2, 6)]
    cases += [(0.0, 5e-324, 4), (0, 5e-324, 3), (1e308, -1e308, 5), (0, float("inf"), 3), (0, 1, -1)]
    cases += [(True, 4, 4), (2**60, 2**60 + 100, 5), (1 + 2j, 3 - 1j, 5), (0, 1j, 4), (1j, 1j, 2)]
    cases += [(RANDOM.uniform(-9, 9), RANDOM.uniform(-9, 9), RANDOM.randrange(1, 40)) for _ in range(40)]
    for start, stop, count in cases:
        for endpoint, dtype in itertools.product([True, False], [None, "int64", "int8", "float32"]):
            if dtype is not None and isinstance(stop, complex):
                continue
            # What becomes of numbers that an integer type does not hold is not NumPy's to say.
            if dtype is not None and dtype[0] == "i" and abs(stop) > 1e30:
                continue
            row("linspace", [start, stop, count, endpoint, dtype],
                lambda: np.linspace(start, stop, count, endpoint=endpoint, dtype=dtype))
    for start, stop, count in [(0, 3, 4), (2.0, -1.0, 9), (0, 1, 1), (0, 1, 0)]:
        for base, endpoint in [(10, True), (2.0, False), (0.5, True)]:
            row("logspace", [start, stop, count, endpoint, base],
                lambda: np.logspace(start, stop, count, endpoint=endpoint, base=base))
    for start, stop, count in [(1, 1000, 4), (1, 256, 9), (-1, -1000, 4), (3.5, 0.1, 7), (0, 1, 3),
                               (1, 2, 0), (1, 2, 1)]:
        for endpoint in [True, False]:
            row("geomspace", [start, stop, count, endpoint],
                lambda: np.geomspace(start, stop, count, endpoint=endpoint))
    for n, m, k in itertools.product([0, 1, 3], [0, 2, 4], [-5, -1, 0, 1, 3]):
        row("eye", [n, m, k], lambda: np.eye(n, m, k, dtype="int64"))
        row("tri", [n, m, k], lambda: np.tri(n, m, k, dtype="int64"))
    for n, k in itertools.product([0, 1, 3], [-2, 0, 1]):
        row("diag", [(n,), k], lambda: np.diag(np.arange(n), k))
        row("diag", [(n, 4), k], lambda: np.diag(np.arange(n * 4).reshape(n, 4), k))
        row("vander", [n, k + 2, True], lambda: np.vander(np.arange(n), k + 2, True))
        row("vander", [n, k + 2, False], lambda: np.vander(np.arange(n), k + 2, False))
    for shape in [(), (3,), (2, 3), (2, 0), (2, 1, 3)]:
        row("indices", [shape], lambda: np.indices(shape))
    for sizes in [(), (3,), (3, 2), (2, 3, 4), (0, 2)]:
        for which, xy, sparse in itertools.product(range(len(sizes)), ["xy", "ij"], [True, False]):
            row("meshgrid", [sizes, which, xy, sparse],
                lambda: np.meshgrid(*map(np.arange, sizes), indexing=xy, sparse=sparse)[which])


SHAPES = [(), (0,), (1,), (5,), (2, 3), (1, 4), (3, 0), (2, 3, 4), (2, 1, 3), (1, 1, 2, 3)]


def arange(shape):
    return np.arange(int(np.prod(shape))).reshape(shape)


def axes_of(shape):
    return [*range(-len(shape) - 1, len(shape) + 1)]


def manipulation():
    for shape in SHAPES:
        a = arange(shape)
        axes = axes_of(shape)
        for order in "CF":
            for new in [(-1,), (6,), (3, 2), (2, -1), (-1, 4), (4, 3, 2), (0, 2), (-1, 0), (), (1, 5)]:
                row("reshape", [shape, new, order], lambda: a.reshape(new, order=order))
                row("reshape_turned", [shape, new, order], lambda: a.T.reshape(new, order=order))
                row("reshape_view", [shape, new, order],
                    lambda: np.reshape(a.T, new, order=order, copy=False))
            row("ravel", [shape, order], lambda: a.ravel(order))
        for axis in axes:
            row("expand_dims", [shape, axis], lambda: np.expand_dims(a, axis))
            # NumPy lets an array without dimensions have the axis 0 here; the standard does not.
            if shape != ():
                row("squeeze", [shape, axis], lambda: np.squeeze(a, axis))
            row("flip", [shape, axis], lambda: np.flip(a, axis))
            row("unstack", [shape, axis], lambda: np.moveaxis(a, axis, 0))
            for other in axes:
                row("swapaxes", [shape, axis, other], lambda: np.swapaxes(a, axis, other))
                row("moveaxis", [shape, axis, other], lambda: np.moveaxis(a, axis, other))
                row("diagonal", [shape, 0, axis, other], lambda: np.diagonal(a, 0, axis, other))
                for k in [-1, 0, 1, 2, 3]:
                    row("rot90", [shape, k, (axis, other)], lambda: np.rot90(a, k, (axis, other)))
            for shift in [-7, -1, 0, 2, 13]:
                row("roll", [shape, shift, axis], lambda: np.roll(a, shift, axis))
            for count in [-1, 0, 1, 3]:
                # As above; and of an empty axis NumPy lets a negative count pass.
                if shape == () or 0 in shape and count < 0:
                    continue
                row("repeat", [shape, count, axis], lambda: np.repeat(a, count, axis))
            for counts in [(1, 0), (2, 1), (0, 2, 1), (1, 2, 3, 4)]:
                row("repeat", [shape, counts, axis], lambda: np.repeat(a, counts, axis))
            for parts in [0, 1, 2, 3, 7]:
                row("array_split", [shape, parts, axis],
                    lambda: [len(part.ravel()) for part in np.array_split(a, parts, axis)])
                row("split", [shape, parts, axis],
                    lambda: np.stack(np.split(a, parts, axis)))
            for other in SHAPES:
                b = arange(other)
                row("concat", [shape, other, axis], lambda: np.concat([a, b], axis))
            row("stack", [shape, axis], lambda: np.stack([a, a + 100], axis))
            for index in [(0,), (-1,), (1, 0), (0, 0), (9,), ()]:
                row("delete", [shape, index, axis], lambda: np.delete(a, list(index), axis))
            for index, value in itertools.product([(0,), (-1,), (1, 0), (2, 2), (7,)], [(), (1,), (2,)]):
                row("insert", [shape, index, value, axis],
                    lambda: np.insert(a, list(index), arange(value) + 50, axis))
        row("squeeze", [shape, None], lambda: np.squeeze(a))
        row("flip", [shape, None], lambda: np.flip(a))
        row("transpose", [shape], lambda: np.transpose(a))
        row("roll", [shape, (1, 2), (0, -1)], lambda: np.roll(a, (1, 2), (0, -1)))
        row("roll", [shape, 3, (0, 0)], lambda: np.roll(a, 3, (0, 0)))
        row("roll", [shape, 2, None], lambda: np.roll(a, 2))
        row("repeat", [shape, 2, None], lambda: np.repeat(a, 2))
        row("concat", [shape, (2, 3), None], lambda: np.concat([a, arange((2, 3))], None))
        row("delete", [shape, (0,), None], lambda: np.delete(a, [0], None))
        row("insert", [shape, (0, -1), (), None], lambda: np.insert(a, [0, -1], 77))
        for times in [(), (2,), (0,), (2, 3), (1, 2, 2), (2, 1, 1, 2)]:
            row("tile", [shape, times], lambda: np.tile(a, times))
        for k in [-2, -1, 0, 1, 5]:
            # NumPy takes vectors too, and makes matrices of them; the standard does not.
            if len(shape) != 1:
                row("tril", [shape, k], lambda: np.tril(a, k))
                row("triu", [shape, k], lambda: np.triu(a, k))
            row("diagonal", [shape, k, 0, 1], lambda: np.diagonal(a, k, 0, 1))
        for n, function in enumerate([np.atleast_1d, np.atleast_2d, np.atleast_3d], 1):
            row("atleast", [shape, n], lambda: function(a))
        for mode in ["constant", "edge", "reflect", "symmetric", "wrap"]:
            for width in [(0, 0), (1, 2), (3, 0), (7, 11)]:
                extra = {"constant_values": 9} if mode == "constant" else {}
                if len(shape):
                    row("pad", [shape, width, mode], lambda: np.pad(a, width, mode, **extra))
            if len(shape) == 2:
                widths = ((1, 2), (0, 3))
                row("pad", [shape, (1, 2, 0, 3), mode], lambda: np.pad(a, widths, mode, **extra))
        for window in [(1,), (2,), (9,), (1, 2), (2, 2, 2), (-1,), (0,)]:
            if window != (0,):
                row("windows", [shape, window, None],
                    lambda: np.lib.stride_tricks.sliding_window_view(a, window))
            if len(window) == 1 and window != (0,):
                row("windows", [shape, window, -1],
                    lambda: np.lib.stride_tricks.sliding_window_view(a, window, -1))


{"creation": creation, "manipulation": manipulation}[sys.argv[1]]()

"""Prints how NumPy writes arrays: python make_text.py > text.txt

A row is: the type, the shape, the elements as hexadecimal bytes, the options that differ from NumPy's
own, what `repr` gives, and what `str` gives, between tabs, with line ends as `\\n`. An array given
with `arange` instead of elements counts its elements.
"""

import random
import warnings

import numpy as np

warnings.simplefilter("ignore")
RANDOM = random.Random(2)
TYPES = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
complex128""".split()
SHAPES = [(), (1,), (3,), (9,), (40,), (2, 3), (1, 1), (3, 2, 2), (2, 1, 2, 2), (4, 20), (0,), (0, 3),
          (2, 0)]
OPTIONS = [{}] * 6 + [
    {"precision": 3}, {"precision": 0}, {"suppress": True}, {"suppress": True, "precision": 4},
    {"linewidth": 40}, {"linewidth": 10}, {"sign": "+"}, {"sign": " "},
    {"floatmode": "fixed"}, {"floatmode": "fixed", "precision": 2}, {"floatmode": "unique"},
    {"floatmode": "maxprec_equal"}, {"floatmode": "maxprec_equal", "precision": 5},
    {"threshold": 5}, {"threshold": 5, "edgeitems": 1}, {"threshold": 0, "edgeitems": 2},
    {"nanstr": "N", "infstr": "endless"}, {"floatmode": "fixed", "sign": " ", "precision": 12},
]


def number():
    kind = RANDOM.randrange(9)
    if kind == 0:
        return float(RANDOM.randrange(-20, 20))
    if kind == 1:
        return round(RANDOM.uniform(-100, 100), RANDOM.randrange(4))
    if kind == 2:
        return RANDOM.uniform(-1, 1)
    if kind == 3:
        return RANDOM.uniform(-1, 1) * 10 ** RANDOM.randrange(-6, 9)
    if kind == 4:
        return RANDOM.uniform(-1, 1) * 10 ** RANDOM.randrange(-300, 300)
    if kind == 5:
        return RANDOM.choice([0.0, -0.0, 1.0, -1.0, 0.5, 1e8, 1e16, 1e-4, 0.25, 1e5, 2.0**-14, 1024.0])
    if kind == 6:
        return RANDOM.choice([float("nan"), float("inf"), float("-inf")])
    return RANDOM.uniform(1, 1000)


def numbers(count):
    """Numbers of one or two kinds, so that they are not all written with exponents."""
    state = RANDOM.random()
    if state < 0.3:
        return [float(RANDOM.randrange(-50, 50)) for _ in range(count)]
    if state < 0.5:
        places = RANDOM.randrange(5)
        return [round(RANDOM.uniform(-10, 10), places) for _ in range(count)]
    if state < 0.6:
        return [RANDOM.choice([1.5, float("nan"), float("inf"), float("-inf")]) for _ in range(count)]
    if state < 0.8:
        return [RANDOM.uniform(0.01, 9) for _ in range(count)]
    return [number() for _ in range(count)]


def elements(dtype, shape):
    count = int(np.prod(shape))
    kind = np.dtype(dtype).kind
    if kind == "c":
        values = [complex(*pair) for pair in zip(numbers(count), numbers(count))]
        return np.array(values, dtype=dtype).reshape(shape)
    if kind == "f":
        return np.array(numbers(count), dtype=dtype).reshape(shape)
    if kind == "b":
        return np.array([RANDOM.random() < 0.5 for _ in range(count)], dtype=dtype).reshape(shape)
    info = np.iinfo(dtype)
    top = RANDOM.choice([9, 100, info.max])
    low = max(info.min, RANDOM.choice([0, -top]))
    return np.array([RANDOM.randint(low, min(top, info.max)) for _ in range(count)],
                    dtype=dtype).reshape(shape)


def row(array, source, options):
    with np.printoptions(**options):
        texts = [repr(array), str(array)]
    told = ",".join(f"{name}={value}" for name, value in options.items())
    shape = ",".join(map(str, array.shape))
    print("\t".join([array.dtype.name, shape, source, told,
                     *(text.replace("\n", "\\n") for text in texts)]))


for dtype in TYPES:
    for shape in SHAPES:
        often = 6 if dtype[0] in "fc" else 2
        for _ in range(often):
            array = elements(dtype, shape)
            row(array, array.tobytes().hex(), RANDOM.choice(OPTIONS))
for shape in [(1000,), (1001,), (10, 101), (7, 200), (4, 6, 50), (11, 10, 10), (2, 2, 2, 200)]:
    for dtype in ["int64", "float64", "float32", "int16", "complex128"]:
        for options in [{}, {"edgeitems": 2}, {"linewidth": 30}, {"edgeitems": 5, "linewidth": 60}]:
            if shape == (1000,) and (dtype != "float32" or options):
                continue
            row(np.arange(np.prod(shape)).astype(dtype).reshape(shape), "arange", options)
# Numbers that need care: halfway between two decimals, beside powers of two, many at once.
for dtype in ["float16", "float32", "float64"]:
    hard = np.array([-4011577.25, 43125.3125, 0.0043945312, 0.00024414062, 0.015625, 0.0066681,
                     5.877e-5, 999.5, 1000.0, 1e6, 999999.0, 1e15, 1e16, 9.5e-5, 1e-4])
    hard = hard.astype(dtype)
    for value in hard:
        row(np.array(value), value.tobytes().hex(), {})
        row(value.reshape((1,)), value.tobytes().hex(), {})
halves = np.arange(0, 2**16, 53).astype("uint16").view("float16")
row(halves, halves.tobytes().hex(), {"floatmode": "unique", "threshold": 10**6})

"""Compiled loops that do several rounds at once over NumPy's arrays, beside the same loops in Python: with
warnings, types of elements, and views that overlap or are turned."""

import itertools
import warnings

import numpy
import pytest

import pommel as pm

pytestmark = [pytest.mark.only("compiles")]


def is_vectorised(fast):
    return any("x2" in made.typed for made in pm.explain(fast).specialisations)


def scaled(out, a, b, x, n):
    for i in range(n):
        out[i] = a[i] * x + b[i]
    return out


def numpy_outcome(function, arguments):
    """What a call does with NumPy's arrays, which are given anew: with warnings, in their order."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            result = repr(function(*arguments))
        except Exception as error:  # noqa: B902 - whatever it is, the other call must do it too
            result = repr(error)
    contents = [(a.tobytes(), a.dtype.str) for a in arguments if hasattr(a, "tobytes")]
    return result, contents, [(one.category, str(one.message)) for one in seen]


def same_numpy(function, given, monkeypatch, mode="always"):
    expected = numpy_outcome(function, given())
    monkeypatch.setenv("POMMEL_JIT", mode)
    fast = pm.jit(function)
    for _ in range(3):
        assert numpy_outcome(fast, given()) == expected
    return fast


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32", "uint32", "uint8", "int16", "bool"])
def test_arrays_of_numpy(dtype, monkeypatch):
    source = numpy.random.default_rng(3)

    def given(length, special=()):
        def make():
            made = [(source_of[k] * 50).astype(dtype) for k in range(3)]
            for place, number in special:
                made[1][place] = number
            return (*made, 2, length)
        source_of = [source.random(40) for _ in range(3)]
        return make

    for length in (0, 1, 7, 8, 9, 39, 40, 41):
        same_numpy(scaled, given(length), monkeypatch)
    if dtype.startswith("float"):
        top = numpy.finfo(dtype).max
        for special in ([(20, top)], [(3, numpy.inf)], [(39, numpy.nan)], [(12, -top), (13, numpy.inf)]):
            same_numpy(scaled, given(40, special), monkeypatch)
    elif dtype.startswith("int"):
        same_numpy(scaled, given(40, [(21, numpy.iinfo(dtype).max)]), monkeypatch)


def test_parts_of_arrays_of_numpy(monkeypatch):
    def plane(old, new, rows, columns):
        for i in range(1, rows - 1):
            for j in range(1, columns - 1):
                new[i, j] = 0.25 * (old[i - 1, j] + old[i + 1, j] + old[i, j - 1] + old[i, j + 1])

    def given(old, new, rows=12, columns=23):
        def make():
            base = numpy.arange(2000.0).reshape(40, 50) ** 1.5
            return old(base), new(base), rows, columns
        return make

    whole, flipped = (lambda base: base), (lambda base: base[::-1])
    sides = {
        "whole": whole,
        "flipped": flipped,
        "mirrored": lambda base: base[:, ::-1],
        "turned": lambda base: base.T,
        "every second": lambda base: base[::2, ::2],
        "shifted": lambda base: base[1:, 2:],
        "copy": lambda base: base.copy(),
        "a row": lambda base: numpy.broadcast_to(base[3], (40, 50)),
    }
    for old, new in itertools.product(sides, sides):
        if new != "a row":
            same_numpy(plane, given(sides[old], sides[new]), monkeypatch)
    fast = same_numpy(plane, given(whole, sides["copy"]), monkeypatch)
    assert is_vectorised(fast)


def test_views_of_numpy_that_overlap(monkeypatch):
    for first, second in itertools.product(range(0, 9), (4, 5)):
        def given(first=first, second=second):
            base = numpy.linspace(-1, 1, 60)
            return base[first:first + 45], base[second:second + 45], base[20:], 0.5, 40
        same_numpy(scaled, given, monkeypatch)

    def bytes_apart(first):
        base = numpy.linspace(-1, 1, 60).tobytes() * 2
        base = numpy.frombuffer(bytearray(base), dtype="u1")
        out = base[first:first + 400].view("f8")
        return out, base[40:440].view("f8"), base[600:1000].view("f8"), 0.5, 40
    for first in (36, 40, 44, 33, 12, 68, 4, 75):
        same_numpy(scaled, lambda first=first: bytes_apart(first), monkeypatch)

"""Loops that do several rounds at once, beside the same loops in Python: all lengths and types of elements,
memory that overlaps, numbers that are not finite, and errors in the middle."""

import array
import itertools
import math
import sys
import random

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, outcome

pytestmark = [pytest.mark.only("compiles", "representative")]

LENGTHS = list(range(20)) + [31, 32, 33, 40]


def is_vectorised(fast):
    return any("x2" in made.typed for made in pm.explain(fast).specialisations)


def scaled(out, a, b, x, n):
    for i in range(n):
        out[i] = a[i] * x + b[i]
    return out


def shifted(out, a, start, stop, d):
    for i in range(start, stop):
        out[i] = a[i + d] + 1
    return out


def smoothed(out, a, n):
    for i in range(1, n - 1):
        out[i] = 0.25 * a[i - 1] + 0.5 * a[i] + 0.25 * a[i + 1]
    return out, i


def in_place(a, n, x):
    last = None
    for i in range(n):
        last = a[i] / x
        a[i] = last - a[i]
    return a, last


def two_outputs(a, b, c, n):
    for i in range(n):
        a[i] = c[i] - i
        b[i] = c[i] + 2
    return a, b


def of_counter(a, n):
    i = 0
    while i < n:
        a[i] = i * 0.5
        i += 1
    return a, i


def square_roots(out, a, n):
    for i in range(n):
        out[i] = math.sqrt(a[i]) - abs(a[i])
    return out


def clipped(out, a, low, high, n):
    for i in range(n):
        x = a[i]
        if x < low:
            x = low
        elif x > high:
            x = high
        out[i] = x
    return out


def chosen(out, a, b, n):
    for i in range(n):
        out[i] = a[i] if a[i] > b[i] else -b[i]
    return out


def chosen_or_left(out, a, b, n):
    for i, x in enumerate(a):
        y = b[i]
        if x > y and i < n:
            y = a[i + n] if x > 1 else 0.5
        out[i] = max(x, y)
    return out


def differences(out, a, n):
    for i in range(n):
        out[i] = a[i] - a[i - 1]
    return out


def around(out, a, n):
    for i in range(n):
        out[i] = a[i - 1] + a[(i + 1) % n]
    return out


def same(function, arguments, monkeypatch, rounds=3):
    """Whether compiled calls do what the plain one does, again and again."""
    expected = outcome(function, arguments)
    for mode in MODES:
        fast = compiled(function, monkeypatch, mode)
        for _ in range(rounds):
            found = outcome(fast, arguments)
            assert alike(expected, found), (mode, expected, found)
        if mode == "always":
            result = fast
    return result


def floats(count, seed=1):
    source = random.Random(seed)
    return [source.uniform(-4, 4) for _ in range(count)]


MAKERS = {
    "list": list,
    "array": lambda items: array.array("d" if isinstance(items[0], float) else "q", items),
    "float32": lambda items: array.array("f", items),
    "int32": lambda items: array.array("i", [int(item) for item in items]),
    "uint32": lambda items: array.array("I", [abs(int(item)) for item in items]),
    "pommel": pm.array,
}


@pytest.mark.parametrize("kind", ["list", "array", "float32", "pommel"])
@pytest.mark.parametrize("length", LENGTHS)
def test_all_lengths(kind, length, monkeypatch):
    make = MAKERS[kind]
    a, b, out = (make(floats(41, seed)) for seed in (1, 2, 3))
    same(scaled, (out, a, b, 1.5, length), monkeypatch)
    same(smoothed, (out, a, length), monkeypatch)
    same(in_place, (a, length, 3.0), monkeypatch)
    same(of_counter, (a, length), monkeypatch)
    same(two_outputs, (out, b, a, length), monkeypatch)


@pytest.mark.parametrize("kind", ["list", "array", "float32", "pommel"])
def test_choices(kind, monkeypatch):
    make = MAKERS[kind]
    a, b, out = (make(floats(40, seed)) for seed in (1, 2, 3))
    for length in (0, 1, 6, 7, 8, 9, 30, 40):
        same(clipped, (out, a, -1.0, 1.0, length), monkeypatch)
        same(chosen, (out, a, b, length), monkeypatch)
        same(chosen_or_left, (out, a, b, length), monkeypatch)
        same(differences, (out, a, length), monkeypatch)
        same(differences, (a, a, length), monkeypatch)
        same(around, (out, a, length), monkeypatch)
    same(clipped, (out, a, math.nan, -0.0, 40), monkeypatch)
    same(around, (out, a, 41), monkeypatch)
    same(differences, (out, make(floats(12)), 30), monkeypatch)


# On PyPy only arrays of `pommel` are read where they lie.
@pytest.mark.parametrize("kind", ["pommel"] + ["array", "float32"] * (sys.implementation.name == "cpython"))
def test_rounds_are_done_at_once(kind, monkeypatch):
    make = MAKERS[kind]
    a, b, out = (make(floats(40, seed)) for seed in (1, 2, 3))
    assert is_vectorised(same(scaled, (out, a, b, 1.5, 40), monkeypatch))
    assert is_vectorised(same(smoothed, (out, a, 40), monkeypatch))
    assert is_vectorised(same(clipped, (out, a, -1.0, 1.0, 40), monkeypatch))
    assert is_vectorised(same(chosen, (out, a, b, 40), monkeypatch))
    assert is_vectorised(same(differences, (out, a, 40), monkeypatch))
    assert is_vectorised(same(square_roots, (out, make([abs(x) for x in floats(40)]), 40), monkeypatch))


@pytest.mark.parametrize("kind", ["array", "int32", "uint32"])
def test_integers(kind, monkeypatch):
    make = MAKERS[kind]
    for top in (20, 2**31 - 1):
        a = make([(i * 7919) % 1000 for i in range(40)])
        a[25] = top
        out = make(list(range(40)))
        for length in (0, 3, 7, 8, 24, 25, 26, 40):
            same(two_outputs, (out, make([5] * 40), a, length), monkeypatch)
            same(shifted, (out, a, 0, length - 2, 2), monkeypatch)
    whole = MAKERS["array"]([i - 20 for i in range(40)])
    whole[30] = 2**63 - 2
    same(two_outputs, (whole, MAKERS["array"]([1] * 40), whole, 40), monkeypatch)
    same(shifted, (MAKERS["array"]([1] * 40), whole, 0, 40, 0), monkeypatch)


@pytest.mark.parametrize("kind", ["list", "array", "float32", "pommel"])
def test_memory_that_overlaps(kind, monkeypatch):
    for d, length in itertools.product(range(-9, 10), (8, 13, 30)):
        a = MAKERS[kind](floats(60))
        same(shifted, (a, a, 12, 12 + length, d), monkeypatch, rounds=2)


def test_views_that_overlap(monkeypatch):
    def run(buffer, first, second, n):
        view = memoryview(buffer).cast("B")
        out = view[first:first + 320].cast("d")
        a = view[second:second + 320].cast("d")
        for i in range(n):
            out[i] = a[i] * 0.5
        return bytes(view)

    buffer = array.array("d", floats(60))
    for first, second in itertools.product(range(0, 80, 7), (40, 41, 44)):
        same(run, (buffer, first, second, 40), monkeypatch, rounds=2)


@pytest.mark.parametrize("kind", ["list", "array", "float32", "pommel"])
@pytest.mark.parametrize("bad", [math.inf, -math.inf, math.nan, -0.0, 0.0, 1.7e308])
def test_numbers_that_are_special(kind, bad, monkeypatch):
    for place in (0, 5, 17, 39):
        items = floats(40)
        items[place] = bad if kind != "float32" or abs(bad) < 1e300 or math.isinf(bad) else 3e38
        a, out = MAKERS[kind](items), MAKERS[kind](floats(40, 5))
        same(scaled, (out, a, a, 10.0, 40), monkeypatch)
        same(smoothed, (out, a, 40), monkeypatch)
        same(in_place, (a, 40, bad), monkeypatch)
        same(square_roots, (out, a, 40), monkeypatch)


def test_errors_come_in_their_rounds(monkeypatch):
    for kind in ("list", "array", "pommel"):
        a, out = MAKERS[kind](floats(40)), MAKERS[kind](floats(30))
        same(scaled, (out, a, a, 2.0, 40), monkeypatch)
        same(shifted, (out, a, 0, 30, 15), monkeypatch)
        same(shifted, (out, a, -5, 30, 0), monkeypatch)
        same(shifted, (out, a, 5, 25, -8), monkeypatch)

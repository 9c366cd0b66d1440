"""`sum`, `min` and `max` of lists and tuples: of lists from outside, and of those that the function makes."""

import random

import pytest

from test_library_numbers import INF, NAN, check, made

pytestmark = pytest.mark.only("compiles")

LISTS = [[], [0.0], [-0.0], [-0.0, -0.0], [0.0, -0.0], [-0.0, 0.0], [1e16, 1.0, -1e16], [0.1] * 10, [INF, 1.0], [INF, -INF, 1.0],
         [NAN, 1.0], [1.0, NAN, 0.5], [1e308, 1e308, -1e308], [1], [3, 1, 2], [2**62, 2**62], [2**63, 1], [1, 2.5], [1.0, 2], [2.0, 1, True],
         [1.5, 2**53 + 1, 2.5], [True, False], [True, 2], [None], ["a"], [1, "a"], [1.0, None], [[1], [2]], [2**70, 1.0], [1.0, 2**70],
         [1.0, 2.0, 1j], [-3.0, 5e-324, 2.0]]
TEXTS = ["sum(x)", "sum(x, 0.5)", "sum(x, 10)", "sum(x, start=-0.0)", "sum(x, True)", "sum(x, 2**62)", "min(x)", "max(x)", "sum(x) + len(x)",
         "min(x, default=7)", "max(x, key=abs)", "sum(x, None)", "sum(x, 1, 2)", "(sum(x), min(x), max(x))",
         "sum(i for i in x)", "sum((i for i in x if i), 2**62)", "[sum(i * j for i in x) for j in (1, 0.5)]",
         "sum([i + 0.1 for i in x])", "sum([i for i in x if i], 0.25)", "min([i * 2.0 for i in x]), max([i for i in x])"]


@pytest.mark.parametrize("text", TEXTS)
def test_lists_and_tuples(text, monkeypatch):
    generator = random.Random(text)
    lists = LISTS + [[generator.uniform(-1, 1) * 10.0 ** generator.randrange(-20, 20) for _ in range(generator.randrange(50))]
                     for _ in range(20)]
    check(made(text, "x"), [(x,) for x in lists] + [(tuple(x),) for x in lists if len(x) < 6], monkeypatch)


@pytest.mark.parametrize("text", TEXTS[:8])
def test_lists_that_turn_out_to_be_others(text, monkeypatch):
    lists = [[1.0, 2.0, 3], [1.0, 2.0, "a"], [1, 2, 2**64], [1, 2, 0.5], [1.0, 2.0, None], [1.0, 2.0, 3.0], [1, 2, True]]
    check(made(text, "x"), [(x,) for x in lists * 3], monkeypatch)


def test_a_subclass_says_what_its_items_are(monkeypatch):
    class Own(list):
        def __iter__(self):
            return iter([1.0, 2.0])
    def function(x):
        return sum(x), min(x), max(x)
    check(function, [(Own([5.0]),)], monkeypatch)


def test_sums_in_loops(monkeypatch):
    def function(n):
        rows = [[(i * j % 7) / 3 for j in range(n)] for i in range(n)]
        return [sum(row) for row in rows], max([sum(row, 0.0) for row in rows]), sum((n, n + 1)), min((0.5, n / 2))
    check(function, [(n,) for n in (1, 2, 10)], monkeypatch)


def test_sums_that_are_numbers_again(monkeypatch):
    class Odd:
        def __init__(self, sum):
            self.sum = sum
        def __radd__(self, other):
            return self.sum
    def function(items):
        return sum(i for i in items), sum((i for i in items), 0.5)
    rests = [[], [1, 2], [True, 2**62, 2**62], [1, 0.5, 2], [2**53 + 1, 1.0], [2**70, 1], [0.5, 2**60, -0.5], [1, None], [1, Odd(0.25), 3, 1.5]]
    check(function, [([*before, Odd(own), *rest],) for rest in rests for own in (7, 2.5, 2**63, True, -0.0) for before in ([], [1], [1.5])],
          monkeypatch)

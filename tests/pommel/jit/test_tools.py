"""What makes iterators of others does what Python does where it is followed, and uses up no more than that."""

import itertools

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

HEAD = """
import functools, itertools, operator
from functools import reduce
from itertools import (accumulate, chain, combinations, combinations_with_replacement, count, islice, permutations,
                       product, repeat, takewhile, zip_longest)

def gen(n):
    for i in range(n):
        if i > 50:
            return
        yield i * 3

"""

LISTS = [[1, 2, 3, 4], [1.5, -0.0, 2.0], [], [2**62, 2**62, 5], [1, 2.5, 3], range(5), "abc", (1, 2.0), 7, None,
         ["a", "b"], [True, 2], {1: 2, 3: 4}]
NUMBERS = [0, 1, 3, 10, -1, None, 2.5, True, 2**70, "x"]
FUNCTIONS = ["operator.mul", "lambda a, b: a - b", "max", "None", "5"]
TESTS = ["lambda v: v < 3", "bool", "None", "lambda v: v"]

#: Functions of one list.
OF_LISTS = """
[x for x in accumulate(xs)]
sum(accumulate(xs, lambda a, b: a * 2 - b))
[a * b - 1 for a, b in combinations(xs, 2)]
[10 // (b - a - 2) for a, b in combinations(xs, 2)]
list(combinations(xs, 3))
list(permutations(xs, 2))
[p for p in combinations_with_replacement(xs, 2)]
max(a for a, b in permutations(xs, 2))
[p for p in product(xs, repeat=2)]
sum(a * b + c for a, b, c in itertools.product(xs, xs, xs))
[(x, y) for x, y in zip_longest(xs, range(3), fillvalue=0)]
[p for p in zip_longest(range(2), xs)]
[x for x in chain(xs, [2, 3], xs)]
[x for x in chain(gen(3), xs)]
list(chain(xs))
reduce(lambda a, b: a * 2 + b, xs)
functools.reduce(operator.add, xs, 1)
[x for x in filter(None, xs)]
sum(filter(lambda x: x > 1, xs))
[p for p in zip(gen(3), xs)]
[p for p in zip(xs, gen(3))]
[p for p in zip(xs, gen(4), xs)]
""".strip().splitlines()

#: Functions of one number.
OF_NUMBERS = """
[x for x in islice([1, 2, 3, 4, 5, 6, 7], n)]
[x for x in islice(range(20), 1, n)]
[x for x in islice(range(20), 1, n, 3)]
[x for x in islice(range(20), n, 12, 2)]
[x for x in islice(range(20), 2, 12, n)]
[x for x in islice(count(1), n or 3)]
list(islice(accumulate(count(1)), n or 3))
[x for x in accumulate([1, 2, 3], initial=n)]
[x for x in islice(count(n), 4)]
[x for x in islice(count(n, 2), 4)]
[x for x in takewhile(lambda v: v < 30, count(n, 7))]
[p for p in enumerate(gen(5), n)]
[p for p in enumerate(gen(n))]
[p for p in enumerate(islice(count(5, 2), n or 3))]
[x for x in repeat(1.5, n)] if n != 2**70 else 0
reduce(lambda a, b: a + b, gen(n))
sum(x for x in takewhile(lambda v: v < 40, accumulate(gen(n))))
""".strip().splitlines()


def compare(source, arguments, monkeypatch):
    expected = [outcome(function_of(source, "tools"), given) for given in arguments]
    for mode in MODES:
        fast = compiled(function_of(source, "tools"), monkeypatch, mode)
        for given, before in zip(arguments, expected):
            found = outcome(fast, given)
            assert alike(before, found), (source, given, mode, before, found)


@pytest.mark.parametrize("expression", OF_LISTS)
def test_lists(expression, monkeypatch):
    compare(HEAD + "def f(xs):\n    return {}\n".format(expression), [(xs,) for xs in LISTS], monkeypatch)


@pytest.mark.parametrize("expression", OF_NUMBERS)
def test_numbers(expression, monkeypatch):
    compare(HEAD + "def f(n):\n    return {}\n".format(expression), [(n,) for n in NUMBERS], monkeypatch)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions(function, monkeypatch):
    for expression in ("[x for x in accumulate(xs, {})]", "reduce({}, xs, 1.5)", "reduce({}, xs)"):
        source = HEAD + "def f(xs):\n    return {}\n".format(expression.format(function))
        compare(source, [(xs,) for xs in LISTS[:6]], monkeypatch)


@pytest.mark.parametrize("test", TESTS)
def test_filters(test, monkeypatch):
    for name in ("filter", "takewhile"):
        source = HEAD + "def f(xs):\n    return [x for x in {}({}, xs)]\n".format(name, test)
        compare(source, [(xs,) for xs in LISTS[:6]], monkeypatch)


LOOPS = HEAD + """
def f(xs, n):
    noted = []
    for x in chain(xs, xs):
        if x == 2:
            continue
        if x == n:
            break
        if len(xs) < 6:
            xs.append(x + 1)
        noted.append(x)
    else:
        noted.append("else")
    rest = iter(xs)
    for x in islice(rest, 1, n, 2):
        noted.append(x)
    noted.extend(rest)
    for a, b in product(xs, xs):
        if b > a:
            break
        noted.append((a, b))
    for i, (x, y) in enumerate(zip(gen(n), xs)):
        noted.append(i * x - y)
    return noted
"""


def test_loops(monkeypatch):
    arguments = [([1, 3, 4], n) for n in (0, 1, 4, 5, 9)] + [([1.5, 4.5], 4), ([2**62, 2**63 - 1], 3)]
    compare(LOOPS, arguments, monkeypatch)


STOPS = HEAD + """
def f(xs):
    def test(x):
        if x > 2:
            raise StopIteration
        return True
    def join(a, b):
        raise StopIteration(b)
    noted = [x for x in filter(test, xs)] + [x for x in takewhile(test, xs)]
    noted.extend(x for x in accumulate(xs, join))
    return noted, reduce(join, xs)
"""


def test_exceptions_that_end_iterators(monkeypatch):
    compare(STOPS, [([1, 2, 3, 1],), ([1],), ([],), ([5, 6],)], monkeypatch)


class Counting:
    """Notes how often it is asked."""

    def __init__(self, count):
        self.count, self.asked = count, 0

    def __iter__(self):
        return self

    def __next__(self):
        self.asked += 1
        if self.asked > self.count:
            raise StopIteration
        return self.asked


def test_others_are_asked_as_often(monkeypatch):
    source = HEAD + "def f(it):\n    return [p for p in zip_longest(it, it)], [p for p in accumulate(it)]\n"
    for count in range(4):
        compare(source, [(Counting(count),)], monkeypatch)
    source = HEAD + "def f(it):\n    return [x for x in islice(it, 1, 4, 2)], [x for x in it]\n"
    for count in range(8):
        compare(source, [(Counting(count),)], monkeypatch)


def test_names_that_mean_something_else(monkeypatch):
    source = HEAD + "def accumulate(xs):\n    return 'abc'\ndef f(xs):\n    return [x for x in accumulate(xs)]\n"
    compare(source, [([1, 2],)], monkeypatch)
    source = HEAD + "combinations = 5\ndef f(xs):\n    return [x for x in combinations(xs, 2)]\n"
    compare(source, [([1, 2],)], monkeypatch)


def test_functions_that_are_replaced_later(monkeypatch):
    source = HEAD + "def f(xs):\n    return sum(x for x in itertools.chain(xs, xs))\n"
    fast = compiled(function_of(source, "tools"), monkeypatch, "always")
    assert fast([1, 2]) == 6
    monkeypatch.setattr(itertools, "chain", lambda *lists: [10])
    assert fast([1, 2]) == 10
    monkeypatch.undo()
    assert pm.jit(fast)([1, 2]) == 6


def test_pairs(monkeypatch):
    for items in ("xs", "filter(lambda x: x != 2, xs)"):
        source = HEAD + "def f(xs):\n    return [p for p in itertools.pairwise({})]\n".format(items)
        compare(source, [(xs,) for xs in LISTS], monkeypatch)

"""Loops over what classes in Python iterate over do what Python does."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

HEAD = """
class Count:
    def __init__(self, stop):
        self.at = 0
        self.stop = stop

    def __iter__(self):
        return self

    def __next__(self):
        if self.at >= self.stop:
            raise StopIteration
        self.at += 1
        return self.at

class Held:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        return iter(self.items)

class Apart:
    def __init__(self, stop):
        self.stop = stop

    def __iter__(self):
        return Count(self.stop)

class Chained:
    def __init__(self, items):
        self.items = items
        self.at = 0

    def __iter__(self):
        return self

    def __next__(self):
        try:
            item = self.items[self.at]
        except IndexError:
            raise StopIteration("no more")
        self.at += 1
        return item

class Failing:
    def __init__(self, stop):
        self.at = stop

    def __iter__(self):
        return self

    def __next__(self):
        self.at -= 1
        return 10 // self.at

class Fibonacci:
    def __init__(self, limit):
        self.a, self.b, self.limit = 0, 1, limit

    def __iter__(self):
        return self

    def __next__(self):
        self.a, self.b = self.b, self.a + self.b
        if self.a > self.limit:
            raise StopIteration()
        return self.a

class Within:
    def __init__(self, stop):
        self.inner = iter(range(stop))

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.inner) * 2

class Wrong:
    def __iter__(self):
        return 5

class Yields:
    def __init__(self, stop):
        self.stop = stop

    def __iter__(self):
        for i in range(self.stop):
            yield i

class Other(StopIteration):
    pass

class Ends:
    def __init__(self, stop):
        self.at = stop

    def __iter__(self):
        return self

    def __next__(self):
        self.at -= 1
        if self.at < 0:
            raise Other(self.at)
        return None if self.at == 1 else self.at
"""

BODIES = [
    "for x in Count(n):\n    out.append(x)\nelse:\n    out.append('else')",
    "for x in Held([1, 2, n]):\n    out.append(x)",
    "for x in Held(range(n)):\n    out.append(x)",
    "for x in Apart(n):\n    if x == 3:\n        continue\n    if x == 6:\n        break\n    out.append(x)",
    "for x in Chained([n, 2, 3]):\n    out.append(x)",
    "for x in Failing(n + 1):\n    out.append(x)",
    "try:\n    for x in Failing(n + 1):\n        out.append(x)\nexcept ZeroDivisionError as error:\n    out.append(str(error))",
    "total = 0\nfor x in Fibonacci(10 ** n):\n    total += x\nout.append(total)",
    "for x in Within(n):\n    out.append(x)",
    "for x in Wrong():\n    out.append(x)",
    "for x in Yields(n):\n    out.append(x)",
    "for x in Ends(n):\n    out.append(x)",
    "for a in Count(n):\n    for b in Count(a):\n        out.append(a * b)",
    "c = Count(n)\nfor x in c:\n    if x == 2:\n        break\nfor y in c:\n    out.append(y)\nout.append(c.at)",
    "c = Count(n)\nout.append(next(c, None))\nout.append(list(c))",
    "out.append(sum(Count(n)))\nout.append(max(Apart(n + 1)))",
    "out.append([x * x for x in Count(n)])\nout.append(sum(x for x in Apart(n)))",
    "for i, x in enumerate(Count(n)):\n    out.append(i + x)",
    "for x, y in zip(Count(n), Fibonacci(50)):\n    out.append(x * y)",
    "for x in Count(n):\n    for y in [1, 2]:\n        if y == x:\n            break\n    else:\n        out.append(x)",
    "try:\n    raise StopIteration\nexcept StopIteration:\n    for x in Count(n):\n        out.append(x)",
    "it = iter([1, 2, 3])\nwhile True:\n    try:\n        out.append(next(it))\n    except StopIteration as error:\n"
    "        out.append(error.value)\n        break",
    "for x in given:\n    out.append(x)",
]


def source(body):
    lines = "\n".join("    " + line for line in body.split("\n"))
    return HEAD + "\ndef f(n, given):\n    out = []\n" + lines + "\n    return out\n"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", range(len(BODIES)))
def test_items_are_given_by_methods(number, mode, monkeypatch):
    function = function_of(source(BODIES[number]), "iterators {}".format(number))
    fast = compiled(function, monkeypatch, mode)
    names = function.__globals__
    for n in (0, 1, 2, 3, 5, 8, 3):
        for given in (names["Count"](n), names["Apart"](n), [n], names["Chained"]((1, 2))):
            assert alike(outcome(function, (n, given)), outcome(fast, (n, given)))


def test_methods_that_change(monkeypatch):
    function = function_of(source(BODIES[0]), "iterators changed")
    fast = compiled(function, monkeypatch, "always")
    assert fast(3, None) == fast(3, None) == [1, 2, 3, "else"]

    def other(self):
        self.at += 1
        if self.at > 2:
            raise StopIteration
        return -self.at

    function.__globals__["Count"].__next__ = other
    assert fast(3, None) == [-1, -2, "else"]


@pytest.mark.only("layouts")
def test_nothing_is_left_to_python():
    body = "total = 0\nfor x in Count(n):\n    total += x * x\nreturn total"
    function = function_of(source(body), "iterators native")
    fast = pm.jit(function)
    assert fast(500, None) == fast(500, None) == function(500, None)
    found = pm.explain(fast).specialisations
    assert found and not any(one.notes for one in found)

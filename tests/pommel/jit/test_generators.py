"""Generator functions that are followed where their items are used do what Python does."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

HEAD = """
def count(n):
    i = 0
    while i < n:
        yield i
        i += 1

def pairs(n, m):
    for a in range(n):
        for b in range(a, m):
            if (a + b) % 3:
                yield a, b

def ends(n):
    yield n
    for i in range(n):
        if i == 3:
            return
        yield i * 0.5
    yield "end"

def fails(n):
    for i in range(n):
        yield 10 // (3 - i)

def stops(n):
    yield n
    raise StopIteration(n)

def through(n):
    yield from count(n)
    yield from range(n)
    yield from [1, 2]

def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        yield a
        a, b = b, a + b

def guarded(n):
    try:
        for i in range(n):
            yield i
    finally:
        NOTED.append(n)

def unset(n):
    if n > 2:
        value = n
    yield value

def default(n, by=2):
    while n > 0:
        yield n
        n -= by

def sent(n):
    for i in range(n):
        got = yield i
        NOTED.append(got)

def nothing():
    return
    yield

NOTED = []
"""

BODIES = [
    "for x in count(n):\n    out.append(x)\nelse:\n    out.append('else')",
    "for x in count(n):\n    if x == 2:\n        continue\n    if x == 5:\n        break\n    out.append(x * 2)",
    "for a, b in pairs(n, n + 2):\n    out.append(a * b)",
    "for x in ends(n):\n    out.append(x)",
    "for x in fails(n):\n    out.append(x)",
    "try:\n    for x in fails(n):\n        out.append(x)\nexcept ZeroDivisionError as error:\n    out.append(str(error))",
    "for i in range(2):\n    try:\n        for x in fails(n):\n            out.append(x)\n    except ZeroDivisionError:\n"
    "        out.append(-1)",
    "for x in stops(n):\n    out.append(x)",
    "for x in through(n):\n    out.append(x)",
    "for a in count(n):\n    for b in count(a):\n        out.append(a + b)",
    "for a in count(n):\n    for b in ends(a):\n        out.append(b)",
    "total = 0\nfor x in fibonacci(n * 12):\n    total += x\nout.append(total)",
    "for x in guarded(n):\n    if x == 2:\n        break\n    out.append(x)\nout.append(NOTED[:])",
    "for x in unset(n):\n    out.append(x)",
    "for i in range(4):\n    for x in unset(3 - i):\n        out.append(x)",
    "for x in default(n):\n    out.append(x)",
    "for x in default(n, 3):\n    out.append(x)",
    "for x in sent(n):\n    out.append(x)\nout.append(NOTED[:])",
    "for x in nothing():\n    out.append(x)",
    "for x in count(n):\n    if x == 3:\n        return out, x\n    out.append(x)",
    "for x in count(n):\n    out.append(1 // (x - 2))",
    "out.append(sum(count(n)))",
    "out.append(list(pairs(n, 4)))",
    "out.append(max(fibonacci(n)))",
    "out.append(any(count(n)))\nout.append(all(count(n)))",
    "out.append(tuple(ends(n)))",
    "out.append(sorted(fails(3)))\nout.append(set(count(n)))",
    "out.append(sum(fails(n)))",
    "out.append(sum(x * x for x in count(n)))",
    "out.append([x for x in count(n)])",
    "g = count(n)\nout.append(next(g, None))\nfor x in g:\n    out.append(x)",
    "for i, x in enumerate(count(n)):\n    out.append(i * x)",
    "for x in count():\n    out.append(x)",
    "for x in count(n, n):\n    out.append(x)",
    "count = list\nfor x in count([n]):\n    out.append(x)",
]


def sources():
    for body in BODIES:
        lines = "\n".join("    " + line for line in body.split("\n"))
        yield HEAD + "\ndef f(n):\n    NOTED.clear()\n    out = []\n" + lines + "\n    return out\n"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("number", range(len(BODIES)))
def test_items_are_used_as_they_come(number, mode, monkeypatch):
    function = function_of(list(sources())[number], "generators {}".format(number))
    fast = compiled(function, monkeypatch, mode)
    for n in (0, 1, 2, 3, 5, 8, 3):
        assert alike(outcome(function, (n,)), outcome(fast, (n,)))


def test_a_name_that_means_something_else(monkeypatch):
    source = HEAD + "\ndef f(n):\n    t = 0\n    for x in count(n):\n        t += x\n    return t\n"
    for mode in MODES:
        function = function_of(source, "generators renamed")
        fast = compiled(function, monkeypatch, mode)
        assert fast(10) == fast(10) == 45
        names = function.__globals__
        names["count"] = names["fibonacci"]
        assert fast(10) == sum([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
        names["count"] = lambda n: [n, n]
        assert fast(10) == 20
        names["count"] = eval("lambda n: (yield n)", {})
        assert fast(10) == 10


def test_another_code_of_the_same_function(monkeypatch):
    source = HEAD + "\ndef f(n):\n    t = 0\n    for x in count(n):\n        t += x\n    return t\n"
    function = function_of(source, "generators recoded")
    fast = compiled(function, monkeypatch, "always")
    assert fast(4) == fast(4) == 6
    names = function.__globals__
    names["count"].__code__ = names["fibonacci"].__code__
    assert fast(6) == 0 + 1 + 1 + 2 + 3 + 5


def test_a_compiled_generator_function_is_followed(monkeypatch):
    source = HEAD + "\ndef f(n):\n    t = 0\n    for x in count(n):\n        t += x\n    return t\n"
    function = function_of(source, "generators compiled")
    function.__globals__["count"] = pm.jit(function.__globals__["count"])
    fast = compiled(function, monkeypatch, "always")
    assert fast(100) == fast(100) == 4950


def test_nothing_is_left_to_python(monkeypatch):
    source = HEAD + "\ndef f(n):\n    t = 0\n    for a, b in pairs(n, n):\n        t += a * b\n    return t\n"
    function = function_of(source, "generators native")
    fast = pm.jit(function)
    assert fast(50) == fast(50) == function(50)
    found = pm.explain(fast).specialisations
    assert found and not any(one.notes for one in found)

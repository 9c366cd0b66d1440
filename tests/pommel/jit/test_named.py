"""Named tuples that are made and read in compiled functions are what Python makes of them."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

HEAD = """
import math
from collections import namedtuple
from typing import NamedTuple

P = namedtuple("P", "x y")
D = namedtuple("D", "x y z", defaults=(2, 0.5))
R = namedtuple("R", "count index")

class Q(NamedTuple):
    x: float
    y: float = 2.0
    def norm(self):
        return math.sqrt(self.x * self.x + self.y * self.y)
    @property
    def area(self):
        return self.x * self.y
    def moved(self, by):
        return self._replace(x=self.x + by)

class S(namedtuple("S", "a b")):
    __slots__ = ()
    def total(self):
        return self.a + self.b

class Open(namedtuple("Open", "a b")):
    pass

class Odd(namedtuple("Odd", "a b")):
    __slots__ = ()
    def __eq__(self, other):
        return "odd"
    def __iter__(self):
        return iter("xy")

class New(namedtuple("New", "a b")):
    __slots__ = ()
    def __new__(cls, a):
        return super().__new__(cls, a, a + 1)

"""

#: Expressions of `n`.
EXPRESSIONS = """
P(n, 1)
P(y=n, x=2.5)
P(n)
P(n, 1, 2)
P(n, x=1)
P(n, z=1)
D(n)
D(n, 5)
D(n, z=n)
R(n, 3).count + R(n, 4).index
P(n, 2).x + P(1, n).y
P(n, 2).z
P(n, 2)[0], P(n, 2)[-1], P(n, 2)[:1]
P(n, 2)[n]
P(n, 2)[5]
len(P(n, 1)), tuple(P(n, 1)), list(P(n, 1)), [v for v in P(n, 1)]
P(n, 2) == (n, 2), P(n, 2) < P(n, 3), (1, 2) <= P(n, 2), P(n, 2) != P(n, 2), n in P(n, 3)
P(n, 2) < 5
P(n, 2) + (3,)
P(n, 2)._replace(y=7)
P(n, 2)._replace(x=n + 1, y=3).x
P(n, 2)._replace(z=7)
P(n, 2)._asdict()
P._make([n, 2])
Q(n).norm()
Q(n, 3.0).area
Q(n).moved(1.5)
S(n, 2).total()
Open(n, 2), Open(n, 2).a
Odd(n, 2) == 5, [v for v in Odd(n, 2)], Odd(n, 2).b
New(n), New(n).b
P(P(n, 1), Q(n)).y.x
repr(P(n, 2)), str(Q(n))
type(P(n, 2)) is P, isinstance(P(n, 2), tuple), isinstance(P(n, 2), Q)
[P(i, n) for i in range(3)]
sorted([P(3, n), P(1, n)])
{P(n, 1): 2}
sum(p.x for p in [P(i, n) for i in range(4)])
(lambda p: p.x * 2)(P(n, 0))
bool(P(n, 1)), hash(P(1, 2)) == hash((1, 2))
""".strip().splitlines()

NUMBERS = [0, 1, 3, -1, 2.5, 2**62, 2**70, None, "x"]


def compare(source, arguments, monkeypatch):
    for mode in MODES:
        plain, fast = function_of(source, "named"), function_of(source, "named")
        fast = compiled(fast, monkeypatch, mode)
        for given in arguments:
            expected, found = outcome(plain, given), outcome(fast, given)
            assert alike(expected, found), (source, given, mode, expected, found)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions(expression, monkeypatch):
    compare(HEAD + "def f(n):\n    return {}\n".format(expression), [(n,) for n in NUMBERS], monkeypatch)


LOOP = HEAD + """
def step(p, d):
    return p._replace(x=p.x + d) if p.x < 20 else P(p.x, p.y + d)

def f(n, d):
    p, q, total = P(0, 0.0), None, 0
    for i in range(n):
        p = step(p, d)
        x, y = p
        total += x * i - y
        if i == 3:
            q = p
        for v in p:
            total += v
    return p, q, total, repr(p)
"""


def test_loops(monkeypatch):
    compare(LOOP, [(n, d) for n in (0, 3, 50) for d in (1, 0.5, 2**61)], monkeypatch)


def test_arguments(monkeypatch):
    source = HEAD + "def f(p, n):\n    for i in range(n):\n        p = P(p.x + i, p.y)\n    return p, p.x, len(p)\n"
    space = function_of(source, "named").__globals__
    plain = function_of(source, "named")
    monkeypatch.setenv("POMMEL_JIT", "always")
    fast = pm.jit(plain)
    space = plain.__globals__
    for p in (space["P"](1, 2), space["P"](1.5, 2), space["Q"](1.0), space["S"](1, 2), (1, 2), space["P"]("a", 2)):
        expected, found = outcome(plain, (p, 5)), outcome(fast, (p, 5))
        assert alike(expected, found), (p, expected, found)
        assert type(found[0][1]) is type(expected[0][1])


def test_classes_that_change(monkeypatch):
    function = function_of(HEAD + "def f(n):\n    p = P(n, 2)\n    return p.x + p.y\n", "named")
    fast = compiled(function, monkeypatch, "always")
    assert fast(1) == 3
    of = function.__globals__["P"]
    of.x = property(lambda self: 100)
    assert fast(1) == 102
    of.__new__ = lambda cls, a, b: tuple.__new__(cls, (a, b * 10))
    assert fast(1) == 120
    function.__globals__["P"] = lambda a, b: function.__globals__["S"](a, b)
    with pytest.raises(AttributeError):
        fast(1)


def test_defaults_that_change(monkeypatch):
    function = function_of(HEAD + "def f(n):\n    return D(n).y\n", "named")
    fast = compiled(function, monkeypatch, "always")
    assert fast(1) == 2
    function.__globals__["D"].__new__.__defaults__ = (7, 8)
    assert fast(1) == 7

"""The generator of `random`: the same numbers, and the same state behind them, whoever asks for them."""

import random

import pytest

import pommel as pm
from comparing import MODES, alike, outcome

pytestmark = pytest.mark.only("compiles")


@pytest.fixture(autouse=True, params=MODES)
def mode(request, monkeypatch):
    monkeypatch.setenv("POMMEL_JIT", request.param)
    state = random.getstate()
    yield request.param
    random.setstate(state)


def same(function, *arguments, calls=3):
    """Whether calls give what Python's give, and leave the generator as those do."""
    fast = pm.jit(function)
    for seed in range(calls):
        found = []
        for one in (function, fast):
            random.seed(seed)
            found.append((outcome(one, arguments), random.getstate()))
        (expected, before), (given, behind) = found
        assert alike(expected, given) and before == behind


def test_floats():
    def function(n):
        found = []
        for i in range(n):
            found.append(random.random())
            found.append(random.uniform(-i, 2.5))
            found.append(random.uniform(i, 10**6))
            found.append(random.uniform(True, -0.0))
            found.append(random.expovariate(0.5 + i))
        return found
    same(function, 1000)


def test_integers():
    def function(n):
        found = []
        for i in range(1, n):
            found.append(random.randint(1, 6))
            found.append(random.randint(-i, i * 2**40))
            found.append(random.randrange(i))
            found.append(random.randrange(-2**31, 2**31))
            found.append(random.getrandbits(i % 63 + 1))
            found.append(random.getrandbits(32))
        return found
    same(function, 500)


@pytest.mark.parametrize("ends", [(1, 1), (3, 2), (0, 0), (-5, -5), (0, 2**32 - 1), (0, 2**32), (0, 2**63 - 2), (0, 2**63 - 1),
                                  (-2**63, 2**63 - 1), (0, 10**30), (True, 5), (1.0, 3), (0.5, 3), ("a", 3), (-2**62, 2**62)])
def test_ends(ends):
    def integers(a, b):
        return [random.randint(a, b) for _ in range(30)]
    def others(a, b):
        return [random.randrange(a, b) for _ in range(30)]
    def below(a, b):
        # More bits than that take long, and PyPy does not come back with less than none.
        return [random.randrange(b) for _ in range(30)], random.getrandbits(b if 0 < b < 99 else 77)
    def floats(a, b):
        return [random.uniform(a, b) for _ in range(30)]
    for function in (integers, others, below, floats):
        same(function, *ends, calls=2)


def test_other_functions_between():
    def function(n):
        found = []
        for i in range(n):
            found.append(random.random())
            if i % 7 == 0:
                found.append(random.gauss(0.0, 1.0))
                found.append(random.choice([1, 2, 3]))
            if i % 100 == 0:
                random.seed(i)
        state = random.getstate()
        found.append(random.random())
        random.setstate(state)
        found.append(random.random())
        return found
    same(function, 700)


def test_integers_that_grow_between():
    def function(n):
        total = 2**62
        for _ in range(n):
            total += random.randint(0, 2**60)
        return total, random.random()
    same(function, 40)


def test_names_of_its_own():
    from random import randint, random as next_float
    def function(n):
        return [next_float() + randint(0, 9) for _ in range(n)]
    same(function, 50)


def test_no_rate():
    def function(x):
        return random.expovariate(x)
    same(function, 0.0)
    same(function, 0)


def test_a_generator_of_its_own():
    def function(seed):
        own = random.Random(seed)
        return own.random(), own.randint(1, 6), random.random()
    same(function, 5)


def test_the_module_is_changed(monkeypatch):
    @pm.jit
    def function(n):
        return [random.random() for _ in range(n)], random.randint(1, 6), random.uniform(0, 1)
    function(5)
    monkeypatch.setattr(random, "random", lambda: 2.0)
    assert function(3)[0] == [2.0, 2.0, 2.0]
    monkeypatch.setattr(random, "randint", lambda a, b: "patched")
    assert function(3)[1] == "patched"
    monkeypatch.undo()
    random.seed(1)
    found = function(4)
    random.seed(1)
    assert found == function.__wrapped__(4)


@pytest.mark.parametrize("name", ["randrange", "_randbelow", "getrandbits", "uniform", "random"])
def test_the_class_is_changed(monkeypatch, name):
    @pm.jit
    def function(n):
        return [random.randint(1, n) for _ in range(n)], random.uniform(0.0, n)
    function(5)
    old = getattr(random.Random, name)
    def another(self, *arguments):
        # Bits that are too many would be thrown away without an end.
        return old(self, *arguments) // 2 if name == "getrandbits" else old(self, *arguments) + 100
    monkeypatch.setattr(random.Random, name, another)
    for _ in range(2):
        random.seed(3)
        found = function(6)
        random.seed(3)
        assert found == function.__wrapped__(6)


def test_changed_on_the_way():
    @pm.jit
    def function(n, seed):
        found = []
        for i in range(n):
            if i == 3:
                seed(5)
            found.append(random.random())
        return found
    same(function.__wrapped__, 5, random.seed)

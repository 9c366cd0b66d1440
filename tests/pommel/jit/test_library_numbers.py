"""What functions of numbers give: at the edges of floats and of integers of 64 bits, where halves are rounded,
where there is an error, and for numbers in between."""

import math
import random

import pytest

from comparing import MODES, alike, compiled, outcome

pytestmark = pytest.mark.only("compiles")

INF, NAN = float("inf"), float("nan")

FLOATS = [0.0, -0.0, 0.5, -0.5, 1.0, -1.0, 1.5, 2.5, -2.5, 0.125, 0.375, 2.675, 1e-5, 1e15 + 0.5, 2.0**52 + 0.5, 2.0**53,
          2.0**62, 2.0**63, -(2.0**63), 1e22, 1e23, 1e300, -1.7e308, 5e-324, 2.2e-308, 1e-310, 1e-160, 171.5,
          -171.5, -0.75, -20.25, 3.0, 23.0, 24.0, 700.5, INF, -INF, NAN]
INTS = [0, 1, -1, 2, -2, 3, 7, -7, 10, 20, 21, 39, 62, 63, 64, 100, 2**31, -(2**31), 2**53 + 1, 2**62, 2**63 - 1,
        -(2**63), 2**63, 10**30, -(10**30), True, False]
NUMBERS = FLOATS + INTS


def between(generator):
    """A number as programs have them."""
    kind = generator.randrange(5)
    if kind == 0:
        return generator.randrange(-100, 100)
    if kind == 1:
        return generator.uniform(-10, 10)
    if kind == 2:
        return generator.uniform(-1, 1) * 10.0 ** generator.randrange(-300, 300)
    if kind == 3:
        return generator.randrange(-(2**63), 2**63)
    return generator.randrange(-1000, 1000) / 8


def pairs(number):
    generator = random.Random(number)
    edges = [(x, y) for x in NUMBERS for y in NUMBERS]
    return edges[number % 7::7] + [(between(generator), between(generator)) for _ in range(100)]


def check(function, arguments, monkeypatch):
    """Compares calls in all modes. A function of its own for each type of arguments."""
    for mode in MODES:
        fast = {}
        for given in arguments:
            kinds = tuple(type(item) for item in given)
            if kinds not in fast:
                fast[kinds] = compiled(function, monkeypatch, mode)
            expected, found = outcome(function, given), outcome(fast[kinds], given)
            assert alike(expected, found), (mode, given, expected, found)


def made(text, *names):
    """A function that gives an expression, with a source of its own."""
    import linecache
    source = "def function({}):\n    return {}\n".format(", ".join(names), text)
    file = "<made {}>".format(text)
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {"math": math}
    exec(compile(source, file, "exec"), space)
    return space["function"]


ONE = ["round(x)", "round(x, None)", "round(x, 2)", "round(x, 0)", "round(x, -2)", "abs(x)", "int(x)", "float(x)", "x ** 3",
       "2 ** x", "x ** -2", "(-3) ** x", "10 ** x", "divmod(x, 7)", "divmod(x, -0.3)", "divmod(x, 0)", "pow(x, 2)",
       "pow(3, x, 1000)", "pow(x, 77, -13)", "pow(x, x, 2**62 + 1)", "round(x, 5), round(x, -19)"]
ONE += ["math.{}(x)".format(name) for name in (
    "acos acosh asin asinh atan atanh cbrt ceil cos cosh degrees erf erfc exp exp2 expm1 fabs factorial floor frexp "
    "gamma gcd hypot isfinite isinf isnan isqrt lcm lgamma log log10 log1p log2 modf radians sin sinh sqrt tan tanh trunc"
).split() if hasattr(math, name) and name != "factorial"]
ONE += ["math.log(x, 2)", "math.log(10, x)", "math.fmod(x, 0.7)", "math.remainder(x, 0.7)", "math.copysign(1.0, x)"]


@pytest.mark.parametrize("text", ONE)
def test_functions_of_one_number(text, monkeypatch):
    generator = random.Random(text)
    numbers = NUMBERS + [between(generator) for _ in range(60)]
    if "** x" in text:
        # Not integers that take hours.
        numbers = [x for x in numbers if isinstance(x, float) or abs(x) < 1000]
    check(made(text, "x"), [(x,) for x in numbers], monkeypatch)


TWO = ["divmod(x, y)", "math.hypot(x, y)", "math.dist((x, 1), (y, 2.5))", "math.log(x, y)", "math.fmod(x, y)",
       "math.remainder(x, y)", "math.copysign(x, y)", "math.isclose(x, y)", "math.isclose(x, y, rel_tol=0.1)",
       "math.isclose(x, y, abs_tol=y)", "math.atan2(x, y)", "math.gcd(x, y)", "math.pow(x, y)", "x + y - x * y", "min(x, y), max(x, y)", "max(x, y) * 2", "max(min(x, 10), -10.0)"]
TWO += ["math.lcm(x, y)"] if hasattr(math, "lcm") else []


@pytest.mark.parametrize("text", TWO)
def test_functions_of_two_numbers(text, monkeypatch):
    check(made(text, "x", "y"), pairs(len(text)), monkeypatch)


@pytest.mark.parametrize("text", ["round(x, n)", "math.ldexp(x, n)", "x ** n", "pow(x, n)", "n ** -2"])
def test_functions_with_a_small_integer(text, monkeypatch):
    generator = random.Random(text)
    counts = [0, 1, 2, -1, -2, 5, 17, -17, 22, 23, -22, -23, 63, 64, 300, -300, 324, -309, -1074, 1023, -2000, True]
    numbers = [between(generator) for _ in range(60)]
    some = [(x, generator.choice(counts)) for x in NUMBERS * 3 + numbers]
    check(made(text, "x", "n"), some, monkeypatch)


def test_rounding_of_halves(monkeypatch):
    generator = random.Random(5)
    def function(x, n):
        return round(x, n)
    halves = [(generator.randrange(-10**6, 10**6) / 2.0**generator.randrange(8), n) for n in range(-4, 8)
              for _ in range(30)]
    near = [(float("{}.{}5".format(generator.randrange(1000), generator.randrange(10**n))), n) for n in range(1, 8)
            for _ in range(30)]
    check(function, halves + near, monkeypatch)


def test_factorials(monkeypatch):
    def function(n):
        return math.factorial(n)
    check(function, [(n,) for n in [*range(30), -1, True]] + [(2.5,)], monkeypatch)


def test_power_with_a_modulus(monkeypatch):
    def function(a, b, m):
        return pow(a, b, m)
    some = [x for x in INTS if abs(x) < 2**64]
    generator = random.Random(1)
    threes = [[generator.choice(some) for _ in range(3)] for _ in range(500)]
    # PyPy has one of two errors, where there are two.
    check(function, [(a, b, m) for a, b, m in threes if b >= 0 or m], monkeypatch)


def test_signs_of_exponents_change(monkeypatch):
    def function(n):
        total = 0
        for i in range(-n, n):
            total += 2 ** i
        return total, [3 ** -k for k in range(-3, 3)]
    check(function, [(n,) for n in range(1, 70, 7)], monkeypatch)


def test_infinities_from_texts(monkeypatch):
    def function(items, text):
        best = float("inf")
        for item in items:
            if item < best:
                best = item
        return best, -best, float(text)
    check(function, [([3.0, 2.0, 5.0], "-inf"), ([], "nan"), ([INF], " 12 "), ([1.5], "x")], monkeypatch)


def test_numbers_of_several_kinds(monkeypatch):
    def function(n):
        x = 0
        found = []
        for i in range(n):
            x = i if i % 3 else i * 0.5
            found.append((abs(x), round(x), round(x, 1), divmod(x, 2), max(x, 3), math.sqrt(x), int(x)))
        return found
    check(function, [(n,) for n in (0, 1, 5)], monkeypatch)


def test_objects_that_say_how_they_are_rounded(monkeypatch):
    class Own(float):
        def __round__(self, digits=None):
            return "rounded", digits
        def __divmod__(self, other):
            return "divided"
        def __pow__(self, other, of=None):
            return "power", of
    def function(x):
        return round(x), round(x, 2), divmod(x, 2), pow(x, 2), pow(x, 2, 3), math.hypot(x, 1.0)
    check(function, [(Own(2.5),), (2.5,)][:1], monkeypatch)


def test_functions_that_stand_where_others_did(monkeypatch):
    def own(x):
        return "own", x
    def function(x):
        return math.sin(x), math.cos(x), math.exp(x), math.hypot(x, x), abs(x), round(x)
    monkeypatch.setattr(math, "sin", math.cos)
    monkeypatch.setattr(math, "cos", math.tan)
    monkeypatch.setattr(math, "exp", own)
    monkeypatch.setattr(math, "hypot", lambda x, y: math.gamma(x))
    monkeypatch.setattr("builtins.abs", own)
    monkeypatch.setattr("builtins.round", int)
    check(function, [(2.5,), (3,)], monkeypatch)

"""What functions of ordinary collections of algorithms do: digits, numbers in other bases, functions that call
themselves and give tuples, tables of names, and values that are none of those asked for."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

NUMBERS = [0, 1, -1, 7, 10, 99, 1234567890, 2**62, -2**63, 2**63, 10**30, 0.0, -2.5, float("nan"), True, None, "7", "", []]

ONES = {
    # Digits.
    "sum(map(int, str(n)))": NUMBERS,
    "sum(map(int, n))": ["", "123", "12x", " 1", "\\u0661\\u0662", ["1", " 22 ", "-3"], [1.5, True], 5, None, ["9" * 30]],
    "list(map(int, str(n)))": NUMBERS,
    "max(map(abs, n))": [[1, -5, 2], [], [-2.5, 2], [2**63, -2**63], "x", [-2**63]],
    "sorted(map(abs, n), reverse=True)": [[1, -5, 2], [2.5, -9.5]],
    "any(map(float, n)), all(map(float, n))": [["0", "1.5"], [0, 0.0], ["nan"], ["x"]],
    "[x * 2 for x in map(half, n)]": [[1, 2, 3], [1.5], [None], (2**63, 4)],
    "sum(map(half, map(int, n)))": ["246", ["8", 9.5]],
    "sum(map(ends, n))": [[1, 2, 3], [4, 0, 5], []],
    "'-'.join(map(str, n))": [[1, 2, 3], [], [1.5, "a"], [None]],
    "tuple(map(half, n)), set(map(half, n))": [[2, 4], []],
    "sum(map(*n))": [[int, "12"], [int]],
    "sum(map(pow, n, n))": [[1, 2, 3]],
    "list(enumerate(map(half, n)))": [[2, 4]],
    "sum(x * y for x, y in zip(map(half, n), n))": [[2, 4]],
    # Formats.
    "format(n), format(n, 'b'), format(n, '08x')": NUMBERS,
    "format(n, '.3f') + format(n, '>12')": NUMBERS,
    "'0b' + format(n, 'b').zfill(12)": [5, -5, 2**70, True, 2.5],
    "format(n, n)": [5, "s", "5", None],
    # What is equal to nothing of other classes.
    "n == '', n != '', '' == n": [*NUMBERS, (), {}, 1j],
    "n == (), n != [], n == {}": [*NUMBERS, (), {}, 1j],
    "n == None, None != n, n in (1, 'a', None, ())": [*NUMBERS, (), "a"],
    # Infinities that the source spells out.
    "min(float('inf'), n), max(float('-INF'), n)": [1, 2.5, 10**400, "x", float("nan")],
    "float('Infinity') - float('inf'), float('+inf')": [0],
    "float('infinit')": [0],
}

HEAD = """
class Same:
    def __eq__(self, other):
        return True
    def __hash__(self):
        return hash("km")

UNITS = {"m": 1.0, "km": 1000.0, "cm": 0.01}
MIXED = {"m": 1, 2: "x", Same(): 3}

def half(x):
    return x / 2

def ends(x):
    if x == 0:
        raise StopIteration
    return x

def bezout(a, b):
    if b == 0:
        return (1, 0)
    x, y = bezout(b, a % b)
    return (y, x - a // b * y)

def fibonacci(n):
    if n == 0:
        return 0, 1
    a, b = fibonacci(n // 2)
    c, d = a * (2 * b - a), a * a + b * b
    return (c, d) if n % 2 == 0 else (d, c + d)

def mixed(n):
    if n < 1:
        return None, 0.5, True
    a, b, c = mixed(n - 1)
    return (n, b * n, not c) if n % 3 else (a, b / (n - 6), n)

def uneven(n):
    if n < 1:
        return ()
    return (n, *uneven(n - 2)) if n % 2 else uneven(n - 1)

def sometimes(n):
    if n < 0:
        return None
    got = sometimes(n - 3)
    return (n, 1) if got is None else (got[0] + n, got[1] + 1)

def first_and_last(xs):
    if len(xs) == 1:
        return xs[0], xs[0]
    middle = len(xs) // 2
    a, b = first_and_last(xs[:middle])
    c, d = first_and_last(xs[middle:])
    return (a if a < c else c), (b if b > d else d)

def deep(n):
    return (0, 0) if n == 0 else tuple(x + 1 for x in deep(n - 1))
"""

BODIES = {
    "return bezout(*n)": [(12, 7), (0, 0), (832040, 514229), (2**62, 3), (10**30, 10**20 + 1), (1.5, 2), ("a", 1), (7, None)],
    "return fibonacci(n)": [0, 1, 10, 90, 91, 92, 93, 200, 2.0, "x"],
    "return [mixed(i) for i in range(n)]": [0, 5, 6, 7, 12],
    "return mixed(n)[0]": [3, 5, 8, 2.5],
    "return uneven(n)": [0, 5, 9],
    "return sometimes(n)": [0, 4, 10],
    "return first_and_last(n)": [[3, 1, 2], [2.5, 9.5], [1], [2**70, 5, 1], [float("nan"), 1.0], ["b", "a"]],
    "return deep(n)": [0, 3, 20],
    "total = 0\nfor i in range(n):\n    a, b = bezout(i, 10)\n    total += a * 3 + b\nreturn total": [0, 500],
    # Tables of names.
    "return n in UNITS, n not in UNITS, 'km' in UNITS": ["m", "km", "x", "", "\\u00e9", 5, None, [], ("m",)],
    "return 'm' in MIXED, 'km' in MIXED, 'q' in MIXED, n in MIXED": ["km", "x", 2],
    "a, b = n\nif a not in UNITS or b not in UNITS:\n    raise ValueError(f'no such unit: {a} or {b}')\n"
    "return 3 * UNITS[a] / UNITS[b]": [("m", "km"), ("m", "x"), ("q", "cm"), (1, 2)],
    "count = 0\nfor c in n:\n    if c in UNITS:\n        count += 1\n    elif c + 'm' in UNITS:\n        count += 10\nreturn count":
        ["mkcx", "", "\\u00e9m"],
    "d = {}\nfor k in n:\n    if k in d:\n        d[k] += 1\n    else:\n        d[k] = 1\nreturn d": ["abca", ["x", "y", "x"]],
    # Sets of lists that are made here.
    "xs = [i * i % 7 for i in range(n)]\nseen = set(xs)\nreturn len(seen), 2 in seen, 3 in seen, sorted(seen), xs":
        [0, 1, 20],
    "xs = [0.5 * (i % 3) for i in range(n)]\nxs.append(-0.0)\nreturn len(set(xs)), sorted(set(xs)), set(xs)": [0, 9],
    "xs = [(i % 2, i % 3) for i in range(n)]\nseen = set(xs)\nreturn len(seen), (1, 2) in seen, seen": [0, 9],
    "xs = [str(i % 3) for i in range(n)]\nseen = set(xs)\nseen.add('x')\nreturn len(seen), '2' in seen, seen": [0, 9],
    "seen = set(range(n))\nseen.discard(3)\nreturn len(seen), sum(seen), [x for x in seen], set(range(5, n, 3))":
        [0, 9, 5.0, "x"],
    "xs = [n, 1, 2.5]\nreturn set(xs), len(set(xs))": [1, 2.5, "x", [], 2**70],
    "xs = [float('nan') for _ in range(n)]\nreturn len(set(xs))": [0, 3],
    # Functions within functions that add up what they give.
    "def ways(left):\n    if left < 0:\n        return 0\n    if left == 0:\n        return 1\n"
    "    return sum(ways(left - part) for part in parts)\nparts = (1, 2, 5)\nreturn ways(n)": [0, 1, 12, "x"],
    "def best(i, memo):\n    if i == 0:\n        return 0\n    if memo[i] >= 0:\n        return memo[i]\n"
    "    memo[i] = min(best(i - k, memo) + k * k for k in range(1, i + 1) if k < 4)\n    return memo[i]\n"
    "return best(n, [-1] * (n + 1))": [0, 1, 15],
    "def reaches(i):\n    return i == 0 or any(reaches(i - k) for k in (3, 5) if k <= i)\n"
    "return [reaches(i) for i in range(n)]": [0, 20],
    "k = 1\nkept = []\ndef add(i):\n    if i == 0:\n        return 0\n    kept.append(k * x for x in range(3))\n"
    "    return add(i - 1)\nadd(n)\nk = 5\nreturn [list(one) for one in kept]": [0, 3],
    "kept = []\nsum = kept.append\ndef add(i):\n    if i == 0:\n        return 0\n    sum(k * x for x in range(3))\n"
    "    return add(i - 1)\nfor k in range(2):\n    add(n)\nk = 5\nreturn [list(one) for one in kept]": [0, 3],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("expression", ONES)
def test_expressions(expression, mode, monkeypatch):
    """An expression gives what Python gives, with its errors, for whatever it is given."""
    check("    return " + expression, ONES[expression], mode, monkeypatch)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("body", BODIES)
def test_bodies(body, mode, monkeypatch):
    """The same for functions."""
    check("\n".join("    " + line for line in body.split("\n")), BODIES[body], mode, monkeypatch)


def check(body, arguments, mode, monkeypatch):
    """Compares calls with each of some arguments, twice."""
    function = function_of("{}\ndef f(n):\n{}\n".format(HEAD, body), "ordinary")
    fast = compiled(function, monkeypatch, mode)
    for argument in [*arguments, *arguments]:
        expected, found = outcome(function, [argument]), outcome(fast, [argument])
        assert alike(expected, found), (argument, expected, found)


NATIVE = [
    ("return sum(map(int, str(n)))", 12345),
    ("return max(map(half, [n, 2, 3]))", 7),
    ("return len(format(n, 'b'))", 12),
    ("return 0 if n == '' else n * 2", 5),
    ("return float('inf') if n < 0 else n / 2", 5),
    ("return bezout(n, 7)[0] + fibonacci(n)[0]", 12),
    ("def ways(left):\n    return left == 0 if left < 1 else sum(ways(left - k) for k in (1, 2))\nreturn ways(n)", 9),
    ("xs = [i % 3 for i in range(n)]\nreturn len(set(xs))", 9),
    ("return 'km' in UNITS and 'x' not in UNITS", 0),
]


@pytest.mark.only("layouts")
@pytest.mark.parametrize("body, argument", NATIVE)
def test_native(body, argument, monkeypatch):
    """All of it is machine code."""
    body = "\n".join("    " + line for line in body.split("\n"))
    function = function_of("{}\ndef f(n):\n{}\n".format(HEAD, body), "native")
    fast = compiled(function, monkeypatch, "always")
    assert fast(argument) == function(argument)
    made = pm.explain(fast).specialisations
    assert made and not any(one.notes for one in made), pm.explain(fast)

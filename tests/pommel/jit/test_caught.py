"""Exceptions that are handled where they are raised, or by a function around, do what Python does: by chance,
and where it matters.

POMMEL_JIT_CAUGHT says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import os
import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_CAUGHT", "120" if sys.version_info[:2] == (3, 13) else "40"))

#: What may raise: `i` goes up, `k` is an argument.
RISKY = [
    "x = 10 // (i - k)", "x = 7 % (i % 3)", "x = 1.5 / (i - 2)", "y = x / (i - k)", "x = items[i]", "x = items[-i]",
    "items[i + 1] = k", "del items[i]", "x = items.pop()", "x = items.pop(i)", "x = memo[i]", "del memo[i]",
    "x = memo.pop(k)", "seen.remove(i)", "x = items.index(i)", "x = int(words[i % 4])", "x = float(words[i % 4])",
    "x = int(text[i])", "y = math.sqrt(2.0 - i)", "y = math.log(3 - i)", "x = divmod(i, k - i)", "x = (1, 2, 3)[i]",
    "x = text[i]", "helper(i)", "x = helper(i - 2)", "deeper(i, k)", "raise ValueError", "raise ValueError('no')",
    "raise KeyError(i)", "raise Own(i, 'x')", "raise Other", "if i % 2:\n    raise IndexError('odd', i)",
    "assert i < k, x", "x = chr(i - 1)", "y = 10.0 ** (i * 200)", "x = 2 ** (i * 30)", "x = rows[i][k]", "x = any_of[i]",
    "(1, 2)[i] = k", "text[i] = 'x'", "del (1, 2)[i]", "x = chr(2**40 * i)", "x = 'abc'.index(text[i])", "x = [k][i]",
    "with suppress(LookupError):\n    x = items[i + 2]", "with suppress(ValueError):\n    x = 5 // (i - 1)",
    "x = max(items[i:])", "x = [1, 2].index(i)", "x = (1).__truediv__(i)", "for x in [3, i]:\n    y = 4 // (x - 1)",
    "x = -1 << (i - 1)", "x = next(iter(items[i:]))", "x = sum(4 // (j - 2) for j in range(i))", "x = [9 // (j - 1) for j in items]",
]

CLASSES = [
    "ZeroDivisionError", "IndexError", "(IndexError, ZeroDivisionError)", "KeyError", "LookupError", "ValueError",
    "ArithmeticError", "Exception", "(ValueError, KeyError)", "Own", "Other", "(Own, LookupError)", "OverflowError",
    "AssertionError", "TypeError",
]

HANDLERS = [
    "x = -1", "x += 1000", "continue", "break", "out.append(i)", "pass", "return out", "y = 0.5", "raise",
    "out.append(x)", "items.append(i)", "raise RuntimeError(i)", "raise KeyError(k) from None", "x = helper(k)",
    "out.append(sys.exc_info()[0].__name__)", "x = 5 // (i - 3)", "del memo[i]",
]

NAMED = [
    "out.append(str(error))", "out.append(error.args)", "out.append(repr(error))", "kept = error", "raise error",
    "out.append((type(error).__name__, error.__traceback__.tb_lineno))", "raise ValueError('of') from error",
    "out.append(error.__context__ is None)", "out.append(isinstance(error, LookupError))", "x = len(error.args)",
]

HEAD = """import math
import sys
from contextlib import suppress

class Own(Exception):
    pass

class Other(Own, KeyError):
    pass

def helper(n):
    if n % 3 == 0:
        raise ValueError("bad", n)
    return 12 // (n - 1)

def deeper(i, k):
    try:
        return helper(i) + helper(k)
    except ZeroDivisionError:
        return -1
    finally:
        NOTED.append(i)

NOTED = []

def f(k, any_of):
    items = [3, 1, 2]
    memo = {1: 5, 3: 7}
    seen = {1, 4}
    words = ["12", "x", "3.5", " 7 "]
    text = "1a4"
    rows = [[1, 2], [3, 4]]
    out = []
    kept = None
    x = 0
    y = 1.5
    NOTED.clear()
"""


def indented(text, by):
    return "\n".join(" " * by + line for line in text.split("\n"))


class Program:
    """A loop with `try` in it, by chance."""

    def __init__(self, seed):
        self.chance = random.Random(seed)

    def attempt(self, depth):
        one = self.chance.choice
        lines = ["try:"]
        for _ in range(self.chance.randrange(1, 3)):
            inner = self.attempt(depth - 1) if depth and self.chance.random() < 0.3 else one(RISKY)
            lines.append(indented(inner, 4))
        has_finally = self.chance.random() < 0.25
        count = self.chance.randrange(0 if has_finally else 1, 3)
        for _ in range(count):
            is_named = self.chance.random() < 0.4
            lines.append("except {}{}:".format(one(CLASSES), " as error" if is_named else ""))
            lines.append(indented(one(NAMED if is_named else HANDLERS), 4))
            if self.chance.random() < 0.3:
                lines.append(indented(one(HANDLERS), 4))
        if count and self.chance.random() < 0.2:
            lines += ["else:", "    x = i * 2"]
        if has_finally:
            lines += ["finally:", indented(one(["x = 3", "out.append('end')", "y += 1.0"]), 4)]
        return "\n".join(lines)

    def source(self):
        one = self.chance.choice
        lines = []
        for _ in range(self.chance.randrange(1, 3)):
            lines.append("for i in range({}):".format(one(["6", "k + 2", "4"])))
            for _ in range(self.chance.randrange(1, 3)):
                lines.append(indented(self.attempt(1), 4))
            lines.append("    out.append(x)")
        lines.append("return out, x, y, items, memo, NOTED[:], kept and str(kept)")
        return HEAD + indented("\n".join(lines), 4) + "\n"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    function = function_of(Program(seed).source(), "caught {}".format(seed))
    fast = compiled(function, monkeypatch, mode)
    for arguments in ((1, [1, 2]), (3, [0.5]), (0, {1: 2}), (1, [1, 2]), (5, "ab")):
        assert alike(outcome(function, arguments), outcome(fast, arguments))


def of_loop(function, n):
    """A compiled function after some calls, and what it is compiled to."""
    fast = pm.jit(function)
    for _ in range(3):
        fast(n)
    return fast, pm.explain(fast)


def counted(n):
    found = 0
    table = {1: 2, 4: 5}
    for i in range(n):
        try:
            found += 10 // (i % 3)
        except ZeroDivisionError:
            found += 1
        try:
            found += table[i % 5]
        except (KeyError, IndexError):
            found -= 1
    return found


def test_a_handled_error_stays_in_machine_code():
    fast, found = of_loop(counted, 1000)
    assert fast(1000) == counted(1000)
    assert found.specialisations and not any(one.notes for one in found.specialisations)


def test_what_is_handled_is_known_to_who_asks(monkeypatch):
    def asks(n):
        seen = []
        for i in range(n):
            try:
                1 // (i - 1)
            except ZeroDivisionError as error:
                seen.append(sys.exc_info()[1] is error)
                try:
                    [][i]
                except IndexError as other:
                    seen.append(other.__context__ is error)
                seen.append(sys.exc_info()[1] is error)
        seen.append(sys.exc_info())
        return seen

    for mode in MODES:
        assert compiled(asks, monkeypatch, mode)(4) == asks(4)


# On PyPy what the caller handles is not to be seen from within an extension.
@pytest.mark.only("cpython")
def test_a_handled_error_has_the_context_of_its_caller(monkeypatch):
    def catches(n):
        try:
            return n // 0
        except ZeroDivisionError as error:
            return error.__context__

    for mode in MODES:
        fast = compiled(catches, monkeypatch, mode)
        fast(1)
        try:
            raise KeyError
        except KeyError as error:
            assert fast(1) is error


def test_classes_that_change(monkeypatch):
    namespace = {}
    exec("class A(Exception): pass\nclass B(A): pass\n", namespace)
    source = ("def f(n):\n    c = 0\n    for i in range(n):\n        try:\n            raise B(i)\n"
              "        except A:\n            c += 1\n    return c\n")
    function = function_of(source, "classes that change")
    function.__globals__.update(A=namespace["A"], B=namespace["B"])
    fast = compiled(function, monkeypatch, "always")
    assert fast(10) == fast(10) == 10

    def init(self, n):
        Exception.__init__(self, n)
        if n == 5:
            raise KeyError(n)

    namespace["B"].__init__ = init
    with pytest.raises(KeyError):
        fast(10)
    function.__globals__["A"] = ValueError
    with pytest.raises(namespace["B"]):
        fast(3)

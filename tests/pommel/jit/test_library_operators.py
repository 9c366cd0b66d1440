"""The functions of `operator`, and `text % values`, in compiled functions do what Python does."""

import pytest

from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

OPERATORS = ["add", "and_", "eq", "floordiv", "ge", "gt", "le", "lshift", "lt", "mod", "mul", "ne", "or_", "pow", "rshift",
             "sub", "truediv", "xor"]
ALONE = ["neg", "not_", "pos"]
PAIRS = [(1, 2), (7, -3), (2**62, 2**62), (1.5, 2), (True, 3), (5, 0), (0.0, -0.0), ("a", "b"), ("a", 3), ([1], [2]),
         (1, None), (-1, 70), (2, 0.5), (1j, 2)]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", OPERATORS + ALONE)
def test_an_operator_as_a_function(name, mode, monkeypatch):
    call = "operator.{}({})".format(name, "a, b" if name in OPERATORS else "a")
    source = ("import operator\nfrom operator import {0}\n\ndef f(a, b):\n    out = []\n    for i in range(3):\n"
              "        out.append({1})\n        out.append({2})\n    return out\n")
    source = source.format(name, call, call.replace("operator.", ""))
    for a, b in PAIRS:
        if name in ("pow", "lshift") and b == 2**62:
            continue
        function = function_of(source, "operator {}".format(name))
        fast = compiled(function, monkeypatch, mode)
        for _ in range(2):
            assert alike(outcome(function, (a, b)), outcome(fast, (a, b)))


@pytest.mark.parametrize("mode", MODES)
def test_an_operator_as_an_argument(mode, monkeypatch):
    source = ("import operator\n\ndef fold(of, items):\n    result = items[0]\n    for item in items[1:]:\n"
              "        result = of(result, item)\n    return result\n\n"
              "def f(items):\n    return fold(operator.mul, items), fold(operator.sub, items)\n")
    function = function_of(source, "operator folded")
    fast = compiled(function, monkeypatch, mode)
    for items in ([1, 2, 3], [1.5, 2.0], [2**40, 2**40, 5], ["a", 2]):
        assert alike(outcome(function, (items,)), outcome(fast, (items,)))


FORMATS = [
    "%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%i", "%x", "%X", "%o", "%#x", "%s", "%r", "%5s|", "%f", "%.2f", "%8.3f",
    "%e", "%.0e", "%g", "%.10g", "%05.1f", "%+.1f", "% .1f", "%-8.2f|", "%c", "%d%%", "a %d b", "%u", "%ld", "%.3d",
    "%5.f", "%d items", "%(x)d", "%*d", "%", "100%", "%d %d", "%G", "%F", "%a",
]
NUMBERS = [0, 7, -12345, 2**40, -2**63, 2**70, True, 1.5, -0.0, 1e300, 1e-7, float("inf"), float("nan"), 123456.789, "ab", "",
           None, (1,), (1, 2), [1], {"x": 3}]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", FORMATS)
def test_a_text_is_formatted(text, mode, monkeypatch):
    source = ("def f(x):\n    out = []\n    for i in range(3):\n        out.append({0!r} % x)\n        out.append({0!r} % (x,))\n"
              "        out.append({1!r} % (i, x, 'end'))\n    return out\n").format(text, "%d: " + text + " %s")
    for number in NUMBERS:
        function = function_of(source, "percent {}".format(text))
        fast = compiled(function, monkeypatch, mode)
        for _ in range(2):
            assert alike(outcome(function, (number,)), outcome(fast, (number,)))

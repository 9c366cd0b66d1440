"""Long loops of functions with many arguments: what is saved where they are left, at any of many places."""

import random

import pytest

from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

#: How many arguments, floats and integers in the loop, and lines of it there are.
ARGUMENTS, FLOATS, INTEGERS, LINES = 14, 6, 3, 56


def line(rng):
    """A line that may divide by zero, or overflow what machine code has for integers."""
    of, by, other = (rng.randrange(FLOATS) for _ in range(3))
    kind = rng.randrange(5)
    if kind == 0:
        return "v{} = v{} / (x - {}.0) + v{} * 0.25".format(of, by, rng.randrange(3, 40), other)
    if kind == 1:
        return "n{0} = n{0} * {1} + i".format(rng.randrange(INTEGERS), rng.choice([1, 2, 3, 7]))
    if kind == 2:
        return "v{} = v{} * 0.5 + a{} * x".format(of, by, rng.randrange(4))
    if kind == 3:
        return "v{} = abs(v{}) ** 0.5 + n{} * 0.125".format(of, by, rng.randrange(INTEGERS))
    return "v{} = min(v{}, v{}) - x".format(of, by, other)


def source(seed):
    """A function whose loop does that, and whose other arguments are of no use until it is done."""
    rng = random.Random(seed)
    names = ["a%d" % k for k in range(ARGUMENTS)]
    own = ["v%d" % k for k in range(FLOATS)] + ["n%d" % k for k in range(INTEGERS)]
    begin = ["v%d = %r" % (k, 0.5 + k) for k in range(FLOATS)] + ["n%d = %d" % (k, k) for k in range(INTEGERS)]
    text = "def f(items, {}):\n    i = 0\n".format(", ".join(names))
    text += "".join("    {}\n".format(one) for one in begin) + "    for x in items:\n        i += 1\n"
    text += "".join("        {}\n".format(line(rng)) for _ in range(LINES))
    return text + "    return {}\n".format(", ".join(own + names))


def arguments(seed, items):
    rng = random.Random(seed)
    rest = [rng.choice([rng.random(), rng.randrange(100), 2**70, "text", None, [1], True]) for _ in range(ARGUMENTS - 4)]
    return items, 1.5, 2.5, rng.random(), -1.0, *rest


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(4))
def test_it_is_left_at_any_place(monkeypatch, mode, seed):
    function = function_of(source(seed), "long loop %d" % seed)
    fast = compiled(function, monkeypatch, mode)
    # Integers overflow after some rounds, and one of the items is what something is divided by the difference to.
    for items in ([50.5] * 3, [50.5] * 30, *([50.5, 60.25, float(k), 70.0] for k in range(3, 40, 3))):
        given = arguments(seed, items)
        expected, found = outcome(function, given), outcome(fast, given)
        assert alike(expected, found), (expected, found)

"""Arrays of a few elements that are in registers: copies of them, their items one by one."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, outcome

pytestmark = [pytest.mark.only("compiles")]


def iterated(a, b, c):
    total = 0.0
    for item in pm.array([a, b, c]):
        total = total * 0.5 + item
    return total


def paired(a, b, c):
    y, z = pm.array([a, b, c]), pm.array([c, a, b])
    total = 0.0
    for place, (item, other) in enumerate(zip(y, z)):
        total += place * item * other
    return total, [-item for item in y], [item + 1.0 for item in y if item > 1.0]


def written_meanwhile(a, b, c):
    y = pm.array([a, b, c])
    seen = []
    for place, item in enumerate(y):
        seen.append(item)
        if place < 2:
            y[place + 1] = item * 2.0
    return seen, y


def written_in_a_loop(a, b, c):
    y = pm.array([a, b, c])
    total = 0.0
    for _ in range(20):
        for item in y:
            total += item
            y[2] = total * 0.25
            y[0] = item
    return total, y


def leaves(a, b, c):
    y, n, seen = pm.array([a, b, c]), 3, []
    for item in y:
        n *= 10 ** 9
        y[2] = 7.5
        seen.append(item)
    return n, seen


def given_away(a, b, c):
    y, kept, seen = pm.array([a, b, c]), [], []
    for item in y:
        kept.append(y)
        kept[0][2] = 9.0
        seen.append(item)
    return seen, kept[0] is kept[2]


def raises(a, b, c):
    total = 0.0
    for item in pm.array([a, b, c]):
        total += 1.0 / (item - 2.0)
    return total


def begun_by_hand(a, b, c):
    items = iter(pm.array([a, b, c]))
    first = next(items)
    rest = 0.0
    for item in items:
        rest += item
    return first, rest, list(items)


def copied(a, b, c):
    y = pm.array([a, b, c])
    z = pm.array(y)
    z[0] = 9.0
    return y, z, y[0] + z[0]


def taken(a, b, c):
    y = pm.asarray([a, b, c])
    z = pm.asarray(y)
    z[0] = 9.0
    return y[0], z is y, pm.asarray((a, 1)), y * 2


FUNCTIONS = [iterated, paired, written_meanwhile, written_in_a_loop, leaves, given_away, raises, begun_by_hand,
             copied, taken]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_small_arrays(function, mode, monkeypatch):
    fast = compiled(function, monkeypatch, mode)
    for _ in range(3):
        for arguments in ((1.5, 2.0, 3.25), (1.0, 0.5, 4.0), (0.0, -0.0, 1e300), (1, 2.5, 3)):
            assert alike(outcome(function, arguments), outcome(fast, arguments))

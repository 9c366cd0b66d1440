"""`collections.deque`, `bisect`, `iter` and `next` in compiled functions do what Python does: by chance, and where
it matters.

POMMEL_JIT_CONTAINERS says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import os
import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_CONTAINERS", "120" if sys.version_info[:2] == (3, 13) else "40"))

VALUES = ["i", "k", "i * k", "i * 0.5", "x", "2**62 * i", "i % 2 == 0", "None", "len(q)", "-i", "items[i % 3]"]

STATEMENTS = [
    "q.append({v})", "q.append({v})", "q.append({v})", "q.appendleft({v})", "x = q.popleft()", "x = q.pop()",
    "if q:\n    x = q.popleft()", "if q:\n    x = q.pop()", "x = len(q)", "x = q[0]", "x = q[-1]", "x = q[{v}]",
    "q[0] = {v}", "q.clear()", "q.extend(range(i))", "q.extend(items)", "q.extend(q)", "q = deque()",
    "q = deque(items)", "q = deque([{v}])", "q = deque(items, 2)", "q = deque(items, maxlen=3)", "other = q",
    "x = other.popleft()", "for y in q:\n    out.append(y)", "out.append(list(q))", "out.append(sum(items))",
    "x = {v} in q", "q.rotate(1)", "out.append(str(q))", "out.append(q == other)", "x = bool(q)", "x = not q",
    "while q:\n    x = q.popleft()\n    out.append(x)", "while len(q) > 2:\n    out.append(q.pop())",
    "try:\n    x = q.popleft()\nexcept IndexError as error:\n    out.append(str(error))", "x = q.count({v})",
    "q.remove({v})", "kept = q", "x = items.pop(0)", "items.append(i)", "items.insert(0, k)", "x = items.pop(0) + 1",
    "while items:\n    out.append(items.pop(0))\n    if len(out) > 9:\n        break", "items.reverse()", "items.sort()",
    "x = bisect.bisect(items, {v})", "x = bisect.bisect_left(items, {v})", "x = bisect_right(items, {v})",
    "insort(items, {v})", "bisect.insort_left(items, {v})", "x = bisect_left(given, {v})", "insort(given, i)",
    "x = bisect_left(given, i, 1)", "x = bisect_right(given, i, 0, 2)", "x = bisect_left(items, i, -1)",
    "x = bisect_left(items, i, 0, 99)", "x = items.index(k)", "out.append(items[1:])", "items = [3, 1, 2] * 9",
    "it = iter(items)", "it = iter(range(k))", "it = iter((1, 2, 3))", "it = iter('abc')", "it = iter(given)",
    "x = next(it)", "x = next(it, None)", "x = next(it, {v})", "second = it", "x = next(second)",
    "for y in it:\n    out.append(y)", "it = iter(q)",
    "while True:\n    try:\n        x = next(it)\n    except StopIteration:\n        break\n    out.append(x)",
]

HEAD = """import bisect
from bisect import bisect_left, bisect_right, insort
from collections import deque

def f(k, given):
    q = deque()
    other = q
    items = [1, 3, 5]
    out = []
    kept = None
    x = 0
    it = second = iter([1, 2])
"""


def source(seed):
    chance = random.Random(seed)
    lines = ["for i in range({}):".format(chance.choice(["k", "5", "k + 3"]))]
    for _ in range(chance.randrange(2, 7)):
        text = chance.choice(STATEMENTS).format(v=chance.choice(VALUES))
        lines += ["    " + line for line in text.split("\n")]
    lines += ["    if i == {}:".format(chance.randrange(6)), "        out.append(len(q))", "    if len(out) > 40:",
              "        break"]
    lines.append(chance.choice(["return out, x, q, items, other is q, kept", "return out, x, len(q), items, it",
                                "return q", "return out, x, list(q), type(q).__name__, next(it, 'end')"]))
    return HEAD + "\n".join("    " + line for line in lines) + "\n"


def plain(result):
    """Deques and iterators as what is in them."""
    def of(value):
        kind = type(value).__name__
        if kind == "deque":
            return kind, [of(item) for item in value], value.maxlen
        if kind.endswith("iterator"):
            return kind, [of(item) for item in value]
        if isinstance(value, (tuple, list)):
            return type(value)(of(item) for item in value)
        return value
    return of(result)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    function = function_of(source(seed), "containers {}".format(seed))
    fast = compiled(function, monkeypatch, mode)

    def of(f):
        def shown(*arguments):
            return plain(f(*arguments))
        return shown

    def called(f, arguments):
        found = outcome(of(f), arguments)
        # Without the frame that shows the result.
        return found[0], found[1] and found[1].replace(found[1].split("in shown", 1)[0], ""), found[2]

    for arguments in ((3, [1, 2, 4]), (0, [0.5]), (6, [1, 2, 2, 3]), (3, ["a", "b"]), (4, [1.5, 2.0])):
        assert alike(called(function, arguments), called(fast, arguments))


def search(n):
    from collections import deque
    neighbours = [[(i * 7 + 1) % n, (i * 3 + 2) % n, (i + 1) % n] for i in range(n)]
    distance = [-1] * n
    distance[0] = 0
    queue = deque([0])
    while queue:
        node = queue.popleft()
        for other in neighbours[node]:
            if distance[other] < 0:
                distance[other] = distance[node] + 1
                queue.append(other)
    return distance


def test_a_long_queue(monkeypatch):
    source = ("from collections import deque\ndef f(n):\n    q = deque(range(n))\n    t = 0\n    for i in range(3 * n):\n"
              "        x = q.popleft()\n        q.append(x + 1)\n        t += x * (i % 5)\n    return t, len(q), list(q)[:5]\n")
    function = function_of(source, "a long queue")
    for mode in MODES:
        fast = compiled(function, monkeypatch, mode)
        assert fast(3000) == fast(3000) == function(3000)


def test_a_search_through_a_graph(monkeypatch):
    for mode in MODES:
        fast = compiled(search, monkeypatch, mode)
        assert fast(200) == fast(200) == search(200)


@pytest.mark.only("layouts")
def test_places_are_found_in_machine_code():
    import bisect

    def places(items, n):
        found = 0
        for i in range(n):
            found += bisect.bisect_left(items, i) * (i % 7)
        return found

    items = list(range(0, 3000, 3))
    fast = pm.jit(places)
    for _ in range(3):
        assert fast(items, 3000) == places(items, 3000)
    found = pm.explain(fast).specialisations
    assert found and not any(one.notes for one in found)

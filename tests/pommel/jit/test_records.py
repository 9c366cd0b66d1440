"""Tuples in lists that functions make do what Python's do: by chance, and where it matters.

POMMEL_JIT_RECORDS says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import heapq
import os
import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_RECORDS", "150" if sys.version_info[:2] == (3, 13) else "40"))

#: Expressions that are parts of tuples.
PARTS = ["i", "i", "x", "y", "i * 0.5", "-i", "i % 3", "i % 2 == 0", "s", "s[i % 2:]", "'b'", "None", "(i, x)", "[i]", "x * x",
         "y - i", "len(a)", "i ** 3", "x + i", "0.0 * x"]
#: Expressions that are other values.
VALUES = ["a[0]", "a[-1]", "a[i % len(a)] if a else None", "a[i][0]", "a[i]", "len(a)", "{t} in a", "{t} not in b", "a == b",
          "a.count({t})", "a.index({t})", "min(a)", "max(b)", "sorted(a)", "sorted(b, reverse=True)", "a[1:]", "a[::-1]", "a + b",
          "a * 2", "list(a)", "{t} < {t}", "{t} == a[0]", "a[0] < a[1]", "[p for p in a]", "[q for p, q in b]",
          "[p + q for p, q in b]", "[(q, p) for p, q in b]", "sum(p for p, q in b)", "a.pop()", "b.pop(0)", "heapq.heappop(b)",
          "max(p for p, q in b)", "[t[0] for t in a]", "list(reversed(b))", "b < a", "a is b", "not a",
          "[(j, t) for j, t in enumerate(b)]", "[(p, r) for (p, q), (r, t) in zip(a, b)]", "tuple(a)", "a[i % 2][1:]", "sorted(a, key=lambda t: t[0])",
          "sorted(b, key=lambda t: (t[1], i), reverse=True)", "max(a, key=lambda t: t[-1])", "min(b, key=lambda t: -t[0])",
          "list(zip(a, b))", "list(enumerate(b))", "sorted(zip(b, range(i)))", "[p.x for p in c]", "c[0].x", "c[-1].n",
          "max(c, key=lambda p: p.n)", "c[:2]", "c[0] is c[-1]", "c[0] in c", "sorted(c, key=lambda p: -p.x)", "len(c)"]
STATEMENTS = ["a.append({t})", "a.append({t})", "b.append(({p}, {p}))", "b.append((i, x))", "b.append((x, i))", "a[0] = {t}",
              "a[-1] = b[0]", "a.insert(i % 3, {t})", "a.sort()", "b.sort(reverse=True)", "a.reverse()", "a.extend(b)", "a += b",
              "a += [{t}]", "b = a[:]", "b = a", "b = sorted(a)", "a = [{t}, {t}]", "a = [({p}, {p}) for j in range(i)]",
              "del a[0]", "a.clear()", "out.append({v})", "out.append({v})", "out.append({v})",
              "for p, q in b:\n    out.append(p)", "for t in a:\n    out.append(t)\n    x += 1", "t = a[0]\nout.append(t[-1])",
              "for j, (p, q) in enumerate(b):\n    b[j] = (q, p)", "heapq.heappush(b, ({p}, {p}))", "heapq.heapify(a)",
              "heapq.heappush(b, (i % 5, i))\nout.append(heapq.heappushpop(b, (x % 5, 1)))",
              "while len(b) > 3:\n    x, q = b.pop()", "p, q = b[0]\nout.append(q)", "x, y = y, x", "e.append(a[:2])",
              "e.append(b)", "for d in e:\n    d.append({t})", "e = [[] for _ in range(3)]\ne[i % 3].append((i, x))",
              "for d in e:\n    for t in d:\n        out.append(t[0])", "a.sort(key=lambda t: t[0])",
              "b.sort(key=lambda t: (-t[0], t[1]), reverse=True)", "c.append(P(i, x))", "c.append(P(i, y))", "c.append(P(i, i * 0.5))",
              "c = [P(j, x) for j in range(i)]", "for p in c:\n    p.n += 1", "for p in c:\n    p.move(y)", "c[0].x = {p}",
              "c[-1].n = {p}", "c.append(c[0])", "p = c[0]\np.x = 1.5\nout.append(p.n)", "c.sort(key=lambda p: p.n % 3)",
              "c[0] = P(x, i)", "if i == 5:\n    note(c[0])", "c[i % 2].more = i", "del c[1:]", "a.append((i, c[0].n))", "if i == 4:\n    note(a)", "if i == 5:\n    out.append(b)",
              "if i == 6:\n    x = 2 ** 70", "if i == 3:\n    y = float('nan')", "note({v})", "a.append(a[-1])",
              "try:\n    out.append({v})\nexcept (ValueError, IndexError, TypeError) as error:\n    out.append(str(error))"]

CLASS = """class P:
    def __init__(self, n, x):
        self.n = n
        self.x = x

    def move(self, by):
        if self.n % 2 == 0:
            self.x += by
        self.n += 1

    def __repr__(self):
        return repr(sorted(vars(self).items()))
"""

ARGUMENTS = [(6, 1, 0.5, "ab"), (0, 1, 2.0, "x"), (9, 2.5, 3, "hello"), (7, True, -0.0, "\xe9b"), (8, 2**62, 1e300, ""),
             (6, float("inf"), float("nan"), "nan"), (5, 2**63, 7, "ab")]


class Program:
    """A function of a few statements on lists of tuples by chance."""

    def __init__(self, seed):
        self.chance = chance = random.Random(seed)
        self.statements = [chance.choice(STATEMENTS) for _ in range(chance.randrange(2, 7))]
        self.tuples = [self.tuple() for _ in range(2)]

    def tuple(self):
        parts = [self.chance.choice(PARTS) for _ in range(self.chance.choice([1, 2, 2, 2, 3]))]
        return "(" + ", ".join(parts) + ",)"

    def filled(self, text):
        chance = self.chance
        while "{" in text:
            text = text.replace("{v}", chance.choice(VALUES), 1).replace("{p}", chance.choice(PARTS), 1)
            text = text.replace("{t}", chance.choice(self.tuples), 1)
        return text

    def source(self):
        lines = CLASS.splitlines()
        lines += ["import heapq", "def f(n, x, y, s):", "    out = []", "    a = []", "    b = [(1, 2)]", "    c = []", "    e = []"]
        if "note(" in "".join(self.statements):
            lines += ["    def note(value):", "        out.append(value)"]
        lines += ["    for i in range(n):"]
        for text in self.statements:
            lines += ["        " + line for line in self.filled(text).split("\n")]
        lines += ["        if len(a) > 40:", "            a = a[:7]", "        if len(b) > 40:", "            b = b[:3]"]
        lines += ["    return repr((a, b, c, e, out, x, y))"]
        return "\n".join(lines) + "\n"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    source = Program(seed).source()
    plain = function_of(source, "records {}".format(seed))
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(2):
        for arguments in ARGUMENTS:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (source, arguments, expected, found)


def same(plain, monkeypatch, mode, *all_arguments):
    """Whether a function does the same compiled, several times."""
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(3):
        for arguments in all_arguments:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (arguments, expected, found)
    return fast



@pytest.mark.parametrize("mode", MODES)
def test_shortest_ways(mode, monkeypatch):
    def dijkstra(n, m):
        edges = []
        state = 1
        for _ in range(m):
            state = (state * 1103515245 + 12345) % 2147483648
            u = state >> 8
            state = (state * 1103515245 + 12345) % 2147483648
            edges.append((u % n, (state >> 8) % n, 1 + (state >> 16) % 20))
        graph = [[] for _ in range(n)]
        for u, v, w in edges:
            graph[u].append((v, w))
            graph[v].append((u, w))
        distance = [-1] * n
        heap = [(0, 0)]
        while heap:
            d, u = heapq.heappop(heap)
            if distance[u] >= 0:
                continue
            distance[u] = d
            for v, w in graph[u]:
                if distance[v] < 0:
                    heapq.heappush(heap, (d + w, v))
        return distance

    same(dijkstra, monkeypatch, mode, (10, 30), (200, 900), (3, 0))


@pytest.mark.parametrize("mode", MODES)
def test_floats_that_are_none_stay_the_objects_that_they_are(mode, monkeypatch):
    def found(x, n):
        pairs = []
        for i in range(n):
            pairs.append((x, i))
        return repr(((x, 0) in pairs, pairs.count((x, 1)), pairs == list(pairs), sorted(pairs), min(pairs)))

    same(found, monkeypatch, mode, (1.5, 4), (float("nan"), 4), (float("inf"), 3))


@pytest.mark.parametrize("mode", MODES)
def test_sorting_is_stable_both_ways(mode, monkeypatch):
    def ordered(n):
        pairs = []
        for i in range(n):
            pairs.append((i * 7919 % 13, -0.0 if i % 2 else 0.0, i % 2 == 0))
        there = sorted(pairs)
        back = sorted(pairs, reverse=True)
        pairs.sort()
        return repr((there, back, pairs))

    same(ordered, monkeypatch, mode, (0,), (1,), (40,), (500,))


@pytest.mark.parametrize("mode", MODES)
def test_integers_beside_floats_are_compared_without_rounding(mode, monkeypatch):
    def ordered(x, y, n):
        pairs = []
        for i in range(n):
            pairs.append((x + i, 1))
            pairs.append((y, 2))
        pairs.sort()
        return repr((pairs, (2**53 + 1, 1) in pairs, (float(2**53), 2) in pairs, max(pairs)))

    same(ordered, monkeypatch, mode, (2**53, float(2**53), 4), (1, 1.0, 3), (-1, 1e300, 2), (2**62, -1e300, 2),
         (2**63 - 9, 2.0**63, 4))


@pytest.mark.parametrize("mode", MODES)
def test_what_has_no_order_is_an_error(mode, monkeypatch):
    def ordered(n, x):
        pairs = []
        for i in range(n):
            pairs.append((i % 2, x))
            pairs.append((i % 2, None))
        pairs.sort()
        return pairs

    same(ordered, monkeypatch, mode, (0, 1), (3, 1), (3, None))


@pytest.mark.parametrize("mode", MODES)
def test_lists_within_tuples_are_the_lists_that_they_are(mode, monkeypatch):
    def shared(n):
        inner = [0]
        pairs = []
        for i in range(n):
            inner.append(i)
            pairs.append((i, inner, [i]))
        for i, one, other in pairs:
            one.append(-i)
            other.append(i)
        pairs[0][1].append(99)
        return pairs, inner

    same(shared, monkeypatch, mode, (1,), (5,), (30,))


@pytest.mark.parametrize("mode", MODES)
def test_a_list_may_be_in_a_tuple_in_itself(mode, monkeypatch):
    def wound(n):
        pairs = [(0, [])]
        for i in range(n):
            pairs.append((i, [i]))
        return pairs

    same(wound, monkeypatch, mode, (0,), (4,))


@pytest.mark.parametrize("mode", MODES)
def test_many_records_come_and_go(mode, monkeypatch):
    def worn(n):
        kept = []
        total = 0
        for i in range(n):
            pairs = [(j, "t" + str(j), [j]) for j in range(i % 50)]
            for a, b, c in pairs:
                total += a + len(b) + c[0]
            if i % 100 == 0:
                kept.append((i, pairs))
        return total, kept

    same(worn, monkeypatch, mode, (3000,))


@pytest.mark.parametrize("mode", MODES)
def test_no_such_item(mode, monkeypatch):
    def taken(n, at):
        pairs = []
        for i in range(n):
            pairs.append((i, i * i))
        a, b = pairs[at]
        c, d, e = pairs[0]
        return a, b, c

    same(taken, monkeypatch, mode, (3, 1), (3, 5), (3, -4), (0, 0))


@pytest.mark.parametrize("mode", MODES)
def test_heaps_of_tuples(mode, monkeypatch):
    def emptied(n, x):
        heap = []
        out = []
        for i in range(n):
            heapq.heappush(heap, (i * 7919 % 101, x, i))
            if i % 3 == 2:
                out.append(heapq.heappop(heap))
            if i % 5 == 4:
                out.append(heapq.heapreplace(heap, (i % 7, x, i)))
                out.append(heapq.heappushpop(heap, (i % 11, x, -i)))
        heapq.heapify(heap)
        while heap:
            out.append(heapq.heappop(heap))
        return out

    same(emptied, monkeypatch, mode, (40, 1), (40, "ab"), (40, 0.5), (10, [1]), (10, None), (9, float("nan")))


@pytest.mark.parametrize("mode", MODES)
def test_orders_by_keys(mode, monkeypatch):
    def ordered(n, x):
        pairs = [(i * 7919 % 13, i, x) for i in range(n)]
        words = ["w" + str(i * 37 % 11) for i in range(n)]
        counts = {}
        for i in range(n):
            counts[i % 7] = counts.get(i % 7, 0) + i
        pairs.sort(key=lambda p: p[0])
        others = sorted(pairs, key=lambda p: (-p[0], p[1]), reverse=True)
        least = min(pairs, key=lambda p: p[1] * 5 % 7) if pairs else None
        most = max(others, key=lambda p: -p[0]) if pairs else None
        words.sort(key=len, reverse=True)
        best = sorted(counts.items(), key=lambda item: -item[1])
        named = sorted(counts, key=lambda k: counts[k])
        floats = sorted([i * 0.5 - 3.0 for i in range(n)], key=abs)
        return repr((pairs, others, least, most, words, best, named, floats, sorted(range(n), key=lambda i: i % 3)))

    same(ordered, monkeypatch, mode, (0, 1), (1, 1), (40, 2), (30, 2.5), (20, "ab"), (9, float("nan")), (9, None))


@pytest.mark.parametrize("mode", MODES)
def test_orders_of_objects_by_keys(mode, monkeypatch):
    def ordered(items, others, x):
        there = sorted(items, key=lambda p: p[1])
        back = sorted(others, key=lambda p: p[0] * x, reverse=True)
        least = repr(min(items, key=lambda p: p[-1]))
        return there, back, least, there[0] is items[0], sorted(items, key=None)

    pairs = [(i, i * 7919 % 13) for i in range(30)]
    mixed = [(1, 2.5), (0, 1), (True, 0.5)]
    same(ordered, monkeypatch, mode, (pairs, pairs, 2), (pairs, tuple(pairs), 0.5), (mixed, pairs, -1), (pairs, [], 1),
         (pairs, [("a", 1), ("b", 0)], 2), ([(2, "b"), (1, "a")], pairs, 1), ([], pairs, 1), (pairs, 5, 1), (None, pairs, 1),
         (pairs, [(2**70, 1), (0, 0)], 1), (pairs, pairs, float("nan")), (pairs, [()], 1))


@pytest.mark.parametrize("mode", MODES)
def test_errors_of_keys(mode, monkeypatch):
    def ordered(n, bad):
        items = [(i, i * 5 % 7) for i in range(n)]
        seen = []

        def key(pair):
            seen.append(pair)
            return 10 // (pair[0] - bad)

        try:
            items.sort(key=key)
        except ZeroDivisionError:
            seen.append(None)
        items.sort(key=lambda pair: pair[1] if pair[0] != bad else None)
        return items, seen

    same(ordered, monkeypatch, mode, (6, 99), (6, 3), (0, 0), (1, 0))


@pytest.mark.parametrize("mode", MODES)
def test_a_key_sees_the_list_that_is_sorted(mode, monkeypatch):
    def ordered(n):
        items = [(i * 5 % 7, i) for i in range(n)]
        lengths = []

        def key(pair):
            lengths.append(len(items))
            return pair

        items.sort(key=key)
        items.sort(key=lambda pair: len(items) - pair[0])
        return repr((items, lengths))

    same(ordered, monkeypatch, mode, (6,), (0,), (1,))


@pytest.mark.parametrize("mode", MODES)
def test_names_that_mean_something_else(mode, monkeypatch):
    source = """
def sorted(items, key, reverse=False):
    return "mine", [key(item) for item in items], reverse

class Odd:
    def sort(self, key=None, reverse=None):
        return "odd", key(1), reverse

def f(n):
    items = [(i, -i) for i in range(n)]
    return repr((sorted(items, key=lambda p: p[1], reverse=True), Odd().sort(key=lambda i: i + 1),
                 min(items, key=lambda p: p[1])))
"""
    plain = function_of(source, "names")
    same(plain, monkeypatch, mode, (3,), (1,), (0,))


@pytest.mark.parametrize("mode", MODES)
def test_lists_of_what_iterates(mode, monkeypatch):
    def listed(n, x):
        a = [i * 3 for i in range(n)]
        b = [i * x for i in range(n)]
        d = {}
        for i in range(n):
            d[i % 5] = i
        text = ["t" + str(i) for i in range(n)]
        twice = zip(a, b)
        return repr((list(zip(a, b)), list(enumerate(text)), list(d.items()), sorted(d.items(), reverse=True),
                     list(zip(a, zip(b, text))), list(enumerate(zip(a, a))), sorted(zip(b, a)), list(twice), list(twice),
                     list(zip(range(n), reversed(a))), list(zip(a))))

    same(listed, monkeypatch, mode, (0, 1), (7, 2), (7, 0.5), (3, float("nan")), (3, 2**62), (3, "ab"))


class Body:
    def __init__(self, x, v):
        self.x = x
        self.v = v
        self.hits = 0

    def move(self, dt):
        self.x += self.v * dt
        if self.x > 3.0:
            self.v = -self.v
            self.hits += 1

    @property
    def energy(self):
        return self.v * self.v / 2


class Slotted:
    __slots__ = ("x", "n")

    def __init__(self, x, n):
        self.x = x
        self.n = n


class Ending:
    ended = []

    def __init__(self, x):
        self.x = x

    def __del__(self):
        Ending.ended.append(self.x)


@pytest.mark.parametrize("mode", MODES)
def test_instances_in_lists(mode, monkeypatch):
    def moved(n, steps, x):
        bodies = [Body(i * 0.5, x) for i in range(n)]
        first = []
        for body in bodies:
            first.append(body)
        for _ in range(steps):
            for body in bodies:
                body.move(0.25)
        for body in first:
            body.hits += 100
        bodies.append(first[0])
        bodies[-1].x = -1.0
        bodies.sort(key=lambda body: body.x)
        best = max(bodies, key=lambda body: body.energy)
        return bodies, first, sum(body.x for body in first), best, bodies[0] is best, first[0] in bodies

    same(moved, monkeypatch, mode, (1, 3, 1.0), (6, 20, 1.5), (6, 20, 2), (3, 5, float("inf")), (4, 3, 2**62), (0, 1, 1.0),
         (2, 3, "ab"))


@pytest.mark.parametrize("mode", MODES)
def test_instances_that_change(mode, monkeypatch):
    def changed(n, x, at):
        things = []
        for i in range(n):
            things.append(Slotted(i * 0.5, i))
        bodies = [Body(1.0 * i, 2.0) for i in range(n)]
        for i in range(n):
            if i == at:
                things[i].x = x
                bodies[i].more = x
                bodies[i].hits = x
            things[i].n += 1
            bodies[i].hits += 1
        return [(t.x, t.n) for t in things], bodies, bodies[at].more

    same(changed, monkeypatch, mode, (5, 1.5, 2), (5, 7, 3), (5, None, 1), (5, "ab", 4), (3, 1.0, 9), (3, 1.0, 0))


@pytest.mark.parametrize("mode", MODES)
def test_instances_that_somebody_learns_of(mode, monkeypatch):
    def learnt(n, at):
        bodies = [Body(1.0 * i, 2.0) for i in range(n)]
        known = []
        total = 0.0
        for _ in range(3):
            for i, body in enumerate(bodies):
                if i == at:
                    known.append(body)
                    vars(body)["x"] = 50.0
                    body.x += 1.0
                body.move(0.5)
                total += body.x
        return bodies, known, total, type(bodies[0]) is Body, isinstance(bodies[-1], Body)

    same(learnt, monkeypatch, mode, (4, 2), (4, 9), (1, 0), (30, 7))


# Where objects end when nobody has them any more.
@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
def test_instances_with_an_end(mode, monkeypatch):
    def ended(n):
        for i in range(n):
            kept = [Ending(i), Ending(-i)]
            kept[0].x += 1

    for function in (ended, compiled(ended, monkeypatch, mode)):
        Ending.ended.clear()
        function(4)
        assert sorted(Ending.ended) == [-3, -2, -1, 0, 1, 2, 3, 4]


@pytest.mark.parametrize("mode", MODES)
def test_many_instances_come_and_go(mode, monkeypatch):
    def worn(n):
        kept = []
        total = 0.0
        for i in range(n):
            bodies = [Body(j * 0.5, 1.0) for j in range(i % 40)]
            last = Body(0.0, 1.0)
            for body in bodies:
                body.move(0.1)
                total += body.x
                last = body
            if i % 300 == 0:
                kept.append(last)
        return total, kept

    same(worn, monkeypatch, mode, (3000,))


@pytest.mark.only("layouts")
def test_nothing_is_left_to_python(monkeypatch):
    def points(n):
        found = []
        for i in range(n):
            found.append((i % 17, i * 0.5))
        found.sort()
        best = max(found)
        total = 0.0
        for a, b in sorted(found, key=lambda pair: -pair[1]):
            total += a * b
        return total, best

    def moved(n):
        bodies = [Body(i * 0.5, 1.0) for i in range(n)]
        total = 0.0
        for body in bodies:
            body.x += body.v
            total += body.x
        return total

    for plain in (points, moved):
        fast = same(plain, monkeypatch, "always", (100,))
        explained = pm.explain(fast)
        assert explained.specialisations, explained
        assert not [note for made in explained.specialisations for note in made.notes], explained

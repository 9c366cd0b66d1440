"""Functions that call themselves within others, and those that get and give lists, do what Python does: by
chance, and where it matters.

POMMEL_JIT_CLOSURES says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import os
import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_CLOSURES", "120" if sys.version_info[:2] == (3, 13) else "40"))

NUMBERS = ["k", "k + i", "count", "x", "len(out)", "k * 2", "i", "0.5 * k", "limit", "k % 3", "1", "2**62 * k",
           "flag + k", "items[k % 4]"]
TESTS = ["k > 2", "i % 2", "count > 5", "len(out) < 6", "seen[k % 4]", "k in memo", "not seen[i % 4]", "x",
         "k == limit", "True"]

#: What functions do that call themselves: `k` becomes less with each call, `i` is an argument, too.
STATEMENTS = [
    "out.append({n})", "out.append({n})", "items[{i} % 4] = {n}", "memo[{i}] = {n}", "x = {n}",
    "count += 1", "count += {n}", "seen[{i} % 4] = not seen[{i} % 4]", "limit = limit - 1",
    "x = {call}", "{call}", "{call}", "x = ({call}, {call})[0]", "out.append({call})",
    "for j in range(2):\n    {call}", "for j in items:\n    x = j\n    if j == 3:\n        {call}",
    "if {t}:\n    return {n}", "if {t}:\n    return {call}", "if {t}:\n    {call}\nelse:\n    x = {n}",
    "x = 1 // (k - 2)", "x = items[k + 2]", "if {t}:\n    raise ValueError(k)", "x = memo[{i}]",
    "try:\n    {call}\nexcept (ValueError, KeyError) as error:\n    out.append(k)",
    "try:\n    {call}\nfinally:\n    count += 1",
    "x = out.pop()", "items = [k, i, 1, 2]", "items = items[:]", "x = f'{{k}}'", "y = helper({n})",
    "out = out + [k]", "x = max({n}, {n})", "x = min(items)", "memo.clear()",
    "x = memo.get({i}, 0)", "x = [{call} for j in range(2)]", "x = sum(items)", "del out[0]",
    "x = {n} and {call}", "x = {call} if {t} else {n}", "assert k != 3 or i, x",
]

#: What is done with such a function.
USES = [
    "go(n, 1)", "x = go(n, 2)", "out.append(go(n, 0))", "for i in range(3):\n    out.append(go(i, n))",
    "x = [go(j, 1) for j in range(3)]", "count = count + 1", "items = [1, 2, 3, 4]", "x = max(go(1, 0), 1)",
    "try:\n    go(n, 1)\nexcept Exception as error:\n    out.append(str(error))", "memo[7] = 1",
    "limit = n", "x = list(map(go, [1, 2], [3, 4]))", "kept = go", "x = go(n, 1.5)", "x = go(2, 2**63)",
    "out.append(count)", "seen = [False] * 4", "out = []", "for key in memo:\n    go(key % 3, 1)",
    "x = other(n)", "x = other(n) if n else go(n, n)",
]

RESULTS = ["k", "x", "count", "None", "items", "out", "(k, i)", "True", "0.5", "memo"]


class Program:
    """A function with one within it that calls itself, by chance."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.inside = [self.chance.choice(STATEMENTS) for _ in range(self.chance.randrange(1, 6))]
        self.around = [self.chance.choice(USES) for _ in range(self.chance.randrange(1, 5))]

    def filled(self, text):
        one = self.chance.choice
        call = one(["go(k - 1, i)", "go(k - 1, {})".format(one(NUMBERS)), "go(k - 2, i + 1)", "other(k - 1)"])
        return text.format(n=one(NUMBERS), t=one(TESTS), i=one(["i", "k", "0", "j0"]), call=call)

    def source(self):
        one = self.chance.choice
        inside = [self.filled(text) for text in self.inside]
        if not any("(k - " in text for text in inside):
            inside.append(self.filled("x = {call}"))
        bound = [name for name in ("count", "limit", "items", "out", "x")
                 if any(line.strip().startswith((name + " =", name + " +=")) for text in inside
                        for line in text.split("\n")) and (name != "x" or self.chance.random() < 0.3)]
        lines = ["def f(n, x):", "    count = 0", "    limit = 2", "    items = [3, 1, 2, 5]", "    out = []",
                 "    seen = [True, False] * 2", "    memo = {}", "    kept = None", "    def helper(value):",
                 "        return value * 2"]
        lines += ["    def go(k, i):"]
        if bound:
            lines += ["        nonlocal " + ", ".join(bound)]
        if "x" not in bound:
            lines += ["        x = k"]
        lines += ["        j0 = k", "        if k <= 0:", "            return " + one(RESULTS)]
        lines += ["        " + line for text in inside for line in text.split("\n")]
        lines += ["        return " + one(RESULTS)]
        lines += ["    def other(k):", "        if k < 0:", "            return k",
                  "        return " + one(["go(k - 1, 1)", "k", "count", "len(out)"])]
        lines += ["    " + line for text in self.around for line in text.split("\n")]
        lines += ["    return count, limit, items, out, seen, memo, x"]
        return "\n".join(lines) + "\n"


@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    source = Program(seed).source()
    plain = function_of(source, "closures {}".format(seed))
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(2):
        for arguments in [(4, 1), (0, 0.5), (5, 2**63), (3, [1]), (6, None)]:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (source, arguments, expected, found)


def fibonacci(n):
    memo = {}

    def go(k):
        if k < 2:
            return k
        if k in memo:
            return memo[k]
        memo[k] = go(k - 1) + go(k - 2)
        return memo[k]
    return go(n), len(memo)


def queens(n):
    columns, ups, downs = [False] * n, [False] * (2 * n), [False] * (2 * n)
    count = 0

    def place(row):
        nonlocal count
        if row == n:
            count += 1
            return
        for column in range(n):
            if not columns[column] and not ups[row + column] and not downs[row - column + n]:
                columns[column] = ups[row + column] = downs[row - column + n] = True
                place(row + 1)
                columns[column] = ups[row + column] = downs[row - column + n] = False
    place(0)
    return count


def visits(n):
    graph = [[(v * 7 + 3) % n, (v * 5 + 1) % n, (v + 1) % n] for v in range(n)]
    seen, order = [False] * n, []

    def visit(v):
        seen[v] = True
        for w in graph[v]:
            if not seen[w]:
                visit(w)
        order.append(v)
    for v in range(n):
        if not seen[v]:
            visit(v)
    return order, seen


def is_even(n):
    def even(k):
        return True if k == 0 else odd(k - 1)

    def odd(k):
        return False if k == 0 else even(k - 1)
    return [even(i) for i in range(n)]


def best(n):
    weights = [(i * 37) % 23 + 1 for i in range(n)]
    top = 0

    def go(i, left, total):
        nonlocal top
        if total > top:
            top = total
        if i == n:
            return
        if weights[i] <= left:
            go(i + 1, left - weights[i], total + weights[i] * 2)
        go(i + 1, left, total)
    go(0, 40, 0)
    return top


def permutations(n):
    found = []

    def go(start, items):
        if start == len(items):
            found.append(items[:])
            return
        for i in range(start, len(items)):
            items[start], items[i] = items[i], items[start]
            go(start + 1, items)
            items[start], items[i] = items[i], items[start]
    go(0, list(range(n)))
    return found


def merge_sort(items):
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    merged = []
    i = j = 0
    while i < len(left) and j < len(right):
        if left[i] <= right[j]:
            merged.append(left[i])
            i += 1
        else:
            merged.append(right[j])
            j += 1
    return merged + left[i:] + right[j:]


def quick_sort(items):
    if len(items) < 2:
        return items
    pivot = items[0]
    less = [item for item in items[1:] if item < pivot]
    more = [item for item in items[1:] if item >= pivot]
    return quick_sort(less) + [pivot] + quick_sort(more)


def garbage(n):
    """Lists that are made within calls and given up, while those around are kept."""
    def go(k):
        mine = [k] * 2000
        if k == 0:
            return 0
        for _ in range(2):
            go(k - 1)
        return sum(mine)
    kept = [n] * 3000
    return go(n), kept[0], kept[-1], sum(kept)


MIXED = [5, 2.5, 1, 0.5, 7]
CASES = [
    (fibonacci, [(30,), (90,), (95,), (0,)]), (queens, [(5,), (6,), (0,)]), (visits, [(40,), (1,), (7,)]),
    (is_even, [(20,)]), (best, [(10,), (0,)]), (permutations, [(4,), (0,), (1,)]),
    (merge_sort, [([3, 1, 2, 9, 5, 5],), ([],), ([1.5, 0.5, -1.0],), (MIXED,), ([2**70, 1, 3],), (["b", "a"],),
                  ([3, "a", 1],), ((3, 1, 2),)]),
    (quick_sort, [([3, 1, 2, 9, 5, 5],), ([],), ([1.5, 0.5, -1.0],), (MIXED,), ([2**70, 1, 3],),
                  (["b", "a"],), ([1, None, 2],)]),
    (garbage, [(9,)]),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", range(len(CASES)), ids=[case[0].__name__ for case in CASES])
def test_known_programs(case, mode, monkeypatch):
    function, calls = CASES[case]
    fast = compiled(function, monkeypatch, mode)
    for _ in range(3):
        for arguments in calls:
            expected, found = outcome(function, arguments), outcome(fast, arguments)
            assert alike(expected, found), (arguments, expected, found)


def deep(n):
    def go(k):
        return 0 if k == 0 else 1 + go(k - 1)
    return go(n)


@pytest.mark.only("cpython")
def test_calls_have_a_limit(monkeypatch):
    fast = compiled(deep, monkeypatch, "always")
    assert fast(200) == 200
    for _ in range(2):
        with pytest.raises(RecursionError):
            fast(100_000)
    assert fast(200) == 200


def leaky(n):
    kept = []
    value = 1

    def go(k):
        if k == 0:
            kept.append(go)
            return value
        return go(k - 1)
    first = go(n)
    value = 2
    second = kept[0](n)
    return first, second, kept[0] is kept[1], kept[0] is go


def emptied(n):
    value = 5

    def go(k):
        nonlocal value
        if k == 0:
            del value
            return 0
        go(k - 1)
        return k + value
    try:
        go(n)
    except NameError as error:
        message = str(error)
    value = 3
    return message, value


def bound_before_an_error(n):
    count = 0

    def go(k):
        nonlocal count
        if k == 0:
            count += 10
            raise ValueError(count)
        count += 1
        go(k - 1)
    for _ in range(3):
        try:
            go(n)
        except ValueError as error:
            count += error.args[0]
    return count


def iterated(n):
    entries = {k: k for k in range(n)}

    def go(k):
        if k == 0:
            entries[100] = 1
            return 0
        return go(k - 1)
    total = 0
    for key in entries:
        total += key + go(key)
    return total


def defaults(n):
    def go(k, step=1, *rest, scale=2):
        if k <= 0:
            return len(rest) * scale
        return scale * k + go(k - step, step, *rest, scale=scale)
    return go(n), go(n, 2), go(n, 1, 5, 6), go(n, scale=3)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [leaky, emptied, bound_before_an_error, iterated, defaults])
def test_variables_are_shared(function, mode, monkeypatch):
    fast = compiled(function, monkeypatch, mode)
    for n in (0, 3, 5, 3):
        assert alike(outcome(function, (n,)), outcome(fast, (n,))), n


@pytest.mark.only("cpython")
@pytest.mark.parametrize("function", [fibonacci, queens, visits, is_even, best, permutations])
def test_they_are_native(function, monkeypatch):
    fast = compiled(function, monkeypatch, "on")
    for _ in range(3):
        fast(6)
    explained = pm.explain(fast)
    assert explained.specialisations, explained
    assert not [note for made in explained.specialisations for note in made.notes], explained

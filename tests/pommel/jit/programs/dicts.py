"""Dicts and sets: those that functions make themselves and give away in the middle, and those of others."""

from collections import defaultdict

from programs import given

COLOURS = {"red": 1, "green": 2, "blue": 3, "x": 4}
SQUARES = {i: i * i for i in range(10)}


@given((1000,), (1,), (0,), (-1,), (2.5,))
def counts(n):
    found = {}
    state = 1
    for _ in range(n):
        state = (state * 1103515245 + 12345) % 2147483648
        key = state // 65536 % 100
        if key in found:
            found[key] += 1
        else:
            found[key] = 1
    most = 0
    for key, count in found.items():
        if count > most:
            most = count
    return len(found), most, found


@given((3,), (0,), (2**62,), (True,), (1.0,), (float("nan"),), ("a",))
def keys_that_are_equal(x):
    table = {1: "one", True: "true", 1.0: "float"}
    own = {}
    own[x] = 1
    own[1] = 2
    own[True] = 3
    own[1.0] = 4
    own[-1] = 5
    own[-2] = 6
    return table, list(own.items()), x in own, 1 in own


@given((0.0,), (-0.0,), (1.5,), (float("inf"),))
def keys_that_are_floats(x):
    table = {}
    for i in range(3):
        table[x] = i
        table[i * 0.5] = -i
    return list(table.items()), table.get(0.0), table.get(-0.0), -0.0 in table


@given((5,), (0,), (40,))
def order_after_removals(n):
    table = {}
    for i in range(n):
        table[i * 7 % 11] = i
        if i % 3 == 2:
            del table[i * 7 % 11]
    table[0] = -1
    return list(table), list(table.values()), table.popitem(), table


@given((5,), (0,), (60,))
def order_of_a_set_after_removals(n):
    seen = set()
    for i in range(n):
        seen.add(i * 37 % 101)
        if i % 4 == 3:
            seen.discard(i * 37 % 50)
    for i in range(0, n, 2):
        if i in seen:
            seen.remove(i)
    return list(seen), len(seen), sorted(seen), max(seen, default=0)


@given((3, 1), (3, 5), (0, 0), (3, -1))
def missing(n, key):
    table = {}
    for i in range(n):
        table[i] = i * 0.5
    total = table.get(key, 0) + 1
    total += table[
        key]
    return total, table


@given((3, 1), (3, 5), (0, 0))
def missing_and_handled(n, key):
    table = {i: i for i in range(n)}
    found = []
    for i in range(5):
        try:
            found.append(table[i + key])
        except KeyError as error:
            found.append(error.args)
    return found


@given((4, 1), (4, 9), (4, 2), (0, 1))
def changed_while_it_is_iterated(n, at):
    table = {i: i for i in range(n)}
    seen = []
    for key, value in table.items():
        seen.append(key)
        table[key] = value + 1
        if key == at:
            table[
                n + 5] = 1
    return seen, table


@given((4, 1), (4, 9), (4, 3))
def removed_while_it_is_iterated(n, at):
    table = {i: i for i in range(n)}
    other = table
    for key in table:
        if key == at:
            del other[0]
    return table


@given((4,), (0,), (8,))
def given_away_in_the_middle(n):
    out = []
    table = {}
    names = [table]
    for i in range(n):
        table[i] = i
        if i == 5:
            out.append(table)
            out.append(table.items())
    return out, names, table is names[0], [table is one for one in out]


@given((6,), (3,))
def given_away_while_it_is_iterated(n):
    table = {i: str for i in range(0)}
    for i in range(n):
        table[i] = i
    out = []
    for key in table:
        out.append(key)
        if key == 2:
            out.append(table)
            table[2] = 20
        out.append(table[key])
    return out


@given((5, 2**62), (5, 3), (3, 0.5))
def values_that_outgrow(n, x):
    table = {}
    for i in range(n):
        table[i % 2] = x
        table[i % 2] += table.get(i % 2, 0) + i
    return table


@given((5, 1, None), (5, 1, 0.5), (5, 0, 2**70), (2, 1, "a"))
def values_of_several_kinds(n, k, last):
    table = {}
    for i in range(n):
        table[i] = i if i % 2 == k else i * 0.5
    table[n] = True
    table[n + 1] = None
    table[n + 2] = last
    return table, [table[i] for i in range(n + 3)]


@given((20, 3), (1, 1), (0, 0))
def paths(n, m):
    known = {}

    def count(i, j):
        if i == 0 or j == 0:
            return 1
        if (i, j) in known:
            return known[i, j]
        known[i, j] = count(i - 1, j) + count(i, j - 1)
        return known[i, j]

    return count(n, m), len(known)


@given((8,), (1,), (0,))
def points(n):
    grid = {}
    for x in range(n):
        for y in range(n):
            grid[x, y] = x * y % 3
    total = 0
    for (x, y), height in grid.items():
        total += height * (grid.get((x + 1, y), 0) + grid.get((x, y - 1), 0))
    grid.pop((0, 0), None)
    return total, len(grid), (0, 0) in grid, list(grid)[:2]


@given(("hello world",), ("",), ("äöü",), ("aa\x00",))
def letters(text):
    found = {}
    for letter in text:
        found[letter] = found.get(letter, 0) + 1
    return found, sorted(found)


@given((10,), (0,))
def defaults(n):
    counts = defaultdict(int)
    sums = defaultdict(float)
    for i in range(n):
        counts[i % 3] += 1
        sums[i % 2] += i * 0.5
    return counts[7], counts, sums, counts.get(8), 8 in counts, repr(counts), counts.default_factory


@given((10,), (0,))
def default_given_away(n):
    counts = defaultdict(int)
    for i in range(n):
        counts[i % 3] += 1
    return counts.copy(), type(counts) is defaultdict, isinstance(counts, dict)


@given((5,), (0,))
def set_operations(n):
    a = {i * i for i in range(n)}
    b = set()
    for i in range(n):
        b.add(i * 2)
    return a | b, a & b, a - b, a ^ b, a == b, a <= b, len(a), bool(b)


@given((3,), (0,))
def cleared(n):
    table, seen = {}, set()
    for i in range(n):
        table[i], _ = i, seen.add(i)
        if i == 1:
            table.clear()
            seen.clear()
    return table, seen, len(table), not table, list(seen)


@given((30,), (0,))
def many_dicts(n):
    total = 0
    for i in range(n):
        table = {}
        for j in range(i):
            table[j * j] = i
        total += len(table) + sum(table.values()) + sum(table)
    return total


# Dicts of others


@given(({"a": 1, "b": 2}, 3), ({"a": 1.5, "b": 2}, 3), ({"a": 1}, 2), ({"b": "x"}, 1), ({}, 0), ({}, 1))
def texts(table, n):
    total = 0
    for _ in range(n):
        total += table["a"] + table["b"]
    return total


@given(({1: 0.5, 2: 1.5},), ({1: 1, 2: 0.5},), ({1: 0.5, "a": 1.5},), ({},), ({1: None},), ({(1, 2): 2.0},))
def items_of_others(table):
    total = 0.0
    for key, value in table.items():
        total += key * value
    return total


@given(({1: 0.5, 2: 1.5},), ({1: 1, 2: 2.5},), ({},), ({2**70: 1},), ({"a": "b"},))
def parts_of_others(table):
    seen = []
    for key in table:
        seen.append(key)
    for value in table.values():
        seen.append(value)
    for item in table.items():
        seen.append(item)
    for n, key in enumerate(table.keys()):
        seen.append((n, key))
    return seen, len(table), bool(table), [key in table for key in (1, 2.0, "a")]


@given(({1: 0, 2: 0, 3: 0}, 2), ({1: 0}, 5), ({}, 1))
def others_changed_while_they_are_iterated(table, at):
    for key, value in table.items():
        table[key] = value + 1
        if key == at:
            table[-1] = 0
    return table


@given(({0: [1, 2], 1: [2], 2: [0]}, 0), ({0: [1], 1: []}, 0), ({0: [5]}, 0), ({0: "ab"}, 0), ({}, 0))
def graph(edges, start):
    seen = set()
    left = [start]
    while left:
        node = left.pop()
        if node in seen:
            continue
        seen.add(node)
        for other in edges[node]:
            left.append(other)
    return sorted(seen, key=repr)


@given(({1: 2},), ({},), ({1: 2.5, 7: 1},))
def methods_of_others(table):
    out = [table.get(1), table.get(9), table.get(9, 0.5), table.pop(7, None), table.setdefault(8, 3)]
    table.update({5: 6})
    out.append(table.copy())
    out.append(sorted(table.values()))
    return out, table


@given(("red",), ("x",), ("none",), (3,))
def tables_of_the_module(name):
    total = 0
    for i in range(5):
        total += COLOURS["green"] + SQUARES[i] + COLOURS["x"]
    for key, value in SQUARES.items():
        total += key * value
    return total, COLOURS[name], name in COLOURS, COLOURS.get("y"), len(SQUARES), COLOURS is SQUARES

"""Lists that functions make themselves: filled, grown, nested, aliased, given away in the middle."""

from programs import given


@given((30,), (2,), (1,), (0,))
def sieve(n):
    is_prime = [True] * (n + 1)
    for i in range(2, n + 1):
        if is_prime[i]:
            for j in range(i * i, n + 1, i):
                is_prime[j] = False
    return [i for i in range(2, n + 1) if is_prime[i]], is_prime


@given((10,), (0,), (-3,), (1,), (2.5,), (2**70,), ("a",))
def filled(n):
    zeros, halves, nothing = [0] * n, n * [0.5], [None] * n
    for i in range(n):
        zeros[i] += i
        halves[-i] -= i
    return zeros, halves, nothing, len(zeros)


@given((5, 7), (0, 0), (-5, 2), (3, 5.0))
def several_numbers(n, k):
    items = [1, 2, 3] * n
    items[0] = items[-1] + k
    pairs = [0, 0.5] * 3
    pairs[n % 6] = k
    return items, pairs


@given((3, 2), (-1, 2), (0, -4), (3, 3))
def index_errors(i, j):
    items = [0] * 3
    items[i] = 5
    items[
        j] += 1
    return items[i + j]


@given((6, 10), (0, 3), (3, 100))
def knapsack(n, room):
    best = [0] * (room + 1)
    for i in range(n):
        weight, value = i % 4 + 1, i * i % 7
        for j in range(room, weight - 1, -1):
            best[j] = max(best[j], best[j - weight] + value)
    return best, best[room]


@given(("kitten", "sitting"), ("", "abc"), ("same", "same"))
def edit_distance(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        table[i][0] = i
    for j in range(len(b) + 1):
        table[0][j] = j
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
    return table[-1][-1], table


@given((4,), (1,), (0,))
def rows_that_are_one(n):
    rows = [[0] * n] * 3
    rows[0][n - 1] = 7
    again = [rows[0], rows, rows[1]] if n > 1 else rows
    return rows, again, rows[0] is rows[1]


@given((4,), (0,))
def matrix_product(n):
    a = [[i * n + j for j in range(n)] for i in range(n)]
    b = [[i - j + 0.5 for j in range(n)] for i in range(n)]
    c = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                c[i][j] += a[i][k] * b[k][j]
    return c, a


@given((5,), (0,), (40,))
def grown(n):
    items = []
    for i in range(n):
        items.append(i * i)
        if i % 3 == 2:
            items.append(items.pop() + items[-1])
    return items, len(items), not items


@given((5,), (0,))
def sliced_by_a_name_that_is_none(n):
    items = [1, 2.5, None]
    return items[nobody_defines_this:n]  # noqa: F821


@given((5,), (0,), (1,))
def stack_and_queue(n):
    stack, queue, seen = [n], [], []
    while stack:
        top = stack.pop()
        queue.append(top)
        if top > 0:
            stack.append(top - 1)
            stack.append(top - 3)
    while len(queue) > 0:
        seen.append(queue.pop(0))
    return seen, stack, queue


@given((3,), (0,))
def pop_of_nothing(n):
    items = [0] * n
    total = 0
    while True:
        total += items.pop() + 1
        if total > 10:
            return total


@given((6, [(0, 1), (1, 2), (4, 5), (0, 5)]), (2, []), (3, [(0, 7)]))
def breadth_first(n, edges):
    neighbours = [[] for _ in range(n)]
    for a, b in edges:
        neighbours[a].append(b)
        neighbours[b].append(a)
    distance = [-1] * n
    distance[0] = 0
    queue = [0]
    head = 0
    while head < len(queue):
        node = queue[head]
        head += 1
        for other in neighbours[node]:
            if distance[other] < 0:
                distance[other] = distance[node] + 1
                queue.append(other)
    return distance, neighbours, queue


@given((5,), (0,))
def infinite_until_known(n):
    best = [float("inf")] * (n + 1)
    best[0] = 0
    came_from = [None] * (n + 1)
    for i in range(1, n + 1):
        for step in (1, 3, 4):
            if i >= step and best[i - step] + 1 < best[i]:
                best[i] = best[i - step] + 1
                came_from[i] = i - step
    return best, came_from


@given((8,), (1,), (0,))
def permuted(n):
    """As in fannkuch."""
    items, count, flips, most = list(range(n)), [0] * n, 0, 0
    r = n
    while n:
        while r != 1:
            count[r - 1] = r
            r -= 1
        turned, flips = items[:], 0
        while turned[0]:
            k = turned[0]
            turned[: k + 1] = turned[k::-1]
            flips += 1
        most = max(most, flips)
        while r < n:
            items.insert(r, items.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        if r >= n or most > 9:
            break
    return items, most, count


@given((7, 3), (0, 0), (4, -2), (3, 2**70))
def slices_of_own(n, k):
    items = [i * 3 % 7 for i in range(n)]
    return (items[k:], items[:k], items[::-1], items[1:-1:2], items[-100:100], items[n:k:-1], items[:], items[k:k],
            items + items[:k], [0.5] * 2 + items)


@given((7, 0), (4, 2), (1, 1))
def slices_are_others(n, k):
    items = [i for i in range(n)]
    other, same = items[:], items
    other[k % n] = 99
    same[k % n] += 1
    return items, other, same, items is same, items is other, items == same, items == other, items != other


@given((6,), (0,))
def methods(n):
    items = [i * 5 % 7 for i in range(n)]
    items.reverse()
    items.insert(2, 40)
    items.insert(-100, 41)
    items.insert(100, 42)
    items.extend([1, 2])
    items.extend(range(3))
    items += (7, 8)
    items += items[:2]
    first = items.copy()
    items.sort()
    found = items.index(41), items.count(1), 40 in items, 43 in items, 43 not in items
    del items[1], items[-1]
    items.append(items.pop(0))
    first.clear()
    return items, first, found, sum(items), min(items), max(items), sorted(items), len(items)


@given((6,), (1,))
def methods_of_floats(n):
    items = [(-1) ** i * i / 2 for i in range(n)]
    items.append(-0.0)
    items.append(0.0)
    items.sort()
    small, large = min(items), max(items)
    return items, sorted(items), small, large, sum(items), sum(items, 5), max(items[-1:] * 2), str(items)


@given((3,), (0,))
def missing(n):
    items = [0] * n
    try:
        items.index(5)
    except ValueError as error:
        items.append(len(str(error)) > 0)
    del items[7 - n]
    return items


@given((1, 2.5), (0, 3), (2, 2**80), (1, "text"), (2, None), (0, True), (1, [1]), (5, 0))
def another_kind(i, value):
    items = [0] * 3
    same = items
    items[i] = value
    total = 0
    for item in same:
        total = item
    return items, same, total


@given((5, 2.5), (5, None), (0, 1.5), (3, 2**64), (3, True))
def another_kind_appended(n, value):
    items = []
    for i in range(n):
        items.append(i)
    same = items
    items.append(value)
    items.append(1)
    same[0] = 5
    return items, same, len(same)


@given((4,), (2**32,), (2**62,), (-(2**63),))
def outgrown(n):
    powers = [1]
    for _ in range(5):
        powers.append(powers[-1] * n)
    powers[0] -= n
    return powers


@given((4,), (0,))
def given_away(n):
    items = [i for i in range(n)]
    rows = [items, items]
    keep = {"items": items}
    items.append(10)
    rows[0].append(11)
    keep["items"].append(12)
    for i in range(len(items)):
        items[i] += i
    return rows, items, keep, rows[1] is items


@given((4,), (1,))
def given_away_in_a_loop(n):
    shown, items = [], [0] * n
    for i in range(n):
        items[i] = i + 1
        shown.append(str(items))
        if i == 2:
            shown.append(items)
        items[0] += 10
    return shown, items


@given((3,), (5,))
def given_away_from_within(n):
    rows = [[i] * 2 for i in range(n)]
    row = rows[1]
    log = {"row": row}
    rows[1][0] = 50
    row[1] = 60
    log["row"].append(70)
    rows[1].append(80)
    return rows, row, log, [len(r) for r in rows]


def changes(items, i):
    items[i] = items[i - 1] + 1
    items.append(i)
    return items


@given((4,), (1,), (0,))
def passed_on(n):
    items = [0] * n
    for i in range(n):
        other = changes(items, i)
        other[0] += 1
    return items, other


@given((5,), (12,), (0,))
def changed_while_iterated(n):
    items = list(range(n))
    seen = []
    for item in items:
        seen.append(item)
        if item % 2 and len(items) < 20:
            items.append(item + 1)
        elif len(items) > 3:
            items.pop()
    return seen, items


@given((6,), (2,))
def given_away_while_iterated(n):
    items = [i for i in range(n)]
    seen = []
    for i, item in enumerate(items):
        if i == 3:
            seen.append(items)
            items.append(99)
        seen.append(item)
        if len(items) > 20:
            break
    return seen


@given((5,), (0,))
def iterated_together(n):
    a, b = [i for i in range(n)], [i / 2 for i in range(n + 1)]
    total = [x * y for x, y in zip(a, b)]
    for i, (x, y) in enumerate(zip(b, a)):
        total[i] += x - y
    for x, y in [(0, 1), (1, 0)]:
        total.append(x * 2.0 + y)
    return total


@given((3,), (0,))
def unpacked(n):
    pair = [n, n + 1]
    pair[n % 2] += 5
    a, b = pair
    triple = [0] * n
    x, y, z = triple
    return a, b, x, y, z


@given((1,), (2**40,), (True,), (0.5,))
def numbers_of_all_kinds(x):
    items = [x, 0.0, True, None, 7] * 2
    items[-1] = -0.0
    total = 0
    for item in items:
        if item is None:
            total += 100
        elif item:
            total += item
    return items, total, items[2] is True, None in items, [type(item).__name__ for item in items]


@given((4,), (0,))
def in_itself(n):
    items = [[] for _ in range(n)]
    items[0].append(items)
    return len(items), items[0][0] is items


@given((4,), (0,))
def three_deep(n):
    cube = [[[0] * n for _ in range(n)] for _ in range(n)]
    for i in range(n):
        for j in range(n):
            cube[i][j][(i + j) % n] = i * j
            cube[j][i][0] += 0.5
    return cube, sum(sum(row) for row in cube[0])


@given((20,), (3,))
def raises_in_the_middle(n):
    items, done = [0] * n, []
    try:
        for i in range(n + 1):
            done.append(i)
            items[i] = 10 // (7 - i)
    except (ZeroDivisionError, IndexError) as error:
        done.append(-1)
        return items, done, type(error).__name__
    finally:
        items.append(len(done))
    return items


@given((60,))
def many_short_lists(n):
    kept, total = [], 0
    for i in range(n * 2000):
        row = [i] * 40
        row[3] += 1
        total += row[3]
        if i % 20000 == 5:
            kept.append(row)
    return total, len(kept), [row[:5] for row in kept], [row[3] for row in kept]


@given((10,), (0,))
def closures_share(n):
    items = []

    def put(x):
        items.append(x)
        return len(items)

    total = 0
    for i in range(n):
        total += put(i * 2)
    return total, items


@given((9,), (2,), (0,))
def pascal(n):
    row, rows = [1], []
    for _ in range(n):
        rows.append(row)
        row = [1] + [row[i] + row[i + 1] for i in range(len(row) - 1)] + [1]
    return rows


@given((5,), (0,), (1,))
def swapped(n):
    items = [i * 37 % 11 for i in range(n)]
    for i in range(n):
        for j in range(n - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    best = items[0] if items else None
    return items, best


@given((6,), (4,))
def life(n):
    cells = [[(i * 3 + j * 5) % 4 == 0 for j in range(n)] for i in range(n)]
    for _ in range(3):
        new = [[False] * n for _ in range(n)]
        for i in range(n):
            for j in range(n):
                count = 0
                for di, dj in ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)):
                    count += cells[(i + di) % n][(j + dj) % n]
                new[i][j] = count == 3 or (cells[i][j] and count == 2)
        cells = new
    return cells


@given((True,), (False,))
def one_of_two(flag):
    a, b = [1] * 3, [2.5] * 3
    chosen = a if flag else b
    chosen[0] = 9
    other = [0] * 2 if flag else None
    return a, b, chosen is a, chosen, other


@given((3,), (0,))
def compared(n):
    a, b = [i for i in range(n)], [i for i in range(n)]
    c = [i + 0.0 for i in range(n)]
    return a == b, a != b, a == c, a < b, a <= c, a is b, [a] == [b], a == None  # noqa: E711


@given(([(0, 1, 2.5), (1, 2, 0.5)],), ([(0, 1, 2.5), (1, 2, 3)],), ([(1, 2, 3.0), (1, 2)],), ([],), ([[1, 2, 3.0]],),
       ([(1, 2, 3.0), None],), ([(2**40, 1, 1e9), (2**70, 1, 1.0)],), ([("a", 1, 2.0), ("b", 2, 2.0)],))
def triples(edges):
    total, names = 0.0, []
    for a, b, weight in edges:
        names.append(a)
        total += b * weight
    for edge in edges:
        total += edge[1]
    return total, names, edges[-1]


@given(([1, 2, 3],), ([1, 2, 2**40, -5, 0],), ([2**70, 1],), ([1, 2, 3, 4, 5.5],), ([],), (["a"],), ([True, 1, 2],), ([-1, -2**30, 2**31],),
       ([2**62, 2**62],), ([1, None],))
def total_of_items(items):
    total = 0
    for i in range(len(items)):
        total += items[i]
    for item in items:
        total -= item // 2
    return total, items[-1]


@given(([1.0, 2.5],), ([0.0, -0.0],), ([1.0, 2.0, 3.0, 4.0, 5],), ([float("nan"), 1.0],))
def scaled(items):
    for i in range(len(items)):
        items[i] = items[i] * 2
        items[i] -= 0.5
    items.append(7.5)
    first, *_ = items
    return items, first, max(items), items is items


@given(([[1, 2], [3, 4]],), ([[1, 2], [3, 4.5]],), ([[1], [2, 3]],), ([[1, 2], None],), ([[], [1]],), ([],), ([[1, 2], (3, 4)],))
def sum_of_rows(grid):
    total = 0
    for i in range(len(grid)):
        for j in range(len(grid[i])):
            total += grid[i][j]
            grid[i][j] = total
    for row in grid:
        row.append(0)
        total += row[0]
    return total, grid


@given(([[1, 2], [3, 4]], 1), ([[1.5]], 0), ([[1, 2], [3, 4]], 5))
def a_row_goes(grid, i):
    row = grid[i]
    grid[i] = [9]
    row[0] += 1
    grid.append(row)
    del grid[0]
    return row[0], row, grid, grid[-1] is row


@given((["ab", "c", ""],), (["ab", 5],), (["ä"],), ([],))
def lengths_of_texts(words):
    found = []
    for word in words:
        found.append(len(word))
    return found, [word[0] for word in words if word]


@given(([True, False, True],), ([True, 1],), ([False, None],))
def count_of_true(flags):
    count = 0
    for flag in flags:
        if flag:
            count += 1
    flags[0] = not flags[1]
    return count, flags


@given(({"a": (1, 2)}, [(1, 2), (3, 4)]), ({"a": [1, 2]}, [(1, 2), (3, 4, 5)]), ({"a": (1, 2, 3)}, []))
def unpacked_objects(mapping, pairs):
    total = 0
    for key in mapping:
        a, b = mapping[key]
        total += a + b
    for a, b in pairs:
        total += a * b
    for i, (a, b) in enumerate(pairs):
        total += i
    return total


@given(([5, 3, 8, 1],), ([],), ([2.5, -1.0],), (["b", "a"],))
def insertion_sort(items):
    for i in range(1, len(items)):
        key, j = items[i], i - 1
        while j >= 0 and items[j] > key:
            items[j + 1] = items[j]
            j -= 1
        items[j + 1] = key
    return items

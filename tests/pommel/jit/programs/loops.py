"""Loops: ranges, while, break and continue, else, iterators of all kinds."""

from programs import given

HUGE = 2**63


@given((0,), (1,), (10,), (-3,), (2.0,), (True,), ("3",))
def sum_of_range(n):
    total = 0
    for i in range(n):
        total += i
    return total


@given((0, 10, 3), (10, 0, -3), (0, 10, -1), (5, 5, 1), (0, 3, 0), (-2, 3, 2), (HUGE - 2, HUGE + 3, 1),
       (HUGE, HUGE - 3, -1))
def ranges(start, stop, step):
    found = []
    for i in range(start, stop, step):
        found.append(i)
    return found


@given((5,), (0,))
def loop_variable_stays(n):
    i = "before"
    for i in range(n):
        pass
    return i


@given((5,), (0,))
def loop_variable_is_missing(n):
    for i in range(n):
        pass
    return i


@given((27,), (1,), (97,))
def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


@given(([3, 5, 8],), ([1, 3],), ([],))
def first_even(items):
    for item in items:
        if item % 2:
            continue
        break
    else:
        return "none"
    return item


@given((3,), (7,), (0,))
def while_else(n):
    i = 0
    while i < n:
        if i == 5:
            break
        i += 1
    else:
        return "all", i
    return "broken", i


@given((4, 3), (0, 3), (3, 0))
def nested_loops(n, m):
    found = []
    for i in range(n):
        for j in range(m):
            if j > i:
                break
            if (i + j) % 2:
                continue
            found.append((i, j))
    return found


@given((100,), (2,), (0,))
def primes(n):
    sieve = [True] * n
    found = []
    for i in range(2, n):
        if sieve[i]:
            found.append(i)
            for j in range(i * i, n, i):
                sieve[j] = False
    return found


@given(("abc",), ((1, 2),), ({"a": 1, "b": 2},), (5,), (None,), (b"xy",))
def any_iterable(items):
    found = []
    for item in items:
        found += [item]
    return found


@given(([1, 2, 3, 4],))
def list_changes_in_loop(items):
    seen = []
    for item in items:
        seen.append(item)
        if len(items) < 7:
            items.append(item * 10)
    return seen


@given(({1: 2},), ({},))
def dict_changes_in_loop(d):
    for key in d:
        d[key + 1] = 0
    return d


@given((["a", "b"], [1, 2, 3]), ([], [1]))
def enumerated_and_zipped(a, b):
    found = []
    for i, (x, y) in enumerate(zip(a, b), 5):
        found.append((i, x, y))
    for x in reversed(b):
        found.append(x)
    return found


class Countdown:
    """An iterator that ends, or fails."""

    def __init__(self, n, fails=False):
        self.n, self.fails = n, fails

    def __iter__(self):
        return self

    def __next__(self):
        if not self.n:
            raise KeyError("no more") if self.fails else StopIteration
        self.n -= 1
        return self.n


@given((3, False), (2, True))
def own_iterator(n, fails):
    seen = []
    for i in Countdown(n, fails):
        seen.append(i)
    return seen


@given((5,), (0,), (40,))
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


@given((120,))
def grows_beyond_the_word(n):
    product = 1
    for i in range(1, n):
        product *= i
    return product


@given((10,), (1,))
def harmonic(n):
    total = 0.0
    for i in range(1, n + 1):
        total += 1 / i
    return total


@given((10,))
def two_types_in_turn(n):
    x = 0
    for i in range(n):
        x = x + 1 if i % 2 else x + 0.5
    return x


@given((3,))
def range_as_an_object(n):
    r = range(1, n * 2, 2)
    return len(r), r[1], list(r), 3 in r, r == range(1, 6, 2)


@given((0,), (3,))
def forever(n):
    while True:
        n -= 1
        if n < 0:
            return n


@given((5,))
def delete_in_loop(n):
    for i in range(n):
        x = i
        if i == 3:
            del x
    return x


@given((5,))
def deleted_then_read(n):
    x = n
    del x
    return x


@given(([[1, 2], [3]],), ([[1], 2],))
def loops_into_items(rows):
    target = [0, 0]
    found = []
    for row in rows:
        for target[1] in row:
            found.append(target[:])
    return found

"""Loops that leave machine code on the way, again and again, and go back to it."""

import math

import pommel as pm
from programs import given

HUGE = 2**63


@given((200, 5), (1000, 6364136223846793005), (3, -HUGE), (0, 1))
def overflow_in_every_round(n, factor):
    x = 1
    total = 0
    for i in range(n):
        x = (x * factor + i) % 2**64
        total += x >> 60
    return x, total


@given((400, 7), (400, 0), (90, 89))
def overflow_now_and_then(n, at):
    total = 0
    for i in range(n):
        total += i
        if i % 97 == at:
            total += 10**20
            total -= 10**20
    return total


@given((40, 30), (3, 200), (100, 1), (0, 5))
def overflow_in_an_inner_loop(n, m):
    found = []
    x = 3
    for i in range(n):
        for j in range(m):
            x = x * x + j if x < HUGE * HUGE else x % 1000 + 2
        found.append(x)
    return found


@given((300,), (60,))
def overflow_in_an_outer_loop(n):
    x = 1
    count = 0
    while count < n:
        for k in range(40):
            if k % 3:
                continue
            count += 1
            if count % 50 == 0:
                break
        else:
            x = x * 1000003 % (HUGE * 7)
    return x, count


@given((300, 10), (300, 1), (40, 1000))
def exceptions_that_are_caught(n, every):
    good = bad = 0
    for i in range(n):
        try:
            if i % every == 0:
                raise ValueError(i)
            good += 1 // (i % 7)
        except ValueError as error:
            bad += error.args[0]
        except ZeroDivisionError:
            bad -= 1
        finally:
            good += 2
    return good, bad


@given((300,), (31,))
def an_exception_at_the_end(n):
    x = 1
    for i in range(n):
        x = x * 3 % (HUGE * 5)
        if i == n - 2:
            x = x // (i - i)
    return x


@given((200,), (26,))
def shared_lists(n):
    a = [1, 2]
    b = a
    x = HUGE - 1
    for i in range(n):
        x = (x * 3) % (HUGE + 11)
        a.append(x % 10)
        if len(b) > 20:
            b.pop()
    return a, a is b


@given((150, 2.0), (150, 1), (30, 1e300))
def kinds_that_change(n, step):
    x = 1
    seen = []
    for i in range(n):
        x = x + step if i % 40 else x * 10**19
        if x > 1e25:
            x = 1
        seen.append(type(x).__name__)
    return x, sorted(set(seen))


@given((100,), (200,))
def infinities(n):
    x = 1.5
    count = 0
    for i in range(n):
        y = x * 1e308 if i % 3 == 0 else x
        count += y == math.inf
        x += y * 0 if y != math.inf else 0.5
    return x, count


def noisy(x):
    return x * x % 2**65 + 1


@given((300,), (50,))
def overflow_in_what_is_called(n):
    x = 5
    for i in range(n):
        x = noisy(x)
    return x


@given((120,), (60,))
def closures_that_change(n):
    x = 1

    def more(k):
        nonlocal x
        x = x * 31 % (HUGE * 3) + k

    for i in range(n):
        more(i)
    return x


@given((120,), (30,))
def arrays_that_change(n):
    a = pm.zeros(8)
    x = 1
    for i in range(n):
        x = x * 1000003 % (HUGE * 7)
        a[i % 8] += x % 5
    return a.tolist()


@given((90,), (45,))
def pairs(n):
    x = HUGE
    total = 0
    for i, (a, b) in enumerate(zip(range(n), range(n, 0, -1))):
        x = x * 7 % (HUGE * 9 + 2)
        total += i * a - b + x % 3
    return total, x


@given((80,), (25,))
def given_an_iterator(n):
    numbers = iter(range(n))
    x = HUGE
    total = 0
    for i in numbers:
        x = x * 7 % (HUGE * 9 + 2)
        if i % 5 == 0:
            total += next(numbers, 100)
    return total, x, next(numbers, "end")

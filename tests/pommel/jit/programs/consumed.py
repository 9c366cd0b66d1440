"""Generator expressions that are used where they stand."""

from programs import given

NAN = float("nan")


@given((10,), (0,), (-3,), (2.5,))
def sum_of_squares(n):
    return sum(x * x for x in range(n))


@given((10,), (0,), (1,))
def sum_of_floats(n):
    return sum(0.1 * x for x in range(n))


@given(([0.1] * 10,), ([1e100, 1.0, -1e100],), ([1, 2.5, 3],), ([2**62, 2**62, 1.5],), ([float("inf"), 1.0],),
       ([True, 2],), ([1.5, 2**80],), ([1 + 2j, 0.1, 3],), ([0.1, 1j, 0.2, 0.3],), (["a"],), ([[]],), ([-0.0],),
       ([1e308, 1e308, -1e308],), ([NAN],), ([0.1, True, 0.2, 10**30, 0.3],), ([1, None],))
def sum_of_items(items):
    return sum(x for x in items)


@given((10, 3), (0, 0), (5, 1))
def sum_of_two_loops(n, m):
    return sum(x * y for x in range(n) if x % 2 for y in range(m))


@given(([1, 0],), ([],), ([0, ""],), ([[], 5],), ([None, 1 / 3],))
def any_and_all(items):
    return any(x for x in items), all(x for x in items), any(not x for x in items)


@given(([3, 1, 2],), ([],), ([1.5, NAN, 1.0],), ([NAN, 1.0],), (["b", "a"],), ([1, "a"],), ([0.0, -0.0],))
def least(items):
    return min(x for x in items)


@given(([3, 1, 2],), ([],), ([1.5, NAN, 1.0],), (["b", "a"],), ([1, 1.0, True],))
def greatest(items):
    return max(x for x in items)


@given((7,), (0,))
def collections(n):
    return (list(x // 2 for x in range(n)), tuple(x // 2 for x in range(n)), set(x // 2 for x in range(n)),
            sorted(-x for x in range(n)), dict((x, x * x) for x in range(n)), "".join(str(x) for x in range(n)))


@given(([1, []],), ([1, 1.0],))
def set_of_items(items):
    return set(x for x in items)


@given(([3, "a"],), ([2, 1],))
def sorted_items(items):
    return sorted(x for x in items)


@given(([4, 2, 0, 1],), ([4, 2, 1],), (["a"],))
def error_in_a_generator(items):
    return sum(
        8 // x
        for x in items
    )


@given(([1, 2, 3], 2), ([], 0), ([0, 1], 5))
def captured(items, factor):
    total = sum(factor * x for x in items)
    factor += 1
    return total, sum((lambda: x * factor)() for x in items)


@given((5,), (0,))
def short_circuit(n):
    seen = []
    found = any(seen.append(x) or x > 2 for x in range(n))
    return found, seen


@given((3,), (0,))
def stopped(n):
    ended = iter([1, 2])
    return sum(next(ended) for _ in range(n))


@given((3,), (0,))
def loop_over_generator(n):
    total = 0
    for x in (i * i for i in range(n)):
        if x == 1:
            continue
        total += x
    else:
        total = total, x if n else None
    return total


@given((9,), (3,))
def left_early(n):
    for a, b in ((i, n - i) for i in range(n) if i % 2):
        if a > b:
            break
    else:
        return "none"
    return a, b


@given((3,))
def error_in_the_body(n):
    for x in (2 - i for i in range(n)):
        n = n // x
    return n


@given((4,), (0,))
def nested_generators(n):
    return sum(max(i * j for j in range(n)) for i in range(n))


@given((4,))
def within_a_comprehension(n):
    return [sum(i * j for j in range(i)) for i in range(n)]




def mine(values):
    return type(values).__name__


@given((4,))
def another_function(n):
    return mine(x for x in range(n)), min((x for x in range(n)), default=3), max((x for x in range(n)), key=abs)


@given((4,), (None,))
def in_a_handler(n):
    try:
        return any(x // (x - 2) for x in range(2, n))
    except ZeroDivisionError as error:
        return str(error), all(x for x in (1, 2))


@given((5,))
def unbound_there(n):
    if n > 9:
        factor = 2
    return any(factor * x for x in range(n))


@given((3,), ("ab",))
def walrus_in_a_generator(items):
    found = any((last := x) for x in range(items))
    return found, last


@given((4,))
def recursive_sum(n):
    return 1 + max((recursive_sum(i) for i in range(n)), default=0)

"""Lists, tuples, dicts, sets, slices, unpacking, comprehensions."""

from programs import given


@given(([1, 2, 3], 0), ([1, 2, 3], -1), ([1, 2, 3], 3), ([1], "a"), ("abc", 1), ({"a": 1}, "a"), ({}, "b"),
       (5, 0), (None, 0), ((1, 2), True), ([1], 1.0), ([1], 2**70))
def item(x, i):
    return x[i]


@given(([1, 2, 3], 1, 9), ([1], 1, 9), ((1,), 0, 2), ({}, "k", [1]), ("abc", 0, "x"), (None, 0, 0))
def store_item(x, i, value):
    x[i] = value
    return x


@given(([1, 2, 3], 1), ([1], 5), ({"a": 1}, "a"), ({}, "a"), ((1,), 0))
def delete_item(x, i):
    del x[i]
    return x


@given(([1, 2, 3, 4, 5],), ("abcde",), ((),), (3,))
def slices(x):
    return x[1:3], x[:2], x[2:], x[::-1], x[-2:], x[1:100:2], x[:]


@given(([0, 1, 2, 3, 4, 5], [9, 9]), ([], [1]), ((1,), [1]))
def slice_store(x, y):
    x[1:3] = y
    x[::2] = x[::2]
    del x[:1]
    return x


@given((1, 2), ("a", []))
def displays(a, b):
    return (a, b), [a, b, a], {"a": a, "b": b}, (), [], {}, (a,), {a}


@given(([1], 1), ([[1]], [1]))
def unhashable(a, b):
    return {b: a, 2: {a}}


@given(([1, 2], (3, 4)), ([], ""), (5, []), ([1], None))
def starred_displays(a, b):
    return [*a, 0, *b], (*a, *b)


@given(({"a": 1}, {"a": 2, "b": 3}), ({}, {1: 2}), ({}, [1]), (None, {}))
def dict_displays(a, b):
    return {"x": 0, **a, **b, "y": 9}


@given(([1, 2], "ab"), ([[]], "a"), (1, ""))
def set_displays(a, b):
    return sorted({*a, 5}), sorted({*b})


@given(((1, 2),), ([1, 2],), ("ab",), ((1,),), ((1, 2, 3),), (5,), ({"x": 1, "y": 2},), (None,))
def unpack_two(pair):
    a, b = pair
    return a, b


@given(([1, (2, [3, 4])],), ([1, (2, [3])],), ([1, 2],))
def unpack_nested(x):
    a, (b, (c, d)) = x
    return a, b, c, d


@given(([1, 2, 3, 4],), ((1, 2),), ([1],), ("abc",), (7,))
def unpack_starred(x):
    first, *middle, last = x
    return first, middle, last


@given(([1, 2],), ([],))
def unpack_only_star(x):
    [*all_of_it] = x
    *rest, = x
    return all_of_it, rest


@given((1,), ([1],))
def several_targets(x):
    a = b = [x]
    b.append(2)
    return a, b, a is b


@given(([3, 1, 2],))
def unpack_into_items(x):
    x[0], x[1] = x[1], x[0]
    i, x[i] = 2, 77
    return x, i


@given((5,), (0,))
def list_comprehension(n):
    return [i * i for i in range(n) if i % 2 == 0]


@given((3,), (0,))
def nested_comprehension(n):
    return [[i * j for j in range(i)] for i in range(n)], [(i, j) for i in range(n) for j in range(n) if i != j]


@given(([1, 2, 2, 3],), ([[1]],))
def set_and_dict_comprehension(x):
    return sorted({i + 1 for i in x}), {i: i * 2 for i in x}


@given((4,))
def comprehension_has_own_variable(n):
    i = "outer"
    squares = [i * i for i in range(n)]
    return i, squares


@given((4, 3))
def comprehension_sees_locals(n, k):
    return [i + k + n for i in range(n)], {k: [k for _ in range(2)] for k in range(2)}


@given(([1, 0, 2],))
def comprehension_that_raises(x):
    return [
        1 / i
        for i in x
    ]


@given((5,), (0,))
def generator_expression(n):
    return sum(i * i for i in range(n)), max((i for i in range(n)), default=None), list(i for i in "ab")


@given((3,))
def generator_expression_is_late(n):
    g = (i * n for i in range(3))
    n = 10
    return list(g)


@given((5,), ([],))
def generator_expression_evaluates_its_source_first(x):
    g = (i for i in x)
    return list(g)


@given((3, [1, 2, 3]), (1, {}), ("a", "abc"), (1, 5), ([], set()))
def membership(x, items):
    return x in items, x not in items


@given(([3, 1, 2],), (["b", "a"],), ([1, "a"],))
def list_methods(x):
    y = x.copy()
    y.append(y[0])
    y.sort()
    y.insert(1, y.pop())
    y.reverse()
    return y, x, y.index(x[0]), y.count(x[0]), len(y)


@given(({"a": 1},), ({},))
def dict_methods(d):
    d.setdefault("z", []).append(1)
    found = [(k, v) for k, v in sorted(d.items(), key=lambda pair: pair[0])]
    return found, d.get("a"), d.get("q", 5), d.pop("z"), list(d.keys()), list(d.values()), d


@given(({1, 2}, {2, 3}),)
def set_operators(a, b):
    return sorted(a | b), a & b, a - b, sorted(a ^ b), a <= b, a == b


@given(([1, 2, 3],))
def aliased(x):
    y = x
    y[0] = 100
    y += [5]
    return x is y, x


@given(([1],), ([],))
def nested_stores(x):
    d = {"a": {"b": x}}
    d["a"]["b"].append(2)
    d["a"]["c"] = d["a"]["b"]
    d["a"]["c"][0] += 5
    return d


@given((3, 2))
def matrix(n, m):
    rows = [[0] * m for _ in range(n)]
    for i in range(n):
        for j in range(m):
            rows[i][j] = i * m + j
    return rows, [list(column) for column in zip(*rows)]


@given(([5, 2, 9, 1],), ([],), ([2.5, float("nan"), 1],))
def bubble_sort(x):
    n = len(x)
    for i in range(n):
        for j in range(n - 1 - i):
            if x[j] > x[j + 1]:
                x[j], x[j + 1] = x[j + 1], x[j]
    return x


class Traced:
    """Writes down the order of what is done to it."""

    def __init__(self, log, name):
        self.log, self.name = log, name

    def __getitem__(self, key):
        self.log.append((self.name, "get", key))
        return 1

    def __setitem__(self, key, value):
        self.log.append((self.name, "set", key, value))

    def __getattr__(self, name):
        self.log.append((self.name, "attribute", name))
        return 5


@given()
def order_of_evaluation():
    log = []

    def note(x):
        log.append(x)
        return x

    a, b = Traced(log, "a"), Traced(log, "b")
    a[note(1)] = b[note(2)] + note(3)
    a[note(4)] += b.size * note(5)
    note(6), {note(7): note(8)}, [note(9)][note(0)], note(1) < note(2) < note(0) < note(4)
    note(max)(note(1), *[note(2)], key=note(None))
    return log

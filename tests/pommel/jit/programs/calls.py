"""Parameters, calls, nested functions, closures, lambdas, methods, recursion."""

import functools
import math

from programs import given


@given((), (1,), (1, 2), (1, 2, 3))
def defaults(a=1, b=[]):
    b.append(a)
    return len(b) > 0, a


@given((1,), (1, 2), (1, 2, 3, 4), ())
def variadic(a, *rest):
    return a, rest


@given((1,), (), (1, 2))
def keyword_only(a, *, b=5, **rest):
    return a, b, rest


@given((1, 2), (1,), (1, 2, 3))
def positional_only(a, b=3, /):
    return a, b


def target(a, b=2, *args, c=3, **kwargs):
    return a, b, args, c, kwargs


@given((1, (2, 3), {"c": 4, "d": 5}), ((), (), {}), (1, 5, {}), (1, (), 5), (1, (2,), {"b": 1}), (1, (), {1: 2}))
def all_kinds_of_arguments(x, args, kwargs):
    return target(x, *args, **kwargs)


@given((1,), ("a",))
def keywords(x):
    return target(x, c=x), target(b=x, a=1), target(x, 1, 2, 3, c=4, z=x)


@given((1,))
def too_many(x):
    return keywords(x, x)


@given((5,), (None,), ("abc",))
def not_callable(x):
    return x(1)


@given((1, 2), ("a", "b"), (1, "b"))
def calls_another(a, b):
    return add(a, b) * 2


def add(a, b):
    return a + b


@given((10,), (0,), (1,))
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@given((3,))
def nested_function(n):
    def inner(x, y=10):
        return x * n + y
    return inner(1), inner(2, 3), inner.__name__, inner.__defaults__


@given((3,))
def closure_changes(n):
    count = 0

    def step():
        nonlocal count
        count += n
        return count

    step()
    step()
    return count, step()


@given((3,))
def closure_over_loop(n):
    functions = []
    for i in range(n):
        functions.append(lambda: i)
    later = [f() for f in functions]
    early = [f() for f in [lambda i=i: i for i in range(n)]]
    return later, early


@given((2,))
def closure_sees_parameter(a):
    get = lambda: a  # noqa: E731
    a = a + 1
    first = get()
    del a
    try:
        get()
    except NameError as error:
        return first, type(error), str(error)


@given((1,), (0,))
def cell_is_unbound(x):
    if x:
        y = x
    f = lambda: y  # noqa: E731
    return y + f()


@given((5,))
def recursion_of_a_nested_function(n):
    def factorial(k):
        return 1 if k < 2 else k * factorial(k - 1)
    return factorial(n)


@given(([3, -1, 2],))
def lambdas(x):
    key = lambda v: -v  # noqa: E731
    return sorted(x, key=key), (lambda *a, **k: (a, k))(1, b=2), (lambda: None)()


@given((2,))
def two_lambdas_on_a_line(x):
    f, g = (lambda v: v + x), (lambda v: v - x)
    return f(10), g(10)


@given((1,))
def decorated_nested_function(x):
    @functools.lru_cache(maxsize=None)
    def inner(y):
        return x + y
    return inner(1), inner(1), inner.cache_info().hits


@given((3,))
def annotated_nested_function(x):
    def inner(y: int, *, z: float = 1.0) -> int:
        "What it does."
        return y + x
    return inner(2), inner.__doc__, inner.__kwdefaults__, inner.__qualname__.endswith("inner")


class Point:
    """With methods, a property, a class method."""

    kind = "point"

    def __init__(self, x, y):
        self.x, self.y = x, y

    def moved(self, dx, dy=0):
        return Point(self.x + dx, self.y + dy)

    @property
    def norm(self):
        return math.hypot(self.x, self.y)

    @classmethod
    def origin(cls):
        return cls(0, 0)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __eq__(self, other):
        return (self.x, self.y) == (other.x, other.y)

    def __repr__(self):
        return "Point({!r}, {!r})".format(self.x, self.y)


@given((3, 4), (0, 0), ("a", 1))
def objects(x, y):
    p = Point(x, y)
    q = p.moved(1) + Point.origin()
    q.x += 1
    q.kind = "other"
    return p, q, p.norm, q.kind, Point.kind, p == q


@given((Point(1, 2),), (5,), (None,))
def attribute(p):
    return p.x


@given((Point(1, 2), 5), (5, 5), ((), 1))
def store_attribute(p, x):
    p.x = x
    return p


@given((Point(1, 2),), (5,))
def delete_attribute(p):
    del p.x
    return p.x


@given((Point(1, 2),), ("abc",))
def missing_attribute(p):
    return p.nothing


@given(([1, 2, 3],))
def bound_methods(x):
    push = x.append
    push(4)
    return x, list(map(str, x)), "-".join(map(str, x))


@given((7,))
def partial_and_reduce(n):
    return functools.reduce(lambda a, b: a * b, range(1, n), 1), functools.partial(add, 1)(n)


@given((30,), (2,))
def mutual_recursion(n):
    def even(k):
        return True if k == 0 else odd(k - 1)

    def odd(k):
        return False if k == 0 else even(k - 1)

    return even(n)


@given((1, 2))
def arguments_are_evaluated_in_order(a, b):
    log = []
    target(log.append(a), log.append(b), *[log.append(3)], c=log.append(4), **{"d": log.append(5)})
    return log


@given(({"a": 1},), ({"self": 1},))
def double_starred(options):
    return dict(**options), dict(x=1, **options), dict(options, y=2)


@given((1,))
def same_keyword_twice(x):
    return target(x, c=1, **{"c": 2})


@given((3,), (0,))
def function_that_is_returned(n):
    def inner():
        return [n for _ in range(n)]
    return inner()


@given((2.0,), (9.0,), (0.0,))
def lambdas_on_one_line(x):
    f, g, h = lambda y: y * y - x, lambda y: 2 * y, lambda: (lambda: x, lambda: -x)
    first, second = h()
    y = 1.0
    for _ in range(20):
        y = y - f(y) / g(y)
    return y, first(), second()


SQUARE, CUBE, NESTED = lambda x: x * x, lambda x: x * x * x, lambda x: (lambda y: x + y)(x)


@given((3,), (1.5,), ("a",))
def lambdas_of_a_module_on_one_line(x):
    return SQUARE(x), CUBE(x), NESTED(x)

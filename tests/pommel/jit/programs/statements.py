"""`with`, classes within functions, annotations, `super()`, conversions in f-strings."""

import contextlib

from programs import given


class Manager:
    def __init__(self, log, suppress=False, fail=None):
        self.log, self.suppress, self.fail = log, suppress, fail

    def __enter__(self):
        self.log.append("enter")
        if self.fail == "enter":
            raise KeyError("enter")
        return self

    def __exit__(self, kind, error, traceback):
        self.log.append((kind and kind.__name__, str(error), traceback is not None))
        if self.fail == "exit":
            raise ValueError("exit")
        return self.suppress


@given((0,), (1,), (2,), (None,))
def with_returns(x):
    log = []
    with Manager(log) as manager:
        if x == 1:
            return log, manager.suppress
        log.append(10 // (x - 2) if x else x)
    return log


@given((True, None), (False, None), (True, "exit"), (True, "enter"), (False, "exit"))
def with_errors(suppress, fail):
    log = []
    try:
        with Manager(log, suppress, fail):
            log.append(1 // 0)
    except (ZeroDivisionError, ValueError, KeyError) as error:
        log.append(repr(error))
        log.append(repr(error.__context__))
    return log


@given((3,), (0,))
def with_in_loops(n):
    log = []
    for i in range(n):
        with Manager(log), Manager(log) as second:
            if i == 1:
                continue
            if i == 2:
                break
            log.append(second.fail)
    return log


@given((5,), ("a",))
def with_no_manager(x):
    with x:
        return x


@given((0,), (5,))
def suppressed_division(x):
    result = None
    with contextlib.suppress(ZeroDivisionError):
        result = 10 // x
    return result


@given((2, 3), ("a", "b"))
def class_within(x, y):
    class Point:
        """A point."""
        scale = x

        def __init__(self, x, y=1):
            self.x, self.y = x, y

        def moved(self, by):
            return Point(self.x + by, self.y)

        def __add__(self, other):
            return Point(self.x + other.x, self.y + other.y)

        @property
        def both(self):
            return self.x, self.y

    class Named(Point):
        def __init__(self, x, name):
            super().__init__(x)
            self.name = name

    point = Named(x, "n")
    return (point + Point(x, 1)).both, Point.__name__, Point.__doc__, Point.scale, point.name, point.moved(x).x


@given((3,), (-1,))
def annotated(n):
    def step(value: int, *rest: "str", scale: float = 2.0, **others: list) -> dict[str, int]:
        return value * scale

    total = 0
    for i in range(n):
        total += step(i)
    return total, sorted(step.__annotations__), step.__annotations__["value"], step.__kwdefaults__


@given((3,))
def annotation_is_missing(n):
    try:
        def step(value: Missing) -> int:  # noqa: F821
            return value
    except NameError as error:
        return str(error)
    return step(n)


class Base:
    def __init__(self, x):
        self.x = x

    def value(self, y):
        return self.x * y


class Derived(Base):
    def value(self, y):
        return super().value(y) + 1

    @classmethod
    def make(cls, x):
        return cls(x)


@given((Derived(3), 4), (Derived(2.5), 2), (Derived("a"), 2), (5, 1))
def super_call(derived, y):
    return Derived.value(derived, y)


calls_super = Derived.value
calls_super.calls = ((Derived(3), 4), (Derived("a"), 2), (5, 1))


@given((1.5, 3), ("x", "y"), (None, 8))
def conversions(value, width):
    return f"{value!r:>{width}}|{value!s}|{value!a:^{width}}"


class Loud:
    def __init__(self, log):
        self.log = log

    def __repr__(self):
        self.log.append("repr")
        return "loud"

    def width(self):
        self.log.append("width")
        return 9


@given(())
def order_of_conversion():
    log = []
    loud = Loud(log)
    return f"{loud!r:>{loud.width()}}", log


@given((1,))
def bare_raise(x):
    raise


def again(_):
    raise


@given((1,))
def bare_raise_of_a_callers_exception(x):
    try:
        return x // 0
    except ZeroDivisionError:
        return again(x)


@given(((1, 2),), ([3, 4],), ("ab",), ([1],), ((1, 2, 3),), (5,), ({1: 2, 3: 4},))
def unpacked(pair):
    a, b = pair
    total = 0
    for _ in range(3):
        c, *d = pair
        total += 1
    return b, a, c, d, total


@given((5, int), (5, float), (True, int), (2.5, (int, float)), ("a", str), ([1], (tuple, list)), (None, int), (5, 5),
       ((), tuple), (3, (str, 7)))
def instance_of(value, kind):
    return isinstance(value, kind), isinstance(value, int), isinstance(value, (int, float))

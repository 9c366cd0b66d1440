"""`match`."""

from programs import given


class Point:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y


ORIGIN = 0


class Names:
    LIMIT = 10


@given((0,), (1,), (10,), (2.0,), ("a",), (None,), (True,), ([],), ((1, 2),), ([1, 2, 3],), ([1, "b", 3, 4],),
       ({"kind": "x", "size": 3},), ({"kind": "y"},), ({},), (Point(0, 5),), (Point(1, 2),), (-5,), ("abc",), (b"ab",))
def matched(value):
    match value:
        case None | False:
            return "nothing"
        case True:
            return "true"
        case 0 | 1 as small:
            return "small", small
        case Names.LIMIT:
            return "limit"
        case "a" | b"ab":
            return "text"
        case -5:
            return "negative"
        case []:
            return "empty"
        case [1, 2]:
            return "pair"
        case [first, *rest, last] if last == 3:
            return first, rest, last
        case (first, str(), *_):
            return "second is text", first
        case {"kind": "x", "size": int(size), **others}:
            return size, others
        case {"kind": kind}:
            return kind
        case {}:
            return "mapping"
        case Point(x=0, y=y):
            return "on the axis", y
        case Point(x, y):
            return x, y
        case float(number) | str(number):
            return number
    return "no match"


@given((5,), (0,))
def in_a_loop(n):
    total = 0
    for i in range(n):
        match i % 3:
            case 0:
                total += i
            case 1:
                continue
            case _:
                total -= 1
    return total


@given((3,), ([1],))
def unknown_class(value):
    match value:
        case Missing():  # noqa: F821
            return 1


@given((3,), (Point(1, 2),))
def too_many_patterns(value):
    match value:
        case Point(a, b, c):
            return a
    return 0


@given(({1: 2},), (5,))
def duplicate_keys(value):
    match value:
        case {Names.LIMIT: a, Names.LIMIT: b}:
            return a
    return 0

"""Branches and conditions."""

from programs import given


@given((1,), (0,), (-1,), ("x",), (float("nan"),))
def sign(x):
    if x > 0:
        return "positive"
    elif x < 0:
        return "negative"
    else:
        return "zero"


@given((1,), (0,), ([],), ("x",))
def falls_off_the_end(x):
    if x:
        return x


@given((1, 2), (0, 2), ([], ()), (0.0, -0.0), ("", "x"))
def and_or(a, b):
    return a and b, a or b, not (a and b), a or b or 3, (a or 1) and (b or 2)


@given((True, 1, 2), (0, 1, 2), ([], "a", None))
def conditional(c, a, b):
    return a if c else b


@given((3,), (0,), (-3,))
def named_expression(n):
    if (m := n * 2) > 0:
        return m
    return [y := m + 1, y * 2]


@given((1,), (0,), ("",))
def asserted(x):
    assert x, "wanted something, got %r" % (x,)
    assert x
    return x


@given((0,), (1,))
def asserted_without_text(x):
    assert x == 1
    return x


@given((1,), (2,), (3,), (None,))
def nested_branches(n):
    if n == 1:
        result = "one"
    else:
        if n == 2:
            result = "two"
        elif n is None:
            return None
        else:
            result = "many"
    return result


@given((5,), (0,))
def passes(n):
    if n:
        pass
    else:
        ...
    """A text without use."""
    return n


class Doubtful:
    """Its truth is an error."""

    def __bool__(self):
        raise ValueError("who knows")

    def __repr__(self):
        return "Doubtful()"


@given((Doubtful(),), (1,))
def truth_that_raises(x):
    if x:
        return 1
    return 2


@given((Doubtful(),), (1,))
def not_that_raises(x):
    return (
        1,
        not x,
    )


@given((1, 2, 3), (3, 3, 3), (0, -1, 5))
def sorted_three(a, b, c):
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    if a > b:
        a, b = b, a
    return a, b, c


@given((0,), (5,), (24,))
def deep_condition(n):
    return ("a" if n < 1 else "b" if n < 10 else "c") + ("!" if not n else "?")

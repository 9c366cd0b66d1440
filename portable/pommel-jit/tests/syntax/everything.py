# Every construct of functions that plain code can say.
import math


def f():
    "docstring"
    pass


def f(a, /, b, *args, c=1, **kwargs) -> int:
    1
    "constant"
    return a


def f(a, b):
    a + b, a - b, a * b, a @ b, a / b, a // b, a % b, a**b, a << b, a >> b, a & b, a | b, a ^ b
    +a, -a, ~a, not a
    a < b, a <= b, a == b, a != b, a > b, a >= b, a is b, a is not b, a in b, a not in b
    a < b < a < b, a and b or a, not (a and not b)
    return a if b else b if a else a


def f(a, b):
    a += b; a -= b; a *= b; a @= b; a /= b; a //= b; a %= b; a **= b
    a <<= b; a >>= b; a &= b; a |= b; a ^= b
    a.b += 1; a[b] += 1; a[1:2] += 1; a[b, ...] -= 1


def f(a, b):
    a.b.c = a[b] = a[1:2:3] = a[:, None, ...] = x = y, *z = b
    [p, (q, *r)], s.t = a
    del x, y, (z, [p]), a.b, a[b], a[1:]
    m: int
    n: int = 3
    a.b: int = 4
    a.b: int
    a[b]: int
    (o): int = 5
    return n


def f(a, b):
    return [1, a, *b], (1, a, *b), {1, a, *b}, {1: a, **b, 2: 3}, [], (), {}, (1, 2), (a,)


def f(a, b):
    return a(), a(1, *b, 2, *a, k=3, **b), a(*b), a(**b), a(*b, **a), a(x for x in b), a(b)(b).c(b)


def f(a, b):
    return a[b], a[1], a[1:2], a[:], a[::2], a[1, 2:3], a[b, ...], a[*b], a[-1]


def f(a):
    x = [y for y in a]
    x = {y for y in a if y if not y}
    x = {y: z for y, z in a for w in y if w}
    x = [[z for z in y] for y in a]
    x = [lambda: y for y in a]
    x = [(u := y) for y in a if (v := y)]
    x = list(y + a for y in a for z in y if z)
    return x, u, v


def f(a):
    return lambda: 1, lambda x, /, y=1, *z, w=2, **v: x + y + a


def f(a, w):
    return f"", f"x", f"{a}", f"{a}{w}", f"{a!r}{a!s}{a!a}", f"{a:>{w}.{w}}", f"{a=}", f"{a = !s:3}"


def f(a):
    return "a" 'b' """c
d""" r"\n" f"{a}" "g", b"e" rb"\f", 1, 1.5, 2j, 0xFF, 0b1, 1_000, 1000000000000000000000000000000, ..., None, True, False


def f(a):
    if a:
        pass
    elif a.b:
        return 1
    elif a.c:
        a = 2
    else:
        a = 3
    if not a and a.b or a.c is None:
        return
    if a < 1 < 2:
        return 3
    while a:
        a -= 1
        if a == 5:
            break
        if a == 6:
            continue
    else:
        a = 7
    while True:
        if a:
            break
    while 1:
        return a


def f(a):
    for x in a:
        for y, *z in x:
            if y:
                continue
            break
        else:
            continue
        break
    else:
        x = 1
    for a.b in a:
        pass
    for a[0] in a:
        pass
    for i, (j, k) in enumerate(a):
        return i, j, k
    return x


def f(a):
    assert a
    assert a, "text"
    assert a < 1 < 2, a.b
    raise a
    raise a from None
    raise


def f(a):
    try:
        a()
    except:
        raise
    try:
        a()
    except a.b as e:
        raise e from e
    except (a.c, a.d):
        pass
    else:
        a.e()
    finally:
        a.f()
    try:
        return a
    finally:
        a = 1


def f(a):
    for x in a:
        try:
            try:
                continue
            except ValueError as e:
                break
            finally:
                if a:
                    return 1
        except TypeError as e:
            for y in x:
                try:
                    return e
                finally:
                    continue
        finally:
            a.b()
    return e


def f(a, b):
    @a
    @b.c(1)
    def g(x, y=a, *, z=b, w=1):
        nonlocal b
        b = x + y + z
        return g

    def h():
        def g():
            return a
        return g
    return g, h


def f(a):
    import os
    import os.path
    import os.path as p, sys
    from os import path as q, sep
    from . import r
    from ..s import t as u
    return os, p, sys, q, sep, r, u


def f(a):
    global math, new
    new = math.pi
    new += 1
    del new
    return math, __debug__, __name__


def f(a):
    def g():
        return a
    del a
    try:
        pass
    except Exception as a:
        g()
    a += 1
    for a in g():
        pass
    import a
    return [a for a in a]


def f(a):
    x: int
    def g():
        return x, y
    if a:
        x = 1
    del x
    [y := b for b in a]
    return x


def f(self):
    return self.__x, __x, [__x for __x in self]


def f():
    while True:
        pass


def f():
    while True:
        try:
            pass
        finally:
            pass


def f(a):
    return a
    a.b()
    while a:
        break
    raise

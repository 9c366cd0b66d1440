"""Memory of Python's own in functions: `array.array`, `memoryview`, `bytes` and `bytearray`."""

import array
from array import array as made

from programs import given


class Mine(array.array):
    """A subclass."""

    def __getitem__(self, key):
        return 42


def every_code(*items):
    """An array of these for each type of numbers."""
    return tuple((array.array(code, items),) for code in "bBhHiIlLqQfd")


@given(*every_code(1, 2, 3), *every_code(), (b"abc",), (bytearray(b"abc"),), (b"",), ([1, 2.5],), ("ab",))
def sum_of_elements(a):
    total = 0
    for i in range(len(a)):
        total += a[i]
    return total


@given(*every_code(1, 2, 3), (b"abc",), (bytearray(b"abc"),), (b"",), (array.array("d", [0.5, float("inf")]),),
       (array.array("Q", [2**64 - 1]),), (array.array("q", [-2**63, 2**63 - 1]),))
def sum_of_items(a):
    total = 0
    for x in a:
        total = total + x
    return total, [x for x in a]


@given((array.array("d", [1, 2]), 0), (array.array("i", [1, 2]), -1), (array.array("i", [1, 2]), 2), (b"ab", -3),
       (b"ab", 1), (bytearray(b"ab"), 1.0), (array.array("d"), 0), (array.array("h", [1, 2]), slice(None, None, -1)),
       (bytearray(b"ab"), True), (array.array("d", [1]), (0,)), (b"ab", None), (Mine("i", [1]), 0))
def element(a, i):
    return a[i]


@given(*[(array.array(code, [0, 0]), value) for code in "bBhHiIlLqQfd"
         for value in (1, -1, 300, 2**40, 2**63, 2**70, 1.5, 1e300, float("nan"), True, None, "x")],
       *[(bytearray(2), value) for value in (1, 255, 256, -1, 1.0, True, b"x")], (b"ab", 1))
def store(a, value):
    a[0] = value
    a[1] = a[0]
    a[-3] = value
    return a


@given((array.array("i", [1, 2, 3]),), (bytearray(b"abc"),), (array.array("B", [254, 255]),))
def augmented(a):
    for i in range(len(a)):
        a[i] += 1
        a[i] ^= 3
    return a


@given((3,), (0,))
def grown(n):
    a = array.array("d", [1.0])
    total = 0.0
    for i in range(n):
        a.append(i + 0.5)
        total += a[i] + a[-1]
    return a, total


def append(a):
    a.append(7)


@given((bytearray(b"abc"),), (array.array("h", [1, 2, 3]),))
def grown_by_a_call(a):
    total = 0
    for i in range(40):
        append(a)
        total += a[-1] + a[i]
    return a, total


@given((bytearray(b"abc"),), (array.array("h", [1, 2, 3]),), (array.array("h"),))
def grown_while_it_is_gone_through(a):
    seen = []
    for x in a:
        if len(seen) < 5:
            append(a)
        seen.append(x)
    return a, seen


@given((bytearray(b"abcdef"),), (array.array("d", [1, 2, 3]),), (b"abcdef",))
def views(a):
    m = memoryview(a)
    total = 0
    for i in range(len(m)):
        total += m[i]
    return total, m[0], m[-1], m[1:][0], list(m[::-1]), m.shape, m.ndim, m.itemsize


def through(m):
    total = 0
    for i in range(len(m)):
        m[i] = m[i] + 1
        total += m[i]
    return total


@given((bytearray(b"abcdef"), 1), (array.array("d", [1, 2, 3]), 1), (b"abc", 1), (array.array("i", [1, 2, 3]), -1),
       (bytearray(), 1))
def stored_through_views(a, step):
    return through(memoryview(a)[::step]), a


@given((array.array("i", range(6)),), (bytearray(range(6)),))
def views_with_axes(a):
    m = memoryview(a).cast("B").cast("B", (2, memoryview(a).nbytes // 2))
    return m[1, 0], m.shape


@given((bytearray(b"ab"),))
def released(a):
    m = memoryview(a)
    first = m[0]
    m.release()
    return first, m[0]


@given((b"hello world",), (bytearray(b"hello"),), (b"",))
def checksum(data):
    low, high = 1, 0
    for byte in data:
        low = (low + byte) % 65521
        high = (high + low) % 65521
    return high << 16 | low


@given((5,))
def sieve(n):
    flags = bytearray(b"\x01") * (n * 10)
    for i in range(2, len(flags)):
        if flags[i]:
            for j in range(i * i, len(flags), i):
                flags[j] = 0
    return sum(flags), flags


@given((4,))
def made_here(n):
    a = made("d", [0.0] * n)
    for i in range(n):
        a[i] = i * 1.5
    return a

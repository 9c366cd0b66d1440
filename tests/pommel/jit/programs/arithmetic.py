"""Numbers: operators, their errors, and where integers leave the machine's words."""

from programs import given

BIG = 2**63
INTEGERS = (0, 1, -1, 7, -7, 2**31 - 1, 2**31, -2**31, BIG - 1, -BIG, BIG, 2**64, True)
FLOATS = (0.0, -0.0, 1.5, -2.5, 1e308, -1e-320, float("inf"), float("-inf"), float("nan"))
PAIRS = tuple((a, b) for a in INTEGERS for b in INTEGERS)
FLOAT_PAIRS = tuple((a, b) for a in FLOATS for b in FLOATS)
MIXED = tuple((a, b) for a in (3, -BIG, 2**53 + 1, False) for b in FLOATS)
ODD = ((1, "x"), ("x", 1), (None, 1), ([1], [2]), ("a", "b"), (1j, 2), ((1,), 2))
ALL = PAIRS + FLOAT_PAIRS + MIXED + ODD


@given(*ALL)
def add(a, b):
    return a + b


@given(*ALL)
def subtract(a, b):
    return a - b


@given(*[pair for pair in ALL if pair not in ((2**64, [1]),)])
def multiply(a, b):
    return a * b


@given(*ALL)
def divide(a, b):
    return a / b


@given(*ALL)
def floor_divide(a, b):
    return a // b


@given(*ALL)
def remainder(a, b):
    return a % b


@given((2, 10), (2, -1), (0, 0), (0, -1), (-2, 3), (2, 63), (2, 64), (-8, 1 / 3), (2.0, 0.5), (0.0, -1.0),
       (1e200, 2.0), (-1, 2**62), (10, 30), ("a", 2), (True, True), (0.0, float("nan")), (1, float("nan")))
def power(a, b):
    return a ** b


@given((1, 0), (1, 62), (1, 63), (1, 64), (-1, 63), (5, -1), (0, 2**70), (1.5, 1), (BIG, 1), (True, 2))
def shift_left(a, b):
    return a << b


@given((1, 0), (-1, 62), (-1, 64), (BIG, 63), (5, -1), (5, 2**70), (-5, 2**70), (1.5, 1))
def shift_right(a, b):
    return a >> b


@given(*PAIRS, (1.5, 1), ("a", 1), (True, False))
def bits(a, b):
    return a & b, a | b, a ^ b


@given(*[(a,) for a in INTEGERS + FLOATS], ("x",), (None,), ([],))
def signs(a):
    return -a, +a


@given(*[(a,) for a in INTEGERS], (1.5,), ("x",))
def inverted(a):
    return ~a


@given(*[(a,) for a in INTEGERS + FLOATS], ("",), ("x",), (None,), ([],), ({},))
def negated(a):
    return not a


@given(*PAIRS, *FLOAT_PAIRS, *MIXED, (1, "x"), ("a", "b"), ([1], [1, 2]), (None, None), (1j, 1))
def compared(a, b):
    return a < b, a <= b, a == b, a != b, a > b, a >= b


@given(*PAIRS, *FLOAT_PAIRS, *MIXED)
def equal_only(a, b):
    return a == b, a != b


@given((1, 2, 3), (3, 2, 1), (1, 1, 1), (1.0, float("nan"), 2), (1, "a", 2))
def chained(a, b, c):
    return a < b <= c, a != b != c


@given((None, None), (1, 1), (1, None), (True, 1))
def identities(a, b):
    return a is b, a is not b, a is None


@given((7, 3), (7.5, -2), (BIG, 7), (1, 0), (1.0, 0.0), ("a", 1))
def augmented(a, b):
    a += b
    a -= 2 * b
    a *= b
    a //= b
    a %= 5
    return a


@given((6, 3), (BIG, 3), (6.0, 3), (1, "x"), (1, 1.5))
def augmented_bits(a, b):
    a <<= b
    a |= 5
    a &= 0xFFFF_FFFF_FFFF
    a ^= b
    a >>= 1
    return a


@given((2, 3), (2.0, 0.5), (0, -1), ("a", 2))
def augmented_power(a, b):
    a **= b
    return a


@given(([1], [2]), ([1], (2,)), ([1], 2), ((1,), (2,)))
def augmented_sequence(a, b):
    same = a
    a += b
    return a, same, a is same


@given((1,), (2.5,), (BIG - 1,), (float("nan"),))
def polynomial(x):
    return 3 * x * x * x - 2 * x * x + x - 1


@given((2**31 - 1,), (2**62,), (-2**62,), (3,))
def around_the_word(n):
    results = []
    for step in (-1, 0, 1):
        m = n + step
        results.append((m + m, m * 2, m - (-m), m * m))
    return results


@given((3, 4), (-3, -4), (0, 1))
def complex_numbers(a, b):
    z = a + b * 1j
    return z * z, abs(z), z.real, z.conjugate(), z / (1 - 2j), z == complex(a, b)


@given()
def literals():
    return (0x1F, 0b101, 0o17, 1_000_000, 123456789012345678901234567890, 1e400, 5e-324, 0.1, -0.0, 1e16,
            .5, 3j, True, None, ..., "text", b"bytes\x00\xff")


@given((10, 3), (-10, 3), (10.5, -3), (0, 0), ("a", 1))
def quotient_and_remainder(a, b):
    q, r = divmod(a, b)
    return q, r, q * b + r == a


@given((BIG,), (2**200,), (-2**200 + 1,), (5,))
def digits(n):
    total = 0
    n = abs(n)
    while n:
        n, digit = divmod(n, 10)
        total += digit
    return total

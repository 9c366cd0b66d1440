"""Writes `golden.bin`: true values of the functions in double precision, from MPFR.

Needs gmpy2: `python scripts/golden.py golden.bin`.
A function is a byte with the length of its name, the name, a byte with the number of operands, the number of records in
four bytes, and the records: the operands, the value rounded to double, and what the rounding lost in units of
the last place, each a double in little-endian order.
"""

import math
import random
import struct
import sys

import gmpy2
from gmpy2 import mpfr

gmpy2.get_context().precision = 160
gmpy2.get_context().emin = gmpy2.get_emin_min()
gmpy2.get_context().emax = gmpy2.get_emax_max()

COUNT = 80
UNARY = "exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh cbrt".split()


def power(x, y):
    return mpfr(x) ** mpfr(y)


def logaddexp(x, y):
    return max(x, y) + gmpy2.log1p(gmpy2.exp(min(x, y) - max(x, y)))


BINARY = {"pow": power, "atan2": gmpy2.atan2, "hypot": gmpy2.hypot, "logaddexp": logaddexp}


def any_double():
    return struct.unpack("<d", random.randbytes(8))[0]


def scale(low, high):
    return random.choice([-1, 1]) * 2.0 ** random.uniform(low, high)


def near(centre, low=-53, high=-1):
    return centre + scale(low, high)


def quarter_turns():
    x = float(mpfr(random.randrange(1, 2 ** random.randrange(1, 30))) * gmpy2.const_pi() / 4)
    return random.choice([x, math.nextafter(x, 0), -x])


# Where a function is hard, beside arguments of every size.
SPECIAL = {
    "exp": [lambda: random.uniform(-745.2, 709.8), lambda: random.uniform(-745.2, -708)],
    "exp2": [lambda: random.uniform(-1075, 1024), lambda: float(random.randrange(-1074, 1024))],
    "expm1": [lambda: random.uniform(-2, 2), lambda: random.uniform(-40, 709.8)],
    "log": [lambda: near(1), lambda: near(1, -4, -1), lambda: abs(scale(-1074, -1000))],
    "log2": [lambda: near(1), lambda: near(1, -4, -1), lambda: 2.0 ** random.randrange(-1074, 1024)],
    "log10": [lambda: near(1), lambda: near(1, -4, -1), lambda: 10.0 ** random.randrange(0, 22)],
    "log1p": [lambda: scale(-60, 0), lambda: -near(1)],
    "sin": [quarter_turns, lambda: scale(30, 1023)],
    "cos": [quarter_turns, lambda: scale(30, 1023)],
    "tan": [quarter_turns, lambda: scale(30, 1023)],
    "asin": [lambda: near(1), lambda: random.uniform(-1, 1)],
    "acos": [lambda: near(1), lambda: random.uniform(-1, 1)],
    "atan": [lambda: scale(-2, 2)],
    "sinh": [lambda: random.uniform(-711, 711), lambda: near(1)],
    "cosh": [lambda: random.uniform(-711, 711), lambda: scale(-10, 1)],
    "tanh": [lambda: random.uniform(-20, 20), lambda: scale(-5, 0)],
    "asinh": [lambda: scale(-2, 2), lambda: scale(50, 70)],
    "acosh": [lambda: near(1), lambda: near(2), lambda: abs(scale(0, 70))],
    "atanh": [lambda: near(1), lambda: random.uniform(-1, 1)],
    "cbrt": [lambda: scale(-3, 3), lambda: scale(-1074, -1000)],
}


def power_operands():
    x = random.choice([abs(scale(-1074, 1023)), abs(scale(-8, 8)), abs(near(1, -20, -1))])
    y = random.uniform(-745, 710) / math.log(x) if x != 1 else 2.0
    return random.choice([(x, y), (x, float(round(y))), (-x, float(round(y)))])


def like(x):
    return x * scale(-3, 3)


def operands(name):
    """The argument lists of one function."""
    if name in UNARY:
        sources = [any_double, lambda: scale(-10, 10), lambda: random.uniform(-4, 4), *SPECIAL[name]]
        return [(source(),) for source in sources for _ in range(COUNT)]
    sources = [lambda: (any_double(), any_double()), lambda: (scale(-10, 10), scale(-10, 10))]
    if name == "pow":
        sources += [power_operands] * 4
    else:
        sources += [lambda: (lambda x: (x, like(x)))(scale(*limits)) for limits in [(-1070, 1020), (-4, 4), (-1074, -1000)]]
    return [source() for source in sources for _ in range(COUNT)]


def records(name):
    """Operands, value and rest of one function."""
    function = BINARY.get(name) or getattr(gmpy2, name)
    for arguments in operands(name):
        if not all(math.isfinite(x) for x in arguments):
            continue
        if name == "logaddexp" and -1.5 < max(arguments) < 0:
            # The sum may cancel, and is not within the bound there.
            continue
        value = function(*map(mpfr, arguments))
        rounded = float(value)
        if math.isnan(rounded) or math.isinf(rounded):
            continue
        yield (*arguments, rounded, float((value - mpfr(rounded)) / mpfr(math.ulp(rounded))))


if __name__ == "__main__":
    random.seed(20261129)
    with open(sys.argv[1], "wb") as out:
        for name in [*UNARY, *BINARY]:
            rows = list(records(name))
            out.write(struct.pack("<B", len(name)) + name.encode() + struct.pack("<BI", len(rows[0]) - 2, len(rows)))
            for row in rows:
                out.write(struct.pack(f"<{len(row)}d", *row))

"""Writes `golden_complex.bin`: true values of the complex functions, from mpmath.

Needs mpmath: `python scripts/golden_complex.py golden_complex.bin`.
A function is a byte with the length of its name, the name, the number of records in four bytes, and the records: the two
parts of the operand and of the value rounded to double, in little-endian order.
"""

import math
import random
import struct
import sys

import mpmath as mp

COUNT = 20
FUNCTIONS = {
    "exp": mp.exp, "expm1": mp.expm1, "log": mp.log, "log2": lambda z: mp.log(z) / mp.log(2),
    "log10": lambda z: mp.log(z) / mp.log(10), "log1p": lambda z: mp.log(1 + z), "sqrt": mp.sqrt, "sin": mp.sin,
    "cos": mp.cos, "tan": mp.tan, "asin": mp.asin, "acos": mp.acos, "atan": mp.atan, "sinh": mp.sinh, "cosh": mp.cosh,
    "tanh": mp.tanh, "asinh": mp.asinh, "acosh": mp.acosh, "atanh": mp.atanh, "sign": lambda z: z / abs(z),
    "square": lambda z: z * z, "reciprocal": lambda z: 1 / z,
}


def scale(low, high):
    return random.choice([-1, 1]) * 2.0 ** random.uniform(low, high)


def on_circle():
    angle = random.uniform(-math.pi, math.pi)
    return math.cos(angle), math.sin(angle)


SOURCES = [
    lambda: (scale(-8, 5), scale(-8, 5)),
    lambda: (scale(-250, 250), scale(-250, 250)),
    lambda: (random.choice([-1, 1]) + scale(-50, -1), scale(-50, -1)),
    lambda: (scale(-50, -1), random.choice([-1, 1]) + scale(-50, -1)),
    on_circle,
    lambda: (random.uniform(-710, 710), random.uniform(-10, 10)),
]

if __name__ == "__main__":
    random.seed(20261129)
    mp.mp.prec = 1600
    with open(sys.argv[1], "wb") as out:
        for name, function in FUNCTIONS.items():
            rows = []
            for source in SOURCES:
                for _ in range(COUNT):
                    x, y = source()
                    value = function(mp.mpc(x, y))
                    row = (x, y, float(value.real), float(value.imag))
                    # Parts that under- or overflow are another test's.
                    if all(1e-300 < abs(part) < 1e307 for part in row[2:]):
                        rows.append(row)
            out.write(struct.pack("<B", len(name)) + name.encode() + struct.pack("<I", len(rows)))
            for row in rows:
                out.write(struct.pack("<4d", *row))

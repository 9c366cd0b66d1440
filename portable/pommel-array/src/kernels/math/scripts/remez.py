"""Prints `coefficients.rs`, the minimax polynomials of the vector math.

Needs mpmath: `python scripts/remez.py > coefficients.rs`.
Remez' algorithm in 60 digits; each row gives the error that the rounded coefficients have, weighted as its comment says.
"""

from mpmath import mp, mpf, matrix, lu_solve, exp, log, sin, cos, asin, atan, sinh, sqrt, atanh, cbrt, factorial

mp.dps = 60
GRID = 1200


def minimax(function, weight, low, high, degree):
    """Coefficients of the polynomial whose largest `weight * error` on [low, high] is least."""
    low, high = mpf(low), mpf(high)
    points = degree + 2
    nodes = [(low + high) / 2 - (high - low) / 2 * cos(mp.pi * i / (points - 1)) for i in range(points)]
    grid = [(low + high) / 2 - (high - low) / 2 * cos(mp.pi * i / GRID) for i in range(GRID + 1)]
    values = [function(z) for z in grid]
    weights = [weight(z) for z in grid]
    for _ in range(8):
        system = matrix(points, points)
        right = matrix(points, 1)
        for row, z in enumerate(nodes):
            for column in range(degree + 1):
                system[row, column] = z**column
            system[row, degree + 1] = (-1) ** row / weight(z)
            right[row] = function(z)
        solution = lu_solve(system, right)
        coefficients = [solution[i] for i in range(degree + 1)]
        errors = [w * (evaluate(coefficients, z) - v) for z, v, w in zip(grid, values, weights)]
        runs, last = [], 0
        for index, error in enumerate(errors):
            sign = 1 if error > 0 else -1
            if sign != last:
                runs.append(index)
                last = sign
            elif abs(error) > abs(errors[runs[-1]]):
                runs[-1] = index
        if len(runs) < points:
            break
        while len(runs) > points:
            runs.pop(0 if abs(errors[runs[0]]) < abs(errors[runs[-1]]) else -1)
        nodes = [grid[i] for i in runs]
    rounded = [mpf(float(c)) for c in coefficients]
    return rounded, max(abs(w * (evaluate(rounded, z) - v)) for z, v, w in zip(grid, values, weights))


def evaluate(coefficients, z):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * z + c
    return total


def series(terms, z):
    """A Taylor series where the closed form would cancel."""
    return sum(c * z**i for i, c in enumerate(terms))


EXP = [1 / factorial(i + 2) for i in range(30)]
SIN = [(-1) ** (i + 1) / factorial(2 * i + 3) for i in range(30)]
COS = [(-1) ** i / factorial(2 * i + 4) for i in range(30)]
SINH = [1 / factorial(2 * i + 3) for i in range(30)]
LOG = [mpf(2) / (2 * i + 3) for i in range(60)]
TAIL = [mpf(2) / (2 * i + 7) for i in range(60)]
ATAN = [mpf((-1) ** (i + 1)) / (2 * i + 3) for i in range(140)]


def asin_tail(z):
    if z < mpf("0.001"):
        terms = [factorial(2 * n) / (4**n * factorial(n) ** 2 * (2 * n + 1)) for n in range(1, 25)]
        return series(terms, z)
    x = sqrt(z)
    return (asin(x) - x) / (x * z)


# name, meaning, function, weight, interval, degree
ROWS = [
    ("EXP", "`(e^r - 1 - r) / r^2` as a polynomial of `r`, weighted with `r^2`.", lambda r: series(EXP, r), lambda r: r * r + mpf("1e-6"), -0.3475, 0.3475, 10),
    ("EXP_CUBE", "`(e^r - 1 - r - r^2 / 2) / r^3` as a polynomial of `r`, weighted with `r^3`.", lambda r: series(EXP[1:], r), lambda r: abs(r) * r * r + mpf("1e-6"), -0.3475, 0.3475, 9),
    ("EXP_SINGLE", "[`EXP`] for results of single precision.", lambda r: series(EXP, r), lambda r: r * r + mpf("1e-4"), -0.3475, 0.3475, 4),
    ("LOG", "`(2 atanh(s) - 2 s) / s^3` as a polynomial of `s^2`, weighted with `s^2`.", lambda z: series(LOG, z), lambda z: z + mpf("1e-6"), 0, 0.02950, 6),
    ("LOG_TAIL", "The same from the term of `s^7` on.", lambda z: series(TAIL, z), lambda z: z + mpf("1e-6"), 0, 0.02950, 6),
    ("LOG_SINGLE", "[`LOG`] for results of single precision.", lambda z: series(LOG, z), lambda z: z + mpf("1e-4"), 0, 0.02950, 2),
    ("SIN", "`(sin(r) - r) / r^3` as a polynomial of `r^2`, weighted with `r^2`.", lambda z: series(SIN, z), lambda z: z + mpf("1e-6"), 0, 0.6185, 6),
    ("SIN_TAIL", "The same from the term of `r^5` on.", lambda z: series(SIN[1:], z), lambda z: z * z + mpf("1e-6"), 0, 0.6185, 5),
    ("COS", "`(cos(r) - 1 + r^2 / 2) / r^4` as a polynomial of `r^2`, weighted with `r^4`.", lambda z: series(COS, z), lambda z: z * z + mpf("1e-6"), 0, 0.6185, 5),
    ("SIN_SINGLE", "[`SIN`] for results of single precision.", lambda z: series(SIN, z), lambda z: z + mpf("1e-4"), 0, 0.6185, 2),
    ("COS_SINGLE", "[`COS`] for results of single precision.", lambda z: series(COS, z), lambda z: z * z + mpf("1e-4"), 0, 0.6185, 2),
    ("SINH", "`(sinh(x) - x) / x^3` as a polynomial of `x^2`, weighted with `x^2`.", lambda z: series(SINH, z), lambda z: z + mpf("1e-6"), 0, 1.001, 7),
    ("ASIN", "`(asin(x) - x) / x^3` as a polynomial of `x^2`, weighted with `x^2`.", asin_tail, lambda z: z + mpf("1e-6"), 0, 0.2501, 12),
    ("ASIN_SINGLE", "The same for results of single precision.", asin_tail, lambda z: z + mpf("1e-4"), 0, 0.2501, 5),
    ("ATAN", "`(atan(x) - x) / x^3` as a polynomial of `x^2`, weighted with `x^2`.", lambda z: series(ATAN, z), lambda z: z + mpf("1e-6"), 0, 0.17158, 11),
    ("ATAN_SINGLE", "The same for results of single precision.", lambda z: series(ATAN, z), lambda z: z + mpf("1e-4"), 0, 0.17158, 4),
    ("CBRT", "The cube root, weighted with its inverse.", lambda m: cbrt(m), lambda m: 1 / cbrt(m), 0.5, 4, 5),
]

HEAD = """\
//! The polynomials, as `scripts/remez.py` prints this file.
//!
//! They are minimax polynomials; the weight makes the error one of the function that the
//! polynomial serves, relative to that function, and the errors given are those of the rounded
//! coefficients.
"""

if __name__ == "__main__":
    print(HEAD, end="")
    for name, meaning, function, weight, low, high, degree in ROWS:
        coefficients, error = minimax(function, weight, low, high, degree)
        print(f"\n/// {meaning}\n///")
        print(f"/// On [{low}, {high}], error 2^{float(mp.log(error, 2)):.1f}.")
        print(f"pub(super) const {name}: [f64; {degree + 1}] = [")
        for c in coefficients:
            print(f"    {float(c)!r},")
        print("];")

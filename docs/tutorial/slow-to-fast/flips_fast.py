"""When does a double pendulum turn over? A picture of the answer, for all pairs of angles to start from.

usage: flips_fast.py [SIZE] [--limit STEPS] [--step SECONDS] [--gravity G]
"""

import argparse
from math import cos, pi, sin

SHADES = " .:-=+*#%@"


def slopes(a, b, u, v, g):
    """Velocities and accelerations of two equal pendulums, one of which hangs on the other."""
    s, c = sin(a - b), cos(a - b)
    below = 2.0 - c * c
    du = (-1.5 * g * sin(a) - 0.5 * g * sin(a - 2.0 * b) - s * (v * v + u * u * c)) / below
    dv = s * (2.0 * u * u + 2.0 * g * cos(a) + v * v * c) / below
    return u, v, du, dv


def moved(state, h, k):
    """The state after a while at some slopes."""
    a, b, u, v = state
    da, db, du, dv = k
    return a + h * da, b + h * db, u + h * du, v + h * dv


def summed(k1, k2, k3, k4):
    a1, b1, u1, v1 = k1
    a2, b2, u2, v2 = k2
    a3, b3, u3, v3 = k3
    a4, b4, u4, v4 = k4
    return a1 + 2 * a2 + 2 * a3 + a4, b1 + 2 * b2 + 2 * b3 + b4, u1 + 2 * u2 + 2 * u3 + u4, v1 + 2 * v2 + 2 * v3 + v4


def step(state, h, g):
    """One step of the classical method of Runge and Kutta."""
    k1 = slopes(*state, g)
    k2 = slopes(*moved(state, h / 2, k1), g)
    k3 = slopes(*moved(state, h / 2, k2), g)
    k4 = slopes(*moved(state, h, k3), g)
    return moved(state, h / 6, summed(k1, k2, k3, k4))


def steps_until_flip(a, b, options):
    """How many steps it takes until one of them has turned over."""
    state = (a, b, 0.0, 0.0)
    for n in range(options.limit):
        state = step(state, options.step, options.gravity)
        if abs(state[0]) > pi or abs(state[1]) > pi:
            return n
    return options.limit


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int, nargs="?", default=24)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--step", type=float, default=0.04)
    parser.add_argument("--gravity", type=float, default=1.0)
    options = parser.parse_args()
    size = options.size
    for i in range(size):
        row = ""
        for j in range(size):
            n = steps_until_flip((2 * j + 1) / size * pi - pi, (2 * i + 1) / size * pi - pi, options)
            row += SHADES[n * (len(SHADES) - 1) // options.limit]
        print(row)


if __name__ == "__main__":
    main()

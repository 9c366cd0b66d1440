"""When does a double pendulum turn over? A picture of the answer, for all pairs of angles to start from.

usage: flips.py [SIZE] [--limit STEPS] [--step SECONDS] [--gravity G]
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


def step(state, h, g):
    """One step of the classical method of Runge and Kutta."""
    k1 = slopes(*state, g)
    k2 = slopes(*(x + h / 2 * k for x, k in zip(state, k1)), g)
    k3 = slopes(*(x + h / 2 * k for x, k in zip(state, k2)), g)
    k4 = slopes(*(x + h * k for x, k in zip(state, k3)), g)
    return tuple(x + h / 6 * (p + 2 * q + 2 * r + s) for x, p, q, r, s in zip(state, k1, k2, k3, k4))


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

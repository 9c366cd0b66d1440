"""The functions that solvers call, as anybody would write them."""

from math import exp, sqrt

import numpy as np


def lorenz(t, y):
    return [10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]]


def rigid_body(t, y):
    """DETEST's problem B5: Euler's equations of a body without external forces."""
    a, b, c = y
    return np.array([b * c, -a * c, -0.51 * a * b])


def rigid_body_turned(y, t):
    a, b, c = y
    return np.array([b * c, -a * c, -0.51 * a * b])


def robertson(t, y):
    a, b, c = y
    return [-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b]


def gauss(x):
    return exp(-x * x)


def root(x):
    return 1.0 / sqrt(x)


def peak(x):
    return 1.0 / (1e-6 + (x - 0.5) * (x - 0.5))


def roughness(values):
    middle = values[len(values) // 2]
    total = 0.0
    for value in values:
        total += (value - middle) * (value - middle)
    return total / len(values)

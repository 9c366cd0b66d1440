"""The functions that solvers call, as anybody would write them."""

from math import cos, exp, pi, sin, sqrt

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


def van_der_pol(t, y):
    return [y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]]


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


def slide(t, state):
    """A sled on a bumpy slope: where it is and how fast it slides along x and y."""
    x, y, u, v = state
    gravity, friction, tilt, bump = 9.81, 0.5, 0.25, 0.5
    p, q = 2 * pi / 10.0, 2 * pi / 4.0
    h_x = -tilt + bump * p * sin(p * x) * cos(q * y)
    h_xx = bump * p ** 2 * cos(p * x) * cos(q * y)
    h_y = bump * q * cos(p * x) * sin(q * y)
    h_yy = bump * q ** 2 * cos(p * x) * cos(q * y)
    h_xy = -bump * q * p * sin(p * x) * sin(q * y)
    force = (gravity + h_xx * u ** 2 + 2 * h_xy * u * v + h_yy * v ** 2) / (1 + h_x ** 2 + h_y ** 2)
    return [u, v, -force * h_x - friction * u, -force * h_y - friction * v]

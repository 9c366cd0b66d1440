"""The functions that solvers call, as anybody would write them."""

from math import cos, exp, sin, sqrt

import numpy as np


def kepler(x, eccentricity, anomaly):
    return x - eccentricity * sin(x) - anomaly


def kepler_slope(x, eccentricity, anomaly):
    return 1.0 - eccentricity * cos(x)


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] * x[i]) ** 2 + (1.0 - x[i]) ** 2
    return total


def valley(x):
    return exp(x) - 5.0 * x + 0.1 * x * x


def wood(x):
    a, b, c, d = x
    return np.array([10.0 * (b - a * a), 1.0 - a, sqrt(90.0) * (d - c * c), 1.0 - c, sqrt(10.0) * (b + d - 2.0),
                     (b - d) / sqrt(10.0)])


def decay(x, a, b):
    return a * np.exp(-b * x)


def decay_above(x, a, b, c):
    return a * np.exp(-b * x) + c

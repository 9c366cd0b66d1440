"""Problems of Moré, Garbow and Hillstrom (1981), by their residuals."""

import math


def rosenbrock(x):
    return [10 * (x[1] - x[0] * x[0]), 1 - x[0]]


def beale(x):
    return [1.5 - x[0] * (1 - x[1]), 2.25 - x[0] * (1 - x[1] ** 2), 2.625 - x[0] * (1 - x[1] ** 3)]


def helical(x):
    turn = math.atan2(x[1], x[0]) / (2 * math.pi)
    return [10 * (x[2] - 10 * turn), 10 * (math.sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]]


def powell(x):
    a, b, c, d = x
    return [a + 10 * b, math.sqrt(5) * (c - d), (b - 2 * c) ** 2, math.sqrt(10) * (a - d) ** 2]


def wood(x):
    a, b, c, d = x
    return [10 * (b - a * a), 1 - a, math.sqrt(90) * (d - c * c), 1 - c, math.sqrt(10) * (b + d - 2),
            (b - d) / math.sqrt(10)]


def squares(residuals):
    def fun(x):
        total = 0.0
        for value in residuals(x):
            total += value * value
        return total

    return fun

"""Integrals of functions that are passed in, by Simpson's rule with n intervals."""

from math import exp, sin


def integral(function, a, b, n):
    step = (b - a) / n
    total = function(a) + function(b)
    for i in range(1, n, 2):
        total += 4.0 * function(a + i * step)
    for i in range(2, n, 2):
        total += 2.0 * function(a + i * step)
    return total * step / 3.0


def damped(rate):
    return lambda x: exp(-rate * x) * sin(x)


def run(n):
    total = 0.0
    for i in range(10):
        total += integral(damped(0.1 * i), 0.0, 10.0, n)
    return total, integral(lambda x: x * x, 0.0, 1.0, n)

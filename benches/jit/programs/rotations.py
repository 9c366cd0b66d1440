"""A point turned n times by quaternions: tuples of floats in and out of small functions."""

from math import cos, sin, sqrt


def multiply(p, q):
    a, b, c, d = p
    e, f, g, h = q
    return (a * e - b * f - c * g - d * h, a * f + b * e + c * h - d * g,
            a * g - b * h + c * e + d * f, a * h + b * g - c * f + d * e)


def conjugate(q):
    return q[0], -q[1], -q[2], -q[3]


def normalised(q):
    size = sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    return tuple([part / size for part in q])


def turned(point, q):
    return multiply(multiply(q, (0.0, point[0], point[1], point[2])), conjugate(q))[1:]


def run(n):
    point = (1.0, 2.0, 3.0)
    q = (cos(0.01), sin(0.01), 0.0, 0.0)
    turn = (cos(0.02), 0.0, sin(0.02), 0.0)
    for _ in range(n):
        q = normalised(multiply(q, turn))
        point = turned(point, q)
    return point

"""The standard sets of problems: DETEST's non-stiff ones (Hull, Enright, Fellen and Sedgwick 1972) and stiff ones
(Enright, Hull and Lindberg 1975), three and seven bodies, chemical kinetics; beside SciPy.
"""

from math import cos, exp, sin, sqrt

import numpy as np
import pytest
import scipy.integrate as theirs

import pommel.integrate as ours


def linear(rows, constants=None):
    matrix = [[float(value) for value in row] for row in rows]
    more = constants or [0.0] * len(rows)
    return lambda t, y: [sum(a * b for a, b in zip(row, y)) + c for row, c in zip(matrix, more)]


def diagonals(n, below, middle, above):
    return [[middle if i == j else below if i == j + 1 else above if i == j - 1 else 0 for j in range(n)]
            for i in range(n)]


def torus(t, y):
    r = sqrt(y[0] * y[0] + y[1] * y[1])
    return [-y[1] - y[0] * y[2] / r, y[0] - y[1] * y[2] / r, y[0] / r]


def decays(weights):
    """What each of a chain decays to is the next one."""
    return lambda t, y: [(w * y[i - 1] if i else 0.0) - (v * y[i] if i < 9 else 0.0)
                         for i, (w, v) in enumerate(zip([0, *weights], [*weights, 0]))]


def orbit(t, y):
    r = sqrt(y[0] * y[0] + y[1] * y[1]) ** 3
    return [y[2], y[3], -y[0] / r, -y[1] / r]


def orbit_start(e):
    return [1 - e, 0.0, 0.0, sqrt((1 + e) / (1 - e))]


NONSTIFF = {
    "A1": (lambda t, y: [-y[0]], [1]), "A2": (lambda t, y: [-y[0] ** 3 / 2], [1]),
    "A3": (lambda t, y: [y[0] * cos(t)], [1]), "A4": (lambda t, y: [y[0] / 4 * (1 - y[0] / 20)], [1]),
    "A5": (lambda t, y: [(y[0] - t) / (y[0] + t)], [4]),
    "B1": (lambda t, y: [2 * (y[0] - y[0] * y[1]), -(y[1] - y[0] * y[1])], [1, 3]),
    "B2": (linear([[-1, 1, 0], [1, -2, 1], [0, 1, -1]]), [2, 0, 1]),
    "B3": (lambda t, y: [-y[0], y[0] - y[1] * y[1], y[1] * y[1]], [1, 0, 0]),
    "B4": (torus, [3, 0, 0]),
    "B5": (lambda t, y: [y[1] * y[2], -y[0] * y[2], -0.51 * y[0] * y[1]], [0, 1, 1]),
    "C1": (decays([1] * 9), [1] + [0] * 9), "C2": (decays(range(1, 10)), [1] + [0] * 9),
    "C3": (linear(diagonals(10, 1, -2, 1)), [1] + [0] * 9), "C4": (linear(diagonals(51, 1, -2, 1)), [1] + [0] * 50),
    **{"D{}".format(k): (orbit, orbit_start(e)) for k, e in enumerate((0.1, 0.3, 0.5, 0.7, 0.9), 1)},
    "E1": (lambda t, y: [y[1], -(y[1] / (t + 1) + (1 - 0.25 / (t + 1) ** 2) * y[0])],
           [0.6713967071418030, 0.09540051444747446]),
    "E2": (lambda t, y: [y[1], (1 - y[0] * y[0]) * y[1] - y[0]], [2, 0]),
    "E3": (lambda t, y: [y[1], y[0] ** 3 / 6 - y[0] + 2 * sin(2.78535 * t)], [0, 0]),
    "E4": (lambda t, y: [y[1], 0.032 - 0.4 * y[1] * y[1]], [30, 0]),
    "E5": (lambda t, y: [y[1], sqrt(1 + y[1] * y[1]) / (25 - t)], [0, 0]),
}


@pytest.mark.parametrize("name", NONSTIFF)
@pytest.mark.parametrize("method, rtol", [("RK45", 1e-6), ("DOP853", 1e-9)])
def test_detest(name, method, rtol):
    fun, y0 = NONSTIFF[name]
    a, b = (module.solve_ivp(fun, (0, 20), y0, method, rtol=rtol, atol=rtol / 10) for module in (ours, theirs))
    assert len(a.t) == pytest.approx(len(b.t), rel=0.03) and a.nfev == pytest.approx(b.nfev, rel=0.07)
    assert a.status == b.status == 0
    np.testing.assert_allclose(a.y[:, -1], b.y[:, -1], rtol=1e-6, atol=1e-8)


def a2(t, y):
    return [-1800 * y[0] + 900 * y[1], *(y[i - 1] - 2 * y[i] + y[i + 1] for i in range(1, 8)),
            1000 * y[7] - 2000 * y[8] + 1000]


def rotating(alpha):
    return lambda t, y: [-10 * y[0] + alpha * y[1], -alpha * y[0] - 10 * y[1], -4 * y[2], -y[3], -0.5 * y[4],
                         -0.1 * y[5]]


def coupled(beta):
    return lambda t, y: [-y[0] + 2, -10 * y[1] + beta * y[0] ** 2, -40 * y[2] + 4 * beta * (y[0] ** 2 + y[1] ** 2),
                         -100 * y[3] + 10 * beta * (y[0] ** 2 + y[1] ** 2 + y[2] ** 2)]


def d3(t, y):
    a, b, c, d = y
    return [c - 100 * a * b, c + 2 * d - 100 * a * b - 2e4 * b * b, -c + 100 * a * b, -d + 1e4 * b * b]


def d5(t, y):
    a, b = y
    return [0.01 - (1 + (a + 1000) * (a + 1)) * (0.01 + a + b), 0.01 - (1 + b * b) * (0.01 + a + b)]


def d6(t, y):
    a, b, c = y
    da, db = -a + 1e8 * c * (1 - a), -10 * b + 3e7 * c * (1 - b)
    return [da, db, -da - db]


def e1(t, y):
    a, b, c, d = y
    g = 100.0
    return [b, c, d, (a * a - sin(a) - g ** 4) * a + (b * c / (a * a + 1) - 4 * g ** 3) * b + (1 - 6 * g * g) * c
            + (10 * exp(-d * d) - 4 * g) * d + 1]


def e5(t, y):
    a, b, c, d = y
    return [-7.89e-10 * a - 1.1e7 * a * c, 7.89e-10 * a - 1.13e9 * b * c,
            7.89e-10 * a - 1.1e7 * a * c + 1.13e3 * d - 1.13e9 * b * c, 1.1e7 * a * c - 1.13e3 * d]


def reactor(t, y):
    a, b, c, d = y
    k = exp(20.7 - 1500 / a)
    return [1.3 * (c - a) + 10400 * k * b, 1880 * (d - b * (1 + k)), 1752 - 269 * c + 267 * a, 0.1 + 320 * b - 321 * d]


def binding(t, y):
    a, b, c, d, e = y
    return [-1e7 * b * a + 10 * c, -1e7 * b * a - 1e7 * b * e + 10 * c + 10 * d, 1e7 * b * a - 1.001e4 * c + 1e-3 * d,
            1e4 * c - 10.001 * d + 1e7 * b * e, 10 * d - 1e7 * b * e]


def oregonator(t, y):
    a, b, c = y
    return [77.27 * (b - a * b + a - 8.375e-6 * a * a), (-b - a * b + c) / 77.27, 0.161 * (a - c)]


def hires(t, y):
    a, b, c, d, e, f, g, h = y
    return [-1.71 * a + 0.43 * b + 8.32 * c + 0.0007, 1.71 * a - 8.75 * b, -10.03 * c + 0.43 * d + 0.035 * e,
            8.32 * b + 1.71 * c - 1.12 * d, -1.745 * e + 0.43 * f + 0.43 * g,
            -280 * f * h + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g, 280 * f * h - 1.81 * g, -280 * f * h + 1.81 * g]


STIFF = {
    "A1": (lambda t, y: [-0.5 * y[0], -y[1], -100 * y[2], -90 * y[3]], 20, [1] * 4), "A2": (a2, 120, [0] * 9),
    "A3": (linear([[-1e4, 100, -10, 1], [0, -1e3, 10, -10], [0, 0, -1, 10], [0, 0, 0, -0.1]]), 20, [1] * 4),
    "A4": (lambda t, y: [-float(i ** 5) * y[i - 1] for i in range(1, 11)], 1, [1] * 10),
    "B1": (linear([[-1, 1, 0, 0], [-100, -1, 0, 0], [0, 0, -100, 1], [0, 0, -1e4, -100]]), 20, [1, 0, 1, 0]),
    **{"B{}".format(k): (rotating(alpha), 20, [1] * 6) for k, alpha in enumerate((3, 8, 25, 100), 2)},
    "C1": (lambda t, y: [-y[0] + y[1] ** 2 + y[2] ** 2 + y[3] ** 2, -10 * y[1] + 10 * (y[2] ** 2 + y[3] ** 2),
                         -40 * y[2] + 40 * y[3] ** 2, -100 * y[3] + 2], 20, [1] * 4),
    **{"C{}".format(k): (coupled(beta), 20, [1] * 4) for k, beta in enumerate((0.1, 1, 10, 20), 2)},
    "D1": (lambda t, y: [0.2 * (y[1] - y[0]), 10 * y[0] - (60 - 0.125 * y[2]) * y[1] + 0.125 * y[2], 1.0],
           400, [0] * 3),
    "D2": (lambda t, y: [-0.04 * y[0] + 0.01 * y[1] * y[2], 400 * y[0] - 100 * y[1] * y[2] - 3000 * y[1] ** 2,
                         30 * y[1] ** 2], 40, [1, 0, 0]),
    "D3": (d3, 20, [1, 1, 0, 0]),
    "D4": (lambda t, y: [-0.013 * y[0] - 1000 * y[0] * y[2], -2500 * y[1] * y[2],
                         -0.013 * y[0] - 1000 * y[0] * y[2] - 2500 * y[1] * y[2]], 50, [1, 1, 0]),
    "D5": (d5, 100, [0, 0]), "D6": (d6, 1, [1, 0, 0]), "E1": (e1, 1, [0] * 4),
    "E2": (lambda t, y: [y[1], 5 * (1 - y[0] ** 2) * y[1] - y[0]], 1, [2, 0]),
    "E3": (lambda t, y: [-(55 + y[2]) * y[0] + 65 * y[1], 0.0785 * (y[0] - y[1]), 0.1 * y[0]], 500, [1, 1, 0]),
    "E5": (e5, 1000, [1.76e-3, 0, 0, 0]), "F1": (reactor, 1000, [761, 0, 600, 0.1]),
    "F2": (lambda t, y: [-y[0] - y[0] * y[1] + 294 * y[1], y[0] * (1 - y[1]) / 98 - 3 * y[1]], 240, [1, 0]),
    "F3": (binding, 100, [4e-6, 1e-6, 0, 0, 0]), "F4": (oregonator, 300, [4, 1.1, 4]),
    "HIRES": (hires, 321.8122, [1, 0, 0, 0, 0, 0, 0, 0.0057]),
}
#: States that are so small.
SMALL = {"E5": 1e-3, "F3": 1e-6, "D4": 1e-5, "D6": 1e-7}


@pytest.mark.parametrize("name", STIFF)
@pytest.mark.parametrize("method", ["BDF", "Radau", "LSODA"])
def test_stiff_detest(name, method):
    fun, end, y0 = STIFF[name]
    options = {"method": method, "rtol": 1e-5, "atol": 1e-8 * SMALL.get(name, 1.0)}
    a, b = (module.solve_ivp(fun, (0, end), y0, **options) for module in (ours, theirs))
    assert a.status == b.status == 0
    scale = 1e-5 * abs(b.y[:, -1]) + options["atol"]
    assert (abs(a.y[:, -1] - b.y[:, -1]) / scale).max() < 300
    if method == "LSODA":
        assert a.nfev < 10 * b.nfev + 200
    else:
        assert len(a.t) == pytest.approx(len(b.t), rel=0.03, abs=4)
        assert a.nfev == pytest.approx(b.nfev, rel=0.1, abs=15)
        assert a.nlu == pytest.approx(b.nlu, rel=0.55, abs=8) and a.njev == pytest.approx(b.njev, rel=0.25, abs=6)


def arenstorf(t, y):
    """Three bodies: a satellite around earth and moon."""
    m = 0.012277471
    a, b, u, v = y
    p, q = ((a + m) ** 2 + b * b) ** 1.5, ((a - 1 + m) ** 2 + b * b) ** 1.5
    return [u, v, a + 2 * v - (1 - m) * (a + m) / p - m * (a - 1 + m) / q, b - 2 * u - (1 - m) * b / p - m * b / q]


def pleiades(t, y):
    """Seven bodies in a plane."""
    x, z = y[:7], y[7:14]
    dx, dz = x[:, None] - x, z[:, None] - z
    r = (dx * dx + dz * dz + np.eye(7)) ** 1.5
    mass = np.arange(1.0, 8.0)
    return np.concatenate([y[14:], -(mass * dx / r).sum(1), -(mass * dz / r).sum(1)])


PLEIADES = [3, 3, -1, -3, 2, -2, 2, 3, -3, 2, 0, 0, -4, 4, 0, 0, 0, 0, 0, 1.75, -1.5, 0, 0, 0, -1.25, 1, 0, 0]


@pytest.mark.parametrize("fun, end, y0", [
    (arenstorf, 17.0652165601579625588917206249, [0.994, 0, 0, -2.00158510637908252240537862224]),
    (pleiades, 3.0, PLEIADES)], ids=["Arenstorf", "Pleiades"])
def test_bodies(fun, end, y0):
    a, b = (module.solve_ivp(fun, (0, end), y0, "DOP853", rtol=1e-10, atol=1e-11) for module in (ours, theirs))
    assert (len(a.t), a.nfev) == (len(b.t), b.nfev)
    np.testing.assert_allclose(a.y[:, -1], b.y[:, -1], rtol=1e-4, atol=1e-5)

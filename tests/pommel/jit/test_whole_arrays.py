"""Compiled functions that compute with whole arrays of pommel, beside the same functions as they are."""

import warnings

import pytest

import pommel as pm

pytestmark = [pytest.mark.only("compiles")]

FLOATS = [1.5, -2.0, 0.25, 3.0, 1e10, -0.0, 7.0]


def described(value):
    if isinstance(value, pm.ndarray):
        return str(value.dtype), value.shape, tuple(value.strides), repr(value.tolist())
    if isinstance(value, (tuple, list)):
        return [described(item) for item in value]
    return repr(value)


def outcome(function, given):
    """What a call does with arguments that are made for it."""
    arguments = given()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = described(function(*arguments))
        except Exception as error:
            result = type(error).__name__, str(error), error.__traceback__.tb_next.tb_lineno
    return result, described(arguments), [str(warning.message) for warning in caught]


def same(function, given, monkeypatch):
    for mode in ("always", "on", "plain"):
        monkeypatch.setenv("POMMEL_JIT", mode)
        fast = pm.jit(function)
        for _ in range(3):
            assert outcome(fast, given) == outcome(function, given)


def floats(size, step=1):
    return pm.array([FLOATS[i * step % 7] + i for i in range(size)], dtype="float64")


def scaled(x, y):
    t = 2.5 * x + y
    u = t * t
    u += x / 3 - 1
    return u, -(x - y) ** 2, pm.sqrt(abs(x) + 1)


def relaxed(u):
    u[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[2:, 1:-1] + u[1:-1, :-2] + u[1:-1, 2:])
    u[1:, 0] += u[:-1, 0] * 2 + 1
    return u[:, None, 1] * u[0] - 1


def steps(y, h):
    for _ in range(7):
        k = -y
        k = -(y + 0.5 * h * k)
        y = y + h * k
    return y


def guarded(x, y):
    seen = []
    try:
        t = x * 2
        seen.append(t + y * 1.0)
    except ValueError as error:
        seen.append(str(error))
    return seen, pm.where(x > 1, x * 2 - 1, 0.5)


def captured(x, y):
    t = x * 2 + y

    def inner(z):
        nonlocal t
        t = t * z + 1
        return t - z

    return inner(y), inner(x), t


@pytest.mark.parametrize("size", [0, 1, 2, 5, 9, 700])
def test_floats(size, monkeypatch):
    same(scaled, lambda: (floats(size), floats(size, 3)), monkeypatch)
    same(steps, lambda: (floats(size), 0.125), monkeypatch)
    same(guarded, lambda: (floats(size), floats(size, 2)), monkeypatch)
    same(captured, lambda: (floats(size), floats(size, 2)), monkeypatch)


def test_shapes(monkeypatch):
    same(scaled, lambda: (floats(12).reshape(3, 4), floats(4)), monkeypatch)
    same(scaled, lambda: (floats(12).reshape(3, 4), floats(3)), monkeypatch)
    same(scaled, lambda: (floats(12).reshape(3, 4).T, floats(3)), monkeypatch)
    same(scaled, lambda: (floats(24).reshape(2, 3, 4), floats(12).reshape(3, 4)), monkeypatch)
    same(guarded, lambda: (floats(3), floats(4)), monkeypatch)
    same(relaxed, lambda: (floats(42).reshape(6, 7),), monkeypatch)
    same(relaxed, lambda: (floats(42).reshape(6, 7)[::-1],), monkeypatch)
    same(relaxed, lambda: (floats(9).reshape(3, 3)[:2],), monkeypatch)


def test_what_is_not_finite(monkeypatch):
    special = [float("inf"), float("nan"), 0.0, 1e308, -1e308]
    same(scaled, lambda: (pm.array(special), pm.array(special[::-1])), monkeypatch)
    same(guarded, lambda: (pm.array(special), pm.array(special)), monkeypatch)


def test_reads_only(monkeypatch):
    def fixed():
        x = floats(8)
        x.flags.writeable = False
        return x, floats(8, 2)

    def changed(x, y):
        x += y * 2 + 1
        return x

    def written(x, y):
        x[1:] = y[1:] * 2 + 1
        return x

    same(changed, fixed, monkeypatch)
    same(written, fixed, monkeypatch)
    same(changed, lambda: fixed()[::-1], monkeypatch)

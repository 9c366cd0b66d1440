"""`pommel.integrate` beside SciPy: the same steps, evaluations and numbers."""

import math

import numpy as np
import pytest
import scipy.integrate as theirs

import pommel.integrate as ours


def lorenz(t, y):
    return [10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]]


def robertson(t, y):
    a, b, c = y
    return np.array([-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b])


def van_der_pol(t, y, mu):
    return [y[1], mu * (1 - y[0] ** 2) * y[1] - y[0]]


def pendulum(t, y, b, c):
    return [y[1], -b * y[1] - c * np.sin(y[0])]


def chain(t, y):
    return np.concatenate([[-y[0] + y[1]], y[:-2] - 2 * y[1:-1] + y[2:], [y[-2] - y[-1]]])


NONSTIFF = [
    (lorenz, (0, 3), [1.0, 1.0, 1.0], ()), (pendulum, (0, 10), [3.0, 0.0], (0.25, 5.0)),
    (van_der_pol, (0, 10), [2.0, 0.0], (1.0,)), (chain, (0, 5), np.linspace(0.0, 1.0, 30), ()),
    (lambda t, y: -0.5 * y, (5, 0), [2.0, 4.0, 8.0], ()),
    (lambda t, y: 1j * y, (0, 5), np.array([1.0 + 0.5j]), ()),
]
STIFF = [
    (robertson, (0, 1e4), [1.0, 0.0, 0.0], ()), (van_der_pol, (0, 2000), [2.0, 0.0], (1000.0,)),
    (chain, (0, 50), np.linspace(0.0, 1.0, 30), ()),
]


def both(problem, method, **options):
    fun, span, y0, args = problem
    options = {"method": method, "args": args or None, **options}
    return ours.solve_ivp(fun, span, y0, **options), theirs.solve_ivp(fun, span, y0, **options)


@pytest.mark.parametrize("problem", NONSTIFF, ids=lambda problem: problem[0].__name__)
@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853"])
def test_steps_of_explicit_methods(method, problem):
    a, b = both(problem, method, rtol=1e-6, atol=1e-8, dense_output=True)
    assert isinstance(a.y, np.ndarray) and a.y.dtype == b.y.dtype
    assert (a.nfev, len(a.t), a.status, a.success) == (b.nfev, len(b.t), b.status, b.success)
    # Differences in the last bits grow on the way.
    np.testing.assert_allclose(a.t, b.t, rtol=1e-3)
    np.testing.assert_allclose(a.y[:, -1], b.y[:, -1], rtol=1e-5, atol=1e-6)
    times = np.linspace(*problem[1], 17)
    np.testing.assert_allclose(a.sol(times), b.sol(times), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(a.sol(times[3]), b.sol(times[3]), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("problem", STIFF, ids=lambda problem: problem[0].__name__)
@pytest.mark.parametrize("method", ["Radau", "BDF", "LSODA"])
def test_steps_of_implicit_methods(method, problem):
    times = np.linspace(*problem[1], 11)
    a, b = both(problem, method, rtol=1e-6, atol=1e-9, t_eval=times)
    assert a.success and b.success
    np.testing.assert_allclose(a.y[:, -1], b.y[:, -1], rtol=1e-3, atol=1e-6)
    if method == "LSODA":
        assert a.nfev < 6 * b.nfev
        return
    assert a.nfev == pytest.approx(b.nfev, rel=0.05) and a.nlu == pytest.approx(b.nlu, rel=0.1, abs=4)
    np.testing.assert_allclose(a.y, b.y, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("method", ["RK45", "DOP853", "BDF", "Radau"])
def test_events(method):
    def crossing(t, y):
        return y[0]

    def bottom(t, y):
        return y[1] + 1.5

    crossing.direction, bottom.terminal = 1, 2
    fun = van_der_pol, (0, 50), [2.0, 0.0], (1.0,)
    wrapped = [lambda t, y, mu: crossing(t, y), lambda t, y, mu: bottom(t, y)]
    wrapped[0].direction, wrapped[1].terminal = 1, 2
    a, b = both(fun, method, events=wrapped, rtol=1e-8, atol=1e-9)
    assert (a.status, len(a.t), a.message) == (b.status, len(b.t), b.message) == (1, len(b.t), a.message)
    for mine, other in zip(a.t_events + a.y_events, b.t_events + b.y_events, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(a.t[-1], b.t[-1], rtol=1e-6)


def test_vectorized_callbacks_and_jacobians():
    matrix = np.array([[-1.0, 2.0], [0.5, -50.0]])
    options = {"vectorized": True, "rtol": 1e-7, "atol": 1e-9}
    for method in ("RK45", "BDF", "Radau"):
        for jac in [None] if method == "RK45" else [None, matrix, lambda t, y: matrix]:
            more = {} if jac is None else {"jac": jac}
            a, b = both((lambda t, y: matrix @ y, (0, 4), [1.0, 2.0], ()), method, **options, **more)
            np.testing.assert_allclose(a.y[:, -1], b.y[:, -1], rtol=1e-6)
            assert a.nfev == pytest.approx(b.nfev, rel=0.05)


def test_odeint():
    times = np.linspace(0, 10, 51)

    def turned(y, t, b, c):
        return pendulum(t, y, b, c)

    a = ours.odeint(turned, [3.0, 0.0], times, args=(0.25, 5.0))
    b = theirs.odeint(turned, [3.0, 0.0], times, args=(0.25, 5.0))
    assert a.shape == b.shape and isinstance(a, np.ndarray)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_methods_by_their_classes():
    a = ours.solve_ivp(lambda t, y: [-y[0]], (0, 2), [1.0], method=theirs.DOP853)
    assert a.t.tolist() == ours.solve_ivp(lambda t, y: [-y[0]], (0, 2), [1.0], method="DOP853").t.tolist()


INTEGRALS = [
    (lambda x: math.exp(-x * x), 0, 1), (lambda x: 1 / math.sqrt(x), 0, 1), (lambda x: math.log(x), 0, 1),
    (lambda x: math.exp(-x * x), -math.inf, math.inf), (lambda x: 1 / (1 + x * x), 0, math.inf),
    (lambda x: math.exp(x), -math.inf, 0), (lambda x: abs(x - 0.3) ** 0.5, 0, 1), (lambda x: x ** -0.9, 0, 1),
    (lambda x: math.sin(50 * x) / (1 + x), 0, 3), (lambda x: 1 if x > 0.37 else 0, 0, 1),
    (lambda x: 1 / (1e-6 + (x - 0.5) ** 2), 0, 1), (lambda x: math.log(x) / math.sqrt(x), 0, 1),
    (lambda x: math.exp(-x) * math.cos(x), 0, math.inf), (lambda x: np.cos(3 * x), 2, 0), (lambda x: 1 / x, 0, 1),
]


@pytest.mark.parametrize("integral", INTEGRALS)
def test_integrals(integral):
    a, b = ours.quad(*integral, full_output=1), theirs.quad(*integral, full_output=1)
    assert a[0] == pytest.approx(b[0], rel=1e-11, abs=1e-13)
    assert (a[2]["neval"], a[2]["last"], len(a)) == (b[2]["neval"], b[2]["last"], len(b))
    assert a[1] == pytest.approx(b[1], rel=0.05, abs=1e-11)


def test_several_integrals():
    a = ours.dblquad(lambda y, x: x * y ** 2, 0, 2, lambda x: x, lambda x: 2 + x)
    b = theirs.dblquad(lambda y, x: x * y ** 2, 0, 2, lambda x: x, lambda x: 2 + x)
    assert a == pytest.approx(b, rel=1e-9, abs=1e-11)
    a = ours.tplquad(lambda z, y, x: x * y * z, 1, 2, 2, 3, 0, 1)
    b = theirs.tplquad(lambda z, y, x: x * y * z, 1, 2, 2, 3, 0, 1)
    assert a[0] == pytest.approx(b[0], rel=1e-12)


def test_arrays_are_those_of_the_program():
    solution = ours.solve_ivp(lambda t, y: -y, (0, 1), [1.0, 2.0], dense_output=True)
    assert all(type(value) is np.ndarray for value in (solution.t, solution.y, solution.sol(0.5)))
    seen = set()

    def fun(t, y):
        seen.add(type(y))
        return -y

    ours.solve_ivp(fun, (0, 1), [1.0, 2.0])
    assert seen == {np.ndarray}


def test_ensembles_of_numpy_arrays():
    def spring(t, y, k):
        return np.array([y[1], -k * y[0] ** 3 / (1 + np.abs(y[1]))])

    def whole(t, y):
        return np.sqrt(np.abs(y)) - 0.5 * y

    starts, stiffness = np.random.default_rng(1).normal(size=(70, 2)), np.linspace(0.5, 2.0, 70)
    times = [0.0, 0.25, 0.5, 0.75, 1.0]
    for fun, args in [(spring, (stiffness,)), (whole, ())]:
        solution = ours.solve_ensemble(fun, (0, 1), starts, "RK4", steps=4, args=args)
        assert solution.reason is None and isinstance(solution.y, np.ndarray)
        for k, start in enumerate(starts):
            alone = ours.rk4(fun, start, times, tuple(arg[k] for arg in args))
            assert solution.y[k, :, -1].tolist() == alone[-1].tolist()


def test_ensembles_with_functions_of_numpy():
    def pendulum(t, y):
        return [y[1], -np.sin(y[0])]

    starts = np.linspace(0.0, 2.0, 40).reshape(20, 2)
    exact, near = (ours.solve_ensemble(pendulum, (0, 1), starts, "RK4", steps=20, exact=is_exact)
                   for is_exact in (True, False))
    # NumPy's sine of one number has bits of its own.
    assert exact.reason and near.reason is None
    assert abs(exact.y - near.y).max() < 1e-14

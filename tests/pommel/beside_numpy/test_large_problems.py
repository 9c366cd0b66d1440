"""Large states, many components and many residuals beside SciPy, and callbacks that are compiled by themselves."""

import math

import numpy as np
import pytest
import scipy.integrate
import scipy.optimize

import pommel.integrate
import pommel.optimize
from pommel.integrate import _alone


def diffusion(t, y):
    slopes = np.empty_like(y)
    slopes[1:-1] = y[2:] - 2.0 * y[1:-1] + y[:-2]
    slopes[0], slopes[-1] = y[1] - 2.0 * y[0], y[-2] - 2.0 * y[-1]
    return slopes


def diffusion_by_loop(t, y):
    n = len(y)
    slopes = np.empty_like(y)
    for i in range(n):
        slopes[i] = (y[i - 1] if i > 0 else 0.0) - 2.0 * y[i] + (y[i + 1] if i + 1 < n else 0.0)
    return slopes


def above(t, y):
    return y[0] - 1e-3


def wave(n):
    return np.sin(np.linspace(0.0, 3.0, n))


def both(fun, y0, **options):
    return [module.solve_ivp(fun, (0.0, 4.0), y0, **options) for module in (pommel.integrate, scipy.integrate)]


OPTIONS = [{}, {"t_eval": np.linspace(0.0, 4.0, 9)}, {"events": above}, {"rtol": np.full(40, 1e-5), "atol": 1e-8},
           {"rtol": 1e-5, "atol": np.linspace(1e-8, 1e-6, 40)}, {"first_step": 0.01, "max_step": 0.1},
           {"dense_output": True}]


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853"])
@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: "-".join(options))
def test_large_states(method, options):
    mine, other = both(diffusion, wave(40), method=method, **options)
    assert mine.status == other.status and mine.y.shape == other.y.shape
    # SciPy's DOP853 evaluates what is between steps only where somebody asks.
    assert mine.nfev == other.nfev or method == "DOP853" and "events" not in options
    assert np.allclose(mine.y, other.y, rtol=0, atol=1e-10) and np.allclose(mine.t, other.t, rtol=0, atol=1e-10)
    if mine.sol is not None:
        assert np.allclose(mine.sol([0.3, 2.5]), other.sol([0.3, 2.5]), rtol=0, atol=1e-10)
    if "events" in options:
        assert len(mine.t_events[0]) == 1
        assert np.allclose(mine.t_events[0], other.t_events[0], rtol=0, atol=1e-9)
        assert np.allclose(mine.y_events[0], other.y_events[0], rtol=0, atol=1e-9)


@pytest.mark.parametrize("method", ["RK45", "DOP853"])
def test_large_complex_states(method):
    mine, other = both(lambda t, y: 1j * y - 0.1 * y, wave(30) + 1j, method=method)
    assert mine.nfev == other.nfev and np.allclose(mine.y, other.y, rtol=0, atol=1e-10)


def test_large_states_are_of_other_types_and_change_in_callbacks():
    for y0 in (np.arange(20), [0.5] * 20, wave(20).astype("float32")):
        mine, other = both(lambda t, y: [-x for x in y], y0)
        assert mine.nfev == other.nfev and np.allclose(mine.y, other.y, rtol=0, atol=1e-12)

    def changing(t, y):
        y *= -1.0
        return y

    mine = pommel.integrate.solve_ivp(changing, (0.0, 1.0), np.ones(20), rtol=1e-8)
    assert np.allclose(mine.y[:, -1], math.exp(-1.0), atol=1e-7)


def test_what_large_states_must_be():
    for fun, y0, options, message in (
            (diffusion, np.full(20, np.nan), {}, "finite"), (diffusion, wave(20), {"atol": [1.0, 2.0]}, "atol"),
            (lambda t, y: y[:3], wave(20), {}, "20 numbers"), (diffusion, np.ones((20, 2)), {}, "one axis"),
            (diffusion, wave(20), {"atol": -1.0}, "negative")):
        with pytest.raises(ValueError, match=message):
            pommel.integrate.solve_ivp(fun, (0.0, 1.0), y0, **options)
    with pytest.raises(TypeError, match="unexpected keyword argument 'rtoll': there are"):
        pommel.integrate.solve_ivp(diffusion, (0.0, 1.0), wave(20), rtoll=1e-3)


@pytest.fixture
def at_once(monkeypatch):
    """Callbacks are compiled by themselves at once, and kept so."""
    monkeypatch.setattr(_alone, "_WORTH", 0.0)
    monkeypatch.setattr(_alone, "_SHARE", math.inf)
    monkeypatch.setattr(_alone, "_known", {})


@pytest.mark.only("compiles")
def test_callbacks_compiled_by_themselves(at_once):
    plain = both(diffusion, wave(50))[1]
    for _ in range(4):
        result = pommel.integrate.solve_ivp(diffusion_by_loop, (0.0, 4.0), wave(50))
        assert result.nfev == plain.nfev and np.allclose(result.y, plain.y, rtol=0, atol=1e-10)
    assert _alone.alone_of(diffusion_by_loop, 2).is_compiled


def centred(a):
    def residuals(x):
        return np.array([x[0] - a, x[1] - 2.0 * a] + [0.0] * 300)

    return residuals


def moved(a):
    def value(x):
        return sum((v - a) ** 2 for v in x)

    return value


@pytest.mark.parametrize("is_at_once", [False, True])
def test_functions_with_the_same_code_are_not_mixed_up(is_at_once, request):
    if is_at_once:
        request.getfixturevalue("at_once")
    for a in (1.0, 2.0, 3.0) * 3:
        assert np.allclose(pommel.optimize.least_squares(centred(a), [5.0, 5.0]).x, [a, 2.0 * a])
        assert np.allclose(pommel.optimize.minimize(moved(a), np.zeros(15)).x, a, atol=1e-4)
        result = pommel.integrate.solve_ivp(lambda t, y, rate=a: -rate * y, (0.0, 1.0), np.ones(20), rtol=1e-8)
        assert np.allclose(result.y[:, -1], math.exp(-a), atol=1e-7)


def test_what_callbacks_raise_by_themselves(at_once):
    calls = []

    def failing(t, y):
        calls.append(t)
        if len(calls) > 150:
            raise LookupError("enough")
        return -y

    for _ in range(3):
        with pytest.raises(LookupError, match="enough"):
            pommel.integrate.solve_ivp(failing, (0.0, 100.0), np.ones(20), rtol=1e-9)


def rosenbrock(x):
    total = 0.0
    for i in range(len(x) - 1):
        total += 100.0 * (x[i + 1] - x[i] * x[i]) ** 2 + (1.0 - x[i]) ** 2
    return total


@pytest.mark.parametrize("n", [7, 10, 11, 20])
def test_minima_of_many_components(n):
    start = np.array(([1.3, 0.7, 0.8, 1.9, 1.2] * 4)[:n])
    mine, other = (module.minimize(rosenbrock, start) for module in (pommel.optimize, scipy.optimize))
    assert mine.status == other.status and abs(mine.nit - other.nit) <= 3
    assert np.allclose(mine.x, other.x, atol=1e-4)


@pytest.mark.parametrize("n", [9, 11, 12])
def test_simplices_of_many_components(n):
    start = np.linspace(0.9, 1.1, n)
    options = {"maxiter": 120}
    mine, other = (module.minimize(rosenbrock, start, method="Nelder-Mead", options=options)
                   for module in (pommel.optimize, scipy.optimize))
    assert (mine.nit, mine.nfev, mine.status) == (other.nit, other.nfev, other.status)
    assert np.allclose(mine.x, other.x, rtol=1e-8)


@pytest.mark.only("compiles")
@pytest.mark.parametrize("method, n", [("BFGS", 8), ("Nelder-Mead", 9)])
def test_many_components_are_compiled_and_the_same(method, n, monkeypatch):
    from pommel.optimize import _running

    start = np.linspace(0.7, 1.3, n)
    found = [pommel.optimize.minimize(rosenbrock, start, method=method, options={"maxiter": 80})]
    monkeypatch.setattr(_running, "cost_of", lambda lines: 0.0)
    monkeypatch.setattr(_running, "_runners", {})
    monkeypatch.setattr(_running, "_short", {})
    found += [pommel.optimize.minimize(rosenbrock, start, method=method, options={"maxiter": 80}) for _ in range(3)]
    assert [runner.is_compiled for runner in _running._runners.values()] == [True]
    for result in found[1:]:
        assert result.nfev == found[0].nfev and result.x.tobytes() == found[0].x.tobytes()


@pytest.mark.parametrize("points", [10, 200, 5000])
@pytest.mark.parametrize("has_sigma", [False, True])
def test_fits_of_many_points(points, has_sigma):
    def model(x, a, b, c, d, e):
        return a * np.exp(-b * x) + c + d * x + e * x * x

    x = np.linspace(0.0, 4.0, points)
    y = model(x, 2.0, 1.3, 0.5, -0.2, 0.1) + 0.01 * np.cos(37.0 * x)
    options = {"sigma": 0.01 + 0.001 * x, "absolute_sigma": True} if has_sigma else {}
    mine, other = (module.curve_fit(model, x, y, **options) for module in (pommel.optimize, scipy.optimize))
    assert np.allclose(mine[0], other[0], rtol=1e-3, atol=1e-3)
    assert np.allclose(mine[1], other[1], rtol=2e-2, atol=1e-6)


@pytest.mark.parametrize("points", [50, 5000])
def test_parameters_that_depend_on_each_other(points):
    def model(x, a, b, c, d, e):
        return (a + b) * x + c + d * x * x + e * x

    def slopes(x, *parameters):
        return np.stack([x, x, np.ones_like(x), x * x, x], axis=1)

    x = np.linspace(0.0, 1.0, points)
    with pytest.warns(pommel.optimize.OptimizeWarning):
        found, covariances = pommel.optimize.curve_fit(model, x, 3.0 * x + 1.0, jac=slopes)
    assert np.allclose(model(x, *found), 3.0 * x + 1.0) and np.isinf(covariances).all()


@pytest.mark.parametrize("n, m", [(8, 60), (10, 40)])
def test_many_components_of_residuals(n, m):
    times = np.linspace(0.0, 1.0, m)

    def residuals(p):
        return p[:n // 2] @ np.exp(-np.outer(np.abs(p[n // 2:]), times)) - np.exp(-times)

    start = np.linspace(0.1, 3.0, n)
    mine = pommel.optimize.least_squares(residuals, start, max_nfev=400)
    other = scipy.optimize.least_squares(residuals, start, method="lm", max_nfev=400)
    assert mine.cost <= other.cost + 1e-6


def test_arguments_of_minimize_that_are_not_there():
    def value(x):
        return float(x @ x)

    for options, message in (({"method": "Powel"}, "argument 'method' must be 'Nelder-Mead' or 'BFGS', not 'Powel'"),
                             ({"bounds": [(0, 1), (None, None)]}, "argument 'bounds' must be None"),
                             ({"bounds": scipy.optimize.Bounds([0.0, 0.0], [1.0, 1.0])}, "argument 'bounds'"),
                             ({"constraints": {"type": "eq", "fun": value}}, "argument 'constraints' must be empty")):
        with pytest.raises(ValueError, match=message):
            pommel.optimize.minimize(value, [1.0, 2.0], **options)
    for bounds in ([(None, None)] * 2, [(-math.inf, math.inf)] * 2, scipy.optimize.Bounds()):
        assert pommel.optimize.minimize(value, [1.0, 2.0], bounds=bounds).success


INTERVALS = [(0.0, 2.0), (0.5, math.inf), (-math.inf, math.inf), (-math.inf, -1.0), (2.0, 0.0)]


@pytest.mark.only("compiles")
@pytest.mark.parametrize("a, b", INTERVALS)
def test_integrands_that_are_not_native(a, b, monkeypatch):
    from pommel.integrate import _quad

    for name in ("_PANEL_WORTH", "_PARTS_WORTH"):
        monkeypatch.setattr(_quad, name, 0.0)
    for name in ("_integrators", "_parts_of", "_by_plain_panels"):
        monkeypatch.setattr(_quad, name, {})
    for scale in (1.0, 2.0, 3.0) * 2:
        # Each time another function.
        def gauss(x, shift):
            return np.exp(-scale * (x - shift) * (x - shift)) * abs(x) ** 0.5

        mine, other = (module.quad(gauss, a, b, args=(0.1,), full_output=1)
                       for module in (pommel.integrate, scipy.integrate))
        assert mine[0] == pytest.approx(other[0], abs=1e-9) and mine[2]["neval"] == other[2]["neval"]
    # What is compiled is the parts of a panel, not a panel for each function.
    assert len(_quad._parts_of) == 1
    assert {integrator.is_native for integrator in _quad._integrators.values()} == {False}


def test_what_integrands_raise_when_they_are_called_by_parts(monkeypatch):
    from pommel.integrate import _quad

    monkeypatch.setattr(_quad, "_PANEL_WORTH", 0.0)
    monkeypatch.setattr(_quad, "_PARTS_WORTH", 0.0)
    for _ in range(4):
        with pytest.raises(KeyError, match="at 0.5"):
            pommel.integrate.quad(lambda x: {}["at {}".format(x)] if x == 0.5 else np.exp(x), 0.0, 1.0)
        with pytest.raises(TypeError):
            pommel.integrate.quad(lambda x: None if x == 0.5 else np.exp(x), 0.0, 1.0)

"""`pommel.integrate`: differential equations and integrals whose solutions are known."""

import math
import warnings

import pytest

import pommel as pm
from pommel.integrate import (
    IntegrationWarning, OdeSolution, dblquad, euler, heun, midpoint, odeint, quad, rk4, solve_ivp, tplquad,
)

EXPLICIT = ["RK23", "RK45", "DOP853"]
IMPLICIT = ["Radau", "BDF", "LSODA"]
ALL = EXPLICIT + IMPLICIT


def column(solution, k=-1):
    return [float(value) for value in solution.y[:, k]]


# DETEST (Hull, Enright, Fellen, Sedgwick 1972), and further problems whose solutions are formulas.

def decay(t, y):
    return [-y[0]]


def riccati(t, y):
    return [-y[0] ** 3 / 2]


def oscillation(t, y):
    return [y[0] * math.cos(t)]


def logistic(t, y):
    return [y[0] / 4 * (1 - y[0] / 20)]


def chain(t, y):
    a, b, c = y
    return [-a + b, a - 2 * b + c, b - c]


def rotation(t, y):
    return y[1], -y[0]


def pendulum_array(t, y):
    return pm.array([y[1], -y[0]])


def orbit(t, y):
    x, z, u, v = y
    r = (x * x + z * z) ** 1.5
    return [u, v, -x / r, -z / r]


def kepler(t, eccentricity):
    """Where a body is: by Kepler's equation."""
    anomaly = t
    for _ in range(50):
        anomaly -= (anomaly - eccentricity * math.sin(anomaly) - t) / (1 - eccentricity * math.cos(anomaly))
    return [math.cos(anomaly) - eccentricity, math.sqrt(1 - eccentricity ** 2) * math.sin(anomaly)]


SMOOTH = [
    (decay, [1.0], 20.0, lambda t: [math.exp(-t)]),
    (riccati, [1.0], 20.0, lambda t: [1 / math.sqrt(t + 1)]),
    (oscillation, [1.0], 20.0, lambda t: [math.exp(math.sin(t))]),
    (logistic, [1.0], 20.0, lambda t: [20 / (1 + 19 * math.exp(-t / 4))]),
    (rotation, [0.0, 1.0], 10.0, lambda t: [math.sin(t), math.cos(t)]),
    (pendulum_array, [0.0, 1.0], 10.0, lambda t: [math.sin(t), math.cos(t)]),
    (chain, [2.0, 0.0, 1.0], 20.0,
     lambda t: [1 + math.exp(-t) / 2 + math.exp(-3 * t) / 2, 1 - math.exp(-3 * t),
                1 - math.exp(-t) / 2 + math.exp(-3 * t) / 2]),
]


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("problem", SMOOTH, ids=lambda problem: problem[0].__name__)
def test_smooth_problems(method, problem):
    fun, y0, end, exact = problem
    solution = solve_ivp(fun, (0, end), y0, method, rtol=1e-7, atol=1e-9, dense_output=True)
    assert solution.success and solution.status == 0 and float(solution.t[-1]) == end
    tolerance = 3e-5 if method in ("BDF", "LSODA") else 5e-6
    assert column(solution) == pytest.approx(exact(end), rel=tolerance, abs=tolerance)
    for k in range(21):
        t = end * k / 20
        assert solution.sol(t).tolist() == pytest.approx(exact(t), rel=5 * tolerance, abs=5 * tolerance)


@pytest.mark.parametrize("method", EXPLICIT)
def test_two_bodies(method):
    # DETEST D: the eccentricity is 0.5.
    solution = solve_ivp(orbit, (0, 20), [0.5, 0.0, 0.0, math.sqrt(3)], method, rtol=1e-9, atol=1e-9)
    assert column(solution)[:2] == pytest.approx(kepler(20, 0.5), abs=2e-5)


def test_compiled_and_not_it_is_the_same(monkeypatch):
    """A solver is the same function before and after it is compiled."""
    from pommel.integrate import _spelled

    found = []
    for line in (0.0, 1e9):
        monkeypatch.setattr(_spelled, "_LINE", line)
        _spelled._compiled.clear()
        solution = solve_ivp(orbit, (0, 20), [0.5, 0.0, 0.0, 1.7], "DOP853", rtol=1e-6, dense_output=True)
        found.append((solution.t.tolist(), solution.y.tolist(), solution.sol(1.25).tolist(), solution.nfev))
    assert found[0] == found[1]


def lorenz(t, y, sigma, rho, beta):
    a, b, c = y
    return [sigma * (b - a), a * (rho - c) - b, a * b - beta * c]


@pytest.mark.parametrize("method", ALL)
def test_lorenz(method):
    options = {"args": (10.0, 28.0, 8.0 / 3.0), "rtol": 1e-10, "atol": 1e-10}
    solution = solve_ivp(lorenz, (0, 2), [1.0, 1.0, 1.0], method, **options)
    reference = solve_ivp(lorenz, (0, 2), [1.0, 1.0, 1.0], "DOP853", args=(10.0, 28.0, 8.0 / 3.0), rtol=1e-13,
                          atol=1e-13)
    assert column(solution) == pytest.approx(column(reference), abs=1e-4)


def robertson(t, y):
    a, b, c = y
    return [-0.04 * a + 1e4 * b * c, 0.04 * a - 1e4 * b * c - 3e7 * b * b, 3e7 * b * b]


def robertson_jacobian(t, y):
    a, b, c = y
    return [[-0.04, 1e4 * c, 1e4 * b], [0.04, -1e4 * c - 6e7 * b, -1e4 * b], [0.0, 6e7 * b, 0.0]]


@pytest.mark.parametrize("jac", [None, robertson_jacobian])
@pytest.mark.parametrize("method", IMPLICIT)
def test_robertson(method, jac):
    # The reference solution of the test set of Bari and of the SUNDIALS examples, at t = 40 and 4e4.
    solution = solve_ivp(robertson, (0, 4e4), [1.0, 0.0, 0.0], method, t_eval=[40.0, 4e4], rtol=1e-7,
                         atol=[1e-10, 1e-13, 1e-10], jac=jac)
    assert solution.success and solution.nfev < 6000
    assert column(solution, 0) == pytest.approx([0.7158270688, 9.185534765e-6, 0.2841637457], rel=2e-5)
    assert column(solution, 1) == pytest.approx([0.03898337, 1.6217689e-7, 0.96101647], rel=2e-4)


@pytest.mark.parametrize("method", IMPLICIT)
def test_van_der_pol(method):
    # Hairer and Wanner II, IV.10: with epsilon = 1e-6, at t = 1 and 2.
    def van_der_pol(t, y):
        return [y[1], ((1 - y[0] ** 2) * y[1] - y[0]) / 1e-6]

    solution = solve_ivp(van_der_pol, (0, 2), [2.0, -0.66], method, t_eval=[1.0, 2.0], rtol=1e-7, atol=1e-7)
    assert float(solution.y[0, 0]) == pytest.approx(-1.86364633, abs=2e-3)
    assert float(solution.y[0, 1]) == pytest.approx(1.70616773, abs=2e-3)


def test_three_bodies():
    # The orbit of Arenstorf closes: Hairer, Norsett and Wanner, II.0.
    mu = 0.012277471

    def arenstorf(t, y):
        x, z, u, v = y
        d1 = ((x + mu) ** 2 + z ** 2) ** 1.5
        d2 = ((x - (1 - mu)) ** 2 + z ** 2) ** 1.5
        return [u, v, x + 2 * v - (1 - mu) * (x + mu) / d1 - mu * (x - (1 - mu)) / d2,
                z - 2 * u - (1 - mu) * z / d1 - mu * z / d2]

    start = [0.994, 0.0, 0.0, -2.00158510637908252240537862224]
    solution = solve_ivp(arenstorf, (0, 17.0652165601579625588917206249), start, "DOP853", rtol=1e-12, atol=1e-12)
    assert column(solution)[:2] == pytest.approx(start[:2], abs=1e-5)


def falling(t, y):
    return [y[1], -9.81]


@pytest.mark.parametrize("method", ALL)
def test_events(method):
    def ground(t, y):
        return y[0]

    def top(t, y):
        return y[1]

    ground.terminal, ground.direction = True, -1
    solution = solve_ivp(falling, (0, 100), [0.0, 20.0], method, events=[ground, top], rtol=1e-8, atol=1e-10,
                         dense_output=True)
    assert (solution.status, solution.success) == (1, True)
    assert float(solution.t[-1]) == pytest.approx(40 / 9.81, rel=1e-7)
    assert [len(times) for times in solution.t_events] == [1, 1]
    assert float(solution.t_events[1][0]) == pytest.approx(20 / 9.81, rel=1e-7)
    assert solution.y_events[1].shape == (1, 2)
    assert float(solution.y_events[1][0, 0]) == pytest.approx(400 / 2 / 9.81, rel=1e-6)
    assert "event" in solution.message


@pytest.mark.parametrize("direction, count", [(0, 6), (1, 3), (-1, 3)])
def test_directions_of_events(direction, count):
    def crossing(t, y):
        return y[0]

    crossing.direction = direction
    solution = solve_ivp(rotation, (0.5, 20), [math.sin(0.5), math.cos(0.5)], events=crossing, rtol=1e-8)
    first = {0: 1, 1: 2, -1: 1}[direction]
    step = 1 if direction == 0 else 2
    wanted = [math.pi * (first + step * k) for k in range(count)]
    assert solution.t_events[0].tolist() == pytest.approx(wanted, abs=1e-5)


def test_an_event_that_ends_at_its_third_time_has_arguments():
    def crossing(t, y, level):
        return y[0] - level

    crossing.terminal = 3
    solution = solve_ivp(lambda t, y, level: [y[1], -y[0]], (0, 100), [0.0, 1.0], events=crossing, args=(0.5,),
                         rtol=1e-8)
    assert solution.t_events[0].tolist() == pytest.approx(
        [math.pi / 6, 5 * math.pi / 6, 13 * math.pi / 6], abs=1e-5)
    assert float(solution.t[-1]) == float(solution.t_events[0][-1])


@pytest.mark.parametrize("method", ALL)
def test_backwards(method):
    solution = solve_ivp(decay, (3, 0), [math.exp(-3)], method, rtol=1e-8, atol=1e-10, t_eval=[3, 2, 1, 0])
    assert solution.t.tolist() == [3.0, 2.0, 1.0, 0.0]
    assert solution.y[0].tolist() == pytest.approx([math.exp(-t) for t in (3, 2, 1, 0)], rel=1e-5)


@pytest.mark.parametrize("method", [*EXPLICIT, "BDF"])
def test_complex_states(method):
    solution = solve_ivp(lambda t, y: [1j * y[0]], (0, 3), [1.0 + 0.0j], method, rtol=1e-8, atol=1e-10)
    assert complex(solution.y[0, -1]) == pytest.approx(complex(math.cos(3), math.sin(3)), abs=1e-5)


@pytest.mark.parametrize("method", ALL)
@pytest.mark.parametrize("n", [1, 5, 40])
def test_sizes(method, n):
    def fun(t, y):
        return [-(i + 1) * y[i] for i in range(len(y))]

    solution = solve_ivp(fun, (0, 1), [1.0] * n, method, rtol=1e-7, atol=1e-9)
    assert solution.y.shape == (n, len(solution.t))
    assert column(solution) == pytest.approx([math.exp(-i - 1) for i in range(n)], rel=1e-4, abs=1e-7)


def test_what_callbacks_may_give():
    wanted = [math.exp(-2), 3.0]
    for fun in (lambda t, y: [-y[0], 0], lambda t, y: (-y[0], 0.0), lambda t, y: pm.array([-y[0], 0.0]),
                lambda t, y: y * pm.array([-1.0, 0.0])):
        assert column(solve_ivp(fun, (0, 2), [1, 3], rtol=1e-8, atol=1e-10)) == pytest.approx(wanted, rel=1e-6)
    # A number where there is one component.
    assert column(solve_ivp(lambda t, y: -y[0], (0, 2), [1], rtol=1e-8)) == pytest.approx([wanted[0]], rel=1e-5)
    assert column(solve_ivp(lambda t, y: -y, (0, 2), [1], rtol=1e-8, vectorized=True)) == pytest.approx(
        [wanted[0]], rel=1e-5)


def test_what_callbacks_raise_is_raised():
    def fun(t, y):
        if t > 0.5:
            raise KeyError("later")
        return [y[0]]

    with pytest.raises(KeyError, match="later"):
        solve_ivp(fun, (0, 1), [1.0])


def test_sizes_of_steps():
    solution = solve_ivp(decay, (0, 1), [1.0], max_step=0.01, first_step=0.001)
    steps = [b - a for a, b in zip(solution.t.tolist(), solution.t.tolist()[1:])]
    assert steps[0] == pytest.approx(0.001) and max(steps) <= 0.01 * (1 + 1e-12)
    # A pole: there is no step small enough.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solution = solve_ivp(lambda t, y: [y[0] * y[0]], (0, 2), [1.0])
    assert (solution.status, solution.success) == (-1, False) and float(solution.t[-1]) == pytest.approx(1, abs=1e-3)


def test_tolerances_per_component():
    loose = solve_ivp(chain, (0, 20), [2.0, 0.0, 1.0], rtol=1e-3, atol=1e-3)
    mixed = solve_ivp(chain, (0, 20), [2.0, 0.0, 1.0], rtol=[1e-3, 1e-3, 1e-8], atol=[1e-3, 1e-3, 1e-10])
    assert mixed.nfev > 2 * loose.nfev


def test_an_interval_without_length():
    solution = solve_ivp(decay, (1, 1), [2.0])
    assert (solution.t.tolist(), solution.y.tolist(), solution.success) == ([1.0, 1.0], [[2.0, 2.0]], True)


@pytest.mark.parametrize("method", ["RK23", "RK45", "DOP853", "LSODA"])
def test_what_is_no_number_ends_a_solution(method):
    for fun in (lambda t, y: [float("nan"), y[0]], lambda t, y: [y[0] if t < 0.5 else float("nan"), 1.0]):
        solution = solve_ivp(fun, (0, 1), [1.0, 1.0], method)
        assert (solution.status, solution.success) == (-1, False)


def test_options_of_other_methods_are_worth_a_warning():
    with pytest.warns(UserWarning, match="'jac' is without effect for the method RK45"):
        solve_ivp(decay, (0, 1), [2.0], jac=[[-1.0]])
    with pytest.raises(TypeError, match="unexpected keyword argument 'tolerance': there are max_step, first_step"):
        solve_ivp(decay, (0, 1), [2.0], tolerance=1.0)


def test_odeint_with_critical_and_repeated_times():
    def kicked(y, t):
        return [1.0 if t < 2.5 else -1.0]

    states = odeint(kicked, [0.0], [0.0, 1.0, 1.0, 2.5, 4.0], tcrit=[2.5, 9.0], mxstep=5000)
    assert [row[0] for row in states.tolist()] == pytest.approx([0.0, 1.0, 1.0, 2.5, 1.0])
    assert odeint(kicked, [0.0, 1.0], []).shape == (0, 2)


def test_integrals_of_complex_functions():
    value, error, parts = quad(lambda x: complex(x, x * x), 0, 1, complex_func=True, full_output=1)
    assert value == pytest.approx(complex(1 / 2, 1 / 3)) and abs(error) < 1e-13
    assert parts["real"][0]["neval"] == parts["imag"][0]["neval"] == 21
    with pytest.raises(ValueError, match="argument 'weight' must be left out, not 'cos'"):
        quad(abs, 0, 1, weight="cos", wvar=2.0)


def test_a_solution_is_a_function():
    solution = solve_ivp(rotation, (0, 5), [0.0, 1.0], dense_output=True, rtol=1e-8)
    assert isinstance(solution.sol, OdeSolution) and (solution.sol.t_min, solution.sol.t_max) == (0.0, 5.0)
    assert solution.sol(2.0).shape == (2,) and solution.sol([1.0, 2.0]).shape == (2, 2)
    assert solution.sol(5.0).tolist() == pytest.approx(column(solution), abs=1e-12)
    assert solution["nfev"] == solution.nfev and "nfev" in repr(solution)
    with pytest.raises(AttributeError):
        solution.nothing


@pytest.mark.parametrize("changes, message", [
    ({"method": "RK46"}, "argument 'method' must be one of RK45"),
    ({"y0": [[1.0]]}, "argument 'y0' must have one axis, not 2"),
    ({"y0": [float("nan")]}, "argument 'y0' must have finite numbers"),
    ({"t_eval": [0.0, 2.0]}, "must be within 't_span'"),
    ({"t_eval": [0.5, 0.2]}, "must be in the order of 't_span'"),
    ({"max_step": 0}, "argument 'max_step' must be positive"),
    ({"first_step": 5.0}, "argument 'first_step' must be positive and within"),
    ({"atol": -1.0}, "argument 'atol' must not be negative"),
    ({"rtol": [1e-3, 1e-3]}, "argument 'rtol' must be a number or have 1 of them, not 2"),
    ({"fun": lambda t, y: [1.0, 2.0]}, "argument 'fun' must give 1 numbers, as many as the state has, not 2"),
])
def test_wrong_arguments(changes, message):
    arguments = {"fun": decay, "t_span": (0, 1), "y0": [1.0], **changes}
    with pytest.raises(ValueError) as info:
        solve_ivp(**arguments)
    assert message in str(info.value)


def test_odeint():
    t = [0.1 * k for k in range(101)]
    states, details = odeint(lambda y, t, w: [y[1], -w * w * y[0]], [0.0, 2.0], t, args=(2.0,), full_output=True)
    assert states.shape == (101, 2) and details["nfe"] > 0
    assert [row[0] for row in states.tolist()] == pytest.approx([math.sin(2 * x) for x in t], abs=1e-6)
    first = odeint(lambda t, y, w: [y[1], -w * w * y[0]], [0.0, 2.0], t, args=(2.0,), tfirst=True)
    assert first.tolist() == states.tolist()


@pytest.mark.parametrize("method, order", [(euler, 1), (midpoint, 2), (heun, 2), (rk4, 4)])
def test_orders_of_fixed_steps(method, order):
    errors = []
    for count in (20, 40):
        t = [k / count for k in range(count + 1)]
        states = method(lambda t, y, k: [y[1], -k * y[0]], [0.0, 1.0], t, args=(1.0,))
        errors.append(abs(float(states[-1, 0]) - math.sin(1.0)))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.2)


def test_fixed_steps_of_a_long_way_are_compiled_and_the_same():
    t = pm.linspace(0.0, 10.0, 20001)
    states = rk4(rotation, [0.0, 1.0], t)
    assert float(states[-1, 0]) == pytest.approx(math.sin(10.0), abs=1e-11)
    assert states.tolist() == rk4(rotation, [0.0, 1.0], t).tolist()


INTEGRALS = [
    (lambda x: math.exp(-x * x), -math.inf, math.inf, math.sqrt(math.pi)),
    (lambda x: 1 / math.sqrt(x), 0, 1, 2.0),
    (lambda x: math.log(x), 0, 1, -1.0),
    (lambda x: 1 / (1 + x * x), 0, math.inf, math.pi / 2),
    (lambda x: math.exp(x), -math.inf, 0, 1.0),
    (lambda x: math.sqrt(abs(x - 0.3)), 0, 1, 2 / 3 * (0.3 ** 1.5 + 0.7 ** 1.5)),
    (lambda x: math.sin(50 * x), 0, math.pi / 2, (1 - math.cos(25 * math.pi)) / 50),
    (lambda x: 1 / (1e-4 + (x - 0.5) ** 2), 0, 1, 200 * math.atan(50)),
    (lambda x: x ** 3, 2, 1, -3.75),
    (lambda x: math.exp(-x) * math.cos(x), 0, math.inf, 0.5),
    (lambda x: 1 if x > 0.37 else 0, 0, 1, 0.63),
]


@pytest.mark.parametrize("f, a, b, exact", INTEGRALS)
def test_integrals(f, a, b, exact):
    # As it is at first, with compiled panels then, and compiled as a whole.
    found = [quad(f, a, b) for _ in range(5)]
    for value, error in found:
        assert abs(value - exact) <= max(error, 1e-13) and error < 1e-6
    assert found[0] == found[-1]


def test_a_compiled_integral_is_the_same(monkeypatch):
    from pommel.integrate import _quad

    found = []
    for worth in (1e9, -1.0):
        monkeypatch.setattr(_quad, "_PANEL_WORTH", worth)
        monkeypatch.setattr(_quad, "_ALL_WORTH", worth)
        _quad._integrators.clear()
        found.append([quad(f, a, b, full_output=True) for f, a, b, _ in INTEGRALS])
    assert found[0] == found[1]


def test_arguments_and_details_of_integrals():
    value, error, details = quad(lambda x, a, b: a * x + b, 0, 2, args=(3.0, 1.0), full_output=True)
    assert value == pytest.approx(8.0) and details == {"neval": 21, "last": 1}
    assert quad(lambda x, a: a * x, 0, 1, args=4.0)[0] == pytest.approx(2.0)
    assert quad(lambda x: 1 / x, 2, 2) == (0.0, 0.0)
    value, error = quad(lambda x: abs(x - 1 / 3), 0, 1, points=[1 / 3])
    assert value == pytest.approx(5 / 18) and error < 1e-12


def test_integrals_that_are_not_found():
    with pytest.warns(IntegrationWarning, match="argument 'limit'"):
        quad(lambda x: 1 / x, 0, 1)
    assert len(quad(lambda x: 1 / x, 0, 1, full_output=True)) == 4
    with pytest.raises(ValueError, match="ask for more than there can be"):
        quad(math.exp, 0, 1, epsabs=0, epsrel=1e-20)
    with pytest.raises(ZeroDivisionError):
        quad(lambda x: 1 / (x - 0.5), 0, 1)


def test_several_integrals():
    value, error = dblquad(lambda y, x, k: k * x * y, 0, 1, lambda x: 0, lambda x: x, args=(2.0,))
    assert value == pytest.approx(0.25) and error < 1e-8
    assert dblquad(lambda y, x: math.exp(-x * x - y * y), -math.inf, math.inf, -math.inf, math.inf)[
        0] == pytest.approx(math.pi)
    value, error = tplquad(lambda z, y, x: 1.0, -1, 1, lambda x: -math.sqrt(1 - x * x), lambda x: math.sqrt(1 - x * x),
                           lambda x, y: 0.0, lambda x, y: math.sqrt(max(0.0, 1 - x * x - y * y)))
    assert value == pytest.approx(2 / 3 * math.pi, rel=1e-6)


@pytest.mark.parametrize("n", [2, 30])
def test_callbacks_may_give_the_same_array_again_and_change_it(n):
    out = pm.zeros(n)

    def fun(t, y):
        for i in range(n):
            out[i] = -y[i]
        return out

    for method in ALL:
        solution = solve_ivp(fun, (0, 1), [1.0] * n, method, rtol=1e-7, atol=1e-9)
        assert column(solution) == pytest.approx([math.exp(-1)] * n, rel=1e-5)
    assert rk4(fun, [1.0] * n, [0.0, 0.5, 1.0]).tolist()[-1] == pytest.approx([math.exp(-1)] * n, rel=1e-2)


@pytest.mark.parametrize("method", ALL)
def test_a_state_without_components(method):
    solution = solve_ivp(lambda t, y: [], (0, 1), [], method)
    assert solution.success and solution.y.shape[0] == 0 and float(solution.t[-1]) == 1.0


class Spring:
    """Something with a callback that has no hash."""

    __hash__ = None

    def __init__(self, k):
        self.k = k

    def __eq__(self, other):
        return self.k == other.k

    def pull(self, t, y):
        return [y[1], -self.k * y[0]]

    def turned(self, y, t):
        return self.pull(t, y)

    def __call__(self, x):
        return self.k * x

    def half(self, x):
        return self.k * x / 2


def test_callbacks_that_are_no_functions():
    spring = Spring(4.0)
    for _ in range(3):
        solution = solve_ivp(spring.pull, (0, 2), [1.0, 0.0], rtol=1e-8, atol=1e-10)
        assert column(solution)[0] == pytest.approx(math.cos(4.0), abs=1e-6)
        assert float(odeint(spring.turned, [1.0, 0.0], [0.0, 2.0])[1, 0]) == pytest.approx(math.cos(4.0), abs=1e-6)
        assert quad(spring, 0, 1)[0] == pytest.approx(2.0) and quad(spring.half, 0, 1)[0] == pytest.approx(1.0)
        assert quad(math.sin, 0, math.pi)[0] == pytest.approx(2.0)
        spring = Spring(spring.k)

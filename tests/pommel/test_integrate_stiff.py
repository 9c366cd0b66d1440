"""Implicit methods for small states: loops that are compiled with the callback, and the same without."""

import math

import pytest

import pommel as pm
from pommel.integrate import _banded, _implicit, _linear, _spelled, odeint, solve_ivp

METHODS = ["BDF", "Radau", "LSODA"]


def van_der_pol(t, y):
    return [y[1], 100.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]]


def van_der_pol_jacobian(t, y):
    return [[0.0, 1.0], [-200.0 * y[0] * y[1] - 1.0, 100.0 * (1.0 - y[0] * y[0])]]


def robertson(t, y, k=1e4):
    a, b, c = y
    return [-0.04 * a + k * b * c, 0.04 * a - k * b * c - 3e7 * b * b, 3e7 * b * b]


def robertson_jacobian(t, y, k=1e4):
    a, b, c = y
    return [[-0.04, k * c, k * b], (0.04, -k * c - 6e7 * b, -k * b), [0, 6e7 * b, 0]]


def hires(t, y):
    a, b, c, d, e, f, g, h = y
    return [-1.71 * a + 0.43 * b + 8.32 * c + 0.0007, 1.71 * a - 8.75 * b, -10.03 * c + 0.43 * d + 0.035 * e,
            8.32 * b + 1.71 * c - 1.12 * d, -1.745 * e + 0.43 * f + 0.43 * g,
            -280 * f * h + 0.69 * d + 1.71 * e - 0.43 * f + 0.69 * g, 280 * f * h - 1.81 * g, -280 * f * h + 1.81 * g]


def relaxation(t, y):
    """Falls back to a slow curve: the root of a state that a method guessed too far has no root."""
    return [-1000.0 * (y[0] - math.cos(t))]


def everything(solution):
    return [solution.t.tolist(), solution.y.tolist(), solution.nfev, solution.njev, solution.nlu, solution.status,
            [times.tolist() for times in solution.t_events or ()]]


@pytest.fixture(params=["plain", "compiled"])
def compiles(request, monkeypatch):
    """Whether loops are compiled at once, or never."""
    monkeypatch.setattr(_spelled, "_LINE", -1.0 if request.param == "compiled" else 1e9)
    _spelled._compiled.clear()
    _spelled._spent.clear()
    return request.param == "compiled"


def before_and_after(monkeypatch, solve):
    """What is found by loops as they are, and by those that are compiled in the middle."""
    found = []
    for line in (1e9, 0.0):
        monkeypatch.setattr(_spelled, "_LINE", line)
        monkeypatch.setattr(_implicit, "_MORE", 16)
        _spelled._compiled.clear()
        _spelled._spent.clear()
        found.append(everything(solve()))
    return found


PROBLEMS = [
    (van_der_pol, 150.0, [2.0, 0.0], None), (van_der_pol, 150.0, [2.0, 0.0], van_der_pol_jacobian),
    (robertson, 1e3, [1.0, 0.0, 0.0], robertson_jacobian), (relaxation, 3.0, [0.0], [[-1000.0]]),
    (hires, 2.0, [1.0, 0, 0, 0, 0, 0, 0, 0.0057], None),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("problem", PROBLEMS, ids=range(len(PROBLEMS)))
def test_compiled_and_not_it_is_the_same(monkeypatch, method, problem):
    fun, end, y0, jac = problem
    plain, compiled = before_and_after(monkeypatch, lambda: solve_ivp(
        fun, (0, end), y0, method, jac=jac, rtol=1e-5, atol=1e-8, dense_output=True))
    assert plain == compiled and plain[5] == 0


@pytest.mark.parametrize("problem", PROBLEMS, ids=range(len(PROBLEMS)))
@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_loops_do_the_steps_of_the_solvers_for_large_states(monkeypatch, method, problem):
    fun, end, y0, jac = problem
    solve = lambda: solve_ivp(fun, (0, end), y0, method, jac=jac, rtol=1e-5, atol=1e-8, max_step=end / 7)  # noqa: E731
    small = solve()
    monkeypatch.setattr(_implicit, "is_small", lambda problem: False)
    large = solve()
    assert small.success and len(small.t) == pytest.approx(len(large.t), rel=0.02, abs=2)
    assert small.nfev == pytest.approx(large.nfev, rel=0.02, abs=4)
    assert small.nlu == pytest.approx(large.nlu, rel=0.05, abs=4)
    for a, b in zip(small.y[:, -1].tolist(), large.y[:, -1].tolist()):
        assert a == pytest.approx(b, rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_events_are_where_they_are(compiles, method):
    def crossing(t, y):
        return y[0]

    def third(t, y):
        return y[0] - 1.5

    third.terminal = 3
    solution = solve_ivp(van_der_pol, (0, 400), [2.0, 0.0], method, events=(crossing, third), rtol=1e-6, atol=1e-8)
    assert solution.status == 1 and len(solution.t_events[1]) == 3 and len(solution.t_events[0]) == 2
    assert [abs(float(state[0])) < 1e-3 for state in solution.y_events[0]] == [True, True]
    assert float(solution.t_events[0][0]) == pytest.approx(81.17, abs=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_arguments_go_to_all_functions(compiles, method):
    solution = solve_ivp(robertson, (0, 40), [1.0, 0.0, 0.0], method, args=(1e4,), jac=robertson_jacobian,
                         t_eval=[0.0, 0.4, 4.0, 40.0], rtol=1e-7, atol=1e-10)
    assert solution.y[0].tolist() == pytest.approx([1.0, 0.98517, 0.90551, 0.71583], abs=1e-4)


@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_what_a_jacobian_must_be(compiles, method):
    for jac in ([[1.0, 2.0]], lambda t, y: [[1.0], [2.0]]):
        with pytest.raises(ValueError, match="argument 'jac' must give 2 times 2 numbers"):
            solve_ivp(van_der_pol, (0, 1), [2.0, 0.0], method, jac=jac)

    def later(t, y):
        return van_der_pol_jacobian(t, y) if t < 50.0 else [[0.0]]

    with pytest.raises(ValueError, match="argument 'jac' must give 2 times 2 numbers, not the shape"):
        solve_ivp(van_der_pol, (0, 400), [2.0, 0.0], method, jac=later, rtol=1e-5)


class Failure(Exception):
    pass


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("error", [Failure, ValueError])
def test_what_functions_raise_is_raised(compiles, method, error):
    def fails(t, y):
        if t > 60.0:
            raise error("there")
        return van_der_pol(t, y)

    def jacobian_fails(t, y):
        if t > 60.0:
            raise error("here")
        return van_der_pol_jacobian(t, y)

    with pytest.raises(error, match="there") as caught:
        solve_ivp(fails, (0, 400), [2.0, 0.0], method, rtol=1e-5)
    assert caught.traceback[-1].name == "fails"
    if method != "LSODA":
        with pytest.raises(error, match="here"):
            solve_ivp(van_der_pol, (0, 400), [2.0, 0.0], method, jac=jacobian_fails, rtol=1e-5)


@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_a_guess_too_far_is_another_size(compiles, method):
    """What overflows or divides by zero in a round of Newton's method is no solution, and no error."""
    def steep(t, y):
        return [-math.exp(50.0 * y[0]) + 1.0 / (1.0 + t)]

    solution = solve_ivp(steep, (0, 10), [1.0], method, rtol=1e-6, atol=1e-9)
    assert solution.success and math.exp(50.0 * float(solution.y[0, -1])) == pytest.approx(1 / 11, rel=0.1)


@pytest.mark.parametrize("method", ["BDF", "Radau"])
def test_what_is_no_number_ends_it(compiles, method):
    solution = solve_ivp(lambda t, y: [y[0] if t < 1.0 else math.nan], (0, 2), [1.0], method)
    assert (solution.status, solution.success) == (-1, False) and 0.5 < float(solution.t[-1]) <= 1.0
    solution = solve_ivp(lambda t, y: [y[0] * y[0]], (0, 2), [1.0], method)
    assert solution.status == -1 and float(solution.t[-1]) == pytest.approx(1.0, abs=1e-2)


def test_singular_matrices(compiles):
    """With a Jacobian that is 1 / c the matrix has no inverse, and the size is another one."""
    for n in (1, 3, 6):
        jac = [[1e3 if i == j else 0.0 for j in range(n)] for i in range(n)]
        solution = solve_ivp(lambda t, y: [-value for value in y], (0, 0.02), [1.0] * n, "BDF", jac=jac,
                             first_step=1e-3 * 1.185, rtol=1e-4)
        assert solution.nlu > 1
    assert not _linear.invert([0.0] * 4, 2, 0.0) and not _linear.invert([1.0, 2.0, 2.0, 4.0], 2, 0.0)
    assert not _linear.invert_both([0.0] * 4, [0.0] * 4, [0.0] * 4, 2, 1.0, 0.0, 0.0)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 9, 12])
def test_inverses(n, monkeypatch):
    """By the function for matrices of many rows, with rows that have to change places, compiled and not."""
    rows = [[math.sin(1.0 + 7 * i + 3 * j * j) if i != j else 0.0 for j in range(n)] for i in range(n)]
    found = []
    for worth in (10 ** 9, -1):
        monkeypatch.setattr(_linear._Compiled, "WORTH", worth)
        monkeypatch.setattr(_linear, "_real_inverse", _linear._Compiled(_linear._one))
        monkeypatch.setattr(_linear, "_complex_inverse", _linear._Compiled(_linear._complex))
        matrix = [value for row in rows for value in row]
        re, im = matrix[:], matrix[:]
        assert _linear.invert_both(matrix, re, im, n, 0.25, 0.5, -1.5)
        found.append((matrix, re, im))
    assert found[0] == found[1]
    inverse = [complex(a, b) for a, b in zip(*found[0][1:])]
    for i in range(n):
        for j in range(n):
            real = sum((rows[i][k] + 0.25 * (i == k)) * found[0][0][k * n + j] for k in range(n))
            both = sum((rows[i][k] + complex(0.5, -1.5) * (i == k)) * inverse[k * n + j] for k in range(n))
            assert real == pytest.approx(float(i == j), abs=1e-9) and abs(both - (i == j)) < 1e-9


@pytest.mark.parametrize("lower, upper", [(0, 0), (1, 1), (0, 2), (3, 1)])
@pytest.mark.parametrize("diagonal", [0.25, complex(0.5, -1.5)])
def test_matrices_with_few_diagonals(lower, upper, diagonal):
    n = 60
    rows = [[math.sin(1.0 + 7 * i + 3 * j * j) if -lower <= j - i <= upper and (i != j or not lower) else 0.0
             for j in range(n)] for i in range(n)]
    matrix = pm.array(rows)
    assert _banded.widths(pm, matrix) in ((lower, upper), None)
    values = pm.array([math.cos(float(i)) * (1.0 if isinstance(diagonal, float) else 1.0 - 0.5j) for i in range(n)])
    banded = _banded.Banded(pm, matrix, diagonal, 0.75, lower, upper)
    assert banded.is_regular
    x = banded(values).tolist()
    for i in range(n):
        total = diagonal * x[i] - 0.75 * sum(rows[i][j] * x[j] for j in range(n))
        assert abs(total - values.tolist()[i]) < 1e-9
    assert not _banded.Banded(pm, pm.zeros((4, 4)), 0.0, 1.0, 1, 1).is_regular


@pytest.mark.parametrize("method", ["BDF", "Radau"])
@pytest.mark.parametrize("line, n", [*((1e9, n) for n in (1, 2, 3, 4, 5, 7, 12)), (-1.0, 1), (-1.0, 5)])
def test_numbers_of_components(monkeypatch, method, line, n):
    monkeypatch.setattr(_spelled, "_LINE", line)
    _spelled._compiled.clear()

    def chain(t, y):
        return [-y[0], *(y[i - 1] - 10.0 ** i % 997.0 * y[i] for i in range(1, n))]

    solution = solve_ivp(chain, (0, 2), [1.0] * n, method, rtol=1e-6, atol=1e-9)
    assert solution.success and float(solution.y[0, -1]) == pytest.approx(math.exp(-2), rel=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_backwards_and_sizes(compiles, method):
    solution = solve_ivp(lambda t, y: [50.0 * (y[0] - math.sin(t))], (5, 0), [1.0], method, max_step=0.5,
                         first_step=0.25, rtol=1e-5)
    steps = [float(a - b) for a, b in zip(solution.t, solution.t[1:])]
    assert solution.success and max(steps) <= 0.5 + 1e-12
    assert float(solution.y[0, -1]) == pytest.approx(50.0 / 2501.0, abs=1e-3)


def test_odeint_with_jacobians(compiles):
    def turned(y, t, k):
        return robertson(t, y, k)

    def jacobian(y, t, k):
        return robertson_jacobian(t, y, k)

    states = odeint(turned, [1.0, 0.0, 0.0], [0.0, 4.0, 40.0], args=(1e4,), Dfun=jacobian)
    assert states[:, 0].tolist() == pytest.approx([1.0, 0.90551, 0.71583], abs=1e-4)

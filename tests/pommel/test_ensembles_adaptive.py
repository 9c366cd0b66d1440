"""`pommel.integrate.solve_ensemble` with methods that choose their steps: each member has those that it has alone."""

import linecache
import math
import random
from math import exp, sin, sqrt

import pytest

import pommel as pm
from pommel.integrate import _ensemble, solve_ensemble, solve_ivp

from test_ensembles import Programs, clipped, driven, early, forced, guarded, lorenz, pendulum, slide

# In a program that has imported NumPy, numbers of states are NumPy's, which warn where Python's raise exceptions.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

METHODS = ["RK23", "RK45", "DOP853"]


def states(members, n, seed=1):
    numbers = random.Random(seed)
    return [[numbers.uniform(-1.5, 1.5) for _ in range(n)] for _ in range(members)]


def bits(numbers):
    return ["nan" if x != x else x.hex() for x in numbers]


def check(fun, rows, span=(0.0, 1.0), method="RK45", t_eval=None, args=(), args_of=None, together=True, **options):
    """Solves together and one after the other: states, evaluations and ends are the same."""
    times = list(span) if t_eval is None else t_eval
    solution = solve_ensemble(fun, span, rows, method, t_eval=t_eval, args=args, **options)
    assert (solution.reason is None) == together, solution.reason
    for k, row in enumerate(rows):
        alone = solve_ivp(fun, span, row, method, t_eval=times, args=args if args_of is None else args_of(k), **options)
        found = solution.y[k]
        for one, other in zip(found.tolist(), alone.y.tolist()):
            assert bits(one)[:len(other)] == bits(other), k
            assert all(x != x for x in one[len(other):])
        assert int(solution.nfev[k]) == alone.nfev and int(solution.status[k]) == alone.status
    return solution


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fun, n", [(pendulum, 2), (lorenz, 3), (slide, 4), (forced, 2), (clipped, 2), (early, 2),
                                    (guarded, 2)])
def test_members_are_as_they_are_alone(method, fun, n):
    check(fun, states(6, n), (0.0, 0.75), method, [0.0, 0.1, 0.5, 0.75])


@pytest.mark.parametrize("options", [
    {"rtol": 1e-9, "atol": 1e-11}, {"rtol": [1e-3, 1e-6], "atol": [0.0, 1e-8]}, {"max_step": 0.125},
    {"first_step": 0.25}, {"rtol": 1e-1, "first_step": 1e-6},
])
def test_options(options):
    for span in (0.0, 2.0), (1.0, -1.0):
        check(forced, states(5, 2), span, **options)


def test_times():
    rows = states(5, 2)
    check(pendulum, rows, (0.0, 3.0), t_eval=[0.5])
    check(pendulum, rows, (0.0, 3.0), t_eval=[0.25 * i for i in range(12)], rtol=1e-6)
    check(pendulum, rows, (3.0, 0.0), t_eval=[2.5, 0.75, 0.0])
    for span in (0.0, 2.0), (2.0, 0.0):
        check(pendulum, rows, span, t_eval=[span[1]], rtol=1e-6)
        check(pendulum, rows, span, t_eval=[1.0], rtol=1e-6)
    # Ends of steps.
    check(pendulum, rows, (0.0, 1.0), t_eval=[0.125 * i for i in range(9)], max_step=0.125, first_step=0.125)


def relaxed(t, y, rate):
    return [-rate * (y[0] - sin(t))]


def test_members_come_and_go():
    rates = [2.0 ** (k % 10) for k in range(150)]
    check(relaxed, states(150, 1), (0.0, 1.0), args=(rates,), args_of=lambda k: (rates[k],))


@pytest.mark.parametrize("members", [4, 16, 17, 64, 65])
def test_any_number_of_members(members):
    check(pendulum, states(members, 2), (0.0, 0.5), "RK23")


def test_parameters():
    amplitudes, frequencies = [0.5, 1.0, 2.0, 4.0, 8.0], pm.array([1.0, 2.0, 3.0, 4.0, 5.0])
    args = (amplitudes, (1.5, 0.25), frequencies)
    check(driven, states(5, 2), args=args,
          args_of=lambda k: (amplitudes[k], (1.5, 0.25), float(frequencies[k])))


def test_one_number_and_remainders():
    check(lambda t, y: -0.5 * y[0], states(4, 1))
    check(lambda t, y: [(y[0] + t) % 0.75 - y[1] % -2, y[0] % 1], states(9, 2))


@pytest.mark.parametrize("exact", [True, False])
def test_threads_and_parts_do_not_matter(exact, monkeypatch):
    rows, number, results = states(200, 2), pm.get_num_threads(), []

    def solved():
        solution = solve_ensemble(forced, (0, 4), rows, t_eval=[0.0, 1.5, 4.0], exact=exact)
        results.append((solution.y.tolist(), solution.nfev.tolist()))

    try:
        for threads in (1, 2, 3):
            pm.set_num_threads(threads)
            solved()
        monkeypatch.setattr(_ensemble, "_LEG", 1000.0)
        solved()
    finally:
        pm.set_num_threads(number)
    assert all(result == results[0] for result in results)


def test_vector_math_is_near():
    rows = states(40, 4)
    exact, near = (solve_ensemble(slide, (0, 1), rows, rtol=1e-8, exact=is_exact).y for is_exact in (True, False))
    assert float(abs(exact - near).max()) < 1e-7


# What raises exceptions, and what does not come to the end.

def exploding(t, y):
    return [y[0] ** 2]


def test_members_that_cannot_go_on():
    rows = [[0.25], [0.5], [2.0], [-1.0], [0.125]]
    solution = check(exploding, rows, (0.0, 1.5), t_eval=[0.0, 0.25, 1.0, 1.5])
    assert solution.status.tolist() == [0, 0, -1, 0, 0] and not solution.success
    assert "1 failed" in solution.message and "4 reached" in solution.message


def raising(t, y):
    if y[0] > 3:
        raise ValueError("above: {}".format(y[1]))
    return [y[0], 1.0 / y[1]]


def test_the_first_exception_is_that_of_the_first_member():
    for rows in ([[1.0, 1.0], [2.0, 5.0], [2.5, 7.0], [0.0, 0.0]], [[0.0, 1.0], [1.0, 0.0], [5.0, 7.0], [2.0, 2.0]]):
        alone = []
        for row in rows:
            try:
                solve_ivp(raising, (0, 1), row)
            except (ValueError, ZeroDivisionError) as error:
                alone.append((type(error), str(error)[:5]))
        with pytest.raises((ValueError, ZeroDivisionError)) as caught:
            solve_ensemble(raising, (0, 1), rows)
        assert (caught.type, str(caught.value)[:5]) == alone[0]
    check(raising, [[0.5, 1.0], [0.25, 2.0], [0.5, 2.0], [0.75, 1.0]])


# What is solved one after the other.

def looping(t, y):
    x = y[0]
    while x > 1.0:
        x = x / 2
    return [x]


def test_what_is_solved_alone():
    for method in "BDF", "Radau", "LSODA":
        assert check(pendulum, states(4, 2), method=method, together=False).reason == "implicit methods"
    check(looping, states(4, 1), together=False)
    assert check(pendulum, states(2, 2), together=False).reason == "few members"
    check(pendulum, states(4, 2), (1.0, 1.0), t_eval=[1.0], together=False)
    complexes = solve_ensemble(lambda t, y: [1j * y[0]], (0, 1), [[1.0 + 0j], [2j], [3.0], [1.0]])
    assert complexes.reason == "complex numbers" and complexes.success


def test_events_of_members():
    def crossing(t, y):
        return y[0]

    crossing.terminal = True
    rows = [[1.0, 0.0], [-1.0, 0.5], [0.5, 1.0], [2.0, 0.0]]
    solution = solve_ensemble(pendulum, (0, 3), rows, events=crossing)
    assert "events" in solution.reason
    for k, row in enumerate(rows):
        alone = solve_ivp(pendulum, (0, 3), row, events=crossing)
        assert solution.status[k] == alone.status == 1
        assert solution.t_events[k][0].tolist() == alone.t_events[0].tolist()
        assert solution.y_events[k][0].tolist() == alone.y_events[0].tolist()
    assert solution.message == "Of 4 members 4 ended at an event."


@pytest.mark.parametrize("options", [{"atol": -1.0}, {"max_step": 0.0}, {"first_step": 5.0}, {"speed": 1}])
def test_wrong_options(options):
    with pytest.raises((TypeError, ValueError)):
        solve_ensemble(pendulum, (0, 1), states(5, 2), **options)


# Progress and interruption.

@pytest.mark.parametrize("method, options", [("RK45", {"rtol": 1e-8}), ("RK4", {"steps": 100}), ("BDF", {})])
def test_progress(method, options, monkeypatch):
    monkeypatch.setattr(_ensemble, "_LEG", 1000.0)
    monkeypatch.setattr("pommel.integrate._progress._INTERVAL", 0.0)
    rows, seen = states(40, 2), []
    solution = solve_ensemble(forced, (0, 2), rows, method, progress=lambda p: seen.append((p.t, p.state)), **options)
    assert solution.success and seen[-1] == (2.0, "finished") and len(seen) > 2
    assert seen == sorted(seen, key=lambda pair: pair[0])

    def stop(progress):
        if progress.t > 0.5:
            raise StopIteration

    stopped = solve_ensemble(forced, (0, 2), rows, method, t_eval=[0.0, 0.1, 2.0], progress=stop, **options)
    assert not stopped.success and -2 in stopped.status.tolist() and "were interrupted" in stopped.message
    done = stopped.status.tolist()
    whole = solve_ensemble(forced, (0, 2), rows, method, t_eval=[0.0, 0.1, 2.0], **options)
    for k, status in enumerate(done):
        ours, theirs = stopped.y[k].tolist(), whole.y[k].tolist()
        assert all(x != x or x == y for one, other in zip(ours, theirs) for x, y in zip(one, other))
        assert status != 0 or ours == theirs

    def interrupt(progress):
        if progress.state == "running":
            raise KeyboardInterrupt

    solution = solve_ensemble(forced, (0, 2), rows, method, progress=interrupt, **options)
    assert -2 in solution.status.tolist()


def test_an_interrupt_has_what_is_done():
    def fun(t, y, at):
        if t > at.value:
            raise KeyboardInterrupt
        return [-y[0]]

    class At:
        value = math.inf

    class Later:
        calls = 0

        @property
        def value(self):
            self.calls += 1
            return 0.0 if self.calls > 60 else math.inf

    assert solve_ensemble(fun, (0, 1), [1.0, ], args=(At(),)).success
    with pytest.raises(KeyboardInterrupt) as caught:
        solve_ensemble(fun, (0, 1), [[1.0], [2.0], [3.0], [4.0], [5.0]], args=(Later(),))
    result = caught.value.result
    assert result.status.tolist()[0] == 0 and result.status.tolist()[-1] == -2
    assert abs(result.y[0, 0, -1] - exp(-1)) < 1e-3 and math.isnan(result.y[-1, 0, -1])


# Programs by chance.

@pytest.mark.parametrize("seed", range(25))
def test_programs_by_chance(seed):
    text, file = Programs(1000 + seed).text(), "<adaptive program by chance {}>".format(seed)
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    names = {"array": pm.array, "sin": sin, "atan": math.atan, "exp": exp, "sqrt": sqrt}
    exec(compile(text, file, "exec"), names)
    rows, parameters = states(4, 2, seed) + [[-0.0, 1.0]], [0.0, -1.0, 0.5, 2.0, 1.0]
    method, times = METHODS[seed % 3], [0.0, 0.0625, 0.25]

    def outcome(work):
        try:
            return work()
        except (ArithmeticError, ValueError, TypeError) as error:
            return type(error), str(error)

    def alone():
        found = []
        for row, c in zip(rows, parameters):
            solution = solve_ivp(names["fun"], (0, 0.25), row, method, t_eval=times, args=(c,), max_step=0.1)
            states = [one + [math.nan] * (3 - len(one)) for one in solution.y.tolist()]
            found.append(([bits(one) for one in states], solution.nfev, solution.status))
        return found

    def together():
        solution = solve_ensemble(names["fun"], (0, 0.25), rows, method, t_eval=times, args=(parameters,), max_step=0.1)
        return [([bits(one) for one in y], nfev, status) for y, nfev, status in zip(
            solution.y.tolist(), solution.nfev.tolist(), solution.status.tolist())]

    assert outcome(together) == outcome(alone), text

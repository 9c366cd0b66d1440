"""`pommel.integrate.solve_ensemble`: what members of an ensemble are is what they are by themselves."""

import linecache
import math
import random
from math import cos, exp, pi, sin, sqrt

import pytest

import pommel as pm
from pommel.integrate import euler, heun, midpoint, rk4, solve_ensemble, solve_ivp

# In a program that has imported NumPy, numbers of states are NumPy's, which warn where Python's raise exceptions.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")

METHODS = {"Euler": euler, "midpoint": midpoint, "Heun": heun, "RK4": rk4}
LIMIT = 1.5
TABLE = (0.5, 0.25, 0.125)


def grid(begin, end, steps):
    return [begin + (end - begin) * (j / steps) for j in range(steps)] + [end]


def same(x, y):
    """Whether two numbers have the same bits, or are none."""
    return x != x and y != y or x == y and math.copysign(1.0, x) == math.copysign(1.0, y)


def check(fun, rows, span=(0.0, 1.0), steps=7, args=(), args_of=None, method="RK4", together=True):
    """Solves together and one after the other; the states are the same to the last bit."""
    solution = solve_ensemble(fun, span, rows, method, steps=steps, args=args)
    assert (solution.reason is None) == together, solution.reason
    for k, row in enumerate(rows):
        alone = METHODS[method](fun, row, grid(*span, steps), args if args_of is None else args_of(k))[-1].tolist()
        found = solution.y[k, :, -1].tolist()
        assert all(map(same, alone, found)), (k, alone, found)
    return solution


def outcome(work):
    """What a call gives, or the exception that it raises."""
    try:
        return [[number.hex() for number in row] for row in work()]
    except (ArithmeticError, ValueError, TypeError) as error:
        return type(error), str(error)


def states(members, n, seed=1):
    numbers = random.Random(seed)
    return [[numbers.uniform(-1.5, 1.5) for _ in range(n)] for _ in range(members)]


# Functions as people write them.

def pendulum(t, y):
    return [y[1], -sin(y[0])]


def lorenz(t, y):
    a, b, c = y
    return 10.0 * (b - a), a * (28.0 - c) - b, a * b - 8.0 / 3.0 * c


def slide(t, state):
    x, y, u, v = state
    p, q = (2 * pi) / 10.0, (2 * pi) / 4.0
    slope = -0.25 + 0.5 * p * sin(p * x) * cos(q * y)
    bend = 0.5 * p ** 2 * cos(p * x) * cos(q * y)
    force = (9.81 + bend * u ** 2) / (1 + slope ** 2)
    return pm.array([u, v, -force * slope - 0.5 * u, -0.5 * v])


def forced(t, y):
    return [y[1], cos(3 * t) * exp(-t) - y[0] / (1 + y[0] ** 2)]


def clipped(t, y):
    x = y[0]
    if x > LIMIT:
        x = LIMIT
    elif x < -LIMIT:
        x = -LIMIT
    sign = 1 if y[1] > 0 else -1
    return [y[1] * sign, -max(x, 0.25) + min(0, y[1]) - abs(x)]


def early(t, y):
    if y[0] > 0 and not y[1] > 0.5:
        return [-y[0], 1.0]
    if y[0] < -0.5 or y[1] == 0:
        return (0.5, y[0])
    return [y[1], sqrt(abs(y[0]))]


def guarded(t, y):
    slope = 1.0 / y[0] if abs(y[0]) > 0.1 else 0.0
    return [slope * y[1], -y[0]]


def helper(x, scale=2.0, *, shift=None):
    return x * scale


def polynomial(x):
    total = 0.0
    for k, factor in enumerate(TABLE):
        if k == 1:
            continue
        total += factor * x ** k
    return total


def looping(t, y):
    n = len(y)
    d = [0.0] * n
    for i in range(n):
        d[i] = polynomial(y[(i + 1) % n]) - 0.5 * y[i]
        if y[i] > 1:
            d[i] = -y[i]
    return d


def filled(t, y):
    d = pm.zeros(2)
    d[0] = y[1]
    d[1] = -y[0]
    if d[0] < 0:
        d[1] *= 2
    return d


def of_arrays(t, y):
    return -0.5 * y + pm.array([sin(t), 1.0])


def written_in_loops(t, y):
    items = [y[0], y[1], 1.0]
    total = 0.0
    for x in items:
        items[1] = 0.5 * x
        items[2] = x
        total += x
    return [total, items[1]]


def two_names(t, y):
    first, second = [y[0], 1.0], [y[1], 2.0]
    third = first if y[0] > 0 else second
    return [third[0] - first[1], second[0] * third[1]]


def listed(t, y):
    return [sum_of(y, i) / (i + 1) for i in range(2)]


def sum_of(y, i):
    return y[i] - y[1 - i]


def remainder(t, y):
    return [y[0] % 1.0 - 7 % y[1], (t - y[1]) % -0.25]


def one_number(t, y):
    return -0.5 * y[0]


TOGETHER = [(remainder, 2), (one_number, 1), (pendulum, 2), (lorenz, 3), (slide, 4), (forced, 2), (clipped, 2),
            (early, 2), (guarded, 2), (looping, 3), (filled, 2), (of_arrays, 2), (listed, 2), (written_in_loops, 2),
            (two_names, 2)]


@pytest.mark.parametrize("fun, n", TOGETHER)
def test_members_are_as_they_are_alone(fun, n):
    check(fun, states(21, n), (0.0, 0.75))


@pytest.mark.parametrize("method", METHODS)
def test_methods(method):
    check(pendulum, states(5, 2), method=method)
    check(forced, states(3, 2), (1.0, 0.0), method=method)


@pytest.mark.parametrize("members", [0, 1, 15, 16, 17, 63, 64, 65, 131])
def test_any_number_of_members(members):
    rows = pm.array(states(members, 2)).reshape(members, 2)
    solution = solve_ensemble(pendulum, (0, 1), rows, "rk4", steps=3)
    assert solution.y.shape == (members, 2, 2) and solution.success
    for k in range(members):
        alone = rk4(pendulum, rows[k], grid(0.0, 1.0, 3))
        assert solution.y[k, :, -1].tolist() == alone[-1].tolist()
        assert solution.y[k, :, 0].tolist() == rows[k].tolist()


def test_signs_of_zeros_stay():
    check(lambda t, y: [0.5 * y[0]], [[-0.0], [0.0], [1.0]])


def test_lambdas_and_closures():
    scale = 0.5

    def damped(t, y):
        return [y[1], -y[0] - scale * y[1]]

    first = check(damped, states(3, 2)).y
    scale = 2.0
    assert check(damped, states(3, 2)).y.tolist() != first.tolist()
    check(lambda t, y: [y[1], -y[0] ** 3], states(3, 2))


def test_global_names_may_change():
    global LIMIT
    before = check(clipped, states(9, 2)).y
    LIMIT = 0.25
    try:
        assert check(clipped, states(9, 2)).y.tolist() != before.tolist()
    finally:
        LIMIT = 1.5


def driven(t, y, amplitude, rates, frequency):
    return [y[1], amplitude * sin(frequency * t) - rates[0] * y[0] - rates[1] * y[1]]


def test_parameters_of_members():
    amplitudes, frequencies = [0.5, 1.0, 2.0, 4.0, 8.0], pm.array([1.0, 2.0, 3.0, 4.0, 5.0])
    args = (amplitudes, (1.5, 0.25), frequencies)
    check(driven, states(5, 2), args=args,
          args_of=lambda k: (amplitudes[k], (1.5, 0.25), float(frequencies[k])))
    # With the evaluations of each, and how all ended.
    solution = solve_ensemble(driven, (0, 1), states(5, 2), "Heun", steps=5, args=args)
    assert solution.nfev.tolist() == [10] * 5 and solution.status.tolist() == [0] * 5
    assert solution.message.startswith("All members")
    # One state for all.
    solution = solve_ensemble(driven, (0, 1), [1.0, 0.0], "RK4", steps=5, args=args)
    assert solution.y.shape == (5, 2, 2)
    # What is equal is not always the same.
    power = solve_ensemble(lambda t, y, k: [y[0] * k], (0, 1), [[1.0]], "Euler", steps=1, args=(True,))
    assert power.y[0, 0, -1] == 2.0


def test_times():
    rows = states(4, 2)
    times = [0.0, 0.25, 1.0]
    solution = solve_ensemble(pendulum, (0, 1), rows, "RK4", steps=8, t_eval=times)
    points = grid(0.0, 0.25, 8) + grid(0.25, 1.0, 8)[1:]
    assert solution.t.tolist() == times and solution.y.shape == (4, 2, 3)
    for k, row in enumerate(rows):
        assert solution.y[k].T.tolist() == rk4(pendulum, row, points)[::8].tolist()


def test_long_solutions_are_done_in_parts(monkeypatch):
    from pommel.integrate import _ensemble

    rows = states(3, 2)
    wanted = [solve_ensemble(pendulum, (0, 1), rows, "RK4", steps=steps, t_eval=times).y.tolist()
              for steps, times in [(40, None), (7, grid(0.0, 1.0, 5))]]
    monkeypatch.setattr(_ensemble, "_LEG", 1000.0)
    assert wanted == [solve_ensemble(pendulum, (0, 1), rows, "RK4", steps=steps, t_eval=times).y.tolist()
                      for steps, times in [(40, None), (7, grid(0.0, 1.0, 5))]]


def test_vector_math_is_near():
    rows = states(40, 4)
    exact, near = (solve_ensemble(slide, (0, 1), rows, "RK4", steps=50, exact=is_exact).y for is_exact in (True, False))
    assert float(abs(exact - near).max()) < 1e-12


@pytest.mark.parametrize("exact", [True, False])
def test_threads_do_not_matter(exact):
    rows = states(300, 2)
    number = pm.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            pm.set_num_threads(threads)
            results.append(solve_ensemble(forced, (0, 1), rows, "RK4", steps=50, exact=exact).y.tolist())
    finally:
        pm.set_num_threads(number)
    assert results[0] == results[1] == results[2]


# What raises exceptions, and what is not finite.

def reciprocal(t, y):
    return [-1.0 / y[0]]


def unused(t, y):
    sqrt(y[0])
    rest = 1.0 / y[0]
    return [rest if y[0] > 5 else 1.0]


def growing(t, y):
    return [y[0] * y[0] * 1e200]


def raising(t, y):
    if y[0] < 0:
        if t > 5:
            return [0.0]
        raise ValueError("below: {}".format(y[0]))
    return [y[0]]


def power(t, y):
    return [y[0] ** 2]


@pytest.mark.parametrize("fun, bad", [
    (reciprocal, 0.0), (unused, -1.0), (unused, 0.0), (power, 1e200), (raising, -1.0),
    (lambda t, y: [sin(y[0] * 1e300)], 1e300),
    (lambda t, y: [y[0] ** 0.5], -1.0),
    (lambda t, y: [math.log(y[0])], 0.0),
    (lambda t, y: [1.5 % y[0]], 0.0),
])
def test_exceptions_are_those_of_the_member(fun, bad):
    alone = outcome(lambda: rk4(fun, [bad], [0.0, 0.1])[-1:].tolist())
    rows = [[1.0], [bad], [2.0]]
    together = outcome(lambda: solve_ensemble(fun, (0, 0.1), rows, "RK4", steps=1).y[1:2, :, 1].tolist())
    # Not every Python finds powers too large, and NumPy's numbers warn.
    assert together == alone
    good = solve_ensemble(fun, (0, 0.1), [[1.0], [2.0]], "RK4", steps=1)
    assert good.success and good.reason is None


def test_numbers_grow_without_an_end():
    solution = check(growing, [[1.0], [-1.0], [0.0], [1e-300]], steps=3)
    assert math.isinf(solution.y[0, 0, -1])


def test_members_in_trouble_do_not_trouble_others():
    def quotient(t, y):
        return [0.0 if y[1] == 0 else y[0], 0.0 * (y[0] / (y[1] - 0.5) if y[1] != 0.5 else 1.0)]

    check(quotient, [[1.0, 0.0], [1.0, 0.5], [2.0, 1.0], [3.0, 0.5]])


# What is solved one after the other.

def counting(t, y):
    counting.calls += 1
    return [-y[0]]


def with_state(t, y, seen):
    seen.append(t)
    return [-y[0]]


def long_loop(t, y):
    x = y[0]
    while x > 1.0:
        x = x / 2
    return [x]


def drawn(t, y):
    return [random.random() * y[0]]


def of_integers(t, y):
    sign = 1 if y[0] > 0 else -1
    return [sign * sign * 3.0]


def shared(t, y):
    first, second = [y[0]], [1.0]
    third = first if y[0] > 0 else second
    first[0] = second[0] = 3.0
    return third


def counted(t, y):
    items = [y[0], 1.0]
    for i, x in enumerate(items):
        items[1] = x - i
    return items[1:]


@pytest.mark.parametrize("fun", [long_loop, of_integers, shared, counted])
def test_what_is_refused_is_solved_alone(fun):
    check(fun, states(3, 1), together=False)


def test_effects_are_those_of_single_calls():
    assert solve_ensemble(drawn, (0, 1), states(3, 1), "Euler", steps=2).reason
    rows, alone, together = states(3, 1), [], []
    for row in rows:
        rk4(with_state, row, grid(0.0, 1.0, 2), (Seen(alone),))
    solve_ensemble(with_state, (0, 1), rows, "RK4", steps=2, args=(Seen(together),))
    # What looks whether it is worth compiling calls the function once more.
    assert set(together) == set(alone) and len(together) >= 3 * 4 * 2
    counting.calls = 0
    assert solve_ensemble(counting, (0, 1), rows, "RK4", steps=5).reason
    assert counting.calls >= 3 * 4 * 5


class Seen:
    """Not a list, which would be of members."""

    def __init__(self, times):
        self.append = times.append


def test_other_states():
    complexes = solve_ensemble(lambda t, y: [1j * y[0]], (0, 1), [[1.0 + 0j], [2j]], "RK4", steps=10)
    assert complexes.reason and abs(complexes.y[0, 0, -1] - complex(cos(1), sin(1))) < 1e-5
    check(lambda t, y: [-x for x in y], states(3, 20), together=False)


def test_methods_that_choose_their_steps():
    rows = states(3, 2)
    times = [0.0, 0.5, 1.0]
    solution = solve_ensemble(pendulum, (0, 1), rows, t_eval=times, rtol=1e-8)
    for k, row in enumerate(rows):
        alone = solve_ivp(pendulum, (0, 1), row, t_eval=times, rtol=1e-8)
        assert solution.y[k].tolist() == alone.y.tolist()
    assert solution.success and solution.status.tolist() == [0, 0, 0] and solution.reason


@pytest.mark.parametrize("arguments, options", [
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 0}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3, "rtol": 1.0}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK45"), {"steps": 3}),
    ((pendulum, (0, 1), [[[1.0]]], "RK4"), {"steps": 3}),
    ((pendulum, (0, 1), [[1.0, math.nan]], "RK4"), {"steps": 3}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3, "args": ([1.0, 2.0],)}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3, "t_eval": [0.5, 1.0]}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3, "t_eval": [0.0, 2.0]}),
    ((pendulum, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3, "t_eval": [0.0, 1.0, 0.5]}),
    ((3, (0, 1), [[1.0, 2.0]], "RK4"), {"steps": 3}),
])
def test_wrong_arguments(arguments, options):
    with pytest.raises((TypeError, ValueError)):
        solve_ensemble(*arguments, **options)


# Programs by chance.

class Programs:
    """Functions of two components and a parameter, with branches, loops and lists."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.lines = ["def fun(t, y, c):", "    a, b = y", "    p = q = 0.5", "    items = [a, 1.5]"]

    def text(self):
        self.block(2, "    ")
        shape = self.chance.choice(["[{}, {}]", "({}, {})", "array([{}, {}])"])
        self.lines.append("    return " + shape.format(self.expression(2), self.expression(1)))
        return "\n".join(self.lines) + "\n"

    def expression(self, depth):
        chance = self.chance
        if not depth or chance.random() < 0.15:
            number = str(chance.choice([chance.randint(-2, 3), round(chance.uniform(-2, 2), 2)]))
            return chance.choice(["a", "b", "t", "c", "p", "q", "items[0]", "items[1]", number])
        x, y, is_so = self.expression(depth - 1), self.expression(depth - 1), self.condition(depth - 1)
        function = chance.choice(["sin", "atan", "exp", "abs", "-"])
        return chance.choice([
            "({x} + {y})", "({x} - {y})", "({x} % {y})", "({x} * {y})", "{x} / (1.0 + abs({y}))",
            "({x} / {y})", "({x} ** 2)",
            "{function}({x})", "max({x}, {y})", "min({x}, {y})", "({x} if {is_so} else {y})", "sqrt(abs({x}))",
        ]).format(x=x, y=y, is_so=is_so, function=function)

    def condition(self, depth):
        sign = self.chance.choice(["<", ">=", "==", "!="])
        text = "{} {} {}".format(self.expression(depth), sign, self.expression(0))
        return self.chance.choice(["{}", "{}", "not {}", "({} and a > 0)", "({} or b)"]).format(text)

    def block(self, depth, indent):
        # All the others may be left out.
        self.lines.append(indent + "pass")
        for _ in range(self.chance.randint(1, 3)):
            line = self.chance.choice(["{name} = {x}", "a {sign}= {x}", "a, b = b, {x}", "items[{i}] = {x}",
                                       "if {is_so}:", "if {is_so}:", "for i in range({i}):",
                                       "if {is_so}: return [{x}, b]"])
            if line.endswith(":") and not depth:
                continue
            self.lines.append(indent + line.format(
                name=self.chance.choice("pq"), x=self.expression(2), sign=self.chance.choice("+-*"),
                i=self.chance.randrange(2), is_so=self.condition(1)))
            if line.endswith(":"):
                self.block(depth - 1, indent + "    ")
                if line.startswith("if") and self.chance.random() < 0.5:
                    self.lines.append(indent + "else:")
                    self.block(depth - 1, indent + "    ")


@pytest.mark.parametrize("seed", range(40))
def test_programs_by_chance(seed):
    text, file = Programs(seed).text(), "<program by chance {}>".format(seed)
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    names = {"array": pm.array, "sin": sin, "atan": math.atan, "exp": exp, "sqrt": sqrt}
    exec(compile(text, file, "exec"), names)
    rows, parameters = states(3, 2, seed) + [[-0.0, 1.0]], [0.0, -1.0, 0.5, 2.0]
    times = grid(0.0, 0.25, 2)
    alone = outcome(lambda: [rk4(names["fun"], row, times, (c,))[-1].tolist() for row, c in zip(rows, parameters)])
    together = outcome(lambda: solve_ensemble(names["fun"], (0, 0.25), rows, "RK4", steps=2,
                                              args=(parameters,)).y[:, :, -1].tolist())
    assert together == alone, text

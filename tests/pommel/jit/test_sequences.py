"""Lists and tuples that others know as well, while machine code reads and writes them; and recursion."""

import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, outcome

pytestmark = [pytest.mark.only("compiles")]


def halved(numbers):
    for i in range(len(numbers)):
        numbers[i] = numbers[i] * 0.5
    return numbers


def increased(numbers):
    for i in range(len(numbers)):
        numbers[i] = numbers[i] + 1
    return numbers


@pytest.mark.parametrize("mode", MODES)
def test_numbers_that_others_have_stay_what_they_are(mode, monkeypatch):
    fast = compiled(halved, monkeypatch, mode)
    for _ in range(3):
        numbers = [float(i + 10) for i in range(50)]
        kept = numbers[7]
        also = tuple(numbers[20:25])
        twice = [numbers[3], numbers[3]]
        assert fast(numbers) == [0.5 * (i + 10) for i in range(50)]
        assert kept == 17.0 and also == (30.0, 31.0, 32.0, 33.0, 34.0) and twice == [13.0, 13.0]
        both = [float(len(numbers))] * 4
        assert fast(both) == [25.0] * 4


@pytest.mark.parametrize("mode", MODES)
def test_integers_that_are_always_there_stay_so(mode, monkeypatch):
    fast = compiled(increased, monkeypatch, mode)
    wanted = list(range(-2000, 3000, 7)) + [2**30 - 2, 2**30 - 1, 2**30, -2**30, 2**62, 2**63 - 2, -5, -6, 255, 256]
    for _ in range(3):
        numbers = [int(str(number)) for number in wanted]
        kept = numbers[400]
        assert fast(numbers) == [number + 1 for number in wanted]
        assert kept == wanted[400]
    small = [i for i in numbers if -5 <= i <= 256]
    assert all(number is int(str(number)) for number in small)
    assert [0 + i for i in range(300)] == list(range(300))
    with_huge = [int(str(2**63 - 1)), 1]
    assert fast(with_huge) == [2**63, 2]


@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
def test_references_are_counted(mode, monkeypatch):
    fast = compiled(increased, monkeypatch, mode)
    number = int("123456789")
    for _ in range(4):
        numbers = [number] * 10 + list(range(10))
        before = sys.getrefcount(number), sys.getrefcount(7), sys.getrefcount(8)
        fast(numbers)
        assert sys.getrefcount(number) == before[0] - 10
        del numbers
        assert sys.getrefcount(number) == before[0] - 10


@pytest.mark.parametrize("mode", MODES)
def test_sorting_moves_the_objects_themselves(mode, monkeypatch):
    def order(numbers, backwards):
        numbers.sort(reverse=backwards)
        return numbers

    fast = compiled(order, monkeypatch, mode)
    chance = random.Random(5)
    for _ in range(30):
        numbers = [chance.choice([0.0, -0.0, 1.5, 2.5, -7.25, 1e300]) + 0.0 * i for i in range(40)]
        if chance.random() < 0.5:
            numbers = [chance.randrange(-1000, 1000) for _ in range(40)]
        backwards = chance.random() < 0.5
        expected = sorted(numbers, reverse=backwards)
        found = fast(numbers, backwards)
        assert found is numbers and list(map(id, found)) == list(map(id, expected))


@pytest.mark.parametrize("mode", MODES)
def test_a_list_may_be_changed_while_it_is_gone_through(mode, monkeypatch):
    def gone_through(numbers, note):
        total = 0
        for x in numbers:
            total += x
            note(numbers, x)
        return total, numbers

    def shrinks(numbers, x):
        if len(numbers) > 3:
            numbers.pop()

    def clears(numbers, x):
        numbers.clear()

    def mixes(numbers, x):
        numbers[-1] = "a" if len(numbers) == 1 else 1.5

    fast = compiled(gone_through, monkeypatch, mode)
    for _ in range(3):
        for note in (shrinks, clears, mixes):
            for numbers in ([1, 2, 3, 4, 5, 6, 7, 8], [0.5] * 6, [1]):
                expected, found = outcome(gone_through, (numbers, note)), outcome(fast, (numbers, note))
                assert alike(expected, found), (expected, found)


@pytest.mark.parametrize("mode", MODES)
def test_one_list_by_two_names(mode, monkeypatch):
    def both(a, b):
        for i in range(len(a)):
            a[i] = b[len(b) - 1 - i] + 1
            if a[i] in b:
                b.append(a[i])
        return a == b, a, b

    fast = compiled(both, monkeypatch, mode)
    for numbers in ([1, 2, 3], [1.5, 2.5, 3.5], [1000, 2000, 3000], [2**70, 1]):
        for _ in range(3):
            one, other = list(numbers), list(numbers)
            assert both(one, one) == fast(other, other)
            assert both(list(numbers), list(numbers)) == fast(list(numbers), list(numbers))


def countdown(n):
    return 0 if n == 0 else 1 + countdown(n - 1)


def forever(n):
    return 1 + forever(n + 1)


def calls_back(n, function):
    return function(n) if n == 0 else calls_back(n - 1, function) + 1


# PyPy 8 may crash when it hands out a `RecursionError` of its own to its C API.
@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
def test_recursion_has_its_limit(mode, monkeypatch):
    def run(n):
        return countdown(n)

    def endless(n):
        return forever(n)

    fast, deep = compiled(run, monkeypatch, mode), compiled(endless, monkeypatch, mode)
    own = compiled(countdown, monkeypatch, mode)
    for n in (3, 50, 300, 3):
        assert fast(n) == n and own(n) == n
    for _ in range(3):
        with pytest.raises(RecursionError):
            deep(0)
        with pytest.raises(RecursionError):
            fast(10**6)
    assert fast(200) == 200


@pytest.mark.parametrize("mode", MODES)
def test_recursion_through_others(mode, monkeypatch):
    def run(n, function):
        return calls_back(n, function)

    fast = compiled(run, monkeypatch, mode)

    def fails(n):
        raise KeyError(n)

    def again(n):
        return fast(5, lambda n: n)

    for _ in range(3):
        for function in (fails, again, lambda n: 2**70, lambda n: None, lambda n: "a"):
            expected, found = outcome(run, (4, function)), outcome(fast, (4, function))
            assert alike(expected, found), (expected, found)


def test_a_function_that_is_bound_anew_is_called(monkeypatch):
    namespace = {}
    source = "def f(n):\n    return 0 if n == 0 else 1 + f(n - 1)\n\ndef run(n):\n    return f(n)\n"
    import linecache
    linecache.cache["<anew>"] = len(source), None, source.splitlines(True), "<anew>"
    exec(compile(source, "<anew>", "exec"), namespace)
    fast = compiled(namespace["run"], monkeypatch, "always")
    assert [fast(n) for n in (5, 6)] == [5, 6]
    namespace["f"] = lambda n: -n
    assert fast(5) == -5


@pytest.mark.parametrize("mode", MODES)
def test_errors_have_their_lines(mode, monkeypatch):
    def sums(numbers, n):
        total = 0
        for i in range(n):
            total += numbers[i] // (n - 7 - i)
        return total

    fast = compiled(sums, monkeypatch, mode)
    for _ in range(8):
        for arguments in (([1] * 9, 9), ([1] * 3, 5), (tuple([1] * 30), 8), ((1, 2), 3), ([1.5] * 9, 9), (None, 1)):
            expected, found = outcome(sums, arguments), outcome(fast, arguments)
            assert alike(expected, found), (expected, found)


def test_they_are_in_machine_code():
    if not pm._native.has_machine_code():
        return

    def over(numbers):
        total = 0
        for x in numbers:
            total += x
        return total

    # Without the GIL, and in debug mode, nothing is read where it lies.
    listed = pm.jit(over)
    for _ in range(3):
        listed(list(range(50)))
    fast = pm.jit(over)
    for _ in range(3):
        fast(tuple(range(50)))
    assert bool(pm.explain(fast).specialisations) == bool(pm.explain(listed).specialisations)


def advanced(bodies, pairs, n):
    for _ in range(n):
        for ([x1, y1], v1, m1), ([x2, y2], v2, m2) in pairs:
            dx, dy = x1 - x2, y1 - y2
            v1[0] -= dx * m2
            v1[1] -= dy * m2
            v2[0] += dx * m1
            v2[1] += dy * m1
        for r, [vx, vy], m in bodies:
            r[0] += 0.01 * vx
            r[1] += 0.01 * vy
    return bodies


def kept(pairs):
    found = []
    for pair in pairs:
        first, second = pair
        if first[2] > 0.5:
            found.append(first)
        found.append(pair[1])
        a, b, m = second
        found.append(m)
    return found


def of_bodies(count):
    bodies = [([float(i), 0.5 * i], [0.0, 0.1 * i], 1.0 / (1 + i)) for i in range(count)]
    return bodies, [(a, b) for i, a in enumerate(bodies) for b in bodies[i + 1:]]


@pytest.mark.parametrize("mode", MODES)
def test_tuples_within_tuples(mode, monkeypatch):
    fast = compiled(advanced, monkeypatch, mode)
    for count in (3, 5, 2):
        (bodies, pairs), (others, of_others) = of_bodies(count), of_bodies(count)
        assert fast(bodies, pairs, 20) is bodies and bodies == advanced(others, of_others, 20)
    bodies, pairs = of_bodies(3)
    bodies[1][0][0] = "no"
    with pytest.raises(TypeError, match="unsupported operand"):
        fast(bodies, pairs, 3)


@pytest.mark.parametrize("mode", MODES)
def test_tuples_within_tuples_stay_the_ones_that_they_are(mode, monkeypatch):
    fast = compiled(kept, monkeypatch, mode)
    for count in (3, 4):
        _, pairs = of_bodies(count)
        plain, found = kept(pairs), fast(pairs)
        assert len(plain) == len(found) and all(
            a is b for a, b in zip(plain, found) if type(a) is tuple) and plain == found
    with_others = [((1, 2, 3.0), (4, 5, 6)), ((1, 2, 3.0), [4, 5, 6]), ((1, 2, 0.0), "abc")]
    assert fast(with_others) == kept(with_others)
    for wrong in ([((1, 2, 3.0), (4, 5))], [((1, 2), (4, 5, 6))], [((1, 2, 3.0),)]):
        assert alike(outcome(kept, [wrong]), outcome(fast, [wrong]))

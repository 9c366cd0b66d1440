"""What users allow and ask for: `fastmath`, `nogil` and `verify`."""

import math
import pathlib
import random
import struct
import sys
import threading
import time
import traceback

import pytest

import pommel as pm

from comparing import of_longs

pytestmark = pytest.mark.only("compiles")


@pytest.fixture(autouse=True)
def always(monkeypatch):
    monkeypatch.setenv("POMMEL_JIT", "always")


#: What the processor can do.
HAS_FMA = pathlib.Path("/proc/cpuinfo").exists() and " fma " in pathlib.Path("/proc/cpuinfo").read_text()


def fast(function):
    return pm.jit(function, fastmath=True)


def units(found, expected):
    """How far a float is from another one, in units in the last place."""
    if found == expected and math.copysign(1.0, found) == math.copysign(1.0, expected):
        return 0.0
    return abs(found - expected) / math.ulp(expected)


def numbers(count, largest):
    """Numbers of all sizes, those at multiples of a right angle among them."""
    rng = random.Random(count)
    found = [0.0, -0.0, 5e-324, 1e-310, -1e-300, 1e-8, 0.5, 1.0, -1.0, largest]
    found += [rng.uniform(-largest, largest) for _ in range(count)]
    found += [rng.uniform(-10.0, 10.0) for _ in range(count)]
    found += [math.ldexp(rng.uniform(-1.0, 1.0), rng.randrange(-60, 17)) for _ in range(count)]
    for _ in range(count):
        near = rng.randrange(-int(largest), int(largest)) * (math.pi / 4)
        found += [near, math.nextafter(near, 1e9)] if hasattr(math, "nextafter") else [near]
    return [x for x in found if abs(x) <= largest]


def test_sines_and_cosines_are_near():
    @fast
    def both(x):
        return math.sin(x), math.cos(x)

    @fast
    def sine(x):
        return math.sin(x)

    @fast
    def cosine(x):
        return math.cos(x)

    for x in numbers(4000, 131071.5):
        found = both(x)
        for one, expected in zip((*found, sine(x), cosine(x)), 2 * (math.sin(x), math.cos(x))):
            # The C library's own may err by more than half a unit.
            assert units(one, expected) <= 3.0, (x.hex(), one, expected)
    for x in (131072.0, 1e6, -1e15, 1e300):
        assert both(x) == (math.sin(x), math.cos(x))
        assert sine(x) == math.sin(x)
    assert all(math.isnan(one) for one in both(math.nan))


def test_exponentials_and_logarithms_are_near():
    @fast
    def exponential(x):
        return math.exp(x)

    @fast
    def logarithm(x):
        return math.log(x)

    for x in numbers(4000, 745.0):
        if abs(x) < 709.7 and math.exp(x) > 0.0:
            assert units(exponential(x), math.exp(x)) <= 2.0, x
        x = abs(x) or 1.0
        for y in (x, 1.0 / x if x > 1e-300 else x, 1.0 + x * 1e-3, 1.0 - 1e-3 / (1.0 + x)):
            assert units(logarithm(y), math.log(y)) <= 2.0, y
    assert exponential(-1e4) == 0.0 and exponential(-math.inf) == 0.0 and exponential(math.inf) == math.inf
    assert logarithm(math.inf) == math.inf and math.isnan(logarithm(math.nan))


def raised(function, *arguments):
    """What a call raises: its class, its text, and the line."""
    with pytest.raises(Exception) as found:
        function(*arguments)
    return found.type, of_longs(str(found.value)), traceback.extract_tb(found.tb)[-1].lineno


def test_errors_stay():
    def work(x, y):
        a = math.sin(x) * 2.0
        b = math.log(y)
        c = y ** -2.0 / 3.0
        return a + b * c + math.exp(x) + x ** 3

    compiled = fast(work)
    for arguments in [(math.inf, 1.0), (1.0, 0.0), (1.0, -2.0), (1e200, 1.0), (1e4, 1.0), (-1e200, 2.0), (1.0, 1e-200),
                      ("a", 2.0), (1.0, None)]:
        assert raised(compiled, *arguments) == raised(work, *arguments), arguments
    assert math.isclose(compiled(0.3, 1.7), work(0.3, 1.7), rel_tol=1e-14)


@pytest.mark.parametrize("exponent", [0.5, 1.5, 2, 2.0, 2.5, 3, 4, -0.5, -1, -1.5, -2, -3.0, -4, 5, 0.25])
def test_powers(exponent):
    def power(x):
        return x ** exponent

    compiled = fast(power)
    for x in [0.5, 1.0, 3.7, 1e-5, 1e70, 1e-70, 1e150, 1e-150, 123456.789, 0.0, -0.0, -2.5, math.inf, -math.inf, 2e77]:
        try:
            expected = power(x)
        except (ArithmeticError, ValueError):
            assert raised(compiled, x) == raised(power, x)
            continue
        found = compiled(x)
        assert type(found) is type(expected)
        if isinstance(expected, complex) or expected - expected != 0.0:
            assert repr(found) == repr(expected), x
        else:
            assert units(found, expected) <= 8.0, (x, found, expected)


def test_with_and_without_are_apart():
    def work(values):
        total = 0.0
        for x in values:
            total += math.sin(x) * math.cos(x) + x / 3.0 + x ** 2
        return total

    values = pm.array([k * 0.37 for k in range(2000)])
    exact, quick = pm.jit(work), fast(work)
    expected = work(values.tolist())
    for _ in range(3):
        assert exact(values) == expected
        assert math.isclose(quick(values), expected, rel_tol=1e-13)
    assert exact(values) == expected
    # What is compiled for itself within another function is as that one is.
    def outer(values):
        return work(values)
    assert fast(outer)(values) == quick(values)
    assert pm.jit(outer)(values) == expected


def test_it_is_another_code():
    def work(x, y):
        return math.sin(x) / 3.0 + x * y

    compiled = fast(work)
    compiled(1.5, 2.0)
    [made] = pm.explain(compiled).specialisations
    assert "fdiv" not in made.typed
    if HAS_FMA:
        assert "vfmadd" in made.machine
        assert any(compiled(k * 0.1, 1.1) != work(k * 0.1, 1.1) for k in range(1000))


def test_what_is_infinite_stays_so():
    def work(x, y):
        return x * y + 1.0, x * y - x * y, (x + y) / 3.0

    compiled = fast(work)
    for x, y in [(math.inf, 1.0), (1e300, 1e300), (math.nan, 1.0), (-math.inf, 2.0), (math.inf, 0.0)]:
        assert repr(compiled(x, y)) == repr(work(x, y))


# -- nogil

def counts_meanwhile(compiled, flag, others):
    """Runs a loop that ends when another thread says so; how far that one came, which runs Python only as long
    as the loop lets it."""
    done, counted = [], []

    def other():
        count = 0
        while not done and count < 100000:
            count += 1
            if count == 2000:
                flag[0] = 1
        counted.append(count)

    before = sys.getswitchinterval()
    # Whoever has the lock is not asked for it.
    sys.setswitchinterval(1000.0)
    thread = threading.Thread(target=other)
    try:
        thread.start()
        result = compiled(flag, *others)
        done.append(True)
        thread.join()
    finally:
        sys.setswitchinterval(before)
    return result, counted[0]


def spin(flag, rounds):
    count = 0
    while count < rounds and flag[0] == 0:
        count += 1
    return count


def is_detaching(compiled):
    return ["poll 1" in made.typed for made in pm.explain(compiled).specialisations]


@pytest.mark.only("gil")
def test_loops_without_objects_let_others_run():
    compiled = pm.jit(spin)
    flag = pm.zeros(1, dtype=pm.int64)
    assert compiled(flag, 10) == 10
    assert is_detaching(compiled) == [True]
    # Long enough for a hundred such threads.
    rounds = 1 << 36
    result, counted = counts_meanwhile(compiled, flag, (rounds,))
    assert counted >= 2000 and result < rounds


def test_loops_with_objects_do_not():
    def appends(values, count):
        for k in range(count):
            values.append(k)
        return len(values)

    def strings(text, count):
        for _ in range(count):
            text = text + "a"
        return text

    compiled = pm.jit(appends), pm.jit(strings)
    assert compiled[0]([], 5) == 5 and compiled[1]("", 5) == "aaaaa"
    assert not any(is_detaching(compiled[0]) + is_detaching(compiled[1]))


def test_it_can_be_forbidden():
    compiled = pm.jit(spin, nogil=False)
    assert compiled(pm.zeros(1, dtype=pm.int64), 200000) == 200000
    assert is_detaching(compiled) == [False]


@pytest.mark.only("gil")
def test_objects_behind_such_loops():
    def work(n, rounds, values):
        made = []
        for k in range(n):
            total = 0
            for i in range(rounds):
                total += i ^ k
            made.append(str(total))
            values.append(total)
        return made

    compiled = pm.jit(work)
    stop, threads = [], []

    def busy():
        while not stop:
            [object() for _ in range(100)]

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        expected, found = [], []
        assert compiled(4, 300000, found) == work(4, 300000, expected)
        assert found == expected
    finally:
        stop.append(True)
        for thread in threads:
            thread.join()


@pytest.mark.only("gil")
def test_errors_in_such_loops():
    def work(values, rounds):
        total = 1
        for i in range(rounds):
            total += values[i % 7] // (rounds - 1 - i)
        return total

    compiled = pm.jit(work)
    values = pm.arange(7)
    assert raised(compiled, values, 200000) == raised(work, values, 200000)


def test_several_threads_at_once():
    def work(n):
        total = 0
        for i in range(n):
            total += i & 5
        return total

    compiled = pm.jit(work)
    compiled(10)
    found = []
    threads = [threading.Thread(target=lambda: found.append(compiled(1000000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [work(1000000)] * 4


@pytest.mark.only("gil")
def test_interrupts_come_through():
    import signal

    compiled = pm.jit(spin)
    flag = pm.zeros(1, dtype=pm.int64)
    compiled(flag, 10)
    timer = threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        compiled(flag, 1 << 40)
    assert time.monotonic() - begin < 60


# -- verify

def verified(function):
    return pm.jit(function, verify=True)


class Point:
    def __init__(self, x):
        self.x, self.seen = x, []


def test_calls_are_compared():
    @verified
    def work(values, point, *, by=2):
        values.append(point.x)
        point.seen.append(values)
        return {"sum": sum(values) * by, "nan": [math.nan]}, values

    values, point = [1, 2], Point(3)
    result, same = work(values, point, by=5)
    assert result["sum"] == 30 and same is values is point.seen[0] and values == [1, 2, 3]
    assert "can be compiled" in str(pm.explain(work))


def test_exceptions_are_compared():
    def work(x):
        y = x + 1
        return 10 // (y - 1)

    compiled = verified(work)
    assert compiled(5) == 2
    assert raised(compiled, 0) == raised(work, 0)
    assert raised(compiled, "a") == raised(work, "a")


def differing(monkeypatch, function, instead, *arguments):
    """The error of a function whose compiled code does what another function does."""
    from pommel import _verify

    compiled = verified(function)
    monkeypatch.setattr(_verify, "_compiled", lambda _: instead)
    with pytest.raises(pm.exceptions.VerificationError) as found:
        compiled(*arguments)
    return str(found.value)


def same(x):
    return x


@pytest.mark.parametrize(("function", "instead", "argument", "text"), [
    (lambda x: x + 1.0, lambda x: x + 1.5, 1.0, "the result: 2.0 and 2.5"),
    (lambda x: x * 1.0, lambda x: x * 1, 1, "the result: 1.0 (float) and 1 (int)"),
    (lambda x: 0.0, lambda x: -0.0, 1, "0.0 and -0.0"),
    (lambda x: True, lambda x: 1, 1, "True (bool) and 1 (int)"),
    (lambda x: [1, [2, 3]], lambda x: [1, [2, 4]], 1, "the result[1][1]: 3 and 4"),
    (lambda x: [x, x], lambda x: [x, list(x)], [1], "the result[1]: not the object that it was before"),
    (lambda x: {"a": 1, "b": 2}, lambda x: {"b": 2, "a": 1}, 1, "the result key 0: 'a' and 'b'"),
    (lambda x: {1, 2}, lambda x: {1, 3}, 1, "the result in order"),
    (lambda x: x.append(1), lambda x: x.append(2), [], "argument 0[0]: 1 and 2"),
    (lambda x: setattr(x, "x", 1), lambda x: setattr(x, "x", 2), Point(0), "argument 0.x: 1 and 2"),
    (lambda x: pm.array([1.0, x]), lambda x: pm.array([1.0, -x]), 1.0, "the result[1]: 1.0 and -1.0"),
    (lambda x: 1 // x, lambda x: 0, 0, "one of them raises an exception"),
    (lambda x: x, lambda x: 1 // x, 0, "one of them raises an exception"),
    (lambda x: {}[x], lambda x: [][x], 0, "the exception"),
    (lambda x: random.random(), lambda x: [random.random(), random.random()][0], 0, "the state of random"),
])
def test_differences_are_found(monkeypatch, function, instead, argument, text):
    message = differing(monkeypatch, function, instead, argument)
    assert text in message
    assert "Python returns" in message or "Python raises" in message


def test_differing_lines_are_found(monkeypatch):
    def work(x):
        return 1 // x

    def instead(x):
        x = x + 0
        return 1 // x

    instead.__code__ = instead.__code__.replace(co_name="work")
    assert "the lines of the traceback" in differing(monkeypatch, work, instead, 0)


def test_random_numbers_are_drawn_once():
    @verified
    def draw(n):
        return [random.random() for _ in range(n)]

    random.seed(1)
    expected = [random.random() for _ in range(6)]
    random.seed(1)
    assert draw(4) + draw(2) == expected


def test_calls_within_are_made_once():
    calls = []

    @verified
    def fibonacci(n):
        calls.append(n)
        return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

    assert fibonacci(10) == 55
    assert len(calls) == 2 * 177


def test_methods():
    class Counter:
        def __init__(self):
            self.count = 0

        @verified
        def add(self, n):
            self.count += n
            return self.count

        @staticmethod
        @verified
        def twice(n):
            return 2 * n

    counter = Counter()
    assert (counter.add(2), counter.add(3), counter.count, Counter.twice(4)) == (2, 5, 5, 8)


def test_what_cannot_be_verified():
    @verified
    def work(items):
        return list(items)

    with pytest.raises(TypeError, match="cannot be copied"):
        work(k for k in range(3))
    with pytest.raises(ValueError, match="fastmath"):
        pm.jit(same, verify=True, fastmath=True)


def test_bits():
    assert struct.pack("d", verified(lambda x: -x)(0.0)) == struct.pack("d", -0.0)

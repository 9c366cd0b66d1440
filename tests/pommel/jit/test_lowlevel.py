"""Compiled functions as functions in C, called by their addresses: results, errors, threads, and what is kept."""

import ctypes
import gc
import math
import random
import struct
import sys
import sysconfig
import threading
import weakref

import pytest

import pommel as pm

# Debug mode and PyPy's own HPy have no functions in C.
pytestmark = pytest.mark.only("compiles", "cpython", "universal")

free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

_C = {"double": ctypes.c_double, "int": ctypes.c_int, "intptr_t": ctypes.c_ssize_t, "npy_intp": ctypes.c_ssize_t,
      "double *": ctypes.POINTER(ctypes.c_double), "intptr_t *": ctypes.POINTER(ctypes.c_ssize_t),
      "npy_intp *": ctypes.POINTER(ctypes.c_ssize_t), "void *": ctypes.c_void_p}


def _name(capsule):
    get = ctypes.PYFUNCTYPE(ctypes.c_char_p, ctypes.py_object)
    return get(("PyCapsule_GetName", ctypes.pythonapi))(capsule)


def _pointer(capsule, name):
    get = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    return get(("PyCapsule_GetPointer", ctypes.pythonapi))(capsule, name)


def called(capsule, holds=True):
    """A capsule's function as one of `ctypes`, which holds the interpreter's lock while it is called, or not."""
    name = _name(capsule)
    result, arguments = name.decode()[:-1].split(" (")
    make = ctypes.PYFUNCTYPE if holds else ctypes.CFUNCTYPE
    function = make(_C[result], *[_C[argument] for argument in arguments.split(", ")])(_pointer(capsule, name))
    function.capsule = capsule
    return function


def doubles(*numbers):
    return (ctypes.c_double * len(numbers))(*numbers)


def window(function, *numbers):
    """What a function in C for windows gives, and what it says."""
    result = doubles(-1.0)
    status = called(function)(doubles(*numbers), len(numbers), result, None)
    return status, result[0]


@pm.jit
def bell(x):
    return math.exp(-x * x)


@pm.jit
def inverse(x):
    return 1.0 / x


@pm.jit
def power(x, exponent, scale):
    return scale * x ** exponent


SCALE = 2.0


@pm.jit
def scaled(x, by=3.0):
    return SCALE * by * x


@pm.jit
def mean(values):
    total = 0.0
    for value in values:
        total += value
    return total / len(values)


@pm.jit
def median(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


@pm.jit
def differences(line, output):
    for i in range(len(output)):
        output[i] = line[i + 1] - line[i]


@pm.jit
def turned(place):
    return 0.5 * place[0] + place[1], place[1] - 0.25 * place[0]


def test_a_function_of_a_number():
    f = called(bell.lowlevel())
    for x in (0.0, 0.5, -3.0, 1e-300, 27.0):
        assert f(x) == math.exp(-x * x)
    assert _name(bell.lowlevel()) == b"double (double)"
    assert called(bell.lowlevel("double (double, void *)"))(0.5, None) == f(0.5)


def test_what_computes_with_numbers_needs_no_python():
    found = doubles(0.0, 0.0)
    for function, argument, call in (
        (bell, 0.5, lambda f: f(0.5)),
        (scaled, 0.5, lambda f: f(0.5)),
        (mean, [1.0], lambda f: f(found, 2, found, None)),
        (turned, (1, 2), lambda f: f((ctypes.c_ssize_t * 2)(4, 3), found, 2, 2, None)),
        (differences, None, lambda f: f(doubles(1.0, 4.0, 9.0), 3, doubles(0.0, 0.0), 2, None)),
    ):
        signature = {mean: "generic_filter", turned: "geometric_transform",
                     differences: "generic_filter1d"}.get(function)
        f = called(function.lowlevel(signature))
        if argument is not None:
            function(argument)
        entered = function._entered()
        call(f)
        # Facts are words where there is a GIL.
        assert function._entered() == entered or free_threaded
    assert list(found) == [5.0, 2.0]


def test_functions_of_several_numbers():
    for signature, rest in ((None, ()), ("double (int, double *)", ()), ("double (int, double *, void *)", (None,))):
        f = called(power.lowlevel(signature))
        assert f(3, doubles(1.5, 3.0, 2.0), *rest) == 2.0 * 1.5 ** 3.0
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'scale'"):
            f(2, doubles(1.5, 3.0), *rest)
        with pytest.raises(TypeError, match="takes 3 positional arguments but 4 were given"):
            f(4, doubles(1.5, 3.0, 1.0, 1.0), *rest)


def test_other_numbers_of_arguments_have_code_of_their_own():
    @pm.jit
    def line(x, slope=2.0, offset=1):
        return slope * x + offset

    f = called(line.lowlevel("double (int, double *)"))
    assert [f(1, doubles(3.0)), f(2, doubles(3.0, 4.0)), f(3, doubles(3.0, 4.0, 0.5))] == [7.0, 13.0, 12.5]
    entered = line._entered()
    assert [f(1, doubles(5.0)), f(2, doubles(5.0, 4.0)), f(3, doubles(5.0, 4.0, 0.5))] == [11.0, 21.0, 20.5]
    assert line._entered() == entered or free_threaded
    for _ in range(2):
        with pytest.raises(TypeError, match="takes from 1 to 3 positional arguments but 4 were given"):
            f(4, doubles(1.0, 2.0, 3.0, 4.0))


def test_what_does_not_fit_is_done_by_python():
    f = called(inverse.lowlevel())
    assert f(4.0) == 0.25
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        f(0.0)
    assert f(0.5) == 2.0
    assert math.isnan(f(math.nan))

    @pm.jit
    def large(x):
        return int(x) ** 3

    assert called(large.lowlevel())(1e10) == 1e30
    assert called(large.lowlevel())(3.0) == 27.0


def test_results_of_all_kinds():
    def sort(x):
        if x < 0.0:
            return True
        if x == 0.0:
            return 7
        return x if x < 5.0 else None

    f = called(pm.jit(sort).lowlevel())
    assert [f(-1.0), f(0.0), f(1.5)] == [1.0, 7.0, 1.5]
    with pytest.raises(TypeError):
        f(6.0)


def test_traceback_shows_the_function():
    try:
        called(inverse.lowlevel())(0.0)
    except ZeroDivisionError as error:
        last = error.__traceback__
        while last.tb_next is not None:
            last = last.tb_next
        assert last.tb_frame.f_code.co_name == "inverse"
        assert last.tb_lineno == inverse.__wrapped__.__code__.co_firstlineno + 2
    else:
        raise AssertionError("nothing was raised")


def test_globals_and_defaults_are_looked_at():
    global SCALE
    f = called(scaled.lowlevel())
    try:
        assert f(1.5) == 9.0
        SCALE = 4.0
        assert f(1.5) == 18.0
        assert called(scaled.lowlevel())(1.5) == 18.0
        scaled.__wrapped__.__defaults__ = (1,)
        assert f(1.5) == 6.0
        SCALE = "no number"
        with pytest.raises(TypeError):
            f(1.5)
    finally:
        SCALE = 2.0
        scaled.__wrapped__.__defaults__ = (3.0,)
    assert f(1.5) == 9.0
    # Other names change all the time.
    for i in range(5):
        globals()["_other"] = i
        assert f(1.5) == 9.0


def test_monkeypatched_modules():
    f, real = called(bell.lowlevel()), math.exp
    try:
        math.exp = lambda x: 0.25
        assert f(1.0) == 0.25
    finally:
        math.exp = real
    assert f(1.0) == real(-1.0)


def test_windows():
    for name in ("generic_filter", "int (double *, intptr_t, double *, void *)",
                 "int (double *, npy_intp, double *, void *)"):
        assert window(mean.lowlevel(name), 1.0, 2.0, 6.0) == (1, 3.0)
        assert window(median.lowlevel(name), 5.0, 1.0, 3.0) == (1, 3.0)
    with pytest.raises(ZeroDivisionError):
        window(mean.lowlevel("generic_filter"))
    assert window(mean.lowlevel("generic_filter"), 1.0, math.inf) == (1, math.inf)


def test_an_index_outside_of_a_window():
    @pm.jit
    def third(values):
        return values[2]

    f = third.lowlevel("generic_filter")
    assert window(f, 1.0, 2.0, 3.0) == (1, 3.0)
    with pytest.raises(IndexError):
        window(f, 1.0, 2.0)


def test_a_long_loop_in_a_window():
    assert window(mean.lowlevel("generic_filter"), *[1.0] * 200_000) == (1, 1.0)


def distances(values):
    """Loops within loops, two sums, and one that is looked at."""
    total = largest = 0.0
    for one in values:
        inner = 0.0
        for other in values:
            inner += abs(one - other)
        if inner > largest:
            largest = inner
        total += inner * inner
    return total - largest


def positive(values):
    total, count = 0.0, 0
    for value in values:
        if value != value:
            return -1.0
        if value <= 0.0:
            continue
        total += value
        count += 1
    return total / count


def until(values):
    total, index = 1.0, 0
    while total < 100.0:
        total += values[index] * values[index]
        index += 1
    return total


def test_windows_of_all_kinds_of_numbers():
    draw = random.Random(30)
    special = [0.0, -0.0, 1.0, -2.5, 1e200, -1e308, 1.7e308, math.inf, -math.inf, math.nan]
    for function in (distances, positive, until):
        compiled = pm.jit(function).lowlevel("generic_filter")
        for _ in range(100):
            usual = draw.random() < 0.5
            numbers = [draw.gauss(0.0, 5.0) if usual or draw.random() < 0.7 else draw.choice(special)
                       for _ in range(draw.randrange(1, 12))]
            results = []
            for call in (lambda: function(pm.array(numbers)), lambda: window(compiled, *numbers)[1]):
                try:
                    results.append(struct.pack("d", call()))
                except (ArithmeticError, IndexError) as error:
                    results.append((type(error), str(error)))
            assert results[0] == results[1], numbers


def test_lines():
    f = called(differences.lowlevel("generic_filter1d"))
    line, output = doubles(1.0, 4.0, 9.0, 16.0), doubles(0.0, 0.0, 0.0)
    assert f(line, 4, output, 3, None) == 1
    assert list(output) == [3.0, 5.0, 7.0]
    with pytest.raises(IndexError):
        f(line, 2, output, 3, None)


def lines(function, line, output):
    """What a function in C for lines writes, or what is raised, and what became of the line."""
    line, output = doubles(*line), doubles(*output)
    try:
        assert called(function)(line, len(line), output, len(output), None) == 1
        return list(output), list(line)
    except (ArithmeticError, IndexError, TypeError) as error:
        return type(error), str(error), list(line)


def running(line, output):
    """Reads what it has written, and what was there before."""
    total = output[0]
    for i in range(len(output)):
        total += line[i] / line[i + 1]
        output[i] = total + output[i - 1]
    return output


def counted(line, output):
    count = 1
    for i in range(len(output)):
        count *= int(line[i])
        output[i] = count % 1000


def shifted(line, output):
    """Writes to what it is given to read, which is a copy."""
    for i in range(len(output)):
        line[i] += 1.0
        output[i] = line[i]


def scattered(line, output):
    for value in line:
        output[int(value)] = value
    if line[0] == 3.0:
        output[0] = "x"


@pytest.mark.parametrize("function", [running, counted, shifted, scattered])
def test_lines_of_all_kinds(function):
    capsule, draw = pm.jit(function).lowlevel("generic_filter1d"), random.Random(31)
    for _ in range(60):
        line = [draw.choice([0.0, 1.0, 2.0, 3.0, 2.5, 1e9, 1e300, math.inf]) if draw.random() < 0.5
                else float(draw.randrange(1, 5)) for _ in range(draw.randrange(1, 9))]
        output = [draw.random() for _ in range(max(0, len(line) - draw.randrange(3)))]
        expected = pm.array(line), pm.array(output)
        try:
            function(*expected)
            expected = expected[1].tolist(), line
        except (ArithmeticError, IndexError, TypeError, ValueError) as error:
            expected = type(error), str(error), line
            if isinstance(error, ValueError) or not math.isfinite(sum(map(abs, line))):
                continue
        assert repr(lines(capsule, line, output)) == repr(expected)


def test_lines_that_are_parts_of_one_another():
    f, both = called(differences.lowlevel("generic_filter1d")), doubles(1.0, 4.0, 9.0, 16.0, 0.0)
    place = ctypes.pointer(ctypes.c_double.from_buffer(both, 8))
    # The line is a copy, as it is for a function in Python.
    assert f(both, 4, place, 3, None) == 1
    assert list(both) == [1.0, 3.0, 5.0, 7.0, 0.0]
    assert f(both, 4, place, 0, None) == 1


def test_explain_says_how_they_are_called():
    @pm.jit
    def double(x):
        return x + x

    @pm.jit
    def ordered(values):
        return sorted(values)[0]

    assert pm.explain(double).callables == []
    double.lowlevel()
    ordered.lowlevel("generic_filter")
    assert pm.explain(double).callables == [("double (double)", None)]
    assert "called from C as double (double), native" in str(pm.explain(double))
    ((signature, reason),) = pm.explain(ordered).callables
    assert signature == "int (double *, intptr_t, double *, void *)" and reason
    assert "by way of Python: " + reason in str(pm.explain(ordered))


def test_strict_functions_are_native_or_an_error():
    assert called(pm.jit(inverse.__wrapped__, strict=True).lowlevel())(4.0) == 0.25
    with pytest.raises(TypeError, match="the function median is strict, and as 'int .*' it would be called by way"):
        pm.jit(median.__wrapped__, strict=True).lowlevel("generic_filter")


def test_coordinates():
    f = called(turned.lowlevel("geometric_transform"))
    found = doubles(0.0, 0.0)
    assert f((ctypes.c_ssize_t * 2)(4, 3), found, 2, 2, None) == 1
    assert list(found) == [5.0, 2.0]
    # Another number of axes than was thought of.
    assert f((ctypes.c_ssize_t * 3)(4, 3, 9), found, 3, 2, None) == 1
    assert list(found) == [5.0, 2.0]
    with pytest.raises(ValueError, match="gives 2 coordinates, and the input has 1 axes"):
        f((ctypes.c_ssize_t * 2)(4, 3), found, 2, 1, None)
    with pytest.raises(IndexError):
        f((ctypes.c_ssize_t * 1)(4), found, 1, 2, None)

    @pm.jit
    def list_of_one(place):
        return [place[0]] if place[0] else (1, 2)

    with pytest.raises(TypeError, match="must give a tuple, not list"):
        called(list_of_one.lowlevel("geometric_transform"))((ctypes.c_ssize_t * 2)(4, 3), found, 2, 2, None)


def refusal(function, *arguments, **keywords):
    with pytest.raises((TypeError, ValueError)) as caught:
        pm.jit(function).lowlevel(*arguments, **keywords)
    return str(caught.value)


def test_refusals_say_what_is_wrong():
    def pair(x, y):
        return x + y

    def nothing():
        return 1.0

    def named(x, *, y):
        return x + y

    def words(x):
        return (x, x)

    def number(place):
        return place[0]

    assert "'double (double)' calls the function with 1 argument, and" in refusal(pair, "double (double)")
    assert "takes 2" in refusal(pair, "generic_filter")
    assert "takes 1: it gets the line and the array to write to" in refusal(words, "generic_filter1d")
    assert "'float (float)' is no signature that SciPy takes; take one of 'quad'" in refusal(pair, "float (float)")
    assert "must be a string, not 5" in refusal(pair, 5)
    assert "takes no arguments" in refusal(nothing)
    assert "needs 'y' by keyword" in refusal(named)
    assert "gives a tuple, where the function in C gives a number: return a float" in refusal(words)
    assert "gives a number, where the function in C gives a tuple" in refusal(number, "geometric_transform")
    assert "argument 'ndim' must be the number of axes" in refusal(words, "geometric_transform", ndim=0)
    with pytest.raises(TypeError, match="cannot be compiled, and so is no function in C"):
        pm.jit(eval("lambda x: x")).lowlevel()


def test_threads_without_the_lock():
    f = called(inverse.lowlevel(), holds=False)
    sums, errors = [], []

    def work():
        sums.append(sum(f(float(x)) for x in range(1, 2000)))
        try:
            f(0.0)
        except (ZeroDivisionError, SystemError) as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert sums == [sum(1.0 / x for x in range(1, 2000))] * 4
    assert len(errors) == 4


def test_threads_that_python_does_not_know(monkeypatch):
    @pm.jit
    def checked(x):
        if x is None:
            raise ValueError("nothing")
        return print_nothing(x)

    def print_nothing(x):
        raise LookupError("for nobody")

    seen = []
    monkeypatch.setattr(sys, "unraisablehook", lambda of: seen.append(of.exc_value))
    capsule = checked.lowlevel("double (double, void *)")
    libc = ctypes.CDLL(None)
    thread, start = ctypes.c_ulong(), _pointer(capsule, _name(capsule))
    libc.pthread_create.argtypes = [ctypes.c_void_p] * 4
    libc.pthread_join.argtypes = [ctypes.c_ulong, ctypes.c_void_p]
    assert libc.pthread_create(ctypes.byref(thread), None, start, None) == 0
    assert libc.pthread_join(thread, None) == 0
    assert [type(error) for error in seen] == [LookupError]


def test_an_exception_that_is_set_is_not_lost():
    f = called(inverse.lowlevel(), holds=False)
    # The interpreter finds the exception when the call ends, or `ctypes` does.
    with pytest.raises((ZeroDivisionError, SystemError)) as caught:
        f(0.0)
    assert isinstance(caught.value.__cause__ or caught.value, ZeroDivisionError)


def test_a_capsule_keeps_the_function_and_no_more():
    def make():
        offset = 2.0

        @pm.jit
        def shifted(x):
            return x + offset

        return shifted

    function = make()
    known = weakref.ref(function.__wrapped__)
    f = called(function.lowlevel())
    first = _pointer(f.capsule, b"double (double)")
    # It is compiled once.
    assert _pointer(function.lowlevel(), b"double (double)") == first
    del function
    gc.collect()
    assert f(1.0) == 3.0
    assert known() is not None
    del f
    gc.collect()
    assert known() is None


def test_functions_are_compiled_once():
    for function, signature in ((bell, None), (median, "generic_filter"), (differences, "generic_filter1d")):
        capsules = [function.lowlevel(signature) for _ in range(3)]
        assert len({_pointer(capsule, _name(capsule)) for capsule in capsules}) == 1


def test_verified_functions_are_called_twice():
    calls = []

    @pm.jit(verify=True)
    def noted(x):
        calls.append(x)
        return x + 1.0

    assert called(noted.lowlevel())(1.0) == 2.0
    assert calls == [1.0, 1.0]

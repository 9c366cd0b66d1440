"""Elements and small arrays, which PyPy serves without the native part: the same on every Python.

Loops are long enough for PyPy to reach the memory of an array by a pointer, and some of what is
done in between makes it go back to the native part.
"""

import collections
import copy
import gc
import math
import pickle
import random
import threading
import warnings
import weakref

import pytest

import pommel as pm

#: More often than anything is waited for.
OFTEN = 200


def light(values):
    """A small array that no function has seen."""
    return pm.array([float(value) for value in values])


def seen(values):
    """The same, after a function saw it."""
    array = light(values)
    array.sum()
    return array


def filled(values):
    """The same, made of zeros."""
    array = pm.zeros(len(values))
    array[:] = [float(value) for value in values]
    return array


def opened(values):
    """The same, after its elements were read and written many times."""
    array = pm.asarray(memoryview(light(values)))
    for _ in range(OFTEN):
        array[0] = array[0]
    return array


def part(values):
    """The same, as every third element of another array, backwards."""
    values = [float(value) for value in values]
    array = pm.zeros(3 * len(values))[::-3]
    array[:] = values
    return array


MAKERS = [light, seen, filled, opened, part]
every_kind = pytest.mark.parametrize("make", MAKERS)


@every_kind
def test_elements_are_read_and_written(make):
    values = [i * 1.5 for i in range(-3, 4)]
    a = make(values)
    for _ in range(OFTEN):
        for i in range(-7, 7):
            assert a[i] == values[i] and type(a[i]) is float
    for k in range(OFTEN):
        a[k % 7] = values[k % 7] = k + 0.5
        a[-1] = values[-1] = k
    assert a.tolist() == list(a) == [x for x in a] == values
    assert len(a) == a.size == 7 and a.shape == (7,) and a.ndim == 1
    assert a.dtype == pm.float64 and a.itemsize == 8 and a.strides[0] % 8 == 0


@every_kind
def test_indices_out_of_bounds(make):
    a = make([1, 2, 3])
    for _ in range(OFTEN):
        for index in (3, -4, 10**6):
            text = "index {} is out of bounds: axis 0 has the indices -3 to 2".format(index)
            with pytest.raises(IndexError, match=text):
                a[index]
            with pytest.raises(IndexError, match=text):
                a[index] = 1.0
    for wrong in ("x", 1.5, (0, 0)):
        with pytest.raises(IndexError):
            a[wrong]
    with pytest.raises((IndexError, OverflowError)):
        a[10**30]
    assert a[True].shape == (1, 3) and a[None].shape == (1, 3) and a[...].shape == (3,)
    assert a[pm.array(1)] == 2 and a[[2, 0]].tolist() == [3, 1]


@every_kind
def test_values_that_are_written(make):
    a = make([1, 2, 3])
    for value in (4, 2.5, True, 2**53 + 1, 10**20, pm.array(7), pm.array(1.5, dtype="float32")):
        for _ in range(3):
            a[1] = value
            assert a[1] == float(value) and type(a[1]) is float
    refused = (1j, TypeError), ("x", TypeError), (None, TypeError), ([1, 2], ValueError)
    for value, error in refused:
        with pytest.raises(error) as small:
            a[1] = value
        with pytest.raises(error) as large:
            pm.zeros(5000)[1:4][1] = value
        assert str(small.value) == str(large.value)
    a[0] = math.nan
    a[2] = -math.inf
    assert math.isnan(a[0]) and a[2] == -math.inf


def test_integers_and_truth_values():
    numbers, truths = pm.arange(5), pm.zeros(5, dtype="bool")
    for k in range(OFTEN):
        numbers[k % 5] = 2**62 + k
        truths[k % 5] = k % 3 == 0
        assert numbers[k % 5] == 2**62 + k and type(numbers[0]) is int
        assert truths[k % 5] is (k % 3 == 0)
    numbers[1] = 2.75
    truths[1] = 17
    assert numbers[1] == 2 and truths[1] is True
    with pytest.raises(OverflowError):
        numbers[0] = 2**63
    small = pm.arange(5, dtype="float32")
    for k in range(OFTEN):
        small[k % 5] = k
        assert small[k % 5].dtype == pm.float32 and float(small[k % 5]) == k


def test_elements_of_a_grid():
    grid = pm.arange(12.0).reshape(3, 4)
    turned = grid.T[::-1]
    for k in range(OFTEN):
        i, j = k % 3, k % 4
        assert grid[i, j] == grid[i - 3, j - 4] == turned[3 - j, i]
        grid[i, j] = k
        turned[3 - j, i] += 1
        assert grid[i, j] == k + 1
    for key in ((3, 0), (0, -5)):
        with pytest.raises(IndexError, match="is out of bounds: axis"):
            grid[key]
        with pytest.raises(IndexError, match="is out of bounds: axis"):
            grid[key] = 1.0
    assert grid[1].shape == (4,) and grid[1, :].tolist() == grid[1].tolist()
    assert [row.tolist() for row in grid] == grid.tolist()


@every_kind
def test_views_and_buffers_see_writes_both_ways(make):
    a = make(range(6))
    for k in range(2 * OFTEN):
        a[2] = k
    view, back, memory = a[1:4], a[::-1], memoryview(a)
    for k in range(2 * OFTEN):
        a[2] = k
        assert view[1] == back[3] == memory[2] == k
        view[1] = -k
        assert a[2] == back[3] == memory[2] == -k
        back[3] = k + 0.5
        assert a[2] == view[1] == memory[2] == k + 0.5
    memory[2] = 9.0
    a *= 2
    assert a[2] == view[1] == memory[2] == 18
    pm.add(view, 1, out=view)
    assert a[2] == 19


def test_what_was_computed_before_is_not_reached():
    n = 10_000
    a = pm.zeros(n)
    view = a[5:]
    for round in range(1, 4):
        before = a + 1, view * 2
        for i in range(2 * OFTEN):
            a[i] = a[i] + 1.0
        # Nothing else is asked of the array here.
        between = view * 2
        a[7] = -1.0
        after = view * 2, a + 1
        a[7] = -2.0
        view[2] = round
        assert (before[0][7], before[1][2]) == (round, 2 * (round - 1))
        assert between[2] == 2 * round and (after[0][2], after[1][7]) == (-2, 0)
        assert a[7] == round and float(before[0].sum()) == n + (round - 1) * 2 * OFTEN


def test_memory_that_must_not_be_written():
    array = pm.broadcast_to(pm.zeros(1), (5,))
    for _ in range(OFTEN):
        assert array[3] == 0
        with pytest.raises(ValueError, match="read-only"):
            array[3] = 1.0


def operators(a, b, x):
    """What operators make of two arrays and a number."""
    c, d = a.copy(), a.copy()
    c += b
    c -= x
    c *= b
    d /= x
    return [a + b, a - b, a * b, a / b, a + x, x + a, a - x, x - a, a * x, x * a, a / x, x / a,
            -a, +a, abs(a), a**2, a // b, a % x, a < b, c, d]


@pytest.mark.parametrize("n", [1, 2, 3, 4, 7, 16, 17, 30, 255, 256, 257])
def test_operators_are_those_of_large_arrays(n):
    rng = random.Random(n)
    x, y = ([rng.uniform(-9, 9) for _ in range(n)] for _ in range(2))
    wide = pm.array([x + [1.0] * 5000, y + [1.0] * 5000])
    for number in (3.7, -2, 2**60 + 1):
        expected = [array[:n] for array in operators(wide[0], wide[1], number)]
        for make in MAKERS:
            for _ in range(7):
                found = operators(make(x), make(y), number)
            for one, other in zip(found, expected):
                assert one.tolist() == other.tolist() and one.dtype == other.dtype
                assert one.shape == (n,)


@every_kind
def test_shapes_and_types_meet(make):
    a = make([1, 2, 3])
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(4,\) do not fit"):
        a + make([1, 2, 3, 4])
    assert (a + make([1])).tolist() == [2, 3, 4] and (make([1]) * a).tolist() == [1, 2, 3]
    assert (a + [1, 2, 3]).tolist() == [2, 4, 6] and (1j * a).dtype == pm.complex128
    assert (a + True).tolist() == [2, 3, 4] and (a * pm.arange(3)).tolist() == [0, 2, 6]
    assert (a + pm.zeros((2, 3))).shape == (2, 3)
    with pytest.raises(TypeError):
        a + "x"
    with pytest.raises(TypeError):
        a - None


@every_kind
def test_in_place_operators_keep_the_array(make):
    a = make([1, 2, 3])
    same, view = a, a[1:] if make is not light else None
    for _ in range(OFTEN):
        a += 1
        a *= 1.0
        a -= make([0, 1, 0])
    assert a is same and a.tolist() == [1 + OFTEN, 2, 3 + OFTEN]
    assert view is None or view.tolist() == [2, 3 + OFTEN]
    a += a
    assert a.tolist() == [2 + 2 * OFTEN, 4, 6 + 2 * OFTEN]
    with pytest.raises(ValueError, match="do not fit"):
        a += make([1, 2])


@every_kind
def test_errors_of_arithmetic(make):
    one, huge = make([1, -1, 2]), make([1e308, 2, 3])
    zero, tiny = make([0, 0, 0]), make([1e-200, 1, 1])
    for compute, text in (
        (lambda: one / zero, "divide by zero encountered in divide"),
        (lambda: one / 0, "divide by zero encountered in divide"),
        (lambda: 1 / zero, "divide by zero encountered in divide"),
        (lambda: zero / zero, "invalid value encountered in divide"),
        (lambda: huge * 10, "overflow encountered in multiply"),
        (lambda: huge + huge, "overflow encountered in add"),
        (lambda: huge**2, "overflow encountered in square"),
    ):
        with pytest.warns(RuntimeWarning, match=text) as caught:
            compute()
        assert caught[0].filename == __file__
        with pm.errstate(all="raise"), pytest.raises(FloatingPointError, match=text):
            compute()
        with pm.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            assert not all(map(math.isfinite, compute()))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert (tiny * tiny)[0] == 0
        # No error: they were there before.
        assert (make([math.inf, math.nan, 1]) + 1)[0] == math.inf
        for _ in range(2):
            with pm.errstate(under="raise"), pytest.raises(FloatingPointError, match="underflow"):
                tiny * tiny
            assert (tiny * tiny)[0] == 0


@every_kind
def test_arrays_are_found_wherever_they_are(make):
    a, b = make([1, 2]), make([3, 4])
    assert pm.stack([a, b]).tolist() == pm.array([a, b]).tolist() == [[1, 2], [3, 4]]
    assert pm.array([[a, b], (b, a)]).shape == (2, 2, 2)
    assert pm.array((a[0], b[0])).tolist() == [1, 3]
    assert pm.concat((a, b), axis=0).tolist() == [1, 2, 3, 4]
    assert pm.where(pm.array([True, False]), a, b).tolist() == [1, 4]
    assert pm.clip(a, min=b).tolist() == [3, 4]
    out = make([0, 0])
    assert pm.add(a, b, out=out) is out and out.tolist() == [4, 6]
    assert pm.multiply(a, b, out=(out,)) is out and out.tolist() == [3, 8]
    matrix = pm.zeros((2, 2))
    matrix[0], matrix[1, :] = a, b
    assert (matrix @ a).tolist() == [5, 11] and float(a @ b) == 11
    assert pm.linalg.norm(b) == 5 and float(pm.sum(a)) == 3 == float(a.sum())
    named = pm.linalg.EighResult(a, b)
    assert pm.array(named).tolist() == [[1, 2], [3, 4]]
    a[:] = b
    assert a.tolist() == [3, 4] and b in [b] and 3 in a
    assert pm.array(collections.deque([a, b])).tolist() == [[3, 4], [3, 4]]
    assert pm.eval(a, b)[1] is b and pm.eval(a) is a and pm.eval(a + 1).tolist() == [4, 5]
    cycle = [a]
    cycle += [cycle, cycle]
    with pytest.raises(ValueError, match="nested|differ"):
        pm.array(cycle)


@every_kind
def test_objects_are_of_one_class(make):
    a = make([1, 2, 3])
    assert type(a) is pm.ndarray and repr(a) == "array([1., 2., 3.])" and str(a) == "[1. 2. 3.]"
    assert "{}".format(a) == str(a)
    with pytest.raises(TypeError, match="unhashable"):
        hash(a)
    with pytest.raises(ValueError, match="neither true nor false"):
        bool(a)
    with pytest.raises(TypeError):
        float(a)
    assert float(make([2])) == 2
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(a, protocol)).tolist() == [1, 2, 3]
    for other in (copy.copy(a), copy.deepcopy(a), a.copy(), pm.array(a), light([1, 2, 3])):
        other[0] = 9.0
        assert (a[0], other[0]) == (1, 9) and type(other) is pm.ndarray
    assert pm.from_dlpack(a).tolist() == [1, 2, 3]
    assert pm.random.default_rng(1).normal(a, 0).tolist() == [1, 2, 3]
    assert a.__array_interface__["shape"] == (3,) and memoryview(a).format == "d"
    with pytest.raises(AttributeError):
        a.nothing
    with pytest.raises(AttributeError):
        a.shape = (1, 3)


def test_functions_are_pickled_by_name():
    for function in (pm.sum, pm.array, pm.eval, pm.linalg.norm, pm.linalg.inv):
        assert pickle.loads(pickle.dumps(function)) is function


def test_a_list_is_copied():
    values = [1.0, 2.0]
    a = pm.array(values)
    values[0] = a[1] = 5.0
    values.append(1)
    assert a.tolist() == [1, 5] and values == [5, 2, 1]
    for function in (pm.zeros, pm.ones):
        assert function(2).shape == (2,) and function(0).shape == (0,) and function(()).shape == ()
        assert function(2).tolist() == [function is pm.ones] * 2
        assert function(2).dtype == pm.float64
    a.tolist()[0] = 7.0
    assert a.tolist() == [1, 5]
    assert pm.array([1.0, 2]).dtype == pm.float64 and pm.array((1.0, 2.0)).tolist() == [1, 2]
    assert pm.array([]).shape == (0,) and pm.array([1.0], ndmin=2).shape == (1, 1)
    assert pm.array([1.0, 2.0], dtype="float32").dtype == pm.float32


# Arrays of CPython have no weak references.
@pytest.mark.only("pypy")
@every_kind
def test_memory_is_given_back(make):
    a = make([1, 2, 3])
    for k in range(OFTEN):
        a[0] = k
    gone = weakref.ref(a)
    del a
    for _ in range(5):
        gc.collect()
    assert gone() is None


def test_an_array_that_is_left_is_still_read():
    expected = sum(range(500))
    for _ in range(20):
        assert sum(pm.arange(500.0)) == expected
        gc.collect(0)


def test_no_write_is_lost_when_another_thread_looks():
    """One thread writes while others do what makes a native array of a small one, or closes it."""
    for n in (4, 5000):
        for _ in range(20):
            a = pm.array([0.0] * n)
            begin = threading.Barrier(3)

            def look():
                begin.wait()
                for _ in range(10):
                    a.sum(), a[1:], a + 1, memoryview(a)

            threads = [threading.Thread(target=look) for _ in range(2)]
            for thread in threads:
                thread.start()
            begin.wait()
            for k in range(300):
                a[2] = k
                assert a[2] == k
            for thread in threads:
                thread.join()
            assert a.tolist() == [0, 0, 299] + [0] * (n - 3)

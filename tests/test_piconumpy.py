"""PicoNumpy's class `array`: what it computes, what it refuses, and that nothing crashes it."""

import gc
import math
import operator

import piconumpy
import pytest
from piconumpy import array, empty, zeros

from threads import run_in_threads


class Boom(Exception):
    pass


class RaisesFromFloat:
    def __float__(self):
        raise Boom


class RaisesFromIndex:
    def __index__(self):
        raise Boom


class Three:
    def __float__(self):
        return 3.0

    def __index__(self):
        return 3


def type_name(value):
    return type(value).__name__


NOT_NUMBERS = [None, "1.0", b"1", [], [1.0], {}, object(), 1j, piconumpy]
HUGE = [2**60, 2**62, 2**63 - 1, 2**63, 2**64, 10**30]


# What it computes.


def test_from_list():
    a = array([1.0, 2.5, -3.0])
    assert a.tolist() == [1.0, 2.5, -3.0]
    assert len(a) == a.size == 3
    assert [type(x) for x in a.tolist()] == [float] * 3


def test_from_integers_and_objects_with_float():
    assert array([1, True, 2**53, Three()]).tolist() == [1.0, 1.0, 2.0**53, 3.0]


def test_empty_list():
    a = array([])
    assert len(a) == a.size == 0
    assert a.tolist() == []
    assert (a + a).tolist() == (a * 2.0).tolist() == []


def test_special_values_survive():
    a = array([math.nan, math.inf, -math.inf, -0.0, 5e-324])
    assert math.isnan(a[0])
    assert a.tolist()[1:] == [math.inf, -math.inf, -0.0, 5e-324]
    assert math.copysign(1.0, a[3]) == -1.0
    doubled = a * 2.0
    assert math.isnan(doubled[0]) and doubled[1] == math.inf


def test_the_list_is_copied():
    source = [1.0, 2.0]
    a = array(source)
    source[0] = 9.0
    a.tolist()[1] = 9.0
    assert a.tolist() == [1.0, 2.0]


def test_zeros():
    a = zeros(4)
    assert type(a) is array
    assert a.tolist() == [0.0] * 4
    assert zeros(0).tolist() == []


def test_empty():
    a = empty(5)
    assert type(a) is array and len(a) == 5
    assert all(type(x) is float for x in a.tolist())
    for index in range(5):
        a[index] = index
    assert a.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize("factor", [2.0, 2, True, -0.5, math.inf])
def test_multiplication_by_a_number(factor):
    a = array([1.0, -4.0])
    expected = [1.0 * factor, -4.0 * factor]
    assert (a * factor).tolist() == expected
    assert (factor * a).tolist() == expected
    assert a.tolist() == [1.0, -4.0]


def test_division_by_a_number():
    a = array([1.0, -4.0])
    assert (a / 2.0).tolist() == [0.5, -2.0]
    assert (a / 3).tolist() == [1.0 / 3, -4.0 / 3]


def test_division_by_zero_is_numpys():
    quotient = array([1.0, -1.0, 0.0]) / 0.0
    assert quotient.tolist()[:2] == [math.inf, -math.inf]
    assert math.isnan(quotient[2])


def test_addition():
    a, b = array([1.0, 2.0]), array([10.0, 20.0])
    assert (a + b).tolist() == [11.0, 22.0]
    assert (a + a).tolist() == [2.0, 4.0]
    assert a.tolist() == [1.0, 2.0] and b.tolist() == [10.0, 20.0]


def test_results_are_arrays():
    a = array([1.0])
    assert {type(a + a), type(a * 2.0), type(2.0 * a), type(a / 2.0)} == {array}


def test_operators_in_place_make_a_new_array():
    a = b = array([1.0])
    a *= 2.0
    a += b
    a /= 3.0
    assert a.tolist() == [1.0] and b.tolist() == [1.0] and a is not b


def test_an_expression_of_the_sleds():
    state, change, dt = array([1.0, 2.0, 3.0, 4.0]), array([0.5, 0.25, 0.125, 1.0]), 0.5
    assert (state + dt * change / 6).tolist() == [
        x + dt * y / 6 for x, y in zip(state.tolist(), change.tolist())
    ]


def test_indexing():
    a = array([0.0, 1.0, 2.0, 3.0])
    assert [a[index] for index in range(-4, 4)] == [0.0, 1.0, 2.0, 3.0] * 2
    assert a[Three()] == 3.0
    assert type(a[0]) is float


def test_assignment():
    a = zeros(3)
    a[0] = 1.5
    a[-1] = 2
    a[True] = Three()
    assert a.tolist() == [1.5, 3.0, 2.0]


def test_iteration():
    assert list(array([1.0, 2.0])) == [1.0, 2.0]
    assert sum(array([1.0, 2.0, 3.0])) == 6.0
    assert 2.0 in array([1.0, 2.0]) and 3.0 not in array([1.0, 2.0])


def test_a_million_elements():
    a = array([0.5] * 1_000_000)
    assert len(a) == 1_000_000
    assert sum((a + a).tolist()) == 1_000_000.0


def test_names():
    assert array.__name__ == "array" and array.__module__ == "piconumpy"
    assert isinstance(repr(array([1.0])), str)
    assert isinstance(repr(array), str)


# What it refuses.


@pytest.mark.parametrize("source", [None, 1, 1.0, object(), piconumpy, array], ids=type_name)
def test_construction_from_no_list(source):
    with pytest.raises(TypeError):
        array(source)


def test_construction_with_wrong_arguments():
    for wrong in [lambda: array(), lambda: array([1.0], [2.0]), lambda: array([1.0], nope=1)]:
        with pytest.raises(TypeError):
            wrong()


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=type_name)
def test_construction_from_no_numbers(value):
    for position in range(3):
        items = [1.0, 2.0, 3.0]
        items[position] = value
        with pytest.raises(TypeError):
            array(items)


def test_construction_passes_errors_on():
    with pytest.raises(Boom):
        array([1.0, RaisesFromFloat(), 2.0])
    with pytest.raises(OverflowError):
        array([10**400])


@pytest.mark.parametrize("make", [zeros, empty])
def test_lengths_that_are_none(make):
    for length in [None, "3", 2.5, [3], object(), math.nan]:
        with pytest.raises(TypeError):
            make(length)
    with pytest.raises(Boom):
        make(RaisesFromIndex())
    with pytest.raises(TypeError):
        make()
    with pytest.raises(TypeError):
        make(1, 2)


@pytest.mark.parametrize("make", [zeros, empty])
def test_negative_lengths(make):
    for length in [-1, -(2**31), -(2**63)]:
        with pytest.raises(ValueError):
            make(length)


@pytest.mark.parametrize("make", [zeros, empty])
@pytest.mark.parametrize("length", HUGE)
def test_huge_lengths(make, length):
    with pytest.raises((MemoryError, ValueError, OverflowError)):
        make(length)


@pytest.mark.parametrize("index", [3, 4, -4, -5, 2**31, -(2**31), 2**62, 2**63 - 1, -(2**63)])
def test_indices_out_of_range(index):
    a = array([1.0, 2.0, 3.0])
    with pytest.raises(IndexError):
        a[index]
    with pytest.raises(IndexError):
        a[index] = 0.0
    assert a.tolist() == [1.0, 2.0, 3.0]


@pytest.mark.parametrize("index", [2**63, 2**64, 10**30, -(2**63) - 1, -(10**30)])
def test_indices_beyond_every_range(index):
    a = array([1.0])
    with pytest.raises(IndexError):
        a[index]
    with pytest.raises(IndexError):
        a[index] = 0.0


@pytest.mark.parametrize("index", [None, "0", 0.0, b"0", object(), [0], {}, array], ids=type_name)
def test_indices_that_are_none(index):
    # NumPy says IndexError, Python's own sequences say TypeError.
    a = array([1.0])
    with pytest.raises((IndexError, TypeError)):
        a[index]
    with pytest.raises((IndexError, TypeError)):
        a[index] = 0.0
    assert a[0] == 1.0


def test_indices_pass_errors_on():
    a = array([1.0])
    with pytest.raises(Boom):
        a[RaisesFromIndex()]
    with pytest.raises(Boom):
        a[RaisesFromIndex()] = 0.0


@pytest.mark.parametrize("value", NOT_NUMBERS, ids=type_name)
def test_assignment_of_no_number(value):
    a = array([1.0])
    with pytest.raises(TypeError):
        a[0] = value
    assert a[0] == 1.0


def test_assignment_passes_errors_on():
    a = array([1.0])
    with pytest.raises(Boom):
        a[0] = RaisesFromFloat()
    with pytest.raises(OverflowError):
        a[0] = 10**400
    assert a[0] == 1.0


def test_elements_cannot_be_deleted():
    a = array([1.0])
    # NumPy says ValueError, Python's own sequences say TypeError.
    with pytest.raises((TypeError, ValueError)):
        del a[0]
    assert a.tolist() == [1.0]


def test_addition_of_other_lengths():
    for left, right in [(1, 2), (2, 1), (0, 1), (1000, 3)]:
        with pytest.raises(ValueError):
            zeros(left) + zeros(right)


@pytest.mark.parametrize("other", [1.0, 1, *NOT_NUMBERS], ids=type_name)
def test_addition_of_no_array(other):
    a = array([1.0])
    with pytest.raises(TypeError):
        a + other
    with pytest.raises(TypeError):
        other + a


@pytest.mark.parametrize("operation", [operator.mul, operator.truediv])
@pytest.mark.parametrize("other", NOT_NUMBERS, ids=type_name)
def test_arithmetic_with_no_number(operation, other):
    a = array([1.0])
    with pytest.raises(TypeError):
        operation(a, other)
    with pytest.raises(TypeError):
        operation(other, a)


def test_arithmetic_of_two_arrays_but_addition():
    a = array([1.0])
    for operation in [operator.mul, operator.truediv, operator.sub, operator.matmul]:
        with pytest.raises(TypeError):
            operation(a, a)
    with pytest.raises(TypeError):
        1.0 / a


def test_arithmetic_passes_errors_on():
    a = array([1.0])
    for operation in [operator.mul, operator.truediv]:
        with pytest.raises((Boom, TypeError)):
            operation(a, RaisesFromFloat())
        with pytest.raises(OverflowError):
            operation(a, 10**400)


def test_methods_of_others_objects():
    a = array([1.0])
    for wrong in [None, 1, [1.0], object(), array]:
        for call in [
            lambda: array.tolist(wrong),
            lambda: array.__len__(wrong),
            lambda: array.__getitem__(wrong, 0),
            lambda: array.__setitem__(wrong, 0, 1.0),
        ]:
            with pytest.raises(TypeError):
                call()
        # PyPy does not turn the answer of an operator that is called by name into an error.
        for operator_by_name, other in [(array.__add__, a), (array.__mul__, 2.0)]:
            try:
                assert operator_by_name(wrong, other) is NotImplemented
            except TypeError:
                pass


def test_size_is_read_only():
    a = array([1.0])
    with pytest.raises((AttributeError, TypeError)):
        a.size = 7
    with pytest.raises((AttributeError, TypeError)):
        del a.size
    assert a.size == len(a) == 1


def test_methods_take_no_more_than_they_say():
    with pytest.raises(TypeError):
        array([1.0]).tolist(1)


# What happens meanwhile.


def test_the_list_shrinks_while_it_is_read():
    items = []

    class Clears:
        def __float__(self):
            items.clear()
            gc.collect()
            return 1.0

    items += [Clears(), *[float(x) for x in range(1000)]]
    try:
        a = array(items)
    except (IndexError, RuntimeError, ValueError):
        return
    assert a[0] == 1.0


def test_the_list_grows_while_it_is_read():
    items = []

    class Grows:
        def __float__(self):
            if len(items) < 10_000:
                items.extend([1.0] * 100)
            return 1.0

    items += [Grows() for _ in range(100)]
    assert set(array(items).tolist()) == {1.0}


def test_the_list_is_replaced_while_it_is_read():
    items = []

    class Replaces:
        def __float__(self):
            items[:] = [object() for _ in items]
            gc.collect()
            return 1.0

    items += [Replaces() for _ in range(100)]
    with pytest.raises(TypeError):
        array(items)


def test_the_last_name_is_deleted_during_use():
    holder = {}

    class Deletes:
        def __float__(self):
            holder.clear()
            gc.collect()
            return 2.0

        def __index__(self):
            holder.clear()
            gc.collect()
            return 0

    for use in [
        lambda: operator.setitem(holder["a"], 0, Deletes()),
        lambda: operator.setitem(holder["a"], Deletes(), 1.0),
        lambda: operator.getitem(holder["a"], Deletes()),
    ]:
        holder["a"] = array([1.0] * 1000)
        use()
        assert not holder


def test_initialising_again():
    a = array([1.0, 2.0])
    try:
        a.__init__([3.0] * 1000)
    except TypeError:
        pass
    assert len(a) == a.size == len(a.tolist())


def test_without_initialising():
    try:
        a = array.__new__(array)
    except TypeError:
        return
    assert len(a) == len(a.tolist()) == 0


def test_arrays_outlive_what_they_came_from():
    def make():
        a = array([1.0, 2.0])
        return a + a

    results = [make() for _ in range(1000)]
    gc.collect()
    assert all(result.tolist() == [2.0, 4.0] for result in results)


# Threads.


def test_threads_with_arrays_of_their_own():
    results = {}

    def work(index):
        a = array([float(index), 1.0])
        for _ in range(5000):
            a = a + a * 0.5 + a / -2.0 + zeros(2)
        results[index] = a.tolist()

    run_in_threads(4, work)
    assert results == {index: [float(index), 1.0] for index in range(4)}


def test_threads_with_one_array():
    shared = zeros(4)

    def work(index):
        for step in range(5000):
            shared[index] = step
            assert shared[index] == step
            shared + shared
            shared.tolist()
            shared * 2.0

    run_in_threads(4, work)
    assert shared.tolist() == [4999.0] * 4


# No leak over a million operations.


def refused(operation, *arguments):
    try:
        operation(*arguments)
    except (TypeError, ValueError, IndexError, Boom):
        return
    raise AssertionError("nothing was raised")


LEAK_SOURCE = [1.0, 2.0, 3.0, 4.0]
LEAK_ARRAY = array(LEAK_SOURCE)
FAILS = RaisesFromFloat()


@pytest.mark.parametrize(
    "operation",
    [
        lambda: array(LEAK_SOURCE),
        lambda: zeros(4),
        lambda: LEAK_ARRAY + LEAK_ARRAY,
        lambda: LEAK_ARRAY * 2.0,
        lambda: 2.0 * LEAK_ARRAY,
        lambda: LEAK_ARRAY / 2.0,
        lambda: LEAK_ARRAY[1],
        lambda: LEAK_ARRAY.__setitem__(2, 5.0),
        lambda: (len(LEAK_ARRAY), LEAK_ARRAY.size),
        lambda: LEAK_ARRAY.tolist(),
    ],
    ids="array zeros add mul rmul div getitem setitem len tolist".split(),
)
def test_no_leak(operation, assert_no_leak):
    assert_no_leak(operation)


@pytest.mark.parametrize(
    "operation",
    [
        lambda: refused(array, [1.0, None]),
        lambda: refused(array, [1.0, FAILS]),
        lambda: refused(zeros, -1),
        lambda: refused(operator.add, LEAK_ARRAY, zeros(1)),
        lambda: refused(operator.mul, LEAK_ARRAY, "x"),
        lambda: refused(operator.getitem, LEAK_ARRAY, 99),
        lambda: refused(operator.setitem, LEAK_ARRAY, 0, "x"),
    ],
    ids="array raising zeros add mul getitem setitem".split(),
)
def test_no_leak_when_refused(operation, assert_no_leak):
    assert_no_leak(operation, times=20_000)

"""`emath` and names for texts and orders, beside NumPy's."""

import numpy as np
import pytest
from agreement import agree, ours, refuse, same
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm

arrays = st.sampled_from(["float64", "float32", "int64", "complex128"]).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, max_dims=2, min_side=0),
                             elements=st.integers(-3, 3)))

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.mark.parametrize("name", pm.emath.__all__)
@settings(max_examples=40, deadline=None)
@given(values=arrays, more=st.integers(-2, 3))
def test_complex_where_needed(name, values, more):
    if name in ("log", "log2", "log10", "logn", "arctanh"):
        values = values + (abs(values) <= 1) * np.asarray(2, values.dtype)
    if name == "power":
        values = values + (values == 0)
    args = {"logn": (2, values), "power": (values, more)}.get(name, (values,))
    found, expected = (getattr(space.emath, name)(*map(convert, args))
                       for space, convert in ((pm, ours), (np, lambda value: value)))
    expected = np.asarray(expected)
    if values.dtype == "int64":
        # Whether integers become numbers of 64 or 128 bits is left to what computes.
        assert (found.dtype.kind == "c") == (expected.dtype.kind == "c")
        found, expected = found.astype("complex128"), expected.astype("complex128")
    same(found, expected, 1e-10)


@given(st.integers(-2**70, 2**70), st.integers(2, 36), st.integers(0, 5))
def test_digits(number, base, padding):
    assert pm.base_repr(number, base, padding) == np.base_repr(number, base, padding)


@given(st.integers(-300, 300), st.none() | st.integers(10, 20))
def test_binary_digits(number, width):
    assert pm.binary_repr(number, width) == np.binary_repr(number, width)


def test_what_has_no_digits():
    refuse("base_repr", 3, 1)
    refuse("base_repr", 3, 37)
    refuse("binary_repr", 300, 5)
    refuse("binary_repr", -300, 5)


@given(hnp.arrays(st.sampled_from(["int8", "int16", "int64", "float32", "float64", "complex64"]),
                  hnp.array_shapes(max_dims=2), elements=st.integers(-5, 5)))
def test_sorted_as_complex(values):
    agree("sort_complex", values)


def test_orders():
    for shape in ((2, 3), (3,), (1, 3)):
        for turned in (False, True):
            mine, theirs = pm.ones(shape), np.ones(shape)
            assert pm.isfortran(mine.T if turned else mine) == np.isfortran(
                theirs.T if turned else theirs)

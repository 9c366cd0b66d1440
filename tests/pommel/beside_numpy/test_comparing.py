"""Comparisons, and facts about elements, are those of NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import agree, ours, same

SPECIAL = [0.0, -0.0, 1.0, 1.0 + 1e-6, 1.0 + 1e-9, -2.0, 1e300, np.inf, -np.inf, np.nan]


special = st.sampled_from(["float64", "float32", "complex128"]).flatmap(
    lambda dtype: hnp.arrays(dtype, 6, elements=st.builds(
        complex if dtype[0] == "c" else (lambda x, y: np.dtype(dtype).type(x)),
        st.sampled_from(SPECIAL[:6] + SPECIAL[7:]), st.sampled_from(SPECIAL[:6] + SPECIAL[7:]))))
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@settings(max_examples=100, deadline=None)
@given(a=special, b=special, equal_nan=st.booleans(), rtol=st.sampled_from([1e-5, 0.0, 1e-8]))
def test_close(a, b, equal_nan, rtol):
    same(pm.isclose(ours(a), ours(b), rtol=rtol, equal_nan=equal_nan),
         np.isclose(a, b, rtol=rtol, equal_nan=equal_nan))
    for x, y in ((a, b), (a, a), (a[:1], a)):
        assert pm.allclose(ours(x), ours(y), equal_nan=equal_nan) is np.allclose(
            x, y, equal_nan=equal_nan)
        assert pm.array_equal(ours(x), ours(y), equal_nan) is np.array_equal(x, y, equal_nan)
        assert pm.array_equiv(ours(x), ours(y)) is np.array_equiv(x, y)


def test_close_integers():
    for dtype in ("int8", "int64", "uint8", "bool"):
        a = np.array([0, 1, 1], dtype)
        b = np.array([[0], [1]], dtype)
        same(pm.isclose(ours(a), ours(b)), np.isclose(a, b))
    least = np.array([-128, 5], "int8")
    agree("isclose", least, least[::-1].copy(), atol=200)
    agree("isclose", [1.0, 2.0], [1.1, 2.0], atol=[0.2, 0.0])


def test_equal_is_for_anything():
    assert not pm.array_equal([1, 2], "text")
    assert not pm.array_equal([[1], [2, 3]], [1])
    assert not pm.array_equiv([1, 2], [1, 2, 3])
    assert not pm.array_equiv([1, 2], {})
    assert pm.array_equal([], []) and not pm.array_equal([], [[]])


@settings(max_examples=60, deadline=None)
@given(a=special, given=st.sampled_from([{}, {"nan": 5.0}, {"posinf": 7.0, "neginf": -1.5}]))
def test_numbers_for_nan(a, given):
    same(pm.nan_to_num(ours(a), **given), np.nan_to_num(a, **given))
    written = ours(a)
    assert pm.nan_to_num(written, copy=False) is written
    same(written, np.nan_to_num(a))


def test_numbers_for_nan_in_integers():
    same(pm.nan_to_num([1, 2]), np.nan_to_num([1, 2]))
    same(pm.nan_to_num(pm.array(pm.nan)), np.array(0.0))


@settings(max_examples=60, deadline=None)
@given(a=special)
def test_kinds(a):
    for name in "isreal iscomplex".split():
        same(getattr(pm, name)(ours(a)), getattr(np, name)(a))
    for name in "isrealobj iscomplexobj".split():
        assert getattr(pm, name)(ours(a)) is getattr(np, name)(a)
    for name in "isposinf isneginf".split():
        if a.dtype.kind == "c":
            with pytest.raises(TypeError, match="real numbers"):
                getattr(pm, name)(ours(a))
        else:
            same(getattr(pm, name)(ours(a)), getattr(np, name)(a))


def test_kinds_of_others():
    for value in (1, 1j, [1, 2], [1j]):
        assert pm.isrealobj(value) is np.isrealobj(value)
        same(pm.isreal(value), np.isreal(value))
    for value in (1, 1.5, 2j, True, "text", b"bytes", None, [1], (1,)):
        assert pm.isscalar(value) is np.isscalar(value)
    assert not pm.isscalar(pm.array(1.0))
    same(pm.isposinf([1, 2]), np.isposinf([1, 2]))


@pytest.mark.parametrize("dtype", ["complex64", "complex128", "float32", "int64"])
def test_real_if_close(dtype):
    values = np.array([1, 2, 3]).astype(dtype)
    for factor in (0, 1, 1e3):
        imaginary = 1j * factor * np.finfo(dtype if dtype[0] == "c" else float).eps
        a = values + (imaginary if dtype[0] == "c" else 0)
        a = a.astype(dtype)
        for tol in (100, 1e-9, 1):
            same(pm.real_if_close(ours(a), tol), np.real_if_close(a, tol))

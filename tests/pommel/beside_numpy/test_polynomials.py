"""Polynomials, and solving and inverting for tensordot, are those of NumPy."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import agree, ours, refuse, same

DTYPES = ["float64", "float32", "int64", "complex128"]


def coefficients(least=1, most=7):
    return st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(
        dtype, st.integers(least, most),
        elements=st.builds(complex, st.integers(-5, 5), st.integers(-5, 5))
        if dtype[0] == "c" else st.integers(-5, 5)))


@settings(max_examples=60, deadline=None)
@given(a=coefficients(), b=coefficients(), x=coefficients())
def test_arithmetic(a, b, x):
    for name in ("polyadd", "polysub", "polymul"):
        agree(name, a, b)
    agree("polyval", a, x)
    agree("polyval", a, x.reshape(1, -1, 1))
    agree("polyval", a, 2)
    for m in range(3):
        agree("polyder", a, m)
        agree("polyint", a, m)
    agree("polyint", a, 2, k=[1, 2.5])
    agree("polyint", a, 2, k=3)


@settings(max_examples=60, deadline=None)
@given(u=coefficients(1, 7), v=coefficients(1, 4))
def test_division(u, v):
    v[0] = v[0] or 1
    # NumPy divides in the type of the divisor.
    agree("polydiv", u, v if v.dtype != "float32" else v.astype(float))


@settings(max_examples=60, deadline=None)
@given(p=coefficients(0, 6))
def test_roots(p):
    found, expected = pm.roots(ours(p)), np.roots(p)
    assert found.shape == expected.shape
    if not np.iscomplexobj(expected) and found.size:
        assert str(found.dtype) == str(expected.dtype)
    # Roots that coincide are far from exact: the polynomial is small at all of them.
    values = np.polyval(p.astype(complex), np.array(found.tolist(), dtype=complex))
    scale = np.polyval(np.abs(p), np.abs(np.array(found.tolist(), dtype=complex)))
    assert np.all(np.abs(values) <= (1e-3 if p.dtype == "float32" else 1e-9) * (scale + 1))


@settings(max_examples=40, deadline=None)
@given(zeros=coefficients(0, 6))
def test_from_roots(zeros):
    agree("poly", zeros)
    agree("poly", np.concatenate([zeros, zeros.conj()]))


def test_from_matrices():
    agree("poly", np.array([[2.0, 1.0], [1.0, 3.0]]))
    agree("poly", np.array([[0.0, 1.0], [-1.0, 0.0]]))
    refuse("poly", np.zeros((2, 3)).tolist())
    refuse("polyder", [1.0], -1)
    refuse("polyint", [1.0], -1)
    refuse("polyint", [1.0], 3, k=[1, 2])


@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("deg", [0, 1, 3])
def test_fits(dtype, deg):
    rng = np.random.default_rng(8)
    x = np.arange(9).astype(dtype)
    w = rng.random(9) + 0.5
    for shape in (9, (9, 2)):
        y = (rng.standard_normal(shape) * 20).astype(dtype)
        rtol = 1e-4 if dtype == "float32" else 1e-9
        agree("polyfit", x, y, deg, rtol=rtol)
        agree("polyfit", x, y, deg, w=w, rtol=rtol)
        agree("polyfit", x, y, deg, cov=True, rtol=rtol)
        agree("polyfit", x, y, deg, w=w, cov="unscaled", rtol=rtol)
        found = pm.polyfit(ours(x), ours(y), deg, full=True)
        expected = np.polyfit(x, y, deg, full=True)
        assert int(found[2]) == expected[2] and found[4] == expected[4]
        same((*found[:2], found[3]), (*expected[:2], expected[3]), rtol)


def test_fits_of_few():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning):
            pm.polyfit([1.0, 1.0], [2.0, 2.0], 1)
    with pytest.warns(RuntimeWarning):
        found = pm.polyfit([1.0, 1.0], [2.0, 2.0], 1)
    with pytest.warns(RuntimeWarning):
        same(found, np.polyfit([1.0, 1.0], [2.0, 2.0], 1))
    refuse("polyfit", [1.0], [1.0], -1)
    refuse("polyfit", [[1.0]], [1.0], 1)
    refuse("polyfit", [], [], 1)
    refuse("polyfit", [1.0, 2.0], [1.0], 1)
    refuse("polyfit", [1.0, 2.0], [1.0, 2.0], 1, w=[1.0])
    refuse("polyfit", [1.0, 2.0], [1.0, 2.0], 1, cov=True)


@pytest.mark.parametrize("p", [None, 1, -1, 2, -2, "fro", "nuc", np.inf, -np.inf])
def test_conditions(p):
    rng = np.random.default_rng(6)
    for x in (rng.standard_normal((3, 3)), rng.standard_normal((2, 4, 4)).astype("float32"),
              np.array([[1.0, 2.0], [2.0, 4.0]]), np.zeros((2, 2)),
              np.array([[[1.0, 0], [0, 2]], [[0, 0], [0, 1]]]),
              rng.standard_normal((2, 2)) + 1j):
        if p == "nuc" and np.any(np.linalg.det(x) == 0):
            assert np.isinf(pm.linalg.cond(ours(x), p).tolist()).any()
            continue  # NumPy raises for all matrices.
        expected = np.linalg.cond(x, p)
        found = pm.linalg.cond(ours(x), p)
        huge = np.asarray(expected) > 1e15
        np.testing.assert_array_equal(np.array(found.tolist()) > 1e15, huge)
        zero = np.array(0, expected.dtype)
        same(pm.where(found > 1e15, 0, found), np.where(huge, zero, expected))
    # NumPy's versions give NaN or raise.
    found = pm.linalg.cond(pm.array([[[1.0, pm.nan], [1.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]]), p)
    assert np.isnan(found.tolist()).tolist() == [True, False]
    with pytest.raises(ValueError):
        pm.linalg.cond(pm.zeros((0, 0)), p)


def test_tensors():
    rng = np.random.default_rng(6)
    a = rng.standard_normal((4, 6, 8, 3))
    same(pm.linalg.tensorinv(ours(a)), np.linalg.tensorinv(a))
    b = rng.standard_normal((24, 8, 3))
    same(pm.linalg.tensorinv(ours(b), ind=1), np.linalg.tensorinv(b, ind=1))
    c = rng.standard_normal((4, 6))
    same(pm.linalg.tensorsolve(ours(a), ours(c)), np.linalg.tensorsolve(a, c))
    moved = np.moveaxis(a, 0, 2)
    d = rng.standard_normal((6, 4))
    for axes in ((0, 3), (3, 0), [1, 2]):
        try:
            expected = np.linalg.tensorsolve(moved, d, axes)
        except np.linalg.LinAlgError:
            with pytest.raises(ValueError):
                pm.linalg.tensorsolve(ours(moved), ours(d), axes)
        else:
            same(pm.linalg.tensorsolve(ours(moved), ours(d), axes), expected)
    for bad in (lambda: pm.linalg.tensorinv(ours(a), ind=1),
                lambda: pm.linalg.tensorinv(ours(a), ind=0),
                lambda: pm.linalg.tensorsolve(ours(a), ours(d[:2]))):
        with pytest.raises(ValueError, match="argument"):
            bad()


def test_poly1d_is_numpys():
    def described(module):
        p, q = module.poly1d([1.5, -2, 3]), module.poly1d([1, 0, 0, -1], variable="z")
        long = module.poly1d([2] + [0] * 10 + [1])
        texts = [str(p), str(q), str(long), str(p(p)), str(module.poly1d([0])), str(module.poly1d([1, 0])),
                 str(module.poly1d([1, 2], r=True)), str(-q), str(module.poly1d([1j, 2.25, -1e-5]))]
        made = [p + 1, 1 - p, 2 * p, p * q, p ** 2, p / 2, *(q / p), p.deriv(), p.integ(k=2), p.integ(2),
                module.poly1d([0, 0, 1])]
        values = [p.order, len(p), float(p(2)), [float(c) for c in p], float(p[0]), float(p[7]), p == p,
                  p == q, p.variable, sorted(round(abs(complex(r)), 9) for r in p.r), p([1, 2]).tolist()]
        p[3] = 4
        return texts, [one.coeffs.tolist() for one in (*made, p)], values, [repr(one) for one in made]

    for ours, theirs in zip(described(pm), described(np)):
        assert ours == theirs

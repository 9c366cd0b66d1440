"""Averages, quantiles, covariances, histograms, and what leaves out NaN, are those of NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import agree as agree_on, ours, refuse, same

METHODS = """inverted_cdf averaged_inverted_cdf closest_observation interpolated_inverted_cdf hazen
weibull linear median_unbiased normal_unbiased lower higher midpoint nearest""".split()
AXES = [None, 0, 1, -1, (0, 2), (1, 0), (0, 1, 2)]


def agree(*args, **kwargs):
    agree_on(*args, warns=True, **kwargs)


def cube(dtype, seed=0, gaps=0.0):
    rng = np.random.default_rng(seed)
    values = rng.integers(-9, 9, (3, 4, 5))
    if dtype == "bool":
        return values > 0
    values = values.astype(dtype)
    if values.dtype.kind in "fc":
        values += rng.random((3, 4, 5)).astype(dtype)
        values[rng.random((3, 4, 5)) < gaps] = np.nan
    return values


floats = hnp.arrays(st.sampled_from(["float64", "float32", "int16", "int64"]),
                    hnp.array_shapes(min_dims=1, max_dims=3, max_side=6),
                    elements=st.integers(-20, 20))


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=10, deadline=None)
@given(values=floats, q=st.floats(0, 1), data=st.data())
def test_methods_of_quantiles(method, values, q, data):
    axis = data.draw(st.sampled_from([None] + list(range(values.ndim))))
    keepdims = data.draw(st.booleans())
    # Where rounding decides between two elements NumPy's way of rounding is followed, too.
    for part in (q, [q, 0.5, 0.25], np.array([[0.0, 1.0]])):
        agree("quantile", values, part, axis=axis, method=method, keepdims=keepdims)
    agree("percentile", values, 100 * q, axis=axis, method=method)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("dtype", "float64 float32 float16 int8 int64".split())
def test_quantiles(axis, dtype):
    values = cube(dtype)
    for keepdims in (False, True):
        agree("median", values, axis=axis, keepdims=keepdims)
        for q in (0.3, [0.1, 0.9], [[0.5]], 1, 0):
            agree("quantile", values, q, axis=axis, keepdims=keepdims)
        agree("percentile", values, [25, 75.5], axis=axis, keepdims=keepdims)


@pytest.mark.parametrize("axis", AXES)
# Of all NaN NumPy gives now float32, now float64.
@pytest.mark.parametrize("gaps, dtype", [
    (0.0, "float32"), (0.2, "float32"), (0.3, "float64"), (0.8, "float64")])
def test_quantiles_without_gaps(axis, gaps, dtype):
    values = cube(dtype, 5, gaps)
    for keepdims in (False, True):
        agree("nanmedian", values, axis=axis, keepdims=keepdims)
        agree("median", values, axis=axis, keepdims=keepdims)
        agree("quantile", values, 0.7, axis=axis, keepdims=keepdims)
        for method in ("linear", "lower", "hazen", "inverted_cdf"):
            agree("nanquantile", values, [0.2, 0.7], axis=axis, keepdims=keepdims, method=method)
            agree("nanpercentile", values, 30, axis=axis, keepdims=keepdims, method=method)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_quantiles_with_weights(data):
    values = data.draw(hnp.arrays("float64", hnp.array_shapes(min_dims=1, max_dims=2, max_side=6),
                                  elements=st.sampled_from([1.0, 2.0, -3.0, 0.5, np.nan])))
    weights = data.draw(hnp.arrays("float64", values.shape, elements=st.integers(0, 4)))
    axis = data.draw(st.sampled_from([None] + list(range(values.ndim))))
    weights[(0,) * values.ndim] = 1
    if not np.all(weights.sum(axis)):
        weights += 1
    q = data.draw(st.sampled_from([0.0, 0.3, 1.0, [0.25, 0.5, 0.0], [[0.9]]]))
    agree("quantile", values, q, axis=axis, weights=weights, method="inverted_cdf")
    if not np.any((np.nan_to_num(values * 0 + 1) * weights).sum(axis) == 0):
        agree("nanquantile", values, q, axis=axis, weights=weights, method="inverted_cdf")


def test_quantiles_of_few():
    for name in ("median", "nanmedian"):
        agree(name, np.zeros(0))
        agree(name, np.zeros((2, 0)), axis=1)
        agree(name, np.zeros((2, 0)), axis=0)
        agree(name, np.array([1.5]))
        agree(name, np.array([1 + 2j, 3]))
        agree(name, np.array([True, False]))
        agree(name, np.array([np.inf, 1.0]))
    agree("median", np.array([1.7e308, 1.7e308, 1.7e308]))
    agree("nanquantile", np.zeros(0), 0.5)
    agree("quantile", np.zeros((0, 3)), 0.5, axis=1)
    # NumPy's are NaN: infinity minus itself, and infinity times nothing.
    assert pm.quantile([pm.inf, pm.inf], 0.5).item() == pm.inf
    assert pm.quantile([1.0, 2.0, pm.inf], 0.5).item() == 2.0


def test_errors_of_quantiles():
    refuse("quantile", [], 0.5)
    refuse("percentile", [], 50)
    refuse("quantile", [1.0], 1.5)
    refuse("quantile", [1.0], np.nan)
    refuse("percentile", [1.0], -1)
    refuse("quantile", [1.0], 0.5, method="no")
    refuse("quantile", [1j], 0.5)
    refuse("quantile", [True, False], 0.5)
    refuse("quantile", [1.0, 2.0], 0.5, weights=[1, 1])
    refuse("quantile", [1.0, 2.0], 0.5, weights=[1, -1], method="inverted_cdf")
    refuse("quantile", [1.0, 2.0], 0.5, weights=[0, 0], method="inverted_cdf")
    for axis in (2, -3, (0, 0)):
        with pytest.raises(ValueError, match="axis"):
            pm.median([[1.0]], axis=axis)


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("dtype", "float64 float32 int8 int64 bool complex128".split())
def test_average(axis, dtype):
    values = cube(dtype)
    for keepdims in (False, True):
        for weights in (None, np.arange(60).reshape(3, 4, 5), cube("float32") ** 2):
            agree("average", values, axis=axis, weights=weights, returned=True, keepdims=keepdims)
    if axis is not None:
        axes = axis if isinstance(axis, tuple) else (axis,)
        weights = np.arange(np.prod([values.shape[one] for one in axes])) + 1.0
        weights = weights.reshape([values.shape[one] for one in axes])
        agree("average", values, axis=axis, weights=weights)


def test_errors_of_average():
    refuse("average", [1.0, 2.0], weights=[1, -1])
    refuse("average", [[1.0, 2.0]], weights=[1, 1])
    refuse("average", [[1.0, 2.0]], weights=[1, 1], axis=0)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_covariances(data):
    dtype = data.draw(st.sampled_from(["float64", "float32", "int32", "complex128"]))
    shape = data.draw(st.sampled_from([(6,), (3, 6), (1, 6), (2, 6)]))
    seed = data.draw(st.integers(0, 99))
    rng = np.random.default_rng(seed)
    m = (rng.standard_normal(shape) * 5).astype(dtype)
    if dtype == "complex128":
        m = m + 1j * rng.standard_normal(shape)
    y = rng.standard_normal(shape) if data.draw(st.booleans()) else None
    agree("corrcoef", m, y)
    agree("corrcoef", m.T, rowvar=len(shape) == 1)
    agree("cov", m, y, bias=data.draw(st.booleans()),
          ddof=data.draw(st.sampled_from([None, 0, 2])),
          fweights=data.draw(st.sampled_from([None, np.array([1, 2, 1, 3, 0, 1])])),
          aweights=data.draw(st.sampled_from([None, np.array([0.5, 2, 1, 3, 0, 1])])))
    agree("cov", m.T, rowvar=False, dtype="complex64" if dtype == "complex128" else "float32")


def test_covariances_of_few():
    with np.errstate(all="ignore"):
        agree("cov", np.array([1.0]))
    agree("cov", np.zeros((0, 3)))
    refuse("cov", np.zeros((2, 2, 2)).tolist())
    refuse("cov", [1.0, 2.0], ddof=1.5)
    refuse("cov", [1.0, 2.0], fweights=[1])
    refuse("cov", [1.0, 2.0], fweights=[1, -1])
    refuse("cov", [1.0, 2.0], fweights=[1, 1.5])
    refuse("cov", [1.0, 2.0], aweights=[1, -1.5])
    refuse("cov", [1.0, 2.0], aweights=[[1, 1.5]])


@pytest.mark.parametrize("gaps", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("dtype", "float64 float32 float16 complex128 int8 int64 bool".split())
def test_reductions_without_gaps(dtype, gaps):
    values = cube(dtype, 1, gaps)
    for axis in AXES:
        for keepdims in (False, True):
            for name in "nansum nanprod nanmin nanmax nanmean".split():
                if (name, dtype) == ("nanprod", "float16"):
                    continue  # Too large for the type.
                agree(name, values, axis=axis, keepdims=keepdims)
            if dtype != "bool":
                agree("nanvar", values, axis=axis, keepdims=keepdims)
                agree("nanstd", values, axis=axis, keepdims=keepdims, ddof=1)
    for axis in (None, 0, -1):
        if dtype != "float16":  # NumPy rounds after each step.
            agree("nancumsum", values, axis=axis)
            agree("nancumprod", values, axis=axis)
        for name in ("nanargmin", "nanargmax"):
            if not np.isnan(values).all(axis).any():
                agree(name, values, axis=axis)
                agree(name, values, axis=axis, keepdims=True)
            else:
                refuse(name, values, axis=axis)


def test_reductions_without_gaps_of_few():
    for name in "nansum nanprod nanmean nanvar".split():
        agree(name, np.zeros(0))
        agree(name, np.array([np.nan]))
    agree("nansum", np.array([1.0, np.nan]), dtype="float32")
    agree("nanmean", np.array([1.0, np.nan]), dtype="float32")
    agree("nanvar", np.array([1.0, np.nan, 4.0], "float32"), dtype="float64")
    refuse("nanmin", [])
    refuse("nanargmax", [np.nan])
    refuse("nanmean", [1.0], dtype="int64")


samples = hnp.arrays(st.sampled_from(["float64", "float32", "int64", "uint8"]),
                     hnp.array_shapes(max_dims=2, max_side=20), elements=st.integers(0, 50))


@settings(max_examples=50, deadline=None)
@given(values=samples, bins=st.integers(1, 12), density=st.booleans(), data=st.data())
def test_histograms(values, bins, density, data):
    limits = data.draw(st.sampled_from([None, (3, 20), (2.5, 2.5)]))
    weights = data.draw(st.sampled_from([None, "float64", "int64", "complex128"]))
    if weights is not None:
        weights = (np.arange(values.size).reshape(values.shape) % 7 + 1).astype(weights)
    with np.errstate(all="ignore"):
        total = np.histogram(values, bins, limits)[0].sum()
    density = density and total > 0
    # NumPy computes edges of float32 with the digits of that type.
    agree("histogram", values, bins, range=limits, weights=weights, density=density,
          rtol=1e-6 if values.dtype == "float32" else 1e-12)
    for edges in ([0, 3, 10, 20], [1.5, 7.25, 49.0], [0.0, 0.0, 50.0]):
        if not density:
            agree("histogram", values, np.array(edges), weights=weights)


@pytest.mark.parametrize("rule", "auto doane fd rice scott sqrt stone sturges".split())
def test_rules_for_bins(rule):
    rng = np.random.default_rng(2)
    for values in (rng.standard_normal(300), rng.standard_exponential(50), rng.integers(0, 9, 100),
                   np.ones(5), np.array([3.0]), np.zeros(0), rng.random(64).astype("float32")):
        agree("histogram_bin_edges", values, rule)
        agree("histogram_bin_edges", values, rule, range=(0.5, 2.0))
        agree("histogram", values, rule)


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_histograms_of_points(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    axes = data.draw(st.integers(1, 3))
    points = np.round(rng.standard_normal((30, axes)), 1)
    density = data.draw(st.booleans())
    weights = data.draw(st.sampled_from([None, rng.random(30)]))
    edges = [np.array([-1.0, 0.0, 0.5, 1.0]), 4, np.array([-2, 0, 2])][:axes]
    for bins in (3, edges):
        found = pm.histogramdd(ours(points), bins if bins == 3 else [
            edge if isinstance(edge, int) else ours(edge) for edge in edges], density=density,
            weights=None if weights is None else ours(weights))
        expected = np.histogramdd(points, bins, density=density, weights=weights)
        same(found[0], expected[0])
        same(found[1], tuple(expected[1]))
    if axes == 2:
        for bins in (5, [2, 3], np.array([-1.0, 0.0, 1.0])):
            agree("histogram2d", points[:, 0], points[:, 1], bins, density=density,
                  weights=weights, range=[[-1, 1], [-2, 2]])


def test_errors_of_histograms():
    refuse("histogram", [1.0], bins=0)
    refuse("histogram", [1.0], bins="no")
    refuse("histogram", [1.0], bins=1.5)
    refuse("histogram", [1.0], bins="auto", weights=[1])
    refuse("histogram", [1.0], bins=[2, 1])
    refuse("histogram", [1.0], bins=[[2, 1]])
    refuse("histogram", [1.0], weights=[1, 2])
    refuse("histogram", [1.0, np.nan])
    refuse("histogram", [1.0], range=(2, 1))
    refuse("histogram2d", [1.0], [1.0, 2.0])
    refuse("histogramdd", [[1.0], [2.0]], bins=[1])
    refuse("histogram2d", [1.0], [1.0], bins=[1])
    refuse("histogramdd", [[1.0], [2.0]], weights=[1.0, 2.0])
    refuse("histogramdd", [[1.0], [2.0]], bins=[1, 0])
    refuse("histogramdd", [[1.0], [2.0]], range=[(0, 1)])
    agree("histogram", np.array([True, False, True]), 2)

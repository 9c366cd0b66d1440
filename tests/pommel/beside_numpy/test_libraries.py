"""What other libraries do with arrays of this package: dask, pandas and SciPy."""

import dask.array as da
import numpy as np
import pandas as pd
import pytest
from scipy import linalg, special

import pommel as pm


def ours():
    return pm.asarray([[1.0, 4.0], [9.0, 16.0]])


def test_dask():
    da.register_chunk_type(pm.ndarray)
    a = pm.asarray(np.arange(24.0).reshape(4, 6))
    n = np.arange(24.0).reshape(4, 6)
    d = da.from_array(a, chunks=(2, 3), asarray=False)
    for result, expected in [
        (d + 1, n + 1), (d * d, n * n), (np.sin(d), np.sin(n)), (d.sum(axis=0), n.sum(0)),
        (d.mean(), n.mean()), (d.T, n.T), (d[1:3], n[1:3]), (d.max(axis=1), n.max(1)),
        (d.map_blocks(lambda x: x * 2), n * 2), (da.concatenate([d, d]), np.concatenate([n, n])),
        (d.reshape(24), n.reshape(24)), (da.where(d > 3, d, 0), np.where(n > 3, n, 0)),
        (d.dot(d.T), n.dot(n.T)),
    ]:
        got = result.compute(scheduler="synchronous")
        np.testing.assert_allclose(np.asarray(got), expected)
    assert type((d + 1).compute(scheduler="synchronous")) is pm.ndarray
    assert type(ours() + da.ones((2, 2), chunks=1)).__module__.startswith("dask")


def test_pandas():
    a = pm.asarray([1.0, 2.0, 3.0])
    series = pd.Series(np.asarray(a))
    assert pm.asarray(series).tolist() == [1, 2, 3]
    assert type(a + series) is pd.Series
    assert pd.DataFrame({"x": a})["x"].tolist() == [1, 2, 3]


def test_scipy():
    result = special.erf(ours())
    assert type(result) is pm.ndarray
    np.testing.assert_array_equal(np.asarray(result), special.erf(np.asarray(ours())))
    assert linalg.det(ours()) == pytest.approx(-20.0)

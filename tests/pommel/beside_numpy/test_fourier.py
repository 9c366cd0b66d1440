"""Fourier transforms along one axis and several, of all types and layouts, are those of NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pommel as pm
from agreement import same

TYPES = ["float64", "float32", "complex128", "complex64", "int64", "bool"]
NORMS = st.sampled_from([None, "ortho", "forward"])


def laid(array, how):
    """The same array in C order, in Fortran's, or with gaps and backwards."""
    if how == "F":
        return np.asfortranarray(array)
    if how == "gaps":
        wide = np.zeros([2 * n for n in array.shape], array.dtype)
        view = wide[(slice(None, None, -2),) * array.ndim]
        view[...] = array
        return view
    return array


@st.composite
def arrays(draw, dtypes=TYPES, most=24):
    shape = draw(st.lists(st.integers(2, most), min_size=1, max_size=3))
    shape[draw(st.integers(0, len(shape) - 1))] += draw(st.sampled_from([0, 0, 100]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = rng.integers(-9, 9, shape)
    dtype = draw(st.sampled_from(dtypes))
    if dtype.startswith("complex"):
        values = values + 1j * rng.integers(-9, 9, shape)
    return laid(values.astype(dtype), draw(st.sampled_from(["C", "F", "gaps"])))


def agree(name, array, **kwargs):
    expected = getattr(np.fft, name)(array, **kwargs)
    found = getattr(pm.fft, name)(pm.asarray(array), **kwargs)
    # What is small beside the largest has the largest's errors.
    scale = float(max(abs(expected).max(), 1))
    same(np.asarray(found) / scale, expected / scale)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), norm=NORMS, n=st.one_of(st.none(), st.integers(2, 90)))
def test_along_an_axis(data, norm, n):
    name = data.draw(st.sampled_from(["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"]))
    real = [dtype for dtype in TYPES if not dtype.startswith("complex")]
    array = data.draw(arrays(real if name in ("rfft", "ihfft") else TYPES))
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    agree(name, array, n=n, axis=axis, norm=norm)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), norm=NORMS)
def test_along_several(data, norm):
    name = data.draw(st.sampled_from(["fftn", "ifftn", "rfftn", "irfftn"]))
    real = [dtype for dtype in TYPES if not dtype.startswith("complex")]
    array = data.draw(arrays(real if name == "rfftn" else TYPES))
    axes = data.draw(st.permutations(range(array.ndim)))[: data.draw(st.integers(1, array.ndim))]
    s = data.draw(st.one_of(st.none(), st.tuples(*[st.integers(2, 40)] * len(axes))))
    agree(name, array, s=s, axes=tuple(axes), norm=norm)


@pytest.mark.parametrize("shape", [(300, 257), (64, 32, 40), (5, 3, 2000), (2000, 3, 5), (30011, 2)])
@pytest.mark.parametrize("name", ["fft2", "ifft2", "rfft2", "irfft2"])
def test_large_ones(name, shape):
    values = np.random.default_rng(3).random(shape)
    agree(name, values)
    if name != "rfft2":
        agree(name, values + 1j * values[::-1])

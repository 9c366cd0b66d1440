"""Compiled functions as SciPy's fast callbacks: the same bits and exceptions as plain callbacks."""

import math
import pathlib
import re
import runpy

import numpy as np
import pytest
import scipy
from scipy import integrate, ndimage

import pommel as pm

#: The page whose program is run here, in docs/how-to/scipy-callbacks.md.
PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs/how-to/scipy-callbacks.md"


def bell(x):
    return math.exp(-x * x)


def peak(x):
    return 1 / (1e-6 + (x - 0.5) ** 2)


def root(x):
    return 1.0 / math.sqrt(x)


def step(x):
    return 1 if x > 0.25 else x if x > 0.1 else False


def wave(y, x, frequency=3.0):
    return math.sin(frequency * x) * y


def cube(z, y, x):
    return x * y * z + math.cos(x)


def roughness(values):
    middle = values[len(values) // 2]
    total = 0.0
    for value in values:
        total += (value - middle) * (value - middle)
    return total / len(values)


def spread(values):
    least = most = values[0]
    for value in values:
        if value < least:
            least = value
        if value > most:
            most = value
    return most - least


def median(values):
    return sorted(values)[len(values) // 2]


def first(values):
    return values[0]


def total(values):
    return sum(values)


def smoothed(line, output):
    for i in range(len(output)):
        output[i] = 0.25 * line[i] + 0.5 * line[i + 1] + 0.25 * line[i + 2]


def shear(place):
    return place[0] + 0.25 * place[1], place[1] - 0.5


def shear3(place):
    i, j, k = place
    return k, 0.5 * i, j - 1


def flat(place):
    return (0.5 * (place[0] + place[1]),)


PICTURE = np.random.default_rng(4).normal(size=(17, 13))


@pytest.mark.parametrize("function, limits", [
    (bell, (0, 1)), (bell, (-np.inf, np.inf)), (peak, (0, 1)), (root, (0, 1)), (step, (0, 1)),
])
def test_quad(function, limits):
    compiled = pm.jit(function).lowlevel()
    assert isinstance(compiled, scipy.LowLevelCallable)
    assert integrate.quad(compiled, *limits) == integrate.quad(function, *limits)


def test_quad_with_weights_points_and_args():
    f = pm.jit(bell).lowlevel()
    for options in ({"weight": "cos", "wvar": 3.0}, {"points": [0.25, 0.5]}, {"weight": "alg", "wvar": (0.5, 0.5)}):
        assert integrate.quad(f, 0, 1, **options) == integrate.quad(bell, 0, 1, **options)
    f = pm.jit(wave).lowlevel("double (int, double *, void *)")
    assert integrate.quad(f, 0, 1, args=(0.5, 2.0)) == integrate.quad(wave, 0, 1, args=(0.5, 2.0))


def test_integrals_over_several_axes():
    f = pm.jit(wave).lowlevel()
    assert integrate.dblquad(f, 0, 1, 0, 2) == integrate.dblquad(wave, 0, 1, 0, 2)
    assert integrate.dblquad(f, 0, 1, 0, 2, args=(2.0,)) == integrate.dblquad(wave, 0, 1, 0, 2, args=(2.0,))
    f, limits = pm.jit(cube).lowlevel(), [(0, 1), (0, 2), (-1, 1)]
    assert integrate.tplquad(f, 0, 1, 0, 1, 0, 1) == integrate.tplquad(cube, 0, 1, 0, 1, 0, 1)
    assert integrate.nquad(f, limits) == integrate.nquad(cube, limits)


@pytest.mark.parametrize("function", [roughness, spread, median, first, total])
def test_generic_filter(function):
    compiled = pm.jit(function).lowlevel("generic_filter")
    for options in ({"size": 3}, {"size": (2, 5), "mode": "constant", "cval": 2.0}, {"footprint": [[0, 1], [1, 1]]}):
        expected = ndimage.generic_filter(PICTURE, function, **options)
        assert np.array_equal(ndimage.generic_filter(PICTURE, compiled, **options), expected)


def test_generic_filter_of_other_numbers():
    picture = PICTURE.copy()
    picture[3, 4], picture[8, 8], picture[10, 3] = np.nan, np.inf, 1e300
    compiled = pm.jit(roughness).lowlevel("generic_filter")
    with np.errstate(all="ignore"):
        expected = ndimage.generic_filter(picture, roughness, size=3)
        found = ndimage.generic_filter(picture, compiled, size=3)
    assert np.array_equal(found, expected, equal_nan=True)
    integers = (100 * PICTURE).astype(np.int16)
    assert np.array_equal(ndimage.generic_filter(integers, compiled, size=3),
                          ndimage.generic_filter(integers, roughness, size=3))


def test_generic_filter1d():
    compiled = pm.jit(smoothed).lowlevel("generic_filter1d")
    for axis in (0, 1):
        assert np.array_equal(ndimage.generic_filter1d(PICTURE, compiled, 3, axis=axis),
                              ndimage.generic_filter1d(PICTURE, smoothed, 3, axis=axis))


def test_geometric_transform():
    for function, picture, shape in ((shear, PICTURE, None), (flat, PICTURE[0], (5, 6)),
                                     (shear3, np.stack([PICTURE] * 3), (4, 5, 6))):
        for ndim in (1, 2, 3):
            compiled = pm.jit(function)
            try:
                compiled = compiled.lowlevel("geometric_transform", ndim=ndim)
            except TypeError:
                continue
            assert np.array_equal(ndimage.geometric_transform(picture, compiled, output_shape=shape),
                                  ndimage.geometric_transform(picture, function, output_shape=shape))


def test_exceptions_of_filters():
    def failing(values):
        if values[0] > 0.5:
            return 1.0 / float(values[0] - values[1])
        return int("x")

    compiled = pm.jit(failing).lowlevel("generic_filter")
    for picture, kind in ((np.zeros((4, 4)), ValueError), (np.ones((4, 4)), ZeroDivisionError)):
        with pytest.raises(kind) as expected:
            ndimage.generic_filter(picture, failing, size=2)
        with pytest.raises(kind) as found:
            ndimage.generic_filter(picture, compiled, size=2)
        assert str(found.value) == str(expected.value)


def test_warnings_of_filters():
    def quotient(values):
        return values[0] / values[1]

    compiled = pm.jit(quotient).lowlevel("generic_filter")
    with pytest.warns(RuntimeWarning, match="invalid value encountered in scalar divide"):
        found = ndimage.generic_filter(np.zeros((3, 3)), compiled, size=2)
    assert np.isnan(found).all()


def test_exceptions_of_quad_are_causes():
    def failing(x):
        if x > 0.5:
            raise LookupError("nothing there")
        return x

    compiled = pm.jit(failing).lowlevel()
    for options in ({}, {"points": [0.1]}, {"weight": "sin", "wvar": 2.0}):
        with pytest.raises(SystemError) as caught:
            integrate.quad(compiled, 0, 1, **options)
        assert isinstance(caught.value.__cause__, LookupError)
        assert str(caught.value.__cause__) == "nothing there"
    # Nothing of it is left.
    assert integrate.quad(compiled, 0, 0.5) == integrate.quad(failing, 0, 0.5)


OFFSET = 1.0


def lifted(x):
    return x + OFFSET


def test_globals_that_change_between_calls():
    global OFFSET
    compiled = pm.jit(lifted).lowlevel()
    try:
        assert integrate.quad(compiled, 0, 1)[0] == integrate.quad(lifted, 0, 1)[0]
        OFFSET = 2.5
        assert integrate.quad(compiled, 0, 1)[0] == integrate.quad(lifted, 0, 1)[0]
    finally:
        OFFSET = 1.0


def test_the_program_of_the_page(tmp_path):
    programs = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    path = tmp_path / "program.py"
    path.write_text("".join(programs), encoding="utf-8")
    found = runpy.run_path(str(path))
    plain = {name: getattr(found[name], "__wrapped__", None) for name in found}
    image = found["image"]
    assert found["area"] == integrate.quad(plain["bell"], 0, 1)[0]
    assert found["volume"] == integrate.dblquad(plain["saddle"], 0, 1, 0, 2)[0]
    assert found["doubled"] == integrate.dblquad(plain["saddle"], 0, 1, 0, 2, args=(2.0,))[0]
    assert round(found["half"], 12) == 0.5 and round(found["eighth"], 12) == 0.125
    assert np.array_equal(found["same_edges"], found["edges"])
    assert np.array_equal(found["edges"], ndimage.generic_filter(image, plain["spread"], size=3))
    assert np.array_equal(found["slopes"], ndimage.generic_filter1d(image, plain["steps"], 2))
    assert np.array_equal(found["sheared"], ndimage.geometric_transform(image, plain["shear"]))

"""`pommel.scipy`: the bits and the exceptions of SciPy's functions with plain callbacks."""

import doctest
import math
import traceback
import warnings

import numpy as np
import pytest
from scipy import LowLevelCallable, integrate, ndimage

import pommel as pm
from pommel import scipy as ours

PICTURE = np.random.default_rng(4).normal(size=(17, 13))


def bell(x):
    return math.exp(-x * x)


def scaled(x, scale, power=2):
    return scale * abs(x) ** power


def wave(y, x, frequency=3.0):
    return math.sin(frequency * x) * y


def cube(z, y, x, power=1, is_flat=False):
    return 1.0 if is_flat else x * y * z ** power


def failing(x):
    if x > 0.5:
        raise LookupError("nothing there")
    return x


def failing_in_two(y, x):
    return 1.0 / (x - x)


def spread(values, times=1.0, offset=0):
    least = most = values[0]
    for value in values:
        least = value if value < least else least
        most = value if value > most else most
    return times * (most - least) + offset


def median(values):
    return sorted(values)[len(values) // 2]


def quotient(values):
    return 1 // int(values[0] - values[0])


def smoothed(line, output, weight=0.5, is_shifted=False):
    shift = 1 if is_shifted else 0
    for i in range(len(output)):
        output[i] = weight * line[i + 1] + (1.0 - weight) * line[i + 2 * shift]


def summed(line, output):
    """Reads what it has written."""
    for i in range(len(output)):
        output[i] = line[i] + (output[i - 1] if i else 0.0)
    return output


def careless(line, output):
    for i in range(len(output)):
        line[i] += 1.0
        output[i] = line[i] + 1.0 / (4.0 - i)


def shear(place, by=0.25):
    return place[0] + by * place[1], place[1] - 0.5


def shear3(place):
    i, j, k = place
    return k, 0.5 * i, j - 1


def both(name, *arguments, **options):
    """What SciPy and we give, or raise, with each function compiled at once and as it is at first."""
    module = integrate if "quad" in name else ndimage
    results = []
    for call in (getattr(module, name), *3 * [getattr(ours, name)]):
        try:
            results.append(call(*arguments, **options))
        except Exception as error:
            results.append((type(error), str(error), [frame.name for frame in traceback.extract_tb(error.__traceback__)][-1:]))
    return results


def assert_same(name, *arguments, **options):
    expected, *found = both(name, *arguments, **options)
    for each in found:
        assert type(each) is type(expected)
        np.testing.assert_equal(each, expected, str(each))


@pytest.fixture(params=["at first", "at once"])
def pays(request, monkeypatch):
    """Whether functions are compiled before their first call."""
    monkeypatch.setattr(ours, "_callbacks", {})
    if request.param == "at once":
        monkeypatch.setattr(ours, "_MANY", -1)
    return request.param == "at once"


def test_integrals(pays):
    for function, *arguments in ((bell, 0, 1), (bell, -np.inf, np.inf), (bell, 1, 0), (scaled, 0, 1, (2.5,)),
                                 (scaled, -1, 2, (2.5, 3)), (scaled, -1, 2, (True, 0.5)), (failing, 0, 1),
                                 (failing, 0, 0.5), (scaled, 0, 1), (scaled, 0, 1, (1.0, 2 ** 70)),
                                 (scaled, 0, 1, (np.float64(2.0),)), (scaled, 0, 1, ("x",)), (scaled, 0, 1, 3.0)):
        assert_same("quad", function, *arguments)
    assert_same("quad", bell, 0, 1, points=[0.25], full_output=0)
    for limits in ((0, 1), (-np.inf, 0), (0, np.inf)):
        assert_same("quad", bell, *limits, weight="cos", wvar=3.0)
    assert_same("quad", lambda x: complex(x, 1.0), 0, 1, complex_func=True)
    assert_same("quad", math.exp, 0, 1)
    assert_same("quad", np.exp, 0, 1)
    if pays:
        assert ours._callbacks[bell, "double (double)", 1, ""].capsule is not None
        assert ours._callbacks[scaled, "double (double)", 1, "dq"].capsule is not None


def test_integrals_over_several_axes(pays):
    assert_same("dblquad", wave, 0, 1, 0, 2)
    assert_same("dblquad", wave, 0, 1, lambda x: x, lambda x: 1 + x, args=(2.0,))
    assert_same("dblquad", failing_in_two, 0, 1, 0, 2)
    assert_same("tplquad", cube, 0, 1, 0, lambda x: x, 0, lambda x, y: x * y, (2,))
    limits = [(0, 1), (0, 2), (-1, 1)]
    for args in (None, (2,), (2, True), (2.0,), (object(),)):
        assert_same("nquad", cube, limits, args)
    for args in ((2.0,), (2,)):
        assert_same("nquad", wave, [lambda x, t: (0, x * t), (0, 2)], args)
    assert_same("nquad", wave, [(0, 1), (0, 2)], None, {"epsabs": 1e-3}, full_output=True)
    assert_same("nquad", wave, [(0, 1), (0, 2)], None, [{"weight": "sin", "wvar": 2.0}, {}])


def test_filters(pays):
    for options in ({"size": 3}, {"footprint": [[0, 1], [1, 1]], "mode": "wrap"},
                    {"size": 2, "extra_arguments": (2,)}, {"size": 2, "extra_keywords": {"times": 3.0}},
                    {"size": 2, "extra_arguments": (2.0,), "extra_keywords": {"offset": 1}},
                    {"size": 2, "extra_keywords": {"offset": 1}}, {"size": 2, "extra_keywords": {"wrong": 1}},
                    {"size": 2, "extra_arguments": (1, 2, 3)}, {"size": 2, "extra_arguments": (np.ones(1),)}):
        assert_same("generic_filter", PICTURE, spread, **options)
    assert_same("generic_filter", PICTURE, spread, 3, None, None, "reflect", 0.0, 0, (2.0,))
    assert_same("generic_filter", PICTURE, median, size=3)
    assert_same("generic_filter", PICTURE, quotient, size=3)
    assert_same("generic_filter", PICTURE.astype(complex), spread, size=3)


def test_filters_of_lines(pays):
    for function in (smoothed, summed, careless):
        for axis in (0, 1):
            assert_same("generic_filter1d", PICTURE[:3, :9], function, 3, axis)
    assert_same("generic_filter1d", PICTURE, careless, 3)
    assert_same("generic_filter1d", PICTURE, smoothed, 3, extra_arguments=(0.25,))
    assert_same("generic_filter1d", PICTURE, smoothed, 3, extra_keywords={"weight": 1, "is_shifted": True})


def test_transforms(pays):
    for function, picture, shape in ((shear, PICTURE, None), (shear, PICTURE, (3, 4)), (shear, PICTURE, (3, 4, 5)),
                                     (shear3, np.stack([PICTURE] * 3), [4, 5, 6]), (shear, PICTURE[0], None)):
        assert_same("geometric_transform", picture, function, output_shape=shape)
    assert_same("geometric_transform", PICTURE, shear, extra_keywords={"by": 1})
    assert_same("geometric_transform", PICTURE + 1j * PICTURE, shear, order=1)


def test_functions_that_are_compiled_already():
    compiled = pm.jit(bell)
    assert ours.quad(compiled, 0, 1) == integrate.quad(bell, 0, 1)
    assert ours.quad(compiled.lowlevel(), 0, 1) == integrate.quad(bell, 0, 1)
    assert ours._callbacks[compiled, "double (double)", 1, ""].capsule is not None
    with pytest.raises(TypeError, match="is strict, and as 'int .*' it would be called by way of Python"):
        ours.generic_filter(PICTURE, pm.jit(median, strict=True), size=3)


def test_functions_are_seen_to_change(pays):
    def first(x):
        return x

    def second(x, by=2.0):
        return by * x

    def third(x):
        return x * x

    assert_same("quad", first, 0, 1)
    first.__code__ = second.__code__
    assert_same("quad", first, 0, 1)
    first.__defaults__ = (3.0,)
    assert_same("quad", first, 0, 1)
    first.__code__ = third.__code__
    assert_same("quad", first, 0, 1)


def test_bound_arguments_of_lowlevel():
    compiled = pm.jit(scaled)
    for args in ((2.0,), (2, 3), (0.5, True)):
        callback = compiled.lowlevel(args=args)
        assert isinstance(callback, LowLevelCallable)
        assert integrate.quad(callback, 0, 2) == integrate.quad(scaled, 0, 2, args)
    # What does not fit begins anew by way of Python.
    assert integrate.quad(pm.jit(integer_power).lowlevel(args=(3,)), 0, 1e8) == integrate.quad(integer_power, 0, 1e8, 3)
    for args in (("x",), (2 ** 70,), (np.float64(1.0),)):
        with pytest.raises(TypeError, match="C can give floats, bools and integers of 64 bits"):
            compiled.lowlevel(args=args)
    with pytest.raises(TypeError, match="must be a tuple"):
        compiled.lowlevel(args=2.0)
    with pytest.raises(TypeError, match="calls the function with 4 arguments"):
        compiled.lowlevel("double (double, void *)", args=(1.0, 2.0, 3.0))


def integer_power(x, n):
    return int(x) ** n


def test_divergent_integrals_warn():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        found = ours.quad(pm.jit(pole), 0, 1)
        assert found == integrate.quad(pole, 0, 1)
    assert len(seen) == 2 and str(seen[0].message) == str(seen[1].message)


def pole(x):
    return 1.0 / (x * x) if x else 0.0


def test_docstrings():
    results = doctest.testmod(ours)
    assert results.attempted and not results.failed
    for name in ours.__all__:
        assert "scipy." in getattr(ours, name).__doc__

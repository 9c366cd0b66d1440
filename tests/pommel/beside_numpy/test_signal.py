"""Convolutions, interpolation, differences, windows and parts of numbers are those of NumPy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import agree, ours, refuse, same

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
FLOATS = ["float64", "float32", "float16"]


lines = st.sampled_from("float64 float32 int64 int8 bool complex128".split()).flatmap(
    lambda dtype: hnp.arrays(dtype, st.integers(1, 12), elements={
        "b": st.booleans(), "c": st.builds(complex, st.integers(-9, 9), st.integers(-9, 9)),
    }.get(dtype[0], st.integers(-9, 9))))


@settings(max_examples=80, deadline=None)
@given(a=lines, v=lines, mode=st.sampled_from(["full", "same", "valid"]))
def test_convolutions(a, v, mode):
    agree("convolve", a, v, mode)
    agree("correlate", a, v, mode)


@settings(max_examples=40, deadline=None)
@given(data=st.data(), mode=st.sampled_from(["full", "same", "valid"]))
def test_convolutions_of_infinities(data, mode):
    elements = st.sampled_from([0.0, 1.0, -2.0, np.inf, np.nan])
    line = hnp.arrays("float64", st.integers(1, 6), elements=elements)
    a, v = data.draw(line), data.draw(line)
    agree("convolve", a, v, mode)
    agree("correlate", a, v, mode)


def test_errors_of_convolutions():
    refuse("convolve", [], [1])
    refuse("convolve", [1, 2], [[1]])
    refuse("convolve", [1, 2], [1], "no")
    refuse("correlate", [1, 2], [])
    agree("convolve", 2.0, 3)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_interpolation(data):
    n = data.draw(st.integers(1, 8))
    special = st.sampled_from([0.0, 1.0, -3.5, 2.25, np.inf, -np.inf, np.nan])
    fp = data.draw(hnp.arrays("float64", n, elements=special))
    points = st.lists(st.integers(-9, 9), min_size=n, max_size=n, unique=True)
    xp = np.array(sorted(data.draw(points)))
    x = data.draw(hnp.arrays(st.sampled_from(["float64", "int64"]), elements=st.integers(-12, 12),
                             shape=hnp.array_shapes(min_dims=0, max_side=4)))
    x = x if x.dtype.kind == "i" else x / 2
    agree("interp", x, xp, fp)
    agree("interp", x, xp, fp, left=-7.5, right=np.nan)
    agree("interp", x, xp.astype(float), (fp + 1j * fp[::-1]).astype(complex))
    finite = np.where(np.isfinite(fp), fp, 1)
    period = data.draw(st.sampled_from([20, 25.5, -30]))
    agree("interp", x, xp, finite, period=period)


def test_interpolation_of_few():
    agree("interp", 1, [0, 2], [1.0, 3.0])
    agree("interp", np.nan, [0, 2], [1.0, 3.0])
    agree("interp", np.zeros((0, 2)), [0, 2], [1.0, 3.0])
    agree("interp", [0.0, 1.0, 1.0, 3.0], [0, 1, 1, 3], [1.0, 3.0, 5.0, 9.0])
    for args in ((1, [], []), (1, [1, 2], [1]), (1, [[1, 2]], [1, 2])):
        refuse("interp", *args)
    refuse("interp", 1, [1, 2], [1, 2], period=0)


@pytest.mark.parametrize("dtype", "float64 float32 int32 complex128".split())
@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradients(dtype, edge_order):
    f = (np.random.default_rng(4).standard_normal((4, 5, 3)) * 9).astype(dtype)
    points = [np.array(of) for of in ([0, 1, 3, 4], [0.0, 0.5, 2.0, 2.5, 9.0], [1.0, 2.0, 3.0])]
    for axis in (None, 0, -1, (2, 0)):
        agree("gradient", f, axis=axis, edge_order=edge_order)
        agree("gradient", f, 2.5, axis=axis, edge_order=edge_order)
    agree("gradient", f, *points, edge_order=edge_order)
    agree("gradient", f, points[1], axis=1, edge_order=edge_order)
    agree("gradient", f, 2, points[2], axis=(1, 2), edge_order=edge_order)


def test_errors_of_gradients():
    refuse("gradient", [1.0])
    refuse("gradient", [1.0, 2.0], edge_order=2)
    refuse("gradient", [1.0, 2.0, 3.0], edge_order=3)
    refuse("gradient", [1.0, 2.0, 3.0], [1, 2])
    refuse("gradient", [[1.0, 2.0], [1.0, 2.0]], [1, 2])
    refuse("gradient", [1.0, 2.0, 3.0], 1, 2)
    assert pm.gradient(5.0) == ()


@pytest.mark.parametrize("dtype", "float64 float32 int32 complex128".split())
def test_integrals(dtype):
    y = (np.random.default_rng(4).standard_normal((4, 5)) * 9).astype(dtype)
    agree("trapezoid", y)
    agree("trapezoid", y, dx=0.5, axis=0)
    agree("trapezoid", y, x=np.array([0.0, 1.0, 3.0, 3.5, 4.0]))
    agree("trapezoid", y, x=np.arange(20).reshape(4, 5) ** 2, axis=0)
    agree("trapezoid", y[:, :1])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_phases(data):
    dtype = data.draw(st.sampled_from(["float64", "float32", "int64", "int32"]))
    p = data.draw(hnp.arrays(dtype, hnp.array_shapes(max_dims=2, max_side=6),
                             elements=st.integers(-20, 20)))
    axis = data.draw(st.integers(-p.ndim, p.ndim - 1))
    agree("unwrap", p, axis=axis)
    for period in (4, 7, 5.0):
        agree("unwrap", p, axis=axis, period=period)
        agree("unwrap", p, 3, axis=axis, period=period)


@settings(max_examples=40, deadline=None)
@given(a=lines)
def test_differences(a):
    if a.dtype != bool:
        agree("ediff1d", a)
        agree("ediff1d", a, to_begin=1, to_end=np.array([[1, 2], [3, 4]], "int8"))


def test_errors_of_differences():
    refuse("ediff1d", [1, 2], to_end=1.5)
    refuse("ediff1d", [1, 2], to_begin=1j)
    agree("ediff1d", np.zeros(0))


@pytest.mark.parametrize("name", "bartlett blackman hamming hanning".split())
def test_windows(name):
    for points in (-1, 0, 1, 2, 5, 8, 4.5, 33):
        agree(name, points)
        for beta in (0.0, 3, 14.0):
            agree("kaiser", points, beta)


@pytest.mark.parametrize("dtype", FLOATS + ["int32", "int8"])
def test_bessel_and_sinc(dtype):
    x = np.concatenate([np.linspace(-40, 40, 401), [0, 21.5, 22, 22.5, 100, 120]]).astype(dtype)
    agree("sinc", x / np.array(8, dtype) if dtype[0] == "f" else x)
    if dtype != "float16":
        agree("i0", x)  # NumPy computes with the digits of the type.
    else:
        same(pm.i0(ours(x)), np.i0(x.astype(float)).astype(dtype))
    agree("i0", 3)
    refuse("i0", [1j])
    # Where the exponential alone would be too large.
    assert abs(pm.i0(710.0).item() / 3.3472e306 - 1) < 1e-3 and np.isinf(pm.i0(720.0).item())
    same(pm.sinc([0.5 + 1j, 0]), np.sinc([0.5 + 1j, 0]))


@pytest.mark.parametrize("dtype", FLOATS + "int8 uint16 int32 int64 bool".split())
@pytest.mark.parametrize(
    "name", "deg2rad rad2deg degrees radians modf frexp fix spacing angle".split())
def test_of_one(name, dtype):
    x = np.array([0, 1, 2, 100, 127]).astype(dtype)
    if dtype[0] == "f":
        info = np.finfo(dtype)
        x = np.concatenate([x, -x, x / 8, [np.inf, -np.inf, np.nan, info.tiny, -info.tiny / 4,
                                           info.smallest_subnormal, -info.max / 4]]).astype(dtype)
    if (name, dtype) == ("spacing", "float16"):
        x = x[~np.signbit(x)]  # NumPy's have no sign, and are half as much for powers of two.
    if name == "fix":
        same(pm.fix(ours(x)), np.trunc(x))  # NumPy's is deprecated.
    elif name != "angle" or dtype != "bool":
        agree(name, x)


@settings(max_examples=100, deadline=None)
@given(x=st.sampled_from(["float64", "float32"]).flatmap(lambda dtype: hnp.arrays(dtype, 8)))
def test_parts(x):
    for name in ("modf", "frexp", "spacing"):
        if name == "spacing":
            x = x[np.abs(x) != np.finfo(x.dtype).max]  # NumPy's next number is infinity.
        found, expected = getattr(pm, name)(ours(x)), getattr(np, name)(x)
        same(found, expected, rtol=0)
        if name == "spacing":
            found, expected = [found], [expected]
        for one, other in zip(found, expected):
            number = ~np.isnan(other)
            np.testing.assert_array_equal(
                np.signbit(one.tolist())[number], np.signbit(other)[number])


@settings(max_examples=100, deadline=None)
@given(data=st.data(), dtype=st.sampled_from(FLOATS))
def test_powers_of_two(data, dtype):
    x = data.draw(hnp.arrays(dtype, 8))
    reach = 2 * np.finfo(dtype).maxexp + 100
    power = data.draw(hnp.arrays("int32", 8, elements=st.integers(-reach, reach)))
    same(pm.ldexp(ours(x), ours(power)), np.ldexp(x, power), rtol=0)


def test_powers_of_two_of_integers():
    agree("ldexp", 3, 2)
    agree("ldexp", np.array([1, 2], "int8"), np.array([[1], [2]]))
    agree("ldexp", np.array([1.0, 0.0, np.inf, np.nan]), 2**31 - 1)
    agree("ldexp", np.array([1.5, 0.0]), -2**31 + 1)
    refuse("ldexp", 1.0, 2.5)
    refuse("modf", 1j)
    refuse("spacing", 1j)
    refuse("degrees", 1j)
    refuse("trunc", [1j])
    with pytest.raises(TypeError):
        pm.fix([1j])


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_angles(dtype):
    z = np.array([1, 1j, -1, -1j, 1 + 1j, 0]).astype(dtype)
    agree("angle", z)
    agree("angle", z, deg=True)
    agree("angle", np.array([1.0, -1.0], "float32"), deg=True)


@pytest.mark.parametrize("dtype", FLOATS + ["int64", "int8"])
def test_of_two(dtype):
    values = [0, 1, -3, 5, 100] + ([np.inf, -np.inf, np.nan, 0.25] if dtype[0] == "f" else [])
    a = np.array(values).astype(dtype)
    agree("logaddexp2", a[:, None], a)
    agree("logaddexp2", a, 2.0)
    agree("logaddexp2", 3, a)
    finite = a[np.isfinite(a)] if dtype[0] == "f" else a
    agree("float_power", np.abs(finite)[:, None] + 1, finite)
    agree("float_power", finite, 2)
    agree("divmod", finite[:, None], finite[finite != 0])
    agree("divmod", finite, 3)


def test_of_two_others():
    agree("float_power", 2, -1)
    agree("float_power", np.array([1j, 2]), 2)
    agree("divmod", np.array([True, False]), np.array([True, True]))
    refuse("logaddexp2", 1j, 1)

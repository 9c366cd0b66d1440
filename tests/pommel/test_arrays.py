"""Arrays as their users see them, without NumPy: on every Python, in every mode."""

import copy
import math
import warnings

import pytest

import pommel as pm


def test_creation_finds_type_and_shape():
    assert repr(pm.array([1.0, 2.0])) == "array([1., 2.])"
    assert pm.array([[1, 2], [3, 4]]).dtype == pm.int64
    assert pm.array([1, 2.5]).dtype == pm.float64
    assert pm.array([True, False]).dtype == pm.bool
    assert pm.array([1j, 2]).dtype == pm.complex128
    assert pm.array([[], []]).shape == (2, 0)
    assert pm.array(3).shape == ()
    assert pm.array([1, 2], dtype="float32").dtype == pm.float32
    assert pm.array([pm.array([1, 2]), pm.array([3, 4])]).tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="differ in length or depth on axis 1"):
        pm.array([[1, 2], [3]])
    with pytest.raises(TypeError, match="numbers, not 'x'"):
        pm.array([1, "x"])


@pytest.mark.parametrize("n", [4, 5000])
def test_operators_compute_what_numbers_would(n):
    x, y = [i * 0.5 - 3 for i in range(n)], [i % 7 + 1.0 for i in range(n)]
    a, b = pm.array(x), pm.array(y)
    assert (a + b).tolist() == [i + j for i, j in zip(x, y)]
    assert (a - 2).tolist() == [i - 2 for i in x]
    assert (2 - a).tolist() == [2 - i for i in x]
    assert (a * b / 4).tolist() == [i * j / 4 for i, j in zip(x, y)]
    assert (a // b).tolist() == [i // j for i, j in zip(x, y)]
    assert (a % b).tolist() == [i % j for i, j in zip(x, y)]
    assert (a**2).tolist() == [i * i for i in x]
    assert (-abs(a)).tolist() == [-abs(i) for i in x]
    assert ((a < b) & (a != 0)).tolist() == [i < j and i != 0 for i, j in zip(x, y)]
    quotients, remainders = divmod(a, b)
    assert (quotients * b + remainders).tolist() == x


def test_types_meet_as_in_numpy_2():
    assert (pm.array([1], dtype=pm.int8) + 1).dtype == pm.int8
    assert (pm.array([1], dtype=pm.int8) + 1.5).dtype == pm.float64
    assert (pm.array([1], dtype=pm.float32) * 2.0).dtype == pm.float32
    assert (pm.array([1], dtype=pm.int32) + pm.array([1], dtype=pm.uint32)).dtype == pm.int64
    assert (pm.array([1]) / pm.array([2])).dtype == pm.float64
    with pytest.raises(OverflowError, match="300 is out of range for uint8"):
        pm.array([1], dtype=pm.uint8) + 300
    with pytest.raises(TypeError, match="subtract is not defined for bool and bool"):
        pm.array([True]) - pm.array([False])


def test_shapes_are_stretched_or_refused():
    column, row = pm.arange(3.0).reshape(3, 1), pm.arange(4.0)
    assert (column * row)[2].tolist() == [0, 2, 4, 6]
    with pytest.raises(ValueError, match=r"shapes \(3,\) and \(4,\) do not fit"):
        pm.zeros(3) + pm.zeros(4)
    # Also where the result would be computed later.
    with pytest.raises(ValueError, match="do not fit"):
        pm.zeros(5000) + pm.zeros(5001)


def test_views_share_memory_and_copies_do_not():
    a = pm.arange(12).reshape(3, 4)
    row, column, turned = a[1], a[:, 2], a.T
    a[1, 2] = 99
    assert row[2] == column[1] == turned[2, 1] == 99
    row[...] = 0
    assert a[1].tolist() == [0, 0, 0, 0]
    other = a.copy()
    other[0, 0] = 7
    assert a[0, 0] == 0
    assert copy.copy(a).tolist() == copy.deepcopy(a).tolist() == a.tolist()
    assert a[::-1, ::2].tolist() == [[8, 10], [0, 0], [0, 2]]
    assert a[None, ..., 1].shape == (1, 3)


def test_writing_does_not_reach_what_was_computed_before():
    n = 10_000
    a = pm.ones(n)
    later = a + 1
    view = a[: n // 2]
    view *= 5
    a[-1] = 100
    assert float(later.sum()) == 2 * n
    assert float(a.sum()) == 5 * (n // 2) + n // 2 - 1 + 100
    b = later[1:]
    later += 1
    assert b[0] == 3


@pytest.mark.parametrize("n", [4, 5000])
def test_in_place_operators_take_the_array_itself_and_views(n):
    a = pm.arange(n, dtype=float)
    a += a
    a[1:] -= a[:-1]
    a[::2] *= 3.0
    values = [2.0 * i for i in range(n)]
    values[1:] = [y - x for x, y in zip(values, values[1:])]
    values[::2] = [3.0 * value for value in values[::2]]
    assert a.tolist() == values
    later = a + 1.0
    a += 1
    assert later.tolist() == a.tolist()
    whole = pm.arange(n)
    with pytest.raises(TypeError, match="float64"):
        whole += 0.5
    assert whole.tolist() == list(range(n))


def test_lists_and_arrays_are_nested_in_any_order():
    row = pm.array([1.0, 2.0])
    assert pm.array([row, [3, 4]]).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert pm.array([[3, 4], row]).tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert pm.array([row, row, (5, row[0])]).shape == (3, 2)
    for ragged in ([row, [3]], [[3], row], [row, 3], [3, row]):
        with pytest.raises(ValueError, match="nested sequence"):
            pm.array(ragged)


@pytest.mark.parametrize("n", [4, 300, 5000])
def test_choices_and_indices_of_few_and_many(n):
    a, b = pm.arange(n, dtype=float), -pm.arange(n, dtype=float)
    chosen = pm.where(a > 1.0, a, b)
    assert chosen.tolist() == [float(i) if i > 1 else -float(i) for i in range(n)]
    assert pm.where(a > 1.0, 1.0, b)[:3].tolist() == [0.0, -1.0, 1.0]
    assert pm.where(a > 1, pm.arange(n), 2.5).dtype == pm.float64
    indices = pm.array([n - 1, 0, -1, -n] * (n // 4))
    assert a[indices].tolist() == [n - 1.0, 0.0, n - 1.0, 0.0] * (n // 4)
    assert a[::-1][indices][:2].tolist() == [0.0, n - 1.0]
    assert a[indices.reshape(-1, 2)].shape == (n // 4 * 2, 2)
    for outside in (n, -n - 1):
        with pytest.raises(IndexError, match="{} .*{}".format(outside, n)):
            a[pm.array([0, outside])]


def test_leading_axes_of_one_element_are_no_matter_where_elements_are_written():
    a = pm.zeros((2, 2))
    a[0] = pm.ones((1, 1, 2))
    a[1, :1] = pm.full((1, 1, 1), 5)
    a[pm.array([1]), 1:] = pm.full((1, 1, 1), 7)
    assert a.tolist() == [[1, 1], [5, 7]]
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(2,\)"):
        a[0] = pm.ones((2, 2))


def test_masks_fit_the_axes_or_have_none_of_them():
    a = pm.zeros((2, 3))
    assert a[pm.zeros((2, 0), dtype=bool)].shape == (0,)
    assert a[pm.zeros(0, dtype=bool)].shape == (0, 3)
    for shape in [(3,), (2, 2), (2, 3, 1)]:
        with pytest.raises(IndexError):
            a[pm.ones(shape, dtype=bool)]
    with pytest.raises(IndexError, match="float64"):
        a[pm.zeros(1)]


@pytest.mark.parametrize("scale", [1e300, 1e-300, 5e-324])
def test_decompositions_of_very_large_and_very_small_numbers(scale):
    a = pm.array([[3.0, 4.0], [4.0, -3.0]]) * scale
    assert pm.linalg.svdvals(a).tolist() == pytest.approx(
        [5 * scale, 5 * scale], rel=1e-14, abs=0)
    assert pm.linalg.eigvalsh(a).tolist() == pytest.approx(
        [-5 * scale, 5 * scale], rel=1e-14, abs=0)
    u, s, vh = pm.linalg.svd(a)
    again = (u * (s / scale) @ vh).tolist()
    assert again == [pytest.approx([3.0, 4.0]), pytest.approx([4.0, -3.0])]


def test_slices_are_clipped_as_those_of_lists():
    a, listed = pm.arange(7), list(range(7))
    bounds = [None, 0, 1, 3, 6, 7, 8, -1, -3, -7, -8, 10**30, -(10**30)]
    for start in bounds:
        for stop in bounds:
            for step in [None, 1, 2, -1, -3, 10**30, -(10**30)]:
                assert a[start:stop:step].tolist() == listed[start:stop:step]
    with pytest.raises(ValueError, match="step"):
        a[::0]
    with pytest.raises(TypeError):
        a[1.0:]


def test_asarray_gives_the_array_itself():
    a = pm.arange(3.0)
    assert pm.asarray(a) is a and pm.asarray(a, float) is a and pm.asarray(a, copy=False) is a
    assert pm.asarray(a, copy=True) is not a and pm.asarray(a, int).dtype == pm.int64


def test_what_was_put_off_warns_where_somebody_looks():
    for look in [lambda a: a.tolist(), lambda a: a[0], list, repr, lambda a: a.tobytes(),
                 lambda a: a.item(0)]:
        quotient = pm.arange(5000.0) / pm.zeros(5000)
        with pytest.warns(RuntimeWarning, match="in evaluation"):
            look(quotient)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            pm.arange(3) + 1


def test_in_place_operators_keep_the_array():
    a = pm.arange(5)
    same = a
    a += 2
    a *= a
    assert same is a and a.tolist() == [4, 9, 16, 25, 36]
    with pytest.raises(TypeError, match="float64 cannot be converted to int64 by the rule 'same_kind'"):
        a /= 2
    a[1:] = a[:-1]
    assert a.tolist() == [4, 4, 9, 16, 25]
    with pytest.raises(ValueError, match="read-only"):
        pm.broadcast_to(pm.zeros(1), (3,))[0] = 1


def test_arrays_index_arrays():
    a = pm.arange(10)
    assert a[[1, -1]].tolist() == [1, 9]
    assert a[a % 3 == 0].tolist() == [0, 3, 6, 9]
    a[a > 6] = -1
    assert a.tolist() == [0, 1, 2, 3, 4, 5, 6, -1, -1, -1]
    m = pm.arange(6).reshape(2, 3)
    assert m[[0, 1], [2, 0]].tolist() == [2, 3]
    assert m[:, pm.array([True, False, True])].tolist() == [[0, 2], [3, 5]]
    with pytest.raises(IndexError, match="index 10 is out of bounds: axis 0 has the indices -10 to 9"):
        a[10]
    with pytest.raises(IndexError, match="index 5 is out of bounds"):
        m[0, [5]]
    with pytest.raises(IndexError):
        a["x"]


def test_elements_are_numbers_of_python():
    assert type(pm.array([1.0])[0]) is float
    assert type(pm.array([1])[0]) is int
    assert type(pm.array([True])[0]) is bool
    assert [x for x in pm.array([1.0, 2.0])] == [1.0, 2.0]
    zero = pm.array([1.5], dtype=pm.float32)[0]
    assert zero.shape == () and zero.dtype == pm.float32 and float(zero) == 1.5
    assert pm.array([7]).item() == 7 and pm.array([[7]]).tolist() == [[7]]
    assert int(pm.array(3)) == 3 and complex(pm.array(1j)) == 1j and bool(pm.array(0)) is False
    assert [10, 20][pm.array(1)] == 20
    with pytest.raises(ValueError, match="neither true nor false"):
        bool(pm.zeros(2))
    with pytest.raises(TypeError):
        hash(pm.zeros(2))


def test_element_wise_functions():
    for name in "exp log sin cos tan tanh sqrt asin atan sinh expm1 log1p".split():
        function, model = getattr(pm, name), getattr(math, name)
        for n in (3, 3000):
            values = [(i + 1) / (n + 1) for i in range(n)]
            for found, x in zip(function(pm.array(values)), values):
                assert found == pytest.approx(model(x), rel=1e-15)
    assert pm.maximum([1, 5], 3).tolist() == [3, 5]
    assert pm.where(pm.array([True, False]), 1, 2.5).tolist() == [1, 2.5]
    assert pm.clip(pm.arange(5), 1, 3).tolist() == [1, 1, 2, 3, 3]
    out = pm.zeros(2)
    assert pm.add([1, 2], [3, 4], out=out) is out and out.tolist() == [4, 6]
    assert "sum" in pm.add.doc and pm.add.__name__ == "add"
    with pytest.raises(TypeError, match="add.. takes 2 arrays, and 1 was given"):
        pm.add(1)


def test_errors_of_arithmetic_warn_raise_or_are_ignored():
    one, zero = pm.array([1.0]), pm.array([0.0])
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in divide"):
        assert math.isinf((one / zero)[0])
    with pytest.warns(RuntimeWarning, match="invalid value"):
        pm.sqrt(-one)
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        pm.log(zero)
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        assert (pm.array([1]) // pm.array([0])).tolist() == [0]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pm.errstate(all="ignore"):
            one / zero
        assert pm.exp(pm.array([-1000.0]))[0] == 0
    with pm.errstate(over="raise"):
        with pytest.raises(FloatingPointError, match="overflow"):
            pm.exp(pm.full(5000, 1000.0))
    seen = []
    with pm.errstate(call=lambda text, flag: seen.append(text), divide="call"):
        one / zero
    assert seen == ["divide by zero"]
    assert pm.geterr()["divide"] == "warn"
    with pytest.raises(ValueError, match="'divide' must be"):
        pm.seterr(divide="often")


def test_eval_gives_back_what_it_is_given():
    large = pm.ones(5000) + 1
    parts = pm.linalg.svd(pm.eye(3) * 2)
    assert pm.eval(large) is large and pm.eval(parts) is parts and pm.eval(3.5) == 3.5
    assert pm.eval(large, parts, None) == (large, parts, None) and pm.eval() == ()


def test_what_was_put_off_is_not_an_error_of_a_later_setting():
    zeros = pm.zeros(5000)
    odd = zeros / zeros
    # Looks at the quotient, and not at what went wrong in it.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert pm.sort(odd).shape == (5000,)
    with pytest.warns(RuntimeWarning, match="invalid value"):
        with pm.errstate(invalid="raise"):
            assert (zeros + 1).shape == (5000,)


def test_reductions():
    a = pm.arange(12.0).reshape(3, 4)
    assert float(a.sum()) == 66 and a.sum(axis=0).tolist() == [12, 15, 18, 21]
    assert pm.sum(a, axis=-1, keepdims=True).tolist() == [[6], [22], [38]]
    assert float(a.mean()) == 5.5 and float(a.max()) == 11 and float(a.min()) == 0
    assert a.argmax(axis=1).tolist() == [3, 3, 3] and int(pm.argmin(a)) == 0
    assert float(pm.var(a, correction=1)) == pytest.approx(13)
    assert pm.cumulative_sum(pm.arange(4)).tolist() == [0, 1, 3, 6]
    assert bool(pm.any(a > 10)) and not bool(pm.all(a > 10))
    assert pm.sum(pm.array([True, True])).dtype == pm.int64
    n = 100_000
    x = pm.full(n, 0.1)
    assert float(pm.sum(x * 2 + 1)) == pytest.approx(1.2 * n, rel=1e-12)
    with pytest.raises(ValueError, match="max of no elements"):
        pm.max(pm.zeros(0))
    with pytest.raises(ValueError, match="axis 2 does not exist"):
        a.sum(axis=2)


def test_shapes_are_changed_and_arrays_joined():
    a = pm.arange(6)
    assert a.reshape(2, -1).shape == (2, 3)
    assert pm.concat([a, a]).shape == (12,) and pm.stack([a, a], axis=1).shape == (6, 2)
    assert pm.flip(a).tolist() == [5, 4, 3, 2, 1, 0] and pm.roll(a, 2).tolist() == [4, 5, 0, 1, 2, 3]
    assert pm.repeat(pm.array([1, 2]), 2).tolist() == [1, 1, 2, 2]
    assert pm.tile(pm.array([1, 2]), 2).tolist() == [1, 2, 1, 2]
    assert [part.tolist() for part in pm.split(a, 3)] == [[0, 1], [2, 3], [4, 5]]
    assert pm.pad(pm.array([1]), 1).tolist() == [0, 1, 0]
    x, y = pm.meshgrid(pm.arange(2), pm.arange(3))
    assert x.shape == y.shape == (3, 2)
    with pytest.raises(ValueError, match=r"shape \(6,\) cannot have the shape \(4, 2\)"):
        a.reshape(4, 2)


def test_sorting_searching_and_sets():
    a = pm.array([3, 1, 2, 3])
    assert pm.sort(a).tolist() == [1, 2, 3, 3] and pm.argsort(a).tolist() == [1, 2, 0, 3]
    assert pm.searchsorted(pm.array([1, 2, 3]), pm.array([2, 9])).tolist() == [1, 3]
    values, counts = pm.unique_counts(a)
    assert values.tolist() == [1, 2, 3] and counts.tolist() == [1, 1, 2]
    assert pm.unique(a, return_inverse=True)[1].tolist() == [2, 0, 1, 2]
    assert pm.isin(a, pm.array([3])).tolist() == [True, False, False, True]
    assert pm.nonzero(a > 2)[0].tolist() == [0, 3]


def test_linear_algebra():
    a = pm.array([[4.0, 1.0], [2.0, 3.0]])
    assert (a @ a).tolist() == [[18, 7], [14, 11]]
    x = pm.linalg.solve(a, pm.array([1.0, 2.0]))
    assert (a @ x).tolist() == pytest.approx([1, 2])
    assert float(pm.linalg.det(a)) == pytest.approx(10)
    q, r = pm.linalg.qr(a)
    assert pm.max(pm.abs(q @ r - a)) < 1e-14
    u, s, vh = pm.linalg.svd(a)
    assert pm.max(pm.abs(u * s @ vh - a)) < 1e-14
    assert pm.einsum("ij,ij->", a, a).item() == 30
    assert float(pm.linalg.norm(pm.array([3.0, 4.0]))) == 5
    assert issubclass(pm.linalg.LinAlgError, ValueError)
    with pytest.raises(pm.linalg.LinAlgError, match="column 0 depends"):
        pm.linalg.inv(pm.zeros((2, 2)))
    with pytest.raises(ValueError, match=r"\(2, 2\).*\(3,\)"):
        a @ pm.zeros(3)


def test_fourier_transforms():
    x = pm.array([1.0, 2.0, 0.0, -1.0])
    assert pm.fft.fft(x).tolist() == pytest.approx([2, 1 - 3j, 0, 1 + 3j])
    assert pm.fft.irfft(pm.fft.rfft(x)).tolist() == pytest.approx(x.tolist())
    assert pm.fft.fftfreq(4).tolist() == [0, 0.25, -0.5, -0.25]


def test_random_numbers_are_those_of_numpy():
    rng = pm.random.default_rng(42)
    assert rng.random(2).tolist() == [0.7739560485559633, 0.4388784397520523]
    rng = pm.random.default_rng(0)
    assert rng.integers(10, size=5).tolist() == [8, 6, 5, 2, 3]
    rng = pm.random.default_rng(12345)
    assert rng.standard_normal(2).tolist() == [-1.4238250364546312, 1.2637284581291104]
    assert sorted(pm.random.default_rng(1).permutation(5).tolist()) == [0, 1, 2, 3, 4]
    with pytest.raises(ValueError, match="'seed' must not be negative"):
        pm.random.default_rng(-1)


def test_texts():
    assert str(pm.arange(3)) == "[0 1 2]"
    assert repr(pm.array([1, 2], dtype=pm.int8)) == "array([1, 2], dtype=int8)"
    assert repr(pm.zeros((2, 2))) == "array([[0., 0.],\n       [0., 0.]])"
    assert "..." in repr(pm.arange(2000.0))
    assert "<table>" in pm.arange(3)._repr_html_()


def test_element_types():
    assert pm.float64 == "float64" and pm.dtype(float) == pm.float64 and pm.dtype("<i2") == pm.int16
    assert pm.result_type(pm.int8, pm.uint8) == pm.int16
    assert pm.can_cast(pm.int8, pm.int16) and not pm.can_cast(pm.int16, pm.int8)
    assert pm.finfo(pm.float32).eps == 2.0**-23 and pm.iinfo(pm.uint8).max == 255
    assert pm.isdtype(pm.int8, "integral") and not pm.isdtype(pm.int8, "real floating")
    assert len({pm.float64, pm.dtype("float64"), pm.float32}) == 2
    with pytest.raises(TypeError, match="'text' names no element type"):
        pm.dtype("text")


def test_the_namespace_says_what_it_is():
    info = pm.__array_namespace_info__()
    assert info.default_device() == "cpu" and info.devices() == ("cpu",)
    assert info.default_dtypes()["real floating"] == pm.float64
    assert set(info.dtypes(kind="bool")) == {"bool"}
    with pytest.raises(ValueError, match="'device' must be 'cpu'"):
        pm.zeros(3, device="gpu")


def test_few_floats_with_numbers_of_every_kind():
    class Real(float):
        pass

    class Whole(int):
        pass

    a = pm.array([1.0, 2.0, 3.0, 4.0])
    for two in (2, 2.0, Real(2.0), Whole(2)):
        assert (a + two).tolist() == (two + a).tolist() == [3.0, 4.0, 5.0, 6.0]
        assert (a * two).tolist() == (two * a).tolist() == [2.0, 4.0, 6.0, 8.0]
        assert (a - two).tolist() == [-1.0, 0.0, 1.0, 2.0]
        assert (two - a).tolist() == [1.0, 0.0, -1.0, -2.0]
        assert (a / two).tolist() == [0.5, 1.0, 1.5, 2.0]
        assert (two / a).tolist() == [2.0, 1.0, 2.0 / 3.0, 0.5]
    assert (a * True).tolist() == a.tolist()
    assert (a * 2**40).tolist() == [2.0**40 * x for x in (1.0, 2.0, 3.0, 4.0)]
    assert a[2] == a[-2] == a[Whole(2)] == 3.0
    for key in (4, -5, 2**70):
        with pytest.raises(IndexError):
            a[key]


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8, 9, 64, 65])
def test_few_floats_of_every_number(count):
    values = [float(i + 1) for i in range(count)]
    a, b = pm.array(values), pm.array(values[::-1])
    assert (a + b).tolist() == [count + 1.0] * count
    assert (a / b).tolist() == [x / y for x, y in zip(values, values[::-1])]
    assert (1.0 - a[::-1]).tolist() == [1.0 - x for x in values[::-1]]
    for place in range(count):
        zero = pm.array([0.0 if i == place else x for i, x in enumerate(values)])
        with pytest.warns(RuntimeWarning, match="divide by zero"):
            assert (a / zero)[place] == float("inf")


def test_memory_of_small_arrays_is_used_again_by_nobody_too_early():
    a = pm.array([1.0, 2.0, 3.0, 4.0])
    results = {i: a + i for i in range(100)}
    views = {i: results[i][1:3] for i in range(0, 100, 3)}
    memories = {i: memoryview(results[i]) for i in range(0, 100, 5)}
    del results
    others = [a * i for i in range(100)]
    assert [other[1] for other in others] == [2.0 * i for i in range(100)]
    assert all(view.tolist() == [2.0 + i, 3.0 + i] for i, view in views.items())
    assert all(memory.tolist() == [1.0 + i, 2.0 + i, 3.0 + i, 4.0 + i] for i, memory in memories.items())

"""What NumPy's element-wise functions and reductions can do besides being called gives what NumPy's
gives, on generated input, and refuses what NumPy refuses."""

import warnings

import numpy as np
import pytest
from agreement import TOLERANCES, identical, ours, same
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm

TYPES = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
complex128""".split()
#: Functions of two parameters, whose results are exact.
EXACT = """add multiply subtract maximum minimum fmax fmin logical_and logical_or logical_xor
bitwise_and bitwise_or bitwise_xor gcd""".split()
#: Those with which mistakes are common: results that are no parameters, and negative exponents.
OTHERS = """divide floor_divide remainder power hypot logaddexp arctan2 copysign heaviside lcm equal
less left_shift nextafter""".split()
NAMES = EXACT + OTHERS
UNSURE = "hypot logaddexp arctan2 power divide add multiply subtract floor_divide remainder".split()

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def outcome(compute):
    """The result, or the class of what is raised."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return compute(), None
        except Exception as error:
            return None, error


def agreeing(found, expected, name="", rtol=1e-12):
    """Asserts that both have a result, the same one, or both raise."""
    (found, error), (expected, expected_error) = outcome(found), outcome(expected)
    if expected_error is not None:
        kinds = (TypeError, ValueError, IndexError, OverflowError)
        assert isinstance(expected_error, kinds), expected_error
        # More than one thing may be wrong, and which one is said first is no matter.
        assert isinstance(error, kinds), "{!r} raises {!r}".format(name, expected_error)
        return
    assert error is None, (error, expected)
    if name in UNSURE:
        same(found, expected, rtol)
    else:
        identical(found, expected)


@st.composite
def arrays(draw, low=-4, high=4, min_dims=0, max_dims=3, types=TYPES):
    dtype = draw(st.sampled_from(types))
    shape = draw(hnp.array_shapes(min_dims=min_dims, max_dims=max_dims, min_side=0, max_side=4))
    if np.dtype(dtype).kind in "bu":
        low = max(low, 0)
    numbers = draw(st.lists(st.integers(low, high), min_size=int(np.prod(shape)),
                            max_size=int(np.prod(shape))))
    array = np.array(numbers, dtype=dtype).reshape(shape)
    if draw(st.booleans()):
        array = array.T
    return array


def laid(array):
    """The same array of ours, in the order in which NumPy's lies."""
    return ours(array.T).T if array.ndim > 1 and array.flags.f_contiguous else ours(array)


@st.composite
def axes(draw, ndim):
    one = st.integers(-ndim - 1, ndim)
    if not ndim:
        # NumPy takes a number for an axis that there is not, but no tuple of it.
        return draw(st.one_of(st.none(), one, st.just(())))
    return draw(st.one_of(st.none(), one, st.lists(one, max_size=3).map(tuple)))


def types_of(name):
    """Types that both take or refuse: greatest common divisors of truth values are ours alone, and an
    infinity that is divided stays one, as the array API standard has it."""
    types = [dtype for dtype in TYPES if dtype != "bool" or name not in ("gcd", "lcm")]
    return [dtype for dtype in types if "float" not in dtype or name != "floor_divide"]


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_reduce(name, data):
    array = data.draw(arrays(types=types_of(name)))
    options = {"axis": data.draw(axes(array.ndim)), "keepdims": data.draw(st.booleans())}
    if data.draw(st.booleans()):
        options["initial"] = data.draw(st.sampled_from([0, 1, 2, 2.5]))
    mask = data.draw(st.none() | hnp.arrays(bool, st.sampled_from([array.shape, array.shape[-1:]])))
    theirs = {} if mask is None else {"where": mask}
    own = {} if mask is None else {"where": ours(mask)}
    agreeing(lambda: getattr(pm, name).reduce(laid(array), **options, **own),
             lambda: getattr(np, name).reduce(array, **options, **theirs), name)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_accumulate(name, data):
    array = data.draw(arrays(types=types_of(name)))
    axis = data.draw(st.integers(-array.ndim - 1, array.ndim))
    agreeing(lambda: getattr(pm, name).accumulate(laid(array), axis),
             lambda: getattr(np, name).accumulate(array, axis), name)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_reduceat(name, data):
    array = data.draw(arrays(min_dims=1, types=types_of(name)))
    axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
    indices = data.draw(st.lists(st.integers(-1, 4), max_size=6))
    indices = np.array(indices, dtype="int64")
    agreeing(lambda: getattr(pm, name).reduceat(laid(array), ours(indices), axis),
             lambda: getattr(np, name).reduceat(array, indices, axis), name)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_outer(name, data):
    # Of two types NumPy looks for a function that takes both, and we for one type of both.
    types = [data.draw(st.sampled_from(types_of(name)))]
    a, b = (data.draw(arrays(max_dims=2, types=types)) for _ in range(2))
    if name in ("power", "left_shift"):
        b = abs(b)
    agreeing(lambda: getattr(pm, name).outer(laid(a), laid(b)),
             lambda: getattr(np, name).outer(a, b), name)


@st.composite
def places(draw, shape):
    """Indices of an array of a shape: numbers, slices, masks, tuples of them."""
    length = shape[0]
    number = st.integers(-length, length) if length else st.just(0)
    listed = st.lists(number, max_size=6).map(lambda items: np.array(items, dtype="int64"))
    first = draw(st.one_of(number, listed, st.just(slice(None, None, 2)),
                           hnp.arrays(bool, (length,)), st.just(Ellipsis)))
    if len(shape) > 1 and draw(st.booleans()):
        extent = shape[1]
        second = st.integers(-extent, extent - 1) if extent else st.just(slice(None))
        return first, draw(second)
    return first


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_at(name, data):
    types = types_of(name)
    array = data.draw(arrays(min_dims=1, max_dims=2, types=types))
    where = data.draw(places(array.shape))
    # What no integer holds becomes any.
    if array.dtype == "uint64":
        types = [dtype for dtype in types if dtype.startswith("uint")] or ["uint64"]
    other = arrays(low=1, max_dims=1, types=types)
    if name not in ("gcd", "lcm", "nextafter") and array.dtype != "uint64":
        # There NumPy takes numbers of Python for arrays of int64 or float64.
        other = st.one_of(other, st.sampled_from([2, 1, 0.5]))
    other = data.draw(other)
    if name == "power" and isinstance(other, float):
        # Roots of negative numbers are no integers.
        array = abs(array)
    found = laid(array)
    convert = (lambda key: tuple(map(ours, key)) if isinstance(key, tuple) else ours(key))
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = array.copy(order="K")
        agreeing(lambda: getattr(pm, name).at(found, convert(where), ours(other)) or found,
                 lambda: getattr(np, name).at(expected, where, other) or expected,
                 name if other is not None else "")


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_at_of_one(data):
    array = data.draw(arrays(low=0, min_dims=1, max_dims=2, types=["int64", "float64"]))
    where = data.draw(places(array.shape))
    convert = (lambda key: tuple(map(ours, key)) if isinstance(key, tuple) else ours(key))
    name = data.draw(st.sampled_from(["negative", "square", "logical_not", "sqrt"]))
    found, expected = laid(array), array.copy()
    agreeing(lambda: getattr(pm, name).at(found, convert(where)) or found,
             lambda: getattr(np, name).at(expected, where) or expected, name)


@pytest.mark.parametrize("name", NAMES + ["negative", "sqrt", "isnan", "abs"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_where(name, data):
    # Of two types NumPy looks for a function that takes both, and we for one type of both.
    some = arrays(max_dims=2, low=0, types=[data.draw(st.sampled_from(types_of(name)))])
    args = [data.draw(st.one_of(some, st.sampled_from([2, 1.5])))]
    if getattr(np, name).nin == 2:
        args.append(data.draw(st.one_of(some, st.just(1))))
    shapes = [np.shape(arg) for arg in args]
    mask = data.draw(hnp.arrays(bool, st.sampled_from([*shapes, ()])))
    try:
        shape = np.broadcast_shapes(*shapes, mask.shape)
    except ValueError:
        shape = (2,)
    dtype = data.draw(st.sampled_from(["float64", "int64", "complex128", "bool"]))
    out = np.ones(shape, dtype)
    found = ours(out)
    # What was rounded to fewer digits than the array has is as near as that type has it.
    narrow = outcome(lambda: getattr(np, name)(*args))[0]
    rtol = TOLERANCES.get(np.real(narrow).dtype.itemsize, 1e-12) if narrow is not None else 0
    agreeing(lambda: getattr(pm, name)(*map(ours, args), out=found, where=ours(mask)),
             lambda: getattr(np, name)(*args, out=out, where=mask), name, rtol)
    # Without an array to write to, the rest is anything.
    result, error = outcome(lambda: getattr(pm, name)(*map(ours, args), where=ours(mask)))
    expected, expected_error = outcome(lambda: getattr(np, name)(*args, where=mask))
    assert (error is None) == (expected_error is None), (error, expected_error)
    if error is None:
        shown = np.broadcast_to(mask, np.shape(expected))
        same(result[ours(shown)], np.asarray(expected)[shown])


def test_only_what_is_shown_is_computed():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = pm.full(3, 7.0)
        assert pm.divide([1.0, 2.0, 3.0], [1.0, 0.0, 2.0], out=out,
                         where=[True, False, True]) is out
        assert out.tolist() == [1.0, 7.0, 1.5]
        assert pm.divide(1.0, [2.0, 0.0], where=[True, False]).tolist()[0] == 0.5
    with pytest.warns(RuntimeWarning):
        pm.divide([1.0, 2.0], [1.0, 0.0], where=[False, True])
    with pytest.raises(TypeError):
        pm.add([1], [2], where=[1])


REDUCTIONS = "sum prod min max any all mean var std".split()


@pytest.mark.parametrize("name", REDUCTIONS)
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_reductions(name, data):
    array = data.draw(arrays())
    options = {"axis": data.draw(st.one_of(st.none(), st.integers(-array.ndim, array.ndim - 1)))
               if array.ndim else None, "keepdims": data.draw(st.booleans())}
    if name in ("sum", "prod", "min", "max") and data.draw(st.booleans()):
        options["initial"] = data.draw(st.sampled_from([0, 1, 2]))
    if name in ("var", "std"):
        options["ddof"] = data.draw(st.sampled_from([0, 1]))
    mask = data.draw(hnp.arrays(bool, st.sampled_from([array.shape, array.shape[-1:], ()])))
    if array.dtype == bool and name in ("var", "std"):
        return  # NumPy refuses to subtract truth values there.
    unsure = "add" if name in ("sum", "prod", "mean", "var", "std") else ""
    agreeing(lambda: getattr(pm, name)(laid(array), where=ours(mask), **options),
             lambda: getattr(np, name)(array, where=mask, **options), unsure)
    agreeing(lambda: getattr(laid(array), name)(where=ours(mask), **options),
             lambda: getattr(array, name)(where=mask, **options), unsure)
    if "initial" in options:
        agreeing(lambda: getattr(pm, name)(laid(array), **options),
                 lambda: getattr(np, name)(array, **options), unsure)


@pytest.mark.parametrize("name", REDUCTIONS)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_reductions_into_arrays(name, data):
    # NumPy adds in the type of the result, and divides then.
    is_sum = name in ("mean", "var", "std")
    exact = ["int8", "uint32", "float64", "complex128"] if is_sum else TYPES
    array = data.draw(arrays(low=0, min_dims=1, max_dims=2, types=exact))
    if not array.size and name not in ("sum", "prod", "any", "all"):
        return  # NumPy refuses these also where the result has no elements, or divides zeros.
    axis = data.draw(st.integers(0, array.ndim - 1))
    shape = array.shape[:axis] + array.shape[axis + 1:]
    dtype = data.draw(st.sampled_from(["float64", "complex128"] if is_sum else TYPES))
    out = np.zeros(data.draw(st.sampled_from([shape, shape, (7,)])), dtype)
    found = ours(out)

    def compute():
        assert getattr(pm, name)(laid(array), axis=axis, out=found) is found
        return found

    unsure = "add" if name in ("sum", "prod", "mean", "var", "std") else ""
    agreeing(compute, lambda: getattr(np, name)(array, axis=axis, out=out), unsure)


@pytest.mark.parametrize("name", NAMES + ["sqrt", "isnan"])
def test_attributes(name):
    found, expected = getattr(pm, name), getattr(np, name)
    assert (found.nin, found.nout, found.nargs) == (expected.nin, expected.nout, expected.nargs)
    assert found.identity == expected.identity and found.signature is None
    letters = set("?bBhHiIlLefdFD")
    # Types that we compute in are among NumPy's; it converts truth values to numbers where we do.
    assert set(found.types) <= {row for row in expected.types if set(row) - {"-", ">"} <= letters}
    assert found.ntypes == len(found.types) > 0


def test_what_functions_of_one_parameter_have_not():
    for call in (lambda: pm.sqrt.reduce([1.0]), lambda: pm.sqrt.accumulate([1.0]),
                 lambda: pm.sqrt.outer([1.0], [2.0]), lambda: pm.sqrt.reduceat([1.0], [0]),
                 lambda: pm.sqrt.at(pm.ones(1), [0], 1.0), lambda: pm.add.at(pm.ones(1), [0])):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(TypeError):
        pm.add.at([1.0], [0], 1.0)
    with pytest.raises(ValueError):
        pm.add.at(pm.broadcast_to(pm.ones(1), (3,)), [0], 1.0)


def test_many_elements_at_few_places():
    rng = np.random.default_rng(1)
    places, weights = rng.integers(0, 50, 20000), rng.standard_normal(20000)
    found, expected = pm.zeros(50), np.zeros(50)
    pm.add.at(found, ours(places), ours(weights))
    np.add.at(expected, places, weights)
    # The same additions in the same order.
    identical(found, expected)
    identical(pm.maximum.accumulate(ours(weights)), np.maximum.accumulate(weights))
    identical(pm.subtract.reduce(ours(weights)), np.subtract.reduce(weights))
    matrix = rng.standard_normal((700, 30))
    identical(pm.subtract.reduce(ours(matrix), axis=0), np.subtract.reduce(matrix, axis=0))
    wide = rng.standard_normal((3, 2000))
    identical(pm.subtract.accumulate(ours(wide)), np.subtract.accumulate(wide))
    starts = np.sort(rng.integers(0, 20000, 300))
    same(pm.add.reduceat(ours(weights), ours(starts)), np.add.reduceat(weights, starts))


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("n", [1, 7, 8, 33, 3000])
def test_quotients_of_complex_numbers_warn_as_in_numpy(dtype, n):
    numbers = np.random.default_rng(n).standard_normal((2, n, 2))
    a, b = (numbers[..., 0] + 1j * numbers[..., 1]).astype(dtype)
    real = np.arange(1, n + 1).astype(dtype)
    for x, y in [(a, b), (a, real), (real, real * 1j), (a, np.zeros(n, dtype)), (real * np.inf, real)]:
        with warnings.catch_warnings(record=True) as expected:
            warnings.simplefilter("always")
            theirs = x / y
        with warnings.catch_warnings(record=True) as found:
            warnings.simplefilter("always")
            result = pm.eval(ours(x) / ours(y))
        same(result, theirs)
        # What is put off is said to be encountered elsewhere.
        kinds = [{str(warning.message).split(" encountered")[0] for warning in warned}
                 for warned in (found, expected)]
        assert kinds[0] == kinds[1]

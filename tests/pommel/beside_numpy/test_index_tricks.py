"""Indices and grids in short words, and what is put into arrays, beside NumPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import identical, numpys, ours

few = settings(max_examples=25, deadline=None)
DTYPES = ["bool", "int8", "uint16", "int64", "float32", "float64", "complex64"]


def written(call, array, *args, **kwargs):
    """What a function that writes leaves of an array, with each of both."""
    own, other = ours(array), array.copy()

    def given(arg):
        return ours(arg) if isinstance(arg, np.ndarray) else arg

    named = {name: given(arg) for name, arg in kwargs.items()}
    assert getattr(pm, call)(own, *map(given, args), **named) is None
    getattr(np, call)(other, *args, **kwargs)
    identical(own, other)


arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=3, max_side=4),
                             elements=hnp.from_dtype(np.dtype(dtype), min_value=0, max_value=9)
                             if dtype != "bool" and "c" not in dtype else None))
numbers = arrays.filter(lambda a: not np.isnan(a).any())


def kind(xp, dtype, *values):
    return xp.asarray(values, dtype=dtype)


@pytest.mark.parametrize("case", [
    lambda xp: xp.r_[1:4, 0, 4],
    lambda xp: xp.r_[-1:1:5j, 2.5],
    lambda xp: xp.r_[:3, xp.arange(2)],
    lambda xp: xp.r_[kind(xp, "float32", 1, 2), 2.5],
    lambda xp: xp.r_[kind(xp, "int8", 1, 2), kind(xp, "uint8", 1, 2)],
    lambda xp: xp.r_["0,2", [1, 2], [3, 4]],
    lambda xp: xp.r_["1,2,0", [1, 2], [3, 4]],
    lambda xp: xp.r_["0,2,-1", [1, 2, 3], [4, 5, 6]],
    lambda xp: xp.r_["0,3,0", [1, 2], [3, 4]],
    lambda xp: xp.r_["0,3,1", [1, 2], [3, 4]],
    lambda xp: xp.r_["0,3,1", 1:4, 5:8],
    lambda xp: xp.r_["-1,3,0", 5, [[1]]],
    lambda xp: xp.r_["-1", xp.ones((2, 2)), xp.zeros((2, 1))],
    lambda xp: xp.c_[[1, 2], [3, 4]],
    lambda xp: xp.c_[1:4, xp.ones((3, 2)), [7, 8, 9]],
    lambda xp: xp.mgrid[0:2, 0:3],
    lambda xp: xp.mgrid[0:1:3j],
    lambda xp: xp.mgrid[0:5:2.0],
    lambda xp: xp.mgrid[0:3],
    lambda xp: xp.mgrid[0:3:0.3, -1:1:5j],
    lambda xp: xp.mgrid[0:1:1j, 0:0],
    lambda xp: xp.ogrid[0:2, 0:3],
    lambda xp: xp.ogrid[0:2:5j, 0:3:2, 1:2],
    lambda xp: xp.ix_([0, 2], [True, False, True], []),
    lambda xp: xp.ix_([1.5]),
    lambda xp: list(xp.ndindex(2, 0)) + list(xp.ndindex(2, 3)) + list(xp.ndindex((1, 2))),
    lambda xp: list(xp.ndindex()),
    lambda xp: [index for index, _ in xp.ndenumerate(xp.zeros((2, 3)))],
    lambda xp: [value for _, value in xp.ndenumerate(xp.arange(6).reshape(2, 3).T)],
    lambda xp: xp.diag_indices(3, 3),
    lambda xp: xp.diag_indices_from(xp.zeros((2, 2, 2))),
    lambda xp: xp.mask_indices(4, xp.triu, 1),
    lambda xp: xp.lexsort([1, 2, 0]),
    lambda xp: xp.lexsort(xp.asarray([[3, 1, 2, 1], [0, 1, 0, 1]])),
    lambda xp: xp.trim_zeros([0, 0, 1, 2, 0]),
    lambda xp: xp.trim_zeros((0, 1, 0), "f"),
    lambda xp: xp.trim_zeros(xp.zeros((2, 3))),
    lambda xp: xp.trim_zeros(xp.zeros((2, 3)), axis=1),
    lambda xp: xp.trim_zeros(xp.asarray([[0, 0, 0], [0, 1, 0]]), "b"),
    lambda xp: xp.trim_zeros(xp.asarray([[0, 0, 0], [0, 1, 0]]), axis=-1),
    lambda xp: xp.unravel_index(5, (2, 3)),
    lambda xp: xp.unravel_index(0, ()),
    lambda xp: xp.ravel_multi_index((1, 2), (2, 3)),
    lambda xp: xp.ravel_multi_index(([5, -7], [2, 9]), (2, 3), mode=("wrap", "clip")),
    lambda xp: xp.choose([0, 1], [kind(xp, "float32", 1, 2), 2.5]),
    lambda xp: xp.choose([[0, 1], [1, 0]], [[1, 2], [3, 4]]),
    lambda xp: xp.choose([5, -1, 1], [[1], [2]], mode="wrap"),
    lambda xp: xp.choose([5, -1, 1], [[1], [2]], mode="clip"),
    lambda xp: xp.choose(1, [1, 2]),
    lambda xp: xp.choose([0, 1], [1, 2], out=xp.zeros(2)),
    lambda xp: xp.select([xp.asarray([True, False])], [kind(xp, "float32", 1, 2)], 2.5),
    lambda xp: xp.select([xp.arange(6) < 2, xp.arange(6) < 4], [7, xp.arange(6) / 2]),
    lambda xp: xp.piecewise(xp.arange(4), [xp.arange(4) < 1, xp.arange(4) > 2],
                            [-1, lambda x, k: x * k, 5.7], 3),
    lambda xp: xp.piecewise(xp.asarray(3.0), [True], [lambda x: x * 2]),
    lambda xp: xp.piecewise(xp.arange(3.0), xp.arange(3) > 0, [lambda x: x + 1]),
    lambda xp: xp.piecewise(xp.arange(3.0), [True, False, True], [2]),
])
def test_cases(case):
    identical(case(pm), case(np))


@pytest.mark.parametrize("case", [
    lambda xp: xp.r_["x", 1],
    lambda xp: xp.ix_([[1]]),
    lambda xp: xp.ndindex(-1),
    lambda xp: xp.unravel_index(6, (2, 3)),
    lambda xp: xp.unravel_index([-1], (2, 3)),
    lambda xp: xp.unravel_index([1.0], (2, 3)),
    lambda xp: xp.ravel_multi_index((1, 3), (2, 3)),
    lambda xp: xp.ravel_multi_index((1,), (2, 3)),
    lambda xp: xp.ravel_multi_index((1, 1), (2, 3), mode="bad"),
    lambda xp: xp.diag_indices_from(xp.zeros((2, 3))),
    lambda xp: xp.tril_indices_from(xp.zeros(3)),
    lambda xp: xp.lexsort(([1, 2], [1, 2, 3])),
    lambda xp: xp.lexsort([]),
    lambda xp: xp.trim_zeros([1], "x"),
    lambda xp: xp.put([1, 2], [0], 1),
    lambda xp: xp.put(xp.arange(3), [5], 1),
    lambda xp: xp.put(xp.arange(3), [-4], 1),
    lambda xp: xp.put(kind(xp, "int8", 1, 2), [0], [300]),
    lambda xp: xp.place(xp.arange(3), [1, 1, 0], xp.asarray([1.5])),
    lambda xp: xp.putmask(xp.arange(3), [1, 1, 0], xp.asarray([1.5])),
    lambda xp: xp.place(xp.arange(3), [1, 1, 0], []),
    lambda xp: xp.place(xp.arange(3), [1, 1], [1]),
    lambda xp: xp.place([1, 2], [1, 1], [1]),
    lambda xp: xp.putmask(xp.arange(3), [1, 1], [1]),
    lambda xp: xp.copyto(xp.arange(3), 1.5),
    lambda xp: xp.copyto(xp.arange(3), xp.ones(3)),
    lambda xp: xp.copyto(xp.arange(3), [1, 2]),
    lambda xp: xp.copyto([1], [1]),
    lambda xp: xp.fill_diagonal(xp.ones(3), 1),
    lambda xp: xp.fill_diagonal(xp.ones((2, 3, 2)), 1),
    lambda xp: xp.choose([0, 3], [1, 2]),
    lambda xp: xp.choose([0, 1.0], [1, 2]),
    lambda xp: xp.select([], []),
    lambda xp: xp.select([[True]], []),
    lambda xp: xp.select([xp.asarray([1, 0])], [[1, 2]]),
    lambda xp: xp.piecewise(xp.arange(3), [[True, False, False]], [1, 2, 3]),
])
def test_errors(case):
    with pytest.raises(Exception) as theirs:
        case(np)
    with pytest.raises(Exception) as found:
        case(pm)
    assert issubclass(theirs.type, numpys(found.type)), repr(found.value)


def test_brackets_as_objects():
    assert pm.s_[1:2, ..., None] == np.s_[1:2, ..., None] and pm.s_[3] == 3
    assert pm.index_exp[3] == (3,) and pm.index_exp[1, ::2] == np.index_exp[1, ::2]


@few
@given(shape=hnp.array_shapes(max_dims=4, max_side=4), data=st.data(), order=st.sampled_from("CF"))
def test_numbers_of_elements(shape, data, order):
    flat = data.draw(hnp.arrays("int64", st.integers(0, 5),
                                elements=st.integers(0, int(np.prod(shape)) - 1)))
    expected = np.unravel_index(flat, shape, order)
    identical(pm.unravel_index(ours(flat), shape, order), expected)
    identical(pm.ravel_multi_index(tuple(map(ours, expected)), shape, order=order), flat)


@few
@given(n=st.integers(0, 4), m=st.integers(0, 4), k=st.integers(-5, 5))
def test_triangles(n, m, k):
    for name in ("tril_indices", "triu_indices"):
        identical(getattr(pm, name)(n, k, m), getattr(np, name)(n, k, m))
        identical(getattr(pm, name + "_from")(pm.zeros((n, m)), k),
             getattr(np, name + "_from")(np.zeros((n, m)), k))


@few
@given(keys=hnp.arrays("int8", hnp.array_shapes(min_dims=2, max_dims=3, max_side=6),
                       elements=st.integers(0, 2)), axis=st.sampled_from([0, -1]))
def test_lexsort(keys, axis):
    identical(pm.lexsort(ours(keys), axis), np.lexsort(keys, axis))


@few
@given(array=numbers, values=hnp.arrays("float64", st.integers(0, 4), elements=st.integers(0, 9)),
       data=st.data())
def test_what_is_put(array, values, data):
    mask = data.draw(hnp.arrays("bool", array.shape))
    inside = data.draw(hnp.arrays("int64", st.integers(0, 5),
                                  elements=st.integers(-array.size, array.size - 1)))
    anywhere = data.draw(hnp.arrays("int64", st.integers(0, 5), elements=st.integers(-40, 40)))
    written("put", array, inside, values)
    for mode in ("wrap", "clip"):
        written("put", array, anywhere, values, mode)
    exact = values.astype(array.dtype)
    if values.size:
        written("place", array, mask, exact)
    written("putmask", array, mask, exact)
    written("putmask", array, mask, values.tolist())
    written("copyto", array, np.ones(array.shape[-1:], "bool"), where=mask)
    written("copyto", array, np.arange(array.shape[-1], dtype="float64"), casting="unsafe")
    # Not in C order.
    own, other = ours(array), array.copy()
    pm.put(own.T, ours(inside), ours(values))
    np.put(other.T, inside, values)
    identical(own, other)


@few
@given(rows=st.integers(1, 7), columns=st.integers(1, 4), wrap=st.booleans(),
       values=hnp.arrays("int64", st.integers(1, 5)))
def test_diagonals_are_filled(rows, columns, wrap, values):
    written("fill_diagonal", np.zeros((rows, columns), "int64"), values, wrap)
    written("fill_diagonal", np.zeros((columns,) * 3, "int64"), values)


@few
@given(values=hnp.arrays("int64", hnp.array_shapes(max_dims=3, max_side=4),
                         elements=st.integers(0, 1)),
       trim=st.sampled_from(["f", "b", "fb", "B"]))
def test_zeros_are_trimmed(values, trim):
    identical(pm.trim_zeros(ours(values), trim), np.trim_zeros(values, trim))


def test_numpy_finds_them():
    """NumPy's functions on arrays of ours come here."""
    a = pm.arange(6).reshape(2, 3)
    np.put(a, [0], [9])
    assert a[0, 0] == 9 and isinstance(np.choose(pm.array([0, 1]), [1, 2]), pm.ndarray)

"""Memory shared with NumPy, both ways, and what NumPy's users and their libraries do with arrays of
this package."""

import pickle

import numpy as np
import pytest

import pommel as pm

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"]


def address(array):
    return array.__array_interface__["data"][0]


def layouts(a):
    return [a, a.T, a[:, ::2], a[::-1], a[1], a[:0], a[:, 1:2], a[1, 2:3]]


@pytest.fixture(params=DTYPES)
def theirs(request):
    return np.arange(12).reshape(3, 4).astype(request.param)


def test_of_numpy_without_a_copy(theirs):
    for a in layouts(theirs):
        ours = pm.asarray(a)
        assert (str(ours.dtype), ours.shape) == (a.dtype.name, a.shape)
        assert ours.tolist() == a.tolist()
        if a.size:
            assert (address(ours), ours.strides) == (address(a), a.strides)


def test_to_numpy_without_a_copy(theirs):
    ours = pm.array(theirs)
    for a in layouts(ours):
        for convert in (np.asarray, np.from_dlpack, lambda a: a.__array__()):
            b = convert(a)
            assert (b.dtype, b.shape, b.strides) == (np.dtype(str(a.dtype)), a.shape, a.strides)
            assert b.flags.writeable or convert is np.from_dlpack
            if a.size:
                assert address(b) == address(a)
            assert b.tolist() == a.tolist()


def test_writing_on_either_side():
    theirs = np.zeros((2, 3))
    ours = pm.asarray(theirs)
    ours[0, 1] = 5
    theirs[1, 2] = 7
    assert ours.tolist() == theirs.tolist() == [[0, 5, 0], [0, 0, 7]]
    back = np.asarray(ours)
    back += 1
    assert theirs[0, 0] == ours[0, 0] == 1
    mine = pm.asarray([1.0, 2.0])
    np.asarray(mine)[0] = 9
    assert mine[0] == 9


def test_arguments_of_the_conversion():
    a = pm.asarray([1.0, 2.0])
    assert address(np.array(a)) != address(a)
    assert np.asarray(a, dtype="float32").dtype == np.float32
    assert np.asarray(a, dtype=int).tolist() == [1, 2]
    assert a.__array__(np.float32).dtype == np.float32
    assert address(a.__array__(copy=True)) != address(a)
    with pytest.raises(ValueError, match="'copy' is False"):
        a.__array__(np.int8, copy=False)


def test_who_is_read_only():
    theirs = np.arange(3.0)
    theirs.flags.writeable = False
    ours = pm.asarray(theirs)
    with pytest.raises(ValueError, match="read-only"):
        ours[0] = 1
    assert not np.asarray(ours).flags.writeable
    assert not np.from_dlpack(ours).flags.writeable


@pytest.mark.parametrize("code", [">f8", ">i2", ">c16", ">u4", ">f2"])
def test_the_other_order_of_bytes_is_converted(code):
    theirs = np.arange(6).reshape(2, 3).astype(code)
    for a in (theirs, theirs.T, theirs[:, ::2]):
        assert pm.asarray(a).tolist() == a.tolist()


def test_fields_that_are_not_aligned_are_copied():
    records = np.zeros(3, dtype=[("a", "i1"), ("b", "f8")])
    records["b"] = [1, 2, 3]
    assert pm.asarray(records["b"]).tolist() == [1, 2, 3]


@pytest.mark.parametrize("theirs, name", [
    (np.array([object()]), "object"),
    (np.array(["2020-01-01"], dtype="M8[D]"), r"datetime64\[D\]"),
    (np.datetime64("2020-01-01"), r"datetime64\[D\]"),
    (np.timedelta64(1, "s"), r"timedelta64\[s\]"),
    (np.array(["text"]), "<U4"),
    (np.array([b"text"]), r"\|S4"),
    (np.zeros(1, dtype=[("a", "i4")]), r"\[\('a', '<i4'\)\]"),
    (np.longdouble(1), "float128"),
    (np.zeros(2, np.longdouble), "float128"),
])
def test_elements_that_are_no_numbers(theirs, name):
    with pytest.raises(TypeError, match=name + " cannot be taken over: convert them"):
        pm.asarray(theirs)


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_of_numpy(dtype):
    number = np.dtype(dtype).type(1)
    ours = pm.asarray(number)
    assert (ours.shape, ours.tolist()) == ((), number.item())
    # Those that are numbers of Python as well are taken for these.
    if not isinstance(number, (float, complex)):
        assert str(ours.dtype) == dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_loads_what_was_saved_and_the_other_way_round(tmp_path, dtype):
    a = np.arange(6).reshape(2, 3).astype(dtype)
    for theirs in (a, a.T, a[:, ::2], a[:0], a[1, 1]):
        pm.save(tmp_path / "ours.npy", pm.asarray(theirs))
        back = np.load(tmp_path / "ours.npy")
        assert (back.dtype, back.tolist()) == (theirs.dtype, theirs.tolist())
        np.save(tmp_path / "theirs.npy", theirs)
        back = pm.load(tmp_path / "theirs.npy")
        assert (str(back.dtype), back.tolist()) == (dtype, theirs.tolist())
    pm.savez(tmp_path / "ours.npz", pm.asarray(a), b=pm.asarray(a.T))
    with np.load(tmp_path / "ours.npz") as back:
        assert back["b"].tolist() == a.T.tolist()
    np.savez_compressed(tmp_path / "theirs.npz", a, b=a.T)
    assert pm.load(tmp_path / "theirs.npz")["b"].tolist() == a.T.tolist()


@pytest.mark.parametrize("dtype", DTYPES)
def test_numpy_knows_our_element_types(dtype):
    assert np.dtype(getattr(pm, dtype)) == np.dtype(dtype)
    assert np.zeros(2, dtype=getattr(pm, dtype)).dtype == np.dtype(dtype)
    assert pm.dtype(np.dtype(dtype)) == pm.dtype(getattr(np, dtype)) == getattr(pm, dtype)


# NumPy's functions on our arrays.

def ours():
    return pm.asarray([[1.0, 4.0], [9.0, 16.0]])


def is_ours(result, expected):
    assert type(result) is pm.ndarray
    np.testing.assert_array_equal(np.asarray(result), expected)


def test_ufuncs_give_our_arrays():
    a, n = ours(), np.asarray(ours().tolist())
    is_ours(np.sqrt(a), np.sqrt(n))
    is_ours(np.add(a, n), n + n)
    is_ours(np.add(n, a), n + n)
    is_ours(n + a, n + n)
    is_ours(a - n, n - n)
    is_ours(np.float32(2) * a, 2 * n)
    is_ours(np.arctan2(a, 1.0), np.arctan2(n, 1.0))
    for result, expected in zip(np.modf(a), np.modf(n)):
        is_ours(result, expected)
    is_ours(np.add.reduce(a), n.sum(0))
    is_ours(np.multiply.outer(a, n), np.multiply.outer(n, n))
    is_ours(np.add.accumulate(a, axis=1), n.cumsum(1))


def test_ufuncs_write_where_they_are_told():
    a, n = ours(), np.zeros((2, 2))
    assert np.sqrt(a, out=n) is n
    assert n.tolist() == [[1, 2], [3, 4]]
    out = pm.asarray([[0.0, 0.0], [0.0, 0.0]])
    assert np.add(n, 1, out=out) is out
    assert out.tolist() == [[2, 3], [4, 5]]
    assert np.add(n, 1, out=out, where=n > 2) is out
    n += a
    assert type(n) is np.ndarray and n.tolist() == [[2, 6], [12, 20]]
    np.add.at(a, (0, 0), 5)
    assert a[0, 0] == 6


def test_functions_give_our_arrays():
    a, n = ours(), np.asarray(ours().tolist())
    is_ours(np.concatenate([a, a]), np.concatenate([n, n]))
    is_ours(np.concatenate([a, n], axis=1), np.concatenate([n, n], axis=1))
    is_ours(np.stack((a, a)), np.stack((n, n)))
    is_ours(np.where(a > 4, a, 0), np.where(n > 4, n, 0))
    assert type(np.linalg.inv(a)) is pm.ndarray
    np.testing.assert_allclose(np.asarray(np.linalg.inv(a)), np.linalg.inv(n), rtol=1e-14)
    is_ours(np.percentile(a, 50, axis=0), np.percentile(n, 50, axis=0))
    is_ours(np.einsum("ij,jk", a, a), np.einsum("ij,jk", n, n))
    assert np.shape(a) == (2, 2) and np.ndim(a) == 2
    assert np.allclose(a, n)
    np.testing.assert_allclose(a, n)
    eigen = np.linalg.eigh(a)
    assert type(eigen).__name__ == "EighResult" and type(eigen[0]) is pm.ndarray


def test_who_handles_ufuncs_gets_a_turn():
    class Theirs:
        def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
            return "theirs"

        def __radd__(self, other):
            return "added"

    assert ours() + Theirs() == "added"
    assert np.add(ours(), Theirs()) == "theirs"


def test_masked_arrays_keep_their_mask():
    masked = np.ma.array([1.0, 2.0], mask=[True, False])
    assert np.ma.is_masked(pm.asarray([1.0, 1.0]) + masked)


def test_lists_of_numbers_of_numpy():
    assert str(pm.asarray([np.float32(1), np.float32(2)]).dtype) == "float32"
    assert pm.asarray([np.int64(1), 2, np.uint8(3)]).tolist() == [1, 2, 3]
    assert pm.asarray([np.float64(1), np.float32(2)]).tolist() == [1, 2]


def test_without_arrays_of_ours_numpy_is_as_it_was():
    assert type(np.add(np.ones(2), 1)) is np.ndarray


def test_pickles_through_processes():
    from concurrent.futures import ProcessPoolExecutor
    import multiprocessing

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        assert pool.submit(abs, pm.asarray([-1.0])).result().tolist() == [1]
    assert pickle.loads(pickle.dumps(np.float64(1) * ours())).tolist() == ours().tolist()

"""Arrays without axes that came out of a computation are numbers, as NumPy's scalars are."""

import copy
import pickle

import pytest

import pommel as pm


@pytest.mark.parametrize("name", ["float32", "int32", "uint8", "float16", "complex64"])
def test_elements_are_no_views(name):
    a = pm.arange(4).astype(name)
    first = a[0]
    a[0], a[3] = a[3], a[0]
    assert a.tolist() == [3, 1, 2, 0] and first == 0
    for element in a:
        element += 1
    assert a.tolist() == [3, 1, 2, 0]


def test_elements_of_several_axes_are_no_views():
    a = pm.arange(6).astype("float32").reshape((2, 3))
    a[0, 0], a[1, 2] = a[1, 2], a[0, 0]
    assert a.tolist() == [[5, 1, 2], [3, 4, 0]]
    a[0, 1, ...][...] = 9
    assert a[0, 1] == 9, "with an ellipsis it is a view"


@pytest.mark.parametrize("name", ["float64", "float32", "int64", "int16"])
def test_in_place_operators_make_another_number(name):
    total = pm.arange(4).astype(name).sum()
    before = total
    total += 1
    total *= 2
    assert (before, total) == (6, 14)
    total += pm.arange(2)
    assert total.tolist() == [14, 15]
    largest = pm.arange(4).astype(name).max()
    largest -= 0.5
    assert largest == 2.5


def test_results_of_numbers_are_numbers():
    a = pm.ones(3)
    for made in (lambda: a.sum() * 2, lambda: pm.sin(a.sum()), lambda: a @ a, lambda: -a.max(),
                 lambda: pm.linalg.norm(a), lambda: pm.linalg.det(pm.eye(2)), lambda: a.mean(),
                 lambda: pm.float32(2), lambda: pm.random.default_rng(1).random()):
        number = made()
        same = number
        number += 1
        assert number == same + 1 and hash(same) == hash(same.item())
        with pytest.raises(ValueError, match="read-only"):
            same[...] = 5


def test_arrays_without_axes_that_were_made_can_be_written():
    for made in (lambda: pm.array(1.0), lambda: pm.zeros(()), lambda: pm.asarray(pm.ones(1).sum()),
                 lambda: pm.array(pm.ones(1).sum()), lambda: pm.ones(1).sum().copy(),
                 lambda: pm.ones(1).reshape(()), lambda: pm.ones(1).sum()[...]):
        a = made()
        same = a
        a += 1
        a[...] = a * 3
        assert a is same and a == same and a in (3, 6)
        with pytest.raises(TypeError, match="unhashable"):
            hash(a)


@pytest.mark.parametrize("function", [
    lambda x: pm.reshape(x, (1,)), lambda x: x.reshape(1), lambda x: x.ravel(), lambda x: pm.atleast_1d(x),
    lambda x: x[None], lambda x: pm.expand_dims(x, 0),
])
def test_what_is_made_of_a_number_can_be_written(function):
    number = pm.ones(3).sum()
    array = function(number)
    array[0] = 5
    assert array.tolist() == [5] and number == 3


def test_numbers_are_keys():
    a = pm.array([1.5, 2.5], dtype="float32")
    found = {a[0]: "a", pm.arange(3).max(): "b"}
    assert found[1.5] == "a" and found[2] == "b" and a[0] in found and {a[0], 1.5} == {1.5}
    assert copy.deepcopy(found) == found
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(found, protocol)) == found
    with pytest.raises(TypeError, match="unhashable"):
        hash(a)


def test_numbers_are_rounded():
    a = pm.array([0.25, 1.0, 2.5])
    assert round(a.sum()) == 4 and type(round(a.sum())) is int
    assert round(a.mean(), 2) == 1.25 and round(a.astype("float32").max()) == 2
    with pytest.raises(TypeError, match="only an array of one element"):
        round(a)


def test_numbers_are_of_their_kinds():
    a = pm.ones(3)
    assert isinstance(a.sum(), pm.floating) and isinstance(a[0], pm.floating)
    assert isinstance(a.astype("int32")[0], pm.integer) and isinstance(pm.arange(3)[0], pm.integer)
    assert isinstance(a.sum(), pm.float64) and not isinstance(a.sum(), pm.float32)
    assert isinstance(a.astype("float32")[0], (pm.float16, pm.float32))
    assert isinstance(1j, pm.complexfloating) and not isinstance(1, pm.floating)
    assert not isinstance(True, pm.number) and isinstance(True, pm.bool_)
    assert not isinstance(a, pm.floating) and not isinstance(pm.array(1.0), pm.floating)
    assert not isinstance("a", pm.generic)
    assert issubclass(a.dtype.type, pm.floating) and not issubclass(pm.int8.type, pm.inexact)


def test_numbers_that_a_type_does_not_hold_are_refused():
    a = pm.zeros(3, dtype="int64")
    for value, error in ((pm.nan, ValueError), (pm.inf, OverflowError), (1e30, OverflowError)):
        with pytest.raises(error, match="is out of range for int64: convert the array"):
            a[0] = value
        with pytest.raises(error):
            a[:] = value
        with pytest.raises(error):
            pm.array([1.0, value], dtype="int64")
    with pytest.raises(OverflowError):
        pm.zeros(1, dtype="int8")[0] = 300.5
    a[0] = -1.9
    assert a.tolist() == [-1, 0, 0]


def test_writing_can_be_refused_and_allowed():
    a = pm.arange(6.0).reshape((2, 3))
    before = a[0]
    a.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        a[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        a += 1
    assert memoryview(a).readonly and not a[1].flags.writeable
    before[0] = 7
    assert a[0, 0] == 7, "views that there were can still be written"
    a.setflags(write=True)
    a[0, 0] = 1
    assert a.flags["WRITEABLE"] and a[0, 0] == 1
    for fixed in (pm.broadcast_to(a, (2, 2, 3)), a.sum(), pm.asarray(memoryview(pm.ones(2)).toreadonly())):
        with pytest.raises(ValueError, match="write to a copy"):
            fixed.setflags(write=True)
    with pytest.raises(AttributeError, match="'owndata' cannot be set"):
        a.flags.owndata = True


def test_base_is_the_memory_that_is_shared():
    a = pm.arange(6)
    assert a.base is None and a.flags.owndata and pm.zeros((2, 3), order="F").base is None
    part = a[1::2]
    assert not part.flags.owndata and part.base.tolist() == [0, 1, 2, 3, 4, 5]
    part.base[1] = 9
    assert part[0] == 9 == a[1]
    large = pm.ones(5000) + 1
    assert large.base is None and large[1:].base.shape == (5000,)


def test_parts_of_complex_numbers_can_be_set():
    a = pm.array([1 + 2j, 3 + 4j])
    a.real = 0
    a.imag = [5, 6]
    assert a.tolist() == [5j, 6j]
    b = pm.ones(2)
    b.real = 3
    assert b.tolist() == [3, 3]
    with pytest.raises(TypeError, match="has no imaginary parts to write"):
        b.imag = 1


def test_an_order_can_be_asked_for():
    rows = [[1.0, 2.0], [3.0, 4.0]]
    assert pm.array(rows, order="F").strides == (8, 16) == pm.asarray(rows, order="F").strides
    a = pm.array(rows)
    assert pm.asarray(a, order="C") is a and pm.asarray(a, order="F").flags.f_contiguous
    assert pm.array(a.T).strides == (8, 16) and pm.array(a.T, order="C").strides == (16, 8)
    with pytest.raises(ValueError, match="'copy' is False"):
        pm.asarray(a, order="F", copy=False)


def test_axis_errors_have_a_class():
    for wrong in (lambda: pm.ones(2).sum(axis=1), lambda: pm.expand_dims(pm.ones(2), 5),
                  lambda: pm.add.reduce(pm.ones(2), axis=3), lambda: pm.average(pm.ones(2), axis=3)):
        with pytest.raises(pm.exceptions.AxisError):
            wrong()
        with pytest.raises(ValueError):
            wrong()
        with pytest.raises(IndexError):
            wrong()


def test_results_go_where_they_are_told():
    a = pm.array([3.0, 1.0, 2.0])
    out = pm.zeros(3)
    assert a.clip(1.5, 2.5, out=out) is out and out.tolist() == [2.5, 1.5, 2]
    assert pm.clip(a, a_min=2, a_max=None, out=a) is a and a.tolist() == [3, 2, 2]
    assert a.cumsum(out=out) is out and out.tolist() == [3, 5, 7]
    assert pm.cumprod(a, out=out).tolist() == [3, 6, 12] == out.tolist()
    assert pm.take(a, [0, 0, 1], out=out) is out and out.tolist() == [3, 3, 2]
    assert pm.dot(pm.eye(3), a, out=out) is out and pm.matmul(pm.eye(3), a, out=out).tolist() == [3, 2, 2]
    assert pm.einsum("i,i->i", a, a, out=out, optimize=True) is out and out.tolist() == [9, 4, 4]
    with pytest.raises(ValueError, match="shape"):
        pm.cumsum(a, out=pm.zeros(2))
    small = pm.zeros(3, dtype="int8")
    assert pm.multiply(a, 2.5, out=small, casting="unsafe").tolist() == [7, 5, 5]
    with pytest.raises(ValueError, match="'casting' must be"):
        pm.add(a, a, casting="maybe")


def test_functions_made_in_python_have_places():
    where = [True, False]
    assert pm.degrees([pm.pi, 1.0], where=where).tolist() == [180, 0]
    out = pm.array([7.0, 8.0])
    assert pm.radians([180.0, 1.0], out=out, where=where) is out and out[1] == 8
    part, whole = pm.modf([1.5, 2.5], where=where)
    assert (part.tolist(), whole.tolist()) == ([0.5, 0], [1, 0])
    outs = pm.zeros(2), pm.zeros(2)
    assert pm.divmod([7.0, 8.0], 3, out=outs)[1] is outs[1] and outs[0].tolist() == [2, 2]
    add = pm.frompyfunc(lambda x, y: x + y, 2, 1)
    assert add([1, 2], 3, where=where).tolist() == [4, 0]
    with pytest.raises(ValueError, match="a tuple of 2 arrays"):
        pm.modf([1.5, 2.5], out=out)


def test_warnings_of_what_was_put_off_come_where_somebody_looks():
    for look in (lambda a: a.tolist(), lambda a: a.flatten(), lambda a: a[7], lambda a: a.item(7),
                 lambda a: a.copy(), lambda a: a.astype("float32")[7:8].tolist()):
        a = pm.zeros(5000) / 0
        with pytest.warns(RuntimeWarning, match="invalid value encountered") as seen:
            look(a)
        assert [warning.filename for warning in seen] == [__file__]


def test_float16_notes_what_it_cannot_hold():
    tiny, large = pm.full(100, 1e-4, dtype="float16"), pm.full(100, 6e4, dtype="float16")
    with pytest.warns(RuntimeWarning, match="overflow encountered in multiply"):
        pm.eval(large * large)
    with pm.errstate(under="raise"):
        for wrong in (lambda: tiny * tiny, lambda: tiny / large, lambda: pm.square(tiny),
                      lambda: pm.full(3, 1e-9).astype("float16")):
            with pytest.raises(FloatingPointError, match="underflow"):
                wrong()
        assert (tiny * 0).max() == 0 and (tiny + tiny).max() > 0
    with pytest.warns(RuntimeWarning, match="overflow encountered in cast"):
        pm.eval(pm.full(3, 70000).astype("float16"))


def test_distances_between_numbers():
    numbers, apart = pm.linspace(start=0, stop=1, num=5, retstep=True)
    assert apart == 0.25 and numbers.tolist() == [0, 0.25, 0.5, 0.75, 1]
    rows = pm.linspace([0.0, 1.0], [1.0, 3.0], 3, axis=-1)
    assert rows.tolist() == [[0, 0.5, 1], [1, 2, 3]]
    assert pm.linspace(0, 1, 4, endpoint=False, retstep=True)[1] == 0.25


def test_memory_for_functions_of_c():
    import ctypes

    a = pm.arange(3.0)
    pointer = a.ctypes.data_as(ctypes.POINTER(ctypes.c_double))
    pointer[1] = 9.0
    assert a.tolist() == [0, 9, 2] and a.ctypes.data == a.__array_interface__["data"][0]
    assert list(a.ctypes.shape) == [3] and list(a.ctypes.strides) == [8]


def test_a_shape_is_not_set():
    # Type checkers say so, too, as long as there is nothing to set it with.
    with pytest.raises(AttributeError):
        pm.arange(6).shape = (2, 3)


def test_what_numpy_calls_options_of_decompositions():
    a = pm.array([[2.0, 1.0], [1.0, 3.0]])
    assert pm.linalg.svd(a, compute_uv=False).shape == (2,)
    assert pm.allclose(pm.linalg.eigh(a, UPLO="U").eigenvalues, pm.linalg.eigvalsh(a, "L"))
    assert pm.linalg.matrix_rank(a, tol=100.0) == 0 and pm.linalg.pinv(a, rcond=1e-3).shape == (2, 2)
    with pytest.raises(ValueError, match="must be 'L' or 'U'"):
        pm.linalg.eigh(a, UPLO="X")


def test_functions_give_numbers_where_there_are_no_axes():
    a, rng = pm.array([3.0, 1.0, 2.0]), pm.random.default_rng(1)
    for made in (lambda: pm.logaddexp.reduce(a), lambda: pm.percentile(a, 50), lambda: pm.median(a),
                 lambda: rng.choice(5), lambda: pm.random.randint(5), lambda: pm.take(a, 1),
                 lambda: pm.searchsorted([1.0, 2.0], 1.5), lambda: pm.count_nonzero(a)):
        assert hash(made()) is not None


def test_a_text_can_be_chosen():
    names = ["a", "b", "c"]
    for rng in (pm.random.default_rng(3), pm.random.RandomState(3)):
        assert {rng.choice(names) for _ in range(50)} == set(names)
        assert rng.choice(names, p=[0, 1, 0]) == "b"


def test_sets_have_numpys_options():
    a, b = pm.array([5, 3, 1, 3]), [3, 4, 5, 5]
    common, first, second = pm.intersect1d(a, b, return_indices=True)
    assert (common.tolist(), first.tolist(), second.tolist()) == ([3, 5], [1, 0], [0, 2])
    assert pm.setdiff1d(a, [3], assume_unique=True).tolist() == [5, 1]
    assert pm.isin(a, b, kind="sort", invert=True).tolist() == [False, False, True, False]
    assert pm.zeros_like(a, shape=(2, 2)).dtype == a.dtype
    assert pm.full_like(a, 2, shape=3, dtype="float32").tolist() == [2, 2, 2]
    assert pm.ones((2, 3)).cumsum().reshape((2, 3)).tobytes("F") == \
        pm.array([1.0, 4, 2, 5, 3, 6]).tobytes()

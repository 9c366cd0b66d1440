"""Arrays joined, cut and multiplied; their text, attributes and methods beside NumPy's."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import pommel as pm
from agreement import identical, numpys, ours

few = settings(max_examples=25, deadline=None)


def kind(xp, dtype, *values):
    return xp.asarray(values, dtype=dtype)


def a23(xp):
    return xp.arange(6).reshape(2, 3)


def stored(array, *args):
    """What `tofile` writes."""
    import tempfile

    with tempfile.NamedTemporaryFile() as file:
        array.tofile(file.name, *args)
        return list(file.read())


@pytest.mark.parametrize("case", [
    lambda xp: xp.concatenate([[1, 2], [3.5]]),
    lambda xp: xp.concatenate([kind(xp, "int8", 1), kind(xp, "uint8", 2)]),
    lambda xp: xp.concatenate([a23(xp), a23(xp)], axis=1),
    lambda xp: xp.concatenate([a23(xp), 7], axis=None),
    lambda xp: xp.concatenate([xp.ones(2), [1]], dtype="int8", casting="unsafe"),
    lambda xp: xp.concatenate([[1], [2]], out=xp.zeros(2)),
    lambda xp: xp.column_stack([[1, 2], xp.ones((2, 2))]),
    lambda xp: xp.dstack([[1, 2], [3, 4]]),
    lambda xp: xp.dstack([xp.ones((2, 2)), xp.zeros((2, 2, 2))]),
    lambda xp: xp.block(3),
    lambda xp: xp.block([1, 2, xp.arange(2)]),
    lambda xp: xp.block([[xp.eye(2), xp.zeros((2, 3))], [xp.ones((3, 2)), 2 * xp.eye(3)]]),
    lambda xp: xp.block([[[a23(xp)]], [[a23(xp)]]]),
    lambda xp: xp.block([[1.0, 2], [kind(xp, "float32", 3, 4)]]),
    lambda xp: xp.hsplit(xp.arange(6), 3),
    lambda xp: xp.hsplit(a23(xp), [1]),
    lambda xp: xp.vsplit(a23(xp), 2),
    lambda xp: xp.dsplit(xp.zeros((1, 2, 5)), [2, 3]),
    lambda xp: xp.diagflat([[1, 2], [3, 4]], -1),
    lambda xp: xp.asanyarray([1, 2], dtype="float32", order="F"),
    lambda xp: xp.ascontiguousarray(3),
    lambda xp: xp.ascontiguousarray(a23(xp).T),
    lambda xp: xp.asfortranarray(3),
    lambda xp: xp.asarray_chkfinite([1, 2.5]),
    lambda xp: xp.require([1, 2], "float32", ["W", "O"]),
    lambda xp: xp.copy(a23(xp).T),
    lambda xp: xp.resize([1, 2, 3], (2, 4)),
    lambda xp: xp.resize([], (2, 2)),
    lambda xp: xp.resize([1, 2], 0),
    lambda xp: xp.rollaxis(xp.zeros((2, 3, 4)), 2),
    lambda xp: xp.rollaxis(xp.zeros((2, 3, 4)), 0, 3),
    lambda xp: xp.rollaxis(xp.zeros((2, 3, 4)), -1, -2),
    lambda xp: xp.inner(2, [1, 2]),
    lambda xp: xp.inner([1, 2], [[3, 4], [5, 6]]),
    lambda xp: xp.inner(xp.ones((2, 3)), xp.ones((4, 3))),
    lambda xp: xp.vdot([1j, 2], [3, 4]),
    lambda xp: xp.vdot([[1, 2], [3, 4]], [1, 2, 3, 4]),
    lambda xp: xp.matvec(xp.ones((3, 2)), [1, 2]),
    lambda xp: xp.matvec(xp.ones((2, 3, 2)), xp.ones((2, 2))),
    lambda xp: xp.vecmat([1j, 2], xp.ones((2, 3))),
    lambda xp: xp.packbits([1, 0, 2]),
    lambda xp: xp.packbits(xp.zeros(0, dtype="uint8")),
    lambda xp: xp.packbits(a23(xp), axis=0, bitorder="little"),
    lambda xp: xp.unpackbits(kind(xp, "uint8", 1, 200), bitorder="little"),
    lambda xp: xp.unpackbits(kind(xp, "uint8", 1, 200), count=-3),
    lambda xp: xp.unpackbits(kind(xp, "uint8", 1), count=12),
    lambda xp: xp.unpackbits(kind(xp, "uint8", 1, 2).reshape(2, 1), axis=0),
    lambda xp: xp.bitwise_count(kind(xp, "int8", -128, -3, 0, 127)),
    lambda xp: xp.bitwise_count(kind(xp, "int64", -2**63, 2**63 - 1)),
    lambda xp: xp.bitwise_count(kind(xp, "uint64", 2**64 - 1, 5)),
    lambda xp: xp.bitwise_count(True),
    lambda xp: [xp.ndim([[1]]), xp.size([[1, 2]]), xp.size([[1, 2]], 1)],
    lambda xp: xp.size([[1, 2]], (0, 1)),
    lambda xp: xp.shape([[1, 2]]),
    lambda xp: xp.amax(a23(xp), axis=0) + xp.amin(a23(xp), 0, keepdims=True),
    lambda xp: xp.around([1.25, 2.35, -0.5], 1),
])
def test_cases(case):
    identical(case(pm), case(np))


@pytest.mark.parametrize("case", [
    lambda xp: xp.concatenate([]),
    lambda xp: xp.concatenate([1, 2]),
    lambda xp: xp.concatenate([xp.ones(2), [1]], dtype=int),
    lambda xp: xp.concatenate([[1], [2]], out=xp.zeros(3)),
    lambda xp: xp.concatenate([[1], [2]], out=xp.zeros(2), dtype=float),
    lambda xp: xp.concatenate([[1], [[2]]]),
    lambda xp: xp.block([[1, 2], []]),
    lambda xp: xp.block((1, 2)),
    lambda xp: xp.block([[1], 2]),
    lambda xp: xp.block([1, xp.ones((2, 2))]),
    lambda xp: xp.hsplit(xp.array(1), 1),
    lambda xp: xp.vsplit(xp.arange(3), 1),
    lambda xp: xp.dsplit(xp.ones((2, 2)), 1),
    lambda xp: xp.hsplit(xp.arange(5), 2),
    lambda xp: xp.asarray_chkfinite([1, xp.inf]),
    lambda xp: xp.require([1], requirements=["Z"]),
    lambda xp: xp.require([1], requirements=["C", "F"]),
    lambda xp: xp.resize([1], (-1,)),
    lambda xp: xp.rollaxis(xp.ones((2, 3)), 2),
    lambda xp: xp.inner(xp.ones((2, 3)), xp.ones((4, 5))),
    lambda xp: xp.vdot([1], [1, 2]),
    lambda xp: xp.matvec(xp.ones((3, 2)), [1, 2, 3]),
    lambda xp: xp.vecmat([1, 2], [1, 2]),
    lambda xp: xp.packbits([1.5]),
    lambda xp: xp.packbits([1], bitorder="x"),
    lambda xp: xp.unpackbits([1]),
    lambda xp: xp.bitwise_count(1.0),
    lambda xp: a23(xp).view("int32").T.view("int64"),
    lambda xp: a23(xp)[:, :1].T.view("int32"),
    lambda xp: xp.array(1).view("int32"),
    lambda xp: xp.arange(3, dtype="int32").view("int64"),
    lambda xp: a23(xp).flat[6],
    lambda xp: a23(xp).flags["Q"],
    lambda xp: a23(xp).take([9]),
    lambda xp: a23(xp).put([9], 1),
    lambda xp: format(a23(xp), ".2f"),
])
def test_errors(case):
    with pytest.raises(Exception) as theirs:
        case(np)
    with pytest.raises(Exception) as found:
        case(pm)
    assert issubclass(theirs.type, numpys(found.type)), repr(found.value)


def altered(array, name, *args):
    """An array after a method that writes it."""
    getattr(array, name)(*args)
    return array


def with_flat(array, key, value):
    array.flat[key] = value
    return array


def all_flat(array, value):
    array.flat = value
    return array


@pytest.mark.parametrize("case", [
    lambda xp: xp.asarray([1.25, -2.5, 3.5]).round(),
    lambda xp: xp.asarray([1.255, -2.345]).round(2),
    lambda xp: kind(xp, "float32", 1.255, -2.345).round(2),
    lambda xp: xp.asarray([1234.5, -55.0]).round(-2),
    lambda xp: xp.asarray([1234, -55, 150]).round(-2),
    lambda xp: kind(xp, "int8", 14, -25).round(-1),
    lambda xp: xp.arange(3).round(2),
    lambda xp: xp.asarray([1.26 + 2.345j]).round(1),
    lambda xp: xp.asarray([1.26]).round(1, out=xp.zeros(1)),
    lambda xp: xp.round([1.26, 2.5], 1),
    lambda xp: xp.rint([1.26, 2.5]),
    lambda xp: a23(xp).take([0, -1]),
    lambda xp: a23(xp).take([[0, 7]], 1, mode="wrap"),
    lambda xp: a23(xp).repeat(2),
    lambda xp: a23(xp).repeat([1, 0, 2], axis=1),
    lambda xp: xp.asarray([1, 2, 2, 5]).searchsorted([2, 9]),
    lambda xp: xp.asarray([1, 2, 2, 5]).searchsorted(2, side="right"),
    lambda xp: xp.asarray([5, 1, 2]).searchsorted(2, sorter=xp.asarray([1, 2, 0])),
    lambda xp: a23(xp).trace(),
    lambda xp: kind(xp, "int8", 100, 100, 100, 100).reshape(2, 2).trace(dtype="float32"),
    lambda xp: a23(xp).diagonal(1),
    lambda xp: a23(xp).compress([False, True], axis=0),
    lambda xp: xp.compress([True, False, True], a23(xp), axis=1),
    lambda xp: a23(xp).compress([True, False, True]),
    lambda xp: xp.asarray([0, 1]).choose([[1, 2], [3, 4]]),
    lambda xp: xp.asarray([1 + 2j]).conjugate(),
    lambda xp: altered(a23(xp), "put", [0, -1], [7, 8]),
    lambda xp: altered(a23(xp).T, "put", [0, 2], 9),
    lambda xp: xp.sort(altered(xp.asarray([3, 1, 2, 0]), "partition", 2)[:2]),
    lambda xp: altered(xp.asarray([3, 1, 2, 0]), "partition", 2)[2],
    lambda xp: xp.asarray([3, 1, 2, 0])[xp.asarray([3, 1, 2, 0]).argpartition(1)][1],
    lambda xp: xp.asarray([3.0, 1.0]).view("int64"),
    lambda xp: xp.asarray([3.0, 1.0]).view("uint8"),
    lambda xp: kind(xp, "float32", 1, 2, 3, 4).view("complex64"),
    lambda xp: a23(xp).T.view("float64"),
    lambda xp: a23(xp)[:, ::2].view("uint64"),
    lambda xp: xp.asarray([1 + 2j]).view("float64"),
    lambda xp: xp.zeros((2, 0)).view("int8"),
    lambda xp: a23(xp).view(),
    lambda xp: kind(xp, "int16", 1, 256).byteswap(),
    lambda xp: altered(kind(xp, "int16", 1, 256), "byteswap", True),
    lambda xp: a23(xp).ravel("F"),
    lambda xp: a23(xp).T.ravel("A"),
    lambda xp: a23(xp).T.ravel(),
    lambda xp: a23(xp).flatten("F"),
    lambda xp: a23(xp).T.flatten("K"),
    lambda xp: a23(xp).reshape(3, 2, order="F"),
    lambda xp: a23(xp).T.reshape((2, 3), order="A"),
    lambda xp: xp.asarray([[3, 1], [2, 0]]).argsort(axis=None, kind="stable"),
    lambda xp: altered(xp.asarray([[3, 1], [2, 0]]), "sort", 0, "mergesort"),
    lambda xp: list(a23(xp).T.flat),
    lambda xp: a23(xp).T.flat[1],
    lambda xp: a23(xp).T.flat[-1],
    lambda xp: a23(xp).T.flat[1:5:2],
    lambda xp: a23(xp).T.flat[[0, 3]],
    lambda xp: a23(xp).flat[a23(xp).flatten() > 2],
    lambda xp: with_flat(a23(xp).T, 1, 9),
    lambda xp: with_flat(a23(xp).T, slice(1, 5), [7, 8]),
    lambda xp: with_flat(a23(xp), [0, 5], 9),
    lambda xp: all_flat(a23(xp).T, [1, 2]),
    lambda xp: len(a23(xp).flat),
    lambda xp: a23(xp).flat.copy(),
    lambda xp: stored(kind(xp, "int16", 1, 2)),
    lambda xp: stored(xp.asarray([1.5, 2.0]), ",", "%.3f"),
    lambda xp: stored(a23(xp).T, "; "),
])
def test_methods(case):
    identical(case(pm), case(np))


def test_a_view_is_a_view():
    a = pm.zeros(3) + 1.0
    view = a.view(pm.int64)
    view[1] = 0
    assert a.tolist() == [1.0, 0.0, 1.0]
    large = pm.arange(5000.0) * 2.0
    bits, doubled = large.view("uint64"), large + 1.0
    bits[0] = 0x3FF0000000000000
    assert large[0] == 1.0 and doubled[0] == 1.0


def test_what_holds_of_its_elements():
    a, b = pm.zeros((2, 3)), np.zeros((2, 3))
    shape = (2, 2, 3)
    for array, other in ((a, b), (a.T, b.T), (a[:, ::2], b[:, ::2]),
                         (pm.broadcast_to(a, shape), np.broadcast_to(b, shape))):
        for name in ("C_CONTIGUOUS", "F_CONTIGUOUS", "WRITEABLE", "ALIGNED", "C", "F", "W"):
            assert array.flags[name] == other.flags[name], name
        assert array.flags.c_contiguous == other.flags.c_contiguous
        assert array.flags.fnc == other.flags.fnc and array.flags.forc == other.flags.forc
    with pytest.raises(AttributeError, match="copy"):
        a.flags.c_contiguous = False
    assert a.data.shape == (2, 3) and a.data.format == "d"


def test_pickles_of_methods(tmp_path):
    a = pm.arange(6).reshape(2, 3).T
    identical(pickle.loads(a.dumps()), np.arange(6).reshape(2, 3).T)
    a.dump(tmp_path / "a.pickle")
    identical(pickle.loads((tmp_path / "a.pickle").read_bytes()), np.arange(6).reshape(2, 3).T)
    assert pickle.loads(pickle.dumps(pm.rint)) is pm.rint


def test_numbers_are_formatted():
    assert "{:.2f} {}".format(pm.mean(pm.arange(4)), pm.array([1])) == "1.50 [1]"
    assert f"{pm.array(7):03d}" == "007"


@few
@given(values=hnp.arrays("float64", hnp.array_shapes(max_dims=2, max_side=5),
                         elements=st.floats(-1e6, 1e6)), decimals=st.integers(-4, 8))
def test_round(values, decimals):
    identical(pm.round(ours(values), decimals), np.round(values, decimals))


@few
@given(bits=hnp.arrays("bool", hnp.array_shapes(max_dims=3, max_side=10)),
       order=st.sampled_from(["big", "little"]), data=st.data())
def test_bits(bits, order, data):
    axis = data.draw(st.sampled_from([None, *range(-bits.ndim, bits.ndim)]))
    packed = np.packbits(bits, axis, order)
    identical(pm.packbits(ours(bits), axis, order), packed)
    count = data.draw(st.sampled_from([None, 0, 3, 11]))
    expected = np.unpackbits(packed, axis, count, order)
    identical(pm.unpackbits(ours(packed), axis, count, order), expected)


slices = st.builds(slice, st.integers(0, 12), st.integers(0, 12), st.integers(1, 4))


@few
@given(one=slices, two=slices, width=st.sampled_from(["int8", "int16", "int64"]))
def test_shared_memory(one, two, width):
    memory = np.zeros(24, "int64")
    view = pm.asarray(memory)
    a, b = memory[one], memory.view(width)[::2][two]
    found = pm.shares_memory(view[one], view.view(width)[::2][two])
    assert found is np.shares_memory(a, b)
    assert pm.may_share_memory(view[one], view.view(width)[::2][two]) or not found


NUMBERS = hnp.arrays("float64", hnp.array_shapes(max_dims=3, max_side=5),
                     elements=st.floats(allow_subnormal=False))


@few
@given(values=NUMBERS | hnp.arrays("int64", hnp.array_shapes(max_dims=2, max_side=40)),
       options=st.fixed_dictionaries({}, optional={
           "precision": st.integers(0, 12), "threshold": st.integers(0, 20),
           "edgeitems": st.integers(1, 3), "sign": st.sampled_from("-+ "),
           "suppress_small": st.booleans(), "max_line_width": st.integers(30, 90),
           "floatmode": st.sampled_from(["fixed", "unique", "maxprec", "maxprec_equal"]),
           "separator": st.sampled_from([" ", ", ", ";"]), "prefix": st.sampled_from(["", "ab("]),
           "suffix": st.sampled_from(["", ")"])}))
def test_text(values, options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = np.array2string(values, **options)
        assert pm.array2string(ours(values), **options) == expected
        some = {name: options[name] for name in ("max_line_width", "precision", "suppress_small")
                if name in options}
        assert pm.array_repr(ours(values), **some) == np.array_repr(values, **some)
        assert pm.array_str(ours(values), **some) == np.array_str(values, **some)


def test_print_options_come_back():
    before = pm.get_printoptions()
    assert {name: np.get_printoptions()[name] for name in before} == before
    with pytest.raises(ZeroDivisionError), pm.printoptions(precision=2, infstr="oo", sign="+"):
        assert pm.get_printoptions()["infstr"] == "oo"
        assert str(pm.array([pm.inf, 1.125])) == "[  +oo +1.12]"
        1 / 0
    assert pm.get_printoptions() == before
    with pytest.raises(ValueError, match="floatmode"), pm.printoptions(floatmode="x"):
        pass

"""Memory of arrays for others, and memory of others as arrays, without NumPy."""

import array
import copy
import io
import mmap
import pickle
import struct
import sys

import pytest

import pommel as pm

pypy_hpy = "_hpy_universal" in sys.builtin_module_names

DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
          "float16", "float32", "float64", "complex64", "complex128"]
FORMATS = ["?", "b", "h", "i", "l", "B", "H", "I", "L", "e", "f", "d", "Zf", "Zd"]


def sample(dtype="float64"):
    return pm.array([[0, 1, 2], [3, 4, 5]]).astype(dtype)


# Our memory for others.

@pytest.mark.parametrize("dtype, code", list(zip(DTYPES, FORMATS)))
def test_a_view_says_what_an_array_is(dtype, code):
    a = sample(dtype)
    view = memoryview(a)
    assert (view.format, view.itemsize, view.shape, view.strides) == (
        code, a.itemsize, a.shape, a.strides)
    assert not view.readonly
    assert view.tobytes() == a.tobytes()


def test_layouts_of_views():
    a = sample()
    assert memoryview(a.T).f_contiguous and not memoryview(a.T).c_contiguous
    assert memoryview(a.T).tolist() == [[0, 3], [1, 4], [2, 5]]
    strided = memoryview(a[:, ::-2])
    assert (strided.strides, strided.tolist()) == ((24, -16), [[2, 0], [5, 3]])
    assert not strided.contiguous
    point = memoryview(pm.asarray(2.5))
    # PyPy ends the process when `tolist` is asked of a view without dimensions.
    assert (point.shape, point.tobytes()) == ((), struct.pack("d", 2.5))
    empty = memoryview(a[:0])
    assert (empty.shape, empty.tolist(), bytes(a[:0])) == ((0, 3), [], b"")


def test_bytes_are_in_c_order():
    a = sample()
    for view in (a, a.T, a[:, ::-2], a[::-1], a[:0]):
        assert bytes(view) == view.tobytes()


def test_bytes_and_struct_and_array_take_them():
    a = pm.array([1.0, 2.0])
    assert bytes(a) == struct.pack("2d", 1, 2)
    # PyPy 8 takes an extension's object for a buffer only where a view is asked for.
    view = memoryview(a)
    assert struct.unpack_from("d", view, 8) == (2.0,)
    struct.pack_into("d", view, 0, 7.0)
    assert a.tolist() == [7.0, 2.0]
    taken = array.array("d")
    taken.frombytes(memoryview(a).cast("B"))
    assert taken.tolist() == [7.0, 2.0]
    assert io.BytesIO(struct.pack("2d", 8, 9)).readinto(a) == 16
    assert a.tolist() == [8.0, 9.0]


def test_a_consumer_of_rows_of_bytes_is_refused_other_layouts():
    # PyPy, and Python before 3.12 where it is to be written, say that the object is no buffer.
    with pytest.raises((BufferError, TypeError)):
        struct.unpack_from("d", sample().T, 0)
    with pytest.raises((BufferError, TypeError)):
        struct.pack_into("d", sample()[:, ::2], 0, 1.0)


def test_what_is_put_off_is_computed_for_a_view():
    a = pm.array([float(i) for i in range(10_000)])
    b = a * 2 + 1
    assert memoryview(b)[9_999] == 19_999.0


def test_writing_through_a_view_changes_nothing_that_was_computed_before():
    a = pm.array([1.0] * 10_000)
    with memoryview(a) as view:
        b = a + 1
        view[0] = 100.0
        c = a + 1
        view[0] = 200.0
        assert (b[0], c[0], a[0]) == (2.0, 101.0, 200.0)
    d = a + 1
    a[0] = 0.0
    assert d[0] == 201.0


def test_what_others_may_write_is_read_at_once():
    theirs = array.array("d", [1.0] * 10_000)
    for ours in (pm.asarray(theirs), pm.asarray(memoryview(theirs).toreadonly())):
        theirs[0] = 1.0
        b = ours + 1
        theirs[0] = 5.0
        assert b[0] == 2.0


# Memory of others as arrays.

@pytest.mark.parametrize("code, dtype", [
    ("b", "int8"), ("B", "uint8"), ("h", "int16"), ("i", "int32"), ("l", "int64"), ("q", "int64"),
    ("Q", "uint64"), ("f", "float32"), ("d", "float64")])
def test_array_array_is_shared(code, dtype):
    theirs = array.array(code, [1, 2, 3])
    ours = pm.asarray(theirs)
    assert (ours.dtype, ours.shape, ours.tolist()) == (pm.dtype(dtype), (3,), [1, 2, 3])
    theirs[0] = 7
    assert ours[0] == 7
    ours[1] = 9
    assert theirs[1] == 9
    assert pm.array(theirs)[1] == 9


def test_array_copies():
    theirs = array.array("d", [1, 2])
    ours = pm.array(theirs)
    theirs[0] = 5
    assert ours[0] == 1.0


def test_bytes_are_read_only():
    ours = pm.asarray(b"abc")
    assert (ours.dtype, ours.tolist()) == (pm.uint8, [97, 98, 99])
    with pytest.raises(ValueError, match="read-only"):
        ours[0] = 1
    assert memoryview(ours).readonly


def test_a_bytearray_is_lent_as_long_as_the_array_lives():
    theirs = bytearray(b"abc")
    ours = pm.asarray(theirs)
    ours[0] = 65
    assert theirs == b"Abc"
    if sys.implementation.name == "cpython":
        with pytest.raises(BufferError):
            theirs.append(1)
        del ours
        theirs.append(1)


def test_layouts_of_others():
    theirs = memoryview(bytes(range(6))).cast("B", (2, 3))
    assert pm.asarray(theirs).tolist() == [[0, 1, 2], [3, 4, 5]]
    assert pm.asarray(memoryview(bytes(range(6)))[::-2]).tolist() == [5, 3, 1]
    assert pm.asarray(memoryview(b"")).shape == (0,)


def test_memory_that_is_not_aligned_is_copied():
    theirs = memoryview(bytearray(struct.pack("=bdd", 1, 2.5, 3.5)))[1:]
    assert pm.frombuffer(theirs).tolist() == [2.5, 3.5]


def test_arrays_in_arithmetic_and_lists():
    theirs = array.array("d", [1, 2])
    assert (pm.array([1.0, 1.0]) + theirs).tolist() == [2.0, 3.0]
    assert pm.asarray([theirs, theirs]).tolist() == [[1, 2], [1, 2]]


def test_numbers_beside_arrays_without_dimensions():
    one = pm.asarray(1).astype("int8")
    assert pm.asarray([one, one]).dtype == pm.int8
    assert pm.asarray([one, 2]).tolist() == pm.asarray([2, one]).tolist()[::-1] == [1, 2]
    assert pm.asarray([one, 2.5]).dtype == pm.float64
    assert pm.asarray([[one, 2], [3.0, one]]).tolist() == [[1, 2], [3, 1]]
    with pytest.raises(ValueError, match="has no shape"):
        pm.asarray([one, [1]])


@pytest.mark.parametrize("theirs, named", [
    (memoryview(b"abc").cast("c"), "of the format 'c'")])
def test_elements_that_are_no_numbers(theirs, named):
    with pytest.raises(TypeError, match=named + " cannot be taken over: convert them"):
        pm.asarray(theirs)


@pytest.mark.parametrize("object, message", [
    ("text", "must be a number, a nested sequence"), (None, "must be a number, a nested sequence"),
    ({}, "must be a number, a nested sequence"),
    (object(), "must be a number, a nested sequence")], ids=["text", "none", "dict", "object"])
def test_what_has_no_memory(object, message):
    with pytest.raises(TypeError, match=message):
        pm.asarray(object)
    with pytest.raises(TypeError):
        pm.array([1.0]) + object


class Interface:
    def __init__(self, **changed):
        self.memory = array.array("d", [1, 2, 3, 4])
        address = self.memory.buffer_info()[0]
        described = {"shape": (4,), "typestr": "<f8", "data": (address, False), "version": 3}
        self.__array_interface__ = dict(described, **changed)


def test_the_interface_of_numpy():
    theirs = Interface()
    ours = pm.asarray(theirs)
    ours[0] = 9
    assert theirs.memory[0] == 9
    assert pm.asarray(Interface(shape=(2,), strides=(16,))).tolist() == [1, 3]
    assert pm.asarray(Interface(shape=(2, 2), strides=None)).tolist() == [[1, 2], [3, 4]]


def test_the_other_order_of_bytes():
    theirs = Interface(typestr=">f8")
    theirs.memory.byteswap()
    ours = pm.asarray(theirs)
    assert ours.tolist() == [1, 2, 3, 4]
    ours[0] = 5.0


def test_an_interface_of_other_elements():
    with pytest.raises(TypeError, match="'<M8"):
        pm.asarray(Interface(typestr="<M8[ns]"))


def test_our_interface():
    a = sample()
    described = a.__array_interface__
    assert (described["shape"], described["typestr"], described["strides"]) == ((2, 3), "<f8", (24, 8))
    assert described["data"][1] is False

    class Shell:
        __array_interface__ = described
        keeper = a

    b = pm.asarray(Shell())
    b[0, 0] = 8.0
    assert a[0, 0] == 8.0


class Converted:
    def __array__(self, dtype=None, copy=None):
        return array.array("d", [1, 2])


def test_objects_with_a_conversion():
    assert pm.asarray(Converted()).tolist() == [1, 2]
    with pytest.raises(TypeError):
        pm.asarray(Converted)


# DLPack.

@pytest.mark.parametrize("dtype", DTYPES)
def test_dlpack_to_itself(dtype):
    a = sample(dtype)
    b = pm.from_dlpack(a)
    assert (b.dtype, b.shape, b.strides, b.tolist()) == (a.dtype, a.shape, a.strides, a.tolist())
    b[0, 0] = 1
    assert a[0, 0] == 1


def test_dlpack_of_other_layouts():
    a = sample()
    for view in (a.T, a[:, ::-2], a[1, 2], a[:0]):
        view = pm.asarray(view)
        assert pm.from_dlpack(view).tolist() == view.tolist()
    parts = sample("complex128").imag
    assert pm.from_dlpack(parts).tolist() == parts.tolist()


def test_kinds_of_capsules():
    a = sample()
    assert "dltensor_versioned" in repr(a.__dlpack__(max_version=(1, 0)))
    for old in (a.__dlpack__(), a.__dlpack__(max_version=(0, 8))):
        assert '"dltensor"' in repr(old) or "'dltensor'" in repr(old)
    assert a.__dlpack_device__() == (1, 0)


def test_who_is_read_only_says_so():
    a = pm.asarray(b"abc")
    with pytest.raises(BufferError, match=r"pass max_version=\(1, 0\)"):
        a.__dlpack__()
    with pytest.raises(ValueError, match="read-only"):
        pm.from_dlpack(a)[0] = 1
    copied = pm.from_dlpack(a, copy=True)
    copied[0] = 1
    assert (copied[0], a[0]) == (1, 97)


class Tensor:
    """Has what `answer` gives, and nothing newer than the first version of the protocol."""

    def __init__(self, inner, device=(1, 0)):
        self.inner, self.device = inner, device

    def __dlpack__(self, stream=None):
        return self.inner.__dlpack__()

    def __dlpack_device__(self):
        return self.device


def test_tensors_of_the_old_kind():
    a = sample()
    b = pm.from_dlpack(Tensor(a))
    a[0, 0] = 5.0
    assert b[0, 0] == 5.0
    with pytest.raises(ValueError, match="read-only"):
        b[0, 0] = 1
    assert pm.asarray(Tensor(a)).tolist() == a.tolist()


def test_what_dlpack_refuses():
    a = sample()
    with pytest.raises(BufferError, match="another device"):
        pm.from_dlpack(Tensor(a, (2, 0)))
    with pytest.raises(BufferError, match="dl_device"):
        a.__dlpack__(dl_device=(2, 0))
    with pytest.raises(ValueError, match="stream"):
        a.__dlpack__(stream=1)
    with pytest.raises(TypeError, match="__dlpack__"):
        pm.from_dlpack([1])
    with pytest.raises(ValueError, match="'cpu'"):
        pm.from_dlpack(a, device="gpu")

    class Used:
        capsule = a.__dlpack__(max_version=(1, 0))

        def __dlpack__(self, **kwargs):
            return self.capsule

        def __dlpack_device__(self):
            return (1, 0)

    assert pm.from_dlpack(Used()).shape == (2, 3)
    with pytest.raises(ValueError, match="capsule named 'dltensor'"):
        pm.from_dlpack(Used())


# What is kept is let go.

def test_nothing_of_others_is_kept(assert_no_leak):
    theirs = array.array("d", [1, 2, 3])
    a = sample()

    def work():
        pm.from_dlpack(a)
        a.__dlpack__()
        memoryview(a).release()
        bytes(a)
        if sys.implementation.name == "pypy" and not pypy_hpy:
            # PyPy 8 keeps some 32 bytes of each of its buffers that its C API has lent.
            return
        pm.asarray(theirs) + 1
        pm.asarray(memoryview(b"abcdefgh"))
        pm.frombuffer(theirs)
        pm.asarray(Interface())
        pm.asarray(Tensor(a))
        pickle.loads(pickle.dumps(a, 5))

    assert_no_leak(work, 10_000)


@pytest.mark.only("debug")
def test_no_handle_is_left_open():
    from hpy.debug.leakdetector import LeakDetector

    theirs = array.array("d", [1, 2, 3])
    a = sample()
    with LeakDetector():
        for make in (lambda: pm.asarray(theirs), lambda: pm.asarray(Interface()),
                     lambda: pm.from_dlpack(a), lambda: pm.asarray(Tensor(a)),
                     lambda: pm.frombuffer(b"12345678"), lambda: memoryview(a),
                     lambda: a.__dlpack__()):
            made = make()
            del made


@pytest.mark.only("cpython")
def test_an_array_that_another_thread_drops():
    import threading

    theirs = bytearray(8)
    box = [pm.asarray(theirs)]
    thread = threading.Thread(target=box.clear)
    thread.start()
    thread.join()
    # The thread had never met memory of others: what it let go is given back by the next who does.
    pm.asarray(b"x")
    theirs.append(1)


# Pickles and copies.

@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("dtype", DTYPES)
def test_pickles(protocol, dtype):
    for a in (sample(dtype), sample(dtype).T, sample(dtype)[:, ::-2], sample(dtype)[:0],
              pm.asarray(1).astype(dtype)):
        b = pickle.loads(pickle.dumps(a, protocol))
        assert (b.dtype, b.shape, b.tolist()) == (a.dtype, a.shape, a.tolist())
    b = pickle.loads(pickle.dumps(sample(dtype), protocol))
    b[0, 0] = 1
    f = pickle.loads(pickle.dumps(sample(dtype).T, protocol))
    assert f.strides == sample(dtype).T.strides


def test_pickles_beside_their_memory():
    a = sample()
    buffers = []
    data = pickle.dumps(a, 5, buffer_callback=buffers.append)
    assert len(buffers) == 1 and a.tobytes() not in data
    b = pickle.loads(data, buffers=buffers)
    assert b.tolist() == a.tolist()
    if not pypy_hpy:
        b[0, 0] = 9.0
        assert a[0, 0] == 9.0


def test_copies():
    a = sample()
    for b in (copy.copy(a), copy.deepcopy(a), copy.deepcopy([a])[0]):
        assert b.tolist() == a.tolist()
        b[0, 0] = 9.0
        assert a[0, 0] == 0.0


# Bytes and files.

def test_frombuffer():
    data = struct.pack("4d", 1, 2, 3, 4)
    assert pm.frombuffer(data).tolist() == [1, 2, 3, 4]
    assert pm.frombuffer(data, pm.float64, 2, 8).tolist() == [2, 3]
    assert pm.frombuffer(data, dtype="uint8").shape == (32,)
    assert pm.frombuffer(b"").shape == (0,)
    for wrong, message in [(dict(count=5), "'count' must be at most 4"),
                           (dict(offset=33), "'offset' must be at most 32"),
                           (dict(offset=3), "no multiple")]:
        with pytest.raises(ValueError, match=message):
            pm.frombuffer(data, **wrong)
    with pytest.raises(TypeError, match="exports memory"):
        pm.frombuffer("text")
    if pypy_hpy:
        # Its host cannot lend memory with gaps, and gives a copy.
        assert pm.frombuffer(memoryview(data)[::2], "uint8").tolist() == list(data[::2])
    else:
        with pytest.raises(ValueError, match="without gaps"):
            pm.frombuffer(memoryview(data)[::2])


def test_fromiter():
    assert pm.fromiter((x for x in range(3)), "float32").tolist() == [0, 1, 2]
    assert pm.fromiter(iter(range(9)), pm.int8, 2).tolist() == [0, 1]
    with pytest.raises(ValueError, match="'iter' has 1 items"):
        pm.fromiter([1], pm.int8, 2)


@pytest.mark.parametrize("dtype", DTYPES)
def test_npy_files(tmp_path, dtype):
    for a in (sample(dtype), sample(dtype).T, sample(dtype)[:, ::2], sample(dtype)[:0],
              pm.asarray(1).astype(dtype)):
        pm.save(tmp_path / "a", a)
        b = pm.load(str(tmp_path / "a.npy"))
        assert (b.dtype, b.shape, b.tolist()) == (a.dtype, a.shape, a.tolist())
        file = io.BytesIO()
        pm.save(file, a)
        pm.save(file, a)
        file.seek(0)
        assert pm.load(file).tolist() == pm.load(file).tolist() == a.tolist()
    pm.load(tmp_path / "a.npy")[...] = 0


def test_npy_files_of_other_machines():
    header = b"{'descr': '>i4', 'fortran_order': False, 'shape': (2,), }"
    file = io.BytesIO(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header
                      + struct.pack(">2i", 1, 2))
    assert pm.load(file).tolist() == [1, 2]


@pytest.mark.parametrize("data, message", [
    (b"", "no .npy or .npz file"), (b"\x93NUMPY\x01\x00\x01\x00x", "header"),
    (b"\x93NUMPY\x01\x00\x39\x00{'descr': '<i4', 'fortran_order': False, 'shape': (2,), }",
     "the file ends before its data do")])
def test_files_that_are_none(data, message):
    with pytest.raises(ValueError, match=message):
        pm.load(io.BytesIO(data))


@pytest.mark.parametrize("write", [pm.savez, pm.savez_compressed])
def test_npz_files(tmp_path, write):
    a = sample()
    write(tmp_path / "a.npz", a, names=a.T.astype("int16"))
    with pm.load(tmp_path / "a.npz") as file:
        assert file.files == ["arr_0", "names"] and "names" in file and len(file) == 2
        assert file["arr_0"].tolist() == a.tolist()
        assert {name: b.tolist() for name, b in file.items()}["names"] == a.T.tolist()
        assert file["names"].dtype == pm.int16
        with pytest.raises(KeyError, match="'other' is no array of the file"):
            file["other"]


def test_memmap(tmp_path):
    path = tmp_path / "numbers"
    a = pm.memmap(path, "float64", "w+", shape=(2, 3))
    a[1, 2] = 5.0
    del a
    import gc
    gc.collect()
    assert path.stat().st_size == 48
    b = pm.memmap(path, "float64", "r", offset=8)
    assert b.tolist() == [0, 0, 0, 0, 5.0]
    with pytest.raises(ValueError, match="read-only"):
        b[0] = 1
    c = pm.memmap(path, "float64", "c", shape=6)
    c[0] = 1.0
    assert b[0] == 0.0 and c[0] == 1.0
    with pytest.raises(ValueError, match="'mode' must be"):
        pm.memmap(path, mode="x")
    pm.save(tmp_path / "a.npy", sample())
    assert pm.load(tmp_path / "a.npy", mmap_mode="r").tolist() == sample().tolist()
    assert isinstance(pm.memmap(path, mode="r"), pm.ndarray) and mmap.PAGESIZE


def test_the_namespace():
    a = sample()
    assert a.__array_namespace__() is pm
    assert a.__array_namespace__(api_version="2022.12") is pm
    with pytest.raises(ValueError, match="'api_version' must be one of 2021.12"):
        a.__array_namespace__(api_version="1999.01")

"""Input that nobody means well with is refused, and nothing is lost: files that were damaged,
descriptions of memory that make no sense, indices of any kind.

What is tried is random and the same in every run. `POMMEL_HOSTILE_ROUNDS=100` tries a hundred times
as much.
"""

import ctypes
import io
import os
import random

import pytest

import pommel as pm

ROUNDS = int(os.environ.get("POMMEL_HOSTILE_ROUNDS", "1"))
# What an error of input is. A panic would be none of them.
REFUSED = (ValueError, TypeError, IndexError, BufferError, OverflowError, MemoryError, EOFError, OSError)


def attempts(function, count):
    """Calls a function with random generators; returns how many calls gave something."""
    given = 0
    for seed in range(count * ROUNDS):
        try:
            function(random.Random(seed))
        except REFUSED as error:
            assert str(error) and "panic" not in str(error), seed
        else:
            given += 1
    return given


def damaged(data, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        kind, at = rng.randrange(4), rng.randrange(len(data))
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            del data[at:at + rng.randrange(1, 9)]
        elif kind == 2:
            data[at:at] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
        else:
            # A number in the header, where files of arrays are wrong most easily.
            digits = [i for i, byte in enumerate(data) if 48 <= byte < 58] or [at]
            data[rng.choice(digits)] = rng.choice(b"0123456789-,() ")
        data = data or bytearray(1)
    return bytes(data)


@pytest.mark.parametrize("save", [
    lambda file: pm.save(file, pm.arange(12).reshape(3, 4)),
    lambda file: pm.savez(file, a=pm.arange(5.0), b=pm.ones((2, 2), dtype=pm.complex64)),
    lambda file: pm.savez_compressed(file, a=pm.arange(50, dtype=pm.int16)),
])
def test_damaged_files(save):
    file = io.BytesIO()
    save(file)
    whole = file.getvalue()

    def load(rng):
        loaded = pm.load(io.BytesIO(damaged(whole, rng)))
        parts = [loaded] if isinstance(loaded, pm.ndarray) else [loaded[name] for name in loaded]
        for part in parts:
            assert part.size < 10**6 and len(part.tobytes()) == part.nbytes

    given = attempts(load, 400)
    assert 0 < given < 400 * ROUNDS


class Interface:
    def __init__(self, interface):
        self.__array_interface__ = interface


def test_descriptions_of_memory():
    memory = (ctypes.c_double * 16)(*range(16))
    address = ctypes.addressof(memory)

    def pick(rng, good, bad):
        return good if rng.random() < 0.7 else rng.choice(bad)

    def describe(rng):
        interface = {
            "version": pick(rng, 3, [0, -1, None, "3", 2**70]),
            "typestr": pick(rng, "<f8", ["<f4", ">f8", "|b1", "<c16", "<f3", "f8", "", "<", "|O8",
                                         "<U4", "\0", "<f99999999999999999999", 8, None]),
            "shape": pick(rng, (4, 4), [(), (16,), (-1,), (2**62, 2**62), (0, 2**63 - 1), (4.0,), "44",
                                        None, [4, 4], (1,) * 70, (2**80,)]),
            "data": pick(rng, (address, False), [(address, True), (0, False), (address,), (-8, False),
                                                 address, None, ("a", False), (2**70, False)]),
            "strides": pick(rng, None, [(32, 8), (8, 32), (0, 0), (8,), (2**62, 2**62), (-2**63, 8),
                                        "ab", (8.0, 8), [32, 8]]),
        }
        if rng.random() < 0.2:
            del interface[rng.choice(sorted(interface))]
        shape, strides = interface.get("shape"), interface.get("strides")
        # Whoever names memory that is not there cannot be found out: only what is within ours.
        if isinstance(strides, tuple) and len(strides) == 2 and strides[0] not in (0, 8, 32):
            interface["data"] = (0, False)
        if shape not in ((4, 4), (), (16,), [4, 4], None) and isinstance(shape, (tuple, list)):
            interface["data"] = (0, False)
        if interface.get("typestr") == "<c16":
            interface["shape"], interface["strides"] = (8,), None
        array = pm.asarray(Interface(interface))
        array.tolist()
        array + 1

    given = attempts(describe, 600)
    assert 0 < given < 600 * ROUNDS


class Tensor(ctypes.Structure):
    """`DLTensor` of DLPack (dlpack.h)."""

    _fields_ = [
        ("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64),
    ]


Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Old(ctypes.Structure):
    """`DLManagedTensor`, from before the versions."""

    NAME = b"dltensor"
    _fields_ = [("tensor", Tensor), ("context", ctypes.c_void_p), ("deleter", Deleter)]


class Versioned(ctypes.Structure):
    """`DLManagedTensorVersioned`."""

    NAME = b"dltensor_versioned"
    _fields_ = [
        ("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p),
        ("deleter", Deleter), ("flags", ctypes.c_uint64), ("tensor", Tensor),
    ]


class Exporter:
    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


def described_tensor(rng, address, keep):
    """A tensor over 32 numbers, or one that makes no sense. What it says of memory that would be read is
    true: whoever names memory that is not there cannot be found out."""

    def pick(good, bad):
        return good if rng.random() < 0.85 else rng.choice(bad)

    ndim = pick(2, [0, 1, -1, 65, 2**31 - 1, -(2**31)])
    extents = pick((4, 4), [(0, 4), (4, 0), (-4, 4), (4, -1), (2**62, 2**62), (2**63 - 1, 1)])
    steps = pick((4, 1), [(1, 4), (0, 0), (2**62, 1), (-(2**63), 1)])
    code, bits = pick((2, 64), [(0, 64), (1, 8), (5, 128), (2, 65), (3, 1), (9, 64), (255, 255)])
    offset = pick(0, [8, 128, 4, 3, 2**63, 2**64 - 8])
    is_there = extents == (4, 4) and steps in ((4, 1), (1, 4), (0, 0)) and offset <= 128 and bits <= 64
    shape, strides = (ctypes.c_int64 * 2)(*extents), (ctypes.c_int64 * 2)(*steps)
    keep += shape, strides
    tensor = Tensor(
        data=pick(address, [None]) if is_there or 0 in extents else None, device_type=pick(1, [2, 0, -5]),
        ndim=ndim, code=code, bits=bits, lanes=pick(1, [0, 2, 65535]), byte_offset=offset,
        shape=ctypes.addressof(shape), strides=pick(ctypes.addressof(strides), [None]))
    if not 0 <= ndim <= 2 or rng.random() < 0.02:
        tensor.shape = tensor.strides = None
    return tensor


@pytest.mark.only("cpython")
def test_tensors_that_make_no_sense():
    new, name = ctypes.pythonapi.PyCapsule_New, ctypes.pythonapi.PyCapsule_GetName
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    name.restype, name.argtypes = ctypes.c_char_p, [ctypes.py_object]
    memory = (ctypes.c_double * 32)(*range(32))
    kept = []

    def take(rng):
        freed = []
        kind = rng.choice([Old, Versioned])
        managed = kind(tensor=described_tensor(rng, ctypes.addressof(memory), kept),
                       deleter=Deleter(freed.append) if rng.random() < 0.9 else Deleter())
        if kind is Versioned:
            managed.major = 1 if rng.random() < 0.9 else rng.choice([0, 2, 2**32 - 1])
            managed.minor, managed.flags = rng.choice([0, 1, 99]), rng.choice([0, 1, 2, 3, 2**64 - 1])
        says = kind.NAME if rng.random() < 0.9 else rng.choice(
            [b"used_dltensor", b"", b"dltensor_versioned_", Old.NAME])
        if says == Old.NAME and kind is Versioned:
            says = b"used_dltensor_versioned"
        kept.extend([managed, says])
        capsule = new(ctypes.addressof(managed), says, None)
        try:
            array = pm.from_dlpack(Exporter(capsule))
            # What is not aligned is copied, and where nothing is nothing is kept.
            assert not freed or array.size == 0 or managed.tensor.byte_offset % 8 != 0
            if array.dtype == pm.float64 and array.shape == (4, 4) and managed.tensor.byte_offset % 8 == 0:
                start, steps = array[0, 0], [stride // 8 for stride in array.strides]
                assert array.tolist() == [[start + i * steps[0] + j * steps[1] for j in range(4)]
                                          for i in range(4)]
            array.tolist()
            del array
        finally:
            # Who takes a tensor over says so, and frees it once; who refuses it leaves it to its capsule.
            is_taken = name(capsule).startswith(b"used_") and not says.startswith(b"used_")
            assert len(freed) == (1 if is_taken and managed.deleter else 0)
            assert freed in ([], [ctypes.addressof(managed)])

    given = attempts(take, 1000)
    assert 200 < given < 1000 * ROUNDS


class View(ctypes.Structure):
    """`Py_buffer`."""

    _fields_ = [
        ("buf", ctypes.c_void_p), ("obj", ctypes.c_void_p), ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t), ("readonly", ctypes.c_int), ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p),
    ]


def exporter_of(describe):
    """An object whose buffers are what a function writes into a `View`, as an extension in C would make
    them."""
    prototype = ctypes.PYFUNCTYPE(
        ctypes.c_int, ctypes.py_object, ctypes.POINTER(View), ctypes.c_int)

    def export(owner, view, flags):
        describe(view.contents)
        view.contents.obj = id(owner)
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(owner))
        return 0

    class Slot(ctypes.Structure):
        _fields_ = [("slot", ctypes.c_int), ("function", ctypes.c_void_p)]

    class Spec(ctypes.Structure):
        _fields_ = [("name", ctypes.c_char_p), ("basicsize", ctypes.c_int), ("itemsize", ctypes.c_int),
                    ("flags", ctypes.c_uint), ("slots", ctypes.POINTER(Slot))]

    function = prototype(export)
    getbuffer = 1  # Py_bf_getbuffer
    slots = (Slot * 2)(Slot(getbuffer, ctypes.cast(function, ctypes.c_void_p)), Slot(0, None))
    spec = Spec(b"hostile.Exporter", 0, 0, 0, slots)
    make = ctypes.pythonapi.PyType_FromSpec
    make.restype, make.argtypes = ctypes.py_object, [ctypes.POINTER(Spec)]
    return make(ctypes.byref(spec))(), (function, spec, slots)


@pytest.mark.only("cpython")
def test_buffers_that_make_no_sense():
    memory = (ctypes.c_double * 32)(*range(32))
    rng, kept = random.Random(), []

    def describe(view):
        def pick(good, bad):
            return good if rng.random() < 0.85 else rng.choice(bad)

        extents = pick((4, 4), [(0, 4), (-4, 4), (4, -1), (2**62, 2**62), (2**63 - 1, 1)])
        steps = pick((32, 8), [(8, 32), (0, 0), (2**62, 8), (-(2**63), 8)])
        shape, strides = (ctypes.c_ssize_t * 2)(*extents), (ctypes.c_ssize_t * 2)(*steps)
        format = pick(b"d", [b"", b"<f", b"T{d:a:}", b"q", b"Zd", b"?", b"99999999999999999999d", b"\xff", None])
        kept.extend([shape, strides, format])
        is_there = extents in ((4, 4), (0, 4)) and steps in ((32, 8), (8, 32), (0, 0))
        view.buf = pick(ctypes.addressof(memory), [None]) if is_there else None
        view.len, view.itemsize = pick(128, [0, -1, 2**63 - 1]), pick(8, [0, -8, 1, 16, 2**63 - 1])
        view.ndim, view.readonly, view.format = pick(2, [0, 1, -1, 65, 2**31 - 1]), rng.choice([0, 1]), format
        view.shape = pick(ctypes.addressof(shape), [None] if view.buf is None else [ctypes.addressof(shape)])
        view.strides = pick(ctypes.addressof(strides), [None])
        view.suboffsets = view.internal = None

    exporter, alive = exporter_of(describe)

    def take(generator):
        nonlocal rng
        rng = generator
        pm.asarray(exporter).tolist()

    given = attempts(take, 1000)
    assert 200 < given < 1000 * ROUNDS
    del exporter, alive


def test_indices_of_any_kind():
    def key(rng, depth=0):
        kinds = [
            lambda: rng.choice([0, 1, -1, 2, 3, -4, 10**6, 2**70, True, False]),
            lambda: slice(*(rng.choice([None, 0, 1, -1, 5, 2**70, "a"]) for _ in range(3))),
            lambda: None,
            lambda: Ellipsis,
            lambda: rng.choice([1.5, "a", b"a", 1j, object(), {}, range(2)]),
            lambda: [rng.choice([0, 1, -1, 2, 7]) for _ in range(rng.randrange(4))],
            lambda: [rng.random() < 0.5 for _ in range(rng.choice([2, 3, 4]))],
            lambda: pm.array([rng.choice([0, 1, -2, 5, 2**40])] * rng.randrange(3), dtype=pm.int64),
            lambda: pm.ones(rng.choice([(2,), (2, 3), (3,), (0,), (2, 3, 4), (1,)]), dtype=bool),
            lambda: pm.array(rng.choice([0, 1, True, 2.0])),
            lambda: pm.zeros((rng.randrange(3), 2), dtype=rng.choice([pm.uint64, pm.int8, pm.float32])),
        ]
        if depth == 0 and rng.random() < 0.6:
            return tuple(key(rng, 1) for _ in range(rng.randrange(5)))
        return rng.choice(kinds)()

    def index(rng):
        array = pm.arange(24.0).reshape(2, 3, 4)
        array = rng.choice([array, array.T, array[:, ::-1], array[0], pm.arange(6), pm.array(1.0)])
        where = key(rng)
        found = pm.asarray(array[where])
        assert found.ndim <= 64 and len(found.tobytes()) == found.nbytes
        array[where] = rng.choice([1, 2.5, found, found.tolist()])
        array[where] = rng.choice([[1, 2, 3], pm.ones((7, 7)), "text", None, 1j])

    # Almost none of the last values can be stored.
    assert attempts(index, 1500) < 750 * ROUNDS

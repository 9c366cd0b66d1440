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
    """`DLManagedTensor` of DLPack before its versions (dlpack.h)."""

    _fields_ = [
        ("data", ctypes.c_void_p), ("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32),
        ("ndim", ctypes.c_int32), ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8),
        ("lanes", ctypes.c_uint16), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p),
        ("byte_offset", ctypes.c_uint64), ("context", ctypes.c_void_p), ("deleter", ctypes.c_void_p),
    ]


class Exporter:
    def __init__(self, capsule):
        self.capsule = capsule

    def __dlpack__(self, **_):
        return self.capsule

    def __dlpack_device__(self):
        return (1, 0)


@pytest.mark.only("cpython")
def test_tensors_that_make_no_sense():
    new = ctypes.pythonapi.PyCapsule_New
    new.restype, new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    memory = (ctypes.c_double * 16)(*range(16))
    kept = []

    def take(rng):
        def pick(good, bad):
            return good if rng.random() < 0.8 else rng.choice(bad)

        ndim = pick(2, [0, 1, -1, 65, 2**31 - 1, -(2**31)])
        extents = pick((4, 4), [(0, 4), (-4, 4), (2**62, 2**62), (2**63 - 1, 1)])
        steps = pick((4, 1), [(1, 4), (0, 0), (2**62, 1), (-(2**63), 1)])
        shape, strides = (ctypes.c_int64 * 2)(*extents), (ctypes.c_int64 * 2)(*steps)
        is_sound = extents in ((4, 4), (0, 4)) and steps in ((4, 1), (1, 4), (0, 0))
        code, bits = pick((2, 64), [(0, 64), (1, 8), (5, 128), (2, 65), (3, 1), (9, 64), (255, 255)])
        where = ctypes.addressof(memory) if is_sound and bits <= 64 else None
        tensor = Tensor(
            data=pick(where, [None]), device_type=pick(1, [2, 0, -5]), device_id=0, ndim=ndim,
            code=code, bits=bits, lanes=pick(1, [0, 2, 65535]),
            shape=ctypes.addressof(shape), strides=pick(ctypes.addressof(strides), [None]),
            byte_offset=0)
        if not -1 <= ndim <= 2:
            tensor.shape = tensor.strides = None
        kept.append((tensor, shape, strides))
        name = pick(b"dltensor", [b"used_dltensor", b"", b"dltensor_versioned_"])
        kept.append(name)
        array = pm.from_dlpack(Exporter(new(ctypes.addressof(tensor), name, None)))
        array.tolist()

    given = attempts(take, 600)
    assert 0 < given < 600 * ROUNDS


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

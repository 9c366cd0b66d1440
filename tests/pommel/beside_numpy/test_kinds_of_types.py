"""Kinds and names of types, and seeds of random numbers, beside NumPy's."""

import itertools

import numpy as np
import pytest

import pommel as pm

TYPES = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64
complex128""".split()
KINDS = """generic number integer signedinteger unsignedinteger inexact floating
complexfloating""".split()
NAMES = """bool_ byte short intc int_ intp long longlong ubyte ushort uintc uint uintp ulong
ulonglong half single double csingle cdouble""".split()


def test_kinds():
    for kind in KINDS:
        for dtype in TYPES:
            expected = np.issubdtype(dtype, getattr(np, kind))
            assert pm.issubdtype(dtype, getattr(pm, kind)) is expected, (dtype, kind)
            assert pm.issubdtype(pm.zeros(1, dtype).dtype, getattr(pm, kind)) is expected
            assert not pm.issubdtype(getattr(pm, kind), dtype)
        for other in KINDS:
            expected = np.issubdtype(getattr(np, kind), getattr(np, other))
            assert pm.issubdtype(getattr(pm, kind), getattr(pm, other)) is expected
    for one in TYPES:
        for other in [*TYPES, int, float, complex, bool]:
            assert pm.issubdtype(one, other) is np.issubdtype(one, other)
    with pytest.raises(TypeError, match="float64"):
        pm.floating()
    with pytest.raises(TypeError):
        pm.issubdtype("no type", pm.floating)


def test_three_types_meet():
    for types in itertools.product(TYPES, repeat=3):
        expected = np.result_type(*types)
        assert str(pm.result_type(*types)) == str(expected), types
        assert pm.concat([pm.zeros(1, dtype) for dtype in types]).dtype == expected, types


def test_types_meet():
    for one in TYPES:
        for other in TYPES:
            assert str(pm.promote_types(one, other)) == str(np.promote_types(one, other))
            if "bool" not in (one, other):
                found = pm.common_type(pm.zeros(1, one), pm.zeros(1, other))
                expected = np.common_type(np.zeros(1, one), np.zeros(1, other))
                assert str(found) == np.dtype(expected).name
    with pytest.raises(TypeError):
        pm.common_type(pm.array([True]))


@pytest.mark.parametrize("value", [
    True, 0, 1, 255, 256, 65535, 65536, 2**32, 2**63, 2**64 - 1, -1, -128, -129, -2**31, -2**63,
    0.0, 1.5, 65000.0, 1e5, 3e38, 1e39, float("inf"), float("nan"), 1j, 1e39j,
])
def test_the_smallest_type(value):
    assert str(pm.min_scalar_type(value)) == str(np.min_scalar_type(value))
    assert pm.min_scalar_type(pm.array([value])) == pm.array([value]).dtype


def test_names_of_types():
    for name in NAMES:
        assert getattr(pm, name).name == np.dtype(getattr(np, name)).name
        assert pm.dtype(name) == getattr(pm, name)
    assert pm.True_ is True and pm.False_ is False


def test_seeds():
    for seed in (0, 5, 2**70, [1, 2, 3], 2**200 + 7):
        ours, theirs = pm.random.SeedSequence(seed), np.random.SeedSequence(seed)
        for _ in range(3):
            for dtype in ("uint32", "uint64"):
                found = ours.generate_state(9, dtype)
                assert str(found.dtype) == dtype
                assert found.tolist() == theirs.generate_state(9, dtype).tolist()
            assert (pm.random.default_rng(ours).random(3).tolist()
                    == np.random.default_rng(theirs).random(3).tolist())
            ours, theirs = ours.spawn(2)[1], theirs.spawn(2)[1]
    with pytest.raises(ValueError, match="dtype"):
        ours.generate_state(1, "int8")


def test_generators_of_bits():
    bits, theirs = pm.random.PCG64(3), np.random.PCG64(3)
    assert bits.random_raw() == theirs.random_raw()
    assert bits.random_raw(4).tolist() == theirs.random_raw(4).tolist()
    rng, other = pm.random.Generator(bits), np.random.Generator(theirs)
    assert rng.spawn(2)[1].random(2).tolist() == other.spawn(2)[1].random(2).tolist()
    with pytest.raises(TypeError, match="PCG64"):
        pm.random.Generator(3)

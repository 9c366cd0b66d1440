"""The leak detector itself: it must be able to fail."""

import ctypes

import pytest


@pytest.mark.parametrize("size", [1, 2, 64, 100])
def test_a_leaked_object_is_found(assert_no_leak, size):
    kept = []
    with pytest.raises(AssertionError, match="bytes a run"):
        assert_no_leak(lambda: kept.append([0.0] * size), times=20_000)


@pytest.mark.parametrize("size", [1, 16, 1000])
def test_leaked_native_memory_is_found(assert_no_leak, size):
    malloc = ctypes.CDLL(None).malloc
    malloc.argtypes, malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    with pytest.raises(AssertionError, match="bytes a run"):
        assert_no_leak(lambda: malloc(size) and None, times=20_000)


def test_garbage_is_no_leak(assert_no_leak):
    assert_no_leak(lambda: [0.0] * 64, times=200_000)

"""The leak detector itself: it must be able to fail."""

import pytest


def test_a_leak_is_found(assert_no_leak):
    kept = []
    with pytest.raises(AssertionError, match="bytes a run"):
        assert_no_leak(lambda: kept.append([0.0] * 64), times=200_000)


def test_garbage_is_no_leak(assert_no_leak):
    assert_no_leak(lambda: [0.0] * 64, times=200_000)

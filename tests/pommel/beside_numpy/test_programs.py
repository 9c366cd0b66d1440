"""Random programs over arrays, run with NumPy and with Pommel: both give the same at every look."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pommel as pm

UNARY = "negative abs square floor sqrt sign isfinite logical_not".split()
BINARY = "add subtract multiply divide maximum minimum less equal floor_divide remainder".split()
DTYPES = "float64 float32 int64 int8 uint8 bool".split()

#: The kind of step that adds up.
SUM = 5

steps = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(-5, 5)),
    min_size=1,
    max_size=25,
)


def same(found, expected):
    assert found.shape == expected.shape
    found = np.array(found.tolist(), dtype=expected.dtype).reshape(expected.shape)
    np.testing.assert_array_equal(found, expected)


class Both:
    """A program's arrays in both libraries; an exception in one has to be one in the other."""

    def __init__(self, shapes):
        self.pairs = []
        for number, shape in enumerate(shapes):
            for dtype in DTYPES:
                size = int(np.prod(shape))
                values = ((np.arange(size) * 7 + number) % 11 - 4).astype(dtype).reshape(shape)
                self.pairs.append((values, pm.array(values.tolist(), dtype=dtype).reshape(shape)))

    def step(self, kind, first, second, number):
        n, p = self.pairs[first % len(self.pairs)]
        m, q = self.pairs[second % len(self.pairs)]
        name = BINARY[first % len(BINARY)]
        one = UNARY[second % len(UNARY)]
        part = slice(number, None, -1 if number % 2 else 2)
        actions = [
            lambda lib, a, b: getattr(lib, name)(a, b),
            lambda lib, a, b: getattr(lib, name)(a, number),
            lambda lib, a, b: getattr(lib, one)(a),
            lambda lib, a, b: a[part],
            lambda lib, a, b: a.T,
            lambda lib, a, b: a.sum(axis=-1),
            lambda lib, a, b: a[a > number],
            lambda lib, a, b: lib.where(a > b, a, b),
            lambda lib, a, b: self.written(a, part, b),
            lambda lib, a, b: self.added(a, b),
        ]
        results = []
        for lib, a, b in ((np, n, m), (pm, p, q)):
            try:
                results.append(actions[kind](lib, a, b))
            except (ValueError, TypeError, IndexError, OverflowError) as error:
                results.append(error)
        expected, found = results
        if isinstance(expected, Exception) or isinstance(found, Exception):
            assert isinstance(expected, Exception) and isinstance(found, Exception), results
        elif expected is not None and np.ndim(expected):
            assert str(found.dtype) == str(expected.dtype) and found.shape == expected.shape
            if kind == SUM and expected.dtype.kind == "f":
                found = self.rounded(found, expected, np.abs(n).sum(axis=-1))
            self.pairs.append((expected, found))

    @staticmethod
    def rounded(found, expected, scale):
        """NumPy adds in another order: from here on both have its sums, if ours are as good."""
        sums = np.array(found.tolist(), dtype=expected.dtype).reshape(expected.shape)
        with np.errstate(all="ignore"):
            close = np.abs(sums - expected) <= 8 * np.finfo(expected.dtype).eps * scale
        assert np.all(close | (sums == expected) | np.isnan(sums) & np.isnan(expected))
        if np.array_equal(sums, expected, equal_nan=True):
            return found
        return pm.array(expected.tolist(), dtype=str(expected.dtype)).reshape(expected.shape)

    @staticmethod
    def written(a, part, b):
        # What an integer is that a float does not fit depends on the machine in NumPy.
        integers, floats = ("int" in str(a.dtype), "float" in str(b.dtype))
        if integers and floats and not all(abs(x) < 100 for x in b.ravel().tolist()):
            raise ValueError("no program writes such numbers")
        a[part] = b

    @staticmethod
    def added(a, b):
        a += b

    def look(self):
        for expected, found in self.pairs:
            same(found, expected)
        # Warnings of what was computed here do not come in the next test.
        pm.eval()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_small_programs(program):
    both = Both([(4,), (3, 4), (3, 1), (2, 3, 4)])
    for step in program:
        both.step(*step)
    both.look()


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_large_programs(program):
    both = Both([(3000,), (2, 3000), (60, 50)])
    for step in program:
        both.step(*step)
    both.look()

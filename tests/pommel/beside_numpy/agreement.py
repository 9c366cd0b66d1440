"""Whether functions of the package give what NumPy's functions of their names give."""

import warnings

import numpy as np
import pytest

import pommel as pm

#: How far results of narrow types may be apart, by the bytes of a real number.
TOLERANCES = {2: 4e-3, 4: 2e-5}


def ours(value):
    """An array of NumPy as one of the package; other values as they are."""
    if not isinstance(value, np.ndarray):
        return value
    return pm.array(value.tolist(), dtype=str(value.dtype)).reshape(value.shape)


def numpys(error):
    """A class of which NumPy's exception must be, where the package raises one of a class."""
    return np.exceptions.AxisError if error is pm.exceptions.AxisError else error


def pairs(found, expected):
    """Arrays of ours, as ones of NumPy, with the expected ones: of sequences part by part. Asserts
    the same kinds of sequences, shapes and element types."""
    if isinstance(expected, (tuple, list)):
        assert type(found) is type(expected) and len(found) == len(expected)
        for one, other in zip(found, expected):
            yield from pairs(one, other)
        return
    expected, found = np.asarray(expected), pm.asarray(found)
    assert (str(found.dtype), found.shape) == (str(expected.dtype), expected.shape)
    yield np.array(found.tolist(), dtype=expected.dtype).reshape(expected.shape), expected


def identical(found, expected):
    """Asserts the same shapes, element types and elements."""
    for one, other in pairs(found, expected):
        np.testing.assert_array_equal(one, other)


def same(found, expected, rtol=1e-12):
    """Asserts the same shapes, element types and, up to a tolerance, elements."""
    for one, other in pairs(found, expected):
        near = rtol
        if rtol and other.dtype.kind in "fc":
            near = TOLERANCES.get(other.real.itemsize, rtol)
        # Parts that are infinite would spoil the distances of the others.
        for part in (np.real, np.imag) if other.dtype.kind == "c" else (np.asarray,):
            np.testing.assert_allclose(part(one), part(other), rtol=near, atol=near)


def agree(name, *args, rtol=1e-12, warns=False, **kwargs):
    """Asserts the same results of the functions of a name, and warnings of the same categories if
    those matter."""
    def run(space, convert):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = getattr(space, name)(*map(convert, args),
                                          **{key: convert(value) for key, value in kwargs.items()})
        return result, {warning.category for warning in caught}

    found, found_warnings = run(pm, ours)
    expected, expected_warnings = run(np, lambda value: value)
    same(found, expected, rtol)
    assert not warns or found_warnings == expected_warnings


def refuse(name, *args, **kwargs):
    """Asserts that the function of a name raises an error of the class of NumPy's."""
    with pytest.raises(Exception) as expected, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        getattr(np, name)(*args, **kwargs)
    with pytest.raises(expected.type) as found:
        getattr(pm, name)(*args, **kwargs)
    assert str(found.value)

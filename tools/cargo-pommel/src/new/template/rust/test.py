import pytest

import {module}


def test_mean():
    assert {module}.mean([1, 2, 6.0]) == 3.0


def test_running():
    running = {module}.Running()
    for value in [1, 2, 6]:
        running.push(value)
    assert running.mean == 3.0
    assert len(running) == 3
    assert repr(running) == "<Running: 3 numbers>"


def test_what_does_not_fit_is_refused():
    with pytest.raises(TypeError, match="argument 'values' item 1 must be a real number"):
        {module}.mean([1, "2"])
    with pytest.raises(ValueError, match="no numbers"):
        {module}.mean([])

import pytest

import {module}


def test_mean():
    assert {module}.mean([1, 2, 6.0]) == 3.0


def test_what_does_not_fit_is_refused():
    with pytest.raises(TypeError):
        {module}.mean([1, "2"])
    with pytest.raises(ValueError, match="no numbers"):
        {module}.mean([])

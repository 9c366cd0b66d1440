"""The examples in the docstrings of the package; those on pages are run by tests/test_docs.py."""

import doctest
import importlib

import pytest

MODULES = ["pommel._attributes", "pommel._building", "pommel._comparing", "pommel._elementary",
           "pommel._errstate", "pommel._functional", "pommel._histograms", "pommel._index_tricks",
           "pommel._nans", "pommel._placing", "pommel._polynomials", "pommel._printing",
           "pommel._quantiles", "pommel._sets", "pommel._signal", "pommel._statistics",
           "pommel._text", "pommel._types", "pommel.emath", "pommel.fft", "pommel.linalg", "pommel.random"]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted and not results.failed

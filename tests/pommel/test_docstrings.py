"""The examples in the docstrings of the package; those on pages are run by tests/test_docs.py."""

import doctest
import importlib

import pytest

import pommel as pm

MODULES = ["pommel._attributes", "pommel._building", "pommel._comparing", "pommel._compile", "pommel._config",
           "pommel._elementary", "pommel._errstate", "pommel._files", "pommel._functional",
           "pommel._histograms", "pommel._index_tricks", "pommel._nans", "pommel._placing",
           "pommel._polynomials", "pommel._printing", "pommel._quantiles", "pommel._sets",
           "pommel._signal", "pommel._statistics", "pommel._text", "pommel._types", "pommel.emath",
           "pommel.fft", "pommel.integrate._ensemble", "pommel.integrate._fixed", "pommel.integrate._ivp",
           "pommel.integrate._odeint", "pommel.integrate._quad", "pommel.linalg", "pommel.optimize._least_squares",
           "pommel.optimize._minimize", "pommel.optimize._minimize_scalar", "pommel.optimize._roots", "pommel.random"]


def case(name):
    # Where functions come back unchanged there is nothing to explain.
    marks = [pytest.mark.only("compiles")] if name in ("pommel._compile", "pommel.explain") else []
    return pytest.param(name, marks=marks)


@pytest.mark.parametrize("name", [case(name) for name in MODULES])
def test_docstrings(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted and not results.failed


def functions():
    """The public functions, compiled or not, and methods of functions and of streams of random numbers,
    by their names."""
    for module in (pm, pm.fft, pm.integrate, pm.linalg, pm.optimize, pm.random):
        for name in module.__all__:
            function = getattr(module, name)
            # No classes, and no types of elements.
            if callable(function) and not isinstance(function, (type, pm.dtype)):
                yield "{}.{}".format(module.__name__, name), function
    for name in ("accumulate", "at", "outer", "reduce", "reduceat"):
        yield "pommel.ufunc." + name, getattr(pm.ufunc, name)
    for of in (pm.random.Generator, pm.random.RandomState):
        for name in dir(of):
            if not name.startswith("_") and callable(getattr(of, name)):
                yield "pommel.random.{}.{}".format(of.__name__, name), getattr(of, name)


FUNCTIONS = dict(functions())


@pytest.mark.parametrize("name", [case(name) for name in FUNCTIONS])
def test_every_function_has_an_example(name):
    # Of compiled functions `doctest.testmod` knows nothing.
    doc = FUNCTIONS[name].__doc__ or ""
    example = doctest.DocTestParser().get_doctest(doc, {}, name, None, None)
    assert example.examples, "the docstring of {} has no example".format(name)
    results = doctest.DocTestRunner().run(example)
    assert not results.failed

"""Where the interpreter compiles functions itself."""

import sys

import pommel as pm


def test_functions_come_back_unchanged_where_pypy_compiles_them():
    def f(x):
        return x + 1
    left = "_hpy_universal" in sys.builtin_module_names
    assert (pm.jit(f) is f) == left
    assert pm.jit(f)(1) == 2

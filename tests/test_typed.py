"""Typed entry points: the raw functions behind functions of plain numbers, for a JIT to call."""

import importlib
import os

import pytest
from conftest import FOLDERS, PROPERTIES

NUMBERS = {"double": [1.5, -2.25, 1e300, 0.0], "float": [0.5], "_Bool": [True, False]}
INTEGERS = [3, 4, 0, 2]

# The last arguments of these functions must be named; PyPy 7.3 does not tell by itself.
NAMED = {"micro_pommel.keywords": ["key"], "kitchen_sink.keyword_only": ["b", "c"]}

# These panic for some of the numbers; `test_kitchen_sink.py` says what happens then.
PANIC = ["kitchen_sink.divide", "kitchen_sink.panics"]

# What ctypes calls otherwise.
CTYPES = {"_Bool": "bool", "intptr_t": "ssize_t", "uintptr_t": "size_t"}


def modules():
    names = {file.split(".")[0] for folder in FOLDERS for file in os.listdir(folder) if ".so" in file}
    return [importlib.import_module(name) for name in sorted(names)]


ENTRIES = [
    (module, name)
    for module in modules()
    for name in sorted(getattr(module, "__pommel_typed__", {}))
    if not name.startswith("__") and module.__name__ + "." + name not in PANIC
]


def typed(module, name):
    """The entry point as a function of Python, and the C types of its arguments."""
    signature, address = module.__pommel_typed__[name]
    result, _, arguments = signature.partition("(")
    arguments = [argument.strip() for argument in arguments.rstrip(")").split(",")]
    arguments = [argument for argument in arguments if argument not in ("", "void")]
    if PROPERTIES["pypy"]:
        import cffi

        ffi = cffi.FFI()
        function = ffi.cast("{}(*)({})".format(result, ", ".join(arguments)), address)
    else:
        import ctypes

        def c_type(name):
            name = CTYPES.get(name, name.replace("_t", ""))
            return None if name == "void" else getattr(ctypes, "c_" + name)

        make = ctypes.CFUNCTYPE(c_type(result), *map(c_type, arguments))
        function = make(address)
    return function, arguments


@pytest.mark.parametrize("module, name", ENTRIES, ids=[m.__name__ + "." + n for m, n in ENTRIES])
def test_typed_and_ordinary_calls_agree(module, name):
    function, types = typed(module, name)
    for index in range(4):
        values = [NUMBERS.get(type, INTEGERS) for type in types]
        arguments = [choice[(index + place) % len(choice)] for place, choice in enumerate(values)]
        names = NAMED.get(module.__name__ + "." + name, [])
        unnamed = len(arguments) - len(names)
        named = dict(zip(names, arguments[unnamed:]))
        assert function(*arguments) == getattr(module, name)(*arguments[:unnamed], **named)


def test_functions_of_plain_numbers_publish_them():
    assert ENTRIES
    addresses = [module.__pommel_typed__[name][1] for module, name in ENTRIES]
    assert all(isinstance(address, int) and address for address in addresses)

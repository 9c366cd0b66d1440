"""Small functions, one feature of the language or the library each, and what they are called with.

Each is run as it is and compiled; ``test_programs.py`` compares. A function says its calls with
``given``: a tuple of arguments for each.
"""

import importlib
import sys

#: The modules with functions, by the least version of Python that can read them.
MODULES = {
    "arithmetic": (3, 9),
    "arrays": (3, 9),
    "calls": (3, 9),
    "containers": (3, 9),
    "control": (3, 9),
    "errors": (3, 9),
    "library": (3, 9),
    "loops": (3, 9),
    "names": (3, 9),
    "text": (3, 9),
}

#: What is not compiled yet, and a word of the reason. The other functions all are.
LEFT_OUT = {
    "calls.annotated_nested_function": "annotations",
    "errors.suppressed": "with",
    "errors.with_and_return": "with",
    "errors.with_in_a_loop": "with",
    "errors.with_statement": "with",
    "errors.with_what_is_no_manager": "with",
}


def given(*calls):
    """Says what a function is called with."""
    def note(function):
        function.calls = calls
        return function
    return note


def cases():
    """All functions with their calls: triples of a name, the function, the arguments."""
    found = []
    for name, version in MODULES.items():
        if sys.version_info < version:
            continue
        module = importlib.import_module("programs." + name)
        for function in list(vars(module).values()):
            if hasattr(function, "calls"):
                found.append(("{}.{}".format(name, function.__name__), function, function.calls))
    return found

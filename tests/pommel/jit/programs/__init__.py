"""Small functions, one feature of the language or the library each, and what they are called with.

Each is run as it is and compiled; ``test_programs.py`` compares. A function says its calls with
``given``: a tuple of arguments for each.
"""

import importlib
import sys
import warnings

#: The modules with functions, by the least version of Python that can read them.
MODULES = {
    "algorithms": (3, 9),
    "arithmetic": (3, 9),
    "arrays": (3, 9),
    "calls": (3, 9),
    "characters": (3, 9),
    "consumed": (3, 9),
    "containers": (3, 9),
    "control": (3, 9),
    "dicts": (3, 9),
    "errors": (3, 9),
    "library": (3, 9),
    "lists": (3, 9),
    "loops": (3, 9),
    "memory": (3, 9),
    "names": (3, 9),
    "numbers": (3, 9),
    "patterns": (3, 10),
    "returning": (3, 9),
    "sequences": (3, 9),
    "statements": (3, 9),
    "text": (3, 9),
}

#: What is not compiled yet, and a word of the reason. The other functions all are.
LEFT_OUT = {}

#: PyPy has two texts for a division of integers by zero, of which native code chooses one; and PyPy 8 itself
#: says at times that 1.5 > nan.
NOT_ON_PYPY = ("arithmetic.compared", "arithmetic.floor_divide", "arithmetic.remainder",
               "errors.error_in_an_argument", "errors.error_on_a_later_line")


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
        with warnings.catch_warnings():
            # That `return` in `finally` is a mistake, as a rule.
            warnings.simplefilter("ignore", SyntaxWarning)
            module = importlib.import_module("programs." + name)
        for function in list(vars(module).values()):
            if hasattr(function, "calls"):
                title = "{}.{}".format(name, function.__name__)
                if sys.implementation.name != "pypy" or title not in NOT_ON_PYPY:
                    found.append((title, function, function.calls))
    return found

"""The worker of the micro benchmarks: `worker.py [OPTION] MODULE`, where the option says how to get
at the module or at its functions.

    --hpy-universal   import it through upstream HPy's loader
    --fastcall        take the functions that are named `fastcall_...`
    --typed           call the typed entry points through cffi
"""

import gc
import importlib
import subprocess
import sys
from itertools import repeat
from time import perf_counter

from protocol import load_hpy_universal, serve

# A part is a statement over these names; `m` is the module.
PARTS = {
    "call-none": "none()",
    "call-one": "one(41)",
    "call-two": "two(1.5, 2.5)",
    "call-many": "many(1, 2, 3, 4, 5, 6)",
    "call-keywords": "keywords(1, b=3, key=2.0)",
    "method-none": "point.norm()",
    "method-one": "point.scaled(2.0)",
    "attribute-get": "point.x",
    "attribute-set": "point.x = 1.5",
    "allocate": "Point(3.0, 4.0)",
    "list-build": "list_build(100)",
    "list-read": "list_read(numbers)",
    "dict-build": "dict_build(100)",
    "dict-read": "dict_read(table)",
    "type-check": "is_point(point)",
    "error": "\n        try: fail()\n        except ValueError: pass",
}

# The loop around the statements must not be measured.
UNROLLED = 20

# Of the processes that a request to time the import asks for, so many are started.
PROCESSES = 2


def timer(statement, names):
    """The function from a number of runs to seconds for one statement."""
    lines = ["def run(repeats, {}):", "    begin = perf_counter()", "    for _ in repeats:"]
    lines += ["        " + statement] * UNROLLED
    lines += ["    return perf_counter() - begin"]
    parameters = ", ".join("{0}={0}".format(name) for name in sorted(names))
    namespace = dict(names, perf_counter=perf_counter)
    exec("\n".join(lines).format(parameters), namespace)
    run = namespace["run"]

    def time(runs):
        blocks = -(-runs // UNROLLED)
        return run(repeat(None, blocks)) * runs / (blocks * UNROLLED)

    return time


def import_timer(statement):
    """The time that an import takes in an interpreter that has just started."""
    program = (
        "from time import perf_counter; begin = perf_counter(); {}; "
        "print(perf_counter() - begin)".format(statement)
    )

    def time(runs):
        processes = min(runs, PROCESSES)
        command = [sys.executable, "-c", program]
        seconds = (float(subprocess.check_output(command)) for _ in range(processes))
        return sum(seconds) * runs / processes

    return time


def typed_functions(module):
    """The module's typed entry points as functions of cffi."""
    import cffi

    ffi = cffi.FFI()
    functions = {}
    for name in ("none", "one", "two", "many"):
        signature, address = module.__pommel_typed__[name]
        functions[name] = ffi.cast(signature.replace("(", "(*)(", 1), address)
    return functions


def names_of(module, option):
    if option == "--typed":
        return typed_functions(module)
    names = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    if option == "--fastcall":
        prefix = "fastcall_"
        return {n[len(prefix):]: f for n, f in names.items() if n.startswith(prefix)}
    names["point"] = module.Point(3.0, 4.0)
    names["numbers"] = list(range(100))
    names["table"] = {i: i for i in range(100)}
    return names


def check(names):
    """A rival that computes something else is no rival."""
    expected = {
        "one(41)": 42,
        "two(1.5, 2.5)": 4.0,
        "many(1, 2, 3, 4, 5, 6)": 21,
        "keywords(1, b=3, key=2.0)": 8.0,
        "keywords(1)": 3.0,
        "point.norm()": 5.0,
        "point.scaled(2.0)": 6.0,
        "list_build(3)": [0, 1, 2],
        "list_read([1, 2])": 3,
        "dict_build(2)": {0: 0, 1: 1},
        "dict_read({0: 5, 1: 6})": 11,
        "is_point(point)": True,
        "is_point(1)": False,
    }
    for expression, value in expected.items():
        if expression.split("(")[0].split(".")[0] in names:
            found = eval(expression, dict(names))
            assert found == value, "{} is {!r}".format(expression, found)


def main(args):
    option, name = ("", args[0]) if len(args) == 1 else args
    if option == "--hpy-universal":
        module = load_hpy_universal(name)
        import_statement = "import protocol; protocol.load_hpy_universal({!r})".format(name)
    else:
        module = importlib.import_module(name)
        import_statement = "import {}".format(name)
    names = names_of(module, option)
    check(names)
    parts = {part: timer(statement, names) for part, statement in PARTS.items()}
    parts["import"] = import_timer(import_statement)
    if sys.implementation.name == "cpython":
        gc.disable()
    serve(parts)


if __name__ == "__main__":
    main(sys.argv[1:])

"""Numba: loops, compiled for one thread and for all; whichever is quicker."""

import importlib.util
import os
import sys
import tempfile

FOLDER = os.environ.get("BENCH_FOLDER") or tempfile.mkdtemp()
os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(FOLDER, "compiled"))

import numpy
from operands import Operands

# The operands of each loop are those of its parameters.
SOURCE = os.path.join(os.path.dirname(__file__), "numba_loops.py")


def loops(is_parallel):
    """The module of loops. What is compiled is kept by a file's name, so that each of the two
    kinds needs its own."""
    name = "loops_of_all_threads" if is_parallel else "loops_of_one_thread"
    path = os.path.join(FOLDER, name + ".py")
    with open(SOURCE) as source:
        text = "PARALLEL = {}\n{}".format(is_parallel, source.read())
    if not os.path.exists(path) or open(path).read() != text:
        with open(path, "w") as copy:
            copy.write(text)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Rival:
    def __init__(self):
        self.modules = [loops(False), loops(True)]

    def part(self, family, n, dtype):
        operands = Operands(numpy, n, dtype)
        forms = []
        for module in self.modules:
            loop = getattr(module, family.replace("-", "_"))
            code = loop.py_func.__code__
            arguments = [getattr(operands, name) for name in code.co_varnames[: code.co_argcount]]
            call = "lambda: loop({})".format(", ".join("x%d" % i for i in range(len(arguments))))
            scope = {"x%d" % i: argument for i, argument in enumerate(arguments)}
            forms.append(eval(call, dict(scope, loop=loop)))
            if family in self.modules[0].SERIAL:
                break
        return forms

    def flat(self, result):
        result = numpy.asarray(result).reshape(-1)
        return result, result.itemsize if result.dtype.kind == "f" else None

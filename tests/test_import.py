"""How one shared object gets into every interpreter."""

import importlib
import os
import pickle
import sys

import piconumpy
import pytest


def test_it_is_the_shared_object(folders_of_extensions):
    file = os.path.realpath(piconumpy.__file__)
    assert os.path.dirname(file) in map(os.path.realpath, folders_of_extensions)
    assert file.endswith(".so")


@pytest.mark.only("universal")
def test_its_name_names_no_interpreter():
    assert os.path.basename(piconumpy.__file__) == "piconumpy.so"


def test_it_is_a_module_like_others():
    assert sys.modules["piconumpy"] is piconumpy
    assert piconumpy.__name__ == piconumpy.__spec__.name == "piconumpy"
    assert piconumpy.__package__ == ""
    assert piconumpy.__spec__.origin == piconumpy.__file__
    assert piconumpy.__spec__.loader is piconumpy.__loader__
    assert isinstance(piconumpy.__doc__, str)


def test_reloading_keeps_it():
    before = {name: vars(piconumpy)[name] for name in dir(piconumpy)}
    assert importlib.reload(piconumpy) is piconumpy
    after = {name: vars(piconumpy)[name] for name in dir(piconumpy)}
    assert after.keys() == before.keys()
    assert piconumpy.__file__ == before["__file__"]
    assert piconumpy.array([1.0]).tolist() == [1.0]


def test_pickling_finds_the_class():
    assert pickle.loads(pickle.dumps(piconumpy.array)) is piconumpy.array


def test_importing_it_again(in_new_process):
    # Two modules from one shared object, each with a class of its own, and both work.
    program = """
import piconumpy as old
del sys.modules["piconumpy"]
import piconumpy as new
for module in (old, new):
    a = module.array([1.0])
    print((a + a * 2.0).tolist())
try:
    print((old.array([1.0]) + new.array([1.0])).tolist())
except TypeError:
    print([2.0])
"""
    assert in_new_process(program) == "[3.0]\n[3.0]\n[2.0]\n"


def test_without_site_and_environment(in_new_process):
    # No hook, no `.pth` file, no variable is needed.
    program = "import piconumpy; print(piconumpy.array([1.5]).tolist())"
    assert in_new_process(program, "-I", "-S") == "[1.5]\n"


def test_warnings_are_none(in_new_process):
    assert in_new_process("import piconumpy", "-W", "error") == ""


def test_it_comes_in_under_5_ms(in_new_process):
    # Of processor time, and the best of several: the machine has other things to do. On PyPy the
    # stub is Python code that nothing has compiled yet.
    limit = 0.015 if sys.implementation.name == "pypy" else 0.005
    program = """
import time
start = time.process_time()
import piconumpy
print(time.process_time() - start)
"""
    assert min(float(in_new_process(program)) for _ in range(10)) < limit


def test_interpreters_end_cleanly(in_new_process):
    # With instances alive, in a cycle, and in an object whose finaliser uses them.
    program = """
import piconumpy
class Holder:
    def __del__(self):
        self.array + self.array
holder = Holder()
holder.array = piconumpy.array([1.0])
holder.self = holder
keep = [holder, piconumpy.array]
print("done")
"""
    assert in_new_process(program) == "done\n"


@pytest.mark.only("free_threaded")
def test_the_gil_stays_off(in_new_process):
    program = "import piconumpy; print(sys._is_gil_enabled())"
    assert in_new_process(program) == "False\n"

"""The package `pommel` as a package: how it comes in, what it has, what it says of itself."""

import os
import subprocess
import sys

import pytest

import pommel as pm


def test_it_is_the_package_that_was_built(folders_of_extensions):
    folder = os.path.dirname(os.path.realpath(pm.__file__))
    assert os.path.dirname(folder) in map(os.path.realpath, folders_of_extensions)
    assert os.path.realpath(pm._native.__file__) == os.path.join(folder, "_native.so")


def test_the_native_part_is_a_module_of_the_package():
    assert sys.modules["pommel._native"] is pm._native
    assert pm._native.__name__ == pm._native.__spec__.name == "pommel._native"
    assert pm._native.__package__ == "pommel"
    assert pm._native.__spec__.origin == pm._native.__file__


def test_every_name_is_there():
    assert set(pm.__all__) <= set(dir(pm))
    for name in pm.__all__:
        assert getattr(pm, name) is not None or name == "newaxis"
    with pytest.raises(AttributeError, match="module 'pommel' has no attribute 'nothing'"):
        pm.nothing


# The modes bring the package `hpy`, and that the rest.
@pytest.mark.only("universal")
def test_what_is_not_needed_is_not_imported(in_new_process):
    program = """
before = set(sys.modules)
import pommel
new = set(sys.modules) - before - set(sys.builtin_module_names)
print(sorted(name for name in new if not name.startswith("_")))
pommel.show_config
print("pommel._config" in sys.modules, "show_config" in vars(pommel))
"""
    names = ["pommel", "pommel._native", "pommel._threadpoolctl"]
    if sys.implementation.name == "pypy":
        names[2:2] = ["pommel._pypy", "pommel._pypy_arrays", "pommel._pypy_kernels",
                      "pommel._pypy_small"]
    assert in_new_process(program) == "{}\nTrue True\n".format(names)


def test_it_comes_in_quickly_and_small(in_new_process):
    # Of processor time, and the best of several: the machine has other things to do. Of memory what is
    # the process's own: how much of a file it sees at once is the system's choice, from one run of this
    # test to the next 8 to 13 MB of the native part.
    program = """
import time
def own():
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("RssAnon"))
before, start = own(), time.process_time()
import pommel
took = time.process_time() - start
print(took, own() - before)
"""
    runs = [[float(number) for number in in_new_process(program).split()] for _ in range(7)]
    # PyPy makes the classes slowly, by interpreting what nothing has compiled yet.
    is_pypy = sys.implementation.name == "pypy"
    assert min(took for took, _ in runs) < (0.06 if is_pypy else 0.025)
    assert min(grown for _, grown in runs) < (12e6 if is_pypy else 6e6)


def test_machine_code_changes_no_result(in_new_process):
    program = """
import os
os.environ["POMMEL_JIT"] = {!r}
try:
    import pommel as pm
    a = pm.random.default_rng(1).standard_normal(5003)
    a[:3] = pm.nan, pm.inf, -pm.inf
    with pm.errstate(invalid="ignore"):
        b = (2.0 * a + a * a - 0.5) / (1.0 + abs(a))
        c = pm.where((b > a) & ~pm.isnan(b), pm.maximum(a, b), pm.sqrt(abs(b))).astype(pm.float32)
        d = pm.where(c < 1.0, c * c, c - 1.0)
        b += a * b
        pm.eval(b, c, d)
    with pm.errstate(divide="raise"):
        try:
            pm.eval(1.0 + 1.0 / (a - a[5]))
        except FloatingPointError:
            print("divided", end=" ")
    print(pm.show_config("dicts")["machine code"] == "none", b.tobytes().hex()[:99], float(pm.nansum(b[5:])),
          float(pm.nansum(d[5:])))
except ValueError as error:
    print(error)
"""
    without = in_new_process(program.format("off"))
    assert without.startswith("divided True ")
    for wanted in ("always", "on", ""):
        found = in_new_process(program.format(wanted))
        assert found.split()[2:] == without.split()[2:]
    assert in_new_process(program.format("never")) == (
        'POMMEL_JIT is "never": set it to on, off or always, or unset it\n'
    )


def test_elements_are_arrays_where_the_environment_says_so(in_new_process):
    program = """
import os
os.environ["POMMEL_ELEMENTS"] = {!r}
try:
    import pommel as pm
    a = pm.array([[1.5, 2.0], [3.0, 4.0]])
    print(type(a[0, 0]).__name__, type(a[0][1]).__name__, type(list(a[0])[0]).__name__, a.tolist()[0])
except ValueError as error:
    print(error)
"""
    assert in_new_process(program.format("arrays")) == "ndarray ndarray ndarray [1.5, 2.0]\n"
    assert in_new_process(program.format("numbers")) == "float float float [1.5, 2.0]\n"
    assert in_new_process(program.format("objects")) == (
        'POMMEL_ELEMENTS is "objects": set it to numbers or arrays, or unset it\n'
    )


@pytest.mark.parametrize("elements", ["numbers", "arrays"])
def test_functions_and_methods_show_their_signatures(in_new_process, elements):
    program = """
import inspect, os
os.environ["POMMEL_ELEMENTS"] = {!r}
import pommel as pm
from pommel import linalg
a = pm.ones(3)
for function in (pm.asarray, pm.reshape, pm.concat, pm.ones, linalg.inv, a.astype, a.reshape, pm.ndarray.copy):
    print(function.__name__ + str(inspect.signature(function)))
"""
    assert in_new_process(program.format(elements)).splitlines() == [
        "asarray(object, /, dtype=None, order=None, *, device=None, copy=None)",
        "reshape(x, /, shape, order=None, *, copy=None)",
        "concat(arrays, /, axis=0, *, dtype=None)",
        "ones(shape, dtype=None, order=None, *, device=None)",
        "inv(x, /)",
        "astype(dtype, order=None, casting='unsafe', subok=True, copy=True)",
        "reshape(*shape, order=None)",
        "copy(self, /, order='C')",
    ]


def test_without_site_and_environment(in_new_process):
    assert in_new_process("import pommel; print(pommel.__version__)", "-I", "-S", "-W", "error") == (
        pm.__version__ + "\n"
    )


def test_it_says_what_it_runs_on(capsys):
    facts = pm.show_config(mode="dicts")
    assert capsys.readouterr().out == ""
    assert facts["pommel"] == pm.__version__
    own = "_hpy_universal" in sys.builtin_module_names
    loaded = "by the interpreter's own HPy: " if own else "by the host inside the binary: "
    assert facts["loaded"].startswith(loaded)
    assert facts["threads"].startswith("{} (".format(pm.get_num_threads()))
    assert pm.show_config() is None
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines] == list(facts)
    with pytest.raises(ValueError, match="mode is 'loud': it must be 'stdout' or 'dicts'"):
        pm.show_config("loud")


def test_the_instruction_set_in_use_is_one_that_the_processor_has():
    found, used = pm._native.instruction_sets()
    assert found[0] == "baseline"
    assert used == found[-1]
    features = pm._native.cpu_features()
    with open("/proc/cpuinfo") as file:
        text = file.read()
    if "\nflags" in text:
        flags = text.partition("\nflags")[2].partition("\n")[0].split()
        assert ("avx2" in features) == ("avx2" in flags)
        assert ("avx512" in found) == ({"avx512f", "avx512vl", "avx512bw"} <= set(flags))


def test_python_m_pommel(folders_of_extensions):
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(folders_of_extensions))
    command = [sys.executable, "-m", "pommel"]
    printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout
    labels = [line.split("  ")[0] for line in printed.decode().splitlines()]
    assert labels == list(pm.show_config("dicts"))


def test_an_instruction_set_that_is_not_there_is_refused(folders_of_extensions):
    def imported(value):
        environment = dict(os.environ, POMMEL_ISA=value)
        environment["PYTHONPATH"] = os.pathsep.join(folders_of_extensions)
        program = "import pommel; print(pommel._native.instruction_sets()[1])"
        command = [sys.executable, "-c", program]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    assert imported("baseline").stdout.strip() == "baseline"
    assert "POMMEL_ISA is \"mmx\": set it to" in imported("mmx").stderr

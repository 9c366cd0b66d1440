"""What the tests in Python run on: the extensions in the folders of POMMEL_EXT_DIR.

`cargo xtask test` runs this folder once for each interpreter and build. To run it by hand:

    POMMEL_EXT_DIR=build/ext/piconumpy python -m pytest tests

No test is skipped. One that has a meaning only on some interpreters says so with
`pytest.mark.only("free_threaded")` and is left out elsewhere, before it is counted.
"""

import gc
import importlib.util
import os
import pathlib
import subprocess
import sys
import sysconfig

import pytest

import memory

folders = os.environ.get("POMMEL_EXT_DIR")
if not folders:
    raise pytest.UsageError("POMMEL_EXT_DIR names no extensions: use `cargo xtask test`")
PACKAGE = pathlib.Path(__file__).parent / "pommel"
FOLDERS = [os.path.abspath(folder) for folder in folders.split(os.pathsep)]
sys.path[:0] = FOLDERS

free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
_finds = (sys.implementation.name == "cpython"
          and os.environ.get("POMMEL_EXT_BUILD") not in ("debug", "trace"))
PROPERTIES = {
    "cpython": sys.implementation.name == "cpython",
    "pypy": sys.implementation.name == "pypy",
    "free_threaded": free_threaded,
    # A lock that is given up by machine code.
    "gil": sys.implementation.name == "cpython" and not free_threaded,
    # Compiled code reads objects where they lie.
    "layouts": sys.implementation.name == "cpython" and not free_threaded
    and os.environ.get("POMMEL_EXT_BUILD") not in ("debug", "trace"),
    # Functions of whole programs are found and compiled.
    "finds": _finds,
    "finds_nothing": sys.implementation.name != "cpython",
    # After the first thread, CPython 3.13t makes every constant of a code object immortal: `eval`
    # of a string keeps 64 bytes for ever, with or without an extension.
    "frees_code": not (free_threaded and sys.version_info < (3, 14)),
    # PyPy's own HPy finalises the native struct of an object that a finaliser has just brought
    # back, and ends the process when that is used.
    "resurrects": "_hpy_universal" not in sys.builtin_module_names,
    # PyPy's own HPy leaves functions to PyPy's compiler.
    "compiles": "_hpy_universal" not in sys.builtin_module_names,
    "universal": os.environ.get("POMMEL_EXT_BUILD", "universal") == "universal",
    "arrays": any(os.path.isdir(os.path.join(folder, "pommel")) for folder in FOLDERS),
    # Installed where `cargo xtask test` compares with NumPy.
    "mypy": importlib.util.find_spec("mypy") is not None,
    # Installed there as well, where that is possible.
    "distributed": importlib.util.find_spec("distributed") is not None,
    # Enough for what does not depend on the version of Python: the oldest, one with and without a GIL, PyPy,
    # and the one that looks for leaks.
    "representative": sys.implementation.name != "cpython" or sys.version_info[:2] in ((3, 9), (3, 13))
    or os.environ.get("POMMEL_EXT_BUILD") == "debug",
    # Interpreters whose own last allocations end no process, without debug mode, which has its own.
    # Between 3.11 and 3.13 it does not depend on the version.
    "survives_without_memory": sys.implementation.name == "cpython" and not free_threaded
    and sys.version_info[:2] == (3, 13)
    and os.environ.get("POMMEL_EXT_BUILD", "universal") == "universal",
    # A browser for the pages that people look at; `cargo xtask test` finds one, or fetches it.
    "browser": bool(os.environ.get("POMMEL_BROWSER")),
    # With the package `hpy`, and extensions in debug mode.
    "debug": os.environ.get("POMMEL_EXT_BUILD") == "debug",
}

# Compares with NumPy, where it is installed for that: in a row of its own.
collect_ignore = []
if os.environ.get("POMMEL_EXT_BUILD") != "numpy":
    collect_ignore.append("pommel/beside_numpy")


def pytest_configure(config):
    config.addinivalue_line("markers", "only(*properties): where all of these hold")


def pytest_collection_modifyitems(config, items):
    def applies(item):
        wanted = [name for mark in item.iter_markers("only") for name in mark.args]
        return all(PROPERTIES[name] for name in wanted)

    left_out = [item for item in items if not applies(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if applies(item)]
    # The package's tests start threads, after which CPython 3.13t keeps functions, types and
    # modules for ever; those that look for leaks go before them.
    items.sort(key=lambda item: PACKAGE in item.path.parents)


def pytest_collection_finish(session):
    # What is there before the first test is garbage in none: a collection of it all takes longer
    # than most tests, and many collect a dozen times.
    if hasattr(gc, "freeze"):
        gc.collect()
        gc.freeze()


@pytest.fixture
def folders_of_extensions():
    return FOLDERS


@pytest.fixture
def in_new_process():
    """Runs a program in a new interpreter that finds the extensions; returns what it printed."""

    def run(program, *options):
        program = "import sys\nsys.path[:0] = {!r}\n{}".format(FOLDERS, program)
        command = [sys.executable, *options, "-c", program]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
        said = done.stderr.decode()
        assert (done.returncode, said) == (0, "")
        return done.stdout.decode()

    return run


@pytest.fixture
def assert_no_leak():
    return memory.assert_no_leak

"""The number of threads, and who says it: POMMEL_NUM_THREADS, the program, the machine."""

import os
import re
import subprocess
import sys

import pytest

import pommel as pm


@pytest.fixture
def number_is_kept():
    number = pm.get_num_threads()
    yield number
    pm.set_num_threads(number)


@pytest.fixture
def run(folders_of_extensions):
    """Runs a program with POMMEL_NUM_THREADS set, or without it; returns what it printed, or the
    last line of its traceback."""

    def run(program, variable, **options):
        environment = dict(os.environ)
        environment.pop("POMMEL_NUM_THREADS", None)
        if variable is not None:
            environment["POMMEL_NUM_THREADS"] = variable
        program = "import sys\nsys.path[:0] = {!r}\n{}".format(folders_of_extensions, program)
        done = subprocess.run([sys.executable, "-c", program], env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)
        return (done.stdout or done.stderr).decode().splitlines()[-1]

    return run


SHOW = "import pommel; print(pommel.show_config('dicts')['threads'])"


def test_the_variable_says_it(run):
    assert run(SHOW, "3") == "3 (POMMEL_NUM_THREADS)"


@pytest.mark.parametrize("bad", ["", "0", "-2", "many", "1.5", "1000000"])
def test_a_bad_variable_is_an_error_of_the_import(run, bad):
    assert run(SHOW, bad) == (
        "ValueError: POMMEL_NUM_THREADS is \"{}\": set it to a whole number from 1 to 4096, or unset "
        "it".format(bad)
    )


# PyPy 7.3 cannot choose its CPUs.
@pytest.mark.only("cpython")
def test_without_it_the_process_uses_the_cpus_that_it_may_use(run):
    program = "import os\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n" + SHOW
    expected = r"1 \((the CPUs of the machine|the CPUs that the process may use)\)"
    assert re.fullmatch(expected, run(program, None))
    number = int(run(SHOW, None).split()[0])
    assert 1 <= number <= len(os.sched_getaffinity(0))


def test_the_program_says_it(number_is_kept):
    assert pm.set_num_threads(5) == number_is_kept
    assert pm.get_num_threads() == 5
    assert pm.show_config("dicts")["threads"] == "5 (set by the program)"


def test_a_number_that_is_none(number_is_kept):
    for bad in (0, 4097):
        message = "'num_threads' must be a whole number from 1 to 4096, not {}".format(bad)
        with pytest.raises(ValueError, match=message):
            pm.set_num_threads(bad)
    with pytest.raises(TypeError, match="must be an int, not 'x'"):
        pm.set_num_threads("x")
    assert pm.get_num_threads() == number_is_kept


@pytest.mark.parametrize("order", ["pommel, threadpoolctl", "threadpoolctl, pommel"])
def test_threadpoolctl_sees_and_changes_it(run, order):
    program = """
import {}
def ours():
    found = [row for row in threadpoolctl.threadpool_info() if row["user_api"] == "pommel"]
    return [(row["num_threads"], row["version"] == pommel.__version__) for row in found]
print(ours(), end=" ")
with threadpoolctl.threadpool_limits(2):
    print(ours(), pommel.get_num_threads(), end=" ")
with threadpoolctl.threadpool_limits({{"pommel": 1}}):
    print(pommel.get_num_threads(), end=" ")
print(pommel.get_num_threads(), sum("pommel" in type(f).__module__ for f in sys.meta_path))
""".format(order)
    assert run(program, "7") == "[(7, True)] [(2, True)] 2 1 7 0"


def test_threadpoolctl_is_not_imported_for_it(run):
    program = "import pommel; pommel.set_num_threads(2); print('threadpoolctl' in sys.modules)"
    assert run(program, None) == "False"


def test_a_threadpoolctl_that_is_not_there_stays_missing(run):
    program = """
import os, pommel
sys.path[:] = [p for p in sys.path if not os.path.exists(os.path.join(p, "threadpoolctl.py"))]
try:
    import threadpoolctl
except ImportError as error:
    print(error)
"""
    assert run(program, None) == "No module named 'threadpoolctl'"

"""The package beyond upstream's suite: the modes that HPY asks for, the hook, the plug-in for
pytest, and `python -m hpy.debug`. Run by `cargo xtask conformance`, with the package on the path.

One extension in C serves all tests; it leaks a handle when it is told to.
"""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import hpy
import pytest

SOURCE = """
#include "hpy.h"

HPyDef_METH(keep, "keep", HPyFunc_O)
static HPy keep_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy_Dup(ctx, arg);
    return HPy_Dup(ctx, arg);
}

HPyDef_METH(same, "same", HPyFunc_O)
static HPy same_impl(HPyContext *ctx, HPy self, HPy arg)
{
    return HPy_Dup(ctx, arg);
}

HPyDef_METH(late, "late", HPyFunc_NOARGS)
static HPy late_impl(HPyContext *ctx, HPy self)
{
    HPy bytes = HPyBytes_FromString(ctx, "too late");
    const char *text = HPyBytes_AsString(ctx, bytes);
    HPy_Close(ctx, bytes);
    return HPyLong_FromLong(ctx, text[0]);
}

static HPyDef *defines[] = {&keep, &same, &late, NULL};
static HPyModuleDef def = {.doc = "leaks", .defines = defines};
HPy_MODINIT(leaky, def)
"""

SETUP = """
from setuptools import Extension, setup
setup(name="leaky", py_modules=[], hpy_ext_modules=[Extension("leaky", ["leaky.c"])])
"""


def run(*args, cwd, **variables):
    """Runs Python, with the variables, and returns what became of it."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HPY")}
    env["PYTHONPATH"] = os.pathsep.join([str(cwd), env.get("PYTHONPATH", "")])
    env.update(variables)
    return subprocess.run(
        [sys.executable, *args], cwd=cwd, env=env, capture_output=True, text=True, timeout=120
    )


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """A folder with the extension, built in place for the universal ABI."""
    folder = tmp_path_factory.mktemp("leaky")
    (folder / "leaky.c").write_text(SOURCE)
    (folder / "setup.py").write_text(
        "import setuptools, hpy.devel\n"
        "from setuptools.dist import Distribution\n"
        "Distribution.hpy_ext_modules = None\n"
        "class Ours(Distribution):\n"
        "    def finalize_options(self):\n"
        "        super().finalize_options()\n"
        "        hpy.devel.handle_hpy_ext_modules(self, 'hpy_ext_modules', self.hpy_ext_modules)\n"
        + SETUP.replace("setup(name", "setup(distclass=Ours, name")
    )
    done = run("setup.py", "--hpy-abi=universal", "build_ext", "--inplace", cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "leaky.hpy0.so").exists() and (folder / "leaky.py").exists()
    return folder


@pytest.mark.parametrize(
    "value, how",
    [
        ("universal", ""),
        ("debug", " with a debug context"),
        ("TRACE", " with a trace context"),
        ("leaky:debug", " with a debug context"),
        ("other:debug,leaky:trace", " with a trace context"),
        ("other:debug", ""),
        ("", ""),
    ],
)
def test_mode_of_the_environment(built, value, how):
    done = run("-c", "import leaky; print(leaky.same(5))", cwd=built, HPY=value, HPY_LOG="1")
    assert done.stdout == f"Loading 'leaky' in HPy universal mode{how}\n5\n"


def test_nonsense_is_refused(built):
    done = run("-c", "import leaky", cwd=built, HPY="nonsense")
    assert "ValueError: invalid HPy mode: nonsense" in done.stderr
    assert "universal, debug, trace" in done.stderr


def test_version_has_upstreams_name(built):
    script = "from hpy.devel.version import __version__ as v, __git_revision__; print(v)"
    assert run("-c", script, cwd=built).stdout == f"{hpy.__version__}\n"


def test_command_line_reports_a_leak(built):
    (built / "script.py").write_text("import sys, leaky\nleaky.keep([1])\nprint(sys.argv)\n")
    done = run("-m", "hpy.debug", "script.py", "--frames", cwd=built)
    assert done.stdout == "['script.py', '--frames']\n"
    assert "hpy.debug: 1 handle leaked" in done.stderr and "list" in done.stderr
    assert done.returncode == 1


def test_command_line_without_a_leak(built):
    (built / "clean.py").write_text("import leaky\nleaky.same([1])\nraise SystemExit(3)\n")
    done = run("-m", "hpy.debug", "clean.py", cwd=built)
    assert "no handle was leaked" in done.stderr
    assert done.returncode == 3


def test_plug_in_fails_the_test_that_leaks(built):
    (built / "test_it.py").write_text(
        textwrap.dedent("""
            import leaky
            def test_clean(): leaky.same([1])
            def test_leaks(): leaky.keep([1])
        """)
    )
    # No plug-in is found by itself here: nothing is installed.
    options = ["-q", "-p", "hpy.debug.pytest", "-p", "no:cacheprovider", "test_it.py"]
    watched = run("-m", "pytest", "--hpy-debug", *options, cwd=built)
    assert "HPyLeakError: 1 unclosed handle" in watched.stdout
    assert "2 passed, 1 error" in watched.stdout and "test_leaks" in watched.stdout
    unwatched = run("-m", "pytest", *options, cwd=built)
    assert "2 passed" in unwatched.stdout and unwatched.returncode == 0


def test_plug_in_shows_what_debug_mode_says_before_the_end(built):
    (built / "test_late.py").write_text("import leaky\ndef test_late(): leaky.late()\n")
    options = ["-q", "-p", "hpy.debug.pytest", "-p", "no:cacheprovider", "--hpy-debug-frames=4"]
    done = run("-m", "pytest", "--hpy-debug", *options, "test_late.py", cwd=built)
    assert done.returncode == -signal.SIGSEGV
    said = done.stderr
    assert "used after the handle was closed" in said
    made, used = said.split("The handle was made here:\n")[1].split("It is used here:\n")
    assert "test_late.py:2, in test_late" in made and "HPyBytes_FromString" in made
    assert "late_impl" in used
    # The interpreter's own report follows.
    assert "Fatal Python error: Segmentation fault" in used and "in test_late" in used


def test_hook_imports_without_a_stub(built, tmp_path):
    (tmp_path / "leaky.hpy0.so").write_bytes((built / "leaky.hpy0.so").read_bytes())
    assert "ModuleNotFoundError" in run("-c", "import leaky", cwd=tmp_path).stderr
    code = """
        import hpy.hook
        hpy.hook.install()
        import leaky
        assert leaky.same(7) == 7
        assert leaky.__spec__.origin == leaky.__file__
        hpy.hook.uninstall()
    """
    done = run("-c", textwrap.dedent(code), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_remedy_stands_in_the_note(built, tmp_path):
    import importlib.util

    import hpy.universal

    path = tmp_path / "leaky.hpy7.so"
    path.write_bytes((built / "leaky.hpy0.so").read_bytes())
    spec = importlib.util.spec_from_file_location("leaky", str(path))
    with pytest.raises(RuntimeError, match="filename: 7") as error:
        hpy.universal.load("leaky", str(path), spec)
    assert "leaky.hpy0.so" in error.value.__notes__[0]


def test_plug_in_is_asked_for_where_it_is_installed(built, tmp_path):
    # What an installed package has, with the entry points that the back end writes.
    package = Path(hpy.__file__).parent.parent
    back_end = run("-c", "import _build; print(_build.entry_points())", cwd=package)
    assert back_end.returncode == 0, back_end.stderr
    info = tmp_path / "hpy-0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hpy\nVersion: 0\n")
    (info / "entry_points.txt").write_text(back_end.stdout)
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["hpy.debug.pytest"]\n')
    (tmp_path / "test_it.py").write_text("def test_it(hpy_debug): pass\n")
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_leak_detector_of_the_plug_in(built):
    done = run("-c", "from hpy.debug.pytest import LeakDetector; LeakDetector()", cwd=built)
    assert done.returncode == 0, done.stderr


LATE = """
import setuptools.command.build_ext

class Late(setuptools.command.build_ext.build_ext):
    def finalize_options(self):
        late = Extension("leaky", ["leaky.c"])
        self._finalize_hpy_ext(late)
        assert late._hpy_needs_stub
        late._needs_stub = late._hpy_needs_stub
        self.distribution.ext_modules[:] = []
        self.distribution.hpy_ext_modules[:] = [late]
        super().finalize_options()

"""


def test_extensions_that_the_command_makes(built, tmp_path):
    text = (built / "setup.py").read_text()
    text = text.replace('Extension("leaky", ["leaky.c"])', 'Extension("", [])')
    text = text.replace("setup(distclass", "setup(cmdclass={'build_ext': Late}, distclass")
    imports, line, rest = text.partition("from setuptools import Extension, setup\n")
    (tmp_path / "setup.py").write_text(imports + line + LATE + rest)
    (tmp_path / "leaky.c").write_text(SOURCE)
    done = run("setup.py", "--hpy-abi=universal", "build_ext", "--inplace", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    done = run("-c", "import leaky; assert leaky.same(3) == 3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr

"""The steps of the guide that ports a module from the C API, built with setuptools as the guide
says, in the ABIs that `hpy.universal` loads. Run by `cargo xtask conformance`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hpy.devel import get_hpy_ext_suffix

STEPS = Path(__file__).resolve().parent.parent / "port-from-c-api"

# setuptools finds the keyword `hpy_ext_modules` in what is installed, and here nothing is.
BUILD = """
import sys
from setuptools import dist
import hpy.devel

class Distribution(dist.Distribution):
    hpy_ext_modules = None

    def finalize_options(self):
        super().finalize_options()
        hpy.devel.handle_hpy_ext_modules(self, "hpy_ext_modules", self.hpy_ext_modules)

import setuptools
ordinary = setuptools.setup
setuptools.setup = lambda **options: ordinary(distclass=Distribution, **options)
sys.argv[:1] = ["setup.py"]
exec(open("setup.py").read())
"""


def run(*arguments, folder, path=()):
    """Runs Python in a folder; what it said, if it succeeded."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("HPY")}
    env["PYTHONPATH"] = os.pathsep.join([*map(str, path), env.get("PYTHONPATH", "")])
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "step, abi",
    [(1, "hybrid"), (2, "hybrid"), (3, "hybrid"), (3, "universal"), (3, "cpython")],
)
def test_step(step, abi, tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(STEPS / f"step{step}", folder)
    options = [f"--hpy-abi={abi}", "--hpy-use-static-libs", "build_ext", "--inplace"]
    run("-c", BUILD, *options, folder=folder)
    said = run("-m", "unittest", "test_histogram", folder=tmp_path, path=[folder, STEPS])
    assert "Ran 12 tests" in said
    program = "import histogram; print(histogram.__file__)"
    file = run("-c", program, folder=tmp_path, path=[folder]).strip()
    assert file.endswith("/histogram" + get_hpy_ext_suffix(abi))


def test_one_binary(tmp_path):
    folder = tmp_path / "project"
    shutil.copytree(STEPS / "step3", folder)
    # Where there are Python files too, setuptools lists the sources of everything.
    (folder / "companion.py").write_text("import histogram\n")
    run("-c", BUILD, "--hpy-one-binary", "bdist_wheel", "--dist-dir", "dist", folder=folder)
    (wheel,) = (folder / "dist").iterdir()
    assert wheel.name.startswith("histogram-1.0-py3-none-")
    run("-m", "zipfile", "-e", str(wheel), "unpacked", folder=tmp_path)
    unpacked = tmp_path / "unpacked"
    for name in ("histogram.so", "histogram.py", "companion.py"):
        assert (unpacked / name).exists(), name
    said = run("-m", "unittest", "test_histogram", folder=tmp_path, path=[unpacked, STEPS])
    assert "Ran 12 tests" in said
    program = "import histogram, sys; print(histogram.__file__, 'hpy' in sys.modules)"
    said = run("-c", program, folder=tmp_path, path=[unpacked])
    assert said.split() == [str(unpacked / "histogram.so"), "False"]


def test_one_binary_is_not_hybrid(tmp_path):
    shutil.copytree(STEPS / "step1", tmp_path / "project")
    with pytest.raises(AssertionError, match="it cannot use the C API"):
        options = ["--hpy-one-binary", "--hpy-abi=hybrid", "build_ext"]
        run("-c", BUILD, *options, folder=tmp_path / "project")

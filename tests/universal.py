"""Universal binaries in C, built when a test asks for them. Needs a C compiler and the package
`hpy`."""

import importlib.util
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The extensions of the tests of the headers, which use most of `hpy.h` and `hpy/extensions.h`.
SOURCES = HERE.parent / "hosts" / "hpy-cpython-static" / "tests" / "c"


def build(source, folder, *options):
    """Compiles a universal binary, and the package's helpers into it."""
    from hpy.devel import HPyDevel

    devel = HPyDevel()
    binary = folder / f"{source.stem}.hpy0.so"
    command = ["cc", "-shared", "-fPIC", "-g", "-DHPY_ABI_UNIVERSAL", *options]
    command += [f"-I{path}" for path in devel.get_extra_include_dirs()]
    command += [str(source), *devel.get_extra_sources(), "-o", str(binary)]
    subprocess.run(command, check=True)
    return binary


def load(binary):
    """Imports a binary in debug mode."""
    from hpy.universal import MODE_DEBUG, load

    name = Path(binary).name.partition(".")[0]
    spec = importlib.util.spec_from_file_location(name, binary, loader=object())
    return load(name, str(binary), spec, mode=MODE_DEBUG)

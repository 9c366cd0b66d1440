"""Builds the distribution `pommel-hpy`, which has the package `hpy` (PEP 517).

It consists of this folder's Python files, the C headers and sources of `abi/`, and two libraries
that Rust makes: the loader, a shared object for every CPython (`hosts/hpy-universal`), and the host
that extensions in C are linked with (`hosts/hpy-cpython-static`). None is for one Python, which is
why the wheel is for all of them.

    python _build.py FOLDER

puts all of it into a folder from which it can be imported, and from which pip can install it
without a Rust compiler. `POMMEL_HPY_UNIVERSAL` and `POMMEL_HPY_HOST` name libraries that are built
already.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

#: How files of the distribution start.
STEM = "pommel_hpy"

# Where the parts are in the repository, and where they are in the package.
PARTS = [
    (ROOT / "abi" / "include", Path("hpy/devel/include")),
    (ROOT / "abi" / "runtime-c", Path("hpy/devel/src/runtime")),
]
# What accompanies one binary; not a module to import here.
STUB = ROOT / "python" / "pommel_build" / "pommel_build" / "import_stub.py"
STUB_INSIDE = Path("hpy/devel/import_stub.txt")
SUFFIXES = {".py", ".pyi", ".typed", ".c", ".h", ".so", ".txt"}


class Library:
    """A library that cargo makes."""

    def __init__(self, inside, crate, made, variable):
        self.inside, self.crate, self.made = Path(inside), crate, made
        self.variable = variable

    def built(self):
        """Its path, built if need be."""
        given = os.environ.get(self.variable)
        if given:
            return Path(given)
        build = ["cargo", "build", "--release", "--package", self.crate]
        subprocess.run(build, cwd=ROOT, check=True)
        target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        return target / "release" / self.made

    def read(self):
        """What is packed."""
        path = self.built()
        return without_debug_information(path) if path.suffix == ".a" else path.read_bytes()


LIBRARIES = [
    Library("hpy/universal.so", "hpy-universal", "libuniversal.so", "POMMEL_HPY_UNIVERSAL"),
    Library(
        "hpy/devel/lib/libhpy_cpython_static.a",
        "hpy-cpython-static",
        "libhpy_cpython_static.a",
        "POMMEL_HPY_HOST",
    ),
]


def without_debug_information(library):
    """A static library without what only debuggers read: more than half of it, and the debug mode
    takes functions' names from the symbols.
    """
    with tempfile.TemporaryDirectory() as folder:
        stripped = Path(folder, library.name)
        # -D: the same input gives the same output.
        command = ["strip", "-D", "--strip-debug", "-o", str(stripped), str(library)]
        subprocess.run(command, check=True)
        return stripped.read_bytes()


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517."""
    version = project("version")
    platform = re.sub("[-.]", "_", sysconfig.get_platform())
    tag = f"py3-none-{platform}"
    name = f"{STEM}-{version}-{tag}.whl"
    info = f"{STEM}-{version}.dist-info"
    contents = {str(inside): data for inside, data in sorted(package_files())}
    contents[f"{info}/METADATA"] = metadata(version).encode()
    contents[f"{info}/WHEEL"] = wheel_metadata(tag).encode()
    contents[f"{info}/entry_points.txt"] = entry_points().encode()
    record = f"{info}/RECORD"
    lines = [record_line(name, data) for name, data in contents.items()]
    contents[record] = "\n".join([*lines, f"{record},,", ""]).encode()
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for inside, data in contents.items():
            entry = zipfile.ZipInfo(inside, date_time=(1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def package_files():
    """The files of the package: path in the package, contents."""
    for path in sorted((HERE / "hpy").rglob("*")):
        if is_kept(path):
            yield path.relative_to(HERE), path.read_bytes()
    for source, target in PARTS:
        # In a folder that `stage` made, they are in place.
        if source.is_dir() and not (HERE / target).exists():
            for path in sorted(source.rglob("*")):
                if is_kept(path):
                    yield target / path.relative_to(source), path.read_bytes()
    if not (HERE / STUB_INSIDE).exists():
        yield STUB_INSIDE, STUB.read_bytes()
    for library in LIBRARIES:
        if not (HERE / library.inside).exists():
            yield library.inside, library.read()


def is_kept(path):
    """Whether a file is part of the package."""
    # Static libraries that `hpy.devel.static_libs` made are for one Python, and stay where they are.
    names = {"SOURCES", *(library.inside.name for library in LIBRARIES)}
    return path.is_file() and (path.suffix in SUFFIXES or path.name in names)


def stage(folder):
    """Put everything into a folder."""
    for inside, data in package_files():
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for name in ("_build.py", "pyproject.toml", "README.md"):
        shutil.copyfile(HERE / name, folder / name)


# ---------------------------------------------------------------- the metadata


def project(key):
    """A text of `pyproject.toml`; Python 3.9 has no reader for it."""
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(rf'^{key} = "(.+)"$', text, re.MULTILINE)[1]


def metadata(version):
    """`METADATA`"""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    return (
        "Metadata-Version: 2.4\n"
        f"Name: {project('name')}\n"
        f"Version: {version}\n"
        f"Summary: {project('description')}\n"
        f"License-Expression: {project('license')}\n"
        f"Requires-Python: {project('requires-python')}\n"
        "Provides-Extra: devel\n"
        "Requires-Dist: setuptools>=60.2; extra == 'devel'\n"
        "Description-Content-Type: text/markdown\n"
        f"\n{readme}"
    )


def wheel_metadata(tag):
    """`WHEEL`"""
    return f"Wheel-Version: 1.0\nGenerator: pommel\nRoot-Is-Purelib: false\nTag: {tag}\n"


def entry_points():
    """`entry_points.txt`"""
    plug_in = project('"hpy.debug.pytest"')
    return (
        "[distutils.setup_keywords]\n"
        f"hpy_ext_modules = {project('hpy_ext_modules')}\n"
        "\n[pytest11]\n"
        f"hpy.debug.pytest = {plug_in}\n"
    )


def record_line(name, data):
    """A line of `RECORD`."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}"


if __name__ == "__main__":
    stage(Path(sys.argv[1]))

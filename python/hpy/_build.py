"""Builds the package `hpy` (PEP 517).

It consists of this folder's Python files, the C headers and sources of `abi/`, and the shared
object of `hosts/hpy-universal`, one for every CPython, which is why the wheel is for all of them.

    python _build.py FOLDER

puts all of it into a folder from which it can be imported, and from which pip can install it
without a Rust compiler. `POMMEL_HPY_UNIVERSAL` names a shared object that is built already.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

# Where the parts are in the repository, and where they are in the package.
PARTS = [
    (ROOT / "abi" / "include", Path("hpy/devel/include")),
    (ROOT / "abi" / "runtime-c", Path("hpy/devel/src/runtime")),
]
SHARED_OBJECT = Path("hpy/universal.so")
SUFFIXES = {".py", ".pyi", ".typed", ".c", ".h", ".so"}


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    """PEP 517."""
    version = read_version()
    platform = re.sub("[-.]", "_", sysconfig.get_platform())
    tag = f"py3-none-{platform}"
    name = f"hpy-{version}-{tag}.whl"
    info = f"hpy-{version}.dist-info"
    files = dict(package_files())
    contents = {str(inside): outside.read_bytes() for inside, outside in sorted(files.items())}
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
    """The files of the package: path in the package, path on disk."""
    for path in sorted((HERE / "hpy").rglob("*")):
        if is_kept(path):
            yield path.relative_to(HERE), path
    for source, target in PARTS:
        # In a folder that `stage` made, they are in place.
        if source.is_dir() and not (HERE / target).exists():
            for path in sorted(source.rglob("*")):
                if is_kept(path):
                    yield target / path.relative_to(source), path
    if not (HERE / SHARED_OBJECT).exists():
        yield SHARED_OBJECT, shared_object()


def is_kept(path):
    """Whether a file is part of the package."""
    return path.is_file() and (path.suffix in SUFFIXES or path.name == "SOURCES")


def shared_object():
    """The path of the shared object, built if need be."""
    given = os.environ.get("POMMEL_HPY_UNIVERSAL")
    if given:
        return Path(given)
    build = ["cargo", "build", "--release", "--package", "hpy-universal"]
    subprocess.run(build, cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    return target / "release" / "libuniversal.so"


def stage(folder):
    """Put everything into a folder."""
    for inside, outside in package_files():
        target = folder / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(outside, target)
    for name in ("_build.py", "pyproject.toml", "README.md"):
        shutil.copyfile(HERE / name, folder / name)


# ---------------------------------------------------------------- the metadata


def read_version():
    """The one place that has the version is `hpy/_version.py`."""
    text = (HERE / "hpy" / "_version.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "(.+)"', text)[1]


def project(key):
    """A text of `pyproject.toml`; Python 3.9 has no reader for it."""
    text = (HERE / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(rf'^{key} = "(.+)"$', text, re.MULTILINE)[1]


def metadata(version):
    """`METADATA`"""
    readme = (HERE / "README.md").read_text(encoding="utf-8")
    return (
        "Metadata-Version: 2.4\n"
        "Name: hpy\n"
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

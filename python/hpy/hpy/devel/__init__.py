"""Building HPy extensions that are written in C, with setuptools.

    setup(..., hpy_ext_modules=[Extension("name", ["name.c"])])

and `--hpy-abi=cpython|universal|hybrid` or `--hpy-one-binary` as a global option of `setup.py`.

* :class:`HPyDevel` says where the headers and the sources are.
* :func:`handle_hpy_ext_modules` is the entry point behind the keyword of `setup`.
* `_commands` has what is added to the commands `build` and `build_ext`.
* `static_libs` compiles the sources once for many extensions.
"""

import sys
from pathlib import Path

from .abitag import HPY_ABIS, get_hpy_ext_suffix

__all__ = [
    "DEFAULT_HPY_ABI",
    "HPY_ABIS",
    "HPyDevel",
    "get_hpy_ext_suffix",
    "handle_hpy_ext_modules",
]

#: What is built unless somebody says otherwise.
DEFAULT_HPY_ABI = "cpython" if sys.implementation.name == "cpython" else "universal"


class HPyDevel:
    """The headers, and the sources that are compiled into every extension."""

    _DEFAULT_BASE_DIR = Path(__file__).parent

    def __init__(self, base_dir=_DEFAULT_BASE_DIR):
        self.base_dir = Path(base_dir)
        self.include_dir = self.base_dir / "include"
        self.src_dir = self.base_dir / "src" / "runtime"

    def get_extra_include_dirs(self):
        """The include directories, for every ABI."""
        return [str(self.include_dir)]

    def get_include_dir_forbid_python_h(self):
        """The include directory in which `Python.h` is an error, for the universal ABI."""
        return self.include_dir / "hpy" / "forbid_python_h"

    def get_extra_sources(self):
        """The sources that every ABI needs."""
        return self._sources("all")

    def get_ctx_sources(self):
        """The sources that the CPython ABI needs besides."""
        return self._sources("cpython")

    def _sources(self, group):
        """The sources that the list beside them puts into a group."""
        lines = (self.src_dir / "SOURCES").read_text(encoding="utf-8").splitlines()
        rows = (line.split() for line in lines if line.strip() and not line.startswith("#"))
        return [str(self.src_dir / name) for kind, name in rows if kind == group]

    def get_static_libs(self, hpy_abi):
        """The static libraries that replace the sources for this ABI and this Python, or None if
        nobody has built them here; see `static_libs`.
        """
        from .static_libs import library_dir

        folder = library_dir(self.base_dir, hpy_abi)
        libraries = sorted(str(path) for path in folder.glob("*") if path.is_file())
        return libraries or None

    def get_host_library(self):
        """The host that makes an extension one binary for every Python, as a static library."""
        return self.base_dir / "lib" / "libhpy_cpython_static.a"

    def get_import_stub(self):
        """The text of the module in Python that stands beside one binary, for PyPy."""
        return (self.base_dir / "import_stub.txt").read_text(encoding="utf-8")

    def fix_distribution(self, dist):
        """Teach a setuptools distribution to build what its `hpy_ext_modules` lists."""
        from . import _commands

        # Upstream has no such option: who sets its options alone, without a command line, does not
        # know this one.
        if not hasattr(dist, "hpy_one_binary"):
            dist.hpy_one_binary = False
        _commands.extend(dist, self)


def handle_hpy_ext_modules(dist, attr, hpy_ext_modules):
    """Serve the keyword `hpy_ext_modules` of `setup`, and add the options that go with it."""
    if attr != "hpy_ext_modules":
        raise ValueError(f"this entry point is not for {attr}")
    # Some commands cause the keyword to be handled more than once.
    if getattr(dist, "hpydevel", None) is not None:
        return
    dist.hpy_abi = DEFAULT_HPY_ABI
    dist.hpy_one_binary = False
    dist.hpy_use_static_libs = False
    dist.global_options = [
        *dist.global_options,
        ("hpy-abi=", None, f"the ABI of HPy extensions (default: {DEFAULT_HPY_ABI})"),
        (
            "hpy-one-binary",
            None,
            "build for the universal ABI with the host inside: one binary for every Python, and one "
            "wheel, that need nothing of HPy where they are installed",
        ),
        (
            "hpy-use-static-libs",
            None,
            "link with static libraries of the context and helper functions "
            "instead of compiling them into every extension",
        ),
    ]
    HPyDevel().fix_distribution(dist)

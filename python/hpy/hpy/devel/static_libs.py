"""Compiles what every extension compiles in once, into a static library for each ABI.

    python -m hpy.devel.static_libs

Many small extensions, such as those of a test suite, are then built faster with
`--hpy-use-static-libs`. The libraries are for the Python that made them.
"""

import sys
import sysconfig
import tempfile
from pathlib import Path

from .abitag import HPY_ABIS

NAMES = {
    "cpython": "hpy-ctx-cpython",
    "universal": "hpy-extra-universal",
    "hybrid": "hpy-extra-hybrid",
}


def library_dir(base_dir, hpy_abi):
    """Where the library of an ABI for this Python is."""
    return Path(base_dir) / "lib" / sysconfig.get_config_var("SOABI") / hpy_abi


def build(devel):
    """Build the library of every ABI; returns their paths."""
    from ._commands import log  # First of all, it puts the right distutils in place.
    from distutils.ccompiler import new_compiler
    from distutils.sysconfig import customize_compiler

    made = []
    for abi in HPY_ABIS:
        compiler = new_compiler()
        customize_compiler(compiler)
        sources = devel.get_extra_sources()
        if abi == "cpython":
            sources += devel.get_ctx_sources()
        folder = library_dir(devel.base_dir, abi)
        log.info("building %s in %s", NAMES[abi], folder)
        with tempfile.TemporaryDirectory() as temporary:
            objects = compiler.compile(
                sources,
                output_dir=temporary,
                macros=[("HPY", None), (f"HPY_ABI_{abi.upper()}", None)],
                include_dirs=[*devel.get_extra_include_dirs(), sysconfig.get_path("include")],
            )
            compiler.create_static_lib(objects, NAMES[abi], output_dir=str(folder))
        made += folder.iterdir()
    return made


def main():
    """The command line."""
    from . import HPyDevel

    for path in build(HPyDevel()):
        print(path)


if __name__ == "__main__":
    sys.exit(main())

"""Imports universal binaries that have no stub beside them, for those who ask for it.

    import hpy.hook
    hpy.hook.install()

    import extension  # finds extension.hpy0.so

Nothing happens unless a program calls :func:`install`. A module that the interpreter finds by
itself, stubs among them, is imported as ever: the hook is asked last.
"""

import importlib.util
import os
import sys

from hpy.devel.abitag import get_hpy_ext_suffix

__all__ = ["HPyFinder", "HPyLoader", "install", "uninstall"]


class HPyLoader:
    """Loads one binary, in the mode that the environment variable `HPY` asks for."""

    def __init__(self, name, path):
        self.name = name
        self.path = path

    def create_module(self, spec):
        from hpy.universal import _load_bootstrap

        package, _, short = spec.name.rpartition(".")
        return _load_bootstrap(short, spec.name, package, self.path, self, spec, os.environ)

    def exec_module(self, module):
        """Nothing is left to do: the binary has filled its module when it made it."""

    def get_filename(self, name):
        """The path of the binary."""
        return self.path


class HPyFinder:
    """Finds binaries by the suffixes of the universal and the hybrid ABI."""

    suffixes = tuple(get_hpy_ext_suffix(abi) for abi in ("universal", "hybrid"))

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        """The spec of a module, if one of the folders has a binary for it."""
        short = fullname.rpartition(".")[2]
        for folder in sys.path if path is None else path:
            for suffix in cls.suffixes:
                file = os.path.join(os.path.abspath(folder), short + suffix)
                if os.path.isfile(file):
                    loader = HPyLoader(fullname, file)
                    return importlib.util.spec_from_file_location(fullname, file, loader=loader)
        return None

    @classmethod
    def invalidate_caches(cls):
        """There are none."""


def install():
    """Let `import` find universal binaries."""
    if HPyFinder not in sys.meta_path:
        sys.meta_path.append(HPyFinder)


def uninstall():
    """Undo :func:`install`."""
    if HPyFinder in sys.meta_path:
        sys.meta_path.remove(HPyFinder)

"""HPy: extensions in C or Rust that one binary carries to every Python.

* ``hpy.universal`` loads universal binaries that bring no host along.
* ``hpy.devel`` builds extensions written in C with setuptools.
* ``hpy.debug`` and ``hpy.trace`` look at what an extension does.
* ``hpy.hook`` imports universal binaries that have no stub beside them.
"""

from ._version import __version__

__all__ = ["__version__"]

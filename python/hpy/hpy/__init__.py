"""HPy: extensions in C or Rust that one binary carries to every Python.

* ``hpy.universal`` loads universal binaries that bring no host along.
* ``hpy.devel`` builds extensions written in C with setuptools.
* ``hpy.debug`` and ``hpy.trace`` look at what an extension does.
* ``hpy.hook`` imports universal binaries that have no stub beside them.

The distribution is ``pommel-hpy``. Upstream's is ``hpy``: it has a package of the same name, and
only one of the two can be installed in an environment.
"""

from ._version import __version__

__all__ = ["__version__"]


def _refuse_upstream():
    """Raises if upstream's distribution lies in the same folder: files of one have replaced files
    of the other, and what is left would fail in ways that nobody understands.
    """
    import os

    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name in os.listdir(here):
        if name.startswith("hpy-") and name.endswith((".dist-info", ".egg-info")):
            raise ImportError(
                f"the distributions pommel-hpy and hpy are both installed in {here}, and each has "
                "replaced files of the other; remove both and install one again: "
                "pip uninstall hpy pommel-hpy && pip install pommel-hpy"
            )


_refuse_upstream()
del _refuse_upstream

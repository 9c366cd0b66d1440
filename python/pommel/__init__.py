"""N-dimensional arrays in NumPy's manner, after the Python array API standard: ``import pommel as pm``.

What is not needed at once is imported when it is first used.
"""

from . import _native, _threadpoolctl
from ._native import __version__, get_num_threads, set_num_threads

#: Names that come from a module of the package at their first use; a module's own name gives the
#: module.
_LAZY = {
    "show_config": "_config",
}

__all__ = ["__version__", "get_num_threads", "set_num_threads", "show_config"]


def __getattr__(name):
    home = _LAZY.get(name)
    if home is None:
        raise AttributeError("module {!r} has no attribute {!r}".format(__name__, name))
    # Finds the module in `sys.modules` the second time; importing importlib would take longer.
    module = __import__(__name__ + "." + home, fromlist=["*"])
    value = module if home == name else getattr(module, name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *_LAZY})


_threadpoolctl.watch(_native)

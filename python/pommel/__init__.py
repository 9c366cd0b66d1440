"""N-dimensional arrays in NumPy's manner, after the Python array API standard: ``import pommel as pm``.

What is not needed at once is imported when it is first used.
"""

from . import _native, _threadpoolctl
from ._native import *  # noqa: F403 - the native part is made for this
from ._native import __version__

#: Names that come from a module of the package at their first use; a module's own name gives the
#: module.
_LAZY = {
    "errstate": "_errstate",
    "fft": "fft",
    "finfo": "_types",
    "fromiter": "_files",
    "geterr": "_errstate",
    "iinfo": "_types",
    "isdtype": "_types",
    "linalg": "linalg",
    "load": "_files",
    "memmap": "_files",
    "random": "random",
    "save": "_files",
    "savez": "_files",
    "savez_compressed": "_files",
    "seterr": "_errstate",
    "seterrcall": "_errstate",
    "show_config": "_config",
    "unique": "_sets",
    "unique_all": "_sets",
    "unique_counts": "_sets",
    "unique_inverse": "_sets",
    "__array_namespace_info__": "_types",
}

#: The version of the array API standard.
__array_api_version__ = "2025.12"

newaxis = None
e = 2.718281828459045
euler_gamma = 0.5772156649015329
inf = float("inf")
nan = float("nan")
pi = 3.141592653589793

__all__ = sorted(
    set(_native.__all__)
    | {name for name in _LAZY if not name.startswith("_")}
    | {"e", "euler_gamma", "inf", "nan", "newaxis", "pi", "__version__"}
)


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

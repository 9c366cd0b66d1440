"""N-dimensional arrays in NumPy's manner, after the Python array API standard: ``import pommel as pm``.

What is not needed at once is imported when it is first used.
"""

from . import _native, _threadpoolctl
from ._native import *  # noqa: F403 - the native part is made for this
from ._native import __version__

#: Names that come from a module of the package at their first use; a module's own name gives the
#: module.
_LAZY = {
    "allclose": "_comparing",
    "angle": "_elementary",
    "array_equal": "_comparing",
    "array_equiv": "_comparing",
    "average": "_statistics",
    "bartlett": "_signal",
    "blackman": "_signal",
    "convolve": "_signal",
    "corrcoef": "_statistics",
    "correlate": "_signal",
    "cov": "_statistics",
    "deg2rad": "_elementary",
    "degrees": "_elementary",
    "divmod": "_elementary",
    "ediff1d": "_signal",
    "errstate": "_errstate",
    "fft": "fft",
    "finfo": "_types",
    "fix": "_elementary",
    "float_power": "_elementary",
    "frexp": "_elementary",
    "fromiter": "_files",
    "geterr": "_errstate",
    "gradient": "_signal",
    "hamming": "_signal",
    "hanning": "_signal",
    "histogram": "_histograms",
    "histogram2d": "_histograms",
    "histogram_bin_edges": "_histograms",
    "histogramdd": "_histograms",
    "i0": "_signal",
    "iinfo": "_types",
    "interp": "_signal",
    "isclose": "_comparing",
    "iscomplex": "_comparing",
    "iscomplexobj": "_comparing",
    "isdtype": "_types",
    "isneginf": "_comparing",
    "isposinf": "_comparing",
    "isreal": "_comparing",
    "isrealobj": "_comparing",
    "isscalar": "_comparing",
    "kaiser": "_signal",
    "ldexp": "_elementary",
    "linalg": "linalg",
    "load": "_files",
    "logaddexp2": "_elementary",
    "median": "_quantiles",
    "memmap": "_files",
    "modf": "_elementary",
    "nan_to_num": "_comparing",
    "nanargmax": "_nans",
    "nanargmin": "_nans",
    "nancumprod": "_nans",
    "nancumsum": "_nans",
    "nanmax": "_nans",
    "nanmean": "_nans",
    "nanmedian": "_quantiles",
    "nanmin": "_nans",
    "nanpercentile": "_quantiles",
    "nanprod": "_nans",
    "nanquantile": "_quantiles",
    "nanstd": "_nans",
    "nansum": "_nans",
    "nanvar": "_nans",
    "percentile": "_quantiles",
    "poly": "_polynomials",
    "polyadd": "_polynomials",
    "polyder": "_polynomials",
    "polydiv": "_polynomials",
    "polyfit": "_polynomials",
    "polyint": "_polynomials",
    "polymul": "_polynomials",
    "polysub": "_polynomials",
    "polyval": "_polynomials",
    "quantile": "_quantiles",
    "rad2deg": "_elementary",
    "radians": "_elementary",
    "random": "random",
    "real_if_close": "_comparing",
    "roots": "_polynomials",
    "save": "_files",
    "savez": "_files",
    "savez_compressed": "_files",
    "seterr": "_errstate",
    "seterrcall": "_errstate",
    "show_config": "_config",
    "sinc": "_signal",
    "spacing": "_elementary",
    "trapezoid": "_signal",
    "unique": "_sets",
    "unique_all": "_sets",
    "unique_counts": "_sets",
    "unique_inverse": "_sets",
    "unwrap": "_signal",
    "__array_namespace_info__": "_types",
}

# Some of these do more than the native part's functions of their names.
for _name in _LAZY:
    globals().pop(_name, None)
del _name

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

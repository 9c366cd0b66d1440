"""N-dimensional arrays in NumPy's manner, after the Python array API standard: ``import pommel as pm``.

What is not needed at once is imported when it is first used.
"""

from sys import argv as _argv
from sys import implementation as _implementation

# `python -m pommel run` becomes another process at once, which loads the rest if there is something to compile.
if _argv[:2] in (["-m", "run"], ["-m", "annotate"]):
    import sys as _sys

    # A package that is started with such an argument may import this one.
    if {"pommel", "-mpommel"}.intersection(getattr(_sys, "orig_argv", ["pommel"])):
        from . import _run

        _run.begin(_argv[1:])

from . import _native, _threadpoolctl

if _implementation.name == "pypy":
    from . import _pypy  # noqa: F401 - changes the native part before anything comes from there
from ._native import *  # noqa: F403 - the native part is made for this
from ._native import __version__

#: Names that come from a module of the package at their first use; a module's own name gives the
#: module.
_LAZY = {
    "False_": "_types",
    "True_": "_types",
    "allclose": "_comparing",
    "amax": "_building",
    "amin": "_building",
    "angle": "_elementary",
    "apply_along_axis": "_functional",
    "apply_over_axes": "_functional",
    "around": "_building",
    "array2string": "_printing",
    "array_equal": "_comparing",
    "array_equiv": "_comparing",
    "array_repr": "_printing",
    "array_str": "_printing",
    "asanyarray": "_building",
    "asarray_chkfinite": "_building",
    "ascontiguousarray": "_building",
    "asfortranarray": "_building",
    "auto": "_auto",
    "average": "_statistics",
    "bartlett": "_signal",
    "base_repr": "_printing",
    "binary_repr": "_printing",
    "bitwise_count": "_building",
    "blackman": "_signal",
    "block": "_building",
    "bool_": "_types",
    "byte": "_types",
    "c_": "_index_tricks",
    "cdouble": "_types",
    "choose": "_placing",
    "column_stack": "_building",
    "common_type": "_types",
    "complexfloating": "_types",
    "concatenate": "_building",
    "convolve": "_signal",
    "copy": "_building",
    "copyto": "_placing",
    "corrcoef": "_statistics",
    "correlate": "_signal",
    "cov": "_statistics",
    "csingle": "_types",
    "deg2rad": "_elementary",
    "degrees": "_elementary",
    "diag_indices": "_index_tricks",
    "diag_indices_from": "_index_tricks",
    "diagflat": "_building",
    "divmod": "_elementary",
    "double": "_types",
    "dsplit": "_building",
    "dstack": "_building",
    "ediff1d": "_signal",
    "emath": "emath",
    "errstate": "_errstate",
    "exceptions": "exceptions",
    "explain": "_compile",
    "fft": "fft",
    "fill_diagonal": "_placing",
    "finfo": "_types",
    "fix": "_elementary",
    "flatiter": "_attributes",
    "float_power": "_elementary",
    "floating": "_types",
    "frexp": "_elementary",
    "fromfile": "_files",
    "fromfunction": "_functional",
    "fromiter": "_files",
    "frompyfunc": "_functional",
    "fromstring": "_text",
    "generic": "_types",
    "genfromtxt": "_text",
    "geterr": "_errstate",
    "gradient": "_signal",
    "half": "_types",
    "hamming": "_signal",
    "hanning": "_signal",
    "histogram": "_histograms",
    "histogram2d": "_histograms",
    "histogram_bin_edges": "_histograms",
    "histogramdd": "_histograms",
    "hsplit": "_building",
    "i0": "_signal",
    "iinfo": "_types",
    "index_exp": "_index_tricks",
    "inexact": "_types",
    "inner": "_building",
    "int_": "_types",
    "intc": "_types",
    "integer": "_types",
    "integrate": "integrate",
    "interp": "_signal",
    "intersect1d": "_sets",
    "intp": "_types",
    "isclose": "_comparing",
    "iscomplex": "_comparing",
    "iscomplexobj": "_comparing",
    "isdtype": "_types",
    "isfortran": "_building",
    "isin": "_sets",
    "isneginf": "_comparing",
    "isposinf": "_comparing",
    "isreal": "_comparing",
    "isrealobj": "_comparing",
    "isscalar": "_comparing",
    "issubdtype": "_types",
    "iterable": "_functional",
    "ix_": "_index_tricks",
    "jit": "_compile",
    "kaiser": "_signal",
    "ldexp": "_elementary",
    "lexsort": "_index_tricks",
    "linalg": "linalg",
    "linspace": "_building",
    "load": "_files",
    "loadtxt": "_text",
    "logaddexp2": "_elementary",
    "long": "_types",
    "longlong": "_types",
    "mask_indices": "_index_tricks",
    "matvec": "_building",
    "median": "_quantiles",
    "memmap": "_files",
    "mgrid": "_index_tricks",
    "min_scalar_type": "_types",
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
    "ndenumerate": "_index_tricks",
    "ndim": "_building",
    "ndindex": "_index_tricks",
    "number": "_types",
    "ogrid": "_index_tricks",
    "optimize": "optimize",
    "packbits": "_building",
    "percentile": "_quantiles",
    "piecewise": "_placing",
    "place": "_placing",
    "poly": "_polynomials",
    "poly1d": "_poly1d",
    "polyadd": "_polynomials",
    "polyder": "_polynomials",
    "polydiv": "_polynomials",
    "polyfit": "_polynomials",
    "polyint": "_polynomials",
    "polymul": "_polynomials",
    "polysub": "_polynomials",
    "polyval": "_polynomials",
    "printoptions": "_printing",
    "promote_types": "_types",
    "put": "_placing",
    "putmask": "_placing",
    "quantile": "_quantiles",
    "r_": "_index_tricks",
    "rad2deg": "_elementary",
    "radians": "_elementary",
    "random": "random",
    "ravel_multi_index": "_index_tricks",
    "real_if_close": "_comparing",
    "require": "_building",
    "resize": "_building",
    "rollaxis": "_building",
    "roots": "_polynomials",
    "row_stack": "_building",
    "s_": "_index_tricks",
    "save": "_files",
    "savetxt": "_text",
    "savez": "_files",
    "savez_compressed": "_files",
    "select": "_placing",
    "setdiff1d": "_sets",
    "seterr": "_errstate",
    "seterrcall": "_errstate",
    "setxor1d": "_sets",
    "shape": "_building",
    "shares_memory": "_building",
    "short": "_types",
    "show_config": "_config",
    "signedinteger": "_types",
    "sinc": "_signal",
    "single": "_types",
    "size": "_building",
    "sort_complex": "_building",
    "spacing": "_elementary",
    "trapezoid": "_signal",
    "tril_indices": "_index_tricks",
    "tril_indices_from": "_index_tricks",
    "trim_zeros": "_index_tricks",
    "triu_indices": "_index_tricks",
    "triu_indices_from": "_index_tricks",
    "ubyte": "_types",
    "uint": "_types",
    "uintc": "_types",
    "uintp": "_types",
    "ulong": "_types",
    "ulonglong": "_types",
    "unique": "_sets",
    "unique_all": "_sets",
    "unique_counts": "_sets",
    "unique_inverse": "_sets",
    "unpackbits": "_building",
    "unravel_index": "_index_tricks",
    "unsignedinteger": "_types",
    "unwrap": "_signal",
    "ushort": "_types",
    "vdot": "_building",
    "vecmat": "_building",
    "vectorize": "_functional",
    "vsplit": "_building",
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


class _Documentation:
    """The docstring of a class whose instances have their own: ``help(pommel.sin)``."""

    def __init__(self, of_class):
        self.of_class = of_class

    def __get__(self, instance, owner=None):
        return self.of_class if instance is None else instance.doc


_native.ufunc.__doc__ = _Documentation(_native.ufunc.__doc__)
_threadpoolctl.watch(_native)

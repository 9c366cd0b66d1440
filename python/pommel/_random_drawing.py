"""What ``Generator`` and ``RandomState`` have in common: distributions, and choices and orders."""

from __future__ import annotations

from operator import index as _index

from . import _native
from ._random_bits import shape_of as _shape
from ._random_examples import EXAMPLES

TYPE_CHECKING = False
if TYPE_CHECKING:
    import builtins

    from ._typing import Any, ArrayLike, Size, SupportsIndex, ndarray


def are_texts(items: Any) -> bool:
    """Whether there is a list or tuple of texts, which are no elements of arrays."""
    return isinstance(items, (list, tuple)) and any(isinstance(item, str) for item in items)


class Drawing:
    """Numbers of distributions, drawn from a stream.

    ``size`` is the shape of the result: an int, a tuple of ints, or None for a single number, or
    for the shape that arrays of parameters have together.
    """

    #: Whether the stream is that of NumPy's older functions.
    _legacy = False
    _stream: Any

    def _draw(self, name: str, parameters: list[Any], size: Size) -> ndarray:
        """Numbers of a distribution of the native table."""
        for parameter in parameters:
            if type(parameter) is not float and type(parameter) is not int:
                return self._draw_each(name, parameters, size)
        return self._stream.draw(name, parameters, _shape(size), self._legacy)

    def _draw_each(self, name: str, parameters: list[Any], size: Size) -> ndarray:
        """The same with arrays of parameters."""
        arrays = [_native.asarray(parameter) for parameter in parameters]
        for array in arrays:
            if array.dtype.kind == "c":
                raise TypeError("parameters of {} must be real numbers, not {}".format(
                    name, array.dtype.name))
        shape = together(size, *arrays)
        values = [_native.broadcast_to(array, shape).reshape(-1) if array.ndim else array
                  for array in arrays]
        return self._stream.draw_each(name, values, shape, self._legacy)

    def _draw_integers(self, low: Any, high: Any, size: Size, dtype: Any,
                       endpoint: bool) -> ndarray:
        if high is None:
            low, high = 0, low
        if getattr(low, "ndim", 0) or getattr(high, "ndim", 0) or isinstance(
                low, (list, tuple)) or isinstance(high, (list, tuple)):
            return self._integers_each(low, high, size, dtype, endpoint)
        low, high = _index(low), _index(high) - (not endpoint)
        if low > high:
            raise ValueError("argument 'low' must be below 'high': {} is not".format(low))
        if _native.dtype(dtype) == "bool":
            low, high = bool(low), bool(high)
        return self._stream.integers(low, high, _shape(size), dtype, self._legacy)

    def _integers_each(self, low: Any, high: Any, size: Size, dtype: Any,
                       endpoint: bool) -> ndarray:
        """Integers between bounds of arrays."""
        from ._types import iinfo

        dtype = _native.dtype(dtype)
        try:
            low, high = _native.asarray(low), _native.asarray(high)
        except OverflowError as error:
            raise ValueError(str(error)) from None
        for bound in (low, high):
            if bound.dtype.kind not in "biu":
                raise TypeError("argument 'low' and argument 'high' must be integers, not {}".format(
                    bound.dtype.name))
        shape = together(size, low, high)
        if not endpoint:
            if _native.any(high <= low):
                raise ValueError("argument 'low' must be below 'high' everywhere")
            high = high - 1
        limits = (0, 1) if dtype == "bool" else (iinfo(dtype).min, iinfo(dtype).max)
        if _native.any(low < limits[0]) or _native.any(high > limits[1]):
            raise ValueError("argument 'low' and argument 'high' must be numbers of {}".format(
                dtype.name))
        low, high = (_native.broadcast_to(bound, shape) for bound in (low, high))
        return self._stream.integers_between(low, high, shape, dtype, self._legacy)

    def _rows(self, size: Size) -> tuple[tuple[int, ...], int]:
        """A shape, and how many there are in it."""
        shape, count = _shape(size), 1
        for extent in shape:
            count *= extent
        return shape, count

    def bytes(self, length: int) -> builtins.bytes:
        """Random bytes.

        >>> import pommel as pm
        >>> len(pm.random.default_rng(42).bytes(10))
        10
        """
        return self._stream.bytes(length)

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Brings the parts of an array along an axis, or of a list, into random order.

        >>> import pommel as pm
        >>> rng = pm.random.default_rng(42)
        >>> cards = [1, 2, 3, 4]
        >>> rng.shuffle(cards)
        >>> cards
        [4, 3, 2, 1]
        """
        if not hasattr(x, "shape"):
            items = [x[i] for i in self._stream.permutation(len(x)).tolist()]
            for i, item in enumerate(items):
                x[i] = item
            return
        if not x.ndim:
            raise TypeError("an array without dimensions has no order")
        x[...] = _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    def permutation(self, x: ArrayLike, axis: int = 0) -> ndarray:
        """The integers below a number, or the parts of an array along an axis, in random order.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).permutation(5)
        array([4, 2, 3, 1, 0])
        """
        if not hasattr(x, "__len__") or hasattr(x, "shape") and not x.ndim:
            return self._stream.permutation(_index(x))
        x = _native.asarray(x)
        return _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    if TYPE_CHECKING:
        # Of the table below.
        def beta(self, a: ArrayLike, b: ArrayLike, size: Size = None) -> ndarray: ...
        def binomial(self, n: ArrayLike, p: ArrayLike, size: Size = None) -> ndarray: ...
        def chisquare(self, df: ArrayLike, size: Size = None) -> ndarray: ...
        def exponential(self, scale: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def f(self, dfnum: ArrayLike, dfden: ArrayLike, size: Size = None) -> ndarray: ...
        def gamma(self, shape: ArrayLike, scale: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def geometric(self, p: ArrayLike, size: Size = None) -> ndarray: ...
        def gumbel(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def hypergeometric(self, ngood: ArrayLike, nbad: ArrayLike, nsample: ArrayLike,
                           size: Size = None) -> ndarray: ...
        def laplace(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def logistic(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0,
                     size: Size = None) -> ndarray: ...
        def lognormal(self, mean: ArrayLike = 0.0, sigma: ArrayLike = 1.0,
                      size: Size = None) -> ndarray: ...
        def logseries(self, p: ArrayLike, size: Size = None) -> ndarray: ...
        def negative_binomial(self, n: ArrayLike, p: ArrayLike, size: Size = None) -> ndarray: ...
        def noncentral_chisquare(self, df: ArrayLike, nonc: ArrayLike, size: Size = None) -> ndarray: ...
        def noncentral_f(self, dfnum: ArrayLike, dfden: ArrayLike, nonc: ArrayLike,
                         size: Size = None) -> ndarray: ...
        def normal(self, loc: ArrayLike = 0.0, scale: ArrayLike = 1.0,
                   size: Size = None) -> ndarray: ...
        def pareto(self, a: ArrayLike, size: Size = None) -> ndarray: ...
        def poisson(self, lam: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def power(self, a: ArrayLike, size: Size = None) -> ndarray: ...
        def rayleigh(self, scale: ArrayLike = 1.0, size: Size = None) -> ndarray: ...
        def standard_cauchy(self, size: Size = None) -> ndarray: ...
        def standard_t(self, df: ArrayLike, size: Size = None) -> ndarray: ...
        def triangular(self, left: ArrayLike, mode: ArrayLike, right: ArrayLike,
                       size: Size = None) -> ndarray: ...
        def vonmises(self, mu: ArrayLike, kappa: ArrayLike, size: Size = None) -> ndarray: ...
        def wald(self, mean: ArrayLike, scale: ArrayLike, size: Size = None) -> ndarray: ...
        def weibull(self, a: ArrayLike, size: Size = None) -> ndarray: ...
        def zipf(self, a: ArrayLike, size: Size = None) -> ndarray: ...


def together(size: Size, *arrays: ndarray) -> tuple[int, ...]:
    """The shape of what is drawn with arrays of parameters."""
    shape = _native.broadcast_shapes(*[array.shape for array in arrays])
    if size is None:
        return shape
    wanted = _shape(size)
    if _native.broadcast_shapes(shape, wanted) != wanted:
        raise ValueError("argument 'size' is {}, to which parameters of the shape {} cannot be "
                         "stretched".format(wanted, shape))
    return wanted


def normals(numbers: ndarray, mean: ndarray, factor: ndarray) -> ndarray:
    """Normal numbers of mean 0 and deviation 1, a row for each draw, with other means and the
    covariances that a factor makes."""
    return mean + _native.matmul(numbers, factor.T)


def checked_normal(mean: Any, cov: Any, check_valid: str) -> tuple[ndarray, ndarray]:
    """A mean and covariances that go together, in float64."""
    if check_valid not in ("warn", "raise", "ignore"):
        raise ValueError("argument 'check_valid' must be 'warn', 'raise' or 'ignore', not "
                         "{!r}".format(check_valid))
    mean, cov = _native.asarray(mean), _native.asarray(cov)
    if "c" in (mean.dtype.kind, cov.dtype.kind):
        raise TypeError("argument 'mean' and argument 'cov' must be real")
    if mean.ndim != 1:
        raise ValueError("argument 'mean' must have one axis, not {}".format(mean.ndim))
    if cov.ndim != 2 or cov.shape != mean.shape * 2:
        raise ValueError("argument 'cov' must have the shape {}, not {}".format(
            mean.shape * 2, cov.shape))
    return mean.astype(_native.float64), cov.astype(_native.float64)


def complain(check_valid: str, valid: bool) -> None:
    """What is done about covariances that are none."""
    if valid or check_valid == "ignore":
        return
    text = "argument 'cov' is not symmetric and positive semidefinite"
    if check_valid == "raise":
        raise ValueError(text)
    from warnings import warn

    warn(text, RuntimeWarning, stacklevel=3)


def _distribution(name: str, parameters: list[str]) -> None:
    """A method that draws from a distribution of the native table."""
    names = [parameter.partition("=")[0] for parameter in parameters]
    signature = ", ".join(parameters + ["size=None"])
    source = "def {0}(self, {1}):\n    return self._draw({0!r}, [{2}], size)\n".format(
        name, signature, ", ".join(names))
    scope: dict[str, Any] = {}
    exec(source, scope)
    method = scope[name]
    arguments, drawn, _ = EXAMPLES[name]
    method.__doc__ = (
        "Numbers of the distribution of that name; see NumPy's `Generator.{0}`.\n\n"
        ">>> import pommel as pm\n"
        ">>> pm.random.default_rng(42).{0}({1})\n"
        "{2}\n".format(name, arguments, drawn))
    method.__qualname__ = "Drawing." + name
    method.__module__ = __name__
    setattr(Drawing, name, method)


for _row in """
    beta a b; binomial n p; chisquare df; exponential scale=1.0; f dfnum dfden;
    gamma shape scale=1.0; geometric p; gumbel loc=0.0 scale=1.0; hypergeometric ngood nbad nsample;
    laplace loc=0.0 scale=1.0;
    logistic loc=0.0 scale=1.0; lognormal mean=0.0 sigma=1.0; logseries p; negative_binomial n p;
    noncentral_chisquare df nonc; noncentral_f dfnum dfden nonc; normal loc=0.0 scale=1.0; pareto a; poisson lam=1.0; power a;
    rayleigh scale=1.0; standard_cauchy; standard_t df; triangular left mode right; vonmises mu kappa;
    wald mean scale; weibull a; zipf a
""".split(";"):
    _name, *_parameters = _row.split()
    _distribution(_name, _parameters)

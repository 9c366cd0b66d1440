"""Random numbers: NumPy's streams, bit for bit.

``default_rng`` makes a generator of a seed:

>>> import pommel as pm
>>> rng = pm.random.default_rng(42)
>>> float(rng.random())
0.7739560485559633

Functions such as ``normal`` and ``randint`` belong to one ``RandomState`` of the module, which
``seed`` begins anew; their streams are those of NumPy's functions of these names.

>>> pm.random.seed(42)
>>> float(pm.random.rand())
0.3745401188473625
"""

from __future__ import annotations

from operator import index as _index

from . import _native
from ._random_bits import (MT19937, PCG64, PCG64DXSM, SFC64, BitGenerator, Philox,
                           SeedSequence)
from ._random_bits import shape_of as _shape
from ._random_drawing import Drawing as _Drawing
from ._random_drawing import are_texts as _are_texts
from ._random_drawing import checked_normal as _checked_normal
from ._random_drawing import complain as _complain
from ._random_drawing import normals as _normals
from ._random_drawing import together as _together
from ._random_examples import EXAMPLES as _EXAMPLES
from ._random_state import RandomState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ElementType, Seed, Size, ndarray

__all__ = ["BitGenerator", "Generator", "MT19937", "PCG64", "PCG64DXSM", "Philox", "RandomState",
           "SFC64", "SeedSequence",
           "default_rng"]


def default_rng(
        seed: Seed | SeedSequence | BitGenerator | Generator | RandomState = None) -> Generator:
    """A generator of random numbers: of a seed (an int or a sequence of ints), a fresh one without.

    ``seed`` may be a ``SeedSequence`` or a generator of bits, too; a generator that is given is
    given back.

    >>> import pommel as pm
    >>> rng = pm.random.default_rng(42)
    >>> rng.random(3)
    array([0.77395605, 0.43887844, 0.85859792])
    >>> rng.integers(1, 7, size=5)
    array([1, 5, 2, 1, 4])
    """
    if isinstance(seed, Generator):
        return seed
    if isinstance(seed, RandomState):
        return Generator(seed._bit_generator)
    return Generator(seed if isinstance(seed, BitGenerator) else PCG64(seed))


class Generator(_Drawing):
    """A stream of random numbers and what is drawn from it; made by ``default_rng``.

    ``size`` is the shape of the result: an int, a tuple of ints, or None for a single number, or
    for the shape that arrays of parameters have together.
    """

    def __init__(self, bit_generator: BitGenerator) -> None:
        if not isinstance(bit_generator, BitGenerator):
            raise TypeError("argument 'bit_generator' must make bits, as PCG64 does, not {}: use "
                            "default_rng".format(
                type(bit_generator).__name__))
        #: The bits.
        self.bit_generator = bit_generator
        self._stream = bit_generator._stream

    def __reduce__(self) -> tuple[Any, ...]:
        return Generator, (self.bit_generator,)

    def __repr__(self) -> str:
        return "Generator({})".format(type(self.bit_generator).__name__)

    def spawn(self, n_children: int) -> list[Generator]:
        """So many generators that are independent of this one and of each other.

        >>> import pommel as pm
        >>> a, b = pm.random.default_rng(42).spawn(2)
        >>> a.integers(100, size=3), b.integers(100, size=3)
        (array([49, 91, 58]), array([ 7, 46, 18]))
        """
        return [type(self)(bits) for bits in self.bit_generator.spawn(n_children)]

    def random(self, size: Size = None, dtype: ElementType = "float64",
               out: ndarray | None = None) -> ndarray:
        """Numbers from 0 up to 1, without 1.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).random((2, 2))
        array([[0.77395605, 0.43887844],
               [0.85859792, 0.69736803]])
        """
        return _written(out, self._stream.random(_size(size, out, dtype), dtype))

    def standard_normal(self, size: Size = None, dtype: ElementType = "float64",
                        out: ndarray | None = None) -> ndarray:
        """Normally distributed numbers of mean 0 and standard deviation 1.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).standard_normal(3)
        array([ 0.30471708, -1.03998411,  0.7504512 ])
        """
        return _written(out, self._stream.standard_normal(_size(size, out, dtype), dtype))

    def standard_exponential(self, size: Size = None, dtype: ElementType = "float64",
                             method: str = "zig", out: ndarray | None = None) -> ndarray:
        """Exponentially distributed numbers of mean 1; by logarithms with the method 'inv'.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).standard_exponential(3)
        array([2.4042086 , 2.33618966, 2.384761  ])
        """
        if method not in ("zig", "inv"):
            raise ValueError("argument 'method' must be 'zig' or 'inv', not {!r}".format(method))
        numbers = self._stream.standard_exponential(_size(size, out, dtype), dtype, method == "inv")
        return _written(out, numbers)

    def standard_gamma(self, shape: ArrayLike, size: Size = None, dtype: ElementType = "float64",
                       out: ndarray | None = None) -> ndarray:
        """Gamma numbers of scale 1.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).standard_gamma(2.0, size=3)
        array([2.09181727, 2.83534559, 1.83721558])
        """
        shape = _native.asarray(shape)
        wanted = _together(_size(size, out, dtype) if size is not None or out is not None else None, shape)
        if shape.ndim:
            shape = _native.broadcast_to(shape, wanted)
        return _written(out, self._stream.standard_gamma(shape, wanted, dtype))

    def integers(self, low: ArrayLike, high: ArrayLike = None, size: Size = None,
                 dtype: ElementType = "int64", endpoint: bool = False) -> ndarray:
        """Integers from ``low`` up to ``high``, which is left out unless ``endpoint``.

        With one bound they begin with 0.

        >>> import pommel as pm
        >>> rng = pm.random.default_rng(42)
        >>> rng.integers(10, size=5)
        array([0, 7, 6, 4, 4])
        >>> rng.integers(1, 6, size=5, endpoint=True)
        array([6, 1, 5, 2, 1])
        """
        return self._draw_integers(low, high, size, dtype, endpoint)

    def uniform(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = None) -> ndarray:
        """Numbers from ``low`` up to ``high``.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).uniform(-1.0, 1.0, size=3)
        array([ 0.5479121 , -0.12224312,  0.71719584])
        """
        return self._draw("uniform", [low, high], size)

    def permuted(self, x: ArrayLike, *, axis: int | None = None,
                 out: ndarray | None = None) -> ndarray:
        """The elements in random order; with an axis, those of each line along it on their own.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).permuted([[1, 2, 3], [4, 5, 6]], axis=1)
        array([[3, 2, 1],
               [4, 6, 5]])
        """
        x = _native.asarray(x)
        if axis is None:
            order = self._stream.permutation(x.size)
            return _written(out, x.reshape(-1)[order].reshape(x.shape))
        axis = _index(axis)
        if not -x.ndim <= axis < x.ndim:
            from .exceptions import AxisError

            raise AxisError("axis {} does not exist: the array has {} axes".format(axis, x.ndim))
        lines = _native.moveaxis(x, axis, -1)
        count = 1
        for extent in lines.shape[:-1]:
            count *= extent
        orders = [self._stream.permutation(lines.shape[-1]) for _ in range(count)]
        if not x.size:
            return _written(out, x.copy())
        order = _native.stack(orders).reshape(lines.shape)
        mixed = _native.take_along_axis(lines, order, -1)
        return _written(out, _native.moveaxis(mixed, -1, axis).copy())

    def choice(self, a: ArrayLike, size: Size = None, replace: bool = True, p: ArrayLike = None,
               axis: int = 0, shuffle: bool = True) -> ndarray:
        """Parts of an array along an axis, or integers below a number, chosen at random; without a
        size also an item of a list of texts.

        >>> import pommel as pm
        >>> rng = pm.random.default_rng(42)
        >>> rng.choice([10, 20, 30], size=4)
        array([10, 30, 20, 20])
        >>> rng.choice(5, size=3, replace=False)
        array([3, 1, 0])
        """
        if size is None and _are_texts(a):
            return a[self.choice(len(a), p=p)]  # type: ignore[index, arg-type]
        shape, count = self._rows(size)
        array = _native.asarray(a) if hasattr(a, "__len__") else None
        population = _index(a) if array is None else array.shape[axis]
        if p is not None:
            p = _native.asarray(p, dtype="float64").tolist()
        # Without axes a number.
        chosen = self._stream.choice(population, count, replace, p, shuffle).reshape(shape)[()]
        return chosen if array is None else _native.take(array, chosen, axis)

    def multinomial(self, n: ArrayLike, pvals: ArrayLike, size: Size = None) -> ndarray:
        """How many of ``n`` fall to each share, by its probability.

        Numbers and rows of probabilities of arrays are stretched to one shape.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).multinomial(20, [0.5, 0.3, 0.2])
        array([12,  5,  3])
        """
        n, pvals = _native.asarray(n), _native.asarray(pvals, dtype="float64")
        if not pvals.ndim or not pvals.shape[-1]:
            raise ValueError("argument 'pvals' must hold a probability or more")
        if not _native.can_cast(n.dtype, "int64"):
            raise TypeError("argument 'n' must be integers, not {}".format(n.dtype.name))
        if not n.ndim and pvals.ndim == 1:
            shape, rows = self._rows(size)
            found = self._stream.multinomial(int(n), pvals.tolist(), rows)
            return found.reshape((*shape, pvals.size))
        shape = _together(size, n, pvals[..., 0])
        numbers = _native.broadcast_to(n, shape).reshape(-1).tolist()
        shares = _native.broadcast_to(pvals, (*shape, pvals.shape[-1]))
        shares = shares.reshape((-1, pvals.shape[-1])).tolist() if numbers else []
        found = [self._stream.multinomial(*both, 1) for both in zip(numbers, shares)]
        together = _native.concat(found) if found else _native.zeros(0, "int64")
        return together.reshape((*shape, pvals.shape[-1]))

    def dirichlet(self, alpha: ArrayLike, size: Size = None) -> ndarray:
        """Shares of a whole, that sum to 1.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).dirichlet([1.0, 2.0, 3.0])
        array([0.31747629, 0.08613713, 0.59638659])
        """
        shape, rows = self._rows(size)
        alpha = _native.asarray(alpha, dtype="float64").reshape(-1)
        return self._stream.dirichlet(alpha.tolist(), rows, False).reshape((*shape, alpha.size))

    def multivariate_hypergeometric(self, colors: ArrayLike, nsample: int, size: Size = None,
                                    method: str = "marginals") -> ndarray:
        """How many of each colour are in a sample without replacement; by draws with the method
        'count', else colour by colour.

        >>> import pommel as pm
        >>> pm.random.default_rng(42).multivariate_hypergeometric([5, 3, 2], 4)
        array([2, 2, 0])
        """
        if method not in ("count", "marginals"):
            raise ValueError("argument 'method' must be 'count' or 'marginals', not {!r}".format(
                method))
        colors = _native.asarray(colors)
        if colors.ndim != 1 or colors.size and colors.dtype.kind not in "biu":
            raise ValueError("argument 'colors' must be integers along one axis, not {}".format(
                colors.dtype.name))
        shape, rows = self._rows(size)
        found = self._stream.multivariate_hypergeometric(
            colors.astype("int64").tolist(), _index(nsample), method == "marginals", rows)
        return found.reshape((*shape, colors.size))

    def multivariate_normal(self, mean: ArrayLike, cov: ArrayLike, size: Size = None,
                            check_valid: str = "warn", tol: float = 1e-8, *,
                            method: str = "svd") -> ndarray:
        """Normally distributed vectors with these means and covariances.

        ``method`` says how the covariances are factored: 'svd', 'eigh' or 'cholesky'. The vectors
        of singular values and eigenvalues have signs of their own, and numbers drawn with them are
        NumPy's only where those are.

        >>> import pommel as pm
        >>> rng = pm.random.default_rng(42)
        >>> rng.multivariate_normal([0.0, 10.0], [[1.0, 0.5], [0.5, 2.0]], size=2, method="cholesky")
        array([[ 0.30471708,  8.77658888],
               [ 0.7504512 , 11.61947576]])
        """
        from ._comparing import allclose

        if method not in ("svd", "eigh", "cholesky"):
            raise ValueError("argument 'method' must be 'svd', 'eigh' or 'cholesky', not "
                             "{!r}".format(method))
        mean, cov = _checked_normal(mean, cov, check_valid)
        if method == "cholesky":
            factor = _native.cholesky(cov)
        elif method == "eigh":
            values, vectors = _native.eigh(cov)
            _complain(check_valid, not _native.any(values < -tol))
            factor = vectors * _native.sqrt(_native.abs(values))
        else:
            u, s, v = _native.svd(cov)
            if check_valid != "ignore":
                _complain(check_valid,
                          allclose(_native.matmul(v.T * s, v), cov, rtol=tol, atol=tol))
            factor = u * _native.sqrt(s)
        shape = (*_shape(size), mean.size)
        numbers = self.standard_normal(shape).reshape((-1, mean.size))
        return _normals(numbers, mean, factor).reshape(shape)


def _size(size: Size, out: ndarray | None, dtype: ElementType) -> tuple[int, ...]:
    """The shape of what is drawn, for an array that is to take it if there is one."""
    if out is None:
        return _shape(size)
    if out.dtype != _native.dtype(dtype):
        raise TypeError("argument 'out' must be of {}, not {}".format(
            _native.dtype(dtype).name, out.dtype.name))
    if size is not None and _shape(size) != out.shape:
        raise ValueError("argument 'size' must be the shape {} of 'out', not {}".format(
            out.shape, _shape(size)))
    return out.shape


def _written(out: ndarray | None, numbers: ndarray) -> ndarray:
    if out is None:
        return numbers
    if out.dtype != numbers.dtype:
        raise TypeError("argument 'out' must be of {}, not {}".format(
            numbers.dtype.name, out.dtype.name))
    if out.shape != numbers.shape:
        raise ValueError("argument 'out' must have the shape {}, not {}".format(
            numbers.shape, out.shape))
    out[...] = numbers
    return out


#: The stream of the module: a list of it, or of none before somebody draws.
_own: list[RandomState] = []


def _state() -> RandomState:
    if not _own:
        _own.append(RandomState())
    return _own[0]


def seed(seed: ArrayLike = None) -> None:
    """Begins the stream of the module anew: of a seed as that of ``RandomState``.

    >>> import pommel as pm
    >>> pm.random.seed(42)
    >>> pm.random.randint(10, size=5)
    array([6, 3, 7, 4, 6])
    """
    _state().seed(seed)


def _example(name: str) -> str:
    """The example of a method, for the function of the module."""
    if name in _EXAMPLES:
        arguments, _, drawn = _EXAMPLES[name]
        return (">>> import pommel as pm\n>>> pm.random.seed(42)\n"
                ">>> pm.random.{}({})\n{}\n".format(name, arguments, drawn))
    example = (getattr(RandomState, name).__doc__ or "").partition("\n\n")[2]
    for of_method, of_module in [("state = pm.random.RandomState(42)", "pm.random.seed(42)"),
                                 ("pm.random.default_rng(42).", "pm.random."),
                                 (" state.", " pm.random.")]:
        example = example.replace(of_method, of_module)
    return example


def _forwarded(name: str) -> Any:
    """A function of the module for a method of its stream."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return getattr(_state(), name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "``RandomState.{}`` of the stream of the module.\n\n{}".format(
        name, _example(name))
    return function


if TYPE_CHECKING:
    _any = RandomState()
    beta = _any.beta
    binomial = _any.binomial
    bytes = _any.bytes
    chisquare = _any.chisquare
    choice = _any.choice
    dirichlet = _any.dirichlet
    exponential = _any.exponential
    f = _any.f
    gamma = _any.gamma
    geometric = _any.geometric
    get_state = _any.get_state
    gumbel = _any.gumbel
    hypergeometric = _any.hypergeometric
    laplace = _any.laplace
    logistic = _any.logistic
    lognormal = _any.lognormal
    logseries = _any.logseries
    multinomial = _any.multinomial
    multivariate_normal = _any.multivariate_normal
    negative_binomial = _any.negative_binomial
    noncentral_chisquare = _any.noncentral_chisquare
    noncentral_f = _any.noncentral_f
    normal = _any.normal
    pareto = _any.pareto
    permutation = _any.permutation
    poisson = _any.poisson
    power = _any.power
    rand = _any.rand
    randint = _any.randint
    randn = _any.randn
    random = _any.random
    random_sample = _any.random_sample
    rayleigh = _any.rayleigh
    set_state = _any.set_state
    shuffle = _any.shuffle
    standard_cauchy = _any.standard_cauchy
    standard_exponential = _any.standard_exponential
    standard_gamma = _any.standard_gamma
    standard_normal = _any.standard_normal
    standard_t = _any.standard_t
    tomaxint = _any.tomaxint
    triangular = _any.triangular
    uniform = _any.uniform
    vonmises = _any.vonmises
    wald = _any.wald
    weibull = _any.weibull
    zipf = _any.zipf

# The methods are functions too.
for _name in [*vars(RandomState), *vars(_Drawing)]:
    if not _name.startswith("_") and _name not in globals():
        globals()[_name] = _forwarded(_name)
ranf = sample = random_sample
__all__ += sorted(_name for _name, _function in globals().items()
                  if not _name.startswith("_") and type(_function) is type(seed)
                  and _name != "default_rng")

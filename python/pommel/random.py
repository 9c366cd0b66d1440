"""Random numbers: the streams of NumPy's ``default_rng`` (PCG64), bit for bit.

>>> import pommel as pm
>>> rng = pm.random.default_rng(42)
>>> float(rng.random())
0.7739560485559633

Functions such as ``normal`` and ``randint`` draw from one generator of the module, which ``seed``
makes anew. Its stream is that of ``default_rng``, and not that of NumPy's functions of these
names.

>>> pm.random.seed(42)
>>> float(pm.random.rand())
0.7739560485559633
"""

from __future__ import annotations

from operator import index as _index

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    import builtins

    from ._typing import (
        Any, ArrayLike, ElementType, Iterable, Iterator, Seed, Size, SupportsIndex, ndarray,
    )

__all__ = ["Generator", "PCG64", "SeedSequence", "default_rng"]


def _words(seed: Any) -> list[int]:
    """A seed as words of 32 bits, the lowest first, as NumPy's SeedSequence reads it."""
    if isinstance(seed, (list, tuple)) or (hasattr(seed, "tolist") and not hasattr(seed, "__index__")):
        words = []
        for part in seed.tolist() if hasattr(seed, "tolist") else seed:
            words += _words(part)
        return words
    seed = _index(seed)
    if seed < 0:
        raise ValueError("argument 'seed' must not be negative, not {}".format(seed))
    words = [seed & 0xFFFFFFFF]
    while seed >> 32:
        seed >>= 32
        words.append(seed & 0xFFFFFFFF)
    return words


def _hashed(words: Iterable[int], constant: int, factor: int) -> Iterator[int]:
    """Words mixed with a constant that changes from one to the next."""
    for word in words:
        word ^= constant
        constant = constant * factor & _WORD
        word = word * constant & _WORD
        yield word ^ word >> 16


_WORD = 0xFFFFFFFF


class SeedSequence:
    """A seed that is spread over all bits of a generator's state, and the seeds of its children.

    ``entropy`` is an int, a sequence of ints, or None for the system's randomness; ``spawn_key``
    tells children apart. The states are NumPy's.

    >>> import pommel as pm
    >>> pm.random.SeedSequence(42).generate_state(2)
    array([3444837047, 2669555309], dtype=uint32)
    """

    #: How many words of 32 bits the entropy is mixed in.
    pool_size = 4

    def __init__(self, entropy: Seed = None, *, spawn_key: Iterable[int] = ()) -> None:
        if entropy is None:
            from os import urandom

            entropy = int.from_bytes(urandom(16), "little")
        self.entropy = entropy
        self.spawn_key = tuple(spawn_key)
        self.n_children_spawned = 0
        words = _words(entropy)
        if self.spawn_key:
            # Keys must not be taken for entropy.
            words += [0] * (self.pool_size - len(words)) + _words(self.spawn_key)
        self._assembled = words

    def generate_state(self, n_words: int, dtype: ElementType = "uint32") -> ndarray:
        """So many words of a state, of ``uint32`` or ``uint64``."""
        dtype = _native.dtype(dtype)
        if dtype not in ("uint32", "uint64"):
            raise ValueError("argument 'dtype' must be uint32 or uint64, not {}".format(dtype))
        halves = dtype.itemsize // 4
        pool = self._pool()
        repeated = (pool[i % self.pool_size] for i in range(n_words * halves))
        words = list(_hashed(repeated, 0x8B51F9DD, 0x58F38DED))
        state = [sum(word << 32 * i for i, word in enumerate(words[at:at + halves]))
                 for at in range(0, len(words), halves)]
        return _native.array(state, dtype=dtype)

    def _pool(self) -> list[int]:
        """The entropy, mixed (M. E. O'Neill, "Developing a seed_seq alternative", 2015)."""
        size, words = self.pool_size, self._assembled
        pool: list[int] = []

        def sources() -> Iterator[int]:
            yield from (words + [0] * size)[:size]
            for source in range(size):
                for _ in range(size - 1):
                    yield pool[source]
            for word in words[size:]:
                for _ in range(size):
                    yield word

        hashed = _hashed(sources(), 0x43B0D7E5, 0x931E8875)
        for _ in range(size):
            pool.append(next(hashed))
        targets = [target for source in range(size) for target in range(size) if target != source]
        for target in targets + list(range(size)) * max(0, len(words) - size):
            mixed = (0xCA01F9DD * pool[target] - 0x4973F715 * next(hashed)) & _WORD
            pool[target] = mixed ^ mixed >> 16
        return pool

    def spawn(self, n_children: int) -> list[SeedSequence]:
        """So many sequences that are independent of this one and of each other."""
        first = self.n_children_spawned
        self.n_children_spawned += n_children
        return [type(self)(self.entropy, spawn_key=(*self.spawn_key, i))
                for i in range(first, self.n_children_spawned)]

    def __repr__(self) -> str:
        return "SeedSequence(entropy={!r}, spawn_key={!r})".format(self.entropy, self.spawn_key)


class PCG64:
    """The bits that a ``Generator`` makes numbers of: those of NumPy's ``PCG64`` of a seed.

    ``seed`` is an int, a sequence of ints, a ``SeedSequence``, or None for the system's
    randomness.

    >>> import pommel as pm
    >>> rng = pm.random.Generator(pm.random.PCG64(42))
    >>> float(rng.random())
    0.7739560485559633
    """

    def __init__(self, seed: Seed | SeedSequence = None) -> None:
        #: Where the state comes from.
        self.seed_seq = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
        self._stream = _native.RandomStream(self.seed_seq._assembled)

    def random_raw(self, size: Size = None) -> Any:
        """Words of 64 random bits: an int, or an array of ``uint64``."""
        words = self._stream.integers(0, 2**64 - 1, _shape(size), "uint64")
        return words.item() if size is None else words

    def spawn(self, n_children: int) -> list[PCG64]:
        """So many generators of bits that are independent of this one and of each other."""
        return [type(self)(child) for child in self.seed_seq.spawn(n_children)]


def default_rng(seed: Seed | SeedSequence | PCG64 | Generator = None) -> Generator:
    """A generator of random numbers: of a seed (an int or a sequence of ints), a fresh one without.

    ``seed`` may be a ``SeedSequence`` or a ``PCG64``, too; a generator that is given is given
    back.
    """
    if isinstance(seed, Generator):
        return seed
    return Generator(seed if isinstance(seed, PCG64) else PCG64(seed))


def _shape(size: Any) -> tuple[int, ...]:
    if size is None:
        return ()
    return tuple(size) if hasattr(size, "__iter__") else (_index(size),)


class Generator:
    """A stream of random numbers and what is drawn from it; made by ``default_rng``.

    ``size`` is the shape of the result: an int, a tuple of ints, or None for a single number.
    Parameters of distributions are numbers.
    """

    def __init__(self, bit_generator: PCG64) -> None:
        if not isinstance(bit_generator, PCG64):
            raise TypeError("argument 'bit_generator' must be a PCG64, not {}: use "
                            "default_rng".format(
                type(bit_generator).__name__))
        #: The bits.
        self.bit_generator = bit_generator
        self._stream = bit_generator._stream

    def spawn(self, n_children: int) -> list[Generator]:
        """So many generators that are independent of this one and of each other."""
        return [type(self)(bits) for bits in self.bit_generator.spawn(n_children)]

    def random(self, size: Size = None, dtype: ElementType = "float64") -> ndarray:
        """Numbers from 0 up to 1, without 1."""
        return self._stream.random(_shape(size), dtype)

    def standard_normal(self, size: Size = None, dtype: ElementType = "float64") -> ndarray:
        """Normally distributed numbers of mean 0 and standard deviation 1."""
        return self._stream.standard_normal(_shape(size), dtype)

    def standard_exponential(self, size: Size = None,
                             dtype: ElementType = "float64") -> ndarray:
        """Exponentially distributed numbers of mean 1."""
        return self._stream.standard_exponential(_shape(size), dtype)

    def integers(self, low: SupportsIndex, high: SupportsIndex | None = None, size: Size = None,
                 dtype: ElementType = "int64", endpoint: bool = False) -> ndarray:
        """Integers from ``low`` up to ``high``, which is left out unless ``endpoint``.

        With one bound they begin with 0.
        """
        if high is None:
            low, high = 0, low
        low, high = _index(low), _index(high) - (not endpoint)
        if low > high:
            raise ValueError("argument 'low' must be below 'high': {} is not".format(low))
        if _native.dtype(dtype) == "bool":
            low, high = bool(low), bool(high)
        return self._stream.integers(low, high, _shape(size), dtype)

    def uniform(self, low: float = 0.0, high: float = 1.0, size: Size = None) -> ndarray:
        """Numbers from ``low`` up to ``high``."""
        return self._stream.draw("uniform", [low, high], _shape(size))

    def normal(self, loc: float = 0.0, scale: float = 1.0, size: Size = None) -> ndarray:
        """Normally distributed numbers of mean ``loc`` and standard deviation ``scale``."""
        return self._stream.draw("normal", [loc, scale], _shape(size))

    def permutation(self, x: ArrayLike, axis: int = 0) -> ndarray:
        """The integers below a number, or the parts of an array along an axis, in random order."""
        if not hasattr(x, "__len__"):
            return self._stream.permutation(_index(x))
        x = _native.asarray(x)
        return _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    def shuffle(self, x: ndarray | list[Any], axis: int = 0) -> None:
        """Brings the parts of an array along an axis, or of a list, into random order."""
        if isinstance(x, list):
            x[:] = [x[i] for i in self._stream.permutation(len(x)).tolist()]
            return
        x[...] = _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    def choice(self, a: ArrayLike, size: Size = None, replace: bool = True, p: ArrayLike = None,
               axis: int = 0, shuffle: bool = True) -> ndarray:
        """Parts of an array along an axis, or integers below a number, chosen at random."""
        count = 1
        for extent in _shape(size):
            count *= extent
        array = _native.asarray(a) if hasattr(a, "__len__") else None
        population = _index(a) if array is None else array.shape[axis]
        if p is not None:
            p = _native.asarray(p, dtype="float64").tolist()
        chosen = self._stream.choice(population, count, replace, p, shuffle)
        chosen = chosen.reshape(_shape(size))
        return chosen if array is None else _native.take(array, chosen, axis)

    def bytes(self, length: int) -> builtins.bytes:
        """Random bytes."""
        return self._stream.bytes(length)

    if TYPE_CHECKING:
        # Of the table below.
        def beta(self, a: float, b: float, size: Size = None) -> ndarray: ...
        def binomial(self, n: float, p: float, size: Size = None) -> ndarray: ...
        def chisquare(self, df: float, size: Size = None) -> ndarray: ...
        def exponential(self, scale: float = 1.0, size: Size = None) -> ndarray: ...
        def f(self, dfnum: float, dfden: float, size: Size = None) -> ndarray: ...
        def gamma(self, shape: float, scale: float = 1.0, size: Size = None) -> ndarray: ...
        def geometric(self, p: float, size: Size = None) -> ndarray: ...
        def gumbel(self, loc: float = 0.0, scale: float = 1.0, size: Size = None) -> ndarray: ...
        def laplace(self, loc: float = 0.0, scale: float = 1.0, size: Size = None) -> ndarray: ...
        def logistic(self, loc: float = 0.0, scale: float = 1.0,
                     size: Size = None) -> ndarray: ...
        def lognormal(self, mean: float = 0.0, sigma: float = 1.0,
                      size: Size = None) -> ndarray: ...
        def logseries(self, p: float, size: Size = None) -> ndarray: ...
        def negative_binomial(self, n: float, p: float, size: Size = None) -> ndarray: ...
        def noncentral_chisquare(self, df: float, nonc: float, size: Size = None) -> ndarray: ...
        def noncentral_f(self, dfnum: float, dfden: float, nonc: float,
                         size: Size = None) -> ndarray: ...
        def pareto(self, a: float, size: Size = None) -> ndarray: ...
        def poisson(self, lam: float = 1.0, size: Size = None) -> ndarray: ...
        def power(self, a: float, size: Size = None) -> ndarray: ...
        def rayleigh(self, scale: float = 1.0, size: Size = None) -> ndarray: ...
        def standard_cauchy(self, size: Size = None) -> ndarray: ...
        def standard_t(self, df: float, size: Size = None) -> ndarray: ...
        def triangular(self, left: float, mode: float, right: float,
                       size: Size = None) -> ndarray: ...
        def vonmises(self, mu: float, kappa: float, size: Size = None) -> ndarray: ...
        def wald(self, mean: float, scale: float, size: Size = None) -> ndarray: ...
        def weibull(self, a: float, size: Size = None) -> ndarray: ...
        def zipf(self, a: float, size: Size = None) -> ndarray: ...


def _distribution(name: str, parameters: list[str]) -> None:
    """A method that draws from a distribution of the native table."""
    names = [parameter.partition("=")[0] for parameter in parameters]
    signature = ", ".join(parameters + ["size=None"])
    source = "def {0}(self, {1}):\n    return self._stream.draw({0!r}, [{2}], _shape(size))\n".format(
        name, signature, ", ".join(names))
    scope = {"_shape": _shape}
    exec(source, scope)
    method = scope[name]
    method.__doc__ = "Numbers of the distribution of that name; see NumPy's `Generator.{}`.".format(name)
    method.__qualname__ = "Generator." + name
    method.__module__ = __name__
    setattr(Generator, name, method)


for _row in """
    beta a b; binomial n p; chisquare df; exponential scale=1.0; f dfnum dfden;
    gamma shape scale=1.0; geometric p; gumbel loc=0.0 scale=1.0; laplace loc=0.0 scale=1.0;
    logistic loc=0.0 scale=1.0; lognormal mean=0.0 sigma=1.0; logseries p; negative_binomial n p;
    noncentral_chisquare df nonc; noncentral_f dfnum dfden nonc; pareto a; poisson lam=1.0; power a;
    rayleigh scale=1.0; standard_cauchy; standard_t df; triangular left mode right; vonmises mu kappa;
    wald mean scale; weibull a; zipf a
""".split(";"):
    _name, *_parameters = _row.split()
    _distribution(_name, _parameters)


#: The generator of the module: a list of it, or of none before somebody draws.
_own: list[Generator] = []


def _generator() -> Generator:
    if not _own:
        seed()
    return _own[0]


def seed(seed: Seed | SeedSequence = None) -> None:
    """Makes the generator of the module anew: of a seed as that of ``default_rng``."""
    _own[:] = [Generator(PCG64(seed))]


def rand(*shape: int) -> ndarray:
    """Numbers from 0 up to 1, without 1, in a shape whose extents are the arguments."""
    return _generator().random(shape)


def randn(*shape: int) -> ndarray:
    """Normally distributed numbers of mean 0 and standard deviation 1, in a shape whose extents
    are the arguments."""
    return _generator().standard_normal(shape)


def randint(low: SupportsIndex, high: SupportsIndex | None = None, size: Size = None,
            dtype: ElementType = "int64") -> ndarray:
    """Integers from ``low`` up to ``high``, which is left out; with one bound from 0."""
    return _generator().integers(low, high, size, dtype)


def random_sample(size: Size = None) -> ndarray:
    """Numbers from 0 up to 1, without 1."""
    return _generator().random(size)


ranf = sample = random = random_sample


def choice(a: ArrayLike, size: Size = None, replace: bool = True,
           p: ArrayLike = None) -> ndarray:
    """Elements of an array, or integers below a number, chosen at random."""
    return _generator().choice(a, size, replace, p)


def permutation(x: ArrayLike) -> ndarray:
    """The integers below a number, or the parts of an array, in random order."""
    return _generator().permutation(x)


def shuffle(x: ndarray | list[Any]) -> None:
    """Brings the parts of an array along its first axis, or of a list, into random order."""
    _generator().shuffle(x)


def _forwarded(name: str) -> Any:
    """A function of the module for a method of its generator."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return getattr(_generator(), name)(*args, **kwargs)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = "``Generator.{}`` of the generator of the module.".format(name)
    return function


if TYPE_CHECKING:
    _any = Generator(PCG64())
    beta = _any.beta
    binomial = _any.binomial
    bytes = _any.bytes
    chisquare = _any.chisquare
    exponential = _any.exponential
    f = _any.f
    gamma = _any.gamma
    geometric = _any.geometric
    gumbel = _any.gumbel
    laplace = _any.laplace
    logistic = _any.logistic
    lognormal = _any.lognormal
    logseries = _any.logseries
    negative_binomial = _any.negative_binomial
    noncentral_chisquare = _any.noncentral_chisquare
    noncentral_f = _any.noncentral_f
    normal = _any.normal
    pareto = _any.pareto
    poisson = _any.poisson
    power = _any.power
    rayleigh = _any.rayleigh
    standard_cauchy = _any.standard_cauchy
    standard_exponential = _any.standard_exponential
    standard_normal = _any.standard_normal
    standard_t = _any.standard_t
    triangular = _any.triangular
    uniform = _any.uniform
    vonmises = _any.vonmises
    wald = _any.wald
    weibull = _any.weibull
    zipf = _any.zipf

# The other methods of generators are functions too; those of integers have another name.
for _name in vars(Generator).keys() - {"integers", "random", "spawn", *globals()}:
    if not _name.startswith("_"):
        globals()[_name] = _forwarded(_name)
__all__ += sorted(_name for _name, _function in globals().items()
                  if not _name.startswith("_") and type(_function) is type(seed)
                  and _name != "default_rng")

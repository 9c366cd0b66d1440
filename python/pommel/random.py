"""Random numbers: the streams of NumPy's ``default_rng`` (PCG64), bit for bit.

>>> import pommel as pm
>>> rng = pm.random.default_rng(42)
>>> float(rng.random())
0.7739560485559633
"""

from operator import index as _index

from . import _native

__all__ = ["Generator", "default_rng"]


def _words(seed):
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


def default_rng(seed=None):
    """A generator of random numbers: of a seed (an int or a sequence of ints), a fresh one without.

    A generator that is given is given back.
    """
    if isinstance(seed, Generator):
        return seed
    if seed is None:
        from os import urandom

        seed = int.from_bytes(urandom(16), "little")
    return Generator(_native.RandomStream(_words(seed)))


def _shape(size):
    if size is None:
        return ()
    return tuple(size) if hasattr(size, "__iter__") else (_index(size),)


class Generator:
    """A stream of random numbers and what is drawn from it; made by ``default_rng``.

    ``size`` is the shape of the result: an int, a tuple of ints, or None for a single number.
    Parameters of distributions are numbers.
    """

    def __init__(self, stream):
        self._stream = stream

    def random(self, size=None, dtype="float64"):
        """Numbers from 0 up to 1, without 1."""
        return self._stream.random(_shape(size), dtype)

    def standard_normal(self, size=None, dtype="float64"):
        """Normally distributed numbers of mean 0 and standard deviation 1."""
        return self._stream.standard_normal(_shape(size), dtype)

    def standard_exponential(self, size=None, dtype="float64"):
        """Exponentially distributed numbers of mean 1."""
        return self._stream.standard_exponential(_shape(size), dtype)

    def integers(self, low, high=None, size=None, dtype="int64", endpoint=False):
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

    def uniform(self, low=0.0, high=1.0, size=None):
        """Numbers from ``low`` up to ``high``."""
        return self._stream.draw("uniform", [low, high], _shape(size))

    def normal(self, loc=0.0, scale=1.0, size=None):
        """Normally distributed numbers of mean ``loc`` and standard deviation ``scale``."""
        return self._stream.draw("normal", [loc, scale], _shape(size))

    def permutation(self, x, axis=0):
        """The integers below a number, or the parts of an array along an axis, in random order."""
        if not hasattr(x, "__len__"):
            return self._stream.permutation(_index(x))
        x = _native.asarray(x)
        return _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    def shuffle(self, x, axis=0):
        """Brings the parts of an array along an axis into random order, in place."""
        x[...] = _native.take(x, self._stream.permutation(x.shape[axis]), axis)

    def choice(self, a, size=None, replace=True, p=None, axis=0, shuffle=True):
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

    def bytes(self, length):
        """Random bytes."""
        return self._stream.bytes(length)


def _distribution(name, parameters):
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

"""NumPy's older way to random numbers: ``RandomState``, whose streams never change."""

from __future__ import annotations

from operator import index as _index

from . import _native
from ._random_bits import MT19937, BitGenerator
from ._random_bits import shape_of as _shape
from ._random_drawing import Drawing, are_texts, checked_normal, complain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ElementType, Size, SupportsIndex, ndarray


class RandomState(Drawing):
    """A stream of random numbers as NumPy's ``RandomState`` draws them.

    ``seed`` is an int below 2**32, a sequence of such ints, None for the system's randomness, or a
    generator of bits. The functions of the module belong to one of these.

    >>> import pommel as pm
    >>> float(pm.random.RandomState(42).rand())
    0.3745401188473625
    """

    _legacy = True

    def __init__(self, seed: ArrayLike | BitGenerator = None) -> None:
        if isinstance(seed, BitGenerator):
            self._bit_generator = seed
        else:
            self._bit_generator = MT19937()
            if seed is not None:
                self._bit_generator._legacy_seeding(seed)
        self._stream = self._bit_generator._stream

    def seed(self, seed: ArrayLike = None) -> None:
        """Begins anew, with another seed.

        >>> import pommel as pm
        >>> state = pm.random.RandomState()
        >>> state.seed(42)
        >>> state.randint(10, size=5)
        array([6, 3, 7, 4, 6])
        """
        if not isinstance(self._bit_generator, MT19937):
            raise TypeError("only a RandomState of MT19937 can be seeded: make another one")
        self._bit_generator._legacy_seeding(seed)

    def get_state(self, legacy: bool = True) -> Any:
        """All that it remembers: a tuple of a name, the key, how much of it is read, and the normal
        number that waits; or a dict.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.get_state()[0]
        'MT19937'
        """
        waiting = self._stream.waiting
        rest = (int(waiting is not None), waiting or 0.0)
        state = self._bit_generator.state
        if legacy and state["bit_generator"] == "MT19937":
            return ("MT19937", state["state"]["key"], state["state"]["pos"], *rest)
        return {**state, "has_gauss": rest[0], "gauss": rest[1]}

    def set_state(self, state: Any) -> None:
        """Goes on from what ``get_state`` gave.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> before = state.get_state()
        >>> state.randint(10, size=3)
        array([6, 3, 7])
        >>> state.set_state(before)
        >>> state.randint(10, size=3)
        array([6, 3, 7])
        """
        if isinstance(state, dict):
            rest = state.get("has_gauss", 0), state.get("gauss", 0.0)
            self._bit_generator.state = state
        elif isinstance(state, (tuple, list)):
            if not state or state[0] != "MT19937" or len(state) not in (3, 5):
                raise ValueError("argument 'state' must be what get_state gives: 'MT19937', a key, a "
                                 "position, and what waits")
            rest = (state[3], state[4]) if len(state) == 5 else (0, 0.0)
            self._bit_generator.state = {
                "bit_generator": "MT19937", "state": {"key": state[1], "pos": state[2]}}
        else:
            raise TypeError("argument 'state' must be a tuple or a dict, not {}".format(
                type(state).__name__))
        self._stream.waiting = float(rest[1]) if rest[0] else None

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._bit_generator, self._stream.waiting)

    def random_sample(self, size: Size = None) -> ndarray:
        """Numbers from 0 up to 1, without 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.random_sample(3)
        array([0.37454012, 0.95071431, 0.73199394])
        """
        return self._stream.random(_shape(size), _native.float64)

    def random(self, size: Size = None) -> ndarray:
        """Numbers from 0 up to 1, without 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.random((2, 2))
        array([[0.37454012, 0.95071431],
               [0.73199394, 0.59865848]])
        """
        return self.random_sample(size)

    def rand(self, *shape: int) -> ndarray:
        """Numbers from 0 up to 1, without 1, in a shape whose extents are the arguments.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.rand(2, 2)
        array([[0.37454012, 0.95071431],
               [0.73199394, 0.59865848]])
        """
        return self.random_sample(shape)

    def randn(self, *shape: int) -> ndarray:
        """Normally distributed numbers of mean 0 and standard deviation 1, in a shape whose extents
        are the arguments.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.randn(2, 2)
        array([[ 0.49671415, -0.1382643 ],
               [ 0.64768854,  1.52302986]])
        """
        return self.standard_normal(shape)

    def randint(self, low: ArrayLike, high: ArrayLike = None, size: Size = None,
                dtype: ElementType = "int64") -> ndarray:
        """Integers from ``low`` up to ``high``, which is left out; with one bound from 0.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.randint(1, 7, size=5)
        array([4, 5, 3, 5, 5])
        """
        return self._draw_integers(low, high, size, dtype, False)

    def tomaxint(self, size: Size = None) -> ndarray:
        """Integers from 0 to the largest of ``int64``.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.tomaxint(2)
        array([3454522818714476249, 8768791796696926855])
        """
        words = self._stream.integers(0, 2**64 - 1, _shape(size), "uint64")
        return (words >> 1).astype("int64")

    def standard_normal(self, size: Size = None) -> ndarray:
        """Normally distributed numbers of mean 0 and standard deviation 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.standard_normal(3)
        array([ 0.49671415, -0.1382643 ,  0.64768854])
        """
        return self._draw("normal", [0.0, 1.0], size)

    def standard_exponential(self, size: Size = None) -> ndarray:
        """Exponentially distributed numbers of mean 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.standard_exponential(3)
        array([0.46926809, 3.01012143, 1.31674569])
        """
        return self._draw("exponential", [1.0], size)

    def standard_gamma(self, shape: ArrayLike, size: Size = None) -> ndarray:
        """Gamma numbers of scale 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.standard_gamma(2.0, size=3)
        array([2.39367939, 1.49446473, 1.38228358])
        """
        return self._draw("gamma", [shape, 1.0], size)

    def uniform(self, low: ArrayLike = 0.0, high: ArrayLike = 1.0, size: Size = None) -> ndarray:
        """Numbers from ``low`` up to ``high``.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.uniform(-1.0, 1.0, size=3)
        array([-0.25091976,  0.90142861,  0.46398788])
        """
        from ._random_drawing import together

        low, high = (_native.asarray(bound, dtype=_native.float64) for bound in (low, high))
        extent = high - low
        if not _native.all(_native.isfinite(extent)):
            raise OverflowError("argument 'high' less argument 'low' must be finite")
        return low + extent * self._stream.random(together(size, low, high), _native.float64)

    def hypergeometric(self, ngood: ArrayLike, nbad: ArrayLike, nsample: ArrayLike,
                       size: Size = None) -> ndarray:
        """How many of samples without replacement are good; a sample has one or more.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.hypergeometric(5, 3, 4, size=5)
        array([2, 3, 2, 3, 4])
        """
        if _native.any(_native.asarray(nsample) < 1):
            raise ValueError("argument 'nsample' must be 1 or more")
        return self._draw("hypergeometric", [ngood, nbad, nsample], size)

    def choice(self, a: ArrayLike, size: Size = None, replace: bool = True,
               p: ArrayLike = None) -> ndarray:
        """Elements of an array, or integers below a number, chosen at random; without a size also an
        item of a list of texts.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.choice([10, 20, 30], size=4)
        array([30, 10, 30, 30])
        """
        if size is None and are_texts(a):
            return a[self.choice(len(a), p=p)]  # type: ignore[index, arg-type]
        array = _native.asarray(a) if hasattr(a, "__len__") else None
        if array is not None and array.ndim != 1:
            raise ValueError("argument 'a' must be an int or an array of one axis, not of {}".format(
                array.ndim))
        population = _index(a) if array is None else array.size
        shape, count = self._rows(size)
        if population <= 0 and count:
            raise ValueError("argument 'a' must not be empty")
        if p is not None:
            p = _native.asarray(p, dtype="float64").tolist()
            chosen = self._stream.choice(population, count, replace, p, False)
        elif replace:
            chosen = self.randint(0, population, count) if count else _native.zeros(0, "int64")
        else:
            if count > population:
                raise ValueError("argument 'size' must be at most {} without replacement, not "
                                 "{}".format(population, count))
            chosen = self._stream.permutation(population)[:count]
        chosen = chosen.reshape(shape)[()]
        return chosen if array is None else _native.take(array, chosen, 0)

    def shuffle(self, x: Any) -> None:  # type: ignore[override]
        """Brings the parts of an array along its first axis, or of a list, into random order.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> cards = [1, 2, 3, 4]
        >>> state.shuffle(cards)
        >>> cards
        [2, 4, 1, 3]
        """
        super().shuffle(x)

    def permutation(self, x: ArrayLike) -> ndarray:  # type: ignore[override]
        """The integers below a number, or the parts of an array, in random order.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.permutation(5)
        array([1, 4, 2, 0, 3])
        """
        return super().permutation(x)

    def multinomial(self, n: SupportsIndex, pvals: ArrayLike, size: Size = None) -> ndarray:
        """How many of ``n`` fall to each share, by its probability.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.multinomial(20, [0.5, 0.3, 0.2])
        array([9, 4, 7])
        """
        shape, rows = self._rows(size)
        pvals = _native.asarray(pvals, dtype="float64")
        if pvals.ndim != 1:
            raise ValueError("argument 'pvals' must have one axis, not {}".format(pvals.ndim))
        found = self._stream.multinomial(_index(n), pvals.tolist(), rows)
        return found.reshape((*shape, pvals.size))

    def dirichlet(self, alpha: ArrayLike, size: Size = None) -> ndarray:
        """Shares of a whole, that sum to 1.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.dirichlet([1.0, 2.0, 3.0])
        array([0.10925337, 0.14059621, 0.75015042])
        """
        shape, rows = self._rows(size)
        alpha = _native.asarray(alpha, dtype="float64").reshape(-1)
        return self._stream.dirichlet(alpha.tolist(), rows, True).reshape((*shape, alpha.size))

    def multivariate_normal(self, mean: ArrayLike, cov: ArrayLike, size: Size = None,
                            check_valid: str = "warn", tol: float = 1e-8) -> ndarray:
        """Normally distributed vectors with these means and covariances.

        >>> import pommel as pm
        >>> state = pm.random.RandomState(42)
        >>> state.multivariate_normal([0.0, 10.0], [[1.0, 0.0], [0.0, 4.0]])
        array([-0.1382643 , 10.99342831])
        """
        from ._comparing import allclose

        mean, cov = checked_normal(mean, cov, check_valid)
        shape = (*_shape(size), mean.size)
        numbers = self.standard_normal(shape).reshape((-1, mean.size))
        _, s, v = _native.svd(cov)
        if check_valid != "ignore":
            complain(check_valid, allclose(_native.matmul(v.T * s, v), cov, rtol=tol, atol=tol))
        found = _native.matmul(numbers, _native.sqrt(s)[:, None] * v)
        return (found + mean).reshape(shape)


def _restored(bits: BitGenerator, waiting: float | None) -> RandomState:
    """The stream that a pickle describes."""
    state = RandomState(bits)
    state._stream.waiting = waiting
    return state

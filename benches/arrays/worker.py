"""The worker of the benchmark of arrays: `worker.py RIVAL`.

A part is named for what it does and for its number of elements. `numpy` and `pommel` run the same
functions on their module; the others have functions of their own for the parts that they are made
for, and check them against NumPy before they are measured.
"""

import math
import sys

from protocol import serve, timed


def size_of(part):
    return int(float(part.rsplit("-", 1)[1]))


def erf_free_cdf(xp, x):
    """The normal distribution by a logistic curve, good to two digits: every rival has its functions."""
    return 1.0 / (1.0 + xp.exp(-1.702 * x))


def black_scholes(xp, price, strike, time):
    root = 0.2 * xp.sqrt(time)
    d1 = (xp.log(price / strike) + (0.05 + 0.02) * time) / root
    d2 = d1 - root
    return price * erf_free_cdf(xp, d1) - strike * xp.exp(-0.05 * time) * erf_free_cdf(xp, d2)


class Arrays:
    """The operands of a size, and the parts as functions without arguments."""

    def __init__(self, xp, n, finish):
        self.xp, self.n, self.finish = xp, n, finish
        self.a = self.made(lambda i: 0.5 + (i * 7 % 101) / 101)
        self.b = self.made(lambda i: 0.5 + (i * 11 % 103) / 103)
        self.c = self.made(lambda i: (i * 3 % 17) / 17)

    def made(self, function):
        # Periodic, so that a list need not be as long as the array.
        period = [function(i) for i in range(min(self.n, 101 * 103 * 17))]
        part = self.xp.array(period)
        return self.xp.resize(part, (self.n,)) if len(period) < self.n else part

    def parts(self):
        xp, n, a, b, c, finish = self.xp, self.n, self.a, self.b, self.c, self.finish
        four = [1.0, 2.0, 3.0, 4.0]
        side = math.isqrt(n)
        square = a[: side * side].reshape(side, side)
        wide = a[: n // 1000 * 1000].reshape(1000, -1) if n >= 1000 else None
        indices = xp.array([i * 7919 % n for i in range(min(n, 10**6))])
        rng = xp.random.default_rng(1)

        def iterate():
            for i in range(n):
                a[i] = a[i] * 0.5 + 0.25

        return {
            "add": lambda: finish(a + a + a + a + a),
            "pair": lambda: finish(a + b),
            "number": lambda: finish(a * 2.0),
            "create": lambda: xp.array(four),
            "read": lambda: a[1],
            "iterate": iterate,
            "hypot": lambda: finish(xp.sqrt(a * a + b * b)),
            "dot": lambda: xp.sum(a * b + c),
            "black-scholes": lambda: finish(black_scholes(xp, a, b, c + 0.5)),
            "exp": lambda: finish(xp.exp(a)),
            "sin": lambda: finish(xp.sin(a)),
            "sum": lambda: xp.sum(a),
            "sum-rows": lambda: xp.sum(a.reshape(-1, 4), axis=-1),
            "sum-columns": lambda: xp.sum(wide, axis=0),
            "row": lambda: finish(wide + wide[0]),
            "where": lambda: finish(xp.where(a > b, a, b)),
            "mask": lambda: a[a > 0.9],
            "take": lambda: a[indices],
            "sort": lambda: xp.sort(a),
            "cumsum": lambda: xp.cumsum(a),
            "matmul": lambda: square @ square,
            "solve": lambda: xp.linalg.solve(square + side * xp.eye(side), a[:side]),
            "fft": lambda: xp.fft.fft(a),
            "normal": lambda: rng.standard_normal(n),
        }


class Lazy:
    """Makes the operands of a part when it is first asked for; the last size only is kept."""

    def __init__(self, make):
        self.make, self.n, self.made = make, None, None

    def __call__(self, part):
        if self.n != size_of(part):
            self.made = None
            self.n = size_of(part)
            self.made = self.make(self.n)
        return self.made[part.rsplit("-", 1)[0]]


def of_module(name):
    xp = __import__(name)
    if name == "pommel":
        # What is put off has to be computed.
        xp.resize = lambda part, shape: xp.tile(part, -(-shape[0] // part.size))[: shape[0]].copy()
        return lambda n: Arrays(xp, n, xp.eval).parts()
    return lambda n: Arrays(xp, n, lambda result: result).parts()


def of_numexpr():
    import numexpr
    import numpy

    def make(n):
        arrays = Arrays(numpy, n, lambda result: result)
        scope = {"a": arrays.a, "b": arrays.b, "c": arrays.c}
        texts = {
            "add": "a + a + a + a + a", "pair": "a + b", "hypot": "sqrt(a * a + b * b)",
            "dot": "sum(a * b + c)", "exp": "exp(a)", "sin": "sin(a)",
        }
        return {name: (lambda text=text: numexpr.evaluate(text, scope)) for name, text in texts.items()}

    return make


def of_numba():
    import numba
    import numpy

    parallel = numba.njit(parallel=True, fastmath=False)
    add = parallel(lambda a: a + a + a + a + a)
    hypot = parallel(lambda a, b: numpy.sqrt(a * a + b * b))
    dot = parallel(lambda a, b, c: numpy.sum(a * b + c))
    where = parallel(lambda a, b: numpy.where(a > b, a, b))

    @parallel
    def prices(price, strike, time):
        root = 0.2 * numpy.sqrt(time)
        d1 = (numpy.log(price / strike) + (0.05 + 0.02) * time) / root
        d2 = d1 - root
        first = 1.0 / (1.0 + numpy.exp(-1.702 * d1))
        second = 1.0 / (1.0 + numpy.exp(-1.702 * d2))
        return price * first - strike * numpy.exp(-0.05 * time) * second

    @numba.njit
    def iterate(a):
        for i in range(a.size):
            a[i] = a[i] * 0.5 + 0.25

    def make(n):
        x = Arrays(numpy, n, lambda result: result)
        return {
            "add": lambda: add(x.a), "hypot": lambda: hypot(x.a, x.b), "dot": lambda: dot(x.a, x.b, x.c),
            "where": lambda: where(x.a, x.b), "black-scholes": lambda: prices(x.a, x.b, x.c + 0.5),
            "iterate": lambda: iterate(x.a),
        }

    return make


def of_jax():
    import jax
    import numpy

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    add = jax.jit(lambda a: a + a + a + a + a)
    hypot = jax.jit(lambda a, b: jnp.sqrt(a * a + b * b))
    dot = jax.jit(lambda a, b, c: jnp.sum(a * b + c))
    prices = jax.jit(lambda a, b, c: black_scholes(jnp, a, b, c + 0.5))

    def make(n):
        x = Arrays(numpy, n, lambda result: result)
        a, b, c = (jnp.asarray(part) for part in (x.a, x.b, x.c))
        return {
            "add": lambda: add(a).block_until_ready(),
            "hypot": lambda: hypot(a, b).block_until_ready(),
            "dot": lambda: dot(a, b, c).block_until_ready(),
            "black-scholes": lambda: prices(a, b, c).block_until_ready(),
        }

    return make


def check(make):
    """A rival that computes something else is no rival."""
    import numpy

    found, expected = make(1000), Arrays(numpy, 1000, lambda result: result).parts()
    for name in ("add", "hypot", "dot", "black-scholes", "where", "exp"):
        if name in found:
            numpy.testing.assert_allclose(numpy.asarray(found[name]()), expected[name](), rtol=1e-12)


class Parts(dict):
    """Every part by its name, timed."""

    def __init__(self, make):
        self.lazy = Lazy(make)

    def __contains__(self, part):
        return True

    def __getitem__(self, part):
        return timed(self.lazy(part))


def main(rival):
    makers = {"numexpr": of_numexpr, "numba": of_numba, "jax": of_jax}
    make = makers[rival]() if rival in makers else of_module(rival)
    if rival in makers:
        check(make)
    serve(Parts(make))


if __name__ == "__main__":
    main(sys.argv[1])

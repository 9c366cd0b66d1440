"""JAX: every part is a compiled function of its operands."""

import os

import jax
import numpy
from operands import TEXTS, Operands, function, names

jax.config.update("jax_enable_x64", True)
if "BENCH_FOLDER" in os.environ:
    jax.config.update("jax_compilation_cache_dir", os.environ["BENCH_FOLDER"])
    jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)

jnp = jax.numpy

# Arrays of JAX are never written; the compiled functions give new ones.
OWN = {
    "mask-write": "where(own > 0.9, 0.5, own)",
    "put": "own.at[indices].set(0.25)",
    "random": "uniform(key, (n,), float64)",
    "integers": "randint(key, (n,), 0, 1000)",
    "normal": "normal(key, (n,), float64)",
}

NAMES = ("sqrt", "exp", "log", "sin", "tanh", "where", "sum", "max", "std", "sort", "argsort")


class Rival:
    def __init__(self):
        self.scope = {name: getattr(jnp, name) for name in NAMES + ("cumsum", "float64")}
        self.scope.update(solve=jnp.linalg.solve, svd=jnp.linalg.svd, eigh=jnp.linalg.eigh)
        self.scope.update(fft=jnp.fft.fft, rfft=jnp.fft.rfft, fft2=jnp.fft.fft2)
        self.scope.update(rfft2=jnp.fft.rfft2, fftn=jnp.fft.fftn)
        draws = jax.random
        self.scope.update(uniform=draws.uniform, randint=draws.randint, normal=draws.normal)

    def part(self, family, n, dtype):
        operands = Operands(numpy, n, dtype, jnp.asarray)
        if family == "mask":
            # How many there are is known at the end: no compiled function can give that.
            a = operands.a
            return lambda: a[a > 0.9].block_until_ready()
        if family == "create":
            return lambda: jnp.array([1.0, 2.0, 3.0, 4.0]).block_until_ready()
        if family == "read":
            a = operands.a
            return lambda: float(a[1])
        vars(operands)["key"] = jax.random.key(6)
        text = OWN.get(family, TEXTS[family])
        used = [name for name in names(text, operands) if name != "n"]
        compiled = jax.jit(function(text, used, dict(self.scope, n=n)))
        arguments = [getattr(operands, name) for name in used]
        return lambda: jax.block_until_ready(compiled(*arguments))

    def flat(self, result):
        result = numpy.asarray(result).reshape(-1)
        return result, result.itemsize if result.dtype.kind == "f" else None

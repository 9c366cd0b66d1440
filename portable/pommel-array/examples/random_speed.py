"""Prints nanoseconds per number for what `random_speed.rs` measures, by NumPy."""

import time

import numpy as np

N = 1_000_000
rng = np.random.default_rng(1)
double, single = np.empty(N), np.empty(N, np.float32)


def report(name, draw):
    best = float("inf")
    for _ in range(9):
        start = time.perf_counter()
        draw()
        best = min(best, time.perf_counter() - start)
    print(f"{name} {best / N * 1e9:.2f}")


report("random", lambda: rng.random(out=double))
report("random_f32", lambda: rng.random(out=single, dtype="f4"))
report("standard_normal", lambda: rng.standard_normal(out=double))
report("standard_normal_f32", lambda: rng.standard_normal(out=single, dtype="f4"))
report("standard_exponential", lambda: rng.standard_exponential(out=double))
report("standard_exponential_f32", lambda: rng.standard_exponential(out=single, dtype="f4"))
report("integers_i64_1000", lambda: rng.integers(0, 1000, N))
report("integers_i64_big", lambda: rng.integers(0, 2**40 + 1, N))
report("integers_u8_100", lambda: rng.integers(0, 100, N, dtype="u1"))
report("integers_bool", lambda: rng.integers(0, 2, N, dtype=bool))
report("normal", lambda: rng.normal(1, 2, N))
report("uniform", lambda: rng.uniform(1, 2, N))
report("gamma", lambda: rng.gamma(3, 1, N))
report("poisson", lambda: rng.poisson(4, N))
report("poisson", lambda: rng.poisson(40, N))
report("binomial", lambda: rng.binomial(100, 0.4, N))
report("beta", lambda: rng.beta(2, 3, N))
report("lognormal", lambda: rng.lognormal(0, 1, N))
report("permutation", lambda: rng.permutation(N))
report("shuffle", lambda: rng.shuffle(double))
report("choice_of_a_hundredth", lambda: rng.choice(N, N // 100, replace=False))

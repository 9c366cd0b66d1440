"""Writes what the default_rng of NumPy 2.5 draws: python make.py

seeds.txt     words that a SeedSequence makes, and states of PCG64
streams.txt   what functions draw; a line `seed` begins a new generator
tables.txt    sums over the tables of the ziggurat that NumPy was built with

NumPy 2.4 and older draw other binomial numbers where `n * p` is large: an error in the acceptance
test was repaired in 2.5. All else is the same in them.

Values are written as the bits that they have in memory. The sum of a stream is that of every value's
bits times its number, the first being 1, modulo 2^64.
"""

import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
SEEDS = [0, 42, 2**70, [1, 2, 3]]
WIDTHS = {1: np.uint8, 2: np.uint16, 4: np.uint32, 8: np.uint64}


def words(seed):
    if isinstance(seed, list):
        return [word for part in seed for word in words(part)]
    found = [seed & 0xFFFFFFFF]
    while seed >> 32:
        seed >>= 32
        found.append(seed & 0xFFFFFFFF)
    return found


def hexes(values):
    return ",".join(f"{int(value):x}" for value in values)


def bits(array):
    array = np.ascontiguousarray(array)
    return array.view(WIDTHS[array.itemsize]).astype(np.uint64)


def weighted_sum(array):
    numbers = np.arange(1, array.size + 1, dtype=np.uint64)
    return int((bits(array) * numbers).sum(dtype=np.uint64))


def state(rng):
    now = rng.bit_generator.state
    inner = now["state"]
    return f"{inner['state']:x},{inner['inc']:x},{now['has_uint32']},{now['uinteger']:x}"


def write_seeds():
    lines = []
    for seed in [*SEEDS, 2**32 - 1, 2**127 + 5, 2**300 + 7, list(range(9))]:
        sequence = np.random.SeedSequence(seed)
        child = sequence.spawn(3)[2]
        grandchild = child.spawn(2)[1]
        wide = np.random.SeedSequence(seed, spawn_key=(7, 2**33), pool_size=8)
        for name, one in [
            ("whole", sequence),
            ("child", child),
            ("grandchild", grandchild),
            ("wide", wide),
        ]:
            pcg = np.random.PCG64(one)
            rng = np.random.Generator(pcg)
            made = [
                words_of(seed),
                name,
                hexes(one.generate_state(9)),
                hexes(one.generate_state(5, np.uint64)),
                state(rng),
                state(np.random.Generator(pcg.jumped(3))),
                state(np.random.Generator(np.random.PCG64(one).advance(10**30 + 1))),
            ]
            lines.append(" ".join(made))
    (HERE / "seeds.txt").write_text("\n".join(lines) + "\n")


def words_of(seed):
    if isinstance(seed, list):
        return hexes([word for part in seed for word in words(part)])
    return hexes(words(seed))


DISTRIBUTIONS = [
    ("beta", (2.0, 3.0)),
    ("beta", (0.5, 0.25)),
    ("beta", (0.001, 0.002)),
    ("beta", (1e-104, 2e-104)),
    ("binomial", (10, 0.3)),
    ("binomial", (100, 0.4)),
    ("binomial", (1000, 0.75)),
    ("binomial", (10**15, 0.5)),
    ("binomial", (10**6, 0.001)),
    ("chisquare", (3.0,)),
    ("exponential", (2.5,)),
    ("f", (3.0, 5.0)),
    ("gamma", (3.0, 2.0)),
    ("gamma", (0.3, 1.5)),
    ("gamma", (1.0, 2.0)),
    ("geometric", (0.5,)),
    ("geometric", (0.01,)),
    ("gumbel", (1.0, 2.0)),
    ("laplace", (1.0, 2.0)),
    ("logistic", (1.0, 2.0)),
    ("lognormal", (0.5, 0.75)),
    ("logseries", (0.7,)),
    ("negative_binomial", (5.0, 0.3)),
    ("noncentral_chisquare", (3.0, 2.0)),
    ("noncentral_chisquare", (0.5, 2.0)),
    ("noncentral_f", (3.0, 4.0, 1.5)),
    ("normal", (1.0, 2.0)),
    ("pareto", (3.0,)),
    ("poisson", (0.0,)),
    ("poisson", (4.0,)),
    ("poisson", (40.0,)),
    ("poisson", (1e15,)),
    ("power", (3.0,)),
    ("rayleigh", (2.0,)),
    ("standard_cauchy", ()),
    ("standard_t", (5.0,)),
    ("triangular", (-1.0, 0.5, 2.0)),
    ("uniform", (-1.0, 3.0)),
    ("vonmises", (0.5, 2.0)),
    ("vonmises", (0.5, 1e-6)),
    ("vonmises", (3.0, 1e7)),
    ("wald", (2.0, 3.0)),
    ("weibull", (1.5,)),
    ("zipf", (2.5,)),
]

INTEGERS = [
    ("bool", 0, 1),
    ("bool", 1, 1),
    ("int8", -128, 127),
    ("int8", -3, 5),
    ("uint8", 0, 199),
    ("uint8", 7, 7),
    ("int16", -32768, 32767),
    ("int16", -300, 1000),
    ("uint16", 0, 40000),
    ("int32", -(2**31), 2**31 - 1),
    ("int32", -5, 10**9),
    ("uint32", 0, 2**32 - 1),
    ("uint32", 3, 3 * 10**9),
    ("int64", 0, 999),
    ("int64", -(2**63), 2**63 - 1),
    ("int64", -(2**40), 2**41),
    ("int64", 0, 2**32 - 1),
    ("uint64", 0, 2**64 - 1),
    ("uint64", 5, 3 * 2**62),
]


def probabilities(count):
    """Simple ones, that both sides make alike."""
    return np.array([i % 3 for i in range(count)]) / sum(i % 3 for i in range(count))


CHOICES = [
    (10, 5, True, False, True),
    (10, 7, False, False, True),
    (10, 7, False, False, False),
    (20000, 300, False, False, True),
    (20000, 500, False, False, True),
    (20000, 900, False, False, False),
    (20000, 1100, False, False, False),
    (12, 50, True, True, True),
    (12, 8, False, True, True),
    (1, 1, False, False, True),
]


def cases(count):
    """Calls as names, arguments and functions of a generator."""
    for dtype in ("float64", "float32"):
        for name in ("random", "standard_normal", "standard_exponential"):
            draw = lambda rng, name=name, dtype=dtype: getattr(rng, name)(count, dtype=dtype)
            yield f"{name} {dtype} {count}", draw
        for shape in (0.3, 1.0, 3.5):
            draw = lambda rng, s=shape, dtype=dtype: rng.standard_gamma(s, count, dtype=dtype)
            yield f"standard_gamma {dtype} {shape} {count}", draw
    for dtype, low, high in INTEGERS:
        draw = lambda rng, d=dtype, low=low, high=high: rng.integers(
            low, high, count, dtype=d, endpoint=True
        )
        yield f"integers {dtype} {low} {high} {count}", draw
    for name, arguments in DISTRIBUTIONS:
        draw = lambda rng, name=name, arguments=arguments: getattr(rng, name)(*arguments, count)
        yield f"distribution {name} {','.join(map(str, arguments))} {count}", draw
    for population, size, replace, weighted, shuffle in CHOICES:
        draw = lambda rng, n=population, k=size, r=replace, w=weighted, s=shuffle: rng.choice(
            n, k, replace=r, p=probabilities(n) if w else None, shuffle=s
        )
        flags = f"{int(replace)} {int(weighted)} {int(shuffle)}"
        yield f"choice {population} {size} {flags}", draw
    for n, pvals in [(0, [0.5, 0.5]), (20, [0.2, 0.3, 0.0, 0.5]), (1000, [0.25, 0.75]), (5, [1.0])]:
        draw = lambda rng, n=n, pvals=pvals: rng.multinomial(n, pvals, count)
        yield f"multinomial {n} {','.join(map(str, pvals))} {count}", draw
    for alpha in [[1.0, 2.0, 3.5], [0.01, 0.02, 0.03, 0.0], [0.0, 0.05], [0.0, 0.0], [0.5]]:
        draw = lambda rng, alpha=alpha: rng.dirichlet(alpha, count)
        yield f"dirichlet {','.join(map(str, alpha))} {count}", draw
    table = np.arange(count * 3).reshape(3, count)
    yield f"permuted {count}", lambda rng: rng.permuted(table, axis=1)
    yield f"permutation {count}", lambda rng: rng.permutation(count)
    yield f"bytes {count}", lambda rng: np.frombuffer(rng.bytes(count), np.uint8)


def integers_between(rng):
    low = np.arange(-20, 30, dtype=np.int8)
    high = (low + np.arange(50) * 2 % 90).astype(np.int8)
    return rng.integers(low, high, dtype=np.int8, endpoint=True)


def line(rng, name, draw):
    values = draw(rng).ravel()
    return f"{name} {hexes(bits(values)[:5])} {weighted_sum(values):x} {state(rng)}"


def write_streams():
    lines = []
    for seed in SEEDS:
        for name, draw in [*cases(20000), ("integers_between", integers_between)]:
            if seed not in (0, 42) and name.startswith("distribution"):
                continue
            lines += [f"seed {words_of(seed)}", line(np.random.default_rng(seed), name, draw)]
        rng = np.random.default_rng(seed)
        lines.append(f"seed {words_of(seed)}")
        for count in (3, 67):
            lines += [line(rng, name, draw) for name, draw in cases(count)]
    (HERE / "streams.txt").write_text("\n".join(lines) + "\n")


# What the tables begin with, and their types: static data has no name in a library.
TABLES = [
    ("normal sure double", "<u8", [0x000EF33D8025EF6A, 0]),
    ("normal width double", "<f8", [8.68362706080130616677e-16]),
    ("normal density double", "<f8", [1.0, 9.77101701267671596263e-01]),
    ("normal sure single", "<u4", [0x007799EC, 0]),
    ("normal width single", "<f4", [4.66198677960027669255e-07]),
    ("normal density single", "<f4", [1.0, 9.77101701267671596263e-01]),
    ("exponential sure double", "<u8", [0x001C5214272497C6, 0]),
    ("exponential width double", "<f8", [9.655740063209182975e-16]),
    ("exponential density double", "<f8", [1.0, 9.381436808621747003e-01]),
    ("exponential sure single", "<u4", [0x00714851, 0]),
    ("exponential width single", "<f4", [1.03677719e-06]),
    ("exponential density single", "<f4", [1.0, 9.38143681e-01]),
]


def write_tables():
    library = pathlib.Path(np.random.__file__).parent / "lib" / "libnpyrandom.a"
    data = library.read_bytes()
    lines = []
    for name, dtype, first in TABLES:
        start = np.array(first, dtype).tobytes()
        places = [i for i in range(len(data)) if data.startswith(start, i)]
        tables = {np.frombuffer(data, dtype, 256, i).tobytes() for i in places}
        (table,) = tables
        lines.append(f"{name} {weighted_sum(np.frombuffer(table, dtype)):x}")
    (HERE / "tables.txt").write_text("\n".join(lines) + "\n")


write_seeds()
write_streams()
write_tables()

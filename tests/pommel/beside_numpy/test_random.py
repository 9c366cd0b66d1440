"""Random numbers: the streams of NumPy's older functions and of its generators, number for number."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pommel as pm

#: Distributions and parameters that take every way there is through them.
DRAWS = [
    ("beta", [(0.5, 0.5), (2.0, 3.0), (1e-3, 0.7), (1.0, 1.5)]),
    ("binomial", [(10, 0.3), (1000, 0.4), (50, 0.9), (0, 0.5)]),
    ("chisquare", [(1.0,), (3.5,)]),
    ("exponential", [(), (2.5,)]),
    ("f", [(2.0, 3.0), (10.0, 1.5)]),
    ("gamma", [(0.3,), (1.0, 2.0), (4.5, 0.5)]),
    ("geometric", [(0.05,), (0.7,), (1.0,)]),
    ("gumbel", [(), (1.0, 2.0)]),
    ("hypergeometric", [(5, 7, 4), (50, 30, 40), (30, 50, 65), (15, 10, 0), (100, 2, 11),
                        (500, 400, 300), (9, 8, 12)]),
    ("laplace", [(), (1.0, 2.0)]),
    ("logistic", [(), (1.0, 2.0)]),
    ("lognormal", [(), (1.0, 0.5)]),
    ("logseries", [(0.1,), (0.95,)]),
    ("negative_binomial", [(3, 0.4), (2.5, 0.05)]),
    ("noncentral_chisquare", [(0.5, 2.0), (3.0, 1.5), (2.0, 0.0)]),
    ("noncentral_f", [(2.0, 3.0, 1.0), (0.7, 5.0, 2.0)]),
    ("normal", [(), (1.0, 2.0)]),
    ("pareto", [(1.5,)]),
    ("poisson", [(), (3.0,), (50.0,), (0.0,)]),
    ("power", [(0.5,), (3.0,)]),
    ("rayleigh", [(), (2.0,)]),
    ("standard_cauchy", [()]),
    ("standard_exponential", [()]),
    ("standard_gamma", [(0.5,), (1.0,), (3.0,)]),
    ("standard_normal", [()]),
    ("standard_t", [(2.5,)]),
    ("triangular", [(0.0, 1.0, 3.0)]),
    ("uniform", [(), (2.0, 5.0)]),
    ("vonmises", [(0.5, 2.0), (1.0, 1e-9), (0.0, 1e-6), (0.3, 1e7)]),
    ("wald", [(1.0, 2.0)]),
    ("weibull", [(0.0,), (1.5,)]),
    ("zipf", [(1.5,), (3.0,)]),
]
SEEDS = [0, 1, 42, 2**32 - 1, [1], [5, 6, 7], list(range(1000)), np.array([3])]


def values(found):
    return np.asarray(found).tolist() if isinstance(found, np.ndarray) else found.tolist()


def equal(found, expected):
    """The same numbers, types and shapes."""
    expected = np.asarray(expected)
    assert (str(found.dtype), found.shape) == (str(expected.dtype), expected.shape)
    np.testing.assert_array_equal(np.array(found.tolist(), expected.dtype).reshape(expected.shape),
                                  expected)


def given_to(seed):
    return seed if not isinstance(seed, np.ndarray) else pm.array(seed.tolist())


def generators():
    """Generators of ours with those of NumPy."""
    return [(pm.random.Generator(getattr(pm.random, name)(11)),
             np.random.Generator(getattr(np.random, name)(11))) for name in ("PCG64", "MT19937")]


@pytest.mark.parametrize("seed", SEEDS, ids=str)
def test_seeds_of_the_older_functions(seed):
    ours, theirs = pm.random.RandomState(given_to(seed)), np.random.RandomState(seed)
    equal(ours.random_sample(700), theirs.random_sample(700))
    ours.seed(given_to(seed))
    theirs.seed(seed)
    equal(ours.randn(5, 3), theirs.randn(5, 3))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, [], [-1], [2**32], [[1, 2]], "x"], ids=str)
def test_seeds_that_are_none(seed):
    with pytest.raises(Exception) as expected:
        np.random.RandomState(seed)
    with pytest.raises(expected.type):
        pm.random.RandomState(seed)


@pytest.mark.parametrize("name, parameters", DRAWS, ids=[name for name, _ in DRAWS])
def test_distributions(name, parameters):
    for arguments in parameters:
        pairs = generators() + [(pm.random.RandomState(3), np.random.RandomState(3))]
        for ours, theirs in pairs:
            if isinstance(theirs, np.random.RandomState) and arguments[2:] == (0,):
                with pytest.raises(ValueError):
                    ours.hypergeometric(*arguments)
                continue
            for size in (None, 7, (40, 3), 0):
                equal(getattr(ours, name)(*arguments, size=size),
                      getattr(theirs, name)(*arguments, size=size))
            # The streams are at the same place.
            equal(ours.random(3), theirs.random(3))


@pytest.mark.parametrize("name, parameters",
                         [row for row in DRAWS if row[1][-1]], ids=lambda row: str(row)[:20])
def test_arrays_of_parameters(name, parameters):
    longest = max(map(len, parameters))
    columns = list(zip(*[row for row in parameters if len(row) == longest and row[2:] != (0,)]))
    for ours, theirs in generators() + [(pm.random.RandomState(3), np.random.RandomState(3))]:
        for many in (1, len(columns)):
            # The first ones are arrays, the others numbers.
            mixed = [list(column) if i < many else column[0] for i, column in enumerate(columns)]
            count = len(columns[0])
            for size in (None, (3, count)):
                equal(getattr(ours, name)(*mixed, size=size),
                      getattr(theirs, name)(*mixed, size=size))
            with pytest.raises(ValueError):
                getattr(ours, name)(*[[x, x, x] for x in mixed[:1]], *mixed[1:], size=(2, 2))


INTEGERS = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64".split()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(INTEGERS), st.data(), st.integers(0, 100))
def test_integers(dtype, data, count):
    low, high = (0, 1) if dtype == "bool" else (np.iinfo(dtype).min, np.iinfo(dtype).max)
    low, high = sorted(data.draw(st.tuples(st.integers(low, high), st.integers(low, high))))
    equal(pm.random.RandomState(5).randint(low, high + 1, count, dtype),
          np.random.RandomState(5).randint(low, high + 1, count, dtype))
    for ours, theirs in generators():
        equal(ours.integers(low, high, count, dtype, endpoint=True),
              theirs.integers(low, high, count, dtype, endpoint=True))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers_between_arrays(dtype):
    limit = 2 if dtype == "bool" else 100
    low, high = [0, 1, 0], [limit, 2, 1]
    equal(pm.random.RandomState(5).randint(low, high, (4, 3), dtype),
          np.random.RandomState(5).randint(low, high, (4, 3), dtype))
    for ours, theirs in generators():
        equal(ours.integers(low, high, (4, 3), dtype), theirs.integers(low, high, (4, 3), dtype))
        equal(ours.integers(high, dtype=dtype), theirs.integers(high, dtype=dtype))
        with pytest.raises(ValueError):
            ours.integers([3, 1], [2, 5], dtype=dtype)
        with pytest.raises(ValueError):
            ours.integers([0, 1], 2**70 if dtype == "uint64" else 2**63 + 1, dtype=dtype)


def test_functions_of_the_module():
    pm.random.seed(7)
    theirs = np.random.RandomState(7)
    for name, args in [("rand", (2, 3)), ("randn", (4,)), ("randint", (5, 50, (3, 2))),
                       ("random", (3,)), ("random_sample", ((2, 2),)), ("uniform", (1, 2, 3)),
                       ("uniform", (2, -1, 3)), ("normal", (1, 2, 3)), ("standard_normal", (3,)),
                       ("choice", (9, 3)), ("choice", ([4, 5, 6], (2, 2))),
                       ("choice", (9, 4, False)), ("permutation", (5,)), ("poisson", (3.0, 4)),
                       ("exponential", (2.0, 4)), ("tomaxint", (3,)), ("randint", (3,)),
                       ("choice", (9, 3, False, [0.1] * 8 + [0.2])),
                       ("choice", (9, 5, True, [0.1] * 8 + [0.2])),
                       ("multinomial", (20, [0.2, 0.3, 0.5], 4)), ("dirichlet", ([1, 2, 3], 4)),
                       ("standard_gamma", (2.0, 3)), ("ranf", (2,)), ("sample", (2,))]:
        expected = getattr(theirs, {"ranf": "random", "sample": "random"}.get(name, name))(*args)
        equal(getattr(pm.random, name)(*args), expected)
    assert pm.random.bytes(7) == theirs.bytes(7)
    array, other = pm.arange(12).reshape(6, 2), np.arange(12).reshape(6, 2)
    pm.random.shuffle(array)
    theirs.shuffle(other)
    equal(array, other)
    equal(pm.random.permutation(array), theirs.permutation(other))
    listed, list_of_theirs = list("abcdef"), list("abcdef")
    pm.random.shuffle(listed)
    theirs.shuffle(list_of_theirs)
    assert listed == list_of_theirs
    assert pm.random.rand().shape == ()
    with pytest.raises(ValueError, match="low"):
        pm.random.randint(3, 3)
    assert {"rand", "normal", "shuffle", "PCG64", "RandomState"} <= set(pm.random.__all__)


def test_states():
    ours, theirs = pm.random.RandomState(9), np.random.RandomState(9)
    ours.randn(3), theirs.randn(3)
    state, expected = ours.get_state(), theirs.get_state()
    assert (state[0], state[2:]) == (expected[0], expected[2:])
    assert state[1].tolist() == expected[1].tolist()
    # One may go on where the other was, in both directions.
    first = theirs.randn(4)
    equal(ours.randn(4), first)
    ours.set_state(expected)
    equal(ours.randn(4), first)
    theirs.set_state(tuple(np.asarray(part.tolist(), "uint32") if i == 1 else part
                           for i, part in enumerate(state)))
    equal(ours.get_state(legacy=False)["state"]["key"],
          ours.get_state()[1])
    np.testing.assert_array_equal(theirs.randn(4), first)
    ours.set_state(ours.get_state(legacy=False))
    for wrong in [("PCG64", [1]), ("MT19937", [1, 2], 3), 5, {"bit_generator": "PCG64"}]:
        with pytest.raises((ValueError, TypeError)):
            ours.set_state(wrong)


@pytest.mark.parametrize("name", ["PCG64", "MT19937"])
def test_states_of_bits(name):
    ours, theirs = getattr(pm.random, name)(4), getattr(np.random, name)(4)
    pm.random.Generator(ours).integers(0, 9, 3, "int32")
    np.random.Generator(theirs).integers(0, 9, 3, "int32")
    state, expected = ours.state, theirs.state
    inner = state["state"]
    if name == "MT19937":
        inner = {**inner, "key": inner["key"].tolist()}
        expected = {**expected, "state": {**expected["state"],
                                          "key": expected["state"]["key"].tolist()}}
    assert {**state, "state": inner} == expected
    fresh = getattr(pm.random, name)(0)
    fresh.state = theirs.state
    assert fresh.random_raw(5).tolist() == theirs.random_raw(5).tolist()
    with pytest.raises(ValueError):
        fresh.state = {"bit_generator": "SFC64"}
    with pytest.raises(TypeError):
        fresh.state = 3


def test_jumps():
    ours, theirs = pm.random.PCG64(4), np.random.PCG64(4)
    for jumps in (1, 3):
        assert ours.jumped(jumps).state == theirs.jumped(jumps).state
    assert ours.advance(10**30).state == theirs.advance(10**30).state
    assert ours.advance(-5).state == theirs.advance(-5).state


@pytest.mark.parametrize("restored", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy])
def test_pickles(restored):
    for rng in (pm.random.default_rng(3), pm.random.Generator(pm.random.MT19937(3))):
        rng.random(5)
        rng.integers(0, 9, dtype="int32")
        other = restored(rng)
        state = rng.bit_generator.state
        assert other.random(5).tolist() == rng.random(5).tolist()
        assert other.spawn(1)[0].random(2).tolist() == rng.spawn(1)[0].random(2).tolist()
        assert state["bit_generator"] == other.bit_generator.state["bit_generator"]
    older = pm.random.RandomState(3)
    older.randn(3)
    other = restored(older)
    assert other.randn(3).tolist() == older.randn(3).tolist()


def test_numbers_of_generators():
    for ours, theirs in generators():
        for dtype in ("float32", "float64"):
            for name in ("random", "standard_normal", "standard_exponential"):
                equal(getattr(ours, name)(50, dtype), getattr(theirs, name)(50, dtype))
            equal(ours.standard_exponential(50, dtype, "inv"),
                  theirs.standard_exponential(50, dtype, "inv"))
            equal(ours.standard_gamma(0.7, 50, dtype), theirs.standard_gamma(0.7, 50, dtype))
            equal(ours.standard_gamma([0.7, 2.0], dtype=dtype),
                  theirs.standard_gamma([0.7, 2.0], dtype=dtype))
            out, other = pm.zeros((3, 2), dtype=dtype), np.zeros((3, 2), dtype)
            assert ours.random(out=out, dtype=dtype) is out
            theirs.random(out=other, dtype=dtype)
            equal(out, other)
        with pytest.raises(ValueError):
            ours.random(4, out=pm.zeros(3))
        with pytest.raises(TypeError):
            ours.random(out=pm.zeros(3, dtype="float32"))
        with pytest.raises(ValueError):
            ours.standard_exponential(3, method="x")
        assert ours.bytes(11) == theirs.bytes(11)
        array = np.arange(24).reshape(2, 3, 4)
        for axis in (None, 0, 1, 2, -1):
            equal(ours.permuted(pm.asarray(array), axis=axis), theirs.permuted(array, axis=axis))
        for axis in (0, 1):
            equal(ours.permutation(pm.asarray(array), axis), theirs.permutation(array, axis))
            mixed, other = pm.array(array.tolist()), array.copy()
            ours.shuffle(mixed, axis)
            theirs.shuffle(other, axis)
            equal(mixed, other)
        for replace in (True, False):
            equal(ours.choice(40, 9, replace), theirs.choice(40, 9, replace))
            equal(ours.choice([3, 4, 5], 2, replace, [0.2, 0.3, 0.5]),
                  theirs.choice([3, 4, 5], 2, replace, [0.2, 0.3, 0.5]))


def test_shares_and_colors():
    for ours, theirs in generators():
        for size in (None, 5, (2, 3), 0):
            equal(ours.multinomial(20, [0.2, 0.3, 0.5], size),
                  theirs.multinomial(20, [0.2, 0.3, 0.5], size))
            for alpha in ([1.0, 2.0, 3.0], [0.01, 0.02], [0.05, 0.05, 4.0]):
                equal(ours.dirichlet(alpha, size), theirs.dirichlet(alpha, size))
            for method in ("count", "marginals"):
                for colors, sample in [([3, 4, 5], 6), ([30, 40, 0, 50], 100), ([5], 2),
                                       ([2, 2], 0)]:
                    equal(ours.multivariate_hypergeometric(colors, sample, size, method),
                          theirs.multivariate_hypergeometric(colors, sample, size, method))
        equal(ours.multinomial([5, 10], [0.4, 0.6]), theirs.multinomial([5, 10], [0.4, 0.6]))
        equal(ours.multinomial([5, 10], [[0.4, 0.6], [0.1, 0.9]], (3, 2)),
              theirs.multinomial([5, 10], [[0.4, 0.6], [0.1, 0.9]], (3, 2)))
        for wrong in (lambda rng: rng.multinomial(-1, [1.0]),
                      lambda rng: rng.multinomial(3, [0.9, 0.9, 0.1]),
                      lambda rng: rng.multivariate_hypergeometric([3, 4], 9),
                      lambda rng: rng.multivariate_hypergeometric([3, -4], 1),
                      lambda rng: rng.multivariate_hypergeometric([3, 4], 1, method="x"),
                      lambda rng: rng.hypergeometric(3, 4, 9),
                      lambda rng: rng.hypergeometric(10**9, 4, 9),
                      lambda rng: rng.dirichlet([-1.0, 2.0])):
            with pytest.raises(ValueError):
                wrong(theirs)
            with pytest.raises(ValueError):
                wrong(ours)


COVARIANCES = [[[1.0]], [[2.0, 0.3], [0.3, 0.5]], [[4.0, 1.0, 0.5], [1.0, 3.0, -1.0],
                                                 [0.5, -1.0, 2.0]]]


@pytest.mark.parametrize("cov", COVARIANCES, ids=len)
def test_normal_vectors(cov):
    mean = list(range(len(cov)))
    for ours, theirs in generators():
        for size in (None, 4, (2, 3), 0):
            found = ours.multivariate_normal(mean, cov, size, method="cholesky")
            expected = theirs.multivariate_normal(mean, cov, size, method="cholesky")
            assert found.shape == expected.shape
            np.testing.assert_allclose(found.tolist(), expected.tolist(), rtol=1e-12)
    # The signs of singular vectors are free: what is certain is how far apart numbers are.
    for ours in (pm.random.default_rng(1), pm.random.RandomState(1)):
        many = ours.multivariate_normal(mean, cov, 20000)
        np.testing.assert_allclose(pm.mean(many, axis=0).tolist(), mean, atol=0.1)
        np.testing.assert_allclose(np.reshape(pm.cov(many.T).tolist(), np.shape(cov)), cov, atol=0.2)


def test_vectors_that_are_not_normal():
    rng = pm.random.default_rng(1)
    bad = [[1.0, 2.0], [2.0, 1.0]]
    for method in ("svd", "eigh"):
        with pytest.warns(RuntimeWarning):
            rng.multivariate_normal([0, 0], bad, method=method)
        with pytest.raises(ValueError):
            rng.multivariate_normal([0, 0], bad, check_valid="raise", method=method)
    for mean, cov in [([0, 0], [[1.0]]), ([[0]], [[1.0]]), ([0], [1.0])]:
        with pytest.raises(ValueError):
            rng.multivariate_normal(mean, cov)
    for wrong in ({"method": "x"}, {"check_valid": "x"}):
        with pytest.raises(ValueError):
            rng.multivariate_normal([0], [[1.0]], **wrong)


@pytest.mark.parametrize("name", ["SFC64", "Philox", "PCG64DXSM"])
@pytest.mark.parametrize("seed", [0, 42, 2**70 + 5, [1, 2, 3]])
def test_bits_asked_for_by_name_are_numpys(name, seed):
    ours, theirs = (getattr(module.random, name)(seed) for module in (pm, np))
    assert ours.random_raw(9).tolist() == theirs.random_raw(9).tolist()
    mine, numpys = pm.random.Generator(ours), np.random.Generator(theirs)
    for draw in (lambda rng: rng.random(5), lambda rng: rng.standard_normal(700),
                 lambda rng: rng.integers(0, 1000, 7, dtype="int32"), lambda rng: rng.random(3, "float32"),
                 lambda rng: rng.permutation(20), lambda rng: rng.exponential(2.0, 33)):
        assert draw(mine).tolist() == draw(numpys).tolist()
    assert same_state(ours.state, theirs.state)
    # From a state of NumPy's, and from a pickle.
    other = getattr(pm.random, name)(7)
    other.state = theirs.state
    again = pickle.loads(pickle.dumps(ours))
    assert other.random_raw(5).tolist() == again.random_raw(5).tolist() == theirs.random_raw(5).tolist()
    if name == "SFC64":
        with pytest.raises(TypeError, match="cannot be advanced"):
            ours._stream.advance(0, 1)
        return
    theirs.state = state_for_numpy(ours.state)
    assert ours.jumped(3).random_raw(3).tolist() == theirs.jumped(3).random_raw(3).tolist()
    assert ours.advance(12345).random_raw(6).tolist() == theirs.advance(12345).random_raw(6).tolist()


def test_philox_takes_a_key_and_a_counter():
    for given in ({"key": 7}, {"key": 2**100 + 1, "counter": 2**200 + 3}, {"key": [1, 2], "counter": [4, 3, 2, 1]}):
        words = pm.random.Philox(**given).random_raw(6).tolist()
        assert words == np.random.Philox(**given).random_raw(6).tolist()
    with pytest.raises(ValueError, match="exclude each other"):
        pm.random.Philox(1, key=2)
    with pytest.raises(ValueError, match="from 0 up to 2\\*\\*128"):
        pm.random.Philox(key=-1)


def state_for_numpy(state):
    """A state with arrays of NumPy's."""
    return {key: state_for_numpy(value) if isinstance(value, dict) else
            np.asarray(value) if isinstance(value, pm.ndarray) else value for key, value in state.items()}


def same_state(ours, theirs):
    return {key: listed(value) for key, value in ours.items()} == {
        key: listed(value) for key, value in theirs.items()}


def listed(value):
    if isinstance(value, dict):
        return {key: listed(item) for key, item in value.items()}
    return value.tolist() if hasattr(value, "tolist") else value

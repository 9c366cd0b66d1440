"""Short ways and long ones give the same, on any interpreter: shorts.py SHARED_OBJECT

What is done without a call must be what the context does: the same values, the same exceptions with
the same texts, and the same references.
"""

import importlib.util
import itertools
import random
import sys
from importlib.machinery import ExtensionFileLoader


def load(path):
    spec = importlib.util.spec_from_file_location(
        "shorts", path, loader=ExtensionFileLoader("shorts", path)
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Index:
    def __index__(self):
        return 42

    def __float__(self):
        return 4.5


class Int(int):
    pass


class Float(float):
    pass


class Text(str):
    pass


class List(list):
    def __getitem__(self, i):
        return "mine"

    def __len__(self):
        return 77


class Tuple(tuple):
    pass


class Dict(dict):
    def __missing__(self, key):
        return "missing"


def edges():
    """Numbers around the edges of C's types and of digits."""
    bits = [0, 1, 2, 7, 8, 15, 16, 29, 30, 31, 32, 59, 60, 61, 62, 63, 64, 65, 90]
    near = (s * (2**n) + d for n in bits for s in (1, -1) for d in (-1, 0, 1))
    return sorted(set(near) | set(range(-8, 9)) | {255, 256, 257, 258})


TEXTS = ["", "a", "key", "Pommel", "a\0b", "\x7f", "\x80", "P\xf6mmel", "\u2192", "\U0001f34f" * 3]
OTHERS = [
    None, True, False, Int(5), Int(2**40), Index(), 0.0, -1.0, 1.5, float("inf"), Float(2.5), 1j,
    b"bytes", [], [1, "two", 3.0], (), (1, 2), List([1]), Tuple((1, 2)), {}, {1: 2}, Dict(), {1},
    Text("key"), "\ud800", int, len, range(3), "x" * 1000, list(range(300)), tuple(range(300)),
]  # fmt: skip
VALUES = edges() + TEXTS + OTHERS


def outcome(function, *args, **kwargs):
    try:
        result = function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)
    return type(result).__name__, repr(result)


def same(function, *args, **kwargs):
    short = outcome(function, False, *args, **kwargs)
    long = outcome(function, True, *args, **kwargs)
    assert short == long, (function.__name__, args, kwargs, short, long)
    return short


def compare_reading(m):
    names = ["Int32_t", "Int64_t", "Ssize_t", "Size_t", "UInt32_t", "UInt64_t", "UInt32_tMask"]
    names += ["UInt64_tMask", "Double", "AsDouble", "AsUTF8", "checks", "length", "dup_close"]
    for name, value in itertools.product(names, VALUES):
        if name == "AsUTF8" and not isinstance(value, str):
            continue
        same(getattr(m, name), value)
    assert same(m.Int64_t, 2**40)[1] == str(2**40)
    assert same(m.Int64_t, -(2**30) + 1)[1] == str(-(2**30) + 1)
    assert same(m.AsDouble, 1.5)[1] == "1.5"
    assert same(m.AsUTF8, "Pommel")[1] == "b'Pommel'"
    assert same(m.Int32_t, 2**31)[0] == "OverflowError"


def compare_items(m):
    for value, i in itertools.product(VALUES, [0, 1, 2, -1, -2, 299, 300, -301, 2**62, -(2**62)]):
        if not isinstance(value, (int, float)):
            same(m.item, value, i)
    keys = [1, (1, 2), (), "a", Text("a"), 2.5, [], Int(1)]
    for value, key in itertools.product([{1: 2, (1, 2): 3, "a": 4}, Dict({1: 2}), [1, 2]], keys):
        same(m.value, value, key)
    for n in range(4):
        assert m.build_list(False, *"abc"[:n]) == list("abc"[:n])
        assert m.build_tuple(False, *"abc"[:n]) == tuple("abc"[:n])
        same(m.build_list, *"abc"[:n]), same(m.build_tuple, *"abc"[:n])


def compare_parsing(m):
    for unit, value in itertools.product("ilLnbKdfs?", VALUES):
        seen = same(m.parse, False, ord(unit), value)
        general = same(m.parse, True, ord(unit), value)
        assert seen == general, (unit, value, seen, general)
    for unit, n in itertools.product("ilLnKds", [0, 2, 3]):
        results = {same(m.parse, general, ord(unit), *[1] * n) for general in (True, False)}
        assert len(results) == 1, (unit, n, results)


def compare_keywords(m):
    rng = random.Random(1)
    pool = [1, 2.5, "text", None, 2**40, True, "P\xf6mmel", Int(3), Index()]
    names = ["a", "b", "key", "name", "nam", "names", "k\xf6y", "", Text("key"), "a\0b"]
    for _ in range(3000):
        args = [rng.choice(pool[:3]) for _ in range(rng.randrange(4))]
        chosen = rng.sample(names[: rng.choice([4, 4, 10])], rng.randrange(4))
        right = {"a": 1, "b": 2, "key": 0.5, "name": "n"}
        kwargs = {n: right.get(n, 1) if rng.random() < 0.7 else rng.choice(pool) for n in chosen}
        results = {same(m.keywords, general, *args, **kwargs) for general in (True, False)}
        assert len(results) == 1, (args, kwargs, results)
    for general in (False, True):
        assert same(m.keywords, general, 1, **{"key\0": 2.0})[0] == "TypeError"
    assert m.keywords(False, False, 1, key=2.0, name="x") == (1, 2, 2.0, "x", 7)
    assert m.keywords(False, False, b=3, a=1) == (1, 3, 1.5, "none", 7)


def count_references(m):
    """A call leaves the references to its arguments and results as they were."""
    if not hasattr(sys, "getrefcount"):
        return
    key, items = 10**30, [object() for _ in range(3)]
    data, table = list(items), {key: items[0]}
    before = [sys.getrefcount(o) for o in [*items, key, data, table]]
    for flag in (False, True):
        for _ in range(50):
            m.dup_close(flag, items[0]), m.item(flag, data, 1), m.value(flag, table, key)
            m.build_list(flag, *items), m.build_tuple(flag, *items), m.checks(flag, items[2])
            outcome(m.value, flag, table, items[1])
            outcome(m.parse, flag, False, ord("i"), key)
    after = [sys.getrefcount(o) for o in [*items, key, data, table]]
    assert before == after, (before, after)


module = load(sys.argv[1])
for compare in [compare_reading, compare_items, compare_parsing, compare_keywords]:
    compare(module)
count_references(module)
print(sys.version.splitlines()[0])

"""Calls with keywords, lists and dicts have short ways that look into objects; here is what they
must not get wrong. The functions are those of the micro benchmarks."""

import gc
import sys

import pytest

import micro_pommel as micro


class Text(str):
    """A name that is equal to another without being it."""


def fresh(text):
    """An equal string that is another object."""
    return "".join(list(text))


@pytest.mark.parametrize("repeat", range(2))  # names are interned on the first call
def test_keywords_are_found_by_value(repeat):
    assert micro.keywords(a=1) == 3.0
    assert micro.keywords(1, key=2.0, b=3) == 8.0
    assert micro.keywords(key=2.0, b=3, a=1) == 8.0
    assert micro.keywords(1, **{fresh("key"): 2.0, fresh("b"): 3}) == 8.0
    assert micro.keywords(1, **{Text("key"): 2.0}) == 6.0
    assert micro.two(y=1.0, x=2.0) == 3.0
    assert micro.two(1.0, **{fresh("y"): 4.0}) == 5.0
    assert micro.Point(y=1.0, x=2.0).x == 2.0


@pytest.mark.parametrize(
    "function, args, kwargs, message",
    [
        ("keywords", (), {"b": 3}, "keywords() missing 1 required argument: 'a'"),
        ("keywords", (), {}, "keywords() missing 1 required argument: 'a'"),
        ("keywords", (1, 2), {"b": 3}, "keywords() got multiple values for argument 'b'"),
        ("keywords", (1,), {"a": 3}, "keywords() got multiple values for argument 'a'"),
        ("keywords", (1, 2, 3.0), {}, "takes from 1 to 2 positional arguments but 3 were given"),
        ("keywords", (), {"a": 1, "kye": 2}, "keyword argument 'kye'. Did you mean 'key'?"),
        ("two", (1.0,), {"x": 4.0}, "two() got multiple values for argument 'x'"),
        ("two", (), {"y": 1.0}, "two() missing 1 required argument: 'x'"),
        ("none", (1,), {}, "none() takes 0 positional arguments but 1 was given"),
        ("Point", (1.0,), {"x": 2.0}, "Point() got multiple values for argument 'x'"),
        ("Point", (1.0, 2.0, 3.0), {}, "Point() takes 2 positional arguments but 3 were given"),
    ],
)
def test_calls_that_do_not_fit(function, args, kwargs, message):
    for _ in range(2):
        with pytest.raises(TypeError) as caught:
            getattr(micro, function)(*args, **kwargs)
        assert message in str(caught.value)


class Meddler:
    """An item that changes its list while it is read."""

    def __init__(self, items, change):
        self.items, self.change = items, change

    def __index__(self):
        self.change(self.items)
        return 1


@pytest.mark.parametrize(
    "change, total",
    [(list.clear, 2), (lambda items: items.extend(range(5)), 19), (list.pop, 5)],
)
def test_a_list_that_changes_while_it_is_read(change, total):
    items = [1, None, 3, 4]
    items[1] = Meddler(items, change)
    assert micro.list_read(items) == total


def test_subclasses_of_list_and_dict_are_asked():
    class List(list):
        def __iter__(self):
            return iter([100, 200])

    class Dict(dict):
        def __contains__(self, key):
            return True

        def __getitem__(self, key):
            return 5

    assert micro.list_read(List([1])) == 300
    assert micro.dict_read(Dict({7: 1, 8: 1})) == 10


def test_a_key_that_fails_to_compare():
    class Key:
        def __hash__(self):
            return hash(0)

        def __eq__(self, other):
            raise KeyError("compared")

    with pytest.raises(KeyError, match="compared"):
        micro.dict_read({Key(): 1})


def test_a_gap_in_a_dict():
    with pytest.raises(ValueError, match="a gap"):
        micro.dict_read({1: 1})


def test_lists_of_every_length():
    for length in [0, 1, 2, 3, 100, 5000]:
        assert micro.list_build(length) == list(range(length))
    gc.collect()


@pytest.mark.parametrize("length", [10**15, 2**62])
def test_a_list_that_no_memory_holds(length):
    with pytest.raises((MemoryError, OverflowError)):
        micro.list_build(length)


@pytest.mark.only("cpython")
def test_references_are_given_back():
    numbers = [3 * 10**9 + i for i in range(10)]
    table = dict(enumerate(numbers))
    before = [sys.getrefcount(number) for number in numbers]
    for _ in range(1000):
        micro.list_read(numbers)
        micro.dict_read(table)
        micro.keywords(1, b=numbers[0], key=2.0)
    assert [sys.getrefcount(number) for number in numbers] == before


def test_nothing_leaks(assert_no_leak):
    numbers, table = list(range(10)), {i: 10**10 + i for i in range(10)}

    def operation():
        micro.keywords(1, b=3, key=2.0)
        micro.list_read(numbers)
        micro.dict_read(table)
        micro.list_build(20)
        micro.dict_build(20)

    assert_no_leak(operation, times=50_000)

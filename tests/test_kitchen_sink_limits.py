"""The safe API at its limits: depth, size, second imports, exits, and many threads at once.

The extension is `tests/kitchen-sink`; feature by feature it is tested in `test_kitchen_sink.py`.
"""

import gc
import inspect
import pickle
import pydoc
import sys

import kitchen_sink as sink
import pytest

from threads import run_in_threads

PYPY = sys.implementation.name == "pypy"
# PyPy's own HPy, which this module uses where it is built in.
OWN_HPY = PYPY and "_hpy_universal" in sys.builtin_module_names
# So does an extension in C whose function calls its argument and does nothing else.
ENDS_THE_PROCESS = pytest.mark.xfail(
    PYPY and not OWN_HPY,
    run=False,
    strict=True,
    reason="PyPy's C API ends the process when the stack is full",
)


def collect():
    for _ in range(4):
        gc.collect()


# Depth.


def chain(make, link, length):
    last = None
    for _ in range(length):
        node = make()
        link(node, last)
        last = node
    return last


CHAINS = {
    "node": lambda length: chain(
        lambda: sink.Node("link"), lambda node, last: setattr(node, "left", last), length
    ),
    "ring": lambda length: chain(sink.Ring, lambda ring, last: ring.append(last), length),
}


@pytest.mark.only("cpython")
@pytest.mark.parametrize("name", CHAINS)
def test_a_long_chain_ends_without_deep_recursion(name):
    before = sink.live_nodes()
    last = CHAINS[name](200_000)
    assert sink.live_nodes() == before + 200_000
    del last
    collect()
    assert sink.live_nodes() == before


@pytest.mark.only("pypy")
@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_ends_link_by_link(name):
    # PyPy ends an object only when nothing that is to be ended refers to it: a link a collection.
    before = sink.live_nodes()
    last = CHAINS[name](5)
    del last
    for _ in range(10):
        collect()
    assert sink.live_nodes() == before


@ENDS_THE_PROCESS
def test_endless_recursion_through_a_method():
    counter = sink.Counter(1)

    def again():
        return counter.while_looking(again)

    with pytest.raises(RecursionError):
        again()
    # Every borrow on the way has ended.
    assert counter.count() == 2


@ENDS_THE_PROCESS
def test_endless_recursion_through_an_operator():
    class Endless:
        def __len__(self):
            return sink.truth(self)[0]

    with pytest.raises(RecursionError):
        sink.truth(Endless())


# Size.


def test_many_arguments():
    assert sink.rest_only(*range(10_000)) == (sum(range(10_000)), 10_000, 9_999)
    names = {"name{}".format(index): index for index in range(1_000)}
    assert sink.rest(0, **names) == (0, (), names)


class Name(str):
    def __eq__(self, other):
        return str.__eq__(self, other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("kind", [str, Name])
def test_keywords_are_compared_by_their_text(kind):
    # Names made at run time are other objects than those in the source.
    arguments = {kind("".join(name)): value for name, value in [("a", 1), ("b", 2), ("c", 3)]}
    assert sink.keywords(**arguments) == 321
    long = {kind("x" * 1_000): 1}
    assert sink.rest(0, **long) == (0, (), {"x" * 1_000: 1})
    with pytest.raises(TypeError):
        sink.keywords(1, 2, **long)


def test_large_values():
    text = "z\xfcrich\U0001f40e" * 100_000
    assert sink.text_of(text) == text
    assert sink.bytes_len(bytes(10_000_000)) == 10_000_000
    assert sink.nested([[1] * 1_000] * 1_000) == [1_000] * 1_000
    table = {index: str(index) for index in range(10_000)}
    assert sink.sorted_map(table) == table
    assert len(sink.make_list(100_000)) == 100_001


# What changes while it is read.


class Does:
    def __init__(self, work):
        self.work = work

    def __index__(self):
        self.work()
        return 1

    __float__ = __index__


class DoesFloat(Does):
    def __float__(self):
        self.work()
        return 1.0


def test_a_list_that_changes_while_it_is_read():
    items = []
    items[:] = [DoesFloat(items.clear), *range(1_000)]
    with pytest.raises(IndexError):
        sink.floats(items)
    items[:] = [DoesFloat(lambda: items.extend([1.0] * 1_000)), 2.0]
    assert sink.floats(items) == 3.0


def test_a_dict_that_changes_while_it_is_read():
    items = {}
    items.update({"a": Does(items.clear), "b": 2})
    with pytest.raises(KeyError):
        sink.map_of(items)
    items.update({"a": Does(lambda: items.update({str(n): n for n in range(1_000)})), "b": 2})
    assert sink.map_of(items) == 3


# Another import, and the end.


def test_what_is_known_by_name():
    for value in [sink.Counter, sink.Base, sink.SinkError]:
        assert pickle.loads(pickle.dumps(value)) is value


def test_two_modules_of_one_shared_object(in_new_process):
    program = """
import gc
import kitchen_sink as old
del sys.modules["kitchen_sink"]
import kitchen_sink as new
for module in (old, new):
    counter = module.Counter(3, step=2)
    node = module.Node("x")
    node.left = [node, counter]
    print(counter.count(), list(module.Words("a b")), len(node.left), module.Base(5).greet())
del counter, node, old
for _ in range(4):
    gc.collect()
print(new.Counter(1).count(), new.twice(4))
"""
    line = "5 ['a', 'b'] 2 I am base number 5\n"
    assert in_new_process(program) == 2 * line + "2 8\n"


def test_nothing_is_said_at_import(in_new_process):
    assert in_new_process("import kitchen_sink", "-I", "-S", "-W", "error") == ""


def test_the_end_with_everything_alive(in_new_process):
    program = """
import kitchen_sink as sink

class Child(sink.Base):
    pass

samples, grid, node, ring = sink.Samples([1.0]), sink.Grid(2, 2), sink.Node("x"), sink.Ring()
views = [memoryview(samples), memoryview(grid)]
node.left = node
ring.append(ring)
words = iter(sink.Words("a b c"))
next(words)
child = Child(3)
child.own = [child, node, views, sink.SinkError("x")]
bound = [child.greet, sink.Counter(1).count, sink.Greeter("hello")]
print("done")
"""
    assert in_new_process(program) == "done\n"


def test_the_end_from_a_callback(in_new_process):
    program = """
import kitchen_sink as sink
counter = sink.Counter(1)
print("before", flush=True)
try:
    counter.while_changing(sys.exit)
except SystemExit:
    print(counter.value)
"""
    assert in_new_process(program) == "before\n2\n"


# Threads.


def test_threads_take_from_one_iterator():
    words = sink.Words("word " * 20_000)
    found = []
    run_in_threads(4, lambda index: found.extend(words))
    assert found == ["word"] * 20_000


def test_threads_change_one_mapping():
    registry = sink.Registry()

    def work(index):
        own = "own{}".format(index)
        for step in range(1_000):
            registry[own] = step
            registry["shared"] = step
            assert registry[own] == step and "shared" in registry
            assert 0 <= registry["shared"] < 1_000
            if step % 2:
                del registry[own]
                assert own not in registry

    run_in_threads(4, work)
    assert list(registry) == ["shared"] and registry["shared"] == 999


def test_threads_raise_exceptions_of_their_own():
    def work(index):
        def fails():
            raise KeyError(index)

        for _ in range(500):
            with pytest.raises(KeyError) as info:
                sink.second_of_two(fails, fails)
            assert info.value.args == (index,)
            with pytest.raises(ValueError, match="trouble of size {}".format(index + 1)):
                sink.handled(str(index + 1))

    run_in_threads(4, work)


def test_threads_make_and_drop_subclasses():
    def work(index):
        for step in range(50):
            child = type("Child{}".format(index), (sink.Base,), {"name": lambda self: "child"})
            assert child(step).greet() == "I am child number {}".format(step)

    run_in_threads(4, work)
    collect()


def test_a_view_is_released_by_another_thread():
    samples = sink.Samples([1.0])
    views = [memoryview(samples) for _ in range(4)]
    run_in_threads(4, lambda index: views[index].release())
    del views
    collect()
    samples.push(2.0)
    assert samples.sum() == 3.0


# What it says of itself.

CLASSES = {
    "Counter": "(value=0, *, step=1, label=",
    "Fraction": "(numerator, denominator=1)",
    "Pickled": "(x, y=0.0)",
    "Unit": "()",
}


@pytest.mark.only("cpython")
@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.xfail(
    sys.version_info < (3, 10),
    raises=ValueError,
    strict=True,
    reason="CPython 3.9 looks for __init__ alone",
)
def test_signatures_of_classes(name):
    assert str(inspect.signature(getattr(sink, name))).startswith(CLASSES[name])


def test_help_of_a_class():
    text = pydoc.render_doc(sink.Counter, renderer=pydoc.plaintext)
    for words in ["class Counter", "Counts.", "One step, or several.", "Another constructor."]:
        assert words in text

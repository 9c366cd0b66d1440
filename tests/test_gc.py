"""Garbage collection at the worst moments: after every allocation, inside every callback, with
finalisers that bring back what was found dead, and with whole modules as garbage."""

import gc
import importlib.util
import sys
import weakref

import kitchen_sink as sink
import piconumpy
import pytest

from test_kitchen_sink import CYCLES, LEAKS, NO_CYCLES, OWN_HPY, collect

ROUNDS = 20


@pytest.fixture
def eager():
    """Collects with every object that the collector is told of. (PyPy has other ways.)"""
    before = gc.get_threshold() if hasattr(gc, "get_threshold") else None
    if before:
        gc.set_threshold(1, 1, 1)
    yield
    if before:
        gc.set_threshold(*before)


def shape(value):
    """What a result is made of."""
    if isinstance(value, (list, tuple)):
        return [type(value), *map(shape, value)]
    return type(value)


@pytest.mark.parametrize("name", LEAKS)
def test_operations(name, eager):
    expected = shape(LEAKS[name]())
    for _ in range(ROUNDS):
        assert shape(LEAKS[name]()) == expected


@pytest.mark.parametrize("name", CYCLES)
@NO_CYCLES
def test_cycles(name, eager):
    collect()
    before = sink.live_nodes()
    for _ in range(ROUNDS):
        CYCLES[name]()
    collect()
    assert sink.live_nodes() == before


def test_arrays(eager):
    for _ in range(ROUNDS):
        a = piconumpy.array([float(i) for i in range(10)])
        assert (a + a * 2.0).tolist() == [3.0 * i for i in range(10)]


class Collecting:
    """Collects whatever it is asked."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        collect()
        return self.value

    def __float__(self):
        collect()
        return float(self.value)

    def __str__(self):
        collect()
        return str(self.value)

    def __eq__(self, other):
        collect()
        return self is other

    def __hash__(self):
        collect()
        return hash(self.value)

    def __iter__(self):
        for index in range(self.value):
            collect()
            yield [index]

    def __call__(self, *args):
        collect()
        return [self.value, *args]


def test_collection_in_every_callback():
    three = Collecting(3)
    assert sink.twice(three) == 6
    assert sink.keywords(three, b=three, c=three) == sink.keywords(3, b=3, c=3)
    assert sink.rest_only(three, three) == sink.rest_only(3.0, 3.0)[:1] + (2, three)
    assert piconumpy.array([three, 1.0]).tolist() == [3.0, 1.0]
    registry = sink.Registry()
    registry["x"] = 1
    assert sink.iterate(three) == sink.iterate([[0], [1], [2]])


def test_a_graph_that_is_taken_apart_by_its_callbacks():
    # What a node refers to goes away while Python code that it called is looking.
    nodes = [sink.Node(str(index)) for index in range(8)]
    for index, node in enumerate(nodes):
        node.left = nodes[index - 1]
        node.right = [node]

    class Loosening:
        def __del__(self):
            for node in nodes:
                node.left = None
            collect()

    for node in nodes:
        node.right = Loosening()
    for node in nodes:
        node.right = None
    # PyPy calls finalisers after a collection.
    collect()
    assert all(node.left is None for node in nodes)


# What comes back.


@pytest.mark.only("resurrects")
@NO_CYCLES
def test_a_finaliser_brings_a_node_back():
    saved = []

    class Keeper:
        def __init__(self, node):
            self.node = node

        def __del__(self):
            saved.append(self.node)

    collect()
    before = sink.live_nodes()
    for index in range(ROUNDS):
        node = sink.Node(str(index))
        node.left = Keeper(node)
        node.right = [index]
    del node
    collect()
    # Everything is as it was: nothing that came back was cleared.
    assert sorted(node.right[0] for node in saved) == list(range(ROUNDS))
    assert all(node.left.node is node and node.name == str(node.right[0]) for node in saved)
    assert sink.live_nodes() == before + ROUNDS
    saved.clear()
    collect()
    assert sink.live_nodes() == before


@pytest.mark.xfail(
    OWN_HPY, strict=True, reason="PyPy's own HPy refuses subclasses with a finaliser"
)
@NO_CYCLES
def test_a_finaliser_brings_its_own_object_back():
    saved = []

    class Phoenix(sink.Ring):
        def __del__(self):
            saved.append(self)

    collect()
    before = sink.live_nodes()
    for index in range(ROUNDS):
        ring = Phoenix()
        ring.append(ring)
        ring.append([index])
        ring.own = ring
    del ring
    collect()
    assert sorted(ring.targets()[1][0] for ring in saved) == list(range(ROUNDS))
    assert all(ring.targets()[0] is ring is ring.own and len(ring) == 2 for ring in saved)
    # The second time they stay dead.
    saved.clear()
    collect()
    assert (saved, sink.live_nodes()) == ([], before)


@NO_CYCLES
def test_weak_references_into_garbage():
    gone = []

    class Object:
        pass

    collect()
    for _ in range(ROUNDS):
        node, value = sink.Node("x"), Object()
        node.left, value.node = value, node
        reference = weakref.ref(value, gone.append)
        gone.append(reference)
    del node, value, reference
    collect()
    # Those that were appended first are dead, and the callbacks have come.
    assert all(reference() is None for reference in gone) and len(gone) == 2 * ROUNDS


# Modules and classes.


def load(name):
    spec = importlib.util.find_spec(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.only("cpython")
@pytest.mark.parametrize("name", ["kitchen_sink", "piconumpy"])
def test_modules_are_collected(name, eager):
    before = sys.modules[name]
    references = []
    for _ in range(5):
        module = load(name)
        assert module is not before
        module.itself = module
        references.append(weakref.ref(module))
    del module
    collect()
    assert [reference() for reference in references] == [None] * 5
    assert sys.modules[name] is before
    # What is left goes on working.
    assert sink.Counter(1).count() == 2 and piconumpy.array([1.0]).tolist() == [1.0]


def test_a_module_that_is_gone_before_its_objects(in_new_process):
    program = """
import gc
import kitchen_sink, piconumpy
node, array, child = kitchen_sink.Node("a"), piconumpy.array([1.0]), type("C", (kitchen_sink.Base,), {})
node.left = [node, array, child]
method = kitchen_sink.Counter(1, step=2).count
for _ in range(3):
    for name in ("kitchen_sink", "piconumpy"):
        del sys.modules[name]
    kitchen_sink = piconumpy = None
    for _ in range(4):
        gc.collect()
    print((array + array).tolist(), node.left[2](5).greet(), method())
    import kitchen_sink, piconumpy
    print(kitchen_sink.twice(2), (piconumpy.array([1.0]) * 2.0).tolist())
"""
    lines = [
        line
        for count in (3, 5, 7)
        for line in (f"[2.0] I am base number 5 {count}", "4 [2.0]")
    ]
    assert in_new_process(program).splitlines() == lines


@pytest.mark.only("cpython")
def test_an_import_with_an_eager_collector(in_new_process):
    program = """
import gc
gc.set_threshold(1, 1, 1)
import kitchen_sink as sink, piconumpy
for _ in range(3):
    node = sink.Node("a")
    node.left = node.right = [node, sink.Counter(3), piconumpy.array([1.0])]
    print(node.left[1].count(), sum(sink.rest_only(1, 2.5)[:2]))
"""
    assert in_new_process(program) == "4 5.5\n" * 3

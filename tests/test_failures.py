"""Every call into Python fails once: what an extension does when memory runs out there.

An operation is repeated, with one call further on failing each time (`hpy.debug.failures`), until
it runs through. Each time what comes out is the injected exception, or a result where Rust has
another way; no handle is left open; and nothing is kept. Here, because it needs the debug mode:
for the extension in C the same is in `python/hpy/tests`.
"""

import gc
import importlib.util
import sys

import kitchen_sink as sink
import piconumpy
import pytest

from test_kitchen_sink import COUNTER, LEAKS

pytestmark = pytest.mark.only("debug")

# Attempts that come to an end in a second have fewer than this; it is there for an endless one.
MOST_ATTEMPTS = 2_000

A = piconumpy.array([1.0, 2.0])


def refused(call, *args, **kwargs):
    """Calls what raises an exception of its own; an injected one goes through."""
    try:
        call(*args, **kwargs)
    except (ArithmeticError, BufferError, LookupError, TypeError, ValueError, sink.LeakError):
        return
    raise AssertionError("nothing was raised")


def boom(*args):
    raise ValueError("boom")


OPERATIONS = {
    **LEAKS,
    # Loading and storing a reference cannot fail; a property of another kind can.
    "fields": lambda: (setattr(COUNTER, "value", 3), COUNTER.value),
    "wrong type": lambda: refused(sink.i64_of, "x"),
    "wrong keyword": lambda: refused(sink.keywords, 1, 2, d=3),
    "python error": lambda: refused(sink.second_of_two, boom, boom),
    "errors held": lambda: sink.both_failed(boom, boom),
    "cause": lambda: refused(sink.caused, boom),
    "constructor": lambda: refused(sink.Counter, 1, step="x"),
    "own exception": lambda: refused(sink.own_exception, "LeakError", "x"),
    "operator": lambda: refused(lambda: sink.Vector(1, 2) / 0),
    "fallible": lambda: refused(list, sink.Fallible(12)),
    "unbuffered": lambda: refused(memoryview, sink.Grid(13, 1)),
    "source": lambda: sink.evaluate({"x": 1}),
    "array": lambda: piconumpy.array([1.0, 2.0]),
    "array of nothing": lambda: refused(piconumpy.array, [1.0, None]),
    "arithmetic": lambda: (A + A * 2.0 + A / 2.0).tolist(),
    "array items": lambda: (A[0], A.__setitem__(1, 5.0), len(A)),
    "array out of range": lambda: refused(A.__getitem__, 99),
    "array with others": lambda: refused(lambda: A * "x"),
}

# Functions whose subject is an error that Rust caught: nothing comes out of them.
CATCHING = {"callbacks", "errors held"}


def attempts(operation):
    """Lets every call of an operation fail; returns the attempts."""
    from hpy.debug import failures

    made = []
    for attempt in failures():
        with attempt:
            operation()
        made.append(attempt)
        assert len(made) < MOST_ATTEMPTS
    return made


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_call_fails(name):
    OPERATIONS[name]()
    *failed, last = attempts(OPERATIONS[name])
    assert last.error is None and last.function is None
    for number, attempt in enumerate(failed, 1):
        assert attempt.number == number <= attempt.calls
    # Some calls are made for a message only; not all of them.
    came_out = [attempt for attempt in failed if attempt.error is not None]
    assert bool(came_out) != (name in CATCHING)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_kept(name, assert_no_leak):
    assert_no_leak(lambda: attempts(OPERATIONS[name]), times=1000)


def test_another_exception():
    from hpy.debug import failures

    class Chosen(Exception):
        pass

    seen = []
    for attempt in failures(Chosen):
        with attempt:
            sink.twice(3)
        seen.append(type(attempt.error))
    assert seen == [Chosen] * (len(seen) - 1) + [type(None)]


@pytest.mark.parametrize("name", ["kitchen_sink", "piconumpy"])
def test_every_call_of_an_import_fails(name):
    def load():
        spec = importlib.util.find_spec(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)

    old = sys.modules[name]
    failed = attempts(load)[:-1]
    assert failed and all(attempt.error is not None for attempt in failed)
    gc.collect()
    assert sys.modules[name] is old


def test_the_process_ends_well_after_failures(in_new_process):
    program = """
import kitchen_sink as sink
from hpy.debug import failures
class Holder:
    def __init__(self, vector):
        self.vector = vector
    def __del__(self):
        self.vector + self.vector
keep = []
for attempt in failures():
    with attempt:
        keep.append(Holder(sink.Vector(1, 2) * 2.0))
print(len(keep))
"""
    assert in_new_process(program) == "1\n"

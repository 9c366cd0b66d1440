"""Processes that fork, spawn, import from many threads, and end while threads are at work."""

import importlib
import os
from multiprocessing import get_all_start_methods

import kitchen_sink as sink
import pytest

# What a process does to show that everything works in it.
WORK = """
import gc
import kitchen_sink as sink, piconumpy

def work():
    node = sink.Node("a")
    node.left = node.right = [node, sink.Counter(1, step=2)]
    child = type("Child", (sink.Base,), {})(5)
    try:
        sink.i64_of("x")
    except TypeError:
        pass
    a = piconumpy.array([1.0, 2.0])
    result = (a + a * 2.0).tolist(), node.left[1].count(), child.greet(), sink.rest_only(1, 2)[1]
    del node
    gc.collect()
    return result

EXPECTED = ([3.0, 6.0], 3, "I am base number 5", 2)
assert work() == EXPECTED
"""


def test_a_child_works_and_ends(in_new_process):
    # The child ends as its parent does, with everything alive.
    program = """
import os
kept = sink.Node("kept")
kept.left = [kept, piconumpy.array([1.0])]
for _ in range(3):
    child = os.fork()
    if child == 0:
        assert work() == EXPECTED and kept.left[1].tolist() == [1.0]
        kept.right = kept
        sys.exit(7)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7
assert work() == EXPECTED
print("done")
"""
    assert in_new_process(WORK + program) == "done\n"


def test_a_child_that_imports(in_new_process):
    program = """
import os
child = os.fork()
import kitchen_sink as sink
assert sink.twice(2) == 4
if child:
    assert os.waitpid(child, 0)[1] == 0
    print("done")
"""
    assert in_new_process(program) == "done\n"


def test_a_child_of_busy_threads(in_new_process):
    # The others do not exist in the child; what they held when it was born must not be missing.
    program = """
import os, threading
stop = False
def busy():
    while not stop:
        work()
threads = [threading.Thread(target=busy) for _ in range(3)]
for thread in threads:
    thread.start()
for _ in range(10):
    child = os.fork()
    if child == 0:
        assert work() == EXPECTED
        os._exit(7)
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 7
stop = True
for thread in threads:
    thread.join()
print("done")
"""
    # Python 3.12 and later advise against that.
    assert in_new_process(WORK + program, "-W", "ignore") == "done\n"


def test_multiprocessing(in_new_process):
    # By fork, spawn and a server that forks; a class is sent by its name, an instance by its parts.
    program = """
import multiprocessing
import kitchen_sink as sink
for method in multiprocessing.get_all_start_methods():
    with multiprocessing.get_context(method).Pool(2) as pool:
        print(method, pool.map(sink.Pickled, range(2)) == [sink.Pickled(0), sink.Pickled(1)])
"""
    expected = "".join(f"{method} True\n" for method in get_all_start_methods())
    assert in_new_process(program, "-W", "ignore") == expected


def test_threads_import_at_once(in_new_process):
    program = """
import threading
sys.path.append({here!r})
from threads import run_in_threads
results = []
def main(index):
    import kitchen_sink, piconumpy
    results.append((kitchen_sink.twice(index), piconumpy.array([1.0]).tolist()))
run_in_threads(8, main)
print(sorted(results) == [(2 * index, [1.0]) for index in range(8)])
"""
    here = os.path.dirname(os.path.abspath(__file__))
    assert in_new_process(program.format(here=here)) == "True\n"


def test_the_end_while_a_thread_is_away(in_new_process):
    # It wants to come back while the interpreter ends, which takes a while.
    program = """
import threading, time
import kitchen_sink as sink
threading.Thread(target=sink.release_the_gil, args=([], 10.0), daemon=True).start()
class Slow:
    def __init__(self, sleep):
        self.sleep = sleep
    def __del__(self):
        self.sleep(0.1)
sys.modules["slow"] = Slow(time.sleep)
time.sleep(0.05)
print("done")
"""
    for _ in range(3):
        assert in_new_process(program) == "done\n"


def test_the_end_while_threads_work(in_new_process):
    program = """
import threading, time
def forever():
    while True:
        work()
for _ in range(3):
    threading.Thread(target=forever, daemon=True).start()
time.sleep(0.2)
print("done")
"""
    assert in_new_process(WORK + program) == "done\n"


def test_reloading_keeps_the_module():
    before = dict(vars(sink))
    assert importlib.reload(sink) is sink
    assert vars(sink).keys() == before.keys()
    assert sink.Counter(1).count() == 2 and sink.twice(2) == 4

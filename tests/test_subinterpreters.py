"""Subinterpreters, of every kind that CPython has: extensions refuse to be imported there, say why,
and go on working in the main interpreter."""

import pytest

pytestmark = pytest.mark.only("cpython")

# Runs code in a new interpreter of a kind, and ends that.
RUN = """
import threading

def run(kind, code):
    code = "import sys; sys.path[:0] = %r\\n%s" % (sys.path, code)
    if sys.version_info >= (3, 13):
        import _interpreters
        interpreter = _interpreters.create(kind)
        failed = _interpreters.exec(interpreter, code)
        assert failed is None, failed
        _interpreters.destroy(interpreter)
    else:
        import _xxsubinterpreters
        # Before 3.12 there was one kind, whose members share the GIL.
        options = {"isolated": kind == "isolated"} if sys.version_info >= (3, 12) else {}
        interpreter = _xxsubinterpreters.create(**options)
        _xxsubinterpreters.run_string(interpreter, code)
        _xxsubinterpreters.destroy(interpreter)
"""

REFUSED = '''
def refused(name):
    try:
        __import__(name)
    except ImportError as error:
        assert str(error).startswith("cannot import %s: " % name), error
        assert "main interpreter" in str(error) and "ProcessPoolExecutor" in str(error), error
        assert name not in sys.modules
    else:
        raise AssertionError("it was imported")
refused("piconumpy")
refused("kitchen_sink")
'''

WORKS = """
import kitchen_sink as sink, piconumpy
node = sink.Node("a")
node.left = [node, sink.Counter(1, step=2)]
assert node.left[1].count() == 3 and sink.evaluate({"x": 1}) is not None
assert (piconumpy.array([1.0]) * 2.0).tolist() == [2.0]
"""

KINDS = ["legacy", "isolated"]


@pytest.mark.parametrize("kind", KINDS)
def test_refused_after_the_main_interpreter(in_new_process, kind):
    program = RUN + WORKS + "for _ in range(3): run({!r}, {!r})\n".format(kind, REFUSED) + WORKS
    assert in_new_process(program + "print('done')") == "done\n"


@pytest.mark.parametrize("kind", KINDS)
def test_refused_before_the_main_interpreter(in_new_process, kind):
    # Nothing of the interpreter that is gone may have stayed.
    program = RUN + "for _ in range(3): run({!r}, {!r})\n".format(kind, REFUSED) + WORKS
    assert in_new_process(program + "print('done')") == "done\n"


@pytest.mark.parametrize("kind", KINDS)
def test_refused_while_the_main_interpreter_works(in_new_process, kind):
    program = RUN + WORKS + """
stop = []
def work():
    while not stop:
        node.left = [node, sink.Counter(1)]
threads = [threading.Thread(target=work) for _ in range(2)]
for thread in threads:
    thread.start()
for _ in range(3):
    run({!r}, {!r})
stop.append(1)
for thread in threads:
    thread.join()
print("done")
""".format(kind, REFUSED)
    assert in_new_process(program) == "done\n"

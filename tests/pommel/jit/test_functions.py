"""What a compiled function is to others: called, bound, copied, pickled, shown, explained."""

import _thread
import abc
import copy
import functools
import inspect
import linecache
import math
import pickle
import signal
import sys
import threading
import traceback
import weakref

import pytest

import pommel as pm

pytestmark = pytest.mark.only("compiles")

@pytest.fixture(autouse=True, params=["on", "always", "plain"])
def mode(request, monkeypatch):
    monkeypatch.setenv("POMMEL_JIT", request.param)
    return request.param


@pm.jit
def norm(x, y=2.0, /, *rest, scale=1.0, **options):
    """The length of a vector."""
    return (x * x + y * y) ** 0.5 * scale, rest, options


def test_it_looks_like_the_function():
    assert norm.__name__ == "norm" and norm.__qualname__ == "norm" and norm.__module__ == __name__
    assert norm.__doc__ == "The length of a vector."
    assert inspect.signature(norm) == inspect.signature(norm.__wrapped__)
    assert repr(norm) == "<pommel.jit function norm of module {}>".format(__name__)
    assert inspect.getsource(norm).startswith("@pm.jit\ndef norm")


def test_copies_are_the_function_itself():
    assert copy.copy(norm) is norm and copy.deepcopy([norm])[0] is norm
    assert pickle.loads(pickle.dumps(norm)) is norm


def test_it_can_have_attributes_and_weak_references():
    @pm.jit
    def f():
        return f.setting
    f.setting = 5
    assert f() == 5
    reference = weakref.ref(f)
    assert reference() is f


def test_attributes_of_the_function_are_kept():
    def f():
        return 1
    f.setting = "kept"
    assert pm.jit(f).setting == "kept"


ARGUMENTS = [((3,), {}), ((3, 4, 5, 6), {}), ((3,), {"scale": 2, "other": 1}), ((), {}), ((), {"x": 1}),
             ((1,), {"x": 2}), ((1,), {"y": 2}), ((1, 2), {"scale": 0, "x": 5, "self": 1})]


@pytest.mark.parametrize("args, kwargs", ARGUMENTS)
def test_arguments_are_bound_as_pythons(args, kwargs):
    plain = norm.__wrapped__
    fast = pm.jit(plain)
    assert result(fast, args, kwargs) == result(plain, args, kwargs)


def result(function, args, kwargs):
    try:
        return function(*args, **kwargs)
    except TypeError as error:
        return str(error), len(traceback.extract_tb(error.__traceback__))


def test_every_form_of_parameters_is_bound_as_pythons():
    functions = [lambda: (), lambda a: a, lambda a, b=1: (a, b), lambda a, *, b: (a, b), lambda *a: a,
                 lambda **k: k, lambda a, b=2, *c, d, e=5, **f: (a, b, c, d, e, f), lambda a, /, b: (a, b),
                 lambda a=1, b=2, /: (a, b), lambda a, /, **k: (a, k)]
    calls = [(args, dict.fromkeys(names, 9)) for args in ((), (1,), (1, 2), (1, 2, 3))
             for names in ("", "a", "b", "d", "ad", "bd", "z", "dez")]
    for plain in functions:
        fast = pm.jit(plain)
        for args, kwargs in calls:
            assert result(fast, args, kwargs) == result(plain, args, kwargs), (args, kwargs)


def test_defaults_are_read_at_the_call():
    def f(a, b=1, *, c=2):
        return a, b, c
    fast = pm.jit(f)
    assert fast(0) == (0, 1, 2)
    f.__defaults__, f.__kwdefaults__ = (5, 6), {"c": 7}
    assert fast() == (5, 6, 7)


class Counter:
    """With methods of every kind."""

    def __init__(self, n):
        self.n = n

    @pm.jit
    def add(self, k):
        self.n += k
        return self.n

    @pm.jit
    @staticmethod
    def twice(k):
        return 2 * k

    @staticmethod
    @pm.jit
    def thrice(k):
        return 3 * k

    @classmethod
    @pm.jit
    def of(cls, n):
        return cls(n)

    @pm.jit
    @classmethod
    def one(cls):
        return cls(1)

    @property
    @pm.jit
    def value(self):
        return self.n

    @pm.jit
    def __len__(self):
        return self.n

    @pm.jit
    def __hidden(self, __x):
        return __x, self.__name

    __name = "mangled"

    def hidden(self):
        return self.__hidden(7)


def test_methods():
    counter = Counter(1)
    assert counter.add(2) == 3 and Counter.add(counter, 1) == 4 and counter.value == 4
    assert counter.twice(2) == 4 and Counter.thrice(3) == 9 == counter.thrice(3)
    assert Counter.of(5).n == 5 and counter.one().n == 1 and len(counter) == 4
    assert counter.add.__self__ is counter and counter.add.__func__ is Counter.add
    assert counter.hidden() == (7, "mangled")


class Shape(abc.ABC):
    __slots__ = ("a",)

    def __init__(self, a):
        self.a = a

    @abc.abstractmethod
    @pm.jit
    def area(self):
        return 0

    @pm.jit
    def scaled(self, by, *, plus=0):
        return self.area() * by + plus

    @pm.jit
    def __getitem__(self, i):
        return self.a + i

    @pm.jit
    def __call__(self, x):
        return self.a * x

    tripled = functools.partialmethod(scaled, 3)


class Square(Shape):
    @pm.jit
    def area(self):
        return self.a * self.a

    @pm.jit
    def scaled(self, by, *, plus=1):
        return super(Square, self).scaled(by, plus=plus) + 1000

    @functools.singledispatchmethod
    @pm.jit
    def kind(self, x):
        return "any"

    kind.register(int)(pm.jit(lambda self, x: ("int", x, self.a)))


def test_methods_where_calls_are_made_often():
    square = Square(3)
    with pytest.raises(TypeError, match="abstract"):
        Shape(1)
    for i in range(100):
        assert square.area() == 9
        assert square.scaled(i) == 9 * i + 1001
        assert square.scaled(i, plus=i) == 10 * i + 1000
        assert super(Square, square).scaled(i) == 9 * i
        assert square[i] == 3 + i and square(i) == 3 * i
        assert square.tripled() == 27 and square.kind(i) == ("int", i, 3)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'by'"):
        square.scaled()
    with pytest.raises(TypeError, match="takes 1 positional argument but 2 were given"):
        square.area(1)


def test_methods_are_looked_up_anew():
    class Number:
        def __init__(self, n):
            self.n = n

        @pm.jit
        def value(self):
            return self.n

    class Negative(Number):
        @pm.jit
        def value(self):
            return -self.n

    found = []
    number = Number(5)
    for i in range(60):
        if i == 20:
            number.value = lambda: "its own"
        if i == 30:
            del number.value
        if i == 40:
            Number.value = pm.jit(lambda self: self.n + 1)
        if i == 50:
            number.__class__ = Negative
        found.append(number.value())
    assert found == [5] * 20 + ["its own"] * 10 + [5] * 10 + [6] * 10 + [-5] * 10
    del Number.value
    with pytest.raises(AttributeError):
        Number(1).value()


def test_who_binds_in_another_way_is_asked():
    class Named(type(norm)):
        def __set_name__(self, owner, name):
            self.owner = owner, name

        def __get__(self, instance, owner=None):
            return "got", instance, owner

    class Owner:
        named = Named()

    owner = Owner()
    for _ in range(50):
        assert owner.named == ("got", owner, Owner)
    assert Owner.named == ("got", None, Owner)
    assert Owner.__dict__["named"].owner == (Owner, "named")


def test_binding_by_hand():
    bound = norm.__get__(3.0)
    assert bound(4.0)[0] == 5.0 and bound.__func__ is norm and bound.__self__ == 3.0
    assert norm.__get__(None, int) is norm
    assert norm.__get__(3.0, float)(4.0) == bound(4.0)
    assert inspect.signature(bound) == inspect.signature(norm.__wrapped__.__get__(3.0))
    assert pickle.loads(pickle.dumps(Counter(4).add))(1) == 5


def test_decorators_above_and_below():
    @functools.lru_cache(maxsize=None)
    @pm.jit
    def f(n):
        return n if n < 2 else f(n - 1) + f(n - 2)
    assert f(50) == 12586269025

    def shouting(function):
        @functools.wraps(function)
        def inner(*args):
            return function(*args).upper()
        return inner

    @pm.jit
    @shouting
    def g(text):
        return text + "!"
    assert g("a") == "A!"


def test_with_and_without_options():
    @pm.jit(strict=True)
    def f(x):
        return x + 1
    assert f(1) == 2
    assert pm.jit(strict=True)(lambda x: x)(3) == 3
    assert pm.jit(f)(1) == 2
    with pytest.raises(TypeError):
        pm.jit(f, True)


@pytest.mark.parametrize("what", [5, len, int, "f", functools.partial(max, 1)])
def test_what_is_no_function_is_refused(what):
    with pytest.raises(TypeError, match="written in Python"):
        pm.jit(what)


def test_closures_are_shared():
    count = 0

    @pm.jit
    def step(n):
        nonlocal count
        count += n
        return count
    assert step(2) == 2 == count
    count = 10
    assert step(5) == 15 == count


def test_a_variable_of_the_function_around_is_not_bound_yet():
    @pm.jit
    def f():
        return later

    with pytest.raises(NameError, match="free variable 'later'"):
        f()
    later = 5
    assert f() == 5


def test_generators_and_coroutines_run_as_they_are():
    @pm.jit
    def g(n):
        yield from range(n)

    @pm.jit
    async def c():
        return 5
    assert list(g(3)) == [0, 1, 2]
    with pytest.raises(StopIteration) as stop:
        c().send(None)
    assert stop.value.value == 5


# PyPy ends the process when native code is too deep in its stack.
@pytest.mark.only("cpython")
def test_deep_recursion_ends_in_an_error():
    @pm.jit
    def down(n):
        return down(n + 1)
    with pytest.raises(RecursionError):
        down(0)


def test_an_explanation_shows_the_place():
    @pm.jit
    def f(n):
        total = n
        yield total
    text = str(pm.explain(f))
    assert "yield total" in text and "^" in text and "line" in text
    assert pm.explain(f).reason and pm.explain(f).line
    assert str(pm.explain(norm)).startswith("norm can be compiled")
    with pytest.raises(TypeError, match="pommel.jit"):
        pm.explain(len)


def test_an_explanation_says_for_what_it_was_compiled(mode):
    @pm.jit
    def f(x):
        return x + 1
    assert str(pm.explain(f)).endswith(".f can be compiled") and not pm.explain(f).specialisations
    assert f(1) == 2
    found = pm.explain(f).specialisations
    if mode != "plain" and pm._native.has_machine_code():
        assert "compiled for ({})".format(found[0].arguments) in str(pm.explain(f))
        assert found[0].typed and found[0].machine and not found[0].notes
    else:
        assert not found


def test_an_explanation_shows_what_is_done_on_objects(mode):
    @pm.jit
    def f(items, x):
        for i in range(100):
            x = x * 1.5 + items.__len__()
        return x
    for _ in range(4):
        f([1.0], 2.0)
    if mode != "always" or not pm._native.has_machine_code():
        return
    [found] = pm.explain(f).specialisations
    notes = [note for note in found.notes if note.what == "a call of what is not known"]
    assert [note.function for note in notes] == ["f"]
    assert notes[0].line == f.__wrapped__.__code__.co_firstlineno + 3
    assert "            ^" in str(pm.explain(f)) and "x = x * 1.5 + items.__len__()" in str(notes[0])


def test_strict_refuses_what_cannot_be_compiled():
    with pytest.raises(TypeError, match="cannot be compiled"):
        @pm.jit(strict=True)
        def g():
            yield


def test_a_function_without_source_runs_as_it_is():
    namespace = {}
    exec("def f(x): return x + 1", namespace)
    fast = pm.jit(namespace["f"])
    assert fast(1) == 2
    assert "source was not found" in pm.explain(fast).reason


def test_a_source_that_changed_is_not_used():
    file = "<changed>"
    linecache.cache[file] = 30, None, ["def f(x, y):\n", "    return 5\n"], file
    namespace = {}
    exec(compile("def f(x):\n    return x", file, "exec"), namespace)
    fast = pm.jit(namespace["f"])
    assert fast(1) == 1
    assert "changed" in pm.explain(fast).reason


def test_the_environment_turns_it_off(monkeypatch):
    def f():
        return 1
    monkeypatch.setenv("POMMEL_JIT", "off")
    assert pm.jit(f) is f
    assert pm.jit(strict=True)(f) is f
    monkeypatch.setenv("POMMEL_JIT", "perhaps")
    with pytest.raises(ValueError, match='POMMEL_JIT is "perhaps": set it to on, off or always'):
        pm.jit(f)


def test_frames_of_the_compiler_are_in_no_traceback():
    def bad(x):
        return {"key": x}["other"]

    @pm.jit
    def outer(x):
        try:
            return bad(x)
        except KeyError as error:
            raise ValueError("no") from error
    with pytest.raises(ValueError) as found:
        outer(1)
    frames = traceback.extract_tb(found.value.__traceback__)
    assert [frame.name for frame in frames][1:] == ["outer"]
    frames = traceback.extract_tb(found.value.__cause__.__traceback__)
    assert [frame.name for frame in frames] == ["outer", "bad"]


def test_what_is_handled_outside_stays_handled():
    @pm.jit
    def f():
        try:
            raise KeyError
        except KeyError:
            inside = sys.exc_info()[0]
        return inside, sys.exc_info()[0]
    try:
        raise IndexError
    except IndexError:
        assert f() == (KeyError, IndexError)
    assert sys.exc_info()[0] is None


# PyPy does so some time later, and not for cycles through native objects.
@pytest.mark.only("cpython")
def test_objects_are_let_go():
    class Thing:
        pass

    @pm.jit
    def f(thing):
        try:
            raise ValueError
        except ValueError:
            kept = [thing]
        return len(kept)
    thing = Thing()
    reference = weakref.ref(thing)
    assert f(thing) == 1
    del thing
    import gc
    gc.collect()
    assert reference() is None


@pytest.mark.only("cpython")
def test_functions_are_collected():
    def make():
        def inner():
            return fast
        fast = pm.jit(inner)
        assert fast() is fast
        return weakref.ref(fast)
    reference = make()
    import gc
    for _ in range(3):
        gc.collect()
    assert reference() is None


def divided(x):
    a = 10
    return a // x


def calls(function, x):
    total = 0
    for i in range(3):
        total += function(
            x - i)
    return total


def test_tracebacks_of_compiled_functions_that_call_each_other():
    texts = []
    for outer, inner in ((calls, divided), (pm.jit(calls), divided), (calls, pm.jit(divided)),
                         (pm.jit(calls), pm.jit(divided))):
        for _ in range(3):
            assert outer(inner, 5) == 7
            with pytest.raises(ZeroDivisionError) as found:
                outer(inner, 2)
            texts.append([(frame.name, frame.lineno) for frame in
                          traceback.extract_tb(found.value.__traceback__)[1:]])
    assert [name for name, _ in texts[0]] == ["calls", "divided"]
    assert all(text == texts[0] for text in texts)


def test_threads_call_one_function():
    @pm.jit
    def f(n):
        total = 0
        for i in range(n):
            total += i * i
        return total
    results = []

    def work():
        for n in range(200):
            results.append(f(n) == sum(i * i for i in range(n)))
    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 800 and all(results)


# A process of its own: this one has threads by now, and Python advises against forking those.
def test_a_process_that_is_forked_goes_on_compiling(in_new_process, tmp_path):
    program = tmp_path / "forks.py"
    program.write_text("""
import os
import pommel as pm

def total(n):
    return sum(i * i % 7 for i in range(n))

compiled = pm.jit(total)
expected = compiled(1000)
process = os.fork()
if process == 0:
    other = pm.jit(lambda n: total(n) + 1)
    os._exit((compiled(1000), other(1000)) != (expected, expected + 1))
assert os.waitpid(process, 0)[1] == 0
assert compiled(1000) == expected == total(1000)
print("done")
""")
    run = "import runpy\nrunpy.run_path({!r})".format(str(program))
    assert in_new_process(run) == "done\n"


def test_interrupts_are_noticed():
    @pm.jit
    def forever():
        n = 0
        while True:
            n += 1
    # PyPy has compiled by then what looks for interrupts.
    late = 1.0 if sys.implementation.name == "pypy" else 0.2
    timer = threading.Timer(late, _thread.interrupt_main)
    # Programs in the background of a shell are started without a handler.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            forever()
    finally:
        signal.signal(signal.SIGINT, before)
    timer.join()


def order(a, n):
    if (a == 1) & (n == 1):
        return 1
    if math.gcd(a, n) != 1:
        return -1
    for i in range(1, n):
        if pow(a, i) % n == 1:
            return i
    return -1


def test_what_is_learnt_of_called_functions_in_the_rest_of_a_loop():
    """The rest of a function from a loop on has fewer blocks than what is called there."""

    def roots(n):
        found = []
        for a in range(1, n):
            if order(a, n) == n - 1:
                found.append(a)
        return found

    compiled = pm.jit(roots)
    for n in (7, 101, 47):
        assert compiled(n) == roots(n)

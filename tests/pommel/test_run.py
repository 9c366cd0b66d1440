"""Whole programs: ``python -m pommel run``, ``pommel.auto`` and ``python -m pommel annotate``."""

import os
import re
import signal
import subprocess
import sys
import sysconfig
import textwrap
from html.parser import HTMLParser

import pytest

import pommel as pm

FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

#: Work that is found and compiled, before each of the programs.
WORK = """
    def work(n):
        total = 0
        for i in range(n):
            total += i * i % 7
        return total


    def fails_at(n, place):
        for i in range(n):
            1 / (i - place)
"""

PROGRAMS = {
    "prints": """
        import sys
        print(work(100_000), __name__, __file__, sys.argv, sys.path[0], __doc__, __package__, __spec__, type(__loader__))
        print(sorted(name for name in globals()), type(__builtins__))
    """,
    "an error": """
        def outer(n):
            return fails_at(n, 900)
        work(100_000)
        outer(1000)
    """,
    "an error with a cause": """
        def outer():
            try:
                fails_at(1000, 900)
            except ZeroDivisionError as error:
                raise ValueError("no") from error
        outer()
    """,
    "an error with notes": """
        class Odd(Exception):
            def __str__(self):
                return "odd: " + ", ".join(map(str, self.args))
        def check(n):
            for i in range(n):
                if i % 2 and i > 500:
                    raise Odd(i, n)
        try:
            check(1000)
        except Odd as error:
            print(repr(error), error)
        check(2000)
    """,
    "exits with a number": "import sys; print(work(100_000)); sys.exit(3)",
    "exits with a text": "work(100_000); raise SystemExit('that is all')",
    "exits at once": "import os; print(work(1000), flush=True); os._exit(7)",
    "an interrupt": "import signal, os; work(10_000); os.kill(os.getpid(), signal.SIGINT); work(10**6)",
    "a handler of signals": """
        import os, signal
        def handler(number, frame):
            print("got", number, frame.f_code.co_name if frame else None)
        signal.signal(signal.SIGUSR1, handler)
        os.kill(os.getpid(), signal.SIGUSR1)
        print(work(10_000))
    """,
    "a hook for exceptions": """
        import sys, traceback
        def hook(kind, error, tb):
            print("hook:", kind.__name__, error, [frame.name for frame in traceback.extract_tb(tb)])
        sys.excepthook = hook
        fails_at(1000, 999)
    """,
    "at exit": """
        import atexit
        atexit.register(lambda: print("first registered", work(1000)))
        atexit.register(print, "last registered")
        work(100_000)
    """,
    "objects at the end": """
        class Thing:
            def __init__(self, name):
                self.name = name
            def __del__(self):
                print("gone:", self.name)
        def use(thing, n):
            for i in range(n):
                pass
            return thing.name
        thing = Thing("global")
        print(use(thing, 1000), use(Thing("temporary"), 1000))
        thing.work = work
    """,
    "arguments": """
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--n", type=int, default=1000)
        parser.add_argument("rest", nargs="*")
        print(parser.parse_args())
        print(work(parser.parse_args().n))
        parser.parse_args(["--wrong"])
    """,
    "threads": """
        import threading
        results = {}
        def run(k):
            results[k] = work(20_000 * k)
        threads = [threading.Thread(target=run, args=(k,)) for k in range(6)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        print(sorted(results.items()), threading.active_count(), threading.current_thread().name)
    """,
    "an error in a thread": """
        import threading
        thread = threading.Thread(target=fails_at, args=(1000, 998), name="other")
        thread.start()
        thread.join()
    """,
    "processes": """
        import multiprocessing
        if __name__ == "__main__":
            for method in ("fork", "spawn"):
                with multiprocessing.get_context(method).Pool(2) as pool:
                    print(pool.map(work, [1000, 2000, 30_000]))
    """,
    "other programs": """
        import os, subprocess, sys
        print(subprocess.run([sys.executable, "-c", "import sys; print(len(sys.path), 'pommel' in sys.modules)"],
                             capture_output=True, text=True).stdout)
        print(sorted(name for name in os.environ if name.startswith("POMMEL_RUN")), os.environ.get("PYTHONPATH"))
        print([name for name in sys.path if "_startup" in name])
    """,
    "dataclasses": """
        from dataclasses import dataclass, field, asdict
        @dataclass(order=True)
        class Point:
            x: float
            y: float = 0.0
            tags: list = field(default_factory=list)
            def norm(self, n):
                total = 0.0
                for _ in range(n):
                    total += (self.x * self.x + self.y * self.y) ** 0.5
                return total
        points = [Point(i, 2.0 * i) for i in range(20)]
        print(sum(p.norm(500) for p in points), max(points), asdict(points[3]), Point.norm)
    """.replace("Point.norm)", "Point.norm.__qualname__)"),
    "pickled": """
        import copy, pickle
        class Pair:
            def __init__(self, a, b):
                self.a, self.b = a, b
            def __eq__(self, other):
                return (self.a, self.b) == (other.a, other.b)
        work(100_000)
        data = pickle.dumps([Pair(1, [2]), work, Pair])
        print(data)
        pair, function, made = pickle.loads(data)
        print(pair == Pair(1, [2]), function is work, made is Pair, copy.deepcopy(work) is work)
    """,
    "recursion": """
        def fib(n):
            return n if n < 2 else fib(n - 1) + fib(n - 2)
        def deep(n):
            return 0 if n == 0 else 1 + deep(n - 1)
        print(fib(22), deep(500))
        try:
            deep(10**6)
        except RecursionError as error:
            print(type(error).__name__)
    """,
    "generators": """
        def numbers(n):
            for i in range(n):
                got = yield i
                if got:
                    print("got", got)
        g = numbers(5)
        print(next(g), g.send("this"), list(g), sum(x for x in numbers(3000)))
        def consume(n):
            total = 0
            for x in numbers(n):
                total += x
            return total
        print(consume(5000), consume(5000))
    """,
    "coroutines": """
        import asyncio
        async def part(n):
            await asyncio.sleep(0)
            return work(n)
        async def all_parts():
            return await asyncio.gather(*(part(1000 * n) for n in range(5)))
        print(asyncio.run(all_parts()))
    """,
    "functions defined anew": """
        def f(n):
            total = 0
            for i in range(n):
                total += 1
            return total
        old = f
        print(f(1000), f(1000))
        def f(n):
            total = 0
            for i in range(n):
                total += 2
            return total
        print(f(1000), old(1000), f is old)
        old.__code__ = f.__code__
        print(old(1000))
    """,
    "other defaults": """
        def f(n, step=1, *, factor=1):
            total = 0
            for i in range(n):
                total += step * factor
            return total
        print(f(1000), f(1000))
        f.__defaults__ = (5,)
        print(f(1000))
        f.__kwdefaults__ = {"factor": 2}
        print(f(1000))
        f.__kwdefaults__["factor"] = 3
        print(f(1000))
        f.__defaults__ = None
        try:
            f(1000)
        except TypeError as error:
            print(error)
    """,
    "patched": """
        import math
        def roots(n):
            total = 0.0
            for i in range(n):
                total += math.sqrt(i)
            return total
        print(roots(3000), roots(3000))
        math.sqrt = lambda x: 1.0
        print(roots(3000))
        class Counter:
            def count(self, n):
                for i in range(n):
                    self.step()
                return self.total
            total = 0
            def step(self):
                self.total += 1
        print(Counter().count(3000))
        Counter.step = lambda self: setattr(self, "total", self.total + 10)
        print(Counter().count(3000))
        work = lambda n: "other"
        print(work(3))
    """,
    "inspected": """
        import dis, inspect, types
        work(100_000)
        print(inspect.getsource(work), inspect.signature(fails_at), inspect.isfunction(work))
        print(type(work), work.__name__, work.__code__.co_name, work.__code__.co_varnames, work.__dict__)
        print(work.__code__.co_firstlineno, isinstance(work, types.FunctionType), callable(work))
        print([name for name, value in inspect.getmembers(work) if "pommel" in repr(value)])
        print(len(list(dis.get_instructions(work))))
    """,
    "frames": """
        import inspect, sys, traceback, warnings
        def name():
            return sys._getframe(1).f_code.co_name
        def asks(n):
            for i in range(n):
                called = name()
            return called, len(inspect.stack())
        print(asks(2000))
        def warns(n):
            for i in range(n):
                pass
            warnings.warn("careful")
            return locals()
        print(warns(1000), warns(1000))
        warnings.warn("the caller", stacklevel=2)
        traceback.print_stack()
        def shows(n):
            for i in range(n):
                pass
            traceback.print_stack()
        shows(2000)
        print(sys._getframe().f_back)
    """,
    "frames behind what is called": """
        import sys, traceback
        class Asks:
            def __getattr__(self, name):
                return sys._getframe(1).f_code.co_name
        def loops(n):
            s = 0
            for i in range(n):
                for j in range(50):
                    s += i * j
            return Asks().anything, s
        print(loops(1000))
        def shows(n):
            (lambda: traceback.print_stack())()
            raise KeyError(n)
        def calls(n):
            s = 0
            for i in range(n):
                for j in range(50):
                    s += i * j
            shows(s)
        calls(1000)
    """,
    "local variables": """
        def local(n):
            for i in range(n):
                x = i * 2
            return sorted(locals().items())
        print(local(1000))
        def evaluated(n):
            for i in range(n):
                x = i * 2
            return eval("x + n")
        print(evaluated(1000))
    """,
    "logged": """
        import logging, sys
        logging.basicConfig(format="%(funcName)s %(lineno)d %(message)s", stream=sys.stdout, level=logging.INFO)
        def logs(n):
            for i in range(n):
                if i == n - 1:
                    logging.info("at %d", i)
        logs(2000)
    """,
    "traced": """
        import sys
        lines = []
        def trace(frame, event, argument):
            lines.append((frame.f_code.co_name, event, frame.f_lineno))
            return trace
        def small(n):
            for i in range(n):
                n = i
            return n
        sys.settrace(trace)
        small(3)
        sys.settrace(None)
        print(lines)
        print(small(1000), work(10_000))
        lines.clear()
        sys.setprofile(trace)
        work(10)
        sys.setprofile(None)
        print(lines)
    """,
    "closures": """
        def counter():
            count = 0
            def step(n):
                nonlocal count
                for i in range(n):
                    count += i
                return count
            return step
        steps = [counter() for _ in range(6)]
        print([step(k * 100) for k, step in enumerate(steps)], steps[2](5))
        import weakref, gc
        class Thing: pass
        def holder():
            thing = Thing()
            def held(n):
                for i in range(n):
                    last = i
                return thing, last
            held(1000)
            return weakref.ref(thing)
        reference = holder()
        gc.collect()
        print(reference() is None)
    """,
    "decorated": """
        import functools
        def twice(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs), function(*args, **kwargs)
            return wrapper
        @twice
        def total(n, *more, **named):
            s = len(more) + len(named)
            for i in range(n):
                s += i
            return s
        print(total(1000, 1, 2, a=3), total.__name__, total.__wrapped__(5))
        @functools.lru_cache(maxsize=None)
        def ways(n):
            return 1 if n < 2 else sum(ways(i) for i in range(n))
        print(ways(20), ways.cache_info().misses)
        class Some:
            @staticmethod
            def s(n):
                return sum(i for i in range(n))
            @classmethod
            def c(cls, n):
                for i in range(n): pass
                return cls.__name__, i
            @property
            def p(self):
                t = 0
                for i in range(300): t += i
                return t
        print(Some.s(1000), Some.c(1000), [Some().p for _ in range(20)][-1])
    """,
    "wrong calls": """
        for arguments in ((), (1, 2, 3), ("x",), (None,)):
            try:
                work(*arguments)
            except TypeError as error:
                print(error)
        try:
            work(n=10, m=2)
        except TypeError as error:
            print(error)
        print(work(True), work(n=2**3))
    """,
    "large numbers": """
        def grows(n):
            x = 1
            for i in range(1, n):
                x *= i
            return x
        print(grows(30), grows(60), grows(5))
        def halves(x, n):
            for _ in range(n):
                x = x / 2
            return x
        print(halves(1.0, 1100), halves(float("inf"), 3), halves(3, 4), halves(True, 2))
    """,
    "called back": """
        def key(x):
            total = 0
            for digit in str(x):
                total += int(digit)
            return total
        print(sorted(range(400), key=key)[:20], list(map(key, range(300)))[-3:], max(range(5000), key=key))
    """,
    "prints a lot": """
        for i in range(200):
            print(i, work(i), end=" ")
        import sys
        print("to the other", file=sys.stderr)
        sys.stdout.write("no newline")
    """,
    "an error of syntax": "print('never')\ndef f(:\n    pass\n",
    "executed texts": """
        space = {}
        exec("def f(n):\\n    t = 0\\n    for i in range(n):\\n        t += i\\n    return t\\n", space)
        print([space["f"](1000) for _ in range(5)])
        exec("1 / 0")
    """,
    "warnings as errors": """
        import warnings
        warnings.simplefilter("error")
        def risky(n):
            for i in range(n):
                if i == 900:
                    warnings.warn("now")
        risky(1000)
    """,
    "much of the language": """
        import collections, contextlib, enum, functools, sys
        class Meta(type):
            def __call__(cls, *a):
                o = super().__call__(*a)
                for i in range(3): o.n += i
                return o
        class B(metaclass=Meta):
            def __init__(self, n=0): self.n = n
            def __add__(self, o):
                t = 0
                for i in range(100): t += i
                return B(self.n + o.n + t)
            def __eq__(self, o):
                for i in range(10): pass
                return isinstance(o, B) and self.n == o.n
            def __hash__(self): return hash(self.n)
            def __repr__(self): return "B(%d)" % self.n
            def __iter__(self):
                for i in range(3): yield self.n + i
            def __contains__(self, x):
                for i in range(1000):
                    if i == x: return True
                return False
            def __enter__(self): 
                for i in range(10): self.n += 1
                return self
            def __exit__(self, *a):
                for i in range(10): self.n -= 1
            def __getitem__(self, k):
                s = 0
                for i in range(k): s += i
                return s
            def __call__(self, *args, **kw):
                s = 0
                for a in args: s += a
                for k in kw: s += kw[k]
                return s
            def __lt__(self, other):
                for i in range(5): pass
                return self.n < other.n
        for _ in range(300):
            b = B(1) + B(2)
            with b: x = 5 in b
            y = b[50], b(1, 2, 3, a=4), list(b), {b: 1}[B(b.n - 3)] if False else None
        print(b, x, y, sorted([B(3), B(1), B(2)]), b == B(5000))
        class P:
            def __init__(self): self._x = 1.5
            @property
            def x(self):
                s = 0.0
                for i in range(20): s += self._x
                return s
            @x.setter
            def x(self, v):
                for i in range(20): self._x = v + i
            @staticmethod
            def st(n):
                s = 0
                for i in range(n): s += i
                return s
            @classmethod
            def cl(cls, n):
                s = 0
                for i in range(n): s += i
                return cls.__name__, s
        class Q(P):
            @property
            def x(self): 
                for i in range(3): pass
                return super().x * 2
        q = Q(); p = P()
        for i in range(1200):
            p.x = p.x / 100; P.st(10); Q.cl(10)
        print(p.x, q.x, Q.cl(5), P.st(7))
        def varargs(a, /, b, *c, d=4, **e):
            s = a + b + d
            for v in c: s += v
            for k, v in e.items(): s += v
            return s
        print([varargs(i, 2, 3, 4, d=5, f=6) for i in range(1500)][-1], functools.partial(varargs, 1, b=3)(), functools.reduce(lambda a, b: a + b, range(3000)))
        def ex(n):
            try:
                for i in range(n):
                    if i == 50: raise ValueError(i)
            except ValueError as e:
                return e.args
            finally:
                n += 1
        print([ex(n) for n in (10, 60, 70)])
        def nested(n):
            def inner(m):
                t = 0
                for i in range(m): t += i * n
                return t
            return [inner(k) for k in range(n)]
        print(nested(40)[-3:])
        def gl():
            global G
            for i in range(100): G = i
        for _ in range(20): gl()
        print(G)
        def dele(n):
            for i in range(n):
                v = i
            del v
            try: return v
            except UnboundLocalError as e: return str(e)
        print(dele(3), dele(300))
        def strs(n):
            s = ""
            for i in range(n): s += chr(97 + i % 26)
            return s
        print(strs(30), len(strs(3000)), strs(30) is strs(30))
        def same(n):
            l = []
            for i in range(n): l.append(l)
            return l
        print(len(same(10)), same(3)[0][0] is not None)
        def floats(n):
            x = 0.1
            for i in range(n): x = x * 1.0000001 + 1e-9
            return x.hex()
        print(floats(100000))
        def big(n):
            x = 2
            for i in range(n): x = x * x % (10**30 + 7)
            return x
        print(big(100))
        @contextlib.contextmanager
        def cm():
            for i in range(3): pass
            yield 3
        def usescm(n):
            t = 0
            for i in range(n):
                with cm() as c: t += c
            return t
        print(usescm(200))
        class E(enum.Enum):
            A = 1
            B = 2
        def enums(n):
            c = 0
            for i in range(n):
                if E(1 + i % 2) is E.A: c += 1
            return c
        print(enums(500))
        N = collections.namedtuple("N", "a b")
        def tup(n):
            t = N(0, 0)
            for i in range(n): t = N(t.b, t.a + i)
            return t
        print(tup(100))
        raise SystemExit(floats(10))
    """,
    "kinds of arguments": """
        import functools, inspect
        def many(a, b=2, *, c=3, d):
            total = 0
            for i in range(a):
                total += b * c - d
            return total
        def kept(n, step):
            total = 0
            for i in range(n):
                total += (lambda: step + i)()
            return total
        def rest(*items, **named):
            total = len(named)
            for item in items:
                total += item
            return total
        def no_arguments():
            total = 0
            for i in range(500):
                total += i
            return total
        def powers(base):
            def power(n, factor=base):
                total = 1
                for _ in range(n):
                    total = total * base % 1009 + factor
                return total
            return power
        for k in range(4):
            print(many(300, d=k), many(300, k, d=1), many(a=200, c=k, b=1, d=2), kept(200 + k, 2), kept(step=3, n=9))
            print(rest(1, 2, k), rest(k, x=1), rest(*range(300)), no_arguments(), powers(k)(100), powers(3)(50, k))
            print(functools.partial(many, d=k)(100), list(map(kept, [3, 200], [k, k])))
        for wrong in (lambda: many(1), lambda: many(1, 2, 3, d=1), lambda: kept(1), lambda: no_arguments(1)):
            try:
                wrong()
            except TypeError as error:
                print(error)
        for function in (many, kept, rest, no_arguments, powers):
            print(inspect.signature(function), inspect.getsource(function))
    """,
    "code objects": """
        import gc, sys, types
        def twice(n):
            total = 0
            for i in range(n):
                total += 2
            return total
        code = twice.__code__
        print(twice(1000), twice(2000), twice.__code__ is code, type(twice).__code__.__get__(twice) is code)
        print(len(code.co_code), code.co_consts, code.co_stacksize, code.co_varnames, code == code.replace())
        copy = types.FunctionType(twice.__code__, globals(), "copy")
        print(copy(1000), copy.__code__ is code, twice.__globals__ is globals())
        def thrice(n):
            total = 0
            for i in range(n):
                total += 3
            return total
        for k in range(3):
            twice.__code__ = thrice.__code__
            print(twice(100), thrice(100), twice.__code__ is thrice.__code__)
            twice.__code__ = code
            print(twice(100), twice.__code__ is code)
        del twice, copy
        gc.collect()
        def deep(n):
            for i in range(1):
                if n == 0:
                    return sys._getframe().f_code.co_name
                return deep(n - 1)
        print(deep(100), deep(200))
    """,
    "phases": """
        import time
        def first(n):
            total = 0
            for i in range(n):
                total += small(i)
            return total
        def small(x):
            return x & 3
        def second(n):
            total = 0.0
            for i in range(n):
                total += 1 / (1 + i)
            return total
        class Late:
            def method(self, n):
                return [second(k) for k in range(n)][-1]
        end = time.perf_counter() + 0.3
        while time.perf_counter() < end:
            first(20)
        end = time.thread_time() + 0.3
        while time.thread_time() < end:
            x = Late().method(20), second(1000)
        print(x)
        try:
            second("no")
        except TypeError as error:
            print(error)
    """,
    "threads that meet": """
        import threading
        made = {}
        def new(k):
            names = {}
            exec(f"def sums(n):\\n total = {k}\\n for i in range(n):\\n  total += i\\n return total", names)
            return names["sums"]
        def texts(n):
            found = {}
            for i in range(n):
                found[str(i).title()] = repr(i).encode()
            return len(found)
        def products(n):
            total = 1.0
            for i in range(n):
                total *= 1.0 + small(i)
            return total
        def small(x):
            return x % 3 * 1e-9
        def run(k, start, results):
            start.wait()
            results[k] = [[products(50 + j), texts(20), new(j)(30), twice(j)] for j in range(60)]
        def twice(n):
            total = 0
            for i in range(n):
                total += products(i) > 1.0
            return total
        results, start = {}, threading.Barrier(8)
        threads = [threading.Thread(target=run, args=(k, start, results)) for k in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        print(all(results[k] == results[0] for k in range(8)), results[0][-1])
    """,
    "input": """
        import sys
        lines = sys.stdin.readlines()
        def longest(texts):
            most = 0
            for text in texts:
                if len(text) > most:
                    most = len(text)
            return most
        print(longest(lines), input.__name__)
    """,
}


class Programs:
    """Runs programs in a folder, as they are and with us."""

    def __init__(self, folder, folders):
        self.folder = folder
        self.environment = dict(os.environ, PYTHONPATH=os.pathsep.join(folders), PYTHONHASHSEED="1")
        self.environment.pop("POMMEL_JIT", None)

    def write(self, text, name="program.py"):
        (self.folder / name).write_text(text)
        return name

    def run(self, *arguments, **environment):
        done = subprocess.run([sys.executable, *arguments], cwd=self.folder, capture_output=True, timeout=120,
                              input=b"one\nand two\n", env={**self.environment, **environment})
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def assert_same(self, *program, options=()):
        plain = self.run(*options, *program)
        assert self.run(*options, "-m", "pommel", "run", *program) == plain
        return plain


@pytest.fixture
def programs(tmp_path, folders_of_extensions):
    return Programs(tmp_path, folders_of_extensions)


def text_of(name):
    program = textwrap.dedent(PROGRAMS[name])
    return program if name == "an error of syntax" else textwrap.dedent(WORK) + program


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_do_the_same(programs, name):
    program = programs.write(text_of(name))
    code, out, err = programs.assert_same(program, "first", "--second=2")
    assert out or err
    if name == "an interrupt":
        assert code == -signal.SIGINT


def test_modules_and_options_of_python(programs):
    package = programs.folder / "package"
    package.mkdir()
    (package / "__init__.py").write_text("print('package', __name__)\n")
    (package / "__main__.py").write_text(textwrap.dedent(WORK) + textwrap.dedent("""
        import sys
        print(work(100_000), sys.argv[1:], __package__, __spec__.name, sys.path[0] == "", sys.flags.optimize)
        assert False, "asserted"
    """))
    assert "package" in programs.assert_same("-m", "package", "x")[1]
    assert programs.assert_same("-m", "package", options=["-O"])[0] == 0
    assert "No module" in programs.assert_same("-m", "nothing")[2]
    assert programs.assert_same("nothing.py")[0] == 2
    programs.write("import sys\nprint(sys.warnoptions, sys.flags, sys._xoptions, sys.orig_argv[1:])\n"
                   if sys.version_info >= (3, 10) else "import sys\nprint(sys.flags)\n")
    programs.assert_same("program.py", "a b", options=["-W", "error", "-X", "dev", "-B"])


def test_usage(programs):
    code, out, err = programs.run("-m", "pommel", "run")
    assert (code, out) == (1, "") and "no program is named" in err and "usage:" in err
    assert "there is no option --wrong" in programs.run("-m", "pommel", "run", "--wrong", "x.py")[2]
    assert "there is no command other" in programs.run("-m", "pommel", "other")[2]
    assert "usage:" in programs.run("-m", "pommel", "--help")[1]


def test_another_sitecustomize_is_imported(programs, folders_of_extensions):
    other = programs.folder / "other"
    other.mkdir()
    (other / "sitecustomize.py").write_text("import builtins\nbuiltins.customized = 1\n")
    program = programs.write("import sitecustomize\nprint(customized, sitecustomize.__file__)\n")
    path = os.pathsep.join([*folders_of_extensions, str(other)])
    plain = programs.run(program, PYTHONPATH=path)
    assert plain[0] == 0
    assert programs.run("-m", "pommel", "run", program, PYTHONPATH=path) == plain


def summary_of(programs, text, **environment):
    program = programs.write(textwrap.dedent(WORK) + textwrap.dedent(text))
    plain = programs.run(program)
    code, out, err = programs.run("-m", "pommel", "run", "--summary", program, **environment)
    assert (code, out) == plain[:2] and err.startswith(plain[2] + "pommel: the program took ")
    return err[len(plain[2]):]


def test_off(programs):
    program = programs.write(text_of("prints"))
    plain = programs.run(program)
    assert programs.run("-m", "pommel", "run", "--summary", program, POMMEL_JIT="off") == plain
    assert "nothing to show" in programs.run("-m", "pommel", "annotate", program, POMMEL_JIT="off")[2]


@pytest.mark.only("finds_nothing")
def test_the_summary_says_why_nothing_is_found(programs):
    assert "nothing was compiled, as " in summary_of(programs, "print(work(100_000))")


class TestWhereFunctionsAreFound:
    pytestmark = pytest.mark.only("finds")

    def test_the_summary(self, programs):
        text = summary_of(programs, """
            def numbers(n):
                yield from range(n)
            def main():
                for _ in range(1):
                    print(work(100_000), sum(numbers(10)))
            main()
            fails_at(1000, 900)
        """)
        assert "work (program.py:2): 1 calls, " in text
        assert "fails_at (program.py:9): 1 calls, " in text
        assert "to compile 2 functions" in text
        assert "numbers (program.py:13): it is a generator or a coroutine" in text
        assert "main (program.py:15): it talks to the world, and what it calls is compiled by itself" in text

    def test_functions_that_come_from_elsewhere(self, programs):
        # `key` is called by the interpreter only, and `move` as what it finds in a class.
        text = summary_of(programs, """
            def key(x):
                total = 0
                for i in range(x % 50):
                    total += i * x
                return total
            class Body:
                def move(self, n):
                    x = 0.0
                    for i in range(n):
                        x += 0.5 * i
                    return x
            bodies = [Body() for _ in range(2000)]
            print(max(range(5000), key=key))
            print(sum(map(Body.move, bodies, range(2000))))
        """)
        assert re.search(r"key \(program.py:13\): \d+ calls", text), text
        assert re.search(r"Body.move \(program.py:19\): \d+ calls", text), text

    def test_functions_that_are_called_late(self, programs):
        assert "second (program.py:21): " in summary_of(programs, PROGRAMS["phases"])

    def test_functions_that_only_functions_in_c_call(self, programs):
        text = summary_of(programs, """
            def steps(n):
                k = 0
                while n != 1:
                    n = n // 2 if n % 2 == 0 else 3 * n + 1
                    k += 1
                return k
            def keys(base):
                def key(n):
                    total = base
                    for i in range(n % 50):
                        total += i * n % 7
                    return total
                return key
            print(max(range(1, 4000), key=steps), sorted(range(4000), key=keys(3))[:5])
        """)
        assert "steps (program.py:13): " in text and "as they are:" not in text
        # Before, what begins late is found by samples.
        assert "key (program.py:20): " in text or sys.version_info < (3, 12)

    def test_what_is_small_is_left_alone(self, programs):
        text = summary_of(programs, """
            def small(x):
                return x + 1
            x = 0
            for _ in range(10_000):
                x = small(x)
            print(x)
        """)
        assert "small (program.py:13): it does too little in a call" in text

    def test_what_does_not_pay_is_given_back(self, programs):
        text = summary_of(programs, """
            def texts(items):
                made = {}
                for item in items:
                    made[item.title()] = item.encode()
                return len(made)
            for _ in range(50):
                n = texts(["ä" * k for k in range(20)])
            print(n)
        """)
        assert re.search(r"as they are:\n  texts \(program.py:13\): most of what it does", text)

    def test_auto(self, in_new_process):
        program = textwrap.dedent("""
            import linecache, pommel as pm
            text = '''
            def work(n):
                total = 0
                for i in range(n):
                    total += i * i % 7
                return total
            print(work(1000), sorted(made(1000) for made in [work] * 3)[0], work.__code__.co_name)
            '''
            linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(True), "<cell 1>")
            print(pm.auto)
            with pm.auto():
                watch = pm.auto._auto
                exec(compile(text, "<cell 1>", "exec"), {})
                print(pm.auto, pm.auto() is pm.auto)
                (found,) = [found for found in watch.found() if found.compiled]
                jitted = found.compiled[0][1]
                print(found.code.co_name, jitted._entered())
            print(pm.auto)
            account = pm.auto.summary()
            print(repr(account).split()[1:5], "  work (<cell 1>:2): 4 calls, " in str(account))
            print("total += i * i % 7" in account._repr_html_())
            pm.auto.off()
            import sys
            monitoring = getattr(sys, "monitoring", None)
            print([monitoring and monitoring.get_tool(k) for k in range(6)])
            pm.auto()
            pm.auto.off()
        """)
        assert in_new_process(program) == textwrap.dedent("""\
            <pommel.auto, off>
            2001 2001 work
            <pommel.auto, on> True
            work 4
            <pommel.auto, off>
            ['functions', 'were', 'watched', 'for'] True
            True
            [None, None, None, None, None, None]
        """)

    def test_the_page_of_a_program(self, programs):
        program = programs.write(textwrap.dedent(WORK) + textwrap.dedent("""
            def helper(x):
                return x * 0.5
            def halves(n):
                total = 0.0
                for i in range(n):
                    total += helper(i)
                    if i == 5000:
                        print("<so far> & more")
                return total
            def numbers(n):
                for i in range(n):
                    yield i
            print(work(100_000), halves(10_000), sum(numbers(3)))
        """))
        plain = programs.run(program)
        assert programs.run("-m", "pommel", "annotate", program) == plain
        page = Page((programs.folder / "program.html").read_text(encoding="utf-8"))
        lines = (programs.folder / program).read_text().splitlines()
        assert [text for _, text in page.lines] == [line or " " for line in lines]
        states = {text: state for state, text in page.lines}
        assert states["        total += i * i % 7"] == "native"
        if not FREE_THREADED:
            # Without the GIL functions are not followed.
            assert states["    return x * 0.5"] == "follows"
            assert states['            print("<so far> & more")'] == "part"
            assert "a call of what is not known" in page.text
        assert states["        yield i"] == "plain"
        assert states["print(work(100_000), halves(10_000), sum(numbers(3)))"] == "outside"
        assert "work was compiled for (int of 64 bits)." in page.text
        assert "typed form" in page.text and "iadd" in page.text and "rbp" in page.text
        assert "numbers runs as it is: it is a generator or a coroutine." in page.text

    def test_the_page_has_another_name_and_all_files(self, programs):
        programs.write(textwrap.dedent(WORK), "helpers.py")
        program = programs.write("from helpers import work\nprint(work(100_000))\n")
        assert programs.run("-m", "pommel", "annotate", "--output", "a.html", program) == programs.run(program)
        page = Page((programs.folder / "a.html").read_text(encoding="utf-8"))
        assert page.headings[1:] == [str(programs.folder / name) for name in ("program.py", "helpers.py")]


@pytest.mark.only("compiles")
def test_an_explanation_in_a_notebook():
    @pm.jit
    def total(n):
        s = 0
        for i in range(n):
            s += i
        return s

    total(1000)
    page = Page(pm.explain(total)._repr_html_())
    assert [state for state, _ in page.lines] == 6 * ["native"]
    assert "total was compiled for (int of 64 bits)." in page.text


class Page(HTMLParser):
    """A page that was read: its lines with their states, its headings and all of its text. It must be well formed,
    and stand alone."""

    EMPTY = ("meta",)

    def __init__(self, html):
        super().__init__()
        self.open, self.lines, self.headings, self.text, self.state = [], [], [], "", ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("link", "script", "img") and "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
        if tag not in self.EMPTY:
            self.open.append(tag)
        if tag in ("p", "details") and attributes.get("class"):
            self.state = attributes["class"]
        if tag == "code":
            self.lines.append((self.state, ""))
        if tag in ("h1", "h2"):
            self.headings.append("")

    def handle_endtag(self, tag):
        if tag in self.EMPTY:
            return
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text += data
        if self.open and self.open[-1] == "code":
            self.lines[-1] = (self.state, self.lines[-1][1] + data)
        if self.open and self.open[-1] in ("h1", "h2"):
            self.headings[-1] += data

"""The worker of the benchmark of compiled functions: `worker.py HOW`, where HOW is a class below.

What a part is named says what is done:

    black-scholes-1e5          `programs/black_scholes.py` with n = 1e5, once it is warm
    first-black-scholes-1e5    the same in a fresh process: decorated and called once
    sleds, sleds-numpy         `../sleds/sleds.py` with our arrays or NumPy's, once it is warm
    first-sleds                the same in a fresh process
    call-two-floats, ...       one call of a function of `calls.py`
    import                     the import of the compiler in a fresh process
    language-..., ...          a function of `features.py`

With `--first PART` it is that fresh process: it prints how long the first call took.
"""

import importlib
import math
import os
import subprocess
import sys
import types
import zlib
from time import perf_counter

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(FOLDER, "programs"), os.path.dirname(FOLDER)]

from protocol import serve, timed  # noqa: E402

SLEDS, STEPS = 10, 200

# The loop around a call must not be measured.
UNROLLED = 20

# Of the processes that a request for first calls asks for, so many are started.
PROCESSES = 2


class Plain:
    """The functions as they are."""

    imports = "pass"
    # How far results may be from each other.
    tolerance = 0.0

    def compiled(self, function):
        return function

    def prepare(self, namespace, entry):
        """Compiles the function `entry` of a program, with whatever it calls."""
        namespace[entry] = self.compiled(namespace[entry])


class Pommel(Plain):
    imports = "import pommel"

    def __init__(self):
        import pommel

        self.compiled = pommel.jit


class Fast(Plain):
    """Ours where the user asks for speed before the last bit."""

    tolerance = 1e-9

    def __init__(self):
        import pommel

        self.compiled = pommel.jit(fastmath=True)


class Numba(Plain):
    """Numba compiles what is decorated and no more: every function of a program is."""

    imports = "import numba"

    def __init__(self):
        import numba

        self.compiled = numba.njit

    def prepare(self, namespace, entry):
        for name, value in list(namespace.items()):
            if isinstance(value, types.FunctionType) and value.__module__ == namespace["__name__"]:
                namespace[name] = self.compiled(value)


HOW = {"plain": Plain, "pommel": Pommel, "fast": Fast, "numba": Numba}


def numbers(result):
    return result if isinstance(result, tuple) else (result,)


class Task:
    """What a part does. `made` gives a function of functions that were never called, `digest` numbers by
    which two results are told apart."""

    def timed(self, run):
        """The function from a number of runs to seconds."""
        return timed(run)


class Program(Task):
    """A program with its size."""

    def __init__(self, how, name, size):
        self.module = importlib.import_module(name.replace("-", "_"))
        self.how, self.size = how, int(float(size))

    def made(self):
        """A function that runs it, from functions that were never called."""
        module = importlib.reload(self.module)
        self.how.prepare(vars(module), "run")
        run, size = module.run, self.size
        return lambda: run(size)

    def digest(self, run):
        return numbers(run())


class Sleds(Task):
    """The sleds with somebody's arrays."""

    def __init__(self, how, arrays):
        self.array, self.how = importlib.import_module(arrays).array, how

    def program(self, entry, compiled):
        """The function `entry` of the program, in which one function is compiled."""
        path = os.path.join(FOLDER, os.pardir, "sleds", "sleds.py")
        with open(path) as file:
            program = compile(file.read(), path, "exec")
        module = types.ModuleType("sleds")
        vars(module).update(array=self.array, __file__=path)
        exec(program, vars(module))
        self.how.prepare(vars(module), compiled)
        return getattr(module, entry)

    def made(self):
        ride = self.program("ride", "solve")
        return lambda: ride(SLEDS, STEPS)

    def digest(self, run):
        """Every state on the way; those at the end must be the same, to the last bit unless other bits are allowed."""
        trajectories = self.program("trajectories", "trajectories")
        ways = [[list(state) for state in states] for states in trajectories(SLEDS, STEPS)]
        ends = [number for state in run() for number in state]
        last = [number for states in ways for number in states[-1]]
        if not all(math.isclose(*pair, rel_tol=self.how.tolerance) for pair in zip(ends, last, strict=True)):
            raise ValueError("a ride ends elsewhere than its trajectory")
        return [number for states in ways for state in states for number in state]


class Feature(Task):
    """A function of `features.py`."""

    def __init__(self, how, name):
        self.how, self.name = how, name.replace("-", "_")

    def made(self):
        import features

        module = importlib.reload(features)
        arguments = getattr(module, self.name).arguments
        self.how.prepare(vars(module), self.name)
        function = getattr(module, self.name)
        return lambda: function(*arguments())

    def timed(self, run):
        def quiet():
            try:
                run()
            except Exception:
                # Some are about errors.
                pass

        return timed(quiet)

    def digest(self, run):
        """What it returns or raises, as text: the types are compared as well."""
        try:
            found = repr(run())
        except Exception as error:
            if type(error).__module__.startswith("numba"):
                # It is refused.
                raise
            found = repr(error)
        return [zlib.crc32(found.encode())]


class Call(Task):
    """One call of a function of `calls.py`."""

    def __init__(self, how, name):
        import calls

        self.function, self.arguments = calls.call(name.replace("-", "_"))
        self.how = how

    def made(self):
        return self.how.compiled(self.function)

    def digest(self, function):
        return numbers(function(*self.arguments))

    def timed(self, function):
        names = ["argument{}".format(i) for i in range(len(self.arguments))]
        lines = ["def run(repeats, function, {}):".format(", ".join(names)), "    begin = perf_counter()",
                 "    for _ in range(repeats):"]
        lines += ["        function({})".format(", ".join(names))] * UNROLLED
        lines += ["    return perf_counter() - begin"]
        namespace = {"perf_counter": perf_counter}
        exec("\n".join(lines), namespace)

        def time(runs):
            blocks = -(-runs // UNROLLED)
            return namespace["run"](blocks, function, *self.arguments) * runs / (blocks * UNROLLED)

        return time


def task(how, part):
    """What a part does, by its name."""
    import features

    if part in ("sleds", "sleds-numpy"):
        return Sleds(how, "numpy" if part == "sleds-numpy" else "pommel")
    head, _, rest = part.partition("-")
    if head == "call":
        return Call(how, rest)
    if head in features.GROUPS:
        return Feature(how, rest)
    return Program(how, *part.rsplit("-", 1))


def in_fresh_processes(arguments):
    """The function from a number of runs to the seconds that fresh processes of Python print."""

    def time(runs):
        processes = min(runs, PROCESSES)
        seconds = (float(subprocess.check_output([sys.executable] + arguments)) for _ in range(processes))
        return sum(seconds) * runs / processes

    return time


class Parts:
    """The parts of one way to run them, each made when it is first asked for; the last is kept."""

    def __init__(self, name):
        self.name, self.how = name, HOW[name]()
        self.part = self.task = self.run = None

    def __contains__(self, part):
        return True

    def made(self, part):
        if self.part != part:
            self.part = None
            self.task = task(self.how, part)
            self.run = self.task.made()
            self.part = part
        return self.run

    def __getitem__(self, part):
        if part == "import":
            program = ("from time import perf_counter; begin = perf_counter(); {}; "
                       "print(perf_counter() - begin)".format(self.how.imports))
            return in_fresh_processes(["-c", program])
        if part.startswith("first-"):
            return in_fresh_processes([__file__, self.name, "--first", part[len("first-"):]])
        return self.task.timed(self.made(part))

    def result(self, part):
        if part == "import":
            return []
        if part.startswith("first-"):
            part = part[len("first-"):]
        run = self.made(part)
        return self.task.digest(run)


class Results:
    def __init__(self, parts):
        self.parts = parts

    def __contains__(self, part):
        return True

    def __getitem__(self, part):
        return lambda: self.parts.result(part)


def first(how, part):
    """How long it takes to compile and call for the first time."""
    made = task(HOW[how](), part)
    # All that does not belong to it has happened.
    begin = perf_counter()
    run = made.made()
    run()
    return perf_counter() - begin


def main(name, *rest):
    if rest:
        print(first(name, rest[1]))
    else:
        parts = Parts(name)
        serve(parts, Results(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])

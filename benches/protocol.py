"""The protocol of the benchmark runner, for workers in Python.

A worker is a process that lives as long as its case is measured. The runner writes requests to its
standard input, one per line, and reads one line in answer to each:

    time PART RUNS   ->  ok SECONDS         the part was run RUNS times and took so long
    result PART      ->  ok NUMBER ...      what the part computes, for comparison
    anything else, or a failure             ->  err REASON

A case without parts calls its one part `all`. The worker ends when its input does. Anything that
a worker prints to standard error is shown.
"""

import os
import subprocess
import sys
from time import perf_counter


def timed(function, *args):
    """A part that calls `function(*args)` once per run."""

    def run(runs):
        begin = perf_counter()
        for _ in range(runs):
            function(*args)
        return perf_counter() - begin

    return run


class MadeParts:
    """The parts of one rival, each made by `make(part)` when it is first asked for. What `first-PART` takes is said by
    processes of their own, `worker --first PART`, of which so many are started for a request."""

    PROCESSES = 2

    def __init__(self, names, make, worker):
        self.names, self.make, self.worker, self.made = names, make, worker, {}

    def __contains__(self, part):
        return part in self.names

    def run(self, part):
        if part not in self.made:
            self.made[part] = self.make(part)
        return self.made[part]

    def __getitem__(self, part):
        if not part.startswith("first-"):
            return timed(self.run(part))

        def time(runs):
            processes = min(runs, self.PROCESSES)
            command = [sys.executable, *self.worker, "--first", part]
            return sum(float(subprocess.check_output(command)) for _ in range(processes)) * runs / processes

        return time


class MadeResults:
    """What parts compute."""

    def __init__(self, parts):
        self.parts = parts

    def __contains__(self, part):
        return part in self.parts

    def __getitem__(self, part):
        return lambda: [float(number) for number in self.parts.run(part)()]


def serve(parts, results={}):
    """Answers requests. `parts` maps a part to a function from the number of runs to seconds,
    `results` a part to a function that returns numbers."""
    answers = sys.stdout
    # A part that prints must not answer in the runner's place.
    sys.stdout = sys.stderr
    for request in sys.stdin:
        try:
            answer = _answer(request.split(), parts, results)
        except Exception as error:
            answer = "err {}: {}".format(type(error).__name__, error).replace("\n", " ")
        print(answer, file=answers, flush=True)


def _answer(words, parts, results):
    verb, part = words[0], words[1]
    if verb == "time" and part in parts:
        return "ok {!r}".format(parts[part](int(words[2])))
    if verb == "result" and part in results:
        return "ok " + " ".join(repr(float(number)) for number in results[part]())
    return "err this worker has no {}".format(part)


def load_hpy_universal(name):
    """A module that only upstream HPy's loader (on PyPy 7.3: the built-in one) can import."""
    from importlib.util import spec_from_file_location

    from hpy.universal import load

    for folder in sys.path:
        path = os.path.join(folder, name + ".hpy0.so")
        if os.path.exists(path):
            return load(name, path, spec_from_file_location(name, path))
    raise ImportError("no {}.hpy0.so on the path".format(name))

"""The worker of the benchmark of whole programs: `worker.py HOW`, where HOW is `plain` or `run`.

A part is one of `programs/*.py`; it is run by a process of its own, from the start of Python to its end.
What it printed and its exit code are the result.
"""

import os
import subprocess
import sys
import zlib
from time import perf_counter

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))

from protocol import serve  # noqa: E402

HOW = {"plain": [], "run": ["-m", "pommel", "run"]}


class Parts:
    """The programs, each run in one of the ways."""

    def __init__(self, how):
        self.command = [sys.executable, *HOW[how]]
        # Packages that are installed have their bytecode beside them; here it is kept elsewhere.
        self.environment = dict(os.environ, PYTHONPYCACHEPREFIX=os.path.abspath(os.environ["BENCH_FOLDER"]))
        self.environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def __contains__(self, part):
        return os.path.exists(self.path(part))

    def path(self, part):
        return os.path.join(FOLDER, "programs", part.replace("-", "_") + ".py")

    def run(self, part):
        return subprocess.run([*self.command, self.path(part)], capture_output=True,
                              env=self.environment)

    def __getitem__(self, part):
        def time(runs):
            # A run takes seconds, and there are many rounds.
            begin = perf_counter()
            self.run(part)
            return (perf_counter() - begin) * runs

        return time


class Results(Parts):
    def __getitem__(self, part):
        def digest():
            done = self.run(part)
            return done.returncode, zlib.crc32(done.stdout), zlib.crc32(done.stderr)

        return digest


if __name__ == "__main__":
    serve(Parts(sys.argv[1]), Results(sys.argv[1]))

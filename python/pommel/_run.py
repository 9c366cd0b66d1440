"""``python -m pommel run``: a program as it is, with its hot functions compiled.

The program is run by an interpreter of its own, as Python runs it, and not from within a function of ours:
tracebacks, frames, the exit code and what is in ``__main__`` are what they are without us. This process
becomes that interpreter. A module that Python imports as it starts (``_startup``) begins to watch it.
"""

from __future__ import annotations

import os
import sys

_USAGE = """\
usage: python -m pommel run [--summary] script.py [arguments]
       python -m pommel run [--summary] -m module [arguments]
       python -m pommel annotate [--output page.html] script.py [arguments]
       python -m pommel annotate [--output page.html] -m module [arguments]

run       runs a program with its hot functions compiled
annotate  runs it and writes a page that shows how native each line ran
"""


def run(arguments: list[str]) -> None:
    """The command ``run``: does not return."""
    options, program = _options(arguments, {"--summary": False})
    _become(program, "summary" if "--summary" in options else "")


def annotate(arguments: list[str]) -> None:
    """The command ``annotate``: does not return."""
    options, program = _options(arguments, {"--output": True, "-o": True})
    page = options.get("--output", options.get("-o"))
    if page is None:
        name = program[1] if program[0] == "-m" else os.path.splitext(os.path.basename(program[0]))[0]
        page = name + ".html"
    _become(program, "page " + os.path.abspath(page))


def fail(reason: str) -> None:
    """Ends with an error of usage."""
    sys.exit("{}\n{}".format(reason, _USAGE))


def usage() -> str:
    return _USAGE


def begin(arguments: list[str]) -> None:
    """A command, with its arguments: does not return."""
    {"run": run, "annotate": annotate}[arguments[0]](arguments[1:])


def _options(arguments: list[str], known: dict[str, bool]) -> tuple[dict[str, str], list[str]]:
    """The options before the program, and the program with its arguments. ``known`` says which have a value."""
    options: dict[str, str] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-m":
        name, has_value, value = rest.pop(0).partition("=")
        if name not in known or has_value and not known[name]:
            fail("pommel: there is no option {}".format(name))
        if known[name] and not has_value:
            if not rest:
                fail("pommel: the option {} wants a value".format(name))
            value = rest.pop(0)
        options[name] = value
    if not rest or rest == ["-m"]:
        fail("pommel: no program is named")
    return options, rest


def _become(program: list[str], wanted: str) -> None:
    """Makes this process Python with a program."""
    before = _options_of_python()
    if os.environ.get("POMMEL_JIT") != "off":
        ignored = sys.flags.ignore_environment or sys.flags.no_site
        if ignored:
            fail("pommel: Python's options -E, -I and -S keep a program from being watched")
        path = os.environ.get("PYTHONPATH")
        if path is not None:
            os.environ["POMMEL_RUN_PATH"] = path
        folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_startup")
        os.environ["PYTHONPATH"] = folder + (os.pathsep + path if path else "")
        os.environ["POMMEL_RUN"] = wanted
    elif wanted.startswith("page"):
        fail("pommel: POMMEL_JIT is off, and there is nothing to show")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *before, *program])


def _options_of_python() -> list[str]:
    """The options that this interpreter was started with."""
    given: list[str] | None = getattr(sys, "orig_argv", None)
    if given is None:
        from subprocess import _args_from_interpreter_flags  # type: ignore[attr-defined]

        return _args_from_interpreter_flags()
    for i, option in enumerate(given):
        if option == "-mpommel" or option == "-m" and given[i + 1:i + 2] == ["pommel"]:
            return given[1:i]
    return []

"""Running somebody's program inside this process, for `python -m hpy.debug` and its relatives."""

import argparse
import os
import runpy
import sys


def parse(line, argv):
    """Read a command line that ends with a program: what stands behind that is the program's.

    `line` is an `ArgumentParser` with the options that stand before it.
    """
    line.add_argument(
        "-m", dest="is_module", action="store_true", help="the program is a module's name"
    )
    line.add_argument("program", help="a script, or with -m a module")
    line.add_argument("arguments", nargs=argparse.REMAINDER)
    return line.parse_args(argv)


def run(options):
    """Run the program as `python` would; returns its exit status."""
    sys.argv = [options.program, *options.arguments]
    try:
        if options.is_module:
            sys.path[0] = os.getcwd()
            runpy.run_module(options.program, run_name="__main__", alter_sys=True)
        else:
            sys.path[0] = os.path.dirname(os.path.abspath(options.program))
            runpy.run_path(options.program, run_name="__main__")
    except SystemExit as exit:
        return exit_status(exit.code)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def exit_status(code):
    """What the interpreter makes of `sys.exit(code)`."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)
    return 1

"""Runs a program with its extensions in trace mode, and ends with a table of their calls.

    python -m hpy.trace [--chrome FILE] script.py [ARGUMENT...]
    python -m hpy.trace [--chrome FILE] -m module [ARGUMENT...]

The exit status is the program's own. The file is one for the viewers of Chrome traces, such as
`chrome://tracing`: every call on a line of time, which shows as a flame graph.
"""

import argparse
import os
import sys

from hpy import _program

# Before anything imports an extension.
os.environ["HPY"] = "trace"

# What a viewer can show, and about 50 MB of file.
RECORDED = 500_000


def main(argv):
    """Run the program of the command line; returns the exit status."""
    options = parse(argv)
    from hpy import trace

    if options.chrome:
        # A program that cannot leave its trace should say so before it runs.
        with open(options.chrome, "w", encoding="utf-8"):
            trace.record_calls(RECORDED)
    status = _program.run(options)
    print(trace.get_table(), end="", file=sys.stderr)
    if options.chrome:
        with open(options.chrome, "w", encoding="utf-8") as file:
            file.write(trace.get_chrome_trace())
        print(f"hpy.trace: the calls are in {options.chrome}", file=sys.stderr)
    return status


def parse(argv):
    """The command line."""
    line = argparse.ArgumentParser(
        prog="python -m hpy.trace",
        description="Run a program with its HPy extensions in trace mode.",
    )
    line.add_argument(
        "--chrome",
        metavar="FILE",
        help=f"write the first {RECORDED} calls to a file for the viewers of Chrome traces",
    )
    return _program.parse(line, argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Runs a program with its extensions in debug mode, and says at the end what they leaked.

    python -m hpy.debug [--frames N] script.py [ARGUMENT...]
    python -m hpy.debug [--frames N] -m module [ARGUMENT...]

The exit status is the program's own, or 1 where that is 0 and handles were leaked.
"""

import argparse
import collections
import faulthandler
import os
import sys

from hpy import _program

# Before anything imports an extension.
os.environ["HPY"] = "debug"

SHOWN = 10


def main(argv):
    """Run the program of the command line; returns the exit status."""
    options = parse(argv)
    from hpy.debug import set_handle_stack_trace_limit
    from hpy.universal import _debug

    # Memory that is used after its handle was closed is a fault: say where.
    faulthandler.enable()
    if options.frames:
        set_handle_stack_trace_limit(options.frames)
    generation = _debug.new_generation()
    status = _program.run(options)
    leaks = _debug.get_open_handles(generation)
    print(summary(leaks, options.frames), file=sys.stderr)
    return status or (1 if leaks else 0)


def parse(argv):
    """The command line."""
    line = argparse.ArgumentParser(
        prog="python -m hpy.debug",
        description="Run a program with its HPy extensions in debug mode.",
    )
    line.add_argument(
        "--frames",
        type=int,
        default=0,
        metavar="N",
        help="note where handles are made, with at most N frames of native code",
    )
    return _program.parse(line, argv)


def summary(leaks, frames):
    """What was leaked, the most frequent first, and what to do next."""
    if not leaks:
        return "hpy.debug: no handle was leaked"
    count = len(leaks)
    lines = [f"hpy.debug: {count} handle{'' if count == 1 else 's'} leaked"]
    groups = collections.Counter(describe(handle) for handle in leaks)
    for text, times in groups.most_common(SHOWN):
        lines.append(f"  {times} x {text}")
    if len(groups) > SHOWN:
        lines.append(f"  and {len(groups) - SHOWN} more kinds")
    if frames:
        lines.append("Each line of a stack above is a place where a handle was made that the")
        lines.append("extension did not close on every path (HPy_Close).")
    else:
        lines.append("Run it again with --frames 16 to see where these handles were made.")
    return "\n".join(lines)


def describe(handle):
    """A handle without what differs between two leaks of one cause."""
    text = repr(handle)
    _, _, stack = text.partition("\n")
    what = f"a handle to {type(handle.obj).__qualname__}"
    return f"{what}, made at:\n{stack.rstrip()}" if stack else f"{what}, such as {handle.obj!r:.60}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

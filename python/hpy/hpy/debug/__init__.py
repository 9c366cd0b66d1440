"""What an extension does wrong with handles: leaks, use after close, and more.

An extension is watched when it is imported with the environment variable `HPY=debug`
(or `HPY=its_name:debug`); it does not have to be compiled for it.

    from hpy.debug import LeakDetector

    with LeakDetector():
        extension.function()

:func:`failures` makes one call into Python after the other fail, as if memory ran out there.
`python -m hpy.debug script.py` runs a program and ends with a summary, and `hpy.debug.pytest`
does the same for tests.
"""

from .failures import Attempt, failures
from .leakdetector import HPyDebugError, HPyLeakError, LeakDetector

__all__ = [
    "Attempt",
    "HPyDebugError",
    "HPyLeakError",
    "LeakDetector",
    "disable_handle_stack_traces",
    "failures",
    "set_handle_stack_trace_limit",
]


def set_handle_stack_trace_limit(limit):
    """Note where each handle is made, with at most `limit` frames of native code."""
    from hpy.universal import _debug

    _debug.set_handle_stack_trace_limit(limit)


def disable_handle_stack_traces():
    """Do not note where handles are made, which is the default."""
    from hpy.universal import _debug

    _debug.set_handle_stack_trace_limit(None)

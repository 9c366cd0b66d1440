"""Which functions of the API an extension calls, how often, and for how long.

An extension is traced when it is imported with the environment variable `HPY=trace`
(or `HPY=its_name:trace`). `python -m hpy.trace script.py` runs a program so, and ends with a table.
"""

from hpy.universal import _trace

get_call_counts = _trace.get_call_counts
get_durations = _trace.get_durations
set_trace_functions = _trace.set_trace_functions
get_frequency = _trace.get_frequency
get_function_counts = _trace.get_function_counts
get_table = _trace.get_table
record_calls = _trace.record_calls
get_chrome_trace = _trace.get_chrome_trace
reset = _trace.reset

__all__ = [
    "get_call_counts",
    "get_chrome_trace",
    "get_durations",
    "get_frequency",
    "get_function_counts",
    "get_table",
    "record_calls",
    "reset",
    "set_trace_functions",
]

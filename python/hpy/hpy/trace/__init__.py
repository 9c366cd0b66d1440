"""Which functions of the API an extension calls, how often, and for how long.

An extension is traced when it is imported with the environment variable `HPY=trace`
(or `HPY=its_name:trace`).
"""

from hpy.universal import _trace

get_call_counts = _trace.get_call_counts
get_durations = _trace.get_durations
set_trace_functions = _trace.set_trace_functions
get_frequency = _trace.get_frequency

__all__ = ["get_call_counts", "get_durations", "get_frequency", "set_trace_functions"]

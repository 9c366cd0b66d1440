"""Does an operation leak? Measured from outside, by what the allocators have given out and not got
back. The process's size would not do: a heap that shrank has room to hide a leak in, and one that
an interpreter has not trimmed yet looks like a leak."""

import ctypes
import gc
import sys

# A leaked handle, reference cell or float array costs this at least on every interpreter.
LEAST_LEAK_BYTES = 16


class _Mallinfo(ctypes.Structure):
    """`struct mallinfo2`, mallinfo(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks "
        "keepcost".split()
    ]


_mallinfo = ctypes.CDLL(None).mallinfo2
_mallinfo.restype = _Mallinfo


def native_bytes():
    """What the C library's allocator has given out: Rust's memory, and the large objects of an
    interpreter."""
    info = _mallinfo()
    return info.uordblks + info.hblkhd


def object_bytes():
    """What the interpreter's own allocator has given out, or a lower bound of it."""
    if sys.implementation.name == "pypy":
        return gc.get_stats()._s.total_gc_memory
    return sys.getallocatedblocks() * LEAST_LEAK_BYTES


def assert_no_leak(operation, times=50_000):
    """Runs `operation` that many times; it may not hold on to 16 bytes for each run.

    Caches first grow to the size that they work at, and a JIT compiles when it sees fit. A leak
    does not stop: it grows in both halves of the runs, and in every repetition of them.
    """
    half = times // 2
    quiet = 0
    growths = []
    before = settled()
    for _ in range(8):
        repeat(operation, half)
        now = settled()
        growths.append((now - before) / half)
        before = now
        quiet += growths[-1] < LEAST_LEAK_BYTES
        if quiet == 2:
            return
    raise AssertionError("{:.1f} bytes a run".format(sorted(growths)[1]))


def repeat(operation, times):
    for _ in range(times):
        operation()


def settled():
    # PyPy runs finalisers in the collection after the one that found the garbage.
    for _ in range(3):
        gc.collect()
    return native_bytes() + object_bytes()

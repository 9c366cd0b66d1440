"""Does an operation leak? Measured from outside, so that it works on every interpreter: what the
process holds in memory before and after many runs."""

import gc
import os

# A leaked handle, reference cell or float array costs more than this on every interpreter.
LEAST_LEAK_BYTES = 16


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def assert_no_leak(operation, times=1_000_000):
    """Runs `operation` that many times; it may not hold on to 16 bytes for each run.

    A heap first grows to the size that it works at, and one that shrank has room to hide in: a leak
    is what grows in three quarters of the runs.
    """
    quarter = times // 4
    before = settled()
    growths = []
    for _ in range(4):
        repeat(operation, quarter)
        now = settled()
        growths.append((now - before) / quarter)
        before = now
    growth = sorted(growths)[1]
    assert growth < LEAST_LEAK_BYTES, "{:.1f} bytes a run".format(growth)


def repeat(operation, times):
    for _ in range(times):
        operation()


def settled():
    # PyPy runs finalisers in the collection after the one that found the garbage.
    for _ in range(3):
        gc.collect()
    return resident_bytes()

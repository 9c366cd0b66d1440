"""Random programs over arrays, run with NumPy and with Pommel: both give the same at every look.

Which ones is the same in every run. `POMMEL_PROGRAMS=100000` runs so many, and
`POMMEL_PROGRAMS_SEED=7` others; `POMMEL_PROGRAMS_PART=1/2` and `2/2` are two processes' shares.
`programs.py` says what a program is, and runs them without pytest.
"""

import os
import sys
import time

import programs
import pytest

import pommel as pm

COUNT = int(os.environ.get("POMMEL_PROGRAMS", "400"))
SEED = int(os.environ.get("POMMEL_PROGRAMS_SEED", "0"))
PART = os.environ.get("POMMEL_PROGRAMS_PART", "1/1")
#: So many differences are shown, and no further programs run.
MOST = 20


def test_programs(capfd):
    start = time.monotonic()

    def progress(run):
        # Said only where somebody waits for it.
        if run % 1000 == 0:
            with capfd.disabled():
                print(f"\n{run} programs, {run / (time.monotonic() - start):.0f} a second", end="",
                      file=sys.stderr, flush=True)

    found = []
    for text in programs.differences(pm, COUNT, SEED, programs.part_of(PART), progress):
        found.append(text)
        if len(found) == MOST:
            break
    assert not found, "\n\n".join(found)


class Wrong:
    """The package with a mistake: on large arrays, `maximum` of what is put off is the smaller one."""

    def __getattr__(self, name):
        return getattr(pm, name)

    @staticmethod
    def maximum(one, other, **options):
        large = getattr(one, "size", 0) >= 2048
        return (pm.minimum if large else pm.maximum)(one, other, **options)


def test_a_mistake_is_found_and_its_program_is_short():
    found = programs.differences(Wrong(), 2000)
    text = next(text for text in found if "maximum" in text)
    # The arrays, the line with the mistake, and few more.
    assert len(text.splitlines()) <= 8, text


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "x/y"])
def test_parts_that_there_are_not(text):
    with pytest.raises(ValueError):
        programs.part_of(text)

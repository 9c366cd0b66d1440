"""Programs by chance do compiled what they do as they are.

POMMEL_JIT_PROGRAMS says how many, POMMEL_JIT_SEED with which seed they begin.
"""

import os
import sys

import pytest

from comparing import MODES, alike, compiled, function_of, outcome
from generate import arguments, program, shrunk

# Programs come to overflows and to `~True`, compiled or not.
pytestmark = [pytest.mark.filterwarnings("ignore::" + kind) for kind in
              ("RuntimeWarning", "DeprecationWarning", "SyntaxWarning")]
pytestmark.append(pytest.mark.only("compiles"))

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
#: What programs do differs little from one interpreter to the next: one has more of them than the others.
COUNT = int(os.environ.get("POMMEL_JIT_PROGRAMS", "60" if sys.version_info[:2] == (3, 13) else "20"))
#: So many in one test.
GROUP = 20


def difference(made, seed, monkeypatch, mode):
    """What the program does otherwise when it is compiled; `None` if nothing."""
    source = made.source()
    try:
        plain = function_of(source, "program {}".format(seed))
    except SyntaxError:
        # What is left of a program that is made smaller need not be one.
        return None
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(2):
        for call in arguments(seed):
            expected, found = outcome(plain, call), outcome(fast, call)
            if not alike(expected, found):
                return "f{!r}:\n{}\nbut compiled\n{}".format(call, shown(expected), shown(found))
    return None


def shown(what):
    result, text, arguments = what
    return "{}\n{}\n{}".format(result, text, arguments)


# PyPy has two texts for a division of integers by zero.
@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, GROUP))
def test_programs_by_chance(first, mode, monkeypatch):
    for seed in range(first, min(first + GROUP, FIRST + COUNT)):
        made = program(seed)
        if difference(made, seed, monkeypatch, mode) is not None:
            small = shrunk(made, lambda p: difference(p, seed, monkeypatch, mode) is not None)
            source = small.source()
            pytest.fail("seed {}:\n{}\n{}".format(seed, source[source.index("def f("):],
                                                  difference(small, seed, monkeypatch, mode)))


def test_programs_by_chance_return_and_raise():
    """The generator is worth something only if programs come to their ends, and not all of them."""
    results = []
    for seed in range(100):
        plain = function_of(program(seed).source(), "program {}".format(seed))
        results += [outcome(plain, call)[1] is None for call in arguments(seed)]
    assert 0.2 < sum(results) / len(results) < 0.9


def test_a_program_is_made_small():
    """Only the statement in question is left."""
    made = program(5)
    small = shrunk(made, lambda p: "    return" in p.source() and "def f(" in p.source())
    assert small.body == []

"""Each function of the corpus does compiled what it does as it is."""

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, outcome
from programs import LEFT_OUT, cases

# Programs come to overflows and to `~True`, compiled or not.
pytestmark = [pytest.mark.filterwarnings("ignore::" + kind) for kind in
              ("RuntimeWarning", "DeprecationWarning", "SyntaxWarning")]
pytestmark.append(pytest.mark.only("compiles"))

CASES = cases()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function, calls", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_a_program_does_the_same(function, calls, mode, monkeypatch):
    fast = compiled(function, monkeypatch, mode)
    for _ in range(2):
        for arguments in calls:
            expected, found = outcome(function, arguments), outcome(fast, arguments)
            assert alike(expected, found), (arguments, expected, found)


@pytest.mark.parametrize("name, function", [case[:2] for case in CASES], ids=[case[0] for case in CASES])
def test_a_program_is_within_what_is_compiled(name, function, monkeypatch):
    reason = pm.explain(compiled(function, monkeypatch, "plain")).reason
    if name in LEFT_OUT:
        assert LEFT_OUT[name] in reason
    else:
        assert reason is None, reason


def test_there_are_programs_enough():
    assert len(CASES) > 200
    assert sum(len(case[2]) for case in CASES) > 2000

"""The Python sessions of the documentation: each ``pycon`` block prints what it says it prints.

A block runs by itself, on the extensions of the workspace. Rust blocks are documentation tests of
the crate `pommel`.
"""

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def sessions():
    parser = doctest.DocTestParser()
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in FENCE.finditer(text):
            if fence.group(1) == "pycon":
                line = text.count("\n", 0, fence.start(2))
                name = "{}:{}".format(page.relative_to(ROOT), line + 1)
                yield parser.get_doctest(fence.group(2), {}, name, str(page), line)


def case(session):
    # The package of arrays does not stand beside extensions that are built for one Python.
    uses_arrays = any("import pommel as pm" in example.source for example in session.examples)
    marks = [pytest.mark.only("arrays")] if uses_arrays else []
    return pytest.param(session, id=session.name, marks=marks)


@pytest.mark.parametrize("session", [case(session) for session in sessions()])
def test_session(session):
    said = []
    results = doctest.DocTestRunner().run(session, out=said.append)
    assert results.attempted, "the block holds no statement"
    assert not results.failed, "".join(said)


#: Pages with programs that are no sessions, and the tests that run them as the pages have them.
PROGRAMS = {"docs/how-to/dask.md": "tests/pommel/beside_numpy/test_distributed.py",
            "docs/how-to/scipy-callbacks.md": "tests/pommel/beside_numpy/test_scipy_callbacks.py"}


def test_python_is_shown_as_sessions():
    # A block of another kind would look like code that was run.
    pages = [page for page in PAGES if page.relative_to(ROOT).as_posix() not in PROGRAMS]
    fences = [fence for page in pages for fence in FENCE.finditer(page.read_text(encoding="utf-8"))]
    for page, test in PROGRAMS.items():
        assert page in (ROOT / test).read_text(encoding="utf-8")
    assert not [fence.group(0) for fence in fences if fence.group(1) in ("python", "py")]

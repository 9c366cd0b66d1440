"""The examples of the package: in its docstrings, and on pages that import it."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = ["pommel._errstate", "pommel._sets", "pommel._types", "pommel.fft", "pommel.linalg",
           "pommel.random"]
FENCE = re.compile(r"^```pycon[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md"))
         if ">>> import pommel as pm" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted and not results.failed


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_pages(page):
    text = page.read_text(encoding="utf-8")
    scope, said = {}, []
    for fence in FENCE.finditer(text):
        line = text.count("\n", 0, fence.start())
        session = doctest.DocTestParser().get_doctest(fence.group(1), scope, page.name, str(page), line)
        results = doctest.DocTestRunner().run(session, out=said.append, clear_globs=False)
        scope.update(session.globs)
        assert not results.failed, "".join(said)

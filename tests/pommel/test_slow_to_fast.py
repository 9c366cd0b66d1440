"""The programs of the tutorial from a slow script to a fast one: they print the same, and the page has their text."""

import importlib.util
import inspect
import pathlib
import sys

import pytest

TUTORIAL = pathlib.Path(__file__).resolve().parents[2] / "docs" / "tutorial"


def program(name):
    spec = importlib.util.spec_from_file_location(name, TUTORIAL / "slow-to-fast" / "{}.py".format(name))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_both_print_the_same(capsys, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["flips.py", "5", "--limit", "100", "--step", "0.1"])
    program("flips").main()
    printed = capsys.readouterr().out
    program("flips_fast").main()
    assert printed == capsys.readouterr().out and printed.count("\n") == 5


@pytest.mark.parametrize("name, functions", [
    ("flips", ["slopes", "step", "steps_until_flip"]), ("flips_fast", ["slopes", "moved", "summed", "step"])])
def test_the_page_has_them(name, functions):
    page = (TUTORIAL / "slow-to-fast.md").read_text(encoding="utf-8")
    module = program(name)
    for function in functions:
        text = inspect.getsource(getattr(module, function))
        assert ">>> " + "... ".join(text.splitlines(True)) in page

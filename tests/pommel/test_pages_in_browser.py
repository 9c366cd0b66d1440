"""Pages that people look at, in a browser: coloured, clicked through, and alone."""

import os
import subprocess
import sys
import textwrap

import pytest

import browser
import pommel as pm

PROGRAM = """
    import math

    def work(n):
        total = 0
        for i in range(n):
            total += i * i % 7
        return total

    class Body:
        def __init__(self, x):
            self.x = x
        def move(self, dt):
            self.x += math.sin(self.x) * dt

    def swing(n):
        body = Body(1.0)
        for i in range(n):
            body.move(1e-3)
            if i == 5000:
                print("<so far> & more")
        return body.x

    def numbers(n):
        for i in range(n):
            yield i

    print(work(100_000), swing(10_000), sum(numbers(3)))
"""

#: What a line is for the browser: its text, its colour, and whether it opens.
LINES = """[...document.querySelectorAll(".pommel:not(.legend)")].flatMap(file => [...file.children]).map(row => {
    const line = row.querySelector("summary") || row;
    return [line.querySelector("code").textContent, getComputedStyle(line).backgroundColor, row.tagName];
})"""

#: What can be seen of what is behind the lines.
SEEN = """[...document.querySelectorAll(".pommel > details > div")].filter(behind => behind.checkVisibility())
    .map(behind => behind.innerText).join("\\n")"""

LEGEND = """Object.fromEntries([...document.querySelectorAll(".legend span")].map(
    span => [span.className, getComputedStyle(span).backgroundColor]))"""


def line(text):
    """The element of a line that has some text."""
    return ("[...document.querySelectorAll('.pommel > details > summary')].find("
            "line => line.textContent.includes({!r}))".format(text))


@pytest.fixture
def window(tmp_path):
    with browser.Browser(os.environ["POMMEL_BROWSER"], tmp_path / "profile") as window:
        yield window


def assert_stands_alone(tab, path):
    assert tab.requested() == ["file://{}".format(path)]
    assert tab.complaints() == []


@pytest.fixture
def annotated(tmp_path, folders_of_extensions):
    (tmp_path / "program.py").write_text(textwrap.dedent(PROGRAM))
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(folders_of_extensions))
    environment.pop("POMMEL_JIT", None)
    subprocess.run([sys.executable, "-m", "pommel", "annotate", "program.py"], cwd=tmp_path, check=True,
                   stdout=subprocess.DEVNULL, env=environment, timeout=60)
    return tmp_path / "program.html"


@pytest.mark.only("browser", "finds")
def test_the_page_of_a_program_is_clicked_through(annotated, window):
    tab = window.open(annotated)
    colours = tab.value(LEGEND)
    assert len(set(colours.values())) == len(colours) == 5
    lines = {text.strip(): (colour, kind) for text, colour, kind in tab.value(LINES)}
    assert lines["total += i * i % 7"] == (colours["native"], "DETAILS")
    assert lines["self.x += math.sin(self.x) * dt"] == (colours["follows"], "DETAILS")
    assert lines["self.x = x"] == (colours["follows"], "DETAILS")
    assert lines['print("<so far> & more")'] == (colours["part"], "DETAILS")
    assert lines["yield i"] == (colours["plain"], "DETAILS")
    assert lines["import math"] == (colours["outside"], "P")

    assert tab.value(SEEN) == ""
    tab.click(line("<so far> & more"))
    assert "a call of what is not known" in tab.value(SEEN) and "A call of a function in C" in tab.value(SEEN)
    tab.click(line("<so far> & more"))
    assert tab.value(SEEN) == ""
    tab.click(line("yield i"))
    assert tab.value(SEEN).strip() == "See numbers."
    tab.click("document.querySelector('.pommel > details[open] a')")
    assert "numbers runs as it is: it is a generator or a coroutine." in tab.value(SEEN)

    tab.click(line("def work(n):"))
    assert "work was compiled for (int of 64 bits)." in tab.value(SEEN) and "rbp" not in tab.value(SEEN)
    for title, text in ("typed form", "iadd"), ("machine code", "rbp"):
        tab.click("[...document.querySelectorAll('.pommel > details[open] details summary')].find("
                  "title => title.textContent === {!r})".format(title))
        assert text in tab.value(SEEN)
    assert_stands_alone(tab, annotated)


@pytest.mark.only("browser", "compiles")
def test_explanations_in_a_notebook_are_clicked_through(tmp_path, window):
    @pm.jit
    def total(n):
        s = 0
        for i in range(n):
            s += i
        return s

    total(1000)
    cells = [pm.explain(total)._repr_html_() for _ in range(2)]
    path = tmp_path / "notebook.html"
    # The page around has styles, which stay what they are.
    path.write_text("<!DOCTYPE html><title>Notebook</title><style>body {{ margin: 7px; background: #111 }}</style>"
                    "<p class=native>Text</p>{}".format("<hr>".join(cells)))
    tab = window.open(path)
    style = "getComputedStyle(document.querySelector({!r})).{}"
    assert tab.value(style.format("body", "margin")) == "7px"
    assert tab.value(style.format("body", "backgroundColor")) == "rgb(17, 17, 17)"
    assert tab.value(style.format("body > p", "backgroundColor")) == "rgba(0, 0, 0, 0)"
    lines = tab.value(LINES)
    assert [text.strip() for text, _, _ in lines[:6]] == [text.strip() for text, _, _ in lines[6:]]
    assert len({colour for _, colour, _ in lines}) == 1
    # The second one opens itself.
    second = "[...document.querySelectorAll('.pommel')][1].querySelectorAll('summary')[{}]"
    tab.click(second.format("1 + 2"))
    assert tab.value(SEEN).strip() == "See total."
    tab.click("document.querySelector('.pommel > details[open] a')")
    assert "total was compiled for (int of 64 bits)." in tab.value(SEEN)
    assert tab.value("document.querySelectorAll('.pommel')[0].querySelectorAll('details[open]').length") == 0
    assert_stands_alone(tab, path)

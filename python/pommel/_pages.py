"""What became of a program, for people: the summary of ``python -m pommel run``, and annotated pages."""

from __future__ import annotations

import os
import sys
from html import escape
from itertools import count
from types import FunctionType

from ._compile import Explanation, explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Iterable

    from ._auto import Auto, Found


def finish(wanted: str, watch: Auto, reason: str | None, seconds: float) -> None:
    """What is asked for at the end of a program: ``summary``, or ``page PATH``."""
    if wanted == "summary":
        # The program may have closed it.
        if sys.__stderr__ is not None and not sys.__stderr__.closed:
            sys.__stderr__.write(summary(watch, reason, seconds))
            sys.__stderr__.flush()
        return
    path = wanted.partition(" ")[2]
    with open(path, "w", encoding="utf-8") as file:
        file.write(page_of_program(watch, reason))


#: So many places of a function are shown in a summary.
_SHOWN = 3


def _time(seconds: float) -> str:
    return "{:.1f} s".format(seconds) if seconds >= 1 else "{:.1f} ms".format(seconds * 1e3)


def _place(found: Found) -> str:
    code = found.code
    return "{} ({}:{})".format(found.name, _file_name(code.co_filename), code.co_firstlineno)


def _file_name(path: str) -> str:
    """What people call a file; a cell of a notebook is one with a number for a name."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is not None:
        cell = shell.compile.format_code_name(path)
        if cell is not None:
            return " ".join(cell)
    return os.path.basename(path)


def summary(watch: Auto, reason: str | None, seconds: float, what: str = "the program took") -> str:
    """What was compiled, how long that took, what for, and what runs as it is, as text."""
    lines = ["pommel: {} {}".format(what, _time(seconds))]
    if reason is not None:
        return lines[0] + "; nothing was compiled, as {}\n".format(reason)
    compiled = [found for found in watch.found() if found.compiled and found.reason is None]
    took = sum(jitted._seconds() for found in watch.found() for _, jitted in found.compiled)
    lines[0] += ", {} of them to compile {} function{}".format(
        _time(took), len(compiled), "" if len(compiled) == 1 else "s")
    saved = 0.0
    for found in compiled:
        calls = sum(jitted._entered() for _, jitted in found.compiled)
        took = sum(jitted._seconds() for _, jitted in found.compiled)
        text = "  {}: {} calls, {} to compile".format(_place(found), calls, _time(took))
        mean = found.mean()
        if mean is not None:
            saved += calls * mean
            text += ", {} before".format(_time(calls * mean))
        lines.append(text)
        for _, jitted in found.compiled:
            places = {"line {}, in {}: {}".format(note.line, note.function, note.what): None
                      for made in explain(jitted).specialisations for note in made.notes}
            lines += ["    left to Python: " + place for place in list(places)[:_SHOWN]]
            if len(places) > _SHOWN:
                lines.append("    and {} more places".format(len(places) - _SHOWN))
    if saved:
        lines.append("  as Python, by their first calls: {}".format(_time(saved)))
    plain = [found for found in watch.found() if found.reason]
    if plain:
        lines.append("as they are:")
        lines += ["  {}: {}".format(_place(found), found.reason) for found in plain]
    return "\n".join(lines) + "\n"


# The annotated page.

#: What may be done about what is left to Python, by what notes say.
_HINTS = {
    "a call of what is not known": "A call of a function in C, or of a callable that is another one each time. Calls "
                                   "of functions in Python that stay what they are become part of the caller.",
    "an attribute of an object": "Attributes of instances of plain classes, with numbers in them, are native on "
                                 "CPython 3.11 and later.",
    "an item of an object": "Items of lists and arrays of numbers are native, and of dicts whose keys are all "
                            "integers, floats or strings.",
    "an operator on objects": "Operators on numbers, strings of ASCII characters and tuples of them are native.",
    "the items of an object": "Loops over ranges, lists, tuples, strings and arrays are native.",
    "done by Python": "This is done by Python, and the rest goes on in machine code.",
}

#: What may be done about functions that run as they are, by how the reason begins.
_HINTS_FOR_FUNCTIONS = {
    "most of what it does": "With POMMEL_JIT=always in the environment it is compiled nevertheless, so that it is seen "
                            "which of its lines are left to Python.",
}

#: What the colours stand for, in the order of the legend.
_STATES = {
    "native": "machine code",
    "part": "machine code, with a part left to Python",
    "follows": "in the machine code of what calls it",
    "plain": "a function that is not compiled",
    "outside": "not looked at",
}


class Shown:
    """A function on a page: where it is, what it was compiled to, or why it was not."""

    def __init__(self, function: Any, code: CodeType, explanation: Explanation | None, reason: str | None = None,
                 line: int | None = None) -> None:
        self.function, self.code, self.explanation = function, code, explanation
        self.reason, self.line = reason, line
        self.specialisations = explanation.specialisations if explanation is not None else []
        if explanation is not None and self.reason is None:
            self.reason = explanation.reason or (None if self.specialisations else explanation.refused)
            self.line = explanation.line if self.line is None else self.line

    def lines(self) -> range:
        return _lines_of(self.code)


def _lines_of(code: CodeType) -> range:
    """The lines of a function, with those of functions within it."""
    from dis import findlinestarts

    lines = [line for _, line in findlinestarts(code) if line]
    inner = [_lines_of(constant) for constant in code.co_consts if isinstance(constant, type(code))]
    return range(min([code.co_firstlineno, *lines]), max([*lines, *(lines.stop - 1 for lines in inner)]) + 1)


def _followed(shown: Shown) -> list[CodeType]:
    """The functions and methods that are part of what a function was compiled to, as far as its notes say: those
    that it names, and that these name, if no call of such a name is left to Python."""
    left = [mark for made in shown.specialisations for note in made.notes for mark in note._marks]
    found: dict[int, CodeType] = {}
    waiting = [(shown.function.__globals__, shown.code)]
    while waiting:
        names, code = waiting.pop()
        classes = [value for value in names.values() if isinstance(value, type)]
        for name in code.co_names:
            if any(name + "(" in mark for mark in left):
                continue
            values = [names.get(name), *(vars(each).get(name) for each in classes)]
            values += [vars(value).get("__init__") for value in values if isinstance(value, type)]
            for value in values:
                if type(value) is FunctionType and id(value.__code__) not in found:
                    found[id(value.__code__)] = value.__code__
                    waiting.append((value.__globals__, value.__code__))
    return list(found.values())


class _File:
    """A source on a page, with what became of each of its lines."""

    def __init__(self, name: str, lines: list[str], shown: list[Shown]) -> None:
        self.name, self.lines = name, lines
        self.shown = [each for each in shown if each.code.co_filename == name]
        self.states = ["outside"] * (len(lines) + 1)
        #: By line: indices into `shown`, and what is left to Python there.
        self.owners: list[list[int]] = [[] for _ in self.states]
        self.notes: list[dict[str, int]] = [{} for _ in self.states]
        for each in shown:
            for code in _followed(each) if each.specialisations else ():
                self._colour(_lines_of(code) if code.co_filename == name else (), "follows")
        for index, each in enumerate(self.shown):
            self._colour_function(each)
            for line in each.lines():
                if line < len(self.owners):
                    self.owners[line].append(index)
        names = {each.code.co_name for each in self.shown}
        for each in shown:
            for made in each.specialisations:
                for note in made.notes:
                    self._note(note, names, each)

    def _colour(self, lines: Iterable[int], state: str) -> None:
        for line in lines:
            if line < len(self.states):
                self.states[line] = state

    def _colour_function(self, shown: Shown) -> None:
        if shown.specialisations:
            self._colour(shown.lines(), "native")
            return
        # Within what calls it, it may be compiled nevertheless.
        self._colour((line for line in shown.lines() if self.states[line:line + 1] == ["outside"]), "plain")

    def _note(self, note: Any, names: set[str], of: Shown) -> None:
        """A note stands on its line, if that is a line of this file: of the function, or of one within it."""
        if note.line >= len(self.lines) + 1 or of.code.co_filename != self.name:
            return
        if not note._marks or note._marks[0].strip() != self.lines[note.line - 1].strip():
            return
        self.notes[note.line][note.what] = self.notes[note.line].get(note.what, 0) + 1
        if self.states[note.line] != "plain":
            self.states[note.line] = "part"


def page(title: str, files: list[tuple[str, list[str]]], shown: list[Shown], remark: str = "") -> str:
    """A page that stands alone: sources, coloured by how native each line ran, and what a click shows."""
    parts = []
    for place, (name, lines) in enumerate(files):
        rows = "\n".join(_rows(_File(name, lines, shown), place))
        parts.append('<h2>{}</h2>\n<div class="pommel">\n{}\n</div>'.format(escape(name), rows))
    legend = "".join('<span class="{}">{}</span>'.format(*pair) for pair in _STATES.items())
    remark = "<p>{}</p>".format(escape(remark)) if remark else ""
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8"/>\n<title>{0}</title>\n'
            "<style>{4}{1}</style>\n</head>\n<body>\n<h1>{0}</h1>\n{2}<p class=\"pommel legend\">{3}</p>\n"
            "<p>Click a line with a + for what is behind it.</p>\n{5}\n</body>\n</html>\n"
            ).format(escape(title), _STYLE, remark, legend, _STYLE_OF_PAGES, "\n".join(parts))


def _rows(file: _File, place: int) -> list[str]:
    """The lines of a file. They open by themselves, without a script: they are `details`, which open, too, where a
    link leads to what is within."""
    rows = []
    seen: set[int] = set()
    for number, text in enumerate(file.lines, 1):
        state, details = file.states[number], _details(file, number, seen, place)
        code = '<i>{:>5}</i> <code>{}</code>'.format(number, escape(text.rstrip("\n")) or " ")
        if details:
            rows.append('<details class="{}"><summary>{}</summary><div id="f{}-{}">{}</div></details>'.format(
                state, code, place, number, details))
        else:
            rows.append('<p class="{}">{}</p>'.format(state, code))
    return rows


def _details(file: _File, number: int, seen: set[int], place: int) -> str:
    """What a click on a line shows. What a function became is shown at its first line, and linked from others."""
    parts = []
    for what, often in file.notes[number].items():
        times = " (in {} places)".format(often) if often > 1 else ""
        parts.append("<p><b>{}</b>{}. {}</p>".format(escape(what), times, escape(_HINTS.get(what, ""))))
    for index in file.owners[number]:
        shown = file.shown[index]
        if index in seen:
            if shown.reason is not None and shown.line == number:
                parts.append("<p><b>{}</b> is in the way.</p>".format(escape(shown.reason)))
            parts.append('<p>See <a href="#f{}-{}">{}</a>.</p>'.format(
                place, min(shown.lines()), escape(shown.code.co_name)))
        else:
            seen.add(index)
            parts.append(_function(shown))
    if not parts and file.states[number] == "follows":
        parts.append("<p>This function was compiled as a part of those that call it.</p>")
    return "".join(parts)


def _function(shown: Shown) -> str:
    """What became of a function."""
    name = escape(shown.code.co_name)
    parts = []
    if shown.reason is not None:
        parts.append("<p><b>{}</b> runs as it is: {}.</p>".format(name, escape(shown.reason)))
        parts += ["<p>{}</p>".format(escape(hint)) for reason, hint in _HINTS_FOR_FUNCTIONS.items()
                  if shown.reason.startswith(reason)]
    if shown.explanation is not None and shown.explanation.seconds:
        took = "find this out" if shown.reason is not None else "compile"
        parts.append("<p>It took {} to {}.</p>".format(_time(shown.explanation.seconds), took))
    for made in shown.specialisations:
        parts.append("<p><b>{}</b> was compiled for ({}).</p>".format(name, escape(made.arguments)))
        for title, text in (("typed form", made.typed), ("machine code", made.machine)):
            parts.append("<details><summary>{}</summary><pre>{}</pre></details>".format(title, escape(text)))
    return "".join(parts) or "<p><b>{}</b> was not called with anything yet.</p>".format(name)


_STYLE_OF_PAGES = """
body { font-family: sans-serif; margin: 2em; color: #222; background: #fff; }
h2 { font-size: 1.1em; overflow-wrap: anywhere; }
"""

# A notebook has styles of its own: nothing here is about what is not ours.
_STYLE = """
.pommel { font-family: monospace; font-size: 13px; line-height: 1.5; }
.pommel p, .pommel summary { margin: 0; padding: 0 .5em; }
.pommel > p, .pommel > details > summary { padding-left: calc(1.5em + 6ch); text-indent: calc(-1em - 6ch); }
.pommel code { white-space: pre-wrap; overflow-wrap: anywhere; padding: 0; background: none; color: inherit;
  font: inherit; }
.pommel i { color: #666; font-style: normal; white-space: pre; }
.pommel > p::before, .pommel > details > summary::before { content: " "; display: inline-block; width: 1em;
  color: #666; text-indent: 0; }
.pommel > details > summary::before { content: "+"; }
.pommel > details[open] > summary::before { content: "\\2212"; }
.pommel summary { cursor: pointer; list-style: none; }
.pommel summary::-webkit-details-marker { display: none; }
.pommel summary:hover { filter: brightness(.95); }
.pommel details > div { padding: .5em 1em .5em 5.5em; background: #f6f6f6; color: #222; font-family: sans-serif; }
.pommel details > div p { padding: .1em 0; }
.pommel details details summary { display: inline-block; padding: .1em 0; text-decoration: underline; color: #1a4fa0; }
.pommel a { color: #1a4fa0; }
.pommel pre { max-height: 30em; overflow: auto; margin: .3em 0 .6em; padding: .5em; background: #fff; color: #222;
  border: 1px solid #ddd; font: 12px/1.4 monospace; }
.pommel.legend { font-family: sans-serif; margin: 1em 0; }
.pommel.legend span { display: inline-block; padding: .2em .6em; margin: 0 .5em .3em 0; }
.pommel .native > summary, .pommel p.native, .pommel span.native { background: #c9efc9; color: #222; }
.pommel .follows > summary, .pommel p.follows, .pommel span.follows { background: #e2f5e2; color: #222; }
.pommel .part > summary, .pommel p.part, .pommel span.part { background: #fbeaa0; color: #222; }
.pommel .plain > summary, .pommel p.plain, .pommel span.plain { background: #f7cfc9; color: #222; }
.pommel .outside > summary, .pommel p.outside, .pommel span.outside { background: #fff; color: #222; }
.pommel.legend span.outside { outline: 1px solid #ddd; }
"""


def _source_lines(file: str, names: dict[str, Any] | None = None) -> list[str]:
    from linecache import getlines

    return getlines(file, names)


def _all_shown(watch: Auto) -> list[Shown]:
    shown = []
    for found in watch.found():
        for of, jitted in found.compiled:
            shown.append(_shown(found, jitted))
        if not found.compiled:
            shown.append(Shown(None, found.code, None, found.reason))
    return shown


def page_of_program(watch: Auto, reason: str | None) -> str:
    """The page of a program that has ended: its files in which something was found, its main one first."""
    shown = _all_shown(watch)
    main = watch.main_file()
    names = dict.fromkeys([name for name in [main] if name] + [each.code.co_filename for each in shown])
    files = [(name, _source_lines(name)) for name in names]
    remark = "Nothing was compiled, as {}.".format(reason) if reason is not None else ""
    return page(os.path.basename(main or "a program"), files, shown, remark)


def _shown(found: Found, jitted: Any) -> Shown:
    explanation = explain(jitted)
    return Shown(jitted.__wrapped__, found.code, explanation, found.reason)


#: Explanations in a notebook are on one page: links within each are its own.
_explained = count()


def html_of(explanation: Explanation) -> str:
    """An explanation for a notebook: the function's own lines."""
    function = explanation.function
    shown = Shown(function, function.__code__, explanation)
    return _styled(_own_rows(shown, function.__globals__))


def _own_rows(shown: Shown, names: dict[str, Any] | None = None) -> list[str]:
    """The lines of one function."""
    name, own = shown.code.co_filename, shown.lines()
    file = _File(name, _source_lines(name, names), [shown])
    return _rows(file, next(_explained))[min(own) - 1:max(own)]


def _styled(rows: list[str]) -> str:
    return '<style>{}</style>\n<div class="pommel">\n{}\n</div>'.format(_STYLE, "\n".join(rows))


class Account:
    """What ``pommel.auto.summary()`` gives: a text, and in a notebook the lines of the functions that were found,
    too. It says what there is when it is looked at."""

    def __init__(self, watch: Auto | None, reason: str | None, seconds: float) -> None:
        self._watch, self._reason, self._seconds = watch, reason, seconds

    def __repr__(self) -> str:
        if self._watch is None:
            return "pommel: nothing was watched" + (", as " + self._reason if self._reason else "")
        return summary(self._watch, self._reason, self._seconds, "functions were watched for").rstrip("\n")

    def _repr_html_(self) -> str:
        shown = _all_shown(self._watch) if self._watch is not None else []
        rows = [row for each in shown for row in _own_rows(each)]
        return "<pre>{}</pre>\n{}".format(escape(repr(self)), _styled(rows) if rows else "")

"""Dicts and sets that functions make themselves do what Python's do: by chance, and where it matters.

POMMEL_JIT_DICTS says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import os
import random
import re
import sys

import pytest

from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_DICTS", "120" if sys.version_info[:2] == (3, 13) else "40"))

#: Keys by their kind: most programs keep to one.
KEYS = {
    "ints": ["i % 5", "i", "x % 7", "-1", "-2", "i * 3 - 4", "x", "2"],
    "floats": ["i * 0.5", "1.0", "float(i % 3)", "0.0", "i / 3.0", "x * 0.25"],
    "texts": ["'a'", "'b'", "'z'", "chr(97 + i % 4)"],
    "tuples": ["(i % 3, i)", "(x % 2, i % 2)", "(0, 1)", "(i, -i)"],
    "triples": ["(i % 3, i % 2, 1)", "(x % 2, 0, i)", "(0, 1, 2)"],
    "mixed": ["i % 3", "float(i % 4)", "True", "False", "i == 3", "-0.0", "0", "1", "1.0", "None",
              "2**70", "'a'", "(i % 2, True)", "(1, 1.0)", "(1, 1)", "x", "()", "[i]"],
}
VALUES = {
    "ints": ["i", "i * i", "x", "1", "len(d)"],
    "floats": ["i * 0.5", "1.5", "nan", "-0.0"],
    "truths": ["i % 2 == 0", "True"],
    "mixed": ["i", "0.5", "None", "i > 2", "x", "2**63 + i", "'text'", "(i, x)", "[i]"],
}

STATEMENTS = [
    "d[{k}] = {v}", "d[{k}] = {v}", "d[{k}] = {v}", "d[{k}] += {v}", "out.append(d.get({k}))",
    "out.append(d.get({k}, {v}))", "out.append(d.setdefault({k}, {v}))", "out.append(d.pop({k}, {v}))",
    "out.append(d.pop({k}))", "del d[{k}]", "out.append({k} in d)", "out.append({k} not in d)",
    "out.append(len(d))", "out.append(d[{k}])", "if {k} in d:\n    del d[{k}]",
    "if {k} in d:\n    d[{k}] = {v}\nelse:\n    d[{k}] = {w}", "d.clear()",
    "for key in d:\n    out.append(key)", "for key, value in d.items():\n    out.append((value, key))",
    "for value in d.values():\n    out.append(value)", "for key in d.keys():\n    d[key] = {v}",
    "for key in d:\n    if i == 4:\n        break\n    out.append(key)",
    "for n, key in enumerate(d):\n    out.append((n, key))",
    "for key, n in zip(d, range(3)):\n    out.append((n, key))",
    "for key in d:\n    d[{k}] = {v}", "for key in d:\n    if key in d:\n        d.pop({k}, None)",
    "for key in d:\n    out.append(key)\n    e[key] = {v}", "for key in e:\n    d[key] = {v}\n    out.append(len(e))",
    "if i == 3:\n    out.append(d)", "if i == 5:\n    out.append([d, e])", "if i == 2:\n    e = d",
    "if i == 6:\n    d = {{{k}: {v}}}", "if d:\n    out.append('some')", "if not e:\n    out.append('none')",
    "out.append(d is e)", "out.append(sorted(d))", "out.append(list(d))", "out.append(list(d.values()))",
    "out.append(sum(d.values()))", "out.append(max(d.values()))", "out.append(min(d))", "out.append(sum(d))",
    "out.append(d == e)", "e = {{k: i for k in range(i)}}", "e = dict()", "e[{k}] = {v}",
    "out.append(str(d))", "d.update(e)", "out.append(d.popitem())", "d = dict(d)", "e = d.copy()",
    "try:\n    out.append(d[{k}])\nexcept KeyError as error:\n    out.append(str(error))",
    "s.add({k})", "s.add({k})", "s.discard({k})", "s.remove({k})", "out.append({k} in s)", "out.append(len(s))",
    "if {k} in s:\n    s.remove({k})\nelse:\n    s.add({k})", "if i == 4:\n    out.append(list(s))",
    "out.append(sorted(s))", "out.append(sum(s))", "for key in s:\n    out.append(key)", "s.clear()",
    "s = {{{k}, {k}}}", "s = {{k % 5 for k in range(i)}}", "out.append(s | {{1, 2}})", "out.append(s.pop())",
    "if i == 3:\n    out.append(s)", "items = d.items()\nout.append(len(items))",
    "for key in d:\n    if i == 2:\n        out.append(d)\n    out.append(key)",
    "for key in d:\n    x = x * (2 ** 20 if i == 5 else 1)\n    out.append((key, x))",
    "for a in d:\n    for b in d.values():\n        out.append((a, b))\n        if b == {v}:\n            d[a] = {v}",
]


ARGUMENTS = [(8, 3, {1: 2, 3: 4}), (0, 1, {}), (3, 2**62, {1: 0.5, 0: 1.5, 2: 2.5}), (12, -1, {"a": 1, "b": 2}),
             (40, 5, {1: 2, 2: 0.5, 2.5: None, (0, 1): "x", "a": [1]})]


class Program:
    """A function of a few statements on dicts by chance."""

    def __init__(self, seed):
        self.chance = chance = random.Random(seed)
        plain = chance.random() < 0.75
        self.kind = chance.choice(["ints", "ints", "floats", "texts", "tuples", "triples"]) if plain \
            else "mixed"
        self.keys = KEYS[self.kind]
        self.values = VALUES[chance.choice(["ints", "ints", "floats", "truths"])] if plain \
            else VALUES["mixed"]
        count = chance.randrange(2, 9)
        self.statements = [chance.choice(STATEMENTS) for _ in range(count)]

    def statement(self, text):
        one = self.chance.choice
        if self.chance.random() < 0.2:
            # The dict of somebody else.
            text = re.sub(r"\bd\b", "t", text)
        return text.format(k=one(self.keys), v=one(self.values), w=one(self.values))

    def source(self):
        lines = ["def f(n, x, t):", "    nan = float('nan')", "    d = {}", "    e = {}", "    s = set()",
                 "    out = []", "    for i in range(n):"]
        for text in self.statements:
            lines += ["        " + line for line in self.statement(text).split("\n")]
        # Which tuples of numbers are one object is not kept.
        if self.kind in ("tuples", "triples", "mixed"):
            lines += ["    return repr((d, e, list(s), out)), d is e, [one is d for one in out]"]
        else:
            lines += ["    return d, e, list(s), s, out, d is e"]
        return "\n".join(lines) + "\n"


@pytest.mark.only("cpython")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    source = Program(seed).source()
    plain = function_of(source, "dicts {}".format(seed))
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(2):
        for arguments in ARGUMENTS:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (source, arguments, expected, found)

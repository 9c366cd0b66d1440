"""Strings that functions make themselves and strings of others do what Python's do: by chance, and where it
matters.

POMMEL_JIT_TEXTS says how many programs by chance there are, POMMEL_JIT_SEED with which seed they begin.
"""

import heapq
import os
import random
import sys

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, function_of, outcome

pytestmark = pytest.mark.only("compiles")

FIRST = int(os.environ.get("POMMEL_JIT_SEED", "0"))
COUNT = int(os.environ.get("POMMEL_JIT_TEXTS", "150" if sys.version_info[:2] == (3, 13) else "40"))

#: Expressions that are strings.
TEXTS = ["s", "t", "u", "u", "''", "'a'", "'bc'", "' Ab-c '", "chr(97 + i % 26)", "s[i:]", "s[:i]", "u[::-1]", "t[i:i + 2]",
         "u[-2:]", "u + 'x'", "s + t", "u * 2", "'ab' * i", "str(i)", "str(x)", "str(i * 0.5)", "s.upper()", "u.lower()",
         "u.strip()", "t.strip('ab')", "u.replace('a', 'bb')", "s.replace('b', '')", "u.zfill(6)", "t.ljust(4, '-')",
         "t.rjust(4)", "u.center(7, '.')", "u.title()", "u.swapcase()", "u.capitalize()", "''.join(parts)",
         "'-'.join(parts)", "''.join(reversed(u))", "''.join(c for c in u if c != 'a')", "'+'.join([c for c in t])",
         "f'{i}:{u}'", "f'{x:04d}'", "f'{i * 0.25:.2f}'", "f'{i:>3}{t:s}'", "f'{s!r}'", "bin(i)", "hex(x)[2:]", "oct(i)",
         "' '.join(sorted(parts))", "u[i] if i < len(u) else t", "''.join(sorted(u))", "max(s, t)", "u or t", "parts[-1]",
         "u[i % len(u)]", "s[-1]", "'%d' % i", "'{}'.format(i)", "u.removeprefix('a')", "s[i:] + u[:2] + 'z'"]
#: Expressions that are others.
VALUES = ["len(u)", "u == t", "u < s", "s >= 'b'", "u != 'a'", "'a' in u", "u in s", "t not in u", "u[0]", "s[i]", "u[-1]",
          "s.find('b')", "u.rfind('a')", "u.count('a')", "s.count('')", "u.startswith('a')", "u.endswith(t)",
          "s.startswith('b', 1)", "u.find('b', 1, -1)", "u.index('a')", "u.isdigit()", "u.isalpha()", "s.isupper()",
          "u.islower()", "u.isspace()", "t.isalnum()", "u.istitle()", "u.isidentifier()", "u.isascii()", "int(t)", "int(u)",
          "int(str(i)) + 1", "int(bin(i), 2)", "int(u, 16)", "float(str(i))", "float(u)", "ord(u)", "ord(s[0])", "bool(u)",
          "not t", "u.split()", "u.split('a')", "s.split(t)", "u.splitlines()", "list(u)", "sorted(s)", "tuple(u)", "set(u)",
          "list(reversed(u))", "list(enumerate(t))", "[(a, b) for a, b in zip(s, u)]", "[ord(c) for c in u]",
          "sum(int(c) for c in str(x) if c.isdigit())", "d.get(u)", "u in d", "hash(u) == hash(str(u))", "repr(u)",
          "u is u", "u.encode()", "u.partition('a')", "sum(c == 'a' for c in s)", "any(c.isupper() for c in u)",
          "u[i]", "u['a']", "u + i", "i * u", "u < i", "u == i", "max(u)", "min(s)", "s.join(u)", "list(map(ord, u))",
          "[w[::-1] for w in u.split()]", "u[len(u):]", "u[::2]", "u[i:0:-1]", "s[::0]", "u.replace('', '-')", "u.zfill(x % 9)"]
STATEMENTS = ["u = {t}", "u = {t}", "u += {t}", "u += {t}", "u = u + {t}", "u = {t} + u", "out.append({v})", "out.append({v})",
              "out.append({t})", "parts.append({t})", "parts.append({t})", "parts = {v}", "parts = [{t}, {t}]",
              "parts.insert(i, {t})", "parts[0] = {t}", "parts.pop()", "parts.reverse()", "parts.sort()",
              "for c in u:\n    out.append(c)", "for c in {t}:\n    u += c\n    if len(u) > 40:\n        break",
              "for j, c in enumerate({t}):\n    out.append((c, j))", "for c in reversed({t}):\n    parts.append(c)",
              "for c in {t}:\n    if c.isalpha():\n        u = u + c.upper()\n    elif c in 'xyz':\n        u = c + u",
              "for j in range(len(u)):\n    if u[j] == u[-1 - j]:\n        out.append(j)",
              "while len(u) > 5:\n    u = u[1:]", "while len(u) < i:\n    u = '0' + u",
              "d[{t}] = {n}", "d[{t}] = d.get({t}, 0) + 1", "out.append(d[{t}])", "if {t} in d:\n    del d[{t}]",
              "for w in u.split():\n    d[w] = d.get(w, 0) + 1", "for c in {t}:\n    d[c] = d.get(c, 0) + 1",
              "for k in d:\n    out.append(k)", "for k, n in d.items():\n    u += k\n    out.append(n)", "seen.add({t})",
              "if {t} in seen:\n    out.append(i)", "out.append(sorted(d))", "out.append(sorted(seen))", "out.append(list(d))",
              "if {t} == {t}:\n    u = {t}\nelse:\n    t = {t}", "if u:\n    t = u", "t = u\nu += 'q'\nout.append(t)",
              "if i == 3:\n    s = s + {t}", "if i == 4:\n    out.append(parts)", "if i == 5:\n    out.append(d)",
              "s = {t}", "x = x * 7 + len({t})", "out.append((u, t))", "t, u = u, t",
              "try:\n    out.append({v})\nexcept (ValueError, IndexError, KeyError, TypeError) as error:\n"
              "    out.append(str(error))", "note({t})"]
NUMBERS = ["i", "len(u)", "1", "x % 5"]

ARGUMENTS = [(6, "abcab", "b", 3), (0, "", "", 0), (9, "Hello World", "lo", 255), (4, "a", "xyz", -17),
             (7, "caf\xe9 ab", "e", 4), (5, "ab", "\u4e2d\u6587a", 2**62), (3, "\ud800a", "a", 2**70), (12, "12 34 5", "7", 1)]


class Program:
    """A function of a few statements on strings by chance."""

    def __init__(self, seed):
        self.chance = chance = random.Random(seed)
        self.statements = [chance.choice(STATEMENTS) for _ in range(chance.randrange(2, 8))]

    def filled(self, text):
        chance = self.chance
        while "{t}" in text or "{v}" in text or "{n}" in text:
            text = text.replace("{t}", chance.choice(TEXTS), 1).replace("{v}", chance.choice(VALUES), 1)
            text = text.replace("{n}", chance.choice(NUMBERS), 1)
        return text

    def source(self):
        lines = ["def f(n, s, t, x):", "    u = " + self.chance.choice(["''", "''", "s", "'a'", "'start'"]), "    out = []",
                 "    parts = []", "    d = {}", "    seen = set()", "    def note(text):", "        out.append(text)",
                 "    for i in range(n):"]
        if "note(" not in "".join(self.statements):
            del lines[6:8]
        for text in self.statements:
            lines += ["        " + line for line in self.filled(text).split("\n")]
        lines += ["        if len(u) > 300:", "            u = u[:7]"]
        lines += ["    return s, t, u, out, parts, d, sorted(seen, key=repr), x"]
        return "\n".join(lines) + "\n"


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("seed", range(FIRST, FIRST + COUNT))
def test_programs_by_chance(seed, mode, monkeypatch):
    source = Program(seed).source()
    plain = function_of(source, "texts {}".format(seed))
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(2):
        for arguments in ARGUMENTS:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (source, arguments, expected, found)


def same(plain, monkeypatch, mode, *all_arguments):
    """Whether a function does the same compiled, several times."""
    fast = compiled(plain, monkeypatch, mode)
    for _ in range(3):
        for arguments in all_arguments:
            expected, found = outcome(plain, arguments), outcome(fast, arguments)
            assert alike(expected, found), (arguments, expected, found)
    return fast


class Text(str):
    """A string whose methods are its own."""

    def upper(self):
        return "mine"

    def __getitem__(self, key):
        return "item"

    def __add__(self, other):
        return "sum"


@pytest.mark.parametrize("mode", MODES)
def test_subclasses_of_str_are_left_alone(mode, monkeypatch):
    def used(s):
        return s.upper(), s[0], s[1:], s + "x", s * 2, [c for c in s], s == "ab", s in "xabx", len(s), f"{s}"

    same(used, monkeypatch, mode, ("ab",), (Text("ab"),), (Text("\xe9"),), (bytearray(b"ab"),))


@pytest.mark.parametrize("mode", MODES)
def test_a_text_that_grows_leaves_its_beginnings_alone(mode, monkeypatch):
    def grown(n, c):
        whole = ""
        parts = []
        first = second = ""
        for i in range(n):
            whole += c
            if i == n // 2:
                first = whole
                second = first + "1"
                third = first + "2"
                parts.append(third)
            parts.append(whole)
        first += "!"
        return whole, first, second, parts

    same(grown, monkeypatch, mode, (10, "a"), (100, "b"), (3, "\xe9"), (5, "ab"), (0, ""))


@pytest.mark.parametrize("mode", MODES)
def test_which_strings_are_one_object(mode, monkeypatch):
    def kept(s, t):
        a = s + t
        b = a
        found = [a, b, a]
        c = s[:]
        for _ in range(3):
            b += "x"
        return a is found[0], found, b, c, c is s, s[0:1] is s[:1], "".join([a]) is a

    def whole(s, t):
        a = s + t
        return [a, a], {"a": a}, (a, a)

    same(kept, monkeypatch, mode, ("ab", "cd"), ("", ""), ("\xe9", "a"), ("ab", ""))
    fast = same(whole, monkeypatch, mode, ("ab", "cd"))
    found = fast("xyz", "uvw")
    assert found[0][0] is found[0][1] is found[1]["a"] is found[2][0]


@pytest.mark.parametrize("mode", MODES)
def test_many_texts_are_given_back(mode, monkeypatch):
    def made(n):
        kept = []
        last = ""
        table = {}
        for i in range(n):
            last = str(i) * 40
            last = last + last[::-1]
            if i % 1000 == 0:
                kept.append(last)
                table[last[:5]] = i
        return len(kept), kept[-1][:20], last[-5:], sum(len(text) for text in kept), sorted(table)[:3]

    assert compiled(made, monkeypatch, mode)(60000 if mode == "always" else 3000) == made(60000 if mode == "always" else 3000)


@pytest.mark.parametrize("mode", MODES)
def test_errors_have_their_texts_and_lines(mode, monkeypatch):
    def index(s, i):
        t = s + "."
        return t[
            i]

    def join(n):
        return ",".join(
            str(i) if i < 3 else i
            for i in range(n))

    def missing(s):
        table = {"one": 1, "two": 2}
        return table[
            s + ""]

    def number(s):
        return int(s + "0") + float(s)

    def search(s):
        return (s + "b").index("z")

    def added(s, t):
        s = s + "a"
        return s + t

    same(index, monkeypatch, mode, ("ab", 2), ("ab", 3), ("ab", -4), ("ab", 2**70), ("ab", None))
    same(join, monkeypatch, mode, (3,), (5,))
    same(missing, monkeypatch, mode, ("one",), ("three",), ("o",), ("",))
    same(number, monkeypatch, mode, ("12",), ("1.5",), ("a",), ("",), ("-0",), ("1_0",), (" 7 ",), ("9" * 30,), ("\u0664",))
    same(search, monkeypatch, mode, ("z",), ("a",))
    same(added, monkeypatch, mode, ("a", "b"), ("a", 1), ("a", None), ("a", b"b"))


@pytest.mark.parametrize("mode", MODES)
def test_numbers_are_spelt_as_python_does(mode, monkeypatch):
    def spelt(number):
        return str(number), f"{number}", f"{number!r}"

    def whole(n):
        return [bin(n), hex(n), oct(n), f"{n:d}", f"{n:5}", f"{n:<5}|", f"{n:^6}", f"{n:+d}", f"{n: d}", f"{n:05d}", f"{n:,}", f"{n:_}",
                f"{n:x}", f"{n:08b}", f"{n:X}", f"{n:o}", f"{n:*>7}", f"{n:.2f}", f"{n:=+6}", f"{n:#x}", f"{n:e}", f"{n:c}" if 0 < n < 99 else ""]

    def real(x):
        return [f"{x:.2f}", f"{x:f}", f"{x:.0f}", f"{x:8.3f}", f"{x:+.1f}", f"{x:08.2f}", f"{x:,.2f}", f"{x:<9.1f}|", f"{x:^9.1f}", f"{x:e}",
                f"{x:g}", f"{x:%}", f"{x:.3}", f"{x:10}", f"{x:.10f}"]

    chance = random.Random(3)
    ints = [0, 1, -1, 9, 10, 255, -256, 2**31, 2**53, 2**63 - 1, -2**63, 2**63, 10**18, 1234567, -1234567]
    floats = [0.0, -0.0, 0.5, 1.5, 2.5, 0.125, 0.375, 2.675, 1e15, 1e16, 9999999999999998.0, 1e-4, 1e-5, 123456789.125, 1e22, 5e-324,
              1.7976931348623157e308, 0.1, 1 / 3, 1e100, -2.5, 1e-7, 100.0, float("inf"), float("-inf"), float("nan")]
    floats += [chance.uniform(-1, 1) * 10.0**chance.randrange(-20, 25) for _ in range(300)]
    floats += [chance.randrange(1 << 20) / 1024 for _ in range(300)]
    same(spelt, monkeypatch, mode, *((n,) for n in ints + floats))
    same(whole, monkeypatch, mode, *((n,) for n in ints))
    same(real, monkeypatch, mode, *((x,) for x in floats))


@pytest.mark.parametrize("mode", MODES)
def test_methods_at_the_ends(mode, monkeypatch):
    def searched(s, p, a, b):
        t = s + ""
        return (t.find(p, a, b), t.rfind(p, a, b), t.count(p, a, b), t.startswith(p, a, b), t.endswith(p, a, b), t.find(p, a),
                t.count(p), t.replace(p, "--") if p else None, t.split(p) if p else None, p in t, t.strip(p), t.rstrip(p))

    def shaped(s, n):
        t = s + ""
        # On PyPy 8 "".zfill(-3) has a length below 0.
        return (t.zfill(n if t else max(n, 0)), t.center(n), t.ljust(n, "*"), t.rjust(n), t.title(), t.capitalize(), t.swapcase(), t.split(), t.splitlines(),
                t.isspace(), t.istitle(), t.isidentifier(), t.isupper(), t.strip(), t[n:], t[:n], t[::-1], t[n:1:-2], t * n)

    texts = ["", "a", "aa", "abab", "aaa", "b", " a\tb\n", "A b-C d", "+12", "-7", "\x1c\x1d\x85"[:2], "a\r\nb\rc\x0bd\n\n", "It's"]
    ends = [-9, -2, 0, 1, 3, 9]
    same(searched, monkeypatch, mode, *((s, p, a, b) for s in texts for p in ("", "a", "ab", "aa") for a in ends for b in ends[::2]))
    same(shaped, monkeypatch, mode, *((s, n) for s in texts for n in range(-3, 8)))


@pytest.mark.parametrize("mode", MODES)
def test_strings_that_are_not_ascii(mode, monkeypatch):
    def turned(s):
        out = ""
        for c in s:
            if c.isalpha():
                out = c + out
            else:
                out += c.upper()
        return out, s[::-1], s.upper(), s + out, len(out), [c for c in out]

    def mixed(texts):
        found = ""
        for text in texts:
            found = found + text
            if len(found) > 10:
                found = text
        return found

    same(turned, monkeypatch, mode, ("abc",), ("a\xe9b",), ("\u4e2d",), ("\U0001f600x",), ("\ud800",), ("",))
    same(mixed, monkeypatch, mode, (["a", "bc", "d"],), (["a", "\xe9", "c"],), (["\u4e2d"] * 9,), ([],), (["a", 1],))


@pytest.mark.parametrize("mode", MODES)
def test_dicts_of_strings(mode, monkeypatch):
    def counted(text):
        counts = {}
        for word in text.split():
            counts[word] = counts.get(word, 0) + 1
        return counts, max(counts.values(), default=0)

    def letters(text):
        counts = {}
        for c in text:
            counts[c] = counts.get(c, 0) + 1
        counts["all"] = len(text)
        return counts, "a" in counts, "al" + "l" in counts, sorted(counts)

    def roman(s):
        values = {"I": 1, "V": 5, "X": 10, "IV": 4, "IX": 9}
        total = i = 0
        while i < len(s):
            if s[i:i + 2] in values and len(s[i:i + 2]) == 2:
                total += values[s[i:i + 2]]
                i += 2
            else:
                total += values[s[i]]
                i += 1
        return total

    def distinct(words):
        seen = set()
        for word in words:
            seen.add(word)
            seen.discard("b")
        return sorted(seen), seen, len(seen)

    same(counted, monkeypatch, mode, ("a b a ab ba ab",), ("",), ("\xe9 a",))
    same(letters, monkeypatch, mode, ("banana",), ("",), ("a\xe9",))
    same(roman, monkeypatch, mode, ("XIV",), ("IXX",), ("",), ("Q",))
    same(distinct, monkeypatch, mode, (["a", "b", "cc", "a"],), ([],), (["\xe9", "a"],), (["a", 1],))


@pytest.mark.parametrize("mode", MODES)
def test_heaps_are_those_of_the_module(mode, monkeypatch):
    def sorted_by_heap(numbers):
        heap = []
        for x in numbers:
            heapq.heappush(heap, x)
        out = []
        while heap:
            out.append(heapq.heappop(heap))
        return out

    def mixed(numbers, k):
        heap = [x for x in numbers]
        heapq.heapify(heap)
        kept = [x for x in heap]
        for x in numbers:
            kept.append(heapq.heapreplace(heap, x * 2))
            kept.append(heapq.heappushpop(heap, x + k))
        return heap, kept, heapq.heappop(heap)

    chance = random.Random(9)
    lists = [[chance.randrange(50) for _ in range(n)] for n in (0, 1, 2, 5, 40)]
    lists += [[chance.random() for _ in range(30)], [0.0, -0.0, 1.0, 0.0], [float("nan"), 1.0, 0.5], [1, 0.5, True], [2**70, 1],
              ["b", "a"]]
    same(sorted_by_heap, monkeypatch, mode, *((numbers,) for numbers in lists))
    same(mixed, monkeypatch, mode, *((numbers, 3) for numbers in lists[:8]))


@pytest.mark.only("layouts")
def test_they_are_native():
    def caesar(text, key):
        out = ""
        for c in text:
            if c.isupper():
                out += chr((ord(c) - 65 + key) % 26 + 65)
            elif c.islower():
                out += chr((ord(c) - 97 + key) % 26 + 97)
            else:
                out += c
        return out[::-1].lower().strip()

    def words(text):
        counts = {}
        for word in text.split():
            word = "".join(c for c in word if c.isalpha())
            counts[word] = counts.get(word, 0) + len(f"{counts.get(word, 0):03d}")
        return sum(counts.values())

    for function, arguments in ((caesar, ("Hello, World", 3)), (words, ("a bc, a d-e",))):
        fast = pm.jit(function)
        assert fast(*arguments) == function(*arguments)
        made = pm.explain(fast).specialisations
        assert made and not made[0].notes, made and made[0].notes


@pytest.mark.parametrize("mode", MODES)
def test_a_character_in_the_source_that_is_no_digit(monkeypatch, mode):
    def number(x):
        return x if x > 0.5 else int("x")

    fast = compiled(number, monkeypatch, mode)
    for argument in (1.0, 0.25):
        assert alike(outcome(number, [argument]), outcome(fast, [argument]))

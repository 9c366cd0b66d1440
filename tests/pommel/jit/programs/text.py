"""Strings, bytes, f-strings."""

from programs import given


@given((1,), (2.5,), ("x",), (None,), ([1, "a"],))
def formatted(x):
    return f"{x} {x!r:>8} {x!s}|{{}}"


@given((3.14159, 2), (10, 3), ("a", 1))
def formatted_with_width(x, n):
    return f"{x:{n + 4}.{n}f}"


@given((5,), ("é",))
def formatted_self(x):
    return f"{x=} {x = !r} {x!a}"


@given((5,), ("a",))
def adjacent_strings(x):
    return "a" f"b{x}" "c" + 'd'


@given(("abc",), ("",), (5,))
def methods(s):
    return s.upper(), s + "x", s * 2, s.split("b"), ",".join(s), s.replace("a", "é"), s[::-1], s.startswith("a")


@given(("%s is %d", ("a", 5)), ("%d", "x"), ("%s", 1), ("%s", (1, 2)))
def percent(template, values):
    return template % values


@given(("hello world hello",), ("",))
def word_count(text):
    counts = {}
    for word in text.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


@given(("naïve \U0001F600 text",), ("abc",))
def code_points(s):
    return [ord(c) for c in s], len(s), s.encode("utf-8"), s[6:8]


@given((b"abc", 1), (b"", 0))
def bytes_are_integers(b, i):
    return b[i], b + b"x", b[:1], [c for c in b], bytes(reversed(b))


@given(("abc", "abd"), ("a", "B"))
def comparisons(a, b):
    return a < b, a == b, max(a, b), a in b


@given((5,))
def unicode_names(größe):
    ß = größe + 1
    return ß, "größe", f"{größe!r}"


@given(("x",), (1,))
def concatenation_error(s):
    é = "ü"; return é + "→" + s + "end"  # noqa: E702


@given((3,))
def lines(n):
    text = """first
    second \
third"""
    return text * n, r"\n", b"\x00\n", "\N{SNOWMAN}\t\x41\u00e9"

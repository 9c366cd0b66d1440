"""Characters of strings."""

from programs import given


@given(("abc", 0), ("abc", -1), ("abc", 3), ("abc", -4), ("", 0), ("äöü", 1), ("a\U0001f600b", 1), ("abc", True),
       ("abc", "a"), ("abc", 1.0), ("abc", 2**70))
def one(text, i):
    return text[i]


@given(("kitten", "sitting"), ("", ""), ("äbc", "abc"), ("abc", "aXc"))
def differences(a, b):
    count = 0
    for i in range(min(len(a), len(b))):
        if a[i] != b[i]:
            count += 1
    return count, len(a)


@given(("racecar",), ("abca",), ("",), ("ä",), ("ab",))
def is_palindrome(text):
    left, right = 0, len(text) - 1
    while left < right:
        if text[left] != text[right]:
            return False
        left += 1
        right -= 1
    return True


@given(("hello world",), ("",), ("grüße",), ("zZ09",), ([1],), (5,))
def shifted(text):
    made = ""
    for ch in text:
        if "a" <= ch <= "z":
            made += chr((ord(ch) - ord("a") + 13) % 26 + ord("a"))
        elif ch == " ":
            made += ch
        else:
            made = ch + made
    return made


@given(("12034",), ("",), ("1x2",), ("٣",), ("7",))
def digits(text):
    total, seen = 0, []
    for i, ch in enumerate(text):
        total = total * 10 + int(ch)
        seen.append(ch)
    return total, seen


@given(("mississippi",), ("",), ("ß",))
def counted(text):
    counts = {}
    for ch in text:
        counts[ch] = counts.get(ch, 0) + 1
    vowels = 0
    for i in range(len(text)):
        if text[i] in "aeiou":
            vowels += 1
    return counts, vowels, [ch.upper() for ch in text], sorted(text)


@given((65,), (127,), (128,), (-1,), (0x110000,), (255,), ("a",), (2**70,))
def made_of_numbers(n):
    ch = chr(n)
    return ch, ord(ch), ch * 2, ch + "x", ch == "A", ch < "B", len(ch), not ch, ch is None


@given(("a",), ("b",), ("ab",), ("",), (1,))
def compared(x):
    return x == "a", x != "a", "a" == x, "a" in x if x != 1 else 0, ["a", x], ("b" < "a", "b" is not None)


@given(("((a)[b]{c})",), ("(]",), ("((",), ("",))
def balanced(text):
    stack = []
    for ch in text:
        if ch in "([{":
            stack.append(ch)
        elif ch in ")]}":
            if not stack or stack.pop() + ch not in ("()", "[]", "{}"):
                return False
    return not stack


@given(("a,b,,c",), ("",), ("abc",))
def split(text):
    parts, word = [], ""
    for ch in text + ",":
        if ch == ",":
            parts.append(word)
            word = ""
        else:
            word += ch
    return parts


@given(("abc",), ("xyz€",))
def iterated_and_given_away(text):
    iterator = iter(text)
    first = next(iterator, None)
    rest = [ch for ch in iterator]
    pairs = [(a, b) for a, b in zip(text, text[1:])]
    return first, rest, pairs, list(enumerate(text)), [*text], text[::-1]


@given(("ABCBDAB", "BDCABA"), ("", "A"))
def longest_common(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            table[i][j] = table[i - 1][j - 1] + 1 if x == y else max(table[i - 1][j], table[i][j - 1])
    made, i, j = "", len(a), len(b)
    while i and j:
        if a[i - 1] == b[j - 1]:
            made = a[i - 1] + made
            i, j = i - 1, j - 1
        elif table[i - 1][j] >= table[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return made, table[-1][-1]

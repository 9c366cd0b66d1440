"""Tuples and lists: those of others, those made inside, and what programs ask of them."""

from programs import given

NAN = float("nan")
HUGE = 2**80


class Numbers(list):
    """A list that has another idea of its items."""

    def __getitem__(self, index):
        return 7

    def __iter__(self):
        return iter([5, 6])


class Pair(tuple):
    def __getitem__(self, index):
        return 3


@given((tuple(range(40)),), (tuple(0.5 * i for i in range(40)),), ((),), ((1, 2),), (tuple([1] * 20 + [2.5]),),
       (tuple([HUGE] * 20),), (tuple([1] * 19 + [HUGE]),), (Pair((1,) * 20),), ([1, 2],), (tuple("a" * 20),))
def over_a_tuple(items):
    total = 0
    for x in items:
        total += x
    return total, len(items)


@given((tuple(range(40)), 3), (tuple(range(40)), -1), (tuple(range(40)), 40), (tuple(range(40)), -41),
       ((1, 2.5, "a"), 2), ((1, 2), True), (tuple(range(40)), 1.5), (tuple(range(40)), HUGE), (Pair((1, 2)), 0))
def item_of_a_tuple(items, i):
    return items[i], items[0]


@given(((1, 2, 3),), ((1.5, 2, 3, 4),), ((1,),), ((),), ([1, 2, 3],), ("abc",), (Pair((1, 2, 3)),), (5,))
def starred(items):
    first, *rest = items
    *others, last = items
    return first, rest, others, last


@given((5,), (0,))
def starred_inside(n):
    total = 0
    for i in range(n):
        a, *b, c = i, i + 1, i + 2, i + 3
        b.append(c)
        total += a + b[0] + len(b)
    return total


@given((1, 2.5), (HUGE, 1), (NAN, 1.0), (True, 0))
def loop_over_short(a, b):
    total = 0
    for x in (a, b, 3):
        if x == 2.5:
            continue
        total += x
    else:
        total += 1
    for x in (a, "b", None):
        if x is None:
            break
    return total, x, [y * 2 for y in (a, b)], tuple([y for y in (b, a)])


@given((3,), (0,))
def short_loops_within(n):
    found = []
    for i, (a, b) in enumerate(((1, 2), (3, 4))):
        for j in range(n):
            for k, x in zip((a, b), (b, a, n)):
                found.append(i + j * k - x)
    return found


@given((1.0, 2.0, 0.5), (HUGE, 1, 2), (0, 0, 0))
def error_in_a_short_loop(a, b, c):
    total = []
    for x in (a, b, c):
        total.append(1 / x)
    return total


@given((1, 2, 3), (1, 1, 1), (1.5, 1, 2), (NAN, 1.0, 2.0), (0.0, -0.0, 0), (HUGE, HUGE, 1), (True, 1, 1.0),
       (2**53 + 1, float(2**53), 1), (None, 1, None), ("a", "b", "a"))
def compared(a, b, c):
    found = [(a, b) == (b, a), (a, b) != (a, c), a in (b, c), a not in (b, c), (a, (b, c)) == (a, (b, c)),
             (a, b) == (a, b, c), (a,) == a]
    try:
        found += [(a, b) < (b, c), (a, b, c) <= (a, b), (a, b) > (a, c), (a, (b, c)) >= (a, (c, b))]
    except TypeError as error:
        found.append(str(error))
    return found


@given((5,))
def slices_of_tuples(n):
    items = (n, 2, 3.5, "a", None)
    return items[1:], items[:-1], items[::-1], items[1:4:2], items[10:], items[-2:], items[:0], items[-9:2]


@given(([3, 1, 2],), ([1.5, -0.0, 0.0, 2.5],), ([],), ([NAN, 1.0, NAN],), ([HUGE, 1],), ([1, HUGE],), ([1, 2.5],),
       (["a", "b"],), ([True, 2],), (Numbers([1, 2]),), ((1, 2),), (5,))
def asked(items):
    found = []
    for x in (1, 2.5, True, NAN, HUGE, 0.0):
        found.append(x in items)
        found.append(items.count(x))
        try:
            found.append(items.index(x))
        except ValueError as error:
            found.append(str(error))
    try:
        found += [max(items), min(items)]
    except (ValueError, TypeError) as error:
        found.append(str(error))
    return found


@given(([3, 1, 2],), ([1.5, -0.0, 0.0, 2.5],), ([],), ([NAN, 1.0, NAN],), ([HUGE, 1, -HUGE],), ([2, HUGE],),
       ([2.5, 1],), (["b", "a"],), ([True, False],), (Numbers([2, 1]),), ((3, 1),), ([1, "a"],), (range(5),))
def sorted_ways(items):
    ordered, backwards = sorted(items), sorted(items, reverse=True)
    again = sorted(items, reverse=False)
    same = ordered == again
    items.sort()
    first = list(items)
    items.sort(reverse=True)
    return ordered, backwards, same, first, items, ordered == first, items == backwards


@given(([3, 1, 2],), ([1.5, 2.5],), ([],), ([HUGE],), (Numbers([1, 2, 3]),), ([1, 2.5],), (list(range(50)),))
def copied(items):
    whole, part, step = list(items), items[1:], items[::2]
    other = items.copy()
    other.append(4)
    whole += [1]
    items.append(5)
    return whole, part, step, other, items, items[:-1] == whole[:-1], items == items


@given((1,), (None,), (2.5,))
def sorted_of_kinds(x):
    own = [1, 2.5, x]
    own.append(x)
    try:
        own.sort()
    except TypeError as error:
        return str(error)
    mine = [x, 1]
    mine.sort(key=lambda y: -y)
    return own, mine


@given(([1.5, 2.5],), ([NAN],), ([NAN, 1.0],))
def copies_keep_what_is_no_number(items):
    whole = list(items)
    return whole == items, NAN in whole, sorted(items) == whole


@given(([1, 2, 3],), ([1.5],), ([],), ("abc",), ("grüße",), ((1, 2, 3),), (tuple(range(30)),), (range(5),),
       (range(5, 0),), (range(2, 9, 3),), ({1: 2},), (5,), (Numbers([1, 2]),))
def backwards(items):
    found = []
    for x in reversed(items):
        found.append(x)
    return found, list(reversed(items))


@given(([1, 2, 3, 4],))
def backwards_while_it_changes(items):
    found = []
    for x in reversed(items):
        found.append(x)
        if len(found) == 1:
            items.pop()
            items.pop()
        if len(found) == 2:
            items.extend([7, 8, 9])
    return found, items


@given(([1, 2, 3],), ([],))
def backwards_kept(items):
    it = reversed(items)
    first = next(it, None)
    rest = [x for x in it]
    return first, rest, type(it).__name__


@given(([1, 2, 3],), ([1.5, 2.5],), ([HUGE, 1],), (["a"],), ([],))
def grows_while_iterated(items):
    total = 0
    for x in items:
        if len(items) < 6:
            items.append(x)
        total += 1
    for x in tuple(items):
        total += 1
    return total, items


@given(([1.0, 2.0, 3.0], [5.0]), ([1, 2, 3], [5]), ([1000, 2000, 3000], [1]), ([HUGE, 1], [1]), ([1, 2.5], [True]),
       ([], [1]), (["a"], [1]))
def written(items, other):
    for i in range(1, len(items)):
        items[i] = items[i - 1] * 2 + items[i]
    items[0] = other[0]
    other[0] = items[-1]
    items[-1], items[0] = items[0], items[-1]
    return items, other


@given(([300, 5, 1000, -7, 2, 70000, -40000, 2**31, 0, 256, 257, -5, -6],), ([0.5, -0.5, 0.25],), ([HUGE, 1],),
       ([2, 1, 2.5],), (["b", "a"],))
def bubbles(items):
    for i in range(len(items)):
        for j in range(len(items) - 1 - i):
            if items[j] > items[j + 1]:
                items[j], items[j + 1] = items[j + 1], items[j]
    return items


def doubled(x):
    return 2 * x


def ends(x):
    if x == 2:
        raise StopIteration(x)
    return x


@given((doubled, [1, 2, 3]), (abs, [-1.5, 2]), (doubled, ["a", [1]]), (ends, [1, 2, 3]), (doubled, 5), (5, [1]),
       (float, ["1.5", "x"]), (doubled, []), (doubled, [None]))
def mapped(function, items):
    found = []
    for x in map(function, items):
        found.append(x)
    else:
        found.append("end")
    for a, b in map(divmod_of, items):
        found.append(a)
        if b:
            break
    return found


def divmod_of(x):
    return divmod(x, 2)


@given((3,), (0,))
def mapped_inside(n):
    total = 0
    for x in map(lambda y: 1 / (y - 2), range(n)):
        total += x
    return total


def options(*args, a=1, **named):
    named["more"] = a
    return args, named["b"], named


def needed(**named):
    return named["a"] + named["b"]


@given((1, 2.5), (HUGE, 1), ("a", "b"))
def keywords(x, y):
    return options(1, b=x, c=y), needed(a=x, b=y), needed(b=x, a=x, c=y)


@given((1,), (None,))
def missing_keyword(x):
    total = 0
    for i in range(5):
        total += needed(a=i, b=1)
    return total, needed(a=x, c=1)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


def depth_of(n, limit):
    if n > limit:
        raise ValueError("deep: {}".format(n))
    return 0 if n == limit - 3 else 1 + depth_of(n + 1, limit)


def mixed(n):
    if n % 3 == 0:
        return n * 0.5
    if n < 0:
        return None
    return mixed(n - 1)


def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)


def first_of(n):
    return 10 // n + first_of(n - 1)


@given((15,), (1,))
def recursive(n):
    return fib(n), even(n), odd(n), mixed(n), [mixed(i) for i in range(-1, 9) if i != -1], factorial(n)


@given((25,), (100,), (3,))
def recursion_beyond_64_bits(n):
    return factorial(n)


@given((10,), (2,))
def recursion_with_errors(n):
    try:
        depth_of(0, n)
        depth_of(n, 3)
    except ValueError as error:
        found = str(error)
    return found, first_of(n)


@given(("the quick brown fox",), ("",), ("grüße",), ("aeiou" * 9,))
def vowels(text):
    found, last = 0, None
    for i in range(len(text)):
        if text[i] in "aeiou" or text[i] == last:
            found += 1
        last = text[i]
    return found, last


@given(("aZ0 \t\x1c\x7f_9~@[`{",), ("grüße",), ("",))
def asked_of_characters(text):
    found = []
    for ch in text:
        found.append((ch.isdigit(), ch.isalpha(), ch.isalnum(), ch.isspace(), ch.isupper(), ch.islower()))
        found.append(ch.upper() + ch.lower())
        if ch.isdecimal() and ch.isnumeric():
            found.append(int(ch))
    return found, [ch.upper(1) if False else ch.upper for ch in text[:0]]


@given(("12a",))
def wrong_question(text):
    for ch in text:
        ch.isdigit(1)


@given((5,), (0,), (-2,))
def none_or_number(n):
    last = None
    found = []
    for i in range(n):
        if last is not None and last > 1:
            found.append(last == i)
        found.append(last != None)  # noqa: E711
        last = i
    return found, last == None, last < 3  # noqa: E711


@given(([1.0, 2.0], 5), ([1, 2], 0), ([], 1))
def raises_at_the_end(items, n):
    total = 0
    for i in range(n):
        if i >= len(items):
            raise IndexError("no item {} of {}".format(i, len(items)))
        total += items[i]
    if not total:
        raise ValueError(total)
    return total


def large(x, y):
    a = [x + i for i in (1, 2, 3, y)]
    b = [x * i for i in (y, 2, 3, 4)]
    return sum(a) - sum(b) + (a[0] if a[1] > b[1] else b[2])


def larger(x, y):
    total = 0
    for k in (x, y, x + 1, y + 1):
        total += large(k, y) + large(y, k)
    return total


@given((2, 3), (1.5, 2), (HUGE, 1))
def many_rounds(x, y):
    total = 0
    for a in (1, 2, 3, 4, x):
        for b in (1, 2, 3, 4, y):
            total += larger(a, b) - larger(b, a)
    return total

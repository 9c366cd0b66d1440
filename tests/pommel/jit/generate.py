"""Programs by chance: functions of numbers, lists and arrays, from a seed.

A program is a tree of statements, so that one that does not do the same compiled can be made small:
statements are taken out as long as the difference stays.
"""

import random

INTEGERS = ("0", "1", "-1", "2", "3", "7", "-5", "10", "(2**31 - 1)", "2**31", "(-2**31)", "2**62", "(2**63 - 1)",
            "(-2**63)", "2**63", "(2**64 + 1)", "True")
FLOATS = ("0.0", "-0.0", "1.0", "0.5", "-2.5", "1e308", "5e-324", "1e16", "inf", "-inf", "nan", "3.0")

HELPERS = '''\
from math import inf, nan, floor, sqrt
import pommel as pm


def small(x):
    return x if -2**70 < x < 2**70 else x % 1000003


def twice(x, y=1):
    return x * 2 + y


def pick(items, i):
    return items[i]


def collatz(n):
    steps = 0
    while n > 1 and steps < 50:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def pair(x, y):
    if x is None:
        return y, x
    return x, y


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def factorial(n, of=1):
    if n <= 1:
        return of
    return factorial(n - 1, of * n * 10**4)


def halves(n):
    return 0.5 if n < 1 else halves(n // 2) + n


def bezout(a, b):
    if not b >= 1:
        return 1, 0
    x, y = bezout(b, a % b)
    return y, x - a // b * y


def doubled(n):
    if not n >= 1:
        return 0, 1.5
    x, y = doubled(n // 2)
    return (y, x + n) if n % 2 else (x + y, n)


def ways(n, parts):
    def count(left):
        if not left >= 1:
            return left == 0
        return sum(count(left - part) for part in parts)

    return count(n)


class Odd(Exception):
    pass

'''


class Statement:
    """A line, or a head with blocks below it."""

    def __init__(self, head, *blocks):
        self.head, self.blocks = head, blocks

    def lines(self, depth):
        """The text."""
        if not self.blocks:
            return ["    " * depth + self.head]
        found = []
        for head, body in zip((self.head, *[block[0] for block in self.blocks[1:]]), self.blocks):
            found.append("    " * depth + head)
            found += text_of(body[1], depth + 1)
        return found


def text_of(body, depth):
    """The lines of a block, which must not be empty."""
    return [line for statement in body for line in statement.lines(depth)] or ["    " * depth + "pass"]


class Program:
    """A function `f` of an integer, a number, a list and an array."""

    def __init__(self, body, result):
        self.body, self.result = body, result

    def source(self):
        """The text of a module."""
        body = text_of(self.body, 1)
        return HELPERS + "\n".join(["", "def f(a, b, xs, arr):", *body, "    return " + self.result, ""])


class Maker:
    """Makes a program by chance."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.names = {"int": ["a"], "float": ["b"], "list": ["xs"], "array": ["arr"], "rows": []}
        self.counted = 0
        self.loops = 0

    def program(self):
        """A whole program."""
        body = []
        if self.chance(0.6):
            # Lists that nobody else knows.
            self.names["list"] = ["own", "xs"]
            body.append(Statement("own = {}".format(self.own())))
        if self.chance(0.4):
            self.names["rows"].append("rows")
            body.append(Statement("rows = {}".format(self.rows())))
        body += self.block(self.random.randint(4, 10), 0)
        shown = [name for kind in ("int", "float", "list", "array", "rows") for name in self.names[kind]]
        return Program(body, "[" + ", ".join(shown) + "]")

    def chance(self, share):
        """Whether something of that probability is so."""
        return self.random.random() < share

    def one_of(self, *items):
        """One of several."""
        return self.random.choice(items)

    def name(self, kind):
        """A variable of a kind."""
        return self.random.choice(self.names[kind])

    def fresh(self):
        """A name that is not used yet."""
        self.counted += 1
        return "v%d" % self.counted

    def number(self, depth=2):
        """An expression of a number of any type."""
        return self.integer(depth) if self.chance(0.6) else self.real(depth)

    def integer(self, depth=2):
        """An expression that is an integer most of the time."""
        if self.chance(0.005):
            return self.one_of("None", "'s'", self.name("list"), self.name("float"))
        if depth <= 0 or self.chance(0.3):
            return self.name("int") if self.chance(0.65) else self.random.choice(INTEGERS)
        deeper = depth - 1
        choices = (
            lambda: "({} {} {})".format(self.integer(deeper), self.one_of("+", "-", "*", "//", "%", "&", "|", "^"),
                                        self.integer(deeper)),
            lambda: "({} {} {})".format(self.integer(deeper), self.one_of("+", "-", "*", "//", "%"),
                                        self.integer(deeper)),
            lambda: "{}{}".format(self.one_of("-", "~", "+"), self.integer(0)),
            lambda: "({} {} ({} & 31))".format(self.integer(deeper), self.one_of("<<", ">>"), self.integer(deeper)),
            lambda: "({} ** {})".format(self.integer(0), self.one_of("2", "3", "0")),
            lambda: "len({})".format(self.one_of(self.name("list"), self.name("array"))),
            lambda: "({} if {} else {})".format(self.integer(deeper), self.condition(deeper), self.integer(deeper)),
            lambda: "{}({}, {})".format(self.one_of("min", "max", "twice"), self.integer(deeper), self.integer(deeper)),
            lambda: "abs({})".format(self.integer(deeper)),
            lambda: "int({})".format(self.number(deeper)),
            lambda: "collatz({} % 100)".format(self.integer(deeper)),
            lambda: "{}[{}]".format(self.name("list"), self.index()),
            lambda: self.one_of("len({})", "{}.count(0)", "sum({})", "{}.pop()", "max({}, default=0)",
                                "min({})").format(self.name("list")),
            lambda: self.inner(),
            lambda: "sum(i * {} for i in range({} % 6))".format(self.integer(0), self.integer(0)),
            lambda: self.consumed(self.one_of("sum", "min", "max", "len(list", "any", "all"), self.integer(deeper)),
            lambda: "{}({} % 12)".format(self.one_of("fibonacci", "factorial", "halves"), self.integer(deeper)),
            lambda: self.text(deeper),
            lambda: self.passed_on(deeper),
        )
        return self.random.choice(choices)()

    def text(self, depth):
        """An integer that comes of a text or of items that are looked at one after the other."""
        number = self.integer(depth)
        return self.one_of("sum(map(int, str(abs({0}))))", "max(map(abs, ({0}, 3)))", "sum(map(int, {1}))",
                           "len(format({0}, 'x'))", "len(format({2}, '.3f'))", "sum(map(twice, range({0} % 5)))",
                           "(str({0}) == {3})", "len(list(map(float, {1})))", "all(map(collatz, {1}))",
                           "len(set({1}))", "sum(set([i % 3 for i in range({0} % 9)]))").format(
                               number, self.name("list"), self.real(0), self.one_of("'7'", "7", "'-1'", "None", "()"))

    def passed_on(self, depth):
        """An integer of functions that call themselves and give tuples or add up what they give."""
        number = self.integer(depth)
        return self.one_of("bezout({0} % 1000, {1} % 100)[{2}]", "doubled({0} % 1000)[{2}]",
                           "ways({0} % 7, (1, 2))").format(number, self.integer(0), self.one_of("0", "1"))

    def inner(self):
        """An item of a list in a list, if there is such a one."""
        if not self.names["rows"]:
            return self.name("int")
        return "{}[{}][{}]".format(self.name("rows"), self.index(), self.index())

    def real(self, depth=2):
        """An expression that is a floating-point number most of the time."""
        if self.chance(0.005):
            return self.one_of("None", "'s'", self.name("list"))
        if depth <= 0 or self.chance(0.3):
            return self.name("float") if self.chance(0.65) else self.random.choice(FLOATS)
        deeper = depth - 1
        choices = (
            lambda: "({} {} {})".format(self.real(deeper), self.one_of("+", "-", "*", "/", "//", "%"),
                                        self.number(deeper)),
            lambda: "({} {} {})".format(self.number(deeper), self.one_of("+", "-", "*", "/"), self.real(deeper)),
            lambda: "({} / {})".format(self.integer(deeper), self.integer(deeper)),
            lambda: "-{}".format(self.real(0)),
            lambda: "float({})".format(self.number(deeper)),
            lambda: "float({}[{}])".format(self.name("array"), self.index()),
            lambda: "sqrt(abs({}))".format(self.real(deeper)),
            lambda: "{}({}, {})".format(self.one_of("min", "max", "twice"), self.real(deeper), self.number(deeper)),
            lambda: "({} if {} else {})".format(self.real(deeper), self.condition(deeper), self.number(deeper)),
            lambda: self.consumed(self.one_of("sum", "sum", "min", "max"), self.number(deeper)),
        )
        return self.random.choice(choices)()

    def consumed(self, taker, item):
        """A generator expression that is used where it stands."""
        over = self.one_of("range({} % 6)".format(self.integer(0)), self.name("list"), self.name("array"))
        item = self.one_of("i", "i * 2", "i + {}".format(item), item)
        condition = " if {}".format(self.condition(0)) if self.chance(0.3) else ""
        return "{}({} for i in {}{}){}".format(taker, item, over, condition, ")" if "(" in taker else "")

    def condition(self, depth=1):
        """A truth value."""
        if self.chance(0.15):
            return self.one_of(self.name("int"), self.name("list"), "not " + self.name("float"))
        plain = "{} {} {}".format(self.number(depth - 1), self.one_of("<", "<=", "==", "!=", ">", ">="),
                                  self.number(depth - 1))
        if self.chance(0.2):
            return "({} {} {})".format(plain, self.one_of("and", "or"), self.condition(0))
        if self.chance(0.1):
            return "{} in {}".format(self.integer(0), self.name("list"))
        return "({})".format(plain)

    def own(self):
        """A list that is made here."""
        return self.one_of("[]", "[0] * 5", "[0.5] * (a % 7)", "[i for i in range(6)]", "list(range(4))", "[1, 2.5, None]",
                           "[True] * 4", "[False, 3] * 2", "[i * 0.5 for i in range(a % 5)]", "[None] * 4", "xs[:]",
                           "[x for x in xs]")

    def rows(self):
        """A list of lists."""
        choices = ["[[0] * 3 for _ in range(4)]", "[[0.0] * 3] * 3", "[[] for _ in range(4)]", "[[i, 1] for i in range(3)]"]
        choices += ["[{0}, {1}, {0}]".format(name, self.name("list")) for name in self.names["list"]]
        return self.random.choice(choices)

    def items(self):
        """A list."""
        if self.chance(0.3):
            return self.own()
        if self.names["rows"] and self.chance(0.3):
            return "{}[{}]".format(self.name("rows"), self.index())
        choices = (
            lambda: "[{}]".format(", ".join(self.number(1) for _ in range(self.random.randint(0, 4)))),
            lambda: "[{} for i in range({} % 8)]".format(self.one_of("i", "i * i", "i + " + self.integer(0)),
                                                         self.integer(0)),
            lambda: "[x for x in {} if x {} {}]".format(self.name("list"), self.one_of("<", ">", "=="), self.number(0)),
            lambda: "{}[{}:{}]".format(self.name("list"), self.integer(0), self.integer(0)),
            lambda: "({} + {})[-12:]".format(self.name("list"), self.name("list")),
            lambda: "sorted({})".format(self.name("list")),
            lambda: self.name("list"),
        )
        return self.random.choice(choices)()

    def array(self):
        """An array."""
        choices = (
            lambda: "pm.zeros({} % 5)".format(self.integer(0)),
            lambda: "{}[{}:]".format(self.name("array"), self.integer(0)),
            lambda: "({} {} {})".format(self.name("array"), self.one_of("+", "*", "-"), self.real(0)),
            lambda: self.name("array"),
        )
        return self.random.choice(choices)()

    def block(self, length, depth):
        """Statements. Variables that an inner block binds are seldom used behind it: they may be unbound
        there."""
        before = {kind: list(names) for kind, names in self.names.items()}
        statements = [self.statement(depth) for _ in range(length)]
        if depth and self.chance(0.95):
            self.names = before
        return statements

    def index(self):
        """The index of an element, which is there more often than not."""
        if self.chance(0.1):
            return self.integer(0)
        return self.one_of("0", "0", "-1", "-1", "1", "{} % 3".format(self.name("int")))

    def statement(self, depth):
        """One statement."""
        if depth < 3 and self.chance(0.4):
            return self.random.choice((self.branch, self.loop, self.loop, self.bounded, self.attempt))(depth)
        return self.random.choice((self.assign, self.assign, self.assign, self.augment, self.store, self.change,
                                   self.unpack, self.leave))()

    def value(self, kind):
        """An expression of a kind for an assignment, of bounded size in loops."""
        if kind in ("int", "float"):
            return self.bound(self.integer() if kind == "int" else self.real())
        return {"list": self.items, "array": self.array}[kind]()

    def bound(self, value):
        """A number that does not grow from one pass of a loop to the next without end."""
        return "small({})".format(value) if self.loops else value

    def assign(self):
        """`name = value`"""
        kind = self.one_of("int", "int", "int", "float", "float", "list", "array")
        value = self.value(kind)
        name = self.name(kind) if self.chance(0.6) else self.fresh()
        if name not in self.names[kind]:
            self.names[kind].append(name)
        return Statement("{} = {}".format(name, value))

    def augment(self):
        """`name += value`"""
        if self.chance(0.5):
            return Statement("{} {} {}".format(
                self.name("float"), self.one_of("+=", "-=", "/=", "+=" if self.loops else "*="), self.bound(self.number(1))))
        return Statement("{} {} {}".format(self.name("int"), self.one_of("+=", "-=", "//=", "%=", "&=", "^="),
                                           self.bound(self.integer(1))))

    def store(self):
        """`name[index] = value`"""
        if self.names["rows"] and self.chance(0.3):
            return Statement("{} {} {}".format(self.inner(), self.one_of("=", "+="), self.bound(self.number(1))))
        if self.chance(0.5):
            return Statement("{}[{}] {} {}".format(self.name("list"), self.index(), self.one_of("=", "+="),
                                                   self.bound(self.number(1))))
        return Statement("{}[{}] {} {}".format(self.name("array"), self.index(), self.one_of("=", "+=", "*="),
                                               self.real(1)))

    def change(self):
        """Changes a list."""
        name = self.name("list")
        if self.chance(0.5):
            return Statement("{}.append({})".format(name, self.bound(self.number(1))))
        if self.names["rows"] and self.chance(0.3):
            rows = self.name("rows")
            return Statement(self.one_of("{0}.append({1})", "{0}[{2}] = {1}", "{0}[{2}].append({3})", "{1} = {0}[{2}]",
                                         "str({0}[{2}])").format(rows, name, self.index(), self.bound(self.number(0))))
        return Statement(self.one_of(
            "{0}.reverse()", "{0}.pop()", "del {0}[-3:]", "{0}[:] = {0}[-10:]", "{0}.insert({1}, {2})", "{0}.pop(0)",
            "{0}.extend({0}[:2])", "{0} += [{2}]", "{0}.sort()", "{0}.clear()", "del {0}[{1}]", "kept = {{0: {0}}}",
            "{0}[1:3] = [{2}]", "{0} = {3}").format(name, self.index(), self.bound(self.number(0)), self.name("list")))

    def unpack(self):
        """Several targets."""
        first, second = self.name("int"), self.name(self.one_of("int", "float"))
        if self.chance(0.7):
            return Statement("{}, {} = {}, {}".format(first, second, self.name("int"), self.bound(self.integer(1))))
        return Statement("{}, {} = {}".format(first, second, self.one_of(
            "divmod({}, {})".format(self.integer(0), self.integer(0)), "pair({}, 5)".format(self.integer(0)),
            self.name("list"))))

    def leave(self):
        """Leaves what is around, or nothing of that kind."""
        if self.loops and self.chance(0.5):
            return Statement("if {}:".format(self.condition()),
                             ("", [Statement(self.one_of("break", "continue"))]))
        if self.chance(0.3):
            return Statement("if {}:".format(self.condition()), ("", [Statement(self.one_of(
                "raise Odd({})".format(self.name("int")), "return {}".format(self.name("float")),
                "raise ValueError", "raise IndexError('made') from None"))]))
        if self.chance(0.3):
            return Statement("assert {}, {}".format(self.condition(), self.name("int")))
        return self.assign()

    def branch(self, depth):
        """`if`"""
        head = "if {}:".format(self.condition())
        blocks = [("", self.block(self.random.randint(1, 3), depth + 1))]
        if self.chance(0.4):
            blocks.append(("else:", self.block(self.random.randint(1, 2), depth + 1)))
        return Statement(head, *blocks)

    def loop(self, depth):
        """`for`"""
        name, kind = self.fresh(), "int"
        if self.chance(0.7):
            source = "range({})".format(self.one_of(
                "{} % 12".format(self.integer(0)), "5", "{0} % 10, 0, -{1}".format(self.integer(0), self.one_of("1", "3")),
                "-3, {} % 9, 2".format(self.integer(0)), "{0}, {0} + 3".format(self.integer(0)), "4, 2"))
        else:
            source = self.one_of("{}[:12]".format(self.name("list")), "list({})".format(self.name("array")), "(1, 2.5, 3)",
                                 "[2, 3.5]", "{0}[:9] + {0}[:3]".format(self.name("list")))
            kind = "float"
        head = "for {} in {}:".format(name, source)
        self.loops += 1
        self.names[kind].append(name)
        body = self.block(self.random.randint(1, 4), depth + 1)
        self.names[kind].remove(name)
        self.loops -= 1
        blocks = [("", body)]
        if self.chance(0.15):
            blocks.append(("else:", self.block(1, depth + 1)))
        return Statement(head, *blocks)

    def bounded(self, depth):
        """`while` with a count, which no other statement changes."""
        self.counted += 1
        name = "count%d" % self.counted
        self.loops += 1
        body = [Statement("{} += 1".format(name)), *self.block(self.random.randint(1, 3), depth + 1)]
        self.loops -= 1
        limit = self.random.randint(1, 9)
        return Statement("if True:", ("", [
            Statement("{} = 0".format(name)),
            Statement("while {} < {} and {}:".format(name, limit, self.condition()), ("", body))]))

    def attempt(self, depth):
        """`try`"""
        kinds = self.one_of("ZeroDivisionError", "(IndexError, TypeError)", "ArithmeticError", "Exception", "Odd")
        loops, self.loops = self.loops, self.loops
        blocks = [("", self.block(self.random.randint(1, 3), depth + 1))]
        if self.chance(0.8):
            blocks.append(("except {} as error:".format(kinds), self.block(self.random.randint(1, 2), depth + 1)))
            if self.chance(0.3):
                blocks.append(("else:", self.block(1, depth + 1)))
        if len(blocks) == 1 or self.chance(0.3):
            self.loops = 0
            blocks.append(("finally:", self.block(1, depth + 1)))
            self.loops = loops
        return Statement("try:", *blocks)


def program(seed):
    """The program of a seed."""
    return Maker(seed).program()


def arguments(seed):
    """Some calls of the program of a seed."""
    import pommel as pm

    draw = random.Random(-seed - 1)
    values = {"inf": float("inf"), "nan": float("nan")}
    for _ in range(4):
        a = eval(draw.choice(INTEGERS), values)
        b = eval(draw.choice(FLOATS + INTEGERS[:5]), values)
        xs = [eval(draw.choice(INTEGERS[:9] + FLOATS[:5]), values) for _ in range(draw.randint(0 if draw.random() < 0.2 else 3, 6))]
        arr = pm.array([eval(draw.choice(FLOATS), values) for _ in range(draw.randint(0 if draw.random() < 0.2 else 3, 6))], dtype="float64")
        yield a, b, xs, arr


def shrunk(program, fails):
    """A program with fewer statements that still fails: `fails` says of a program whether it does."""
    goes_on = True
    while goes_on:
        goes_on = False
        for smaller in smaller_programs(program):
            if fails(smaller):
                program, goes_on = smaller, True
                break
    return program


def smaller_programs(program):
    """Programs with a statement less, or with a block in place of the statement around it."""
    for body in smaller_bodies(program.body):
        yield Program(body, program.result)
    yield from [Program(program.body, part) for part in program.result[1:-1].split(", ")
                if program.result != part and program.result.startswith("[")]


def smaller_bodies(body):
    for i, statement in enumerate(body):
        before, behind = body[:i], body[i + 1:]
        yield before + behind
        for k, (head, inner) in enumerate(statement.blocks):
            yield before + inner + behind
            for smaller in smaller_bodies(inner):
                blocks = [*statement.blocks[:k], (head, smaller), *statement.blocks[k + 1:]]
                yield before + [Statement(statement.head, *blocks)] + behind
            if k and head.startswith(("else", "finally")) and len(statement.blocks) > 2:
                blocks = [*statement.blocks[:k], *statement.blocks[k + 1:]]
                yield before + [Statement(statement.head, *blocks)] + behind

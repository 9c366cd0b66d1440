"""Instances of classes in compiled functions: read, written, called and made as Python does it."""

import dataclasses
import gc
import random
import sys
import weakref

import pytest

import pommel as pm

from comparing import MODES, alike, compiled, outcome

pytestmark = pytest.mark.only("compiles")


@pytest.fixture(params=["on", *MODES])
def jit(request, monkeypatch):
    """Compiles a function in one of the modes."""
    return lambda function: compiled(function, monkeypatch, request.param)


def same(jit, function, *arguments, times=4):
    """Compares calls of a function with calls of the compiled one, a few times."""
    expected = outcome(function, arguments)
    made = jit(function)
    for _ in range(times):
        found = outcome(made, arguments)
        assert alike(expected, found), (expected, found)
    return expected


class Point:
    kind = "point"
    scale = 2

    def __init__(self, x, y=0.0):
        self.x = x
        self.y = y

    def norm(self):
        return self.x * self.x + self.y * self.y

    def moved(self, dx, *, dy=0.0):
        return Point(self.x + dx, self.y + dy)

    def move(self, dx, dy):
        self.x += dx
        self.y += dy
        return self

    @property
    def twice(self):
        return self.scale * self.x

    @twice.setter
    def twice(self, value):
        self.x = value / self.scale

    @staticmethod
    def zero():
        return Point(0.0)

    @classmethod
    def at(cls, x):
        return cls(x, x)

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)

    def __mul__(self, k):
        return Point(self.x * k, self.y * k)

    def __rmul__(self, k):
        return Point(k * self.x, k * self.y)

    def __lt__(self, other):
        return self.x < other.x

    def __getitem__(self, i):
        return self.y if i else self.x

    def __setitem__(self, i, value):
        if i:
            self.y = value
        else:
            self.x = value

    def __call__(self, k):
        return self.x * k + self.y


class Special(Point):
    scale = 3

    def norm(self):
        return -1.0

    def __radd__(self, other):
        return "radd"


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self, a):
        self.a = a


def everything(p, n):
    total = 0.0
    for i in range(n):
        p.move(0.5, 0.25)
        q = p.moved(i, dy=1.5) + p * 2.0 + 3.0 * p
        total += q.norm() + p.twice + p(2) + p[0] + q[1] + Point.at(i).x + Point.zero().y
        q.twice = total
        p[1] = q.x * 1e-3
        if q < p:
            total -= 1.0
    return total, p, q, p.kind


def test_all_that_a_class_says(jit):
    same(jit, everything, Point(1.0, 2.0), 20)
    same(jit, everything, Point(1, 2), 20)
    same(jit, everything, Special(1.0, 2.0), 20)
    same(jit, everything, Point(10**30, 2), 20)
    same(jit, everything, Point("text", 2), 3)
    same(jit, everything, Slotted(1), 3)


def test_different_instances_one_after_the_other(jit):
    made = jit(everything)
    for p in [Point(1.0, 2.0), Special(1.0), Point(1), Slotted(2), Point(True), Special(2**62), Point(1.5)] * 3:
        assert alike(outcome(everything, (p, 7)), outcome(made, (p, 7)))


def two_names(p, q, n):
    seen = []
    for i in range(n):
        p.x = q.x + i
        seen.append(q.x)
        q.y = p.x * 0.5
        seen.append(p.y)
    return seen, p is q, p, q


def test_two_names_for_one(jit):
    p = Point(1.0, 2.0)
    same(jit, two_names, p, p, 9)
    same(jit, two_names, p, Point(3.0, 4.0), 9)
    same(jit, two_names, p, Point(3, 4), 9)


def kept_values(p, n):
    kept = []
    for i in range(n):
        kept.append(p.x)
        p.x = p.x * 1.5 + i
    before = p.x
    p.x = 7.25
    return kept, before, p.x


def test_a_value_that_somebody_kept_stays(jit):
    same(jit, kept_values, Point(0.1), 12)
    same(jit, kept_values, Point(5000), 12)
    one = Point(12345.5)
    value = one.x
    jit(kept_values)(one, 5)
    assert value == 12345.5
    other = Point(123456)
    other.y = other.x
    jit(kept_values)(other, 5)
    assert other.y == 123456


def counts(c, n):
    for i in range(n):
        c.a += i
    return c.a


@pytest.mark.parametrize("start", [0, 250, 2040, 2**30 - 20, 2**31, 2**62, 2**63 - 5, -5000, 0.5, True])
def test_counters(jit, start):
    assert jit(counts)(Slotted(start), 40) == counts(Slotted(start), 40)


def small_ones(c, n):
    same = []
    for i in range(n):
        c.a = i
        same.append(c.a)
    return same


def test_small_integers_are_the_ones_that_python_keeps(jit):
    made = jit(small_ones)
    for _ in range(3):
        assert all(a is b for a, b in zip(made(Slotted(0), 200), range(200)))


def missing(p):
    p.x = 1.0
    return p.x + p.z


def test_attributes_that_are_missing(jit):
    same(jit, missing, Point(1.0))
    same(jit, missing, Slotted(1.0))
    p = Slotted(1.0)
    same(jit, lambda p: p.b, p)
    p = Point(1.0)
    del p.y
    same(jit, Point.norm, p)
    same(jit, lambda p: p.norm(), p)


def test_a_slot_that_is_missing_can_be_set(jit):
    def f(s, n):
        for i in range(n):
            s.b = i * 0.5
        return s.b
    assert jit(f)(Slotted(1), 5) == 2.0


def in_a_method(p, n):
    total = 0
    for i in range(n):
        total += p.norm()
        if i == 3:
            p.x = None
    return total


def test_an_exception_in_a_method(jit):
    expected = same(jit, in_a_method, Point(1.0), 9)
    assert "in norm" in expected[1] and "in in_a_method" in expected[1]


class Careful:
    def __init__(self, x):
        self.x = x
        self.inverse = 1 // x
        self.y = 2


def made_in_vain(n):
    total = 0
    for i in range(n, -1, -1):
        total += Careful(i).inverse
    return total


def test_an_exception_in_init(jit):
    expected = same(jit, made_in_vain, 5)
    assert "in __init__" in expected[1]


class Large:
    def __init__(self, x):
        self.first = x
        self.x = x * x * x
        self.last = self.x + 1


def large_ones(x, n):
    made = []
    for i in range(n):
        one = Large(x + i)
        made.append(one)
        x = x * 3
    return made


def test_init_goes_on_with_python_integers(jit):
    expected = same(jit, large_ones, 12345, 30)
    assert "last" in repr(expected)


def test_the_order_of_attributes(jit):
    def f(n):
        for i in range(n):
            p = Point(i)
            p.z = p.x + 1
            p.a = 3
            p.x = 5
        return p
    assert list(vars(jit(f)(4))) == list(vars(f(4))) == ["x", "y", "z", "a"]
    assert list(vars(jit(large_ones)(2, 3)[0])) == ["first", "x", "last"]


def escaping(n):
    kept = []
    p = None
    for i in range(n):
        q = Point(i, 0.5)
        if i % 3 == 0:
            kept.append(q)
            p = q
        q.x += 10
        if p is not None:
            p.y += 0.25
    return kept, p, p is kept[-1], q is p


def test_escaping_in_the_middle(jit):
    same(jit, escaping, 10)
    same(jit, escaping, 11)


def test_identity(jit):
    def f(n):
        p, q = Point(1), Point(1)
        same = p
        found = []
        for _ in range(n):
            found = [p is q, p is same, p is not None, q is None, p == q, p == same, p != q]
        return found
    same(jit, f, 4)


class Watched:
    made = []
    gone = 0

    def __init__(self, x):
        self.x = x
        Watched.made.append(weakref.ref(self))

    def __del__(self):
        Watched.gone += 1


def watched(n):
    total = 0
    for i in range(n):
        total += Watched(i).x
    return total


def test_instances_that_somebody_watches(jit):
    made = jit(watched)
    for _ in range(3):
        Watched.made, Watched.gone = [], 0
        assert made(5) == 10
        gc.collect()
        assert len(Watched.made) == 5 and Watched.gone == 5
        assert all(reference() is None for reference in Watched.made)


def test_the_class_is_changed_between_calls(jit):
    class Mine:
        step = 1

        def __init__(self, x):
            self.x = x

        def get(self):
            return self.x * self.step

        @property
        def value(self):
            return self.x + 1

    def f(m, n):
        total = 0
        for i in range(n):
            total += m.get() + m.value + Mine(i).get()
        return total

    made = jit(f)
    m = Mine(3)

    def check():
        for _ in range(3):
            assert made(m, 5) == f(m, 5)
    check()
    Mine.get = lambda self: 100
    check()
    Mine.value = property(lambda self: self.x * 1000)
    check()
    Mine.step = 2.5
    check()
    Mine.get = lambda self: self.x * self.step
    check()
    m.step = 7
    check()
    del m.step
    check()
    m.get = lambda: -5
    check()
    del m.get
    check()
    Mine.__init__ = lambda self, x: setattr(self, "x", x * 2)
    check()
    Mine.__getattribute__ = lambda self, name: 7 if name == "x" else object.__getattribute__(self, name)
    check()
    del Mine.__getattribute__
    check()
    Mine.__new__ = lambda cls, x: object.__new__(cls)
    check()


def test_attributes_are_set_in_another_way(jit):
    class Logged:
        def __init__(self, x):
            self.x = x

    log = []

    def f(m, n):
        for i in range(n):
            m.x = m.x + i
            Logged(i).x = 3
        return m.x

    made = jit(f)
    assert made(Logged(1), 5) == 11 == made(Logged(1), 5)
    Logged.__setattr__ = lambda self, name, value: log.append((name, value))
    m = object.__new__(Logged)
    m.__dict__["x"] = 1
    for _ in range(3):
        assert made(m, 5) == 1
    assert len(log) == 3 * 5 * 3


def test_the_class_is_changed_during_a_call(jit):
    class Mine:
        def __init__(self, x):
            self.x = x

        def get(self):
            return self.x

    def change(i):
        if i == 4:
            Mine.get = lambda self: 1000
        if i == 6:
            Mine.other = property(lambda self: 3)
        if i == 8:
            Mine.x = property(lambda self: 50, lambda self, value: None)

    def f(m, n):
        seen = []
        bound = m.get
        for i in range(n):
            seen.append(m.get())
            seen.append(Mine(i).get())
            m.x = i
            change(i)
            seen.append(bound())
            seen.append(m.x)
        return seen

    original = Mine.get
    made = jit(f)
    for _ in range(3):
        expected = f(Mine(1), 12)
        Mine.get = original
        del Mine.other, Mine.x
        assert made(Mine(1), 12) == expected
        Mine.get = original
        del Mine.other, Mine.x


def test_an_instance_changes_its_class_during_a_call(jit):
    class Other(Point):
        def norm(self):
            return 77.0

    def change(p, i):
        if i == 5:
            p.__class__ = Other

    def f(p, n):
        seen = []
        for i in range(n):
            seen.append(p.norm())
            p.x = p.x + 1
            change(p, i)
            seen.append(p.norm() + p.x)
        return seen, type(p) is Other
    made = jit(f)
    for _ in range(3):
        assert made(Point(1.0), 9) == f(Point(1.0), 9)


def test_the_dict_of_an_instance(jit):
    def f(p, n):
        for i in range(n):
            p.x = p.x + i
            p.y = p.x
        return p.x, p.y, list(vars(p).items())

    made = jit(f)

    def seen(change):
        results = []
        for function in (f, made, made, made):
            p = Point(1.5)
            kept = change(p)
            results.append((function(p, 5), repr(kept), repr(vars(p))))
        assert all(result == results[0] for result in results)
    seen(lambda p: None)
    seen(lambda p: p.__dict__)
    seen(lambda p: p.__dict__.update(z=5))
    seen(lambda p: setattr(p, "__dict__", {"x": 3.0, "y": 4}))
    seen(lambda p: [setattr(p, "a%d" % i, i) for i in range(60)])
    seen(lambda p: p.__dict__.pop("y"))


def test_a_function_whose_globals_are_attributes(jit):
    p = Point(1.5)
    exec("def get():\n    return x\n", vars(p))
    get = p.get

    def f(p, n):
        seen = []
        for i in range(n):
            p.x = p.x + 1.0
            seen.append(get())
        return seen
    made = jit(f)
    for _ in range(3):
        p.x = 1.5
        assert made(p, 4) == [2.5, 3.5, 4.5, 5.5]


class Tricky:
    def __init__(self):
        self.x = 1

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return len(name)


def test_getattr(jit):
    def f(t, n):
        total = 0
        for i in range(n):
            total += t.x + t.abc
            t.x = total
        return total
    same(jit, f, Tricky(), 6)


class Base:
    def __init__(self, x):
        self.x = x

    def value(self):
        return self.x

    def __add__(self, other):
        return ("Base", self.x, other.x)

    def __eq__(self, other):
        return self.x == other.x

    __hash__ = None


class Derived(Base):
    def __init__(self, x):
        super().__init__(x)
        self.more = x + 1

    def value(self):
        return self.more

    def __radd__(self, other):
        return ("Derived", self.x, other.x)


def operators(a, b, n):
    seen = []
    for _ in range(n):
        seen.append((a + b, a == b, a.value() + b.value()))
    return seen


@pytest.mark.parametrize("a", [Base(1), Derived(2)])
@pytest.mark.parametrize("b", [Base(1), Derived(3), Point(3)])
def test_operators_of_classes_that_are_derived(jit, a, b):
    same(jit, operators, a, b, 4)


class Undecided:
    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        if not isinstance(other, Undecided):
            return NotImplemented
        return Undecided(self.x + other.x)

    def __radd__(self, other):
        return other + self.x


def undecided(a, b, n):
    for _ in range(n):
        a = a + b
    return a


def test_operators_that_are_not_implemented(jit):
    same(jit, undecided, Undecided(1), Undecided(2), 5)
    same(jit, undecided, 3, Undecided(2), 5)
    same(jit, undecided, Undecided(1), 2, 5)
    same(jit, undecided, Undecided(1), Point(2), 5)


def test_isinstance(jit):
    def f(ps, n):
        seen = []
        for p in ps:
            seen.append((isinstance(p, Point), isinstance(p, Special), isinstance(p, (int, Point)),
                         isinstance(Point(n), Special), isinstance(Special(n), Point)))
        return seen
    same(jit, f, [Point(1), Special(2), 3, Point(4)], 3)
    same(jit, f, [Special(1), Special(2)], 3)


def over_a_list(ps, n):
    total = 0.0
    for _ in range(n):
        for p in ps:
            total += p.norm()
            p.move(0.5, total * 1e-9)
    return total, ps


def test_lists_of_instances(jit):
    same(jit, over_a_list, [Point(i * 0.5) for i in range(9)], 4)
    same(jit, over_a_list, [Point(i) for i in range(9)], 4)
    mixed = [Point(1.0), Point(2.0), Special(3.0), Point(4), Point(None)]
    same(jit, over_a_list, mixed, 4)
    same(jit, over_a_list, mixed[:4], 4)
    same(jit, over_a_list, [Point(1.0)] * 4, 4)
    same(jit, over_a_list, [Point(1.0), Point(2.0), 5], 4)
    same(jit, over_a_list, [], 4)


def made_and_kept(n):
    ps = []
    for i in range(n):
        ps.append(Point(i * 0.25, -1.0))
    total = 0.0
    for _ in range(n):
        for p in ps:
            p.move(0.5, 0.25)
            p.x = -p.x
            total += p.norm()
    return total, ps


def test_lists_of_instances_made_there(jit):
    same(jit, made_and_kept, 12)
    same(jit, made_and_kept, 0)


class Counted(Derived):
    def __init__(self, x, y):
        super().__init__(x + y)
        self.y = y

    def value(self):
        return super().value() + self.y

    @property
    def size(self):
        return super().__sizeof__() * 0 + self.x

    def lost(self):
        return super().missing()


class Mixed(Counted):
    pass


def derived(c, n):
    total = 0
    for i in range(n):
        total += c.value() + Counted(i, 2).value() + c.size + Mixed(i, total).more
        c.x += 1
        c.more += i
    return total, c, Counted(n, total)


def test_super(jit):
    same(jit, derived, Counted(1, 2), 6)
    same(jit, derived, Mixed(1.5, 2), 6)
    same(jit, derived, Counted(2**62, 2), 6)
    same(jit, lambda c: c.lost(), Counted(1, 2))


def test_what_is_behind_a_class_changes(jit):
    class A:
        def f(self):
            return 1

    class B(A):
        def f(self):
            return super().f() + 10

    class C(A):
        def f(self):
            return 1000

    class D(B):
        pass

    def f(d, n):
        return [d.f() for _ in range(n)] + [B().f()]
    made = jit(f)
    d = D()

    def check():
        for _ in range(3):
            assert made(d, 3) == f(d, 3)
    check()
    A.f = lambda self: 2
    check()
    D.__bases__ = (B, C)
    check()
    B.__bases__ = (C,)
    check()


class Node:
    def __init__(self, value, after=None):
        self.value = value
        self.after = after


def linked(n):
    first = None
    for i in range(n):
        first = Node(i, first)
    total, node = 0, first
    while node is not None:
        total = total * 3 + node.value
        node.value = total
        node = node.after
    return total, first.value


def test_linked_lists(jit):
    same(jit, linked, 30)
    same(jit, linked, 1)


def test_instances_within_instances(jit):
    def f(outer, n):
        total = 0
        for i in range(n):
            outer.after.value += i
            outer.after.after.value = outer.after.value * 2
            total += outer.after.after.value + Node(Node(i)).value.value
        return total, outer
    same(jit, f, Node(1, Node(2, Node(3))), 6)
    same(jit, f, Node(1, Node(2)), 6)


def test_methods_as_values(jit):
    def f(method, p, n):
        other = p.norm
        total = 0
        for i in range(n):
            total += method() + other()
            p.x = total * 0.5
        return total, other() == method()
    made = jit(f)
    for _ in range(3):
        for make in (Point, Special):
            p, q = make(1.0), make(2.0)
            a, b = make(1.0), make(2.0)
            assert made(p.norm, q, 5) == f(a.norm, b, 5)
            assert made(p.norm, p, 5) == f(a.norm, a, 5)


def test_a_bound_method_escapes(jit):
    def f(p, n):
        kept = []
        for i in range(n):
            kept.append(p.norm)
            q = Point(i)
            kept.append(q.norm)
            q.x += 1
        return [method() for method in kept], kept[0].__self__ is p, kept[0].__func__ is Point.norm
    same(jit, f, Point(2.0), 4)


def test_defaults_and_keywords(jit):
    def f(p, n):
        total = 0
        for i in range(n):
            total += p.moved(dy=i, dx=2).norm() + Point(y=1, x=i).norm() + Point(i).norm()
        return total
    same(jit, f, Point(1), 5)
    for wrong in (lambda p: Point(), lambda p: p.moved(1, 2), lambda p: p.norm(1), lambda p: Point(1, 2, 3),
                  lambda p: Point(1, z=3), lambda p: object.__new__(Point).x, lambda p: p()):
        same(jit, wrong, Point(1))


class Odd:
    def __init__(self, x):
        self.x = x
        return x


def test_init_that_returns_something(jit):
    same(jit, lambda n: [Odd(None) for _ in range(n)][0].x, 3)
    same(jit, lambda n: [Odd(i) for i in range(n)], 3)


class Plain:
    pass


def test_classes_without_init(jit):
    def f(n):
        total = 0
        for i in range(n):
            p = Plain()
            p.a = i
            p.b = p.a + 1
            total += p.a * p.b
        return total, p
    same(jit, f, 5)
    same(jit, lambda: Plain(1))


def test_conditional_attributes(jit):
    def f(n):
        total = 0
        for i in range(n):
            p = Plain()
            p.a = i
            if i % 2:
                p.b = 1
            else:
                p.c = 2.5
            total += getattr(p, "b", 10) + p.a
        return total, p
    same(jit, f, 6)
    same(jit, f, 7)

    def g(n):
        p = Plain()
        for i in range(n):
            if i == 3:
                p.late = 1
        return p.late
    same(jit, g, 6)
    same(jit, g, 2)


def recursive_sum(node):
    return 0 if node is None else node.value + recursive_sum(node.after)


class Tree:
    def __init__(self, depth):
        self.depth = depth
        self.left = Tree(depth - 1) if depth else None
        self.right = Tree(depth - 1) if depth else None

    def count(self):
        return 1 + (self.left.count() + self.right.count() if self.left else 0)


def test_attributes_that_hide_those_of_the_class(jit):
    class Mine:
        step = 3
        other = 4

        def get(self):
            return self.step

    def f(kept, n):
        total = 0
        for i in range(n):
            m = Mine()
            total += m.get()
            m.step = i
            kept.append(m)
            total += m.step * 100 + m.get() + m.other
            m.get = lambda: 1000
            total += m.get()
        return total
    made = jit(f)
    for _ in range(4):
        assert made([], 6) == f([], 6)
        kept = []
        made(kept, 2)
        assert [list(vars(m)) for m in kept] == [["step", "get"]] * 2


def test_attributes_that_are_known(jit):
    def f(p, q, n):
        seen = []
        for i in range(n):
            p.x = i * 0.5
            seen.append(p.x + q.x)
            q.x = p.x + 1
            if q.x > 2.5:
                p.x = -1.0
                seen.append(q.x)
            seen.append(p.x + q.x)
            vars(q)["x"] = 100.0
            seen.append(p.x + q.x)
        return seen
    p = Point(1.0)
    same(jit, f, p, p, 8)
    same(jit, f, p, Point(2.0), 8)


THERE = Point(1.5, 2)


def test_instances_and_classes_that_are_known(jit):
    local = Point(0.5)

    def f(n):
        total = 0
        for i in range(n):
            THERE.x += 0.5
            local.move(1, i)
            total += THERE.norm() + local.x * Point.scale + Point.norm(local) + Special.at(i).twice
            total += len(Point.__name__) + Point.zero().y
        return total, local
    made = jit(f)
    for _ in range(4):
        before = THERE.x, local.x, local.y
        expected = repr(f(7)[0])
        THERE.x, local.x, local.y = before
        assert repr(made(7)[0]) == expected


def test_recursion(jit):
    same(jit, recursive_sum, Node(1, Node(2, Node(3))))
    same(jit, lambda d: Tree(d).count(), 5)
    same(jit, lambda d: Tree(d), 3)


@dataclasses.dataclass
class Record:
    x: float
    y: float = 2.5
    count: int = 0

    def total(self):
        return self.x + self.y * self.count


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: float


@dataclasses.dataclass
class Checked:
    x: float
    others: list = dataclasses.field(default_factory=list)

    def __post_init__(self):
        self.x += 1


def records(n):
    total, kept = 0.0, []
    for i in range(n):
        one = Record(i)
        one.count += i
        other = Record(y=1, x=one.total())
        total += other.total() + Frozen(i).x + Checked(i).x + Record(1, 2, 3).count
        kept.append(other)
    return total, kept, repr(kept[0]), kept[0] == kept[1]


def test_data_classes(jit):
    same(jit, records, 6)
    same(jit, lambda: Record())
    same(jit, lambda: Record(1, 2, 3, 4))


class Vector:
    __slots__ = ("x", "y", "z")

    def __init__(self, x, y, z):
        self.x, self.y, self.z = x, y, z

    def __add__(self, other):
        return Vector(self.x + other.x, self.y + other.y, self.z + other.z)

    def __sub__(self, other):
        return Vector(self.x - other.x, self.y - other.y, self.z - other.z)

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k, self.z * k)

    def __iadd__(self, other):
        self.x += other.x
        self.y += other.y
        self.z += other.z
        return self

    def __neg__(self):
        return Vector(-self.x, -self.y, -self.z)

    def dot(self, other):
        return self.x * other.x + self.y * other.y + self.z * other.z

    def __repr__(self):
        return "Vector(%r, %r, %r)" % (self.x, self.y, self.z)


def bodies(ps, vs, n):
    for _ in range(n):
        for i in range(len(ps)):
            force = Vector(0.0, 0.0, 0.0)
            for j in range(len(ps)):
                if i != j:
                    d = ps[j] - ps[i]
                    force = force + d * (1.0 / (d.dot(d) + 0.01))
            vs[i] += force * 0.01
        for p, v in zip(ps, vs):
            p += v * 0.01
    return repr(ps), repr(vs), repr(-ps[0])


def test_vectors(jit):
    ps = [Vector(0.5 * i, 1.0 - i, 0.25 * i * i) for i in range(4)]
    vs = [Vector(0.0, 0.0, 0.0) for _ in range(4)]
    same(jit, bodies, ps, vs, 5)


def steps(p, q, program):
    """What a program in numbers does with two instances."""
    out = []
    for code in program:
        if code == 0:
            p.x += q.y
        elif code == 1:
            q = p.moved(0.5)
        elif code == 2:
            p, q = q, p
        elif code == 3:
            p.twice = q.twice
        elif code == 4:
            out.append(p)
        elif code == 5:
            q.y = p.norm()
        elif code == 6:
            q = p + q
        elif code == 7:
            p = q * 2
        elif code == 8:
            out.append(p is q)
        elif code == 9:
            p = Point(q.x, p.y)
        elif code == 10:
            q.x = int(q.y) if abs(q.y) < 1e9 else 0
        else:
            q[0] = p[1]
            out.append(q.x)
    return out, p, q


def test_programs(jit):
    choose = random.Random(5)
    made = jit(steps)
    for _ in range(60):
        program = [choose.randrange(12) for _ in range(choose.randrange(40))]
        p = choose.choice([Point(1.0, 2.0), Point(1, 2), Special(0.5, 3), Point(2**61, 1.0)])
        q = choose.choice([p, Point(3.0, 0.5), Point(7, True)])
        arguments = (p, q, program)
        assert alike(outcome(steps, arguments), outcome(made, arguments)), program


def test_references_are_given_back(jit):
    def f(ps, n):
        total = 0.0
        for _ in range(n):
            for p in ps:
                p.x = p.x + 0.5
                p.move(1, 2)
                total += p.norm()
        return total
    ps = [Point(1.0, 3) for _ in range(5)]
    made = jit(f)
    made(ps, 3)
    before = [sys.getrefcount(p) for p in ps] if hasattr(sys, "getrefcount") else []
    for _ in range(20):
        made(ps, 3)
    assert before == ([sys.getrefcount(p) for p in ps] if before else [])
    assert all(type(p.x) is float and type(p.y) in (int, float) for p in ps)


def test_what_is_native_is_said(jit):
    made = pm.jit(over_a_list)
    made([Point(1.0), Point(2.0)], 40)
    assert "over_a_list can be compiled" in str(pm.explain(made))


class Undecided:
    """Its operators leave others to a method that says so."""

    def __init__(self, x):
        self.x = x

    def other(self, other):
        return other.x if isinstance(other, Undecided) else NotImplemented

    def __add__(self, other):
        return self.other(other)

    def __radd__(self, other):
        return self.x - 1

    def __lt__(self, other):
        return self.other(other)

    def __iadd__(self, other):
        return self.other(other)


def test_operators_that_leave_it_to_another_method(jit):
    def added(a, b, n):
        total = []
        for _ in range(n):
            total.append(a + b)
        return total

    def compared(a, b):
        return a < b

    def grown(a, b):
        a += b
        return a

    for function in (lambda a, b: added(a, b, 3), compared, grown):
        for a in (Undecided(1), Undecided(2.5), 7):
            for b in (Undecided(3), 4, "b"):
                same(jit, function, a, b)


class Tree:
    def __init__(self, depth, colour=0):
        self.colour = colour
        self.left = self.right = None
        if depth:
            self.left, self.right = Tree(depth - 1, depth % 2), Tree(depth - 1, 1 - depth % 2)

    def height(self):
        if self.left is None or self.right is None:
            return 1
        left, right = Tree.height(self.left), self.right.height()
        return None if left != right else left + (1 - self.colour)

    def __call__(self, n):
        return n if n <= 1 else Tree.__call__(self, n - 1) + Tree.__call__(self, n - 2)

    @classmethod
    def full(cls, depth):
        return 1 if depth == 0 else cls.full(depth - 1) + Tree.full(depth - 1) + 1


def test_methods_that_call_themselves_by_their_class(jit):
    """What calls itself is called as a function of its own, with the object or the class before the arguments."""

    def heights(depth):
        tree = Tree(depth)
        return [tree.height(), tree.colour, tree(9), Tree.full(depth), Tree(depth, 1).height() is None]

    def read(tree):
        return tree.height() is None, tree(7), tree.full(3)

    for depth in (1, 4, 6, 2):
        same(jit, heights, depth)
        same(jit, read, Tree(depth))

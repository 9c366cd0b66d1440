"""Lists of others with numbers of several kinds, what is asked of classes, and methods behind builtins and
operators do what Python does."""

import math

import pytest

import pommel as pm
from comparing import MODES, alike, compiled, outcome

pytestmark = pytest.mark.only("compiles")


class Real(float):
    pass


class Whole(int):
    pass


LISTS = [
    [1, 2.5, 3, 4.5] * 4, [1, None, 3] * 4, [True, 2, 0.5, None] * 3, [1.5, 2, True] * 3, [1, 2.5, "text"],
    [1, 2.5, 2**70, -2**63, 2**63], [2.5, 1, Real(0.5), Whole(3)], [], [None] * 5, [False, True] * 3,
    [1, 0.5, float("inf"), -0.0, 0], [0.5, 1, [2]], [3] * 9 + [0.5], [0.5] * 9 + [None],
]


def total(items):
    result = 0
    for item in items:
        result += item
    return result


def those_there(items):
    result, missing = 0, 0
    for item in items:
        if item is None:
            missing += 1
        else:
            result += item
    return result, missing


def indexed(items):
    result = []
    for i in range(len(items)):
        result.append(items[i])
        if items[i] == items[-1]:
            result.append(i)
    return result, items[0] if items else None


def kinds(items):
    found = []
    for item in items:
        if isinstance(item, bool):
            found.append(0)
        elif isinstance(item, int):
            found.append(item.bit_length())
        elif isinstance(item, (float, complex)):
            found.append(item.is_integer())
        elif not isinstance(item, str):
            found.append(None)
        if type(item) is int:
            found.append(1)
        if type(item) is not float:
            found.append(2)
        if type(item) == bool:  # noqa: E721
            found.append(3)
    return found


def checked(items):
    if any(not isinstance(item, (int, float)) for item in items):
        raise TypeError("numbers are needed")
    if all(type(item) is int for item in items):
        return sum(items)
    return [item * 2 for item in items]


def largest(items):
    best = items[0]
    for item in items[1:]:
        if item > best:
            best = item
    return best, type(best)


def written(items):
    for i, item in enumerate(items):
        items[i] = item + 1
    return items


def sorted_copy(items):
    return sorted(items), list(items), max(items), 1 in items


FUNCTIONS = [total, those_there, indexed, kinds, checked, largest, written, sorted_copy]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_numbers_of_several_kinds(function, mode, monkeypatch):
    for shift in range(2):
        fast = compiled(function, monkeypatch, mode)
        for items in LISTS[shift:] + LISTS[:2]:
            expected, found = outcome(function, (items,)), outcome(fast, (items,))
            assert alike(expected, found), (items, expected, found)


def rows(table):
    result = 0
    for row in table:
        for item in row:
            if item is not None:
                result += item
    return result


def entries(table):
    result = 0
    for key, value in table.items():
        result += key * value
    return result, table.get(1, 0.5), table[2]


@pytest.mark.parametrize("mode", MODES)
def test_lists_and_dicts_of_them(mode, monkeypatch):
    tables = [[[1, None, 2.5], [None, 2, 4]], [[1, 2], [0.5, 2**70]], [[], [1, "a"]], [[1], 2]]
    fast = compiled(rows, monkeypatch, mode)
    for table in tables + tables:
        assert alike(outcome(rows, (table,)), outcome(fast, (table,))), table
    fast = compiled(entries, monkeypatch, mode)
    for table in [{1: 2, 2: 0.5}, {1: 0.5, 2: 3, 2.5: 1}, {1: None, 2: 1}, {1: True, 2: 2**70}, {2: 1, 1: "a"}]:
        assert alike(outcome(entries, (table,)), outcome(fast, (table,))), table


def bits(n):
    return [n.bit_length(), (-n).bit_length(), (n >> 1).bit_length(), (n * 3).bit_length(), True.bit_length()]


def whole(x):
    return x.is_integer(), (x * 2).is_integer(), (-x).is_integer()


@pytest.mark.parametrize("mode", MODES)
def test_methods_of_numbers(mode, monkeypatch):
    fast = compiled(bits, monkeypatch, mode)
    numbers = [0, 1, 2, 3, 255, 256, 2**53 - 1, 2**53, 2**53 + 1, 2**54 - 1, 2**62 - 1, 2**62, 2**63 - 1, 2**63,
               -1, -2**63, 2**70, 2**61 - 1]
    for n in numbers:
        assert alike(outcome(bits, (n,)), outcome(fast, (n,))), n
    fast = compiled(whole, monkeypatch, mode)
    for x in [0.0, -0.0, 0.5, 1.0, 1e300, math.inf, -math.inf, math.nan, 2.0**52 + 0.5, 5e-324]:
        assert alike(outcome(whole, (x,)), outcome(fast, (x,))), x


class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        return self.items.pop()

    def is_empty(self):
        return len(self.items) == 0

    def __len__(self):
        return len(self.items)

    def __contains__(self, item):
        return item in self.items

    def __getitem__(self, index):
        return self.items[index]


class Odd(Stack):
    def __len__(self):
        return -1 if self.items else 0

    def __contains__(self, item):
        return self.items


def stacked(n):
    stack, result = Stack(), 0
    for i in range(n):
        stack.push(i * i)
        if i % 3 == 2:
            result += stack.pop()
    length = len(stack)
    while not stack.is_empty():
        result = result * 2 % 1001 + stack.pop()
    return result, length, len(stack)


def stacked_mixed(n):
    stack = Stack()
    for i in range(n):
        stack.push(i if i % 2 else i * 0.5)
    return stack.items, stack, n in stack, stack.pop()


def asked(stack, n):
    result = []
    for i in range(n):
        if i in stack:
            result.append(stack[i % max(len(stack), 1)])
        if i not in stack:
            result.append(-i)
    return result, len(stack)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [stacked, stacked_mixed])
def test_stacks(function, mode, monkeypatch):
    fast = compiled(function, monkeypatch, mode)
    for n in (0, 1, 2, 9, 30, 9):
        assert alike(outcome(function, (n,)), outcome(fast, (n,))), n


@pytest.mark.parametrize("mode", MODES)
def test_methods_behind_operators(mode, monkeypatch):
    fast = compiled(asked, monkeypatch, mode)
    stacks = [Stack(), Stack(), Odd(), Odd()]
    for i in range(6):
        stacks[1].push(i * 2)
        stacks[3].push(i)
    for stack in stacks + stacks:
        for n in (0, 3, 8):
            assert alike(outcome(asked, (stack, n)), outcome(fast, (stack, n))), (stack.items, n)
    monkeypatch.setattr(Stack, "__len__", lambda self: 7)
    assert alike(outcome(asked, (stacks[1], 4)), outcome(fast, (stacks[1], 4)))
    monkeypatch.setattr(Stack, "__contains__", lambda self, item: item == 2)
    assert alike(outcome(asked, (stacks[1], 4)), outcome(fast, (stacks[1], 4)))


def caught(n):
    result = 0
    for i in range(n):
        try:
            if i % 3 == 0:
                raise ValueError("no {}".format(i))
            result += i
        except ValueError as error:
            result -= len(str(error))
    return result


def divided(n):
    result = 0
    for i in range(n):
        try:
            result += 100 // (i % 7)
        except ZeroDivisionError:
            result -= 1
        finally:
            result += 2
    return result


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("function", [caught, divided])
def test_exceptions_in_loops(function, mode, monkeypatch):
    fast = compiled(function, monkeypatch, mode)
    for n in (0, 1, 40, 200):
        assert alike(outcome(function, (n,)), outcome(fast, (n,))), n


class Ball:
    def __init__(self, x, v):
        self.x = x
        self.v = v

    def move(self, dt):
        self.x += self.v * dt
        if self.x > 3.0:
            self.v = -self.v


def bounced(n):
    balls = []
    for i in range(20):
        balls.append(Ball(0.1 * i, 0.5 * i))
    for _ in range(n):
        for ball in balls:
            ball.move(0.01)
    return [ball.x for ball in balls], sum(ball.v for ball in balls)


@pytest.mark.parametrize("mode", MODES)
def test_instances_of_a_class_without_any(mode, monkeypatch):
    fast = compiled(bounced, monkeypatch, mode)
    for n in (300, 1, 300):
        assert alike(outcome(bounced, (n,)), outcome(fast, (n,))), n


@pytest.mark.only("layouts")
@pytest.mark.parametrize("function, arguments", [(total, ([1, 2.5] * 9,)), (those_there, ([1, None, 2] * 9,))])
def test_they_are_native(function, arguments, monkeypatch):
    fast = compiled(function, monkeypatch, "on")
    for _ in range(3):
        fast(*arguments)
    explained = pm.explain(fast)
    assert explained.specialisations, explained
    assert not [note for made in explained.specialisations for note in made.notes], explained

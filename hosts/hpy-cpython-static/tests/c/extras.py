"""What the extension of extras.c does, on any interpreter: extras.py SHARED_OBJECT"""

import array
import datetime
import gc
import importlib.util
import os
import sys
import traceback
from importlib.machinery import ExtensionFileLoader

SIMPLE, WRITABLE, FORMAT, ND, STRIDES, C, F = 0, 1, 4, 8, 0x18, 0x38, 0x58
FULL_RO = 0x11C


def load(path):
    spec = importlib.util.spec_from_file_location(
        "extras", path, loader=ExtensionFileLoader("extras", path)
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raises(exception, function, *args):
    try:
        function(*args)
    except exception as e:
        return e
    raise AssertionError(f"{function} did not raise {exception}")


class Point:
    pass


def fail():
    raise KeyError("k") from ValueError("cause")


def exceptions(m, foreign):
    assert m.caught(int) is None
    if foreign:
        assert raises(KeyError, m.caught, fail, 1).args == ("k",)
    else:
        error = m.caught(fail)
        assert isinstance(error, KeyError) and isinstance(error.__cause__, ValueError)
        assert traceback.extract_tb(error.__traceback__)[-1].name == "fail"
        assert raises(KeyError, m.throw, error) is error
        assert "fail" in [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    error = LookupError("x")
    assert raises(LookupError, m.throw, error, foreign) is error


def iteration(m, foreign):
    Countdown = m.countdown_type(foreign)
    assert list(Countdown(3)) == [3, 2, 1]
    assert next(Countdown(0), "end") == "end"
    raises(StopIteration, Countdown(0).__next__)
    assert str(raises(ValueError, next, Countdown(-1))) == "below zero"
    assert sorted(Countdown(2)) == [1, 2] and max(Countdown(9)) == 9
    count = Countdown(1)
    assert iter(count) is count
    if foreign:
        # Called by its name a method works everywhere; that a type is iterable by methods alone is
        # up to the interpreter.
        methods = m.countdown_type(2)
        count = methods(1)
        assert count.__iter__() is count and count.__next__() == 1
        raises(StopIteration, count.__next__)
        assert str(raises(ValueError, methods(-1).__next__)) == "below zero"

    class Sub(Countdown):
        def __next__(self):
            return -super().__next__()

    assert list(Sub(2)) == [-2, -1]


def sets(m):
    both = m.sets("abca")
    assert both == ({"a", "b", "c"}, frozenset("abc"))
    assert [type(x) for x in both] == [set, frozenset]
    raises(TypeError, m.sets, 1)
    raises(TypeError, m.sets, [[]])
    assert m.set_facts({1}, 1) == (1, 0, 1, 1, [1])
    assert m.set_facts(frozenset(), 1) == (0, 1, 0, 0, [])
    assert m.set_facts([2, 3], 3) == (0, 0, 1, 2, [2, 3])
    raises(TypeError, m.set_facts, {1}, [])
    numbers = {1, 2}
    assert m.set_change(numbers, 3, 1) is True and numbers == {2, 3}
    assert m.set_change(numbers, 3, 1) is False and numbers == {2, 3}
    raises(TypeError, m.set_change, numbers, [], 1)
    raises(TypeError, m.set_change, numbers, 1, [])


def buffers(m, foreign):
    whole = (b"abc", 1, 1, 1, "B", (3,), (1,))
    assert m.view(b"abc", FULL_RO, foreign) == whole
    assert m.view(b"abc", SIMPLE, foreign)[4:] == ("-", None, None)
    floats = array.array("d", [1.5, -2.0])
    readonly = 1 if foreign else 0
    expected = (floats.tobytes(), 8, readonly, 1, "d", (2,), (8,))
    assert m.view(floats, FORMAT | C, foreign) == expected
    grid = memoryview(bytes(range(6))).cast("B", (2, 3))
    assert m.view(grid, FORMAT | C, foreign) == (bytes(range(6)), 1, 1, 2, "B", (2, 3), (3, 1))
    raises(BufferError, m.view, grid, F, foreign)
    # PyPy says ValueError.
    raises((BufferError, ValueError), m.view, b"abc", WRITABLE, foreign)
    raises(TypeError, m.view, 3, SIMPLE, foreign)
    odd = memoryview(b"abcdef")[::2]
    if foreign:
        assert m.view(odd, STRIDES, 1) == (b"ace", 1, 1, 1, "-", (3,), (1,))
        raises(BufferError, m.fill, bytearray(2), 1, 1)
    else:
        raises(BufferError, m.view, odd, C)
        memory = bytearray(b"123")
        m.fill(memory, 65)
        assert memory == b"AAA"
        # The view has ended: the memory may be resized again.
        memory.append(1)
        m.fill(floats, 0)
        assert list(floats) == [0.0, 0.0]


def weak_references(m):
    point = Point()
    gone = []
    ref = m.weak(point)
    with_callback = m.weak(point, gone.append)
    assert m.strong(ref) == (point,) and ref() is point
    del point
    for _ in range(4):
        gc.collect()
    assert m.strong(ref) == () and gone == [with_callback]
    raises(TypeError, m.weak, 1)
    raises(TypeError, m.strong, 1)


def dates(m):
    date, time, moment, noon, span = m.dates("there")
    zone = datetime.timezone(-datetime.timedelta(hours=3, minutes=30), "there")
    assert date == datetime.date(2024, 2, 29) and type(date) is datetime.date
    assert time == datetime.time(23, 59, 58, 999999) and time.fold == 1
    assert moment.isoformat() == "2024-02-29T23:59:58.999999-03:30" and moment.fold == 1
    assert moment.tzinfo == zone and moment.tzname() == "there"
    assert noon.tzinfo is datetime.timezone.utc and noon.fold == 0
    assert span == datetime.timedelta(-2, 3, 4)
    raises(TypeError, m.dates, 1)
    raises(ValueError, m.no_such_day)
    nothing = (0, 0, 0)
    assert m.apart(date) == ((2024, 2, 29), (0, 0, 0, 0, 0), nothing, 0)
    assert m.apart(time) == (nothing, (23, 59, 58, 999999, 1), nothing, 0)
    there = ((2024, 2, 29), (23, 59, 58, 999999, 1), (-1, 73800, 0), 1)
    assert m.apart(moment) == there
    assert m.apart(span) == (nothing, (0, 0, 0, 0, 0), (-2, 3, 4), 0)
    raises(AttributeError, m.apart, 1)


def main(path):
    m = load(path)
    # In the CPython ABI there is no host, and so none to be foreign; debug and trace mode know their
    # contexts by the address, so that there can be no copy.
    for foreign in (0, 1) if m.is_ours() and "HPY" not in os.environ else (0,):
        exceptions(m, foreign)
        iteration(m, foreign)
        buffers(m, foreign)
    sets(m)
    weak_references(m)
    dates(m)
    print(sys.implementation.name, sys.version.split()[0], "ours" if m.is_ours() else "none")


main(sys.argv[1])

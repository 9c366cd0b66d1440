"""What HPy 0.9 lacks, through the safe API: sets, weak references, memory of other objects, dates."""

import array
import datetime
import gc
import sys

import kitchen_sink as sink
import pytest

# PyPy's own HPy, which this module uses where it is built in, lends no memory.
COPIES = "_hpy_universal" in sys.builtin_module_names


class Point:
    pass


def test_sets():
    assert sink.set_of([1, 2, 1]) == {1, 2} and type(sink.set_of([])) is set
    assert sink.frozen_of([3]) == frozenset({3}) and type(sink.frozen_of([])) is frozenset
    with pytest.raises(TypeError):
        sink.set_of([[]])
    assert sink.set_facts({1, 2}, 2) == (2, True, 3)
    assert sink.set_facts(frozenset({1, 2}), 3) == (2, False, 3)
    numbers = {1, 2}
    assert sink.set_change(numbers, 3, 1) is True and numbers == {2, 3}
    assert sink.set_change(numbers, 3, 1) is False and numbers == {2, 3}
    with pytest.raises(TypeError, match="unhashable"):
        sink.set_change(numbers, [], 1)
    with pytest.raises(TypeError, match=r"set_change\(\) argument 'set' must be a set, not "):
        sink.set_change(frozenset(), 1, 1)
    with pytest.raises(TypeError, match="a set expected"):
        sink.set_facts([1], 1)


def test_weak_references():
    point, gone = Point(), []
    ref, told = sink.weak(point), sink.weak(point, gone.append)
    assert sink.strong(ref) is point and ref() is point
    del point
    for _ in range(4):
        gc.collect()
    assert sink.strong(ref) is None and gone == [told]
    with pytest.raises(TypeError, match="weak"):
        sink.weak(1)
    with pytest.raises(TypeError, match="must be a weak reference"):
        sink.strong(1)


def test_memory_is_read():
    floats = array.array("d", [1.5, 2.0])
    assert sink.view_sum(floats) == 3.5
    assert sink.view_sum(memoryview(floats)) == 3.5
    assert sink.view_sum(array.array("d")) == 0.0
    # The same memory may be resized again.
    floats.append(1.0)
    assert sink.view_sum(floats) == 4.5
    assert sink.bytes_of(b"abc") == b"abc" and sink.bytes_of(bytearray(b"")) == b""
    grid = memoryview(array.array("q", range(6))).cast("B").cast("q", (2, 3))
    assert sink.shape_of(grid) == ([2, 3], [0, 1, 2, 3, 4, 5], None)
    # Types that only the name tells apart.
    assert sink.shape_of(array.array("l", [7]))[1] == [7]
    assert sink.view_sum(sink.Samples([1.0, 2.5])) == 3.5


def test_memory_of_another_kind_is_refused():
    with pytest.raises(TypeError, match="format 'd' with 8 bytes, not 'f' with 4"):
        sink.view_sum(array.array("f", [1.0]))
    with pytest.raises(TypeError, match="not 'q' with 8"):
        sink.view_sum(array.array("q", [1]))
    with pytest.raises(TypeError, match="format 'q'.*not 'Q'"):
        sink.shape_of(array.array("Q", [1]))
    with pytest.raises(TypeError):
        sink.view_sum(3)
    strided = memoryview(array.array("d", [1.0, 2.0, 3.0]))[::2]
    if COPIES:
        assert sink.view_sum(strided) == 4.0
    else:
        with pytest.raises(BufferError):
            sink.view_sum(strided)


def test_memory_is_written():
    floats = array.array("d", [1.5, -2.0])
    if COPIES:
        with pytest.raises(BufferError, match="to read only"):
            sink.scale(floats, 2.0)
        return
    sink.scale(floats, 2.0)
    assert list(floats) == [3.0, -4.0]
    # PyPy says ValueError.
    with pytest.raises((BufferError, ValueError, TypeError)):
        sink.scale(bytes(8), 2.0)
    with pytest.raises((BufferError, ValueError, TypeError)):
        sink.scale(memoryview(floats).toreadonly(), 2.0)


def test_memory_stays_while_python_runs():
    floats = array.array("d", [1.0, 2.0])

    def change():
        floats[0] = 5.0
        if sys.implementation.name == "cpython":
            with pytest.raises(BufferError):
                floats.append(3.0)

    assert sink.view_and_call(floats, change) == ([1.0, 2.0] if COPIES else [5.0, 2.0])


UTC = datetime.timezone.utc
ZONE = datetime.timezone(-datetime.timedelta(hours=3, minutes=30))


def test_dates_and_times_come_and_go():
    date = datetime.date(2024, 2, 29)
    assert sink.same_date(date) == date and type(sink.same_date(date)) is datetime.date
    moment = datetime.datetime(2024, 2, 29, 23, 59, 58, 999999, tzinfo=ZONE, fold=1)
    assert sink.same_date(moment) == date
    same = sink.same_moment(moment)
    assert same == moment and same.tzinfo == ZONE and same.fold == 1
    assert sink.same_moment(moment.replace(tzinfo=UTC)).tzinfo is UTC
    assert sink.same_moment(moment.replace(tzinfo=None)).tzinfo is None
    assert sink.moment_text(moment) == "2024-2-29 23:59:58 999999 true Some(-210)"
    time = datetime.time(1, 2, 3, 4)
    assert sink.same_time(time) == time and sink.same_time(time).tzinfo is None
    late = sink.same_time(time.replace(tzinfo=ZONE, fold=1))
    assert late.utcoffset() == ZONE.utcoffset(None) and late.fold == 1
    for span in (datetime.timedelta(-2, 3, 4), datetime.timedelta.max, datetime.timedelta.min):
        assert sink.same_span(span) == span
    span = datetime.timedelta(microseconds=-1)
    assert sink.span_microseconds(span) == (-1, span)
    assert sink.same_zone(ZONE) == ZONE and sink.same_zone(UTC) is UTC


def test_zones_with_rules_become_offsets():
    class Summer(datetime.tzinfo):
        def utcoffset(self, moment):
            return datetime.timedelta(hours=2 if moment.month == 7 else 1)

        def dst(self, moment):
            return None

    moment = datetime.datetime(2024, 7, 1, tzinfo=Summer())
    assert sink.same_moment(moment) == moment
    assert sink.same_moment(moment).tzinfo == datetime.timezone(datetime.timedelta(hours=2))


def test_what_is_no_date_is_refused():
    for function, name in (
        (sink.same_date, "a date"),
        (sink.same_time, "a time"),
        (sink.same_moment, "a datetime"),
        (sink.same_span, "a timedelta"),
        (sink.same_zone, "a timezone"),
    ):
        with pytest.raises(TypeError, match="must be {}, not 1 ".format(name)):
            function(1)
    with pytest.raises(TypeError, match="must be a datetime, not "):
        sink.same_moment(datetime.date(2024, 1, 1))


@pytest.mark.xfail(
    sys.implementation.name == "pypy" and not COPIES,
    strict=True,
    reason="PyPy's C API never frees the format of a view that it fills",
)
def test_views_do_not_leak(assert_no_leak):
    floats = array.array("d", [1.0])
    wrong = array.array("f", [1.0])

    def look():
        sink.view_sum(floats)
        try:
            sink.view_sum(wrong)
        except TypeError:
            pass

    assert_no_leak(look)


def test_nothing_else_leaks(assert_no_leak):
    def everything():
        sink.set_change(sink.set_of([1]), 2, 1)
        sink.strong(sink.weak(everything))
        sink.same_moment(datetime.datetime(2024, 1, 1, tzinfo=ZONE, fold=1))

    assert_no_leak(everything, times=20_000)

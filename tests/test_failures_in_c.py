"""The same as test_failures.py for extensions in C, which nothing keeps from going wrong.

Two use most of `hpy.h` and of `hpy/extensions.h`, and get everything right; the third is careless,
and shows that `hpy.debug.failures` finds what it is for.
"""

import array
import datetime
import gc

import pytest

from test_failures import attempts, boom
from universal import HERE, SOURCES, build, load

pytestmark = pytest.mark.only("debug")


@pytest.fixture(scope="module")
def binaries(tmp_path_factory):
    folder = tmp_path_factory.mktemp("binaries")
    return {name: build(SOURCES / f"{name}.c", folder) for name in ("kitchen", "extras")}


@pytest.fixture(scope="module")
def modules(binaries):
    return {name: load(binary) for name, binary in binaries.items()}


@pytest.fixture(scope="module")
def careless(tmp_path_factory):
    return load(build(HERE / "careless.c", tmp_path_factory.mktemp("careless")))


def refused(call, *args, **kwargs):
    """Calls what raises an exception of its own; an injected one goes through."""
    try:
        call(*args, **kwargs)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return
    raise AssertionError("nothing was raised")


def parse_a_surrogate(m):
    with pytest.raises(SystemError, match="unicode conversion error"):
        m.parse(255, -3, 4, 5, 6, 7, 1.5, "\ud800")


def named_point(m):
    point = m.Point(1.0, y=2.0)
    point.name = point
    return point.name


def end_of_a_weak_reference(m):
    kept = []

    class Referent:
        pass

    referent = Referent()
    reference = m.weak(referent, kept.append)
    return m.strong(reference)


SIMPLE, STRIDED = 0, 0x18
FLOATS = array.array("d", [1.5, -2.0])
DAY = datetime.date(2024, 2, 29)
MOMENT = datetime.datetime(2024, 2, 29, 23, 59, 58, 9, datetime.timezone.utc)

KITCHEN = {
    "operator": lambda m: m.twice("ab"),
    "arguments": lambda m: m.parse(255, -3, 4, 5, 6, 7, 1.5, "text", [1], m),
    "text of no characters": lambda m: parse_a_surrogate(m),
    "keywords": lambda m: m.keywords(1, b=2, c=3),
    "wrong keywords": lambda m: refused(m.keywords, 1, d=1),
    "call": lambda m: m.call(dict, [("a", 1)], b=2),
    "call that raises": lambda m: refused(m.call, boom),
    "format": lambda m: m.text("x"),
    "formatted error": lambda m: refused(m.refuse, 3),
    "integer": lambda m: m.int32(-(2**31)),
    "integer out of range": lambda m: refused(m.uint32, -1),
    "global": lambda m: (m.keep("first"), m.keep(None), m.ends()),
    "struct sequence": lambda m: m.size(1, 2).height,
    "short struct sequence": lambda m: refused(m.size, 1),
    "capsule": lambda m: m.capsule(),
    "instances": lambda m: m.Point(1.0, y=2.0) + m.Point(1.0, 1.0),
    "comparison": lambda m: m.Point(1.0) < m.Point(2.0),
    "property": lambda m: m.Point(3.0).norm,
    "field": named_point,
    "callable": lambda m: m.Counter()(),
    "list": lambda m: m.Pile().put("a"),
}

EXTRAS = {
    "iteration": lambda m: list(m.countdown_type(0)(3)),
    "iteration that fails": lambda m: refused(next, m.countdown_type(0)(-1)),
    "sets": lambda m: m.sets("abca"),
    "no set": lambda m: refused(m.sets, [[]]),
    "set facts": lambda m: m.set_facts({1}, 1),
    "set change": lambda m: m.set_change({1, 2}, 3, 1),
    "view": lambda m: m.view(b"abc", SIMPLE, 0),
    "view of floats": lambda m: m.view(FLOATS, STRIDED, 0),
    "no view": lambda m: refused(m.view, 3, SIMPLE, 0),
    "memory": lambda m: m.fill(bytearray(3), 65),
    "weak reference": end_of_a_weak_reference,
    "dates": lambda m: m.dates("there"),
    "no such day": lambda m: refused(m.no_such_day),
    "parts of a day": lambda m: m.apart(DAY),
    "parts of a moment": lambda m: m.apart(MOMENT),
}

OPERATIONS = [
    pytest.param(extension, operation, id=f"{extension}: {name}")
    for extension, operations in {"kitchen": KITCHEN, "extras": EXTRAS}.items()
    for name, operation in operations.items()
]


@pytest.mark.parametrize("extension, operation", OPERATIONS)
def test_every_call_fails(extension, operation, modules):
    module = modules[extension]
    operation(module)
    *failed, last = attempts(lambda: operation(module))
    assert last.error is None and last.function is None
    assert failed and all(attempt.error is not None for attempt in failed)


@pytest.mark.parametrize("extension, operation", OPERATIONS)
def test_nothing_is_kept(extension, operation, modules, assert_no_leak):
    module = modules[extension]
    assert_no_leak(lambda: attempts(lambda: operation(module)), times=200)


def test_every_call_of_an_import_fails(binaries):
    failed = attempts(lambda: load(binaries["kitchen"]))[:-1]
    assert failed and all(attempt.error is not None for attempt in failed)
    gc.collect()


def test_an_exception_that_is_caught(modules):
    failed, last = attempts(lambda: modules["extras"].caught(boom))
    assert failed.function == "ctx_Call" and failed.error is None


def test_a_forgotten_handle_is_found(careless):
    from hpy.debug import HPyLeakError

    with pytest.raises(HPyLeakError) as caught:
        attempts(lambda: careless.forgets_handle(1))
    (leak,) = caught.value.leaks
    assert leak.obj == []
    leak._force_close()
    # Where exceptions have notes.
    notes = ["after call 2, of ctx_List_Append, had failed"]
    assert getattr(caught.value, "__notes__", notes) == notes


def test_a_forgotten_exception_is_found(careless):
    with pytest.raises(SystemError, match="returned an error without setting an exception"):
        attempts(lambda: careless.forgets_exception(1))


def test_another_exception_goes_through(careless):
    with pytest.raises(ValueError, match="no text"):
        attempts(lambda: careless.raises_another(1))

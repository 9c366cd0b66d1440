"""The same as test_failures.py for extensions in C, which nothing keeps from going wrong.

One uses most of `hpy.h` and gets everything right; the other is careless, and shows that
`hpy.debug.failures` finds what it is for.
"""

import gc
import importlib.util
import subprocess
from pathlib import Path

import pytest

from test_failures import attempts, boom

pytestmark = pytest.mark.only("debug")

HERE = Path(__file__).resolve().parent
KITCHEN = HERE.parent / "hosts" / "hpy-cpython-static" / "tests" / "c" / "kitchen.c"
CARELESS = HERE / "careless.c"


def build(source, folder):
    """Compiles a universal binary, and the package's helpers into it."""
    from hpy.devel import HPyDevel

    devel = HPyDevel()
    binary = folder / f"{source.stem}.hpy0.so"
    command = ["cc", "-shared", "-fPIC", "-g", "-DHPY_ABI_UNIVERSAL"]
    command += [f"-I{path}" for path in devel.get_extra_include_dirs()]
    command += [str(source), *devel.get_extra_sources(), "-o", str(binary)]
    subprocess.run(command, check=True)
    return binary


def load(binary):
    """Imports a binary in debug mode."""
    from hpy.universal import MODE_DEBUG, load

    name = binary.name.partition(".")[0]
    spec = importlib.util.spec_from_file_location(name, binary, loader=object())
    return load(name, str(binary), spec, mode=MODE_DEBUG)


@pytest.fixture(scope="module")
def kitchen_binary(tmp_path_factory):
    return build(KITCHEN, tmp_path_factory.mktemp("kitchen"))


@pytest.fixture(scope="module")
def kitchen(kitchen_binary):
    return load(kitchen_binary)


@pytest.fixture(scope="module")
def careless(tmp_path_factory):
    return load(build(CARELESS, tmp_path_factory.mktemp("careless")))


def refused(call, *args, **kwargs):
    """Calls what raises an exception of its own; an injected one goes through."""
    try:
        call(*args, **kwargs)
    except (ArithmeticError, AttributeError, TypeError, ValueError):
        return
    raise AssertionError("nothing was raised")


def named_point(m):
    point = m.Point(1.0, y=2.0)
    point.name = point
    return point.name


OPERATIONS = {
    "operator": lambda m: m.twice("ab"),
    "arguments": lambda m: m.parse(255, -3, 4, 5, 6, 7, 1.5, "text", [1], m),
    "text of no characters": lambda m: refused(m.parse, 255, -3, 4, 5, 6, 7, 1.5, "\ud800"),
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


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_call_fails(name, kitchen):
    operation = OPERATIONS[name]
    operation(kitchen)
    *failed, last = attempts(lambda: operation(kitchen))
    assert last.error is None and last.function is None
    assert failed and all(attempt.error is not None for attempt in failed)


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_kept(name, kitchen, assert_no_leak):
    assert_no_leak(lambda: attempts(lambda: OPERATIONS[name](kitchen)), times=400)


def test_every_call_of_an_import_fails(kitchen_binary):
    failed = attempts(lambda: load(kitchen_binary))[:-1]
    assert failed and all(attempt.error is not None for attempt in failed)
    gc.collect()


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

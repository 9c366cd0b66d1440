"""What the extension of kitchen.c does, on any interpreter: kitchen.py SHARED_OBJECT"""

import gc
import importlib.util
import sys
from importlib.machinery import ExtensionFileLoader


def load(path):
    spec = importlib.util.spec_from_file_location(
        "kitchen", path, loader=ExtensionFileLoader("kitchen", path)
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def raises(exception, function, *args, **kw):
    try:
        function(*args, **kw)
    except exception as e:
        return str(e)
    raise AssertionError(f"{function} did not raise {exception}")


def functions(m):
    assert m.__doc__ == "Most of hpy.h."
    assert m.nothing() is m
    assert m.twice("ab") == "abab"
    whole = (255, -3, 4, 5, 6, 7, 1.5)
    assert m.parse(*whole) == whole + ("default", 0, None)
    assert m.parse(*whole, "€", [1], m) == whole + ("€", 1, m)
    assert "less than minimum" in raises(OverflowError, m.parse, -1, *whole[1:])
    assert "parse() required" in raises(TypeError, m.parse)
    assert "embedded null" in raises(ValueError, m.parse, *whole, "a\0b")
    assert m.keywords(1) == [1, {"b": None, "c": 7}]
    assert m.keywords(1, b=2, c=3) == [1, {"b": 2, "c": 3}]
    assert "keyword only" in raises(TypeError, m.keywords, 1, 2, 3)
    assert "unexpected" in raises(TypeError, m.keywords, 1, d=1)
    assert "also given" in raises(TypeError, m.keywords, 1, 2, b=1)
    assert m.call(dict, [("a", 1)], b=2) == {"a": 1, "b": 2}
    assert m.text("x") == "-0042|   ab|'x'|€|-1|%", m.text("x")
    assert raises(ValueError, m.refuse, 3) == "not 3, ff"
    assert m.int32(-(2**31)) == (-(2**31), None)
    raises(OverflowError, m.int32, 2**31)
    assert m.uint32(2**32 - 1) == 2**32 - 1
    for too_big in (2**32, 2**64 - 1, -1):
        raises(OverflowError, m.uint32, too_big)
    assert m.keep("first") is None and m.keep(None) == "first"
    assert m.size(1, 2).height == 2 and m.Size.__module__ == "kitchen"
    raises(TypeError, m.size, 1)


def types(m):
    class Named(m.Point):
        pass

    for cls in (m.Point, Named):
        p = cls(1.0, y=2.0)
        assert (p.x, p.y, p.name, p.norm) == (1.0, 2.0, None, 5.0)
        p.x = 3.0
        raises((AttributeError, TypeError), setattr, p, "y", 1.0)
        total = p + cls(1.0, 1.0)
        assert type(total) is cls and (total.x, total.y) == (4.0, 3.0)
        assert p < total and not p == total
        p.name = "me"
        assert p.name == "me"
        p.name = p
        del p, total
    gc.collect()
    count = m.ends()
    Named(), m.Point()
    gc.collect()
    assert m.ends() == count + 2, (m.ends(), count)

    class Sub(m.Counter):
        pass

    for cls in (m.Counter, Sub):
        counter = cls()
        assert counter() == 1 and counter() == 2

    class Heap(m.Pile):
        pass

    for cls in (m.Pile, Heap):
        pile = cls()
        assert pile.put("a") == 1 and pile.put(pile) == 2 and pile[0] == "a"
        count = m.ends()
        del pile
        gc.collect()
        assert m.ends() == count + 1


def chains(m):
    """The end of many objects that hold one another does not use up the stack."""
    count = m.ends()
    chain = None
    for _ in range(100_000):
        point = m.Point()
        point.name = chain
        chain = point
    del chain, point
    gc.collect()
    if sys.implementation.name == "cpython":  # Elsewhere each link waits for another collection.
        assert m.ends() == count + 100_000


def references(m):
    """Nothing is kept that should not be."""
    if not hasattr(sys, "getrefcount"):
        return
    probe = object()
    before = sys.getrefcount(probe)
    for _ in range(100):
        m.keywords(probe, b=probe)
        m.call(list, (probe,))
        m.size(probe, probe)
        point = m.Point()
        point.name = probe
        pile = m.Pile()
        pile.put(probe)
    del point, pile
    gc.collect()
    assert sys.getrefcount(probe) == before
    kept = sys.getrefcount(m.Point)
    for _ in range(100):
        m.Point() + m.Point()
    gc.collect()
    assert abs(sys.getrefcount(m.Point) - kept) < 10
    assert m.capsule() == 1 and m.capsule() == 2


def free_threading(m):
    """A module that needs no GIL keeps it off."""
    if hasattr(sys, "_is_gil_enabled") and "free-threading" in sys.version:
        assert not sys._is_gil_enabled()


if __name__ == "__main__":
    module = load(sys.argv[1])
    for test in (functions, types, chains, references, free_threading):
        test(module)
    print(sys.version.split("\n")[0])

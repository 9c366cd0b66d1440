"""Specifications of types and modules that no author would write: what is wrong raises, and nothing
ends the process: specs.py SHARED_OBJECT [SEED]

Each specification is printed before it is used, so that the last one is the culprit of a crash.
"""

import gc
import importlib.util
import os
import random
import subprocess
import sys
from importlib.machinery import ExtensionFileLoader

HEADER = object.__basicsize__
DEFAULT = 1 << 9 | 1 << 18
BASETYPE, HAVE_VECTORCALL, HAVE_GC = 1 << 10, 1 << 11, 1 << 14
TEMPLATE, SLOT, METH, MEMBER, GETSET = range(5)
REPR, HASH, LENGTH, CALL, NEW, DESTROY, TRAVERSE = range(7)
BASE, BASES_TUPLE, METACLASS = 1, 2, 3
# Members: long, object.
LONG, OBJECT = 2, 6
# The built-in types by shape.
SHAPES = {-1: object, 0: object, 1: type, 2: int, 3: float, 4: str, 5: tuple, 6: list, 7: dict}


def load(path):
    spec = importlib.util.spec_from_file_location(
        "specs", path, loader=ExtensionFileLoader("specs", path)
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def spec(
    name="odd.Type", doc=None, size=16, items=0, flags=DEFAULT, shape=0, defines=(), params=()
):
    return (name, doc, size, items, flags, shape, list(defines), list(params))


def slot(template, function=1):
    return (TEMPLATE, None, template, 0, function)


def member(name="x", type=LONG, offset=0, readonly=0):
    return (MEMBER, name, type, offset, readonly)


# What must raise, and how.
WRONG = [
    (SystemError, spec(name=None)),
    (ValueError, spec(size=-1)),
    (ValueError, spec(size=2**31 - 1)),
    (ValueError, spec(items=-1)),
    (ValueError, spec(shape=8)),
    (ValueError, spec(shape=-2)),
    (ValueError, spec(flags=DEFAULT | HAVE_GC)),
    (ValueError, spec(flags=DEFAULT | 1 << 3)),
    (ValueError, spec(flags=DEFAULT | 1 << 4)),
    (ValueError, spec(flags=DEFAULT | 1 << 12)),
    (ValueError, spec(flags=DEFAULT | 1 << 24)),
    (ValueError, spec(flags=DEFAULT | 1 << 40)),
    (TypeError, spec(flags=DEFAULT | HAVE_VECTORCALL)),
    (ValueError, spec(defines=[(9, None, 0, 0, 1)])),
    (ValueError, spec(defines=[(SLOT, None, 0, 0, 1)])),
    (ValueError, spec(defines=[(SLOT, None, -5, 0, 1)])),
    (ValueError, spec(defines=[(SLOT, None, 72, 0, 1)])),
    (ValueError, spec(defines=[(SLOT, None, 48, 0, 1)])),
    (ValueError, spec(defines=[(SLOT, None, 999, 0, 1)])),
    ((ValueError, TypeError), spec(defines=[(SLOT, None, 2001, 0, 1)])),
    (ValueError, spec(defines=[slot(REPR, 0)])),
    (ValueError, spec(defines=[slot(CALL, 0)])),
    (ValueError, spec(defines=[slot(DESTROY, 0)])),
    (ValueError, spec(flags=DEFAULT | HAVE_GC, defines=[slot(TRAVERSE, 0)])),
    (ValueError, spec(defines=[(METH, None, 3, 0, 1)])),
    (ValueError, spec(defines=[(METH, "m", 3, 0, 0)])),
    (ValueError, spec(defines=[(METH, "m", 77, 0, 1)])),
    (ValueError, spec(defines=[(GETSET, None, 0, 0, 1)])),
    (ValueError, spec(defines=[member(name=None)])),
    (ValueError, spec(defines=[member(offset=-8)])),
    (ValueError, spec(defines=[member(offset=12)])),
    (ValueError, spec(defines=[member(offset=2**62)])),
    (ValueError, spec(defines=[member(type=OBJECT, offset=3)])),
    (ValueError, spec(defines=[member(type=99)])),
    (ValueError, spec(defines=[member("__vectorcalloffset__", 19, 16, 1)])),
    (TypeError, spec(size=0, defines=[member()])),
    (TypeError, spec(defines=[slot(CALL), member("__vectorcalloffset__", 19, 8, 1)])),
    (TypeError, spec(items=8, defines=[slot(CALL)])),
    (TypeError, spec(shape=-1, size=0, defines=[slot(CALL)])),
    (ValueError, spec(shape=-1, flags=DEFAULT | 1 << 12)),
    (TypeError, spec(shape=-1, size=HEADER, flags=DEFAULT | HAVE_VECTORCALL)),
    (ValueError, spec(shape=-1, size=8)),
    (ValueError, spec(shape=-1, size=0, items=8)),
    (ValueError, spec(shape=-1, size=HEADER + 8, defines=[member(offset=0)])),
    (ValueError, spec(shape=-1, size=HEADER + 8, defines=[member(offset=HEADER - 8)])),
    (TypeError, spec(params=[(9, int)])),
    (TypeError, spec(params=[(BASE, None)])),
    (TypeError, spec(params=[(BASE, 7)])),
    (TypeError, spec(params=[(BASE, object), (BASE, 7)])),
    (TypeError, spec(params=[(BASE, bool)])),
    (TypeError, spec(params=[(BASES_TUPLE, None)])),
    ((TypeError, SystemError), spec(params=[(BASES_TUPLE, [object])])),
    (TypeError, spec(params=[(BASES_TUPLE, (7,))])),
    (TypeError, spec(params=[(BASES_TUPLE, (object,)), (BASES_TUPLE, (object,))])),
    (TypeError, spec(params=[(BASE, object), (BASES_TUPLE, (object,))])),
    (TypeError, spec(params=[(METACLASS, None)])),
    (TypeError, spec(params=[(METACLASS, 7)])),
    (ValueError, spec(params=[(METACLASS, type), (METACLASS, type)])),
    (TypeError, spec(params=[(BASE, list)])),
    (TypeError, spec(defines=[slot(CALL)], params=[(BASE, Exception)])),
    (TypeError, spec(size=80, shape=-1, params=[(BASE, type)])),
]

# Modules: what is spoilt of their definition, and what importing them raises.
MODULES = {
    "size": SystemError,
    "unknown slot": SystemError,
    "exec is null": (SystemError, ValueError),
    "name is null": ValueError,
    "function is null": ValueError,
    "g: a signature that methods cannot have": ValueError,
    "create and something else": SystemError,
    "kind": (SystemError, ValueError),
}


def attempt(function, *args):
    """Whatever it does, it may raise, but not end the process."""
    try:
        return function(*args)
    except Exception as e:
        return e


def check_wrong(m):
    for exceptions, row in WRONG:
        print(exceptions, row, file=sys.stderr)
        result = attempt(m.make, row)
        assert isinstance(result, exceptions), (row, result)


def use(cls):
    """Everything that a class and its instances are asked in their lives."""
    print(cls.__name__, cls.__doc__, cls.__basicsize__, cls.__mro__, file=sys.stderr)
    names = [name for name in vars(cls) if not name.startswith("__")]
    classes = [cls, attempt(lambda: type("Sub", (cls,), {}))]
    for c in classes:
        if not isinstance(c, type):
            continue
        instance = attempt(c, "Name", (), {}) if issubclass(c, type) else attempt(c)
        for function in (repr, hash, len, gc.get_referents, lambda i: i == i, lambda i: i(1, 2)):
            attempt(function, instance)
        for name in names:
            for value in (0, None, "text", 1.5):
                attempt(setattr, instance, name, value)
                attempt(getattr, instance, name)
            attempt(delattr, instance, name)
            attempt(getattr, instance, name)
            attempt(lambda: getattr(instance, name)())
        del instance


def random_definition(r, i):
    kind = r.choice([TEMPLATE] * 4 + [MEMBER] * 3 + [METH, GETSET, SLOT, 9])
    name = r.choice([f"name{i}"] * 8 + ["", "é", "name", None])
    function = int(r.random() < 0.95)
    if kind == MEMBER:
        # Every other member has bytes of its own: what overlaps a reference is nobody's fault.
        offset = 8 * i if r.random() < 0.9 else r.choice([-8, -1, 1, 4, 60, 2**31, -(2**40)])
        type = r.choice(list(range(21)) + [LONG, OBJECT, 99, -1])
        if offset % 8 and 0 <= offset < 64:
            offset = 8 * i
        return (MEMBER, name, type, offset, r.randrange(2))
    if kind == SLOT:
        return (SLOT, None, r.choice([-1, 0, 48, 51, 52, 64, 72, 73, 74, 85, 500, 2000]), 0, 1)
    if kind == METH:
        return (METH, name, r.choice([3, 3, 3, 2, 40]), 0, function)
    return (kind, name, r.randrange(7), 0, function)


def random_spec(r):
    # HPyFunc_NOARGS is 3, with which the methods here can be called.
    defines = [random_definition(r, i) for i in range(r.choice([0, 1, 2, 3, 5, 8]))]
    shape = r.choice([0] * 6 + list(SHAPES) + [-3, 8])
    if shape > 0:
        # What `HPy_New` makes of a built-in type lacks what the `__new__` of that type does.
        defines = [d for d in defines if (d[0], d[2]) != (TEMPLATE, NEW)]
    flags = DEFAULT | r.choice([0, BASETYPE, BASETYPE])
    if (TEMPLATE, TRAVERSE) in [(d[0], d[2]) for d in defines] or r.random() < 0.05:
        flags |= HAVE_GC
    if r.random() < 0.1:
        # What only legacy types may have is their authors' business.
        flags ^= 1 << r.choice([bit for bit in range(34) if shape != -1 or bit not in (3, 4, 23)])
    params = []
    if shape > 0 and r.random() < 0.9 or r.random() < 0.1:
        params.append((BASE, SHAPES.get(shape, int)))
    if r.random() < 0.1:
        other = r.choice([None, 7, object, type, (object,), (), Exception, bool, BaseMeta])
        params.append((r.choice([BASE, BASES_TUPLE, METACLASS, 4]), other))
    size = r.choice([64] * 8 + [0, 0, 1, 8, -1, 2**31 - 1])
    if shape == -1 and r.random() < 0.9:
        defines = [(*d[:3], d[3] + HEADER, d[4]) for d in defines]
        size += HEADER * (size == 64)
    name = r.choice(["odd.Type"] * 8 + ["Type", "", ".", "a.b.c", "é.ü", None])
    items = r.choice([0] * 12 + [8, -8])
    return spec(name, r.choice([None, "Doc.", ""]), size, items, flags, shape, defines, params)


class BaseMeta(type):
    pass


def check_random(m, seed, count):
    r = random.Random(seed)
    made = 0
    for _ in range(count):
        row = random_spec(r)
        print(seed, row, file=sys.stderr)
        result = attempt(m.make, row)
        if isinstance(result, type):
            made += 1
            use(result)
        else:
            assert isinstance(result, Exception), result
    gc.collect()
    return made


def check_modules(path):
    for how, exceptions in MODULES.items():
        done = subprocess.run(
            [sys.executable, __file__, path],
            env={**os.environ, "HPY_SPECS_MODULE": how},
            stderr=subprocess.PIPE,
            text=True,
        )
        last = done.stderr.strip().splitlines()[-1]
        names = exceptions if isinstance(exceptions, tuple) else (exceptions,)
        assert done.returncode == 1, (how, done.returncode, last)
        assert last.split(":")[0] in [e.__name__ for e in names], (how, last)


def main(path, seed="1"):
    m = load(path)
    # Always the same, unless somebody looks for more: specs.py SHARED_OBJECT random
    seed = random.randrange(10**9) if seed == "random" else int(seed)
    check_wrong(m)
    made = check_random(m, seed, 300)
    check_modules(path)
    print(f"seed {seed}: {made} of 300 specifications made a type")


main(*sys.argv[1:])

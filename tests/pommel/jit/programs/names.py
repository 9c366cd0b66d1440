"""Names: globals, builtins, those that are missing, shadowed, deleted."""

from programs import given

counter = 0
constant = 5


@given((1,), (2.5,))
def reads_a_global(x):
    return x * constant


@given((3,))
def changes_a_global(n):
    global counter
    counter = 0
    for i in range(n):
        counter += i
    return counter


@given()
def deletes_a_global():
    global short_lived
    short_lived = 5
    del short_lived
    return short_lived


@given()
def deletes_a_missing_global():
    global never_there
    del never_there


@given((1,))
def missing(x):
    return x + undefined_name  # noqa: F821


@given((0,), (1,))
def perhaps_unbound(x):
    if x:
        y = 1
    return y


@given((1,))
def reads_before_it_binds(x):
    y = constant
    counter2 = counter2 + x  # noqa: F821
    return y, counter2


@given((3,))
def shadows_a_builtin(n):
    len = lambda x: 99  # noqa: E731
    return len([1]), max(n, 2), min


@given(([1, 2],))
def builtins(x):
    return len(x), abs(-3), min(x), max(*x), sum(x), sorted(x), isinstance(x, list), type(x), int("5"), float("2"), \
        bool(x), str(x), repr(x), list(range(2)), tuple(x), hash(5), ord("a"), chr(98), round(2.5), pow(2, 5, 7), \
        any(x), all(x), divmod(7, 2), callable(len), id(x) == id(x), hex(255), bin(5)


@given((1,))
def deleted_local(x):
    del x
    del x


@given((5,))
def rebinds_with_other_types(x):
    x = str(x)
    x = [x]
    x = (x, len(x))
    return x


@given((1,))
def imports(x):
    import math
    from math import floor, pi as the_number
    import os.path as path
    from os import path as other
    return math.sqrt(x), floor(2.5), the_number, path is other


@given()
def imports_what_is_missing():
    from math import nothing_of_that_name
    return nothing_of_that_name


@given()
def imports_a_missing_module():
    import no_module_of_that_name
    return no_module_of_that_name


@given()
def dotted_import():
    import os.path
    return os.path.basename("a/b")


@given((2,))
def annotated_locals(x):
    y: int = x
    z: float
    z = y * 2.0
    return y, z


@given((2,))
def private_names(__x):
    _y = __x
    return _y

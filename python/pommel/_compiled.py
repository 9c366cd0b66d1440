"""What compiled functions need of Python itself while they run: operations whose errors only Python knows,
exceptions that are being handled, and tracebacks.

The native part calls all of it. Frames of this module are taken out of tracebacks.
"""

from __future__ import annotations

import itertools
import operator  # noqa: F401 - the native part takes operators from here
import sys
from types import CellType, CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable

#: What the code objects of this module, and those that it makes, say as their file.
_FILE = (lambda: None).__code__.co_filename

#: What `next` gives at the end.
END = object()

#: The name under which a module is imported from.
_LENT = "_pommel_lent_module"

#: Functions that were made, by what they do. They are few: as many as there are forms in programs.
_made: dict[tuple[Any, ...], Any] = {}

#: The code object of a function and one that raises at a place of it, by the address of the first and the
#: place.
_raisers: dict[tuple[Any, ...], tuple[CodeType, CodeType]] = {}


def _make(key: tuple[Any, ...], source: str, name: str = "made") -> Any:
    """The function of a name in a source, made once for a key."""
    if key not in _made:
        namespace: dict[str, Any] = {}
        exec(compile(source, _FILE, "exec"), namespace)
        _made[key] = namespace[name]
    return _made[key]


if sys.implementation.name == "pypy":

    def poll() -> None:
        """Does nothing for some rounds: PyPy looks for interrupts, lets other threads run and frees what is not used
        any more after so many of them, and a function without a loop has none once it is compiled."""
        for _ in range(100):
            pass

else:

    def poll() -> None:
        """Does nothing: the interpreter looks for interrupts when it is called."""


def shaped(*kinds: str) -> Callable[..., Any]:
    """A function that calls its first argument with the others: kinds are `""`, `"*"`, `"**"` and
    `"name="`."""
    key = ("call", *kinds)
    if key not in _made:
        names = ["value{}".format(i) for i in range(len(kinds))]
        passed = ", ".join(kind + name for kind, name in zip(kinds, names))
        _make(key, "def made({}):\n    return function({})\n".format(
            ", ".join(["function", *names]), passed))
    return _made[key]


def under(handled: BaseException, function: Callable[..., Any], positional: tuple[Any, ...],
          keywords: dict[str, Any]) -> Any:
    """Calls a function while an exception is being handled."""
    traceback, context = handled.__traceback__, handled.__context__
    try:
        try:
            raise handled
        except BaseException:
            handled.__traceback__, handled.__context__ = traceback, context
            return function(*positional, **keywords)
    finally:
        # PyPy notes the frame of this function again when it is left. What the function added stays.
        handled.__traceback__ = _without_own(handled.__traceback__)


def _without_own(traceback: TracebackType | None) -> TracebackType | None:
    """A traceback without the frames of this module that it begins with."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename == _FILE:
        traceback = traceback.tb_next
    return traceback


def unpack(values: Any, count: int) -> list[Any]:
    """Just so many items."""
    names = "".join("value{}, ".format(i) for i in range(count))
    made = _make(("unpack", count), "def made(values):\n    [{0}] = values\n    return [{0}]\n".format(names))
    return made(values)


def unpack_starred(values: Any, before: int, after: int) -> list[Any]:
    """The first items, a list, and the last items."""
    first = "".join("value{}, ".format(i) for i in range(before))
    last = "".join("last{}, ".format(i) for i in range(after))
    source = "def made(values):\n    [{0}*rest, {1}] = values\n    return [{0}rest, {1}]\n"
    return _make(("starred", before, after), source.format(first, last))(values)


def list_extend(items: list[Any], more: Any) -> None:
    """As `[*more]` does."""
    items.extend([*more])


def dict_update(items: dict[Any, Any], more: Any) -> None:
    """As `{**more}` does."""
    items.update({**more})


def list_iterator(items: Any, position: int) -> Any:
    """An iterator of a list or a string that has given so many items, which may be more than a list has by
    now."""
    length = len(items)
    if isinstance(items, str):
        return iter(items[position:])
    items.extend([None] * (position - length))
    iterator = iter(items)
    try:
        iterator.__setstate__(position)  # type: ignore[attr-defined]
    except AttributeError:
        for _ in range(position):
            next(iterator)
    del items[length:]
    return iterator


def import_from(module: Any, name: str) -> Any:
    """As `from module import name` does."""
    try:
        return getattr(module, name)
    except AttributeError:
        pass
    # Python itself looks for a submodule or says what is wrong.
    sys.modules[_LENT] = module
    try:
        return _make(("import", name), "def made():\n    from {} import {} as result\n    return result\n".format(
            _LENT, name))()
    finally:
        del sys.modules[_LENT]


def new_function(outer: FunctionType, code: CodeType, defaults: tuple[Any, ...], keyword_defaults: dict[str, Any],
                 cells: tuple[Any, ...]) -> FunctionType:
    """A function that another one makes. Names with a colon are those of annotations; one that is nothing
    else is of the line of the definition, whose annotations are computed later."""
    made = FunctionType(code, outer.__globals__, code.co_name, defaults or None, cells or None)
    annotations = {name[:-1]: value for name, value in keyword_defaults.items() if name.endswith(":")}
    if annotations:
        keyword_defaults = {name: value for name, value in keyword_defaults.items() if not name.endswith(":")}
        if "" in annotations:
            later: Any = nested_code(outer.__code__, "__annotate__", annotations[""], 0)
            made.__annotate__ = FunctionType(later, outer.__globals__)  # type: ignore[attr-defined]
        else:
            made.__annotations__ = annotations
    if keyword_defaults:
        made.__kwdefaults__ = keyword_defaults
    if not hasattr(code, "co_qualname"):
        made.__qualname__ = "{}.<locals>.{}".format(outer.__qualname__, code.co_name)
    return made


def nested_code(outer: CodeType, name: str, line: int, number: int) -> CodeType:
    """The code object of the function of a name that begins at a line, within another one: the
    `number`-th of them. Equal ones are one object."""
    found = [code for code in _nested_codes(outer) if code.co_name == name and code.co_firstlineno == line]
    return found[min(number, len(found) - 1)]


#: Comprehensions have code objects in older versions of Python only.
_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>")


def _nested_codes(outer: CodeType) -> list[CodeType]:
    found: list[CodeType] = []
    for constant in outer.co_consts:
        if isinstance(constant, type(outer)):
            if constant.co_name not in _COMPREHENSIONS:
                found.append(constant)
            if constant.co_name in (*_COMPREHENSIONS, "<genexpr>"):
                found += _nested_codes(constant)
    return found


#: Code objects of functions that were looked for in texts, by the text and the name of its file.
_modules: dict[tuple[str, str], dict[tuple[str, int], CodeType]] = {}


def code_in(text: str, function: FunctionType, name: str, line: int) -> CodeType | None:
    """The code object of a function of a module, whose text that is, by its name and first line. The module is
    that of another function."""
    key = text, function.__code__.co_filename
    if key not in _modules:
        try:
            module = compile(*key, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return None
        if len(_modules) > 15:
            _modules.clear()
        found = [constant for constant in module.co_consts if isinstance(constant, CodeType)]
        _modules[key] = {(code.co_name, code.co_firstlineno): code for code in found}
    return _modules[key].get((name, line))


def is_function(value: Any, function: FunctionType, code: CodeType | None, defaults: tuple[Any, ...]) -> bool:
    """Whether a value is a function with this code that has the globals of another one. If there are defaults,
    it has just these."""
    if not (isinstance(value, FunctionType) and value.__globals__ is function.__globals__ and value.__code__ == code):
        return False
    own = value.__defaults__ or ()
    return not defaults or list(map(type, own)) == list(map(type, defaults)) and repr(own) == repr(defaults)


def builtins_of(function: FunctionType) -> dict[str, Any]:
    """The builtins that a function sees."""
    found = getattr(function, "__builtins__", None)
    if found is None:
        found = function.__globals__.get("__builtins__", sys.modules["builtins"])
    return found if isinstance(found, dict) else vars(found)


def cell(*content: Any) -> CellType:
    """A cell with an object or without."""
    return CellType(*content)


def cell_content(of: CellType) -> Any:
    """What is in a cell, or END."""
    try:
        return of.cell_contents
    except ValueError:
        return END


def empty_cell(of: CellType) -> None:
    """Takes what is in a cell out."""
    del of.cell_contents


def undefined(name: str) -> BaseException:
    """The error for a global name that is not there."""
    made = _make(("undefined", name), "def made():\n    {}\n".format(name))
    return _error_of(FunctionType(made.__code__, {"__builtins__": {}}))


def unbound(name: str, is_free: bool) -> BaseException:
    """The error for a variable that is not bound."""
    if is_free:
        source = "def made():\n    def inner():\n        return {0}\n    inner()\n    {0} = 1\n"
    else:
        source = "def made():\n    {0}\n    {0} = 1\n"
    return _error_of(_make(("unbound", name, is_free), source.format(name)))


def _error_of(function: Callable[[], Any]) -> BaseException:
    try:
        function()
    except NameError as error:
        error.__traceback__ = error.__context__ = None
        return error
    raise AssertionError("the name is bound")


def delete_global(names: dict[str, Any], name: str) -> None:
    """As `del name` does."""
    try:
        del names[name]
    except KeyError:
        raise undefined(name) from None


def matches(error: BaseException, kind: Any) -> bool:
    """Whether `except kind` catches an exception."""
    traceback, context = error.__traceback__, error.__context__
    try:
        try:
            raise error
        except kind:
            return True
    except BaseException as raised:
        if raised is error:
            return False
        raise
    finally:
        error.__traceback__, error.__context__ = traceback, context


def raising(error: Any, *cause: Any) -> BaseException:
    """What `raise error` or `raise error from cause` raises."""
    try:
        if cause:
            raise error from cause[0]
        raise error
    except BaseException as raised:
        return raised


def being_handled() -> BaseException | None:
    """The exception that is being handled."""
    return sys.exc_info()[1]


def raising_again() -> BaseException:
    """What `raise` raises."""
    try:
        raise
    except BaseException as raised:
        return raised


def traced(error: BaseException, function: FunctionType, place: tuple[int, int, int, int],
           handled: BaseException | None) -> None:
    """Adds to an exception's traceback that it came through a function at a place (the line and the column
    of its beginning and of its end), and says what was being handled."""
    _trace(error, function.__code__, function, place, handled)


def traced_inside(error: BaseException, function: FunctionType, code: CodeType, place: tuple[int, int, int, int],
                  handled: BaseException | None) -> BaseException:
    """The same for a generator expression within a function, with its code object. Gives the exception that
    the generator ends with."""
    _trace(error, code, function, place, handled)
    if not isinstance(error, StopIteration):
        return error
    ended = RuntimeError("generator raised StopIteration")
    ended.__cause__ = ended.__context__ = error
    return ended


def _trace(error: BaseException, code: CodeType, function: FunctionType, place: tuple[int, int, int, int],
           handled: BaseException | None) -> None:
    traceback = _without_own(error.__traceback__)
    outside = sys.exc_info()[1]
    context = error.__context__
    if handled is not None and handled is not error and (context is None or context is outside):
        context = handled
        _break_cycle(handled, error)
    raiser = FunctionType(_raiser(code, place), function.__globals__)
    error.__traceback__ = traceback
    try:
        raiser(error)
    except BaseException as raised:
        if raised is not error:
            # There is no room for another frame: the traceback has to do without this one.
            error.__traceback__ = traceback
        elif error.__traceback__ is not None:
            # Without the frame of this function.
            error.__traceback__ = error.__traceback__.tb_next
        error.__context__ = context


def _break_cycle(handled: BaseException, error: BaseException) -> None:
    """What is handled has not the error in its contexts any more, as it is to be the error's own."""
    seen = set()
    while handled.__context__ is not None and id(handled) not in seen:
        seen.add(id(handled))
        if handled.__context__ is error:
            handled.__context__ = None
            return
        handled = handled.__context__


def _raiser(code: CodeType, place: tuple[int, int, int, int]) -> CodeType:
    """A code object that raises its argument at a place of a function, under that function's name."""
    # A code object is equal to others that say the same, and finding out takes long.
    key = (id(code), place)
    found = _raisers.get(key)
    if found is None:
        if len(_raisers) > 1000:
            _raisers.clear()
        found = _raisers[key] = code, _new_raiser(code, place)
    return found[1]


def _new_raiser(code: CodeType, place: tuple[int, int, int, int]) -> CodeType:
    import ast

    line, column, end_line, end_column = place
    tree = ast.parse("def raiser({0}):\n    raise {0}".format(_LENT))
    for node in ast.walk(tree):
        if isinstance(node, (ast.stmt, ast.expr, ast.arg)):
            node.lineno, node.col_offset = line, column
            node.end_lineno, node.end_col_offset = end_line, end_column
    definition = tree.body[0]
    definition.lineno = definition.end_lineno = code.co_firstlineno
    definition.col_offset = definition.end_col_offset = 0
    module = compile(tree, code.co_filename, "exec")
    raiser = next(constant for constant in module.co_consts if isinstance(constant, type(code)))
    names: dict[str, Any] = {"co_name": code.co_name}
    if hasattr(code, "co_qualname"):
        names["co_qualname"] = code.co_qualname
    return raiser.replace(**names)


#: The builtins that generator expressions are given to.
_TAKERS = {taker.__name__: taker for taker in (sum, any, all, min, max, list, tuple, set, sorted, map)}

#: How `sum` adds floats: one after the other (0), with a compensation but for integers (1), with one (2).
if sys.implementation.name != "cpython" or sys.version_info < (3, 12):
    SUMMING = 0
elif sys.version_info < (3, 14):
    SUMMING = 1
else:
    SUMMING = 2


def is_builtin(function: Any, name: str) -> bool:
    """Whether a function is the builtin of a name, or the method of a string."""
    if name == "join":
        is_method = type(function) is type("".join) and function.__name__ == name
        return is_method and type(function.__self__) is str
    return function is _TAKERS[name]


def sum_step(total: Any, how: Any, item: Any) -> tuple[Any, Any]:
    """What `sum` has after another item. `how` is `False` as long as all were integers, the compensation of
    floats or of complex numbers, `None` for other objects."""
    if how is False:
        if type(item) is int or type(item) is bool:
            total = total + item
            return total, False if -2**63 <= total < 2**63 and -2**63 <= item < 2**63 else None
        return _begun(total + item)
    if type(how) is float:
        if type(item) is float:
            return _compensated(total, how, item)
        if isinstance(item, int):
            if SUMMING == 2:
                try:
                    return _compensated(total, how, float(item))
                except OverflowError:
                    pass
            elif -2**63 <= item < 2**63:
                return total + float(item), how
        return _begun(sum_end(total, how) + item, False)
    if type(how) is complex:
        part = _part(item)
        if part is not None:
            real, real_rest = _compensated(total.real, how.real, part.real)
            if type(item) is not complex:
                return complex(real, total.imag), complex(real_rest, how.imag)
            imaginary, rest = _compensated(total.imag, how.imag, part.imag)
            return complex(real, imaginary), complex(real_rest, rest)
        total = sum_end(total, how)
    return total + item, None


def _part(item: Any) -> Any:
    """A number that a sum of complex ones takes as it is."""
    if type(item) is complex or isinstance(item, float):
        return item
    try:
        return float(item) if isinstance(item, int) else None
    except OverflowError:
        return None


def _begun(total: Any, with_floats: bool = True) -> tuple[Any, Any]:
    """What `sum` has where other numbers than before begin."""
    if SUMMING and with_floats and type(total) is float:
        return total, 0.0
    if SUMMING == 2 and type(total) is complex:
        return total, 0j
    return total, None


def _compensated(total: float, rest: float, item: float) -> tuple[float, float]:
    """A sum and its compensation with another item, as Neumaier has it."""
    result = total + item
    if abs(total) >= abs(item):
        rest += (total - result) + item
    else:
        rest += (item - result) + total
    return result, rest


def sum_end(total: Any, how: Any) -> Any:
    """What `sum` gives at the end."""
    if type(how) is float:
        return total + how if how and how - how == 0.0 else total
    if type(how) is complex:
        return complex(sum_end(total.real, how.real), sum_end(total.imag, how.imag))
    return total


def is_sort(method: Any, key: Any) -> bool:
    """Whether a method is that of a list which the function cannot know: that shows in machine code only."""
    return False


def to_list(items: Any) -> list[Any]:
    """What `sorted` begins with."""
    return list(items)


def sort_by_keys(items: list[Any], keys: list[Any], backwards: bool) -> list[Any]:
    """Sorts a list by keys that were made before. An error leaves the list as `sort` does."""
    following = iter(keys)
    items.sort(key=lambda item: next(following), reverse=backwards)
    return items


#: What classes of named tuples have as all tuples do.
_OF_TUPLES = ("__init__", "__del__", "__getattribute__", "__getattr__", "__eq__", "__ne__", "__lt__", "__le__", "__gt__",
              "__ge__", "__iter__", "__len__", "__getitem__", "__contains__", "__bool__")


def _in_class(of: type, name: str) -> Any:
    """What a class has by a name, or one that it is derived from."""
    return next((one.__dict__[name] for one in of.__mro__ if name in one.__dict__), None)


def named_tuple(of: type) -> Any:
    """What makes a named tuple, its fields and their defaults, if a class is one of these and says no more about
    making one than what `collections.namedtuple` makes."""
    if tuple not in of.__mro__ or of is tuple or getattr(of, "__dictoffset__", True):
        return None
    fields, new = _in_class(of, "_fields"), getattr(_in_class(of, "__new__"), "__func__", None)
    if type(fields) is not tuple or type(new) is not FunctionType or not 0 < len(fields) <= 16:
        return None
    if any(_in_class(of, name) is not _in_class(tuple, name) for name in _OF_TUPLES):
        return None
    from collections import namedtuple
    own: Any = namedtuple("Own", fields).__new__  # type: ignore[misc]
    is_own = new.__code__ == own.__code__ and new.__globals__.get("_tuple_new") is tuple.__new__
    return (new, fields, new.__defaults__ or ()) if is_own else None


def named_member(found: Any) -> Any:
    """What a class of named tuples has by a name: the number of a field, -1 for `_replace`, the function that reads
    a property, or `None`."""
    if type(found).__name__ == "_tuplegetter" and type(found).__module__ in ("collections", "_collections"):
        return found.__reduce__()[1][0]
    if type(found) is property:
        return found.fget
    if type(found) is FunctionType and found.__name__ == "_replace":
        from collections import namedtuple
        own: Any = namedtuple("own", "x")
        return -1 if found.__code__ is own._replace.__code__ else None
    return None


#: What makes iterators, or uses them up, and is followed where it is called. Some came with later versions.
_TOOLS = {name: getattr(itertools, name, END) for name in (
    "accumulate", "chain", "combinations", "combinations_with_replacement", "count", "islice", "pairwise",
    "permutations", "product", "repeat", "takewhile", "zip_longest")}
_TOOLS.update(enumerate=enumerate, filter=filter, map=map, zip=zip)

#: The classes whose objects are iterated over without anybody noticing when that begins.
_ITERABLES = frozenset((
    list, tuple, range, str, dict, set, frozenset, enumerate, zip, map, filter, reversed, type({}.keys()),
    type({}.values()), type({}.items()), type(iter([])), type(iter(())), type(iter("")), type(iter(range(0))),
    type(i for i in "")))


def is_tool(function: Any, name: str) -> bool:
    """Whether a function or class is the one of a name that makes iterators, or uses one up."""
    if name == "reduce":
        # Whoever uses it has imported it.
        return function is getattr(sys.modules.get("_functools"), name, END)
    return function is _TOOLS[name]


def length(items: list[Any]) -> int:
    """The length of a list."""
    return len(items)


def is_index(number: Any) -> bool:
    """Whether an object is an integer that counts something."""
    return type(number) is int and 0 <= number < 2**62


def is_step(number: Any) -> bool:
    """The same from 1."""
    return type(number) is int and 1 <= number < 2**62


def is_number(value: Any) -> bool:
    """Whether an object is a number that adds as such."""
    return type(value) is int or type(value) is float


def is_some(value: Any) -> bool:
    """Whether an object is not `None`."""
    return value is not None


def are_in_order(first: Any, second: Any) -> bool:
    """Whether integers are in order."""
    return type(first) is int and type(second) is int and first <= second


def is_iterable(value: Any) -> bool:
    """Whether an object is one that the interpreter itself iterates over."""
    return type(value) in _ITERABLES


def to_str(value: Any) -> str:
    """As `!s` in an f-string does."""
    return str(value)


def to_repr(value: Any) -> str:
    """As `!r` does."""
    return repr(value)


def to_ascii(value: Any) -> str:
    """As `!a` does."""
    return ascii(value)


def context_methods(manager: Any) -> tuple[Any, Any]:
    """The methods that `with` calls. If one is missing, Python says so."""
    enter, leave = _special(manager, "__enter__"), _special(manager, "__exit__")
    if enter is None or leave is None:
        _make(("with",), "def made(manager):\n    with manager:\n        pass\n")(manager)
        raise TypeError("no context manager")
    return enter, leave


def _special(value: Any, name: str) -> Any:
    """A method of an object as Python finds it for itself: in the object's class."""
    kind = type(value)
    for one in kind.__mro__:
        if name in one.__dict__:
            found = one.__dict__[name]
            get = getattr(type(found), "__get__", None)
            return found if get is None else get(found, value, kind)
    return None


def exit_context(leave: Callable[..., Any], error: BaseException) -> Any:
    """Calls `__exit__` with an exception."""
    return leave(type(error), error, error.__traceback__)


_MATCH = "def made(subject, other):\n    match subject:\n        case {}:\n            return {}\n    return {}\n"


def is_sequence(subject: Any, count: int) -> bool:
    """Whether a pattern of just so many items fits."""
    pattern = "[" + "_, " * count + "]"
    return _make(("sequence", count), _MATCH.format(pattern, True, False))(subject, None)


def is_long_sequence(subject: Any, count: int) -> bool:
    """Whether a pattern of so many items at least fits."""
    pattern = "[" + "_, " * count + "*_]"
    return _make(("long", count), _MATCH.format(pattern, True, False))(subject, None)


class _Keys:
    """Keys as attributes, which patterns take for values."""


def mapping_values(subject: Any, keys: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """The values of keys if a pattern for a mapping fits."""
    given = _Keys()
    for i, key in enumerate(keys):
        setattr(given, "key{}".format(i), key)
    pattern = "{" + ", ".join("other.key{0}: value{0}".format(i) for i in range(len(keys))) + "}"
    values = "(" + "".join("value{}, ".format(i) for i in range(len(keys))) + ")"
    return _make(("mapping", len(keys)), _MATCH.format(pattern, values, None))(subject, given)


def mapping_rest(subject: Any, keys: tuple[Any, ...]) -> dict[Any, Any]:
    """A mapping without some keys."""
    rest: dict[Any, Any] = {}
    rest.update(subject)
    for key in keys:
        del rest[key]
    return rest


def class_values(subject: Any, kind: Any, count: int, names: tuple[str, ...]) -> tuple[Any, ...] | None:
    """The values of attributes if a pattern for a class fits."""
    by_position = ["value{}".format(i) for i in range(count)]
    values = by_position + ["named{}".format(i) for i in range(len(names))]
    by_name = ["{}={}".format(name, value) for name, value in zip(names, values[count:])]
    pattern = "other({})".format(", ".join(by_position + by_name))
    result = "(" + "".join(value + ", " for value in values) + ")"
    return _make(("class", count, names), _MATCH.format(pattern, result, None))(subject, kind)


def super_of(function: Any, cell: CellType, first: Any) -> Any:
    """As `super()` does in a method with a cell for its class and a first argument."""
    if function is not super:
        return function()
    try:
        owner = cell.cell_contents
    except ValueError:
        raise RuntimeError("super(): empty __class__ cell") from None
    return super(owner, first)

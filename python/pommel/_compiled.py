"""What compiled functions need of Python itself while they run: operations whose errors only Python knows,
exceptions that are being handled, and tracebacks.

The native part calls all of it. Frames of this module are taken out of tracebacks.
"""

from __future__ import annotations

import operator  # noqa: F401 - the native part takes operators from here
import sys
from types import CellType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, TracebackType
    from typing import Any, Callable

#: What the code objects of this module, and those that it makes, say as their file.
_FILE = (lambda: None).__code__.co_filename

#: What `next` gives at the end.
END = object()

#: The name under which a module is imported from.
_LENT = "_pommel_lent_module"

#: Functions that were made, by what they do. They are few: as many as there are forms in programs.
_made: dict[tuple[Any, ...], Any] = {}

#: Code objects that raise at a place, by the code object of the function and the place.
_raisers: dict[tuple[Any, ...], CodeType] = {}


def _make(key: tuple[Any, ...], source: str, name: str = "made") -> Any:
    """The function of a name in a source, made once for a key."""
    if key not in _made:
        namespace: dict[str, Any] = {}
        exec(compile(source, _FILE, "exec"), namespace)
        _made[key] = namespace[name]
    return _made[key]


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
    """A function that another one makes."""
    made = FunctionType(code, outer.__globals__, code.co_name, defaults or None, cells or None)
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
            inside = constant.co_name in _COMPREHENSIONS
            found += _nested_codes(constant) if inside else [constant]
    return found


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
    traceback = _without_own(error.__traceback__)
    outside = sys.exc_info()[1]
    context = error.__context__
    if handled is not None and handled is not error and (context is None or context is outside):
        context = handled
        _break_cycle(handled, error)
    raiser = FunctionType(_raiser(function.__code__, place), function.__globals__)
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
    # A code object is equal to others that say the same.
    key = (id(code), code, place)
    if key not in _raisers:
        if len(_raisers) > 1000:
            _raisers.clear()
        _raisers[key] = _new_raiser(code, place)
    return _raisers[key]


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

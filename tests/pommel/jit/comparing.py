"""What a call does, written down so that two calls can be compared: the result to the bit, the exception
with its traceback, and what became of the arguments."""

import array
import copy
import linecache
import re
import struct
import sys
import traceback
import types

import pommel as pm


#: Compiled functions mark the parts of lines that this version of Python does. Others mark other parts, or
#: none.
MARKS_ARE_OURS = sys.version_info[:2] == (3, 13) and sys.implementation.name == "cpython"


def outcome(function, arguments):
    """What a call with copies of the arguments does."""
    arguments = copy.deepcopy(arguments)
    try:
        result = ("returns", function(*arguments))
    except BaseException as error:  # noqa: B036 - whatever it is, the other call must do it too
        result = ("raises", error)
        text = raised(error)
    else:
        text = None
    seen = {}
    return described(result, seen), text, described(arguments, seen)


def alike(expected, found):
    """Whether a call did what another one does. In older versions of Python comprehensions are functions
    of which tracebacks know; compiled, they never are."""
    if expected == found:
        return True
    if not expected[1] or "comp>\n" not in expected[1] or not found[1]:
        return False
    texts = [text.splitlines()[-1] for text in (expected[1], found[1])]
    return (expected[0], texts[0], expected[2]) == (found[0], texts[1], found[2])


def raised(error):
    """The text of a traceback without the frame that called."""
    here = error.__traceback__
    lines = traceback.format_exception(type(error), error, here.tb_next)
    # Python guesses what was meant by a name from the variables of the frame.
    text = of_longs(re.sub(r"\. Did you mean: .*", "", "".join(lines)))
    if MARKS_ARE_OURS:
        return text
    return "".join(line for line in text.splitlines(True) if line.strip(" ^~\n") or line == "\n")


def of_longs(text):
    """PyPy's integers of machine code are others than its own, with the same value and errors of theirs."""
    if sys.implementation.name != "pypy":
        return text
    text = re.sub("(long|integer) (division or )?(modulo|divmod) by zero", "integer modulo by zero", text)
    return text.replace("pow() 3rd argument", "pow 3rd argument")


def described(value, seen):
    """A value as tuples of texts and bits. What comes again is named by its number, so that it shows
    which objects are one."""
    kind = type(value)
    if kind is int:
        return "int", hex(value)
    if value is None or kind in (bool, str, bytes, range, slice):
        return kind.__name__, of_longs(repr(value))
    if kind is float:
        return "float", bits(value)
    if kind is complex:
        return "complex", bits(value.real), bits(value.imag)
    if id(value) in seen:
        return "again", seen[id(value)][0]
    # The object is kept, lest another one gets its address.
    seen[id(value)] = len(seen), value
    if isinstance(value, pm.ndarray):
        elements = [described(item, {}) for item in pm.ravel(value).tolist()]
        return "array", value.dtype.name, value.shape, elements
    if isinstance(value, (array.array, bytearray)):
        # A subclass may have items without an end.
        items = array.array.tolist(value) if isinstance(value, array.array) else list(bytes(value))
        return kind.__name__, getattr(value, "typecode", None), [described(item, {}) for item in items]
    if isinstance(value, (tuple, list)):
        return (kind.__name__, *[described(item, seen) for item in value])
    if isinstance(value, dict):
        return (kind.__name__, *[(described(k, seen), described(v, seen)) for k, v in value.items()])
    if isinstance(value, (set, frozenset)):
        return (kind.__name__, *sorted(repr(item) for item in value))
    if isinstance(value, type) or isinstance(value, (types.FunctionType, types.BuiltinFunctionType)):
        return kind.__name__, value.__module__, value.__qualname__
    if isinstance(value, BaseException):
        return kind.__name__, of_longs(str(value)), described(value.args, seen), error_chain(value, seen)
    return kind.__name__, described(getattr(value, "__dict__", None), seen)


def bits(number):
    """A floating-point number to the bit. Which sign what is no number has is up to the processor: sums
    have that of either operand, as they stand in registers."""
    return "nan" if number != number else struct.pack(">d", number).hex()


def error_chain(error, seen):
    """What an exception says of others."""
    return (described(error.__cause__, seen), described(error.__context__, seen),
            error.__suppress_context__)


def function_of(source, name):
    """The function `f` of a source that tracebacks can show."""
    file = "<{}>".format(name)
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    namespace = {"__name__": "generated"}
    exec(compile(source, file, "exec"), namespace)
    return namespace["f"]


def compiled(function, monkeypatch, mode):
    """The function compiled in a mode: a value of POMMEL_JIT."""
    monkeypatch.setenv("POMMEL_JIT", mode)
    result = pm.jit(function)
    assert result is not function
    return result


#: What a comparison runs on: machine code with its interpreter, and the interpreter alone.
MODES = ("always", "plain")

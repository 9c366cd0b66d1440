"""Every feature of the safe API, from Python. The extension is `tests/kitchen-sink`."""

import copy
import ctypes
import gc
import inspect
import io
import math
import operator
import os
import pickle
import pydoc
import re
import sys
import threading
import time
import warnings
import weakref

import kitchen_sink as sink
import pytest

from threads import run_in_threads

PYPY = sys.implementation.name == "pypy"
# PyPy's own HPy, which this module uses where it is built in.
OWN_HPY = PYPY and "_hpy_universal" in sys.builtin_module_names
NO_CYCLES = pytest.mark.xfail(
    PYPY and not OWN_HPY, strict=True, reason="PyPy does not collect cycles through its C API"
)
FREE_THREADED = not getattr(sys, "_is_gil_enabled", lambda: True)()


def collect():
    # PyPy runs finalisers in the collection after the one that found the garbage.
    for _ in range(4):
        gc.collect()


class Boom(Exception):
    pass


def boom(*args):
    raise Boom("boom", *args)


class Index:
    def __init__(self, value):
        self.value = value

    def __index__(self):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


class Float(Index):
    def __float__(self):
        return self.__index__()


def raised(call, *args, **kwargs):
    """The type and the text of what a call raises."""
    try:
        call(*args, **kwargs)
    except Exception as error:
        return type(error), str(error)
    raise AssertionError("nothing was raised")


# The module.


def test_module():
    assert sink.__doc__.splitlines()[0] == "One of everything."
    assert sink.__doc__.splitlines()[-1] == "The module's docstring has two paragraphs."
    assert sink.ANSWER == 42 and sink.WORDS == ["all", "of", "it"]
    assert sink.twice(21) == 42 and not hasattr(sink, "doubled")


def test_only_what_is_meant_for_python_is_there():
    names = {name for name in dir(sink) if not name.startswith("__")}
    assert not any("." in name or " " in name for name in names)
    assert {"Counter", "parse", "SinkError"} <= names
    assert not hasattr(sink.Counter, "hidden") and not hasattr(sink, "init")


# Numbers in and out.

INTEGERS = {
    "i8_of": (-(2**7), 2**7 - 1),
    "i16_of": (-(2**15), 2**15 - 1),
    "i32_of": (-(2**31), 2**31 - 1),
    "i64_of": (-(2**63), 2**63 - 1),
    "isize_of": (-(2**63), 2**63 - 1),
    "u8_of": (0, 2**8 - 1),
    "u16_of": (0, 2**16 - 1),
    "u32_of": (0, 2**32 - 1),
    "u64_of": (0, 2**64 - 1),
    "usize_of": (0, 2**64 - 1),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_integers(name):
    function, (low, high) = getattr(sink, name), INTEGERS[name]
    for value in {low, low + 1, -1, 0, 1, high - 1, high}:
        if low <= value <= high:
            assert function(value) == value and type(function(value)) is int
    assert function(True) == 1 and type(function(True)) is int
    assert function(Index(7)) == 7


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("beyond", [1, 10**6, 10**30])
def test_integers_out_of_range(name, beyond):
    function, (low, high) = getattr(sink, name), INTEGERS[name]
    for value in (low - beyond, high + beyond):
        expected = "{}() argument 'value' must be between {} and {}, not {}"
        assert raised(function, value) == (
            OverflowError,
            expected.format(name, low, high, value),
        )
        assert raised(function, Index(value))[0] is OverflowError


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("value", [1.0, "1", None, [1], 1j, b"1", object])
def test_integers_are_integers(name, value):
    assert raised(getattr(sink, name), value)[0] is TypeError


def test_the_message_for_a_wrong_type():
    assert raised(sink.i64_of, "one") == (
        TypeError,
        "i64_of() argument 'value' must be an int, not 'one' (str)",
    )
    assert raised(sink.double, None)[1] == (
        "double() argument 'value' must be a real number, not None"
    )
    assert raised(sink.text_len, b"x" * 1000)[1].endswith("x... (bytes)")


class NoRepr:
    def __repr__(self):
        raise Boom


def test_the_message_for_an_object_without_repr():
    assert raised(sink.i64_of, NoRepr())[1] == (
        "i64_of() argument 'value' must be an int, not an object of type NoRepr"
    )


@pytest.mark.parametrize("function", [sink.i8_of, sink.i64_of, sink.u64_of, sink.usize_of])
def test_errors_of_index_pass(function):
    assert raised(function, Index(Boom("x"))) == (Boom, "x")
    assert raised(function, Index(OverflowError("mine"))) == (OverflowError, "mine")
    assert raised(function, Index("no int"))[0] is TypeError


@pytest.mark.parametrize("value", [0.0, -1.0, 1.5, math.inf, 1e308, 5e-324, 2, -1, True])
def test_floats(value):
    assert sink.double(value) == value and type(sink.double(value)) is float
    assert math.copysign(1, sink.double(-0.0)) == -1
    assert math.isnan(sink.double(math.nan))


def test_float_conversions():
    assert sink.double(Index(3)) == 3.0
    assert sink.single(0.1) == ctypes.c_float(0.1).value
    assert sink.single(1e300) == math.inf
    assert raised(sink.double, 10**400)[0] is OverflowError
    assert raised(sink.double, Float(Boom("x"))) == (Boom, "x")
    for value in ["1", b"1", None, 1j, []]:
        assert raised(sink.double, value)[0] is TypeError


def test_booleans():
    assert sink.boolean(True) is True and sink.boolean(False) is False
    for value in [1, 0, None, "True", []]:
        assert raised(sink.boolean, value)[0] is TypeError


# Text and bytes.

TEXTS = ["", "a", "z\xfcrich", "\u20ac", "\U0001f40e", "a\0b", "x" * 127, "x" * 128, "\xfc" * 1000]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_text(text):
    assert sink.text_of(text) == text
    assert sink.text_len(text) == len(text)
    assert sink.text_facts(text) == (text * 2, text * 2, len(text.encode()))


def test_text_of_subclasses():
    class Text(str):
        def __str__(self):
            return "other"

    assert sink.text_of(Text("own")) == "own"


def test_lone_surrogates_are_no_text():
    for function in [sink.text_of, sink.text_len, sink.character]:
        assert raised(function, "a\ud800")[0] is UnicodeEncodeError


def test_characters():
    for character in ["a", "\0", "\xfc", "\U0001f40e"]:
        assert sink.character(character) == character
    for value in ["", "ab", 1, b"a", None]:
        assert raised(sink.character, value)[0] is TypeError


def test_bytes():
    assert sink.bytes_len(b"a\0b") == 3 and sink.bytes_len(b"") == 0
    assert sink.bytes_upper(b"ab\0c") == b"AB\0C"
    for value in ["a", bytearray(b"a"), [1], None]:
        assert raised(sink.bytes_len, value)[0] is TypeError


# Containers.


def test_options():
    assert sink.option(3) == 3 and sink.option(None) == -1 and sink.option() == -1
    assert raised(sink.option, "3")[0] is TypeError


SUMS = [[], [1, 2.5], (1, 2), range(4), {1.0: 2}, {3.0}, iter([1.0, 2.0]), (x for x in [1, 2])]


@pytest.mark.parametrize("values", SUMS, ids=[type(values).__name__ + str(i) for i, values in enumerate(SUMS)])
def test_vectors(values):
    values, expected = (values, sum(values)) if hasattr(values, "__len__") else (values, 3.0)
    assert sink.floats(values) == expected


def test_vectors_of_what_is_none():
    assert raised(sink.floats, 3) == (
        TypeError,
        "floats() argument 'values' must be a sequence whose items are each a real number, "
        "not 3 (int)",
    )
    assert raised(sink.floats, [1.0, "x"])[1] == (
        "floats() argument 'values' item 1 must be a real number, not 'x' (str)"
    )
    for text in ["12", b"12"]:
        assert raised(sink.floats, text)[0] is TypeError
    assert raised(sink.floats, (boom() for _ in [1]))[0] is Boom
    assert raised(sink.floats, [1.0, Float(Boom("x"))]) == (Boom, "x")
    assert raised(sink.nested, [[1], [2, "x"]])[1] == (
        "nested() argument 'rows' item 1 item 1 must be an int, not 'x' (str)"
    )


def test_nested_vectors():
    assert sink.nested([[1, 2], (3,), []]) == [3, 3, 0]


def test_tuples():
    assert sink.pair((1, "a")) == ("a", 1) == sink.pair([1, "a"])
    for value in [(1,), (1, "a", 2), 1, "ab", {1: "a"}]:
        assert raised(sink.pair, value)[0] is TypeError
    assert raised(sink.pair, (1, 2))[1] == "pair() argument 'value' item 1 must be a str, not 2 (int)"


def test_maps():
    assert sink.map_of({"a": 1, "b": 2}) == 3 and sink.map_of({}) == 0
    assert list(sink.sorted_map({3: "c", 1: None, 2: "b"}).items()) == [(1, None), (2, "b"), (3, "c")]
    for value in [{1: 1}, {"a": "b"}, [("a", 1)], None]:
        assert raised(sink.map_of, value)[0] is TypeError


def test_own_types():
    assert sink.give_own((1, 2)) == (2.0, 1.0)
    assert raised(sink.give_own, "ab")[0] is TypeError


def test_results():
    assert sink.nothing() is None and sink.give_nothing() is None and sink.give_none() is None
    assert sink.give_option("xyz") == "x" and sink.give_option("") is None
    assert sink.give_text() == "z\xfcrich \U0001f40e a\0b" and sink.give_static() == "static"
    assert sink.give_char() == "\U0001f40e" and sink.give_bytes() == b"a\0b"
    assert sink.give_unsigned() == 2**64 - 1
    assert sink.give_vec() == [True, None, False]
    assert sink.give_tuple() == (1, 2.5, "three", None)
    assert sink.give_map() == {"a": [1, 2], "b": []}
    assert sink.context_only() == "made of the context"
    assert sink.longest("ab", "abc") == "abc"
    value = object()
    assert sink.with_lifetimes(value, None) is value


# Parameters.


@pytest.mark.parametrize(
    "args, kwargs",
    [
        ((1, 2, 3), {}),
        ((1, 2), {"c": 3}),
        ((1,), {"c": 3, "b": 2}),
        ((), {"c": 3, "b": 2, "a": 1}),
    ],
)
def test_keywords(args, kwargs):
    assert sink.keywords(*args, **kwargs) == 321


WRONG_CALLS = [
    (sink.keywords, (), {}, "missing 3 required arguments: 'a', 'b', 'c'"),
    (sink.keywords, (1, 2), {}, "missing 1 required argument: 'c'"),
    (sink.keywords, (1, 2, 3, 4), {}, "takes 3 positional arguments but 4 were given"),
    (sink.keywords, (1, 2, 3), {"a": 1}, "got multiple values for argument 'a'"),
    (sink.keywords, (1, 2), {"d": 1}, "got an unexpected keyword argument 'd'"),
    (sink.positional_only, (1,), {"b": 2, "c": 3}, "positional-only arguments passed as keyword"),
    (sink.keyword_only, (1, 2), {"b": 3}, "takes 1 positional argument but 2 were given"),
    (sink.keyword_only, (1,), {}, "missing 1 required argument: 'b'"),
    (sink.keyword_only, (1,), {"bb": 3}, "unexpected keyword argument 'bb'. Did you mean 'b'?"),
    (sink.defaults, (), {"aa": 3}, "Did you mean 'a'?"),
    (sink.defaults, (1, 2, "3", True, None, 4, 5), {}, "takes from 0 to 6 positional arguments but 7 were given"),
    (sink.everything, (1,), {"d": 1}, "missing 1 required argument: 'b'"),
    (sink.rest, (), {}, "missing 1 required argument: 'first'"),
    (sink.nothing, (1,), {}, "argument"),
    (sink.nothing, (), {"a": 1}, "argument"),
    (sink.i64_of, (), {}, "argument"),
    (sink.Counter, (1, 2), {}, "takes from 0 to 1 positional arguments but 2 were given"),
    (sink.Counter, (), {"steps": 2}, "Did you mean 'step'?"),
    (sink.Fussy, (), {}, "missing 1 required argument: 'size'"),
    (sink.Unit, (1,), {}, "takes 0 positional arguments but 1 was given"),
]


@pytest.mark.parametrize("function, args, kwargs, text", WRONG_CALLS, ids=range(len(WRONG_CALLS)))
def test_wrong_calls(function, args, kwargs, text):
    type_, found = raised(function, *args, **kwargs)
    assert type_ is TypeError and text in found


def test_keywords_that_are_no_strings():
    with pytest.raises(TypeError):
        sink.keywords(**{1: 2})


def test_positional_only():
    assert sink.positional_only(1, 2, 3) == 321 == sink.positional_only(1, 2, c=3)


def test_keyword_only():
    assert sink.keyword_only(1, b=2) == 321 == sink.keyword_only(b=2, c=3, a=1)


def test_defaults():
    assert sink.defaults() == (1, -2.5, "text", True, None, 7)
    assert sink.defaults(9, c="c", f=None) == (9, -2.5, "c", True, None, None)
    assert sink.defaults(e=boom)[4] is boom


def test_rest():
    assert sink.rest(1) == (1, (), None)
    assert sink.rest(1, 2, 3) == (1, (2, 3), None)
    assert sink.rest(1, x=2) == (1, (), {"x": 2})
    assert sink.rest(1, 2, first_=3, **{"no identifier": 4}) == (
        1,
        (2,),
        {"first_": 3, "no identifier": 4},
    )
    assert sink.rest(first=1) == (1, (), None)


def test_rest_only():
    assert sink.rest_only() == (0.0, 0, None)
    assert sink.rest_only(1, 2.5, True) == (4.5, 3, True)
    assert raised(sink.rest_only, 1, "x")[0] is TypeError


def test_everything():
    assert sink.everything(1, 2, d=4) == ((1, 2, 3), (), (4, 5), None)
    assert sink.everything(1, b=2, d=4, e=6, x=7) == ((1, 2, 3), (), (4, 6), {"x": 7})
    assert sink.everything(1, 2, 3, 4, 5, d=6, a=7) == ((1, 2, 3), (4, 5), (6, 5), {"a": 7})


def test_reserved_names():
    assert sink.reserved(5) == 3 == sink.reserved(**{"type": 4, "in": 1})


def test_arguments_of_a_failed_call_are_released():
    class Argument:
        pass

    argument = Argument()
    alive = weakref.ref(argument)
    assert raised(sink.rest_only, 1, argument)[0] is TypeError
    assert raised(sink.keywords, argument, b=argument, d=argument)[0] is TypeError
    assert raised(sink.Counter, argument, step=argument)[0] is TypeError
    del argument
    collect()
    assert alive() is None


# Errors.


def test_errors_of_rust():
    assert sink.parse(" 12 ") == 12
    assert raised(sink.parse, "x") == (ValueError, "invalid digit found in string")
    assert raised(sink.parse, "9" * 30)[0] is ValueError
    assert raised(sink.read_file, "/no such file")[0] is OSError


def test_errors_of_the_extension():
    assert sink.handled("0") == 0 and sink.Fussy(0).size() == 0
    assert raised(sink.handled, "7") == (ValueError, "trouble of size 7")
    assert raised(sink.handled, "70") == (OverflowError, "large trouble")
    assert raised(sink.handled, "x")[0] is ValueError
    assert raised(sink.Fussy, 3) == (ValueError, "trouble of size 3")


BUILTIN = """ArithmeticError AssertionError AttributeError BufferError EOFError FileNotFoundError
FloatingPointError ImportError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError
NotImplementedError OSError OverflowError RecursionError ReferenceError RuntimeError StopIteration
SystemError TimeoutError TypeError UnicodeError ValueError ZeroDivisionError""".split()


@pytest.mark.parametrize("name", BUILTIN)
def test_builtin_exceptions(name):
    expected = getattr(__builtins__, name, None) or __builtins__[name]
    with pytest.raises(expected) as info:
        sink.raise_builtin(name)
    assert type(info.value) is expected and info.value.args == (name,)


def test_exceptions_of_the_module():
    assert sink.SinkError.__name__ == "SinkError" and sink.SinkError.__module__ == "kitchen_sink"
    assert issubclass(sink.SinkError, ValueError) and issubclass(sink.LeakError, sink.SinkError)
    for value in ["text", 3, None]:
        with pytest.raises(sink.SinkError) as info:
            sink.own_exception("LeakError", value)
        assert type(info.value) is sink.LeakError
        assert info.value.args == ((value,) if value is not None else ())


def test_raising_objects():
    exception = Boom("own")
    with pytest.raises(Boom) as info:
        sink.raise_object(exception)
    assert info.value is exception
    for wrong in [None, 3, "text", object(), sink]:
        assert raised(sink.raise_object, wrong)[0] is TypeError
    # An exception type is an object that is no exception.
    assert raised(sink.raise_object, Boom)[0] is TypeError


def test_exceptions_pass_through_unchanged():
    exception = Boom("own")

    def fails():
        raise exception

    for call in [
        lambda: sink.second_of_two(fails, fails),
        lambda: sink.cleanup_after_error(fails, list),
        lambda: sink.rest_only(Float(exception)),
    ]:
        with pytest.raises(Boom) as info:
            call()
        assert info.value is exception
        names = [entry.name for entry in info.traceback]
        assert names[-1] in ("fails", "__index__")


def test_two_errors_at_once():
    def first():
        raise KeyError("first")

    def second():
        raise IndexError("second")

    assert raised(sink.second_of_two, first, second) == (IndexError, "second")
    assert sink.second_of_two(first, lambda: "fine") == "fine"
    assert sink.second_of_two(lambda: "fine", second) == "fine"
    assert sink.both_failed(first, second) is True
    assert sink.both_failed(first, list) is sink.both_failed(list, second) is False


def test_python_is_called_while_an_error_is_held():
    ran = []

    def cleanup():
        ran.append(sink.i64_of(-1))
        ran.append(sink.double(-1.0))
        try:
            raise KeyError
        except KeyError:
            ran.append(len({}))

    assert raised(sink.cleanup_after_error, boom, cleanup)[0] is Boom
    assert ran == [-1, -1.0, 0]


def test_an_error_is_held_while_another_comes_and_goes():
    assert raised(sink.cleanup_after_error, boom, lambda: sink.both_failed(boom, boom))[0] is Boom

    def cleanup():
        raise KeyError("from the cleanup")

    assert raised(sink.cleanup_after_error, boom, cleanup)[0] is KeyError


def test_handled_errors_leave_no_trace():
    assert sink.both_failed(boom, boom) is True
    assert sys.exc_info() == (None, None, None)
    assert sink.i64_of(-1) == -1


def test_causes_from_python():
    with pytest.raises(KeyError) as info:
        sink.caused(boom)
    assert info.value.args == ("outer",) and type(info.value.__cause__) is Boom


def test_causes():
    assert raised(sink.caused, boom)[0] is KeyError
    assert sink.caused(list) is None
    with pytest.raises(ValueError) as info:
        sink.caused_by_own()
    cause = info.value.__cause__
    assert info.value.args == ("outer",)
    assert type(cause) is OSError and cause.args == ("inner",)


def test_what_rust_sees_of_an_exception():
    assert sink.error_text(lambda: {}["x"], KeyError) == ("KeyError: 'x'", True, True)
    assert sink.error_text(boom, Boom) == ("Boom: boom", False, True)
    assert sink.error_text(lambda: [][0], KeyError) == ("IndexError: list index out of range", True, False)


def test_the_type_that_rust_sees():
    assert sink.error_text(lambda: {}["x"], KeyError)[1:] == (True, True)
    assert sink.error_text(boom, KeyError)[1:] == (False, False)
    assert sink.error_text(list, KeyError) is None


@pytest.mark.parametrize("base", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_exceptions_that_are_no_errors(base):
    def fails():
        raise base

    with pytest.raises(base):
        sink.second_of_two(fails, fails)


def quietly(call, *args):
    """A panic's message goes to standard error, below `sys.stderr`."""
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        return raised(call, *args)
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


def test_panics_are_exceptions():
    assert sink.panics(1) == 2
    type_, text = quietly(sink.panics, 7)
    assert type_ is RuntimeError
    assert "the extension panicked: index out of bounds" in text
    assert "panicked: z\xfcrich" in quietly(sink.panics_with_text, "z\xfcrich")[1]
    assert "panicked: attempt to divide by zero" in quietly(sink.divide, 1, 0)[1]


def test_warnings():
    with pytest.warns(UserWarning, match="this is only a test"):
        sink.warn()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert raised(sink.warn) == (UserWarning, "this is only a test")


# Typed entry points.

C_TYPES = {
    "double": ctypes.c_double,
    "float": ctypes.c_float,
    "int32_t": ctypes.c_int32,
    "int64_t": ctypes.c_int64,
    "uint8_t": ctypes.c_uint8,
    "_Bool": ctypes.c_bool,
    "void": None,
}


def typed(name):
    signature, address = sink.__pommel_typed__[name]
    result, arguments = re.fullmatch(r"(\w+)\((.*)\)", signature).groups()
    arguments = [C_TYPES[argument] for argument in arguments.split(", ") if argument != "void"]
    return ctypes.CFUNCTYPE(C_TYPES[result], *arguments)(address)


def test_typed_signatures():
    found = {name: signature for name, (signature, _) in sink.__pommel_typed__.items()}
    assert found["add"] == "int64_t(int64_t, int64_t)"
    assert found["hypot"] == "double(double, double)"
    assert found["not"] == "_Bool(_Bool)"
    assert found["unit"] == found["nothing"] == "void(void)"
    assert found["u8_of"] == "uint8_t(uint8_t)" and found["isize_of"] == "intptr_t(intptr_t)"
    assert found["single"] == "float(float)"
    # Texts, contexts and results that may fail have none.
    assert not {"text_len", "parse", "detached_sum", "release_the_gil", "keywords_"} & found.keys()


def test_typed_calls():
    assert typed("add")(2**62, 1) == sink.add(2**62, 1)
    assert typed("hypot")(3.0, 4.0) == 5.0
    assert typed("not")(True) is False
    assert typed("wrap_u8")(255) == 0
    assert typed("unit")() is None
    assert typed("fill")(*range(1, 11)) == 55.0


def test_a_typed_call_that_panics():
    signature, address = sink.__pommel_typed__["__panicked__"]
    assert signature == "uint32_t *"
    panicked = ctypes.c_uint32.from_address(address)
    assert panicked.value == 0
    divide = typed("divide")
    assert divide(7, 2) == 3 and panicked.value == 0
    with pytest.raises(AssertionError):
        quietly(divide, 7, 0)
    assert divide(7, 2) == 3 and panicked.value == 1
    panicked.value = 0


# Threads.


def test_detached_code_lets_others_run():
    flag = []
    thread = threading.Thread(target=flag.append, args=(1,))
    timer = threading.Timer(0.05, thread.start)
    timer.start()
    assert sink.release_the_gil(flag, 30.0) is True
    timer.join()
    thread.join()
    assert sink.release_the_gil([], 0.01) is False


def test_detached_code_uses_threads_of_its_own():
    assert sink.detached_sum(bytes(range(256)) * 1000) == 255 * 128 * 1000


def test_threads_change_one_object():
    account = sink.Account(0)

    def work(index):
        for _ in range(5000):
            account.deposit(1)
            assert account.balance > 0

    run_in_threads(4, work)
    assert account.balance == account.transfers == 20_000


def test_one_looks_while_another_wants_to_change():
    account = sink.Account(5)
    results = []
    thread = threading.Thread(target=lambda: results.append(account.inspect(300)))
    thread.start()
    time.sleep(0.1)
    assert account.balance == 5
    if FREE_THREADED:
        account.deposit(1)  # waits for the other
    else:
        assert "while another of its methods is running" in raised(account.deposit, 1)[1]
    thread.join()
    assert results == [5]
    account.deposit(1)


def test_one_changes_while_another_wants_to_look():
    account = sink.Account(5)
    results = []
    thread = threading.Thread(target=lambda: results.append(account.grow(300)))
    thread.start()
    time.sleep(0.1)
    if FREE_THREADED:
        assert account.balance == 6  # waits for the other
    else:
        assert "is being changed" in raised(getattr, account, "balance")[1]
    thread.join()
    assert results == [6] and account.balance == 6


def test_threads_of_everything():
    def work(index):
        for step in range(300):
            counter = sink.Counter(step, label=str(index))
            counter.value += 1
            assert counter.count() == step + 2
            assert sink.rest(index, step, x=counter)[2]["x"] is counter
            assert raised(sink.parse, "x")[0] is ValueError
            assert list(sink.Words("a b c")) == ["a", "b", "c"]
            node = sink.Node("x")
            node.left = node
            assert node.left is node

    before = sink.live_counters()
    run_in_threads(4, work)
    collect()
    assert sink.live_counters() == before


def test_threads_store_into_one_field():
    node = sink.Node("shared")
    objects = [[index] for index in range(4)]

    def work(index):
        for _ in range(2000):
            node.left = objects[index]
            assert node.left in objects

    run_in_threads(4, work)
    assert node.left in objects


# Calling back.


def test_every_way_to_call():
    def f(*args, **kwargs):
        return args, kwargs

    class Owner:
        def method(self, *args):
            return args

    assert sink.call_each_way(f, Owner()) == [
        ((), {}),
        ((1, "two"), {}),
        ((1, "two"), {}),
        ((1, 2, 3, 4, 5, 6, 7, 8), {}),
        ((), {"key": "two"}),
        ((1,), {"key": "two", "other": 1}),
        (),
        (1, "two"),
        (1,),
    ]
    assert raised(sink.call_each_way, 3, Owner())[0] is TypeError
    assert raised(sink.call_each_way, f, 3)[0] is AttributeError
    assert sink.callable(f) and not sink.callable(3)


def test_attributes():
    class Owner:
        pass

    owner = Owner()
    assert sink.attributes(owner) == ("text", True, False, 2.5)
    assert vars(owner) == {"b": "text", "gr\xfcn": 2.5}
    assert raised(sink.attributes, 3)[0] is AttributeError


def test_items():
    items = {"key": "old", 3: 4}
    assert sink.items_of(items, "key") == ("old", True, False, 1)
    assert items == {3: 4}
    items = [0, 1, 2]
    assert sink.items_of(items, -1) == (2, False, False, 2) and items == [0, 1]
    assert raised(sink.items_of, [], 0)[0] is IndexError
    assert raised(sink.items_of, {}, 0)[0] is KeyError
    assert raised(sink.items_of, 3, 0)[0] is TypeError
    assert raised(sink.items_of, (1, 2), 0)[0] is TypeError


@pytest.mark.parametrize(
    "iterable", [[1, 2], (1, 2), {1: 0, 2: 0}, iter([1, 2]), (x for x in (1, 2)), range(1, 3)], ids=repr
)
def test_iteration(iterable):
    assert sink.iterate(iterable) == [2, 4]


def test_iteration_that_fails():
    def generator():
        yield 1
        raise Boom

    assert raised(sink.iterate, generator())[0] is Boom
    assert raised(sink.iterate, 3)[0] is TypeError
    assert raised(sink.iterate, [1, {}])[0] is TypeError


BINARY = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "@": operator.matmul,
    "//": operator.floordiv,
    "/": operator.truediv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "^": operator.xor,
    "|": operator.or_,
}


def outcome(call, *args):
    try:
        return call(*args)
    except TypeError:
        return "TypeError"


@pytest.mark.parametrize("a, b", [(7, 2), (7.5, 2), ("ab", 2), ({1, 2}, {2, 3}), (True, 3)], ids=str)
def test_operators(a, b):
    assert sink.operators(a, b) == {name: outcome(f, a, b) for name, f in BINARY.items()}


def test_operators_in_place():
    items = [1]
    assert sink.in_place(items, [2]) == {"+=": [1, 2], "-=": "TypeError", "*=": "TypeError"}
    assert items == [1, 2]
    assert sink.in_place(7, 2) == {"+=": 9, "-=": 5, "*=": 14}


@pytest.mark.parametrize("value", [7, -2.5, True, (), 2**100], ids=str)
def test_unary_operators(value):
    functions = {
        "-": operator.neg,
        "+": operator.pos,
        "abs": abs,
        "~": operator.invert,
        "index": operator.index,
        "int": int,
        "float": float,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `~True` is deprecated
        assert sink.unary(value) == {name: outcome(f, value) for name, f in functions.items()}


def test_power():
    assert sink.pow_of(2, 3.0) == 8.0
    assert raised(sink.pow_of, "x", 2.0)[0] is TypeError


@pytest.mark.parametrize("a, b", [(1, 2), (2, 2), ("b", "a"), (1, 1.5), ((1, 2), (1, 3))], ids=str)
def test_comparisons(a, b):
    expected = [a < b, a <= b, a == b, a != b, a > b, a >= b, a == b]
    assert sink.compare_all(a, b) == expected


def test_comparisons_that_fail():
    assert raised(sink.compare_all, 1, "x")[0] is TypeError

    class Incomparable:
        __lt__ = boom

    assert raised(sink.compare_all, Incomparable(), 1)[0] is Boom


def test_truth():
    assert sink.truth("ab") == (2, hash("ab"), "'ab'", "ab", True, False)
    assert sink.truth(()) == (0, hash(()), "()", "()", False, True)
    assert raised(sink.truth, 3)[0] is TypeError
    assert raised(sink.truth, [])[0] is TypeError


def test_identity():
    a, b = [], []
    assert sink.same(a, a) == (True, False, True)
    assert sink.same(a, b) == (False, False, True)
    assert sink.same(None, a) == (False, True, True)


def test_types():
    class Own(dict):
        pass

    assert sink.type_facts(Own(), dict) == (Own, "Own", True, True)
    assert sink.type_facts(3, str) == (int, "int", False, False)
    assert raised(sink.type_facts, 3, 4)[0] is TypeError


def test_builtins_and_imports():
    assert sink.sorted_by(["b", "ccc", "aa"], len) == ["ccc", "aa", "b"]
    assert raised(sink.sorted_by, [1], boom)[0] is Boom
    assert sink.import_and_call(12, 18) == 6


def test_source():
    assert sink.evaluate({"x": 41}) == 42
    assert raised(sink.evaluate, {})[0] is NameError
    names = {"x": 2}
    assert sink.execute(names) is None and names["y"] == 4
    assert raised(sink.execute, {"x": -1}) == (AssertionError, "too small")


# Built-in types.


def test_lists_and_tuples():
    assert sink.make_list(4) == [0, 1, 4, 9, "end"]
    assert sink.make_tuple(1, 2) == (1, 2, 1)
    items = [1, 2]
    assert sink.list_facts(items) == (3, "first", 3) and items == ["first", 2, 3]
    assert raised(sink.list_facts, (1, 2))[1] == "list_facts() argument 'list' must be a list, not (1, 2) (tuple)"
    assert sink.tuple_facts((1, 2)) == (2, 1)
    assert raised(sink.tuple_facts, ())[0] is IndexError
    assert raised(sink.tuple_facts, [1])[0] is TypeError


def test_subclasses_of_builtin_types():
    class List(list):
        def append(self, item):
            raise AssertionError("the list's own append is meant")

    items = List([1])
    assert sink.list_facts(items) == (2, "first", 3)


def test_dicts():
    assert sink.invert({1: "a", 2: "b"}) == {"a": 1, "b": 2}
    assert raised(sink.invert, {1: []})[0] is TypeError
    assert sink.dict_facts({"here": 3}) == (3, None)
    assert sink.dict_facts({"here": None}) == (None, None)


SLICES = [
    slice(None), slice(1, 3), slice(None, None, -1), slice(-2, None), slice(None, -2), slice(5, 1, -2),
    slice(100), slice(-100, 100, 3), slice(3, 1), slice(2**100, None, -1), slice(-(2**100), 2**100),
    slice(None, None, 2**62), slice(None, None, -(2**62)), slice(Index(1), Index(4)),
]  # fmt: skip


@pytest.mark.parametrize("index", SLICES, ids=str)
@pytest.mark.parametrize("length", [0, 1, 5, 10])
def test_slices(index, length):
    assert sink.slice_facts(index, length) == list(range(length))[index] if length else True


def test_slices_that_are_none():
    assert raised(sink.slice_facts, slice(None, None, 0), 3)[0] is ValueError
    assert raised(sink.slice_facts, slice("a", None), 3)[0] is TypeError
    assert raised(sink.slice_facts, 3, 3)[0] is TypeError
    assert sink.slice_facts(slice(None, None, -(2**63)), 1) == [0]


# Classes.


def test_constructors():
    counter = sink.Counter()
    assert (counter.value, counter.label, repr(counter)) == (0, "counter", 'Counter(0, step=1, label="counter")')
    assert sink.Counter(5, step=2, label="x").count() == 7
    assert sink.Counter(value=5).count(times=3) == 8
    assert raised(sink.Counter, "x")[1] == "Counter() argument 'value' must be an int, not 'x' (str)"
    assert raised(sink.Counter, 2**63)[0] is OverflowError


def test_no_constructor():
    assert raised(sink.Sealed) == (TypeError, "cannot create 'Sealed' instances")
    assert raised(sink.Sealed, 3)[0] is TypeError
    assert sink.Sealed.make(3).number() == 3
    assert raised(sink.Sealed.__new__, sink.Sealed)[0] is TypeError


def test_names_of_classes():
    assert sink.Counter.__name__ == sink.Counter.__qualname__ == "Counter"
    assert sink.Counter.__module__ == "kitchen_sink"
    assert "kitchen_sink.Counter" in repr(sink.Counter)
    assert sink.Counter.__doc__.startswith("Counts.\n\nThe text behind")
    assert sink.Counter.count.__doc__ == "One step, or several."


@pytest.mark.xfail(OWN_HPY, strict=True, reason="functions of PyPy's own HPy have no names")
def test_names_of_functions():
    assert sink.Counter.count.__name__ == "count" and sink.twice.__name__ == "twice"


def test_properties():
    counter = sink.Counter(3)
    counter.value = 8
    assert counter.value == 8 and sink.Counter.value.__doc__ == "The value."
    assert raised(setattr, counter, "value", -1) == (ValueError, "a counter does not go below 0")
    assert raised(setattr, counter, "value", "x") == (
        TypeError,
        "value() argument 'value' must be an int, not 'x' (str)",
    )
    assert counter.value == 8
    with pytest.raises(AttributeError):
        counter.label = "x"
    with pytest.raises(AttributeError):
        del counter.label
    with pytest.raises(AttributeError):
        del counter.value
    counter.secret = 3
    assert counter.value == -3
    with pytest.raises(AttributeError):
        counter.secret
    assert getattr(counter, "class") == "Counter"


@pytest.mark.xfail(PYPY, strict=True, reason="objects of extensions have attributes on PyPy")
def test_attributes_that_no_class_has():
    with pytest.raises(AttributeError):
        sink.Counter().anything = 3


def test_static_and_class_methods():
    counter = sink.Counter(3)
    assert sink.Counter.product(2) == 20 and counter.product(2, b=3) == 6
    assert sink.Counter.parse("7", step=2).count() == 9 and counter.parse("7").value == 7
    assert raised(sink.Counter.parse, "x")[0] is ValueError
    assert sink.Counter.class_name() == "Counter"
    assert raised(sink.Counter.product)[0] is TypeError


@pytest.mark.parametrize("wrong", [None, 3, object(), sink.Counter, sink.Base()], ids=str)
def test_methods_of_other_objects(wrong):
    for call in [
        lambda: sink.Counter.count(wrong),
        lambda: sink.Counter.between(wrong, list),
        lambda: sink.Counter.__repr__(wrong),
        lambda: sink.Counter.__bool__(wrong),
        lambda: sink.Counter.__iadd__(wrong, sink.Counter()),
        lambda: sink.Counter.value.__get__(wrong, type(wrong)).real,
        lambda: sink.Counter.value.__set__(wrong, 3),
        lambda: sink.Sequence.__getitem__(wrong, 0),
        lambda: sink.Sequence.__setitem__(wrong, 0, 1),
        lambda: sink.Sequence.__delitem__(wrong, 0),
        lambda: sink.Sequence.__contains__(wrong, 0),
        lambda: sink.Sequence.__len__(wrong),
        lambda: sink.Greeter.__call__(wrong, "x"),
        lambda: sink.Greeter.__hash__(wrong),
        lambda: sink.Words.__next__(wrong),
        lambda: sink.Words.__iter__(wrong),
        lambda: sink.Vector.__neg__(wrong),
        lambda: sink.Vector.__float__(wrong),
        lambda: sink.Fraction.__lt__(wrong, sink.Fraction(1)),
        lambda: sink.Node.left.__get__(wrong, type(wrong)).real,
        lambda: sink.Node.left.__set__(wrong, None),
    ]:
        assert raised(call)[0] in (TypeError, AttributeError)


def test_operators_of_other_objects():
    vector = sink.Vector(1, 2)
    for wrong in [None, 3.0, "x"]:
        for call in [
            lambda: sink.Vector.__add__(wrong, vector),
            lambda: sink.Vector.__mul__(wrong, 2.0),
            lambda: sink.Vector.__pow__(wrong, 2.0),
        ]:
            assert outcome(call) in (NotImplemented, "TypeError")


def test_objects_that_no_constructor_made():
    class Plain:
        pass

    def assigned():
        plain = Plain()
        plain.__class__ = sink.Base
        return plain

    for make in [
        lambda: object.__new__(sink.Counter),
        lambda: object.__new__(sink.Base),
        lambda: sink.Counter.__new__(sink.Base),
        lambda: sink.Base.__new__(sink.Counter),
        lambda: sink.Base.__new__(int),
        lambda: sink.Base.__new__(3),
        lambda: sink.Base.__new__(),
        assigned,
    ]:
        with pytest.raises((TypeError, SystemError)):
            sink.Base.words(make())
        with pytest.raises((TypeError, SystemError)):
            sink.Counter.count(make())


def test_objects_that_change_their_class():
    class Child(sink.Base):
        pass

    class Other(sink.Ring):
        pass

    for old, new in [(sink.Base, sink.Ring), (Child, Other), (Child, sink.Ring), (Child, Child)]:
        value = old(3)
        try:
            value.__class__ = new
        except TypeError:
            continue
        if new is Child:
            assert value.number == 3
        else:
            assert raised(new.targets, value)[0] is TypeError


def test_two_structs_in_one_object():
    with pytest.raises(TypeError):

        class Both(sink.Base, sink.Ring):
            pass

        Both()


# Subclasses.


def test_subclass():
    class Child(sink.Base):
        pass

    child = Child(3, words=["a"])
    assert isinstance(child, sink.Base) and type(child) is Child
    assert child.number == 3 and child.words() == ["a"] and len(child) == 1
    assert repr(child) == "Child(3)" and child.greet() == "I am base number 3"
    child.number = 4
    child.anything = 5
    assert child.number == 4 and child.anything == 5
    assert Child().number == 7


def test_subclass_that_overrides():
    class Child(sink.Base):
        def __init__(self, number, words=()):
            super().__init__()
            self.initialised = True

        def name(self):
            return "child of " + super().name()

        @property
        def number(self):
            return super().number * 10

        def __len__(self):
            return super().__len__() + 100

    child = Child(3, ["a", "b"])
    assert child.initialised and child.number == 30 and len(child) == 102
    assert child.greet() == "I am child of base number 3"


def test_subclass_with_a_constructor_of_its_own():
    class Child(sink.Base):
        def __new__(cls, name):
            self = super().__new__(cls, len(name), [name])
            self.own = name
            return self

        def __init__(self, name):
            pass

    child = Child("abc")
    assert (child.number, child.words(), child.own) == (3, ["abc"], "abc")


def test_subclass_of_a_subclass():
    class Child(sink.Base):
        __slots__ = ("slot",)

    class Mixin:
        def mixed(self):
            return self.number + 1

    class Grandchild(Mixin, Child):
        pass

    child, grandchild = Child(1), Grandchild(2)
    child.slot = "x"
    assert child.slot == "x" and child.number == 1
    assert grandchild.mixed() == 3 and grandchild.words() == []
    assert [sink.Base.words(value) for value in (child, grandchild)] == [[], []]


@pytest.mark.parametrize("base", [sink.Counter, sink.Sealed, sink.Unit, sink.Words], ids=lambda b: b.__name__)
def test_classes_that_are_final(base):
    with pytest.raises(TypeError):

        class Child(base):
            pass

        Child()


def test_subclasses_are_collected():
    class Child(sink.Ring):
        pass

    collect()
    before = sink.live_nodes()
    for _ in range(100):
        child = Child()
        child.append([1])
        child.own = child.targets()
    del child
    collect()
    assert sink.live_nodes() == before


@NO_CYCLES
def test_cycles_of_subclasses_are_collected():
    class Child(sink.Ring):
        pass

    collect()
    before = sink.live_nodes()
    for _ in range(100):
        child = Child()
        child.append(child)
        child.own = child
    del child
    collect()
    assert sink.live_nodes() == before


@pytest.mark.xfail(
    OWN_HPY, strict=True, reason="PyPy's own HPy ends the process when it finalises such an object"
)
def test_subclass_with_a_finaliser():
    log = []

    class Child(sink.Base):
        def __del__(self):
            log.append(self.number)

    Child(5)
    collect()
    assert log == [5]


def test_subclass_with_a_finaliser_is_refused_in_time():
    class Child(sink.Base):
        def __del__(self):
            pass

    if OWN_HPY:
        assert "__del__" in raised(Child)[1]
    else:
        assert Child(3).number == 3


# Borrows.


def test_a_callback_that_looks_at_what_is_being_changed():
    counter = sink.Counter(1)
    assert "is being changed" in raised(counter.while_changing, lambda: counter.value)[1]
    assert raised(counter.while_changing, lambda: counter.count())[0] is RuntimeError
    assert raised(counter.while_changing, lambda: repr(counter))[0] is RuntimeError
    assert counter.while_changing(lambda: 3) == 3
    assert counter.value == 5


def test_a_callback_that_changes_what_is_being_looked_at():
    counter = sink.Counter(1)
    assert "cannot be changed" in raised(counter.while_looking, lambda: counter.count())[1]
    assert counter.while_looking(lambda: counter.value) == (1, 1)
    assert counter.while_looking(lambda: counter.while_looking(list)) == (([], 1), 1)
    assert raised(counter.while_looking, boom)[0] is Boom
    assert counter.count() == 2


def test_borrows_that_end_in_time():
    counter = sink.Counter(1)
    assert counter.between(lambda this: this.count(10)) == 13


def test_one_object_on_both_sides():
    counter, other = sink.Counter(1), sink.Counter(2)
    counter.absorb(other)
    counter.pour_into(other)
    assert (counter.value, other.value) == (3, 5)
    for call in [counter.absorb, counter.pour_into, lambda c: operator.iadd(c, c)]:
        assert raised(call, counter)[0] is RuntimeError
    assert counter.value == 3


class Meddles:
    """An argument whose conversion uses the object that it is an argument for."""

    def __init__(self, use):
        self.use = use

    def __index__(self):
        self.use()
        return 1

    __float__ = __index__


def test_arguments_that_use_the_receiver():
    counter = sink.Counter(1)
    assert counter.count(Meddles(lambda: counter.count(10))) == 12
    counter.value = Meddles(lambda: counter.count(10))
    assert counter.value == 1
    sequence = sink.Sequence([1, 2, 3])
    sequence[Meddles(sequence.__len__)] = Meddles(lambda: sequence.__delitem__(0))
    assert [sequence[0], sequence[1]] == [2, 1]


# Protocols of numbers.


def same(a, b):
    def parts(value):
        if isinstance(value, sink.Vector):
            return value.x, value.y
        return tuple(map(parts, value)) if isinstance(value, tuple) else value

    return parts(a) == parts(b)


V = sink.Vector

OPERATIONS = [
    (lambda: -V(1, 2), V(-1, -2)),
    (lambda: abs(V(3, 4)), 5.0),
    (lambda: ~V(1, 2), V(2, 1)),
    (lambda: int(V(3.7, 0)), 3),
    (lambda: float(V(3.5, 0)), 3.5),
    (lambda: [0, 1, 2][V(1, 0)], 1),
    (lambda: V(1, 2) + V(3, 4), V(4, 6)),
    (lambda: V(1, 2) - V(3, 5), V(-2, -3)),
    (lambda: 10 - V(1, 2), V(9, 8)),
    (lambda: V(1, 2) * 2, V(2, 4)),
    (lambda: 2 * V(1, 2), V(2, 4)),
    (lambda: V(1, 2) @ V(3, 4), 11.0),
    (lambda: (3, 4) @ V(1, 2), 11.0),
    (lambda: V(1, 2) / 2, V(0.5, 1)),
    (lambda: 2 / V(1, 2), V(2, 1)),
    (lambda: V(5, 7) // 2, V(2, 3)),
    (lambda: 7 // V(2, 3), V(3, 2)),
    (lambda: V(5, 7) % 3, V(2, 1)),
    (lambda: 7 % V(2, 4), V(1, 3)),
    (lambda: divmod(V(5, 7), 3), (V(1, 2), V(2, 1))),
    (lambda: divmod(7, V(2, 4)), (V(3, 1), V(1, 3))),
    (lambda: V(2, 3) ** 2, V(4, 9)),
    (lambda: 2 ** V(2, 3), V(4, 8)),
    (lambda: pow(V(2, 3), 2, 5), V(4, 4)),
    (lambda: V(1, 2) << 2, V(4, 8)),
    (lambda: V(4, 8) >> 2, V(1, 2)),
    (lambda: "a" << V(1, 2), "a << (1, 2)"),
    (lambda: "a" >> V(1, 2), "a >> (1, 2)"),
    (lambda: V(1, 4) & V(2, 3), (1.0, 3.0)),
    (lambda: "a" & V(1, 2), "a & (1, 2)"),
    (lambda: V(1, 2) ^ "a", "(1, 2) ^ 'a'"),
    (lambda: "a" ^ V(1, 2), "a ^ (1, 2)"),
    (lambda: V(1, 4) | V(2, 3), (2.0, 4.0)),
    (lambda: "a" | V(1, 2), "a | (1, 2)"),
    (lambda: 3 + sink.Shy(), "3 + shy"),
    (lambda: "x" + sink.Shy(), "'x' + shy"),
    (lambda: 3 ** sink.Shy(), "3 ** shy"),
]


@pytest.mark.parametrize("operation, expected", OPERATIONS, ids=range(len(OPERATIONS)))
def test_operations(operation, expected):
    assert same(operation(), expected)


def test_operators_that_give_the_receiver():
    vector = V(1, 2)
    assert +vector is vector


REFUSED = [
    lambda: V(1, 2) + 3,
    lambda: 3 + V(1, 2),
    lambda: V(1, 2) - 3,
    lambda: V(1, 2) * {},
    lambda: V(1, 2) @ 3,
    lambda: (1, 2, 3) @ V(1, 2),
    lambda: V(1, 2) << 1.5,
    lambda: [1] << V(1, 2),
    lambda: divmod(V(1, 2), "x"),
    lambda: pow(V(1, 2), 3, "x"),
    lambda: pow(2, V(1, 2), 3),
    lambda: V(1.5, 0).__index__(),
    lambda: sink.Shy() + sink.Unit(),
    lambda: sink.Shy() ** 2,
    lambda: -sink.Shy(),
    lambda: sink.Unit() + sink.Unit(),
]


@pytest.mark.parametrize("operation", REFUSED, ids=range(len(REFUSED)))
def test_operations_that_are_refused(operation):
    assert raised(operation)[0] is TypeError


def test_operators_leave_the_other_operand_its_turn():
    class Other:
        def __radd__(self, other):
            return "radd"

        def __rmul__(self, other):
            return "rmul"

        def __add__(self, other):
            return NotImplemented

    assert V(1, 2) + Other() == "radd" and V(1, 2) * Other() == "rmul"
    assert sink.Shy() + Other() == "radd"
    assert raised(lambda: Other() + V(1, 2))[0] is TypeError


def test_operators_that_raise():
    assert raised(lambda: V(1, 2) / 0) == (ZeroDivisionError, "a vector is divided by zero")
    assert raised(lambda: V(1, 2) * Float(Boom("x"))) == (Boom, "x")
    assert raised(lambda: V(1, 2) * 10**400)[0] is OverflowError
    assert raised(lambda: V(1, 2) << 2**40)[0] is OverflowError


IN_PLACE = [
    (operator.iadd, 5, 105),
    (operator.isub, 40, 60),
    (operator.imul, 3, 300),
    (operator.ifloordiv, 3, 33),
    (operator.imod, 30, 10),
    (operator.ilshift, 2, 400),
    (operator.irshift, 2, 25),
    (operator.iand, 6, 4),
    (operator.ixor, 1, 101),
    (operator.ior, 3, 103),
    (operator.imatmul, 0.5, 50),
    (operator.ipow, 2, 10_000),
]


@pytest.mark.parametrize("function, operand, expected", IN_PLACE, ids=lambda x: getattr(x, "__name__", ""))
def test_operators_in_place_of_classes(function, operand, expected):
    money = sink.Money(100)
    assert function(money, operand) is money and money.cents == expected
    assert raised(function, money, "x")[0] is TypeError
    assert money.cents == expected


def test_operators_in_place_that_differ():
    money = other = sink.Money(100)
    money /= 4
    assert money == [25] * 4
    assert raised(operator.isub, other, 200) == (ValueError, "not enough money")
    assert raised(operator.ipow, other, 20) == (OverflowError, "too much money")
    assert raised(operator.ipow, sink.Counter(), 2)[0] is TypeError
    vector = V(1, 2)
    old = vector
    vector += V(1, 1)
    assert same(vector, V(2, 3)) and vector is not old


def test_power_in_place():
    class Unsure:
        def __ipow__(self, exponent):
            return NotImplemented

    class Exponent:
        def __rpow__(self, base):
            return base.cents, "and more"

    money = sink.Money(3)
    # With two arguments, whatever the slot may take.
    assert money.__ipow__(2) is money and money.cents == 9
    assert money.__ipow__("x") is NotImplemented
    assert raised(sink.Money.__ipow__, 3, 2)[0] is TypeError
    # CPython 3.9 asks the slot of the right operand, too.
    assert raised(operator.ipow, Unsure(), money)[0] is TypeError
    assert raised(operator.ipow, 2, money)[0] is TypeError
    assert money.cents == 9
    # A vector has no such method, and its power does.
    vector = V(1, 2)
    vector **= 2.0
    assert same(vector, V(1, 4))
    if sys.version_info >= (3, 10):
        assert operator.ipow(money, Exponent()) == (9, "and more")


# Descriptors.


def _doubled(self, x):
    return (self, 2 * x)


def _method():
    method = sink.Method()
    method.function = _doubled
    return method


class Owner:
    method = _method()
    amount = sink.Amount()
    set_only = sink.SetOnly()


def test_callables_that_become_methods():
    owner = Owner()
    assert owner.method(3) == (owner, 6)
    bound = owner.method
    assert bound(4) == (owner, 8)
    assert bound.__self__ is owner and bound.__func__ is Owner.__dict__["method"]
    assert Owner.method is Owner.__dict__["method"]
    assert Owner.method(owner, 5) == (owner, 10)
    method = _method()
    assert method.__get__(3, int)(1) == (3, 2)
    assert method.__get__(3)(1) == (3, 2)
    assert method.__get__(None, int) is method
    assert raised(method.__get__)[0] is TypeError
    assert raised(method.__get__, 1, 2, 3)[0] is TypeError


def test_a_callable_derived_in_python_becomes_a_method():
    class Derived(sink.Method):
        pass

    class Other(sink.Method):
        def __get__(self, instance, owner=None):
            return "mine"

    class User:
        derived = Derived()
        other = Other()

    User.derived.function = _doubled
    user = User()
    assert user.derived(2) == (user, 4)
    assert user.other == "mine"


def test_attributes_with_a_setter_in_rust():
    owner = Owner()
    owner.amount = 3
    assert owner.amount == 3.0 and type(owner.amount) is float
    owner.__dict__["amount"] = "hidden"
    assert owner.amount == 3.0
    assert Owner.amount == "Owner"
    assert raised(setattr, owner, "amount", -1) == (ValueError, "an amount is not negative")
    assert raised(setattr, owner, "amount", "x")[0] is TypeError
    del owner.amount
    assert raised(lambda: owner.amount)[0] is AttributeError
    assert raised(delattr, owner, "amount")[0] is AttributeError
    amount = sink.Amount()
    amount.__set__(owner, 5)
    assert amount.__get__(owner, Owner) == 5.0
    amount.__delete__(owner)
    assert raised(amount.__get__, owner)[0] is AttributeError


def test_attributes_that_cannot_be_deleted():
    owner = Owner()
    owner.set_only = 1
    assert owner._set == 1
    assert owner.set_only is Owner.__dict__["set_only"]
    assert raised(delattr, owner, "set_only")[0] is AttributeError


@pytest.mark.parametrize("wrong", [3, None, "x", object()])
def test_descriptors_check_their_receiver(wrong):
    for call in [
        lambda: sink.Method.__get__(wrong, 1, int),
        lambda: sink.Amount.__set__(wrong, Owner(), 1),
        lambda: sink.Amount.__delete__(wrong, Owner()),
    ]:
        assert raised(call)[0] is TypeError


# Comparisons and hashes.


@pytest.mark.parametrize("name", ["lt", "le", "eq", "ne", "gt", "ge"])
@pytest.mark.parametrize("a, b", [(1, 2), (2, 1), (2, 2)])
def test_comparisons_of_classes(name, a, b):
    compare = getattr(operator, name)
    expected = compare(a, b)
    assert compare(sink.Fraction(a, 3), sink.Fraction(b, 3)) is expected
    assert compare(sink.Fraction(a), b) is expected
    assert compare(a, sink.Fraction(b)) is expected


def test_comparisons_with_others():
    half = sink.Fraction(1, 2)
    assert (half == "x") is False and (half != "x") is True and (half == None) is False  # noqa: E711
    assert raised(lambda: half < "x")[0] is TypeError
    assert raised(lambda: half < Index(Boom("x")))[0] is Boom
    assert sorted([sink.Fraction(3), half, sink.Fraction(1)])[0] is half
    assert sink.Counter(3) == sink.Counter(3) and sink.Counter(3) != sink.Counter(4)
    assert raised(lambda: sink.Counter(3) < sink.Counter(4))[0] is TypeError


def test_only_eq():
    only = sink.Only(3)
    assert (only == 3) is True and (only != 3) is False
    assert (only == 4) is False and (only != 4) is True
    assert (only == 14) == "truthy" and (only != 14) is False
    assert (only == 15) is False and (only != 15) is True
    assert (only == "x") is False and (only != "x") is True
    assert (3 == only) is True and (4 != only) is True
    assert raised(lambda: only == 13) == raised(lambda: only != 13) == (
        ValueError,
        "not comparable with 13",
    )


def test_hashes():
    assert hash(sink.Fraction(7)) == 7 and hash(sink.Fraction(-1)) == -2
    assert hash(sink.Greeter("x")) == -2
    assert raised(hash, sink.Fraction(1, 13)) == (ValueError, "thirteenths have no hash")
    assert {sink.Fraction(1): "a"}[sink.Fraction(1, 1)] == "a"
    assert isinstance(hash(sink.Unit()), int)


@pytest.mark.parametrize("make", [lambda: sink.Only(1), sink.Counter, lambda: sink.Pickled(1)])
def test_eq_without_hash_is_not_hashable(make):
    assert raised(hash, make())[0] is TypeError
    assert type(make()).__hash__ is None


# Other protocols.


def test_calls_of_instances():
    greeter = sink.Greeter("hello")
    assert greeter("you") == "hello you! 0 0"
    assert greeter("you", 1, 2, mark="?", a=3, name=4) == "hello you? 2 2"
    assert callable(greeter) and not callable(sink.Counter())
    assert raised(greeter) == (TypeError, "__call__() missing 1 required argument: 'name'")
    assert raised(greeter, 3)[0] is TypeError
    assert raised(sink.Unit())[0] is TypeError


def test_texts_of_instances():
    greeter = sink.Greeter("hello")
    assert str(greeter) == "hello" and repr(greeter) == "<hello>" and f"{greeter}" == "hello"
    assert str(sink.Counter(1)) == repr(sink.Counter(1))
    assert "Unit object at" in repr(sink.Unit())


def test_truth_of_instances():
    assert bool(sink.Counter(1)) is True and bool(sink.Counter(0)) is False
    assert bool(sink.Base(words=["a"])) is True and bool(sink.Base()) is False
    assert bool(sink.Unit()) is True
    assert bool(sink.Stack(0)) is False and bool(sink.Stack(3)) is True
    assert raised(bool, sink.Stack(-1)) == (ValueError, "a stack of negative size is neither")


def test_lengths():
    assert len(sink.Sequence([1, 2])) == 2 and len(sink.Stack(3)) == 3
    assert raised(len, sink.Stack(-1))[0] is OverflowError
    assert raised(len, sink.Unit())[0] is TypeError


def test_sequences():
    sequence = sink.Sequence([1, 2, 3])
    assert [sequence[i] for i in range(-3, 3)] == [1, 2, 3, 1, 2, 3]
    sequence[0] = 10
    sequence[-1] = 30
    assert list(sequence) == [10, 2, 30]
    del sequence[1]
    del sequence[-1]
    assert list(sequence) == [10] and list(reversed(sequence)) == [10]
    assert 10 in sequence and 2 not in sequence
    assert raised(lambda: "x" in sequence)[0] is TypeError


@pytest.mark.parametrize("index", [3, -4, 2**31, 2**63 - 1, -(2**63), 2**63, -(2**100), 10**30])
def test_sequences_out_of_range(index):
    sequence = sink.Sequence([1, 2, 3])
    for use in [
        lambda: sequence[index],
        lambda: operator.setitem(sequence, index, 1),
        lambda: operator.delitem(sequence, index),
    ]:
        assert raised(use)[0] is IndexError
    assert list(sequence) == [1, 2, 3]


@pytest.mark.parametrize("index", ["0", 0.0, None, slice(None), (0,)], ids=str)
def test_sequences_with_what_is_no_index(index):
    sequence = sink.Sequence([1, 2, 3])
    assert raised(lambda: sequence[index])[0] is TypeError
    assert raised(operator.setitem, sequence, index, 1)[0] is TypeError
    assert raised(operator.delitem, sequence, index)[0] is TypeError


def test_sequences_without_everything():
    stack = sink.Stack(3)
    assert [stack[0], stack[2]] == [0, 20] and list(stack) == [0, 10, 20]
    assert raised(operator.setitem, stack, 0, 1)[0] is TypeError
    assert raised(operator.delitem, stack, 0)[0] is TypeError
    assert raised(lambda: sink.Unit()[0])[0] is TypeError
    assert raised(operator.setitem, sink.Sequence([1]), 0, "x")[0] is TypeError


def test_mappings():
    registry = sink.Registry()
    registry["b"] = 2
    registry["a"] = 1
    registry["b"] = 3
    assert registry["a"] == 1 and registry["b"] == 3 and len(registry) == 2
    assert list(registry) == ["a", "b"] and "a" in registry and 3 not in registry
    del registry["a"]
    assert raised(lambda: registry["a"]) == (KeyError, "'a'")
    assert raised(operator.delitem, registry, "a") == (KeyError, "'a'")
    assert raised(lambda: registry[0])[0] is TypeError
    assert raised(operator.setitem, registry, "a", "x")[0] is TypeError


def test_iterators():
    words = sink.Words("a bc d")
    assert iter(words) is words and next(words) == "a" and list(words) == ["bc", "d"]
    assert list(words) == [] and next(words, None) is None
    with pytest.raises(StopIteration):
        next(words)
    assert list(sink.Countdown(3)) == [2, 1, 0] and iter(sink.Countdown(3)) is not None
    countdown = sink.Countdown(2)
    assert [list(countdown), list(countdown), next(countdown)] == [[1, 0], [1, 0], 1]
    first, *rest = sink.Words("x y z")
    assert (first, rest) == ("x", ["y", "z"])
    assert dict(zip(sink.Words("a b"), sink.Countdown(2))) == {"a": 1, "b": 0}


def test_iterators_that_fail():
    fallible = sink.Fallible(11)
    assert next(fallible) == 12
    assert raised(next, fallible) == (ValueError, "no thirteen")
    assert list(fallible) == [14, 15]
    assert raised(list, sink.Fallible(10))[0] is ValueError
    assert raised(iter, sink.Unit())[0] is TypeError
    assert raised(next, sink.Unit())[0] is TypeError


def test_copies():
    original = sink.Pickled(1.5, 2)
    for duplicate in [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]:
        twin = duplicate(original)
        assert twin == original and twin is not original and type(twin) is sink.Pickled
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps([original], protocol)) == [original]


def test_context_managers():
    with sink.Context() as context:
        assert context.log() == ["enter"]
    assert context.log() == ["enter", "exit"]
    with context:
        raise KeyError("x")
    assert context.log()[-1] == "exit KeyError 'x'"
    with pytest.raises(Boom):
        with context:
            raise Boom("y")
    assert context.log()[-1] == "exit Boom y"


# Memory.


def consumers():
    """Ways to look at an object's memory, by name."""
    found = {"memoryview": memoryview}
    try:
        import numpy
    except ImportError:
        return found
    return {**found, "numpy": lambda exporter: memoryview(numpy.asarray(exporter))}


CONSUMERS = consumers()


@pytest.mark.parametrize("name", CONSUMERS)
def test_memory_that_is_only_read(name):
    samples = sink.Samples([1.0, 2.5])
    view = CONSUMERS[name](samples)
    assert view.format == "d" and view.itemsize == 8 and view.shape == (2,) and view.ndim == 1
    assert view.readonly and view.tolist() == [1.0, 2.5] and view.nbytes == 16
    assert raised(operator.setitem, view, 0, 3.0)[0] is TypeError


def test_memory_stays_while_it_is_looked_at():
    samples = sink.Samples([1.0, 2.5])
    view, second = memoryview(samples), memoryview(samples)
    assert samples.sum() == 3.5
    assert "a buffer of it is exported" in raised(samples.push, 3.0)[1]
    view.release()
    assert raised(samples.push, 3.0)[0] is RuntimeError
    second.release()
    collect()
    samples.push(3.0)
    assert samples.sum() == 6.5 and memoryview(samples).tolist() == [1.0, 2.5, 3.0]


def test_memory_keeps_its_object():
    view = memoryview(sink.Samples([1.0] * 1000))
    collect()
    assert view.tolist() == [1.0] * 1000
    view.release()


@pytest.mark.parametrize("name", CONSUMERS)
def test_memory_that_is_written(name):
    grid = sink.Grid(2, 3)
    view = CONSUMERS[name](grid)
    assert view.format == "i" and view.shape == (2, 3) and view.strides == (12, 4) and view.ndim == 2
    assert view.tolist() == [[0, 1, 2], [3, 4, 5]] and not view.readonly
    view[1, 2] = 50
    assert view[1, 2] == 50
    assert raised(grid.cell, 1, 2)[0] is RuntimeError
    del view
    collect()
    assert grid.cell(1, 2) == 50


def test_memory_is_exported_once_if_it_is_written():
    grid = sink.Grid(2, 2)
    view = memoryview(grid)
    assert raised(memoryview, grid)[0] in (RuntimeError, BufferError)
    view.release()
    collect()
    memoryview(grid).release()


def test_memory_that_is_refused():
    assert raised(memoryview, sink.Grid(13, 1)) == (BufferError, "thirteen rows are not exported")
    assert raised(memoryview, sink.Unit())[0] is TypeError
    assert quietly(memoryview, sink.Table(b"abc", [2]))[0] is RuntimeError
    assert quietly(memoryview, sink.Table(b"", [2**32, 2**32]))[0] is RuntimeError


def test_shapes():
    for data, shape, expected in [
        (b"abcdef", [2, 3], [[97, 98, 99], [100, 101, 102]]),
        (b"abcd", [2, 1, 2], [[[97, 98]], [[99, 100]]]),
        (b"", [0], []),
        (b"ab", [2], [97, 98]),
    ]:
        view = memoryview(sink.Table(data, shape))
        assert view.tolist() == expected and view.tobytes() == data and view.shape == tuple(shape)


def test_consumers_that_want_bytes():
    table = sink.Table(b"abcdef", [6])
    assert bytes(table) == bytearray(table) == b"abcdef"
    assert io.BytesIO(b"").write(table) == 6
    assert b"-".join([table, table]) == b"abcdef-abcdef"
    assert raised(io.BytesIO(b"xyz").readinto, table)[0] in (TypeError, BufferError)


def test_memory_that_is_filled_by_others():
    grid = sink.Grid(1, 2)
    data = (7).to_bytes(4, sys.byteorder) + (8).to_bytes(4, sys.byteorder)
    assert io.BytesIO(data).readinto(grid) == 8
    collect()
    assert (grid.cell(0, 0), grid.cell(0, 1)) == (7, 8)


# Garbage.


def test_fields():
    node, value = sink.Node("a"), [1]
    assert node.left is None and node.right is None
    node.left = value
    assert node.left is value and node.right is None
    node.left = node.right = node
    assert node.left is node
    node.left = None
    assert node.left is None and node.right is node


def test_fields_keep_objects():
    class Object:
        pass

    node = sink.Node("a")
    node.left = value = Object()
    alive = weakref.ref(value)
    del value
    collect()
    assert alive() is not None and type(node.left) is Object
    node.left = None
    collect()
    assert alive() is None
    node.left = value = Object()
    alive = weakref.ref(value)
    del value, node
    collect()
    assert alive() is None


def test_structs_are_dropped():
    before = sink.live_counters()
    counters = [sink.Counter() for _ in range(100)]
    assert sink.live_counters() == before + 100
    assert raised(sink.Counter, "x")[0] is TypeError
    del counters
    collect()
    assert sink.live_counters() == before


def make_cycle(node, other):
    node.left = other
    other.left = node


CYCLES = {
    "itself": lambda: make_cycle(sink.Node("a"), sink.Node("b")),
    "list": lambda: (lambda node: setattr(node, "left", [node]))(sink.Node("a")),
    "dict": lambda: (lambda node: setattr(node, "right", {"x": {"y": node}}))(sink.Node("a")),
    "closure": lambda: (lambda node: setattr(node, "right", lambda: node))(sink.Node("a")),
    "ring": lambda: (lambda ring: [ring.append(ring), ring.append([ring])])(sink.Ring()),
    "spare": lambda: (lambda ring: setattr(ring, "spare", ring))(sink.Ring()),
}


@pytest.mark.parametrize("name", CYCLES)
@NO_CYCLES
def test_cycles_are_collected(name):
    collect()
    before = sink.live_nodes()
    for _ in range(50):
        CYCLES[name]()
    collect()
    assert sink.live_nodes() == before


def test_fields_survive_collections():
    # A collector that moves objects must find every field, and every object through it.
    nodes = [sink.Node(str(index)) for index in range(500)]
    for index, node in enumerate(nodes):
        node.left = [index]
        node.right = nodes[index - 1]
    ring = sink.Ring()
    for index in range(500):
        ring.append((index,))
    garbage = [[object()] for _ in range(100_000)]
    del garbage
    collect()
    for index, node in enumerate(nodes):
        assert node.left == [index] and node.right is nodes[index - 1]
    assert ring.targets() == [(index,) for index in range(500)] and len(ring) == 500
    while len(ring):
        assert ring.pop() == (len(ring),)
    assert ring.pop() is None
    for node in nodes:
        node.right = None


def test_collection_while_a_struct_is_being_changed():
    ring, value = sink.Ring(), object()
    ring.append(value)
    ring.append(ring)
    assert ring.change_and_call(lambda: collect() or 3) == 3
    assert ring.targets()[0] is value
    ring.pop()


def test_collection_in_another_thread():
    ring = sink.Ring()

    def collects():
        for _ in range(10):
            gc.collect()

    thread = threading.Thread(target=collects)
    thread.start()
    while thread.is_alive():
        for index in range(20):
            ring.append([index], weight=0.5)
        assert ring.weight() == 10.0
        while len(ring):
            ring.pop()
    thread.join()


def test_a_destructor_that_panics():
    def drop():
        sink.Watcher(True)
        collect()
        raise AssertionError

    assert quietly(drop)[0] is AssertionError
    sink.Watcher(False)
    collect()


# Documentation.


def test_docs():
    assert sink.keywords.__doc__ == "Adds them up."
    assert sink.nothing.__doc__ == "Takes nothing and gives nothing."
    text = pydoc.render_doc(sink, renderer=pydoc.plaintext)
    for words in ["One of everything.", "class Counter", "Adds them up.", "Another constructor."]:
        assert words in text


SIGNATURES = {
    "nothing": "()",
    "keywords": "(a, b, c)",
    "positional_only": "(a, b, /, c)",
    "keyword_only": "(a, *, b, c=3)",
    "defaults": "(a=1, b=-2.5, c='text', d=True, e=None, f=7)",
    "rest": "(first, *args, **kwargs)",
    "rest_only": "(*args)",
    "everything": "(a, /, b, c=3, *args, d, e=5, **kwargs)",
    "reserved": "(type, in=2)",
    "option": "(value=None)",
    "context_only": "()",
}


@pytest.mark.parametrize("name", SIGNATURES)
@pytest.mark.xfail(OWN_HPY, strict=True, reason="PyPy's own HPy has no signatures")
def test_signatures(name):
    if name == "reserved":
        # Python cannot parse its own reserved words as names.
        assert sink.reserved.__text_signature__ == SIGNATURES[name]
    else:
        assert str(inspect.signature(getattr(sink, name))) == SIGNATURES[name]


@pytest.mark.xfail(OWN_HPY, strict=True, reason="PyPy's own HPy has no signatures")
def test_signatures_of_methods():
    assert str(inspect.signature(sink.Counter.count)) == "(self, /, times=1)"
    assert str(inspect.signature(sink.Counter().count)) == "(times=1)"
    assert str(inspect.signature(sink.Counter.product)) == "(a, b=10)"
    assert str(inspect.signature(sink.Base.words)) == "(self, /)"


def test_signatures_are_in_a_table_where_the_host_shows_none():
    table = getattr(sink, "__pommel_signatures__", None)
    if not OWN_HPY:
        assert table is None
        return
    assert {name: table[name].replace('"', "'") for name in SIGNATURES} == SIGNATURES
    assert table["Counter.count"] == "($self, times=1)"
    assert table["Counter.product"] == "(a, b=10)"


# No leaks.

COUNTER = sink.Counter(1)
NODE = sink.Node("leak")
SEQUENCE = sink.Sequence([1, 2, 3])
REGISTRY = sink.Registry()
REGISTRY["key"] = 1


class Child(sink.Base):
    pass


LEAKS = {
    "function": lambda: sink.twice(3),
    "keywords": lambda: sink.keywords(1, c=2, b=3),
    "everything": lambda: sink.everything(1, 2, 3, 4, d=5, x=6),
    "vectors": lambda: sink.nested([[1, 2], [3]]),
    "maps": lambda: sink.sorted_map({1: "a"}),
    "text": lambda: sink.text_facts("abc"),
    "long text": lambda: sink.text_of("x" * 200),
    "objects": lambda: sink.Counter(3, step=2, label="x"),
    "methods": lambda: COUNTER.count(1),
    "properties": lambda: setattr(COUNTER, "value", COUNTER.value),
    "class methods": lambda: sink.Counter.parse("3"),
    "operators": lambda: V(1, 2) + V(3, 4) * 2.0,
    "reflected": lambda: 2.0 - V(1, 2),
    "comparisons": lambda: (sink.Fraction(1) < 2, sink.Only(1) != 2),
    "items": lambda: (SEQUENCE[0], SEQUENCE.__setitem__(1, 5), REGISTRY["key"], "key" in REGISTRY),
    "iteration": lambda: list(sink.Words("a b c")),
    "fields": lambda: (setattr(NODE, "left", [1]), NODE.left),
    "subclasses": lambda: Child(3).greet(),
    "callbacks": lambda: sink.second_of_two(list, dict),
    "buffers": lambda: memoryview(sink.Table(b"abc", [3])).tobytes(),
}

FAILURES = {
    "wrong type": lambda: raised(sink.i64_of, "x"),
    "wrong keyword": lambda: raised(sink.keywords, 1, 2, d=3),
    "python error": lambda: raised(sink.second_of_two, boom, boom),
    "errors held": lambda: sink.both_failed(boom, boom),
    "cause": lambda: raised(sink.caused, boom),
    "constructor": lambda: raised(sink.Counter, 1, step="x"),
    "own exception": lambda: raised(sink.own_exception, "LeakError", "x"),
    "operator": lambda: raised(lambda: V(1, 2) / 0),
    "operand": lambda: raised(lambda: V(1, 2) + 3),
    "items": lambda: raised(lambda: SEQUENCE[99]),
    "iteration": lambda: raised(list, sink.Fallible(12)),
    "borrow": lambda: raised(COUNTER.absorb, COUNTER) if not FREE_THREADED else None,
    "buffer": lambda: raised(memoryview, sink.Grid(13, 1)),
}


@pytest.mark.parametrize("name", LEAKS)
def test_no_leak(name, assert_no_leak):
    assert_no_leak(LEAKS[name], times=50_000)


@pytest.mark.only("frees_code")
def test_no_leak_of_evaluated_code(assert_no_leak):
    assert_no_leak(lambda: sink.evaluate({"x": 1}), times=50_000)


@pytest.mark.parametrize("name", FAILURES)
def test_no_leak_when_it_fails(name, assert_no_leak):
    assert_no_leak(FAILURES[name], times=20_000)


@pytest.mark.only("cpython")
@pytest.mark.parametrize("name", [*LEAKS, *FAILURES])
def test_no_reference_is_lost(name):
    class Object:
        pass

    operation = LEAKS.get(name) or FAILURES[name]
    watched = [None, True, 1, int, str, list, dict, sink.Counter, sink.Vector, sink.Node, Object, boom]
    operation()
    collect()
    before = [sys.getrefcount(value) for value in watched]
    for _ in range(200):
        operation()
    collect()
    after = [sys.getrefcount(value) for value in watched]
    # Immortal objects have no count; a lost reference a time would be 200.
    assert all(abs(a - b) < 100 for a, b in zip(after, before)), list(zip(watched, before, after))

"""Finds the functions of a program that take its time before CPython 3.12, which has no monitoring.

The host tells of functions that begin to run as long as there are new ones, and of some of them now and then
(``observe`` in ``docs/reference/extensions.md``): of others it costs too much.
"""

from __future__ import annotations

import sys
from _weakref import ref
from opcode import hasjabs, opmap
from os import environ
from time import perf_counter, thread_time
from types import CodeType, FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

    from pommel import _auto
else:
    # What is loaded by itself has no package around it.
    _auto = sys.modules["pommel._auto"]

#: So many calls that are seen of a function make it hot: it is told of many more than of others then.
_MANY = 100
#: A function is looked at again after so many calls that are seen.
_AGAIN = 16
#: So many calls are seen after each sample, and after one in a function that was not known.
_SEEN, _SEEN_OF_NEW = 8, 1000
#: So many samples in which it runs make a function hot.
_SAMPLES = 2
#: So many callers are looked at in a sample.
_DEPTH = 32

#: Functions that are parts of others in later versions.
_COMPREHENSIONS = frozenset(["<listcomp>", "<setcomp>", "<dictcomp>"])
#: The instructions at the end of loops, or, where they do not say so, at the beginning of those with `for`,
_LOOPS = frozenset(code for name, code in opmap.items()
                   if "BACKWARD" in name or name == "FOR_ITER" and sys.version_info < (3, 11))
#: and what other loops jump back by, to a place in so many bytes.
_JUMPS = frozenset(hasjabs)
_PLACE = 2 if sys.version_info >= (3, 10) else 1


def has_loop(code: CodeType) -> bool:
    """Whether a code object has a loop, or a comprehension."""
    text = code.co_code
    if not _LOOPS.isdisjoint(text[::2]):
        return True
    argument = 0
    for i in range(0, len(text) if _JUMPS else 0, 2):
        argument = argument << 8 | text[i + 1]
        if text[i] in _JUMPS and argument * _PLACE <= i:
            return True
        if text[i] != opmap["EXTENDED_ARG"]:
            argument = 0
    return any(type(each) is CodeType and each.co_name in _COMPREHENSIONS for each in code.co_consts)


class Observer(_auto.Auto):
    """Watches a program where the host tells what begins to run."""

    def begin(self) -> str | None:
        reason = _auto._impossible()
        if environ.get("HPY") in ("debug", "trace"):
            reason = "HPY asks for a mode of extensions"
        if reason is None and not self._is_on:
            self._native = _auto._part("_native")
            if not self._native.observe(self):
                return "the interpreter does not tell what it runs"
            self._is_on, self._since = True, perf_counter()
            self._watch_children()
        return reason

    def _watch_children(self) -> None:
        """Takes samples in processes that are forked, too: they have none of our threads."""
        import os

        this = ref(self)

        def again() -> None:
            watch = this()
            if watch is not None and watch._is_on:
                watch._native.observe(watch)

        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=again)

    def end(self) -> None:
        if self._is_on:
            self._is_on = False
            self._native.observe(None)
            for found in self._known.values():
                _auto._give_back(found)

    def _watch(self, found: _auto.Found) -> None:
        pass

    def _look_at(self, code: CodeType) -> _auto.Found | None:
        return None if code.co_name in _COMPREHENSIONS else super()._look_at(code)

    # What the host calls. It tells of nothing that these functions do.

    def started(self, code: CodeType, function: FunctionType | None, names: dict[str, Any], first: Any) -> Any:
        """A function begins to run: what is called in its place, or after how many calls that are seen we want
        to know of it again, if ever."""
        try:
            return self._started_first(code, function, names, first)
        except RecursionError:
            # The program is near the end of its stack, and has to find it by itself.
            return _AGAIN

    def sampled(self) -> int:
        """The program runs: of how many calls we want to know now."""
        try:
            return 0 if _auto._is_traced() else self._look_at_callers()
        except RecursionError:
            return 0

    def _look_at_callers(self) -> int:
        # That of `sampled`, if there is one: there is none where the interpreter ends.
        frame: Any = sys._getframe(1).f_back
        is_new = False
        for _ in range(_DEPTH):
            if frame is None:
                break
            code = frame.f_code
            found = self._known.get(id(code))
            if found is None:
                is_new |= self._look_at(code) is not None
            elif found.is_lively and not (found.is_done or found.compiled):
                # Its next call may be long in coming, and none of those that are seen.
                found.samples += 1
                self._decide(found, frame.f_globals, None)
            frame = frame.f_back
        return _SEEN_OF_NEW if is_new else _SEEN

    def traced(self) -> None:
        """The program is about to look at what Python does, which machine code does not say."""
        self.end()

    def _started_first(self, code: CodeType, function: FunctionType | None, names: dict[str, Any],
                       first: Any) -> Any:
        found = self._known.get(id(code))
        if _auto._is_traced():
            return _AGAIN
        if found is None:
            found = self._look_at(code)
        if found is None or found.is_done:
            return None
        if found.compiled:
            self._called_as_it_is(found)
            return None if found.is_done else 0
        if function is not None:
            found.function = ref(function)
        found.calls += 1 if found.is_lively else _AGAIN
        self._decide(found, names, first)
        if found.compiled:
            return found.compiled[-1][1]
        return None if found.is_done else 0 if found.is_lively else _AGAIN

    def _decide(self, found: _auto.Found, names: dict[str, Any], first: Any) -> None:
        """Takes over a function, if it is time to."""
        is_hot = found.calls > _MANY or found.samples >= _SAMPLES
        if not (is_hot or found.is_lively):
            return
        if found.is_small:
            found.is_done, found.reason = True, "it does too little in a call"
            return
        function = found.function and found.function() or self._search(found.code, names, first)
        if function is None:
            found.is_done, found.reason = True, "it is not known by its name"
        elif is_hot:
            self._take_over_with_callees(found, function)
        else:
            self._take_over_at_once(found, function)
            # What talks to the world is not asked again what it calls.
            found.is_done = found.reason is not None

    def _search(self, code: CodeType, names: dict[str, Any], first: Any) -> FunctionType | None:
        """The function with a code object, where the interpreter does not say which it calls."""
        begin = thread_time()
        function = next(_by_name(code, names, first), None)
        if function is None:
            function = _auto._made_of(code)
        self._spent += thread_time() - begin
        return function


def _by_name(code: CodeType, names: dict[str, Any], first: Any) -> Iterator[FunctionType]:
    """The functions with a code object that have its name, in a module and in the classes of the module and of
    the first argument."""
    name = code.co_name
    # Not by `isinstance`, which asks the object, too.
    classes: list[type] = [each for each in list(names.values()) if issubclass(type(each), type)]
    classes[:0] = (first if issubclass(type(first), type) else type(first)).__mro__
    places: Iterator[Any] = (vars(each).get(name) for each in classes)
    for value in (names.get(name), *places):
        for function in _within(value):
            if function.__code__ is code:
                yield function


def _within(value: Any) -> Iterator[FunctionType]:
    """The functions in what a name stands for."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    elif type(value) is property:
        value = value.fget
    for _ in range(8):
        if type(value) is FunctionType:
            yield value
        if type(value).__name__ not in ("function", "_lru_cache_wrapper"):
            break
        value = vars(value).get("__wrapped__")

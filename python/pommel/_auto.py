"""Finds the functions of a program that take its time, and lets compiled ones take their calls.

``python -m pommel run`` loads this module by itself: nothing of the package is imported before a function
is to be compiled, and many programs have none.
"""

from __future__ import annotations

import sys
from _thread import RLock
from _weakref import ref
from os import environ
from time import perf_counter, thread_time
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType

try:
    # A part of the other module, and quicker.
    from _opcode_metadata import opmap  # type: ignore[import-not-found]
except ImportError:
    from opcode import opmap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Iterator

    from pommel import _pages

#: Functions with loops, or that call themselves, are compiled before their first call, as long as less than
#: this was spent on compiling,
_AT_ONCE = 0.05
#: and this part of the time that went by.
_PART = 0.02
#: The same limit holds for everything that is not known to be worth it, but for functions whose calls took so many
#: seconds by themselves.
_LONG = 0.25
#: Others, once their calls took so many seconds,
_HOT = 0.01
#: or were so many,
_MANY = 1000
#: of those that are too small for it so few that they are known to be in use.
_FEW = 100
#: A function without a loop is not worth a call into machine code if it has fewer units of code: before CPython 3.11
#: there is no room for caches in it.
_LARGE = 120 if sys.version_info >= (3, 11) else 50
#: So many calls may be called as they are after a function was compiled, or it is left as it is.
_PLAIN_CALLS = 64
#: So many function objects of one code are compiled: those within others are made again and again.
_OBJECTS = 3

#: Generators and coroutines of all kinds.
_NOT_COMPILED = 0x20 | 0x80 | 0x100 | 0x200

#: Functions with such names in them may ask who called them, and machine code has no frames.
_ASK_FOR_FRAMES = frozenset(
    "_getframe currentframe getframeinfo extract_stack print_stack format_stack walk_stack settrace setprofile "
    "breakpoint set_trace warn warn_explicit locals globals vars eval exec".split())
#: Names that mean so where a module is in use.
_ASK_IN = {
    "inspect": frozenset(["stack", "trace"]),
    "logging": frozenset("debug info warning error critical exception".split()),
}

#: Functions with such names in them talk to the world: if they call others that may take long, those are what
#: is compiled.
_TALK = frozenset(
    "print open input read readline readlines write writelines ArgumentParser parse_args sleep Thread Process "
    "Pool ThreadPoolExecutor ProcessPoolExecutor Popen".split())

#: What the cells of a function may hold, which lives as long as the program if the function is compiled.
_LIGHT = (int, float, complex, bool, str, type(None), FunctionType)


#: What makes Python say what it does.
_TRACERS = (sys.settrace, sys.setprofile, breakpoint)


class Found:
    """What is known of the functions with one code object."""

    def __init__(self, code: CodeType) -> None:
        self.code = code
        self.calls = 0
        self.seconds = 0.0
        self.began = 0.0
        #: So many samples found it running, where there are such.
        self.samples = 0
        #: The function object that was called last.
        self.function: Any = None
        self.is_lively = _is_lively(code)
        #: What does too little for a call into machine code.
        self.is_small = not self.is_lively and len(code.co_code) < 2 * _LARGE
        #: Machine code was tried, and is quicker.
        self.has_won = False
        #: What took over, each with its function object.
        self.compiled: list[tuple[Any, Any]] = []
        self.plain_calls = 0
        self.is_done = False
        #: How it is called where it stands.
        self.name = getattr(code, "co_qualname", code.co_name)
        #: Why it is left as it is.
        self.reason: str | None = None

    def mean(self) -> float | None:
        """How long a plain call takes, if that is known."""
        return self.seconds / self.calls if self.seconds else None


def _is_lively(code: CodeType) -> bool:
    """Whether a call may take long: the code has a loop, or names itself."""
    # Methods that call another object's of the same name pass something on, as a rule.
    if code.co_name in code.co_freevars or code.co_name in code.co_names and code.co_varnames[:1] != ("self",):
        return True
    if sys.version_info < (3, 12):
        return bool(_part("_auto_before_312").has_loop(code))
    # The hidden variants of instructions are not in `co_code`.
    return opmap.get("JUMP_BACKWARD") in code.co_code[::2]


def _ends(callee: Any) -> bool:
    """Whether a call makes Python say what it does, which machine code does not."""
    if type(callee) is BuiltinFunctionType:
        return callee in _TRACERS
    return callee.__module__ in ("pdb", "bdb", "threading") and "trace" in callee.__name__


def _is_traced() -> bool:
    return sys.gettrace() is not None or sys.getprofile() is not None


class Auto:
    """Watches a program, from :meth:`begin` until :meth:`end`."""

    def __init__(self, load: Callable[[], Any]) -> None:
        self._load = load
        self._known: dict[int, Found] = {}
        self._files: dict[str, bool] = {}
        self._spent = 0.0
        self._jit: Any = None
        self._tool: int | None = None
        self._is_on = False
        self._since = 0.0
        #: Whoever looks at a call has this, and other threads are not looked at meanwhile.
        self._lock = RLock()

    def begin(self) -> str | None:
        """Begins to watch; why that is not possible, if it is not."""
        reason = _impossible()
        if reason is not None or self._tool is not None:
            return reason
        monitoring = sys.monitoring
        for tool in (monitoring.OPTIMIZER_ID, 4, 3):
            if monitoring.get_tool(tool) is None:
                break
        else:
            return "all tools of sys.monitoring are in use"
        monitoring.use_tool_id(tool, "pommel")
        self._tool, self._since = tool, perf_counter()
        self._is_on = True
        events = monitoring.events
        monitoring.register_callback(tool, events.PY_START, self._started)
        monitoring.register_callback(tool, events.PY_RETURN, self._returned)
        monitoring.register_callback(tool, events.CALL, self._called)
        monitoring.set_events(tool, events.PY_START)
        self._watch_children()
        return None

    def _watch_children(self) -> None:
        """Processes that are forked go on: no other thread of theirs is looking at a call."""
        import os

        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._lock._at_fork_reinit)  # type: ignore[attr-defined]

    def look_at_callers(self, frame: Any) -> None:
        """What runs already has begun, but what it calls from now on is of interest."""
        with self._lock:
            while frame is not None:
                if id(frame.f_code) not in self._known:
                    self._look_at(frame.f_code)
                frame = frame.f_back

    def end(self) -> None:
        """Ends it: all functions are called as they are again."""
        with self._lock:
            tool, self._tool, self._is_on = self._tool, None, False
            if tool is not None:
                self._end(tool)

    def _end(self, tool: int) -> None:
        monitoring = sys.monitoring
        monitoring.set_events(tool, 0)
        for found in self._known.values():
            monitoring.set_local_events(tool, found.code, 0)
        for event in (monitoring.events.PY_START, monitoring.events.PY_RETURN, monitoring.events.CALL):
            monitoring.register_callback(tool, event, None)
        monitoring.free_tool_id(tool)
        # What is disabled would be so for the next one as well.
        monitoring.restart_events()
        for found in self._known.values():
            _give_back(found)

    def main_file(self) -> str | None:
        """The file of the module that was begun first."""
        modules = (found.code for found in self._known.values() if found.code.co_name == "<module>")
        first = next(modules, None)
        return first and first.co_filename

    def found(self) -> list[Found]:
        """What was compiled, or was to be."""
        return [found for found in self._known.values() if found.compiled or found.reason]

    # What the interpreter calls. It calls nothing of the kind for what these functions do.

    def _started(self, code: CodeType, _offset: int) -> Any:
        if not self._lock.acquire(False):
            return None
        try:
            return self._count(code)
        except RecursionError:
            # The program is near the end of its stack, and has to find it by itself.
            return None
        finally:
            self._lock.release()

    def _count(self, code: CodeType) -> Any:
        """Counts a call that has begun."""
        found = self._known.get(id(code))
        if _is_traced():
            # What is done here would be traced as well.
            return None
        if found is None:
            found = self._look_at(code)
            if found is None:
                return sys.monitoring.DISABLE
        if found.is_done:
            return sys.monitoring.DISABLE
        if found.compiled:
            self._called_as_it_is(found)
            return None
        found.calls += 1
        if found.calls > (_FEW if found.is_small else _MANY) or found.seconds > _HOT:
            # That of the function, which called `_started`, which called this.
            self._take_over_found(found, sys._getframe(2).f_globals)
        if not found.is_small:
            found.began = perf_counter()
        return None

    def _returned(self, code: CodeType, _offset: int, _result: Any) -> Any:
        found = self._known.get(id(code))
        if found is None or found.is_done or found.compiled:
            return sys.monitoring.DISABLE
        if found.began:
            found.seconds += perf_counter() - found.began
            found.began = 0.0
        return None

    def _called(self, _code: CodeType, _offset: int, callee: Any, _argument: Any) -> Any:
        if not self._lock.acquire(False):
            return None
        try:
            return self._expect(callee.__func__ if type(callee) is MethodType else callee)
        except RecursionError:
            return None
        finally:
            self._lock.release()

    def _expect(self, callee: Any) -> Any:
        """Looks at what is about to be called, for the first time from there."""
        if type(callee) in (BuiltinFunctionType, FunctionType) and _ends(callee):
            self.end()
            return None
        if type(callee) is not FunctionType:
            return sys.monitoring.DISABLE
        if _is_traced():
            return None
        code = callee.__code__
        found = self._known.get(id(code)) or self._look_at(code)
        if found is None or found.is_done:
            return sys.monitoring.DISABLE
        self._take_over_at_once(found, callee)
        return sys.monitoring.DISABLE

    def _take_over_at_once(self, found: Found, callee: FunctionType) -> None:
        """Takes over a function that is about to be called if it may take long."""
        found.function = ref(callee)
        if found.is_lively and not found.compiled and self._may_spend(self._known.values()):
            if _TALK.isdisjoint(found.code.co_names) or not self._lively_callees(callee):
                self._take_over_with_callees(found, callee)
            else:
                found.reason = "it talks to the world, and what it calls is compiled by itself"

    def _look_at(self, code: CodeType) -> Found | None:
        """Begins to count the calls of a code object, if it is one of the program's."""
        if not self._is_own(code.co_filename) or not self._is_on:
            return None
        found = self._known[id(code)] = Found(code)
        if code.co_flags & _NOT_COMPILED or code.co_name == "<module>" or not code.co_flags & 1:
            # Class bodies and modules are run once, but what they call is of interest.
            found.is_done = True
            if code.co_flags & _NOT_COMPILED:
                found.reason = "it is a generator or a coroutine"
        self._watch(found)
        return found

    def _watch(self, found: Found) -> None:
        """Begins to be told of a code object."""
        if self._tool is not None:
            events = sys.monitoring.events
            wanted = events.CALL if found.is_done or found.is_small else events.CALL | events.PY_RETURN
            sys.monitoring.set_local_events(self._tool, found.code, wanted)

    def _is_own(self, file: str) -> bool:
        own = self._files.get(file)
        if own is None:
            own = self._files[file] = _is_of_program(file)
        return own

    def _may_spend(self, among: Iterable[Found]) -> bool:
        """Whether little was spent on compiling until now, for some functions."""
        made = (jitted for found in among for _, jitted in found.compiled)
        spent = self._spent + sum(jitted._seconds() for jitted in made)
        return spent < _AT_ONCE + _PART * (perf_counter() - self._since)

    def _take_over_found(self, found: Found, names: dict[str, Any]) -> None:
        """Takes over a function that was called often. What only functions in C have called, such as `sorted` and
        its key, is looked for."""
        function = found.function and found.function() or _named(found.code, names) or _made_of(found.code)
        if function is None or found.is_small:
            found.is_done = True
            found.reason = "it is not known by its name" if function is None else "it does too little in a call"
        else:
            self._take_over_with_callees(found, function)

    def _callees(self, function: FunctionType) -> list[FunctionType]:
        """The program's functions that a function names, the methods of classes that it names, and what those name
        in turn."""
        seen = {id(function)}
        found: list[FunctionType] = []
        waiting = [function]
        while waiting:
            caller = waiting.pop()
            for name in caller.__code__.co_names:
                value = caller.__globals__.get(name)
                values = vars(value).values() if isinstance(value, type) else (value,)
                for callee in values:
                    if type(callee) is not FunctionType or id(callee) in seen:
                        continue
                    seen.add(id(callee))
                    if self._is_own(callee.__code__.co_filename):
                        found.append(callee)
                        waiting.append(callee)
        return found

    def _lively_callees(self, function: FunctionType) -> list[FunctionType]:
        """Those that may take long, and can be compiled."""
        callees = ((callee, callee.__code__) for callee in self._callees(function))
        return [callee for callee, code in callees if not code.co_flags & _NOT_COMPILED and _is_lively(code)]

    def _take_over_with_callees(self, found: Found, function: FunctionType) -> None:
        """Takes over a function, and what it calls: machine code calls it without saying so."""
        self._take_over(found, function)
        if found.compiled:
            for callee in self._lively_callees(function):
                other = self._known.get(id(callee.__code__)) or self._look_at(callee.__code__)
                if other is not None and not other.is_done and not other.compiled:
                    self._take_over(other, callee)

    def _take_over(self, found: Found, function: FunctionType) -> None:
        """Compiles a function and lets it take the calls of the one that it is made of."""
        if self._jit is None:
            self._jit = self._load()
        begin = thread_time()
        found.reason = _refusal(function, self._callees(function))
        if found.reason is None:
            jitted = self._jit(_copy(function))
            unsupported = jitted._unsupported()
            if unsupported is not None:
                found.reason = unsupported[0]
            elif jitted._take_over(function, False):
                jitted._try_beside(
                    self._twin(function), lambda: self._may_compile(found), lambda won: self._tried(found, won))
                found.name = function.__qualname__
                found.compiled.append((ref(function), jitted))
            else:
                found.reason = "the interpreter calls functions without asking"
        found.is_done = found.reason is not None
        self._spent += thread_time() - begin

    def _twin(self, function: FunctionType) -> FunctionType:
        """A function that does the same, whose calls nobody looks at."""
        twin = _copy(function)
        twin.__code__ = function.__code__.replace()
        unseen = self._known[id(twin.__code__)] = Found(twin.__code__)
        unseen.is_done = True
        return twin

    def _may_compile(self, found: Found) -> bool:
        """Whether what has taken over a function is compiled now that it is called."""
        with self._lock:
            unproven = (each for each in self._known.values() if not each.has_won)
            if found.seconds >= _LONG or self._may_spend(unproven):
                return True
            found.reason = "too much was compiled in vain before it"
            return False

    def _tried(self, found: Found, is_quicker: bool) -> None:
        """Machine code was tried beside Python."""
        with self._lock:
            found.has_won = is_quicker
            if not is_quicker:
                found.is_done = True
                found.reason = found.reason or "machine code is no quicker for it"
                _give_back(found)

    def _called_as_it_is(self, found: Found) -> None:
        """Notes that the function itself runs after it was compiled."""
        found.plain_calls += 1
        of, jitted = found.compiled[-1]
        function = of()
        if function is None and len(found.compiled) < _OBJECTS:
            # Another function object of the same code.
            function = found.function and found.function()
            if function is not None:
                found.plain_calls = 0
                self._take_over(found, function)
        elif found.plain_calls >= _PLAIN_CALLS or found.plain_calls > 2 and jitted._refusal() is not None:
            found.is_done = True
            found.reason = jitted._refusal() or "machine code is left too often"
            _give_back(found)


def _give_back(found: Found) -> None:
    for of, jitted in found.compiled:
        function = of()
        if function is not None:
            jitted._take_over(function, True)


def _impossible() -> str | None:
    """Why functions cannot be taken over here, if they cannot."""
    if sys.implementation.name != "cpython":
        return "{} compiles functions itself".format(sys.implementation.name)
    if environ.get("POMMEL_JIT") == "off":
        return "POMMEL_JIT is off"
    if sys.gettrace() is not None:
        return "the program is traced"
    return None


def _is_of_program(file: str) -> bool:
    """Whether a file is the program's: neither the standard library's nor that of an installed package."""
    import os

    if file.startswith("<"):
        # What is typed in a notebook has a name like that, and its text is known.
        cache: Any = getattr(sys.modules.get("linecache"), "cache", {})
        return file in cache
    library = os.path.dirname(os.__file__) + os.sep
    own = os.path.dirname(os.path.abspath(__file__)) + os.sep
    parts = file.split(os.sep)
    return not (file.startswith((library, own)) or "site-packages" in parts or "dist-packages" in parts)


def _refusal(function: FunctionType, callees: list[FunctionType]) -> str | None:
    """Why a function is better not compiled without having been asked for."""
    asked = min((name for each in (function, *callees) for name in _asks_for_frames(each.__code__)), default=None)
    if asked is not None:
        return "it may ask for the frame that it runs in: {}".format(asked)
    for cell in function.__closure__ or ():
        try:
            content = cell.cell_contents
        except ValueError:
            continue
        if not isinstance(content, _LIGHT):
            return "it has a variable of the function around it with an object that has to go at its time"
    return None


def _asks_for_frames(code: CodeType) -> frozenset[str]:
    """The names in a code object, and in those within it, by which it may ask for frames."""
    names = _ASK_FOR_FRAMES.intersection(code.co_names)
    for module, more in _ASK_IN.items():
        if module in sys.modules and (module == "logging" or module in code.co_names):
            names |= more.intersection(code.co_names)
    for constant in code.co_consts:
        if type(constant) is CodeType:
            names |= _asks_for_frames(constant)
    return names


def _copy(function: FunctionType) -> FunctionType:
    """A function that is called as another one is called without us."""
    made = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__,
                        function.__closure__)
    made.__kwdefaults__ = function.__kwdefaults__
    made.__qualname__, made.__module__ = function.__qualname__, function.__module__
    return made


def _named(code: CodeType, names: dict[str, Any]) -> FunctionType | None:
    """The function with a code object, where its name says where it is."""
    places: Iterator[str] = iter(code.co_qualname.split("."))
    value = names.get(next(places))
    for name in places:
        value = vars(value).get(name) if isinstance(value, type) else None
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    return value if type(value) is FunctionType and value.__code__ is code else None


def _made_of(code: CodeType) -> FunctionType | None:
    """A function with a code object, wherever it is."""
    from gc import get_referrers

    return next((each for each in get_referrers(code) if type(each) is FunctionType), None)


def _watcher() -> Auto:
    """What watches programs on this interpreter."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return Auto(_load)
    return _part("_auto_before_312").Observer(_load)


def _part(name: str) -> Any:
    """A module of the package, without the package."""
    name = "pommel." + name
    if name not in sys.modules:
        import os
        from _frozen_importlib import module_from_spec
        from _frozen_importlib_external import PathFinder

        spec: Any = PathFinder.find_spec(name, [os.path.dirname(os.path.abspath(__file__))])
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]


def _load() -> Any:
    """``pommel.jit``, of the package that this module belongs to, wherever it is."""
    if "pommel" not in sys.modules:
        import os
        from importlib.util import module_from_spec, spec_from_file_location

        folder = os.path.dirname(os.path.abspath(__file__))
        spec: Any = spec_from_file_location("pommel", os.path.join(folder, "__init__.py"),
                                            submodule_search_locations=[folder])
        module = sys.modules["pommel"] = module_from_spec(spec)
        spec.loader.exec_module(module)
    # It finds the sources, and comes in when it is first needed.
    import linecache  # noqa: F401

    from pommel._compile import jit

    return jit


class Switch:
    """``pommel.auto``: functions that take long are found and compiled from now on.

    ``pommel.auto()`` is for the first cell of a notebook or the top of a module; ``pommel.auto.off()`` ends
    it, and so does the end of ``with pommel.auto():``. ``pommel.auto.summary()`` says what became of it so far,
    and in a notebook shows the lines of what was found. Functions stay what they are, and only their calls go
    elsewhere. What runs already goes on as it is: its next call is compiled.

    Where functions cannot be found, as on PyPy, all of it does nothing;
    ``pommel.auto.reason`` says why.

    >>> import pommel as pm
    >>> def total(n):
    ...     s = 0
    ...     for i in range(n):
    ...         s += i
    ...     return s
    >>> with pm.auto():
    ...     total(1000)
    499500
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self._auto: Auto | None = None
        #: What watched last, since when, and for how long if it has ended.
        self._last: Auto | None = None
        self._since = self._seconds = 0.0

    def __call__(self) -> Switch:
        if self._auto is None:
            auto = _watcher()
            self.reason = auto.begin()
            if self.reason is None:
                import atexit

                self._auto = self._last = auto
                self._since = perf_counter()
                # What is compiled is kept by nobody who could say so when modules go.
                atexit.register(self.off)
                auto.look_at_callers(sys._getframe(1))
        return self

    def off(self) -> None:
        """Ends it."""
        watch, self._auto = self._auto, None
        if watch is not None:
            watch.end()
            self._seconds = perf_counter() - self._since

    def summary(self) -> _pages.Account:
        """What was found, what was compiled of it and how long that took, what runs as it is and why: since
        ``pommel.auto()``, or from there to the end of it."""
        from pommel import _pages

        seconds = self._seconds if self._auto is None else perf_counter() - self._since
        return _pages.Account(self._last, self.reason, seconds)

    def __enter__(self) -> Switch:
        return self

    def __exit__(self, *_: Any) -> None:
        self.off()

    def __repr__(self) -> str:
        return "<pommel.auto, {}>".format("off" if self._auto is None else "on")


auto = Switch()


def begin_program(wanted: str) -> None:
    """Watches the program that is about to begin, until its very end; ``wanted`` says what is shown then."""
    import atexit
    import os

    process = os.getpid()
    begin = perf_counter()
    watch = _watcher()
    auto.reason = watch.begin()
    if auto.reason is None:
        auto._auto = watch

    def finish() -> None:
        auto.off()
        if wanted and os.getpid() == process:
            _load()
            from pommel import _pages

            _pages.finish(wanted, watch, auto.reason, perf_counter() - begin)

    # What was registered first is done last.
    atexit.register(finish)

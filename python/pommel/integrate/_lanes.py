"""Methods that choose their steps, for many members at once: each is at its own time, with its own size of step.

What `_explicit` does in a loop is one try of a step here, whose state has the time and the size of the next step in
it; and what it does between the ends of a step is apart, since few want it. Arithmetic is the same to the last bit.
"""

from __future__ import annotations

from functools import lru_cache
from math import inf, sqrt

from . import _explicit
from ._explicit import _STAGE, _sum
from ._spelled import function_of, spelled
from ._tapes import Follower, Items, Tape, Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._ivp import Problem

#: What is known of a member beside the state of its tape: how it ended (1, or -1 if it is to be solved by itself),
#: how many of the times it has reached, how many steps were tried, and how many made.
HEAD = 4
STATUS, TRIES, STEPS = 0, 2, 3
#: Time, size of the next step, and whether the last one was too large.
BEFORE = 3

# As `Problem.size_of_first_step`.
_FIRST = """def first_size(fun, args, y, t, direction, length, rtol, atol, max_step):
    {{y[i]}} = y
    {{rtol[i]}} = rtol
    {{atol[i]}} = atol
    {{k0[i]}} = fun(t, array({{y[i]}}), *args)
    k0[i] = number(k0[i])
    scale[i] = atol[i] + abs(y[i]) * rtol[i]
    d0 = d1 = d2 = 0.0
    d0 += abs(y[i] / scale[i]) ** 2
    d1 += abs(k0[i] / scale[i]) ** 2
    d0 = sqrt(d0 / (n))
    d1 = sqrt(d1 / (n))
    if d0 < 1e-5 or d1 < 1e-5:
        h0 = 1e-6
    else:
        h0 = 0.01 * d0 / d1
    h0 = min(h0, length)
    new[i] = y[i] + h0 * direction * k0[i]
    {{f[i]}} = fun(t + h0 * direction, array({{new[i]}}), *args)
    f[i] = number(f[i])
    d2 += abs((f[i] - k0[i]) / scale[i]) ** 2
    d2 = sqrt(d2 / (n)) / h0
    if d1 <= 1e-15 and d2 <= 1e-15:
        h1 = max(1e-6, h0 * 1e-3)
    else:
        h1 = (0.01 / max(d1, d2)) ** {exponent!r}
    return {{k0[i]}}, min(100 * h0, h1, length{limit})
"""

_GIVEN = """def first_size(fun, args, y, t):
    {y[i]} = y
    {k0[i]} = fun(t, array({y[i]}), *args)
    k0[i] = number(k0[i])
    return {k0[i]}, None
"""

# Who cannot go on is divided by zero, and left to himself.
_TRY = """def one_try(fun, args, y, f, t, h, rejected, direction, t_end, rtol, atol, max_step):
    {{y[i]}} = y
    {{k0[i]}} = f
    {{rtol[i]}} = rtol
    {{atol[i]}} = atol
    smallest = 2.220446049250313e-15 * abs(t)
    fits = 1.0
    if h <= smallest or not h >= 1e-320:
        if rejected or not h == h:
            fits = 0.0
        h = smallest
{limit}    1.0 / fits
    step = h * direction
    t_new = t + step
    if direction * (t_new - t_end) > 0.0:
        t_new = t_end
        step = t_new - t
        h = abs(step)
"""

_LIMIT = """    elif h > max_step:
        h = max_step
"""

_NEW = """        new[i] = y[i] + step * ({sum})
        {{k{j}[i]}} = fun(t_new, array({{new[i]}}), *args)
        k{j}[i] = number(k{j}[i])
        scale[i] = atol[i] + larger(abs(y[i]), abs(new[i])) * rtol[i]
{error}        if norm < 1.0:
            if norm == 0.0:
                factor = 10.0
            else:
                factor = min(10.0, 0.9 * norm ** {exponent!r})
            if rejected:
                factor = min(1.0, factor)
            t = t_new
            missed = 0.0
            at[i] = new[i]
            slope[i] = k{j}[i]
        else:
            factor = max(0.2, 0.9 * norm ** {exponent!r})
            missed = 1.0
            at[i] = y[i]
            slope[i] = k0[i]
        h *= factor
        return [t, h, missed, *{{at[i]}}, *{{slope[i]}}], step, {{new[i]}}, {slopes}
"""

_BETWEEN = """        rise[i] = new[i] - y[i]
        bend[i] = step * k0[i] - rise[i]
        last[i] = rise[i] - step * k{j}[i] - bend[i]
"""


def _dedented(text: str) -> str:
    return "".join(line[4:] for line in text.splitlines(True))


def _slopes(count: int) -> str:
    return ", ".join("{{k{}[i]}}".format(j) for j in range(count))


@lru_cache(maxsize=64)
def _first(method: Any, n: int, xp: Any, is_limited: bool, is_given: bool) -> Any:
    text = _GIVEN if is_given else _FIRST.format(exponent=1 / (method.order + 1),
                                                 limit=", max_step" if is_limited else "")
    return _function(text, n, xp, method.name, "first_size")


@lru_cache(maxsize=64)
def _one_try(method: Any, n: int, xp: Any, is_limited: bool) -> Any:
    last = len(method.a)
    parts = [_STAGE.format(j=j, c=c, sum=_sum(row)) for j, (row, c) in enumerate(zip(method.a[:-1], method.c), 1)]
    parts.append(_NEW.format(j=last, sum=_sum(method.a[-1]), error=method._error(),
                             exponent=-1.0 / (method.order + 1), slopes=_slopes(last + 1)))
    text = _TRY.format(limit=_LIMIT if is_limited else "") + _dedented("".join(parts))
    return _function(text, n, xp, method.name, "one_try")


@lru_cache(maxsize=64)
def _between(method: Any, n: int, xp: Any) -> Any:
    last = len(method.a)
    names = ["k{}".format(j) for j in range(last + 1)]
    head = "def between(fun, args, y, new, step, t, {}):\n    {{y[i]}} = y\n    {{new[i]}} = new\n".format(
        ", ".join(names))
    parts = ["        {{{0}[i]}} = {0}\n".format(name) for name in names]
    parts += [_STAGE.format(j=j, c=c, sum=_sum(row))
              for j, (row, c) in enumerate(zip(method.more, method.at), last + 1)]
    parts.append(_BETWEEN.format(j=last))
    parts += ["        q{}[i] = step * ({})\n".format(j, _sum(row)) for j, row in enumerate(method.d)]
    columns = ["{rise[i]}", "{bend[i]}", "{last[i]}", *("{{q{}[i]}}".format(j) for j in range(len(method.d)))]
    parts.append("        return [{}]\n".format(", ".join("*" + column for column in columns)))
    return _function(head + _dedented("".join(parts)), n, xp, method.name, "between")


def _function(text: str, n: int, xp: Any, title: str, name: str) -> Any:
    names = {"array": xp.array, "number": float, "larger": max, "sqrt": sqrt, "total": float}
    return function_of(spelled(text, n), title, name, names)


def _options(problem: Problem) -> tuple[Any, ...]:
    return tuple(problem.rtol), tuple(problem.atol), problem.max_step


def key_of(problem: Problem, method: Any) -> tuple[Any, ...]:
    """What tapes depend on beside the callback, its arguments, and the number of components."""
    return (method.name, repr(problem.t0), repr(problem.t_end), repr(_options(problem)), repr(problem.first_step))


def first_tape(follower: Follower, problem: Problem, method: Any, fun: Any, args: tuple[Any, ...]) -> list[int]:
    """The derivative at the beginning, and the size of the first step: of a state with room for them."""
    n, tape, is_given = problem.n, follower.tape, problem.first_step is not None
    state = _items(tape, 0, n)
    arguments: list[Any] = [fun, args, state, problem.t0]
    if not is_given:
        arguments += [problem.direction, abs(problem.t_end - problem.t0), *_options(problem)]
    function = _first(method, n, problem.xp, problem.max_step < inf, is_given)
    slopes, size = follower.inner(function, arguments, {})
    values = [*state.values, *slopes.values, problem.first_step if is_given else size]
    return [follower.place(value) for value in values]


def try_tape(follower: Follower, problem: Problem, method: Any, fun: Any, args: tuple[Any, ...]) -> list[int]:
    """One try of a step, and the line that says where what is between its ends begins."""
    n, tape = problem.n, follower.tape
    time, size, rejected = _items(tape, 0, BEFORE).values
    state, slopes = _items(tape, BEFORE, n), _items(tape, BEFORE + n, n)
    new, step, at, *rows = follower.inner(
        _one_try(method, n, problem.xp, problem.max_step < inf),
        [fun, args, state, slopes, time, size, rejected, problem.direction, problem.t_end, *_options(problem)],
        {})
    places = [follower.place(value) for value in new.values]
    begin = len(tape.lines)
    columns = follower.inner(_between(method, n, problem.xp), [fun, args, state, at, step, time, *rows], {})
    columns = [follower.place(value) for value in columns.values]
    tape.lines.append(" ".join(map(str, ["between", begin, *columns])))
    return places


def _items(tape: Tape, first: int, count: int) -> Items:
    return Items([Value(tape.add("state", i)) for i in range(first, first + count)], True, None)


def method_of(name: Any) -> Any:
    return _explicit.METHODS.get(name) if isinstance(name, str) else None

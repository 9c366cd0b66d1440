"""The simplex method of Nelder and Mead (1965), whose coefficients may depend on the number of components
(Gao and Han 2012).

A text for a few components, with a local variable for each number, and the same with arrays for more.
A step that shrinks the whole simplex is rare, and done outside of the loop.
"""

from __future__ import annotations

from functools import lru_cache

from ._running import function_of, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: States of at most so many components are spelled out.
MOST = 11

#: How a loop ends: because it did as many rounds as it should, at a minimum, after as many calls as there may be, or
#: where the simplex is to shrink.
ON, REACHED, CALLS, SHRINKS = 0, 1, 2, 3

_HEAD = """def loop(fun, args, s, f, xatol, fatol, rho, chi, psi, rounds, calls):
"""

# `worst` is the last vertex, `mean` the middle of the others.
_STEP = """    done = 0
    status = 0
    while done < rounds:
        if {is_small}:
            status = 1
            break
        if calls < 1:
            status = 2
            break
        mean[i] = {mean}
        new[i] = (1.0 + rho) * mean[i] - rho * {worst}
        f_new = number(fun(array({{new[k]}}), *args))
        calls -= 1
        if f_new < {f_best}:
            if calls < 1:
                status = 2
                break
            far[i] = (1.0 + rho * chi) * mean[i] - rho * chi * {worst}
            f_far = number(fun(array({{far[k]}}), *args))
            calls -= 1
            if f_far < f_new:
                new[i] = far[i]
                f_new = f_far
        elif not f_new < {f_second}:
            if calls < 1:
                status = 2
                break
            outside = f_new < {f_worst}
            near = psi * rho if outside else -psi
            far[i] = (1.0 + near) * mean[i] - near * {worst}
            f_far = number(fun(array({{far[k]}}), *args))
            calls -= 1
            if outside and f_far <= f_new or not outside and f_far < {f_worst}:
                new[i] = far[i]
                f_new = f_far
            else:
                done += 1
                status = 3
                break
        {worst} = new[i]
        {f_worst} = f_new
"""

_SWAP = """        if f_{b} < f_{a}:
            f_{a}, f_{b} = f_{b}, f_{a}
            s_{a}[i], s_{b}[i] = s_{b}[i], s_{a}[i]
"""

# The new vertex goes to its place, after those that are as good.
_WHOLE_END = """        at = n - 1
        while at >= 0 and f[n] < f[at]:
            at -= 1
        order = [*range(at + 1), n, *range(at + 1, n)]
        s = s[order]
        f = [f[k] for k in order]
        done += 1
    return status, done, calls, s, f
"""


@lru_cache(maxsize=None)
def _text(n: int) -> str:
    vertices = range(n + 1)
    every = ["[{}]".format(", ".join("s_{}_{}".format(v, i) for i in range(n))) for v in vertices]
    distances = ["abs(s_{}_{i} - s_0_{i}) <= xatol".format(v, i=i) for v in vertices[1:] for i in range(n)]
    heights = ["abs(f_0 - f_{}) <= fatol".format(v) for v in vertices[1:]]
    mean = "({}) / {!r}".format(" + ".join("s_{}[i]".format(v) for v in vertices[:-1]), float(n))
    parts = [_HEAD, *("    {} = s[{}]\n".format(row, v) for v, row in enumerate(every)),
             "    {} = f\n".format("[{}]".format(", ".join("f_{}".format(v) for v in vertices))),
             _STEP.format(is_small=" and ".join(distances + heights), mean=mean, worst="s_{}[i]".format(n),
                          f_best="f_0", f_second="f_{}".format(n - 1), f_worst="f_{}".format(n)),
             *(_SWAP.format(a=v - 1, b=v) for v in reversed(vertices[1:])),
             "        done += 1\n    return status, done, calls, [{}], [{}]\n".format(
                 ", ".join(every), ", ".join("f_{}".format(v) for v in vertices))]
    return spelled("".join(parts), n)


def _whole_text() -> str:
    text = _HEAD + "    n = len(f) - 1\n" + _STEP.format(
        is_small="largest(s[1:] - s[0]) <= xatol and f[n] - f[0] <= fatol", mean="s[:n].sum(axis=0) / n", worst="s[n]",
        f_best="f[0]", f_second="f[n - 1]", f_worst="f[n]") + _WHOLE_END
    return text.replace("array({new[k]})", "array(new)").replace("array({far[k]})", "array(far)").replace("[i]", "")


@lru_cache(maxsize=None)
def loop_of(xp: Any, n: int) -> tuple[Any, int]:
    """The loop for so many components, and how many lines it has."""
    if n > MOST:
        names = {"array": xp.array, "number": float, "largest": lambda values: float(abs(values).max())}
        return function_of(_whole_text(), "Nelder-Mead", "loop", names), 0
    text = _text(n)
    return (function_of(text, "Nelder-Mead", "loop", {"array": xp.array, "number": float}), text.count("\n"))


def first_simplex(x: list[float]) -> list[list[float]]:
    """A start, and one vertex beside it for each component."""
    vertices = [x]
    for k, value in enumerate(x):
        vertices.append(x[:])
        vertices[-1][k] = 1.05 * value if value else 0.00025
    return vertices

"""The method of Broyden, Fletcher, Goldfarb and Shanno, as in Nocedal and Wright, Numerical Optimization (2006),
algorithm 6.1, with line searches of Moré and Thuente.

A text for a few components, with a local variable for each number, and the same with arrays for more.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf, isnan, sqrt

from ..integrate._alone import alone_of
from . import _search
from ._minimize import _MESSAGES, MORE, ROUNDS, Objective, Watcher, _number, options_of
from ._results import OptimizeResult
from ._running import Runner, function_of, runner_of, spelled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: States of at most so many components are spelled out.
MOST = 10

#: How a loop ends: because it did as many rounds as it should, at a minimum, or because a line search or what it
#: found came to nothing.
ON, REACHED, FAILED, INFINITE = 0, 1, 2, 3

# `before` is the value before the last one. Where a step is given, there is nothing to search for in the first round.
# The interval of uncertainty has ends `best` and `other`; `shift` is the slope of the line that values are compared
# with until one of them is below it.
_TEXT = """def loop(fun, jac, args, x, f, g, h, before, gtol, xrtol, c1, c2, eps, rounds, given, f_new, new_g):
{unpacked}    done = 0
    status = 0
    calls = 0
    while done < rounds:
        p[i] = -sum{{h[i][k] * g[k]}}
        slope = sum{{g[k] * p[k]}}
        step = given
        t[i] = x[i] + step * p[i]
        if given == 0.0:
            if not slope < 0.0 or not f < 1e300:
                status = 2
                break
            step = first_step(f, before, slope)
            best, f_best, d_best = 0.0, f, slope
            other, f_other, d_other = 0.0, f, slope
            is_between, is_high, found = False, True, False
            width, old_width = 1e100, 2e100
            least, most = 0.0, 5.0 * step
            tries = 0
            while tries < 100:
                u[i] = x[i] + step * p[i]
                # Steps that are too small to be seen lead nowhere.
                if tries and all{{u[k] == t[k]}}:
                    break
                tries += 1
                t[i] = u[i]
{gradient}                d = sum{{new_g[k] * p[k]}}
                if not abs(f_new) < 1e300 or not abs(d) < 1e300:
                    break
                line = f + step * c1 * slope
                if is_high and f_new <= line and d >= 0.0:
                    is_high = False
                if f_new <= line and abs(d) <= -c2 * slope:
                    found = True
                    break
                if is_between and (step <= least or step >= most or most - least <= 1e-14 * most):
                    break
                if step >= 1e100 or step <= 1e-100:
                    break
                shift = c1 * slope if is_high and f_new <= f_best and f_new > line else 0.0
                best, f_best, d_best, other, f_other, d_other, step, is_between = moved(
                    best, f_best - best * shift, d_best - shift, other, f_other - other * shift, d_other - shift, step,
                    f_new - step * shift, d - shift, is_between, least, most)
                f_best += best * shift
                f_other += other * shift
                d_best += shift
                d_other += shift
                if is_between:
                    if abs(other - best) >= 0.66 * old_width:
                        step = best + 0.5 * (other - best)
                    width, old_width = abs(other - best), width
                    least, most = min(best, other), max(best, other)
                else:
                    least, most = step + 1.1 * (step - best), step + 4.0 * (step - best)
                step = max(1e-100, min(1e100, step))
                if is_between and (step <= least or step >= most or most - least <= 1e-14 * most):
                    step = best
            calls += tries
            if not found:
                status = 2
                break
        given = 0.0
        s[i] = step * p[i]
        y[i] = new_g[i] - g[i]
        x[i] = x[i] + s[i]
        g[i] = new_g[i]
        before, f = f, f_new
        done += 1
        if max{{abs(g[k])}} <= gtol:
            status = 1
            break
        if step * sqrt(sum{{p[k] * p[k]}}) <= xrtol * (xrtol + sqrt(sum{{x[k] * x[k]}})):
            status = 1
            break
        if not abs(f) < inf:
            status = 3
            break
        rho = sum{{y[k] * s[k]}}
        rho = 1.0 / rho if rho != 0.0 else 1000.0
        z[i] = sum{{h[i][k] * y[k]}}
        factor = rho * (1.0 + rho * sum{{y[k] * z[k]}})
        h[i][j] = h[i][j] + (factor * (s[i] * s[j]) - rho * (z[i] * s[j] + s[i] * z[j]))
    return status, done, calls, f, before, {x}, {g}, {h}
"""

#: How the value and the gradient are found at `t`, by what the gradient is.
_BY_FUNCTION = """                f_new = number(fun(array({t[k]}), *args))
                {new_g[k]} = jac(array({t[k]}), *args)
                new_g[i] = number(new_g[i])
"""
_WITH_VALUE = """                f_new, {new_g[k]} = fun(array({t[k]}), *args)
                f_new = number(f_new)
                new_g[i] = number(new_g[i])
"""
# A step that is lost beside the place is longer.
_DIFFERENCES = """                f_new = number(fun(array({t[k]}), *args))
                m[i] = t[i] + eps
                if m_OF == t_OF:
                    m_OF = longer(t_OF)
"""


def _differences(n: int) -> str:
    """One place where the function is called, for what it is beside each component after what it is at the trial."""
    lines = ["v[i] = t[i]", "m[i] = t[i] + eps"]
    lines += [line.format(i) for i in range(n) for line in ("if m_{0} == t_{0}:", "    m_{0} = longer(t_{0})")]
    lines += ["for place in range({}):".format(n + 1), "    value = number(fun(array({v[k]}), *args))",
              "    if place == 0:", "        f_new = value", "        v_0 = m_0"]
    for i in range(n):
        lines += ["    elif place == {}:".format(i + 1) if i + 1 < n else "    else:",
                  "        new_g_{0} = (value - f_new) / (m_{0} - t_{0})".format(i), "        v_{0} = t_{0}".format(i)]
        lines += ["        v_{0} = m_{0}".format(i + 1)] if i + 1 < n else []
    return "".join("                {}\n".format(line) for line in lines)


def _text(n: int, gradient: str) -> str:
    rows = ["[{}]".format(", ".join("h_{}_{}".format(i, k) for k in range(n))) for i in range(n)]
    unpacked = "    {x[k]} = x\n    {g[k]} = g\n    {new_g[k]} = new_g\n" + "".join(
        "    {} = h[{}]\n".format(row, i) for i, row in enumerate(rows))
    text = _TEXT.format(unpacked=unpacked, gradient=gradient, x="{x[k]}", g="{g[k]}", h="[{}]".format(", ".join(rows)))
    return spelled(text, n)


_PRODUCT = re.compile(r"sum\{(\w+)(?:\[i\])?\[k\] \* (\w+)\[k\]\}")
_WHOLE = {_BY_FUNCTION: """                f_new = number(fun(array(t), *args))
                new_g = array(jac(array(t), *args), dtype=float)
""", _WITH_VALUE: """                f_new, new_g = fun(array(t), *args)
                f_new = number(f_new)
                new_g = array(new_g, dtype=float)
""", _DIFFERENCES: """                f_new = number(fun(array(t), *args))
                new_g = differences(fun, args, t, f_new, eps)
"""}


def _whole_text(gradient: str) -> str:
    text = _TEXT.format(unpacked="", gradient=_WHOLE[gradient], x="x", g="g", h="h")
    text = _PRODUCT.sub(r"dot(\1, \2)", text).replace("max{abs(g[k])}", "largest(g)")
    text = text.replace("all{u[k] == t[k]}", "not largest(u - t)")
    text = text.replace("h[i][j] = h[i][j]", "h = h").replace("(s[i] * s[j])", "outer(s, s)")
    text = text.replace("(z[i] * s[j] + s[i] * z[j])", "(outer(z, s) + outer(s, z))")
    return text.replace("[i]", "")


def _longer(t: float) -> float:
    """A place for a difference that is surely another one."""
    return t + (1.4901161193847656e-08 if t >= 0.0 else -1.4901161193847656e-08) * max(1.0, abs(t))


def _beside(t: float, eps: float) -> float:
    """The place beside another one for a difference."""
    return t + eps if t + eps != t else _longer(t)


@lru_cache(maxsize=None)
def loop_of(xp: Any, n: int, gradient: str) -> tuple[Any, int]:
    """The loop for so many components, and how many lines it has."""
    names = {"array": xp.array, "number": float, "moved": _search.moved, "first_step": _search.first_step,
             "longer": _longer, "sqrt": sqrt, "inf": inf}
    if n > MOST:
        def differences(fun: Any, args: Any, t: Any, f: float, eps: float) -> Any:
            slopes = []
            for k in range(n):
                moved = xp.array(t)
                moved[k] = _beside(float(t[k]), eps)
                slopes.append((float(fun(moved, *args)) - f) / float(moved[k] - t[k]))
            return xp.array(slopes)

        names.update(dot=xp.dot, outer=xp.outer, differences=differences,
                     largest=lambda values: float(abs(values).max()))
        return function_of(_whole_text(gradient), "BFGS", "loop", names), 0
    text = _text(n, _differences(n) if gradient is _DIFFERENCES else gradient)
    return function_of(text, "BFGS", "loop", names), text.count("\n")


class Gradient:
    """The gradient at a place, for what is done outside of the loop, and how often it was asked for."""

    def __init__(self, objective: Objective, jac: Any, eps: Any) -> None:
        self.objective, self.njev = objective, 0
        self.eps = float(eps)
        self.jac = None
        if callable(jac):
            self.kind, self.jac = _BY_FUNCTION, jac
        elif jac is True:
            self.kind = _WITH_VALUE
        elif jac is None or jac is False or jac == "2-point":
            self.kind = _DIFFERENCES
        else:
            raise ValueError("argument 'jac' must be a function, True or '2-point', not {!r}".format(jac))

    def at(self, x: list[float], f: float | None) -> tuple[float, list[float]]:
        """The value, where it is not known yet, and the gradient."""
        objective = self.objective
        self.njev += 1
        if self.kind is _WITH_VALUE:
            objective.nfev += 1
            value, slopes = objective.fun(objective.array(x), *objective.args)
            return _number(value), self._checked(slopes)
        if f is None:
            f = objective.at(x)
        if self.jac is not None:
            return f, self._checked(self.jac(objective.array(x), *objective.args))
        slopes = []
        for k, value in enumerate(x):
            beside = x[:]
            beside[k] = _beside(value, self.eps)
            slopes.append((objective.at(beside) - f) / (beside[k] - value))
        return f, slopes

    def _checked(self, slopes: Any) -> list[float]:
        slopes = self.objective.xp.asarray(slopes, dtype=float).reshape(-1).tolist()
        if len(slopes) != self.objective.n:
            raise ValueError("argument 'jac' must give {} numbers, as many as 'x0' has, not {}".format(
                self.objective.n, len(slopes)))
        return slopes  # type: ignore[no-any-return]

    @property
    def calls(self) -> int:
        """Of the function, for each trial."""
        return 1 + self.objective.n if self.kind is _DIFFERENCES else 1


def bfgs(objective: Objective, jac: Any, callback: Any, options: dict[str, Any]) -> OptimizeResult:
    """Minimizes by BFGS."""
    n = objective.n
    options = options_of({"gtol": 1e-5, "norm": inf, "eps": 1.4901161193847656e-08, "maxiter": None, "disp": False,
                          "return_all": False, "finite_diff_rel_step": None, "xrtol": 0.0, "c1": 1e-4, "c2": 0.9,
                          "hess_inv0": None, "workers": None}, options)
    if options["norm"] != inf:
        raise ValueError("option 'norm' must be inf, the largest component, not {!r}".format(options["norm"]))
    if options["finite_diff_rel_step"] is not None:
        raise ValueError("option 'finite_diff_rel_step' is not there yet: option 'eps' is the step")
    c1, c2 = float(options["c1"]), float(options["c2"])
    if not 0.0 < c1 < c2 < 1.0:
        raise ValueError("'c1' and 'c2' do not satisfy 0 < c1 < c2 < 1")
    gradient = Gradient(objective, jac, options["eps"])
    most = 200 * n if options["maxiter"] is None else int(options["maxiter"])
    x = objective.x0
    f, g = gradient.at(x, None)
    h = _first_inverse(objective, options["hess_inv0"])
    before = f + sqrt(sum(value * value for value in g)) / 2.0
    watcher, keeps = callback and Watcher(callback, objective), options["return_all"]
    path = [objective.array(x)]
    loop, lines = loop_of(objective.xp, n, gradient.kind)
    runner = runner_of(("BFGS", n, gradient.kind, objective.xp.__name__), (objective.fun, gradient.jac), lambda: Runner(
        loop, 2, n if lines else None, objective.xp.array, lines))
    whole = objective.array if n > MOST else list
    fun, slopes = objective.fun, gradient.jac
    if n > MOST:
        runner.call = loop
        count = 1 + len(objective.args)
        fun, slopes = alone_of(fun, count).timed(fun), slopes and alone_of(slopes, count).timed(slopes)
    done, status = 0, REACHED if max(map(abs, g)) <= float(options["gtol"]) else ON
    given: Any = (0.0, 0.0, g)
    while status == ON and done < most:
        rounds = 1 if watcher or keeps else min(most - done, MORE if runner.is_compiled else ROUNDS)
        status, count, tries, f, before, x, g, h = runner.call(
            fun, slopes, objective.args, whole(x), f, whole(g), whole(h), before,
            float(options["gtol"]), float(options["xrtol"]), c1, c2, gradient.eps, rounds, given[0], given[1],
            whole(given[2]))
        if n > MOST:
            x, g, h = x.tolist(), g.tolist(), h.tolist()
        done += count
        objective.nfev += tries * gradient.calls
        gradient.njev += tries
        given = (0.0, 0.0, g)
        if count and keeps:
            path.append(objective.array(x))
        if count and watcher and watcher.stops(x, f):
            status = 99
        if status == FAILED:
            given = _searched_again(objective, gradient, x, f, g, h, before, c1, c2)
            status = ON if given else FAILED
    result = _result(objective, gradient, x, f, g, h, done, status, most)
    if keeps:
        result["allvecs"] = path
    return result


def _first_inverse(objective: Objective, given: Any) -> list[list[float]]:
    n = objective.n
    if given is None:
        return [[1.0 if i == j else 0.0 for j in range(n)] for i in range(n)]
    rows: list[list[float]] = objective.xp.asarray(given, dtype=float).tolist()
    if len(rows) != n or any(len(row) != n for row in rows):
        raise ValueError("option 'hess_inv0' must have the shape ({0}, {0})".format(n))
    return rows


def _searched_again(objective: Objective, gradient: Gradient, x: list[float], f: float, g: list[float],
                    h: list[list[float]], before: float, c1: float, c2: float) -> Any:
    """A step by the other line search, the value and the gradient there; None if there is none."""
    p = [-sum(a * b for a, b in zip(row, g)) for row in h]
    slope = sum(a * b for a, b in zip(g, p))
    seen: dict[float, tuple[float, Any]] = {}

    def value(step: float) -> float:
        place = [a + step * b for a, b in zip(x, p)]
        if gradient.kind is _WITH_VALUE:
            seen[step] = gradient.at(place, None)
        else:
            seen[step] = objective.at(place), None
        return seen[step][0]

    def slope_at(step: float) -> float:
        if seen[step][1] is None:
            seen[step] = gradient.at([a + step * b for a, b in zip(x, p)], seen[step][0])
        return sum(a * b for a, b in zip(seen[step][1], p))

    if isnan(slope) or isnan(f):
        return None
    step = _search.wolfe(value, slope_at, f, slope, before, c1, c2)
    if step is None:
        return None
    slope_at(step)
    return (step, *seen[step])


def _result(objective: Objective, gradient: Gradient, x: list[float], f: float, g: list[float], h: Any, done: int,
            status: int, most: int) -> OptimizeResult:
    ended: Any = 0
    if status == 99:
        ended = 99
    elif status in (FAILED, INFINITE):
        ended = "precision"
    elif status != REACHED and done >= most:
        ended = "rounds"
    elif isnan(f) or any(map(isnan, g)) or any(map(isnan, x)):
        ended = "nan"
    return OptimizeResult(
        message=_MESSAGES[ended], success=ended == 0, status={"rounds": 1, "precision": 2, "nan": 3}.get(ended, ended),
        fun=f, x=objective.array(x), nit=done, jac=objective.array(g), hess_inv=objective.array(h), nfev=objective.nfev,
        njev=gradient.njev)

"""What `_levenberg` does, as straight lines for a few components and residuals.

Loops within loops take the compiler long, lines without loops milliseconds. Columns stay in their order, so that
there is no help for triangles with a zero on the diagonal: `FLAT`.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from ._levenberg import EPSILON, SMALLEST
from ._running import function_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: How it ends beside the ways that `_levenberg` knows: the rest is for others to do.
FLAT = -3

#: Texts of more lines than about so many take longer to compile than they are worth.
MOST = 6
_MOST_LINES = 220


def is_small(n: int, m: int) -> bool:
    """Whether a problem is small enough."""
    return n <= MOST and m * n * (n + 3) // 2 <= _MOST_LINES


def _norm(name: str, indices: Any) -> str:
    return "sqrt({})".format(" + ".join("{0}_{1} * {0}_{1}".format(name, i) for i in indices))


def _names(name: str, count: int) -> str:
    return "[{}]".format(", ".join("{}_{}".format(name, i) for i in range(count)))


def _back(a: str, v: str, n: int) -> list[str]:
    """The solution ``p`` of a triangular system."""
    lines = []
    for j in reversed(range(n)):
        minus = "".join(" - {a}_{j}_{k} * p_{k}".format(a=a, j=j, k=k) for k in range(j + 1, n))
        lines.append("p_{j} = ({v}_{j}{minus}) / {a}_{j}_{j}".format(a=a, v=v, j=j, minus=minus))
    return lines


def _length_of_step(n: int) -> list[str]:
    return [*("z_{0} = w_{0} * p_{0}".format(j) for j in range(n)), "long = " + _norm("z", range(n))]


def _slope(a: str, n: int) -> list[str]:
    """How the length of a step changes with its weight: by the transposed system."""
    lines = []
    for j in range(n):
        minus = "".join(" - {a}_{k}_{j} * t_{k}".format(a=a, j=j, k=k) for k in range(j))
        lines.append("t_{j} = (w_{j} * (z_{j} / long){minus}) / {a}_{j}_{j}".format(a=a, j=j, minus=minus))
    return [*lines, "slope = " + _norm("t", range(n))]


def _rotations(n: int) -> list[str]:
    """The triangle ``a`` of the triangle ``r`` above a diagonal of weights, and ``v`` of ``q``."""
    lines = ["a_{0}_{1} = r_{0}_{1}".format(i, j) for i in range(n) for j in range(i, n)]
    lines += ["v_{0} = q_{0}".format(i) for i in range(n)]
    for j in range(n):
        lines += ["b_{0} = root * w_{0}".format(j), "rest = 0.0", *("b_{} = 0.0".format(k) for k in range(j + 1, n))]
        for k in range(j, n):
            lines += ["hypotenuse = sqrt(a_{0}_{0} * a_{0}_{0} + b_{0} * b_{0})".format(k),
                      "c, s = a_{0}_{0} / hypotenuse, b_{0} / hypotenuse".format(k)]
            lines += ["a_{k}_{i}, b_{i} = c * a_{k}_{i} + s * b_{i}, c * b_{i} - s * a_{k}_{i}".format(k=k, i=i)
                      for i in range(k, n)]
            lines.append("v_{0}, rest = c * v_{0} + s * rest, c * rest - s * v_{0}".format(k))
    return lines


def _step(n: int) -> list[str]:
    """The step ``p`` and its ``weight``: see `_levenberg.step_within`."""
    uphill = ["t_{0} = ({1}) / w_{0}".format(j, " + ".join("r_{0}_{1} * q_{0}".format(k, j) for k in range(j + 1)))
              for j in range(n)]
    damped = [
        "if weight == 0.0:", "    weight = max({!r}, 0.001 * high)".format(SMALLEST), "root = sqrt(weight)",
        *_rotations(n), *_back("a", "v", n), *_length_of_step(n), "before, over = over, long - radius",
        "if abs(over) <= 0.1 * radius or low == 0.0 and over <= before < 0.0 or count == 9:", "    break",
        *_slope("a", n), "if over > 0.0:", "    low = max(low, weight)", "else:", "    high = min(high, weight)",
        "weight = max(low, weight + over / radius / slope / slope)"]
    longer = [
        *_slope("r", n), "low = over / radius / slope / slope", *uphill, "steepest = " + _norm("t", range(n)),
        "high = steepest / radius", "if high == 0.0:", "    high = {!r} / min(radius, 0.1)".format(SMALLEST),
        "weight = min(max(weight, low), high)", "if weight == 0.0:", "    weight = steepest / long",
        "for count in range(10):", *("    " + line for line in damped)]
    changes = ["t_{0} = {1}".format(k, " + ".join("r_{0}_{1} * p_{1}".format(k, j) for j in range(k, n)))
               for k in range(n)]
    return [
        *_back("r", "q", n), *_length_of_step(n), "over = long - radius", "if over <= 0.1 * radius:",
        "    weight = 0.0", "else:", *("    " + line for line in longer), *changes,
        "part, other = {} / size, sqrt(weight) * long / size".format(_norm("t", range(n))),
        "expected, slope = part * part + 2.0 * other * other, -(part * part + other * other)"]


def _triangle(n: int, m: int) -> list[str]:
    """Householder's reflections of the columns ``a`` and the residuals, so far ``u``."""
    lines = ["u_{0} = f_{0}".format(k) for k in range(m)]
    for j in range(n):
        lines += ["turn = sqrt({})".format(" + ".join("a_{0}_{1} * a_{0}_{1}".format(k, j) for k in range(j, m))),
                  "if turn == 0.0:", "    ended = {}".format(FLAT), "    break", "if a_{0}_{0} < 0.0:".format(j),
                  "    turn = -turn", *("a_{0}_{1} /= turn".format(k, j) for k in range(j, m)),
                  "a_{0}_{0} += 1.0".format(j)]
        for other in [*("a_{{}}_{}".format(i) for i in range(j + 1, n)), "u_{}"]:
            lines.append("part = ({}) / a_{j}_{j}".format(
                " + ".join("a_{}_{} * {}".format(k, j, other.format(k)) for k in range(j, m)), j=j))
            lines += ["{} -= part * a_{}_{}".format(other.format(k), k, j) for k in range(j, m)]
        lines.append("r_{0}_{0} = -turn".format(j))
    lines += ["r_{0}_{1} = a_{0}_{1}".format(i, j) for i in range(n) for j in range(i + 1, n)]
    return [*lines, *("q_{0} = u_{0}".format(j) for j in range(n))]


def _cosine(n: int) -> list[str]:
    lines = ["angle = 0.0"]
    for j in range(n):
        lines += ["part = abs(({}) / n_{})".format(
            " + ".join("r_{0}_{1} * (q_{0} / size)".format(k, j) for k in range(j + 1)), j),
            "if not part <= angle:", "    angle = part"]
    return lines


def _differences(n: int, m: int) -> list[str]:
    lines = []
    for j in range(n):
        lines += ["h = eps * max(floor, abs(x_{}))".format(j), "if h == 0.0:", "    h = eps",
                  "if floor > 0.0 and x_{} < 0.0:".format(j), "    h = -h", "y = x_{} + h".format(j),
                  "if floor > 0.0:", "    h = y - x_{}".format(j),
                  "{} = fun(array([{}]), *args)".format(
                      _names("g", m), ", ".join("y" if i == j else "x_%d" % i for i in range(n)))]
        lines += ["a_{0}_{1} = (float(g_{0}) - f_{0}) / h".format(k, j) for k in range(m)]
    return lines


def _derivatives(n: int, m: int) -> list[str]:
    return ["{} = jac(array({}), *args)".format(_names("row", m), _names("x", n)),
            *("[{}] = row_{}".format(", ".join("a_{}_{}".format(k, j) for j in range(n)), k) for k in range(m)),
            *("a_{0}_{1} = float(a_{0}_{1})".format(k, j) for k in range(m) for j in range(n))]


# As in `_levenberg.levenberg`.
_LOOP = """def loop({arguments}, ftol, xtol, gtol, factor, most, cost, eps, floor):
    {x} = x
    {begin}
    size = {size}
    calls, jacobians, weight, radius, ended = 1, 0, 0.0, 0.0, -2
    {zeros}
    while ended == -2:
{columns}
{triangle}
        calls += cost
        jacobians += 1
        if size == 0.0:
            ended = 1
            break
        if jacobians == 1:
{scale}
{scaled}
            radius = factor * {whole}
            if radius == 0.0:
                radius = factor
{cosine}
        if angle <= gtol:
            ended = 1
            break
        if not angle < 1e300:
            ended = -1
            break
{rescale}
        while True:
{step}
{new}
            if jacobians == 1:
                radius = min(radius, long)
{evaluation}
            calls += 1
            new_size = {new_size}
            gain = -1.0
            if 0.1 * new_size < size:
                gain = 1.0 - (new_size / size) * (new_size / size)
            ratio = gain / expected if expected != 0.0 else 0.0
            if ratio <= 0.25 or ratio != ratio:
                part = 0.5 if gain >= 0.0 else 0.5 * slope / (slope + 0.5 * gain)
                if not 0.1 * new_size < size or part < 0.1:
                    part = 0.1
                radius = part * min(radius, long / 0.1)
                weight /= part
            elif weight == 0.0 or ratio >= 0.75:
                radius = long / 0.5
                weight *= 0.5
            if ratio >= 1e-4:
                {x} = {y}
{accepted}
                size = new_size
{rescaled}
            whole = {whole}
            is_little = abs(gain) <= ftol and expected <= ftol and 0.5 * ratio <= 1.0
            if is_little:
                ended = 2
            if radius <= xtol * whole:
                ended = 4 if is_little else 3
            if ended == -2:
                if calls >= most:
                    ended = 0
                elif abs(gain) <= {epsilon!r} and expected <= {epsilon!r} and 0.5 * ratio <= 1.0:
                    ended = 2
                elif radius <= {epsilon!r} * whole:
                    ended = 3
            if ended != -2 or ratio >= 1e-4:
                break
    return {x}, {result}, ended, calls, jacobians{more}
"""


def _block(depth: int, lines: list[str]) -> str:
    return "\n".join("    " * depth + line for line in lines)


def _filled(n: int, **parts: Any) -> str:
    """The loop for so many components: what does not depend on how residuals are kept."""
    components = range(n)
    return _LOOP.format(
        x=_names("x", n), y=_names("y", n), epsilon=EPSILON,
        zeros="{} = [{}]".format(_names("w", n), ", ".join(["0.0"] * n)), cosine=_block(2, _cosine(n)),
        step=_block(3, _step(n)), scale=_block(3, ["w_{0} = n_{0}".format(j) for j in components]),
        scaled=_block(3, ["z_{0} = w_{0} * x_{0}".format(j) for j in components]), whole=_norm("z", components),
        rescale=_block(2, ["w_{0} = max(w_{0}, n_{0})".format(j) for j in components]),
        new=_block(3, ["y_{0} = x_{0} - p_{0}".format(j) for j in components]),
        rescaled=_block(3, ["z_{0} = w_{0} * x_{0}".format(j) for j in components]), **parts)


@lru_cache(maxsize=None)
def loop_of(xp: Any, n: int, m: int, has_jac: bool) -> tuple[Any, int]:
    """The solver for so many components and residuals, and how many lines it has."""
    norms = ["n_{0} = sqrt({1})".format(j, " + ".join("a_{0}_{1} * a_{0}_{1}".format(k, j) for k in range(m)))
             for j in range(n)]
    evaluation = ["{} = fun(array({}), *args)".format(_names("g", m), _names("y", n)),
                  *("g_{0} = float(g_{0})".format(k) for k in range(m))]
    text = _filled(
        n, arguments="fun, jac, args, x, f", begin="{} = f".format(_names("f", m)), size=_norm("f", range(m)),
        new_size=_norm("g", range(m)), triangle=_block(2, norms + _triangle(n, m)), evaluation=_block(3, evaluation),
        columns=_block(2, _derivatives(n, m) if has_jac else _differences(n, m)),
        accepted="                {} = {}".format(_names("f", m), _names("g", m)), result=_names("f", m), more="")
    names = {"array": xp.array, "sqrt": sqrt}
    return function_of(text, "Levenberg-Marquardt", "loop", names), text.count("\n")


def _many_columns(n: int, has_jac: bool) -> list[str]:
    """The derivatives of many residuals as rows of an array. The callbacks fill arrays: 0 is residuals, others are
    rows."""
    if has_jac:
        return ["jac({})".format(_names("x", n)[1:-1])]
    lines = []
    for j in range(n):
        lines += ["h = eps * max(floor, abs(x_{}))".format(j), "if h == 0.0:", "    h = eps",
                  "if floor > 0.0 and x_{} < 0.0:".format(j), "    h = -h", "y = x_{} + h".format(j),
                  "if floor > 0.0:", "    h = y - x_{}".format(j),
                  "fun({}, {})".format(j + 1, ", ".join("y" if i == j else "x_%d" % i for i in range(n))),
                  "for k in range(m):", "    rows[{0}, k] = (float(rows[{0}, k]) - float(f[k])) / h".format(j)]
    return lines


def _many_triangle(n: int) -> list[str]:
    """The modified method of Gram and Schmidt, in which the residuals are one more column."""
    lines = [*("n_{} = 0.0".format(j) for j in range(n)), "for k in range(m):", "    v[k] = f[k]",
             *("    n_{0} += float(rows[{0}, k]) * float(rows[{0}, k])".format(j) for j in range(n)),
             *("n_{0} = sqrt(n_{0})".format(j) for j in range(n))]
    for j in range(n):
        later = range(j + 1, n)
        lines += ["long, shift = 0.0, 0.0", *("t_{} = 0.0".format(i) for i in later), "for k in range(m):",
                  "    part = float(rows[{}, k])".format(j), "    long += part * part",
                  *("    t_{0} += part * float(rows[{0}, k])".format(i) for i in later),
                  "    shift += part * float(v[k])", "if not long > 0.0:", "    ended = {}".format(FLAT), "    break",
                  "part = sqrt(long)", "r_{0}_{0} = part".format(j), "q_{} = shift / part".format(j),
                  *("r_{0}_{1} = t_{1} / part".format(j, i) for i in later),
                  *("t_{} /= long".format(i) for i in later), "shift /= long", "for k in range(m):",
                  "    part = float(rows[{}, k])".format(j),
                  *("    rows[{0}, k] = float(rows[{0}, k]) - t_{0} * part".format(i) for i in later),
                  "    v[k] = float(v[k]) - shift * part"]
    return lines


@lru_cache(maxsize=None)
def many_of(n: int, has_jac: bool) -> tuple[Any, int]:
    """The solver for so many components and many residuals, which callbacks that are not compiled write to arrays, and
    how many lines it has."""
    zeros = "{} = [{}]".format(", ".join("r_{}_{}".format(i, j) for i in range(n) for j in range(i, n)),
                               ", ".join(["0.0"] * (n * (n + 1) // 2)))
    triangle = "[{}]".format(", ".join("[{}]".format(", ".join(
        "r_{}_{}".format(i, j) if j >= i else "0.0" for j in range(n))) for i in range(n)))
    evaluation = ["fun(0, {})".format(_names("y", n)[1:-1]), "new_size = 0.0", "for k in range(m):",
                  "    new_size += float(g[k]) * float(g[k])"]
    text = _filled(
        n, arguments="fun, jac, x, f, g, v, rows", begin="m = len(f)\n    {}\n    size = 0.0\n    for k in range(m):\n"
        "        size += float(f[k]) * float(f[k])".format(zeros), size="sqrt(size)", new_size="sqrt(new_size)",
        triangle=_block(2, _many_triangle(n)), evaluation=_block(3, evaluation),
        columns=_block(2, _many_columns(n, has_jac)), result="0", more=", " + triangle,
        accepted="                for k in range(m):\n                    f[k] = g[k]")
    return function_of(text, "Levenberg-Marquardt", "loop", {"sqrt": sqrt}), text.count("\n")


@lru_cache(maxsize=None)
def proposed_of(n: int) -> Any:
    """What proposes a step for so many components."""
    triangle = ["r_{0}_{1} = rows[{0}][{1}]".format(i, j) for i in range(n) for j in range(i, n)]
    flat = " or ".join("r_{0}_{0} == 0.0".format(j) for j in range(n))
    lines = [*triangle, "if {}:".format(flat), "    return None", "{} = values".format(_names("q", n)),
             "{} = scale".format(_names("w", n)), *_step(n),
             "return {}, long, weight, expected, slope".format(_names("p", n))]
    text = "def proposed(rows, values, scale, size, radius, weight):\n    " + "\n    ".join(lines) + "\n"
    return function_of(text, "step", "proposed", {"sqrt": sqrt})

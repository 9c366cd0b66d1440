"""Loops of implicit methods as texts (see `_spelled.py`): for small states, to be compiled with the callback.

Vectors are spelled out, and so are matrices of few rows: once in a few steps there is a new one, and its inverse is
taken, which is what is quickest for so few numbers. Larger ones are flat lists, row after row, and their inverses are
made by functions that are the same for all callbacks: spelled out, they would be most of what there is to compile.
"""

from __future__ import annotations

from functools import lru_cache
from math import sqrt

from ._explicit import _EVENT, _names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

#: The Jacobian by differences, each as large as the one before had to be (Salane 1986), at the time `t_new` and the
#: state `guess`.
_DIFFERENCES = """
{f[i]} = fun(t_new, array({guess[i]}), *args)
f[i] = number(f[i])
for j in range((n)):
    moved[i] = guess[i]
    values = {guess[i]}
    value = values[j]
    size = larger(abs(value), atols[j])
    if {f[i]}[j] < 0.0:
        size = -size
    width = factors[j]
    is_first = True
    while True:
        change_of_y = (value + width * size) - value
        if change_of_y == 0.0 and width < 1e10:
            width *= 10.0
            continue
        values[j] = value + change_of_y
        moved[i] = values[(i)]
        {new[i]} = fun(t_new, array({moved[i]}), *args)
        largest = -1.0
        sizes = 0.0
        new[i] = number(new[i])
        change[i] = new[i] - f[i]
        if abs(change[i]) > largest: largest, sizes = abs(change[i]), larger(abs(f[i]), abs(new[i]))
        if is_first and largest < 2.0097183471152322e-14 * sizes:
            # It has no digits.
            is_first = False
            width *= 10.0
            continue
        break
    jacobian[(i) * (n) + j] = change[i] / change_of_y
    if largest < 1.8189894035458565e-12 * sizes:
        factors[j] = smaller(width * 10.0, 0.1)
    elif largest > 0.0001220703125 * sizes:
        factors[j] = larger(width * 0.1, 2.220446049250313e-13)
    else:
        factors[j] = width
"""

#: The same where a function gives it: what that does is not looked into.
_GIVEN = """
fill(jacobian, jac, t_new, array({guess[i]}), args)
"""

#: The inverse of `1 - c * jacobian`, for BDF; and for Radau those of `c - jacobian`, with a real and a complex `c`.
_INVERSE = """
for k in range((n) * (n)):
    matrix[k] = -c * jacobian[k]
if not invert(matrix, (n), 1.0):
    is_ready = False
"""

_INVERSES = """
for k in range((n) * (n)):
    matrix[k] = -jacobian[k]
if not invert_both(matrix, matrix_re, matrix_im, (n), c, c_re, c_im):
    is_ready = False
"""

#: The inverse times a vector.
_PRODUCT = """
rights = {right[i]}
for row in range((n)):
    value = 0.0
    for j in range((n)):
        value += matrix[row * (n) + j] * rights[j]
    changes[row] = value
{change[i]} = changes
"""

#: Matrices of so many rows and columns are spelled out, too.
_FEW = 4


#: The same for complex numbers.
_PRODUCTS = """
res = {re[i]}
ims = {im[i]}
for row in range((n)):
    value = 0.0
    width = 0.0
    for j in range((n)):
        value += matrix_re[row * (n) + j] * res[j] - matrix_im[row * (n) + j] * ims[j]
        width += matrix_re[row * (n) + j] * ims[j] + matrix_im[row * (n) + j] * res[j]
    changes[row] = value
    thirds[row] = width
{other[i]} = changes
{third[i]} = thirds
"""


def _spelled_inverse(n: int, to: str, unit: str, diagonal: str, other: str) -> str:
    """The inverse of a matrix in local variables, whose elements are texts with a place in the Jacobian."""
    whole = range(n)
    lines = []
    for i in whole:
        lines += ["a_{}_{} = {}".format(i, j, (diagonal if i == j else other).format(i * n + j)) for j in whole]
        lines += ["{}_{}_{} = {}".format(to, i, j, unit.format(float(i == j))) for j in whole]
    for k in whole:
        for i in range(k + 1, n):
            rows = [", ".join(["a_{}_{}".format(row, j) for j in range(k, n)]
                              + ["{}_{}_{}".format(to, row, j) for j in whole]) for row in (k, i)]
            lines.append("if abs(a_{1}_{0}) > abs(a_{0}_{0}): {2}, {3} = {3}, {2}".format(k, i, *rows))
        lines += ["if a_{0}_{0} == 0.0: is_ready, a_{0}_{0} = False, 1.0".format(k)]
        right = [("a", j) for j in range(k + 1, n)] + [(to, j) for j in whole]
        lines += ["{0}_{1}_{2} /= a_{1}_{1}".format(name, k, j) for name, j in right]
        lines += ["{0}_{1}_{2} -= a_{1}_{3} * {0}_{3}_{2}".format(name, i, j, k)
                  for i in whole if i != k for name, j in right]
    return "\n".join(lines)


# `before` is how long the step before was, and `before_error` its error; zero if there is none. `is_stale` says
# that the Jacobian is to be made anew, `is_current` that it is of this state.
_RADAU = """def loop(fun, args, events, jac, t, g, h, d, before, before_error, last_size, jacobian, matrix, matrix_re,
         matrix_im, factors, is_ready, is_current, is_stale, direction, t_end, rtol, atol, max_step, newton, out_t,
         out_y, out_q):
    room = len(out_t)
    [{{y[i]}}, {{f[i]}}, {{q0[i]}}, {{q1[i]}}, {{q2[i]}}] = d
    {{rtol[i]}} = rtol
    {{atol[i]}} = atol
    atols = {{atol[i]}}
{unpacked}{own}    factors = [value for value in factors]
{begun}    count = evaluations = jacobians = inverses = status = rounds = 0
    hit = is_retry = is_found = is_rejected = is_first = False
    least = largest = size_before = rate = norm = size = value = width = change_of_y = sizes = error = 0.0
    f0[i] = f1[i] = f2[i] = new[i] = change[i] = other[i] = third[i] = right[i] = re[i] = im[i] = scale[i] = 0.0
    w0[i] = w1[i] = w2[i] = z0[i] = z1[i] = z2[i] = 0.0
    while count < room:
        if not is_retry:
            is_rejected = False
            least = larger(2.220446049250313e-15 * abs(t), 1e-320)
            if not least <= h <= max_step:
                h = smaller(larger(h, least), max_step)
                before = 0.0
                is_ready = False
        if not h >= least:
            status = -1
            break
        t_new = t + h * direction
        if direction * (t_new - t_end) > 0.0:
            t_new = t_end
            if abs(t_new - t) != h:
                is_ready = False
        step = t_new - t
        h = abs(step)
        c = {mu} / step
        c_re = {mu_re} / step
        c_im = {mu_im} / step
        scale[i] = atol[i] + rtol[i] * abs(y[i])
        is_found = False
        while True:
            if is_stale:
                jacobians += 1
{jacobian}                is_ready = False
                is_current = True
                is_stale = False
            if not is_ready:
                inverses += 2
                is_ready = True
{inverse}            if is_ready:
{guess}                for k in range(6):
                    evaluations += 3
                    try:
                        {{f0[i]}} = fun(t + {c0} * step, array({{y[i] + z0[i]}}), *args)
                        {{f1[i]}} = fun(t + {c1} * step, array({{y[i] + z1[i]}}), *args)
                        {{f2[i]}} = fun(t_new, array({{y[i] + z2[i]}}), *args)
                    except (OverflowError, ZeroDivisionError):
                        break
                    f0[i] = number(f0[i])
                    f1[i] = number(f1[i])
                    f2[i] = number(f2[i])
                    right[i] = {there0} - c * w0[i]
                    re[i] = {there1} - (c_re * w1[i] - c_im * w2[i])
                    im[i] = {there2} - (c_re * w2[i] + c_im * w1[i])
                    size = 0.0
                    size += abs(right[i]) + abs(re[i]) + abs(im[i])
                    if not size < inf:
                        break
{product}                    size = 0.0
                    error = change[i] / scale[i]; size += error * error
                    error = other[i] / scale[i]; size += error * error
                    error = third[i] / scale[i]; size += error * error
                    size = sqrt(size / (3 * (n)))
                    if k > 0:
                        rate = size / size_before
                        if rate >= 1.0 or rate ** (6 - k) / (1.0 - rate) * size > newton:
                            break
                    w0[i] += change[i]
                    w1[i] += other[i]
                    w2[i] += third[i]
{back}                    if size == 0.0 or k > 0 and rate / (1.0 - rate) * size < newton:
                        is_found = True
                        rounds = k + 1
                        break
                    size_before = size
            if is_found or is_current or {is_constant}:
                break
            is_stale = True
        if not is_found:
            is_retry = True
            is_ready = False
            h *= 0.5
            continue
        new[i] = y[i] + z2[i]
        scale[i] = atol[i] + rtol[i] * larger(abs(y[i]), abs(new[i]))
        w0[i] = ({error}) / step
        right[i] = f[i] + w0[i]
{smoothed}        norm = 0.0
        error = change[i] / scale[i]; norm += error * error
        norm = sqrt(norm / (n))
        if is_rejected and norm > 1.0:
            evaluations += 1
            {{f0[i]}} = fun(t, array({{y[i] + change[i]}}), *args)
            right[i] = number(f0[i]) + w0[i]
{smoothed_again}            norm = 0.0
            error = change[i] / scale[i]; norm += error * error
            norm = sqrt(norm / (n))
        safety = 11.7 / (12 + rounds)
        factor = inf
        if norm > 0.0:
            factor = norm ** -0.25
            if before > 0.0 and before_error > 0.0:
                factor *= smaller(1.0, h / before * (before_error / norm) ** 0.25)
        if not norm <= 1.0:
            h *= larger(0.2, safety * factor)
            is_ready = False
            is_rejected = True
            is_retry = True
            continue
        is_retry = False
        factor = smaller(10.0, safety * factor)
        out_t[count] = t_new
        out_y[count, i] = new[i]
        q0[i] = {q0}
        q1[i] = {q1}
        q2[i] = {q2}
{columns}        count += 1
        is_stale = rounds > 2 and rate > 1e-3 and not {is_constant}
        if not is_stale and factor < 1.2:
            factor = 1.0
        else:
            is_ready = False
        before = h
        before_error = norm
        last_size = step
        h *= factor
        t = t_new
        y[i] = new[i]
        evaluations += 1
        {{f[i]}} = fun(t, array({{y[i]}}), *args)
        f[i] = number(f[i])
        is_current = False
{events}        if t == t_end:
            status = 1
            break
        if hit:
            break
    return (status, hit, count, t, [{old_g}], [{g}], (evaluations, jacobians, inverses),
            (h, ({{y[i]}}, {{f[i]}}, {{q0[i]}}, {{q1[i]}}, {{q2[i]}}), before, before_error, last_size,
             jacobian, {matrix}, factors, is_ready, is_current, is_stale))
"""

# A step that was refused is tried again: with a smaller size, or with a new Jacobian. Rows of differences above the
# order are zeros, so that sums need not know it. `factor` is what the size was changed by since they were made.
_BDF = """def loop(fun, args, events, jac, t, g, h, d, factor, order, equal, jacobian, matrix, factors, is_ready,
         direction, t_end, rtol, atol, max_step, newton, out_t, out_y, out_q):
    room = len(out_t)
    [{{d0[i]}}, {{d1[i]}}, {{d2[i]}}, {{d3[i]}}, {{d4[i]}}, {{d5[i]}}, {{last[i]}}] = d
    {{rtol[i]}} = rtol
    {{atol[i]}} = atol
    atols = {{atol[i]}}
{unpacked}{own}    factors = [value for value in factors]
{begun}    count = evaluations = jacobians = inverses = status = rounds = best = 0
    hit = is_retry = is_current = is_found = is_first = False
    least = largest = pivot = before = rate = norm = size = value = width = change_of_y = sizes = error = 0.0
    y[i] = f[i] = new[i] = change[i] = right[i] = guess[i] = psi[i] = scale[i] = top[i] = more[i] = 0.0
    while count < room:
        if not is_retry:
            least = larger(2.220446049250313e-15 * abs(t), 1e-320)
            is_current = {is_constant}
            if h > max_step:
                factor *= max_step / h
                h = max_step
                is_ready = False
            elif h < least:
                factor *= least / h
                h = least
                is_ready = False
        if not h >= least:
            status = -1
            break
        t_new = t + h * direction
        if direction * (t_new - t_end) > 0.0:
            t_new = t_end
            factor *= abs(t_new - t) / h
            h = abs(t_new - t)
            is_ready = False
        if factor != 1.0:
            equal = 0
            a2 = factor * (1.0 - factor) / 2.0
            a3 = a2 * (2.0 - factor) / 3.0
            a4 = a3 * (3.0 - factor) / 4.0
            a5 = a4 * (4.0 - factor) / 5.0
            b2 = factor * factor
            b3 = 2.0 * factor * a2
            b4 = 2.0 * factor * a3 + a2 * a2
            b5 = 2.0 * (factor * a4 + a2 * a3)
            c3 = factor * b2
            c4 = factor * b3 + a2 * b2
            c5 = factor * b4 + a2 * b3 + a3 * b2
            e4 = factor * c3
            e5 = factor * c4 + a2 * c3
            d1[i] = factor * d1[i] + a2 * d2[i] + a3 * d3[i] + a4 * d4[i] + a5 * d5[i]
            d2[i] = b2 * d2[i] + b3 * d3[i] + b4 * d4[i] + b5 * d5[i]
            d3[i] = c3 * d3[i] + c4 * d4[i] + c5 * d5[i]
            d4[i] = e4 * d4[i] + e5 * d5[i]
            d5[i] *= factor * e4
            factor = 1.0
        alpha = alphas[order]
        c = (t_new - t) / alpha
        guess[i] = d0[i] + d1[i] + d2[i] + d3[i] + d4[i] + d5[i]
        psi[i] = ({gamma}) / alpha
        scale[i] = atol[i] + rtol[i] * abs(guess[i])
        is_found = False
        while True:
            if not is_ready:
                inverses += 1
                is_ready = True
{inverse}            if is_ready:
                new[i] = guess[i]
                y[i] = 0.0
                for k in range(4):
                    evaluations += 1
                    try:
                        {{f[i]}} = fun(t_new, array({{new[i]}}), *args)
                    except (OverflowError, ZeroDivisionError):
                        break
                    right[i] = c * number(f[i]) - psi[i] - y[i]
                    size = 0.0
                    size += abs(right[i])
                    if not size < inf:
                        break
{product}                    size = 0.0
                    error = change[i] / scale[i]; size += error * error
                    size = sqrt(size / (n))
                    if k > 0:
                        rate = size / before
                        if rate >= 1.0 or rate ** (4 - k) / (1.0 - rate) * size > newton:
                            break
                    new[i] += change[i]
                    y[i] += change[i]
                    if size == 0.0 or k > 0 and rate / (1.0 - rate) * size < newton:
                        is_found = True
                        rounds = k + 1
                        break
                    before = size
            if is_found or is_current:
                break
            jacobians += 1
{jacobian}            is_ready = False
            is_current = True
        if not is_found:
            is_retry = True
            is_ready = False
            factor = 0.5
            h *= 0.5
            continue
        safety = 8.1 / (8 + rounds)
        norm = 0.0
        scale[i] = atol[i] + rtol[i] * abs(new[i])
        error = y[i] / scale[i]; norm += error * error
        norm = errors[order] * sqrt(norm / (n))
        if not norm <= 1.0:
            is_retry = True
            factor = larger(0.2, safety * norm ** (-1.0 / (order + 1)))
            h *= factor
            continue
        is_retry = False
        equal += 1
        more[i] = y[i] - last[i]
        last[i] = y[i]
{tops}        d4[i] += d5[i]
        d3[i] += d4[i]
        d2[i] += d3[i]
        d1[i] += d2[i]
        d0[i] += d1[i]
        out_t[count] = t_new
        out_y[count, i] = new[i]
{columns}        count += 1
        t = t_new
        if equal > order:
            equal = 0
            is_ready = False
            rate = norm ** (-1.0 / (order + 1)) if norm > 0.0 else inf
            below = above = 0.0
            if order > 1:
                size = 0.0
                error = top[i] / scale[i]; size += error * error
                size = errors[order - 1] * sqrt(size / (n))
                below = size ** (-1.0 / order) if size > 0.0 else inf
            if order < 5:
                size = 0.0
                error = more[i] / scale[i]; size += error * error
                size = errors[order + 1] * sqrt(size / (n))
                above = size ** (-1.0 / (order + 2)) if size > 0.0 else inf
            if below >= rate and below >= above:
                rate = below
{lower}                order -= 1
            elif above > rate:
                rate = above
                order += 1
{higher}            factor = smaller(10.0, safety * rate)
            h *= factor
{events}        if t == t_end:
            status = 1
            break
        if hit:
            break
    return (status, hit, count, t, [{old_g}], [{g}], (evaluations, jacobians, inverses),
            (h, ({{d0[i]}}, {{d1[i]}}, {{d2[i]}}, {{d3[i]}}, {{d4[i]}}, {{d5[i]}}, {{last[i]}}), factor, order, equal,
             jacobian, {matrix}, factors, is_ready))
"""


class Stiff:
    """A method whose loop is a text: ``columns`` are those of the polynomial between steps."""

    def __init__(self, name: str, columns: int, made: Callable[..., str]) -> None:
        self.name, self.columns, self._made = name, columns, made

    @lru_cache(maxsize=None)
    def text(self, n: int, events: int, is_dense: bool, jac: str) -> str:
        """The function ``loop`` for ``n`` components, where ``jac`` is one of ``JACOBIANS``."""
        g, old_g = _names("g", events), _names("old_g", events)
        return self._made(
            n, is_dense, g=g, old_g=old_g, events="".join(_EVENT.format(e=e) for e in range(events)),
            unpacked="    [{0}] = [{1}] = g\n".format(g, old_g) if events else "",
            jacobian=_indented(JACOBIANS[jac], 12), is_constant=jac == "constant",
            own="" if jac == "given" else "    jacobian = [value for value in jacobian]\n")


#: Where Jacobians come from.
JACOBIANS = {"differences": _DIFFERENCES, "given": _GIVEN, "constant": ""}

_S6 = sqrt(6.0)
PLACES = ((4 - _S6) / 10, (4 + _S6) / 10, 1.0)
ERROR = ((-13 - 7 * _S6) / 3, (-13 + 7 * _S6) / 3, -1 / 3)
MU_REAL = 3 + 3 ** (2 / 3) - 3 ** (1 / 3)
MU_COMPLEX = complex(3 + 0.5 * (3 ** (1 / 3) - 3 ** (2 / 3)), -0.5 * (3 ** (5 / 6) + 3 ** (7 / 6)))
#: To the coordinates in which the three stages are a real and a complex system, and back.
BACK = ((0.09443876248897524, -0.14125529502095421, 0.03002919410514742),
        (0.25021312296533332, 0.20412935229379994, -0.38294211275726192), (1.0, 1.0, 0.0))
THERE = ((4.17871859155190428, 0.32768282076106237, 0.52337644549944951),
          (-4.17871859155190428, -0.32768282076106237, 0.47662355450055044),
          (0.50287263494578682, -2.57192694985560522, 0.59603920482822492))
POLYNOMIAL = ((13 / 3 + 7 * _S6 / 3, -23 / 3 - 22 * _S6 / 3, 10 / 3 + 5 * _S6),
              (13 / 3 - 7 * _S6 / 3, -23 / 3 + 22 * _S6 / 3, 10 / 3 - 5 * _S6), (1 / 3, -8 / 3, 10 / 3))

_GAMMA = (0.0, 1.0, 1.5, 11 / 6, 25 / 12, 137 / 60)


def _indented(text: str, by: int) -> str:
    return "".join(" " * by + line + "\n" for line in text.split("\n") if line)


def _by_order(orders: Any, lines: str, by: int) -> str:
    """Lines for each order."""
    parts: list[str] = []
    for j in orders:
        parts.append("{}if order == {}:".format("el" if parts else "", j))
        parts += ["    " + line.format(j=j) for line in lines.split("\n")]
    return _indented("\n".join(parts), by)


def _elements(n: int, name: str) -> str:
    return ", ".join("{}_{}_{}".format(name, i, j) for i in range(n) for j in range(n))


def _spelled_product(n: int, to: str, *terms: str) -> list[str]:
    """The lines of a vector that is a sum of matrices times vectors."""
    return ["{}_{} = {}".format(to, i, "".join(term.format(i, j) for j in range(n) for term in terms).lstrip(" +"))
            for i in range(n)]


def _matrices(n: int) -> dict[str, str]:
    """What BDF does with matrices, by the number of components."""
    if n > _FEW:
        return {"inverse": _indented(_INVERSE, 16), "product": _indented(_PRODUCT, 20), "matrix": "matrix",
                "begun": "    changes = [0.0] * (n)\n"}
    names = _elements(n, "m")
    return {"inverse": _indented(_spelled_inverse(n, "m", "{}", "1.0 - c * jacobian[{}]", "-c * jacobian[{}]"), 16),
            "product": _indented("\n".join(_spelled_product(n, "change", " + m_{0}_{1} * right_{1}")), 20),
            "matrix": "[{}]".format(names), "begun": "    [{}] = matrix\n".format(names)}


def _matrices_of_radau(n: int) -> dict[str, str]:
    if n > _FEW:
        return {"inverse": _indented(_INVERSES, 16), "product": _indented(_PRODUCT + _PRODUCTS, 20),
                "smoothed": _indented(_PRODUCT, 8), "smoothed_again": _indented(_PRODUCT, 12),
                "matrix": "matrix, matrix_re, matrix_im",
                "begun": "    changes = [0.0] * (n)\n    thirds = [0.0] * (n)\n"}
    real = _spelled_product(n, "change", " + m_{0}_{1} * right_{1}")
    both = real + _spelled_product(n, "other", " + mr_{0}_{1} * re_{1}", " - mi_{0}_{1} * im_{1}") + _spelled_product(
        n, "third", " + mr_{0}_{1} * im_{1}", " + mi_{0}_{1} * re_{1}")
    inverse = [_spelled_inverse(n, "m", "{}", "c - jacobian[{}]", "-jacobian[{}]"),
               _spelled_inverse(n, "p", "complex({}, 0.0)", "complex(c_re - jacobian[{}], c_im)",
                                "complex(-jacobian[{}], 0.0)")]
    inverse += ["m{0}_{1}_{2} = p_{1}_{2}.{3}".format(part[0], i, j, part[:4])
                for i in range(n) for j in range(n) for part in ("real", "imag")]
    parts = [_elements(n, name) for name in ("m", "mr", "mi")]
    return {"inverse": _indented("\n".join(inverse), 16), "product": _indented("\n".join(both), 20),
            "smoothed": _indented("\n".join(real), 8), "smoothed_again": _indented("\n".join(real), 12),
            "matrix": ", ".join("[{}]".format(part) for part in parts),
            "begun": "".join("    [{}] = {}\n".format(part, name)
                             for part, name in zip(parts, ("matrix", "matrix_re", "matrix_im")))}


def _bdf(n: int, is_dense: bool, **parts: Any) -> str:
    return _BDF.format(
        gamma=" + ".join("{!r} * d{}[i]".format(_GAMMA[j], j) for j in range(1, 6)),
        tops=_by_order(range(1, 6), "d{j}[i] += y[i]\ntop[i] = d{j}[i]", 8),
        lower=_by_order(range(2, 6), "d{j}[i] = 0.0", 16), higher=_by_order(range(2, 6), "d{j}[i] = y[i]", 16),
        columns=_indented("\n".join("out_q[count, {}, i] = d{}[i]".format(j, j + 1) for j in range(5)), 8)
        if is_dense else "", **_matrices(n), **parts)


def _weights(row: Any, name: str) -> str:
    """A sum of vectors with weights."""
    return " + ".join("{!r} * {}{}[i]".format(float(weight), name, j) for j, weight in enumerate(row) if weight)


def _radau(n: int, is_dense: bool, jacobian: str, **parts: Any) -> str:
    guess = ["ratio = step / last_size if last_size != 0.0 else 0.0"]
    for j, place in enumerate(PLACES):
        guess += ["x = 1.0 + {!r} * ratio".format(place),
                  "z{}[i] = (x - 1.0) * q0[i] + (x * x - 1.0) * q1[i] + (x * x * x - 1.0) * q2[i]".format(j)]
    guess += ["w{}[i] = {}".format(j, _weights(row, "z")) for j, row in enumerate(THERE)]
    back = ["z{}[i] = {}".format(j, _weights(row, "w")) for j, row in enumerate(BACK)]
    columns = ["out_q[count, {0}, i] = q{0}[i]".format(j) for j in range(3)]
    # The derivative at the state is known.
    jacobian = jacobian.replace("t_new", "t").replace("guess[i]", "y[i]")
    jacobian = "\n".join(line for line in jacobian.split("\n")
                         if not line.strip().startswith(("{f[i]} =", "f[i] =")))
    return _RADAU.format(
        jacobian=_indented(jacobian, 4), guess=_indented("\n".join(guess), 16), back=_indented("\n".join(back), 20),
        mu=repr(MU_REAL), mu_re=repr(MU_COMPLEX.real), mu_im=repr(MU_COMPLEX.imag), c0=repr(PLACES[0]),
        c1=repr(PLACES[1]), error=" + ".join("{!r} * z{}[i]".format(weight, j) for j, weight in enumerate(ERROR)),
        columns=_indented("\n".join(columns), 8) if is_dense else "", **_matrices_of_radau(n), **parts,
        **{"there{}".format(j): _weights(row, "f") for j, row in enumerate(THERE)},
        **{"q{}".format(j): _weights(column, "z") for j, column in enumerate(zip(*POLYNOMIAL))})


BDF, RADAU = Stiff("BDF", 5, _bdf), Stiff("Radau", 3, _radau)

#: About how large the largest eigenvalue of the Jacobian is: what a small difference grows by.
RATE = """def rate(fun, args, t, y):
    {y[i]} = y
    {f[i]} = fun(t, array({y[i]}), *args)
    size = 0.0
    size += y[i] * y[i]
    size = 1.4901161193847656e-08 * larger(1e-5, sqrt(size))
    change[i] = 1.0 + 0.1 * (i) + 0.0 * y[i]
    rate = 0.0
    for _ in range(6):
        length = 0.0
        length += change[i] * change[i]
        length = sqrt(length)
        if not 0.0 < length < 1e300:
            break
        by = size / length
        {new[i]} = fun(t, array({y[i] + by * change[i]}), *args)
        change[i] = (number(new[i]) - number(f[i])) / by
        rate = 0.0
        rate += change[i] * change[i]
        rate = sqrt(rate) / length
    return rate if rate < 1e300 else 0.0
"""

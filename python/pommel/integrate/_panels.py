"""Adaptive integration as in QUADPACK (Piessens, de Doncker-Kapenga, Uberhuber, Kahaner 1983): rules of Gauss and
Kronrod, bisection of the worst interval, and the epsilon algorithm of Wynn for what bisection alone is slow at.

The compiler makes one function of ``adaptive`` and a panel, with the integrand in it.
"""

from __future__ import annotations

from itertools import repeat
from math import sqrt

from .._compile import jit
from ._spelled import function_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EPSILON = 2.220446049250313e-16
SMALLEST = 2.2250738585072014e-308
#: Stands for more than anything; sums of it are finite.
LARGEST = 1e300

#: How an integration ends.
REACHED, LIMIT, ROUNDOFF, EXTRAPOLATION, SINGULAR, DIVERGENT, BAD = 0, 1, 2, 3, 4, 5, 6


#: 10 and 21 nodes.
_RULE21 = (
    (0.9956571630258081, 0.9739065285171717, 0.9301574913557082, 0.8650633666889845, 0.7808177265864169,
     0.6794095682990244, 0.5627571346686047, 0.4333953941292472, 0.2943928627014602, 0.14887433898163122, 0.0),
    (0.011694638867371874, 0.032558162307964725, 0.054755896574351995, 0.07503967481091996,
     0.0931254545836976, 0.10938715880229764, 0.12349197626206584, 0.13470921731147334, 0.14277593857706009,
     0.1477391049013385, 0.14944555400291690),
    (0.0, 0.06667134430868814, 0.0, 0.1494513491505806, 0.0, 0.21908636251598204, 0.0, 0.26926671930999635,
     0.0, 0.29552422471475287, 0.0))

#: 7 and 15 nodes.
_RULE15 = (
    (0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
     0.4058451513773972, 0.20778495500789848, 0.0),
    (0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
     0.19035057806478542, 0.20443294007529889, 0.20948214108472782),
    (0.0, 0.12948496616886969, 0.0, 0.27970539148927664, 0.0, 0.3818300505051189, 0.0, 0.4179591836734694))


#: Values at the nodes, in terms of ``t``, a place between 0 and 1 where the range is infinite.
_VALUES = {
    "": "v{i} = float(f(t, *args))",
    " to infinity": "v{i} = float(f(bound + sign * ((1.0 - t) / t), *args)) / t / t",
    " of all": "x = (1.0 - t) / t\n    v{i} = (float(f(x, *args)) + float(f(-x, *args))) / t / t",
}

#: The same in two parts: places, and what comes of the values there.
_PLACES = {"": "x{i} = t", " to infinity": "x{i} = bound + sign * ((1.0 - t) / t)",
           " of all": "x{i} = (1.0 - t) / t\n    x{i}_ = -x{i}"}
_TAKEN = {"": "v{i} = y{i}", " to infinity": "v{i} = y{i} / t / t", " of all": "v{i} = (y{i} + y{i}_) / t / t"}

_PLACES_OF = """def places(a, b, bound, sign):
    center, half = 0.5 * (a + b), 0.5 * (b - a)
{values}
    return [{places}]
"""

_VALUED = """    center, half = 0.5 * (a + b), 0.5 * (b - a)
{values}
    total = {total}
    size = {size}
    mean = 0.5 * total
    spread = {spread}
    width = abs(half)
    size *= width
    spread *= width
    error = abs((total - ({rough})) * half)
    if spread != 0.0 and error != 0.0:
        ratio = 200.0 * error / spread
        error = spread * min(1.0, ratio * sqrt(ratio))
    if size > {smallest!r}:
        error = max({epsilon!r} * size, error)
    return total * half, error, size, spread
"""

#: What an interval has: the integral, an estimate of its error, the integral of the absolute value, and that of the
#: distance from the mean.
_PANEL = "def panel(f, args, a, b, bound, sign):\n" + _VALUED

_RULE = "def rule(values, a, b):\n    [{given}] = values\n" + _VALUED


def panel(how: str) -> tuple[Any, int]:
    """The function for one interval, spelled out, and how many evaluations it does."""
    evaluations = (2 * len(_rule(how)[0]) - 1) * (2 if how == " of all" else 1)
    return function_of(_text(how, _VALUES[how], _PANEL), "panel" + how, "panel", {"sqrt": sqrt}), evaluations


def panel_by_parts(how: str) -> Any:
    """The same for integrands that are not native: they are called by `map`, and what is before and after is
    compiled."""
    names = {"sqrt": sqrt}
    places = jit(function_of(_text(how, _PLACES[how], _PLACES_OF), "places" + how, "places", names))
    rule = jit(function_of(_text(how, _TAKEN[how], _RULE), "rule" + how, "rule", names))

    def panel(f: Any, args: Any, a: float, b: float, bound: float, sign: float) -> Any:
        return rule([*map(float, map(f, places(a, b, bound, sign), *map(repeat, args)))], a, b)

    return panel


def _rule(how: str) -> Any:
    return _RULE15 if how else _RULE21


def _text(how: str, value: str, text: str) -> str:
    nodes, kronrod, gauss = _rule(how)
    last = len(nodes) - 1
    lines, order = [], []
    for i, node in enumerate(nodes):
        for sign, at in ((-1.0, i), (1.0, 2 * last - i))[:1 if i == last else 2]:
            lines.append("    t = center + half * {!r}".format(sign * node) if node else "    t = center")
            lines.append("    " + value.format(i=at))
            order += ["{}" + str(at), "{}" + str(at) + "_"][:2 if how == " of all" else 1]
    return text.format(
        values="\n".join(lines), total=_sum(kronrod, "v{}"), rough=_sum(gauss, "v{}"), size=_sum(kronrod, "abs(v{})"),
        spread=_sum(kronrod, "abs(v{} - mean)"), smallest=SMALLEST / (50.0 * EPSILON), epsilon=50.0 * EPSILON,
        places=", ".join(name.format("x") for name in order), given=", ".join(name.format("y") for name in order))


def _sum(weights: Any, term: str) -> str:
    """A sum over all nodes, two with the same weight at a time."""
    last = len(weights) - 1
    terms = ["{!r} * ({} + {})".format(weight, term.format(i), term.format(2 * last - i))
             for i, weight in enumerate(weights[:-1]) if weight]
    return " + ".join([*terms, "{!r} * {}".format(weights[-1], term.format(last))] if weights[-1] else terms)


def placed(order: list[int], errors: list[float], count: int, new: int) -> None:
    """Puts an interval where it belongs among the first of ``order``, the largest error first."""
    at = count
    while at > 0 and errors[order[at - 1]] < errors[new]:
        order[at] = order[at - 1]
        at -= 1
    order[at] = new


def epsilon(table: list[float], n: int, last: list[float], calls: int) -> Any:
    """One more diagonal of the epsilon table, whose last entry came just now: how many entries there are then,
    the limit, and an estimate of its error."""
    error, result = LARGEST, table[n]
    if n < 3:
        return n, result, max(error, 5.0 * EPSILON * abs(result))
    table[n + 2] = table[n]
    rounds, whole, place = (n - 1) // 2, n, n
    table[n] = LARGEST
    for i in range(1, rounds + 1):
        found = table[place + 2]
        e0, e1, e2 = table[place - 2], table[place - 1], found
        delta2, delta3 = e2 - e1, e1 - e0
        err2, err3 = abs(delta2), abs(delta3)
        tol2, tol3 = max(abs(e2), abs(e1)) * EPSILON, max(abs(e1), abs(e0)) * EPSILON
        if err2 <= tol2 and err3 <= tol3:
            return n, found, max(err2 + err3, 5.0 * EPSILON * abs(found))
        e3 = table[place]
        table[place] = e1
        delta1 = e1 - e3
        if abs(delta1) <= max(abs(e1), abs(e3)) * EPSILON or err2 <= tol2 or err3 <= tol3:
            n = i + i - 1
            break
        slope = 1.0 / delta1 + 1.0 / delta2 - 1.0 / delta3
        if abs(slope * e1) <= 1e-4:
            n = i + i - 1
            break
        found = e1 + 1.0 / slope
        table[place] = found
        place -= 2
        guess = err2 + abs(found - e2) + err3
        if guess <= error:
            error, result = guess, found
    return shifted(table, n, whole, rounds, last, calls, result)


def shifted(table: list[float], n: int, whole: int, rounds: int, last: list[float], calls: int,
            result: float) -> Any:
    """The end of ``epsilon``: the table moves on."""
    if n == 50:
        n = 49
    at = 2 if whole % 2 == 0 else 1
    for _ in range(rounds + 1):
        table[at] = table[at + 2]
        at += 2
    if whole != n:
        for i in range(1, n + 1):
            table[i] = table[whole - n + i]
    error = LARGEST
    if calls >= 4:
        error = abs(result - last[2]) + abs(result - last[1]) + abs(result - last[0])
        last[0], last[1], last[2] = last[1], last[2], result
    else:
        last[calls - 1] = result
    return n, result, max(error, 5.0 * EPSILON * abs(result))


def adaptive(kernel: Any, f: Any, args: Any, a: float, b: float, bound: float, sign: float, epsabs: float,
             epsrel: float, limit: int, total: float, worst_error: float, size: float) -> Any:
    """The integral from a first panel over all that was not good enough, whose integrals and error are given: result,
    error, how it ended, and how many intervals there are."""
    lefts, rights = [0.0] * limit, [0.0] * limit
    results, errors = [0.0] * limit, [0.0] * limit
    order = [0] * limit
    lefts[0], rights[0], results[0], errors[0] = a, b, total, worst_error
    table, last = [0.0] * 56, [0.0] * 3
    table[1] = total
    area, error_sum = total, worst_error
    result, error = total, LARGEST
    entries, calls, since = 2, 0, 0
    extrapolates = never = False
    slow = slower = slowest = 0
    state, is_rough = 0, False
    small = large_errors = wanted = correction = 0.0
    worst, rank, count = 0, 0, 1
    while count < limit:
        left, right, before = lefts[worst], rights[worst], errors[worst]
        middle = 0.5 * (left + right)
        area12, error12, unclear = 0.0, 0.0, False
        for begin, end, at in ((left, middle, worst), (middle, right, count)):
            value, mistake, _, spread = kernel(f, args, begin, end, bound, sign)
            if at == worst:
                old = results[worst]
            area12 += value
            error12 += mistake
            unclear = unclear or spread == mistake
            lefts[at], rights[at], results[at], errors[at] = begin, end, value, mistake
        count += 1
        error_sum += error12 - before
        area += area12 - old
        if not unclear:
            if abs(old - area12) <= 1e-5 * abs(area12) and error12 >= 0.99 * before:
                if extrapolates:
                    slower += 1
                else:
                    slow += 1
            if count > 10 and error12 > before:
                slowest += 1
        bearable = max(epsabs, epsrel * abs(area))
        if slow + slower >= 10 or slowest >= 20:
            state = ROUNDOFF
        if slower >= 5:
            is_rough = True
        if count == limit:
            state = LIMIT
        if max(abs(left), abs(right)) <= (1.0 + 100.0 * EPSILON) * (abs(middle) + 1000.0 * SMALLEST):
            state = SINGULAR
        # The interval that was the worst goes to its new place, and the other half to its own.
        at = rank
        while at < count - 2:
            order[at] = order[at + 1]
            at += 1
        placed(order, errors, count - 2, worst)
        placed(order, errors, count - 1, count - 1)
        worst = order[rank]
        if error_sum <= bearable:
            return summed(results, count), error_sum, state, count
        if state != 0:
            break
        if count == 2:
            small, large_errors, wanted = abs(b - a) * 0.375, error_sum, bearable
            table[2] = area
            continue
        if never:
            continue
        large_errors -= before
        if abs(middle - left) > small:
            large_errors += error12
        if not extrapolates:
            if abs(rights[worst] - lefts[worst]) > small:
                continue
            extrapolates = True
            rank = 1
        if not is_rough and large_errors > wanted:
            # Larger intervals come first.
            end_rank = count if count <= 2 + limit // 2 else limit + 3 - count
            has_large = False
            while rank < end_rank:
                worst = order[rank]
                if abs(rights[worst] - lefts[worst]) > small:
                    has_large = True
                    break
                rank += 1
            if has_large:
                continue
        entries += 1
        table[entries] = area
        calls += 1
        entries, limit_value, mistake = epsilon(table, entries, last, calls)
        since += 1
        if since > 5 and error < 1e-3 * error_sum:
            state = DIVERGENT
        if mistake < error:
            since, error, result, correction = 0, mistake, limit_value, large_errors
            wanted = max(epsabs, epsrel * abs(limit_value))
            if error <= wanted:
                break
        if entries == 1:
            never = True
        if state == DIVERGENT:
            break
        rank, extrapolates = 0, False
        worst = order[0]
        small *= 0.5
        large_errors = error_sum
    return ended(results, count, area, error_sum, result, error, state, is_rough, correction, total, size)


def summed(results: list[float], count: int) -> float:
    """What all intervals come to."""
    total = 0.0
    for i in range(count):
        total += results[i]
    return total


def ended(results: list[float], count: int, area: float, error_sum: float, result: float, error: float, state: int,
          is_rough: bool, correction: float, first: float, size: float) -> Any:
    """Which is the better one, the limit that was extrapolated or the sum."""
    if error == LARGEST:
        return summed(results, count), error_sum, state, count
    if state != 0 or is_rough:
        if is_rough:
            error += correction
        if state == 0:
            state = EXTRAPOLATION
        if result != 0.0 and area != 0.0:
            if error / abs(result) > error_sum / abs(area):
                return summed(results, count), error_sum, state, count
        elif error > error_sum:
            return summed(results, count), error_sum, state, count
        elif area == 0.0:
            return result, error, state, count
    has_signs = abs(first) < (1.0 - 50.0 * EPSILON) * size
    if has_signs and max(abs(result), abs(area)) <= size * 0.01:
        return result, error, state, count
    if not 0.01 <= result / area <= 100.0 or error_sum > abs(area):
        state = BAD
    return result, error, state, count

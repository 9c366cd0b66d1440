"""The method of Levenberg and Marquardt as Moré has it, The Levenberg-Marquardt algorithm: implementation and theory
(1978): a region of trust in scaled components, whose size follows from what was gained, and QR with exchanged columns.

All of it is lists of floats, which the compiler makes machine code of, together with the callbacks. How residuals,
their derivatives and triangles of them come about are functions that are arguments.
"""

from __future__ import annotations

from math import sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

EPSILON = 2.220446049250313e-16
SMALLEST = 2.2250738585072014e-308

#: How it ends: after as many calls as there may be; the residuals are orthogonal to all derivatives; what is gained is
#: little; the step is small; both; because of what is not finite.
CALLS, GTOL, FTOL, XTOL, BOTH, INFINITE = 0, 1, 2, 3, 4, -1


def length(values: Any) -> float:
    """The Euclidean norm."""
    total = 0.0
    for value in values:
        total += value * value
    return sqrt(total)


def triangle(columns: Any, r: Any) -> Any:
    """QR by Householder's reflections, the longest of the columns that are left always first: the triangle, a list for
    each row; the residuals in the new base; the order of columns, and their norms."""
    n, m = len(columns), len(r)
    norms = [length(column) for column in columns]
    left = [value for value in norms]
    order = [j for j in range(n)]
    values = [float(value) for value in r]
    diagonal = [0.0] * n
    for j in range(n):
        best = j
        for k in range(j + 1, n):
            if left[k] > left[best]:
                best = k
        if best != j:
            columns[j], columns[best] = columns[best], columns[j]
            order[j], order[best] = order[best], order[j]
            left[best] = left[j]
        column = columns[j]
        total = 0.0
        for i in range(j, m):
            total += column[i] * column[i]
        size = sqrt(total)
        if size != 0.0:
            if column[j] < 0.0:
                size = -size
            for i in range(j, m):
                column[i] /= size
            column[j] += 1.0
            for k in range(j + 1, n):
                other = columns[k]
                reflected(column, other, j, m)
                total = 0.0
                for i in range(j + 1, m):
                    total += other[i] * other[i]
                left[k] = sqrt(total)
            reflected(column, values, j, m)
        diagonal[j] = -size
    rows = [[columns[k][j] if k > j else diagonal[j] if k == j else 0.0 for k in range(n)] for j in range(n)]
    return rows, values[:n], order, norms


def reflected(column: Any, values: Any, begin: int, end: int) -> None:
    """Applies a reflection."""
    total = 0.0
    for i in range(begin, end):
        total += column[i] * values[i]
    total /= column[begin]
    for i in range(begin, end):
        values[i] -= total * column[i]


def back(rows: Any, values: Any, rank: int) -> Any:
    """The solution of a system with a triangle, of which only some rows count."""
    x = [0.0] * len(values)
    for j in range(rank - 1, -1, -1):
        total = values[j]
        for k in range(j + 1, rank):
            total -= rows[j][k] * x[k]
        x[j] = total / rows[j][j]
    return x


def forth(rows: Any, values: Any) -> Any:
    """The solution of a system with the transposed triangle."""
    x = [value for value in values]
    for j in range(len(values)):
        for k in range(j):
            x[j] -= rows[k][j] * x[k]
        x[j] /= rows[j][j]
    return x


def damped(rows: Any, values: Any, weights: Any) -> Any:
    """The triangle and the right-hand side with a diagonal of weights below, all of it made a triangle by Givens'
    rotations."""
    n = len(values)
    rows = [[value for value in row] for row in rows]
    values = [value for value in values]
    for j in range(n):
        if weights[j] == 0.0:
            continue
        below = [0.0] * n
        below[j] = weights[j]
        rest = 0.0
        for k in range(j, n):
            if below[k] == 0.0:
                continue
            row = rows[k]
            size = sqrt(row[k] * row[k] + below[k] * below[k])
            c, s = row[k] / size, below[k] / size
            for i in range(k, n):
                row[i], below[i] = c * row[i] + s * below[i], c * below[i] - s * row[i]
            values[k], rest = c * values[k] + s * rest, c * rest - s * values[k]
    return rows, values


def step_within(rows: Any, values: Any, order: Any, scale: Any, radius: float, weight: float) -> Any:
    """The step whose scaled length is about the radius, or the shortest one to the minimum of the linear model if that
    is within; and the square of the weight that the scaled length has for that."""
    n = len(values)
    rank = 0
    while rank < n and rows[rank][rank] != 0.0:
        rank += 1
    step = back(rows, values, rank)
    scaled = [scale[order[j]] * step[j] for j in range(n)]
    size = length(scaled)
    over = size - radius
    if over <= 0.1 * radius:
        return step, 0.0
    low = 0.0
    if rank == n:
        slope = length(forth(rows, [scale[order[j]] * (scaled[j] / size) for j in range(n)]))
        low = over / radius / slope / slope
    uphill = [0.0] * n
    for j in range(n):
        for k in range(j + 1):
            uphill[j] += rows[k][j] * values[k]
        uphill[j] /= scale[order[j]]
    steepest = length(uphill)
    high = steepest / radius
    if high == 0.0:
        high = SMALLEST / min(radius, 0.1)
    weight = min(max(weight, low), high)
    if weight == 0.0:
        weight = steepest / size
    for count in range(10):
        if weight == 0.0:
            weight = max(SMALLEST, 0.001 * high)
        root = sqrt(weight)
        longer, turned = damped(rows, values, [root * scale[order[j]] for j in range(n)])
        rank = 0
        while rank < n and longer[rank][rank] != 0.0:
            rank += 1
        step = back(longer, turned, rank)
        scaled = [scale[order[j]] * step[j] for j in range(n)]
        size = length(scaled)
        before, over = over, size - radius
        if abs(over) <= 0.1 * radius or low == 0.0 and over <= before < 0.0 or count == 9 or rank < n:
            break
        slope = length(forth(longer, [scale[order[j]] * (scaled[j] / size) for j in range(n)]))
        if over > 0.0:
            low = max(low, weight)
        else:
            high = min(high, weight)
        weight = max(low, weight + over / radius / slope / slope)
    return step, weight


def cosine(rows: Any, values: Any, order: Any, norms: Any, size: float) -> float:
    """The largest cosine of an angle between the residuals and a derivative."""
    largest = 0.0
    for j in range(len(values)):
        norm = norms[order[j]]
        if norm != 0.0 and size != 0.0:
            total = 0.0
            for k in range(j + 1):
                total += rows[k][j] * (values[k] / size)
            found = abs(total / norm)
            if found != found:
                return found
            largest = max(largest, found)
    return largest


def gained(rows: Any, step: Any, size: float, long: float, weight: float) -> Any:
    """What the linear model says about a step: how much is gained, and the slope, relative to the residuals."""
    n = len(step)
    changes = [0.0] * n
    for j in range(n):
        for k in range(j + 1):
            changes[k] += rows[k][j] * step[j]
    a, b = length(changes) / size, sqrt(weight) * long / size
    return a * a + 2.0 * b * b, -(a * a + b * b)


def proposed(rows: Any, turned: Any, order: Any, scale: Any, x: Any, size: float, radius: float, weight: float) -> Any:
    """The next place, the scaled length of the step to it, its weight, and what the linear model says about it."""
    step, weight = step_within(rows, turned, order, scale, radius, weight)
    new = [value for value in x]
    for j in range(len(x)):
        new[order[j]] -= step[j]
    long = length([scale[order[j]] * step[j] for j in range(len(x))])
    expected, slope = gained(rows, step, size, long, weight)
    return new, long, weight, expected, slope


def levenberg(fun: Any, jac: Any, args: Any, values: Any, columns: Any, triangle_of: Any, propose: Any, norm: Any,
              x0: Any, r0: Any, ftol: float, xtol: float, gtol: float, factor: float, most: int, cost: int,
              eps: float, floor: float) -> Any:
    """Minimizes the sum of squares: the place, the residuals, how it ended, calls, Jacobians, and the last triangle
    with the order of columns. A Jacobian counts as ``cost`` calls."""
    x, r = [float(value) for value in x0], r0
    n, size, calls, jacobians, weight, radius, ended = len(x0), norm(r), 1, 0, 0.0, 0.0, -2
    scale, rows, order = [0.0] * n, [[0.0]], [0]
    while ended == -2:
        rows, turned, order, norms = triangle_of(columns(fun, jac, args, values, x, r, eps, floor), r)
        calls += cost
        jacobians += 1
        if jacobians == 1:
            scale = [value if value != 0.0 else 1.0 for value in norms]
            radius = factor * length([scale[j] * x[j] for j in range(n)])
            if radius == 0.0:
                radius = factor
        angle = cosine(rows, turned, order, norms, size)
        if angle <= gtol:
            ended = 1
            break
        if not angle < 1e300:
            ended = -1
            break
        scale = [max(scale[j], norms[j]) for j in range(n)]
        while True:
            new, long, weight, expected, slope = propose(rows, turned, order, scale, x, size, radius, weight)
            if jacobians == 1:
                radius = min(radius, long)
            new_r = values(fun, args, new)
            calls += 1
            new_size = norm(new_r)
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
                x, r, size = new, new_r, new_size
            whole = length([scale[j] * x[j] for j in range(n)])
            is_little = abs(gain) <= ftol and expected <= ftol and 0.5 * ratio <= 1.0
            if is_little:
                ended = 2
            if radius <= xtol * whole:
                ended = 4 if is_little else 3
            if ended == -2:
                if calls >= most:
                    ended = 0
                elif abs(gain) <= EPSILON and expected <= EPSILON and 0.5 * ratio <= 1.0:
                    ended = 2
                elif radius <= EPSILON * whole:
                    ended = 3
            if ended != -2 or ratio >= 1e-4:
                break
    return x, r, ended, calls, jacobians, rows, order

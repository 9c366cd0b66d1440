"""Small systems of linear equations, and Jacobians by differences."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._vectors import Lists

_EPSILON = 2.220446049250313e-16

class Singular(ArithmeticError):
    """A matrix that cannot be divided by."""


def factored(rows: list[list[Any]]) -> tuple[list[list[Any]], list[int]]:
    """A matrix as the product of two triangular ones, in place, and which rows were exchanged."""
    n = len(rows)
    exchanged = []
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(rows[i][k]) > abs(rows[best][k]):
                best = i
        exchanged.append(best)
        rows[k], rows[best] = rows[best], rows[k]
        pivot = rows[k]
        if pivot[k] == 0:
            raise Singular
        for i in range(k + 1, n):
            row = rows[i]
            if row[k] != 0:
                factor = row[k] = row[k] / pivot[k]
                for j in range(k + 1, n):
                    row[j] -= factor * pivot[j]
    return rows, exchanged


def solved(factors: tuple[list[list[Any]], list[int]], values: list[Any]) -> list[Any]:
    """The solution for a right-hand side."""
    rows, exchanged = factors
    n = len(values)
    x = values[:]
    for k, other in enumerate(exchanged):
        x[k], x[other] = x[other], x[k]
    for k in range(n):
        if x[k] != 0:
            for i in range(k + 1, n):
                x[i] -= rows[i][k] * x[k]
    for k in reversed(range(n)):
        row, total = rows[k], x[k]
        for j in range(k + 1, n):
            total -= row[j] * x[j]
        x[k] = total / row[k]
    return x


class Differences:
    """The Jacobian of a function by differences, each as large as the one before had to be (Salane 1986)."""

    _LEAST, _MOST, _START = 1e3 * _EPSILON, 0.1, _EPSILON ** 0.5

    def __init__(self, vectors: Lists) -> None:
        self.vectors = vectors
        self.factors = [self._START] * vectors.problem.n
        self.threshold = vectors.problem.atol

    def __call__(self, function: Callable[[Any], Any], y: Any, f: Any) -> Any:
        columns = [self._column(function, y, f, j) for j in range(len(y))]
        return self.vectors.matrix(columns) if columns else []

    def _column(self, function: Any, y: Any, f: Any, j: int) -> Any:
        vectors, factor = self.vectors, self.factors[j]
        moved = y[:] if isinstance(y, list) else y + 0.0
        value, slope = vectors.problem.kind(y[j]), vectors.problem.kind(f[j])
        size = max(abs(value), self.threshold[j])
        size = -size if slope.real < 0 else size
        step = (value + factor * size) - value
        while step == 0 and factor < 1e10:
            factor *= 10
            step = (value + factor * size) - value
        moved[j] = value + step
        new = function(moved)
        changes = vectors.mixed((1.0, -1.0), (new, f))
        largest = vectors.largest(changes)
        scale, change = max(abs(f[largest]), abs(new[largest])), abs(changes[largest])
        # Too small a change has no digits, too large a one is not the derivative.
        if change < _EPSILON ** 0.875 * scale:
            factor = min(factor * 10, self._MOST)
        elif change > _EPSILON ** 0.25 * scale:
            factor = max(factor * 0.1, self._LEAST)
        self.factors[j] = factor
        return vectors.divided(changes, step)

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


def _inverse(matrix: list[float], n: int) -> bool:
    """Makes of a matrix of ``n`` rows, one after the other, its inverse, by Gauss and Jordan, if it has one."""
    exchanged = [0] * n
    for k in range(n):
        best = k
        largest = abs(matrix[k * n + k])
        for i in range(k + 1, n):
            if abs(matrix[i * n + k]) > largest:
                best = i
                largest = abs(matrix[i * n + k])
        if not largest > 0.0:
            return False
        exchanged[k] = best
        if best != k:
            for j in range(n):
                matrix[k * n + j], matrix[best * n + j] = matrix[best * n + j], matrix[k * n + j]
        pivot = matrix[k * n + k]
        matrix[k * n + k] = 1.0
        for j in range(n):
            matrix[k * n + j] /= pivot
        for i in range(n):
            if i != k:
                factor = matrix[i * n + k]
                matrix[i * n + k] = 0.0
                for j in range(n):
                    matrix[i * n + j] -= factor * matrix[k * n + j]
    for k in range(n - 1, -1, -1):
        best = exchanged[k]
        if best != k:
            for i in range(0, n * n, n):
                matrix[i + k], matrix[i + best] = matrix[i + best], matrix[i + k]
    return True


def _one(matrix: list[float], n: int, diagonal: float) -> list[float]:
    """The inverse of a matrix with something added to its diagonal: nothing if there is none."""
    own = [value for value in matrix]
    for k in range(0, n * n, n + 1):
        own[k] += diagonal
    return own if _inverse(own, n) else []


def _complex(matrix: list[float], n: int, diagonal: float, imaginary: float) -> list[float]:
    """The same for a complex number: the real parts, and then the imaginary ones. It is within the inverse of a
    matrix of twice as many rows."""
    m = 2 * n
    own = [0.0] * (m * m)
    for row in range(n):
        for column in range(n):
            value = matrix[row * n + column]
            if row == column:
                value += diagonal
                own[row * m + n + column] = -imaginary
                own[(n + row) * m + column] = imaginary
            own[row * m + column] = value
            own[(n + row) * m + n + column] = value
    if not _inverse(own, m):
        return []
    found = [0.0] * (2 * n * n)
    for row in range(m):
        for column in range(n):
            found[row * n + column] = own[row * m + column]
    return found


class _Compiled:
    """A function that runs as it is at first, and is compiled when there was much to do."""

    #: What compiling pays for, in multiplications.
    WORTH = 200_000

    def __init__(self, function: Any) -> None:
        self.function, self.done = function, 0

    def __call__(self, matrix: list[float], n: int, *diagonal: float) -> Any:
        if self.done <= self.WORTH:
            self.done += n * n * n
            if self.done > self.WORTH:
                from .._compile import jit

                self.function = jit(self.function)
        return self.function(matrix, n, *diagonal)


_real_inverse, _complex_inverse = _Compiled(_one), _Compiled(_complex)


def invert(matrix: list[float], n: int, diagonal: float) -> bool:
    """Makes of a matrix, with something added to its diagonal, its inverse, if it has one."""
    found = _real_inverse(matrix, n, diagonal)
    matrix[:] = found or matrix
    return bool(found)


def invert_both(matrix: list[float], re: list[float], im: list[float], n: int, diagonal: float, diagonal_re: float,
                diagonal_im: float) -> bool:
    """The same, and the inverse with a complex number added, of which come the real and the imaginary parts."""
    found = _complex_inverse(matrix, n, diagonal_re, diagonal_im)
    if not found:
        return False
    re[:], im[:] = found[:n * n], found[n * n:]
    return invert(matrix, n, diagonal)


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
        is_first = True
        while True:
            step = (value + factor * size) - value
            if step == 0 and factor < 1e10:
                factor *= 10
                continue
            moved[j] = value + step
            new = function(moved)
            changes = vectors.mixed((1.0, -1.0), (new, f))
            largest = vectors.largest(changes)
            scale, change = max(abs(f[largest]), abs(new[largest])), abs(changes[largest])
            if is_first and change < _EPSILON ** 0.875 * scale:
                # It has no digits.
                is_first = False
                factor *= 10
                continue
            break
        # Too small a change has few digits, too large a one is not the derivative.
        if change < _EPSILON ** 0.75 * scale:
            factor = min(factor * 10, self._MOST)
        elif change > _EPSILON ** 0.25 * scale:
            factor = max(factor * 0.1, self._LEAST)
        self.factors[j] = factor
        return vectors.divided(changes, step)

"""Systems of linear equations whose matrices have a few diagonals, as those of equations in one dimension of space.

A row of a matrix is a row of an array that begins at the lowest diagonal, with room for what elimination with
exchanged rows adds. Functions run as they are at first, and are compiled when there is much to do.
"""

from __future__ import annotations

from .._compile import JitFunction, jit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Diagonals are few if elimination among them takes so many times less than with a whole matrix.
_FEWER = 16


def _factored(a: Any, exchanged: Any, lower: int, upper: int) -> bool:
    """Makes the factors of a matrix, in place: false if it has no inverse. ``upper`` counts what is added, too."""
    n = len(exchanged)
    for k in range(n):
        end = min(k + lower + 1, n)
        best = k
        largest = abs(a[k, lower])
        for i in range(k + 1, end):
            if abs(a[i, k - i + lower]) > largest:
                best = i
                largest = abs(a[i, k - i + lower])
        if not largest > 0.0:
            return False
        exchanged[k] = best
        width = min(upper + 1, n - k)
        if best != k:
            for j in range(width):
                value = a[k, lower + j]
                a[k, lower + j] = a[best, k - best + lower + j]
                a[best, k - best + lower + j] = value
        for i in range(k + 1, end):
            factor = a[i, k - i + lower] / a[k, lower]
            a[i, k - i + lower] = factor
            if factor != 0.0:
                for j in range(1, width):
                    a[i, k - i + lower + j] -= factor * a[k, lower + j]
    return True


def _solved(a: Any, exchanged: Any, lower: int, upper: int, x: Any) -> None:
    """Makes of a right-hand side the solution."""
    n = len(exchanged)
    for k in range(n):
        best = exchanged[k]
        value = x[best]
        x[best] = x[k]
        x[k] = value
        for i in range(k + 1, min(k + lower + 1, n)):
            x[i] -= a[i, k - i + lower] * value
    for k in range(n - 1, -1, -1):
        value = x[k]
        for j in range(1, min(upper + 1, n - k)):
            value -= a[k, lower + j] * x[k + j]
        x[k] = value / a[k, lower]


_compiled: list[Any] = []


def _functions() -> list[Any]:
    if not _compiled:
        _compiled.extend(map(jit, (_factored, _solved)))
    return _compiled


def widths(xp: Any, matrix: Any) -> tuple[int, int] | None:
    """How many diagonals there are below and above the middle, if these are few and functions can be compiled."""
    n = len(matrix)
    rows, columns = xp.nonzero(matrix)
    if not len(rows):
        lower = upper = 0
    else:
        lower, upper = max(int((rows - columns).max()), 0), max(int((columns - rows).max()), 0)
    if _FEWER * (lower + 1) * (lower + upper + 1) > n * n or not isinstance(_functions()[0], JitFunction):
        return None
    return lower, upper


class Banded:
    """Solves systems with the matrix ``diagonal - factor * matrix``. One of complex numbers is one of twice as many
    rows of real ones, real and imaginary parts by turns."""

    def __init__(self, xp: Any, matrix: Any, diagonal: Any, factor: float, lower: int, upper: int) -> None:
        n, self.xp = len(matrix), xp
        self.parts = parts = 2 if isinstance(diagonal, complex) else 1
        self.lower, self.upper = max(parts * lower, parts - 1), max(parts * upper, parts - 1)
        self.upper += self.lower
        self.a = a = xp.zeros((parts * n, self.lower + self.upper + 1))
        for j in range(-lower, upper + 1):
            values = -factor * xp.diagonal(matrix, j)
            for part in range(parts):
                first = parts * max(0, -j) + part
                a[first:first + parts * len(values):parts, self.lower + parts * j] = values
        a[:, self.lower] += diagonal.real
        if parts == 2:
            a[0::2, self.lower + 1] = -diagonal.imag
            a[1::2, self.lower - 1] = diagonal.imag
        self.exchanged = xp.zeros(parts * n, dtype=xp.int64)
        self.is_regular = _functions()[0](a, self.exchanged, self.lower, self.upper)

    def __call__(self, values: Any) -> Any:
        xp, parts = self.xp, self.parts
        x = xp.zeros(parts * len(values))
        x[0::parts] = values.real if parts == 2 else values
        if parts == 2:
            x[1::2] = values.imag
        _functions()[1](self.a, self.exchanged, self.lower, self.upper, x)
        return x if parts == 1 else x[0::2] + 1j * x[1::2]

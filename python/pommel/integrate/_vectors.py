"""Vectors of implicit methods: lists for small states, which Python is quicker with, and arrays for large ones."""

from __future__ import annotations

from functools import lru_cache
from math import inf, sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

#: States of more components are arrays.
_MOST = 10


class Lists:
    """Vectors that are lists."""

    def __init__(self, problem: Any) -> None:
        self.problem = problem
        self.atol, self.rtol = problem.atol, problem.rtol

    def vector(self, values: Any) -> Any:
        return values

    def zeros(self) -> Any:
        return [0.0] * self.problem.n

    def at(self, t: float, y: Any) -> Any:
        """The derivative."""
        return self.problem.at(t, y)

    def plus(self, a: Any, b: Any) -> Any:
        return [x + y for x, y in zip(a, b)]

    def mixed(self, weights: Sequence[Any], rows: Sequence[Any]) -> Any:
        """The sum of vectors with weights."""
        if len(rows) == 3:
            u, v, w = weights
            return [u * x + v * y + w * z for x, y, z in zip(*rows)]
        return [sum(weight * value for weight, value in zip(weights, values)) for values in zip(*rows)]

    def norm(self, values: Any, scale: Any) -> float:
        return self.problem.norm(values, scale)

    def scale(self, y: Any, other: Any = None) -> Any:
        """What errors are compared with, for a state, or for the larger one of each component of two."""
        if other is None:
            return [a + r * abs(value) for a, r, value in zip(self.atol, self.rtol, y)]
        return [a + r * max(abs(x), abs(z)) for a, r, x, z in zip(self.atol, self.rtol, y, other)]

    def is_finite(self, values: Any) -> bool:
        return all(abs(value) < inf for value in values)

    def complexes(self, a: Any, b: Any) -> Any:
        return [complex(x, y) for x, y in zip(a, b)]

    def parts(self, values: Any) -> tuple[Any, Any]:
        """The real and the imaginary parts."""
        return [value.real for value in values], [value.imag for value in values]

    def divider(self, jacobian: Any, diagonal: Any, factor: Any) -> Any:
        """Solves systems with the matrix ``diagonal * I - factor * jacobian``."""
        from ._linear import factored, solved

        rows = [[-factor * value for value in row] for row in jacobian]
        for i, row in enumerate(rows):
            row[i] += diagonal
        factors = factored(rows)
        return lambda values: solved(factors, values)

    def largest(self, changes: Any) -> int:
        """Where the largest of some numbers is."""
        return max(range(len(changes)), key=lambda i: abs(changes[i]))

    def rows(self, matrix: Any) -> Any:
        """A matrix that is an array."""
        return matrix.tolist()

    def matrix(self, columns: list[Any]) -> Any:
        """A matrix of its columns."""
        return [list(row) for row in zip(*columns)]

    def divided(self, values: Any, by: Any) -> Any:
        return [value / by for value in values]


class Arrays(Lists):
    """Vectors that are arrays."""

    def __init__(self, problem: Any) -> None:
        self.problem, self.xp = problem, problem.xp
        self.atol, self.rtol = self.xp.asarray(problem.atol), self.xp.asarray(problem.rtol)
        self._measured: tuple[Any, Any] = (None, None)

    def vector(self, values: Any) -> Any:
        return self.problem.array(values)

    def zeros(self) -> Any:
        return self.xp.zeros(self.problem.n, dtype=self.problem.kind)

    def at(self, t: float, y: Any) -> Any:
        problem = self.problem
        problem.nfev += 1
        # A callback may keep what it gets, and give the same array again.
        return self.xp.array(problem.fun(t, self.xp.array(y), *problem.args), dtype=problem.kind)

    def plus(self, a: Any, b: Any) -> Any:
        return a + b

    def mixed(self, weights: Sequence[Any], rows: Sequence[Any]) -> Any:
        total = weights[0] * rows[0]
        for weight, row in zip(weights[1:], rows[1:]):
            total = total + weight * row
        return total

    def norm(self, values: Any, scale: Any) -> float:
        sizes = abs(values) / scale
        return sqrt(float((sizes * sizes).sum()) / self.problem.n)

    def scale(self, y: Any, other: Any = None) -> Any:
        sizes = abs(y) if other is None else self.xp.maximum(abs(y), abs(other))
        return self.atol + self.rtol * sizes

    def is_finite(self, values: Any) -> bool:
        return bool(self.xp.isfinite(values).all())

    def complexes(self, a: Any, b: Any) -> Any:
        return a + 1j * b

    def parts(self, values: Any) -> tuple[Any, Any]:
        return values.real, values.imag

    def divider(self, jacobian: Any, diagonal: Any, factor: Any) -> Any:
        from ._banded import Banded
        from ._linear import Singular

        widths = self._widths_of(jacobian)
        if widths is not None:
            banded = Banded(self.xp, jacobian, diagonal, factor, *widths)
            if not banded.is_regular:
                raise Singular
            return banded
        matrix = diagonal * _unit(self.xp, self.problem.n) - factor * jacobian
        try:
            inverse = self.xp.linalg.inv(matrix)
        except ValueError:
            raise Singular from None
        return lambda values: inverse @ values

    def _widths_of(self, jacobian: Any) -> Any:
        """How many diagonals a Jacobian has, if these are few."""
        from ._banded import widths

        if jacobian is not self._measured[0]:
            found = widths(self.xp, jacobian) if self.problem.kind is float else None
            self._measured = jacobian, found
        return self._measured[1]

    def rows(self, matrix: Any) -> Any:
        return matrix

    def largest(self, changes: Any) -> int:
        return int(abs(changes).argmax())

    def matrix(self, columns: list[Any]) -> Any:
        return self.xp.stack(columns, axis=1)

    def divided(self, values: Any, by: Any) -> Any:
        return values / by


@lru_cache(maxsize=8)
def _unit(xp: Any, n: int) -> Any:
    return xp.eye(n)


def vectors_of(problem: Any) -> Lists:
    """The vectors that suit a problem."""
    return Arrays(problem) if problem.n > _MOST else Lists(problem)

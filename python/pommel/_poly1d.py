"""NumPy's ``poly1d``: a polynomial that can be called, added and written."""

from __future__ import annotations

from operator import index

from . import _native
from ._polynomials import (
    _trimmed, poly, polyadd, polyder, polydiv, polyint, polymul, polysub, polyval, roots,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Iterator, ndarray


class poly1d:
    """A polynomial of coefficients, of which the first belongs to the highest power, or with ``r`` of
    roots. It is called with a number, an array or another polynomial.

    >>> import pommel as pm
    >>> p = pm.poly1d([1, -3, 2])
    >>> p(3), p.order, (p * p).coeffs
    (array(2), 2, array([  1,  -6,  13, -12,   4]))
    >>> print(p)
       2
    1 x - 3 x + 2
    """

    # The coefficients may change.
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, c_or_r: Any, r: bool = False, variable: str | None = None) -> None:
        if isinstance(c_or_r, poly1d):
            variable = c_or_r.variable if variable is None else variable
            c_or_r = c_or_r.coeffs
        #: The coefficients.
        self.coeffs: ndarray = _trimmed("c_or_r", poly(c_or_r) if r else c_or_r).copy()
        #: The name of the variable in the text.
        self.variable: str = "x" if variable is None else variable

    @property
    def order(self) -> int:
        """The highest power."""
        return len(self.coeffs) - 1

    @property
    def roots(self) -> ndarray:
        """Where it is zero."""
        return roots(self.coeffs)

    o = order
    r = roots

    @property
    def c(self) -> ndarray:
        """The coefficients."""
        return self.coeffs

    coef = coefficients = c

    def __call__(self, val: Any) -> Any:
        if not isinstance(val, poly1d):
            return polyval(self.coeffs, val)
        result = poly1d([0])
        for coefficient in self.coeffs:
            result = result * val + coefficient
        return result

    def deriv(self, m: int = 1) -> poly1d:
        """Its derivative."""
        return poly1d(polyder(self.coeffs, m))

    def integ(self, m: int = 1, k: ArrayLike = 0) -> poly1d:
        """Its integral, to which ``k`` is added."""
        return poly1d(polyint(self.coeffs, m, k))

    def __add__(self, other: Any) -> poly1d:
        return poly1d(polyadd(self.coeffs, poly1d(other).coeffs))

    __radd__ = __add__

    def __sub__(self, other: Any) -> poly1d:
        return poly1d(polysub(self.coeffs, poly1d(other).coeffs))

    def __rsub__(self, other: Any) -> poly1d:
        return poly1d(polysub(poly1d(other).coeffs, self.coeffs))

    def __mul__(self, other: Any) -> poly1d:
        return poly1d(polymul(self.coeffs, poly1d(other).coeffs))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if getattr(other, "ndim", 0) or isinstance(other, (poly1d, list, tuple)):
            quotient, rest = polydiv(self.coeffs, poly1d(other).coeffs)
            return poly1d(quotient), poly1d(rest)
        return poly1d(self.coeffs / other)

    def __rtruediv__(self, other: Any) -> tuple[poly1d, poly1d]:
        quotient, rest = polydiv(poly1d(other).coeffs, self.coeffs)
        return poly1d(quotient), poly1d(rest)

    def __pow__(self, power: int) -> poly1d:
        result, power = poly1d([1]), index(power)
        if power < 0:
            raise ValueError("argument 'power' must not be negative, not {}".format(power))
        for _ in range(power):
            result = result * self
        return result

    def __neg__(self) -> poly1d:
        return poly1d(-self.coeffs)

    def __pos__(self) -> poly1d:
        return self

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, poly1d):
            return NotImplemented
        return self.coeffs.tolist() == other.coeffs.tolist()

    def __getitem__(self, power: int) -> Any:
        """The coefficient of a power."""
        return self.coeffs[self.order - power] if 0 <= power <= self.order else 0

    def __setitem__(self, power: int, value: Any) -> None:
        if power < 0:
            raise ValueError("argument 'power' must not be negative, not {}".format(power))
        if power > self.order:
            more = _native.zeros(power - self.order, self.coeffs.dtype)
            self.coeffs = _native.concat([more, self.coeffs])
        self.coeffs[self.order - power] = value

    def __len__(self) -> int:
        return self.order

    def __iter__(self) -> Iterator[Any]:
        return iter(self.coeffs)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.coeffs.__array__(dtype, copy=copy)

    def __repr__(self) -> str:
        return "poly1d({})".format(repr(self.coeffs)[6:-1])

    def __str__(self) -> str:
        return _written([_digits(c) for c in self.coeffs.tolist()], self.variable)


def _digits(coefficient: Any) -> str:
    """A coefficient with four digits."""
    if isinstance(coefficient, complex):
        if coefficient.imag == 0:
            return _digits(coefficient.real)
        imaginary = _digits(coefficient.imag) + "j"
        return imaginary if coefficient.real == 0 else "({} + {})".format(
            _digits(coefficient.real), imaginary)
    return "{:.4g}".format(coefficient)


def _written(texts: list[str], variable: str) -> str:
    """Two lines: the powers above the terms."""
    above, below = "", ""
    for i, text in enumerate(texts):
        power = len(texts) - 1 - i
        if text == "0" and (below or power):
            continue
        sign = ""
        if below:
            sign, text = (" - ", text[1:]) if text[0] == "-" else (" + ", text)
        below += sign + text + (" " + variable if power else "")
        if power > 1:
            above = above.ljust(len(below)) + str(power)
            below += " " * (len(str(power)) - 1)
    return (above or " ") + "\n" + below

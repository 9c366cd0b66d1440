"""What type checkers are told of the native part. In C nobody else knows it."""

from collections.abc import Sequence

def mean(values: Sequence[float], /) -> float: ...

"""The array class over the standard library's `array.array`, of doubles."""

from array import array as typed_array


class array(typed_array):
    __slots__ = ()

    def __new__(cls, numbers):
        return super().__new__(cls, "d", numbers)

    def __add__(self, other):
        if len(other) != len(self):
            raise ValueError("arrays of different lengths")
        return array([number + other[i] for i, number in enumerate(self)])

    def __mul__(self, factor):
        return array([number * factor for number in self])

    __rmul__ = __mul__

    def __truediv__(self, divisor):
        return array([number / divisor for number in self])

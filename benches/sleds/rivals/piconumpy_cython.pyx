# cython: language_level=3
"""The array class as plain Python compiled by Cython, over the standard library's `array.array`."""

from array import array as typed_array


class array:
    __slots__ = ("_numbers",)

    def __init__(self, numbers):
        self._numbers = typed_array("d", numbers)

    def __len__(self):
        return len(self._numbers)

    def __getitem__(self, index):
        return self._numbers[index]

    def __add__(self, other):
        numbers = other._numbers
        if len(numbers) != len(self._numbers):
            raise ValueError("arrays of different lengths")
        return array([number + numbers[i] for i, number in enumerate(self._numbers)])

    def __mul__(self, factor):
        return array([number * factor for number in self._numbers])

    __rmul__ = __mul__

    def __truediv__(self, divisor):
        return array([number / divisor for number in self._numbers])

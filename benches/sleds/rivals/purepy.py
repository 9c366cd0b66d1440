"""The array class as a Python programmer would write it first: over a list of floats."""


class array:
    __slots__ = ("_numbers",)

    def __init__(self, numbers):
        self._numbers = [float(number) for number in numbers]

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

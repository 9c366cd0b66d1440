"""numexpr: the texts compiled once for its machine, which takes arrays of NumPy."""

import re

import numexpr
import numpy
from operands import ELEMENTWISE, OTHERS, Operands, names

# One expression has to say it all; what is in it twice numexpr computes once.
_D1 = "((log(a / b) + 0.07 * c) / (0.2 * sqrt(c)))"
_D2 = "({} - 0.2 * sqrt(c))".format(_D1)
PRICES = (
    "a * (1.0 / (1.0 + exp(-1.702 * {}))) - b * exp(-0.05 * c) * (1.0 / (1.0 + exp(-1.702 * {})))"
).format(_D1, _D2)

TEXTS = dict(ELEMENTWISE, **{name: OTHERS[name] for name in ("max", "sum-rows", "sum-columns")})
TEXTS.update({name: OTHERS[name] for name in ("row", "column", "outer")})
TEXTS["black-scholes"] = PRICES


class Rival:
    def part(self, family, n, dtype):
        text = TEXTS[family]
        operands = Operands(numpy, n, dtype)
        if dtype == "float32":
            text, numbers = without_literals(text)
            vars(operands).update(numbers)
        used = names(text, operands)
        arrays = {name: getattr(operands, name) for name in used}
        # What evaluating the same once more leaves out: the reading of the text.
        numexpr.evaluate(text, arrays)
        compiled = numexpr.re_evaluate
        return lambda: compiled(arrays)

    def flat(self, result):
        result = numpy.asarray(result).reshape(-1)
        return result, result.itemsize if result.dtype.kind == "f" else None


def without_literals(text):
    """numexpr's literals are float64, and would make all float64: they become variables."""
    numbers = {}

    def name_of(match):
        name = "number_" + match.group().replace(".", "_")
        numbers[name] = numpy.float32(match.group())
        return name

    return re.sub(r"\b\d+\.\d+\b", name_of, text), numbers

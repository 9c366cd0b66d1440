"""python-blosc2: its own arrays, in memory and not compressed, and NumPy's; whichever is quicker."""

import blosc2
import numpy
from operands import Operands, names
from with_numexpr import TEXTS as EXPRESSIONS
from with_numexpr import without_literals

PLAIN = {"clevel": 0}


class Rival:
    def part(self, family, n, dtype):
        text = EXPRESSIONS.get(family)
        own = Operands(numpy, n, dtype, lambda array: blosc2.asarray(array, cparams=PLAIN))
        if text is None:
            return self.others(family, own)
        operands = Operands(numpy, n, dtype)
        if dtype == "float32":
            text, numbers = without_literals(text)
            vars(operands).update(numbers)
            vars(own).update(numbers)
        used = names(text, operands)
        ours = {name: getattr(own, name) for name in used}
        numpys = {name: getattr(operands, name) for name in used}

        def with_own():
            return blosc2.lazyexpr(text, ours).compute(cparams=PLAIN)

        if family == "where":
            # Only its own arrays know this.
            return with_own
        return [lambda: blosc2.evaluate(text, numpys), with_own]

    def others(self, family, own):
        """What is no expression."""
        make = {
            "std": lambda: blosc2.std(own.a),
            "sum-middle": lambda: blosc2.sum(own.cube, axis=1),
            "mask": lambda: own.a[own.a > 0.9][:],
            "argsort": lambda: blosc2.argsort(own.a),
            "cumsum": lambda: blosc2.cumulative_sum(own.a),
            "matmul": lambda: blosc2.matmul(own.square, own.square),
        }
        return make[family]

    def flat(self, result):
        result = numpy.asarray(result[()] if hasattr(result, "cparams") else result).reshape(-1)
        return result, result.itemsize if result.dtype.kind == "f" else None

"""NumPy and Pommel: modules with NumPy's names, which run the texts as they stand."""

import importlib

from operands import TEXTS, Operands, thunk

# Below so many elements Pommel computes at once.
PUT_OFF = 2048

OWN_NAMES = ("sqrt", "exp", "log", "sin", "tanh", "where", "sum", "max", "std", "sort", "argsort")


class Rival:
    def __init__(self, name):
        self.xp = importlib.import_module(name)
        self.is_lazy = name == "pommel"
        xp = self.xp
        self.scope = {name: getattr(xp, name) for name in OWN_NAMES + ("cumsum", "array")}
        self.scope.update(solve=xp.linalg.solve, svd=xp.linalg.svd, eigh=xp.linalg.eigh)
        transforms = ("fft", "rfft", "fft2", "rfft2", "fftn")
        self.scope.update({name: getattr(xp.fft, name) for name in transforms})

    def part(self, family, n, dtype):
        operands = Operands(self.xp, n, dtype)
        if not self.is_lazy or n < PUT_OFF:
            return thunk(TEXTS[family], operands, self.scope)
        # What is put off has to be computed.
        return thunk(TEXTS[family], operands, dict(self.scope, finish=self.xp.eval), "finish")

    def flat(self, result):
        result = self.xp.asarray(result).reshape(-1)
        return result, result.dtype.itemsize if result.dtype.kind == "f" else None

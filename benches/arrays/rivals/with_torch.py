"""PyTorch: its own functions as they stand, and for chains of operations what torch.compile makes of
them; whichever is quicker."""

import os

if "BENCH_FOLDER" in os.environ:
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(os.environ["BENCH_FOLDER"], "compiled")

import numpy
import torch
from operands import TEXTS, Operands, function, names, thunk

OWN = {
    "sort": "sort(a)[0]",
    "cumsum": "cumsum(a, 0)",
    "std": "std(a, correction=0)",
    "random": "rand(n, dtype=float64)",
    "integers": "randint(1000, (n,))",
    "normal": "randn(n, dtype=float64)",
    "create": "tensor(four, dtype=float64)",
    "read": "a[1].item()",
}

# A compiler has something to join here.
CHAINS = ("add", "three", "mixed", "hypot", "dot", "black-scholes", "where")

NAMES = ("sqrt", "exp", "log", "sin", "tanh", "where", "sum", "max", "std", "sort", "argsort")
DRAWS = ("rand", "randint", "randn", "float64", "tensor")


class Rival:
    def __init__(self):
        self.scope = {name: getattr(torch, name) for name in NAMES + DRAWS + ("cumsum",)}
        linalg, fft = torch.linalg, torch.fft
        self.scope.update(solve=linalg.solve, svd=linalg.svd, eigh=linalg.eigh)
        self.scope.update(fft=fft.fft, rfft=fft.rfft, fft2=fft.fft2)
        self.scope.update(rfft2=fft.rfft2, fftn=fft.fftn)
        self.compiled = {}
        torch.set_grad_enabled(False)

    def part(self, family, n, dtype):
        text = OWN.get(family, TEXTS[family])
        operands = Operands(numpy, n, dtype, torch.from_numpy)
        eager = thunk(text, operands, self.scope)
        if family not in CHAINS:
            return eager
        used = names(text, operands)
        arguments = [getattr(operands, name) for name in used]
        if family not in self.compiled:
            # One for all sizes: compiling takes seconds.
            written = function(text, used, dict(self.scope))
            self.compiled[family] = torch.compile(written, dynamic=True)
        compiled = self.compiled[family]
        return [eager, lambda: compiled(*arguments)]

    def flat(self, result):
        result = numpy.asarray(result).reshape(-1)
        return result, result.itemsize if result.dtype.kind == "f" else None

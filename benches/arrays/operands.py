"""What the parts of the benchmark of arrays compute, written once, and what they compute it from.

A part is a text in NumPy's words: rivals that have these words run it as it stands, compilers get
it as a function of its operands, and rivals with an own language translate it. A text of several
statements ends with what the part gives; `;` stands between them.
"""

import math

# Element by element, and sums of that.
ELEMENTWISE = {
    "add": "a + a + a + a + a",
    "pair": "a + b",
    "number": "a * 2.0",
    "three": "(a + b) * c - a",
    "mixed": "2.0 * a + b * c - 0.5",
    "hypot": "sqrt(a * a + b * b)",
    "exp": "exp(a)",
    "log": "log(a)",
    "sin": "sin(a)",
    "tanh": "tanh(a)",
    "power": "a ** b",
    "where": "where(a > b, a, b)",
    "dot": "sum(a * b + c)",
    "sum": "sum(a)",
}

# Prices of options after Black and Scholes. The normal distribution is a logistic curve here, good
# to two digits: every rival has its functions. `price`, `strike` and `time` are `a`, `b` and `c`.
BLACK_SCHOLES = """
root = 0.2 * sqrt(c)
d1 = (log(a / b) + 0.07 * c) / root
d2 = d1 - root
first = 1.0 / (1.0 + exp(-1.702 * d1))
second = 1.0 / (1.0 + exp(-1.702 * d2))
a * first - b * exp(-0.05 * c) * second
""".strip().replace("\n", "; ")

OTHERS = {
    "black-scholes": BLACK_SCHOLES,
    "max": "max(a)",
    "std": "std(a)",
    "sum-rows": "sum(narrow, axis=1)",
    "sum-columns": "sum(wide, axis=0)",
    "sum-middle": "sum(cube, axis=1)",
    "row": "wide + row",
    "column": "wide * column",
    "outer": "tall + row",
    "mask": "a[a > 0.9]",
    "mask-write": "own[own > 0.9] = 0.5; own",
    "take": "a[indices]",
    "take-rows": "narrow[few_indices]",
    "put": "own[indices] = 0.25; own",
    "sort": "sort(a)",
    "argsort": "argsort(a)",
    "cumsum": "cumsum(a)",
    "cumsum-columns": "cumsum(wide, axis=0)",
    "matmul": "square @ square",
    "solve": "solve(system, right)",
    "svd": "svd(square)",
    "eigh": "eigh(symmetric)",
    "fft": "fft(a)",
    "rfft": "rfft(a)",
    "fft2": "fft2(square)",
    "fft2-complex": "fft2(turning)",
    "rfft2": "rfft2(square)",
    "fftn": "fftn(solid)",
    "fft-columns": "fft(turning, axis=0)",
    "random": "rng.random(n)",
    "integers": "rng.integers(0, 1000, n)",
    "normal": "rng.standard_normal(n)",
    "create": "array(four)",
    "read": "a[1]",
    "iterate": "for i in range(n): own[i] = own[i] * 0.5 + 0.25\n; own",
}

TEXTS = {**ELEMENTWISE, **OTHERS}

# Every library draws its own numbers, and a decomposition is compared by its numbers alone.
RANDOM = ("random", "integers", "normal")
COMPARED = {"svd": 1, "eigh": 0}

WIDE = 1000


class Operands:
    """The operands of a size and a type: each is made when a part asks for it. `xp` makes them, and
    `converted` says what a rival calls them; all rivals have the same, from NumPy's generator."""

    def __init__(self, xp, n, dtype, converted=lambda array: array):
        self.xp, self.n, self.dtype, self.converted = xp, n, dtype, converted
        self.side = math.isqrt(n)
        self.four = [1.0, 2.0, 3.0, 4.0]

    def __getattr__(self, name):
        make = getattr(type(self), "make_" + name, None)
        if make is None:
            raise AttributeError(name)
        made = self.converted(make(self))
        setattr(self, name, made)
        return made

    def uniform(self, seed, least=0.0):
        return (self.xp.random.default_rng(seed).random(self.n) + least).astype(self.dtype)

    def make_a(self):
        return self.uniform(1, 0.5)

    def make_b(self):
        return self.uniform(2, 0.5)

    def make_c(self):
        return self.uniform(3, 0.25)

    def make_own(self):
        """What a part may write into: it has the same values before every run but the first."""
        return self.uniform(1, 0.5)

    def make_indices(self):
        return self.xp.random.default_rng(4).integers(0, self.n, self.n)

    def make_few_indices(self):
        return self.xp.random.default_rng(5).integers(0, self.n // 4, self.n // 4)

    def make_narrow(self):
        return self.make_a().reshape(-1, 4)

    def make_wide(self):
        return self.make_a().reshape(WIDE, -1)

    def make_row(self):
        return self.make_b()[: self.n // WIDE]

    def make_column(self):
        return self.make_c()[:WIDE].reshape(WIDE, 1)

    make_tall = make_column

    def make_cube(self):
        return self.make_a().reshape(10, -1, 10)

    def make_square(self):
        return self.make_a()[: self.side**2].reshape(self.side, self.side)

    def make_turning(self):
        square = self.make_square()
        return square + 1j * square.T

    def make_solid(self):
        side = int(self.n ** (1 / 3) + 1e-9)
        solid = self.make_a()[: side**3].reshape(side, side, side)
        return solid + 1j * solid[::-1]

    def make_symmetric(self):
        square = self.make_square()
        return square + square.T

    def make_system(self):
        return self.make_square() + self.side * self.xp.eye(self.side, dtype=self.dtype)

    def make_right(self):
        return self.make_b()[: self.side]

    def make_rng(self):
        return self.xp.random.default_rng(6)


def names(text, operands):
    """The operands that a text names, in their order."""
    used = compile(text.replace("; ", "\n"), "part", "exec").co_names
    return [name for name in used if name in vars(operands) or hasattr(operands, "make_" + name)]


def function(text, arguments, scope):
    """A text as a function of `arguments`, for compilers."""
    source = "def run({}):\n{}".format(", ".join(arguments), _body(text, ""))
    exec(source, scope)
    return scope["run"]


def thunk(text, operands, scope, finish=""):
    """A text as a function without arguments that has all it needs at hand; `finish` is a function
    of the scope that gets the result."""
    at_hand = dict(scope, **{name: getattr(operands, name) for name in names(text, operands)})
    body = _body(text, finish).replace("\n    ", "\n        ")
    source = "def make({}):\n    def run():\n    {}    return run\n".format(
        ", ".join(at_hand), body
    )
    made = {}
    exec(source, made)
    return made["make"](**at_hand)


def _body(text, finish):
    *statements, result = text.split("; ")
    lines = [statement.strip() for statement in statements]
    lines.append("return {}({})".format(finish, result))
    return "".join("    {}\n".format(line) for line in lines)

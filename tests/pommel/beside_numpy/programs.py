"""Random programs over arrays: lines of Python that NumPy and the package both run, as `xp`.

A program is written line by line while both run it, so that the next line can be chosen by what
there is: shapes that fit most of the time, numbers of which NumPy does not leave the result to the
machine. Both have to raise at the same lines and to have the same elements whenever one looks.
A program in which they differ is cut down to the lines that are needed for it.

    python programs.py --programs 100000 --seed 7 --part 1/2
    python programs.py --seed 7 --only 4711
"""

import argparse
import random
import sys
import time
import warnings
from typing import NamedTuple, Optional

import numpy as np

UNARY = """negative abs square floor ceil trunc rint sqrt sign isfinite isnan logical_not signbit
    invert reciprocal conj positive""".split()
BINARY = """add subtract multiply divide maximum minimum fmax fmin floor_divide remainder fmod
    copysign bitwise_and bitwise_or bitwise_xor logical_and logical_or logical_xor""".split()
COMPARISONS = "less less_equal greater greater_equal equal not_equal".split()
OPERATORS = "+ - * / // % & | ^ < <= == !=".split()
IN_PLACE = "+ - * / & | ^".split()
#: Functions that are rounded in their own way, for which a few units in the last place are allowed.
NEAR = "exp log1p sin tanh cbrt arctan expm1 sinh".split()
DTYPES = """float64 float64 float32 float16 int64 int32 int16 int8 uint8 uint16 uint32 uint64 bool
    complex64 complex128""".split()
NUMBERS = ["-3", "-1", "0", "1", "2", "5", "0.5", "-1.5", "3.0", "xp.nan", "xp.inf", "True", "200"]
#: Rows and columns: few; none; around the size from which expressions are put off; around the sizes
#: of what is computed at a time; enough for several threads.
SIZES = {
    "few": [(3, 4), (1, 5), (4, 4), (2, 1), (5, 7), (1, 1)],
    "none": [(0, 5), (3, 0), (1, 0)],
    "put off": [(32, 64), (2048, 1), (1, 2047), (1, 2048), (2, 1024), (3, 683), (23, 89), (46, 46)],
    "tiles": [(5, 511), (4, 512), (5, 513), (1, 8191), (2, 8192), (1, 8193), (513, 5), (3, 3000)],
    "threads": [(1, 40000), (300, 333), (70000, 1), (97, 1024)],
}
WEIGHTS = [40, 4, 36, 16, 4]
#: What is raised for a line that makes no sense. Which one comes first, if a line has several
#: mistakes, no program relies on.
ERRORS = (ValueError, TypeError, IndexError, OverflowError, NameError)


#: How many elements an array has at most.
LARGEST = 300_000


class Line(NamedTuple):
    """A line; the variable it sets, if any; how large the terms of a rounded result are, as an
    expression, if it is not to be the same to the last bit."""

    text: str
    sets: Optional[str] = None
    scale: Optional[str] = None


class Difference(Exception):
    """NumPy and the package disagree."""


def is_same(one, other):
    return one.tobytes() == other.tobytes() or np.array_equal(
        one, other, equal_nan=one.dtype.kind in "fc")


class Run:
    """The variables of a program in both libraries."""

    def __init__(self, lib):
        self.numpy, self.ours = {"xp": np}, {"xp": lib}

    def line(self, line):
        outcomes = []
        for variables in (self.numpy, self.ours):
            try:
                exec(line.text, variables)
                outcomes.append(None)
            except Exception as error:
                outcomes.append(error)
        expected, found = outcomes
        if expected or found:
            alike = isinstance(expected, ERRORS) and isinstance(found, ERRORS)
            if not alike and type(expected) is not type(found):
                raise Difference(f"{line.text}: {found!r}, and not {expected!r}")
        elif line.sets:
            self.compare_kinds(line)

    def compare_kinds(self, line):
        """Compares what is known before anything is computed; elements if those are rounded."""
        name = line.sets
        expected, found = self.numpy[name], self.ours[name]
        if not isinstance(expected, np.ndarray):
            # A scalar of NumPy's own, where the package has a number of Python or an array.
            self.compare(name, np.asarray(found), line.scale)
            del self.numpy[name], self.ours[name]
        elif (str(found.dtype), found.shape) != (str(expected.dtype), expected.shape):
            raise Difference(f"{name} is {found.dtype} {found.shape}, "
                             f"and not {expected.dtype} {expected.shape}")
        elif line.scale:
            self.compare(name, np.asarray(found), line.scale)
            # From here on both have NumPy's.
            self.ours[name] = self.ours["xp"].asarray(expected.copy(order="K"))

    def compare(self, name, found, scale=None):
        expected = np.asarray(self.numpy[name])
        if is_same(found, expected):
            return
        if scale and found.dtype == expected.dtype and expected.dtype.kind in "fc":
            with np.errstate(all="ignore"):
                terms = np.abs(eval(scale, self.numpy))
                # NumPy adds thousands of numbers one after the other along some axes.
                near = ~(np.abs(found - expected) > 512 * np.finfo(expected.dtype).eps * terms)
                # What has gone over the range has not gone there in the same order.
                near &= np.isnan(found) == np.isnan(expected)
            if np.all(near | (found == expected) | ~np.isfinite(terms)):
                return
        different = (found != expected) & ~((found != found) & (expected != expected))
        at = tuple(np.argwhere(different)[0].tolist())
        raise Difference(f"{name}{list(at)} is {found[at]!r}, and not {expected[at]!r}")

    def look(self):
        for name, expected in self.numpy.items():
            if isinstance(expected, np.ndarray):
                found = self.ours[name]
                if (str(found.dtype), found.shape) != (str(expected.dtype), expected.shape):
                    raise Difference(f"{name} is {found.dtype} {found.shape}")
                self.compare(name, np.asarray(found))


def difference(lib, lines):
    """What is different when both run a program, or None."""
    run = Run(lib)
    try:
        for line in lines:
            run.line(line)
        run.look()
    except Difference as found:
        return str(found)
    return None


def reduced(lib, lines):
    """The lines of a program that its difference needs."""
    length = len(lines)
    while length:
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[at + length:]
            if difference(lib, fewer):
                lines = fewer
            else:
                at += length
        length //= 2
    return lines


def without_sign_of_zero(text):
    """An expression whose zeros have no sign: which one the larger of two zeros has, for example, NumPy
    leaves to the machine."""
    return f"({text} + 0)"


def has_signs(value):
    """Whether signs of numbers are alike everywhere: that of what is no number is not."""
    value = np.asarray(value)
    return value.dtype.kind in "iub" or value.dtype.kind == "f" and not np.isnan(value).any()


class Writer:
    """Writes a program while it runs."""

    def __init__(self, lib, rng):
        self.rng, self.run, self.lines, self.count = rng, Run(lib), [], 0

    def program(self):
        """Writes all of it; gives its difference, or None."""
        try:
            self.base()
            for _ in range(self.rng.choice([3, 6, 12, 25])):
                kinds = list(KINDS)
                kind = self.rng.choices(kinds, [KINDS[kind] for kind in kinds])[0]
                kind(self)
            self.run.look()
        except Difference as found:
            return str(found)
        return None

    # What lines are made of.

    def add(self, text, sets=None, scale=None):
        self.lines.append(Line(text, sets, scale))
        self.run.line(self.lines[-1])

    def new(self, value, scale=None):
        name = f"a{self.count}"
        self.count += 1
        self.add(f"{name} = {value}", name, scale)
        return name

    def value(self, text):
        """What NumPy has for an expression, or None."""
        try:
            return eval(text, self.run.numpy)
        except Exception:
            return None

    def names(self):
        return [name for name, value in self.run.numpy.items() if isinstance(value, np.ndarray)]

    def any_name(self, fits=lambda array: True):
        names = [name for name in self.names() if fits(self.run.numpy[name])]
        # Most of the time the youngest: programs are chains more than fans.
        names = names[-4:] if self.rng.random() < 0.6 else names
        return self.rng.choice(names) if names else None

    def like(self, shape):
        """A variable that can be stretched to a shape, most of the time."""
        def fits(array):
            try:
                return np.broadcast_shapes(array.shape, shape) == shape
            except ValueError:
                return False
        return (self.rng.random() < 0.95 and self.any_name(fits)) or self.any_name()

    def part(self):
        """What comes behind a name. Whether `reshape` gives a view is not the same in both: where parameters
        lie in different orders the package takes that of the first, and NumPy its own."""
        choose = self.rng.choice
        k = choose([1, 1, 2, 3, 7])
        return choose([f"[{k}:]", f"[:-{k}]", "[::-1]", "[...]", f"[..., ::{-k}]", f"[..., {k}:]",
                       f"[::{k}]", f"[..., :-{k}]", "[None]", "[..., None]", ".T", "[:, ::-1]",
                       f"[{k}:{k + 600}]", f"[-{k}::-{k}]", ".flatten()", f"[..., {k}]", f"[{k}]",
                       ".reshape(-1).copy()", ".swapaxes(0, -1)", "[:, :1]", "[:1]", f"[..., :{512 + k}]"])

    def leaf(self, shape):
        name = self.like(shape) if shape is not None else self.any_name()
        return name + self.part() if self.rng.random() < 0.12 else name

    def expression(self, depth, shape=None):
        """An expression whose results are the same to the last bit everywhere."""
        rng = self.rng
        if depth == 0 or rng.random() < 0.1:
            return self.leaf(shape)
        first = self.expression(depth - 1, shape)
        value = self.value(first)
        if shape is None and value is not None:
            shape = np.shape(value)
        kind = rng.randrange(10)
        if kind < 2:
            function, dtype_kind = rng.choice(UNARY), np.asarray(value).dtype.kind
            # One divided by no integer is what the machine says; complex numbers are rounded.
            if function == "reciprocal" and dtype_kind in "iub" or (
                    dtype_kind == "c" and function in ("abs", "sign", "sqrt", "square", "reciprocal")):
                function = "negative"
            signed = function in ("signbit", "reciprocal")
            if function == "signbit" and not has_signs(value):
                function = "isnan"
            text = f"xp.{function}({without_sign_of_zero(first) if signed else first})"
        elif kind == 2:
            other = self.operand(shape)
            if not self.is_small(first, other):
                return first
            mask = f"xp.{rng.choice(COMPARISONS)}({first}, {other})"
            # NumPy cuts off what of a number does not fit an integer; the package refuses it.
            other = rng.choice([self.leaf(shape), "0", "1", "0.5", "xp.nan"])
            leaf = self.leaf(shape)
            text = f"xp.where({mask}, {leaf}, {other})" if self.is_small(mask, leaf, other) else first
        elif kind == 3:
            low, high = self.operand(shape), self.operand(shape)
            text = f"xp.clip({first}, {low}, {high})" if self.is_small(first, low, high) else first
        else:
            other = self.operand(shape, depth - 1)
            if not self.is_small(first, other):
                return first
            one, two = (first, other) if rng.random() < 0.8 else (other, first)
            function = rng.choice(BINARY + COMPARISONS + OPERATORS)
            if function in ("copysign", "divide", "/"):
                two = without_sign_of_zero(two)
            if function == "copysign" and not has_signs(self.value(two)):
                function = "add"
            text = f"xp.{function}({one}, {two})" if function.isidentifier() else f"({one} {function} {two})"
            if not self.is_exact(text, value, self.value(other)):
                text = f"xp.not_equal({first}, {other})"
        return text

    def operand(self, shape, depth=0):
        if self.rng.random() < 0.3:
            return self.rng.choice(NUMBERS)
        return self.expression(depth, shape)

    def is_small(self, *texts):
        """Whether what the expressions are stretched to has no more elements than is quick."""
        shapes = [np.shape(self.value(text)) for text in texts]
        try:
            return np.prod(np.broadcast_shapes(*shapes)) <= LARGEST
        except ValueError:
            return True

    @staticmethod
    def is_exact(text, *values):
        """Whether NumPy leaves nothing of the result to the machine, and the standard says the same."""
        values = [np.asarray(value) for value in values if value is not None]
        if any(mark in text for mark in ("*", "/", "%", "multiply", "divide", "remainder", "fmod")):
            if any(value.dtype.kind == "c" for value in values):
                return False
        if "fm" in text and any(value.dtype.kind == "c" for value in values):
            return False
        if any(mark in text for mark in ("//", "%", "floor_divide", "remainder", "fmod")):
            return all(np.isfinite(value).all() for value in values)
        return True

    def is_written_alike(self, target, text):
        """Whether the elements of an expression mean something in the type of a variable."""
        target, value = self.run.numpy[target], self.value(text)
        if value is None:
            return True
        value = np.asarray(value)
        if value.dtype.kind == "c" and target.dtype.kind != "c":
            return False
        if value.dtype.kind in "fc" and target.dtype.kind in "iu":
            return bool((np.abs(value) < 100).all()) and target.dtype.kind == "i"
        return True

    # Kinds of lines.

    def base(self):
        """The arrays that a program begins with: of one shape, and of what is stretched to it."""
        rng = self.rng
        rows, columns = rng.choice(SIZES[rng.choices(list(SIZES), WEIGHTS)[0]])
        self.shape = (rows, columns)
        dtypes = rng.sample(DTYPES, rng.choice([1, 2, 2, 4]))
        shapes = [(rows, columns), (1, columns), (rows, 1), (columns,), (), (1, 1), (1, rows, columns),
                  (rows * columns,), (columns, rows)]
        for number in range(rng.randrange(3, 7)):
            shape = shapes[0] if number < 2 or rng.random() < 0.5 else rng.choice(shapes)
            size, dtype = int(np.prod(shape)), rng.choice(dtypes)
            text = f"((xp.arange({size}) * 7 + {rng.randrange(11)}) % 11 - 4)"
            turned = f'.reshape({shape[::-1]}).T' if rng.random() < 0.2 else f'.reshape({shape})'
            name = self.new(f'{text}.astype("{dtype}"){turned}')
            if "float" in dtype and rng.random() < 0.3:
                self.add(f"{name}[..., ::{rng.choice([3, 5])}] = {rng.choice(['xp.nan', '-xp.inf', '0.1'])}")
            if "complex" in dtype:
                self.add(f"{name} += {name}[::-1] * 2j")

    def assign(self):
        self.new(self.expression(self.rng.choice([1, 1, 2, 3, 4])))

    def view(self):
        self.new(self.any_name() + self.part())

    def stretch(self):
        name = self.any_name()
        shape = self.rng.choice([self.shape, (2, *self.run.numpy[name].shape)])
        if 2 * self.run.numpy[name].size > LARGEST:
            return
        self.new(f"xp.broadcast_to({name}, {shape})")

    def write(self):
        """Elements of a part are written, or changed, by whatever there is."""
        rng, name = self.rng, self.any_name()
        part = self.part() if rng.random() < 0.6 else "[...]"
        shape = np.shape(self.value(name + part))
        value = self.operand(shape, rng.choice([0, 0, 1, 2]))
        if self.is_written_alike(name, value):
            operator = rng.choice(IN_PLACE) if rng.random() < 0.5 else ""
            if operator == "/":
                value = without_sign_of_zero(value)
            if self.is_exact(operator, self.value(name), self.value(value)) or operator in "+-":
                # NumPy refuses an array for one element, unless it has no dimensions.
                one = part.strip("[]").isdigit() and self.run.numpy[name].ndim == 1
                if part.startswith("[") and not one:
                    self.add(f"{name}{part} {operator}= {value}")

    def overlap(self):
        """A part is computed from another part of the same array."""
        rng, name = self.rng, self.any_name(lambda array: array.ndim and array.dtype.kind != "c")
        if name is None:
            return
        k = rng.randrange(1, 4)
        parts = [f"[{k}:]", f"[:-{k}]", f"[::-1][{k}:]", f"[::-1][:-{k}]"]
        if rng.random() < 0.4:
            parts = ["[...]", "[::-1]", "[..., ::-1]", ".T"]
        one, two, out = (name + rng.choice(parts) for _ in range(3))
        function = rng.choice(["add", "subtract", "maximum", "minimum", "multiply"])
        text = rng.choice([f"{out}[...] = {one}", f"{out}[...] += {one}",
                           f"xp.{function}({one}, {two}, out={out})",
                           f"{out}[...] = xp.{function}({one}, {two})"])
        if self.is_small(one, two, out):
            self.add(text)

    def change(self):
        """The same variable, which may be pending, in place."""
        name = self.any_name()
        value = self.operand(self.run.numpy[name].shape, self.rng.choice([0, 1, 2]))
        operator = self.rng.choice(IN_PLACE)
        if operator == "/":
            value = without_sign_of_zero(value)
        if self.is_exact(operator, self.value(name), self.value(value)):
            self.add(f"{name} {operator}= {value}")

    def out(self):
        rng, name = self.rng, self.any_name()
        shape = self.run.numpy[name].shape
        first, other = self.expression(rng.choice([0, 1]), shape), self.operand(shape)
        function = rng.choice(BINARY + COMPARISONS)
        if not self.is_small(first, other, name):
            return
        if function in ("copysign", "divide"):
            other = without_sign_of_zero(other)
        if function == "copysign" and not has_signs(self.value(other)):
            function = "fmax"
        if not self.is_exact(function, self.value(first), self.value(other)):
            function = "equal"
        self.add(f"xp.{function}({first}, {other}, out={name})")

    def reduce(self):
        rng, name = self.rng, self.any_name(lambda array: array.ndim)
        if name is None:
            return
        kind = self.run.numpy[name].dtype.kind
        axis = rng.choice(["None", "0", "-1", "1", "(0, 1)"])
        keep = rng.choice(["", ", keepdims=True"])
        function = rng.choice(["max", "min", "any", "all", "sum", "mean", "prod"] * 2
                              + ["argmax", "argmin", "count_nonzero"])
        if function.startswith("arg") and axis.startswith("("):
            axis = "0"
        if self.run.numpy[name].size == 0:
            # Where the result has no elements either the package has it, and NumPy an error.
            function = rng.choice(["sum", "any", "all"])
        if function == "prod" and kind in "fc":
            function = "sum"
        if self.run.numpy[name].dtype == "float16":
            # NumPy may add them as such.
            function = "max"
        rounded = function == "mean" or function == "sum" and kind in "fc"
        scale = f"xp.abs({name}).sum(axis={axis}{keep}, dtype=xp.float64)" if rounded else None
        if not rounded and rng.random() < 0.5:
            text = self.expression(2)
            name = text if np.size(self.value(text)) and np.ndim(self.value(text)) else name
        if function in ("sum", "prod", "mean") and not rounded:
            name = f"({name} != 1)"
        self.new(f"xp.{function}({name}, axis={axis}{keep})", scale)

    def mask(self):
        rng, name = self.rng, self.any_name()
        shape = self.run.numpy[name].shape
        mask = f"({self.like(shape)} {rng.choice(['<', '>', '==', '!='])} {rng.choice(NUMBERS)})"
        if rng.random() < 0.4:
            self.new(f"{name}[{mask}]")
        else:
            value = rng.choice(NUMBERS)
            if self.is_written_alike(name, value):
                operator = rng.choice(["", "", "+", "-"])
                self.add(f"{name}[{mask}] {operator}= {value}")

    def take(self):
        rng, name = self.rng, self.any_name(lambda array: array.ndim)
        if name is None:
            return
        high = max(self.run.numpy[name].shape[0], 1)
        index = [rng.randrange(-high, high + (rng.random() < 0.02)) for _ in range(rng.randrange(6))]
        index = f"xp.asarray({index}, dtype=xp.int64)"
        kind = rng.randrange(4)
        if kind == 0:
            self.new(f"{name}[{index}]")
        elif kind == 1:
            self.new(f"xp.take({name}, {index}, axis={rng.choice(['0', 'None'])})")
        else:
            value = rng.choice(NUMBERS)
            if self.is_written_alike(name, value):
                self.add(f"{name}[{index}] {rng.choice(['', '+'])}= {value}")

    def near(self):
        """Results that are rounded."""
        rng, name = self.rng, self.any_name(lambda array: array.dtype.kind in "fc")
        if name is None:
            return
        value = self.run.numpy[name]
        other = self.any_name(lambda array: array.shape == value.shape) or name
        if value.dtype.kind == "c":
            if np.isfinite(value).all() and np.isfinite(self.run.numpy[other]).all():
                self.new(f"{name} * {other}", f"xp.abs({name}) * xp.abs({other})")
        elif value.dtype.kind == "f" and np.isfinite(value).all():
            if rng.random() < 0.6:
                function = f"xp.{rng.choice(NEAR)}({name})"
                self.new(function, f"{function}")
            elif value.ndim == 2 and value.size < 10**5 and min(value.shape) < 50:
                self.new(f"{name} @ {name}.T" if value.shape[0] < 300 else f"{name}.T @ {name}",
                         f"xp.abs({name}).max(initial=0) ** 2 * {max(value.shape)}")
            elif value.dtype.itemsize > 2 and value.ndim:
                # NumPy adds numbers of 16 bits as such, and comes to a halt at the 2,048th.
                self.new(f"xp.cumsum({name}, axis=-1)", f"xp.abs({name}).sum(dtype=xp.float64) * {value.shape[-1]}")

    def convert(self):
        dtype, text = self.rng.choice(DTYPES), self.expression(self.rng.choice([0, 1, 2]))
        value = self.value(text)
        if value is None or not self.is_convertible(np.asarray(value), np.dtype(dtype)):
            return
        self.new(f'({text}).astype("{dtype}")' if isinstance(value, np.ndarray) else text)

    @staticmethod
    def is_convertible(value, dtype):
        if value.dtype.kind == "c" and dtype.kind != "c":
            return False
        if value.dtype.kind in "fc" and dtype.kind in "iu":
            return bool((np.abs(value) < 100).all()) and (dtype.kind == "i" or bool((value >= 0).all()))
        return True

    def strict(self):
        """Errors of arithmetic raise. Nothing is written, since NumPy writes before it raises."""
        name, second = self.any_name(), self.any_name()
        other = second
        kinds = {self.run.numpy[each].dtype.kind for each in (name, other)}
        if np.result_type(self.run.numpy[name], self.run.numpy[other]).kind in "iub":
            function = self.rng.choice(["divide", "floor_divide", "remainder", "add"])
        elif "c" not in kinds:
            function = "divide"
            other = without_sign_of_zero(other)
        else:
            return
        if not self.is_small(name, other):
            return
        variable = f"a{self.count}"
        self.count += 1
        kind = self.rng.choice(["divide", "all", "invalid"])
        # What was put off before is not to be computed there.
        before = f"{name}.flatten()[:1].tolist(), {second}.flatten()[:1].tolist()"
        self.add(f"{before}\nwith xp.errstate({kind}='raise'): {variable} = xp.{function}({name}, {other})",
                 variable)

    def chain(self):
        """More nodes than a graph has."""
        rng, count = self.rng, self.rng.choice([20, 63, 64, 65, 130])
        name = self.any_name(lambda array: array.dtype.kind in "fiu")
        if name is None:
            return
        other = self.like(self.run.numpy[name].shape)
        if self.run.numpy[other].dtype.kind == "c":
            return
        new = self.new(f"{name} + 0")
        if new in self.run.numpy and self.is_small(new, other):
            step = rng.choice(["{0} = xp.maximum({0}, {1}) + 1", "{0} = {1} - {0}",
                               "{0} = xp.where({0} > {1}, {0}, {1})", "{0} += {1}",
                               "{0} = xp.minimum({0} * {0}, {1})"]).format(new, other)
            self.add(f"for _ in range({count}): {step}", new)

    def rearrange(self):
        rng, name = self.rng, self.any_name(lambda array: array.ndim and 2 * array.size <= LARGEST)
        if name is None:
            return
        other = self.any_name(lambda array: array.shape == self.run.numpy[name].shape)
        self.new(rng.choice([
            f"xp.concatenate([{name}, {other}])", f"xp.stack([{name}, {other}], axis=-1)",
            f"xp.concatenate([{name}, {other}], axis=-1)", f"xp.flip({name})", f"xp.roll({name}, 3)",
            f"xp.sort({name}, axis=-1)", f"xp.argsort({name}, axis=0, kind='stable')",
            f"xp.repeat({name}, 2, axis=0)", f"xp.tile({name}, 2)", f"xp.diff({name} == 1, axis=0)",
            f"xp.unique({name})", f"xp.cumsum({name} == 1, axis=-1)", f"xp.nonzero({name})[0]",
            f"{name}.copy()", f"{name}.astype({name}.dtype, copy=False)", f"xp.triu({name}[None])",
            f"xp.expand_dims({name}, 0)", f"{name}.squeeze()", f"xp.where({name})[0]",
            f"{name}.real", f"{name}.imag", f"{name}.flatten()", f"xp.moveaxis({name}, 0, -1)",
        ]))

    def look(self):
        name = self.any_name()
        self.add(self.rng.choice([f"{name}.tolist()", f"repr({name})", f"{name}.sum()"]))

    def forget(self):
        names = self.names()
        if len(names) > 3:
            self.add(f"del {self.rng.choice(names)}")


#: Kinds of lines, and how often each comes.
KINDS = {
    Writer.assign: 30, Writer.view: 6, Writer.stretch: 2, Writer.write: 8, Writer.overlap: 6,
    Writer.change: 8, Writer.out: 6, Writer.reduce: 6, Writer.mask: 6, Writer.take: 4, Writer.near: 4,
    Writer.convert: 4, Writer.strict: 3, Writer.chain: 2, Writer.rearrange: 6, Writer.look: 2,
    Writer.forget: 6,
}


def written(lib, seed, number):
    """The lines of a program, and its difference if there is one."""
    writer = Writer(lib, random.Random(f"{seed}/{number}"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = writer.program()
        # Warnings of what was computed here do not come in the next program.
        lib.eval()
    return writer.lines, found


def differences(lib, count, seed=0, part=(1, 1), progress=None):
    """Runs the programs of a seed, or each of them that is in this part; yields a text for each
    difference. `progress` is called with the number of programs that have run."""
    for run, number in enumerate(range(part[0] - 1, count, part[1])):
        lines, found = written(lib, seed, number)
        if found:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                lines = reduced(lib, lines)
                found = difference(lib, lines) or f"only once: {found}"
            yield "\n".join([f"# program {number} of seed {seed}: {found}",
                             *(line.text for line in lines)])
        if progress:
            progress(run + 1)


def part_of(text):
    """The share of a process: `1/2` is the first of two."""
    number, _, count = text.partition("/")
    number, count = int(number), int(count)
    if not 1 <= number <= count:
        raise ValueError(f"{text!r} is no part: write the first of two as 1/2")
    return number, count


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--part", default="1/1", help="which part of how many, such as 1/2")
    parser.add_argument("--only", type=int, help="shows this program, and runs no other")
    options = parser.parse_args()
    import pommel as pm

    if options.only is not None:
        lines, found = written(pm, options.seed, options.only)
        print(*(line.text for line in lines), found or "no difference", sep="\n")
        return
    start = time.monotonic()

    def progress(run):
        if run % 1000 == 0:
            print(f"{run} programs, {run / (time.monotonic() - start):.0f} a second", flush=True)

    count = 0
    for text in differences(pm, options.programs, options.seed, part_of(options.part), progress):
        count += 1
        print(text, end="\n\n", flush=True)
    sys.exit(f"{count} programs with differences" if count else None)


if __name__ == "__main__":
    main()

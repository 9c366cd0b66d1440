"""The worker of the benchmark of arrays: `worker.py RIVAL`.

A part is named for what it does, its type of elements if that is not float64, and its number of
elements: `pair-1e6`, `pair-float32-1e6`. `rivals/with_RIVAL.py` makes a rival's parts: functions
without arguments that do it once. The runner compares all results with NumPy's.
"""

import importlib
import sys
import time

from operands import COMPARED, RANDOM
from protocol import serve, timed

# So many numbers of a result are compared.
SAMPLES = 64


def parsed(part):
    """The family, the type and the number of elements that a name says."""
    family, _, size = part.rpartition("-")
    dtype = "float64"
    if family.endswith("-float32"):
        family, dtype = family[: -len("-float32")], "float32"
    return family, dtype, int(float(size))


def quickest(forms):
    """The form that is quickest of a rival's several: it is measured in its best."""
    if len(forms) == 1:
        return forms[0]
    return min(forms, key=seconds)


def seconds(form):
    """About how long a form takes once it is warm."""
    form()
    begin = time.perf_counter()
    runs = 0
    while runs < 3 or time.perf_counter() - begin < 1e-3:
        form()
        runs += 1
    return (time.perf_counter() - begin) / runs


def agree(one, other):
    """Whether two digests are of one result, in float32 or better."""
    near = (abs(x - y) <= 1e-3 * max(1.0, abs(x)) for x, y in zip(one, other))
    return len(one) == len(other) and all(near)


class Parts:
    """A rival's parts by their names, each made when it is first asked for; the last only is kept,
    so that its operands are."""

    def __init__(self, rival):
        self.rival, self.name, self.run = rival, None, None

    def __contains__(self, part):
        return True

    def made(self, part):
        if self.name != part:
            self.name = self.run = None
            family, dtype, n = parsed(part)
            self.run = self.rival.part(family, n, dtype)
            self.name = part
        return self.run

    def result(self, part):
        """What the part computes, in each of its forms; afterwards it has its quickest."""
        run = self.made(part)
        family = parsed(part)[0]
        if not isinstance(run, list):
            return digest(self.rival, family, run)
        good, found = [], []
        for form in run:
            try:
                found.append(digest(self.rival, family, form))
                good.append(form)
            except Exception as error:
                print("{}: a form failed: {!r}".format(part, error), file=sys.stderr)
                failure = error
        if not good:
            raise failure
        for other in found[1:]:
            if not agree(found[0], other):
                raise ValueError("two forms compute {} and {}".format(found[0], other))
        self.run = quickest(good)
        return found[0]

    def __getitem__(self, part):
        if isinstance(self.made(part), list):
            self.run = quickest(self.run)
        return timed(self.run)


class Results:
    def __init__(self, parts):
        self.parts = parts

    def __contains__(self, part):
        return True

    def __getitem__(self, part):
        return lambda: self.parts.result(part)


def digest(rival, family, form):
    """Numbers that tell one result from another: how many elements, their size, and some of them."""
    result = form()
    if family in COMPARED:
        result = result[COMPARED[family]]
    flat, itemsize = rival.flat(result)
    numbers = [float(len(flat))]
    if len(flat) > 1 and itemsize is not None:
        numbers.append(float(itemsize))
    if family not in RANDOM:
        step = max(1, len(flat) // SAMPLES)
        for element in (flat[i] for i in range(0, len(flat), step)):
            element = complex(element)
            numbers += [element.real, element.imag]
    return numbers


def main(rival):
    # NumPy and Pommel are modules with the same names.
    is_module = rival in ("numpy", "pommel")
    module = importlib.import_module("with_module" if is_module else "with_" + rival)
    parts = Parts(module.Rival(rival) if is_module else module.Rival())
    serve(parts, Results(parts))


if __name__ == "__main__":
    main(sys.argv[1])

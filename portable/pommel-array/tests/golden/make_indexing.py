"""Prints what NumPy answers for indices with arrays: python make_indexing.py > indexing.txt

A row is: the shape of an array of 0, 1, 2, ...; an index; the shape of what it selects and the
elements, or the error's type; the shape of the value that is written there, which is -1, -2, ...; the
array after that. The parts of an index are written so: i3 an integer, s_,4,-1 a slice, n a new axis, e
an ellipsis, a2x2:0,1,2,3 integers of a shape, b2:1,0 truth values of a shape.
"""

import random

import numpy as np

DRAW = random.Random(20251129)


def numbers(array):
    return ",".join(str(int(x)) for x in array.ravel())


def shaped(shape):
    return "x".join(map(str, shape))


def broadcastable(ndim):
    """Shapes for the arrays of one index that mostly fit each other."""
    common = [DRAW.choice([0, 1, 2, 2, 3]) for _ in range(ndim)]
    def one():
        shape = [1 if DRAW.random() < 0.25 else n for n in common]
        return tuple(shape[DRAW.choice([0, 0, 0, 1]):])
    return one


def integers(shape, extent):
    if DRAW.random() < 0.03:
        extent += 1
    low = -extent if DRAW.random() < 0.5 else 0
    values = [DRAW.randrange(low, extent) if extent else 0 for _ in range(int(np.prod(shape)))]
    return np.array(values, dtype=np.int64).reshape(shape)


def truths(shape):
    if DRAW.random() < 0.04:
        shape = tuple(n + DRAW.choice([0, 1]) for n in shape)
    values = [DRAW.random() < 0.5 for _ in range(int(np.prod(shape)))]
    return np.array(values, dtype=bool).reshape(shape)


def bound(extent):
    return DRAW.choice([None, None, DRAW.randrange(-extent - 1, extent + 2)])


def index_for(shape):
    """An index as Python has it and as it is written."""
    one = broadcastable(DRAW.choice([1, 1, 1, 2, 2, 3]))
    axis, index, ellipsis = 0, [], False
    while axis < len(shape):
        kind = DRAW.choice("iiissnnaaaaaaabbbbce.")
        extent = shape[axis]
        if kind == "i" and extent:
            index.append(DRAW.randrange(-extent, extent))
            axis += 1
        elif kind == "s":
            index.append(slice(bound(extent), bound(extent), DRAW.choice([1, 1, 2, -1, -2])))
            axis += 1
        elif kind == "n" and len(index) < 6:
            index.append(None)
        elif kind == "a":
            index.append(integers(one(), extent))
            axis += 1
        elif kind == "b":
            n = DRAW.choice([1, 1, 2, 3])
            if axis + n <= len(shape):
                index.append(truths(shape[axis:axis + n]))
                axis += n
        elif kind == "c" and DRAW.random() < 0.15:
            index.append(np.array(DRAW.random() < 0.7))
        elif kind == "e" and not ellipsis:
            ellipsis = True
            index.append(Ellipsis)
            axis += DRAW.choice([0, 1, 2])
        elif kind == "." and DRAW.random() < 0.3:
            break
    if DRAW.random() < 0.03:
        index += [0, 0, 0]
    return tuple(index)


def written(part):
    if part is None:
        return "n"
    if part is Ellipsis:
        return "e"
    if isinstance(part, slice):
        ends = ["_" if x is None else str(x) for x in (part.start, part.stop, part.step)]
        return "s" + ",".join(ends)
    if isinstance(part, int):
        return f"i{part}"
    return ("b" if part.dtype == bool else "a") + shaped(part.shape) + ":" + numbers(part)


def value_for(shape):
    """Minus one, minus two and so on, of a shape that is stretched to another one."""
    shape = [1 if DRAW.random() < 0.2 else n for n in shape]
    if DRAW.random() < 0.3:
        shape = shape[DRAW.randrange(len(shape) + 1):]
    if DRAW.random() < 0.1:
        shape = [1] + shape
    return -1 - np.arange(int(np.prod(shape))).reshape(shape)


def main():
    rows = set()
    while len(rows) < 600:
        shape = tuple(DRAW.choice([1, 2, 3, 3, 4, 5]) for _ in range(DRAW.choice([1, 2, 3, 3, 4])))
        if DRAW.random() < 0.04:
            shape = shape[:-1] + (0,)
        index = index_for(shape)
        if not any(isinstance(part, np.ndarray) for part in index):
            continue
        array = np.arange(int(np.prod(shape))).reshape(shape)
        row = [shaped(shape), ";".join(map(written, index))]
        try:
            found = array[index]
        except (IndexError, ValueError) as error:
            row += [type(error).__name__, "", "", ""]
        else:
            if found.size > 60 or found.ndim > 8:
                continue
            value = value_for(found.shape)
            try:
                array[index] = value
            except (TypeError, ValueError):
                # Truth values alone and one element: NumPy takes no axis of one in front, as it does else.
                continue
            row += [shaped(found.shape), numbers(found), shaped(value.shape), numbers(array)]
        rows.add("|".join(row))
    print("\n".join(sorted(rows)))


main()

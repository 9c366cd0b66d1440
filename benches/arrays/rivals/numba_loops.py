# Loops for Numba. They are compiled twice: PARALLEL is written before this text. A parameter is an
# operand of that name. Numbers have the type of the elements, or float32 would become float64.
import numpy
from numba import njit, prange

compiled = njit(cache=True, parallel=PARALLEL, error_model="numpy")  # noqa: F821
# Sums may be added up in another order, as everybody does.
summing = njit(
    cache=True, parallel=PARALLEL, error_model="numpy", fastmath={"reassoc", "nsz"}  # noqa: F821
)

# What has no loop for several threads.
SERIAL = {
    "mask", "put", "sort", "argsort", "cumsum", "matmul", "solve", "svd", "eigh", "random",
    "integers", "normal", "iterate",
}


@compiled
def add(a):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = a[i] + a[i] + a[i] + a[i] + a[i]
    return out


@compiled
def pair(a, b):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = a[i] + b[i]
    return out


@compiled
def number(a):
    out = numpy.empty_like(a)
    two = a.dtype.type(2.0)
    for i in prange(a.size):
        out[i] = a[i] * two
    return out


@compiled
def three(a, b, c):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = (a[i] + b[i]) * c[i] - a[i]
    return out


@compiled
def mixed(a, b, c):
    out = numpy.empty_like(a)
    two, half = a.dtype.type(2.0), a.dtype.type(0.5)
    for i in prange(a.size):
        out[i] = two * a[i] + b[i] * c[i] - half
    return out


@compiled
def hypot(a, b):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = numpy.sqrt(a[i] * a[i] + b[i] * b[i])
    return out


@compiled
def exp(a):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = numpy.exp(a[i])
    return out


@compiled
def log(a):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = numpy.log(a[i])
    return out


@compiled
def sin(a):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = numpy.sin(a[i])
    return out


@compiled
def tanh(a):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = numpy.tanh(a[i])
    return out


@compiled
def power(a, b):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = a[i] ** b[i]
    return out


@compiled
def where(a, b):
    out = numpy.empty_like(a)
    for i in prange(a.size):
        out[i] = a[i] if a[i] > b[i] else b[i]
    return out


@summing
def dot(a, b, c):
    found = a.dtype.type(0.0)
    for i in prange(a.size):
        found += a[i] * b[i] + c[i]
    return found


@summing
def sum(a):
    found = a.dtype.type(0.0)
    for i in prange(a.size):
        found += a[i]
    return found


@compiled
def black_scholes(a, b, c):
    out = numpy.empty_like(a)
    of = a.dtype.type
    one, slope, vol, rate, drift = of(1.0), of(-1.702), of(0.2), of(-0.05), of(0.07)
    for i in prange(a.size):
        root = vol * numpy.sqrt(c[i])
        d1 = (numpy.log(a[i] / b[i]) + drift * c[i]) / root
        d2 = d1 - root
        first = one / (one + numpy.exp(slope * d1))
        second = one / (one + numpy.exp(slope * d2))
        out[i] = a[i] * first - b[i] * numpy.exp(rate * c[i]) * second
    return out


@summing
def max(a):
    return numpy.max(a)


@summing
def std(a):
    return numpy.std(a)


@summing
def sum_rows(narrow):
    out = numpy.empty(narrow.shape[0], narrow.dtype)
    for i in prange(narrow.shape[0]):
        out[i] = narrow[i, 0] + narrow[i, 1] + narrow[i, 2] + narrow[i, 3]
    return out


@summing
def sum_columns(wide):
    # Every thread takes columns side by side, and goes down the rows.
    out = numpy.zeros(wide.shape[1], wide.dtype)
    step = 64
    for block in prange((wide.shape[1] + step - 1) // step):
        first = block * step
        last = min(first + step, wide.shape[1])
        for i in range(wide.shape[0]):
            for j in range(first, last):
                out[j] += wide[i, j]
    return out


@summing
def sum_middle(cube):
    out = numpy.zeros((cube.shape[0], cube.shape[2]), cube.dtype)
    for i in prange(cube.shape[0]):
        for j in range(cube.shape[1]):
            for k in range(cube.shape[2]):
                out[i, k] += cube[i, j, k]
    return out


@compiled
def row(wide, row):
    out = numpy.empty_like(wide)
    for i in prange(wide.shape[0]):
        for j in range(wide.shape[1]):
            out[i, j] = wide[i, j] + row[j]
    return out


@compiled
def column(wide, column):
    out = numpy.empty_like(wide)
    for i in prange(wide.shape[0]):
        for j in range(wide.shape[1]):
            out[i, j] = wide[i, j] * column[i, 0]
    return out


@compiled
def outer(tall, row):
    out = numpy.empty((tall.shape[0], row.size), row.dtype)
    for i in prange(tall.shape[0]):
        for j in range(row.size):
            out[i, j] = tall[i, 0] + row[j]
    return out


@compiled
def mask(a):
    found = numpy.empty_like(a)
    count = 0
    for i in range(a.size):
        # Written always, kept if wanted: no jump that is hard to foresee.
        found[count] = a[i]
        count += a[i] > 0.9
    return found[:count].copy()


@compiled
def mask_write(own):
    for i in prange(own.size):
        if own[i] > 0.9:
            own[i] = 0.5
    return own


@compiled
def take(a, indices):
    out = numpy.empty(indices.size, a.dtype)
    for i in prange(indices.size):
        out[i] = a[indices[i]]
    return out


@compiled
def take_rows(narrow, few_indices):
    out = numpy.empty((few_indices.size, narrow.shape[1]), narrow.dtype)
    for i in prange(few_indices.size):
        for j in range(narrow.shape[1]):
            out[i, j] = narrow[few_indices[i], j]
    return out


@compiled
def put(own, indices):
    for i in range(indices.size):
        own[indices[i]] = 0.25
    return own


@compiled
def sort(a):
    return numpy.sort(a)


@compiled
def argsort(a):
    return numpy.argsort(a)


@compiled
def cumsum(a):
    out = numpy.empty_like(a)
    found = a.dtype.type(0.0)
    for i in range(a.size):
        found += a[i]
        out[i] = found
    return out


@compiled
def cumsum_columns(wide):
    out = numpy.empty_like(wide)
    step = 64
    for block in prange((wide.shape[1] + step - 1) // step):
        first = block * step
        last = min(first + step, wide.shape[1])
        for j in range(first, last):
            out[0, j] = wide[0, j]
        for i in range(1, wide.shape[0]):
            for j in range(first, last):
                out[i, j] = out[i - 1, j] + wide[i, j]
    return out


@compiled
def matmul(square):
    return square @ square


@compiled
def solve(system, right):
    return numpy.linalg.solve(system, right)


@compiled
def svd(square):
    return numpy.linalg.svd(square)


@compiled
def eigh(symmetric):
    return numpy.linalg.eigh(symmetric)


@compiled
def random(rng, n):
    return rng.random(n)


@compiled
def integers(rng, n):
    return rng.integers(0, 1000, n)


@compiled
def normal(rng, n):
    return rng.standard_normal(n)


@compiled
def iterate(own):
    for i in range(own.size):
        own[i] = own[i] * 0.5 + 0.25
    return own

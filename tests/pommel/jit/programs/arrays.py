"""Arrays of Pommel in functions: elements, slices, operators, functions of the package."""

import pommel as pm

from programs import given


def row(*items, dtype="float64"):
    return pm.array(items, dtype=dtype)


@given((row(1, 2, 3),), (row(),), (row(float("inf"), float("-inf")),), ([1, 2],))
def sum_of_elements(a):
    total = 0.0
    for i in range(len(a)):
        total += a[i]
    return total


@given((row(1, 2, 3), 0), (row(1), -1), (row(1), 1), (row(1), "x"), (row(2, dtype="int8"), 0), (row(True, dtype="bool"), 0))
def element(a, i):
    return a[i], float(a[i])


@given((row(1, 2), 0, 5), (row(1, 2, dtype="int8"), 0, 300), (row(1, dtype="int64"), 0, 1.9), (row(1), 3, 0), (row(1), 0, "x"))
def store(a, i, value):
    a[i] = value
    return a


@given((row(1, 2, 3),), (row(250, 3, dtype="uint8"),), (row(2**62, dtype="int64"),))
def augmented_elements(a):
    for i in range(a.shape[0]):
        a[i] += i + 10
        a[i] *= 2
    return a


@given((pm.arange(6.0).reshape(2, 3),), (pm.zeros((0, 3)),), (pm.ones(3),))
def two_dimensions(a):
    total = 0.0
    rows, columns = a.shape
    for i in range(rows):
        for j in range(columns):
            total += a[i, j] * (i - j)
    return total


@given((row(1, 2, 3, 4, 5),), (row(1),))
def views(a):
    b = a[1:]
    b[:1] = 9
    return a, b, a[::-1], a[::2] * 2


@given((row(1, 2, 3), row(4, 5, 6)), (row(1, 2), row(1, 2, 3)), (row(1), 5), (row(1, 2), [1, 2]))
def operators(a, b):
    return a + b, a * b - 1, a / b, a < b, -a, a ** 2, a // b, a % b


@given((row(1, 4, 9),), (row(-1, dtype="float32"),), (row(),))
def functions(a):
    return pm.sqrt(pm.abs(a)), pm.sum(a), pm.where(a > 2, a, 0), a.dtype.name


@given((row(3, 1, 2),), (row(),))
def reductions(a):
    return a.sum(), a.max(), a.mean(), a.argmin()


@given((3,), (0,))
def created(n):
    a = pm.zeros((n, n))
    for i in range(n):
        a[i, i] = i + 1
    return a, pm.arange(n), a.T, a.shape, a.ndim, a.size


@given((row(1, 2, 3),))
def aliased(a):
    b = a
    b[0] = 100
    a += 1
    return a, b, a is b


@given((pm.ones((4, 4)),), (pm.ones((2, 2)),))
def stencil(a):
    n, m = a.shape
    b = pm.zeros((n, m))
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            b[i, j] = 0.25 * (a[i - 1, j] + a[i + 1, j] + a[i, j - 1] + a[i, j + 1])
    return b


@given((row(5, 3, 1),), (row(float("nan"), 1),))
def insertion_sort(a):
    for i in range(1, len(a)):
        x = a[i] + 0
        j = i - 1
        while j >= 0 and a[j] > x:
            a[j + 1] = a[j]
            j -= 1
        a[j + 1] = x
    return a


@given((row(1, 2, 3), row(1, 0, 1, dtype="bool")), (row(1, 2), [0, 0, 1]))
def picked(a, index):
    return a[index]


@given((row(1, 2),), (row(),))
def loops_over_elements(a):
    return [x * 2 for x in a], list(a)


@given((row(1, 2),))
def truth_of_an_array(a):
    if a:
        return 1
    return 0


@given((pm.arange(4.0).reshape(2, 2), pm.ones((2, 2))), (pm.ones((2, 2)), pm.ones((3, 2))))
def matrix_product(a, b):
    return a @ b


@given((row(1, 2, 3, dtype="int32"), row(2, dtype="float32")), (row(200, dtype="uint8"), row(100, dtype="uint8")))
def promoted(a, b):
    return a[0] + b[0], a[0] * 2, a[0] + 1.5

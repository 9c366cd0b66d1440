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


TYPES = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64")


@given(*[(row(1, 0, 3, dtype=a), row(2, 3, 0, dtype=b), i) for a in TYPES for b in TYPES for i in (0, 1, 2)])
def elements_beside_each_other(a, b, i):
    x, y = a[i], b[i]
    return x + y, x * y, x < y, x == y, x >= y, y


@given(*[(row(1, 0, 3, dtype=a), n) for a in TYPES for n in (2, 0, -1, 300, 2**40, 1.5, 1e300, True, None)])
def elements_beside_numbers(a, n):
    made = []
    for x in a:
        try:
            made.append((x + n, n * x, x == n))
        except (TypeError, OverflowError) as error:
            made.append(type(error).__name__)
    return made


@given(*[(row(5, 0, 3, dtype=a),) for a in TYPES], (row(-128, dtype="int8"),), (row(-0.0, dtype="float32"),))
def elements_alone(a):
    made = []
    for x in a:
        made.append((abs(x), float(x), bool(x), not x, int(x), x is None))
        try:
            made.append((-x, +x))
        except TypeError as error:
            made.append(str(error))
    return made


@given(*[(row(7, 9, 3, dtype=a), row(2, 4, 5, dtype=a), 1) for a in TYPES if a != "bool"],
       (row(1, 2, dtype="int32"), row(1, 0, dtype="int32"), 1), (row(1, 2, dtype="float32"), row(1, 0, dtype="float32"), 1))
def quotients_of_elements(a, b, i):
    return a[i] - b[i], a[i] / b[i], a[i] // b[i], a[i] % b[i]


@given(*[(pm.zeros(2, dtype=a), v) for a in TYPES
         for v in (1, -1, 300, 2**40, 2**70, 1.9, 1e300, float("nan"), True, None, "x")])
def stored_in_every_type(a, value):
    a[0] = value
    a[1] = a[0]
    return a


@given(*[(row(1, 2, 3, dtype=a),) for a in TYPES], (pm.arange(12.0).reshape(3, 4)[:, 1],), (pm.arange(6)[::-2],))
def sums(a):
    total, other = 0, 0.0
    for x in a:
        total = total + x
    for i in range(len(a)):
        other += a[i]
    return total, other


@given((pm.arange(20.0).reshape(4, 5),), (pm.arange(20, dtype="int32").reshape(4, 5)[::2, ::-1],), (pm.zeros((0, 3)),),
       (pm.ones(3),), (pm.ones((2, 2, 2)),))
def rows_and_parts(a):
    total = 0
    last = None
    for line in a:
        for x in line:
            total = total + x
        last = line
    b = a[1:-1]
    return total, last, b, a[::-1], b.shape, len(b), a.size, a.ndim


@given((pm.arange(20.0).reshape(4, 5),), (pm.ones((1, 1)),), (pm.ones((3, 3), dtype="uint8"),))
def written_through_parts(a):
    b = a[1:, 1:]
    c = a[-1]
    for i in range(len(b)):
        for j in range(b.shape[1]):
            b[i, j] = i + j
    c[0] = 9
    d = c
    d[-1] = 8
    return a, b, c, d is c, a[0][0], a[:, 0], a[0, 1:3]


@given((pm.arange(20.0), 2, 15, 3), (pm.arange(20.0), -3, None, -2), (pm.arange(20.0), 100, -100, -1),
       (pm.arange(20.0), None, None, None), (pm.arange(20.0), 5, 5, 1), (pm.arange(20.0), 1.0, 2, 1), (pm.arange(20.0), 0, 5, 0))
def slices_of_all_kinds(a, i, j, k):
    return a[i:j], a[i:j:2], a[i:j:-1], a[i:j:k], len(a[i:j])


@given((5,), (0,))
def made_here(n):
    a, b = pm.zeros(n), pm.ones((n, 2), dtype=pm.int32)
    c, d = pm.arange(n), pm.zeros_like(a)
    for i in range(n):
        a[i] = i * 0.5
        b[i, 1] = i
        c[i] += 1
        d[i] = a[i] - 1
    e = a + d
    for i in range(n):
        e[i] += 1
    f = e.copy()
    for i in range(n):
        f[i] = e[i] * 2
    return a, b, c, d, e, f


@given((row(1, 2, 3), True), (row(1, 2, 3), False))
def array_or_not(a, flag):
    b = None
    if flag:
        b = a
    total = len([1])
    return b is None or b[1] + total


@given((row(1, 2),))
def arrays_in_tuples(a):
    pair = (a, a[1:])
    total = 0
    for i in range(2):
        total += pair[0][i]
        print(end="")
        total += pair[1][0]
    return total


@given((pm.arange(6).reshape(2, 3), 1, 5), (pm.arange(6).reshape(2, 3), 2, 0))
def out_of_bounds_in_a_loop(a, i, j):
    total = 0
    for k in range(4):
        total += (
            a[0, 0]
            + a[i, k]
        )
    return total, j

"""Modules of the standard library that functions like these use."""

import collections
import itertools
import math

from programs import given


@given((0.5,), (2,), (-1,), (float("nan"),), (float("inf"),), ("x",))
def trigonometry(x):
    return math.sin(x), math.cos(x), math.atan2(x, 2), math.hypot(x, 1)


@given((2.0,), (-1.0,), (0,), (float("inf"),), (10**400,))
def roots_and_logarithms(x):
    return math.sqrt(x), math.log(x), math.exp(-x)


@given((2.7,), (-2.5,), (0.5,), (1e300,), (float("nan"),))
def rounding(x):
    return math.floor(x), math.ceil(x), math.trunc(x), int(x), round(x), round(x, 1)


@given((1.5, float("nan")), (0.0, -0.0), (1, 2.0))
def floats(a, b):
    return math.copysign(a, b), math.isnan(b), math.isinf(a), min(a, b), max(a, b), math.fmod(a, 1.5), a.__class__


@given((48, 36), (0, 5), (-4, 6))
def integers(a, b):
    return math.gcd(a, b), math.factorial(5), math.isqrt(a * a), math.comb(5, 2)


@given((20,))
def greatest_common_divisors(n):
    def gcd(a, b):
        while b:
            a, b = b, a % b
        return a
    return sum(gcd(i, j) for i in range(1, n) for j in range(1, n))


@given(("mississippi",))
def counter(text):
    counts = collections.Counter(text)
    groups = collections.defaultdict(list)
    for letter, count in counts.items():
        groups[count].append(letter)
    return dict(groups), counts.most_common(1)


@given((4,))
def itertools_functions(n):
    return (list(itertools.accumulate(range(n))), list(itertools.product("ab", range(2))),
            list(itertools.islice(itertools.count(5), n)), list(itertools.chain([1], (2,))))


@given((3,))
def deque(n):
    queue = collections.deque([0])
    seen = []
    while queue:
        node = queue.popleft()
        seen.append(node)
        if node < n:
            queue.extend((node * 2 + 1, node * 2 + 2))
    return seen


Pair = collections.namedtuple("Pair", "left right")


@given((1, "a"))
def named_tuple(a, b):
    pair = Pair(a, right=b)
    left, right = pair
    return pair, pair.left, pair._replace(left=5), right


@given((1000,), (1,))
def monte_carlo(n):
    state, inside = 12345, 0
    for _ in range(n):
        state = (1103515245 * state + 12345) % 2**31
        x = state / 2**31
        state = (1103515245 * state + 12345) % 2**31
        y = state / 2**31
        if x * x + y * y < 1:
            inside += 1
    return 4 * inside / n


@given((0.0, 1.0, 50), (1.0, 0.0, 3), (0.0, 1.0, 0))
def integral(a, b, n):
    h = (b - a) / n
    total = 0.5 * (math.exp(-a * a) + math.exp(-b * b))
    for i in range(1, n):
        x = a + i * h
        total += math.exp(-x * x)
    return total * h


@given((20, 15),)
def mandelbrot(width, limit):
    rows = []
    for row in range(width // 2):
        counts = []
        for column in range(width):
            x0, y0 = column / width * 3 - 2, row / width * 4 - 1
            x = y = 0.0
            n = 0
            while x * x + y * y <= 4 and n < limit:
                x, y, n = x * x - y * y + x0, 2 * x * y + y0, n + 1
            counts.append(n)
        rows.append(counts)
    return rows


@given((12, 18), (-12, 18), (0, 0), (0, -7), (2**62, 2**61), (-2**63, 0), (2**63, 6), (True, 3), (2.0, 4), ("3", 3))
def greatest_common_divisors(a, b):
    return math.gcd(a, b), math.gcd(b, a), math.gcd(a), math.gcd(), math.gcd(a, b, 5)


@given((0,), (1,), (15,), (16,), (2**62,), (2**63 - 1,), (2**64,), (-1,), (True,), (4.0,))
def integer_square_roots(n):
    return math.isqrt(n), math.isqrt(n) ** 2 <= n


@given((0.0,), (0.5,), (-3.25,), (30.0,), (math.inf,), (math.nan,), (1e-300,), (2,), ("x",))
def error_functions(x):
    return math.erf(x), math.erfc(x), math.erf(x) + math.erfc(x)


@given((0.5,), (1.0,), (2.5,), (-0.25,), (math.inf,), (math.nan,), (3,), (1e300,))
def inverse_hyperbolic_functions(x):
    found = []
    for function in (math.asinh, math.acosh, math.atanh):
        try:
            found.append(function(x))
        except ValueError as error:
            found.append(str(error))
    return found, math.asinh(x)

"""Small functions, one feature of the language or of a library each, for the table of what is compiled.

Each has a loop, so that it shows whether the feature is native: what falls back takes Python's time. The
names begin with the groups that `../cases/jit.toml` lists; `given` says what a function is called with.
"""

import cmath
import math
import random
from array import array

GROUPS = ("numbers", "loops", "language", "calls", "containers", "library", "objects", "errors", "text")

N = 300


def given(*arguments):
    """A function's arguments: objects that may be shared, or a function that makes them anew."""

    def note(function):
        if len(arguments) == 1 and callable(arguments[0]):
            function.arguments = arguments[0]
        else:
            function.arguments = lambda: arguments
        return function

    return note


# Numbers


@given(N)
def integer_sum(n):
    total = 0
    for i in range(n):
        total += i * 3 - 1
    return total


@given(2**62, N)
def integer_overflow(x, n):
    for i in range(n):
        x += x // 3 + i
    return x


@given(N)
def floor_division(n):
    total = 0
    for i in range(-n, n):
        total += i // 7 + i // -7
    return total


@given(N)
def remainder(n):
    total = 0
    for i in range(-n, n):
        total += i % 7 + i % -7
    return total


@given(N)
def true_division(n):
    total = 0.0
    for i in range(1, n):
        total += i / (i + 1)
    return total


@given(N)
def integer_power(n):
    total = 0
    for i in range(n):
        total += i**3 + 2 ** (i % 10)
    return total


@given(N)
def float_power(n):
    total = 0.0
    for i in range(n):
        total += (i + 0.5) ** 1.5 + (i + 0.5) ** 2
    return total


@given(N)
def float_floor_division(n):
    total = 0.0
    x = -20.25
    for _ in range(n):
        total += x // 0.75 + x % 0.75
        x += 0.125
    return total


@given(N)
def shifts_and_bits(n):
    x = 0
    for i in range(n):
        x ^= (i << 5) & 1023 | i >> 2
    return x, ~x


@given(N)
def chained_comparisons(n):
    found = 0
    for i in range(n):
        if 10 < i <= n - 10 < 10**6:
            found += 1
    return found


@given(N)
def mixed_comparisons(n):
    found = 0
    x = 0.5
    for i in range(n):
        if i < x:
            found += 1
        x += 1.01
    return found


@given(N)
def booleans(n):
    odd = False
    found = 0
    for i in range(n):
        odd = not odd
        found += odd and i > 10 or i == 5
    return found, odd


@given(N)
def short_circuits(n):
    found = 0
    for i in range(n):
        if i % 3 == 0 and i % 5 == 0 or i == 7:
            found += i or 1
    return found


@given(N)
def complex_numbers(n):
    z = 0j
    for _ in range(n):
        z = z * z * 0.5 + (0.25 + 0.5j)
    return z, abs(z)


@given(N)
def complex_parts(n):
    total = 0.0
    z = 1 + 1j
    for _ in range(n):
        z = complex(z.imag, -z.real)
        total += z.real + z.conjugate().imag
    return total


@given(N)
def an_int_then_a_float(n):
    total = 0
    for i in range(n):
        total += i * 0.5
    return total


@given(N)
def conversions(n):
    total = 0
    for i in range(n):
        total += int(i * 1.7) + int(float(i)) + bool(i % 2)
    return total


@given(N)
def rounding(n):
    total = 0
    for i in range(n):
        total += round(i * 0.37)
    return total


@given(N)
def rounding_to_digits(n):
    total = 0.0
    for i in range(n):
        total += round(i * 0.377, 2)
    return total


@given(N)
def divmod_of_ints(n):
    total = 0
    for i in range(n):
        a, b = divmod(i, 7)
        total += a * b
    return total


@given(N)
def conditional_expressions(n):
    total = 0
    for i in range(n):
        total += i if i % 2 else -i
    return total


@given(N)
def infinities(n):
    x = float("inf")
    found = 0
    for i in range(n):
        if i * 1.0 < x:
            found += 1
    return found, -x


# Loops


@given(N)
def while_loops(n):
    steps = 0
    while n > 1:
        n = n - 1 if n % 2 else n - 2
        steps += 1
    return steps


@given(N)
def while_true(n):
    i = 0
    while True:
        i += 3
        if i > n:
            break
    return i


@given(N)
def for_else(n):
    primes = 0
    for i in range(2, n):
        for j in range(2, 18):
            if j < i and i % j == 0:
                break
        else:
            primes += 1
    return primes


@given(N)
def continue_statement(n):
    total = 0
    for i in range(n):
        if i % 3:
            continue
        total += i
    return total


@given(N)
def range_with_a_step(n):
    total = 0
    for i in range(n, 0, -3):
        total += i
    for i in range(0, n, 7):
        total -= i
    return total


@given([float(i) for i in range(N)])
def over_a_list(numbers):
    total = 0.0
    for x in numbers:
        total += x * x
    return total


@given(tuple(range(N)))
def over_a_tuple(numbers):
    total = 0
    for x in numbers:
        total += x
    return total


@given([float(i) for i in range(N)])
def enumerated(numbers):
    total = 0.0
    for i, x in enumerate(numbers):
        total += i * x
    return total


@given([float(i) for i in range(N)], [float(-i) for i in range(N)])
def zipped(a, b):
    total = 0.0
    for x, y in zip(a, b):
        total += x * y
    return total


@given([float(i) for i in range(N)])
def reversed_list(numbers):
    total = 0.0
    for x in reversed(numbers):
        total = total * 0.5 + x
    return total


@given([float(i) for i in range(N)])
def mapped(numbers):
    total = 0.0
    for x in map(abs, numbers):
        total += x
    return total


@given(20)
def nested_loops(n):
    found = 0
    for a in range(1, n):
        for b in range(a, n):
            for c in range(b, n):
                if a * a + b * b == c * c:
                    found += 1
    return found


# Language


@given(N)
def unpacking(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, (a + b) % 1000003
    return a


@given(N)
def starred_unpacking(n):
    total = 0
    for i in range(n):
        first, *rest = (i, i + 1, i + 2)
        total += first + rest[1]
    return total


@given(N)
def walrus(n):
    total = 0
    for i in range(n):
        if (half := i // 2) % 3 == 0:
            total += half
    return total


@given(N)
def list_comprehension(n):
    squares = [i * i for i in range(n) if i % 3]
    return squares[-1], len(squares)


@given(N)
def nested_comprehension(n):
    table = [[i * j for j in range(10)] for i in range(n // 10)]
    return table[-1]


@given(N)
def dict_comprehension(n):
    table = {i: i * i for i in range(n)}
    return table[n - 1], len(table)


@given(N)
def set_comprehension(n):
    return sorted({i * i % 31 for i in range(n)})


@given(N)
def sum_of_a_generator(n):
    return sum(i * i for i in range(n) if i % 2)


@given(N)
def any_and_all(n):
    return any(i * i > n * n for i in range(n)), all(i < n for i in range(n))


@given(N)
def min_and_max_of_generators(n):
    return min((i - 50) ** 2 for i in range(n)), max(i % 77 for i in range(n))


@given(N)
def generator_in_a_loop(n):
    total = 0
    for x in (i * 2 for i in range(n)):
        total += x
    return total


@given(N)
def assertions(n):
    total = 0
    for i in range(n):
        assert i >= 0, "negative"
        total += i
    return total


@given(N)
def elif_chains(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            total += 1
        elif i % 3 == 1:
            total += 2
        else:
            total += 3
    return total


LIMIT = 17


@given(N)
def global_names(n):
    total = 0
    for i in range(n):
        if i % LIMIT == 0:
            total += LIMIT
    return total


@given(N)
def slices_of_a_list(n):
    numbers = list(range(n))
    total = 0
    for i in range(0, n - 4, 4):
        for x in numbers[i:i + 4]:
            total += x
    return total


@given(N)
def identity_and_none(n):
    last = None
    found = 0
    for i in range(n):
        if last is not None and last > 5:
            found += 1
        last = i
    return found


@given(N)
def deletion(n):
    total = 0
    for i in range(n):
        x = i * 2
        total += x
        del x
    return total


# Calls


def square(x):
    return x * x


def scaled(x, factor=2, *, offset=1):
    return x * factor + offset


def total_of(*numbers):
    total = 0
    for x in numbers:
        total += x
    return total


def options(**named):
    return named["a"] + named["b"]


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


@given(N)
def helper_function(n):
    total = 0
    for i in range(n):
        total += square(i)
    return total


@given(N)
def default_and_keyword_arguments(n):
    total = 0
    for i in range(n):
        total += scaled(i) + scaled(i, factor=3) + scaled(i, 4, offset=0)
    return total


@given(N)
def variadic_arguments(n):
    total = 0
    for i in range(n):
        total += total_of(i, 1, 2)
    return total


@given(N)
def variadic_keywords(n):
    total = 0
    for i in range(n):
        total += options(a=i, b=1)
    return total


@given(N)
def starred_call(n):
    total = 0
    pair = (2, 3)
    for i in range(n):
        total += scaled(*pair, offset=i)
    return total


@given(13)
def recursion(n):
    return fibonacci(n)


@given(N)
def mutual_recursion(n):
    return is_even(n)


@given(N)
def lambda_function(n):
    double = lambda x: 2 * x  # noqa: E731
    total = 0
    for i in range(n):
        total += double(i)
    return total


@given(square, N)
def callback(function, n):
    total = 0
    for i in range(n):
        total += function(i)
    return total


@given(N)
def closure(n):
    factor = n % 7

    def times(x):
        return x * factor

    total = 0
    for i in range(n):
        total += times(i)
    return total


@given(N)
def closure_that_counts(n):
    count = 0

    def note():
        nonlocal count
        count += 1

    for _ in range(n):
        note()
    return count


@given(N)
def function_that_returns_a_tuple(n):
    def both(x):
        return x + 1, x - 1

    total = 0
    for i in range(n):
        a, b = both(i)
        total += a * b
    return total


# Containers


@given(N)
def list_append(n):
    numbers = []
    for i in range(n):
        numbers.append(i * i)
    return numbers


@given(lambda: ([float(i) for i in range(N)],))
def list_read_and_write(numbers):
    for i in range(1, len(numbers)):
        numbers[i] = numbers[i - 1] * 0.5 + numbers[i]
    return numbers[-1]


@given([[i * j for j in range(20)] for i in range(20)])
def list_of_lists(table):
    total = 0
    for i in range(len(table)):
        for j in range(len(table[i])):
            total += table[i][j] * (i - j)
    return total


@given(N)
def list_pop(n):
    stack = [n]
    steps = 0
    while stack:
        x = stack.pop()
        steps += 1
        if x > 1:
            stack.append(x // 2)
            stack.append(x // 3)
    return steps


@given(N)
def list_repeated(n):
    sieve = [True] * n
    for i in range(2, 18):
        for j in range(i * i, n, i):
            sieve[j] = False
    return sum(sieve)


@given(lambda: ([i * 7919 % 1009 for i in range(50)],))
def bubble_sort(numbers):
    for i in range(len(numbers)):
        for j in range(len(numbers) - 1 - i):
            if numbers[j] > numbers[j + 1]:
                numbers[j], numbers[j + 1] = numbers[j + 1], numbers[j]
    return numbers


@given(list(range(0, 3 * N, 3)), N)
def membership_in_a_list(numbers, n):
    found = 0
    for i in range(n // 10):
        if i in numbers:
            found += 1
    return found


@given(N)
def tuples(n):
    point = (0.0, 1.0)
    for _ in range(n):
        point = (point[0] + 0.5, point[1] * 0.5)
    return point


@given([(float(i), i) for i in range(N)])
def list_of_tuples(pairs):
    total = 0.0
    for x, i in pairs:
        total += x * i
    return total


@given(N)
def dict_of_ints(n):
    counts = {}
    for i in range(n):
        key = i * i % 17
        counts[key] = counts.get(key, 0) + 1
    return counts


@given({"a": 1, "b": 2, "c": 3}, N)
def dict_of_strings(prices, n):
    total = 0
    for _ in range(n):
        total += prices["a"] + prices["c"]
    return total


@given({i: float(i) for i in range(N)})
def dict_items(table):
    total = 0.0
    for key, value in table.items():
        total += key * value
    return total


@given(N)
def sets_of_ints(n):
    seen = set()
    x = 1
    while x not in seen:
        seen.add(x)
        x = x * 7 % n
    return len(seen)


@given(lambda: (array("d", [0.5 * i for i in range(N)]),))
def typed_array(numbers):
    total = 0.0
    for i in range(len(numbers)):
        total += numbers[i]
        numbers[i] = total
    return total


@given(lambda: (bytearray(N),))
def byte_array(data):
    for i in range(len(data)):
        data[i] = i * 7 % 256
    total = 0
    for x in data:
        total += x
    return total


@given(lambda: (memoryview(array("q", range(N))),))
def memory_view(view):
    total = 0
    for i in range(len(view)):
        total += view[i]
    return total


# Library


@given(N)
def math_functions(n):
    total = 0.0
    for i in range(n):
        x = i * 0.01
        total += math.sin(x) * math.cos(x) + math.sqrt(x) + math.exp(-x) + math.atan2(x, 1.0)
    return total


@given(N)
def math_logarithms(n):
    total = 0.0
    for i in range(1, n):
        total += math.log(i) + math.log10(i) + math.log2(i) + math.log(i, 3)
    return total


@given(N)
def math_hypot_and_fabs(n):
    total = 0.0
    for i in range(n):
        total += math.hypot(i, 2.0) + math.fabs(-i) + math.copysign(1.0, -i)
    return total


@given(N)
def math_floor_and_ceil(n):
    total = 0
    for i in range(n):
        total += math.floor(i * 0.3) + math.ceil(i * 0.3) + math.trunc(i * 0.3)
    return total


@given(N)
def math_gcd(n):
    total = 0
    for i in range(1, n):
        total += math.gcd(i, 360)
    return total


@given(N)
def math_isqrt(n):
    total = 0
    for i in range(n):
        total += math.isqrt(i)
    return total


@given(N)
def math_erf_and_gamma(n):
    total = 0.0
    for i in range(1, n):
        total += math.erf(i * 0.01) + math.lgamma(i)
    return total


@given(N)
def math_is_finite(n):
    found = 0
    for i in range(n):
        x = i * 0.5
        if math.isfinite(x) and not math.isnan(x) and not math.isinf(x):
            found += 1
    return found


@given(N)
def math_constants(n):
    total = 0.0
    for i in range(n):
        total += math.pi * i + math.e
    return total


@given(N)
def complex_functions(n):
    total = 0j
    for i in range(n):
        total += cmath.exp(complex(0.0, i * 0.01)) + cmath.sqrt(-i)
    return total


@given([float((i * 37) % 101) for i in range(N)])
def sum_min_max_of_lists(numbers):
    return sum(numbers), min(numbers), max(numbers), len(numbers)


@given(N)
def min_and_max_of_numbers(n):
    total = 0
    for i in range(n):
        total += min(i, 100) + max(i, 50, 70)
    return total


@given(N)
def absolute_values(n):
    total = 0
    for i in range(-n, n):
        total += abs(i) + abs(i * 0.5)
    return total


@given(lambda: ([i * 7919 % 1009 for i in range(N)],))
def sorted_list(numbers):
    ordered = sorted(numbers)
    numbers.sort()
    return ordered == numbers, ordered[0]


@given(N)
def random_numbers(n):
    random.seed(7)
    total = 0.0
    for _ in range(n):
        total += random.random()
    return total


@given(N)
def random_integers(n):
    random.seed(7)
    total = 0
    for _ in range(n):
        total += random.randint(1, 6)
    return total


@given(N)
def instance_checks(n):
    found = 0
    for i in range(n):
        if isinstance(i, int) and not isinstance(i, bool):
            found += 1
    return found


@given(N)
def pow_with_a_modulus(n):
    total = 0
    for i in range(n):
        total += pow(i, 5, 1009)
    return total


# Objects


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm(self):
        return self.x * self.x + self.y * self.y

    def shifted(self, dx):
        return Point(self.x + dx, self.y)

    @property
    def twice(self):
        return 2 * self.x

    def __add__(self, other):
        return Point(self.x + other.x, self.y + other.y)


class Slotted:
    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value


class Counter:
    step = 3

    def __init__(self):
        self.count = 0

    def __call__(self, i):
        self.count += i * self.step


@given(lambda: (Point(1.0, 2.0), N))
def attributes_read(point, n):
    total = 0.0
    for _ in range(n):
        total += point.x * point.y
    return total


@given(lambda: (Point(1.0, 2.0), N))
def attributes_written(point, n):
    for i in range(n):
        point.x = point.x * 0.5 + i
    return point.x


@given(lambda: (Point(1.0, 2.0), N))
def methods(point, n):
    total = 0.0
    for _ in range(n):
        total += point.norm()
    return total


@given(N)
def instances_made(n):
    total = 0
    for i in range(n):
        total += Point(i, 1).norm()
    return total


@given(lambda: (Point(1.0, 2.0), N))
def instances_returned(point, n):
    for _ in range(n):
        point = point.shifted(0.5)
    return point.x


@given(lambda: (Point(1.0, 2.0), N))
def properties(point, n):
    total = 0.0
    for _ in range(n):
        total += point.twice
    return total


@given(lambda: (Point(1.0, 2.0), Point(0.5, 0.25), N))
def overloaded_operators(point, other, n):
    for _ in range(n):
        point = point + other
    return point.x, point.y


@given(lambda: (Slotted(1), N))
def slots(holder, n):
    for i in range(n):
        holder.value += i
    return holder.value


@given(lambda: (Counter(), N))
def callable_instances(counter, n):
    for i in range(n):
        counter(i)
    return counter.count


@given([Point(i, 1) for i in range(N)])
def list_of_instances(points):
    total = 0
    for point in points:
        total += point.x * point.y
    return total


@given(lambda: (Point(1.0, 2.0).norm, N))
def bound_method_as_a_value(method, n):
    total = 0.0
    for _ in range(n):
        total += method()
    return total


# Errors


def checked(x):
    if x < 0:
        raise ValueError("negative: {}".format(x))
    return x


@given(N)
def error_raised_at_the_end(n):
    total = 0
    for i in range(n):
        total += checked(n - 2 - i)
    return total


@given(N)
def division_by_zero(n):
    total = 0
    for i in range(n):
        total += i // (n - 1 - i)
    return total


@given([1.0] * N, N)
def index_error(numbers, n):
    total = 0.0
    for i in range(n + 1):
        total += numbers[i]
    return total


@given(N)
def try_without_an_error(n):
    total = 0
    for i in range(n):
        try:
            total += 100 // (i + 1)
        except ZeroDivisionError:
            total -= 1
    return total


@given(N)
def try_with_errors(n):
    total = 0
    for i in range(n):
        try:
            total += 100 // (i % 3)
        except ZeroDivisionError:
            total -= 1
    return total


@given(N)
def finally_clause(n):
    total = 0
    for i in range(n):
        try:
            total += i
        finally:
            total -= 1
    return total


@given(N)
def domain_error(n):
    total = 0.0
    for i in range(n):
        total += math.sqrt(n - 2 - i)
    return total


@given({"a": 1}, N)
def key_error(table, n):
    total = 0
    for i in range(n):
        total += table["a" if i < n - 1 else "b"]
    return total


# Text


@given("the quick brown fox jumps over the lazy dog " * 5)
def characters(text):
    found = 0
    for character in text:
        if character == "o":
            found += 1
    return found


@given("the quick brown fox jumps over the lazy dog " * 5)
def indexed_text(text):
    found = 0
    for i in range(len(text) - 1):
        if text[i] == text[i + 1] or text[i] in "aeiou":
            found += 1
    return found


@given("ACGTTGCA" * 30)
def ord_and_chr(text):
    total = 0
    for character in text:
        total += ord(character) - 65
    return total, chr(total % 26 + 65)


@given(N)
def format_strings(n):
    length = 0
    for i in range(n // 10):
        length += len(f"{i:04d}: {i * 0.5:.2f}")
    return length


@given(["b", "a", "c"] * 20)
def joined(words):
    return ",".join(word.upper() for word in words)

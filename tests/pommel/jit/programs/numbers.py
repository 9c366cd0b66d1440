"""Number theory, digits and bits as people write it, with functions that call each other."""

from programs import given


def is_prime(number):
    if number < 2:
        return False
    if number % 2 == 0:
        return number == 2
    return all(number % divisor for divisor in range(3, int(number ** 0.5) + 1, 2))


@given((1,), (2,), (30,), (100,), (-5,))
def primes_below(limit):
    return [number for number in range(limit) if is_prime(number)]


@given((0,), (10,), (200,))
def sieve(limit):
    marks = [True] * (limit + 1)
    marks[:2] = [False] * min(2, limit + 1)
    for number in range(2, int(limit ** 0.5) + 1):
        if marks[number]:
            for multiple in range(number * number, limit + 1, number):
                marks[multiple] = False
    return [number for number, mark in enumerate(marks) if mark]


@given((360,), (1,), (97,), (2**40,), (999983 * 3,), (0,), (-8,), (2.5,))
def prime_factors(number):
    if not isinstance(number, int):
        raise TypeError("prime_factors() takes an integer")
    if number < 1:
        raise ValueError(f"{number} has no prime factors")
    factors = []
    divisor = 2
    while divisor * divisor <= number:
        while number % divisor == 0:
            factors.append(divisor)
            number //= divisor
        divisor += 1
    if number > 1:
        factors.append(number)
    return factors


@given((48, 36), (0, 5), (7, 0), (-12, 18), (2**70, 2**65), (1.5, 2))
def greatest_common_divisor(a, b):
    while b:
        a, b = b, a % b
    return abs(a)


@given((240, 46), (0, 0), (17, -5))
def extended_euclid(a, b):
    if b == 0:
        return a, 1, 0
    divisor, x, y = extended_euclid(b, a % b)
    return divisor, y, x - a // b * y


@given((4, 6), (0, 3), (21, 6))
def least_common_multiple(a, b):
    if a == 0 or b == 0:
        return 0
    return abs(a * b) // greatest_common_divisor(a, b)


@given((6,), (28,), (12,), (496,), (1,), (0,))
def is_perfect(number):
    return number > 0 and sum(i for i in range(1, number // 2 + 1) if number % i == 0) == number


@given((153,), (370,), (10,), (0,))
def is_narcissistic(number):
    digits = [int(digit) for digit in str(number)]
    return number == sum(digit ** len(digits) for digit in digits)


@given((12345,), (0,), (-98,), (10**25,))
def digit_sum(number):
    number = abs(number)
    total = 0
    while number:
        total += number % 10
        number //= 10
    return total


@given((12321,), (10,), (0,), (-121,))
def is_palindromic_number(number):
    if number < 0:
        return False
    rest, back = number, 0
    while rest > 0:
        rest, digit = divmod(rest, 10)
        back = back * 10 + digit
    return back == number


@given((3, 13, 7), (2, 200, 1000007), (5, 0, 3), (2, -1, 7), (2, 3, 0))
def power_modulo(base, exponent, modulus):
    if exponent < 0:
        raise ValueError("the exponent must not be negative")
    result = 1 % modulus
    base %= modulus
    while exponent:
        if exponent & 1:
            result = result * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return result


@given((0,), (1,), (30,), (95,), (-1,), ("7",))
def fibonacci(count):
    if not isinstance(count, int):
        raise TypeError("an integer is wanted")
    if count < 0:
        raise ValueError("count must not be negative")
    a, b = 0, 1
    for _ in range(count):
        a, b = b, a + b
    return a


@given((10, 3), (5, 0), (5, 5), (4, 7), (70, 35))
def combinations(count, taken):
    if count < taken or taken < 0:
        raise ValueError("please enter count >= taken >= 0")
    result = 1
    for i in range(taken):
        result = result * (count - i) // (i + 1)
    return result


@given((0,), (5,), (25,), (-3,))
def factorial(number):
    if number < 0:
        raise ValueError("factorial() not defined for negative values")
    return 1 if number <= 1 else number * factorial(number - 1)


@given((27,), (1,), (0,))
def collatz(number):
    if number < 1:
        raise ValueError("only positive numbers")
    path = [number]
    while path[-1] != 1:
        path.append(path[-1] // 2 if path[-1] % 2 == 0 else 3 * path[-1] + 1)
    return path


@given((10,), (1,))
def triangle_numbers(count):
    return [n * (n + 1) // 2 for n in range(1, count + 1)]


@given((25,), (0,), (255,), (-1,))
def bits_set(number):
    if number < 0:
        raise ValueError("the input must not be negative")
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


@given((25,), (0,), (1,), (2**62,), (-7,))
def binary(number):
    if number == 0:
        return "0b0"
    sign = "-" if number < 0 else ""
    number = abs(number)
    digits = []
    while number > 0:
        digits.insert(0, number % 2)
        number >>= 1
    return sign + "0b" + "".join(str(digit) for digit in digits)


@given(("1011",), ("",), ("-101",), ("12",))
def from_binary(text):
    text = text.strip()
    if not text:
        raise ValueError("empty string was passed to the function")
    is_negative = text[0] == "-"
    if is_negative:
        text = text[1:]
    if not all(char in "01" for char in text):
        raise ValueError("non-binary value was passed to the function")
    value = 0
    for char in text:
        value = 2 * value + int(char)
    return -value if is_negative else value


@given((1,), (6,), (0,))
def gray_codes(width):
    return [number ^ number >> 1 for number in range(1 << width)]


@given((0b10110,), (0,), (2**40 + 5,))
def highest_bit(number):
    position = 0
    while number:
        position += 1
        number >>= 1
    return position


@given((8,), (6,), (0,), (-8,))
def is_power_of_two(number):
    if number < 0:
        raise ValueError("number must not be negative")
    return number & number - 1 == 0


@given((43261596,), (0,), (1,))
def reverse_bits(number):
    result = 0
    for i in range(32):
        result = result << 1 | number >> i & 1
    return result


@given((10,), (100,))
def sum_of_multiples(limit):
    return sum(number for number in range(3, limit) if number % 3 == 0 or number % 5 == 0)


@given((1000,), (0,))
def sum_of_even_fibonacci(limit):
    total, a, b = 0, 1, 2
    while b <= limit:
        if b % 2 == 0:
            total += b
        a, b = b, a + b
    return total


@given((20,), (1,))
def smallest_multiple(limit):
    result = 1
    for number in range(2, limit + 1):
        result = least_common_multiple(result, number)
    return result


@given((10,), (50,))
def square_difference(limit):
    squares = sum(number * number for number in range(1, limit + 1))
    return sum(range(limit + 1)) ** 2 - squares


@given((1000,), (12,), (7,))
def pythagorean_product(total):
    return max((a * b * (total - a - b) for a in range(1, total // 3) for b in range(a + 1, total // 2)
                if a * a + b * b == (total - a - b) ** 2), default=-1)


@given((5,), (1,), (0,))
def pascal_triangle(rows):
    triangle = []
    for row in range(rows):
        line = [1] * (row + 1)
        for column in range(1, row):
            line[column] = triangle[row - 1][column - 1] + triangle[row - 1][column]
        triangle.append(line)
    return triangle


@given((6,), (0,))
def catalan_numbers(limit):
    if limit < 0:
        raise ValueError("limit must not be negative")
    found = [0] * (limit + 1)
    found[0] = 1
    if limit > 0:
        found[1] = 1
    for i in range(2, limit + 1):
        for j in range(i):
            found[i] += found[j] * found[i - j - 1]
    return found


@given((10, 2), (255, 16), (0, 3), (7, 1), (7, 40))
def in_base(number, base):
    if not 2 <= base <= 36:
        raise ValueError("base must be between 2 and 36")
    symbols = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digits = ""
    while number:
        number, rest = divmod(number, base)
        digits = symbols[rest] + digits
    return digits or "0"


@given((1994,), (3999,), (1,), (0,))
def roman(number):
    values = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
              (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    result = []
    for value, text in values:
        factor, number = divmod(number, value)
        result.append(text * factor)
        if number == 0:
            break
    return "".join(result)


@given(("MCMXCIV",), ("III",), ("",), ("Q",))
def from_roman(text):
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = place = 0
    while place < len(text):
        if place + 1 < len(text) and values[text[place]] < values[text[place + 1]]:
            total += values[text[place + 1]] - values[text[place]]
            place += 2
        else:
            total += values[text[place]]
            place += 1
    return total


@given((4, 2), (2, 3), (0, 1), (3, 0))
def ackermann(n, m):
    if n == 0 or m < 0:
        return m + 1
    if m == 0:
        return ackermann(n - 1, 1) if n < 3 else -1
    return ackermann(n - 1, ackermann(n, m - 1)) if n < 3 else n * m


@given((10,), (13,))
def count_partitions(total):
    ways = [1] + [0] * total
    for part in range(1, total + 1):
        for amount in range(part, total + 1):
            ways[amount] += ways[amount - part]
    return ways[total]


@given((16, ), (2,), (0.0,), (-4,), (1e300,))
def newton_root(number):
    if number < 0:
        raise ValueError("math domain error")
    if number == 0:
        return 0.0
    guess = number
    while True:
        better = (guess + number / guess) / 2
        if abs(better - guess) < 1e-12 * guess:
            return better
        guess = better


@given((20,), (3,))
def mobius_values(limit):
    def factors(number):
        divisor = 2
        while divisor * divisor <= number:
            while number % divisor == 0:
                number //= divisor
                yield divisor
            divisor += 1
        if number > 1:
            yield number

    values = []
    for number in range(1, limit):
        found = list(factors(number))
        values.append(0 if len(set(found)) < len(found) else (-1) ** len(found))
    return values

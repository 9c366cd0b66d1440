"""Primes: a sieve, the gaps between them, and sums of two."""

import sys
from collections import Counter


def sieve(limit):
    is_prime = [True] * (limit + 1)
    is_prime[0] = is_prime[1] = False
    n = 2
    while n * n <= limit:
        if is_prime[n]:
            for multiple in range(n * n, limit + 1, n):
                is_prime[multiple] = False
        n += 1
    return is_prime


def numbers(is_prime):
    return [n for n in range(len(is_prime)) if is_prime[n]]


def partitions(n, is_prime):
    """How often an even number is a sum of two primes."""
    count = 0
    for p in range(2, n // 2 + 1):
        if is_prime[p] and is_prime[n - p]:
            count += 1
    return count


def smallest_factor(n):
    factor = 2
    while factor * factor <= n:
        if n % factor == 0:
            return factor
        factor += 1
    return n


def main(limit):
    is_prime = sieve(limit)
    primes = numbers(is_prime)
    print(len(primes), "primes up to", limit)
    gaps = Counter(b - a for a, b in zip(primes, primes[1:]))
    for gap, count in gaps.most_common(5):
        print("gap {:3d}: {}".format(gap, count))
    for n in range(limit // 4, limit // 4 + 40, 2):
        print(n, partitions(n, is_prime))
    for n in (2**31 - 1, 10**12 + 39, 99_999_999_977):
        print(n, "is divisible by", smallest_factor(n))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 4_000_000)

"""The primes below n, by the sieve of Eratosthenes on a list of bools."""


def run(n):
    is_prime = [True] * n
    count = 0
    last = 0
    for i in range(2, n):
        if is_prime[i]:
            count += 1
            last = i
            for j in range(i * i, n, i):
                is_prime[j] = False
    return count, last

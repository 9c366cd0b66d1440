"""The start below n with the longest way to 1."""


def length(x):
    steps = 1
    while x != 1:
        if x % 2 == 0:
            x //= 2
        else:
            x = 3 * x + 1
        steps += 1
    return steps


def run(n):
    longest = 0
    best = 1
    for start in range(1, n):
        found = length(start)
        if found > longest:
            longest = found
            best = start
    return best, longest

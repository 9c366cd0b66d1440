"""How far two texts of n letters are apart: rows of lists, and characters."""


def distance(a, b):
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a):
        current = [i + 1]
        for j, y in enumerate(b):
            cost = 0 if x == y else 1
            current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + cost))
        previous = current
    return previous[-1]


def run(n):
    return distance("ACGTTGCAAC" * (n // 10), "ACTTGCCAAG" * (n // 10))

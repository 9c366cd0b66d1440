"""Binary trees of depth n, made of tuples and counted."""


def made(depth):
    if depth == 0:
        return (None, None)
    return (made(depth - 1), made(depth - 1))


def nodes(tree):
    left, right = tree
    if left is None:
        return 1
    return 1 + nodes(left) + nodes(right)


def run(n):
    total = 0
    for depth in range(4, n + 1):
        total += nodes(made(depth))
    return total

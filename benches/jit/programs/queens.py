"""In how many ways n queens stand on a board of n by n: recursion and bits."""


def place(full, columns, left, right):
    if columns == full:
        return 1
    count = 0
    free = full & ~(columns | left | right)
    while free:
        bit = free & -free
        free ^= bit
        count += place(full, columns | bit, (left | bit) << 1, (right | bit) >> 1)
    return count


def run(n):
    return place((1 << n) - 1, 0, 0, 0)

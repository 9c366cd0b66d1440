"""In how many ways queens stand on a board without being in each other's way."""

import sys


def ways(n, columns=0, rising=0, falling=0):
    full = (1 << n) - 1
    if columns == full:
        return 1
    count = 0
    free = full & ~(columns | rising | falling)
    while free:
        place = free & -free
        free ^= place
        count += ways(n, columns | place, (rising | place) << 1, (falling | place) >> 1)
    return count


def first(n):
    """The first way, as columns, by going back where there is no place."""
    columns = []

    def fits(column):
        row = len(columns)
        return all(column != other and abs(column - other) != row - place for place, other in enumerate(columns))

    def put():
        if len(columns) == n:
            return True
        for column in range(n):
            if fits(column):
                columns.append(column)
                if put():
                    return True
                columns.pop()
        return False

    put()
    return columns


def main(largest):
    for n in range(4, largest + 1):
        print("{} queens: {} ways, the first is {}".format(n, ways(n), first(n)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 13)

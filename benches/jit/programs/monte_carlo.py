"""Pi by n random points, with the generator of the standard library."""

import random


def run(n):
    random.seed(42)
    inside = 0
    for _ in range(n):
        x = random.random()
        y = random.random()
        if x * x + y * y <= 1.0:
            inside += 1
    return 4.0 * inside / n

"""How many points of a square of n by n belong to Mandelbrot's set, and how long the others take to leave."""


def steps(a, b, limit):
    x = y = 0.0
    for i in range(limit):
        xx = x * x
        yy = y * y
        if xx + yy > 4.0:
            return i
        y = 2.0 * x * y + b
        x = xx - yy + a
    return limit


def run(n):
    inside = total = 0
    for row in range(n):
        b = 2.5 * row / n - 1.25
        for column in range(n):
            found = steps(2.5 * column / n - 2.0, b, 100)
            total += found
            if found == 100:
                inside += 1
    return inside, total

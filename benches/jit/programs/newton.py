"""Newton's method for z**3 = 1 from n by n complex numbers: how many steps to a root."""


def steps(z):
    for i in range(50):
        if abs(z * z * z - 1.0) < 1e-9:
            return i
        z = z - (z * z * z - 1.0) / (3.0 * z * z)
    return 50


def run(n):
    total = 0
    for i in range(n):
        for j in range(n):
            total += steps(complex(4.0 * i / n - 1.99, 4.0 * j / n - 1.99))
    return total

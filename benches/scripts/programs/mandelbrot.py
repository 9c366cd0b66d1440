"""Mandelbrot's set in characters."""

import sys

SHADES = " .:-=+*#%@"


def escapes_after(x, y, limit):
    real, imaginary = x, y
    for i in range(limit):
        a, b = real * real, imaginary * imaginary
        if a + b > 4.0:
            return i
        real, imaginary = a - b + x, 2.0 * real * imaginary + y
    return limit


def line(y, width, limit):
    shades = []
    for column in range(width):
        count = escapes_after(-2.2 + 3.2 * column / width, y, limit)
        shades.append(SHADES[count * (len(SHADES) - 1) // limit])
    return "".join(shades)


width = int(sys.argv[1]) if len(sys.argv) > 1 else 300
height = width // 3
for row in range(height):
    print(line(-1.2 + 2.4 * row / height, width, 1500).rstrip())

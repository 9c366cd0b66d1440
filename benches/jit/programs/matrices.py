"""The product of two matrices of n by n: lists of lists of floats."""


def matrix(n, seed):
    return [[((i * seed + j * 7) % 11) / 11.0 for j in range(n)] for i in range(n)]


def product(a, b):
    n = len(a)
    m = len(b[0])
    inner = len(b)
    result = []
    for i in range(n):
        row = [0.0] * m
        a_row = a[i]
        for j in range(m):
            total = 0.0
            for k in range(inner):
                total += a_row[k] * b[k][j]
            row[j] = total
        result.append(row)
    return result


def run(n):
    c = product(matrix(n, 3), matrix(n, 5))
    trace = total = 0.0
    for i in range(n):
        trace += c[i][i]
        for value in c[i]:
            total += value
    return trace, total

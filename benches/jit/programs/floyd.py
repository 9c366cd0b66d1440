"""The shortest ways between all pairs of n places, by Floyd and Warshall."""


def run(n):
    ways = [[(i * 17 + j * 31) % 97 + 1.0 for j in range(n)] for i in range(n)]
    for k in range(n):
        from_k = ways[k]
        for i in range(n):
            row = ways[i]
            to_k = row[k]
            for j in range(n):
                if to_k + from_k[j] < row[j]:
                    row[j] = to_k + from_k[j]
    return sum([sum(row) for row in ways])

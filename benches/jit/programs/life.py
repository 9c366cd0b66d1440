"""Conway's Game of Life on a torus: lists of lists, n generations."""

SIZE = 64


def start():
    state = 12345
    grid = []
    for _ in range(SIZE):
        row = []
        for _ in range(SIZE):
            state = (state * 1103515245 + 12345) % 2147483648
            row.append(1 if state > 1500000000 else 0)
        grid.append(row)
    return grid


def next_generation(grid):
    height = len(grid)
    width = len(grid[0])
    result = []
    for i in range(height):
        above = grid[i - 1]
        here = grid[i]
        below = grid[(i + 1) % height]
        row = []
        for j in range(width):
            left = j - 1
            right = (j + 1) % width
            neighbours = (above[left] + above[j] + above[right] + here[left] + here[right]
                          + below[left] + below[j] + below[right])
            row.append(1 if neighbours == 3 or (neighbours == 2 and here[j]) else 0)
        result.append(row)
    return result


def run(n):
    grid = start()
    for _ in range(n):
        grid = next_generation(grid)
    alive = 0
    weighted = 0
    for i in range(SIZE):
        for j in range(SIZE):
            alive += grid[i][j]
            weighted += grid[i][j] * (i * SIZE + j)
    return alive, weighted

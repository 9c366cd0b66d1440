"""The Game of Life on a torus, from a random beginning."""

import argparse
import random


class Board:
    def __init__(self, width, height, seed):
        self.width, self.height = width, height
        generator = random.Random(seed)
        self.rows = [[int(generator.random() < 0.3) for _ in range(width)] for _ in range(height)]

    def step(self):
        self.rows = next_rows(self.rows, self.width, self.height)

    def alive(self):
        return sum(map(sum, self.rows))

    def __str__(self):
        return "\n".join("".join("#" if cell else "." for cell in row) for row in self.rows)


def next_rows(rows, width, height):
    made = []
    for y in range(height):
        above, here, below = rows[y - 1], rows[y], rows[(y + 1) % height]
        row = []
        for x in range(width):
            left, right = x - 1, (x + 1) % width
            count = (above[left] + above[x] + above[right] + here[left] + here[right]
                     + below[left] + below[x] + below[right])
            row.append(1 if count == 3 or (count == 2 and here[x]) else 0)
        made.append(row)
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument("--steps", type=int, default=1000)
    arguments = parser.parse_args()
    board = Board(arguments.size, arguments.size // 2, seed=7)
    for step in range(arguments.steps):
        if step % 100 == 0:
            print("step {}: {} alive".format(step, board.alive()))
        board.step()
    print(board)


if __name__ == "__main__":
    main()

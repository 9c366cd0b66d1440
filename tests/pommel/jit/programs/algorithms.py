"""Sorting, searching, strings, matrices, graphs, geometry and formulas as people write them."""

import math
from collections import defaultdict, deque

from programs import given

NUMBERS = [5, -3, 9, 0, 2, 2, 11, -8]


@given((NUMBERS,), ([],), ([1],), ([2.5, -1, 3],), (["b", "a"],), ([1, "a"],))
def bubble_sort(items):
    for i in range(len(items)):
        swapped = False
        for j in range(len(items) - 1 - i):
            if items[j] > items[j + 1]:
                swapped = True
                items[j], items[j + 1] = items[j + 1], items[j]
        if not swapped:
            break
    return items


@given((NUMBERS,), ([],), ([3, 2, 1],))
def insertion_sort(items):
    for index, value in enumerate(items[1:]):
        place = index + 1
        while place > 0 and value < items[place - 1]:
            items[place] = items[place - 1]
            place -= 1
        items[place] = value
    return items


@given((NUMBERS,), ([1, 1],))
def selection_sort(items):
    for i in range(len(items) - 1):
        least = i
        for k in range(i + 1, len(items)):
            if items[k] < items[least]:
                least = k
        if least != i:
            items[least], items[i] = items[i], items[least]
    return items


@given((NUMBERS,), ([],), ([1.5, 0.5],))
def quick_sort(items):
    if len(items) < 2:
        return items
    pivot, *others = items
    smaller = [item for item in others if item <= pivot]
    larger = [item for item in others if item > pivot]
    return [*quick_sort(smaller), pivot, *quick_sort(larger)]


@given((NUMBERS,), ([],))
def merge_sort(items):
    def merge(left, right):
        result = []
        while left and right:
            result.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
        return result + left + right

    if len(items) <= 1:
        return items
    middle = len(items) // 2
    return merge(merge_sort(items[:middle]), merge_sort(items[middle:]))


@given((NUMBERS,), ([4, 4, 1],))
def heap_sort(items):
    def sift(index, size):
        largest, left, right = index, 2 * index + 1, 2 * index + 2
        if left < size and items[left] > items[largest]:
            largest = left
        if right < size and items[right] > items[largest]:
            largest = right
        if largest != index:
            items[largest], items[index] = items[index], items[largest]
            sift(largest, size)

    size = len(items)
    for i in range(size // 2 - 1, -1, -1):
        sift(i, size)
    for i in range(size - 1, 0, -1):
        items[0], items[i] = items[i], items[0]
        sift(0, i)
    return items


@given(([3, 1, 2, 1],), ([],), ([-1],), ([1.5],))
def counting_sort(items):
    if not items:
        return []
    least, most = min(items), max(items)
    counts = [0] * (most - least + 1)
    for item in items:
        counts[item - least] += 1
    return [value + least for value, count in enumerate(counts) for _ in range(count)]


@given(([1, 3, 5, 7, 9], 7), ([1, 3, 5], 2), ([], 1), ([1, 2], "a"))
def binary_search(items, wanted):
    left, right = 0, len(items) - 1
    while left <= right:
        middle = left + (right - left) // 2
        current = items[middle]
        if current == wanted:
            return middle
        if wanted < current:
            right = middle - 1
        else:
            left = middle + 1
    return -1


@given(([1, 3, 5, 7], 5, 0, 3), ([1, 3, 5, 7], 4, 0, 3), ([], 4, 0, -1))
def binary_search_again(items, wanted, left, right):
    if right < left:
        return -1
    middle = left + (right - left) // 2
    if items[middle] == wanted:
        return middle
    if items[middle] > wanted:
        return binary_search_again(items, wanted, left, middle - 1)
    return binary_search_again(items, wanted, middle + 1, right)


@given(([2, 7, 11, 15], 9), ([1, 2], 5), ([], 0))
def two_sum(numbers, target):
    seen = {}
    for index, value in enumerate(numbers):
        if target - value in seen:
            return [seen[target - value], index]
        seen[value] = index
    return []


@given(("racecar",), ("ab",), ("",), ("A man, a plan, a canal: Panama",))
def is_palindrome(text):
    letters = [char.lower() for char in text if char.isalnum()]
    return all(letters[i] == letters[-1 - i] for i in range(len(letters) // 2))


@given(("hello world", 3), ("XYZ", 29), ("", 1), ("a", "b"))
def caesar(text, key):
    result = ""
    for char in text:
        if char.isalpha():
            first = ord("A") if char.isupper() else ord("a")
            result += chr((ord(char) - first + key) % 26 + first)
        else:
            result += char
    return result


@given(("abracadabra",), ("",))
def letter_counts(text):
    counts = {}
    for char in text:
        counts[char] = counts.get(char, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


@given(("aaabbc",), ("",), ("abc",))
def run_lengths(text):
    groups = []
    count = 1
    for i in range(len(text)):
        if i + 1 < len(text) and text[i] == text[i + 1]:
            count += 1
        else:
            groups.append((text[i], count))
            count = 1
    return "".join(f"{char}{count}" for char, count in groups)


@given(("kitten", "sitting"), ("", "abc"), ("same", "same"))
def edit_distance(first, second):
    rows = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in range(len(first) + 1):
        rows[i][0] = i
    for j in range(len(second) + 1):
        rows[0][j] = j
    for i in range(1, len(first) + 1):
        for j in range(1, len(second) + 1):
            cost = 0 if first[i - 1] == second[j - 1] else 1
            rows[i][j] = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost)
    return rows[-1][-1]


@given(("AGGTAB", "GXTXAYB"), ("", "a"), ("abc", "abc"))
def longest_common_subsequence(x, y):
    lengths = [[0] * (len(y) + 1) for _ in range(len(x) + 1)]
    for i, a in enumerate(x, 1):
        for j, b in enumerate(y, 1):
            lengths[i][j] = lengths[i - 1][j - 1] + 1 if a == b else max(lengths[i - 1][j], lengths[i][j - 1])
    i, j, found = len(x), len(y), []
    while i and j:
        if x[i - 1] == y[j - 1]:
            found.append(x[i - 1])
            i, j = i - 1, j - 1
        elif lengths[i - 1][j] >= lengths[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return "".join(reversed(found))


@given(("(a[b]{c})",), ("(]",), ("((",), ("",))
def is_balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for char in text:
        if char in pairs.values():
            stack.append(char)
        elif char in pairs and (not stack or stack.pop() != pairs[char]):
            return False
    return not stack


@given(("3 4 + 2 *",), ("5 1 2 + 4 * + 3 -",), ("1 +",), ("1 0 /",), ("",))
def evaluate_postfix(text):
    stack = []
    for token in text.split():
        if token in ("+", "-", "*", "/"):
            if len(stack) < 2:
                raise ValueError(f"not enough operands for {token!r}")
            right, left = stack.pop(), stack.pop()
            if token == "+":
                stack.append(left + right)
            elif token == "-":
                stack.append(left - right)
            elif token == "*":
                stack.append(left * right)
            else:
                stack.append(left / right)
        else:
            stack.append(int(token))
    return stack.pop()


@given(([[1, 2], [3, 4]], [[5, 6], [7, 8]]), ([[1, 2, 3]], [[1], [2], [3]]), ([[1]], [[1, 2], [3, 4]]))
def multiply_matrices(a, b):
    if len(a[0]) != len(b):
        raise ValueError("these matrices cannot be multiplied")
    return [[sum(a[i][k] * b[k][j] for k in range(len(b))) for j in range(len(b[0]))] for i in range(len(a))]


@given(([[1, 2, 3], [4, 5, 6]],), ([[]],), ([],))
def transpose(matrix):
    return [list(row) for row in zip(*matrix)]


@given(([[2, 1], [5, 3]],), ([[1, 2, 3], [4, 5, 6], [7, 8, 10]],), ([[5]],), ([[1, 2]],))
def determinant(matrix):
    if any(len(row) != len(matrix) for row in matrix):
        raise ValueError("a square matrix is wanted")
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0
    for x in range(len(matrix)):
        minor = [row[:x] + row[x + 1:] for row in matrix[1:]]
        total += matrix[0][x] * determinant(minor) * (-1) ** x
    return total


@given(([[2.0, 1.0, 5.0], [1.0, 3.0, 10.0]],), ([[0.0, 1.0, 1.0], [1.0, 1.0, 3.0]],), ([[0.0, 0.0]],))
def solve_linear(rows):
    size = len(rows)
    for i in range(size):
        pivot = max(range(i, size), key=lambda r: abs(rows[r][i]))
        if rows[pivot][i] == 0:
            raise ValueError("the matrix is singular")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for other in range(i + 1, size):
            factor = rows[other][i] / rows[i][i]
            for column in range(i, size + 1):
                rows[other][column] -= factor * rows[i][column]
    result = [0.0] * size
    for i in reversed(range(size)):
        known = sum(rows[i][j] * result[j] for j in range(i + 1, size))
        result[i] = (rows[i][size] - known) / rows[i][i]
    return result


@given((3,), (1,), (0,))
def spiral(size):
    grid = [[0] * size for _ in range(size)]
    row = column = 0
    step_row, step_column = 0, 1
    for number in range(size * size):
        grid[row][column] = number + 1
        following_row, following_column = row + step_row, column + step_column
        if not (0 <= following_row < size and 0 <= following_column < size) or grid[following_row][following_column]:
            step_row, step_column = step_column, -step_row
        row, column = row + step_row, column + step_column
    return grid


@given(([60, 100, 120], [10, 20, 30], 50), ([], [], 5), ([1], [2], 1))
def knapsack(values, weights, capacity):
    best = [0] * (capacity + 1)
    for value, weight in zip(values, weights):
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]


@given(([1, 2, 5], 11), ([2], 3), ([], 0))
def fewest_coins(coins, amount):
    least = [0] + [float("inf")] * amount
    for part in range(1, amount + 1):
        for coin in coins:
            if coin <= part:
                least[part] = min(least[part], least[part - coin] + 1)
    return -1 if least[amount] == float("inf") else least[amount]


@given(([10, 9, 2, 5, 3, 7, 101, 18],), ([],), ([4, 4],))
def longest_increasing(items):
    if not items:
        return 0
    lengths = [1] * len(items)
    for i in range(len(items)):
        for j in range(i):
            if items[j] < items[i]:
                lengths[i] = max(lengths[i], lengths[j] + 1)
    return max(lengths)


@given(([-2, 1, -3, 4, -1, 2, 1, -5, 4],), ([-1],), ([1.5, -0.5, 2],), ([],))
def largest_sum(items):
    if not items:
        raise ValueError("no items")
    best = current = items[0]
    for item in items[1:]:
        current = max(item, current + item)
        best = max(best, current)
    return best


@given((3,), (1,), (0,))
def hanoi(height):
    moves = []

    def move(count, source, target, spare):
        if count >= 1:
            move(count - 1, source, spare, target)
            moves.append((source, target))
            move(count - 1, spare, target, source)

    move(height, "A", "B", "C")
    return moves


@given(([1, 2, 3],), ([],), ("ab",))
def permutations(items):
    if len(items) <= 1:
        return [list(items)]
    result = []
    for i in range(len(items)):
        rest = items[:i] + items[i + 1:]
        for permutation in permutations(rest):
            result.append([items[i], *permutation])
    return result


@given((4,), (1,), (3,))
def queens(size):
    found = []

    def place(rows):
        row = len(rows)
        if row == size:
            found.append(rows)
            return
        for column in range(size):
            if all(column != other and abs(column - other) != row - i for i, other in enumerate(rows)):
                place(rows + [column])

    place([])
    return found


@given(([1, 2, 3],), ([],))
def subsets(items):
    return [[items[i] for i in range(len(items)) if mask >> i & 1] for mask in range(1 << len(items))]


GRAPH = {"A": ["B", "C"], "B": ["D"], "C": ["D", "E"], "D": ["F"], "E": ["F"], "F": []}


@given((GRAPH, "A"), (GRAPH, "E"), ({}, "x"))
def breadth_first(graph, start):
    seen, queue, order = {start}, deque([start]), []
    while queue:
        node = queue.popleft()
        order.append(node)
        for neighbour in graph[node]:
            if neighbour not in seen:
                seen.add(neighbour)
                queue.append(neighbour)
    return order


@given((GRAPH, "A"), ({"x": ["x"]}, "x"))
def depth_first(graph, node, seen=None):
    seen = [] if seen is None else seen
    seen.append(node)
    for neighbour in graph[node]:
        if neighbour not in seen:
            depth_first(graph, neighbour, seen)
    return seen


@given((GRAPH,), ({"a": ["b"], "b": ["a"]},))
def topological(graph):
    incoming = {node: 0 for node in graph}
    for node in graph:
        for neighbour in graph[node]:
            incoming[neighbour] += 1
    ready = [node for node in graph if incoming[node] == 0]
    order = []
    while ready:
        node = ready.pop(0)
        order.append(node)
        for neighbour in graph[node]:
            incoming[neighbour] -= 1
            if not incoming[neighbour]:
                ready.append(neighbour)
    if len(order) != len(graph):
        raise ValueError("graph has a cycle")
    return order


ROADS = {"a": {"b": 7, "c": 3}, "b": {"d": 2}, "c": {"b": 1, "d": 8}, "d": {}}


@given((ROADS, "a"), (ROADS, "d"), (ROADS, "z"))
def shortest_paths(roads, start):
    distance = {node: math.inf for node in roads}
    distance[start] = 0
    open_nodes = set(roads)
    while open_nodes:
        node = min(sorted(open_nodes), key=lambda n: distance[n])
        open_nodes.remove(node)
        for neighbour, length in roads[node].items():
            distance[neighbour] = min(distance[neighbour], distance[node] + length)
    return distance


@given(([[0, 3, 999], [3, 0, 1], [999, 1, 0]],), ([],))
def all_shortest_paths(distance):
    size = len(distance)
    for k in range(size):
        for i in range(size):
            for j in range(size):
                distance[i][j] = min(distance[i][j], distance[i][k] + distance[k][j])
    return distance


@given(([(0, 1), (1, 2), (3, 4)], 6), ([], 2))
def components(edges, count):
    parents = list(range(count))

    def find(node):
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for a, b in edges:
        parents[find(a)] = find(b)
    groups = defaultdict(list)
    for node in range(count):
        groups[find(node)].append(node)
    return sorted(groups.values())


@given(([[1, 0], [0, 1]],), ([[1, 1, 0], [0, 0, 0], [1, 0, 1]],), ([],))
def count_islands(grid):
    def sink(i, j):
        if 0 <= i < len(grid) and 0 <= j < len(grid[0]) and grid[i][j] == 1:
            grid[i][j] = 0
            for di, dj in ((0, 1), (1, 0), (0, -1), (-1, 0)):
                sink(i + di, j + dj)

    count = 0
    for i in range(len(grid)):
        for j in range(len(grid[0])):
            if grid[i][j]:
                sink(i, j)
                count += 1
    return count


@given(((0.0, 0.0), (3.0, 4.0)), ((1, 1), (1, 1)), ((1,), (1, 2)), ((), ()))
def distance(a, b):
    if len(a) != len(b):
        raise ValueError("both points must be in the same n-dimensional space")
    return math.sqrt(sum((x - y) ** 2 for x, y in zip(a, b)))


@given(([(0, 0), (4, 0), (4, 3)],), ([(0.5, 0.0), (1.0, 2.5), (-1.0, 1.0)],), ([],))
def polygon_area(points):
    total = 0
    for i in range(len(points)):
        (x1, y1), (x2, y2) = points[i], points[(i + 1) % len(points)]
        total += x1 * y2 - x2 * y1
    return abs(total) / 2


@given(([(0, 0), (2, 0), (1, 1), (2, 2), (0, 2)],), ([(0, 0)],))
def convex_hull(points):
    def cross(o, a, b):
        return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])

    points = sorted(set(points))
    if len(points) <= 1:
        return points
    halves = []
    for ordered in (points, points[::-1]):
        half = []
        for point in ordered:
            while len(half) >= 2 and cross(half[-2], half[-1], point) <= 0:
                half.pop()
            half.append(point)
        halves += half[:-1]
    return halves


@given((3.0, 4.0, 5.0), (1.0, 1.0, 3.0), (-1.0, 1.0, 1.0), (2, 2, 2))
def triangle_area(a, b, c):
    if a <= 0 or b <= 0 or c <= 0:
        raise ValueError("triangle_area() only accepts positive values")
    if a + b < c or a + c < b or b + c < a:
        raise ValueError("given three sides do not form a triangle")
    half = (a + b + c) / 2
    return math.sqrt(half * (half - a) * (half - b) * (half - c))


@given((10.0, 5.0), (0.0, 1.0), (-1.0, 2.0), (5, 3), ("1", 2))
def kinetic_energy(mass, velocity):
    if mass < 0:
        raise ValueError("the mass of a body cannot be negative")
    return 0.5 * mass * abs(velocity) * abs(velocity)


@given((12.0, 0, 4.0), (0, 3.0, 4.0), (12.0, 3.0, 0), (1.0, 2.0, 3.0), (0, 1.0, -2.0))
def ohms_law(voltage, current, resistance):
    if (voltage, current, resistance).count(0) != 1:
        raise ValueError("one and only one argument must be 0")
    if resistance < 0:
        raise ValueError("resistance cannot be negative")
    if voltage == 0:
        return {"voltage": float(current * resistance)}
    if current == 0:
        return {"current": voltage / resistance}
    return {"resistance": voltage / current}


@given((1000.0, 0.05, 12), (1000, 0.0, 12), (0.0, 0.1, 3), (10.0, 0.1, 0))
def monthly_payment(principal, rate, years):
    if principal <= 0:
        raise ValueError("principal borrowed must be > 0")
    if rate < 0:
        raise ValueError("rate of interest must be >= 0")
    if years <= 0 or not isinstance(years, int):
        raise ValueError("years to repay must be an integer > 0")
    monthly, count = rate / 12, years * 12
    if monthly == 0:
        return principal / count
    return principal * monthly * (1 + monthly) ** count / ((1 + monthly) ** count - 1)


@given((lambda x: x * x, 0.0, 3.0, 100), (lambda x: 1 / x, 0.0, 1.0, 4))
def trapezoid(f, start, end, steps):
    width = (end - start) / steps
    return width * (0.5 * (f(start) + f(end)) + sum(f(start + i * width) for i in range(1, steps)))


@given((lambda x: x ** 3 - 2, 0.0, 2.0), (lambda x: x * x + 1, 0.0, 2.0))
def bisection(f, low, high):
    if f(low) * f(high) > 0:
        raise ValueError("could not find root in given interval")
    while high - low > 1e-10:
        middle = (low + high) / 2
        if f(middle) == 0:
            return middle
        if f(low) * f(middle) < 0:
            high = middle
        else:
            low = middle
    return low


@given(([1.0, 2.0, 4.0],), ([1, 2],), ([],), ([0.1] * 10,))
def mean_and_deviation(values):
    if not values:
        raise ValueError("list is empty")
    mean = sum(values) / len(values)
    return mean, math.sqrt(sum((value - mean) ** 2 for value in values) / len(values))


@given(([5, 3, 8],), ([1, 2, 3, 4],), ([],))
def median(values):
    ordered = sorted(values)
    half = len(ordered) >> 1
    return (ordered[half] + ordered[half - 1]) / 2 if len(ordered) % 2 == 0 else ordered[half]


@given(([2, 3, 2, 1, 3],), ([],))
def modes(values):
    if not values:
        return []
    most = max(values.count(value) for value in values)
    return sorted({value for value in values if values.count(value) == most})


@given(([1.0, 2.0, 3.0], 2.0), ([], 1.0), ([5], 0))
def horner(coefficients, x):
    result = 0.0
    for coefficient in reversed(coefficients):
        result = result * x + coefficient
    return result


@given(([1, 2], [3, 4, 5]), ([0], [1]))
def multiply_polynomials(a, b):
    result = [0] * (len(a) + len(b) - 1)
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            result[i + j] += x * y
    return result


@given((5, "rows"), (2, "columns"), (0, "rows"), (3, "else"))
def grid_text(size, kind):
    match_text = {"rows": lambda i, j: str(i), "columns": lambda i, j: str(j)}
    if kind not in match_text:
        raise KeyError(f"unknown kind {kind!r}")
    return "\n".join(" ".join(match_text[kind](i, j) for j in range(size)) for i in range(size))


@given(([0, 1, 0, 2, 1, 0, 1, 3, 2, 1, 2, 1],), ([],))
def trapped_water(heights):
    if not heights:
        return 0
    left, right = list(heights), list(heights)
    for i in range(1, len(heights)):
        left[i] = max(left[i - 1], heights[i])
    for i in range(len(heights) - 2, -1, -1):
        right[i] = max(right[i + 1], heights[i])
    return sum(min(a, b) - height for a, b, height in zip(left, right, heights))


@given(([7, 1, 5, 3, 6, 4],), ([],))
def best_profit(prices):
    if not prices:
        return 0
    least, profit = prices[0], 0
    for price in prices:
        least = min(price, least)
        profit = max(price - least, profit)
    return profit


@given(([[0, 1, 0], [0, 1, 0], [0, 1, 0]], 1), ([[1]], 3))
def life(cells, generations):
    for _ in range(generations):
        height, width = len(cells), len(cells[0])
        cells = [[1 if (count := sum(cells[i][j] for i in range(max(y - 1, 0), min(y + 2, height))
                                     for j in range(max(x - 1, 0), min(x + 2, width))) - cells[y][x]) == 3
                  or count == 2 and cells[y][x] else 0 for x in range(width)] for y in range(height)]
    return cells

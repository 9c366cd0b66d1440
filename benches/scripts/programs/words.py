"""Which words are near each other: distances between texts."""

import random
import sys


def distance(a, b):
    """How many letters have to be put in, taken out or changed."""
    before = list(range(len(b) + 1))
    for i in range(len(a)):
        here = [i + 1]
        for j in range(len(b)):
            cost = before[j] if a[i] == b[j] else before[j] + 1
            if before[j + 1] + 1 < cost:
                cost = before[j + 1] + 1
            if here[j] + 1 < cost:
                cost = here[j] + 1
            here.append(cost)
        before = here
    return before[len(b)]


def words(count, seed):
    generator = random.Random(seed)
    syllables = [c + v for c in "bdfgklmnprst" for v in "aeiou"]
    return ["".join(generator.choices(syllables, k=generator.randint(2, 5))) for _ in range(count)]


def nearest(word, others):
    found = min(others, key=lambda other: (distance(word, other), other))
    return distance(word, found), found


def main(count):
    lexicon = words(count, seed=3)
    for word in words(60, seed=4):
        far, found = nearest(word, lexicon)
        print("{:12} {:12} {}".format(word, found, far))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)

"""A report of a web server's log: texts, generators, dicts and sorting, which Python does as quickly itself."""

import random
import re
from collections import Counter, defaultdict

LINE = re.compile(r'(?P<host>\S+) \[(?P<hour>\d+):\d+\] "(?P<verb>[A-Z]+) (?P<path>\S+)" (?P<status>\d+) (?P<size>\d+)')


def lines(count):
    generator = random.Random(5)
    paths = ["/", "/about", "/docs", "/docs/install", "/blog", "/blog/1", "/img/logo.png", "/api/items"]
    for _ in range(count):
        yield '10.0.{}.{} [{:02d}:{:02d}] "{} {}" {} {}'.format(
            generator.randrange(4), generator.randrange(256), generator.randrange(24), generator.randrange(60),
            generator.choice(["GET", "GET", "GET", "POST"]), generator.choice(paths),
            generator.choice([200, 200, 200, 304, 404, 500]), generator.randrange(100_000))


def records(texts):
    for text in texts:
        match = LINE.match(text)
        if match:
            yield match.groupdict()


def main():
    statuses, hours, sizes = Counter(), Counter(), defaultdict(list)
    for record in records(lines(220_000)):
        statuses[record["status"]] += 1
        hours[int(record["hour"])] += 1
        sizes[record["path"]].append(int(record["size"]))
    for status, count in sorted(statuses.items()):
        print(status, count)
    for path, all_sizes in sorted(sizes.items(), key=lambda item: -sum(item[1])):
        print("{:15} {:8d} {:12d}".format(path, len(all_sizes), sum(all_sizes)))
    print("busiest hours:", [hour for hour, _ in hours.most_common(3)])


if __name__ == "__main__":
    main()

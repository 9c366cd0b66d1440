"""A table of measurements: read from text, summed up, written to files and read again."""

import io
import os
import tempfile
from typing import Dict

import pommel as pm

TEXT = """\
# day,temperature,rain
1,12.5,0.0
2,14.0,3.2
3,11.5,7.5
4,13.0,0.0
"""


def read(file: io.StringIO) -> Dict[str, pm.ndarray]:
    columns = pm.loadtxt(file, delimiter=",", unpack=True)
    day, temperature, rain = columns
    return {"day": day.astype(pm.int64), "temperature": temperature, "rain": rain}


def summary(values: pm.ndarray) -> Dict[str, float]:
    low, middle, high = pm.percentile(values, [25, 50, 75]).tolist()
    return {"mean": float(values.mean()), "low": low, "median": middle, "high": high,
            "deviation": float(pm.std(values, ddof=1))}


def main() -> None:
    table = read(io.StringIO(TEXT))
    assert table["day"].tolist() == [1, 2, 3, 4]
    assert summary(table["temperature"])["mean"] == 12.75
    wet = table["day"][table["rain"] > 0]
    assert wet.tolist() == [2, 3]
    counts, edges = pm.histogram(table["rain"], bins=2, range=(0.0, 10.0))
    assert counts.sum() == 4 and len(edges) == 3
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "table.npz")
        pm.savez(path, **table)
        with pm.load(path) as file:
            assert pm.array_equal(file["rain"], table["rain"])
        text = os.path.join(folder, "table.csv")
        pm.savetxt(text, pm.column_stack(list(table.values())), fmt="%.1f", delimiter=",")
        assert pm.genfromtxt(text, delimiter=",").shape == (4, 3)


if __name__ == "__main__":
    main()

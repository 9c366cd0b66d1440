"""Points in clusters by Lloyd's algorithm (k-means)."""

from typing import NamedTuple, Optional

import pommel as pm
from pommel.random import Generator


class Clusters(NamedTuple):
    centres: pm.ndarray
    labels: pm.ndarray
    spread: float


def clustered(points: pm.ndarray, count: int, rng: Optional[Generator] = None) -> Clusters:
    rng = pm.random.default_rng(0) if rng is None else rng
    centres: pm.ndarray = points[rng.choice(len(points), count, replace=False)]
    labels = pm.zeros(len(points), dtype=int)
    for _ in range(100):
        squares = pm.sum((points[:, None, :] - centres[None]) ** 2, axis=-1)
        labels = pm.argmin(squares, axis=1)
        moved = pm.stack([
            points[labels == k].mean(axis=0) if pm.any(labels == k) else centres[k]
            for k in range(count)
        ])
        if pm.array_equal(moved, centres):
            break
        centres = moved
    return Clusters(centres, labels, float(pm.linalg.norm(points - centres[labels])))


def main() -> None:
    rng = pm.random.default_rng(seed=1)
    middles = pm.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = pm.concatenate([middle + rng.normal(scale=0.5, size=(50, 2)) for middle in middles])
    found = clustered(points, 3, pm.random.default_rng(5))
    assert found.centres.shape == (3, 2) and found.spread > 0
    sizes = pm.bincount(found.labels, minlength=3)
    assert sizes.sum().item() == 150
    names, counts = pm.unique_counts(found.labels)
    assert pm.array_equal(sizes[names], counts)


if __name__ == "__main__":
    main()

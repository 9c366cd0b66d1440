"""Random walks on the grid: how far they come, and how their steps are correlated."""

from typing import List, Sequence

import pommel as pm


def walks(count: int, steps: int, seed: int) -> pm.ndarray:
    """Places after each step: an array of the shape (count, steps, 2)."""
    rng = pm.random.default_rng(seed)
    directions = pm.array([[1, 0], [-1, 0], [0, 1], [0, -1]])
    chosen = rng.integers(4, size=(count, steps))
    return pm.cumsum(pm.take(directions, chosen, axis=0), axis=1)


def distances(places: pm.ndarray, after: Sequence[int]) -> List[float]:
    squares = (places**2).sum(axis=-1).mean(axis=0)
    return [float(pm.sqrt(squares[n - 1])) for n in after]


def spectrum(steps: pm.ndarray) -> pm.ndarray:
    return abs(pm.fft.rfft(steps - steps.mean())) ** 2


def main() -> None:
    places = walks(400, 100, seed=7)
    assert places.shape == (400, 100, 2) and places.dtype.kind == "i"
    near, far = distances(places, [25, 100])
    assert 0.8 < far / near / 2 < 1.2
    steps = pm.diff(places[0, :, 0], prepend=0)
    power = spectrum(steps.astype(pm.float64))
    frequencies = pm.fft.rfftfreq(steps.size)
    assert power.shape == frequencies.shape and float(power[0]) < 1e-9
    with pm.errstate(divide="ignore", invalid="ignore"):
        pm.log(power)
    lo, hi = pm.iinfo(places.dtype).min, pm.iinfo(places.dtype).max
    assert lo <= int(places.min()) <= int(places.max()) <= hi


if __name__ == "__main__":
    main()

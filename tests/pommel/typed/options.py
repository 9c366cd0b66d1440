"""Prices of options by the formula of Black and Scholes."""

from typing import Union

import pommel as pm

Number = Union[float, pm.ndarray]


def normal(x: pm.ndarray) -> pm.ndarray:
    """The distribution of the normal law (Abramowitz and Stegun, 26.2.17)."""
    t = 1 / (1 + 0.2316419 * abs(x))
    series = t * (0.319381530 + t * (-0.356563782 + t * (
        1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = pm.exp(-x * x / 2) / (2 * pm.pi) ** 0.5 * series
    return pm.where(x >= 0, 1 - tail, tail)


def call(spot: pm.ndarray, strike: Number, rate: float, spread: Number, years: Number) -> pm.ndarray:
    deviation = spread * pm.sqrt(years)
    d1 = (pm.log(spot / strike) + (rate + spread**2 / 2) * years) / deviation
    return spot * normal(d1) - strike * pm.exp(-rate * pm.asarray(years)) * normal(d1 - deviation)


def main() -> None:
    spots = pm.linspace(80.0, 120.0, 5)
    prices = call(spots, 100.0, 0.05, 0.2, 1.0)
    assert abs(float(prices[2]) - 10.4506) < 1e-3
    assert bool(pm.all(pm.diff(prices) > 0))
    table = call(spots[:, None], pm.array([90.0, 110.0]), 0.05, 0.2, 1.0)
    assert table.shape == (5, 2)


if __name__ == "__main__":
    main()

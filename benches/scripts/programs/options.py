"""What an option is worth: by simulation, and by the formula of Black and Scholes."""

import math
import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    strike: float
    years: float


@dataclass(frozen=True)
class Market:
    price: float
    rate: float
    volatility: float


def cumulative(x):
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def by_formula(market, option):
    root = market.volatility * math.sqrt(option.years)
    d1 = (math.log(market.price / option.strike)
          + (market.rate + market.volatility**2 / 2) * option.years) / root
    discounted = option.strike * math.exp(-market.rate * option.years)
    return market.price * cumulative(d1) - discounted * cumulative(d1 - root)


def normal():
    """A normal random number, by the polar method."""
    while True:
        x = 2.0 * random.random() - 1.0
        y = 2.0 * random.random() - 1.0
        square = x * x + y * y
        if 0.0 < square < 1.0:
            return x * math.sqrt(-2.0 * math.log(square) / square)


def by_simulation(price, rate, volatility, strike, years, ways):
    drift = (rate - volatility * volatility / 2) * years
    root = volatility * math.sqrt(years)
    total = 0.0
    for _ in range(ways):
        end = price * math.exp(drift + root * normal())
        if end > strike:
            total += end - strike
    return math.exp(-rate * years) * total / ways


def main():
    random.seed(20)
    market = Market(price=100.0, rate=0.03, volatility=0.25)
    for strike in range(80, 125, 5):
        option = Option(float(strike), 0.5)
        simulated = by_simulation(market.price, market.rate, market.volatility, option.strike, option.years, 240_000)
        print("{}: {:.6f} by formula, {:.6f} simulated".format(option, by_formula(market, option), simulated))


if __name__ == "__main__":
    main()

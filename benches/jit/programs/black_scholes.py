"""Prices of n options, one after the other, by the formula of Black and Scholes."""

from math import erf, exp, log, sqrt


def normal(x):
    return 0.5 * (1.0 + erf(x / sqrt(2.0)))


def price(spot, strike, years, rate, volatility):
    spread = volatility * sqrt(years)
    d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread
    d2 = d1 - spread
    discounted = strike * exp(-rate * years)
    call = spot * normal(d1) - discounted * normal(d2)
    return call, call - spot + discounted


def run(n):
    calls = puts = 0.0
    for i in range(n):
        call, put = price(80.0 + i % 41, 100.0, 0.25 + (i % 7) * 0.25, 0.02, 0.1 + (i % 5) * 0.1)
        calls += call
        puts += put
    return calls, puts

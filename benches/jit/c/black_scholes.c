#include "programs.h"
#include <math.h>

static double normal(double x) {
    return 0.5 * (1.0 + erf(x / sqrt(2.0)));
}

static void price(double spot, double strike, double years, double rate, double volatility, double *call,
                  double *put) {
    double spread = volatility * sqrt(years);
    double d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / spread;
    double d2 = d1 - spread;
    double discounted = strike * exp(-rate * years);
    *call = spot * normal(d1) - discounted * normal(d2);
    *put = *call - spot + discounted;
}

void black_scholes(long n, double *out) {
    double calls = 0.0, puts = 0.0;
    for (long i = 0; i < n; i++) {
        double call, put;
        price(80.0 + i % 41, 100.0, 0.25 + (i % 7) * 0.25, 0.02, 0.1 + (i % 5) * 0.1, &call, &put);
        calls += call;
        puts += put;
    }
    out[0] = calls;
    out[1] = puts;
}

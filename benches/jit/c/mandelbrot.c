#include "programs.h"

static long steps(double a, double b, long limit) {
    double x = 0.0, y = 0.0;
    for (long i = 0; i < limit; i++) {
        double xx = x * x, yy = y * y;
        if (xx + yy > 4.0)
            return i;
        y = 2.0 * x * y + b;
        x = xx - yy + a;
    }
    return limit;
}

void mandelbrot(long n, double *out) {
    long inside = 0, total = 0;
    for (long row = 0; row < n; row++) {
        double b = 2.5 * row / n - 1.25;
        for (long column = 0; column < n; column++) {
            long found = steps(2.5 * column / n - 2.0, b, 100);
            total += found;
            inside += found == 100;
        }
    }
    out[0] = inside;
    out[1] = total;
}

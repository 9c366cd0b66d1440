#include "programs.h"
#include <stdlib.h>

enum { SIZE = 64 };

static void step(double (*old)[SIZE], double (*new)[SIZE]) {
    for (int i = 1; i < SIZE - 1; i++)
        for (int j = 1; j < SIZE - 1; j++)
            new[i][j] = old[i][j] + 0.2 * (old[i - 1][j] + old[i + 1][j] + old[i][j - 1] + old[i][j + 1] -
                                           4.0 * old[i][j]);
}

void heat(long n, double *out) {
    double(*old)[SIZE] = calloc(SIZE, sizeof *old), (*new)[SIZE] = calloc(SIZE, sizeof *new);
    for (int i = 0; i < SIZE; i++)
        old[i][0] = new[i][0] = 100.0;
    for (long i = 0; i < n; i++) {
        step(old, new);
        double(*t)[SIZE] = old;
        old = new;
        new = t;
    }
    double total = 0.0;
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++)
            total += old[i][j];
    out[0] = total;
    out[1] = old[SIZE / 2][1];
    free(old);
    free(new);
}

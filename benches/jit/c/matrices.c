#include "programs.h"
#include <stdlib.h>

static double **matrix(long n, long seed) {
    double **rows = malloc(n * sizeof *rows);
    for (long i = 0; i < n; i++) {
        rows[i] = malloc(n * sizeof **rows);
        for (long j = 0; j < n; j++)
            rows[i][j] = ((i * seed + j * 7) % 11) / 11.0;
    }
    return rows;
}

static void drop(double **rows, long n) {
    for (long i = 0; i < n; i++)
        free(rows[i]);
    free(rows);
}

void matrices(long n, double *out) {
    double **a = matrix(n, 3), **b = matrix(n, 5), **c = matrix(n, 0);
    for (long i = 0; i < n; i++)
        for (long j = 0; j < n; j++) {
            double total = 0.0;
            for (long k = 0; k < n; k++)
                total += a[i][k] * b[k][j];
            c[i][j] = total;
        }
    double trace = 0.0, total = 0.0;
    for (long i = 0; i < n; i++) {
        trace += c[i][i];
        for (long j = 0; j < n; j++)
            total += c[i][j];
    }
    drop(a, n);
    drop(b, n);
    drop(c, n);
    out[0] = trace;
    out[1] = total;
}

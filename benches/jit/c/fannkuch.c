#include "programs.h"

enum { MOST = 16 };

static long flips_of(const long *p, long n) {
    long q[MOST], flips = 1, q0 = p[0];
    for (long i = 1; i < n; i++)
        q[i] = p[i];
    for (;;) {
        long qq = q[q0];
        if (qq == 0)
            return flips;
        q[q0] = q0;
        for (long i = 1, j = q0 - 1; i < j; i++, j--) {
            long t = q[i];
            q[i] = q[j];
            q[j] = t;
        }
        q0 = qq;
        flips++;
    }
}

static void swap(long *a, long *b) {
    long t = *a;
    *a = *b;
    *b = t;
}

void fannkuch(long n, double *out) {
    long p[MOST], s[MOST], sign = 1, most = 0, checksum = 0;
    for (long i = 0; i < n; i++)
        p[i] = s[i] = i;
    for (;;) {
        if (p[0] != 0) {
            long flips = flips_of(p, n);
            checksum += sign * flips;
            if (flips > most)
                most = flips;
        }
        if (sign == 1) {
            swap(&p[0], &p[1]);
            sign = -1;
            continue;
        }
        swap(&p[1], &p[2]);
        sign = 1;
        for (long i = 2; i < n; i++) {
            if (s[i] != 0) {
                s[i]--;
                break;
            }
            if (i == n - 1) {
                out[0] = checksum;
                out[1] = most;
                return;
            }
            s[i] = i;
            long first = p[0];
            for (long j = 0; j <= i; j++)
                p[j] = p[j + 1];
            p[i + 1] = first;
        }
    }
}

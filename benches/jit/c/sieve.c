#include "programs.h"
#include <stdlib.h>
#include <string.h>

void sieve(long n, double *out) {
    char *is_prime = malloc(n);
    memset(is_prime, 1, n);
    long count = 0, last = 0;
    for (long i = 2; i < n; i++)
        if (is_prime[i]) {
            count++;
            last = i;
            for (long j = i * i; j < n; j += i)
                is_prime[j] = 0;
        }
    free(is_prime);
    out[0] = count;
    out[1] = last;
}

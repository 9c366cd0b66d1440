/* The worker of the programs in C (see `../../protocol.py`): a part is named for its program and its
 * size, such as `black-scholes-1e5`. */
#include "programs.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST_RESULTS 8

static const struct {
    const char *name;
    void (*run)(long n, double *out);
    int results;
} TABLE[] = {
#define ENTRY(name, results) {#name, name, results},
    PROGRAMS(ENTRY)
#undef ENTRY
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}

/* The index of a part's program, or -1; the name is changed to C's spelling. */
static int find(char *part, long *n) {
    char *size = strrchr(part, '-');
    if (size == NULL)
        return -1;
    *size = '\0';
    *n = (long)atof(size + 1);
    for (char *c = part; *c; c++)
        if (*c == '-')
            *c = '_';
    for (int i = 0; i < (int)(sizeof TABLE / sizeof TABLE[0]); i++)
        if (strcmp(TABLE[i].name, part) == 0)
            return i;
    return -1;
}

static void answer(const char *verb, char *part, long runs) {
    double out[MOST_RESULTS];
    long n;
    int found = find(part, &n);
    if (found < 0) {
        printf("err there is no program %s\n", part);
    } else if (strcmp(verb, "time") == 0) {
        double begin = now();
        for (long i = 0; i < runs; i++)
            TABLE[found].run(n, out);
        printf("ok %.9g\n", now() - begin);
    } else {
        TABLE[found].run(n, out);
        printf("ok");
        for (int i = 0; i < TABLE[found].results; i++)
            printf(" %.17g", out[i]);
        printf("\n");
    }
}

int main(void) {
    char line[256], verb[16], part[128];
    while (fgets(line, sizeof line, stdin)) {
        long runs = 1;
        if (sscanf(line, "%15s %127s %ld", verb, part, &runs) < 2)
            printf("err unknown request\n");
        else
            answer(verb, part, runs);
        fflush(stdout);
    }
    return 0;
}

/* The programs in C: each is run with a size and writes its results, as many as `worker.c` says. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#define PROGRAMS(PROGRAM)       \
    PROGRAM(nbody, 2)           \
    PROGRAM(mandelbrot, 2)      \
    PROGRAM(life, 2)            \
    PROGRAM(black_scholes, 2)   \
    PROGRAM(monte_carlo, 1)     \
    PROGRAM(fannkuch, 2)        \
    PROGRAM(matrices, 2)        \
    PROGRAM(counts, 3)          \
    PROGRAM(particles, 3)       \
    PROGRAM(rotations, 3)       \
    PROGRAM(spectral_norm, 1)   \
    PROGRAM(sieve, 2)           \
    PROGRAM(heat, 2)

#define DECLARE(name, results) void name(long n, double *out);
PROGRAMS(DECLARE)
#undef DECLARE

#endif

/* With the Mersenne Twister that the standard library of Python has, seeded as `random.seed(42)` does. */
#include "programs.h"
#include <stdint.h>

enum { WORDS = 624, AHEAD = 397 };

static uint32_t state[WORDS];
static int used;

static void seed(uint32_t key) {
    state[0] = 19650218;
    for (uint32_t i = 1; i < WORDS; i++)
        state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + i;
    int i = 1;
    for (int k = 0; k < WORDS; k++) {
        state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1664525u) + key;
        if (++i == WORDS) {
            state[0] = state[WORDS - 1];
            i = 1;
        }
    }
    for (int k = 0; k < WORDS - 1; k++) {
        state[i] = (state[i] ^ (state[i - 1] ^ state[i - 1] >> 30) * 1566083941u) - (uint32_t)i;
        if (++i == WORDS) {
            state[0] = state[WORDS - 1];
            i = 1;
        }
    }
    state[0] = 0x80000000u;
    used = WORDS;
}

static void refill(void) {
    for (int i = 0; i < WORDS; i++) {
        uint32_t mixed = (state[i] & 0x80000000u) | (state[(i + 1) % WORDS] & 0x7fffffffu);
        state[i] = state[(i + AHEAD) % WORDS] ^ mixed >> 1 ^ (mixed & 1 ? 0x9908b0dfu : 0);
    }
    used = 0;
}

static uint32_t word(void) {
    if (used == WORDS)
        refill();
    uint32_t y = state[used++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680u;
    y ^= y << 15 & 0xefc60000u;
    return y ^ y >> 18;
}

static double uniform(void) {
    uint32_t high = word() >> 5, low = word() >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
}

void monte_carlo(long n, double *out) {
    seed(42);
    long inside = 0;
    for (long i = 0; i < n; i++) {
        double x = uniform(), y = uniform();
        inside += x * x + y * y <= 1.0;
    }
    out[0] = 4.0 * inside / n;
}

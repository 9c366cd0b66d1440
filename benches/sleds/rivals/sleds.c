/* The sleds by hand in C: how fast it could be. The same mathematics; each sine and cosine is
 * computed once, and nothing is allocated. A worker of its own: see ../../protocol.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct {
    double x, y, u, v;
} State;

/* Inlined by order: a structure in memory would stall every step. */
#define INLINE static inline __attribute__((always_inline))

INLINE State slide(State state) {
    const double gravity = 9.81, friction = 0.5, tilt = 0.25, bump = 0.5;
    const double p = 2 * M_PI / 10.0, q = 2 * M_PI / 4.0;
    double u = state.u, v = state.v;
    double sin_x = sin(p * state.x), cos_x = cos(p * state.x);
    double sin_y = sin(q * state.y), cos_y = cos(q * state.y);
    double h_x = -tilt + bump * p * sin_x * cos_y;
    double h_xx = bump * p * p * cos_x * cos_y;
    double h_y = bump * q * cos_x * sin_y;
    double h_yy = bump * q * q * cos_x * cos_y;
    double h_xy = -bump * q * p * sin_x * sin_y;
    double force = (gravity + h_xx * u * u + 2 * h_xy * u * v + h_yy * v * v) /
                   (1 + h_x * h_x + h_y * h_y);
    return (State){u, v, -force * h_x - friction * u, -force * h_y - friction * v};
}

INLINE State plus(State state, State slope, double factor) {
    return (State){state.x + slope.x * factor, state.y + slope.y * factor,
                   state.u + slope.u * factor, state.v + slope.v * factor};
}

INLINE State step(State state, double dt) {
    State k1 = slide(state);
    State k2 = slide(plus(state, k1, dt / 2));
    State k3 = slide(plus(state, k2, dt / 2));
    State k4 = slide(plus(state, k3, dt));
    State sum = plus(plus(plus(k1, k2, 2), k3, 2), k4, 1);
    return plus(state, sum, dt / 6);
}

static State start(int sled, int n_sleds) {
    return (State){0.0, (double)sled / n_sleds, 3.5, 0.0};
}

static void ride(int n_sleds, int n_steps, State *finals) {
    for (int sled = 0; sled < n_sleds; sled++) {
        State state = start(sled, n_sleds);
        for (int i = 0; i < n_steps; i++)
            state = step(state, 0.01);
        finals[sled] = state;
    }
}

static void print_state(State state) {
    printf(" %.17g %.17g %.17g %.17g", state.x, state.y, state.u, state.v);
}

static void print_trajectories(int n_sleds, int n_steps) {
    printf("ok");
    for (int sled = 0; sled < n_sleds; sled++) {
        State state = start(sled, n_sleds);
        print_state(state);
        for (int i = 0; i < n_steps; i++) {
            state = step(state, 0.01);
            print_state(state);
        }
    }
    printf("\n");
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int main(void) {
    enum { SLEDS = 10, STEPS = 200 };
    static volatile double sink;
    State finals[SLEDS];
    char line[128];
    while (fgets(line, sizeof line, stdin)) {
        long runs;
        if (sscanf(line, "time %*s %ld", &runs) == 1) {
            double begin = seconds();
            for (long i = 0; i < runs; i++) {
                ride(SLEDS, STEPS, finals);
                sink = finals[SLEDS - 1].x;
            }
            printf("ok %.9g\n", seconds() - begin);
        } else if (strncmp(line, "result", 6) == 0) {
            print_trajectories(SLEDS, STEPS);
        } else {
            printf("err unknown request\n");
        }
        fflush(stdout);
    }
    (void)sink;
    return EXIT_SUCCESS;
}

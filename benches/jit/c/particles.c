#include "programs.h"
#include <stdlib.h>

enum { PARTICLES = 100 };

typedef struct {
    double x, y, u, v;
    long bounces;
} Particle;

static void move(Particle *p, double dt) {
    p->v -= 9.81 * dt;
    p->x += p->u * dt;
    p->y += p->v * dt;
    if (p->x < 0.0 || p->x > 10.0) {
        p->u = -p->u;
        p->bounces++;
    }
    if (p->y < 0.0) {
        p->y = -p->y;
        p->v = -0.9 * p->v;
        p->bounces++;
    }
}

void particles(long n, double *out) {
    /* As in Python each lies somewhere else. */
    Particle *all[PARTICLES];
    for (int i = 0; i < PARTICLES; i++) {
        all[i] = malloc(sizeof(Particle));
        *all[i] = (Particle){0.1 * i, 5.0, 0.05 * i - 2.0, 0.0, 0};
    }
    for (long i = 0; i < n; i++)
        for (int j = 0; j < PARTICLES; j++)
            move(all[j], 0.001);
    double x = 0.0, y = 0.0;
    long bounces = 0;
    for (int i = 0; i < PARTICLES; i++) {
        x += all[i]->x;
        y += all[i]->y;
        bounces += all[i]->bounces;
        free(all[i]);
    }
    out[0] = x;
    out[1] = y;
    out[2] = bounces;
}

#include "programs.h"
#include <math.h>

enum { BODIES = 5 };

typedef struct {
    double x, y, z, u, v, w, mass;
} Body;

static const Body START[BODIES] = {
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 39.47841760435743},
    {4.841431442464721, -1.1603200440274284, -0.10362204447112311, 0.6063263929958321, 2.81198684491626,
     -0.02521836165988763, 0.03769367487038949},
    {8.34336671824458, 4.124798564124305, -0.4035234171143214, -1.0107743461787924, 1.8256623712304119,
     0.008415761376584154, 0.011286326131968767},
    {12.894369562139131, -15.111151401698631, -0.22330757889265573, 1.0827910064415354, 0.8687130181696082,
     -0.010832637401363636, 0.0017237240570597112},
    {15.379697114850917, -25.919314609987964, 0.17925877295037118, 0.979090732243898, 0.5946989986476762,
     -0.034755955504078104, 0.0020336868699246304},
};

static double energy(const Body *bodies) {
    double total = 0.0;
    for (int i = 0; i < BODIES; i++) {
        const Body *a = &bodies[i];
        total += 0.5 * a->mass * (a->u * a->u + a->v * a->v + a->w * a->w);
        for (int j = i + 1; j < BODIES; j++) {
            const Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            total -= a->mass * b->mass / sqrt(dx * dx + dy * dy + dz * dz);
        }
    }
    return total;
}

static void advance(Body *bodies, double dt) {
    for (int i = 0; i < BODIES; i++) {
        Body *a = &bodies[i];
        for (int j = i + 1; j < BODIES; j++) {
            Body *b = &bodies[j];
            double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
            double squared = dx * dx + dy * dy + dz * dz;
            double magnitude = dt / (squared * sqrt(squared));
            a->u -= dx * b->mass * magnitude;
            a->v -= dy * b->mass * magnitude;
            a->w -= dz * b->mass * magnitude;
            b->u += dx * a->mass * magnitude;
            b->v += dy * a->mass * magnitude;
            b->w += dz * a->mass * magnitude;
        }
    }
    for (int i = 0; i < BODIES; i++) {
        bodies[i].x += dt * bodies[i].u;
        bodies[i].y += dt * bodies[i].v;
        bodies[i].z += dt * bodies[i].w;
    }
}

void nbody(long n, double *out) {
    Body bodies[BODIES];
    for (int i = 0; i < BODIES; i++)
        bodies[i] = START[i];
    out[0] = energy(bodies);
    for (long i = 0; i < n; i++)
        advance(bodies, 0.01);
    out[1] = energy(bodies);
}

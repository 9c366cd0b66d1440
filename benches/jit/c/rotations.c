#include "programs.h"
#include <math.h>

typedef struct {
    double a, b, c, d;
} Quaternion;

static Quaternion multiply(Quaternion p, Quaternion q) {
    return (Quaternion){
        p.a * q.a - p.b * q.b - p.c * q.c - p.d * q.d,
        p.a * q.b + p.b * q.a + p.c * q.d - p.d * q.c,
        p.a * q.c - p.b * q.d + p.c * q.a + p.d * q.b,
        p.a * q.d + p.b * q.c - p.c * q.b + p.d * q.a,
    };
}

static Quaternion normalised(Quaternion q) {
    double size = sqrt(q.a * q.a + q.b * q.b + q.c * q.c + q.d * q.d);
    return (Quaternion){q.a / size, q.b / size, q.c / size, q.d / size};
}

void rotations(long n, double *out) {
    Quaternion point = {0.0, 1.0, 2.0, 3.0};
    Quaternion q = {cos(0.01), sin(0.01), 0.0, 0.0}, turn = {cos(0.02), 0.0, sin(0.02), 0.0};
    for (long i = 0; i < n; i++) {
        q = normalised(multiply(q, turn));
        point = multiply(multiply(q, point), (Quaternion){q.a, -q.b, -q.c, -q.d});
        point.a = 0.0;
    }
    out[0] = point.b;
    out[1] = point.c;
    out[2] = point.d;
}

"""The planets: bodies as lists of floats, positions and velocities in lists of their own."""

from math import sqrt


def start():
    x = [0.0, 4.841431442464721, 8.34336671824458, 12.894369562139131, 15.379697114850917]
    y = [0.0, -1.1603200440274284, 4.124798564124305, -15.111151401698631, -25.919314609987964]
    z = [0.0, -0.10362204447112311, -0.4035234171143214, -0.22330757889265573, 0.17925877295037118]
    u = [0.0, 0.6063263929958321, -1.0107743461787924, 1.0827910064415354, 0.979090732243898]
    v = [0.0, 2.81198684491626, 1.8256623712304119, 0.8687130181696082, 0.5946989986476762]
    w = [0.0, -0.02521836165988763, 0.008415761376584154, -0.010832637401363636, -0.034755955504078104]
    mass = [39.47841760435743, 0.03769367487038949, 0.011286326131968767, 0.0017237240570597112,
            0.0020336868699246304]
    return x, y, z, u, v, w, mass


def energy(x, y, z, u, v, w, mass):
    total = 0.0
    for i in range(len(mass)):
        total += 0.5 * mass[i] * (u[i] * u[i] + v[i] * v[i] + w[i] * w[i])
        for j in range(i + 1, len(mass)):
            dx = x[i] - x[j]
            dy = y[i] - y[j]
            dz = z[i] - z[j]
            total -= mass[i] * mass[j] / sqrt(dx * dx + dy * dy + dz * dz)
    return total


def advance(x, y, z, u, v, w, mass, dt):
    n = len(mass)
    for i in range(n):
        for j in range(i + 1, n):
            dx = x[i] - x[j]
            dy = y[i] - y[j]
            dz = z[i] - z[j]
            squared = dx * dx + dy * dy + dz * dz
            magnitude = dt / (squared * sqrt(squared))
            u[i] -= dx * mass[j] * magnitude
            v[i] -= dy * mass[j] * magnitude
            w[i] -= dz * mass[j] * magnitude
            u[j] += dx * mass[i] * magnitude
            v[j] += dy * mass[i] * magnitude
            w[j] += dz * mass[i] * magnitude
    for i in range(n):
        x[i] += dt * u[i]
        y[i] += dt * v[i]
        z[i] += dt * w[i]


def run(n):
    x, y, z, u, v, w, mass = start()
    before = energy(x, y, z, u, v, w, mass)
    for _ in range(n):
        advance(x, y, z, u, v, w, mass, 0.01)
    return before, energy(x, y, z, u, v, w, mass)

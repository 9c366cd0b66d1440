"""The planets' orbits: positions and velocities in lists."""

import argparse
import math

DAYS = 365.24
SUN = 4 * math.pi**2


def planets():
    return [
        # position, velocity, mass
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0], SUN),
        ([4.84143144246472082945e0, -1.16032004402742839362e0, -1.03622044471123109494e-1],
         [1.66007664274403694959e-3 * DAYS, 7.69901118419740425080e-3 * DAYS, -6.90460016972063023554e-5 * DAYS],
         9.54791938424326609124e-4 * SUN),
        ([8.34336671824457987790e0, 4.12479856412430479268e0, -4.03523417114321381293e-1],
         [-2.76742510726411889780e-3 * DAYS, 4.99852801234917238800e-3 * DAYS, 2.30417297573763929463e-5 * DAYS],
         2.85885980666130812119e-4 * SUN),
        ([1.28943695621391310e1, -1.51111514016986312525e1, -2.23307578892655733682e-1],
         [2.96460137564761618652e-3 * DAYS, 2.37847173959480950000e-3 * DAYS, -2.96589568540237556131e-5 * DAYS],
         4.36624404335156298062e-5 * SUN),
    ]


def energy(bodies):
    total = 0.0
    for i, (position, velocity, mass) in enumerate(bodies):
        total += mass * sum(v * v for v in velocity) / 2
        for other, _, other_mass in bodies[i + 1:]:
            total -= mass * other_mass / math.dist(position, other)
    return total


def advance(xs, ys, zs, us, vs, ws, masses, dt, steps):
    n = len(masses)
    for _ in range(steps):
        for i in range(n):
            for j in range(i + 1, n):
                dx = xs[i] - xs[j]
                dy = ys[i] - ys[j]
                dz = zs[i] - zs[j]
                square = dx * dx + dy * dy + dz * dz
                strength = dt / (square * math.sqrt(square))
                us[i] -= dx * masses[j] * strength
                vs[i] -= dy * masses[j] * strength
                ws[i] -= dz * masses[j] * strength
                us[j] += dx * masses[i] * strength
                vs[j] += dy * masses[i] * strength
                ws[j] += dz * masses[i] * strength
        for i in range(n):
            xs[i] += dt * us[i]
            ys[i] += dt * vs[i]
            zs[i] += dt * ws[i]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("steps", type=int, nargs="?", default=300_000)
    steps = parser.parse_args().steps
    bodies = planets()
    print("energy before: {:.9f}".format(energy(bodies)))
    xs, ys, zs = ([position[k] for position, _, _ in bodies] for k in range(3))
    us, vs, ws = ([velocity[k] for _, velocity, _ in bodies] for k in range(3))
    masses = [mass for _, _, mass in bodies]
    done = 0
    while done < steps:
        part = min(10_000, steps - done)
        advance(xs, ys, zs, us, vs, ws, masses, 0.01, part)
        done += part
    bodies = list(zip(zip(xs, ys, zs), zip(us, vs, ws), masses))
    print("energy after:  {:.9f}".format(energy(bodies)))


if __name__ == "__main__":
    main()

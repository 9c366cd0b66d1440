"""Particles in a box, as objects: they fall, bounce and lose energy."""

import random
import sys


class Particle:
    def __init__(self, x, y, vx, vy):
        self.x, self.y, self.vx, self.vy = x, y, vx, vy
        self.bounces = 0

    def move(self, dt):
        self.vy -= 9.81 * dt
        self.x += self.vx * dt
        self.y += self.vy * dt
        if self.x < 0.0 or self.x > 1.0:
            self.vx = -0.9 * self.vx
            self.x = min(max(self.x, 0.0), 1.0)
            self.bounces += 1
        if self.y < 0.0:
            self.vy = -0.9 * self.vy
            self.y = 0.0
            self.bounces += 1

    def energy(self):
        return 9.81 * self.y + (self.vx**2 + self.vy**2) / 2


def simulate(particles, steps, dt):
    for _ in range(steps):
        for particle in particles:
            particle.move(dt)


def main(count):
    generator = random.Random(11)
    particles = [Particle(generator.random(), generator.random(), generator.uniform(-1, 1), 0.0)
                 for _ in range(count)]
    for second in range(10):
        energy = sum(particle.energy() for particle in particles)
        bounces = sum(particle.bounces for particle in particles)
        print("after {} s: energy {:.6f}, {} bounces".format(second, energy, bounces))
        simulate(particles, 1000, 0.001)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 700)

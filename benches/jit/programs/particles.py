"""Balls that bounce in a box for n steps: objects of a small class, and a method."""


class Particle:
    def __init__(self, x, y, u, v):
        self.x = x
        self.y = y
        self.u = u
        self.v = v
        self.bounces = 0

    def move(self, dt):
        self.v -= 9.81 * dt
        self.x += self.u * dt
        self.y += self.v * dt
        if self.x < 0.0 or self.x > 10.0:
            self.u = -self.u
            self.bounces += 1
        if self.y < 0.0:
            self.y = -self.y
            self.v = -0.9 * self.v
            self.bounces += 1


def run(n):
    particles = []
    for i in range(100):
        particles.append(Particle(0.1 * i, 5.0, 0.05 * i - 2.0, 0.0))
    for _ in range(n):
        for particle in particles:
            particle.move(0.001)
    x = y = 0.0
    bounces = 0
    for particle in particles:
        x += particle.x
        y += particle.y
        bounces += particle.bounces
    return x, y, bounces

"""Sleds on a bumpy slope: a small ordinary differential equation, solved the way a user would.

The program needs one name that it does not define: `array`, a class with exactly what PicoNumpy
has (made from a list of floats, `*` and `/` by a float, `+` of two arrays, indexing, `len`). The
benchmark executes this file, unchanged, once for every such class.

A sled's state is (x, y, u, v): where it is and how fast it slides along x and y. The ground falls
steadily along x and carries bumps; gravity pulls, friction brakes, and the bumps push aside.
"""

from math import cos, pi, sin


def runge_kutta_step(derivative, state, dt, t):
    """One step of the classical fourth-order method."""
    k1 = derivative(t, state) * dt
    k2 = derivative(t, state + k1 / 2) * dt
    k3 = derivative(t, state + k2 / 2) * dt
    k4 = derivative(t, state + k3) * dt
    return state + (k1 + 2 * k2 + 2 * k3 + k4) / 6


def slide(t, state):
    """How the state of a sled changes: the callback."""
    x = state[0]
    y = state[1]
    u = state[2]
    v = state[3]

    gravity = 9.81
    friction = 0.5
    tilt = 0.25
    bump = 0.5
    p = (2 * pi) / 10.0
    q = (2 * pi) / 4.0

    # The derivatives of the height -tilt * x - bump * cos(p * x) * cos(q * y).
    h_x = -tilt + bump * p * sin(p * x) * cos(q * y)
    h_xx = bump * p ** 2 * cos(p * x) * cos(q * y)
    h_y = bump * q * cos(p * x) * sin(q * y)
    h_yy = bump * q ** 2 * cos(p * x) * cos(q * y)
    h_xy = -bump * q * p * sin(p * x) * sin(q * y)

    force = (gravity + h_xx * u ** 2 + 2 * h_xy * u * v + h_yy * v ** 2) / (
        1 + h_x ** 2 + h_y ** 2
    )
    return array([u, v, -force * h_x - friction * u, -force * h_y - friction * v])


def solve(derivative, x, y, u, v, dt, n_steps):
    """The state of every sled after `n_steps` steps."""
    finals = []
    for k in range(len(x)):
        state = array([x[k], y[k], u[k], v[k]])
        for _ in range(n_steps):
            state = runge_kutta_step(derivative, state, dt, 0.0)
        finals.append(state)
    return finals


def ride(n_sleds, n_steps):
    """What is measured: the sleds start side by side and slide for `n_steps` hundredths of a second."""
    x = array([0.0] * n_sleds)
    y = array([k / n_sleds for k in range(n_sleds)])
    u = array([3.5] * n_sleds)
    v = array([0.0] * n_sleds)
    return solve(slide, x, y, u, v, 0.01, n_steps)


def trajectories(n_sleds, n_steps):
    """What is drawn and compared: every state on the way of every sled of `ride`."""
    rides = []
    for k in range(n_sleds):
        state = array([0.0, k / n_sleds, 3.5, 0.0])
        states = [state]
        for _ in range(n_steps):
            state = runge_kutta_step(slide, state, 0.01, 0.0)
            states.append(state)
        rides.append(states)
    return rides

"""A damped oscillator by the Runge-Kutta method of fourth order."""

from typing import Callable

import pommel as pm

Slope = Callable[[float, pm.ndarray], pm.ndarray]


def solved(slope: Slope, start: pm.ndarray, times: pm.ndarray) -> pm.ndarray:
    """The states at times, a row for each."""
    states = pm.empty((times.size, start.size), dtype=start.dtype)
    state = start
    states[0] = state
    for i in range(1, len(times)):
        time, step = float(times[i - 1]), float(times[i] - times[i - 1])
        k1 = slope(time, state)
        k2 = slope(time + step / 2, state + step / 2 * k1)
        k3 = slope(time + step / 2, state + step / 2 * k2)
        k4 = slope(time + step, state + step * k3)
        state = state + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states[i] = state
    return states


def oscillator(damping: float) -> Slope:
    matrix = pm.array([[0.0, 1.0], [-1.0, -2 * damping]])

    def slope(time: float, state: pm.ndarray) -> pm.ndarray:
        return matrix @ state

    return slope


def main() -> None:
    times = pm.linspace(0, 10, 201)
    damping = 0.1
    states = solved(oscillator(damping), pm.array([1.0, 0.0]), times)
    frequency = (1 - damping**2) ** 0.5
    exact = pm.exp(-damping * times) * (
        pm.cos(frequency * times) + damping / frequency * pm.sin(frequency * times)
    )
    assert pm.allclose(states[:, 0], exact, atol=1e-6)


if __name__ == "__main__":
    main()

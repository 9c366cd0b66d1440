"""Linear regression by least squares, in three ways."""

import pommel as pm


class Line:
    """A line through points: its coefficients, and how well it fits."""

    def __init__(self, features: pm.ndarray, values: pm.ndarray) -> None:
        self.design = pm.hstack([pm.ones((features.shape[0], 1)), features])
        self.coefficients, _, rank, _ = pm.linalg.lstsq(self.design, values)
        self.rank = int(rank)
        residuals = values - self.predicted()
        self.error: float = float(pm.sqrt(pm.mean(residuals**2)))

    def predicted(self) -> pm.ndarray:
        return self.design @ self.coefficients


def by_normal_equations(design: pm.ndarray, values: pm.ndarray) -> pm.ndarray:
    return pm.linalg.solve(design.T @ design, design.T @ values)


def by_decomposition(design: pm.ndarray, values: pm.ndarray) -> pm.ndarray:
    u, s, vh = pm.linalg.svd(design, full_matrices=False)
    return vh.T @ ((u.T @ values) / s)


def main() -> None:
    rng = pm.random.default_rng(3)
    features = rng.uniform(-1, 1, size=(200, 3))
    truth = pm.array([1.0, -2.0, 0.5])
    values = 4.0 + features @ truth + 0.01 * rng.standard_normal(200)
    line = Line(features, values)
    assert line.rank == 4 and line.error < 0.02
    for other in (by_normal_equations, by_decomposition):
        assert pm.allclose(other(line.design, values), line.coefficients)
    slope, start = pm.polyfit(features[:, 0], 2 * features[:, 0] + 1, 1)
    assert pm.isclose(slope, 2) and pm.isclose(start, 1)
    eigenvalues, _ = pm.linalg.eigh(pm.cov(features, rowvar=False))
    assert bool((eigenvalues > 0).all())


if __name__ == "__main__":
    main()

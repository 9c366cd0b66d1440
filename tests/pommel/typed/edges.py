"""Edges in a picture: Sobel's operator, by views that are shifted."""

from typing import Tuple

import pommel as pm


def gradients(picture: pm.ndarray) -> Tuple[pm.ndarray, pm.ndarray]:
    padded = pm.pad(picture.astype(pm.float32), 1, mode="edge")
    rows, columns = picture.shape

    def shifted(down: int, right: int) -> pm.ndarray:
        view: pm.ndarray = padded[1 + down:1 + down + rows, 1 + right:1 + right + columns]
        return view

    across, along = pm.zeros_like(picture, "float32"), pm.zeros_like(picture, pm.float32)
    for place, weight in ((-1, 1), (0, 2), (1, 1)):
        across += weight * (shifted(place, 1) - shifted(place, -1))
        along += weight * (shifted(1, place) - shifted(-1, place))
    return across, along


def edges(picture: pm.ndarray, part: float = 0.5) -> pm.ndarray:
    across, along = gradients(picture)
    strength = pm.hypot(across, along)
    return strength > part * strength.max()


def main() -> None:
    picture = pm.zeros((32, 32), dtype=pm.uint8)
    picture[8:24, 8:24] = 255
    found = edges(picture)
    assert found.dtype == pm.bool and found.shape == (32, 32)
    assert bool(found[8, 16]) and not bool(found[16, 16])
    rows, columns = pm.nonzero(found)
    assert int(rows.min()) == 7 and int(columns.max()) == 24
    direction = pm.degrees(pm.arctan2(*reversed(gradients(picture))))
    assert abs(float(direction[16, 7])) < 1e-3


if __name__ == "__main__":
    main()

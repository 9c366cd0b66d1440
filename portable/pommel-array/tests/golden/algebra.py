"""What NumPy answers for subscripts of einsum and for Fourier transforms: writes algebra.txt beside it.

Run: python3 tests/golden/algebra.py (NumPy 2 or later).
Element k of operand i is (7 * k + 3 * i) % 11 - 5, in C order; a complex one adds 1j * ((3 * k) % 7 - 3).
"""

import pathlib

import numpy as np

EINSUM = [
    ("ij,jk->ik", [(2, 3), (3, 4)]),
    ("ij,jk", [(2, 3), (3, 4)]),
    ("ba", [(2, 3)]),
    ("ii", [(3, 3)]),
    ("ii->i", [(3, 3)]),
    ("iij->ji", [(2, 2, 3)]),
    ("iii", [(3, 3, 3)]),
    ("i,i", [(4,), (4,)]),
    ("i,j->ij", [(3,), (4,)]),
    ("i,j->ji", [(3,), (4,)]),
    ("i,j", [(3,), (4,)]),
    ("i,j->", [(3,), (4,)]),
    ("ij,ij->ij", [(2, 3), (2, 3)]),
    ("ij,ij->i", [(2, 3), (2, 3)]),
    ("ij,ij->", [(2, 3), (2, 3)]),
    ("ij->", [(2, 3)]),
    ("ij->j", [(2, 3)]),
    ("...->...", [(2, 3)]),
    ("...ij->...ji", [(4, 2, 3)]),
    ("i...->...", [(4, 2, 3)]),
    ("...i,...i->...", [(2, 3), (4, 2, 3)]),
    ("...ij,...jk", [(5, 1, 2, 3), (4, 3, 2)]),
    ("i...,i...->...i", [(3, 2), (3, 4, 1)]),
    ("...ii->...", [(2, 3, 3)]),
    (" i j , j k -> k i ", [(2, 3), (3, 4)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]),
    ("ij,jk,kl,lm->im", [(2, 3), (3, 4), (4, 2), (2, 3)]),
    ("ij,ik,il->jkl", [(2, 3), (2, 2), (2, 4)]),
    ("bij,bjk->bik", [(3, 2, 4), (3, 4, 2)]),
    ("bij,bjk->ik", [(3, 2, 4), (3, 4, 2)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]),
    ("ij,jk->ikj", [(2, 3), (3, 4)]),
    ("ij,j->i", [(2, 1), (3,)]),
    ("ij,ij->ij", [(2, 1), (1, 3)]),
    ("ij,ij->", [(2, 1), (1, 3)]),
    ("i,i,i->i", [(3,), (3,), (3,)]),
    ("i,ij,j", [(2,), (2, 3), (3,)]),
    ("aB,Ba->Ba", [(2, 3), (3, 2)]),
    ("Ba", [(2, 3)]),
    (",i->i", [(), (3,)]),
    (",", [(), ()]),
    ("ij,kl->", [(0, 3), (2, 2)]),
    ("ij,jk->ik", [(2, 0), (0, 3)]),
    ("ii,ii->i", [(3, 3), (3, 3)]),
    ("iij,jkk->ik", [(2, 2, 3), (3, 4, 4)]),
]

FFT = [
    (name, shape, kwargs)
    for name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
    for shape, kwargs in [
        ((1,), {}) if name not in ("irfft", "hfft") else ((2,), {}),
        ((8,), {}),
        ((7,), {"norm": "ortho"}),
        ((7,), {"norm": "forward"}),
        ((6,), {"n": 4}),
        ((6,), {"n": 9}),
        ((2, 5), {"axis": 0, "n": 3}),
        ((3, 4, 2), {"axis": 1}),
    ]
] + [
    (name, shape, kwargs)
    for name in ("fftn", "ifftn", "rfftn", "irfftn")
    for shape, kwargs in [
        ((3, 4), {}),
        ((3, 4, 2), {"axes": (0, 1), "norm": "ortho"}),
        ((3, 4), {"s": (4, 6), "axes": (0, 1)}),
        ((3, 4, 5), {"s": (-1, 3), "axes": (2, 0), "norm": "forward"}),
    ]
]


def operand(i, shape):
    size = int(np.prod(shape))
    return ((7 * np.arange(size) + 3 * i) % 11 - 5).reshape(shape)


def numbers(values):
    return " ".join(repr(x) for x in values)


def extents(shape):
    return "x".join(str(n) for n in shape) or "."


lines = []
for subscripts, shapes in EINSUM:
    result = np.einsum(subscripts, *(operand(i, shape) for i, shape in enumerate(shapes)))
    given = " ".join(extents(shape) for shape in shapes)
    lines.append(f"einsum|{subscripts}|{given}|{extents(result.shape)}|{numbers(result.ravel().tolist())}")
for name, shape, kwargs in FFT:
    values = operand(0, shape).astype(float)
    if name not in ("rfft", "ihfft", "rfftn"):
        values = values + 1j * ((3 * np.arange(values.size)) % 7 - 3).reshape(shape)
    result = getattr(np.fft, name)(values, **kwargs)
    given = " ".join(
        f"{key}={','.join(map(str, value)) if isinstance(value, tuple) else value}"
        for key, value in kwargs.items()
    )
    flat = result.astype(complex).ravel().view(float).tolist()
    lines.append(f"{name}|{given}|{extents(shape)}|{extents(result.shape)}|{numbers(flat)}")
for n in (1, 4, 5):
    for name in ("fftfreq", "rfftfreq"):
        result = getattr(np.fft, name)(n, 0.1)
        lines.append(f"{name}||{n}|{extents(result.shape)}|{numbers(result.tolist())}")
for name in ("fftshift", "ifftshift"):
    for shape in ((5,), (4, 3)):
        result = getattr(np.fft, name)(operand(0, shape))
        lines.append(f"{name}||{extents(shape)}|{extents(result.shape)}|{numbers(result.ravel().tolist())}")
pathlib.Path(__file__).with_name("algebra.txt").write_text("\n".join(lines) + "\n")

"""Fourier transforms: the extension ``fft`` of the array API standard.

>>> import pommel as pm
>>> spectrum = pm.fft.rfft(pm.array([1.0, 0.0, 0.0, 0.0]))
>>> spectrum.shape
(3,)
"""

from __future__ import annotations

from . import _native
from ._native import (
    fftn,
    fftshift,
    hfft,
    ifft,
    ifftn,
    ifftshift,
    ihfft,
    irfft,
    irfftn,
    rfft,
    rfftfreq,
    rfftn,
    fftfreq,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import ArrayLike, Sequence, ndarray

fft = _native.fft


def fft2(x: ArrayLike, /, s: Sequence[int] | None = None, axes: Sequence[int] = (-2, -1),
         norm: str | None = None) -> ndarray:
    """The transform along two axes.

    >>> import pommel as pm
    >>> pm.fft.fft2([[1, 2], [3, 5]]).real
    array([[11., -3.],
           [-5.,  1.]])
    """
    return fftn(x, s, axes, norm)


def ifft2(x: ArrayLike, /, s: Sequence[int] | None = None, axes: Sequence[int] = (-2, -1),
          norm: str | None = None) -> ndarray:
    """The inverse of fft2.

    >>> import pommel as pm
    >>> pm.fft.ifft2([[11, -3], [-5, 1]]).real
    array([[1., 2.],
           [3., 5.]])
    """
    return ifftn(x, s, axes, norm)


def rfft2(x: ArrayLike, /, s: Sequence[int] | None = None, axes: Sequence[int] = (-2, -1),
          norm: str | None = None) -> ndarray:
    """The transform of real numbers along two axes.

    >>> import pommel as pm
    >>> pm.fft.rfft2([[1, 2, 4, 2], [3, 1, 1, 1]]).real
    array([[15., -1.,  3.],
           [ 3., -5., -1.]])
    """
    return rfftn(x, s, axes, norm)


def irfft2(x: ArrayLike, /, s: Sequence[int] | None = None, axes: Sequence[int] = (-2, -1),
           norm: str | None = None) -> ndarray:
    """The inverse of rfft2.

    >>> import pommel as pm
    >>> pm.fft.irfft2([[15, -1, 3], [3, -5, -1]])
    array([[1., 2., 4., 2.],
           [3., 1., 1., 1.]])
    """
    return irfftn(x, s, axes, norm)


__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]

"""Fourier transforms: the extension ``fft`` of the array API standard.

>>> import pommel as pm
>>> spectrum = pm.fft.rfft(pm.array([1.0, 0.0, 0.0, 0.0]))
>>> spectrum.shape
(3,)
"""

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

fft = _native.fft


def fft2(x, /, s=None, axes=(-2, -1), norm=None):
    """The transform along two axes."""
    return fftn(x, s, axes, norm)


def ifft2(x, /, s=None, axes=(-2, -1), norm=None):
    """The inverse of fft2."""
    return ifftn(x, s, axes, norm)


def rfft2(x, /, s=None, axes=(-2, -1), norm=None):
    """The transform of real numbers along two axes."""
    return rfftn(x, s, axes, norm)


def irfft2(x, /, s=None, axes=(-2, -1), norm=None):
    """The inverse of rfft2."""
    return irfftn(x, s, axes, norm)


__all__ = sorted(name for name in dir() if not name.startswith("_"))

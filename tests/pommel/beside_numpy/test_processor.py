"""The processor as NumPy sees it."""

import numpy as np

import pommel as pm

#: Our names of features, which are those of the processor's makers, and NumPy's.
NAMES = {
    "sse3": "SSE3", "ssse3": "SSSE3", "sse4.1": "SSE41", "sse4.2": "SSE42", "popcnt": "POPCNT",
    "avx": "AVX", "f16c": "F16C", "fma": "FMA3", "avx2": "AVX2", "avx512f": "AVX512F",
    "avx512bw": "AVX512BW", "avx512cd": "AVX512CD", "avx512dq": "AVX512DQ", "avx512vl": "AVX512VL",
    "avx512vnni": "AVX512VNNI", "avx512vbmi": "AVX512VBMI", "neon": "NEON",
}


def test_numpy_finds_the_same_features():
    seen = np._core._multiarray_umath.__cpu_features__
    found = {name for name, theirs in NAMES.items() if seen[theirs]}
    assert found and found == NAMES.keys() & set(pm._native.cpu_features())

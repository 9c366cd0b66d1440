"""Prints what NumPy answers for every pair of element types: python make.py > dtypes.txt

A row is: from, to, the type in which they meet, and which conversions are allowed.
"""

import numpy as np

NAMES = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
complex64 complex128""".split()

for a in NAMES:
    for b in NAMES:
        rules = [rule for rule in ("no", "safe", "same_kind", "unsafe") if np.can_cast(a, b, rule)]
        print(a, b, np.result_type(np.dtype(a), np.dtype(b)), ",".join(rules))

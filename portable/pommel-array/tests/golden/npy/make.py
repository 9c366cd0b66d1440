"""Writes files of arrays as NumPy does: python make.py

files.txt      type, order of the bytes, order of the elements, shape, version; the file's bytes
refused.txt    what cannot be loaded, and why; the file's bytes
stored.npz     arrays as they are
deflated.npz   the same, compressed

Elements count from 0 in the order of memory; truth values alternate, and a complex number is
`x + (x + 1) i`.
"""

import io
import pathlib

import numpy as np

HERE = pathlib.Path(__file__).parent
NAMES = """bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64
complex64 complex128""".split()
SHAPES = [(), (0,), (5,), (2, 3), (3, 0, 2), (2, 2, 2), (1, 1000)]


def counted(name, order, shape, byte_order):
    flat = np.arange(np.prod(shape, dtype=int))
    flat = flat % 2 if name == "bool" else flat
    flat = flat + 1j * (flat + 1) if name.startswith("complex") else flat
    flat = flat.astype(name) if name not in ("int8", "uint8") else (flat % 100).astype(name)
    return flat.astype(flat.dtype.newbyteorder(byte_order)).reshape(shape, order=order)


def written(array, version=None):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    return file.getvalue()


def write_files():
    lines = []
    for name in NAMES:
        for byte_order in "<>":
            for order in "CF":
                for shape in SHAPES:
                    size = np.prod(shape, dtype=int)
                    if size > 100 and (name, byte_order) != ("int8", "<"):
                        continue
                    array = counted(name, order, shape, byte_order)
                    versions = [(1, 0), (2, 0), (3, 0)] if shape == (2, 3) else [(1, 0)]
                    for version in versions:
                        data = written(array, version)
                        extents = ",".join(map(str, shape))
                        lines.append(f"{name} {byte_order} {order} {extents}; {version[0]} {data.hex()}")
    (HERE / "files.txt").write_text("\n".join(lines) + "\n")


REFUSED = [
    ("pickled objects are not loaded", np.array([None, 1], dtype=object)),
    ("is a structure", np.zeros(2, [("a", "<i4"), ("b", "<f8", (2,))])),
    ("strings of bytes", np.array([b"ab"])),
    ("strings", np.array(["ab"])),
    ("dates", np.array(["2020-01-01"], "M8[D]")),
    ("times", np.array([1], "m8[s]")),
    ("raw bytes", np.zeros(2, "V3")),
    ("do not have", np.zeros(2, np.longdouble)),
]


def write_refused():
    lines = [f"{why};{written(array).hex()}" for why, array in REFUSED]
    (HERE / "refused.txt").write_text("\n".join(lines) + "\n")


def write_archives():
    arrays = {
        "a": counted("float64", "C", (2, 3), "<"),
        "b": counted("int16", "F", (2, 2, 2), ">"),
        "empty": counted("bool", "C", (0,), "<"),
        "long": np.zeros(2000),
    }
    np.savez_compressed(HERE / "deflated.npz", **arrays)
    # 16,144 zeros are nothing to store.
    del arrays["long"]
    np.savez(HERE / "stored.npz", **arrays)


write_files()
write_refused()
write_archives()

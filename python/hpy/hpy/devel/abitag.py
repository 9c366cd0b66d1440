"""What the file names of extensions end in."""

import sysconfig

HPY_ABI_VERSION = 0
HPY_ABI_VERSION_MINOR = 0
HPY_ABI_TAG = f"hpy{HPY_ABI_VERSION}"

HPY_ABIS = ("cpython", "universal", "hybrid")

# How many of the parts between the hyphens of an interpreter's suffix belong to its ABI: the rest
# is the platform. `cpython-311-x86_64-linux-gnu` and `cp311-win_amd64` are of the same ABI.
_ABI_PARTS = (("cpython", 2), ("cp", 1), ("pypy", 2), ("graalpy", 3))


def parse_ext_suffix(ext_suffix=None):
    """Split an interpreter's suffix into the tag of its ABI, as wheels spell it, and the extension.

    `.cpython-311-x86_64-linux-gnu.so` is `("cp311", "so")`.
    """
    if ext_suffix is None:
        ext_suffix = sysconfig.get_config_var("EXT_SUFFIX")
    leading, _, rest = ext_suffix.partition(".")
    tag, _, extension = rest.rpartition(".")
    if leading or not tag:
        raise ValueError(f"not the suffix of an interpreter's extensions: {ext_suffix!r}")
    parts = tag.split("-")
    counts = (count for start, count in _ABI_PARTS if parts[0].startswith(start))
    abi = "-".join(parts[: next(counts, len(parts))])
    return abi.replace("cpython-", "cp"), extension


def get_hpy_ext_suffix(hpy_abi, ext_suffix=None):
    """What the file name of an extension of an ABI ends in.

    On CPython 3.11: `.hpy0.so` (universal), `.hpy0-cp311.so` (hybrid).
    """
    if hpy_abi not in HPY_ABIS:
        raise ValueError(f"not an ABI of HPy: {hpy_abi!r} (it is one of {', '.join(HPY_ABIS)})")
    if hpy_abi == "cpython":
        return sysconfig.get_config_var("EXT_SUFFIX")
    interpreter, extension = parse_ext_suffix(ext_suffix)
    if hpy_abi == "universal":
        return f".{HPY_ABI_TAG}.{extension}"
    return f".{HPY_ABI_TAG}-{interpreter}.{extension}"

"""Memory of objects where the host of the extension cannot ask for it: PyPy's own HPy.

PyPy has cffi, which tells the address of memory in one piece. What cffi refuses is copied.
"""


def lent(object):
    """Where the memory of an object lies: (address, format, itemsize, readonly, shape, strides, keeper),
    or None if it has none."""
    try:
        memory = memoryview(object)
    except (TypeError, ValueError, BufferError):
        return None
    described = (memory.format, memory.itemsize)
    shape = tuple(memory.shape)
    # NumPy's arrays say where they are themselves, in any layout.
    interface = getattr(object, "__array_interface__", None)
    if isinstance(interface, dict) and isinstance(interface.get("data"), tuple):
        address, readonly = interface["data"]
        strides = interface.get("strides") or _strides(shape, memory.itemsize)
        return (address, *described, readonly, shape, tuple(strides), object)
    readonly = memory.readonly
    address = keeper = None
    if memory.c_contiguous:
        address, keeper = _address(memory)
    if address is None:
        readonly = True
        address, keeper = _address(memory.tobytes())
    if address is None:
        return None
    return (address, *described, readonly, shape, _strides(shape, memory.itemsize), keeper)


def _address(memory):
    from _cffi_backend import FFI

    ffi = FFI()
    try:
        found = ffi.from_buffer(memory)
    except (TypeError, ValueError, BufferError):
        return None, None
    return int(ffi.cast("uintptr_t", found)), (found, memory)


def _strides(shape, itemsize):
    strides = []
    for extent in reversed(shape):
        strides.append(itemsize)
        itemsize *= extent
    return tuple(reversed(strides))

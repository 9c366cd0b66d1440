"""How arrays are pickled: from protocol 5 on their memory is a buffer, which need not be copied."""

from . import _native


def reduced(array, protocol):
    """The method ``__reduce_ex__``."""
    if array._readonly and not array.ndim:
        # A number, which may be a key.
        return array.dtype, (array.item(),)
    order = "C"
    if not array._lies_in("C"):
        if array._lies_in("F"):
            array, order = array.T, "F"
        else:
            array = array.copy()
    described = (array.dtype.name, array.shape, order)
    if protocol >= 5:
        from pickle import PickleBuffer

        return restored, (PickleBuffer(array), False, *described)
    return restored, (array.tobytes(), True, *described)


def restored(memory, copy, dtype, shape, order):
    """The array that ``reduced`` described; a copy of memory that cannot be its own."""
    array = _native.frombuffer(memory, dtype, _count(shape)).reshape(shape)
    if copy:
        array = array.copy()
    return array.T if order == "F" else array


def ufunc(name):
    """The element-wise function of a name, which is what its pickle says."""
    return getattr(_native, name)


def dumps(array):
    """The method ``dumps``: the bytes of the pickle."""
    from pickle import dumps

    return dumps(array, protocol=4)


def dump(array, file):
    """The method ``dump``: the pickle written to a path or a binary file."""
    if hasattr(file, "write"):
        file.write(dumps(array))
        return
    with open(file, "wb") as opened:
        opened.write(dumps(array))


def _count(shape):
    count = 1
    for extent in shape:
        count *= extent
    return count

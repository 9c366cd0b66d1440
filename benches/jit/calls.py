"""Functions that do next to nothing, and what they are called with: what is measured is the call."""


def nothing():
    return None


def two_floats(x, y):
    return x + y


def two_ints(x, y):
    return x + y


def array(a):
    return len(a)


def numpy_array(a):
    return len(a)


def call(name):
    """The function of a name with its arguments."""
    if name == "array":
        import pommel

        return array, (pommel.array([1.0, 2.0, 3.0]),)
    if name == "numpy_array":
        import numpy

        return numpy_array, (numpy.array([1.0, 2.0, 3.0]),)
    arguments = {"two_floats": (1.5, 2.5), "two_ints": (3, 4)}
    return globals()[name], arguments[name]

"""Loops of solvers that are spelled out, for the method and the sizes of most systems: Python compiles them when
the package is installed, and not when a system is solved. They are made by `tests/pommel/test_integrate_ready.py`.
"""

#: By the check sum of the text that is spelled out and how many components there are: the name of the module.
READY = {
    (574813443, 1): "rk45_1",
    (574813443, 2): "rk45_2",
    (574813443, 3): "rk45_3",
    (574813443, 4): "rk45_4",
    (2801712192, 1): "rk45_1_dense",
    (2801712192, 2): "rk45_2_dense",
    (2801712192, 3): "rk45_3_dense",
    (2801712192, 4): "rk45_4_dense",
}

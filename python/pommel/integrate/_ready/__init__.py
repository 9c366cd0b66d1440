"""Loops of solvers that are spelled out, for the method and the sizes of most systems: Python compiles them when
the package is installed, and not when a system is solved. They are made by `tests/pommel/test_integrate_ready.py`.
"""

#: By the check sum of the text that is spelled out and how many components there are: the name of the module.
READY = {
    (1464582033, 1): "rk45_1",
    (1464582033, 2): "rk45_2",
    (1464582033, 3): "rk45_3",
    (1464582033, 4): "rk45_4",
    (2182093667, 1): "rk45_1_dense",
    (2182093667, 2): "rk45_2_dense",
    (2182093667, 3): "rk45_3_dense",
    (2182093667, 4): "rk45_4_dense",
}

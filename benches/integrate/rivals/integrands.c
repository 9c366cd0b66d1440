/* The integrands of the benchmark, as SciPy takes functions in C: capsules that are named by their
 * signature. */

#include <Python.h>
#include <math.h>

static double gauss(double x) { return exp(-x * x); }
static double root(double x) { return 1.0 / sqrt(x); }
static double peak(double x) { return 1.0 / (1e-6 + (x - 0.5) * (x - 0.5)); }

static int add(PyObject *module, const char *name, double (*function)(double))
{
    PyObject *capsule = PyCapsule_New((void *)function, "double (double)", NULL);
    return PyModule_AddObject(module, name, capsule);
}

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "integrands", .m_size = -1};

PyMODINIT_FUNC PyInit_integrands(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL
        && (add(module, "gauss", gauss) || add(module, "root", root) || add(module, "peak", peak)))
        return NULL;
    return module;
}

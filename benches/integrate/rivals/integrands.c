/* The integrands and the filter of the benchmark, as SciPy takes functions in C: capsules that are named by their
 * signature. */

#include <Python.h>
#include <math.h>
#include <stdint.h>

static double gauss(double x) { return exp(-x * x); }
static double root(double x) { return 1.0 / sqrt(x); }
static double peak(double x) { return 1.0 / (1e-6 + (x - 0.5) * (x - 0.5)); }

static int roughness(double *values, intptr_t count, double *result, void *unused)
{
    double middle = values[count / 2], total = 0.0;
    for (intptr_t i = 0; i < count; i++)
        total += (values[i] - middle) * (values[i] - middle);
    *result = total / (double)count;
    return 1;
}

static int add(PyObject *module, const char *name, void *function, const char *signature)
{
    return PyModule_AddObject(module, name, PyCapsule_New(function, signature, NULL));
}

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "integrands", .m_size = -1};

PyMODINIT_FUNC PyInit_integrands(void)
{
    PyObject *module = PyModule_Create(&definition);
    if (module != NULL
        && (add(module, "gauss", (void *)gauss, "double (double)")
            || add(module, "root", (void *)root, "double (double)")
            || add(module, "peak", (void *)peak, "double (double)")
            || add(module, "roughness", (void *)roughness,
                   "int (double *, intptr_t, double *, void *)")))
        return NULL;
    return module;
}

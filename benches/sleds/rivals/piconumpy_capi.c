/* The array class against CPython's C API, as a careful author writes it: a heap type, the numbers
 * in memory of their own, every argument and every allocation checked, every reference counted. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <stdlib.h>

typedef struct {
    PyObject_HEAD
    double *numbers;
    Py_ssize_t length;
} Array;

static PyTypeObject *array_type;

/* An array with room for `length` numbers, not yet set. */
static Array *array_alloc(Py_ssize_t length) {
    Array *self = PyObject_New(Array, array_type);
    if (self == NULL)
        return NULL;
    self->length = length;
    self->numbers = malloc((size_t)(length ? length : 1) * sizeof(double));
    if (self->numbers == NULL) {
        self->length = 0;
        Py_DECREF(self);
        PyErr_NoMemory();
        return NULL;
    }
    return self;
}

static void array_dealloc(Array *self) {
    PyTypeObject *type = Py_TYPE(self);
    free(self->numbers);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyObject *array_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    static char *names[] = {"data", NULL};
    PyObject *data;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O!", names, &PyList_Type, &data))
        return NULL;
    Py_ssize_t length = PyList_GET_SIZE(data);
    Array *self = array_alloc(length);
    if (self == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < length; i++) {
        double number = PyFloat_AsDouble(PyList_GET_ITEM(data, i));
        if (number == -1.0 && PyErr_Occurred()) {
            Py_DECREF(self);
            return NULL;
        }
        /* A number's __float__ may have changed the list. */
        if (PyList_GET_SIZE(data) != length) {
            Py_DECREF(self);
            PyErr_SetString(PyExc_RuntimeError, "the list changed its length while it was read");
            return NULL;
        }
        self->numbers[i] = number;
    }
    return (PyObject *)self;
}

static int is_array(PyObject *object) { return Py_TYPE(object) == array_type; }

static PyObject *array_add(PyObject *left, PyObject *right) {
    if (!is_array(left) || !is_array(right))
        Py_RETURN_NOTIMPLEMENTED;
    Array *a = (Array *)left, *b = (Array *)right;
    if (a->length != b->length) {
        PyErr_SetString(PyExc_ValueError, "arrays of different lengths");
        return NULL;
    }
    Array *sum = array_alloc(a->length);
    if (sum == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < a->length; i++)
        sum->numbers[i] = a->numbers[i] + b->numbers[i];
    return (PyObject *)sum;
}

static PyObject *array_multiply(PyObject *left, PyObject *right) {
    Array *array = (Array *)(is_array(left) ? left : right);
    PyObject *factor = is_array(left) ? right : left;
    if (!PyNumber_Check(factor))
        Py_RETURN_NOTIMPLEMENTED;
    double number = PyFloat_AsDouble(factor);
    if (number == -1.0 && PyErr_Occurred())
        return NULL;
    Array *product = array_alloc(array->length);
    if (product == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < array->length; i++)
        product->numbers[i] = array->numbers[i] * number;
    return (PyObject *)product;
}

static PyObject *array_divide(PyObject *left, PyObject *right) {
    if (!is_array(left) || !PyNumber_Check(right))
        Py_RETURN_NOTIMPLEMENTED;
    Array *array = (Array *)left;
    double number = PyFloat_AsDouble(right);
    if (number == -1.0 && PyErr_Occurred())
        return NULL;
    Array *quotient = array_alloc(array->length);
    if (quotient == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < array->length; i++)
        quotient->numbers[i] = array->numbers[i] / number;
    return (PyObject *)quotient;
}

static Py_ssize_t array_length(Array *self) { return self->length; }

static PyObject *array_item(Array *self, Py_ssize_t index) {
    if (index < 0 || index >= self->length) {
        PyErr_SetString(PyExc_IndexError, "index out of range");
        return NULL;
    }
    return PyFloat_FromDouble(self->numbers[index]);
}

static PyType_Slot array_slots[] = {
    {Py_tp_new, array_new},
    {Py_tp_dealloc, array_dealloc},
    {Py_nb_add, array_add},
    {Py_nb_multiply, array_multiply},
    {Py_nb_true_divide, array_divide},
    {Py_sq_length, array_length},
    {Py_sq_item, array_item},
    {0, NULL},
};

static PyType_Spec array_spec = {
    .name = "piconumpy_capi.array",
    .basicsize = sizeof(Array),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = array_slots,
};

static int module_exec(PyObject *module) {
    array_type = (PyTypeObject *)PyType_FromSpec(&array_spec);
    if (array_type == NULL)
        return -1;
    return PyObject_SetAttrString(module, "array", (PyObject *)array_type);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "piconumpy_capi",
    .m_doc = "PicoNumpy's array against the C API.",
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_piconumpy_capi(void) { return PyModuleDef_Init(&module_def); }

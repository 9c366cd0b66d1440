/* Step 0: a module as it is written against CPython's C API.
 *
 * `Histogram(low, high, bins=10)` counts values in bins of equal width; its property `on_outlier` is
 * called with each value outside. The module has the type in its state, and an exception of its
 * own. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

/* ---- the state of the module ---- */

typedef struct {
    PyObject *type;  /* Histogram */
    PyObject *error; /* BinsError */
} State;

/* ---- the type ---- */

typedef struct {
    PyObject_HEAD
    double low, high;
    Py_ssize_t bins;
    Py_ssize_t outliers;
    double *counts;
    PyObject *on_outlier; /* called with each value outside, or NULL */
} Histogram;

/* [new] */
static PyObject *Histogram_new(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    static char *names[] = {"low", "high", "bins", NULL};
    double low, high;
    Py_ssize_t bins = 10;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "dd|n:Histogram", names, &low, &high, &bins)) {
        return NULL;
    }
    if (!(low < high) || bins < 1) {
        PyErr_SetString(PyExc_ValueError, "there must be a bin, and low must be less than high");
        return NULL;
    }
    Histogram *self = (Histogram *)type->tp_alloc(type, 0);
    if (self == NULL) {
        return NULL;
    }
    self->low = low;
    self->high = high;
    self->bins = bins;
    self->counts = calloc((size_t)bins, sizeof(double));
    if (self->counts == NULL) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}
/* [end] */

/* [gc] */
static int Histogram_traverse(Histogram *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->on_outlier);
    return 0;
}

static int Histogram_clear(Histogram *self)
{
    Py_CLEAR(self->on_outlier);
    return 0;
}

static void Histogram_dealloc(Histogram *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Histogram_clear(self);
    free(self->counts);
    type->tp_free(self);
    Py_DECREF(type);
}
/* [end] */

/* [report] */
static int report(Histogram *self, double value)
{
    self->outliers++;
    if (self->on_outlier == NULL) {
        return 0;
    }
    PyObject *result = PyObject_CallFunction(self->on_outlier, "d", value);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}
/* [end] */

static int put(Histogram *self, double value, double weight)
{
    if (!(self->low <= value && value < self->high)) {
        return report(self, value);
    }
    double width = (self->high - self->low) / (double)self->bins;
    Py_ssize_t bin = (Py_ssize_t)((value - self->low) / width);
    self->counts[bin < self->bins ? bin : self->bins - 1] += weight;
    return 0;
}

/* [fill] */
static PyObject *Histogram_fill(Histogram *self, PyObject *args, PyObject *kw)
{
    static char *names[] = {"values", "weight", NULL};
    PyObject *values;
    double weight = 1.0;
    if (!PyArg_ParseTupleAndKeywords(args, kw, "O|$d:fill", names, &values, &weight)) {
        return NULL;
    }
    Py_ssize_t length = PyObject_Length(values);
    if (length < 0) {
        return NULL;
    }
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *item = PySequence_GetItem(values, i);
        if (item == NULL) {
            return NULL;
        }
        double value = PyFloat_AsDouble(item);
        Py_DECREF(item);
        if (value == -1.0 && PyErr_Occurred()) {
            return NULL;
        }
        if (put(self, value, weight) < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}
/* [end] */

static PyObject *Histogram_reset(Histogram *self, PyObject *Py_UNUSED(ignored))
{
    memset(self->counts, 0, (size_t)self->bins * sizeof(double));
    self->outliers = 0;
    Py_RETURN_NONE;
}

static Py_ssize_t Histogram_length(Histogram *self)
{
    return self->bins;
}

/* [item] */
static PyObject *Histogram_item(Histogram *self, Py_ssize_t bin)
{
    if (bin < 0 || bin >= self->bins) {
        PyErr_SetString(PyExc_IndexError, "there is no such bin");
        return NULL;
    }
    return PyFloat_FromDouble(self->counts[bin]);
}
/* [end] */

static PyObject *Histogram_repr(Histogram *self)
{
    return PyUnicode_FromFormat("<Histogram of %zd bins, %zd outliers>", self->bins,
                                self->outliers);
}

/* [property] */
static PyObject *Histogram_get_on_outlier(Histogram *self, void *closure)
{
    PyObject *callback = self->on_outlier == NULL ? Py_None : self->on_outlier;
    Py_INCREF(callback);
    return callback;
}

static int check_callback(PyObject *callback)
{
    if (callback == Py_None || PyCallable_Check(callback)) {
        return 0;
    }
    PyErr_SetString(PyExc_TypeError, "on_outlier must be callable or None");
    return -1;
}

static int Histogram_set_on_outlier(Histogram *self, PyObject *value, void *closure)
{
    if (value != NULL && check_callback(value) < 0) {
        return -1;
    }
    PyObject *old = self->on_outlier;
    self->on_outlier = value == Py_None ? NULL : value;
    Py_XINCREF(self->on_outlier);
    Py_XDECREF(old);
    return 0;
}
/* [end] */

/* [type] */
static PyMethodDef Histogram_methods[] = {
    {"fill", (PyCFunction)(void (*)(void))Histogram_fill, METH_VARARGS | METH_KEYWORDS,
     "Counts values, each with a weight."},
    {"reset", (PyCFunction)Histogram_reset, METH_NOARGS, "Forgets what was counted."},
    {NULL},
};

static PyMemberDef Histogram_members[] = {
    {"low", T_DOUBLE, offsetof(Histogram, low), READONLY, "Where the first bin starts."},
    {"high", T_DOUBLE, offsetof(Histogram, high), READONLY, "Where the last bin ends."},
    {"outliers", T_PYSSIZET, offsetof(Histogram, outliers), READONLY, "How many were outside."},
    {NULL},
};

static PyGetSetDef Histogram_getset[] = {
    {"on_outlier", (getter)Histogram_get_on_outlier, (setter)Histogram_set_on_outlier,
     "Called with each value outside.", NULL},
    {NULL},
};

static PyType_Slot Histogram_slots[] = {
    {Py_tp_doc, "Counts values in bins of equal width."},
    {Py_tp_new, Histogram_new},
    {Py_tp_traverse, Histogram_traverse},
    {Py_tp_clear, Histogram_clear},
    {Py_tp_dealloc, Histogram_dealloc},
    {Py_tp_repr, Histogram_repr},
    {Py_sq_length, Histogram_length},
    {Py_sq_item, Histogram_item},
    {Py_tp_methods, Histogram_methods},
    {Py_tp_members, Histogram_members},
    {Py_tp_getset, Histogram_getset},
    {0, NULL},
};

static PyType_Spec Histogram_spec = {
    .name = "histogram.Histogram",
    .basicsize = sizeof(Histogram),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = Histogram_slots,
};
/* [end] */

/* ---- the module ---- */

/* [merge] */
static PyObject *merge(PyObject *module, PyObject *args)
{
    State *state = PyModule_GetState(module);
    PyObject *into, *from;
    if (!PyArg_ParseTuple(args, "O!O!:merge", state->type, &into, state->type, &from)) {
        return NULL;
    }
    Histogram *a = (Histogram *)into, *b = (Histogram *)from;
    if (a->low != b->low || a->high != b->high || a->bins != b->bins) {
        return PyErr_Format(state->error, "the bins differ: %zd and %zd", a->bins, b->bins);
    }
    for (Py_ssize_t bin = 0; bin < a->bins; bin++) {
        a->counts[bin] += b->counts[bin];
    }
    a->outliers += b->outliers;
    Py_RETURN_NONE;
}
/* [end] */

static PyObject *edges(PyObject *module, PyObject *args)
{
    double low, high;
    Py_ssize_t bins;
    if (!PyArg_ParseTuple(args, "ddn:edges", &low, &high, &bins)) {
        return NULL;
    }
    PyObject *list = PyList_New(0);
    if (list == NULL) {
        return NULL;
    }
    for (Py_ssize_t edge = 0; edge <= bins; edge++) {
        PyObject *value =
            PyFloat_FromDouble(low + (high - low) * (double)edge / (double)bins);
        if (value == NULL || PyList_Append(list, value) < 0) {
            Py_XDECREF(value);
            Py_DECREF(list);
            return NULL;
        }
        Py_DECREF(value);
    }
    return list;
}

/* [module] */
static int exec(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->type = PyType_FromModuleAndSpec(module, &Histogram_spec, NULL);
    if (state->type == NULL || PyModule_AddType(module, (PyTypeObject *)state->type) < 0) {
        return -1;
    }
    state->error = PyErr_NewException("histogram.BinsError", PyExc_ValueError, NULL);
    if (state->error == NULL) {
        return -1;
    }
    Py_INCREF(state->error);
    if (PyModule_AddObject(module, "BinsError", state->error) < 0) {
        Py_DECREF(state->error);
        return -1;
    }
    return 0;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->type);
    Py_VISIT(state->error);
    return 0;
}

static int clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->type);
    Py_CLEAR(state->error);
    return 0;
}

static PyMethodDef methods[] = {
    {"merge", merge, METH_VARARGS, "Adds the counts of the second histogram to the first."},
    {"edges", edges, METH_VARARGS, "Where bins begin and end."},
    {NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, NULL}};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "histogram",
    .m_doc = "Histograms.",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
};

PyMODINIT_FUNC PyInit_histogram(void)
{
    return PyModuleDef_Init(&module_def);
}
/* [end] */

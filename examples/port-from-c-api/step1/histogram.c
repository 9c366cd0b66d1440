/* Step 1: the module is one of HPy, in the hybrid ABI; what it consists of is still the old code.
 *
 * New is what stands under "the module", and the state: functions that use it are ported with it. */
#define PY_SSIZE_T_CLEAN
#include "hpy.h"
#include <structmember.h>

/* ---- the state of the module ---- */

/* [state] */
static HPyGlobal type_global;  /* Histogram */
static HPyGlobal error_global; /* BinsError */
/* [end] */

/* ---- the type ---- */

typedef struct {
    PyObject_HEAD
    double low, high;
    Py_ssize_t bins;
    Py_ssize_t outliers;
    double *counts;
    PyObject *on_outlier; /* called with each value outside, or NULL */
} Histogram;
HPyType_LEGACY_HELPERS(Histogram)

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

/* [spec] */
static HPyType_Spec Histogram_spec = {
    .name = "histogram.Histogram",
    .basicsize = sizeof(Histogram),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Histogram),
    .legacy_slots = Histogram_slots,
};
/* [end] */

/* ---- the module ---- */

/* [merge] */
HPyDef_METH(merge, "merge", HPyFunc_VARARGS,
            .doc = "Adds the counts of the second histogram to the first.")
static HPy merge_impl(HPyContext *ctx, HPy module, const HPy *args, size_t nargs)
{
    HPy into, from;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO:merge", &into, &from)) {
        return HPy_NULL;
    }
    HPy type = HPyGlobal_Load(ctx, type_global);
    int fits = HPy_TypeCheck(ctx, into, type) && HPy_TypeCheck(ctx, from, type);
    HPy_Close(ctx, type);
    if (!fits) {
        return HPyErr_SetString(ctx, ctx->h_TypeError, "merge() takes two histograms");
    }
    Histogram *a = Histogram_AsStruct(ctx, into), *b = Histogram_AsStruct(ctx, from);
    if (a->low != b->low || a->high != b->high || a->bins != b->bins) {
        HPy error = HPyGlobal_Load(ctx, error_global);
        HPyErr_Format(ctx, error, "the bins differ: %zd and %zd", a->bins, b->bins);
        HPy_Close(ctx, error);
        return HPy_NULL;
    }
    for (HPy_ssize_t bin = 0; bin < a->bins; bin++) {
        a->counts[bin] += b->counts[bin];
    }
    a->outliers += b->outliers;
    return HPy_Dup(ctx, ctx->h_None);
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
HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &Histogram_spec, NULL);
    HPy error = HPyErr_NewException(ctx, "histogram.BinsError", ctx->h_ValueError, HPy_NULL);
    int failed = HPy_IsNull(type) || HPy_IsNull(error) ||
                 HPy_SetAttr_s(ctx, module, "Histogram", type) < 0 ||
                 HPy_SetAttr_s(ctx, module, "BinsError", error) < 0;
    if (!failed) {
        HPyGlobal_Store(ctx, &type_global, type);
        HPyGlobal_Store(ctx, &error_global, error);
    }
    HPy_Close(ctx, type);
    HPy_Close(ctx, error);
    return failed ? -1 : 0;
}

static PyMethodDef legacy_methods[] = {
    {"edges", edges, METH_VARARGS, "Where bins begin and end."},
    {NULL},
};

static HPyDef *defines[] = {&exec, &merge, NULL};

static HPyGlobal *globals[] = {&type_global, &error_global, NULL};

static HPyModuleDef module_def = {
    .doc = "Histograms.",
    .defines = defines,
    .legacy_methods = legacy_methods,
    .globals = globals,
};

HPy_MODINIT(histogram, module_def)
/* [end] */

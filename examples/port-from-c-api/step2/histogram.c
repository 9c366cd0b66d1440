/* Step 2: one function after the other. All that Python calls by name is ported; how instances are
 * made, collected and printed is still the old code, and both work on the same struct. */
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
HPyDef_METH(Histogram_fill, "fill", HPyFunc_KEYWORDS, .doc = "Counts values, each with a weight.")
static HPy Histogram_fill_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs,
                               HPy kwnames)
{
    static const char *names[] = {"values", "weight", NULL};
    HPyTracker tracker;
    HPy values, result = HPy_NULL;
    double weight = 1.0;
    if (!HPyArg_ParseKeywords(ctx, &tracker, args, nargs, kwnames, "O|$d:fill", names, &values,
                              &weight)) {
        return HPy_NULL;
    }
    HPy_ssize_t length = HPy_Length(ctx, values);
    if (length < 0) {
        goto done;
    }
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPy_GetItem_i(ctx, values, i);
        if (HPy_IsNull(item)) {
            goto done;
        }
        double value = HPyFloat_AsDouble(ctx, item);
        HPy_Close(ctx, item);
        if (value == -1.0 && HPyErr_Occurred(ctx)) {
            goto done;
        }
        if (put(Histogram_AsStruct(ctx, self), value, weight) < 0) {
            goto done;
        }
    }
    result = HPy_Dup(ctx, ctx->h_None);
done:
    HPyTracker_Close(ctx, tracker);
    return result;
}
/* [end] */

HPyDef_METH(Histogram_reset, "reset", HPyFunc_NOARGS, .doc = "Forgets what was counted.")
static HPy Histogram_reset_impl(HPyContext *ctx, HPy self)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    memset(histogram->counts, 0, (size_t)histogram->bins * sizeof(double));
    histogram->outliers = 0;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_SLOT(Histogram_length, HPy_sq_length)
static HPy_ssize_t Histogram_length_impl(HPyContext *ctx, HPy self)
{
    return Histogram_AsStruct(ctx, self)->bins;
}

/* [item] */
HPyDef_SLOT(Histogram_item, HPy_sq_item)
static HPy Histogram_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t bin)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    if (bin < 0 || bin >= histogram->bins) {
        return HPyErr_SetString(ctx, ctx->h_IndexError, "there is no such bin");
    }
    return HPyFloat_FromDouble(ctx, histogram->counts[bin]);
}
/* [end] */

static PyObject *Histogram_repr(Histogram *self)
{
    return PyUnicode_FromFormat("<Histogram of %zd bins, %zd outliers>", self->bins,
                                self->outliers);
}

/* [property] */
static int check_callback(PyObject *callback)
{
    if (callback == Py_None || PyCallable_Check(callback)) {
        return 0;
    }
    PyErr_SetString(PyExc_TypeError, "on_outlier must be callable or None");
    return -1;
}

HPyDef_GETSET(Histogram_on_outlier, "on_outlier", .doc = "Called with each value outside.")
static HPy Histogram_on_outlier_get(HPyContext *ctx, HPy self, void *closure)
{
    PyObject *callback = Histogram_AsStruct(ctx, self)->on_outlier;
    return callback == NULL ? HPy_Dup(ctx, ctx->h_None) : HPy_FromPyObject(ctx, callback);
}

static int Histogram_on_outlier_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    PyObject *callback = HPy_IsNull(value) ? NULL : HPy_AsPyObject(ctx, value);
    if (callback != NULL && check_callback(callback) < 0) {
        Py_DECREF(callback);
        return -1;
    }
    if (callback == Py_None) {
        Py_CLEAR(callback);
    }
    PyObject *old = histogram->on_outlier;
    histogram->on_outlier = callback;
    Py_XDECREF(old);
    return 0;
}
/* [end] */

/* [type] */
HPyDef_MEMBER(Histogram_low, "low", HPyMember_DOUBLE, offsetof(Histogram, low), .readonly = 1,
              .doc = "Where the first bin starts.")
HPyDef_MEMBER(Histogram_high, "high", HPyMember_DOUBLE, offsetof(Histogram, high), .readonly = 1,
              .doc = "Where the last bin ends.")
HPyDef_MEMBER(Histogram_outliers, "outliers", HPyMember_HPYSSIZET, offsetof(Histogram, outliers),
              .readonly = 1, .doc = "How many were outside.")

static HPyDef *Histogram_defines[] = {
    &Histogram_fill, &Histogram_reset, &Histogram_length,   &Histogram_item,
    &Histogram_low,  &Histogram_high,  &Histogram_outliers, &Histogram_on_outlier,
    NULL,
};

static PyType_Slot Histogram_slots[] = {
    {Py_tp_doc, "Counts values in bins of equal width."},
    {Py_tp_new, Histogram_new},
    {Py_tp_traverse, Histogram_traverse},
    {Py_tp_clear, Histogram_clear},
    {Py_tp_dealloc, Histogram_dealloc},
    {Py_tp_repr, Histogram_repr},
    {0, NULL},
};

static HPyType_Spec Histogram_spec = {
    .name = "histogram.Histogram",
    .basicsize = sizeof(Histogram),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Histogram),
    .legacy_slots = Histogram_slots,
    .defines = Histogram_defines,
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

HPyDef_METH(edges, "edges", HPyFunc_VARARGS, .doc = "Where bins begin and end.")
static HPy edges_impl(HPyContext *ctx, HPy module, const HPy *args, size_t nargs)
{
    double low, high;
    HPy_ssize_t bins;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "ddn:edges", &low, &high, &bins)) {
        return HPy_NULL;
    }
    HPy list = HPyList_New(ctx, 0);
    if (HPy_IsNull(list)) {
        return HPy_NULL;
    }
    for (HPy_ssize_t edge = 0; edge <= bins; edge++) {
        HPy value = HPyFloat_FromDouble(ctx, low + (high - low) * (double)edge / (double)bins);
        int failed = HPy_IsNull(value) || HPyList_Append(ctx, list, value) < 0;
        HPy_Close(ctx, value);
        if (failed) {
            HPy_Close(ctx, list);
            return HPy_NULL;
        }
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

static HPyDef *defines[] = {&exec, &merge, &edges, NULL};

static HPyGlobal *globals[] = {&type_global, &error_global, NULL};

static HPyModuleDef module_def = {
    .doc = "Histograms.",
    .defines = defines,
    .globals = globals,
};

HPy_MODINIT(histogram, module_def)
/* [end] */

/* Step 3: the pure type. Nothing of the C API is left, and the struct has no header of the
 * interpreter's: the same source is for the CPython, the hybrid and the universal ABI. */
#include "hpy.h"
#include <stdlib.h>
#include <string.h>

/* ---- the state of the module ---- */

static HPyGlobal type_global;  /* Histogram */
static HPyGlobal error_global; /* BinsError */

/* ---- the type ---- */

/* [struct] */
typedef struct {
    double low, high;
    HPy_ssize_t bins;
    HPy_ssize_t outliers;
    double *counts;
    HPyField on_outlier; /* called with each value outside, or null */
} Histogram;
HPyType_HELPERS(Histogram)
/* [end] */

/* [new] */
HPyDef_SLOT(Histogram_new, HPy_tp_new)
static HPy Histogram_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = {"low", "high", "bins", NULL};
    double low, high;
    HPy_ssize_t bins = 10;
    if (!HPyArg_ParseKeywordsDict(ctx, NULL, args, nargs, kw, "dd|n:Histogram", names, &low, &high,
                                  &bins)) {
        return HPy_NULL;
    }
    if (!(low < high) || bins < 1) {
        return HPyErr_SetString(ctx, ctx->h_ValueError,
                                "there must be a bin, and low must be less than high");
    }
    Histogram *histogram;
    HPy self = HPy_New(ctx, type, &histogram);
    if (HPy_IsNull(self)) {
        return HPy_NULL;
    }
    histogram->low = low;
    histogram->high = high;
    histogram->bins = bins;
    histogram->counts = calloc((size_t)bins, sizeof(double));
    if (histogram->counts == NULL) {
        HPy_Close(ctx, self);
        return HPyErr_NoMemory(ctx);
    }
    return self;
}
/* [end] */

/* [gc] */
HPyDef_SLOT(Histogram_traverse, HPy_tp_traverse)
static int Histogram_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Histogram *)self)->on_outlier);
    return 0;
}

HPyDef_SLOT(Histogram_destroy, HPy_tp_destroy)
static void Histogram_destroy_impl(void *self)
{
    free(((Histogram *)self)->counts);
}
/* [end] */

/* [report] */
static int report(HPyContext *ctx, HPy self, double value)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    histogram->outliers++;
    if (HPyField_IsNull(histogram->on_outlier)) {
        return 0;
    }
    HPy callback = HPyField_Load(ctx, self, histogram->on_outlier);
    HPy argument = HPyFloat_FromDouble(ctx, value);
    HPy result = HPy_NULL;
    if (!HPy_IsNull(argument)) {
        result = HPy_Call(ctx, callback, &argument, 1, HPy_NULL);
    }
    int failed = HPy_IsNull(result);
    HPy_Close(ctx, result);
    HPy_Close(ctx, argument);
    HPy_Close(ctx, callback);
    return failed ? -1 : 0;
}
/* [end] */

static int put(HPyContext *ctx, HPy self, double value, double weight)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    if (!(histogram->low <= value && value < histogram->high)) {
        return report(ctx, self, value);
    }
    double width = (histogram->high - histogram->low) / (double)histogram->bins;
    HPy_ssize_t bin = (HPy_ssize_t)((value - histogram->low) / width);
    histogram->counts[bin < histogram->bins ? bin : histogram->bins - 1] += weight;
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
        if (put(ctx, self, value, weight) < 0) {
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

HPyDef_SLOT(Histogram_repr, HPy_tp_repr)
static HPy Histogram_repr_impl(HPyContext *ctx, HPy self)
{
    Histogram *histogram = Histogram_AsStruct(ctx, self);
    return HPyUnicode_FromFormat(ctx, "<Histogram of %zd bins, %zd outliers>", histogram->bins,
                                 histogram->outliers);
}

/* [property] */
HPyDef_GETSET(Histogram_on_outlier, "on_outlier", .doc = "Called with each value outside.")
static HPy Histogram_on_outlier_get(HPyContext *ctx, HPy self, void *closure)
{
    HPyField callback = Histogram_AsStruct(ctx, self)->on_outlier;
    return HPyField_IsNull(callback) ? HPy_Dup(ctx, ctx->h_None)
                                     : HPyField_Load(ctx, self, callback);
}

static int Histogram_on_outlier_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    HPyField *field = &Histogram_AsStruct(ctx, self)->on_outlier;
    if (HPy_IsNull(value) || HPy_Is(ctx, value, ctx->h_None)) {
        HPyField_Store(ctx, self, field, HPy_NULL);
        return 0;
    }
    if (!HPyCallable_Check(ctx, value)) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "on_outlier must be callable or None");
        return -1;
    }
    HPyField_Store(ctx, self, field, value);
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
    &Histogram_new,    &Histogram_traverse, &Histogram_destroy,    &Histogram_fill,
    &Histogram_reset,  &Histogram_length,   &Histogram_item,       &Histogram_repr,
    &Histogram_low,    &Histogram_high,     &Histogram_outliers,   &Histogram_on_outlier,
    NULL,
};

static HPyType_Spec Histogram_spec = {
    .name = "histogram.Histogram",
    .doc = "Counts values in bins of equal width.",
    .basicsize = sizeof(Histogram),
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Histogram),
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

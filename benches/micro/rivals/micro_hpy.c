/* The micro benchmarks of HPy in C, for the universal ABI and the CPython ABI, with upstream's headers
 * and with ours: function by function what the ones against the C API do, arguments parsed the way
 * HPy offers. */
#include "hpy.h"
#include <math.h>

static HPyGlobal point_type;

static inline int as_long(HPyContext *ctx, HPy object, long long *number) {
    *number = HPyLong_AsLongLong(ctx, object);
    return *number == -1 && HPyErr_Occurred(ctx) ? -1 : 0;
}

static inline int as_double(HPyContext *ctx, HPy object, double *number) {
    *number = HPyFloat_AsDouble(ctx, object);
    return *number == -1.0 && HPyErr_Occurred(ctx) ? -1 : 0;
}

HPyDef_METH(none, "none", HPyFunc_NOARGS)
static HPy none_impl(HPyContext *ctx, HPy module) { return HPy_Dup(ctx, ctx->h_None); }

HPyDef_METH(one, "one", HPyFunc_O)
static HPy one_impl(HPyContext *ctx, HPy module, HPy arg) {
    long long x;
    if (as_long(ctx, arg, &x) < 0)
        return HPy_NULL;
    return HPyLong_FromLongLong(ctx, x + 1);
}

HPyDef_METH(two, "two", HPyFunc_VARARGS)
static HPy two_impl(HPyContext *ctx, HPy module, const HPy *args, size_t nargs) {
    double x, y;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "dd", &x, &y))
        return HPy_NULL;
    return HPyFloat_FromDouble(ctx, x + y);
}

HPyDef_METH(many, "many", HPyFunc_VARARGS)
static HPy many_impl(HPyContext *ctx, HPy module, const HPy *args, size_t nargs) {
    long long a, b, c, d, e, f;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "LLLLLL", &a, &b, &c, &d, &e, &f))
        return HPy_NULL;
    return HPyLong_FromLongLong(ctx, a + b + c + d + e + f);
}

HPyDef_METH(keywords, "keywords", HPyFunc_KEYWORDS)
static HPy keywords_impl(HPyContext *ctx, HPy module, const HPy *args, size_t nargs, HPy names) {
    static const char *known[] = {"a", "b", "key", NULL};
    long long a, b = 2;
    double key = 1.0;
    if (!HPyArg_ParseKeywords(ctx, NULL, args, nargs, names, "L|L$d", known, &a, &b, &key))
        return HPy_NULL;
    return HPyFloat_FromDouble(ctx, (double)(a + b) * key);
}

HPyDef_METH(list_build, "list_build", HPyFunc_O)
static HPy list_build_impl(HPyContext *ctx, HPy module, HPy arg) {
    long long length;
    if (as_long(ctx, arg, &length) < 0)
        return HPy_NULL;
    HPyListBuilder builder = HPyListBuilder_New(ctx, length);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy number = HPyLong_FromLongLong(ctx, i);
        if (HPy_IsNull(number)) {
            HPyListBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyListBuilder_Set(ctx, builder, i, number);
        HPy_Close(ctx, number);
    }
    return HPyListBuilder_Build(ctx, builder);
}

HPyDef_METH(list_read, "list_read", HPyFunc_O)
static HPy list_read_impl(HPyContext *ctx, HPy module, HPy list) {
    if (!HPyList_Check(ctx, list))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "expected a list");
    long long sum = 0;
    HPy_ssize_t length = HPy_Length(ctx, list);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPy_GetItem_i(ctx, list, i);
        long long number;
        int failed = HPy_IsNull(item) || as_long(ctx, item, &number) < 0;
        HPy_Close(ctx, item);
        if (failed)
            return HPy_NULL;
        sum += number;
    }
    return HPyLong_FromLongLong(ctx, sum);
}

HPyDef_METH(dict_build, "dict_build", HPyFunc_O)
static HPy dict_build_impl(HPyContext *ctx, HPy module, HPy arg) {
    long long length;
    if (as_long(ctx, arg, &length) < 0)
        return HPy_NULL;
    HPy dict = HPyDict_New(ctx);
    for (long long i = 0; i < length && !HPy_IsNull(dict); i++) {
        HPy number = HPyLong_FromLongLong(ctx, i);
        if (HPy_IsNull(number) || HPy_SetItem(ctx, dict, number, number) < 0) {
            HPy_Close(ctx, dict);
            dict = HPy_NULL;
        }
        HPy_Close(ctx, number);
    }
    return dict;
}

HPyDef_METH(dict_read, "dict_read", HPyFunc_O)
static HPy dict_read_impl(HPyContext *ctx, HPy module, HPy dict) {
    if (!HPyDict_Check(ctx, dict))
        return HPyErr_SetString(ctx, ctx->h_TypeError, "expected a dict");
    long long sum = 0;
    HPy_ssize_t length = HPy_Length(ctx, dict);
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy key = HPyLong_FromLongLong(ctx, i);
        HPy value = HPy_IsNull(key) ? HPy_NULL : HPy_GetItem(ctx, dict, key);
        HPy_Close(ctx, key);
        long long number;
        int failed = HPy_IsNull(value) || as_long(ctx, value, &number) < 0;
        HPy_Close(ctx, value);
        if (failed)
            return HPy_NULL;
        sum += number;
    }
    return HPyLong_FromLongLong(ctx, sum);
}

HPyDef_METH(is_point, "is_point", HPyFunc_O)
static HPy is_point_impl(HPyContext *ctx, HPy module, HPy object) {
    HPy type = HPyGlobal_Load(ctx, point_type);
    int is = HPy_TypeCheck(ctx, object, type);
    HPy_Close(ctx, type);
    return HPy_Dup(ctx, is ? ctx->h_True : ctx->h_False);
}

HPyDef_METH(fail, "fail", HPyFunc_NOARGS)
static HPy fail_impl(HPyContext *ctx, HPy module) {
    return HPyErr_SetString(ctx, ctx->h_ValueError, "as asked");
}

typedef struct {
    double x, y;
} Point;

HPyType_HELPERS(Point)

HPyDef_SLOT(point_new, HPy_tp_new)
static HPy point_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw) {
    double x, y;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "dd", &x, &y))
        return HPy_NULL;
    Point *point;
    HPy self = HPy_New(ctx, type, &point);
    if (HPy_IsNull(self))
        return HPy_NULL;
    *point = (Point){x, y};
    return self;
}

HPyDef_METH(point_norm, "norm", HPyFunc_NOARGS)
static HPy point_norm_impl(HPyContext *ctx, HPy self) {
    Point *point = Point_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, sqrt(point->x * point->x + point->y * point->y));
}

HPyDef_METH(point_scaled, "scaled", HPyFunc_O)
static HPy point_scaled_impl(HPyContext *ctx, HPy self, HPy arg) {
    double factor;
    if (as_double(ctx, arg, &factor) < 0)
        return HPy_NULL;
    return HPyFloat_FromDouble(ctx, Point_AsStruct(ctx, self)->x * factor);
}

HPyDef_GETSET(point_x, "x")
static HPy point_x_get(HPyContext *ctx, HPy self, void *closure) {
    return HPyFloat_FromDouble(ctx, Point_AsStruct(ctx, self)->x);
}

static int point_x_set(HPyContext *ctx, HPy self, HPy value, void *closure) {
    if (HPy_IsNull(value)) {
        HPyErr_SetString(ctx, ctx->h_AttributeError, "x cannot be deleted");
        return -1;
    }
    return as_double(ctx, value, &Point_AsStruct(ctx, self)->x);
}

static HPyDef *point_defines[] = {&point_new, &point_norm, &point_scaled, &point_x, NULL};

static HPyType_Spec point_spec = {
    .name = "micro_hpy.Point",
    .basicsize = sizeof(Point),
    .builtin_shape = SHAPE(Point),
    .flags = HPy_TPFLAGS_DEFAULT,
    .defines = point_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module) {
    HPy type = HPyType_FromSpec(ctx, &point_spec, NULL);
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &point_type, type);
    int status = HPy_SetAttr_s(ctx, module, "Point", type);
    HPy_Close(ctx, type);
    return status;
}

static HPyDef *module_defines[] = {
    &none,       &one,       &two,      &many, &keywords,    &list_build, &list_read,
    &dict_build, &dict_read, &is_point, &fail, &module_exec, NULL,
};
static HPyGlobal *module_globals[] = {&point_type, NULL};

static HPyModuleDef module_def = {
    .doc = "The micro benchmarks of HPy in C.",
    .defines = module_defines,
    .globals = module_globals,
};

HPy_MODINIT(micro_hpy, module_def)

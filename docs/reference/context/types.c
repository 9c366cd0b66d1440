#include "hpy.h"

typedef struct {
    double x, y;
} Point;
HPyType_HELPERS(Point)

HPyDef_SLOT(Point_new, HPy_tp_new)
static HPy Point_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = {"x", "y", NULL};
    double x, y;
    if (!HPyArg_ParseKeywordsDict(ctx, NULL, args, nargs, kw, "dd:Point", names, &x, &y)) {
        return HPy_NULL;
    }
    Point *point;
    HPy self = HPy_New(ctx, type, &point); /* the struct is zeroed */
    if (!HPy_IsNull(self)) {
        point->x = x;
        point->y = y;
    }
    return self;
}

HPyDef_METH(Point_norm, "norm", HPyFunc_NOARGS)
static HPy Point_norm_impl(HPyContext *ctx, HPy self)
{
    Point *point = Point_AsStruct(ctx, self);
    return HPyFloat_FromDouble(ctx, point->x * point->x + point->y * point->y);
}

HPyDef_MEMBER(Point_x, "x", HPyMember_DOUBLE, offsetof(Point, x))

static HPyDef *Point_defines[] = {&Point_new, &Point_norm, &Point_x, NULL};
static HPyType_Spec Point_spec = {
    .name = "points.Point",
    .basicsize = sizeof(Point),
    .flags = HPy_TPFLAGS_DEFAULT,
    .builtin_shape = SHAPE(Point),
    .defines = Point_defines,
};

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    HPy type = HPyType_FromSpec(ctx, &Point_spec, NULL);
    int failed = HPy_IsNull(type) || HPy_SetAttr_s(ctx, module, "Point", type) < 0;
    HPy_Close(ctx, type);
    return failed ? -1 : 0;
}

#include "hpy.h"

HPyDef_METH(twice, "twice", HPyFunc_VARARGS, .doc = "`function(function(value, step=step))`")
static HPy twice_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy function, values[2];
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OOO:twice", &function, &values[0], &values[1])) {
        return HPy_NULL;
    }
    HPy result = HPy_NULL, inner = HPy_NULL;
    HPy names = HPy_BuildValue(ctx, "(s)", "step");
    if (!HPy_IsNull(names)) {
        /* One positional argument, and the values of those that `names` names behind it. */
        inner = HPy_Call(ctx, function, values, 1, names);
    }
    if (!HPy_IsNull(inner)) {
        result = HPy_Call(ctx, function, &inner, 1, HPy_NULL);
    }
    HPy_Close(ctx, inner);
    HPy_Close(ctx, names);
    return result;
}

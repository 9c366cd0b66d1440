#include "hpy.h"

HPyDef_METH(half, "half", HPyFunc_O, .doc = "Half of an int that is even, or of a float.")
static HPy half_impl(HPyContext *ctx, HPy self, HPy value)
{
    if (HPy_TypeCheck(ctx, value, ctx->h_FloatType)) {
        return HPyFloat_FromDouble(ctx, HPyFloat_AsDouble(ctx, value) / 2);
    }
    int64_t number = HPyLong_AsInt64_t(ctx, value);
    if (number == -1 && HPyErr_Occurred(ctx)) {
        return HPy_NULL; /* no int, or one that does not fit */
    }
    if (number % 2 != 0) {
        return HPyErr_SetString(ctx, ctx->h_ValueError, "an odd number");
    }
    return HPyLong_FromInt64_t(ctx, number / 2);
}

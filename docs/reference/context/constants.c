#include "hpy.h"

HPyDef_METH(sign, "sign", HPyFunc_O, .doc = "-1, 0 or 1; None for what is not a float.")
static HPy sign_impl(HPyContext *ctx, HPy self, HPy value)
{
    if (!HPy_TypeCheck(ctx, value, ctx->h_FloatType)) {
        return HPy_Dup(ctx, ctx->h_None);
    }
    double number = HPyFloat_AsDouble(ctx, value);
    return HPyLong_FromLong(ctx, (number > 0) - (number < 0));
}

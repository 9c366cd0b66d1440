#include "hpy.h"

HPyDef_METH(clip, "clip", HPyFunc_VARARGS, .doc = "The larger of `a + b` and `low`.")
static HPy clip_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy a, b, low;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OOO:clip", &a, &b, &low)) {
        return HPy_NULL;
    }
    HPy sum = HPy_Add(ctx, a, b);
    if (HPy_IsNull(sum)) {
        return HPy_NULL;
    }
    int is_less = HPy_RichCompareBool(ctx, sum, low, HPy_LT);
    if (is_less == 0) {
        return sum;
    }
    HPy_Close(ctx, sum);
    return is_less < 0 ? HPy_NULL : HPy_Dup(ctx, low);
}

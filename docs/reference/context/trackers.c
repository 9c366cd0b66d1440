#include "hpy.h"

HPyDef_METH(dot, "dot", HPyFunc_VARARGS, .doc = "`a[0] * b[0] + a[1] * b[1]`")
static HPy dot_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy a, b, result = HPy_NULL;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO:dot", &a, &b)) {
        return HPy_NULL;
    }
    /* Closes all that was added to it: one exit for every failure. */
    HPyTracker tracker = HPyTracker_New(ctx, 6);
    HPy products[2];
    for (HPy_ssize_t i = 0; i < 2; i++) {
        HPy left = HPy_GetItem_i(ctx, a, i);
        if (HPy_IsNull(left) || HPyTracker_Add(ctx, tracker, left) < 0) {
            goto done;
        }
        HPy right = HPy_GetItem_i(ctx, b, i);
        if (HPy_IsNull(right) || HPyTracker_Add(ctx, tracker, right) < 0) {
            goto done;
        }
        products[i] = HPy_Multiply(ctx, left, right);
        if (HPy_IsNull(products[i]) || HPyTracker_Add(ctx, tracker, products[i]) < 0) {
            goto done;
        }
    }
    result = HPy_Add(ctx, products[0], products[1]);
done:
    HPyTracker_Close(ctx, tracker);
    return result;
}

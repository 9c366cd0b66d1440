#include "hpy.h"

HPyDef_METH(total, "total", HPyFunc_O, .doc = "The sum of the numbers of an iterable.")
static HPy total_impl(HPyContext *ctx, HPy self, HPy numbers)
{
    HPy iterator = HPy_GetIter(ctx, numbers), number;
    if (HPy_IsNull(iterator)) {
        return HPy_NULL;
    }
    double sum = 0;
    while (!HPy_IsNull(number = HPyIter_Next(ctx, iterator))) {
        sum += HPyFloat_AsDouble(ctx, number);
        HPy_Close(ctx, number);
        if (HPyErr_Occurred(ctx)) {
            break;
        }
    }
    HPy_Close(ctx, iterator);
    /* The null handle was the end, or an exception. */
    return HPyErr_Occurred(ctx) ? HPy_NULL : HPyFloat_FromDouble(ctx, sum);
}

#include "hpy.h"

static double slow_sum(long count)
{
    double sum = 0;
    for (long i = 1; i <= count; i++) {
        sum += 1.0 / (double)i;
    }
    return sum;
}

HPyDef_METH(harmonic, "harmonic", HPyFunc_O, .doc = "`1 + 1/2 + ... + 1/count`")
static HPy harmonic_impl(HPyContext *ctx, HPy self, HPy arg)
{
    long count = HPyLong_AsLong(ctx, arg);
    if (count == -1 && HPyErr_Occurred(ctx)) {
        return HPy_NULL;
    }
    double sum;
    /* In between, other threads run Python, and this one must not. */
    HPy_BEGIN_LEAVE_PYTHON(ctx)
    sum = slow_sum(count);
    HPy_END_LEAVE_PYTHON(ctx)
    return HPyFloat_FromDouble(ctx, sum);
}

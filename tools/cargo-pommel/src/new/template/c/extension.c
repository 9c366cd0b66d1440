/* The native part of {module}: the module {module}._{module}. */
#include "hpy.h"

HPyDef_METH(mean, "mean", HPyFunc_O, .doc = "The arithmetic mean of a sequence of numbers.")
static HPy mean_impl(HPyContext *ctx, HPy self, HPy values)
{
    HPy_ssize_t count = HPy_Length(ctx, values);
    if (count < 0) {
        return HPy_NULL;
    }
    if (count == 0) {
        HPyErr_SetString(ctx, ctx->h_ValueError, "the mean of no numbers is not defined");
        return HPy_NULL;
    }
    double sum = 0;
    for (HPy_ssize_t i = 0; i < count; i++) {
        HPy item = HPy_GetItem_i(ctx, values, i);
        if (HPy_IsNull(item)) {
            return HPy_NULL;
        }
        double value = HPyFloat_AsDouble(ctx, item);
        HPy_Close(ctx, item);
        if (value == -1.0 && HPyErr_Occurred(ctx)) {
            return HPy_NULL;
        }
        sum += value;
    }
    return HPyFloat_FromDouble(ctx, sum / (double)count);
}

static HPyDef *defines[] = {&mean, NULL};

static HPyModuleDef module_def = {
    .doc = "Statistics of numbers.",
    .defines = defines,
};

HPy_MODINIT(_{module}, module_def)

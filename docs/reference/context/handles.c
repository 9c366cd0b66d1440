#include "hpy.h"

HPyDef_METH(first, "first", HPyFunc_VARARGS, .doc = "The first argument that is not None.")
static HPy first_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    for (size_t i = 0; i < nargs; i++) {
        if (!HPy_Is(ctx, args[i], ctx->h_None)) {
            /* Arguments belong to the caller, results to the one who gets them. */
            return HPy_Dup(ctx, args[i]);
        }
    }
    return HPy_Dup(ctx, ctx->h_None);
}

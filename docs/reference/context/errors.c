#include "hpy.h"

HPyDef_METH(lookup, "lookup", HPyFunc_VARARGS, .doc = "`table[key]`, or None.")
static HPy lookup_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy table, key;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO:lookup", &table, &key)) {
        return HPy_NULL;
    }
    HPy value = HPy_GetItem(ctx, table, key);
    if (!HPy_IsNull(value)) {
        return value;
    }
    if (!HPyErr_ExceptionMatches(ctx, ctx->h_LookupError)) {
        return HPy_NULL; /* the exception stays set */
    }
    HPyErr_Clear(ctx);
    if (HPy_Is(ctx, key, ctx->h_None)) {
        return HPyErr_Format(ctx, ctx->h_ValueError, "%R cannot be a key", key);
    }
    return HPy_Dup(ctx, ctx->h_None);
}

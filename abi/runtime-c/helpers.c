/* Steps that most extensions take; see hpy/runtime/helpers.h. */
#include "hpy.h"

HPyAPI_HELPER int HPyHelpers_AddType(HPyContext *ctx, HPy obj, const char *name,
                                     HPyType_Spec *hpyspec, HPyType_SpecParam *params)
{
    HPy type = HPyType_FromSpec(ctx, hpyspec, params);
    int done;
    if (HPy_IsNull(type))
        return 0;
    done = HPy_SetAttr_s(ctx, obj, name, type) == 0;
    HPy_Close(ctx, type);
    return done;
}

/* A dict of keyword arguments in `kwd`, or null if there are none; 0 with an exception set on
   failure. */
static int pack_keywords(HPyContext *ctx, const HPy *values, HPy kwnames, HPy *kwd)
{
    const HPy_ssize_t count = HPy_IsNull(kwnames) ? 0 : HPy_Length(ctx, kwnames);
    HPy_ssize_t i;
    *kwd = HPy_NULL;
    if (count <= 0)
        return count == 0;
    *kwd = HPyDict_New(ctx);
    if (HPy_IsNull(*kwd))
        return 0;
    for (i = 0; i < count; i++) {
        HPy name = HPy_GetItem_i(ctx, kwnames, i);
        const bool stored =
            !HPy_IsNull(name) && HPy_SetItem(ctx, *kwd, name, values[i]) == 0;
        HPy_Close(ctx, name);
        if (!stored) {
            HPy_Close(ctx, *kwd);
            return 0;
        }
    }
    return 1;
}

HPyAPI_HELPER int HPyHelpers_PackArgsAndKeywords(HPyContext *ctx, const HPy *args, size_t nargs,
                                                 HPy kwnames, HPy *out_pos_args, HPy *out_kwd)
{
    HPy positional = HPy_NULL, kwd;
    if (out_pos_args == NULL || out_kwd == NULL) {
        HPyErr_SetString(ctx, ctx->h_SystemError,
                         out_pos_args == NULL ? "argument 'out_pos_args' must not be NULL"
                                              : "argument 'out_kwd' must not be NULL");
        return 0;
    }
    if (!pack_keywords(ctx, args + nargs, kwnames, &kwd))
        return 0;
    if (nargs > 0) {
        positional = HPyTuple_FromArray(ctx, (HPy *)args, (HPy_ssize_t)nargs);
        if (HPy_IsNull(positional)) {
            HPy_Close(ctx, kwd);
            return 0;
        }
    }
    *out_pos_args = positional;
    *out_kwd = kwd;
    return 1;
}

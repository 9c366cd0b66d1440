/* What authors get wrong when a call fails; tested by test_failures_in_c.py. */
#include "hpy.h"

HPyDef_METH(forgets_handle, "forgets_handle", HPyFunc_O)
static HPy forgets_handle_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy list = HPyList_New(ctx, 0);
    (void)self;
    if (HPy_IsNull(list) || HPyList_Append(ctx, list, arg) < 0)
        return HPy_NULL; /* and the list stays open */
    return list;
}

HPyDef_METH(forgets_exception, "forgets_exception", HPyFunc_O)
static HPy forgets_exception_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy text = HPy_Repr(ctx, arg);
    (void)self;
    if (HPy_IsNull(text))
        HPyErr_Clear(ctx);
    return text;
}

HPyDef_METH(raises_another, "raises_another", HPyFunc_O)
static HPy raises_another_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy text = HPy_Repr(ctx, arg);
    (void)self;
    if (HPy_IsNull(text)) {
        HPyErr_Clear(ctx);
        return HPyErr_SetString(ctx, ctx->h_ValueError, "no text");
    }
    return text;
}

static HPyDef *defines[] = {&forgets_handle, &forgets_exception, &raises_another, NULL};
static HPyModuleDef careless_module = {
    .doc = NULL,
    .size = 0,
    .legacy_methods = NULL,
    .defines = defines,
    .globals = NULL,
};

HPy_MODINIT(careless, careless_module)

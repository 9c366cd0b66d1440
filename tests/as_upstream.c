/* A module with the symbols that the HPy_MODINIT of HPy 0.9 makes, and none of ours. */
#include "hpy.h"

HPyDef_METH(same, "same", HPyFunc_O)
static HPy same_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPy_Dup(ctx, arg);
}

static HPyDef *defines[] = {&same, NULL};
static HPyModuleDef def = {.doc = NULL, .size = 0, .legacy_methods = NULL, .defines = defines};

_HPy_HIDDEN HPyContext *_ctx_for_trampolines;

HPy_EXPORTED_FUNC uint32_t get_required_hpy_major_version_as_upstream(void);
uint32_t get_required_hpy_major_version_as_upstream(void)
{
    return 0;
}

HPy_EXPORTED_FUNC uint32_t get_required_hpy_minor_version_as_upstream(void);
uint32_t get_required_hpy_minor_version_as_upstream(void)
{
    return 0;
}

HPy_EXPORTED_FUNC void HPyInitGlobalContext_as_upstream(HPyContext *ctx);
void HPyInitGlobalContext_as_upstream(HPyContext *ctx)
{
    _ctx_for_trampolines = ctx;
}

HPy_EXPORTED_FUNC HPyModuleDef *HPyInit_as_upstream(void);
HPyModuleDef *HPyInit_as_upstream(void)
{
    return &def;
}

#include "hpy.h"

HPyDef_METH(squares, "squares", HPyFunc_O, .doc = "`[0, 1, 4, ...]`, and how many there are.")
static HPy squares_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy_ssize_t count = HPyLong_AsSsize_t(ctx, arg);
    if (count == -1 && HPyErr_Occurred(ctx)) {
        return HPy_NULL;
    }
    /* A builder fills what nobody sees yet, without a call per item on some hosts. */
    HPyListBuilder builder = HPyListBuilder_New(ctx, count);
    for (HPy_ssize_t i = 0; i < count; i++) {
        HPy square = HPyLong_FromSsize_t(ctx, i * i);
        if (HPy_IsNull(square)) {
            HPyListBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyListBuilder_Set(ctx, builder, i, square);
        HPy_Close(ctx, square);
    }
    HPy list = HPyListBuilder_Build(ctx, builder);
    if (HPy_IsNull(list)) {
        return HPy_NULL;
    }
    HPy pair = HPyTuple_Pack(ctx, 2, list, arg);
    HPy_Close(ctx, list);
    return pair;
}

#include "hpy.h"

HPyDef_METH(longest, "longest", HPyFunc_O, .doc = "`max(items, key=len).name`")
static HPy longest_impl(HPyContext *ctx, HPy self, HPy items)
{
    HPy_ssize_t count = HPy_Length(ctx, items), longest = -1;
    HPy found = HPy_NULL;
    for (HPy_ssize_t i = 0; i < count; i++) {
        HPy item = HPy_GetItem_i(ctx, items, i);
        HPy_ssize_t length = HPy_IsNull(item) ? -1 : HPy_Length(ctx, item);
        if (length < 0) {
            HPy_Close(ctx, item); /* closing the null handle does nothing */
            HPy_Close(ctx, found);
            return HPy_NULL;
        }
        HPy other = item;
        if (length > longest) {
            longest = length;
            other = found;
            found = item;
        }
        HPy_Close(ctx, other);
    }
    if (count < 0) {
        return HPy_NULL;
    }
    if (HPy_IsNull(found)) {
        return HPyErr_SetString(ctx, ctx->h_ValueError, "there is no item");
    }
    HPy name = HPy_GetAttr_s(ctx, found, "name");
    HPy_Close(ctx, found);
    return name;
}

#include "hpy.h"

HPyDef_METH(checksum, "checksum", HPyFunc_O, .doc = "The sum of all bytes, as one byte.")
static HPy checksum_impl(HPyContext *ctx, HPy self, HPy data)
{
    if (!HPyBytes_Check(ctx, data)) {
        return HPyErr_SetString(ctx, ctx->h_TypeError, "checksum() takes bytes");
    }
    const char *bytes = HPyBytes_AS_STRING(ctx, data);
    HPy_ssize_t size = HPyBytes_GET_SIZE(ctx, data);
    char sum = 0;
    for (HPy_ssize_t i = 0; i < size; i++) {
        sum = (char)(sum + bytes[i]);
    }
    return HPyBytes_FromStringAndSize(ctx, &sum, 1);
}

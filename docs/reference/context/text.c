#include "hpy.h"

HPyDef_METH(greet, "greet", HPyFunc_O, .doc = "A greeting, and its length in bytes of UTF-8.")
static HPy greet_impl(HPyContext *ctx, HPy self, HPy name)
{
    HPy_ssize_t size;
    /* Valid as long as the handle. */
    const char *text = HPyUnicode_AsUTF8AndSize(ctx, name, &size);
    if (text == NULL) {
        return HPy_NULL;
    }
    HPy greeting = HPyUnicode_FromFormat(ctx, "Hello, %s!", text);
    if (HPy_IsNull(greeting)) {
        return HPy_NULL;
    }
    HPy result = HPy_BuildValue(ctx, "(O,n)", greeting, size + 8);
    HPy_Close(ctx, greeting);
    return result;
}

#include "hpy.h"

HPyDef_METH(root, "root", HPyFunc_O, .doc = "`math.sqrt(x)`")
static HPy root_impl(HPyContext *ctx, HPy self, HPy x)
{
    HPy math = HPyImport_ImportModule(ctx, "math");
    if (HPy_IsNull(math)) {
        return HPy_NULL;
    }
    HPy sqrt = HPy_GetAttr_s(ctx, math, "sqrt");
    HPy_Close(ctx, math);
    if (HPy_IsNull(sqrt)) {
        return HPy_NULL;
    }
    HPy result = HPy_Call(ctx, sqrt, &x, 1, HPy_NULL);
    HPy_Close(ctx, sqrt);
    return result;
}

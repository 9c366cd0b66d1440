/* The CPython ABI: the context, which is one per shared object and holds constants. */
#include "cpython_runtime.h"

HPyContext _HPy_CPython_Context;

void _HPy_CPython_FillContext(void)
{
    HPyContext *ctx = &_HPy_CPython_Context;
    ctx->name = "HPy CPython ABI";
    ctx->abi_version = HPY_ABI_VERSION;
    ctx->h_Builtins = _py2h(PyEval_GetBuiltins());
#define FILL(member, object) ctx->member = _py2h(object);
    _HPY_CPYTHON_CONSTANTS(FILL)
#undef FILL
}

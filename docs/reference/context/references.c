#include "hpy.h"

/* For the module: listed in `globals` of its HPyModuleDef. */
static HPyGlobal last;

/* For an instance: shown to the garbage collector by the slot HPy_tp_traverse. */
typedef struct {
    HPyField callback;
} Button;
HPyType_HELPERS(Button)

HPyDef_SLOT(Button_traverse, HPy_tp_traverse)
static int Button_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Button *)self)->callback);
    return 0;
}

HPyDef_METH(Button_bind, "bind", HPyFunc_O)
static HPy Button_bind_impl(HPyContext *ctx, HPy self, HPy callback)
{
    HPyField_Store(ctx, self, &Button_AsStruct(ctx, self)->callback, callback);
    HPyGlobal_Store(ctx, &last, callback);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(Button_click, "click", HPyFunc_NOARGS)
static HPy Button_click_impl(HPyContext *ctx, HPy self)
{
    Button *button = Button_AsStruct(ctx, self);
    if (HPyField_IsNull(button->callback)) {
        return HPy_Dup(ctx, ctx->h_None);
    }
    HPy callback = HPyField_Load(ctx, self, button->callback);
    HPy result = HPy_Call(ctx, callback, NULL, 0, HPy_NULL);
    HPy_Close(ctx, callback);
    return result;
}

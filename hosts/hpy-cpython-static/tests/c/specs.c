/* Types from specifications that specs.py makes up, and modules whose definition the environment
 * variable HPY_SPECS_MODULE spoils. */
#include "hpy.h"

#include <stdlib.h>
#include <string.h>

/* ---- functions that a specification can have ---- */

HPyDef_SLOT(repr_, HPy_tp_repr)
static HPy repr__impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyUnicode_FromString(ctx, "odd");
}

HPyDef_SLOT(hash_, HPy_tp_hash)
static HPy_hash_t hash__impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return 7;
}

HPyDef_SLOT(length_, HPy_sq_length)
static HPy_ssize_t length__impl(HPyContext *ctx, HPy self)
{
    (void)ctx, (void)self;
    return 3;
}

HPyDef_SLOT(call_, HPy_tp_call)
static HPy call__impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)self, (void)args, (void)kwnames;
    return HPyLong_FromSize_t(ctx, nargs);
}

HPyDef_SLOT(new_, HPy_tp_new)
static HPy new__impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    void *data;
    (void)args, (void)nargs, (void)kw;
    return _HPy_New(ctx, type, &data);
}

HPyDef_SLOT(destroy_, HPy_tp_destroy)
static void destroy__impl(void *data)
{
    (void)data;
}

HPyDef_SLOT(traverse_, HPy_tp_traverse)
static int traverse__impl(void *data, HPyFunc_visitproc visit, void *arg)
{
    (void)data, (void)visit, (void)arg;
    return 0;
}

HPyDef_METH(method_, "method", HPyFunc_NOARGS)
static HPy method__impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_GETSET(getset_, "getset")
static HPy getset__get(HPyContext *ctx, HPy self, void *closure)
{
    (void)self, (void)closure;
    return HPy_Dup(ctx, ctx->h_None);
}
static int getset__set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)ctx, (void)self, (void)value, (void)closure;
    return 0;
}

static HPyDef *const slots[] = { &repr_, &hash_, &length_, &call_, &new_, &destroy_, &traverse_ };

/* ---- reading what Python passes; an error is left set ---- */

/* Specifications and names are never freed: a type may go on using them. */
static void *keep(size_t count, size_t size)
{
    return calloc(count, size);
}

static long number(HPyContext *ctx, HPy row, HPy_ssize_t i)
{
    HPy item = HPy_GetItem_i(ctx, row, i);
    const long value = HPy_IsNull(item) ? -1 : HPyLong_AsLong(ctx, item);
    HPy_Close(ctx, item);
    return value;
}

/* A copy of a str, or NULL for None. */
static char *text(HPyContext *ctx, HPy row, HPy_ssize_t i)
{
    HPy item = HPy_GetItem_i(ctx, row, i);
    char *copy = NULL;
    if (!HPy_IsNull(item) && !HPy_Is(ctx, item, ctx->h_None)) {
        HPy_ssize_t size = 0;
        const char *utf8 = HPyUnicode_AsUTF8AndSize(ctx, item, &size);
        if (utf8 != NULL && (copy = (char *)keep((size_t)size + 1, 1)) != NULL)
            memcpy(copy, utf8, (size_t)size);
    }
    HPy_Close(ctx, item);
    return copy;
}

/* A definition from (kind, name, number, offset, has_function). */
static HPyDef *definition(HPyContext *ctx, HPy row)
{
    HPyDef *d = (HPyDef *)keep(1, sizeof(*d));
    const long kind = number(ctx, row, 0), what = number(ctx, row, 2);
    const bool has_function = number(ctx, row, 4) != 0;
    char *name = text(ctx, row, 1);
    switch (kind) {
    case 0: /* A slot of the list above. */
        *d = *slots[(size_t)what % (sizeof(slots) / sizeof(*slots))];
        break;
    case HPyDef_Kind_Slot:
        *d = repr_;
        d->slot.slot = (HPySlot_Slot)what;
        break;
    case HPyDef_Kind_Meth:
        *d = method_;
        d->meth.name = name;
        d->meth.signature = (HPyFunc_Signature)what;
        if (!has_function)
            d->meth.cpy_trampoline = NULL;
        return d;
    case HPyDef_Kind_Member:
        d->kind = HPyDef_Kind_Member;
        d->member.name = name;
        d->member.type = (HPyMember_FieldType)what;
        d->member.offset = number(ctx, row, 3);
        d->member.readonly = has_function;
        return d;
    case HPyDef_Kind_GetSet:
        *d = getset_;
        d->getset.name = name;
        if (!has_function)
            d->getset.setter_cpy_trampoline = NULL;
        return d;
    default:
        d->kind = (HPyDef_Kind)kind;
        return d;
    }
    if (!has_function) {
        d->slot.impl = NULL;
        d->slot.cpy_trampoline = NULL;
    }
    return d;
}

/* The parameters from a list of (kind, object), where None stands for a null handle. */
static HPyType_SpecParam *parameters(HPyContext *ctx, HPy rows)
{
    const HPy_ssize_t count = HPy_Length(ctx, rows);
    HPyType_SpecParam *params = (HPyType_SpecParam *)keep((size_t)count + 1, sizeof(*params));
    HPy_ssize_t i;
    for (i = 0; i < count; i++) {
        HPy row = HPy_GetItem_i(ctx, rows, i);
        HPy object = HPy_GetItem_i(ctx, row, 1);
        params[i].kind = (HPyType_SpecParam_Kind)number(ctx, row, 0);
        if (HPy_Is(ctx, object, ctx->h_None))
            HPy_Close(ctx, object);
        else
            params[i].object = object;
        HPy_Close(ctx, row);
    }
    return params;
}

HPyDef_METH(make, "make", HPyFunc_O,
            .doc = "A type from (name, doc, basicsize, itemsize, flags, shape, defines, params).")
static HPy make_impl(HPyContext *ctx, HPy self, HPy row)
{
    HPyType_Spec *spec = (HPyType_Spec *)keep(1, sizeof(*spec));
    HPy defines = HPy_GetItem_i(ctx, row, 6), params = HPy_GetItem_i(ctx, row, 7);
    const HPy_ssize_t count = HPy_Length(ctx, defines);
    HPyType_SpecParam *parameter = parameters(ctx, params), *p;
    HPy type = HPy_NULL;
    HPy_ssize_t i;
    (void)self;
    spec->name = text(ctx, row, 0);
    spec->doc = text(ctx, row, 1);
    spec->basicsize = (int)number(ctx, row, 2);
    spec->itemsize = (int)number(ctx, row, 3);
    spec->flags = (unsigned long)number(ctx, row, 4);
    spec->builtin_shape = (HPyType_BuiltinShape)number(ctx, row, 5);
    spec->defines = (HPyDef **)keep((size_t)count + 1, sizeof(HPyDef *));
    for (i = 0; i < count; i++) {
        HPy item = HPy_GetItem_i(ctx, defines, i);
        spec->defines[i] = definition(ctx, item);
        HPy_Close(ctx, item);
    }
    if (!HPyErr_Occurred(ctx))
        type = HPyType_FromSpec(ctx, spec, parameter);
    for (p = parameter; p->kind != 0; p++)
        HPy_Close(ctx, p->object);
    HPy_Close(ctx, defines);
    HPy_Close(ctx, params);
    return type;
}

/* ---- the module ---- */

HPyDef_SLOT(fill, HPy_mod_exec)
static int fill_impl(HPyContext *ctx, HPy module)
{
    (void)ctx, (void)module;
    return 0;
}

static HPyDef odd;
static HPyDef *defines[] = { &make, &odd, NULL };

static HPyModuleDef moduledef = {
    .doc = "Types from odd specifications.",
    .size = 0,
    .legacy_methods = NULL,
    .defines = defines,
    .globals = NULL,
};

/* Before anybody asks for the definition. */
__attribute__((constructor)) static void spoil(void)
{
    const char *how = getenv("HPY_SPECS_MODULE");
    odd = fill;
    if (how == NULL)
        return;
    switch (*how) {
    case 's': moduledef.size = -1; break;
    case 'u': odd.slot.slot = HPy_tp_repr; break;
    case 'e': odd.slot.cpy_trampoline = NULL; break;
    case 'n': odd = method_, odd.meth.name = NULL; break;
    case 'f': odd = method_, odd.meth.cpy_trampoline = NULL; break;
    case 'g': odd = method_, odd.meth.signature = HPyFunc_TRAVERSEPROC; break;
    case 'c': odd.slot.slot = HPy_mod_create; break;
    case 'k': odd.kind = (HPyDef_Kind)77; break;
    }
}

HPy_MODINIT(specs, moduledef)

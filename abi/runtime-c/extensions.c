/* Extensions of ours that concern the host: see hpy/extensions.h. Those that are objects of Python
 * are in extension_objects.c.
 */
#include "hpy/extensions.h"

#ifdef HPY_ABI_CPYTHON

const HPyX_Extensions *HPyX_Get(HPyContext *ctx)
{
    (void)ctx;
    return NULL;
}

#else

const HPyX_Extensions *HPyX_Get(HPyContext *ctx)
{
    return _HPy_Extensions(ctx);
}

#endif

/* ---- the exception that is set ---- */

#ifdef HPY_ABI_CPYTHON

HPy HPyX_Err_Fetch(HPyContext *ctx)
{
    (void)ctx;
#if PY_VERSION_HEX >= 0x030c0000
    return _py2h(PyErr_GetRaisedException());
#else
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL)
        return HPy_NULL;
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL && value != NULL)
        PyException_SetTraceback(value, traceback);
    Py_DECREF(type);
    Py_XDECREF(traceback);
    return _py2h(value);
#endif
}

void HPyX_Err_Restore(HPyContext *ctx, HPy exception)
{
    PyObject *value = _h2py(HPy_Dup(ctx, exception));
#if PY_VERSION_HEX >= 0x030c0000
    PyErr_SetRaisedException(value);
#else
    PyObject *type = (PyObject *)Py_TYPE(value);
    Py_INCREF(type);
    PyErr_Restore(type, value, PyException_GetTraceback(value));
#endif
}

#else

HPy HPyX_Err_Fetch(HPyContext *ctx)
{
    const HPyX_Extensions *ours = HPyX_Get(ctx);
    return ours != NULL ? ours->err_fetch(ctx) : HPy_NULL;
}

void HPyX_Err_Restore(HPyContext *ctx, HPy exception)
{
    const HPyX_Extensions *ours = HPyX_Get(ctx);
    HPy type;
    if (ours != NULL) {
        ours->err_restore(ctx, exception);
        return;
    }
    type = HPy_Type(ctx, exception);
    HPyErr_SetObject(ctx, type, exception);
    HPy_Close(ctx, type);
}

#endif

/* ---- iteration ---- */

HPy HPyX_NextOrStop(HPyContext *ctx, HPy item)
{
    if (HPy_IsNull(item) && !HPyErr_Occurred(ctx))
        HPyErr_SetObject(ctx, ctx->h_StopIteration, ctx->h_None);
    return item;
}

static bool is_iteration_slot(const HPyDef *def)
{
    return def->kind == HPyDef_Kind_Slot
        && (def->slot.slot == HPy_tp_iter || def->slot.slot == HPy_tp_iternext);
}

/* Whether a definition is the method that HPyX_DEF_ITER or HPyX_DEF_ITERNEXT makes beside a slot,
   which HPyX_DEFS puts behind it. */
static bool is_iteration_method(HPyDef *const *defines, size_t i)
{
    return i > 0 && is_iteration_slot(defines[i - 1]) && defines[i]->kind == HPyDef_Kind_Meth
        && (strcmp(defines[i]->meth.name, "__iter__") == 0
            || strcmp(defines[i]->meth.name, "__next__") == 0);
}

/* Makes the type with iteration as slots only, or as methods only. */
static HPy type_of(HPyContext *ctx, const HPyType_Spec *spec, HPyType_SpecParam *params, bool slots)
{
    HPyType_Spec filtered = *spec;
    size_t count = 0, kept = 0, i;
    HPy type;
    while (spec->defines[count] != NULL)
        count++;
    filtered.defines = (HPyDef **)calloc(count + 1, sizeof(HPyDef *));
    if (filtered.defines == NULL)
        return HPyErr_NoMemory(ctx);
    for (i = 0; i < count; i++) {
        if (slots ? !is_iteration_method(spec->defines, i) : !is_iteration_slot(spec->defines[i]))
            filtered.defines[kept++] = spec->defines[i];
    }
    type = HPyType_FromSpec(ctx, &filtered, params);
    free(filtered.defines);
    return type;
}

HPy HPyX_Type_FromSpec(HPyContext *ctx, HPyType_Spec *spec, HPyType_SpecParam *params)
{
    HPy type;
    if (spec->defines == NULL)
        return HPyType_FromSpec(ctx, spec, params);
    type = type_of(ctx, spec, params, true);
#ifndef HPY_ABI_CPYTHON
    /* Hosts over a C API take the slots, ours or not, and need them: there a method alone does not
       make a type iterable. A host that refuses them gets methods; if that was not the reason, the
       second attempt fails like the first. */
    if (HPy_IsNull(type) && HPyX_Get(ctx) == NULL) {
        HPyErr_Clear(ctx);
        type = type_of(ctx, spec, params, false);
    }
#endif
    return type;
}

/* ---- memory of other objects ---- */

#ifdef HPY_ABI_CPYTHON

/* An exporter may let the view point into itself, so the one it fills stays where it is. */
int HPyX_GetBuffer(HPyContext *ctx, HPy object, HPy_buffer *view, int flags)
{
    Py_buffer *filled = (Py_buffer *)malloc(sizeof(Py_buffer));
    memset(view, 0, sizeof(*view));
    if (filled == NULL) {
        HPyErr_NoMemory(ctx);
        return -1;
    }
    if (PyObject_GetBuffer(_h2py(object), filled, flags) < 0) {
        free(filled);
        return -1;
    }
    view->buf = filled->buf;
    view->obj = _py2h(filled->obj);
    view->len = filled->len;
    view->itemsize = filled->itemsize;
    view->readonly = filled->readonly;
    view->ndim = filled->ndim;
    view->format = filled->format;
    view->shape = filled->shape;
    view->strides = filled->strides;
    view->suboffsets = filled->suboffsets;
    view->internal = filled;
    return 0;
}

void HPyX_ReleaseBuffer(HPyContext *ctx, HPy_buffer *view)
{
    Py_buffer *filled = (Py_buffer *)view->internal;
    (void)ctx;
    if (filled == NULL)
        return;
    view->internal = NULL;
    view->obj = HPy_NULL;
    PyBuffer_Release(filled);
    free(filled);
}

#else

/* What a copy needs beside its bytes, in one piece of memory: extents, strides, and the format. */
typedef struct {
    HPy_ssize_t *shape, *strides;
    char *format;
} Copied;

/* An attribute that is an integer; -1 with an exception set on failure. */
static HPy_ssize_t size_attribute(HPyContext *ctx, HPy object, const char *name)
{
    HPy_ssize_t value;
    HPy h = HPy_GetAttr_s(ctx, object, name);
    if (HPy_IsNull(h))
        return -1;
    value = HPyLong_AsSsize_t(ctx, h);
    HPy_Close(ctx, h);
    return value;
}

/* Reads the shape of a memoryview into `copied`, and makes the strides of C order of it. */
static int read_shape(HPyContext *ctx, HPy memory, const HPy_buffer *view, Copied *copied)
{
    HPy_ssize_t stride = view->itemsize, i;
    HPy shape = HPy_GetAttr_s(ctx, memory, "shape");
    if (HPy_IsNull(shape))
        return -1;
    for (i = 0; i < view->ndim; i++) {
        HPy extent = HPy_GetItem_i(ctx, shape, i);
        copied->shape[i] = HPy_IsNull(extent) ? -1 : HPyLong_AsSsize_t(ctx, extent);
        HPy_Close(ctx, extent);
        if (copied->shape[i] < 0) {
            HPy_Close(ctx, shape);
            return -1;
        }
    }
    HPy_Close(ctx, shape);
    for (i = view->ndim; i-- > 0; stride *= copied->shape[i])
        copied->strides[i] = stride;
    return 0;
}

/* Fills what depends on the shape and format of a memoryview. */
static int describe_copy(HPyContext *ctx, HPy memory, HPy_buffer *view, int flags)
{
    Copied *copied;
    HPy_ssize_t length, ndim = size_attribute(ctx, memory, "ndim");
    HPy format = ndim < 0 ? HPy_NULL : HPy_GetAttr_s(ctx, memory, "format");
    const char *text =
        HPy_IsNull(format) ? NULL : HPyUnicode_AsUTF8AndSize(ctx, format, &length);
    view->itemsize = text == NULL ? -1 : size_attribute(ctx, memory, "itemsize");
    if (view->itemsize < 0) {
        HPy_Close(ctx, format);
        return -1;
    }
    view->internal = calloc(1, sizeof(Copied) + 2 * (size_t)ndim * sizeof(HPy_ssize_t)
                                   + (size_t)length + 1);
    if (view->internal == NULL) {
        HPy_Close(ctx, format);
        HPyErr_NoMemory(ctx);
        return -1;
    }
    copied = (Copied *)view->internal;
    copied->shape = (HPy_ssize_t *)(copied + 1);
    copied->strides = copied->shape + ndim;
    copied->format = (char *)(copied->strides + ndim);
    memcpy(copied->format, text, (size_t)length);
    HPy_Close(ctx, format);
    view->ndim = (int)ndim;
    if (read_shape(ctx, memory, view, copied) < 0)
        return -1;
    view->format = flags & HPyX_BUF_FORMAT ? copied->format : NULL;
    view->shape = flags & HPyX_BUF_ND ? copied->shape : NULL;
    view->strides = (flags & HPyX_BUF_STRIDES) == HPyX_BUF_STRIDES ? copied->strides : NULL;
    if (!(flags & HPyX_BUF_ND))
        view->ndim = 1;
    return 0;
}

/* `memoryview(object)`, and `view->obj` its contents as `bytes`. */
static HPy copy_bytes(HPyContext *ctx, HPy object, HPy_buffer *view)
{
    HPy method, memory = HPy_NULL, type = HPy_GetItem_s(ctx, ctx->h_Builtins, "memoryview");
    if (!HPy_IsNull(type))
        memory = HPy_Call(ctx, type, &object, 1, HPy_NULL);
    HPy_Close(ctx, type);
    if (HPy_IsNull(memory))
        return HPy_NULL;
    method = HPy_GetAttr_s(ctx, memory, "tobytes");
    if (!HPy_IsNull(method))
        view->obj = HPy_Call(ctx, method, NULL, 0, HPy_NULL);
    HPy_Close(ctx, method);
    return memory;
}

/* A copy of what the object exports, on a host that cannot lend memory. */
static int copy_buffer(HPyContext *ctx, HPy object, HPy_buffer *view, int flags)
{
    HPy memory;
    int failed;
    if (flags & HPyX_BUF_WRITABLE) {
        HPyErr_SetString(ctx, ctx->h_BufferError,
                         "this interpreter's own HPy lends memory to read only");
        return -1;
    }
    memory = copy_bytes(ctx, object, view);
    if (HPy_IsNull(memory))
        return -1;
    failed = HPy_IsNull(view->obj) || describe_copy(ctx, memory, view, flags) < 0;
    HPy_Close(ctx, memory);
    if (failed) {
        free(view->internal);
        HPy_Close(ctx, view->obj);
        memset(view, 0, sizeof(*view));
        return -1;
    }
    view->buf = (void *)HPyBytes_AsString(ctx, view->obj);
    view->len = HPyBytes_Size(ctx, view->obj);
    view->readonly = 1;
    /* A dimension that varies fastest in front is the same order only if there is no other. */
    if ((flags & HPyX_BUF_F_CONTIGUOUS) == HPyX_BUF_F_CONTIGUOUS && view->ndim > 1) {
        HPyX_ReleaseBuffer(ctx, view);
        HPyErr_SetString(ctx, ctx->h_BufferError, "a copy has the order of C");
        return -1;
    }
    return 0;
}

int HPyX_GetBuffer(HPyContext *ctx, HPy object, HPy_buffer *view, int flags)
{
    const HPyX_Extensions *ours = HPyX_Get(ctx);
    memset(view, 0, sizeof(*view));
    if (ours != NULL && ours->get_buffer != NULL)
        return ours->get_buffer(ctx, object, view, flags);
    return copy_buffer(ctx, object, view, flags);
}

void HPyX_ReleaseBuffer(HPyContext *ctx, HPy_buffer *view)
{
    const HPyX_Extensions *ours = HPyX_Get(ctx);
    if (view->internal == NULL)
        return;
    if (ours != NULL && ours->release_buffer != NULL) {
        ours->release_buffer(ctx, view);
        return;
    }
    free(view->internal);
    HPy_Close(ctx, view->obj);
    view->internal = NULL;
    view->obj = HPy_NULL;
}

#endif

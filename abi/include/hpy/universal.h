/* Calls of the universal ABI that are more than a call through the context. */
#ifndef HPY_UNIVERSAL_H
#define HPY_UNIVERSAL_H

HPyAPI_FUNC HPy _HPy_New(HPyContext *ctx, HPy h_type, void **data)
{
    /* The host writes into a variable of ours, so that the author's pointer never escapes and the
       compiler may keep it in a register. It is copied as bytes, because it is no void * but a
       pointer to some struct. */
    void *made = NULL;
    HPy h = ctx->ctx_New(ctx, h_type, &made);
    memcpy(data, &made, sizeof(made));
    return h;
}

/** Ends the process with a message. */
HPyAPI_FUNC _HPy_NO_RETURN void HPy_FatalError(HPyContext *ctx, const char *message)
{
    ctx->ctx_FatalError(ctx, message);
    /* Never reached; the type of the member cannot say that it does not return. */
    abort();
}

/** A new reference to the object behind a handle. */
HPyAPI_FUNC cpy_PyObject *HPy_AsPyObject(HPyContext *ctx, HPy h)
{
    return ctx->ctx_AsPyObject(ctx, h);
}

/** A handle to an object; the reference stays the caller's. */
HPyAPI_FUNC HPy HPy_FromPyObject(HPyContext *ctx, cpy_PyObject *obj)
{
    return ctx->ctx_FromPyObject(ctx, obj);
}

/** What a capsule has for a key; the name is only for HPyCapsule_key_Pointer. */
HPyAPI_FUNC void *HPyCapsule_Get(HPyContext *ctx, HPy capsule, _HPyCapsule_key key,
                                 const char *utf8_name)
{
    return ctx->ctx_Capsule_Get(ctx, capsule, key, utf8_name);
}

/** Replaces what a capsule has for a key. */
HPyAPI_FUNC int HPyCapsule_Set(HPyContext *ctx, HPy capsule, _HPyCapsule_key key, void *value)
{
    return ctx->ctx_Capsule_Set(ctx, capsule, key, value);
}

/** The pointer of a capsule with this name; NULL with an exception set for any other object. */
HPyAPI_FUNC void *HPyCapsule_GetPointer(HPyContext *ctx, HPy capsule, const char *utf8_name)
{
    return HPyCapsule_Get(ctx, capsule, HPyCapsule_key_Pointer, utf8_name);
}

/** The name of a capsule, which may be NULL without an error. */
HPyAPI_FUNC const char *HPyCapsule_GetName(HPyContext *ctx, HPy capsule)
{
    return (const char *)HPyCapsule_Get(ctx, capsule, HPyCapsule_key_Name, NULL);
}

/** The context of a capsule, which may be NULL without an error. */
HPyAPI_FUNC void *HPyCapsule_GetContext(HPyContext *ctx, HPy capsule)
{
    return HPyCapsule_Get(ctx, capsule, HPyCapsule_key_Context, NULL);
}

/** Replaces the pointer of a capsule, by one that is not NULL. */
HPyAPI_FUNC int HPyCapsule_SetPointer(HPyContext *ctx, HPy capsule, void *pointer)
{
    return HPyCapsule_Set(ctx, capsule, HPyCapsule_key_Pointer, pointer);
}

/** Replaces the name of a capsule; the string must outlive it. */
HPyAPI_FUNC int HPyCapsule_SetName(HPyContext *ctx, HPy capsule, const char *utf8_name)
{
    return HPyCapsule_Set(ctx, capsule, HPyCapsule_key_Name, (void *)utf8_name);
}

/** Replaces the context of a capsule. */
HPyAPI_FUNC int HPyCapsule_SetContext(HPyContext *ctx, HPy capsule, void *context)
{
    return HPyCapsule_Set(ctx, capsule, HPyCapsule_key_Context, context);
}

/** Replaces the destructor of a capsule; NULL takes it away. */
HPyAPI_FUNC int HPyCapsule_SetDestructor(HPyContext *ctx, HPy capsule,
                                         HPyCapsule_Destructor *destructor)
{
    return HPyCapsule_Set(ctx, capsule, HPyCapsule_key_Destructor, (void *)destructor);
}

#endif

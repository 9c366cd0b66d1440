/* Functions that are made of others and short enough to be inlined. */
#ifndef HPY_INLINE_HELPERS_H
#define HPY_INLINE_HELPERS_H

/** Raises `h_type` from errno. */
HPyAPI_INLINE_HELPER HPy HPyErr_SetFromErrno(HPyContext *ctx, HPy h_type)
{
    return HPyErr_SetFromErrnoWithFilenameObjects(ctx, h_type, HPy_NULL, HPy_NULL);
}

/** Raises `h_type` from errno, about a file whose name may be null. */
HPyAPI_INLINE_HELPER HPy
HPyErr_SetFromErrnoWithFilenameObject(HPyContext *ctx, HPy h_type, HPy filename)
{
    return HPyErr_SetFromErrnoWithFilenameObjects(ctx, h_type, filename, HPy_NULL);
}

/** A tuple of the `n` handles that follow; they stay the caller's. */
HPyAPI_INLINE_HELPER HPy HPyTuple_Pack(HPyContext *ctx, HPy_ssize_t n, ...)
{
    va_list items;
    HPy_ssize_t i;
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, n);
    va_start(items, n);
    for (i = 0; i < n; i++)
        HPyTupleBuilder_Set(ctx, builder, i, va_arg(items, HPy));
    va_end(items);
    return HPyTupleBuilder_Build(ctx, builder);
}

/** `del obj.name`: 0, or -1 with an exception set. */
HPyAPI_INLINE_HELPER int HPy_DelAttr(HPyContext *ctx, HPy obj, HPy name)
{
    return HPy_SetAttr(ctx, obj, name, HPy_NULL);
}

/** `del obj.name`, with the name as UTF-8. */
HPyAPI_INLINE_HELPER int HPy_DelAttr_s(HPyContext *ctx, HPy obj, const char *utf8_name)
{
    return HPy_SetAttr_s(ctx, obj, utf8_name, HPy_NULL);
}

/* ---- the integers of C, whose size depends on the platform, by those of fixed size ---- */

/* Whether a type of C has at most 32 bits: else it has at most 64. */
#define _HPy_IS_32(TYPE) (sizeof(TYPE) <= sizeof(int32_t))

/** An `int`. */
HPyAPI_INLINE_HELPER HPy HPyLong_FromLong(HPyContext *ctx, long value)
{
    return _HPy_IS_32(long) ? HPyLong_FromInt32_t(ctx, (int32_t)value)
                            : HPyLong_FromInt64_t(ctx, (int64_t)value);
}

/** An `int`. */
HPyAPI_INLINE_HELPER HPy HPyLong_FromUnsignedLong(HPyContext *ctx, unsigned long value)
{
    return _HPy_IS_32(unsigned long) ? HPyLong_FromUInt32_t(ctx, (uint32_t)value)
                                     : HPyLong_FromUInt64_t(ctx, (uint64_t)value);
}

/** An `int`. */
HPyAPI_INLINE_HELPER HPy HPyLong_FromLongLong(HPyContext *ctx, long long value)
{
    return HPyLong_FromInt64_t(ctx, (int64_t)value);
}

/** An `int`. */
HPyAPI_INLINE_HELPER HPy HPyLong_FromUnsignedLongLong(HPyContext *ctx, unsigned long long value)
{
    return HPyLong_FromUInt64_t(ctx, (uint64_t)value);
}

/* Readers give -1 (all bits set) with an exception set on failure. The signed ones and the masks
   take any object with `__index__`; the masks drop what does not fit. */

/** Reads an `int`; OverflowError if it does not fit. */
HPyAPI_INLINE_HELPER long HPyLong_AsLong(HPyContext *ctx, HPy h)
{
    return _HPy_IS_32(long) ? (long)HPyLong_AsInt32_t(ctx, h) : (long)HPyLong_AsInt64_t(ctx, h);
}

/** Reads an `int`; OverflowError if it does not fit or is negative. */
HPyAPI_INLINE_HELPER unsigned long HPyLong_AsUnsignedLong(HPyContext *ctx, HPy h)
{
    return _HPy_IS_32(unsigned long) ? (unsigned long)HPyLong_AsUInt32_t(ctx, h)
                                     : (unsigned long)HPyLong_AsUInt64_t(ctx, h);
}

/** The low bits of an `int`. */
HPyAPI_INLINE_HELPER unsigned long HPyLong_AsUnsignedLongMask(HPyContext *ctx, HPy h)
{
    return _HPy_IS_32(unsigned long) ? (unsigned long)HPyLong_AsUInt32_tMask(ctx, h)
                                     : (unsigned long)HPyLong_AsUInt64_tMask(ctx, h);
}

/** Reads an `int`; OverflowError if it does not fit. */
HPyAPI_INLINE_HELPER long long HPyLong_AsLongLong(HPyContext *ctx, HPy h)
{
    return (long long)HPyLong_AsInt64_t(ctx, h);
}

/** Reads an `int`; OverflowError if it does not fit or is negative. */
HPyAPI_INLINE_HELPER unsigned long long HPyLong_AsUnsignedLongLong(HPyContext *ctx, HPy h)
{
    return (unsigned long long)HPyLong_AsUInt64_t(ctx, h);
}

/** The low bits of an `int`. */
HPyAPI_INLINE_HELPER unsigned long long HPyLong_AsUnsignedLongLongMask(HPyContext *ctx, HPy h)
{
    return (unsigned long long)HPyLong_AsUInt64_tMask(ctx, h);
}

/** True or False. */
HPyAPI_INLINE_HELPER HPy HPyBool_FromLong(HPyContext *ctx, long value)
{
    return HPyBool_FromBool(ctx, value != 0);
}

/* ---- slices ---- */

/* An end of a slice within a sequence: counted from the end if it is negative, and no further out
   than the first or last place that the direction can reach. */
HPyAPI_INLINE_HELPER HPy_ssize_t
_HPySlice_Clip(HPy_ssize_t index, HPy_ssize_t length, HPy_ssize_t step)
{
    const HPy_ssize_t lowest = step < 0 ? -1 : 0;
    const HPy_ssize_t highest = step < 0 ? length - 1 : length;
    if (index < 0) {
        index += length;
        return index < 0 ? lowest : index;
    }
    return index >= length ? highest : index;
}

/**
 * Fits a slice to a sequence of `length` items, and gives the number of items that it selects.
 * Cannot fail; the step is not 0.
 */
HPyAPI_INLINE_HELPER HPy_ssize_t
HPySlice_AdjustIndices(HPyContext *_HPy_UNUSED_ARG(ctx), HPy_ssize_t length, HPy_ssize_t *start,
                       HPy_ssize_t *stop, HPy_ssize_t step)
{
    assert(step != 0);
    assert(step >= -HPY_SSIZE_T_MAX);
    *start = _HPySlice_Clip(*start, length, step);
    *stop = _HPySlice_Clip(*stop, length, step);
    if (step < 0)
        return *stop < *start ? (*start - *stop - 1) / -step + 1 : 0;
    return *start < *stop ? (*stop - *start - 1) / step + 1 : 0;
}

/* ---- methods ---- */

/** `receiver.name(*args, **kw)`; `kw` may be null. */
HPyAPI_INLINE_HELPER HPy
HPy_CallMethodTupleDict(HPyContext *ctx, HPy name, HPy receiver, HPy args, HPy kw)
{
    HPy result, method = HPy_GetAttr(ctx, receiver, name);
    if (HPy_IsNull(method))
        return HPy_NULL;
    result = HPy_CallTupleDict(ctx, method, args, kw);
    HPy_Close(ctx, method);
    return result;
}

/** The same with the name as UTF-8. */
HPyAPI_INLINE_HELPER HPy
HPy_CallMethodTupleDict_s(HPyContext *ctx, const char *utf8_name, HPy receiver, HPy args, HPy kw)
{
    HPy result, method = HPy_GetAttr_s(ctx, receiver, utf8_name);
    if (HPy_IsNull(method))
        return HPy_NULL;
    result = HPy_CallTupleDict(ctx, method, args, kw);
    HPy_Close(ctx, method);
    return result;
}

#endif

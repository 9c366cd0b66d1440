/* Short ways: what takes no call where the host says how things lie (see host.h).
 *
 * Each function here belongs to a member of the context, tries to do what it does, and says whether
 * it has; calls.h asks it first. The laws that all of them keep:
 *
 *   - The context must be the one whose handles are references: another one, such as that of debug
 *     mode, sees every call. `_HPy_host.can` tells, and whether the host says what is needed.
 *   - Only the plain case is done, of an object whose type is exactly the built-in one; everything
 *     else, and everything that can fail, is left to the host.
 */
#ifndef HPY_SHORT_WAYS_H
#define HPY_SHORT_WAYS_H

/* The facts of the host behind a context, if it is one of ours. */
HPyAPI_FUNC const HPyX_Extensions *_HPy_Extensions(HPyContext *ctx)
{
    const size_t length = strlen(ctx->name), mark = strlen(HPYX_MARK);
    const HPyX_Extensions *found;
    if (length < mark || strcmp(ctx->name + length - mark, HPYX_MARK) != 0)
        return NULL;
    found = (const HPyX_Extensions *)ctx->_private;
    return found->size >= sizeof(HPyX_Extensions) ? found : NULL;
}

/* Notes how an int is stored; whether that is known. */
HPyAPI_FUNC bool _HPy_LearnInts(uint32_t ints)
{
    const bool is_sized = ints == HPYX_INTS_SIGNED_SIZE;
    int64_t *sign = _HPy_host.ints.sign;
    /* Sized: the number of digits, with the sign of the number: -1, 0 or 1. Tagged: the number of
       digits above bit 3, and 1 minus the sign below. */
    sign[0] = is_sized ? 0 : 1;
    sign[1] = is_sized ? 1 : 0;
    sign[2] = is_sized ? 0 : -1;
    sign[3] = is_sized ? -1 : 0;
    _HPy_host.ints.more = is_sized ? 1 : 0;
    _HPy_host.ints.limit = is_sized ? 3 : 2 << 3;
    return is_sized || ints == HPYX_INTS_TAGGED;
}

/* Learns about the host; called with the context that the binary is given for good. */
HPyAPI_FUNC void _HPy_Attach(HPyContext *ctx)
{
    const HPyX_Extensions *found = _HPy_Extensions(ctx);
    HPyX_Inline at;
    bool types, items, builders;
    if (found == NULL || (found->flags & HPYX_PLAIN_HANDLES) == 0)
        return;
    at = found->inline_;
    types = at.type_offset == _HPy_TYPE_OFFSET;
    items = types && at.length_offset == _HPy_VALUE_OFFSET;
    builders = (found->flags & HPYX_PLAIN_BUILDERS) != 0 && at.counts != 0;
    _HPy_host.at = at;
    _HPy_host.ctx = ctx;
#define _HPy_CAN(WHAT, CONDITION) _HPy_host.can.WHAT = (CONDITION) ? ctx : NULL
    _HPy_CAN(counts_words, at.counts == HPYX_COUNTS_WORD);
    _HPy_CAN(counts_halves, at.counts == HPYX_COUNTS_IMMORTAL_HALF);
    _HPy_CAN(reads_types, types);
    _HPy_CAN(reads_structs, at.struct_offset != 0);
    _HPy_CAN(reads_floats, types && at.float_offset == _HPy_VALUE_OFFSET);
    _HPy_CAN(reads_ints, types && at.int_offset == _HPy_VALUE_OFFSET && _HPy_LearnInts(at.ints));
    _HPy_CAN(reads_texts, items && at.text_ascii != 0);
    _HPy_CAN(reads_lists, items && at.list_offset == _HPy_LIST_OFFSET);
    _HPy_CAN(reads_tuples, items && at.tuple_offset != 0);
    _HPy_CAN(fills_lists, builders && at.list_offset == _HPy_LIST_OFFSET);
    _HPy_CAN(fills_tuples, builders && at.tuple_offset != 0);
    _HPy_CAN(has_small_ints, found->small_ints != NULL);
    _HPy_host.small_ints = found->small_ints;
#undef _HPy_CAN
}

/* Whether an object is of exactly this type; the type must be known to be readable. */
HPyAPI_FUNC bool _HPy_IsExactly(HPy h, HPy type)
{
    return _HPy_LIKELY(_HPy_Word(h, _HPy_TYPE_OFFSET) == type._i);
}

/* ---- references ---- */

/* A second reference to an object; not null. */
HPyAPI_FUNC bool _HPy_CountUp(HPyContext *ctx, HPy h, HPy *result)
{
    _HPy_ASSUME(!HPy_IsNull(h));
    *result = h;
    if (_HPy_LIKELY(ctx == _HPy_host.can.counts_words)) {
        ++*(intptr_t *)h._i;
        return true;
    }
    if (ctx == _HPy_host.can.counts_halves) {
        /* An object whose count is negative is not counted. */
        uint32_t *count = (uint32_t *)h._i;
        *count += *count < 0x80000000u;
        return true;
    }
    return false;
}

HPyAPI_FUNC bool _HPy_short_Dup(HPyContext *ctx, HPy h, HPy *result)
{
    return !HPy_IsNull(h) && _HPy_CountUp(ctx, h, result);
}

/* The last reference is the host's to give up. */
HPyAPI_FUNC bool _HPy_short_Close(HPyContext *ctx, HPy h)
{
    if (HPy_IsNull(h))
        return false;
    if (_HPy_LIKELY(ctx == _HPy_host.can.counts_words)) {
        intptr_t *count = (intptr_t *)h._i;
        if (!_HPy_LIKELY(*count > 1))
            return false;
        --*count;
        return true;
    }
    if (ctx == _HPy_host.can.counts_halves) {
        int32_t *count = (int32_t *)h._i;
        if (*count > 1)
            --*count;
        else if (*count >= 0)
            return false;
        return true;
    }
    return false;
}

HPyAPI_FUNC bool _HPy_short_Global_Load(HPyContext *ctx, HPyGlobal global, HPy *result)
{
    return _HPy_short_Dup(ctx, _hconv(global._i), result);
}

/* ---- types ---- */

HPyAPI_FUNC bool _HPy_short_Is(HPyContext *ctx, HPy obj, HPy other, int *result)
{
    *result = obj._i == other._i;
    return _HPy_LIKELY(ctx == _HPy_host.ctx);
}

/* Only a yes is quick: for a no all bases have to be asked. */
HPyAPI_FUNC bool _HPy_short_TypeCheck(HPyContext *ctx, HPy obj, HPy type, int *result)
{
    *result = 1;
    return _HPy_LIKELY(ctx == _HPy_host.can.reads_types) && _HPy_IsExactly(obj, type);
}

#define _HPy_SHORT_CHECK(NAME)                                                          \
    HPyAPI_FUNC bool _HPy_short_##NAME##_Check(HPyContext *ctx, HPy h, int *result)     \
    {                                                                                   \
        return _HPy_short_TypeCheck(ctx, h, ctx->h_##NAME##Type, result);               \
    }

_HPy_SHORT_CHECK(Bytes)
_HPy_SHORT_CHECK(Dict)
_HPy_SHORT_CHECK(List)
_HPy_SHORT_CHECK(Tuple)
_HPy_SHORT_CHECK(Unicode)

HPyAPI_FUNC bool _HPy_short_AsStruct_Object(HPyContext *ctx, HPy h, void **result)
{
    *result = (char *)h._i + _HPy_host.at.struct_offset;
    return _HPy_LIKELY(ctx == _HPy_host.can.reads_structs);
}

/* ---- numbers ---- */

HPyAPI_FUNC bool _HPy_short_Float_AsDouble(HPyContext *ctx, HPy h, double *result)
{
    if (!_HPy_LIKELY(ctx == _HPy_host.can.reads_floats) || !_HPy_IsExactly(h, ctx->h_FloatType))
        return false;
    *result = _HPy_Double(h, _HPy_VALUE_OFFSET);
    return true;
}

/* An int of at most one digit. */
HPyAPI_FUNC bool _HPy_SmallInt(HPyContext *ctx, HPy h, int64_t *result)
{
    size_t word;
    if (!_HPy_LIKELY(ctx == _HPy_host.can.reads_ints) || !_HPy_IsExactly(h, ctx->h_LongType))
        return false;
    word = (size_t)_HPy_Word(h, _HPy_VALUE_OFFSET);
    *result = _HPy_host.ints.sign[word & 3] * (int64_t)_HPy_Digit(h, _HPy_DIGIT_OFFSET);
    return _HPy_LIKELY(word + _HPy_host.ints.more < _HPy_host.ints.limit);
}

#define _HPy_SHORT_INT(NAME, TYPE, CONDITION)                                           \
    HPyAPI_FUNC bool _HPy_short_Long_As##NAME(HPyContext *ctx, HPy h, TYPE *result)     \
    {                                                                                   \
        int64_t value;                                                                  \
        if (!_HPy_SmallInt(ctx, h, &value) || !(CONDITION))                             \
            return false;                                                               \
        *result = (TYPE)value;                                                          \
        return true;                                                                    \
    }

/* Numbers for which there is an object already. */
#define _HPy_SHORT_MAKE(NAME, TYPE, CONDITION)                                          \
    HPyAPI_FUNC bool _HPy_short_Long_From##NAME(HPyContext *ctx, TYPE value, HPy *result) \
    {                                                                                   \
        return (CONDITION) && ctx == _HPy_host.can.has_small_ints &&                    \
               _HPy_CountUp(                                                            \
                   ctx, _HPy_host.small_ints[(int)value - HPYX_SMALL_INT_MIN], result); \
    }

_HPy_SHORT_MAKE(Int32_t, int32_t, value >= HPYX_SMALL_INT_MIN && value <= HPYX_SMALL_INT_MAX)
_HPy_SHORT_MAKE(Int64_t, int64_t, value >= HPYX_SMALL_INT_MIN && value <= HPYX_SMALL_INT_MAX)
_HPy_SHORT_MAKE(Ssize_t, HPy_ssize_t, value >= HPYX_SMALL_INT_MIN && value <= HPYX_SMALL_INT_MAX)
_HPy_SHORT_MAKE(UInt32_t, uint32_t, value <= HPYX_SMALL_INT_MAX)
_HPy_SHORT_MAKE(UInt64_t, uint64_t, value <= HPYX_SMALL_INT_MAX)
_HPy_SHORT_MAKE(Size_t, size_t, value <= HPYX_SMALL_INT_MAX)

_HPy_SHORT_INT(Int32_t, int32_t, true)
_HPy_SHORT_INT(Int64_t, int64_t, true)
_HPy_SHORT_INT(Ssize_t, HPy_ssize_t, true)
_HPy_SHORT_INT(UInt32_tMask, uint32_t, true)
_HPy_SHORT_INT(UInt64_tMask, uint64_t, true)
_HPy_SHORT_INT(UInt32_t, uint32_t, value >= 0)
_HPy_SHORT_INT(UInt64_t, uint64_t, value >= 0)
_HPy_SHORT_INT(Size_t, size_t, value >= 0)
_HPy_SHORT_INT(Double, double, true)

/* ---- text ---- */

HPyAPI_FUNC bool _HPy_short_Unicode_AsUTF8AndSize(HPyContext *ctx, HPy h, HPy_ssize_t *size,
                                                  const char **result)
{
    const HPyX_Inline *at = &_HPy_host.at;
    if (ctx != _HPy_host.can.reads_texts || !_HPy_IsExactly(h, ctx->h_UnicodeType) ||
        (_HPy_Digit(h, at->text_state_offset) & at->text_ascii) != at->text_ascii)
        return false;
    if (size != NULL)
        *size = _HPy_Word(h, _HPy_VALUE_OFFSET);
    *result = (const char *)h._i + at->text_offset;
    return true;
}

/* ---- lists and tuples ---- */

/* The items of an object that is exactly a list or tuple. */
HPyAPI_FUNC bool _HPy_short_Items(HPyContext *ctx, HPy h, const HPy **items, HPy_ssize_t *count)
{
    if (_HPy_LIKELY(ctx == _HPy_host.can.reads_lists) && _HPy_IsExactly(h, ctx->h_ListType))
        *items = (const HPy *)_HPy_Word(h, _HPy_LIST_OFFSET);
    else if (ctx == _HPy_host.can.reads_tuples && _HPy_IsExactly(h, ctx->h_TupleType))
        *items = (const HPy *)(h._i + _HPy_host.at.tuple_offset);
    else
        return false;
    *count = _HPy_Word(h, _HPy_VALUE_OFFSET);
    return true;
}

HPyAPI_FUNC bool _HPy_short_Length(HPyContext *ctx, HPy h, HPy_ssize_t *result)
{
    const HPy *items;
    return _HPy_short_Items(ctx, h, &items, result);
}

HPyAPI_FUNC bool _HPy_short_GetItem_i(HPyContext *ctx, HPy obj, HPy_ssize_t idx, HPy *result)
{
    const HPy *items;
    HPy_ssize_t count;
    return _HPy_short_Items(ctx, obj, &items, &count) &&
           _HPy_LIKELY((size_t)idx < (size_t)count) &&
           _HPy_CountUp(ctx, items[idx], result);
}

/* Puts a second reference to an item into a place of a builder, if it is still empty. */
HPyAPI_FUNC bool _HPy_PutItem(HPyContext *ctx, HPy *place, HPy item)
{
    return HPy_IsNull(*place) && _HPy_CountUp(ctx, item, place);
}

HPyAPI_FUNC bool
_HPy_short_ListBuilder_Set(HPyContext *ctx, HPyListBuilder builder, HPy_ssize_t index, HPy h_item)
{
    HPy *items;
    if (ctx != _HPy_host.can.fills_lists || builder._lst == 0)
        return false;
    items = (HPy *)_HPy_Word(_hconv(builder._lst), _HPy_LIST_OFFSET);
    return _HPy_PutItem(ctx, &items[index], h_item);
}

HPyAPI_FUNC bool _HPy_short_TupleBuilder_Set(HPyContext *ctx, HPyTupleBuilder builder,
                                             HPy_ssize_t index, HPy h_item)
{
    if (ctx != _HPy_host.can.fills_tuples || builder._tup == 0)
        return false;
    return _HPy_PutItem(ctx, (HPy *)(builder._tup + _HPy_host.at.tuple_offset) + index, h_item);
}

#endif

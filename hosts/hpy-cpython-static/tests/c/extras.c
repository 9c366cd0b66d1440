/* The extensions of hpy/extensions.h, for extras.py: on the host as it is, and, where an argument
 * `foreign` says so, through a context that is not announced as one of ours. */
#include "hpy.h"
#include "hpy/extensions.h"

/* The same context under another name, if `foreign`. */
static HPyContext *as_seen(HPyContext *ctx, int foreign, HPyContext *copy)
{
    if (!foreign)
        return ctx;
    *copy = *ctx;
    copy->name = "HPy Universal ABI";
    return copy;
}

/* The argument and a flag behind it that says `foreign`; 0 on failure. */
static int object_and_flag(HPyContext *ctx, const HPy *args, size_t nargs, HPy *object, int *foreign)
{
    *foreign = 0;
    return HPyArg_Parse(ctx, NULL, args, nargs, "O|i", object, foreign);
}

HPyDef_METH(is_ours, "is_ours", HPyFunc_NOARGS, .doc = "Whether the host is ours.")
static HPy is_ours_impl(HPyContext *ctx, HPy self)
{
    const HPyX_Extensions *ours = HPyX_Get(ctx);
    (void)self;
    return HPyBool_FromBool(ctx, ours != NULL && (ours->flags & HPYX_OUR_SLOTS) != 0);
}

HPyDef_METH(caught, "caught", HPyFunc_VARARGS, .doc = "The exception that a call raises, or None.")
static HPy caught_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyContext copy;
    HPy function, result, exception;
    int foreign;
    (void)self;
    if (!object_and_flag(ctx, args, nargs, &function, &foreign))
        return HPy_NULL;
    result = HPy_Call(ctx, function, NULL, 0, HPy_NULL);
    HPy_Close(ctx, result);
    exception = HPyX_Err_Fetch(as_seen(ctx, foreign, &copy));
    if (!HPy_IsNull(exception))
        return HPyErr_Occurred(ctx) ? HPy_NULL : exception;
    /* An exception that could not be had is still there. */
    return HPyErr_Occurred(ctx) ? HPy_NULL : HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(throw_, "throw", HPyFunc_VARARGS, .doc = "Raises an exception instance.")
static HPy throw__impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyContext copy;
    HPy exception;
    int foreign;
    (void)self;
    if (!object_and_flag(ctx, args, nargs, &exception, &foreign))
        return HPy_NULL;
    HPyX_Err_Restore(as_seen(ctx, foreign, &copy), exception);
    return HPy_NULL;
}

typedef struct { long left; } Countdown;
HPyType_HELPERS(Countdown)

HPyDef_SLOT(Countdown_new, HPy_tp_new)
static HPy Countdown_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    Countdown *self;
    long left;
    HPy h;
    (void)kw;
    if (!HPyArg_Parse(ctx, NULL, args, (size_t)nargs, "l", &left))
        return HPy_NULL;
    h = HPy_New(ctx, type, &self);
    if (!HPy_IsNull(h))
        self->left = left;
    return h;
}

HPyX_DEF_ITER(Countdown_iter)
static HPy Countdown_iter_impl(HPyContext *ctx, HPy self)
{
    return HPy_Dup(ctx, self);
}

HPyX_DEF_ITERNEXT(Countdown_next)
static HPy Countdown_next_impl(HPyContext *ctx, HPy h)
{
    Countdown *self = Countdown_AsStruct(ctx, h);
    if (self->left < 0)
        return HPyErr_SetString(ctx, ctx->h_ValueError, "below zero");
    return self->left == 0 ? HPy_NULL : HPyLong_FromLong(ctx, self->left--);
}

static HPyDef *Countdown_defines[] = {
    &Countdown_new, HPyX_DEFS(Countdown_iter), HPyX_DEFS(Countdown_next), NULL
};
static HPyType_Spec Countdown_spec = {
    .name = "extras.Countdown",
    .basicsize = sizeof(Countdown),
    .itemsize = 0,
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Countdown),
    .legacy_slots = NULL,
    .defines = Countdown_defines,
    .doc = NULL,
};

#ifdef HPY_ABI_CPYTHON
static void refuse_slots(HPyContext *ctx) { (void)ctx; }
#else
static HPy (*make_type)(HPyContext *ctx, HPyType_Spec *spec, HPyType_SpecParam *params);

/* A host that knows the slots of HPy 0.9 and no others. */
static HPy make_strictly(HPyContext *ctx, HPyType_Spec *spec, HPyType_SpecParam *params)
{
    HPyDef **def;
    for (def = spec->defines; *def != NULL; def++) {
        const bool slot = (*def)->kind == HPyDef_Kind_Slot;
        if (slot && ((*def)->slot.slot == HPy_tp_iter || (*def)->slot.slot == HPy_tp_iternext))
            return HPyErr_SetString(ctx, ctx->h_NotImplementedError, "unknown slot");
    }
    return make_type(ctx, spec, params);
}

static void refuse_slots(HPyContext *ctx)
{
    make_type = ctx->ctx_Type_FromSpec;
    ctx->ctx_Type_FromSpec = make_strictly;
}
#endif

HPyDef_METH(countdown_type, "countdown_type", HPyFunc_VARARGS,
            .doc = "A type that iterates; if the argument is 2, on a host that refuses the slots.")
static HPy countdown_type_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyContext copy;
    int foreign = 0;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "|i", &foreign))
        return HPy_NULL;
    ctx = as_seen(ctx, foreign, &copy);
    if (foreign == 2)
        refuse_slots(ctx);
    return HPyX_Type_FromSpec(ctx, &Countdown_spec, NULL);
}

HPyDef_METH(sets, "sets", HPyFunc_VARARGS, .doc = "A set and a frozenset of an iterable.")
static HPy sets_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy iterable, set, frozen, both = HPy_NULL;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "O", &iterable))
        return HPy_NULL;
    set = HPyX_Set_New(ctx, iterable);
    frozen = HPy_IsNull(set) ? HPy_NULL : HPyX_FrozenSet_New(ctx, iterable);
    if (!HPy_IsNull(frozen))
        both = HPyTuple_Pack(ctx, 2, set, frozen);
    HPy_Close(ctx, set);
    HPy_Close(ctx, frozen);
    return both;
}

HPyDef_METH(set_facts, "set_facts", HPyFunc_VARARGS,
            .doc = "Is a set, is a frozenset, has the key, length, items.")
static HPy set_facts_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy set, key, items, facts = HPy_NULL;
    HPy_ssize_t length;
    int is_set, is_frozen, has;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OO", &set, &key))
        return HPy_NULL;
    is_set = HPyX_Set_Check(ctx, set);
    is_frozen = is_set < 0 ? -1 : HPyX_FrozenSet_Check(ctx, set);
    has = is_frozen < 0 ? -1 : HPyX_Set_Contains(ctx, set, key);
    length = has < 0 ? -1 : HPyX_Set_Length(ctx, set);
    if (length < 0)
        return HPy_NULL;
    items = HPyX_Set_ToList(ctx, set);
    if (!HPy_IsNull(items))
        facts = HPy_BuildValue(ctx, "(iiinO)", is_set, is_frozen, has, length, items);
    HPy_Close(ctx, items);
    return facts;
}

HPyDef_METH(set_change, "set_change", HPyFunc_VARARGS,
            .doc = "Adds a key, discards another; whether that was there.")
static HPy set_change_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy set, added, discarded;
    int was_there;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "OOO", &set, &added, &discarded))
        return HPy_NULL;
    if (HPyX_Set_Add(ctx, set, added) < 0)
        return HPy_NULL;
    was_there = HPyX_Set_Discard(ctx, set, discarded);
    return was_there < 0 ? HPy_NULL : HPyBool_FromBool(ctx, was_there);
}

/* A tuple of `n` sizes; None if there are none. */
static HPy sizes(HPyContext *ctx, const HPy_ssize_t *items, int n)
{
    HPyTupleBuilder builder;
    int i;
    if (items == NULL)
        return HPy_Dup(ctx, ctx->h_None);
    builder = HPyTupleBuilder_New(ctx, n);
    for (i = 0; i < n; i++) {
        HPy size = HPyLong_FromSsize_t(ctx, items[i]);
        if (HPy_IsNull(size)) {
            HPyTupleBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyTupleBuilder_Set(ctx, builder, i, size);
        HPy_Close(ctx, size);
    }
    return HPyTupleBuilder_Build(ctx, builder);
}

HPyDef_METH(view, "view", HPyFunc_VARARGS,
            .doc = "Looks at memory by flags: contents, itemsize, read-only, format, shape, strides.")
static HPy view_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyContext copy, *seen;
    HPy_buffer view, moved;
    HPy object, contents, shape, strides, facts = HPy_NULL;
    int flags, foreign = 0;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "Oi|i", &object, &flags, &foreign))
        return HPy_NULL;
    seen = as_seen(ctx, foreign, &copy);
    if (HPyX_GetBuffer(seen, object, &view, flags) < 0) {
        HPyX_ReleaseBuffer(seen, &view);
        return HPy_NULL;
    }
    moved = view;
    memset(&view, 0xff, sizeof(view));
    contents = HPyBytes_FromStringAndSize(ctx, (const char *)moved.buf, moved.len);
    shape = HPy_IsNull(contents) ? HPy_NULL : sizes(ctx, moved.shape, moved.ndim);
    strides = HPy_IsNull(shape) ? HPy_NULL : sizes(ctx, moved.strides, moved.ndim);
    if (!HPy_IsNull(strides))
        facts = HPy_BuildValue(ctx, "(OniisOO)", contents, moved.itemsize, moved.readonly,
                               moved.ndim, moved.format ? moved.format : "-", shape, strides);
    HPy_Close(ctx, contents);
    HPy_Close(ctx, shape);
    HPy_Close(ctx, strides);
    HPyX_ReleaseBuffer(seen, &moved);
    HPyX_ReleaseBuffer(seen, &moved);
    return facts;
}

HPyDef_METH(fill, "fill", HPyFunc_VARARGS, .doc = "Writes one byte over all memory of an object.")
static HPy fill_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPyContext copy, *seen;
    HPy_buffer view;
    HPy object;
    int byte, foreign = 0;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "Oi|i", &object, &byte, &foreign))
        return HPy_NULL;
    seen = as_seen(ctx, foreign, &copy);
    if (HPyX_GetBuffer(seen, object, &view, HPyX_BUF_WRITABLE) < 0)
        return HPy_NULL;
    memset(view.buf, byte, (size_t)view.len);
    HPyX_ReleaseBuffer(seen, &view);
    return HPy_Dup(ctx, ctx->h_None);
}

HPyDef_METH(weak, "weak", HPyFunc_VARARGS, .doc = "A weak reference, with a callback.")
static HPy weak_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy object, callback = HPy_NULL;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "O|O", &object, &callback))
        return HPy_NULL;
    return HPyX_WeakRef_New(ctx, object, callback);
}

HPyDef_METH(strong, "strong", HPyFunc_O, .doc = "What a weak reference leads to, as a tuple.")
static HPy strong_impl(HPyContext *ctx, HPy self, HPy ref)
{
    HPy object, tuple;
    int found = HPyX_WeakRef_Check(ctx, ref);
    (void)self;
    if (found < 0)
        return HPy_NULL;
    if (!found)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "no weak reference");
    found = HPyX_WeakRef_Get(ctx, ref, &object);
    if (found < 0)
        return HPy_NULL;
    tuple = found ? HPyTuple_Pack(ctx, 1, object) : HPyTuple_Pack(ctx, 0);
    HPy_Close(ctx, object);
    return tuple;
}

HPyDef_METH(dates, "dates", HPyFunc_O, .doc = "One of everything that tells time, with a name.")
static HPy dates_impl(HPyContext *ctx, HPy self, HPy name)
{
    const HPyX_Day day = { 2024, 2, 29 };
    const HPyX_Clock clock = { 23, 59, 58, 999999, 1 }, noon = { 12, 0, 0, 0, 0 };
    const HPyX_Span offset = { -1, 73800, 0 }, span = { -2, 3, 4 };
    HPy utc, zone, date, time, moment, at_noon, duration, all = HPy_NULL;
    (void)self;
    /* Each is made only if the one before it was: no call while an exception is set. */
    utc = HPyX_TimeZone_UTC(ctx);
    zone = HPy_IsNull(utc) ? HPy_NULL : HPyX_TimeZone_New(ctx, offset, name);
    date = HPy_IsNull(zone) ? HPy_NULL : HPyX_Date_New(ctx, day);
    time = HPy_IsNull(date) ? HPy_NULL : HPyX_Time_New(ctx, clock, HPy_NULL);
    moment = HPy_IsNull(time) ? HPy_NULL : HPyX_DateTime_New(ctx, day, clock, zone);
    at_noon = HPy_IsNull(moment) ? HPy_NULL : HPyX_DateTime_New(ctx, day, noon, utc);
    duration = HPy_IsNull(at_noon) ? HPy_NULL : HPyX_TimeDelta_New(ctx, span);
    if (!HPy_IsNull(duration))
        all = HPyTuple_Pack(ctx, 5, date, time, moment, at_noon, duration);
    HPy_Close(ctx, utc);
    HPy_Close(ctx, zone);
    HPy_Close(ctx, date);
    HPy_Close(ctx, time);
    HPy_Close(ctx, moment);
    HPy_Close(ctx, at_noon);
    HPy_Close(ctx, duration);
    return all;
}

HPyDef_METH(no_such_day, "no_such_day", HPyFunc_NOARGS, .doc = "The 30th of February.")
static HPy no_such_day_impl(HPyContext *ctx, HPy self)
{
    const HPyX_Day day = { 2024, 2, 30 };
    (void)self;
    return HPyX_Date_New(ctx, day);
}

HPyDef_METH(apart, "apart", HPyFunc_O, .doc = "What a date, time or duration consists of.")
static HPy apart_impl(HPyContext *ctx, HPy self, HPy h)
{
    HPyX_Day day = { 0, 0, 0 };
    HPyX_Clock clock = { 0, 0, 0, 0, 0 };
    HPyX_Span span = { 0, 0, 0 };
    const int is_date = HPyX_Date_Check(ctx, h);
    const int is_moment = is_date < 0 ? -1 : HPyX_DateTime_Check(ctx, h);
    const int is_time = is_moment < 0 ? -1 : HPyX_Time_Check(ctx, h);
    const int is_span = is_time < 0 ? -1 : HPyX_TimeDelta_Check(ctx, h);
    int aware = 0;
    (void)self;
    if (is_span < 0)
        return HPy_NULL;
    if (is_date && HPyX_Date_Read(ctx, h, &day) < 0)
        return HPy_NULL;
    if ((is_moment || is_time) && HPyX_Time_Read(ctx, h, &clock) < 0)
        return HPy_NULL;
    if ((is_moment || is_time) && (aware = HPyX_UTCOffset(ctx, h, &span)) < 0)
        return HPy_NULL;
    if (!is_date && !is_time && HPyX_TimeDelta_Read(ctx, h, &span) < 0)
        return HPy_NULL;
    return HPy_BuildValue(ctx, "((iii)(iiiii)(iii)i)", day.year, day.month, day.day, clock.hour,
                          clock.minute, clock.second, clock.microsecond, clock.fold, span.days,
                          span.seconds, span.microseconds, aware);
}

static HPyDef *defines[] = {
    &is_ours, &caught, &throw_, &countdown_type, &sets, &set_facts, &set_change, &view, &fill,
    &weak, &strong, &dates, &no_such_day, &apart, NULL
};

static HPyModuleDef moduledef = {
    .doc = "The extensions of the ABI.",
    .size = 0,
    .legacy_methods = NULL,
    .defines = defines,
    .globals = NULL,
};

HPy_MODINIT(extras, moduledef)

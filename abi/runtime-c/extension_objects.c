/* Extensions of ours that are objects of Python: sets, weak references, dates and times. They are
 * made of members that every host has, and need nothing of ours; see hpy/extensions.h.
 */
#include "hpy/extensions.h"

/* An attribute of a module. */
static HPy imported(HPyContext *ctx, const char *module, const char *name)
{
    HPy found, h = HPyImport_ImportModule(ctx, module);
    if (HPy_IsNull(h))
        return HPy_NULL;
    found = HPy_GetAttr_s(ctx, h, name);
    HPy_Close(ctx, h);
    return found;
}

/* Calls what `callable` is a new handle to, or null with an exception set, and closes it. */
static HPy call(HPyContext *ctx, HPy callable, const HPy *args, size_t nargs)
{
    HPy result;
    if (HPy_IsNull(callable))
        return HPy_NULL;
    result = HPy_Call(ctx, callable, args, nargs, HPy_NULL);
    HPy_Close(ctx, callable);
    return result;
}

/* Whether an object is of a type, which is a new handle, or null with an exception set. */
static int is_of(HPyContext *ctx, HPy h, HPy type)
{
    int answer;
    if (HPy_IsNull(type))
        return -1;
    answer = HPy_TypeCheck(ctx, h, type);
    HPy_Close(ctx, type);
    return answer;
}

/* ---- sets ---- */

static HPy builtin(HPyContext *ctx, const char *name)
{
    return HPy_GetItem_s(ctx, ctx->h_Builtins, name);
}

HPy HPyX_Set_New(HPyContext *ctx, HPy iterable)
{
    return call(ctx, builtin(ctx, "set"), &iterable, !HPy_IsNull(iterable));
}

HPy HPyX_FrozenSet_New(HPyContext *ctx, HPy iterable)
{
    return call(ctx, builtin(ctx, "frozenset"), &iterable, !HPy_IsNull(iterable));
}

int HPyX_Set_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, builtin(ctx, "set"));
}

int HPyX_FrozenSet_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, builtin(ctx, "frozenset"));
}

#ifdef HPY_ABI_CPYTHON

int HPyX_Set_Add(HPyContext *ctx, HPy set, HPy key)
{
    (void)ctx;
    return PySet_Add(_h2py(set), _h2py(key));
}

int HPyX_Set_Discard(HPyContext *ctx, HPy set, HPy key)
{
    (void)ctx;
    return PySet_Discard(_h2py(set), _h2py(key));
}

#else

int HPyX_Set_Add(HPyContext *ctx, HPy set, HPy key)
{
    HPy none = call(ctx, HPy_GetAttr_s(ctx, set, "add"), &key, 1);
    if (HPy_IsNull(none))
        return -1;
    HPy_Close(ctx, none);
    return 0;
}

int HPyX_Set_Discard(HPyContext *ctx, HPy set, HPy key)
{
    /* Whether it was there is what the length tells: `key in set` would hash and compare again. */
    const HPy_ssize_t before = HPy_Length(ctx, set);
    HPy_ssize_t after;
    HPy none;
    if (before < 0)
        return -1;
    none = call(ctx, HPy_GetAttr_s(ctx, set, "discard"), &key, 1);
    if (HPy_IsNull(none))
        return -1;
    HPy_Close(ctx, none);
    after = HPy_Length(ctx, set);
    return after < 0 ? -1 : after < before;
}

#endif

int HPyX_Set_Contains(HPyContext *ctx, HPy set, HPy key)
{
    return HPy_Contains(ctx, set, key);
}

HPy_ssize_t HPyX_Set_Length(HPyContext *ctx, HPy set)
{
    return HPy_Length(ctx, set);
}

HPy HPyX_Set_ToList(HPyContext *ctx, HPy set)
{
    return HPy_Call(ctx, ctx->h_ListType, &set, 1, HPy_NULL);
}

/* ---- weak references ---- */

HPy HPyX_WeakRef_New(HPyContext *ctx, HPy object, HPy callback)
{
    const HPy args[] = { object, callback };
    return call(ctx, imported(ctx, "weakref", "ref"), args, HPy_IsNull(callback) ? 1 : 2);
}

int HPyX_WeakRef_Get(HPyContext *ctx, HPy ref, HPy *object)
{
    *object = HPy_Call(ctx, ref, NULL, 0, HPy_NULL);
    if (HPy_IsNull(*object))
        return -1;
    if (!HPy_Is(ctx, *object, ctx->h_None))
        return 1;
    HPy_Close(ctx, *object);
    *object = HPy_NULL;
    return 0;
}

int HPyX_WeakRef_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "weakref", "ref"));
}

/* ---- dates and times ---- */

#define MOST_PARTS 9

static void close_all(HPyContext *ctx, const HPy *handles, size_t n)
{
    while (n-- > 0)
        HPy_Close(ctx, handles[n]);
}

/* A new handle for each number; 0, or -1 and none. */
static int make_ints(HPyContext *ctx, const int *numbers, size_t n, HPy *handles)
{
    size_t i;
    for (i = 0; i < n; i++) {
        handles[i] = HPyLong_FromLong(ctx, numbers[i]);
        if (HPy_IsNull(handles[i])) {
            close_all(ctx, handles, i);
            return -1;
        }
    }
    return 0;
}

/* `datetime.NAME(*numbers)`; with a clock's time zone and fold behind them if `has_clock`. */
static HPy make(HPyContext *ctx, const char *name, const int *numbers, size_t n, bool has_clock,
                HPy tzinfo, int fold)
{
    HPy args[MOST_PARTS], names = HPy_NULL, result = HPy_NULL;
    HPy type = imported(ctx, "datetime", name);
    size_t count = n;
    if (HPy_IsNull(type))
        return HPy_NULL;
    if (make_ints(ctx, numbers, n, args) < 0) {
        HPy_Close(ctx, type);
        return HPy_NULL;
    }
    if (has_clock)
        args[count++] = HPy_Dup(ctx, HPy_IsNull(tzinfo) ? ctx->h_None : tzinfo);
    if (fold != 0) {
        HPy word = HPyUnicode_FromString(ctx, "fold");
        args[count] = HPy_IsNull(word) ? HPy_NULL : HPyLong_FromLong(ctx, fold);
        if (!HPy_IsNull(args[count]))
            names = HPyTuple_Pack(ctx, 1, word);
        HPy_Close(ctx, word);
    }
    if (fold == 0 || !HPy_IsNull(names))
        result = HPy_Call(ctx, type, args, count, names);
    close_all(ctx, args, fold != 0 ? count + 1 : count);
    HPy_Close(ctx, names);
    HPy_Close(ctx, type);
    return result;
}

HPy HPyX_Date_New(HPyContext *ctx, HPyX_Day day)
{
    const int parts[] = { day.year, day.month, day.day };
    return make(ctx, "date", parts, 3, false, HPy_NULL, 0);
}

HPy HPyX_Time_New(HPyContext *ctx, HPyX_Clock clock, HPy tzinfo)
{
    const int parts[] = { clock.hour, clock.minute, clock.second, clock.microsecond };
    return make(ctx, "time", parts, 4, true, tzinfo, clock.fold);
}

HPy HPyX_DateTime_New(HPyContext *ctx, HPyX_Day day, HPyX_Clock clock, HPy tzinfo)
{
    const int parts[] = { day.year,     day.month,    day.day,          clock.hour,
                          clock.minute, clock.second, clock.microsecond };
    return make(ctx, "datetime", parts, 7, true, tzinfo, clock.fold);
}

HPy HPyX_TimeDelta_New(HPyContext *ctx, HPyX_Span span)
{
    const int parts[] = { span.days, span.seconds, span.microseconds };
    return make(ctx, "timedelta", parts, 3, false, HPy_NULL, 0);
}

HPy HPyX_TimeZone_New(HPyContext *ctx, HPyX_Span offset, HPy name)
{
    HPy zone, args[2];
    args[0] = HPyX_TimeDelta_New(ctx, offset);
    if (HPy_IsNull(args[0]))
        return HPy_NULL;
    args[1] = name;
    zone = call(ctx, imported(ctx, "datetime", "timezone"), args, HPy_IsNull(name) ? 1 : 2);
    HPy_Close(ctx, args[0]);
    return zone;
}

HPy HPyX_TimeZone_UTC(HPyContext *ctx)
{
    HPy utc, zone = imported(ctx, "datetime", "timezone");
    if (HPy_IsNull(zone))
        return HPy_NULL;
    utc = HPy_GetAttr_s(ctx, zone, "utc");
    HPy_Close(ctx, zone);
    return utc;
}

/* Reads attributes that are integers. */
static int read_ints(HPyContext *ctx, HPy object, const char *const *names, int *const *places,
                     size_t n)
{
    size_t i;
    for (i = 0; i < n; i++) {
        long value;
        HPy h = HPy_GetAttr_s(ctx, object, names[i]);
        if (HPy_IsNull(h))
            return -1;
        value = HPyLong_AsLong(ctx, h);
        HPy_Close(ctx, h);
        if (value == -1 && HPyErr_Occurred(ctx))
            return -1;
        *places[i] = (int)value;
    }
    return 0;
}

int HPyX_Date_Read(HPyContext *ctx, HPy date, HPyX_Day *day)
{
    static const char *const names[] = { "year", "month", "day" };
    int *const places[] = { &day->year, &day->month, &day->day };
    return read_ints(ctx, date, names, places, 3);
}

int HPyX_Time_Read(HPyContext *ctx, HPy time, HPyX_Clock *clock)
{
    static const char *const names[] = { "hour", "minute", "second", "microsecond", "fold" };
    int *const places[] = { &clock->hour, &clock->minute, &clock->second, &clock->microsecond,
                            &clock->fold };
    return read_ints(ctx, time, names, places, 5);
}

int HPyX_TimeDelta_Read(HPyContext *ctx, HPy delta, HPyX_Span *span)
{
    static const char *const names[] = { "days", "seconds", "microseconds" };
    int *const places[] = { &span->days, &span->seconds, &span->microseconds };
    return read_ints(ctx, delta, names, places, 3);
}

int HPyX_UTCOffset(HPyContext *ctx, HPy time, HPyX_Span *offset)
{
    int answer;
    HPy found = call(ctx, HPy_GetAttr_s(ctx, time, "utcoffset"), NULL, 0);
    if (HPy_IsNull(found))
        return -1;
    if (HPy_Is(ctx, found, ctx->h_None))
        answer = 0;
    else
        answer = HPyX_TimeDelta_Read(ctx, found, offset) < 0 ? -1 : 1;
    HPy_Close(ctx, found);
    return answer;
}

int HPyX_Date_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "datetime", "date"));
}

int HPyX_Time_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "datetime", "time"));
}

int HPyX_DateTime_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "datetime", "datetime"));
}

int HPyX_TimeDelta_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "datetime", "timedelta"));
}

int HPyX_TZInfo_Check(HPyContext *ctx, HPy h)
{
    return is_of(ctx, h, imported(ctx, "datetime", "tzinfo"));
}

/* What porters asked for and HPy 0.9 lacks: extensions of ours, in C and C++.
 *
 *     #include "hpy.h"
 *     #include "hpy/extensions.h"
 *
 * Everything here begins with HPyX_, so that one search finds what a port owes to us. The functions
 * are compiled into the extension (runtime-c/extensions.c) and work in every ABI. Most are made of
 * members that every host has; those that need more say what they do on a host that has no more:
 *
 *   HPyX_Err_Fetch        leaves the exception set, and gives null
 *   HPyX_Err_Restore      raises the exception, but its traceback starts anew
 *   HPyX_GetBuffer        lends a copy to read; to write is a BufferError
 *   HPyX_DEF_ITER, ...    make methods where the host refuses the slots
 *
 * Results are new handles, null with an exception set; an int is 0, or -1 with an exception set,
 * and 1 or 0 where it answers a question. Arguments stay the caller's.
 */
#ifndef HPY_EXTENSIONS_H
#define HPY_EXTENSIONS_H

#include "hpy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what the host offers ---- */

#include "hpy/extension_members.h"

/** The extensions of the host that made the context; NULL if it is not one of ours, or an older
    one, and in the CPython ABI, which has no host. */
HPyAPI_HELPER const HPyX_Extensions *HPyX_Get(HPyContext *ctx);

/* ---- the exception that is set ---- */

/** Takes the exception that is set, as an instance with its traceback. Null if there is none; null
    and still set (HPyErr_Occurred) if the host cannot hand it out. */
HPyAPI_HELPER HPy HPyX_Err_Fetch(HPyContext *ctx);
/** Sets an exception instance, such as one that HPyX_Err_Fetch gave. */
HPyAPI_HELPER void HPyX_Err_Restore(HPyContext *ctx, HPy exception);

/* ---- iteration ---- */

/**
 * `__iter__` and `__next__` of a type. The function SYM_impl(ctx, self) gives the iterator or the
 * next item; null without an exception ends the iteration.
 *
 *     HPyX_DEF_ITERNEXT(Counter_next)
 *     static HPy Counter_next_impl(HPyContext *ctx, HPy self) { ... }
 *
 *     static HPyDef *Counter_defines[] = { HPyX_DEFS(Counter_next), NULL };
 *     ...
 *     HPy type = HPyX_Type_FromSpec(ctx, &Counter_spec, NULL);
 *
 * That is a slot where the host fills it, and a method elsewhere. HPyDef_SLOT with HPy_tp_iter and
 * HPyType_FromSpec do as well on hosts over a C API, and fail on PyPy's own HPy.
 */
#define HPyX_DEF_ITER(SYM)                                                              \
    HPyDef_SLOT(SYM, HPy_tp_iter)                                                       \
    HPyDef_METH(SYM##_method, "__iter__", HPyFunc_NOARGS, .doc = "Implement iter(self).") \
    static HPy SYM##_method_impl(HPyContext *ctx, HPy self)                             \
    {                                                                                   \
        return SYM##_impl(ctx, self);                                                   \
    }

#define HPyX_DEF_ITERNEXT(SYM)                                                          \
    HPyDef_SLOT(SYM, HPy_tp_iternext)                                                   \
    HPyDef_METH(SYM##_method, "__next__", HPyFunc_NOARGS, .doc = "Implement next(self).") \
    static HPy SYM##_method_impl(HPyContext *ctx, HPy self)                             \
    {                                                                                   \
        return HPyX_NextOrStop(ctx, SYM##_impl(ctx, self));                             \
    }

/** Both definitions that HPyX_DEF_ITER or HPyX_DEF_ITERNEXT makes, for an array of them. */
#define HPyX_DEFS(SYM) &SYM, &SYM##_method

/** HPyType_FromSpec with slots for iteration, or with methods if the host refuses the slots. */
HPyAPI_HELPER HPy HPyX_Type_FromSpec(HPyContext *ctx, HPyType_Spec *spec,
                                     HPyType_SpecParam *params);
/** The item; StopIteration if it is null and no exception is set. */
HPyAPI_HELPER HPy HPyX_NextOrStop(HPyContext *ctx, HPy item);

/* ---- sets ---- */

/* `iterable` may be null for an empty set. To iterate, use HPy_GetIter, or take the list. */

HPyAPI_HELPER HPy HPyX_Set_New(HPyContext *ctx, HPy iterable);
HPyAPI_HELPER HPy HPyX_FrozenSet_New(HPyContext *ctx, HPy iterable);
/** Whether it is a `set`, or a `frozenset`, or of a subtype: 1, 0, or -1. */
HPyAPI_HELPER int HPyX_Set_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_FrozenSet_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_Set_Add(HPyContext *ctx, HPy set, HPy key);
/** Takes a key out: 1 if it was there, 0 if not, or -1. */
HPyAPI_HELPER int HPyX_Set_Discard(HPyContext *ctx, HPy set, HPy key);
/** 1, 0, or -1; of either kind. */
HPyAPI_HELPER int HPyX_Set_Contains(HPyContext *ctx, HPy set, HPy key);
/** The number of items of either kind, or -1. */
HPyAPI_HELPER HPy_ssize_t HPyX_Set_Length(HPyContext *ctx, HPy set);
/** The items of either kind as they are now, as a new list. */
HPyAPI_HELPER HPy HPyX_Set_ToList(HPyContext *ctx, HPy set);

/* ---- memory of other objects ---- */

/** What a consumer asks for; the numbers are those of Python's buffer protocol. */
enum {
    HPyX_BUF_SIMPLE = 0,
    HPyX_BUF_WRITABLE = 0x1,
    HPyX_BUF_FORMAT = 0x4,
    HPyX_BUF_ND = 0x8,
    HPyX_BUF_STRIDES = 0x18,
    HPyX_BUF_C_CONTIGUOUS = 0x38,
    HPyX_BUF_F_CONTIGUOUS = 0x58,
    HPyX_BUF_ANY_CONTIGUOUS = 0x98,
    HPyX_BUF_INDIRECT = 0x118,
    HPyX_BUF_FULL_RO = 0x11c,
    HPyX_BUF_FULL = 0x11d
};

/** Fills `view` with memory of the object, which stays where it is until the view is released.
    `obj` and `internal` belong to the view, and the struct may be moved. Where the host cannot lend
    memory this is a copy to read, in C order, and HPyX_BUF_WRITABLE is a BufferError. */
HPyAPI_HELPER int HPyX_GetBuffer(HPyContext *ctx, HPy object, HPy_buffer *view, int flags);
/** Ends a view. One that is released, or could not be had, is left alone. */
HPyAPI_HELPER void HPyX_ReleaseBuffer(HPyContext *ctx, HPy_buffer *view);

/* ---- weak references ---- */

/** `weakref.ref(object, callback)`; the callback may be null. */
HPyAPI_HELPER HPy HPyX_WeakRef_New(HPyContext *ctx, HPy object, HPy callback);
/** 1 and a new handle to the object; 0 and null if it is gone; or -1 and null. */
HPyAPI_HELPER int HPyX_WeakRef_Get(HPyContext *ctx, HPy ref, HPy *object);
/** Whether it is a `weakref.ref`: 1, 0, or -1. */
HPyAPI_HELPER int HPyX_WeakRef_Check(HPyContext *ctx, HPy h);

/* ---- dates and times ---- */

/** A day of the Gregorian calendar. */
typedef struct { int year, month, day; } HPyX_Day;
/** A time of day. `fold` is 1 for the later one of two that look alike when clocks are set back. */
typedef struct { int hour, minute, second, microsecond, fold; } HPyX_Clock;
/** A duration; days may be negative, the rest is not. */
typedef struct { int days, seconds, microseconds; } HPyX_Span;

/* Parts that are out of range are a ValueError. `tzinfo` may be null for none. */

HPyAPI_HELPER HPy HPyX_Date_New(HPyContext *ctx, HPyX_Day day);
HPyAPI_HELPER HPy HPyX_Time_New(HPyContext *ctx, HPyX_Clock clock, HPy tzinfo);
HPyAPI_HELPER HPy HPyX_DateTime_New(HPyContext *ctx, HPyX_Day day, HPyX_Clock clock, HPy tzinfo);
HPyAPI_HELPER HPy HPyX_TimeDelta_New(HPyContext *ctx, HPyX_Span span);
/** A `timezone` of a fixed offset; `name` may be null. */
HPyAPI_HELPER HPy HPyX_TimeZone_New(HPyContext *ctx, HPyX_Span offset, HPy name);
/** `timezone.utc` */
HPyAPI_HELPER HPy HPyX_TimeZone_UTC(HPyContext *ctx);

/** The day of a `date` or `datetime`. */
HPyAPI_HELPER int HPyX_Date_Read(HPyContext *ctx, HPy date, HPyX_Day *day);
/** The time of day of a `time` or `datetime`. */
HPyAPI_HELPER int HPyX_Time_Read(HPyContext *ctx, HPy time, HPyX_Clock *clock);
HPyAPI_HELPER int HPyX_TimeDelta_Read(HPyContext *ctx, HPy delta, HPyX_Span *span);
/** How far a `time` or `datetime` is ahead of UTC: 1; 0 if it does not say; or -1. */
HPyAPI_HELPER int HPyX_UTCOffset(HPyContext *ctx, HPy time, HPyX_Span *offset);

/** Whether it is of that type or a subtype: 1, 0, or -1. A `datetime` is also a `date`. */
HPyAPI_HELPER int HPyX_Date_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_Time_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_DateTime_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_TimeDelta_Check(HPyContext *ctx, HPy h);
HPyAPI_HELPER int HPyX_TZInfo_Check(HPyContext *ctx, HPy h);

#ifdef __cplusplus
}
#endif
#endif

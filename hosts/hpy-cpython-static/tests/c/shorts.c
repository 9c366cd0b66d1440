/* Short ways against long ones, for shorts.py: every function here takes a flag first, and does its
 * work through a copy of the context if it is set. A copy is another context, so that nothing is done
 * without a call. */
#include "hpy.h"

/* The context that a call is to use. */
static HPyContext *chosen(HPyContext *ctx, HPy flag, HPyContext *copy)
{
    if (!HPy_Is(ctx, flag, ctx->h_True))
        return ctx;
    *copy = *ctx;
    return copy;
}

#define FUNCTION(NAME)                                                                  \
    HPyDef_METH(NAME, #NAME, HPyFunc_VARARGS)                                           \
    static HPy NAME##_in(HPyContext *ctx, const HPy *args, size_t nargs);               \
    static HPy NAME##_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)    \
    {                                                                                   \
        HPyContext copy;                                                                \
        (void)self;                                                                     \
        return NAME##_in(chosen(ctx, args[0], &copy), args + 1, nargs - 1);             \
    }                                                                                   \
    static HPy NAME##_in(HPyContext *ctx, const HPy *args, size_t nargs)

/* ---- numbers and texts ---- */

#define NUMBER(NAME, TYPE, MAKE)                                                        \
    FUNCTION(NAME)                                                                      \
    {                                                                                   \
        const TYPE value = HPyLong_As##NAME(ctx, args[0]);                              \
        (void)nargs;                                                                    \
        return value == (TYPE)-1 && HPyErr_Occurred(ctx) ? HPy_NULL : MAKE(ctx, value); \
    }

NUMBER(Int32_t, int32_t, HPyLong_FromInt32_t)
NUMBER(Int64_t, int64_t, HPyLong_FromInt64_t)
NUMBER(Ssize_t, HPy_ssize_t, HPyLong_FromSsize_t)
NUMBER(Size_t, size_t, HPyLong_FromSize_t)
NUMBER(UInt32_t, uint32_t, HPyLong_FromUInt32_t)
NUMBER(UInt64_t, uint64_t, HPyLong_FromUInt64_t)
NUMBER(UInt32_tMask, uint32_t, HPyLong_FromUInt32_t)
NUMBER(UInt64_tMask, uint64_t, HPyLong_FromUInt64_t)
NUMBER(Double, double, HPyFloat_FromDouble)

FUNCTION(AsDouble)
{
    const double value = HPyFloat_AsDouble(ctx, args[0]);
    (void)nargs;
    return value == -1.0 && HPyErr_Occurred(ctx) ? HPy_NULL : HPyFloat_FromDouble(ctx, value);
}

FUNCTION(AsUTF8)
{
    HPy_ssize_t size = -1;
    const char *utf8 = HPyUnicode_AsUTF8AndSize(ctx, args[0], &size);
    (void)nargs;
    if (utf8 == NULL)
        return HPy_NULL;
    if (HPyUnicode_AsUTF8AndSize(ctx, args[0], NULL) != utf8 || utf8[size] != '\0')
        return HPyErr_SetString(ctx, ctx->h_AssertionError, "another text");
    return HPyBytes_FromStringAndSize(ctx, utf8, size);
}

/* ---- types and items ---- */

FUNCTION(checks)
{
    const HPy type = HPy_Type(ctx, args[0]);
    const long seen = HPyBytes_Check(ctx, args[0]) | HPyDict_Check(ctx, args[0]) << 1
        | HPyList_Check(ctx, args[0]) << 2 | HPyTuple_Check(ctx, args[0]) << 3
        | HPyUnicode_Check(ctx, args[0]) << 4 | HPy_TypeCheck(ctx, args[0], ctx->h_LongType) << 5
        | HPy_TypeCheck(ctx, args[0], type) << 6 | HPy_Is(ctx, args[0], args[0]) << 7
        | HPy_Is(ctx, args[0], type) << 8;
    (void)nargs;
    HPy_Close(ctx, type);
    return HPyLong_FromLong(ctx, seen);
}

FUNCTION(length)
{
    const HPy_ssize_t found = HPy_Length(ctx, args[0]);
    (void)nargs;
    return found < 0 ? HPy_NULL : HPyLong_FromSsize_t(ctx, found);
}

FUNCTION(item)
{
    const HPy_ssize_t i = HPyLong_AsSsize_t(ctx, args[1]);
    (void)nargs;
    return i == -1 && HPyErr_Occurred(ctx) ? HPy_NULL : HPy_GetItem_i(ctx, args[0], i);
}

FUNCTION(value)
{
    (void)nargs;
    return HPy_GetItem(ctx, args[0], args[1]);
}

/* A second handle, closed before it is given back and after it was used. */
FUNCTION(dup_close)
{
    HPy twice = HPy_Dup(ctx, args[0]);
    (void)nargs;
    HPy_Close(ctx, HPy_Dup(ctx, twice));
    HPy_Close(ctx, HPy_NULL);
    return twice;
}

/* A list (or tuple) of the arguments, the first one of which is put twice into the first place. */
FUNCTION(build_list)
{
    HPyListBuilder builder = HPyListBuilder_New(ctx, (HPy_ssize_t)nargs);
    size_t i;
    for (i = 0; i < nargs; i++)
        HPyListBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[i]);
    return HPyListBuilder_Build(ctx, builder);
}

FUNCTION(build_tuple)
{
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, (HPy_ssize_t)nargs);
    size_t i;
    for (i = 0; i < nargs; i++)
        HPyTupleBuilder_Set(ctx, builder, (HPy_ssize_t)i, args[i]);
    return HPyTupleBuilder_Build(ctx, builder);
}

/* ---- arguments: formats that the compiler sees, and the functions behind the macros ---- */

/* One unit, by its place in `units`. */
#define PARSED(FMT, TYPE, MAKE)                                                         \
    {                                                                                   \
        TYPE x = (TYPE)0;                                                               \
        if (!(general ? (HPyArg_Parse)(ctx, NULL, args + 2, nargs - 2, FMT, &x)         \
                      : HPyArg_Parse(ctx, NULL, args + 2, nargs - 2, FMT, &x)))         \
            return HPy_NULL;                                                            \
        return MAKE;                                                                    \
    }

FUNCTION(parse)
{
    const bool general = HPy_IsTrue(ctx, args[0]) == 1;
    switch (HPyLong_AsInt32_t(ctx, args[1])) {
    case 'i': PARSED("i:f", int, HPyLong_FromInt32_t(ctx, x))
    case 'l': PARSED("l", long, HPyLong_FromLong(ctx, x))
    case 'L': PARSED("L;wrong", long long, HPyLong_FromLongLong(ctx, x))
    case 'n': PARSED("n", HPy_ssize_t, HPyLong_FromSsize_t(ctx, x))
    case 'b': PARSED("b", unsigned char, HPyLong_FromInt32_t(ctx, x))
    case 'K': PARSED("|K", unsigned long long, HPyLong_FromUnsignedLongLong(ctx, x))
    case 'd': PARSED("d:f", double, HPyFloat_FromDouble(ctx, x))
    case 'f': PARSED("f", float, HPyFloat_FromDouble(ctx, (double)x))
    case 's': PARSED("s", const char *, HPyUnicode_FromString(ctx, x))
    case '?': PARSED("?", int, HPyLong_FromInt32_t(ctx, x))
    default: return HPyErr_SetString(ctx, ctx->h_ValueError, "no such unit");
    }
}

/* f(a, b=2, *, key=1.5, name="none"), the flag of `parse` first. */
#define KEYWORDS(PARSE, FMT, ...)                                                       \
    PARSE(ctx, NULL, args + 2, nargs - 2, kwnames, FMT, names, __VA_ARGS__)

HPyDef_METH(keywords, "keywords", HPyFunc_KEYWORDS)
static HPy keywords_impl(HPyContext *real, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = { "a", "b", "key", "name", NULL };
    HPyContext copy;
    HPyContext *ctx = chosen(real, args[0], &copy);
    long a = 0, b = 2;
    double key = 1.5;
    const char *name = "none";
    const bool general = HPy_IsTrue(ctx, args[1]) == 1;
    (void)self;
    if (!(general ? KEYWORDS((HPyArg_ParseKeywords), "l|l$ds:f", &a, &b, &key, &name)
                  : KEYWORDS(HPyArg_ParseKeywords, "l|l$ds:f", &a, &b, &key, &name)))
        return HPy_NULL;
    return HPy_BuildValue(ctx, "lldsi", a, b, key, name, 7);
}

static HPyDef *defines[] = {
    &Int32_t,    &Int64_t,     &Ssize_t, &Size_t,   &UInt32_t, &UInt64_t, &UInt32_tMask,
    &UInt64_tMask, &Double,    &AsDouble, &AsUTF8,  &checks,   &length,   &item,
    &value,      &dup_close,   &build_list, &build_tuple, &parse, &keywords, NULL
};

static HPyModuleDef shorts_module = {
    .doc = "Short ways and long ones.",
    .size = 0,
    .legacy_methods = NULL,
    .defines = defines,
    .globals = NULL
};

HPy_MODINIT(shorts, shorts_module)

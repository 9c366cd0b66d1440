/* Arguments from format strings; the formats are listed in runtime-c/argparse.c.
 *
 * Each function takes the addresses of the author's variables. Macros of the same names hand them on
 * as an array, which costs less than variable arguments, and let the compiler do what it can: a
 * format that it sees becomes straight code for the arguments that are exactly of the wanted types.
 */
#ifndef HPY_RUNTIME_ARGPARSE_H
#define HPY_RUNTIME_ARGPARSE_H

/** Positional arguments into C variables: 1, or 0 with an exception set. */
HPyAPI_HELPER int HPyArg_Parse(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                               const char *fmt, ...);

/** The same with keyword arguments, whose values follow the positional ones. */
HPyAPI_HELPER int HPyArg_ParseKeywords(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                       size_t nargs, HPy kwnames, const char *fmt,
                                       const char *keywords[], ...);

/** The same with keyword arguments in a dict, as `__init__` and `__new__` get them. */
HPyAPI_HELPER int HPyArg_ParseKeywordsDict(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                           HPy_ssize_t nargs, HPy kw, const char *fmt,
                                           const char *keywords[], ...);

/* ---- the same with the addresses in an array, whose elements are not written ---- */

HPyAPI_HELPER int _HPyArg_ParseArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                     size_t nargs, const char *fmt, const void *const *out);
HPyAPI_HELPER int _HPyArg_ParseKeywordsArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                             size_t nargs, HPy kwnames, const char *fmt,
                                             const char *const *keywords, const void *const *out);
HPyAPI_HELPER int _HPyArg_ParseKeywordsDictArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                                 HPy_ssize_t nargs, HPy kw, const char *fmt,
                                                 const char *const *keywords,
                                                 const void *const *out);

/* Whether the units of a format end here: with it, or before the words for messages. */
#define _HPyArg_IS_END(CHARACTER)                                                       \
    ((CHARACTER) == '\0' || (CHARACTER) == ':' || (CHARACTER) == ';')

/* ---- what can be done without a call ---- */

/* An int of one digit into a variable of one of C's types. */
#define _HPyArg_QUICK_INT(TYPE)                                                         \
    {                                                                                   \
        int64_t value;                                                                  \
        if (!_HPy_short_Long_AsInt64_t(ctx, arg, &value) || value != (TYPE)value)       \
            return false;                                                               \
        *(TYPE *)out = (TYPE)value;                                                     \
        return true;                                                                    \
    }

/* Converts an argument whose type is exactly what the unit asks for, and whose value fits for sure;
   false, and nothing is done, for all others. */
HPyAPI_FUNC bool _HPyArg_Quick(HPyContext *ctx, char unit, HPy arg, void *out)
{
    if (HPy_IsNull(arg))
        return false;
    switch (unit) {
    case 'i': _HPyArg_QUICK_INT(int)
    case 'l': _HPyArg_QUICK_INT(long)
    case 'L': _HPyArg_QUICK_INT(long long)
    case 'n': _HPyArg_QUICK_INT(HPy_ssize_t)
    case 'd': return _HPy_short_Float_AsDouble(ctx, arg, (double *)out);
    case 's': {
        const char *utf8;
        HPy_ssize_t size;
        if (!_HPy_short_Unicode_AsUTF8AndSize(ctx, arg, &size, &utf8) ||
            strlen(utf8) != (size_t)size)
            return false;
        *(const char **)out = utf8;
        return true;
    }
    case 'O': *(HPy *)out = arg; return true;
    default: return false;
    }
}

/* Whether the compiler sees the text. */
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#  define _HPyArg_IS_SEEN(TEXT) __builtin_constant_p(strlen(TEXT))
#  define _HPyArg_INLINE HPyAPI_FUNC __attribute__((always_inline))
#else
#  define _HPyArg_IS_SEEN(TEXT) 0
#  define _HPyArg_INLINE HPyAPI_FUNC
#endif

/* `given` is the format and the variables. */
_HPyArg_INLINE int _HPyArg_ParseGiven(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                      size_t nargs, const void *const *given)
{
    const char *fmt = (const char *)given[0];
/* One unit; the end of the format, after as many arguments, ends it all. */
#define _HPyArg_STEP(I)                                                                 \
    if (_HPyArg_IS_END(fmt[I])) {                                                       \
        if (nargs == (I))                                                               \
            return 1;                                                                   \
        goto in_general;                                                                \
    }                                                                                   \
    /* A mark has no variable: those behind it are not where they are looked for. */    \
    if (fmt[I] == '|' || fmt[I] == '$')                                                 \
        goto in_general;                                                                \
    if (nargs <= (I) || !_HPyArg_Quick(ctx, fmt[I], args[I], (void *)given[(I) + 1]))   \
        goto in_general;
    if (_HPyArg_IS_SEEN(fmt) && ht == NULL) {
        /* Written out, so that the compiler knows each unit. */
        _HPyArg_STEP(0)
        _HPyArg_STEP(1)
        _HPyArg_STEP(2)
        _HPyArg_STEP(3)
        _HPyArg_STEP(4)
        _HPyArg_STEP(5)
        _HPyArg_STEP(6)
    }
#undef _HPyArg_STEP
in_general:
    return _HPyArg_ParseArray(ctx, ht, args, nargs, fmt, given + 1);
}

/* The value that is passed for a name; null if there is none, or if that takes more than reading. */
HPyAPI_HELPER HPy _HPyArg_Named(HPyContext *ctx, const HPy *names, HPy_ssize_t count,
                                const HPy *values, const char *name);

/* `given` is the names of the parameters and the variables. */
_HPyArg_INLINE int _HPyArg_ParseKeywordsGiven(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                              size_t nargs, HPy kwnames, const char *fmt,
                                              const void *const *given)
{
    const char *const *parameters = (const char *const *)given[0];
    const HPy *names = NULL;
    HPy_ssize_t count = 0, taken = 0;
    size_t i = 0;
    bool optional = false, keyword_only = false;
    HPy arg;
/* One character of the format: `i` counts units, and what is known of them is known to the compiler.
   The way in general is gone, from the start, if this one ends. */
#define _HPyArg_STEP(J)                                                                 \
    if (_HPyArg_IS_END(fmt[J])) {                                                       \
        if (nargs <= i && taken == count && parameters[i] == NULL)                      \
            return 1;                                                                   \
        goto in_general;                                                                \
    } else if (fmt[J] == '|' || fmt[J] == '$') {                                        \
        optional = true;                                                                \
        keyword_only = keyword_only || fmt[J] == '$';                                   \
    } else {                                                                            \
        if (fmt[J] == 'O' || parameters[i] == NULL || *parameters[i] == '\0' ||         \
            (keyword_only && i < nargs))                                                \
            goto in_general;                                                            \
        arg = i < nargs ? args[i] : HPy_NULL;                                           \
        if (i >= nargs && taken < count) {                                              \
            arg = _HPyArg_Named(ctx, names, count, args + nargs, parameters[i]);        \
            taken += !HPy_IsNull(arg);                                                  \
        }                                                                               \
        if (HPy_IsNull(arg) ? !optional                                                 \
                            : !_HPyArg_Quick(ctx, fmt[J], arg, (void *)given[i + 1]))   \
            goto in_general;                                                            \
        i++;                                                                            \
    }
    if (_HPyArg_IS_SEEN(fmt) && ht == NULL) {
        if (!HPy_IsNull(kwnames) && !_HPy_short_Items(ctx, kwnames, &names, &count))
            goto in_general;
        _HPyArg_STEP(0)
        _HPyArg_STEP(1)
        _HPyArg_STEP(2)
        _HPyArg_STEP(3)
        _HPyArg_STEP(4)
        _HPyArg_STEP(5)
        _HPyArg_STEP(6)
        _HPyArg_STEP(7)
    }
#undef _HPyArg_STEP
in_general:
    return _HPyArg_ParseKeywordsArray(ctx, ht, args, nargs, kwnames, fmt, parameters, given + 1);
}

_HPyArg_INLINE int _HPyArg_ParseKeywordsDictGiven(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                                  HPy_ssize_t nargs, HPy kw, const char *fmt,
                                                  const void *const *given)
{
    if (HPy_IsNull(kw))
        return _HPyArg_ParseKeywordsGiven(ctx, ht, args, (size_t)nargs, kw, fmt, given);
    return _HPyArg_ParseKeywordsDictArray(ctx, ht, args, nargs, kw, fmt,
                                          (const char *const *)given[0], given + 1);
}

#ifdef __cplusplus
extern "C++" {
/* The same with the variables as a pack of parameters. */
template <typename... Out>
HPyAPI_FUNC int _HPyArg_ParsePack(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                             const char *fmt, Out... out)
{
    const void *given[] = { fmt, out... };
    return _HPyArg_ParseGiven(ctx, ht, args, nargs, given);
}

template <typename... Out>
HPyAPI_FUNC int _HPyArg_ParseKeywordsPack(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                     size_t nargs, HPy kwnames, const char *fmt,
                                     const char *keywords[], Out... out)
{
    const void *given[] = { keywords, out... };
    return _HPyArg_ParseKeywordsGiven(ctx, ht, args, nargs, kwnames, fmt, given);
}

template <typename... Out>
HPyAPI_FUNC int _HPyArg_ParseKeywordsDictPack(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                         HPy_ssize_t nargs, HPy kw, const char *fmt,
                                         const char *keywords[], Out... out)
{
    const void *given[] = { keywords, out... };
    return _HPyArg_ParseKeywordsDictGiven(ctx, ht, args, nargs, kw, fmt, given);
}
}
#  define HPyArg_Parse(...) _HPyArg_ParsePack(__VA_ARGS__)
#  define HPyArg_ParseKeywords(...) _HPyArg_ParseKeywordsPack(__VA_ARGS__)
#  define HPyArg_ParseKeywordsDict(...) _HPyArg_ParseKeywordsDictPack(__VA_ARGS__)
#else
#  define HPyArg_Parse(CTX, HT, ARGS, NARGS, ...)                                       \
    _HPyArg_ParseGiven(CTX, HT, ARGS, NARGS, (const void *[]){ __VA_ARGS__ })
#  define HPyArg_ParseKeywords(CTX, HT, ARGS, NARGS, KWNAMES, FMT, ...)                 \
    _HPyArg_ParseKeywordsGiven(CTX, HT, ARGS, NARGS, KWNAMES, FMT,                      \
                               (const void *[]){ __VA_ARGS__ })
#  define HPyArg_ParseKeywordsDict(CTX, HT, ARGS, NARGS, KW, FMT, ...)                  \
    _HPyArg_ParseKeywordsDictGiven(CTX, HT, ARGS, NARGS, KW, FMT,                       \
                                   (const void *[]){ __VA_ARGS__ })
#endif

#endif

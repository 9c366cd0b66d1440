/* Arguments from format strings.
 *
 * A format is a row of units, one per argument, each of which takes the address of a C variable:
 *
 *   b [unsigned char]       an int from 0 to 255
 *   B [unsigned char]       the low bits of an int; so are H, I, k and K of theirs
 *   h [short]               H [unsigned short]
 *   i [int]                 I [unsigned int]
 *   l [long]                k [unsigned long]
 *   L [long long]           K [unsigned long long]
 *   n [HPy_ssize_t]
 *   f [float]  d [double]   a number
 *   p [int]                 1 if the object is true, else 0
 *   s [const char *]        UTF-8 of a str without NUL; valid as long as the str
 *   O [HPy]                 the object
 *
 *   |  what follows is optional: the variable keeps its value if the argument is not given
 *   $  what follows is optional and by keyword only
 *   :  ends the units; what follows is the name of the function, for messages
 *   ;  ends the units; what follows is the message
 *
 * HPyArg_Parse borrows: an `O` has the handle of the argument array. The functions for keywords
 * make handles, which they put into a tracker: the caller closes it once they are no longer used.
 * After a failure everything is closed already.
 */
#include "hpy.h"

#include <limits.h>
#include <stdio.h>

/* hpy/runtime/argparse.h lets calls go to the functions that take an array. */
#undef HPyArg_Parse
#undef HPyArg_ParseKeywords
#undef HPyArg_ParseKeywordsDict

/* Where the parser is. */
typedef struct {
    HPyContext *ctx;
    /* The whole format, and the next unit. */
    const char *fmt;
    const char *unit;
    /* The variable of the next unit. */
    const void *const *out;
    /* Set by `|` and `$`. */
    bool optional;
    bool keyword_only;
    /* Whether there may be keyword arguments: `$` is known, and an `O` needs a handle of its own,
       which the tracker keeps. */
    bool keywords;
    HPyTracker *tracker;
} Parser;

static Parser parser(HPyContext *ctx, HPyTracker *tracker, const char *fmt, const void *const *out,
                     bool keywords)
{
    Parser p;
    p.ctx = ctx;
    p.fmt = p.unit = fmt;
    p.out = out;
    p.optional = p.keyword_only = false;
    p.keywords = keywords;
    p.tracker = tracker;
    return p;
}

/* Raises an exception that names the function, or says what the author wants said; gives 0. */
_HPy_COLD static int fail(const Parser *p, HPy type, const char *message)
{
    const char *end = p->fmt + strcspn(p->fmt, ":;");
    char text[512];
    switch (*end) {
    case ':':
        snprintf(text, sizeof(text), "%.200s() %.256s", end + 1, message);
        break;
    case ';':
        snprintf(text, sizeof(text), "%s", end + 1);
        break;
    default:
        snprintf(text, sizeof(text), "function %.256s", message);
    }
    HPyErr_SetString(p->ctx, type, text);
    return 0;
}

/* The next unit; 0 at the end. */
static inline char next_unit(Parser *p)
{
    for (;; p->unit++) {
        const char unit = *p->unit;
        if (_HPyArg_IS_END(unit))
            return 0;
        if (unit != '|' && !(unit == '$' && p->keywords)) {
            p->unit++;
            return unit;
        }
        p->optional = true;
        p->keyword_only |= unit == '$';
    }
}

/* An integer that must lie between two numbers. */
static int bounded(const Parser *p, HPy arg, long min, long max, const char *kind, long *value)
{
    char message[80];
    *value = HPyLong_AsLong(p->ctx, arg);
    if (*value == -1 && HPyErr_Occurred(p->ctx))
        return 0;
    if (*value >= min && *value <= max)
        return 1;
    snprintf(message, sizeof(message), "%s is %s than %s", kind,
             *value < min ? "less" : "greater", *value < min ? "minimum" : "maximum");
    return fail(p, p->ctx->h_OverflowError, message);
}

/* The low bits of an integer. */
static int masked(const Parser *p, HPy arg, unsigned long long *value)
{
    *value = HPyLong_AsUnsignedLongLongMask(p->ctx, arg);
    return *value != (unsigned long long)-1 || !HPyErr_Occurred(p->ctx);
}

static int number(const Parser *p, HPy arg, double *value)
{
    *value = HPyFloat_AsDouble(p->ctx, arg);
    return *value != -1.0 || !HPyErr_Occurred(p->ctx);
}

static int text(const Parser *p, HPy arg, const char **value)
{
    HPyContext *ctx = p->ctx;
    HPy_ssize_t size;
    const char *utf8;
    if (!HPyUnicode_Check(ctx, arg))
        return fail(p, ctx->h_TypeError, "a str is required");
    utf8 = HPyUnicode_AsUTF8AndSize(ctx, arg, &size);
    if (utf8 == NULL) {
        /* A lone surrogate; what else there is, such as no memory, says itself what it is. */
        if (HPyErr_ExceptionMatches(ctx, ctx->h_UnicodeEncodeError))
            return fail(p, ctx->h_SystemError, "unicode conversion error");
        return 0;
    }
    if (strlen(utf8) != (size_t)size)
        return fail(p, ctx->h_ValueError, "embedded null character");
    *value = utf8;
    return 1;
}

static int object(const Parser *p, HPy arg, HPy *value)
{
    if (!p->keywords) {
        *value = arg;
        return 1;
    }
    *value = HPy_Dup(p->ctx, arg);
    /* After a failure it is the tracker's all the same. */
    return HPyTracker_Add(p->ctx, *p->tracker, *value) == 0;
}

/* Converts any argument. A null handle, for an optional argument that is not given, only shows
   whether the unit exists. */
static int convert_any(const Parser *p, char unit, HPy arg, void *out)
{
    const bool given = !HPy_IsNull(arg);
#define UNIT(TYPE, READ, ...)                                                           \
    {                                                                                   \
        __VA_ARGS__;                                                                    \
        if (!given)                                                                     \
            return 1;                                                                   \
        if (!(READ))                                                                    \
            return 0;                                                                   \
        *(TYPE *)out = (TYPE)value;                                                     \
        return 1;                                                                       \
    }
#define BOUNDED(TYPE, MIN, MAX, KIND)                                                   \
    UNIT(TYPE, bounded(p, arg, MIN, MAX, KIND, &value), long value)
#define MASKED(TYPE) UNIT(TYPE, masked(p, arg, &value), unsigned long long value)
#define FAILED (value == -1 && HPyErr_Occurred(p->ctx))

    switch (unit) {
    case 'b': BOUNDED(unsigned char, 0, UCHAR_MAX, "unsigned byte integer")
    case 'h': BOUNDED(short, SHRT_MIN, SHRT_MAX, "signed short integer")
    case 'i': BOUNDED(int, INT_MIN, INT_MAX, "signed integer")
    case 'l': BOUNDED(long, LONG_MIN, LONG_MAX, "signed long integer")
    case 'L':
        UNIT(long long, (value = HPyLong_AsLongLong(p->ctx, arg), !FAILED), long long value)
    case 'n':
        UNIT(HPy_ssize_t, (value = HPyLong_AsSsize_t(p->ctx, arg), !FAILED), HPy_ssize_t value)
    case 'B': MASKED(unsigned char)
    case 'H': MASKED(unsigned short)
    case 'I': MASKED(unsigned int)
    case 'k': MASKED(unsigned long)
    case 'K': MASKED(unsigned long long)
    case 'f': UNIT(float, number(p, arg, &value), double value)
    case 'd': UNIT(double, number(p, arg, &value), double value)
    case 'p': UNIT(int, (value = HPy_IsTrue(p->ctx, arg)) >= 0, int value)
    case 's': UNIT(const char *, text(p, arg, &value), const char *value = NULL)
    case 'O': return !given || object(p, arg, (HPy *)out);
    default: return fail(p, p->ctx->h_SystemError, "unknown arg format code");
    }
#undef UNIT
#undef BOUNDED
#undef MASKED
#undef FAILED
}

/* Converts the argument of a unit. */
static inline int convert(Parser *p, char unit, HPy arg)
{
    void *out = (void *)*p->out++;
    if (!HPy_IsNull(arg) && !(unit == 'O' && p->keywords) &&
        _HPyArg_Quick(p->ctx, unit, arg, out))
        return 1;
    return convert_any(p, unit, arg, out);
}

/* Makes the tracker that the caller asked for, if it did. */
static int open_tracker(HPyContext *ctx, HPyTracker *ht)
{
    if (ht == NULL)
        return 1;
    *ht = HPyTracker_New(ctx, 0);
    return !HPy_IsNull(*ht);
}

/* Closes what a failed call made, and gives what it gives. */
static int close_tracker(HPyContext *ctx, HPyTracker *ht)
{
    if (ht != NULL)
        HPyTracker_Close(ctx, *ht);
    return 0;
}

/* ---- positional arguments ---- */

static int parse_positional(Parser *p, const HPy *args, size_t nargs)
{
    size_t i = 0;
    char unit;
    while ((unit = next_unit(p)) != 0) {
        HPy arg = i < nargs ? args[i] : HPy_NULL;
        i++;
        if (HPy_IsNull(arg) && !p->optional)
            return fail(p, p->ctx->h_TypeError, "required positional argument missing");
        if (!convert(p, unit, arg))
            return 0;
    }
    if (i < nargs)
        return fail(p, p->ctx->h_TypeError, "mismatched args (too many arguments for fmt)");
    return 1;
}

HPyAPI_HELPER int _HPyArg_ParseArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                     size_t nargs, const char *fmt, const void *const *out)
{
    Parser p = parser(ctx, ht, fmt, out, false);
    if (!open_tracker(ctx, ht))
        return 0;
    return parse_positional(&p, args, nargs) ? 1 : close_tracker(ctx, ht);
}

/* ---- keyword arguments ---- */

/* The arguments of a call, keyword arguments as a tuple of names (whose values stand behind the
   positional ones) or as a dict. */
typedef struct {
    const HPy *args;
    size_t nargs;
    HPy keywords;
    bool is_dict;
    /* How many keyword arguments there are, and how many of them a parameter has taken. */
    HPy_ssize_t given;
    HPy_ssize_t taken;
} Call;

/* The value that a dict has for a name, as a new handle. */
static int find_in_dict(HPyContext *ctx, Call *call, const char *name, HPy *value)
{
    HPy key = HPyUnicode_FromString(ctx, name);
    int found = HPy_IsNull(key) ? -1 : HPy_Contains(ctx, call->keywords, key);
    if (found > 0)
        *value = HPy_GetItem(ctx, call->keywords, key);
    HPy_Close(ctx, key);
    call->taken += !HPy_IsNull(*value);
    return found == 0 || !HPy_IsNull(*value);
}

/* Whether a name that a caller gives, which may have a NUL in it, is that of a parameter. Names are
   short: a call would cost more than the loop. */
static inline bool is_same(const char *given, HPy_ssize_t size, const char *name)
{
    HPy_ssize_t i;
    for (i = 0; i < size; i++) {
        if (given[i] != name[i] || name[i] == '\0')
            return false;
    }
    return name[size] == '\0';
}

HPyAPI_HELPER HPy _HPyArg_Named(HPyContext *ctx, const HPy *names, HPy_ssize_t count,
                                const HPy *values, const char *name)
{
    HPy_ssize_t i, size;
    const char *utf8;
    for (i = 0; i < count; i++) {
        if (!_HPy_short_Unicode_AsUTF8AndSize(ctx, names[i], &size, &utf8))
            return HPy_NULL;
        if (is_same(utf8, size, name))
            return values[i];
    }
    return HPy_NULL;
}

/* Whether the i-th keyword argument has this name: 1, 0, or -1. */
static inline int has_name(HPyContext *ctx, const Call *call, HPy_ssize_t i, const char *name)
{
    HPy key = HPy_GetItem_i(ctx, call->keywords, i);
    HPy_ssize_t size = 0;
    const char *utf8 = HPy_IsNull(key) ? NULL : HPyUnicode_AsUTF8AndSize(ctx, key, &size);
    const int is = utf8 == NULL ? -1 : is_same(utf8, size, name);
    HPy_Close(ctx, key);
    return is;
}

/* The value of a keyword argument in `value`, or null if it is not given; 0 if that cannot be found
   out. The handle is new if it comes from a dict, and borrowed else. */
static int find_keyword(HPyContext *ctx, Call *call, const char *name, HPy *value)
{
    HPy_ssize_t i;
    if (call->is_dict)
        return find_in_dict(ctx, call, name, value);
    for (i = 0; i < call->given; i++) {
        const int is = has_name(ctx, call, i, name);
        if (is < 0)
            return 0;
        if (is > 0) {
            *value = call->args[call->nargs + (size_t)i];
            call->taken++;
            return 1;
        }
    }
    return 1;
}

/* How many parameters there are: names, of which the first ones may be empty. 0 with an exception
   set if a later one is. */
static int count_parameters(const Parser *p, const char *const *keywords, size_t *count)
{
    size_t i = 0;
    while (keywords[i] != NULL && *keywords[i] == '\0')
        i++;
    for (; keywords[i] != NULL; i++) {
        if (*keywords[i] == '\0')
            return fail(p, p->ctx->h_SystemError, "empty keyword parameter name");
    }
    *count = i;
    return 1;
}

/* Finds and converts the argument of one parameter. */
static inline int parse_parameter(Parser *p, Call *call, char unit, size_t i, const char *name)
{
    HPyContext *ctx = p->ctx;
    HPy arg = HPy_NULL;
    bool is_new = false;
    int done;
    if (unit == 'O' && p->tracker == NULL)
        return fail(p, ctx->h_SystemError,
                    "HPyArg_ParseKeywords cannot use the format character 'O' unless"
                    " an HPyTracker is provided. Please supply an HPyTracker.");
    if (i < call->nargs) {
        if (p->keyword_only)
            return fail(p, ctx->h_TypeError, "keyword only argument passed as positional argument");
        arg = call->args[i];
    } else if (call->taken < call->given && *name != '\0') {
        if (!find_keyword(ctx, call, name, &arg))
            return 0;
        is_new = call->is_dict;
    }
    if (HPy_IsNull(arg) && !p->optional)
        return fail(p, ctx->h_TypeError, "no value for required argument");
    done = convert(p, unit, arg);
    if (is_new)
        HPy_Close(ctx, arg);
    return done;
}

static int parse_all(Parser *p, Call *call, const char *const *keywords, size_t count)
{
    HPyContext *ctx = p->ctx;
    size_t i = 0;
    char unit;
    if (!HPy_IsNull(call->keywords) && (call->given = HPy_Length(ctx, call->keywords)) < 0)
        return 0;
    while ((unit = next_unit(p)) != 0) {
        if (i >= count)
            return fail(p, ctx->h_TypeError, "mismatched args (too few keywords for fmt)");
        if (!parse_parameter(p, call, unit, i, keywords[i]))
            return 0;
        i++;
    }
    if (i != count)
        return fail(p, ctx->h_TypeError, "mismatched args (too many keywords for fmt)");
    if (call->nargs > count)
        return fail(p, ctx->h_TypeError, "mismatched args (too many arguments for fmt)");
    if (call->taken < call->given)
        return fail(p, ctx->h_TypeError,
                    "got a keyword argument that is unexpected or was also given by position");
    return 1;
}

static int parse_keywords(HPyContext *ctx, HPyTracker *ht, Call *call, const char *fmt,
                          const char *const *keywords, const void *const *out)
{
    Parser p = parser(ctx, ht, fmt, out, true);
    size_t count = 0;
    call->given = call->taken = 0;
    if (!count_parameters(&p, keywords, &count) || !open_tracker(ctx, ht))
        return 0;
    return parse_all(&p, call, keywords, count) ? 1 : close_tracker(ctx, ht);
}

HPyAPI_HELPER int _HPyArg_ParseKeywordsArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                             size_t nargs, HPy kwnames, const char *fmt,
                                             const char *const *keywords, const void *const *out)
{
    Call call;
    call.args = args;
    call.nargs = nargs;
    call.keywords = kwnames;
    call.is_dict = false;
    return parse_keywords(ctx, ht, &call, fmt, keywords, out);
}

HPyAPI_HELPER int _HPyArg_ParseKeywordsDictArray(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                                 HPy_ssize_t nargs, HPy kw, const char *fmt,
                                                 const char *const *keywords,
                                                 const void *const *out)
{
    Call call;
    call.args = args;
    call.nargs = (size_t)nargs;
    call.keywords = kw;
    call.is_dict = true;
    return parse_keywords(ctx, ht, &call, fmt, keywords, out);
}

/* ---- the same with the variables as variable arguments, for who takes a function's address ---- */

/* As many variables as most formats have. */
#define FEW 16

/* The variables of a format, in `few` or in memory to be freed; NULL without memory. */
static const void **gather(const char *fmt, const void **few, va_list *list)
{
    const size_t count = strcspn(fmt, ":;");
    const void **out = few;
    size_t i, units = 0;
    if (count > FEW)
        out = (const void **)malloc(count * sizeof(*out));
    for (i = 0; out != NULL && i < count; i++) {
        if (fmt[i] != '|' && fmt[i] != '$')
            out[units++] = va_arg(*list, const void *);
    }
    return out;
}

/* Defines what the public functions have in common. */
#define PARSE_GATHERED(LAST, CALL)                                                      \
    const void *few[FEW], **out;                                                        \
    va_list list;                                                                       \
    int done;                                                                           \
    va_start(list, LAST);                                                               \
    out = gather(fmt, few, &list);                                                      \
    va_end(list);                                                                       \
    if (out == NULL) {                                                                  \
        HPyErr_NoMemory(ctx);                                                           \
        return 0;                                                                       \
    }                                                                                   \
    done = CALL;                                                                        \
    if (out != few)                                                                     \
        free((void *)out);                                                              \
    return done;

HPyAPI_HELPER int HPyArg_Parse(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                               const char *fmt, ...)
{
    PARSE_GATHERED(fmt, _HPyArg_ParseArray(ctx, ht, args, nargs, fmt, out))
}

HPyAPI_HELPER int HPyArg_ParseKeywords(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                       size_t nargs, HPy kwnames, const char *fmt,
                                       const char *keywords[], ...)
{
    PARSE_GATHERED(keywords, _HPyArg_ParseKeywordsArray(ctx, ht, args, nargs, kwnames, fmt,
                                                        keywords, out))
}

HPyAPI_HELPER int HPyArg_ParseKeywordsDict(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                           HPy_ssize_t nargs, HPy kw, const char *fmt,
                                           const char *keywords[], ...)
{
    PARSE_GATHERED(keywords, _HPyArg_ParseKeywordsDictArray(ctx, ht, args, nargs, kw, fmt,
                                                            keywords, out))
}

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

/* Where the parser is. */
typedef struct {
    HPyContext *ctx;
    /* The next unit, and behind the last one. */
    const char *unit;
    const char *end;
    /* Set by `|` and `$`. */
    bool optional;
    bool keyword_only;
    /* Whether there may be keyword arguments: `$` is known, and an `O` needs a handle of its own,
       which the tracker keeps. */
    bool keywords;
    HPyTracker *tracker;
} Parser;

static Parser parser(HPyContext *ctx, HPyTracker *tracker, const char *fmt, bool keywords)
{
    Parser p;
    p.ctx = ctx;
    p.unit = fmt;
    p.end = fmt + strcspn(fmt, ":;");
    p.optional = p.keyword_only = false;
    p.keywords = keywords;
    p.tracker = tracker;
    return p;
}

/* Raises an exception that names the function, or says what the author wants said; gives 0. */
static int fail(const Parser *p, HPy type, const char *message)
{
    char text[512];
    switch (*p->end) {
    case ':':
        snprintf(text, sizeof(text), "%.200s() %.256s", p->end + 1, message);
        break;
    case ';':
        snprintf(text, sizeof(text), "%s", p->end + 1);
        break;
    default:
        snprintf(text, sizeof(text), "function %.256s", message);
    }
    HPyErr_SetString(p->ctx, type, text);
    return 0;
}

/* The next unit; 0 at the end. */
static char next_unit(Parser *p)
{
    for (; p->unit != p->end; p->unit++) {
        const bool keyword_only = *p->unit == '$' && p->keywords;
        if (*p->unit != '|' && !keyword_only)
            return *p->unit++;
        p->optional = true;
        p->keyword_only |= keyword_only;
    }
    return 0;
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
    if (utf8 == NULL)
        return 0;
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
    if (HPyTracker_Add(p->ctx, *p->tracker, *value) == 0)
        return 1;
    HPy_Close(p->ctx, *value);
    return 0;
}

/* Converts one argument. A null handle, for an optional argument that is not given, only skips the
   variable: so each unit takes its pointer first. */
static int convert(const Parser *p, char unit, HPy arg, va_list *out)
{
#define UNIT(TYPE, READ, ...)                                                           \
    {                                                                                   \
        TYPE *variable = va_arg(*out, TYPE *);                                          \
        __VA_ARGS__;                                                                    \
        if (HPy_IsNull(arg))                                                            \
            return 1;                                                                   \
        if (!(READ))                                                                    \
            return 0;                                                                   \
        *variable = (TYPE)value;                                                        \
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
    case 'O': {
        HPy *variable = va_arg(*out, HPy *);
        return HPy_IsNull(arg) || object(p, arg, variable);
    }
    default:
        return fail(p, p->ctx->h_SystemError, "unknown arg format code");
    }
#undef UNIT
#undef BOUNDED
#undef MASKED
#undef FAILED
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

static int parse_positional(Parser *p, const HPy *args, size_t nargs, va_list *out)
{
    size_t i = 0;
    char unit;
    while ((unit = next_unit(p)) != 0) {
        HPy arg = i < nargs ? args[i] : HPy_NULL;
        i++;
        if (HPy_IsNull(arg) && !p->optional)
            return fail(p, p->ctx->h_TypeError, "required positional argument missing");
        if (!convert(p, unit, arg, out))
            return 0;
    }
    if (i < nargs)
        return fail(p, p->ctx->h_TypeError, "mismatched args (too many arguments for fmt)");
    return 1;
}

HPyAPI_HELPER int HPyArg_Parse(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                               const char *fmt, ...)
{
    Parser p = parser(ctx, ht, fmt, false);
    va_list out;
    int done;
    if (!open_tracker(ctx, ht))
        return 0;
    va_start(out, fmt);
    done = parse_positional(&p, args, nargs, &out);
    va_end(out);
    return done ? 1 : close_tracker(ctx, ht);
}

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

/* The value of a keyword argument in `value`, or null if it is not given; 0 if that cannot be found
   out. The handle is new if it comes from a dict, and borrowed else. */
static int find_keyword(HPyContext *ctx, Call *call, const char *name, HPy *value)
{
    HPy_ssize_t i;
    *value = HPy_NULL;
    if (call->is_dict) {
        HPy key = HPyUnicode_FromString(ctx, name);
        int found = HPy_IsNull(key) ? -1 : HPy_Contains(ctx, call->keywords, key);
        if (found > 0)
            *value = HPy_GetItem(ctx, call->keywords, key);
        HPy_Close(ctx, key);
        call->taken += !HPy_IsNull(*value);
        return found == 0 || !HPy_IsNull(*value);
    }
    for (i = 0; i < call->given; i++) {
        HPy key = HPy_GetItem_i(ctx, call->keywords, i);
        const char *utf8 = HPy_IsNull(key) ? NULL : HPyUnicode_AsUTF8AndSize(ctx, key, NULL);
        const bool equal = utf8 != NULL && strcmp(utf8, name) == 0;
        HPy_Close(ctx, key);
        if (utf8 == NULL)
            return 0;
        if (equal) {
            *value = call->args[call->nargs + (size_t)i];
            call->taken++;
            return 1;
        }
    }
    return 1;
}

/* How many parameters there are: names, of which the first ones may be empty. 0 with an exception
   set if a later one is. */
static int count_parameters(const Parser *p, const char *keywords[], size_t *count)
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
static int parse_parameter(Parser *p, Call *call, char unit, size_t i, const char *name,
                           va_list *out)
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
    } else if (call->given > 0 && *name != '\0') {
        if (!find_keyword(ctx, call, name, &arg))
            return 0;
        is_new = call->is_dict;
    }
    if (HPy_IsNull(arg) && !p->optional)
        return fail(p, ctx->h_TypeError, "no value for required argument");
    done = convert(p, unit, arg, out);
    if (is_new)
        HPy_Close(ctx, arg);
    return done;
}

static int parse_all(Parser *p, Call *call, const char *keywords[], size_t count, va_list *out)
{
    HPyContext *ctx = p->ctx;
    size_t i = 0;
    char unit;
    if (!HPy_IsNull(call->keywords) && (call->given = HPy_Length(ctx, call->keywords)) < 0)
        return 0;
    while ((unit = next_unit(p)) != 0) {
        if (i >= count)
            return fail(p, ctx->h_TypeError, "mismatched args (too few keywords for fmt)");
        if (!parse_parameter(p, call, unit, i, keywords[i], out))
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
                          const char *keywords[], va_list *out)
{
    Parser p = parser(ctx, ht, fmt, true);
    size_t count = 0;
    call->given = call->taken = 0;
    if (!count_parameters(&p, keywords, &count) || !open_tracker(ctx, ht))
        return 0;
    return parse_all(&p, call, keywords, count, out) ? 1 : close_tracker(ctx, ht);
}

HPyAPI_HELPER int HPyArg_ParseKeywords(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                       size_t nargs, HPy kwnames, const char *fmt,
                                       const char *keywords[], ...)
{
    Call call;
    va_list out;
    int done;
    call.args = args;
    call.nargs = nargs;
    call.keywords = kwnames;
    call.is_dict = false;
    va_start(out, keywords);
    done = parse_keywords(ctx, ht, &call, fmt, keywords, &out);
    va_end(out);
    return done;
}

HPyAPI_HELPER int HPyArg_ParseKeywordsDict(HPyContext *ctx, HPyTracker *ht, const HPy *args,
                                           HPy_ssize_t nargs, HPy kw, const char *fmt,
                                           const char *keywords[], ...)
{
    Call call;
    va_list out;
    int done;
    call.args = args;
    call.nargs = (size_t)nargs;
    call.keywords = kw;
    call.is_dict = true;
    va_start(out, keywords);
    done = parse_keywords(ctx, ht, &call, fmt, keywords, &out);
    va_end(out);
    return done;
}

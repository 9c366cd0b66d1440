/* Objects from format strings.
 *
 *   i [int]  l [long]  L [long long]               an int; I, k and K are their unsigned kin
 *   n [HPy_ssize_t]                                an int
 *   f [float]  d [double]                          a float
 *   s [const char *]                               a str, from UTF-8
 *   O or S [HPy]                                   the object; the handle stays the caller's
 *   (...)  [...]  {key:value, ...}                 a tuple, a list, a dict
 *
 * No unit gives None, one gives what it stands for, several give a tuple. Commas and spaces between
 * units have no meaning, but between the entries of a dict there must be a comma.
 * A null handle for `O` means that making it failed: the exception that is set stays.
 */
#include "hpy.h"

#include <stdio.h>

/* Where the builder is: the rest of the format, and of the values. */
typedef struct {
    HPyContext *ctx;
    const char *fmt;
    va_list values;
} Input;

static HPy build(Input *in);

static HPy fail(HPyContext *ctx, const char *message)
{
    return HPyErr_SetString(ctx, ctx->h_SystemError, message);
}

static HPy fail_about(HPyContext *ctx, const char *before, char what, const char *after)
{
    char message[128];
    snprintf(message, sizeof(message), "%s'%c'%s the format string passed to HPy_BuildValue",
             before, what, after);
    return fail(ctx, message);
}

static char closing(char opening)
{
    return opening == '(' ? ')' : opening == '[' ? ']' : '}';
}

/* The number of units up to `end`, units in brackets counting as one; -1 with an exception set if
   `end` does not come, or another closing bracket does. `opening` is the bracket that `end` closes,
   or 0 at the outermost level. */
static HPy_ssize_t count_units(HPyContext *ctx, const char *fmt, char opening)
{
    const char end = opening ? closing(opening) : '\0';
    char outermost = opening;
    HPy_ssize_t depth = 0, count = 0;
    for (; depth != 0 || *fmt != end; fmt++) {
        switch (*fmt) {
        case '\0':
            fail_about(ctx, "unmatched ", opening ? opening : outermost, " in");
            return -1;
        case '(': case '[': case '{':
            if (depth++ == 0) {
                count++;
                if (!opening)
                    outermost = *fmt;
            }
            break;
        case ')': case ']': case '}':
            if (depth-- == 0) {
                fail_about(ctx, "unmatched ", opening ? opening : *fmt, " in");
                return -1;
            }
            break;
        case ',': case ' ':
            break;
        default:
            count += depth == 0;
        }
    }
    return count;
}

static void skip(Input *in, const char *what)
{
    in->fmt += strspn(in->fmt, what);
}

/* Steps over the bracket that closes `opening`; 0 with an exception set if another one does. */
static int close_bracket(Input *in, char opening)
{
    if (*in->fmt != closing(opening)) {
        fail_about(in->ctx, "unmatched ", opening, " in");
        return 0;
    }
    in->fmt++;
    return 1;
}

/* `size` units as a tuple; `opening` is 0 at the outermost level. */
static HPy build_tuple(Input *in, HPy_ssize_t size, char opening)
{
    HPyContext *ctx = in->ctx;
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, size);
    HPy_ssize_t i;
    for (i = 0; i < size; i++) {
        HPy item;
        skip(in, ", ");
        item = build(in);
        if (HPy_IsNull(item))
            goto error;
        HPyTupleBuilder_Set(ctx, builder, i, item);
        HPy_Close(ctx, item);
    }
    skip(in, ", ");
    if (opening && !close_bracket(in, opening))
        goto error;
    return HPyTupleBuilder_Build(ctx, builder);
error:
    HPyTupleBuilder_Cancel(ctx, builder);
    return HPy_NULL;
}

static HPy build_list(Input *in, HPy_ssize_t size)
{
    HPyContext *ctx = in->ctx;
    HPyListBuilder builder = HPyListBuilder_New(ctx, size);
    HPy_ssize_t i;
    for (i = 0; i < size; i++) {
        HPy item;
        skip(in, ", ");
        item = build(in);
        if (HPy_IsNull(item))
            goto error;
        HPyListBuilder_Set(ctx, builder, i, item);
        HPy_Close(ctx, item);
    }
    skip(in, ", ");
    if (!close_bracket(in, '['))
        goto error;
    return HPyListBuilder_Build(ctx, builder);
error:
    HPyListBuilder_Cancel(ctx, builder);
    return HPy_NULL;
}

/* Puts one `key:value` into a dict; 0 with an exception set on failure. */
static int build_entry(Input *in, HPy dict)
{
    HPyContext *ctx = in->ctx;
    HPy value, key = build(in);
    int done = 0;
    if (HPy_IsNull(key))
        return 0;
    skip(in, " ");
    if (*in->fmt != ':') {
        fail(ctx, "missing ':' in the format string passed to HPy_BuildValue");
    } else {
        in->fmt++;
        skip(in, " ");
        value = build(in);
        done = !HPy_IsNull(value) && HPy_SetItem(ctx, dict, key, value) == 0;
        HPy_Close(ctx, value);
    }
    HPy_Close(ctx, key);
    return done;
}

static HPy build_dict(Input *in)
{
    HPyContext *ctx = in->ctx;
    HPy dict = HPyDict_New(ctx);
    bool may_continue = true;
    if (HPy_IsNull(dict))
        return HPy_NULL;
    for (skip(in, " "); *in->fmt != '}' && *in->fmt != '\0'; skip(in, " ")) {
        if (*in->fmt == ',') {
            if (may_continue) {
                fail(ctx, "unexpected ',' in the format string passed to HPy_BuildValue");
                goto error;
            }
            in->fmt++;
            may_continue = true;
            continue;
        }
        if (!may_continue) {
            fail(ctx, "missing ',' in the format string passed to HPy_BuildValue");
            goto error;
        }
        if (!build_entry(in, dict))
            goto error;
        may_continue = false;
    }
    if (close_bracket(in, '{'))
        return dict;
error:
    HPy_Close(ctx, dict);
    return HPy_NULL;
}

static HPy build_bracket(Input *in, char opening)
{
    HPy_ssize_t size;
    if (opening == '{')
        return build_dict(in);
    size = count_units(in->ctx, in->fmt, opening);
    if (size < 0)
        return HPy_NULL;
    return opening == '(' ? build_tuple(in, size, opening) : build_list(in, size);
}

static HPy build_object(Input *in)
{
    HPy object = va_arg(in->values, HPy);
    if (!HPy_IsNull(object))
        return HPy_Dup(in->ctx, object);
    if (HPyErr_Occurred(in->ctx))
        return HPy_NULL;
    return fail(in->ctx, "HPy_NULL object passed to HPy_BuildValue");
}

/* What one unit stands for, as a new handle; null with an exception set on failure. */
static HPy build(Input *in)
{
    HPyContext *ctx = in->ctx;
    const char unit = *in->fmt;
    if (unit != '\0')
        in->fmt++;
    switch (unit) {
    case '(': case '[': case '{':
        return build_bracket(in, unit);
    case 'i':
        return HPyLong_FromLong(ctx, va_arg(in->values, int));
    case 'I':
        return HPyLong_FromUnsignedLong(ctx, va_arg(in->values, unsigned int));
    case 'l':
        return HPyLong_FromLong(ctx, va_arg(in->values, long));
    case 'k':
        return HPyLong_FromUnsignedLong(ctx, va_arg(in->values, unsigned long));
    case 'L':
        return HPyLong_FromLongLong(ctx, va_arg(in->values, long long));
    case 'K':
        return HPyLong_FromUnsignedLongLong(ctx, va_arg(in->values, unsigned long long));
    case 'n':
        return HPyLong_FromSsize_t(ctx, va_arg(in->values, HPy_ssize_t));
    case 'f': /* C passes a float as a double. */
    case 'd':
        return HPyFloat_FromDouble(ctx, va_arg(in->values, double));
    case 's':
        return HPyUnicode_FromString(ctx, va_arg(in->values, const char *));
    case 'O': case 'S':
        return build_object(in);
    case 'N':
        return fail(ctx, "HPy_BuildValue does not support the 'N' formatting unit. "
                         "Instead, use the 'O' formatting unit and manually close "
                         "the handle in the caller if necessary. HPy API functions "
                         "never 'steal' handles and always make a duplicate handle if "
                         "needed, the 'ownership' of the original handle is never "
                         "'transferred'. ");
    default:
        return fail_about(ctx, "bad format char ", unit, " in");
    }
}

HPyAPI_HELPER HPy HPy_BuildValue(HPyContext *ctx, const char *fmt, ...)
{
    Input in;
    HPy result = HPy_NULL;
    const HPy_ssize_t size = count_units(ctx, fmt, '\0');
    in.ctx = ctx;
    in.fmt = fmt;
    va_start(in.values, fmt);
    if (size == 0) {
        result = HPy_Dup(ctx, ctx->h_None);
    } else if (size == 1) {
        skip(&in, ", ");
        result = build(&in);
    } else if (size > 1) {
        result = build_tuple(&in, size, '\0');
    }
    va_end(in.values);
    return result;
}

/* Text from format strings, in the manner of printf.
 *
 *   %%                                   a percent sign
 *   %c [int]                             the character with this number
 *   %d %i %u %x [int], %ld %li %lu [long], %lld %lli %llu [long long], %zd %zi %zu [HPy_ssize_t]
 *   %p [void *]                          an address, beginning with 0x
 *   %s [const char *]                    UTF-8
 *   %U [HPy]                             a str
 *   %V [HPy, const char *]               a str, or the UTF-8 behind it if the handle is null
 *   %S %R %A [HPy]                       str(), repr() or ascii() of an object
 *
 * `%[0]{width}.{precision}` may stand before the letter. The width is the least number of
 * characters; what is shorter is filled up on the left, with spaces, or with zeros if the flag 0 is
 * given, which only numbers allow. The precision is the least number of digits of a number, and the
 * greatest length of a text: in bytes for %s, in characters for an object's. %c and %p allow
 * neither. The format itself is ASCII.
 */
#include "hpy.h"

#include <stdio.h>

/* UTF-8 under construction. */
typedef struct {
    HPyContext *ctx;
    char *bytes;
    size_t length;
    size_t room;
} Text;

/* One conversion. */
typedef struct {
    bool zeros;
    /* -1 if it is not given, as is the precision. */
    HPy_ssize_t width;
    HPy_ssize_t precision;
    /* 'l', 'L' for `ll`, 'z', or 0. */
    char size;
    char letter;
} Conversion;

/* Makes room for `more` bytes and a NUL; false with an exception set on failure. */
static bool reserve(Text *text, size_t more)
{
    size_t room = text->room;
    char *bytes;
    if (more < room - text->length)
        return true;
    room = room + room / 2 > text->length + more ? room + room / 2 : text->length + more + 1;
    bytes = (char *)realloc(text->bytes, room);
    if (bytes == NULL) {
        HPyErr_NoMemory(text->ctx);
        return false;
    }
    text->bytes = bytes;
    text->room = room;
    return true;
}

static bool append(Text *text, const char *bytes, size_t length)
{
    if (!reserve(text, length))
        return false;
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    return true;
}

static bool fill(Text *text, char c, HPy_ssize_t count)
{
    if (count <= 0)
        return true;
    if (!reserve(text, (size_t)count))
        return false;
    memset(text->bytes + text->length, c, (size_t)count);
    text->length += (size_t)count;
    return true;
}

static bool fail(HPyContext *ctx, HPy type, const char *message)
{
    HPyErr_SetString(ctx, type, message);
    return false;
}

/* The number of bytes that the first `limit` characters have, and their number. A negative limit is
   none. */
static size_t measure(const char *utf8, size_t size, HPy_ssize_t limit, HPy_ssize_t *characters)
{
    size_t i;
    *characters = 0;
    for (i = 0; i < size; i++) {
        const bool begins = ((unsigned char)utf8[i] & 0xC0) != 0x80;
        if (begins && *characters == limit)
            break;
        *characters += begins;
    }
    return i;
}

/* Appends the first `limit` characters of a text, at the right of its width. */
static bool append_padded(Text *text, const Conversion *c, const char *utf8, size_t size,
                          HPy_ssize_t limit)
{
    HPy_ssize_t characters;
    size = measure(utf8, size, limit, &characters);
    return fill(text, ' ', c->width - characters) && append(text, utf8, size);
}

/* The length of a text of which at most `limit` bytes are looked at. */
static size_t bounded_length(const char *utf8, size_t limit)
{
    const char *end = (const char *)memchr(utf8, '\0', limit);
    return end == NULL ? limit : (size_t)(end - utf8);
}

static bool append_string(Text *text, const Conversion *c, const char *utf8)
{
    size_t size;
    if (utf8 == NULL)
        return fail(text->ctx, text->ctx->h_SystemError,
                    "null c string passed as value for formatting unit '%s'");
    /* With a precision, a text that is long enough needs no NUL. */
    size = c->precision < 0 ? strlen(utf8) : bounded_length(utf8, (size_t)c->precision);
    return append_padded(text, c, utf8, size, -1);
}

static bool append_str(Text *text, const Conversion *c, HPy str)
{
    HPy_ssize_t size;
    const char *utf8 = HPyUnicode_AsUTF8AndSize(text->ctx, str, &size);
    return utf8 != NULL && append_padded(text, c, utf8, (size_t)size, c->precision);
}

/* The text that a function makes of an object. */
static bool append_object(Text *text, const Conversion *c, HPy object,
                          HPy (*function)(HPyContext *, HPy))
{
    HPy str;
    bool done;
    if (HPy_IsNull(object))
        return fail(text->ctx, text->ctx->h_SystemError,
                    "HPy_NULL passed as value for formatting unit '%S' or '%R' or '%A'");
    str = function(text->ctx, object);
    if (HPy_IsNull(str))
        return false;
    done = append_str(text, c, str);
    HPy_Close(text->ctx, str);
    return done;
}

/* An open handle's bytes stay where they are as long as it is open; one of our own is closed as
   soon as they are copied. */
static HPy itself(HPyContext *ctx, HPy str)
{
    return HPy_Dup(ctx, str);
}

/* Appends the digits of a number that printf wrote. */
static bool append_number(Text *text, const Conversion *c, const char *written)
{
    const bool negative = *written == '-';
    const char *digits = written + negative;
    const HPy_ssize_t length = (HPy_ssize_t)strlen(digits);
    const HPy_ssize_t wanted = c->precision > length ? c->precision : length;
    const HPy_ssize_t room = c->width - negative;
    HPy_ssize_t zeros = wanted - length;
    HPy_ssize_t spaces = room > wanted ? room - wanted : 0;
    if (c->zeros) {
        zeros += spaces;
        spaces = 0;
    }
    return fill(text, ' ', spaces) && fill(text, '-', negative) && fill(text, '0', zeros)
        && append(text, digits, (size_t)length);
}

static bool append_integer(Text *text, const Conversion *c, va_list *values)
{
    char written[32];
    if (c->letter == 'x') {
        snprintf(written, sizeof(written), "%x", va_arg(*values, unsigned int));
    } else if (c->letter == 'u') {
        const unsigned long long value = c->size == 'l' ? va_arg(*values, unsigned long)
            : c->size == 'L' ? va_arg(*values, unsigned long long)
            : c->size == 'z' ? va_arg(*values, size_t)
            : va_arg(*values, unsigned int);
        snprintf(written, sizeof(written), "%llu", value);
    } else {
        const long long value = c->size == 'l' ? va_arg(*values, long)
            : c->size == 'L' ? va_arg(*values, long long)
            : c->size == 'z' ? va_arg(*values, HPy_ssize_t)
            : va_arg(*values, int);
        snprintf(written, sizeof(written), "%lld", value);
    }
    return append_number(text, c, written);
}

static bool append_pointer(Text *text, const void *pointer)
{
    char written[40];
    snprintf(written, sizeof(written), "0x%llx", (unsigned long long)(uintptr_t)pointer);
    return append(text, written, strlen(written));
}

/* A character as UTF-8. */
static bool append_character(Text *text, int ordinal)
{
    const unsigned int c = (unsigned int)ordinal;
    char bytes[4];
    size_t length = 0;
    if (c > 0x10FFFF)
        return fail(text->ctx, text->ctx->h_OverflowError,
                    "character argument not in range(0x110000)");
    if (c < 0x80) {
        bytes[length++] = (char)c;
    } else {
        if (c < 0x800) {
            bytes[length++] = (char)(0xC0 | c >> 6);
        } else {
            if (c < 0x10000) {
                bytes[length++] = (char)(0xE0 | c >> 12);
            } else {
                bytes[length++] = (char)(0xF0 | c >> 18);
                bytes[length++] = (char)(0x80 | (c >> 12 & 0x3F));
            }
            bytes[length++] = (char)(0x80 | (c >> 6 & 0x3F));
        }
        bytes[length++] = (char)(0x80 | (c & 0x3F));
    }
    return append(text, bytes, length);
}

static bool append_conversion(Text *text, const Conversion *c, va_list *values)
{
    HPyContext *ctx = text->ctx;
    HPy object;
    switch (c->letter) {
    case 'd': case 'i': case 'u': case 'x':
        return append_integer(text, c, values);
    case 'c':
        return append_character(text, va_arg(*values, int));
    case 'p':
        return append_pointer(text, va_arg(*values, void *));
    case 's':
        return append_string(text, c, va_arg(*values, const char *));
    case 'U':
        object = va_arg(*values, HPy);
        if (HPy_IsNull(object))
            return fail(ctx, ctx->h_SystemError,
                        "HPy_NULL passed as value for formatting unit '%U'");
        return append_object(text, c, object, itself);
    case 'V': {
        const char *utf8;
        object = va_arg(*values, HPy);
        utf8 = va_arg(*values, const char *);
        return HPy_IsNull(object) ? append_string(text, c, utf8)
                                  : append_object(text, c, object, itself);
    }
    case 'S':
        return append_object(text, c, va_arg(*values, HPy), HPy_Str);
    case 'R':
        return append_object(text, c, va_arg(*values, HPy), HPy_Repr);
    case 'A':
        return append_object(text, c, va_arg(*values, HPy), HPy_ASCII);
    default:
        return fail(ctx, ctx->h_SystemError, "invalid format string");
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads a decimal number, if there is one. */
static bool read_number(HPyContext *ctx, const char **f, HPy_ssize_t *number, const char *too_big)
{
    if (!is_digit(**f))
        return true;
    for (*number = 0; is_digit(**f); (*f)++) {
        const int digit = **f - '0';
        if (*number > (HPY_SSIZE_T_MAX - digit) / 10)
            return fail(ctx, ctx->h_ValueError, too_big);
        *number = *number * 10 + digit;
    }
    return true;
}

static bool is_integer(char letter, bool with_size)
{
    return letter == 'd' || letter == 'i' || letter == 'u' || (letter == 'x' && !with_size);
}

/* Refuses flags that a letter does not allow. */
static bool check_flags(HPyContext *ctx, const Conversion *c)
{
    char message[80];
    if (c->zeros && c->letter != '\0' && strchr("sUVSRApc", c->letter) != NULL) {
        snprintf(message, sizeof(message),
                 "formatting unit '%%%c' does not support 0-padding", c->letter);
        return fail(ctx, ctx->h_SystemError, message);
    }
    if ((c->letter == 'c' || c->letter == 'p') && (c->width != -1 || c->precision != -1)) {
        snprintf(message, sizeof(message),
                 "formatting unit '%%%c' does not support width nor precision", c->letter);
        return fail(ctx, ctx->h_SystemError, message);
    }
    return true;
}

/* Reads what follows a percent sign. */
static bool read_conversion(HPyContext *ctx, const char **f, Conversion *c)
{
    c->width = c->precision = -1;
    c->size = '\0';
    c->zeros = **f == '0';
    *f += c->zeros;
    if (!read_number(ctx, f, &c->width, "width too big"))
        return false;
    if (**f == '.') {
        (*f)++;
        if (!read_number(ctx, f, &c->precision, "precision too big"))
            return false;
    }
    if ((*f)[0] == 'l' && (*f)[1] == 'l' && is_integer((*f)[2], true)) {
        c->size = 'L';
        *f += 2;
    } else if (((*f)[0] == 'l' || (*f)[0] == 'z') && is_integer((*f)[1], true)) {
        c->size = **f;
        (*f)++;
    }
    c->letter = **f;
    *f += c->letter != '\0';
    return check_flags(ctx, c);
}

/* Appends what stands between conversions. */
static bool append_literal(Text *text, const char *from, size_t length)
{
    size_t i;
    for (i = 0; i < length; i++) {
        if ((unsigned char)from[i] > 127) {
            char message[96];
            snprintf(message, sizeof(message),
                     "expected an ASCII-encoded format string, got a non-ASCII byte: 0x%02x",
                     (unsigned char)from[i]);
            return fail(text->ctx, text->ctx->h_ValueError, message);
        }
    }
    return append(text, from, length);
}

static bool format(Text *text, const char *f, va_list *values)
{
    while (*f != '\0') {
        Conversion conversion;
        const size_t literal = strcspn(f, "%");
        if (!append_literal(text, f, literal))
            return false;
        f += literal;
        if (*f == '\0')
            break;
        f++;
        if (*f == '%') {
            if (!append(text, f, 1))
                return false;
            f++;
        } else if (!read_conversion(text->ctx, &f, &conversion)
                   || !append_conversion(text, &conversion, values)) {
            return false;
        }
    }
    return true;
}

/* The text as a str. Only a text with a NUL in it needs more than one call. */
static HPy to_str(Text *text)
{
    HPyContext *ctx = text->ctx;
    HPy bytes, str;
    text->bytes[text->length] = '\0';
    if (strlen(text->bytes) == text->length)
        return HPyUnicode_FromString(ctx, text->bytes);
    bytes = HPyBytes_FromStringAndSize(ctx, text->bytes, (HPy_ssize_t)text->length);
    if (HPy_IsNull(bytes))
        return HPy_NULL;
    str = HPyUnicode_FromEncodedObject(ctx, bytes, "utf-8", NULL);
    HPy_Close(ctx, bytes);
    return str;
}

HPyAPI_HELPER HPy HPyUnicode_FromFormatV(HPyContext *ctx, const char *fmt, va_list vargs)
{
    Text text = {0};
    va_list values;
    HPy str = HPy_NULL;
    text.ctx = ctx;
    /* A va_list may be an array, which a parameter would not be any more. */
    va_copy(values, vargs);
    if (reserve(&text, strlen(fmt) + 100) && format(&text, fmt, &values))
        str = to_str(&text);
    va_end(values);
    free(text.bytes);
    return str;
}

HPyAPI_HELPER HPy HPyUnicode_FromFormat(HPyContext *ctx, const char *fmt, ...)
{
    va_list values;
    HPy str;
    va_start(values, fmt);
    str = HPyUnicode_FromFormatV(ctx, fmt, values);
    va_end(values);
    return str;
}

HPyAPI_HELPER HPy HPyErr_Format(HPyContext *ctx, HPy h_type, const char *fmt, ...)
{
    va_list values;
    HPy message;
    va_start(values, fmt);
    message = HPyUnicode_FromFormatV(ctx, fmt, values);
    va_end(values);
    /* If there is no message, making it has raised. */
    if (!HPy_IsNull(message)) {
        HPyErr_SetObject(ctx, h_type, message);
        HPy_Close(ctx, message);
    }
    return HPy_NULL;
}

/* What this binary knows of the host it runs on, in the universal and hybrid ABI.
 *
 * On a host of ours a handle is an object reference in every bit, and the host says where things lie
 * in an object. Trampolines then call straight through, and the functions of short_ways.h read what
 * they need without a call. On every other host all of this stays NULL, which is no context, and
 * everything goes through the context: so it does in debug and trace mode, whose contexts are their
 * own.
 */
#ifndef HPY_HOST_H
#define HPY_HOST_H

#include "hpy/extension_members.h"

typedef struct {
    /* The context whose handles are references. */
    HPyContext *ctx;
    /* The same context for each thing that can be done without a call, else NULL: so that one
       comparison tells both whether it can be and whether this is the context. */
    struct {
        /* See hpy-abi for the two ways to count references. */
        HPyContext *counts_words, *counts_halves;
        HPyContext *reads_types, *reads_structs, *reads_floats, *reads_ints, *reads_texts;
        HPyContext *reads_lists, *reads_tuples;
        HPyContext *fills_lists, *fills_tuples;
        HPyContext *has_small_ints;
    } can;
    /* The word before the digits of an int, for both ways to store one (see hpy-abi): the lowest two
       bits say the sign; the int has one digit, or is 0, if this many more is below the limit. */
    struct {
        int64_t sign[4];
        size_t more, limit;
    } ints;
    /* From HPYX_SMALL_INT_MIN on. */
    const HPy *small_ints;
    HPyX_Inline at;
} _HPyHost;

/* One for the whole binary: modules in one binary run on one host. */
_HPy_SHARED _HPyHost _HPy_host;

/* ---- references and handles; only where they are the same ---- */

HPyAPI_FUNC cpy_PyObject *_h2py(HPy h) { return (cpy_PyObject *)h._i; }
HPyAPI_FUNC HPy _py2h(cpy_PyObject *o) { return _hconv(o); }
HPyAPI_FUNC const HPy *_arr_py2h(cpy_PyObject *const *items) { return (const HPy *)items; }

/* ---- reading inside an object ---- */

/* Where nearly every interpreter has these things: CPython 3.9 to 3.15 with a GIL. A host that has
   them elsewhere is called, since an offset that the compiler knows is worth a load each time. */
enum {
    _HPy_TYPE_OFFSET = 8,
    /* Of a float, an int, and a list or tuple. */
    _HPy_VALUE_OFFSET = 16,
    _HPy_DIGIT_OFFSET = 24,
    _HPy_LIST_OFFSET = 24
};

/* The object's memory belongs to the interpreter, whose types nobody here knows: it is copied, so
   that the compiler takes nothing for granted. */

HPyAPI_FUNC intptr_t _HPy_Word(HPy h, uint32_t offset)
{
    intptr_t word;
    memcpy(&word, (const char *)h._i + offset, sizeof(word));
    return word;
}

HPyAPI_FUNC uint32_t _HPy_Digit(HPy h, uint32_t offset)
{
    uint32_t digit;
    memcpy(&digit, (const char *)h._i + offset, sizeof(digit));
    return digit;
}

HPyAPI_FUNC double _HPy_Double(HPy h, uint32_t offset)
{
    double value;
    memcpy(&value, (const char *)h._i + offset, sizeof(value));
    return value;
}

/* ---- the arguments of a constructor, which come as a tuple ---- */

/* Whether its items can be reached. */
HPyAPI_FUNC bool _HPy_HasItems(cpy_PyObject *tuple)
{
    return tuple != NULL && _HPy_host.at.tuple_offset != 0;
}

HPyAPI_FUNC const HPy *_HPy_Items(cpy_PyObject *tuple)
{
    return (const HPy *)((const char *)tuple + _HPy_host.at.tuple_offset);
}

HPyAPI_FUNC HPy_ssize_t _HPy_Count(cpy_PyObject *tuple)
{
    return _HPy_Word(_py2h(tuple), _HPy_host.at.length_offset);
}

#endif

/* Definitions: what a type or a module consists of.
 *
 * Each macro here makes a variable of type HPyDef, whose address goes into the `defines` of an
 * HPyType_Spec or HPyModuleDef. It declares the implementation, which the author writes below it,
 * and makes the trampoline.
 *
 *     HPyDef_METH(add_ints, "add_ints", HPyFunc_VARARGS, .doc="Adds.")
 *     static HPy add_ints_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
 *     { ... }
 *
 * Variables are hidden symbols: other files of the extension may declare them `extern HPyDef`, and
 * no other shared object can get in their way. The `_IMPL` variants take the name of the
 * implementation. Further members of the struct may be given at the end, as `.doc=...` above.
 */
#ifndef HPY_DEF_H
#define HPY_DEF_H

/* C++ compilers warn of members that an initialiser leaves out, which is the point of these macros,
   but for a system's headers. */
#if defined(__cplusplus) && defined(__GNUC__)
#  pragma GCC system_header
#endif

#include "hpy/slots.h"

/** Fills a slot: an operator, a hook in the life of an instance, or a step of a module's. */
typedef struct {
    HPySlot_Slot slot;
    HPyCFunction impl;
    /** The same function as an interpreter with a C API calls it. */
    cpy_PyCFunction cpy_trampoline;
} HPySlot;

/** A method or function. */
typedef struct {
    const char *name;
    HPyCFunction impl;
    cpy_PyCFunction cpy_trampoline;
    /** VARARGS, KEYWORDS, NOARGS or O. */
    HPyFunc_Signature signature;
    const char *doc;
} HPyMeth;

/** The C type of a member. */
typedef enum {
    HPyMember_SHORT = 0,
    HPyMember_INT = 1,
    HPyMember_LONG = 2,
    HPyMember_FLOAT = 3,
    HPyMember_DOUBLE = 4,
    /** A char * that Python cannot write. */
    HPyMember_STRING = 5,
    /** An HPyField; None where it holds nothing. */
    HPyMember_OBJECT = 6,
    /** One character. */
    HPyMember_CHAR = 7,
    HPyMember_BYTE = 8,
    HPyMember_UBYTE = 9,
    HPyMember_USHORT = 10,
    HPyMember_UINT = 11,
    HPyMember_ULONG = 12,
    /** An array of char that Python cannot write. */
    HPyMember_STRING_INPLACE = 13,
    /** A char that is 0 or 1. */
    HPyMember_BOOL = 14,
    /** An HPyField; AttributeError where it holds nothing. */
    HPyMember_OBJECT_EX = 16,
    HPyMember_LONGLONG = 17,
    HPyMember_ULONGLONG = 18,
    HPyMember_HPYSSIZET = 19,
    /** Always None. */
    HPyMember_NONE = 20
} HPyMember_FieldType;

/** A member of the native struct that Python reads and writes without a call. */
typedef struct {
    const char *name;
    HPyMember_FieldType type;
    /** From the start of the native struct: `offsetof(PointObject, x)`. */
    HPy_ssize_t offset;
    int readonly;
    const char *doc;
} HPyMember;

/** A property. */
typedef struct {
    const char *name;
    HPyCFunction getter_impl;
    /** NULL for a property that Python cannot write. */
    HPyCFunction setter_impl;
    cpy_getter getter_cpy_trampoline;
    cpy_setter setter_cpy_trampoline;
    const char *doc;
    /** Given to both functions. */
    void *closure;
} HPyGetSet;

/** Which arm of an HPyDef is in use. */
typedef enum {
    HPyDef_Kind_Slot = 1,
    HPyDef_Kind_Meth = 2,
    HPyDef_Kind_Member = 3,
    HPyDef_Kind_GetSet = 4
} HPyDef_Kind;

/** One thing that a type or module defines. */
typedef struct {
    HPyDef_Kind kind;
    _HPy_EXTENSION union {
        HPySlot slot;
        HPyMeth meth;
        HPyMember member;
        HPyGetSet getset;
    };
} HPyDef;

/** How a capsule releases its pointer; see HPyCapsule_DESTRUCTOR. */
typedef struct {
    cpy_PyCapsule_Destructor cpy_trampoline;
    HPyFunc_Capsule_Destructor impl;
} HPyCapsule_Destructor;

/** What runs when an instance is called; see HPyDef_CALL_FUNCTION. */
typedef struct {
    cpy_vectorcallfunc cpy_trampoline;
    HPyFunc_keywords impl;
} HPyCallFunction;

/* A function pointer as another type of function pointer, which is what tables of them are made
   of; by way of the one type that compilers let stand for any. */
#define _HPy_FUNCTION(TYPE, FUNCTION) ((TYPE)(HPyCFunction)(FUNCTION))

/** The calling convention of a slot. */
#define HPySlot_SIG(SLOT) _HPySlot_SIG__##SLOT

/** A slot, by the function SYM_impl. */
#define HPyDef_SLOT(SYM, SLOT) HPyDef_SLOT_IMPL(SYM, SYM##_impl, SLOT)

/* The enumeration makes a wrong SLOT an error that names it. */
#define HPyDef_SLOT_IMPL(SYM, IMPL, SLOT)                                               \
    enum { SYM##_slot = SLOT };                                                         \
    _HPyDef_SLOT(SYM, IMPL, SLOT, HPySlot_SIG(SLOT))

#define _HPyDef_SLOT(SYM, IMPL, SLOT, SIG)                                              \
    HPyFunc_DECLARE(IMPL, SIG);                                                         \
    HPyFunc_TRAMPOLINE(SYM##_trampoline, IMPL, SIG)                                     \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_Slot,                                                       \
        .slot = {                                                                       \
            .slot = SLOT,                                                               \
            .impl = (HPyCFunction)IMPL,                                                 \
            .cpy_trampoline = _HPy_FUNCTION(cpy_PyCFunction, SYM##_trampoline)          \
        }                                                                               \
    };

/** A method or function, by the function SYM_impl; SIG is VARARGS, KEYWORDS, NOARGS or O. */
#define HPyDef_METH(SYM, NAME, SIG, ...)                                                \
    HPyDef_METH_IMPL(SYM, NAME, SYM##_impl, SIG, __VA_ARGS__)

#define HPyDef_METH_IMPL(SYM, NAME, IMPL, SIG, ...)                                     \
    HPyFunc_DECLARE(IMPL, SIG);                                                         \
    HPyFunc_TRAMPOLINE(SYM##_trampoline, IMPL, SIG)                                     \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_Meth,                                                       \
        .meth = {                                                                       \
            .name = NAME,                                                               \
            .impl = (HPyCFunction)IMPL,                                                 \
            .cpy_trampoline = _HPy_FUNCTION(cpy_PyCFunction, SYM##_trampoline),         \
            .signature = SIG,                                                           \
            __VA_ARGS__                                                                 \
        }                                                                               \
    };

/** A member; `.readonly` and `.doc` may follow. */
#define HPyDef_MEMBER(SYM, NAME, TYPE, OFFSET, ...)                                     \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_Member,                                                     \
        .member = {                                                                     \
            .name = NAME,                                                               \
            .type = TYPE,                                                               \
            .offset = OFFSET,                                                           \
            __VA_ARGS__                                                                 \
        }                                                                               \
    };

/** A property that can be read, by the function SYM_get; `.doc` and `.closure` may follow. */
#define HPyDef_GET(SYM, NAME, ...) HPyDef_GET_IMPL(SYM, NAME, SYM##_get, __VA_ARGS__)

#define HPyDef_GET_IMPL(SYM, NAME, GETIMPL, ...)                                        \
    HPyFunc_DECLARE(GETIMPL, HPyFunc_GETTER);                                           \
    HPyFunc_TRAMPOLINE(SYM##_get_trampoline, GETIMPL, HPyFunc_GETTER)                   \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_GetSet,                                                     \
        .getset = {                                                                     \
            .name = NAME,                                                               \
            .getter_impl = (HPyCFunction)GETIMPL,                                       \
            .getter_cpy_trampoline = SYM##_get_trampoline,                              \
            __VA_ARGS__                                                                 \
        }                                                                               \
    };

/** A property that can be written, by the function SYM_set. */
#define HPyDef_SET(SYM, NAME, ...) HPyDef_SET_IMPL(SYM, NAME, SYM##_set, __VA_ARGS__)

#define HPyDef_SET_IMPL(SYM, NAME, SETIMPL, ...)                                        \
    HPyFunc_DECLARE(SETIMPL, HPyFunc_SETTER);                                           \
    HPyFunc_TRAMPOLINE(SYM##_set_trampoline, SETIMPL, HPyFunc_SETTER)                   \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_GetSet,                                                     \
        .getset = {                                                                     \
            .name = NAME,                                                               \
            .setter_impl = (HPyCFunction)SETIMPL,                                       \
            .setter_cpy_trampoline = SYM##_set_trampoline,                              \
            __VA_ARGS__                                                                 \
        }                                                                               \
    };

/** A property, by the functions SYM_get and SYM_set. */
#define HPyDef_GETSET(SYM, NAME, ...)                                                   \
    HPyDef_GETSET_IMPL(SYM, NAME, SYM##_get, SYM##_set, __VA_ARGS__)

#define HPyDef_GETSET_IMPL(SYM, NAME, GETIMPL, SETIMPL, ...)                            \
    HPyFunc_DECLARE(GETIMPL, HPyFunc_GETTER);                                           \
    HPyFunc_TRAMPOLINE(SYM##_get_trampoline, GETIMPL, HPyFunc_GETTER)                   \
    HPyFunc_DECLARE(SETIMPL, HPyFunc_SETTER);                                           \
    HPyFunc_TRAMPOLINE(SYM##_set_trampoline, SETIMPL, HPyFunc_SETTER)                   \
    _HPy_HIDDEN HPyDef SYM = {                                                          \
        .kind = HPyDef_Kind_GetSet,                                                     \
        .getset = {                                                                     \
            .name = NAME,                                                               \
            .getter_impl = (HPyCFunction)GETIMPL,                                       \
            .setter_impl = (HPyCFunction)SETIMPL,                                       \
            .getter_cpy_trampoline = SYM##_get_trampoline,                              \
            .setter_cpy_trampoline = SYM##_set_trampoline,                              \
            __VA_ARGS__                                                                 \
        }                                                                               \
    };

/** The destructor of a capsule, by the function SYM_impl: `HPyCapsule_New(ctx, p, name, &SYM)`. */
#define HPyCapsule_DESTRUCTOR(SYM)                                                      \
    static void SYM##_impl(const char *name, void *pointer, void *context);             \
    HPyCapsule_DESTRUCTOR_TRAMPOLINE(SYM##_trampoline, SYM##_impl)                      \
    static HPyCapsule_Destructor SYM = {                                                \
        .cpy_trampoline = SYM##_trampoline,                                             \
        .impl = SYM##_impl                                                              \
    };

/** What HPy_SetCallFunction takes, by the function SYM_impl with the signature KEYWORDS. */
#define HPyDef_CALL_FUNCTION(SYM)                                                       \
    HPyFunc_DECLARE(SYM##_impl, HPyFunc_KEYWORDS);                                      \
    HPyFunc_TRAMPOLINE(SYM##_trampoline, SYM##_impl, HPyFunc_KEYWORDS)                  \
    static HPyCallFunction SYM = {                                                      \
        .cpy_trampoline = SYM##_trampoline,                                             \
        .impl = SYM##_impl                                                              \
    };

#endif

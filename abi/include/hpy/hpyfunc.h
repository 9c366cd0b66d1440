/* Functions that Python calls: their types, and the trampolines through which it does.
 *
 * An author writes an implementation that takes a context and handles. An interpreter with a C API
 * calls a trampoline instead, which the macros of hpydef.h make beside every definition.
 */
#ifndef HPY_FUNC_H
#define HPY_FUNC_H

/** A view of an object's memory, as in the buffer protocol of Python. */
typedef struct {
    void *buf;
    /** The exporter; a handle that the view owns. */
    HPy obj;
    HPy_ssize_t len;
    HPy_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    HPy_ssize_t *shape;
    HPy_ssize_t *strides;
    HPy_ssize_t *suboffsets;
    void *internal;
} HPy_buffer;

/** What a traversal is called with, for each field. */
typedef int (*HPyFunc_visitproc)(HPyField *field, void *arg);

/** A function whose type depends on a calling convention that stands beside it. */
typedef void (*HPyCFunction)(void);

/** Releases what a capsule points to. */
typedef void (*HPyFunc_Capsule_Destructor)(const char *name, void *pointer, void *context);

#include "hpy/signatures.h"

/* What a caller in the vectorcall protocol says beside the number of arguments. */
#define _HPy_NARGS(NARGSF) ((NARGSF) & ~((size_t)1 << (8 * sizeof(size_t) - 1)))

/**
 * Visits one field in an `HPy_tp_traverse`, whose parameters must be called `visit` and `arg`.
 */
#define HPy_VISIT(field)                                                                \
    do {                                                                                \
        if (!HPyField_IsNull(*(field))) {                                               \
            int _stop = visit(field, arg);                                              \
            if (_stop)                                                                  \
                return _stop;                                                           \
        }                                                                               \
    } while (0)

/* Declares a function of a calling convention, and defines its trampoline. The enumeration has no
   other use than that a wrong SIG is an error which names it. */
#define HPyFunc_DECLARE(SYM, SIG)                                                       \
    enum { SYM##_sig = SIG };                                                           \
    _HPyFunc_DECLARE_##SIG(SYM)
#define HPyFunc_TRAMPOLINE(SYM, IMPL, SIG)                                              \
    enum { SYM##_sig = SIG };                                                           \
    _HPyFunc_TRAMPOLINE_##SIG(SYM, IMPL)

/* HPy_tp_destroy has no counterpart in the C API: it is called when an instance is taken apart,
   and never through its trampoline. */
#define _HPyFunc_TRAMPOLINE_HPyFunc_DESTROYFUNC(SYM, IMPL)                              \
    static void SYM(void)                                                               \
    {                                                                                   \
        abort();                                                                        \
    }

#ifdef HPY_ABI_CPYTHON

#include "hpy/cpython/trampolines.h"

#define _HPyFunc_TRAMPOLINE_HPyFunc_MOD_CREATE(SYM, IMPL)                               \
    static cpy_PyObject *SYM(cpy_PyObject *spec, cpy_PyModuleDef *def)                  \
    {                                                                                   \
        (void)def;                                                                      \
        return _HPy_CPython_CheckCreated(_h2py(IMPL(_HPyGetContext(), _py2h(spec))));   \
    }

#define HPyCapsule_DESTRUCTOR_TRAMPOLINE(SYM, IMPL)                                     \
    static void SYM(cpy_PyObject *capsule)                                              \
    {                                                                                   \
        const char *name = PyCapsule_GetName(capsule);                                  \
        IMPL(name, PyCapsule_GetPointer(capsule, name), PyCapsule_GetContext(capsule)); \
    }

#else /* universal and hybrid */

/* The context that this binary was given, or a copy of its own for each module: HPy_MODINIT
   defines it. */
#ifdef HPY_EMBEDDED_MODULES
_HPy_UNUSED static HPyContext *_ctx_for_trampolines;
#else
extern _HPy_HIDDEN HPyContext *_ctx_for_trampolines;
#endif

#include "hpy/host.h"
#include "hpy/trampolines.h"

#define _HPyFunc_TRAMPOLINE_HPyFunc_MOD_CREATE(SYM, IMPL)                               \
    static cpy_PyObject *SYM(cpy_PyObject *spec, cpy_PyModuleDef *def)                  \
    {                                                                                   \
        (void)def;                                                                      \
        _HPyFunc_args_MOD_CREATE a;                                                     \
        a.spec = spec;                                                                  \
        _HPy_CallRealFunctionFromTrampoline(                                            \
            _ctx_for_trampolines, HPyFunc_MOD_CREATE, (HPyCFunction)IMPL, &a);          \
        return a.result;                                                                \
    }

#define HPyCapsule_DESTRUCTOR_TRAMPOLINE(SYM, IMPL)                                     \
    static void SYM(cpy_PyObject *capsule)                                              \
    {                                                                                   \
        _HPy_CallRealFunctionFromTrampoline(                                            \
            _ctx_for_trampolines, HPyFunc_CAPSULE_DESTRUCTOR, (HPyCFunction)IMPL,       \
            capsule);                                                                   \
    }

#endif

#endif

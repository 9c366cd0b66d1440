/* Everything an extension in C or C++ needs: include this file and no other.
 *
 * Which binary comes out is decided by one macro, which the build sets:
 *
 *   HPY_ABI_UNIVERSAL  calls go through the context; one binary for every interpreter.
 *   HPY_ABI_HYBRID     as above, and <Python.h> may be used beside it; one binary per CPython.
 *   HPY_ABI_CPYTHON    a handle is a PyObject *, calls are inline functions over the C API; one
 *                      binary per CPython, as quick as the C API because it is the C API.
 *
 * The names and meanings are those of HPy 0.9 and of its last development version. Headers that
 * only list (context.h, calls.h, signatures.h, slots.h, trampolines.h and their namesakes under
 * cpython/) are printed from the tables of abi/hpy-abi by `cargo xtask codegen`.
 */
#ifndef HPy_H
#define HPy_H

/* ---- the ABI ---- */

/* Binaries of one major version run on every host of that version. A minor version only adds. */
#define HPY_ABI_VERSION 0
#define HPY_ABI_VERSION_MINOR 0
#define HPY_ABI_TAG "hpy0"

#if defined(HPY_ABI_UNIVERSAL) + defined(HPY_ABI_HYBRID) + defined(HPY_ABI_CPYTHON) != 1
#  error "Define exactly one of HPY_ABI_UNIVERSAL, HPY_ABI_HYBRID and HPY_ABI_CPYTHON"
#endif

#if defined(HPY_ABI_CPYTHON)
#  define HPY_ABI "cpython"
#elif defined(HPY_ABI_HYBRID)
#  define HPY_ABI "hybrid"
#else
#  define HPY_ABI "universal"
#endif

#ifndef HPY_ABI_UNIVERSAL
#  ifndef PY_SSIZE_T_CLEAN
#    define PY_SSIZE_T_CLEAN
#  endif
#  include <Python.h>
#endif

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hpy/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what compilers call the same things ---- */

#if defined(__GNUC__)
#  define _HPy_HIDDEN __attribute__((visibility("hidden")))
#  define _HPy_UNUSED __attribute__((unused))
/* Rarely called, and not to be mixed with what is called often. */
#  define _HPy_COLD __attribute__((cold, noinline))
#  define _HPy_LIKELY(x) __builtin_expect(!!(x), 1)
/* What the compiler may take for granted. */
#  define _HPy_ASSUME(x) do { if (!(x)) __builtin_unreachable(); } while (0)
/* Defined in every file that includes it, and the same variable in all of them. */
#  define _HPy_SHARED _HPy_HIDDEN __attribute__((weak))
#  define _HPy_NO_RETURN __attribute__((noreturn))
/* Before what strict C99 does not have. */
#  define _HPy_EXTENSION __extension__
#elif defined(_MSC_VER)
#  define _HPy_HIDDEN
#  define _HPy_UNUSED
#  define _HPy_COLD
#  define _HPy_LIKELY(x) (x)
#  define _HPy_ASSUME(x) __assume(x)
#  define _HPy_SHARED __declspec(selectany)
#  define _HPy_NO_RETURN __declspec(noreturn)
#  define _HPy_EXTENSION
#else
#  define _HPy_HIDDEN
#  define _HPy_UNUSED
#  define _HPy_COLD
#  define _HPy_LIKELY(x) (x)
#  define _HPy_ASSUME(x) ((void)0)
#  define _HPy_SHARED static
#  define _HPy_NO_RETURN
#  define _HPy_EXTENSION
#endif

/* A parameter that is there for its type only: `int f(HPyContext *_HPy_UNUSED_ARG(ctx))`. */
#define _HPy_UNUSED_ARG(x) (_HPy_unused_ ## x) _HPy_UNUSED

#ifdef __has_attribute
#  define _HPY_compiler_has_attribute(x) __has_attribute(x)
#else
#  define _HPY_compiler_has_attribute(x) 0
#endif

/* What needs the C API cannot be called in the universal ABI: the compiler says so, if it can. */
#if defined(HPY_ABI_UNIVERSAL) && _HPY_compiler_has_attribute(error)
#  define _HPY_LEGACY \
    __attribute__((error("Cannot use legacy functions when targeting the HPy Universal ABI")))
#else
#  define _HPY_LEGACY
#endif

/* Functions of the API: they become a call through the context, or one of the C API. */
#define HPyAPI_FUNC _HPy_UNUSED static inline
/* Functions of the API that are made of others, in the header. */
#define HPyAPI_INLINE_HELPER HPyAPI_FUNC
/* Functions of the API that are made of others and compiled into every extension: the files that
   abi/runtime-c/SOURCES lists. Hidden, so that each shared object has its own. */
#define HPyAPI_HELPER _HPy_HIDDEN
/* What the CPython ABI needs and no author calls, from the same list. */
#define HPyAPI_IMPL _HPy_HIDDEN

/* A handle from an integer, as an expression. */
#if defined(__cplusplus)
#  define _hconv(i) (HPy{(intptr_t)(i)})
#  define _hfconv(i) (HPyField{(intptr_t)(i)})
#  define _htsconv(i) (HPyThreadState{(intptr_t)(i)})
#  define _hgconv(i) (HPyGlobal{(intptr_t)(i)})
#else
#  define _hconv(i) ((HPy){(intptr_t)(i)})
#  define _hfconv(i) ((HPyField){(intptr_t)(i)})
#  define _htsconv(i) ((HPyThreadState){(intptr_t)(i)})
#  define _hgconv(i) ((HPyGlobal){(intptr_t)(i)})
#endif

/* ---- handles and their kin ---- */

/* A reference to an object, for as long as it is not closed. What the number means is the host's
   secret; only 0 is known: no object. */
typedef struct _HPy_s { intptr_t _i; } HPy;
/* A reference in the native struct of an object, which keeps it alive and shows it to the garbage
   collector. */
typedef struct { intptr_t _i; } HPyField;
/* A reference in a C variable that the module definition lists. */
typedef struct { intptr_t _i; } HPyGlobal;
/* A list, and a tuple, that are being filled. */
typedef struct { intptr_t _lst; } HPyListBuilder;
typedef struct { intptr_t _tup; } HPyTupleBuilder;
/* Handles that are closed together. */
typedef struct { intptr_t _i; } HPyTracker;
/* What leaving Python gives and coming back takes. */
typedef struct { intptr_t _i; } HPyThreadState;

#define HPy_NULL _hconv(0)
#define HPy_IsNull(h) ((h)._i == 0)
#define HPyField_NULL _hfconv(0)
#define HPyField_IsNull(f) ((f)._i == 0)
#define HPyGlobal_NULL _hgconv(0)
#define HPyGlobal_IsNull(g) ((g)._i == 0)

/* A handle as a pointer and back, for libraries that hand a void * through. */
HPyAPI_FUNC HPy HPy_FromVoidP(void *p) { return _hconv((intptr_t)p); }
HPyAPI_FUNC void *HPy_AsVoidP(HPy h) { return (void *)h._i; }

typedef struct _HPyContext_s HPyContext;

/* What a piece of source code is: one expression, a file of statements, one interactive statement. */
typedef enum {
    HPy_SourceKind_Expr = 0,
    HPy_SourceKind_File = 1,
    HPy_SourceKind_Single = 2
} HPy_SourceKind;

#ifdef HPY_ABI_CPYTHON
typedef Py_ssize_t HPy_ssize_t;
typedef Py_hash_t HPy_hash_t;
typedef Py_UCS4 HPy_UCS4;
#else
typedef intptr_t HPy_ssize_t;
typedef intptr_t HPy_hash_t;
typedef uint32_t HPy_UCS4;
/* The parts of a capsule, which the universal ABI reads and writes with one function each. */
typedef enum {
    HPyCapsule_key_Pointer = 0,
    HPyCapsule_key_Name = 1,
    HPyCapsule_key_Context = 2,
    HPyCapsule_key_Destructor = 3
} _HPyCapsule_key;
#endif
/* Not Python.h's macros, whose SSIZE_MAX strict ISO C does not have. */
#define HPY_SSIZE_T_MAX INTPTR_MAX
#define HPY_SSIZE_T_MIN (-HPY_SSIZE_T_MAX - 1)

#include "hpy/cpy_types.h"
#include "hpy/hpyexports.h"
#include "hpy/macros.h"
#include "hpy/hpyfunc.h"
#include "hpy/hpydef.h"
#include "hpy/hpytype.h"
#include "hpy/hpymodule.h"

#ifdef HPY_ABI_CPYTHON
#  include "hpy/cpython/context.h"
#  include "hpy/cpython/api.h"
#  include "hpy/cpython/calls.h"
#else
#  include "hpy/context.h"
#  include "hpy/short_ways.h"
#  include "hpy/calls.h"
#  include "hpy/universal.h"
#endif

#include "hpy/runtime/argparse.h"
#include "hpy/runtime/buildvalue.h"
#include "hpy/runtime/format.h"
#include "hpy/runtime/helpers.h"
#include "hpy/runtime/structseq.h"
#include "hpy/inline_helpers.h"

#ifdef __cplusplus
}
#endif
#endif /* HPy_H */

/* Modules: their description, and the functions by which an interpreter finds it. */
#ifndef HPY_MODULE_H
#define HPY_MODULE_H

/**
 * The description of a module. The interpreter makes the module from it (PEP 451); its name is the
 * one under which it is imported. Code that is to run then goes into an HPy_mod_exec slot.
 */
typedef struct {
    const char *doc;
    /** Bytes of module state; 0 for none. */
    HPy_ssize_t size;
    /** Functions of the C API, or NULL; not in the universal ABI. */
    cpy_PyMethodDef *legacy_methods;
    /** Ends with NULL. */
    HPyDef **defines;
    /** Every HPyGlobal of the extension; ends with NULL. */
    HPyGlobal **globals;
} HPyModuleDef;

/* Several modules in one binary: define HPY_EMBEDDED_MODULES for all of them, and say
   HPY_MOD_EMBEDDABLE(name) in the one file that holds everything of a module. Each file then has
   the context for itself. */
#define HPY_MOD_EMBEDDABLE(name)

/**
 * Makes a shared object an extension module; NAME is the last part of the module's name.
 *
 *     HPy_MODINIT(point, point_module)
 *
 * In the CPython ABI this is `PyInit_NAME`. In the others it is what a loader of universal binaries
 * asks for: the version of the ABI, the description, and a place for the context. With
 * HPY_ONE_BINARY it is both: `PyInit_NAME` starts the host that is linked into the binary, so that
 * no loader is needed, and an interpreter with HPy built in uses its own. Whether the module wants
 * the GIL is ours, and asked by our loader: a binary that does not say it, as upstream's, gets it.
 */

/* Where there may be no GIL, a module says that it needs none; an author who wants it kept, because
   there are static variables that two threads would write, defines HPY_GIL_USED. */
#ifdef HPY_GIL_USED
#  define _HPy_GIL_USED true
#else
#  define _HPy_GIL_USED false
#endif

#ifdef HPY_ABI_CPYTHON

HPyAPI_IMPL PyObject *_HPy_CPython_InitModule(const char *name, HPyModuleDef *def, bool gil_used,
                                              PyModuleDef **made);
HPyAPI_IMPL PyObject *_HPy_CPython_CheckCreated(PyObject *module);

#define HPy_MODINIT(NAME, DEF)                                                          \
    PyMODINIT_FUNC PyInit_##NAME(void);                                                 \
    PyMODINIT_FUNC PyInit_##NAME(void)                                                  \
    {                                                                                   \
        static PyModuleDef *made;                                                       \
        return _HPy_CPython_InitModule(#NAME, &DEF, _HPy_GIL_USED, &made);              \
    }

#else

#ifdef HPY_EMBEDDED_MODULES
#  define _HPy_DEFINE_CONTEXT
#else
#  define _HPy_DEFINE_CONTEXT _HPy_HIDDEN HPyContext *_ctx_for_trampolines;
#endif

#ifdef HPY_ONE_BINARY
/* In the static library of the host. */
cpy_PyObject *hpy_host_init_module(const char *name, HPyModuleDef *(*def)(void),
                                   void (*set_context)(HPyContext *), bool gil_used);

#  define _HPy_DEFINE_PYINIT(NAME)                                                      \
    HPy_EXPORTED_FUNC cpy_PyObject *PyInit_##NAME(void);                                \
    cpy_PyObject *PyInit_##NAME(void)                                                   \
    {                                                                                   \
        return hpy_host_init_module(#NAME, HPyInit_##NAME, HPyInitGlobalContext_##NAME, \
                                    _HPy_GIL_USED);                                     \
    }
#else
#  define _HPy_DEFINE_PYINIT(NAME)
#endif

#define HPy_MODINIT(NAME, DEF)                                                          \
    _HPy_DEFINE_CONTEXT                                                                 \
    HPy_EXPORTED_FUNC uint32_t get_required_hpy_major_version_##NAME(void);             \
    uint32_t get_required_hpy_major_version_##NAME(void)                                \
    {                                                                                   \
        return HPY_ABI_VERSION;                                                         \
    }                                                                                   \
    HPy_EXPORTED_FUNC uint32_t get_required_hpy_minor_version_##NAME(void);             \
    uint32_t get_required_hpy_minor_version_##NAME(void)                                \
    {                                                                                   \
        return HPY_ABI_VERSION_MINOR;                                                   \
    }                                                                                   \
    HPy_EXPORTED_FUNC uint32_t HPyX_gil_used_##NAME(void);                              \
    uint32_t HPyX_gil_used_##NAME(void)                                                 \
    {                                                                                   \
        return _HPy_GIL_USED;                                                           \
    }                                                                                   \
    HPy_EXPORTED_FUNC void HPyInitGlobalContext_##NAME(HPyContext *ctx);                \
    void HPyInitGlobalContext_##NAME(HPyContext *ctx)                                   \
    {                                                                                   \
        _ctx_for_trampolines = ctx;                                                     \
        _HPy_Attach(ctx);                                                               \
    }                                                                                   \
    HPy_EXPORTED_FUNC HPyModuleDef *HPyInit_##NAME(void);                               \
    HPyModuleDef *HPyInit_##NAME(void)                                                  \
    {                                                                                   \
        return &DEF;                                                                    \
    }                                                                                   \
    _HPy_DEFINE_PYINIT(NAME)

#endif

#endif

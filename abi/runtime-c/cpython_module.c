/* The CPython ABI: from an HPyModuleDef to a PyModuleDef.
 *
 * The interpreter makes the module and runs its HPy_mod_exec slots (PEP 489). Where it asks, the
 * module says whether it needs the GIL, and that it belongs to the main interpreter: globals and
 * the context exist once.
 */
#include "cpython_runtime.h"

static int fail(const char *message)
{
    PyErr_SetString(PyExc_SystemError, message);
    return -1;
}

/* What a slot that makes the module leaves no room for. */
#define ALONE                                                                           \
    "An object that the slot makes is not given anything of the rest: define either "   \
    "the slot, or the contents of a module that the interpreter makes."

/* Counts the slots of a definition, and sees whether they fit together; -1 with an exception set if
   they do not. */
static Py_ssize_t check(const HPyModuleDef *def)
{
    const bool filled = def->doc != NULL || def->legacy_methods != NULL || def->globals != NULL
        || def->size != 0;
    Py_ssize_t i, slots = 0, creates = 0, others = 0;
    if (def->size < 0)
        return fail("HPy does not permit HPyModuleDef.size < 0");
    for (i = 0; def->defines != NULL && def->defines[i] != NULL; i++) {
        const HPyDef *d = def->defines[i];
        const bool is_slot = d->kind == HPyDef_Kind_Slot;
        const bool is_create = is_slot && d->slot.slot == HPy_mod_create;
        if (d->kind < HPyDef_Kind_Slot || d->kind > HPyDef_Kind_GetSet)
            return fail("a definition is of an unknown kind");
        if (is_slot && d->slot.cpy_trampoline == NULL)
            return fail("a slot of a module has no function");
        if (is_slot && !is_create && d->slot.slot != HPy_mod_exec) {
            PyErr_Format(PyExc_SystemError, "Unsupported slot in HPyModuleDef.defines (value: %d).",
                         (int)d->slot.slot);
            return -1;
        }
        slots += is_slot;
        creates += is_create;
        others += !is_create;
    }
    if (creates > 1)
        return fail("Multiple definitions of the HPy_mod_create slot in HPyModuleDef.defines.");
    if (creates && others)
        return fail("HPyModuleDef defines a HPy_mod_create slot and some other slots or methods. "
                    ALONE);
    if (creates && filled)
        return fail("HPyModuleDef defines a HPy_mod_create slot and some of the other fields are "
                    "not set to their default value. " ALONE);
    return slots;
}

/* The slots of the C API's definition. */
static void fill_slots(const HPyModuleDef *def, bool gil_used, PyModuleDef_Slot *slot)
{
    Py_ssize_t i;
    (void)gil_used;
    for (i = 0; def->defines != NULL && def->defines[i] != NULL; i++) {
        const HPyDef *d = def->defines[i];
        if (d->kind != HPyDef_Kind_Slot)
            continue;
        slot->slot = d->slot.slot == HPy_mod_create ? Py_mod_create : Py_mod_exec;
        slot->value = (void *)d->slot.cpy_trampoline;
        slot++;
    }
#ifdef Py_mod_multiple_interpreters
    slot->slot = Py_mod_multiple_interpreters;
    slot->value = Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED;
    slot++;
#endif
#ifdef Py_mod_gil
    slot->slot = Py_mod_gil;
    slot->value = gil_used ? Py_MOD_GIL_USED : Py_MOD_GIL_NOT_USED;
#endif
}

/* The C API's definition, never freed; NULL with an exception set on failure. */
static PyModuleDef *make(const char *name, HPyModuleDef *def, bool gil_used)
{
    static const PyModuleDef empty = {.m_base = PyModuleDef_HEAD_INIT};
    const Py_ssize_t count = check(def);
    PyModuleDef *made;
    PyModuleDef_Slot *slots;
    PyMethodDef *methods;
    if (count < 0)
        return NULL;
    /* Two of ours, and one that closes the array. */
    slots = (PyModuleDef_Slot *)PyMem_RawCalloc((size_t)count + 3, sizeof(*slots));
    made = (PyModuleDef *)PyMem_RawMalloc(sizeof(*made));
    methods = slots == NULL || made == NULL
        ? (PyMethodDef *)(void *)PyErr_NoMemory()
        : _HPy_CPython_Methods(def->defines, def->legacy_methods);
    if (methods == NULL) {
        PyMem_RawFree(slots);
        PyMem_RawFree(made);
        return NULL;
    }
    fill_slots(def, gil_used, slots);
    *made = empty;
    made->m_name = name;
    made->m_doc = def->doc;
    made->m_size = def->size;
    made->m_methods = methods;
    made->m_slots = slots;
    return made;
}

PyObject *_HPy_CPython_InitModule(const char *name, HPyModuleDef *def, bool gil_used,
                                  PyModuleDef **made)
{
    if (_HPy_CPython_Context.name == NULL)
        _HPy_CPython_FillContext();
    if (*made == NULL && (*made = make(name, def, gil_used)) == NULL)
        return NULL;
    return PyModuleDef_Init(*made);
}

PyObject *_HPy_CPython_CheckCreated(PyObject *module)
{
    if (module != NULL && PyModule_Check(module)) {
        PyErr_SetString(PyExc_SystemError,
                        "HPy_mod_create slot returned a builtin module object. "
                        "This is currently not supported.");
        Py_DECREF(module);
        return NULL;
    }
    return module;
}

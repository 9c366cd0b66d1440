/* The CPython ABI: from an HPyType_Spec to a type object, through PyType_FromSpec and its kin.
 *
 * The C API's function gets HPy's definitions and the author's legacy ones as one set of arrays.
 * What it has no slot for (shape, destroyer, traversal) becomes the type's facts, to which the
 * array of properties leads; see cpython_runtime.h.
 */
#include "cpython_runtime.h"

#include <limits.h>

/* A type under construction. Everything is freed if it fails. */
typedef struct {
    const HPyType_Spec *spec;
    /* The author's slots of the C API, without the arrays below; NULL if there are none. */
    PyType_Slot *legacy;
    PyMethodDef *legacy_methods;
    PyMemberDef *legacy_members;
    PyGetSetDef *legacy_getsets;
    /* From the parameters: a tuple, owned, or NULL; borrowed, or NULL. */
    PyObject *bases;
    PyTypeObject *metaclass;
    /* Bytes before the native struct; bytes of an instance, 0 to inherit. */
    Py_ssize_t head;
    Py_ssize_t basicsize;
    bool has_new;
    /* Whether instances end in `_HPy_CPython_InstanceDealloc`. */
    bool owns_dealloc;
    TypeFacts *facts;
    PyMethodDef *methods;
    PyMemberDef *members;
    PyType_Slot *slots;
    size_t slot_count;
} Type;

static int fail(PyObject *exception, const char *message)
{
    PyErr_SetString(exception, message);
    return -1;
}

static void *allocate(size_t count, size_t size)
{
    void *memory = PyMem_RawCalloc(count, size);
    if (memory == NULL)
        PyErr_NoMemory();
    return memory;
}

/* ---- counting and copying arrays ---- */

static bool is_slot(const HPyDef *d, HPySlot_Slot slot)
{
    return d->kind == HPyDef_Kind_Slot && d->slot.slot == slot;
}

static size_t count_kind(HPyDef **defines, HPyDef_Kind kind)
{
    size_t i, count = 0;
    for (i = 0; defines != NULL && defines[i] != NULL; i++)
        count += defines[i]->kind == kind;
    return count;
}

/* The length of an array of the C API that ends with an entry without a name. */
#define COUNT_NAMED(COUNT, ARRAY, NAME)                                                 \
    for (COUNT = 0; ARRAY != NULL && ARRAY[COUNT].NAME != NULL;)                        \
        COUNT++

static int method_flags(HPyFunc_Signature signature)
{
    switch (signature) {
    case HPyFunc_VARARGS: return METH_FASTCALL;
    case HPyFunc_KEYWORDS: return METH_FASTCALL | METH_KEYWORDS;
    case HPyFunc_NOARGS: return METH_NOARGS;
    case HPyFunc_O: return METH_O;
    default: return -1;
    }
}

/* Refuses what would end the array, and what cannot be called. */
static int check_method(const PyMethodDef *method)
{
    if (method->ml_name == NULL)
        return fail(PyExc_ValueError, "a method has no name");
    if (method->ml_flags < 0)
        return fail(PyExc_ValueError, "Unsupported HPyMeth signature");
    if (method->ml_meth == NULL) {
        PyErr_Format(PyExc_ValueError, "the method '%s' has no function", method->ml_name);
        return -1;
    }
    return 0;
}

PyMethodDef *_HPy_CPython_Methods(HPyDef **defines, PyMethodDef *legacy)
{
    size_t i, count, next = 0;
    PyMethodDef *methods;
    COUNT_NAMED(count, legacy, ml_name);
    methods = (PyMethodDef *)allocate(count_kind(defines, HPyDef_Kind_Meth) + count + 1,
                                      sizeof(*methods));
    if (methods == NULL)
        return NULL;
    for (i = 0; defines != NULL && defines[i] != NULL; i++) {
        const HPyMeth *meth = &defines[i]->meth;
        if (defines[i]->kind != HPyDef_Kind_Meth)
            continue;
        methods[next].ml_name = meth->name;
        methods[next].ml_meth = _HPy_FUNCTION(PyCFunction, meth->cpy_trampoline);
        methods[next].ml_flags = method_flags(meth->signature);
        methods[next].ml_doc = meth->doc;
        if (check_method(&methods[next++]) < 0) {
            PyMem_RawFree(methods);
            return NULL;
        }
    }
    for (i = 0; i < count; i++)
        methods[next++] = legacy[i];
    return methods;
}

/* The facts, with the properties at their end. */
static int make_facts(Type *t)
{
    HPyDef **defines = t->spec->defines;
    const size_t own = count_kind(defines, HPyDef_Kind_GetSet), name = strlen(t->spec->name) + 1;
    size_t i, count, next = 0;
    TypeFacts *facts;
    COUNT_NAMED(count, t->legacy_getsets, name);
    facts = (TypeFacts *)allocate(
        1, sizeof(TypeFacts) + (own + count) * sizeof(PyGetSetDef) + name);
    if (facts == NULL)
        return -1;
    t->facts = facts;
    for (i = 0; defines != NULL && defines[i] != NULL; i++) {
        const HPyGetSet *getset = &defines[i]->getset;
        if (defines[i]->kind != HPyDef_Kind_GetSet)
            continue;
        if (getset->name == NULL)
            return fail(PyExc_ValueError, "a property has no name");
        facts->getsets[next].name = (char *)getset->name;
        facts->getsets[next].get = getset->getter_cpy_trampoline;
        facts->getsets[next].set = getset->setter_cpy_trampoline;
        facts->getsets[next].doc = (char *)getset->doc;
        facts->getsets[next++].closure = getset->closure;
    }
    for (i = 0; i < count; i++)
        facts->getsets[next++] = t->legacy_getsets[i];
    _HPy_CPython_MarkEnd(&facts->getsets[next], facts);
    facts->shape = t->spec->builtin_shape;
    facts->name = (char *)&facts->getsets[next + 1];
    memcpy(facts->name, t->spec->name, name);
    return 0;
}

/* ---- members ---- */

/* Since 3.12 the names of structmember.h have a prefix, and the old ones are on their way out. */
#if PY_VERSION_HEX >= 0x030c0000
#  define SSIZE_MEMBER Py_T_PYSSIZET
#  define READONLY_MEMBER Py_READONLY
#else
#  define SSIZE_MEMBER T_PYSSIZET
#  define READONLY_MEMBER READONLY
#endif

#define CALL_OFFSET "__vectorcalloffset__"

/* Notes that a member says where the function of an instance is that runs when it is called. */
static int note_call_offset(Type *t, const PyMemberDef *member)
{
    if (strcmp(member->name, CALL_OFFSET) != 0)
        return 0;
    if (t->facts->call != NULL)
        return fail(PyExc_TypeError,
                    "Cannot have HPy_tp_call and explicit member '" CALL_OFFSET "'. "
                    "Specify just one of them.");
    t->facts->call_offset = member->offset;
    return 0;
}

/* The bytes of a member in the native struct, of text that lies there at least these; -1 for what
   is no type of a member. */
static Py_ssize_t member_size(HPyMember_FieldType type)
{
    switch (type) {
    case HPyMember_NONE:
        return 0;
    case HPyMember_CHAR: case HPyMember_BYTE: case HPyMember_UBYTE: case HPyMember_BOOL:
    case HPyMember_STRING_INPLACE:
        return 1;
    case HPyMember_SHORT: case HPyMember_USHORT:
        return sizeof(short);
    case HPyMember_INT: case HPyMember_UINT:
        return sizeof(int);
    case HPyMember_FLOAT:
        return sizeof(float);
    case HPyMember_LONG: case HPyMember_ULONG:
        return sizeof(long);
    case HPyMember_DOUBLE:
        return sizeof(double);
    case HPyMember_LONGLONG: case HPyMember_ULONGLONG:
        return sizeof(long long);
    case HPyMember_STRING: case HPyMember_OBJECT: case HPyMember_OBJECT_EX:
    case HPyMember_HPYSSIZET:
        return sizeof(void *);
    }
    return -1;
}

/* Refuses a member that does not lie in the native struct. */
static int check_member(const Type *t, const HPyMember *member)
{
    const Py_ssize_t bytes = member_size(member->type);
    const bool is_reference =
        member->type == HPyMember_OBJECT || member->type == HPyMember_OBJECT_EX;
    const bool is_legacy = t->spec->builtin_shape == HPyType_BuiltinShape_Legacy;
    const HPy_ssize_t first = is_legacy ? (HPy_ssize_t)sizeof(PyObject) : 0;
    if (member->name == NULL)
        return fail(PyExc_ValueError, "a member has no name");
    if (bytes >= 0 && member->offset >= first && member->offset <= t->spec->basicsize - bytes
        && !(is_reference && member->offset % (HPy_ssize_t)sizeof(HPyField) != 0))
        return 0;
    PyErr_Format(PyExc_ValueError,
                 "the member '%s' of type %d at %zd does not lie in the native struct of %d bytes",
                 member->name, (int)member->type, member->offset, t->spec->basicsize);
    return -1;
}

static int make_members(Type *t)
{
    HPyDef **defines = t->spec->defines;
    const size_t own = count_kind(defines, HPyDef_Kind_Member);
    size_t i, count, next = 0;
    PyMemberDef *members;
    COUNT_NAMED(count, t->legacy_members, name);
    /* The call protocol has added to the size by now. */
    if (t->spec->basicsize == 0 && own + count > 0)
        return fail(PyExc_TypeError, "Type claims to have basicsize==0 but defines members");
    members = (PyMemberDef *)allocate(own + count + 2, sizeof(*members));
    if (members == NULL)
        return -1;
    t->members = members;
    for (i = 0; defines != NULL && defines[i] != NULL; i++) {
        const HPyMember *member = &defines[i]->member;
        if (defines[i]->kind != HPyDef_Kind_Member)
            continue;
        if (check_member(t, member) < 0)
            return -1;
        members[next].name = (char *)member->name;
        members[next].type = member->type;
        members[next].offset = member->offset + t->head;
        members[next].flags = member->readonly ? READONLY_MEMBER : 0;
        members[next].doc = (char *)member->doc;
        if (note_call_offset(t, &members[next++]) < 0)
            return -1;
    }
    for (i = 0; i < count; i++) {
        members[next] = t->legacy_members[i];
        if (note_call_offset(t, &members[next++]) < 0)
            return -1;
    }
    if (t->facts->call != NULL) {
        members[next].name = (char *)CALL_OFFSET;
        members[next].type = SSIZE_MEMBER;
        members[next].offset = t->facts->call_offset;
        members[next].flags = READONLY_MEMBER;
    }
    return 0;
}

/* ---- slots ---- */

static void add_slot(Type *t, int number, void *value)
{
    t->slots[t->slot_count].slot = number;
    t->slots[t->slot_count++].pfunc = value;
}

/* The bytes that the instances of the bases have. */
static Py_ssize_t inherited_size(const Type *t)
{
    Py_ssize_t i, size = t->head;
    for (i = 0; t->bases != NULL && i < PyTuple_GET_SIZE(t->bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(t->bases, i);
        if (PyType_Check(base) && ((PyTypeObject *)base)->tp_basicsize > size)
            size = ((PyTypeObject *)base)->tp_basicsize;
    }
    return size;
}

/* The call protocol: a hidden field behind the struct has the function that runs. */
static int add_call(Type *t, const HPySlot *slot)
{
    const Py_ssize_t size = t->basicsize != 0 ? t->basicsize : inherited_size(t);
    if (t->spec->itemsize != 0)
        return fail(PyExc_TypeError, "Cannot use HPy call protocol with var objects");
    if (t->basicsize == 0 && t->spec->builtin_shape == HPyType_BuiltinShape_Legacy)
        return fail(PyExc_TypeError,
                    "Cannot use HPy call protocol with legacy types that inherit the struct. "
                    "Either set the basicsize to a non-zero value or use legacy slot "
                    "'Py_tp_call'.");
    t->facts->call = _HPy_FUNCTION(vectorcallfunc, slot->cpy_trampoline);
    t->facts->call_offset = (Py_ssize_t)_HPy_CPYTHON_ALIGNED((size_t)size);
    t->basicsize = t->facts->call_offset + (Py_ssize_t)sizeof(vectorcallfunc);
    return 0;
}

/* Whether a number is none of HPy's, though it may be a slot of the C API: one that takes no
   function, a function that no HPyFunc is, or what is ours to do. */
static bool is_foreign(int number)
{
    switch (number) {
    case Py_tp_alloc: case Py_tp_base: case Py_tp_bases: case Py_tp_clear: case Py_tp_dealloc:
    case Py_tp_del: case Py_tp_descr_set: case Py_tp_doc: case Py_tp_free: case Py_tp_getattr:
    case Py_tp_getattro: case Py_tp_getset: case Py_tp_is_gc: case Py_tp_members:
    case Py_tp_methods: case Py_tp_setattr: case Py_tp_setattro: case Py_am_aiter:
    case Py_am_anext: case Py_am_await:
        return true;
    default:
        return number <= 0 || number > HPy_tp_finalize;
    }
}

/* One slot of HPy's. */
static int add_hpy_slot(Type *t, const HPySlot *slot)
{
    const bool is_ours = slot->slot == HPy_tp_destroy || slot->slot == HPy_tp_traverse;
    if (is_ours ? slot->impl == NULL : slot->cpy_trampoline == NULL) {
        PyErr_Format(PyExc_ValueError, "the slot %d has no function", (int)slot->slot);
        return -1;
    }
    switch (slot->slot) {
    case HPy_tp_call:
        return add_call(t, slot);
    case HPy_tp_destroy:
        t->facts->destroy = _HPy_FUNCTION(HPyFunc_destroyfunc, slot->impl);
        return 0;
    case HPy_tp_traverse:
        t->facts->traverse = _HPy_FUNCTION(HPyFunc_traverseproc, slot->impl);
        return 0;
    case HPy_mod_create:
    case HPy_mod_exec:
        return fail(PyExc_TypeError, "a slot of modules cannot be a slot of a type");
    case HPy_tp_new:
        t->has_new = true;
        break;
    default:
        if (is_foreign((int)slot->slot)) {
            PyErr_Format(PyExc_ValueError, "there is no type slot %d", (int)slot->slot);
            return -1;
        }
        break;
    }
    /* Numbers are those of the C API. */
    add_slot(t, (int)slot->slot, (void *)slot->cpy_trampoline);
    return 0;
}

static int add_hpy_slots(Type *t)
{
    HPyDef **defines = t->spec->defines;
    size_t i;
    for (i = 0; defines != NULL && defines[i] != NULL; i++) {
        if (defines[i]->kind == HPyDef_Kind_Slot && add_hpy_slot(t, &defines[i]->slot) < 0)
            return -1;
    }
    /* Simple types do without the interpreter's function for classes, which is a slow one. */
    t->owns_dealloc = t->facts->destroy != NULL || t->facts->traverse != NULL
        || (t->bases == NULL && t->legacy == NULL && t->facts->shape == HPyType_BuiltinShape_Object);
    if (t->owns_dealloc)
        add_slot(t, Py_tp_dealloc, (void *)_HPy_CPython_InstanceDealloc);
    if (t->facts->traverse != NULL) {
        add_slot(t, Py_tp_traverse, (void *)_HPy_CPython_InstanceTraverse);
        add_slot(t, Py_tp_clear, (void *)_HPy_CPython_InstanceClear);
    }
    return 0;
}

static int add_legacy_slots(Type *t)
{
    const PyType_Slot *slot;
    for (slot = t->legacy; slot != NULL && slot->slot != 0; slot++) {
        switch (slot->slot) {
        case Py_tp_methods:
        case Py_tp_members:
        case Py_tp_getset:
            continue;
        case Py_tp_dealloc:
            if (t->owns_dealloc)
                return fail(PyExc_TypeError, "legacy tp_dealloc is incompatible with "
                                             "HPy_tp_traverse or HPy_tp_destroy.");
            t->facts->is_opaque = true;
            break;
        case Py_tp_traverse:
            t->facts->is_opaque = true;
            break;
        case Py_tp_new:
            t->has_new = true;
            break;
        }
        add_slot(t, slot->slot, slot->pfunc);
    }
    return 0;
}

static int make_slots(Type *t)
{
    const size_t own = count_kind(t->spec->defines, HPyDef_Kind_Slot);
    const PyType_Slot *slot;
    size_t legacy = 0;
    for (slot = t->legacy; slot != NULL && slot->slot != 0; slot++)
        legacy++;
    /* Besides: doc, methods, members, getset, dealloc, traverse, clear, call, new, the end. */
    t->slots = (PyType_Slot *)allocate(own + legacy + 10, sizeof(*t->slots));
    if (t->slots == NULL || add_hpy_slots(t) < 0 || add_legacy_slots(t) < 0 || make_members(t) < 0)
        return -1;
    if (t->facts->call_offset != 0) {
        add_slot(t, Py_tp_call, (void *)PyVectorcall_Call);
        if (!t->has_new && t->facts->call != NULL)
            add_slot(t, Py_tp_new, (void *)_HPy_CPython_NewCallable);
    }
    if (t->spec->doc != NULL)
        add_slot(t, Py_tp_doc, (void *)t->spec->doc);
    add_slot(t, Py_tp_methods, t->methods);
    add_slot(t, Py_tp_members, t->members);
    add_slot(t, Py_tp_getset, t->facts->getsets);
    return 0;
}

/* ---- the specification and its parameters ---- */

static void read_legacy(Type *t)
{
    PyType_Slot *slot = (PyType_Slot *)t->spec->legacy_slots;
    t->legacy = slot;
    for (; slot != NULL && slot->slot != 0; slot++) {
        if (slot->slot == Py_tp_methods)
            t->legacy_methods = (PyMethodDef *)slot->pfunc;
        else if (slot->slot == Py_tp_members)
            t->legacy_members = (PyMemberDef *)slot->pfunc;
        else if (slot->slot == Py_tp_getset)
            t->legacy_getsets = (PyGetSetDef *)slot->pfunc;
    }
}

static bool has_traverse(const Type *t)
{
    HPyDef **defines = t->spec->defines;
    const PyType_Slot *slot;
    size_t i;
    for (i = 0; defines != NULL && defines[i] != NULL; i++) {
        if (is_slot(defines[i], HPy_tp_traverse))
            return true;
    }
    for (slot = t->legacy; slot != NULL && slot->slot != 0; slot++) {
        if (slot->slot == Py_tp_traverse)
            return true;
    }
    return false;
}

/* Flags that a type with a shape of HPy's may have besides HPy's own: those of the C API that ask
   for nothing in an instance. The others describe layouts, or are the interpreter's notes. */
#define OTHER_FLAGS                                                                     \
    (1UL | 1UL << 5 | 1UL << 6 | 1UL << 7 | 1UL << 8 | 1UL << 17 | 1UL << 20 | 1UL << 22)

/* Further ones of legacy types, whose authors know the C API: managed weak references and dict, and
   items at the end. */
#define LEGACY_FLAGS (1UL << 3 | 1UL << 4 | 1UL << 23)

/* Refuses what would lead to memory that is not there. */
static int check_spec(const HPyType_Spec *spec)
{
    const bool is_legacy = spec->builtin_shape == HPyType_BuiltinShape_Legacy;
    const unsigned long known = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE
        | HPy_TPFLAGS_HAVE_VECTORCALL | HPy_TPFLAGS_HAVE_GC | OTHER_FLAGS
        | (is_legacy ? LEGACY_FLAGS : 0);
    const unsigned long flags = spec->flags & ~known;
    size_t i;
    if (spec->name == NULL)
        return fail(PyExc_SystemError, "Type spec does not define the name field.");
    if (flags != 0) {
        PyErr_Format(PyExc_ValueError, "a type cannot have the flags 0x%lx", flags);
        return -1;
    }
    if (spec->basicsize < 0 || spec->itemsize < 0)
        return fail(PyExc_ValueError, "a type cannot have a negative size");
    if (is_legacy && spec->basicsize != 0 && (size_t)spec->basicsize < sizeof(PyObject))
        return fail(PyExc_ValueError, "a legacy struct begins with PyObject_HEAD");
    for (i = 0; spec->defines != NULL && spec->defines[i] != NULL; i++) {
        if (spec->defines[i]->kind < HPyDef_Kind_Slot || spec->defines[i]->kind > HPyDef_Kind_GetSet)
            return fail(PyExc_ValueError, "a definition is of an unknown kind");
    }
    return 0;
}

static int read_spec(Type *t, HPyType_Spec *spec)
{
    t->spec = spec;
    if (check_spec(spec) < 0)
        return -1;
    read_legacy(t);
    if (t->legacy != NULL && spec->builtin_shape != HPyType_BuiltinShape_Legacy)
        return fail(PyExc_TypeError, "cannot specify .legacy_slots without setting "
                                     ".builtin_shape=HPyType_BuiltinShape_Legacy");
    if ((spec->flags & HPy_TPFLAGS_HAVE_GC) && !has_traverse(t))
        return fail(PyExc_ValueError, "You must provide an HPy_tp_traverse slot if you specify "
                                      "HPy_TPFLAGS_HAVE_GC");
    t->head = _HPy_CPython_HeadSize(spec->builtin_shape);
    if (t->head < 0) {
        PyErr_Format(PyExc_ValueError, "invalid shape: %d", (int)spec->builtin_shape);
        return -1;
    }
    if (spec->basicsize > INT_MAX - t->head - 64)
        return fail(PyExc_ValueError, "the native struct of a type is too big");
    t->basicsize = spec->basicsize == 0 ? 0 : spec->basicsize + t->head;
    return 0;
}

static int read_metaclass(Type *t, PyObject *metaclass)
{
    if (t->metaclass != NULL)
        return fail(PyExc_ValueError, "metaclass was specified multiple times");
    if (!PyType_Check(metaclass)) {
        PyErr_Format(PyExc_TypeError, "Metaclass '%R' is not a subclass of 'type'.", metaclass);
        return -1;
    }
    t->metaclass = (PyTypeObject *)metaclass;
    return 0;
}

/* The bases that were given one by one. */
static PyObject *collect_bases(const HPyType_SpecParam *params, Py_ssize_t count)
{
    PyObject *bases = PyTuple_New(count);
    Py_ssize_t next = 0;
    for (; bases != NULL && params->kind != 0; params++) {
        if (params->kind == HPyType_SpecParam_Base) {
            Py_INCREF(_h2py(params->object));
            PyTuple_SET_ITEM(bases, next++, _h2py(params->object));
        }
    }
    return bases;
}

static int read_params(Type *t, const HPyType_SpecParam *params)
{
    const HPyType_SpecParam *p;
    Py_ssize_t single = 0, tuples = 0;
    for (p = params; p != NULL && p->kind != 0; p++) {
        if (HPy_IsNull(p->object)) {
            PyErr_Format(PyExc_TypeError, "a parameter of '%s' is HPy_NULL", t->spec->name);
            return -1;
        }
        switch (p->kind) {
        case HPyType_SpecParam_Base:
            single++;
            break;
        case HPyType_SpecParam_BasesTuple:
            tuples++;
            Py_INCREF(_h2py(p->object));
            Py_XSETREF(t->bases, _h2py(p->object));
            break;
        case HPyType_SpecParam_Metaclass:
            if (read_metaclass(t, _h2py(p->object)) < 0)
                return -1;
            break;
        default:
            PyErr_Format(PyExc_TypeError, "unknown HPyType_SpecParam specification for '%s'",
                         t->spec->name);
            return -1;
        }
    }
    if (tuples > 1)
        return fail(PyExc_TypeError, "multiple specifications of HPyType_SpecParam_BasesTuple");
    if (tuples && single)
        return fail(PyExc_TypeError, "cannot specify both HPyType_SpecParam_Base and "
                                     "HPytype_SpecParam_BasesTuple");
    if (single && (t->bases = collect_bases(params, single)) == NULL)
        return -1;
    if (t->bases != NULL && !PyTuple_Check(t->bases))
        return fail(PyExc_TypeError, "HPyType_SpecParam_BasesTuple must be a tuple");
    return 0;
}

/* ---- the type object ---- */

#if PY_VERSION_HEX < 0x030c0000

/* `dict[name] = getattr(owner, name)` */
static int copy_attribute(PyObject *dict, PyObject *owner, const char *name)
{
    PyObject *value = PyObject_GetAttrString(owner, name);
    const int status = value == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return status;
}

/* Before 3.12 the C API makes no types with a metaclass: as `class T(plain, metaclass=M)` would
   with empty `__slots__`, an empty subclass of a plain type becomes an instance of the metaclass.
   The reference to the plain type is taken. */
static PyObject *with_metaclass(PyTypeObject *metaclass, PyObject *plain, bool is_base)
{
    PyObject *made = NULL, *slots = PyTuple_New(0), *namespace = PyDict_New();
    PyObject *args = NULL;
    if (slots != NULL && namespace != NULL
        && PyDict_SetItemString(namespace, "__slots__", slots) == 0
        && copy_attribute(namespace, plain, "__module__") == 0
        && copy_attribute(namespace, plain, "__qualname__") == 0
        && copy_attribute(namespace, plain, "__doc__") == 0)
        args = Py_BuildValue("s(O)O", _PyType_Name((PyTypeObject *)plain), plain, namespace);
    if (args != NULL)
        made = PyType_Type.tp_new(metaclass, args, NULL);
    if (made != NULL && !is_base)
        ((PyTypeObject *)made)->tp_flags &= ~Py_TPFLAGS_BASETYPE;
    Py_XDECREF(args);
    Py_XDECREF(namespace);
    Py_XDECREF(slots);
    Py_DECREF(plain);
    return made;
}

static PyObject *from_spec(Type *t, PyType_Spec *spec)
{
    const bool is_base = (spec->flags & Py_TPFLAGS_BASETYPE) != 0;
    PyObject *plain;
    if (t->metaclass == NULL || t->metaclass == &PyType_Type)
        return PyType_FromSpecWithBases(spec, t->bases);
    if (t->metaclass->tp_new != PyType_Type.tp_new) {
        fail(PyExc_TypeError, "Metaclasses with custom tp_new are not supported.");
        return NULL;
    }
    spec->flags |= Py_TPFLAGS_BASETYPE;
    plain = PyType_FromSpecWithBases(spec, t->bases);
    return plain == NULL ? NULL : with_metaclass(t->metaclass, plain, is_base);
}

#else

static PyObject *from_spec(Type *t, PyType_Spec *spec)
{
    return PyType_FromMetaclass(t->metaclass, NULL, spec, t->bases);
}

#endif

/* Whether the flag of the call protocol has a function to go with it, here or in a base. */
static bool can_be_called(const Type *t)
{
    Py_ssize_t i;
    if (t->facts->call_offset != 0)
        return true;
    for (i = 0; t->bases != NULL && i < PyTuple_GET_SIZE(t->bases); i++) {
        PyObject *base = PyTuple_GET_ITEM(t->bases, i);
        if (PyType_Check(base) && PyType_HasFeature((PyTypeObject *)base, HPy_TPFLAGS_HAVE_VECTORCALL))
            return true;
    }
    return false;
}

static PyObject *make_type(Type *t)
{
    PyType_Spec spec;
    unsigned long flags = t->spec->flags;
    if (t->facts->shape == HPyType_BuiltinShape_Legacy && t->spec->itemsize != 0
        && (size_t)(t->basicsize ? t->basicsize : inherited_size(t)) < sizeof(PyVarObject)) {
        fail(PyExc_ValueError, "a legacy struct with an itemsize begins with PyObject_VAR_HEAD");
        return NULL;
    }
    if ((flags & HPy_TPFLAGS_HAVE_VECTORCALL) && !can_be_called(t)) {
        fail(PyExc_TypeError, "HPy_TPFLAGS_HAVE_VECTORCALL needs HPy_tp_call or a member "
                              "'" CALL_OFFSET "'");
        return NULL;
    }
    if (t->facts->call_offset != 0)
        flags |= HPy_TPFLAGS_HAVE_VECTORCALL;
    spec.name = t->facts->name;
    spec.basicsize = (int)t->basicsize;
    /* Only the C API's functions of a legacy type make an instance with items. */
    spec.itemsize = t->facts->shape == HPyType_BuiltinShape_Legacy ? t->spec->itemsize : 0;
    spec.flags = (unsigned int)flags;
    spec.slots = t->slots;
    return from_spec(t, &spec);
}

/* Whether a type was written in Python: its deallocator cannot be called for a part of an object.
   1 or 0, or -1 with an exception set. */
static int is_python_class(PyTypeObject *type)
{
    PyObject *sample;
    int same;
    if (!(type->tp_flags & Py_TPFLAGS_HEAPTYPE))
        return 0;
    sample = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "sample");
    if (sample == NULL)
        return -1;
    same = type->tp_dealloc == ((PyTypeObject *)sample)->tp_dealloc;
    Py_DECREF(sample);
    return same;
}

/* Refuses what would let two structs lie on top of each other, or leave a part of an object alive. */
static int check_bases(const Type *t, PyTypeObject *made)
{
    PyTypeObject *foreign, *base;
    const bool own_struct = t->spec->basicsize != 0;
    const TypeFacts *owner = _HPy_CPython_Owner(made->tp_base);
    const bool is_legacy = t->facts->shape == HPyType_BuiltinShape_Legacy;
    /* A type with a metaclass may be the empty subclass of the one that was specified. */
    if (is_legacy && owner != NULL && owner != t->facts
        && owner->shape != HPyType_BuiltinShape_Legacy)
        return fail(PyExc_TypeError, "A legacy type should not inherit its memory layout from "
                                     "a pure type");
    if (own_struct && made->tp_base->tp_basicsize > t->basicsize)
        return fail(PyExc_TypeError,
                    "the native struct of a type must begin with that of its base");
    if (is_legacy)
        return 0;
    foreign = _HPy_CPython_ForeignBase(made);
    if (own_struct && foreign->tp_basicsize > t->head)
        return fail(PyExc_TypeError, "the native struct of a type would overlap that of its base: "
                                     "its builtin_shape must be that of the base");
    for (base = made->tp_base; t->owns_dealloc && base != &PyBaseObject_Type; base = base->tp_base) {
        int is_python = 0;
        if (_HPy_CPython_FactsOf(base) == NULL)
            is_python = is_python_class(base);
        if (is_python < 0)
            return -1;
        if (is_python)
            return fail(PyExc_TypeError, "a type with HPy_tp_destroy or HPy_tp_traverse cannot "
                                         "inherit from a class written in Python");
    }
    return 0;
}

/* Whether an instance is nothing but its memory, so that the collector, weak references and the
   author have no business with its end. */
static bool ends_plainly(const Type *t, const PyTypeObject *made)
{
    return made->tp_dealloc == _HPy_CPython_InstanceDealloc && t->facts->destroy == NULL
        && t->facts->traverse == NULL && made->tp_base == &PyBaseObject_Type
        && made->tp_finalize == NULL && made->tp_weaklistoffset == 0 && made->tp_dictoffset == 0
        && !PyType_IS_GC((PyTypeObject *)made);
}

HPy HPyType_FromSpec(HPyContext *ctx, HPyType_Spec *spec, HPyType_SpecParam *params)
{
    PyObject *made = NULL;
    Type t;
    (void)ctx;
    memset(&t, 0, sizeof(t));
    if (read_spec(&t, spec) == 0 && read_params(&t, params) == 0 && make_facts(&t) == 0
        && (t.methods = _HPy_CPython_Methods(spec->defines, t.legacy_methods)) != NULL
        && make_slots(&t) == 0)
        made = make_type(&t);
    /* The type has copied these, and points into the methods and the facts. */
    PyMem_RawFree(t.members);
    PyMem_RawFree(t.slots);
    Py_XDECREF(t.bases);
    if (made == NULL) {
        PyMem_RawFree(t.methods);
        PyMem_RawFree(t.facts);
    } else if (check_bases(&t, (PyTypeObject *)made) < 0) {
        Py_CLEAR(made);
    } else if (ends_plainly(&t, (PyTypeObject *)made)) {
        ((PyTypeObject *)made)->tp_dealloc = _HPy_CPython_PlainDealloc;
    }
    return _py2h(made);
}

/* ---- questions about types ---- */

HPyType_BuiltinShape HPyType_GetBuiltinShape(HPyContext *ctx, HPy h_type)
{
    const TypeFacts *owner;
    (void)ctx;
    if (!PyType_Check(_h2py(h_type))) {
        PyErr_SetString(PyExc_TypeError, "arg must be a type");
        return (HPyType_BuiltinShape)-2;
    }
    owner = _HPy_CPython_Owner((PyTypeObject *)_h2py(h_type));
    return owner == NULL ? HPyType_BuiltinShape_Legacy : owner->shape;
}

const char *HPyType_GetName(HPyContext *ctx, HPy type)
{
    const PyTypeObject *t = (const PyTypeObject *)_h2py(type);
    const char *dot;
    (void)ctx;
    /* The name of a class can be assigned: it is an object, which keeps its UTF-8. */
    if (t->tp_flags & Py_TPFLAGS_HEAPTYPE)
        return PyUnicode_AsUTF8(((const PyHeapTypeObject *)t)->ht_name);
    dot = strrchr(t->tp_name, '.');
    return dot == NULL ? t->tp_name : dot + 1;
}

/* The CPython ABI: the life of an instance.
 *
 * 1. A type may inherit from others that HPyType_FromSpec made, each with a traversal and a
 *    destroyer of its own: everything here goes up the chain of bases, nearest first.
 * 2. The native struct belongs to the nearest ancestor with facts, and lies where the shape of that
 *    one says: so for a class that was written in Python as well.
 * 3. Such a class comes here through the interpreter's own function, which has run the finalizer.
 *    So the finalizer is run here only if the object's own type ends here.
 * 4. What precedes the struct is taken apart by the type it belongs to, which wants the object as
 *    its own objects are: tracked by the collector. The object's reference to its type is given up
 *    once, by the first heap type's function on the way up.
 * 5. That reference is visited if the type is a class that was written in Python. Of a type of the
 *    extension's own HPy says that its instances refer to what their fields hold, and no more.
 */
#include "cpython_runtime.h"

/* ---- from a type to its facts ---- */

static const char MARK[] = "The facts about this type, of Pommel's HPy 1";

void _HPy_CPython_MarkEnd(PyGetSetDef *end, TypeFacts *facts)
{
    memset(end, 0, sizeof(*end));
    end->doc = MARK;
    end->closure = facts;
}

TypeFacts *_HPy_CPython_FactsOf(PyTypeObject *type)
{
    const PyGetSetDef *end = type->tp_getset;
    if (end == NULL)
        return NULL;
    while (end->name != NULL)
        end++;
    if (end->doc == MARK || (end->doc != NULL && strcmp(end->doc, MARK) == 0))
        return (TypeFacts *)end->closure;
    return NULL;
}

TypeFacts *_HPy_CPython_Owner(PyTypeObject *type)
{
    TypeFacts *facts = NULL;
    while (type != NULL && (facts = _HPy_CPython_FactsOf(type)) == NULL)
        type = type->tp_base;
    return facts;
}

PyTypeObject *_HPy_CPython_ForeignBase(PyTypeObject *type)
{
    PyTypeObject *base = type;
    for (; type != NULL; type = type->tp_base) {
        const TypeFacts *facts = _HPy_CPython_FactsOf(type);
        if (facts == NULL)
            continue;
        if (facts->is_opaque)
            return type;
        base = type->tp_base;
    }
    return base;
}

/* The next type with facts, from `type` up to but not including `end`; NULL behind the last. */
static PyTypeObject *next_of_ours(PyTypeObject *type, PyTypeObject *end, TypeFacts **facts)
{
    for (; type != end; type = type->tp_base) {
        if ((*facts = _HPy_CPython_FactsOf(type)) != NULL)
            return type;
    }
    return NULL;
}

#define FOR_EACH_OF_OURS(TYPE, FACTS, FIRST, END)                                       \
    for (TYPE = next_of_ours(FIRST, END, &FACTS); TYPE != NULL;                         \
         TYPE = next_of_ours(TYPE->tp_base, END, &FACTS))

/* ---- where things are ---- */

Py_ssize_t _HPy_CPython_HeadSize(HPyType_BuiltinShape shape)
{
    switch (shape) {
    case HPyType_BuiltinShape_Legacy: return 0;
    case HPyType_BuiltinShape_Object: return _HPy_CPYTHON_ALIGNED(sizeof(PyObject));
    case HPyType_BuiltinShape_Type: return _HPy_CPYTHON_ALIGNED(sizeof(PyHeapTypeObject));
    case HPyType_BuiltinShape_Long: return _HPy_CPYTHON_ALIGNED(sizeof(struct _longobject));
    case HPyType_BuiltinShape_Float: return _HPy_CPYTHON_ALIGNED(sizeof(PyFloatObject));
    case HPyType_BuiltinShape_Unicode: return _HPy_CPYTHON_ALIGNED(sizeof(PyUnicodeObject));
    case HPyType_BuiltinShape_Tuple: return _HPy_CPYTHON_ALIGNED(sizeof(PyTupleObject));
    case HPyType_BuiltinShape_List: return _HPy_CPYTHON_ALIGNED(sizeof(PyListObject));
    case HPyType_BuiltinShape_Dict: return _HPy_CPYTHON_ALIGNED(sizeof(PyDictObject));
    }
    return -1;
}

static void *native_struct(PyObject *self, const TypeFacts *facts)
{
    return (char *)self + _HPy_CPython_HeadSize(facts->shape);
}

/* Where the instances of a type have a `__dict__` that this type gave them, or NULL. */
static PyObject **own_dict(PyObject *self, PyTypeObject *type)
{
    const Py_ssize_t offset = type->tp_dictoffset;
    if (offset <= 0 || offset == type->tp_base->tp_dictoffset)
        return NULL;
    return (PyObject **)((char *)self + offset);
}

/* ---- beginning ---- */

/* Stores what runs when the instance is called, if its type says so. */
static void init_call(PyTypeObject *type, PyObject *self)
{
    TypeFacts *facts;
    FOR_EACH_OF_OURS(type, facts, type, NULL) {
        if (facts->call != NULL) {
            memcpy((char *)self + facts->call_offset, &facts->call, sizeof(facts->call));
            return;
        }
    }
}

/* An instance with a zeroed struct, made without looking at arguments. */
static PyObject *allocate(PyTypeObject *type)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL && type->tp_vectorcall_offset != 0)
        init_call(type, self);
    return self;
}

HPy _HPy_CPython_New(HPy h_type, void **data)
{
    PyTypeObject *type = (PyTypeObject *)_h2py(h_type);
    const TypeFacts *owner;
    PyObject *self;
    if (!PyType_Check((PyObject *)type)) {
        PyErr_SetString(PyExc_TypeError, "HPy_New arg 1 must be a type");
        return HPy_NULL;
    }
    self = allocate(type);
    if (self != NULL) {
        owner = _HPy_CPython_Owner(type);
        /* A type of the C API has the whole object for its struct. */
        *data = owner == NULL ? (void *)self : native_struct(self, owner);
    }
    return _py2h(self);
}

HPy _HPy_CPython_GenericNew(HPy type)
{
    if (!PyType_Check(_h2py(type))) {
        PyErr_SetString(PyExc_TypeError, "HPyType_GenericNew arg 1 must be a type");
        return HPy_NULL;
    }
    return _py2h(allocate((PyTypeObject *)_h2py(type)));
}

PyObject *_HPy_CPython_NewCallable(PyTypeObject *type, PyObject *args, PyObject *kw)
{
    PyTypeObject *base = type;
    PyObject *self;
    /* The first other function behind this one: `object` has one at the latest. */
    while (base->tp_new != _HPy_CPython_NewCallable)
        base = base->tp_base;
    while (base->tp_new == _HPy_CPython_NewCallable)
        base = base->tp_base;
    self = base->tp_new(type, args, kw);
    if (self != NULL)
        init_call(type, self);
    return self;
}

int HPy_SetCallFunction(HPyContext *ctx, HPy h, HPyCallFunction *func)
{
    PyObject *self = _h2py(h);
    PyTypeObject *type;
    TypeFacts *facts;
    (void)ctx;
    FOR_EACH_OF_OURS(type, facts, Py_TYPE(self), NULL) {
        if (facts->call_offset != 0) {
            memcpy((char *)self + facts->call_offset, &func->cpy_trampoline,
                   sizeof(func->cpy_trampoline));
            return 0;
        }
    }
    PyErr_Format(PyExc_TypeError, "type '%.50s' does not implement the HPy call protocol",
                 Py_TYPE(self)->tp_name);
    return -1;
}

/* ---- the collector's questions ---- */

typedef struct {
    visitproc visit;
    void *arg;
} Visitor;

static int visit_field(HPyField *field, void *arg)
{
    const Visitor *visitor = (const Visitor *)arg;
    PyObject *obj = _hf2py(*field);
    return obj == NULL ? 0 : visitor->visit(obj, visitor->arg);
}

static int clear_field(HPyField *field, void *arg)
{
    PyObject *obj = _hf2py(*field);
    (void)arg;
    *field = HPyField_NULL;
    Py_XDECREF(obj);
    return 0;
}

int _HPy_CPython_Traverse(HPyFunc_traverseproc traverse, PyObject *self, visitproc visit, void *arg)
{
    Visitor visitor;
    PyTypeObject *type;
    TypeFacts *facts;
    visitor.visit = visit;
    visitor.arg = arg;
    FOR_EACH_OF_OURS(type, facts, Py_TYPE(self), NULL) {
        if (facts->traverse == traverse)
            return traverse(native_struct(self, facts), visit_field, &visitor);
    }
    return 0;
}

int _HPy_CPython_InstanceTraverse(PyObject *self, visitproc visit, void *arg)
{
    PyTypeObject *type, *base = _HPy_CPython_ForeignBase(Py_TYPE(self));
    TypeFacts *facts;
    Visitor visitor;
    visitor.visit = visit;
    visitor.arg = arg;
    if (!(base->tp_flags & Py_TPFLAGS_HEAPTYPE) && _HPy_CPython_FactsOf(Py_TYPE(self)) == NULL)
        Py_VISIT(Py_TYPE(self));
    FOR_EACH_OF_OURS(type, facts, Py_TYPE(self), base) {
        PyObject **dict = own_dict(self, type);
        if (dict != NULL)
            Py_VISIT(*dict);
        if (facts->traverse != NULL) {
            const int stop = facts->traverse(native_struct(self, facts), visit_field, &visitor);
            if (stop)
                return stop;
        }
    }
    return base->tp_traverse == NULL ? 0 : base->tp_traverse(self, visit, arg);
}

static void clear_fields(PyObject *self, PyTypeObject *base)
{
    PyTypeObject *type;
    TypeFacts *facts;
    FOR_EACH_OF_OURS(type, facts, Py_TYPE(self), base) {
        PyObject **dict = own_dict(self, type);
        if (dict != NULL)
            Py_CLEAR(*dict);
        if (facts->traverse != NULL)
            facts->traverse(native_struct(self, facts), clear_field, NULL);
    }
}

int _HPy_CPython_InstanceClear(PyObject *self)
{
    PyTypeObject *base = _HPy_CPython_ForeignBase(Py_TYPE(self));
    clear_fields(self, base);
    return base->tp_clear == NULL ? 0 : base->tp_clear(self);
}

/* ---- the end ---- */

static void take_apart(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self), *base = _HPy_CPython_ForeignBase(type), *t;
    TypeFacts *facts;
    bool decref_type = true;
    if (type->tp_weaklistoffset > 0)
        PyObject_ClearWeakRefs(self);
    clear_fields(self, base);
    FOR_EACH_OF_OURS(t, facts, type, base) {
        if (facts->destroy != NULL)
            facts->destroy(native_struct(self, facts));
    }
    if (base == &PyBaseObject_Type) {
        type->tp_free(self);
    } else {
        decref_type = !(base->tp_flags & Py_TPFLAGS_HEAPTYPE);
        if (PyType_IS_GC(base))
            PyObject_GC_Track(self);
        base->tp_dealloc(self);
    }
    if (decref_type)
        Py_DECREF(type);
}

void _HPy_CPython_PlainDealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

void _HPy_CPython_InstanceDealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (type->tp_dealloc == _HPy_CPython_InstanceDealloc && type->tp_finalize != NULL
        && PyObject_CallFinalizerFromDealloc(self) < 0)
        return;
    if (!PyType_IS_GC(type)) {
        take_apart(self);
        return;
    }
    PyObject_GC_UnTrack(self);
    /* A long chain of objects must not use up the stack. */
    Py_TRASHCAN_BEGIN(self, _HPy_CPython_InstanceDealloc)
    take_apart(self);
    Py_TRASHCAN_END
}

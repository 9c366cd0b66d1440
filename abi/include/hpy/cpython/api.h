/* The functions of the CPython ABI that are more than a function of the C API under another name.
 *
 * A handle is a reference that it owns, a field or global is a reference too, and the context only
 * holds constants. What is short is inlined; the rest is in runtime-c/cpython_*.c.
 */
#ifndef HPY_CPYTHON_API_H
#define HPY_CPYTHON_API_H

#if PY_VERSION_HEX < 0x03090000
#  error "The CPython ABI needs Python 3.9 or later"
#elif PY_VERSION_HEX < 0x030b0000
#  include <longintrepr.h>
#endif

/* ---- handles and references ---- */

HPyAPI_FUNC PyObject *_h2py(HPy h) { return (PyObject *)h._i; }
HPyAPI_FUNC HPy _py2h(PyObject *o) { return _hconv(o); }
HPyAPI_FUNC const HPy *_arr_py2h(PyObject *const *items) { return (const HPy *)items; }
HPyAPI_FUNC PyObject *const *_arr_h2py(const HPy *items) { return (PyObject *const *)items; }
HPyAPI_FUNC HPyThreadState _threads2h(PyThreadState *s) { return _htsconv(s); }
HPyAPI_FUNC PyThreadState *_h2threads(HPyThreadState h) { return (PyThreadState *)h._i; }
HPyAPI_FUNC HPyField _py2hf(PyObject *o) { return _hfconv(o); }
HPyAPI_FUNC PyObject *_hf2py(HPyField f) { return (PyObject *)f._i; }
HPyAPI_FUNC HPyGlobal _py2hg(PyObject *o) { return _hgconv(o); }
HPyAPI_FUNC PyObject *_hg2py(HPyGlobal g) { return (PyObject *)g._i; }

#include "hpy/cpython/short_ways.h"

/* The one context of this shared object; PyInit_NAME fills it. */
extern HPyAPI_IMPL HPyContext _HPy_CPython_Context;

HPyAPI_FUNC HPyContext *_HPyGetContext(void) { return &_HPy_CPython_Context; }

HPyAPI_FUNC HPy HPy_Dup(HPyContext *ctx, HPy h)
{
    (void)ctx;
    Py_XINCREF(_h2py(h));
    return h;
}

HPyAPI_FUNC void HPy_Close(HPyContext *ctx, HPy h)
{
    (void)ctx;
    Py_XDECREF(_h2py(h));
}

HPyAPI_FUNC HPy HPy_FromPyObject(HPyContext *ctx, PyObject *obj)
{
    (void)ctx;
    Py_XINCREF(obj);
    return _py2h(obj);
}

HPyAPI_FUNC PyObject *HPy_AsPyObject(HPyContext *ctx, HPy h)
{
    (void)ctx;
    Py_XINCREF(_h2py(h));
    return _h2py(h);
}

#ifdef Py_GIL_DISABLED

/* Two threads that store at once must not both give up what was there before. */
HPyAPI_FUNC void HPyField_Store(HPyContext *ctx, HPy target_object, HPyField *target_field, HPy h)
{
    PyObject *old;
    (void)ctx;
    Py_XINCREF(_h2py(h));
    Py_BEGIN_CRITICAL_SECTION(_h2py(target_object));
    old = _hf2py(*target_field);
    *target_field = _py2hf(_h2py(h));
    Py_END_CRITICAL_SECTION();
    Py_XDECREF(old);
}

#else

HPyAPI_FUNC void HPyField_Store(HPyContext *ctx, HPy target_object, HPyField *target_field, HPy h)
{
    PyObject *old = _hf2py(*target_field);
    (void)ctx;
    (void)target_object;
    Py_XINCREF(_h2py(h));
    *target_field = _py2hf(_h2py(h));
    Py_XDECREF(old);
}

#endif

HPyAPI_FUNC HPy HPyField_Load(HPyContext *ctx, HPy source_object, HPyField source_field)
{
    PyObject *obj = _hf2py(source_field);
    (void)ctx;
    (void)source_object;
    Py_XINCREF(obj);
    return _py2h(obj);
}

HPyAPI_FUNC void HPyGlobal_Store(HPyContext *ctx, HPyGlobal *global, HPy h)
{
    PyObject *old = _hg2py(*global);
    (void)ctx;
    Py_XINCREF(_h2py(h));
    *global = _py2hg(_h2py(h));
    Py_XDECREF(old);
}

HPyAPI_FUNC HPy HPyGlobal_Load(HPyContext *ctx, HPyGlobal global)
{
    PyObject *obj = _hg2py(global);
    (void)ctx;
    Py_XINCREF(obj);
    return _py2h(obj);
}

/* ---- errors, threads ---- */

HPyAPI_FUNC int HPyErr_Occurred(HPyContext *ctx)
{
    (void)ctx;
    return PyErr_Occurred() != NULL;
}

/** Ends the process with a message. */
HPyAPI_FUNC _HPy_NO_RETURN void HPy_FatalError(HPyContext *ctx, const char *message)
{
    (void)ctx;
    Py_FatalError(message);
}

HPyAPI_FUNC HPyThreadState HPy_LeavePythonExecution(HPyContext *ctx)
{
    (void)ctx;
    return _threads2h(PyEval_SaveThread());
}

HPyAPI_FUNC void HPy_ReenterPythonExecution(HPyContext *ctx, HPyThreadState state)
{
    (void)ctx;
    PyEval_RestoreThread(_h2threads(state));
}

/* ---- numbers of a fixed size ---- */

/* Raises OverflowError: the number does not fit the type of that name. */
HPyAPI_IMPL void _HPy_CPython_Overflow(const char *type);

HPyAPI_FUNC HPy HPyLong_FromInt32_t(HPyContext *ctx, int32_t value)
{
    (void)ctx;
    return _py2h(PyLong_FromLong((long)value));
}

HPyAPI_FUNC HPy HPyLong_FromUInt32_t(HPyContext *ctx, uint32_t value)
{
    (void)ctx;
    return _py2h(PyLong_FromUnsignedLong((unsigned long)value));
}

HPyAPI_FUNC HPy HPyLong_FromInt64_t(HPyContext *ctx, int64_t v)
{
    (void)ctx;
    return _py2h(sizeof(long) == sizeof(v) ? PyLong_FromLong((long)v)
                                           : PyLong_FromLongLong((long long)v));
}

HPyAPI_FUNC HPy HPyLong_FromUInt64_t(HPyContext *ctx, uint64_t v)
{
    (void)ctx;
    return _py2h(sizeof(long) == sizeof(v) ? PyLong_FromUnsignedLong((unsigned long)v)
                                           : PyLong_FromUnsignedLongLong((unsigned long long)v));
}

HPyAPI_FUNC int32_t HPyLong_AsInt32_t(HPyContext *ctx, HPy h)
{
    int64_t small;
    long value;
    if (_HPy_short_Long_AsInt64_t(ctx, h, &small))
        return (int32_t)small;
    value = PyLong_AsLong(_h2py(h));
    if ((int32_t)value != value) {
        _HPy_CPython_Overflow("int32_t");
        return -1;
    }
    return (int32_t)value;
}

HPyAPI_FUNC uint32_t HPyLong_AsUInt32_t(HPyContext *ctx, HPy h)
{
    const unsigned long value = PyLong_AsUnsignedLong(_h2py(h));
    (void)ctx;
    if ((uint32_t)value != value && value != (unsigned long)-1) {
        _HPy_CPython_Overflow("uint32_t");
        return (uint32_t)-1;
    }
    if (value == (unsigned long)-1 && sizeof(value) > sizeof(uint32_t) && !PyErr_Occurred())
        _HPy_CPython_Overflow("uint32_t");
    return (uint32_t)value;
}

HPyAPI_FUNC uint32_t HPyLong_AsUInt32_tMask(HPyContext *ctx, HPy h)
{
    (void)ctx;
    return (uint32_t)PyLong_AsUnsignedLongMask(_h2py(h));
}

HPyAPI_FUNC int64_t HPyLong_AsInt64_t(HPyContext *ctx, HPy h)
{
    int64_t small;
    if (_HPy_short_Long_AsInt64_t(ctx, h, &small))
        return small;
    return sizeof(long) == sizeof(int64_t) ? (int64_t)PyLong_AsLong(_h2py(h))
                                           : (int64_t)PyLong_AsLongLong(_h2py(h));
}

HPyAPI_FUNC uint64_t HPyLong_AsUInt64_t(HPyContext *ctx, HPy h)
{
    (void)ctx;
    return sizeof(long) == sizeof(uint64_t) ? (uint64_t)PyLong_AsUnsignedLong(_h2py(h))
                                            : (uint64_t)PyLong_AsUnsignedLongLong(_h2py(h));
}

HPyAPI_FUNC uint64_t HPyLong_AsUInt64_tMask(HPyContext *ctx, HPy h)
{
    (void)ctx;
    return (uint64_t)PyLong_AsUnsignedLongLongMask(_h2py(h));
}

/* ---- objects ---- */

/* Of an object that is exactly a dict. */
HPyAPI_IMPL PyObject *_HPy_CPython_GetValue(PyObject *dict, PyObject *key);
HPyAPI_IMPL PyObject *_HPy_CPython_GetIndex(PyObject *obj, Py_ssize_t index);
HPyAPI_IMPL PyObject *_HPy_CPython_GetKey(PyObject *obj, const char *utf8_key);
/* A NULL value deletes. */
HPyAPI_IMPL int _HPy_CPython_SetIndex(PyObject *obj, Py_ssize_t index, PyObject *value);
HPyAPI_IMPL int _HPy_CPython_SetKey(PyObject *obj, const char *utf8_key, PyObject *value);
HPyAPI_IMPL PyObject *_HPy_CPython_CallTupleDict(PyObject *callable, PyObject *args, PyObject *kw);
HPyAPI_IMPL void _HPy_CPython_Dump(PyObject *obj);

HPyAPI_FUNC HPy HPy_GetItem(HPyContext *ctx, HPy obj, HPy key)
{
    (void)ctx;
    return _py2h(PyDict_CheckExact(_h2py(obj)) ? _HPy_CPython_GetValue(_h2py(obj), _h2py(key))
                                               : PyObject_GetItem(_h2py(obj), _h2py(key)));
}

HPyAPI_FUNC HPy HPy_GetItem_i(HPyContext *ctx, HPy obj, HPy_ssize_t idx)
{
    (void)ctx;
#ifndef Py_GIL_DISABLED
    /* Another thread cannot take the item away meanwhile. */
    if (PyList_CheckExact(_h2py(obj)) && (size_t)idx < (size_t)PyList_GET_SIZE(_h2py(obj)))
        return HPy_Dup(ctx, _py2h(PyList_GET_ITEM(_h2py(obj), idx)));
#endif
    if (PyTuple_CheckExact(_h2py(obj)) && (size_t)idx < (size_t)PyTuple_GET_SIZE(_h2py(obj)))
        return HPy_Dup(ctx, _py2h(PyTuple_GET_ITEM(_h2py(obj), idx)));
    return _py2h(_HPy_CPython_GetIndex(_h2py(obj), idx));
}

HPyAPI_FUNC HPy HPy_GetItem_s(HPyContext *ctx, HPy obj, const char *utf8_key)
{
    (void)ctx;
    return _py2h(_HPy_CPython_GetKey(_h2py(obj), utf8_key));
}

HPyAPI_FUNC int HPy_SetItem_i(HPyContext *ctx, HPy obj, HPy_ssize_t idx, HPy value)
{
    (void)ctx;
    return _HPy_CPython_SetIndex(_h2py(obj), idx, _h2py(value));
}

HPyAPI_FUNC int HPy_SetItem_s(HPyContext *ctx, HPy obj, const char *utf8_key, HPy value)
{
    (void)ctx;
    return _HPy_CPython_SetKey(_h2py(obj), utf8_key, _h2py(value));
}

HPyAPI_FUNC int HPy_DelItem_i(HPyContext *ctx, HPy obj, HPy_ssize_t idx)
{
    (void)ctx;
    return _HPy_CPython_SetIndex(_h2py(obj), idx, NULL);
}

HPyAPI_FUNC int HPy_DelItem_s(HPyContext *ctx, HPy obj, const char *utf8_key)
{
    (void)ctx;
    return _HPy_CPython_SetKey(_h2py(obj), utf8_key, NULL);
}

HPyAPI_FUNC HPy HPy_Type(HPyContext *ctx, HPy obj)
{
    PyObject *type = (PyObject *)Py_TYPE(_h2py(obj));
    (void)ctx;
    Py_INCREF(type);
    return _py2h(type);
}

HPyAPI_FUNC int HPy_TypeCheck(HPyContext *ctx, HPy obj, HPy type)
{
    (void)ctx;
    return PyObject_TypeCheck(_h2py(obj), (PyTypeObject *)_h2py(type));
}

HPyAPI_FUNC int HPy_Is(HPyContext *ctx, HPy obj, HPy other)
{
    (void)ctx;
    return obj._i == other._i;
}

HPyAPI_FUNC void _HPy_Dump(HPyContext *ctx, HPy h)
{
    (void)ctx;
    _HPy_CPython_Dump(_h2py(h));
}

HPyAPI_FUNC HPy HPy_CallTupleDict(HPyContext *ctx, HPy callable, HPy args, HPy kw)
{
    (void)ctx;
    return _py2h(_HPy_CPython_CallTupleDict(_h2py(callable), _h2py(args), _h2py(kw)));
}

HPyAPI_FUNC HPy HPy_Call(HPyContext *ctx, HPy callable, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)ctx;
    return _py2h(
        PyObject_Vectorcall(_h2py(callable), _arr_h2py(args), nargs, _h2py(kwnames)));
}

HPyAPI_FUNC HPy
HPy_CallMethod(HPyContext *ctx, HPy name, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)ctx;
    return _py2h(
        PyObject_VectorcallMethod(_h2py(name), _arr_h2py(args), nargs, _h2py(kwnames)));
}

/** The keys of a dict as a list. */
HPyAPI_FUNC HPy HPyDict_Keys(HPyContext *ctx, HPy h)
{
    (void)ctx;
    /* The free-threaded 3.13 locks what it is given before it looks at it. */
    if (HPy_IsNull(h) || !PyDict_Check(_h2py(h))) {
        PyErr_BadInternalCall();
        return HPy_NULL;
    }
    return _py2h(PyDict_Keys(_h2py(h)));
}

HPyAPI_IMPL PyObject *_HPy_CPython_Bytes(const char *bytes, Py_ssize_t len);
HPyAPI_IMPL PyObject *_HPy_CPython_Tuple(PyObject *const *items, Py_ssize_t n);
HPyAPI_IMPL PyObject *_HPy_CPython_Compile(const char *source, const char *filename, int kind);

HPyAPI_FUNC HPy HPyBytes_FromStringAndSize(HPyContext *ctx, const char *bytes, HPy_ssize_t len)
{
    (void)ctx;
    return _py2h(_HPy_CPython_Bytes(bytes, len));
}

HPyAPI_FUNC HPy HPyTuple_FromArray(HPyContext *ctx, const HPy *items, HPy_ssize_t n)
{
    (void)ctx;
    return _py2h(_HPy_CPython_Tuple(_arr_h2py(items), n));
}

HPyAPI_FUNC HPy HPy_Compile_s(HPyContext *ctx, const char *utf8_source, const char *utf8_filename,
                              HPy_SourceKind kind)
{
    (void)ctx;
    return _py2h(_HPy_CPython_Compile(utf8_source, utf8_filename, (int)kind));
}

HPyAPI_FUNC int
HPyContextVar_Get(HPyContext *ctx, HPy context_var, HPy default_value, HPy *result)
{
    PyObject *value = NULL;
    const int status = PyContextVar_Get(_h2py(context_var), _h2py(default_value), &value);
    (void)ctx;
    *result = _py2h(value);
    return status;
}

/* ---- builders: the list or tuple itself; 0 after a failure, which is reported at the end ---- */

HPyAPI_FUNC HPyListBuilder HPyListBuilder_New(HPyContext *ctx, HPy_ssize_t size)
{
    HPyListBuilder builder;
    (void)ctx;
    builder._lst = (intptr_t)PyList_New(size);
    if (builder._lst == 0)
        PyErr_Clear();
    return builder;
}

HPyAPI_FUNC void
HPyListBuilder_Set(HPyContext *ctx, HPyListBuilder builder, HPy_ssize_t index, HPy h_item)
{
    (void)ctx;
    if (builder._lst != 0) {
        Py_INCREF(_h2py(h_item));
        PyList_SET_ITEM((PyObject *)builder._lst, index, _h2py(h_item));
    }
}

HPyAPI_FUNC HPy HPyListBuilder_Build(HPyContext *ctx, HPyListBuilder builder)
{
    (void)ctx;
    return _py2h(builder._lst != 0 ? (PyObject *)builder._lst : PyErr_NoMemory());
}

HPyAPI_FUNC void HPyListBuilder_Cancel(HPyContext *ctx, HPyListBuilder builder)
{
    (void)ctx;
    Py_XDECREF((PyObject *)builder._lst);
}

HPyAPI_FUNC HPyTupleBuilder HPyTupleBuilder_New(HPyContext *ctx, HPy_ssize_t size)
{
    HPyTupleBuilder builder;
    (void)ctx;
    builder._tup = (intptr_t)PyTuple_New(size);
    if (builder._tup == 0)
        PyErr_Clear();
    return builder;
}

HPyAPI_FUNC void
HPyTupleBuilder_Set(HPyContext *ctx, HPyTupleBuilder builder, HPy_ssize_t index, HPy h_item)
{
    (void)ctx;
    if (builder._tup != 0) {
        Py_INCREF(_h2py(h_item));
        PyTuple_SET_ITEM((PyObject *)builder._tup, index, _h2py(h_item));
    }
}

HPyAPI_FUNC HPy HPyTupleBuilder_Build(HPyContext *ctx, HPyTupleBuilder builder)
{
    (void)ctx;
    return _py2h(builder._tup != 0 ? (PyObject *)builder._tup : PyErr_NoMemory());
}

HPyAPI_FUNC void HPyTupleBuilder_Cancel(HPyContext *ctx, HPyTupleBuilder builder)
{
    (void)ctx;
    Py_XDECREF((PyObject *)builder._tup);
}

/* ---- trackers ---- */

HPyAPI_IMPL HPyTracker HPyTracker_New(HPyContext *ctx, HPy_ssize_t size);
HPyAPI_IMPL int HPyTracker_Add(HPyContext *ctx, HPyTracker ht, HPy h);
HPyAPI_IMPL void HPyTracker_ForgetAll(HPyContext *ctx, HPyTracker ht);
HPyAPI_IMPL void HPyTracker_Close(HPyContext *ctx, HPyTracker ht);

/* ---- capsules ---- */

/* The C API's destructor; -1 with an exception set if half of the definition is missing. */
HPyAPI_IMPL int _HPy_CPython_CapsuleDestructor(HPyCapsule_Destructor *given,
                                               PyCapsule_Destructor *destructor);

HPyAPI_FUNC HPy HPyCapsule_New(HPyContext *ctx, void *pointer, const char *utf8_name,
                               HPyCapsule_Destructor *destructor)
{
    PyCapsule_Destructor function;
    (void)ctx;
    if (_HPy_CPython_CapsuleDestructor(destructor, &function) < 0)
        return HPy_NULL;
    return _py2h(PyCapsule_New(pointer, utf8_name, function));
}

HPyAPI_FUNC void *HPyCapsule_GetPointer(HPyContext *ctx, HPy capsule, const char *utf8_name)
{
    (void)ctx;
    return PyCapsule_GetPointer(_h2py(capsule), utf8_name);
}

HPyAPI_FUNC const char *HPyCapsule_GetName(HPyContext *ctx, HPy capsule)
{
    (void)ctx;
    return PyCapsule_GetName(_h2py(capsule));
}

HPyAPI_FUNC void *HPyCapsule_GetContext(HPyContext *ctx, HPy capsule)
{
    (void)ctx;
    return PyCapsule_GetContext(_h2py(capsule));
}

HPyAPI_FUNC int HPyCapsule_SetPointer(HPyContext *ctx, HPy capsule, void *pointer)
{
    (void)ctx;
    return PyCapsule_SetPointer(_h2py(capsule), pointer);
}

HPyAPI_FUNC int HPyCapsule_SetName(HPyContext *ctx, HPy capsule, const char *utf8_name)
{
    (void)ctx;
    return PyCapsule_SetName(_h2py(capsule), utf8_name);
}

HPyAPI_FUNC int HPyCapsule_SetContext(HPyContext *ctx, HPy capsule, void *context)
{
    (void)ctx;
    return PyCapsule_SetContext(_h2py(capsule), context);
}

HPyAPI_FUNC int HPyCapsule_SetDestructor(HPyContext *ctx, HPy capsule,
                                         HPyCapsule_Destructor *destructor)
{
    PyCapsule_Destructor function;
    (void)ctx;
    if (_HPy_CPython_CapsuleDestructor(destructor, &function) < 0)
        return -1;
    return PyCapsule_SetDestructor(_h2py(capsule), function);
}

/* ---- types and instances ---- */

HPyAPI_IMPL HPy HPyType_FromSpec(HPyContext *ctx, HPyType_Spec *spec, HPyType_SpecParam *params);
HPyAPI_IMPL HPyType_BuiltinShape HPyType_GetBuiltinShape(HPyContext *ctx, HPy h_type);
HPyAPI_IMPL const char *HPyType_GetName(HPyContext *ctx, HPy type);
HPyAPI_IMPL HPy _HPy_CPython_GenericNew(HPy type);
HPyAPI_IMPL HPy _HPy_CPython_New(HPy h_type, void **data);
HPyAPI_IMPL int HPy_SetCallFunction(HPyContext *ctx, HPy h, HPyCallFunction *func);
/* What a type's HPy_tp_traverse does for the collector's visitor. */
HPyAPI_IMPL int _HPy_CPython_Traverse(HPyFunc_traverseproc traverse, PyObject *self,
                                      visitproc visit, void *arg);

HPyAPI_FUNC int HPyType_IsSubtype(HPyContext *ctx, HPy sub, HPy type)
{
    (void)ctx;
    return PyType_IsSubtype((PyTypeObject *)_h2py(sub), (PyTypeObject *)_h2py(type));
}

/* May be a slot's implementation itself, and so is declared like one. */
HPyAPI_FUNC HPy
HPyType_GenericNew(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    (void)ctx;
    (void)args;
    (void)nargs;
    (void)kw;
    return _HPy_CPython_GenericNew(type);
}

HPyAPI_FUNC HPy _HPy_New(HPyContext *ctx, HPy h_type, void **data)
{
    /* As in the universal ABI: the author's pointer does not escape. */
    void *made = NULL;
    HPy h = _HPy_CPython_New(h_type, &made);
    (void)ctx;
    memcpy(data, &made, sizeof(made));
    return h;
}

/* How far the native struct is from the address of an object, by what precedes it. */
#define _HPy_CPYTHON_ALIGNED(SIZE) (((SIZE) + 15) & ~(size_t)15)
#define _HPy_CPYTHON_STRUCT_AFTER(HEAD)                                                 \
    {                                                                                   \
        (void)ctx;                                                                      \
        return (char *)_h2py(h) + _HPy_CPYTHON_ALIGNED(sizeof(HEAD));                   \
    }

HPyAPI_FUNC void *_HPy_AsStruct_Legacy(HPyContext *ctx, HPy h)
{
    (void)ctx;
    return _h2py(h);
}

HPyAPI_FUNC void *_HPy_AsStruct_Object(HPyContext *ctx, HPy h) _HPy_CPYTHON_STRUCT_AFTER(PyObject)
HPyAPI_FUNC void *_HPy_AsStruct_Type(HPyContext *ctx, HPy h)
    _HPy_CPYTHON_STRUCT_AFTER(PyHeapTypeObject)
HPyAPI_FUNC void *_HPy_AsStruct_Long(HPyContext *ctx, HPy h)
    _HPy_CPYTHON_STRUCT_AFTER(struct _longobject)
HPyAPI_FUNC void *_HPy_AsStruct_Float(HPyContext *ctx, HPy h)
    _HPy_CPYTHON_STRUCT_AFTER(PyFloatObject)
HPyAPI_FUNC void *_HPy_AsStruct_Unicode(HPyContext *ctx, HPy h)
    _HPy_CPYTHON_STRUCT_AFTER(PyUnicodeObject)
HPyAPI_FUNC void *_HPy_AsStruct_Tuple(HPyContext *ctx, HPy h)
    _HPy_CPYTHON_STRUCT_AFTER(PyTupleObject)
HPyAPI_FUNC void *_HPy_AsStruct_List(HPyContext *ctx, HPy h) _HPy_CPYTHON_STRUCT_AFTER(PyListObject)
HPyAPI_FUNC void *_HPy_AsStruct_Dict(HPyContext *ctx, HPy h) _HPy_CPYTHON_STRUCT_AFTER(PyDictObject)

#endif

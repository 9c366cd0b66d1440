/* The CPython ABI: functions about objects that need more than one of the C API's. */
#include "cpython_runtime.h"

PyObject *_HPy_CPython_GetValue(PyObject *dict, PyObject *key)
{
    PyObject *value, *arguments;
#if PY_VERSION_HEX >= 0x030d0000
    if (PyDict_GetItemRef(dict, key, &value) != 0)
        return value;
#else
    value = PyDict_GetItemWithError(dict, key);
    Py_XINCREF(value);
    if (value != NULL || PyErr_Occurred())
        return value;
#endif
    /* In a tuple, since a key that is one would be taken for several arguments. */
    arguments = PyTuple_Pack(1, key);
    if (arguments != NULL) {
        PyErr_SetObject(PyExc_KeyError, arguments);
        Py_DECREF(arguments);
    }
    return NULL;
}

PyObject *_HPy_CPython_GetIndex(PyObject *obj, Py_ssize_t index)
{
    PyObject *key, *item;
    if (PySequence_Check(obj))
        return PySequence_GetItem(obj, index);
    key = PyLong_FromSsize_t(index);
    item = key == NULL ? NULL : PyObject_GetItem(obj, key);
    Py_XDECREF(key);
    return item;
}

PyObject *_HPy_CPython_GetKey(PyObject *obj, const char *utf8_key)
{
    PyObject *key = PyUnicode_FromString(utf8_key);
    PyObject *item = key == NULL ? NULL : PyObject_GetItem(obj, key);
    Py_XDECREF(key);
    return item;
}

/* `obj[key] = value`, or `del obj[key]` if the value is NULL; the key is ours, and NULL if making it
   failed. */
static int set_and_release(PyObject *obj, PyObject *key, PyObject *value)
{
    int status = -1;
    if (key != NULL) {
        status = value == NULL ? PyObject_DelItem(obj, key) : PyObject_SetItem(obj, key, value);
        Py_DECREF(key);
    }
    return status;
}

int _HPy_CPython_SetIndex(PyObject *obj, Py_ssize_t index, PyObject *value)
{
    return set_and_release(obj, PyLong_FromSsize_t(index), value);
}

int _HPy_CPython_SetKey(PyObject *obj, const char *utf8_key, PyObject *value)
{
    return set_and_release(obj, PyUnicode_FromString(utf8_key), value);
}

PyObject *_HPy_CPython_CallTupleDict(PyObject *callable, PyObject *args, PyObject *kw)
{
    PyObject *result, *none = NULL;
    if (args != NULL && !PyTuple_Check(args)) {
        PyErr_SetString(PyExc_TypeError,
                        "HPy_CallTupleDict requires args to be a tuple or null handle");
        return NULL;
    }
    if (kw != NULL && !PyDict_Check(kw)) {
        PyErr_SetString(PyExc_TypeError,
                        "HPy_CallTupleDict requires kw to be a dict or null handle");
        return NULL;
    }
    if (args == NULL && (args = none = PyTuple_New(0)) == NULL)
        return NULL;
    result = PyObject_Call(callable, args, kw);
    Py_XDECREF(none);
    return result;
}

void _HPy_CPython_Dump(PyObject *obj)
{
    _PyObject_Dump(obj);
}

void _HPy_CPython_Overflow(const char *type)
{
    /* -1 stands for an error too, which may be another one. */
    if (!PyErr_Occurred())
        PyErr_Format(PyExc_OverflowError, "Python int too large to convert to C %s", type);
}

PyObject *_HPy_CPython_Bytes(const char *bytes, Py_ssize_t len)
{
    /* The C API would give bytes to be written later, which no handle allows. */
    if (bytes == NULL) {
        PyErr_SetString(PyExc_ValueError, "NULL char * passed to HPyBytes_FromStringAndSize");
        return NULL;
    }
    return PyBytes_FromStringAndSize(bytes, len);
}

PyObject *_HPy_CPython_Tuple(PyObject *const *items, Py_ssize_t n)
{
    PyObject *tuple = PyTuple_New(n);
    Py_ssize_t i;
    for (i = 0; tuple != NULL && i < n; i++) {
        Py_INCREF(items[i]);
        PyTuple_SET_ITEM(tuple, i, items[i]);
    }
    return tuple;
}

PyObject *_HPy_CPython_Compile(const char *source, const char *filename, int kind)
{
    switch (kind) {
    case HPy_SourceKind_Expr:
        return Py_CompileString(source, filename, Py_eval_input);
    case HPy_SourceKind_File:
        return Py_CompileString(source, filename, Py_file_input);
    case HPy_SourceKind_Single:
        return Py_CompileString(source, filename, Py_single_input);
    default:
        PyErr_SetString(PyExc_SystemError, "invalid source kind");
        return NULL;
    }
}

int _HPy_CPython_CapsuleDestructor(HPyCapsule_Destructor *given, PyCapsule_Destructor *destructor)
{
    *destructor = given == NULL ? NULL : given->cpy_trampoline;
    if (given != NULL && (given->cpy_trampoline == NULL || given->impl == NULL)) {
        PyErr_SetString(PyExc_ValueError, "Invalid HPyCapsule destructor");
        return -1;
    }
    return 0;
}

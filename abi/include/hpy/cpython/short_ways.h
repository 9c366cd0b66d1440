/* What the CPython ABI does without a call of the C API, as hpy/short_ways.h does in the others: for
 * objects of exactly the built-in type. Each function says whether it has done it.
 */
#ifndef HPY_CPYTHON_SHORT_WAYS_H
#define HPY_CPYTHON_SHORT_WAYS_H

HPyAPI_FUNC bool _HPy_short_Float_AsDouble(HPyContext *ctx, HPy h, double *result)
{
    (void)ctx;
    if (!PyFloat_CheckExact(_h2py(h)))
        return false;
    *result = PyFloat_AS_DOUBLE(_h2py(h));
    return true;
}

/* An int of at most one digit. */
HPyAPI_FUNC bool _HPy_short_Long_AsInt64_t(HPyContext *ctx, HPy h, int64_t *result)
{
    (void)ctx;
    if (!PyLong_CheckExact(_h2py(h)))
        return false;
#ifdef PYPY_VERSION
    (void)result;
    return false;
#elif PY_VERSION_HEX >= 0x030c0000
    if (!PyUnstable_Long_IsCompact((PyLongObject *)_h2py(h)))
        return false;
    *result = PyUnstable_Long_CompactValue((PyLongObject *)_h2py(h));
    return true;
#else
    /* The number of digits, with the sign of the number. */
    *result = Py_SIZE(_h2py(h)) * (int64_t)((PyLongObject *)_h2py(h))->ob_digit[0];
    return (size_t)Py_SIZE(_h2py(h)) + 1 <= 2;
#endif
}

HPyAPI_FUNC bool _HPy_short_Unicode_AsUTF8AndSize(HPyContext *ctx, HPy h, HPy_ssize_t *size,
                                                  const char **result)
{
    (void)ctx;
    if (!PyUnicode_CheckExact(_h2py(h)) || !PyUnicode_IS_COMPACT_ASCII(_h2py(h)))
        return false;
    if (size != NULL)
        *size = PyUnicode_GET_LENGTH(_h2py(h));
    *result = (const char *)PyUnicode_DATA(_h2py(h));
    return true;
}

/* The items of an object that is exactly a tuple. */
HPyAPI_FUNC bool _HPy_short_Items(HPyContext *ctx, HPy h, const HPy **items, HPy_ssize_t *count)
{
    (void)ctx;
#ifdef PYPY_VERSION
    (void)h;
    (void)items;
    (void)count;
    return false;
#else
    if (!PyTuple_CheckExact(_h2py(h)))
        return false;
    *items = _arr_py2h(((PyTupleObject *)_h2py(h))->ob_item);
    *count = PyTuple_GET_SIZE(_h2py(h));
    return true;
#endif
}

#endif

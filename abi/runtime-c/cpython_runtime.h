/* What the files of the CPython ABI's runtime share. */
#ifndef POMMEL_CPYTHON_RUNTIME_H
#define POMMEL_CPYTHON_RUNTIME_H

#include "hpy.h"

#include <structmember.h>

/* ---- cpython_context.c ---- */

_HPy_HIDDEN void _HPy_CPython_FillContext(void);

/* ---- cpython_type.c ---- */

/* HPy's methods and the C API's, as one array of the C API that is never freed; NULL with an
   exception set on failure. */
_HPy_HIDDEN PyMethodDef *_HPy_CPython_Methods(HPyDef **defines, PyMethodDef *legacy);

/* ---- cpython_instance.c ---- */

/* What is known about a type that HPyType_FromSpec made.
 *
 * The type's `tp_getset` is the array at the end, whose closing entry points back here: so a type
 * leads to its facts, in whatever shared object it was made, without a flag of CPython's and
 * without a table. A type that was written in Python, or by means of the C API, has another array.
 * Facts are never freed: the array must live as long as the type. */
typedef struct {
    HPyType_BuiltinShape shape;
    HPyFunc_destroyfunc destroy;
    HPyFunc_traverseproc traverse;
    /* What runs when an instance is called, and where the instance says so; 0 if it does not. */
    vectorcallfunc call;
    Py_ssize_t call_offset;
    /* Whether the C API's slots of the type take its instances apart: it is nobody else's business. */
    bool is_opaque;
    /* CPython 3.9 and 3.10 do not copy the name. */
    char *name;
    PyGetSetDef getsets[1];
} TypeFacts;

/* Closes an array of properties so that it leads to the facts. */
_HPy_HIDDEN void _HPy_CPython_MarkEnd(PyGetSetDef *end, TypeFacts *facts);
/* The facts about exactly this type, or NULL. */
_HPy_HIDDEN TypeFacts *_HPy_CPython_FactsOf(PyTypeObject *type);
/* The facts about the type or its nearest ancestor that has some, or NULL. */
_HPy_HIDDEN TypeFacts *_HPy_CPython_Owner(PyTypeObject *type);
/* What inherits none of this file's functions: the nearest ancestor behind the last type that has
   facts, or an opaque one. */
_HPy_HIDDEN PyTypeObject *_HPy_CPython_ForeignBase(PyTypeObject *type);
/* Bytes before the native struct; -1 for what is no shape. */
_HPy_HIDDEN Py_ssize_t _HPy_CPython_HeadSize(HPyType_BuiltinShape shape);

_HPy_HIDDEN int _HPy_CPython_InstanceTraverse(PyObject *self, visitproc visit, void *arg);
_HPy_HIDDEN int _HPy_CPython_InstanceClear(PyObject *self);
_HPy_HIDDEN void _HPy_CPython_InstanceDealloc(PyObject *self);
/* The same where there is nothing to take apart. */
_HPy_HIDDEN void _HPy_CPython_PlainDealloc(PyObject *self);
/* `tp_new` of a type with the call protocol and no `__new__` of its own. */
_HPy_HIDDEN PyObject *_HPy_CPython_NewCallable(PyTypeObject *type, PyObject *args, PyObject *kw);

#endif

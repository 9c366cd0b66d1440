/* The micro benchmarks against CPython's C API, as an author writes them who wants speed: the
 * cheapest calling convention for each function, arguments unpacked by hand, everything checked. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <math.h>

static PyTypeObject *point_type;
static PyObject *name_b, *name_key;

/* -1 with an error set, or the number. */
static inline int as_long(PyObject *object, long long *number) {
    *number = PyLong_AsLongLong(object);
    return *number == -1 && PyErr_Occurred() ? -1 : 0;
}

static inline int as_double(PyObject *object, double *number) {
    *number = PyFloat_AsDouble(object);
    return *number == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static int check_count(Py_ssize_t found, Py_ssize_t wanted) {
    if (found == wanted)
        return 0;
    PyErr_Format(PyExc_TypeError, "expected %zd arguments, got %zd", wanted, found);
    return -1;
}

static PyObject *none(PyObject *module, PyObject *unused) { Py_RETURN_NONE; }

static PyObject *one(PyObject *module, PyObject *arg) {
    long long x;
    if (as_long(arg, &x) < 0)
        return NULL;
    return PyLong_FromLongLong(x + 1);
}

static PyObject *two(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    double x, y;
    if (check_count(nargs, 2) < 0 || as_double(args[0], &x) < 0 || as_double(args[1], &y) < 0)
        return NULL;
    return PyFloat_FromDouble(x + y);
}

static PyObject *many(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    long long sum = 0;
    if (check_count(nargs, 6) < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < 6; i++) {
        long long number;
        if (as_long(args[i], &number) < 0)
            return NULL;
        sum += number;
    }
    return PyLong_FromLongLong(sum);
}

/* The same two functions by the convention that also serves more arguments. */
static PyObject *fastcall_none(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (check_count(nargs, 0) < 0)
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *fastcall_one(PyObject *module, PyObject *const *args, Py_ssize_t nargs) {
    if (check_count(nargs, 1) < 0)
        return NULL;
    return one(module, args[0]);
}

/* Is `name` this name? Names in calls are interned as a rule: the pointers tell. */
static int is_name(PyObject *name, PyObject *known) {
    return name == known || PyUnicode_Compare(name, known) == 0;
}

/* keywords(a, b=2, *, key=1.0) */
static PyObject *keywords(PyObject *module, PyObject *const *args, Py_ssize_t nargs,
                          PyObject *names) {
    PyObject *objects[3] = {NULL, NULL, NULL};
    if (nargs < 1 || nargs > 2)
        return check_count(nargs, 2), NULL;
    for (Py_ssize_t i = 0; i < nargs; i++)
        objects[i] = args[i];
    Py_ssize_t count = names ? PyTuple_GET_SIZE(names) : 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i);
        int slot = is_name(name, name_b) ? 1 : is_name(name, name_key) ? 2 : -1;
        if (slot < 0 || objects[slot] != NULL) {
            PyErr_Format(PyExc_TypeError, "unexpected keyword argument %R", name);
            return NULL;
        }
        objects[slot] = args[nargs + i];
    }
    long long a, b = 2;
    double key = 1.0;
    if (as_long(objects[0], &a) < 0 || (objects[1] && as_long(objects[1], &b) < 0) ||
        (objects[2] && as_double(objects[2], &key) < 0))
        return NULL;
    return PyFloat_FromDouble((double)(a + b) * key);
}

static PyObject *list_build(PyObject *module, PyObject *arg) {
    long long length;
    if (as_long(arg, &length) < 0)
        return NULL;
    PyObject *list = PyList_New(length);
    if (list == NULL)
        return NULL;
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *number = PyLong_FromLongLong(i);
        if (number == NULL) {
            Py_DECREF(list);
            return NULL;
        }
        PyList_SET_ITEM(list, i, number);
    }
    return list;
}

static PyObject *list_read(PyObject *module, PyObject *list) {
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "expected a list");
        return NULL;
    }
    long long sum = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        long long number;
        if (as_long(PyList_GET_ITEM(list, i), &number) < 0)
            return NULL;
        sum += number;
    }
    return PyLong_FromLongLong(sum);
}

static PyObject *dict_build(PyObject *module, PyObject *arg) {
    long long length;
    if (as_long(arg, &length) < 0)
        return NULL;
    PyObject *dict = PyDict_New();
    for (long long i = 0; dict != NULL && i < length; i++) {
        PyObject *number = PyLong_FromLongLong(i);
        if (number == NULL || PyDict_SetItem(dict, number, number) < 0)
            Py_CLEAR(dict);
        Py_XDECREF(number);
    }
    return dict;
}

/* The sum of dict[0], dict[1] and so on, as many as the dict has items. */
static PyObject *dict_read(PyObject *module, PyObject *dict) {
    if (!PyDict_Check(dict)) {
        PyErr_SetString(PyExc_TypeError, "expected a dict");
        return NULL;
    }
    long long sum = 0;
    Py_ssize_t length = PyDict_Size(dict);
    for (Py_ssize_t i = 0; i < length; i++) {
        PyObject *key = PyLong_FromLongLong(i);
        if (key == NULL)
            return NULL;
        PyObject *value = PyDict_GetItemWithError(dict, key);
        if (value == NULL && !PyErr_Occurred())
            PyErr_SetObject(PyExc_KeyError, key);
        Py_DECREF(key);
        long long number;
        if (value == NULL || as_long(value, &number) < 0)
            return NULL;
        sum += number;
    }
    return PyLong_FromLongLong(sum);
}

static PyObject *is_point(PyObject *module, PyObject *object) {
    return PyBool_FromLong(PyObject_TypeCheck(object, point_type));
}

static PyObject *fail(PyObject *module, PyObject *unused) {
    PyErr_SetString(PyExc_ValueError, "as asked");
    return NULL;
}

typedef struct {
    PyObject_HEAD
    double x, y;
} Point;

static PyObject *point_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
    double x, y;
    if (kwargs != NULL && PyDict_Size(kwargs) != 0) {
        PyErr_SetString(PyExc_TypeError, "Point takes no keyword arguments");
        return NULL;
    }
    if (check_count(PyTuple_GET_SIZE(args), 2) < 0 ||
        as_double(PyTuple_GET_ITEM(args, 0), &x) < 0 ||
        as_double(PyTuple_GET_ITEM(args, 1), &y) < 0)
        return NULL;
    Point *self = (Point *)type->tp_alloc(type, 0);
    if (self == NULL)
        return NULL;
    self->x = x;
    self->y = y;
    return (PyObject *)self;
}

static void point_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *point_norm(Point *self, PyObject *unused) {
    return PyFloat_FromDouble(sqrt(self->x * self->x + self->y * self->y));
}

static PyObject *point_scaled(Point *self, PyObject *arg) {
    double factor;
    if (as_double(arg, &factor) < 0)
        return NULL;
    return PyFloat_FromDouble(self->x * factor);
}

static PyObject *point_get_x(Point *self, void *closure) { return PyFloat_FromDouble(self->x); }

static int point_set_x(Point *self, PyObject *value, void *closure) {
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "x cannot be deleted");
        return -1;
    }
    return as_double(value, &self->x);
}

static PyMethodDef point_methods[] = {
    {"norm", (PyCFunction)point_norm, METH_NOARGS, NULL},
    {"scaled", (PyCFunction)point_scaled, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef point_getset[] = {
    {"x", (getter)point_get_x, (setter)point_set_x, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot point_slots[] = {
    {Py_tp_new, point_new},
    {Py_tp_dealloc, point_dealloc},
    {Py_tp_methods, point_methods},
    {Py_tp_getset, point_getset},
    {0, NULL},
};

static PyType_Spec point_spec = {
    .name = "micro_capi.Point",
    .basicsize = sizeof(Point),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = point_slots,
};

#define FASTCALL(function) ((PyCFunction)(void (*)(void))(function))

static PyMethodDef module_methods[] = {
    {"none", none, METH_NOARGS, NULL},
    {"one", one, METH_O, NULL},
    {"two", FASTCALL(two), METH_FASTCALL, NULL},
    {"many", FASTCALL(many), METH_FASTCALL, NULL},
    {"fastcall_none", FASTCALL(fastcall_none), METH_FASTCALL, NULL},
    {"fastcall_one", FASTCALL(fastcall_one), METH_FASTCALL, NULL},
    {"keywords", FASTCALL(keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"list_build", list_build, METH_O, NULL},
    {"list_read", list_read, METH_O, NULL},
    {"dict_build", dict_build, METH_O, NULL},
    {"dict_read", dict_read, METH_O, NULL},
    {"is_point", is_point, METH_O, NULL},
    {"fail", fail, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static int module_exec(PyObject *module) {
    name_b = PyUnicode_InternFromString("b");
    name_key = PyUnicode_InternFromString("key");
    point_type = (PyTypeObject *)PyType_FromSpec(&point_spec);
    if (name_b == NULL || name_key == NULL || point_type == NULL)
        return -1;
    return PyObject_SetAttrString(module, "Point", (PyObject *)point_type);
}

static PyModuleDef_Slot module_slots[] = {
    {Py_mod_exec, module_exec},
#ifdef Py_GIL_DISABLED
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static PyModuleDef module_def = {
    PyModuleDef_HEAD_INIT,
    .m_name = "micro_capi",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC PyInit_micro_capi(void) { return PyModuleDef_Init(&module_def); }

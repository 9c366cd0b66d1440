/* Tuples whose items have names.
 *
 * In the CPython ABI they are the C API's struct sequences. Elsewhere they are named tuples, which
 * every Python has; an attribute `n_fields`, which both have, tells that a type is one.
 */
#include "hpy.h"

const char *const HPyStructSequence_UnnamedField = "_";

static HPy_ssize_t count_fields(const HPyStructSequence_Desc *desc)
{
    HPy_ssize_t count = 0;
    while (desc->fields[count].name != NULL)
        count++;
    return count;
}

#ifdef HPY_ABI_CPYTHON

/* The C API knows its own marker by its address, which it keeps to itself before 3.11: then the
   item has ours for a name. */
#if PY_VERSION_HEX >= 0x030b0000
#  define UNNAMED ((char *)PyStructSequence_UnnamedField)
#else
#  define UNNAMED ((char *)HPyStructSequence_UnnamedField)
#endif

static HPy new_type(HPyContext *ctx, const HPyStructSequence_Desc *desc)
{
    const HPy_ssize_t count = count_fields(desc);
    PyStructSequence_Desc description;
    PyTypeObject *type;
    HPy_ssize_t i;
    PyStructSequence_Field *fields =
        (PyStructSequence_Field *)calloc((size_t)count + 1, sizeof(*fields));
    if (fields == NULL)
        return HPyErr_NoMemory(ctx);
    for (i = 0; i < count; i++) {
        const bool named = desc->fields[i].name != HPyStructSequence_UnnamedField;
        fields[i].name = named ? (char *)desc->fields[i].name : UNNAMED;
        fields[i].doc = (char *)desc->fields[i].doc;
    }
    description.name = (char *)desc->name;
    description.doc = (char *)desc->doc;
    description.fields = fields;
    description.n_in_sequence = (int)count;
    type = PyStructSequence_NewType(&description);
    free(fields);
    return _py2h((PyObject *)type);
}

static HPy new_instance(HPyContext *ctx, HPy type, HPy_ssize_t nargs, HPy *args)
{
    HPy_ssize_t i;
    PyObject *sequence = PyStructSequence_New((PyTypeObject *)_h2py(type));
    (void)ctx;
    if (sequence == NULL)
        return HPy_NULL;
    for (i = 0; i < nargs; i++) {
        Py_INCREF(_h2py(args[i]));
        PyStructSequence_SetItem(sequence, i, _h2py(args[i]));
    }
    return _py2h(sequence);
}

#else

/* `owner.name = value`, where making the value may have failed; the handle is closed. */
static bool store(HPyContext *ctx, HPy owner, const char *name, HPy value)
{
    const bool stored = !HPy_IsNull(value) && HPy_SetAttr_s(ctx, owner, name, value) == 0;
    HPy_Close(ctx, value);
    return stored;
}

/* `dict[name] = value`, likewise. */
static bool store_item(HPyContext *ctx, HPy dict, const char *name, HPy value)
{
    const bool stored = !HPy_IsNull(value) && HPy_SetItem_s(ctx, dict, name, value) == 0;
    HPy_Close(ctx, value);
    return stored;
}

/* The names of the fields, or as many Nones. */
static HPy names_or_nones(HPyContext *ctx, const HPyStructSequence_Desc *desc, bool names)
{
    const HPy_ssize_t count = count_fields(desc);
    HPyTupleBuilder builder = HPyTupleBuilder_New(ctx, count);
    HPy_ssize_t i;
    for (i = 0; i < count; i++) {
        HPy item = names ? HPyUnicode_FromString(ctx, desc->fields[i].name)
                         : HPy_Dup(ctx, ctx->h_None);
        if (HPy_IsNull(item)) {
            HPyTupleBuilder_Cancel(ctx, builder);
            return HPy_NULL;
        }
        HPyTupleBuilder_Set(ctx, builder, i, item);
        HPy_Close(ctx, item);
    }
    return HPyTupleBuilder_Build(ctx, builder);
}

/* `collections.namedtuple("tmpname", names, rename=True, defaults=nones)`: the name comes later,
   because it need not be one that the function allows. */
static HPy call_namedtuple(HPyContext *ctx, const HPyStructSequence_Desc *desc)
{
    HPy type = HPy_NULL, args = HPy_NULL;
    HPy collections = HPyImport_ImportModule(ctx, "collections");
    HPy function =
        HPy_IsNull(collections) ? HPy_NULL : HPy_GetAttr_s(ctx, collections, "namedtuple");
    HPy keywords = HPy_IsNull(function) ? HPy_NULL : HPyDict_New(ctx);
    HPy names = HPy_IsNull(keywords) ? HPy_NULL : names_or_nones(ctx, desc, true);
    if (!HPy_IsNull(names))
        args = HPy_BuildValue(ctx, "(sO)", "tmpname", names);
    if (!HPy_IsNull(args) && store_item(ctx, keywords, "rename", HPy_Dup(ctx, ctx->h_True))
        && store_item(ctx, keywords, "defaults", names_or_nones(ctx, desc, false)))
        type = HPy_CallTupleDict(ctx, function, args, keywords);
    HPy_Close(ctx, args);
    HPy_Close(ctx, names);
    HPy_Close(ctx, keywords);
    HPy_Close(ctx, function);
    HPy_Close(ctx, collections);
    return type;
}

/* What stands before the last dot of a name. */
static HPy module_name(HPyContext *ctx, const char *name, const char *dot)
{
    const size_t length = (size_t)(dot - name);
    char *text = (char *)malloc(length + 1);
    HPy module;
    if (text == NULL)
        return HPyErr_NoMemory(ctx);
    memcpy(text, name, length);
    text[length] = '\0';
    module = HPyUnicode_FromString(ctx, text);
    free(text);
    return module;
}

static HPy new_type(HPyContext *ctx, const HPyStructSequence_Desc *desc)
{
    const char *dot = strrchr(desc->name, '.');
    const char *name = dot == NULL ? desc->name : dot + 1;
    HPy type = call_namedtuple(ctx, desc);
    if (HPy_IsNull(type))
        return HPy_NULL;
    if (store(ctx, type, "__doc__", desc->doc ? HPyUnicode_FromString(ctx, desc->doc)
                                              : HPy_Dup(ctx, ctx->h_None))
        && store(ctx, type, "n_fields", HPyLong_FromSsize_t(ctx, count_fields(desc)))
        && store(ctx, type, "__name__", HPyUnicode_FromString(ctx, name))
        && store(ctx, type, "__qualname__", HPyUnicode_FromString(ctx, name))
        && (dot == NULL || store(ctx, type, "__module__", module_name(ctx, desc->name, dot))))
        return type;
    HPy_Close(ctx, type);
    return HPy_NULL;
}

static HPy new_instance(HPyContext *ctx, HPy type, HPy_ssize_t nargs, HPy *args)
{
    HPy instance, tuple = HPyTuple_FromArray(ctx, args, nargs);
    if (HPy_IsNull(tuple))
        return HPy_NULL;
    instance = HPy_CallTupleDict(ctx, type, tuple, HPy_NULL);
    HPy_Close(ctx, tuple);
    return instance;
}

#endif

HPyAPI_HELPER HPy HPyStructSequence_NewType(HPyContext *ctx, HPyStructSequence_Desc *desc)
{
    if (desc->name == NULL)
        return HPyErr_SetString(ctx, ctx->h_SystemError,
                                "Struct sequence descriptor does not define the name field.");
    return new_type(ctx, desc);
}

/* Whether an exception is set that is not about what the object is. */
static bool failed_otherwise(HPyContext *ctx)
{
    return HPyErr_Occurred(ctx) && !HPyErr_ExceptionMatches(ctx, ctx->h_AttributeError)
        && !HPyErr_ExceptionMatches(ctx, ctx->h_TypeError);
}

/* The number of fields of a struct sequence type; -1 with a TypeError set for anything else. */
static HPy_ssize_t fields_of(HPyContext *ctx, HPy type)
{
    HPy count = HPy_NULL;
    HPy_ssize_t fields = -1;
    if (HPy_TypeCheck(ctx, type, ctx->h_TypeType) && HPyType_IsSubtype(ctx, type, ctx->h_TupleType))
        count = HPy_GetAttr_s(ctx, type, "n_fields");
    if (!HPy_IsNull(count))
        fields = HPyLong_AsSsize_t(ctx, count);
    HPy_Close(ctx, count);
    if (fields < 0 && !failed_otherwise(ctx)) {
        HPyErr_Clear(ctx);
        HPyErr_Format(ctx, ctx->h_TypeError,
                      "object '%R' does not look like a struct sequence type", type);
    }
    return fields;
}

HPyAPI_HELPER HPy HPyStructSequence_New(HPyContext *ctx, HPy type, HPy_ssize_t nargs, HPy *args)
{
    const HPy_ssize_t fields = fields_of(ctx, type);
    if (fields < 0)
        return HPy_NULL;
    if (fields != nargs)
        return HPyErr_Format(ctx, ctx->h_TypeError, "expected exactly %zd arguments but got %zd",
                             fields, nargs);
    return new_instance(ctx, type, nargs, args);
}

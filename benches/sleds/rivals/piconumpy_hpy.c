/* The array class against upstream HPy 0.9, for its universal ABI and its CPython ABI: the same
 * class as the one against the C API, operation by operation. */
#include "hpy.h"
#include <stdlib.h>

typedef struct {
    double *numbers;
    HPy_ssize_t length;
} Array;

HPyType_HELPERS(Array)

static HPyGlobal array_type;

/* An array with room for `length` numbers, not yet set. */
static HPy array_alloc(HPyContext *ctx, HPy_ssize_t length, Array **array) {
    HPy type = HPyGlobal_Load(ctx, array_type);
    HPy self = HPy_New(ctx, type, array);
    HPy_Close(ctx, type);
    if (HPy_IsNull(self))
        return HPy_NULL;
    (*array)->length = length;
    (*array)->numbers = malloc((size_t)(length ? length : 1) * sizeof(double));
    if ((*array)->numbers == NULL) {
        HPy_Close(ctx, self);
        return HPyErr_NoMemory(ctx);
    }
    return self;
}

static int is_array(HPyContext *ctx, HPy object) {
    HPy type = HPyGlobal_Load(ctx, array_type);
    int is = HPy_TypeCheck(ctx, object, type);
    HPy_Close(ctx, type);
    return is;
}

/* The number `object`, or an error (-1). */
static int number_from(HPyContext *ctx, HPy object, double *number) {
    *number = HPyFloat_AsDouble(ctx, object);
    return *number == -1.0 && HPyErr_Occurred(ctx) ? -1 : 0;
}

HPyDef_SLOT(array_destroy, HPy_tp_destroy)
static void array_destroy_impl(void *data) { free(((Array *)data)->numbers); }

HPyDef_SLOT(array_new, HPy_tp_new)
static HPy array_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw) {
    static const char *names[] = {"data", NULL};
    HPyTracker tracker;
    HPy data;
    if (!HPyArg_ParseKeywordsDict(ctx, &tracker, args, nargs, kw, "O", names, &data))
        return HPy_NULL;
    HPy self = HPy_NULL;
    if (!HPyList_Check(ctx, data)) {
        HPyErr_SetString(ctx, ctx->h_TypeError, "the data must be a list");
        goto done;
    }
    HPy_ssize_t length = HPy_Length(ctx, data);
    Array *array;
    self = array_alloc(ctx, length, &array);
    if (HPy_IsNull(self))
        goto done;
    for (HPy_ssize_t i = 0; i < length; i++) {
        HPy item = HPy_GetItem_i(ctx, data, i);
        int failed = HPy_IsNull(item) || number_from(ctx, item, &array->numbers[i]) < 0;
        HPy_Close(ctx, item);
        if (failed) {
            HPy_Close(ctx, self);
            self = HPy_NULL;
            goto done;
        }
    }
done:
    HPyTracker_Close(ctx, tracker);
    return self;
}

HPyDef_SLOT(array_add, HPy_nb_add)
static HPy array_add_impl(HPyContext *ctx, HPy left, HPy right) {
    if (!is_array(ctx, left) || !is_array(ctx, right))
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    Array *a = Array_AsStruct(ctx, left), *b = Array_AsStruct(ctx, right), *sum;
    if (a->length != b->length)
        return HPyErr_SetString(ctx, ctx->h_ValueError, "arrays of different lengths");
    HPy result = array_alloc(ctx, a->length, &sum);
    if (HPy_IsNull(result))
        return HPy_NULL;
    for (HPy_ssize_t i = 0; i < a->length; i++)
        sum->numbers[i] = a->numbers[i] + b->numbers[i];
    return result;
}

HPyDef_SLOT(array_multiply, HPy_nb_multiply)
static HPy array_multiply_impl(HPyContext *ctx, HPy left, HPy right) {
    int left_is_array = is_array(ctx, left);
    HPy factor = left_is_array ? right : left;
    if (!HPyNumber_Check(ctx, factor))
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    double number;
    if (number_from(ctx, factor, &number) < 0)
        return HPy_NULL;
    Array *array = Array_AsStruct(ctx, left_is_array ? left : right), *product;
    HPy result = array_alloc(ctx, array->length, &product);
    if (HPy_IsNull(result))
        return HPy_NULL;
    for (HPy_ssize_t i = 0; i < array->length; i++)
        product->numbers[i] = array->numbers[i] * number;
    return result;
}

HPyDef_SLOT(array_divide, HPy_nb_true_divide)
static HPy array_divide_impl(HPyContext *ctx, HPy left, HPy right) {
    if (!is_array(ctx, left) || !HPyNumber_Check(ctx, right))
        return HPy_Dup(ctx, ctx->h_NotImplemented);
    double number;
    if (number_from(ctx, right, &number) < 0)
        return HPy_NULL;
    Array *array = Array_AsStruct(ctx, left), *quotient;
    HPy result = array_alloc(ctx, array->length, &quotient);
    if (HPy_IsNull(result))
        return HPy_NULL;
    for (HPy_ssize_t i = 0; i < array->length; i++)
        quotient->numbers[i] = array->numbers[i] / number;
    return result;
}

HPyDef_SLOT(array_length, HPy_sq_length)
static HPy_ssize_t array_length_impl(HPyContext *ctx, HPy self) {
    return Array_AsStruct(ctx, self)->length;
}

HPyDef_SLOT(array_item, HPy_sq_item)
static HPy array_item_impl(HPyContext *ctx, HPy self, HPy_ssize_t index) {
    Array *array = Array_AsStruct(ctx, self);
    if (index < 0 || index >= array->length)
        return HPyErr_SetString(ctx, ctx->h_IndexError, "index out of range");
    return HPyFloat_FromDouble(ctx, array->numbers[index]);
}

/* PyPy's own HPy never asks the right operand's nb_multiply: `2 * array` needs the method. */
#ifdef PYPY_REFLECTED
HPyDef_METH(array_rmul, "__rmul__", HPyFunc_O)
static HPy array_rmul_impl(HPyContext *ctx, HPy self, HPy other) {
    return array_multiply_impl(ctx, self, other);
}
#endif

static HPyDef *array_defines[] = {
    &array_new,    &array_destroy, &array_add,  &array_multiply,
    &array_divide, &array_length,  &array_item,
#ifdef PYPY_REFLECTED
    &array_rmul,
#endif
    NULL,
};

static HPyType_Spec array_spec = {
    .name = "piconumpy_hpy.array",
    .basicsize = sizeof(Array),
    .builtin_shape = SHAPE(Array),
    .flags = HPy_TPFLAGS_DEFAULT,
    .defines = array_defines,
};

HPyDef_SLOT(module_exec, HPy_mod_exec)
static int module_exec_impl(HPyContext *ctx, HPy module) {
    HPy type = HPyType_FromSpec(ctx, &array_spec, NULL);
    if (HPy_IsNull(type))
        return -1;
    HPyGlobal_Store(ctx, &array_type, type);
    int status = HPy_SetAttr_s(ctx, module, "array", type);
    HPy_Close(ctx, type);
    return status;
}

static HPyDef *module_defines[] = {&module_exec, NULL};
static HPyGlobal *module_globals[] = {&array_type, NULL};

static HPyModuleDef module_def = {
    .doc = "PicoNumpy's array against upstream HPy.",
    .defines = module_defines,
    .globals = module_globals,
};

HPy_MODINIT(piconumpy_hpy, module_def)

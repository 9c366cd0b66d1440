/* One extension that uses most of hpy.h. It is C11 and C++11 alike, compiles without a warning in
   every ABI, and is tested by kitchen.py. */
#include "hpy.h"

/* ---- calling conventions, arguments, values, text ---- */

HPyDef_METH(nothing, "nothing", HPyFunc_NOARGS, .doc = "Gives the module.")
static HPy nothing_impl(HPyContext *ctx, HPy self)
{
    return HPy_Dup(ctx, self);
}

HPyDef_METH(twice, "twice", HPyFunc_O)
static HPy twice_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPy_Add(ctx, arg, arg);
}

HPyDef_METH(parse, "parse", HPyFunc_VARARGS)
static HPy parse_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    unsigned char b = 0;
    short h = 0;
    int i = 0, p = 0;
    long l = 0;
    long long L = 0;
    HPy_ssize_t n = 0;
    double d = 0;
    const char *s = "default";
    HPy o = HPy_NULL;
    (void)self;
    if (!HPyArg_Parse(ctx, NULL, args, nargs, "bhilLnd|spO:parse", &b, &h, &i, &l, &L, &n, &d, &s,
                      &p, &o))
        return HPy_NULL;
    return HPy_BuildValue(ctx, "(i,i,i,l,L,n,d,s,i,O)", (int)b, (int)h, i, l, L, n, d, s, p,
                          HPy_IsNull(o) ? ctx->h_None : o);
}

HPyDef_METH(keywords, "keywords", HPyFunc_KEYWORDS)
static HPy keywords_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    static const char *names[] = {"", "b", "c", NULL};
    HPyTracker ht;
    HPy a, b = ctx->h_None, result;
    long c = 7;
    (void)self;
    if (!HPyArg_ParseKeywords(ctx, &ht, args, nargs, kwnames, "O|O$l:keywords", names, &a, &b, &c))
        return HPy_NULL;
    result = HPy_BuildValue(ctx, "[O{s:O,s:l}]", a, "b", b, "c", c);
    HPyTracker_Close(ctx, ht);
    return result;
}

HPyDef_METH(call, "call", HPyFunc_KEYWORDS)
static HPy call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    HPy result, positional, kw;
    (void)self;
    if (nargs == 0)
        return HPyErr_SetString(ctx, ctx->h_TypeError, "call what?");
    if (!HPyHelpers_PackArgsAndKeywords(ctx, args + 1, nargs - 1, kwnames, &positional, &kw))
        return HPy_NULL;
    result = HPy_CallTupleDict(ctx, args[0], positional, kw);
    HPy_Close(ctx, positional);
    HPy_Close(ctx, kw);
    return result;
}

HPyDef_METH(text, "text", HPyFunc_O)
static HPy text_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPyUnicode_FromFormat(ctx, "%05d|%5.2s|%R|%c|%zd|%%", -42, "abc", arg, 0x20AC,
                                 (HPy_ssize_t)-1);
}

HPyDef_METH(refuse, "refuse", HPyFunc_O)
static HPy refuse_impl(HPyContext *ctx, HPy self, HPy arg)
{
    (void)self;
    return HPyErr_Format(ctx, ctx->h_ValueError, "not %S, %x", arg, 255);
}

HPyDef_METH(int32, "int32", HPyFunc_O)
static HPy int32_impl(HPyContext *ctx, HPy self, HPy arg)
{
    const int32_t value = HPyLong_AsInt32_t(ctx, arg);
    (void)self;
    if (value == -1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyTuple_Pack(ctx, 2, arg, ctx->h_None);
}

HPyDef_METH(uint32, "uint32", HPyFunc_O)
static HPy uint32_impl(HPyContext *ctx, HPy self, HPy arg)
{
    const uint32_t value = HPyLong_AsUInt32_t(ctx, arg);
    (void)self;
    if (value == (uint32_t)-1 && HPyErr_Occurred(ctx))
        return HPy_NULL;
    return HPyLong_FromUInt32_t(ctx, value);
}

static int released;
HPyCapsule_DESTRUCTOR(capsule_end)
static void capsule_end_impl(const char *name, void *pointer, void *context)
{
    (void)name;
    (void)context;
    ++*(int *)pointer;
}

HPyDef_METH(capsule, "capsule", HPyFunc_NOARGS)
static HPy capsule_impl(HPyContext *ctx, HPy self)
{
    HPy h = HPyCapsule_New(ctx, &released, "kitchen", &capsule_end);
    void *pointer = HPy_IsNull(h) ? NULL : HPyCapsule_GetPointer(ctx, h, "kitchen");
    (void)self;
    HPy_Close(ctx, h);
    return pointer == (void *)&released ? HPyLong_FromLong(ctx, released) : HPy_NULL;
}

static HPyGlobal kept;
HPyDef_METH(keep, "keep", HPyFunc_O)
static HPy keep_impl(HPyContext *ctx, HPy self, HPy arg)
{
    HPy old = HPyGlobal_IsNull(kept) ? HPy_Dup(ctx, ctx->h_None) : HPyGlobal_Load(ctx, kept);
    (void)self;
    HPyGlobal_Store(ctx, &kept, arg);
    return old;
}

/* ---- a pure type: struct, members, properties, operators ---- */

typedef struct {
    double x, y;
    HPyField name;
} Point;
HPyType_HELPERS(Point)

static int destroyed;
HPyDef_SLOT(Point_destroy, HPy_tp_destroy)
static void Point_destroy_impl(void *data)
{
    (void)data;
    destroyed++;
}

HPyDef_SLOT(Point_traverse, HPy_tp_traverse)
static int Point_traverse_impl(void *self, HPyFunc_visitproc visit, void *arg)
{
    HPy_VISIT(&((Point *)self)->name);
    return 0;
}

HPyDef_SLOT(Point_new, HPy_tp_new)
static HPy Point_new_impl(HPyContext *ctx, HPy type, const HPy *args, HPy_ssize_t nargs, HPy kw)
{
    static const char *names[] = {"x", "y", NULL};
    Point *point;
    double x = 0, y = 0;
    HPy h;
    if (!HPyArg_ParseKeywordsDict(ctx, NULL, args, nargs, kw, "|dd:Point", names, &x, &y))
        return HPy_NULL;
    h = HPy_New(ctx, type, &point);
    if (HPy_IsNull(h))
        return HPy_NULL;
    point->x = x;
    point->y = y;
    return h;
}

HPyDef_SLOT(Point_add, HPy_nb_add)
static HPy Point_add_impl(HPyContext *ctx, HPy a, HPy b)
{
    HPy type = HPy_Type(ctx, a), sum = HPy_NULL;
    if (HPy_TypeCheck(ctx, b, type)) {
        Point *left = Point_AsStruct(ctx, a), *right = Point_AsStruct(ctx, b), *point;
        sum = HPy_New(ctx, type, &point);
        if (!HPy_IsNull(sum)) {
            point->x = left->x + right->x;
            point->y = left->y + right->y;
        }
    } else {
        sum = HPy_Dup(ctx, ctx->h_NotImplemented);
    }
    HPy_Close(ctx, type);
    return sum;
}

HPyDef_SLOT(Point_richcompare, HPy_tp_richcompare)
static HPy Point_richcompare_impl(HPyContext *ctx, HPy a, HPy b, HPy_RichCmpOp op)
{
    HPy_RETURN_RICHCOMPARE(ctx, Point_AsStruct(ctx, a)->x, Point_AsStruct(ctx, b)->x, op);
}

HPyDef_MEMBER(Point_x, "x", HPyMember_DOUBLE, offsetof(Point, x))
HPyDef_MEMBER(Point_y, "y", HPyMember_DOUBLE, offsetof(Point, y), .readonly = 1, .doc = "Across.")

HPyDef_GETSET(Point_name, "name", .doc = "Any object.")
static HPy Point_name_get(HPyContext *ctx, HPy self, void *closure)
{
    Point *point = Point_AsStruct(ctx, self);
    (void)closure;
    if (HPyField_IsNull(point->name))
        return HPy_Dup(ctx, ctx->h_None);
    return HPyField_Load(ctx, self, point->name);
}
static int Point_name_set(HPyContext *ctx, HPy self, HPy value, void *closure)
{
    (void)closure;
    HPyField_Store(ctx, self, &Point_AsStruct(ctx, self)->name, value);
    return 0;
}

HPyDef_GET(Point_norm, "norm")
static HPy Point_norm_get(HPyContext *ctx, HPy self, void *closure)
{
    Point *point = Point_AsStruct(ctx, self);
    (void)closure;
    return HPyFloat_FromDouble(ctx, point->x * point->x + point->y * point->y);
}

static HPyDef *Point_defines[] = {&Point_new,  &Point_destroy, &Point_traverse, &Point_add,
                                  &Point_richcompare, &Point_x, &Point_y, &Point_name,
                                  &Point_norm, NULL};
static HPyType_Spec Point_spec = {
    .name = "kitchen.Point",
    .basicsize = sizeof(Point),
    .itemsize = 0,
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE | HPy_TPFLAGS_HAVE_GC,
    .builtin_shape = SHAPE(Point),
    .legacy_slots = NULL,
    .defines = Point_defines,
    .doc = "A point.",
};

HPyDef_METH(ends, "ends", HPyFunc_NOARGS)
static HPy ends_impl(HPyContext *ctx, HPy self)
{
    (void)self;
    return HPyLong_FromLong(ctx, destroyed);
}

/* ---- a type whose instances are called, and a list with a struct ---- */

typedef struct {
    long calls;
} Counter;
HPyType_HELPERS(Counter)

HPyDef_SLOT(Counter_call, HPy_tp_call)
static HPy Counter_call_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs, HPy kwnames)
{
    (void)args;
    (void)nargs;
    (void)kwnames;
    return HPyLong_FromLong(ctx, ++Counter_AsStruct(ctx, self)->calls);
}

static HPyDef *Counter_defines[] = {&Counter_call, NULL};
static HPyType_Spec Counter_spec = {
    .name = "kitchen.Counter",
    .basicsize = sizeof(Counter),
    .itemsize = 0,
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Counter),
    .legacy_slots = NULL,
    .defines = Counter_defines,
    .doc = NULL,
};

typedef struct {
    long added;
} Pile;
HPyType_HELPERS(Pile, HPyType_BuiltinShape_List)

HPyDef_METH(Pile_put, "put", HPyFunc_O)
static HPy Pile_put_impl(HPyContext *ctx, HPy self, HPy item)
{
    if (HPyList_Append(ctx, self, item) < 0)
        return HPy_NULL;
    return HPyLong_FromLong(ctx, ++Pile_AsStruct(ctx, self)->added);
}

HPyDef_SLOT(Pile_destroy, HPy_tp_destroy)
static void Pile_destroy_impl(void *data)
{
    (void)data;
    destroyed++;
}

static HPyDef *Pile_defines[] = {&Pile_put, &Pile_destroy, NULL};
static HPyType_Spec Pile_spec = {
    .name = "kitchen.Pile",
    .basicsize = sizeof(Pile),
    .itemsize = 0,
    .flags = HPy_TPFLAGS_DEFAULT | HPy_TPFLAGS_BASETYPE,
    .builtin_shape = SHAPE(Pile),
    .legacy_slots = NULL,
    .defines = Pile_defines,
    .doc = NULL,
};

/* ---- struct sequences, and the module ---- */

static HPyStructSequence_Field Size_fields[] = {{"width", "across"}, {"height", NULL}, {NULL, NULL}};
static HPyStructSequence_Desc Size_desc = {"kitchen.Size", "Two numbers.", Size_fields};

HPyDef_METH(size, "size", HPyFunc_VARARGS)
static HPy size_impl(HPyContext *ctx, HPy self, const HPy *args, size_t nargs)
{
    HPy size, type = HPy_GetAttr_s(ctx, self, "Size");
    if (HPy_IsNull(type))
        return HPy_NULL;
    size = HPyStructSequence_New(ctx, type, (HPy_ssize_t)nargs, (HPy *)args);
    HPy_Close(ctx, type);
    return size;
}

HPyDef_SLOT(exec, HPy_mod_exec)
static int exec_impl(HPyContext *ctx, HPy module)
{
    HPyType_SpecParam list[] = {{HPyType_SpecParam_Base, ctx->h_ListType},
                                {(HPyType_SpecParam_Kind)0, HPy_NULL}};
    HPy type = HPyStructSequence_NewType(ctx, &Size_desc);
    int failed = HPy_IsNull(type) || HPy_SetAttr_s(ctx, module, "Size", type) < 0;
    HPy_Close(ctx, type);
    if (failed)
        return -1;
    return HPyHelpers_AddType(ctx, module, "Point", &Point_spec, NULL)
            && HPyHelpers_AddType(ctx, module, "Counter", &Counter_spec, NULL)
            && HPyHelpers_AddType(ctx, module, "Pile", &Pile_spec, list)
        ? 0
        : -1;
}

static HPyDef *defines[] = {&nothing, &twice, &parse, &keywords, &call, &text, &refuse, &int32,
                            &uint32, &capsule, &keep, &ends, &size, &exec, NULL};
static HPyGlobal *globals[] = {&kept, NULL};
static HPyModuleDef kitchen_module = {
    .doc = "Most of hpy.h.",
    .size = 0,
    .legacy_methods = NULL,
    .defines = defines,
    .globals = globals,
};

HPy_MODINIT(kitchen, kitchen_module)

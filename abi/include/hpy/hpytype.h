/* Types: their description, and the way from a handle to the native struct. */
#ifndef HPY_TYPE_H
#define HPY_TYPE_H

#define HPyAPI_UNUSED _HPy_UNUSED static inline

/**
 * What precedes the native struct in an instance.
 *
 * A pure type (every shape but Legacy) has a struct of its own that does not begin with the
 * interpreter's header; its shape is that of the built-in type it inherits from, which must also be
 * given as a base. A legacy type is one whose struct begins with PyObject_HEAD, so that old code
 * can go on using it; only such a type may have `legacy_slots`.
 */
typedef enum {
    HPyType_BuiltinShape_Legacy = -1,
    /** The default. */
    HPyType_BuiltinShape_Object = 0,
    /** A metaclass; its base is h_TypeType. */
    HPyType_BuiltinShape_Type = 1,
    HPyType_BuiltinShape_Long = 2,
    HPyType_BuiltinShape_Float = 3,
    HPyType_BuiltinShape_Unicode = 4,
    HPyType_BuiltinShape_Tuple = 5,
    HPyType_BuiltinShape_List = 6,
    HPyType_BuiltinShape_Dict = 7
} HPyType_BuiltinShape;

/** The description of a type, for HPyType_FromSpec. */
typedef struct {
    /** Dotted, UTF-8: what precedes the last dot becomes `__module__`. */
    const char *name;
    /** sizeof the native struct; 0 to use the base's. */
    int basicsize;
    /** Must be 0. */
    int itemsize;
    /** HPy_TPFLAGS_DEFAULT and what is to be added to it. */
    unsigned long flags;
    /** SHAPE(PointObject), if HPyType_HELPERS(PointObject) was used. */
    HPyType_BuiltinShape builtin_shape;
    /** PyType_Slot[] of a legacy type, or NULL. */
    void *legacy_slots;
    /** Ends with NULL. */
    HPyDef **defines;
    const char *doc;
} HPyType_Spec;

/** What a parameter of a type under construction says. */
typedef enum {
    /** One base; may be repeated. */
    HPyType_SpecParam_Base = 1,
    /** All bases, as a tuple. */
    HPyType_SpecParam_BasesTuple = 2,
    HPyType_SpecParam_Metaclass = 3
} HPyType_SpecParam_Kind;

/** What a type under construction is to inherit from, known only at run time. An array of these
    ends with `{ 0 }`. */
typedef struct {
    HPyType_SpecParam_Kind kind;
    HPy object;
} HPyType_SpecParam;

#define _Py_TPFLAGS_HEAPTYPE (1UL << 9)
#define _Py_TPFLAGS_HAVE_VERSION_TAG (1UL << 18)

/** What every type has. */
#define HPy_TPFLAGS_DEFAULT (_Py_TPFLAGS_HEAPTYPE | _Py_TPFLAGS_HAVE_VERSION_TAG)
/** Classes in Python may inherit from it. */
#define HPy_TPFLAGS_BASETYPE (1UL << 10)
/** Its instances are called as PEP 590 says; HPy_tp_call sets it. */
#define HPy_TPFLAGS_HAVE_VECTORCALL (1UL << 11)
/** Its instances have fields that the garbage collector must see, by HPy_tp_traverse. */
#define HPy_TPFLAGS_HAVE_GC (1UL << 14)

/**
 * For a native struct: `TYPE *TYPE_AsStruct(HPyContext *, HPy)`, which gives the struct of an
 * instance without a check, and the shape of the type, for the specification.
 *
 *     HPyType_HELPERS(PointObject)
 *     HPyType_HELPERS(MyListObject, HPyType_BuiltinShape_List)
 */
#define HPyType_HELPERS(...)                                                            \
    _HPyType_EXPAND(_HPyType_HELPERS(__VA_ARGS__, HPyType_BuiltinShape_Object, 0))

/** The same for a struct that begins with PyObject_HEAD. */
#define HPyType_LEGACY_HELPERS(TYPE) HPyType_HELPERS(TYPE, HPyType_BuiltinShape_Legacy)

/** The shape that HPyType_HELPERS noted for a struct. */
#define SHAPE(TYPE) ((HPyType_BuiltinShape)TYPE##_SHAPE)

/* One more expansion: some preprocessors take __VA_ARGS__ for a single argument. */
#define _HPyType_EXPAND(X) X
/* What follows the shape is the default that a given shape has pushed out of its place. */
#define _HPyType_HELPERS(TYPE, SHAPE, ...)                                              \
    enum { TYPE##_SHAPE = (int)SHAPE };                                                 \
    HPyAPI_UNUSED TYPE *TYPE##_AsStruct(HPyContext *ctx, HPy h)                         \
    {                                                                                   \
        return (TYPE *)SHAPE##_AsStruct(ctx, h);                                        \
    }

#define HPyType_BuiltinShape_Legacy_AsStruct _HPy_AsStruct_Legacy
#define HPyType_BuiltinShape_Object_AsStruct _HPy_AsStruct_Object
#define HPyType_BuiltinShape_Type_AsStruct _HPy_AsStruct_Type
#define HPyType_BuiltinShape_Long_AsStruct _HPy_AsStruct_Long
#define HPyType_BuiltinShape_Float_AsStruct _HPy_AsStruct_Float
#define HPyType_BuiltinShape_Unicode_AsStruct _HPy_AsStruct_Unicode
#define HPyType_BuiltinShape_Tuple_AsStruct _HPy_AsStruct_Tuple
#define HPyType_BuiltinShape_List_AsStruct _HPy_AsStruct_List
#define HPyType_BuiltinShape_Dict_AsStruct _HPy_AsStruct_Dict

#endif

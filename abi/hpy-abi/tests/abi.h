/* The types of the HPy universal ABI as a C compiler sees them, written by hand: the second
   opinion that tests/layout.rs asks for. The context itself is printed below it from the table. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef intptr_t HPy_ssize_t;
typedef intptr_t HPy_hash_t;
typedef uint32_t HPy_UCS4;
typedef struct _HPyContext_s HPyContext;
typedef struct { intptr_t _i; } HPy;
typedef struct { intptr_t _i; } HPyField;
typedef struct { intptr_t _i; } HPyGlobal;
typedef struct { intptr_t _i; } HPyListBuilder;
typedef struct { intptr_t _i; } HPyTupleBuilder;
typedef struct { intptr_t _i; } HPyTracker;
typedef struct { intptr_t _i; } HPyThreadState;
typedef struct _object cpy_PyObject;
typedef void (*HPyCFunction)(void);
typedef void (*HPyFunc_Capsule_Destructor)(const char *name, void *pointer, void *context);

typedef enum { HPy_SourceKind_first, HPy_SourceKind_last = 2 } HPy_SourceKind;
typedef enum { HPyCapsule_key_first, HPyCapsule_key_last = 3 } _HPyCapsule_key;
typedef enum { HPyType_BuiltinShape_first = -1, HPyType_BuiltinShape_last = 7 }
    HPyType_BuiltinShape;
typedef enum { HPyFunc_first = 1, HPyFunc_last = 39 } HPyFunc_Signature;
typedef enum { HPyMember_first, HPyMember_last = 20 } HPyMember_FieldType;
typedef enum { HPyDef_Kind_first = 1, HPyDef_Kind_last = 4 } HPyDef_Kind;
typedef enum { HPyType_SpecParam_first, HPyType_SpecParam_last = 3 } HPyType_SpecParam_Kind;

typedef struct {
    int slot;
    HPyCFunction impl;
    HPyCFunction cpy_trampoline;
} HPySlot;

typedef struct {
    const char *name;
    HPyCFunction impl;
    HPyCFunction cpy_trampoline;
    HPyFunc_Signature signature;
    const char *doc;
} HPyMeth;

typedef struct {
    const char *name;
    HPyMember_FieldType type;
    HPy_ssize_t offset;
    int readonly;
    const char *doc;
} HPyMember;

typedef struct {
    const char *name;
    HPyCFunction getter_impl;
    HPyCFunction setter_impl;
    HPyCFunction getter_cpy_trampoline;
    HPyCFunction setter_cpy_trampoline;
    const char *doc;
    void *closure;
} HPyGetSet;

typedef struct {
    HPyDef_Kind kind;
    union {
        HPySlot slot;
        HPyMeth meth;
        HPyMember member;
        HPyGetSet getset;
    };
} HPyDef;

typedef struct {
    const char *name;
    int basicsize;
    int itemsize;
    unsigned long flags;
    HPyType_BuiltinShape builtin_shape;
    void *legacy_slots;
    HPyDef **defines;
    const char *doc;
} HPyType_Spec;

typedef struct {
    HPyType_SpecParam_Kind kind;
    HPy object;
} HPyType_SpecParam;

typedef struct {
    const char *doc;
    HPy_ssize_t size;
    void *legacy_methods;
    HPyDef **defines;
    HPyGlobal **globals;
} HPyModuleDef;

typedef struct {
    HPyCFunction cpy_trampoline;
    HPyFunc_Capsule_Destructor impl;
} HPyCapsule_Destructor;

typedef struct {
    HPyCFunction cpy_trampoline;
    HPyCFunction impl;
} HPyCallFunction;

typedef struct {
    void *buf;
    HPy obj;
    HPy_ssize_t len;
    HPy_ssize_t itemsize;
    int readonly;
    int ndim;
    char *format;
    HPy_ssize_t *shape;
    HPy_ssize_t *strides;
    HPy_ssize_t *suboffsets;
    void *internal;
} HPy_buffer;

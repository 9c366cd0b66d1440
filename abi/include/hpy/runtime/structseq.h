/* Tuples whose items have names, as `os.stat_result` is one. */
#ifndef HPY_RUNTIME_STRUCTSEQ_H
#define HPY_RUNTIME_STRUCTSEQ_H

/** One item; an array of them ends with a NULL name. */
typedef struct {
    /** UTF-8, or HPyStructSequence_UnnamedField for an item that has only its place. */
    const char *name;
    const char *doc;
} HPyStructSequence_Field;

/** The description of a type. */
typedef struct {
    /** Dotted, UTF-8. */
    const char *name;
    const char *doc;
    HPyStructSequence_Field *fields;
} HPyStructSequence_Desc;

extern _HPy_HIDDEN const char *const HPyStructSequence_UnnamedField;

/** A new type; null with an exception set on failure. */
HPyAPI_HELPER HPy HPyStructSequence_NewType(HPyContext *ctx, HPyStructSequence_Desc *desc);

/** An instance with exactly as many items as the type has; null with an exception set on failure. */
HPyAPI_HELPER HPy HPyStructSequence_New(HPyContext *ctx, HPy type, HPy_ssize_t nargs, HPy *args);

#endif

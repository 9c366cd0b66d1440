/* Steps that most extensions take. */
#ifndef HPY_RUNTIME_HELPERS_H
#define HPY_RUNTIME_HELPERS_H

/** Makes a type and stores it as an attribute, usually of a module: 1, or 0 with an exception set. */
HPyAPI_HELPER int HPyHelpers_AddType(HPyContext *ctx, HPy obj, const char *name,
                                     HPyType_Spec *hpyspec, HPyType_SpecParam *params);

/**
 * The arguments of a KEYWORDS function as the tuple and dict that HPy_CallTupleDict takes: 1, or 0
 * with an exception set. Either is null where there are no such arguments.
 */
HPyAPI_HELPER int HPyHelpers_PackArgsAndKeywords(HPyContext *ctx, const HPy *args, size_t nargs,
                                                 HPy kwnames, HPy *out_pos_args, HPy *out_kwd);

#endif

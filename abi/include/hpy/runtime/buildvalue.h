/* Objects from format strings; the formats are listed in runtime-c/buildvalue.c. */
#ifndef HPY_RUNTIME_BUILDVALUE_H
#define HPY_RUNTIME_BUILDVALUE_H

/** None, an object or a tuple of C values; null with an exception set on failure. */
HPyAPI_HELPER HPy HPy_BuildValue(HPyContext *ctx, const char *fmt, ...);

#endif

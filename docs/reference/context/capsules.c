#include "hpy.h"
#include <stdlib.h>

HPyCapsule_DESTRUCTOR(release)
static void release_impl(const char *name, void *pointer, void *context)
{
    free(pointer);
}

HPyDef_METH(box, "box", HPyFunc_NOARGS, .doc = "A number that other extensions can change.")
static HPy box_impl(HPyContext *ctx, HPy self)
{
    int *number = calloc(1, sizeof(int));
    if (number == NULL) {
        return HPyErr_NoMemory(ctx);
    }
    HPy capsule = HPyCapsule_New(ctx, number, "boxes.number", &release);
    if (HPy_IsNull(capsule)) {
        free(number);
    }
    return capsule;
}

HPyDef_METH(count, "count", HPyFunc_O, .doc = "Adds one to the number in the box.")
static HPy count_impl(HPyContext *ctx, HPy self, HPy capsule)
{
    int *number = HPyCapsule_GetPointer(ctx, capsule, "boxes.number");
    return number == NULL ? HPy_NULL : HPyLong_FromLong(ctx, ++*number);
}

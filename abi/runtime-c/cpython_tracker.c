/* The CPython ABI: sets of handles that are closed together.
 *
 * There is always room for one handle more, so that a handle is kept even if making room for the
 * next one fails: whoever adds it need not close it.
 */
#include "cpython_runtime.h"

typedef struct {
    size_t used;
    size_t room;
    HPy *handles;
} Tracked;

HPyTracker HPyTracker_New(HPyContext *ctx, HPy_ssize_t size)
{
    HPyTracker tracker = {0};
    Tracked *tracked = (Tracked *)malloc(sizeof(Tracked));
    if (tracked != NULL) {
        tracked->used = 0;
        tracked->room = (size > 0 ? (size_t)size : 5) + 1;
        tracked->handles = (HPy *)malloc(tracked->room * sizeof(HPy));
        if (tracked->handles != NULL) {
            tracker._i = (intptr_t)tracked;
            return tracker;
        }
    }
    free(tracked);
    HPyErr_NoMemory(ctx);
    return tracker;
}

int HPyTracker_Add(HPyContext *ctx, HPyTracker ht, HPy h)
{
    Tracked *tracked = (Tracked *)ht._i;
    tracked->handles[tracked->used++] = h;
    if (tracked->used == tracked->room) {
        const size_t room = 2 * tracked->room;
        HPy *handles = (HPy *)realloc(tracked->handles, room * sizeof(HPy));
        if (handles == NULL) {
            HPyErr_NoMemory(ctx);
            return -1;
        }
        tracked->handles = handles;
        tracked->room = room;
    }
    return 0;
}

void HPyTracker_ForgetAll(HPyContext *ctx, HPyTracker ht)
{
    (void)ctx;
    ((Tracked *)ht._i)->used = 0;
}

void HPyTracker_Close(HPyContext *ctx, HPyTracker ht)
{
    Tracked *tracked = (Tracked *)ht._i;
    size_t i;
    for (i = 0; i < tracked->used; i++)
        HPy_Close(ctx, tracked->handles[i]);
    free(tracked->handles);
    free(tracked);
}

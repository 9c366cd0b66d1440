/* Macros around functions: what C's types or statements make necessary. */
#ifndef HPY_MACROS_H
#define HPY_MACROS_H

/**
 * Makes an instance with a zeroed native struct, and sets a pointer to the struct:
 *
 *     PointObject *point;
 *     HPy h = HPy_New(ctx, type, &point);
 *
 * A macro, because `&point` is no `void **` without a cast.
 */
#define HPy_New(ctx, type, data) (_HPy_New((ctx), (type), (void **)(data)))

/** The operators of a rich comparison. */
typedef enum {
    HPy_LT = 0,
    HPy_LE = 1,
    HPy_EQ = 2,
    HPy_NE = 3,
    HPy_GT = 4,
    HPy_GE = 5
} HPy_RichCmpOp;

/** Returns True or False from a comparison function, by comparing two C values of any one type. */
#define HPy_RETURN_RICHCOMPARE(ctx, left, right, op)                                    \
    do {                                                                                \
        bool _holds = false;                                                            \
        switch (op) {                                                                   \
        case HPy_LT: _holds = (left) < (right); break;                                  \
        case HPy_LE: _holds = (left) <= (right); break;                                 \
        case HPy_EQ: _holds = (left) == (right); break;                                 \
        case HPy_NE: _holds = (left) != (right); break;                                 \
        case HPy_GT: _holds = (left) > (right); break;                                  \
        case HPy_GE: _holds = (left) >= (right); break;                                 \
        default: HPy_FatalError(ctx, "Invalid value for HPy_RichCmpOp");                \
        }                                                                               \
        return HPy_Dup(ctx, _holds ? (ctx)->h_True : (ctx)->h_False);                   \
    } while (0)

/* A process id is an int wherever there are process ids, unless the build says otherwise. */
#if !defined(SIZEOF_PID_T) || SIZEOF_PID_T == SIZEOF_INT
#  define _HPy_PARSE_PID "i"
#  define HPyLong_FromPid HPyLong_FromLong
#  define HPyLong_AsPid HPyLong_AsLong
#elif SIZEOF_PID_T == SIZEOF_LONG
#  define _HPy_PARSE_PID "l"
#  define HPyLong_FromPid HPyLong_FromLong
#  define HPyLong_AsPid HPyLong_AsLong
#else
#  define _HPy_PARSE_PID "L"
#  define HPyLong_FromPid HPyLong_FromLongLong
#  define HPyLong_AsPid HPyLong_AsLongLong
#endif

/**
 * The code between these two runs without Python: other threads may, and it calls nothing that
 * takes a context.
 */
#define HPy_BEGIN_LEAVE_PYTHON(context)                                                 \
    {                                                                                   \
        HPyThreadState _token = HPy_LeavePythonExecution(context);

#define HPy_END_LEAVE_PYTHON(context)                                                   \
        HPy_ReenterPythonExecution(context, _token);                                    \
    }

#endif

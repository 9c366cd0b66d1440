/* What Rust cannot do itself: calls of variadic C functions with arguments that are chosen at run
 * time, and the callback by which a compiler says what was executed. */
#include "hpy.h"

/* The variables of a parser: more of them than a format has units do no harm. */
#define VARIABLES(out)                                                                  \
    out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7], out[8], out[9],     \
        out[10], out[11]

int hpy_fuzz_parse(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                   const char *fmt, void *const out[])
{
    return HPyArg_Parse(ctx, ht, args, nargs, fmt, VARIABLES(out));
}

int hpy_fuzz_parse_keywords(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                            HPy kwnames, const char *fmt, const char *keywords[],
                            void *const out[])
{
    return HPyArg_ParseKeywords(ctx, ht, args, nargs, kwnames, fmt, keywords, VARIABLES(out));
}

int hpy_fuzz_parse_keywords_dict(HPyContext *ctx, HPyTracker *ht, const HPy *args, size_t nargs,
                                 HPy kw, const char *fmt, const char *keywords[],
                                 void *const out[])
{
    return HPyArg_ParseKeywordsDict(ctx, ht, args, (HPy_ssize_t)nargs, kw, fmt, keywords,
                                    VARIABLES(out));
}

/* Arguments by class: the first whole numbers and pointers are in registers, of which the context
 * and the format take two, the first eight doubles in others, and what is left on the stack, in the
 * order of the format. A call with all of them serves every format. */
#if !defined(__x86_64__) || !defined(__linux__)
#  error "how variadic arguments are passed is known for Linux on x86-64"
#endif

typedef struct {
    int64_t whole[4];
    double real[8];
    int64_t stack[24];
} Values;

#define VALUES(v)                                                                       \
    v->whole[0], v->whole[1], v->whole[2], v->whole[3],                                 \
        v->real[0], v->real[1], v->real[2], v->real[3], v->real[4], v->real[5],         \
        v->real[6], v->real[7],                                                         \
        v->stack[0], v->stack[1], v->stack[2], v->stack[3], v->stack[4], v->stack[5],   \
        v->stack[6], v->stack[7], v->stack[8], v->stack[9], v->stack[10], v->stack[11], \
        v->stack[12], v->stack[13], v->stack[14], v->stack[15], v->stack[16],           \
        v->stack[17], v->stack[18], v->stack[19], v->stack[20], v->stack[21],           \
        v->stack[22], v->stack[23]

HPy hpy_fuzz_build_value(HPyContext *ctx, const char *fmt, const Values *values)
{
    return HPy_BuildValue(ctx, fmt, VALUES(values));
}

HPy hpy_fuzz_format(HPyContext *ctx, const char *fmt, const Values *values)
{
    return HPyUnicode_FromFormat(ctx, fmt, VALUES(values));
}

/* An allocation that is too large fails, as it does without AddressSanitizer. That the C++ library
 * comes before it, as libFuzzer wants it, does no harm: only libFuzzer uses it. */
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1:max_allocation_size_mb=4096:verify_asan_link_order=0";
}

/* Coverage for libFuzzer, which looks at every counter in this section. GCC says by one call where
 * it is, and knows no other way; the linker leads the call here, as libFuzzer's own function of
 * that name does nothing. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t counters[1 << 14];

__attribute__((no_sanitize("address", "undefined"))) void __wrap___sanitizer_cov_trace_pc(void)
{
    const uintptr_t from = (uintptr_t)__builtin_return_address(0);
    counters[(from - (uintptr_t)counters) % sizeof(counters)]++;
}

/* What the machine can do: the bandwidth of its memory, and the peak of its arithmetic. A worker of
 * the benchmark runner (benches/protocol.py) without arrays of anybody: what is measured here is
 * what the others' times are compared with.
 *
 *     triad-one-1e6        a = b + 2.0 * c, by one thread, with ordinary stores
 *     triad-past-all-1e6   the same by all threads, with stores that go past the caches
 *     read-all-1e6         the sum of an array
 *     peak-one-1e6         multiplications with an addition that do not wait for each other
 *
 * The arrays stay, so that no page is fresh; `float32` before the size halves the bytes. */

#define _GNU_SOURCE
#include <immintrin.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#if defined(__AVX512F__)
#define BYTES 64
#define STORE_PAST(place, value) _mm512_stream_pd((double *)(place), (__m512d)(value))
#elif defined(__AVX__)
#define BYTES 32
#define STORE_PAST(place, value) _mm256_stream_pd((double *)(place), (__m256d)(value))
#else
#define BYTES 16
#define STORE_PAST(place, value) _mm_stream_pd((double *)(place), (__m128d)(value))
#endif

typedef double doubles __attribute__((vector_size(BYTES), may_alias));
typedef float floats __attribute__((vector_size(BYTES), may_alias));

enum { THREADS_AT_MOST = 256, CHAINS = 12, HUGE_PAGE = 2 << 20 };

/* A thread's share of a request, in vectors. */
typedef struct {
    doubles *a, *b, *c;
    size_t count;
    long runs;
    void (*run)(const doubles *b, const doubles *c, doubles *a, size_t count);
    pthread_barrier_t *start;
} Share;

/* What was computed has to be wanted by somebody. */
static volatile double sink;

static void triad(const doubles *b, const doubles *c, doubles *a, size_t count) {
    for (size_t i = 0; i < count; i++) {
        a[i] = b[i] + 2.0 * c[i];
    }
}

static void triad_past(const doubles *b, const doubles *c, doubles *a, size_t count) {
    for (size_t i = 0; i < count; i++) {
        STORE_PAST(a + i, b[i] + 2.0 * c[i]);
    }
    _mm_sfence();
}

static void reading(const doubles *b, const doubles *c, doubles *a, size_t count) {
    (void)a, (void)c;
    doubles sums[8] = {0};
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
#pragma GCC unroll 8
        for (int k = 0; k < 8; k++) {
            sums[k] += b[i + k];
        }
    }
    for (; i < count; i++) {
        sums[0] += b[i];
    }
    for (int k = 1; k < 8; k++) {
        sums[0] += sums[k];
    }
    sink = sums[0][0];
}

/* As many chains as hide the latency of an operation and leave registers for the factors. */
#define PEAK(name, vector)                                                                        \
    static void name(const doubles *b, const doubles *c, doubles *a, size_t count) {              \
        (void)a, (void)b, (void)c;                                                                \
        vector chains[CHAINS], factor = (vector){0} + 0.75f, term = (vector){0} + 0.25f;          \
        for (int k = 0; k < CHAINS; k++) {                                                        \
            chains[k] = factor;                                                                   \
            chains[k][0] = k;                                                                     \
        }                                                                                         \
        for (size_t i = 0; i < count; i += CHAINS) {                                              \
            _Pragma("GCC unroll 12") for (int k = 0; k < CHAINS; k++) {                           \
                chains[k] = chains[k] * factor + term;                                            \
            }                                                                                     \
        }                                                                                         \
        for (int k = 1; k < CHAINS; k++) {                                                        \
            chains[0] += chains[k];                                                               \
        }                                                                                         \
        sink = chains[0][0];                                                                      \
    }
PEAK(peak_doubles, doubles)
PEAK(peak_floats, floats)

static void *work(void *argument) {
    Share *share = argument;
    pthread_barrier_wait(share->start);
    for (long run = 0; run < share->runs; run++) {
        share->run(share->b, share->c, share->a, share->count);
        /* The next run is no copy of this one, for all that the compiler knows. */
        __asm__ volatile("" ::: "memory");
    }
    return NULL;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int processors(void) {
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return count < THREADS_AT_MOST ? count : THREADS_AT_MOST;
}

static doubles *array(size_t count) {
    size_t bytes = (count * sizeof(doubles) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    doubles *made = aligned_alloc(HUGE_PAGE, bytes);
    if (made == NULL) {
        return NULL;
    }
    madvise(made, bytes, MADV_HUGEPAGE);
    for (size_t i = 0; i < count; i++) {
        made[i] = (doubles){0} + (double)(i % 101);
    }
    return made;
}

/* Three arrays of so many vectors; those of the last request are kept if they fit. */
static int arrays(size_t count, doubles **made) {
    static doubles *kept[3];
    static size_t kept_count;
    if (kept_count != count) {
        kept_count = 0;
        for (int k = 0; k < 3; k++) {
            free(kept[k]);
            kept[k] = array(count);
        }
        if (kept[0] == NULL || kept[1] == NULL || kept[2] == NULL) {
            return 0;
        }
        kept_count = count;
    }
    memcpy(made, kept, sizeof kept);
    return 1;
}

/* Runs a request with so many threads; the seconds it took, or less than none. */
static double measured(Share whole, int threads) {
    pthread_t ids[THREADS_AT_MOST];
    Share shares[THREADS_AT_MOST];
    pthread_barrier_t start;
    pthread_barrier_init(&start, NULL, threads + 1);
    for (int k = 0; k < threads; k++) {
        size_t from = whole.count * k / threads, to = whole.count * (k + 1) / threads;
        shares[k] = whole;
        shares[k].count = to - from;
        shares[k].start = &start;
        if (whole.a != NULL) {
            shares[k].a += from, shares[k].b += from, shares[k].c += from;
        }
        if (pthread_create(&ids[k], NULL, work, &shares[k]) != 0) {
            /* The others wait at the barrier for ever: the runner is told by the end of this. */
            exit(1);
        }
    }
    double begin = now();
    pthread_barrier_wait(&start);
    for (int k = 0; k < threads; k++) {
        pthread_join(ids[k], NULL);
    }
    double taken = now() - begin;
    pthread_barrier_destroy(&start);
    return taken;
}

/* Takes `ending` off the end of `name`, if it is there. */
static int took(char *name, const char *ending) {
    size_t length = strlen(name), last = strlen(ending);
    if (length < last || strcmp(name + length - last, ending) != 0) {
        return 0;
    }
    name[length - last] = '\0';
    return 1;
}

/* Answers `time PART RUNS`. */
static void answer(char *part, long runs) {
    char *size = strrchr(part, '-');
    if (size == NULL) {
        printf("err a part has a size\n");
        return;
    }
    *size = '\0';
    double elements = strtod(size + 1, NULL);
    int is_single = took(part, "-float32");
    int is_all = took(part, "-all");
    if (!is_all && !took(part, "-one")) {
        printf("err one thread or all?\n");
        return;
    }
    Share whole = {.runs = runs};
    whole.count = (size_t)(elements * (is_single ? 4 : 8) / BYTES);
    if (strcmp(part, "peak") == 0) {
        whole.run = is_single ? peak_floats : peak_doubles;
    } else {
        whole.run = strcmp(part, "triad") == 0        ? triad
                    : strcmp(part, "triad-past") == 0 ? triad_past
                    : strcmp(part, "read") == 0       ? reading
                                                      : NULL;
        doubles *made[3];
        if (whole.run == NULL || !arrays(whole.count, made)) {
            printf("err no such part, or no memory for it\n");
            return;
        }
        whole.a = made[0], whole.b = made[1], whole.c = made[2];
    }
    printf("ok %.9e\n", measured(whole, is_all ? processors() : 1));
}

int main(void) {
    char line[256], verb[64], part[128];
    long runs;
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%63s %127s %ld", verb, part, &runs) == 3 && strcmp(verb, "time") == 0) {
            answer(part, runs);
        } else {
            printf("err this worker measures time\n");
        }
    }
    return 0;
}

/* Compiled part of the lookup engine: what lookup.py calls. Build: see compiler.py. */
#include "measure.h"
#include "train.h"

#define EXPORT __attribute__((visibility("default")))

#if defined(__clang__)
#define COMPILER __VERSION__ /* begins with its name */
#else
#define COMPILER "GCC " __VERSION__
#endif
#if defined(__AVX512F__)
#define INSTRUCTION_SET "x86-64 with AVX-512"
#elif defined(__AVX2__)
#define INSTRUCTION_SET "x86-64 with AVX2"
#elif defined(__x86_64__)
#define INSTRUCTION_SET "x86-64"
#elif defined(__aarch64__)
#define INSTRUCTION_SET "AArch64"
#else
#define INSTRUCTION_SET "another"
#endif
#ifdef _OPENMP
#define THREADS "OpenMP"
#else
#define THREADS "one"
#endif

/* What made this library, in lines: for the record of a run. */
EXPORT const char *lookup_build(void) {
    return COMPILER "\n" INSTRUCTION_SET "\n" THREADS;
}

/* Bytes of one thread's workspace. */
EXPORT int64_t lookup_workspace_bytes(const problem *p) {
    int64_t bytes;
    carve_workspace(p, 0, &bytes);
    return bytes;
}

/* Bytes of the record of a fixed batch of `size` samples. */
EXPORT int64_t lookup_record_bytes(const problem *p, int64_t size) { return record_bytes(p, size); }

/* Make all fixed batches ready. */
EXPORT void lookup_prepare(const problem *p, char *memory) {
    int64_t bytes;
    const workspace w = carve_workspace(p, memory, &bytes);
    uint32_t *low = w.scratch.words, *high = w.scratch.words + p->largest_batch;
    for (int64_t i = 0; i < p->n_runs * p->n_batches; i++) {
        const int64_t *counts = p->fixed_counts + i * p->n_skills;
        const uint64_t *bits = p->fixed_bits + p->fixed_starts[i];
        int64_t size = 0;
        for (int64_t k = 0; k < p->n_skills; k++) size += counts[k];
        for (int64_t s = 0; s < size; s++) {
            low[s] = (uint32_t)bits[s];
            high[s] = (uint32_t)(bits[s] >> 32);
        }
        prepare_batch(p, i / p->n_batches, counts, low, p->skill_bits > 32 ? high : 0, w.scratch,
                      p->records + p->record_starts[i]);
    }
}

/* Counts (n_skills,) and words (2 · batch,) of a fresh batch: for tests of the generator. */
EXPORT void lookup_draw(const problem *p, char *memory, int64_t run, int64_t step, int64_t *counts,
                        uint32_t *words) {
    int64_t bytes;
    const workspace w = carve_workspace(p, memory, &bytes);
    draw_batch(p, run, step, w.scratch, w.record);
    memcpy(counts, w.scratch.counts, p->n_skills * sizeof(int64_t));
    memcpy(words, w.scratch.words, 2 * p->largest_batch * sizeof(uint32_t));
}

/* Whole rounds of runs go to single threads, which need no barriers; the rest to the whole team,
   unless there is nothing to share. */
static int64_t single_thread_runs(int64_t runs, int64_t threads, int64_t shares) {
    return shares < threads ? runs : runs - runs % threads;
}

/* Threads that have something to do. */
static int64_t busy_threads(int64_t runs, int64_t single, int64_t threads) {
    return single == runs ? smaller(threads, runs > 1 ? runs : 1) : threads;
}

/* Steps first ≤ t < last of the listed runs; loss[i] is the mean square of run runs[i]. */
EXPORT void lookup_advance(const problem *p, char *memory, int64_t threads, int64_t first,
                           int64_t last, double learning_rate, const int64_t *runs,
                           int64_t n_listed, double *loss) {
    workspace spaces[threads];
    int64_t bytes = lookup_workspace_bytes(p);
    for (int64_t t = 0; t < threads; t++)
        spaces[t] = carve_workspace(p, memory + t * bytes, &bytes);
    barrier gate;
    open_barrier(&gate);
    const int64_t single = single_thread_runs(n_listed, threads, n_groups(p));
#pragma omp parallel num_threads(busy_threads(n_listed, single, threads))
    {
        const team t = current_team(&gate);
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < single; i++)
            loss[i] = train_run(p, spaces + t.rank, ALONE, runs[i], first, last, learning_rate);
        for (int64_t i = single; i < n_listed; i++) {
            const double value = train_run(p, spaces, t, runs[i], first, last, learning_rate);
            if (t.rank == 0) loss[i] = value;
        }
    }
    close_barrier(&gate);
}

/* Means (n_runs, n_skills, 2) of g f and f² on the measurement inputs of `step`. */
EXPORT void lookup_measure(const problem *p, char *memory, int64_t threads, int64_t step,
                           double *means) {
    workspace spaces[threads];
    int64_t bytes = lookup_workspace_bytes(p);
    for (int64_t t = 0; t < threads; t++)
        spaces[t] = carve_workspace(p, memory + t * bytes, &bytes);
    barrier gate;
    open_barrier(&gate);
    const int64_t single = single_thread_runs(p->n_runs, threads, measured_tiles(p));
    const int64_t stride = 2 * p->n_skills;
#pragma omp parallel num_threads(busy_threads(p->n_runs, single, threads))
    {
        const team t = current_team(&gate);
#pragma omp for schedule(dynamic, 1) nowait
        for (int64_t i = 0; i < single; i++)
            measure_run(p, spaces + t.rank, ALONE, i, step, means + i * stride);
        for (int64_t i = single; i < p->n_runs; i++)
            measure_run(p, spaces, t, i, step, means + i * stride);
    }
    close_barrier(&gate);
}

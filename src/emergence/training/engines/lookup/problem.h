/* What an engine trains: sizes, constants and the arrays Python owns, plus one thread's workspace.

   Layout of a run's parameters: blocks of LANES hidden units; a block has `rows` vectors, row r
   holding, for its units, input weight r (control columns first), then the bias, then the output
   weight. Units beyond the width are zero and stay zero. */
#ifndef EMERGENCE_PROBLEM_H
#define EMERGENCE_PROBLEM_H

#include "philox.h"
#include "team.h"

#define TILE 64        /* samples of one tile */
#define QUAD 4         /* neighbouring samples with the same head */
#define MAX_CHUNKS 16  /* chunks of skill bits */
#define MAX_GROUPS 16  /* groups of blocks with their own partial outputs, summed in order */
#define SET 4          /* blocks whose gradients are summed together in a wide network */
#define WIDE_BLOCKS 8  /* blocks from which on it pays to sort the samples by every chunk */
#define PART_TILES 16  /* tiles of one partial sum of residuals */
#define ENTRY 64       /* bytes of a table entry, one vfloat */

/* Mirrored field by field by _Problem in lookup.py; every field has eight bytes. */
typedef struct {
    int64_t n_runs, width, n_skills, skill_bits, sparse_bits;
    int64_t largest_batch, n_batches; /* n_batches = 0: fresh data */
    int64_t backgrounds;
    int64_t prefix_bits, n_chunks;
    int64_t adam;
    double weight_decay, beta_1, beta_2, epsilon, target_scale;
    const int64_t *chunk_word, *chunk_shift, *chunk_bits; /* (n_chunks,) */
    const uint32_t *skill_thresholds;                     /* (n_skills - 1,) */
    const uint32_t *keys;                                 /* (n_runs, 2) */
    const uint32_t *run_indices;                          /* (n_runs,) */
    const uint64_t *sparse_masks;                         /* (n_runs, n_skills) */
    const int64_t *sparse_positions;                      /* (n_runs, n_skills, sparse_bits) */
    float *units, *units_moment_1, *units_moment_2;       /* (n_runs, n_blocks, rows, LANES) */
    float *bias, *bias_moment_1, *bias_moment_2;          /* (n_runs,) output biases */
    int64_t *steps_done;                                  /* (n_runs,) optimiser steps */
    const int64_t *fixed_counts;                          /* (n_runs, n_batches, n_skills) */
    const uint64_t *fixed_bits;                           /* all fixed batches, end to end */
    const int64_t *fixed_starts;                          /* (n_runs, n_batches) into fixed_bits */
    char *records;                                        /* prepared fixed batches */
    const int64_t *record_starts;                         /* (n_runs, n_batches) bytes */
} problem;

INLINE int64_t round_up(int64_t n, int64_t unit) { return (n + unit - 1) / unit * unit; }
INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t n_inputs(const problem *p) { return p->n_skills + p->skill_bits; }
INLINE int64_t n_rows(const problem *p) { return n_inputs(p) + 2; }
INLINE int64_t n_blocks(const problem *p) { return (p->width + LANES - 1) / LANES; }
INLINE int is_wide(const problem *p) { return n_blocks(p) >= WIDE_BLOCKS; }
INLINE int64_t n_groups(const problem *p) {
    const int64_t sets = is_wide(p) ? (n_blocks(p) + SET - 1) / SET : n_blocks(p);
    return smaller(sets, MAX_GROUPS);
}
INLINE int64_t group_start(const problem *p, int64_t group) {
    return group * n_blocks(p) / n_groups(p);
}
INLINE int64_t sets_per_group(const problem *p) {
    const int64_t blocks = (n_blocks(p) + n_groups(p) - 1) / n_groups(p);
    return (blocks + SET - 1) / SET;
}
INLINE int64_t n_heads(const problem *p) { return p->n_skills << p->prefix_bits; }
INLINE int64_t n_patterns(const problem *p) { return (int64_t)1 << p->sparse_bits; }
INLINE stream run_stream(const problem *p, int64_t run) {
    return (stream){{p->keys[2 * run], p->keys[2 * run + 1]}, p->run_indices[run]};
}

INLINE int64_t n_entries(const problem *p) {
    int64_t entries = 0;
    for (int64_t c = 0; c < p->n_chunks; c++) entries += (int64_t)1 << p->chunk_bits[c];
    return entries;
}

/* Tiles that always hold a batch of `size` samples, each segment rounded up to whole quads. */
INLINE int64_t most_tiles(const problem *p, int64_t size) {
    return (size + (QUAD - 1) * smaller(n_heads(p), size) + TILE - 1) / TILE;
}

#endif

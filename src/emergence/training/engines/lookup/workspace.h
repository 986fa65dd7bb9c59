/* One thread's working memory, carved from a buffer that Python owns. */
#ifndef EMERGENCE_WORKSPACE_H
#define EMERGENCE_WORKSPACE_H

#include "batch.h"

#define UNIT_BLOCK 64      /* hidden units whose pre-activations a measurement keeps at once */
#define UNITS_TOGETHER 4   /* of them computed together with AVX-512: the fastest tried */
#define MEASURED_VECTORS 3 /* vectors of backgrounds measured together */
#define MEASURED_TILE (MEASURED_VECTORS * LANES)

typedef struct {
    batch_scratch scratch;
    char *record;            /* fresh batch */
    vfloat *table, *head;    /* of the block at hand: chunk sums, (skill, prefix) sums */
    vfloat *gradient;        /* (rows,) of the block at hand */
    uint16_t *lanes;         /* (n_blocks, padded), wide: (sets, padded, SET), see sets.h */
    uint16_t *block_lanes;   /* wide: (SET, padded), of the set at hand */
    float *outputs;          /* (n_groups, padded): partial network outputs */
    float *residual, *scaled_residual; /* (padded,) f - f*; times PLAIN_SCALE: see sets.h */
    double *part_sum, *part_square; /* of the residual, for each part */
    int *part_plain;         /* whether all residuals of a part are plain: see sets.h */
    float *weights;          /* (4 n_nibbles,): of one unit, zero beyond the skill bits */
    float *unit_biases, *output_weights; /* (width,) */
    float *unit_tables;      /* sums of four skill bits: of each unit, or see block_tables */
    float *pattern_tables;   /* (width, n_skills, pattern_stride): see pattern_table */
    double *pattern_sums;    /* (n_skills, patterns): output weights times pattern sums */
    vfloat *pre_activations; /* (UNIT_BLOCK, MEASURED_VECTORS): with all skill bits */
    vfloat *without_own;     /* the same without a skill's own bits, if not computed for every use */
    vfloat *pattern_outputs; /* (n_skills, patterns, MEASURED_VECTORS) */
    vword *nibbles;          /* (n_nibbles, MEASURED_VECTORS), or */
    uint64_t *nibble_offsets; /* (n_nibbles, MEASURED_TILE / PACK): into the tables of a block */
    vword *patterns;         /* (n_skills, MEASURED_VECTORS): into a pattern_table */
    double *tile_sums;       /* (tiles, n_skills, 2): of g f and f² */
    uint32_t *backgrounds;   /* words of the generator */
} workspace;

INLINE int64_t n_nibbles(const problem *p) { return (p->skill_bits + 3) / 4; }
INLINE int in_one_vector(int64_t patterns) { return 2 * patterns <= LANES; } /* a pattern_table */
INLINE int64_t pattern_stride(int64_t patterns) { /* floats of a pattern_table */
    return in_one_vector(patterns) ? LANES : 2 * patterns;
}
INLINE int64_t measured_tiles(const problem *p) {
    return (p->backgrounds + MEASURED_TILE - 1) / MEASURED_TILE;
}

/* The workspace in the buffer at `base`; its `end` is the size when base is null. */
static workspace carve_workspace(const problem *p, char *base, int64_t *bytes) {
    workspace w;
    int64_t used = 0;
#define TAKE(field, count)                                            \
    w.field = (void *)(base + used);                                  \
    used += round_up((int64_t)(count) * (int64_t)sizeof *w.field, ENTRY)
    const int64_t size = p->largest_batch, tiles = most_tiles(p, size), padded = tiles * TILE;
    const int64_t vectors = p->n_skills * MEASURED_VECTORS;
    TAKE(scratch.words, round_up(2 * size, WORDS_AT_ONCE));
    TAKE(scratch.low, padded);
    TAKE(scratch.high, padded);
    TAKE(scratch.places, is_wide(p) ? padded : 0);
    TAKE(scratch.counts, p->n_skills);
    TAKE(scratch.cursors, (int64_t)1 << p->prefix_bits);
    TAKE(record, p->n_batches ? 0 : record_bytes(p, size));
    const int64_t together = is_wide(p) ? SET : 1;
    TAKE(table, n_entries(p) * together);
    TAKE(head, n_heads(p) * together);
    TAKE(gradient, n_rows(p) * together);
    TAKE(lanes, together * (is_wide(p) ? n_groups(p) * sets_per_group(p) : n_blocks(p)) * padded);
    TAKE(block_lanes, is_wide(p) ? SET * padded : 0);
    TAKE(outputs, n_groups(p) * padded);
    TAKE(residual, padded);
    TAKE(scaled_residual, padded);
    TAKE(part_sum, tiles / PART_TILES + 1);
    TAKE(part_square, tiles / PART_TILES + 1);
    TAKE(part_plain, tiles / PART_TILES + 1);
    TAKE(weights, 4 * n_nibbles(p));
    TAKE(unit_biases, p->width);
    TAKE(output_weights, p->width);
    TAKE(unit_tables, n_blocks(p) * LANES * (n_nibbles(p) * 16 + 1));
    TAKE(pattern_tables, p->width * p->n_skills * pattern_stride(n_patterns(p)));
    TAKE(pattern_sums, p->n_skills * n_patterns(p));
    TAKE(pre_activations, UNIT_BLOCK * MEASURED_VECTORS);
    TAKE(without_own, PARTS == 1 ? 0 : UNIT_BLOCK * MEASURED_VECTORS);
    TAKE(pattern_outputs, n_patterns(p) * vectors);
    TAKE(nibbles, PARTS == 1 ? n_nibbles(p) * MEASURED_VECTORS : 0);
    TAKE(nibble_offsets, PARTS == 1 ? 0 : n_nibbles(p) * MEASURED_TILE / PACK);
    TAKE(patterns, vectors);
    TAKE(tile_sums, measured_tiles(p) * p->n_skills * 2);
    TAKE(backgrounds, round_up(2 * p->backgrounds, WORDS_AT_ONCE) + MEASURED_TILE);
#undef TAKE
    *bytes = used;
    return w;
}

#endif

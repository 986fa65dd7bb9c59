/* Skill strengths and losses of one run on the stratified inputs of emergence.tasks.sparse_parity.measurement.

   Lanes are backgrounds. The inputs of a skill differ from their background in its sparse bits only:
   z = y + s, where y leaves control and sparse bits out and s, one number for each unit and pattern,
   adds them back. As ReLU(y + s) = max(y, -s) + s, an input costs two operations for each hidden
   unit, and the sum of a_h s is added once. */
#ifndef EMERGENCE_MEASURE_H
#define EMERGENCE_MEASURE_H

#include "workspace.h"

/* In lane s: Σ of values[j] over the set bits j of s; `bits` ≤ 4. */
INLINE vfloat subset_sums(const float *values, int64_t bits) {
    static const uint16_t with_bit[4] = {0xAAAA, 0xCCCC, 0xF0F0, 0xFF00};
    vfloat sums = ZERO;
    for (int64_t j = 0; j < bits; j++) sums = add(sums, broadcast_to_lanes(with_bit[j], values + j));
    return sums;
}

/* The same for any number of bits: 2^bits floats at `table`. */
INLINE void sum_subsets(const float *values, int64_t bits, float *table) {
    table[0] = 0;
    for (int64_t j = 0; j < bits; j++)
        for (int64_t s = 0; s < (int64_t)1 << j; s++) table[s + ((int64_t)1 << j)] = table[s] + values[j];
}

/* -s for each pattern of a skill's sparse bits, then minus the sums of the sparse bits alone. */
INLINE float *pattern_table(const problem *p, const workspace *shared, int64_t skill, int64_t unit) {
    return shared->pattern_tables + (unit * p->n_skills + skill) * pattern_stride(n_patterns(p));
}

/* One hidden unit's tables, and its parameters out of the blocks' layout. */
static void build_unit(const problem *p, int64_t run, int64_t unit, workspace *shared,
                       float *weights) {
    const int64_t rows = n_rows(p), patterns = n_patterns(p), m = p->sparse_bits;
    const float *block = p->units + (run * n_blocks(p) + unit / LANES) * rows * LANES + unit % LANES;
    for (int64_t j = 0; j < p->skill_bits; j++) weights[j] = block[(p->n_skills + j) * LANES];
#if PARTS == 1
    for (int64_t j = p->skill_bits; j % 4; j++) weights[j] = 0;
    vfloat *tables = (vfloat *)shared->unit_tables + unit * n_nibbles(p);
    for (int64_t q = 0; q < n_nibbles(p); q++) tables[q] = subset_sums(weights + 4 * q, 4);
#endif
    shared->unit_biases[unit] = block[n_inputs(p) * LANES];
    shared->output_weights[unit] = block[(n_inputs(p) + 1) * LANES];
    for (int64_t k = 0; k < p->n_skills; k++) {
        const int64_t *positions = p->sparse_positions + (run * p->n_skills + k) * m;
        float *thresholds = pattern_table(p, shared, k, unit), *sparse = thresholds + patterns;
        float chosen[64];
        for (int64_t j = 0; j < m; j++) chosen[j] = -weights[positions[j]];
        if (in_one_vector(patterns)) {
            const vfloat both = subset_sums(chosen, m);
            *(vfloat *)thresholds =
                subtract(both, broadcast_to_lanes((1u << patterns) - 1, block + k * LANES));
        } else {
            sum_subsets(chosen, m, sparse);
            for (int64_t s = 0; s < patterns; s++) thresholds[s] = sparse[s] - block[k * LANES];
        }
    }
}

/* Σ_h a_h s_h for each skill and pattern. */
static void sum_patterns(const problem *p, const workspace *shared, double *sums) {
    const int64_t patterns = n_patterns(p);
    memset(sums, 0, p->n_skills * patterns * sizeof(double));
    for (int64_t h = 0; h < p->width; h++) {
        const double a = shared->output_weights[h];
        for (int64_t k = 0; k < p->n_skills; k++) {
            const float *thresholds = pattern_table(p, shared, k, h);
            for (int64_t s = 0; s < patterns; s++) sums[k * patterns + s] -= a * thresholds[s];
        }
    }
}

/* Indices of the tile's backgrounds into the tables of nibbles and of sparse bits. */
static void index_tile(const problem *p, int64_t run, const uint32_t *words, int64_t tile,
                       const workspace *own) {
    const int64_t m = p->sparse_bits, bits = p->skill_bits;
    for (int v = 0; v < MEASURED_VECTORS; v++) {
        const int64_t first = tile * MEASURED_TILE + v * LANES;
        vword halves[2];
        for (int64_t half = 0; 32 * half < bits; half++) { /* words have bits beyond the skill bits */
            const int64_t left = bits - 32 * half;
            halves[half] = cut_out(load_words(words + half * p->backgrounds + first), 0,
                                   left < 32 ? (1u << left) - 1 : ~0u);
        }
        for (int64_t q = 0; q < n_nibbles(p); q++) {
            const vword nibble = cut_out(halves[q / 8], (uint32_t)(q % 8 * 4), 15u);
#if PARTS == 1
            own->nibbles[q * MEASURED_VECTORS + v] = nibble;
#else
            uint16_t *offsets = (uint16_t *)own->nibble_offsets + q * MEASURED_TILE + v * LANES;
            const uint32_t *entries = (const uint32_t *)&nibble;
            for (int l = 0; l < LANES; l++) offsets[l] = (uint16_t)((16 * q + entries[l]) * ENTRY);
#endif
        }
        for (int64_t k = 0; k < p->n_skills; k++) {
            vword pattern = {};
            for (int64_t j = 0; j < m; j++) {
                const int64_t at = p->sparse_positions[(run * p->n_skills + k) * m + j];
                const vword bit = cut_out(halves[at / 32], (uint32_t)(at % 32), 1u);
                pattern = put_in(pattern, bit, (uint32_t)j);
            }
            FOR_PARTS(i) pattern.at[i] += (uint32_t)n_patterns(p);
            own->patterns[k * MEASURED_VECTORS + v] = pattern;
        }
    }
}

#if PARTS == 1
/* b + w·x of `units` units from h on, with all skill bits; together they share loads of indices.
   `nibbles` is a constant for the usual 32 skill bits, so that the loop over them unrolls. */
INLINE void pre_activate_some(const int units, const int nibbles, int64_t h, const workspace *shared,
                              const workspace *own, vfloat *out) {
    const vfloat *tables = (const vfloat *)shared->unit_tables + h * nibbles;
    vfloat u[UNITS_TOGETHER][MEASURED_VECTORS], entries[UNITS_TOGETHER];
    for (int i = 0; i < units; i++)
        for (int v = 0; v < MEASURED_VECTORS; v++) u[i][v] = broadcast(shared->unit_biases[h + i]);
#pragma GCC unroll 8
    for (int q = 0; q < nibbles; q++) {
        for (int i = 0; i < units; i++) {
            entries[i] = tables[i * nibbles + q];
            KEEP_LOADED(entries[i]);
        }
        for (int v = 0; v < MEASURED_VECTORS; v++) {
            vword index = own->nibbles[q * MEASURED_VECTORS + v];
            KEEP_LOADED(index);
            for (int i = 0; i < units; i++) {
                u[i][v] = add(u[i][v], choose(entries[i], index));
                KEEP_LOADED(u[i][v]);
            }
        }
    }
    for (int i = 0; i < units; i++)
        for (int v = 0; v < MEASURED_VECTORS; v++) out[i * MEASURED_VECTORS + v] = u[i][v];
}

/* The same for units first ≤ h < last. */
INLINE void pre_activate(const int nibbles, int64_t first, int64_t last, const workspace *shared,
                         const workspace *own) {
    vfloat *out = own->pre_activations;
    int64_t h = first;
    for (; h + UNITS_TOGETHER <= last; h += UNITS_TOGETHER, out += UNITS_TOGETHER * MEASURED_VECTORS)
        pre_activate_some(UNITS_TOGETHER, nibbles, h, shared, own, out);
    for (; h < last; h++, out += MEASURED_VECTORS) pre_activate_some(1, nibbles, h, shared, own, out);
}
#else
/* For nibble q of a block of units: in vector s, the sums of the set bits of s; then the biases. */
INLINE vfloat *block_tables(const problem *p, const workspace *shared, int64_t block) {
    return (vfloat *)shared->unit_tables + block * (16 * n_nibbles(p) + 1);
}

static void build_block(const problem *p, int64_t run, int64_t block, const workspace *shared) {
    const vfloat *rows = (const vfloat *)p->units + (run * n_blocks(p) + block) * n_rows(p);
    vfloat *table = block_tables(p, shared, block);
    for (int64_t first = 0; first < 4 * n_nibbles(p); first += 4, table += 16) {
        table[0] = ZERO;
        for (int64_t j = 0; j < 4; j++) {
            const vfloat row = first + j < p->skill_bits ? rows[p->n_skills + first + j] : ZERO;
            for (int64_t s = 0; s < (int64_t)1 << j; s++) table[s + (1 << j)] = add(table[s], row);
        }
    }
    *table = rows[n_inputs(p)];
}

/* b + w·x of the units of a block, with all skill bits, to `out`. Units are lanes here: where a
   permutation does not look up sixteen floats at once, a table in memory is faster. */
INLINE void pre_activate_block(const int nibbles, const vfloat *tables, const workspace *own,
                               vfloat *out) {
    for (int64_t part = 0; part < MEASURED_VECTORS * PARTS; part++) {
        const uint64_t *packs = own->nibble_offsets + part * PART / PACK;
        for (int64_t k = 0; k < PARTS; k++) {
            const char *table = (const char *)&tables->at[k];
            fpart u[PART]; /* of one background each */
            for (int i = 0; i < PART; i++) u[i] = tables[16 * nibbles].at[k];
#pragma GCC unroll 8
            for (int q = 0; q < nibbles; q++) {
                uint64_t pack = 0;
#pragma GCC unroll 8
                for (int i = 0; i < PART; i++) {
                    if (i % PACK == 0) pack = packs[(q * MEASURED_TILE + i) / PACK];
                    u[i] += *(const fpart *)(table + unpack_offset(pack, i % PACK));
                    COMPUTE_NOW(u[i]);
                }
            }
            transpose(u);
            for (int i = 0; i < PART; i++)
                out[(k * PART + i) * MEASURED_VECTORS + part / PARTS].at[part % PARTS] = u[i];
        }
    }
}
#endif

/* Minus the sums of a skill's sparse bits, on a vector of backgrounds. */
INLINE vfloat own_bits(const int64_t patterns, const float *table, vword index) {
    return in_one_vector(patterns) ? choose_in_half(*(const vfloat *)table, index, patterns / 8 * 8)
                                   : gather(table, index);
}

/* Pre-activations of units first ≤ h < last without one skill's own bits. */
INLINE void leave_out_own(const int64_t patterns, const problem *p, int64_t skill, int64_t first,
                          int64_t last, const workspace *shared, const workspace *own) {
    const float *table = pattern_table(p, shared, skill, first);
    const vfloat *u = own->pre_activations;
    vfloat *without = own->without_own;
    vword indices[MEASURED_VECTORS];
    for (int v = 0; v < MEASURED_VECTORS; v++) indices[v] = own->patterns[skill * MEASURED_VECTORS + v];
    for (int64_t h = first; h < last; h++, table += p->n_skills * pattern_stride(patterns))
        for (int v = 0; v < MEASURED_VECTORS; v++)
            *without++ = add(*u++, own_bits(patterns, table, indices[v]));
}

/* Adds the outputs of units first ≤ h < last for `count` patterns of one skill from `pattern` on, on
   `vectors` vectors of backgrounds from `vector` on; the number of all `patterns` is a constant where
   it can be, as many addresses follow from it. */
INLINE void add_patterns(const int count, const int vectors, const int64_t patterns, const problem *p,
                         int64_t skill, int64_t pattern, int64_t vector, int64_t first, int64_t last,
                         const workspace *shared, const workspace *own) {
    const int64_t stride = p->n_skills * pattern_stride(patterns);
    vfloat *out = own->pattern_outputs + (skill * patterns + pattern) * MEASURED_VECTORS + vector;
    vfloat sum[8][MEASURED_VECTORS];
#pragma GCC unroll 8
    for (int s = 0; s < count; s++)
        for (int v = 0; v < vectors; v++) sum[s][v] = out[s * MEASURED_VECTORS + v];
    const float *table = pattern_table(p, shared, skill, first);
    const vfloat *u = (PARTS == 1 ? own->pre_activations : own->without_own) + vector;
    const vword *indices = own->patterns + skill * MEASURED_VECTORS;
    for (int64_t h = first; h < last; h++, table += stride, u += MEASURED_VECTORS) {
        vfloat y[MEASURED_VECTORS];
        for (int v = 0; v < vectors; v++) {
            y[v] = u[v];
            if (PARTS == 1) {
                vword index = indices[v]; /* of this unit alone: kept for all, it would push out a sum */
                KEEP_LOADED(index);
                y[v] = add(y[v], own_bits(patterns, table, index));
            }
            KEEP_LOADED(y[v]);
        }
        vfloat a = broadcast(shared->output_weights[h]);
        if (PARTS == 1) KEEP_LOADED(a); /* else of equal parts, for which one register will do */
#pragma GCC unroll 8
        for (int s = 0; s < count; s++) {
            vfloat threshold = broadcast(table[pattern + s]);
            if (PARTS == 1) KEEP_LOADED(threshold);
            for (int v = 0; v < vectors; v++)
                sum[s][v] = add(sum[s][v], multiply(a, larger(threshold, y[v])));
        }
    }
#pragma GCC unroll 8
    for (int s = 0; s < count; s++)
        for (int v = 0; v < vectors; v++) out[s * MEASURED_VECTORS + v] = sum[s][v];
}

/* The same for all patterns and vectors, as many together as there are registers for their sums. */
INLINE void add_skill(const int64_t patterns, const problem *p, int64_t skill, int64_t first,
                      int64_t last, const workspace *shared, const workspace *own) {
    const int vectors = PARTS == 1 ? MEASURED_VECTORS : 1, most = 8 / PARTS;
    const int count = patterns < most ? (int)patterns : most;
    if (PARTS > 1) leave_out_own(patterns, p, skill, first, last, shared, own);
    for (int64_t v = 0; v < MEASURED_VECTORS; v += vectors)
        for (int64_t s = 0; s < patterns; s += count)
            add_patterns(count, vectors, patterns, p, skill, s, v, first, last, shared, own);
}

/* Sums of g f and f² over the tile's inputs of each skill. */
static void sum_tile(const problem *p, int64_t run, int64_t tile, const workspace *own,
                     double *sums) {
    const int64_t patterns = n_patterns(p), left = p->backgrounds - tile * MEASURED_TILE;
    for (int64_t k = 0; k < p->n_skills; k++) {
        vfloat correlation = ZERO, square = ZERO;
        const vfloat *out = own->pattern_outputs + k * patterns * MEASURED_VECTORS;
        for (int64_t s = 0; s < patterns; s++) {
            const vfloat constant =
                broadcast((float)(own->pattern_sums[k * patterns + s] + p->bias[run]));
            const int odd = __builtin_parityll((unsigned long long)s);
            for (int v = 0; v < MEASURED_VECTORS; v++, out++) {
                const vfloat f = first_lanes(add(*out, constant), left - v * LANES);
                correlation = odd ? subtract(correlation, f) : add(correlation, f);
                square = add(square, multiply(f, f));
            }
        }
        sums[2 * k] = sum_lanes(correlation);
        sums[2 * k + 1] = sum_lanes(square);
    }
}

static void measure_tile(const problem *p, int64_t run, int64_t tile, const workspace *shared,
                         const workspace *own) {
    const int64_t nibbles = n_nibbles(p), patterns = n_patterns(p);
    index_tile(p, run, shared->backgrounds, tile, own);
    memset(own->pattern_outputs, 0, p->n_skills * patterns * MEASURED_VECTORS * ENTRY);
    for (int64_t first = 0; first < p->width; first += UNIT_BLOCK) {
        const int64_t last = smaller(first + UNIT_BLOCK, p->width);
#if PARTS == 1
        if (nibbles == 8) pre_activate(8, first, last, shared, own);
        else pre_activate((int)nibbles, first, last, shared, own);
#else
        for (int64_t h = first; h < last; h += LANES) {
            const vfloat *tables = block_tables(p, shared, h / LANES);
            vfloat *out = own->pre_activations + (h - first) * MEASURED_VECTORS;
            if (nibbles == 8) pre_activate_block(8, tables, own, out);
            else pre_activate_block((int)nibbles, tables, own, out);
        }
#endif
        for (int64_t k = 0; k < p->n_skills; k++) {
            if (patterns == 2) add_skill(2, p, k, first, last, shared, own);
            else if (patterns == 4) add_skill(4, p, k, first, last, shared, own);
            else if (patterns == 8) add_skill(8, p, k, first, last, shared, own);
            else add_skill(patterns, p, k, first, last, shared, own);
        }
    }
    sum_tile(p, run, tile, own, shared->tile_sums + tile * p->n_skills * 2);
}

/* Means of g f and f² over each skill's inputs, (n_skills, 2), by a team as in train_run. */
static void measure_run(const problem *p, workspace *spaces, team t, int64_t run, int64_t step,
                        double *means) {
    workspace *own = spaces + t.rank, *shared = spaces;
    wait_for_team(t); /* nobody still reads the last run's tables */
    const int64_t words = (p->skill_bits > 32 ? 2 : 1) * p->backgrounds;
    if (t.rank == t.size - 1)
        philox_words(run_stream(p, run), MEASUREMENT_BITS, step, words, shared->backgrounds);
    const int64_t last_unit = p->width * (t.rank + 1) / t.size; /* neighbours lie in the same block */
    for (int64_t h = p->width * t.rank / t.size; h < last_unit; h++)
        build_unit(p, run, h, shared, own->weights);
#if PARTS > 1
    for (int64_t block = t.rank; block < n_blocks(p); block += t.size) build_block(p, run, block, shared);
#endif
    wait_for_team(t);
    sum_patterns(p, shared, own->pattern_sums);
    const int64_t tiles = measured_tiles(p);
    for (int64_t tile = t.rank; tile < tiles; tile += t.size) measure_tile(p, run, tile, shared, own);
    wait_for_team(t);
    if (t.rank) return;
    const double inputs = (double)p->backgrounds * (double)n_patterns(p);
    for (int64_t i = 0; i < p->n_skills * 2; i++) {
        double sum = 0;
        for (int64_t tile = 0; tile < tiles; tile++) sum += shared->tile_sums[tile * p->n_skills * 2 + i];
        means[i] = sum / inputs;
    }
}

#endif

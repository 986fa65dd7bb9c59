/* Training steps of one run by a team of threads.

   Forward, block by block: tables of the partial sums of the weights over chunks of bits; a
   pre-activation is a few table entries added up. Backward: the residual of every sample in which a
   unit is active is added to the entries the sample used, and the tables are folded to one sum for
   each bit, so G_hj = Σ_x e(x) 1[z_h(x) > 0] x_j. Then dL/dw_hj = 2/B a_h G_hj, and, z being linear
   in the weights, dL/da_h = 2/B Σ_x e ReLU(z_h) = 2/B (Σ_j w_hj G_hj + b_h G_hb). */
#ifndef EMERGENCE_TRAIN_H
#define EMERGENCE_TRAIN_H

#include <math.h>

#include "sets.h"

/* Samples whose sums over units are finished together: with few registers, not before a tile is done,
   as what waits for a sum keeps the next sample's waiting. */
#define SUMS_TOGETHER (PARTS == 1 ? LANES : TILE)

#define ENTRY_AT(table, offset) (*(vfloat *)((char *)(table) + (offset)))

/* Where the parts of a table's entries begin. */
typedef struct { const char *at[PARTS]; } parts_of_table;

INLINE parts_of_table find_parts(const vfloat *table) {
    parts_of_table parts;
    FOR_PARTS(i) {
        parts.at[i] = (const char *)&table->at[i];
#ifdef USE_AVX2
        __asm__("" : "+r"(parts.at[i])); /* or gcc adds table and offset, once for both parts */
#endif
    }
    return parts;
}

INLINE vfloat add_entry(vfloat z, parts_of_table parts, int64_t offset) {
    FOR_PARTS(i) z.at[i] += *(const fpart *)(parts.at[i] + offset);
    return z;
}

/* table[s] = Σ of the rows of the set bits of s, plus table[0]. */
INLINE void double_up(vfloat *table, const vfloat *rows, int64_t bits) {
    for (int64_t j = 0; j < bits; j++) {
        const vfloat row = pair_up(rows[j]);
        for (int64_t s = 0; s < (int64_t)1 << j; s++) table[s + ((int64_t)1 << j)] = add(table[s], row);
    }
}

/* rows[j] += Σ of the entries with bit j set; table[0] becomes the sum of all entries. An entry is
   one vector for each of `blocks` blocks, whose rows are `stride` vectors apart. */
INLINE void fold(const int blocks, vfloat *table, vfloat *rows, int64_t stride, int64_t bits) {
    for (int64_t j = bits - 1; j >= 0; j--) {
        const int64_t half = (int64_t)blocks << j;
        vfloat sum[SET] = {};
        for (int64_t s = 0; s < half; s += blocks)
            for (int i = 0; i < blocks; i++) {
                sum[i] = add(sum[i], table[s + half + i]);
                table[s + i] = add(table[s + i], table[s + half + i]);
            }
        for (int i = 0; i < blocks; i++) rows[i * stride + j] = add(rows[i * stride + j], sum[i]);
    }
}

/* First row of each chunk: bits follow the prefix in order. */
INLINE int64_t chunk_row(const problem *p, int64_t c) {
    return p->n_skills + 32 * p->chunk_word[c] + p->chunk_shift[c];
}

static void build_tables(const problem *p, const vfloat *unit, workspace *w) {
    const vfloat bias = unit[n_inputs(p)];
    for (int64_t k = 0; k < p->n_skills; k++) {
        vfloat *head = w->head + (k << p->prefix_bits);
        head[0] = pair_up(add(unit[k], bias));
        double_up(head, unit + p->n_skills, p->prefix_bits);
    }
    vfloat *table = w->table;
    for (int64_t c = 0; c < p->n_chunks; c++) {
        table[0] = ZERO;
        double_up(table, unit + chunk_row(p, c), p->chunk_bits[c]);
        table += (int64_t)1 << p->chunk_bits[c];
    }
}

/* Adds the block's share to outputs and remembers which units are active: in `lanes`, or, if a
   wide network's sets are marked at once, in the set's `words` as those of its block `block`. */
INLINE void forward_samples(const int n_chunks, const int marking, const batch *b, const vfloat *table,
                            const vfloat *head, vfloat output_weight, uint16_t *lanes,
                            uint64_t *words, int64_t block, float *outputs) {
    const parts_of_table parts = find_parts(table);
    for (int64_t tile = 0; tile < b->n_tiles; tile++) {
        const uint64_t *packs = b->offsets + tile * n_packs(n_chunks) * TILE;
        const uint16_t *heads = b->heads + tile * (TILE / QUAD);
        for (int first = 0; first < TILE; first += SUMS_TOGETHER) {
            fpart sums[SUMS_TOGETHER];
#pragma GCC unroll 4
            for (int s = 0; s < SUMS_TOGETHER; s += QUAD) {
                const int sample = first + s;
                const vfloat base = ENTRY_AT(head, heads[sample / QUAD]);
                vfloat z[QUAD] = {base, base, base, base};
                uint64_t pack[QUAD];
#pragma GCC unroll 16
                for (int c = 0; c < n_chunks; c++) {
#pragma GCC unroll 4
                    for (int i = 0; i < QUAD; i++) {
                        if (c % PACK == 0) pack[i] = packs[c / PACK * TILE + sample + i];
                        z[i] = add_entry(z[i], parts, unpack_offset(pack[i], c % PACK));
                        FOR_PARTS(k) COMPUTE_NOW(z[i].at[k]);
                    }
                }
                const int64_t at = tile * TILE + sample;
                if (marking) mark_quad(words + at, z, block);
#pragma GCC unroll 4
                for (int i = 0; i < QUAD; i++) {
                    if (!marking) lanes[at + i] = positive_lanes(z[i]);
                    sums[s + i] = add_parts(product(output_weight, larger(ZERO, z[i])));
                }
            }
            for (int s = 0; s < SUMS_TOGETHER; s += PART)
                *(fpart *)(outputs + tile * TILE + first + s) += finish_sums(sums + s);
        }
    }
}

/* Adds the residuals of active units to the entries their samples used. */
INLINE void backward_samples(const int n_chunks, const batch *b, vfloat *table, vfloat *head,
                             const uint16_t *lanes, const float *residual) {
    for (int64_t tile = 0; tile < b->n_tiles; tile++) {
        const uint64_t *packs = b->offsets + tile * n_packs(n_chunks) * TILE;
        const uint16_t *heads = b->heads + tile * (TILE / QUAD);
        for (int quad = 0; quad < TILE / QUAD; quad++) {
            vfloat signal[QUAD];
#pragma GCC unroll 4
            for (int i = 0; i < QUAD; i++) {
                const int sample = quad * QUAD + i;
                const int64_t at = tile * TILE + sample;
                signal[i] = broadcast_to_lanes(lanes[at], residual + at);
                uint64_t pack = 0; /* read once: to the compiler, a store to a table may change it */
#pragma GCC unroll 16
                for (int c = 0; c < n_chunks; c++) {
                    if (c % PACK == 0) pack = packs[c / PACK * TILE + sample];
                    vfloat *entry = &ENTRY_AT(table, unpack_offset(pack, c % PACK));
                    *entry = add(*entry, signal[i]);
                }
            }
            vfloat *entry = &ENTRY_AT(head, heads[quad]);
            *entry = add(*entry, add(add(signal[0], signal[1]), add(signal[2], signal[3])));
        }
    }
}

/* The usual numbers of chunks as constants, so that the loops over chunks unroll. */
#define FOR_CHUNKS(n, CALL)        \
    switch (n) {                   \
        case 2: CALL(2); break;    \
        case 3: CALL(3); break;    \
        case 4: CALL(4); break;    \
        case 5: CALL(5); break;    \
        case 6: CALL(6); break;    \
        default: CALL((int)n);     \
    }

static void forward_block(const problem *p, const batch *b, const vfloat *unit, workspace *w,
                          uint16_t *lanes, uint64_t *words, int64_t block, float *outputs) {
    build_tables(p, unit, w);
    const vfloat output_weight = pair_up(unit[n_inputs(p) + 1]);
#define CALL(n) \
    forward_samples(n, marking, b, w->table, w->head, output_weight, lanes, words, block, outputs)
    if (MARKS_SETS && is_wide(p)) {
        const int marking = 1;
        FOR_CHUNKS(p->n_chunks, CALL)
    } else {
        const int marking = 0;
        FOR_CHUNKS(p->n_chunks, CALL)
    }
#undef CALL
}

/* G for the skills, the prefix and the bias from the table of heads. */
INLINE void fold_heads(const int blocks, const problem *p, workspace *w) {
    const int64_t rows = n_rows(p);
    memset(w->gradient, 0, blocks * rows * ENTRY);
    for (int64_t k = 0; k < p->n_skills; k++) {
        vfloat *head = w->head + (k << p->prefix_bits) * blocks;
        fold(blocks, head, w->gradient + p->n_skills, rows, p->prefix_bits);
        for (int i = 0; i < blocks; i++) {
            w->gradient[i * rows + k] = head[i];
            vfloat *of_bias = w->gradient + i * rows + n_inputs(p);
            *of_bias = add(*of_bias, head[i]);
        }
    }
}

/* G of one block's rows, into w->gradient. */
static void backward_block(const problem *p, const batch *b, workspace *w, const uint16_t *lanes,
                           const float *residual) {
    memset(w->table, 0, n_entries(p) * ENTRY);
    memset(w->head, 0, n_heads(p) * ENTRY);
#define CALL(n) backward_samples(n, b, w->table, w->head, lanes, residual)
    FOR_CHUNKS(p->n_chunks, CALL)
#undef CALL
    fold_heads(1, p, w);
    vfloat *table = w->table;
    for (int64_t c = 0; c < p->n_chunks; c++) {
        fold(1, table, w->gradient + chunk_row(p, c), n_rows(p), p->chunk_bits[c]);
        table += (int64_t)1 << p->chunk_bits[c];
    }
}

/* G of a set of blocks. Taking the samples in the order of a chunk, each table entry is summed in
   registers and written once: cheaper than updating the table for every sample, if sorting is
   shared by many blocks. */
INLINE void backward_set(const problem *p, const batch *b, workspace *w, const uint64_t *words,
                         const float *residual, const int plain) {
    vfloat *table = w->table;
    memset(w->head, 0, n_heads(p) * SET * ENTRY);
    for (int64_t quad = 0; quad < b->n_tiles * (TILE / QUAD); quad++) {
        vfloat sums[SET] = {};
#pragma GCC unroll 4
        for (int i = 0; i < QUAD; i++) {
            const int64_t at = quad * QUAD + i;
            add_sample(sums, residual[at], words[at], plain);
        }
        vfloat *head = &ENTRY_AT(w->head, (int64_t)b->heads[quad] * SET);
        for (int i = 0; i < SET; i++) head[i] = add(head[i], sums[i]);
    }
    fold_heads(SET, p, w);
    const uint32_t *ends = b->bucket_ends, *order = b->order;
    for (int64_t c = 0; c < p->n_chunks; c++, order += b->n_tiles * TILE) {
        const int64_t buckets = (int64_t)1 << p->chunk_bits[c];
        uint32_t at = 0;
        for (int64_t v = 0; v < buckets; v++) {
            vfloat sums[SET] = {};
            for (; at < ends[v]; at++) add_sample(sums, residual[order[at]], words[order[at]], plain);
            for (int i = 0; i < SET; i++) table[v * SET + i] = sums[i];
        }
        fold(SET, table, w->gradient + chunk_row(p, c), n_rows(p), p->chunk_bits[c]);
        ends += buckets;
    }
    if (plain)
        for (int64_t i = 0; i < SET * n_rows(p); i++)
            w->gradient[i] = unscale(w->gradient[i], i / n_rows(p));
}

/* From G to the gradient of the mean square error, in place. */
static void finish_gradient(const problem *p, const batch *b, const vfloat *unit, vfloat *g) {
    const int64_t inputs = n_inputs(p);
    const vfloat scale = broadcast(2.0f / (float)b->size), a = unit[inputs + 1];
    vfloat output_gradient = ZERO;
    for (int64_t r = 0; r <= inputs; r++) {
        g[r] = pair_up(g[r]);
        output_gradient = add(output_gradient, multiply(unit[r], g[r]));
        g[r] = multiply(g[r], multiply(scale, a));
    }
    g[inputs + 1] = multiply(scale, output_gradient);
}

/* One optimiser step's constants, computed in double precision as PyTorch does. */
typedef struct {
    int adam;
    float weight_decay, rate, step_size, root_correction_2, keep_1, beta_2, keep_2, epsilon;
} update_rule;

static update_rule make_rule(const problem *p, double learning_rate, int64_t steps_done) {
    const double done = (double)steps_done;
    return (update_rule){
        .adam = (int)p->adam,
        .weight_decay = (float)p->weight_decay,
        .rate = (float)learning_rate,
        .step_size = (float)(learning_rate / (1.0 - pow(p->beta_1, done))),
        .root_correction_2 = (float)sqrt(1.0 - pow(p->beta_2, done)),
        .keep_1 = (float)(1.0 - p->beta_1),
        .beta_2 = (float)p->beta_2,
        .keep_2 = (float)(1.0 - p->beta_2),
        .epsilon = (float)p->epsilon,
    };
}

/* θ -= rate (g + decay θ), or Adam with coupled decay, on n numbers. */
INLINE void update(update_rule u, float *theta, float *m, float *v, const float *gradient, int64_t n) {
    if (!u.adam) {
        for (int64_t i = 0; i < n; i++) theta[i] -= u.rate * (gradient[i] + u.weight_decay * theta[i]);
        return;
    }
    for (int64_t i = 0; i < n; i++) {
        const float g = gradient[i] + u.weight_decay * theta[i];
        m[i] += u.keep_1 * (g - m[i]);
        v[i] = u.beta_2 * v[i] + u.keep_2 * (g * g);
        theta[i] -= u.step_size * m[i] / (sqrtf(v[i]) / u.root_correction_2 + u.epsilon);
    }
}

INLINE int64_t n_parts(const batch *b) { return (b->n_tiles + PART_TILES - 1) / PART_TILES; }

/* f - f* from the groups' partial outputs, and its sums, for one part of the samples. */
static void residual_part(const problem *p, const batch *b, float bias, workspace *w, int64_t part) {
    const int64_t padded = b->n_tiles * TILE, groups = n_groups(p);
    const int64_t end = smaller((part + 1) * PART_TILES * TILE, padded);
    const vfloat scale = broadcast((float)p->target_scale);
    vfloat sum = ZERO, square = ZERO;
    upart odd = {};
    for (int64_t i = part * PART_TILES * TILE; i < end; i += LANES) {
        vfloat f = broadcast(bias);
        for (int64_t g = 0; g < groups; g++) f = add(f, *(const vfloat *)(w->outputs + g * padded + i));
        const vfloat parity = *(const vfloat *)(b->parity + i);
        /* zero for filling, whose parity is zero */
        const vfloat e = subtract(multiply(multiply(parity, parity), f), multiply(scale, parity));
        *(vfloat *)(w->residual + i) = e;
        if (MARKS_SETS) {
            *(vfloat *)(w->scaled_residual + i) = multiply(e, broadcast(PLAIN_SCALE));
            FOR_PARTS(k) odd |= not_plain(e.at[k]);
        }
        sum = add(sum, e);
        square = add(square, multiply(e, e));
    }
    w->part_sum[part] = sum_lanes(sum);
    w->part_square[part] = sum_lanes(square);
    w->part_plain[part] = 1;
    for (int l = 0; l < PART; l++) w->part_plain[part] &= !odd[l];
}

/* Samples between the lanes of two blocks: the same for every batch, as a thread that is ahead writes
   the next batch's lanes while another still reads the last one's. */
INLINE int64_t lanes_stride(const problem *p) { return most_tiles(p, p->largest_batch) * TILE; }

/* Outputs of a group of blocks, and which units are active. */
static void forward_group(const problem *p, const batch *b, const float *units, int64_t group,
                          workspace *own, workspace *shared) {
    const int64_t padded = b->n_tiles * TILE, rows = n_rows(p);
    const int64_t end = group_start(p, group + 1);
    float *outputs = shared->outputs + group * padded;
    memset(outputs, 0, padded * sizeof(float));
    int64_t set = group * sets_per_group(p);
    for (int64_t first = group_start(p, group); first < end; first += SET, set++) {
        const int64_t blocks = smaller(SET, end - first);
        const int64_t stride = lanes_stride(p);
        uint16_t *lanes = is_wide(p) ? own->block_lanes : shared->lanes + first * stride;
        uint64_t *words = (uint64_t *)shared->lanes + set * stride;
        for (int64_t i = 0; i < blocks; i++)
            forward_block(p, b, (const vfloat *)units + (first + i) * rows, own,
                          lanes + i * (is_wide(p) ? padded : stride), words, i, outputs);
        if (!MARKS_SETS && is_wide(p)) join_lanes(lanes, blocks, padded, words);
    }
}

/* Gradients and updates of a group of blocks. */
static void backward_group(const problem *p, const batch *b, update_rule rule, int64_t run,
                           int64_t group, workspace *own, workspace *shared) {
    const int64_t stride = lanes_stride(p), rows = n_rows(p);
    const int64_t end = group_start(p, group + 1), together = is_wide(p) ? SET : 1;
    int64_t set = group * sets_per_group(p);
    int plain = 1;
    for (int64_t part = 0; part < n_parts(b); part++) plain &= shared->part_plain[part];
    for (int64_t first = group_start(p, group); first < end; first += together, set++) {
        const uint64_t *words = (const uint64_t *)shared->lanes + set * stride;
        if (MARKS_SETS && is_wide(p) && plain)
            backward_set(p, b, own, words, shared->scaled_residual, 1);
        else if (is_wide(p))
            backward_set(p, b, own, words, shared->residual, 0);
        else
            backward_block(p, b, own, shared->lanes + first * stride, shared->residual);
        for (int64_t i = 0; i < smaller(together, end - first); i++) {
            const int64_t at = (run * n_blocks(p) + first + i) * rows * LANES;
            vfloat *gradient = own->gradient + i * rows;
            finish_gradient(p, b, (const vfloat *)(p->units + at), gradient);
            update(rule, p->units + at, p->units_moment_1 + at, p->units_moment_2 + at,
                   (const float *)gradient, rows * LANES);
        }
    }
}

/* Steps first ≤ t < last of one run. The team's threads call this together;
   spaces[rank] is a thread's own, spaces[0] is shared. Sums have an order that does not depend on
   the team. Returns the mean square error of the last step's batch, before its update. */
static double train_run(const problem *p, workspace *spaces, team t, int64_t run, int64_t first,
                        int64_t last, double learning_rate) {
    workspace *own = spaces + t.rank, *shared = spaces;
    const int64_t groups = n_groups(p), run_offset = run * n_blocks(p) * n_rows(p) * LANES;
    const int64_t done = p->steps_done[run] - first;
    double mean_square = NAN;
    wait_for_team(t); /* everybody has read steps_done */
    for (int64_t step = first; step < last; step++) {
        const int64_t turn = (step - first) % t.size;
        batch b;
        if (p->n_batches) {
            const int64_t index = run * p->n_batches + step % p->n_batches;
            int64_t samples = 0;
            for (int64_t k = 0; k < p->n_skills; k++)
                samples += p->fixed_counts[index * p->n_skills + k];
            b = record_view(p, p->records + p->record_starts[index], samples);
        } else {
            if (turn == 0) { /* each thread draws one of the next batches */
                wait_for_team(t);
                if (step + t.rank < last) draw_batch(p, run, step + t.rank, own->scratch, own->record);
                wait_for_team(t);
            }
            b = record_view(p, spaces[turn].record, p->largest_batch);
        }
        for (int64_t g = t.rank; g < groups; g += t.size)
            forward_group(p, &b, p->units + run_offset, g, own, shared);
        wait_for_team(t);
        const int64_t parts = n_parts(&b);
        for (int64_t part = t.rank; part < parts; part += t.size)
            residual_part(p, &b, p->bias[run], shared, part);
        wait_for_team(t);
        const update_rule rule = make_rule(p, learning_rate, done + step + 1);
        for (int64_t g = t.rank; g < groups; g += t.size)
            backward_group(p, &b, rule, run, g, own, shared);
        if (t.rank == 0) {
            double sum = 0, square = 0;
            for (int64_t part = 0; part < parts; part++) {
                sum += shared->part_sum[part];
                square += shared->part_square[part];
            }
            const float gradient = (float)(2.0 * sum / (double)b.size);
            update(rule, p->bias + run, p->bias_moment_1 + run, p->bias_moment_2 + run, &gradient, 1);
            mean_square = square / (double)b.size;
        }
    }
    wait_for_team(t);
    if (t.rank == 0) p->steps_done[run] += last - first;
    return mean_square;
}

#endif

/* Training steps of one run by a team of threads.

   Forward, block by block: tables of the partial sums of the weights over chunks of bits; a
   pre-activation is a few table entries added up. Backward: the residual of every sample in which a
   unit is active is added to the entries the sample used, and the tables are folded to one sum for
   each bit, so G_hj = Σ_x e(x) 1[z_h(x) > 0] x_j. Then dL/dw_hj = 2/B a_h G_hj, and, z being linear
   in the weights, dL/da_h = 2/B Σ_x e ReLU(z_h) = 2/B (Σ_j w_hj G_hj + b_h G_hb). */
#ifndef EMERGENCE_TRAIN_H
#define EMERGENCE_TRAIN_H

#include <math.h>

#include "workspace.h"

#define ENTRY_AT(table, offset) (*(vfloat *)((char *)(table) + (offset)))

/* table[s] = Σ of the rows of the set bits of s, plus table[0]. */
INLINE void double_up(vfloat *table, const vfloat *rows, int64_t bits) {
    for (int64_t j = 0; j < bits; j++)
        for (int64_t s = 0; s < (int64_t)1 << j; s++) table[s + ((int64_t)1 << j)] = table[s] + rows[j];
}

/* rows[j] += Σ of the entries with bit j set; table[0] becomes the sum of all entries. */
INLINE void fold(vfloat *table, vfloat *rows, int64_t bits) {
    for (int64_t j = bits - 1; j >= 0; j--) {
        const int64_t half = (int64_t)1 << j;
        vfloat sum = {0};
        for (int64_t s = 0; s < half; s++) {
            sum += table[s + half];
            table[s] += table[s + half];
        }
        rows[j] += sum;
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
        head[0] = unit[k] + bias;
        double_up(head, unit + p->n_skills, p->prefix_bits);
    }
    vfloat *table = w->table;
    for (int64_t c = 0; c < p->n_chunks; c++) {
        table[0] = (vfloat){0};
        double_up(table, unit + chunk_row(p, c), p->chunk_bits[c]);
        table += (int64_t)1 << p->chunk_bits[c];
    }
}

/* Adds the block's share to outputs and remembers which units are active. */
INLINE void forward_samples(const int n_chunks, const batch *b, const vfloat *table,
                            const vfloat *head, vfloat output_weight, uint16_t *lanes,
                            float *outputs) {
    const vfloat zero = {0};
    for (int64_t tile = 0; tile < b->n_tiles; tile++) {
        const uint64_t *packs = b->offsets + tile * n_packs(n_chunks) * TILE;
        const uint16_t *heads = b->heads + tile * (TILE / QUAD);
        for (int first = 0; first < TILE; first += LANES) {
            vfloat quads[LANES / QUAD];
#pragma GCC unroll 4
            for (int q = 0; q < LANES / QUAD; q++) {
                const vfloat base = ENTRY_AT(head, heads[first / QUAD + q]);
                vfloat active[QUAD];
#pragma GCC unroll 4
                for (int i = 0; i < QUAD; i++) {
                    const int sample = first + q * QUAD + i;
                    vfloat z = base;
                    uint64_t pack = 0;
#pragma GCC unroll 16
                    for (int c = 0; c < n_chunks; c++) {
                        if (c % PACK == 0) pack = packs[c / PACK * TILE + sample];
                        z += ENTRY_AT(table, unpack_offset(pack, c % PACK));
                    }
                    lanes[tile * TILE + sample] = positive_lanes(z);
                    active[i] = output_weight * larger(zero, z);
                }
                quads[q] = reduce_four(active[0], active[1], active[2], active[3]);
            }
            *(vfloat *)(outputs + tile * TILE + first) +=
                reduce_sixteen(quads[0], quads[1], quads[2], quads[3]);
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
                    ENTRY_AT(table, unpack_offset(pack, c % PACK)) += signal[i];
                }
            }
            ENTRY_AT(head, heads[quad]) += (signal[0] + signal[1]) + (signal[2] + signal[3]);
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
                          uint16_t *lanes, float *outputs) {
    build_tables(p, unit, w);
    const vfloat output_weight = unit[n_inputs(p) + 1];
#define CALL(n) forward_samples(n, b, w->table, w->head, output_weight, lanes, outputs)
    FOR_CHUNKS(p->n_chunks, CALL)
#undef CALL
}

/* Gradient of the mean square error for each of the block's rows, into w->gradient. */
static void backward_block(const problem *p, const batch *b, const vfloat *unit, workspace *w,
                           const uint16_t *lanes, const float *residual) {
    const int64_t inputs = n_inputs(p);
    memset(w->table, 0, n_entries(p) * ENTRY);
    memset(w->head, 0, n_heads(p) * ENTRY);
#define CALL(n) backward_samples(n, b, w->table, w->head, lanes, residual)
    FOR_CHUNKS(p->n_chunks, CALL)
#undef CALL
    vfloat *g = w->gradient;
    memset(g, 0, n_rows(p) * ENTRY);
    for (int64_t k = 0; k < p->n_skills; k++) {
        vfloat *head = w->head + (k << p->prefix_bits);
        fold(head, g + p->n_skills, p->prefix_bits);
        g[k] = head[0];
        g[inputs] += head[0];
    }
    vfloat *table = w->table;
    for (int64_t c = 0; c < p->n_chunks; c++) {
        fold(table, g + chunk_row(p, c), p->chunk_bits[c]);
        table += (int64_t)1 << p->chunk_bits[c];
    }
    const vfloat scale = broadcast(2.0f / (float)b->size), a = unit[inputs + 1];
    vfloat output_gradient = {0};
    for (int64_t r = 0; r <= inputs; r++) {
        output_gradient += unit[r] * g[r];
        g[r] *= scale * a;
    }
    g[inputs + 1] = scale * output_gradient;
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

/* f - f* from the groups' partial outputs, and its sums, for one part of the samples. */
static void residual_part(const problem *p, const batch *b, float bias, workspace *w, int64_t part) {
    const int64_t padded = b->n_tiles * TILE, groups = n_groups(p);
    const int64_t end = smaller((part + 1) * PART_TILES * TILE, padded);
    const vfloat scale = broadcast((float)p->target_scale);
    vfloat sum = {0}, square = {0};
    for (int64_t i = part * PART_TILES * TILE; i < end; i += LANES) {
        vfloat f = broadcast(bias);
        for (int64_t g = 0; g < groups; g++) f += *(const vfloat *)(w->outputs + g * padded + i);
        const vfloat parity = *(const vfloat *)(b->parity + i);
        const vfloat e = parity * parity * f - scale * parity; /* zero for filling */
        *(vfloat *)(w->residual + i) = e;
        sum += e;
        square += e * e;
    }
    w->part_sum[part] = sum_lanes(sum);
    w->part_square[part] = sum_lanes(square);
}

/* Steps first ≤ t < last of one run. The team's threads call this together;
   spaces[rank] is a thread's own, spaces[0] is shared. Sums have an order that does not depend on
   the team. Returns the mean square error of the last step's batch, before its update. */
static double train_run(const problem *p, workspace *spaces, team t, int64_t run, int64_t first,
                        int64_t last, double learning_rate) {
    workspace *own = spaces + t.rank, *shared = spaces;
    const int64_t rows = n_rows(p), blocks = n_blocks(p), groups = n_groups(p);
    const int64_t run_offset = run * blocks * rows * LANES, done = p->steps_done[run] - first;
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
        const int64_t padded = b.n_tiles * TILE;
        for (int64_t g = t.rank; g < groups; g += t.size) {
            float *outputs = shared->outputs + g * padded;
            memset(outputs, 0, padded * sizeof(float));
            for (int64_t block = g * blocks / groups; block < (g + 1) * blocks / groups; block++)
                forward_block(p, &b, (const vfloat *)(p->units + run_offset) + block * rows, own,
                              shared->lanes + block * padded, outputs);
        }
        wait_for_team(t);
        const int64_t parts = (b.n_tiles + PART_TILES - 1) / PART_TILES;
        for (int64_t part = t.rank; part < parts; part += t.size)
            residual_part(p, &b, p->bias[run], shared, part);
        wait_for_team(t);
        const update_rule rule = make_rule(p, learning_rate, done + step + 1);
        for (int64_t g = t.rank; g < groups; g += t.size)
            for (int64_t block = g * blocks / groups; block < (g + 1) * blocks / groups; block++) {
                const int64_t at = run_offset + block * rows * LANES;
                backward_block(p, &b, (const vfloat *)(p->units + at), own,
                               shared->lanes + block * padded, shared->residual);
                update(rule, p->units + at, p->units_moment_1 + at, p->units_moment_2 + at,
                       (const float *)own->gradient, rows * LANES);
            }
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
